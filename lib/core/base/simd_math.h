/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Elementary functions on the vectors of simd.h, for *_simd.c files. Errors
 * are below 2.5 units in the last place, 6 for the normal distribution's.
 * Polynomials are those of the Cephes library (Moshier 1989). NaN gives NaN.
 */
#ifndef SG_BASE_SIMD_MATH_H
#define SG_BASE_SIMD_MATH_H

#include "base/simd.h"

/* 2^n for n in -126 ... 127. */
static inline sg_vf sg_power_of_two(sg_vi n) {
    return (sg_vf)((n + sg_all_i(127)) << 23);
}

/* exp(x + low) = 2^n exp(r), with |r| below log(2) / 2 and a `low` that is
 * small against the last place of x. Returns exp(r) - 1, and 2^n as two
 * factors, since n may lie just outside the exponents of floats. */
SG_INLINE sg_vf sg_exp_reduced(sg_vf x, sg_vf low_part, sg_vf power[2]) {
    const sg_vf high = sg_all(89.0f), low = sg_all(-104.0f);
    /* Adding it rounds to an integer, kept in the low bits of the sum. */
    const sg_vf magic = sg_all(12582912.0f);
    x = sg_min(high, sg_max(low, x));
    sg_vf shifted = sg_fma(x, sg_all(1.44269504088896341f), magic);
    sg_vf n = shifted - magic;
    sg_vf r = sg_fma(n, sg_all(-0.693359375f), x);
    r = sg_fma(n, sg_all(2.12194440e-4f), r) + low_part;
    sg_vf p = sg_all(1.9875691500e-4f);
    p = sg_fma(p, r, sg_all(1.3981999507e-3f));
    p = sg_fma(p, r, sg_all(8.3334519073e-3f));
    p = sg_fma(p, r, sg_all(4.1665795894e-2f));
    p = sg_fma(p, r, sg_all(1.6666665459e-1f));
    p = sg_fma(p, r, sg_all(5.0000001201e-1f));
    sg_vi whole = (sg_vi)shifted - (sg_vi)magic;
    sg_vi half = whole >> 1;
    power[0] = sg_power_of_two(half);
    power[1] = sg_power_of_two(whole - half);
    return sg_fma(p, r * r, r);
}

static inline sg_vf sg_exp_sum(sg_vf x, sg_vf low_part) {
    sg_vf power[2], less = sg_exp_reduced(x, low_part, power);
    return (less + 1.0f) * power[0] * power[1];
}

static inline sg_vf sg_exp(sg_vf x) {
    return sg_exp_sum(x, sg_all(-0.0f)); /* added, it changes nothing */
}

/* exp(x) - 1, for x of at most 88. */
static inline sg_vf sg_expm1(sg_vf x) {
    sg_vf power[2], less = sg_exp_reduced(x, sg_all(-0.0f), power);
    sg_vf scale = power[0] * power[1];
    return sg_fma(less, scale, scale - 1.0f);
}

/* A positive x as m 2^e with m in [sqrt(1/2), sqrt(2)): returns m - 1. */
SG_INLINE sg_vf sg_split(sg_vf x, sg_vf *e) {
    const sg_vf smallest = sg_all(1.17549435e-38f); /* normal */
    sg_vi tiny = x < smallest;
    x = sg_choose(tiny, x * 8388608.0f, x);
    sg_vi bits = (sg_vi)x;
    sg_vi exponent = (bits >> 23) - sg_all_i(126) - (tiny & sg_all_i(23));
    sg_vf m = (sg_vf)((bits & sg_all_i(0x007fffff)) | sg_all_i(0x3f000000));
    sg_vi under = m < sg_all(0.707106781186547524f);
    exponent = exponent + under; /* a set mask is -1 */
    *e = __builtin_convertvector(exponent, sg_vf);
    return sg_choose(under, m + m, m) - 1.0f;
}

static inline sg_vf sg_log_positive(sg_vf x) {
    sg_vf e, m = sg_split(x, &e);
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

/* exp() of numbers in double precision, whose last places count where they are
 * large; low and high lanes. */
SG_INLINE sg_vf sg_exp_halves(sg_vd low, sg_vd high) {
    sg_vf sum = sg_from_halves(low, high);
    sg_vf rest = sg_from_halves(low - sg_low(sum), high - sg_high(sum));
    sg_vi within = sg_abs(sum) < sg_all(128.0f);
    return sg_exp_sum(sum, sg_choose(within, rest, sg_all(0.0f)));
}

/* The tail of the normal distribution beyond a, at least 0, and exp(-a^2 / 2).
 * The tail is that exponential times a polynomial in t = 1 / (1 + 0.3 a): a
 * Chebyshev approximation on 0 <= a <= 14.5, beyond which floats end. */
SG_INLINE sg_vf sg_normal_tail(sg_vf a, sg_vf *exponential) {
    a = sg_min(sg_all(14.5f), a);
    sg_vd low = sg_low(a), high = sg_high(a);
    sg_vf t = 1.0f / sg_fma(a, sg_all(0.3f), sg_all(1.0f));
    sg_vf p = sg_all(-0.0209560242365f);
    p = sg_fma(p, t, sg_all(0.114257452951f));
    p = sg_fma(p, t, sg_all(-0.232524407316f));
    p = sg_fma(p, t, sg_all(0.197550584566f));
    p = sg_fma(p, t, sg_all(-0.0842134815164f));
    p = sg_fma(p, t, sg_all(0.0987113823453f));
    p = sg_fma(p, t, sg_all(0.077517901077f));
    p = sg_fma(p, t, sg_all(0.110418411096f));
    p = sg_fma(p, t, sg_all(0.119550431474f));
    p = sg_fma(p, t, sg_all(0.119687747691f));
    *exponential = sg_exp_halves(-0.5 * low * low, -0.5 * high * high);
    return *exponential * (p * t);
}

/* The normal distribution's function at x; its density times sqrt(2 pi). */
SG_INLINE sg_vf sg_normal(sg_vf x, sg_vf *exponential) {
    sg_vf tail = sg_normal_tail(sg_abs(x), exponential);
    return sg_choose(x < sg_all(0.0f), tail, 1.0f - tail);
}

/* ---- powers -------------------------------------------------------------- */

/* p log(m 2^e) in double precision, from f = m - 1:
 * log m = 2 (s + s^3 / 3 + s^5 / 5 + ...) with s = f / (f + 2). */
SG_INLINE sg_vd sg_times_log(sg_vd f, sg_vd e, sg_vd p) {
    sg_vd s = f / (f + 2.0), z = s * s;
    sg_vd sum = z * (1.0 / 15) + 1.0 / 13;
    sum = sum * z + 1.0 / 11;
    sum = sum * z + 1.0 / 9;
    sum = sum * z + 1.0 / 7;
    sum = sum * z + 1.0 / 5;
    sum = sum * z + 1.0 / 3;
    sum = sum * z + 1.0;
    return p * (2.0 * s * sum + e * 0.693147180559945309);
}

/* x^p, with p the same in all lanes. As C's pow(): NaN for x below 0 unless p
 * is an integer; 1 for p = 0. Zeros have no sign. */
static inline sg_vf sg_pow(sg_vf x, sg_vf p) {
    const sg_vf zero = sg_all(0.0f), infinity = sg_all(__builtin_inff());
    sg_vf a = sg_abs(x), e, f = sg_split(a, &e);
    sg_vd low = sg_times_log(sg_low(f), sg_low(e), sg_low(p));
    sg_vd high = sg_times_log(sg_high(f), sg_high(e), sg_high(p));
    sg_vf y = sg_exp_halves(low, high);
    sg_vi edge = (a == zero) | (a == infinity);
    sg_vf at_edge = sg_choose((a == zero) ^ (p < zero), zero, infinity);
    y = sg_choose(edge, at_edge, y);
    y = sg_choose(p == zero, sg_all(1.0f), y);
    /* All floats from 2^24 on are even numbers. */
    sg_vi large = sg_abs(p) >= sg_all(16777216.0f);
    sg_vi number = __builtin_convertvector(sg_choose(large, zero, p), sg_vi);
    sg_vi whole = large | (__builtin_convertvector(number, sg_vf) == p);
    sg_vi odd = (sg_vi)(number << 31); /* the sign's bit */
    sg_vf negative = (sg_vf)((sg_vi)y | odd);
    negative = sg_choose(whole, negative, sg_all(__builtin_nanf("")));
    y = sg_choose(x < zero, negative, y);
    return sg_choose(x == x, y, x);
}

#endif
