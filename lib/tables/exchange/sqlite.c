/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables from queries of SQLite databases, and new tables in them; the only
 * place that names SQLite. Its own memory is not the context's: it has one
 * allocator for the whole process.
 */
#include "base/context.h"
#include "base/floats.h"

#ifdef SYNGAN_HAVE_SQLITE
#include <math.h>
#include <sqlite3.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/text.h"
#include "file/number.h"
#include "file/utf8.h"
#include "table/boolean.h"
#include "table/decimals.h"
#include "table/schema.h"
#include "table/stored.h"

/* How long other processes may hold a lock. */
#define PATIENCE_MS 5000
/* Steps of SQLite's machine between two looks at a cancellation, and rows. */
#define STEPS_BETWEEN 10000
#define ROWS_BETWEEN 1024

typedef struct database {
    syngan_context *context;
    const char *path;
    sqlite3 *handle;
    sqlite3_stmt *statement;
} database;

/* ---- connections -------------------------------------------------------- */

/* A failure of SQLite's, in its words. */
static syngan_status fail(const database *db) {
    int code = sqlite3_errcode(db->handle);
    if (code == SQLITE_NOMEM) return sg_fail_memory(db->context, "SQLite", 0);
    if (code == SQLITE_INTERRUPT)
        return sg_fail(db->context, SYNGAN_E_CANCELLED,
                       "SQLite '%s': cancelled", db->path);
    return sg_fail(db->context, SYNGAN_E_IO, "SQLite '%s': %s", db->path,
                   sqlite3_errmsg(db->handle));
}

static syngan_status check_cancelled(const database *db) {
    return sg_is_cancelled(db->context)
               ? sg_fail(db->context, SYNGAN_E_CANCELLED,
                         "SQLite '%s': cancelled", db->path)
               : SYNGAN_OK;
}

static int on_progress(void *context) {
    return sg_is_cancelled(context);
}

static syngan_status open_database(database *db, int flags) {
    if (sqlite3_open_v2(db->path, &db->handle, flags, NULL) != SQLITE_OK)
        return fail(db);
    sqlite3_busy_timeout(db->handle, PATIENCE_MS);
    sqlite3_progress_handler(db->handle, STEPS_BETWEEN, on_progress,
                             db->context);
    return SYNGAN_OK;
}

static void close_database(database *db) {
    sqlite3_finalize(db->statement);
    sqlite3_close(db->handle);
}

/* ---- reading: a column while its rows come ------------------------------ */

/* Numbers are kept as such until a text comes; then all cells are texts. */
typedef struct reading {
    const char *name;
    int32_t type;       /* SYNGAN_COLUMN_INTEGER, _REAL; _TEXT: in `cells`;
                           0: nothing yet */
    const char *wanted; /* the declared type, "" if there is none */
    void *block;        /* int64_t or double[capacity] */
    size_t capacity;
    sg_cells cells;
} reading;

typedef struct query {
    database *db;
    syngan_context *context;
    int64_t rows;
    reading *columns;
    int n_columns;
    sg_origin origin;
} query;

static syngan_status fail_cell(const query *q, const reading *r,
                               syngan_status status, const char *what) {
    return sg_fail(q->context, status, "SQLite '%s': column '%s', row %lld: %s",
                   q->db->path, r->name, (long long)q->rows, what);
}

static bool is_missing(const reading *r, int64_t row) {
    const int64_t *integers = r->block;
    const double *reals = r->block;
    return r->type == SYNGAN_COLUMN_REAL ? isnan(reals[row])
                                         : integers[row] == SYNGAN_MISSING;
}

static void to_reals(const query *q, reading *r) {
    int64_t *integers = r->block;
    double *reals = r->block;
    for (int64_t row = 0; row < q->rows; row++)
        reals[row] = is_missing(r, row) ? (double)NAN : (double)integers[row];
    r->type = SYNGAN_COLUMN_REAL;
}

static syngan_status put_number(reading *r, bool real, double x, int64_t i) {
    char text[SG_NUMBER_TEXT];
    if (real)
        sg_number_f64(x, text);
    else
        sg_text(text, sizeof text, "%lld", (long long)i);
    return sg_cells_put(&r->cells, text, strlen(text));
}

/* A text has come: the numbers before it become texts. */
static syngan_status to_cells(const query *q, reading *r) {
    sg_cells_start(&r->cells, q->context);
    const int64_t *integers = r->block;
    const double *reals = r->block;
    bool real = r->type == SYNGAN_COLUMN_REAL;
    for (int64_t row = 0; row < q->rows; row++)
        SG_TRY(is_missing(r, row)
                   ? sg_cells_put(&r->cells, "", 0)
                   : put_number(r, real, real ? reals[row] : 0, integers[row]));
    r->type = SYNGAN_COLUMN_TEXT;
    sg_free(q->context, r->block);
    r->block = NULL;
    return SYNGAN_OK;
}

static syngan_status read_text(const query *q, reading *r, int index) {
    const unsigned char *text = sqlite3_column_text(q->db->statement, index);
    size_t size = (size_t)sqlite3_column_bytes(q->db->statement, index);
    if (text == NULL) return fail(q->db);
    if (memchr(text, '\0', size) != NULL)
        return fail_cell(q, r, SYNGAN_E_FORMAT,
                         "a text with a zero byte in it");
    if (!sg_utf8_is((const char *)text))
        return fail_cell(q, r, SYNGAN_E_FORMAT, "a text that is not UTF-8");
    if (r->type != SYNGAN_COLUMN_TEXT) SG_TRY(to_cells(q, r));
    return sg_cells_put(&r->cells, (const char *)text, size);
}

/* Puts a number or, of SQLITE_NULL, a missing one. */
static syngan_status read_number(const query *q, reading *r, int index,
                                 int kind) {
    sqlite3_stmt *statement = q->db->statement;
    int64_t integer = sqlite3_column_int64(statement, index);
    double real = sqlite3_column_double(statement, index);
    if (r->type == SYNGAN_COLUMN_TEXT)
        return kind == SQLITE_NULL
                   ? sg_cells_put(&r->cells, "", 0)
                   : put_number(r, kind == SQLITE_FLOAT, real, integer);
    if (kind == SQLITE_INTEGER && integer == SYNGAN_MISSING)
        return fail_cell(q, r, SYNGAN_E_FORMAT,
                         "-9223372036854775808, which stands for a missing "
                         "value in a table");
    if (kind == SQLITE_FLOAT && r->type != SYNGAN_COLUMN_REAL) to_reals(q, r);
    if (kind == SQLITE_INTEGER && r->type == 0) r->type = SYNGAN_COLUMN_INTEGER;
    if (!sg_reserve(q->context, &r->block, &r->capacity, (size_t)q->rows,
                    sizeof(int64_t)))
        return sg_fail_memory(q->context, "a column",
                              2 * r->capacity * sizeof(int64_t));
    bool missing = kind == SQLITE_NULL;
    if (r->type == SYNGAN_COLUMN_REAL)
        ((double *)r->block)[q->rows] = missing ? (double)NAN : real;
    else
        ((int64_t *)r->block)[q->rows] = missing ? SYNGAN_MISSING : integer;
    return SYNGAN_OK;
}

static syngan_status read_cell(const query *q, reading *r, int index) {
    int kind = sqlite3_column_type(q->db->statement, index);
    if (kind == SQLITE_BLOB)
        return fail_cell(q, r, SYNGAN_E_TYPE,
                         "a blob, which a table can't hold; leave the column "
                         "out of the query, or cast it to text");
    bool empty = kind == SQLITE_TEXT &&
                 sqlite3_column_bytes(q->db->statement, index) == 0;
    return kind == SQLITE_TEXT && !empty
               ? read_text(q, r, index)
               : read_number(q, r, index, empty ? SQLITE_NULL : kind);
}

/* `step` is the result of the first one. */
static syngan_status read_rows(query *q, int step) {
    for (; step == SQLITE_ROW; step = sqlite3_step(q->db->statement)) {
        if (q->rows % ROWS_BETWEEN == 0) SG_TRY(check_cancelled(q->db));
        for (int i = 0; i < q->n_columns; i++)
            SG_TRY(read_cell(q, &q->columns[i], i));
        q->rows++;
    }
    return step == SQLITE_DONE ? SYNGAN_OK : fail(q->db);
}

/* ---- reading: types ----------------------------------------------------- */

/* Whether the declared type, in any case, has the word in it. */
static bool declared(const reading *r, const char *word) {
    size_t size = strlen(word);
    for (const char *at = r->wanted; *at != '\0'; at++)
        if (strncasecmp(at, word, size) == 0) return true;
    return false;
}

static bool is_boolean(const query *q, const reading *r) {
    if (!declared(r, "BOOL") || r->type != SYNGAN_COLUMN_INTEGER) return false;
    const int64_t *value = r->block;
    for (int64_t row = 0; row < q->rows; row++)
        if (value[row] != 0 && value[row] != 1 && value[row] != SYNGAN_MISSING)
            return false;
    return true;
}

static syngan_status make_codes(const query *q, reading *r, sg_column *out) {
    size_t bytes = (size_t)q->rows * sizeof(int32_t);
    out->words = sg_dictionary_make(q->context);
    out->codes = sg_alloc(q->context, bytes);
    if (out->words == NULL || out->codes == NULL)
        return sg_fail_memory(q->context, "a column", bytes);
    const int64_t *value = r->block;
    for (int64_t row = 0; row < q->rows; row++) {
        out->codes[row] = -1;
        if (out->type == SYNGAN_COLUMN_BOOLEAN && value[row] != SYNGAN_MISSING)
            SG_TRY(sg_dictionary_add(
                out->words, value[row] == 1 ? "true" : "false",
                value[row] == 1 ? 4 : 5, &out->codes[row]));
    }
    return SYNGAN_OK;
}

/* As SQLite tells the affinity of a column. */
static bool is_text(const reading *r) {
    return !declared(r, "INT") &&
           (declared(r, "CHAR") || declared(r, "CLOB") || declared(r, "TEXT"));
}

/* A column without any value is what it was declared as. */
static int32_t empty_type(const reading *r) {
    if (declared(r, "INT")) return SYNGAN_COLUMN_INTEGER;
    return is_text(r) ? SYNGAN_COLUMN_CATEGORY : SYNGAN_COLUMN_REAL;
}

static syngan_status take_numbers(const query *q, reading *r, sg_column *out) {
    if (r->type == 0 && out->type == SYNGAN_COLUMN_REAL) to_reals(q, r);
    /* A block of its own also for no rows. */
    size_t bytes = (size_t)q->rows * sizeof(int64_t);
    void *block = sg_realloc(q->context, r->block, bytes);
    if (block == NULL) return sg_fail_memory(q->context, "a column", bytes);
    r->block = NULL;
    out->data = block;
    if (out->type == SYNGAN_COLUMN_REAL)
        out->decimals = sg_decimals(out->reals, q->rows, false);
    return SYNGAN_OK;
}

static syngan_status finish_column(const query *q, reading *r,
                                   const sg_wish *spec, syngan_table *table) {
    sg_column column = {.decimals = -1};
    syngan_status status;
    if (r->type == SYNGAN_COLUMN_TEXT) {
        bool text = is_text(r);
        const sg_wish wish = {.decimals = text ? SG_AS_TEXTS_HAVE : -1,
                              .text = text,
                              .ordered = spec->ordered,
                              .named = spec->named};
        status =
            sg_infer_column(&r->cells, r->name, &wish, "", &q->origin, &column);
    } else {
        column.type = is_boolean(q, r) ? SYNGAN_COLUMN_BOOLEAN
                      : r->type == 0   ? empty_type(r)
                                       : r->type;
        column.name = sg_strdup(q->context, r->name);
        status = column.name == NULL
                     ? sg_fail_memory(q->context, "a column", strlen(r->name))
                 : sg_column_has_codes(&column) ? make_codes(q, r, &column)
                                                : take_numbers(q, r, &column);
        if (status == SYNGAN_OK && column.type == SYNGAN_COLUMN_INTEGER &&
            spec->type == 0 && !spec->ordered)
            status = sg_key_make(q->context, &column, q->rows);
    }
    if (status == SYNGAN_OK) return sg_table_add(table, &column);
    sg_column_end(q->context, &column);
    return status;
}

static syngan_status finish_columns(query *q, const char *types,
                                    syngan_table *table) {
    sg_schema *schema;
    SG_TRY(sg_schema_parse(q->context, types, &schema));
    syngan_status status = SYNGAN_OK;
    for (int i = 0; i < q->n_columns && status == SYNGAN_OK; i++) {
        const sg_wish spec = sg_schema_wish(schema, q->columns[i].name);
        status = finish_column(q, &q->columns[i], &spec, table);
    }
    sg_schema_free(schema);
    return status;
}

static syngan_status finish_table(query *q, const char *types,
                                  syngan_table **out) {
    syngan_table *table;
    SG_TRY(sg_table_make(q->context, q->rows, &table));
    syngan_status status = finish_columns(q, types, table);
    if (status == SYNGAN_OK && types != NULL) {
        status = syngan_table_with_schema(table, types, out);
    } else if (status == SYNGAN_OK) {
        *out = sg_table_retain(table);
    }
    syngan_table_free(table);
    return status;
}

/* ---- reading: the query ------------------------------------------------- */

static bool is_blank(const char *text) {
    return text[strspn(text, " \t\r\n;")] == '\0';
}

static syngan_status prepare_query(database *db, const char *text) {
    const char *rest = NULL;
    if (sqlite3_prepare_v2(db->handle, text, -1, &db->statement, &rest) !=
        SQLITE_OK)
        return fail(db);
    if (db->statement == NULL || sqlite3_column_count(db->statement) == 0)
        return sg_fail(db->context, SYNGAN_E_ARGUMENT,
                       "SQLite '%s': the query is none that gives rows, such "
                       "as \"SELECT * FROM purchases\"",
                       db->path);
    if (!is_blank(rest))
        return sg_fail(db->context, SYNGAN_E_ARGUMENT,
                       "SQLite '%s': more than one query is given: \"%.40s\"",
                       db->path, rest);
    return SYNGAN_OK;
}

/* Names and types are SQLite's until the statement ends, but may change with
 * its first step, if another process changed the tables before. */
static syngan_status describe_columns(query *q) {
    sqlite3_stmt *statement = q->db->statement;
    int n_columns = sqlite3_column_count(statement);
    size_t count = (size_t)n_columns;
    q->columns = sg_alloc_zero(q->context, count, sizeof *q->columns);
    if (q->columns == NULL)
        return sg_fail_memory(q->context, "a query",
                              count * sizeof *q->columns);
    q->n_columns = n_columns;
    for (int i = 0; i < n_columns; i++) {
        const char *type = sqlite3_column_decltype(statement, i);
        q->columns[i].wanted = type != NULL ? type : "";
        q->columns[i].name = sqlite3_column_name(statement, i);
        if (q->columns[i].name == NULL)
            return sg_fail_memory(q->context, "SQLite", 0);
    }
    return SYNGAN_OK;
}

static syngan_status run_query(query *q, const char *types,
                               syngan_table **out) {
    int step = sqlite3_step(q->db->statement);
    SG_TRY(describe_columns(q));
    SG_TRY(read_rows(q, step));
    return finish_table(q, types, out);
}

syngan_status syngan_table_read_sqlite(syngan_context *context,
                                       const char *path, const char *query_text,
                                       const char *types, syngan_table **out) {
    SG_OWN_FLOATS;
    if (out != NULL) *out = NULL;
    if (context == NULL) return SYNGAN_E_ARGUMENT;
    if (path == NULL || query_text == NULL || out == NULL)
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       "syngan_table_read_sqlite: the path, the query or `out` "
                       "is NULL");
    database db = {.context = context, .path = path};
    query q = {.db = &db, .context = context, .origin = {.name = path}};
    syngan_status status = open_database(&db, SQLITE_OPEN_READONLY);
    if (status == SYNGAN_OK) status = prepare_query(&db, query_text);
    if (status == SYNGAN_OK) status = run_query(&q, types, out);
    for (int i = 0; i < q.n_columns; i++) {
        sg_free(context, q.columns[i].block);
        sg_cells_end(&q.columns[i].cells);
    }
    sg_free(context, q.columns);
    close_database(&db);
    return status;
}

/* ---- writing ------------------------------------------------------------ */

/* As SQLite is to have it: times as its functions read them. */
static sg_column as_sqlite(const sg_column *column) {
    const sg_column_type *type = sg_type_of(column);
    sg_column out = *column;
    if (type->iso != NULL && !sg_stored_as_text(column))
        out.format = (char *)(uintptr_t)type->iso(column->format);
    return out;
}

static const char *declaration_of(const sg_column *column) {
    const sg_column_type *type = sg_type_of(column);
    bool truth[2];
    if (sg_stored_as_text(column) ||
        (type->is_pair && !sg_boolean_truth(column->words, truth)))
        return "TEXT";
    if (sg_stored_as_integers(column)) return "INTEGER";
    return type->iso != NULL && strchr(type->iso(column->format), 'H') == NULL
               ? "DATE"
               : type->sqlite;
}

static syngan_status run(database *db, const char *sql) {
    return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK
               ? SYNGAN_OK
               : fail(db);
}

/* "CREATE TABLE ..." or "INSERT ...", to be freed by sqlite3_free(); NULL when
 * out of memory. */
static char *create_text(const syngan_table *table, const char *name) {
    sqlite3_str *sql = sqlite3_str_new(NULL);
    sqlite3_str_appendf(sql, "CREATE TABLE main.\"%w\" (", name);
    for (size_t i = 0; i < table->n_columns; i++)
        sqlite3_str_appendf(sql, "%s\"%w\" %s", i == 0 ? "" : ", ",
                            table->columns[i].name,
                            declaration_of(&table->columns[i]));
    sqlite3_str_appendall(sql, ")");
    return sqlite3_str_finish(sql);
}

static char *insert_text(const syngan_table *table, const char *name) {
    sqlite3_str *sql = sqlite3_str_new(NULL);
    sqlite3_str_appendf(sql, "INSERT INTO main.\"%w\" VALUES (", name);
    for (size_t i = 0; i < table->n_columns; i++)
        sqlite3_str_appendall(sql, i == 0 ? "?" : ", ?");
    sqlite3_str_appendall(sql, ")");
    return sqlite3_str_finish(sql);
}

static syngan_status create_table(database *db, const syngan_table *table,
                                  const char *name) {
    char *sql = create_text(table, name);
    if (sql == NULL) return sg_fail_memory(db->context, "SQLite", 0);
    syngan_status status = run(db, sql);
    sqlite3_free(sql);
    return status;
}

static syngan_status prepare_insert(database *db, const syngan_table *table,
                                    const char *name) {
    char *sql = insert_text(table, name);
    if (sql == NULL) return sg_fail_memory(db->context, "SQLite", 0);
    int code = sqlite3_prepare_v2(db->handle, sql, -1, &db->statement, NULL);
    sqlite3_free(sql);
    return code == SQLITE_OK ? SYNGAN_OK : fail(db);
}

static int bind_codes(sqlite3_stmt *statement, int place,
                      const sg_column *column, int64_t row) {
    int32_t code = column->codes[row];
    bool truth[2];
    if (sg_type_of(column)->is_pair && !sg_stored_as_text(column) &&
        sg_boolean_truth(column->words, truth))
        return sqlite3_bind_int(statement, place, truth[code]);
    return sqlite3_bind_text64(
        statement, place, sg_dictionary_text(column->words, code),
        sg_dictionary_size(column->words, code), SQLITE_STATIC, SQLITE_UTF8);
}

static int bind_cell(sqlite3_stmt *statement, int place,
                     const sg_column *column, int64_t row) {
    char text[1024];
    int64_t integer;
    if (sg_column_is_missing(column, row))
        return sqlite3_bind_null(statement, place);
    if (sg_stored_as_integers(column) &&
        sg_stored_integer(sg_dictionary_text(column->words, column->codes[row]),
                          &integer))
        return sqlite3_bind_int64(statement, place, integer);
    if (sg_column_has_codes(column))
        return bind_codes(statement, place, column, row);
    if (!sg_column_is_number(column) || sg_stored_as_text(column)) {
        const sg_column written = as_sqlite(column);
        sg_column_text(&written, row, text, sizeof text);
        return sqlite3_bind_text(statement, place, text, -1, SQLITE_TRANSIENT);
    }
    return sg_column_has_reals(column)
               ? sqlite3_bind_double(statement, place, column->reals[row])
               : sqlite3_bind_int64(statement, place, column->integers[row]);
}

static syngan_status insert_rows(database *db, const syngan_table *table) {
    for (int64_t row = 0; row < table->rows; row++) {
        if (row % ROWS_BETWEEN == 0) SG_TRY(check_cancelled(db));
        for (size_t i = 0; i < table->n_columns; i++)
            if (bind_cell(db->statement, (int)i + 1, &table->columns[i], row) !=
                SQLITE_OK)
                return fail(db);
        if (sqlite3_step(db->statement) != SQLITE_DONE ||
            sqlite3_reset(db->statement) != SQLITE_OK)
            return fail(db);
    }
    return SYNGAN_OK;
}

static syngan_status write_rows(database *db, const syngan_table *table,
                                const char *name) {
    SG_TRY(create_table(db, table, name));
    SG_TRY(prepare_insert(db, table, name));
    SG_TRY(insert_rows(db, table));
    return run(db, "COMMIT");
}

static syngan_status write_table(database *db, const syngan_table *table,
                                 const char *name) {
    SG_TRY(open_database(db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
    SG_TRY(run(db, "BEGIN IMMEDIATE"));
    syngan_status status = write_rows(db, table, name);
    if (status == SYNGAN_OK || sqlite3_get_autocommit(db->handle))
        return status;
    sqlite3_reset(db->statement);
    /* Also of what was cancelled. */
    sqlite3_progress_handler(db->handle, 0, NULL, NULL);
    (void)sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

syngan_status syngan_table_write_sqlite(const syngan_table *table,
                                        const char *path, const char *name) {
    SG_OWN_FLOATS;
    if (table == NULL) return SYNGAN_E_ARGUMENT;
    if (path == NULL || name == NULL || table->n_columns == 0)
        return sg_fail(table->context, SYNGAN_E_ARGUMENT,
                       "syngan_table_write_sqlite: %s",
                       table->n_columns == 0 ? "the table has no columns"
                                             : "the path or the name is NULL");
    database db = {.context = table->context, .path = path};
    syngan_status status = write_table(&db, table, name);
    close_database(&db);
    return status;
}

#else
#include <syngan/table.h>

#include "table/table.h"

static syngan_status refuse(syngan_context *context) {
    return sg_fail(context, SYNGAN_E_UNSUPPORTED,
                   "SQLite: this build has no SQLite, so it can't read or "
                   "write databases");
}

syngan_status syngan_table_read_sqlite(syngan_context *context,
                                       const char *path, const char *query,
                                       const char *types, syngan_table **out) {
    SG_OWN_FLOATS;
    (void)path;
    (void)query;
    (void)types;
    if (out != NULL) *out = NULL;
    return context == NULL ? SYNGAN_E_ARGUMENT : refuse(context);
}

syngan_status syngan_table_write_sqlite(const syngan_table *table,
                                        const char *path, const char *name) {
    SG_OWN_FLOATS;
    (void)path;
    (void)name;
    return table == NULL ? SYNGAN_E_ARGUMENT : refuse(table->context);
}

#endif
