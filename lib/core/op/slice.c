/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A range of an axis taken out, and its gradient: a value with zeros put around
 * it along an axis.
 */
#include <string.h>

#include "backend/strided.h"
#include "base/floats.h"
#include "graph/rule.h"
#include "op/ops.h"

typedef struct slice_fields {
    int64_t start, size; /* -1: to the end */
    int32_t axis;
    int32_t reserved;
} slice_fields;

typedef struct pad_fields {
    int64_t before, after; /* zeros */
    int32_t axis;
    int32_t reserved;
} pad_fields;

#define LONGEST 1e18

static const sg_field slice_field[] = {
    SG_I64(slice_fields, start, 0, LONGEST, 0, ""),
    SG_I64(slice_fields, size, -1, LONGEST, 0, ""),
    SG_I32(slice_fields, axis, -SYNGAN_MAX_RANK, SYNGAN_MAX_RANK, 0, ""),
};
static SG_FIELDS(slice_table, "slice", slice_fields, slice_field);

static const sg_field pad_field[] = {
    SG_I64(pad_fields, before, 0, LONGEST, 0, ""),
    SG_I64(pad_fields, after, 0, LONGEST, 0, ""),
    SG_I32(pad_fields, axis, -SYNGAN_MAX_RANK, SYNGAN_MAX_RANK, 0, ""),
};
static SG_FIELDS(pad_table, "pad", pad_fields, pad_field);

/* ---- shapes -------------------------------------------------------------- */

static syngan_status check_axis(sg_infer *infer, int32_t *axis) {
    const sg_dims *x = &infer->inputs[0]->dims;
    SG_TRY(sg_rule_f32(infer));
    SG_TRY(sg_rule_axis(infer, x->rank, axis));
    infer->dims = *x;
    if (x->size[*axis] >= 0) return SYNGAN_OK;
    return sg_fail(infer->context, SYNGAN_E_SHAPE,
                   "%s: axis %d is the batch, which is not fixed", infer->label,
                   *axis);
}

static syngan_status slice_infer(sg_infer *infer) {
    slice_fields *fields = infer->fields;
    SG_TRY(check_axis(infer, &fields->axis));
    int64_t length = infer->dims.size[fields->axis], start = fields->start;
    if (fields->size == -1 && start >= 0 && start <= length)
        fields->size = length - start;
    if (start < 0 || start > length || fields->size < 0 ||
        fields->size > length - start)
        return sg_fail(infer->context, SYNGAN_E_SHAPE,
                       "%s: %lld elements from %lld on are not within axis %d "
                       "of size %lld",
                       infer->label, (long long)fields->size, (long long)start,
                       fields->axis, (long long)length);
    infer->dims.size[fields->axis] = fields->size;
    return SYNGAN_OK;
}

static syngan_status pad_infer(sg_infer *infer) {
    pad_fields *fields = infer->fields;
    SG_TRY(check_axis(infer, &fields->axis));
    int64_t *size = &infer->dims.size[fields->axis];
    if (fields->before >= 0 && fields->after >= 0 &&
        !__builtin_add_overflow(*size, fields->before, size) &&
        !__builtin_add_overflow(*size, fields->after, size))
        return SYNGAN_OK;
    return sg_fail(infer->context, SYNGAN_E_SHAPE,
                   "%s: can't put %lld and %lld zeros around axis %d",
                   infer->label, (long long)fields->before,
                   (long long)fields->after, fields->axis);
}

/* ---- kernels ------------------------------------------------------------- */

/* Copies between `part` and the place from `start` on along `axis` in `whole`;
 * sets the offset of that place. */
static sg_strided between(const sg_dims *part, const sg_dims *whole,
                          int32_t axis, int64_t start, int64_t *part_strides,
                          int64_t *offset) {
    sg_strided loop = {.rank = part->rank};
    for (int32_t i = 0; i < part->rank; i++)
        loop.size[i] = part->size[i];
    sg_strides(part, part_strides);
    sg_strides(whole, loop.a);
    *offset = start * loop.a[axis];
    return loop;
}

static syngan_status slice_run(const sg_site *site, const sg_call *call) {
    const slice_fields *fields = site->fields;
    int64_t offset, part[SG_STRIDED_RANK] = {0};
    sg_strided loop = between(&site->output.dims, &site->input[0].dims,
                              fields->axis, fields->start, part, &offset);
    memcpy(loop.b, part, sizeof part);
    sg_strided_copy(site->context, &loop,
                    (const float *)call->input[0] + offset, call->output);
    return SYNGAN_OK;
}

static syngan_status pad_run(const sg_site *site, const sg_call *call) {
    const pad_fields *fields = site->fields;
    int64_t offset, part[SG_STRIDED_RANK] = {0};
    sg_strided loop = between(&site->input[0].dims, &site->output.dims,
                              fields->axis, fields->before, part, &offset);
    memcpy(loop.b, loop.a, sizeof part);
    memcpy(loop.a, part, sizeof part);
    memset(call->output, 0, sg_desc_bytes(&site->output));
    sg_strided_copy(site->context, &loop, call->input[0],
                    (float *)call->output + offset);
    return SYNGAN_OK;
}

static const sg_kernel slice_kernel = {.name = "slice", .run = slice_run};
static const sg_kernel pad_kernel = {.name = "pad", .run = pad_run};

/* ---- gradients: each is the other's -------------------------------------- */

static void slice_gradient(syngan_node *node, syngan_node *dy,
                           syngan_node **dx) {
    const slice_fields *f = node->fields;
    int64_t length = node->inputs[0]->dims.size[f->axis];
    const pad_fields fields = {.axis = f->axis,
                               .before = f->start,
                               .after = length - f->start - f->size};
    dx[0] = sg_node1(&sg_op_pad, dy, &fields);
}

static void pad_gradient(syngan_node *node, syngan_node *dy, syngan_node **dx) {
    const pad_fields *f = node->fields;
    dx[0] = syngan_slice(dy, f->axis, f->before,
                         node->inputs[0]->dims.size[f->axis]);
}

const sg_op sg_op_slice = {.name = "slice",
                           .version = 1,
                           .n_inputs = 1,
                           .fields = &slice_table,
                           .infer = slice_infer,
                           .gradient = slice_gradient,
                           .kernels =
                               (const sg_kernel *const[]){&slice_kernel, NULL}};

const sg_op sg_op_pad = {.name = "pad",
                         .version = 1,
                         .n_inputs = 1,
                         .fields = &pad_table,
                         .infer = pad_infer,
                         .gradient = pad_gradient,
                         .kernels =
                             (const sg_kernel *const[]){&pad_kernel, NULL}};

syngan_node *syngan_slice(syngan_node *x, int32_t axis, int64_t start,
                          int64_t size) {
    SG_OWN_FLOATS;
    const slice_fields fields = {.axis = axis, .start = start, .size = size};
    return sg_node1(&sg_op_slice, x, &fields);
}
