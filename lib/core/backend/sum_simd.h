/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inner loops of sums.
 */
#ifndef SG_BACKEND_SUM_SIMD_H
#define SG_BACKEND_SUM_SIMD_H

#include "base/simd.h"

/* The sum of x[0 ... count - 1]. */
SG_SIMD_DECLARE(double, sg_sum_run, const float *x, size_t count);
/* sum[i] += x[r step + i], for all i < count and all rows r, in their order. */
SG_SIMD_DECLARE(void, sg_sum_add, const float *x, size_t rows, size_t step,
                size_t count, double *sum);

#endif
