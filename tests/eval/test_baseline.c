/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of held-out real rows and of independent columns beside the
 * synthetic table's, and a verdict that calls nothing good which is near the
 * latter. */
#include <syngan/evaluate.h>

#include <math.h>
#include <stdio.h>

#include "base/random.h"
#include "eval/report.h"
#include "eval/worst.h"
#include "support/tables.h"
#include "support/test.h"

#define ROWS 400

/* Rows `first` ... of one endless table, as CSV text from malloc(): numbers and
 * categories, related unless `alone`; `kept`: the share of rows whose relations
 * are left. */
static syngan_table *made(syngan_context *context, uint64_t first,
                          double kept) {
    static const char *const kinds[] = {"low", "middle", "high"};
    const sg_random random = {.seed = 9, .stream = 2};
    char *text = calloc(ROWS + 1, 80);
    size_t used = (size_t)sprintf(text, "x,y,kind,yes\n");
    for (uint64_t i = first; i < first + ROWS; i++) {
        float z[8];
        sg_random_normal(&random, 8 * i, 8, z);
        bool keep =
            (double)sg_random_below(&random, 1000000 + i, 1000) < 1000 * kept;
        for (int k = 4; k < 8; k++)
            if (keep) z[k] = z[0];
        used += (size_t)sprintf(text + used, "%.3f,%.3f,%s,%s\n",
                                tanh((double)z[0]),
                                tanh((double)(z[4] + 0.3f * z[1])),
                                kinds[z[5] < -0.5f  ? 0
                                      : z[5] < 0.5f ? 1
                                                    : 2],
                                z[6] + 0.3f * z[2] > 0 ? "yes" : "no");
    }
    syngan_table *table = NULL;
    assert_ok(context, tables_read(context, text, NULL, &table));
    free(text);
    return table;
}

static syngan_report *compare(syngan_context *context, double kept,
                              bool with_holdout) {
    syngan_table *real = made(context, 0, 1);
    syngan_table *synthetic = made(context, 1000, kept);
    syngan_table *holdout = made(context, 2000, 1);
    syngan_report *report = NULL;
    assert_ok(context,
              syngan_table_evaluate(
                  real, synthetic,
                  SYNGAN_EVALUATE(.holdout = with_holdout ? holdout : NULL,
                                  .target = "yes", .seed = 4),
                  &report));
    syngan_table_free(real);
    syngan_table_free(synthetic);
    syngan_table_free(holdout);
    return report;
}

static double value_of(const syngan_report *report, const char *name) {
    double value = NAN;
    if (syngan_report_value(report, name, &value) != SYNGAN_OK)
        fail_msg("no value %s", name);
    return value;
}

static void every_figure_has_both_beside_it(void **state) {
    (void)state;
    syngan_context *context = test_context(2);
    syngan_report *report = compare(context, 1, true);
    int compared = 0;
    for (size_t i = 0; i < report->count; i++) {
        const sg_report_entry *entry = &report->entry[i];
        if (entry->baseline != SG_SYNTHETIC_ROWS ||
            !entry->measure->has_baselines || isnan(entry->value))
            continue;
        for (int k = SG_HOLDOUT_ROWS; k < SG_BASELINES; k++) {
            /* A model of the target has learnt no hold-out. */
            if (k == SG_HOLDOUT_ROWS &&
                strcmp(entry->name, "utility.ratio") == 0)
                continue;
            if (isnan(sg_report_baseline(report, entry->name, (sg_baseline)k)))
                fail_msg("%s has no %s", entry->name, sg_baseline_suffixes[k]);
        }
        compared++;
    }
    assert_true(compared > 15);
    /* Shuffling leaves single columns as they are, and nothing else. */
    assert_true(value_of(report, "quality.shapes.independent") == 1);
    assert_true(value_of(report, "columns.x.shape.independent") == 1);
    assert_true(value_of(report, "quality.missing.independent") == 1);
    assert_true(value_of(report, "pairs.x.y.trend.independent") < 0.6);
    assert_true(value_of(report, "quality.pairs.all.independent") < 0.8);
    assert_true(value_of(report, "detection.trees.independent") < 0.5);
    assert_true(value_of(report, "utility.ratio.independent") < 0.3);
    assert_true(value_of(report, "quality.pairs.all.holdout") > 0.85);
    assert_true(value_of(report, "detection.trees.holdout") > 0.8);
    assert_int_equal(report->judgement[SG_JUDGE_QUALITY].grade, SG_GOOD);
    assert_int_equal(report->judgement[SG_JUDGE_DETECTION].grade, SG_GOOD);
    syngan_report_free(report);
    syngan_context_free(context);
}

/* From nothing kept to all. */
static void nothing_near_independent_columns_is_good(void **state) {
    (void)state;
    static const double kept[] = {0, 0.1, 0.2};
    for (int with_holdout = 0; with_holdout < 2; with_holdout++)
        for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
            syngan_context *context = test_context(2);
            syngan_report *report = compare(context, kept[i], with_holdout);
            const sg_judgement *judged = report->judgement;
            assert_non_null(strstr(judged[SG_JUDGE_QUALITY].text,
                                   "columns shuffled one by one get"));
            assert_int_not_equal(judged[SG_JUDGE_QUALITY].grade, SG_GOOD);
            assert_int_not_equal(judged[SG_JUDGE_DETECTION].grade, SG_GOOD);
            assert_int_not_equal(judged[SG_JUDGE_UTILITY].grade, SG_GOOD);
            assert_int_not_equal(judged[SG_JUDGE_ALL].grade, SG_GOOD);
            syngan_report_free(report);
            syngan_context_free(context);
        }
}

/* ---- the way ------------------------------------------------------------- */

static void add(syngan_report *report, double value, double independent,
                double holdout) {
    const sg_measure *m = &sg_measure_quality_score;
    sg_report_add(report, m, 0, value, NULL, NULL);
    if (!isnan(independent))
        sg_report_add_baseline(report, m, m->name, SG_INDEPENDENT_COLUMNS,
                               independent);
    if (!isnan(holdout))
        sg_report_add_baseline(report, m, m->name, SG_HOLDOUT_ROWS, holdout);
}

static void grades_go_by_the_way(void **state) {
    (void)state;
    static const struct {
        double value, independent, holdout, way;
        int32_t grade;
    } cases[] = {
        {0.96, 0.9, 0.98, 0.75, SG_GOOD},
        {0.93, 0.9, 0.98, 0.375, SG_MIXED}, /* good but for independent ones */
        {0.89, 0.9, 0.98, -0.125, SG_POOR},
        {0.96, 0.9, NAN, 0.6, SG_GOOD},
        {0.94, 0.9, NAN, 0.4, SG_MIXED},
        {0.97, 0.97, 0.98, NAN, SG_GOOD}, /* there is nothing between them */
        {0.97, 0.99, 0.98, NAN, SG_GOOD},
        {0.96, NAN, NAN, NAN, SG_GOOD},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        syngan_context *context = test_context(1);
        syngan_report *report = NULL;
        assert_ok(context, sg_report_make(context, sg_measures, &report));
        add(report, cases[i].value, cases[i].independent, cases[i].holdout);
        assert_ok(context, sg_report_sort(report));
        sg_worst worst = sg_report_worst(report, &sg_measure_quality_score);
        double way = sg_report_way(report, worst.entry);
        assert_int_equal(worst.grade, cases[i].grade);
        assert_int_equal(isnan(way), isnan(cases[i].way));
        if (!isnan(way)) assert_true(fabs(way - cases[i].way) < 1e-9);
        syngan_report_free(report);
        syngan_context_free(context);
    }
}

/* Of baskets the items are shuffled, of sequences what is not the order. */
static void groups_have_both_beside_them(void **state) {
    (void)state;
    static const char *const kinds[] = {"bread", "butter", "beer", "crisps"};
    for (int sequences = 0; sequences < 2; sequences++) {
        syngan_context *context = test_context(2);
        char *text = calloc(ROWS + 1, 40);
        size_t used = (size_t)sprintf(text, "who,step,item\n");
        for (int i = 0; i < ROWS; i++)
            used += (size_t)sprintf(text + used, "c%d,%d,%s\n", i / 2, i,
                                    kinds[i / 2 % 2 * 2 + i % 2]);
        syngan_table *table = NULL;
        syngan_report *report = NULL;
        assert_ok(context, tables_read(context, text, NULL, &table));
        assert_ok(context,
                  syngan_table_evaluate(
                      table, table,
                      SYNGAN_EVALUATE(.rows = sequences ? SYNGAN_ROWS_SEQUENCES
                                                        : SYNGAN_ROWS_BASKETS,
                                      .key = "who",
                                      .order = sequences ? "step" : NULL,
                                      .item = "item", .holdout = table,
                                      .detection = 0),
                      &report));
        const char *name =
            sequences ? "sequences.columns.item.pairs" : "baskets.lift.error";
        char full[80];
        double value = value_of(report, name);
        snprintf(full, sizeof full, "%s.holdout", name);
        assert_true(fabs(value - value_of(report, full)) < 1e-9);
        snprintf(full, sizeof full, "%s.independent", name);
        assert_true(fabs(value - value_of(report, full)) > 0.2);
        free(text);
        syngan_report_free(report);
        syngan_table_free(table);
        syngan_context_free(context);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_figure_has_both_beside_it),
        cmocka_unit_test(nothing_near_independent_columns_is_good),
        cmocka_unit_test(grades_go_by_the_way),
        cmocka_unit_test(groups_have_both_beside_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
