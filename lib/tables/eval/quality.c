/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The overall quality, from the values of columns and pairs (SG_OF_REPORT), as
 * SDMetrics' QualityReport has it.
 */
#include <math.h>

#include "eval/report.h"

/* Of the values that there are. */
static double mean_of(const syngan_report *report, const sg_measure *measure) {
    double sum = 0;
    int64_t count = 0;
    for (size_t i = 0; i < report->count; i++) {
        if (report->entry[i].measure != measure ||
            report->entry[i].baseline != SG_SYNTHETIC_ROWS ||
            isnan(report->entry[i].value))
            continue;
        sum += report->entry[i].value;
        count++;
    }
    return count == 0 ? (double)NAN : sum / (double)count;
}

static syngan_status shapes(const void *subject, sg_result *out) {
    out->value = mean_of(subject, &sg_measure_column_shape);
    return SYNGAN_OK;
}

/* Only pairs that are related in the real table have a trend. */
static syngan_status pairs(const void *subject, sg_result *out) {
    out->value = mean_of(subject, &sg_measure_pair_trend);
    return SYNGAN_OK;
}

static syngan_status all_pairs(const void *subject, sg_result *out) {
    out->value = mean_of(subject, &sg_measure_pair_similarity);
    return SYNGAN_OK;
}

static syngan_status coverage(const void *subject, sg_result *out) {
    out->value = mean_of(subject, &sg_measure_column_coverage);
    return SYNGAN_OK;
}

static syngan_status adherence(const void *subject, sg_result *out) {
    out->value = mean_of(subject, &sg_measure_column_adherence);
    return SYNGAN_OK;
}

static syngan_status missing(const void *subject, sg_result *out) {
    out->value = mean_of(subject, &sg_measure_column_missing);
    return SYNGAN_OK;
}

static syngan_status score(const void *subject, sg_result *out) {
    double of_shapes = mean_of(subject, &sg_measure_column_shape);
    double of_pairs = mean_of(subject, &sg_measure_pair_trend);
    out->value = isnan(of_shapes)  ? of_pairs
                 : isnan(of_pairs) ? of_shapes
                                   : (of_shapes + of_pairs) / 2;
    return SYNGAN_OK;
}

const sg_measure sg_measure_quality_score = {
    .name = "quality.score",
    .method = {"QualityReport"},
    .title = "Quality score",
    .words = "mean of shapes and pairs, as SDMetrics' QualityReport",
    .section = &sg_section_quality,
    .definition = "Mean of quality.shapes and quality.pairs: SDMetrics' "
                  "QualityReport.",
    .text = "Mean of quality.shapes and quality.pairs, of those that there are",
    .subject = SG_OF_REPORT,
    .has_baselines = true,
    .rule = {.judgement = SG_JUDGE_QUALITY,
             .plain = {0.9, 0.75},
             .relative = {0.95, 0.85},
             .way = {0.5, 0},
             .best = 1},
    .compute = score};

const sg_measure sg_measure_quality_shapes = {
    .name = "quality.shapes",
    .method = {"Column Shapes"},
    .title = "Column shapes",
    .words = "how alike the distributions of single columns are",
    .section = &sg_section_quality,
    .definition = "Mean of columns.C.shape: SDMetrics' \"Column Shapes\".",
    .text = "Mean of all columns",
    .subject = SG_OF_REPORT,
    .has_baselines = true,
    .compute = shapes};

const sg_measure sg_measure_quality_pairs = {
    .name = "quality.pairs",
    .method = {"Column Pair Trends"},
    .title = "Column pairs",
    .words = "how alike the relations of columns are, of those related in the "
             "real table",
    .section = &sg_section_quality,
    .definition =
        "Mean of pairs.A.B.trend of those pairs that are related in the real "
        "table: SDMetrics' \"Column Pair Trends\".",
    .text = "Mean of the pairs that are related in the real table",
    .reason = "No two columns are related in the real table",
    .subject = SG_OF_REPORT,
    .has_baselines = true,
    .compute = pairs};

const sg_measure sg_measure_quality_all_pairs = {
    .name = "quality.pairs.all",
    .method = {"Column Pair Trends"},
    .title = "All column pairs",
    .words = "the same, of related and unrelated ones, as papers have it",
    .section = &sg_section_quality,
    .definition =
        "Mean of pairs.A.B.similarity, thresholds of 0: \"trend\" in papers "
        "and in SDMetrics before 0.27.",
    .text = "Mean of all pairs",
    .reason = "There are no two columns",
    .subject = SG_OF_REPORT,
    .has_baselines = true,
    .rule = {.judgement = SG_JUDGE_QUALITY,
             .plain = {-INFINITY, -INFINITY},
             .way = {0.5, -INFINITY},
             .best = 1},
    .compute = all_pairs};

const sg_measure sg_measure_quality_coverage = {
    .name = "quality.coverage",
    .method = {"Coverage"},
    .title = "Coverage",
    .words = "how much of the real ranges and values occurs",
    .section = &sg_section_quality,
    .definition = "Mean of columns.C.coverage.",
    .text = "Mean of all columns",
    .subject = SG_OF_REPORT,
    .has_baselines = true,
    .rule = {.judgement = SG_JUDGE_QUALITY,
             .plain = {0.75, 0.5},
             .relative = {0.9, 0.75}},
    .compute = coverage};

const sg_measure sg_measure_quality_adherence = {
    .name = "quality.adherence",
    .method = {"Boundary"},
    .title = "Adherence",
    .words = "synthetic values within the real ranges and values",
    .section = &sg_section_quality,
    .definition = "Mean of columns.C.adherence.",
    .text = "Mean of all columns",
    .subject = SG_OF_REPORT,
    .has_baselines = true,
    .compute = adherence};

const sg_measure sg_measure_quality_missing = {
    .name = "quality.missing",
    .method = {"MissingValueSimilarity"},
    .title = "Missing values",
    .words = "how alike the shares of missing values are",
    .section = &sg_section_quality,
    .definition = "Mean of columns.C.missing.",
    .text = "Mean of all columns",
    .subject = SG_OF_REPORT,
    .has_baselines = true,
    .compute = missing};
