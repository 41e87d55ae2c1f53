/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of a column as another type than its own: as the Arrow type that they
 * came in (`stored` of sg_column), in which they are to go out again.
 */
#ifndef SG_TABLE_STORED_H
#define SG_TABLE_STORED_H

#include "table/table.h"

/* Whether a column of a type may be stored as an Arrow type, by its format. */
bool sg_stored_fits(const char *format, int32_t type);

/* Whether it is the one that values of the type have anyway. */
bool sg_stored_is_own(const char *format, int32_t type);

static inline bool sg_stored_as_text(const sg_column *column) {
    return column->stored[0] == SG_STORED_STRING[0];
}
/* Whether a column of identifiers is stored as integers of any kind. */
bool sg_stored_as_integers(const sg_column *column);
/* The integer that a text is, written as integers usually are. */
bool sg_stored_integer(const char *text, int64_t *value);

/* Bytes of a value; 0 for texts and where nothing is stored. */
size_t sg_stored_bytes(const sg_column *column);
/* Fills `out` with all values, those that are missing with anything. False if
 * some value does not fit. */
bool sg_stored_fill(const sg_column *column, int64_t rows, void *out);

#endif
