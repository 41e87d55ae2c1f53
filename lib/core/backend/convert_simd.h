/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between bf16 and f32. bf16 is the upper half of an f32; rounding is to the
 * nearest, to even on ties, and NaN stays NaN.
 */
#ifndef SG_BACKEND_CONVERT_SIMD_H
#define SG_BACKEND_CONVERT_SIMD_H

#include "base/simd.h"

SG_SIMD_DECLARE(void, sg_widen, size_t count, const uint16_t *in, float *out);
SG_SIMD_DECLARE(void, sg_narrow, size_t count, const float *in, uint16_t *out);

#endif
