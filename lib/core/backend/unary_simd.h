/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The functions of unary.h for each instruction set.
 */
#ifndef SG_BACKEND_UNARY_SIMD_H
#define SG_BACKEND_UNARY_SIMD_H

#include "backend/unary.h"
#include "base/simd.h"

SG_SIMD_DECLARE(void, sg_unary_vector, const sg_unary *unary, size_t count,
                const float *in, float *out);
SG_SIMD_DECLARE(void, sg_unary_grad_vector, const sg_unary *unary, size_t count,
                const float *v, const float *dy, float *dx);

#endif
