/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words that notations consist of: signs, marks, units. For the files that
 * read and write notations.
 */
#ifndef SG_TABLE_NOTATION_TEXT_H
#define SG_TABLE_NOTATION_TEXT_H

#include "table/notation.h"

typedef struct sg_range {
    const char *at, *end;
} sg_range;

/* Minus signs, ended by NULL. */
extern const char *const sg_minus_signs[];

/* Copies as much as fits, and ends it. */
void sg_copy_bytes(char *to, size_t capacity, const char *from, size_t size);
/* Bytes at `at` that are a mark of the kind; 0: none is there. */
size_t sg_mark_size(char kind, const char *at, const char *end);
/* The kind of a mark: itself, ' ' for all spaces, '\'' for all apostrophes. */
char sg_mark_kind(const char *mark);
/* Goes behind a currency and the spaces after it; false: there is none. */
bool sg_take_currency(sg_range *range);
/* Whether a text is a unit behind a number. */
bool sg_find_unit(const char *text, size_t size, sg_unit_kind *kind);

#endif
