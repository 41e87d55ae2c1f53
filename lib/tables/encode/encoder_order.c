/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "Greater" constraints: columns that are compared are coded as differences,
 * and hold after rounding because each is decoded within what those before it
 * leave.
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "encode/codec.h"

/* Values of integers, times and reals as one type: a long double of x86 holds
 * both int64_t and double. */
static bool value_of(const sg_column *column, int64_t row, long double *out) {
    if (sg_column_is_missing(column, row)) return false;
    *out = sg_column_has_reals(column) ? (long double)column->reals[row]
                                       : (long double)column->integers[row];
    return true;
}

static uint8_t *relation_at(const sg_order_code *order, int32_t i, int32_t j) {
    return &order->relation[(size_t)i * (size_t)order->count + (size_t)j];
}

static bool is_mark(const sg_ordered *item, const sg_column *column,
                    int64_t row, int32_t *out) {
    for (int32_t i = 0; i < item->marks.count; i++) {
        const sg_number *v = &item->marks.value[i];
        if (item->grid.is_real ? column->reals[row] != v->real
                               : column->integers[row] != v->integer)
            continue;
        *out = i;
        return true;
    }
    return false;
}

int32_t sg_order_mark(const sg_encoder *encoder, int32_t item,
                      const sg_column *column, int64_t row) {
    const sg_ordered *a = &encoder->order->item[item];
    const sg_number_code *code = &encoder->codes[a->column].number;
    int32_t mark;
    if (!is_mark(a, column, row, &mark)) return -1;
    return code->mixture.count + code->n_singles - a->marks.count + mark;
}

/* ---- planning --------------------------------------------------------------
 */

static syngan_status check_column(const syngan_table *table, int32_t c) {
    const sg_column *column = &table->columns[c];
    if (!sg_column_has_codes(column)) return SYNGAN_OK;
    return sg_fail(table->context, SYNGAN_E_ARGUMENT,
                   "table: column '%s' is of type %s, but the constraint "
                   "\"greater\" compares numbers or times",
                   column->name, sg_column_type_name(column->type));
}

/* Items for the columns of all such constraints, joint ones first, in the order
 * of columns. */
static syngan_status list_items(const syngan_table *table,
                                sg_encoder *encoder) {
    const sg_constraints *all = &table->constraints;
    sg_order_code *order = encoder->order;
    for (size_t c = 0; c < encoder->n_codes; c++)
        encoder->codes[c].ordered = -1;
    for (size_t i = 0; i < all->count; i++) {
        const sg_constraint *k = &all->item[i];
        if (k->kind != SG_CONSTRAINT_GREATER) continue;
        for (int32_t j = 0; j < 2; j++) {
            SG_TRY(check_column(table, k->columns[j]));
            if (encoder->codes[k->columns[j]].ordered < 0) order->count++;
            encoder->codes[k->columns[j]].ordered = 0;
        }
    }
    size_t n = (size_t)order->count;
    order->item = sg_alloc_zero(table->context, n, sizeof *order->item);
    order->relation = sg_alloc_zero(table->context, n * n, 1);
    if (order->item == NULL || order->relation == NULL)
        return sg_fail_memory(table->context, "constraints", n * n);
    int32_t count = 0;
    for (int32_t joint = 1; joint >= 0; joint--)
        for (size_t c = 0; c < encoder->n_codes; c++) {
            bool is_joint = encoder->codes[c].codec->is_grouped;
            if (encoder->codes[c].ordered < 0 || is_joint != joint) continue;
            encoder->codes[c].ordered = count;
            order->item[count++] = (sg_ordered){
                .column = (int32_t)c, .reference = -1, .is_joint = is_joint};
        }
    return SYNGAN_OK;
}

/* What follows from two relations one after the other. */
static uint8_t chain(uint8_t a, uint8_t b) {
    if (a == SG_ORDER_NONE || b == SG_ORDER_NONE) return SG_ORDER_NONE;
    return a > b ? a : b;
}

/* The relations that the constraints have, and all that follow from them
 * (Floyd and Warshall). */
static syngan_status relate(const syngan_table *table, sg_encoder *encoder) {
    const sg_order_code *order = encoder->order;
    for (size_t i = 0; i < table->constraints.count; i++) {
        const sg_constraint *k = &table->constraints.item[i];
        if (k->kind != SG_CONSTRAINT_GREATER) continue;
        uint8_t *r = relation_at(order, encoder->codes[k->columns[0]].ordered,
                                 encoder->codes[k->columns[1]].ordered);
        uint8_t relation = k->strict ? SG_ORDER_BELOW : SG_ORDER_AT_MOST;
        *r = relation > *r ? relation : *r;
    }
    for (int32_t m = 0; m < order->count; m++)
        for (int32_t i = 0; i < order->count; i++)
            for (int32_t j = 0; j < order->count; j++) {
                uint8_t follows =
                    chain(*relation_at(order, i, m), *relation_at(order, m, j));
                uint8_t *r = relation_at(order, i, j);
                *r = follows > *r ? follows : *r;
            }
    for (int32_t i = 0; i < order->count; i++)
        if (*relation_at(order, i, i) != SG_ORDER_NONE)
            return sg_fail(
                table->context, SYNGAN_E_ARGUMENT,
                "table: the constraints \"greater\" put column '%s' above "
                "itself",
                table->columns[order->item[i].column].name);
    return SYNGAN_OK;
}

static void swap_items(sg_encoder *encoder, int32_t a, int32_t b) {
    sg_order_code *order = encoder->order;
    sg_ordered item = order->item[a];
    order->item[a] = order->item[b];
    order->item[b] = item;
    for (int32_t i = 0; i < order->count; i++) {
        uint8_t r = *relation_at(order, i, a);
        *relation_at(order, i, a) = *relation_at(order, i, b);
        *relation_at(order, i, b) = r;
    }
    for (int32_t i = 0; i < order->count; i++) {
        uint8_t r = *relation_at(order, a, i);
        *relation_at(order, a, i) = *relation_at(order, b, i);
        *relation_at(order, b, i) = r;
    }
    encoder->codes[order->item[a].column].ordered = a;
    encoder->codes[order->item[b].column].ordered = b;
}

/* Whether an item that is not placed yet is below item i. */
static bool has_lower(const sg_order_code *order, int32_t first, int32_t i) {
    for (int32_t j = first; j < order->count; j++)
        if (*relation_at(order, j, i) != SG_ORDER_NONE) return true;
    return false;
}

/* Lower columns first, behind the joint ones. */
static void sort_items(sg_encoder *encoder) {
    const sg_order_code *order = encoder->order;
    for (int32_t first = 0; first < order->count; first++) {
        if (order->item[first].is_joint) continue;
        int32_t i = first;
        while (has_lower(order, first, i))
            i++;
        swap_items(encoder, first, i);
    }
}

/* The mean of a column, without its marks, on its grid. */
static void find_stand_in(const sg_column *column, int64_t rows,
                          sg_ordered *item) {
    long double sum = 0, v;
    int64_t count = 0;
    int32_t mark;
    for (int64_t row = 0; row < rows; row++)
        if (value_of(column, row, &v) && !is_mark(item, column, row, &mark)) {
            sum += v;
            count++;
        }
    long double mean = count > 0 ? sum / (long double)count : 0;
    mean = sg_grid_at_most(&item->grid, mean, false);
    item->real_stand_in = (double)mean;
    item->integer_stand_in = fabsl(mean) < 0x1p63L ? (int64_t)mean : INT64_MAX;
}

/* The nearest item before, below if there is one, else above. */
static int32_t find_reference(const sg_order_code *order, int32_t i) {
    for (int32_t j = i - 1; j >= 0; j--)
        if (*relation_at(order, j, i) != SG_ORDER_NONE) return j;
    for (int32_t j = i - 1; j >= 0; j--)
        if (*relation_at(order, i, j) != SG_ORDER_NONE) return j;
    return -1;
}

static long double lower_bound(const sg_grid *grid) {
    return grid->is_real ? (long double)grid->low : (long double)grid->least;
}

static long double upper_bound(const sg_grid *grid) {
    return grid->is_real ? (long double)grid->high : (long double)grid->most;
}

void sg_limit_by_ranges(const syngan_table *table, int32_t column,
                        sg_grid *grid) {
    for (size_t i = 0; i < table->constraints.count; i++) {
        const sg_constraint *k = &table->constraints.item[i];
        if (k->kind == SG_CONSTRAINT_RANGE && k->columns[0] == column)
            sg_grid_limit(grid, (long double)k->low, (long double)k->high);
    }
}

/* Bounds such that whatever an item has, those that are compared with it find
 * room within theirs. */
static void share_bounds(const sg_order_code *order) {
    for (int32_t i = 0; i < order->count; i++)
        for (int32_t j = 0; j < order->count; j++) {
            uint8_t r = *relation_at(order, i, j);
            sg_grid *low = &order->item[i].grid, *high = &order->item[j].grid;
            if (r == SG_ORDER_NONE) continue;
            bool strict = r == SG_ORDER_BELOW;
            sg_grid_limit(low, -INFINITY,
                          sg_grid_at_most(low, upper_bound(high), strict));
            sg_grid_limit(high,
                          sg_grid_at_least(high, lower_bound(low), strict),
                          INFINITY);
        }
}

/* Bounds, levels and marks of an item. */
static syngan_status fit_item(const syngan_table *table,
                              const sg_encoder_options *options,
                              sg_ordered *item) {
    const sg_column *column = &table->columns[item->column];
    sg_range range;
    if (options->whole != NULL) {
        range = options->whole->columns[item->column].range;
    } else {
        sg_range_start(&range, column->type);
        sg_range_take(&range, column, table->rows);
    }
    sg_grid_set(&range, column, &item->grid);
    if (!sg_marks_fit(table->context, column, table->rows, &range, options,
                      &item->grid, &item->others, &item->marks))
        return sg_fail_memory(table->context, "constraints",
                              16 * (uint64_t)table->rows);
    sg_limit_by_ranges(table, item->column, &item->grid);
    find_stand_in(column, table->rows, item);
    return SYNGAN_OK;
}

syngan_status sg_order_fit(const syngan_table *table,
                           const sg_encoder_options *options,
                           sg_encoder *encoder) {
    SG_TRY(list_items(table, encoder));
    SG_TRY(relate(table, encoder));
    sort_items(encoder);
    for (int32_t i = 0; i < encoder->order->count; i++) {
        sg_ordered *item = &encoder->order->item[i];
        SG_TRY(fit_item(table, options, item));
        if (!item->is_joint)
            item->reference = find_reference(encoder->order, i);
    }
    share_bounds(encoder->order);
    for (int32_t i = 0; i < encoder->order->count; i++) {
        sg_ordered *item = &encoder->order->item[i];
        sg_grid_limit(&item->others, lower_bound(&item->grid),
                      upper_bound(&item->grid));
    }
    return SYNGAN_OK;
}

void sg_order_end(syngan_context *context, sg_order_code *order) {
    if (order == NULL) return;
    sg_free(context, order->item);
    sg_free(context, order->relation);
    sg_free(context, order);
}

/* ---- differences -----------------------------------------------------------
 */

/* The type of an item's differences. */
static sg_column difference_form(const sg_encoder *encoder, int32_t item) {
    const sg_ordered *a = &encoder->order->item[item];
    const sg_ordered *b = &encoder->order->item[a->reference];
    sg_column form = {.type = encoder->form->columns[a->column].type,
                      .decimals = -1};
    if (!a->grid.is_real && !b->grid.is_real) return form;
    form.type = SYNGAN_COLUMN_REAL;
    int32_t of_a = a->grid.is_real ? a->grid.decimals : 0;
    int32_t of_b = b->grid.is_real ? b->grid.decimals : 0;
    if (of_a >= 0 && of_b >= 0) form.decimals = of_a > of_b ? of_a : of_b;
    return form;
}

/* 1 if the reference lies below the item, else -1. */
static int32_t direction(const sg_order_code *order, int32_t item) {
    int32_t reference = order->item[item].reference;
    return *relation_at(order, reference, item) != SG_ORDER_NONE ? 1 : -1;
}

static long double stand_in(const sg_ordered *item) {
    return item->grid.is_real ? (long double)item->real_stand_in
                              : (long double)item->integer_stand_in;
}

/* What an item with this reference differs from. */
static long double base_of(const sg_ordered *reference, const sg_column *column,
                           int64_t row) {
    long double v;
    int32_t mark;
    bool has =
        value_of(column, row, &v) && !is_mark(reference, column, row, &mark);
    return has ? v : stand_in(reference);
}

static int64_t to_integer(long double v) {
    if (v >= 0x1p63L) return INT64_MAX;
    return v <= -0x1p63L ? -INT64_MAX : (int64_t)v;
}

bool sg_order_differences(const sg_encoder *encoder, int32_t item,
                          const sg_column *const *columns, int64_t rows,
                          sg_column *out) {
    const sg_ordered *a = &encoder->order->item[item];
    const sg_ordered *b = &encoder->order->item[a->reference];
    const sg_column *of = columns[a->column], *from = columns[b->column];
    int32_t sign = direction(encoder->order, item);
    *out = difference_form(encoder, item);
    out->integers = sg_alloc(encoder->context, (size_t)rows * sizeof(int64_t));
    if (out->integers == NULL) return false;
    for (int64_t row = 0; row < rows; row++) {
        long double v, reference = base_of(b, from, row);
        int32_t mark;
        bool has = value_of(of, row, &v);
        if (!has || is_mark(a, of, row, &mark)) {
            sg_write_missing(out, row);
            out->missing += !has;
            continue;
        }
        long double d = sign > 0 ? v - reference : reference - v;
        if (sg_column_has_reals(out))
            out->reals[row] = sg_round_decimals((double)d, out->decimals);
        else
            out->integers[row] = to_integer(d);
    }
    return true;
}

/* ---- decoding --------------------------------------------------------------
 */

static void write_value(const sg_grid *grid, long double v, sg_column *column,
                        int64_t row) {
    if (grid->is_real)
        sg_grid_write_real(grid, (double)v, column, row);
    else
        sg_grid_write_integer(grid, to_integer(v), column, row);
}

/* What the items before leave to an item. */
static void find_room(const sg_encoder *encoder, int32_t item,
                      const syngan_table *table, int64_t row, long double *low,
                      long double *high) {
    const sg_order_code *order = encoder->order;
    const sg_grid *grid = &order->item[item].grid;
    *low = -INFINITY;
    *high = INFINITY;
    for (int32_t j = 0; j < item; j++) {
        long double v;
        uint8_t below = *relation_at(order, j, item);
        uint8_t above = *relation_at(order, item, j);
        if ((below == SG_ORDER_NONE && above == SG_ORDER_NONE) ||
            !value_of(&table->columns[order->item[j].column], row, &v))
            continue;
        if (below != SG_ORDER_NONE) {
            v = sg_grid_at_least(grid, v, below == SG_ORDER_BELOW);
            *low = v > *low ? v : *low;
        } else {
            v = sg_grid_at_most(grid, v, above == SG_ORDER_BELOW);
            *high = v < *high ? v : *high;
        }
    }
}

/* Levels are those of `unit`; at bounds, and at what the items before leave,
 * values are reflected, as those of files of earlier versions are not. */
static void write_decoded(const sg_encoder *encoder, int32_t item,
                          long double v, float unit, syngan_table *table,
                          int64_t row) {
    const sg_ordered *a = &encoder->order->item[item];
    sg_column *column = &table->columns[a->column];
    if (a->others.lattice.count == 0) {
        write_value(&a->grid, v, column, row);
        return;
    }
    sg_grid grid = a->others;
    long double low, high;
    find_room(encoder, item, table, row, &low, &high);
    low = fmaxl(low, lower_bound(&grid));
    high = fminl(high, upper_bound(&grid));
    if (low <= high) sg_grid_limit(&grid, low, high);
    if (grid.is_real)
        sg_lattice_write(&grid, 0, (double)v, unit, column, row);
    else
        sg_lattice_write(
            &grid, grid.least,
            (double)((v - (long double)grid.least) / (long double)grid.unit),
            unit, column, row);
}

/* Moves an item's value to where all relations hold; if there is no such place,
 * the value is missing, which satisfies them. */
static void repair(const sg_encoder *encoder, int32_t item, syngan_table *table,
                   int64_t row) {
    const sg_ordered *a = &encoder->order->item[item];
    sg_column *column = &table->columns[a->column];
    long double v, low, high;
    if (!value_of(column, row, &v)) return;
    find_room(encoder, item, table, row, &low, &high);
    if (v >= low && v <= high) return;
    v = v < low ? low : high;
    write_value(&a->grid, v, column, row);
    if (!value_of(column, row, &v) || v < low || v > high)
        sg_write_missing(column, row);
}

static void write_mark(const sg_ordered *item, int32_t mark, sg_column *column,
                       int64_t row) {
    if (item->grid.is_real)
        column->reals[row] = item->marks.value[mark].real;
    else
        column->integers[row] = item->marks.value[mark].integer;
}

/* An item that is coded as a difference. */
static void decode_difference(const sg_encoder *encoder, int32_t item,
                              int32_t mode, float number, float unit,
                              syngan_table *table, int64_t row) {
    const sg_ordered *a = &encoder->order->item[item];
    const sg_ordered *b = &encoder->order->item[a->reference];
    const sg_number_code *code = &encoder->codes[a->column].number;
    sg_column *column = &table->columns[a->column];
    int32_t mark =
        mode - code->mixture.count - code->n_singles + a->marks.count;
    if (mark >= 0 && mark < a->marks.count) {
        write_mark(a, mark, column, row);
        return;
    }
    sg_number cell;
    sg_column difference = difference_form(encoder, item);
    difference.data = &cell;
    sg_number_decode(code, mode, number, 0, &difference, 0);
    long double d;
    if (!value_of(&difference, 0, &d)) {
        sg_write_missing(column, row);
        return;
    }
    if (direction(encoder->order, item) < 0) d = -d;
    d += base_of(b, &table->columns[b->column], row);
    write_decoded(encoder, item, d, unit, table, row);
}

void sg_order_decode(const sg_encoder *encoder, int32_t item, int32_t mode,
                     float number, float unit, syngan_table *table,
                     int64_t row) {
    const sg_ordered *a = &encoder->order->item[item];
    if (a->reference < 0)
        sg_number_decode(&encoder->codes[a->column].number, mode, number, unit,
                         &table->columns[a->column], row);
    else
        decode_difference(encoder, item, mode, number, unit, table, row);
    repair(encoder, item, table, row);
}
