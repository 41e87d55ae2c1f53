/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys among integers: numbers that name rows, such as those of customers, and
 * that nobody wants learnt. They are unique; since those of measures may be
 * unique, too, it also takes one of these:
 *   - they count the rows: each is one more than that of the row before
 *   - the column's name says so: "customer_id", "InvoiceNo", "Kundennummer"
 *   - there are too many of them in their range to be unique by chance, and
 *     they don't rise with the rows as times and running totals do; or they
 *     rise, but half of the numbers of the range are there
 * A name that says "amount", "year" or the like makes numbers of them.
 */
#ifndef SG_TABLE_KEY_H
#define SG_TABLE_KEY_H

#include "table/cells.h"

/* What a column's name says. */
enum { SG_NAMED_MEASURE = -1, SG_NAMED_NOTHING = 0, SG_NAMED_KEY = 1 };
int32_t sg_key_name(const char *name);

/* What all cells of a column look like. All 0 before the first. */
typedef struct sg_key_looks {
    bool no_key;     /* some cell is no integer: then nothing else counts */
    bool missing;    /* some cell is */
    bool no_rise;    /* some integer is not above the one before */
    bool no_fall;    /* some integer is not below the one before */
    bool no_counter; /* some cell is not one more than the one before */
    bool no_date;    /* some integer is none like 20240320 */
    bool gaps;       /* differences to the one before differ */
    int64_t count;   /* of integers; of these: */
    int64_t low, high, last, step;
} sg_key_looks;

void sg_key_take(sg_key_looks *looks, const sg_cells *cells);
/* Of identifiers, whose texts may be integers. */
void sg_key_take_names(sg_key_looks *looks, const sg_column *column,
                       int64_t rows);
/* Whether they are a key, if they are unique. */
bool sg_key_may_be(const sg_key_looks *looks, int32_t named);
/* Says in the log that a column's integers are taken for identifiers, unless
 * they just count the rows. */
void sg_key_log(syngan_context *context, const sg_key_looks *looks,
                const char *name);

/* Whether the integers of cells that may be a key are unique.
 * SYNGAN_E_MEMORY. */
syngan_status sg_key_is_unique(const sg_cells *cells, const sg_key_looks *looks,
                               bool *is_unique);
/* Makes identifiers of a column of integers if they are a key. */
syngan_status sg_key_make(syngan_context *context, sg_column *column,
                          int64_t rows);

#endif
