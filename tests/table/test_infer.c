/* SPDX-License-Identifier: Apache-2.0 */
/* Types of columns: which are inferred, and whether values are right. */
#include <math.h>
#include <stdio.h>

#include "support/tables.h"
#include "support/test.h"
#include "table/table.h"

enum {
    INTEGER = SYNGAN_COLUMN_INTEGER,
    REAL = SYNGAN_COLUMN_REAL,
    BOOLEAN = SYNGAN_COLUMN_BOOLEAN,
    CATEGORY = SYNGAN_COLUMN_CATEGORY,
    TIME = SYNGAN_COLUMN_TIME
};

/* A column of cells separated by ';', its type, and digits behind the point or
 * the format. */
static const struct {
    const char *cells;
    int32_t type, decimals;
    const char *format;
} columns[] = {
    {"1;2;3", INTEGER, -1, NULL},
    {"-1;+2;0", INTEGER, -1, NULL},
    {"+4930123456;+4989765432", CATEGORY, -1, NULL}, /* telephones */
    {"0;1;0", INTEGER, -1, NULL},
    {"9223372036854775807;-9223372036854775807", INTEGER, -1, NULL},
    {"9223372036854775808;1", CATEGORY, -1, NULL},
    {"-9223372036854775808;1", CATEGORY, -1, NULL}, /* stands for missing */
    {"007;12", CATEGORY, -1, NULL},
    {"1;2.50;3", REAL, -2, NULL},
    {".5;-.25", REAL, -2, NULL},
    {"1.;2", INTEGER, -1, NULL},
    {"1.5;1e3", REAL, -1, NULL},
    {"1;1E3", REAL, -1, NULL},
    {"0.1234567890123456", REAL, -1, NULL},
    {"0.123456789012345", REAL, 15, NULL},
    {"1.5;inf;-Infinity", REAL, 1, NULL},
    {"inf;-inf", CATEGORY, -1, NULL},
    {"1e999", CATEGORY, -1, NULL},
    {"0x10", CATEGORY, -1, NULL},
    {"1,5;2,5", REAL, 1, "#,#"},
    {"1;x", CATEGORY, -1, NULL},
    {"17850.0;?;13047.0", INTEGER, -1, NULL},
    {"17850.0;13047.0", REAL, 1, NULL},
    {"17850.0;?;13047.5", REAL, 1, NULL},
    {";?;NA;N/A;NaN;nan;null;NULL;None", REAL, -1, NULL},
    {"true;False", BOOLEAN, -1, NULL},
    {"YES;no;?", BOOLEAN, -1, NULL},
    {"n;y", BOOLEAN, -1, NULL},
    {"T;F", BOOLEAN, -1, NULL},
    {"off;On", BOOLEAN, -1, NULL},
    {"yes;yes", CATEGORY, -1, NULL},
    {"yes;false", CATEGORY, -1, NULL},
    {"yes;no;maybe", CATEGORY, -1, NULL},
    {"a;b;a", CATEGORY, -1, NULL},
    {"2020-01-31;2020-02-29", TIME, -1, "%Y-%m-%d"},
    {"2020-01-31;2021-02-29", CATEGORY, -1, NULL},
    {"2020-01-31 10:11:12;?", TIME, -1, "%Y-%m-%d %H:%M:%S"},
    {"2020-01-31T10:11:12.5;2020-01-31T10:11:12.123456", TIME, -1,
     "%Y-%m-%dT%H:%M:%S.%f"},
    {"2020-01-31T10:11:12Z", TIME, -1, "%Y-%m-%dT%H:%M:%SZ"},
    {"1/2/2010 8:26;12/31/2010 10:00", TIME, -1, "%-m/%-d/%Y %-H:%M"},
    {"1/2/2010 8:26;31/12/2010 10:00", TIME, -1, "%-d/%-m/%Y %-H:%M"},
    {"1/2/2010;2/1/2010", TIME, -1, "%-m/%-d/%Y"},
    {"31.12.2010;1.1.2011", TIME, -1, "%-d.%-m.%Y"},
    {"03-04-2011", TIME, -1, "%d-%m-%Y"},
    {"03-24-2011", TIME, -1, "%m-%d-%Y"},
    {"05-Mar-2011;06-apr-2011", TIME, -1, "%d-%b-%Y"},
    {"08:15;23:59", TIME, -1, "%H:%M"},
    {"1:05 PM;12:00 am", TIME, -1, "%-I:%M %p"},
    {"20200131;20200201", TIME, -1, "%Y%m%d"},
    {"2020-01-31;5", CATEGORY, -1, NULL},
    {"1 - 4;4 - 7", CATEGORY, -1, NULL},
    {"24:00;23:59", TIME, -1, "%*H:%M"},
};

static syngan_table *read_cells(syngan_context *context, const char *cells,
                                const syngan_csv_options *options) {
    char text[1024] = "x,\n\"";
    size_t size = strlen(text);
    for (; *cells != '\0'; cells++)
        if (*cells == ';')
            size += (size_t)sprintf(text + size, "\",\n\"");
        else
            text[size++] = *cells;
    sprintf(text + size, "\",\n");
    syngan_table *table;
    assert_ok(context, tables_read(context, text, options, &table));
    return table;
}

static void types_are_inferred(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        syngan_table *table = read_cells(context, columns[i].cells, NULL);
        const sg_column *column = &table->columns[0];
        if (column->type != columns[i].type ||
            column->decimals != columns[i].decimals)
            fail_msg("\"%s\" became %s with %d decimals", columns[i].cells,
                     sg_column_type_name(column->type), column->decimals);
        if (columns[i].format != NULL)
            assert_string_equal(column->format, columns[i].format);
        syngan_table_free(table);
    }
    syngan_context_free(context);
}

/* ---- columns of twenty rows and more ------------------------------------ */

static int32_t type_of(syngan_context *context, int rows,
                       void (*cell)(int row, char *text)) {
    char *text = malloc((size_t)rows * 128 + 16);
    assert_non_null(text);
    size_t size = (size_t)sprintf(text, "x,y\n");
    for (int row = 0; row < rows; row++) {
        cell(row, text + size);
        strcat(text + size, ",1\n");
        size += strlen(text + size);
    }
    syngan_table *table;
    assert_ok(context, tables_read(context, text, NULL, &table));
    int32_t type = syngan_table_type(table, 0);
    syngan_table_free(table);
    free(text);
    return type;
}

static void count_rows(int row, char *text) {
    sprintf(text, "%d", row + 5);
}
static void count_by_two(int row, char *text) {
    sprintf(text, "%d", 2 * row);
}
static void count_with_gap(int row, char *text) {
    sprintf(text, "%.0d", row == 7 ? 0 : row);
}
static void write_code(int row, char *text) {
    sprintf(text, "AB%04d", row);
}
static void write_padded(int row, char *text) {
    sprintf(text, "%05d", row);
}
static void write_name(int row, char *text) {
    sprintf(text, "Jo Doe%d", row);
}
static void write_comment(int row, char *text) {
    sprintf(text, "a comment of many words, number %d", row * 2 / 3);
    for (char *at = text; *at != '\0'; at++)
        if (*at == ',') *at = '.';
}
static void write_short(int row, char *text) {
    sprintf(text, "no %d", row * 2 / 3);
}
static void write_few(int row, char *text) {
    sprintf(text, "a comment of many words that comes often %d", row % 9);
}

static void texts_are_told_apart(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    assert_int_equal(type_of(context, 20, count_rows),
                     SYNGAN_COLUMN_IDENTIFIER);
    assert_int_equal(type_of(context, 19, count_rows), INTEGER);
    assert_int_equal(type_of(context, 50, count_by_two), INTEGER);
    assert_int_equal(type_of(context, 50, count_with_gap), INTEGER);
    assert_int_equal(type_of(context, 20, write_code),
                     SYNGAN_COLUMN_IDENTIFIER);
    assert_int_equal(type_of(context, 19, write_code), CATEGORY);
    assert_int_equal(type_of(context, 20, write_padded),
                     SYNGAN_COLUMN_IDENTIFIER);
    assert_int_equal(type_of(context, 20, write_name), SYNGAN_COLUMN_TEXT);
    assert_int_equal(type_of(context, 100, write_comment), SYNGAN_COLUMN_TEXT);
    assert_int_equal(type_of(context, 100, write_short), CATEGORY);
    assert_int_equal(type_of(context, 100, write_few), CATEGORY);
    syngan_context_free(context);
}

/* ---- values ------------------------------------------------------------- */

static void numbers_are_exact(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    static const char *const texts[] = {
        "0.1",
        "-0.0",
        "123456789012345",
        "0.000000000000001",
        ".999",
        "-12.50",
        "2.2250738585072014e-308",
        "4.9e-324",
        "1.7976931348623157e308",
        "0.30000000000000004",
        "123456789.123456",
        "99999999999999.9",
        "1e22",
        "1e23",
        "8.41470984807896506652502321630298999622563060798371e-01"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        char cells[128];
        sprintf(cells, "%s;1.5", texts[i]);
        syngan_table *table = read_cells(context, cells, NULL);
        double expected = strtod(texts[i], NULL);
        assert_non_null(syngan_table_reals(table, 0));
        assert_memory_equal(&syngan_table_reals(table, 0)[0], &expected,
                            sizeof expected);
        syngan_table_free(table);
    }
    /* All short numbers, as division makes them, against strtod(). */
    for (int i = 0; i < 20000; i++) {
        char cells[64];
        long long digits = (long long)i * i * 2654435761LL % 1000000000000000LL;
        sprintf(cells, "%lld.%0*d;0.5", digits / 1000000, i % 6 + 1, i % 10);
        syngan_table *table = read_cells(context, cells, NULL);
        *strchr(cells, ';') = '\0';
        assert_true(syngan_table_reals(table, 0)[0] == strtod(cells, NULL));
        syngan_table_free(table);
    }
    syngan_context_free(context);
}

static void marks_are_missing(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table = read_cells(context, "-999;1;x;2;?",
                                     SYNGAN_CSV(.missing = " -999  x ? "));
    assert_int_equal(syngan_table_type(table, 0), INTEGER);
    assert_int_equal(syngan_table_missing(table, 0), 3);
    assert_true(syngan_table_integers(table, 0)[0] == SYNGAN_MISSING);
    syngan_table_free(table);
    /* A mark is no text of the column. */
    table = read_cells(context, "a;?;b;NA;a", NULL);
    assert_int_equal(syngan_table_text_count(table, 0), 2);
    assert_int_equal(syngan_table_codes(table, 0)[1], -1);
    assert_int_equal(syngan_table_codes(table, 0)[2], 1);
    syngan_table_free(table);
    table = read_cells(context, "a;?;NA;", SYNGAN_CSV(.missing = ""));
    assert_int_equal(syngan_table_text_count(table, 0), 3);
    assert_int_equal(syngan_table_missing(table, 0), 1);
    syngan_table_free(table);
    syngan_context_free(context);
}

/* Numbers and texts in one column keep their texts. */
static void mixed_columns_keep_texts(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    static const char *const texts[] = {"536365", "C536379", "1.50", "1.5",
                                        "-0",     ".5",      "-.50", "0.0"};
    syngan_table *table =
        read_cells(context, "536365;C536379;1.50;1.5;-0;.5;-.50;0.0", NULL);
    assert_int_equal(syngan_table_type(table, 0), CATEGORY);
    for (int64_t row = 0; row < 8; row++) {
        tables_check_cell(table, row, 0, texts[row]);
        assert_int_equal(syngan_table_codes(table, 0)[row], row);
    }
    syngan_table_free(table);
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_are_inferred),
        cmocka_unit_test(texts_are_told_apart),
        cmocka_unit_test(numbers_are_exact),
        cmocka_unit_test(marks_are_missing),
        cmocka_unit_test(mixed_columns_keep_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
