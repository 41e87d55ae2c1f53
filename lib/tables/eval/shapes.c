/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measures of single columns, as SDMetrics 0.32 defines them: KSComplement,
 * TVComplement, coverage, adherence, missing values, statistics.
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/thread.h"
#include "eval/evaluation.h"
#include "table/sort.h"

enum { MEAN, MEDIAN, STD, STATISTICS };
static const char *const statistic_names[] = {"mean", "median", "std"};

typedef struct scores {
    double shape, coverage, adherence, missing;
    double statistic[2][STATISTICS], similar[STATISTICS];
} scores;

typedef struct work {
    sg_evaluation *evaluation;
    scores *scores;
} work;

/* ---- numbers ------------------------------------------------------------ */

typedef struct sorted {
    double *value;
    int64_t count;
} sorted;

/* Values that are there, ascending; false when out of memory. */
static bool sort_side(const sg_match *match, const sg_matched *column, int side,
                      sorted *out) {
    int64_t rows = match->rows[side];
    out->count = 0;
    out->value =
        sg_alloc(match->context, 2 * (size_t)rows * sizeof *out->value);
    if (out->value == NULL) return false;
    for (int64_t i = 0; i < rows; i++)
        if (!isnan(column->value[side][i]))
            out->value[out->count++] = column->value[side][i];
    sg_sort_f64(out->value, out->value + rows, out->count);
    return true;
}

/* SDMetrics rounds to 14 digits behind the point first, so that noise of the
 * last bits does not tell values apart. */
static double rounded(double value) {
    double scaled = value * 1e14;
    return isfinite(scaled) ? rint(scaled) / 1e14 : value;
}

/* The greatest distance of the two distribution functions. */
static double kolmogorov_smirnov(const sorted *a, const sorted *b) {
    if (a->count == 0 || b->count == 0) return NAN;
    double most = 0;
    int64_t i = 0, k = 0;
    while (i < a->count && k < b->count) {
        double x = rounded(a->value[i]), y = rounded(b->value[k]);
        double at = x < y ? x : y;
        while (i < a->count && rounded(a->value[i]) <= at)
            i++;
        while (k < b->count && rounded(b->value[k]) <= at)
            k++;
        double distance =
            fabs((double)i / (double)a->count - (double)k / (double)b->count);
        if (distance > most) most = distance;
    }
    return most;
}

static double range_coverage(const sorted *real, const sorted *synthetic) {
    if (real->count == 0 || synthetic->count == 0) return NAN;
    double low = real->value[0], high = real->value[real->count - 1];
    if (low == high) return NAN;
    double below = (synthetic->value[0] - low) / (high - low);
    double above =
        (high - synthetic->value[synthetic->count - 1]) / (high - low);
    double covered = 1 - (fmax(below, 0) + fmax(above, 0));
    return fmax(covered, 0);
}

/* Missing values count as out of range where the real column has none. */
static double boundary_adherence(const sg_matched *column, const sorted *real,
                                 const sorted *synthetic) {
    int64_t missing = column->missing[SG_SYNTHETIC], within = 0;
    int64_t count =
        synthetic->count + (column->missing[SG_REAL] == 0 ? missing : 0);
    if (count == 0) return NAN;
    for (int64_t i = 0; i < synthetic->count && real->count > 0; i++)
        within += synthetic->value[i] >= real->value[0] &&
                  synthetic->value[i] <= real->value[real->count - 1];
    return (double)within / (double)count;
}

static void take_statistics(const sorted *side, double out[STATISTICS]) {
    double sum = 0, squares = 0, count = (double)side->count;
    for (int64_t i = 0; i < side->count; i++)
        sum += side->value[i];
    double mean = sum / count;
    for (int64_t i = 0; i < side->count; i++) {
        double d = side->value[i] - mean;
        squares += d * d;
    }
    const double *middle = side->value + side->count / 2;
    out[MEAN] = side->count > 0 ? mean : NAN;
    out[STD] = side->count > 1 ? sqrt(squares / (count - 1)) : NAN;
    out[MEDIAN] = side->count == 0       ? NAN
                  : side->count % 2 == 1 ? middle[0]
                                         : (middle[-1] + middle[0]) / 2;
}

static void compare_statistics(const sorted *real, const sorted *synthetic,
                               scores *to) {
    take_statistics(real, to->statistic[0]);
    take_statistics(synthetic, to->statistic[1]);
    double range =
        real->count == 0 ? 0 : real->value[real->count - 1] - real->value[0];
    for (int k = 0; k < STATISTICS; k++) {
        double distance = fabs(to->statistic[0][k] - to->statistic[1][k]);
        to->similar[k] =
            range > 0 && !isnan(distance) ? fmax(1 - distance / range, 0) : NAN;
    }
}

static bool score_numbers(const sg_match *match, const sg_matched *column,
                          scores *to) {
    sorted real = {0}, synthetic = {0};
    bool fits = sort_side(match, column, SG_REAL, &real) &&
                sort_side(match, column, SG_SYNTHETIC, &synthetic);
    if (fits) {
        to->shape = 1 - kolmogorov_smirnov(&real, &synthetic);
        to->coverage = range_coverage(&real, &synthetic);
        to->adherence = boundary_adherence(column, &real, &synthetic);
        compare_statistics(&real, &synthetic, to);
    }
    sg_free(match->context, real.value);
    sg_free(match->context, synthetic.value);
    return fits;
}

/* ---- categories --------------------------------------------------------- */

static void count_codes(const sg_match *match, const sg_matched *column,
                        int side, int64_t *count) {
    for (int64_t i = 0; i < match->rows[side]; i++)
        if (column->code[side][i] >= 0) count[column->code[side][i]]++;
}

/* As SDMetrics, with a millionth of a row for values that the real column does
 * not have. */
static double total_variation(const int64_t *real, const int64_t *synthetic,
                              int32_t values) {
    double n_real = 0, n_synthetic = 0, sum = 0;
    for (int32_t k = 0; k < values; k++) {
        n_synthetic += (double)synthetic[k];
        n_real += real[k] == 0 && synthetic[k] > 0 ? 1e-6 : (double)real[k];
    }
    for (int32_t k = 0; k < values; k++) {
        double r = real[k] == 0 && synthetic[k] > 0 ? 1e-6 : (double)real[k];
        sum += fabs(r / n_real - (double)synthetic[k] / n_synthetic);
    }
    return sum / 2;
}

static void score_counts(const sg_match *match, const sg_matched *column,
                         const int64_t *real, const int64_t *synthetic,
                         scores *to) {
    int64_t rows = match->rows[SG_SYNTHETIC];
    int64_t there = rows - column->missing[SG_SYNTHETIC];
    int64_t known = 0, found = 0, valid = 0;
    int32_t values = column->words->count;
    for (int32_t k = 0; k < values; k++) {
        known += real[k] > 0;
        found += real[k] > 0 && synthetic[k] > 0;
        valid += real[k] > 0 ? synthetic[k] : 0;
    }
    if (column->missing[SG_REAL] > 0) valid += column->missing[SG_SYNTHETIC];
    to->shape = known == 0 || there == 0
                    ? NAN
                    : 1 - total_variation(real, synthetic, values);
    to->coverage = known == 0 ? NAN : (double)found / (double)known;
    to->adherence = (double)valid / (double)rows;
}

static bool score_categories(const sg_match *match, const sg_matched *column,
                             scores *to) {
    size_t values = (size_t)column->words->count;
    int64_t *counts =
        sg_alloc_zero(match->context, 2 * values + 1, sizeof *counts);
    if (counts == NULL) return false;
    count_codes(match, column, SG_REAL, counts);
    count_codes(match, column, SG_SYNTHETIC, counts + values);
    score_counts(match, column, counts, counts + values, to);
    sg_free(match->context, counts);
    return true;
}

/* ---- all of them -------------------------------------------------------- */

static void score_columns(void *argument, int64_t first, int64_t last) {
    const work *all = argument;
    const sg_match *match = &all->evaluation->match;
    for (int64_t c = first; c < last; c++) {
        const sg_matched *column = &match->column[c];
        scores *to = &all->scores[c];
        double share[2];
        if (sg_is_cancelled(match->context)) return;
        for (int side = 0; side < 2; side++)
            share[side] =
                (double)column->missing[side] / (double)match->rows[side];
        to->missing = 1 - fabs(share[0] - share[1]);
        bool fits = column->number ? score_numbers(match, column, to)
                                   : score_categories(match, column, to);
        if (!fits) atomic_store(&all->evaluation->lacks_memory, true);
    }
}

static const char *why_no_shape(const scores *s) {
    return isnan(s->shape) ? "There is no value in one of the tables" : NULL;
}

static void add_statistics(syngan_report *report, const sg_matched *column,
                           const scores *s) {
    /* Times are nanoseconds here. */
    double unit = column->type == SYNGAN_COLUMN_TIME ? 1e-3 : 1;
    for (int k = 0; k < STATISTICS; k++) {
        const char *name = statistic_names[k];
        sg_report_add(report, s->similar[k], "StatisticSimilarity",
                      isnan(s->similar[k])
                          ? "Needs values in both tables, and different ones "
                            "in the real table"
                          : NULL,
                      "columns.%s.%s", column->path, name);
        sg_report_add(report, s->statistic[0][k] * unit, name, NULL,
                      "columns.%s.real.%s", column->path, name);
        sg_report_add(report, s->statistic[1][k] * unit, name, NULL,
                      "columns.%s.synthetic.%s", column->path, name);
    }
}

static void add_scores(syngan_report *report, const sg_matched *column,
                       const scores *s) {
    bool number = column->number;
    sg_report_add(report, s->shape, number ? "KSComplement" : "TVComplement",
                  why_no_shape(s), "columns.%s.shape", column->path);
    sg_report_add(report, s->coverage,
                  number ? "RangeCoverage" : "CategoryCoverage",
                  isnan(s->coverage) ? "Needs different real values, and "
                                       "synthetic ones"
                                     : NULL,
                  "columns.%s.coverage", column->path);
    sg_report_add(report, s->adherence,
                  number ? "BoundaryAdherence" : "CategoryAdherence",
                  isnan(s->adherence) ? "There is no synthetic value" : NULL,
                  "columns.%s.adherence", column->path);
    sg_report_add(report, s->missing, "MissingValueSimilarity", NULL,
                  "columns.%s.missing", column->path);
    if (number) add_statistics(report, column, s);
}

/* Of the values that there are. */
static double mean_of(const scores *all, size_t count, size_t offset) {
    double sum = 0;
    int64_t n = 0;
    for (size_t c = 0; c < count; c++) {
        double value;
        memcpy(&value, (const char *)&all[c] + offset, sizeof value);
        if (isnan(value)) continue;
        sum += value;
        n++;
    }
    return n == 0 ? NAN : sum / (double)n;
}

static void add_means(syngan_report *report, const scores *all, size_t count) {
    sg_report_add(report, mean_of(all, count, offsetof(scores, shape)),
                  "Column Shapes", "Mean of all columns", "quality.shapes");
    sg_report_add(report, mean_of(all, count, offsetof(scores, coverage)),
                  "Coverage", "Mean of all columns", "quality.coverage");
    sg_report_add(report, mean_of(all, count, offsetof(scores, adherence)),
                  "Boundary", "Mean of all columns", "quality.adherence");
    sg_report_add(report, mean_of(all, count, offsetof(scores, missing)),
                  "MissingValueSimilarity", "Mean of all columns",
                  "quality.missing");
}

syngan_status sg_evaluate_shapes(sg_evaluation *evaluation) {
    size_t count = evaluation->match.count;
    work all = {.evaluation = evaluation};
    all.scores = sg_alloc_zero(evaluation->context, count, sizeof *all.scores);
    if (all.scores == NULL)
        return sg_fail_memory(evaluation->context, "scores",
                              count * sizeof *all.scores);
    sg_parallel(evaluation->context, (int64_t)count, 1, score_columns, &all);
    for (size_t c = 0; c < count; c++)
        add_scores(evaluation->report, &evaluation->match.column[c],
                   &all.scores[c]);
    add_means(evaluation->report, all.scores, count);
    sg_free(evaluation->context, all.scores);
    return sg_evaluation_step(evaluation, "column shapes", 0.05);
}
