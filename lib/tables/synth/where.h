/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions of a sample, as text and as tests of a row:
 *
 *   condition  = all { "or" all }
 *   all        = term { "and" term }
 *   term       = "(" condition ")"
 *              | name ( "=" | "!=" | "<" | "<=" | ">" | ">=" ) value
 *              | name [ "not" ] "in" value ".." value
 *              | name [ "not" ] "in" "(" value { "," value } ")"
 *              | name "is" [ "not" ] "missing"
 *
 * Names and values are words without blanks, commas of numbers included, or
 * stand in quotes, in which two quotes are one. A missing value satisfies "is
 * missing" only.
 */
#ifndef SG_SYNTH_WHERE_H
#define SG_SYNTH_WHERE_H

#include "encode/encoder.h"

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
    int32_t negated;     /* 1: it is another value, or is outside */
    int64_t least, most; /* bounds, both included; none if above each other */
    double low, high;
} sg_where_term;

/* In disjunctive form: a row satisfies one of the ways if it satisfies all of
 * its terms. */
typedef struct sg_where {
    syngan_context *context;
    sg_where_term *terms;
    size_t count, capacity;
    size_t *end; /* of each way's terms; the next way's begin there */
    size_t ways, end_capacity;
} sg_where;

static inline size_t sg_where_first(const sg_where *where, size_t way) {
    return way == 0 ? 0 : where->end[way - 1];
}

/* `text` NULL or blank: no way and no term. SYNGAN_E_ARGUMENT with a sentence
 * that quotes the place. */
syngan_status sg_where_parse(const syngan_table *form, const char *text,
                             sg_where *out);
void sg_where_end(sg_where *where);
/* Leaves a way out. */
void sg_where_drop(sg_where *where, size_t way);
/* Whether a value of the term's column satisfies it. */
bool sg_where_term_holds(const sg_where_term *term, const sg_column *column,
                         int64_t row);
/* Whether a row of a table of the form satisfies the condition. */
bool sg_where_holds(const sg_where *where, const syngan_table *table,
                    int64_t row);

/* ---- values (where_value.c) ---------------------------------------------- */

/* Sets what a term with an operator ("=", "!=", ...) and a value says; `to`: of
 * a range, its end, else NULL. False: the text is no such value of the column.
 */
bool sg_where_set(const sg_column *column, const char *operator,
                  const char * value, const char *to, sg_where_term *term);

#endif
