/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parts of Winograd's method F(7, 2) x F(7, 2). With the matrices B, G, A of
 * Toom and Cook's method (Lavin and Gray, "Fast algorithms for convolutional
 * neural networks", 2015), one direction of the three products is
 *   y = A' ((G w) (B' x)),  x = B ((G w) (A y)),  w = G' ((B' x) (A y)),
 * products in brackets taken point by point. Those of B and A are exact in
 * binary. Points +p and -p share the sums of their even and odd terms.
 */
#include "backend/conv/winograd_simd.h"

enum { TILE = SG_WINOGRAD_TILE, POINTS = SG_WINOGRAD_POINTS };

/* ---- one direction ------------------------------------------------------ */

/* B' x */
static inline void b_turned(const sg_vf d[POINTS], sg_vf o[POINTS]) {
    sg_vf even = d[2] - 4.25f * d[4] + d[6];
    sg_vf odd = d[1] - 4.25f * d[3] + d[5];
    o[0] = d[0] - d[6] + 5.25f * (d[4] - d[2]);
    o[1] = even + odd;
    o[2] = even - odd;
    even = 0.25f * d[2] - 1.25f * d[4] + d[6];
    odd = 0.5f * d[1] - 2.5f * d[3] + 2.0f * d[5];
    o[3] = even + odd;
    o[4] = even - odd;
    even = 4.0f * d[2] - 5.0f * d[4] + d[6];
    odd = 2.0f * d[1] - 2.5f * d[3] + 0.5f * d[5];
    o[5] = even + odd;
    o[6] = even - odd;
    o[7] = d[7] - d[1] + 5.25f * (d[3] - d[5]);
}

/* B o */
static inline void b_times(const sg_vf o[POINTS], sg_vf d[POINTS]) {
    sg_vf s1 = o[1] + o[2], s2 = o[3] + o[4], s3 = o[5] + o[6];
    sg_vf d1 = o[1] - o[2], d2 = o[3] - o[4], d3 = o[5] - o[6];
    d[0] = o[0];
    d[1] = d1 + 0.5f * d2 + 2.0f * d3 - o[7];
    d[2] = s1 + 0.25f * s2 + 4.0f * s3 - 5.25f * o[0];
    d[3] = 5.25f * o[7] - 4.25f * d1 - 2.5f * (d2 + d3);
    d[4] = 5.25f * o[0] - 4.25f * s1 - 1.25f * s2 - 5.0f * s3;
    d[5] = d1 + 2.0f * d2 + 0.5f * d3 - 5.25f * o[7];
    d[6] = s1 + s2 + s3 - o[0];
    d[7] = o[7];
}

/* A y */
static inline void a_times(const sg_vf y[TILE], sg_vf o[POINTS]) {
    sg_vf even = y[0] + y[2] + y[4] + y[6];
    sg_vf odd = y[1] + y[3] + y[5];
    o[0] = y[0];
    o[1] = even + odd;
    o[2] = even - odd;
    even = y[0] + 4.0f * y[2] + 16.0f * y[4] + 64.0f * y[6];
    odd = 2.0f * y[1] + 8.0f * y[3] + 32.0f * y[5];
    o[3] = even + odd;
    o[4] = even - odd;
    even = y[0] + 0.25f * y[2] + 0.0625f * y[4] + 0.015625f * y[6];
    odd = 0.5f * y[1] + 0.125f * y[3] + 0.03125f * y[5];
    o[5] = even + odd;
    o[6] = even - odd;
    o[7] = y[6];
}

/* A' o */
static inline void a_turned(const sg_vf o[POINTS], sg_vf y[TILE]) {
    sg_vf s1 = o[1] + o[2], s2 = o[3] + o[4], s3 = o[5] + o[6];
    sg_vf d1 = o[1] - o[2], d2 = o[3] - o[4], d3 = o[5] - o[6];
    y[0] = o[0] + s1 + s2 + s3;
    y[1] = d1 + 2.0f * d2 + 0.5f * d3;
    y[2] = s1 + 4.0f * s2 + 0.25f * s3;
    y[3] = d1 + 8.0f * d2 + 0.125f * d3;
    y[4] = s1 + 16.0f * s2 + 0.0625f * s3;
    y[5] = d1 + 32.0f * d2 + 0.03125f * d3;
    y[6] = s1 + 64.0f * s2 + 0.015625f * s3 + o[7];
}

static const float g[POINTS][2] = {
    {1, 0},
    {-2.0f / 9, -2.0f / 9},
    {-2.0f / 9, 2.0f / 9},
    {1.0f / 90, 2.0f / 90},
    {1.0f / 90, -2.0f / 90},
    {32.0f / 45, 16.0f / 45},
    {32.0f / 45, -16.0f / 45},
    {0, 1},
};

/* ---- pixels ------------------------------------------------------------- */

/* Offsets of a line of `count` pixels, -1 where they lie outside. */
static inline void set_offsets(int64_t offset[POINTS], int count, int64_t first,
                               int64_t distance, int64_t size, int64_t step) {
    for (int i = 0; i < count; i++) {
        int64_t at = first + i * distance;
        offset[i] = at >= 0 && at < size ? at * step : -1;
    }
}

static inline sg_vf load_pixel(const float *line, int64_t offset) {
    return offset >= 0 ? sg_load(line + offset) : (sg_vf){0};
}

static inline void tile_offsets(const sg_winograd_tile *t, int size,
                                int64_t distance, int64_t rows[POINTS],
                                int64_t columns[POINTS]) {
    set_offsets(rows, size, t->row, distance, t->height, t->width * t->pixel);
    set_offsets(columns, size, t->col, distance, t->width, t->pixel);
}

void SG_SIMD(sg_winograd_from_x)(const sg_winograd_tile *t) {
    int64_t rows[POINTS], columns[POINTS];
    sg_vf half[POINTS][POINTS], line[POINTS], out[POINTS];
    tile_offsets(t, POINTS, 2, rows, columns);
    for (int i = 0; i < POINTS; i++) {
        for (int j = 0; j < POINTS; j++)
            line[j] = rows[i] < 0 ? (sg_vf){0}
                                  : load_pixel(t->image + rows[i], columns[j]);
        b_turned(line, half[i]);
    }
    for (int j = 0; j < POINTS; j++) {
        for (int i = 0; i < POINTS; i++)
            line[i] = half[i][j];
        b_turned(line, out);
        for (int i = 0; i < POINTS; i++)
            sg_store(t->points + (i * POINTS + j) * t->point, out[i]);
    }
}

void SG_SIMD(sg_winograd_to_x)(const sg_winograd_tile *t, int add_row,
                               int add_column) {
    int64_t rows[POINTS], columns[POINTS];
    sg_vf half[POINTS][POINTS], line[POINTS], out[POINTS];
    tile_offsets(t, POINTS, 2, rows, columns);
    for (int j = 0; j < POINTS; j++) {
        for (int i = 0; i < POINTS; i++)
            line[i] = sg_load(t->points + (i * POINTS + j) * t->point);
        b_times(line, out);
        for (int i = 0; i < POINTS; i++)
            half[i][j] = out[i];
    }
    for (int i = 0; i < POINTS; i++) {
        if (rows[i] < 0) continue;
        b_times(half[i], out);
        for (int j = 0; j < POINTS; j++) {
            float *to = t->image + rows[i] + columns[j];
            if (columns[j] < 0) continue;
            int add = (add_row && i == 0) || (add_column && j == 0);
            sg_store(to, add ? sg_load(to) + out[j] : out[j]);
        }
    }
}

void SG_SIMD(sg_winograd_from_y)(const sg_winograd_tile *t) {
    int64_t rows[POINTS], columns[POINTS];
    sg_vf half[TILE][POINTS], line[TILE], out[POINTS];
    tile_offsets(t, TILE, 1, rows, columns);
    for (int i = 0; i < TILE; i++) {
        for (int j = 0; j < TILE; j++)
            line[j] = rows[i] < 0 ? (sg_vf){0}
                                  : load_pixel(t->image + rows[i], columns[j]);
        a_times(line, half[i]);
    }
    for (int j = 0; j < POINTS; j++) {
        for (int i = 0; i < TILE; i++)
            line[i] = half[i][j];
        a_times(line, out);
        for (int i = 0; i < POINTS; i++)
            sg_store(t->points + (i * POINTS + j) * t->point, out[i]);
    }
}

void SG_SIMD(sg_winograd_to_y)(const sg_winograd_tile *t) {
    int64_t rows[POINTS], columns[POINTS];
    sg_vf half[TILE][POINTS], line[POINTS], out[TILE];
    tile_offsets(t, TILE, 1, rows, columns);
    for (int j = 0; j < POINTS; j++) {
        for (int i = 0; i < POINTS; i++)
            line[i] = sg_load(t->points + (i * POINTS + j) * t->point);
        a_turned(line, out);
        for (int i = 0; i < TILE; i++)
            half[i][j] = out[i];
    }
    for (int i = 0; i < TILE; i++) {
        if (rows[i] < 0) continue;
        a_turned(half[i], out);
        for (int j = 0; j < TILE; j++)
            if (columns[j] >= 0)
                sg_store(t->image + rows[i] + columns[j], out[j]);
    }
}

/* ---- weights ------------------------------------------------------------ */

void SG_SIMD(sg_winograd_from_w)(int64_t count, const float *taps, int64_t row,
                                 int64_t step, int point, float *slab,
                                 int64_t slab_row, int64_t slab_step) {
    sg_vf g0 = sg_all(g[point][0]), g1 = sg_all(g[point][1]);
    for (int64_t i = 0; i < count; i++) {
        const float *w = taps + i * row;
        float *to = slab + i * slab_row;
        sg_vf left = g0 * sg_load(w) + g1 * sg_load(w + 8 * step);
        sg_vf right = g0 * sg_load(w + 2 * step) + g1 * sg_load(w + 10 * step);
        for (int p = 0; p < POINTS; p++)
            sg_store(to + p * slab_step, g[p][0] * left + g[p][1] * right);
    }
}

static inline void give(float *to, sg_vf value, int first) {
    sg_store(to, first ? value : sg_load(to) + value);
}

void SG_SIMD(sg_winograd_to_w)(int64_t count, const float *slab,
                               int64_t slab_row, int64_t slab_step, int point,
                               int first, float *taps, int64_t row,
                               int64_t step) {
    sg_vf g0 = sg_all(g[point][0]), g1 = sg_all(g[point][1]);
    for (int64_t i = 0; i < count; i++) {
        const float *from = slab + i * slab_row;
        float *w = taps + i * row;
        sg_vf left = {0}, right = {0};
        for (int p = 0; p < POINTS; p++) {
            sg_vf v = sg_load(from + p * slab_step);
            left = sg_fma(sg_all(g[p][0]), v, left);
            right = sg_fma(sg_all(g[p][1]), v, right);
        }
        give(w, g0 * left, first);
        give(w + 8 * step, g1 * left, first);
        give(w + 2 * step, g0 * right, first);
        give(w + 10 * step, g1 * right, first);
    }
}

/* ---- products ----------------------------------------------------------- */

/* Rows at a time, as registers allow. Sums are made of parts of DEPTH, which
 * keeps rounding errors small and b in the nearest cache. */
enum { ROWS = SG_LANES == 16 ? 8 : 4, DEPTH = 64 };

static inline void product_part(const sg_winograd_product_args *p, int64_t row,
                                int64_t begin, int64_t end, int64_t a_row,
                                int64_t a_depth) {
    const float *a = p->a + row * a_row;
    const float *b = p->b;
    sg_vf sum[ROWS][2];
#pragma GCC unroll 8
    for (int r = 0; r < ROWS; r++)
        sum[r][0] = sum[r][1] = (sg_vf){0};
    for (int64_t k = begin; k < end; k++) {
        sg_vf b0 = sg_load(b + k * p->b_depth);
        sg_vf b1 = sg_load(b + k * p->b_depth + SG_LANES);
#pragma GCC unroll 8
        for (int r = 0; r < ROWS; r++) {
            sg_vf factor = sg_all(a[r * a_row + k * a_depth]);
            sum[r][0] = sg_fma(factor, b0, sum[r][0]);
            sum[r][1] = sg_fma(factor, b1, sum[r][1]);
        }
    }
    float *out = p->out + row * p->out_row;
    int64_t step = p->out_row;
    if (begin > 0) {
#pragma GCC unroll 8
        for (int r = 0; r < ROWS; r++) {
            sum[r][0] += sg_load(out + r * step);
            sum[r][1] += sg_load(out + r * step + SG_LANES);
        }
    }
#pragma GCC unroll 8
    for (int r = 0; r < ROWS; r++) {
        sg_store(out + r * step, sum[r][0]);
        sg_store(out + r * step + SG_LANES, sum[r][1]);
    }
}

void SG_SIMD(sg_winograd_product)(const sg_winograd_product_args *p) {
    for (int64_t begin = 0; begin < p->depth; begin += DEPTH) {
        int64_t end = begin + DEPTH < p->depth ? begin + DEPTH : p->depth;
        for (int64_t row = 0; row < p->rows; row += ROWS)
            if (p->a_depth == 1)
                product_part(p, row, begin, end, p->a_row, 1);
            else
                product_part(p, row, begin, end, 1, p->a_depth);
    }
}

void SG_SIMD(sg_winograd_turn)(int64_t rows, int64_t columns, const float *in,
                               int64_t in_row, float *out, int64_t out_row) {
    sg_vf v[SG_LANES];
    for (int64_t r = 0; r < rows; r += SG_LANES)
        for (int64_t c = 0; c < columns; c += SG_LANES) {
            for (int i = 0; i < SG_LANES; i++)
                v[i] = sg_load(in + (r + i) * in_row + c);
            sg_transpose(v);
            for (int i = 0; i < SG_LANES; i++)
                sg_store(out + (c + i) * out_row + r, v[i]);
        }
}
