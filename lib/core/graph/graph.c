/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Graphs and the making of nodes: every builder ends in sg_node(), which checks
 * the inputs, asks the operator for the shape, and owns the result.
 */
#include "graph/graph.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/floats.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/options.h"
#include "graph/op.h"

#define NAME_MAX_BYTES 256

/* ---- the handle --------------------------------------------------------- */

/* For the index of variables. */
static bool is_node_of(const void *graph, int32_t id, const void *variable) {
    return ((const syngan_graph *)graph)->nodes[id]->variable == variable;
}

syngan_status syngan_graph_create(syngan_context *context, syngan_graph **out) {
    SG_OWN_FLOATS;
    if (out != NULL) *out = NULL;
    if (context == NULL) return SYNGAN_E_ARGUMENT;
    SG_TRY(SG_NEED(context, "syngan_graph_create", out));
    syngan_graph *graph = sg_alloc_zero(context, 1, sizeof *graph);
    if (graph == NULL) return sg_fail_memory(context, "a graph", sizeof *graph);
    atomic_init(&graph->references, 1);
    graph->context = context;
    graph->variables =
        (sg_index){.context = context, .equal = is_node_of, .user = graph};
    sg_names_start(graph);
    graph->error.graph = graph;
    graph->error.id = -1;
    sg_context_retain(context);
    *out = graph;
    return SYNGAN_OK;
}

syngan_graph *sg_graph_retain(syngan_graph *graph) {
    atomic_fetch_add(&graph->references, 1);
    return graph;
}

static void node_free(syngan_context *context, syngan_node *node) {
    if (node->variable != NULL) sg_variable_release(node->variable);
    syngan_tensor_free(node->tensor);
    sg_free(context, node->name);
    sg_free(context, node);
}

void syngan_graph_free(syngan_graph *graph) {
    if (graph == NULL || atomic_fetch_sub(&graph->references, 1) != 1) return;
    syngan_context *context = graph->context;
    for (size_t i = 0; i < graph->count; i++)
        node_free(context, graph->nodes[i]);
    sg_names_forget(graph);
    sg_index_free(&graph->variables);
    sg_free(context, graph->nodes);
    sg_free(context, graph);
    sg_context_release(context);
}

syngan_status syngan_graph_status(const syngan_graph *graph) {
    SG_OWN_FLOATS;
    return graph == NULL ? SYNGAN_E_ARGUMENT : graph->status;
}

/* ---- failures ----------------------------------------------------------- */

static syngan_node *fail_memory(syngan_graph *graph, const char *what,
                                size_t bytes) {
    return sg_graph_fail_last(graph,
                              sg_fail_memory(graph->context, what, bytes));
}

/* ---- making nodes ------------------------------------------------------- */

/* A node with room for its inputs and fields behind it in the same block. */
static syngan_node *node_allocate(syngan_graph *graph, const sg_op *op,
                                  size_t n_inputs, const void *fields,
                                  const char *name) {
    size_t field_bytes = op->fields == NULL ? 0 : op->fields->size;
    size_t inputs_at = (sizeof(syngan_node) + 15) & ~(size_t)15;
    size_t fields_at =
        inputs_at + ((n_inputs * sizeof(syngan_node *) + 15) & ~(size_t)15);
    syngan_node *node =
        sg_alloc_zero(graph->context, 1, fields_at + field_bytes);
    if (node == NULL) return NULL;
    node->name = name != NULL ? sg_strdup(graph->context, name)
                              : sg_format(graph->context, "%s_%zu", op->name,
                                          graph->count);
    if (node->name == NULL) {
        sg_free(graph->context, node);
        return NULL;
    }
    node->graph = graph;
    node->op = op;
    node->type = SYNGAN_TYPE_F32;
    node->n_inputs = (int32_t)n_inputs;
    node->inputs = (syngan_node **)(void *)((char *)node + inputs_at);
    if (field_bytes > 0) {
        node->fields = (char *)node + fields_at;
        if (fields != NULL) memcpy(node->fields, fields, field_bytes);
    }
    return node;
}

/* Gives the node to the graph; the graph frees it from now on. */
static bool node_append(syngan_graph *graph, syngan_node *node) {
    void *array = graph->nodes;
    if (graph->count >= INT32_MAX ||
        !sg_reserve(graph->context, &array, &graph->capacity, graph->count,
                    sizeof *graph->nodes))
        return false;
    graph->nodes = array;
    node->id = (int32_t)graph->count;
    if ((node->op->flags & SG_OP_RANDOM) != 0) {
        char text[32];
        snprintf(text, sizeof text, "random %u", graph->n_random++);
        node->stream = sg_stream_id(text);
    }
    graph->nodes[graph->count++] = node;
    return true;
}

/* Numbers of builders are doubles, and become f32: none may get infinite by
 * that. What else an operator wants of its numbers, it checks itself. */
static syngan_status node_check_numbers(const syngan_node *node,
                                        const char *label) {
    const sg_fields *fields = node->op->fields;
    for (size_t i = 0; fields != NULL && i < fields->count; i++) {
        const sg_field *field = &fields->field[i];
        double value;
        if (field->type != SG_FIELD_F64) continue;
        memcpy(&value, (const char *)node->fields + field->offset,
               sizeof value);
        if (!isfinite(value) || isfinite((float)value)) continue;
        return sg_fail(node->graph->context, SYNGAN_E_ARGUMENT,
                       "%s: its number '%s' is %g, beyond what f32 holds "
                       "(3.4e38)",
                       label, field->name, value);
    }
    return SYNGAN_OK;
}

/* Asks the operator for the shape, and checks that it can be represented. */
static syngan_status node_infer(syngan_node *node) {
    syngan_context *context = node->graph->context;
    char label[NAME_MAX_BYTES + 64];
    snprintf(label, sizeof label, "%s '%.*s'", node->op->name, NAME_MAX_BYTES,
             node->name);
    if (node->op->n_inputs >= 0 && node->op->n_inputs != node->n_inputs)
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       "%s: takes %d inputs, not %d", label, node->op->n_inputs,
                       node->n_inputs);
    sg_infer infer = {.context = context,
                      .label = label,
                      .inputs = node->inputs,
                      .n_inputs = node->n_inputs,
                      .type = SYNGAN_TYPE_F32,
                      .fields = node->fields};
    SG_TRY(node->op->infer(&infer));
    SG_TRY(node_check_numbers(node, label));
    sg_dims sizes = infer.dims;
    if (sg_dims_open(&sizes)) sizes.size[0] = 1;
    SG_TRY(sg_dims_check(context, label, sizes.size, (size_t)sizes.rank, 0));
    node->dims = infer.dims;
    node->type = infer.type;
    return SYNGAN_OK;
}

/* The graph that the inputs share, with their failures sorted out: true if a
 * node can be made, else *result is what the builder returns. */
static bool inputs_graph(syngan_graph **graph, const sg_op *op,
                         syngan_node *const *inputs, size_t n_inputs,
                         syngan_node **result) {
    *result = NULL;
    for (size_t i = 0; i < n_inputs; i++) {
        if (inputs[i] == NULL) return false;
        if (*graph == NULL) *graph = inputs[i]->graph;
    }
    if (*graph == NULL) return false;
    *result = &(*graph)->error;
    for (size_t i = 0; i < n_inputs; i++) {
        if (inputs[i]->op == NULL) {
            *result = inputs[i];
            return false;
        }
        if (inputs[i]->graph != *graph) {
            sg_graph_fail(*graph, SYNGAN_E_ARGUMENT,
                          "%s: input '%s' belongs to another graph", op->name,
                          inputs[i]->name);
            return false;
        }
    }
    return true;
}

syngan_node *sg_node(syngan_graph *graph, const sg_op *op,
                     syngan_node *const *inputs, size_t n_inputs,
                     const void *fields, const char *name) {
    syngan_node *result;
    if (!inputs_graph(&graph, op, inputs, n_inputs, &result)) return result;
    syngan_node *node = node_allocate(graph, op, n_inputs, fields, name);
    if (node == NULL) return fail_memory(graph, "a node", sizeof *node);
    for (size_t i = 0; i < n_inputs; i++)
        node->inputs[i] = inputs[i];
    syngan_status status = node_infer(node);
    if (status == SYNGAN_OK && !node_append(graph, node))
        status = sg_fail_memory(graph->context, "a graph's nodes",
                                graph->count * sizeof *graph->nodes);
    if (status != SYNGAN_OK) {
        node_free(graph->context, node);
        return sg_graph_fail_last(graph, status);
    }
    return node;
}

syngan_node *sg_node1(const sg_op *op, syngan_node *a, const void *fields) {
    return sg_node(NULL, op, &a, 1, fields, NULL);
}

syngan_node *sg_node2(const sg_op *op, syngan_node *a, syngan_node *b,
                      const void *fields) {
    return sg_node(NULL, op, (syngan_node *[]){a, b}, 2, fields, NULL);
}

syngan_node *sg_node3(const sg_op *op, syngan_node *a, syngan_node *b,
                      syngan_node *c, const void *fields) {
    return sg_node(NULL, op, (syngan_node *[]){a, b, c}, 3, fields, NULL);
}

static uint64_t variable_hash(const syngan_graph *graph,
                              const sg_variable *variable) {
    return sg_hash(&graph->context->hash_key, &variable, sizeof variable);
}

bool sg_variable_attach(syngan_node *node, sg_variable *variable) {
    syngan_graph *graph = node->graph;
    if (!sg_index_add(&graph->variables, variable_hash(graph, variable),
                      node->id)) {
        (void)fail_memory(graph, "a graph's variables",
                          graph->variables.count * 16);
        return false;
    }
    node->variable = sg_variable_retain(variable);
    return true;
}

syngan_node *sg_variable_find(const syngan_graph *graph,
                              const sg_variable *variable) {
    int32_t known = sg_index_find(&graph->variables,
                                  variable_hash(graph, variable), variable);
    return known >= 0 ? graph->nodes[known] : NULL;
}

/* ---- about a node ------------------------------------------------------- */

size_t syngan_node_dims(const syngan_node *node, int64_t *dims) {
    if (node == NULL || node->op == NULL || dims == NULL) return 0;
    for (int32_t i = 0; i < node->dims.rank; i++)
        dims[i] = node->dims.size[i];
    return (size_t)node->dims.rank;
}

const char *syngan_node_name(const syngan_node *node) {
    return node == NULL || node->op == NULL ? "" : node->name;
}

int32_t syngan_node_failed(const syngan_node *node) {
    return node == NULL || node->op == NULL;
}

syngan_node *syngan_node_set_name(syngan_node *node, const char *name) {
    SG_OWN_FLOATS;
    if (node == NULL || node->op == NULL) return node;
    syngan_graph *graph = node->graph;
    if (name == NULL || name[0] == '\0')
        return sg_graph_fail(
            graph, SYNGAN_E_ARGUMENT,
            "syngan_node_set_name: node '%s' needs a name that is "
            "not empty",
            node->name);
    if (node->op->flags & SG_OP_NAMED)
        return sg_graph_fail(
            graph, SYNGAN_E_ARGUMENT,
            "syngan_node_set_name: %s '%s' keeps the name that it "
            "was made with",
            node->op->name, node->name);
    char *copy = sg_strdup(graph->context, name);
    if (copy == NULL) return fail_memory(graph, "a name", strlen(name) + 1);
    sg_free(graph->context, node->name);
    node->name = copy;
    sg_names_forget(graph);
    return node;
}

/* ---- for builders ------------------------------------------------------- */

bool sg_builder_options(syngan_node *x, const sg_fields *table,
                        const void *options, const char *where, void *out) {
    if (x == NULL || x->op == NULL) return false;
    syngan_status status =
        sg_options_read(x->graph->context, table, options, where, out);
    if (status == SYNGAN_OK) return true;
    sg_graph_fail_last(x->graph, status);
    return false;
}
