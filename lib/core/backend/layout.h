/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptions of values inside a program: element type, shape, and how the
 * elements lie in memory.
 */
#ifndef SG_BACKEND_LAYOUT_H
#define SG_BACKEND_LAYOUT_H

#include <syngan/tensor.h>

#include "tensor/shape.h"

enum {
    SG_PLAIN = 0,   /* row-major */
    SG_BLOCKED = 1, /* N x C/b x H x W x b, b = block, which divides C */
    SG_OPAQUE = 2   /* an order that only oneDNN knows: weights */
};

typedef struct sg_layout {
    int32_t kind;
    int32_t block;      /* of SG_BLOCKED: 8 or 16 */
    const void *opaque; /* of SG_OPAQUE: a dnnl memory descriptor, kept by the
                           program's site that asked for it */
    size_t bytes;       /* of SG_OPAQUE: size in memory */
} sg_layout;

typedef struct sg_desc {
    int32_t type; /* SYNGAN_TYPE_F32, ... */
    sg_dims dims;
    sg_layout layout;
} sg_desc;

bool sg_layout_equal(const sg_layout *a, const sg_layout *b);
size_t sg_desc_bytes(const sg_desc *desc);
/* "plain", "nChw16c", "opaque". */
const char *sg_layout_name(const sg_layout *layout);

#endif
