/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pooling and upsampling: values, first and second gradients, sizes, and what
 * is refused.
 */
#include <syngan/layers.h>

#include "backend/pool.h"
#include "op/ops.h"
#include "support/check.h"
#include "support/test.h"

typedef syngan_node *(*builder)(syngan_node *x,
                                const syngan_pool2d_options *options);

static void check_pool(builder build, const int64_t *dims,
                       const syngan_pool2d_options *options, int64_t rows,
                       int64_t columns) {
    check c;
    check_begin(&c);
    syngan_node *x = check_input(&c, -1, 1, dims, 4);
    syngan_node *y = build(x, options);
    check_gradients(&c, y, &x, 1);
    assert_int_equal(y->dims.size[2], rows);
    assert_int_equal(y->dims.size[3], columns);
    /* The gradient's own gradient has none by where the greatest are. */
    check_gradients(&c, syngan_tanh(y), &x, 1);
    check_end(&c);
}

#define SIZES(...) ((const int64_t[]){__VA_ARGS__})

static void check_both(const int64_t *dims,
                       const syngan_pool2d_options *options, int64_t rows,
                       int64_t columns) {
    check_pool(syngan_average_pool2d, dims, options, rows, columns);
    check_pool(syngan_max_pool2d, dims, options, rows, columns);
}

static void test_pooling(void **state) {
    (void)state;
    check_both(SIZES(1, 1, 1, 1), NULL, 1, 1);
    check_both(SIZES(2, 3, 5, 4), NULL, 3, 2);
    check_both(
        SIZES(1, 2, 6, 7),
        SYNGAN_POOL2D(.size = 3, .stride = 2, .padding = SYNGAN_PADDING_VALID),
        2, 3);
    check_both(SIZES(1, 2, 5, 5),
               SYNGAN_POOL2D(.size = 2, .size_width = 3, .stride = 1,
                             .stride_width = 4),
               5, 2);
    check_both(SIZES(1, 1, 4, 4),
               SYNGAN_POOL2D(.size = 3, .padding = SYNGAN_PADDING_EXPLICIT,
                             .pad_top = 2, .pad_right = 1),
               2, 1);
    check_both(SIZES(1, 16, 4, 4), NULL, 2, 2);
}

static void test_upsampling(void **state) {
    (void)state;
    for (int32_t factor = 1; factor <= 3; factor++) {
        check c;
        check_begin(&c);
        syngan_node *x = check_input(&c, -1, 1, SYNGAN_SHAPE(2, 3, 2, 3));
        syngan_node *y = syngan_upsample2d(x, factor);
        check_gradients(&c, syngan_square(y), &x, 1);
        assert_int_equal(y->dims.size[2], 2 * factor);
        assert_int_equal(y->dims.size[3], 3 * factor);
        check_end(&c);
    }
}

static void test_refused(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    const int64_t image[] = {1, 1, 4, 4}, matrix[] = {4, 4};
    check_refused(&c, syngan_max_pool2d(check_input(&c, 0, 1, matrix, 2), NULL),
                  SYNGAN_E_SHAPE, "takes N x C x H x W, not [4, 4]");
    check_refused(
        &c,
        syngan_max_pool2d(
            check_input(&c, 0, 1, image, 4),
            SYNGAN_POOL2D(.size = 5, .padding = SYNGAN_PADDING_VALID)),
        SYNGAN_E_SHAPE, "window 5 x 5 is larger than the padded input 4 x 4");
    check_refused(
        &c,
        syngan_average_pool2d(
            check_input(&c, 0, 1, image, 4),
            SYNGAN_POOL2D(.padding = SYNGAN_PADDING_EXPLICIT, .pad_top = 2)),
        SYNGAN_E_ARGUMENT, "must be smaller than the window");
    check_refused(&c,
                  syngan_average_pool2d(check_input(&c, 0, 1, image, 4),
                                        SYNGAN_POOL2D(.pad_left = 1)),
                  SYNGAN_E_ARGUMENT, "SYNGAN_PADDING_EXPLICIT only");
    check_refused(&c, syngan_upsample2d(check_input(&c, 0, 1, image, 4), 0),
                  SYNGAN_E_ARGUMENT, "the factor is 0");
    check_refused(&c, syngan_upsample2d(check_input(&c, 0, 1, matrix, 2), 2),
                  SYNGAN_E_SHAPE, "takes N x C x H x W");
    assert_null(syngan_max_pool2d(NULL, NULL));
    assert_null(syngan_average_pool2d(NULL, NULL));
    assert_null(syngan_upsample2d(NULL, 2));
    check_end(&c);
}

/* Nodes that no builder makes, as a file could have them. */
static void test_refused_gradients(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    const int64_t image[] = {1, 1, 4, 4}, pooled[] = {1, 1, 2, 2};
    sg_pool_fields f = {.size_h = 2,
                        .size_w = 2,
                        .stride_h = 2,
                        .stride_w = 2,
                        .pad_top = 1,
                        .pad_bottom = 1};
#define AVERAGE_GRAD(dims)                                                     \
    sg_node1(&sg_op_average_pool2d_grad, check_input(&c, 0, 1, dims, 4), &f)
    check_refused(&c, AVERAGE_GRAD(pooled), SYNGAN_E_SHAPE,
                  "images of [1, 1, 0, 0] have no pixels");
    f.height = f.width = (int64_t)1 << 31;
    check_refused(&c, AVERAGE_GRAD(pooled), SYNGAN_E_SHAPE, "are too large");
    f.height = f.width = 4;
    check_refused(&c, AVERAGE_GRAD(image), SYNGAN_E_SHAPE,
                  "[1, 1, 4, 4], but must have [1, 1, 3, 2]");
    f.pad_top = f.pad_bottom = 0;
#define PAIR(op, a, b)                                                         \
    sg_node2(op, check_input(&c, 0, 1, a, 4), check_input(&c, 0, 1, b, 4), &f)
    check_refused(&c, PAIR(&sg_op_max_pool2d_grad, image, image),
                  SYNGAN_E_SHAPE, "[1, 1, 4, 4], but must have [1, 1, 2, 2]");
    check_refused(&c, PAIR(&sg_op_max_pool2d_take, image, pooled),
                  SYNGAN_E_SHAPE, "[1, 1, 2, 2], but must have [1, 1, 4, 4]");
    const sg_upsample_fields three = {.factor = 3};
    check_refused(&c,
                  sg_node1(&sg_op_upsample2d_grad,
                           check_input(&c, 0, 1, image, 4), &three),
                  SYNGAN_E_SHAPE, "must be multiples of 3");
    check_end(&c);
}

/* Models' graphs leave the batch open. */
static void test_open_batch(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *x = syngan_input(c.graph, "x", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, 3, 5, 4));
    x = syngan_max_pool2d(syngan_average_pool2d(x, NULL), NULL);
    x = syngan_upsample2d(x, 2);
    const sg_dims expected = {.rank = 4, .size = {SYNGAN_BATCH, 3, 4, 2}};
    assert_true(sg_dims_equal(&x->dims, &expected));
    check_end(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pooling),
        cmocka_unit_test(test_upsampling),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_refused_gradients),
        cmocka_unit_test(test_open_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
