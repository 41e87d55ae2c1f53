/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many digits behind the point binary numbers have that came from decimal
 * ones, so that synthetic ones get as many.
 */
#ifndef SG_TABLE_DECIMALS_H
#define SG_TABLE_DECIMALS_H

#include <stdbool.h>
#include <stdint.h>

#define SG_DECIMALS_MAX 9

/* The fewest digits, SG_DECIMALS_MAX at most, with which each value is the
 * number nearest to a decimal one; -1 if there are none. NaN and infinite
 * values don't count, nor do none at all (-1). `single`: the values were
 * floats before they were doubles. */
int32_t sg_decimals(const double *values, int64_t count, bool single);

/* What a column's `decimals` may be: digits, -1 for the shortest text that
 * reads back, or the fewest digits, at least so many, without an exponent. */
#define SG_DECIMALS_AT_LEAST(digits) (-2 - (digits))
#define SG_DECIMALS_LOWEST SG_DECIMALS_AT_LEAST(SG_TEXT_DECIMALS)
/* Digits behind the point that texts may have, at most. */
#define SG_TEXT_DECIMALS 15

/* The fewest digits of which `decimals` wants at least so many; -1: it is of
 * another kind. */
static inline int sg_decimals_least(int32_t decimals) {
    return decimals <= -2 ? -2 - decimals : -1;
}

/* How many cells have so many digits behind the point, and how many of these
 * end in a zero. More digits than SG_TEXT_DECIMALS count as these. */
typedef struct sg_decimals_tally {
    int64_t cells[SG_TEXT_DECIMALS + 1], zeros[SG_TEXT_DECIMALS + 1];
} sg_decimals_tally;

void sg_decimals_take(sg_decimals_tally *tally, int decimals, bool zero,
                      int64_t cells);
void sg_decimals_add(sg_decimals_tally *tally, const sg_decimals_tally *more);

/* Most digits that a cell has. */
int32_t sg_decimals_most(const sg_decimals_tally *tally);

/* The `decimals` in which most cells are written: all with as many as the
 * longest, unless more of them have the fewest that their values need.
 * `unfixed`: some have an exponent or more digits than count here. */
int32_t sg_decimals_written(const sg_decimals_tally *tally, bool unfixed);

#endif
