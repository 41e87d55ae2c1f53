/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The quick measure of quality.
 */
#include "synth/quality.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"

/* Classes of a column in pairs: deciles of numbers or the first values of a
 * category, then the rest, then missing ones. */
enum { CLASSES = 12, CUTS = 9, REST = CLASSES - 2, MISSING = CLASSES - 1 };
/* Most pairs that are looked at. */
enum { PAIRS = 256 };

typedef struct quality_column {
    int32_t column;  /* of the table */
    int32_t n_codes; /* of a category; 0: a number */
    double *sorted;  /* numbers: the real values, rising */
    int64_t n_sorted;
    double *share; /* categories: of the real rows, by code, then missing */
    double cut[CUTS];
    unsigned char *real_class; /* of each real row */
    unsigned char *class;      /* of each synthetic row */
} quality_column;

struct sg_quality {
    syngan_context *context;
    quality_column *columns;
    int32_t n_columns;
    int32_t n_pairs;
    int32_t (*pairs)[2];
    int64_t rows;    /* real ones */
    double *scratch; /* numbers of a synthetic column, or counts */
};

void sg_quality_free(sg_quality *q) {
    if (q == NULL) return;
    for (int32_t i = 0; q->columns != NULL && i < q->n_columns; i++) {
        sg_free(q->context, q->columns[i].sorted);
        sg_free(q->context, q->columns[i].share);
        sg_free(q->context, q->columns[i].real_class);
        sg_free(q->context, q->columns[i].class);
    }
    sg_free(q->context, q->columns);
    sg_free(q->context, q->pairs);
    sg_free(q->context, q->scratch);
    sg_free(q->context, q);
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* A number of a column; NaN if missing. */
static double number_at(const sg_column *column, int64_t row) {
    return sg_column_is_missing(column, row) ? (double)NAN
                                             : sg_column_number(column, row);
}

/* The numbers that are there, rising; returns how many. */
static int64_t sort_numbers(const sg_column *column, int64_t rows,
                            double *out) {
    int64_t count = 0;
    for (int64_t row = 0; row < rows; row++) {
        double value = number_at(column, row);
        if (!isnan(value)) out[count++] = value;
    }
    qsort(out, (size_t)count, sizeof *out, compare);
    return count;
}

static void classify(const quality_column *q, const sg_column *column,
                     int64_t rows, unsigned char *out) {
    for (int64_t row = 0; row < rows; row++) {
        unsigned char class = MISSING;
        if (q->n_codes > 0) {
            int32_t code = column->codes[row];
            if (code >= 0) class = (unsigned char)(code < REST ? code : REST);
        } else if (!sg_column_is_missing(column, row)) {
            double value = number_at(column, row);
            class = 0;
            while (class < CUTS && value > q->cut[class])
                class ++;
        }
        out[row] = class;
    }
}

/* ---- making ------------------------------------------------------------- */

static void count_codes(const quality_column *q, const sg_column *column,
                        int64_t rows, double *share) {
    memset(share, 0, ((size_t)q->n_codes + 1) * sizeof *share);
    for (int64_t row = 0; row < rows; row++) {
        int32_t code = column->codes[row];
        share[code >= 0 && code < q->n_codes ? code : q->n_codes] +=
            1.0 / (double)rows;
    }
}

static syngan_status make_column(sg_quality *all, quality_column *q,
                                 const sg_column *column) {
    size_t rows = (size_t)all->rows;
    q->n_codes = sg_column_has_codes(column) ? column->words->count : 0;
    q->real_class = sg_alloc(all->context, rows);
    q->class = sg_alloc(all->context, SG_QUALITY_ROWS);
    if (q->n_codes > 0)
        q->share =
            sg_alloc(all->context, ((size_t)q->n_codes + 1) * sizeof *q->share);
    else
        q->sorted = sg_alloc(all->context, rows * sizeof *q->sorted);
    if (q->real_class == NULL || q->class == NULL ||
        (q->share == NULL && q->sorted == NULL))
        return sg_fail_memory(all->context, "a measure of quality",
                              rows * sizeof(double));
    if (q->n_codes > 0) {
        count_codes(q, column, all->rows, q->share);
    } else {
        q->n_sorted = sort_numbers(column, all->rows, q->sorted);
        for (int i = 0; i < CUTS && q->n_sorted > 0; i++)
            q->cut[i] = q->sorted[q->n_sorted * (i + 1) / (CUTS + 1)];
    }
    classify(q, column, all->rows, q->real_class);
    return SYNGAN_OK;
}

/* All pairs, or as many by chance. */
static void choose_pairs(sg_quality *q, uint64_t seed) {
    const sg_random random = {.seed = seed,
                              .stream = sg_stream_id("quality pairs")};
    int64_t n = q->n_columns, all = n * (n - 1) / 2;
    if (all <= PAIRS) {
        for (int32_t i = 1; i < n; i++)
            for (int32_t j = 0; j < i; j++) {
                q->pairs[q->n_pairs][0] = i;
                q->pairs[q->n_pairs++][1] = j;
            }
        return;
    }
    for (uint64_t i = 0; i < PAIRS; i++) {
        int64_t a = (int64_t)sg_random_below(&random, 2 * i, (uint64_t)n);
        int64_t b =
            (int64_t)sg_random_below(&random, 2 * i + 1, (uint64_t)n - 1);
        q->pairs[i][0] = (int32_t)a;
        q->pairs[i][1] = (int32_t)(b < a ? b : b + 1);
    }
    q->n_pairs = PAIRS;
}

/* The table's columns may be in another order than the encoder's. */
static sg_column *find_column(const sg_encoder *encoder, size_t c,
                              const syngan_table *table) {
    int64_t at = syngan_table_find(table, encoder->form->columns[c].name);
    return &table->columns[at];
}

static syngan_status make_columns(sg_quality *q, const sg_encoder *encoder,
                                  const syngan_table *real) {
    size_t most = SG_QUALITY_ROWS;
    q->columns =
        sg_alloc_zero(q->context, encoder->n_codes, sizeof *q->columns);
    q->pairs = sg_alloc(q->context, PAIRS * sizeof *q->pairs);
    if (q->columns == NULL || q->pairs == NULL)
        return sg_fail_memory(q->context, "a measure of quality",
                              encoder->n_codes * sizeof *q->columns);
    for (size_t c = 0; c < encoder->n_codes; c++) {
        if (!sg_encoder_learns(encoder, c)) continue;
        quality_column *column = &q->columns[q->n_columns++];
        column->column = (int32_t)c;
        SG_TRY(make_column(q, column, find_column(encoder, c, real)));
        if ((size_t)column->n_codes + 1 > most)
            most = (size_t)column->n_codes + 1;
    }
    q->scratch = sg_alloc(q->context, most * sizeof *q->scratch);
    return q->scratch != NULL
               ? SYNGAN_OK
               : sg_fail_memory(q->context, "a measure of quality",
                                most * sizeof *q->scratch);
}

/* All rows, or as many by chance. */
static syngan_status select_rows(const syngan_table *real, uint64_t seed,
                                 int64_t count, syngan_table **out) {
    const sg_random random = {.seed = seed,
                              .stream = sg_stream_id("quality rows")};
    size_t bytes = (size_t)count * sizeof(int64_t);
    int64_t *rows = sg_alloc(real->context, bytes);
    if (rows == NULL)
        return sg_fail_memory(real->context, "a measure of quality", bytes);
    for (int64_t i = 0; i < count; i++)
        rows[i] = count == real->rows
                      ? i
                      : (int64_t)sg_random_below(&random, (uint64_t)i,
                                                 (uint64_t)real->rows);
    syngan_status status = syngan_table_select(real, rows, count, out);
    sg_free(real->context, rows);
    return status;
}

/* Codes of the table's dictionaries become those of the encoder's. */
static void translate(const sg_encoder *encoder, syngan_table *table) {
    for (size_t c = 0; c < encoder->n_codes; c++) {
        const sg_dictionary *known = encoder->form->columns[c].words;
        if (!sg_encoder_learns(encoder, c) || known == NULL) continue;
        sg_column *column = find_column(encoder, c, table);
        for (int64_t row = 0; row < table->rows; row++) {
            int32_t code = column->codes[row];
            if (code >= 0)
                column->codes[row] = sg_dictionary_find(
                    known, sg_dictionary_text(column->words, code),
                    sg_dictionary_size(column->words, code));
        }
        sg_dictionary_release(column->words);
        column->words = sg_dictionary_retain(encoder->form->columns[c].words);
    }
}

syngan_status sg_quality_make(const sg_encoder *encoder,
                              const syngan_table *real, uint64_t seed,
                              sg_quality **out) {
    syngan_context *context = encoder->context;
    syngan_table *part = NULL;
    sg_quality *q = sg_alloc_zero(context, 1, sizeof *q);
    if (q == NULL)
        return sg_fail_memory(context, "a measure of quality", sizeof *q);
    q->context = context;
    q->rows = real->rows < SG_QUALITY_REAL ? real->rows : SG_QUALITY_REAL;
    syngan_status status = select_rows(real, seed, q->rows, &part);
    if (status == SYNGAN_OK) {
        translate(encoder, part);
        status = make_columns(q, encoder, part);
    }
    if (status == SYNGAN_OK) choose_pairs(q, seed);
    syngan_table_free(part);
    if (status == SYNGAN_OK)
        *out = q;
    else
        sg_quality_free(q);
    return status;
}

/* ---- measuring ---------------------------------------------------------- */

/* The greatest difference of two empirical distribution functions. */
static double kolmogorov(const double *a, int64_t n, const double *b,
                         int64_t m) {
    double most = 0.0;
    int64_t i = 0, j = 0;
    if (n == 0 || m == 0) return n == m ? 0.0 : 1.0;
    while (i < n && j < m) {
        double value = a[i] < b[j] ? a[i] : b[j];
        while (i < n && a[i] == value)
            i++;
        while (j < m && b[j] == value)
            j++;
        most = fmax(most, fabs((double)i / (double)n - (double)j / (double)m));
    }
    return most;
}

static double column_likeness(const sg_quality *all, const quality_column *q,
                              const sg_column *column, int64_t rows) {
    if (q->n_codes == 0) {
        int64_t count = sort_numbers(column, rows, all->scratch);
        return 1.0 - kolmogorov(q->sorted, q->n_sorted, all->scratch, count);
    }
    double distance = 0.0;
    count_codes(q, column, rows, all->scratch);
    for (int32_t i = 0; i <= q->n_codes; i++)
        distance += fabs(q->share[i] - all->scratch[i]);
    return 1.0 - distance / 2;
}

static double pair_likeness(const sg_quality *q, const quality_column *a,
                            const quality_column *b, int64_t rows) {
    double joint[CLASSES][CLASSES] = {{0}}, distance = 0.0;
    for (int64_t i = 0; i < q->rows; i++)
        joint[a->real_class[i]][b->real_class[i]] += 1.0 / (double)q->rows;
    for (int64_t i = 0; i < rows; i++)
        joint[a->class[i]][b->class[i]] -= 1.0 / (double)rows;
    for (int i = 0; i < CLASSES; i++)
        for (int j = 0; j < CLASSES; j++)
            distance += fabs(joint[i][j]);
    return 1.0 - distance / 2;
}

double sg_quality_measure(sg_quality *q, const syngan_table *synthetic) {
    int64_t rows = synthetic->rows;
    double columns = 0.0, pairs = 0.0;
    for (int32_t i = 0; i < q->n_columns; i++) {
        quality_column *column = &q->columns[i];
        const sg_column *have = &synthetic->columns[column->column];
        columns += column_likeness(q, column, have, rows);
        classify(column, have, rows, column->class);
    }
    for (int32_t i = 0; i < q->n_pairs; i++)
        pairs += pair_likeness(q, &q->columns[q->pairs[i][0]],
                               &q->columns[q->pairs[i][1]], rows);
    columns /= (double)q->n_columns;
    return q->n_pairs == 0 ? columns
                           : (columns + pairs / (double)q->n_pairs) / 2;
}
