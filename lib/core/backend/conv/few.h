/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conv2d_input for a result of few channels, where oneDNN would compute a
 * whole block of them.
 */
#ifndef SG_BACKEND_CONV_FEW_H
#define SG_BACKEND_CONV_FEW_H

#include "backend/kernel.h"

extern const sg_kernel sg_kernel_conv_few;

#endif
