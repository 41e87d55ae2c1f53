/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums and means over axes, softmax along an axis: values, gradients, and what
 * is refused.
 */
#include <syngan/program.h>

#include "support/check.h"
#include "support/test.h"

/* All sets of axes of a shape with every size odd, kept and removed. */
static void check_axes(const int64_t *dims, size_t rank) {
    for (uint32_t set = 0; set < 1u << rank; set++) {
        int32_t axes[SYNGAN_MAX_RANK];
        size_t count = 0;
        for (size_t i = 0; i < rank; i++)
            if ((set >> i & 1) != 0)
                axes[count++] = (int32_t)(i % 2 == 0 ? i : i - rank);
        check c;
        check_begin(&c);
        syngan_node *x = check_input(&c, -2, 2, dims, rank);
        syngan_node *sum = syngan_sum(x, axes, count, (int32_t)(set % 2));
        syngan_node *mean = syngan_mean(x, axes, count, 1);
        syngan_node *y = syngan_multiply(mean, syngan_square(mean));
        check_gradients(&c, syngan_multiply(sum, sum), &x, 1);
        check_gradients(&c, y, &x, 1);
        check_end(&c);
    }
}

static void test_axes(void **state) {
    (void)state;
    check_axes(NULL, 0);
    check_axes(SYNGAN_SHAPE(1));
    check_axes(SYNGAN_SHAPE(17));
    check_axes(SYNGAN_SHAPE(3, 5));
    check_axes(SYNGAN_SHAPE(1, 7, 1));
    check_axes(SYNGAN_SHAPE(3, 2, 5, 7));
    check_axes(SYNGAN_SHAPE(2, 3, 1, 2, 3));
}

static void test_large(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *x = check_input(&c, 0, 1, SYNGAN_SHAPE(31, 16, 29, 23));
    syngan_node *sums[] = {
        syngan_sum(x, NULL, 0, 0),
        syngan_sum(x, (const int32_t[]){0, 2, 3}, 3, 0),
        syngan_sum(x, (const int32_t[]){0}, 1, 0),
        syngan_sum(x, (const int32_t[]){1, 2, 3}, 3, 1),
        syngan_sum(x, (const int32_t[]){1}, 1, 0),
        syngan_sum(x, (const int32_t[]){0, 3}, 2, 0),
        syngan_relu(syngan_mean(x, NULL, 0, 0)),
    };
    /* Added up in double precision, so as good as rounding allows. */
    check_values(&c, sums, 7, 1e-6);
    check_end(&c);
}

/* Sums that cancel, which single precision would lose. */
static void test_cancelling(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *x = check_input(&c, -1e6, 1e6, SYNGAN_SHAPE(20000));
    syngan_node *y =
        syngan_sum(syngan_concat((syngan_node *[]){x, syngan_negate(x)}, 2, 0),
                   NULL, 0, 0);
    check_values(&c, &y, 1, 1e-6);
    check_end(&c);
}

static void test_empty(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *x = check_input(&c, 0, 1, SYNGAN_SHAPE(0, 3));
    syngan_node *sums[] = {
        syngan_sum(x, NULL, 0, 0),
        syngan_sum(x, (const int32_t[]){0}, 1, 0),
        syngan_sum(x, (const int32_t[]){1}, 1, 0),
    };
    check_values(&c, sums, 3, 0);
    check_end(&c);
}

static void test_softmax(void **state) {
    (void)state;
    static const struct {
        int64_t size[4];
        size_t rank;
    } shapes[] = {{{1}, 1},       {{10}, 1},        {{3, 7}, 2},
                  {{1, 1, 5}, 3}, {{2, 17, 19}, 3}, {{2, 3, 5, 2}, 4}};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        for (int32_t axis = 0; axis < (int32_t)shapes[i].rank; axis++) {
            check c;
            check_begin(&c);
            syngan_node *x =
                check_input(&c, -3, 3, shapes[i].size, shapes[i].rank);
            check_gradients(&c, syngan_softmax(x, axis), &x, 1);
            int32_t from_last = axis - (int32_t)shapes[i].rank;
            check_gradients(&c, syngan_log_softmax(x, from_last), &x, 1);
            check_end(&c);
        }
}

static void test_softmax_extremes(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *x = check_input(&c, 0, 1, SYNGAN_SHAPE(2, 3));
    reference_set(c.reference, x,
                  (const float[]){1000, 0, -1000, -2e30f, -1e30f, -1e30f});
    check_value(&c, syngan_softmax(x, 1));
    check_value(&c, syngan_log_softmax(x, 1));
    check_value(&c, syngan_softmax(x, 0));
    syngan_node *none = check_input(&c, 0, 1, SYNGAN_SHAPE(3, 0));
    check_value(&c, syngan_softmax(none, 0));
    check_value(&c, syngan_log_softmax(none, 1));
    check_end(&c);
}

/* The mean of nothing is refused, naming what the caller has made. */
static void test_mean_of_nothing(void **state) {
    (void)state;
    static const int64_t shapes[][2] = {{0, 3}, {3, 0}, {0, 0}};
    for (int i = 0; i < 3; i++)
        for (int32_t axis = 0; axis < 3; axis++) {
            check c;
            check_begin(&c);
            syngan_node *e =
                syngan_input(c.graph, "empty", SYNGAN_TYPE_F32, shapes[i], 2);
            size_t count = axis < 2; /* all axes last */
            syngan_node *y = syngan_mean(e, &axis, count, 1);
            if (count == 1 && shapes[i][axis] != 0)
                assert_false(syngan_node_failed(y));
            else
                check_refused(&c, y, SYNGAN_E_SHAPE, "mean of 'empty'");
            check_end(&c);
        }
}

static void test_refused(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    const int32_t high = 2, low = -3, twice[] = {0, -2};
    syngan_node *x = check_input(&c, 0, 1, SYNGAN_SHAPE(2, 3));
    check_refused(&c, syngan_sum(x, &high, 1, 0), SYNGAN_E_ARGUMENT, "axis 2");
    x = check_input(&c, 0, 1, SYNGAN_SHAPE(2, 3));
    check_refused(&c, syngan_mean(x, &low, 1, 0), SYNGAN_E_ARGUMENT, "axis -3");
    x = check_input(&c, 0, 1, SYNGAN_SHAPE(2, 3));
    check_refused(&c, syngan_sum(x, twice, 2, 0), SYNGAN_E_ARGUMENT, "twice");
    x = check_input(&c, 0, 1, SYNGAN_SHAPE(2, 3));
    check_refused(&c, syngan_softmax(x, 2), SYNGAN_E_ARGUMENT, "axis 2");
    x = check_input(&c, 0, 1, NULL, 0);
    check_refused(&c, syngan_log_softmax(x, 0), SYNGAN_E_ARGUMENT, "axis 0");
    x = syngan_input(c.graph, "index", SYNGAN_TYPE_I32, SYNGAN_SHAPE(2));
    check_refused(&c, syngan_sum(x, NULL, 0, 0), SYNGAN_E_TYPE, "i32");
    x = syngan_input(c.graph, "x", SYNGAN_TYPE_F32,
                     SYNGAN_SHAPE(SYNGAN_BATCH, 2));
    check_refused(&c, syngan_mean(x, NULL, 0, 0), SYNGAN_E_SHAPE, "batch");
    x = syngan_input(c.graph, "x", SYNGAN_TYPE_F32,
                     SYNGAN_SHAPE(SYNGAN_BATCH, 2));
    check_refused(&c, syngan_softmax(x, 0), SYNGAN_E_SHAPE, "batch");
    check_end(&c);
}

/* Each number of elements up to some vectors counts all of them, once. */
static void test_counts(void **state) {
    (void)state;
    for (int64_t n = 1; n <= 140; n++) {
        check c;
        check_begin(&c);
        syngan_node *x = check_input(&c, 1, 2, SYNGAN_SHAPE(n));
        syngan_node *y = check_input(&c, 1, 2, SYNGAN_SHAPE(3, n));
        syngan_node *z = check_input(&c, 1, 2, SYNGAN_SHAPE(n, 5));
        syngan_node *sums[] = {syngan_sum(x, NULL, 0, 0),
                               syngan_sum(y, (const int32_t[]){1}, 1, 0),
                               syngan_sum(z, (const int32_t[]){0}, 1, 0)};
        check_values(&c, sums, 3, 1e-6);
        check_end(&c);
    }
}

/* Logits whose exponentials are beyond single precision, or all beneath it. */
static void test_extreme_softmax(void **state) {
    (void)state;
    static const double lows[] = {-1e4, -300, 200, 1e4};
    for (int i = 0; i < 4; i++)
        for (int32_t axis = 0; axis < 2; axis++) {
            check c;
            check_begin(&c);
            syngan_node *x =
                check_input(&c, lows[i], lows[i] + 8, SYNGAN_SHAPE(19, 21));
            syngan_node *values[] = {syngan_softmax(x, axis),
                                     syngan_log_softmax(x, axis)};
            check_values(&c, values, 1, 1e-3);
            check_values(&c, values + 1, 1, 1e-3);
            check_end(&c);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_axes),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_cancelling),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_softmax),
        cmocka_unit_test(test_softmax_extremes),
        cmocka_unit_test(test_mean_of_nothing),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_extreme_softmax),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
