/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exponentials in a form that compilers vectorise, equal on every machine.
 */
#ifndef SG_ENCODE_EXPONENTIAL_H
#define SG_ENCODE_EXPONENTIAL_H

#include <stdint.h>
#include <string.h>

/* exp(x) for x <= 0, to 1e-9; from -700 down exp(-700). */
static inline double sg_exp_negative(double x) {
    x = x < -700 ? -700 : x;
    /* Rounds to an integer n, kept in the low bits of the sum. */
    double shifted = x * 1.44269504088896341 + 0x1.8p52;
    double n = shifted - 0x1.8p52;
    double r = x - n * 6.93147180369123816490e-1;
    r -= n * 1.90821492927058770002e-10;
    double p = 1.0 / 40320;
    p = p * r + 1.0 / 5040;
    p = p * r + 1.0 / 720;
    p = p * r + 1.0 / 120;
    p = p * r + 1.0 / 24;
    p = p * r + 1.0 / 6;
    p = p * r + 0.5;
    p = p * r + 1;
    p = p * r + 1;
    uint64_t bits, exponent;
    memcpy(&bits, &p, sizeof bits);
    memcpy(&exponent, &shifted, sizeof exponent);
    bits += exponent << 52;
    memcpy(&p, &bits, sizeof p);
    return p;
}

/* The same in single precision, to 1e-6; from -87 down exp(-87). */
static inline float sg_exp_negative_f32(float x) {
    x = x < -87.0f ? -87.0f : x;
    float shifted = x * 1.44269504088896341f + 12582912.0f;
    float n = shifted - 12582912.0f;
    float r = x - n * 0.693359375f;
    r += n * 2.12194440e-4f;
    float p = 1.0f / 720;
    p = p * r + 1.0f / 120;
    p = p * r + 1.0f / 24;
    p = p * r + 1.0f / 6;
    p = p * r + 0.5f;
    p = p * r + 1;
    p = p * r + 1;
    uint32_t bits, exponent;
    memcpy(&bits, &p, sizeof bits);
    memcpy(&exponent, &shifted, sizeof exponent);
    bits += exponent << 23;
    memcpy(&p, &bits, sizeof p);
    return p;
}

#endif
