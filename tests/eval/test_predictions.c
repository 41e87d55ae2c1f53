/* SPDX-License-Identifier: Apache-2.0 */
/* What predictions are worth, counted by hand. */
#include <math.h>

#include "eval/measure.h"
#include "eval/utility.h"
#include "support/test.h"

enum { MOST = 12, CLASSES = 3 };

static double compute(const sg_measure *measure, const void *subject) {
    sg_result result = {.measure = measure, .value = NAN};
    assert_int_equal(measure->compute(subject, &result), SYNGAN_OK);
    return result.value;
}

/* Class 0 three times, of which two are told; class 1 twice, one told; class 2
 * does not occur, but is predicted once. */
static void classes(void **state) {
    (void)state;
    static const double target[] = {0, 0, 0, 1, 1};
    static const double out[] = {
        0.8, 0.1, 0.1, /* 0 */
        0.5, 0.3, 0.2, /* 0 */
        0.3, 0.6, 0.1, /* 1: wrong */
        0.2, 0.7, 0.1, /* 1 */
        0.1, 0.3, 0.6, /* 2: wrong */
    };
    double scratch[MOST];
    bool is_one[MOST];
    const sg_predictions p = {.context = test_context(1),
                              .classes = CLASSES,
                              .count = 5,
                              .target = target,
                              .out = out,
                              .scratch = scratch,
                              .is_one = is_one};
    assert_true(fabs(compute(&sg_measure_utility_accuracy, &p) - (3.0 / 5)) <
                1e-12);
    /* Class 0: 2 of 2 said, 2 of 3 found; class 1: 1 of 2 said, 1 of 2. */
    assert_true(fabs(compute(&sg_measure_utility_f1, &p) -
                     ((4.0 / 5 + 2.0 / 4) / 2)) < 1e-12);
    /* Class 0: .8 .5 .3 against .2 .1; class 1: .7 .3 against .1 .3 .6. */
    assert_true(fabs(compute(&sg_measure_utility_auc, &p) -
                     ((1.0 + 4.5 / 6) / 2)) < 1e-12);
    syngan_context_free(p.context);
}

static void numbers(void **state) {
    (void)state;
    static const double target[] = {1, 2, 3, 6};
    static const double out[] = {1, 3, 3, 4};
    static const double equal[] = {2, 2, 2, 2};
    sg_predictions p = {
        .context = test_context(1), .count = 4, .target = target, .out = out};
    /* Squares around the mean of 3: 4 + 1 + 0 + 9; what is left: 1 + 4. */
    assert_true(fabs(compute(&sg_measure_utility_r2, &p) - (1 - 5.0 / 14)) <
                1e-12);
    p.out = target;
    assert_true(compute(&sg_measure_utility_r2, &p) == 1);
    p.target = equal;
    assert_true(isnan(compute(&sg_measure_utility_r2, &p)));
    syngan_context_free(p.context);
}

static void gains(void **state) {
    (void)state;
    const sg_result auc = {.measure = &sg_measure_utility_auc, .value = 0.75};
    const sg_result r2 = {.measure = &sg_measure_utility_r2, .value = 0.75};
    const sg_result f1 = {.measure = &sg_measure_utility_f1, .value = 0.75};
    const sg_result none = {
        .measure = &sg_measure_utility_r2, .value = 0.75, .left_out = true};
    assert_true(sg_gain_of(&auc) == 0.25);
    assert_true(sg_gain_of(&r2) == 0.75);
    assert_true(isnan(sg_gain_of(&f1)));
    assert_true(isnan(sg_gain_of(&none)));
    sg_gains g = {.gain = {0.4, 0.3, 0.1}, .enough = true};
    assert_true(fabs(compute(&sg_measure_utility_ratio, &g) - 0.75) < 1e-12);
    assert_true(fabs(sg_ratio_of(&g, 2) - 0.25) < 1e-12);
    /* A real table that tells nothing has no ratio. */
    g.gain[0] = 0.02;
    assert_true(fabs(compute(&sg_measure_utility_ratio, &g) - 15) < 1e-9);
    g.gain[0] = 0.0199;
    assert_true(isnan(compute(&sg_measure_utility_ratio, &g)));
    g = (sg_gains){.gain = {0.4, 0.3, 0.1}};
    assert_true(isnan(compute(&sg_measure_utility_ratio, &g)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes),
        cmocka_unit_test(numbers),
        cmocka_unit_test(gains),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
