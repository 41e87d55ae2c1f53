/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parts of Winograd's method with bf16 products (winograd_bf16.c): from pixels
 * to points and back, weights likewise, and the products. Compiled once, for
 * processors with AVX512_BF16.
 *
 * Along an axis a tile has 3 pixels of y, the polynomials being evaluated at
 * 0, 1, infinity and -1, or 2, without -1. In both directions together these
 * are up to 16 kinds of points, numbered 4 times the row's plus the column's.
 * Pairs are two bf16 that are multiplied and added at once, the first in the
 * lower half.
 */
#ifndef SG_BACKEND_CONV_WINOGRAD_BF16_SIMD_H
#define SG_BACKEND_CONV_WINOGRAD_BF16_SIMD_H

#include <stdint.h>

enum {
    SG_BF16_LANES = 16,
    SG_BF16_AXIS = 4, /* kinds along an axis */
    SG_BF16_KINDS = 16,
    SG_BF16_TAPS = 16, /* of a kernel */
    SG_BF16_PHASES = 4
};

/* A tile of y, or of one phase of x, which has a pixel more in each direction;
 * of vectors of channels of one or several images. */
typedef struct sg_bf16_tile {
    int64_t height, width; /* 2 or 3 pixels of y */
    /* Where the pixels' rows and columns lie, in floats; below 0 outside of the
     * image, where all is zero and nothing is written. */
    int64_t row[4], column[4];
    int64_t point[SG_BF16_KINDS]; /* where the points lie, in floats or pairs */
    float *image;                 /* a block of channels */
    const float *other; /* of the second image of a pair; NULL: zeros */
    int64_t count;      /* of vectors */
    int64_t image_step, point_step; /* from one to the next */
} sg_bf16_tile;

/* From pixels to points, in bf16, of which `points` holds 2, or, for _pairs, in
 * pairs from two images. */
void sg_bf16_from_x(const sg_bf16_tile *tile, uint32_t *points);
void sg_bf16_from_y(const sg_bf16_tile *tile, uint32_t *points);
void sg_bf16_from_x_pairs(const sg_bf16_tile *tile, uint32_t *points);
void sg_bf16_from_y_pairs(const sg_bf16_tile *tile, uint32_t *points);

/* From points to pixels. The first row of x is added to what is there if
 * `add_row`, the first column if `add_column`. */
void sg_bf16_to_x(const sg_bf16_tile *tile, const float *points, int add_row,
                  int add_column);
void sg_bf16_to_y(const sg_bf16_tile *tile, const float *points);

/* A pair of vectors of whole kernels, the lanes `lane` floats apart, the second
 * vector `other` floats from the first: points of phase p at
 * points + p phase_step, the kinds `kind_step` pairs apart. */
void sg_bf16_from_w(const float *w, int64_t lane, int64_t other,
                    uint32_t *points, int64_t phase_step, int64_t kind_step);

/* A vector of whole kernels from sums of points, in floats; added unless
 * `first`. */
void sg_bf16_to_w(const float *points, int64_t phase_step, int64_t kind_step,
                  int first, float *w, int64_t lane);

/* Matrices: out (rows x 2 vectors) = a (rows x depth) b (depth x 2 vectors),
 * with depth in pairs. Pair (r, k) of a lies at r a_row + k a_pair, the first
 * vector of b at 16 k and the second b_other behind it. */
typedef struct sg_bf16_product_args {
    int64_t rows, pairs;
    const uint32_t *a;
    int64_t a_row, a_pair;
    const uint32_t *b;
    int64_t b_other;
    float *out;
    int64_t out_row;
} sg_bf16_product_args;
void sg_bf16_product(const sg_bf16_product_args *args);

#endif
