/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Softmax and its logarithm. The greatest element is taken off first, so that
 * nothing overflows.
 */
#include "backend/softmax_simd.h"

#include "backend/simd_math.h"

#define SG_INLINE static inline __attribute__((always_inline))

SG_INLINE sg_vf load(const float *p, size_t n) {
    return n == SG_LANES ? sg_load(p) : sg_load_part(p, n);
}
SG_INLINE void store(float *p, size_t n, sg_vf v) {
    if (n == SG_LANES)
        sg_store(p, v);
    else
        sg_store_part(p, n, v);
}

/* ---- columns: each lane has a column of its own ---------------------------
 */

SG_INLINE void columns(int logarithm, size_t count, size_t stride, size_t lanes,
                       const float *in, float *out) {
    sg_vf greatest = load(in, lanes), sum = {0};
    for (size_t i = 1; i < count; i++)
        greatest = sg_max(greatest, load(in + i * stride, lanes));
    for (size_t i = 0; i < count; i++) {
        sg_vf x = load(in + i * stride, lanes) - greatest, e = sg_exp(x);
        sum += e;
        store(out + i * stride, lanes, logarithm ? x : e);
    }
    sg_vf last = logarithm ? sg_log(sum) : 1.0f / sum;
    for (size_t i = 0; i < count; i++) {
        sg_vf y = load(out + i * stride, lanes);
        store(out + i * stride, lanes, logarithm ? y - last : y * last);
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
        sg_vf x = load(in + at, lanes) - greatest, e = sg_exp(x);
        store(out + at, lanes, logarithm ? x : e);
        for (size_t i = 0; i < lanes; i++)
            sum += (double)e[i];
    }
    sg_vf all = sg_all((float)sum), last = logarithm ? sg_log(all) : 1.0f / all;
    for (size_t at = 0; at < count; at += SG_LANES) {
        size_t lanes = count - at < SG_LANES ? count - at : SG_LANES;
        sg_vf y = load(out + at, lanes);
        store(out + at, lanes, logarithm ? y - last : y * last);
    }
}
