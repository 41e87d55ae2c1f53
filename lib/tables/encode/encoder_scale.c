/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scale of numbers, as they are or logarithmic, whichever describes the
 * data better, and the mixture of their values on it.
 */
#include <math.h>

#include "base/memory.h"
#include "encode/encoder_code.h"

/* A component needs this share of the mixture's rows to be asked for no more.
 */
#define WEIGHT_MOST 0.02

double sg_number_y(const sg_number_code *code, double x) {
    if (code->width == 0) return x;
    double d = x - code->centre;
    return copysign(log1p(fabs(d) / code->width), d);
}

double sg_number_x(const sg_number_code *code, double y) {
    if (code->width == 0) return y;
    return code->centre + copysign(code->width * expm1(fabs(y)), y);
}

/* dy / dx */
static double slope(const sg_number_code *code, double x) {
    if (code->width == 0) return 1;
    return 1 / (fabs(x - code->centre) + code->width);
}

/* ---- the mixture --------------------------------------------------------- */

typedef struct scaled_mixture {
    double centre, width;
    double score; /* Bayesian information criterion per row: less is better */
    sg_mixture mixture;
} scaled_mixture;

/* Points in x as points in y. */
static void scale_points(const sg_number_code *code, const sg_points *from,
                         sg_points *to) {
    for (int32_t i = 0; i < from->count; i++) {
        double s = slope(code, from->value[i]);
        to->value[i] = sg_number_y(code, from->value[i]);
        to->weight[i] = from->weight[i];
        to->variance[i] = from->variance[i] * s * s;
    }
}

/* Fits in the scale that `code` has. */
static bool fit_scale(syngan_context *context, const sg_points *points,
                      const sg_encoder_options *options, double least,
                      uint64_t seed, sg_number_code *code,
                      scaled_mixture *best) {
    sg_points scaled = {.count = points->count, .total = points->total};
    size_t n = (size_t)points->count;
    scaled.value = sg_alloc(context, 3 * n * sizeof(double));
    if (scaled.value == NULL) return false;
    scaled.weight = scaled.value + n;
    scaled.variance = scaled.weight + n;
    scale_points(code, points, &scaled);
    bool fitted = sg_mixture_fit(context, &scaled, options->max_modes, least,
                                 seed, &code->mixture);
    if (fitted) {
        double likelihood = sg_mixture_likelihood(&code->mixture, &scaled);
        for (int32_t i = 0; i < points->count; i++)
            likelihood += points->weight[i] / points->total *
                          log(slope(code, points->value[i]));
        double parameters = 3 * code->mixture.count - 1;
        double score =
            parameters * log(points->total) / points->total - 2 * likelihood;
        if (score < best->score)
            *best = (scaled_mixture){.centre = code->centre,
                                     .width = code->width,
                                     .score = score,
                                     .mixture = code->mixture};
    }
    sg_points_end(context, &scaled);
    return fitted;
}

/* The third standardised moment, and the fourth. */
static void tails(const sg_points *p, double *skew, double *kurtosis) {
    double mean = 0, m2 = 0, m3 = 0, m4 = 0;
    for (int32_t i = 0; i < p->count; i++)
        mean += p->weight[i] / p->total * p->value[i];
    for (int32_t i = 0; i < p->count; i++) {
        double d = p->value[i] - mean, w = p->weight[i] / p->total;
        m2 += w * d * d;
        m3 += w * d * d * d;
        m4 += w * d * d * d * d;
    }
    *skew = m3 / (m2 * sqrt(m2));
    *kurtosis = m4 / (m2 * m2);
}

/* Scales with heavier tails than these are tried as logarithms. */
#define SKEW 1.5
#define KURTOSIS 9

static double quantile(const double *x, int64_t count, double share) {
    return x[(int64_t)(share * (double)(count - 1))];
}

/* Mixtures in x, and, for heavy tails, in logarithms that start from the middle
 * or from the end where the data are dense. */
static bool choose_scale(syngan_context *context, const double *x,
                         int64_t count, const sg_points *points,
                         const sg_encoder_options *options, double least,
                         uint64_t seed, sg_number_code *code) {
    scaled_mixture best = {.score = INFINITY};
    if (!fit_scale(context, points, options, least, seed, code, &best))
        return false;
    double skew, kurtosis;
    tails(points, &skew, &kurtosis);
    double middle = quantile(x, count, 0.5);
    double spread = quantile(x, count, 0.75) - quantile(x, count, 0.25);
    bool heavy = fabs(skew) > SKEW || kurtosis > KURTOSIS;
    if (options->frequent <= 1 && heavy && spread > 0) {
        double end = skew > 0 ? x[0] : x[count - 1];
        const double centre[] = {middle, end, end};
        const double width[] = {spread / 2, fabs(middle - end),
                                fabs(middle - end) / 16};
        for (int32_t i = 0; i < 3; i++) {
            code->centre = centre[i];
            code->width = width[i];
            if (code->width > 0 &&
                !fit_scale(context, points, options, least, seed, code, &best))
                return false;
        }
    }
    code->centre = best.centre;
    code->width = best.width;
    code->mixture = best.mixture;
    return true;
}

bool sg_number_fit_mixture(syngan_context *context, const double *x,
                           int64_t count, int64_t rows,
                           const sg_encoder_options *options, uint64_t seed,
                           sg_number_code *code) {
    double least = options->least_weight * (double)rows / (double)count;
    if (least > WEIGHT_MOST && least > options->least_weight)
        least = options->least_weight > WEIGHT_MOST ? options->least_weight
                                                    : WEIGHT_MOST;
    sg_points points;
    if (!sg_points_make(context, x, count, sg_lattice_step(&code->mixed),
                        &points))
        return false;
    bool fitted =
        choose_scale(context, x, count, &points, options, least, seed, code);
    sg_points_end(context, &points);
    return fitted;
}
