/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The texts that say true and false.
 */
#ifndef SG_TABLE_BOOLEAN_H
#define SG_TABLE_BOOLEAN_H

#include "table/dictionary.h"

/* Whether one of two texts says true and the other false, as "yes" and "no". */
bool sg_boolean_is_pair(const char *a, const char *b);

/* Whether the texts (two at most) are of one pair like "yes" and "no"; then
 * truth[code] tells which is which. */
bool sg_boolean_truth(const sg_dictionary *words, bool truth[2]);

/* The code of such texts that means the same as `text`, which may be of another
 * pair ("1" where the texts are "no" and "yes"); -1 if there is none. */
int32_t sg_boolean_code(const sg_dictionary *words, const char *text);

#endif
