/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pairs of columns: what measures of pairs look at (SG_OF_PAIR).
 */
#ifndef SG_EVAL_PAIRS_H
#define SG_EVAL_PAIRS_H

#include "eval/evaluation.h"

/* Bins of numbers that are compared with categories: 1 ... SG_PAIR_BINS and,
 * for the last edge and missing values, one more. */
#define SG_PAIR_BINS 10

typedef struct sg_binned {
    sg_evaluation *evaluation;
    uint8_t **bins[2]; /* by column; NULL for categories */
    bool *constant[2]; /* by column: one different value */
} sg_binned;

typedef struct sg_pair {
    int32_t a, b;
    /* Real, synthetic: r of two numbers, else Cramer's V. */
    double relation[2];
    /* How far the synthetic relation is from the real one: half the difference
     * of r, or the total variation distance of the contingency tables. */
    double distance;
    bool related;    /* in the real table */
    bool drawn;      /* else it is compared for the maps only */
    const char *why; /* not related */
} sg_pair;

/* Both false when out of memory. */
bool sg_bin_column(const sg_binned *binned, int64_t column);
bool sg_pair_compare(const sg_binned *binned, sg_pair *pair);

#endif
