/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gradient-boosted decision trees on histograms (Friedman 2001; Chen and
 * Guestrin 2016, XGBoost; Ke and others 2017, LightGBM), for numbers and
 * classes. Columns are numbers or categories, and values may be missing. What
 * is learnt is a function of the data alone, not of the number of threads.
 *
 * It knows no tables: whoever has rows in any form says how to read a column.
 */
#ifndef SG_EVAL_BOOST_H
#define SG_EVAL_BOOST_H

#include "base/context.h"

/* Rows to learn from or to predict. */
typedef struct sg_boost_data {
    int64_t rows;
    int32_t columns;
    /* By column: how many values a category has; 0: a column of numbers. */
    const int32_t *values;
    /* Writes all rows of a column: numbers, codes from 0; NaN: missing. Called
     * by several threads at once. */
    void (*read)(const void *user, int32_t column, double *out);
    const void *user;
} sg_boost_data;

typedef struct sg_boost_options {
    int32_t rounds; /* trees, of several classes for each */
    int32_t depth;  /* of a tree, at most SG_BOOST_DEPTH */
    double rate;
    double penalty; /* lambda, of the squares of the leaves' values */
    double weight;  /* least sum of the second derivatives in a leaf */
} sg_boost_options;
#define SG_BOOST_DEPTH 20
/* XGBoost's own defaults. */
extern const sg_boost_options sg_boost_defaults;

typedef struct sg_boost sg_boost;

/* Classes at most. */
#define SG_BOOST_CLASSES 10

/* `classes` 0: `target` is a number; else a class from 0. SYNGAN_E_MEMORY,
 * SYNGAN_E_CANCELLED. */
syngan_status sg_boost_fit(syngan_context *context, const sg_boost_data *data,
                           const double *target, int32_t classes,
                           const sg_boost_options *options, sg_boost **out);
/* A number for each row, or the probability of each class: rows x classes. The
 * data has the columns that were learnt from; categories that did not occur
 * there count as missing. */
syngan_status sg_boost_predict(const sg_boost *boost, const sg_boost_data *data,
                               double *out);
void sg_boost_free(sg_boost *boost);

#endif
