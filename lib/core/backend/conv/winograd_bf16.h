/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Convolutions with a 4 x 4 kernel and stride 2 from bf16 products, for
 * conv.c's lists of kernels.
 */
#ifndef SG_BACKEND_CONV_WINOGRAD_BF16_H
#define SG_BACKEND_CONV_WINOGRAD_BF16_H

#include "backend/kernel.h"

extern const sg_kernel sg_kernel_winograd_bf16_forward;
extern const sg_kernel sg_kernel_winograd_bf16_input;
extern const sg_kernel sg_kernel_winograd_bf16_weight;

#endif
