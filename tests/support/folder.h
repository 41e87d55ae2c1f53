/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A folder for a test's files, made new and removed after, and small helpers
 * for files in it. All fail the test (cmocka) when the system refuses.
 */
#ifndef TESTS_SUPPORT_FOLDER_H
#define TESTS_SUPPORT_FOLDER_H

#include <stddef.h>

#define FOLDER_PATH_MAX 512

typedef struct folder {
    char path[FOLDER_PATH_MAX];
} folder;

void folder_make(folder *f);
/* With all files in it; it may have no folders in it. */
void folder_remove(folder *f);

/* The path of a file in it; writes to `text` and returns it. */
char *folder_file(const folder *f, const char *name,
                  char text[FOLDER_PATH_MAX]);
/* Entries of any kind. */
int folder_count(const folder *f);

void file_write(const char *path, const void *data, size_t size);
/* The whole file and a 0 after it, from malloc(); NULL if there is none. */
char *file_read(const char *path, size_t *size);

#endif
