/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pooling and upsampling kernels, plain or blocked.
 */
#ifndef SG_BACKEND_POOL_H
#define SG_BACKEND_POOL_H

#include "backend/kernel.h"

/* Of the five pooling operators. Padding is never counted. */
typedef struct sg_pool_fields {
    int64_t height, width; /* of average_pool2d_grad: of the image that was
                              pooled; else 0 */
    int32_t size_h, size_w;
    int32_t stride_h, stride_w;
    int32_t pad_top, pad_bottom, pad_left, pad_right;
} sg_pool_fields;

typedef struct sg_upsample_fields {
    int32_t factor;
} sg_upsample_fields;

/* x -> mean of each window. */
extern const sg_kernel *const sg_average_pool_kernels[];
/* dy -> the gradient of x. */
extern const sg_kernel *const sg_average_pool_grad_kernels[];
/* x -> greatest of each window. */
extern const sg_kernel *const sg_max_pool_kernels[];
/* (x, dy) -> dy where x is the first greatest of its window, else 0. */
extern const sg_kernel *const sg_max_pool_grad_kernels[];
/* (x, v) -> for each window, v where x is the first greatest. */
extern const sg_kernel *const sg_max_pool_take_kernels[];
/* Each pixel repeated; and the sum of each pixel's repetitions. */
extern const sg_kernel *const sg_upsample_kernels[];
extern const sg_kernel *const sg_upsample_grad_kernels[];

#endif
