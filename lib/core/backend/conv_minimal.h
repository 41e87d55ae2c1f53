/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Convolutions with a 4 x 4 kernel and stride 2 by minimal filtering: about
 * three times fewer multiplications than the direct way.
 */
#ifndef SG_BACKEND_CONV_MINIMAL_H
#define SG_BACKEND_CONV_MINIMAL_H

#include "backend/kernel.h"

extern const sg_kernel sg_kernel_minimal_forward;
extern const sg_kernel sg_kernel_minimal_input;
extern const sg_kernel sg_kernel_minimal_weight;

#endif
