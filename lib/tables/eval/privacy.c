/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measures of privacy: copies, distances to the closest record, membership and
 * attribute inference. The hold-out, rows that were not trained on, tells what
 * is to be expected of rows that know nothing of the training rows.
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "eval/copies.h"
#include "eval/evaluation.h"
#include "eval/nearest.h"
#include "eval/scores.h"
#include "table/sort.h"

/* Multiplications of one search at most: some seconds. */
#define MOST_WORK 4e11
/* Values that stand for a sensitive number. */
#define TENTHS 10

typedef struct work {
    sg_evaluation *evaluation;
    syngan_context *context;
    sg_features features;
    sg_coded coded[SG_SIDES];
    int64_t rows[SG_SIDES];
    int64_t *sample[SG_SIDES];
    sg_neighbours *found[SG_SIDES]; /* of the search in hand, by query's side */
    double *scratch, *room; /* numbers to be sorted, and what that needs */
} work;

/* ---- distances ---------------------------------------------------------- */

static void sort(const work *all, int64_t count) {
    sg_sort_f64(all->scratch, all->room, count);
}

static void add_quantiles(const work *all, const double *sorted, int64_t count,
                          const char *measure, const char *path) {
    syngan_report *report = all->evaluation->report;
    sg_report_add(report, sg_quantile(sorted, count, 0.5), measure, NULL,
                  "privacy.%s.median", path);
    sg_report_add(report, sg_quantile(sorted, count, 0.05), measure, NULL,
                  "privacy.%s.p05", path);
}

static void add_distances(work *all, int side, const char *name) {
    char path[64];
    const sg_neighbours *found = all->found[side];
    int64_t rows = all->rows[side], count = 0;
    for (int64_t i = 0; i < rows; i++)
        all->scratch[i] = found[i].distance[0];
    sort(all, rows);
    strcpy(path, "dcr.");
    add_quantiles(all, all->scratch, rows, "DCR", strcat(path, name));
    for (int64_t i = 0; i < rows; i++) {
        double first = found[i].distance[0], second = found[i].distance[1];
        if (isinf(second)) continue; /* one record only */
        all->scratch[count++] = second > 0 ? first / second : 1;
    }
    sort(all, count);
    strcpy(path, "nndr.");
    add_quantiles(all, all->scratch, count, "NNDR", strcat(path, name));
}

/* For the page: up to the greatest of the 99 hundredths. */
static void draw_distances(work *all, bool has_holdout) {
    sg_distances *to = &all->evaluation->report->distances;
    static const int sides[] = {SG_SYNTHETIC, SG_HOLDOUT};
    to->known = true;
    to->has_holdout = has_holdout;
    for (int k = 0; k < 1 + has_holdout; k++) {
        int64_t rows = all->rows[sides[k]];
        for (int64_t i = 0; i < rows; i++)
            all->scratch[i] = all->found[sides[k]][i].distance[0];
        sort(all, rows);
        to->limit = fmax(to->limit, sg_quantile(all->scratch, rows, 0.99));
    }
    for (int k = 0; k < 1 + has_holdout; k++) {
        int64_t rows = all->rows[sides[k]];
        for (int64_t i = 0; i < rows; i++) {
            double at = to->limit > 0 ? all->found[sides[k]][i].distance[0] /
                                            to->limit * SG_REPORT_BINS
                                      : 0;
            size_t bin =
                at < SG_REPORT_BINS - 1 ? (size_t)at : SG_REPORT_BINS - 1;
            to->share[k][bin] += 1 / (double)rows;
        }
    }
}

static syngan_status search(work *all, int queries, int records) {
    return sg_nearest(&all->features, &all->coded[queries],
                      &all->coded[records], all->found[queries]);
}

/* The rows next to synthetic ones among `count` of a side's rows: the first of
 * the random order that `stream` tells. */
static syngan_status search_some(work *all, int side, const char *stream,
                                 int64_t count) {
    sg_coded records = {0};
    int64_t *rows = sg_sample_rows(all->context, stream, all->evaluation->seed,
                                   all->rows[side], count);
    if (rows == NULL) return sg_fail_memory(all->context, "a sample", 0);
    for (int64_t i = 0; i < count; i++)
        rows[i] = all->sample[side][rows[i]];
    syngan_status status =
        sg_features_code(&all->features, side, NULL, rows, count, &records);
    if (status == SYNGAN_OK)
        status = sg_nearest(&all->features, &all->coded[SG_SYNTHETIC], &records,
                            all->found[SG_SYNTHETIC]);
    sg_coded_end(all->context, &records);
    sg_free(all->context, rows);
    return status;
}

/* Synthetic rows nearer to training than to as many hold-out rows. */
static syngan_status compare_closeness(work *all) {
    int64_t rows = all->rows[SG_SYNTHETIC];
    const sg_neighbours *found = all->found[SG_SYNTHETIC];
    double *to_real = all->scratch, closer = 0;
    int64_t least = all->rows[SG_REAL] < all->rows[SG_HOLDOUT]
                        ? all->rows[SG_REAL]
                        : all->rows[SG_HOLDOUT];
    SG_TRY(search_some(all, SG_REAL, "closeness real", least));
    for (int64_t i = 0; i < rows; i++)
        to_real[i] = found[i].distance[0];
    SG_TRY(search_some(all, SG_HOLDOUT, "closeness holdout", least));
    for (int64_t i = 0; i < rows; i++) {
        double to_holdout = found[i].distance[0];
        closer += to_real[i] < to_holdout    ? 1
                  : to_real[i] == to_holdout ? 0.5
                                             : 0;
    }
    sg_report_add(all->evaluation->report, closer / (double)rows, "DCR share",
                  "0.5 is ideal; above, synthetic rows keep close "
                  "to training rows",
                  "privacy.dcr.share");
    return SYNGAN_OK;
}

static syngan_status measure_distances(work *all) {
    bool has_holdout = all->rows[SG_HOLDOUT] > 0;
    SG_TRY(search(all, SG_SYNTHETIC, SG_REAL));
    if (has_holdout) SG_TRY(search(all, SG_HOLDOUT, SG_REAL));
    add_distances(all, SG_SYNTHETIC, "synthetic");
    if (has_holdout) add_distances(all, SG_HOLDOUT, "holdout");
    draw_distances(all, has_holdout);
    SG_TRY(sg_evaluation_step(all->evaluation, "privacy", 0.75));
    return has_holdout ? compare_closeness(all) : SYNGAN_OK;
}

/* ---- attacks ------------------------------------------------------------ */

static syngan_status attack_membership(work *all) {
    int64_t members = all->rows[SG_REAL], others = all->rows[SG_HOLDOUT];
    SG_TRY(search(all, SG_REAL, SG_SYNTHETIC));
    SG_TRY(search(all, SG_HOLDOUT, SG_SYNTHETIC));
    size_t count = (size_t)(members + others);
    double *score = sg_alloc(all->context, count * sizeof *score);
    bool *member = sg_alloc(all->context, count * sizeof *member);
    double auc = -1;
    if (score != NULL && member != NULL) {
        for (int64_t i = 0; i < members + others; i++) {
            member[i] = i < members;
            score[i] = member[i]
                           ? -all->found[SG_REAL][i].distance[0]
                           : -all->found[SG_HOLDOUT][i - members].distance[0];
        }
        auc = sg_auc(all->context, score, member, (int64_t)count);
    }
    sg_free(all->context, score);
    sg_free(all->context, member);
    if (auc < 0)
        return sg_fail_memory(all->context, "an attack", count * sizeof *score);
    sg_report_add(all->evaluation->report, auc, "Membership inference",
                  "0.5 is ideal; 1 tells all training rows",
                  "privacy.membership.auc");
    return SYNGAN_OK;
}

/* The sensitive value of each sampled row as a number from 0, -1: missing. */
static int32_t sensitive_of(const sg_matched *column, const double *edges,
                            int side, int64_t row) {
    if (!column->number) return column->code[side][row];
    double value = column->value[side][row];
    if (isnan(value)) return -1;
    int32_t tenth = 0;
    while (tenth < TENTHS - 1 && value > edges[tenth])
        tenth++;
    return tenth;
}

static double share_told(const work *all, const sg_matched *column,
                         const double *edges, int side) {
    int64_t told = 0;
    for (int64_t i = 0; i < all->rows[side]; i++) {
        int64_t nearest = all->found[side][i].index[0];
        int32_t guess = sensitive_of(column, edges, SG_SYNTHETIC,
                                     all->sample[SG_SYNTHETIC][nearest]);
        told +=
            guess == sensitive_of(column, edges, side, all->sample[side][i]);
    }
    return (double)told / (double)all->rows[side];
}

static syngan_status most_frequent(const work *all, const sg_matched *column,
                                   const double *edges, double *share) {
    int64_t values = column->number ? TENTHS : column->words->count, most = 0;
    int64_t *count =
        sg_alloc_zero(all->context, (size_t)values + 1, sizeof *count);
    if (count == NULL)
        return sg_fail_memory(all->context, "counts", (size_t)values * 8);
    for (int64_t i = 0; i < all->rows[SG_REAL]; i++) {
        int32_t value =
            sensitive_of(column, edges, SG_REAL, all->sample[SG_REAL][i]);
        if (++count[value + 1] > most) most = count[value + 1];
    }
    *share = (double)most / (double)all->rows[SG_REAL];
    sg_free(all->context, count);
    return SYNGAN_OK;
}

/* The tenths of a sensitive number, of the real rows. */
static void find_edges(const work *all, const sg_matched *column,
                       double *edges) {
    if (!column->number) return;
    int64_t rows = all->rows[SG_REAL], count = 0;
    double *value = all->scratch;
    for (int64_t i = 0; i < rows; i++) {
        value[count] = column->value[SG_REAL][all->sample[SG_REAL][i]];
        count += !isnan(value[count]);
    }
    sort(all, count);
    for (int k = 0; k < TENTHS - 1; k++)
        edges[k] = sg_quantile(value, count, (k + 1) / (double)TENTHS);
}

static syngan_status guess_attribute(work *all) {
    sg_evaluation *evaluation = all->evaluation;
    syngan_report *report = evaluation->report;
    const sg_matched *column = &evaluation->match.column[evaluation->sensitive];
    double edges[TENTHS], baseline = NAN;
    find_edges(all, column, edges);
    SG_TRY(most_frequent(all, column, edges, &baseline));
    sg_report_add(report, baseline, "Attribute inference",
                  "Always the most frequent value",
                  "privacy.attribute.baseline");
    SG_TRY(search(all, SG_REAL, SG_SYNTHETIC));
    sg_report_add(report, share_told(all, column, edges, SG_REAL),
                  "Attribute inference",
                  "Told of training rows by the nearest synthetic row",
                  "privacy.attribute.train");
    if (all->rows[SG_HOLDOUT] == 0) return SYNGAN_OK;
    SG_TRY(search(all, SG_HOLDOUT, SG_SYNTHETIC));
    sg_report_add(report, share_told(all, column, edges, SG_HOLDOUT),
                  "Attribute inference",
                  "Told of hold-out rows by the nearest synthetic row",
                  "privacy.attribute.holdout");
    return SYNGAN_OK;
}

/* ---- all of them -------------------------------------------------------- */

static syngan_status code_sides(work *all, int64_t without) {
    const sg_features_options options = {
        .without = without, .most = 64, .marks_missing = true};
    sg_features_end(&all->features);
    SG_TRY(sg_features_make(&all->evaluation->match, &options, &all->features));
    for (int side = 0; side < SG_SIDES; side++) {
        sg_coded_end(all->context, &all->coded[side]);
        SG_TRY(sg_features_code(&all->features, side, NULL, all->sample[side],
                                all->rows[side], &all->coded[side]));
    }
    return SYNGAN_OK;
}

/* So many rows that a search stays within its bounds. */
static syngan_status limit_rows(work *all) {
    sg_evaluation *evaluation = all->evaluation;
    const sg_features_options options = {
        .without = -1, .most = 64, .marks_missing = true};
    SG_TRY(sg_features_make(&evaluation->match, &options, &all->features));
    double most = sqrt(MOST_WORK / (all->features.width + 1));
    int64_t longest = 1;
    for (int side = 0; side < SG_SIDES; side++) {
        SG_TRY(sg_evaluation_rows(evaluation, side, "Privacy", most,
                                  &all->sample[side], &all->rows[side]));
        if (all->rows[side] > longest) longest = all->rows[side];
    }
    all->scratch =
        sg_alloc(all->context, 2 * (size_t)longest * sizeof *all->scratch);
    all->room = all->scratch + longest;
    bool fits = all->scratch != NULL;
    for (int side = 0; side < SG_SIDES; side++) {
        all->found[side] = sg_alloc(all->context, (size_t)all->rows[side] *
                                                      sizeof(sg_neighbours));
        fits = fits && all->found[side] != NULL;
    }
    return fits ? SYNGAN_OK
                : sg_fail_memory(all->context, "distances",
                                 (size_t)longest * sizeof(sg_neighbours));
}

static syngan_status measure_copies(work *all) {
    const sg_match *match = &all->evaluation->match;
    syngan_report *report = all->evaluation->report;
    double share = NAN;
    SG_TRY(sg_copies(match, SG_SYNTHETIC, &share));
    sg_report_add(report, share, "Copies",
                  "Share of synthetic rows that equal a real one",
                  "privacy.copies");
    if (match->rows[SG_HOLDOUT] == 0) return SYNGAN_OK;
    SG_TRY(sg_copies(match, SG_HOLDOUT, &share));
    sg_report_add(report, share, "Copies",
                  "Share of hold-out rows that equal a training row: what "
                  "chance does",
                  "privacy.copies.holdout");
    return SYNGAN_OK;
}

static syngan_status measure(work *all) {
    sg_evaluation *evaluation = all->evaluation;
    SG_TRY(measure_copies(all));
    SG_TRY(limit_rows(all));
    SG_TRY(code_sides(all, -1));
    SG_TRY(measure_distances(all));
    SG_TRY(sg_evaluation_step(evaluation, "privacy", 0.85));
    if (all->rows[SG_HOLDOUT] > 0)
        SG_TRY(attack_membership(all));
    else
        sg_report_note(evaluation->report,
                       "Without a hold-out, privacy is measured by copies and "
                       "distances only");
    SG_TRY(sg_evaluation_step(evaluation, "privacy", 0.92));
    if (evaluation->sensitive < 0 || evaluation->match.count < 2)
        return SYNGAN_OK;
    SG_TRY(code_sides(all, evaluation->sensitive));
    return guess_attribute(all);
}

syngan_status sg_evaluate_privacy(sg_evaluation *evaluation) {
    work all = {.evaluation = evaluation, .context = evaluation->context};
    syngan_status status = measure(&all);
    sg_features_end(&all.features);
    for (int side = 0; side < SG_SIDES; side++) {
        sg_coded_end(all.context, &all.coded[side]);
        sg_free(all.context, all.sample[side]);
        sg_free(all.context, all.found[side]);
    }
    sg_free(all.context, all.scratch);
    return status;
}
