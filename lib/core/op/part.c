/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows made of parts, as the generator of a table makes them: numbers and
 * choices, all in one pass over memory, whatever their number. Four operators:
 * the activation, the cross-entropy of one choice a row, and their gradients.
 * The parts are a constant, one element each; see sg_parts.
 */
#include <math.h>
#include <string.h>

#include "backend/part_simd.h"
#include "backend/softmax_simd.h"
#include "base/floats.h"
#include "base/memory.h"
#include "base/thread.h"
#include "graph/rule.h"
#include "op/ops.h"

typedef struct part_fields {
    double temperature;
} part_fields;

static const sg_field part_field[] = {SG_F64(part_fields, temperature)};
static SG_FIELDS(part_table, "part_activation", part_fields, part_field);

/* ---- shapes -------------------------------------------------------------- */

static syngan_status check_part(const sg_infer *infer, float width) {
    if (isfinite(width) && floorf(width) == width && fabsf(width) < 0x1p24f)
        return SYNGAN_OK;
    return sg_fail(infer->context, SYNGAN_E_ARGUMENT,
                   "%s: %g is no width of a part", infer->label, (double)width);
}

/* Input `index` is a constant whose parts have as many columns as input 0. */
static syngan_status check_parts(const sg_infer *infer, int32_t index) {
    const syngan_node *x = infer->inputs[0], *parts = infer->inputs[index];
    char text[SG_DIMS_TEXT];
    if (parts->op != &sg_op_constant || parts->dims.rank != 1)
        return sg_fail(infer->context, SYNGAN_E_ARGUMENT,
                       "%s: the parts must be a constant of rank 1",
                       infer->label);
    if (x->dims.rank != 2)
        return sg_fail(infer->context, SYNGAN_E_SHAPE,
                       "%s: takes N x columns, not %s", infer->label,
                       sg_dims_text(&x->dims, text));
    const float *width = parts->tensor->data;
    int64_t columns = 0;
    for (int64_t i = 0; i < parts->dims.size[0]; i++) {
        SG_TRY(check_part(infer, width[i]));
        columns += width[i] == 0.0f ? 1 : (int64_t)fabsf(width[i]);
    }
    if (columns == x->dims.size[1]) return SYNGAN_OK;
    return sg_fail(infer->context, SYNGAN_E_SHAPE,
                   "%s: the parts have %lld columns, but the rows %lld",
                   infer->label, (long long)columns,
                   (long long)x->dims.size[1]);
}

static syngan_status check_like_x(const sg_infer *infer, int32_t index) {
    const sg_dims *x = &infer->inputs[0]->dims;
    const sg_dims *other = &infer->inputs[index]->dims;
    char want[SG_DIMS_TEXT], got[SG_DIMS_TEXT];
    if (sg_dims_equal(x, other)) return SYNGAN_OK;
    return sg_fail(infer->context, SYNGAN_E_SHAPE,
                   "%s: input %d is %s, but must be %s, as input 0",
                   infer->label, (int)index, sg_dims_text(other, got),
                   sg_dims_text(x, want));
}

static syngan_status check_temperature(const sg_infer *infer) {
    const part_fields *fields = infer->fields;
    if (fields->temperature > 0.0 &&
        isfinite((float)(1.0 / fields->temperature)))
        return SYNGAN_OK;
    return sg_fail(infer->context, SYNGAN_E_ARGUMENT,
                   "%s: the temperature is %g, but must be above 0",
                   infer->label, fields->temperature);
}

static syngan_status check_count(const sg_infer *infer, int32_t low,
                                 int32_t high) {
    if (infer->n_inputs >= low && infer->n_inputs <= high) return SYNGAN_OK;
    return sg_fail(infer->context, SYNGAN_E_ARGUMENT,
                   "%s: takes %d or %d inputs, not %d", infer->label, low, high,
                   infer->n_inputs);
}

static syngan_status activation_infer(sg_infer *infer) {
    SG_TRY(check_count(infer, 2, 3));
    SG_TRY(check_temperature(infer));
    SG_TRY(sg_rule_f32(infer));
    SG_TRY(check_parts(infer, 1));
    if (infer->n_inputs == 3) SG_TRY(check_like_x(infer, 2));
    infer->dims = infer->inputs[0]->dims;
    return SYNGAN_OK;
}

static syngan_status activation_grad_infer(sg_infer *infer) {
    SG_TRY(check_temperature(infer));
    SG_TRY(sg_rule_f32(infer));
    SG_TRY(check_parts(infer, 2));
    SG_TRY(check_like_x(infer, 1));
    infer->dims = infer->inputs[0]->dims;
    return SYNGAN_OK;
}

/* Inputs: logits, parts, target. */
static syngan_status check_target(sg_infer *infer) {
    const syngan_node *x = infer->inputs[0], *target = infer->inputs[2];
    char text[SG_DIMS_TEXT];
    if (x->type != SYNGAN_TYPE_F32 || target->type != SYNGAN_TYPE_I32)
        return sg_fail(infer->context, SYNGAN_E_TYPE,
                       "%s: takes f32 rows and i32 targets, not %s and %s",
                       infer->label, syngan_type_name(x->type),
                       syngan_type_name(target->type));
    SG_TRY(check_parts(infer, 1));
    if (target->dims.rank == 1 && target->dims.size[0] == x->dims.size[0])
        return SYNGAN_OK;
    return sg_fail(infer->context, SYNGAN_E_SHAPE,
                   "%s: the targets are %s, but must be one for each row",
                   infer->label, sg_dims_text(&target->dims, text));
}

static syngan_status entropy_infer(sg_infer *infer) {
    SG_TRY(check_target(infer));
    infer->dims = infer->inputs[2]->dims;
    return SYNGAN_OK;
}

static syngan_status entropy_grad_infer(sg_infer *infer) {
    SG_TRY(check_target(infer));
    const syngan_node *dy = infer->inputs[3];
    char text[SG_DIMS_TEXT];
    if (dy->type != SYNGAN_TYPE_F32 ||
        !sg_dims_equal(&dy->dims, &infer->inputs[2]->dims))
        return sg_fail(infer->context, SYNGAN_E_SHAPE,
                       "%s: the gradient is %s, but must be one f32 for each "
                       "row",
                       infer->label, sg_dims_text(&dy->dims, text));
    infer->dims = infer->inputs[0]->dims;
    return SYNGAN_OK;
}

/* ---- kernels of the activation ------------------------------------------- */

typedef struct rows {
    const sg_site *site;
    sg_parts parts;
    float scale;
    const float *x, *other; /* other: uniform numbers, or dy */
    float *out;
} rows;

static sg_parts parts_of(const sg_site *site, const sg_call *call,
                         int32_t input) {
    return (sg_parts){.width = call->input[input],
                      .count = (size_t)site->input[input].dims.size[0],
                      .columns = (size_t)site->input[0].dims.size[1]};
}

static void activation_rows(void *argument, int64_t first, int64_t last) {
    const rows *r = argument;
    int64_t columns = (int64_t)r->parts.columns;
    for (int64_t i = first; i < last; i++)
        sg_simd_pick(r->site->context->isa, sg_part_row)(
            &r->parts, r->scale, r->x + i * columns,
            r->other == NULL ? NULL : r->other + i * columns,
            r->out + i * columns);
}

static void activation_grad_rows(void *argument, int64_t first, int64_t last) {
    const rows *r = argument;
    int64_t columns = (int64_t)r->parts.columns;
    for (int64_t i = first; i < last; i++)
        sg_simd_pick(r->site->context->isa, sg_part_grad_row)(
            &r->parts, r->scale, r->x + i * columns, r->other + i * columns,
            r->out + i * columns);
}

/* Rows worth a thread: an element costs about as much as 8 of an addition. */
static int64_t row_grain(size_t columns) {
    return SG_GRAIN / 8 / (int64_t)(columns + 1) + 1;
}

static float scale_of(const sg_site *site) {
    const part_fields *fields = site->fields;
    return (float)(1.0 / fields->temperature);
}

static syngan_status activation_run(const sg_site *site, const sg_call *call) {
    rows r = {.site = site,
              .parts = parts_of(site, call, 1),
              .scale = scale_of(site),
              .x = call->input[0],
              .other = site->n_inputs == 3 ? call->input[2] : NULL,
              .out = call->output};
    sg_parallel(site->context, site->input[0].dims.size[0],
                row_grain(r.parts.columns), activation_rows, &r);
    return SYNGAN_OK;
}

static syngan_status activation_grad_run(const sg_site *site,
                                         const sg_call *call) {
    rows r = {.site = site,
              .parts = parts_of(site, call, 2),
              .scale = scale_of(site),
              .x = call->input[0],
              .other = call->input[1],
              .out = call->output};
    sg_parallel(site->context, site->input[0].dims.size[0],
                row_grain(r.parts.columns), activation_grad_rows, &r);
    return SYNGAN_OK;
}

static const sg_kernel activation_kernel = {.name = "part activation",
                                            .run = activation_run};
static const sg_kernel activation_grad_kernel = {
    .name = "part activation gradient", .run = activation_grad_run};

/* ---- kernels of the cross-entropy ---------------------------------------- */

/* By column, the start and the width of the choice that it belongs to; of
 * other columns the width is 0. In the workspace, made anew in each run. */
typedef struct place {
    int32_t start, width;
} place;

static syngan_status plan_places(sg_site *site) {
    for (int32_t i = 0; i < site->n_inputs; i++)
        site->input[i].layout = (sg_layout){.kind = SG_PLAIN};
    site->workspace = (size_t)site->input[0].dims.size[1] * sizeof(place);
    return SYNGAN_OK;
}

static const place *make_places(const sg_site *site, const sg_call *call) {
    sg_parts parts = parts_of(site, call, 1);
    place *places = call->workspace;
    memset(places, 0, parts.columns * sizeof *places);
    for (size_t i = 0, at = 0; i < parts.count; i++) {
        float width = parts.width[i];
        size_t count = width == 0.0f ? 1 : (size_t)fabsf(width);
        for (size_t j = at; width > 0.0f && j < at + count; j++)
            places[j] = (place){(int32_t)at, (int32_t)count};
        at += count;
    }
    return places;
}

typedef struct entropy {
    const sg_site *site;
    const place *places;
    int64_t columns;
    const float *x, *dy;
    const int32_t *target;
    float *out;
} entropy;

static entropy make_entropy(const sg_site *site, const sg_call *call) {
    return (entropy){.site = site,
                     .places = make_places(site, call),
                     .columns = site->input[0].dims.size[1],
                     .x = call->input[0],
                     .target = call->input[2],
                     .dy = site->n_inputs == 4 ? call->input[3] : NULL,
                     .out = call->output};
}

/* The choice that a row's target is in; of width 0 where there is none. */
static place place_of(const entropy *e, int64_t row) {
    int32_t target = e->target[row];
    return target < 0 || target >= e->columns ? (place){0, 0}
                                              : e->places[target];
}

static void entropy_rows(void *argument, int64_t first, int64_t last) {
    const entropy *e = argument;
    for (int64_t i = first; i < last; i++) {
        place p = place_of(e, i);
        const float *x = e->x + i * e->columns;
        double greatest = -INFINITY, sum = 0.0;
        for (int32_t j = 0; j < p.width; j++)
            if (!((double)x[p.start + j] <= greatest))
                greatest = (double)x[p.start + j];
        for (int32_t j = 0; j < p.width; j++)
            sum += exp((double)x[p.start + j] - greatest);
        e->out[i] =
            p.width == 0
                ? 0.0f
                : (float)(log(sum) + greatest - (double)x[e->target[i]]);
    }
}

/* dy (softmax - 1 at the target), in the columns of the choice. */
static void entropy_grad_rows(void *argument, int64_t first, int64_t last) {
    const entropy *e = argument;
    for (int64_t i = first; i < last; i++) {
        place p = place_of(e, i);
        const float *x = e->x + i * e->columns + p.start;
        float *row = e->out + i * e->columns, *out = row + p.start;
        memset(row, 0, (size_t)e->columns * sizeof *row);
        if (p.width == 0) continue;
        sg_simd_pick(e->site->context->isa, sg_softmax_row)(0, (size_t)p.width,
                                                            x, out);
        out[e->target[i] - p.start] -= 1.0f;
        for (int32_t j = 0; j < p.width; j++)
            out[j] *= e->dy[i];
    }
}

static syngan_status entropy_run(const sg_site *site, const sg_call *call) {
    entropy e = make_entropy(site, call);
    sg_parallel(site->context, site->input[0].dims.size[0], 256, entropy_rows,
                &e);
    return SYNGAN_OK;
}

static syngan_status entropy_grad_run(const sg_site *site,
                                      const sg_call *call) {
    entropy e = make_entropy(site, call);
    sg_parallel(site->context, site->input[0].dims.size[0],
                SG_GRAIN / (e.columns + 1) + 1, entropy_grad_rows, &e);
    return SYNGAN_OK;
}

static const sg_kernel entropy_kernel = {
    .name = "part cross-entropy", .plan = plan_places, .run = entropy_run};
static const sg_kernel entropy_grad_kernel = {.name =
                                                  "part cross-entropy gradient",
                                              .plan = plan_places,
                                              .run = entropy_grad_run};

/* ---- gradients ----------------------------------------------------------- */

static void activation_gradient(syngan_node *node, syngan_node *dy,
                                syngan_node **dx) {
    dx[0] = sg_node3(&sg_op_part_activation_grad, node, dy, node->inputs[1],
                     node->fields);
}

static void entropy_gradient(syngan_node *node, syngan_node *dy,
                             syngan_node **dx) {
    syngan_node *inputs[] = {node->inputs[0], node->inputs[1], node->inputs[2],
                             dy};
    dx[0] =
        sg_node(NULL, &sg_op_part_cross_entropy_grad, inputs, 4, NULL, NULL);
}

static void no_second_gradient(syngan_node *node, syngan_node *dy,
                               syngan_node **dx) {
    (void)dy, (void)dx;
    sg_graph_fail(node->graph, SYNGAN_E_UNSUPPORTED,
                  "%s '%s': functions of parts can be differentiated only once",
                  node->op->name, node->name);
}

const sg_op sg_op_part_activation = {
    .name = "part_activation",
    .version = 1,
    .n_inputs = -1,
    .fields = &part_table,
    .infer = activation_infer,
    .gradient = activation_gradient,
    .kernels = (const sg_kernel *const[]){&activation_kernel, NULL}};

const sg_op sg_op_part_activation_grad = {
    .name = "part_activation_grad",
    .version = 1,
    .n_inputs = 3,
    .fields = &part_table,
    .infer = activation_grad_infer,
    .gradient = no_second_gradient,
    .kernels = (const sg_kernel *const[]){&activation_grad_kernel, NULL}};

const sg_op sg_op_part_cross_entropy = {
    .name = "part_cross_entropy",
    .version = 1,
    .n_inputs = 3,
    .infer = entropy_infer,
    .gradient = entropy_gradient,
    .kernels = (const sg_kernel *const[]){&entropy_kernel, NULL}};

const sg_op sg_op_part_cross_entropy_grad = {
    .name = "part_cross_entropy_grad",
    .version = 1,
    .n_inputs = 4,
    .infer = entropy_grad_infer,
    .gradient = no_second_gradient,
    .kernels = (const sg_kernel *const[]){&entropy_grad_kernel, NULL}};

/* ---- builders ------------------------------------------------------------ */

static syngan_node *parts_constant(syngan_graph *graph, const int32_t *parts,
                                   size_t count) {
    syngan_tensor *tensor = NULL;
    const int64_t dims[] = {(int64_t)count};
    syngan_status status =
        syngan_tensor_create(graph->context, SYNGAN_TYPE_F32, dims, 1, &tensor);
    if (status != SYNGAN_OK) return sg_graph_fail_last(graph, status);
    float *width = tensor->data;
    for (size_t i = 0; i < count; i++)
        width[i] = (float)parts[i];
    syngan_node *node = syngan_constant(graph, tensor);
    syngan_tensor_free(tensor);
    return node;
}

syngan_node *syngan_part_activation(syngan_node *x, const int32_t *parts,
                                    size_t count, syngan_node *uniform,
                                    double temperature) {
    SG_OWN_FLOATS;
    if (x == NULL || parts == NULL) return NULL;
    if (x->op == NULL) return x;
    const part_fields fields = {temperature};
    syngan_node *inputs[] = {x, parts_constant(x->graph, parts, count),
                             uniform};
    return sg_node(NULL, &sg_op_part_activation, inputs,
                   uniform != NULL ? 3 : 2, &fields, NULL);
}

syngan_node *syngan_part_cross_entropy(syngan_node *logits,
                                       const int32_t *parts, size_t count,
                                       syngan_node *target) {
    SG_OWN_FLOATS;
    if (logits == NULL || parts == NULL || target == NULL) return NULL;
    if (logits->op == NULL) return logits;
    return sg_node3(&sg_op_part_cross_entropy, logits,
                    parts_constant(logits->graph, parts, count), target, NULL);
}
