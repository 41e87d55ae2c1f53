/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A model that is applied twice in a graph: running statistics move once, to
 * the mean of both uses; and one batch for all of its inputs.
 */
#include <math.h>
#include <syngan/layers.h>
#include <syngan/model.h>
#include <syngan/program.h>

#include "support/test.h"

enum { BATCH = 6 };

#define MOMENTUM 0.75

static void fill(syngan_context *context, syngan_program *program,
                 const char *name, const float *values) {
    syngan_tensor *tensor;
    assert_ok(context, syngan_program_input(program, name, &tensor));
    memcpy(syngan_tensor_data(tensor), values, BATCH * sizeof *values);
    syngan_tensor_free(tensor);
}

static void moments(const float *values, double *mean, double *variance) {
    *mean = *variance = 0;
    for (int i = 0; i < BATCH; i++)
        *mean += (double)values[i] / BATCH;
    for (int i = 0; i < BATCH; i++)
        *variance += pow((double)values[i] - *mean, 2) / BATCH;
}

static float parameter(syngan_context *context, const syngan_model *model,
                       const char *name) {
    syngan_tensor *tensor;
    assert_ok(context, syngan_model_parameter(model, name, &tensor));
    float value = *(float *)syngan_tensor_data(tensor);
    syngan_tensor_free(tensor);
    return value;
}

static syngan_model *make_norm(syngan_context *context) {
    syngan_graph *graph;
    syngan_model *model = NULL;
    assert_ok(context, syngan_graph_create(context, &graph));
    syngan_node *x = syngan_input(graph, "x", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, 1));
    syngan_node *y = syngan_batch_norm(
        x, SYNGAN_BATCH_NORM(.name = "norm", .momentum = (float)MOMENTUM));
    assert_ok(context, syngan_model_create(y, "model", &model));
    syngan_graph_free(graph);
    return model;
}

static void test_statistics(void **state) {
    (void)state;
    static const float a[BATCH] = {1, 2, 3, 4, 5, 9};
    static const float b[BATCH] = {-7, 0, 10, 20, 4, 3};
    syngan_context *context = test_context(1);
    syngan_model *model = make_norm(context);
    syngan_graph *graph;
    syngan_program *program = NULL;
    double mean[2], variance[2];
    assert_ok(context, syngan_graph_create(context, &graph));
    syngan_node *x =
        syngan_input(graph, "a", SYNGAN_TYPE_F32, SYNGAN_SHAPE(BATCH, 1));
    syngan_node *y =
        syngan_input(graph, "b", SYNGAN_TYPE_F32, SYNGAN_SHAPE(BATCH, 1));
    x = syngan_model_apply(graph, model, &x, 1, SYNGAN_MODE_TRAINING);
    y = syngan_model_apply(graph, model, &y, 1, SYNGAN_MODE_TRAINING);
    syngan_node *sum = syngan_mean(syngan_add(x, y), NULL, 0, 0);
    syngan_node *update = syngan_node_update_statistics(sum);
    assert_ok(context,
              syngan_program_create(&sum, 1, &update, 1, NULL, &program));
    fill(context, program, "a", a);
    fill(context, program, "b", b);
    assert_ok(context, syngan_program_run(program, 0));
    moments(a, &mean[0], &variance[0]);
    moments(b, &mean[1], &variance[1]);
    /* They begin with 0 and 1. */
    double moved = (double)parameter(context, model, "norm.running_mean");
    double wanted = (1 - MOMENTUM) * (mean[0] + mean[1]) / 2;
    assert_true(fabs(moved - wanted) < 1e-5);
    moved = (double)parameter(context, model, "norm.running_var");
    wanted = MOMENTUM + (1 - MOMENTUM) * (variance[0] + variance[1]) / 2;
    assert_true(fabs(moved - wanted) < 1e-4);
    syngan_program_free(program);
    syngan_graph_free(graph);
    syngan_model_free(model);
    syngan_context_free(context);
}

static void test_batches(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_graph *graph;
    syngan_model *model = NULL;
    assert_ok(context, syngan_graph_create(context, &graph));
    syngan_node *both[] = {syngan_input(graph, "a", SYNGAN_TYPE_F32,
                                        SYNGAN_SHAPE(SYNGAN_BATCH, 3)),
                           syngan_input(graph, "b", SYNGAN_TYPE_F32,
                                        SYNGAN_SHAPE(SYNGAN_BATCH, 2))};
    assert_ok(context,
              syngan_model_create(syngan_concat(both, 2, 1), "model", &model));
    syngan_graph_free(graph);
    for (int64_t other = 4; other <= 5; other++) {
        assert_ok(context, syngan_graph_create(context, &graph));
        syngan_node *given[] = {
            syngan_input(graph, "a", SYNGAN_TYPE_F32, SYNGAN_SHAPE(4, 3)),
            syngan_input(graph, "b", SYNGAN_TYPE_F32, SYNGAN_SHAPE(other, 2))};
        syngan_node *y =
            syngan_model_apply(graph, model, given, 2, SYNGAN_MODE_INFERENCE);
        assert_int_equal(syngan_node_failed(y), other == 5);
        if (other == 5)
            assert_non_null(
                strstr(syngan_context_last_error(context), "one batch"));
        syngan_graph_free(graph);
    }
    syngan_model_free(model);
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_statistics),
        cmocka_unit_test(test_batches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
