/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantiles, areas under curves.
 */
#include "eval/scores.h"

#include <math.h>

#include "base/memory.h"
#include "table/sort.h"

double sg_quantile(const double *sorted, int64_t count, double share) {
    if (count == 0) return NAN;
    double at = share * (double)(count - 1);
    int64_t below = (int64_t)at;
    int64_t above = below + 1 < count ? below + 1 : below;
    double part = at - (double)below;
    return sorted[below] + part * (sorted[above] - sorted[below]);
}

/* Scores of one kind, ascending; those that are none come last and tie. */
typedef struct scores {
    double *value;
    int64_t count, none, at;
} scores;

static void take(scores *s, double *value, const double *score,
                 const bool *positive, bool which, int64_t count) {
    *s = (scores){.value = value};
    for (int64_t i = 0; i < count; i++) {
        if (positive[i] != which) continue;
        if (isnan(score[i]))
            s->none++;
        else
            value[s->count++] = score[i];
    }
}

/* Passes by the scores that equal `value`; returns how many. */
static int64_t pass(scores *s, double value) {
    int64_t first = s->at;
    while (s->at < s->count && s->value[s->at] == value)
        s->at++;
    return s->at - first;
}

static double least_left(const scores *a, const scores *b) {
    if (a->at == a->count) return b->value[b->at];
    if (b->at == b->count) return a->value[a->at];
    return fmin(a->value[a->at], b->value[b->at]);
}

/* The Mann-Whitney statistic by ranks, which ties share. */
static double rank_area(scores *yes, scores *no) {
    double rank_sum = 0, before = 0;
    double positives = (double)(yes->count + yes->none);
    double negatives = (double)(no->count + no->none);
    while (yes->at < yes->count || no->at < no->count) {
        double value = least_left(yes, no);
        double inside = (double)pass(yes, value);
        double ties = inside + (double)pass(no, value);
        rank_sum += inside * (before + (ties + 1) / 2);
        before += ties;
    }
    double ties = (double)(yes->none + no->none);
    rank_sum += (double)yes->none * (before + (ties + 1) / 2);
    if (positives == 0 || negatives == 0) return NAN;
    return (rank_sum - positives * (positives + 1) / 2) /
           (positives * negatives);
}

double sg_auc(syngan_context *context, const double *score,
              const bool *positive, int64_t count) {
    double *value = sg_alloc(context, 2 * (size_t)count * sizeof *value);
    scores yes, no;
    if (value == NULL) return -1;
    double *room = value + count;
    take(&yes, value, score, positive, true, count);
    take(&no, value + yes.count, score, positive, false, count);
    sg_sort_f64(context, yes.value, room, yes.count);
    sg_sort_f64(context, no.value, room, no.count);
    double area = rank_area(&yes, &no);
    sg_free(context, value);
    return area;
}
