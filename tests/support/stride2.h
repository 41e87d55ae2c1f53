/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernels for convolutions with a 4 x 4 kernel and stride 2, their transposes
 * and weight gradients, against plain loops in double precision: the relative
 * root mean square of the errors.
 */
#ifndef SUPPORT_STRIDE2_H
#define SUPPORT_STRIDE2_H

#include "backend/conv/conv.h"
#include "support/kernel_frame.h"
#include "support/kernel_run.h"

/* Of x, but for the filters of y. */
typedef struct stride2 {
    int64_t n, c, h, w, filters;
    int32_t top, bottom, left, right;
} stride2;

enum { FORWARD, INPUT, WEIGHT, DIRECTIONS };

/* What is tested: the three kernels, the type of their operands, and the error
 * that they may have. */
typedef struct stride2_kernels {
    const sg_kernel *kernel[DIRECTIONS];
    int32_t type;
    double most_error;
} stride2_kernels;

/* All but the last in the context of support/kernel_frame.h. */

/* Fails unless the result, with a bias and ReLU if `finished`, is right. */
void stride2_check(const stride2_kernels *kernels, const stride2 *g,
                   int direction, bool finished);
void stride2_check_all(const stride2_kernels *kernels, stride2 g);

/* Likewise for sums over many channels and many filters. */
void stride2_check_long_sums(const stride2_kernels *kernels);

/* Fails unless the forward kernel accepts `good`, and doesn't accept it with
 * groups, another stride or a dilation. */
void stride2_check_fields(const stride2_kernels *kernels, stride2 good);
bool stride2_accepted(const stride2_kernels *kernels, stride2 g);

/* Fails unless all numbers of threads give equal bits. */
void stride2_check_threads(const stride2_kernels *kernels, const stride2 *g);

#endif
