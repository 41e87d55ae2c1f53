/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loops over values whose elements lie at regular distances: broadcasting,
 * transposing, slicing, joining.
 */
#ifndef SG_BACKEND_STRIDED_H
#define SG_BACKEND_STRIDED_H

#include "backend/kernel.h"

/* One dimension more than shapes have: blocked values split their channels. */
enum { SG_STRIDED_RANK = SYNGAN_MAX_RANK + 1 };

/* Sizes, and for each of two operands the distance in elements from one index
 * of a dimension to the next (0: repeated). */
typedef struct sg_strided {
    int32_t rank;
    int64_t size[SG_STRIDED_RANK];
    int64_t a[SG_STRIDED_RANK];
    int64_t b[SG_STRIDED_RANK];
} sg_strided;

/* Row-major distances of a shape. */
void sg_strides(const sg_dims *dims, int64_t *strides);

/* Drops dimensions of size 1 and joins those that both operands cross as if
 * they were one. At least one dimension is left. */
void sg_strided_simplify(sg_strided *loop);

/* Where operand a and b are at the row-major index `index` of the sizes of the
 * first `rank` dimensions. */
void sg_strided_offset(const sg_strided *loop, int32_t rank, int64_t index,
                       int64_t *a, int64_t *b);

/* Copies elements of four bytes: b's place for each index from a's; in
 * parallel. The loop is simplified on the way. */
void sg_strided_copy(syngan_context *context, sg_strided *loop, const void *a,
                     void *b);

#endif
