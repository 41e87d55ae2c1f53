/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections to SQLite databases, and what builds without SQLite say.
 */
#include "exchange/sqlite.h"

#include "base/floats.h"

#ifdef SYNGAN_HAVE_SQLITE

/* How long other processes may hold a lock. */
#define PATIENCE_MS 5000
/* Steps of SQLite's machine between two looks at a cancellation. */
#define STEPS_BETWEEN 10000

syngan_status sg_sqlite_fail(const sg_sqlite *db) {
    int code = sqlite3_errcode(db->handle);
    if (code == SQLITE_NOMEM) return sg_fail_memory(db->context, "SQLite", 0);
    if (code == SQLITE_INTERRUPT)
        return sg_fail(db->context, SYNGAN_E_CANCELLED,
                       "SQLite '%s': cancelled", db->path);
    return sg_fail(db->context, SYNGAN_E_IO, "SQLite '%s': %s", db->path,
                   sqlite3_errmsg(db->handle));
}

syngan_status sg_sqlite_check(const sg_sqlite *db) {
    return sg_is_cancelled(db->context)
               ? sg_fail(db->context, SYNGAN_E_CANCELLED,
                         "SQLite '%s': cancelled", db->path)
               : SYNGAN_OK;
}

static int on_progress(void *context) {
    return sg_is_cancelled(context);
}

syngan_status sg_sqlite_open(sg_sqlite *db, int flags) {
    if (sqlite3_open_v2(db->path, &db->handle, flags, NULL) != SQLITE_OK)
        return sg_sqlite_fail(db);
    sqlite3_busy_timeout(db->handle, PATIENCE_MS);
    sqlite3_progress_handler(db->handle, STEPS_BETWEEN, on_progress,
                             db->context);
    return SYNGAN_OK;
}

void sg_sqlite_close(sg_sqlite *db) {
    sqlite3_finalize(db->statement);
    sqlite3_close(db->handle);
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
