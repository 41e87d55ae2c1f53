/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of two elements: values and gradients over broadcasting patterns,
 * ties, and what is refused.
 */
#include <math.h>

#include "support/check.h"
#include "support/test.h"

typedef struct pattern {
    int64_t a[6], b[6]; /* sizes, ended by -2 */
} pattern;

static const pattern patterns[] = {
    {{-2}, {-2}},
    {{1, -2}, {-2}},
    {{7, -2}, {-2}},
    {{-2}, {3, 5, -2}},
    {{13, -2}, {13, -2}},
    {{1, 1, -2}, {3, 1, -2}},
    {{3, 1, -2}, {1, 5, -2}},
    {{2, 3, 5, -2}, {3, 1, -2}},
    {{4, 3, 2, 2, -2}, {3, 1, 1, -2}},
    {{2, 3, 1, 5, -2}, {2, 1, 7, 1, -2}},
    {{2, 1, 3, 1, 2, -2}, {1, 5, 1, 1, 2, -2}},
    {{1, 37, -2}, {11, 1, -2}},
    {{0, 3, -2}, {1, 3, -2}},
};
#define PATTERNS (sizeof patterns / sizeof patterns[0])

static size_t rank_of(const int64_t *sizes) {
    size_t rank = 0;
    while (sizes[rank] != -2)
        rank++;
    return rank;
}

typedef syngan_node *(*binary)(syngan_node *, syngan_node *);

static void check_binary(binary build, double low, double high) {
    for (size_t i = 0; i < PATTERNS; i++) {
        check c;
        check_begin(&c);
        const pattern *p = &patterns[i];
        syngan_node *sources[] = {
            check_input(&c, -2.0, 2.0, p->a, rank_of(p->a)),
            check_input(&c, low, high, p->b, rank_of(p->b))};
        check_gradients(&c, build(sources[0], sources[1]), sources, 2);
        check_end(&c);
        check_begin(&c);
        syngan_node *swapped[] = {
            check_input(&c, -2.0, 2.0, p->b, rank_of(p->b)),
            check_input(&c, low, high, p->a, rank_of(p->a))};
        check_gradients(&c, build(swapped[0], swapped[1]), swapped, 2);
        check_end(&c);
    }
}

static void test_add(void **state) {
    (void)state;
    check_binary(syngan_add, -2, 2);
}
static void test_subtract(void **state) {
    (void)state;
    check_binary(syngan_subtract, -2, 2);
}
static void test_multiply(void **state) {
    (void)state;
    check_binary(syngan_multiply, -2, 2);
}
static void test_divide(void **state) {
    (void)state;
    check_binary(syngan_divide, 0.5, 2);
}
static void test_maximum(void **state) {
    (void)state;
    check_binary(syngan_maximum, -2, 2);
}
static void test_minimum(void **state) {
    (void)state;
    check_binary(syngan_minimum, -2, 2);
}
static void test_greater(void **state) {
    (void)state;
    check_binary(syngan_greater, -2, 2);
}

/* Large enough for several threads and pieces. */
static void test_large(void **state) {
    (void)state;
    static const binary all[] = {
        syngan_add,     syngan_subtract, syngan_multiply, syngan_divide,
        syngan_maximum, syngan_minimum,  syngan_greater};
    check c;
    check_begin(&c);
    syngan_node *a = check_input(&c, -2, 2, SYNGAN_SHAPE(5, 16, 33, 17));
    syngan_node *b = check_input(&c, 0.5, 2, SYNGAN_SHAPE(5, 16, 33, 17));
    syngan_node *channel = check_input(&c, 0.5, 2, SYNGAN_SHAPE(16, 1, 1));
    syngan_node *results[14];
    for (size_t i = 0; i < 7; i++) {
        results[2 * i] = syngan_tanh(all[i](a, b));
        results[2 * i + 1] = syngan_relu(all[i](channel, a));
    }
    check_values(&c, results, 14, CHECK_FORWARD);
    check_end(&c);
}

static void test_one_node_twice(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *x = check_input(&c, 0.5, 2.0, SYNGAN_SHAPE(3, 7));
    syngan_node *y = syngan_divide(syngan_multiply(x, x), syngan_add(x, x));
    check_gradients(&c, y, &x, 1);
    check_end(&c);
}

/* On ties the gradient goes to the first operand. */
static void test_ties(void **state) {
    (void)state;
    static const binary builders[] = {syngan_maximum, syngan_minimum};
    for (size_t i = 0; i < 2; i++) {
        check c;
        check_begin(&c);
        syngan_node *sources[] = {check_input(&c, 0, 1, SYNGAN_SHAPE(5)),
                                  check_input(&c, 0, 1, SYNGAN_SHAPE(5))};
        const float equal[] = {1, 2, -3, 0, 5};
        reference_set(c.reference, sources[0], equal);
        reference_set(c.reference, sources[1], equal);
        syngan_node *gradients[2];
        assert_ok(c.context,
                  syngan_gradient(builders[i](sources[0], sources[1]), sources,
                                  2, gradients));
        check_values(&c, gradients, 2, CHECK_FORWARD);
        for (int k = 0; k < 5; k++) {
            assert_true(reference_value(c.reference, gradients[0])[k] == 1);
            assert_true(reference_value(c.reference, gradients[1])[k] == 0);
        }
        check_end(&c);
    }
}

/* Of special numbers each with each, at every place of a vector, of values of
 * one shape and of a repeated operand on either side: as NumPy has it. */
static void test_special_numbers(void **state) {
    (void)state;
    static const binary all[] = {
        syngan_add,     syngan_subtract, syngan_multiply, syngan_divide,
        syngan_maximum, syngan_minimum,  syngan_greater};
    static const float special[] = {NAN, 0, 1, INFINITY, -INFINITY};
    enum { SPECIALS = 5, COUNT = 53 };
    check c;
    check_begin(&c);
    syngan_node *a = check_input(&c, 0, 1, SYNGAN_SHAPE(COUNT));
    syngan_node *b = check_input(&c, 0, 1, SYNGAN_SHAPE(COUNT));
    syngan_node *one = check_input(&c, 0, 1, SYNGAN_SHAPE(1));
    syngan_node *results[21];
    for (size_t i = 0; i < 7; i++) {
        results[3 * i] = all[i](a, b);
        results[3 * i + 1] = all[i](a, one);
        results[3 * i + 2] = all[i](one, b);
    }
    for (int k = 0; k < SPECIALS; k++) {
        float values[2][COUNT];
        for (int i = 0; i < COUNT; i++) {
            values[0][i] = special[i % SPECIALS];
            values[1][i] = special[(i / SPECIALS + k) % SPECIALS];
        }
        reference_set(c.reference, a, values[0]);
        reference_set(c.reference, b, values[1]);
        reference_set(c.reference, one, &special[k]);
        check_values(&c, results, 21, CHECK_FORWARD);
    }
    check_end(&c);
}

/* The first operand's, whichever is NaN. */
static void test_gradient_at_nan(void **state) {
    (void)state;
    static const binary builders[] = {syngan_maximum, syngan_minimum};
    for (size_t i = 0; i < 2; i++) {
        check c;
        check_begin(&c);
        syngan_node *sources[] = {check_input(&c, 0, 1, SYNGAN_SHAPE(3)),
                                  check_input(&c, 0, 1, SYNGAN_SHAPE(3))};
        reference_set(c.reference, sources[0], (const float[]){NAN, 1, NAN});
        reference_set(c.reference, sources[1], (const float[]){1, NAN, NAN});
        syngan_node *gradients[2];
        assert_ok(c.context,
                  syngan_gradient(builders[i](sources[0], sources[1]), sources,
                                  2, gradients));
        check_values(&c, gradients, 2, CHECK_FORWARD);
        for (int k = 0; k < 3; k++) {
            assert_true(reference_value(c.reference, gradients[0])[k] == 1);
            assert_true(reference_value(c.reference, gradients[1])[k] == 0);
        }
        check_end(&c);
    }
}

static void test_not_finite(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *a = check_input(&c, 0, 1, SYNGAN_SHAPE(4));
    syngan_node *b = check_input(&c, 0, 1, SYNGAN_SHAPE(4));
    reference_set(c.reference, a, (const float[]){1, -1, 0, NAN});
    reference_set(c.reference, b, (const float[]){0, 0, 0, 1});
    syngan_node *results[] = {syngan_divide(a, b), syngan_add(a, b),
                              syngan_greater(a, b)};
    check_values(&c, results, 3, CHECK_FORWARD);
    check_end(&c);
}

static void test_refused(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *a = check_input(&c, 0, 1, SYNGAN_SHAPE(2, 3));
    syngan_node *b = check_input(&c, 0, 1, SYNGAN_SHAPE(2, 4));
    check_refused(&c, syngan_add(a, b), SYNGAN_E_SHAPE, "[2, 3]");
    a = check_input(&c, 0, 1, SYNGAN_SHAPE(2));
    syngan_node *index =
        syngan_input(c.graph, "index", SYNGAN_TYPE_I32, SYNGAN_SHAPE(2));
    check_refused(&c, syngan_multiply(a, index), SYNGAN_E_TYPE, "i32");
    a = check_input(&c, 0, 1, SYNGAN_SHAPE(2));
    assert_null(syngan_subtract(NULL, a));
    assert_null(syngan_subtract(a, NULL));
    check other;
    check_begin(&other);
    b = check_input(&other, 0, 1, SYNGAN_SHAPE(2));
    check_refused(&other, syngan_add(b, a), SYNGAN_E_ARGUMENT, "another graph");
    check_end(&other);
    syngan_node *error = syngan_reshape(a, SYNGAN_SHAPE(3));
    assert_ptr_equal(syngan_add(a, error), error);
    assert_ptr_equal(syngan_add(error, a), error);
    check_end(&c);
}

/* The open batch of a model's input goes along, and meets no other size. */
static void test_open_batch(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *x = syngan_input(c.graph, "x", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, 3));
    syngan_node *y = syngan_add(x, syngan_scalar(c.graph, 1));
    int64_t dims[SYNGAN_MAX_RANK];
    assert_int_equal(syngan_node_dims(y, dims), 2);
    assert_int_equal(dims[0], SYNGAN_BATCH);
    syngan_node *fixed = check_input(&c, 0, 1, SYNGAN_SHAPE(2, 3));
    check_refused(&c, syngan_add(x, fixed), SYNGAN_E_SHAPE, "batch");
    check_end(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_add),
        cmocka_unit_test(test_subtract),
        cmocka_unit_test(test_multiply),
        cmocka_unit_test(test_divide),
        cmocka_unit_test(test_maximum),
        cmocka_unit_test(test_minimum),
        cmocka_unit_test(test_greater),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_one_node_twice),
        cmocka_unit_test(test_ties),
        cmocka_unit_test(test_special_numbers),
        cmocka_unit_test(test_gradient_at_nan),
        cmocka_unit_test(test_not_finite),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_open_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
