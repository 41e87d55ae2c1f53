/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Features: rows of mixed types as numbers, for distances and linear models.
 *
 * A row is kept small: a float for each number and the place of a one for each
 * choice, and expanded to a dense row block by block where that is needed.
 */
#ifndef SG_EVAL_FEATURES_H
#define SG_EVAL_FEATURES_H

#include "eval/match.h"

typedef struct sg_features_options {
    int64_t without;    /* a column to leave out, or -1 */
    int32_t most;       /* alternatives of a choice; rare values share some */
    bool marks_missing; /* a choice for numbers that may be missing */
    bool by_range; /* numbers from 0, the least real one, to 1; else they are
                      standardised */
} sg_features_options;

/* What is further from the mean, in standard deviations, is taken as this far:
 * squares and products of features stay finite in single precision. */
#define SG_FEATURE_MOST 1e6f

typedef struct sg_number_feature {
    const sg_matched *column;
    double origin, scale; /* feature = (value - origin) scale */
    float missing;        /* feature of a missing value: that of the mean */
} sg_number_feature;

typedef struct sg_choice_feature {
    const sg_matched *column;
    int32_t start, width; /* in a dense row */
    int32_t *place;       /* by code + 1 (first: missing), less `start`; NULL:
                             whether a number is missing */
} sg_choice_feature;

typedef struct sg_features {
    syngan_context *context;
    sg_number_feature *number;
    sg_choice_feature *choice;
    int32_t numbers, choices;
    int32_t width; /* of a dense row: numbers, then choices */
} sg_features;

/* Scales and frequencies are those of the real table. SYNGAN_E_MEMORY,
 * SYNGAN_E_CANCELLED. End it in any case. */
syngan_status sg_features_make(const sg_match *match,
                               const sg_features_options *options,
                               sg_features *out);
void sg_features_end(sg_features *features);

/* Rows in small form. */
typedef struct sg_coded {
    int64_t rows;
    int32_t numbers, choices;
    float *number;   /* rows x numbers */
    int32_t *choice; /* rows x choices: places in a dense row */
} sg_coded;

/* `sides`: of each row; NULL: all are of `side`. */
syngan_status sg_features_code(const sg_features *features, int side,
                               const uint8_t *sides, const int64_t *rows,
                               int64_t count, sg_coded *out);
void sg_coded_end(syngan_context *context, sg_coded *coded);

/* The squared distance of two rows: of numbers, plus 1 for each choice in
 * which they differ. */
double sg_coded_distance(const sg_coded *a, int64_t i, const sg_coded *b,
                         int64_t k);

#endif
