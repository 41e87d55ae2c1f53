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

/* A network in the making. */
typedef struct network {
    const sg_network_sizes *sizes;
    syngan_graph *graph;
    uint64_t seed; /* of first values */
} network;

static syngan_node *dense(const network *n, syngan_node *x, const char *name,
                          int64_t units) {
    if (syngan_node_failed(x)) return x;
    float bound = (float)(1.0 / sqrt((double)x->dims.size[1]));
    return syngan_dense(
        x, SYNGAN_DENSE(.name = name, .units = units,
                        .initializer = SYNGAN_INITIALIZER_UNIFORM,
                        .initializer_scale = bound,
                        .bias_initializer = SYNGAN_INITIALIZER_UNIFORM,
                        .bias_initializer_scale = bound, .seed = n->seed));
}

/* ---- the generator ------------------------------------------------------ */

/* relu(norm(dense(x))) joined with x */
static syngan_node *residual(const network *n, syngan_node *x, int32_t number) {
    char layer[32], norm[32];
    snprintf(layer, sizeof layer, "layer_%d", number);
    snprintf(norm, sizeof norm, "norm_%d", number);
    syngan_node *h = dense(n, x, layer, n->sizes->width);
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
static syngan_node *condition_input(const network *n) {
    const sg_network_sizes *sizes = n->sizes;
    syngan_node *x = syngan_input(n->graph, "condition", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, sizes->condition));
    if (sg_condition_taken(sizes->condition, sizes->width) == sizes->condition)
        return x;
    return syngan_dense(
        x, SYNGAN_DENSE(.name = "condition", .units = sizes->width,
                        .no_bias = 1, .initializer = SYNGAN_INITIALIZER_UNIFORM,
                        .initializer_scale = 1.0f, .seed = n->seed));
}

static syngan_node *generator_network(const network *n) {
    const sg_network_sizes *sizes = n->sizes;
    syngan_node *x = syngan_input(n->graph, "noise", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, sizes->noise));
    if (sizes->condition > 0) {
        syngan_node *both[] = {x, condition_input(n)};
        x = syngan_concat(both, 2, 1);
    }
    for (int32_t i = 1; i <= sizes->depth; i++)
        x = residual(n, x, i);
    return dense(n, x, "output", sizes->row);
}

/* ---- the critic --------------------------------------------------------- */

static syngan_node *critic_network(const network *n) {
    const sg_network_sizes *sizes = n->sizes;
    int64_t columns =
        sizes->pac * (sizes->row + sizes->condition + sizes->viewed);
    syngan_node *x = syngan_input(n->graph, "rows", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, columns));
    for (int32_t i = 1; i <= sizes->depth; i++) {
        char layer[32];
        snprintf(layer, sizeof layer, "layer_%d", i);
        x = syngan_leaky_relu(dense(n, x, layer, sizes->width), SLOPE);
        x = syngan_dropout(x, DROP);
    }
    return dense(n, x, "output", 1);
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

static syngan_status make_model(syngan_context *context,
                                const sg_network_sizes *sizes, uint64_t seed,
                                syngan_node *(*build)(const network *),
                                const char *name, syngan_model **out) {
    network n = {.sizes = sizes, .seed = seed};
    SG_TRY(syngan_graph_create(context, &n.graph));
    syngan_status status = syngan_model_create(build(&n), name, out);
    syngan_graph_free(n.graph);
    return status;
}

syngan_status sg_generator_make(syngan_context *context,
                                const sg_network_sizes *sizes, uint64_t seed,
                                syngan_model **out) {
    return make_model(context, sizes, seed, generator_network, "generator",
                      out);
}

syngan_status sg_critic_make(syngan_context *context,
                             const sg_network_sizes *sizes, uint64_t seed,
                             syngan_model **out) {
    return make_model(context, sizes, seed, critic_network, "critic", out);
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
