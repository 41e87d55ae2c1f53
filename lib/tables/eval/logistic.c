/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Logistic regression, by L-BFGS (Nocedal and Wright, Numerical Optimization,
 * algorithm 7.4) with halved steps. Rows stay in small form: a choice adds one
 * weight.
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/thread.h"
#include "eval/features.h"
#include "eval/learn.h"

#define STEPS 100
#define PAIRS 8
#define BLOCKS 16
#define ACCURACY 1e-5

typedef struct fit {
    syngan_context *context;
    const sg_coded *rows;
    const double *target;
    double one; /* the class that is told from the rest */
    int64_t n;  /* weights, the last one for all rows alike */
    const double *weight;
    double *gradient; /* BLOCKS x n, sums of fixed parts of the rows */
    double loss[BLOCKS];
} fit;

static double margin(const sg_coded *rows, int64_t row, const double *weight,
                     int64_t n) {
    const float *number = rows->number + row * rows->numbers;
    const int32_t *choice = rows->choice + row * rows->choices;
    double sum = weight[n - 1];
    for (int32_t k = 0; k < rows->numbers; k++)
        sum += weight[k] * (double)number[k];
    for (int32_t k = 0; k < rows->choices; k++)
        sum += weight[choice[k]];
    return sum;
}

static double sigmoid(double x) {
    return x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x));
}

static void sum_blocks(void *argument, int64_t first, int64_t last) {
    fit *f = argument;
    const sg_coded *rows = f->rows;
    for (int64_t block = first; block < last; block++) {
        double *gradient = f->gradient + block * f->n, loss = 0;
        memset(gradient, 0, (size_t)f->n * sizeof *gradient);
        int64_t end = rows->rows * (block + 1) / BLOCKS;
        for (int64_t i = rows->rows * block / BLOCKS; i < end; i++) {
            double x = margin(rows, i, f->weight, f->n);
            double y = f->target[i] == f->one;
            loss += fmax(x, 0) - x * y + log1p(exp(-fabs(x)));
            double slope = sigmoid(x) - y;
            const float *number = rows->number + i * rows->numbers;
            const int32_t *choice = rows->choice + i * rows->choices;
            for (int32_t k = 0; k < rows->numbers; k++)
                gradient[k] += slope * (double)number[k];
            for (int32_t k = 0; k < rows->choices; k++)
                gradient[choice[k]] += slope;
            gradient[f->n - 1] += slope;
        }
        f->loss[block] = loss;
    }
}

/* Loss and gradient with the penalty, which the last weight does not have. */
static double evaluate(fit *f, const double *weight, double *gradient) {
    f->weight = weight;
    sg_parallel(f->context, BLOCKS, 1, sum_blocks, f);
    double loss = 0;
    memset(gradient, 0, (size_t)f->n * sizeof *gradient);
    for (int64_t block = 0; block < BLOCKS; block++) {
        loss += f->loss[block];
        for (int64_t k = 0; k < f->n; k++)
            gradient[k] += f->gradient[block * f->n + k];
    }
    for (int64_t k = 0; k < f->n - 1; k++) {
        loss += weight[k] * weight[k] / 2;
        gradient[k] += weight[k];
    }
    return loss;
}

static double dot(const double *a, const double *b, int64_t n) {
    double sum = 0;
    for (int64_t k = 0; k < n; k++)
        sum += a[k] * b[k];
    return sum;
}

/* The memory of a descent, all arrays of n. */
typedef struct descent {
    double *weight, *gradient, *next, *next_gradient, *direction;
    double *step[PAIRS], *change[PAIRS];
    int64_t pairs;
} descent;

/* direction = - inverse Hessian, as the last steps show it, times gradient. */
static void find_direction(descent *d, int64_t n) {
    double share[PAIRS];
    int64_t oldest = d->pairs > PAIRS ? d->pairs - PAIRS : 0;
    for (int64_t k = 0; k < n; k++)
        d->direction[k] = -d->gradient[k];
    for (int64_t p = d->pairs - 1; p >= oldest; p--) {
        const double *s = d->step[p % PAIRS], *y = d->change[p % PAIRS];
        share[p % PAIRS] = dot(s, d->direction, n) / dot(s, y, n);
        for (int64_t k = 0; k < n; k++)
            d->direction[k] -= share[p % PAIRS] * y[k];
    }
    if (d->pairs > 0) {
        const double *s = d->step[(d->pairs - 1) % PAIRS];
        const double *y = d->change[(d->pairs - 1) % PAIRS];
        double scale = dot(s, y, n) / dot(y, y, n);
        for (int64_t k = 0; k < n; k++)
            d->direction[k] *= scale;
    }
    for (int64_t p = oldest; p < d->pairs; p++) {
        const double *s = d->step[p % PAIRS], *y = d->change[p % PAIRS];
        double more = share[p % PAIRS] - dot(y, d->direction, n) / dot(s, y, n);
        for (int64_t k = 0; k < n; k++)
            d->direction[k] += more * s[k];
    }
}

static void keep_step(descent *d, int64_t n) {
    double *s = d->step[d->pairs % PAIRS], *y = d->change[d->pairs % PAIRS];
    for (int64_t k = 0; k < n; k++) {
        s[k] = d->next[k] - d->weight[k];
        y[k] = d->next_gradient[k] - d->gradient[k];
    }
    if (dot(s, y, n) > 1e-12 * dot(y, y, n)) d->pairs++;
    double *weight = d->weight, *gradient = d->gradient;
    d->weight = d->next;
    d->gradient = d->next_gradient;
    d->next = weight;
    d->next_gradient = gradient;
}

/* From weights of zero to the least loss. */
static void descend(fit *f, descent *d) {
    int64_t n = f->n;
    memset(d->weight, 0, (size_t)n * sizeof(double));
    d->pairs = 0;
    double loss = evaluate(f, d->weight, d->gradient);
    for (int step = 0; step < STEPS; step++) {
        if (dot(d->gradient, d->gradient, n) <
            ACCURACY * ACCURACY * (double)f->rows->rows)
            return;
        if (sg_is_cancelled(f->context)) return;
        find_direction(d, n);
        double slope = dot(d->direction, d->gradient, n);
        double length = d->pairs == 0 ? 1 / (double)f->rows->rows : 1;
        double next = loss;
        int tries = 0;
        for (; tries < 30; tries++, length /= 2) {
            for (int64_t k = 0; k < n; k++)
                d->next[k] = d->weight[k] + length * d->direction[k];
            next = evaluate(f, d->next, d->next_gradient);
            if (next <= loss + 1e-4 * length * slope) break;
        }
        if (tries == 30) return;
        keep_step(d, n);
        loss = next;
    }
}

/* ---- classes ------------------------------------------------------------ */

static void predict(const sg_coded *test, const double *weight, int64_t n,
                    int32_t classes, int32_t one, double *out) {
    for (int64_t i = 0; i < test->rows; i++) {
        double p = sigmoid(margin(test, i, weight, n));
        out[i * classes + one] = p;
        if (classes == 2) out[i * classes] = 1 - p;
    }
}

static void normalise(int64_t rows, int32_t classes, double *out) {
    for (int64_t i = 0; i < rows; i++) {
        double sum = 0;
        for (int32_t k = 0; k < classes; k++)
            sum += out[i * classes + k];
        for (int32_t k = 0; k < classes; k++)
            out[i * classes + k] /= sum > 0 ? sum : 1;
    }
}

static syngan_status learn(const sg_coded *train, const double *target,
                           int32_t classes, int64_t n, const sg_coded *test,
                           syngan_context *context, double *out) {
    size_t arrays = BLOCKS + 5 + 2 * PAIRS;
    double *memory = sg_alloc(context, arrays * (size_t)n * sizeof *memory);
    if (memory == NULL)
        return sg_fail_memory(context, "logistic regression",
                              arrays * (size_t)n * sizeof *memory);
    fit f = {.context = context,
             .rows = train,
             .target = target,
             .n = n,
             .gradient = memory};
    double *next = memory + BLOCKS * n;
    descent d = {next,         next + n, next + 2 * n, next + 3 * n,
                 next + 4 * n, {0},      {0},          0};
    for (int64_t p = 0; p < PAIRS; p++) {
        d.step[p] = next + (5 + 2 * p) * n;
        d.change[p] = next + (6 + 2 * p) * n;
    }
    for (int32_t one = classes == 2; one < classes; one++) {
        f.one = one;
        descend(&f, &d);
        predict(test, d.weight, n, classes, one, out);
    }
    normalise(test->rows, classes, out);
    sg_free(context, memory);
    return sg_is_cancelled(context)
               ? sg_fail(context, SYNGAN_E_CANCELLED, "evaluate: cancelled")
               : SYNGAN_OK;
}

syngan_status sg_learn_logistic(const sg_examples *train, const double *target,
                                int32_t classes, const sg_examples *test,
                                double *out) {
    syngan_context *context = train->match->context;
    const sg_features_options options = {.without = train->without,
                                         .most = 256};
    sg_features features;
    sg_coded coded[2] = {{0}, {0}};
    syngan_status status = sg_features_make(train->match, &options, &features);
    if (status == SYNGAN_OK)
        status = sg_features_code(&features, SG_REAL, train->side, train->row,
                                  train->count, &coded[0]);
    if (status == SYNGAN_OK)
        status = sg_features_code(&features, SG_REAL, test->side, test->row,
                                  test->count, &coded[1]);
    if (status == SYNGAN_OK)
        status = learn(&coded[0], target, classes, features.width + 1,
                       &coded[1], context, out);
    sg_coded_end(context, &coded[0]);
    sg_coded_end(context, &coded[1]);
    sg_features_end(&features);
    return status;
}
