/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A model as a function: its template is made again in another graph, on given
 * inputs, with the model's own variables.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/floats.h"
#include "base/memory.h"
#include "model/model.h"
#include "op/ops.h"
#include "op/source.h"

/* Greatest size of an operator's fields. */
#define FIELDS_MAX 1024
#define NAME_MAX_BYTES 512

typedef struct application {
    syngan_graph *graph;
    const syngan_model *model;
    int32_t mode;
    int64_t batch;        /* what SYNGAN_BATCH stands for here, once known */
    syngan_node **values; /* by id in the template */
    syngan_node **inputs; /* of the node being made */
} application;

/* ---- checks ------------------------------------------------------------ */

/* Whether the input's shape fits, apart from an open batch; takes the batch
 * from the first input that has one. */
static bool input_fits(application *a, const syngan_node *want,
                       const syngan_node *got) {
    if (want->dims.rank != got->dims.rank) return false;
    for (int32_t i = 0; i < want->dims.rank; i++) {
        int64_t size = want->dims.size[i];
        if (size == SYNGAN_BATCH) {
            if (a->batch == SYNGAN_BATCH) a->batch = got->dims.size[i];
            size = a->batch;
        }
        if (size != got->dims.size[i]) return false;
    }
    return true;
}

static bool check_input(application *a, size_t index, const syngan_node *got) {
    const syngan_model *model = a->model;
    const syngan_node *want = model->inputs[index];
    if (got->graph != a->graph) {
        sg_graph_fail(a->graph, SYNGAN_E_ARGUMENT,
                      "model '%s': input '%s' belongs to another graph",
                      model->name, got->name);
        return false;
    }
    if (got->type != want->type) {
        sg_graph_fail(a->graph, SYNGAN_E_TYPE,
                      "model '%s': input '%s' takes %s, not %s", model->name,
                      want->name, syngan_type_name(want->type),
                      syngan_type_name(got->type));
        return false;
    }
    if (input_fits(a, want, got)) return true;
    char want_text[SG_DIMS_TEXT], got_text[SG_DIMS_TEXT];
    sg_graph_fail(a->graph, SYNGAN_E_SHAPE,
                  "model '%s': input '%s' takes %s with one batch for all "
                  "inputs, not %s%s",
                  model->name, want->name, sg_dims_text(&want->dims, want_text),
                  sg_dims_text(&got->dims, got_text),
                  sg_dims_hint(&got->dims, &want->dims));
    return false;
}

static bool check_application(application *a, syngan_node *const *inputs,
                              size_t count) {
    const syngan_model *model = a->model;
    if (model->context != a->graph->context) {
        sg_graph_fail(a->graph, SYNGAN_E_ARGUMENT,
                      "model '%s': belongs to another context", model->name);
        return false;
    }
    if (a->mode != SYNGAN_MODE_INFERENCE && a->mode != SYNGAN_MODE_TRAINING) {
        sg_graph_fail(
            a->graph, SYNGAN_E_ARGUMENT,
            "model '%s': mode %d is neither SYNGAN_MODE_INFERENCE nor "
            "SYNGAN_MODE_TRAINING",
            model->name, a->mode);
        return false;
    }
    if (count != model->n_inputs || inputs == NULL) {
        sg_graph_fail(a->graph, SYNGAN_E_ARGUMENT,
                      "model '%s': takes %zu inputs, not %zu", model->name,
                      model->n_inputs, inputs == NULL ? 0 : count);
        return false;
    }
    for (size_t i = 0; i < count; i++)
        if (!check_input(a, i, inputs[i])) return false;
    return true;
}

/* ---- making the nodes -------------------------------------------------- */

/* The node's fields with open batches replaced, in `copy` if need be. */
static const void *fields_here(const application *a, const syngan_node *node,
                               void *copy) {
    const sg_fields *table = node->op->fields;
    if (table == NULL || !sg_dims_open(&node->dims)) return node->fields;
    assert(table->size <= FIELDS_MAX);
    memcpy(copy, node->fields, table->size);
    for (size_t i = 0; i < table->count; i++) {
        if (table->field[i].type != SG_FIELD_DIMS) continue;
        sg_dims *dims = (void *)((char *)copy + table->field[i].offset);
        if (dims->rank > 0 && dims->size[0] == SYNGAN_BATCH)
            dims->size[0] = a->batch;
    }
    return copy;
}

static syngan_node *make_node(application *a, const syngan_node *node,
                              sg_variable *variable) {
    if (variable != NULL) return sg_variable_node(a->graph, variable);
    if (node->op == &sg_op_constant)
        return syngan_constant(a->graph, node->tensor);
    for (int32_t i = 0; i < node->n_inputs; i++)
        a->inputs[i] = a->values[node->inputs[i]->id];
    if (node->op->apply != NULL)
        return node->op->apply(node, a->inputs, a->mode);
    _Alignas(16) unsigned char fields[FIELDS_MAX];
    char name[NAME_MAX_BYTES];
    snprintf(name, sizeof name, "%s/%s", a->model->name, node->name);
    return sg_node(a->graph, node->op, a->inputs, (size_t)node->n_inputs,
                   fields_here(a, node, fields), name);
}

static syngan_node *make_nodes(application *a, syngan_node *const *inputs) {
    const syngan_model *model = a->model;
    for (size_t i = 0; i < model->n_inputs; i++)
        a->values[model->inputs[i]->id] = inputs[i];
    for (size_t i = 0; i < model->n_nodes; i++) {
        const syngan_node *node = model->nodes[i];
        if (a->values[node->id] != NULL) continue;
        a->values[node->id] = make_node(a, node, model->variable[i]);
        if (a->graph->status != SYNGAN_OK) return &a->graph->error;
    }
    return a->values[model->output->id];
}

static size_t most_inputs(const syngan_model *model) {
    size_t most = 1;
    for (size_t i = 0; i < model->n_nodes; i++)
        if ((size_t)model->nodes[i]->n_inputs > most)
            most = (size_t)model->nodes[i]->n_inputs;
    return most;
}

syngan_node *syngan_model_apply(syngan_graph *graph, syngan_model *model,
                                syngan_node *const *inputs, size_t count,
                                int32_t mode) {
    SG_OWN_FLOATS;
    if (graph == NULL || model == NULL) return NULL;
    for (size_t i = 0; inputs != NULL && i < count; i++)
        if (inputs[i] == NULL) return NULL;
    if (graph->status != SYNGAN_OK) return &graph->error;
    application a = {
        .graph = graph, .model = model, .mode = mode, .batch = SYNGAN_BATCH};
    if (!check_application(&a, inputs, count)) return &graph->error;
    size_t slots = (size_t)model->output->id + 1 + most_inputs(model);
    a.values = sg_alloc_zero(graph->context, slots, sizeof *a.values);
    if (a.values == NULL)
        return sg_graph_fail_last(
            graph, sg_fail_memory(graph->context, "the use of a model",
                                  slots * sizeof *a.values));
    a.inputs = a.values + model->output->id + 1;
    syngan_node *result = make_nodes(&a, inputs);
    sg_free(graph->context, a.values);
    return result;
}
