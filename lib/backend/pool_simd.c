/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pooling and upsampling of one plane. The loops over lanes are left to the
 * compiler.
 */
#include "backend/pool_simd.h"

/* The part of the image that a window covers. */
typedef struct window {
    int64_t top, bottom, left, right; /* the ends are not in it */
} window;

static window window_at(const sg_pool_shape *s, int64_t row, int64_t column) {
    const sg_pool_fields *f = &s->fields;
    int64_t top = row * f->stride_h - f->pad_top;
    int64_t left = column * f->stride_w - f->pad_left;
    int64_t bottom = top + f->size_h, right = left + f->size_w;
    return (window){.top = top > 0 ? top : 0,
                    .bottom = bottom < s->height ? bottom : s->height,
                    .left = left > 0 ? left : 0,
                    .right = right < s->width ? right : s->width};
}

static float window_share(const window *w) {
    return 1.0f / (float)((w->bottom - w->top) * (w->right - w->left));
}

/* ---- average ------------------------------------------------------------ */

static void average(const sg_pool_shape *s, const window *w, const float *x,
                    float *y) {
    int64_t lanes = s->lanes;
    float sum[SG_POOL_LANES] = {0}, share = window_share(w);
    for (int64_t i = w->top; i < w->bottom; i++)
        for (int64_t j = w->left; j < w->right; j++)
            for (int64_t k = 0; k < lanes; k++)
                sum[k] += x[(i * s->width + j) * lanes + k];
    for (int64_t k = 0; k < lanes; k++)
        y[k] = sum[k] * share;
}

void SG_SIMD(sg_average_pool_plane)(const sg_pool_shape *s, const float *x,
                                    const float *unused, float *y) {
    (void)unused;
    for (int64_t row = 0; row < s->rows; row++)
        for (int64_t column = 0; column < s->columns; column++) {
            window w = window_at(s, row, column);
            average(s, &w, x, y + (row * s->columns + column) * s->lanes);
        }
}

static void clear(const sg_pool_shape *s, float *x) {
    memset(x, 0, (size_t)(s->height * s->width * s->lanes) * sizeof *x);
}

static void add_shares(const sg_pool_shape *s, const window *w, const float *dy,
                       float *dx) {
    int64_t lanes = s->lanes;
    float part[SG_POOL_LANES], share = window_share(w);
    for (int64_t k = 0; k < lanes; k++)
        part[k] = dy[k] * share;
    for (int64_t i = w->top; i < w->bottom; i++)
        for (int64_t j = w->left; j < w->right; j++)
            for (int64_t k = 0; k < lanes; k++)
                dx[(i * s->width + j) * lanes + k] += part[k];
}

void SG_SIMD(sg_average_pool_grad_plane)(const sg_pool_shape *s,
                                         const float *dy, const float *unused,
                                         float *dx) {
    (void)unused;
    clear(s, dx);
    for (int64_t row = 0; row < s->rows; row++)
        for (int64_t column = 0; column < s->columns; column++) {
            window w = window_at(s, row, column);
            add_shares(s, &w, dy + (row * s->columns + column) * s->lanes, dx);
        }
}

/* ---- greatest ----------------------------------------------------------- */

/* For each lane, the place of the window's first greatest element in the
 * plane; NaN counts as the greatest. */
static void find_greatest(const sg_pool_shape *s, const window *w,
                          const float *x, int64_t *place) {
    int64_t lanes = s->lanes;
    float best[SG_POOL_LANES];
    int64_t start = (w->top * s->width + w->left) * lanes;
    for (int64_t k = 0; k < lanes; k++) {
        place[k] = start + k;
        best[k] = x[start + k];
    }
    for (int64_t i = w->top; i < w->bottom; i++)
        for (int64_t j = w->left; j < w->right; j++)
            for (int64_t k = 0; k < lanes; k++) {
                int64_t at = (i * s->width + j) * lanes + k;
                float value = x[at];
                int is_nan = value != value && best[k] == best[k];
                if (!(value > best[k]) && !is_nan) continue;
                best[k] = value;
                place[k] = at;
            }
}

void SG_SIMD(sg_max_pool_take_plane)(const sg_pool_shape *s, const float *x,
                                     const float *v, float *y) {
    int64_t place[SG_POOL_LANES];
    for (int64_t row = 0; row < s->rows; row++)
        for (int64_t column = 0; column < s->columns; column++) {
            window w = window_at(s, row, column);
            find_greatest(s, &w, x, place);
            for (int64_t k = 0; k < s->lanes; k++)
                y[(row * s->columns + column) * s->lanes + k] = v[place[k]];
        }
}

void SG_SIMD(sg_max_pool_plane)(const sg_pool_shape *s, const float *x,
                                const float *unused, float *y) {
    (void)unused;
    SG_SIMD(sg_max_pool_take_plane)(s, x, x, y);
}

void SG_SIMD(sg_max_pool_grad_plane)(const sg_pool_shape *s, const float *x,
                                     const float *dy, float *dx) {
    int64_t place[SG_POOL_LANES];
    clear(s, dx);
    for (int64_t row = 0; row < s->rows; row++)
        for (int64_t column = 0; column < s->columns; column++) {
            window w = window_at(s, row, column);
            find_greatest(s, &w, x, place);
            for (int64_t k = 0; k < s->lanes; k++)
                dx[place[k]] += dy[(row * s->columns + column) * s->lanes + k];
        }
}

/* ---- upsampling --------------------------------------------------------- */

/* Each pixel of the pooled image spread over its window, which is full. */
void SG_SIMD(sg_upsample_plane)(const sg_pool_shape *s, const float *x,
                                const float *unused, float *y) {
    (void)unused;
    for (int64_t i = 0; i < s->height; i++)
        for (int64_t j = 0; j < s->width; j++) {
            int64_t from =
                i / s->fields.size_h * s->columns + j / s->fields.size_w;
            memcpy(y + (i * s->width + j) * s->lanes, x + from * s->lanes,
                   (size_t)s->lanes * sizeof *y);
        }
}

void SG_SIMD(sg_upsample_grad_plane)(const sg_pool_shape *s, const float *dy,
                                     const float *unused, float *dx) {
    (void)unused;
    memset(dx, 0, (size_t)(s->rows * s->columns * s->lanes) * sizeof *dx);
    for (int64_t i = 0; i < s->height; i++)
        for (int64_t j = 0; j < s->width; j++) {
            int64_t to =
                i / s->fields.size_h * s->columns + j / s->fields.size_w;
            for (int64_t k = 0; k < s->lanes; k++)
                dx[to * s->lanes + k] += dy[(i * s->width + j) * s->lanes + k];
        }
}
