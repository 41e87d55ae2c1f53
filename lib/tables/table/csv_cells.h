/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cells of a CSV file, one after the other.
 */
#ifndef SG_TABLE_CSV_CELLS_H
#define SG_TABLE_CSV_CELLS_H

#include <syngan/table.h>

#include "base/stream.h"
#include "table/csv_records.h"

/* Reads to the end, or until a callback of the sink sets *done; of the sink the
 * name and the callbacks count, the rest comes from the options, which have
 * been read. *separator: the one that is given or found, known before the first
 * cell. */
syngan_status sg_csv_read_cells(syngan_context *context, sg_reader *reader,
                                const syngan_csv_options *options,
                                const sg_csv_sink *sink, const bool *done,
                                char *separator);

/* Makes a table of what a reader gives. */
typedef syngan_status (*sg_csv_make_fn)(syngan_context *context,
                                        sg_reader *reader,
                                        const syngan_csv_options *options,
                                        const char *where, syngan_table **out);
/* What all calls do that read a whole file, or stream, into a table: check the
 * arguments, open it, make the table, close it. `where` names the call. */
syngan_status sg_csv_make_path(syngan_context *context, const char *path,
                               const syngan_csv_options *options,
                               sg_csv_make_fn make, const char *where,
                               syngan_table **out);
syngan_status sg_csv_make_stream(syngan_context *context,
                                 const syngan_stream *stream,
                                 const syngan_csv_options *options,
                                 sg_csv_make_fn make, const char *where,
                                 syngan_table **out);

#endif
