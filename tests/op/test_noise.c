/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dropout and normal noise: what they are in each mode, their gradients, and
 * what is refused.
 */
#include <math.h>
#include <syngan/layers.h>
#include <syngan/model.h>
#include <syngan/program.h>

#include "support/check.h"
#include "support/test.h"

typedef syngan_node *(*layer)(syngan_node *, double);

/* A model that is one layer, applied to x. */
static syngan_node *applied(check *c, layer build, double amount,
                            syngan_node *x, int32_t mode) {
    syngan_graph *template;
    syngan_model *model;
    assert_ok(c->context, syngan_graph_create(c->context, &template));
    int64_t dims[SYNGAN_MAX_RANK];
    size_t rank = syngan_node_dims(x, dims);
    dims[0] = SYNGAN_BATCH;
    syngan_node *y =
        build(syngan_input(template, "x", SYNGAN_TYPE_F32, dims, rank), amount);
    assert_ok(c->context, syngan_model_create(y, "model", &model));
    y = syngan_model_apply(c->graph, model, &x, 1, mode);
    assert_ok(c->context, syngan_graph_status(c->graph));
    syngan_model_free(model);
    syngan_graph_free(template);
    return y;
}

static void test_dropout(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *x = check_input(&c, 1, 2, SYNGAN_SHAPE(100, 101));
    syngan_node *y = applied(&c, syngan_dropout, 0.3, x, SYNGAN_MODE_TRAINING);
    check_value(&c, y);
    const double *have = reference_value(c.reference, y);
    const double *from = reference_value(c.reference, x);
    int zeros = 0;
    for (int i = 0; i < 10100; i++) {
        zeros += have[i] == 0;
        if (have[i] != 0)
            assert_true(fabs(have[i] - from[i] / 0.7) < 1e-6 * from[i]);
    }
    assert_in_range(zeros, 2830, 3230);
    check_end(&c);
}

static void test_dropout_gradients(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *x = check_input(&c, -1, 1, SYNGAN_SHAPE(3, 5));
    syngan_node *y = applied(&c, syngan_dropout, 0.5, syngan_square(x),
                             SYNGAN_MODE_TRAINING);
    check_gradients(&c, syngan_square(y), &x, 1);
    check_end(&c);
}

static void test_noise(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *x = check_input(&c, -1, 1, SYNGAN_SHAPE(101, 100));
    syngan_node *y =
        applied(&c, syngan_gaussian_noise, 0.5, x, SYNGAN_MODE_TRAINING);
    check_value(&c, y);
    double sum = 0, squares = 0;
    for (int i = 0; i < 10100; i++) {
        double noise = reference_value(c.reference, y)[i] -
                       reference_value(c.reference, x)[i];
        sum += noise / 10100;
        squares += noise * noise / 10100;
    }
    assert_true(fabs(sum) < 0.02);
    assert_true(fabs(squares - 0.25) < 0.02);
    check_end(&c);
}

static void test_nothing_to_do(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *x = check_input(&c, -1, 1, SYNGAN_SHAPE(3, 5));
    assert_ptr_equal(applied(&c, syngan_dropout, 0.3, x, SYNGAN_MODE_INFERENCE),
                     x);
    assert_ptr_equal(applied(&c, syngan_dropout, 0, x, SYNGAN_MODE_TRAINING),
                     x);
    assert_ptr_equal(
        applied(&c, syngan_gaussian_noise, 0.3, x, SYNGAN_MODE_INFERENCE), x);
    check_end(&c);
}

static void test_refused(void **state) {
    (void)state;
    check c;
    check_begin(&c);
#define X check_input(&c, 0, 1, SYNGAN_SHAPE(2, 3))
    check_refused(&c, syngan_dropout(X, 1), SYNGAN_E_ARGUMENT, "rate is 1");
    check_refused(&c, syngan_dropout(X, -0.5), SYNGAN_E_ARGUMENT, "-0.5");
    check_refused(&c, syngan_dropout(X, NAN), SYNGAN_E_ARGUMENT, "nan");
    check_refused(&c, syngan_gaussian_noise(X, -1), SYNGAN_E_ARGUMENT, "-1");
    check_refused(&c, syngan_gaussian_noise(X, INFINITY), SYNGAN_E_ARGUMENT,
                  "finite");
    assert_null(syngan_dropout(NULL, 0.5));
    assert_null(syngan_gaussian_noise(NULL, 0.5));
    check_end(&c);
}

/* Outside of a model there is no mode. */
static void test_no_mode(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *x = X, *gradient;
    syngan_node *y = syngan_dropout(x, 0.5);
    syngan_program *program;
    assert_fails(c.context,
                 syngan_program_create(&y, 1, NULL, 0, NULL, &program),
                 SYNGAN_E_STATE, "mode");
    assert_fails(c.context, syngan_gradient(y, &x, 1, &gradient),
                 SYNGAN_E_UNSUPPORTED, "training or inference");
    check_end(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dropout),
        cmocka_unit_test(test_dropout_gradients),
        cmocka_unit_test(test_noise),
        cmocka_unit_test(test_nothing_to_do),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_no_mode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
