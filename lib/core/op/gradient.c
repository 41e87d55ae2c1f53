/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reverse-mode differentiation (Griewank and Walther, "Evaluating
 * derivatives", 2008, chapter 3). Gradients are nodes of the same graph.
 */
#include "op/gradient.h"

#include <string.h>

#include "base/floats.h"
#include "base/memory.h"
#include "graph/op.h"

/* One backward sweep from y down to the nodes from `floor` on. Nodes below
 * `floor` are leaves: they collect gradients and pass nothing on. */
typedef struct sweep {
    syngan_graph *graph;
    int32_t floor;
    int32_t top;            /* y's id */
    unsigned char *depends; /* by id: on one of the nodes wanted */
    syngan_node **gradient; /* by id: sum of what has flowed in, or NULL */
} sweep;

static void sweep_end(sweep *s) {
    sg_free(s->graph->context, s->depends);
    sg_free(s->graph->context, s->gradient);
}

static syngan_status sweep_begin(sweep *s, syngan_node *y, int32_t floor) {
    syngan_context *context = y->graph->context;
    size_t count = (size_t)y->id + 1;
    *s = (sweep){.graph = y->graph, .floor = floor, .top = y->id};
    s->depends = sg_alloc_zero(context, count, 1);
    s->gradient = sg_alloc_zero(context, count, sizeof *s->gradient);
    if (s->depends != NULL && s->gradient != NULL) return SYNGAN_OK;
    sweep_end(s);
    return sg_fail_memory(context, "differentiation",
                          count * sizeof *s->gradient);
}

static void mark_dependent(sweep *s, syngan_node *const *wrt, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (wrt[i]->id <= s->top) s->depends[wrt[i]->id] = 1;
    for (int32_t id = s->floor; id <= s->top; id++) {
        const syngan_node *node = s->graph->nodes[id];
        for (int32_t i = 0; i < node->n_inputs; i++)
            s->depends[id] |= s->depends[node->inputs[i]->id];
    }
}

static void accumulate(sweep *s, const syngan_node *node, syngan_node *part) {
    syngan_node **sum = &s->gradient[node->id];
    *sum = *sum == NULL ? part : syngan_add(*sum, part);
}

static void sweep_run(sweep *s);

/* The gradient of an operator that has no rule of its own: of the simple
 * operators that it is made of, by a sweep over these alone. */
static void decomposed_gradient(syngan_node *node, syngan_node *dy,
                                syngan_node **dx) {
    syngan_graph *graph = node->graph;
    int32_t floor = (int32_t)graph->count;
    syngan_node *y = node->op->decompose(node, node->inputs);
    if (y->op == NULL || y->id < floor) return;
    sweep s;
    syngan_status status = sweep_begin(&s, y, floor);
    if (status != SYNGAN_OK) {
        sg_graph_fail_last(graph, status);
        return;
    }
    mark_dependent(&s, node->inputs, (size_t)node->n_inputs);
    s.gradient[y->id] = dy;
    sweep_run(&s);
    for (int32_t i = 0; i < node->n_inputs; i++) {
        dx[i] = s.gradient[node->inputs[i]->id];
        /* An input that is given twice gets its gradient once. */
        s.gradient[node->inputs[i]->id] = NULL;
    }
    sweep_end(&s);
}

static void node_gradient(syngan_node *node, syngan_node *dy,
                          syngan_node **dx) {
    const sg_op *op = node->op;
    if (op->gradient != NULL)
        op->gradient(node, dy, dx);
    else if (op->decompose != NULL)
        decomposed_gradient(node, dy, dx);
    else if ((op->flags & (SG_OP_SOURCE | SG_OP_RANDOM | SG_OP_UPDATE)) == 0)
        sg_graph_fail(node->graph, SYNGAN_E_UNSUPPORTED,
                      "%s '%s': has no gradient; apply the model in training "
                      "or inference mode first",
                      op->name, node->name);
}

/* Backward through one node, into the gradients of its inputs. */
static void sweep_node(sweep *s, syngan_node *node) {
    syngan_context *context = s->graph->context;
    size_t count = (size_t)node->n_inputs;
    syngan_node **dx = sg_alloc_zero(context, count, sizeof *dx);
    if (dx == NULL) {
        sg_graph_fail_last(s->graph,
                           sg_fail_memory(context, "a gradient", count * 8));
        return;
    }
    node_gradient(node, s->gradient[node->id], dx);
    for (size_t i = 0; i < count; i++)
        if (dx[i] != NULL && s->depends[node->inputs[i]->id])
            accumulate(s, node->inputs[i], dx[i]);
    sg_free(context, dx);
}

static void sweep_run(sweep *s) {
    for (int32_t id = s->top; id >= s->floor; id--) {
        syngan_node *node = s->graph->nodes[id];
        if (s->gradient[id] == NULL || !s->depends[id]) continue;
        if (s->graph->status != SYNGAN_OK) return;
        if (node->n_inputs > 0) sweep_node(s, node);
    }
}

static syngan_status check_shapes(syngan_node *y, syngan_node *const *wrt,
                                  size_t count) {
    syngan_context *context = y->graph->context;
    bool open = sg_dims_open(&y->dims);
    for (size_t i = 0; i < count; i++) {
        if (wrt[i] == NULL || wrt[i]->graph != y->graph)
            return sg_fail(context, SYNGAN_E_ARGUMENT,
                           "syngan_gradient: node %zu to differentiate by is "
                           "%s",
                           i, wrt[i] == NULL ? "NULL" : "of another graph");
        if (wrt[i]->op == NULL) return y->graph->status;
        open = open || sg_dims_open(&wrt[i]->dims);
    }
    if (open)
        return sg_fail(context, SYNGAN_E_SHAPE,
                       "syngan_gradient: the batch of '%s' is not fixed; apply "
                       "the model to inputs of a fixed batch",
                       y->name);
    return SYNGAN_OK;
}

/* What failed while nodes were made, with its sentence as the last error. */
static syngan_status graph_result(syngan_graph *graph) {
    if (graph->status == SYNGAN_OK) return SYNGAN_OK;
    return sg_fail(graph->context, graph->status, "%s", graph->error_text);
}

syngan_status sg_gradient(syngan_node *y, syngan_node *dy,
                          syngan_node *const *wrt, size_t count,
                          syngan_node **out) {
    syngan_graph *graph = y->graph;
    SG_TRY(graph_result(graph));
    SG_TRY(check_shapes(y, wrt, count));
    if (dy == NULL)
        dy = syngan_fill(graph, 1.0, y->dims.size, (size_t)y->dims.rank);
    SG_TRY(graph_result(graph));
    sweep s;
    SG_TRY(sweep_begin(&s, y, 0));
    mark_dependent(&s, wrt, count);
    s.gradient[y->id] = dy;
    sweep_run(&s);
    for (size_t i = 0; i < count; i++)
        out[i] = wrt[i]->id <= s.top ? s.gradient[wrt[i]->id] : NULL;
    sweep_end(&s);
    return graph_result(graph);
}

syngan_status syngan_gradient(syngan_node *y, syngan_node *const *wrt,
                              size_t count, syngan_node **out) {
    SG_OWN_FLOATS;
    if (y == NULL) return SYNGAN_E_ARGUMENT;
    syngan_graph *graph = y->graph;
    SG_TRY(graph_result(graph));
    if (out == NULL || wrt == NULL)
        return sg_fail(graph->context, SYNGAN_E_ARGUMENT,
                       "syngan_gradient: `wrt` and `out` must not be NULL");
    for (size_t i = 0; i < count; i++)
        out[i] = &graph->error;
    syngan_status status = sg_gradient(y, NULL, wrt, count, out);
    if (status != SYNGAN_OK) {
        /* An error node means that its graph has failed. */
        sg_graph_fail_last(graph, status);
        return status;
    }
    for (size_t i = 0; i < count; i++)
        if (out[i] == NULL)
            out[i] = syngan_fill(graph, 0.0, wrt[i]->dims.size,
                                 (size_t)wrt[i]->dims.rank);
    return graph_result(graph);
}
