/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The measures of baskets as values of the report.
 */
#include <math.h>

#include "eval/basket.h"

static const sg_basket_measures *measures_of(const void *subject) {
    return subject;
}

/* ---- score --------------------------------------------------------------- */

static void take(double value, double *sum, int *count) {
    if (isnan(value)) return;
    *sum += value;
    ++*count;
}

static syngan_status score(const void *subject, sg_result *out) {
    const sg_basket_measures *m = measures_of(subject);
    double sum = 0;
    int count = 0;
    take(1 - m->size_ks, &sum, &count);
    take(1 - m->item_tv, &sum, &count);
    if (!isnan(m->lift_correlation))
        take(fmax(m->lift_correlation, 0), &sum, &count);
    if (count > 0) out->value = sum / count;
    return SYNGAN_OK;
}

const sg_measure sg_measure_basket_score = {
    .name = "baskets.score",
    .method = {"Mean"},
    .title = "Score of baskets",
    .words = "mean of sizes, items and lift",
    .section = &sg_section_baskets,
    .definition = "Mean of sizes, items and lift (0 if below).",
    .text = "Of sizes, items and lift (0 if below)",
    .rule = {.judgement = SG_JUDGE_QUALITY,
             .rows = SYNGAN_ROWS_BASKETS,
             .plain = {0.9, 0.75},
             .relative = {0.95, 0.85},
             .way = {0.5, 0},
             .best = 1},
    .subject = SG_OF_BASKETS,
    .has_baselines = true,
    .compute = score};

/* ---- sizes and items ----------------------------------------------------- */

static syngan_status sizes(const void *subject, sg_result *out) {
    out->value = 1 - measures_of(subject)->size_ks;
    return SYNGAN_OK;
}

const sg_measure sg_measure_basket_sizes = {
    .name = "baskets.sizes",
    .method = {"KSComplement"},
    .title = "Sizes",
    .words = "how alike the numbers of items are",
    .section = &sg_section_baskets,
    .definition = "KSComplement of the numbers of items.",
    .text = "Numbers of items",
    .subject = SG_OF_BASKETS,
    .has_baselines = true,
    .compute = sizes};

static syngan_status items(const void *subject, sg_result *out) {
    out->value = 1 - measures_of(subject)->item_tv;
    return SYNGAN_OK;
}

const sg_measure sg_measure_basket_items = {
    .name = "baskets.items",
    .method = {"TVComplement"},
    .title = "Items",
    .words = "how alike the frequencies of items are",
    .section = &sg_section_baskets,
    .definition = "TVComplement of the frequencies of items.",
    .text = "Frequencies of items",
    .subject = SG_OF_BASKETS,
    .has_baselines = true,
    .compute = items};

static syngan_status coverage(const void *subject, sg_result *out) {
    out->value = measures_of(subject)->coverage;
    return SYNGAN_OK;
}

const sg_measure sg_measure_basket_coverage = {
    .name = "baskets.coverage",
    .method = {"CategoryCoverage"},
    .title = "Coverage",
    .words = "real items that occur",
    .section = &sg_section_baskets,
    .definition = "Fraction of the real items that occur.",
    .text = "Items that occur",
    .subject = SG_OF_BASKETS,
    .has_baselines = true,
    .compute = coverage};

/* ---- pairs of items ------------------------------------------------------ */

static syngan_status lift(const void *subject, sg_result *out) {
    const sg_basket_measures *m = measures_of(subject);
    out->value = m->lift_correlation;
    if (m->pairs < 2)
        out->text = "Fewer than two pairs of items are in 20 real baskets";
    return SYNGAN_OK;
}

const sg_measure sg_measure_basket_lift = {
    .name = "baskets.lift",
    .method = {"Pearson's r"},
    .title = "Lift, correlation",
    .words = "how much more often two items come together than by chance",
    .section = &sg_section_baskets,
    .definition = "r of the logarithms of the lift, n12 n / (n1 n2), of pairs "
                  "of items that 20 real baskets or more have.",
    .text = "Logarithms of the lift of pairs of items",
    .unit = SG_UNIT_R,
    .subject = SG_OF_BASKETS,
    .has_baselines = true,
    .compute = lift};

static syngan_status lift_error(const void *subject, sg_result *out) {
    out->value = measures_of(subject)->lift_error;
    return SYNGAN_OK;
}

const sg_measure sg_measure_basket_lift_error = {
    .name = "baskets.lift.error",
    .method = {"Mean absolute difference"},
    .title = "Lift, error of the logarithm",
    .words = "0 is best",
    .section = &sg_section_baskets,
    .definition = "Mean absolute difference of these logarithms.",
    .text = "Logarithms of the lift of pairs",
    .unit = SG_UNIT_NUMBER,
    .direction = SG_LESS_IS_BETTER,
    .subject = SG_OF_BASKETS,
    .has_baselines = true,
    .compute = lift_error};

static syngan_status pairs(const void *subject, sg_result *out) {
    out->value = (double)measures_of(subject)->pairs;
    return SYNGAN_OK;
}

const sg_measure sg_measure_basket_lift_pairs = {
    .name = "baskets.lift.pairs",
    .method = {"Count"},
    .title = "Pairs of items",
    .definition = "How many pairs of items these are.",
    .text = "Pairs of items in 20 real baskets or more",
    .unit = SG_UNIT_NUMBER,
    .direction = SG_NO_DIRECTION,
    .subject = SG_OF_BASKETS,
    .compute = pairs};

static syngan_status top(const void *subject, sg_result *out) {
    out->value = measures_of(subject)->top_overlap;
    return SYNGAN_OK;
}

const sg_measure sg_measure_basket_lift_top = {
    .name = "baskets.lift.top",
    .method = {"Share"},
    .title = "Pairs of greatest lift",
    .words = "those that are the same, of 50",
    .section = &sg_section_baskets,
    .definition = "Fraction of the 50 pairs of greatest lift that are so in "
                  "the synthetic table, too.",
    .text = "Of the 50 pairs of greatest lift those that are so, too",
    .subject = SG_OF_BASKETS,
    .has_baselines = true,
    .compute = top};

/* ---- copies -------------------------------------------------------------- */

static syngan_status copies(const void *subject, sg_result *out) {
    out->value = measures_of(subject)->verbatim;
    return SYNGAN_OK;
}

const sg_measure sg_measure_basket_copies = {
    .name = "baskets.copies",
    .method = {"Share"},
    .title = "Synthetic baskets that equal a real one",
    .words = "small baskets mostly do",
    .section = &sg_section_baskets,
    .definition = "Fraction of synthetic baskets that equal a real one.",
    .text = "Synthetic baskets that equal a real one",
    .direction = SG_LESS_IS_BETTER,
    .rule = {.judgement = SG_JUDGE_PRIVACY,
             .rows = SYNGAN_ROWS_BASKETS,
             .plain = {0.03, 0.1},
             .chance = &sg_measure_basket_copies},
    .subject = SG_OF_BASKETS,
    .has_baselines = true,
    .compute = copies};

/* ---- all of them --------------------------------------------------------- */

syngan_status sg_evaluate_baskets(sg_evaluation *e, const syngan_table *real,
                                  const syngan_table *made, size_t key,
                                  size_t item) {
    sg_basket_measures measures;
    SG_TRY(sg_basket_measure(real, made, NULL, key, item, &measures));
    return sg_report_measure(e->report, SG_OF_BASKETS, 0, &measures, NULL);
}
