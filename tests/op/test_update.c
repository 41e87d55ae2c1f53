/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Updates: what they make of their variables, over sizes with and without
 * incomplete vectors; schedules of the learning rate; and what is refused.
 */
#include "op/optimizer.h"

#include <math.h>
#include <syngan/layers.h>
#include <syngan/optimizer.h>
#include <syngan/program.h>

#include "op/ops.h"
#include "op/source.h"
#include "support/check.h"
#include "support/test.h"

static const int64_t sizes[] = {1, 2, 15, 16, 17, 67, 40009};
#define SIZES (sizeof sizes / sizeof sizes[0])

/* An i64 counter that stands at `value`. */
static syngan_node *counter(check *c, int64_t value) {
    const sg_dims number = {0};
    sg_variable *variable = sg_variable_make(c->context, "counter", &number);
    assert_non_null(variable);
    assert_ok(c->context, syngan_tensor_create(c->context, SYNGAN_TYPE_I64,
                                               NULL, 0, &variable->tensor));
    *(int64_t *)variable->tensor->data = value;
    syngan_node *node = sg_variable_node(c->graph, variable);
    sg_variable_release(variable);
    return node;
}

static syngan_node *parameter(check *c, double low, double high, int64_t size) {
    return check_parameter(c, low, high, &size, 1);
}

/* ---- plain changes ------------------------------------------------------- */

static void test_assign_and_average(void **state) {
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        check c;
        check_begin(&c);
        syngan_node *value = check_input(&c, -1, 1, &sizes[i], 1);
        syngan_node *decay = check_input(&c, 0.3, 0.4, NULL, 0);
        syngan_node *a = parameter(&c, -1, 1, sizes[i]);
        syngan_node *b = parameter(&c, -1, 1, sizes[i]);
        syngan_node *d = parameter(&c, -1, 1, sizes[i]);
        syngan_node *updates[] = {
            syngan_assign(a, syngan_tanh(value)),
            syngan_moving_average(b, value, 0.75),
            sg_node3(&sg_op_moving_average, d, value, decay, NULL)};
        check_updates(&c, updates, 3, 1e-6);
        check_end(&c);
    }
}

/* Readers of an update's value see the new one, others the old one. */
static void test_old_and_new(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *a = parameter(&c, 1, 2, 7), *b = parameter(&c, 1, 2, 7);
    syngan_node *d = parameter(&c, 1, 2, 7);
    syngan_node *doubled = syngan_assign(a, syngan_affine(a, 2, 0));
    syngan_node *updates[] = {doubled, syngan_assign(b, syngan_square(doubled)),
                              syngan_assign(d, syngan_square(a))};
    check_updates(&c, updates, 3, 1e-6);
    check_end(&c);
}

static void test_count(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *count =
        sg_node1(&sg_op_count, counter(&c, ((int64_t)1 << 40) + 5), NULL);
    check_updates(&c, &count, 1, 0);
    check_end(&c);
}

/* ---- learning rate ------------------------------------------------------- */

static double rate_at(check *c, const sg_learning_rate_fields *fields,
                      int64_t t) {
    syngan_node *number = counter(c, t);
    syngan_node *rate = sg_node1(&sg_op_learning_rate, number, fields);
    check_values(c, &rate, 1, 1e-6);
    return reference_value(c->reference, rate)[0];
}

static void test_schedules(void **state) {
    (void)state;
    for (int32_t schedule = SYNGAN_SCHEDULE_CONSTANT;
         schedule <= SYNGAN_SCHEDULE_STEP; schedule++)
        for (int64_t warmup = 0; warmup < 10; warmup += 5) {
            const sg_learning_rate_fields fields = {.rate = 0.5,
                                                    .final_rate = 0.125,
                                                    .steps = 8,
                                                    .warmup = warmup,
                                                    .schedule = schedule};
            check c;
            check_begin(&c);
            for (int64_t t = 1; t < 40; t += 3)
                (void)rate_at(&c, &fields, t);
            double first = rate_at(&c, &fields, 1);
            assert_true(fabs(first - (warmup == 0 ? 0.5 : 0.1)) < 1e-9);
            double end = rate_at(&c, &fields, 9 + warmup);
            bool constant = schedule == SYNGAN_SCHEDULE_CONSTANT;
            assert_true(fabs(end - (constant ? 0.5 : 0.125)) < 1e-9);
            check_end(&c);
        }
}

/* ---- optimizers ---------------------------------------------------------- */

static const sg_optimizer_fields variants[] = {
    {.beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-7, .rho = 0.9},
    {.beta1 = 0.5, .beta2 = 0.9, .epsilon = 1e-3, .momentum = 0.9, .rho = 0.5},
    {.beta1 = 0.9, .beta2 = 0.99, .epsilon = 1e-5, .rho = 0.9, .decay = 0.25},
    {.beta1 = 0.9, .beta2 = 0.99, .epsilon = 1e-5, .rho = 0.9, .clip = 0.375},
    {.beta1 = 0.9,
     .beta2 = 0.99,
     .epsilon = 1e-5,
     .rho = 0.9,
     .decay = 0.25,
     .decoupled = 1},
    {.epsilon = 1e-2, .momentum = 0.5, .decay = 0.1, .clip = 0.5},
};
#define VARIANTS (sizeof variants / sizeof variants[0])

typedef struct optimizer {
    const sg_op *op;
    int32_t moments;
    bool counts;
} optimizer;

static const optimizer optimizers[] = {
    {&sg_op_adam, 2, true}, {&sg_op_sgd, 1, false}, {&sg_op_rmsprop, 1, false}};

static void check_optimizer(const optimizer *o, const sg_optimizer_fields *f,
                            int64_t size, bool scaled) {
    check c;
    check_begin(&c);
    syngan_node *inputs[8], *updates[2];
    size_t count = 0, n_updates = 1;
    inputs[count++] = parameter(&c, -1, 1, size);
    inputs[count++] = parameter(&c, 0.1, 1, size);
    if (o->moments == 2) inputs[count++] = parameter(&c, 0.01, 1, size);
    if (o->counts) {
        updates[n_updates++] = sg_node1(&sg_op_count, counter(&c, 6), NULL);
        inputs[count++] = updates[1];
    }
    inputs[count++] = check_input(&c, 0.05, 0.1, NULL, 0);
    inputs[count++] = check_input(&c, -1, 1, &size, 1);
    if (scaled) inputs[count++] = check_input(&c, 0.5, 2, NULL, 0);
    updates[0] = sg_node(c.graph, o->op, inputs, count, f, NULL);
    check_updates(&c, updates, n_updates, 2e-6);
    check_end(&c);
}

static void test_optimizers(void **state) {
    (void)state;
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < VARIANTS; j++)
            for (size_t k = 0; k < SIZES; k++)
                check_optimizer(&optimizers[i], &variants[j], sizes[k],
                                k % 2 == 1);
}

/* ---- refused ------------------------------------------------------------- */

static void test_refused(void **state) {
    (void)state;
    check c;
    check_begin(&c);
#define P parameter(&c, 0, 1, 3)
#define X check_input(&c, 0, 1, SYNGAN_SHAPE(3))
    check_refused(&c, syngan_assign(X, X), SYNGAN_E_ARGUMENT, "parameter");
    check_refused(&c, syngan_assign(P, check_input(&c, 0, 1, SYNGAN_SHAPE(4))),
                  SYNGAN_E_SHAPE, "[4]");
    check_refused(&c, syngan_moving_average(P, X, 1.5), SYNGAN_E_ARGUMENT,
                  "1.5");
    check_refused(&c, syngan_moving_average(P, X, NAN), SYNGAN_E_ARGUMENT,
                  "nan");
    syngan_node *x = X;
    check_refused(&c, syngan_group(&x, 1), SYNGAN_E_ARGUMENT,
                  "changes nothing");
    check_refused(&c, sg_node1(&sg_op_count, P, NULL), SYNGAN_E_ARGUMENT,
                  "i64");
    const sg_learning_rate_fields rate = {.rate = 1};
    check_refused(&c, sg_node1(&sg_op_learning_rate, X, &rate), SYNGAN_E_TYPE,
                  "counter");
    syngan_node *few[] = {P, P, X};
    check_refused(&c, sg_node(c.graph, &sg_op_sgd, few, 3, NULL, NULL),
                  SYNGAN_E_ARGUMENT, "not 3");
    syngan_node *wrong[] = {P, X, check_input(&c, 0, 1, NULL, 0), X};
    check_refused(&c, sg_node(c.graph, &sg_op_sgd, wrong, 4, NULL, NULL),
                  SYNGAN_E_ARGUMENT, "no variable");
    syngan_node *shapes[] = {P, P, check_input(&c, 0, 1, NULL, 0),
                             check_input(&c, 0, 1, SYNGAN_SHAPE(4))};
    check_refused(&c, sg_node(c.graph, &sg_op_rmsprop, shapes, 4, NULL, NULL),
                  SYNGAN_E_SHAPE, "[4]");
    assert_null(syngan_assign(NULL, NULL));
    assert_null(syngan_moving_average(NULL, NULL, 0.5));
    assert_null(syngan_group(NULL, 0));
    check_end(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_assign_and_average),
        cmocka_unit_test(test_old_and_new),
        cmocka_unit_test(test_count),
        cmocka_unit_test(test_schedules),
        cmocka_unit_test(test_optimizers),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
