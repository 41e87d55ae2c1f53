/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables from CSV files. Each column is kept as cells (table/cells.h), from
 * which its type is inferred at the end.
 */
#include "base/floats.h"
#include "table/csv_cells.h"
#include "table/csv_scan.h"

static syngan_status read_table(syngan_context *context, sg_reader *reader,
                                const syngan_csv_options *options,
                                const char *where, syngan_table **out) {
    sg_csv_scan scan;
    syngan_status status = sg_csv_scan_begin(context, sg_reader_name(reader),
                                             options, where, &scan);
    if (status == SYNGAN_OK) status = sg_csv_scan_read(&scan, reader);
    if (status == SYNGAN_OK) {
        sg_csv_scan_warn(&scan);
        status = sg_csv_scan_table(&scan, NULL, out);
    }
    sg_csv_scan_end(&scan);
    return status;
}

syngan_status syngan_table_read_csv(syngan_context *context, const char *path,
                                    const syngan_csv_options *options,
                                    syngan_table **out) {
    SG_OWN_FLOATS;
    return sg_csv_make_path(context, path, options, read_table,
                            "syngan_table_read_csv", out);
}

syngan_status syngan_table_read_csv_stream(syngan_context *context,
                                           const syngan_stream *stream,
                                           const syngan_csv_options *options,
                                           syngan_table **out) {
    SG_OWN_FLOATS;
    return sg_csv_make_stream(context, stream, options, read_table,
                              "syngan_table_read_csv_stream", out);
}
