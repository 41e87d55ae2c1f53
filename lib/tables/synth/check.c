/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Constraints of single rows, and the hashes of rows that must be unique. That
 * two different rows have one hash of 64 bits costs a row made anew.
 */
#include "synth/check.h"

#include "base/memory.h"
#include "table/schema.h"

void sg_check_begin(syngan_context *context, const sg_constraints *constraints,
                    sg_check *check) {
    *check = (sg_check){.context = context, .constraints = constraints};
    for (size_t i = 0; i < constraints->count; i++)
        if (constraints->item[i].kind == SG_CONSTRAINT_UNIQUE)
            check->has_unique = true;
}

void sg_check_end(sg_check *check) {
    if (check->context != NULL) sg_free(check->context, check->seen);
    *check = (sg_check){0};
}

/* ---- uniqueness --------------------------------------------------------- */

static uint64_t mix(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 29;
}

/* Of the constraint's number and the values; 0 if one of them is missing. */
static uint64_t hash_row(const sg_constraint *c, size_t number,
                         const syngan_table *table, int64_t row) {
    uint64_t hash = mix(0x2545f4914f6cdd1du, number);
    for (int32_t i = 0; i < c->n_columns; i++) {
        const sg_column *column = &table->columns[c->columns[i]];
        if (sg_column_is_missing(column, row)) return 0;
        hash = mix(hash, sg_column_bits(column, row));
    }
    return hash == 0 ? 1 : hash;
}

/* Where a hash is, or where it would be. */
static uint64_t *find_slot(uint64_t *seen, size_t n_slots, uint64_t hash) {
    size_t slot = (size_t)hash & (n_slots - 1);
    while (seen[slot] != 0 && seen[slot] != hash)
        slot = (slot + 1) & (n_slots - 1);
    return &seen[slot];
}

static syngan_status grow(sg_check *check) {
    if (2 * (check->n_seen + 1) <= check->n_slots) return SYNGAN_OK;
    size_t n_slots = check->n_slots == 0 ? 1024 : 2 * check->n_slots;
    uint64_t *seen = sg_alloc_zero(check->context, n_slots, sizeof *seen);
    if (seen == NULL)
        return sg_fail_memory(check->context, "the values that are unique",
                              n_slots * sizeof *seen);
    for (size_t i = 0; i < check->n_slots; i++)
        if (check->seen[i] != 0)
            *find_slot(seen, n_slots, check->seen[i]) = check->seen[i];
    sg_free(check->context, check->seen);
    check->seen = seen;
    check->n_slots = n_slots;
    return SYNGAN_OK;
}

static bool is_seen(const sg_check *check, uint64_t hash) {
    return check->n_slots > 0 &&
           *find_slot(check->seen, check->n_slots, hash) == hash;
}

static syngan_status remember(sg_check *check, uint64_t hash) {
    SG_TRY(grow(check));
    *find_slot(check->seen, check->n_slots, hash) = hash;
    check->n_seen++;
    return SYNGAN_OK;
}

/* ---- a row -------------------------------------------------------------- */

static bool is_kept(const sg_check *check, size_t number,
                    const syngan_table *table, int64_t row) {
    const sg_constraint *c = &check->constraints->item[number];
    uint64_t hash;
    switch (c->kind) {
    case SG_CONSTRAINT_GREATER:
    case SG_CONSTRAINT_RANGE:
        return sg_constraint_holds(c, table, row);
    case SG_CONSTRAINT_UNIQUE:
        hash = hash_row(c, number, table, row);
        return hash == 0 || !is_seen(check, hash);
    default:
        return true;
    }
}

syngan_status sg_check_row(sg_check *check, const syngan_table *table,
                           int64_t row, bool *kept) {
    *kept = false;
    for (size_t i = 0; i < check->constraints->count; i++)
        if (!is_kept(check, i, table, row)) return SYNGAN_OK;
    for (size_t i = 0; check->has_unique && i < check->constraints->count;
         i++) {
        const sg_constraint *c = &check->constraints->item[i];
        uint64_t hash =
            c->kind == SG_CONSTRAINT_UNIQUE ? hash_row(c, i, table, row) : 0;
        if (hash != 0) SG_TRY(remember(check, hash));
    }
    *kept = true;
    return SYNGAN_OK;
}
