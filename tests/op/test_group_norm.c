/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Normalisation within examples, scales and shifts of each example's own, and
 * minibatch standard deviation: values, gradients of gradients, files.
 */
#include <math.h>
#include <syngan/layers.h>
#include <syngan/model.h>

#include "op/ops.h"
#include "support/check.h"
#include "support/memory_stream.h"
#include "support/test.h"

#define EPSILON 1e-3

/* Element i of x, normalised with the other elements of its group. */
static double normal(const double *x, const sg_dims *dims, int64_t groups,
                     int64_t i) {
    int64_t length = sg_dims_product(dims, 1, dims->rank) / groups;
    const double *group = x + i / length * length;
    double mean = 0, variance = 0;
    for (int64_t j = 0; j < length; j++)
        mean += group[j] / (double)length;
    for (int64_t j = 0; j < length; j++)
        variance += (group[j] - mean) * (group[j] - mean) / (double)length;
    return (x[i] - mean) / sqrt(variance + (double)(float)EPSILON);
}

static void check_groups(const int64_t *dims, size_t rank, int32_t groups) {
    check c;
    check_begin(&c);
    syngan_node *sources[CHECK_SOURCES_MAX];
    syngan_node *x = check_input(&c, -1, 2, dims, rank);
    syngan_node *y = syngan_group_norm(
        x, SYNGAN_GROUP_NORM(.groups = groups, .epsilon = (float)EPSILON));
    assert_int_equal(check_sources(&c, -1, 1, sources), 3);
    assert_string_equal(syngan_node_name(sources[1]), "group_norm.weight");
    assert_string_equal(syngan_node_name(sources[2]), "group_norm.bias");
    int64_t inner = sg_dims_product(&x->dims, 2, (int)rank);
    int64_t all = groups == SYNGAN_AUTO ? dims[1] : groups;
    for (int64_t i = 0; i < sg_dims_count(&x->dims); i++) {
        int64_t channel = i / inner % dims[1];
        double unit = normal(reference_value(c.reference, x), &x->dims, all, i);
        double want = unit * reference_value(c.reference, sources[1])[channel] +
                      reference_value(c.reference, sources[2])[channel];
        assert_true(fabs(reference_value(c.reference, y)[i] - want) < 1e-9);
    }
    check_gradients(&c, y, sources, 3);
    check_end(&c);
}

static void test_groups(void **state) {
    (void)state;
    check_groups(SYNGAN_SHAPE(2, 6, 3, 5), SYNGAN_AUTO);
    check_groups(SYNGAN_SHAPE(1, 6, 3, 1), 1);
    check_groups(SYNGAN_SHAPE(3, 6, 1, 7), 3);
    check_groups(SYNGAN_SHAPE(3, 7), 1);
    check_groups(SYNGAN_SHAPE(2, 5, 11), SYNGAN_AUTO);
    check_groups(SYNGAN_SHAPE(1, 4), 2);
}

/* Rows of many vectors, shared by threads; far from 0. */
static void test_large(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *x = check_input(&c, 9, 11, SYNGAN_SHAPE(5, 8, 37, 41));
    syngan_node *out[2];
    out[0] =
        syngan_group_norm(x, SYNGAN_GROUP_NORM(.groups = 4, .no_affine = 1));
    assert_ok(c.context, syngan_gradient(syngan_exp(out[0]), &x, 1, &out[1]));
    check_values(&c, out, 2, CHECK_GRADIENT);
    check_end(&c);
}

static void test_refused(void **state) {
    (void)state;
    check c;
    check_begin(&c);
#define X check_input(&c, 0, 1, SYNGAN_SHAPE(2, 6))
    check_refused(&c, syngan_group_norm(X, SYNGAN_GROUP_NORM(.groups = 4)),
                  SYNGAN_E_SHAPE, "4 groups");
    check_refused(&c, syngan_group_norm(X, NULL), SYNGAN_E_SHAPE, "6 groups");
    check_refused(
        &c, syngan_group_norm(check_input(&c, 0, 1, SYNGAN_SHAPE(2)), NULL),
        SYNGAN_E_SHAPE, "[2]");
    const double zero = 0;
    check_refused(&c, sg_node1(&sg_op_row_norm, X, &zero), SYNGAN_E_ARGUMENT,
                  "above 0");
    check_refused(&c, syngan_pixel_norm(X, 0), SYNGAN_E_ARGUMENT, "above 0");
    check_refused(&c,
                  syngan_pixel_norm(check_input(&c, 0, 1, SYNGAN_SHAPE(2)), 1),
                  SYNGAN_E_SHAPE, "[2]");
    check_refused(&c, syngan_minibatch_stddev(X, 1), SYNGAN_E_ARGUMENT,
                  "at least 2");
    check_refused(
        &c, syngan_minibatch_stddev(check_input(&c, 0, 1, SYNGAN_SHAPE(2)), 2),
        SYNGAN_E_SHAPE, "[2]");
    syngan_node *x = check_input(&c, 0, 1, SYNGAN_SHAPE(6, 2));
    syngan_node *y = X;
    check_refused(&c, syngan_modulate(y, x, y), SYNGAN_E_SHAPE, "N x C");
    assert_null(syngan_group_norm(NULL, NULL));
    assert_null(syngan_pixel_norm(NULL, 1));
    assert_null(syngan_modulate(NULL, NULL, NULL));
    assert_null(syngan_minibatch_stddev(NULL, 2));
    check_end(&c);
}

static void test_pixel_norm(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *x = check_input(&c, -1, 1, SYNGAN_SHAPE(2, 3, 5, 1));
    syngan_node *y = syngan_pixel_norm(x, 0.01);
    for (int i = 0; i < 30; i++) {
        const double *in = reference_value(c.reference, x);
        double sum = 0;
        for (int k = 0; k < 3; k++) {
            double other = in[i / 15 * 15 + k * 5 + i % 5];
            sum += other * other / 3;
        }
        double want = in[i] / sqrt(sum + 0.01);
        assert_true(fabs(reference_value(c.reference, y)[i] - want) < 1e-6);
    }
    check_gradients(&c, y, &x, 1);
    check_end(&c);
}

static void test_modulate(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *sources[] = {check_input(&c, -1, 1, SYNGAN_SHAPE(2, 3, 5, 2)),
                              check_input(&c, -1, 1, SYNGAN_SHAPE(2, 3)),
                              check_input(&c, -1, 1, SYNGAN_SHAPE(2, 3))};
    syngan_node *y = syngan_modulate(
        syngan_group_norm(sources[0], SYNGAN_GROUP_NORM(.no_affine = 1)),
        sources[1], sources[2]);
    for (int i = 0; i < 6; i++) {
        double sum = 0;
        for (int j = 0; j < 10; j++)
            sum += reference_value(c.reference, y)[i * 10 + j] / 10;
        double shift = reference_value(c.reference, sources[2])[i];
        assert_true(fabs(sum - shift) < 1e-9);
    }
    check_gradients(&c, y, sources, 3);
    check_end(&c);
}

/* ---- minibatch standard deviation ---------------------------------------- */

static void check_stddev(int64_t batch, int64_t group, int64_t size) {
    check c;
    check_begin(&c);
    syngan_node *x = check_input(&c, -1, 1, SYNGAN_SHAPE(batch, 2, 3));
    syngan_node *y = syngan_minibatch_stddev(x, group);
    assert_true(y->dims.rank == 3 && y->dims.size[1] == 3);
    int64_t groups = batch / size;
    for (int64_t n = 0; n < batch; n++) {
        const double *in = reference_value(c.reference, x);
        double want = 0;
        for (int64_t e = 0; e < 6; e++) {
            double mean = 0, variance = 0;
            for (int64_t k = n % groups; k < batch; k += groups)
                mean += in[k * 6 + e] / (double)size;
            for (int64_t k = n % groups; k < batch; k += groups)
                variance += (in[k * 6 + e] - mean) * (in[k * 6 + e] - mean) /
                            (double)size;
            want += sqrt(variance + 1e-8) / 6;
        }
        const double *out = reference_value(c.reference, y) + n * 9;
        for (int64_t e = 0; e < 9; e++)
            assert_true(fabs(out[e] -
                             (e < 6 ? reference_value(c.reference, x)[n * 6 + e]
                                    : want)) < 1e-9);
    }
    if (batch > 1) check_gradients(&c, y, &x, 1);
    check_value(&c, y);
    check_end(&c);
}

static void test_stddev(void **state) {
    (void)state;
    check_stddev(8, 4, 4);
    check_stddev(6, 4, 3);
    check_stddev(7, 4, 7);
    check_stddev(3, 4, 3);
    check_stddev(1, 4, 1);
    check_stddev(10, 2, 2);
}

/* In a model the batch is open; saved and loaded it computes the same. */
static void test_saved(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_graph *graph;
    syngan_model *model, *loaded;
    syngan_tensor *out, *again;
    memory_stream stream, back;
    assert_ok(context, syngan_graph_create(context, &graph));
    syngan_node *z = syngan_input(graph, "z", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, 4, 3, 2));
    syngan_node *y = syngan_group_norm(z, SYNGAN_GROUP_NORM(.groups = 2));
    y = syngan_minibatch_stddev(syngan_pixel_norm(y, 1e-8), 4);
    assert_ok(context, syngan_model_create(y, "d", &model));
    memory_stream_init(&stream, NULL, 0);
    assert_ok(context, syngan_model_save_stream(model, &stream.hooks));
    memory_stream_init(&back, stream.data, stream.size);
    assert_ok(context, syngan_model_load_stream(context, &back.hooks, &loaded));
    assert_ok(context, syngan_model_sample(model, 6, 1, &out));
    assert_ok(context, syngan_model_sample(loaded, 6, 1, &again));
    assert_memory_equal(syngan_tensor_data(out), syngan_tensor_data(again),
                        6 * 5 * 6 * sizeof(float));
    const float *first = syngan_tensor_data(out);
    assert_true(first[24] > 0.1f && first[24] == first[29]);
    syngan_tensor_free(again);
    syngan_tensor_free(out);
    memory_stream_end(&back);
    memory_stream_end(&stream);
    syngan_model_free(loaded);
    syngan_model_free(model);
    syngan_graph_free(graph);
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_groups),   cmocka_unit_test(test_large),
        cmocka_unit_test(test_refused),  cmocka_unit_test(test_pixel_norm),
        cmocka_unit_test(test_modulate), cmocka_unit_test(test_stddev),
        cmocka_unit_test(test_saved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
