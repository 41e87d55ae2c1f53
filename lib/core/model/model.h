/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model handle: the part of a graph that a result depends on, taken as a
 * template, and the variables that stand for its parameters. Clones share the
 * template and have variables of their own.
 */
#ifndef SG_MODEL_MODEL_H
#define SG_MODEL_MODEL_H

#include <syngan/model.h>
#include <syngan/program.h>

#include "graph/graph.h"

/* A program of the model in inference mode, for a fixed number of rows. */
typedef struct sg_prediction {
    int64_t batch;
    syngan_program *program; /* NULL until it is needed */
    syngan_tensor **inputs;  /* one for each of the model's */
    syngan_tensor *output;
} sg_prediction;

struct syngan_model {
    atomic_int references;
    syngan_context *context;
    char *name;
    syngan_graph *graph;    /* the template's */
    syngan_node **nodes;    /* the template, in the order of making */
    sg_variable **variable; /* of nodes[i] if that is a parameter, else NULL */
    size_t n_nodes;
    syngan_node **inputs; /* among the nodes */
    size_t n_inputs;
    sg_variable **parameters; /* in the order of building */
    size_t n_parameters;
    sg_index names; /* of the parameters, by name */
    syngan_node *output;
    sg_prediction prediction;
    int32_t bf16; /* of the prediction's products */
};

syngan_model *sg_model_retain(syngan_model *model);

/* A model on the template of `output` whose parameters have no tensors unless
 * another model has given them some. */
syngan_status sg_model_make(syngan_node *output, const char *name,
                            syngan_model **out);

/* The same network with variables of its own, which have no tensors yet: for
 * estimates and for loading. `name` NULL: the model's. */
syngan_status sg_model_clone_empty(const syngan_model *model, const char *name,
                                   syngan_model **out);

/* Sets the elements of a variable to its first values. */
void sg_initialize(const sg_variable *variable, const char *model_name);

/* As syngan_node_update_statistics(), for the batch normalisations whose
 * running statistics are parameters of `model` only; NULL: for all. A momentum
 * below 0 is each layer's own. */
syngan_node *sg_update_statistics(syngan_node *node, const syngan_model *model,
                                  double momentum);

/* Ends what syngan_model_predict() keeps. */
void sg_prediction_free(syngan_model *model);

#endif
