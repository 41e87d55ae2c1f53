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
    static const struct {
        const char *name, *measure;
        sg_learner *learn;
    } judges[] = {{"logistic", "LogisticDetection", sg_learn_logistic},
                  {"trees", "Detection by boosted trees", sg_learn_trees}};
    bool enough = all->count >= 2 * LEAST_ROWS;
    for (size_t k = 0; k < 2; k++) {
        double auc = NAN, score = NAN;
        if (enough) SG_TRY(judge(all, judges[k].learn, &auc, &score));
        const char *text = enough ? "1: rows can't be told apart, 0: all can"
                                  : "Needs 12 rows of each table";
        sg_report_add(evaluation->report, score, judges[k].measure, text,
                      "detection.%s", judges[k].name);
        sg_report_add(evaluation->report, auc, "AUC",
                      enough ? "0.5: guessing, 1: always right" : text,
                      "detection.%s.auc", judges[k].name);
        SG_TRY(sg_evaluation_step(evaluation, "detection",
                                  0.25 + 0.1 * (double)k));
    }
    return SYNGAN_OK;
}

syngan_status sg_evaluate_detection(sg_evaluation *evaluation) {
    work all = {.evaluation = evaluation};
    int64_t *rows[2] = {NULL, NULL}, count[2] = {0, 0};
    syngan_status status = SYNGAN_OK;
    for (int side = 0; side < 2 && status == SYNGAN_OK; side++)
        status = sg_evaluation_rows(evaluation, side, "Detection",
                                    SG_LEARNING_WORK /
                                        (double)evaluation->match.count,
                                    &rows[side], &count[side]);
    if (status == SYNGAN_OK) status = make_room(&all, count[0] + count[1]);
    bool enough = count[0] >= LEAST_ROWS && count[1] >= LEAST_ROWS;
    for (int side = 0; side < 2 && status == SYNGAN_OK && enough; side++)
        for (int64_t i = 0; i < count[side]; i++, all.count++) {
            all.side[all.count] = (uint8_t)side;
            all.row[all.count] = rows[side][i];
            all.fold[all.count] = fold_of(evaluation->seed, side, i);
        }
    if (status == SYNGAN_OK) status = detect(&all);
    free_room(&all);
    sg_free(evaluation->context, rows[0]);
    sg_free(evaluation->context, rows[1]);
    return status;
}
