/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attacks: what the synthetic rows tell of single training rows.
 */
#include <math.h>

#include "base/memory.h"
#include "eval/privacy.h"
#include "eval/scores.h"

/* Values that stand for a sensitive number. */
#define TENTHS 10

/* ---- closeness ----------------------------------------------------------- */

/* The rows next to synthetic ones among `count` of a side's rows: the first of
 * the random order that `stream` tells. */
static syngan_status search_some(const sg_privacy *all, int side,
                                 const char *stream, int64_t count) {
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
static syngan_status closeness(const void *subject, sg_result *out) {
    const sg_privacy *all = subject;
    out->left_out = all->rows[SG_HOLDOUT] == 0;
    if (out->left_out) return SYNGAN_OK;
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
    out->value = closer / (double)rows;
    return SYNGAN_OK;
}

const sg_measure sg_measure_privacy_dcr_share = {
    .name = "privacy.dcr.share",
    .method = {"DCR share"},
    .title = "Synthetic rows closer to training than to hold-out rows",
    .words = "50 % is ideal",
    .section = &sg_section_privacy,
    .definition =
        "Fraction of synthetic rows that are closer to the training rows than "
        "to as many hold-out rows: 0.5 is ideal (Platzer and Reutterer 2021).",
    .text = "0.5 is ideal; above, synthetic rows keep close to training rows",
    .direction = SG_LESS_IS_BETTER,
    .subject = SG_OF_CLOSENESS,
    .rule = {.judgement = SG_JUDGE_PRIVACY,
             .plain = {0.05, 0.15},
             .ideal = 0.5},
    .compute = closeness};

/* ---- membership ---------------------------------------------------------- */

static syngan_status membership(const void *subject, sg_result *out) {
    const sg_privacy *all = subject;
    out->left_out = all->rows[SG_HOLDOUT] == 0;
    if (out->left_out) return SYNGAN_OK;
    int64_t members = all->rows[SG_REAL], others = all->rows[SG_HOLDOUT];
    SG_TRY(sg_privacy_search(all, SG_REAL, SG_SYNTHETIC));
    SG_TRY(sg_privacy_search(all, SG_HOLDOUT, SG_SYNTHETIC));
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
    out->value = auc;
    return SYNGAN_OK;
}

const sg_measure sg_measure_privacy_membership = {
    .name = "privacy.membership.auc",
    .method = {"Membership inference"},
    .title = "Membership inference, AUC",
    .words = "0.5 is ideal: an attacker only guesses who was in the training "
             "rows",
    .section = &sg_section_privacy,
    .definition =
        "AUC of the distance to the closest synthetic row in telling training "
        "from hold-out rows: 0.5 is ideal (Chen and others 2020, GAN-Leaks).",
    .text = "0.5 is ideal; 1 tells all training rows",
    .unit = SG_UNIT_AUC,
    .direction = SG_LESS_IS_BETTER,
    .subject = SG_OF_MEMBERSHIP,
    .rule = {.judgement = SG_JUDGE_PRIVACY, .plain = {0.03, 0.1}, .ideal = 0.5},
    .compute = membership};

/* ---- attributes ---------------------------------------------------------- */

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

static double share_told(const sg_privacy *all, const sg_matched *column,
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

static syngan_status most_frequent(const sg_privacy *all,
                                   const sg_matched *column,
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
static void find_edges(const sg_privacy *all, const sg_matched *column,
                       double *edges) {
    if (!column->number) return;
    int64_t rows = all->rows[SG_REAL], count = 0;
    double *value = all->scratch;
    for (int64_t i = 0; i < rows; i++) {
        value[count] = column->value[SG_REAL][all->sample[SG_REAL][i]];
        count += !isnan(value[count]);
    }
    sg_privacy_sort(all, count);
    for (int k = 0; k < TENTHS - 1; k++)
        edges[k] = sg_quantile(value, count, (k + 1) / (double)TENTHS);
}

static const sg_matched *sensitive_column(const sg_privacy *all) {
    const sg_evaluation *evaluation = all->evaluation;
    return &evaluation->match.column[evaluation->sensitive];
}

static syngan_status baseline(const void *subject, sg_result *out) {
    const sg_privacy *all = subject;
    const sg_matched *column = sensitive_column(all);
    double edges[TENTHS];
    find_edges(all, column, edges);
    return most_frequent(all, column, edges, &out->value);
}

static syngan_status guess(const sg_privacy *all, int side, sg_result *out) {
    const sg_matched *column = sensitive_column(all);
    double edges[TENTHS];
    out->left_out = all->rows[side] == 0;
    if (out->left_out) return SYNGAN_OK;
    find_edges(all, column, edges);
    SG_TRY(sg_privacy_search(all, side, SG_SYNTHETIC));
    out->value = share_told(all, column, edges, side);
    return SYNGAN_OK;
}

static syngan_status guess_training(const void *subject, sg_result *out) {
    return guess(subject, SG_REAL, out);
}

static syngan_status guess_holdout(const void *subject, sg_result *out) {
    return guess(subject, SG_HOLDOUT, out);
}

const sg_measure sg_measure_privacy_attribute_train = {
    .name = "privacy.attribute.train",
    .method = {"Attribute inference"},
    .title = "Sensitive value guessed, training rows",
    .words = "by the closest synthetic row",
    .section = &sg_section_privacy,
    .definition =
        "Fraction of training rows whose sensitive value (a number: its tenth "
        "of the rows) the synthetic row that is closest by all other columns "
        "tells.",
    .text = "Told of training rows by the nearest synthetic row",
    .direction = SG_LESS_IS_BETTER,
    .subject = SG_OF_ATTRIBUTE,
    .compute = guess_training};

const sg_measure sg_measure_privacy_attribute_holdout = {
    .name = "privacy.attribute.holdout",
    .method = {"Attribute inference"},
    .title = "Sensitive value guessed, hold-out rows",
    .words = "what is above it for training rows was learnt by heart",
    .section = &sg_section_privacy,
    .definition = "The same of hold-out rows.",
    .text = "Told of hold-out rows by the nearest synthetic row",
    .direction = SG_NO_DIRECTION,
    .subject = SG_OF_ATTRIBUTE,
    .compute = guess_holdout};

const sg_measure sg_measure_privacy_attribute_baseline = {
    .name = "privacy.attribute.baseline",
    .method = {"Attribute inference"},
    .title = "Sensitive value guessed, without any row",
    .words = "always the most frequent value",
    .section = &sg_section_privacy,
    .definition =
        "Fraction of training rows that have the most frequent value.",
    .text = "Always the most frequent value",
    .direction = SG_NO_DIRECTION,
    .subject = SG_OF_ATTRIBUTE,
    .compute = baseline};
