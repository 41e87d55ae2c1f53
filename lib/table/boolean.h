/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The texts that say true and false.
 */
#ifndef SG_TABLE_BOOLEAN_H
#define SG_TABLE_BOOLEAN_H

#include "table/dictionary.h"

/* Whether the texts (two at most) are of one pair like "yes" and "no"; then
 * truth[code] tells which is which. */
bool sg_boolean_truth(const sg_dictionary *words, bool truth[2]);

#endif
