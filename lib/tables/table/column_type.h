/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Types of columns. A type is one constant, a row of the table of them all:
 * what is said here of it is all that reading, writing, exchange, learning,
 * conditions and evaluation know of it. To add one, write its row in a file
 * type_NAME.c, list it in column_type.c, and give it a number in
 * syngan/table.h.
 */
#ifndef SG_TABLE_COLUMN_TYPE_H
#define SG_TABLE_COLUMN_TYPE_H

#include <syngan/table.h>

#include "table/notation.h"

struct sg_column;

typedef enum sg_values {
    SG_STORE_CODES,    /* int32_t, of texts; missing: -1 */
    SG_STORE_INTEGERS, /* int64_t; missing: SYNGAN_MISSING */
    SG_STORE_REALS     /* double; missing: NaN */
} sg_values;

/* Values are compared with those of types of the same class. */
typedef enum sg_comparison {
    SG_COMPARED_NEVER, /* nor are they learnt */
    SG_COMPARED_TEXTS,
    SG_COMPARED_NUMBERS,
    SG_COMPARED_TIMES,
    SG_COMPARED_DURATIONS
} sg_comparison;

/* Arrow types, in families. */
enum {
    SG_ARROW_TEXT = 1,
    SG_ARROW_INTEGER = 2,
    SG_ARROW_DECIMAL = 4,
    SG_ARROW_FLOAT = 8,
    SG_ARROW_TIME = 16,  /* with a date */
    SG_ARROW_CLOCK = 64, /* times of day */
    SG_ARROW_DURATION = 32
};

/* A format of values, ready for reading. */
typedef struct sg_form {
    const char *format; /* NULL: none is known */
    bool plain;         /* values need no format */
    sg_notation notation;
} sg_form;

/* What formats of values are, the "format" of schemas. */
typedef struct sg_format_kind {
    const char *what; /* "format of times; ... is one" */
    const char
        *standard; /* where nothing else is known; NULL: none is needed */
    bool (*valid)(const char *format);
    void (*prepare)(const char *format, sg_form *out);
} sg_format_kind;

/*
 * What a text stands for among the values of a column: the least and the
 * greatest one. A date stands for the whole day, and a fraction between two
 * integers for none, so that they are the wrong way round.
 */
__extension__ typedef __int128 sg_wide;
typedef struct sg_extent {
    sg_wide first, last; /* of integers */
    double real;         /* of reals */
} sg_extent;

typedef struct sg_column_type {
    int32_t id;       /* SYNGAN_COLUMN_... */
    const char *name; /* in schemas, files and messages */
    sg_values storage;
    sg_comparison comparison;
    /* The kind of code that it is learnt as: "number", "choice", "name" or
     * "empty". */
    const char *codec;
    int32_t difference; /* the type of differences of values; 0: none */
    bool has_decimals;  /* "decimals" belongs to it */
    bool is_count;      /* neighbours differ by 1 */
    bool is_pair;       /* at most two texts */
    bool by_clock;      /* units are those of the clock, not powers of ten */
    double scale;       /* from values to those measured, as pandas has them */

    const sg_format_kind *format; /* NULL: texts are as they are */
    /* The bits of the value that a text, without spaces around, has, and of a
     * short number (NULL: as its text). False if it has none. */
    bool (*read)(const sg_form *form, const char *text, size_t size,
                 uint64_t *bits);
    bool (*read_numeral)(const sg_form *form, uint64_t word, uint64_t *bits);
    /* As people write it in a condition. */
    bool (*read_extent)(const struct sg_column *column, const char *text,
                        sg_extent *out);
    /* Of a value that is there; as sg_column_text(). */
    size_t (*write)(const struct sg_column *column, int64_t row, char *text,
                    size_t size);
    const char *axis; /* the format on a chart's axis; NULL: the column's */

    const char *arrow; /* the Arrow type that values have in memory, */
    const char *(*arrow_of)(const char *format); /* and, if there is one, of
                                                    a format */
    uint32_t arrow_fits; /* SG_ARROW_...: others that they go out as */
    bool dictionary;     /* goes out as a dictionary of texts */
    const char *sqlite;  /* the type that is declared */
    const char *(*iso)(const char *format); /* SQLite's form of the format */
} sg_column_type;

#define SG_COLUMN_TYPES 8

extern const sg_column_type sg_type_integer, sg_type_real, sg_type_boolean,
    sg_type_category, sg_type_time, sg_type_identifier, sg_type_text,
    sg_type_duration;
/* By number; the first is NULL. */
extern const sg_column_type *const sg_column_types[SG_COLUMN_TYPES + 1];

/* NULL: no such type. */
static inline const sg_column_type *sg_column_type_at(int32_t id) {
    return id < 1 || id > SG_COLUMN_TYPES ? NULL : sg_column_types[id];
}
const sg_column_type *sg_column_type_find(const char *name);
static inline const char *sg_column_type_name(int32_t id) {
    return sg_column_types[id]->name;
}
/* The names of all as a list for messages: "integer, real, ... or text". */
#define SG_TYPE_NAMES 128
const char *sg_column_type_names(char text[SG_TYPE_NAMES]);

#endif
