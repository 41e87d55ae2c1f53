/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Distances to the closest record as papers on tables have them: sums of
 * absolute differences, 2 for each category that differs (one-hot). The share
 * of synthetic rows that are closer to training than to other rows goes back to
 * TabSyn (Zhang and others 2024), the quantile to TabDiff (Shi and others
 * 2025).
 */
#include <math.h>

#include "base/memory.h"
#include "base/thread.h"
#include "eval/privacy.h"
#include "eval/scores.h"
#include "table/sort.h"

/* Pairs of rows times columns of one search at most: some tenths of a second.
 */
#define MOST_WORK 5e8
#define QUANTILE 0.02

typedef struct sg_dcr {
    double share; /* closer to training than to as many hold-out rows */
    double under; /* closer to training than 2 % of the hold-out rows */
} sg_dcr;

typedef struct search {
    syngan_context *context;
    const sg_coded *queries, *records;
    int64_t records_used;
    double *out;
} search;

static double apart(const sg_coded *a, int64_t i, const sg_coded *b,
                    int64_t k) {
    const float *x = a->number + i * a->numbers;
    const float *y = b->number + k * b->numbers;
    const int32_t *p = a->choice + i * a->choices;
    const int32_t *q = b->choice + k * b->choices;
    double sum = 0;
    int32_t different = 0;
    for (int32_t c = 0; c < a->numbers; c++)
        sum += fabs((double)x[c] - (double)y[c]);
    for (int32_t c = 0; c < a->choices; c++)
        different += p[c] != q[c];
    return sum + 2 * different;
}

static void find_closest(void *argument, int64_t first, int64_t last) {
    const search *s = argument;
    for (int64_t i = first; i < last; i++) {
        double least = INFINITY;
        if (sg_is_cancelled(s->context)) return;
        for (int64_t k = 0; k < s->records_used; k++)
            least = fmin(least, apart(s->queries, i, s->records, k));
        s->out[i] = least;
    }
}

/* The distance of each row to the closest of so many records. */
static syngan_status closest(syngan_context *context, const sg_coded *queries,
                             const sg_coded *records, int64_t used,
                             double *out) {
    search s = {context, queries, records, used, out};
    sg_parallel(context, queries->rows, 16, find_closest, &s);
    return sg_check_cancelled(context, "evaluate");
}

/* Rows of the sides, coded; the caller ends them. */
static syngan_status code_sides(const sg_evaluation *e, bool by_range,
                                int64_t *const rows[], const int64_t count[],
                                sg_coded coded[]) {
    const sg_features_options options = {
        .without = -1, .most = 64, .marks_missing = true, .by_range = by_range};
    sg_features features = {0};
    syngan_status status = sg_features_make(&e->match, &options, &features);
    for (int side = 0; side < SG_INDEPENDENT && status == SYNGAN_OK; side++) {
        sg_coded_end(e->context, &coded[side]);
        status = sg_features_code(&features, side, NULL, rows[side],
                                  count[side], &coded[side]);
    }
    sg_features_end(&features);
    return status;
}

/* `a` and `b` have a number for each synthetic or hold-out row. */
static syngan_status measure(const sg_evaluation *e, int64_t *const rows[],
                             const int64_t count[], sg_coded coded[], double *a,
                             double *b, sg_dcr *out) {
    int64_t made = count[SG_SYNTHETIC], others = count[SG_HOLDOUT];
    int64_t even = count[SG_REAL] < others ? count[SG_REAL] : others;
    int64_t closer = 0, under = 0;
    syngan_context *context = e->context;
    SG_TRY(code_sides(e, true, rows, count, coded));
    SG_TRY(closest(context, &coded[SG_SYNTHETIC], &coded[SG_REAL], even, a));
    SG_TRY(closest(context, &coded[SG_SYNTHETIC], &coded[SG_HOLDOUT], even, b));
    for (int64_t i = 0; i < made; i++)
        closer += a[i] < b[i];
    SG_TRY(code_sides(e, false, rows, count, coded));
    SG_TRY(closest(context, &coded[SG_HOLDOUT], &coded[SG_REAL], count[SG_REAL],
                   a));
    sg_sort_f64(context, a, b, others);
    double limit = sg_quantile(a, others, QUANTILE);
    SG_TRY(closest(context, &coded[SG_SYNTHETIC], &coded[SG_REAL],
                   count[SG_REAL], a));
    for (int64_t i = 0; i < made; i++)
        under += a[i] < limit;
    out->share = (double)closer / (double)made;
    out->under = (double)under / (double)made;
    return SYNGAN_OK;
}

syngan_status sg_evaluate_dcr(sg_evaluation *e) {
    int64_t *rows[SG_INDEPENDENT] = {NULL, NULL, NULL}, longest = 1;
    int64_t count[SG_INDEPENDENT] = {0, 0, 0};
    sg_coded coded[SG_INDEPENDENT] = {{0}, {0}, {0}};
    double most = sqrt(MOST_WORK / (double)e->match.count);
    sg_dcr found = {NAN, NAN};
    syngan_status status = SYNGAN_OK;
    if (e->match.rows[SG_HOLDOUT] == 0) return SYNGAN_OK;
    for (int side = 0; side < SG_INDEPENDENT && status == SYNGAN_OK; side++) {
        status = sg_evaluation_rows(e, side,
                                    "Distance to the closest record by "
                                    "absolute differences",
                                    most, &rows[side], &count[side]);
        longest = count[side] > longest ? count[side] : longest;
    }
    size_t bytes = 2 * (size_t)longest * sizeof(double);
    double *room = status == SYNGAN_OK ? sg_alloc(e->context, bytes) : NULL;
    if (status == SYNGAN_OK)
        status = room != NULL ? measure(e, rows, count, coded, room,
                                        room + longest, &found)
                              : sg_fail_memory(e->context, "distances", bytes);
    sg_free(e->context, room);
    for (int side = 0; side < SG_INDEPENDENT; side++) {
        sg_coded_end(e->context, &coded[side]);
        sg_free(e->context, rows[side]);
    }
    SG_TRY(status);
    return sg_report_measure(e->report, SG_OF_DCR, 0, &found, NULL);
}

/* ---- measures ------------------------------------------------------------ */

static syngan_status share(const void *subject, sg_result *out) {
    out->value = ((const sg_dcr *)subject)->share;
    return SYNGAN_OK;
}

const sg_measure sg_measure_privacy_dcr_l1_share = {
    .name = "privacy.dcr.l1.share",
    .method = {"DCR"},
    .title = "The same as in papers",
    .words = "by absolute differences; 50 % is ideal, ties count as other rows",
    .section = &sg_section_privacy,
    .definition =
        "DCR score of papers: fraction of synthetic rows that are closer to "
        "the training rows than to as many hold-out rows, by absolute "
        "differences of numbers over their range, and 2 for each category "
        "that differs; 0.5 is ideal.",
    .direction = SG_LESS_IS_BETTER,
    .subject = SG_OF_DCR,
    .compute = share};

static syngan_status under(const void *subject, sg_result *out) {
    out->value = ((const sg_dcr *)subject)->under;
    return SYNGAN_OK;
}

const sg_measure sg_measure_privacy_dcr_l1_p02 = {
    .name = "privacy.dcr.l1.p02",
    .method = {"DCR"},
    .title = "Closer than 2 % of the hold-out rows",
    .words = "synthetic rows; 2 % or less is ideal",
    .section = &sg_section_privacy,
    .definition =
        "Fraction of synthetic rows whose distance to the closest training "
        "row is below the 2 % quantile of that of hold-out rows, as above "
        "with standardised numbers; 0.02 or less is ideal.",
    .direction = SG_LESS_IS_BETTER,
    .subject = SG_OF_DCR,
    .compute = under};
