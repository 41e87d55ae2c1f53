/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Losses: values, gradients, extreme logits, and the gradient penalty, whose
 * gradient is a gradient of a gradient.
 */
#include <math.h>
#include <syngan/layers.h>
#include <syngan/losses.h>

#include "support/check.h"
#include "support/test.h"

static void test_binary_cross_entropy(void **state) {
    (void)state;
    static const double targets[] = {0, 1, 0.9};
    for (int i = 0; i < 3; i++) {
        check c;
        check_begin(&c);
        syngan_node *z = check_input(&c, -4, 4, SYNGAN_SHAPE(7, 1));
        syngan_node *loss = syngan_binary_cross_entropy(z, targets[i]);
        check_gradients(&c, loss, &z, 1);
        double want = 0;
        for (int k = 0; k < 7; k++) {
            double p = 1 / (1 + exp(-reference_value(c.reference, z)[k]));
            want -= targets[i] * log(p) + (1 - targets[i]) * log(1 - p);
        }
        double have = reference_value(c.reference, loss)[0];
        assert_true(fabs(have - want / 7) < 1e-6);
        check_end(&c);
    }
}

static void test_extreme_logits(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *z = check_input(&c, 0, 1, SYNGAN_SHAPE(4));
    reference_set(c.reference, z, (const float[]){-1000, 1000, 0, -50});
    check_value(&c, syngan_binary_cross_entropy(z, 1));
    check_value(&c, syngan_binary_cross_entropy(z, 0));
    check_end(&c);
}

static void test_accuracy(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *z = check_input(&c, 0, 1, SYNGAN_SHAPE(5, 1));
    reference_set(c.reference, z, (const float[]){-1, 2, 0, 3, -1e-20f});
    syngan_node *real = syngan_binary_accuracy(z, 1);
    syngan_node *fake = syngan_binary_accuracy(z, 0);
    check_values(&c, (syngan_node *[]){real, fake}, 2, CHECK_FORWARD);
    assert_true(fabs(reference_value(c.reference, real)[0] - 0.4) < 1e-6);
    assert_true(fabs(reference_value(c.reference, fake)[0] - 0.6) < 1e-6);
    check_end(&c);
}

static void test_softmax_cross_entropy(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *sources[] = {check_input(&c, -3, 3, SYNGAN_SHAPE(3, 5)),
                              check_input(&c, 0, 1, SYNGAN_SHAPE(3, 5))};
    check_gradients(&c, syngan_softmax_cross_entropy(sources[0], sources[1]),
                    sources, 2);
    check_end(&c);
}

/* Against a tensor; with a target of one number it is the other builder. */
static void test_against_tensors(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    for (int64_t n = 1; n <= 13; n += 6) {
        syngan_node *sources[] = {
            check_input(&c, -2, 2, SYNGAN_SHAPE(n, 3)),
            check_input(&c, -2, 2, SYNGAN_SHAPE(n, 3)),
        };
        syngan_node *same = syngan_fill(c.graph, 0.7, SYNGAN_SHAPE(n, 3));
        check_gradients(&c,
                        syngan_sigmoid_cross_entropy(sources[0], sources[1]),
                        sources, 2);
        check_gradients(&c, syngan_mean_absolute_error(sources[0], sources[1]),
                        sources, 2);
        double one = reference_value(
            c.reference, syngan_sigmoid_cross_entropy(sources[0], same))[0];
        double other = reference_value(
            c.reference, syngan_binary_cross_entropy(sources[0], 0.7))[0];
        assert_true(fabs(one - other) < 1e-6);
        double sum = 0;
        for (int i = 0; i < n * 3; i++)
            sum += fabs(reference_value(c.reference, sources[0])[i] -
                        reference_value(c.reference, sources[1])[i]);
        double mean = reference_value(
            c.reference, syngan_mean_absolute_error(sources[0], sources[1]))[0];
        assert_true(fabs(mean - sum / (double)(3 * n)) < 1e-9);
    }
#define PAIR                                                                   \
    check_input(&c, -2, 2, SYNGAN_SHAPE(5, 1)),                                \
        check_input(&c, -2, 2, SYNGAN_SHAPE(5))
    check_refused(&c, syngan_sigmoid_cross_entropy(PAIR), SYNGAN_E_SHAPE,
                  "one shape");
    check_refused(&c, syngan_mean_absolute_error(PAIR), SYNGAN_E_SHAPE, "[5]");
#undef PAIR
    assert_null(syngan_sigmoid_cross_entropy(NULL, NULL));
    assert_null(syngan_mean_absolute_error(NULL, NULL));
    check_end(&c);
}

static void test_mean_squared_error(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *sources[] = {check_input(&c, -3, 3, SYNGAN_SHAPE(3, 2, 5)),
                              check_input(&c, 0, 1, SYNGAN_SHAPE(3, 2, 5))};
    check_gradients(&c, syngan_mean_squared_error(sources[0], sources[1]),
                    sources, 2);
    check_end(&c);
}

/* By the parameters of a small discriminator. */
static void check_penalty(double target) {
    check c;
    check_begin(&c);
    syngan_node *sources[CHECK_SOURCES_MAX];
    syngan_node *x = check_input(&c, -1, 1, SYNGAN_SHAPE(3, 1, 6, 6));
    syngan_node *y =
        syngan_conv2d(x, SYNGAN_CONV2D(.filters = 2, .kernel = 4, .stride = 2,
                                       .activation = SYNGAN_ACTIVATION_TANH));
    y = syngan_leaky_relu(
        syngan_conv2d(y, SYNGAN_CONV2D(.filters = 3, .kernel = 3)), 0.2);
    y = syngan_dense(syngan_flatten(y), SYNGAN_DENSE(.units = 1));
    syngan_node *penalty = syngan_gradient_penalty(y, x, target);
    size_t count = check_sources(&c, -0.5, 0.5, sources);
    assert_int_equal(count, 7);
    check_gradients(&c, penalty, sources, count);
    check_end(&c);
}

static void test_gradient_penalty(void **state) {
    (void)state;
    check_penalty(1.0);
    check_penalty(0.0);
}

/* Where nothing depends on x the norm is 0, and the slope still finite. */
static void test_penalty_at_zero(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    syngan_node *x = check_input(&c, -1, 1, SYNGAN_SHAPE(2, 3));
    syngan_node *w = check_input(&c, 0, 1, SYNGAN_SHAPE(1, 3)), *gradient;
    reference_set(c.reference, w, (const float[]){0, 0, 0});
    syngan_node *score = syngan_matmul(x, w, 0, 1);
    syngan_node *penalty = syngan_gradient_penalty(score, x, 1.0);
    assert_ok(c.context, syngan_gradient(penalty, &w, 1, &gradient));
    check_values(&c, (syngan_node *[]){penalty, gradient}, 2, CHECK_FORWARD);
    assert_true(fabs(reference_value(c.reference, penalty)[0] - 1) < 1e-5);
    for (int i = 0; i < 3; i++)
        assert_true(isfinite(reference_value(c.reference, gradient)[i]));
    check_end(&c);
}

static void test_refused(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    assert_null(syngan_binary_cross_entropy(NULL, 1));
    assert_null(syngan_binary_accuracy(NULL, 1));
    assert_null(syngan_softmax_cross_entropy(NULL, NULL));
    assert_null(syngan_mean_squared_error(NULL, NULL));
    assert_null(syngan_gradient_penalty(NULL, NULL, 1));
    syngan_node *number = check_input(&c, 0, 1, NULL, 0);
    check_refused(&c, syngan_gradient_penalty(syngan_square(number), number, 1),
                  SYNGAN_E_SHAPE, "batch");
    syngan_node *open = syngan_input(c.graph, "open", SYNGAN_TYPE_F32,
                                     SYNGAN_SHAPE(SYNGAN_BATCH, 3));
    check_refused(&c, syngan_gradient_penalty(syngan_square(open), open, 1),
                  SYNGAN_E_SHAPE, "not fixed");
    syngan_node *a = check_input(&c, 0, 1, SYNGAN_SHAPE(2, 3));
    syngan_node *b = check_input(&c, 0, 1, SYNGAN_SHAPE(2, 4));
    check_refused(&c, syngan_mean_squared_error(a, b), SYNGAN_E_SHAPE,
                  "[2, 4]");
    check_end(&c);
}

/* Messages name the loss and what it was given, not the nodes between. */
static void test_refused_by_name(void **state) {
    (void)state;
    check c;
    check_begin(&c);
    static const int64_t none[] = {0, 3};
    syngan_node *e = syngan_input(c.graph, "e", SYNGAN_TYPE_F32, none, 2);
#define REFUSED(build, status, part)                                           \
    do {                                                                       \
        check_refused(&c, build, status, part);                                \
        e = syngan_input(c.graph, "e", SYNGAN_TYPE_F32, none, 2);              \
    } while (0)
    REFUSED(syngan_binary_cross_entropy(e, 1), SYNGAN_E_SHAPE,
            "binary_cross_entropy of 'e': there is nothing to average");
    REFUSED(syngan_binary_accuracy(e, 1), SYNGAN_E_SHAPE, "accuracy of 'e'");
    REFUSED(syngan_softmax_cross_entropy(e, e), SYNGAN_E_SHAPE,
            "softmax_cross_entropy of 'e'");
    REFUSED(syngan_mean_squared_error(e, e), SYNGAN_E_SHAPE,
            "mean_squared_error of 'e'");
    REFUSED(syngan_gradient_penalty(syngan_sum(e, NULL, 0, 0), e, 1),
            SYNGAN_E_SHAPE, "gradient_penalty of 'e'");
    REFUSED(syngan_binary_cross_entropy(e, 1e39), SYNGAN_E_ARGUMENT,
            "binary_cross_entropy of 'e': the target is 1e+39");
    REFUSED(syngan_gradient_penalty(syngan_sum(e, NULL, 0, 0), e, (double)NAN),
            SYNGAN_E_ARGUMENT, "gradient_penalty of 'e': the target is nan");
    check_end(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_binary_cross_entropy),
        cmocka_unit_test(test_extreme_logits),
        cmocka_unit_test(test_accuracy),
        cmocka_unit_test(test_softmax_cross_entropy),
        cmocka_unit_test(test_against_tensors),
        cmocka_unit_test(test_mean_squared_error),
        cmocka_unit_test(test_gradient_penalty),
        cmocka_unit_test(test_penalty_at_zero),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
