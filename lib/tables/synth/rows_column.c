/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Columns of baskets and of sequences in files.
 */
#include "synth/rows_column.h"

syngan_status sg_rows_add_empty(syngan_table *to, const char *name,
                                int32_t type) {
    const sg_format_kind *format = sg_column_types[type]->format;
    const sg_column prototype = {
        .type = type,
        .decimals = -1,
        .name = (char *)name,
        .format = format == NULL ? NULL : (char *)format->standard};
    return sg_table_add_empty(to, &prototype);
}

syngan_status sg_rows_read_type(sg_json_value object, const char *key,
                                int32_t *out) {
    return sg_json_read_i32(sg_json_member(object, key), 1, SG_COLUMN_TYPES,
                            out);
}
