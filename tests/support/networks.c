/* SPDX-License-Identifier: Apache-2.0 */
#include "support/networks.h"

#include <string.h>
#include <syngan/layers.h>

static syngan_node *dense_generator(syngan_node *x) {
    x = syngan_dense(x, SYNGAN_DENSE(.units = 12));
    x = syngan_batch_norm(x, NULL);
    x = syngan_relu(x);
    x = syngan_dense(
        x, SYNGAN_DENSE(.units = 16, .activation = SYNGAN_ACTIVATION_TANH));
    return syngan_reshape(x, SYNGAN_SHAPE(SYNGAN_BATCH, 1, 4, 4));
}

static syngan_node *convolution_generator(syngan_node *x) {
    x = syngan_dense(
        x, SYNGAN_DENSE(.units = 12, .activation = SYNGAN_ACTIVATION_RELU));
    x = syngan_reshape(x, SYNGAN_SHAPE(SYNGAN_BATCH, 3, 2, 2));
    x = syngan_batch_norm(x, NULL);
    return syngan_conv2d_transpose(
        x, SYNGAN_CONV2D_TRANSPOSE(.filters = 1, .kernel = 4, .stride = 2,
                                   .activation = SYNGAN_ACTIVATION_TANH));
}

syngan_status network_generator(syngan_context *context, int kind,
                                syngan_model **out) {
    *out = NULL;
    syngan_graph *graph;
    syngan_status status = syngan_graph_create(context, &graph);
    if (status != SYNGAN_OK) return status;
    syngan_node *x = syngan_input(graph, "noise", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, NETWORK_NOISE));
    x = kind == NETWORK_DENSE ? dense_generator(x) : convolution_generator(x);
    status = syngan_model_create(x, "generator", out);
    syngan_graph_free(graph);
    return status;
}

static syngan_node *dense_discriminator(syngan_node *x) {
    x = syngan_flatten(x);
    x = syngan_dense(
        x,
        SYNGAN_DENSE(.units = 8, .activation = SYNGAN_ACTIVATION_LEAKY_RELU));
    return syngan_dense(x, SYNGAN_DENSE(.units = 1));
}

static syngan_node *convolution_discriminator(syngan_node *x) {
    x = syngan_conv2d(x, SYNGAN_CONV2D(.filters = 4, .kernel = 3, .stride = 2));
    x = syngan_batch_norm(x, SYNGAN_BATCH_NORM(.momentum = 0.9f));
    x = syngan_leaky_relu(x, 0.2);
    x = syngan_dropout(x, 0.25);
    x = syngan_flatten(x);
    return syngan_dense(
        x, SYNGAN_DENSE(.units = 1, .activation = SYNGAN_ACTIVATION_SIGMOID));
}

syngan_status network_discriminator(syngan_context *context, int kind,
                                    syngan_model **out) {
    *out = NULL;
    syngan_graph *graph;
    syngan_status status = syngan_graph_create(context, &graph);
    if (status != SYNGAN_OK) return status;
    syngan_node *x = syngan_input(graph, "image", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, 1, 4, 4));
    x = kind == NETWORK_DENSE ? dense_discriminator(x)
                              : convolution_discriminator(x);
    status = syngan_model_create(x, "discriminator", out);
    syngan_graph_free(graph);
    return status;
}

syngan_status network_examples(syngan_context *context,
                               const syngan_dataset_options *options,
                               syngan_dataset **out) {
    *out = NULL;
    syngan_tensor *images;
    syngan_status status =
        syngan_tensor_create(context, SYNGAN_TYPE_U8,
                             SYNGAN_SHAPE(NETWORK_EXAMPLES, 1, 4, 4), &images);
    if (status != SYNGAN_OK) return status;
    unsigned char *bytes = syngan_tensor_data(images);
    uint32_t random = 1;
    for (size_t i = 0; i < syngan_tensor_count(images); i++) {
        random = random * 1664525u + 1013904223u;
        /* bright in the middle */
        size_t y = i / 4 % 4, x = i % 4;
        int bright = (y == 1 || y == 2) && (x == 1 || x == 2);
        bytes[i] = (unsigned char)((random >> 25) + (bright ? 127 : 0));
    }
    status = syngan_dataset_from_tensors(images, NULL, options, out);
    syngan_tensor_free(images);
    return status;
}

int network_equal(const syngan_model *a, const syngan_model *b) {
    size_t count = syngan_model_parameter_count(a);
    int equal = count == syngan_model_parameter_count(b);
    for (size_t i = 0; equal && i < count; i++) {
        const char *name = syngan_model_parameter_name(a, i);
        syngan_tensor *x = NULL, *y = NULL;
        equal = syngan_model_parameter(a, name, &x) == SYNGAN_OK &&
                syngan_model_parameter(b, name, &y) == SYNGAN_OK &&
                syngan_tensor_bytes(x) == syngan_tensor_bytes(y) &&
                memcmp(syngan_tensor_data(x), syngan_tensor_data(y),
                       syngan_tensor_bytes(x)) == 0;
        syngan_tensor_free(x);
        syngan_tensor_free(y);
    }
    return equal;
}
