/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of a column's range and values occurs, what lies outside, and what is
 * missing: SDMetrics' RangeCoverage, CategoryCoverage, BoundaryAdherence,
 * CategoryAdherence and MissingValueSimilarity.
 */
#include <math.h>

#include "eval/columns.h"

/* ---- coverage ------------------------------------------------------------ */

static double range_coverage(const sg_column_sides *s) {
    const double *real = s->value[SG_REAL], *synthetic = s->value[SG_SYNTHETIC];
    int64_t n = s->count[SG_REAL], m = s->count[SG_SYNTHETIC];
    if (n == 0 || m == 0) return NAN;
    double low = real[0], high = real[n - 1];
    if (low == high) return NAN;
    double below = (synthetic[0] - low) / (high - low);
    double above = (high - synthetic[m - 1]) / (high - low);
    double covered = 1 - (fmax(below, 0) + fmax(above, 0));
    return fmax(covered, 0);
}

static double category_coverage(const sg_column_sides *s) {
    int64_t known = 0, found = 0;
    for (int32_t k = 0; k < s->column->words->count; k++) {
        bool is_known = s->occurs[SG_REAL][k] > 0;
        known += is_known;
        found += is_known && s->occurs[SG_SYNTHETIC][k] > 0;
    }
    return known == 0 ? (double)NAN : (double)found / (double)known;
}

static syngan_status coverage(const void *subject, sg_result *out) {
    const sg_column_sides *s = subject;
    out->value = s->column->number ? range_coverage(s) : category_coverage(s);
    return SYNGAN_OK;
}

const sg_measure sg_measure_column_coverage = {
    .name = "columns.C.coverage",
    .method = {"RangeCoverage", "CategoryCoverage"},
    .title = "Coverage",
    .section = &sg_section_columns,
    .definition =
        "How much of the real range, or how many of the real values, occurs.",
    .reason = "Needs different real values, and synthetic ones",
    .subject = SG_OF_COLUMN,
    .compute = coverage};

/* ---- adherence ----------------------------------------------------------- */

/* Missing values count as out of range where the real column has none. */
static double boundary_adherence(const sg_column_sides *s) {
    const double *real = s->value[SG_REAL], *synthetic = s->value[SG_SYNTHETIC];
    int64_t n = s->count[SG_REAL], m = s->count[SG_SYNTHETIC];
    int64_t missing = s->column->missing[SG_SYNTHETIC], within = 0;
    int64_t count = m + (s->column->missing[SG_REAL] == 0 ? missing : 0);
    if (count == 0) return NAN;
    for (int64_t i = 0; i < m && n > 0; i++)
        within += synthetic[i] >= real[0] && synthetic[i] <= real[n - 1];
    return (double)within / (double)count;
}

static double category_adherence(const sg_column_sides *s) {
    int64_t valid = 0;
    for (int32_t k = 0; k < s->column->words->count; k++)
        valid += s->occurs[SG_REAL][k] > 0 ? s->occurs[SG_SYNTHETIC][k] : 0;
    if (s->column->missing[SG_REAL] > 0)
        valid += s->column->missing[SG_SYNTHETIC];
    return (double)valid / (double)s->match->rows[SG_SYNTHETIC];
}

static syngan_status adherence(const void *subject, sg_result *out) {
    const sg_column_sides *s = subject;
    out->value =
        s->column->number ? boundary_adherence(s) : category_adherence(s);
    return SYNGAN_OK;
}

const sg_measure sg_measure_column_adherence = {
    .name = "columns.C.adherence",
    .method = {"BoundaryAdherence", "CategoryAdherence"},
    .title = "Adherence",
    .section = &sg_section_columns,
    .definition = "Fraction of synthetic values in the real range, or among "
                  "the real values.",
    .reason = "There is no synthetic value",
    .subject = SG_OF_COLUMN,
    .compute = adherence};

/* ---- missing values ------------------------------------------------------ */

static syngan_status missing(const void *subject, sg_result *out) {
    const sg_column_sides *s = subject;
    double fraction[2];
    for (int side = 0; side < 2; side++)
        fraction[side] =
            (double)s->column->missing[side] / (double)s->match->rows[side];
    out->value = 1 - fabs(fraction[0] - fraction[1]);
    return SYNGAN_OK;
}

const sg_measure sg_measure_column_missing = {
    .name = "columns.C.missing",
    .method = {"MissingValueSimilarity", "MissingValueSimilarity"},
    .title = "Missing",
    .section = &sg_section_columns,
    .definition = "1 - the difference of the fractions of missing values.",
    .subject = SG_OF_COLUMN,
    .rule = {.judgement = SG_JUDGE_QUALITY, .plain = {0.9, 0.75}},
    .compute = missing};
