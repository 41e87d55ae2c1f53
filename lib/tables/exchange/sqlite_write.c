/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables as new tables of SQLite databases.
 */
#include "exchange/sqlite.h"

#ifdef SYNGAN_HAVE_SQLITE
#include <string.h>

#include "base/floats.h"
#include "table/boolean.h"
#include "table/stored.h"

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

static syngan_status run(sg_sqlite *db, const char *sql) {
    return sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK
               ? SYNGAN_OK
               : sg_sqlite_fail(db);
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

static syngan_status create_table(sg_sqlite *db, const syngan_table *table,
                                  const char *name) {
    char *sql = create_text(table, name);
    if (sql == NULL) return sg_fail_memory(db->context, "SQLite", 0);
    syngan_status status = run(db, sql);
    sqlite3_free(sql);
    return status;
}

static syngan_status prepare_insert(sg_sqlite *db, const syngan_table *table,
                                    const char *name) {
    char *sql = insert_text(table, name);
    if (sql == NULL) return sg_fail_memory(db->context, "SQLite", 0);
    int code = sqlite3_prepare_v2(db->handle, sql, -1, &db->statement, NULL);
    sqlite3_free(sql);
    return code == SQLITE_OK ? SYNGAN_OK : sg_sqlite_fail(db);
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

static syngan_status insert_rows(sg_sqlite *db, const syngan_table *table) {
    for (int64_t row = 0; row < table->rows; row++) {
        if (row % SG_SQLITE_ROWS == 0) SG_TRY(sg_sqlite_check(db));
        for (size_t i = 0; i < table->n_columns; i++)
            if (bind_cell(db->statement, (int)i + 1, &table->columns[i], row) !=
                SQLITE_OK)
                return sg_sqlite_fail(db);
        if (sqlite3_step(db->statement) != SQLITE_DONE ||
            sqlite3_reset(db->statement) != SQLITE_OK)
            return sg_sqlite_fail(db);
    }
    return SYNGAN_OK;
}

static syngan_status write_rows(sg_sqlite *db, const syngan_table *table,
                                const char *name) {
    SG_TRY(create_table(db, table, name));
    SG_TRY(prepare_insert(db, table, name));
    SG_TRY(insert_rows(db, table));
    return run(db, "COMMIT");
}

static syngan_status write_table(sg_sqlite *db, const syngan_table *table,
                                 const char *name) {
    SG_TRY(sg_sqlite_open(db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
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
    sg_sqlite db = {.context = table->context, .path = path};
    syngan_status status = write_table(&db, table, name);
    sg_sqlite_close(&db);
    return status;
}

#endif
