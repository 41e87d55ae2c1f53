/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plain changes of variables: assigning, averaging, counting; and the node that
 * stands for several changes.
 */
#include <string.h>
#include <syngan/program.h>

#include "backend/update.h"
#include "base/floats.h"
#include "base/thread.h"
#include "op/ops.h"

/* ---- assign -------------------------------------------------------------- */

/* The shape of a new value for the variable that is input 0. */
static syngan_status value_infer(sg_infer *infer) {
    const syngan_node *target = infer->inputs[0], *value = infer->inputs[1];
    if (target->variable == NULL)
        return sg_fail(infer->context, SYNGAN_E_ARGUMENT,
                       "%s: can change a parameter only, not %s '%s'",
                       infer->label, target->op->name, target->name);
    infer->dims = target->dims;
    infer->type = target->type;
    if (sg_dims_equal(&target->dims, &value->dims) &&
        target->type == value->type)
        return SYNGAN_OK;
    char want[SG_DIMS_TEXT], got[SG_DIMS_TEXT];
    return sg_fail(infer->context, SYNGAN_E_SHAPE,
                   "%s: the parameter '%s' is %s %s, the value %s %s",
                   infer->label, target->name, syngan_type_name(target->type),
                   sg_dims_text(&target->dims, want),
                   syngan_type_name(value->type),
                   sg_dims_text(&value->dims, got));
}

static syngan_status assign_run(const sg_site *site, const sg_call *call) {
    memcpy(call->input[0], call->input[1], sg_desc_bytes(&site->output));
    return SYNGAN_OK;
}

static const sg_kernel assign_kernel = {.name = "assign", .run = assign_run};

const sg_op sg_op_assign = {
    .name = "assign",
    .version = 1,
    .flags = SG_OP_UPDATE,
    .n_inputs = 2,
    .n_changed = 1,
    .infer = value_infer,
    .kernels = (const sg_kernel *const[]){&assign_kernel, NULL}};

syngan_node *syngan_assign(syngan_node *parameter, syngan_node *value) {
    SG_OWN_FLOATS;
    return sg_node2(&sg_op_assign, parameter, value, NULL);
}

/* ---- moving average ------------------------------------------------------ */

typedef struct average_fields {
    double decay;
} average_fields;

static const sg_field average_table[] = {SG_F64(average_fields, decay)};
static SG_FIELDS(average_field_list, "moving_average", average_fields,
                 average_table);

typedef struct work {
    const sg_site *site;
    const sg_call *call;
} work;

/* Input 2, where it is given, is the decay in place of the field. */
static float decay_of(const work *w) {
    const average_fields *fields = w->site->fields;
    return w->site->n_inputs == 3 ? *(const float *)w->call->input[2]
                                  : (float)fields->decay;
}

static void average_range(void *argument, int64_t first, int64_t last) {
    const work *w = argument;
    sg_simd_pick(w->site->context->isa,
                 sg_average_update)(decay_of(w), (size_t)(last - first),
                                    (const float *)w->call->input[1] + first,
                                    (float *)w->call->input[0] + first);
}

static syngan_status average_run(const sg_site *site, const sg_call *call) {
    work w = {site, call};
    sg_parallel(site->context, sg_dims_count(&site->output.dims), SG_GRAIN,
                average_range, &w);
    return SYNGAN_OK;
}

static const sg_kernel average_kernel = {.name = "moving_average",
                                         .run = average_run};

static syngan_status average_infer(sg_infer *infer) {
    const average_fields *fields = infer->fields;
    if (!(fields->decay >= 0.0 && fields->decay <= 1.0))
        return sg_fail(infer->context, SYNGAN_E_ARGUMENT,
                       "%s: the decay %g is not between 0 and 1", infer->label,
                       fields->decay);
    if (infer->n_inputs != 2 && infer->n_inputs != 3)
        return sg_fail(infer->context, SYNGAN_E_ARGUMENT,
                       "%s: takes 2 or 3 inputs, not %d", infer->label,
                       infer->n_inputs);
    SG_TRY(value_infer(infer));
    if (infer->type != SYNGAN_TYPE_F32)
        return sg_fail(infer->context, SYNGAN_E_TYPE, "%s: takes f32, not %s",
                       infer->label, syngan_type_name(infer->type));
    if (infer->n_inputs == 3 && (infer->inputs[2]->type != SYNGAN_TYPE_F32 ||
                                 infer->inputs[2]->dims.rank != 0))
        return sg_fail(infer->context, SYNGAN_E_SHAPE,
                       "%s: the decay '%s' is not an f32 of rank 0",
                       infer->label, infer->inputs[2]->name);
    return SYNGAN_OK;
}

const sg_op sg_op_moving_average = {
    .name = "moving_average",
    .version = 1,
    .flags = SG_OP_UPDATE,
    .n_inputs = -1,
    .n_changed = 1,
    .fields = &average_field_list,
    .infer = average_infer,
    .kernels = (const sg_kernel *const[]){&average_kernel, NULL}};

syngan_node *syngan_moving_average(syngan_node *parameter, syngan_node *value,
                                   double decay) {
    SG_OWN_FLOATS;
    const average_fields fields = {decay};
    return sg_node2(&sg_op_moving_average, parameter, value, &fields);
}

/* ---- count --------------------------------------------------------------- */

static syngan_status count_infer(sg_infer *infer) {
    const syngan_node *counter = infer->inputs[0];
    if (counter->variable == NULL || counter->type != SYNGAN_TYPE_I64 ||
        counter->dims.rank != 0)
        return sg_fail(infer->context, SYNGAN_E_ARGUMENT,
                       "%s: counts in an i64 variable of rank 0 only",
                       infer->label);
    infer->type = SYNGAN_TYPE_I64;
    return SYNGAN_OK;
}

static syngan_status count_run(const sg_site *site, const sg_call *call) {
    (void)site;
    ++*(int64_t *)call->input[0];
    return SYNGAN_OK;
}

static const sg_kernel count_kernel = {.name = "count", .run = count_run};

const sg_op sg_op_count = {.name = "count",
                           .version = 1,
                           .flags = SG_OP_UPDATE,
                           .n_inputs = 1,
                           .n_changed = 1,
                           .infer = count_infer,
                           .kernels =
                               (const sg_kernel *const[]){&count_kernel, NULL}};

/* ---- group --------------------------------------------------------------- */

static syngan_status group_infer(sg_infer *infer) {
    for (int32_t i = 0; i < infer->n_inputs; i++)
        if ((infer->inputs[i]->op->flags & SG_OP_UPDATE) == 0)
            return sg_fail(infer->context, SYNGAN_E_ARGUMENT,
                           "%s: '%s' changes nothing, so it can't be part of a "
                           "group of updates",
                           infer->label, infer->inputs[i]->name);
    return SYNGAN_OK;
}

const sg_op sg_op_group = {.name = "group",
                           .version = 1,
                           .flags = SG_OP_UPDATE,
                           .n_inputs = -1,
                           .infer = group_infer};

syngan_node *syngan_group(syngan_node *const *updates, size_t count) {
    SG_OWN_FLOATS;
    return updates == NULL || count == 0
               ? NULL
               : sg_node(NULL, &sg_op_group, updates, count, NULL, NULL);
}
