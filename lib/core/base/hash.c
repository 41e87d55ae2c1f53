/* SPDX-License-Identifier: Apache-2.0 */
/* Keyed hashes; see hash.h. */
#include "base/hash.h"

#include <string.h>
#include <sys/random.h>
#include <time.h>

typedef struct state {
    uint64_t v[4];
} state;

static inline uint64_t rotate(uint64_t x, int bits) {
    return x << bits | x >> (64 - bits);
}

static inline void mix(state *s) {
    uint64_t *v = s->v;
    v[0] += v[1];
    v[2] += v[3];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] = rotate(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] = rotate(v[2], 32);
}

static inline void take_word(state *s, uint64_t word) {
    s->v[3] ^= word;
    mix(s);
    s->v[0] ^= word;
}

uint64_t sg_hash(const sg_hash_key *key, const void *data, size_t size) {
    const unsigned char *at = data;
    uint64_t word = 0, last = (uint64_t)size << 56;
    state s = {{key->word[0] ^ 0x736f6d6570736575u,
                key->word[1] ^ 0x646f72616e646f6du,
                key->word[0] ^ 0x6c7967656e657261u,
                key->word[1] ^ 0x7465646279746573u}};
    for (; size >= sizeof word; at += sizeof word, size -= sizeof word) {
        memcpy(&word, at, sizeof word);
        take_word(&s, word);
    }
    for (size_t i = 0; i < size; i++)
        last |= (uint64_t)at[i] << (8 * i);
    take_word(&s, last);
    s.v[2] ^= 0xff;
    for (int i = 0; i < 3; i++)
        mix(&s);
    return s.v[0] ^ s.v[1] ^ s.v[2] ^ s.v[3];
}

/* Without the system's source (old kernels, sandboxes) from the clock and an
 * address, which are hard to foresee. */
sg_hash_key sg_hash_key_draw(void) {
    sg_hash_key key;
    if (getrandom(&key, sizeof key, GRND_NONBLOCK) == (ssize_t)sizeof key)
        return key;
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    key.word[0] = (uint64_t)now.tv_nsec << 32 ^ (uint64_t)now.tv_sec;
    key.word[1] = (uint64_t)(uintptr_t)&key * 0x9e3779b97f4a7c15u;
    return key;
}
