/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values joined along an axis.
 */
#include "backend/strided.h"
#include "base/floats.h"
#include "graph/rule.h"
#include "op/ops.h"

typedef struct concat_fields {
    int32_t axis;
} concat_fields;

static const sg_field concat_field[] = {
    SG_I32(concat_fields, axis, -SYNGAN_MAX_RANK, SYNGAN_MAX_RANK, 0, "")};
static SG_FIELDS(concat_table, "concat", concat_fields, concat_field);

static syngan_status fail_sizes(const sg_infer *infer, int32_t index,
                                int32_t axis) {
    char first[SG_DIMS_TEXT], other[SG_DIMS_TEXT];
    return sg_fail(infer->context, SYNGAN_E_SHAPE,
                   "%s: input 0 is %s and input %d is %s; only the sizes of "
                   "axis %d may differ",
                   infer->label, sg_dims_text(&infer->inputs[0]->dims, first),
                   index, sg_dims_text(&infer->inputs[index]->dims, other),
                   axis);
}

static syngan_status concat_infer(sg_infer *infer) {
    concat_fields *fields = infer->fields;
    if (infer->n_inputs == 0)
        return sg_fail(infer->context, SYNGAN_E_ARGUMENT, "%s: has no inputs",
                       infer->label);
    SG_TRY(sg_rule_f32(infer));
    infer->dims = infer->inputs[0]->dims;
    SG_TRY(sg_rule_axis(infer, infer->dims.rank, &fields->axis));
    int64_t *size = &infer->dims.size[fields->axis];
    if (*size < 0)
        return sg_fail(infer->context, SYNGAN_E_SHAPE,
                       "%s: axis %d is the batch, which is not fixed",
                       infer->label, fields->axis);
    for (int32_t i = 1; i < infer->n_inputs; i++) {
        sg_dims dims = infer->inputs[i]->dims;
        int64_t more = dims.size[fields->axis];
        dims.size[fields->axis] = *size;
        if (!sg_dims_equal(&dims, &infer->dims))
            return fail_sizes(infer, i, fields->axis);
        if (__builtin_add_overflow(*size, more, size))
            return fail_sizes(infer, i, fields->axis);
    }
    return SYNGAN_OK;
}

static syngan_status concat_run(const sg_site *site, const sg_call *call) {
    const concat_fields *fields = site->fields;
    const sg_dims *dims = &site->output.dims;
    int64_t step = sg_dims_product(dims, fields->axis + 1, dims->rank);
    float *place = call->output;
    for (int32_t i = 0; i < site->n_inputs; i++) {
        const sg_dims *part = &site->input[i].dims;
        sg_strided loop = {.rank = part->rank};
        for (int32_t j = 0; j < part->rank; j++)
            loop.size[j] = part->size[j];
        sg_strides(part, loop.a);
        sg_strides(dims, loop.b);
        sg_strided_copy(site->context, &loop, call->input[i], place);
        place += part->size[fields->axis] * step;
    }
    return SYNGAN_OK;
}

static const sg_kernel concat_kernel = {.name = "concat", .run = concat_run};

static void concat_gradient(syngan_node *node, syngan_node *dy,
                            syngan_node **dx) {
    const concat_fields *fields = node->fields;
    int64_t start = 0;
    for (int32_t i = 0; i < node->n_inputs; i++) {
        int64_t size = node->inputs[i]->dims.size[fields->axis];
        dx[i] = syngan_slice(dy, fields->axis, start, size);
        start += size;
    }
}

const sg_op sg_op_concat = {
    .name = "concat",
    .version = 1,
    .n_inputs = -1,
    .fields = &concat_table,
    .infer = concat_infer,
    .gradient = concat_gradient,
    .kernels = (const sg_kernel *const[]){&concat_kernel, NULL}};

syngan_node *syngan_concat(syngan_node *const *nodes, size_t count,
                           int32_t axis) {
    SG_OWN_FLOATS;
    const concat_fields fields = {.axis = axis};
    if (nodes == NULL) return NULL;
    return sg_node(NULL, &sg_op_concat, nodes, count, &fields, NULL);
}
