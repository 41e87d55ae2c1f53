/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operators on i32 indices: numbers and one-hot rows made of them, rows of
 * tables, the embedding layer; and the greatest element along an axis.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <syngan/layers.h>
#include <syngan/model.h>
#include <syngan/program.h>

#include "op/ops.h"
#include "support/check.h"
#include "support/memory_stream.h"
#include "support/test.h"

/* An i32 input; some indices are none of 0 ... rows - 1. */
static syngan_node *indices(check *c, int rows, const int64_t *dims,
                            size_t rank) {
    char name[32];
    float values[512];
    snprintf(name, sizeof name, "indices %u", ++c->sources);
    syngan_node *node =
        syngan_input(c->graph, name, SYNGAN_TYPE_I32, dims, rank);
    int64_t count = sg_dims_count(&node->dims);
    assert_true(count <= 512);
    for (int64_t i = 0; i < count; i++)
        values[i] = (float)((i * 7 + (int64_t)c->sources) % (rows + 2) - 1);
    reference_set(c->reference, node, values);
    return node;
}

static void test_cast_and_one_hot(void **state) {
    (void)state;
    static const int64_t shapes[][3] = {{1, 1, 1}, {2, 3, 5}, {0, 3, 1}};
    check c;
    check_begin(&c);
    for (size_t i = 0; i < 3; i++)
        for (size_t rank = 0; rank <= 3; rank++) {
            syngan_node *x = indices(&c, 4, shapes[i], rank);
            syngan_node *out[] = {syngan_cast(x, SYNGAN_TYPE_F32),
                                  syngan_one_hot(x, 4), syngan_one_hot(x, 1)};
            check_values(&c, out, 3, 0);
            assert_ptr_equal(syngan_cast(out[0], SYNGAN_TYPE_F32), out[0]);
        }
    check_end(&c);
    check_begin(&c);
    syngan_node *x = check_input(&c, 0, 1, SYNGAN_SHAPE(2));
    check_refused(&c, syngan_cast(x, SYNGAN_TYPE_I32), SYNGAN_E_TYPE, "f32 of");
    x = check_input(&c, 0, 1, SYNGAN_SHAPE(2));
    check_refused(&c, syngan_one_hot(x, 3), SYNGAN_E_TYPE, "must be i32");
    x = indices(&c, 4, SYNGAN_SHAPE(3));
    check_refused(&c, syngan_one_hot(x, 0), SYNGAN_E_ARGUMENT, "0 classes");
    x = indices(&c, 4, SYNGAN_SHAPE(1, 1, 1, 1, 1, 1, 1, 1));
    check_refused(&c, syngan_one_hot(x, 2), SYNGAN_E_SHAPE, "dimensions");
    assert_null(syngan_cast(NULL, SYNGAN_TYPE_F32));
    assert_null(syngan_one_hot(NULL, 3));
    check_end(&c);
}

static void test_gather(void **state) {
    (void)state;
    static const int64_t tables[][3] = {{1, 1, 1}, {5, 7, 1}, {13, 2, 3}};
    static const int64_t places[][2] = {{1, 1}, {6, 1}, {3, 5}, {0, 2}};
    check c;
    check_begin(&c);
    for (size_t t = 0; t < 3; t++)
        for (size_t rank = 1; rank <= 3; rank++)
            for (size_t i = 0; i < 4; i++) {
                syngan_node *table =
                    check_parameter(&c, -1, 1, tables[t], rank);
                syngan_node *index =
                    indices(&c, (int)tables[t][0], places[i], i % 3);
                check_gradients(&c, syngan_square(syngan_gather(table, index)),
                                &table, 1);
            }
    check_end(&c);
    check_begin(&c);
#define TABLE check_input(&c, 0, 1, SYNGAN_SHAPE(5, 3))
    check_refused(&c, syngan_gather(TABLE, TABLE), SYNGAN_E_TYPE, "i32");
    check_refused(&c,
                  syngan_gather(indices(&c, 4, SYNGAN_SHAPE(3)),
                                indices(&c, 4, SYNGAN_SHAPE(3))),
                  SYNGAN_E_TYPE, "f32");
    check_refused(&c,
                  syngan_gather(syngan_scalar(c.graph, 1),
                                indices(&c, 4, SYNGAN_SHAPE(3))),
                  SYNGAN_E_SHAPE, "rows");
    assert_null(syngan_gather(NULL, NULL));
    /* What only a damaged file could have. */
    const int64_t rows = 5;
    check_refused(&c,
                  sg_node2(&sg_op_scatter_add, indices(&c, 4, SYNGAN_SHAPE(4)),
                           TABLE, &rows),
                  SYNGAN_E_SHAPE, "row for each");
    check_end(&c);
}

/* Many rows and indices: sums of the same bits whatever the threads. */
static void test_threads(void **state) {
    (void)state;
    static float first[700 * 33];
    for (int threads = 1; threads <= 3; threads++) {
        syngan_context *context = test_context(threads);
        syngan_graph *graph;
        syngan_program *program;
        syngan_tensor *out, *in;
        assert_ok(context, syngan_graph_create(context, &graph));
        syngan_node *index =
            syngan_input(graph, "i", SYNGAN_TYPE_I32, SYNGAN_SHAPE(5003));
        syngan_node *values =
            syngan_random_normal(graph, SYNGAN_SHAPE(5003, 33));
        const int64_t rows = 700;
        syngan_node *sum = sg_node2(&sg_op_scatter_add, index, values, &rows);
        assert_ok(context,
                  syngan_program_create(&sum, 1, NULL, 0, NULL, &program));
        assert_ok(context, syngan_program_input(program, "i", &in));
        assert_ok(context, syngan_program_output(program, 0, &out));
        for (int i = 0; i < 5003; i++)
            ((int32_t *)syngan_tensor_data(in))[i] = i * i % 709;
        assert_ok(context, syngan_program_run(program, 0));
        if (threads == 1)
            memcpy(first, syngan_tensor_data(out), sizeof first);
        else
            assert_memory_equal(first, syngan_tensor_data(out), sizeof first);
        syngan_tensor_free(out);
        syngan_tensor_free(in);
        syngan_program_free(program);
        syngan_graph_free(graph);
        syngan_context_free(context);
    }
}

static void test_embedding(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *sources[CHECK_SOURCES_MAX];
    syngan_node *index = indices(&c, 5, SYNGAN_SHAPE(3, 2));
    syngan_node *y =
        syngan_embedding(index, SYNGAN_EMBEDDING(.entries = 5, .units = 7));
    size_t count = check_sources(&c, -1, 1, sources);
    assert_int_equal(count, 2);
    assert_string_equal(syngan_node_name(sources[1]), "embedding.weight");
    assert_int_equal(sources[1]->variable->initializer,
                     SYNGAN_INITIALIZER_UNIFORM);
    check_gradients(&c, syngan_tanh(y), &sources[1], 1);
#define I indices(&c, 5, SYNGAN_SHAPE(3))
    check_refused(&c, syngan_embedding(I, SYNGAN_EMBEDDING(.entries = 5)),
                  SYNGAN_E_ARGUMENT, "units must be given");
    check_refused(&c, syngan_embedding(I, SYNGAN_EMBEDDING(.units = 5)),
                  SYNGAN_E_ARGUMENT, "entries must be given");
    check_refused(&c,
                  syngan_embedding(check_input(&c, 0, 1, SYNGAN_SHAPE(3)),
                                   SYNGAN_EMBEDDING(.entries = 5, .units = 7)),
                  SYNGAN_E_TYPE, "i32");
    assert_null(syngan_embedding(NULL, NULL));
    check_end(&c);
}

/* ---- the greatest along an axis ------------------------------------------ */

static void test_max(void **state) {
    (void)state;
    static const int64_t shapes[][4] = {
        {1, 1, 1, 1}, {7, 3, 5, 2}, {1, 13, 1, 3}, {2, 1, 17, 1}};
    check c;
    check_begin(&c);
    for (size_t i = 0; i < 4; i++)
        for (size_t rank = 1; rank <= 4; rank++)
            for (int32_t axis = -(int32_t)rank; axis < (int32_t)rank; axis++) {
                syngan_node *x = check_input(&c, -1, 1, shapes[i], rank);
                for (int32_t keep = 0; keep < 2; keep++) {
                    syngan_node *y = syngan_max(x, axis, keep);
                    assert_int_equal(y->dims.rank, (int)rank - 1 + keep);
                    check_gradients(&c, syngan_square(y), &x, 1);
                    check_value(&c, syngan_argmax(x, axis, keep));
                }
            }
    check_end(&c);
}

/* Ties go to the first; NaN is greater than all. */
static void test_ties(void **state) {
    (void)state;
    static const float x[] = {2, 5, 5, -INFINITY, NAN, 7, 7, NAN, 5, 0, 5, 5};
    static const double place[] = {1, 0, 0};
    check c;
    syngan_node *slope;
    check_begin(&c);
    syngan_node *input = check_input(&c, 0, 1, SYNGAN_SHAPE(3, 4));
    reference_set(c.reference, input, x);
    syngan_node *y = syngan_max(input, 1, 0);
    assert_ok(c.context, syngan_gradient(y, &input, 1, &slope));
    syngan_node *all[] = {y, slope, syngan_argmax(input, 1, 0)};
    check_values(&c, all, 3, 0);
    assert_memory_equal(reference_value(c.reference, all[2]), place,
                        sizeof place);
    static const float along[] = {NAN, 7, 7, NAN};
    syngan_node *columns = syngan_max(input, 0, 0);
    check_values(&c, &columns, 1, 0);
    for (int i = 0; i < 4; i++)
        assert_true(reference_value(c.reference, columns)[i] ==
                        (double)along[i] ||
                    isnan(along[i]));
    check_end(&c);
}

static void test_max_refused(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    check_refused(&c, syngan_max(check_input(&c, 0, 1, SYNGAN_SHAPE(3)), 1, 0),
                  SYNGAN_E_ARGUMENT, "no axis 1");
    check_refused(&c,
                  syngan_max(check_input(&c, 0, 1, SYNGAN_SHAPE(3, 0)), 1, 0),
                  SYNGAN_E_SHAPE, "0 elements");
    check_refused(&c, syngan_argmax(I, 0, 0), SYNGAN_E_TYPE, "f32");
    syngan_node *x = syngan_input(c.graph, "x", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, 3));
    assert_false(syngan_node_failed(syngan_max(x, 1, 0)));
    check_refused(&c, syngan_max(x, 0, 0), SYNGAN_E_SHAPE, "not fixed");
    assert_null(syngan_max(NULL, 0, 0));
    assert_null(syngan_argmax(NULL, 0, 0));
    /* What only a damaged file could have. */
    struct {
        int64_t length;
        int32_t axis, reserved;
    } fields = {4, 0, 0};
    check_refused(&c,
                  sg_node2(&sg_op_put_along,
                           check_input(&c, 0, 1, SYNGAN_SHAPE(3)), I, &fields),
                  SYNGAN_E_SHAPE, "spread");
    check_refused(&c,
                  sg_node2(&sg_op_take_along,
                           check_input(&c, 0, 1, SYNGAN_SHAPE(3)), I, &fields),
                  SYNGAN_E_SHAPE, "don't fit");
    check_refused(&c,
                  sg_node2(&sg_op_take_along, I,
                           check_input(&c, 0, 1, SYNGAN_SHAPE(1)), &fields),
                  SYNGAN_E_TYPE, "f32 and i32");
    check_end(&c);
}

/* ---- sequences ----------------------------------------------------------- */

/* Against sums written out, on odd sizes; gradients of all. */
static void check_conv1d(int64_t length, int32_t kernel, int32_t stride,
                         int32_t dilation, int32_t groups) {
    check c;
    check_begin(&c);
    syngan_node *x = check_input(&c, -1, 1, SYNGAN_SHAPE(2, 2, length));
    syngan_node *y = syngan_conv1d(
        x, SYNGAN_CONV1D(.filters = 4, .kernel = kernel, .stride = stride,
                         .dilation = dilation, .groups = groups,
                         .padding = SYNGAN_PADDING_EXPLICIT, .pad_left = 3,
                         .pad_right = 2));
    syngan_node *sources[CHECK_SOURCES_MAX];
    size_t count = check_sources(&c, -1, 1, sources);
    assert_int_equal(count, 3);
    int64_t result = (length + 5 - dilation * (kernel - 1) - 1) / stride + 1;
    assert_true(y->dims.rank == 3 && y->dims.size[1] == 4 &&
                y->dims.size[2] == result);
    const double *in = reference_value(c.reference, x);
    const double *w = reference_value(c.reference, sources[1]);
    const double *out = reference_value(c.reference, y);
    int64_t inner = 2 / groups;
    for (int64_t i = 0; i < 2 * 4 * result; i++) {
        int64_t n = i / result / 4, f = i / result % 4, at = i % result;
        double sum = reference_value(c.reference, sources[2])[f];
        for (int64_t ch = 0; ch < inner; ch++)
            for (int64_t k = 0; k < kernel; k++) {
                int64_t place = at * stride + k * dilation - 3;
                int64_t channel = f / (4 / groups) * inner + ch;
                if (place >= 0 && place < length)
                    sum += w[(f * inner + ch) * kernel + k] *
                           in[(n * 2 + channel) * length + place];
            }
        assert_true(fabs(sum - out[i]) < 1e-9);
    }
    check_gradients(&c, y, sources, count);
    check_end(&c);
}

static void test_conv1d(void **state) {
    (void)state;
    check_conv1d(7, 3, 1, 1, 1);
    check_conv1d(11, 4, 2, 2, 2);
    check_conv1d(1, 2, 1, 1, 1);
    check c;
    check_begin(&c);
#define X check_input(&c, 0, 1, SYNGAN_SHAPE(2, 3, 10))
    syngan_node *y =
        syngan_conv1d(X, SYNGAN_CONV1D(.filters = 5, .kernel = 3, .stride = 4,
                                       .activation = SYNGAN_ACTIVATION_SILU));
    assert_int_equal(y->dims.size[2], 3);
    check_refused(&c, syngan_conv1d(X, SYNGAN_CONV1D(.filters = 5)),
                  SYNGAN_E_ARGUMENT, "kernel must be given");
    check_refused(&c,
                  syngan_conv1d(check_input(&c, 0, 1, SYNGAN_SHAPE(2, 3)),
                                SYNGAN_CONV1D(.filters = 5, .kernel = 2)),
                  SYNGAN_E_SHAPE, "length, not [2, 3]");
    assert_null(syngan_conv1d(NULL, NULL));
    check_end(&c);
}

/* ---- files --------------------------------------------------------------- */

static syngan_node *conditional(syngan_node *z, syngan_node *label) {
    syngan_node *parts[] = {
        syngan_embedding(label, SYNGAN_EMBEDDING(.entries = 4, .units = 3)),
        syngan_one_hot(label, 4),
        syngan_reshape(syngan_cast(label, SYNGAN_TYPE_F32),
                       SYNGAN_SHAPE(SYNGAN_BATCH, 1)),
        syngan_abs(z)};
    syngan_node *y = syngan_concat(parts, 4, 1);
    y = syngan_dense(
        y, SYNGAN_DENSE(.units = 12, .activation = SYNGAN_ACTIVATION_ELU));
    y = syngan_reshape(y, SYNGAN_SHAPE(SYNGAN_BATCH, 2, 6));
    y = syngan_conv1d(y,
                      SYNGAN_CONV1D(.filters = 3, .kernel = 3,
                                    .activation = SYNGAN_ACTIVATION_GELU_TANH));
    y = syngan_max(syngan_pow(syngan_gelu(syngan_silu(y)), 3), 2, 0);
    return syngan_add(y, syngan_cast(syngan_argmax(y, 1, 1), SYNGAN_TYPE_F32));
}

static void predict(syngan_context *context, syngan_model *model,
                    float result[9]) {
    static const float z[6] = {0.5f, -1, 2, -0.25f, 1, 0};
    static const int32_t labels[3] = {0, 3, 7};
    syngan_tensor *in[2], *out;
    assert_ok(context, syngan_tensor_create(context, SYNGAN_TYPE_F32,
                                            SYNGAN_SHAPE(3, 2), &in[0]));
    assert_ok(context, syngan_tensor_create(context, SYNGAN_TYPE_I32,
                                            SYNGAN_SHAPE(3), &in[1]));
    memcpy(syngan_tensor_data(in[0]), z, sizeof z);
    memcpy(syngan_tensor_data(in[1]), labels, sizeof labels);
    assert_ok(context, syngan_model_predict(
                           model, (const syngan_tensor *const *)in, 2, &out));
    memcpy(result, syngan_tensor_data(out), 9 * sizeof *result);
    for (int i = 0; i < 2; i++)
        syngan_tensor_free(in[i]);
    syngan_tensor_free(out);
}

/* A network of all of them is saved and loaded, and computes the same. */
static void test_saved(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_graph *graph;
    syngan_model *model, *loaded;
    float saved[9], again[9];
    memory_stream stream, back;
    assert_ok(context, syngan_graph_create(context, &graph));
    syngan_node *inputs[] = {syngan_input(graph, "z", SYNGAN_TYPE_F32,
                                          SYNGAN_SHAPE(SYNGAN_BATCH, 2)),
                             syngan_input(graph, "label", SYNGAN_TYPE_I32,
                                          SYNGAN_SHAPE(SYNGAN_BATCH))};
    assert_ok(context, syngan_model_create(conditional(inputs[0], inputs[1]),
                                           "g", &model));
    predict(context, model, saved);
    memory_stream_init(&stream, NULL, 0);
    assert_ok(context, syngan_model_save_stream(model, &stream.hooks));
    memory_stream_init(&back, stream.data, stream.size);
    assert_ok(context, syngan_model_load_stream(context, &back.hooks, &loaded));
    memory_stream_end(&back);
    memory_stream_end(&stream);
    predict(context, loaded, again);
    assert_memory_equal(saved, again, sizeof saved);
    for (int i = 0; i < 9; i++)
        assert_true(isfinite(saved[i]) && saved[i] != 0);
    syngan_model_free(loaded);
    syngan_model_free(model);
    syngan_graph_free(graph);
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cast_and_one_hot),
        cmocka_unit_test(test_gather),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_embedding),
        cmocka_unit_test(test_max),
        cmocka_unit_test(test_ties),
        cmocka_unit_test(test_max_refused),
        cmocka_unit_test(test_conv1d),
        cmocka_unit_test(test_saved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
