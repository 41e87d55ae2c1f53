/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How alike the distributions of a column are: SDMetrics' KSComplement and
 * TVComplement.
 */
#include <math.h>

#include "eval/columns.h"

/* SDMetrics rounds to 14 digits behind the point first, so that noise of the
 * last bits does not tell values apart. */
static double rounded(double value) {
    double scaled = value * 1e14;
    return isfinite(scaled) ? rint(scaled) / 1e14 : value;
}

/* The greatest distance of the two distribution functions. */
static double kolmogorov_smirnov(const sg_column_sides *s) {
    const double *a = s->value[SG_REAL], *b = s->value[SG_SYNTHETIC];
    int64_t n = s->count[SG_REAL], m = s->count[SG_SYNTHETIC];
    if (n == 0 || m == 0) return NAN;
    double most = 0;
    int64_t i = 0, k = 0;
    while (i < n && k < m) {
        double x = rounded(a[i]), y = rounded(b[k]);
        double at = x < y ? x : y;
        while (i < n && rounded(a[i]) <= at)
            i++;
        while (k < m && rounded(b[k]) <= at)
            k++;
        double distance = fabs((double)i / (double)n - (double)k / (double)m);
        if (distance > most) most = distance;
    }
    return most;
}

/* As SDMetrics, with a millionth of a row for values that the real column does
 * not have. */
static double total_variation(const sg_column_sides *s) {
    const int64_t *real = s->occurs[SG_REAL];
    const int64_t *synthetic = s->occurs[SG_SYNTHETIC];
    int32_t values = s->column->words->count;
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

static bool has_values(const sg_column_sides *s, int side) {
    return s->column->missing[side] < s->match->rows[side];
}

static syngan_status shape(const void *subject, sg_result *out) {
    const sg_column_sides *s = subject;
    if (s->column->number)
        out->value = 1 - kolmogorov_smirnov(s);
    else if (has_values(s, SG_REAL) && has_values(s, SG_SYNTHETIC))
        out->value = 1 - total_variation(s);
    return SYNGAN_OK;
}

const sg_measure sg_measure_column_shape = {
    .name = "columns.C.shape",
    .method = {"KSComplement", "TVComplement"},
    .title = "Shape",
    .section = &sg_section_columns,
    .definition =
        "Numbers and times: 1 - the statistic of Kolmogorov and Smirnov. "
        "Categories and booleans: 1 - the total variation distance of the "
        "fractions of the values.",
    .reason = "There is no value in one of the tables",
    .subject = SG_OF_COLUMN,
    .has_baselines = true,
    .rule = {.judgement = SG_JUDGE_QUALITY,
             .plain = {0.8, 0.6},
             .relative = {0.9, 0.75}},
    .compute = shape};
