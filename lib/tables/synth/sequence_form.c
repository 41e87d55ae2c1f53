/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The columns of sequences, and the two tables that are learnt of them.
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "synth/sequence.h"

/* Gaps are learnt by the day if this share of them leads to another day. */
#define OTHER_DAYS 0.1
#define DAY ((int64_t)86400 * 1000000)

void sg_sequence_form_end(sg_sequence_form *form) {
    if (form->context == NULL) return;
    syngan_table_free(form->form);
    sg_free(form->context, form->role);
    sg_free(form->context, form->change);
    *form = (sg_sequence_form){0};
}

bool sg_sequence_has_steps(const sg_sequence_form *form) {
    for (size_t c = 0; form->form != NULL && c < form->form->n_columns; c++)
        if (form->role[c] != SG_ROLE_KEY && form->role[c] != SG_ROLE_ATTRIBUTE)
            return true;
    return false;
}

/* ---- roles -------------------------------------------------------------- */

static bool is_equal(const sg_column *column, int64_t a, int64_t b) {
    if (sg_column_has_codes(column))
        return column->codes[a] == column->codes[b];
    if (!sg_column_has_reals(column))
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

/* ---- days --------------------------------------------------------------- */

static int64_t day_of(int64_t time) {
    return time / DAY - (time % DAY < 0);
}

static int64_t clock_of(int64_t time) {
    return time - day_of(time) * DAY;
}

/* Whether gaps go to other days, and there is more than a date. */
static bool is_by_day(const sg_column *order, const sg_groups *groups,
                      int64_t unit) {
    int64_t gaps = 0, other = 0;
    if (!sg_column_is_time(order) || unit % DAY == 0) return false;
    for (int64_t g = 0; g < groups->count; g++)
        for (int64_t i = groups->first[g] + 1; i < groups->first[g + 1]; i++) {
            gaps++;
            other += day_of(order->integers[groups->rows[i]]) !=
                     day_of(order->integers[groups->rows[i - 1]]);
        }
    return gaps > 0 && (double)other >= OTHER_DAYS * (double)gaps;
}

int64_t sg_sequence_pass(const sg_sequence_form *form, int64_t time,
                         int64_t gap, int64_t clock) {
    uint64_t step = gap > 0 ? (uint64_t)gap * (uint64_t)form->unit : 0;
    if (!form->by_day || clock == SYNGAN_MISSING || step < DAY * 3 / 4)
        return (int64_t)((uint64_t)time + step);
    uint64_t days = (step + DAY / 2) / DAY;
    return (int64_t)(((uint64_t)day_of(time) + days) * DAY + (uint64_t)clock);
}

/* ---- constraints --------------------------------------------------------- */

/* The role that all columns of a constraint have, 0 if they have several. */
static int32_t role_of(const sg_sequence_form *form, const sg_constraint *c) {
    int32_t role = form->role[c->columns[0]];
    for (int32_t i = 1; i < c->n_columns; i++)
        if (form->role[c->columns[i]] != role) return 0;
    return role;
}

/* Those that rows keep one by one: of columns that are made together. A range
 * of a number that moves slowly is its grid's. */
static syngan_status check_constraints(const sg_sequence_form *form,
                                       const syngan_table *table) {
    static const char *const names[] = {"", "greater", "range", "fixed",
                                        "unique"};
    for (size_t i = 0; i < table->constraints.count; i++) {
        const sg_constraint *c = &table->constraints.item[i];
        int32_t role = role_of(form, c);
        bool kept = role == SG_ROLE_ATTRIBUTE || role == SG_ROLE_STEP ||
                    (role == SG_ROLE_CHANGE && c->kind == SG_CONSTRAINT_RANGE);
        if (kept && c->kind != SG_CONSTRAINT_UNIQUE) continue;
        return sg_fail(
            form->context, SYNGAN_E_UNSUPPORTED,
            "synthesizer: the constraint \"%s\" on column '%s' can't be kept "
            "in sequences; possible are \"range\", and \"greater\" and "
            "\"fixed\" among columns that are the same in all rows of a "
            "sequence, or among others that are neither its key nor its order "
            "nor move slowly",
            names[c->kind], table->columns[c->columns[0]].name);
    }
    return SYNGAN_OK;
}

/* Adds a constraint of one table to another one that has its columns. */
static syngan_status copy_constraint(const sg_constraint *c,
                                     const syngan_table *from,
                                     syngan_table *to) {
    SG_TRY(sg_constraints_add(to->context, &to->constraints, c));
    int32_t *columns = to->constraints.item[to->constraints.count - 1].columns;
    for (int32_t i = 0; i < c->n_columns; i++)
        columns[i] =
            (int32_t)syngan_table_find(to, from->columns[c->columns[i]].name);
    return SYNGAN_OK;
}

static syngan_status add_constraints(const sg_sequence_form *form, int32_t role,
                                     const syngan_table *from,
                                     syngan_table *to) {
    for (size_t i = 0; i < from->constraints.count; i++)
        if (role_of(form, &from->constraints.item[i]) == role)
            SG_TRY(copy_constraint(&from->constraints.item[i], from, to));
    return SYNGAN_OK;
}

static bool has_columns(const syngan_table *to, const sg_constraint *c,
                        const syngan_table *from) {
    for (int32_t i = 0; i < c->n_columns; i++)
        if (syngan_table_find(to, from->columns[c->columns[i]].name) < 0)
            return false;
    return true;
}

syngan_status sg_sequence_form_bind(sg_sequence_form *form,
                                    const syngan_table *from) {
    for (size_t i = 0; i < from->constraints.count; i++)
        if (has_columns(form->form, &from->constraints.item[i], from))
            SG_TRY(
                copy_constraint(&from->constraints.item[i], from, form->form));
    return SYNGAN_OK;
}

/* ---- the form ------------------------------------------------------------ */

/* What a column is that is neither key nor order. */
static syngan_status find_role(const syngan_table *table,
                               const sg_groups *groups, size_t column,
                               sg_sequence_form *form) {
    bool slow = false;
    form->role[column] = SG_ROLE_ATTRIBUTE;
    if (is_attribute(&table->columns[column], groups)) return SYNGAN_OK;
    if (form->n_changes < SG_CHANGES_MOST)
        SG_TRY(sg_change_find(table, (int64_t)column, groups,
                              &form->change[column], &slow));
    form->role[column] = slow ? SG_ROLE_CHANGE : SG_ROLE_STEP;
    form->n_changes += slow;
    return SYNGAN_OK;
}

static syngan_status find_roles(const syngan_table *table,
                                const sg_groups *groups, int64_t key,
                                int64_t order, sg_sequence_form *form) {
    for (size_t c = 0; c < table->n_columns; c++)
        if ((int64_t)c == key)
            form->role[c] = SG_ROLE_KEY;
        else if ((int64_t)c == order)
            form->role[c] = SG_ROLE_ORDER;
        else
            SG_TRY(find_role(table, groups, c, form));
    return SYNGAN_OK;
}

syngan_status sg_sequence_form_make(const syngan_table *table,
                                    const sg_groups *groups, int64_t key,
                                    int64_t order, sg_sequence_form *out) {
    syngan_context *context = table->context;
    *out = (sg_sequence_form){.context = context,
                              .key = (int32_t)key,
                              .order = (int32_t)order,
                              .unit = 1};
    size_t columns = table->n_columns;
    out->role = sg_alloc(context, columns * sizeof *out->role);
    out->change = sg_alloc_zero(context, columns, sizeof *out->change);
    if (out->role == NULL || out->change == NULL)
        return sg_fail_memory(context, "sequences",
                              columns * sizeof *out->change);
    SG_TRY(syngan_table_select(table, NULL, 0, &out->form));
    SG_TRY(find_roles(table, groups, key, order, out));
    SG_TRY(check_constraints(out, table));
    if (order < 0 || sg_column_has_reals(&table->columns[order]))
        return SYNGAN_OK;
    const sg_column *by = &table->columns[order];
    out->unit = find_unit(by, groups);
    out->by_day = is_by_day(by, groups, out->unit);
    if (out->by_day)
        out->unit = (int64_t)common_divisor((uint64_t)out->unit, (uint64_t)DAY);
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

/* In units of the form; to another day in whole days. */
static int64_t gap_between(const sg_sequence_form *form, int64_t a, int64_t b) {
    int64_t days = form->by_day ? day_of(b) - day_of(a) : 0;
    return (days > 0 ? days * DAY : (int64_t)((uint64_t)b - (uint64_t)a)) /
           form->unit;
}

static void fill_gaps(const sg_sequence_form *form, const sg_column *order,
                      const sg_groups *groups, sg_column *gaps) {
    bool is_real = sg_column_has_reals(order);
    for (int64_t g = 0; g < groups->count; g++) {
        int64_t first = groups->first[g], last = groups->first[g + 1];
        for (int64_t i = first; i < last; i++) {
            int64_t to = i > first ? i : i + 1 < last ? i + 1 : i;
            int64_t from = to > first ? to - 1 : to;
            int64_t a = groups->rows[from], b = groups->rows[to];
            if (is_real)
                gaps->reals[i] = order->reals[b] - order->reals[a];
            else
                gaps->integers[i] =
                    gap_between(form, order->integers[a], order->integers[b]);
        }
    }
}

static syngan_status add_gaps(const sg_sequence_form *form,
                              const syngan_table *table,
                              const sg_groups *groups, syngan_table *to) {
    const sg_column *order = &table->columns[form->order];
    sg_column column;
    SG_TRY(start_column(to, order->name, sg_column_difference(order), &column));
    column.decimals = order->decimals;
    fill_gaps(form, order, groups, &column);
    return sg_table_add(to, &column);
}

/* Times of day, of rows on another day than the one before; of the first row if
 * it has the gap to such a one. */
static syngan_status add_clock(const sg_sequence_form *form,
                               const syngan_table *table,
                               const sg_groups *groups, syngan_table *to) {
    const sg_column *order = &table->columns[form->order];
    sg_column column;
    SG_TRY(start_column(to, table->columns[form->key].name, SYNGAN_COLUMN_TIME,
                        &column));
    column.format = sg_strdup(to->context, "%H:%M:%S");
    if (column.format == NULL) {
        sg_column_end(to->context, &column);
        return sg_fail_memory(to->context, "a column of sequences", 16);
    }
    for (int64_t g = 0; g < groups->count; g++)
        for (int64_t i = groups->first[g]; i < groups->first[g + 1]; i++) {
            bool first = i == groups->first[g];
            bool last = i + 1 == groups->first[g + 1];
            int64_t time = order->integers[groups->rows[i]];
            int64_t other = order->integers[groups->rows[!first ? i - 1
                                                         : last ? i
                                                                : i + 1]];
            column.integers[i] =
                day_of(time) != day_of(other) ? clock_of(time) : SYNGAN_MISSING;
        }
    return sg_table_add(to, &column);
}

/* Differences of numbers that move slowly. */
static syngan_status add_differences(const sg_column *from,
                                     const sg_groups *groups,
                                     syngan_table *to) {
    sg_column column;
    SG_TRY(start_column(to, from->name, sg_column_difference(from), &column));
    column.decimals = from->decimals;
    sg_change_differences(from, groups, &column);
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
                                const sg_groups *groups, int64_t *rows,
                                syngan_table *to) {
    SG_TRY(add_columns(form, SG_ROLE_ATTRIBUTE, table, rows, to));
    SG_TRY(add_columns(form, SG_ROLE_ORDER, table, rows, to));
    for (size_t c = 0; c < table->n_columns; c++) {
        if (form->role[c] != SG_ROLE_CHANGE) continue;
        sg_change_first_rows(&table->columns[c], groups, rows);
        SG_TRY(sg_table_add_selected(to, &table->columns[c], rows));
    }
    SG_TRY(add_lengths(table->columns[form->key].name, groups, to));
    return add_constraints(form, SG_ROLE_ATTRIBUTE, table, to);
}

static syngan_status fill_steps(const sg_sequence_form *form,
                                const syngan_table *table,
                                const sg_groups *groups, syngan_table *to) {
    SG_TRY(add_columns(form, SG_ROLE_STEP, table, groups->rows, to));
    for (size_t c = 0; c < table->n_columns; c++)
        if (form->role[c] == SG_ROLE_CHANGE)
            SG_TRY(add_differences(&table->columns[c], groups, to));
    if (form->order >= 0) SG_TRY(add_gaps(form, table, groups, to));
    if (form->by_day) SG_TRY(add_clock(form, table, groups, to));
    return add_constraints(form, SG_ROLE_STEP, table, to);
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
