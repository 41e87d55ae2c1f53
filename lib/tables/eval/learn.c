/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of the learners.
 */
#include "eval/learn.h"

const sg_named_learner sg_learners[SG_LEARNERS] = {
    [SG_TREES] = {"trees", "Boosted trees", sg_learn_trees, false},
    [SG_LOGISTIC] = {"logistic", "Logistic regression", sg_learn_logistic,
                     true},
};
