/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The columns of sequences, and the two tables that are learnt of them.
 */
#include <string.h>

#include "base/memory.h"
#include "synth/sequence.h"

void sg_sequence_form_end(sg_sequence_form *form) {
    if (form->context == NULL) return;
    syngan_table_free(form->form);
    sg_free(form->context, form->role);
    *form = (sg_sequence_form){0};
}

/* ---- roles -------------------------------------------------------------- */

static bool is_equal(const sg_column *column, int64_t a, int64_t b) {
    if (sg_column_has_codes(column))
        return column->codes[a] == column->codes[b];
    if (column->type != SYNGAN_COLUMN_REAL)
        return column->integers[a] == column->integers[b];
    double x = column->reals[a], y = column->reals[b];
    return x == y || (x != x && y != y);
}

static bool is_attribute(const sg_column *column, const sg_groups *groups) {
    for (int64_t g = 0; g < groups->count; g++)
        for (int64_t i = groups->first[g] + 1; i < groups->first[g + 1]; i++)
            if (!is_equal(column, groups->rows[i - 1], groups->rows[i]))
                return false;
    return true;
}

static uint64_t common_divisor(uint64_t a, uint64_t b) {
    while (b != 0) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* The greatest number that all gaps are multiples of; 1 if there are none. */
static int64_t find_unit(const sg_column *column, const sg_groups *groups) {
    uint64_t unit = 0;
    for (int64_t g = 0; g < groups->count; g++)
        for (int64_t i = groups->first[g] + 1; i < groups->first[g + 1]; i++)
            unit = common_divisor(
                unit, (uint64_t)column->integers[groups->rows[i]] -
                          (uint64_t)column->integers[groups->rows[i - 1]]);
    return unit == 0 || unit > INT64_MAX ? 1 : (int64_t)unit;
}

syngan_status sg_sequence_form_make(const syngan_table *table,
                                    const sg_groups *groups, int64_t key,
                                    int64_t order, sg_sequence_form *out) {
    syngan_context *context = table->context;
    *out = (sg_sequence_form){.context = context,
                              .key = (int32_t)key,
                              .order = (int32_t)order,
                              .unit = 1};
    out->role = sg_alloc(context, table->n_columns * sizeof *out->role);
    if (out->role == NULL)
        return sg_fail_memory(context, "sequences",
                              table->n_columns * sizeof *out->role);
    SG_TRY(syngan_table_select(table, NULL, 0, &out->form));
    for (size_t c = 0; c < table->n_columns; c++)
        out->role[c] = (int64_t)c == key     ? SG_ROLE_KEY
                       : (int64_t)c == order ? SG_ROLE_ORDER
                       : is_attribute(&table->columns[c], groups)
                           ? SG_ROLE_ATTRIBUTE
                           : SG_ROLE_STEP;
    if (order >= 0 && table->columns[order].type != SYNGAN_COLUMN_REAL)
        out->unit = find_unit(&table->columns[order], groups);
    return SYNGAN_OK;
}

/* ---- tables ------------------------------------------------------------- */

static syngan_status start_column(const syngan_table *table, const char *name,
                                  int32_t type, sg_column *out) {
    syngan_context *context = table->context;
    size_t bytes = (size_t)table->rows * sizeof(int64_t);
    *out = (sg_column){.type = type, .decimals = -1};
    out->name = sg_strdup(context, name);
    out->data = sg_alloc(context, bytes);
    if (out->name != NULL && out->data != NULL) return SYNGAN_OK;
    sg_column_end(context, out);
    return sg_fail_memory(context, "a column of sequences", bytes);
}

static syngan_status add_lengths(const char *name, const sg_groups *groups,
                                 syngan_table *to) {
    sg_column column;
    SG_TRY(start_column(to, name, SYNGAN_COLUMN_INTEGER, &column));
    for (int64_t g = 0; g < groups->count; g++)
        column.integers[g] = groups->first[g + 1] - groups->first[g];
    return sg_table_add(to, &column);
}

static void fill_gaps(const sg_column *order, int64_t unit,
                      const sg_groups *groups, sg_column *gaps) {
    bool is_real = order->type == SYNGAN_COLUMN_REAL;
    for (int64_t g = 0; g < groups->count; g++) {
        int64_t first = groups->first[g], last = groups->first[g + 1];
        for (int64_t i = first; i < last; i++) {
            int64_t to = i > first ? i : i + 1 < last ? i + 1 : i;
            int64_t from = to > first ? to - 1 : to;
            int64_t a = groups->rows[from], b = groups->rows[to];
            if (is_real)
                gaps->reals[i] = order->reals[b] - order->reals[a];
            else
                gaps->integers[i] = (int64_t)((uint64_t)order->integers[b] -
                                              (uint64_t)order->integers[a]) /
                                    unit;
        }
    }
}

static syngan_status add_gaps(const sg_sequence_form *form,
                              const syngan_table *table,
                              const sg_groups *groups, syngan_table *to) {
    const sg_column *order = &table->columns[form->order];
    sg_column column;
    int32_t type = order->type == SYNGAN_COLUMN_REAL ? SYNGAN_COLUMN_REAL
                                                     : SYNGAN_COLUMN_INTEGER;
    SG_TRY(start_column(to, order->name, type, &column));
    column.decimals = order->decimals;
    fill_gaps(order, form->unit, groups, &column);
    return sg_table_add(to, &column);
}

static syngan_status add_columns(const sg_sequence_form *form, int32_t role,
                                 const syngan_table *table, const int64_t *rows,
                                 syngan_table *to) {
    for (size_t c = 0; c < table->n_columns; c++)
        if (form->role[c] == role)
            SG_TRY(sg_table_add_selected(to, &table->columns[c], rows));
    return SYNGAN_OK;
}

static syngan_status fill_heads(const sg_sequence_form *form,
                                const syngan_table *table,
                                const sg_groups *groups, const int64_t *rows,
                                syngan_table *to) {
    SG_TRY(add_columns(form, SG_ROLE_ATTRIBUTE, table, rows, to));
    SG_TRY(add_columns(form, SG_ROLE_ORDER, table, rows, to));
    return add_lengths(table->columns[form->key].name, groups, to);
}

static syngan_status fill_steps(const sg_sequence_form *form,
                                const syngan_table *table,
                                const sg_groups *groups, syngan_table *to) {
    SG_TRY(add_columns(form, SG_ROLE_STEP, table, groups->rows, to));
    return form->order < 0 ? SYNGAN_OK : add_gaps(form, table, groups, to);
}

syngan_status sg_sequence_heads(const sg_sequence_form *form,
                                const syngan_table *table,
                                const sg_groups *groups, syngan_table **out) {
    syngan_context *context = table->context;
    size_t bytes = (size_t)groups->count * sizeof(int64_t);
    int64_t *rows = sg_alloc(context, bytes);
    if (rows == NULL) return sg_fail_memory(context, "sequences", bytes);
    for (int64_t g = 0; g < groups->count; g++)
        rows[g] = groups->rows[groups->first[g]];
    syngan_status status = sg_table_make(context, groups->count, out);
    if (status == SYNGAN_OK)
        status = fill_heads(form, table, groups, rows, *out);
    sg_free(context, rows);
    if (status == SYNGAN_OK) return SYNGAN_OK;
    syngan_table_free(*out);
    *out = NULL;
    return status;
}

syngan_status sg_sequence_steps(const sg_sequence_form *form,
                                const syngan_table *table,
                                const sg_groups *groups, syngan_table **out) {
    SG_TRY(sg_table_make(table->context, groups->first[groups->count], out));
    syngan_status status = fill_steps(form, table, groups, *out);
    if (status == SYNGAN_OK) return SYNGAN_OK;
    syngan_table_free(*out);
    *out = NULL;
    return status;
}
