/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parts of Winograd's method with bf16 products. With the matrices of Toom and
 * Cook's method, one direction of the three products is
 *   y = A' ((G w) (B' x)),  x = B ((G w) (A y)),  w = G' ((B' x) (A y)),
 * products in brackets taken point by point. For tiles of 2, B is twice what it
 * is usually at 1, so that both sizes of tiles share G.
 */
#include "backend/conv/winograd_bf16_simd.h"

#include "base/simd.h"

enum { LANES = SG_BF16_LANES, AXIS = SG_BF16_AXIS, KINDS = SG_BF16_KINDS };

/* Points along an axis. */
enum { ZERO, ONE, INFINITE, MINUS_ONE };

/* Whatever depends on a tile's size becomes constant by inlining; loops over a
 * tile are unrolled, so that it lies in registers. */
#define INLINE static inline __attribute__((always_inline))
#ifdef __clang__
#define EACH(i, n) for (int64_t i = 0; i < (n); i++)
#else
#define EACH(i, n) _Pragma("GCC unroll 16") for (int64_t i = 0; i < (n); i++)
#endif

/* ---- one direction ------------------------------------------------------ */

/* B' x */
INLINE void x_to_points(const sg_vf d[4], sg_vf o[AXIS], const int64_t size) {
    if (size == 3) {
        o[ZERO] = d[0] - d[2];
        o[ONE] = d[1] + d[2];
        o[MINUS_ONE] = d[2] - d[1];
        o[INFINITE] = d[3] - d[1];
    } else {
        o[ZERO] = d[0] - d[1];
        o[ONE] = d[1] + d[1];
        o[INFINITE] = d[2] - d[1];
    }
}

/* B o */
INLINE void points_to_x(const sg_vf o[AXIS], sg_vf d[4], const int64_t size) {
    d[0] = o[ZERO];
    if (size == 3) {
        d[1] = o[ONE] - o[MINUS_ONE] - o[INFINITE];
        d[2] = o[ONE] + o[MINUS_ONE] - o[ZERO];
    } else {
        d[1] = o[ONE] + o[ONE] - o[ZERO] - o[INFINITE];
    }
    d[size] = o[INFINITE];
}

/* A y */
INLINE void y_to_points(const sg_vf y[3], sg_vf o[AXIS], const int64_t size) {
    o[ZERO] = y[0];
    if (size == 3) {
        o[ONE] = y[0] + y[2] + y[1];
        o[MINUS_ONE] = y[0] + y[2] - y[1];
    } else {
        o[ONE] = y[0] + y[1];
    }
    o[INFINITE] = y[size - 1];
}

/* A' o */
INLINE void points_to_y(const sg_vf o[AXIS], sg_vf y[3], const int64_t size) {
    if (size == 3) {
        sg_vf even = o[ONE] + o[MINUS_ONE];
        y[0] = o[ZERO] + even;
        y[1] = o[ONE] - o[MINUS_ONE];
        y[2] = even + o[INFINITE];
    } else {
        y[0] = o[ZERO] + o[ONE];
        y[1] = o[ONE] + o[INFINITE];
    }
}

/* G w */
INLINE void w_to_points(const sg_vf w[2], sg_vf o[AXIS]) {
    sg_vf half[2] = {0.5f * w[0], 0.5f * w[1]};
    o[ZERO] = w[0];
    o[ONE] = half[0] + half[1];
    o[MINUS_ONE] = half[0] - half[1];
    o[INFINITE] = w[1];
}

/* G' o */
INLINE void points_to_w(const sg_vf o[AXIS], sg_vf w[2]) {
    w[0] = o[ZERO] + 0.5f * (o[ONE] + o[MINUS_ONE]);
    w[1] = o[INFINITE] + 0.5f * (o[ONE] - o[MINUS_ONE]);
}

/* ---- bf16 --------------------------------------------------------------- */

static inline void store_bf16(uint32_t *to, sg_vf v) {
    __m256bh narrow = _mm512_cvtneps_pbh((__m512)v);
    memcpy(to, &narrow, sizeof narrow);
}

static inline void store_pairs(uint32_t *to, sg_vf first, sg_vf second) {
    static const int16_t order[2 * LANES] = {
        0, 16, 1, 17, 2,  18, 3,  19, 4,  20, 5,  21, 6,  22, 7,  23,
        8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
    __m512bh both = _mm512_cvtne2ps_pbh((__m512)second, (__m512)first);
    __m512i mixed =
        _mm512_permutexvar_epi16(_mm512_loadu_si512(order), (__m512i)both);
    memcpy(to, &mixed, sizeof mixed);
}

/* ---- pixels ------------------------------------------------------------- */

INLINE sg_vf load_pixel(const sg_bf16_tile *t, const float *image, int64_t i,
                        int64_t j) {
    if (t->row[i] < 0 || t->column[j] < 0) return (sg_vf){0};
    return sg_load(image + t->row[i] + t->column[j]);
}

/* Points of a tile of y, or of x if `x`. */
INLINE void to_points(const sg_bf16_tile *t, const float *image, const int x,
                      const int64_t h, const int64_t w, sg_vf out[AXIS][AXIS]) {
    sg_vf half[4][AXIS], line[4], column[AXIS];
    EACH(i, h + x) {
        EACH(j, w + x)
        line[j] = load_pixel(t, image, i, j);
        if (x)
            x_to_points(line, half[i], w);
        else
            y_to_points(line, half[i], w);
    }
    EACH(j, w + 1) {
        EACH(i, h + x)
        line[i] = half[i][j];
        if (x)
            x_to_points(line, column, h);
        else
            y_to_points(line, column, h);
        EACH(i, h + 1)
        out[i][j] = column[i];
    }
}

INLINE void from_pixels(const sg_bf16_tile *t, uint32_t *points, const int x,
                        const int64_t h, const int64_t w) {
    const float *image = t->image;
    for (int64_t v = 0; v < t->count; v++) {
        sg_vf out[AXIS][AXIS];
        to_points(t, image, x, h, w, out);
        EACH(i, h + 1)
        EACH(j, w + 1)
        store_bf16(points + t->point[i * AXIS + j], out[i][j]);
        image += t->image_step;
        points += t->point_step;
    }
}

INLINE void pairs_from_pixels(const sg_bf16_tile *t, uint32_t *points,
                              const int x, const int64_t h, const int64_t w) {
    for (int64_t v = 0; v < t->count; v++) {
        sg_vf first[AXIS][AXIS], second[AXIS][AXIS] = {{{0}}};
        to_points(t, t->image + v * t->image_step, x, h, w, first);
        if (t->other != NULL)
            to_points(t, t->other + v * t->image_step, x, h, w, second);
        EACH(i, h + 1)
        EACH(j, w + 1)
        store_pairs(points + t->point[i * AXIS + j], first[i][j], second[i][j]);
        points += t->point_step;
    }
}

/* Calls work(..., height, width) with constants. */
#define BY_SIZE(tile, work, ...)                                               \
    do {                                                                       \
        if ((tile)->height == 3 && (tile)->width == 3)                         \
            work(__VA_ARGS__, 3, 3);                                           \
        else if ((tile)->height == 3)                                          \
            work(__VA_ARGS__, 3, 2);                                           \
        else if ((tile)->width == 3)                                           \
            work(__VA_ARGS__, 2, 3);                                           \
        else                                                                   \
            work(__VA_ARGS__, 2, 2);                                           \
    } while (0)

void sg_bf16_from_x(const sg_bf16_tile *t, uint32_t *points) {
    BY_SIZE(t, from_pixels, t, points, 1);
}
void sg_bf16_from_y(const sg_bf16_tile *t, uint32_t *points) {
    BY_SIZE(t, from_pixels, t, points, 0);
}
void sg_bf16_from_x_pairs(const sg_bf16_tile *t, uint32_t *points) {
    BY_SIZE(t, pairs_from_pixels, t, points, 1);
}
void sg_bf16_from_y_pairs(const sg_bf16_tile *t, uint32_t *points) {
    BY_SIZE(t, pairs_from_pixels, t, points, 0);
}

/* ---- points ------------------------------------------------------------- */

/* Pixels of a tile of y, or of x if `x`. */
INLINE void to_pixels(const sg_bf16_tile *t, const float *points, const int x,
                      sg_vf out[4][4], const int64_t h, const int64_t w) {
    sg_vf half[4][AXIS], line[AXIS], column[4];
    EACH(j, w + 1) {
        EACH(i, h + 1)
        line[i] = sg_load(points + t->point[i * AXIS + j]);
        if (x)
            points_to_x(line, column, h);
        else
            points_to_y(line, column, h);
        EACH(i, h + x)
        half[i][j] = column[i];
    }
    EACH(i, h + x)
    if (x)
        points_to_x(half[i], out[i], w);
    else
        points_to_y(half[i], out[i], w);
}

INLINE void points_to_image_x(const sg_bf16_tile *t, const float *points,
                              int add_row, int add_column, const int64_t h,
                              const int64_t w) {
    for (int64_t v = 0; v < t->count; v++, points += t->point_step) {
        float *image = t->image + v * t->image_step;
        sg_vf out[4][4];
        to_pixels(t, points, 1, out, h, w);
        EACH(i, h + 1)
        EACH(j, w + 1) {
            float *to = image + t->row[i] + t->column[j];
            if (t->row[i] < 0 || t->column[j] < 0) continue;
            int add = (add_row && i == 0) || (add_column && j == 0);
            sg_store(to, add ? sg_load(to) + out[i][j] : out[i][j]);
        }
    }
}

INLINE void points_to_image_y(const sg_bf16_tile *t, const float *points,
                              const int64_t h, const int64_t w) {
    for (int64_t v = 0; v < t->count; v++, points += t->point_step) {
        float *image = t->image + v * t->image_step;
        sg_vf out[4][4];
        to_pixels(t, points, 0, out, h, w);
        EACH(i, h)
        EACH(j, w)
        sg_store(image + t->row[i] + t->column[j], out[i][j]);
    }
}

void sg_bf16_to_x(const sg_bf16_tile *t, const float *points, int add_row,
                  int add_column) {
    BY_SIZE(t, points_to_image_x, t, points, add_row, add_column);
}
void sg_bf16_to_y(const sg_bf16_tile *t, const float *points) {
    BY_SIZE(t, points_to_image_y, t, points);
}

/* ---- weights ------------------------------------------------------------ */

/* Points of the 2 x 2 taps of a phase, of all of a kernel's. */
INLINE void phase_to_points(const sg_vf w[SG_BF16_TAPS], int64_t phase,
                            sg_vf out[KINDS]) {
    const sg_vf *tap = w + phase / 2 * 4 + phase % 2;
    sg_vf half[2][AXIS];
    EACH(i, 2) {
        const sg_vf line[2] = {tap[8 * i], tap[8 * i + 2]};
        w_to_points(line, half[i]);
    }
    EACH(j, AXIS) {
        const sg_vf line[2] = {half[0][j], half[1][j]};
        sg_vf column[AXIS];
        w_to_points(line, column);
        EACH(i, AXIS)
        out[i * AXIS + j] = column[i];
    }
}

/* A vector of each tap of 16 kernels. */
INLINE void load_taps(const float *w, int64_t lane, sg_vf taps[LANES]) {
    EACH(i, LANES)
    taps[i] = sg_load(w + i * lane);
    sg_transpose(taps);
}

void sg_bf16_from_w(const float *w, int64_t lane, int64_t other,
                    uint32_t *points, int64_t phase_step, int64_t kind_step) {
    sg_vf first[LANES], second[LANES];
    load_taps(w, lane, first);
    load_taps(w + other, lane, second);
    for (int64_t phase = 0; phase < SG_BF16_PHASES; phase++) {
        sg_vf a[KINDS], b[KINDS];
        phase_to_points(first, phase, a);
        phase_to_points(second, phase, b);
        EACH(i, KINDS)
        store_pairs(points + phase * phase_step + i * kind_step, a[i], b[i]);
    }
}

INLINE void points_to_phase(const float *points, int64_t kind_step,
                            int64_t phase, sg_vf w[SG_BF16_TAPS]) {
    sg_vf *tap = w + phase / 2 * 4 + phase % 2;
    sg_vf half[2][AXIS];
    EACH(j, AXIS) {
        sg_vf line[AXIS], column[2];
        EACH(i, AXIS)
        line[i] = sg_load(points + (i * AXIS + j) * kind_step);
        points_to_w(line, column);
        half[0][j] = column[0];
        half[1][j] = column[1];
    }
    EACH(i, 2) {
        sg_vf line[2];
        points_to_w(half[i], line);
        tap[8 * i] = line[0];
        tap[8 * i + 2] = line[1];
    }
}

void sg_bf16_to_w(const float *points, int64_t phase_step, int64_t kind_step,
                  int first, float *w, int64_t lane) {
    sg_vf taps[LANES];
    for (int64_t phase = 0; phase < SG_BF16_PHASES; phase++)
        points_to_phase(points + phase * phase_step, kind_step, phase, taps);
    sg_transpose(taps);
    EACH(i, LANES) {
        float *to = w + i * lane;
        sg_store(to, first ? taps[i] : sg_load(to) + taps[i]);
    }
}

/* ---- products ----------------------------------------------------------- */

/* Rows at a time, as registers allow. */
enum { ROWS = 12 };

static inline __m512bh load_pairs(const uint32_t *p) {
    __m512i v = _mm512_loadu_si512(p);
    return (__m512bh)v;
}

INLINE void multiply(const sg_bf16_product_args *p, int64_t row,
                     const int64_t n) {
    const uint32_t *a = p->a + row * p->a_row, *b = p->b;
    __m512 sum[ROWS][2];
    EACH(r, n)
    sum[r][0] = sum[r][1] = _mm512_setzero_ps();
    for (int64_t k = 0; k < p->pairs; k++, a += p->a_pair, b += LANES) {
        __m512bh b0 = load_pairs(b), b1 = load_pairs(b + p->b_other);
        EACH(r, n) {
            __m512bh pair = (__m512bh)_mm512_set1_epi32((int)a[r * p->a_row]);
            sum[r][0] = _mm512_dpbf16_ps(sum[r][0], pair, b0);
            sum[r][1] = _mm512_dpbf16_ps(sum[r][1], pair, b1);
        }
    }
    float *out = p->out + row * p->out_row;
    EACH(r, n) {
        sg_store(out + r * p->out_row, (sg_vf)sum[r][0]);
        sg_store(out + r * p->out_row + LANES, (sg_vf)sum[r][1]);
    }
}

/* Rows [row, row + n); n <= ROWS becomes constant. */
static void multiply_rows(const sg_bf16_product_args *p, int64_t row,
                          int64_t n) {
    switch (n) {
#define CASE(n)                                                                \
    case n:                                                                    \
        multiply(p, row, n);                                                   \
        break
        CASE(1);
        CASE(2);
        CASE(3);
        CASE(4);
        CASE(5);
        CASE(6);
        CASE(7);
        CASE(8);
        CASE(9);
        CASE(10);
        CASE(11);
        CASE(12);
#undef CASE
    }
}

/* In parts of nearly equal size. */
void sg_bf16_product(const sg_bf16_product_args *p) {
    int64_t parts = (p->rows + ROWS - 1) / ROWS;
    for (int64_t i = 0; i < parts; i++) {
        int64_t row = p->rows * i / parts;
        multiply_rows(p, row, p->rows * (i + 1) / parts - row);
    }
}
