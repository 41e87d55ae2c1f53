/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tails of numbers. A component of a mixture reaches four deviations to each
 * side, and the extremes of heavy tails lie beyond. The outer components are
 * therefore stretched: up to a knee at two deviations, a number is linear in
 * y; from there on it grows like a logarithm that starts with the same slope,
 * so that 1 is the bound of the column's values:
 *   u(t) = K + s log(1 + (t - K) / s)
 * for t = |y - mean| / (4 deviation) above K = 1/2, with s such that u is 1 at
 * the bound.
 */
#include <math.h>

#include "encode/encoder_code.h"

static const double knee = 0.5;

/* In multiples of what a component reaches by itself. */
static double distance(const sg_number_code *code, int32_t k, double y) {
    const sg_mixture *m = &code->mixture;
    return (y - m->mean[k]) / (SG_NUMBER_REACH * m->deviation[k]);
}

/* s of the formula, for an end e above 1: s log(1 + (e - K) / s) = 1 - K, whose
 * left side rises with s. */
static double scale_of(double end) {
    double low = 0, high = end;
    for (int i = 0; i < 100; i++) {
        double s = (low + high) / 2;
        if (s * log1p((end - knee) / s) < 1 - knee)
            low = s;
        else
            high = s;
    }
    return high;
}

/* The component that is the densest at y. */
static int32_t densest(const sg_mixture *m, double y) {
    int32_t best = 0;
    double most = -INFINITY;
    for (int32_t k = 0; k < m->count; k++) {
        double d = (y - m->mean[k]) / m->deviation[k];
        double density = log(m->weight[k] / m->deviation[k]) - d * d / 2;
        if (!(density > most)) continue;
        most = density;
        best = k;
    }
    return best;
}

static void set_tail(sg_number_code *code, int side, double bound) {
    sg_tail *tail = &code->tail[side];
    double y = sg_number_y(code, bound);
    *tail = (sg_tail){0};
    if (code->mixture.count == 0 || !isfinite(y)) return;
    int32_t k = densest(&code->mixture, y);
    double end = side == 0 ? -distance(code, k, y) : distance(code, k, y);
    if (end > 1) sg_tail_set(tail, k, end);
}

void sg_tail_set(sg_tail *tail, int32_t component, double end) {
    *tail =
        (sg_tail){.component = component, .end = end, .scale = scale_of(end)};
}

void sg_number_fit_tails(sg_number_code *code) {
    const sg_grid *grid = &code->mixed;
    double low = grid->low, high = grid->high;
    if (!grid->is_real) {
        long double base = (long double)code->base;
        long double unit = (long double)grid->unit;
        low = (double)(((long double)grid->least - base) / unit);
        high = (double)(((long double)grid->most - base) / unit);
    }
    set_tail(code, 0, low);
    set_tail(code, 1, high);
}

static const sg_tail *tail_of(const sg_number_code *code, int32_t k, double t) {
    const sg_tail *tail = &code->tail[t > 0];
    bool reached = tail->end > 1 && tail->component == k && fabs(t) > knee;
    return reached ? tail : NULL;
}

double sg_number_within(const sg_number_code *code, int32_t k, double y) {
    double t = distance(code, k, y);
    const sg_tail *tail = tail_of(code, k, t);
    if (tail != NULL) {
        double far = tail->scale * log1p((fabs(t) - knee) / tail->scale);
        t = copysign(knee + far, t);
    }
    return t < -1 ? -1 : t > 1 ? 1 : t;
}

double sg_number_beyond(const sg_number_code *code, int32_t k, double u) {
    const sg_mixture *m = &code->mixture;
    double t = u > -1 ? u : -1; /* also NaN */
    t = t < 1 ? t : 1;
    const sg_tail *tail = tail_of(code, k, t);
    if (tail != NULL) {
        double far = tail->scale * expm1((fabs(t) - knee) / tail->scale);
        t = copysign(knee + far, t);
    }
    return m->mean[k] + SG_NUMBER_REACH * m->deviation[k] * t;
}
