/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inner loops of batch normalisation. `rows` rows of `width` neighbouring
 * channels follow each other, `step` elements apart; or, with the names in
 * _along, `count` elements of one channel.
 */
#ifndef SG_BACKEND_BATCH_NORM_SIMD_H
#define SG_BACKEND_BATCH_NORM_SIMD_H

#include "base/simd.h"

/* For each channel, sum[c] += sum of a, product[c] += sum of a b. */
SG_SIMD_DECLARE(void, sg_moments, size_t rows, size_t step, size_t width,
                const float *a, const float *b, double *sum, double *product);
SG_SIMD_DECLARE(void, sg_moments_along, size_t count, const float *a,
                const float *b, double *sum, double *product);

/* What a channel is computed with, in arrays; _along takes the first. */
typedef struct sg_norm_channel {
    const float *mean;
    const float *scale;
    const float *shift; /* of normalising; of the gradient: mean of dy */
    const float *slope; /* of the gradient: what (x - mean) is weighted by */
} sg_norm_channel;

/* y = (x - mean) scale + shift */
SG_SIMD_DECLARE(void, sg_normalise, size_t rows, size_t step, size_t width,
                const sg_norm_channel *channel, const float *x, float *y);
SG_SIMD_DECLARE(void, sg_normalise_along, size_t count,
                const sg_norm_channel *channel, const float *x, float *y);

/* dx = scale (dy - shift - (x - mean) slope) */
SG_SIMD_DECLARE(void, sg_norm_input, size_t rows, size_t step, size_t width,
                const sg_norm_channel *channel, const float *x, const float *dy,
                float *dx);
SG_SIMD_DECLARE(void, sg_norm_input_along, size_t count,
                const sg_norm_channel *channel, const float *x, const float *dy,
                float *dx);

#endif
