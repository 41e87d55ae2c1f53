/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values and arrays of codecs in files.
 */
#include <math.h>

#include "encode/codec.h"

syngan_status sg_read_finite(sg_json_value value, double *out) {
    SG_TRY(sg_json_read_f64(value, out));
    if (isfinite(*out)) return SYNGAN_OK;
    return sg_json_fail(value, "is not finite");
}

syngan_status sg_read_between(sg_json_value value, double low, double high,
                              double *out) {
    SG_TRY(sg_json_read_f64(value, out));
    if (*out >= low && *out <= high) return SYNGAN_OK;
    return sg_json_fail(value, "is %g, but must be %g to %g", *out, low, high);
}

syngan_status sg_read_f64s(sg_json_value array, size_t count, double *out) {
    size_t found;
    SG_TRY(sg_json_read_array(array, &found));
    if (found != count)
        return sg_json_fail(array, "has %zu numbers, but must have %zu", found,
                            count);
    for (size_t i = 0; i < count; i++)
        SG_TRY(sg_read_finite(sg_json_item(array, i), &out[i]));
    return SYNGAN_OK;
}

void sg_put_f64s(sg_json_writer *writer, const char *key, const double *values,
                 int64_t count) {
    sg_json_open_array(writer, key);
    for (int64_t i = 0; i < count; i++)
        sg_json_put_f64(writer, NULL, values[i]);
    sg_json_close_array(writer);
}

void sg_put_i64s(sg_json_writer *writer, const char *key, const int64_t *values,
                 int64_t count) {
    sg_json_open_array(writer, key);
    for (int64_t i = 0; i < count; i++)
        sg_json_put_i64(writer, NULL, values[i]);
    sg_json_close_array(writer);
}
