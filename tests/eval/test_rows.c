/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports on baskets and sequences: values, verdict, page, what is refused, and
 * memory that fails.
 */
#include <math.h>
#include <syngan/evaluate.h>

#include "eval/report.h"
#include "support/fault.h"
#include "support/folder.h"
#include "support/rows.h"
#include "support/test.h"

static double value_of(const syngan_report *report, const char *name) {
    double value = 0;
    if (syngan_report_value(report, name, &value) != SYNGAN_OK)
        fail_msg("no value %s", name);
    return value;
}

static bool has_value(const syngan_report *report, const char *name) {
    double value;
    return syngan_report_value(report, name, &value) == SYNGAN_OK;
}

static void check_page(syngan_context *context, const syngan_report *report,
                       const char *part) {
    folder f;
    char path[FOLDER_PATH_MAX];
    folder_make(&f);
    folder_file(&f, "report.html", path);
    assert_ok(context, syngan_report_write_html(report, path));
    char *html = file_read(path, NULL);
    assert_non_null(strstr(html, part));
    free(html);
    folder_remove(&f);
}

static void check_both(void (*check)(syngan_context *, const syngan_table *,
                                     const syngan_table *),
                       syngan_status (*make)(syngan_context *, int64_t,
                                             syngan_table **),
                       int64_t count) {
    syngan_context *context = test_context(2);
    syngan_table *table = NULL, *real = NULL, *holdout = NULL;
    assert_ok(context, make(context, count, &table));
    assert_ok(context,
              syngan_table_split_groups(table, syngan_table_name(table, 0), 0.5,
                                        1, &real, &holdout));
    check(context, real, holdout);
    syngan_table_free(real);
    syngan_table_free(holdout);
    syngan_table_free(table);
    syngan_context_free(context);
}

static void check_baskets(syngan_context *context, const syngan_table *real,
                          const syngan_table *other) {
    syngan_report *report = NULL;
    assert_ok(context, syngan_table_evaluate(
                           real, other,
                           SYNGAN_EVALUATE(.rows = SYNGAN_ROWS_BASKETS,
                                           .key = "purchase", .holdout = real),
                           &report));
    assert_true(value_of(report, "baskets.score") > 0.85);
    assert_true(value_of(report, "baskets.score.holdout") == 1);
    assert_true(value_of(report, "baskets.copies.holdout") == 1);
    assert_true(value_of(report, "baskets.coverage") == 1);
    assert_false(has_value(report, "detection.trees.auc"));
    assert_false(has_value(report, "columns.purchase.shape"));
    assert_non_null(strstr(syngan_report_verdict(report), "baskets"));
    check_page(context, report, "id=\"baskets\"");
    syngan_report_free(report);
}

static void baskets_have_their_measures(void **state) {
    (void)state;
    check_both(check_baskets, rows_baskets, ROWS_BASKETS);
}

static void check_sequences(syngan_context *context, const syngan_table *real,
                            const syngan_table *other) {
    syngan_report *report = NULL;
    assert_ok(context, syngan_table_evaluate(
                           real, other,
                           SYNGAN_EVALUATE(.rows = SYNGAN_ROWS_SEQUENCES,
                                           .key = "person", .order = "time",
                                           .holdout = real, .privacy = 0,
                                           .detection = 0),
                           &report));
    assert_true(value_of(report, "sequences.score") > 0.8);
    assert_true(value_of(report, "sequences.score.holdout") == 1);
    assert_true(value_of(report, "sequences.clock") > 0.8);
    assert_true(value_of(report, "sequences.columns.city.constant") == 1);
    assert_true(value_of(report, "sequences.columns.mood.pairs") > 0.8);
    assert_true(value_of(report, "sequences.columns.account.memory") > 0.7);
    assert_non_null(strstr(syngan_report_verdict(report), "Sequences"));
    check_page(context, report, "id=\"sequences\"");
    check_page(context, report, "id=\"steps\"");
    syngan_report_free(report);
}

static void sequences_have_their_measures(void **state) {
    (void)state;
    check_both(check_sequences, rows_sequences, ROWS_KEYS);
}

static void what_is_missing_is_named(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table = NULL;
    syngan_report *report = NULL;
    assert_ok(context, rows_sequences(context, 5, &table));
    assert_fails(context,
                 syngan_table_evaluate(
                     table, table,
                     SYNGAN_EVALUATE(.rows = SYNGAN_ROWS_SEQUENCES), &report),
                 SYNGAN_E_ARGUMENT, "key");
    assert_fails(
        context,
        syngan_table_evaluate(
            table, table,
            SYNGAN_EVALUATE(.rows = SYNGAN_ROWS_BASKETS, .key = "person"),
            &report),
        SYNGAN_E_ARGUMENT, "items");
    assert_fails(
        context,
        syngan_table_evaluate(table, table,
                              SYNGAN_EVALUATE(.rows = SYNGAN_ROWS_SEQUENCES,
                                              .key = "person", .order = "none"),
                              &report),
        SYNGAN_E_NOT_FOUND, "none");
    syngan_table_free(table);
    syngan_context_free(context);
}

static syngan_status whole(syngan_context *context, void *user) {
    (void)user;
    syngan_table *baskets = NULL, *sequences = NULL;
    syngan_report *first = NULL, *second = NULL;
    syngan_status status = rows_baskets(context, 20, &baskets);
    if (status == SYNGAN_OK) status = rows_sequences(context, 5, &sequences);
    if (status == SYNGAN_OK)
        status = syngan_table_evaluate(
            baskets, baskets,
            SYNGAN_EVALUATE(.rows = SYNGAN_ROWS_BASKETS, .key = "purchase"),
            &first);
    if (status == SYNGAN_OK)
        status = syngan_table_evaluate(
            sequences, sequences,
            SYNGAN_EVALUATE(.rows = SYNGAN_ROWS_SEQUENCES, .key = "person",
                            .order = "time", .privacy = 0, .detection = 0),
            &second);
    syngan_report_free(first);
    syngan_report_free(second);
    syngan_table_free(baskets);
    syngan_table_free(sequences);
    return status;
}

static void memory_may_fail_anywhere(void **state) {
    (void)state;
    fault_sweep_memory(&(fault_sweep){.body = whole, .most = 150});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(baskets_have_their_measures),
        cmocka_unit_test(sequences_have_their_measures),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(memory_may_fail_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
