/* SPDX-License-Identifier: Apache-2.0 */
/* Alpha-precision, beta-recall, density, coverage and the papers' distances to
 * the closest record against slow references on dense one-hot rows. */
#include <syngan/evaluate.h>

#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/random.h"
#include "support/test.h"

#define ROWS 150
#define NUMBERS 2
#define KINDS 4
#define WIDTH (NUMBERS + KINDS)
enum { REAL, MADE, HELD, SIDES };

typedef struct cloud {
    double number[NUMBERS][ROWS];
    const char *kind[ROWS];
    double dense[ROWS][WIDTH];
} cloud;

static const char *const kinds[KINDS] = {"a", "b", "c", "d"};

static void fill(cloud *c, uint64_t seed, double spread, double shift) {
    const sg_random random = {.seed = seed, .stream = 5};
    for (uint64_t i = 0; i < ROWS; i++) {
        float z[4];
        sg_random_normal(&random, 4 * i, 4, z);
        c->number[0][i] = shift + spread * (double)z[0];
        c->number[1][i] = 3 * spread * (double)z[1] + (double)z[0];
        c->kind[i] = kinds[(int)fmin(3, floor(fabs(2 * (double)z[2])))];
    }
}

/* Numbers less an origin times a scale; one-hot categories. */
static void code(cloud *c, const double origin[], const double scale[]) {
    for (int i = 0; i < ROWS; i++) {
        for (int k = 0; k < NUMBERS; k++)
            c->dense[i][k] = (c->number[k][i] - origin[k]) * scale[k];
        for (int k = 0; k < KINDS; k++)
            c->dense[i][NUMBERS + k] = c->kind[i] == kinds[k];
    }
}

static void code_all(cloud *clouds, bool by_range) {
    double origin[NUMBERS], scale[NUMBERS];
    for (int k = 0; k < NUMBERS; k++) {
        const double *x = clouds[REAL].number[k];
        double low = x[0], high = x[0], mean = 0, square = 0;
        for (int i = 0; i < ROWS; i++) {
            low = fmin(low, x[i]);
            high = fmax(high, x[i]);
            mean += x[i] / ROWS;
        }
        for (int i = 0; i < ROWS; i++)
            square += (x[i] - mean) * (x[i] - mean) / ROWS;
        origin[k] = by_range ? low : mean;
        scale[k] = 1 / (by_range ? high - low : sqrt(square));
    }
    for (int side = 0; side < SIDES; side++)
        code(&clouds[side], origin, scale);
}

static double distance(const double *a, const double *b, int power) {
    double sum = 0;
    for (int k = 0; k < WIDTH; k++)
        sum += power == 1 ? fabs(a[k] - b[k]) : (a[k] - b[k]) * (a[k] - b[k]);
    return power == 1 ? sum : sqrt(sum);
}

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* NumPy's, of values in any order. */
static double quantile(const double *values, double share) {
    double sorted[ROWS], at = share * (ROWS - 1);
    memcpy(sorted, values, sizeof sorted);
    qsort(sorted, ROWS, sizeof *sorted, compare);
    int below = (int)floor(at), above = below + 1 < ROWS ? below + 1 : below;
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}

static void centre_of(const cloud *c, double *out) {
    for (int k = 0; k < WIDTH; k++) {
        out[k] = 0;
        for (int i = 0; i < ROWS; i++)
            out[k] += c->dense[i][k] / ROWS;
    }
}

typedef struct expected {
    double alpha, beta, density, coverage, share, under;
} expected;

static void reference(cloud *clouds, expected *e) {
    const cloud *real = &clouds[REAL], *made = &clouds[MADE];
    double real_centre[WIDTH], made_centre[WIDTH], to_real[ROWS], to_made[ROWS];
    double of_real[ROWS], of_made[ROWS], of_closest[ROWS], other[ROWS];
    double inside = 0, covered = 0, off[2] = {0, 0}, all = 0;
    code_all(clouds, true);
    centre_of(real, real_centre);
    centre_of(made, made_centre);
    for (int i = 0; i < ROWS; i++) {
        int closest = 0;
        double to[ROWS];
        for (int j = 0; j < ROWS; j++)
            to[j] = distance(real->dense[i], real->dense[j], 2);
        to[i] = 0;
        qsort(to, ROWS, sizeof *to, compare);
        to_real[i] = to[1];
        double radius = to[5];
        to_made[i] = INFINITY;
        for (int j = 0; j < ROWS; j++) {
            double d = distance(real->dense[i], made->dense[j], 2);
            inside += d < radius;
            if (d < to_made[i]) {
                to_made[i] = d;
                closest = j;
            }
        }
        covered += to_made[i] < radius;
        of_closest[i] = distance(made->dense[closest], made_centre, 2);
        of_real[i] = distance(real->dense[i], real_centre, 2);
        of_made[i] = distance(made->dense[i], real_centre, 2);
    }
    for (int k = 0; k < 30; k++) {
        double alpha = k / 29.0, precision = 0, recall = 0;
        for (int i = 0; i < ROWS; i++) {
            precision += of_made[i] <= quantile(of_real, alpha);
            recall += to_made[i] <= to_real[i] &&
                      of_closest[i] <= quantile(of_closest, alpha) + 1e-9;
        }
        off[0] += fabs(alpha - precision / ROWS);
        off[1] += fabs(alpha - recall / ROWS);
        all += alpha;
    }
    e->alpha = 1 - off[0] / all;
    e->beta = 1 - off[1] / all;
    e->density = inside / (5 * ROWS);
    e->coverage = covered / ROWS;
    e->share = e->under = 0;
    for (int range = 1; range >= 0; range--) {
        code_all(clouds, range);
        for (int i = 0; i < ROWS; i++) {
            to_real[i] = to_made[i] = other[i] = INFINITY;
            for (int j = 0; j < ROWS; j++) {
                const double *row = made->dense[i],
                             *held = clouds[HELD].dense[j];
                to_real[i] = fmin(to_real[i], distance(row, real->dense[j], 1));
                to_made[i] = fmin(to_made[i], distance(row, held, 1));
                other[i] = fmin(other[i], distance(clouds[HELD].dense[i],
                                                   real->dense[j], 1));
            }
        }
        for (int i = 0; i < ROWS; i++)
            if (range)
                e->share += to_real[i] < to_made[i] ? 1.0 / ROWS : 0;
            else
                e->under += to_real[i] < quantile(other, 0.02) ? 1.0 / ROWS : 0;
    }
}

static syngan_table *table_of(syngan_context *context, const cloud *c) {
    syngan_table *table = NULL;
    assert_ok(context, syngan_table_create(context, ROWS, &table));
    assert_ok(context, syngan_table_add_reals(table, "x", c->number[0]));
    assert_ok(context, syngan_table_add_reals(table, "y", c->number[1]));
    assert_ok(context, syngan_table_add_texts(table, "kind",
                                              SYNGAN_COLUMN_CATEGORY, c->kind));
    return table;
}

static void check(const syngan_report *report, const char *name,
                  double wanted) {
    double value = NAN;
    assert_int_equal(syngan_report_value(report, name, &value), SYNGAN_OK);
    if (!(fabs(value - wanted) < 1e-6))
        fail_msg("%s is %.9g, not %.9g", name, value, wanted);
}

/* Wide and shifted, the same, and copies of the real rows. */
static void values_are_those_of_the_reference(void **state) {
    (void)state;
    static const struct {
        double spread, shift;
        bool copies;
    } cases[] = {{1, 0, false}, {2, 0.5, false}, {0.2, 0, false}, {1, 0, true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        syngan_context *context = test_context(2);
        cloud *clouds = calloc(SIDES, sizeof *clouds);
        syngan_table *tables[SIDES];
        syngan_report *report = NULL;
        expected e;
        fill(&clouds[REAL], 1, 1, 0);
        fill(&clouds[MADE], cases[i].copies ? 1 : 2, cases[i].spread,
             cases[i].shift);
        fill(&clouds[HELD], 3, 1, 0);
        reference(clouds, &e);
        for (int side = 0; side < SIDES; side++)
            tables[side] = table_of(context, &clouds[side]);
        assert_ok(context,
                  syngan_table_evaluate(
                      tables[REAL], tables[MADE],
                      SYNGAN_EVALUATE(.holdout = tables[HELD]), &report));
        check(report, "manifold.alpha_precision", e.alpha);
        check(report, "manifold.beta_recall", e.beta);
        check(report, "manifold.density", e.density);
        check(report, "manifold.coverage", e.coverage);
        check(report, "privacy.dcr.l1.share", e.share);
        check(report, "privacy.dcr.l1.p02", e.under);
        for (int side = 0; side < SIDES; side++)
            syngan_table_free(tables[side]);
        syngan_report_free(report);
        syngan_context_free(context);
        free(clouds);
    }
}

/* What is too wide is precise nowhere, what is too narrow covers nothing. */
static void directions_are_right(void **state) {
    (void)state;
    cloud *clouds = calloc(SIDES, sizeof *clouds);
    expected same, wide, narrow;
    fill(&clouds[REAL], 1, 1, 0);
    fill(&clouds[HELD], 3, 1, 0);
    fill(&clouds[MADE], 2, 1, 0);
    reference(clouds, &same);
    fill(&clouds[MADE], 2, 4, 0);
    reference(clouds, &wide);
    fill(&clouds[MADE], 2, 0.1, 0);
    reference(clouds, &narrow);
    assert_true(wide.density < 0.6 * same.density);
    assert_true(narrow.coverage < 0.6 * same.coverage);
    assert_true(narrow.beta < same.beta && wide.beta < same.beta);
    free(clouds);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_those_of_the_reference),
        cmocka_unit_test(directions_are_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
