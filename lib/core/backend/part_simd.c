/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows made of parts. Choices are often of two or three columns only, so what
 * can be done to a whole row at once is: noise, exponentials. Numbers get an
 * exponential, too, which is overwritten.
 */
#include "backend/part_simd.h"

#include "base/simd_math.h"

SG_INLINE size_t lanes(size_t at, size_t count) {
    return count - at < SG_LANES ? count - at : SG_LANES;
}

/* -log(-log(u)), for u from 2^-25 on: uniform numbers have 24 bits and may be
 * 0. */
SG_INLINE sg_vf gumbel(sg_vf uniform) {
    sg_vf u = sg_max(uniform, sg_all(0x1p-25f));
    return -sg_log_positive(-sg_log_positive(u));
}

static void add_noise(size_t count, float scale, const float *x,
                      const float *uniform, float *y) {
    for (size_t at = 0; at < count; at += SG_LANES) {
        size_t n = lanes(at, count);
        sg_vf v = sg_load_up_to(x + at, n);
        if (uniform != NULL) v += gumbel(sg_load_up_to(uniform + at, n));
        sg_store_up_to(y + at, n, v * scale);
    }
}

static void exponentials(size_t count, float *y) {
    for (size_t at = 0; at < count; at += SG_LANES) {
        size_t n = lanes(at, count);
        sg_store_up_to(y + at, n, sg_exp(sg_load_up_to(y + at, n)));
    }
}

static void take_greatest_off(size_t count, float *y) {
    float greatest = y[0];
    for (size_t i = 1; i < count; i++)
        greatest = greatest > y[i] ? greatest : y[i];
    for (size_t i = 0; i < count; i++)
        y[i] -= greatest;
}

static void part_simd_normalise(size_t count, float *y) {
    float sum = 0.0f;
    for (size_t i = 0; i < count; i++)
        sum += y[i];
    float factor = 1.0f / sum;
    for (size_t i = 0; i < count; i++)
        y[i] *= factor;
}

static void tanh_of(const float *x, float *y) {
    sg_store_part(y, 1, sg_tanh(sg_load_part(x, 1)));
}

void SG_SIMD(sg_part_row)(const sg_parts *parts, float scale, const float *x,
                          const float *uniform, float *y) {
    add_noise(parts->columns, scale, x, uniform, y);
    for (size_t i = 0, at = 0; i < parts->count; i++) {
        float width = parts->width[i];
        if (width > 0.0f) take_greatest_off((size_t)width, y + at);
        at += width == 0.0f ? 1 : (size_t)(width < 0.0f ? -width : width);
    }
    exponentials(parts->columns, y);
    for (size_t i = 0, at = 0; i < parts->count; i++) {
        float width = parts->width[i];
        size_t count = width == 0.0f ? 1 : (size_t)(width < 0 ? -width : width);
        if (width == 0.0f)
            tanh_of(x + at, y + at);
        else if (width > 0.0f)
            part_simd_normalise(count, y + at);
        else
            memcpy(y + at, x + at, count * sizeof *y);
        at += count;
    }
}

/* y / temperature (dy - sum(dy y)) */
SG_INLINE void choice_gradient(size_t count, float scale, const float *y,
                               const float *dy, float *dx) {
    float sum = 0.0f;
    for (size_t i = 0; i < count; i++)
        sum += dy[i] * y[i];
    for (size_t i = 0; i < count; i++)
        dx[i] = scale * y[i] * (dy[i] - sum);
}

void SG_SIMD(sg_part_grad_row)(const sg_parts *parts, float scale,
                               const float *y, const float *dy, float *dx) {
    for (size_t i = 0, at = 0; i < parts->count; i++) {
        float width = parts->width[i];
        size_t count = width == 0.0f ? 1 : (size_t)(width < 0 ? -width : width);
        if (width == 0.0f)
            dx[at] = dy[at] * (1.0f - y[at] * y[at]);
        else if (width > 0.0f)
            choice_gradient(count, scale, y + at, dy + at, dx + at);
        else
            memcpy(dx + at, dy + at, count * sizeof *dx);
        at += count;
    }
}
