/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Statistics of numbers: SDMetrics' StatisticSimilarity, and what it compares.
 */
#include <math.h>

#include "eval/columns.h"

typedef double statistic_fn(const double *sorted, int64_t count);

/* As values are in the table, for the report. */
static double statistic(const sg_column_sides *s, int side, statistic_fn *of) {
    return of(s->value[side], s->count[side]) *
           (1 / sg_column_types[s->column->type]->scale);
}

static double similarity(const sg_column_sides *s, statistic_fn *of) {
    const double *real = s->value[SG_REAL];
    int64_t count = s->count[SG_REAL];
    double range = count == 0 ? 0 : real[count - 1] - real[0];
    double distance = fabs(of(real, count) -
                           of(s->value[SG_SYNTHETIC], s->count[SG_SYNTHETIC]));
    return range > 0 && !isnan(distance) ? fmax(1 - distance / range, 0)
                                         : (double)NAN;
}

/* The measures of a statistic: of how alike it is, and of a table. */
#define SIMILARITY(statistic, heading, what)                                   \
    const sg_measure sg_measure_column_##statistic = {                         \
        .name = "columns.C." #statistic,                                       \
        .method = {"StatisticSimilarity"},                                     \
        .title = heading,                                                      \
        .definition = "Numbers and times: 1 - the difference of the " what     \
                      "s over the real range.",                                \
        .reason = "Needs values in both tables, and different ones in the "    \
                  "real table",                                                \
        .subject = SG_OF_COLUMN,                                               \
        .compute = similar_##statistic};
#define STATISTIC(statistic, side, heading, what, place)                       \
    const sg_measure sg_measure_column_##side##_##statistic = {                \
        .name = "columns.C." #side "." #statistic,                             \
        .method = {#statistic},                                                \
        .title = heading,                                                      \
        .section = place,                                                      \
        .definition = "Numbers and times: the " what ".",                      \
        .unit = SG_UNIT_COLUMN,                                                \
        .direction = SG_NO_DIRECTION,                                          \
        .subject = SG_OF_COLUMN,                                               \
        .compute = side##_##statistic};

/* ---- mean ---------------------------------------------------------------- */

static double mean_of(const double *sorted, int64_t count) {
    double sum = 0;
    for (int64_t i = 0; i < count; i++)
        sum += sorted[i];
    return count > 0 ? sum / (double)count : (double)NAN;
}

static syngan_status similar_mean(const void *subject, sg_result *out) {
    out->value = similarity(subject, mean_of);
    return SYNGAN_OK;
}

static syngan_status real_mean(const void *subject, sg_result *out) {
    out->value = statistic(subject, SG_REAL, mean_of);
    return SYNGAN_OK;
}

static syngan_status synthetic_mean(const void *subject, sg_result *out) {
    out->value = statistic(subject, SG_SYNTHETIC, mean_of);
    return SYNGAN_OK;
}

SIMILARITY(mean, "Mean", "mean")
STATISTIC(mean, real, "Mean, real", "mean of the real column",
          &sg_section_columns)
STATISTIC(mean, synthetic, "synthetic", "mean of the synthetic column",
          &sg_section_columns)

/* ---- median -------------------------------------------------------------- */

static double median_of(const double *sorted, int64_t count) {
    const double *middle = sorted + count / 2;
    return count == 0       ? (double)NAN
           : count % 2 == 1 ? middle[0]
                            : (middle[-1] + middle[0]) / 2;
}

static syngan_status similar_median(const void *subject, sg_result *out) {
    out->value = similarity(subject, median_of);
    return SYNGAN_OK;
}

static syngan_status real_median(const void *subject, sg_result *out) {
    out->value = statistic(subject, SG_REAL, median_of);
    return SYNGAN_OK;
}

static syngan_status synthetic_median(const void *subject, sg_result *out) {
    out->value = statistic(subject, SG_SYNTHETIC, median_of);
    return SYNGAN_OK;
}

SIMILARITY(median, "Median", "median")
STATISTIC(median, real, "Median, real", "median of the real column", NULL)
STATISTIC(median, synthetic, "synthetic", "median of the synthetic column",
          NULL)

/* ---- standard deviation -------------------------------------------------- */

static double std_of(const double *sorted, int64_t count) {
    double mean = mean_of(sorted, count), squares = 0;
    for (int64_t i = 0; i < count; i++) {
        double d = sorted[i] - mean;
        squares += d * d;
    }
    return count > 1 ? sqrt(squares / (double)(count - 1)) : (double)NAN;
}

static syngan_status similar_std(const void *subject, sg_result *out) {
    out->value = similarity(subject, std_of);
    return SYNGAN_OK;
}

static syngan_status real_std(const void *subject, sg_result *out) {
    out->value = statistic(subject, SG_REAL, std_of);
    return SYNGAN_OK;
}

static syngan_status synthetic_std(const void *subject, sg_result *out) {
    out->value = statistic(subject, SG_SYNTHETIC, std_of);
    return SYNGAN_OK;
}

SIMILARITY(std, "Deviation", "standard deviation")
STATISTIC(std, real, "Deviation, real", "standard deviation of the real column",
          &sg_section_columns)
STATISTIC(std, synthetic, "synthetic",
          "standard deviation of the synthetic column", &sg_section_columns)
