/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers and times as people write them: read, and written back the same. */
#include "table/notation.h"

#include <math.h>
#include <stdio.h>

#include "support/tables.h"
#include "support/test.h"
#include "table/table.h"

enum {
    INTEGER = SYNGAN_COLUMN_INTEGER,
    REAL = SYNGAN_COLUMN_REAL,
    CATEGORY = SYNGAN_COLUMN_CATEGORY,
    TIME = SYNGAN_COLUMN_TIME
};

/* A table of one column, of cells with '|' between; all are in quotes. */
static syngan_table *read_cells(syngan_context *context, const char *cells,
                                const syngan_csv_options *options) {
    char text[2048] = "x,\n\"";
    size_t size = strlen(text);
    for (; *cells != '\0'; cells++)
        if (*cells == '|')
            size += (size_t)sprintf(text + size, "\",\n\"");
        else
            text[size++] = *cells;
    sprintf(text + size, "\",\n");
    syngan_table *table;
    assert_ok(context, tables_read(context, text, options, &table));
    return table;
}

/* All cells, with '|' between. */
static void write_cells(const syngan_table *table, char *text) {
    size_t size = 0;
    text[0] = '\0';
    for (int64_t row = 0; row < syngan_table_rows(table); row++) {
        if (row > 0) text[size++] = '|';
        size += syngan_table_cell(table, row, 0, text + size, 100);
    }
}

static void check(syngan_context *context, const char *cells, int32_t type,
                  const char *format) {
    char back[2048];
    syngan_table *table = read_cells(context, cells, NULL);
    const sg_column *column = &table->columns[0];
    if (column->type != type ||
        (format == NULL
             ? column->format != NULL
             : column->format == NULL || strcmp(column->format, format) != 0))
        fail_msg("\"%s\" became %s with the format %s", cells,
                 sg_column_type_name(column->type),
                 column->format == NULL ? "none" : column->format);
    write_cells(table, back);
    assert_string_equal(back, cells);
    /* With the table's schema the same comes back. */
    char *schema = tables_schema(table);
    syngan_table *again =
        read_cells(context, cells, SYNGAN_CSV(.schema = schema));
    tables_check_equal(table, again);
    write_cells(again, back);
    assert_string_equal(back, cells);
    free(schema);
    syngan_table_free(again);
    syngan_table_free(table);
}

#define NBSP "\xc2\xa0"
#define THIN "\xe2\x80\x89"
#define NARROW "\xe2\x80\xaf"
#define EURO "\xe2\x82\xac"
#define MINUS "\xe2\x88\x92"

static const struct {
    const char *cells;
    int32_t type;
    const char *format;
    double first;
} numbers[] = {
    {"1,5|2,5|-0,5", REAL, "#,#", 1.5},
    {"1,50|12,25|880,00", REAL, "#,#", 1.5},
    {"1.234,56|0,50|-12,00", REAL, "#.###,#", 1234.56},
    {"1.234|1.234.567|12", INTEGER, "#.###,#", 1234},
    {"1,234.56|0.50|-12.00", REAL, "#,###.#", 1234.56},
    {"1,234|1,234,567|12", INTEGER, "#,###.#", 1234},
    {"1,234|5,678|980", INTEGER, "#,###.#", 1234},
    {"1,234|0,678|2,980", REAL, "#,#", 1.234},
    {"1,234|1234,000", REAL, "#,#", 1.234},
    {"1.234|2.345", REAL, NULL, 1.234},
    {"12,34,567|1,23,456|999", INTEGER, "#,##,###.#", 1234567},
    {"12,34,567.50|1,234.25", REAL, "#,##,###.#", 1234567.5},
    {"1 234,5|12 345,0|1,5", REAL, "# ###,#", 1234.5},
    {"1" NBSP "234,5|0,5", REAL, "#" NBSP "###,#", 1234.5},
    {"1" THIN "234.5|0.5", REAL, "#" THIN "###.#", 1234.5},
    {"1" NARROW "234|5", INTEGER, "#" NARROW "###.#", 1234},
    {"1'234.50|12.00", REAL, "#'###.#", 1234.5},
    {"1\xe2\x80\x99"
     "234|2",
     INTEGER, "#\xe2\x80\x99###.#", 1234},
    {"1234|12 345|9", INTEGER, "## ###.#", 1234},
    {"$1,234.50|$0.99|-$3.00", REAL, "$#,###.#", 1234.5},
    {"$-3.25|$4.00", REAL, "$-#", -3.25},
    {"$ 1.25|$ 4.00", REAL, "$ #", 1.25},
    {EURO "5,50|" EURO "1.200,00", REAL, EURO "#.###,#", 5.5},
    {"5,50 " EURO "|1.200,00 " EURO, REAL, "#.###,# " EURO, 5.5},
    {"5,50" NBSP EURO "|7,25" NBSP EURO, REAL, "#,#" NBSP EURO, 5.5},
    {"EUR 5|EUR 17", INTEGER, "EUR #", 5},
    {"5 kr|17 kr", INTEGER, "# kr", 5},
    {"R$ 1.234,50|R$ 0,50", REAL, "R$ #.###,#", 1234.5},
    {"CHF 1'234.50|CHF 0.50", REAL, "CHF #'###.#", 1234.5},
    {"12%|7%|100%", INTEGER, "#%", 12},
    {"12,5 %|7,0 %", REAL, "#,# %", 12.5},
    {"-1.5%|+2.5%", REAL, "+#%", -1.5},
    {"(1,234.50)|12.00", REAL, "(#,###.#)", -1234.5},
    {"($5.25)|$6.00", REAL, "($#)", -5.25},
    {"$(5.25)|$6.00", REAL, "$(#)", -5.25},
    {"5-|7|12-", INTEGER, "#-", -5},
    {"1,5-|7,0", REAL, "#,#-", -1.5},
    {MINUS "5|7", INTEGER, MINUS "#", -5},
    {"+5|-7|+12", INTEGER, "+#", 5},
    {"+5|-7|12|0", INTEGER, NULL, 5},
    {"12 kg|7 kg", INTEGER, "# kg", 12},
    {"1.5km|2.0km", REAL, "#km", 1.5},
    {"90 hPa|15 hPa", INTEGER, "# hPa", 90},
    {"36.6\xc2\xb0"
     "C|38.0\xc2\xb0"
     "C",
     REAL,
     "#\xc2\xb0"
     "C",
     36.6},
    {"1 stars|2 stars|3 stars|4 stars|5 stars|6 stars|7 stars|8 stars|9 "
     "stars|10 stars|11 stars|12 stars",
     INTEGER, "# stars", 1},
    {"36 months|60 months", CATEGORY, NULL, 0},
    {"+4915112345678|+493012345678", CATEGORY, NULL, 0},
    {"12A|14B|7", CATEGORY, NULL, 0},
    {"A12|A13", CATEGORY, NULL, 0},
    {"10 20|30 40", CATEGORY, NULL, 0},
    {"1,2,3|4,5,6", CATEGORY, NULL, 0},
    {"48.1371,11.5761|48.1,11.5", CATEGORY, NULL, 0},
    {"10.0.0.1|192.168.1.2", CATEGORY, NULL, 0},
    {"0123|0456", CATEGORY, NULL, 0},
    {"USD 5|EUR 7", CATEGORY, NULL, 0},
};

/* Digits behind the mark that differ from cell to cell. */
static const struct {
    const char *cells;
    int32_t decimals;
    const char *format;
} mixed[] = {
    {"145.09|481|122.5", -2, NULL},
    {"-145.09|0|122.5|-3", -2, NULL},
    {"1|2.125|1000000", -2, NULL},
    {"481.0|122.5|145.09|0.0", -3, NULL},
    {"-0.5|3.0|2.25", -3, NULL},
    {"1.00|2.125|3.50", -4, NULL},
    {"0.00005|1|0.5", -2, NULL},
    {"0.123456789012|1|0.5", -2, NULL},
    {"159.0|6.0|272.0", 1, NULL},
    {"1.50|2.00|3.25", 2, NULL},
    {"145,09|481|122,5", -2, "#,#"},
    {"1.145,09 EUR|481 EUR|122,5 EUR", -2, "#.###,# EUR"},
    {"$1,145.0|$481.0|$122.55", -3, "$#,###.#"},
    {"12.5%|7%|100%", -2, "#%"},
    {"(2.5)|3|4.25", -2, "(#)"},
    {"1.5|1e-05|2", -1, NULL},
};

static void mixed_digits_come_back(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    for (size_t i = 0; i < sizeof mixed / sizeof mixed[0]; i++) {
        check(context, mixed[i].cells, REAL, mixed[i].format);
        syngan_table *table = read_cells(context, mixed[i].cells, NULL);
        if (table->columns[0].decimals != mixed[i].decimals)
            fail_msg("%s has %d decimals", mixed[i].cells,
                     table->columns[0].decimals);
        syngan_table_free(table);
    }
    syngan_context_free(context);
}

static void numbers_are_read(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (strcmp(numbers[i].cells, "+5|-7|12|0") == 0) continue;
        check(context, numbers[i].cells, numbers[i].type, numbers[i].format);
        if (numbers[i].type == CATEGORY) continue;
        syngan_table *table = read_cells(context, numbers[i].cells, NULL);
        double first = numbers[i].type == REAL
                           ? syngan_table_reals(table, 0)[0]
                           : (double)syngan_table_integers(table, 0)[0];
        if (first != numbers[i].first)
            fail_msg("%s is %g", numbers[i].cells, first);
        syngan_table_free(table);
    }
    syngan_context_free(context);
}

/* Patterns come back from notations; others are refused. */
static void patterns_are_checked(void **state) {
    (void)state;
    static const char *const wrong[] = {
        "",      "x",    "#x",    "##",      "#,##",    "#,###,###", "#.###.#",
        "#,#.#", "ID #", "$# kg", "#,###,#", "#-###.#", "#;#",       "(#",
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        sg_notation notation;
        char again[SG_NOTATION_TEXT];
        if (numbers[i].format == NULL) continue;
        assert_true(sg_notation_parse(numbers[i].format, &notation));
        sg_notation_pattern(&notation, again);
        assert_string_equal(again, numbers[i].format);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        sg_notation notation;
        if (sg_notation_parse(wrong[i], &notation))
            fail_msg("\"%s\" was taken for a notation", wrong[i]);
    }
}

static const struct {
    const char *cells, *format;
} times[] = {
    {"2024-03-20T10:11:12+02:00|2024-07-01T00:00:00+02:00",
     "%Y-%m-%dT%H:%M:%S+02:00"},
    {"2024-03-20 10:11:12+0200|2024-07-01 00:00:00+0200",
     "%Y-%m-%d %H:%M:%S+0200"},
    {"2024-03-20 10:11:12 +0000|2024-07-01 00:00:00 +0000",
     "%Y-%m-%d %H:%M:%S +0000"},
    {"2024-03-20T10:11:12Z|2024-07-01T00:00:00Z", "%Y-%m-%dT%H:%M:%SZ"},
    {"2024-03-20T10:11Z|2024-07-01T00:00Z", "%Y-%m-%dT%H:%MZ"},
    {"2024-03-20 10:11:12 UTC|2024-07-01 00:00:00 UTC",
     "%Y-%m-%d %H:%M:%S UTC"},
    {"2024-03-20 10:11:12 GMT|2024-07-01 00:00:00 GMT",
     "%Y-%m-%d %H:%M:%S GMT"},
    {"2024-03-20T10:11:12+01:00[Europe/Berlin]|2024-01-01T00:00:00+01:00["
     "Europe/Berlin]",
     "%Y-%m-%dT%H:%M:%S+01:00[Europe/Berlin]"},
    {"2024-03-20 10:11:12.5|2024-07-01 00:00:00.0", "%Y-%m-%d %H:%M:%S.%1f"},
    {"2024-03-20 10:11:12.125|2024-07-01 00:00:00.000",
     "%Y-%m-%d %H:%M:%S.%3f"},
    {"2024-03-20T10:11:12.125Z|2024-07-01T00:00:00.000Z",
     "%Y-%m-%dT%H:%M:%S.%3fZ"},
    {"2024-03-20 10:11:12.123456|2024-07-01 00:00:00.000001",
     "%Y-%m-%d %H:%M:%S.%f"},
    {"2024-03-20 10:11:12.123456000|2024-07-01 00:00:00.000000000",
     "%Y-%m-%d %H:%M:%S.%9f"},
    {"2024-03-20T10:11:12|2024-07-01T00:00:00.250000", "%Y-%m-%dT%H:%M:%S%.f"},
    {"2024-03-20 10:11:12,125|2024-07-01 00:00:00,000",
     "%Y-%m-%d %H:%M:%S,%3f"},
    {"2024-03-20T10:11|2024-07-01T00:00", "%Y-%m-%dT%H:%M"},
    {"20-Mar-2024|01-Jul-2024", "%d-%b-%Y"},
    {"20-MAR-2024|01-JUL-2024", "%d-%^b-%Y"},
    {"20-Mar-24|01-Jul-24", "%d-%b-%y"},
    {"20 March 2024|01 July 2024", "%d %B %Y"},
    {"20 March 2024|1 July 2024", "%-d %B %Y"},
    {"1 May 2024|12 June 2024", "%-d %B %Y"},
    {"1. May 2024|12. June 2024", "%-d. %B %Y"},
    {"Mar 20, 2024|Jul 01, 2024", "%b %d, %Y"},
    {"March 20, 2024|July 1, 2024", "%B %-d, %Y"},
    {"March 20, 2024 at 10:11 AM|July 1, 2024 at 1:05 PM",
     "%B %-d, %Y at %-I:%M %p"},
    {"Wed, 20 Mar 2024|Mon, 01 Jul 2024", "%a, %d %b %Y"},
    {"Wed, 20 Mar 2024 10:11:12 GMT|Mon, 01 Jul 2024 00:00:00 GMT",
     "%a, %d %b %Y %H:%M:%S GMT"},
    {"Wed, 20 Mar 2024 10:11:12 +0100|Mon, 01 Jul 2024 00:00:00 +0100",
     "%a, %d %b %Y %H:%M:%S +0100"},
    {"Wednesday, March 20, 2024|Monday, July 1, 2024", "%A, %B %-d, %Y"},
    {"Wed Mar 20 10:11:12 2024|Mon Jul  1 00:00:00 2024",
     "%a %b %e %H:%M:%S %Y"},
    {"20/Mar/2024:10:11:12 -0700|01/Jul/2024:00:00:00 -0700",
     "%d/%b/%Y:%H:%M:%S -0700"},
    {"03/20/2024 10:11:12 AM|07/01/2024 12:00:00 AM", "%m/%d/%Y %I:%M:%S %p"},
    {"3/20/2024 1:05 PM|7/1/2024 12:00 AM", "%-m/%-d/%Y %-I:%M %p"},
    {"3/20/2024 1:05 pm|7/1/2024 12:00 am", "%-m/%-d/%Y %-I:%M %P"},
    {"3/20/2024 1:05PM|7/1/2024 12:00AM", "%-m/%-d/%Y %-I:%M%p"},
    {"2024.03.20|2024.07.01", "%Y.%m.%d"},
    {"20.03.2024|01.07.2024", "%d.%m.%Y"},
    {"20.3.2024|1.7.2024", "%-d.%-m.%Y"},
    {"20.03.2024 10:11 Uhr|01.07.2024 00:00 Uhr", "%d.%m.%Y %H:%M Uhr"},
    {"2024/03/20|2024/07/01", "%Y/%m/%d"},
    {"03/20/2024|07/01/2024", "%m/%d/%Y"},
    {"20/03/2024|01/07/2024", "%d/%m/%Y"},
    {"20/03/24|01/07/24", "%d/%m/%y"},
    {"20-03-24|01-07-24", "%d-%m-%y"},
    {"20240320|20240701", "%Y%m%d"},
    {"20240320101112|20240701000000", "%Y%m%d%H%M%S"},
    {"20240320T101112Z|20240701T000000Z", "%Y%m%dT%H%M%SZ"},
    {"2024-080|2024-366", "%Y-%j"},
    {"2024-03|2024-07", "%Y-%m"},
    {"Mar 2024|Jul 2024", "%b %Y"},
    {"10:11:12|00:00:00", "%H:%M:%S"},
    {"10:11:12.250|00:00:00.000", "%H:%M:%S.%3f"},
    {"9:05|14:30", "%-H:%M"},
    {"24:00|08:30", "%*H:%M"},
    {"1:05 PM|12:00 AM", "%-I:%M %p"},
    {"3 PM|12 AM", "%-I %p"},
};

static void times_are_read(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        check(context, times[i].cells, TIME, times[i].format);
    syngan_context_free(context);
}

/* Offsets that differ are converted, and 24:00 is the next day. */
static void times_are_converted(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table = read_cells(
        context, "2024-03-20T10:00:00+02:00|2024-01-01T00:30:00-01:00", NULL);
    tables_check_cell(table, 0, 0, "2024-03-20T08:00:00+00:00");
    tables_check_cell(table, 1, 0, "2024-01-01T01:30:00+00:00");
    assert_non_null(strstr(syngan_table_note(table, 0), "converted to UTC"));
    syngan_table_free(table);
    table = read_cells(context, "2024-12-31 24:00|2024-01-01 00:30", NULL);
    tables_check_cell(table, 0, 0, "2025-01-01 00:00");
    syngan_table_free(table);
    syngan_context_free(context);
}

/* What is almost a number or a time: missing, or why it is text. The bound is
 * that of all cells; each case has 60 of them. */
static const struct {
    const char *odd, *other;
    int odd_cells;
    int32_t type;
    const char *note; /* NULL: none */
} nearly[] = {
    {"n.a.", "%d,5", 1, REAL, "'n.a.' in line 12 is no number; this cell"},
    {"n.a.", "%d", 20, INTEGER, "20 such cells are read as missing"},
    {"unknown", "2024-03-%02d", 5, TIME, "'unknown' in line 12 is no time"},
    {"-", "%d%%", 3, INTEGER, "'-' in line 12 is no number"},
    {"*", "$%d", 3, INTEGER, "'*' in line 12 is no number"},
    {"see below", "%d", 2, INTEGER, "'see below' in line 12 is no number"},
    {"see below", "%d", 10, CATEGORY, "50 of 60 cells are numbers, but 'see"},
    {"withdrawn", "2024-03-%02d", 10, CATEGORY, "50 of 60 cells are times"},
    {"2024", "2024-03-%02d", 2, TIME, "cells are read as missing"},
    {"n.a.", "x%d", 2, CATEGORY, NULL},
    {"n.a.", "0%d", 2, CATEGORY, NULL},
};

static void what_is_nearly_one_is_told(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    for (size_t i = 0; i < sizeof nearly / sizeof nearly[0]; i++) {
        char text[4096];
        size_t size = (size_t)sprintf(text, "x;y\n");
        for (int row = 0; row < 60; row++) {
            int at = row - 10;
            if (at >= 0 && at < nearly[i].odd_cells)
                size += (size_t)sprintf(text + size, "%s", nearly[i].odd);
            else
                size +=
                    (size_t)sprintf(text + size, nearly[i].other, row % 28 + 1);
            size += (size_t)sprintf(text + size, ";a\n");
        }
        syngan_table *table, *part;
        assert_ok(context, tables_read(context, text, NULL, &table));
        const char *note = syngan_table_note(table, 0);
        if (syngan_table_type(table, 0) != nearly[i].type ||
            (note == NULL) != (nearly[i].note == NULL) ||
            (note != NULL && strstr(note, nearly[i].note) == NULL))
            fail_msg("%s among %s: type %d, %s", nearly[i].odd, nearly[i].other,
                     syngan_table_type(table, 0), note);
        if (nearly[i].type != CATEGORY)
            assert_int_equal(syngan_table_missing(table, 0),
                             nearly[i].odd_cells);
        /* It goes with the rows. */
        assert_ok(context,
                  syngan_table_select(table, (const int64_t[]){1}, 1, &part));
        const char *same = syngan_table_note(part, 0);
        assert_true((note == NULL) == (same == NULL) &&
                    (note == NULL || strcmp(note, same) == 0));
        assert_null(syngan_table_note(table, 1));
        assert_null(syngan_table_note(table, 2));
        syngan_table_free(part);
        syngan_table_free(table);
    }
    syngan_context_free(context);
}

/* What a column leaves open others tell, or the option. */
static void the_file_tells_the_mark(void **state) {
    (void)state;
    static const struct {
        const char *text, *decimal;
        int32_t type;
        double first;
    } cases[] = {
        {"x|y\n1,234|a\n5,678|b\n", NULL, INTEGER, 1234},
        {"x|y\n1,234|a\n5,678|b\n", ",", REAL, 1.234},
        {"x|y\n1,234|1,5\n5,678|2,5\n", NULL, REAL, 1.234},
        {"x|y\n1.234|1,5\n5.678|2,5\n", NULL, INTEGER, 1234},
        {"x|y\n1.234|1.5\n5.678|2.5\n", NULL, REAL, 1.234},
        {"x|y\n1.234|a\n5.678|b\n", ",", INTEGER, 1234},
        {"x|y\n1.234|a\n5.678|b\n", NULL, REAL, 1.234},
        {"x;y\n1,234;a\n5,678;b\n", NULL, REAL, 1.234},
        {"x;y\n1,234;a\n5,678;b\n", ".", INTEGER, 1234},
        {"x;y\n1.234;a\n980;b\n", NULL, INTEGER, 1234},
        {"x;y\n1,234;1.5\n5,678;2.5\n", NULL, INTEGER, 1234},
    };
    syngan_context *context = test_context(1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        syngan_table *table;
        assert_ok(context,
                  tables_read(context, cases[i].text,
                              SYNGAN_CSV(.decimal = cases[i].decimal), &table));
        if (syngan_table_type(table, 0) != cases[i].type)
            fail_msg("case %zu became type %d", i, syngan_table_type(table, 0));
        double first = cases[i].type == REAL
                           ? syngan_table_reals(table, 0)[0]
                           : (double)syngan_table_integers(table, 0)[0];
        assert_true(first == cases[i].first);
        syngan_table_free(table);
    }
    assert_int_equal(tables_read(context, "x\n1\n", SYNGAN_CSV(.decimal = "x"),
                                 &(syngan_table *){NULL}),
                     SYNGAN_E_ARGUMENT);
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read),
        cmocka_unit_test(mixed_digits_come_back),
        cmocka_unit_test(patterns_are_checked),
        cmocka_unit_test(times_are_read),
        cmocka_unit_test(times_are_converted),
        cmocka_unit_test(what_is_nearly_one_is_told),
        cmocka_unit_test(the_file_tells_the_mark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
