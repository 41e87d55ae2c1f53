/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums over some of the dimensions of an array. Added up in double precision,
 * in an order that does not depend on the number of threads.
 */
#ifndef SG_BACKEND_SUM_H
#define SG_BACKEND_SUM_H

#include "backend/kernel.h"

typedef struct sg_sum_fields {
    int32_t axes; /* bit i: dimension i is summed over */
    int32_t keep; /* 1: summed dimensions stay, with size 1 */
} sg_sum_fields;

/* Best first, ended by NULL. */
extern const sg_kernel *const sg_sum_kernels[];

#endif
