/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Utility: what a model that learnt the target from the synthetic table is
 * worth on real rows, against one that learnt it from the real table ("train on
 * synthetic, test on real": Esteban and others 2017).
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "eval/evaluation.h"
#include "eval/utility.h"

#define LEAST_ROWS 10

enum { TRAIN_REAL, TRAIN_SYNTHETIC, TRAIN_INDEPENDENT, TEST, SETS };
static const char *const set_names[] = {"real", "synthetic", "independent"};

typedef struct set {
    int64_t count;
    int64_t *row;
    uint8_t *side;
    double *target;
} set;

typedef struct work {
    sg_evaluation *evaluation;
    const sg_matched *column;
    int32_t classes;
    int32_t code[SG_MOST_CLASSES]; /* of a class */
    double value[2]; /* of the classes of a number that has only two values */
    double unit;     /* of a number: a power of two */
    set set[SETS];
    double *out, *scratch;
    bool *is_one;
    sg_result *results;
    sg_gains gains;
} work;

/* ---- examples ----------------------------------------------------------- */

/* Integers that have two values in the real table are classes. */
static void choose_two_classes(work *all) {
    const double *value = all->column->value[SG_REAL];
    if (!sg_column_types[all->column->type]->is_count) return;
    for (int64_t i = 0; i < all->evaluation->match.rows[SG_REAL]; i++) {
        int32_t k = 0;
        if (isnan(value[i])) continue;
        while (k < all->classes && all->value[k] != value[i])
            k++;
        if (k == 2) {
            all->classes = 0;
            return;
        }
        all->value[k] = value[i];
        if (k == all->classes) all->classes++;
    }
    if (all->classes < 2) all->classes = 0;
}

/* The most frequent values of the real table. */
static syngan_status choose_classes(work *all) {
    const sg_match *match = &all->evaluation->match;
    const sg_matched *column = all->column;
    if (column->number) {
        choose_two_classes(all);
        return SYNGAN_OK;
    }
    int32_t values = column->words->count, left = 0;
    int64_t *count =
        sg_alloc_zero(match->context, (size_t)values + 1, sizeof *count);
    if (count == NULL)
        return sg_fail_memory(match->context, "counts", (size_t)values * 8);
    for (int64_t i = 0; i < match->rows[SG_REAL]; i++)
        if (column->code[SG_REAL][i] >= 0) count[column->code[SG_REAL][i]]++;
    for (int32_t k = 0; k < values; k++)
        left += count[k] > 0;
    for (; all->classes < SG_MOST_CLASSES && left > 0; left--) {
        int32_t best = 0;
        for (int32_t k = 1; k < values; k++)
            if (count[k] > count[best]) best = k;
        all->code[all->classes++] = best;
        count[best] = 0;
    }
    sg_free(match->context, count);
    if (left > 0)
        sg_report_note(all->evaluation->report,
                       "Utility: of the target's values the %d most frequent "
                       "ones are looked at",
                       SG_MOST_CLASSES);
    return SYNGAN_OK;
}

/* The target of a row: a number or a class; NaN if it has none. */
static double target_of(const work *all, int side, int64_t row) {
    bool number = all->column->number;
    if (number && all->classes == 0)
        return all->column->value[side][row] / all->unit;
    for (int32_t k = 0; k < all->classes; k++)
        if (number ? all->column->value[side][row] == all->value[k]
                   : all->column->code[side][row] == all->code[k])
            return k;
    return NAN;
}

/* Numbers so large that sums of their squares overflow are brought down by a
 * power of two, of which R2 knows nothing. */
static void choose_unit(work *all) {
    const sg_match *match = &all->evaluation->match;
    double most = 0;
    all->unit = 1;
    for (int side = 0; side < SG_SIDES && all->column->number; side++)
        for (int64_t i = 0; i < match->rows[side]; i++)
            most = fmax(most, fabs(all->column->value[side][i]));
    if (most > 1e100) all->unit = exp2(floor(log2(most)));
}

/* Takes over `rows`, and leaves those out that have no target. */
static syngan_status fill_set(work *all, int which, int side, int64_t *rows,
                              int64_t count) {
    syngan_context *context = all->evaluation->context;
    set *to = &all->set[which];
    to->row = rows;
    to->side = sg_alloc(context, (size_t)count);
    to->target = sg_alloc(context, (size_t)count * sizeof *to->target);
    if (to->side == NULL || to->target == NULL)
        return sg_fail_memory(context, "examples",
                              (size_t)count * sizeof *to->target);
    for (int64_t i = 0; i < count; i++) {
        double target = target_of(all, side, rows[i]);
        if (!isfinite(target)) continue;
        to->row[to->count] = rows[i];
        to->side[to->count] = (uint8_t)side;
        to->target[to->count++] = target;
    }
    return SYNGAN_OK;
}

/* Without a hold-out, a fifth of the real rows is kept for testing. */
static syngan_status divide_real(work *all, int64_t *rows, int64_t count) {
    syngan_context *context = all->evaluation->context;
    int64_t wanted = (count + 4) / 5, tests = 0, trains = 0;
    int64_t *test = sg_sample_rows(context, "utility test",
                                   all->evaluation->seed, count, wanted);
    if (test == NULL) {
        all->set[TRAIN_REAL].row = rows;
        return sg_fail_memory(context, "a sample", (size_t)wanted * 8);
    }
    for (int64_t i = 0; i < count; i++) {
        if (tests < wanted && test[tests] == i)
            test[tests++] = rows[i];
        else
            rows[trains++] = rows[i];
    }
    sg_report_note(all->evaluation->report,
                   "Utility without a hold-out is measured on a fifth of the "
                   "real rows, which the synthetic table may know");
    syngan_status status = fill_set(all, TEST, SG_REAL, test, tests);
    if (status == SYNGAN_OK)
        return fill_set(all, TRAIN_REAL, SG_REAL, rows, trains);
    all->set[TRAIN_REAL].row = rows;
    return status;
}

static syngan_status make_sets(work *all) {
    sg_evaluation *evaluation = all->evaluation;
    double most = SG_LEARNING_WORK / (double)evaluation->match.count;
    int64_t *rows, count;
    SG_TRY(choose_classes(all));
    choose_unit(all);
    SG_TRY(sg_evaluation_rows(evaluation, SG_REAL, "Utility", most, &rows,
                              &count));
    if (evaluation->match.rows[SG_HOLDOUT] == 0) {
        SG_TRY(divide_real(all, rows, count));
    } else {
        SG_TRY(fill_set(all, TRAIN_REAL, SG_REAL, rows, count));
        SG_TRY(sg_evaluation_rows(evaluation, SG_HOLDOUT, "Utility", most,
                                  &rows, &count));
        SG_TRY(fill_set(all, TEST, SG_HOLDOUT, rows, count));
    }
    SG_TRY(sg_evaluation_rows(evaluation, SG_SYNTHETIC, "Utility", most, &rows,
                              &count));
    SG_TRY(fill_set(all, TRAIN_SYNTHETIC, SG_SYNTHETIC, rows, count));
    SG_TRY(sg_evaluation_rows(evaluation, SG_INDEPENDENT, "Utility", most,
                              &rows, &count));
    return fill_set(all, TRAIN_INDEPENDENT, SG_INDEPENDENT, rows, count);
}

/* ---- judging ------------------------------------------------------------ */

static syngan_status judge(work *all, size_t learner, int which) {
    const sg_match *match = &all->evaluation->match;
    const set *train = &all->set[which], *test = &all->set[TEST];
    int64_t without = all->evaluation->target;
    const sg_examples learnt = {match, without, train->count, train->side,
                                train->row};
    const sg_examples tested = {match, without, test->count, test->side,
                                test->row};
    const sg_predictions predictions = {
        match->context, all->classes, test->count, test->target,
        all->out,       all->scratch, all->is_one};
    const char *const names[] = {sg_learners[learner].name, set_names[which]};
    int variant = all->classes == 0 ? SG_NUMBERS : SG_CLASSES;
    SG_TRY(sg_learners[learner].learn(&learnt, train->target, all->classes,
                                      &tested, all->out));
    SG_TRY(sg_measures_compute(all->evaluation->report->measures, SG_OF_MODEL,
                               variant, &predictions, all->results));
    sg_report_add_results(all->evaluation->report, SG_OF_MODEL, variant,
                          all->results, names);
    size_t count =
        learner == SG_TREES
            ? sg_measures_count(all->evaluation->report->measures, SG_OF_MODEL)
            : 0;
    for (size_t i = 0; i < count; i++) {
        double gain = sg_gain_of(&all->results[i]);
        if (!isnan(gain)) all->gains.gain[which] = gain;
    }
    return all->evaluation->report->status;
}

static syngan_status judge_all(work *all) {
    size_t n = (size_t)all->set[TEST].count;
    size_t classes = all->classes == 0 ? 1 : (size_t)all->classes;
    syngan_context *context = all->evaluation->context;
    all->out = sg_alloc(context, n * classes * sizeof *all->out);
    all->scratch = sg_alloc(context, n * sizeof *all->scratch);
    all->is_one = sg_alloc(context, n * sizeof *all->is_one);
    all->results = sg_alloc_zero(
        context,
        sg_measures_count(all->evaluation->report->measures, SG_OF_MODEL),
        sizeof *all->results);
    if (all->results == NULL || all->out == NULL || all->scratch == NULL ||
        all->is_one == NULL)
        return sg_fail_memory(context, "predictions", n * sizeof *all->out);
    for (int which = 0; which < TEST; which++) {
        for (size_t k = 0; k < SG_LEARNERS; k++)
            if (all->classes > 0 || !sg_learners[k].classes_only)
                SG_TRY(judge(all, k, which));
        SG_TRY(
            sg_evaluation_step(all->evaluation, "utility", 0.3 * (which + 1)));
    }
    return SYNGAN_OK;
}

syngan_status sg_evaluate_utility(sg_evaluation *evaluation) {
    if (evaluation->target < 0 || evaluation->match.count < 2) return SYNGAN_OK;
    work all = {.evaluation = evaluation, .gains = {.gain = {NAN, NAN, NAN}}};
    all.column = &evaluation->match.column[evaluation->target];
    syngan_status status = make_sets(&all);
    all.gains.enough = all.column->number || all.classes > 1;
    for (int which = 0; which < SETS; which++)
        all.gains.enough =
            all.gains.enough && all.set[which].count >= LEAST_ROWS;
    if (status == SYNGAN_OK && all.gains.enough) status = judge_all(&all);
    if (status == SYNGAN_OK)
        status = sg_report_measure(evaluation->report, SG_OF_GAINS, 0,
                                   &all.gains, NULL);
    if (status == SYNGAN_OK)
        sg_report_add_baseline(evaluation->report, &sg_measure_utility_ratio,
                               sg_measure_utility_ratio.name,
                               SG_INDEPENDENT_COLUMNS,
                               sg_ratio_of(&all.gains, TRAIN_INDEPENDENT));
    for (int which = 0; which < SETS; which++) {
        sg_free(evaluation->context, all.set[which].row);
        sg_free(evaluation->context, all.set[which].side);
        sg_free(evaluation->context, all.set[which].target);
    }
    sg_free(evaluation->context, all.results);
    sg_free(evaluation->context, all.out);
    sg_free(evaluation->context, all.scratch);
    sg_free(evaluation->context, all.is_one);
    return status;
}
