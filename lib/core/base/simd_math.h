/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Elementary functions on the vectors of simd.h, for *_simd.c files. Errors
 * are below 2.5 units in the last place. Polynomials are those of the Cephes
 * library (Moshier 1989). NaN gives NaN.
 */
#ifndef SG_BASE_SIMD_MATH_H
#define SG_BASE_SIMD_MATH_H

#include "base/simd.h"

/* 2^n for n in -126 ... 127. */
static inline sg_vf sg_power_of_two(sg_vi n) {
    return (sg_vf)((n + sg_all_i(127)) << 23);
}

/* exp(x) = 2^n exp(r), with |r| below log(2) / 2. */
static inline sg_vf sg_exp(sg_vf x) {
    const sg_vf high = sg_all(89.0f), low = sg_all(-104.0f);
    /* Adding it rounds to an integer, kept in the low bits of the sum. */
    const sg_vf magic = sg_all(12582912.0f);
    x = sg_min(high, sg_max(low, x));
    sg_vf shifted = sg_fma(x, sg_all(1.44269504088896341f), magic);
    sg_vf n = shifted - magic;
    sg_vf r = sg_fma(n, sg_all(-0.693359375f), x);
    r = sg_fma(n, sg_all(2.12194440e-4f), r);
    sg_vf p = sg_all(1.9875691500e-4f);
    p = sg_fma(p, r, sg_all(1.3981999507e-3f));
    p = sg_fma(p, r, sg_all(8.3334519073e-3f));
    p = sg_fma(p, r, sg_all(4.1665795894e-2f));
    p = sg_fma(p, r, sg_all(1.6666665459e-1f));
    p = sg_fma(p, r, sg_all(5.0000001201e-1f));
    p = sg_fma(p, r * r, r) + 1.0f;
    /* In two steps, since n may lie just outside the exponents of floats. */
    sg_vi whole = (sg_vi)shifted - (sg_vi)magic;
    sg_vi half = whole >> 1;
    return p * sg_power_of_two(half) * sg_power_of_two(whole - half);
}

/* log(m 2^e) with m in [sqrt(1/2), sqrt(2)). */
static inline sg_vf sg_log_positive(sg_vf x) {
    const sg_vf smallest = sg_all(1.17549435e-38f); /* normal */
    sg_vi tiny = x < smallest;
    x = sg_choose(tiny, x * 8388608.0f, x);
    sg_vi bits = (sg_vi)x;
    sg_vi exponent = (bits >> 23) - sg_all_i(126) - (tiny & sg_all_i(23));
    sg_vf m = (sg_vf)((bits & sg_all_i(0x007fffff)) | sg_all_i(0x3f000000));
    sg_vi under = m < sg_all(0.707106781186547524f);
    exponent = exponent + under; /* a set mask is -1 */
    m = sg_choose(under, m + m, m) - 1.0f;
    sg_vf e = __builtin_convertvector(exponent, sg_vf);
    sg_vf z = m * m;
    sg_vf p = sg_all(7.0376836292e-2f);
    p = sg_fma(p, m, sg_all(-1.1514610310e-1f));
    p = sg_fma(p, m, sg_all(1.1676998740e-1f));
    p = sg_fma(p, m, sg_all(-1.2420140846e-1f));
    p = sg_fma(p, m, sg_all(1.4249322787e-1f));
    p = sg_fma(p, m, sg_all(-1.6668057665e-1f));
    p = sg_fma(p, m, sg_all(2.0000714765e-1f));
    p = sg_fma(p, m, sg_all(-2.4999993993e-1f));
    p = sg_fma(p, m, sg_all(3.3333331174e-1f));
    sg_vf y = p * m * z;
    y = sg_fma(e, sg_all(-2.12194440e-4f), y);
    y = sg_fma(z, sg_all(-0.5f), y);
    return sg_fma(e, sg_all(0.693359375f), m + y);
}

static inline sg_vf sg_log(sg_vf x) {
    const sg_vf zero = sg_all(0.0f), infinity = sg_all(__builtin_inff());
    sg_vf y = sg_log_positive(x);
    y = sg_choose(x == infinity, infinity, y);
    y = sg_choose(x == zero, -infinity, y);
    /* Negative numbers and NaN. */
    return sg_choose(x >= zero, y, sg_all(__builtin_nanf("")));
}

/* log(1 + x) for x in [0, 1]; what rounding 1 + x lost is put back. */
static inline sg_vf sg_log1p_unit(sg_vf x) {
    sg_vf u = x + 1.0f;
    return sg_log_positive(u) + (x - (u - 1.0f)) / u;
}

static inline sg_vf sg_tanh(sg_vf x) {
    sg_vi sign = (sg_vi)x & sg_all_i(INT32_MIN);
    sg_vf a = sg_abs(x), z = x * x;
    sg_vf p = sg_all(-5.70498872745e-3f);
    p = sg_fma(p, z, sg_all(2.06390887954e-2f));
    p = sg_fma(p, z, sg_all(-5.37397155531e-2f));
    p = sg_fma(p, z, sg_all(1.33314422036e-1f));
    p = sg_fma(p, z, sg_all(-3.33332819422e-1f));
    p = sg_fma(p * z, x, x);
    sg_vf far = 1.0f - 2.0f / (sg_exp(a + a) + 1.0f);
    far = (sg_vf)((sg_vi)far | sign);
    return sg_choose(a < sg_all(0.625f), p, far);
}

static inline sg_vf sg_sigmoid(sg_vf x) {
    return 1.0f / (1.0f + sg_exp(-x));
}

/* log(1 + exp(x)) */
static inline sg_vf sg_softplus(sg_vf x) {
    return sg_max(sg_all(0.0f), x) + sg_log1p_unit(sg_exp(-sg_abs(x)));
}

#endif
