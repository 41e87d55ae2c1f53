/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scan for the smallest two in each lane of a vector.
 */
#ifndef SG_EVAL_NEAREST_SIMD_H
#define SG_EVAL_NEAREST_SIMD_H

#include "base/simd.h"

/* Lanes of the widest vectors: all instruction sets use as many. */
#define SG_NEAREST_LANES 16

/* Of what a query has seen: by lane the smallest score, then by lane the second
 * smallest, and whose they are. */
#define SG_NEAREST_KEPT (2 * SG_NEAREST_LANES)
typedef struct sg_nearest_state {
    float score[SG_NEAREST_KEPT];
    int32_t index[SG_NEAREST_KEPT];
} sg_nearest_state;

/* Takes `count` scores (a multiple of the lanes) of records first, first + 1,
 * ... into account. */
SG_SIMD_DECLARE(void, sg_nearest_scan, const float *score, int64_t count,
                int32_t first, sg_nearest_state *state);

#endif
