/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A further kernel of conv2d_input, for a result of few channels and strides
 * of 1: sums kept in registers, from row to row.
 */
#ifndef SG_BACKEND_CONV_ROWS_H
#define SG_BACKEND_CONV_ROWS_H

#include "backend/kernel.h"

extern const sg_kernel sg_kernel_conv_rows;

#endif
