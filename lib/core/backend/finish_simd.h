/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Adding a bias to a run of elements.
 */
#ifndef SG_BACKEND_FINISH_SIMD_H
#define SG_BACKEND_FINISH_SIMD_H

#include "base/simd.h"

/* data[i] += bias[i % period]; the period is 1, 8, 16, or at least `count`. */
SG_SIMD_DECLARE(void, sg_add_bias, float *data, size_t count, const float *bias,
                size_t period);

#endif
