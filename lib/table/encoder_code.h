/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the encoder: how each column is coded.
 */
#ifndef SG_TABLE_ENCODER_CODE_H
#define SG_TABLE_ENCODER_CODE_H

#include "table/encoder.h"
#include "table/mixture.h"

/* ---- numbers ------------------------------------------------------------ */

/*
 * An integer, time or real as a mode and a number within it.
 *
 * Of an integer or time v the code is about x = (v - base) / unit, of a real
 * about x = v. The mixture lies in y, which is x or sign(d) log(1 + |d| /
 * width) with d = x - centre, for heavy tails. Modes are, in this order:
 * components of the mixture, with the number (y - mean) / (4 deviation) in [-1,
 * 1]; single values; "missing". The numbers of the latter two are 0.
 */
typedef struct sg_number_code {
    bool is_real;
    bool has_missing;
    int32_t decimals; /* of reals; -1: they are not rounded */
    int64_t base, unit;
    int64_t least, most;  /* bounds of v, of integers and times */
    double low, high;     /* bounds of x */
    double centre, width; /* of the logarithmic scale; width 0: y is x */
    int32_t n_singles;
    int32_t n_modes;
    double *singles; /* x, rising */
    double *share;   /* of the rows, by mode */
    sg_mixture mixture;
} sg_number_code;

/* What went wrong in a thread, which may not set the context's sentence. */
typedef struct sg_fit_failure {
    syngan_status status;
    const char *reason; /* of SYNGAN_E_ARGUMENT, about a value */
    int64_t row;
} sg_fit_failure;

/* Fits to the values of a column. */
void sg_number_fit(syngan_context *context, const sg_column *column,
                   int64_t rows, const sg_encoder_options *options,
                   uint64_t seed, sg_number_code *out, sg_fit_failure *failure);
void sg_number_end(syngan_context *context, sg_number_code *code);

/* Mode and number of a value; `unit` in [0, 1) decides between modes. Mode -1:
 * the value is missing, or not finite, and none such was there. */
int32_t sg_number_encode(const sg_number_code *code, const sg_column *column,
                         int64_t row, float unit, float *number);
/* The value of a mode and a number, written to a row of a column. */
void sg_number_decode(const sg_number_code *code, int32_t mode, float number,
                      sg_column *column, int64_t row);

/* ---- choices ------------------------------------------------------------ */

/*
 * One of some values as one of some alternatives. Frequent values have an
 * alternative each; rare ones of very many values share alternatives, and
 * decoding draws among them by their frequency.
 */
typedef struct sg_choice_code {
    int32_t n_values;
    int32_t n_alternatives;
    int32_t missing;      /* the value that is "missing", the last one; or -1 */
    int32_t *alternative; /* by value */
    int64_t *count;       /* rows, by value */
    int32_t *first;       /* by alternative, and one more: into `member` */
    int32_t *member;      /* values, by alternative */
    double *below;        /* by member: share of the alternative before it */
    double *share;        /* of the rows, by alternative */
} sg_choice_code;

/* `count` (taken over, also on failure): rows by value, each at least 1.
 * False when out of memory. */
bool sg_choice_make(syngan_context *context, int64_t *count, int32_t n_values,
                    bool has_missing, int32_t most, sg_choice_code *out);
void sg_choice_end(syngan_context *context, sg_choice_code *code);
/* A value of an alternative; `unit` in [0, 1) decides between several. */
int32_t sg_choice_value(const sg_choice_code *code, int32_t alternative,
                        float unit);

/* ---- columns ------------------------------------------------------------ */

enum {
    SG_CODE_NOTHING = 1, /* not learnt: identifiers, texts */
    SG_CODE_NUMBER = 2,
    SG_CODE_CHOICE = 3
};

typedef struct sg_column_code {
    int32_t kind;
    int32_t number_part, choice_part; /* -1: none */
    sg_number_code number;
    sg_choice_code choice;
} sg_column_code;

/* An encoder without a form, whose columns have no code yet. */
syngan_status sg_encoder_make(syngan_context *context, size_t n_columns,
                              sg_encoder **out);
/* Parts for the codes that the columns have. SYNGAN_E_ARGUMENT if there are
 * none. */
syngan_status sg_encoder_lay_out(sg_encoder *encoder);

#endif
