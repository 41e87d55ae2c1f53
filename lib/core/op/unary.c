/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of one element, and the operator that their gradients are made of:
 * unary_grad(v, dy) = dy f'(v), with v the function's output or its input as
 * sg_unary_from_output() says. The function that is its own gradient's kind
 * stands in affine.c.
 */
#include "backend/unary_kernels.h"
#include "base/floats.h"
#include "graph/rule.h"
#include "op/ops.h"

/* ---- rules --------------------------------------------------------------- */

static syngan_status grad_infer(sg_infer *infer) {
    const sg_unary *f = infer->fields;
    if (f->kind < 0 || f->kind >= SG_UNARY_COUNT)
        return sg_fail(infer->context, SYNGAN_E_ARGUMENT,
                       "%s: there is no function %d", infer->label, f->kind);
    SG_TRY(sg_rule_unary_numbers(infer));
    SG_TRY(sg_rule_same(infer));
    const sg_dims *v = &infer->inputs[0]->dims, *dy = &infer->inputs[1]->dims;
    if (sg_dims_equal(v, dy)) return SYNGAN_OK;
    char v_text[SG_DIMS_TEXT], dy_text[SG_DIMS_TEXT];
    return sg_fail(infer->context, SYNGAN_E_SHAPE,
                   "%s: the value %s and the gradient %s differ in shape",
                   infer->label, sg_dims_text(v, v_text),
                   sg_dims_text(dy, dy_text));
}

static syngan_node *grad_node(const sg_unary *f, syngan_node *v,
                              syngan_node *dy) {
    return sg_node2(&sg_op_unary_grad, v, dy, f);
}

static void unary_gradient(syngan_node *node, syngan_node *dy,
                           syngan_node **dx) {
    const sg_unary *f = node->fields;
    dx[0] = grad_node(f, sg_unary_from_output(f->kind) ? node : node->inputs[0],
                      dy);
}

/* `product` times the second derivative of v s with s = sigmoid(w(v)):
 * s' (2 w' + v ((1 - 2 s) w'^2 + w'')), where s' is s (1 - s). */
static syngan_node *times_gated(syngan_node *product, syngan_node *v,
                                syngan_node *w, syngan_node *w_slope,
                                syngan_node *w_curvature) {
    const sg_unary sigmoid = {.kind = SG_UNARY_SIGMOID};
    syngan_node *s = syngan_sigmoid(w);
    syngan_node *bend =
        syngan_multiply(syngan_affine(s, -2.0, 1.0), syngan_square(w_slope));
    bend = syngan_multiply(v, syngan_add(bend, w_curvature));
    bend = syngan_add(syngan_affine(w_slope, 2.0, 0.0), bend);
    return grad_node(&sigmoid, s, syngan_multiply(product, bend));
}

static syngan_node *times_silu(syngan_node *product, syngan_node *v) {
    return times_gated(product, v, v, syngan_scalar(v->graph, 1.0),
                       syngan_scalar(v->graph, 0.0));
}

/* w = 2 u(v), see unary.h. */
static syngan_node *times_gelu_tanh(syngan_node *product, syngan_node *v) {
    const double scale = 2 * SG_GELU_SCALE, cube = scale * SG_GELU_CUBE;
    syngan_node *square = syngan_square(v);
    syngan_node *w = syngan_multiply(v, syngan_affine(square, cube, scale));
    return times_gated(product, v, w, syngan_affine(square, 3 * cube, scale),
                       syngan_affine(v, 6 * cube, 0.0));
}

/* (Phi(v) + v phi(v))' = phi(v) (2 - v^2), with the density phi. */
static syngan_node *times_gelu(syngan_node *product, syngan_node *v) {
    syngan_node *square = syngan_square(v);
    syngan_node *density =
        syngan_affine(syngan_exp(syngan_affine(square, -0.5, 0.0)),
                      0.398942280401432678, 0.0);
    return syngan_multiply(
        product, syngan_multiply(density, syngan_affine(square, -1.0, 2.0)));
}

/* (p v^(p - 1))' */
static syngan_node *times_pow(syngan_node *product, syngan_node *v, double p) {
    double factor = p * (p - 1.0);
    if (factor == 0.0) return NULL;
    return syngan_multiply(product,
                           syngan_affine(syngan_pow(v, p - 2.0), factor, 0.0));
}

/* (y + alpha)' where y is not positive. */
static syngan_node *times_elu(syngan_node *product, syngan_node *y) {
    syngan_node *positive = syngan_greater(y, syngan_scalar(y->graph, 0.0));
    return syngan_multiply(product, syngan_affine(positive, -1.0, 1.0));
}

/* `product` times the derivative by v of f'(v); NULL where that is 0. */
static syngan_node *times_curvature(const sg_unary *f, syngan_node *v,
                                    syngan_node *product) {
    const sg_unary sigmoid = {.kind = SG_UNARY_SIGMOID};
    switch (f->kind) {
    case SG_UNARY_TANH: /* (1 - y^2)' */
        return syngan_multiply(product, syngan_affine(v, -2.0, 0.0));
    case SG_UNARY_SIGMOID: /* (y (1 - y))' */
        return syngan_multiply(product, syngan_affine(v, -2.0, 1.0));
    case SG_UNARY_SOFTPLUS: /* sigmoid(x)' */
        return grad_node(&sigmoid, syngan_sigmoid(v), product);
    case SG_UNARY_EXP: /* y' */
        return product;
    case SG_UNARY_LOG: /* (1 / x)' */
        return syngan_negate(syngan_divide(product, syngan_square(v)));
    case SG_UNARY_SQRT: /* (1 / (2 y))' */
        return syngan_affine(syngan_divide(product, syngan_square(v)), -0.5,
                             0.0);
    case SG_UNARY_SQUARE: /* (2 x)' */
        return syngan_affine(product, 2.0, 0.0);
    case SG_UNARY_POW:
        return times_pow(product, v, f->alpha);
    case SG_UNARY_GELU:
        return times_gelu(product, v);
    case SG_UNARY_GELU_TANH:
        return times_gelu_tanh(product, v);
    case SG_UNARY_SILU:
        return times_silu(product, v);
    case SG_UNARY_ELU:
        return times_elu(product, v);
    default: /* piecewise linear */
        return NULL;
    }
}

/* With g = dy f'(v): dg/d(dy) = f'(v), dg/dv = dy f''. */
static void grad_gradient(syngan_node *node, syngan_node *dg,
                          syngan_node **dx) {
    const sg_unary *f = node->fields;
    syngan_node *v = node->inputs[0], *dy = node->inputs[1];
    dx[0] = times_curvature(f, v, syngan_multiply(dg, dy));
    dx[1] = grad_node(f, v, dg);
}

/* Each function is an operator of its own, so that files name it. */
#define UNARY_OP(title, the_kind)                                              \
    static syngan_status title##_infer(sg_infer *infer) {                      \
        return sg_rule_unary(infer, the_kind);                                 \
    }                                                                          \
    const sg_op sg_op_##title = {.name = #title,                               \
                                 .version = 1,                                 \
                                 .n_inputs = 1,                                \
                                 .is_unary = true,                             \
                                 .fields = &sg_unary_fields,                   \
                                 .infer = title##_infer,                       \
                                 .gradient = unary_gradient,                   \
                                 .kernels = sg_unary_kernels}
UNARY_OP(relu, SG_UNARY_RELU);
UNARY_OP(leaky_relu, SG_UNARY_LEAKY_RELU);
UNARY_OP(tanh, SG_UNARY_TANH);
UNARY_OP(sigmoid, SG_UNARY_SIGMOID);
UNARY_OP(softplus, SG_UNARY_SOFTPLUS);
UNARY_OP(exp, SG_UNARY_EXP);
UNARY_OP(log, SG_UNARY_LOG);
UNARY_OP(sqrt, SG_UNARY_SQRT);
UNARY_OP(square, SG_UNARY_SQUARE);
UNARY_OP(clip, SG_UNARY_CLIP);
UNARY_OP(abs, SG_UNARY_ABS);
UNARY_OP(pow, SG_UNARY_POW);
UNARY_OP(gelu, SG_UNARY_GELU);
UNARY_OP(gelu_tanh, SG_UNARY_GELU_TANH);
UNARY_OP(silu, SG_UNARY_SILU);
UNARY_OP(elu, SG_UNARY_ELU);

const sg_op sg_op_unary_grad = {.name = "unary_grad",
                                .version = 1,
                                .flags = SG_OP_SLOPE,
                                .n_inputs = 2,
                                .fields = &sg_unary_fields,
                                .infer = grad_infer,
                                .gradient = grad_gradient,
                                .kernels = sg_unary_grad_kernels};

/* ---- builders ------------------------------------------------------------ */

#define UNARY(title, the_kind, first, second)                                  \
    sg_node1(&sg_op_##title, x,                                                \
             &(const sg_unary){                                                \
                 .kind = (the_kind), .alpha = (first), .beta = (second)})

syngan_node *syngan_relu(syngan_node *x) {
    SG_OWN_FLOATS;
    return UNARY(relu, SG_UNARY_RELU, 0.0, 0.0);
}
syngan_node *syngan_leaky_relu(syngan_node *x, double slope) {
    SG_OWN_FLOATS;
    return UNARY(leaky_relu, SG_UNARY_LEAKY_RELU, slope, 0.0);
}
syngan_node *syngan_tanh(syngan_node *x) {
    SG_OWN_FLOATS;
    return UNARY(tanh, SG_UNARY_TANH, 0.0, 0.0);
}
syngan_node *syngan_sigmoid(syngan_node *x) {
    SG_OWN_FLOATS;
    return UNARY(sigmoid, SG_UNARY_SIGMOID, 0.0, 0.0);
}
syngan_node *syngan_softplus(syngan_node *x) {
    SG_OWN_FLOATS;
    return UNARY(softplus, SG_UNARY_SOFTPLUS, 0.0, 0.0);
}
syngan_node *syngan_exp(syngan_node *x) {
    SG_OWN_FLOATS;
    return UNARY(exp, SG_UNARY_EXP, 0.0, 0.0);
}
syngan_node *syngan_log(syngan_node *x) {
    SG_OWN_FLOATS;
    return UNARY(log, SG_UNARY_LOG, 0.0, 0.0);
}
syngan_node *syngan_sqrt(syngan_node *x) {
    SG_OWN_FLOATS;
    return UNARY(sqrt, SG_UNARY_SQRT, 0.0, 0.0);
}
syngan_node *syngan_square(syngan_node *x) {
    SG_OWN_FLOATS;
    return UNARY(square, SG_UNARY_SQUARE, 0.0, 0.0);
}
syngan_node *syngan_clip(syngan_node *x, double low, double high) {
    SG_OWN_FLOATS;
    return UNARY(clip, SG_UNARY_CLIP, low, high);
}
syngan_node *syngan_abs(syngan_node *x) {
    SG_OWN_FLOATS;
    return UNARY(abs, SG_UNARY_ABS, 0.0, 0.0);
}
/* Powers that have an operator of their own, which is faster. */
syngan_node *syngan_pow(syngan_node *x, double exponent) {
    SG_OWN_FLOATS;
    if (exponent == 2.0) return UNARY(square, SG_UNARY_SQUARE, 0.0, 0.0);
    if (exponent == 1.0) return syngan_affine(x, 1.0, 0.0);
    return UNARY(pow, SG_UNARY_POW, exponent, 0.0);
}
syngan_node *syngan_gelu(syngan_node *x) {
    SG_OWN_FLOATS;
    return UNARY(gelu, SG_UNARY_GELU, 0.0, 0.0);
}
syngan_node *syngan_gelu_tanh(syngan_node *x) {
    SG_OWN_FLOATS;
    return UNARY(gelu_tanh, SG_UNARY_GELU_TANH, 0.0, 0.0);
}
syngan_node *syngan_silu(syngan_node *x) {
    SG_OWN_FLOATS;
    return UNARY(silu, SG_UNARY_SILU, 0.0, 0.0);
}
syngan_node *syngan_elu(syngan_node *x, double alpha) {
    SG_OWN_FLOATS;
    return UNARY(elu, SG_UNARY_ELU, alpha, 0.0);
}
