/* SPDX-License-Identifier: Apache-2.0 */
/* Orders: each example once an epoch, evenly mixed, and from any batch on. */
#include "data/order.h"

#include <stdlib.h>
#include <syngan/data.h>

#include "support/test.h"

/* Positions first ... first + count - 1 of an order. */
static void walk(const sg_order *order, int64_t first, int64_t count,
                 int64_t *out) {
    sg_cursor cursor;
    sg_cursor_start(&cursor, order, first, 1);
    for (int64_t i = 0; i < count; i++)
        out[i] = sg_cursor_next(&cursor);
}

static void an_epoch_has_each_example_once(void **state) {
    (void)state;
    static const int64_t counts[] = {1, 2, 3, 4, 5, 7, 64, 100, 1009, 60000};
    for (size_t k = 0; k < sizeof(counts) / sizeof(counts[0]); k++) {
        const int64_t n = counts[k];
        const sg_order order = {SYNGAN_ORDER_SHUFFLE, n, 42 + k};
        int64_t *order_of = malloc((size_t)n * sizeof(*order_of));
        char *seen = malloc((size_t)n);
        assert_true(order_of != NULL && seen != NULL);
        for (int64_t epoch = 0; epoch < 3; epoch++) {
            walk(&order, epoch * n, n, order_of);
            memset(seen, 0, (size_t)n);
            for (int64_t i = 0; i < n; i++) {
                assert_in_range(order_of[i], 0, n - 1);
                assert_int_equal(seen[order_of[i]]++, 0);
            }
        }
        free(order_of);
        free(seen);
    }
}

static void epochs_and_seeds_differ(void **state) {
    (void)state;
    enum { N = 1000 };
    int64_t a[N], b[N], c[N];
    walk(&(sg_order){SYNGAN_ORDER_SHUFFLE, N, 1}, 0, N, a);
    walk(&(sg_order){SYNGAN_ORDER_SHUFFLE, N, 1}, N, N, b);
    walk(&(sg_order){SYNGAN_ORDER_SHUFFLE, N, 2}, 0, N, c);
    int same_epoch = 0, same_seed = 0, neighbours = 0, fixed = 0;
    for (int i = 0; i < N; i++) {
        same_epoch += a[i] == b[i];
        same_seed += a[i] == c[i];
        fixed += a[i] == i;
        neighbours += i > 0 && a[i] == a[i - 1] + 1;
    }
    /* Each count is about Poisson with mean 1. */
    assert_in_range(same_epoch, 0, 8);
    assert_in_range(same_seed, 0, 8);
    assert_in_range(fixed, 0, 8);
    assert_in_range(neighbours, 0, 8);
}

/* All 24 orders of 4 examples come about equally often. */
static void small_orders_are_all_equally_likely(void **state) {
    (void)state;
    enum { N = 4, EPOCHS = 24000 };
    int seen[256] = {0};
    const sg_order order = {SYNGAN_ORDER_SHUFFLE, N, 7};
    for (int64_t epoch = 0; epoch < EPOCHS; epoch++) {
        int64_t p[N];
        walk(&order, epoch * N, N, p);
        seen[p[0] * 64 + p[1] * 16 + p[2] * 4 + p[3]]++;
    }
    int kinds = 0;
    for (int i = 0; i < 256; i++) {
        if (seen[i] == 0) continue;
        kinds++;
        assert_in_range(seen[i], 850, 1150); /* 1000, deviation 31 */
    }
    assert_int_equal(kinds, 24);
}

static void batches_run_over_the_ends_of_epochs(void **state) {
    (void)state;
    enum { N = 10, BATCH = 7, STEPS = 30 };
    static const int32_t kinds[] = {SYNGAN_ORDER_SHUFFLE,
                                    SYNGAN_ORDER_WITH_REPLACEMENT,
                                    SYNGAN_ORDER_SEQUENTIAL};
    for (size_t k = 0; k < 3; k++) {
        const sg_order order = {kinds[k], N, 3};
        int64_t all[BATCH * STEPS];
        walk(&order, 0, BATCH * STEPS, all);
        for (int64_t step = STEPS - 1; step >= 0; step--) {
            sg_cursor cursor;
            sg_cursor_start(&cursor, &order, step, BATCH);
            for (int64_t i = 0; i < BATCH; i++)
                assert_int_equal(sg_cursor_next(&cursor),
                                 all[step * BATCH + i]);
        }
    }
}

static void in_order_counts(void **state) {
    (void)state;
    int64_t p[25];
    walk(&(sg_order){SYNGAN_ORDER_SEQUENTIAL, 10, 5}, 0, 25, p);
    for (int i = 0; i < 25; i++)
        assert_int_equal(p[i], i % 10);
}

static void replacement_draws_evenly(void **state) {
    (void)state;
    enum { N = 10, DRAWS = 10000 };
    static int64_t p[DRAWS];
    int seen[N] = {0}, repeated = 0;
    walk(&(sg_order){SYNGAN_ORDER_WITH_REPLACEMENT, N, 5}, 0, DRAWS, p);
    for (int i = 0; i < DRAWS; i++) {
        seen[p[i]]++;
        repeated += i > 0 && p[i] == p[i - 1];
    }
    for (int i = 0; i < N; i++)
        assert_in_range(seen[i], 850, 1150); /* 1000, deviation 30 */
    assert_in_range(repeated, 850, 1150);
}

static void huge_numbers_fit_or_are_refused(void **state) {
    (void)state;
    assert_true(sg_order_fits(0, 1));
    assert_true(sg_order_fits(INT64_MAX / 64 - 1, 64));
    assert_false(sg_order_fits(INT64_MAX / 64, 64));
    assert_false(sg_order_fits(-1, 64));
    assert_false(sg_order_fits(0, 0));

    const sg_order order = {SYNGAN_ORDER_SHUFFLE, INT64_MAX, 9};
    int64_t p[3];
    walk(&order, INT64_MAX - 5, 3, p);
    for (int i = 0; i < 3; i++)
        assert_true(p[i] >= 0 && p[i] < INT64_MAX);
    assert_true(p[0] != p[1] && p[1] != p[2] && p[0] != p[2]);
}

/* Orders are the same in each version: a checkpoint holds a step only. */
static void orders_stay(void **state) {
    (void)state;
    static const int64_t wanted[] = {4, 7,  10, 9,  5, 6, 8, 2,  11, 0, 1,  3,
                                     2, 11, 1,  7,  3, 9, 8, 6,  4,  5, 10, 0,
                                     4, 7,  1,  10, 3, 2, 0, 11, 8,  5, 9,  6};
    const sg_order order = {SYNGAN_ORDER_SHUFFLE, 12, 5};
    int64_t p[36];
    walk(&order, 0, 36, p);
    for (int i = 0; i < 36; i++)
        assert_int_equal(p[i], wanted[i]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_epoch_has_each_example_once),
        cmocka_unit_test(epochs_and_seeds_differ),
        cmocka_unit_test(small_orders_are_all_equally_likely),
        cmocka_unit_test(batches_run_over_the_ends_of_epochs),
        cmocka_unit_test(in_order_counts),
        cmocka_unit_test(replacement_draws_evenly),
        cmocka_unit_test(huge_numbers_fit_or_are_refused),
        cmocka_unit_test(orders_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
