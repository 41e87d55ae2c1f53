/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernels of the operators of one element and of their gradients.
 */
#ifndef SG_BACKEND_UNARY_KERNELS_H
#define SG_BACKEND_UNARY_KERNELS_H

#include "backend/kernel.h"

extern const sg_kernel *const sg_unary_kernels[];
extern const sg_kernel *const sg_unary_grad_kernels[];

#endif
