/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The draw of an alternative. All instruction sets work in as many lanes, by
 * plain loops that compilers vectorise, so that results are equal to the last
 * bit.
 */
#include "encode/alternative_simd.h"

#include "encode/encoder_code.h"
#include "encode/exponential.h"

#define LANES 16 /* alternatives at once */

/* As the comparison a > b says. */
static inline float greater(float a, float b) {
    return a > b ? a : b;
}

static float greatest(const float *logit, int32_t width) {
    float most = logit[0], lane[LANES];
    int32_t i = 1;
    if (width >= 2 * LANES) {
        memcpy(lane, logit, sizeof lane);
        for (i = LANES; i + LANES <= width; i += LANES)
            for (int32_t k = 0; k < LANES; k++)
                lane[k] = greater(logit[i + k], lane[k]);
        for (int32_t half = LANES / 2; half > 0; half /= 2)
            for (int32_t k = 0; k < half; k++)
                lane[k] = greater(lane[k + half], lane[k]);
        most = lane[0];
    }
    for (; i < width; i++)
        most = greater(logit[i], most);
    return most;
}

/* exp(logit - most), LANES at a time; returns the sum. */
static float exponentials(const float *logit, int32_t width, float most,
                          float *share) {
    float total = 0, sum[LANES] = {0};
    int32_t whole = width / LANES * LANES;
    for (int32_t first = 0; first < whole; first += LANES)
        for (int32_t i = 0; i < LANES; i++) {
            float e = sg_exp_negative_f32(logit[first + i] - most);
            share[first + i] = e;
            sum[i] += e;
        }
    float rest[LANES], e[LANES];
    for (int32_t i = 0; i < LANES; i++)
        rest[i] = whole + i < width ? logit[whole + i] : most - 1000;
    for (int32_t i = 0; i < LANES; i++)
        e[i] = sg_exp_negative_f32(rest[i] - most);
    for (int32_t i = 0; whole + i < width; i++) {
        share[whole + i] = e[i];
        sum[i] += e[i];
    }
    for (int32_t i = 0; i < LANES; i++)
        total += sum[i];
    return total;
}

int32_t SG_SIMD(sg_draw_alternative)(const float *logit, int32_t width,
                                     float unit) {
    float share[SG_ALTERNATIVES_MOST];
    float target =
        unit * exponentials(logit, width, greatest(logit, width), share);
    for (int32_t i = 0; i < width; i++) {
        target -= share[i];
        if (target < 0) return i;
    }
    /* Rounding, or logits that are not finite. */
    return width - 1;
}
