/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sums of rows.c.
 */
#ifndef SG_BACKEND_CONV_ROWS_SIMD_H
#define SG_BACKEND_CONV_ROWS_SIMD_H

#include "base/simd.h"

/* Rows of a kernel that the accumulators have room for. */
enum { SG_ROWS_KERNEL = 8 };

/* What one row of an image of many channels adds to the rows around it. */
typedef struct sg_rows {
    size_t channels;
    size_t kernel_h, kernel_w;
    const float *weights; /* channels x kernel_w x kernel_h */
    const float *row;     /* channels x step; width + kernel_w - 1 are read */
    size_t step;
    size_t width;
    float *sums; /* kernel_h rows of sums_step */
    size_t sums_step;
} sg_rows;

/*
 * For each v < kernel_h and i < width:
 *   sums[v][i] += sum over c and u of weights[c][u][v] row[c][u + i]
 * The width is a multiple of 16.
 */
SG_SIMD_DECLARE(void, sg_add_products, const sg_rows *rows);

/* Likewise with pairs of bf16, the first in the lower half, for channels: each
 * is multiplied and added. */
void sg_bf16_add_products(const sg_rows *rows);

/* `count` pixels of blocks of 16 channels to 8 lines of pairs. */
void sg_bf16_unblock(size_t count, const float *in, size_t step, float *out);

#endif
