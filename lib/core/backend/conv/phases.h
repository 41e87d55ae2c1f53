/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Convolutions with a 4 x 4 kernel and stride 2 as Winograd's method takes
 * them: even and odd rows and columns of x are four images ("phases"), each
 * convolved with 2 x 2 weights; y is the sum. Shared by the kernels in f32
 * (winograd.c) and bf16 (winograd_bf16.c), which cut y into tiles; a tile of
 * n x n pixels of y meets (n + 1) x (n + 1) pixels of each phase.
 */
#ifndef SG_BACKEND_CONV_PHASES_H
#define SG_BACKEND_CONV_PHASES_H

#include "backend/conv/roles.h"

/* Such a convolution. */
typedef struct sg_phases {
    int32_t direction; /* SG_FORWARD ... */
    int64_t images, channels, filters;
    int64_t height, width; /* of x */
    int64_t rows, columns; /* of y */
    int64_t pad_top, pad_left;
} sg_phases;

/* False if a site's convolution is of another kind, or has pixels of x that lie
 * in no tile. */
bool sg_phases_of(const sg_site *site, int32_t direction, sg_phases *out);

/* Elements of an image. */
static inline int64_t sg_phases_x_size(const sg_phases *p) {
    return p->channels * p->height * p->width;
}
static inline int64_t sg_phases_y_size(const sg_phases *p) {
    return p->filters * p->rows * p->columns;
}

/* Asks for f32 operands: images in blocks of channels, weights plain. */
void sg_phases_plan(sg_site *site, int32_t direction, int64_t block);

#endif
