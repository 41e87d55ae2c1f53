/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Softmax along an axis, and its logarithm.
 */
#include "backend/softmax_simd.h"
#include "base/floats.h"
#include "base/thread.h"
#include "graph/rule.h"
#include "op/ops.h"

typedef struct softmax_fields {
    int32_t axis;
} softmax_fields;

static const sg_field softmax_field[] = {
    SG_I32(softmax_fields, axis, -SYNGAN_MAX_RANK, SYNGAN_MAX_RANK, 0, "")};
static SG_FIELDS(softmax_table, "softmax", softmax_fields, softmax_field);

static syngan_status softmax_infer(sg_infer *infer) {
    softmax_fields *fields = infer->fields;
    SG_TRY(sg_rule_same(infer));
    SG_TRY(sg_rule_axis(infer, infer->dims.rank, &fields->axis));
    if (infer->dims.size[fields->axis] >= 0) return SYNGAN_OK;
    return sg_fail(infer->context, SYNGAN_E_SHAPE,
                   "%s: axis %d is the batch, which is not fixed", infer->label,
                   fields->axis);
}

/* ---- kernels ------------------------------------------------------------- */

/* The value as blocks of `count` rows of `width` elements; sums go down. */
typedef struct softmax {
    const sg_site *site;
    const float *in;
    float *out;
    int64_t count, width;
    int logarithm;
} softmax;

static void softmax_blocks(void *argument, int64_t first, int64_t last) {
    const softmax *s = argument;
    int32_t isa = s->site->context->isa;
    size_t count = (size_t)s->count, width = (size_t)s->width;
    for (int64_t i = first; i < last; i++) {
        const float *in = s->in + i * s->count * s->width;
        float *out = s->out + i * s->count * s->width;
        if (width == 1)
            sg_simd_pick(isa, sg_softmax_row)(s->logarithm, count, in, out);
        else
            sg_simd_pick(isa, sg_softmax_columns)(s->logarithm, count, width,
                                                  width, in, out);
    }
}

static syngan_status run_softmax(const sg_site *site, const sg_call *call,
                                 int logarithm) {
    const softmax_fields *fields = site->fields;
    const sg_dims *dims = &site->output.dims;
    softmax s = {.site = site,
                 .in = call->input[0],
                 .out = call->output,
                 .count = dims->size[fields->axis],
                 .width = sg_dims_product(dims, fields->axis + 1, dims->rank),
                 .logarithm = logarithm};
    int64_t block = s.count * s.width;
    if (block == 0) return SYNGAN_OK;
    sg_parallel(site->context, sg_dims_product(dims, 0, fields->axis),
                SG_GRAIN / block + 1, softmax_blocks, &s);
    return SYNGAN_OK;
}

static syngan_status softmax_run(const sg_site *site, const sg_call *call) {
    return run_softmax(site, call, 0);
}

static syngan_status log_softmax_run(const sg_site *site, const sg_call *call) {
    return run_softmax(site, call, 1);
}

static const sg_kernel softmax_kernel = {.name = "softmax", .run = softmax_run};
static const sg_kernel log_softmax_kernel = {.name = "log softmax",
                                             .run = log_softmax_run};

/* ---- gradients ----------------------------------------------------------- */

/* Sum along the axis, which stays with size 1. */
static syngan_node *sum_along(const syngan_node *node, syngan_node *x) {
    const softmax_fields *fields = node->fields;
    return syngan_sum(x, &fields->axis, 1, 1);
}

/* y (dy - sum(dy y)) */
static void softmax_gradient(syngan_node *node, syngan_node *dy,
                             syngan_node **dx) {
    syngan_node *sum = sum_along(node, syngan_multiply(dy, node));
    dx[0] = syngan_multiply(node, syngan_subtract(dy, sum));
}

/* dy - exp(y) sum(dy) */
static void log_softmax_gradient(syngan_node *node, syngan_node *dy,
                                 syngan_node **dx) {
    dx[0] = syngan_subtract(
        dy, syngan_multiply(syngan_exp(node), sum_along(node, dy)));
}

const sg_op sg_op_softmax = {
    .name = "softmax",
    .version = 1,
    .n_inputs = 1,
    .fields = &softmax_table,
    .infer = softmax_infer,
    .gradient = softmax_gradient,
    .kernels = (const sg_kernel *const[]){&softmax_kernel, NULL}};

const sg_op sg_op_log_softmax = {
    .name = "log_softmax",
    .version = 1,
    .n_inputs = 1,
    .fields = &softmax_table,
    .infer = softmax_infer,
    .gradient = log_softmax_gradient,
    .kernels = (const sg_kernel *const[]){&log_softmax_kernel, NULL}};

syngan_node *syngan_softmax(syngan_node *x, int32_t axis) {
    SG_OWN_FLOATS;
    const softmax_fields fields = {.axis = axis};
    return sg_node1(&sg_op_softmax, x, &fields);
}

syngan_node *syngan_log_softmax(syngan_node *x, int32_t axis) {
    SG_OWN_FLOATS;
    const softmax_fields fields = {.axis = axis};
    return sg_node1(&sg_op_log_softmax, x, &fields);
}
