/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operators that move elements: reshape, flatten, transpose, broadcast, concat,
 * slice, pad, stop_gradient.
 */
#include "op/gradient.h"
#include "op/ops.h"
#include "support/check.h"
#include "support/test.h"

/* Something to differentiate twice. */
static syngan_node *cube(syngan_node *x) {
    return syngan_multiply(x, syngan_square(x));
}

static void check_dims(const syngan_node *node, const int64_t *dims,
                       size_t rank) {
    int64_t have[SYNGAN_MAX_RANK];
    if (node->op == NULL) fail_msg("%s", node->graph->error_text);
    assert_int_equal(syngan_node_dims(node, have), rank);
    for (size_t i = 0; i < rank; i++)
        assert_int_equal(have[i], dims[i]);
}

static syngan_node *batched(check *c, int64_t size) {
    return syngan_input(c->graph, "x", SYNGAN_TYPE_F32,
                        SYNGAN_SHAPE(SYNGAN_BATCH, size, 2));
}

/* ---- reshape ------------------------------------------------------------- */

static void test_reshape(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *x = check_input(&c, -1, 1, SYNGAN_SHAPE(2, 3, 5));
    check_gradients(&c, cube(syngan_reshape(x, SYNGAN_SHAPE(5, 6))), &x, 1);
    syngan_node *y = syngan_reshape(x, SYNGAN_SHAPE(3, -1, 1));
    check_dims(y, SYNGAN_SHAPE(3, 10, 1));
    check_value(&c, y);
    check_value(&c, syngan_reshape(cube(x), SYNGAN_SHAPE(-1)));
    y = syngan_flatten(x);
    check_dims(y, SYNGAN_SHAPE(2, 15));
    check_gradients(&c, cube(y), &x, 1);
    syngan_node *one = check_input(&c, -1, 1, SYNGAN_SHAPE(1, 1));
    check_gradients(&c, cube(syngan_reshape(one, NULL, 0)), &one, 1);
    syngan_node *none = check_input(&c, -1, 1, SYNGAN_SHAPE(0, 3));
    check_value(&c, syngan_reshape(none, SYNGAN_SHAPE(7, 0)));
    /* A source that is an output in another shape. */
    check_value(&c, syngan_reshape(x, SYNGAN_SHAPE(30)));
    check_end(&c);
}

static void test_reshape_batch(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *x = batched(&c, 6);
    check_dims(syngan_reshape(x, SYNGAN_SHAPE(SYNGAN_BATCH, 4, 3)),
               SYNGAN_SHAPE(SYNGAN_BATCH, 4, 3));
    check_dims(syngan_reshape(x, SYNGAN_SHAPE(SYNGAN_BATCH, 4, -1)),
               SYNGAN_SHAPE(SYNGAN_BATCH, 4, 3));
    check_dims(syngan_flatten(x), SYNGAN_SHAPE(SYNGAN_BATCH, 12));
    check_refused(&c, syngan_reshape(x, SYNGAN_SHAPE(12, SYNGAN_BATCH)),
                  SYNGAN_E_SHAPE, "SYNGAN_BATCH");
    check_refused(&c,
                  syngan_reshape(batched(&c, 6), SYNGAN_SHAPE(SYNGAN_BATCH, 7)),
                  SYNGAN_E_SHAPE, "[batch, 7]");
    check_refused(&c, syngan_reshape(batched(&c, 6), NULL, 0), SYNGAN_E_SHAPE,
                  "SYNGAN_BATCH");
    check_end(&c);
}

static void test_reshape_refused(void **state) {
    (void)state;
    check c;
    check_begin(&c);
#define X check_input(&c, 0, 1, SYNGAN_SHAPE(2, 3))
    check_refused(&c, syngan_reshape(X, SYNGAN_SHAPE(5)), SYNGAN_E_SHAPE,
                  "[2, 3]");
    check_refused(&c, syngan_reshape(X, SYNGAN_SHAPE(-1, -1)), SYNGAN_E_SHAPE,
                  "more than one");
    check_refused(&c, syngan_reshape(X, SYNGAN_SHAPE(4, -1)), SYNGAN_E_SHAPE,
                  "no size");
    check_refused(&c, syngan_reshape(X, SYNGAN_SHAPE(0, -1)), SYNGAN_E_SHAPE,
                  "no size");
    check_refused(&c, syngan_reshape(X, SYNGAN_SHAPE(-3, -2)), SYNGAN_E_SHAPE,
                  "-3");
    check_refused(&c, syngan_reshape(X, NULL, 2), SYNGAN_E_ARGUMENT, "NULL");
    check_refused(&c,
                  syngan_reshape(X, SYNGAN_SHAPE(1, 1, 1, 1, 1, 1, 1, 2, 3)),
                  SYNGAN_E_ARGUMENT, "9 sizes");
    check_refused(&c, syngan_reshape(X, SYNGAN_SHAPE(INT64_MAX, INT64_MAX, 6)),
                  SYNGAN_E_SHAPE, "too many");
    check_refused(&c, syngan_flatten(check_input(&c, 0, 1, NULL, 0)),
                  SYNGAN_E_SHAPE, "no dimensions");
    assert_null(syngan_reshape(NULL, NULL, 0));
    assert_null(syngan_flatten(NULL));
    check_end(&c);
}

/* ---- transpose ----------------------------------------------------------- */

static void check_transpose(const int64_t *dims, size_t rank,
                            const int32_t *order) {
    check c;
    check_begin(&c);
    syngan_node *x = check_input(&c, -1, 1, dims, rank);
    check_gradients(&c, cube(syngan_transpose(x, order, rank)), &x, 1);
    check_end(&c);
}

static void test_transpose(void **state) {
    (void)state;
    static const int32_t orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                         {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    for (int i = 0; i < 6; i++) {
        check_transpose(SYNGAN_SHAPE(2, 3, 5), orders[i]);
        check_transpose(SYNGAN_SHAPE(1, 7, 1), orders[i]);
    }
    check_transpose(NULL, 0, NULL);
    check_transpose(SYNGAN_SHAPE(5), (const int32_t[]){0});
    check_transpose(SYNGAN_SHAPE(2, 3, 2, 1, 5),
                    (const int32_t[]){4, 1, 0, 3, 2});
    check_transpose(SYNGAN_SHAPE(2, 0, 3), orders[3]);
}

/* More than a square on each side, for each order that copies differently. */
static void test_transpose_large(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *x = check_input(&c, -1, 1, SYNGAN_SHAPE(3, 67, 5, 131));
    syngan_node *results[] = {
        syngan_transpose(x, (const int32_t[]){3, 2, 1, 0}, 4),
        syngan_transpose(x, (const int32_t[]){0, 2, 3, 1}, 4),
        syngan_transpose(x, (const int32_t[]){1, 0, 3, 2}, 4),
        syngan_transpose(x, (const int32_t[]){2, 1, 0, 3}, 4),
        syngan_transpose(x, (const int32_t[]){0, 3, 1, 2}, 4),
    };
    check_values(&c, results, 5, 0);
    check_end(&c);
}

static void test_transpose_refused(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    const int32_t order[] = {0, 0, 2, 1, 1, 1, 1, 1, 1};
    check_refused(&c, syngan_transpose(X, order, 2), SYNGAN_E_ARGUMENT,
                  "0 is at place 1");
    check_refused(&c, syngan_transpose(X, order + 1, 2), SYNGAN_E_ARGUMENT,
                  "2 is at place 1");
    check_refused(&c, syngan_transpose(X, order, 1), SYNGAN_E_ARGUMENT,
                  "shape of 2");
    check_refused(&c, syngan_transpose(X, order, 9), SYNGAN_E_ARGUMENT,
                  "at most 8");
    check_refused(&c, syngan_transpose(X, NULL, 2), SYNGAN_E_ARGUMENT, "NULL");
    check_refused(
        &c, syngan_transpose(batched(&c, 3), (const int32_t[]){1, 0, 2}, 3),
        SYNGAN_E_SHAPE, "batch");
    check_dims(syngan_transpose(batched(&c, 3), (const int32_t[]){0, 2, 1}, 3),
               SYNGAN_SHAPE(SYNGAN_BATCH, 2, 3));
    check_end(&c);
}

/* ---- broadcast ----------------------------------------------------------- */

static void check_broadcast(const int64_t *dims, size_t rank, const int64_t *to,
                            size_t to_rank) {
    check c;
    check_begin(&c);
    syngan_node *x = check_input(&c, -1, 1, dims, rank);
    syngan_node *y = syngan_broadcast(x, to, to_rank);
    check_dims(y, to, to_rank);
    check_gradients(&c, cube(y), &x, 1);
    check_end(&c);
}

static void test_broadcast(void **state) {
    (void)state;
    check_broadcast(NULL, 0, NULL, 0);
    check_broadcast(NULL, 0, SYNGAN_SHAPE(3, 5));
    check_broadcast(SYNGAN_SHAPE(5), SYNGAN_SHAPE(3, 5));
    check_broadcast(SYNGAN_SHAPE(3, 1), SYNGAN_SHAPE(3, 5));
    check_broadcast(SYNGAN_SHAPE(1, 5, 1), SYNGAN_SHAPE(2, 3, 5, 7));
    check_broadcast(SYNGAN_SHAPE(2, 1, 3, 1), SYNGAN_SHAPE(2, 5, 3, 2));
    check_broadcast(SYNGAN_SHAPE(1), SYNGAN_SHAPE(0));
    check_broadcast(SYNGAN_SHAPE(1), SYNGAN_SHAPE(40001));
    check_broadcast(SYNGAN_SHAPE(101, 1), SYNGAN_SHAPE(101, 103));
}

static void test_broadcast_refused(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    check_refused(&c, syngan_broadcast(X, SYNGAN_SHAPE(3)), SYNGAN_E_SHAPE,
                  "[2, 3] to [3]");
    check_refused(&c, syngan_broadcast(X, SYNGAN_SHAPE(2, 6)), SYNGAN_E_SHAPE,
                  "[2, 6]");
    check_refused(&c, syngan_broadcast(X, NULL, 2), SYNGAN_E_ARGUMENT, "NULL");
    check_refused(&c, syngan_broadcast(X, SYNGAN_SHAPE(5, -1, 3)),
                  SYNGAN_E_SHAPE, "batch");
    syngan_node *row = check_input(&c, 0, 1, SYNGAN_SHAPE(1, 4));
    check_dims(syngan_broadcast(row, SYNGAN_SHAPE(SYNGAN_BATCH, 4)),
               SYNGAN_SHAPE(SYNGAN_BATCH, 4));
    assert_null(syngan_broadcast(NULL, NULL, 0));
    check_end(&c);
}

/* ---- concat -------------------------------------------------------------- */

static void test_concat(void **state) {
    (void)state;
    for (int32_t axis = -3; axis < 3; axis++) {
        check c;
        check_begin(&c);
        syngan_node *sources[3];
        for (int i = 0; i < 3; i++) {
            int64_t dims[] = {2, 3, 5};
            dims[(axis + 3) % 3] = i == 1 ? 1 : 2 * i + 1;
            sources[i] = check_input(&c, -1, 1, dims, 3);
        }
        check_gradients(&c, cube(syngan_concat(sources, 3, axis)), sources, 3);
        check_end(&c);
    }
}

static void test_concat_odd(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *x = check_input(&c, -1, 1, SYNGAN_SHAPE(3, 4));
    syngan_node *none = check_input(&c, -1, 1, SYNGAN_SHAPE(0, 4));
    check_gradients(&c, cube(syngan_concat(&x, 1, 0)), &x, 1);
    check_gradients(&c, cube(syngan_concat((syngan_node *[]){x, x, x}, 3, 1)),
                    &x, 1);
    check_value(&c, syngan_concat((syngan_node *[]){none, x, none}, 3, 0));
    syngan_node *a = check_input(&c, -1, 1, SYNGAN_SHAPE(33, 16, 21, 3));
    syngan_node *b = check_input(&c, -1, 1, SYNGAN_SHAPE(33, 7, 21, 3));
    check_value(&c, syngan_concat((syngan_node *[]){a, b}, 2, 1));
    check_end(&c);
}

static void test_concat_refused(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *pair[] = {X, check_input(&c, 0, 1, SYNGAN_SHAPE(2, 4))};
    check_refused(&c, syngan_concat(pair, 2, 0), SYNGAN_E_SHAPE,
                  "input 1 is [2, 4]");
    pair[0] = X;
    pair[1] = check_input(&c, 0, 1, SYNGAN_SHAPE(2, 3, 1));
    check_refused(&c, syngan_concat(pair, 2, 0), SYNGAN_E_SHAPE, "[2, 3, 1]");
    pair[0] = X;
    check_refused(&c, syngan_concat(pair, 1, 2), SYNGAN_E_ARGUMENT, "axis 2");
    pair[0] = batched(&c, 3);
    check_refused(&c, syngan_concat(pair, 1, 0), SYNGAN_E_SHAPE, "batch");
    pair[0] = pair[1] = batched(&c, 3);
    check_dims(syngan_concat(pair, 2, 1), SYNGAN_SHAPE(SYNGAN_BATCH, 6, 2));
    assert_null(syngan_concat(NULL, 0, 0));
    assert_null(syngan_concat(pair, 0, 0));
    pair[1] = NULL;
    assert_null(syngan_concat(pair, 2, 1));
    check_end(&c);
}

/* ---- slice and pad ------------------------------------------------------- */

static void test_slice(void **state) {
    (void)state;
    static const int64_t ranges[][2] = {
        {0, 1}, {1, -1}, {0, -1}, {2, 0}, {1, 1}};
    for (int32_t axis = -3; axis < 3; axis++)
        for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
            check c;
            check_begin(&c);
            syngan_node *x = check_input(&c, -1, 1, SYNGAN_SHAPE(2, 3, 5));
            syngan_node *y = syngan_slice(x, axis, ranges[i][0], ranges[i][1]);
            check_gradients(&c, cube(y), &x, 1);
            check_end(&c);
        }
}

/* pad is the gradient of a slice; here alone, with its own two gradients. */
static void test_pad(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *dy = check_input(&c, -1, 1, SYNGAN_SHAPE(3, 4));
    syngan_node *x = check_input(&c, -1, 1, SYNGAN_SHAPE(7, 4)), *dx;
    assert_ok(c.context, sg_gradient(syngan_slice(x, 0, 2, 3), dy, &x, 1, &dx));
    assert_ptr_equal(dx->op, &sg_op_pad);
    check_gradients(&c, cube(dx), &dy, 1);
    check_end(&c);
}

static void test_slice_refused(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    check_refused(&c, syngan_slice(X, 1, 2, 2), SYNGAN_E_SHAPE,
                  "2 elements from 2");
    check_refused(&c, syngan_slice(X, 1, -1, 1), SYNGAN_E_SHAPE, "from -1");
    check_refused(&c, syngan_slice(X, 1, 4, -1), SYNGAN_E_SHAPE, "from 4");
    check_refused(&c, syngan_slice(X, 0, INT64_MAX, INT64_MAX), SYNGAN_E_SHAPE,
                  "size 2");
    check_refused(&c, syngan_slice(X, 0, 0, INT64_MIN), SYNGAN_E_SHAPE,
                  "size 2");
    check_refused(&c, syngan_slice(X, 5, 0, 1), SYNGAN_E_ARGUMENT, "axis 5");
    check_refused(&c, syngan_slice(batched(&c, 3), 0, 0, 1), SYNGAN_E_SHAPE,
                  "batch");
    check_dims(syngan_slice(batched(&c, 3), 1, 1, -1),
               SYNGAN_SHAPE(SYNGAN_BATCH, 2, 2));
    check_end(&c);
}

/* ---- stop_gradient ------------------------------------------------------- */

static void test_stop_gradient(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *x = check_input(&c, -1, 1, SYNGAN_SHAPE(3, 5)), *gradient;
    syngan_node *y = syngan_multiply(syngan_stop_gradient(x), x);
    check_value(&c, y);
    assert_ok(c.context, syngan_gradient(y, &x, 1, &gradient));
    check_value(&c, gradient);
    for (int i = 0; i < 15; i++)
        assert_true(reference_value(c.reference, gradient)[i] ==
                    reference_value(c.reference, x)[i]);
    assert_ok(c.context,
              syngan_gradient(syngan_stop_gradient(cube(x)), &x, 1, &gradient));
    check_value(&c, gradient);
    assert_true(reference_value(c.reference, gradient)[0] == 0);
    assert_null(syngan_stop_gradient(NULL));
    check_end(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reshape),
        cmocka_unit_test(test_reshape_batch),
        cmocka_unit_test(test_reshape_refused),
        cmocka_unit_test(test_transpose),
        cmocka_unit_test(test_transpose_large),
        cmocka_unit_test(test_transpose_refused),
        cmocka_unit_test(test_broadcast),
        cmocka_unit_test(test_broadcast_refused),
        cmocka_unit_test(test_concat),
        cmocka_unit_test(test_concat_odd),
        cmocka_unit_test(test_concat_refused),
        cmocka_unit_test(test_slice),
        cmocka_unit_test(test_pad),
        cmocka_unit_test(test_slice_refused),
        cmocka_unit_test(test_stop_gradient),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
