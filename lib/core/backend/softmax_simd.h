/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Softmax and its logarithm along a dimension.
 */
#ifndef SG_BACKEND_SOFTMAX_SIMD_H
#define SG_BACKEND_SOFTMAX_SIMD_H

#include "base/simd.h"

/* One row of `count` elements. `logarithm`: log softmax. */
SG_SIMD_DECLARE(void, sg_softmax_row, int logarithm, size_t count,
                const float *in, float *out);

/* `width` columns of `count` elements each, which lie `stride` apart. */
SG_SIMD_DECLARE(void, sg_softmax_columns, int logarithm, size_t count,
                size_t stride, size_t width, const float *in, float *out);

#endif
