/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of one element as operators: values, first and second gradients,
 * chains, and what is refused.
 */
#include <math.h>
#include <syngan/layers.h>
#include <syngan/program.h>

#include "op/ops.h"
#include "support/check.h"
#include "support/test.h"

static syngan_node *leaky(syngan_node *x) {
    return syngan_leaky_relu(x, 0.2);
}
static syngan_node *affine(syngan_node *x) {
    return syngan_affine(x, -1.5, 0.25);
}
static syngan_node *clip(syngan_node *x) {
    return syngan_clip(x, -0.75, 1.25);
}
static syngan_node *elu(syngan_node *x) {
    return syngan_elu(x, 0.7);
}
static syngan_node *cube(syngan_node *x) {
    return syngan_pow(x, 3);
}
static syngan_node *inverse(syngan_node *x) {
    return syngan_pow(x, -1.5);
}
static syngan_node *power(syngan_node *x, double exponent) {
    return syngan_pow(x, exponent);
}
static syngan_node *second_power(syngan_node *x) {
    return power(x, 2);
}
static syngan_node *first_power(syngan_node *x) {
    return power(x, 1);
}
static syngan_node *power_0(syngan_node *x) {
    return power(x, 0);
}

typedef struct function {
    syngan_node *(*build)(syngan_node *);
    double low, high;
} function;

static const function functions[] = {
    {syngan_relu, -2, 2},
    {leaky, -2, 2},
    {syngan_tanh, -2, 2},
    {syngan_sigmoid, -3, 3},
    {syngan_softplus, -3, 3},
    {syngan_exp, -2, 2},
    {syngan_log, 0.3, 3},
    {syngan_sqrt, 0.3, 3},
    {syngan_square, -2, 2},
    {affine, -2, 2},
    {clip, -2, 2},
    {syngan_negate, -2, 2},
    {syngan_abs, -2, 2},
    {cube, -2, 2},
    {inverse, 0.3, 3},
    {second_power, -2, 2},
    {first_power, -2, 2},
    {power_0, -2, 2},
    {syngan_gelu, -3, 3},
    {syngan_gelu_tanh, -3, 3},
    {syngan_silu, -3, 3},
    {elu, -3, 3},
};
#define FUNCTIONS (sizeof functions / sizeof functions[0])

typedef struct shape {
    int64_t size[5];
    size_t rank;
} shape;

static const shape shapes[] = {
    {{0}, 0},    {{1}, 1},    {{37}, 1},
    {{0, 3}, 2}, {{3, 5}, 2}, {{2, 3, 5, 1, 7}, 5},
};
#define SHAPES (sizeof shapes / sizeof shapes[0])

static void test_functions(void **state) {
    (void)state;
    for (size_t i = 0; i < FUNCTIONS; i++)
        for (size_t j = 0; j < SHAPES; j++) {
            const function *f = &functions[i];
            check c;
            check_begin(&c);
            syngan_node *x = check_input(&c, f->low, f->high, shapes[j].size,
                                         shapes[j].rank);
            check_gradients(&c, f->build(x), &x, 1);
            check_end(&c);
        }
}

/* Longer than any piece, and shared by threads. */
static void test_large(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *results[2 * FUNCTIONS];
    for (size_t i = 0; i < FUNCTIONS; i++) {
        syngan_node *x = check_input(&c, functions[i].low, functions[i].high,
                                     SYNGAN_SHAPE(40009));
        results[2 * i] = functions[i].build(x);
        assert_ok(c.context,
                  syngan_gradient(results[2 * i], &x, 1, &results[2 * i + 1]));
    }
    check_values(&c, results, 2 * FUNCTIONS, CHECK_FORWARD);
    check_end(&c);
}

/* A chain that is longer than what a kernel absorbs, and one whose middle is
 * used twice. */
static void test_chains(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *x = check_input(&c, -1, 1, SYNGAN_SHAPE(5, 11));
    syngan_node *y = x;
    for (int i = 0; i < 7; i++)
        y = syngan_tanh(affine(y));
    check_gradients(&c, y, &x, 1);
    syngan_node *middle = syngan_sigmoid(x);
    y = syngan_multiply(middle, syngan_exp(syngan_square(middle)));
    check_gradients(&c, y, &x, 1);
    check_end(&c);
}

static void test_not_finite(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *x = check_input(&c, 0, 1, SYNGAN_SHAPE(5));
    reference_set(c.reference, x,
                  (const float[]){NAN, INFINITY, -INFINITY, 0, 60});
    syngan_node *results[] = {syngan_softplus(x), syngan_sigmoid(x),
                              syngan_tanh(x), syngan_relu(x)};
    check_values(&c, &results[1], 2, CHECK_FORWARD);
    check_value(&c, results[0]);
    check_end(&c);
    /* Every function of NaN is NaN, at every place of a vector. */
    for (size_t i = 0; i < FUNCTIONS; i++) {
        float values[37];
        for (int k = 0; k < 37; k++)
            values[k] = k % 3 == 0 ? 1 : NAN;
        check_begin(&c);
        x = check_input(&c, 0, 1, SYNGAN_SHAPE(37));
        reference_set(c.reference, x, values);
        syngan_node *y = functions[i].build(x);
        check_values(&c, &y, 1, CHECK_FORWARD);
        for (int k = 0; k < 37; k++)
            assert_int_equal(isnan(reference_value(c.reference, y)[k]) != 0,
                             k % 3 != 0);
        check_end(&c);
    }
}

static void test_refused(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *x = check_input(&c, 0, 1, SYNGAN_SHAPE(2));
    check_refused(&c, syngan_clip(x, 1, 0), SYNGAN_E_ARGUMENT, "lower limit 1");
    x = check_input(&c, 0, 1, SYNGAN_SHAPE(2));
    check_refused(&c, syngan_clip(x, 0, NAN), SYNGAN_E_ARGUMENT, "limit");
    x = check_input(&c, 0, 1, SYNGAN_SHAPE(2));
    check_refused(&c, syngan_leaky_relu(x, -0.1), SYNGAN_E_ARGUMENT, "slope");
    x = check_input(&c, 0, 1, SYNGAN_SHAPE(2));
    check_refused(&c, syngan_elu(x, -0.1), SYNGAN_E_ARGUMENT, "alpha is -0.1");
    x = check_input(&c, 0, 1, SYNGAN_SHAPE(2));
    check_refused(&c, syngan_pow(x, NAN), SYNGAN_E_ARGUMENT, "finite");
    x = check_input(&c, 0, 1, SYNGAN_SHAPE(2));
    check_refused(&c, syngan_affine(x, INFINITY, 0), SYNGAN_E_ARGUMENT,
                  "finite");
    /* Doubles that f32 does not hold. */
    static const double beyond[] = {1e39, -1e39, 3.4028236e38, -1e308};
    for (size_t i = 0; i < 4; i++) {
#define REFUSED(build)                                                         \
    do {                                                                       \
        x = check_input(&c, 0, 1, SYNGAN_SHAPE(2));                            \
        check_refused(&c, build, SYNGAN_E_ARGUMENT, "f32");                    \
    } while (0)
        REFUSED(syngan_affine(x, beyond[i], 0));
        REFUSED(syngan_affine(x, 0, beyond[i]));
        REFUSED(syngan_leaky_relu(x, beyond[i]));
        REFUSED(syngan_pow(x, beyond[i]));
        REFUSED(syngan_clip(x, -fabs(beyond[i]), 0));
        REFUSED(syngan_clip(x, 0, fabs(beyond[i])));
        REFUSED(syngan_gaussian_noise(x, beyond[i]));
        REFUSED(syngan_scalar(c.graph, beyond[i]));
        REFUSED(syngan_fill(c.graph, beyond[i], SYNGAN_SHAPE(2)));
    }
    x = check_input(&c, 0, 1, SYNGAN_SHAPE(2));
    assert_false(syngan_node_failed(syngan_affine(x, 3.4e38, -3.4e38)));
    assert_false(syngan_node_failed(syngan_scalar(c.graph, 3.4028235e38)));
    x = syngan_input(c.graph, "index", SYNGAN_TYPE_I32, SYNGAN_SHAPE(2));
    check_refused(&c, syngan_exp(x), SYNGAN_E_TYPE, "i32");
    assert_null(syngan_relu(NULL));
    check_end(&c);
}

/* Fields that only a damaged file could have. */
static void test_refused_fields(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    const sg_unary wrong = {.kind = SG_UNARY_TANH};
    const sg_unary none = {.kind = SG_UNARY_COUNT};
    syngan_node *x = check_input(&c, 0, 1, SYNGAN_SHAPE(2));
    check_refused(&c, sg_node1(&sg_op_relu, x, &wrong), SYNGAN_E_ARGUMENT,
                  "kind");
    x = check_input(&c, 0, 1, SYNGAN_SHAPE(2));
    check_refused(&c, sg_node2(&sg_op_unary_grad, x, x, &none),
                  SYNGAN_E_ARGUMENT, "function");
    x = check_input(&c, 0, 1, SYNGAN_SHAPE(2));
    syngan_node *dy = check_input(&c, 0, 1, SYNGAN_SHAPE(3));
    check_refused(&c, sg_node2(&sg_op_unary_grad, x, dy, &wrong),
                  SYNGAN_E_SHAPE, "[3]");
    check_end(&c);
}

static void test_clip_open_ended(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *x = check_input(&c, -1, 1, SYNGAN_SHAPE(9));
    check_value(&c, syngan_clip(x, 0, INFINITY));
    check_value(&c, syngan_clip(x, -INFINITY, 0));
    check_value(&c, syngan_clip(x, 0.5, 0.5));
    check_end(&c);
}

/* At its limits a clip passes the gradient on, beyond it does not. */
static void test_clip_at_limits(void **state) {
    (void)state;
    static const float x[] = {-1.0f, -0.75f, 0.0f, 1.25f, 1.5f};
    static const float slope[] = {0, 1, 1, 1, 0};
    check c;
    syngan_node *gradient;
    check_begin(&c);
    syngan_node *input = check_input(&c, 0, 1, SYNGAN_SHAPE(5));
    reference_set(c.reference, input, x);
    assert_ok(c.context, syngan_gradient(syngan_sum(clip(input), NULL, 0, 0),
                                         &input, 1, &gradient));
    syngan_program *program = NULL;
    syngan_tensor *in, *out;
    assert_ok(c.context,
              syngan_program_create(&gradient, 1, NULL, 0, NULL, &program));
    assert_ok(c.context, syngan_program_input(program, input->name, &in));
    assert_ok(c.context, syngan_program_output(program, 0, &out));
    memcpy(syngan_tensor_data(in), x, sizeof x);
    assert_ok(c.context, syngan_program_run(program, 0));
    assert_memory_equal(syngan_tensor_data(out), slope, sizeof slope);
    syngan_tensor_free(in);
    syngan_tensor_free(out);
    syngan_program_free(program);
    check_end(&c);
}

/* Slopes where functions have corners; powers of zeros and negative numbers. */
static void test_corners(void **state) {
    (void)state;
    static const float x[] = {-2, -1, 0, 0.5f, 3};
    check c;
    check_begin(&c);
    syngan_node *input = check_input(&c, 0, 1, SYNGAN_SHAPE(5));
    reference_set(c.reference, input, x);
    syngan_node *y[] = {syngan_abs(input),
                        elu(input),
                        cube(input),
                        syngan_pow(input, 4),
                        syngan_pow(input, -2),
                        syngan_pow(input, 0.5),
                        syngan_pow(input, 0),
                        syngan_pow(input, -3),
                        syngan_pow(input, 2.5),
                        syngan_pow(input, 16777216),
                        syngan_pow(input, -1.0e6),
                        syngan_silu(input)};
    enum { COUNT = sizeof y / sizeof y[0] };
    syngan_node *slopes[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        assert_ok(c.context, syngan_gradient(y[i], &input, 1, &slopes[i]));
    for (size_t i = 0; i < COUNT; i++) {
        check_value(&c, y[i]);
        check_value(&c, slopes[i]);
    }
    assert_true(reference_value(c.reference, slopes[0])[2] == 0);
    check_end(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_functions),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_chains),
        cmocka_unit_test(test_not_finite),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_refused_fields),
        cmocka_unit_test(test_clip_open_ended),
        cmocka_unit_test(test_clip_at_limits),
        cmocka_unit_test(test_corners),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
