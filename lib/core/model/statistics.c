/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Running statistics: which batch normalisations a value depends on, and the
 * update nodes that move what they keep.
 */

#include "backend/batch_norm.h"
#include "base/floats.h"
#include "base/memory.h"
#include "model/model.h"
#include "op/ops.h"

/* Inputs of batch_norm_train. */
enum { STATISTICS = 3, RUNNING_MEAN = 4, RUNNING_VARIANCE = 5 };

typedef struct search {
    syngan_graph *graph;
    const syngan_model *model; /* NULL: any */
    double momentum;           /* below 0: each layer's own */
    unsigned char *needed;     /* by id */
    int32_t top;
    syngan_node **updates; /* found so far */
    size_t count;
} search;

static bool is_parameter_of(const syngan_model *model,
                            const sg_variable *variable) {
    if (model == NULL) return true;
    for (size_t i = 0; i < model->n_parameters; i++)
        if (model->parameters[i] == variable) return true;
    return false;
}

static bool is_training_norm(const search *s, int32_t id) {
    const syngan_node *node = s->graph->nodes[id];
    return s->needed[id] && node->op == &sg_op_batch_norm_train &&
           is_parameter_of(s->model, node->inputs[RUNNING_MEAN]->variable);
}

static bool same_layer(const syngan_node *a, const syngan_node *b) {
    return a->inputs[RUNNING_MEAN] == b->inputs[RUNNING_MEAN];
}

/* The mean over all uses of the layer of `first` (2 x C), since a variable
 * moves once in a run. NULL if an earlier node is of the same layer. */
static syngan_node *layer_statistics(const search *s, int32_t first) {
    syngan_node *node = s->graph->nodes[first];
    for (int32_t id = 0; id < first; id++)
        if (is_training_norm(s, id) && same_layer(s->graph->nodes[id], node))
            return NULL;
    syngan_node *sum = node->inputs[STATISTICS];
    int uses = 1;
    for (int32_t id = first + 1; id <= s->top; id++) {
        if (!is_training_norm(s, id) || !same_layer(s->graph->nodes[id], node))
            continue;
        sum = syngan_add(sum, s->graph->nodes[id]->inputs[STATISTICS]);
        uses++;
    }
    return uses == 1 ? sum : syngan_affine(sum, 1.0 / uses, 0.0);
}

static syngan_node *move(syngan_node *running, syngan_node *statistics,
                         int64_t row, double momentum) {
    syngan_node *value = syngan_slice(statistics, 0, row, 1);
    value =
        syngan_reshape(value, running->dims.size, (size_t)running->dims.rank);
    return syngan_moving_average(running, value, momentum);
}

static void find_updates(search *s) {
    for (int32_t id = 0; id <= s->top; id++) {
        if (!is_training_norm(s, id)) continue;
        syngan_node *statistics = layer_statistics(s, id);
        if (statistics == NULL) continue;
        const syngan_node *node = s->graph->nodes[id];
        const sg_batch_norm_fields *fields = node->fields;
        double momentum = s->momentum >= 0.0 ? s->momentum : fields->momentum;
        s->updates[s->count++] =
            move(node->inputs[RUNNING_MEAN], statistics, 0, momentum);
        s->updates[s->count++] =
            move(node->inputs[RUNNING_VARIANCE], statistics, 1, momentum);
    }
}

static void mark_needed(search *s) {
    s->needed[s->top] = 1;
    for (int32_t id = s->top; id >= 0; id--) {
        const syngan_node *node = s->graph->nodes[id];
        for (int32_t i = 0; s->needed[id] && i < node->n_inputs; i++)
            s->needed[node->inputs[i]->id] = 1;
    }
}

syngan_node *sg_update_statistics(syngan_node *node, const syngan_model *model,
                                  double momentum) {
    if (node->op == NULL) return node;
    syngan_graph *graph = node->graph;
    size_t ids = (size_t)node->id + 1;
    search s = {
        .graph = graph, .model = model, .momentum = momentum, .top = node->id};
    s.needed = sg_alloc_zero(graph->context, ids, 1);
    s.updates = sg_alloc_zero(graph->context, 2 * ids, sizeof *s.updates);
    syngan_node *result;
    if (s.needed == NULL || s.updates == NULL) {
        result = sg_graph_fail_last(
            graph, sg_fail_memory(graph->context, "running statistics",
                                  ids * 2 * sizeof *s.updates));
    } else {
        mark_needed(&s);
        find_updates(&s);
        result = sg_node(graph, &sg_op_group, s.updates, s.count, NULL, NULL);
    }
    sg_free(graph->context, s.updates);
    sg_free(graph->context, s.needed);
    return result;
}

syngan_node *syngan_node_update_statistics(syngan_node *node) {
    SG_OWN_FLOATS;
    return node == NULL ? NULL : sg_update_statistics(node, NULL, -1.0);
}
