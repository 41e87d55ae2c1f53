/* SPDX-License-Identifier: Apache-2.0 */
/* Measures of columns and of pairs of columns against slow ones that are
 * written from the definitions: numbers on the edges of bins, values that occur
 * on one side only, more combinations than a table has room for, missing ones.
 */
#include <syngan/evaluate.h>

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/random.h"
#include "eval/report.h"
#include "support/test.h"

enum { MOST = 320, BINS = 10, NUMBERS = 2, COLUMNS = 5, WORDS = 130 };

/* x and y are numbers, the others categories; NaN and NULL are missing. */
static const char *const names[COLUMNS] = {"x", "y", "few", "kind", "other"};

typedef struct rows {
    int64_t count;
    double number[NUMBERS][MOST];
    const char *text[COLUMNS][MOST];
} rows;

enum { REAL, SYNTHETIC, SIDES };

/* ---- tables -------------------------------------------------------------- */

static const char *word(uint64_t number) {
    static char words[WORDS][16];
    snprintf(words[number], sizeof words[number], "w%d", (int)number);
    return words[number];
}

typedef struct filling {
    int64_t count;
    double low, high; /* of x, whose values are the edges of its bins */
    uint64_t first;   /* of the words that occur, so that sides differ */
    uint64_t y;       /* values of y */
    bool missing;
} filling;

static void fill(rows *r, uint32_t stream, const filling *f) {
    const sg_random random = {.seed = 7, .stream = stream};
    const uint64_t values[COLUMNS] = {BINS + 1, f->y, 3, WORDS - 20,
                                      WORDS - 20};
    double step = (f->high - f->low) / BINS;
    r->count = f->count;
    for (int64_t i = 0; i < f->count; i++)
        for (int c = 0; c < COLUMNS; c++) {
            uint64_t drawn = sg_random_below(
                &random, (uint64_t)(i * COLUMNS + c), values[c]);
            bool missing = f->missing && (i + c) % 9 == 4;
            double at = drawn == BINS ? f->high : f->low + (double)drawn * step;
            if (c == 0) r->number[c][i] = missing ? (double)NAN : at;
            if (c == 1)
                r->number[c][i] =
                    missing ? (double)NAN
                            : (double)drawn + r->number[0][i % f->count] * 0.5;
            if (c >= NUMBERS)
                r->text[c][i] = missing ? NULL : word(drawn + f->first);
        }
}

static syngan_table *table_of(syngan_context *context, const rows *r) {
    syngan_table *table;
    assert_ok(context, syngan_table_create(context, r->count, &table));
    for (int c = 0; c < COLUMNS; c++)
        if (c < NUMBERS)
            assert_ok(context,
                      syngan_table_add_reals(table, names[c], r->number[c]));
        else
            assert_ok(context, syngan_table_add_texts(table, names[c],
                                                      SYNGAN_COLUMN_CATEGORY,
                                                      r->text[c]));
    return table;
}

/* ---- the slow reference -------------------------------------------------- */

/* Values of a number that are not missing. */
static int64_t known(const rows *r, int c, double *out) {
    int64_t count = 0;
    for (int64_t i = 0; i < r->count; i++)
        if (!isnan(r->number[c][i])) out[count++] = r->number[c][i];
    return count;
}

static double most_of(const double *values, int64_t count) {
    double most = -INFINITY;
    for (int64_t i = 0; i < count; i++)
        most = fmax(most, values[i]);
    return most;
}

static double least_of(const double *values, int64_t count) {
    double least = INFINITY;
    for (int64_t i = 0; i < count; i++)
        least = fmin(least, values[i]);
    return least;
}

static double share_up_to(const double *values, int64_t count, double limit) {
    double below = 0;
    for (int64_t i = 0; i < count; i++)
        below += values[i] <= limit;
    return below / (double)count;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double mean_of(double *values, int64_t count) {
    double sum = 0;
    for (int64_t i = 0; i < count; i++)
        sum += values[i];
    return sum / (double)count;
}

static double median_of(double *values, int64_t count) {
    qsort(values, (size_t)count, sizeof *values, by_value);
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

static double deviation_of(double *values, int64_t count) {
    double mean = mean_of(values, count), sum = 0;
    for (int64_t i = 0; i < count; i++)
        sum += (values[i] - mean) * (values[i] - mean);
    return sqrt(sum / (double)(count - 1));
}

/* Of a value's text among a side's rows. */
static double count_text(const rows *r, int c, const char *text) {
    double count = 0;
    for (int64_t i = 0; i < r->count; i++)
        count += r->text[c][i] != NULL && strcmp(r->text[c][i], text) == 0;
    return count;
}

static double missing_of(const rows *r, int c) {
    double count = 0;
    for (int64_t i = 0; i < r->count; i++)
        count += c < NUMBERS ? isnan(r->number[c][i]) : r->text[c][i] == NULL;
    return count;
}

/* numpy.digitize() by numpy.histogram_bin_edges(); missing: with the last. */
static int bin(const rows *r, int c, int64_t row) {
    double values[MOST];
    int64_t count = known(r, c, values);
    double low = least_of(values, count), high = most_of(values, count);
    if (low == high) {
        low -= 0.5;
        high += 0.5;
    }
    int edges = 0;
    for (int k = 0; k < BINS; k++)
        edges += r->number[c][row] >= low + k * ((high - low) / BINS);
    bool last = isnan(r->number[c][row]) || r->number[c][row] >= high;
    return last ? BINS + 1 : edges;
}

/* A column's values as numbers that are equal where the values are. */
static void label(const rows *r, int c, int *out) {
    for (int64_t i = 0; i < r->count; i++)
        out[i] = c < NUMBERS             ? bin(r, c, i)
                 : r->text[c][i] == NULL ? -1
                                         : atoi(r->text[c][i] + 1);
}

typedef struct labels {
    int64_t count;
    int a[MOST], b[MOST];
} labels;

/* Rows of `l` with these values; any: -2. */
static double count_rows(const labels *l, int a, int b) {
    double count = 0;
    for (int64_t i = 0; i < l->count; i++)
        count += (a == -2 || l->a[i] == a) && (b == -2 || l->b[i] == b);
    return count;
}

static double distance_of(const labels *real, const labels *made) {
    double sum = 0;
    for (int side = 0; side < SIDES; side++) {
        const labels *l = side == 0 ? real : made;
        for (int64_t i = 0; i < l->count; i++) {
            double r = count_rows(real, l->a[i], l->b[i]);
            double m = count_rows(made, l->a[i], l->b[i]);
            /* Each of the rows with a combination takes its share of it. */
            if (side == 0 || r == 0)
                sum += fabs(r / (double)real->count - m / (double)made->count) /
                       (side == 0 ? r : m);
        }
    }
    return sum / 2;
}

static double cramers_v(const labels *l) {
    double sum = 0, a = 0, b = 0;
    for (int64_t i = 0; i < l->count; i++) {
        double in_a = count_rows(l, l->a[i], -2);
        double in_b = count_rows(l, -2, l->b[i]);
        sum += count_rows(l, l->a[i], l->b[i]) / (in_a * in_b);
        a += 1 / in_a;
        b += 1 / in_b;
    }
    double least = rint(fmin(a, b));
    return least < 2 ? (double)NAN : sqrt(fmax(sum - 1, 0) / (least - 1));
}

static double pearson(const rows *r) {
    double n = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0;
    for (int pass = 0; pass < 2; pass++)
        for (int64_t i = 0; i < r->count; i++) {
            double a = r->number[0][i], b = r->number[1][i];
            if (isnan(a) || isnan(b)) continue;
            if (pass == 0) {
                n++;
                x += a;
                y += b;
                continue;
            }
            xx += (a - x / n) * (a - x / n);
            yy += (b - y / n) * (b - y / n);
            xy += (a - x / n) * (b - y / n);
        }
    return xy / sqrt(xx * yy);
}

/* ---- comparing ----------------------------------------------------------- */

static void check(const syngan_report *report, double expected,
                  const char *form, const char *a, const char *b) {
    double value = NAN;
    char name[64];
    snprintf(name, sizeof name, form, a, b);
    if (syngan_report_value(report, name, &value) != SYNGAN_OK)
        fail_msg("no value %s", name);
    if (isnan(expected) ? !isnan(value) : !(fabs(value - expected) < 1e-10))
        fail_msg("%s is %.15g, but must be %.15g", name, value, expected);
}

static void check_number(const syngan_report *report, const rows sides[SIDES],
                         int c) {
    static double (*const of[])(double *, int64_t) = {mean_of, median_of,
                                                      deviation_of};
    static const char *const called[] = {"mean", "median", "std"};
    double real[MOST], made[MOST], apart = 0, within = 0;
    int64_t n = known(&sides[REAL], c, real);
    int64_t m = known(&sides[SYNTHETIC], c, made);
    double low = least_of(real, n), high = most_of(real, n), range = high - low;
    for (int64_t i = 0; i < n + m; i++) {
        double at = i < n ? real[i] : made[i - n];
        apart = fmax(apart,
                     fabs(share_up_to(real, n, at) - share_up_to(made, m, at)));
    }
    check(report, 1 - apart, "columns.%s.shape", names[c], NULL);
    check(report,
          fmax(1 - fmax(least_of(made, m) - low, 0) / range -
                   fmax(high - most_of(made, m), 0) / range,
               0),
          "columns.%s.coverage", names[c], NULL);
    for (int64_t i = 0; i < m; i++)
        within += made[i] >= low && made[i] <= high;
    bool out = missing_of(&sides[REAL], c) == 0;
    check(report, within / (double)(out ? sides[SYNTHETIC].count : m),
          "columns.%s.adherence", names[c], NULL);
    for (int k = 0; k < 3; k++) {
        char form[64];
        double a = of[k](real, n), b = of[k](made, m);
        snprintf(form, sizeof form, "columns.%%s.%s", called[k]);
        check(report, fmax(1 - fabs(a - b) / range, 0), form, names[c], NULL);
        snprintf(form, sizeof form, "columns.%%s.real.%s", called[k]);
        check(report, a, form, names[c], NULL);
        snprintf(form, sizeof form, "columns.%%s.synthetic.%s", called[k]);
        check(report, b, form, names[c], NULL);
    }
}

static void check_category(const syngan_report *report, const rows sides[SIDES],
                           int c) {
    double all[SIDES] = {0}, real[WORDS], made[WORDS], sum = 0;
    double known_words = 0, found = 0, valid = 0;
    for (int k = 0; k < WORDS; k++) {
        real[k] = count_text(&sides[REAL], c, word((uint64_t)k));
        made[k] = count_text(&sides[SYNTHETIC], c, word((uint64_t)k));
        known_words += real[k] > 0;
        found += real[k] > 0 && made[k] > 0;
        valid += real[k] > 0 ? made[k] : 0;
        /* SDMetrics' own: a millionth of a row. */
        if (real[k] == 0 && made[k] > 0) real[k] = 1e-6;
        all[REAL] += real[k];
        all[SYNTHETIC] += made[k];
    }
    for (int k = 0; k < WORDS; k++)
        sum += fabs(real[k] / all[REAL] - made[k] / all[SYNTHETIC]);
    if (missing_of(&sides[REAL], c) > 0)
        valid += missing_of(&sides[SYNTHETIC], c);
    check(report, 1 - sum / 2, "columns.%s.shape", names[c], NULL);
    check(report, found / known_words, "columns.%s.coverage", names[c], NULL);
    check(report, valid / (double)sides[SYNTHETIC].count,
          "columns.%s.adherence", names[c], NULL);
}

/* The page's map of relations has each of them twice. */
static void check_map(const syngan_report *report, int side, int a, int b,
                      double relation) {
    assert_int_equal(report->n_pictures, COLUMNS);
    float at = report->map[side][a * COLUMNS + b];
    float mirrored = report->map[side][b * COLUMNS + a];
    if (isnan(relation)) {
        assert_true(isnan(at) && isnan(mirrored));
        return;
    }
    assert_true(fabs((double)at - relation) < 1e-6);
    assert_true(fabs((double)mirrored - relation) < 1e-6);
}

static void check_pair(const syngan_report *report, const rows sides[SIDES],
                       int a, int b) {
    static labels l[SIDES];
    double relation[SIDES], distance;
    for (int k = 0; k < SIDES; k++) {
        l[k].count = sides[k].count;
        label(&sides[k], a, l[k].a);
        label(&sides[k], b, l[k].b);
        relation[k] = b < NUMBERS ? pearson(&sides[k]) : cramers_v(&l[k]);
    }
    distance = b < NUMBERS ? fabs(relation[0] - relation[1]) / 2
                           : distance_of(&l[REAL], &l[SYNTHETIC]);
    check(report, relation[REAL], "pairs.%s.%s.real", names[a], names[b]);
    check(report, relation[SYNTHETIC], "pairs.%s.%s.synthetic", names[a],
          names[b]);
    check(report, 1 - distance, "pairs.%s.%s.similarity", names[a], names[b]);
    for (int k = 0; k < SIDES; k++)
        check_map(report, k, a, b, relation[k]);
    bool related = fabs(relation[REAL]) > (b < NUMBERS ? 0.5 : 0.3);
    check(report, related ? 1 - distance : (double)NAN, "pairs.%s.%s.trend",
          names[a], names[b]);
}

static void compare(const filling *real, const filling *made) {
    static rows sides[SIDES];
    syngan_context *context = test_context(2);
    syngan_table *tables[SIDES];
    syngan_report *report = NULL;
    fill(&sides[REAL], 1, real);
    fill(&sides[SYNTHETIC], 2, made);
    for (int k = 0; k < SIDES; k++)
        tables[k] = table_of(context, &sides[k]);
    assert_ok(context,
              syngan_table_evaluate(
                  tables[REAL], tables[SYNTHETIC],
                  SYNGAN_EVALUATE(.privacy = 0, .detection = 0), &report));
    for (int c = 0; c < COLUMNS; c++) {
        double missing[SIDES];
        for (int k = 0; k < SIDES; k++)
            missing[k] = missing_of(&sides[k], c) / (double)sides[k].count;
        check(report, 1 - fabs(missing[0] - missing[1]), "columns.%s.missing",
              names[c], NULL);
        if (c < NUMBERS)
            check_number(report, sides, c);
        else
            check_category(report, sides, c);
        for (int b = c + 1; b < COLUMNS; b++)
            check_pair(report, sides, c, b);
    }
    syngan_report_free(report);
    for (int k = 0; k < SIDES; k++)
        syngan_table_free(tables[k]);
    syngan_context_free(context);
}

static void measures_are_those_of_the_definitions(void **state) {
    (void)state;
    static const filling cases[][SIDES] = {
        {{300, 0.1, 0.7, 0, 5, false}, {300, 0.1, 0.7, 0, 5, false}},
        {{301, 0.3, 1.9, 0, 2, true}, {280, 0.31, 1.7, 10, 3, true}},
        {{320, -0.7, 0.45, 20, 9, false}, {317, -0.9, 0.6, 0, 9, true}},
        {{120, 1.1, 9.7, 5, 1, true}, {90, 3.3, 8.8, 5, 1, false}},
        {{64, -0.37, 0.11, 0, 40, true}, {320, -0.37, 0.11, 3, 60, true}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        compare(&cases[i][REAL], &cases[i][SYNTHETIC]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(measures_are_those_of_the_definitions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
