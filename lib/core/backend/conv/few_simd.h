/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory side of few.c.
 */
#ifndef SG_BACKEND_CONV_FEW_SIMD_H
#define SG_BACKEND_CONV_FEW_SIMD_H

#include "base/simd.h"

/* out[c * step + p] = in[p * block + c] for c < block, p < count. */
SG_SIMD_DECLARE(void, sg_unblock, size_t count, size_t block, const float *in,
                size_t step, float *out);

/* out[r * out_step + i] += in[r * in_step + i] for r < rows, i < count. */
SG_SIMD_DECLARE(void, sg_add_rows, size_t rows, size_t count, const float *in,
                size_t in_step, float *out, size_t out_step);

#endif
