/* SPDX-License-Identifier: Apache-2.0 */
/* Written tables: their text, and that they read back to equal ones. */
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>

#include "support/fault.h"
#include "support/folder.h"
#include "support/formats.h"
#include "support/memory_stream.h"
#include "support/tables.h"
#include "support/test.h"
#include "table/time.h"

static void cells_are_quoted_where_needed(void **state) {
    (void)state;
    static const char *const texts[] = {"plain",      "a,b", "a;b", "say \"x\"",
                                        "two\nlines", "\rx", " x",  "x\t",
                                        NULL,         "x y", "'"};
    static const char expected[] =
        "text\nplain\n\"a,b\"\n\"a;b\"\n\"say \"\"x\"\"\"\n\"two\nlines\"\n"
        "\"\rx\"\n\" x\"\n\"x\t\"\n\"\"\nx y\n'\n";
    syngan_context *context = test_context(1);
    syngan_table *table;
    assert_ok(context, syngan_table_create(
                           context, sizeof texts / sizeof texts[0], &table));
    assert_ok(context, syngan_table_add_texts(table, "text",
                                              SYNGAN_COLUMN_CATEGORY, texts));
    char *text = tables_text(context, table, NULL);
    assert_string_equal(text, expected);
    free(text);
    syngan_table_free(table);
    syngan_context_free(context);
}

static void options_count(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table;
    assert_ok(context, tables_read(context, "a b;c\n1.50;x'y\n;\n",
                                   SYNGAN_CSV(.separator = ";"), &table));
    char *text =
        tables_text(context, table,
                    SYNGAN_CSV(.separator = ";", .quote = "'", .header = 0));
    assert_string_equal(text, "1.50;'x''y'\n;\n");
    free(text);
    text = tables_text(context, table, NULL);
    assert_string_equal(text, "a b,c\n1.50,x'y\n,\n");
    free(text);
    syngan_table_free(table);
    syngan_context_free(context);
}

/* ---- there and back ----------------------------------------------------- */

enum { ROWS = 61 };

static uint64_t next(uint64_t *seed) {
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return *seed >> 33;
}

static const char *odd_text(uint64_t *seed, char text[32]) {
    static const char *const parts[] = {
        "a", "7",  "\"", ",",    ";", "|", "\t", "\n",           "\r",
        " ", "\\", "'",  "\r\n", "é", "€", "x",  "\xef\xbb\xbf", "NA"};
    if (next(seed) % 7 == 0) return NULL;
    strcpy(text, next(seed) % 2 == 0 ? "x" : "");
    for (uint64_t n = next(seed) % 6; n > 0; n--)
        strcat(text, parts[next(seed) % (sizeof parts / sizeof parts[0])]);
    return text[strspn(text, " \t")] == '\0' ? "." : text; /* not blank */
}

static void add_texts(syngan_context *context, syngan_table *table,
                      const char *name, int32_t type, uint64_t *seed) {
    char room[ROWS][32];
    const char *texts[ROWS];
    for (int i = 0; i < ROWS; i++) {
        texts[i] = odd_text(seed, room[i]);
        if (type == SYNGAN_COLUMN_BOOLEAN && i > 1)
            texts[i] = texts[next(seed) % 2];
    }
    assert_ok(context, syngan_table_add_texts(table, name, type, texts));
}

static double odd_real(uint64_t *seed) {
    uint64_t bits = next(seed) << 33 ^ next(seed) << 10 ^ next(seed);
    double value;
    switch (next(seed) % 6) {
    case 0:
        return (double)NAN;
    case 1:
        return (double)(int64_t)(next(seed) % 2000000) / 100 - 10000;
    case 2:
        return next(seed) % 2 == 0 ? -0.0 : (double)INFINITY;
    default:
        memcpy(&value, &bits, sizeof value);
        return value;
    }
}

static void add_numbers(syngan_context *context, syngan_table *table,
                        uint64_t *seed) {
    double reals[ROWS];
    int64_t integers[ROWS];
    for (int i = 0; i < ROWS; i++) {
        reals[i] = odd_real(seed);
        integers[i] =
            (int64_t)(next(seed) << 33 ^ next(seed) << 5) >> (next(seed) % 64);
        if (next(seed) % 5 == 0) integers[i] = SYNGAN_MISSING;
    }
    assert_ok(context, syngan_table_add_reals(table, "r,\"\n", reals));
    assert_ok(context, syngan_table_add_integers(table, " i ", integers));
}

static void add_times(syngan_context *context, syngan_table *table,
                      const char *format, uint64_t *seed) {
    int64_t times[ROWS];
    for (int i = 0; i < ROWS; i++) {
        char text[64];
        int64_t time = (int64_t)(next(seed) << 20) - INT64_C(1) * 1000000;
        size_t size = sg_time_write(format, time, text, sizeof text);
        assert_true(sg_time_read(format, text, size, &times[i]));
        if (next(seed) % 5 == 0) times[i] = SYNGAN_MISSING;
    }
    assert_ok(context, syngan_table_add_times(table, "t", times, format));
}

static void check_back(syngan_context *context, const syngan_table *table,
                       const char *separator, const char *quote) {
    const syngan_csv_options *how =
        SYNGAN_CSV(.separator = separator, .quote = quote);
    char *text = tables_text(context, table, how);
    char *schema = tables_schema(table);
    syngan_table *back;
    assert_ok(context,
              tables_read(context, text,
                          SYNGAN_CSV(.separator = separator, .quote = quote,
                                     .missing = "", .schema = schema),
                          &back));
    tables_check_equal(table, back);
    free(text);
    free(schema);
    syngan_table_free(back);
}

static void tables_read_back(void **state) {
    (void)state;
    static const char *const dialects[][2] = {
        {NULL, NULL}, {";", NULL}, {"\t", "'"}, {"x", "|"}, {",", "7"}};
    syngan_context *context = test_context(1);
    for (uint64_t seed = 0, start = 0; start < 200; seed = ++start * 77) {
        syngan_table *table;
        assert_ok(context, syngan_table_create(context, ROWS, &table));
        add_texts(context, table, "c", SYNGAN_COLUMN_CATEGORY, &seed);
        if (start % 3 > 0) { /* else a single column */
            add_texts(context, table, "id", SYNGAN_COLUMN_IDENTIFIER, &seed);
            add_texts(context, table, "b", SYNGAN_COLUMN_BOOLEAN, &seed);
            add_texts(context, table, "long", SYNGAN_COLUMN_TEXT, &seed);
            add_numbers(context, table, &seed);
            const char *format = time_formats[start % 33];
            add_times(context, table, format, &seed);
        }
        check_back(context, table, dialects[start % 5][0],
                   dialects[start % 5][1]);
        syngan_table_free(table);
    }
    syngan_context_free(context);
}

/* A file whose numbers are as the library writes them comes back as it is. */
static void files_stay_the_same(void **state) {
    (void)state;
    static const char text[] =
        "i,r,e,t,c,b\n1,2.50,1e-07,2020-01-02,x,yes\n,-0.00,1e+300,,,\n"
        "-9223372036854775807,123456789.25,0.1,1999-12-31,\"a,b\",no\n";
    static const char *const locales[] = {"C", "de_DE.UTF-8", "de_DE.utf8"};
    syngan_context *context = test_context(1);
    for (size_t i = 0; i < 3; i++) {
        syngan_table *table;
        if (setlocale(LC_ALL, locales[i]) == NULL) continue;
        assert_ok(context, tables_read(context, text, NULL, &table));
        char *back = tables_text(context, table, NULL);
        assert_string_equal(back, text);
        free(back);
        syngan_table_free(table);
    }
    setlocale(LC_ALL, "C");
    syngan_context_free(context);
}

/* ---- failures ----------------------------------------------------------- */

static char path[FOLDER_PATH_MAX];

static syngan_status write_sample(syngan_context *context, void *user) {
    syngan_table *table = NULL;
    static const double reals[] = {0.5, 1e300, 1.0 / 3};
    static const int64_t times[] = {0, 1, SYNGAN_MISSING};
    static const char *const texts[] = {"a", NULL, "b,c"};
    (void)user;
    SG_TRY(syngan_table_create(context, 3, &table));
    syngan_status status = syngan_table_add_reals(table, "r", reals);
    if (status == SYNGAN_OK)
        status = syngan_table_add_times(
            table, "t", times,
            "%Y %m %d and a format that is longer than what is kept for the "
            "text of a cell, so that there must be made room for it: %H %M %S "
            "%f");
    if (status == SYNGAN_OK)
        status = syngan_table_add_texts(table, "x", SYNGAN_COLUMN_TEXT, texts);
    if (status == SYNGAN_OK) status = syngan_table_write_csv(table, path, NULL);
    syngan_table_free(table);
    return status;
}

static void faults_are_survived(void **state) {
    (void)state;
    folder files;
    folder_make(&files);
    folder_file(&files, "out.csv", path);
    const fault_sweep sweep = {.body = write_sample};
    assert_true(fault_sweep_memory(&sweep) > 10);
    assert_true(fault_sweep_io(&sweep, ENOSPC) > 3);
    assert_true(folder_count(&files) == 1);
    folder_remove(&files);
}

static void wrong_arguments_are_refused(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table;
    memory_stream stream;
    memory_stream_init(&stream, NULL, 0);
    assert_ok(context, syngan_table_create(context, 0, &table));
    assert_int_equal(syngan_table_write_csv(NULL, "x", NULL),
                     SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_table_write_csv_stream(NULL, &stream.hooks, NULL),
                     SYNGAN_E_ARGUMENT);
    assert_fails(context, syngan_table_write_csv(table, NULL, NULL),
                 SYNGAN_E_ARGUMENT, "path");
    assert_fails(context, syngan_table_write_csv_stream(table, NULL, NULL),
                 SYNGAN_E_ARGUMENT, "stream");
    assert_fails(context,
                 syngan_table_write_csv_stream(table, &stream.hooks,
                                               SYNGAN_CSV(.quote = "ab")),
                 SYNGAN_E_ARGUMENT, "quote");
    assert_ok(context,
              syngan_table_write_csv_stream(table, &stream.hooks, NULL));
    assert_int_equal(stream.size, 0);
    memory_stream_end(&stream);
    syngan_table_free(table);
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_are_quoted_where_needed),
        cmocka_unit_test(options_count),
        cmocka_unit_test(tables_read_back),
        cmocka_unit_test(files_stay_the_same),
        cmocka_unit_test(faults_are_survived),
        cmocka_unit_test(wrong_arguments_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
