/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fitting bins to columns, and putting values into them.
 */
#include "eval/bins.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/thread.h"
#include "table/sort.h"

/* Values of a category that are alone in weighing its mean. */
#define PRIOR 5.0

typedef struct work {
    sg_bins *bins;
    const sg_examples *examples;
    const double *order;
    uint8_t *out;
    atomic_bool failed;
} work;

/* ---- numbers ------------------------------------------------------------ */

static bool fit_number(const sg_examples *examples, sg_binning *to) {
    syngan_context *context = examples->match->context;
    size_t rows = (size_t)examples->count;
    double *value = sg_alloc(context, 2 * rows * sizeof *value);
    if (value == NULL) return false;
    int64_t count = 0;
    for (int64_t i = 0; i < examples->count; i++) {
        double v = to->column->value[examples->side[i]][examples->row[i]];
        if (!isnan(v)) value[count++] = v;
    }
    sg_sort_f64(context, value, value + rows, count);
    /* An edge at each value if they are few, else at quantiles. */
    int64_t different = 0;
    for (int64_t i = 0; i < count; i++)
        different += i == 0 || value[i] != value[i - 1];
    double step =
        different <= SG_BINS - 1 ? 0 : (double)count / (double)(SG_BINS - 1);
    double next = step;
    for (int64_t i = 0; i + 1 < count && to->edges < SG_BINS - 2; i++) {
        if (value[i] == value[i + 1] || (double)(i + 1) < next) continue;
        to->edge[to->edges++] = value[i];
        while (step > 0 && next <= (double)(i + 1))
            next += step;
    }
    sg_free(context, value);
    return true;
}

static uint8_t number_bin(const sg_binning *binning, double value) {
    if (isnan(value)) return 0;
    int32_t low = 0, high = binning->edges;
    while (low < high) {
        int32_t middle = (low + high) / 2;
        if (value <= binning->edge[middle])
            high = middle;
        else
            low = middle + 1;
    }
    return (uint8_t)(low + 1);
}

/* ---- categories --------------------------------------------------------- */

typedef struct value {
    double count, key;
    int32_t code;
} value;

static int by_key(const void *a, const void *b) {
    const value *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return (x->code > y->code) - (x->code < y->code);
}

/* Sorted values into bins: one each if they are few, else so that the bins have
 * about equally many rows. Values that did not occur are unknown. */
static void spread_values(const value *sorted, int32_t values, double rows,
                          uint8_t *bin) {
    double before = 0;
    int32_t known = 0, rank = 0;
    for (int32_t k = 0; k < values; k++)
        known += sorted[k].count > 0;
    for (int32_t k = 0; k < values; k++) {
        bin[sorted[k].code] = 0;
        if (sorted[k].count == 0) continue;
        int32_t place = known <= SG_BINS - 1
                            ? rank
                            : (int32_t)(before / rows * (SG_BINS - 1));
        bin[sorted[k].code] = (uint8_t)(place + 1);
        before += sorted[k].count;
        rank++;
    }
}

static bool fit_codes(const sg_examples *examples, const double *order,
                      sg_binning *to) {
    syngan_context *context = examples->match->context;
    int32_t values = to->column->words->count;
    value *v = sg_alloc_zero(context, (size_t)values + 1, sizeof *v);
    to->bin = sg_alloc_zero(context, (size_t)values + 1, 1);
    if (v == NULL || to->bin == NULL) {
        sg_free(context, v);
        return false;
    }
    double mean = 0, rows = 0;
    for (int32_t k = 0; k < values; k++)
        v[k].code = k;
    for (int64_t i = 0; i < examples->count; i++) {
        int32_t code = to->column->code[examples->side[i]][examples->row[i]];
        if (order != NULL) mean += order[i] / (double)examples->count;
        if (code < 0) continue;
        v[code].count++;
        v[code].key += order != NULL ? order[i] : -1;
        rows++;
    }
    for (int32_t k = 0; k < values && order != NULL; k++)
        v[k].key = (v[k].key + PRIOR * mean) / (v[k].count + PRIOR);
    qsort(v, (size_t)values, sizeof *v, by_key);
    spread_values(v, values, rows, to->bin);
    sg_free(context, v);
    return true;
}

/* ---- all columns -------------------------------------------------------- */

static void fit_columns(void *argument, int64_t first, int64_t last) {
    work *all = argument;
    for (int64_t c = first; c < last; c++) {
        sg_binning *to = &all->bins->binning[c];
        bool fits = to->column->number
                        ? fit_number(all->examples, to)
                        : fit_codes(all->examples, all->order, to);
        if (!fits) atomic_store(&all->failed, true);
    }
}

syngan_status sg_bins_make(const sg_examples *examples, const double *order,
                           sg_bins *out) {
    const sg_match *match = examples->match;
    *out = (sg_bins){.context = match->context};
    out->binning =
        sg_alloc_zero(match->context, match->count, sizeof *out->binning);
    work all = {.bins = out, .examples = examples, .order = order};
    if (out->binning != NULL) {
        for (size_t c = 0; c < match->count; c++)
            if ((int64_t)c != examples->without)
                out->binning[out->columns++].column = &match->column[c];
        sg_parallel(match->context, out->columns, 1, fit_columns, &all);
    }
    return out->binning != NULL && !atomic_load(&all.failed)
               ? SYNGAN_OK
               : sg_fail_memory(match->context, "bins",
                                match->count * sizeof *out->binning);
}

void sg_bins_end(sg_bins *bins) {
    for (int32_t c = 0; c < bins->columns; c++)
        sg_free(bins->context, bins->binning[c].bin);
    sg_free(bins->context, bins->binning);
    *bins = (sg_bins){0};
}

static void apply_columns(void *argument, int64_t first, int64_t last) {
    const work *all = argument;
    const sg_examples *examples = all->examples;
    for (int64_t c = first; c < last; c++) {
        const sg_binning *binning = &all->bins->binning[c];
        uint8_t *to = all->out + c * examples->count;
        for (int64_t i = 0; i < examples->count; i++) {
            int side = examples->side[i];
            int64_t row = examples->row[i];
            if (binning->column->number)
                to[i] = number_bin(binning, binning->column->value[side][row]);
            else
                to[i] = binning->column->code[side][row] < 0
                            ? 0
                            : binning->bin[binning->column->code[side][row]];
        }
    }
}

uint8_t *sg_bins_apply(const sg_bins *bins, const sg_examples *examples) {
    size_t bytes = (size_t)bins->columns * (size_t)examples->count;
    sg_bins copy = *bins;
    work all = {.bins = &copy, .examples = examples};
    all.out = sg_alloc(bins->context, bytes);
    if (all.out != NULL)
        sg_parallel(bins->context, bins->columns, 1, apply_columns, &all);
    return all.out;
}
