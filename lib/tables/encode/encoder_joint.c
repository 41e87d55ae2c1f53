/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Joint choices: combinations of the values of several columns, numbered in the
 * order in which they come.
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
    if (!sg_column_has_reals(column)) return column->integers[row];
    double v = column->reals[row] + 0.0; /* -0 is 0 */
    if (v != v) v = (double)__builtin_nanf("");
    memcpy(&cell, &v, sizeof cell);
    return cell;
}

int32_t sg_joint_place(const sg_joint_code *code, int32_t column) {
    for (int32_t i = 0; i < code->n_columns; i++)
        if (code->columns[i] == column) return i;
    return -1;
}

int32_t sg_joint_owner(const sg_encoder *encoder, int32_t column) {
    for (int32_t c = 0; c < column; c++)
        if (sg_joint_place(&encoder->codes[c].joint, column) >= 0) return c;
    return -1;
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

static bool has_cells(const void *user, int32_t number, const void *key) {
    const sg_joint_code *code = user;
    return memcmp(code->cells + (int64_t)number * code->n_columns, key,
                  (size_t)code->n_columns * sizeof *code->cells) == 0;
}

static sg_index index_of(syngan_context *context, const sg_joint_code *code) {
    return (sg_index){.context = context, .equal = has_cells, .user = code};
}

static uint64_t hash_cells(const sg_index *index, const int64_t *cells) {
    const sg_joint_code *code = index->user;
    return sg_hash(&index->context->hash_key, cells,
                   (size_t)code->n_columns * sizeof *cells);
}

/* The number of the combination in h->cells, a new one if it is not there. */
static bool add_combination(sg_joint_table *h, int32_t *out) {
    uint64_t hash = hash_cells(&h->index, h->cells);
    *out = sg_index_find(&h->index, hash, h->cells);
    if (*out >= 0) return true;
    size_t bytes = (size_t)h->code->n_columns * sizeof *h->cells;
    void *array = h->code->cells;
    if (!sg_reserve(h->context, &array, &h->capacity, (size_t)h->code->n_rows,
                    bytes))
        return false;
    h->code->cells = array;
    memcpy(h->code->cells + (int64_t)h->code->n_rows * h->code->n_columns,
           h->cells, bytes);
    if (!sg_index_add(&h->index, hash, h->code->n_rows)) return false;
    *out = h->code->n_rows++;
    return true;
}

/* ---- fitting and finding ---------------------------------------------------
 */

syngan_status sg_joint_begin(syngan_context *context, sg_joint_code *code,
                             sg_joint_table *out) {
    size_t bytes = (size_t)code->n_columns * sizeof *out->cells;
    *out = (sg_joint_table){
        .context = context, .code = code, .index = index_of(context, code)};
    out->cells = sg_alloc(context, bytes);
    return out->cells != NULL
               ? SYNGAN_OK
               : sg_fail_memory(context, "the combinations of columns", bytes);
}

void sg_joint_finish(sg_joint_table *h) {
    if (h->context == NULL) return;
    sg_free(h->context, h->cells);
    sg_index_free(&h->index);
    sg_free(h->context, h->count);
    *h = (sg_joint_table){0};
}

/* Counts the combination of a row, a new one from 0. */
static bool count_row(sg_joint_table *h) {
    int32_t before = h->code->n_rows, at;
    if (!add_combination(h, &at)) return false;
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
        SG_TRY(sg_check_at(h->context, row, "table"));
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
    sg_index index = index_of(context, code);
    size_t bytes = (size_t)code->n_columns * sizeof(int64_t);
    int64_t *cells = sg_alloc(context, bytes);
    bool ok = cells != NULL;
    for (int32_t i = 0; i < code->n_rows && ok; i++) {
        const int64_t *known = code->cells + (int64_t)i * code->n_columns;
        ok = sg_index_add(&index, hash_cells(&index, known), i);
    }
    for (int64_t row = 0; row < rows && ok; row++) {
        if (sg_is_cancelled_at(context, row)) break;
        for (int32_t i = 0; i < code->n_columns; i++)
            cells[i] =
                cell_of(columns[code->columns[i]], map[code->columns[i]], row);
        found[row] = sg_index_find(&index, hash_cells(&index, cells), cells);
    }
    sg_free(context, cells);
    sg_index_free(&index);
    return ok ? sg_check_cancelled(context, "table")
              : sg_fail_memory(context, "the combinations of columns", bytes);
}
