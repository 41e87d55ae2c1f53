/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dimensions in another order.
 */
#include <string.h>

#include "backend/strided.h"
#include "base/floats.h"
#include "graph/rule.h"
#include "op/ops.h"

typedef struct transpose_fields {
    int32_t count;
    int32_t order[SYNGAN_MAX_RANK]; /* dimension i is the input's order[i] */
} transpose_fields;

static const sg_field transpose_field[] = {
    SG_I32(transpose_fields, count, 0, SYNGAN_MAX_RANK, 0, ""),
    {.name = "order",
     .help = "",
     .minimum = 0,
     .maximum = SYNGAN_MAX_RANK - 1,
     .offset = offsetof(transpose_fields, order),
     .type = SYNGAN_OPTION_I32,
     .count = SYNGAN_MAX_RANK},
};
static SG_FIELDS(transpose_table, "transpose", transpose_fields,
                 transpose_field);

static syngan_status check_order(const sg_infer *infer) {
    const transpose_fields *fields = infer->fields;
    const sg_dims *x = &infer->inputs[0]->dims;
    uint32_t seen = 0;
    if (fields->count != x->rank)
        return sg_fail(infer->context, SYNGAN_E_ARGUMENT,
                       "%s: an order of %d dimensions for a shape of %d",
                       infer->label, fields->count, x->rank);
    for (int32_t i = 0; i < x->rank; i++) {
        int32_t from = fields->order[i];
        if (from < 0 || from >= x->rank || (seen & 1u << from) != 0)
            return sg_fail(infer->context, SYNGAN_E_ARGUMENT,
                           "%s: the order must have each of 0 ... %d once, but "
                           "%d is at place %d",
                           infer->label, x->rank - 1, from, i);
        seen |= 1u << from;
    }
    if (sg_dims_open(x) && fields->order[0] != 0)
        return sg_fail(infer->context, SYNGAN_E_SHAPE,
                       "%s: the batch must stay the first dimension",
                       infer->label);
    return SYNGAN_OK;
}

static syngan_status transpose_infer(sg_infer *infer) {
    const transpose_fields *fields = infer->fields;
    const sg_dims *x = &infer->inputs[0]->dims;
    SG_TRY(sg_rule_f32(infer));
    SG_TRY(check_order(infer));
    infer->dims.rank = x->rank;
    for (int32_t i = 0; i < x->rank; i++)
        infer->dims.size[i] = x->size[fields->order[i]];
    return SYNGAN_OK;
}

static syngan_status transpose_run(const sg_site *site, const sg_call *call) {
    const transpose_fields *fields = site->fields;
    const sg_dims *dims = &site->output.dims;
    sg_strided loop = {.rank = dims->rank};
    int64_t from[SG_STRIDED_RANK];
    sg_strides(&site->input[0].dims, from);
    sg_strides(dims, loop.b);
    for (int32_t i = 0; i < dims->rank; i++) {
        loop.size[i] = dims->size[i];
        loop.a[i] = from[fields->order[i]];
    }
    sg_strided_copy(site->context, &loop, call->input[0], call->output);
    return SYNGAN_OK;
}

static const sg_kernel transpose_kernel = {.name = "transpose",
                                           .run = transpose_run};

static void transpose_gradient(syngan_node *node, syngan_node *dy,
                               syngan_node **dx) {
    const transpose_fields *fields = node->fields;
    int32_t back[SYNGAN_MAX_RANK];
    for (int32_t i = 0; i < fields->count; i++)
        back[fields->order[i]] = i;
    dx[0] = syngan_transpose(dy, back, (size_t)fields->count);
}

const sg_op sg_op_transpose = {
    .name = "transpose",
    .version = 1,
    .n_inputs = 1,
    .fields = &transpose_table,
    .infer = transpose_infer,
    .gradient = transpose_gradient,
    .kernels = (const sg_kernel *const[]){&transpose_kernel, NULL}};

syngan_node *syngan_transpose(syngan_node *x, const int32_t *order,
                              size_t count) {
    SG_OWN_FLOATS;
    if (x == NULL || x->op == NULL) return x;
    transpose_fields fields = {.count = (int32_t)count};
    if (count > SYNGAN_MAX_RANK || (order == NULL && count > 0))
        return sg_graph_fail(x->graph, SYNGAN_E_ARGUMENT,
                             "transpose of '%s': an order of %zu dimensions%s, "
                             "but at most %d are possible",
                             x->name, count,
                             order == NULL ? " that is NULL" : "",
                             SYNGAN_MAX_RANK);
    if (count > 0) memcpy(fields.order, order, count * sizeof *order);
    return sg_node1(&sg_op_transpose, x, &fields);
}
