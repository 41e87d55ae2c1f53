/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies between layouts and element types, and the pass that adds a bias.
 */
#include <math.h>
#include <stdlib.h>

#include "backend/bias_add.h"
#include "backend/convert_simd.h"
#include "base/memory.h"
#include "base/thread.h"
#include "support/kernel_frame.h"
#include "support/kernel_run.h"
#include "tensor/tensor.h"

static const sg_kernel *const reorder[] = {&sg_kernel_reorder, NULL};

static sg_desc blocked(sg_desc desc, int32_t block) {
    desc.layout = (sg_layout){.kind = SG_BLOCKED, .block = block};
    return desc;
}

/* From one layout to another, through the test's own copies from and to plain.
 */
static void check_between(sg_desc from, sg_desc to) {
    kernel_run run = {.kernels = reorder, .n_inputs = 1, .output = to};
    float *x = kernel_numbers(&from, 1);
    run.input[0] = from;
    run.data[0] = x;
    float *got = kernel_run_once(kernel_context, &run);
    assert_memory_equal(got, x, kernel_count(&from) * sizeof *x);
    assert_true(sg_layout_equal(&run.layout, &to.layout));
    free(got);
    free(x);
}

static void test_layouts(void **state) {
    (void)state;
    sg_desc descs[] = {KERNEL_DESC(1, 16, 1, 1), KERNEL_DESC(3, 48, 5, 7),
                       KERNEL_DESC(2, 32, 14, 14)};
    for (size_t i = 0; i < sizeof descs / sizeof descs[0]; i++) {
        sg_desc plain = descs[i], eight = blocked(plain, 8);
        sg_desc sixteen = blocked(plain, 16);
        check_between(plain, sixteen);
        check_between(plain, eight);
        check_between(sixteen, plain);
        check_between(sixteen, eight);
        check_between(eight, eight);
    }
    check_between(KERNEL_DESC(7), KERNEL_DESC(7));
    check_between(KERNEL_DESC(2, 3, 1, 2, 3, 2), KERNEL_DESC(2, 3, 1, 2, 3, 2));
    check_between(KERNEL_DESC(300, 400), KERNEL_DESC(300, 400));
}

/* Element i of blocks is where the layout says. */
static void test_places(void **state) {
    (void)state;
    sg_desc plain = KERNEL_DESC(2, 32, 3, 2), to = blocked(plain, 16);
    float *x = kernel_numbers(&plain, 1), *y = calloc(2 * 32 * 6, sizeof *y);
    assert_non_null(y);
    sg_site site = {.context = kernel_context,
                    .label = "test",
                    .n_inputs = 1,
                    .input = &plain,
                    .output = to};
    assert_ok(kernel_context, sg_kernel_reorder.plan(&site));
    void *scratch = sg_alloc(kernel_context, site.workspace);
    void *const inputs[] = {x};
    sg_call call = {.input = inputs, .output = y, .workspace = scratch};
    assert_ok(kernel_context, sg_kernel_reorder.run(&site, &call));
    for (size_t n = 0; n < 2; n++)
        for (size_t c = 0; c < 32; c++)
            for (size_t i = 0; i < 6; i++)
                assert_true(y[((n * 2 + c / 16) * 6 + i) * 16 + c % 16] ==
                            x[(n * 32 + c) * 6 + i]);
    sg_kernel_reorder.destroy(&site);
    sg_free(kernel_context, scratch);
    free(y);
    free(x);
}

/* Other element types are copied as they are. */
static void test_integers(void **state) {
    (void)state;
    sg_desc desc = kernel_desc(SYNGAN_TYPE_I64, (const int64_t[]){3}, 1);
    sg_site site = {.context = kernel_context,
                    .label = "test",
                    .n_inputs = 1,
                    .input = &desc,
                    .output = desc};
    int64_t x[] = {1, INT64_MIN, 1LL << 40}, y[3] = {0};
    void *const inputs[] = {x};
    sg_call call = {.input = inputs, .output = y};
    assert_ok(kernel_context, sg_kernel_reorder.plan(&site));
    assert_ok(kernel_context, sg_kernel_reorder.run(&site, &call));
    assert_memory_equal(x, y, sizeof x);
    sg_kernel_reorder.destroy(&site);
}

static void test_conversion(void **state) {
    (void)state;
    float x[] = {0,     -0.0f,   1,          1.00390625f, 1.01171875f,
                 3e38f, 3.4e38f, 1.17e-38f,  -2.5f,       1e-3f,
                 7,     9,       -INFINITY,  INFINITY,    NAN,
                 5,     0.1f,    -12345.678f};
    enum { COUNT = sizeof x / sizeof x[0] };
    for (int32_t isa = SYNGAN_ISA_SSE41; isa <= sg_cpu_isa(); isa++) {
        uint16_t narrow[COUNT];
        float wide[COUNT];
        sg_simd_pick(isa, sg_narrow)(COUNT, x, narrow);
        sg_simd_pick(isa, sg_widen)(COUNT, narrow, wide);
        for (size_t i = 0; i < COUNT; i++) {
            assert_int_equal(narrow[i], sg_bf16_from_f32(x[i]));
            float want = sg_f32_from_bf16(narrow[i]);
            assert_memory_equal(&wide[i], &want, sizeof want);
        }
    }
}

static void check_bias(sg_desc desc) {
    kernel_run run = {.kernels = sg_bias_add_kernels,
                      .n_inputs = 2,
                      .n_unary = 1,
                      .output = desc};
    run.output.layout = (sg_layout){.kind = SG_PLAIN};
    run.unary[0] = (sg_unary){SG_UNARY_SQUARE, 0, 0, 0};
    run.input[0] = desc;
    run.input[1] = KERNEL_DESC(desc.dims.size[1]);
    float *x = kernel_numbers(&run.input[0], 1);
    float *bias = kernel_numbers(&run.input[1], 2);
    run.data[0] = x;
    run.data[1] = bias;
    size_t count = kernel_count(&desc);
    size_t inner = (size_t)sg_dims_product(&desc.dims, 2, desc.dims.rank);
    double *expected = calloc(count, sizeof *expected);
    assert_non_null(expected);
    for (size_t i = 0; i < count; i++) {
        size_t channel = i / inner % (size_t)desc.dims.size[1];
        double sum = (double)x[i] + (double)bias[channel];
        expected[i] = sum * sum;
    }
    float *got = kernel_run_once(kernel_context, &run);
    kernel_compare("bias add", got, expected, count, 1e-6);
    free(got);
    free(expected);
    free(bias);
    free(x);
}

static void test_bias(void **state) {
    (void)state;
    check_bias(KERNEL_DESC(1, 1));
    check_bias(KERNEL_DESC(5, 3));
    check_bias(KERNEL_DESC(3, 5000));
    check_bias(KERNEL_DESC(2, 3, 5));
    check_bias(KERNEL_DESC(2, 5, 50, 60));
    check_bias(blocked(KERNEL_DESC(2, 32, 1, 1), 16));
    check_bias(blocked(KERNEL_DESC(2, 32, 13, 11), 16));
    check_bias(blocked(KERNEL_DESC(2, 24, 13, 11), 8));
}

static void test_names(void **state) {
    (void)state;
    const sg_layout layouts[] = {{.kind = SG_PLAIN},
                                 {.kind = SG_BLOCKED, .block = 16},
                                 {.kind = SG_BLOCKED, .block = 8},
                                 {.kind = SG_OPAQUE}};
    assert_string_equal(sg_layout_name(&layouts[0]), "plain");
    assert_string_equal(sg_layout_name(&layouts[1]), "nChw16c");
    assert_string_equal(sg_layout_name(&layouts[2]), "nChw8c");
    assert_string_equal(sg_layout_name(&layouts[3]), "opaque");
    assert_false(sg_layout_equal(&layouts[0], &layouts[1]));
    assert_false(sg_layout_equal(&layouts[1], &layouts[2]));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layouts),  cmocka_unit_test(test_places),
        cmocka_unit_test(test_integers), cmocka_unit_test(test_conversion),
        cmocka_unit_test(test_bias),     cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, kernel_set_up, kernel_tear_down);
}
