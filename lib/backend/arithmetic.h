/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of two elements, on arrays of which one may be a single number.
 */
#ifndef SG_BACKEND_ARITHMETIC_H
#define SG_BACKEND_ARITHMETIC_H

#include "backend/simd.h"

typedef enum sg_arithmetic_kind {
    SG_ADD,
    SG_SUBTRACT,
    SG_MULTIPLY,
    SG_DIVIDE,
    SG_MAXIMUM,
    SG_MINIMUM,
    SG_GREATER
} sg_arithmetic_kind;

/* out[i] = f(a[i step_a], b[i step_b]) with steps of 0 or 1. `out` may be `a`
 * or `b` where the step is 1. */
SG_SIMD_DECLARE(void, sg_arithmetic, int32_t kind, size_t count, const float *a,
                size_t step_a, const float *b, size_t step_b, float *out);

#endif
