/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Detection: how well a classifier tells real from synthetic rows, by 3-fold
 * cross-validation (Lopez-Paz and Oquab 2017; SDMetrics' LogisticDetection).
 */
#include <math.h>

#include "base/memory.h"
#include "base/random.h"
#include "eval/evaluation.h"
#include "eval/learn.h"
#include "eval/scores.h"

#define FOLDS 3
#define LEAST_ROWS 12

/* What is measured (SG_OF_DETECTION), by learner; NaN: too few rows. */
typedef struct sg_detection {
    double auc[SG_LEARNERS];   /* mean of the folds */
    double score[SG_LEARNERS]; /* mean of 1 - (2 max(AUC, 1/2) - 1) */
} sg_detection;

typedef struct work {
    sg_evaluation *evaluation;
    int64_t count;
    uint8_t *side, *fold; /* by example */
    int64_t *row;
    /* Of the fold in hand: training examples from the start, others behind. */
    uint8_t *ordered_side;
    int64_t *ordered_row;
    double *target, *share;
    bool *is_real;
} work;

/* Each three rows that follow each other in a table go to different folds, so
 * that folds are alike in both tables. */
static uint8_t fold_of(uint64_t seed, int side, int64_t index) {
    static const uint8_t orders[6][FOLDS] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                             {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    const sg_random random = {.seed = seed,
                              .step = (uint64_t)side,
                              .stream = sg_stream_id("detection folds")};
    uint64_t order = sg_random_below(&random, (uint64_t)(index / FOLDS), 6);
    return orders[order][index % FOLDS];
}

static syngan_status make_room(work *all, int64_t count) {
    syngan_context *context = all->evaluation->context;
    size_t n = (size_t)count;
    all->side = sg_alloc(context, n);
    all->fold = sg_alloc(context, n);
    all->ordered_side = sg_alloc(context, n);
    all->is_real = sg_alloc(context, n * sizeof *all->is_real);
    all->row = sg_alloc(context, n * sizeof *all->row);
    all->ordered_row = sg_alloc(context, n * sizeof *all->ordered_row);
    all->target = sg_alloc(context, n * sizeof *all->target);
    all->share = sg_alloc(context, 2 * n * sizeof *all->share);
    bool fits = all->side != NULL && all->fold != NULL &&
                all->ordered_side != NULL && all->is_real != NULL &&
                all->row != NULL && all->ordered_row != NULL &&
                all->target != NULL && all->share != NULL;
    return fits ? SYNGAN_OK
                : sg_fail_memory(context, "examples", n * sizeof *all->row);
}

static void free_room(work *all) {
    syngan_context *context = all->evaluation->context;
    sg_free(context, all->side);
    sg_free(context, all->fold);
    sg_free(context, all->ordered_side);
    sg_free(context, all->is_real);
    sg_free(context, all->row);
    sg_free(context, all->ordered_row);
    sg_free(context, all->target);
    sg_free(context, all->share);
}

/* Puts the fold's examples last; returns how many there are before. */
static int64_t order_examples(work *all, uint8_t fold) {
    int64_t at = 0;
    int64_t train = 0;
    for (int inside = 0; inside < 2; inside++) {
        for (int64_t i = 0; i < all->count; i++) {
            if ((all->fold[i] == fold) != inside) continue;
            all->ordered_side[at] = all->side[i];
            all->ordered_row[at] = all->row[i];
            all->is_real[at] = all->side[i] == SG_REAL;
            all->target[at] = all->is_real[at];
            at++;
        }
        if (inside == 0) train = at;
    }
    return train;
}

static syngan_status judge(work *all, sg_learner *learn, double *auc,
                           double *score) {
    const sg_match *match = &all->evaluation->match;
    *auc = *score = 0;
    for (uint8_t fold = 0; fold < FOLDS; fold++) {
        int64_t n = order_examples(all, fold), rest = all->count - n;
        const sg_examples train = {match, -1, n, all->ordered_side,
                                   all->ordered_row};
        const sg_examples test = {match, -1, rest, all->ordered_side + n,
                                  all->ordered_row + n};
        SG_TRY(learn(&train, all->target, 2, &test, all->share));
        for (int64_t i = 0; i < rest; i++)
            all->share[i] = all->share[2 * i + 1];
        double area =
            sg_auc(match->context, all->share, all->is_real + n, rest);
        if (area < 0)
            return sg_fail_memory(match->context, "a curve", (size_t)rest);
        *auc += area / FOLDS;
        *score += (1 - (2 * fmax(area, 0.5) - 1)) / FOLDS;
    }
    return SYNGAN_OK;
}

static syngan_status detect(work *all) {
    sg_evaluation *evaluation = all->evaluation;
    sg_detection found;
    bool enough = all->count >= 2 * LEAST_ROWS;
    for (size_t k = 0; k < SG_LEARNERS; k++) {
        found.auc[k] = found.score[k] = NAN;
        if (enough)
            SG_TRY(judge(all, sg_learners[k].learn, &found.auc[k],
                         &found.score[k]));
        SG_TRY(sg_evaluation_step(evaluation, "detection",
                                  0.5 + 0.15 * (double)k));
    }
    SG_TRY(sg_report_measure(evaluation->report, SG_OF_DETECTION, 0, &found,
                             NULL));
    return evaluation->report->status;
}

syngan_status sg_evaluate_detection(sg_evaluation *evaluation) {
    work all = {.evaluation = evaluation};
    int64_t *rows[2] = {NULL, NULL}, count = 0;
    syngan_status status = sg_evaluation_even_rows(
        evaluation, "Detection",
        SG_LEARNING_WORK / (double)evaluation->match.count, rows, &count);
    if (status == SYNGAN_OK) status = make_room(&all, 2 * count);
    for (int side = 0; side < 2 && status == SYNGAN_OK; side++)
        for (int64_t i = 0; i < count && count >= LEAST_ROWS; i++) {
            all.side[all.count] = (uint8_t)side;
            all.row[all.count] = rows[side][i];
            all.fold[all.count++] = fold_of(evaluation->seed, side, i);
        }
    if (status == SYNGAN_OK) status = detect(&all);
    free_room(&all);
    sg_free(evaluation->context, rows[0]);
    sg_free(evaluation->context, rows[1]);
    return status;
}

/* ---- measures ------------------------------------------------------------ */

static syngan_status trees_auc(const void *subject, sg_result *out) {
    out->value = ((const sg_detection *)subject)->auc[SG_TREES];
    return SYNGAN_OK;
}

const sg_measure sg_measure_detection_trees_auc = {
    .name = "detection.trees.auc",
    .method = {"AUC"},
    .title = "AUC, boosted trees",
    .words = "0.5: it guesses, 1: it is always right",
    .section = &sg_section_detection,
    .definition = "Mean AUC of gradient-boosted decision trees with XGBoost's "
                  "own settings that tell real rows from as many synthetic "
                  "ones, 3-fold cross-validated: 0.5 is chance. They see far "
                  "more than a logistic regression.",
    .text = "0.5: guessing, 1: always right",
    .reason = "Needs 12 rows of each table",
    .unit = SG_UNIT_AUC,
    .direction = SG_LESS_IS_BETTER,
    .subject = SG_OF_DETECTION,
    .has_baselines = true,
    .rule = {.judgement = SG_JUDGE_DETECTION,
             .plain = {0.7, 0.9},
             .way = {0.5, 0},
             .best = 0.5},
    .compute = trees_auc};

static syngan_status logistic_auc(const void *subject, sg_result *out) {
    out->value = ((const sg_detection *)subject)->auc[SG_LOGISTIC];
    return SYNGAN_OK;
}

const sg_measure sg_measure_detection_logistic_auc = {
    .name = "detection.logistic.auc",
    .method = {"AUC"},
    .title = "AUC, logistic regression",
    .words = "sees straight differences only",
    .section = &sg_section_detection,
    .definition = "The same of a logistic regression.",
    .text = "0.5: guessing, 1: always right",
    .reason = "Needs 12 rows of each table",
    .unit = SG_UNIT_AUC,
    .direction = SG_LESS_IS_BETTER,
    .subject = SG_OF_DETECTION,
    .has_baselines = true,
    .compute = logistic_auc};

static syngan_status trees_score(const void *subject, sg_result *out) {
    out->value = ((const sg_detection *)subject)->score[SG_TREES];
    return SYNGAN_OK;
}

const sg_measure sg_measure_detection_trees = {
    .name = "detection.trees",
    .method = {"Detection by boosted trees"},
    .title = "Score, boosted trees",
    .words = "100 % if rows can't be told apart",
    .section = &sg_section_detection,
    .definition =
        "The classifier two-sample test of the papers: mean of 1 - "
        "(2 max(AUC, 1/2) - 1) of the folds of the trees. 1: they can't tell "
        "synthetic from real rows.",
    .text = "1: rows can't be told apart, 0: all can",
    .reason = "Needs 12 rows of each table",
    .subject = SG_OF_DETECTION,
    .has_baselines = true,
    .compute = trees_score};

static syngan_status logistic_score(const void *subject, sg_result *out) {
    out->value = ((const sg_detection *)subject)->score[SG_LOGISTIC];
    return SYNGAN_OK;
}

const sg_measure sg_measure_detection_logistic = {
    .name = "detection.logistic",
    .method = {"LogisticDetection"},
    .title = "Score, logistic regression",
    .words = "as SDMetrics' LogisticDetection",
    .section = &sg_section_detection,
    .definition =
        "The same of the logistic regression: SDMetrics' LogisticDetection.",
    .text = "1: rows can't be told apart, 0: all can",
    .reason = "Needs 12 rows of each table",
    .subject = SG_OF_DETECTION,
    .has_baselines = true,
    .compute = logistic_score};
