/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measures of sequences.
 */
#include "eval/sequence.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "table/sort.h"

/* ---- Kolmogorov and Smirnov --------------------------------------------- */

/* Of two sorted lists, none of them empty. */
static double greatest_gap(const double *a, int64_t n, const double *b,
                           int64_t m) {
    double most = 0;
    for (int64_t i = 0, j = 0; i < n && j < m;) {
        double x = a[i] < b[j] ? a[i] : b[j];
        while (i < n && a[i] == x)
            i++;
        while (j < m && b[j] == x)
            j++;
        most = fmax(most, fabs((double)i / (double)n - (double)j / (double)m));
    }
    return most;
}

/* Lists numbers of a side, and tells how many. */
typedef int64_t (*list_fn)(const sg_sequence_side *side, size_t column,
                           double *out);

static syngan_status compare(const sg_sequence_side *const *sides,
                             const size_t *columns, list_fn list, double *out) {
    syngan_context *context = sides[0]->table->context;
    int64_t n[2];
    double *values[2];
    size_t most = 0;
    for (int k = 0; k < 2; k++) {
        size_t rows = (size_t)sides[k]->groups->first[sides[k]->groups->count];
        values[k] = sg_alloc(context, rows * sizeof(double));
        most = rows > most ? rows : most;
    }
    double *room = sg_alloc(context, most * sizeof *room);
    bool good = values[0] != NULL && values[1] != NULL && room != NULL;
    for (int k = 0; good && k < 2; k++) {
        n[k] = list(sides[k], columns[k], values[k]);
        sg_sort_f64(context, values[k], room, n[k]);
    }
    if (good)
        *out = n[0] > 0 && n[1] > 0
                   ? greatest_gap(values[0], n[0], values[1], n[1])
                   : (double)NAN;
    sg_free(context, values[0]);
    sg_free(context, values[1]);
    sg_free(context, room);
    return good ? SYNGAN_OK
                : sg_fail_memory(context, "measures of sequences", most * 24);
}

static int64_t list_lengths(const sg_sequence_side *side, size_t column,
                            double *out) {
    (void)column;
    const sg_groups *groups = side->groups;
    for (int64_t g = 0; g < groups->count; g++)
        out[g] = (double)(groups->first[g + 1] - groups->first[g]);
    return groups->count;
}

syngan_status sg_sequence_lengths(const sg_sequence_side *real,
                                  const sg_sequence_side *synthetic,
                                  double *out) {
    const sg_sequence_side *const sides[] = {real, synthetic};
    return compare(sides, (const size_t[]){0, 0}, list_lengths, out);
}

/* A number; NaN if missing, and of codes. */
static double number_at(const sg_column *column, int64_t row) {
    return sg_column_has_codes(column) || sg_column_is_missing(column, row)
               ? (double)NAN
               : sg_column_number(column, row);
}

static int64_t list_gaps(const sg_sequence_side *side, size_t column,
                         double *out) {
    const sg_groups *groups = side->groups;
    const sg_column *order = &side->table->columns[column];
    int64_t count = 0;
    for (int64_t g = 0; g < groups->count; g++)
        for (int64_t i = groups->first[g] + 1; i < groups->first[g + 1]; i++) {
            double gap = number_at(order, groups->rows[i]) -
                         number_at(order, groups->rows[i - 1]);
            if (!isnan(gap)) out[count++] = gap;
        }
    return count;
}

syngan_status sg_sequence_gaps(const sg_sequence_side *real, size_t real_order,
                               const sg_sequence_side *synthetic,
                               size_t synthetic_order, double *out) {
    const sg_sequence_side *const sides[] = {real, synthetic};
    return compare(sides, (const size_t[]){real_order, synthetic_order},
                   list_gaps, out);
}

static int64_t list_values(const sg_sequence_side *side, size_t column,
                           double *out) {
    const sg_groups *groups = side->groups;
    int64_t rows = groups->first[groups->count], count = 0;
    for (int64_t i = 0; i < rows; i++) {
        double x = number_at(&side->table->columns[column], groups->rows[i]);
        if (!isnan(x)) out[count++] = x;
    }
    return count;
}

syngan_status sg_sequence_values(const sg_sequence_side *real,
                                 size_t real_column,
                                 const sg_sequence_side *synthetic,
                                 size_t synthetic_column, double *out) {
    const sg_sequence_side *const sides[] = {real, synthetic};
    return compare(sides, (const size_t[]){real_column, synthetic_column},
                   list_values, out);
}

static int64_t list_clock(const sg_sequence_side *side, size_t column,
                          double *out) {
    const int64_t day = (int64_t)86400 * 1000000;
    const sg_groups *groups = side->groups;
    const sg_column *order = &side->table->columns[column];
    int64_t rows = groups->first[groups->count], count = 0;
    if (!sg_column_is_time(order)) return 0;
    for (int64_t i = 0; i < rows; i++) {
        if (sg_column_is_missing(order, groups->rows[i])) continue;
        int64_t rest = order->integers[groups->rows[i]] % day;
        out[count++] = (double)(rest < 0 ? rest + day : rest);
    }
    return count;
}

syngan_status sg_sequence_clock(const sg_sequence_side *real, size_t real_order,
                                const sg_sequence_side *synthetic,
                                size_t synthetic_order, double *out) {
    const sg_sequence_side *const sides[] = {real, synthetic};
    return compare(sides, (const size_t[]){real_order, synthetic_order},
                   list_clock, out);
}

/* ---- memory ------------------------------------------------------------- */

double sg_sequence_autocorrelation(const sg_sequence_side *side, size_t column,
                                   int64_t lag) {
    const sg_groups *groups = side->groups;
    const sg_column *values = &side->table->columns[column];
    double n = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0, origin = (double)NAN;
    for (int64_t g = 0; g < groups->count; g++)
        for (int64_t i = groups->first[g] + lag; i < groups->first[g + 1];
             i++) {
            double a = number_at(values, groups->rows[i - lag]);
            double b = number_at(values, groups->rows[i]);
            if (isnan(a) || isnan(b)) continue;
            /* Large values, such as times, are counted from the first. */
            if (isnan(origin)) origin = a;
            a -= origin;
            b -= origin;
            n += 1;
            x += a;
            y += b;
            xx += a * a;
            yy += b * b;
            xy += a * b;
        }
    double of_x = n * xx - x * x, of_y = n * yy - y * y;
    return of_x > 0 && of_y > 0 ? (n * xy - x * y) / sqrt(of_x * of_y)
                                : (double)NAN;
}

double sg_sequence_memory(const sg_sequence_side *real, size_t real_column,
                          const sg_sequence_side *synthetic,
                          size_t synthetic_column, int64_t lags) {
    double sum = 0;
    int64_t count = 0;
    for (int64_t lag = 1; lag <= lags; lag++) {
        double difference =
            sg_sequence_autocorrelation(real, real_column, lag) -
            sg_sequence_autocorrelation(synthetic, synthetic_column, lag);
        if (isnan(difference)) continue;
        sum += fabs(difference);
        count++;
    }
    return count > 0 ? sum / (double)count : (double)NAN;
}

/* ---- transitions -------------------------------------------------------- */

/* Pairs as numbers to be sorted; `code` has each code's number from -1 on,
 * below n. */
static int64_t list_pairs(const sg_sequence_side *side, size_t column,
                          const int32_t *code, int64_t n, double *out) {
    const sg_groups *groups = side->groups;
    const int32_t *codes = side->table->columns[column].codes;
    int64_t count = 0;
    for (int64_t g = 0; g < groups->count; g++)
        for (int64_t i = groups->first[g] + 1; i < groups->first[g + 1]; i++) {
            int64_t from = code[codes[groups->rows[i - 1]] + 1];
            int64_t to = code[codes[groups->rows[i]] + 1];
            out[count++] = (double)(from * n + to);
        }
    return count;
}

static double distance(const double *a, int64_t n, const double *b, int64_t m) {
    double sum = 0;
    for (int64_t i = 0, j = 0; i < n || j < m;) {
        double x = j == m || (i < n && a[i] < b[j]) ? a[i] : b[j];
        int64_t from_i = i, from_j = j;
        while (i < n && a[i] == x)
            i++;
        while (j < m && b[j] == x)
            j++;
        sum += fabs((double)(i - from_i) / (double)n -
                    (double)(j - from_j) / (double)m);
    }
    return sum / 2;
}

/* The codes of `of` as those of `real`: missing is 0, an unknown text 1. */
static int32_t *map_codes(const sg_column *of, const sg_column *real) {
    int32_t count = of->words->count;
    int32_t *code =
        sg_alloc(of->words->context, ((size_t)count + 1) * sizeof *code);
    if (code == NULL) return NULL;
    code[0] = 0;
    for (int32_t i = 0; i < count; i++)
        code[i + 1] = 2 + sg_dictionary_find(real->words,
                                             sg_dictionary_text(of->words, i),
                                             sg_dictionary_size(of->words, i));
    return code;
}

static syngan_status compare_pairs(const sg_sequence_side *const *sides,
                                   const size_t *columns, double **values,
                                   double *room, double *out) {
    const sg_column *real = &sides[0]->table->columns[columns[0]];
    int64_t n[2];
    for (int k = 0; k < 2; k++) {
        int32_t *code = map_codes(&sides[k]->table->columns[columns[k]], real);
        if (code == NULL)
            return sg_fail_memory(sides[0]->table->context,
                                  "measures of sequences", 64);
        n[k] = list_pairs(sides[k], columns[k], code,
                          (int64_t)real->words->count + 2, values[k]);
        sg_sort_f64(sides[0]->table->context, values[k], room, n[k]);
        sg_free(sides[0]->table->context, code);
    }
    *out = n[0] > 0 && n[1] > 0 ? distance(values[0], n[0], values[1], n[1])
                                : (double)NAN;
    return SYNGAN_OK;
}

syngan_status sg_sequence_transitions(const sg_sequence_side *real,
                                      size_t real_column,
                                      const sg_sequence_side *synthetic,
                                      size_t synthetic_column, double *out) {
    const sg_sequence_side *const sides[] = {real, synthetic};
    const size_t columns[] = {real_column, synthetic_column};
    syngan_context *context = real->table->context;
    size_t rows[2], most;
    for (int k = 0; k < 2; k++)
        rows[k] = (size_t)sides[k]->groups->first[sides[k]->groups->count];
    most = rows[0] > rows[1] ? rows[0] : rows[1];
    double *values[] = {sg_alloc(context, rows[0] * sizeof(double)),
                        sg_alloc(context, rows[1] * sizeof(double))};
    double *room = sg_alloc(context, most * sizeof *room);
    syngan_status status =
        values[0] != NULL && values[1] != NULL && room != NULL
            ? compare_pairs(sides, columns, values, room, out)
            : sg_fail_memory(context, "measures of sequences", most * 24);
    sg_free(context, values[0]);
    sg_free(context, values[1]);
    sg_free(context, room);
    return status;
}

/* ---- attributes --------------------------------------------------------- */

static bool is_equal(const sg_column *column, int64_t a, int64_t b) {
    bool missing = sg_column_is_missing(column, a);
    if (missing != sg_column_is_missing(column, b)) return false;
    if (missing) return true;
    if (sg_column_has_codes(column))
        return column->codes[a] == column->codes[b];
    return number_at(column, a) == number_at(column, b);
}

double sg_sequence_constant(const sg_sequence_side *side, size_t column) {
    const sg_groups *groups = side->groups;
    const sg_column *values = &side->table->columns[column];
    int64_t count = 0, constant = 0;
    for (int64_t g = 0; g < groups->count; g++) {
        int64_t i = groups->first[g] + 1, end = groups->first[g + 1];
        if (i == end) continue;
        while (i < end &&
               is_equal(values, groups->rows[i - 1], groups->rows[i]))
            i++;
        count++;
        constant += i == end;
    }
    return count > 0 ? (double)constant / (double)count : (double)NAN;
}
