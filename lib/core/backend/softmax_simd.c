/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Softmax and its logarithm. The greatest element is taken off first, so that
 * nothing overflows.
 */
#include "backend/softmax_simd.h"

#include "base/simd_math.h"

/* ---- columns: each lane has a column of its own ---------------------------
 */

SG_INLINE void columns(int logarithm, size_t count, size_t stride, size_t lanes,
                       const float *in, float *out) {
    sg_vf greatest = sg_load_up_to(in, lanes), sum = {0};
    for (size_t i = 1; i < count; i++)
        greatest = sg_max(greatest, sg_load_up_to(in + i * stride, lanes));
    for (size_t i = 0; i < count; i++) {
        sg_vf x = sg_load_up_to(in + i * stride, lanes) - greatest,
              e = sg_exp(x);
        sum += e;
        sg_store_up_to(out + i * stride, lanes, logarithm ? x : e);
    }
    sg_vf last = logarithm ? sg_log(sum) : 1.0f / sum;
    for (size_t i = 0; i < count; i++) {
        sg_vf y = sg_load_up_to(out + i * stride, lanes);
        sg_store_up_to(out + i * stride, lanes,
                       logarithm ? y - last : y * last);
    }
}

void SG_SIMD(sg_softmax_columns)(int logarithm, size_t count, size_t stride,
                                 size_t width, const float *in, float *out) {
    size_t at = 0;
    for (; at + SG_LANES <= width; at += SG_LANES)
        columns(logarithm, count, stride, SG_LANES, in + at, out + at);
    if (at < width)
        columns(logarithm, count, stride, width - at, in + at, out + at);
}

/* ---- rows ---------------------------------------------------------------- */

SG_INLINE float greatest_of(size_t count, const float *in) {
    float greatest = in[0];
    for (size_t i = 1; i < count; i++)
        greatest = greatest > in[i] ? greatest : in[i];
    return greatest;
}

void SG_SIMD(sg_softmax_row)(int logarithm, size_t count, const float *in,
                             float *out) {
    sg_vf greatest = sg_all(greatest_of(count, in));
    double sum = 0.0;
    for (size_t at = 0; at < count; at += SG_LANES) {
        size_t lanes = count - at < SG_LANES ? count - at : SG_LANES;
        sg_vf x = sg_load_up_to(in + at, lanes) - greatest, e = sg_exp(x);
        sg_store_up_to(out + at, lanes, logarithm ? x : e);
        for (size_t i = 0; i < lanes; i++)
            sum += (double)e[i];
    }
    sg_vf all = sg_all((float)sum), last = logarithm ? sg_log(all) : 1.0f / all;
    for (size_t at = 0; at < count; at += SG_LANES) {
        size_t lanes = count - at < SG_LANES ? count - at : SG_LANES;
        sg_vf y = sg_load_up_to(out + at, lanes);
        sg_store_up_to(out + at, lanes, logarithm ? y - last : y * last);
    }
}
