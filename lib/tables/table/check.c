/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether the rows of a table keep its constraints.
 */
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "table/schema.h"

typedef struct check {
    const syngan_table *table;
    const sg_constraint *constraint;
    const sg_origin *origin;
} check;

static const sg_column *column_of(const check *c, int32_t i) {
    return &c->table->columns[c->constraint->columns[i]];
}

/* ---- greater and range -------------------------------------------------- */

/* Integers and times are compared as they are: a double may be too coarse. */
static bool is_less(const sg_column *a, const sg_column *b, int64_t row) {
    if (!sg_column_has_reals(a) && !sg_column_has_reals(b))
        return a->integers[row] < b->integers[row];
    return sg_column_number(a, row) < sg_column_number(b, row);
}

bool sg_constraint_holds(const sg_constraint *constraint,
                         const syngan_table *table, int64_t row) {
    const sg_column *first = &table->columns[constraint->columns[0]];
    if (sg_column_is_missing(first, row)) return true;
    if (constraint->kind == SG_CONSTRAINT_RANGE) {
        double value = sg_column_number(first, row);
        return value >= constraint->low && value <= constraint->high;
    }
    const sg_column *high = &table->columns[constraint->columns[1]];
    if (sg_column_is_missing(high, row)) return true;
    return constraint->strict ? is_less(first, high, row)
                              : !is_less(high, first, row);
}

static syngan_status fail_row(const check *c, int64_t row) {
    char place[SG_PLACE_TEXT], text[64], other[64];
    const sg_column *first = column_of(c, 0);
    sg_column_text(first, row, text, sizeof text);
    sg_origin_text(c->origin, row, place);
    if (c->constraint->kind == SG_CONSTRAINT_RANGE)
        return sg_fail(
            c->table->context, SYNGAN_E_MISMATCH,
            "%s, column '%s': %s is out of the range that the schema "
            "allows",
            place, first->name, text);
    sg_column_text(column_of(c, 1), row, other, sizeof other);
    return sg_fail(c->table->context, SYNGAN_E_MISMATCH,
                   "%s: '%s' (%s) is not %s '%s' (%s), as the schema wants",
                   place, column_of(c, 1)->name, other,
                   c->constraint->strict ? "above" : "at least", first->name,
                   text);
}

static syngan_status check_rows(const check *c) {
    for (int64_t row = 0; row < c->table->rows; row++) {
        SG_TRY(sg_check_at(c->table->context, row, "table"));
        if (!sg_constraint_holds(c->constraint, c->table, row))
            return fail_row(c, row);
    }
    return SYNGAN_OK;
}

/* ---- unique ------------------------------------------------------------- */

static bool any_missing(const check *c, int64_t row) {
    for (int32_t i = 0; i < c->constraint->n_columns; i++)
        if (sg_column_is_missing(column_of(c, i), row)) return true;
    return false;
}

static uint64_t hash_row(const check *c, int64_t row) {
    uint64_t pair[2] = {0, 0};
    for (int32_t i = 0; i < c->constraint->n_columns; i++) {
        pair[1] = sg_column_bits(column_of(c, i), row);
        pair[0] = sg_hash(&c->table->context->hash_key, pair, sizeof pair);
    }
    return pair[0];
}

static bool rows_equal(const check *c, int64_t a, int64_t b) {
    for (int32_t i = 0; i < c->constraint->n_columns; i++)
        if (sg_column_bits(column_of(c, i), a) !=
            sg_column_bits(column_of(c, i), b))
            return false;
    return true;
}

static syngan_status fail_pair(const check *c, int64_t row, int64_t before) {
    char place[SG_PLACE_TEXT], other[SG_PLACE_TEXT], text[64];
    const sg_column *first = column_of(c, 0);
    sg_origin_text(c->origin, before, other);
    sg_column_text(first, row, text, sizeof text);
    return sg_fail(c->table->context, SYNGAN_E_MISMATCH,
                   "%s: has the same '%s' (%s)%s as %s, but the schema wants "
                   "unique ones",
                   sg_origin_text(c->origin, row, place), first->name, text,
                   c->constraint->n_columns > 1 ? " and others" : "",
                   other + strlen(c->origin->name) + 2);
}

/* By a hash table of rows, half full at most. */
static syngan_status check_unique(const check *c) {
    size_t slots = 16;
    while (slots < 2 * (size_t)c->table->rows)
        slots *= 2;
    int64_t *slot = sg_alloc(c->table->context, slots * sizeof *slot);
    if (slot == NULL)
        return sg_fail_memory(c->table->context, "a unique constraint",
                              slots * sizeof *slot);
    memset(slot, 0xff, slots * sizeof *slot);
    syngan_status status = SYNGAN_OK;
    for (int64_t row = 0; row < c->table->rows && status == SYNGAN_OK; row++) {
        status = sg_check_at(c->table->context, row, "table");
        if (any_missing(c, row)) continue;
        size_t at = hash_row(c, row) & (slots - 1);
        while (slot[at] >= 0 && !rows_equal(c, slot[at], row))
            at = (at + 1) & (slots - 1);
        if (slot[at] >= 0 && status == SYNGAN_OK)
            status = fail_pair(c, row, slot[at]);
        slot[at] = row;
    }
    sg_free(c->table->context, slot);
    return status;
}

syngan_status sg_constraints_check(const syngan_table *table,
                                   const sg_origin *origin) {
    for (size_t i = 0; i < table->constraints.count; i++) {
        const check c = {table, &table->constraints.item[i], origin};
        switch (c.constraint->kind) {
        case SG_CONSTRAINT_GREATER:
        case SG_CONSTRAINT_RANGE:
            SG_TRY(check_rows(&c));
            break;
        case SG_CONSTRAINT_UNIQUE:
            SG_TRY(check_unique(&c));
            break;
        default: /* fixed: the table says which combinations there are */
            break;
        }
    }
    return SYNGAN_OK;
}
