/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables from CSV files. Each column is kept as cells (table/cells.h), from
 * which its type is inferred at the end.
 */
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
    static const char where[] = "syngan_table_read_csv";
    if (out != NULL) *out = NULL;
    if (context == NULL) return SYNGAN_E_ARGUMENT;
    if (out == NULL)
        return sg_fail(context, SYNGAN_E_ARGUMENT, "%s: `out` is NULL", where);
    sg_reader *reader;
    SG_TRY(sg_reader_open(context, path, &reader));
    syngan_status status = read_table(context, reader, options, where, out);
    sg_reader_close(reader);
    return status;
}

syngan_status syngan_table_read_csv_stream(syngan_context *context,
                                           const syngan_stream *stream,
                                           const syngan_csv_options *options,
                                           syngan_table **out) {
    static const char where[] = "syngan_table_read_csv_stream";
    if (out != NULL) *out = NULL;
    if (context == NULL) return SYNGAN_E_ARGUMENT;
    if (out == NULL)
        return sg_fail(context, SYNGAN_E_ARGUMENT, "%s: `out` is NULL", where);
    sg_reader *reader;
    SG_TRY(sg_reader_open_stream(context, stream, &reader));
    syngan_status status = read_table(context, reader, options, where, out);
    sg_reader_close(reader);
    return status;
}
