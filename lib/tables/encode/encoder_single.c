/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single values of a column of numbers that get modes of their own: frequent
 * ones, and marks at the ends, such as 9999-12-31, -200 or a cap, however rare.
 */
#include <math.h>

#include "encode/encoder_code.h"

/* Different values next to a mark that it is compared with, and the fewest. */
#define NEIGHBOURS 20
#define LEAST_NEIGHBOURS 3
/* A mark lies so many times as far from the next value as those are apart, or
 * is so many times as frequent as they are. */
#define APART 5
#define FREQUENT 4

/* ---- values that are equal ----------------------------------------------- */

typedef struct run {
    double value;
    int64_t count;
} run;

/* How many values equal the first. */
static int64_t run_length(const double *x, int64_t count) {
    int64_t n = 1;
    while (n < count && x[n] == x[0])
        n++;
    return n;
}

/* The first runs from one end on. */
static int32_t list_runs(const double *x, int64_t count, bool from_high,
                         int32_t most, run *out) {
    int32_t n = 0;
    int64_t left = count;
    while (n < most && left > 0) {
        double value = from_high ? x[left - 1] : x[count - left];
        int64_t equal = 0;
        while (left > 0 &&
               (from_high ? x[left - 1] : x[count - left]) == value) {
            equal++;
            left--;
        }
        out[n++] = (run){value, equal};
    }
    return n;
}

/* ---- marks --------------------------------------------------------------- */

/* Whether runs before `r` are apart from the `n` that begin there. */
static bool is_apart(const run *r, int32_t n) {
    if (n > NEIGHBOURS) n = NEIGHBOURS;
    if (n < LEAST_NEIGHBOURS) return false;
    double apart = fabs(r[n - 1].value - r[0].value) / (n - 1);
    return fabs(r[0].value - r[-1].value) > APART * apart;
}

/* Whether a run is far more frequent than the `n` behind it. */
static bool is_heavy(const run *r, int32_t n) {
    if (n > NEIGHBOURS) n = NEIGHBOURS;
    if (n < LEAST_NEIGHBOURS) return false;
    double others = 0;
    for (int32_t i = 1; i <= n; i++)
        others += (double)r[i].count / n;
    return (double)r[0].count > FREQUENT * others;
}

/* How many different values at an end are marks. `code`: a value that is one
 * if it is the last. */
static int32_t count_marks(const double *x, int64_t count, bool from_high,
                           double code) {
    run r[SG_MARKS_MOST + NEIGHBOURS + 1];
    int32_t n = list_runs(x, count, from_high, SG_MARKS_MOST + NEIGHBOURS, r);
    int32_t marks = 0;
    for (int32_t j = 1; j < n && j <= SG_MARKS_MOST; j++) {
        if (r[j - 1].count < SG_LEAST_EQUAL) break;
        if (is_apart(r + j, n - j)) marks = j;
    }
    bool recurs =
        marks < n && marks < SG_MARKS_MOST && r[marks].count >= SG_LEAST_EQUAL;
    if (recurs &&
        (r[marks].value == code || is_heavy(r + marks, n - marks - 1)))
        marks++;
    return marks;
}

/* ---- taking single values out -------------------------------------------- */

static double nth_from_end(const double *x, int64_t count, bool from_high,
                           int32_t n) {
    run r[SG_MARKS_MOST];
    int32_t found = list_runs(x, count, from_high, n, r);
    return r[found - 1].value;
}

sg_ends sg_marks_find(const sg_encoder_options *options, const double *x,
                      int64_t count, double code) {
    sg_ends out = {-INFINITY, INFINITY};
    if (options->frequent > 1 || count == 0) return out;
    int32_t low = count_marks(x, count, false, code);
    int32_t high = count_marks(x, count, true, (double)NAN);
    if (low > 0) out.low = nth_from_end(x, count, false, low);
    if (high > 0) out.high = nth_from_end(x, count, true, high);
    return out;
}

static bool is_single(const sg_encoder_options *options, const sg_ends *marks,
                      double value, int64_t equal, int64_t rows) {
    if (value <= marks->low || value >= marks->high) return true;
    return equal >= SG_LEAST_EQUAL &&
           (double)equal >= options->frequent * (double)rows;
}

/* Whether the values that are left are so few different ones that each can have
 * a mode. */
static bool all_single(const sg_encoder_options *options, int64_t different,
                       int64_t count) {
    if (different == 1) return true;
    return options->frequent <= 1 && different <= options->max_modes &&
           different * SG_LEAST_EQUAL <= count;
}

int64_t sg_singles_take(const sg_encoder_options *options, int64_t rows,
                        double *x, int64_t count, double code,
                        sg_singles *out) {
    int64_t different = 0, others = 0, n;
    const sg_ends marks = sg_marks_find(options, x, count, code);
    for (int64_t i = 0; i < count; i += n) {
        n = run_length(x + i, count - i);
        if (is_single(options, &marks, x[i], n, rows)) continue;
        different++;
        others += n;
    }
    bool all = others > 0 && all_single(options, different, others);
    int64_t kept = 0;
    for (int64_t i = 0; i < count; i += n) {
        n = run_length(x + i, count - i);
        double value = x[i];
        if (!all && !is_single(options, &marks, value, n, rows)) {
            for (int64_t j = 0; j < n; j++)
                x[kept++] = value;
            continue;
        }
        out->value[out->count] = value;
        out->share[out->count++] = (double)n / (double)rows;
    }
    return kept;
}

int32_t sg_singles_most(const sg_encoder_options *options) {
    double frequent = 1 / options->frequent;
    return (int32_t)(frequent < 1e6 ? frequent : 1e6) + options->max_modes + 1 +
           2 * SG_MARKS_MOST;
}
