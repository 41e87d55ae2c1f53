/* SPDX-License-Identifier: Apache-2.0 */
/* Making models: inputs, parameters and their first values, clones, errors. */
#include "support/test.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <syngan/layers.h>
#include <syngan/optimizer.h>
#include <syngan/program.h>

#include "support/fault.h"
#include "support/networks.h"

/* ---- what a model says of itself --------------------------------------- */

static void test_inspection(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_model *model;
    assert_ok(context, network_generator(context, NETWORK_DENSE, &model));
    assert_string_equal(syngan_model_name(model), "generator");
    assert_int_equal(syngan_model_input_count(model), 1);
    int64_t dims[SYNGAN_MAX_RANK];
    assert_int_equal(syngan_model_input_dims(model, 0, dims), 2);
    assert_int_equal(dims[0], SYNGAN_BATCH);
    assert_int_equal(dims[1], NETWORK_NOISE);
    assert_int_equal(syngan_model_input_dims(model, 1, dims), 0);
    assert_int_equal(syngan_model_output_dims(model, dims), 4);
    assert_int_equal(dims[0], SYNGAN_BATCH);
    assert_int_equal(dims[3], 4);
    static const struct {
        const char *name;
        int trainable;
    } want[] = {{"dense.weight", 1},
                {"dense.bias", 1},
                {"batch_norm.weight", 1},
                {"batch_norm.bias", 1},
                {"batch_norm.running_mean", 0},
                {"batch_norm.running_var", 0},
                {"dense_2.weight", 1},
                {"dense_2.bias", 1}};
    size_t count = sizeof want / sizeof *want;
    assert_int_equal(syngan_model_parameter_count(model), count);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(syngan_model_parameter_name(model, i),
                            want[i].name);
        assert_int_equal(syngan_model_parameter_trainable(model, i),
                         want[i].trainable);
    }
    assert_null(syngan_model_parameter_name(model, count));
    assert_int_equal(syngan_model_trainable_elements(model),
                     12 * 5 + 12 + 24 + 16 * 12 + 16);
    syngan_model_free(model);
    syngan_context_free(context);
}

static void test_summary(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_model *model;
    assert_ok(context, network_generator(context, NETWORK_DENSE, &model));
    size_t size = syngan_model_summary(model, NULL, 0);
    char *text = malloc(size + 1);
    assert_int_equal(syngan_model_summary(model, text, size + 1), size);
    assert_int_equal(strlen(text), size);
    assert_non_null(strstr(text, "dense_2"));
    assert_non_null(strstr(text, "[batch, 1, 4, 4]"));
    assert_non_null(strstr(text, "328 parameters, 304 of them trainable"));
    char cut[10];
    assert_int_equal(syngan_model_summary(model, cut, sizeof cut), size);
    assert_int_equal(strlen(cut), sizeof cut - 1);
    free(text);
    syngan_model_free(model);
    syngan_context_free(context);
}

/* ---- first values ------------------------------------------------------ */

static syngan_model *dense_model(syngan_context *context, const char *name,
                                 int before) {
    syngan_graph *graph;
    syngan_model *model;
    assert_ok(context, syngan_graph_create(context, &graph));
    syngan_node *x = syngan_input(graph, "x", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, 30));
    if (before) x = syngan_dense(x, SYNGAN_DENSE(.name = "a", .units = 30));
    x = syngan_dense(x, SYNGAN_DENSE(.name = "b", .units = 70));
    assert_ok(context, syngan_model_create(x, name, &model));
    syngan_graph_free(graph);
    return model;
}

static float first_value(const syngan_model *model, const char *name) {
    syngan_tensor *tensor = NULL;
    assert_int_equal(syngan_model_parameter(model, name, &tensor), SYNGAN_OK);
    float value = *(const float *)syngan_tensor_data(tensor);
    syngan_tensor_free(tensor);
    return value;
}

/* First values depend on the seed and the two names, on nothing else. */
static void test_first_values(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_model *m = dense_model(context, "m", 0);
    syngan_model *again = dense_model(context, "m", 0);
    syngan_model *longer = dense_model(context, "m", 1);
    syngan_model *other = dense_model(context, "n", 0);
    assert_true(network_equal(m, again));
    float value = first_value(m, "b.weight");
    assert_float_equal(first_value(longer, "b.weight"), value, 0);
    assert_float_not_equal(first_value(longer, "a.weight"), value, 0);
    assert_float_not_equal(first_value(other, "b.weight"), value, 0);
    syngan_context *seeded;
    assert_int_equal(
        syngan_context_create(SYNGAN_CONTEXT(.seed = 5, .threads = 1), &seeded),
        SYNGAN_OK);
    syngan_model *far = dense_model(seeded, "m", 0);
    assert_float_not_equal(first_value(far, "b.weight"), value, 0);
    syngan_model_free(far);
    syngan_context_free(seeded);
    syngan_model_free(m);
    syngan_model_free(again);
    syngan_model_free(longer);
    syngan_model_free(other);
    syngan_context_free(context);
}

/* Mean, deviation and greatest size of each initialiser's values. */
static void test_initializers(void **state) {
    (void)state;
    static const struct {
        int32_t initializer;
        float scale;
        double deviation, limit;
    } cases[] = {
        /* fans 100 in, 200 out */
        {SYNGAN_INITIALIZER_GLOROT_UNIFORM, 0, 0.0816496581, 0.14142136},
        {SYNGAN_INITIALIZER_GLOROT_NORMAL, 0, 0.0816496581, 1},
        {SYNGAN_INITIALIZER_HE_UNIFORM, 0, 0.141421356, 0.24494898},
        {SYNGAN_INITIALIZER_HE_NORMAL, 0, 0.141421356, 1},
        {SYNGAN_INITIALIZER_UNIFORM, 0.3f, 0.173205081, 0.3},
        {SYNGAN_INITIALIZER_NORMAL, 0.02f, 0.02, 0.2},
    };
    syngan_context *context = test_context(1);
    syngan_graph *graph;
    assert_ok(context, syngan_graph_create(context, &graph));
    syngan_node *x = syngan_input(graph, "x", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, 1));
    size_t count = sizeof cases / sizeof *cases;
    for (size_t i = 0; i < count; i++) {
        char name[8];
        snprintf(name, sizeof name, "p%zu", i);
        syngan_node *p = syngan_parameter(
            graph, name, SYNGAN_SHAPE(200, 100),
            SYNGAN_PARAMETER(.initializer = cases[i].initializer,
                             .scale = cases[i].scale));
        x = syngan_add(x, syngan_sum(p, NULL, 0, 0));
    }
    syngan_node *constant = syngan_parameter(
        graph, "constant", SYNGAN_SHAPE(3),
        SYNGAN_PARAMETER(.initializer = SYNGAN_INITIALIZER_CONSTANT,
                         .scale = 2.5f));
    x = syngan_add(x, syngan_sum(constant, NULL, 0, 0));
    syngan_model *model;
    assert_ok(context, syngan_model_create(x, "m", &model));
    for (size_t i = 0; i < count; i++) {
        syngan_tensor *tensor;
        assert_ok(context,
                  syngan_model_parameter(
                      model, syngan_model_parameter_name(model, i), &tensor));
        const float *data = syngan_tensor_data(tensor);
        size_t n = syngan_tensor_count(tensor);
        double sum = 0, squares = 0, most = 0;
        for (size_t j = 0; j < n; j++) {
            double v = (double)data[j];
            sum += v;
            squares += v * v;
            if (fabs(v) > most) most = fabs(v);
        }
        double deviation = cases[i].deviation;
        assert_true(fabs(sum / (double)n) < 0.03 * deviation);
        assert_true(fabs(sqrt(squares / (double)n) / deviation - 1) < 0.02);
        assert_true(most <= cases[i].limit * 1.000001);
        syngan_tensor_free(tensor);
    }
    assert_float_equal(first_value(model, "constant"), 2.5, 0);
    syngan_model_free(model);
    syngan_graph_free(graph);
    syngan_context_free(context);
}

/* The first values of a parameter of a model made of one layer: dense, a
 * convolution, a transposed one or one of sequences. */
enum { DENSE, CONVOLUTION, TRANSPOSED, SEQUENCE, KINDS };

static void layer_values(uint64_t context_seed, int kind, bool weight,
                         int32_t initializer, uint64_t seed, float *out) {
    static const char *const names[] = {"l.bias", "l.weight"};
    syngan_context *context;
    syngan_graph *graph;
    syngan_model *model;
    syngan_tensor *tensor;
    assert_int_equal(
        syngan_context_create(
            SYNGAN_CONTEXT(.threads = 1, .seed = context_seed), &context),
        SYNGAN_OK);
    assert_ok(context, syngan_graph_create(context, &graph));
    /* N x 4, N x 4 x 3, N x 4 x 3 x 3 */
    const int64_t size[] = {SYNGAN_BATCH, 4, 3, 3};
    size_t rank = kind == DENSE ? 2 : kind == SEQUENCE ? 3 : 4;
    syngan_node *x = syngan_input(graph, "x", SYNGAN_TYPE_F32, size, rank);
    const syngan_conv2d_options *conv =
        SYNGAN_CONV2D(.name = "l", .filters = 1000, .kernel = 1,
                      .bias_initializer = initializer,
                      .bias_initializer_scale = 0.5f, .seed = seed);
    const syngan_conv1d_options *sequence =
        SYNGAN_CONV1D(.name = "l", .filters = 1000, .kernel = 1,
                      .bias_initializer = initializer,
                      .bias_initializer_scale = 0.5f, .seed = seed);
    const syngan_dense_options *dense =
        SYNGAN_DENSE(.name = "l", .units = 1000,
                     .bias_initializer = initializer,
                     .bias_initializer_scale = 0.5f, .seed = seed);
    x = kind == DENSE         ? syngan_dense(x, dense)
        : kind == CONVOLUTION ? syngan_conv2d(x, conv)
        : kind == TRANSPOSED  ? syngan_conv2d_transpose(x, conv)
                              : syngan_conv1d(x, sequence);
    assert_ok(context, syngan_model_create(x, "m", &model));
    assert_ok(context, syngan_model_parameter(model, names[weight], &tensor));
    for (int i = 0; i < 1000; i++)
        out[i] = ((float *)syngan_tensor_data(tensor))[i];
    syngan_tensor_free(tensor);
    syngan_model_free(model);
    syngan_graph_free(graph);
    syngan_context_free(context);
}

static double stddev_of(const float *values) {
    double sum = 0;
    for (int i = 0; i < 1000; i++)
        sum += (double)values[i] * (double)values[i];
    return sqrt(sum / 1000);
}

static void test_layer_bias(void **state) {
    (void)state;
    static const double stddev[] = {[SYNGAN_INITIALIZER_UNIFORM] = 0.288675,
                                    [SYNGAN_INITIALIZER_NORMAL] = 0.5,
                                    [SYNGAN_INITIALIZER_CONSTANT] = 0.5,
                                    [SYNGAN_INITIALIZER_ZEROS] = 0};
    float values[1000];
    for (int kind = 0; kind < KINDS; kind++)
        for (int32_t i = SYNGAN_INITIALIZER_UNIFORM;
             i <= SYNGAN_INITIALIZER_ZEROS; i++) {
            layer_values(7, kind, false, i, SYNGAN_AUTO_SEED, values);
            assert_true(fabs(stddev_of(values) - stddev[i]) <=
                        0.08 * stddev[i]);
        }
}

/* A layer's seed is its own, 0 as well; without one it is the context's. */
static void test_layer_seed(void **state) {
    (void)state;
    float own[1000], same[1000], others[1000];
    for (int kind = 0; kind < KINDS; kind++)
        for (int weight = 0; weight < 2; weight++)
            for (uint64_t seed = 0; seed < 3; seed++) {
                layer_values(7, kind, weight, SYNGAN_INITIALIZER_NORMAL, seed,
                             own);
                layer_values(seed, kind, weight, SYNGAN_INITIALIZER_NORMAL,
                             SYNGAN_AUTO_SEED, same);
                layer_values(7, kind, weight, SYNGAN_INITIALIZER_NORMAL,
                             SYNGAN_AUTO_SEED, others);
                assert_memory_equal(own, same, sizeof own);
                assert_memory_not_equal(own, others, sizeof own);
            }
}

/* A bias has no fans: an initialiser that needs them is refused. */
static void test_layer_bias_refused(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_graph *graph;
    syngan_model *model;
    assert_ok(context, syngan_graph_create(context, &graph));
    syngan_node *x = syngan_input(graph, "x", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, 4));
    x = syngan_dense(
        x, SYNGAN_DENSE(.units = 2,
                        .bias_initializer = SYNGAN_INITIALIZER_GLOROT_UNIFORM));
    assert_fails(context, syngan_model_create(x, "m", &model),
                 SYNGAN_E_ARGUMENT, "bias_initializer");
    syngan_graph_free(graph);
    syngan_context_free(context);
}

/* ---- sharing and cloning ----------------------------------------------- */

static void test_clone(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_model *model, *clone, *other;
    assert_ok(context, network_generator(context, NETWORK_DENSE, &model));
    assert_ok(context, syngan_model_clone(model, "copy", &clone));
    assert_string_equal(syngan_model_name(clone), "copy");
    assert_true(network_equal(model, clone));
    syngan_tensor *weight;
    assert_ok(context, syngan_model_parameter(clone, "dense.weight", &weight));
    *(float *)syngan_tensor_data(weight) += 1;
    assert_false(network_equal(model, clone));
    assert_ok(context, syngan_model_copy_parameters(model, clone));
    assert_true(network_equal(model, clone));
    /* A clone lives without the model that it came from. */
    syngan_model_free(model);
    assert_int_equal(syngan_model_parameter_trainable(clone, 4), 0);
    assert_ok(context, network_discriminator(context, NETWORK_DENSE, &other));
    assert_fails(context, syngan_model_copy_parameters(clone, other),
                 SYNGAN_E_MISMATCH, "discriminator");
    syngan_model_free(other);
    other = dense_model(context, "m", 0);
    syngan_model *longer = dense_model(context, "m", 1);
    assert_fails(context, syngan_model_copy_parameters(longer, other),
                 SYNGAN_E_MISMATCH, "parameters");
    syngan_model_free(longer);
    syngan_model_free(other);
    syngan_tensor_free(weight);
    syngan_model_free(clone);
    syngan_context_free(context);
}

/* Two models of one graph share the parameters that both depend on. */
static void test_shared_parameters(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_graph *graph;
    assert_ok(context, syngan_graph_create(context, &graph));
    syngan_node *x = syngan_input(graph, "x", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, 3));
    syngan_node *code = syngan_dense(x, SYNGAN_DENSE(.units = 2));
    syngan_node *back = syngan_dense(code, SYNGAN_DENSE(.units = 3));
    syngan_model *encoder, *both;
    assert_ok(context, syngan_model_create(code, "encoder", &encoder));
    assert_ok(context, syngan_model_create(back, "both", &both));
    assert_int_equal(syngan_model_parameter_count(encoder), 2);
    assert_int_equal(syngan_model_parameter_count(both), 4);
    syngan_tensor *a, *b;
    assert_ok(context, syngan_model_parameter(encoder, "dense.weight", &a));
    assert_ok(context, syngan_model_parameter(both, "dense.weight", &b));
    assert_ptr_equal(syngan_tensor_data(a), syngan_tensor_data(b));
    syngan_tensor_free(a);
    syngan_tensor_free(b);
    syngan_model_free(encoder);
    syngan_model_free(both);
    syngan_graph_free(graph);
    syngan_context_free(context);
}

/* Inputs come in the order of making, and only those that are needed. */
static void test_inputs(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_graph *graph;
    assert_ok(context, syngan_graph_create(context, &graph));
    syngan_node *a = syngan_input(graph, "a", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, 1));
    syngan_node *unused = syngan_input(graph, "unused", SYNGAN_TYPE_F32,
                                       SYNGAN_SHAPE(SYNGAN_BATCH, 2));
    syngan_node *c = syngan_input(graph, "c", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, 3));
    assert_int_equal(syngan_node_failed(unused), 0);
    syngan_model *model;
    assert_ok(context, syngan_model_create(syngan_add(c, a), "m", &model));
    assert_int_equal(syngan_model_input_count(model), 2);
    int64_t dims[SYNGAN_MAX_RANK];
    assert_int_equal(syngan_model_input_dims(model, 0, dims), 2);
    assert_int_equal(dims[1], 1);
    assert_int_equal(syngan_model_input_dims(model, 1, dims), 2);
    assert_int_equal(dims[1], 3);
    syngan_model_free(model);
    syngan_graph_free(graph);
    syngan_context_free(context);
}

/* ---- errors ------------------------------------------------------------ */

static void test_errors(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_graph *graph;
    syngan_model *model = (void *)1;
    assert_ok(context, syngan_graph_create(context, &graph));
    assert_int_equal(syngan_model_create(NULL, "m", &model), SYNGAN_E_ARGUMENT);
    assert_null(model);
    syngan_node *x = syngan_input(graph, "x", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, 3));
    assert_fails(context, syngan_model_create(x, NULL, &model),
                 SYNGAN_E_ARGUMENT, "name");
    assert_fails(context, syngan_model_create(x, "", &model), SYNGAN_E_ARGUMENT,
                 "name");
    assert_fails(context, syngan_model_create(x, "m", NULL), SYNGAN_E_ARGUMENT,
                 "out");
    assert_fails(context,
                 syngan_model_create(syngan_scalar(graph, 1), "m", &model),
                 SYNGAN_E_ARGUMENT, "depends on no input");
    syngan_node *p = syngan_parameter(graph, "p", SYNGAN_SHAPE(3), NULL);
    syngan_node *update = syngan_assign(p, p);
    assert_fails(context,
                 syngan_model_create(syngan_add(x, update), "m", &model),
                 SYNGAN_E_ARGUMENT, "changes");
    /* A model used inside another brings its names along. */
    syngan_model *inner = dense_model(context, "inner", 0);
    syngan_node *y = syngan_input(graph, "y", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, 30));
    syngan_model *second = dense_model(context, "second", 0);
    syngan_node *u =
        syngan_model_apply(graph, inner, &y, 1, SYNGAN_MODE_TRAINING);
    syngan_node *v =
        syngan_model_apply(graph, second, &y, 1, SYNGAN_MODE_TRAINING);
    assert_fails(context, syngan_model_create(syngan_add(u, v), "m", &model),
                 SYNGAN_E_ARGUMENT, "b.weight");
    assert_ok(context, syngan_model_create(u, "m", &model));
    assert_int_equal(syngan_model_parameter_count(model), 2);
    syngan_model_free(model);
    syngan_model_free(inner);
    syngan_model_free(second);
    /* After an error in the graph its sentence comes. */
    syngan_node *bad = syngan_dense(x, SYNGAN_DENSE(.name = "d"));
    assert_int_equal(syngan_node_failed(bad), 1);
    assert_int_not_equal(syngan_model_create(bad, "m", &model), SYNGAN_OK);
    assert_null(model);
    assert_non_null(strstr(syngan_context_last_error(context), "d"));
    syngan_graph_free(graph);
    syngan_context_free(context);
}

static void test_null_handles(void **state) {
    (void)state;
    syngan_model *model = NULL;
    syngan_tensor *tensor = NULL;
    int64_t dims[SYNGAN_MAX_RANK];
    char text[4] = "abc";
    syngan_model_free(NULL);
    assert_int_equal(syngan_model_clone(NULL, "m", &model), SYNGAN_E_ARGUMENT);
    assert_string_equal(syngan_model_name(NULL), "");
    assert_int_equal(syngan_model_input_count(NULL), 0);
    assert_int_equal(syngan_model_input_dims(NULL, 0, dims), 0);
    assert_int_equal(syngan_model_output_dims(NULL, dims), 0);
    assert_int_equal(syngan_model_parameter_count(NULL), 0);
    assert_null(syngan_model_parameter_name(NULL, 0));
    assert_int_equal(syngan_model_parameter_trainable(NULL, 0), 0);
    assert_int_equal(syngan_model_parameter(NULL, "p", &tensor),
                     SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_model_trainable_elements(NULL), 0);
    assert_int_equal(syngan_model_copy_parameters(NULL, NULL),
                     SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_model_summary(NULL, text, sizeof text), 0);
    assert_string_equal(text, "");
    assert_null(syngan_model_apply(NULL, NULL, NULL, 0, SYNGAN_MODE_TRAINING));
    assert_null(syngan_node_update_statistics(NULL));
    assert_int_equal(syngan_model_predict(NULL, NULL, 0, &tensor),
                     SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_model_sample(NULL, 1, 0, &tensor),
                     SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_model_save(NULL, "x"), SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_model_save_stream(NULL, NULL), SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_model_load(NULL, "x", &model), SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_model_load_stream(NULL, NULL, &model),
                     SYNGAN_E_ARGUMENT);
}

/* ---- memory ------------------------------------------------------------ */

static syngan_status create_and_clone(syngan_context *context, void *user) {
    (void)user;
    syngan_model *model, *clone = NULL;
    syngan_status status =
        network_generator(context, NETWORK_CONVOLUTION, &model);
    if (status == SYNGAN_OK) status = syngan_model_clone(model, NULL, &clone);
    syngan_model_free(model);
    syngan_model_free(clone);
    return status;
}

static void test_memory(void **state) {
    (void)state;
    fault_sweep_memory(&(fault_sweep){.body = create_and_clone});
}

/* Making a model fails at allocation `at`, counted from 1; true if there are
 * that many. */
static int fails_at(fault_memory *memory, syngan_node *x, long long at) {
    syngan_model *model;
    memory->fail_at = atomic_load(&memory->calls) + at;
    syngan_status status = syngan_model_create(x, "wrong", &model);
    memory->fail_at = 0;
    if (status == SYNGAN_OK) syngan_model_free(model);
    return status != SYNGAN_OK;
}

/* A model that can't be made leaves its graph's parameters without values, so
 * that the next one gives them theirs. */
static void test_failure_is_undone(void **state) {
    (void)state;
    fault_memory memory;
    fault_memory_init(&memory);
    syngan_context *context;
    assert_int_equal(
        syngan_context_create(
            SYNGAN_CONTEXT(.allocator = &memory.hooks, .threads = 1), &context),
        SYNGAN_OK);
    syngan_model *want = dense_model(context, "m", 0);
    long long at = 0;
    do {
        syngan_graph *graph;
        syngan_model *model;
        assert_ok(context, syngan_graph_create(context, &graph));
        syngan_node *x = syngan_input(graph, "x", SYNGAN_TYPE_F32,
                                      SYNGAN_SHAPE(SYNGAN_BATCH, 30));
        x = syngan_dense(x, SYNGAN_DENSE(.name = "b", .units = 70));
        at = fails_at(&memory, x, at + 1) ? at + 1 : 0;
        if (at > 0) {
            assert_ok(context, syngan_model_create(x, "m", &model));
            assert_true(network_equal(model, want));
            syngan_model_free(model);
        }
        syngan_graph_free(graph);
    } while (at > 0);
    assert_true(atomic_load(&memory.failed) > 5);
    syngan_model_free(want);
    syngan_context_free(context);
    assert_int_equal(atomic_load(&memory.live), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_inspection),
        cmocka_unit_test(test_summary),
        cmocka_unit_test(test_first_values),
        cmocka_unit_test(test_initializers),
        cmocka_unit_test(test_layer_bias),
        cmocka_unit_test(test_layer_seed),
        cmocka_unit_test(test_layer_bias_refused),
        cmocka_unit_test(test_clone),
        cmocka_unit_test(test_shared_parameters),
        cmocka_unit_test(test_inputs),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_null_handles),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_failure_is_undone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
