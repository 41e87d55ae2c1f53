/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs run as a person runs them, by a shell in a folder of their own.
 * Everything here fails the running test on the spot.
 */
#ifndef TESTS_SUPPORT_PROGRAM_H
#define TESTS_SUPPORT_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

#define PROGRAM_LINE_MAX 2048

/* For a group of tests: goes into a new folder; removes it with all in it. */
int program_start(void **state);
int program_end(void **state);

/* What the last program printed, both streams. */
extern char program_text[16384];

/* Runs a shell's command line; returns its exit code. */
int program_run(const char *line);
/* The exit code must be 0. */
void program_must_run(const char *line);
/* Of what waitpid() gave. */
int program_code(int status);
/* Takes what a program of your own start has written into the file "printed" as
 * program_text, and removes the file. */
void program_keep_printed(void);

/* Whether `part` was printed, there is a file, two files are equal. */
void program_printed(const char *part);
bool program_wrote(const char *path);
void program_equal_files(const char *a, const char *b);

typedef struct program_wrong {
    const char *line; /* arguments */
    int code;
    const char *part; /* of the sentence */
} program_wrong;

/* Each gives a sentence, its exit code, and leaves the folder as it was. */
void program_refuses(const char *program, const program_wrong *cases,
                     size_t count);

#endif
