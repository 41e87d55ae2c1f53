/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which names are taken. Layers that were given none are called "dense",
 * "dense_2", ... the first that is free: no node has it, or has it in front of
 * a '.' (as "dense.weight"), so the graph keeps an index of all such parts.
 * Names of inputs and of parameters differ, so it keeps one of these, too.
 */
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "graph/graph.h"
#include "graph/op.h"

static syngan_status fail_memory(syngan_graph *graph) {
    return sg_fail_memory(graph->context, "a graph's names", graph->count * 16);
}

/* A name, or a part of one. */
typedef struct span {
    const char *text;
    size_t length;
} span;

static bool has_name(const void *graph, int32_t id, const void *key) {
    const char *name = ((const syngan_graph *)graph)->nodes[id]->name;
    const span *part = key;
    return strncmp(name, part->text, part->length) == 0 &&
           (name[part->length] == '\0' || name[part->length] == '.');
}

/* For the index of sources. */
typedef struct source {
    const sg_op *op;
    const char *name;
} source;

static bool is_source(const void *graph, int32_t id, const void *key) {
    const syngan_node *node = ((const syngan_graph *)graph)->nodes[id];
    const source *wanted = key;
    return node->op == wanted->op && strcmp(node->name, wanted->name) == 0;
}

static uint64_t source_hash(const syngan_graph *graph, const source *key) {
    return sg_hash(&graph->context->hash_key, key->name, strlen(key->name)) ^
           (uint64_t)(uintptr_t)key->op;
}

static bool index_source(syngan_graph *graph, const syngan_node *node) {
    const source key = {node->op, node->name};
    uint64_t hash = source_hash(graph, &key);
    return (node->op->flags & SG_OP_SOURCE) == 0 ||
           sg_index_find(&graph->sources, hash, &key) >= 0 ||
           sg_index_add(&graph->sources, hash, node->id);
}

static uint64_t span_hash(const syngan_graph *graph, span part) {
    return sg_hash(&graph->context->hash_key, part.text, part.length);
}

static bool index_part(syngan_graph *graph, int32_t id, span part) {
    uint64_t hash = span_hash(graph, part);
    return sg_index_find(&graph->names, hash, &part) >= 0 ||
           sg_index_add(&graph->names, hash, id);
}

static bool index_node(syngan_graph *graph, const syngan_node *node) {
    const char *name = node->name;
    for (const char *dot = strchr(name, '.'); dot != NULL;
         dot = strchr(dot + 1, '.'))
        if (!index_part(graph, node->id, (span){name, (size_t)(dot - name)}))
            return false;
    return index_part(graph, node->id, (span){name, strlen(name)});
}

void sg_names_start(syngan_graph *graph) {
    graph->names = graph->sources =
        (sg_index){.context = graph->context, .user = graph};
    graph->names.equal = has_name;
    graph->sources.equal = is_source;
}

/* Brings the indices up to the newest node. */
static bool index_names(syngan_graph *graph) {
    for (; graph->n_named < graph->count; graph->n_named++)
        if (!index_node(graph, graph->nodes[graph->n_named]) ||
            !index_source(graph, graph->nodes[graph->n_named]))
            return false;
    return true;
}

syngan_status sg_source_name_check(syngan_graph *graph, const sg_op *op,
                                   const char *name) {
    const source key = {op, name};
    if (!index_names(graph)) return fail_memory(graph);
    if (sg_index_find(&graph->sources, source_hash(graph, &key), &key) < 0)
        return SYNGAN_OK;
    return sg_fail(graph->context, SYNGAN_E_ARGUMENT,
                   "%s '%s': the graph has one of this name already", op->name,
                   name);
}

void sg_names_forget(syngan_graph *graph) {
    sg_index_free(&graph->names);
    sg_index_free(&graph->sources);
    sg_free(graph->context, graph->layer_count);
    graph->layer_count = NULL;
    graph->n_layer_counts = graph->layer_count_capacity = 0;
    graph->n_named = 0;
}

static bool name_taken(const syngan_graph *graph, const char *text) {
    const span name = {text, strlen(text)};
    return sg_index_find(&graph->names, span_hash(graph, name), &name) >= 0;
}

/* The count of an operator's layers; NULL when out of memory. */
static struct sg_layer_count *layer_count(syngan_graph *graph, const char *op) {
    for (size_t i = 0; i < graph->n_layer_counts; i++)
        if (strcmp(graph->layer_count[i].op, op) == 0)
            return &graph->layer_count[i];
    void *array = graph->layer_count;
    if (!sg_reserve(graph->context, &array, &graph->layer_count_capacity,
                    graph->n_layer_counts, sizeof *graph->layer_count))
        return NULL;
    graph->layer_count = array;
    struct sg_layer_count *count = &graph->layer_count[graph->n_layer_counts++];
    *count = (struct sg_layer_count){.op = op, .number = 1};
    return count;
}

/* Names are only added while the counts are kept, so that the search can go on
 * where the last one ended. */
static bool find_free(syngan_graph *graph, const char *op, char *text,
                      size_t size) {
    struct sg_layer_count *count = layer_count(graph, op);
    if (count == NULL || !index_names(graph)) return false;
    if (count->number > 1) snprintf(text, size, "%s_%u", op, count->number);
    while (name_taken(graph, text))
        snprintf(text, size, "%s_%u", op, ++count->number);
    return true;
}

const char *sg_layer_name(syngan_graph *graph, const char *given,
                          const char *op, char *text, size_t size) {
    snprintf(text, size, "%s", given != NULL ? given : op);
    if (given != NULL && strlen(given) >= size)
        sg_graph_fail(graph, SYNGAN_E_ARGUMENT,
                      "%s '%.40s...': a layer's name has at most %zu bytes", op,
                      given, size - 1);
    if (given == NULL && !find_free(graph, op, text, size))
        sg_graph_fail_last(
            graph, sg_fail_memory(graph->context, "the names of layers", 16));
    return text;
}
