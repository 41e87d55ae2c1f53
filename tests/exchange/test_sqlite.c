/* SPDX-License-Identifier: Apache-2.0 */
/* Tables from and to SQLite databases, which the tests look at by SQLite
 * itself. */
#include <math.h>
#include <stdio.h>

#include "support/fault.h"
#include "support/folder.h"
#include "support/test.h"
#include "table/table.h"

#ifdef SYNGAN_HAVE_SQLITE
#include <sqlite3.h>

static folder files;
static char path[FOLDER_PATH_MAX];

/* A new database with what the statements make. */
static void make_database(const char *sql) {
    sqlite3 *db = NULL;
    remove(folder_file(&files, "data.sqlite", path));
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* The first cell that a query gives, into `text`. */
static const char *ask(const char *sql, char text[128]) {
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    const char *cell = (const char *)sqlite3_column_text(statement, 0);
    snprintf(text, 128, "%s", cell != NULL ? cell : "NULL");
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return text;
}

static int make_files(void **state) {
    (void)state;
    folder_make(&files);
    return 0;
}

static int remove_files(void **state) {
    (void)state;
    folder_remove(&files);
    return 0;
}

static syngan_table *read(syngan_context *context, const char *query) {
    syngan_table *table = NULL;
    assert_ok(context,
              syngan_table_read_sqlite(context, path, query, NULL, &table));
    return table;
}

static void refuses(syngan_context *context, const char *query,
                    syngan_status status, const char *part) {
    syngan_table *table = NULL;
    assert_fails(context,
                 syngan_table_read_sqlite(context, path, query, NULL, &table),
                 status, part);
    assert_null(table);
}

/* A column's cells, each followed by '|'. */
static const char *cells(const syngan_table *table, size_t column,
                         char text[256]) {
    size_t used = 0;
    for (int64_t row = 0; row < syngan_table_rows(table); row++) {
        used +=
            syngan_table_cell(table, row, column, text + used, 256 - used - 2);
        text[used++] = '|';
    }
    text[used] = '\0';
    return text;
}

/* ---- reading ------------------------------------------------------------ */

static const char mixed[] =
    "CREATE TABLE t (whole INTEGER, price NUMERIC, flag BOOLEAN, at DATETIME,"
    " town TEXT, any, late, huge, none TEXT);"
    "INSERT INTO t VALUES (1, 2.5, 1, '2024-02-29 10:00:00', 'Bern', 7,"
    " NULL, 9007199254740993, NULL);"
    "INSERT INTO t VALUES (NULL, 3, 0, '2024-03-01 00:00:59', 'Oslo', '',"
    " NULL, -1, NULL);"
    "INSERT INTO t VALUES (-3, NULL, NULL, NULL, NULL, 1.25,"
    " 4, 0, NULL);"
    "INSERT INTO t VALUES (4, 0.125, 1, '2024-03-02 23:59:59', 'Bern', 'x y',"
    " 5, 0, NULL);";

static void types_come_from_values_and_declarations(void **state) {
    (void)state;
    static const struct {
        int32_t type;
        const char *cells;
    } expected[] = {
        {SYNGAN_COLUMN_INTEGER, "1||-3|4|"},
        {SYNGAN_COLUMN_REAL, "2.500|3.000||0.125|"},
        {SYNGAN_COLUMN_BOOLEAN, "true|false||true|"},
        {SYNGAN_COLUMN_TIME,
         "2024-02-29 10:00:00|2024-03-01 00:00:59||2024-03-02 23:59:59|"},
        {SYNGAN_COLUMN_CATEGORY, "Bern|Oslo||Bern|"},
        {SYNGAN_COLUMN_CATEGORY, "7||1.25|x y|"},
        {SYNGAN_COLUMN_INTEGER, "||4|5|"},
        {SYNGAN_COLUMN_INTEGER, "9007199254740993|-1|0|0|"},
        {SYNGAN_COLUMN_CATEGORY, "||||"},
    };
    syngan_context *context = test_context(1);
    make_database(mixed);
    syngan_table *table = read(context, "SELECT * FROM t");
    char text[256];
    assert_int_equal(syngan_table_columns(table), 9);
    for (size_t i = 0; i < 9; i++) {
        assert_string_equal(cells(table, i, text), expected[i].cells);
        assert_int_equal(syngan_table_type(table, i), expected[i].type);
    }
    assert_int_equal(syngan_table_find(table, "price"), 1);
    syngan_table_free(table);
    table = read(context, "SELECT whole AS n FROM t WHERE whole > 9;");
    assert_int_equal(syngan_table_rows(table), 0);
    assert_int_equal(syngan_table_type(table, 0), SYNGAN_COLUMN_INTEGER);
    syngan_table_free(table);
    syngan_context_free(context);
}

static void what_is_refused(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    make_database(mixed);
    refuses(context, "SELECT unknown FROM t", SYNGAN_E_IO,
            "no such column: unknown");
    refuses(context, "SELECT 1; SELECT 2", SYNGAN_E_ARGUMENT,
            "more than one query");
    refuses(context, " ", SYNGAN_E_ARGUMENT, "none that gives rows");
    refuses(context, "DELETE FROM t", SYNGAN_E_ARGUMENT, "none that gives");
    refuses(context, "DELETE FROM t RETURNING any", SYNGAN_E_IO, "readonly");
    refuses(context, "SELECT 1 AS a, 2 AS a", SYNGAN_E_ARGUMENT, "named 'a'");
    refuses(context, "SELECT 1 AS a UNION ALL SELECT x'00'", SYNGAN_E_TYPE,
            "column 'a', row 1: a blob");
    refuses(context, "SELECT 'a' || char(0) AS a", SYNGAN_E_FORMAT,
            "column 'a', row 0: a text with a zero byte");
    refuses(context, "SELECT CAST(x'ff' AS TEXT) AS a", SYNGAN_E_FORMAT,
            "not UTF-8");
    refuses(context, "SELECT -9223372036854775807 - 1 AS a", SYNGAN_E_FORMAT,
            "stands for a missing value");
    refuses(context, "SELECT abs(-9223372036854775807 - 1) AS a", SYNGAN_E_IO,
            "integer overflow");
    syngan_table *table;
    assert_fails(context,
                 syngan_table_read_sqlite(context, "/nowhere/x", "SELECT 1",
                                          NULL, &table),
                 SYNGAN_E_IO, "/nowhere/x': unable to open");
    file_write(path, "this is no database, but a text", 31);
    refuses(context, "SELECT * FROM t", SYNGAN_E_IO, "not a database");
    assert_fails(context,
                 syngan_table_read_sqlite(context, path, NULL, NULL, &table),
                 SYNGAN_E_ARGUMENT, "NULL");
    syngan_context_free(context);
}

/* ---- writing ------------------------------------------------------------ */

static syngan_table *some_table(syngan_context *context) {
    syngan_table *table = NULL;
    const int64_t whole[] = {1, SYNGAN_MISSING, -3};
    const double reals[] = {0.1, (double)NAN, 1e300};
    const int64_t times[] = {0, SYNGAN_MISSING, 86400000000 - 1};
    const char *const flags[] = {"no", NULL, "yes"};
    const char *const texts[] = {"it's", NULL, "a \"b\" K\xc3\xb6ln"};
    assert_ok(context, syngan_table_create(context, 3, &table));
    assert_ok(context, syngan_table_add_integers(table, "a \"b\"", whole));
    assert_ok(context, syngan_table_add_reals(table, "select", reals));
    assert_ok(context, syngan_table_add_times(table, "time", times, NULL));
    assert_ok(context, syngan_table_add_times(table, "fine", times,
                                              "%d.%m.%Y %H:%M:%S.%f"));
    assert_ok(context, syngan_table_add_times(table, "day", times, "%d.%m.%Y"));
    assert_ok(context, syngan_table_add_texts(table, "flag",
                                              SYNGAN_COLUMN_BOOLEAN, flags));
    assert_ok(context,
              syngan_table_add_texts(table, "text", SYNGAN_COLUMN_TEXT, texts));
    assert_ok(context,
              syngan_table_add_durations(table, "took", times, "%-H h"));
    return table;
}

static void what_is_written(void **state) {
    (void)state;
    static const char *const expected[][2] = {
        {"SELECT count(*) FROM \"my 't\"\"able\"", "3"},
        {"SELECT group_concat(ifnull(\"a \"\"b\"\"\", '-')) FROM \"my "
         "'t\"\"able\"",
         "1,-,-3"},
        {"SELECT group_concat(ifnull(\"select\", '-')) FROM \"my 't\"\"able\"",
         "0.1,-,1.0e+300"},
        {"SELECT group_concat(typeof(time)) FROM \"my 't\"\"able\"",
         "text,null,text"},
        {"SELECT max(time) FROM \"my 't\"\"able\"", "1970-01-01 23:59:59"},
        {"SELECT max(fine) FROM \"my 't\"\"able\"",
         "1970-01-01 23:59:59.999999"},
        {"SELECT max(took) FROM \"my 't\"\"able\"", "24 h"},
        {"SELECT max(day) FROM \"my 't\"\"able\"", "1970-01-01"},
        {"SELECT group_concat(ifnull(flag, '-')) FROM \"my 't\"\"able\"",
         "0,-,1"},
        {"SELECT group_concat(ifnull(text, '-')) FROM \"my 't\"\"able\"",
         "it's,-,a \"b\" K\xc3\xb6ln"},
        {"SELECT group_concat(type) FROM pragma_table_info('my ''t\"able')",
         "INTEGER,REAL,DATETIME,DATETIME,DATE,BOOLEAN,TEXT,TEXT"},
    };
    syngan_context *context = test_context(1);
    make_database("");
    syngan_table *table = some_table(context);
    assert_ok(context, syngan_table_write_sqlite(table, path, "my 't\"able"));
    char text[128];
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_string_equal(ask(expected[i][0], text), expected[i][1]);
    assert_fails(context, syngan_table_write_sqlite(table, path, "my 't\"able"),
                 SYNGAN_E_IO, "already exists");
    assert_ok(context, syngan_table_write_sqlite(table, path, "other"));
    assert_fails(context, syngan_table_write_sqlite(table, path, "sqlite_x"),
                 SYNGAN_E_IO, "reserved for internal use");
    assert_fails(context,
                 syngan_table_write_sqlite(table, "/nowhere/x", "other"),
                 SYNGAN_E_IO, "unable to open");
    assert_int_equal(syngan_table_write_sqlite(table, path, NULL),
                     SYNGAN_E_ARGUMENT);
    syngan_table_free(table);
    assert_ok(context, syngan_table_create(context, 3, &table));
    assert_fails(context, syngan_table_write_sqlite(table, path, "t"),
                 SYNGAN_E_ARGUMENT, "no columns");
    syngan_table_free(table);
    syngan_context_free(context);
}

static void transactions_come_back(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    make_database("");
    syngan_table *table = NULL, *back = NULL;
    assert_ok(context, syngan_table_transactions(context, 211, 1, &table));
    assert_ok(context, syngan_table_write_sqlite(table, path, "payments"));
    back = read(context, "SELECT * FROM payments");
    assert_int_equal(syngan_table_rows(back), 211);
    char x[64], y[64];
    for (size_t i = 0; i < syngan_table_columns(table); i++) {
        assert_string_equal(syngan_table_name(back, i),
                            syngan_table_name(table, i));
        if (i != 0) /* cards repeat */
            assert_int_equal(syngan_table_type(back, i),
                             syngan_table_type(table, i));
        for (int64_t row = 0; row < 211; row++) {
            syngan_table_cell(table, row, i, x, sizeof x);
            syngan_table_cell(back, row, i, y, sizeof y);
            assert_string_equal(x, y);
        }
    }
    syngan_table_free(back);
    syngan_table_free(table);
    syngan_context_free(context);
}

static void nothing_is_left_of_what_fails(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    make_database("CREATE TABLE before (a)");
    syngan_table *table = some_table(context);
    const int64_t whole[] = {1, 2, 3};
    assert_ok(context, syngan_table_add_integers(table, "TEXT", whole));
    assert_fails(context, syngan_table_write_sqlite(table, path, "t"),
                 SYNGAN_E_IO, "duplicate column name");
    syngan_table_free(table);
    table = some_table(context);
    syngan_context_cancel(context);
    assert_fails(context, syngan_table_write_sqlite(table, path, "t"),
                 SYNGAN_E_CANCELLED, "cancelled");
    refuses(context,
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
            "SELECT max(i) FROM n",
            SYNGAN_E_CANCELLED, "cancelled");
    syngan_context_cancel_reset(context);
    char text[128];
    assert_string_equal(
        ask("SELECT group_concat(name) FROM sqlite_master", text), "before");
    syngan_table_free(table);
    syngan_context_free(context);
}

/* ---- faults ------------------------------------------------------------- */

static void before_body(void *user) {
    (void)user;
    make_database(mixed);
}

static syngan_status body(syngan_context *context, void *user) {
    (void)user;
    syngan_table *table = NULL;
    syngan_status status = syngan_table_read_sqlite(
        context, path, "SELECT * FROM t", NULL, &table);
    assert_int_equal(table != NULL, status == SYNGAN_OK);
    if (status == SYNGAN_OK)
        status = syngan_table_write_sqlite(table, path, "copy");
    syngan_table_free(table);
    return status;
}

static void survives_lack_of_memory(void **state) {
    (void)state;
    fault_sweep_memory(&(fault_sweep){.body = body, .before = before_body});
}

/* SQLite's own memory, of which there is more and more. */
static void survives_sqlites_lack_of_memory(void **state) {
    (void)state;
    syngan_status status = SYNGAN_E_MEMORY;
    int failures = 0;
    for (int64_t limit = 1; status != SYNGAN_OK; limit += 2003) {
        make_database(mixed);
        syngan_context *context = test_context(1);
        sqlite3_hard_heap_limit64(limit);
        status = body(context, NULL);
        sqlite3_hard_heap_limit64(0);
        if (status != SYNGAN_OK) {
            failures++;
            assert_int_equal(status, SYNGAN_E_MEMORY);
            assert_non_null(
                strstr(syngan_context_last_error(context), "memory"));
        }
        syngan_context_free(context);
        assert_int_equal(sqlite3_memory_used(), 0);
        char text[128];
        assert_string_equal(ask("SELECT count(*) FROM sqlite_master", text),
                            status == SYNGAN_OK ? "2" : "1");
    }
    assert_true(failures > 9);
}

/* A key is one from here, too; what is declared as text stays text. */
static void keys_and_declared_texts(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    make_database(
        "CREATE TABLE a (customer_id INTEGER, zip TEXT, age INTEGER, "
        "price VARCHAR(9), code TEXT);"
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n "
        "WHERE i < 199) INSERT INTO a SELECT i * 3 + 7, "
        "printf('%05d', i % 50), i % 60, printf('%.2f', i % 9), "
        "CAST(i % 7 AS TEXT) FROM n;");
    syngan_table *table = read(context, "SELECT * FROM a");
    static const int32_t types[] = {
        SYNGAN_COLUMN_IDENTIFIER, SYNGAN_COLUMN_CATEGORY, SYNGAN_COLUMN_INTEGER,
        SYNGAN_COLUMN_REAL, SYNGAN_COLUMN_CATEGORY};
    for (size_t c = 0; c < 5; c++)
        assert_int_equal(syngan_table_type(table, c), types[c]);
    assert_ok(context, syngan_table_write_sqlite(table, path, "b"));
    char text[128];
    assert_string_equal(
        ask("SELECT group_concat(type) FROM pragma_table_info('b')", text),
        "INTEGER,TEXT,INTEGER,TEXT,TEXT");
    assert_string_equal(
        ask("SELECT count(*) FROM (SELECT * FROM a INTERSECT SELECT * FROM b)",
            text),
        ask("SELECT count(*) FROM (SELECT DISTINCT * FROM a)", (char[128]){0}));
    syngan_table_free(table);
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_and_declared_texts),
        cmocka_unit_test(types_come_from_values_and_declarations),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(what_is_written),
        cmocka_unit_test(transactions_come_back),
        cmocka_unit_test(nothing_is_left_of_what_fails),
        cmocka_unit_test(survives_lack_of_memory),
        cmocka_unit_test(survives_sqlites_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}

#else

static void says_that_it_is_not_there(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table = NULL;
    assert_fails(
        context,
        syngan_table_read_sqlite(context, "x", "SELECT 1", NULL, &table),
        SYNGAN_E_UNSUPPORTED, "this build has no SQLite");
    assert_ok(context, syngan_table_create(context, 1, &table));
    assert_fails(context, syngan_table_write_sqlite(table, "x", "t"),
                 SYNGAN_E_UNSUPPORTED, "this build has no SQLite");
    syngan_table_free(table);
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_that_it_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
