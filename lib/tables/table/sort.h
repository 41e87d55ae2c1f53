/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sorting numbers by their digits, which takes time in proportion to their
 * number.
 */
#ifndef SG_TABLE_SORT_H
#define SG_TABLE_SORT_H

#include "base/context.h"

/* Sorts `count` numbers, none of them NaN, in rising order; `room` has place
 * for as many. After a cancel of the context (NULL: there is none) all become
 * one of them, so that they are in order, too. */
void sg_sort_f64(syngan_context *context, double *values, double *room,
                 int64_t count);

#endif
