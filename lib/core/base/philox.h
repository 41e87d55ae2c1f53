/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A round of Philox 4x32; see random.h. gcc and clang vectorise loops around
 * it.
 */
#ifndef SG_BASE_PHILOX_H
#define SG_BASE_PHILOX_H

#include <stdint.h>

#define SG_PHILOX_ROUNDS 10
/* What the key grows by from one round to the next. */
#define SG_PHILOX_STEP_0 0x9E3779B9u /* golden ratio */
#define SG_PHILOX_STEP_1 0xBB67AE85u /* square root of 3, less 1 */

static inline void sg_philox_round(uint32_t *c0, uint32_t *c1, uint32_t *c2,
                                   uint32_t *c3, uint32_t k0, uint32_t k1) {
    uint64_t a = (uint64_t)0xD2511F53u * *c0;
    uint64_t b = (uint64_t)0xCD9E8D57u * *c2;
    *c0 = (uint32_t)(b >> 32) ^ *c1 ^ k0;
    *c1 = (uint32_t)b;
    *c2 = (uint32_t)(a >> 32) ^ *c3 ^ k1;
    *c3 = (uint32_t)a;
}

#endif
