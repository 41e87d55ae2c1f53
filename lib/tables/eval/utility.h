/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What measures of utility look at.
 */
#ifndef SG_EVAL_UTILITY_H
#define SG_EVAL_UTILITY_H

#include "eval/learn.h"

/* What a learner made of the examples for testing (SG_OF_MODEL): a number for
 * each, or the probability of each class. */
typedef struct sg_predictions {
    syngan_context *context;
    int32_t classes; /* 0: numbers */
    int64_t count;
    const double *target, *out;
    /* For each example, free to use: */
    double *scratch;
    bool *is_one;
} sg_predictions;

/* By how much the trees of the real table, of the synthetic one and of
 * independent columns are better than guessing (SG_OF_GAINS). */
typedef struct sg_gains {
    double gain[3];
    bool enough; /* rows to learn from */
} sg_gains;

/* A gain over that of the real table; NaN: that one says nothing. */
double sg_ratio_of(const sg_gains *gains, int which);

/* What a measure of SG_OF_MODEL tells of the gain: its value, less what
 * guessing gets; NaN: nothing. */
double sg_gain_of(const sg_result *result);

#endif
