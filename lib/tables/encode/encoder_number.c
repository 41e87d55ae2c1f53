/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers as modes and numbers within them: mode-specific normalisation (Xu and
 * others, "Modeling tabular data using conditional GAN", 2019), with modes for
 * frequent single values and for "missing", and a logarithmic scale where it
 * describes the data better.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "encode/encoder_code.h"
#include "encode/exponential.h"
#include "table/sort.h"

/* ---- values as x -------------------------------------------------------- */

static double x_of(const sg_number_code *code, const sg_column *column,
                   int64_t row) {
    if (code->grid.is_real) return column->reals[row];
    int64_t v = column->integers[row];
    /* The difference fits into 64 bits, with a sign of its own. */
    if (v >= code->base)
        return (double)(((uint64_t)v - (uint64_t)code->base) /
                        (uint64_t)code->grid.unit);
    return -(double)(((uint64_t)code->base - (uint64_t)v) /
                     (uint64_t)code->grid.unit);
}

__extension__ typedef __int128 wide;

/* The integer of a whole x, at the ends of int64_t if it lies beyond. */
static int64_t integer_of(const sg_number_code *code, double x) {
    if (!(fabs(x) < 0x1p64)) return x < 0 ? -INT64_MAX : INT64_MAX;
    wide v = (wide)x * code->grid.unit + code->base;
    if (v < -INT64_MAX) return -INT64_MAX;
    return v > INT64_MAX ? INT64_MAX : (int64_t)v;
}

/* ---- fitting ------------------------------------------------------------- */

/* The values that are there, as x, in rising order; -1 when one is not finite.
 */
static int64_t collect(const sg_number_code *code, const sg_column *column,
                       int64_t rows, double *x, sg_fit_failure *failure) {
    int64_t count = 0;
    for (int64_t row = 0; row < rows; row++) {
        if (sg_column_is_missing(column, row)) continue;
        x[count] = x_of(code, column, row);
        if (fabs(x[count++]) <= SG_LARGEST) continue;
        *failure = (sg_fit_failure){
            .status = SYNGAN_E_ARGUMENT,
            .row = row,
            .reason = "is infinite or above 1e150; mark it as missing"};
        return -1;
    }
    return count;
}

/* `missing`: share of the rows. */
static bool set_shares(syngan_context *context, sg_number_code *code,
                       const sg_singles *found, int64_t mixed, double missing,
                       int64_t rows) {
    int32_t n = code->mixture.count;
    code->has_missing = missing > 0;
    code->n_singles = found->count;
    code->n_modes = n + found->count + code->has_missing;
    size_t count = (size_t)found->count;
    code->singles = sg_alloc(context, count * sizeof(double));
    code->share = sg_alloc(context, (size_t)code->n_modes * sizeof(double));
    if (code->singles == NULL || code->share == NULL) return false;
    for (int32_t i = 0; i < n; i++)
        code->share[i] = code->mixture.weight[i] * (double)mixed / (double)rows;
    for (size_t i = 0; i < count; i++) {
        code->singles[i] = found->value[i];
        code->share[(size_t)n + i] = found->share[i];
    }
    if (missing > 0) code->share[code->n_modes - 1] = missing;
    return true;
}

/* -1 as x; NaN: of times, or no x. */
static double minus_one(const sg_number_code *code, int32_t type) {
    if (code->grid.is_real) return -1;
    if (sg_column_types[type]->by_clock || code->base > 0 ||
        -(code->base + 1) % code->grid.unit != 0)
        return (double)NAN;
    return (double)(-(code->base + 1) / code->grid.unit);
}

/* Takes the value of x into one end of a range. */
static void set_end(const sg_number_code *code, double x, int64_t equal,
                    bool high, sg_range *range) {
    *(high ? &range->n_most : &range->n_least) = equal;
    if (code->grid.is_real)
        *(high ? &range->high : &range->low) = x;
    else
        *(high ? &range->most : &range->least) = integer_of(code, x);
}

/* Bounds and levels of the mixture's values. At an end where a single value is
 * beyond them they have a bound of their own. */
static void fit_mixed(const double *x, int64_t count, const sg_singles *found,
                      int32_t type, sg_range range, int64_t *room,
                      sg_number_code *code) {
    int64_t low = 1, high = 1;
    while (low < count && x[low] == x[0])
        low++;
    while (high < count && x[count - 1 - high] == x[count - 1])
        high++;
    if (found->count > 0 && found->value[0] < x[0])
        set_end(code, x[0], low, false, &range);
    if (found->count > 0 && found->value[found->count - 1] > x[count - 1])
        set_end(code, x[count - 1], high, true, &range);
    sg_grid_bound(&range, &code->mixed);
    sg_lattice_fit(x, count, code->base, type, room, &code->mixed);
}

/* A column that is fitted. */
typedef struct fitting {
    syngan_context *context;
    const sg_encoder_options *options;
    int32_t type;
    int64_t rows;
    double missing; /* share of the rows */
    uint64_t seed;
    const sg_range *range;
} fitting;

/* With the values as x in rising order, and room for as many modes. */
static bool fit_values(const fitting *f, double *x, int64_t count,
                       sg_singles *found, sg_number_code *code) {
    int64_t mixed = sg_singles_take(f->options, f->rows, x, count,
                                    minus_one(code, f->type), found);
    if (mixed > 0) {
        fit_mixed(x, mixed, found, f->type, *f->range, (int64_t *)(x + f->rows),
                  code);
        if (!sg_number_fit_mixture(f->context, x, mixed, f->rows, f->options,
                                   f->seed, code))
            return false;
    }
    return set_shares(f->context, code, found, mixed, f->missing, f->rows);
}

static double share_missing(const sg_whole_column *whole) {
    return (double)whole->missing / (double)(whole->missing + whole->present);
}

void sg_number_fit(syngan_context *context, const sg_column *column,
                   int64_t rows, const sg_whole_column *whole,
                   const sg_encoder_options *options, uint64_t seed,
                   sg_number_code *out, sg_fit_failure *failure) {
    sg_range range;
    *out = (sg_number_code){0};
    if (whole == NULL) {
        sg_range_start(&range, column->type);
        sg_range_take(&range, column, rows);
    } else {
        range = whole->range;
    }
    sg_grid_set(&range, column, &out->grid);
    out->mixed = out->grid;
    out->base = out->grid.least;
    *failure = (sg_fit_failure){.status = SYNGAN_E_MEMORY};
    fitting f = {.context = context,
                 .options = options,
                 .type = column->type,
                 .rows = rows,
                 .missing = (double)column->missing / (double)rows,
                 .seed = seed,
                 .range = &range};
    if (whole != NULL) f.missing = share_missing(whole);
    size_t room = (size_t)sg_singles_most(options);
    double *x = sg_alloc(context, 2 * (size_t)rows * sizeof(double));
    sg_singles found = {.value = sg_alloc(context, 2 * room * sizeof(double))};
    if (x != NULL && found.value != NULL) {
        found.share = found.value + room;
        int64_t count = collect(out, column, rows, x, failure);
        if (count >= 0) {
            sg_sort_f64(context, x, x + rows, count);
            if (!sg_is_cancelled(context) &&
                fit_values(&f, x, count, &found, out)) {
                sg_number_fit_tails(out);
                failure->status = SYNGAN_OK;
            }
        }
    }
    sg_free(context, x);
    sg_free(context, found.value);
}

/* ---- marks among ordered columns ----------------------------------------- */

static void add_mark(const sg_number_code *code, const sg_column *column,
                     int64_t row, sg_marks *marks) {
    const sg_number v = code->grid.is_real
                            ? (sg_number){.real = column->reals[row]}
                            : (sg_number){.integer = column->integers[row]};
    int32_t i = 0;
    while (i < marks->count && marks->value[i].integer != v.integer)
        i++;
    if (i == 2 * SG_MARKS_MOST) return;
    if (i == marks->count) marks->value[marks->count++] = v;
    marks->rows[i]++;
}

/* Takes what lies at or beyond the ends out of values in rising order. */
static int64_t drop_ends(const sg_ends *ends, double *x, int64_t count) {
    int64_t first = 0;
    while (first < count && x[first] <= ends->low)
        first++;
    while (count > first && x[count - 1] >= ends->high)
        count--;
    memmove(x, x + first, (size_t)(count - first) * sizeof *x);
    return count - first;
}

static void fit_others(syngan_context *context, const sg_column *column,
                       int64_t rows, double *x, int64_t count,
                       const sg_range *range, const sg_encoder_options *options,
                       sg_number_code *code, sg_marks *marks) {
    sg_sort_f64(context, x, x + rows, count);
    const sg_ends ends =
        sg_marks_find(options, x, count, minus_one(code, column->type));
    double beyond[] = {ends.low, ends.high};
    const sg_singles found = {.value = beyond, .count = 2};
    int64_t kept = drop_ends(&ends, x, count);
    if (kept == 0) return;
    fit_mixed(x, kept, &found, column->type, *range, (int64_t *)(x + rows),
              code);
    for (int64_t row = 0; row < rows && kept < count; row++) {
        if (sg_column_is_missing(column, row)) continue;
        double at = x_of(code, column, row);
        if (at <= ends.low || at >= ends.high)
            add_mark(code, column, row, marks);
    }
}

bool sg_marks_fit(syngan_context *context, const sg_column *column,
                  int64_t rows, const sg_range *range,
                  const sg_encoder_options *options, sg_grid *grid,
                  sg_grid *others, sg_marks *marks) {
    sg_fit_failure ignored;
    sg_number_code code = {.grid = *grid, .mixed = *grid, .base = grid->least};
    double *x = sg_alloc(context, 2 * (size_t)rows * sizeof(double));
    if (x == NULL) return false;
    int64_t count = collect(&code, column, rows, x, &ignored);
    if (count > 0)
        fit_others(context, column, rows, x, count, range, options, &code,
                   marks);
    sg_free(context, x);
    *others = code.mixed;
    grid->lattice = code.mixed.lattice;
    return true;
}

/* Beyond all that the code can have. */
static double beyond_all(const sg_number_code *code) {
    double most = 0;
    if (code->n_singles > 0) most = code->singles[code->n_singles - 1];
    if (code->mixture.count > 0) {
        double high = code->grid.is_real
                          ? code->mixed.high
                          : (double)code->mixed.most / (double)code->grid.unit;
        most = fmax(most, 2 * fabs(high));
    }
    return floor(fmin(most, SG_LARGEST / 4)) + 0.5;
}

bool sg_number_add_marks(syngan_context *context, const sg_marks *marks,
                         int64_t rows, sg_number_code *code) {
    int32_t n = code->n_singles, all = n + marks->count;
    int32_t before = code->n_modes - code->has_missing;
    double *singles = sg_alloc(context, (size_t)all * sizeof(double));
    double *share = sg_alloc(context, (size_t)(code->n_modes + marks->count) *
                                          sizeof(double));
    if (singles == NULL || share == NULL) {
        sg_free(context, singles);
        sg_free(context, share);
        return false;
    }
    double last = beyond_all(code);
    if (n > 0) memcpy(singles, code->singles, (size_t)n * sizeof(double));
    if (before > 0) memcpy(share, code->share, (size_t)before * sizeof(double));
    for (int32_t i = 0; i < marks->count; i++) {
        singles[n + i] = last * (1 + (i + 1) / 16.0) + i + 1;
        share[before + i] = (double)marks->rows[i] / (double)rows;
    }
    if (code->has_missing) share[before + marks->count] = code->share[before];
    sg_free(context, code->singles);
    sg_free(context, code->share);
    code->singles = singles;
    code->share = share;
    code->n_singles = all;
    code->n_modes += marks->count;
    return true;
}

void sg_number_end(syngan_context *context, sg_number_code *code) {
    sg_free(context, code->singles);
    sg_free(context, code->share);
    *code = (sg_number_code){0};
}

/* ---- encoding ------------------------------------------------------------ */

/* The index of the single value nearest to x. */
static int32_t nearest_single(const sg_number_code *code, double x) {
    int32_t low = 0, high = code->n_singles;
    while (low < high) { /* the first that is not below x */
        int32_t middle = (low + high) / 2;
        if (code->singles[middle] < x)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == code->n_singles) return low - 1;
    if (low > 0 && x - code->singles[low - 1] < code->singles[low] - x)
        return low - 1;
    return low;
}

/* Of up to SG_NUMBER_ROWS values a component each, with the chance that y comes
 * from it. Lanes beyond `count` are computed, too, which lets compilers
 * vectorise. */
static void draw_components(const sg_mixture *m, const double *y,
                            const float *unit, int32_t count,
                            int32_t *component) {
    double share[SG_MIXTURE_MOST][SG_NUMBER_ROWS];
    double most[SG_NUMBER_ROWS], target[SG_NUMBER_ROWS] = {0};
    for (int32_t i = 0; i < SG_NUMBER_ROWS; i++)
        most[i] = -INFINITY;
    for (int32_t k = 0; k < m->count; k++) {
        double mean = m->mean[k], precision = 1 / m->deviation[k];
        for (int32_t i = 0; i < SG_NUMBER_ROWS; i++) {
            double d = (y[i] - mean) * precision;
            share[k][i] = -0.5 * d * d;
            most[i] = share[k][i] > most[i] ? share[k][i] : most[i];
        }
    }
    for (int32_t k = 0; k < m->count; k++) {
        double height = m->weight[k] / m->deviation[k];
        for (int32_t i = 0; i < SG_NUMBER_ROWS; i++) {
            share[k][i] = height * sg_exp_negative(share[k][i] - most[i]);
            target[i] += share[k][i];
        }
    }
    for (int32_t i = 0; i < count; i++) {
        double left = target[i] * (double)unit[i];
        int32_t k = 0;
        while (k < m->count - 1 && (left -= share[k][i]) >= 0)
            k++;
        component[i] = k;
    }
}

/* Modes of values that are missing or single ones; -2: a component's. */
#define OF_MIXTURE (-2)

static int32_t plain_mode(const sg_number_code *code, const sg_column *column,
                          int64_t row, double *y) {
    *y = 0;
    if (sg_column_is_missing(column, row))
        return code->has_missing ? code->n_modes - 1 : -1;
    double x = x_of(code, column, row);
    if (!(fabs(x) <= SG_LARGEST)) return -1;
    int32_t components = code->mixture.count;
    if (code->n_singles > 0) {
        int32_t single = nearest_single(code, x);
        if (code->singles[single] == x || components == 0)
            return components + single;
    }
    /* All were missing, of the rows that the code was fitted to. */
    if (components == 0) return code->has_missing ? code->n_modes - 1 : -1;
    *y = sg_number_y(code, x);
    return OF_MIXTURE;
}

void sg_number_encode(const sg_number_code *code, const sg_column *column,
                      int64_t first, int32_t count, const float *unit,
                      int32_t *modes, float *numbers) {
    const sg_mixture *m = &code->mixture;
    double y[SG_NUMBER_ROWS] = {0};
    int32_t component[SG_NUMBER_ROWS], mixed = 0;
    for (int32_t i = 0; i < count; i++) {
        modes[i] = plain_mode(code, column, first + i, &y[i]);
        numbers[i] = 0;
        mixed += modes[i] == OF_MIXTURE;
    }
    if (mixed == 0) return;
    draw_components(m, y, unit, count, component);
    for (int32_t i = 0; i < count; i++) {
        if (modes[i] != OF_MIXTURE) continue;
        int32_t k = modes[i] = component[i];
        numbers[i] = (float)sg_number_within(code, k, y[i]);
    }
}

/* ---- decoding ------------------------------------------------------------ */

static void write_x(const sg_number_code *code, double x, sg_column *column,
                    int64_t row) {
    if (code->grid.is_real)
        sg_grid_write_real(&code->grid, x, column, row);
    else
        sg_grid_write_integer(&code->grid, integer_of(code, sg_round(x)),
                              column, row);
}

/* Files of earlier versions have no levels. */
static void write_mixed(const sg_number_code *code, double x, float unit,
                        sg_column *column, int64_t row) {
    if (code->mixed.lattice.count == 0)
        write_x(code, x, column, row);
    else
        sg_lattice_write(&code->mixed, code->base, x, unit, column, row);
}

void sg_number_decode(const sg_number_code *code, int32_t mode, float number,
                      float unit, sg_column *column, int64_t row) {
    const sg_mixture *m = &code->mixture;
    if (code->has_missing && mode == code->n_modes - 1) {
        sg_write_missing(column, row);
    } else if (mode >= m->count) {
        write_x(code, code->singles[mode - m->count], column, row);
    } else {
        double y = sg_number_beyond(code, mode, (double)number);
        write_mixed(code, sg_number_x(code, y), unit, column, row);
    }
}
