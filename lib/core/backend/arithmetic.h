/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arithmetic on two values, element by element, with broadcasting.
 */
#ifndef SG_BACKEND_ARITHMETIC_H
#define SG_BACKEND_ARITHMETIC_H

#include "backend/kernel.h"

typedef enum sg_arithmetic_kind {
    SG_ADD,
    SG_SUBTRACT,
    SG_MULTIPLY,
    SG_DIVIDE,
    SG_MAXIMUM, /* a where a > b, else b */
    SG_MINIMUM, /* a where a < b, else b */
    SG_GREATER, /* 1 where a > b, else 0 */
    SG_ARITHMETIC_COUNT
} sg_arithmetic_kind;

/* By kind, lists ended by NULL. They absorb unary functions. Values of the
 * output's shape may be blocked; the other one may then be plain, if it is the
 * same for all pixels. */
extern const sg_kernel *const sg_arithmetic_kernels[SG_ARITHMETIC_COUNT][2];

#endif
