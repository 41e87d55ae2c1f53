/* SPDX-License-Identifier: Apache-2.0 */
/* Boosted trees against a slow reference that tries every split, also every set
 * of categories, row by row. */
#include "eval/boost.h"

#include <math.h>

#include "base/random.h"
#include "support/fault.h"
#include "support/test.h"

#define COLUMNS 4
#define MOST 700

typedef struct data {
    int64_t rows;
    double value[COLUMNS][MOST], target[MOST];
    double out[MOST * SG_BOOST_CLASSES];
} data;
static const int32_t values[COLUMNS] = {0, 3, 7, 0};

static void read_column(const void *user, int32_t column, double *out) {
    const data *d = user;
    memcpy(out, d->value[column], (size_t)d->rows * sizeof *out);
}

static sg_boost_data of(const data *d) {
    return (sg_boost_data){d->rows, COLUMNS, values, read_column, d};
}

/* Two numbers, of which one has gaps, and two categories with gaps. */
static void fill(data *d, uint64_t seed, int64_t rows) {
    const sg_random random = {.seed = seed, .stream = 4};
    d->rows = rows;
    for (uint64_t i = 0; i < (uint64_t)rows; i++) {
        float z[4];
        sg_random_normal(&random, 4 * i, 4, z);
        d->value[0][i] = rint(10 * (double)z[0]);
        d->value[1][i] = (double)sg_random_below(&random, 90000 + i, 3);
        d->value[2][i] = (double)sg_random_below(&random, 80000 + i, 7);
        d->value[3][i] = (double)z[1];
        for (int c = 0; c < 3; c++)
            if (sg_random_below(&random, 1000 * (uint64_t)(c + 1) + i, 9) == 0)
                d->value[c][i] = NAN;
        d->target[i] = (isnan(d->value[0][i]) ? 1 : fabs(d->value[0][i]) / 10) +
                       (d->value[2][i] == 2 || d->value[2][i] == 5 ? 0.7 : 0) +
                       0.2 * (double)z[1] * (double)z[1] + 0.5 * (double)z[2];
    }
}

/* ---- the reference ------------------------------------------------------- */

typedef struct sums {
    double g, h;
} sums;

typedef struct reference {
    const data *d;
    const sg_boost_options *options;
    double g[MOST], h[MOST], score[MOST];
} reference;

static double worth(const reference *r, sums s) {
    return s.g * s.g / (s.h + r->options->penalty);
}

/* Whether a row goes left: by the threshold of a number, by the bit of a
 * category. */
static bool goes_left(const reference *r, int c, double at, bool missing,
                      int64_t row) {
    double x = r->d->value[c][row];
    if (isnan(x)) return missing;
    return values[c] == 0 ? x <= at : ((int)at >> (int)x) & 1;
}

static double gain_of(const reference *r, const bool *in, int c, double at,
                      bool missing) {
    sums left = {0, 0}, right = {0, 0}, all;
    for (int64_t i = 0; i < r->d->rows; i++) {
        if (!in[i]) continue;
        sums *to = goes_left(r, c, at, missing, i) ? &left : &right;
        to->g += r->g[i];
        to->h += r->h[i];
    }
    if (left.h < r->options->weight || right.h < r->options->weight) return 0;
    all = (sums){left.g + right.g, left.h + right.h};
    return worth(r, left) + worth(r, right) - worth(r, all);
}

static void grow(reference *r, const bool *in, int depth) {
    double best = 1e-6, at = 0;
    int column = -1;
    bool missing = false;
    for (int c = 0; c < COLUMNS && depth > 0; c++) {
        int64_t tries = values[c] == 0 ? r->d->rows : 1 << values[c];
        for (int64_t t = 0; t < tries; t++)
            for (int m = 0; m < 2; m++) {
                double x = values[c] == 0 ? r->d->value[c][t] : (double)t;
                if (isnan(x)) continue;
                double gain = gain_of(r, in, c, x, m);
                if (gain <= best * (1 + 1e-9)) continue;
                best = gain;
                column = c;
                at = x;
                missing = m;
            }
    }
    if (column >= 0) {
        bool half[MOST];
        for (int side = 0; side < 2; side++) {
            for (int64_t i = 0; i < r->d->rows; i++)
                half[i] = in[i] &&
                          goes_left(r, column, at, missing, i) == (side == 0);
            grow(r, half, depth - 1);
        }
        return;
    }
    sums all = {0, 0};
    for (int64_t i = 0; i < r->d->rows; i++)
        if (in[i]) {
            all.g += r->g[i];
            all.h += r->h[i];
        }
    for (int64_t i = 0; i < r->d->rows; i++)
        if (in[i])
            r->score[i] -=
                r->options->rate * all.g / (all.h + r->options->penalty);
}

/* Two classes, or a number. */
static void boost_slowly(reference *r, bool classes) {
    double sum = 0;
    bool all[MOST];
    for (int64_t i = 0; i < r->d->rows; i++) {
        sum += r->d->target[i];
        all[i] = true;
    }
    double rows = (double)r->d->rows, share = (sum + 1) / (rows + 2);
    for (int64_t i = 0; i < r->d->rows; i++)
        r->score[i] = classes ? log(share / (1 - share)) : sum / rows;
    for (int round = 0; round < r->options->rounds; round++) {
        for (int64_t i = 0; i < r->d->rows; i++) {
            double p = classes ? 1 / (1 + exp(-r->score[i])) : r->score[i];
            r->g[i] = p - r->d->target[i];
            r->h[i] = classes ? p * (1 - p) : 1;
        }
        grow(r, all, r->options->depth);
    }
}

/* ---- tests --------------------------------------------------------------- */

static void learn(syngan_context *context, data *d, int32_t classes,
                  const sg_boost_options *options, data *predicted) {
    sg_boost *boost = NULL;
    const sg_boost_data learnt = of(d), asked = of(predicted);
    assert_ok(context, sg_boost_fit(context, &learnt, d->target, classes,
                                    options, &boost));
    assert_ok(context, sg_boost_predict(boost, &asked, predicted->out));
    sg_boost_free(boost);
}

/* Without a penalty the order by means has the best of all sets in it. */
static void trees_are_those_of_the_reference(void **state) {
    (void)state;
    static const sg_boost_options options[] = {
        {.rounds = 4, .depth = 2, .rate = 0.5, .penalty = 0, .weight = 1},
        {.rounds = 2, .depth = 4, .rate = 0.3, .penalty = 0, .weight = 1}};
    for (size_t k = 0; k < 2; k++)
        for (uint64_t seed = 1; seed < 4; seed++) {
            syngan_context *context = test_context(1);
            data *d = calloc(1, sizeof *d);
            reference *r = calloc(1, sizeof *r);
            fill(d, seed, 180);
            r->d = d;
            r->options = &options[k];
            boost_slowly(r, false);
            learn(context, d, 0, &options[k], d);
            for (int64_t i = 0; i < d->rows; i++)
                assert_true(fabs(d->out[i] - r->score[i]) < 1e-9);
            free(d);
            free(r);
            syngan_context_free(context);
        }
}

/* With a penalty and the second derivatives of classes; no sets. Of seeds by
 * which no two splits are equally good. */
static void classes_are_those_of_the_reference(void **state) {
    (void)state;
    const sg_boost_options options = {
        .rounds = 5, .depth = 3, .rate = 0.3, .penalty = 1, .weight = 1};
    for (uint64_t seed = 3; seed < 7; seed++) {
        syngan_context *context = test_context(1);
        data *d = calloc(1, sizeof *d);
        reference *r = calloc(1, sizeof *r);
        fill(d, seed, 180);
        for (int64_t i = 0; i < d->rows; i++) {
            d->target[i] = d->target[i] > 1;
            d->value[2][i] = NAN;
        }
        r->d = d;
        r->options = &options;
        boost_slowly(r, true);
        learn(context, d, 2, &options, d);
        for (int64_t i = 0; i < d->rows; i++) {
            double p = 1 / (1 + exp(-r->score[i]));
            assert_true(fabs(d->out[2 * i + 1] - p) < 1e-9);
            assert_true(fabs(d->out[2 * i] - (1 - p)) < 1e-9);
        }
        free(d);
        free(r);
        syngan_context_free(context);
    }
}

/* Many values, several classes, rows not seen, on one and on two threads. */
static void predictions_do_not_depend_on_threads(void **state) {
    (void)state;
    data *d = calloc(1, sizeof *d), *other = calloc(1, sizeof *other);
    double first[MOST * 3];
    fill(d, 7, 700);
    fill(other, 8, 600);
    for (int64_t i = 0; i < d->rows; i++)
        d->target[i] = d->target[i] < 0.7 ? 0 : d->target[i] < 1.3 ? 1 : 2;
    for (int32_t threads = 1; threads <= 2; threads++) {
        syngan_context *context = test_context(threads);
        learn(context, d, 3, &sg_boost_defaults, other);
        if (threads == 1)
            memcpy(first, other->out, sizeof first);
        else
            assert_memory_equal(first, other->out,
                                (size_t)other->rows * 3 * sizeof *first);
        for (int64_t i = 0; i < other->rows; i++)
            assert_true(fabs(other->out[3 * i] + other->out[3 * i + 1] +
                             other->out[3 * i + 2] - 1) < 1e-9);
        syngan_context_free(context);
    }
    free(d);
    free(other);
}

/* A category of 600 values, most of them in no row, of which even ones are
 * likelier; those of the last hundred are not seen while learning. */
static void read_codes(const void *user, int32_t column, double *out) {
    const int64_t *shift = user;
    (void)column;
    for (int i = 0; i < MOST; i++)
        out[i] = (double)((*shift + i * i % 400) % 600);
}

static void many_categories_share_bins(void **state) {
    (void)state;
    static const int32_t many[] = {600};
    static double target[MOST], out[2 * MOST];
    syngan_context *context = test_context(2);
    const int64_t shifts[] = {0, 500};
    const sg_boost_data seen = {MOST, 1, many, read_codes, &shifts[0]};
    const sg_boost_data unseen = {MOST, 1, many, read_codes, &shifts[1]};
    sg_boost *boost = NULL;
    double right = 0;
    for (int i = 0; i < MOST; i++)
        target[i] = i % 2 == 0;
    assert_ok(context, sg_boost_fit(context, &seen, target, 2,
                                    &sg_boost_defaults, &boost));
    assert_ok(context, sg_boost_predict(boost, &seen, out));
    for (int i = 0; i < MOST; i++)
        right += (out[2 * i + 1] > 0.5) == (target[i] == 1);
    assert_true(right > 0.9 * MOST);
    assert_ok(context, sg_boost_predict(boost, &unseen, out));
    for (int i = 0; i < 2 * MOST; i++)
        assert_true(out[i] > 0 && out[i] < 1);
    sg_boost_free(boost);
    syngan_context_free(context);
}

static syngan_status whole(syngan_context *context, void *user) {
    data *d = user;
    const sg_boost_data learnt = of(d);
    const sg_boost_options options = {
        .rounds = 2, .depth = 3, .rate = 0.3, .penalty = 1, .weight = 1};
    sg_boost *boost = NULL;
    syngan_status status =
        sg_boost_fit(context, &learnt, d->target, 0, &options, &boost);
    if (status == SYNGAN_OK) status = sg_boost_predict(boost, &learnt, d->out);
    sg_boost_free(boost);
    return status;
}

static void out_of_memory_is_a_status(void **state) {
    (void)state;
    data *d = calloc(1, sizeof *d);
    fill(d, 3, 60);
    fault_sweep_memory(&(fault_sweep){.body = whole, .user = d});
    free(d);
}

static void a_cancel_ends_it(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    data *d = calloc(1, sizeof *d);
    fill(d, 3, 600);
    syngan_context_cancel(context);
    assert_fails(context, whole(context, d), SYNGAN_E_CANCELLED, "cancelled");
    free(d);
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trees_are_those_of_the_reference),
        cmocka_unit_test(classes_are_those_of_the_reference),
        cmocka_unit_test(predictions_do_not_depend_on_threads),
        cmocka_unit_test(many_categories_share_bins),
        cmocka_unit_test(out_of_memory_is_a_status),
        cmocka_unit_test(a_cancel_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
