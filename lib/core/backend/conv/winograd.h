/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Convolutions with a 4 x 4 kernel and stride 2 by Winograd's method: about
 * three times fewer multiplications than the direct way. Winograd, "Arithmetic
 * Complexity of Computations", 1980; Lavin and Gray, "Fast Algorithms for
 * Convolutional Neural Networks", 2015. Other geometries are oneDNN's.
 */
#ifndef SG_BACKEND_CONV_WINOGRAD_H
#define SG_BACKEND_CONV_WINOGRAD_H

#include "backend/kernel.h"

extern const sg_kernel sg_kernel_winograd_forward;
extern const sg_kernel sg_kernel_winograd_input;
extern const sg_kernel sg_kernel_winograd_weight;

#endif
