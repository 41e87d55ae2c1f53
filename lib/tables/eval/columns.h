/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A column of the real and of the synthetic table, as measures of single
 * columns look at it (SG_OF_COLUMN).
 */
#ifndef SG_EVAL_COLUMNS_H
#define SG_EVAL_COLUMNS_H

#include "eval/match.h"

typedef struct sg_column_sides {
    const sg_match *match;
    const sg_matched *column;
    /* Real, synthetic. Of numbers, the values that are there, ascending: */
    double *value[2];
    int64_t count[2];
    /* Of others, how often each code occurs: */
    int64_t *occurs[2];
} sg_column_sides;

#endif
