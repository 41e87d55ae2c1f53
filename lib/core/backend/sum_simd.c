/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inner loops of sums, written so that compilers make vectors of them.
 */
#include "backend/sum_simd.h"

#define WIDTH 32

double SG_SIMD(sg_sum_run)(const float *x, size_t count) {
    double part[WIDTH] = {0};
    size_t i = 0;
    for (; i + WIDTH <= count; i += WIDTH)
        for (size_t k = 0; k < WIDTH; k++)
            part[k] += (double)x[i + k];
    for (size_t k = 0; i + k < count; k++)
        part[k] += (double)x[i + k];
    for (size_t half = WIDTH / 2; half > 0; half /= 2)
        for (size_t k = 0; k < half; k++)
            part[k] += part[k + half];
    return part[0];
}

/* Up to SG_LANES columns: the sums stay in registers. */
static inline __attribute__((always_inline)) void
add_columns(const float *x, size_t rows, size_t step, size_t n, double *sum) {
    sg_vd low = {0}, high = {0};
    double sums[SG_LANES];
    for (size_t r = 0; r < rows; r++) {
        sg_vf v = n == SG_LANES ? sg_load(x + r * step)
                                : sg_load_part(x + r * step, n);
        low += sg_low(v);
        high += sg_high(v);
    }
    memcpy(sums, &low, sizeof low);
    memcpy(sums + SG_LANES / 2, &high, sizeof high);
    for (size_t i = 0; i < n; i++)
        sum[i] += sums[i];
}

void SG_SIMD(sg_sum_add)(const float *x, size_t rows, size_t step, size_t count,
                         double *sum) {
    size_t i = 0;
    for (; i + SG_LANES <= count; i += SG_LANES)
        add_columns(x + i, rows, step, SG_LANES, sum + i);
    if (i < count) add_columns(x + i, rows, step, count - i, sum + i);
}
