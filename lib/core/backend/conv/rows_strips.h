/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sums of rows.c: all rows of the kernel at once, so that each
 * element that is loaded takes part in that many products, with the sums in
 * registers throughout.
 *
 * Included once for products of f32, and once, with SG_ROWS_PAIRS, for those of
 * pairs of bf16.
 */
#ifndef SG_BACKEND_CONV_ROWS_STRIPS_H
#define SG_BACKEND_CONV_ROWS_STRIPS_H

#include "backend/conv/rows_simd.h"

#define INLINE static inline __attribute__((always_inline))

INLINE sg_vf add_product(sg_vf x, const float *weight, sg_vf sum) {
#ifdef SG_ROWS_PAIRS
    int32_t pair;
    memcpy(&pair, weight, sizeof pair);
    __m512bh all = (__m512bh)_mm512_set1_epi32(pair);
    return (sg_vf)_mm512_dpbf16_ps((__m512)sum, (__m512bh)x, all);
#else
    return sg_fma(x, sg_all(*weight), sum);
#endif
}

/* With 32 registers there is room for two vectors of each row. */
#if SG_LANES == 16
#define WIDE 2
#else
#define WIDE 1
#endif

/* The sums lie in registers only if all loops over them are unrolled: gcc has
 * to be told, clang is hindered by it. */
#ifdef __clang__
#define EACH(i, n) for (size_t i = 0; i < (n); i++)
#else
#define EACH(i, n) _Pragma("GCC unroll 8") for (size_t i = 0; i < (n); i++)
#endif

/* Columns [at, at + n SG_LANES); n and h are constants after inlining. */
INLINE void add_strip(const sg_rows *r, size_t at, const size_t n,
                      const size_t h) {
    sg_vf sums[SG_ROWS_KERNEL][WIDE], x[WIDE];
    float *place = r->sums + at;
    EACH(v, h)
    EACH(i, n)
    sums[v][i] = sg_load(place + v * r->sums_step + i * SG_LANES);
    const float *weight = r->weights;
    for (size_t c = 0; c < r->channels; c++) {
        const float *row = r->row + c * r->step + at;
        for (size_t u = 0; u < r->kernel_w; u++, weight += h) {
            EACH(i, n)
            x[i] = sg_load(row + u + i * SG_LANES);
            EACH(v, h)
            EACH(i, n)
            sums[v][i] = add_product(x[i], weight + v, sums[v][i]);
        }
    }
    EACH(v, h)
    EACH(i, n)
    sg_store(place + v * r->sums_step + i * SG_LANES, sums[v][i]);
}

INLINE void add_strips(const sg_rows *r, const size_t h) {
    size_t at = 0;
    for (; at + WIDE * SG_LANES <= r->width; at += WIDE * SG_LANES)
        add_strip(r, at, WIDE, h);
    for (; at < r->width; at += SG_LANES)
        add_strip(r, at, 1, h);
}

INLINE void add_products(const sg_rows *rows) {
    switch (rows->kernel_h) {
    case 1:
        add_strips(rows, 1);
        break;
    case 2:
        add_strips(rows, 2);
        break;
    case 3:
        add_strips(rows, 3);
        break;
    case 4:
        add_strips(rows, 4);
        break;
    case 5:
        add_strips(rows, 5);
        break;
    case 6:
        add_strips(rows, 6);
        break;
    case 7:
        add_strips(rows, 7);
        break;
    default:
        add_strips(rows, SG_ROWS_KERNEL);
        break;
    }
}

#endif
