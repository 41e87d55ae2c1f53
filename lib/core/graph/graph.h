/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nodes and graphs. A graph owns its nodes, which are never changed once made,
 * in the order of making: an order in which every node follows its inputs.
 */
#ifndef SG_GRAPH_GRAPH_H
#define SG_GRAPH_GRAPH_H

#include <syngan/graph.h>

#include "base/index.h"
#include "tensor/tensor.h"

typedef struct sg_op sg_op;

/* A parameter of a model, or any tensor that outlives a run. */
typedef struct sg_variable {
    atomic_int references;
    bool trainable;
    syngan_context *context;
    char *name;            /* within its model: "conv2d.weight" */
    syngan_tensor *tensor; /* f32 (counters: i64); NULL until a model is made */
    sg_dims dims;
    /* First values. */
    int32_t initializer;
    float scale;
    int64_t fan_in, fan_out;
    uint64_t seed;
} sg_variable;

struct syngan_node {
    syngan_graph *graph;
    const sg_op *op; /* NULL for the error node */
    char *name;
    int32_t id; /* index in the graph */
    int32_t type;
    int32_t n_inputs;
    uint32_t stream; /* of random nodes */
    syngan_node **inputs;
    void *fields; /* op->fields->size bytes */
    sg_dims dims;
    sg_variable *variable; /* of "parameter" */
    syngan_tensor *tensor; /* of "constant" */
};

struct syngan_graph {
    atomic_int references;
    syngan_context *context;
    syngan_node **nodes;
    size_t count, capacity;
    uint32_t n_random;  /* random nodes made so far */
    sg_index variables; /* ids of the variables' nodes */
    sg_index names; /* ids of nodes by name, and by each part of it in front of
                       a '.', see graph/name.c */
    sg_index sources; /* ids of inputs, parameters and constants by name */
    size_t n_named;   /* nodes that are in these two */
    struct sg_layer_count {
        const char *op;  /* "conv2d" */
        unsigned number; /* "conv2d_2" ... up to here are taken */
    } * layer_count;
    size_t n_layer_counts, layer_count_capacity;
    syngan_status status; /* first failure */
    char error_text[SG_ERROR_MAX];
    syngan_node error; /* the error node */
};

syngan_graph *sg_graph_retain(syngan_graph *graph);

/*
 * Makes a node; `fields` (op->fields->size bytes, or NULL) are copied. The
 * graph is that of the inputs, which must have one in common; `graph` may be
 * NULL if there are inputs. If an input is NULL the result is NULL; if one is
 * the error node, or anything fails, it is the graph's error node. `name` NULL:
 * made from the operator's.
 */
syngan_node *sg_node(syngan_graph *graph, const sg_op *op,
                     syngan_node *const *inputs, size_t n_inputs,
                     const void *fields, const char *name);
/* With inputs given one by one; NULL fields and name. */
syngan_node *sg_node1(const sg_op *op, syngan_node *a, const void *fields);
syngan_node *sg_node2(const sg_op *op, syngan_node *a, syngan_node *b,
                      const void *fields);
syngan_node *sg_node3(const sg_op *op, syngan_node *a, syngan_node *b,
                      syngan_node *c, const void *fields);

/* Records a failure (the first stays) and returns the error node. */
syngan_node *sg_graph_fail(syngan_graph *graph, syngan_status status,
                           const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Records what the context's error text says. */
syngan_node *sg_graph_fail_last(syngan_graph *graph, syngan_status status);

/* For builders with options: reads them as sg_options_read() does; false after
 * recording a failure in the graph (also when x is the error node). */
struct sg_fields;
bool sg_builder_options(syngan_node *x, const struct sg_fields *table,
                        const void *options, const char *where, void *out);

/* A name for a layer: `given`, or "`op`", "`op`_2", ... unique in the graph.
 * Writes at most `size` bytes to `text`; returns it. */
const char *sg_layer_name(syngan_graph *graph, const char *given,
                          const char *op, char *text, size_t size);
/* SYNGAN_E_ARGUMENT where a source of this kind has the name already. */
syngan_status sg_source_name_check(syngan_graph *graph, const sg_op *op,
                                   const char *name);
/* For a new graph. */
void sg_names_start(syngan_graph *graph);
/* To be called when a node's name has changed, and when the graph ends. */
void sg_names_forget(syngan_graph *graph);

/* ---- variables ----------------------------------------------------------- */

sg_variable *sg_variable_make(syngan_context *context, const char *name,
                              const sg_dims *dims);
sg_variable *sg_variable_retain(sg_variable *variable);
void sg_variable_release(sg_variable *variable);
/* Makes its tensor if it has none yet; the elements are zeros. */
syngan_status sg_variable_allocate(sg_variable *variable);
/* Makes `node` the variable's in its graph; false when out of memory. */
bool sg_variable_attach(syngan_node *node, sg_variable *variable);
/* The graph's node of a variable, NULL if it has none. */
syngan_node *sg_variable_find(const syngan_graph *graph,
                              const sg_variable *variable);

#endif
