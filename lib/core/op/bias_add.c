/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One number for each channel, added along dimension 1. Kernels absorb it.
 */
#include "backend/bias_add.h"
#include "graph/rule.h"
#include "op/ops.h"

static syngan_status bias_add_infer(sg_infer *infer) {
    SG_TRY(sg_rule_filled(infer));
    const sg_dims *x = &infer->inputs[0]->dims, *b = &infer->inputs[1]->dims;
    char text[SG_DIMS_TEXT], bias[SG_DIMS_TEXT];
    if (x->rank < 2 || b->rank != 1 || b->size[0] != x->size[1])
        return sg_fail(infer->context, SYNGAN_E_SHAPE,
                       "%s: a bias of shape %s can't be added to %s along "
                       "dimension 1",
                       infer->label, sg_dims_text(b, bias),
                       sg_dims_text(x, text));
    infer->dims = *x;
    return SYNGAN_OK;
}

static void bias_add_gradient(syngan_node *node, syngan_node *dy,
                              syngan_node **dx) {
    int32_t axes[SYNGAN_MAX_RANK];
    size_t count = 0;
    for (int32_t i = 0; i < node->dims.rank; i++)
        if (i != 1) axes[count++] = i;
    dx[0] = dy;
    dx[1] = syngan_sum(dy, axes, count, 0);
}

const sg_op sg_op_bias_add = {
    .name = "bias_add",
    .version = 1,
    .flags = SG_OP_BIAS,
    .n_inputs = 2,
    .infer = bias_add_infer,
    .gradient = bias_add_gradient,
    .kernels = sg_bias_add_kernels,
};
