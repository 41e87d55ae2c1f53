/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Winograd's method with bf16 products: sizes and paddings that the rule
 * accepts, what it refuses, and equal bits for any number of threads. Skipped
 * without AVX512_BF16.
 */
#include "backend/conv/winograd_bf16.h"
#include "support/stride2.h"

static const stride2_kernels kernels = {
    .kernel = {&sg_kernel_winograd_bf16_forward, &sg_kernel_winograd_bf16_input,
               &sg_kernel_winograd_bf16_weight},
    .type = SYNGAN_TYPE_BF16,
    .most_error = 6e-3,
};

static void check_all(stride2 g) {
    stride2_check_all(&kernels, g);
}

/* ---- tests -------------------------------------------------------------- */

/* Tiles of 3 and 2 pixels, and of 3 or 2 alone, along either axis. */
static void test_tiles(void **state) {
    (void)state;
    check_all((stride2){16, 32, 14, 14, 32, 1, 1, 1, 1});
    check_all((stride2){24, 64, 12, 16, 32, 1, 1, 1, 1});
    check_all((stride2){101, 32, 8, 4, 64, 1, 1, 1, 1});
    check_all((stride2){53, 96, 10, 6, 32, 1, 1, 1, 1});
    check_all((stride2){8, 32, 46, 34, 32, 1, 1, 1, 1});
}

/* Parts of one size, and with a remainder; odd ones, for pairs of images. */
static void test_batches(void **state) {
    (void)state;
    check_all((stride2){67, 64, 14, 14, 64, 1, 1, 1, 1});
    check_all((stride2){131, 32, 14, 14, 32, 1, 1, 1, 1});
    check_all((stride2){9, 32, 56, 56, 32, 1, 1, 1, 1});
}

static void test_paddings(void **state) {
    (void)state;
    check_all((stride2){16, 32, 16, 16, 32, 0, 0, 0, 0});
    check_all((stride2){16, 32, 16, 15, 32, 0, 0, 0, 1});
    check_all((stride2){17, 32, 13, 13, 32, 1, 2, 1, 2});
    check_all((stride2){16, 32, 14, 14, 32, 2, 2, 2, 2});
    check_all((stride2){16, 32, 13, 14, 32, 2, 1, 0, 2});
    check_all((stride2){17, 32, 10, 11, 32, 3, 3, 2, 3});
}

static void test_long_sums(void **state) {
    (void)state;
    stride2_check_long_sums(&kernels);
}

static void test_bias_and_function(void **state) {
    (void)state;
    const stride2 g = {11, 32, 28, 26, 64, 1, 1, 1, 1};
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
    /* Few channels, filters, images, pixels; too many of these; one row; pixels
     * of x that no window reaches. */
    assert_false(accepted((stride2){16, 24, 14, 14, 32, 1, 1, 1, 1}));
    assert_false(accepted((stride2){16, 32, 14, 14, 33, 1, 1, 1, 1}));
    assert_false(accepted((stride2){7, 32, 28, 28, 32, 1, 1, 1, 1}));
    assert_false(accepted((stride2){15, 32, 14, 14, 32, 1, 1, 1, 1}));
    assert_false(accepted((stride2){8, 32, 226, 226, 32, 1, 1, 1, 1}));
    assert_false(accepted((stride2){16, 32, 2, 112, 32, 1, 1, 1, 1}));
    assert_false(accepted((stride2){16, 32, 17, 16, 32, 0, 0, 0, 0}));
    /* Operands that are not bf16. */
    stride2_kernels other = kernels;
    other.type = SYNGAN_TYPE_F32;
    assert_false(stride2_accepted(&other, good));
}

static void test_threads(void **state) {
    (void)state;
    stride2_check_threads(&kernels, &(stride2){9, 96, 28, 14, 64, 1, 1, 1, 1});
    stride2_check_threads(&kernels, &(stride2){67, 32, 14, 14, 32, 1, 1, 1, 1});
}

int main(void) {
    syngan_context *context = test_context(2);
    if (context->isa < SYNGAN_ISA_AVX512_BF16) {
        print_message("no AVX512_BF16 here\n");
        syngan_context_free(context);
        return 77;
    }
    syngan_context_free(context);
    const struct CMUnitTest tests[] = {
        kernel_unit_test(test_tiles),
        kernel_unit_test(test_batches),
        kernel_unit_test(test_paddings),
        kernel_unit_test(test_long_sums),
        kernel_unit_test(test_bias_and_function),
        kernel_unit_test(test_rule),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
