/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matrix products, bias, and the dense layer: values, first and second
 * gradients, and what is refused.
 */
#include <syngan/layers.h>

#include "op/ops.h"
#include "support/check.h"
#include "support/test.h"

/* leading sizes x [rows, terms] by [terms, columns], transposed as asked. */
static void check_product(const int64_t *leading, size_t n_leading,
                          int64_t rows, int64_t terms, int64_t columns) {
    for (int32_t way = 0; way < 4; way++) {
        int32_t a_across = way & 1, b_across = way >> 1;
        int64_t a[SYNGAN_MAX_RANK], b[SYNGAN_MAX_RANK];
        for (size_t i = 0; i < n_leading; i++)
            a[i] = b[i] = leading[i];
        a[n_leading] = a_across ? terms : rows;
        a[n_leading + 1] = a_across ? rows : terms;
        b[n_leading] = b_across ? columns : terms;
        b[n_leading + 1] = b_across ? terms : columns;
        check c;
        check_begin(&c);
        syngan_node *sources[] = {check_input(&c, -1, 1, a, n_leading + 2),
                                  check_input(&c, -1, 1, b, n_leading + 2)};
        check_gradients(
            &c, syngan_matmul(sources[0], sources[1], a_across, b_across),
            sources, 2);
        check_end(&c);
    }
}

static void test_matmul(void **state) {
    (void)state;
    check_product(NULL, 0, 1, 1, 1);
    check_product(NULL, 0, 2, 3, 5);
    check_product(NULL, 0, 1, 17, 1);
    check_product(NULL, 0, 7, 1, 3);
    check_product(SYNGAN_SHAPE(3), 2, 5, 3);
    check_product(SYNGAN_SHAPE(2, 3), 2, 2, 3);
    check_product(SYNGAN_SHAPE(1), 3, 2, 1);
}

static void test_bias(void **state) {
    (void)state;
    static const struct {
        int64_t size[5];
        size_t rank;
    } shapes[] = {{{3, 5}, 2},
                  {{1, 1}, 2},
                  {{2, 3, 5}, 3},
                  {{2, 7, 3, 1}, 4},
                  {{1, 2, 3, 1, 2}, 5}};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        check c;
        check_begin(&c);
        syngan_node *sources[] = {
            check_input(&c, -1, 1, shapes[i].size, shapes[i].rank),
            check_input(&c, -1, 1, &shapes[i].size[1], 1)};
        syngan_node *y =
            sg_node2(&sg_op_bias_add, sources[0], sources[1], NULL);
        check_gradients(&c, syngan_tanh(y), sources, 2);
        check_end(&c);
    }
}

static void test_dense(void **state) {
    (void)state;
    for (int32_t activation = SYNGAN_ACTIVATION_LINEAR;
         activation <= SYNGAN_ACTIVATION_ELU; activation++) {
        check c;
        check_begin(&c);
        syngan_node *sources[CHECK_SOURCES_MAX];
        syngan_node *x = check_input(&c, -1, 1, SYNGAN_SHAPE(3, 7));
        syngan_node *y =
            syngan_dense(x, SYNGAN_DENSE(.units = 5, .activation = activation));
        y = syngan_dense(y, SYNGAN_DENSE(.units = 1, .no_bias = 1));
        size_t count = check_sources(&c, -1, 1, sources);
        assert_int_equal(count, 4);
        assert_string_equal(syngan_node_name(sources[1]), "dense.weight");
        assert_string_equal(syngan_node_name(sources[2]), "dense.bias");
        assert_string_equal(syngan_node_name(sources[3]), "dense_2.weight");
        check_gradients(&c, y, sources, count);
        check_end(&c);
    }
}

static void test_refused(void **state) {
    (void)state;
    check c;
    check_begin(&c);
#define X check_input(&c, 0, 1, SYNGAN_SHAPE(2, 3))
    check_refused(&c, syngan_matmul(X, X, 0, 0), SYNGAN_E_SHAPE, "[2, 3]");
    check_refused(
        &c, syngan_matmul(X, check_input(&c, 0, 1, SYNGAN_SHAPE(3)), 0, 0),
        SYNGAN_E_SHAPE, "[3]");
    check_refused(&c,
                  syngan_matmul(check_input(&c, 0, 1, SYNGAN_SHAPE(2, 2, 3)),
                                check_input(&c, 0, 1, SYNGAN_SHAPE(3, 3, 2)), 0,
                                0),
                  SYNGAN_E_SHAPE, "[3, 3, 2]");
    check_refused(&c,
                  sg_node2(&sg_op_bias_add, X,
                           check_input(&c, 0, 1, SYNGAN_SHAPE(2)), NULL),
                  SYNGAN_E_SHAPE, "[2]");
    check_refused(&c, syngan_dense(X, NULL), SYNGAN_E_ARGUMENT, "units");
    check_refused(&c, syngan_dense(X, SYNGAN_DENSE(.units = -4)),
                  SYNGAN_E_ARGUMENT, "-4");
    check_refused(&c, syngan_dense(X, SYNGAN_DENSE(.units = INT64_MAX)),
                  SYNGAN_E_ARGUMENT, "units");
    check_refused(&c,
                  syngan_dense(check_input(&c, 0, 1, SYNGAN_SHAPE(2, 1000)),
                               SYNGAN_DENSE(.units = 1000000000000000)),
                  SYNGAN_E_SHAPE, "too many");
    check_refused(&c,
                  syngan_dense(X, SYNGAN_DENSE(.units = 2, .activation = 17)),
                  SYNGAN_E_ARGUMENT, "activation");
    check_refused(&c,
                  syngan_dense(check_input(&c, 0, 1, SYNGAN_SHAPE(2, 3, 1)),
                               SYNGAN_DENSE(.units = 2)),
                  SYNGAN_E_SHAPE, "[2, 3, 1]");
    assert_null(syngan_dense(NULL, NULL));
    check_end(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matmul),
        cmocka_unit_test(test_bias),
        cmocka_unit_test(test_dense),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
