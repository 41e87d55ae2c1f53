/* SPDX-License-Identifier: Apache-2.0 */
/* Using models: applying them in graphs, running statistics, prediction and
 * sampling. */
#include "support/test.h"

#include <math.h>
#include <stdlib.h>
#include <syngan/layers.h>
#include <syngan/program.h>

#include "backend/backend.h"
#include "base/context.h"
#include "support/fault.h"
#include "support/networks.h"

static syngan_model *generator(syngan_context *context, int kind) {
    syngan_model *model;
    assert_ok(context, network_generator(context, kind, &model));
    return model;
}

static syngan_tensor *parameter(const syngan_model *model, const char *name) {
    syngan_tensor *tensor;
    assert_int_equal(syngan_model_parameter(model, name, &tensor), SYNGAN_OK);
    return tensor;
}

static syngan_tensor *noise(syngan_context *context, int64_t rows) {
    syngan_tensor *tensor;
    assert_ok(context,
              syngan_tensor_create(context, SYNGAN_TYPE_F32,
                                   SYNGAN_SHAPE(rows, NETWORK_NOISE), &tensor));
    assert_ok(context, syngan_tensor_fill_normal(tensor, 3, 4));
    return tensor;
}

/* ---- applying ---------------------------------------------------------- */

/* The value of `node`, whose program has at most the input "x". */
static syngan_tensor *value_of(syngan_context *context, syngan_node *node,
                               const syngan_tensor *x) {
    syngan_program *program;
    syngan_tensor *input, *output, *copy;
    assert_ok(context,
              syngan_program_create(&node, 1, NULL, 0, NULL, &program));
    assert_ok(context, syngan_program_input(program, "x", &input));
    assert_ok(context, syngan_tensor_copy(input, x));
    assert_ok(context, syngan_program_run(program, 0));
    assert_ok(context, syngan_program_output(program, 0, &output));
    assert_ok(context, syngan_tensor_clone(output, 0, &copy));
    syngan_tensor_free(input);
    syngan_tensor_free(output);
    syngan_program_free(program);
    return copy;
}

static syngan_node *noise_input(syngan_graph *graph, int64_t rows) {
    return syngan_input(graph, "x", SYNGAN_TYPE_F32,
                        SYNGAN_SHAPE(rows, NETWORK_NOISE));
}

/* In inference mode a program of one's own gives what prediction gives. */
static void test_apply(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    for (int kind = NETWORK_DENSE; kind <= NETWORK_CONVOLUTION; kind++) {
        syngan_model *model = generator(context, kind);
        syngan_tensor *x = noise(context, 7), *predicted;
        const syngan_tensor *inputs[] = {x};
        assert_ok(context, syngan_model_predict(model, inputs, 1, &predicted));
        syngan_graph *graph;
        assert_ok(context, syngan_graph_create(context, &graph));
        syngan_node *in = noise_input(graph, 7);
        syngan_node *node =
            syngan_model_apply(graph, model, &in, 1, SYNGAN_MODE_INFERENCE);
        int64_t dims[SYNGAN_MAX_RANK];
        assert_int_equal(syngan_node_dims(node, dims), 4);
        assert_int_equal(dims[0], 7);
        syngan_tensor *value = value_of(context, node, x);
        const float *a = syngan_tensor_data(value);
        const float *b = syngan_tensor_data(predicted);
        for (size_t i = 0; i < syngan_tensor_count(value); i++)
            assert_float_equal(a[i], b[i], 1e-5);
        syngan_tensor_free(value);
        syngan_tensor_free(predicted);
        syngan_tensor_free(x);
        syngan_graph_free(graph);
        syngan_model_free(model);
    }
    syngan_context_free(context);
}

/* Every operator whose fields hold an open batch, and constants. */
static syngan_model *shape_model(syngan_context *context) {
    static const float numbers[] = {1, 2, 3};
    syngan_graph *graph;
    syngan_tensor *tensor;
    syngan_model *model;
    assert_ok(context, syngan_graph_create(context, &graph));
    assert_ok(context, syngan_tensor_create(context, SYNGAN_TYPE_F32,
                                            SYNGAN_SHAPE(3), &tensor));
    memcpy(syngan_tensor_data(tensor), numbers, sizeof numbers);
    syngan_node *x = syngan_input(graph, "x", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, NETWORK_NOISE));
    syngan_node *first = syngan_slice(x, 1, 0, 3);
    syngan_node *last = syngan_slice(x, 1, 2, -1);
    syngan_node *sum = syngan_add(syngan_multiply(first, last),
                                  syngan_constant(graph, tensor));
    sum = syngan_reshape(sum, SYNGAN_SHAPE(SYNGAN_BATCH, 1, -1));
    sum = syngan_broadcast(sum, SYNGAN_SHAPE(SYNGAN_BATCH, 2, 3));
    sum = syngan_transpose(sum, (const int32_t[]){0, 2, 1}, 3);
    sum = syngan_flatten(sum);
    syngan_node *both[] = {sum, x};
    sum = syngan_concat(both, 2, 1);
    assert_ok(context, syngan_model_create(sum, "shapes", &model));
    syngan_tensor_free(tensor);
    syngan_graph_free(graph);
    return model;
}

static void test_open_batch(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_model *model = shape_model(context);
    int64_t dims[SYNGAN_MAX_RANK];
    assert_int_equal(syngan_model_output_dims(model, dims), 2);
    assert_int_equal(dims[0], SYNGAN_BATCH);
    assert_int_equal(dims[1], 11);
    syngan_tensor *x = noise(context, 3);
    const float *in = syngan_tensor_data(x);
    syngan_graph *graph;
    assert_ok(context, syngan_graph_create(context, &graph));
    syngan_node *node = noise_input(graph, 3);
    /* A model inside a model keeps the open batch. */
    syngan_graph *outer;
    syngan_model *wrapped;
    assert_ok(context, syngan_graph_create(context, &outer));
    syngan_node *open = noise_input(outer, SYNGAN_BATCH);
    open = syngan_model_apply(outer, model, &open, 1, SYNGAN_MODE_TRAINING);
    assert_ok(context, syngan_model_create(open, "outer", &wrapped));
    node = syngan_model_apply(graph, wrapped, &node, 1, SYNGAN_MODE_TRAINING);
    syngan_tensor *out = value_of(context, node, x);
    const float *y = syngan_tensor_data(out);
    for (int row = 0; row < 3; row++, in += 5, y += 11) {
        for (int i = 0; i < 6; i++)
            assert_float_equal(
                y[i], in[i / 2] * in[i / 2 + 2] + (float)(i / 2 + 1), 1e-6);
        for (int i = 0; i < 5; i++)
            assert_float_equal(y[6 + i], in[i], 0);
    }
    syngan_tensor_free(out);
    syngan_tensor_free(x);
    syngan_graph_free(outer);
    syngan_graph_free(graph);
    syngan_model_free(wrapped);
    syngan_model_free(model);
    syngan_context_free(context);
}

static void test_apply_errors(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_model *model = generator(context, NETWORK_DENSE);
    static const struct {
        int64_t rows, size;
        int32_t type;
        size_t count;
        int32_t mode;
        syngan_status status;
        const char *sentence;
    } cases[] = {
        {7, 6, SYNGAN_TYPE_F32, 1, SYNGAN_MODE_TRAINING, SYNGAN_E_SHAPE,
         "[7, 6]"},
        {7, 5, SYNGAN_TYPE_I32, 1, SYNGAN_MODE_TRAINING, SYNGAN_E_TYPE, "i32"},
        {7, 5, SYNGAN_TYPE_F32, 2, SYNGAN_MODE_TRAINING, SYNGAN_E_ARGUMENT,
         "not 2"},
        {7, 5, SYNGAN_TYPE_F32, 0, SYNGAN_MODE_TRAINING, SYNGAN_E_ARGUMENT,
         "not 0"},
        {7, 5, SYNGAN_TYPE_F32, 1, 2, SYNGAN_E_ARGUMENT, "mode 2"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        syngan_graph *graph;
        assert_ok(context, syngan_graph_create(context, &graph));
        syngan_node *x =
            syngan_input(graph, "x", cases[i].type,
                         SYNGAN_SHAPE(cases[i].rows, cases[i].size));
        syngan_node *inputs[] = {x, x};
        syngan_node *node = syngan_model_apply(graph, model, inputs,
                                               cases[i].count, cases[i].mode);
        assert_int_equal(syngan_node_failed(node), 1);
        assert_fails(context, syngan_graph_status(graph), cases[i].status,
                     cases[i].sentence);
        syngan_graph_free(graph);
    }
    syngan_graph *graph, *other;
    assert_ok(context, syngan_graph_create(context, &graph));
    assert_ok(context, syngan_graph_create(context, &other));
    syngan_node *x = noise_input(other, 2);
    assert_int_equal(syngan_node_failed(syngan_model_apply(
                         graph, model, &x, 1, SYNGAN_MODE_TRAINING)),
                     1);
    assert_fails(context, syngan_graph_status(graph), SYNGAN_E_ARGUMENT,
                 "another graph");
    x = NULL;
    assert_null(syngan_model_apply(other, model, &x, 1, SYNGAN_MODE_TRAINING));
    syngan_graph_free(graph);
    syngan_graph_free(other);
    syngan_model_free(model);
    syngan_context_free(context);
}

/* Two inputs must have one batch. */
static void test_batches_agree(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_graph *graph;
    syngan_model *model;
    assert_ok(context, syngan_graph_create(context, &graph));
    syngan_node *a = noise_input(graph, SYNGAN_BATCH);
    syngan_node *b = syngan_input(graph, "b", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, 1));
    assert_ok(context, syngan_model_create(syngan_add(a, b), "m", &model));
    syngan_graph *place;
    assert_ok(context, syngan_graph_create(context, &place));
    syngan_node *inputs[] = {
        noise_input(place, 4),
        syngan_input(place, "b", SYNGAN_TYPE_F32, SYNGAN_SHAPE(3, 1))};
    assert_int_equal(syngan_node_failed(syngan_model_apply(
                         place, model, inputs, 2, SYNGAN_MODE_TRAINING)),
                     1);
    assert_fails(context, syngan_graph_status(place), SYNGAN_E_SHAPE, "'b'");
    syngan_graph_free(place);
    syngan_model_free(model);
    syngan_graph_free(graph);
    syngan_context_free(context);
}

/* ---- running statistics ------------------------------------------------ */

static void run_updates(syngan_context *context, syngan_node *update,
                        const syngan_tensor *x) {
    syngan_program *program;
    syngan_tensor *input;
    assert_ok(context,
              syngan_program_create(NULL, 0, &update, 1, NULL, &program));
    assert_ok(context, syngan_program_input(program, "x", &input));
    assert_ok(context, syngan_tensor_copy(input, x));
    assert_ok(context, syngan_program_run(program, 0));
    syngan_tensor_free(input);
    syngan_program_free(program);
}

/* One batch norm on the inputs themselves, momentum 0.75. */
static syngan_model *norm_model(syngan_context *context, const char *name) {
    syngan_graph *graph;
    syngan_model *model;
    assert_ok(context, syngan_graph_create(context, &graph));
    syngan_node *x = noise_input(graph, SYNGAN_BATCH);
    x = syngan_batch_norm(x, SYNGAN_BATCH_NORM(.momentum = 0.75f));
    assert_ok(context, syngan_model_create(x, name, &model));
    syngan_graph_free(graph);
    return model;
}

/* Mean and biased variance of a column of `scale` x. */
static void column_statistics(const syngan_tensor *x, size_t column,
                              double scale, double *mean, double *variance) {
    const float *data = syngan_tensor_data(x);
    size_t rows = syngan_tensor_count(x) / NETWORK_NOISE;
    double sum = 0, squares = 0;
    for (size_t i = 0; i < rows; i++)
        sum += scale * (double)data[i * NETWORK_NOISE + column];
    *mean = sum / (double)rows;
    for (size_t i = 0; i < rows; i++) {
        double d = scale * (double)data[i * NETWORK_NOISE + column] - *mean;
        squares += d * d;
    }
    *variance = squares / (double)rows;
}

static void assert_close(float value, double want) {
    assert_true(fabs((double)value - want) < 1e-5);
}

static void test_statistics(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_model *model = norm_model(context, "m");
    syngan_model *other = norm_model(context, "other");
    syngan_tensor *x = noise(context, 11);
    syngan_graph *graph;
    assert_ok(context, syngan_graph_create(context, &graph));
    syngan_node *in = noise_input(graph, 11);
    syngan_node *scaled = syngan_affine(in, 3.0, 0.0);
    /* Used twice in training mode, and once in inference mode, which counts
     * for nothing. */
    syngan_node *a =
        syngan_model_apply(graph, model, &in, 1, SYNGAN_MODE_TRAINING);
    syngan_node *b =
        syngan_model_apply(graph, model, &scaled, 1, SYNGAN_MODE_TRAINING);
    syngan_node *c =
        syngan_model_apply(graph, other, &in, 1, SYNGAN_MODE_INFERENCE);
    syngan_node *all = syngan_add(syngan_add(a, b), c);
    run_updates(context, syngan_node_update_statistics(all), x);
    syngan_tensor *mean = parameter(model, "batch_norm.running_mean");
    syngan_tensor *variance = parameter(model, "batch_norm.running_var");
    for (size_t i = 0; i < NETWORK_NOISE; i++) {
        double m1, v1, m2, v2;
        column_statistics(x, i, 1, &m1, &v1);
        column_statistics(x, i, 3, &m2, &v2);
        assert_close(((float *)syngan_tensor_data(mean))[i],
                     0.25 * (m1 + m2) / 2);
        assert_close(((float *)syngan_tensor_data(variance))[i],
                     0.75 + 0.25 * (v1 + v2) / 2);
    }
    syngan_model *fresh = norm_model(context, "fresh");
    assert_true(network_equal(other, fresh));
    syngan_model_free(fresh);
    syngan_tensor_free(mean);
    syngan_tensor_free(variance);
    syngan_tensor_free(x);
    syngan_graph_free(graph);
    syngan_model_free(model);
    syngan_model_free(other);
    syngan_context_free(context);
}

/* Nothing to move is no error. */
static void test_no_statistics(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_graph *graph;
    assert_ok(context, syngan_graph_create(context, &graph));
    syngan_node *in = noise_input(graph, 2);
    syngan_node *update = syngan_node_update_statistics(in);
    assert_int_equal(syngan_node_failed(update), 0);
    syngan_program *program;
    assert_ok(context,
              syngan_program_create(&in, 1, &update, 1, NULL, &program));
    assert_ok(context, syngan_program_run(program, 0));
    syngan_program_free(program);
    syngan_graph_free(graph);
    syngan_context_free(context);
}

/* ---- prediction -------------------------------------------------------- */

/* Makes running statistics differ from their first values. */
static void stir(syngan_context *context, syngan_model *model) {
    syngan_tensor *t = parameter(model, "batch_norm.running_mean");
    assert_ok(context, syngan_tensor_fill_uniform(t, 1, 2, -0.3f, 0.3f));
    syngan_tensor_free(t);
    t = parameter(model, "batch_norm.running_var");
    assert_ok(context, syngan_tensor_fill_uniform(t, 1, 3, 0.5f, 2.0f));
    syngan_tensor_free(t);
}

/* Bits of row i don't depend on how many rows there are. */
static void test_predict_any_count(void **state) {
    (void)state;
    static const int64_t counts[] = {0, 1, 2, 63, 64, 65, 130};
    syngan_context *context = test_context(1);
    for (int kind = NETWORK_DENSE; kind <= NETWORK_CONVOLUTION; kind++) {
        syngan_model *model = generator(context, kind);
        stir(context, model);
        syngan_tensor *x = noise(context, 131), *all;
        const syngan_tensor *inputs[] = {x};
        assert_ok(context, syngan_model_predict(model, inputs, 1, &all));
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
            syngan_tensor *part, *out;
            assert_ok(context,
                      syngan_tensor_create(
                          context, SYNGAN_TYPE_F32,
                          SYNGAN_SHAPE(counts[i], NETWORK_NOISE), &part));
            memcpy(syngan_tensor_data(part), syngan_tensor_data(x),
                   syngan_tensor_bytes(part));
            inputs[0] = part;
            assert_ok(context, syngan_model_predict(model, inputs, 1, &out));
            assert_int_equal(syngan_tensor_dims(out)[0], counts[i]);
            assert_int_equal(syngan_tensor_dims(out)[3], 4);
            assert_memory_equal(syngan_tensor_data(out),
                                syngan_tensor_data(all),
                                syngan_tensor_bytes(out));
            syngan_tensor_free(part);
            syngan_tensor_free(out);
        }
        syngan_tensor_free(all);
        syngan_tensor_free(x);
        syngan_model_free(model);
    }
    syngan_context_free(context);
}

/* The kept program sees parameters as they are now. */
static void test_predict_follows_parameters(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_model *model = generator(context, NETWORK_DENSE);
    syngan_tensor *bias = parameter(model, "dense_2.bias");
    syngan_tensor *before, *after;
    assert_ok(context, syngan_model_sample(model, 3, 1, &before));
    *(float *)syngan_tensor_data(bias) = 0.5f;
    assert_ok(context, syngan_model_sample(model, 3, 1, &after));
    const float *a = syngan_tensor_data(before);
    const float *b = syngan_tensor_data(after);
    for (size_t i = 0; i < syngan_tensor_count(before); i++)
        assert_true((a[i] == b[i]) == (i % 16 != 0));
    syngan_tensor_free(before);
    syngan_tensor_free(after);
    syngan_tensor_free(bias);
    syngan_model_free(model);
    syngan_context_free(context);
}

/* Results near those of f32, the same for any number of rows; and back. */
static void test_bf16(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    if (!sg_backend_has_bf16(context)) {
        syngan_context_free(context);
        skip();
    }
    syngan_model *model = generator(context, NETWORK_CONVOLUTION);
    syngan_tensor *plain, *many, *few, *again;
    assert_ok(context, syngan_model_sample(model, 70, 9, &plain));
    assert_ok(context, syngan_model_set_bf16(model, 1));
    assert_ok(context, syngan_model_sample(model, 70, 9, &many));
    assert_ok(context, syngan_model_set_bf16(model, 1));
    assert_ok(context, syngan_model_sample(model, 3, 9, &few));
    assert_ok(context, syngan_model_set_bf16(model, 0));
    assert_ok(context, syngan_model_sample(model, 70, 9, &again));
    size_t bytes = syngan_tensor_bytes(plain);
    assert_memory_equal(syngan_tensor_data(again), syngan_tensor_data(plain),
                        bytes);
    assert_memory_equal(syngan_tensor_data(few), syngan_tensor_data(many),
                        syngan_tensor_bytes(few));
    assert_memory_not_equal(syngan_tensor_data(many), syngan_tensor_data(plain),
                            bytes);
    const float *exact = syngan_tensor_data(plain);
    const float *rounded = syngan_tensor_data(many);
    for (size_t i = 0; i < bytes / sizeof *exact; i++)
        assert_true(fabsf(rounded[i] - exact[i]) < 0.05F);
    syngan_tensor_free(plain);
    syngan_tensor_free(many);
    syngan_tensor_free(few);
    syngan_tensor_free(again);
    syngan_model_free(model);
    syngan_context_free(context);
}

static void test_bf16_refused(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_model *model = generator(context, NETWORK_CONVOLUTION);
    context->isa = SYNGAN_ISA_AVX2; /* as if there were nothing better */
    assert_fails(context, syngan_model_set_bf16(model, 1), SYNGAN_E_UNSUPPORTED,
                 "AVX512_BF16");
    assert_ok(context, syngan_model_set_bf16(model, 0));
    assert_int_equal(syngan_model_set_bf16(NULL, 0), SYNGAN_E_ARGUMENT);
    syngan_model_free(model);
    syngan_context_free(context);
}

static void test_sample(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_model *model = generator(context, NETWORK_CONVOLUTION);
    syngan_tensor *many, *few, *other, *none;
    assert_ok(context, syngan_model_sample(model, 200, 9, &many));
    assert_ok(context, syngan_model_sample(model, 7, 9, &few));
    assert_ok(context, syngan_model_sample(model, 7, 10, &other));
    assert_ok(context, syngan_model_sample(model, 0, 10, &none));
    assert_int_equal(syngan_tensor_dims(many)[0], 200);
    assert_int_equal(syngan_tensor_count(none), 0);
    assert_memory_equal(syngan_tensor_data(few), syngan_tensor_data(many),
                        syngan_tensor_bytes(few));
    assert_memory_not_equal(syngan_tensor_data(few), syngan_tensor_data(other),
                            syngan_tensor_bytes(few));
    /* Rows of later chunks are other ones. */
    assert_memory_not_equal(syngan_tensor_data(many),
                            (float *)syngan_tensor_data(many) + 64 * 16,
                            16 * sizeof(float));
    syngan_tensor_free(many);
    syngan_tensor_free(few);
    syngan_tensor_free(other);
    syngan_tensor_free(none);
    assert_fails(context, syngan_model_sample(model, -1, 0, &few),
                 SYNGAN_E_ARGUMENT, "negative");
    syngan_model_free(model);
    syngan_context_free(context);
}

static void test_predict_errors(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_model *model = generator(context, NETWORK_DENSE);
    syngan_tensor *x = noise(context, 2), *wrong, *bytes, *out = (void *)1;
    assert_ok(context, syngan_tensor_create(context, SYNGAN_TYPE_F32,
                                            SYNGAN_SHAPE(2, 6), &wrong));
    assert_ok(context,
              syngan_tensor_create(context, SYNGAN_TYPE_U8,
                                   SYNGAN_SHAPE(2, NETWORK_NOISE), &bytes));
    const syngan_tensor *inputs[] = {wrong, x};
    assert_fails(context, syngan_model_predict(model, inputs, 1, &out),
                 SYNGAN_E_SHAPE, "[2, 6]");
    assert_null(out);
    assert_fails(context, syngan_model_predict(model, inputs, 2, &out),
                 SYNGAN_E_ARGUMENT, "not 2");
    inputs[0] = bytes;
    assert_fails(context, syngan_model_predict(model, inputs, 1, &out),
                 SYNGAN_E_TYPE, "u8");
    inputs[0] = NULL;
    assert_fails(context, syngan_model_predict(model, inputs, 1, &out),
                 SYNGAN_E_ARGUMENT, "NULL");
    assert_fails(context, syngan_model_predict(model, NULL, 1, &out),
                 SYNGAN_E_ARGUMENT, "inputs");
    inputs[0] = x;
    assert_fails(context, syngan_model_predict(model, inputs, 1, NULL),
                 SYNGAN_E_ARGUMENT, "out");
    syngan_context_cancel(context);
    assert_fails(context, syngan_model_predict(model, inputs, 1, &out),
                 SYNGAN_E_CANCELLED, "cancelled");
    syngan_context_cancel_reset(context);
    assert_ok(context, syngan_model_predict(model, inputs, 1, &out));
    syngan_tensor_free(out);
    syngan_tensor_free(x);
    syngan_tensor_free(wrong);
    syngan_tensor_free(bytes);
    syngan_model_free(model);
    syngan_context_free(context);
}

/* Results that are not row by row can't be predicted. */
static void test_not_by_rows(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_graph *graph;
    syngan_model *fixed, *sum;
    assert_ok(context, syngan_graph_create(context, &graph));
    syngan_node *x = noise_input(graph, SYNGAN_BATCH);
    assert_ok(context,
              syngan_model_create(syngan_sum(x, NULL, 0, 0), "sum", &sum));
    syngan_node *y =
        syngan_input(graph, "y", SYNGAN_TYPE_F32, SYNGAN_SHAPE(2, 3));
    assert_ok(context, syngan_model_create(syngan_relu(y), "fixed", &fixed));
    syngan_tensor *out;
    assert_fails(context, syngan_model_sample(sum, 3, 0, &out), SYNGAN_E_SHAPE,
                 "one row for each row");
    assert_fails(context, syngan_model_sample(fixed, 2, 0, &out),
                 SYNGAN_E_SHAPE, "SYNGAN_BATCH");
    syngan_model *two;
    assert_ok(context,
              syngan_model_create(syngan_add(x, syngan_sum(y, NULL, 0, 0)),
                                  "two", &two));
    assert_fails(context, syngan_model_sample(two, 2, 0, &out), SYNGAN_E_STATE,
                 "2 inputs");
    /* The rows come out one by one, but each depends on all. */
    syngan_model *joined;
    syngan_node *total = syngan_sum(x, (const int32_t[]){0}, 1, 1);
    assert_ok(context, syngan_model_create(syngan_subtract(x, total), "joined",
                                           &joined));
    assert_fails(context, syngan_model_sample(joined, 2, 0, &out),
                 SYNGAN_E_SHAPE, "joins the rows");
    syngan_model_free(joined);
    syngan_model_free(two);
    syngan_model_free(sum);
    syngan_model_free(fixed);
    syngan_graph_free(graph);
    syngan_context_free(context);
}

/* ---- memory ------------------------------------------------------------ */

static syngan_status make_and_sample(syngan_context *context, void *user) {
    (void)user;
    syngan_model *model;
    syngan_tensor *out = NULL;
    syngan_status status = network_generator(context, NETWORK_DENSE, &model);
    if (status == SYNGAN_OK) status = syngan_model_sample(model, 3, 1, &out);
    syngan_tensor_free(out);
    syngan_model_free(model);
    return status;
}

static void test_memory(void **state) {
    (void)state;
    fault_sweep_memory(&(fault_sweep){.body = make_and_sample});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_apply),
        cmocka_unit_test(test_open_batch),
        cmocka_unit_test(test_apply_errors),
        cmocka_unit_test(test_batches_agree),
        cmocka_unit_test(test_statistics),
        cmocka_unit_test(test_no_statistics),
        cmocka_unit_test(test_predict_any_count),
        cmocka_unit_test(test_predict_follows_parameters),
        cmocka_unit_test(test_sample),
        cmocka_unit_test(test_bf16),
        cmocka_unit_test(test_bf16_refused),
        cmocka_unit_test(test_predict_errors),
        cmocka_unit_test(test_not_by_rows),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
