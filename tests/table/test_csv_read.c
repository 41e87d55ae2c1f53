/* SPDX-License-Identifier: Apache-2.0 */
/* CSV text: its forms, and what is refused. */
#include <errno.h>
#include <stdio.h>

#ifdef SYNGAN_HAVE_ZLIB
#include <zlib.h>
#endif

#include "support/fault.h"
#include "support/folder.h"
#include "support/tables.h"
#include "support/test.h"

/* One table in many forms: a = x, y; b = 1, 2. */
static const struct {
    const char *text, *separator, *quote;
} forms[] = {
    {"a,b\nx,1\ny,2\n", NULL, NULL},
    {"a,b\r\nx,1\r\ny,2\r\n", NULL, NULL},
    {"a,b\rx,1\ry,2\r", NULL, NULL},
    {"a,b\nx,1\ny,2", NULL, NULL},
    {"a,b\r\nx,1\r\ny,2\r\n\r\n", NULL, NULL},
    {"\n\na,b\n\nx,1\n   \ny,2\n\n\n", NULL, NULL},
    {"\xef\xbb\xbf"
     "a,b\nx,1\ny,2\n",
     NULL, NULL},
    {"a;b\nx;1\ny;2\n", NULL, NULL},
    {"a|b\nx|1\ny|2\n", NULL, NULL},
    {"a\tb\nx\t1\ny\t2\n", NULL, NULL},
    {"a:b\nx:1\ny:2\n", ":", NULL},
    {"a , b\n x, 1\ny ,2 \n", NULL, NULL},
    {"\"a\",\"b\"\n\"x\",\"1\"\n\"y\",\"2\"\n", NULL, NULL},
    {"'a','b'\n'x',1\n'y',2\n", NULL, "'"},
    {"\"a\" , \"b\"\r\n x ,\"1\"\r\n\"y\",\" 2 \"", NULL, NULL},
};

static void forms_are_read(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        syngan_table *table;
        assert_ok(context,
                  tables_read(context, forms[i].text,
                              SYNGAN_CSV(.separator = forms[i].separator,
                                         .quote = forms[i].quote),
                              &table));
        char *text = tables_text(context, table, NULL);
        assert_string_equal(text, "a,b\nx,1\ny,2\n");
        assert_int_equal(syngan_table_type(table, 1), SYNGAN_COLUMN_INTEGER);
        free(text);
        syngan_table_free(table);
    }
    syngan_context_free(context);
}

static void quoted_cells_are_read(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table;
    assert_ok(
        context,
        tables_read(context,
                    "text,n\n\"a,b\",1\n\"c\r\nd\",2\n\"say \"\"x\"\"\",3\n"
                    "\" e \",4\n5\" pipe,5\n",
                    NULL, &table));
    static const char *const expected[] = {"a,b", "c\r\nd", "say \"x\"", " e ",
                                           "5\" pipe"};
    for (int64_t row = 0; row < 5; row++)
        tables_check_cell(table, row, 0, expected[row]);
    syngan_table_free(table);
    syngan_context_free(context);
}

/* Separators within texts and quotes don't mislead. */
static void separators_are_found(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    static const struct {
        const char *text;
        size_t columns;
    } cases[] = {
        {"a;b;c\n1,5;2,5;3,5\n1,5;2,5;3,5\n", 3},
        {"\"x;y;z\",b\n\"1;2;3\",4\n", 2},
        {"name\nsome text\n", 1},
        {"a,b", 2},
        {"a\n", 1},
        {"when|what\n2020-01-01, late|x\n2020-01-02|y\n", 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        syngan_table *table;
        assert_ok(context, tables_read(context, cases[i].text, NULL, &table));
        assert_int_equal(syngan_table_columns(table), cases[i].columns);
        syngan_table_free(table);
    }
    syngan_context_free(context);
}

static void names_are_made(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table;
    assert_ok(context, tables_read(context, "1,2\n3,4\n",
                                   SYNGAN_CSV(.header = 0), &table));
    assert_int_equal(syngan_table_rows(table), 2);
    assert_string_equal(syngan_table_name(table, 1), "column_2");
    syngan_table_free(table);
    assert_ok(context, tables_read(context, "a,,\n3,4,5\n", NULL, &table));
    assert_string_equal(syngan_table_name(table, 2), "column_3");
    syngan_table_free(table);
    syngan_context_free(context);
}

static void keep_log(int32_t level, const char *text, void *user) {
    (void)level;
    snprintf(user, 200, "%s", text);
}

/* A header of numbers may be a row: that is said, once. */
static void a_row_as_header_is_told(void **state) {
    (void)state;
    char logged[200] = "";
    syngan_context *context;
    syngan_table *table;
    assert_int_equal(
        syngan_context_create(
            SYNGAN_CONTEXT(.log = keep_log, .log_user = logged), &context),
        SYNGAN_OK);
    assert_ok(context, tables_read(context, "a,2\n3,4\n", NULL, &table));
    syngan_table_free(table);
    assert_ok(context, tables_read(context, "1,2\n3,4\n",
                                   SYNGAN_CSV(.header = 0), &table));
    syngan_table_free(table);
    assert_string_equal(logged, "");
    assert_ok(context, tables_read(context, "1,2.5\n3,4\n", NULL, &table));
    assert_non_null(strstr(logged, "the first line has only numbers"));
    syngan_table_free(table);
    syngan_context_free(context);
}

static void odd_sizes_are_read(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table;
    assert_ok(context, tables_read(context, "a,b,c\n", NULL, &table));
    assert_int_equal(syngan_table_rows(table), 0);
    assert_int_equal(syngan_table_columns(table), 3);
    assert_int_equal(syngan_table_type(table, 0), SYNGAN_COLUMN_REAL);
    syngan_table_free(table);
    assert_ok(context, tables_read(context, "a\n1\n", NULL, &table));
    assert_int_equal(syngan_table_rows(table), 1);
    syngan_table_free(table);
    assert_ok(context, tables_read(context, "a,b\n1,\n?,NA\n", NULL, &table));
    assert_int_equal(syngan_table_missing(table, 0), 1);
    assert_int_equal(syngan_table_missing(table, 1), 2);
    syngan_table_free(table);
    assert_ok(context, tables_read(context, "a\n1\n2\n3\n4\nx,y\n",
                                   SYNGAN_CSV(.max_rows = 3), &table));
    assert_int_equal(syngan_table_rows(table), 3);
    assert_int_equal(syngan_table_type(table, 0), SYNGAN_COLUMN_INTEGER);
    syngan_table_free(table);
    syngan_context_free(context);
}

static void many_columns_are_read(void **state) {
    (void)state;
    enum { COLUMNS = 5000 };
    syngan_context *context = test_context(1);
    char *text = malloc(COLUMNS * 16), *at = text;
    assert_non_null(text);
    for (int i = 0; i < COLUMNS; i++)
        at += sprintf(at, "c%d%c", i, i + 1 < COLUMNS ? ',' : '\n');
    for (int i = 0; i < COLUMNS; i++)
        at += sprintf(at, "%d%c", i, i + 1 < COLUMNS ? ',' : '\n');
    syngan_table *table;
    assert_ok(context, tables_read(context, text, NULL, &table));
    assert_int_equal(syngan_table_columns(table), COLUMNS);
    assert_true(syngan_table_integers(table, 4999)[0] == 4999);
    syngan_table_free(table);
    free(text);
    syngan_context_free(context);
}

/* Cells that lie across the pieces in which a file is read. */
static void long_files_are_read(void **state) {
    (void)state;
    enum { ROWS = 20011 };
    syngan_context *context = test_context(1);
    char *text = malloc(ROWS * 64), *at = text;
    assert_non_null(text);
    at += sprintf(at, "n,text\n");
    for (int i = 0; i < ROWS; i++)
        at +=
            sprintf(at, "%d,\"t %d\n\"\"%d\"\"\"\r\n", i * 7, i % 1000, i % 10);
    syngan_table *table;
    assert_ok(context, tables_read(context, text, NULL, &table));
    assert_int_equal(syngan_table_rows(table), ROWS);
    assert_int_equal(syngan_table_text_count(table, 1), 1000);
    for (int64_t row = 0; row < ROWS; row++)
        assert_true(syngan_table_integers(table, 0)[row] == row * 7);
    tables_check_cell(table, ROWS - 1, 1, "t 10\n\"0\"");
    syngan_table_free(table);
    free(text);
    syngan_context_free(context);
}

/* ---- encodings ---------------------------------------------------------- */

static void encodings_are_read(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table;
    assert_ok(context, tables_read(context, "a\ncaf\xc3\xa9\n\xe2\x82\xac\n",
                                   NULL, &table));
    tables_check_cell(table, 0, 0, "caf\xc3\xa9");
    syngan_table_free(table);
    const char latin[] = "n\xe4me,b\ncaf\xe9,1\n";
    assert_ok(context,
              tables_read(context, latin,
                          SYNGAN_CSV(.encoding = SYNGAN_ENCODING_LATIN1),
                          &table));
    assert_string_equal(syngan_table_name(table, 0), "n\xc3\xa4me");
    tables_check_cell(table, 0, 0, "caf\xc3\xa9");
    syngan_table_free(table);
    assert_ok(context,
              tables_read(context, latin,
                          SYNGAN_CSV(.encoding = SYNGAN_ENCODING_REPLACE),
                          &table));
    tables_check_cell(table, 0, 0, "caf\xef\xbf\xbd");
    syngan_table_free(table);
    assert_fails(context, tables_read(context, latin, NULL, &table),
                 SYNGAN_E_FORMAT, "line 1, column 1: byte 0xe4 is not UTF-8");
    assert_fails(
        context,
        tables_read(context, "a,b\n\"x\n\ny\",\"z\n\xc0\"\n", NULL, &table),
        SYNGAN_E_FORMAT, "line 5, column 2: byte 0xc0 is not UTF-8");
    const char zero[] = "a,b\nx,y\0z\n";
    assert_fails(context,
                 tables_read_bytes(
                     context, zero, sizeof zero - 1,
                     SYNGAN_CSV(.encoding = SYNGAN_ENCODING_REPLACE), &table),
                 SYNGAN_E_FORMAT, "line 2, column 2: has a zero byte");
    syngan_context_free(context);
}

/* ---- encodings ---------------------------------------------------------- */

#define NAMES "n\xc3\xa4me,a\n\xe2\x82\xac 1,\"x\ny\"\n\xf0\x9f\x98\x80,z\n"

/* UTF-8 as UTF-16; returns the bytes. */
static size_t to_utf16(const char *text, bool big, bool mark, char *out) {
    size_t size = 0;
    uint32_t units[4096];
    size_t n = 0;
    if (mark) units[n++] = 0xfeff;
    for (const unsigned char *at = (const unsigned char *)text; *at != 0;) {
        size_t more = *at < 0x80 ? 0 : *at < 0xe0 ? 1 : *at < 0xf0 ? 2 : 3;
        uint32_t code = *at & (more == 0 ? 0x7fu : 0x3fu >> more);
        for (at++; more > 0; more--)
            code = code << 6 | (*at++ & 0x3fu);
        if (code > 0xffff) {
            units[n++] = 0xd800 + ((code - 0x10000) >> 10);
            code = 0xdc00 + (code & 0x3ff);
        }
        units[n++] = code;
    }
    for (size_t i = 0; i < n; i++) {
        out[size++] = (char)(big ? units[i] >> 8 : units[i] & 0xff);
        out[size++] = (char)(big ? units[i] & 0xff : units[i] >> 8);
    }
    return size;
}

static void utf16_is_read(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *expected, *table;
    assert_ok(context, tables_read(context, NAMES, NULL, &expected));
    for (int i = 0; i < 8; i++) {
        if (i == 5) continue; /* nothing tells that it is big-endian */
        char bytes[256];
        size_t size = to_utf16(NAMES, i & 1, i & 2, bytes);
        int32_t encoding = i & 4 ? SYNGAN_ENCODING_UTF16 : SYNGAN_ENCODING_UTF8;
        syngan_status status = tables_read_bytes(
            context, bytes, size, SYNGAN_CSV(.encoding = encoding), &table);
        if ((i & 6) == 0) {
            assert_int_not_equal(status, SYNGAN_OK);
            continue;
        }
        assert_ok(context, status);
        tables_check_equal(table, expected);
        syngan_table_free(table);
    }
    syngan_table_free(expected);
    syngan_context_free(context);
}

/* A file of many blocks, whose characters lie across their borders. */
static void long_utf16_is_read(void **state) {
    (void)state;
    enum { ROWS = 40000 };
    syngan_context *context = test_context(1);
    char *bytes = malloc(ROWS * 8 + 64);
    syngan_table *table;
    assert_non_null(bytes);
    size_t size = to_utf16("a\n", false, true, bytes);
    for (int row = 0; row < ROWS; row++)
        size += to_utf16(row % 3 ? "\xf0\x9f\x98\x80\n" : "\xe2\x82\xac\n",
                         false, false, bytes + size);
    assert_ok(context, tables_read_bytes(context, bytes, size, NULL, &table));
    assert_int_equal(syngan_table_rows(table), ROWS);
    assert_int_equal(syngan_table_text_count(table, 0), 2);
    syngan_table_free(table);
    free(bytes);
    syngan_context_free(context);
}

static void halves_of_utf16_are_told(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table;
    static const char half[] = "\xff\xfe"
                               "a\0\n\0\x3d\xd8x\0\n";
    assert_fails(
        context,
        tables_read_bytes(context, half, sizeof half - 1, NULL, &table),
        SYNGAN_E_FORMAT, "byte 4: half of a character");
    assert_ok(context,
              tables_read_bytes(context, half, sizeof half - 1,
                                SYNGAN_CSV(.encoding = SYNGAN_ENCODING_REPLACE),
                                &table));
    tables_check_cell(table, 0, 0, "\xef\xbf\xbdx\xef\xbf\xbd");
    syngan_table_free(table);
    syngan_context_free(context);
}

static void windows_bytes_are_read(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    static const char text[] = "a,b\n\x80 5,\x93z\xfc\x94\n\x9e,\x81\n";
    static const char *const expected[] = {"\xe2\x82\xac 5",
                                           "\xe2\x80\x9cz\xc3\xbc\xe2\x80\x9d",
                                           "\xc5\xbe", "\xc2\x81"};
    syngan_table *table;
    assert_ok(context,
              tables_read(context, text,
                          SYNGAN_CSV(.encoding = SYNGAN_ENCODING_WINDOWS1252),
                          &table));
    for (int i = 0; i < 4; i++)
        tables_check_cell(table, i / 2, (size_t)i % 2, expected[i]);
    syngan_table_free(table);
    assert_fails(context, tables_read(context, text, NULL, &table),
                 SYNGAN_E_FORMAT, "(--encoding): windows1252 or latin1");
    syngan_context_free(context);
}

/* ---- what is no row ----------------------------------------------------- */

/* Spreadsheets' line that tells the separator; lines are counted on. */
static void a_separator_line_is_taken(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    static const char *const texts[] = {
        "sep=;\na,x;b\n1,5;y\n", "sep=;\r\na,x;b\r\n1,5;y\r\n",
        "\xef\xbb\xbfSEP=;\na,x;b\n1,5;y\n", "\"sep=;\"\na,x;b\n1,5;y\n"};
    syngan_table *table;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_ok(context, tables_read(context, texts[i], NULL, &table));
        assert_int_equal(syngan_table_columns(table), 2);
        assert_string_equal(syngan_table_name(table, 0), "a,x");
        tables_check_cell(table, 0, 0, "1,5");
        syngan_table_free(table);
    }
    assert_fails(context, tables_read(context, "sep=;\na;b\n1\n", NULL, &table),
                 SYNGAN_E_FORMAT, "line 3: has 1 cells");
    /* A header that only begins so. */
    assert_ok(context, tables_read(context, "sep=x1,b\n1,2\n", NULL, &table));
    assert_string_equal(syngan_table_name(table, 0), "sep=x1");
    syngan_table_free(table);
    syngan_context_free(context);
}

static void a_header_again_is_skipped(void **state) {
    (void)state;
    char logged[200] = "";
    syngan_context *context;
    syngan_table *table;
    assert_int_equal(
        syngan_context_create(
            SYNGAN_CONTEXT(.log = keep_log, .log_user = logged), &context),
        SYNGAN_OK);
    assert_ok(context,
              tables_read(context, "a,b\n1,x\na,b\n2,y\na,b\n", NULL, &table));
    assert_int_equal(syngan_table_rows(table), 2);
    assert_int_equal(syngan_table_type(table, 0), SYNGAN_COLUMN_INTEGER);
    assert_int_equal(syngan_table_text_count(table, 1), 2);
    assert_non_null(strstr(logged, "line 5: repeats the header"));
    syngan_table_free(table);
    /* A single column, or one without a header, may have any text. */
    assert_ok(context, tables_read(context, "a\na\nb\n", NULL, &table));
    assert_int_equal(syngan_table_rows(table), 2);
    syngan_table_free(table);
    syngan_context_free(context);
}

/* Units under the header and totals at the end, where they are certain. */
static void units_and_totals_are_skipped(void **state) {
    (void)state;
    static const struct {
        const char *text, *said;
        int64_t rows;
    } cases[] = {
        {"a,w,h\n,kg,m\nx,1,2\ny,3,4\nz,5,7\n", "line 2: has units", 3},
        {"a,w,h\ntext,[kg],(m)\nx,1,2\ny,3,4\nz,5,7\n", "'[kg]'", 3},
        {"a,w,h\n,kg,9\nx,1,2\ny,3,4\nz,5,7\n", NULL, 4},
        {"a,w,h\nx,n.a.,2\ny,3,4\nz,5,7\nu,5,8\n", NULL, 4},
        {"a,w\nx,1\ny,3\nz,5\nTotal,9\n", "line 5: begins", 3},
        {"a;w\nx;1,50\ny;3,25\nz;1.005,00\nSumme;1.009,75\n", "skipped", 3},
        {"a,w\nx,1\ny,3\nz,5\nTotal,8\n", "it is kept", 4},
        {"a,w,h\n,kg,m\nx,1,2\ny,3,4\nz,5,7\n,,\nSum,9,13\n", "units", 4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char logged[200] = "";
        syngan_context *context;
        syngan_table *table;
        assert_int_equal(
            syngan_context_create(
                SYNGAN_CONTEXT(.log = keep_log, .log_user = logged), &context),
            SYNGAN_OK);
        assert_ok(context, tables_read(context, cases[i].text, NULL, &table));
        if (syngan_table_rows(table) != cases[i].rows ||
            (cases[i].said != NULL && strstr(logged, cases[i].said) == NULL))
            fail_msg("case %zu has %d rows: %s", i,
                     (int)syngan_table_rows(table), logged);
        if (cases[i].said != NULL && cases[i].rows == 3)
            assert_true(syngan_table_type(table, 1) <= SYNGAN_COLUMN_REAL &&
                        syngan_table_text_count(table, 0) == 3 &&
                        syngan_table_missing(table, 1) == 0);
        syngan_table_free(table);
        syngan_context_free(context);
    }
}

/* ---- what is refused ---------------------------------------------------- */

static const struct {
    const char *text, *sentence;
} wrong[] = {
    {"", "stream: is empty"},
    {"\n\n\n", "stream: is empty"},
    {"\xff\xfe"
     "a",
     "byte 0: the file ends in a character, which is not UTF-16"},
    {"a,b\n1,2\n3\n4,5\n", "line 3: has 1 cells, but 2 are expected"},
    {"a,b\r\n1,2\r\n\r\n3,4,5\r\n", "line 4: has 3 cells, but 2"},
    {"a,b\r1,2\r3,4,5\r", "line 3: has 3 cells, but 2"},
    {"a,b\n\"x\n\ny\",2\n1\n", "line 5: has 1 cells"},
    {"a,b\n\"x\r\ny\rz\",2\n1\n", "line 5: has 1 cells"},
    {"a,b,a\n", "columns 1 and 3 have the same name, 'a'"},
    {"column_2,\n", "columns 1 and 2 have the same name, 'column_2'"},
    {"a,b\n1,2\n3,\"open\n4,5\n", "line 3, column 2: begins with a quote"},
    {"a,b\n\"\n\n\",\"open", "line 4, column 2: begins with a quote"},
};

static void wrong_texts_are_refused(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        syngan_table *table;
        assert_fails(context, tables_read(context, wrong[i].text, NULL, &table),
                     SYNGAN_E_FORMAT, wrong[i].sentence);
    }
    syngan_context_free(context);
}

static void endless_cells_are_refused(void **state) {
    (void)state;
    enum { SIZE = 20 << 20 };
    syngan_context *context = test_context(1);
    char *text = malloc(SIZE);
    assert_non_null(text);
    memset(text, 'x', SIZE);
    memcpy(text, "a\n1\n\"", 5);
    syngan_table *table;
    assert_fails(context, tables_read_bytes(context, text, SIZE, NULL, &table),
                 SYNGAN_E_FORMAT,
                 "line 3, column 1: begins a cell of more than");
    free(text);
    syngan_context_free(context);
}

static void wrong_arguments_are_refused(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table;
#define READ(...)                                                              \
    tables_read(context, "a\n1\n", SYNGAN_CSV(__VA_ARGS__), &table)
    assert_fails(context, READ(.separator = "ab"), SYNGAN_E_ARGUMENT,
                 "separator is \"ab\", but must be one ASCII character");
    assert_fails(context, READ(.separator = "\n"), SYNGAN_E_ARGUMENT,
                 "separator");
    assert_fails(context, READ(.quote = ""), SYNGAN_E_ARGUMENT, "quote");
    assert_fails(context, READ(.quote = ",", .separator = ","),
                 SYNGAN_E_ARGUMENT, "the same");
    assert_fails(context, READ(.encoding = 5), SYNGAN_E_ARGUMENT, "encoding");
    assert_fails(context, READ(.max_rows = -1), SYNGAN_E_ARGUMENT, "max_rows");
#undef READ
    assert_fails(context,
                 syngan_table_read_csv(context, "/nowhere/x", NULL, &table),
                 SYNGAN_E_IO, "/nowhere/x");
    assert_fails(context, syngan_table_read_csv(context, NULL, NULL, &table),
                 SYNGAN_E_ARGUMENT, "path");
    assert_fails(context, syngan_table_read_csv(context, "x", NULL, NULL),
                 SYNGAN_E_ARGUMENT, "out");
    assert_fails(context,
                 syngan_table_read_csv_stream(context, NULL, NULL, &table),
                 SYNGAN_E_ARGUMENT, "stream");
    assert_int_equal(syngan_table_read_csv(NULL, "x", NULL, &table),
                     SYNGAN_E_ARGUMENT);
    syngan_context_free(context);
}

/* ---- gzip and faults ---------------------------------------------------- */

static const char sample[] =
    "n,x,when,word,flag\n1,0.5,2020-01-02,one,yes\n,,,,\n"
    "12345678901234567,1e5,2021-02-03,\"two\n\",no\n";
#define SAMPLE_SCHEMA                                                          \
    "{\"columns\":[{\"name\":\"word\",\"type\":\"text\"}],\"missing\":[\"-\"]" \
    ","                                                                        \
    "\"constraints\":[{\"kind\":\"unique\",\"columns\":[\"n\",\"x\"]}]}"

#ifdef SYNGAN_HAVE_ZLIB
static void packed_files_are_read(void **state) {
    (void)state;
    folder files;
    char path[FOLDER_PATH_MAX];
    syngan_context *context = test_context(1);
    folder_make(&files);
    folder_file(&files, "sample.csv.gz", path);
    gzFile packed = gzopen(path, "wb");
    assert_int_equal(gzwrite(packed, sample, sizeof sample - 1),
                     sizeof sample - 1);
    gzclose(packed);
    syngan_table *plain, *table;
    assert_ok(context, tables_read(context, sample, NULL, &plain));
    assert_ok(context, syngan_table_read_csv(context, path, NULL, &table));
    tables_check_equal(plain, table);
    syngan_table_free(plain);
    syngan_table_free(table);
    folder_remove(&files);
    syngan_context_free(context);
}
#endif

static syngan_status read_sample(syngan_context *context, void *user) {
    syngan_table *table = NULL;
    syngan_status status = syngan_table_read_csv(
        context, user, SYNGAN_CSV(.schema = SAMPLE_SCHEMA), &table);
    if (status == SYNGAN_OK) {
        assert_int_equal(syngan_table_rows(table), 3);
        assert_int_equal(syngan_table_type(table, 3), SYNGAN_COLUMN_TEXT);
    }
    syngan_table_free(table);
    return status;
}

static void faults_are_survived(void **state) {
    (void)state;
    folder files;
    char path[FOLDER_PATH_MAX];
    folder_make(&files);
    folder_file(&files, "sample.csv", path);
    file_write(path, sample, sizeof sample - 1);
    const fault_sweep sweep = {.body = read_sample, .user = path};
    assert_true(fault_sweep_memory(&sweep) > 20);
    assert_true(fault_sweep_io(&sweep, EIO) > 2);
    folder_remove(&files);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_are_read),
        cmocka_unit_test(quoted_cells_are_read),
        cmocka_unit_test(separators_are_found),
        cmocka_unit_test(names_are_made),
        cmocka_unit_test(a_row_as_header_is_told),
        cmocka_unit_test(odd_sizes_are_read),
        cmocka_unit_test(many_columns_are_read),
        cmocka_unit_test(long_files_are_read),
        cmocka_unit_test(encodings_are_read),
        cmocka_unit_test(wrong_texts_are_refused),
        cmocka_unit_test(endless_cells_are_refused),
        cmocka_unit_test(wrong_arguments_are_refused),
#ifdef SYNGAN_HAVE_ZLIB
        cmocka_unit_test(packed_files_are_read),
#endif
        cmocka_unit_test(faults_are_survived),
        cmocka_unit_test(utf16_is_read),
        cmocka_unit_test(long_utf16_is_read),
        cmocka_unit_test(halves_of_utf16_are_told),
        cmocka_unit_test(windows_bytes_are_read),
        cmocka_unit_test(a_separator_line_is_taken),
        cmocka_unit_test(a_header_again_is_skipped),
        cmocka_unit_test(units_and_totals_are_skipped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
