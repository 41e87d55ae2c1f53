/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Convolution kernels: the three products of an image x, N x C x H x W, a
 * weight w, F x C/groups x kh x kw, and an image y, N x F x OH x OW.
 *   conv2d         y from (x, w)
 *   conv2d_input   x from (y, w); also the transposed convolution
 *   conv2d_weight  w from (x, y)
 */
#ifndef SG_BACKEND_CONV_CONV_H
#define SG_BACKEND_CONV_CONV_H

#include "backend/kernel.h"

/* Of all three operators. */
typedef struct sg_conv_fields {
    int64_t height, width; /* of conv2d_input: H, W; of conv2d_weight: kh, kw;
                              of conv2d: 0 */
    int32_t stride_h, stride_w;
    int32_t dilation_h, dilation_w; /* distance of kernel elements, from 1 */
    int32_t pad_top, pad_bottom, pad_left, pad_right;
    int32_t groups;
    int32_t reserved;
} sg_conv_fields;

/* Size of y along one axis; below 1 if the kernel does not fit. */
static inline int64_t sg_conv_size(int64_t size, int64_t kernel, int32_t stride,
                                   int32_t dilation, int32_t pad_before,
                                   int32_t pad_after) {
    int64_t room =
        size + pad_before + pad_after - ((kernel - 1) * dilation + 1);
    return room < 0 ? 0 : room / stride + 1;
}

/* Best first, ended by NULL. All absorb a bias, unary functions and a slope,
 * but for conv2d_weight's. */
extern const sg_kernel *const sg_conv2d_kernels[];
extern const sg_kernel *const sg_conv2d_input_kernels[];
extern const sg_kernel *const sg_conv2d_weight_kernels[];

#endif
