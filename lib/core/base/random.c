/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counter-based random numbers: single blocks, and the choice of the
 * instruction set for ranges, which are made in random_simd.c.
 */
#include "base/random.h"

#include <assert.h>
#include <string.h>

#include "base/philox.h"
#include "base/random_simd.h"

void sg_philox(const uint32_t counter[4], const uint32_t key[2],
               uint32_t out[4]) {
    uint32_t k0 = key[0], k1 = key[1];
    memmove(out, counter, 4 * sizeof(uint32_t));
    for (int round = 0; round < SG_PHILOX_ROUNDS; round++) {
        sg_philox_round(&out[0], &out[1], &out[2], &out[3], k0, k1);
        k0 += SG_PHILOX_STEP_0;
        k1 += SG_PHILOX_STEP_1;
    }
}

uint32_t sg_stream_id(const char *name) {
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (; *name != '\0'; name++) {
        hash = (hash ^ (unsigned char)*name) * 16777619u;
    }
    return hash;
}

static void make_range(const sg_random *random, int32_t kind, uint64_t first,
                       size_t count, void *out) {
    sg_simd_pick(random->isa, sg_random_range)(random, kind, first, count, out);
}

void sg_random_bits(const sg_random *random, uint64_t first, size_t count,
                    uint32_t *out) {
    make_range(random, SG_RANDOM_BITS, first, count, out);
}

void sg_random_uniform(const sg_random *random, uint64_t first, size_t count,
                       float *out) {
    make_range(random, SG_RANDOM_UNIFORM, first, count, out);
}

void sg_random_normal(const sg_random *random, uint64_t first, size_t count,
                      float *out) {
    make_range(random, SG_RANDOM_NORMAL, first, count, out);
}

uint64_t sg_random_below(const sg_random *random, uint64_t index,
                         uint64_t limit) {
    assert(limit >= 1);
    const uint32_t key[2] = {(uint32_t)random->seed,
                             (uint32_t)(random->seed >> 32)};
    const uint32_t counter[4] = {
        (uint32_t)index, (uint32_t)(index >> 32) ^ random->stream,
        (uint32_t)random->step, (uint32_t)(random->step >> 32)};
    uint32_t out[4];
    sg_philox(counter, key, out);
    uint64_t bits = (uint64_t)out[1] << 32 | out[0];
    /* The high half of the product: unequal by less than limit / 2^64. */
    __extension__ typedef unsigned __int128 u128;
    return (uint64_t)(((u128)bits * limit) >> 64);
}
