/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fitting bins to columns, and putting values into them.
 */
#include "eval/boost_bins.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/thread.h"
#include "table/sort.h"

/* Bins of a column at most; of very many columns fewer, so that histograms of
 * all stay small. */
#define CELLS 1048576
#define LEAST_BINS 16

typedef struct work {
    sg_bins *bins;
    int32_t most;
    const sg_boost_data *data;
    uint8_t *out;
    atomic_bool failed;
} work;

/* ---- numbers ------------------------------------------------------------- */

/* An edge at each value if they are few, else at quantiles. `value` has room
 * for as many numbers behind it. */
static bool fit_number(syngan_context *context, double *value, int64_t rows,
                       int32_t most, sg_binning *to) {
    int64_t count = 0, different = 0;
    for (int64_t i = 0; i < rows; i++)
        if (!isnan(value[i])) value[count++] = value[i];
    sg_sort_f64(context, value, value + rows, count);
    for (int64_t i = 0; i < count; i++)
        different += i == 0 || value[i] != value[i - 1];
    to->edge = sg_alloc(context, (size_t)most * sizeof *to->edge);
    if (to->edge == NULL) return false;
    to->bins = 2;
    /* What is left, evenly over the bins that are; more for a frequent value.
     */
    double next = 0;
    for (int64_t i = 0; i + 1 < count && to->bins < most; i++) {
        if (value[i] == value[i + 1] || (double)(i + 1) < next) continue;
        to->edge[to->bins++ - 2] = value[i];
        if (different > most - 1)
            next = (double)(i + 1) +
                   (double)(count - i - 1) / (double)(most - to->bins + 1);
    }
    return true;
}

static uint8_t number_bin(const sg_binning *binning, double value) {
    if (isnan(value)) return 0;
    int32_t low = 0, high = binning->bins - 2;
    while (low < high) {
        int32_t middle = (low + high) / 2;
        if (value <= binning->edge[middle])
            high = middle;
        else
            low = middle + 1;
    }
    return (uint8_t)(low + 1);
}

/* ---- categories ---------------------------------------------------------- */

typedef struct frequency {
    int64_t count;
    int32_t code;
} frequency;

static int most_frequent_first(const void *a, const void *b) {
    const frequency *x = a, *y = b;
    if (x->count != y->count) return x->count < y->count ? 1 : -1;
    return (x->code > y->code) - (x->code < y->code);
}

/* A bin for each value that occurs; of too many the rarest share the last. */
static bool fit_codes(syngan_context *context, const double *value,
                      int64_t rows, int32_t most, sg_binning *to) {
    size_t values = (size_t)to->values;
    frequency *by_count = sg_alloc_zero(context, values, sizeof *by_count);
    to->bin = sg_alloc_zero(context, values, 1);
    if (by_count == NULL || to->bin == NULL) {
        sg_free(context, by_count);
        return false;
    }
    for (size_t k = 0; k < values; k++)
        by_count[k].code = (int32_t)k;
    for (int64_t i = 0; i < rows; i++)
        if (!isnan(value[i])) by_count[(size_t)value[i]].count++;
    qsort(by_count, values, sizeof *by_count, most_frequent_first);
    to->bins = 1;
    for (size_t k = 0; k < values && by_count[k].count > 0; k++) {
        if (to->bins < most) to->bins++;
        to->bin[by_count[k].code] = (uint8_t)(to->bins - 1);
    }
    sg_free(context, by_count);
    return true;
}

/* ---- all columns --------------------------------------------------------- */

static void fit_columns(void *argument, int64_t first, int64_t last) {
    work *all = argument;
    syngan_context *context = all->bins->context;
    int64_t rows = all->data->rows;
    double *value = sg_alloc(context, 2 * (size_t)rows * sizeof *value);
    bool fits = value != NULL;
    for (int64_t c = first; c < last && fits; c++) {
        sg_binning *to = &all->bins->binning[c];
        if (sg_is_cancelled(context)) break;
        to->values = all->data->values[c];
        all->data->read(all->data->user, (int32_t)c, value);
        fits = to->values == 0 ? fit_number(context, value, rows, all->most, to)
                               : fit_codes(context, value, rows, all->most, to);
    }
    if (!fits) atomic_store(&all->failed, true);
    sg_free(context, value);
}

/* What became of columns that threads worked on. */
static syngan_status end_work(const work *all) {
    syngan_context *context = all->bins->context;
    if (atomic_load(&all->failed))
        return sg_fail_memory(context, "bins",
                              (size_t)all->data->rows * sizeof(double));
    return sg_check_cancelled(context, "boosted trees");
}

syngan_status sg_bins_make(syngan_context *context, const sg_boost_data *data,
                           sg_bins *out) {
    size_t columns = (size_t)data->columns;
    *out = (sg_bins){.context = context, .columns = data->columns};
    out->binning = sg_alloc_zero(context, columns, sizeof *out->binning);
    if (out->binning == NULL)
        return sg_fail_memory(context, "bins", columns * sizeof *out->binning);
    int32_t most = CELLS / (data->columns < 1 ? 1 : data->columns);
    work all = {.bins = out,
                .data = data,
                .most = most > SG_BINS      ? SG_BINS
                        : most < LEAST_BINS ? LEAST_BINS
                                            : most};
    sg_parallel(context, data->columns, 1, fit_columns, &all);
    return end_work(&all);
}

void sg_bins_end(sg_bins *bins) {
    for (int32_t c = 0; bins->binning != NULL && c < bins->columns; c++) {
        sg_free(bins->context, bins->binning[c].edge);
        sg_free(bins->context, bins->binning[c].bin);
    }
    sg_free(bins->context, bins->binning);
    *bins = (sg_bins){0};
}

static void apply_columns(void *argument, int64_t first, int64_t last) {
    work *all = argument;
    syngan_context *context = all->bins->context;
    int64_t rows = all->data->rows;
    double *value = sg_alloc(context, (size_t)rows * sizeof *value);
    if (value == NULL) atomic_store(&all->failed, true);
    for (int64_t c = first; c < last && value != NULL; c++) {
        const sg_binning *binning = &all->bins->binning[c];
        uint8_t *to = all->out + c * rows;
        if (sg_is_cancelled(context)) break;
        all->data->read(all->data->user, (int32_t)c, value);
        for (int64_t i = 0; i < rows; i++)
            to[i] = binning->values == 0 ? number_bin(binning, value[i])
                    : isnan(value[i])    ? 0
                                         : binning->bin[(size_t)value[i]];
    }
    sg_free(context, value);
}

syngan_status sg_bins_apply(const sg_bins *bins, const sg_boost_data *data,
                            uint8_t **out) {
    size_t bytes = (size_t)bins->columns * (size_t)data->rows;
    sg_bins copy = *bins;
    work all = {.bins = &copy, .data = data};
    *out = all.out = sg_alloc(bins->context, bytes);
    if (all.out == NULL) return sg_fail_memory(bins->context, "bins", bytes);
    sg_parallel(bins->context, bins->columns, 1, apply_columns, &all);
    return end_work(&all);
}
