/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernels for convolutions with a 4 x 4 kernel and stride 2, their transposes
 * and weight gradients, against plain loops in double precision: the relative
 * root mean square of the errors.
 */
#ifndef SUPPORT_STRIDE2_H
#define SUPPORT_STRIDE2_H

#include "backend/conv.h"
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

/* Fails unless the result, with a bias and ReLU if `finished`, is right. */
void stride2_check(syngan_context *context, const stride2_kernels *kernels,
                   const stride2 *g, int direction, bool finished);
void stride2_check_all(syngan_context *context, const stride2_kernels *kernels,
                       stride2 g);

/* Fails unless all numbers of threads give equal bits. */
void stride2_check_threads(const stride2_kernels *kernels, const stride2 *g);

/* Whether the forward kernel accepts such a convolution, `change` having been
 * added to its fields. */
bool stride2_accepted(syngan_context *context, const stride2_kernels *kernels,
                      stride2 g, sg_conv_fields change);

#endif
