/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counter-based random numbers. Whatever range is asked for, elements are made
 * in whole groups of 64 at fixed places, lane by lane with the same sequence of
 * IEEE operations (no fused ones, no library functions), so that each comes out
 * equal to the last bit on every machine.
 */
#include "base/random.h"

#include <assert.h>
#include <string.h>
#include <xmmintrin.h>

#define MULTIPLIER_0 0xD2511F53u
#define MULTIPLIER_1 0xCD9E8D57u
#define KEY_STEP_0 0x9E3779B9u /* golden ratio */
#define KEY_STEP_1 0xBB67AE85u /* square root of 3, less 1 */
#define ROUNDS 10

#define LANES 16          /* blocks made at once */
#define GROUP (4 * LANES) /* their elements */

/* ---- Philox ------------------------------------------------------------- */

/* One round on one block; gcc and clang vectorise the loops around it. */
static inline void philox_round(uint32_t *c0, uint32_t *c1, uint32_t *c2,
                                uint32_t *c3, uint32_t k0, uint32_t k1) {
    uint64_t a = (uint64_t)MULTIPLIER_0 * *c0;
    uint64_t b = (uint64_t)MULTIPLIER_1 * *c2;
    *c0 = (uint32_t)(b >> 32) ^ *c1 ^ k0;
    *c1 = (uint32_t)b;
    *c2 = (uint32_t)(a >> 32) ^ *c3 ^ k1;
    *c3 = (uint32_t)a;
}

void sg_philox(const uint32_t counter[4], const uint32_t key[2],
               uint32_t out[4]) {
    uint32_t k0 = key[0], k1 = key[1];
    memmove(out, counter, 4 * sizeof(uint32_t));
    for (int round = 0; round < ROUNDS; round++) {
        philox_round(&out[0], &out[1], &out[2], &out[3], k0, k1);
        k0 += KEY_STEP_0;
        k1 += KEY_STEP_1;
    }
}

/* Blocks first ... first + LANES - 1, with `first` a multiple of LANES; word w
 * of lane i becomes words[w][i]. The rounds are unrolled, so that compilers
 * vectorise over the lanes. */
static void philox_group(const sg_random *random, uint64_t first,
                         uint32_t words[4][LANES]) {
    const uint32_t k0 = (uint32_t)random->seed;
    const uint32_t k1 = (uint32_t)(random->seed >> 32);
    const uint32_t low = (uint32_t)first;
    const uint32_t high = (uint32_t)(first >> 32) ^ random->stream;
    const uint32_t step0 = (uint32_t)random->step;
    const uint32_t step1 = (uint32_t)(random->step >> 32);
    for (uint32_t i = 0; i < LANES; i++) {
        uint32_t c0 = low + i, c1 = high, c2 = step0, c3 = step1;
#pragma GCC unroll 10
        for (uint32_t round = 0; round < ROUNDS; round++) {
            philox_round(&c0, &c1, &c2, &c3, k0 + round * KEY_STEP_0,
                         k1 + round * KEY_STEP_1);
        }
        words[0][i] = c0;
        words[1][i] = c1;
        words[2][i] = c2;
        words[3][i] = c3;
    }
}

uint32_t sg_stream_id(const char *name) {
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (; *name != '\0'; name++) {
        hash = (hash ^ (unsigned char)*name) * 16777619u;
    }
    return hash;
}

/* ---- one group of each distribution ------------------------------------- */

/* These change words of blocks to elements, in place (of equal size). */

static void group_bits(uint32_t words[4][LANES]) {
    (void)words;
}

static void store_float(uint32_t *word, float value) {
    memcpy(word, &value, sizeof(value));
}

static void group_uniform(uint32_t words[4][LANES]) {
    for (unsigned w = 0; w < 4; w++) {
        for (unsigned i = 0; i < LANES; i++) {
            int32_t bits = (int32_t)(words[w][i] >> 8);
            store_float(&words[w][i], (float)bits * 0x1p-24f);
        }
    }
}

/* Natural logarithm of x in (0, 1], by the polynomial of Cephes' logf(). */
static inline float log_of(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof(bits));
    /* x = m 2^e with m in [sqrt 1/2, sqrt 2) */
    uint32_t shifted = bits - 0x3f3504f3u;
    int32_t e = (int32_t)shifted >> 23;
    bits = (shifted & 0x007fffffu) + 0x3f3504f3u;
    float m;
    memcpy(&m, &bits, sizeof(m));
    float f = m - 1.0f;
    float p = 7.0376836292e-2f;
    p = p * f - 1.1514610310e-1f;
    p = p * f + 1.1676998740e-1f;
    p = p * f - 1.2420140846e-1f;
    p = p * f + 1.4249322787e-1f;
    p = p * f - 1.6668057665e-1f;
    p = p * f + 2.0000714765e-1f;
    p = p * f - 2.4999993993e-1f;
    p = p * f + 3.3333331174e-1f;
    float z = f * f;
    float y = f * z * p;
    y = y + (float)e * -2.12194440e-4f;
    y = y - 0.5f * z;
    return f + y + (float)e * 0.693359375f;
}

/* Uniform in (0, 1), never 0, with all 32 bits, for long tails. */
static inline float open_uniform(uint32_t bits) {
    float high = (float)(int32_t)(bits >> 16) * 65536.0f;
    float low = (float)(int32_t)(bits & 0xffffu) + 0.5f;
    return (high + low) * 0x1p-32f;
}

/* Cosine and sine of bits / 2^32 turns, by the polynomials of Cephes. */
static inline void cos_sin_of(uint32_t bits, float *cosine, float *sine) {
    uint32_t quadrant = (bits + 0x20000000u) >> 30;
    int32_t rest = (int32_t)(bits - (quadrant << 30)); /* -2^29 ... 2^29 */
    float x = (float)rest * (1.5707963267948966f * 0x1p-30f);
    float z = x * x;
    float s = -1.9515295891e-4f;
    s = s * z + 8.3321608736e-3f;
    s = s * z - 1.6666654611e-1f;
    s = s * z * x + x;
    float c = 2.443315711809948e-5f;
    c = c * z - 1.388731625493765e-3f;
    c = c * z + 4.166664568298827e-2f;
    c = c * z * z - 0.5f * z + 1.0f;
    uint32_t swap = 0u - (quadrant & 1u); /* all ones in quadrants 1 and 3 */
    uint32_t c_bits, s_bits;
    memcpy(&c_bits, &c, sizeof(c_bits));
    memcpy(&s_bits, &s, sizeof(s_bits));
    uint32_t exchange = (c_bits ^ s_bits) & swap;
    c_bits ^= exchange ^ (((quadrant + 1u) & 2u) << 30);
    s_bits ^= exchange ^ ((quadrant & 2u) << 30);
    memcpy(cosine, &c_bits, sizeof(c_bits));
    memcpy(sine, &s_bits, sizeof(s_bits));
}

/* Box and Muller: words 2 k and 2 k + 1 give the radius and the angle of a
 * point whose coordinates are elements 2 k and 2 k + 1. */
static void group_normal(uint32_t words[4][LANES]) {
    for (unsigned w = 0; w < 4; w += 2) {
        float radius[LANES];
        for (unsigned i = 0; i < LANES; i++) {
            radius[i] = -2.0f * log_of(open_uniform(words[w][i]));
        }
        for (unsigned i = 0; i < LANES; i += 4) {
            _mm_storeu_ps(radius + i, _mm_sqrt_ps(_mm_loadu_ps(radius + i)));
        }
        for (unsigned i = 0; i < LANES; i++) {
            float cosine, sine;
            cos_sin_of(words[w + 1][i], &cosine, &sine);
            store_float(&words[w][i], radius[i] * cosine);
            store_float(&words[w + 1][i], radius[i] * sine);
        }
    }
}

/* ---- ranges ------------------------------------------------------------- */

typedef void (*group_fn)(uint32_t words[4][LANES]);

/* Words 0 ... 3 of lane 0, then of lane 1, ...; all elements have 4 bytes. */
static void interleave(uint32_t words[4][LANES], void *out) {
    float *target = out;
    for (unsigned i = 0; i < LANES; i += 4) {
        __m128 row[4];
        for (unsigned w = 0; w < 4; w++) {
            row[w] = _mm_loadu_ps((const float *)(const void *)&words[w][i]);
        }
        _MM_TRANSPOSE4_PS(row[0], row[1], row[2], row[3]);
        for (unsigned w = 0; w < 4; w++) {
            _mm_storeu_ps(target + 4 * (i + w), row[w]);
        }
    }
}

static void fill(const sg_random *random, uint64_t first, size_t count,
                 group_fn make, void *out) {
    uint32_t words[4][LANES];
    uint32_t group[GROUP];
    unsigned char *target = out;
    while (count > 0) {
        uint64_t skip = first % GROUP;
        size_t n = GROUP - (size_t)skip < count ? GROUP - (size_t)skip : count;
        philox_group(random, (first - skip) / 4, words);
        make(words);
        if (n == GROUP) {
            interleave(words, target);
        } else {
            interleave(words, group);
            memcpy(target, group + skip, n * sizeof(uint32_t));
        }
        target += n * sizeof(uint32_t);
        first += n;
        count -= n;
    }
}

void sg_random_bits(const sg_random *random, uint64_t first, size_t count,
                    uint32_t *out) {
    fill(random, first, count, group_bits, out);
}

void sg_random_uniform(const sg_random *random, uint64_t first, size_t count,
                       float *out) {
    fill(random, first, count, group_uniform, out);
}

void sg_random_normal(const sg_random *random, uint64_t first, size_t count,
                      float *out) {
    fill(random, first, count, group_normal, out);
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
