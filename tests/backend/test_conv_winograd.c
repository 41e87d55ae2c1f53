/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Winograd's method: sizes and paddings that the rule accepts, what it refuses,
 * and equal bits for any number of threads.
 */
#include "backend/conv/winograd.h"
#include "support/stride2.h"

static const stride2_kernels kernels = {
    .kernel = {&sg_kernel_winograd_forward, &sg_kernel_winograd_input,
               &sg_kernel_winograd_weight},
    .type = SYNGAN_TYPE_F32,
    .most_error = 1e-5,
};

static void check_all(stride2 g) {
    stride2_check_all(&kernels, g);
}

/* ---- tests -------------------------------------------------------------- */

/* One tile for each image; groups of one size, and with a remainder. */
static void test_one_tile(void **state) {
    (void)state;
    check_all((stride2){16, 32, 14, 14, 32, 1, 1, 1, 1});
    check_all((stride2){67, 32, 14, 14, 32, 1, 1, 1, 1});
    check_all((stride2){17, 64, 12, 14, 32, 1, 1, 1, 1});
}

static void test_tiles(void **state) {
    (void)state;
    check_all((stride2){1, 32, 56, 56, 32, 1, 1, 1, 1});
    check_all((stride2){3, 32, 26, 40, 64, 1, 1, 1, 1});
    check_all((stride2){17, 32, 28, 28, 32, 1, 1, 1, 1});
}

static void test_paddings(void **state) {
    (void)state;
    check_all((stride2){16, 32, 13, 13, 32, 1, 2, 1, 2});
    check_all((stride2){16, 32, 13, 14, 32, 1, 1, 1, 1});
    check_all((stride2){16, 32, 16, 15, 32, 0, 0, 0, 1});
    check_all((stride2){16, 32, 10, 11, 32, 3, 3, 2, 3});
}

static void test_long_sums(void **state) {
    (void)state;
    stride2_check_long_sums(&kernels);
}

static void test_bias_and_function(void **state) {
    (void)state;
    const stride2 g = {5, 32, 28, 26, 64, 1, 1, 1, 1};
    stride2_check(&kernels, &g, FORWARD, true);
    stride2_check(&kernels, &g, INPUT, true);
}

static bool accepted(stride2 g) {
    return stride2_accepted(&kernels, g);
}

static void test_rule(void **state) {
    (void)state;
    const stride2 good = {16, 32, 14, 14, 32, 1, 1, 1, 1};
    stride2_check_fields(&kernels, good);
    /* Few channels, filters, tiles; tiles that are mostly border; pixels of x
     * that no window reaches. */
    assert_false(accepted((stride2){16, 24, 14, 14, 32, 1, 1, 1, 1}));
    assert_false(accepted((stride2){16, 32, 14, 14, 33, 1, 1, 1, 1}));
    assert_false(accepted((stride2){15, 32, 14, 14, 32, 1, 1, 1, 1}));
    assert_false(accepted((stride2){16, 32, 16, 16, 32, 1, 1, 1, 1}));
    assert_false(accepted((stride2){16, 32, 17, 16, 32, 0, 0, 0, 0}));
}

static void test_threads(void **state) {
    (void)state;
    stride2_check_threads(&kernels, &(stride2){9, 96, 28, 14, 64, 1, 1, 1, 1});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        kernel_unit_test(test_one_tile),
        kernel_unit_test(test_tiles),
        kernel_unit_test(test_paddings),
        kernel_unit_test(test_long_sums),
        kernel_unit_test(test_bias_and_function),
        kernel_unit_test(test_rule),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
