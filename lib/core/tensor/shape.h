/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shapes as values, and small sums over them.
 */
#ifndef SG_TENSOR_SHAPE_H
#define SG_TENSOR_SHAPE_H

#include "base/context.h"

/* A shape. A size of SYNGAN_BATCH (-1) is open; only models' graphs have it,
 * as the first. Unused entries are 0, so shapes compare by memcmp. */
typedef struct sg_dims {
    int32_t rank;
    int32_t reserved;
    int64_t size[SYNGAN_MAX_RANK];
} sg_dims;

/* Longest text of a shape, "[64, 256, 7, 7]", its end included. */
#define SG_DIMS_TEXT 192

sg_dims sg_dims_make(const int64_t *sizes, size_t rank);
bool sg_dims_equal(const sg_dims *a, const sg_dims *b);
/* Elements; 1 for rank 0. Shapes that are checked can't overflow. */
int64_t sg_dims_count(const sg_dims *dims);
/* Product of the sizes first ... last - 1. */
int64_t sg_dims_product(const sg_dims *dims, int first, int last);
bool sg_dims_open(const sg_dims *dims); /* has a batch that is not fixed */
/* Writes to `text` (SG_DIMS_TEXT bytes) and returns it; -1 reads "batch". */
const char *sg_dims_text(const sg_dims *dims, char *text);
/* What to add to a sentence about a shape `got` that should be `want` (NULL:
 * images): "; it looks like N x H x W x C, ...", or "" where it doesn't. With
 * or without a batch in front. */
const char *sg_dims_hint(const sg_dims *got, const sg_dims *want);
/* Checks sizes (each >= low), rank and that elements x 8 bytes fit 2^62. */
syngan_status sg_dims_check(syngan_context *context, const char *what,
                            const int64_t *sizes, size_t rank, int64_t low);
/* NumPy's broadcasting of two shapes; false if they don't fit. */
bool sg_dims_broadcast(const sg_dims *a, const sg_dims *b, sg_dims *out);

#endif
