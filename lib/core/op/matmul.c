/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matrix product over the last two dimensions: c = op(a) op(b), where op may
 * exchange the two.
 */
#include "backend/matmul.h"

#include "base/floats.h"
#include "graph/rule.h"
#include "op/ops.h"

static const sg_field fields[] = {
    SG_BOOL(sg_matmul_fields, transpose_a, ""),
    SG_BOOL(sg_matmul_fields, transpose_b, ""),
};
static SG_FIELDS(field_table, "matmul", sg_matmul_fields, fields);

static syngan_status fail_shapes(const sg_infer *infer, const char *reason) {
    const sg_matmul_fields *f = infer->fields;
    char a[SG_DIMS_TEXT], b[SG_DIMS_TEXT];
    return sg_fail(infer->context, SYNGAN_E_SHAPE, "%s: %s%s and %s%s %s",
                   infer->label, sg_dims_text(&infer->inputs[0]->dims, a),
                   f->transpose_a ? " transposed" : "",
                   sg_dims_text(&infer->inputs[1]->dims, b),
                   f->transpose_b ? " transposed" : "", reason);
}

static syngan_status matmul_infer(sg_infer *infer) {
    SG_TRY(sg_rule_filled(infer));
    const sg_matmul_fields *f = infer->fields;
    const sg_dims *a = &infer->inputs[0]->dims, *b = &infer->inputs[1]->dims;
    if (a->rank < 2 || b->rank != a->rank)
        return fail_shapes(infer,
                           "can't be multiplied: both must have the same "
                           "number of dimensions, at least 2");
    int row = a->rank - 2, column = a->rank - 1;
    for (int i = 0; i < row; i++)
        if (a->size[i] != b->size[i])
            return fail_shapes(infer, "can't be multiplied: their leading "
                                      "dimensions must be equal");
    if (a->size[f->transpose_a ? row : column] !=
        b->size[f->transpose_b ? column : row])
        return fail_shapes(infer, "can't be multiplied: the columns of the "
                                  "first must be the rows of the second");
    infer->dims = *a;
    infer->dims.size[row] = a->size[f->transpose_a ? column : row];
    infer->dims.size[column] = b->size[f->transpose_b ? row : column];
    if (infer->dims.size[column] < 0)
        return fail_shapes(infer, "would have its batch in the last dimension");
    return SYNGAN_OK;
}

/* c = a b:     da = dc b^T, db = a^T dc
 * c = a^T b:   da = b dc^T, db = a dc
 * c = a b^T:   da = dc b,   db = dc^T a
 * c = a^T b^T: da = b^T dc^T, db = dc^T a^T */
static void matmul_gradient(syngan_node *node, syngan_node *dy,
                            syngan_node **dx) {
    const sg_matmul_fields *f = node->fields;
    syngan_node *a = node->inputs[0], *b = node->inputs[1];
    dx[0] = f->transpose_a ? syngan_matmul(b, dy, f->transpose_b, 1)
                           : syngan_matmul(dy, b, 0, !f->transpose_b);
    dx[1] = f->transpose_b ? syngan_matmul(dy, a, 1, f->transpose_a)
                           : syngan_matmul(a, dy, !f->transpose_a, 0);
}

const sg_op sg_op_matmul = {
    .name = "matmul",
    .version = 1,
    .flags = SG_OP_PRODUCT,
    .n_inputs = 2,
    .fields = &field_table,
    .infer = matmul_infer,
    .gradient = matmul_gradient,
    .kernels = sg_matmul_kernels,
};

syngan_node *syngan_matmul(syngan_node *a, syngan_node *b, int32_t transpose_a,
                           int32_t transpose_b) {
    SG_OWN_FLOATS;
    const sg_matmul_fields f = {transpose_a != 0, transpose_b != 0};
    return sg_node2(&sg_op_matmul, a, b, &f);
}
