/* SPDX-License-Identifier: Apache-2.0 */
/* Areas under curves and quantiles against slow ones: ties, scores that are
 * none, classes without an example. */
#include "eval/scores.h"

#include <math.h>

#include "base/random.h"
#include "support/fault.h"
#include "support/test.h"

enum { MOST = 60 };

/* A score that is none is above all others, and ties with its like. */
static double slow_auc(const double *score, const bool *positive, int count) {
    double won = 0, pairs = 0;
    for (int i = 0; i < count; i++)
        for (int k = 0; k < count; k++) {
            if (!positive[i] || positive[k]) continue;
            double a = isnan(score[i]) ? (double)INFINITY : score[i];
            double b = isnan(score[k]) ? (double)INFINITY : score[k];
            won += a > b ? 1 : a == b ? 0.5 : 0;
            pairs++;
        }
    return pairs > 0 ? won / pairs : (double)NAN;
}

static void areas_count_pairs(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    for (uint64_t round = 0; round < 200; round++) {
        const sg_random random = {.seed = round, .stream = 3};
        double score[MOST];
        bool positive[MOST];
        int count = (int)sg_random_below(&random, 1000, MOST) + 1;
        for (int i = 0; i < count; i++) {
            uint64_t at = 3 * (uint64_t)i;
            score[i] = (double)sg_random_below(&random, at, 2 + round % 50);
            positive[i] = sg_random_below(&random, at + 1, 3) == 0;
            if (round % 4 == 1 && sg_random_below(&random, at + 2, 4) == 0)
                score[i] = NAN;
            if (round % 4 == 2) score[i] -= 10;
        }
        double area = sg_auc(context, score, positive, count);
        double wanted = slow_auc(score, positive, count);
        if (isnan(wanted))
            assert_true(isnan(area));
        else
            assert_true(fabs(area - wanted) < 1e-12);
    }
    syngan_context_free(context);
}

static syngan_status body(syngan_context *context, void *user) {
    (void)user;
    const double score[3] = {1, 2, 3};
    const bool positive[3] = {false, true, true};
    double area = sg_auc(context, score, positive, 3);
    if (area < 0) return sg_fail_memory(context, "an area", 0);
    assert_true(area == 1);
    return SYNGAN_OK;
}

static void areas_need_memory(void **state) {
    (void)state;
    assert_true(fault_sweep_memory(&(fault_sweep){.body = body}) > 0);
}

static void quantiles_lie_between_values(void **state) {
    (void)state;
    static const double values[] = {-1, 0, 2, 10};
    assert_true(isnan(sg_quantile(values, 0, 0.5)));
    assert_true(sg_quantile(values, 1, 0.3) == -1);
    assert_true(sg_quantile(values, 4, 0) == -1);
    assert_true(sg_quantile(values, 4, 1) == 10);
    assert_true(sg_quantile(values, 4, 0.5) == 1);
    assert_true(fabs(sg_quantile(values, 4, 0.9) - 7.6) < 1e-12);
    assert_true(fabs(sg_quantile(values, 3, 0.05) - -0.9) < 1e-12);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(areas_count_pairs),
        cmocka_unit_test(areas_need_memory),
        cmocka_unit_test(quantiles_lie_between_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
