/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A trainer and its data: what is laid out in another way than the networks.
 */
#include "support/test.h"

#include <syngan/image.h>
#include <syngan/layers.h>

#include "support/networks.h"
#include "support/training.h"

/* ---- other layouts ------------------------------------------------------- */

static syngan_model *image_model(syngan_context *context) {
    syngan_graph *graph;
    syngan_model *model;
    assert_ok(context, syngan_graph_create(context, &graph));
    syngan_node *x = syngan_input(graph, "image", SYNGAN_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, 3, 8, 8));
    x = syngan_dense(syngan_flatten(x), SYNGAN_DENSE(.units = 1));
    assert_ok(context, syngan_model_create(x, "discriminator", &model));
    syngan_graph_free(graph);
    return model;
}

static syngan_model *maker(syngan_context *context) {
    syngan_graph *graph;
    syngan_model *model;
    assert_ok(context, syngan_graph_create(context, &graph));
    syngan_node *x =
        syngan_input(graph, "noise", SYNGAN_F32, SYNGAN_SHAPE(SYNGAN_BATCH, 5));
    x = syngan_dense(x, SYNGAN_DENSE(.units = 3 * 8 * 8));
    x = syngan_reshape(x, SYNGAN_SHAPE(SYNGAN_BATCH, 3, 8, 8));
    assert_ok(context, syngan_model_create(x, "generator", &model));
    syngan_graph_free(graph);
    return model;
}

/* Pictures of other programs have their channels last. */
static void test_channels_last(void **state) {
    (void)state;
    static const char part[] = "it looks like N x H x W x C";
    syngan_context *context = test_context(1);
    syngan_model *d = image_model(context), *g = maker(context);
    syngan_tensor *pictures, *out;
    syngan_dataset *dataset;
    syngan_trainer *trainer;
    syngan_graph *graph;
    assert_ok(context,
              syngan_tensor_create(context, SYNGAN_F32,
                                   SYNGAN_SHAPE(10, 8, 8, 3), &pictures));
    assert_ok(context,
              syngan_dataset_from_tensors(pictures, NULL, NULL, &dataset));
    assert_fails(context, syngan_trainer_create(g, d, dataset, NULL, &trainer),
                 SYNGAN_E_SHAPE, part);
    assert_fails(context,
                 syngan_model_predict(
                     d, (const syngan_tensor *const *)&pictures, 1, &out),
                 SYNGAN_E_SHAPE, part);
    assert_ok(context, syngan_graph_create(context, &graph));
    syngan_node *node = syngan_constant(graph, pictures);
    syngan_node *result =
        syngan_model_apply(graph, d, &node, 1, SYNGAN_TRAINING);
    syngan_model *none;
    assert_fails(context, syngan_model_create(result, "x", &none),
                 SYNGAN_E_SHAPE, part);
    syngan_status status = syngan_write_png(pictures, "/nowhere.png", NULL);
    if (status != SYNGAN_E_UNSUPPORTED)
        assert_fails(context, status, SYNGAN_E_SHAPE, part);
    syngan_graph_free(graph);
    syngan_dataset_free(dataset);
    syngan_tensor_free(pictures);
    syngan_model_free(d);
    syngan_model_free(g);
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_channels_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
