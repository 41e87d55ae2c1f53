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

void SG_SIMD(sg_sum_add)(const float *x, size_t count, double *sum) {
    for (size_t i = 0; i < count; i++)
        sum[i] += (double)x[i];
}
