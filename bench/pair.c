/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pair of networks that measurements use.
 */
#include "pair.h"

#include "program.h"

/* A stride-2 transposed convolution. */
static syngan_node *enlarge(syngan_node *x, int64_t filters) {
    return syngan_conv2d_transpose(
        x, SYNGAN_CONV2D_TRANSPOSE(.filters = filters, .kernel = 4, .stride = 2,
                                   .activation = SYNGAN_ACTIVATION_RELU));
}

static syngan_node *reduce(syngan_node *x, int64_t filters) {
    return syngan_conv2d(
        x, SYNGAN_CONV2D(.filters = filters, .kernel = 4, .stride = 2,
                         .activation = SYNGAN_ACTIVATION_LEAKY_RELU));
}

syngan_status pair_generator(syngan_context *context, int64_t size,
                             syngan_model **out) {
    int64_t small = size / 4;
    syngan_graph *graph;
    TRY(syngan_graph_create(context, &graph));
    syngan_node *x = syngan_input(graph, "noise", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, PAIR_NOISE));
    x = syngan_dense(x, SYNGAN_DENSE(.units = 256 * small * small,
                                     .activation = SYNGAN_ACTIVATION_RELU));
    x = syngan_reshape(x, SYNGAN_SHAPE(SYNGAN_BATCH, 256, small, small));
    x = enlarge(syngan_batch_norm(x, NULL), 128);
    x = enlarge(syngan_batch_norm(x, NULL), 64);
    x = syngan_conv2d_transpose(
        syngan_batch_norm(x, NULL),
        SYNGAN_CONV2D_TRANSPOSE(.filters = 1, .kernel = 7,
                                .activation = SYNGAN_ACTIVATION_TANH));
    syngan_status status = syngan_model_create(x, "generator", out);
    syngan_graph_free(graph);
    return status;
}

syngan_status pair_discriminator(syngan_context *context, int64_t size,
                                 syngan_model **out) {
    syngan_graph *graph;
    TRY(syngan_graph_create(context, &graph));
    syngan_node *x = syngan_input(graph, "image", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, 1, size, size));
    x = syngan_flatten(reduce(reduce(x, 64), 128));
    x = syngan_dense(x, SYNGAN_DENSE(.units = 1));
    syngan_status status = syngan_model_create(x, "discriminator", out);
    syngan_graph_free(graph);
    return status;
}

/* Two hidden layers. */
static syngan_status dense_network(syngan_context *context, const char *name,
                                   int64_t inputs, int64_t width,
                                   int64_t outputs, syngan_model **out) {
    syngan_graph *graph;
    TRY(syngan_graph_create(context, &graph));
    syngan_node *x = syngan_input(graph, "x", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, inputs));
    for (int i = 0; i < 2; i++)
        x = syngan_dense(
            x, SYNGAN_DENSE(.units = width,
                            .activation = SYNGAN_ACTIVATION_LEAKY_RELU));
    x = syngan_dense(x, SYNGAN_DENSE(.units = outputs));
    syngan_status status = syngan_model_create(x, name, out);
    syngan_graph_free(graph);
    return status;
}

syngan_status pair_dense(syngan_context *context, int64_t width,
                         syngan_model **generator,
                         syngan_model **discriminator) {
    TRY(dense_network(context, "generator", width, width, width, generator));
    return dense_network(context, "discriminator", width, width, 1,
                         discriminator);
}

syngan_status pair_data(syngan_context *context, int64_t count,
                        const int64_t *dims, size_t rank,
                        syngan_dataset **out) {
    int64_t sizes[SYNGAN_MAX_RANK] = {count};
    for (size_t i = 0; i < rank; i++)
        sizes[i + 1] = dims[i];
    syngan_tensor *examples;
    TRY(syngan_tensor_create(context, SYNGAN_TYPE_F32, sizes, rank + 1,
                             &examples));
    syngan_status status =
        syngan_tensor_fill_uniform(examples, 1, 1, -1.0f, 1.0f);
    if (status == SYNGAN_OK)
        status = syngan_dataset_from_tensors(
            examples, NULL,
            SYNGAN_DATASET(.order = SYNGAN_ORDER_WITH_REPLACEMENT), out);
    syngan_tensor_free(examples);
    return status;
}
