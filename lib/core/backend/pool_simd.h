/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pooling of a strip: some neighbouring windows of one row of windows. And a
 * row of pixels repeated.
 */
#ifndef SG_BACKEND_POOL_SIMD_H
#define SG_BACKEND_POOL_SIMD_H

#include "base/simd.h"

/* Numbers of a strip's result, at most. */
enum { SG_POOL_STRIP = 1024 };

/* Every window has at least one pixel of the image. A pixel is `lanes`
 * neighbouring numbers: the channels of a block, or one. */
typedef struct sg_pool_strip {
    /* The image's first row that the windows reach, from its first column. */
    const float *image;
    float *image_out;
    /* One pixel for each window. */
    const float *windows;
    float *windows_out;
    const float *taken; /* an image like `image`, from the same place */
    int64_t lanes;
    int64_t width;   /* of the image, pixels */
    int64_t rows;    /* of the windows, within the image */
    int64_t left;    /* column of the first window's left edge; may be < 0 */
    int64_t size;    /* width of a window */
    int64_t stride;  /* from window to window */
    int64_t count;   /* windows */
    int64_t divides; /* whether averages are meant, not sums */
} sg_pool_strip;

/* Means (or sums) of the windows, image -> windows_out; and what windows give
 * to the pixels, added: windows -> image_out. */
SG_SIMD_DECLARE(void, sg_pool_average, const sg_pool_strip *strip);
SG_SIMD_DECLARE(void, sg_pool_average_grad, const sg_pool_strip *strip);

/* With the greatest pixel of each window of `image`, lane by lane (the first of
 * equal ones; NaN is the greatest): its number goes to windows_out; `windows`
 * is added at its place in image_out; and what `taken` has at its place goes
 * to windows_out. */
SG_SIMD_DECLARE(void, sg_pool_max, const sg_pool_strip *strip);
SG_SIMD_DECLARE(void, sg_pool_max_grad, const sg_pool_strip *strip);
SG_SIMD_DECLARE(void, sg_pool_max_take, const sg_pool_strip *strip);

/* Each of `count` pixels repeated `factor` times. */
SG_SIMD_DECLARE(void, sg_pool_repeat, int64_t count, int64_t lanes,
                int64_t factor, const float *in, float *out);

#endif
