/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slopes, the factors f' in gradients of unary functions, that the kernel in
 * front absorbs: each such kernel, with what it absorbs besides, in plain and
 * blocked layouts, and gradients of networks that are made of them.
 */
#include <string.h>
#include <syngan/layers.h>
#include <syngan/model.h>
#include <syngan/program.h>

#include "backend/batch_norm.h"
#include "backend/conv/conv.h"
#include "op/ops.h"
#include "support/check.h"
#include "support/test.h"

#define SIZES(...) ((const int64_t[]){__VA_ARGS__})

static const sg_batch_norm_fields norm_fields = {0.99, 1e-3};

static syngan_node *slope(int32_t kind, syngan_node *v, syngan_node *dy) {
    const sg_unary f = {.kind = kind, .alpha = 0.25};
    return sg_node2(&sg_op_unary_grad, v, dy, &f);
}

/* Compares y, whose only slope `kernel` absorbs, as its report says, with the
 * interpreter. Ends the graph and begins another. */
static void check_within(check *c, syngan_node *y, const char *kernel,
                         double tolerance) {
    char report[8192];
    syngan_program *program;
    syngan_node *sources[CHECK_SOURCES_MAX];
    check_sources(c, -1, 1, sources);
    check_values(c, &y, 1, tolerance);
    assert_ok(c->context,
              syngan_program_create(&y, 1, NULL, 0, NULL, &program));
    assert_true(syngan_program_report(program, report, sizeof report) <
                sizeof report);
    const char *end = strstr(report, "+slope");
    assert_non_null(end);
    assert_null(strstr(report, "unary gradient"));
    while (end > report && end[-1] != '\n')
        end--;
    const char *found = strstr(end, kernel);
    assert_non_null(found);
    assert_true(found < strchr(end, '\n'));
    syngan_program_free(program);
    check_end(c);
    check_begin(c);
}

static void check_absorbed(check *c, syngan_node *y, const char *kernel) {
    check_within(c, y, kernel, CHECK_FORWARD);
}

/* ---- each kernel -------------------------------------------------------- */

/* The slope of y, of a value that is a source. */
static syngan_node *of_source(check *c, int32_t kind, syngan_node *y) {
    return slope(kind,
                 check_input(c, -1, 1, y->dims.size, (size_t)y->dims.rank), y);
}

static void test_matmul(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    static const int64_t sizes[][3] = {
        {1, 1, 1}, {1, 7, 5}, {13, 3, 1}, {67, 31, 129}, {5, 2, 4099}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const int64_t *s = sizes[i];
        syngan_node *a = check_input(&c, -1, 1, SYNGAN_SHAPE(s[0], s[1]));
        syngan_node *b = check_input(&c, -1, 1, SYNGAN_SHAPE(s[1], s[2]));
        bool thin = s[0] == 1 || s[2] == 1;
        check_absorbed(&c,
                       of_source(&c, SG_UNARY_TANH, syngan_matmul(a, b, 0, 0)),
                       thin ? "inner product" : "matmul");
    }
    syngan_node *a = check_input(&c, -1, 1, SYNGAN_SHAPE(3, 5, 7));
    syngan_node *b = check_input(&c, -1, 1, SYNGAN_SHAPE(3, 7, 2));
    check_absorbed(&c, of_source(&c, SG_UNARY_RELU, syngan_matmul(a, b, 0, 0)),
                   "matmul");
    /* The product's only function, or behind two that are in it. */
    a = check_input(&c, -1, 1, SYNGAN_SHAPE(6, 11));
    syngan_node *y = syngan_dense(
        a, SYNGAN_DENSE(.units = 37, .activation = SYNGAN_ACTIVATION_RELU));
    check_absorbed(&c, of_source(&c, SG_UNARY_EXP, syngan_tanh(y)), "matmul");
    check_end(&c);
}

static syngan_node *conv(check *c, const sg_op *op, const int64_t *image,
                         const int64_t *weight, sg_conv_fields f) {
    f.dilation_h = f.dilation_w = f.groups = 1;
    return sg_node2(op, check_input(c, -1, 1, image, 4),
                    check_input(c, -0.05, 0.05, weight, 4), &f);
}

static void test_convolution(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    sg_conv_fields f = {.stride_h = 1, .stride_w = 1, .pad_top = 1};
    syngan_node *y =
        conv(&c, &sg_op_conv2d, SIZES(1, 3, 5, 7), SIZES(11, 3, 2, 3), f);
    check_absorbed(&c, of_source(&c, SG_UNARY_LEAKY_RELU, y), "convolution");
    y = conv(&c, &sg_op_conv2d, SIZES(3, 16, 5, 7), SIZES(32, 16, 3, 3), f);
    check_absorbed(&c, of_source(&c, SG_UNARY_SIGMOID, y), "convolution");
    f = (sg_conv_fields){.height = 9, .width = 5, .stride_h = 2, .stride_w = 1};
    y = conv(&c, &sg_op_conv2d_input, SIZES(2, 5, 4, 3), SIZES(5, 13, 3, 3), f);
    check_absorbed(&c, of_source(&c, SG_UNARY_TANH, y), "convolution, data");
    y = conv(&c, &sg_op_conv2d_input, SIZES(2, 32, 4, 3), SIZES(32, 48, 3, 3),
             f);
    check_absorbed(&c, of_source(&c, SG_UNARY_RELU, y), "convolution, data");
    check_end(&c);
}

/* The kernels for few channels, with biases and functions besides. */
static void test_few(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *x = check_input(&c, -1, 1, SYNGAN_SHAPE(3, 16, 5, 7));
    syngan_node *y = syngan_conv2d_transpose(
        x, SYNGAN_CONV2D_TRANSPOSE(.filters = 3, .kernel = 3,
                                   .activation = SYNGAN_ACTIVATION_TANH));
    check_absorbed(&c, of_source(&c, SG_UNARY_TANH, y), "convolution, rows");
    x = check_input(&c, -1, 1, SYNGAN_SHAPE(1, 5, 4, 3));
    y = syngan_conv2d_transpose(
        x, SYNGAN_CONV2D_TRANSPOSE(.filters = 1, .kernel = 4, .stride = 2));
    check_absorbed(&c, of_source(&c, SG_UNARY_RELU, y), "convolution, few");
    check_end(&c);
}

/* Winograd's method is less exact. */
static void test_minimal(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    sg_conv_fields f = {.stride_h = 2,
                        .stride_w = 2,
                        .pad_top = 1,
                        .pad_bottom = 1,
                        .pad_left = 1,
                        .pad_right = 1};
    syngan_node *y =
        conv(&c, &sg_op_conv2d, SIZES(67, 32, 14, 14), SIZES(32, 32, 4, 4), f);
    syngan_node *bias = check_input(&c, -1, 1, SYNGAN_SHAPE(32));
    y = syngan_tanh(sg_node2(&sg_op_bias_add, y, bias, NULL));
    check_within(&c, of_source(&c, SG_UNARY_TANH, y), "Winograd",
                 CHECK_GRADIENT);
    f.height = f.width = 14;
    y = conv(&c, &sg_op_conv2d_input, SIZES(67, 32, 7, 7), SIZES(32, 32, 4, 4),
             f);
    bias = check_input(&c, -1, 1, SYNGAN_SHAPE(32));
    y = sg_node2(&sg_op_bias_add, y, bias, NULL);
    check_within(&c, of_source(&c, SG_UNARY_LEAKY_RELU, y), "Winograd, dat",
                 CHECK_GRADIENT);
    check_end(&c);
}

/* ---- batch normalisation ------------------------------------------------ */

/* The gradient of x by normalisation, dy being a source. */
static syngan_node *norm_gradient(check *c, syngan_node *x) {
    const int64_t channels = x->dims.size[1];
    syngan_node *dy = check_input(c, -1, 1, x->dims.size, (size_t)x->dims.rank);
    syngan_node *statistics =
        sg_node1(&sg_op_batch_norm_statistics, x, &norm_fields);
    syngan_node *sums =
        sg_node3(&sg_op_batch_norm_reduce, x, dy, statistics, &norm_fields);
    syngan_node *in[] = {x, dy, statistics,
                         check_input(c, 0.5, 1.5, &channels, 1), sums};
    return sg_node(NULL, &sg_op_batch_norm_input, in, 5, &norm_fields, NULL);
}

/* The function's own output is x, as behind a layer with an activation, or
 * another value is. */
static void check_norm(const int64_t *dims, size_t rank) {
    check c;
    check_begin(&c);
    syngan_node *x = syngan_tanh(check_input(&c, -1, 2, dims, rank));
    check_absorbed(&c, slope(SG_UNARY_TANH, x, norm_gradient(&c, x)),
                   "batch norm, data");
    x = check_input(&c, -1, 2, dims, rank);
    check_absorbed(&c, of_source(&c, SG_UNARY_RELU, norm_gradient(&c, x)),
                   "batch norm, data");
    check_end(&c);
}

static void test_batch_norm(void **state) {
    (void)state;
    check_norm(SYNGAN_SHAPE(5, 1));
    check_norm(SYNGAN_SHAPE(7, 13));
    check_norm(SYNGAN_SHAPE(3, 2053));
    check_norm(SYNGAN_SHAPE(1, 3, 5, 7));
    check_norm(SYNGAN_SHAPE(1, 16, 2, 1));
    check_norm(SYNGAN_SHAPE(3, 16, 1, 1));
    check_norm(SYNGAN_SHAPE(5, 48, 7, 11));
}

/* x comes in blocks; v comes plain and is brought into them. */
static void test_batch_norm_behind(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *x = check_input(&c, -1, 1, SYNGAN_SHAPE(3, 5, 6, 7));
    x = syngan_conv2d(x, SYNGAN_CONV2D(.filters = 32, .kernel = 3,
                                       .activation = SYNGAN_ACTIVATION_RELU));
    check_absorbed(&c, slope(SG_UNARY_RELU, x, norm_gradient(&c, x)),
                   "batch norm, data");
    x = check_input(&c, -1, 1, SYNGAN_SHAPE(1, 5, 6, 7));
    x = syngan_conv2d(x, SYNGAN_CONV2D(.filters = 16, .kernel = 3));
    check_absorbed(&c, of_source(&c, SG_UNARY_SIGMOID, norm_gradient(&c, x)),
                   "batch norm, data");
    check_end(&c);
}

/* ---- networks ----------------------------------------------------------- */

static syngan_node *normalised(check *c, syngan_node *x) {
    const int64_t channels = x->dims.size[1];
    syngan_node *weight = check_input(c, 0.5, 1.5, &channels, 1);
    syngan_node *bias = check_input(c, -1, 1, &channels, 1);
    syngan_node *in[] = {
        x,      weight,
        bias,   sg_node1(&sg_op_batch_norm_statistics, x, &norm_fields),
        weight, bias};
    return sg_node(NULL, &sg_op_batch_norm_train, in, 6, &norm_fields, NULL);
}

/* First and second derivatives through a generator's chain, from a dense
 * layer: channels in blocks, or not. */
static void check_network(int64_t channels, int64_t size) {
    check c;
    check_begin(&c);
    c.slopes = 1;
    syngan_node *sources[CHECK_SOURCES_MAX];
    syngan_node *x = check_input(&c, -1, 1, SYNGAN_SHAPE(3, 5));
    x = syngan_dense(x, SYNGAN_DENSE(.units = (int32_t)(channels * size * size),
                                     .activation = SYNGAN_ACTIVATION_TANH));
    x = normalised(&c,
                   syngan_reshape(x, SYNGAN_SHAPE(3, channels, size, size)));
    x = syngan_conv2d_transpose(
        x, SYNGAN_CONV2D_TRANSPOSE(.filters = (int32_t)channels, .kernel = 4,
                                   .stride = 2,
                                   .activation = SYNGAN_ACTIVATION_TANH));
    x = normalised(&c, x);
    x = syngan_conv2d_transpose(
        x, SYNGAN_CONV2D_TRANSPOSE(.filters = 1, .kernel = 3,
                                   .activation = SYNGAN_ACTIVATION_SIGMOID));
    size_t count = check_sources(&c, -0.5, 0.5, sources);
    check_gradients(&c, x, sources, count);
    check_end(&c);
}

static void test_networks(void **state) {
    (void)state;
    check_network(16, 2);
    check_network(5, 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matmul),
        cmocka_unit_test(test_convolution),
        cmocka_unit_test(test_few),
        cmocka_unit_test(test_minimal),
        cmocka_unit_test(test_batch_norm),
        cmocka_unit_test(test_batch_norm_behind),
        cmocka_unit_test(test_networks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
