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

#endif
