/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arithmetic on rows of two operands.
 */
#ifndef SG_BACKEND_ARITHMETIC_SIMD_H
#define SG_BACKEND_ARITHMETIC_SIMD_H

#include "backend/arithmetic.h"
#include "base/simd.h"

/* out = a (kind) b for `rows` rows of `count` elements, which follow one
 * another in `out`. An operand steps by 1 or 0 from element to element and by
 * its `_row` from row to row. */
typedef struct sg_arithmetic_rows {
    int32_t kind;
    int32_t a_step, b_step;
    int64_t rows, count;
    int64_t a_row, b_row;
    const float *a, *b;
    float *out;
} sg_arithmetic_rows;

SG_SIMD_DECLARE(void, sg_arithmetic_vector, const sg_arithmetic_rows *rows);

#endif
