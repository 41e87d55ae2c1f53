/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The networks of Xu and others 2019, section 4.4, as the paper's program
 * builds them in PyTorch: dense layers start uniform within 1 / sqrt(inputs),
 * biases as well.
 */
#include <math.h>
#include <stdio.h>

#include "base/memory.h"
#include "op/layer.h"
#include "op/ops.h"
#include "synth/synth.h"

/* Slope and rate of the critic's layers. */
#define SLOPE 0.2
#define DROP 0.5
/* Numbers of a condition from which on the generator does not take it as it is:
 * each layer is joined with what it was given, so that the last one would have
 * as many weights as the row has numbers times those of the condition. */
#define WIDE_CONDITION 2048

static syngan_node *uniform_parameter(syngan_graph *graph, const char *layer,
                                      const char *part, const sg_dims *dims,
                                      int64_t inputs) {
    char name[64];
    snprintf(name, sizeof name, "%s.%s", layer, part);
    return syngan_parameter(
        graph, name, dims->size, (size_t)dims->rank,
        SYNGAN_PARAMETER(.initializer = SYNGAN_INITIALIZER_UNIFORM,
                         .scale = (float)(1.0 / sqrt((double)inputs))));
}

static syngan_node *dense(syngan_node *x, const char *name, int64_t units) {
    if (syngan_node_failed(x)) return x;
    int64_t inputs = x->dims.size[1];
    sg_dims weight = sg_dims_make((const int64_t[]){units, inputs}, 2);
    sg_dims bias = sg_dims_make(&units, 1);
    syngan_node *w =
        uniform_parameter(x->graph, name, "weight", &weight, inputs);
    syngan_node *b = uniform_parameter(x->graph, name, "bias", &bias, inputs);
    return sg_node2(&sg_op_bias_add, syngan_matmul(x, w, 0, 1), b, NULL);
}

/* ---- the generator ------------------------------------------------------ */

/* relu(norm(dense(x))) joined with x */
static syngan_node *residual(syngan_node *x, int32_t number, int64_t width) {
    char layer[32], norm[32];
    snprintf(layer, sizeof layer, "layer_%d", number);
    snprintf(norm, sizeof norm, "norm_%d", number);
    syngan_node *h = dense(x, layer, width);
    h = syngan_batch_norm(
        h, SYNGAN_BATCH_NORM(.name = norm, .momentum = 0.9f, .epsilon = 1e-5f));
    syngan_node *both[] = {syngan_relu(h), x};
    return syngan_concat(both, 2, 1);
}

int64_t sg_condition_taken(int64_t condition, int64_t width) {
    return condition > WIDE_CONDITION ? width : condition;
}

/* A wide condition becomes as many numbers as a layer has; it is a table of
 * them, since one number of a condition is 1 and the others are 0. */
static syngan_node *condition_input(syngan_graph *graph,
                                    const sg_network_sizes *sizes) {
    syngan_node *x = syngan_input(graph, "condition", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, sizes->condition));
    if (sg_condition_taken(sizes->condition, sizes->width) == sizes->condition)
        return x;
    sg_dims dims =
        sg_dims_make((const int64_t[]){sizes->width, sizes->condition}, 2);
    return syngan_matmul(
        x, uniform_parameter(graph, "condition", "weight", &dims, 1), 0, 1);
}

static syngan_node *generator_network(syngan_graph *graph,
                                      const sg_network_sizes *sizes) {
    syngan_node *x = syngan_input(graph, "noise", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, sizes->noise));
    if (sizes->condition > 0) {
        syngan_node *both[] = {x, condition_input(graph, sizes)};
        x = syngan_concat(both, 2, 1);
    }
    for (int32_t i = 1; i <= sizes->depth; i++)
        x = residual(x, i, sizes->width);
    return dense(x, "output", sizes->row);
}

/* ---- the critic --------------------------------------------------------- */

static syngan_node *critic_network(syngan_graph *graph,
                                   const sg_network_sizes *sizes) {
    int64_t columns =
        sizes->pac * (sizes->row + sizes->condition + sizes->viewed);
    syngan_node *x = syngan_input(graph, "rows", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, columns));
    for (int32_t i = 1; i <= sizes->depth; i++) {
        char layer[32];
        snprintf(layer, sizeof layer, "layer_%d", i);
        x = syngan_leaky_relu(dense(x, layer, sizes->width), SLOPE);
        x = syngan_dropout(x, DROP);
    }
    return dense(x, "output", 1);
}

/* ---- sizes -------------------------------------------------------------- */

/* Weights of `depth` layers; *inputs becomes those of the layer behind. */
static double count_layers(const sg_network_sizes *sizes, bool joined,
                           double *inputs) {
    double width = (double)sizes->width, count = 0.0;
    for (int32_t i = 0; i < sizes->depth; i++) {
        count += *inputs * width;
        *inputs = joined ? *inputs + width : width;
    }
    return count;
}

double sg_network_weights(const sg_network_sizes *sizes, bool critic) {
    double condition = (double)sizes->condition, row = (double)sizes->row;
    double inputs = (double)sizes->noise + condition, count = 0.0;
    if (critic) {
        inputs = (double)sizes->pac * (row + condition + (double)sizes->viewed);
        return count_layers(sizes, false, &inputs) + inputs;
    }
    int64_t taken = sg_condition_taken(sizes->condition, sizes->width);
    if (taken != sizes->condition) {
        count = condition * (double)taken;
        inputs = (double)(sizes->noise + taken);
    }
    count += count_layers(sizes, true, &inputs);
    return count + inputs * row;
}

/* ---- making models ------------------------------------------------------ */

static syngan_status
make_model(syngan_context *context, const sg_network_sizes *sizes,
           syngan_node *(*build)(syngan_graph *, const sg_network_sizes *),
           const char *name, uint64_t seed, syngan_model **out) {
    syngan_graph *graph;
    SG_TRY(syngan_graph_create(context, &graph));
    syngan_status status = syngan_model_create(build(graph, sizes), name, out);
    syngan_graph_free(graph);
    if (status != SYNGAN_OK) return status;
    for (size_t i = 0; i < (*out)->n_parameters; i++)
        sg_initialize((*out)->parameters[i], name, seed);
    return SYNGAN_OK;
}

syngan_status sg_generator_make(syngan_context *context,
                                const sg_network_sizes *sizes, uint64_t seed,
                                syngan_model **out) {
    return make_model(context, sizes, generator_network, "generator", seed,
                      out);
}

syngan_status sg_critic_make(syngan_context *context,
                             const sg_network_sizes *sizes, uint64_t seed,
                             syngan_model **out) {
    return make_model(context, sizes, critic_network, "critic", seed, out);
}

syngan_status sg_network_parts(const sg_encoder *encoder, bool choices,
                               int32_t **out) {
    size_t bytes = encoder->n_parts * sizeof **out;
    *out = sg_alloc(encoder->context, bytes);
    if (*out == NULL)
        return sg_fail_memory(encoder->context, "a synthesizer", bytes);
    for (size_t i = 0; i < encoder->n_parts; i++) {
        const sg_part *part = &encoder->parts[i];
        (*out)[i] = part->kind == SG_PART_NUMBER ? 0
                    : choices                    ? part->width
                                                 : -part->width;
    }
    return SYNGAN_OK;
}
