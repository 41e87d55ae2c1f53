/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alpha-precision and beta-recall (Alaa and others 2022) as synthcity has them
 * without an embedding ("naive"); density and coverage (Naeem and others 2020).
 * Rows are one-hot with numbers by range, so that two rows with different
 * categories are sqrt 2 apart.
 */
#include "eval/manifold.h"

#include <math.h>

#include "base/memory.h"
#include "base/thread.h"
#include "eval/evaluation.h"
#include "eval/scores.h"
#include "table/sort.h"

/* Radii, and the neighbours that a real row's ball reaches to. */
#define STEPS 30
#define NEIGHBOURS 5
#define LEAST_ROWS (NEIGHBOURS + 1)
/* Pairs of rows times columns at most: some tenths of a second. */
#define MOST_WORK 5e8

typedef struct work {
    const sg_features *features;
    const sg_coded *real, *synthetic;
    /* Of each real row: the distance to its closest real and synthetic row,
     * which one that is, and how many synthetic ones are in its ball. */
    double *to_real, *to_synthetic;
    int64_t *closest, *inside;
    bool *covered;
} work;

/* ---- distances ----------------------------------------------------------- */

/* Squared, of one-hot rows. */
static double apart(const sg_coded *a, int64_t i, const sg_coded *b,
                    int64_t k) {
    const float *x = a->number + i * a->numbers;
    const float *y = b->number + k * b->numbers;
    const int32_t *p = a->choice + i * a->choices;
    const int32_t *q = b->choice + k * b->choices;
    double sum = 0;
    int32_t different = 0;
    for (int32_t c = 0; c < a->numbers; c++) {
        double d = (double)x[c] - (double)y[c];
        sum += d * d;
    }
    for (int32_t c = 0; c < a->choices; c++)
        different += p[c] != q[c];
    return sum + 2 * different;
}

static void look_around(const work *all, int64_t i) {
    double least[NEIGHBOURS];
    for (int k = 0; k < NEIGHBOURS; k++)
        least[k] = INFINITY;
    for (int64_t j = 0; j < all->real->rows; j++) {
        double d = j == i ? INFINITY : apart(all->real, i, all->real, j);
        for (int k = 0; k < NEIGHBOURS && d < INFINITY; k++)
            if (d < least[k]) {
                double other = least[k];
                least[k] = d;
                d = other;
            }
    }
    double best = INFINITY;
    for (int64_t j = 0; j < all->synthetic->rows; j++) {
        double d = apart(all->real, i, all->synthetic, j);
        all->inside[i] += d < least[NEIGHBOURS - 1];
        if (d < best) {
            best = d;
            all->closest[i] = j;
        }
    }
    all->to_real[i] = least[0];
    all->to_synthetic[i] = best;
    all->covered[i] = best < least[NEIGHBOURS - 1];
}

static void look_around_rows(void *argument, int64_t first, int64_t last) {
    const work *all = argument;
    for (int64_t i = first; i < last; i++) {
        if (sg_is_cancelled(all->features->context)) return;
        look_around(all, i);
    }
}

/* The distances of rows to the mean of `rows`, in dense form. */
static void to_centre(const work *all, const sg_coded *of, double *centre,
                      const sg_coded *rows, const int64_t *which, double *out) {
    const sg_features *f = all->features;
    double n = (double)of->rows, ones = 0;
    for (int32_t c = 0; c < f->width; c++)
        centre[c] = 0;
    for (int64_t i = 0; i < of->rows; i++) {
        for (int32_t c = 0; c < f->numbers; c++)
            centre[c] += (double)of->number[i * f->numbers + c] / n;
        for (int32_t c = 0; c < f->choices; c++)
            centre[of->choice[i * f->choices + c]] += 1 / n;
    }
    for (int32_t c = f->numbers; c < f->width; c++)
        ones += centre[c] * centre[c];
    for (int64_t i = 0; i < rows->rows; i++) {
        int64_t row = which == NULL ? i : which[i];
        double sum = ones + f->choices;
        for (int32_t c = 0; c < f->numbers; c++) {
            double d = (double)rows->number[row * f->numbers + c] - centre[c];
            sum += d * d;
        }
        for (int32_t c = 0; c < f->choices; c++)
            sum -= 2 * centre[rows->choice[row * f->choices + c]];
        out[i] = sqrt(fmax(sum, 0));
    }
}

/* ---- curves -------------------------------------------------------------- */

/* 1 - the distance of a curve of shares from the diagonal, which is the mean of
 * |alpha - share| over that of alpha. `counted`: rows that count; NULL: all. */
static double likeness(const double *distance, const bool *counted,
                       int64_t rows, const double *sorted) {
    double off = 0, all = 0;
    for (int k = 0; k < STEPS; k++) {
        double alpha = (double)k / (STEPS - 1);
        double radius = sg_quantile(sorted, rows, alpha);
        int64_t inside = 0;
        for (int64_t i = 0; i < rows; i++)
            inside += distance[i] <= radius && (counted == NULL || counted[i]);
        off += fabs(alpha - (double)inside / (double)rows);
        all += alpha;
    }
    return 1 - off / all;
}

static syngan_status compare_curves(work *all, sg_manifold *out) {
    syngan_context *context = all->features->context;
    int64_t n = all->real->rows;
    size_t rows = (size_t)n, width = (size_t)all->features->width;
    double *centre = sg_alloc(context, (width + 3 * rows) * sizeof *centre);
    if (centre == NULL)
        return sg_fail_memory(context, "distances", rows * sizeof *centre);
    double *distance = centre + width, *sorted = distance + n;
    double *room = sorted + n;
    to_centre(all, all->real, centre, all->real, NULL, sorted);
    sg_sort_f64(context, sorted, room, n);
    to_centre(all, all->real, centre, all->synthetic, NULL, distance);
    out->alpha_precision = likeness(distance, NULL, n, sorted);
    to_centre(all, all->synthetic, centre, all->synthetic, all->closest,
              distance);
    for (int64_t i = 0; i < n; i++) {
        sorted[i] = distance[i];
        all->covered[i] = all->to_synthetic[i] <= all->to_real[i];
    }
    sg_sort_f64(context, sorted, room, n);
    out->beta_recall = likeness(distance, all->covered, n, sorted);
    sg_free(context, centre);
    return SYNGAN_OK;
}

/* ---- all of it ----------------------------------------------------------- */

static syngan_status measure(work *all, sg_manifold *out) {
    syngan_context *context = all->features->context;
    int64_t rows = all->real->rows, inside = 0, covered = 0;
    sg_parallel(context, rows, 16, look_around_rows, all);
    SG_TRY(sg_check_cancelled(context, "evaluate"));
    for (int64_t i = 0; i < rows; i++) {
        inside += all->inside[i];
        covered += all->covered[i];
    }
    out->density = (double)inside / ((double)NEIGHBOURS * (double)rows);
    out->coverage = (double)covered / (double)rows;
    return compare_curves(all, out);
}

syngan_status sg_manifold_measure(const sg_features *features,
                                  const sg_coded *real,
                                  const sg_coded *synthetic, sg_manifold *out) {
    syngan_context *context = features->context;
    size_t rows = (size_t)real->rows;
    work all = {.features = features, .real = real, .synthetic = synthetic};
    all.to_real = sg_alloc(context, 2 * rows * sizeof *all.to_real);
    all.to_synthetic = all.to_real + rows;
    all.closest = sg_alloc_zero(context, 2 * rows, sizeof *all.closest);
    all.inside = all.closest + rows;
    all.covered = sg_alloc(context, rows * sizeof *all.covered);
    syngan_status status =
        all.to_real != NULL && all.closest != NULL && all.covered != NULL
            ? measure(&all, out)
            : sg_fail_memory(context, "distances", rows * 33);
    sg_free(context, all.to_real);
    sg_free(context, all.closest);
    sg_free(context, all.covered);
    return status;
}

static syngan_status code_and_measure(sg_evaluation *e, int64_t *const rows[2],
                                      int64_t count, sg_manifold *out) {
    const sg_features_options options = {
        .without = -1, .most = 64, .marks_missing = true, .by_range = true};
    sg_features features = {0};
    sg_coded coded[2] = {{0}, {0}};
    syngan_status status = sg_features_make(&e->match, &options, &features);
    for (int side = 0; side < 2 && status == SYNGAN_OK; side++)
        status = sg_features_code(&features, side, NULL, rows[side], count,
                                  &coded[side]);
    if (status == SYNGAN_OK && count >= LEAST_ROWS)
        status = sg_manifold_measure(&features, &coded[0], &coded[1], out);
    for (int side = 0; side < 2; side++)
        sg_coded_end(e->context, &coded[side]);
    sg_features_end(&features);
    return status;
}

syngan_status sg_evaluate_manifold(sg_evaluation *e) {
    sg_manifold found = {NAN, NAN, NAN, NAN};
    int64_t *rows[2] = {NULL, NULL}, count = 0;
    double most = sqrt(MOST_WORK / (double)e->match.count);
    syngan_status status =
        sg_evaluation_even_rows(e, "Precision and recall", most, rows, &count);
    if (status == SYNGAN_OK) status = code_and_measure(e, rows, count, &found);
    sg_free(e->context, rows[0]);
    sg_free(e->context, rows[1]);
    SG_TRY(status);
    return sg_report_measure(e->report, SG_OF_MANIFOLD, 0, &found, NULL);
}

/* ---- measures ------------------------------------------------------------ */

static syngan_status alpha_precision(const void *subject, sg_result *out) {
    out->value = ((const sg_manifold *)subject)->alpha_precision;
    return SYNGAN_OK;
}

const sg_measure sg_measure_manifold_alpha_precision = {
    .name = "manifold.alpha_precision",
    .method = {"Alpha-precision"},
    .title = "Alpha-precision",
    .words = "synthetic rows lie in the balls that hold 0 to 100 % of the real "
             "ones",
    .section = &sg_section_manifold,
    .definition =
        "Alpha-precision as synthcity has it without an embedding: 1 - the "
        "mean distance of the fractions of synthetic rows in balls around the "
        "mean real row from those of the real rows, over 30 radii. Rows are "
        "one-hot, numbers by range.",
    .reason = "Needs 6 rows of each table",
    .subject = SG_OF_MANIFOLD,
    .has_baselines = true,
    .compute = alpha_precision};

static syngan_status beta_recall(const void *subject, sg_result *out) {
    out->value = ((const sg_manifold *)subject)->beta_recall;
    return SYNGAN_OK;
}

const sg_measure sg_measure_manifold_beta_recall = {
    .name = "manifold.beta_recall",
    .method = {"Beta-recall"},
    .title = "Beta-recall",
    .words = "a synthetic row is as close to a real one as other real ones are",
    .section = &sg_section_manifold,
    .definition =
        "Beta-recall as synthcity has it: the same of the fractions of real "
        "rows whose closest synthetic row is no farther than the closest "
        "other real row, and in the balls around the mean synthetic row.",
    .reason = "Needs 6 rows of each table",
    .subject = SG_OF_MANIFOLD,
    .has_baselines = true,
    .compute = beta_recall};

static syngan_status density(const void *subject, sg_result *out) {
    out->value = ((const sg_manifold *)subject)->density;
    return SYNGAN_OK;
}

const sg_measure sg_measure_manifold_density = {
    .name = "manifold.density",
    .method = {"Density"},
    .title = "Density",
    .words = "about 1 if synthetic rows are where real ones are dense",
    .section = &sg_section_manifold,
    .definition =
        "Density (Naeem and others 2020): in how many of the balls that reach "
        "from real rows to their fifth closest real one a synthetic row is, "
        "over 5; 1 is expected of real rows.",
    .reason = "Needs 6 rows of each table",
    .unit = SG_UNIT_NUMBER,
    .subject = SG_OF_MANIFOLD,
    .has_baselines = true,
    .compute = density};

static syngan_status coverage(const void *subject, sg_result *out) {
    out->value = ((const sg_manifold *)subject)->coverage;
    return SYNGAN_OK;
}

const sg_measure sg_measure_manifold_coverage = {
    .name = "manifold.coverage",
    .method = {"Coverage"},
    .title = "Coverage of rows",
    .words = "real rows that have a synthetic one near them",
    .section = &sg_section_manifold,
    .definition = "Coverage (Naeem and others 2020): fraction of these balls "
                  "with a synthetic row in them.",
    .reason = "Needs 6 rows of each table",
    .subject = SG_OF_MANIFOLD,
    .has_baselines = true,
    .compute = coverage};
