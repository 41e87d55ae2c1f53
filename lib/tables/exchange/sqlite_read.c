/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables from queries of SQLite databases.
 */
#include "exchange/sqlite.h"

#ifdef SYNGAN_HAVE_SQLITE
#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/floats.h"
#include "base/memory.h"
#include "base/text.h"
#include "file/number.h"
#include "file/utf8.h"
#include "table/decimals.h"
#include "table/schema.h"

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
    sg_sqlite *db;
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
    if (text == NULL) return sg_sqlite_fail(q->db);
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
        if (q->rows % SG_SQLITE_ROWS == 0) SG_TRY(sg_sqlite_check(q->db));
        for (int i = 0; i < q->n_columns; i++)
            SG_TRY(read_cell(q, &q->columns[i], i));
        q->rows++;
    }
    return step == SQLITE_DONE ? SYNGAN_OK : sg_sqlite_fail(q->db);
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

static syngan_status prepare_query(sg_sqlite *db, const char *text) {
    const char *rest = NULL;
    if (sqlite3_prepare_v2(db->handle, text, -1, &db->statement, &rest) !=
        SQLITE_OK)
        return sg_sqlite_fail(db);
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
    sg_sqlite db = {.context = context, .path = path};
    query q = {.db = &db, .context = context, .origin = {.name = path}};
    syngan_status status = sg_sqlite_open(&db, SQLITE_OPEN_READONLY);
    if (status == SYNGAN_OK) status = prepare_query(&db, query_text);
    if (status == SYNGAN_OK) status = run_query(&q, types, out);
    for (int i = 0; i < q.n_columns; i++) {
        sg_free(context, q.columns[i].block);
        sg_cells_end(&q.columns[i].cells);
    }
    sg_free(context, q.columns);
    sg_sqlite_close(&db);
    return status;
}

#endif
