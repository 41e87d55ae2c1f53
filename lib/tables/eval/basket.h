/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How alike the baskets of two tables are: sets of items, which are rows with
 * equal keys.
 */
#ifndef SG_EVAL_BASKET_H
#define SG_EVAL_BASKET_H

#include "eval/evaluation.h"

enum {
    SG_BASKET_SUPPORT = 20, /* real baskets with both items: such pairs count */
    SG_BASKET_ITEMS = 1024, /* most frequent ones, among which pairs count */
    SG_BASKET_TOP = 50      /* pairs of the greatest lift */
};

typedef struct sg_basket_measures {
    double size_ks;          /* Kolmogorov-Smirnov statistic of the sizes */
    double size_tv;          /* their total variation distance */
    double item_tv;          /* of the frequencies of items */
    double item_correlation; /* of them */
    /* Of the logarithms of the lift of pairs, count n12 n / (n1 n2): */
    double lift_correlation;
    double lift_error;       /* mean absolute difference */
    double top_overlap;      /* share of the real top pairs that are synthetic
                                top pairs */
    double coverage;         /* share of real items that occur */
    double verbatim;         /* share of synthetic baskets that are real ones */
    double verbatim_holdout; /* the same of the hold-out's; NaN without one */
    int64_t pairs;           /* that count; lift is NaN below 2 of them */
} sg_basket_measures;

/* Adds the measures of baskets to the report. */
syngan_status sg_evaluate_baskets(sg_evaluation *evaluation,
                                  const syngan_table *real,
                                  const syngan_table *synthetic, size_t key,
                                  size_t item);

/* `holdout` may be NULL. Columns are found by the names in `real`. Baskets
 * without items don't count. SYNGAN_E_ARGUMENT, SYNGAN_E_NOT_FOUND,
 * SYNGAN_E_MEMORY. */
syngan_status sg_basket_measure(const syngan_table *real,
                                const syngan_table *synthetic,
                                const syngan_table *holdout, size_t key,
                                size_t item, sg_basket_measures *out);

#endif
