/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ranges of random numbers; see random_simd.h. Whatever range is asked for,
 * elements are made in whole groups of 64 at fixed places, lane by lane with
 * the same sequence of IEEE operations (no fused ones, no library functions),
 * so that each comes out equal to the last bit on every machine. Loops over
 * lanes are plain ones, which compilers vectorise.
 */
#include "base/random_simd.h"

#include "base/philox.h"

#define LANES 16          /* blocks made at once */
#define GROUP (4 * LANES) /* their elements */

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
        for (uint32_t round = 0; round < SG_PHILOX_ROUNDS; round++)
            sg_philox_round(&c0, &c1, &c2, &c3, k0 + round * SG_PHILOX_STEP_0,
                            k1 + round * SG_PHILOX_STEP_1);
        words[0][i] = c0;
        words[1][i] = c1;
        words[2][i] = c2;
        words[3][i] = c3;
    }
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

void SG_SIMD(sg_random_range)(const sg_random *random, int32_t kind,
                              uint64_t first, size_t count, void *out) {
    static const group_fn make[] = {[SG_RANDOM_BITS] = group_bits,
                                    [SG_RANDOM_UNIFORM] = group_uniform,
                                    [SG_RANDOM_NORMAL] = group_normal};
    fill(random, first, count, make[kind], out);
}
