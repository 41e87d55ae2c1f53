/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table handle: columns of equal length. Readers make a table with
 * sg_table_make() and give it their columns; from then on it does not change.
 */
#ifndef SG_TABLE_TABLE_H
#define SG_TABLE_TABLE_H

#include <syngan/table.h>

#include "table/column_type.h"
#include "table/constraint.h"
#include "table/dictionary.h"

/* Larger reals would overflow when squared: they are neither learnt nor
 * compared. */
#define SG_LARGEST 1e150

/* Bytes of an Arrow type, and the end of its text; two of them. */
#define SG_STORED_TEXT 64
#define SG_STORED_INTEGER "l"
#define SG_STORED_STRING "u"

typedef struct sg_column {
    char *name;
    int32_t type;     /* SYNGAN_COLUMN_... */
    int32_t decimals; /* of reals: digits behind the point; below 0: as the
                         value has them, see table/decimals.h */
    char *format;     /* of times; of numbers with a notation; else NULL */
    char *note;       /* what reading has to say of it; NULL: nothing */
    char stored[SG_STORED_TEXT]; /* the Arrow type that values come in and go
                                    out as, "": that of `type` */
    union {
        int64_t *integers; /* and times; missing: SYNGAN_MISSING */
        double *reals;     /* missing: NaN */
        int32_t *codes;    /* missing: -1 */
        void *data;        /* one value a row */
    };
    sg_dictionary *words; /* of codes: their texts; else NULL */
    int64_t missing;      /* values that are */
    /* Whose memory the values are; NULL: the column's own, from sg_alloc. */
    void (*release)(void *owner);
    void *owner;
} sg_column;

struct syngan_table {
    atomic_int references;
    syngan_context *context;
    int64_t rows;
    sg_column *columns;
    size_t n_columns, column_capacity;
    sg_dictionary *names; /* of the columns, by code; NULL: there is none */
    sg_constraints constraints;
    int32_t key, order;  /* columns, or -1 */
    char *missing_marks; /* as options give them; NULL: the usual ones */
};

syngan_status sg_table_make(syngan_context *context, int64_t rows,
                            syngan_table **out);
syngan_table *sg_table_retain(syngan_table *table);

/* Adds a column, whose parts the table takes over, also on failure
 * (SYNGAN_E_MEMORY; SYNGAN_E_ARGUMENT for a name that there is). Counts its
 * missing values. */
syngan_status sg_table_add(syngan_table *table, sg_column *column);
/* A table with the same rows, which may still be changed. */
syngan_status sg_table_copy(const syngan_table *table, syngan_table **out);
/* Adds a column with the values that some rows of another one have, as many as
 * the table has rows. */
syngan_status sg_table_add_selected(syngan_table *table, const sg_column *from,
                                    const int64_t *rows);
/* Takes over what a table has besides rows and columns. */
syngan_status sg_table_copy_rest(const syngan_table *from, syngan_table *to);
/* A column with name, type and formats of another one, and room for rows; it
 * has neither texts nor a note. */
syngan_status sg_column_start(syngan_context *context, const sg_column *form,
                              int64_t rows, sg_column *out);
/* Gives a column a dictionary of its own, without texts. */
syngan_status sg_column_empty_words(syngan_context *context, sg_column *column);
/* Adds such a column to a table that has no rows. */
syngan_status sg_table_add_empty(syngan_table *table, const sg_column *form);
/* Frees what a column holds. */
void sg_column_end(syngan_context *context, sg_column *column);

static inline const sg_column_type *sg_type_of(const sg_column *column) {
    return sg_column_types[column->type];
}
static inline bool sg_column_has_codes(const sg_column *column) {
    return sg_type_of(column)->storage == SG_STORE_CODES;
}
static inline bool sg_column_has_reals(const sg_column *column) {
    return sg_type_of(column)->storage == SG_STORE_REALS;
}
/* Written in digits, with "#" as format. */
static inline bool sg_column_is_number(const sg_column *column) {
    return sg_type_of(column)->comparison == SG_COMPARED_NUMBERS;
}
static inline bool sg_column_is_time(const sg_column *column) {
    return sg_type_of(column)->comparison == SG_COMPARED_TIMES;
}
/* A value that is there of a column without codes. */
static inline double sg_column_number(const sg_column *column, int64_t row) {
    return sg_column_has_reals(column) ? column->reals[row]
                                       : (double)column->integers[row];
}
/* The type of values' differences. */
static inline int32_t sg_column_difference(const sg_column *column) {
    return sg_type_of(column)->difference;
}
/* Bytes of a value. */
static inline size_t sg_column_step(const sg_column *column) {
    return sg_column_has_codes(column) ? sizeof(int32_t) : sizeof(int64_t);
}
bool sg_column_is_missing(const sg_column *column, int64_t row);
int64_t sg_column_count_missing(const sg_column *column, int64_t rows);
/* The bits of a value that is not missing, alike for equal values. */
uint64_t sg_column_bits(const sg_column *column, int64_t row);

/* A cell as text, unquoted, "" if missing: into `text` (always ended). Returns
 * the bytes that the whole needs, without its end. */
size_t sg_column_text(const sg_column *column, int64_t row, char *text,
                      size_t size);

/* The column of a name, or `standard` if that is NULL. SYNGAN_E_NOT_FOUND. */
syngan_status sg_find_column(const syngan_table *table, const char *name,
                             int64_t standard, int64_t *out);

#endif
