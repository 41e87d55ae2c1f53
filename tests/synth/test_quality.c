/* SPDX-License-Identifier: Apache-2.0 */
/* LABEL: slow */
/* What the default recipe learns of card transactions and, if it is there, of
 * the Adult table: scores as syngan/evaluate.h defines them, on rows held out.
 * The bounds are some way below what several seeds gave. */
#include <stdio.h>
#include <syngan/evaluate.h>
#include <syngan/synthesizer.h>

#include "support/test.h"

typedef struct task {
    const char *target;
    int64_t epochs;
    double least_quality; /* quality.score */
    double least_auc;     /* of trees that learn the target */
} task;

static double value_of(syngan_context *context, const syngan_report *report,
                       const char *name) {
    double value = 0.0;
    assert_ok(context, syngan_report_value(report, name, &value));
    return value;
}

static void learn(syngan_context *context, const syngan_table *table,
                  const task *work) {
    syngan_table *real, *holdout, *made;
    syngan_synthesizer *synthesizer;
    syngan_report *report;
    assert_ok(context, syngan_table_split(table, 0.8, 1, &real, &holdout));
    assert_ok(context,
              syngan_synthesizer_fit(
                  real, SYNGAN_SYNTHESIZER(.epochs = work->epochs, .seed = 1),
                  &synthesizer));
    assert_ok(context,
              syngan_synthesizer_sample(synthesizer, syngan_table_rows(real), 1,
                                        NULL, NULL, &made));
    assert_ok(context,
              syngan_evaluate(
                  real, made,
                  SYNGAN_EVALUATE(.holdout = holdout, .target = work->target,
                                  .no_privacy = 1, .no_detection = 1),
                  &report));
    double quality = value_of(context, report, "quality.score");
    double auc = value_of(context, report, "utility.trees.auc.synthetic");
    print_message("quality %.3f, AUC of %s %.3f\n", quality, work->target, auc);
    assert_true(quality >= work->least_quality);
    assert_true(auc >= work->least_auc);
    syngan_report_free(report);
    syngan_synthesizer_free(synthesizer);
    syngan_table_free(made);
    syngan_table_free(holdout);
    syngan_table_free(real);
}

static void transactions(void **state) {
    (void)state;
    syngan_context *context = test_context(0);
    syngan_table *table;
    assert_ok(context, syngan_table_transactions(context, 6000, 1, &table));
    learn(context, table,
          &(task){.target = "contactless",
                  .epochs = 40,
                  .least_quality = 0.5,
                  .least_auc = 0.5});
    syngan_table_free(table);
    syngan_context_free(context);
}

static void adult(void **state) {
    (void)state;
    const char *data = getenv("SYNGAN_TEST_DATA");
    if (data == NULL) {
        print_message("skipped: SYNGAN_TEST_DATA is not set\n");
        skip();
    }
    char path[1024];
    snprintf(path, sizeof path, "%s/adult/adult.csv", data);
    syngan_context *context = test_context(0);
    syngan_table *table;
    assert_ok(context, syngan_table_read_csv(context, path, NULL, &table));
    learn(context, table,
          &(task){.target = "class",
                  .epochs = 10,
                  .least_quality = 0.5,
                  .least_auc = 0.5});
    syngan_table_free(table);
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transactions),
        cmocka_unit_test(adult),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
