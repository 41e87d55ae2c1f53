/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making, cloning and freeing models, and what can be asked of them.
 */
#include "model/model.h"

#include <string.h>

#include "base/floats.h"
#include "base/hash.h"
#include "base/memory.h"
#include "op/ops.h"
#include "op/source.h"

/* ---- the handle -------------------------------------------------------- */

syngan_model *sg_model_retain(syngan_model *model) {
    atomic_fetch_add(&model->references, 1);
    return model;
}

void syngan_model_free(syngan_model *model) {
    if (model == NULL || atomic_fetch_sub(&model->references, 1) != 1) return;
    syngan_context *context = model->context;
    sg_prediction_free(model);
    for (size_t i = 0; i < model->n_parameters; i++)
        sg_variable_release(model->parameters[i]);
    sg_index_free(&model->names);
    sg_free(context, model->parameters);
    sg_free(context, model->inputs);
    sg_free(context, model->variable);
    sg_free(context, model->nodes);
    sg_free(context, model->name);
    syngan_graph_free(model->graph);
    sg_free(context, model);
    sg_context_release(context);
}

/* For the index of names. */
static bool has_name(const void *model, int32_t index, const void *name) {
    const syngan_model *m = model;
    return strcmp(m->parameters[index]->name, name) == 0;
}

static uint64_t name_hash(const syngan_model *model, const char *name) {
    return sg_hash(&model->context->hash_key, name, strlen(name));
}

/* NULL if there is none of this name. */
static sg_variable *find_parameter(const syngan_model *model,
                                   const char *name) {
    int32_t index = sg_index_find(&model->names, name_hash(model, name), name);
    return index < 0 ? NULL : model->parameters[index];
}

/* Puts the parameters into the index of names, which must differ. */
static syngan_status index_parameters(syngan_model *model) {
    for (size_t i = 0; i < model->n_parameters; i++) {
        const char *name = model->parameters[i]->name;
        if (find_parameter(model, name) != NULL)
            return sg_fail(model->context, SYNGAN_E_ARGUMENT,
                           "model '%s': two parameters have the name '%s'; "
                           "give their layers different names",
                           model->name, name);
        if (!sg_index_add(&model->names, name_hash(model, name), (int32_t)i))
            return sg_fail_memory(model->context, "a model",
                                  model->n_parameters * 16);
    }
    return SYNGAN_OK;
}

/* An empty model with room for `n_nodes` nodes. */
static syngan_model *model_allocate(syngan_graph *graph, const char *name,
                                    size_t n_nodes) {
    syngan_context *context = graph->context;
    syngan_model *model = sg_alloc_zero(context, 1, sizeof *model);
    if (model == NULL) return NULL;
    atomic_init(&model->references, 1);
    sg_context_retain(context);
    model->context = context;
    model->graph = sg_graph_retain(graph);
    model->names =
        (sg_index){.context = context, .equal = has_name, .user = model};
    model->name = sg_strdup(context, name);
    model->nodes = sg_alloc_zero(context, n_nodes, sizeof *model->nodes);
    model->variable = sg_alloc_zero(context, n_nodes, sizeof *model->variable);
    model->inputs = sg_alloc_zero(context, n_nodes, sizeof *model->inputs);
    model->parameters =
        sg_alloc_zero(context, n_nodes, sizeof *model->parameters);
    if (model->name != NULL && model->nodes != NULL &&
        model->variable != NULL && model->inputs != NULL &&
        model->parameters != NULL)
        return model;
    syngan_model_free(model);
    return NULL;
}

/* Appends a node of the template; takes over the hold on `variable`. */
static void model_append(syngan_model *model, syngan_node *node,
                         sg_variable *variable) {
    model->variable[model->n_nodes] = variable;
    model->nodes[model->n_nodes++] = node;
    if (variable != NULL) model->parameters[model->n_parameters++] = variable;
    if (node->op == &sg_op_input) model->inputs[model->n_inputs++] = node;
}

/* ---- from a result ----------------------------------------------------- */

/* Sets needed[id] for each node that `output` depends on; returns how many. */
static size_t mark_needed(const syngan_node *output, unsigned char *needed) {
    size_t count = 0;
    needed[output->id] = 1;
    for (int32_t id = output->id; id >= 0; id--) {
        const syngan_node *node = output->graph->nodes[id];
        if (!needed[id]) continue;
        count++;
        for (int32_t i = 0; i < node->n_inputs; i++)
            needed[node->inputs[i]->id] = 1;
    }
    return count;
}

static syngan_status check_template(syngan_model *model) {
    for (size_t i = 0; i < model->n_nodes; i++)
        if ((model->nodes[i]->op->flags & SG_OP_UPDATE) != 0)
            return sg_fail(model->context, SYNGAN_E_ARGUMENT,
                           "model '%s': depends on '%s', which changes "
                           "parameters; updates belong in a program",
                           model->name, model->nodes[i]->name);
    if (model->n_inputs == 0)
        return sg_fail(model->context, SYNGAN_E_ARGUMENT,
                       "model '%s': its result '%s' depends on no input",
                       model->name, model->output->name);
    return index_parameters(model);
}

syngan_status sg_model_make(syngan_node *output, const char *name,
                            syngan_model **out) {
    syngan_graph *graph = output->graph;
    syngan_context *context = graph->context;
    *out = NULL;
    if (graph->status != SYNGAN_OK)
        return sg_fail(context, graph->status, "%s", graph->error_text);
    unsigned char *needed = sg_alloc_zero(context, (size_t)output->id + 1, 1);
    if (needed == NULL)
        return sg_fail_memory(context, "a model", (size_t)output->id + 1);
    size_t count = mark_needed(output, needed);
    syngan_model *model = model_allocate(graph, name, count);
    for (int32_t id = 0; model != NULL && id <= output->id; id++) {
        syngan_node *node = graph->nodes[id];
        if (!needed[id]) continue;
        model_append(
            model, node,
            node->variable == NULL ? NULL : sg_variable_retain(node->variable));
    }
    sg_free(context, needed);
    if (model == NULL)
        return sg_fail_memory(context, "a model",
                              count * 4 * sizeof *model->nodes);
    model->output = output;
    syngan_status status = check_template(model);
    if (status == SYNGAN_OK)
        *out = model;
    else
        syngan_model_free(model);
    return status;
}

/* Gives the parameters that have no tensor yet one with their first values. On
 * failure none of them keeps one. */
static syngan_status make_parameters(syngan_model *model) {
    syngan_context *context = model->context;
    unsigned char *fresh = sg_alloc_zero(context, model->n_parameters, 1);
    if (fresh == NULL)
        return sg_fail_memory(context, "a model", model->n_parameters);
    syngan_status status = SYNGAN_OK;
    for (size_t i = 0; status == SYNGAN_OK && i < model->n_parameters; i++) {
        sg_variable *variable = model->parameters[i];
        if (variable->tensor != NULL) continue;
        status = sg_variable_allocate(variable);
        fresh[i] = status == SYNGAN_OK;
        if (fresh[i]) sg_initialize(variable, model->name);
    }
    for (size_t i = 0; status != SYNGAN_OK && i < model->n_parameters; i++) {
        if (!fresh[i]) continue;
        syngan_tensor_free(model->parameters[i]->tensor);
        model->parameters[i]->tensor = NULL;
    }
    sg_free(context, fresh);
    return status;
}

#define NO_NAME "%s: a model needs a name that is not empty"

syngan_status syngan_model_create(syngan_node *output, const char *name,
                                  syngan_model **out) {
    SG_OWN_FLOATS;
    if (out != NULL) *out = NULL;
    if (output == NULL) return SYNGAN_E_ARGUMENT;
    syngan_context *context = output->graph->context;
    SG_TRY(SG_NEED(context, "syngan_model_create", out));
    if (name == NULL || name[0] == '\0')
        return sg_fail(context, SYNGAN_E_ARGUMENT, NO_NAME,
                       "syngan_model_create");
    syngan_model *model;
    SG_TRY(sg_model_make(output, name, &model));
    syngan_status status = make_parameters(model);
    if (status == SYNGAN_OK)
        *out = model;
    else
        syngan_model_free(model);
    return status;
}

/* ---- clones ------------------------------------------------------------ */

static sg_variable *variable_like(const sg_variable *source) {
    sg_variable *variable =
        sg_variable_make(source->context, source->name, &source->dims);
    if (variable == NULL) return NULL;
    variable->trainable = source->trainable;
    variable->initializer = source->initializer;
    variable->scale = source->scale;
    variable->fan_in = source->fan_in;
    variable->fan_out = source->fan_out;
    variable->seed = source->seed;
    return variable;
}

syngan_status sg_model_clone_empty(const syngan_model *model, const char *name,
                                   syngan_model **out) {
    *out = NULL;
    syngan_model *clone = model_allocate(
        model->graph, name == NULL ? model->name : name, model->n_nodes);
    for (size_t i = 0; clone != NULL && i < model->n_nodes; i++) {
        sg_variable *variable = NULL;
        if (model->variable[i] != NULL) {
            variable = variable_like(model->variable[i]);
            if (variable == NULL) {
                syngan_model_free(clone);
                clone = NULL;
                break;
            }
        }
        model_append(clone, model->nodes[i], variable);
    }
    if (clone == NULL)
        return sg_fail_memory(model->context, "a model",
                              model->n_nodes * 4 * sizeof *model->nodes);
    clone->output = model->output;
    syngan_status status = index_parameters(clone);
    if (status == SYNGAN_OK)
        *out = clone;
    else
        syngan_model_free(clone);
    return status;
}

syngan_status syngan_model_clone(const syngan_model *model, const char *name,
                                 syngan_model **out) {
    SG_OWN_FLOATS;
    if (out != NULL) *out = NULL;
    if (model == NULL) return SYNGAN_E_ARGUMENT;
    SG_TRY(SG_NEED(model->context, "syngan_model_clone", out));
    if (name != NULL && name[0] == '\0')
        return sg_fail(model->context, SYNGAN_E_ARGUMENT, NO_NAME,
                       "syngan_model_clone");
    syngan_model *clone;
    SG_TRY(sg_model_clone_empty(model, name, &clone));
    syngan_status status = SYNGAN_OK;
    for (size_t i = 0; status == SYNGAN_OK && i < clone->n_parameters; i++)
        status = sg_variable_allocate(clone->parameters[i]);
    if (status == SYNGAN_OK)
        status = syngan_model_copy_parameters(clone, model);
    if (status == SYNGAN_OK)
        *out = clone;
    else
        syngan_model_free(clone);
    return status;
}

syngan_status syngan_model_copy_parameters(syngan_model *target,
                                           const syngan_model *source) {
    SG_OWN_FLOATS;
    if (target == NULL || source == NULL) return SYNGAN_E_ARGUMENT;
    if (target->n_parameters != source->n_parameters)
        return sg_fail(target->context, SYNGAN_E_MISMATCH,
                       "model '%s': has %zu parameters, '%s' has %zu",
                       target->name, target->n_parameters, source->name,
                       source->n_parameters);
    for (size_t i = 0; i < target->n_parameters; i++) {
        const sg_variable *a = target->parameters[i];
        const sg_variable *b = source->parameters[i];
        if (strcmp(a->name, b->name) == 0 && sg_dims_equal(&a->dims, &b->dims))
            continue;
        char a_text[SG_DIMS_TEXT], b_text[SG_DIMS_TEXT];
        return sg_fail(target->context, SYNGAN_E_MISMATCH,
                       "model '%s': parameter '%s' %s is '%s' %s in '%s'",
                       target->name, a->name, sg_dims_text(&a->dims, a_text),
                       b->name, sg_dims_text(&b->dims, b_text), source->name);
    }
    for (size_t i = 0; i < target->n_parameters; i++)
        SG_TRY(syngan_tensor_copy(target->parameters[i]->tensor,
                                  source->parameters[i]->tensor));
    return SYNGAN_OK;
}

/* ---- about a model ----------------------------------------------------- */

const char *syngan_model_name(const syngan_model *model) {
    return model == NULL ? "" : model->name;
}

size_t syngan_model_input_count(const syngan_model *model) {
    return model == NULL ? 0 : model->n_inputs;
}

size_t syngan_model_input_dims(const syngan_model *model, size_t index,
                               int64_t *dims) {
    if (model == NULL || index >= model->n_inputs) return 0;
    return syngan_node_dims(model->inputs[index], dims);
}

size_t syngan_model_output_dims(const syngan_model *model, int64_t *dims) {
    return model == NULL ? 0 : syngan_node_dims(model->output, dims);
}

size_t syngan_model_parameter_count(const syngan_model *model) {
    return model == NULL ? 0 : model->n_parameters;
}

const char *syngan_model_parameter_name(const syngan_model *model,
                                        size_t index) {
    if (model == NULL || index >= model->n_parameters) return NULL;
    return model->parameters[index]->name;
}

int32_t syngan_model_parameter_trainable(const syngan_model *model,
                                         size_t index) {
    if (model == NULL || index >= model->n_parameters) return 0;
    return model->parameters[index]->trainable;
}

#define NO_PARAMETER "model '%s': has no parameter '%s'"

syngan_status syngan_model_parameter(const syngan_model *model,
                                     const char *name, syngan_tensor **out) {
    SG_OWN_FLOATS;
    if (out != NULL) *out = NULL;
    if (model == NULL) return SYNGAN_E_ARGUMENT;
    SG_TRY(SG_NEED(model->context, "syngan_model_parameter", name));
    SG_TRY(SG_NEED(model->context, "syngan_model_parameter", out));
    const sg_variable *found = find_parameter(model, name);
    if (found == NULL)
        return sg_fail(model->context, SYNGAN_E_NOT_FOUND, NO_PARAMETER,
                       model->name, name);
    *out = sg_tensor_retain(found->tensor);
    return SYNGAN_OK;
}

syngan_node *syngan_model_parameter_node(syngan_graph *graph,
                                         syngan_model *model,
                                         const char *name) {
    SG_OWN_FLOATS;
    if (graph == NULL || model == NULL || name == NULL) return NULL;
    if (graph->context != model->context)
        return sg_graph_fail(graph, SYNGAN_E_ARGUMENT,
                             "model '%s': belongs to another context than the "
                             "graph",
                             model->name);
    sg_variable *found = find_parameter(model, name);
    if (found == NULL)
        return sg_graph_fail(graph, SYNGAN_E_NOT_FOUND, NO_PARAMETER,
                             model->name, name);
    return sg_variable_node(graph, found);
}

int64_t syngan_model_trainable_elements(const syngan_model *model) {
    int64_t elements = 0;
    for (size_t i = 0; model != NULL && i < model->n_parameters; i++)
        if (model->parameters[i]->trainable)
            elements += sg_dims_count(&model->parameters[i]->dims);
    return elements;
}
