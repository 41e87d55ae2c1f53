/* SPDX-License-Identifier: Apache-2.0 */
/* Folders and files of tests; see folder.h. */
#include "support/folder.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

void folder_make(folder *f) {
    const char *base = getenv("TMPDIR");
    snprintf(f->path, sizeof(f->path), "%s/syngan-test-XXXXXX",
             base != NULL ? base : "/tmp");
    assert_non_null(mkdtemp(f->path));
}

/* Calls `each`, if not NULL, for every entry; returns their number. */
static int for_each(const folder *f, void (*each)(const char *path)) {
    DIR *dir = opendir(f->path);
    assert_non_null(dir);
    int count = 0;
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0) continue;
        if (strcmp(entry->d_name, "..") == 0) continue;
        char path[FOLDER_PATH_MAX];
        folder_file(f, entry->d_name, path);
        if (each != NULL) each(path);
        count++;
    }
    closedir(dir);
    return count;
}

static void remove_file(const char *path) {
    assert_int_equal(unlink(path), 0);
}

void folder_remove(folder *f) {
    for_each(f, remove_file);
    assert_int_equal(rmdir(f->path), 0);
}

char *folder_file(const folder *f, const char *name,
                  char text[FOLDER_PATH_MAX]) {
    int n = snprintf(text, FOLDER_PATH_MAX, "%s/%s", f->path, name);
    assert_true(n > 0 && n < FOLDER_PATH_MAX);
    return text;
}

int folder_count(const folder *f) {
    return for_each(f, NULL);
}

void file_write(const char *path, const void *data, size_t size) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

char *file_read(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) return NULL;
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    long end = ftell(file);
    assert_true(end >= 0);
    rewind(file);
    char *data = malloc((size_t)end + 1);
    assert_non_null(data);
    assert_int_equal(fread(data, 1, (size_t)end, file), (size_t)end);
    data[end] = '\0';
    fclose(file);
    if (size != NULL) *size = (size_t)end;
    return data;
}
