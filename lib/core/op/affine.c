/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The affine function of one element, y = alpha x + beta, dx = alpha dy. Apart
 * from the other functions in unary.c: gradients of arithmetic need it, and
 * theirs need arithmetic.
 */
#include "backend/unary_kernels.h"
#include "base/floats.h"
#include "graph/rule.h"
#include "op/ops.h"

static syngan_status affine_infer(sg_infer *infer) {
    return sg_rule_unary(infer, SG_UNARY_AFFINE);
}

static void affine_gradient(syngan_node *node, syngan_node *dy,
                            syngan_node **dx) {
    const sg_unary *f = node->fields;
    dx[0] = syngan_affine(dy, f->alpha, 0.0);
}

const sg_op sg_op_affine = {.name = "affine",
                            .version = 1,
                            .n_inputs = 1,
                            .is_unary = true,
                            .fields = &sg_unary_fields,
                            .infer = affine_infer,
                            .gradient = affine_gradient,
                            .kernels = sg_unary_kernels};

static syngan_node *affine(syngan_node *x, double scale, double offset) {
    const sg_unary f = {
        .kind = SG_UNARY_AFFINE, .alpha = scale, .beta = offset};
    return sg_node1(&sg_op_affine, x, &f);
}

syngan_node *syngan_affine(syngan_node *x, double scale, double offset) {
    SG_OWN_FLOATS;
    return affine(x, scale, offset);
}

syngan_node *syngan_negate(syngan_node *x) {
    SG_OWN_FLOATS;
    return affine(x, -1.0, 0.0);
}
