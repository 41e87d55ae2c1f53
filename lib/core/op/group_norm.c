/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Normalisation within each example: row_norm makes the mean of each row (the
 * last dimension) 0 and its variance 1; row_norm_input is its gradient. Layer,
 * instance and group normalisation are that of groups of channels.
 */
#include <math.h>

#include "backend/batch_norm_simd.h"
#include "base/floats.h"
#include "base/thread.h"
#include "graph/rule.h"
#include "op/layer.h"
#include "op/ops.h"

typedef struct row_norm_fields {
    double epsilon; /* added to the variance */
} row_norm_fields;

static const sg_field row_norm_field[] = {SG_F64(row_norm_fields, epsilon)};
static SG_FIELDS(row_norm_table, "row_norm", row_norm_fields, row_norm_field);

static double epsilon_of(const void *fields) {
    return ((const row_norm_fields *)fields)->epsilon;
}

/* Of both operators: all inputs have the result's shape. */
static syngan_status infer(sg_infer *infer) {
    char text[SG_DIMS_TEXT];
    const sg_dims *x = &infer->inputs[0]->dims;
    const sg_dims *last = &infer->inputs[infer->n_inputs - 1]->dims;
    SG_TRY(sg_rule_filled(infer));
    SG_TRY(sg_rule_finite(infer, "epsilon", epsilon_of(infer->fields)));
    if (!(epsilon_of(infer->fields) > 0))
        return sg_fail(infer->context, SYNGAN_E_ARGUMENT,
                       "%s: epsilon is %g, but must be above 0", infer->label,
                       epsilon_of(infer->fields));
    if (x->rank < 2 || !sg_dims_equal(x, last))
        return sg_fail(infer->context, SYNGAN_E_SHAPE,
                       "%s: takes values of one shape with rows, not %s",
                       infer->label, sg_dims_text(last, text));
    infer->dims = *x;
    return SYNGAN_OK;
}

/* ---- kernels ------------------------------------------------------------- */

typedef struct pass {
    const float *x, *dy; /* dy NULL: normalising */
    float *out;
    int64_t length;
    double epsilon;
    int32_t isa;
} pass;

/* Sums of a row of a, and of a b. */
static void sums_of(const pass *p, const float *a, const float *b, double *sum,
                    double *product) {
    *sum = *product = 0;
    sg_simd_pick(p->isa, sg_moments_along)((size_t)p->length, a, b, sum,
                                           product);
}

/* With m elements in a row, x^ = (x - mean) / s and the deviation s, the
 * gradient is (dy - sum(dy) / m - x^ sum(dy x^) / m) / s. */
static void run_row(const pass *p, int64_t row) {
    const float *x = p->x + row * p->length;
    float *out = p->out + row * p->length, number[4];
    double count = (double)p->length, sum, product;
    sums_of(p, x, x, &sum, &product);
    double mean = sum / count, variance = product / count - mean * mean;
    /* Rounding can make it negative; NaN stays. */
    double inverse = 1.0 / sqrt((variance < 0 ? 0 : variance) + p->epsilon);
    const sg_norm_channel c = {number, number + 1, number + 2, number + 3};
    number[0] = (float)mean;
    number[1] = (float)inverse;
    number[2] = number[3] = 0;
    if (p->dy == NULL) {
        sg_simd_pick(p->isa, sg_normalise_along)((size_t)p->length, &c, x, out);
        return;
    }
    const float *dy = p->dy + row * p->length;
    sums_of(p, dy, x, &sum, &product);
    number[2] = (float)(sum / count);
    number[3] = (float)((product - sum * mean) * inverse * inverse / count);
    sg_simd_pick(p->isa, sg_norm_input_along)((size_t)p->length, &c, x, dy,
                                              out);
}

static void row_range(void *argument, int64_t first, int64_t last) {
    for (int64_t row = first; row < last; row++)
        run_row(argument, row);
}

static syngan_status run(const sg_site *site, const sg_call *call) {
    const sg_dims *dims = &site->output.dims;
    pass p = {.x = call->input[0],
              .dy = site->n_inputs == 2 ? call->input[1] : NULL,
              .out = call->output,
              .length = dims->size[dims->rank - 1],
              .epsilon = epsilon_of(site->fields),
              .isa = site->context->isa};
    sg_parallel(site->context, sg_dims_count(dims) / p.length,
                SG_GRAIN / p.length + 1, row_range, &p);
    return SYNGAN_OK;
}

static const sg_kernel kernel = {.name = "row norm", .run = run};
static const sg_kernel input_kernel = {.name = "row norm, data", .run = run};

/* ---- gradients ----------------------------------------------------------- */

static syngan_node *row_mean(syngan_node *x) {
    return syngan_mean(x, (const int32_t[]){-1}, 1, 1);
}

static syngan_node *deviation_of(syngan_node *centred, double epsilon) {
    return syngan_sqrt(
        syngan_affine(row_mean(syngan_square(centred)), 1.0, epsilon));
}

static void gradient(syngan_node *node, syngan_node *dy, syngan_node **dx) {
    dx[0] = sg_node2(&sg_op_row_norm_input, node->inputs[0], dy, node->fields);
}

static syngan_node *decompose_input(syngan_node *node,
                                    syngan_node *const *inputs) {
    syngan_node *x = inputs[0], *dy = inputs[1];
    syngan_node *centred = syngan_subtract(x, row_mean(x));
    syngan_node *s = deviation_of(centred, epsilon_of(node->fields));
    syngan_node *unit = syngan_divide(centred, s);
    syngan_node *along =
        syngan_multiply(unit, row_mean(syngan_multiply(dy, unit)));
    syngan_node *rest =
        syngan_subtract(syngan_subtract(dy, row_mean(dy)), along);
    return syngan_divide(rest, s);
}

const sg_op sg_op_row_norm = {.name = "row_norm",
                              .version = 1,
                              .n_inputs = 1,
                              .fields = &row_norm_table,
                              .infer = infer,
                              .gradient = gradient,
                              .kernels =
                                  (const sg_kernel *const[]){&kernel, NULL}};

const sg_op sg_op_row_norm_input = {
    .name = "row_norm_input",
    .version = 1,
    .n_inputs = 2,
    .fields = &row_norm_table,
    .infer = infer,
    .decompose = decompose_input,
    .kernels = (const sg_kernel *const[]){&input_kernel, NULL}};

/* ---- the layer ----------------------------------------------------------- */

#define T syngan_group_norm_options
static const sg_field options_fields[] = {
    SG_STRING(T, name, "Name of the layer"),
    SG_I32(T, groups, 1, 1e9, SG_AUTO,
           "Groups of channels; auto: each channel for itself"),
    SG_F32(T, epsilon, SG_ABOVE_ZERO, 1, 1e-5, "Added to the variance"),
    SG_BOOL(T, no_affine, "Leaves out weight and bias"),
};
#undef T
SG_LAYER_OPTIONS(sg_options_group_norm, "group_norm", syngan_group_norm_options,
                 options_fields);

/* Multiplies the channels by the parameter "layer.weight", at first 1, and adds
 * "layer.bias". */
static syngan_node *scale_channels(syngan_node *y, const char *name) {
    sg_dims dims = sg_dims_make(&y->dims.size[1], 1), spread = dims;
    for (int32_t i = 2; i < y->dims.rank; i++)
        spread.size[spread.rank++] = 1;
    syngan_node *weight = sg_layer_parameter(
        y->graph, name, "weight", &dims,
        SYNGAN_PARAMETER(.initializer = SYNGAN_INITIALIZER_CONSTANT,
                         .scale = 1.0f));
    weight = syngan_reshape(weight, spread.size, (size_t)spread.rank);
    return sg_layer_bias(
        syngan_multiply(y, weight), name,
        SYNGAN_PARAMETER(.initializer = SYNGAN_INITIALIZER_ZEROS));
}

syngan_node *syngan_group_norm(syngan_node *x,
                               const syngan_group_norm_options *options) {
    SG_OWN_FLOATS;
    syngan_group_norm_options o;
    char name[SG_LAYER_NAME], text[SG_DIMS_TEXT];
    if (x == NULL) return NULL;
    if (!sg_builder_options(x, &sg_options_group_norm, options, "group_norm",
                            &o))
        return &x->graph->error;
    sg_layer_name(x->graph, o.name, "group_norm", name, sizeof name);
    const sg_dims *dims = &x->dims;
    int64_t channels = dims->rank < 2 ? 0 : dims->size[1];
    int64_t groups = o.groups == SYNGAN_AUTO ? channels : o.groups;
    int64_t length = sg_dims_product(dims, dims->rank < 2 ? 0 : 1, dims->rank);
    if (channels == 0 || channels % groups != 0 || length / groups < 2)
        return sg_graph_fail(
            x->graph, SYNGAN_E_SHAPE,
            "group_norm '%s': %s can't be normalised in %lld groups of equally "
            "many channels with 2 numbers or more",
            name, sg_dims_text(dims, text), (long long)groups);
    const row_norm_fields fields = {(double)o.epsilon};
    syngan_node *rows = syngan_reshape(
        x, (const int64_t[]){dims->size[0], groups, length / groups}, 3);
    syngan_node *y = sg_node1(&sg_op_row_norm, rows, &fields);
    y = syngan_reshape(y, dims->size, (size_t)dims->rank);
    return o.no_affine || y->op == NULL ? y : scale_channels(y, name);
}
