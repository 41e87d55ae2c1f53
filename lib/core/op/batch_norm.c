/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Batch normalisation (Ioffe and Szegedy 2015) over dimension 1. Applying a
 * model turns the layer's node, batch_norm, into what it is in the mode:
 *   training   batch_norm_statistics, batch_norm_train
 *   inference  batch_norm_infer
 * Two more operators are the gradient of batch_norm_train in two passes over
 * memory: batch_norm_reduce and batch_norm_input.
 */
#include "backend/batch_norm.h"

#include <syngan/model.h>

#include "base/floats.h"
#include "graph/rule.h"
#include "op/layer.h"
#include "op/ops.h"

static const sg_field fields[] = {
    SG_F64(sg_batch_norm_fields, momentum),
    SG_F64(sg_batch_norm_fields, epsilon),
};
static SG_FIELDS(field_table, "batch_norm", sg_batch_norm_fields, fields);

/* ---- shapes ------------------------------------------------------------- */

static syngan_status batch_norm_check_image(const sg_infer *infer,
                                            int32_t index) {
    const sg_dims *x = &infer->inputs[index]->dims;
    char text[SG_DIMS_TEXT];
    SG_TRY(sg_rule_filled(infer));
    if (x->rank != 2 && x->rank != 4)
        return sg_fail(infer->context, SYNGAN_E_SHAPE,
                       "%s: takes N x C or N x C x H x W, not %s", infer->label,
                       sg_dims_text(x, text));
    if (index == 0 || sg_dims_equal(x, &infer->inputs[0]->dims))
        return SYNGAN_OK;
    return sg_fail(infer->context, SYNGAN_E_SHAPE,
                   "%s: input %d has the shape %s, not that of input 0",
                   infer->label, (int)index, sg_dims_text(x, text));
}

/* Numbers for each channel: shape C, or 2 x C. */
static syngan_status check_channels(const sg_infer *infer, int32_t index,
                                    int32_t rank) {
    int64_t channels = infer->inputs[0]->dims.size[1];
    const int64_t sizes[] = {2, channels};
    sg_dims want = sg_dims_make(rank == 2 ? sizes : sizes + 1, (size_t)rank);
    const sg_dims *got = &infer->inputs[index]->dims;
    char want_text[SG_DIMS_TEXT], got_text[SG_DIMS_TEXT];
    if (sg_dims_equal(&want, got)) return SYNGAN_OK;
    return sg_fail(infer->context, SYNGAN_E_SHAPE,
                   "%s: input %d has the shape %s, but for %lld channels it "
                   "must be %s",
                   infer->label, (int)index, sg_dims_text(got, got_text),
                   (long long)channels, sg_dims_text(&want, want_text));
}

/* x, gamma, beta, then `rows` inputs of shape 2 x C, then vectors. */
static syngan_status infer_like_x(sg_infer *infer, int32_t rows) {
    SG_TRY(batch_norm_check_image(infer, 0));
    for (int32_t i = 1; i < infer->n_inputs; i++)
        SG_TRY(check_channels(infer, i, i >= 3 && i < 3 + rows ? 2 : 1));
    infer->dims = infer->inputs[0]->dims;
    return SYNGAN_OK;
}

static syngan_status infer_without(sg_infer *infer) {
    return infer_like_x(infer, 0);
}
static syngan_status infer_train(sg_infer *infer) {
    return infer_like_x(infer, 1);
}

static void batch_norm_set_rows(sg_infer *infer) {
    infer->dims =
        sg_dims_make((int64_t[]){2, infer->inputs[0]->dims.size[1]}, 2);
}

static syngan_status infer_statistics(sg_infer *infer) {
    SG_TRY(batch_norm_check_image(infer, 0));
    batch_norm_set_rows(infer);
    return SYNGAN_OK;
}

static syngan_status infer_reduce(sg_infer *infer) {
    SG_TRY(batch_norm_check_image(infer, 0));
    SG_TRY(batch_norm_check_image(infer, 1));
    SG_TRY(check_channels(infer, 2, 2));
    batch_norm_set_rows(infer);
    return SYNGAN_OK;
}

static syngan_status batch_norm_infer_input(sg_infer *infer) {
    SG_TRY(batch_norm_check_image(infer, 0));
    SG_TRY(batch_norm_check_image(infer, 1));
    SG_TRY(check_channels(infer, 2, 2));
    SG_TRY(check_channels(infer, 3, 1));
    SG_TRY(check_channels(infer, 4, 2));
    infer->dims = infer->inputs[0]->dims;
    return SYNGAN_OK;
}

/* ---- in simple operators ------------------------------------------------ */

static double epsilon_of(const syngan_node *node) {
    const sg_batch_norm_fields *f = node->fields;
    return f->epsilon;
}

/* All axes but that of the channels. */
static size_t other_axes(const syngan_node *x, int32_t *axes) {
    size_t count = 0;
    for (int32_t i = 0; i < x->dims.rank; i++)
        if (i != 1) axes[count++] = i;
    return count;
}

/* C numbers in a shape that broadcasts with x. */
static syngan_node *batch_norm_spread(syngan_node *numbers,
                                      const syngan_node *x) {
    const int64_t sizes[] = {1, x->dims.size[1], 1, 1};
    return syngan_reshape(numbers, sizes, (size_t)x->dims.rank);
}

/* A row of 2 x C, likewise. */
static syngan_node *row(syngan_node *rows, int64_t index,
                        const syngan_node *x) {
    return batch_norm_spread(syngan_slice(rows, 0, index, 1), x);
}

static syngan_node *deviation(syngan_node *variance, double epsilon) {
    return syngan_sqrt(syngan_affine(variance, 1.0, epsilon));
}

/* (x - mean) / deviation, from statistics. */
static syngan_node *unit(syngan_node *x, syngan_node *statistics,
                         double epsilon) {
    return syngan_divide(syngan_subtract(x, row(statistics, 0, x)),
                         deviation(row(statistics, 1, x), epsilon));
}

/* Two results with one number for each channel, as 2 x C. */
static syngan_node *join(syngan_node *first, syngan_node *second,
                         const syngan_node *x) {
    const int64_t sizes[] = {1, x->dims.size[1]};
    syngan_node *rows[] = {syngan_reshape(first, sizes, 2),
                           syngan_reshape(second, sizes, 2)};
    return syngan_concat(rows, 2, 0);
}

static syngan_node *decompose_statistics(syngan_node *node,
                                         syngan_node *const *inputs) {
    syngan_node *x = inputs[0];
    int32_t axes[4];
    size_t count = other_axes(x, axes);
    (void)node;
    syngan_node *mean = syngan_mean(x, axes, count, 1);
    syngan_node *square = syngan_square(syngan_subtract(x, mean));
    return join(mean, syngan_mean(square, axes, count, 1), x);
}

static syngan_node *decompose_infer(syngan_node *node,
                                    syngan_node *const *inputs) {
    syngan_node *x = inputs[0];
    syngan_node *y = syngan_divide(
        syngan_subtract(x, batch_norm_spread(inputs[3], x)),
        deviation(batch_norm_spread(inputs[4], x), epsilon_of(node)));
    y = syngan_multiply(y, batch_norm_spread(inputs[1], x));
    return syngan_add(y, batch_norm_spread(inputs[2], x));
}

static syngan_node *decompose_reduce(syngan_node *node,
                                     syngan_node *const *inputs) {
    syngan_node *x = inputs[0], *dy = inputs[1];
    int32_t axes[4];
    size_t count = other_axes(x, axes);
    syngan_node *weighted =
        syngan_multiply(dy, unit(x, inputs[2], epsilon_of(node)));
    return join(syngan_sum(dy, axes, count, 1),
                syngan_sum(weighted, axes, count, 1), x);
}

/* dx = gamma / s (dy - sum(dy) / m - x^ sum(dy x^) / m) */
static syngan_node *decompose_input(syngan_node *node,
                                    syngan_node *const *inputs) {
    syngan_node *x = inputs[0], *dy = inputs[1];
    double epsilon = epsilon_of(node);
    double share = (double)x->dims.size[1] / (double)sg_dims_count(&x->dims);
    syngan_node *means = syngan_affine(inputs[4], share, 0.0);
    syngan_node *along =
        syngan_multiply(unit(x, inputs[2], epsilon), row(means, 1, x));
    syngan_node *rest =
        syngan_subtract(syngan_subtract(dy, row(means, 0, x)), along);
    syngan_node *scale =
        syngan_divide(batch_norm_spread(inputs[3], x),
                      deviation(row(inputs[2], 1, x), epsilon));
    return syngan_multiply(scale, rest);
}

/* ---- gradient ----------------------------------------------------------- */

static syngan_node *vector(syngan_node *rows, int64_t index) {
    return syngan_reshape(syngan_slice(rows, 0, index, 1), &rows->dims.size[1],
                          1);
}

/* The gradient of x goes through the statistics, too: it is all in dx[0], and
 * nothing flows to the input that holds them. */
static void gradient_train(syngan_node *node, syngan_node *dy,
                           syngan_node **dx) {
    syngan_node *x = node->inputs[0], *gamma = node->inputs[1];
    syngan_node *statistics = node->inputs[3];
    syngan_node *sums =
        sg_node3(&sg_op_batch_norm_reduce, x, dy, statistics, node->fields);
    syngan_node *inputs[] = {x, dy, statistics, gamma, sums};
    dx[0] =
        sg_node(NULL, &sg_op_batch_norm_input, inputs, 5, node->fields, NULL);
    if (sums->op == NULL) return;
    dx[1] = vector(sums, 1);
    dx[2] = vector(sums, 0);
}

/* ---- operators ---------------------------------------------------------- */

static syngan_node *apply(const syngan_node *node, syngan_node *const *inputs,
                          int32_t mode) {
    if (mode != SYNGAN_MODE_TRAINING)
        return sg_node(NULL, &sg_op_batch_norm_infer, inputs, 5, node->fields,
                       node->name);
    syngan_node *statistics =
        sg_node1(&sg_op_batch_norm_statistics, inputs[0], node->fields);
    syngan_node *all[] = {inputs[0],  inputs[1], inputs[2],
                          statistics, inputs[3], inputs[4]};
    return sg_node(NULL, &sg_op_batch_norm_train, all, 6, node->fields,
                   node->name);
}

const sg_op sg_op_batch_norm = {
    .name = "batch_norm",
    .version = 1,
    .n_inputs = 5,
    .fields = &field_table,
    .infer = infer_without,
    .apply = apply,
};

const sg_op sg_op_batch_norm_statistics = {
    .name = "batch_norm_statistics",
    .version = 1,
    .n_inputs = 1,
    .fields = &field_table,
    .infer = infer_statistics,
    .decompose = decompose_statistics,
    .kernels = sg_batch_norm_statistics_kernels,
};

const sg_op sg_op_batch_norm_train = {
    .name = "batch_norm_train",
    .version = 1,
    .n_inputs = 6,
    .fields = &field_table,
    .infer = infer_train,
    .gradient = gradient_train,
    .kernels = sg_batch_norm_train_kernels,
};

const sg_op sg_op_batch_norm_infer = {
    .name = "batch_norm_infer",
    .version = 1,
    .flags = SG_OP_NORM,
    .n_inputs = 5,
    .fields = &field_table,
    .infer = infer_without,
    .decompose = decompose_infer,
    .kernels = sg_batch_norm_infer_kernels,
};

const sg_op sg_op_batch_norm_reduce = {
    .name = "batch_norm_reduce",
    .version = 1,
    .n_inputs = 3,
    .fields = &field_table,
    .infer = infer_reduce,
    .decompose = decompose_reduce,
    .kernels = sg_batch_norm_reduce_kernels,
};

const sg_op sg_op_batch_norm_input = {
    .name = "batch_norm_input",
    .version = 1,
    .n_inputs = 5,
    .fields = &field_table,
    .infer = batch_norm_infer_input,
    .decompose = decompose_input,
    .kernels = sg_batch_norm_input_kernels,
};

/* ---- the layer ---------------------------------------------------------- */

#define T syngan_batch_norm_options
static const sg_field options_fields[] = {
    SG_STRING(T, name, "Name of the layer"),
    SG_F32(T, momentum, SG_ABOVE_ZERO, 1, 0.99, "Of the running statistics"),
    SG_F32(T, epsilon, SG_ABOVE_ZERO, 1, 1e-3, "Added to the variance"),
};
#undef T
SG_LAYER_OPTIONS(sg_options_batch_norm, "batch_norm", syngan_batch_norm_options,
                 options_fields);

static syngan_node *make_numbers(syngan_node *x, const char *layer,
                                 const char *part, double value,
                                 int32_t frozen) {
    sg_dims dims = sg_dims_make(&x->dims.size[1], 1);
    return sg_layer_parameter(
        x->graph, layer, part, &dims,
        SYNGAN_PARAMETER(.initializer = value == 0
                                            ? SYNGAN_INITIALIZER_ZEROS
                                            : SYNGAN_INITIALIZER_CONSTANT,
                         .scale = (float)value, .frozen = frozen));
}

syngan_node *syngan_batch_norm(syngan_node *x,
                               const syngan_batch_norm_options *options) {
    SG_OWN_FLOATS;
    syngan_batch_norm_options o;
    char name[SG_LAYER_NAME], text[SG_DIMS_TEXT];
    if (x == NULL) return NULL;
    if (!sg_builder_options(x, &sg_options_batch_norm, options, "batch_norm",
                            &o))
        return &x->graph->error;
    sg_layer_name(x->graph, o.name, "batch_norm", name, sizeof name);
    if (x->dims.rank != 2 && x->dims.rank != 4)
        return sg_graph_fail(
            x->graph, SYNGAN_E_SHAPE,
            "batch_norm '%s': takes N x C or N x C x H x W, not %s", name,
            sg_dims_text(&x->dims, text));
    const sg_batch_norm_fields f = {(double)o.momentum, (double)o.epsilon};
    syngan_node *inputs[] = {x, make_numbers(x, name, "weight", 1, 0),
                             make_numbers(x, name, "bias", 0, 0),
                             make_numbers(x, name, "running_mean", 0, 1),
                             make_numbers(x, name, "running_var", 1, 1)};
    return sg_node(NULL, &sg_op_batch_norm, inputs, 5, &f, name);
}
