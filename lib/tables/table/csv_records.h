/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSV text to cells (RFC 4180), as it comes, by libcsv. Spaces around cells are
 * dropped, but not those in quotes; lines without anything are skipped; CR LF,
 * LF and CR end lines. Cells are handed over as UTF-8 without zero bytes.
 */
#ifndef SG_TABLE_CSV_RECORDS_H
#define SG_TABLE_CSV_RECORDS_H

#include "base/context.h"

/* Bytes of a cell: more are taken for a quote that is not closed. */
#define SG_CSV_CELL_BYTES (16 << 20)

typedef struct sg_csv_records sg_csv_records;

typedef struct sg_csv_sink {
    const char *name; /* of the file, for messages; borrowed */
    char separator, quote;
    int32_t encoding; /* SYNGAN_CSV_..., but not UTF-16 */
    int64_t first_line;
    /* Called for each cell, and after the last one of a record with the line
     * that it began on. What is not SYNGAN_OK ends the reading. */
    syngan_status (*cell)(void *user, const char *text, size_t size);
    syngan_status (*end)(void *user, int64_t line);
    void *user;
} sg_csv_sink;

/* SYNGAN_E_UNSUPPORTED in a build without libcsv. */
syngan_status sg_csv_records_open(syngan_context *context,
                                  const sg_csv_sink *sink,
                                  sg_csv_records **out);
/* Takes the next bytes of the file. What a callback has given, or
 * SYNGAN_E_FORMAT for what is no CSV text in this encoding, by its line. */
syngan_status sg_csv_records_put(sg_csv_records *records, const char *text,
                                 size_t size);
/* The file has ended. */
syngan_status sg_csv_records_finish(sg_csv_records *records);
void sg_csv_records_close(sg_csv_records *records); /* takes NULL */

#endif
