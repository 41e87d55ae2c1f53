/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fitting features to the real table, and coding rows by them.
 */
#include "eval/features.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/thread.h"

/* ---- fitting ------------------------------------------------------------ */

/* Values that are there, in a block of the caller's; *count of them. */
static double *gather(const sg_match *match, const sg_matched *column,
                      int64_t *count) {
    int64_t rows = match->rows[SG_REAL];
    double *value = sg_alloc(match->context, (size_t)rows * sizeof *value);
    *count = 0;
    for (int64_t i = 0; value != NULL && i < rows; i++)
        if (isfinite(column->value[SG_REAL][i]))
            value[(*count)++] = column->value[SG_REAL][i];
    return value;
}

static syngan_status fit_number(const sg_match *match, bool by_range,
                                sg_number_feature *to) {
    int64_t count;
    double *value = gather(match, to->column, &count);
    if (value == NULL)
        return sg_fail_memory(match->context, "features", sizeof *value);
    double sum = 0, squares = 0, spread = 0, low = INFINITY, high = -INFINITY;
    for (int64_t i = 0; i < count; i++) {
        sum += value[i];
        low = fmin(low, value[i]);
        high = fmax(high, value[i]);
    }
    double mean = count > 0 ? sum / (double)count : 0;
    for (int64_t i = 0; i < count; i++)
        squares += (value[i] - mean) * (value[i] - mean);
    if (count > 0)
        spread = by_range ? high - low : sqrt(squares / (double)count);
    to->origin = by_range && count > 0 ? low : mean;
    to->scale = spread > 0 ? 1 / spread : 1;
    to->missing = (float)((mean - to->origin) * to->scale);
    sg_free(match->context, value);
    return SYNGAN_OK;
}

typedef struct frequency {
    int64_t count;
    int32_t code;
} frequency;

static int most_frequent_first(const void *a, const void *b) {
    const frequency *x = a, *y = b;
    if (x->count != y->count) return x->count < y->count ? 1 : -1;
    return (x->code > y->code) - (x->code < y->code);
}

/* Each value has a place of its own if there are enough; else three quarters
 * of the places go to the most frequent ones, and others share the rest. */
static void place_values(const frequency *by_count, int32_t values,
                         int32_t most, sg_choice_feature *to) {
    int32_t shared = most / 4 > 0 ? most / 4 : 1;
    bool all_fit = values + 1 <= most;
    int32_t own = all_fit ? values : most - 1 - shared;
    to->place[0] = 0;
    for (int32_t rank = 0; rank < values; rank++) {
        uint32_t hash = (uint32_t)by_count[rank].code * 2654435761u;
        to->place[by_count[rank].code + 1] =
            rank < own ? rank + 1
                       : 1 + own + (int32_t)((hash >> 16) % (uint32_t)shared);
    }
    to->width = all_fit ? values + 1 : most;
}

static syngan_status fit_choice(const sg_match *match, int32_t most,
                                sg_choice_feature *to) {
    const sg_matched *column = to->column;
    int32_t values = column->words->count;
    size_t n = (size_t)values + 1;
    frequency *by_count = sg_alloc_zero(match->context, n, sizeof *by_count);
    to->place = sg_alloc(match->context, n * sizeof *to->place);
    if (by_count == NULL || to->place == NULL) {
        sg_free(match->context, by_count);
        return sg_fail_memory(match->context, "features", n * sizeof *by_count);
    }
    for (int32_t k = 0; k < values; k++)
        by_count[k].code = k;
    for (int64_t i = 0; i < match->rows[SG_REAL]; i++)
        if (column->code[SG_REAL][i] >= 0)
            by_count[column->code[SG_REAL][i]].count++;
    qsort(by_count, (size_t)values, sizeof *by_count, most_frequent_first);
    place_values(by_count, values, most, to);
    sg_free(match->context, by_count);
    return SYNGAN_OK;
}

static bool may_miss(const sg_matched *column) {
    return column->missing[SG_REAL] > 0 || column->missing[SG_SYNTHETIC] > 0 ||
           column->missing[SG_HOLDOUT] > 0;
}

static syngan_status fit_column(const sg_match *match, size_t c,
                                const sg_features_options *options,
                                sg_features *to) {
    const sg_matched *column = &match->column[c];
    if ((int64_t)c == options->without) return SYNGAN_OK;
    if (sg_is_cancelled(match->context))
        return sg_fail(match->context, SYNGAN_E_CANCELLED,
                       "evaluate: cancelled");
    if (column->number) {
        sg_number_feature *number = &to->number[to->numbers++];
        number->column = column;
        SG_TRY(fit_number(match, options->by_range, number));
        if (!options->marks_missing || !may_miss(column)) return SYNGAN_OK;
    }
    sg_choice_feature *choice = &to->choice[to->choices++];
    *choice = (sg_choice_feature){.column = column, .width = 2};
    return column->number ? SYNGAN_OK
                          : fit_choice(match, options->most, choice);
}

syngan_status sg_features_make(const sg_match *match,
                               const sg_features_options *options,
                               sg_features *out) {
    syngan_context *context = match->context;
    *out = (sg_features){.context = context};
    out->number = sg_alloc_zero(context, match->count, sizeof *out->number);
    out->choice = sg_alloc_zero(context, match->count, sizeof *out->choice);
    if (out->number == NULL || out->choice == NULL)
        return sg_fail_memory(context, "features",
                              match->count * sizeof *out->number);
    for (size_t c = 0; c < match->count; c++)
        SG_TRY(fit_column(match, c, options, out));
    out->width = out->numbers;
    for (int32_t k = 0; k < out->choices; k++) {
        out->choice[k].start = out->width;
        out->width += out->choice[k].width;
    }
    return SYNGAN_OK;
}

void sg_features_end(sg_features *features) {
    if (features->context == NULL) return;
    for (int32_t k = 0; features->choice != NULL && k < features->choices; k++)
        sg_free(features->context, features->choice[k].place);
    sg_free(features->context, features->number);
    sg_free(features->context, features->choice);
    *features = (sg_features){0};
}

/* ---- coding ------------------------------------------------------------- */

typedef struct coding {
    const sg_features *features;
    const int64_t *rows;
    sg_coded *out;
    const uint8_t *sides;
    int side;
} coding;

static float feature_of(const sg_number_feature *n, double value) {
    if (isnan(value)) return n->missing;
    double feature = (value - n->origin) * n->scale;
    return feature > SG_FEATURE_MOST    ? SG_FEATURE_MOST
           : feature < -SG_FEATURE_MOST ? -SG_FEATURE_MOST
                                        : (float)feature;
}

static void code_rows(void *argument, int64_t first, int64_t last) {
    const coding *all = argument;
    const sg_features *f = all->features;
    for (int64_t i = first; i < last; i++) {
        int64_t row = all->rows[i];
        int side = all->sides == NULL ? all->side : all->sides[i];
        float *number = all->out->number + i * f->numbers;
        int32_t *choice = all->out->choice + i * f->choices;
        for (int32_t k = 0; k < f->numbers; k++) {
            const sg_number_feature *n = &f->number[k];
            number[k] = feature_of(n, n->column->value[side][row]);
        }
        for (int32_t k = 0; k < f->choices; k++) {
            const sg_choice_feature *c = &f->choice[k];
            int32_t place = c->place == NULL
                                ? isnan(c->column->value[side][row])
                                : c->place[c->column->code[side][row] + 1];
            choice[k] = c->start + place;
        }
    }
}

syngan_status sg_features_code(const sg_features *features, int side,
                               const uint8_t *sides, const int64_t *rows,
                               int64_t count, sg_coded *out) {
    syngan_context *context = features->context;
    *out = (sg_coded){.rows = count,
                      .numbers = features->numbers,
                      .choices = features->choices};
    size_t numbers = (size_t)count * (size_t)features->numbers;
    size_t choices = (size_t)count * (size_t)features->choices;
    out->number = sg_alloc(context, numbers * sizeof *out->number);
    out->choice = sg_alloc(context, choices * sizeof *out->choice);
    if (out->number == NULL || out->choice == NULL)
        return sg_fail_memory(context, "coded rows",
                              (numbers + choices) * sizeof *out->number);
    coding all = {features, rows, out, sides, side};
    sg_parallel(context, count, 256, code_rows, &all);
    return SYNGAN_OK;
}

void sg_coded_end(syngan_context *context, sg_coded *coded) {
    sg_free(context, coded->number);
    sg_free(context, coded->choice);
    *coded = (sg_coded){0};
}

double sg_coded_distance(const sg_coded *a, int64_t i, const sg_coded *b,
                         int64_t k) {
    const float *x = a->number + i * a->numbers,
                *y = b->number + k * b->numbers;
    const int32_t *p = a->choice + i * a->choices;
    const int32_t *q = b->choice + k * b->choices;
    double sum = 0;
    for (int32_t c = 0; c < a->numbers; c++) {
        double d = (double)x[c] - (double)y[c];
        sum += d * d;
    }
    for (int32_t c = 0; c < a->choices; c++)
        sum += p[c] != q[c];
    return sum;
}
