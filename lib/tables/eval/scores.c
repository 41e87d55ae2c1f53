/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Quantiles, areas under curves.
 */
#include "eval/scores.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

double sg_quantile(const double *sorted, int64_t count, double share) {
    if (count == 0) return NAN;
    double at = share * (double)(count - 1);
    int64_t below = (int64_t)at;
    int64_t above = below + 1 < count ? below + 1 : below;
    double part = at - (double)below;
    return sorted[below] + part * (sorted[above] - sorted[below]);
}

typedef struct example {
    double score;
    bool positive;
} example;

/* A score that is none comes last, and ties with its like. */
static int by_score(const void *a, const void *b) {
    double x = ((const example *)a)->score, y = ((const example *)b)->score;
    if (isnan(x) || isnan(y)) return isnan(x) - isnan(y);
    return (x > y) - (x < y);
}

/* The Mann-Whitney statistic by ranks, which ties share. */
static double rank_area(const example *sorted, int64_t count) {
    double positives = 0, rank_sum = 0;
    for (int64_t i = 0; i < count;) {
        int64_t end = i, inside = 0;
        while (end < count && by_score(&sorted[end], &sorted[i]) == 0)
            inside += sorted[end++].positive;
        rank_sum += (double)inside * ((double)(i + end + 1) / 2);
        positives += (double)inside;
        i = end;
    }
    double negatives = (double)count - positives;
    if (positives == 0 || negatives == 0) return NAN;
    return (rank_sum - positives * (positives + 1) / 2) /
           (positives * negatives);
}

double sg_auc(syngan_context *context, const double *score,
              const bool *positive, int64_t count) {
    example *sorted = sg_alloc(context, (size_t)count * sizeof *sorted);
    if (sorted == NULL) return -1;
    for (int64_t i = 0; i < count; i++)
        sorted[i] = (example){score[i], positive[i]};
    if (count > 1) qsort(sorted, (size_t)count, sizeof *sorted, by_score);
    double area = rank_area(sorted, count);
    sg_free(context, sorted);
    return area;
}
