/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matrix product kernels.
 */
#ifndef SG_BACKEND_MATMUL_H
#define SG_BACKEND_MATMUL_H

#include "backend/kernel.h"

typedef struct sg_matmul_fields {
    int32_t transpose_a, transpose_b; /* 1: exchange the last two dimensions */
} sg_matmul_fields;

/* Best first, ended by NULL. Those of rank 2 absorb a bias (along the last
 * dimension); all absorb unary functions and a slope. */
extern const sg_kernel *const sg_matmul_kernels[];

#endif
