/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers that move slowly along a sequence, such as a balance. They are learnt
 * as a first value, which goes with the sequence, and as differences from row
 * to row, each given the value before it: drawn by itself a value would have to
 * repeat the one before it through its mode and its place within that, which a
 * generator does poorly. "The value before" is the last one that is present.
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "synth/sequence.h"
#include "table/sort.h"

/* A number moves slowly from this correlation with the value before it on. */
#define SLOW 0.8
/* Fewer pairs of values don't tell. */
enum { LEAST_PAIRS = 100 };
/* Standard deviations, beyond which a value counts as so many. */
#define FARTHEST 4.0f

/* ---- looking for them --------------------------------------------------- */

/* The next row of a group, from place i on, whose value is present; -1: none.
 */
static int64_t next_present(const sg_column *column, const sg_groups *groups,
                            int64_t group, int64_t i) {
    for (; i < groups->first[group + 1]; i++)
        if (!sg_column_is_missing(column, groups->rows[i])) return i;
    return -1;
}

typedef struct sums {
    double values, sum, square; /* of values, from the first one on */
    double pairs, differences;  /* squares of differences */
} sums;

static sums add_up(const sg_column *column, const sg_groups *groups,
                   double origin) {
    sums s = {0};
    for (int64_t g = 0; g < groups->count; g++) {
        double before = (double)NAN;
        for (int64_t i = next_present(column, groups, g, groups->first[g]);
             i >= 0; i = next_present(column, groups, g, i + 1)) {
            double x = sg_column_number(column, groups->rows[i]) - origin;
            s.values += 1;
            s.sum += x;
            s.square += x * x;
            if (!isnan(before)) {
                s.pairs += 1;
                s.differences += (x - before) * (x - before);
            }
            before = x;
        }
    }
    return s;
}

/* Values between the eighths of all that are present. */
static syngan_status find_knots(const syngan_table *table,
                                const sg_column *column, double *knot) {
    int64_t count = 0;
    size_t bytes = (size_t)table->rows * sizeof(double);
    double *values = sg_alloc(table->context, 2 * bytes);
    if (values == NULL)
        return sg_fail_memory(table->context, "sequences", 2 * bytes);
    for (int64_t row = 0; row < table->rows; row++)
        if (!sg_column_is_missing(column, row))
            values[count++] = sg_column_number(column, row);
    sg_sort_f64(table->context, values, values + table->rows, count);
    for (int32_t k = 1; k < SG_CHANGE_PARTS; k++)
        knot[k - 1] = values[count * k / SG_CHANGE_PARTS];
    sg_free(table->context, values);
    return SYNGAN_OK;
}

static bool is_slow(const sg_column *column, const sg_groups *groups,
                    sg_change *out) {
    int64_t first = -1;
    if (sg_column_has_codes(column)) return false;
    for (int64_t g = 0; g < groups->count && first < 0; g++)
        first = next_present(column, groups, g, groups->first[g]);
    if (first < 0) return false;
    double origin = sg_column_number(column, groups->rows[first]);
    const sums s = add_up(column, groups, origin);
    double mean = s.sum / s.values;
    double variance = s.square / s.values - mean * mean;
    out->mean = origin + mean;
    out->deviation = sqrt(variance);
    return s.pairs >= LEAST_PAIRS && variance > 0 && isfinite(variance) &&
           s.differences / s.pairs < 2 * (1 - SLOW) * variance;
}

syngan_status sg_change_find(const syngan_table *table, int64_t column,
                             const sg_groups *groups, sg_change *out,
                             bool *found) {
    const sg_column *c = &table->columns[column];
    *found = is_slow(c, groups, out);
    if (!*found) return SYNGAN_OK;
    sg_grid_fit(c, table->rows, &out->grid);
    sg_limit_by_ranges(table, (int32_t)column, &out->grid);
    return find_knots(table, c, out->knot);
}

/* ---- what is learnt ------------------------------------------------------ */

void sg_change_first_rows(const sg_column *column, const sg_groups *groups,
                          int64_t *rows) {
    for (int64_t g = 0; g < groups->count; g++) {
        int64_t i = next_present(column, groups, g, groups->first[g]);
        rows[g] = groups->rows[i < 0 ? groups->first[g] : i];
    }
}

static void write_difference(const sg_column *column, int64_t from, int64_t to,
                             sg_column *out, int64_t row) {
    if (sg_column_has_reals(column))
        out->reals[row] = sg_round_decimals(
            column->reals[to] - column->reals[from], column->decimals);
    else
        out->integers[row] = (int64_t)((uint64_t)column->integers[to] -
                                       (uint64_t)column->integers[from]);
}

/* The first value of a group, which has no difference, has the next one's. */
void sg_change_differences(const sg_column *column, const sg_groups *groups,
                           sg_column *out) {
    for (int64_t g = 0; g < groups->count; g++) {
        int64_t before = -1;
        for (int64_t i = groups->first[g]; i < groups->first[g + 1]; i++) {
            if (sg_column_is_missing(column, groups->rows[i])) {
                sg_write_missing(out, i);
                continue;
            }
            int64_t from = before, to = i;
            before = i;
            if (from < 0) {
                int64_t next = next_present(column, groups, g, i + 1);
                from = i;
                to = next < 0 ? i : next;
            }
            write_difference(column, groups->rows[from], groups->rows[to], out,
                             i);
        }
    }
}

void sg_change_level(const sg_change *change, const sg_column *column,
                     int64_t row, float *out) {
    memset(out, 0, SG_CHANGE_NUMBERS * sizeof *out);
    if (sg_column_is_missing(column, row)) return;
    double value = sg_column_number(column, row);
    float z = (float)((value - change->mean) / change->deviation);
    out[0] = fabsf(z) <= FARTHEST ? z : copysignf(FARTHEST, z);
    int32_t part = 0;
    while (part < SG_CHANGE_PARTS - 1 && value >= change->knot[part])
        part++;
    out[1 + part] = 1;
}

void sg_change_levels(const sg_change *change, const sg_column *column,
                      const sg_groups *groups, int64_t stride, float *out) {
    for (int64_t g = 0; g < groups->count; g++) {
        int64_t begin = groups->first[g];
        int64_t before = next_present(column, groups, g, begin);
        if (before < 0) before = begin;
        for (int64_t i = begin; i < groups->first[g + 1]; i++) {
            sg_change_level(change, column, groups->rows[before],
                            out + i * stride);
            if (!sg_column_is_missing(column, groups->rows[i])) before = i;
        }
    }
}

/* ---- and back ------------------------------------------------------------ */

static int64_t sum_of(int64_t a, int64_t b) {
    int64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? (b < 0 ? -INT64_MAX : INT64_MAX)
                                              : sum;
}

/* Beyond the bounds a level is reflected, but for files of earlier versions. */
static void write_level(const sg_grid *grid, double real, int64_t integer,
                        sg_column *level, int64_t row) {
    bool reflected = grid->lattice.count > 0;
    if (grid->is_real && reflected)
        sg_lattice_write(grid, 0, real, 0, level, row);
    else if (grid->is_real)
        sg_grid_write_real(grid, real, level, row);
    else if (reflected && (integer < grid->least || integer > grid->most))
        sg_lattice_write(grid, grid->least,
                         ((double)integer - (double)grid->least) /
                             (double)grid->unit,
                         0, level, row);
    else
        sg_grid_write_integer(grid, integer, level, row);
}

void sg_change_pass(const sg_change *change, sg_column *level,
                    sg_column *difference, int64_t row, bool first) {
    if (sg_column_is_missing(difference, row) ||
        sg_column_is_missing(level, row)) {
        sg_write_missing(difference, row);
        return;
    }
    if (first) return;
    if (sg_column_has_reals(level)) {
        double before = level->reals[row];
        write_level(&change->grid, before + difference->reals[row], 0, level,
                    row);
        difference->reals[row] = level->reals[row] - before;
    } else {
        int64_t before = level->integers[row];
        write_level(&change->grid, 0, sum_of(before, difference->integers[row]),
                    level, row);
        difference->integers[row] =
            (int64_t)((uint64_t)level->integers[row] - (uint64_t)before);
    }
}
