/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions of a sample, as text and as tests of a row:
 *
 *   condition  = term { "and" term }
 *   term       = name ( "=" | "<" | "<=" | ">" | ">=" ) value
 *              | name "in" value ".." value
 *              | name "is" "missing"
 *
 * Names and values are words without blanks, commas of numbers included, or
 * stand in double quotes, in which two quotes are one.
 */
#ifndef SG_SYNTH_WHERE_H
#define SG_SYNTH_WHERE_H

#include "table/encoder.h"

enum {
    SG_WHERE_CODE = 1,   /* a category or boolean has this value */
    SG_WHERE_WHOLE = 2,  /* an integer or a time within bounds */
    SG_WHERE_REAL = 3,   /* a real within bounds */
    SG_WHERE_MISSING = 4 /* of any type */
};

typedef struct sg_where_term {
    int32_t kind;
    int32_t column; /* of the form */
    int32_t code;
    int32_t reserved;
    int64_t least, most; /* bounds, both included */
    double low, high;
} sg_where_term;

typedef struct sg_where {
    syngan_context *context;
    sg_where_term *terms;
    size_t count, capacity;
} sg_where;

/* `text` NULL or blank: no term. SYNGAN_E_ARGUMENT with a sentence that quotes
 * the place. */
syngan_status sg_where_parse(const syngan_table *form, const char *text,
                             sg_where *out);
void sg_where_end(sg_where *where);
/* Whether a value of the term's column satisfies it. */
bool sg_where_term_holds(const sg_where_term *term, const sg_column *column,
                         int64_t row);
/* Whether a row of a table of the form satisfies all terms. */
bool sg_where_holds(const sg_where *where, const syngan_table *table,
                    int64_t row);

#endif
