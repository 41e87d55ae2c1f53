/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows made of parts: activation and cross-entropy against the reference and
 * against finite differences, and what is refused.
 */
#include <math.h>

#include "op/ops.h"
#include "support/check.h"
#include "support/test.h"

static const int32_t mixed[] = {0, 3, -2, 1, 0, 17, 2, 0};
enum { PARTS = sizeof mixed / sizeof mixed[0], COLUMNS = 28 };

/* Weighted sum of the elements, so that all gradients differ. */
static syngan_node *weighted(check *c, syngan_node *y) {
    int64_t dims[SYNGAN_MAX_RANK];
    size_t rank = syngan_node_dims(y, dims);
    syngan_node *weights = check_input(c, -1, 1, dims, rank);
    return syngan_sum(syngan_multiply(y, weights), NULL, 0, 0);
}

/* The gradient of y by x as computed, and by finite differences. */
static void check_slope(check *c, syngan_node *y, syngan_node *x) {
    syngan_node *dx, *loss = weighted(c, y);
    assert_ok(c->context, syngan_gradient(loss, &x, 1, &dx));
    check_value(c, y);
    check_values(c, &dx, 1, CHECK_GRADIENT);
    int64_t count = sg_dims_count(&x->dims);
    for (int64_t i = 0; i < count; i += 1 + count / 64) {
        double want = reference_slope(c->reference, loss, x, i);
        double have = reference_value(c->reference, dx)[i];
        assert_true(fabs(want - have) < 1e-5 * fmax(1, fabs(want)));
    }
}

static void activation(int64_t rows, const int32_t *parts, size_t count,
                       int64_t columns, bool noise, double temperature) {
    check c;
    check_begin(&c);
    syngan_node *x = check_input(&c, -2, 2, SYNGAN_SHAPE(rows, columns));
    syngan_node *uniform =
        noise ? syngan_random_uniform(c.graph, SYNGAN_SHAPE(rows, columns))
              : NULL;
    check_slope(
        &c, syngan_part_activation(x, parts, count, uniform, temperature), x);
    check_end(&c);
}

static void test_activation(void **state) {
    (void)state;
    static const int32_t one[] = {1}, number[] = {0}, wide[] = {37},
                         numbers[] = {0, 0, 0};
    for (int noise = 0; noise < 2; noise++) {
        activation(3, mixed, PARTS, COLUMNS, noise, 1);
        activation(7, mixed, PARTS, COLUMNS, noise, 0.2);
        activation(5, wide, 1, 37, noise, 0.5);
        activation(0, mixed, PARTS, COLUMNS, noise, 1);
        activation(1, one, 1, 1, noise, 1);
        activation(2, number, 1, 1, noise, 1);
        activation(2, numbers, 3, 3, noise, 1);
    }
}

/* A choice whose logits are far apart, and a uniform number of 0. */
static void test_extremes(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *x = check_input(&c, 0, 1, SYNGAN_SHAPE(2, 3));
    reference_set(c.reference, x, (const float[]){-200, 90, 300, 1, 1, 1});
    syngan_node *uniform = check_input(&c, 0, 1, SYNGAN_SHAPE(2, 3));
    reference_set(c.reference, uniform,
                  (const float[]){0.5f, 0.5f, 0.5f, 0, 1 - 0x1p-24f, 0.5f});
    const int32_t parts[] = {3};
    check_value(&c, syngan_part_activation(x, parts, 1, uniform, 1));
    check_value(&c, syngan_part_activation(x, parts, 1, NULL, 0.2));
    check_end(&c);
}

/* The alternatives of a Gumbel softmax come up as often as softmax says. */
static void test_frequencies(void **state) {
    (void)state;
    enum { ROWS = 20000 };
    check c;
    check_begin(&c);
    syngan_node *x = syngan_broadcast(
        check_input(&c, -1, 1, SYNGAN_SHAPE(1, 4)), SYNGAN_SHAPE(ROWS, 4));
    const int32_t parts[] = {4};
    syngan_node *uniform =
        syngan_random_uniform(c.graph, SYNGAN_SHAPE(ROWS, 4));
    syngan_node *y = syngan_part_activation(x, parts, 1, uniform, 0.2);
    check_value(&c, y);
    const double *p = reference_value(c.reference, syngan_softmax(x, -1));
    double share[4] = {0};
    const double *all = reference_value(c.reference, y);
    for (int i = 0; i < ROWS; i++) {
        int best = 0;
        for (int j = 1; j < 4; j++)
            if (all[4 * i + j] > all[4 * i + best]) best = j;
        share[best] += 1.0 / ROWS;
    }
    for (int j = 0; j < 4; j++)
        assert_true(fabs(share[j] - p[j]) < 0.015);
    check_end(&c);
}

/* ---- cross-entropy ------------------------------------------------------- */

static void entropy(const float *targets, int64_t rows) {
    check c;
    check_begin(&c);
    syngan_node *x = check_input(&c, -2, 2, SYNGAN_SHAPE(rows, COLUMNS));
    syngan_node *target =
        syngan_input(c.graph, "target", SYNGAN_TYPE_I32, SYNGAN_SHAPE(rows));
    reference_set(c.reference, target, targets);
    check_slope(&c, syngan_part_cross_entropy(x, mixed, PARTS, target), x);
    check_end(&c);
}

static void test_cross_entropy(void **state) {
    (void)state;
    /* Choices, a number, columns that stay, and none. */
    entropy((const float[]){1, 3, 6, 8, 24, 25, 0, 4, -1, COLUMNS}, 10);
    entropy((const float[]){-1}, 1);
    entropy(NULL, 0);
}

/* ---- what is refused ----------------------------------------------------- */

static void test_refused(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    const int32_t parts[] = {2, 0};
#define X check_input(&c, 0, 1, SYNGAN_SHAPE(2, 3))
#define ACTIVATION(x, uniform, temperature)                                    \
    syngan_part_activation(x, parts, 2, uniform, temperature)
    check_refused(&c, ACTIVATION(X, NULL, 0), SYNGAN_E_ARGUMENT, "temperature");
    check_refused(&c, ACTIVATION(X, NULL, NAN), SYNGAN_E_ARGUMENT, "nan");
    check_refused(
        &c, ACTIVATION(check_input(&c, 0, 1, SYNGAN_SHAPE(2, 4)), NULL, 1),
        SYNGAN_E_SHAPE, "parts have 3 columns, but the rows 4");
    check_refused(&c,
                  ACTIVATION(check_input(&c, 0, 1, SYNGAN_SHAPE(3)), NULL, 1),
                  SYNGAN_E_SHAPE, "N x columns");
    syngan_node *other = check_input(&c, 0, 1, SYNGAN_SHAPE(3, 3));
    check_refused(&c, ACTIVATION(X, other, 1), SYNGAN_E_SHAPE, "[3, 3]");
    syngan_node *target =
        syngan_input(c.graph, "target", SYNGAN_TYPE_I32, SYNGAN_SHAPE(3));
    check_refused(&c, syngan_part_cross_entropy(X, parts, 2, target),
                  SYNGAN_E_SHAPE, "one for each row");
    syngan_node *wrong = check_input(&c, 0, 1, SYNGAN_SHAPE(2));
    check_refused(&c, syngan_part_cross_entropy(X, parts, 2, wrong),
                  SYNGAN_E_TYPE, "i32");
    assert_null(ACTIVATION(NULL, NULL, 1));
    check_end(&c);
}

static void test_second_gradient(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    const int32_t parts[] = {2, 0};
    syngan_node *x = X, *first, *second;
    syngan_node *y = syngan_square(ACTIVATION(x, NULL, 1));
    assert_ok(c.context, syngan_gradient(y, &x, 1, &first));
    assert_fails(c.context, syngan_gradient(first, &x, 1, &second),
                 SYNGAN_E_UNSUPPORTED, "only once");
    check_end(&c);
}

/* Fields and inputs that only a damaged file could have. */
static void test_damaged(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_tensor *tensor;
    assert_ok(c.context, syngan_tensor_create(c.context, SYNGAN_TYPE_F32,
                                              SYNGAN_SHAPE(1), &tensor));
    const double temperature = 1;
    static const float widths[] = {0.5f, NAN, INFINITY, 3e7f};
    for (int i = 0; i < 4; i++) {
        *(float *)syngan_tensor_data(tensor) = widths[i];
        syngan_node *parts = syngan_constant(c.graph, tensor);
        check_refused(&c,
                      sg_node2(&sg_op_part_activation, X, parts, &temperature),
                      SYNGAN_E_ARGUMENT, "width");
    }
    syngan_tensor_free(tensor);
    syngan_node *parts = check_input(&c, 0, 1, SYNGAN_SHAPE(3));
    check_refused(&c, sg_node2(&sg_op_part_activation, X, parts, &temperature),
                  SYNGAN_E_ARGUMENT, "constant");
    check_refused(&c, sg_node1(&sg_op_part_activation, X, &temperature),
                  SYNGAN_E_ARGUMENT, "inputs");
    check_end(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_activation),
        cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_frequencies),
        cmocka_unit_test(test_cross_entropy),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_second_gradient),
        cmocka_unit_test(test_damaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
