/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections to SQLite databases; the only place that names SQLite. Its own
 * memory is not the context's: it has one allocator for the whole process.
 */
#ifndef SG_EXCHANGE_SQLITE_H
#define SG_EXCHANGE_SQLITE_H

#include "base/context.h"

#ifdef SYNGAN_HAVE_SQLITE
#include <sqlite3.h>

/* Rows between two looks at a cancellation. */
#define SG_SQLITE_ROWS 1024

typedef struct sg_sqlite {
    syngan_context *context;
    const char *path;
    sqlite3 *handle;
    sqlite3_stmt *statement;
} sg_sqlite;

syngan_status sg_sqlite_open(sg_sqlite *db, int flags);
void sg_sqlite_close(sg_sqlite *db);
/* A failure of SQLite's, in its words. */
syngan_status sg_sqlite_fail(const sg_sqlite *db);
syngan_status sg_sqlite_check(const sg_sqlite *db); /* SYNGAN_E_CANCELLED */

#endif
#endif
