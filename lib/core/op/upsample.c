/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nearest upsampling by a whole factor: upsample2d repeats each pixel,
 * upsample2d_grad sums up the repetitions.
 */
#include <syngan/layers.h>

#include "backend/pool.h"
#include "base/floats.h"
#include "graph/rule.h"
#include "op/ops.h"

static const sg_field fields[] = {
    SG_I32(sg_upsample_fields, factor, 1, 65535, 1, ""),
};
static SG_FIELDS(field_table, "upsample2d", sg_upsample_fields, fields);

static syngan_status check(const sg_infer *infer) {
    const sg_upsample_fields *f = infer->fields;
    const sg_dims *x = &infer->inputs[0]->dims;
    char text[SG_DIMS_TEXT];
    SG_TRY(sg_rule_filled(infer));
    if (x->rank != 4)
        return sg_fail(infer->context, SYNGAN_E_SHAPE,
                       "%s: takes N x C x H x W, not %s", infer->label,
                       sg_dims_text(x, text));
    if (f->factor >= 1 && f->factor <= 65535) return SYNGAN_OK;
    return sg_fail(infer->context, SYNGAN_E_ARGUMENT,
                   "%s: the factor is %d, but must be from 1 to 65535",
                   infer->label, (int)f->factor);
}

static syngan_status upsample_infer(sg_infer *infer) {
    const sg_upsample_fields *f = infer->fields;
    char text[SG_DIMS_TEXT];
    SG_TRY(check(infer));
    infer->dims = infer->inputs[0]->dims;
    for (int i = 2; i < 4; i++)
        if (__builtin_mul_overflow(infer->dims.size[i], f->factor,
                                   &infer->dims.size[i]))
            return sg_fail(
                infer->context, SYNGAN_E_SHAPE,
                "%s: %s is too large to be upsampled by %d", infer->label,
                sg_dims_text(&infer->inputs[0]->dims, text), (int)f->factor);
    return SYNGAN_OK;
}

static syngan_status infer_grad(sg_infer *infer) {
    const sg_upsample_fields *f = infer->fields;
    char text[SG_DIMS_TEXT];
    SG_TRY(check(infer));
    infer->dims = infer->inputs[0]->dims;
    for (int i = 2; i < 4; i++) {
        if (infer->dims.size[i] % f->factor != 0)
            return sg_fail(infer->context, SYNGAN_E_SHAPE,
                           "%s: height and width of %s must be multiples of %d",
                           infer->label,
                           sg_dims_text(&infer->inputs[0]->dims, text),
                           (int)f->factor);
        infer->dims.size[i] /= f->factor;
    }
    return SYNGAN_OK;
}

static void upsample_gradient(syngan_node *node, syngan_node *dy,
                              syngan_node **dx) {
    dx[0] = sg_node1(&sg_op_upsample2d_grad, dy, node->fields);
}
static void gradient_grad(syngan_node *node, syngan_node *dy,
                          syngan_node **dx) {
    dx[0] = sg_node1(&sg_op_upsample2d, dy, node->fields);
}

const sg_op sg_op_upsample2d = {
    .name = "upsample2d",
    .version = 1,
    .n_inputs = 1,
    .fields = &field_table,
    .infer = upsample_infer,
    .gradient = upsample_gradient,
    .kernels = sg_upsample_kernels,
};

const sg_op sg_op_upsample2d_grad = {
    .name = "upsample2d_grad",
    .version = 1,
    .n_inputs = 1,
    .fields = &field_table,
    .infer = infer_grad,
    .gradient = gradient_grad,
    .kernels = sg_upsample_grad_kernels,
};

syngan_node *syngan_upsample2d(syngan_node *x, int32_t factor) {
    SG_OWN_FLOATS;
    const sg_upsample_fields f = {.factor = factor};
    return sg_node1(&sg_op_upsample2d, x, &f);
}
