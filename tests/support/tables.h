/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small tables of tests, from CSV text and back.
 */
#ifndef TESTS_SUPPORT_TABLES_H
#define TESTS_SUPPORT_TABLES_H

#include <syngan/table.h>

/* Reads a text as a stream of the host's. */
syngan_status tables_read(syngan_context *context, const char *text,
                          const syngan_csv_options *options,
                          syngan_table **out);
syngan_status tables_read_bytes(syngan_context *context, const void *data,
                                size_t size, const syngan_csv_options *options,
                                syngan_table **out);
/* The table as CSV text, from malloc(). */
char *tables_text(syngan_context *context, const syngan_table *table,
                  const syngan_csv_options *options);
/* The schema, from malloc(). */
char *tables_schema(const syngan_table *table);

/* Whether a cell has this text. */
void tables_check_cell(const syngan_table *table, int64_t row, size_t column,
                       const char *expected);
/* Whether it is the CSV text, of cells without quotes: texts are equal, numbers
 * as nearly as another instruction set allows. */
void tables_check_csv(const syngan_table *table, const char *text);
/* Fails the test unless both have equal names, types and values. */
void tables_check_equal(const syngan_table *a, const syngan_table *b);

#endif
