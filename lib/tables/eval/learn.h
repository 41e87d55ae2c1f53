/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Learners: off-the-shelf judges of how much a table tells about one of its
 * columns, or about which table a row is of.
 */
#ifndef SG_EVAL_LEARN_H
#define SG_EVAL_LEARN_H

#include "eval/match.h"

/* Rows of matched columns, of one side or of several. */
typedef struct sg_examples {
    const sg_match *match;
    int64_t without; /* a column that is not looked at, or -1 */
    int64_t count;
    const uint8_t *side;
    const int64_t *row;
} sg_examples;

/* Classes at most. */
#define SG_MOST_CLASSES 10

/*
 * Learns from `train` and predicts `test`. `classes` 0: `target` is a number
 * and so is what is predicted, one for each example; else it is a class from
 * 0, and `out` gets the probability of each class: examples x classes.
 * SYNGAN_E_MEMORY, SYNGAN_E_CANCELLED.
 */
typedef syngan_status sg_learner(const sg_examples *train, const double *target,
                                 int32_t classes, const sg_examples *test,
                                 double *out);

/* By name. */
typedef struct sg_named_learner {
    const char *name, *title;
    sg_learner *learn;
    bool classes_only;
} sg_named_learner;
enum { SG_TREES, SG_LOGISTIC, SG_LEARNERS };
extern const sg_named_learner sg_learners[SG_LEARNERS];

/* Gradient-boosted decision trees (boost.h) with XGBoost's own settings. */
sg_learner sg_learn_trees;
/* Logistic regression with an L2 penalty of 1/2 |w|^2 by L-BFGS; of several
 * classes, each against the rest. Classes only. */
sg_learner sg_learn_logistic;

#endif
