/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Joint choices: combinations of the values of several columns, found by
 * hashing.
 */
#include <string.h>

#include "base/memory.h"
#include "encode/encoder_code.h"

/* More combinations than this are refused: they would be the rows themselves.
 */
#define ROWS_MOST 1000000

/* ---- cells --------------------------------------------------------------- */

static int64_t cell_of(const sg_column *column, const int32_t *map,
                       int64_t row) {
    int64_t cell;
    if (sg_column_has_codes(column)) {
        int32_t code = column->codes[row];
        return code < 0 ? -1 : map[code];
    }
    if (column->type != SYNGAN_COLUMN_REAL) return column->integers[row];
    double v = column->reals[row] + 0.0; /* -0 is 0 */
    if (v != v) v = (double)__builtin_nanf("");
    memcpy(&cell, &v, sizeof cell);
    return cell;
}

void sg_joint_write(const sg_joint_code *code, int32_t row_of_code,
                    int32_t member, sg_column *column, int64_t row) {
    int64_t cell = code->cells[(int64_t)row_of_code * code->n_columns + member];
    if (sg_column_has_codes(column))
        column->codes[row] = (int32_t)cell;
    else
        memcpy(&column->integers[row], &cell, sizeof cell);
}

/* ---- the table of combinations --------------------------------------------
 */

typedef sg_joint_table hashing;

static uint64_t hash_cells(const int64_t *cells, int32_t n) {
    uint64_t hash = 0x9e3779b97f4a7c15u;
    for (int32_t i = 0; i < n; i++) {
        hash = (hash ^ (uint64_t)cells[i]) * 0x9fb21c651e98df25u;
        hash ^= hash >> 29;
    }
    return hash ^ hash >> 32;
}

/* The slot of a combination, or the free one where it would go. */
static size_t slot_of(const hashing *h, const int64_t *cells) {
    int32_t n = h->code->n_columns;
    size_t bytes = (size_t)n * sizeof *cells;
    size_t slot = hash_cells(cells, n) & (h->n_slots - 1);
    while (h->slot[slot] >= 0 &&
           memcmp(h->code->cells + (int64_t)h->slot[slot] * n, cells, bytes) !=
               0)
        slot = (slot + 1) & (h->n_slots - 1);
    return slot;
}

static bool grow_slots(hashing *h) {
    size_t wanted = h->n_slots == 0 ? 64 : 2 * h->n_slots;
    while (wanted < 2 * ((size_t)h->code->n_rows + 1))
        wanted *= 2;
    int32_t *slot = sg_alloc(h->context, wanted * sizeof *slot);
    if (slot == NULL) return false;
    memset(slot, 0xff, wanted * sizeof *slot);
    sg_free(h->context, h->slot);
    h->slot = slot;
    h->n_slots = wanted;
    for (int32_t i = 0; i < h->code->n_rows; i++)
        h->slot[slot_of(h, h->code->cells + (int64_t)i * h->code->n_columns)] =
            i;
    return true;
}

static bool add_combination(hashing *h, const int64_t *cells, int32_t *out) {
    if (2 * ((size_t)h->code->n_rows + 1) > h->n_slots && !grow_slots(h))
        return false;
    size_t slot = slot_of(h, cells);
    *out = h->slot[slot];
    if (*out >= 0) return true;
    size_t bytes = (size_t)h->code->n_columns * sizeof *cells;
    void *array = h->code->cells;
    if (!sg_reserve(h->context, &array, &h->capacity, (size_t)h->code->n_rows,
                    bytes))
        return false;
    h->code->cells = array;
    *out = h->slot[slot] = h->code->n_rows;
    memcpy(h->code->cells + (int64_t)h->code->n_rows++ * h->code->n_columns,
           cells, bytes);
    return true;
}

/* ---- fitting and finding ---------------------------------------------------
 */

syngan_status sg_joint_begin(syngan_context *context, sg_joint_code *code,
                             sg_joint_table *out) {
    size_t bytes = (size_t)code->n_columns * sizeof *out->cells;
    *out = (sg_joint_table){.context = context, .code = code};
    out->cells = sg_alloc(context, bytes);
    return out->cells != NULL
               ? SYNGAN_OK
               : sg_fail_memory(context, "the combinations of columns", bytes);
}

void sg_joint_finish(sg_joint_table *h) {
    if (h->context == NULL) return;
    sg_free(h->context, h->cells);
    sg_free(h->context, h->slot);
    sg_free(h->context, h->count);
    *h = (sg_joint_table){0};
}

/* Counts the combination of a row, a new one from 0. */
static bool count_row(hashing *h) {
    int32_t before = h->code->n_rows, at;
    if (!add_combination(h, h->cells, &at)) return false;
    if (at == before) {
        void *array = h->count;
        if (!sg_reserve(h->context, &array, &h->count_capacity, (size_t)before,
                        sizeof *h->count))
            return false;
        h->count = array;
        h->count[at] = 0;
    }
    h->count[at]++;
    return true;
}

syngan_status sg_joint_take(sg_joint_table *h, const syngan_table *table,
                            int32_t *const *map) {
    const sg_joint_code *code = h->code;
    for (int64_t row = 0; row < table->rows; row++) {
        for (int32_t i = 0; i < code->n_columns; i++)
            h->cells[i] = cell_of(&table->columns[code->columns[i]],
                                  map[code->columns[i]], row);
        if (!count_row(h))
            return sg_fail_memory(h->context, "the combinations of columns",
                                  (uint64_t)code->n_rows * sizeof *h->cells);
        if (code->n_rows > ROWS_MOST)
            return sg_fail(h->context, SYNGAN_E_ARGUMENT,
                           "table: the columns of the constraint \"fixed\" "
                           "with '%s' have more than %d combinations of "
                           "values, which is too many to learn",
                           table->columns[code->columns[0]].name, ROWS_MOST);
    }
    return SYNGAN_OK;
}

void sg_joint_end(syngan_context *context, sg_joint_code *code) {
    sg_free(context, code->columns);
    sg_free(context, code->cells);
    *code = (sg_joint_code){0};
}

syngan_status sg_joint_find(syngan_context *context, const sg_joint_code *code,
                            const sg_column *const *columns,
                            int32_t *const *map, int64_t rows, int32_t *found) {
    /* Nothing is added, so that the code stays as it is. */
    hashing h = {.context = context, .code = (sg_joint_code *)code};
    size_t bytes = (size_t)code->n_columns * sizeof(int64_t);
    int64_t *cells = sg_alloc(context, bytes);
    if (cells == NULL || !grow_slots(&h)) {
        sg_free(context, cells);
        return sg_fail_memory(context, "the combinations of columns", bytes);
    }
    for (int64_t row = 0; row < rows; row++) {
        for (int32_t i = 0; i < code->n_columns; i++)
            cells[i] =
                cell_of(columns[code->columns[i]], map[code->columns[i]], row);
        found[row] = h.slot[slot_of(&h, cells)];
    }
    sg_free(context, cells);
    sg_free(context, h.slot);
    return SYNGAN_OK;
}
