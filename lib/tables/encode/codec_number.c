/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The codec of integers, reals and times: a choice of a mode, and a number
 * within it.
 */
#include "base/memory.h"
#include "base/thread.h"
#include "encode/codec.h"

/* ---- fitting ------------------------------------------------------------- */

static void number_estimate(const sg_column *column,
                            const sg_encoder_options *options,
                            sg_estimate *sum) {
    int64_t singles = options->frequent <= 1
                          ? (int64_t)(1 / options->frequent) + 2 * SG_MARKS_MOST
                          : 0;
    (void)column;
    sum->width += 2 + options->max_modes + singles;
    sum->row += sizeof(float) + sizeof(int32_t);
}

/* To what constraints leave. */
static void limit_grid(const syngan_table *table, int32_t c,
                       const sg_ordered *item, sg_grid *grid) {
    sg_limit_by_ranges(table, c, grid);
    if (item == NULL) return;
    bool is_real = item->grid.is_real;
    sg_grid_limit(
        grid,
        is_real ? (long double)item->grid.low : (long double)item->grid.least,
        is_real ? (long double)item->grid.high : (long double)item->grid.most);
}

/* A column of numbers, or of differences if it is compared with another. */
static void number_fit(const sg_encoder_fitting *f, size_t c,
                       sg_fit_failure *failure) {
    syngan_context *context = f->encoder->context;
    sg_column_code *code = &f->encoder->codes[c];
    const sg_column *column = &f->table->columns[c];
    uint64_t seed = f->options.seed + (uint64_t)c * 0x9e3779b97f4a7c15u;
    sg_column differences = {0};
    const sg_ordered *item =
        code->ordered >= 0 ? &f->encoder->order->item[code->ordered] : NULL;
    if (item != NULL && item->reference >= 0) {
        *failure = (sg_fit_failure){.status = SYNGAN_E_MEMORY};
        if (!sg_order_differences(f->encoder, code->ordered, f->columns,
                                  f->table->rows, &differences))
            return;
        column = &differences;
    }
    sg_number_fit(context, column, f->table->rows,
                  column == &differences ? NULL : sg_fitting_whole(f, c),
                  &f->options, seed, &code->number, failure);
    sg_free(context, differences.data);
    if (column == &differences) {
        if (failure->status == SYNGAN_OK && item->marks.count > 0 &&
            !sg_number_add_marks(context, &item->marks, f->table->rows,
                                 &code->number))
            failure->status = SYNGAN_E_MEMORY;
        return;
    }
    limit_grid(f->table, (int32_t)c, item, &code->number.grid);
    limit_grid(f->table, (int32_t)c, item, &code->number.mixed);
}

static void number_parts(const sg_column_code *code, sg_column_parts *out) {
    const sg_number_code *number = &code->number;
    *out = (sg_column_parts){.has_number = number->mixture.count > 0,
                             .alternatives = number->n_modes,
                             .share = number->share,
                             .discrete = number->mixture.count == 0};
}

/* ---- encoding ------------------------------------------------------------ */

typedef struct numbers {
    sg_column_encoding *e;
    const sg_column *column; /* of numbers or of differences */
    const sg_column *marked; /* of differences: the column with marks */
} numbers;

/* Marks of an ordered column are no differences. */
static void set_marks(const numbers *all, int64_t first, int32_t count,
                      int32_t *modes, float *values) {
    for (int32_t i = 0; i < count; i++) {
        int32_t mark =
            sg_order_mark(all->e->table->encoder, all->e->code->ordered,
                          all->marked, first + i);
        if (mark < 0) continue;
        modes[i] = mark;
        values[i] = 0;
    }
}

static void encode_numbers(void *argument, int64_t first, int64_t last) {
    const numbers *all = argument;
    sg_column_encoding *e = all->e;
    float unit[SG_NUMBER_ROWS], values[SG_NUMBER_ROWS];
    int32_t modes[SG_NUMBER_ROWS];
    for (int64_t row = first; row < last; row += SG_NUMBER_ROWS) {
        if (sg_is_cancelled_at(e->table->encoder->context, row)) return;
        int32_t n = (int32_t)(last - row < SG_NUMBER_ROWS ? last - row
                                                          : SG_NUMBER_ROWS);
        sg_random_uniform(&e->random, (uint64_t)(e->table->first + row),
                          SG_NUMBER_ROWS, unit);
        sg_number_encode(&e->code->number, all->column, row, n, unit, modes,
                         values);
        if (all->marked != NULL) set_marks(all, row, n, modes, values);
        for (int32_t i = 0; i < n; i++) {
            sg_encoded_cell *cells = e->cells + (row + i) * e->width;
            if (modes[i] < 0) sg_encoding_note_unknown(e, row + i);
            if (e->number_at >= 0) cells[e->number_at].number = values[i];
            if (e->choice_at >= 0)
                cells[e->choice_at].choice = modes[i] < 0 ? 0 : modes[i];
        }
    }
}

/* A column of numbers, or of differences if it is compared with another. */
static syngan_status number_encode(sg_column_encoding *e) {
    const sg_encoding *table = e->table;
    const sg_encoder *encoder = table->encoder;
    int32_t item = e->code->ordered;
    numbers all = {.e = e, .column = table->columns[e->index]};
    sg_column differences = {0};
    if (item >= 0 && encoder->order->item[item].reference >= 0) {
        if (!sg_order_differences(encoder, item, table->columns, table->rows,
                                  &differences))
            return sg_fail_memory(encoder->context, "a column",
                                  (uint64_t)table->rows * 8);
        if (encoder->order->item[item].marks.count > 0) all.marked = all.column;
        all.column = &differences;
    }
    sg_parallel(encoder->context, table->rows, SG_ENCODING_GRAIN,
                encode_numbers, &all);
    sg_free(encoder->context, differences.data);
    return SYNGAN_OK;
}

/* ---- decoding ------------------------------------------------------------ */

static void number_decode(sg_row_decoding *d, size_t c, int32_t mode) {
    const sg_encoder *encoder = d->encoder;
    const sg_column_code *code = &encoder->codes[c];
    float number = code->number_part < 0
                       ? 0
                       : d->output[encoder->parts[code->number_part].start];
    const sg_grid *grid = code->ordered >= 0
                              ? &encoder->order->item[code->ordered].grid
                              : &code->number.mixed;
    /* Behind those of the choices. */
    uint64_t index = 2 * (uint64_t)encoder->n_choices + 1 + c;
    float unit = grid->lattice.count > 1 ? sg_unit_at(&d->units, index) : 0;
    if (code->ordered >= 0)
        sg_order_decode(encoder, code->ordered, mode, number, unit, d->table,
                        d->row);
    else
        sg_number_decode(&code->number, mode, number, unit,
                         &d->table->columns[c], d->row);
}

/* ---- files --------------------------------------------------------------- */

static void put_tail(const sg_number_code *code, int side, const char *key,
                     sg_json_writer *writer) {
    const sg_tail *tail = &code->tail[side];
    if (!(tail->end > 1)) return;
    sg_json_open_object(writer, key);
    sg_json_put_i64(writer, "component", tail->component);
    sg_json_put_f64(writer, "end", tail->end);
    sg_json_close_object(writer);
}

static void number_write(const sg_column_code *of, sg_json_writer *writer) {
    const sg_number_code *code = &of->number;
    const sg_mixture *m = &code->mixture;
    sg_grid_put(&code->grid, "grid", writer);
    if (code->mixed.lattice.count > 0)
        sg_grid_put(&code->mixed, "mixed", writer);
    sg_json_put_i64(writer, "base", code->base);
    sg_json_put_f64(writer, "centre", code->centre);
    sg_json_put_f64(writer, "width", code->width);
    sg_json_put_bool(writer, "missing", code->has_missing);
    sg_put_f64s(writer, "weights", m->weight, m->count);
    sg_put_f64s(writer, "means", m->mean, m->count);
    sg_put_f64s(writer, "deviations", m->deviation, m->count);
    sg_put_f64s(writer, "singles", code->singles, code->n_singles);
    sg_put_f64s(writer, "share", code->share, code->n_modes);
    put_tail(code, 0, "low_tail", writer);
    put_tail(code, 1, "high_tail", writer);
}

static syngan_status read_mixture(sg_json_value column, sg_mixture *out) {
    sg_json_value weights = sg_json_member(column, "weights");
    sg_json_value deviations = sg_json_member(column, "deviations");
    size_t count;
    SG_TRY(sg_json_read_array(weights, &count));
    if (count > SG_MIXTURE_MOST)
        return sg_json_fail(weights,
                            "has %zu components, but at most %d may be", count,
                            SG_MIXTURE_MOST);
    SG_TRY(sg_read_f64s(weights, count, out->weight));
    SG_TRY(sg_read_f64s(sg_json_member(column, "means"), count, out->mean));
    SG_TRY(sg_read_f64s(deviations, count, out->deviation));
    for (size_t i = 0; i < count; i++) {
        if (!(out->weight[i] > 0 && out->weight[i] <= 1))
            return sg_json_fail(sg_json_item(weights, i),
                                "is not above 0 and at most 1");
        if (!(out->deviation[i] > 0))
            return sg_json_fail(sg_json_item(deviations, i), "is not above 0");
    }
    out->count = (int32_t)count;
    return SYNGAN_OK;
}

static syngan_status read_singles(syngan_context *context, sg_json_value column,
                                  sg_number_code *out) {
    sg_json_value singles = sg_json_member(column, "singles");
    sg_json_value shares = sg_json_member(column, "share");
    size_t count;
    SG_TRY(sg_json_read_array(singles, &count));
    if (count > SG_ALTERNATIVES_MOST - SG_MIXTURE_MOST - 1)
        return sg_json_fail(singles, "has too many values");
    out->n_singles = (int32_t)count;
    out->n_modes = out->mixture.count + out->n_singles + out->has_missing;
    if (out->n_modes == 0) return sg_json_fail(column, "has no mode");
    size_t modes = (size_t)out->n_modes;
    out->singles = sg_alloc(context, count * sizeof(double));
    out->share = sg_alloc(context, modes * sizeof(double));
    if (out->singles == NULL || out->share == NULL)
        return sg_fail_memory(context, "an encoder", modes * sizeof(double));
    SG_TRY(sg_read_f64s(singles, count, out->singles));
    for (size_t i = 1; i < count; i++)
        if (!(out->singles[i] > out->singles[i - 1]))
            return sg_json_fail(sg_json_item(singles, i),
                                "is not above the one before");
    SG_TRY(sg_read_f64s(shares, modes, out->share));
    for (size_t i = 0; i < modes; i++)
        SG_TRY(sg_read_between(sg_json_item(shares, i), 0, 1, &out->share[i]));
    return SYNGAN_OK;
}

/* Files of earlier versions have none. */
static syngan_status read_tail(sg_json_value value, sg_number_code *code,
                               int side) {
    int32_t component;
    double end;
    if (!sg_json_present(value)) return SYNGAN_OK;
    SG_TRY(sg_json_read_i32(sg_json_member(value, "component"), 0,
                            code->mixture.count - 1, &component));
    SG_TRY(sg_read_between(sg_json_member(value, "end"), 1, 1e300, &end));
    sg_tail_set(&code->tail[side], component, end);
    return SYNGAN_OK;
}

static syngan_status read_number(syngan_context *context, sg_json_value column,
                                 bool is_real, sg_number_code *out) {
    SG_TRY(sg_grid_read(column, "grid", is_real, &out->grid));
    out->mixed = out->grid;
    if (sg_json_present(sg_json_member(column, "mixed")))
        SG_TRY(sg_grid_read(column, "mixed", is_real, &out->mixed));
    SG_TRY(sg_json_read_i64(sg_json_member(column, "base"), -INT64_MAX,
                            INT64_MAX, &out->base));
    SG_TRY(sg_read_finite(sg_json_member(column, "centre"), &out->centre));
    SG_TRY(sg_read_between(sg_json_member(column, "width"), 0, 1e300,
                           &out->width));
    SG_TRY(sg_json_read_bool(sg_json_member(column, "missing"),
                             &out->has_missing));
    SG_TRY(read_mixture(column, &out->mixture));
    SG_TRY(read_tail(sg_json_member(column, "low_tail"), out, 0));
    SG_TRY(read_tail(sg_json_member(column, "high_tail"), out, 1));
    return read_singles(context, column, out);
}

/* Whether the numbers of a column, or its differences, are reals. */
static bool codes_reals(const sg_encoder *encoder, size_t c) {
    int32_t item = encoder->codes[c].ordered;
    if (sg_column_has_reals(&encoder->form->columns[c])) return true;
    if (item < 0 || encoder->order->item[item].reference < 0) return false;
    return encoder->order->item[encoder->order->item[item].reference]
        .grid.is_real;
}

/* The marks of a column whose differences are coded are the last modes. */
static syngan_status check_marks(const sg_encoder *encoder,
                                 sg_json_value column, size_t c) {
    int32_t item = encoder->codes[c].ordered;
    if (item < 0 || encoder->order->item[item].reference < 0 ||
        encoder->order->item[item].marks.count <=
            encoder->codes[c].number.n_singles)
        return SYNGAN_OK;
    return sg_json_fail(sg_json_member(column, "singles"),
                        "has fewer values than the column has marks");
}

static syngan_status number_read(sg_encoder *encoder, size_t c,
                                 sg_json_value column) {
    SG_TRY(read_number(encoder->context, column, codes_reals(encoder, c),
                       &encoder->codes[c].number));
    return check_marks(encoder, column, c);
}

static void number_end(syngan_context *context, sg_column_code *code) {
    sg_number_end(context, &code->number);
}

const sg_codec sg_codec_number = {
    .name = "number",
    .estimate = number_estimate,
    .fit_beside = number_fit,
    .parts = number_parts,
    .encode = number_encode,
    .unknown =
        "a value that was not in the data that the encoder was fitted to",
    .decode = number_decode,
    .write = number_write,
    .read = number_read,
    .end = number_end};
