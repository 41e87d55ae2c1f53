/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The draw of an alternative, for each instruction set. All give the same.
 */
#ifndef SG_ENCODE_ALTERNATIVE_SIMD_H
#define SG_ENCODE_ALTERNATIVE_SIMD_H

#include "base/simd.h"

/* One of `width` alternatives, at least 1 and at most SG_ALTERNATIVES_MOST,
 * each with the chance that the softmax of the logits gives it; `unit` is
 * uniform in [0, 1). */
SG_SIMD_DECLARE(int32_t, sg_draw_alternative, const float *logit, int32_t width,
                float unit);

#endif
