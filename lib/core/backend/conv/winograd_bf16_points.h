/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Winograd's method with bf16 products (winograd_bf16.c): how y is cut into
 * tiles, and all points of some images, from pixels and back.
 */
#ifndef SG_BACKEND_CONV_WINOGRAD_BF16_POINTS_H
#define SG_BACKEND_CONV_WINOGRAD_BF16_POINTS_H

#include "backend/conv/phases.h"
#include "backend/conv/winograd_bf16_simd.h"

/* Tiles along an axis of y: those of 3 pixels, which come first, and all. */
typedef struct sg_bf16_axis {
    int64_t threes, tiles;
} sg_bf16_axis;

/* The points of an image, and how they lie: floats of the result, or pairs of
 * bf16, which are of one size, of operands. */
typedef struct sg_bf16_tiling {
    sg_phases conv;
    sg_bf16_axis down, across;
    int64_t before[SG_BF16_KINDS + 1]; /* points of an image, smaller kinds */
    int64_t x_row, x_vector; /* from tile to tile, from vector to vector */
    int64_t y_row, y_vector;
} sg_bf16_tiling;

/* Cuts conv into tiles; the distances are the caller's. */
void sg_bf16_cut(sg_bf16_tiling *tiling);

/* Images that are transformed together, and their points. */
typedef struct sg_bf16_part {
    const sg_bf16_tiling *tiling;
    float *x, *y; /* from the first image on */
    float *x_points, *y_points;
    int64_t images;
    int64_t units; /* images, or, for the weights, pairs of them */
} sg_bf16_part;

/* First row of a kind of points; rows go by tiles, then by units. */
static inline int64_t sg_bf16_row(const sg_bf16_part *part, int64_t kind) {
    return part->units * part->tiling->before[kind];
}

static inline uint32_t *sg_bf16_pairs(float *place) {
    return (uint32_t *)(void *)place;
}

/* Points of the units [first, last). */
void sg_bf16_x_points(const sg_bf16_part *part, int64_t first, int64_t last);
void sg_bf16_y_points(const sg_bf16_part *part, int64_t first, int64_t last);

/* Pixels of a vector of channels of all units; or of filters, the first or the
 * second vector of the points. */
void sg_bf16_x_pixels(const sg_bf16_part *part, int64_t vector);
void sg_bf16_y_pixels(const sg_bf16_part *part, int64_t vector, int64_t half);

#endif
