/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parts of Winograd's method F(7, 2) x F(7, 2), for one vector of channels at a
 * time: from pixels to points and back, weights likewise, and the products.
 * The points are those at which polynomials are evaluated, 8 in each direction:
 * 0, 1, -1, 2, -2, 1/2, -1/2 and infinity.
 */
#ifndef SG_BACKEND_CONV_WINOGRAD_SIMD_H
#define SG_BACKEND_CONV_WINOGRAD_SIMD_H

#include "base/simd.h"

enum {
    SG_WINOGRAD_TILE = 7,   /* rows and columns of y */
    SG_WINOGRAD_POINTS = 8, /* in each direction */
    SG_WINOGRAD_TAPS = 16   /* of a kernel */
};

/* A tile and its 64 points, for a vector of channels. The pixels are those at
 * `row`, `row` + stride ... of an image; what lies outside of it counts as zero
 * and is not written. */
typedef struct sg_winograd_tile {
    float *image; /* of a block of channels */
    int64_t height, width;
    int64_t pixel;    /* floats from pixel to pixel */
    int64_t row, col; /* of the tile's first pixel; may be < 0 */
    float *points;
    int64_t point; /* floats from point to point */
} sg_winograd_tile;

/* A phase of x: 8 x 8 pixels, two apart. Back to pixels: the first row is added
 * to what is there if `add_row`, the first column if `add_column`. */
SG_SIMD_DECLARE(void, sg_winograd_from_x, const sg_winograd_tile *tile);
SG_SIMD_DECLARE(void, sg_winograd_to_x, const sg_winograd_tile *tile,
                int add_row, int add_column);

/* 7 x 7 neighbouring pixels of y. */
SG_SIMD_DECLARE(void, sg_winograd_from_y, const sg_winograd_tile *tile);
SG_SIMD_DECLARE(void, sg_winograd_to_y, const sg_winograd_tile *tile);

/* A vector of weights, the 4 of one phase: tap (a, b) of 2 x 2 at
 * taps + (8 a + 2 b) step. Points of row `point`, `slab_step` floats apart; and
 * what they give to the taps, added unless `first`. */
SG_SIMD_DECLARE(void, sg_winograd_from_w, int64_t count, const float *taps,
                int64_t row, int64_t step, int point, float *slab,
                int64_t slab_row, int64_t slab_step);
SG_SIMD_DECLARE(void, sg_winograd_to_w, int64_t count, const float *slab,
                int64_t slab_row, int64_t slab_step, int point, int first,
                float *taps, int64_t row, int64_t step);

/* Matrices: out (rows x 2 vectors) = a (rows x depth) b (depth x 2 vectors).
 * Element (r, k) of a lies at r a_row + k a_depth, one of which is 1. Rows come
 * in multiples of 8. */
typedef struct sg_winograd_product_args {
    int64_t rows, depth;
    const float *a;
    int64_t a_row, a_depth;
    const float *b;
    int64_t b_depth;
    float *out;
    int64_t out_row;
} sg_winograd_product_args;
SG_SIMD_DECLARE(void, sg_winograd_product,
                const sg_winograd_product_args *args);

/* Exchanges rows and columns of a matrix, both multiples of the vector. */
SG_SIMD_DECLARE(void, sg_winograd_turn, int64_t rows, int64_t columns,
                const float *in, int64_t in_row, float *out, int64_t out_row);

#endif
