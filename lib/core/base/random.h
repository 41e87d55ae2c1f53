/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counter-based random numbers: Philox 4x32-10 (Salmon and others, "Parallel
 * random numbers: as easy as 1, 2, 3", 2011). Element i of a stream is a
 * function of (seed, stream, step, i), whatever is drawn besides.
 */
#ifndef SG_BASE_RANDOM_H
#define SG_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

typedef struct sg_random {
    uint64_t seed;
    uint64_t step;
    uint32_t stream; /* who draws; sg_stream_id() makes one from a name */
    int32_t isa;     /* a context's, for speed; 0: the least. Bits are equal */
} sg_random;

/* One block: out = Philox(counter, key), ten rounds. */
void sg_philox(const uint32_t counter[4], const uint32_t key[2],
               uint32_t out[4]);

/* A stream number for a name: 32 bits of a fixed hash. */
uint32_t sg_stream_id(const char *name);

/* Elements first ... first + count - 1 of the stream. Block b covers elements
 * 4 b ... 4 b + 3, counter {b low, b high ^ stream, step low, step high}. */
void sg_random_bits(const sg_random *random, uint64_t first, size_t count,
                    uint32_t *out);
/* Uniform in [0, 1): 24 bits. */
void sg_random_uniform(const sg_random *random, uint64_t first, size_t count,
                       float *out);
/* Normal (0, 1) by Box and Muller from pairs of elements. */
void sg_random_normal(const sg_random *random, uint64_t first, size_t count,
                      float *out);
/* Uniform in 0 ... limit - 1, limit at least 1, made from block `index`. */
uint64_t sg_random_below(const sg_random *random, uint64_t index,
                         uint64_t limit);

#endif
