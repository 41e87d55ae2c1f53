/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measures of utility: what predictions of the target are worth, and how much
 * of it is left when the synthetic table taught them.
 */
#include "eval/utility.h"

#include <math.h>

#include "eval/scores.h"

/* A gain of the real table below this says nothing. */
#define LEAST_GAIN 0.02

/* ---- AUC ----------------------------------------------------------------- */

/* The mean of the areas of each class against the rest. */
static syngan_status auc(const void *subject, sg_result *result) {
    const sg_predictions *p = subject;
    double sum = 0, classes = 0;
    for (int32_t k = 0; k < p->classes; k++) {
        for (int64_t i = 0; i < p->count; i++) {
            p->scratch[i] = p->out[i * p->classes + k];
            p->is_one[i] = p->target[i] == k;
        }
        double area = sg_auc(p->context, p->scratch, p->is_one, p->count);
        if (area < 0) return sg_fail_memory(p->context, "a curve", 0);
        if (isnan(area)) continue;
        sum += area;
        classes++;
    }
    result->value = classes > 0 ? sum / classes : (double)NAN;
    return SYNGAN_OK;
}

const sg_measure sg_measure_utility_auc = {
    .name = "utility.L.auc.T",
    .method = {NULL, "AUC"},
    .title = "AUC",
    .section = &sg_section_utility,
    .definition =
        "Mean of the areas under the ROC curves of each class against the "
        "rest, of learner L (\"trees\", \"logistic\") that learnt the target "
        "from table T (\"real\", \"synthetic\", \"independent\"), judged on "
        "the "
        "hold-out.",
    .text = "0.5: guessing",
    .unit = SG_UNIT_AUC,
    .subject = SG_OF_MODEL,
    .compute = auc};

/* ---- accuracy and F1 ----------------------------------------------------- */

static int32_t likeliest(const double *share, int32_t classes) {
    int32_t best = 0;
    for (int32_t k = 1; k < classes; k++)
        if (share[k] > share[best]) best = k;
    return best;
}

static syngan_status accuracy(const void *subject, sg_result *out) {
    const sg_predictions *p = subject;
    double right[SG_MOST_CLASSES] = {0};
    for (int64_t i = 0; i < p->count; i++) {
        int32_t is = (int32_t)p->target[i];
        right[is] += likeliest(p->out + i * p->classes, p->classes) == is;
    }
    out->value = 0;
    for (int32_t k = 0; k < p->classes; k++)
        out->value += right[k] / (double)p->count;
    return SYNGAN_OK;
}

const sg_measure sg_measure_utility_accuracy = {
    .name = "utility.L.accuracy.T",
    .method = {NULL, "Accuracy"},
    .title = "accuracy",
    .section = &sg_section_utility,
    .definition = "Fraction of the hold-out whose class is predicted.",
    .subject = SG_OF_MODEL,
    .compute = accuracy};

/* Of classes that occur. */
static syngan_status f1(const void *subject, sg_result *out) {
    const sg_predictions *p = subject;
    double right[SG_MOST_CLASSES] = {0}, said[SG_MOST_CLASSES] = {0};
    double are[SG_MOST_CLASSES] = {0}, sum = 0, classes = 0;
    for (int64_t i = 0; i < p->count; i++) {
        int32_t guess = likeliest(p->out + i * p->classes, p->classes);
        int32_t is = (int32_t)p->target[i];
        said[guess]++;
        are[is]++;
        right[is] += guess == is;
    }
    for (int32_t k = 0; k < p->classes; k++) {
        if (are[k] == 0) continue;
        sum += 2 * right[k] / (said[k] + are[k]);
        classes++;
    }
    out->value = sum / classes;
    return SYNGAN_OK;
}

const sg_measure sg_measure_utility_f1 = {
    .name = "utility.L.f1.T",
    .method = {NULL, "F1"},
    .title = "F1",
    .section = &sg_section_utility,
    .definition = "Mean of the classes' F1: the harmonic mean of precision and "
                  "recall.",
    .text = "Mean of the classes",
    .subject = SG_OF_MODEL,
    .compute = f1};

/* ---- numbers ------------------------------------------------------------- */

static syngan_status r2(const void *subject, sg_result *result) {
    const sg_predictions *p = subject;
    double mean = 0, total = 0, left = 0;
    for (int64_t i = 0; i < p->count; i++)
        mean += p->target[i] / (double)p->count;
    for (int64_t i = 0; i < p->count; i++) {
        double d = p->target[i] - mean, e = p->target[i] - p->out[i];
        total += d * d;
        left += e * e;
    }
    result->value = total > 0 ? 1 - left / total : (double)NAN;
    return SYNGAN_OK;
}

const sg_measure sg_measure_utility_r2 = {
    .name = "utility.L.r2.T",
    .method = {"R2"},
    .title = "R2",
    .section = &sg_section_utility,
    .definition = "Targets that are numbers: fraction of the variance of the "
                  "hold-out's that is explained; below 0 where the mean would "
                  "do better.",
    .text = "1: all of the variance is told",
    .subject = SG_OF_MODEL,
    .compute = r2};

/* ---- ratio --------------------------------------------------------------- */

double sg_gain_of(const sg_result *result) {
    return result->left_out                             ? (double)NAN
           : result->measure == &sg_measure_utility_auc ? result->value - 0.5
           : result->measure == &sg_measure_utility_r2  ? result->value
                                                        : (double)NAN;
}

double sg_ratio_of(const sg_gains *g, int which) {
    return g->enough && g->gain[0] >= LEAST_GAIN ? g->gain[which] / g->gain[0]
                                                 : (double)NAN;
}

static syngan_status ratio(const void *subject, sg_result *out) {
    const sg_gains *g = subject;
    if (!g->enough)
        out->text = "Needs 10 rows of each table with different values of the "
                    "target";
    out->value = sg_ratio_of(g, 1);
    return SYNGAN_OK;
}

const sg_measure sg_measure_utility_ratio = {
    .name = "utility.ratio",
    .method = {"Ratio of gains"},
    .title = "Ratio of gains",
    .definition = "Of the trees: the gain of the synthetic table over that of "
                  "the real one, by AUC (above 0.5) or R2.",
    .text = "1: as good as the real table",
    .reason = "The real table does not tell the target",
    .unit = SG_UNIT_NUMBER,
    .subject = SG_OF_GAINS,
    .has_baselines = true,
    .rule = {.judgement = SG_JUDGE_UTILITY,
             .plain = {0.9, 0.7},
             .way = {0.5, 0},
             .best = 1},
    .compute = ratio};
