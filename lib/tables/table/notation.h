/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Notations of numbers: "1.234,50 EUR", "$1,234.50", "(12)", "12 %". A
 * notation is known by a pattern, the "format" of a column of numbers (see
 * syngan_table_schema()): "#.###,# EUR", "$#,###.#", "(#)", "# %".
 */
#ifndef SG_TABLE_NOTATION_H
#define SG_TABLE_NOTATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of a unit, of a mark and of a pattern, their ends included. */
#define SG_UNIT_TEXT 20
#define SG_SIGN_TEXT 4
#define SG_NOTATION_TEXT 64
/* Bytes of a number without its notation, its end included. */
#define SG_PLAIN_TEXT 256

typedef struct sg_notation {
    char prefix[SG_UNIT_TEXT], suffix[SG_UNIT_TEXT];
    char thousands[SG_SIGN_TEXT]; /* "": none */
    char minus[SG_SIGN_TEXT];     /* "-" or another sign */
    char decimal;                 /* '.' or ',' */
    bool pairs;                   /* 12,34,567 */
    bool late;                    /* marks from five digits on: 1234, 12 345 */
    bool parentheses, trailing;   /* negative numbers: (5), 5- */
    bool inside;                  /* the sign behind the prefix: $-5 */
    bool plus;                    /* positive numbers have a plus */
} sg_notation;

/* "1234.5" */
extern const sg_notation sg_notation_plain;

/* False if a pattern is none. */
bool sg_notation_parse(const char *pattern, sg_notation *out);
void sg_notation_pattern(const sg_notation *notation,
                         char pattern[SG_NOTATION_TEXT]);
/* A plain number, "-1234.5", in a notation; the bytes that the whole needs. */
size_t sg_notation_write(const sg_notation *notation, const char *plain,
                         char *text, size_t size);
/* The plain number of a text; false if it is none in this notation. A unit,
 * marks and the kind of sign may be left out. */
bool sg_notation_read(const sg_notation *notation, const char *text,
                      size_t size, char plain[SG_PLAIN_TEXT]);

/* ---- any notation ------------------------------------------------------- */

typedef enum sg_unit_kind {
    SG_UNIT_NONE,
    SG_UNIT_KNOWN, /* a currency, a percent sign, "kg" */
    SG_UNIT_WORD   /* another word, with a space before: "36 months" */
} sg_unit_kind;

/* What a text consists of that may be a number. */
typedef struct sg_number_text {
    const char *prefix, *body, *suffix;
    size_t n_prefix, n_body, n_suffix;
    char sign[SG_SIGN_TEXT]; /* a minus, or "" */
    bool negative, plus, parentheses, trailing, inside;
    sg_unit_kind unit;
} sg_number_text;
bool sg_number_divide(const char *text, size_t size, sg_number_text *out);

/* Pairs of a decimal mark and one of thousands. */
typedef struct sg_marks_pair {
    char decimal, thousands; /* thousands: 0 none, ' ' and '\'' all such */
} sg_marks_pair;
#define SG_MARKS_PAIRS 8
extern const sg_marks_pair sg_marks_pairs[SG_MARKS_PAIRS];

/* What the digits look like under a pair. */
typedef struct sg_body {
    char plain[SG_PLAIN_TEXT]; /* without a sign */
    char mark[SG_SIGN_TEXT];   /* of thousands; "": none is there */
    int before;                /* digits before the decimal mark */
    bool pairs, threes;        /* groups that the marks make can be */
} sg_body;
bool sg_body_read(const char *body, size_t size, sg_marks_pair pair,
                  sg_body *out);

#endif
