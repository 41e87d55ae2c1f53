/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of two elements, with NumPy's broadcasting.
 */
#include "backend/arithmetic.h"

#include "base/floats.h"
#include "graph/op.h"
#include "op/sum.h"

static syngan_status arithmetic_infer(sg_infer *infer) {
    const syngan_node *a = infer->inputs[0], *b = infer->inputs[1];
    if (a->type != SYNGAN_TYPE_F32 || b->type != SYNGAN_TYPE_F32)
        return sg_fail(infer->context, SYNGAN_E_TYPE,
                       "%s: takes f32, not %s and %s", infer->label,
                       syngan_type_name(a->type), syngan_type_name(b->type));
    if (sg_dims_broadcast(&a->dims, &b->dims, &infer->dims)) return SYNGAN_OK;
    char text_a[SG_DIMS_TEXT], text_b[SG_DIMS_TEXT];
    return sg_fail(infer->context, SYNGAN_E_SHAPE,
                   "%s: shapes %s of '%s' and %s of '%s' don't broadcast; "
                   "sizes must be equal or 1, from the last on",
                   infer->label, sg_dims_text(&a->dims, text_a), a->name,
                   sg_dims_text(&b->dims, text_b), b->name);
}

/* ---- gradients ----------------------------------------------------------- */

static void set(syngan_node *node, syngan_node **dx, syngan_node *da,
                syngan_node *db) {
    dx[0] = sg_sum_to(da, &node->inputs[0]->dims);
    dx[1] = sg_sum_to(db, &node->inputs[1]->dims);
}

static void add_gradient(syngan_node *node, syngan_node *dy, syngan_node **dx) {
    set(node, dx, dy, dy);
}

static void subtract_gradient(syngan_node *node, syngan_node *dy,
                              syngan_node **dx) {
    dx[0] = sg_sum_to(dy, &node->inputs[0]->dims);
    dx[1] = syngan_negate(sg_sum_to(dy, &node->inputs[1]->dims));
}

static void multiply_gradient(syngan_node *node, syngan_node *dy,
                              syngan_node **dx) {
    /* One after the other: sums of second gradients follow the nodes. */
    syngan_node *db = syngan_multiply(dy, node->inputs[0]);
    syngan_node *da = syngan_multiply(dy, node->inputs[1]);
    set(node, dx, da, db);
}

static void divide_gradient(syngan_node *node, syngan_node *dy,
                            syngan_node **dx) {
    syngan_node *da = syngan_divide(dy, node->inputs[1]);
    set(node, dx, da, syngan_negate(syngan_multiply(da, node)));
}

/* dy goes to input 1 where `greater` is 1, else to input 0. */
static void select_gradient(syngan_node *node, syngan_node *dy,
                            syngan_node *greater, syngan_node **dx) {
    syngan_node *to_b = syngan_multiply(greater, dy);
    set(node, dx, syngan_subtract(dy, to_b), to_b);
}

static void maximum_gradient(syngan_node *node, syngan_node *dy,
                             syngan_node **dx) {
    select_gradient(node, dy, syngan_greater(node->inputs[1], node->inputs[0]),
                    dx);
}

static void minimum_gradient(syngan_node *node, syngan_node *dy,
                             syngan_node **dx) {
    select_gradient(node, dy, syngan_greater(node->inputs[0], node->inputs[1]),
                    dx);
}

static void arithmetic_no_gradient(syngan_node *node, syngan_node *dy,
                                   syngan_node **dx) {
    (void)node, (void)dy, (void)dx;
}

/* ---- operators ----------------------------------------------------------- */

#define ARITHMETIC(id, kind, gradient_rule)                                    \
    const sg_op sg_op_##id = {.name = #id,                                     \
                              .version = 1,                                    \
                              .n_inputs = 2,                                   \
                              .infer = arithmetic_infer,                       \
                              .gradient = gradient_rule,                       \
                              .kernels = sg_arithmetic_kernels[kind]};         \
    syngan_node *syngan_##id(syngan_node *a, syngan_node *b) {                 \
        SG_OWN_FLOATS;                                                         \
        return sg_node2(&sg_op_##id, a, b, NULL);                              \
    }

ARITHMETIC(add, SG_ADD, add_gradient)
ARITHMETIC(subtract, SG_SUBTRACT, subtract_gradient)
ARITHMETIC(multiply, SG_MULTIPLY, multiply_gradient)
ARITHMETIC(divide, SG_DIVIDE, divide_gradient)
ARITHMETIC(maximum, SG_MAXIMUM, maximum_gradient)
ARITHMETIC(minimum, SG_MINIMUM, minimum_gradient)
ARITHMETIC(greater, SG_GREATER, arithmetic_no_gradient)
