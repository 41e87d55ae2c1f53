/* SPDX-License-Identifier: Apache-2.0 */
/* Each measure of privacy against a slow one that compares all with all and is
 * written from the definition: with ties, duplicates, single rows, columns of
 * one value, missing ones; and values that are counted by hand. */
#include <syngan/evaluate.h>

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/random.h"
#include "eval/report.h"
#include "support/test.h"

#define MOST 60

/* ---- tables -------------------------------------------------------------- */

/* Rows of two numbers and a category; NaN and NULL are missing. */
typedef struct rows {
    int64_t count;
    double x[MOST], y[MOST];
    const char *kind[MOST];
} rows;

enum { REAL, SYNTHETIC, HOLDOUT, SIDES };

static syngan_table *table_of(syngan_context *context, const rows *r) {
    syngan_table *table = NULL;
    assert_ok(context, syngan_table_create(context, r->count, &table));
    assert_ok(context, syngan_table_add_reals(table, "x", r->x));
    assert_ok(context, syngan_table_add_reals(table, "y", r->y));
    assert_ok(context, syngan_table_add_texts(table, "kind",
                                              SYNGAN_COLUMN_CATEGORY, r->kind));
    return table;
}

/* Values on a small grid, so that rows are equal and distances tie. */
static void fill(rows *r, int64_t count, uint32_t stream, uint64_t values,
                 bool missing) {
    static const char *const kinds[] = {"a", "b", "c", "d"};
    const sg_random random = {.seed = 11, .stream = stream};
    r->count = count;
    for (int64_t i = 0; i < count; i++) {
        uint64_t at = 4 * (uint64_t)i;
        r->x[i] = (double)sg_random_below(&random, at, values);
        r->y[i] = (double)sg_random_below(&random, at + 1, values) * 10;
        r->kind[i] =
            kinds[sg_random_below(&random, at + 2, values < 4 ? values : 4)];
        if (missing && i % 5 == 2) r->x[i] = NAN;
        if (missing && i % 7 == 3) r->kind[i] = NULL;
    }
}

/* ---- the slow reference -------------------------------------------------- */

typedef struct scale {
    double mean[2], factor[2];
    bool marked[2]; /* "missing" counts as a value of its own */
} scale;

static const double *number(const rows *r, int column) {
    return column == 0 ? r->x : r->y;
}

static scale scale_of(const rows sides[SIDES]) {
    scale s = {{0}, {0}, {0}};
    for (int c = 0; c < 2; c++) {
        double n = 0, sum = 0, squares = 0;
        for (int64_t i = 0; i < sides[REAL].count; i++) {
            double v = number(&sides[REAL], c)[i];
            if (isnan(v)) continue;
            n++;
            sum += v;
        }
        s.mean[c] = n > 0 ? sum / n : 0;
        for (int64_t i = 0; i < sides[REAL].count; i++) {
            double d = number(&sides[REAL], c)[i] - s.mean[c];
            if (!isnan(d)) squares += d * d;
        }
        double deviation = n > 0 ? sqrt(squares / n) : 0;
        s.factor[c] = deviation > 0 ? 1 / deviation : 1;
        for (int k = 0; k < SIDES; k++)
            for (int64_t i = 0; i < sides[k].count; i++)
                s.marked[c] = s.marked[c] || isnan(number(&sides[k], c)[i]);
    }
    return s;
}

static bool same_text(const char *a, const char *b) {
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Euclidean over standardised numbers; different choices are 1 apart. `kinds`:
 * whether the category counts. */
static double distance(const scale *s, const rows *a, int64_t i, const rows *b,
                       int64_t k, bool kinds) {
    double sum = kinds && !same_text(a->kind[i], b->kind[k]);
    for (int c = 0; c < 2; c++) {
        double v[2] = {number(a, c)[i], number(b, c)[k]}, z[2];
        for (int side = 0; side < 2; side++)
            z[side] =
                isnan(v[side])
                    ? 0
                    : (double)(float)((v[side] - s->mean[c]) * s->factor[c]);
        sum += (z[0] - z[1]) * (z[0] - z[1]);
        sum += s->marked[c] && isnan(v[0]) != isnan(v[1]);
    }
    return sqrt(sum);
}

/* The two least distances of row i of `a` from rows of `b`. */
static void closest(const scale *s, const rows *a, int64_t i, const rows *b,
                    double out[2]) {
    out[0] = out[1] = INFINITY;
    for (int64_t k = 0; k < b->count; k++) {
        double d = distance(s, a, i, b, k, true);
        if (d < out[0]) {
            out[1] = out[0];
            out[0] = d;
        } else if (d < out[1]) {
            out[1] = d;
        }
    }
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* NumPy's quantile(values, share). */
static double quantile(double *values, int64_t count, double share) {
    if (count == 0) return NAN;
    qsort(values, (size_t)count, sizeof *values, by_value);
    double at = share * (double)(count - 1), below = floor(at);
    int64_t k = (int64_t)below, next = k + 1 < count ? k + 1 : k;
    return values[k] + (at - below) * (values[next] - values[k]);
}

static double share_of_copies(const rows *real, const rows *other) {
    double copies = 0;
    for (int64_t i = 0; i < other->count; i++) {
        bool found = false;
        for (int64_t k = 0; k < real->count; k++) {
            bool equal = same_text(real->kind[k], other->kind[i]);
            for (int c = 0; c < 2; c++) {
                double a = number(real, c)[k], b = number(other, c)[i];
                equal = equal && (isnan(a) ? isnan(b) : a == b);
            }
            found = found || equal;
        }
        copies += found;
    }
    return copies / (double)other->count;
}

/* The chance that a training row is closer to the synthetic rows than a
 * hold-out row, ties half. */
static double membership(const scale *s, const rows sides[SIDES]) {
    double won = 0, a[2], b[2];
    for (int64_t i = 0; i < sides[REAL].count; i++)
        for (int64_t k = 0; k < sides[HOLDOUT].count; k++) {
            closest(s, &sides[REAL], i, &sides[SYNTHETIC], a);
            closest(s, &sides[HOLDOUT], k, &sides[SYNTHETIC], b);
            won += a[0] < b[0] ? 1 : a[0] == b[0] ? 0.5 : 0;
        }
    return won / (double)(sides[REAL].count * sides[HOLDOUT].count);
}

/* Synthetic rows closer to training than to hold-out rows, ties half; for
 * equally many of both. */
static double closeness(const scale *s, const rows sides[SIDES]) {
    double closer = 0, a[2], b[2];
    for (int64_t i = 0; i < sides[SYNTHETIC].count; i++) {
        closest(s, &sides[SYNTHETIC], i, &sides[REAL], a);
        closest(s, &sides[SYNTHETIC], i, &sides[HOLDOUT], b);
        closer += a[0] < b[0] ? 1 : a[0] == b[0] ? 0.5 : 0;
    }
    return closer / (double)sides[SYNTHETIC].count;
}

/* Bounds of the share of kinds that the closest synthetic row tells: where
 * several are equally close, any may be taken. */
static void attribute(const scale *s, const rows *from, const rows *made,
                      double bounds[2]) {
    bounds[0] = bounds[1] = 0;
    for (int64_t i = 0; i < from->count; i++) {
        double least = INFINITY;
        bool all = true, any = false;
        for (int64_t k = 0; k < made->count; k++)
            least = fmin(least, distance(s, from, i, made, k, false));
        for (int64_t k = 0; k < made->count; k++) {
            if (distance(s, from, i, made, k, false) > least) continue;
            bool right = same_text(from->kind[i], made->kind[k]);
            all = all && right;
            any = any || right;
        }
        bounds[0] += all / (double)from->count;
        bounds[1] += any / (double)from->count;
    }
}

static double most_frequent(const rows *real) {
    double most = 0;
    for (int64_t i = 0; i < real->count; i++) {
        double count = 0;
        for (int64_t k = 0; k < real->count; k++)
            count += same_text(real->kind[i], real->kind[k]);
        most = fmax(most, count);
    }
    return most / (double)real->count;
}

/* ---- comparing ----------------------------------------------------------- */

static double value_of(const syngan_report *report, const char *name) {
    double value = NAN;
    if (syngan_report_value(report, name, &value) != SYNGAN_OK)
        fail_msg("no value %s", name);
    return value;
}

static void check(const syngan_report *report, const char *name,
                  double expected) {
    double value = value_of(report, name);
    if (isnan(expected) ? !isnan(value) : !(fabs(value - expected) < 1e-9))
        fail_msg("%s is %.12g, but must be %.12g", name, value, expected);
}

static void check_distances(const syngan_report *report, const scale *s,
                            const rows *from, const rows *real,
                            const char *side) {
    double first[MOST], ratio[MOST], near[2];
    int64_t ratios = 0;
    char name[64];
    for (int64_t i = 0; i < from->count; i++) {
        closest(s, from, i, real, near);
        first[i] = near[0];
        if (isinf(near[1])) continue;
        ratio[ratios++] = near[1] > 0 ? near[0] / near[1] : 1;
    }
    const struct {
        const char *name;
        double share;
    } parts[] = {{"median", 0.5}, {"p05", 0.05}};
    for (int k = 0; k < 2; k++) {
        snprintf(name, sizeof name, "privacy.dcr.%s.%s", side, parts[k].name);
        check(report, name, quantile(first, from->count, parts[k].share));
        snprintf(name, sizeof name, "privacy.nndr.%s.%s", side, parts[k].name);
        check(report, name, quantile(ratio, ratios, parts[k].share));
    }
}

static void check_attribute(const syngan_report *report, const char *name,
                            const scale *s, const rows *from,
                            const rows *made) {
    double bounds[2], value = value_of(report, name);
    attribute(s, from, made, bounds);
    if (value < bounds[0] - 1e-9 || value > bounds[1] + 1e-9)
        fail_msg("%s is %g, not from %g to %g", name, value, bounds[0],
                 bounds[1]);
}

/* The page's histograms: up to the greatest 99 % quantile; what is above is in
 * the last bin. */
static void check_picture(const syngan_report *report, const scale *s,
                          const rows sides[SIDES]) {
    static const int of[] = {SYNTHETIC, HOLDOUT};
    const sg_distances *picture = &report->distances;
    double first[2][MOST], sorted[MOST], near[2], limit = 0;
    for (int k = 0; k < 2; k++) {
        for (int64_t i = 0; i < sides[of[k]].count; i++) {
            closest(s, &sides[of[k]], i, &sides[REAL], near);
            first[k][i] = sorted[i] = near[0];
        }
        limit = fmax(limit, quantile(sorted, sides[of[k]].count, 0.99));
    }
    assert_true(picture->known && picture->has_holdout);
    assert_true(fabs(picture->limit - limit) < 1e-9);
    for (int k = 0; k < 2; k++) {
        double below = 0, n = (double)sides[of[k]].count;
        for (int bin = 0; bin < SG_REPORT_BINS; bin++) {
            /* Those on an edge may be on either side of it. */
            double edge = limit * (bin + 1) / SG_REPORT_BINS, low = 0, high = 0;
            bool last = bin == SG_REPORT_BINS - 1;
            below += picture->share[k][bin];
            for (int64_t i = 0; i < sides[of[k]].count; i++) {
                low += last || first[k][i] < edge - 1e-9;
                high += last || limit == 0 || first[k][i] < edge + 1e-9;
            }
            if (limit == 0) low = n;
            assert_true(below > low / n - 1e-9 && below < high / n + 1e-9);
        }
    }
}

static void compare(const rows sides[SIDES]) {
    syngan_context *context = test_context(2);
    syngan_table *tables[SIDES];
    syngan_report *report = NULL;
    for (int k = 0; k < SIDES; k++)
        tables[k] = table_of(context, &sides[k]);
    assert_ok(context, syngan_table_evaluate(
                           tables[REAL], tables[SYNTHETIC],
                           SYNGAN_EVALUATE(.holdout = tables[HOLDOUT],
                                           .sensitive = "kind", .detection = 0),
                           &report));
    scale s = scale_of(sides);
    check(report, "privacy.copies",
          share_of_copies(&sides[REAL], &sides[SYNTHETIC]));
    check(report, "privacy.copies.holdout",
          share_of_copies(&sides[REAL], &sides[HOLDOUT]));
    check_distances(report, &s, &sides[SYNTHETIC], &sides[REAL], "synthetic");
    check_distances(report, &s, &sides[HOLDOUT], &sides[REAL], "holdout");
    check_picture(report, &s, sides);
    check(report, "privacy.membership.auc", membership(&s, sides));
    if (sides[REAL].count == sides[HOLDOUT].count)
        check(report, "privacy.dcr.share", closeness(&s, sides));
    check(report, "privacy.attribute.baseline", most_frequent(&sides[REAL]));
    check_attribute(report, "privacy.attribute.train", &s, &sides[REAL],
                    &sides[SYNTHETIC]);
    check_attribute(report, "privacy.attribute.holdout", &s, &sides[HOLDOUT],
                    &sides[SYNTHETIC]);
    syngan_report_free(report);
    for (int k = 0; k < SIDES; k++)
        syngan_table_free(tables[k]);
    syngan_context_free(context);
}

static void measures_are_those_of_the_definitions(void **state) {
    (void)state;
    static const struct {
        int64_t real, synthetic, holdout;
        uint64_t values;
        bool missing;
    } cases[] = {
        {40, 40, 40, 3, false},    {40, 25, 40, 2, true},
        {60, 60, 60, 1000, false}, {60, 47, 60, 1000, true},
        {41, 60, 13, 5, true},     {20, 20, 20, 1, false},
        {1, 1, 1, 9, false},       {1, 30, 1, 4, false},
        {30, 1, 30, 4, true},      {2, 2, 2, 2, false},
        {30, 30, 1, 6, false},
    };
    rows sides[SIDES];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fill(&sides[REAL], cases[i].real, 1, cases[i].values, cases[i].missing);
        fill(&sides[SYNTHETIC], cases[i].synthetic, 2, cases[i].values,
             cases[i].missing);
        fill(&sides[HOLDOUT], cases[i].holdout, 3, cases[i].values,
             cases[i].missing);
        compare(sides);
    }
    /* Copies of training rows. */
    fill(&sides[REAL], 50, 1, 200, true);
    fill(&sides[HOLDOUT], 50, 3, 200, true);
    sides[SYNTHETIC] = sides[REAL];
    compare(sides);
}

/* x alone: training rows 0, 1, 2, 3; y and kind have one value. The deviation
 * of x is sqrt(5) / 2. */
static void values_are_as_counted_by_hand(void **state) {
    (void)state;
    static const double x[SIDES][4] = {
        {0, 1, 2, 3}, {0.5, 1, 2, 8}, {0, 1, 3, 8}};
    rows sides[SIDES];
    syngan_context *context = test_context(1);
    syngan_table *tables[SIDES];
    syngan_report *report = NULL;
    for (int k = 0; k < SIDES; k++) {
        sides[k].count = 4;
        for (int i = 0; i < 4; i++) {
            sides[k].x[i] = x[k][i];
            sides[k].y[i] = 7;
            sides[k].kind[i] = "a";
        }
        tables[k] = table_of(context, &sides[k]);
    }
    assert_ok(context, syngan_table_evaluate(
                           tables[REAL], tables[SYNTHETIC],
                           SYNGAN_EVALUATE(.holdout = tables[HOLDOUT],
                                           .sensitive = "kind", .detection = 0),
                           &report));
    const struct {
        const char *name;
        double value;
    } expected[] = {
        {"privacy.copies", 0.5},
        {"privacy.copies.holdout", 0.75},
        /* Distances .5, 0, 0, 5 of x: by the deviation. */
        {"privacy.dcr.synthetic.median", 0.25 * 2 / sqrt(5)},
        {"privacy.dcr.synthetic.p05", 0},
        {"privacy.dcr.holdout.median", 0},
        /* .5 of .5, 0 of 1 (twice), 5 of 6. */
        {"privacy.nndr.synthetic.median", 5.0 / 12},
        {"privacy.nndr.synthetic.p05", 0},
        /* To training and hold-out: .5 and .5 (half), 0 and 0 (half), 0 and 1
         * (closer), 5 and 0 (not). */
        {"privacy.dcr.share", 0.5},
        /* Training rows .5, 0, 0, 1 off; hold-out rows .5, 0, 1, 0: eight
         * wins and ties weigh as much as eight losses. */
        {"privacy.membership.auc", 0.5},
        {"privacy.attribute.baseline", 1},
        {"privacy.attribute.train", 1},
        {"privacy.attribute.holdout", 1},
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        double value = value_of(report, expected[i].name);
        if (!(fabs(value - expected[i].value) < 1e-6))
            fail_msg("%s is %.9g, but must be %.9g", expected[i].name, value,
                     expected[i].value);
    }
    syngan_report_free(report);
    for (int k = 0; k < SIDES; k++)
        syngan_table_free(tables[k]);
    syngan_context_free(context);
}

/* A sensitive number counts by the tenth of the real rows that it is in. */
static void sensitive_numbers_count_by_tenths(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *tables[2];
    double key[40], value[40];
    for (int k = 0; k < 2; k++) {
        for (int i = 0; i < 40; i++) {
            key[i] = i;
            /* Off by one tenth in every fourth row. */
            value[i] = i + (k == 1 && i % 4 == 0 && i < 36 ? 4 : 0);
        }
        assert_ok(context, syngan_table_create(context, 40, &tables[k]));
        assert_ok(context, syngan_table_add_reals(tables[k], "key", key));
        assert_ok(context, syngan_table_add_reals(tables[k], "value", value));
    }
    syngan_report *report = NULL;
    assert_ok(context,
              syngan_table_evaluate(
                  tables[0], tables[1],
                  SYNGAN_EVALUATE(.sensitive = "value", .detection = 0),
                  &report));
    check(report, "privacy.attribute.baseline", 0.1);
    check(report, "privacy.attribute.train", 31.0 / 40);
    syngan_report_free(report);
    syngan_table_free(tables[0]);
    syngan_table_free(tables[1]);
    syngan_context_free(context);
}

/* One that equals the edge of two tenths belongs to the lower one: 1 is the
 * upper edge of the first, so that four rows are in it. */
static void edges_belong_to_the_lower_tenth(void **state) {
    (void)state;
    static const double value[] = {0, 1, 1, 1, 2, 3, 4, 5, 6, 7, 8};
    enum { COUNT = sizeof value / sizeof *value };
    syngan_context *context = test_context(1);
    syngan_table *table;
    syngan_report *report = NULL;
    double key[COUNT];
    for (int i = 0; i < COUNT; i++)
        key[i] = i;
    assert_ok(context, syngan_table_create(context, COUNT, &table));
    assert_ok(context, syngan_table_add_reals(table, "key", key));
    assert_ok(context, syngan_table_add_reals(table, "value", value));
    assert_ok(context,
              syngan_table_evaluate(
                  table, table,
                  SYNGAN_EVALUATE(.sensitive = "value", .detection = 0),
                  &report));
    check(report, "privacy.attribute.baseline", 4.0 / COUNT);
    check(report, "privacy.attribute.train", 1);
    syngan_report_free(report);
    syngan_table_free(table);
    syngan_context_free(context);
}

static double copies_of(const double real[][2], const double made[][2],
                        int count) {
    syngan_context *context = test_context(1);
    syngan_table *tables[2];
    syngan_report *report = NULL;
    double column[MOST];
    for (int side = 0; side < 2; side++) {
        assert_ok(context, syngan_table_create(context, count, &tables[side]));
        for (int c = 0; c < 2; c++) {
            for (int i = 0; i < count; i++)
                column[i] = (side == 0 ? real : made)[i][c];
            assert_ok(context, syngan_table_add_reals(
                                   tables[side], c == 0 ? "a" : "b", column));
        }
    }
    assert_ok(context,
              syngan_table_evaluate(tables[0], tables[1],
                                    SYNGAN_EVALUATE(.detection = 0), &report));
    double share = value_of(report, "privacy.copies");
    syngan_report_free(report);
    syngan_table_free(tables[0]);
    syngan_table_free(tables[1]);
    syngan_context_free(context);
    return share;
}

static double of_bits(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* The hash of a row after its first value, without a key; what is in front of
 * the next one. */
static uint64_t hash_of(double value) {
    uint64_t bits, hash = 0x9E3779B97F4A7C15u;
    memcpy(&bits, &value, sizeof bits);
    hash = (hash ^ bits) * 0xff51afd7ed558ccdu;
    return hash ^ hash >> 32;
}

/* Zeros of both signs are equal, and so are all NaN. */
static void equal_values_are_copies(void **state) {
    (void)state;
    const double real[][2] = {{0.0, 5}, {1, NAN}, {2, 7}, {-0.0, 8}};
    const double made[][2] = {
        {-0.0, 5}, {1, of_bits(0xfff8000000000123u)}, {3, 7}, {0.0, 8}};
    assert_true(copies_of(real, made, 4) == 0.75);
}

/* Rows of one hash are not taken for copies. */
static void other_rows_of_one_hash_are_none(void **state) {
    (void)state;
    double real[1][2] = {{1, 3}}, made[1][2] = {{2, 0}};
    uint64_t bits;
    memcpy(&bits, &real[0][1], sizeof bits);
    for (double a = 2; made[0][1] == 0 || !(fabs(made[0][1]) < 1e100) ||
                       fabs(made[0][1]) < 1e-100;
         a++) {
        made[0][0] = a;
        made[0][1] = of_bits(bits ^ hash_of(real[0][0]) ^ hash_of(a));
    }
    assert_true(
        copies_of((const double(*)[2])real, (const double(*)[2])made, 1) == 0);
    assert_true(
        copies_of((const double(*)[2])real, (const double(*)[2])real, 1) == 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(measures_are_those_of_the_definitions),
        cmocka_unit_test(values_are_as_counted_by_hand),
        cmocka_unit_test(sensitive_numbers_count_by_tenths),
        cmocka_unit_test(edges_belong_to_the_lower_tenth),
        cmocka_unit_test(equal_values_are_copies),
        cmocka_unit_test(other_rows_of_one_hash_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
