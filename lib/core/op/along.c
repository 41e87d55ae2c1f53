/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The greatest element along an axis: its place, and its value. The value is
 * taken at the place; its gradient is put there. Taking and putting are each
 * other's gradient.
 */
#include <math.h>
#include <string.h>

#include "base/floats.h"
#include "base/thread.h"
#include "graph/rule.h"
#include "op/ops.h"

typedef struct along_fields {
    int64_t length; /* of the axis in put_along's result */
    int32_t axis;
    int32_t reserved;
} along_fields;

static const sg_field along_field[] = {
    SG_I64(along_fields, length, 0, 1e15, 0, ""),
    SG_I32(along_fields, axis, -SYNGAN_MAX_RANK, SYNGAN_MAX_RANK, 0, ""),
};
static SG_FIELDS(along_table, "along", along_fields, along_field);

/* ---- rules --------------------------------------------------------------- */

/* Places have size 1 along the axis. */
static syngan_status argmax_infer(sg_infer *infer) {
    along_fields *fields = infer->fields;
    SG_TRY(sg_rule_f32(infer));
    infer->dims = infer->inputs[0]->dims;
    SG_TRY(sg_rule_axis(infer, infer->dims.rank, &fields->axis));
    int64_t *size = &infer->dims.size[fields->axis];
    if (*size < 0)
        return sg_fail(infer->context, SYNGAN_E_SHAPE,
                       "%s: axis %d is the batch, which is not fixed",
                       infer->label, fields->axis);
    if (*size == 0 || *size > INT32_MAX)
        return sg_fail(infer->context, SYNGAN_E_SHAPE,
                       "%s: axis %d has %lld elements, but must have 1 to %d",
                       infer->label, fields->axis, (long long)*size, INT32_MAX);
    *size = 1;
    infer->type = SYNGAN_TYPE_I32;
    return SYNGAN_OK;
}

/* Inputs of both: numbers, and places. `whole` is the shape whose axis the
 * places count along. */
static syngan_status check_places(const sg_infer *infer, int32_t axis,
                                  const sg_dims *whole) {
    const syngan_node *x = infer->inputs[0], *place = infer->inputs[1];
    char text[SG_DIMS_TEXT], other[SG_DIMS_TEXT];
    if (x->type != SYNGAN_TYPE_F32 || place->type != SYNGAN_TYPE_I32)
        return sg_fail(infer->context, SYNGAN_E_TYPE,
                       "%s: takes f32 and i32, not %s and %s", infer->label,
                       syngan_type_name(x->type),
                       syngan_type_name(place->type));
    sg_dims one = *whole;
    one.size[axis] = 1;
    if (sg_dims_equal(&one, &place->dims)) return SYNGAN_OK;
    return sg_fail(infer->context, SYNGAN_E_SHAPE,
                   "%s: places of shape %s don't fit axis %d of %s",
                   infer->label, sg_dims_text(&place->dims, text), axis,
                   sg_dims_text(whole, other));
}

static syngan_status take_infer(sg_infer *infer) {
    along_fields *fields = infer->fields;
    const sg_dims *x = &infer->inputs[0]->dims;
    SG_TRY(sg_rule_axis(infer, x->rank, &fields->axis));
    infer->dims = infer->inputs[1]->dims;
    return check_places(infer, fields->axis, x);
}

static syngan_status put_infer(sg_infer *infer) {
    along_fields *fields = infer->fields;
    infer->dims = infer->inputs[0]->dims;
    SG_TRY(sg_rule_axis(infer, infer->dims.rank, &fields->axis));
    if (infer->dims.size[fields->axis] != 1 || fields->length < 0)
        return sg_fail(infer->context, SYNGAN_E_SHAPE,
                       "%s: axis %d can't be spread over %lld elements",
                       infer->label, fields->axis, (long long)fields->length);
    infer->dims.size[fields->axis] = fields->length;
    return check_places(infer, fields->axis, &infer->dims);
}

/* ---- kernels ------------------------------------------------------------- */

/* Elements of the axis are `step` apart; there are as many such rows as
 * places. */
typedef struct work {
    const float *in;
    float *out;
    int32_t *place;
    int64_t length, step;
} work;

static work work_of(const sg_site *site, const sg_dims *whole) {
    const along_fields *fields = site->fields;
    return (work){.length = whole->size[fields->axis],
                  .step =
                      sg_dims_product(whole, fields->axis + 1, whole->rank)};
}

/* Where row number i begins. */
static int64_t start_of(const work *w, int64_t i) {
    return i / w->step * w->step * w->length + i % w->step;
}

static void argmax_range(void *argument, int64_t first, int64_t last) {
    const work *w = argument;
    for (int64_t i = first; i < last; i++) {
        const float *x = w->in + start_of(w, i);
        float greatest = x[0];
        int32_t place = 0;
        for (int64_t j = 1; j < w->length && !isnan(greatest); j++) {
            float next = x[j * w->step];
            if (!(next > greatest || isnan(next))) continue;
            greatest = next;
            place = (int32_t)j;
        }
        w->place[i] = place;
    }
}

static syngan_status argmax_run(const sg_site *site, const sg_call *call) {
    work w = work_of(site, &site->input[0].dims);
    w.in = call->input[0];
    w.place = call->output;
    sg_parallel(site->context, sg_dims_count(&site->output.dims),
                SG_GRAIN / w.length + 1, argmax_range, &w);
    return SYNGAN_OK;
}

static bool is_within(const work *w, int64_t i) {
    return w->place[i] >= 0 && w->place[i] < w->length;
}

static void take_range(void *argument, int64_t first, int64_t last) {
    const work *w = argument;
    for (int64_t i = first; i < last; i++)
        w->out[i] = is_within(w, i)
                        ? w->in[start_of(w, i) + w->place[i] * w->step]
                        : 0.0f;
}

static syngan_status take_run(const sg_site *site, const sg_call *call) {
    work w = work_of(site, &site->input[0].dims);
    w.in = call->input[0];
    w.place = call->input[1];
    w.out = call->output;
    sg_parallel(site->context, sg_dims_count(&site->output.dims), SG_GRAIN,
                take_range, &w);
    return SYNGAN_OK;
}

static void put_range(void *argument, int64_t first, int64_t last) {
    const work *w = argument;
    for (int64_t i = first; i < last; i++)
        if (is_within(w, i))
            w->out[start_of(w, i) + w->place[i] * w->step] = w->in[i];
}

static syngan_status put_run(const sg_site *site, const sg_call *call) {
    work w = work_of(site, &site->output.dims);
    w.in = call->input[0];
    w.place = call->input[1];
    w.out = call->output;
    memset(call->output, 0, sg_desc_bytes(&site->output));
    sg_parallel(site->context, sg_dims_count(&site->input[0].dims), SG_GRAIN,
                put_range, &w);
    return SYNGAN_OK;
}

static const sg_kernel argmax_kernel = {.name = "argmax", .run = argmax_run};
static const sg_kernel take_kernel = {.name = "take_along", .run = take_run};
static const sg_kernel put_kernel = {.name = "put_along", .run = put_run};

/* ---- gradients ----------------------------------------------------------- */

/* A place does not change with the numbers. */
static void argmax_gradient(syngan_node *node, syngan_node *dy,
                            syngan_node **dx) {
    (void)node;
    (void)dy;
    (void)dx;
}

static void take_gradient(syngan_node *node, syngan_node *dy,
                          syngan_node **dx) {
    along_fields fields = *(const along_fields *)node->fields;
    fields.length = node->inputs[0]->dims.size[fields.axis];
    dx[0] = sg_node2(&sg_op_put_along, dy, node->inputs[1], &fields);
}

static void put_gradient(syngan_node *node, syngan_node *dy, syngan_node **dx) {
    along_fields fields = *(const along_fields *)node->fields;
    fields.length = 0;
    dx[0] = sg_node2(&sg_op_take_along, dy, node->inputs[1], &fields);
}

/* ---- operators ----------------------------------------------------------- */

const sg_op sg_op_argmax = {
    .name = "argmax",
    .version = 1,
    .n_inputs = 1,
    .fields = &along_table,
    .infer = argmax_infer,
    .gradient = argmax_gradient,
    .kernels = (const sg_kernel *const[]){&argmax_kernel, NULL}};

const sg_op sg_op_take_along = {
    .name = "take_along",
    .version = 1,
    .n_inputs = 2,
    .fields = &along_table,
    .infer = take_infer,
    .gradient = take_gradient,
    .kernels = (const sg_kernel *const[]){&take_kernel, NULL}};

const sg_op sg_op_put_along = {
    .name = "put_along",
    .version = 1,
    .n_inputs = 2,
    .fields = &along_table,
    .infer = put_infer,
    .gradient = put_gradient,
    .kernels = (const sg_kernel *const[]){&put_kernel, NULL}};

/* ---- builders ------------------------------------------------------------ */

/* `y` with its axis of size 1, or without. */
static syngan_node *keep_axis(syngan_node *y, int32_t axis, int32_t keep) {
    if (keep || y == NULL || y->op == NULL) return y;
    sg_dims dims = {0};
    if (axis < 0) axis += y->dims.rank;
    for (int32_t i = 0; i < y->dims.rank; i++)
        if (i != axis) dims.size[dims.rank++] = y->dims.size[i];
    return syngan_reshape(y, dims.size, (size_t)dims.rank);
}

syngan_node *syngan_argmax(syngan_node *x, int32_t axis, int32_t keep) {
    SG_OWN_FLOATS;
    const along_fields fields = {.axis = axis};
    return keep_axis(sg_node1(&sg_op_argmax, x, &fields), axis, keep);
}

syngan_node *syngan_max(syngan_node *x, int32_t axis, int32_t keep) {
    SG_OWN_FLOATS;
    const along_fields fields = {.axis = axis};
    syngan_node *place = sg_node1(&sg_op_argmax, x, &fields);
    if (place == NULL || place->op == NULL) return place;
    return keep_axis(sg_node2(&sg_op_take_along, x, place, &fields), axis,
                     keep);
}
