/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums and means over dimensions, and repetition along dimensions of size 1 and
 * along new leading ones: each is the gradient of the other.
 */
#include "op/sum.h"

#include "backend/strided.h"
#include "backend/sum.h"
#include "base/floats.h"
#include "graph/rule.h"
#include "op/ops.h"

static const sg_field table[] = {
    SG_I32(sg_sum_fields, axes, 0, (1 << SYNGAN_MAX_RANK) - 1, 0, ""),
    SG_BOOL(sg_sum_fields, keep, ""),
};
static SG_FIELDS(sum_fields, "sum", sg_sum_fields, table);

static syngan_status sum_infer(sg_infer *infer) {
    const sg_sum_fields *fields = infer->fields;
    const syngan_node *x = infer->inputs[0];
    if (x->type != SYNGAN_TYPE_F32)
        return sg_fail(infer->context, SYNGAN_E_TYPE, "%s: takes f32, not %s",
                       infer->label, syngan_type_name(x->type));
    if (fields->axes >> x->dims.rank != 0)
        return sg_fail(infer->context, SYNGAN_E_ARGUMENT,
                       "%s: sums over dimensions that a shape of rank %d does "
                       "not have",
                       infer->label, x->dims.rank);
    for (int32_t i = 0; i < x->dims.rank; i++) {
        bool summed = (fields->axes >> i & 1) != 0;
        if (!summed || fields->keep)
            infer->dims.size[infer->dims.rank++] = summed ? 1 : x->dims.size[i];
    }
    return SYNGAN_OK;
}

static void sum_gradient(syngan_node *node, syngan_node *dy, syngan_node **dx) {
    const sg_sum_fields *fields = node->fields;
    const sg_dims *dims = &node->inputs[0]->dims;
    sg_dims kept = *dims;
    for (int32_t i = 0; i < dims->rank; i++)
        if (fields->axes >> i & 1) kept.size[i] = 1;
    if (!sg_dims_equal(&kept, &dy->dims))
        dy = syngan_reshape(dy, kept.size, (size_t)kept.rank);
    dx[0] = syngan_broadcast(dy, dims->size, (size_t)dims->rank);
}

const sg_op sg_op_sum = {.name = "sum",
                         .version = 1,
                         .n_inputs = 1,
                         .fields = &sum_fields,
                         .infer = sum_infer,
                         .gradient = sum_gradient,
                         .kernels = sg_sum_kernels};

/* The set of axes, or false after a failure. No axes given: all. */
static bool read_axes(syngan_node *x, const char *what, const int32_t *axes,
                      size_t count, int32_t *out) {
    int32_t rank = x->dims.rank;
    *out = count == 0 ? (1 << rank) - 1 : 0;
    for (size_t i = 0; i < count; i++) {
        int32_t axis = axes[i] < 0 ? axes[i] + rank : axes[i];
        bool twice = axis >= 0 && axis < rank && (*out >> axis & 1);
        if (axis < 0 || axis >= rank || twice) {
            sg_graph_fail(x->graph, SYNGAN_E_ARGUMENT,
                          "%s of '%s': axis %d is %s; its shape has rank %d",
                          what, x->name, axes[i],
                          twice ? "given twice" : "out of range", rank);
            return false;
        }
        *out |= 1 << axis;
    }
    return true;
}

static syngan_node *make_sum(syngan_node *x, const char *what,
                             const int32_t *axes, size_t count, int32_t keep,
                             int32_t *set) {
    if (x == NULL || x->op == NULL) return x;
    if (axes == NULL) count = 0;
    if (!read_axes(x, what, axes, count, set)) return &x->graph->error;
    const sg_sum_fields fields = {.axes = *set, .keep = keep != 0};
    return sg_node1(&sg_op_sum, x, &fields);
}

syngan_node *syngan_sum(syngan_node *x, const int32_t *axes, size_t count,
                        int32_t keep) {
    SG_OWN_FLOATS;
    int32_t set;
    return make_sum(x, "sum", axes, count, keep, &set);
}

syngan_node *syngan_mean(syngan_node *x, const int32_t *axes, size_t count,
                         int32_t keep) {
    SG_OWN_FLOATS;
    int32_t set;
    syngan_node *sum = make_sum(x, "mean", axes, count, keep, &set);
    if (sum == NULL || sum->op == NULL) return sum;
    double terms = 1;
    for (int32_t i = 0; i < x->dims.rank; i++)
        if (set >> i & 1) terms *= (double)x->dims.size[i];
    if (terms < 0)
        return sg_graph_fail(
            x->graph, SYNGAN_E_SHAPE,
            "mean of '%s': its batch is not fixed, so the mean "
            "over it is not known",
            x->name);
    char text[SG_DIMS_TEXT];
    if (terms == 0)
        return sg_graph_fail(x->graph, SYNGAN_E_SHAPE,
                             "mean of '%s': there is nothing to average in "
                             "its shape %s",
                             x->name, sg_dims_text(&x->dims, text));
    return syngan_affine(sum, 1.0 / terms, 0.0);
}

syngan_node *sg_sum_to(syngan_node *x, const sg_dims *dims) {
    if (x == NULL || x->op == NULL || sg_dims_equal(&x->dims, dims)) return x;
    int32_t axes[SYNGAN_MAX_RANK];
    size_t count = 0;
    int32_t extra = x->dims.rank - dims->rank;
    for (int32_t i = 0; i < x->dims.rank; i++)
        if (i < extra || (dims->size[i - extra] == 1 && x->dims.size[i] != 1))
            axes[count++] = i;
    syngan_node *sum = count == 0 ? x : syngan_sum(x, axes, count, 1);
    return sum->op == NULL || sg_dims_equal(&sum->dims, dims)
               ? sum
               : syngan_reshape(sum, dims->size, (size_t)dims->rank);
}

/* ---- repetition ---------------------------------------------------------- */

typedef struct broadcast_fields {
    sg_dims dims; /* of the result */
} broadcast_fields;

static const sg_field broadcast_field[] = {SG_DIMS(broadcast_fields, dims)};
static SG_FIELDS(broadcast_table, "broadcast", broadcast_fields,
                 broadcast_field);

static syngan_status broadcast_infer(sg_infer *infer) {
    const broadcast_fields *fields = infer->fields;
    const sg_dims *x = &infer->inputs[0]->dims, *dims = &fields->dims;
    SG_TRY(sg_rule_f32(infer));
    int32_t extra = dims->rank - x->rank;
    bool fits = extra >= 0;
    for (int32_t i = 0; fits && i < x->rank; i++)
        fits = x->size[i] == 1 || x->size[i] == dims->size[i + extra];
    if (!fits) {
        char x_text[SG_DIMS_TEXT], text[SG_DIMS_TEXT];
        return sg_fail(infer->context, SYNGAN_E_SHAPE,
                       "%s: can't repeat %s to %s; aligned at the last "
                       "dimension, sizes must be equal or 1",
                       infer->label, sg_dims_text(x, x_text),
                       sg_dims_text(dims, text));
    }
    infer->dims = *dims;
    return SYNGAN_OK;
}

static syngan_status broadcast_run(const sg_site *site, const sg_call *call) {
    const sg_dims *dims = &site->output.dims, *x = &site->input[0].dims;
    sg_strided loop = {.rank = dims->rank};
    int64_t from[SG_STRIDED_RANK];
    int32_t extra = dims->rank - x->rank;
    sg_strides(x, from);
    sg_strides(dims, loop.b);
    for (int32_t i = 0; i < dims->rank; i++) {
        loop.size[i] = dims->size[i];
        loop.a[i] = i < extra || x->size[i - extra] == 1 ? 0 : from[i - extra];
    }
    sg_strided_copy(site->context, &loop, call->input[0], call->output);
    return SYNGAN_OK;
}

static const sg_kernel broadcast_kernel = {.name = "broadcast",
                                           .run = broadcast_run};

static void broadcast_gradient(syngan_node *node, syngan_node *dy,
                               syngan_node **dx) {
    dx[0] = sg_sum_to(dy, &node->inputs[0]->dims);
}

const sg_op sg_op_broadcast = {
    .name = "broadcast",
    .version = 1,
    .n_inputs = 1,
    .fields = &broadcast_table,
    .infer = broadcast_infer,
    .gradient = broadcast_gradient,
    .kernels = (const sg_kernel *const[]){&broadcast_kernel, NULL}};

syngan_node *syngan_broadcast(syngan_node *x, const int64_t *dims,
                              size_t rank) {
    SG_OWN_FLOATS;
    if (x == NULL || x->op == NULL) return x;
    syngan_status status =
        sg_dims_check(x->graph->context, "broadcast", dims, rank, -1);
    if (status != SYNGAN_OK) return sg_graph_fail_last(x->graph, status);
    const broadcast_fields fields = {.dims = sg_dims_make(dims, rank)};
    return sg_node1(&sg_op_broadcast, x, &fields);
}
