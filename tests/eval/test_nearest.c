/* SPDX-License-Identifier: Apache-2.0 */
/* Neighbours against a search that compares all with all, and the small
 * statistics. */
#include "eval/nearest.h"

#include <math.h>
#include <stdio.h>

#include "base/memory.h"
#include "base/random.h"
#include "eval/scores.h"
#include "support/test.h"
#include "table/sort.h"

/* Columns: a number with missing values, one on a grid (so that distances tie),
 * a category of `values` values. */
static syngan_table *made(syngan_context *context, int64_t first, int64_t rows,
                          uint64_t values) {
    const sg_random random = {.seed = 9, .stream = 2};
    double *x = calloc((size_t)rows, sizeof *x);
    int64_t *grid = calloc((size_t)rows, sizeof *grid);
    const char **kind = calloc((size_t)rows, sizeof *kind);
    static char names[300][16];
    for (int i = 0; i < 300; i++)
        snprintf(names[i], sizeof names[i], "v%d", i);
    for (int64_t i = 0; i < rows; i++) {
        uint64_t at = (uint64_t)(3 * (first + i));
        x[i] =
            at % 7 == 0 ? NAN : (double)sg_random_below(&random, at, 1000) / 10;
        grid[i] = (int64_t)sg_random_below(&random, at + 1, 4);
        kind[i] = names[sg_random_below(&random, at + 2, values)];
    }
    syngan_table *table = NULL;
    assert_ok(context, syngan_table_create(context, rows, &table));
    assert_ok(context, syngan_table_add_reals(table, "x", x));
    assert_ok(context, syngan_table_add_integers(table, "grid", grid));
    assert_ok(context, syngan_table_add_texts(table, "kind",
                                              SYNGAN_COLUMN_CATEGORY, kind));
    free(x);
    free(grid);
    free(kind);
    return table;
}

static void compare(syngan_context *context, const sg_coded *queries,
                    const sg_coded *records, const sg_neighbours *found) {
    for (int64_t i = 0; i < queries->rows; i++) {
        double best[2] = {INFINITY, INFINITY};
        for (int64_t k = 0; k < records->rows; k++) {
            double d = sqrt(sg_coded_distance(queries, i, records, k));
            if (d < best[0]) {
                best[1] = best[0];
                best[0] = d;
            } else if (d < best[1]) {
                best[1] = d;
            }
        }
        for (int k = 0; k < 2; k++) {
            assert_true(found[i].distance[k] == best[k]);
            if (isinf(best[k])) continue;
            assert_true(best[k] == sqrt(sg_coded_distance(queries, i, records,
                                                          found[i].index[k])));
        }
        if (records->rows > 1)
            assert_true(found[i].index[0] != found[i].index[1]);
    }
    (void)context;
}

static void the_closest_two_are_found(void **state) {
    (void)state;
    static const struct {
        int64_t queries, records;
        uint64_t values;
    } cases[] = {{1, 1, 2},   {1, 2, 2},     {3, 65, 3},
                 {97, 64, 5}, {67, 1100, 7}, {4200, 129, 200}};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        syngan_context *context = test_context(2);
        syngan_table *real =
            made(context, 0, cases[c].records, cases[c].values);
        syngan_table *other =
            made(context, 5000, cases[c].queries, cases[c].values);
        syngan_report *report = NULL;
        sg_match match;
        sg_features features;
        sg_coded coded[2];
        assert_ok(context, sg_report_make(context, sg_measures, &report));
        assert_ok(
            context,
            sg_match_make((const syngan_table *const[SG_SIDES]){real, other},
                          -1, report, &match));
        assert_ok(context,
                  sg_features_make(
                      &match,
                      &(sg_features_options){
                          .without = -1, .most = 64, .marks_missing = true},
                      &features));
        for (int side = 0; side < 2; side++) {
            int64_t rows = match.rows[side];
            int64_t *all = calloc((size_t)rows, sizeof *all);
            for (int64_t i = 0; i < rows; i++)
                all[i] = i;
            assert_ok(context, sg_features_code(&features, side, NULL, all,
                                                rows, &coded[side]));
            free(all);
        }
        sg_neighbours *found = calloc((size_t)match.rows[1], sizeof *found);
        assert_ok(context, sg_nearest(&features, &coded[1], &coded[0], found));
        compare(context, &coded[1], &coded[0], found);
        free(found);
        sg_coded_end(context, &coded[0]);
        sg_coded_end(context, &coded[1]);
        sg_features_end(&features);
        sg_match_end(&match);
        syngan_report_free(report);
        syngan_table_free(real);
        syngan_table_free(other);
        syngan_context_free(context);
    }
}

static void areas_and_quantiles_are_right(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    const sg_random random = {.seed = 4, .stream = 2};
    double score[61];
    bool positive[61];
    for (uint64_t i = 0; i < 61; i++) {
        score[i] = (double)sg_random_below(&random, i, 9);
        positive[i] = sg_random_below(&random, 100 + i, 3) == 0;
    }
    double wins = 0, pairs = 0;
    for (int i = 0; i < 61; i++)
        for (int k = 0; k < 61; k++) {
            if (!positive[i] || positive[k]) continue;
            pairs++;
            wins += score[i] > score[k] ? 1 : score[i] == score[k] ? 0.5 : 0;
        }
    assert_true(fabs(sg_auc(context, score, positive, 61) - wins / pairs) <
                1e-12);
    assert_true(isnan(sg_auc(context, score, positive, 0)));
    double some[] = {3, 1, 2, 10};
    double room[4];
    sg_sort_f64(NULL, some, room, 4);
    assert_true(sg_quantile(some, 4, 0) == 1 && sg_quantile(some, 4, 1) == 10);
    assert_true(sg_quantile(some, 4, 0.5) == 2.5);
    assert_true(isnan(sg_quantile(some, 0, 0.5)));
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_closest_two_are_found),
        cmocka_unit_test(areas_and_quantiles_are_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
