/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pooling of a strip. For each pixel of the window a loop goes along all
 * windows of the strip; the loops are plain ones, with constants for what is
 * frequent, of which compilers make vectors.
 */
#include "backend/pool_simd.h"

/* `function` with constants in place of lanes and step, the numbers from one
 * window's pixel to the next one's. Neighbouring pixels are as lanes. */
#define WITH_CONSTANTS(function, count, lanes, step, ...)                      \
    do {                                                                       \
        if ((step) == (lanes))                                                 \
            function((count) * (lanes), 1, 1, __VA_ARGS__);                    \
        else if ((lanes) == 16)                                                \
            function(count, 16, step, __VA_ARGS__);                            \
        else if ((lanes) == 8)                                                 \
            function(count, 8, step, __VA_ARGS__);                             \
        else if ((step) == 2)                                                  \
            function(count, 1, 2, __VA_ARGS__);                                \
        else                                                                   \
            function(count, 1, step, __VA_ARGS__);                             \
    } while (0)

/* ---- where windows lie -------------------------------------------------- */

/* The windows first ... last - 1 whose column `tap` lies in the image. */
typedef struct range {
    int64_t first, last;
} range;

/* The first window whose column `tap` is not left of `column`. */
SG_INLINE int64_t first_from(const sg_pool_strip *s, int64_t tap,
                             int64_t column) {
    int64_t distance = column - s->left - tap;
    if (distance <= 0) return 0;
    int64_t window = (distance - 1) / s->stride + 1;
    return window < s->count ? window : s->count;
}

SG_INLINE range range_of(const sg_pool_strip *s, int64_t tap) {
    return (range){first_from(s, tap, 0), first_from(s, tap, s->width)};
}

/* Offset of column `tap` of a window in a row of the window. */
SG_INLINE int64_t offset_of(const sg_pool_strip *s, int64_t row, int64_t tap,
                            int64_t window) {
    int64_t column = s->left + window * s->stride + tap;
    return (row * s->width + column) * s->lanes;
}

/* ---- averages ----------------------------------------------------------- */

SG_INLINE void gather_sum(int64_t count, int64_t lanes, int64_t step,
                          const float *restrict image,
                          float *restrict windows) {
    for (int64_t i = 0; i < count; i++)
        for (int64_t l = 0; l < lanes; l++)
            windows[i * lanes + l] += image[i * step + l];
}

SG_INLINE void spread(int64_t count, int64_t lanes, int64_t step,
                      const float *restrict windows, float *restrict image) {
    for (int64_t i = 0; i < count; i++)
        for (int64_t l = 0; l < lanes; l++)
            image[i * step + l] += windows[i * lanes + l];
}

SG_INLINE void scale(int64_t count, float factor, const float *in, float *out) {
    for (int64_t i = 0; i < count; i++)
        out[i] = in[i] * factor;
}

/* Columns of a window that lie in the image. */
SG_INLINE int64_t columns_of(const sg_pool_strip *s, int64_t window) {
    int64_t left = s->left + window * s->stride, right = left + s->size;
    return (right < s->width ? right : s->width) - (left > 0 ? left : 0);
}

/* Divides by the number of pixels of each window; `in` may be `out`. */
SG_INLINE void divide(const sg_pool_strip *s, const float *in, float *out) {
    int64_t lanes = s->lanes;
    int64_t first = first_from(s, 0, 0);
    int64_t last = first_from(s, s->size - 1, s->width);
    if (last < first) last = first;
    for (int64_t i = 0; i < s->count; i++) {
        if (i == first && last > first) {
            scale((last - first) * lanes, 1.0f / (float)(s->rows * s->size),
                  in + first * lanes, out + first * lanes);
            i = last - 1;
        } else {
            scale(lanes, 1.0f / (float)(s->rows * columns_of(s, i)),
                  in + i * lanes, out + i * lanes);
        }
    }
}

void SG_SIMD(sg_pool_average)(const sg_pool_strip *s) {
    int64_t lanes = s->lanes, step = s->stride * lanes;
    float *out = s->windows_out;
    memset(out, 0, (size_t)(s->count * lanes) * sizeof *out);
    for (int64_t row = 0; row < s->rows; row++)
        for (int64_t tap = 0; tap < s->size; tap++) {
            range r = range_of(s, tap);
            if (r.first >= r.last) continue;
            WITH_CONSTANTS(gather_sum, r.last - r.first, lanes, step,
                           s->image + offset_of(s, row, tap, r.first),
                           out + r.first * lanes);
        }
    if (s->divides) divide(s, out, out);
}

void SG_SIMD(sg_pool_average_grad)(const sg_pool_strip *s) {
    int64_t lanes = s->lanes, step = s->stride * lanes;
    float part[SG_POOL_STRIP];
    divide(s, s->windows, part);
    for (int64_t row = 0; row < s->rows; row++)
        for (int64_t tap = 0; tap < s->size; tap++) {
            range r = range_of(s, tap);
            if (r.first >= r.last) continue;
            WITH_CONSTANTS(spread, r.last - r.first, lanes, step,
                           part + r.first * lanes,
                           s->image_out + offset_of(s, row, tap, r.first));
        }
}

/* ---- the greatest ------------------------------------------------------- */

/* NaN is greater than numbers; equal ones are not. */
SG_INLINE int is_greater(float a, float b) {
    return !(a <= b) & (b == b);
}

SG_INLINE void gather_max(int64_t count, int64_t lanes, int64_t step,
                          const float *restrict image, float *restrict best) {
    for (int64_t i = 0; i < count; i++)
        for (int64_t l = 0; l < lanes; l++) {
            float x = image[i * step + l], b = best[i * lanes + l];
            best[i * lanes + l] = is_greater(x, b) ? x : b;
        }
}

/* The same, and where it was: `tap` goes to `place`. */
SG_INLINE void gather_place(int64_t count, int64_t lanes, int64_t step,
                            const float *restrict image, float *restrict best,
                            int32_t tap, int32_t *restrict place) {
    for (int64_t i = 0; i < count; i++)
        for (int64_t l = 0; l < lanes; l++) {
            float x = image[i * step + l], b = best[i * lanes + l];
            int greater = is_greater(x, b);
            best[i * lanes + l] = greater ? x : b;
            place[i * lanes + l] = greater ? tap : place[i * lanes + l];
        }
}

SG_INLINE void gather(int64_t count, int64_t lanes, int64_t step,
                      const float *restrict image, float *restrict best) {
    for (int64_t i = 0; i < count; i++)
        for (int64_t l = 0; l < lanes; l++)
            best[i * lanes + l] = image[i * step + l];
}

/* The first pixel of each window. */
SG_INLINE void begin(const sg_pool_strip *s, float *best) {
    int64_t lanes = s->lanes, first = first_from(s, 0, 0);
    for (int64_t i = 0; i < first; i++)
        memcpy(best + i * lanes, s->image, (size_t)lanes * sizeof *best);
    if (first < s->count)
        WITH_CONSTANTS(gather, s->count - first, lanes, s->stride * lanes,
                       s->image + offset_of(s, 0, 0, first),
                       best + first * lanes);
}

void SG_SIMD(sg_pool_max)(const sg_pool_strip *s) {
    int64_t lanes = s->lanes, step = s->stride * lanes;
    float *best = s->windows_out;
    begin(s, best);
    for (int64_t row = 0; row < s->rows; row++)
        for (int64_t tap = row == 0; tap < s->size; tap++) {
            range r = range_of(s, tap);
            if (r.first >= r.last) continue;
            WITH_CONSTANTS(gather_max, r.last - r.first, lanes, step,
                           s->image + offset_of(s, row, tap, r.first),
                           best + r.first * lanes);
        }
}

/* Of each window's greatest pixels the places, in pixels from the window's
 * left edge in its first row. */
SG_INLINE void find_places(const sg_pool_strip *s, int32_t *place) {
    int64_t lanes = s->lanes, step = s->stride * lanes;
    float best[SG_POOL_STRIP];
    begin(s, best);
    for (int64_t i = 0; i < s->count * lanes; i++) {
        int64_t left = s->left + i / lanes * s->stride;
        place[i] = left < 0 ? (int32_t)-left : 0;
    }
    for (int64_t row = 0; row < s->rows; row++)
        for (int64_t tap = row == 0; tap < s->size; tap++) {
            range r = range_of(s, tap);
            if (r.first >= r.last) continue;
            WITH_CONSTANTS(gather_place, r.last - r.first, lanes, step,
                           s->image + offset_of(s, row, tap, r.first),
                           best + r.first * lanes,
                           (int32_t)(row * s->width + tap),
                           place + r.first * lanes);
        }
}

void SG_SIMD(sg_pool_max_grad)(const sg_pool_strip *s) {
    int64_t lanes = s->lanes;
    int32_t place[SG_POOL_STRIP];
    find_places(s, place);
    for (int64_t i = 0; i < s->count; i++)
        for (int64_t l = 0; l < lanes; l++) {
            int64_t at = offset_of(s, 0, place[i * lanes + l], i);
            s->image_out[at + l] += s->windows[i * lanes + l];
        }
}

void SG_SIMD(sg_pool_max_take)(const sg_pool_strip *s) {
    int64_t lanes = s->lanes;
    int32_t place[SG_POOL_STRIP];
    find_places(s, place);
    for (int64_t i = 0; i < s->count; i++)
        for (int64_t l = 0; l < lanes; l++) {
            int64_t at = offset_of(s, 0, place[i * lanes + l], i);
            s->windows_out[i * lanes + l] = s->taken[at + l];
        }
}

/* ---- repetition --------------------------------------------------------- */

SG_INLINE void repeat(int64_t count, int64_t lanes, int64_t factor,
                      const float *restrict in, float *restrict out) {
    for (int64_t i = 0; i < count; i++)
        for (int64_t k = 0; k < factor; k++)
            for (int64_t l = 0; l < lanes; l++)
                out[(i * factor + k) * lanes + l] = in[i * lanes + l];
}

void SG_SIMD(sg_pool_repeat)(int64_t count, int64_t lanes, int64_t factor,
                             const float *in, float *out) {
    if (lanes == 16)
        repeat(count, 16, factor, in, out);
    else if (lanes == 8)
        repeat(count, 8, factor, in, out);
    else if (factor == 2)
        repeat(count, 1, 2, in, out);
    else
        repeat(count, 1, factor, in, out);
}
