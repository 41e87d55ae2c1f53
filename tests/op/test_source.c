/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sources: inputs, parameters, constants, fills, random numbers; their names,
 * shapes and fans; and that each operator has a reference.
 */
#include <math.h>
#include <syngan/layers.h>
#include <syngan/program.h>

#include "op/ops.h"
#include "support/check.h"
#include "support/test.h"

static void test_fills(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *all[] = {
        syngan_scalar(c.graph, -1.25),
        syngan_fill(c.graph, 3.0, SYNGAN_SHAPE(1)),
        syngan_fill(c.graph, 0.0, SYNGAN_SHAPE(3, 5, 7)),
        syngan_fill(c.graph, NAN, SYNGAN_SHAPE(2)),
        syngan_fill(c.graph, 2.0, SYNGAN_SHAPE(0, 4)),
        syngan_fill(c.graph, 1.0, SYNGAN_SHAPE(200003)),
    };
    check_values(&c, all, 6, 0);
    check_end(&c);
}

static void test_random(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *all[] = {
        syngan_random_normal(c.graph, SYNGAN_SHAPE(64, 100)),
        syngan_random_uniform(c.graph, SYNGAN_SHAPE(7)),
        syngan_random_uniform(c.graph, NULL, 0),
        syngan_random_normal(c.graph, SYNGAN_SHAPE(0)),
        syngan_random_normal(c.graph, SYNGAN_SHAPE(64, 100)),
    };
    check_values(&c, all, 5, 0);
    /* Each node has numbers of its own. */
    assert_true(reference_value(c.reference, all[0])[0] !=
                reference_value(c.reference, all[4])[0]);
    check_end(&c);
}

static float first_element(check *c, syngan_program *program) {
    syngan_tensor *tensor;
    assert_ok(c->context, syngan_program_output(program, 0, &tensor));
    float value = *(float *)syngan_tensor_data(tensor);
    syngan_tensor_free(tensor);
    return value;
}

/* Numbers are a function of the seed, the step and the node. */
static void test_random_steps(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *node = syngan_random_uniform(c.graph, SYNGAN_SHAPE(33));
    syngan_program *program;
    assert_ok(c.context,
              syngan_program_create(&node, 1, NULL, 0,
                                    SYNGAN_PROGRAM(.seed = 99), &program));
    for (uint64_t step = 0; step < 3; step++) {
        assert_ok(c.context, syngan_program_run(program, step));
        reference_set_run(c.reference, 99, step);
        assert_true((double)first_element(&c, program) ==
                    reference_value(c.reference, node)[0]);
    }
    syngan_program_free(program);
    check_end(&c);
}

static void test_constant(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_tensor *tensor;
    assert_ok(c.context, syngan_tensor_create(c.context, SYNGAN_TYPE_F32,
                                              SYNGAN_SHAPE(2, 3), &tensor));
    float *data = syngan_tensor_data(tensor);
    data[4] = 2.5f;
    syngan_node *node = syngan_constant(c.graph, tensor);
    data[4] = 7.0f; /* it was copied */
    assert_true(reference_value(c.reference, node)[4] == 2.5);
    check_value(&c, node);
    syngan_tensor_free(tensor);
    assert_ok(c.context, syngan_tensor_create(c.context, SYNGAN_TYPE_I32, NULL,
                                              0, &tensor));
    check_refused(&c, syngan_constant(c.graph, tensor), SYNGAN_E_TYPE, "i32");
    syngan_tensor_free(tensor);
    syngan_context *other = test_context(1);
    assert_ok(other,
              syngan_tensor_create(other, SYNGAN_TYPE_F32, NULL, 0, &tensor));
    check_refused(&c, syngan_constant(c.graph, tensor), SYNGAN_E_ARGUMENT,
                  "another context");
    syngan_tensor_free(tensor);
    syngan_context_free(other);
    assert_null(syngan_constant(NULL, NULL));
    assert_null(syngan_constant(c.graph, NULL));
    check_end(&c);
}

static void test_input(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *x = check_input(&c, -1, 1, SYNGAN_SHAPE(3, 2));
    syngan_node *number = check_input(&c, -1, 1, NULL, 0);
    syngan_node *empty = check_input(&c, -1, 1, SYNGAN_SHAPE(0));
    check_values(&c, (syngan_node *[]){x, number, empty, x}, 4, 0);
    assert_string_equal(syngan_node_name(x), "source 1");
    check_refused(
        &c, syngan_input(c.graph, "source 1", SYNGAN_TYPE_F32, SYNGAN_SHAPE(1)),
        SYNGAN_E_ARGUMENT, "one of this name");
    check_refused(&c,
                  syngan_input(c.graph, NULL, SYNGAN_TYPE_F32, SYNGAN_SHAPE(1)),
                  SYNGAN_E_ARGUMENT, "name");
    check_refused(&c,
                  syngan_input(c.graph, "", SYNGAN_TYPE_F32, SYNGAN_SHAPE(1)),
                  SYNGAN_E_ARGUMENT, "name");
    check_refused(&c,
                  syngan_input(c.graph, "x", SYNGAN_TYPE_U8, SYNGAN_SHAPE(1)),
                  SYNGAN_E_TYPE, "u8");
    check_refused(&c, syngan_input(c.graph, "x", 77, SYNGAN_SHAPE(1)),
                  SYNGAN_E_TYPE, "f32 or i32");
    check_refused(&c, syngan_input(c.graph, "x", SYNGAN_TYPE_F32, NULL, 2),
                  SYNGAN_E_ARGUMENT, "NULL");
    check_refused(
        &c, syngan_input(c.graph, "x", SYNGAN_TYPE_F32, SYNGAN_SHAPE(2, -1)),
        SYNGAN_E_SHAPE, "-1");
    check_refused(&c,
                  syngan_input(c.graph, "x", SYNGAN_TYPE_F32, SYNGAN_SHAPE(-2)),
                  SYNGAN_E_SHAPE, "-2");
    check_refused(&c,
                  syngan_input(c.graph, "x", SYNGAN_TYPE_F32,
                               SYNGAN_SHAPE(1, 1, 1, 1, 1, 1, 1, 1, 1)),
                  SYNGAN_E_SHAPE, "9 dimensions");
    check_refused(
        &c,
        syngan_input(c.graph, "x", SYNGAN_TYPE_F32, SYNGAN_SHAPE(INT64_MAX, 2)),
        SYNGAN_E_SHAPE, "too many");
    assert_null(syngan_input(NULL, "x", SYNGAN_TYPE_F32, NULL, 0));
    check_end(&c);
}

static void check_fans(check *c, const char *name, const int64_t *dims,
                       size_t rank, int64_t in, int64_t out) {
    const syngan_node *node =
        syngan_parameter(c->graph, name, dims, rank, NULL);
    assert_int_equal(syngan_node_failed(node), 0);
    assert_int_equal(node->variable->fan_in, in);
    assert_int_equal(node->variable->fan_out, out);
    assert_int_equal(node->variable->initializer,
                     SYNGAN_INITIALIZER_GLOROT_UNIFORM);
    assert_true(node->variable->trainable);
    assert_null(node->variable->tensor);
}

static void test_parameter(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    check_fans(&c, "number", NULL, 0, 1, 1);
    check_fans(&c, "vector", SYNGAN_SHAPE(7), 7, 7);
    check_fans(&c, "dense", SYNGAN_SHAPE(5, 3), 3, 5);
    check_fans(&c, "conv2d", SYNGAN_SHAPE(64, 32, 4, 3), 32 * 12, 64 * 12);
    const syngan_node *node = syngan_parameter(
        c.graph, "given", SYNGAN_SHAPE(5, 3),
        SYNGAN_PARAMETER(.initializer = SYNGAN_INITIALIZER_NORMAL,
                         .scale = 2.0f, .fan_in = 11, .fan_out = 12,
                         .frozen = 1));
    assert_int_equal(node->variable->fan_in, 11);
    assert_int_equal(node->variable->fan_out, 12);
    assert_true(node->variable->scale == 2.0f);
    assert_false(node->variable->trainable);
    assert_string_equal(node->variable->name, "given");
    check_refused(&c, syngan_parameter(c.graph, "given", SYNGAN_SHAPE(1), NULL),
                  SYNGAN_E_ARGUMENT, "'given'");
    check_refused(&c,
                  syngan_parameter(c.graph, "w", SYNGAN_SHAPE(2),
                                   SYNGAN_PARAMETER(.initializer = 9)),
                  SYNGAN_E_ARGUMENT, "initializer");
    check_refused(
        &c, syngan_parameter(c.graph, "w", SYNGAN_SHAPE(SYNGAN_BATCH, 2), NULL),
        SYNGAN_E_SHAPE, "batch");
    check_refused(&c,
                  syngan_parameter(c.graph, "w",
                                   SYNGAN_SHAPE(1000000, 1000000, 1000000000),
                                   NULL),
                  SYNGAN_E_SHAPE, "too many");
    assert_null(syngan_parameter(NULL, "w", NULL, 0, NULL));
    check_end(&c);
}

/* A parameter of a graph whose model has not been made. */
static void test_no_value_yet(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *w = syngan_parameter(c.graph, "w", SYNGAN_SHAPE(2), NULL);
    syngan_program *program;
    assert_fails(c.context,
                 syngan_program_create(&w, 1, NULL, 0, NULL, &program),
                 SYNGAN_E_STATE, "'w'");
    assert_null(program);
    check_end(&c);
}

/* What models replace when they are applied has no value of its own. */
static bool depends_on_mode(const sg_op *op) {
    return op->apply != NULL;
}

static void test_every_operator_has_a_reference(void **state) {
    (void)state;
    for (size_t i = 0; sg_ops[i] != NULL; i++) {
        const sg_op *op = sg_ops[i];
        if ((op->flags & SG_OP_SOURCE) != 0 || depends_on_mode(op)) continue;
        if (reference_find(op) == NULL) fail_msg("no reference: %s", op->name);
        assert_ptr_equal(sg_op_find(op->name), op);
        assert_int_equal(op->version, 1);
    }
    assert_null(sg_op_find("none"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fills),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_random_steps),
        cmocka_unit_test(test_constant),
        cmocka_unit_test(test_input),
        cmocka_unit_test(test_parameter),
        cmocka_unit_test(test_no_value_yet),
        cmocka_unit_test(test_every_operator_has_a_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
