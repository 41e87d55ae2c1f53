/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scan for the smallest two in each lane, without branches.
 */
#include "eval/nearest_simd.h"

#define PARTS (SG_NEAREST_LANES / SG_LANES)

void SG_SIMD(sg_nearest_scan)(const float *score, int64_t count, int32_t first,
                              sg_nearest_state *state) {
    sg_vf best[2][PARTS];
    sg_vi index[2][PARTS], at[PARTS];
    memcpy(best, state->score, sizeof best);
    memcpy(index, state->index, sizeof index);
    int32_t lanes[SG_NEAREST_LANES];
    for (int32_t k = 0; k < SG_NEAREST_LANES; k++)
        lanes[k] = first + k;
    memcpy(at, lanes, sizeof at);
    for (int64_t i = 0; i < count; i += SG_NEAREST_LANES)
        for (int p = 0; p < PARTS; p++) {
            sg_vf v = sg_load(score + i + p * SG_LANES);
            sg_vi first_less = v < best[0][p], second_less = v < best[1][p];
            /* What is displaced from the first place goes to the second. */
            sg_vf next = sg_choose(second_less, v, best[1][p]);
            sg_vi next_at =
                (second_less & at[p]) | (~second_less & index[1][p]);
            best[1][p] = sg_choose(first_less, best[0][p], next);
            index[1][p] = (first_less & index[0][p]) | (~first_less & next_at);
            best[0][p] = sg_choose(first_less, v, best[0][p]);
            index[0][p] = (first_less & at[p]) | (~first_less & index[0][p]);
            at[p] += SG_NEAREST_LANES;
        }
    memcpy(state->score, best, sizeof best);
    memcpy(state->index, index, sizeof index);
}
