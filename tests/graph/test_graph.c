/* SPDX-License-Identifier: Apache-2.0 */
/* Building: errors are kept and named, names, graphs that don't mix. */
#include <syngan.h>

#include "support/fault.h"
#include "support/test.h"

static syngan_graph *make_graph(syngan_context *context) {
    syngan_graph *graph = NULL;
    assert_ok(context, syngan_graph_create(context, &graph));
    return graph;
}

static void null_arguments(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_graph *graph;
    assert_int_equal(syngan_graph_create(NULL, &graph), SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_graph_create(context, NULL), SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_graph_status(NULL), SYNGAN_E_ARGUMENT);
    assert_null(syngan_add(NULL, NULL));
    assert_null(syngan_relu(NULL));
    assert_null(syngan_input(NULL, "x", SYNGAN_TYPE_F32, NULL, 0));
    assert_string_equal(syngan_node_name(NULL), "");
    assert_int_equal(syngan_node_failed(NULL), 1);
    syngan_graph_free(NULL);
    syngan_context_free(context);
}

static void errors_pass_through(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_graph *graph = make_graph(context);
    syngan_node *a =
        syngan_input(graph, "a", SYNGAN_TYPE_F32, SYNGAN_SHAPE(2, 3));
    syngan_node *b =
        syngan_input(graph, "b", SYNGAN_TYPE_F32, SYNGAN_SHAPE(4, 5));
    syngan_node *bad = syngan_add(a, b);
    assert_int_equal(syngan_node_failed(bad), 1);
    assert_int_equal(syngan_graph_status(graph), SYNGAN_E_SHAPE);
    syngan_node *worse = syngan_dense(syngan_relu(bad), NULL);
    assert_int_equal(syngan_node_failed(worse), 1);
    int64_t dims[SYNGAN_MAX_RANK];
    assert_int_equal(syngan_node_dims(worse, dims), 0);
    syngan_model *model;
    assert_fails(context, syngan_model_create(worse, "m", &model),
                 SYNGAN_E_SHAPE, "[2, 3]");
    syngan_program *program;
    assert_fails(context,
                 syngan_program_create(&worse, 1, NULL, 0, NULL, &program),
                 SYNGAN_E_SHAPE, "[4, 5]");
    syngan_node *gradient;
    assert_fails(context, syngan_gradient(worse, &a, 1, &gradient),
                 SYNGAN_E_SHAPE, "[4, 5]");
    syngan_graph_free(graph);
    syngan_context_free(context);
}

static void graphs_do_not_mix(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_graph *one = make_graph(context), *two = make_graph(context);
    syngan_node *a = syngan_scalar(one, 1), *b = syngan_scalar(two, 2);
    assert_int_equal(syngan_node_failed(syngan_add(a, b)), 1);
    assert_int_equal(syngan_graph_status(one), SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_graph_status(two), SYNGAN_OK);
    /* The error node given back is of the graph that failed. */
    syngan_node *mixed = syngan_add(b, syngan_relu(syngan_add(a, b)));
    syngan_model *model;
    assert_fails(context, syngan_model_create(mixed, "m", &model),
                 SYNGAN_E_ARGUMENT, "another graph");
    syngan_graph_free(one);
    syngan_graph_free(two);
    syngan_context_free(context);
}

/* A gradient that can't be taken leaves error nodes in a graph that has
 * failed. */
static void failed_gradients(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_graph *graph = make_graph(context);
    syngan_node *x = syngan_input(graph, "x", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, 2));
    syngan_node *gradient = NULL;
    assert_fails(context, syngan_gradient(syngan_square(x), &x, 1, &gradient),
                 SYNGAN_E_SHAPE, "not fixed");
    assert_int_equal(syngan_node_failed(gradient), 1);
    assert_int_equal(syngan_graph_status(graph), SYNGAN_E_SHAPE);
    syngan_program *program;
    assert_fails(context,
                 syngan_program_create(&gradient, 1, NULL, 0, NULL, &program),
                 SYNGAN_E_SHAPE, "not fixed");
    syngan_graph_free(graph);
    syngan_context_free(context);
}

static void names(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_graph *graph = make_graph(context);
    syngan_node *x =
        syngan_input(graph, "x", SYNGAN_TYPE_F32, SYNGAN_SHAPE(2, 3));
    syngan_node *first = syngan_dense(x, SYNGAN_DENSE(.units = 4));
    syngan_node *second = syngan_dense(first, SYNGAN_DENSE(.units = 4));
    syngan_model *model;
    assert_ok(context, syngan_model_create(second, "m", &model));
    assert_string_equal(syngan_model_parameter_name(model, 0), "dense.weight");
    assert_string_equal(syngan_model_parameter_name(model, 2),
                        "dense_2.weight");
    syngan_node *named = syngan_node_set_name(syngan_relu(second), "last");
    assert_string_equal(syngan_node_name(named), "last");
    assert_int_equal(syngan_node_failed(syngan_node_set_name(x, "y")), 1);
    assert_string_equal(syngan_node_name(x), "x");
    syngan_model_free(model);
    syngan_graph_free(graph);
    syngan_context_free(context);
}

static void names_are_unique(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_graph *graph = make_graph(context);
    syngan_node *x =
        syngan_input(graph, "x", SYNGAN_TYPE_F32, SYNGAN_SHAPE(2, 3));
    x = syngan_dense(x, SYNGAN_DENSE(.units = 4, .name = "d"));
    x = syngan_dense(x, SYNGAN_DENSE(.units = 4, .name = "d"));
    syngan_model *model;
    assert_fails(context, syngan_model_create(x, "m", &model),
                 SYNGAN_E_ARGUMENT, "d.weight");
    syngan_graph_free(graph);
    syngan_context_free(context);
}

static void absurd_sizes(void **state) {
    (void)state;
    /* The limit spares sanitizers, which end the process, the request. */
    syngan_context *context = NULL;
    assert_int_equal(
        syngan_context_create(
            SYNGAN_CONTEXT(.threads = 1, .memory_limit = 1u << 30), &context),
        SYNGAN_OK);
    syngan_graph *graph = make_graph(context);
    syngan_node *x = syngan_input(graph, "x", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, 12544));
    x = syngan_dense(x, SYNGAN_DENSE(.units = 1000000000000));
    syngan_model *model;
    assert_fails(context, syngan_model_create(x, "m", &model), SYNGAN_E_MEMORY,
                 "'dense.weight' [1000000000000, 12544]: no memory");
    syngan_graph *other = make_graph(context);
    syngan_node *y =
        syngan_fill(other, 0.0, SYNGAN_SHAPE(INT64_MAX / 2, INT64_MAX / 2, 3));
    assert_int_equal(syngan_node_failed(y), 1);
    assert_int_equal(syngan_graph_status(other), SYNGAN_E_SHAPE);
    syngan_graph_free(other);
    syngan_graph_free(graph);
    syngan_context_free(context);
}

static void long_names_are_refused(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_graph *graph = make_graph(context);
    char name[400];
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    syngan_node *x =
        syngan_input(graph, "x", SYNGAN_TYPE_F32, SYNGAN_SHAPE(2, 3));
    x = syngan_dense(x, SYNGAN_DENSE(.units = 4, .name = name));
    syngan_model *model;
    assert_fails(context, syngan_model_create(x, "m", &model),
                 SYNGAN_E_ARGUMENT, "at most");
    assert_null(model);
    syngan_graph_free(graph);
    syngan_context_free(context);
}

static syngan_status build(syngan_context *context, void *user) {
    (void)user;
    syngan_graph *graph;
    syngan_status status = syngan_graph_create(context, &graph);
    if (status != SYNGAN_OK) return status;
    syngan_node *x =
        syngan_input(graph, "x", SYNGAN_TYPE_F32, SYNGAN_SHAPE(2, 3));
    x = syngan_dense(
        x, SYNGAN_DENSE(.units = 4, .activation = SYNGAN_ACTIVATION_TANH));
    syngan_node *loss = syngan_mean(syngan_square(x), NULL, 0, 0);
    syngan_node *inputs = syngan_input(graph, "y", SYNGAN_TYPE_F32, NULL, 0);
    loss = syngan_multiply(loss, inputs);
    syngan_node *gradient;
    status = syngan_graph_status(graph);
    if (status == SYNGAN_OK)
        status = syngan_gradient(loss, &inputs, 1, &gradient);
    syngan_graph_free(graph);
    return status;
}

static void out_of_memory(void **state) {
    (void)state;
    assert_true(fault_sweep_memory(&(fault_sweep){.body = build}) > 10);
}

/* dy / dy is one; and of nodes of another graph there is none. */
static void gradients_of_itself(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_graph *graph, *other;
    assert_ok(context, syngan_graph_create(context, &graph));
    assert_ok(context, syngan_graph_create(context, &other));
    syngan_node *x = syngan_input(graph, "x", SYNGAN_TYPE_F32, SYNGAN_SHAPE(2));
    syngan_node *stranger =
        syngan_input(other, "x", SYNGAN_TYPE_F32, SYNGAN_SHAPE(2));
    syngan_node *y = syngan_sum(syngan_exp(x), NULL, 0, 0), *gradient;
    syngan_program *program = NULL;
    syngan_tensor *value;
    assert_ok(context, syngan_gradient(y, &y, 1, &gradient));
    assert_ok(context,
              syngan_program_create(&gradient, 1, NULL, 0, NULL, &program));
    assert_ok(context, syngan_program_run(program, 0));
    assert_ok(context, syngan_program_output(program, 0, &value));
    assert_true(*(float *)syngan_tensor_data(value) == 1.0f);
    assert_fails(context, syngan_gradient(y, &stranger, 1, &gradient),
                 SYNGAN_E_ARGUMENT, "another graph");
    syngan_tensor_free(value);
    syngan_program_free(program);
    syngan_graph_free(graph);
    syngan_graph_free(other);
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(null_arguments),
        cmocka_unit_test(errors_pass_through),
        cmocka_unit_test(graphs_do_not_mix),
        cmocka_unit_test(failed_gradients),
        cmocka_unit_test(names),
        cmocka_unit_test(names_are_unique),
        cmocka_unit_test(absurd_sizes),
        cmocka_unit_test(long_names_are_refused),
        cmocka_unit_test(out_of_memory),
        cmocka_unit_test(gradients_of_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
