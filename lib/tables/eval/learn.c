/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of the learners; examples as boosted trees read them.
 */
#include "eval/learn.h"

#include <math.h>

#include "base/memory.h"
#include "eval/boost.h"

const sg_named_learner sg_learners[SG_LEARNERS] = {
    [SG_TREES] = {"trees", "Boosted trees", sg_learn_trees, false},
    [SG_LOGISTIC] = {"logistic", "Logistic regression", sg_learn_logistic,
                     true},
};

static void read_column(const void *user, int32_t column, double *out) {
    const sg_examples *e = user;
    const sg_matched *from = &e->match->column[column];
    if (e->without >= 0 && column >= e->without) from++;
    for (int64_t i = 0; i < e->count; i++) {
        int side = e->side[i];
        int64_t row = e->row[i];
        double code = from->number ? 0 : from->code[side][row];
        out[i] = from->number ? from->value[side][row]
                 : code < 0   ? (double)NAN
                              : code;
    }
}

syngan_status sg_learn_trees(const sg_examples *train, const double *target,
                             int32_t classes, const sg_examples *test,
                             double *out) {
    const sg_match *match = train->match;
    int32_t *values = sg_alloc(match->context, match->count * sizeof *values),
            columns = 0;
    if (values == NULL)
        return sg_fail_memory(match->context, "decision trees",
                              match->count * sizeof *values);
    for (size_t c = 0; c < match->count; c++)
        if ((int64_t)c != train->without)
            values[columns++] =
                match->column[c].number ? 0 : match->column[c].words->count;
    const sg_boost_data learnt = {train->count, columns, values, read_column,
                                  train};
    const sg_boost_data tested = {test->count, columns, values, read_column,
                                  test};
    sg_boost *boost;
    syngan_status status = sg_boost_fit(match->context, &learnt, target,
                                        classes, &sg_boost_defaults, &boost);
    if (status == SYNGAN_OK) status = sg_boost_predict(boost, &tested, out);
    sg_boost_free(boost);
    sg_free(match->context, values);
    return status;
}
