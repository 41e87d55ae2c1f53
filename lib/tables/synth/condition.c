/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drawing conditions and rows that satisfy them.
 */
#include "synth/condition.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"

void sg_conditions_end(sg_conditions *c) {
    if (c->context == NULL) return;
    sg_free(c->context, c->columns);
    sg_free(c->context, c->frequent);
    sg_free(c->context, c->rare);
    sg_free(c->context, c->first);
    *c = (sg_conditions){0};
}

static void find_columns(const sg_encoder *encoder, sg_conditions *c) {
    for (size_t i = 0; i < encoder->n_parts; i++) {
        const sg_part *part = &encoder->parts[i];
        if (!part->discrete) continue;
        if (c->columns != NULL)
            c->columns[c->count] =
                (sg_condition_column){.part = (int32_t)i,
                                      .choice = part->index,
                                      .start = c->width,
                                      .dense = part->start,
                                      .width = part->width,
                                      .column = part->column};
        c->count++;
        c->width += part->width;
    }
}

int64_t sg_conditions_width(const sg_encoder *encoder) {
    sg_conditions none = {0};
    find_columns(encoder, &none);
    return none.width;
}

/* Sums up the weights of a column's values to chances. Both sums have one
 * order, so that the last chance is 1, and so is each before it that no
 * possible value follows. */
static void accumulate(double *chance, int32_t width) {
    double sum = 0.0, total = 0.0;
    for (int32_t i = 0; i < width; i++)
        total += chance[i];
    for (int32_t i = 0; i < width; i++) {
        sum += chance[i];
        chance[i] = sum / total;
    }
}

static void set_chances(const sg_encoder *encoder, int64_t n_rows,
                        sg_conditions *c) {
    for (int32_t i = 0; i < c->count; i++) {
        const sg_condition_column *column = &c->columns[i];
        const double *share = encoder->parts[column->part].share;
        double *frequent = c->frequent + column->start;
        double *rare = c->rare + column->start;
        for (int32_t j = 0; j < column->width; j++) {
            frequent[j] = share[j];
            rare[j] = log1p(round(share[j] * (double)n_rows));
        }
        accumulate(frequent, column->width);
        accumulate(rare, column->width);
    }
}

syngan_status sg_conditions_make(const sg_encoder *encoder, int64_t n_rows,
                                 sg_conditions *out) {
    syngan_context *context = encoder->context;
    *out = (sg_conditions){
        .context = context, .n_numbers = encoder->n_numbers, .n_rows = n_rows};
    find_columns(encoder, out);
    size_t count = (size_t)out->count, width = (size_t)out->width;
    out->columns = sg_alloc_zero(context, count, sizeof *out->columns);
    out->frequent = sg_alloc_zero(context, width, sizeof *out->frequent);
    out->rare = sg_alloc_zero(context, width, sizeof *out->rare);
    if (out->columns == NULL || out->frequent == NULL || out->rare == NULL) {
        sg_conditions_end(out);
        return sg_fail_memory(context, "the conditions of a synthesizer",
                              width * sizeof(double));
    }
    out->count = out->width = 0;
    find_columns(encoder, out);
    set_chances(encoder, n_rows, out);
    return SYNGAN_OK;
}

void sg_conditions_none(syngan_context *context, int64_t n_rows,
                        sg_conditions *out) {
    *out = (sg_conditions){.context = context, .n_rows = n_rows};
}

/* ---- the rows of each value --------------------------------------------- */

/* The place of a row's value. */
static int64_t place_of(const sg_conditions *c, int32_t index,
                        const sg_encoded_cell *cells) {
    const sg_condition_column *column = &c->columns[index];
    return column->start + cells[c->n_numbers + column->choice].choice;
}

/* Counting sort of the rows by their values, of all columns at once. */
static void index_rows(sg_conditions *c, const sg_encoded *encoded) {
    int64_t width = encoded->width;
    for (int64_t row = 0; row < c->n_rows; row++)
        for (int32_t i = 0; i < c->count; i++)
            c->first[place_of(c, i, encoded->cells + row * width)]++;
    int64_t at = 0;
    for (int32_t place = 0; place <= c->width; place++) {
        int64_t count = c->first[place];
        c->first[place] = at;
        at += count;
    }
    for (int64_t row = 0; row < c->n_rows; row++)
        for (int32_t i = 0; i < c->count; i++) {
            int64_t place = place_of(c, i, encoded->cells + row * width);
            c->rows[c->first[place]++] = (int32_t)row;
        }
    /* Each has moved to where the next one begins. */
    for (int32_t place = c->width; place > 0; place--)
        c->first[place] = c->first[place - 1];
    c->first[0] = 0;
}

syngan_status sg_conditions_index(sg_conditions *c, const sg_encoded *encoded,
                                  int32_t *rows) {
    if (encoded->rows > INT32_MAX)
        return sg_fail(c->context, SYNGAN_E_ARGUMENT,
                       "synthesizer: the table has %lld rows, more than %d",
                       (long long)encoded->rows, INT32_MAX);
    c->n_rows = encoded->rows;
    c->rows = rows;
    size_t places = (size_t)c->width + 1;
    c->first = sg_alloc_zero(c->context, places, sizeof *c->first);
    if (c->first == NULL)
        return sg_fail_memory(c->context, "the rows of each value",
                              places * sizeof *c->first);
    index_rows(c, encoded);
    return SYNGAN_OK;
}

/* ---- drawing ------------------------------------------------------------ */

/* A number below `limit` from a random word. */
static int64_t below(uint32_t word, int64_t limit) {
    return (int64_t)(((uint64_t)word * (uint64_t)limit) >> 32);
}

/* The first value whose chance is above u. */
static int32_t find_value(const double *chance, int32_t width, double u) {
    int32_t low = 0, high = width - 1;
    while (low < high) {
        int32_t middle = low + (high - low) / 2;
        if (chance[middle] > u)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

sg_condition sg_condition_draw(const sg_conditions *c, bool rare,
                               const uint32_t words[3]) {
    if (c->count == 0) return (sg_condition){-1, -1, -1};
    int32_t index = (int32_t)below(words[0], c->count);
    const sg_condition_column *column = &c->columns[index];
    /* Below 1, to which the greatest words would be rounded. */
    double u = ((double)words[1] + (double)words[2] * 0x1p-32) * 0x1p-32;
    u = fmin(u, 1 - 0x1p-53);
    int32_t value = find_value((rare ? c->rare : c->frequent) + column->start,
                               column->width, u);
    return (sg_condition){.place = column->start + value,
                          .dense = column->dense + value,
                          .column = index};
}

int64_t sg_condition_row(const sg_conditions *c, const sg_condition *condition,
                         uint32_t word) {
    if (condition->place < 0) return below(word, c->n_rows);
    int64_t first = c->first[condition->place];
    int64_t last = c->first[condition->place + 1];
    /* The next place may be of the next column, whose rows follow. */
    return last > first ? c->rows[first + below(word, last - first)]
                        : below(word, c->n_rows);
}
