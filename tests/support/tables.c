/* SPDX-License-Identifier: Apache-2.0 */
/* Small tables of tests; see tables.h. */
#include "support/tables.h"

#include <math.h>

#include "support/memory_stream.h"
#include "support/test.h"

syngan_status tables_read_bytes(syngan_context *context, const void *data,
                                size_t size, const syngan_csv_options *options,
                                syngan_table **out) {
    memory_stream stream;
    memory_stream_init(&stream, data, size);
    syngan_status status =
        syngan_table_read_csv_stream(context, &stream.hooks, options, out);
    if (status != SYNGAN_OK) assert_null(*out);
    memory_stream_end(&stream);
    return status;
}

syngan_status tables_read(syngan_context *context, const char *text,
                          const syngan_csv_options *options,
                          syngan_table **out) {
    return tables_read_bytes(context, text, strlen(text), options, out);
}

char *tables_text(syngan_context *context, const syngan_table *table,
                  const syngan_csv_options *options) {
    memory_stream stream;
    memory_stream_init(&stream, NULL, 0);
    assert_ok(context,
              syngan_table_write_csv_stream(table, &stream.hooks, options));
    char *text = realloc(stream.data, stream.size + 1);
    assert_non_null(text);
    text[stream.size] = '\0';
    return text;
}

char *tables_schema(const syngan_table *table) {
    size_t size = syngan_table_schema(table, NULL, 0);
    char *text = malloc(size + 1);
    assert_non_null(text);
    assert_int_equal(syngan_table_schema(table, text, size + 1), size);
    return text;
}

void tables_check_cell(const syngan_table *table, int64_t row, size_t column,
                       const char *expected) {
    char text[4096];
    assert_int_equal(syngan_table_cell(table, row, column, text, sizeof text),
                     strlen(expected));
    assert_string_equal(text, expected);
}

static void check_like(const syngan_table *table, int64_t row, size_t column,
                       const char *expected) {
    char text[256], *end;
    syngan_table_cell(table, row, column, text, sizeof text);
    double wanted = strtod(expected, &end);
    if (*end == '\0' && end != expected &&
        fabs(strtod(text, NULL) - wanted) <= 0.011)
        return;
    if (strcmp(text, expected) != 0)
        fail_msg("row %d, column %zu: \"%s\" instead of \"%s\"", (int)row,
                 column, text, expected);
}

void tables_check_csv(const syngan_table *table, const char *text) {
    char cell[256];
    for (int64_t row = -1; row < syngan_table_rows(table); row++)
        for (size_t c = 0; c < syngan_table_columns(table); c++) {
            size_t length = strcspn(text, ",\n");
            assert_true(text[length] != '\0' && length < sizeof cell);
            memcpy(cell, text, length);
            cell[length] = '\0';
            if (row < 0)
                assert_string_equal(syngan_table_name(table, c), cell);
            else
                check_like(table, row, c, cell);
            text += length + 1;
        }
    assert_true(*text == '\0');
}

static void check_value(const syngan_table *a, const syngan_table *b,
                        int64_t row, size_t i) {
    if (syngan_table_reals(a, i) != NULL) {
        double x = syngan_table_reals(a, i)[row];
        double y = syngan_table_reals(b, i)[row];
        if (!(isnan(x) && isnan(y))) assert_memory_equal(&x, &y, sizeof x);
    } else if (syngan_table_integers(a, i) != NULL) {
        assert_true(syngan_table_integers(a, i)[row] ==
                    syngan_table_integers(b, i)[row]);
    } else {
        const char *x = syngan_table_text(a, i, syngan_table_codes(a, i)[row]);
        const char *y = syngan_table_text(b, i, syngan_table_codes(b, i)[row]);
        assert_true((x == NULL) == (y == NULL));
        if (x != NULL) assert_string_equal(x, y);
    }
}

void tables_check_equal(const syngan_table *a, const syngan_table *b) {
    assert_true(syngan_table_rows(a) == syngan_table_rows(b));
    assert_int_equal(syngan_table_columns(a), syngan_table_columns(b));
    for (size_t i = 0; i < syngan_table_columns(a); i++) {
        assert_string_equal(syngan_table_name(a, i), syngan_table_name(b, i));
        assert_int_equal(syngan_table_type(a, i), syngan_table_type(b, i));
        assert_true(syngan_table_missing(a, i) == syngan_table_missing(b, i));
        for (int64_t row = 0; row < syngan_table_rows(a); row++)
            check_value(a, b, row, i);
    }
}
