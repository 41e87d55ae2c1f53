/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inner loops of batch normalisation. Sums are kept in double precision,
 * in an order that depends on nothing but the sizes.
 */
#include "backend/batch_norm_simd.h"

/* ---- moments ------------------------------------------------------------ */

typedef struct moments {
    sg_vd sum_low, sum_high, product_low, product_high;
} moments;

SG_INLINE void add(moments *m, sg_vf a, sg_vf b) {
    sg_vd low = sg_low(a), high = sg_high(a);
    m->sum_low += low;
    m->sum_high += high;
    m->product_low += low * sg_low(b);
    m->product_high += high * sg_high(b);
}

SG_INLINE void join(moments *to, const moments *from) {
    to->sum_low += from->sum_low;
    to->sum_high += from->sum_high;
    to->product_low += from->product_low;
    to->product_high += from->product_high;
}

/* n channels, at most SG_LANES; two rows at a time. */
SG_INLINE void column_moments(size_t n, size_t rows, size_t step,
                              const float *a, const float *b, moments *out) {
    moments even = {0}, odd = {0};
    size_t r = 0;
    for (; r + 2 <= rows; r += 2) {
        add(&even, sg_load_up_to(a + r * step, n),
            sg_load_up_to(b + r * step, n));
        add(&odd, sg_load_up_to(a + (r + 1) * step, n),
            sg_load_up_to(b + (r + 1) * step, n));
    }
    if (r < rows)
        add(&even, sg_load_up_to(a + r * step, n),
            sg_load_up_to(b + r * step, n));
    join(&even, &odd);
    *out = even;
}

void SG_SIMD(sg_moments)(size_t rows, size_t step, size_t width, const float *a,
                         const float *b, double *sum, double *product) {
    for (size_t c = 0; c < width; c += SG_LANES) {
        size_t n = width - c < SG_LANES ? width - c : SG_LANES;
        moments m;
        if (n == SG_LANES)
            column_moments(SG_LANES, rows, step, a + c, b + c, &m);
        else
            column_moments(n, rows, step, a + c, b + c, &m);
        double sums[SG_LANES], products[SG_LANES];
        memcpy(sums, &m.sum_low, sizeof m.sum_low);
        memcpy(sums + SG_LANES / 2, &m.sum_high, sizeof m.sum_high);
        memcpy(products, &m.product_low, sizeof m.product_low);
        memcpy(products + SG_LANES / 2, &m.product_high, sizeof m.product_high);
        for (size_t i = 0; i < n; i++) {
            sum[c + i] += sums[i];
            product[c + i] += products[i];
        }
    }
}

static double total(sg_vd v) {
    double sum = 0;
    for (size_t i = 0; i < SG_LANES / 2; i++)
        sum += v[i];
    return sum;
}

void SG_SIMD(sg_moments_along)(size_t count, const float *a, const float *b,
                               double *sum, double *product) {
    moments m;
    size_t rows = count / SG_LANES, rest = count % SG_LANES;
    column_moments(SG_LANES, rows, SG_LANES, a, b, &m);
    if (rest > 0)
        add(&m, sg_load_part(a + count - rest, rest),
            sg_load_part(b + count - rest, rest));
    *sum += total(m.sum_low + m.sum_high);
    *product += total(m.product_low + m.product_high);
}

/* ---- normalising -------------------------------------------------------- */

/* The numbers of up to SG_LANES channels. */
typedef struct numbers {
    sg_vf mean, scale, shift, slope;
} numbers;

SG_INLINE sg_vf normalise(const numbers *c, sg_vf x) {
    return sg_fma(x - c->mean, c->scale, c->shift);
}
SG_INLINE sg_vf input(const numbers *c, sg_vf x, sg_vf dy) {
    return c->scale * (dy - c->shift - (x - c->mean) * c->slope);
}

SG_INLINE void normalise_columns(const numbers *c, size_t n, size_t rows,
                                 size_t step, const float *x, float *y) {
    for (size_t r = 0; r < rows; r++)
        sg_store_up_to(y + r * step, n,
                       normalise(c, sg_load_up_to(x + r * step, n)));
}

void SG_SIMD(sg_normalise)(size_t rows, size_t step, size_t width,
                           const sg_norm_channel *channel, const float *x,
                           float *y) {
    for (size_t i = 0; i < width; i += SG_LANES) {
        size_t n = width - i < SG_LANES ? width - i : SG_LANES;
        const numbers c = {.mean = sg_load_up_to(channel->mean + i, n),
                           .scale = sg_load_up_to(channel->scale + i, n),
                           .shift = sg_load_up_to(channel->shift + i, n)};
        if (n == SG_LANES)
            normalise_columns(&c, SG_LANES, rows, step, x + i, y + i);
        else
            normalise_columns(&c, n, rows, step, x + i, y + i);
    }
}

void SG_SIMD(sg_normalise_along)(size_t count, const sg_norm_channel *channel,
                                 const float *x, float *y) {
    const numbers c = {.mean = sg_all(*channel->mean),
                       .scale = sg_all(*channel->scale),
                       .shift = sg_all(*channel->shift)};
    size_t rows = count / SG_LANES, whole = rows * SG_LANES;
    normalise_columns(&c, SG_LANES, rows, SG_LANES, x, y);
    if (whole < count)
        normalise_columns(&c, count - whole, 1, 0, x + whole, y + whole);
}

SG_INLINE void input_columns(const numbers *c, size_t n, size_t rows,
                             size_t step, const float *x, const float *dy,
                             float *dx) {
    for (size_t r = 0; r < rows; r++)
        sg_store_up_to(dx + r * step, n,
                       input(c, sg_load_up_to(x + r * step, n),
                             sg_load_up_to(dy + r * step, n)));
}

void SG_SIMD(sg_norm_input)(size_t rows, size_t step, size_t width,
                            const sg_norm_channel *channel, const float *x,
                            const float *dy, float *dx) {
    for (size_t i = 0; i < width; i += SG_LANES) {
        size_t n = width - i < SG_LANES ? width - i : SG_LANES;
        const numbers c = {.mean = sg_load_up_to(channel->mean + i, n),
                           .scale = sg_load_up_to(channel->scale + i, n),
                           .shift = sg_load_up_to(channel->shift + i, n),
                           .slope = sg_load_up_to(channel->slope + i, n)};
        if (n == SG_LANES)
            input_columns(&c, SG_LANES, rows, step, x + i, dy + i, dx + i);
        else
            input_columns(&c, n, rows, step, x + i, dy + i, dx + i);
    }
}

void SG_SIMD(sg_norm_input_along)(size_t count, const sg_norm_channel *channel,
                                  const float *x, const float *dy, float *dx) {
    const numbers c = {.mean = sg_all(*channel->mean),
                       .scale = sg_all(*channel->scale),
                       .shift = sg_all(*channel->shift),
                       .slope = sg_all(*channel->slope)};
    size_t rows = count / SG_LANES, whole = rows * SG_LANES;
    input_columns(&c, SG_LANES, rows, SG_LANES, x, dy, dx);
    if (whole < count)
        input_columns(&c, count - whole, 1, 0, x + whole, dy + whole,
                      dx + whole);
}
