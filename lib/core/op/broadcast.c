/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Repetition along dimensions of size 1 and along new leading ones.
 */
#include "backend/strided.h"
#include "base/floats.h"
#include "graph/rule.h"

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
