/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hashes of texts from strangers: SipHash-1-3 (Aumasson and Bernstein, 2012)
 * with a key that the system draws, so that nobody can make texts that share
 * one. A key differs from run to run: results must never depend on hashes,
 * which is why tables keep their entries in the order in which they came.
 */
#ifndef SG_BASE_HASH_H
#define SG_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

typedef struct sg_hash_key {
    uint64_t word[2];
} sg_hash_key;

sg_hash_key sg_hash_key_draw(void);
uint64_t sg_hash(const sg_hash_key *key, const void *data, size_t size);

/* Mixes 64 bits, one to one (Steele and others, "Fast splittable pseudorandom
 * number generators", 2014, with Stafford's constants). */
static inline uint64_t sg_mix(uint64_t x) {
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

#endif
