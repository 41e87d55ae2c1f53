/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The columns that two or three tables have in common, in a form that all
 * measures read: numbers and times as doubles, categories and booleans as codes
 * of one dictionary.
 */
#ifndef SG_EVAL_MATCH_H
#define SG_EVAL_MATCH_H

#include "eval/report.h"
#include "table/table.h"

/* The last side is the real table with its columns shuffled one by one. */
enum { SG_REAL, SG_SYNTHETIC, SG_HOLDOUT, SG_INDEPENDENT, SG_SIDES };

typedef struct sg_matched {
    const char *name; /* of the real table */
    char *path;       /* the name as it stands in names of values */
    int32_t type;     /* of the real table: SYNGAN_COLUMN_... */
    bool number;      /* integer, real, time */
    /* By side, NULL for a table that there is none of: numbers, NaN where
     * missing (times in nanoseconds, as pandas has them), or codes, -1 where
     * missing. */
    const double *value[SG_SIDES];
    const int32_t *code[SG_SIDES];
    void *owned[SG_SIDES];
    int64_t missing[SG_SIDES];
    sg_dictionary *words; /* of codes */
    const sg_column *real;
    sg_column retyped[SG_SIDES]; /* of another type in its table; else 0 */
} sg_matched;

typedef struct sg_match {
    syngan_context *context;
    int64_t rows[SG_SIDES];
    sg_matched *column;
    size_t count;
} sg_match;

/* A column that has another type than the real one, or another format of times
 * or other marks of missing values, is taken as one of the real one's, if its
 * values are such. Adds notes on such columns, and on those that are left
 * out. SYNGAN_E_MISMATCH if none is in common. Tables by side; the last two may
 * be NULL. `key`: a column of the real table that groups rows, and is left out
 * without a note; -1: none. End it in any case. */
syngan_status sg_match_make(const syngan_table *const tables[SG_SIDES],
                            int64_t key, syngan_report *report, sg_match *out);
void sg_match_end(sg_match *match);

/* A table as the match reads it, for what looks at whole tables: columns that
 * were retyped are, the others are the table's own. SYNGAN_E_MEMORY. Its
 * `columns` are the caller's to sg_free(). */
syngan_status sg_match_view(const sg_match *match, int side,
                            const syngan_table *table, syngan_table *view);

/* -1 if there is none. */
int64_t sg_match_find(const sg_match *match, const char *name);

#endif
