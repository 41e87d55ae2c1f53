/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Vectors of float for files named *_simd.c, which are compiled once for each
 * instruction set: SG_SIMD(name) is the name with the set's suffix. The code
 * is written once, with vectors whose length depends on the set. Results of
 * one set do not depend on where an element lies: the last, incomplete vector
 * is computed as a whole one.
 *
 * Whoever calls such a function declares it by SG_SIMD_DECLARE and chooses by
 * sg_simd_pick; only *_simd.c files see the vectors.
 */
#ifndef SG_BASE_SIMD_H
#define SG_BASE_SIMD_H

#include <syngan/base.h>

#define SG_SIMD_DECLARE(type, name, ...)                                       \
    type name##_sse41(__VA_ARGS__);                                            \
    type name##_avx2(__VA_ARGS__);                                             \
    type name##_avx512(__VA_ARGS__)

#define sg_simd_pick(isa, name)                                                \
    ((isa) >= SYNGAN_ISA_AVX512 ? name##_avx512                                \
     : (isa) >= SYNGAN_ISA_AVX2 ? name##_avx2                                  \
                                : name##_sse41)

#ifdef SG_SIMD_SUFFIX

#include <immintrin.h>
#include <string.h>

#define SG_SIMD_JOIN_(name, suffix) name##suffix
#define SG_SIMD_JOIN(name, suffix) SG_SIMD_JOIN_(name, suffix)
#define SG_SIMD(name) SG_SIMD_JOIN(name, SG_SIMD_SUFFIX)

#if defined(__AVX512F__)
#define SG_LANES 16
#elif defined(__AVX2__)
#define SG_LANES 8
#else
#define SG_LANES 4
#endif

/* Arithmetic and comparisons are the language's own on these; a comparison
 * gives all ones or zeros in each lane. */
typedef float sg_vf __attribute__((vector_size(SG_LANES * 4)));
typedef int32_t sg_vi __attribute__((vector_size(SG_LANES * 4)));
typedef double sg_vd __attribute__((vector_size(SG_LANES * 4))); /* half */

#define SG_INLINE static inline __attribute__((always_inline))

static inline sg_vf sg_load(const float *p) {
    sg_vf v;
    memcpy(&v, p, sizeof v);
    return v;
}
static inline void sg_store(float *p, sg_vf v) {
    memcpy(p, &v, sizeof v);
}
/* The first n lanes, at least 1, from memory, the others zero. */
static inline sg_vf sg_load_part(const float *p, size_t n) {
#if SG_LANES == 16
    return (sg_vf)_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p);
#else
    sg_vf v = {0};
    memcpy(&v, p, n * sizeof *p);
    return v;
#endif
}
static inline void sg_store_part(float *p, size_t n, sg_vf v) {
#if SG_LANES == 16
    _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), (__m512)v);
#else
    memcpy(p, &v, n * sizeof *p);
#endif
}
/* Likewise where n is SG_LANES but in the last vector of a row. */
SG_INLINE sg_vf sg_load_up_to(const float *p, size_t n) {
    return n == SG_LANES ? sg_load(p) : sg_load_part(p, n);
}
SG_INLINE void sg_store_up_to(float *p, size_t n, sg_vf v) {
    if (n == SG_LANES)
        sg_store(p, v);
    else
        sg_store_part(p, n, v);
}
static inline sg_vf sg_all(float value) {
    return value - (sg_vf){0};
}
static inline sg_vi sg_all_i(int32_t value) {
    return value - (sg_vi){0};
}

/* a where the mask is set, else b. */
static inline sg_vf sg_choose(sg_vi mask, sg_vf a, sg_vf b) {
    return (sg_vf)((mask & (sg_vi)a) | (~mask & (sg_vi)b));
}
/* As the comparison a > b says: NaN in b stays. */
static inline sg_vf sg_max(sg_vf a, sg_vf b) {
    return sg_choose(a > b, a, b);
}
static inline sg_vf sg_min(sg_vf a, sg_vf b) {
    return sg_choose(a < b, a, b);
}
static inline sg_vf sg_abs(sg_vf a) {
    return (sg_vf)((sg_vi)a & sg_all_i(0x7fffffff));
}

/* Lower and upper half as doubles. */
static inline sg_vd sg_low(sg_vf a) {
#if SG_LANES == 16
    return (sg_vd)_mm512_cvtps_pd(_mm512_castps512_ps256((__m512)a));
#elif SG_LANES == 8
    return (sg_vd)_mm256_cvtps_pd(_mm256_castps256_ps128((__m256)a));
#else
    return (sg_vd)_mm_cvtps_pd((__m128)a);
#endif
}
static inline sg_vd sg_high(sg_vf a) {
#if SG_LANES == 16
    return (sg_vd)_mm512_cvtps_pd(_mm512_extractf32x8_ps((__m512)a, 1));
#elif SG_LANES == 8
    return (sg_vd)_mm256_cvtps_pd(_mm256_extractf128_ps((__m256)a, 1));
#else
    return (sg_vd)_mm_cvtps_pd(_mm_movehl_ps((__m128)a, (__m128)a));
#endif
}

/* Their inverse: two halves, rounded to floats. */
static inline sg_vf sg_from_halves(sg_vd low, sg_vd high) {
    typedef float half __attribute__((vector_size(SG_LANES * 2)));
    half parts[2] = {__builtin_convertvector(low, half),
                     __builtin_convertvector(high, half)};
    sg_vf v;
    memcpy(&v, parts, sizeof v);
    return v;
}

/* a b + c, rounded once where the set has it. */
static inline sg_vf sg_fma(sg_vf a, sg_vf b, sg_vf c) {
#if SG_LANES == 16
    return (sg_vf)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif SG_LANES == 8
    return (sg_vf)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#else
    return a * b + c;
#endif
}
/* a0 b0 a1 b1 ..., of the lower and of the upper halves of a and b. */
#if SG_LANES == 16
#define SG_MIX_LOW(a, b)                                                       \
    __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, \
                            22, 7, 23)
#define SG_MIX_HIGH(a, b)                                                      \
    __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13,    \
                            29, 14, 30, 15, 31)
#elif SG_LANES == 8
#define SG_MIX_LOW(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define SG_MIX_HIGH(a, b)                                                      \
    __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#else
#define SG_MIX_LOW(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define SG_MIX_HIGH(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#endif

/* Exchanges rows and lanes of SG_LANES vectors: each round of mixing row i
 * with row i + SG_LANES / 2 rotates the bits of (row, lane) by one. */
static inline void sg_transpose(sg_vf row[SG_LANES]) {
    for (int round = 1; round < SG_LANES; round *= 2) {
        sg_vf mixed[SG_LANES];
        for (int i = 0; i < SG_LANES / 2; i++) {
            mixed[2 * i] = SG_MIX_LOW(row[i], row[i + SG_LANES / 2]);
            mixed[2 * i + 1] = SG_MIX_HIGH(row[i], row[i + SG_LANES / 2]);
        }
        memcpy(row, mixed, sizeof mixed);
    }
}

static inline sg_vf sg_root(sg_vf a) {
#if SG_LANES == 16
    return (sg_vf)_mm512_sqrt_ps((__m512)a);
#elif SG_LANES == 8
    return (sg_vf)_mm256_sqrt_ps((__m256)a);
#else
    return (sg_vf)_mm_sqrt_ps((__m128)a);
#endif
}

#endif
#endif
