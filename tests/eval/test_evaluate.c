/* SPDX-License-Identifier: Apache-2.0 */
/* syngan_table_evaluate() as a whole: what good and bad tables get, tables with
 * little in them, what is refused, and what fails. */
#include <syngan/evaluate.h>

#include <math.h>
#include <stdio.h>

#include "base/random.h"
#include "eval/report.h"
#include "support/fault.h"
#include "support/folder.h"
#include "support/test.h"

/* ---- tables -------------------------------------------------------------- */

/* Rows first ... first + rows - 1 of one endless table: numbers x and y, y
 * about 2 x (`alone`: without x), a category and a yes or no that go by x. */
static syngan_table *made(syngan_context *context, int64_t first, int64_t rows,
                          bool alone) {
    const sg_random random = {.seed = 5, .stream = 1};
    double *x = calloc((size_t)rows, sizeof *x);
    double *y = calloc((size_t)rows, sizeof *y);
    const char **kind = calloc((size_t)rows, sizeof *kind);
    const char **yes = calloc((size_t)rows, sizeof *yes);
    for (int64_t i = 0; i < rows; i++) {
        float z[4];
        sg_random_normal(&random, (uint64_t)(4 * (first + i)), 4, z);
        double by = tanh(alone ? (double)z[3] : (double)z[0]);
        x[i] = tanh((double)z[0]);
        y[i] = 2 * by + 0.3 * tanh((double)z[1]);
        kind[i] = by < -0.5 ? "low" : by < 0.5 ? "middle" : "high";
        yes[i] = by + 0.3 * (double)z[2] > 0 ? "yes" : "no";
        if ((first + i) % 19 == 0) x[i] = NAN;
        if ((first + i) % 23 == 0) kind[i] = NULL;
    }
    syngan_table *table = NULL;
    assert_ok(context, syngan_table_create(context, rows, &table));
    assert_ok(context, syngan_table_add_reals(table, "x", x));
    assert_ok(context, syngan_table_add_reals(table, "y", y));
    assert_ok(context, syngan_table_add_texts(table, "kind",
                                              SYNGAN_COLUMN_CATEGORY, kind));
    assert_ok(context,
              syngan_table_add_texts(table, "yes", SYNGAN_COLUMN_BOOLEAN, yes));
    free(x);
    free(y);
    free(kind);
    free(yes);
    return table;
}

static double value_of(const syngan_report *report, const char *name) {
    double value = 0;
    if (syngan_report_value(report, name, &value) != SYNGAN_OK)
        fail_msg("no value %s", name);
    return value;
}

static bool has_note(const syngan_report *report, const char *part) {
    for (size_t i = 0; i < report->n_notes; i++)
        if (strstr(report->note[i], part) != NULL) return true;
    return false;
}

typedef struct trio {
    syngan_context *context;
    syngan_table *real, *synthetic, *holdout;
    syngan_report *report;
} trio;

static void evaluate(trio *t) {
    assert_ok(t->context,
              syngan_table_evaluate(t->real, t->synthetic,
                                    SYNGAN_EVALUATE(.holdout = t->holdout,
                                                    .target = "yes", .seed = 3),
                                    &t->report));
}

static void end(trio *t) {
    syngan_report_free(t->report);
    syngan_table_free(t->real);
    syngan_table_free(t->synthetic);
    syngan_table_free(t->holdout);
    syngan_context_free(t->context);
}

/* ---- verdicts ------------------------------------------------------------ */

static void other_rows_of_the_same_kind_are_good(void **state) {
    (void)state;
    trio t = {.context = test_context(2)};
    t.real = made(t.context, 0, 2000, false);
    t.synthetic = made(t.context, 2000, 2000, false);
    t.holdout = made(t.context, 4000, 1000, false);
    evaluate(&t);
    assert_true(value_of(t.report, "quality.shapes") > 0.95);
    assert_true(fabs(value_of(t.report, "quality.score") -
                     value_of(t.report, "quality.score.holdout")) < 0.05);
    assert_true(fabs(value_of(t.report, "detection.trees.auc") - 0.5) < 0.04);
    assert_true(fabs(value_of(t.report, "detection.logistic.auc") - 0.5) <
                0.04);
    assert_true(fabs(value_of(t.report, "utility.ratio") - 1) < 0.1);
    assert_true(value_of(t.report, "utility.trees.auc.real") > 0.9);
    assert_true(value_of(t.report, "utility.logistic.auc.synthetic") > 0.9);
    assert_true(fabs(value_of(t.report, "privacy.dcr.share") - 0.5) < 0.04);
    assert_true(fabs(value_of(t.report, "privacy.membership.auc") - 0.5) <
                0.04);
    assert_true(value_of(t.report, "privacy.copies") == 0);
    assert_int_equal(t.report->judgement[SG_JUDGE_ALL].grade, SG_GOOD);
    assert_non_null(strstr(syngan_report_verdict(t.report), "Good"));
    end(&t);
}

static void copies_are_bad_for_privacy_only(void **state) {
    (void)state;
    trio t = {.context = test_context(2)};
    t.real = made(t.context, 0, 1000, false);
    t.synthetic = made(t.context, 0, 1000, false);
    t.holdout = made(t.context, 4000, 500, false);
    evaluate(&t);
    assert_true(value_of(t.report, "quality.score") == 1);
    assert_true(value_of(t.report, "privacy.copies") == 1);
    assert_true(value_of(t.report, "privacy.copies.holdout") == 0);
    assert_true(value_of(t.report, "privacy.dcr.synthetic.median") == 0);
    assert_true(value_of(t.report, "privacy.dcr.holdout.median") > 0);
    /* Half of the copied rows are among as many training rows as there are
     * hold-out rows; the others are on one side by chance. */
    assert_true(value_of(t.report, "privacy.dcr.share") > 0.7);
    assert_true(value_of(t.report, "privacy.membership.auc") > 0.99);
    /* What has learnt one of two equal rows takes the other for its like. */
    assert_true(value_of(t.report, "detection.trees.auc") < 0.48);
    assert_true(fabs(value_of(t.report, "detection.trees") - 1) < 0.02);
    assert_true(value_of(t.report, "detection.trees") < 1 + 1e-12);
    assert_true(value_of(t.report, "privacy.attribute.train") == 1);
    assert_int_equal(t.report->judgement[SG_JUDGE_PRIVACY].grade, SG_POOR);
    assert_int_equal(t.report->judgement[SG_JUDGE_QUALITY].grade, SG_GOOD);
    end(&t);
}

static void columns_without_relations_are_found_out(void **state) {
    (void)state;
    trio t = {.context = test_context(2)};
    t.real = made(t.context, 0, 2000, false);
    t.synthetic = made(t.context, 2000, 2000, true);
    t.holdout = made(t.context, 4000, 1000, false);
    evaluate(&t);
    assert_true(value_of(t.report, "quality.shapes") > 0.95);
    assert_true(value_of(t.report, "pairs.x.y.trend") < 0.6);
    assert_true(value_of(t.report, "pairs.x.y.real") > 0.95);
    /* Single columns tell nothing, so only the trees see it. */
    assert_true(value_of(t.report, "detection.trees.auc") > 0.8);
    assert_true(value_of(t.report, "detection.logistic.auc") < 0.6);
    end(&t);
}

static void results_do_not_depend_on_threads(void **state) {
    (void)state;
    char *text[2];
    for (int k = 0; k < 2; k++) {
        trio t = {.context = test_context(k + 1)};
        t.real = made(t.context, 0, 500, false);
        t.synthetic = made(t.context, 500, 400, true);
        t.holdout = made(t.context, 1000, 300, false);
        evaluate(&t);
        size_t size = syngan_report_json(t.report, NULL, 0);
        assert_true(size > 0);
        text[k] = malloc(size + 1);
        assert_int_equal(syngan_report_json(t.report, text[k], size + 1), size);
        end(&t);
    }
    assert_string_equal(text[0], text[1]);
    free(text[0]);
    free(text[1]);
}

/* ---- little in them ------------------------------------------------------ */

static syngan_table *edge_table(syngan_context *context, int64_t rows) {
    double *none = calloc((size_t)rows, sizeof *none);
    int64_t *same = calloc((size_t)rows, sizeof *same);
    const char **null = calloc((size_t)rows, sizeof *null);
    for (int64_t i = 0; i < rows; i++)
        none[i] = NAN;
    syngan_table *table = NULL;
    assert_ok(context, syngan_table_create(context, rows, &table));
    assert_ok(context, syngan_table_add_reals(table, "none", none));
    assert_ok(context, syngan_table_add_integers(table, "same", same));
    assert_ok(context, syngan_table_add_texts(table, "null",
                                              SYNGAN_COLUMN_CATEGORY, null));
    free(none);
    free(same);
    free(null);
    return table;
}

static void constant_and_missing_columns_give_sentences(void **state) {
    (void)state;
    static const int64_t rows[] = {1, 2, 40};
    static const char *const targets[] = {"none", "same", "null"};
    for (int k = 0; k < 9; k++) {
        syngan_context *context = test_context(2);
        syngan_table *real = edge_table(context, rows[k % 3]);
        syngan_table *synthetic = edge_table(context, rows[(k + 1) % 3]);
        syngan_report *report = NULL;
        assert_ok(context, syngan_table_evaluate(
                               real, synthetic,
                               SYNGAN_EVALUATE(.holdout = real,
                                               .target = targets[k / 3]),
                               &report));
        assert_true(isnan(value_of(report, "columns.none.shape")));
        assert_true(isnan(value_of(report, "columns.null.shape")));
        assert_true(value_of(report, "columns.same.shape") == 1);
        assert_true(isnan(value_of(report, "quality.pairs")));
        assert_true(value_of(report, "privacy.copies") == 1);
        assert_true(strlen(syngan_report_verdict(report)) > 0);
        assert_true(syngan_report_json(report, NULL, 0) > 0);
        syngan_report_free(report);
        syngan_table_free(real);
        syngan_table_free(synthetic);
        syngan_context_free(context);
    }
}

static void columns_that_differ_are_named(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    static const int64_t numbers[] = {1, 2, 3};
    static const char *const texts[] = {"a", "b", "c"};
    syngan_table *real = NULL, *synthetic = NULL;
    assert_ok(context, syngan_table_create(context, 3, &real));
    assert_ok(context, syngan_table_create(context, 3, &synthetic));
    assert_ok(context, syngan_table_add_integers(real, "both", numbers));
    assert_ok(context, syngan_table_add_integers(real, "mine", numbers));
    assert_ok(context, syngan_table_add_integers(real, "other", numbers));
    assert_ok(context, syngan_table_add_texts(real, "id",
                                              SYNGAN_COLUMN_IDENTIFIER, texts));
    assert_ok(context, syngan_table_add_texts(synthetic, "other",
                                              SYNGAN_COLUMN_CATEGORY, texts));
    syngan_report *report = NULL;
    assert_fails(context, syngan_table_evaluate(real, synthetic, NULL, &report),
                 SYNGAN_E_MISMATCH, "no column in common");
    assert_null(report);
    assert_ok(context, syngan_table_add_integers(synthetic, "both", numbers));
    assert_ok(context, syngan_table_add_integers(synthetic, "new", numbers));
    assert_ok(context, syngan_table_evaluate(real, synthetic, NULL, &report));
    assert_true(has_note(report, "'mine' is not compared: the synthetic"));
    assert_true(has_note(report, "'other' is not compared: it is of type "
                                 "integer in the real and category"));
    assert_true(has_note(report, "'id' is not compared"));
    assert_true(has_note(report, "'new' is not compared"));
    assert_true(value_of(report, "columns.both.shape") == 1);
    syngan_report_free(report);
    syngan_table_free(real);
    syngan_table_free(synthetic);
    syngan_context_free(context);
}

/* Which of two types a reader infers may depend on the rows. */
static void columns_of_other_types_are_compared(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    static const int64_t numbers[] = {1, 2, 3};
    static const char *const texts[] = {"3", "1", "2"};
    static const char *const codes[] = {"1", "02", "3"};
    static const char *const days[] = {"1970-01-01", NULL, "1970-01-02"};
    static const int64_t times[] = {0, SYNGAN_MISSING, 86400000000};
    syngan_table *real = NULL, *synthetic = NULL;
    syngan_report *report = NULL;
    const int32_t category = SYNGAN_COLUMN_CATEGORY;
    assert_ok(context, syngan_table_create(context, 3, &real));
    assert_ok(context, syngan_table_create(context, 3, &synthetic));
    assert_ok(context, syngan_table_add_integers(real, "number", numbers));
    assert_ok(context, syngan_table_add_texts(real, "code", category, codes));
    assert_ok(context, syngan_table_add_times(real, "day", times, "%Y-%m-%d"));
    assert_ok(context,
              syngan_table_add_texts(synthetic, "number", category, texts));
    assert_ok(context, syngan_table_add_integers(synthetic, "code", numbers));
    assert_ok(context,
              syngan_table_add_texts(synthetic, "day", category, days));
    assert_ok(context, syngan_table_evaluate(
                           real, synthetic,
                           SYNGAN_EVALUATE(.holdout = synthetic), &report));
    assert_true(has_note(report, "'number' is compared as in the real table: "
                                 "it is of type integer in the real and "
                                 "category in the synthetic table"));
    assert_true(value_of(report, "columns.number.shape") == 1);
    assert_true(value_of(report, "columns.day.shape") == 1);
    /* "02" is not 2. */
    assert_true(fabs(value_of(report, "columns.code.shape") - 2.0 / 3) < 1e-6);
    syngan_report_free(report);
    syngan_table_free(real);
    syngan_table_free(synthetic);
    syngan_context_free(context);
}

static void dots_in_names_are_escaped(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    static const int64_t numbers[] = {1, 2, 3};
    syngan_table *real = NULL;
    assert_ok(context, syngan_table_create(context, 3, &real));
    static const char *const names[] = {"a", "a.b", "b.c", "c", "\\"};
    for (int i = 0; i < 5; i++)
        assert_ok(context, syngan_table_add_integers(real, names[i], numbers));
    syngan_report *report = NULL;
    assert_ok(context, syngan_table_evaluate(real, real, NULL, &report));
    assert_true(value_of(report, "pairs.a.b\\.c.trend") == 1);
    assert_true(value_of(report, "pairs.a\\.b.c.trend") == 1);
    assert_true(value_of(report, "columns.\\\\.shape") == 1);
    for (size_t i = 0; i + 1 < syngan_report_count(report); i++) {
        syngan_report_entry a = {.struct_size = sizeof a}, b = a;
        assert_ok(context, syngan_report_get(report, i, &a));
        assert_ok(context, syngan_report_get(report, i + 1, &b));
        assert_true(strcmp(a.name, b.name) < 0);
        assert_true(strlen(a.measure) > 0);
    }
    syngan_report_free(report);
    syngan_table_free(real);
    syngan_context_free(context);
}

static void rows_that_are_left_out_are_told(void **state) {
    (void)state;
    trio t = {.context = test_context(2)};
    t.real = made(t.context, 0, 300, false);
    t.synthetic = made(t.context, 2000, 200, false);
    assert_ok(t.context,
              syngan_table_evaluate(
                  t.real, t.synthetic,
                  SYNGAN_EVALUATE(.max_rows = 250, .target = "y"), &t.report));
    assert_true(has_note(t.report, "use 250 of the 300 rows of the real"));
    assert_false(has_note(t.report, "of the synthetic table, drawn"));
    assert_true(has_note(t.report, "a fifth of the real rows"));
    assert_true(has_note(t.report, "Without a hold-out"));
    assert_true(value_of(t.report, "utility.trees.r2.real") > 0.8);
    end(&t);
}

/* ---- refusals ------------------------------------------------------------ */

static syngan_status stop(const char *stage, double done, void *user) {
    *(double *)user = done;
    return strcmp(stage, "utility") == 0 ? SYNGAN_E_USER + 7 : SYNGAN_OK;
}

static void what_can_not_be_right_is_refused(void **state) {
    (void)state;
    trio t = {.context = test_context(1)};
    t.real = made(t.context, 0, 50, false);
    t.synthetic = made(t.context, 0, 50, false);
    syngan_table *empty = NULL;
    double done = -1;
    assert_ok(t.context, syngan_table_create(t.context, 0, &empty));
    assert_int_equal(syngan_table_evaluate(NULL, t.real, NULL, &t.report),
                     SYNGAN_E_ARGUMENT);
    assert_fails(t.context,
                 syngan_table_evaluate(t.real, NULL, NULL, &t.report),
                 SYNGAN_E_ARGUMENT, "`synthetic` is NULL");
    assert_fails(t.context,
                 syngan_table_evaluate(t.real, empty, NULL, &t.report),
                 SYNGAN_E_ARGUMENT, "the synthetic table has no rows");
    assert_fails(t.context,
                 syngan_table_evaluate(t.real, t.synthetic,
                                       SYNGAN_EVALUATE(.target = "z"),
                                       &t.report),
                 SYNGAN_E_NOT_FOUND, "target is 'z'");
    assert_fails(t.context,
                 syngan_table_evaluate(t.real, t.synthetic,
                                       SYNGAN_EVALUATE(.max_rows = -1),
                                       &t.report),
                 SYNGAN_E_ARGUMENT, "max_rows");
    assert_int_equal(
        syngan_table_evaluate(
            t.real, t.synthetic,
            SYNGAN_EVALUATE(.progress = stop, .progress_user = &done),
            &t.report),
        SYNGAN_E_USER + 7);
    assert_true(done > 0.5 && done < 0.7);
    syngan_context_cancel(t.context);
    assert_fails(t.context,
                 syngan_table_evaluate(t.real, t.synthetic, NULL, &t.report),
                 SYNGAN_E_CANCELLED, "cancelled");
    syngan_context_cancel_reset(t.context);
    evaluate(&t);
    double value;
    assert_fails(t.context, syngan_report_value(t.report, "no", &value),
                 SYNGAN_E_NOT_FOUND, "'no'");
    assert_string_equal(syngan_report_verdict(NULL), "");
    assert_int_equal(syngan_report_count(NULL), 0);
    syngan_table_free(empty);
    end(&t);
}

/* ---- failures ------------------------------------------------------------ */

static syngan_table *try_made(syngan_context *context, int64_t rows) {
    static const char *const texts[] = {"a", "b", "c", "a", "b", "c", "a", "a"};
    const char *kind[40];
    int64_t numbers[40];
    for (int64_t i = 0; i < rows; i++) {
        kind[i] = texts[i % 8];
        numbers[i] = i * i % 13;
    }
    syngan_table *table = NULL;
    if (syngan_table_create(context, rows, &table) == SYNGAN_OK &&
        syngan_table_add_integers(table, "n", numbers) == SYNGAN_OK &&
        syngan_table_add_texts(table, "kind", SYNGAN_COLUMN_CATEGORY, kind) ==
            SYNGAN_OK)
        return table;
    syngan_table_free(table);
    return NULL;
}

static syngan_status whole(syngan_context *context, void *user) {
    syngan_table *real = try_made(context, 40);
    syngan_table *synthetic = try_made(context, 37);
    syngan_report *report = NULL;
    syngan_status status = SYNGAN_E_MEMORY;
    if (real != NULL && synthetic != NULL)
        status = syngan_table_evaluate(
            real, synthetic,
            SYNGAN_EVALUATE(.holdout = synthetic, .target = "kind"), &report);
    if (status == SYNGAN_OK) status = syngan_report_write_json(report, user);
    if (status == SYNGAN_OK) status = syngan_report_write_html(report, user);
    syngan_report_free(report);
    syngan_table_free(real);
    syngan_table_free(synthetic);
    return status;
}

static void memory_may_run_out_anywhere(void **state) {
    (void)state;
    folder f;
    char path[FOLDER_PATH_MAX];
    folder_make(&f);
    folder_file(&f, "report", path);
    long long points = fault_sweep_memory(
        &(fault_sweep){.body = whole, .user = path, .most = 200});
    assert_true(points > 200);
    folder_remove(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_rows_of_the_same_kind_are_good),
        cmocka_unit_test(copies_are_bad_for_privacy_only),
        cmocka_unit_test(columns_without_relations_are_found_out),
        cmocka_unit_test(results_do_not_depend_on_threads),
        cmocka_unit_test(constant_and_missing_columns_give_sentences),
        cmocka_unit_test(columns_that_differ_are_named),
        cmocka_unit_test(columns_of_other_types_are_compared),
        cmocka_unit_test(dots_in_names_are_escaped),
        cmocka_unit_test(rows_that_are_left_out_are_told),
        cmocka_unit_test(what_can_not_be_right_is_refused),
        cmocka_unit_test(memory_may_run_out_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
