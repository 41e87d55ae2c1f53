/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The three convolution products as operators: gradients of the weight's
 * gradient, chains of blocked images, open batches, and what is refused.
 */
#include <syngan/layers.h>

#include "backend/conv/conv.h"
#include "op/ops.h"
#include "support/check.h"
#include "support/test.h"

#define SIZES(...) ((const int64_t[]){__VA_ARGS__})

/* Blocks of channels, several layers deep, as the compiler lays them out. */
static void test_blocks(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *x = check_input(&c, -1, 1, SYNGAN_SHAPE(1, 16, 3, 3));
    syngan_node *w = check_input(&c, -0.1, 0.1, SYNGAN_SHAPE(16, 16, 2, 2));
    syngan_node *v = check_input(&c, -0.1, 0.1, SYNGAN_SHAPE(16, 1, 3, 3));
    syngan_node *b = check_input(&c, -1, 1, SYNGAN_SHAPE(16));
    const sg_conv_fields down = {0, 0, 2, 2, 1, 1, 1, 0, 1, 0, 1, 0};
    const sg_conv_fields up = {2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0};
    syngan_node *y = sg_node2(&sg_op_conv2d, x, w, &down);
    y = syngan_tanh(sg_node2(&sg_op_bias_add, y, b, NULL));
    y = sg_node2(&sg_op_conv2d_input, y, v, &up);
    syngan_node *sources[] = {x, w, v, b};
    check_gradients(&c, y, sources, 4);
    check_end(&c);
}

/* The weight's gradient as an operator of its own. */
static void test_weight(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    const sg_conv_fields f = {3, 2, 2, 1, 1, 1, 0, 1, 1, 0, 1, 0};
    syngan_node *in[] = {check_input(&c, -1, 1, SYNGAN_SHAPE(2, 3, 6, 5)),
                         check_input(&c, -1, 1, SYNGAN_SHAPE(2, 4, 3, 5))};
    syngan_node *y = sg_node2(&sg_op_conv2d_weight, in[0], in[1], &f);
    check_gradients(&c, y, in, 2);
    check_end(&c);
}

static void refuse_operator(check *c, const sg_op *op, const int64_t *a,
                            const int64_t *b, const sg_conv_fields *fields,
                            const char *part) {
    check_refused(c,
                  sg_node2(op, check_input(c, 0, 1, a, 4),
                           check_input(c, 0, 1, b, 4), fields),
                  SYNGAN_E_SHAPE, part);
}

static void test_operators_refused(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    const sg_conv_fields f = {5, 5, 1, 1, 1, 1, 0, 0, 0, 0, 1, 0};
    refuse_operator(&c, &sg_op_conv2d, SIZES(1, 2, 5, 5), SIZES(1, 3, 1, 1), &f,
                    "[1, 2, 5, 5] and [1, 3, 1, 1] don't fit");
    refuse_operator(&c, &sg_op_conv2d_input, SIZES(1, 2, 5, 5),
                    SIZES(3, 2, 1, 1), &f, "don't fit");
    refuse_operator(&c, &sg_op_conv2d_input, SIZES(1, 2, 4, 5),
                    SIZES(2, 2, 1, 1), &f, "height and width");
    refuse_operator(&c, &sg_op_conv2d_weight, SIZES(1, 2, 5, 5),
                    SIZES(2, 2, 1, 1), &f, "equal batches");
    refuse_operator(&c, &sg_op_conv2d_weight, SIZES(1, 2, 5, 5),
                    SIZES(1, 2, 2, 1), &f, "are not those");
    refuse_operator(&c, &sg_op_conv2d, SIZES(1, 0, 5, 5), SIZES(1, 0, 1, 1), &f,
                    "no elements");
    check_end(&c);
}

static void test_open_batch(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *x = syngan_input(c.graph, "x", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, 3, 8, 8));
    int64_t dims[SYNGAN_MAX_RANK];
    x = syngan_conv2d(x, SYNGAN_CONV2D(.filters = 5, .kernel = 4, .stride = 2));
    x = syngan_conv2d_transpose(
        x, SYNGAN_CONV2D_TRANSPOSE(.filters = 2, .kernel = 4, .stride = 2));
    assert_int_equal(syngan_node_dims(x, dims), 4);
    assert_memory_equal(dims, SIZES(SYNGAN_BATCH, 2, 8, 8), 4 * sizeof *dims);
    check_end(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_weight),
        cmocka_unit_test(test_operators_refused),
        cmocka_unit_test(test_open_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
