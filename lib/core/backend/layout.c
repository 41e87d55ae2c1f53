/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layouts: comparing, sizes, names.
 */
#include "backend/layout.h"

#include <oneapi/dnnl/dnnl.h>

bool sg_layout_equal(const sg_layout *a, const sg_layout *b) {
    if (a->kind != b->kind) return false;
    if (a->kind == SG_BLOCKED) return a->block == b->block;
    if (a->kind == SG_OPAQUE)
        return dnnl_memory_desc_equal(a->opaque, b->opaque) != 0;
    return true;
}

size_t sg_desc_bytes(const sg_desc *desc) {
    if (desc->layout.kind == SG_OPAQUE) return desc->layout.bytes;
    return (size_t)sg_dims_count(&desc->dims) * syngan_type_size(desc->type);
}

const char *sg_layout_name(const sg_layout *layout) {
    if (layout->kind == SG_OPAQUE) return "opaque";
    if (layout->kind == SG_PLAIN) return "plain";
    return layout->block == 16 ? "nChw16c" : "nChw8c";
}
