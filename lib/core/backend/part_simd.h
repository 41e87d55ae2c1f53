/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of rows that are made of parts; see syngan_part_activation().
 */
#ifndef SG_BACKEND_PART_SIMD_H
#define SG_BACKEND_PART_SIMD_H

#include "base/simd.h"

/* The parts of a row, as a constant of a graph holds them: 0 for a number, n
 * for a choice of n columns, -n for n columns that are left alone. */
typedef struct sg_parts {
    const float *width;
    size_t count;
    size_t columns; /* in all */
} sg_parts;

/* One row. `scale` is 1 / temperature; `uniform` NULL: no Gumbel noise. */
SG_SIMD_DECLARE(void, sg_part_row, const sg_parts *parts, float scale,
                const float *x, const float *uniform, float *y);

/* Its gradient, from the row's value y. */
SG_SIMD_DECLARE(void, sg_part_grad_row, const sg_parts *parts, float scale,
                const float *y, const float *dy, float *dx);

#endif
