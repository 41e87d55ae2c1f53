/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables of many columns or many categories, and all that is done with one,
 * under a limit of memory.
 */
#ifndef TESTS_SUPPORT_WIDE_H
#define TESTS_SUPPORT_WIDE_H

#include <stdint.h>

/* Writes a CSV file of numbers, categories, integers and booleans in turn, each
 * of which depends on the row. */
void wide_write(const char *path, int columns, int rows);
/* Writes two columns: one of so many categories, each at least once, and one of
 * numbers that depend on them. */
void wide_write_categories(const char *path, int categories, int rows);

/* Reads the file, learns it for an epoch, saves and loads the model, makes as
 * many rows, compares them and writes the page, all within `megabytes` of the
 * context's memory. */
void wide_run(const char *path, int64_t megabytes);

#endif
