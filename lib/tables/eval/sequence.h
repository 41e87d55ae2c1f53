/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How alike sequences are: groups of rows (table/group.h) in their order.
 */
#ifndef SG_EVAL_SEQUENCE_H
#define SG_EVAL_SEQUENCE_H

#include "eval/evaluation.h"
#include "table/group.h"

/* A table with its groups. */
typedef struct sg_sequence_side {
    const syngan_table *table;
    const sg_groups *groups;
} sg_sequence_side;

/* What measures look at: sequences as such (SG_OF_SEQUENCES), and a column that
 * is neither key nor order (SG_OF_STEPS). */
typedef struct sg_sequences {
    const sg_sequence_side *real, *synthetic;
    int64_t order[2]; /* columns of these; -1: none */
} sg_sequences;
typedef struct sg_steps {
    const sg_sequences *sequences;
    size_t column[2];
    bool constant; /* each real sequence has one value */
} sg_steps;

/* Adds the measures of sequences to the report; `order` may be -1. */
syngan_status sg_evaluate_sequences(sg_evaluation *evaluation,
                                    const syngan_table *real,
                                    const syngan_table *synthetic, int64_t key,
                                    int64_t order);

/* Kolmogorov-Smirnov statistics of the numbers of rows, and of the gaps between
 * rows in the column `order` of each (NaN if one has no gap). */
syngan_status sg_sequence_lengths(const sg_sequence_side *real,
                                  const sg_sequence_side *synthetic,
                                  double *out);
syngan_status sg_sequence_gaps(const sg_sequence_side *real, size_t real_order,
                               const sg_sequence_side *synthetic,
                               size_t synthetic_order, double *out);

/* Kolmogorov-Smirnov statistic of the values of a column of numbers. */
syngan_status sg_sequence_values(const sg_sequence_side *real,
                                 size_t real_column,
                                 const sg_sequence_side *synthetic,
                                 size_t synthetic_column, double *out);
/* The same of the times of day of a column of times. */
syngan_status sg_sequence_clock(const sg_sequence_side *real, size_t real_order,
                                const sg_sequence_side *synthetic,
                                size_t synthetic_order, double *out);

/* Correlation of a number (integer, real, time) with itself `lag` rows before,
 * over all groups; NaN if there is none. */
double sg_sequence_autocorrelation(const sg_sequence_side *side, size_t column,
                                   int64_t lag);
/* Mean absolute difference of autocorrelations at lags 1 ... `lags`, of those
 * that both have; NaN if there is none. */
double sg_sequence_memory(const sg_sequence_side *real, size_t real_column,
                          const sg_sequence_side *synthetic,
                          size_t synthetic_column, int64_t lags);

/* Total variation distance of the frequencies of pairs of a value and the next
 * one, of a column of codes (missing is a value); NaN if one has no pair. */
syngan_status sg_sequence_transitions(const sg_sequence_side *real,
                                      size_t real_column,
                                      const sg_sequence_side *synthetic,
                                      size_t synthetic_column, double *out);

/* Share of the groups of two rows or more that have one value in a column; NaN
 * if there are none. */
double sg_sequence_constant(const sg_sequence_side *side, size_t column);

#endif
