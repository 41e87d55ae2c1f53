/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builds the standard pair.
 */
#include "support/pair.h"

static syngan_node *generator_layer(syngan_node *x, int32_t layer) {
    switch (layer) {
    case 0:
        return syngan_dense(x,
                            SYNGAN_DENSE(.units = 256 * 7 * 7,
                                         .activation = SYNGAN_ACTIVATION_RELU));
    case 1:
        x = syngan_reshape(x, SYNGAN_SHAPE(SYNGAN_BATCH, 256, 7, 7));
        return syngan_batch_norm(x, NULL);
    case 2:
        return syngan_conv2d_transpose(
            x, SYNGAN_CONV2D_TRANSPOSE(.filters = 128, .kernel = 4, .stride = 2,
                                       .activation = SYNGAN_ACTIVATION_RELU));
    case 4:
        return syngan_conv2d_transpose(
            x, SYNGAN_CONV2D_TRANSPOSE(.filters = 64, .kernel = 4, .stride = 2,
                                       .activation = SYNGAN_ACTIVATION_RELU));
    case 6:
        return syngan_conv2d_transpose(
            x, SYNGAN_CONV2D_TRANSPOSE(.filters = 1, .kernel = 7,
                                       .activation = SYNGAN_ACTIVATION_TANH));
    default:
        return syngan_batch_norm(x, NULL);
    }
}

static syngan_node *discriminator_layer(syngan_node *x, int32_t layer) {
    if (layer == 2)
        return syngan_dense(syngan_flatten(x), SYNGAN_DENSE(.units = 1));
    return syngan_conv2d(
        x,
        SYNGAN_CONV2D(.filters = layer == 0 ? 64 : 128, .kernel = 4,
                      .stride = 2, .activation = SYNGAN_ACTIVATION_LEAKY_RELU));
}

syngan_status pair_generator(syngan_context *context, int32_t layers,
                             syngan_model **out) {
    syngan_graph *graph = NULL;
    syngan_status status = syngan_graph_create(context, &graph);
    if (status != SYNGAN_OK) return status;
    syngan_node *x = syngan_input(graph, "noise", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, 100));
    for (int32_t i = 0; i < layers; i++)
        x = generator_layer(x, i);
    status = syngan_model_create(x, "generator", out);
    syngan_graph_free(graph);
    return status;
}

syngan_status pair_discriminator(syngan_context *context, int32_t layers,
                                 syngan_model **out) {
    syngan_graph *graph = NULL;
    syngan_status status = syngan_graph_create(context, &graph);
    if (status != SYNGAN_OK) return status;
    syngan_node *x = syngan_input(graph, "image", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, 1, 28, 28));
    for (int32_t i = 0; i < layers; i++)
        x = discriminator_layer(x, i);
    status = syngan_model_create(x, "discriminator", out);
    syngan_graph_free(graph);
    return status;
}
