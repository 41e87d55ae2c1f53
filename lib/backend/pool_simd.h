/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pooling and upsampling of one plane: an image's channel, or a block of
 * channels with `lanes` of them at each pixel.
 */
#ifndef SG_BACKEND_POOL_SIMD_H
#define SG_BACKEND_POOL_SIMD_H

#include "backend/pool.h"
#include "backend/simd.h"

/* Most channels in a block. */
#define SG_POOL_LANES 16

typedef struct sg_pool_shape {
    int64_t height, width; /* of the image */
    int64_t rows, columns; /* of the pooled one */
    int64_t lanes;         /* at most SG_POOL_LANES */
    sg_pool_fields fields; /* of upsampling: both sizes and strides are its
                              factor */
} sg_pool_shape;

/* `a` and `b` are the kernel's inputs, in their order; b may be NULL. */
SG_SIMD_DECLARE(void, sg_average_pool_plane, const sg_pool_shape *shape,
                const float *a, const float *b, float *out);
SG_SIMD_DECLARE(void, sg_average_pool_grad_plane, const sg_pool_shape *shape,
                const float *a, const float *b, float *out);
SG_SIMD_DECLARE(void, sg_max_pool_plane, const sg_pool_shape *shape,
                const float *a, const float *b, float *out);
SG_SIMD_DECLARE(void, sg_max_pool_grad_plane, const sg_pool_shape *shape,
                const float *a, const float *b, float *out);
SG_SIMD_DECLARE(void, sg_max_pool_take_plane, const sg_pool_shape *shape,
                const float *a, const float *b, float *out);
SG_SIMD_DECLARE(void, sg_upsample_plane, const sg_pool_shape *shape,
                const float *a, const float *b, float *out);
SG_SIMD_DECLARE(void, sg_upsample_grad_plane, const sg_pool_shape *shape,
                const float *a, const float *b, float *out);

#endif
