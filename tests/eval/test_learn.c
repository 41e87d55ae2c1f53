/* SPDX-License-Identifier: Apache-2.0 */
/* Learners on made-up tables whose answers are known. */
#include "eval/learn.h"

#include <math.h>

#include "base/random.h"
#include "support/test.h"

#define ROWS 3000
#define TRAIN 2000

typedef struct data {
    syngan_context *context;
    syngan_table *table;
    syngan_report *report;
    sg_match match;
    double a[ROWS], b[ROWS];
    const char *kind[ROWS];
    int32_t kind_number[ROWS];
    double target[ROWS];
    uint8_t side[ROWS];
    int64_t row[ROWS];
    sg_examples train, test;
    double out[ROWS * SG_MOST_CLASSES];
} data;

/* a and b uniform in [-1, 1), one in ten a missing; kind one of six. */
static data *begin(void) {
    static const char *const names[] = {"p", "q", "r", "s", "t", "u"};
    const sg_random random = {.seed = 8, .stream = 3};
    data *d = calloc(1, sizeof *d);
    d->context = test_context(2);
    for (uint64_t i = 0; i < ROWS; i++) {
        float u[2];
        sg_random_uniform(&random, 4 * i, 2, u);
        d->a[i] = sg_random_below(&random, 5 * ROWS + i, 10) == 0
                      ? NAN
                      : 2 * (double)u[0] - 1;
        d->b[i] = 2 * (double)u[1] - 1;
        d->kind_number[i] = (int32_t)sg_random_below(&random, 9 * ROWS + i, 6);
        d->kind[i] = names[d->kind_number[i]];
        d->row[i] = (int64_t)i;
    }
    assert_ok(d->context, syngan_table_create(d->context, ROWS, &d->table));
    assert_ok(d->context, syngan_table_add_reals(d->table, "a", d->a));
    assert_ok(d->context, syngan_table_add_reals(d->table, "b", d->b));
    assert_ok(d->context,
              syngan_table_add_texts(d->table, "kind", SYNGAN_COLUMN_CATEGORY,
                                     d->kind));
    assert_ok(d->context, sg_report_make(d->context, sg_measures, &d->report));
    assert_ok(
        d->context,
        sg_match_make((const syngan_table *const[SG_SIDES]){d->table, d->table},
                      -1, d->report, &d->match));
    d->train = (sg_examples){&d->match, -1, TRAIN, d->side, d->row};
    d->test = (sg_examples){&d->match, -1, ROWS - TRAIN, d->side + TRAIN,
                            d->row + TRAIN};
    return d;
}

static void end(data *d) {
    sg_match_end(&d->match);
    syngan_report_free(d->report);
    syngan_table_free(d->table);
    syngan_context_free(d->context);
    free(d);
}

static double accuracy(data *d, sg_learner *learn, int32_t classes) {
    assert_ok(d->context,
              learn(&d->train, d->target, classes, &d->test, d->out));
    double right = 0;
    for (int64_t i = 0; i < d->test.count; i++) {
        const double *share = d->out + i * classes;
        int32_t best = 0;
        double sum = 0;
        for (int32_t k = 0; k < classes; k++) {
            sum += share[k];
            if (share[k] > share[best]) best = k;
        }
        assert_true(fabs(sum - 1) < 1e-9);
        right += best == (int32_t)d->target[TRAIN + i];
    }
    return right / (double)d->test.count;
}

/* Which of the quadrants: only together do a and b tell. */
static void trees_learn_what_lines_can_not(void **state) {
    (void)state;
    data *d = begin();
    for (int i = 0; i < ROWS; i++)
        d->target[i] = isnan(d->a[i]) ? 1 : (d->a[i] > 0) != (d->b[i] > 0);
    assert_true(accuracy(d, sg_learn_trees, 2) > 0.97);
    assert_true(accuracy(d, sg_learn_logistic, 2) < 0.65);
    end(d);
}

static void both_learn_lines_and_categories(void **state) {
    (void)state;
    data *d = begin();
    for (int i = 0; i < ROWS; i++)
        d->target[i] = d->b[i] + (d->kind_number[i] % 2 ? 0.6 : -0.6) > 0;
    assert_true(accuracy(d, sg_learn_trees, 2) > 0.97);
    assert_true(accuracy(d, sg_learn_logistic, 2) > 0.97);
    for (int i = 0; i < ROWS; i++)
        d->target[i] = d->kind_number[i] / 2;
    assert_true(accuracy(d, sg_learn_trees, 3) == 1);
    assert_true(accuracy(d, sg_learn_logistic, 3) == 1);
    end(d);
}

static void trees_learn_numbers(void **state) {
    (void)state;
    data *d = begin();
    double left = 0, total = 0;
    for (int i = 0; i < ROWS; i++)
        d->target[i] = d->b[i] * d->b[i] + d->kind_number[i] * 0.3 +
                       (isnan(d->a[i]) ? 1 : 0);
    assert_ok(d->context,
              sg_learn_trees(&d->train, d->target, 0, &d->test, d->out));
    for (int64_t i = 0; i < d->test.count; i++) {
        double e = d->target[TRAIN + i] - d->out[i];
        double m = d->target[TRAIN + i] - 1.18;
        left += e * e;
        total += m * m;
    }
    assert_true(left < 0.01 * total);
    end(d);
}

/* The gradient of the penalised loss is zero: sum (p - y) x = - w, seen in the
 * weight that no penalty has, by which predictions have the right mean. */
static void logistic_regression_is_at_its_optimum(void **state) {
    (void)state;
    data *d = begin();
    const sg_random random = {.seed = 1, .stream = 9};
    double predicted = 0, is = 0;
    for (uint64_t i = 0; i < ROWS; i++)
        d->target[i] =
            (double)sg_random_below(&random, i, 1000) / 500 - 1 < d->b[i];
    assert_ok(d->context,
              sg_learn_logistic(&d->train, d->target, 2, &d->train, d->out));
    for (int i = 0; i < TRAIN; i++) {
        predicted += d->out[2 * i + 1];
        is += d->target[i];
    }
    assert_true(fabs(predicted - is) < 1e-2);
    end(d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trees_learn_what_lines_can_not),
        cmocka_unit_test(both_learn_lines_and_categories),
        cmocka_unit_test(trees_learn_numbers),
        cmocka_unit_test(logistic_regression_is_at_its_optimum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
