/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers as texts of a table have them. Most are short and plain, "-12.50",
 * and fit one word of 64 bits from which the same text can be made again: that
 * is how columns are kept until their type is known (table/cells.h). The word
 * holds
 *     bits 0-1   SG_CELL_NUMERAL
 *     bits 2-5   digits behind the point
 *     bit  6     a minus sign
 *     bit  7     no digit before the point: ".5"
 *     bits 8-63  all digits as an integer below 10^15
 */
#ifndef SG_TABLE_NUMERAL_H
#define SG_TABLE_NUMERAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Kinds of words, in their lowest bits; see table/cells.h for the others. */
enum {
    SG_CELL_EMPTY = 0,
    SG_CELL_TEXT = 1,
    SG_CELL_NUMERAL = 2,
    SG_CELL_KIND = 3 /* the bits */
};

/* Most digits of a number that a double holds exactly, with any power of ten
 * that a numeral has: a single division rounds its value correctly. */
#define SG_NUMERAL_LIMIT 1000000000000000 /* 10^15 */
#define SG_NUMERAL_DECIMALS 15

/* Room for the text of a word, its end included. */
#define SG_NUMERAL_TEXT 24

/* False if the text is not such a number: then it may still be another one. */
bool sg_numeral_pack(const char *text, size_t size, uint64_t *word);
/* Writes the text and returns its size. */
size_t sg_numeral_text(uint64_t word, char text[SG_NUMERAL_TEXT]);

static inline int sg_numeral_decimals(uint64_t word) {
    return (int)(word >> 2 & 15);
}
/* All digits, with the sign. */
static inline int64_t sg_numeral_digits(uint64_t word) {
    int64_t digits = (int64_t)(word >> 8);
    return word & 64 ? -digits : digits;
}
double sg_numeral_value(uint64_t word);

/* What any text that is a number looks like. */
typedef struct sg_number_form {
    int decimals;  /* digits behind the point */
    bool exponent; /* "1e5" */
    bool padded;   /* "007": a number that is rather a code */
    bool infinite; /* "inf", "-Infinity": these two words, in any case */
    bool whole;    /* no digits but zeros behind the point, no exponent */
} sg_number_form;

/* False if the text is no number: [+-] digits [. digits] [e [+-] digits], where
 * digits may be missing on one side of the point. */
bool sg_number_scan(const char *text, size_t size, sg_number_form *form);
/* Values of a text that was scanned: the nearest double (false: too large),
 * and an integer if it is whole and fits. */
bool sg_number_real(const char *text, size_t size, double *value);
bool sg_number_integer(const char *text, size_t size, int64_t *value);

#endif
