/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ranges of random numbers, for each instruction set. All give the same bits.
 */
#ifndef SG_BASE_RANDOM_SIMD_H
#define SG_BASE_RANDOM_SIMD_H

#include "base/random.h"
#include "base/simd.h"

enum { SG_RANDOM_BITS, SG_RANDOM_UNIFORM, SG_RANDOM_NORMAL };

/* Elements first ... first + count - 1 of a distribution; each has 4 bytes. */
SG_SIMD_DECLARE(void, sg_random_range, const sg_random *random, int32_t kind,
                uint64_t first, size_t count, void *out);

#endif
