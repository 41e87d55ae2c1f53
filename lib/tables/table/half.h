/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Floats of 16 bits (IEEE 754 binary16).
 */
#ifndef SG_TABLE_HALF_H
#define SG_TABLE_HALF_H

#include <math.h>
#include <stdint.h>

static inline double sg_half_value(uint16_t half) {
    int exponent = half >> 10 & 31;
    double fraction = half & 1023, value;
    if (exponent == 31)
        value = fraction == 0 ? (double)INFINITY : (double)NAN;
    else if (exponent == 0)
        value = ldexp(fraction, -24);
    else
        value = ldexp(fraction + 1024, exponent - 25);
    return half & 0x8000 ? -value : value;
}

/* The nearest one, infinite beyond 65519. */
static inline uint16_t sg_half_of(double value) {
    uint16_t sign = signbit(value) ? 0x8000 : 0;
    int exponent;
    if (isnan(value)) return 0x7e00;
    if (fabs(value) >= 65520) return sign | 0x7c00;
    (void)frexp(value, &exponent); /* |value| < 2^exponent */
    if (exponent < -13 || value == 0) exponent = -13;
    /* In units of the last place; 2048 of them are 1024 of the next. */
    double units = rint(ldexp(fabs(value), 11 - exponent));
    return (uint16_t)(sign | ((exponent + 13) * 1024 + (int)units));
}

/* The value with as few digits behind the point as give the same half. */
static inline double sg_half_short(uint16_t half) {
    double value = sg_half_value(half), power = 1;
    for (int i = 0; i <= 9 && isfinite(value); i++, power *= 10) {
        double rounded = rint(value * power) / power;
        if (sg_half_of(rounded) == half) return rounded;
    }
    return value;
}

#endif
