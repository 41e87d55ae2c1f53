/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a CSV file piece by piece.
 */
#ifndef SG_TABLE_CSV_PIECES_H
#define SG_TABLE_CSV_PIECES_H

#include <syngan/table.h>

#include "base/stream.h"
#include "table/csv_records.h"

/* Reads to the end, or until a callback of the sink sets *done; of the sink the
 * name and the callbacks count, the rest comes from the options, which have
 * been read. */
syngan_status sg_csv_read_pieces(syngan_context *context, sg_reader *reader,
                                 const syngan_csv_options *options,
                                 const sg_csv_sink *sink, const bool *done);

#endif
