/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel that adds a bias where no other kernel absorbs it.
 */
#ifndef SG_BACKEND_BIAS_ADD_H
#define SG_BACKEND_BIAS_ADD_H

#include "backend/kernel.h"

/* x plus b along dimension 1; absorbs unary functions. */
extern const sg_kernel *const sg_bias_add_kernels[];

#endif
