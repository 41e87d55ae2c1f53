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

#endif
