/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions: which value of which discrete column a generated row is to have,
 * as a one-hot vector over all values of all discrete columns. Training by
 * sampling (Xu and others 2019, section 4.3) draws a column, then a value by
 * the logarithm of its frequency, then a real row with this value.
 */
#ifndef SG_SYNTH_CONDITION_H
#define SG_SYNTH_CONDITION_H

#include "base/random.h"
#include "encode/encoder.h"

/* A discrete column: a choice of the encoder's. */
typedef struct sg_condition_column {
    int32_t part;   /* of the encoder */
    int32_t choice; /* among its choices */
    int32_t start;  /* in the vector */
    int32_t dense;  /* in a dense row */
    int32_t width;
    int32_t column; /* of the table */
} sg_condition_column;

/* The vector's one at `place` stands for the value at column `dense` of a dense
 * row. Without discrete columns, both are -1. */
typedef struct sg_condition {
    int32_t place, dense;
    int32_t column; /* among the discrete ones */
} sg_condition;

typedef struct sg_conditions {
    syngan_context *context;
    sg_condition_column *columns;
    int32_t count;
    int32_t width;     /* of the vector */
    int32_t n_numbers; /* cells in front of the choices of an encoded row */
    /* By place: chance of this value or one before it in its column; by
     * frequency, and by its logarithm. */
    double *frequent, *rare;
    /* By place, and one more: where in `rows` (borrowed) the rows with this
     * value begin, those of column c from c * n_rows on. NULL unless
     * training. */
    int64_t *first;
    int32_t *rows;
    int64_t n_rows;
} sg_conditions;

/* Of the vector that an encoder's columns give. */
int64_t sg_conditions_width(const sg_encoder *encoder);
/* `n_rows`: of the table that the encoder's shares are of. */
syngan_status sg_conditions_make(const sg_encoder *encoder, int64_t n_rows,
                                 sg_conditions *out);
/* None. */
void sg_conditions_none(syngan_context *context, int64_t n_rows,
                        sg_conditions *out);
/* Finds the rows of each value, for sg_condition_row(). `rows`: room for
 * `count` times as many as there are rows, borrowed. */
syngan_status sg_conditions_index(sg_conditions *conditions,
                                  const sg_encoded *encoded, int32_t *rows);
void sg_conditions_end(sg_conditions *conditions);

/* A condition from three random words. `rare`: by logarithms. */
sg_condition sg_condition_draw(const sg_conditions *conditions, bool rare,
                               const uint32_t words[3]);
/* A row with this value, or any if there are no conditions, from a fourth. */
int64_t sg_condition_row(const sg_conditions *conditions,
                         const sg_condition *condition, uint32_t word);

#endif
