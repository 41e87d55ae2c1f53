/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The optimizer handle: the state of an optimizer for one model, and the nodes
 * of one step.
 */
#include "train/optimizer.h"

#include <stdio.h>

#include "base/floats.h"
#include "base/memory.h"
#include "model/model.h"
#include "op/gradient.h"
#include "op/ops.h"
#include "op/optimizer.h"
#include "op/source.h"

#define NAME_MAX_BYTES 512

#define TYPE syngan_optimizer_options
static const sg_field table[] = {
    SG_ENUM(TYPE, kind, "adam|adamw|sgd|rmsprop", SYNGAN_OPTIMIZER_ADAM,
            SYNGAN_OPTIMIZER_RMSPROP, SYNGAN_OPTIMIZER_ADAM,
            "the rule of the updates"),
    SG_F32(TYPE, learning_rate, 0, 1e6, SG_AUTO, "auto: 1e-3 (SGD: 1e-2)"),
    SG_F32(TYPE, beta1, 0, 0.999999, 0.9, "Adam: decay of the mean"),
    SG_F32(TYPE, beta2, 0, 0.9999999, 0.999, "Adam: decay of the squares"),
    SG_F32(TYPE, epsilon, 0, 1, 1e-7, "added to the root of the squares"),
    SG_F32(TYPE, momentum, 0, 0.999999, 0, "SGD: decay of the mean"),
    SG_F32(TYPE, rho, 0, 0.9999999, 0.9, "RMSprop: decay of the squares"),
    SG_F32(TYPE, weight_decay, 0, 1e6, SG_AUTO,
           "of AdamW decoupled, else L2; auto: 0.01 of AdamW, else 0"),
    SG_F32(TYPE, clip_value, 0, 1e30, 0, "limit of each gradient element"),
    SG_F32(TYPE, clip_norm, 0, 1e30, 0, "limit of the gradients' norm"),
    SG_ENUM(TYPE, schedule, "constant|linear|cosine|exponential|step",
            SYNGAN_SCHEDULE_CONSTANT, SYNGAN_SCHEDULE_STEP,
            SYNGAN_SCHEDULE_CONSTANT, "of the learning rate"),
    SG_F32(TYPE, final_rate, 0, 1e6, 0, "learning rate at the end"),
    SG_I64(TYPE, schedule_steps, 1, 9e18, 0, "updates of the schedule"),
    SG_I64(TYPE, warmup_steps, 0, 9e18, 0, "updates of a linear start"),
};
#undef TYPE
SG_FIELDS(sg_options_optimizer, "optimizer", syngan_optimizer_options, table);

/* One trainable parameter with its moments. */
typedef struct slot {
    sg_variable *parameter;
    sg_variable *moment[2];
} slot;

struct syngan_optimizer {
    syngan_context *context;
    syngan_model *model;
    syngan_optimizer_options options;
    sg_variable *updates;
    slot *slots;
    size_t n_slots;
    int32_t n_moments;
};

/* ---- making -------------------------------------------------------------- */

static const char *const moment_names[][2] = {
    [SYNGAN_OPTIMIZER_ADAM] = {"m", "v"},
    [SYNGAN_OPTIMIZER_ADAMW] = {"m", "v"},
    [SYNGAN_OPTIMIZER_SGD] = {"m", NULL},
    [SYNGAN_OPTIMIZER_RMSPROP] = {"v", NULL}};

static syngan_status check(syngan_context *context,
                           const syngan_optimizer_options *options) {
    int32_t schedule = options->schedule;
    if (schedule != SYNGAN_SCHEDULE_CONSTANT && options->schedule_steps < 1)
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       "optimizer: a schedule needs schedule_steps, the number "
                       "of its updates");
    if ((schedule == SYNGAN_SCHEDULE_EXPONENTIAL ||
         schedule == SYNGAN_SCHEDULE_STEP) &&
        !(options->final_rate > 0 && options->learning_rate > 0))
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       "optimizer: an exponential schedule needs a final_rate "
                       "and a learning_rate above 0");
    return SYNGAN_OK;
}

static syngan_status make_moments(syngan_optimizer *o, slot *s, bool allocate) {
    for (int32_t i = 0; i < o->n_moments; i++) {
        char name[NAME_MAX_BYTES];
        snprintf(name, sizeof name, "%s.%s", moment_names[o->options.kind][i],
                 s->parameter->name);
        s->moment[i] = sg_variable_make(o->context, name, &s->parameter->dims);
        if (s->moment[i] == NULL)
            return sg_fail_memory(o->context, "an optimizer",
                                  sizeof(sg_variable));
        if (allocate) SG_TRY(sg_variable_allocate(s->moment[i]));
    }
    return SYNGAN_OK;
}

static syngan_status make_counter(syngan_optimizer *o) {
    const sg_dims scalar = {0};
    o->updates = sg_variable_make(o->context, "updates", &scalar);
    if (o->updates == NULL)
        return sg_fail_memory(o->context, "an optimizer", sizeof(sg_variable));
    return syngan_tensor_create(o->context, SYNGAN_TYPE_I64, NULL, 0,
                                &o->updates->tensor);
}

static syngan_status make_state(syngan_optimizer *o, bool allocate) {
    const syngan_model *model = o->model;
    SG_TRY(make_counter(o));
    o->slots =
        sg_alloc_zero(o->context, model->n_parameters + 1, sizeof *o->slots);
    if (o->slots == NULL)
        return sg_fail_memory(o->context, "an optimizer",
                              model->n_parameters * sizeof *o->slots);
    for (size_t i = 0; i < model->n_parameters; i++) {
        if (!model->parameters[i]->trainable) continue;
        slot *s = &o->slots[o->n_slots++];
        s->parameter = sg_variable_retain(model->parameters[i]);
        SG_TRY(make_moments(o, s, allocate));
    }
    return SYNGAN_OK;
}

syngan_status sg_optimizer_make(syngan_model *model,
                                const syngan_optimizer_options *settled,
                                bool allocate, syngan_optimizer **out) {
    *out = NULL;
    SG_TRY(check(model->context, settled));
    syngan_optimizer *o = sg_alloc_zero(model->context, 1, sizeof *o);
    if (o == NULL)
        return sg_fail_memory(model->context, "an optimizer", sizeof *o);
    o->context = model->context;
    sg_context_retain(o->context);
    o->model = sg_model_retain(model);
    o->options = *settled;
    o->n_moments = moment_names[settled->kind][1] == NULL ? 1 : 2;
    syngan_status status = make_state(o, allocate);
    if (status == SYNGAN_OK)
        *out = o;
    else
        syngan_optimizer_free(o);
    return status;
}

syngan_status sg_optimizer_read(syngan_context *context,
                                const syngan_optimizer_options *options,
                                const char *where,
                                syngan_optimizer_options *out) {
    SG_TRY(
        sg_options_read(context, &sg_options_optimizer, options, where, out));
    if (out->learning_rate == (float)SYNGAN_AUTO)
        out->learning_rate = out->kind == SYNGAN_OPTIMIZER_SGD ? 1e-2f : 1e-3f;
    if (out->weight_decay == (float)SYNGAN_AUTO)
        out->weight_decay = out->kind == SYNGAN_OPTIMIZER_ADAMW ? 0.01f : 0.0f;
    return SYNGAN_OK;
}

syngan_status syngan_optimizer_create(syngan_model *model,
                                      const syngan_optimizer_options *options,
                                      syngan_optimizer **out) {
    SG_OWN_FLOATS;
    if (out != NULL) *out = NULL;
    if (model == NULL) return SYNGAN_E_ARGUMENT;
    if (out == NULL)
        return sg_fail(model->context, SYNGAN_E_ARGUMENT,
                       "syngan_optimizer_create: `out` is NULL");
    syngan_optimizer_options settled;
    SG_TRY(sg_optimizer_read(model->context, options, "optimizer", &settled));
    return sg_optimizer_make(model, &settled, true, out);
}

void syngan_optimizer_free(syngan_optimizer *optimizer) {
    if (optimizer == NULL) return;
    syngan_context *context = optimizer->context;
    for (size_t i = 0; i < optimizer->n_slots; i++) {
        sg_variable_release(optimizer->slots[i].parameter);
        sg_variable_release(optimizer->slots[i].moment[0]);
        sg_variable_release(optimizer->slots[i].moment[1]);
    }
    sg_free(context, optimizer->slots);
    sg_variable_release(optimizer->updates);
    syngan_model_free(optimizer->model);
    sg_free(context, optimizer);
    sg_context_release(context);
}

int64_t syngan_optimizer_updates(const syngan_optimizer *optimizer) {
    return optimizer == NULL
               ? 0
               : *(const int64_t *)optimizer->updates->tensor->data;
}

size_t sg_optimizer_state_count(const syngan_optimizer *optimizer) {
    return 1 + optimizer->n_slots * (size_t)optimizer->n_moments;
}

sg_variable *sg_optimizer_state(const syngan_optimizer *optimizer,
                                size_t index) {
    if (index == 0) return optimizer->updates;
    size_t n_moments = (size_t)optimizer->n_moments;
    const slot *s = &optimizer->slots[(index - 1) / n_moments];
    return s->moment[(index - 1) % n_moments];
}

const syngan_optimizer_options *
sg_optimizer_options(const syngan_optimizer *optimizer) {
    return &optimizer->options;
}

syngan_context *sg_optimizer_context(const syngan_optimizer *optimizer) {
    return optimizer->context;
}

/* ---- a step -------------------------------------------------------------- */

/* min(1, limit / norm of all gradients together) */
static syngan_node *norm_scale(syngan_graph *graph,
                               syngan_node *const *gradient, size_t count,
                               double limit) {
    syngan_node *sum = syngan_scalar(graph, 0.0);
    for (size_t i = 0; i < count; i++)
        if (gradient[i] != NULL)
            sum = syngan_add(
                sum, syngan_sum(syngan_square(gradient[i]), NULL, 0, 0));
    return syngan_minimum(
        syngan_scalar(graph, 1.0),
        syngan_divide(syngan_scalar(graph, limit), syngan_sqrt(sum)));
}

/* The nodes that all updates of a step share. */
typedef struct step {
    const sg_op *op;
    sg_optimizer_fields fields;
    syngan_node *t; /* Adam's only; else NULL */
    syngan_node *rate;
    syngan_node *scale; /* NULL: none */
} step;

static step make_step(const syngan_optimizer *o, syngan_graph *graph) {
    const syngan_optimizer_options *options = &o->options;
    const sg_learning_rate_fields rate = {
        .rate = (double)options->learning_rate,
        .final_rate = (double)options->final_rate,
        .steps = options->schedule_steps,
        .warmup = options->warmup_steps,
        .schedule = options->schedule};
    step s = {.fields = {.beta1 = (double)options->beta1,
                         .beta2 = (double)options->beta2,
                         .epsilon = (double)options->epsilon,
                         .momentum = (double)options->momentum,
                         .rho = (double)options->rho,
                         .decay = (double)options->weight_decay,
                         .clip = (double)options->clip_value,
                         .decoupled = options->kind == SYNGAN_OPTIMIZER_ADAMW}};
    syngan_node *t =
        sg_node1(&sg_op_count, sg_variable_node(graph, o->updates), NULL);
    s.rate = sg_node1(&sg_op_learning_rate, t, &rate);
    s.op = options->kind == SYNGAN_OPTIMIZER_SGD       ? &sg_op_sgd
           : options->kind == SYNGAN_OPTIMIZER_RMSPROP ? &sg_op_rmsprop
                                                       : &sg_op_adam;
    if (s.op == &sg_op_adam) s.t = t;
    return s;
}

static syngan_node *make_update(const step *s, const slot *state,
                                syngan_graph *graph, syngan_node *gradient) {
    syngan_node *inputs[8];
    size_t count = 0;
    inputs[count++] = sg_variable_node(graph, state->parameter);
    for (int32_t i = 0; i < 2 && state->moment[i] != NULL; i++)
        inputs[count++] = sg_variable_node(graph, state->moment[i]);
    if (s->t != NULL) inputs[count++] = s->t;
    inputs[count++] = s->rate;
    inputs[count++] = gradient;
    if (s->scale != NULL) inputs[count++] = s->scale;
    return sg_node(graph, s->op, inputs, count, &s->fields, NULL);
}

/* `nodes` has room for two for each slot: parameters and their gradients. */
static syngan_node *make_updates(const syngan_optimizer *o, syngan_node *loss,
                                 syngan_node **nodes) {
    syngan_graph *graph = loss->graph;
    syngan_node **gradient = nodes + o->n_slots;
    for (size_t i = 0; i < o->n_slots; i++)
        nodes[i] = sg_variable_node(graph, o->slots[i].parameter);
    syngan_status status = graph->status;
    if (status == SYNGAN_OK)
        status = sg_gradient(loss, NULL, nodes, o->n_slots, gradient);
    if (status != SYNGAN_OK) return sg_graph_fail_last(graph, status);
    step s = make_step(o, graph);
    if (o->options.clip_norm > 0)
        s.scale = norm_scale(graph, gradient, o->n_slots,
                             (double)o->options.clip_norm);
    size_t count = 0;
    for (size_t i = 0; i < o->n_slots; i++)
        if (gradient[i] != NULL)
            nodes[count++] = make_update(&s, &o->slots[i], graph, gradient[i]);
    if (count == 0)
        return sg_graph_fail(
            graph, SYNGAN_E_ARGUMENT,
            "syngan_optimizer_minimize: '%s' depends on no trainable "
            "parameter of model '%s'",
            loss->name, o->model->name);
    return sg_node(graph, &sg_op_group, nodes, count, NULL, NULL);
}

syngan_node *syngan_optimizer_minimize(syngan_optimizer *optimizer,
                                       syngan_node *loss) {
    SG_OWN_FLOATS;
    if (optimizer == NULL || loss == NULL) return NULL;
    if (loss->op == NULL) return loss;
    syngan_graph *graph = loss->graph;
    if (loss->dims.rank != 0)
        return sg_graph_fail(
            graph, SYNGAN_E_SHAPE,
            "syngan_optimizer_minimize: the loss '%s' must be one "
            "number (rank 0), not of rank %d",
            loss->name, loss->dims.rank);
    if (graph->context != optimizer->context)
        return sg_graph_fail(
            graph, SYNGAN_E_ARGUMENT,
            "syngan_optimizer_minimize: the loss '%s' belongs to "
            "another context than the optimizer",
            loss->name);
    size_t bytes = 2 * (optimizer->n_slots + 1) * sizeof(syngan_node *);
    syngan_node **nodes = sg_alloc(graph->context, bytes);
    if (nodes == NULL)
        return sg_graph_fail_last(
            graph, sg_fail_memory(graph->context, "an update", bytes));
    syngan_node *result = make_updates(optimizer, loss, nodes);
    sg_free(graph->context, nodes);
    return result;
}
