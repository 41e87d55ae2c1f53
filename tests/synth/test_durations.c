/* SPDX-License-Identifier: Apache-2.0 */
/* Durations are learnt as numbers, of rows and as the order of sequences, and
 * evaluated as such. */
#include <stdio.h>
#include <syngan/evaluate.h>
#include <syngan/synthesizer.h>

#include "support/rows.h"
#include "support/test.h"
#include "table/table.h"

enum { ROWS = 120, GROUP = 6 };
#define MINUTE INT64_C(60000000)

/* took: quarters of an hour; since: seconds that rise with the rows of a
 * person. */
static syngan_table *make_table(syngan_context *context) {
    static char names[ROWS / GROUP][16];
    int64_t took[ROWS], since[ROWS];
    const char *person[ROWS];
    syngan_table *table;
    for (int i = 0; i < ROWS; i++) {
        snprintf(names[i / GROUP], sizeof names[0], "p%d", i / GROUP);
        person[i] = names[i / GROUP];
        took[i] = i % 11 == 10 ? SYNGAN_MISSING : i * 37 % 9 * 15 * MINUTE;
        since[i] = (i / GROUP * 7 % 50 + i % GROUP * (100 + i)) * MINUTE / 60;
    }
    assert_ok(context, syngan_table_create(context, ROWS, &table));
    assert_ok(context, syngan_table_add_texts(
                           table, "person", SYNGAN_COLUMN_IDENTIFIER, person));
    assert_ok(context, syngan_table_add_durations(table, "took", took,
                                                  "[%-H h][ %-M min]"));
    assert_ok(context,
              syngan_table_add_durations(table, "since", since, "%-H:%M:%S"));
    return table;
}

static syngan_synthesizer *fit(const syngan_table *table,
                               syngan_row_kind rows) {
    syngan_synthesizer *s;
    assert_ok(table->context,
              syngan_synthesizer_fit(
                  table,
                  SYNGAN_SYNTHESIZER(.epochs = 4, .batch = 30, .pac = 3,
                                     .noise = 4, .width = 8, .depth = 1,
                                     .max_modes = 3, .seed = 5, .rows = rows,
                                     .key = rows == 0 ? NULL : "person",
                                     .order = rows == 0 ? NULL : "since"),
                  &s));
    return s;
}

static void rows_have_them(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table = make_table(context), *made;
    syngan_synthesizer *s = fit(table, SYNGAN_ROWS_INDEPENDENT);
    const syngan_sample_options *options =
        SYNGAN_SAMPLE(.where = "took >= '45 min' and took < 1:45:00");
    assert_ok(context,
              syngan_synthesizer_sample(s, 50, 3, options, NULL, &made));
    const int64_t *took = syngan_table_integers(made, 1);
    assert_int_equal(syngan_table_type(made, 1), SYNGAN_COLUMN_DURATION);
    for (int i = 0; i < 50; i++)
        assert_true(took[i] >= 45 * MINUTE && took[i] < 105 * MINUTE &&
                    took[i] % (15 * MINUTE) == 0);
    syngan_table_free(made);
    syngan_synthesizer_free(s);
    syngan_table_free(table);
    syngan_context_free(context);
}

static void sequences_are_ordered_by_them(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table = make_table(context), *made;
    syngan_synthesizer *s = fit(table, SYNGAN_ROWS_SEQUENCES);
    assert_ok(context, syngan_synthesizer_sample(s, 10, 3, NULL, NULL, &made));
    const int64_t *since = syngan_table_integers(made, 2);
    const int32_t *person = syngan_table_codes(made, 0);
    assert_int_equal(syngan_table_type(made, 2), SYNGAN_COLUMN_DURATION);
    for (int64_t i = 1; i < syngan_table_rows(made); i++)
        assert_true(person[i] != person[i - 1] || since[i] >= since[i - 1]);
    rows_check_saved(context, s, 10, 6, 4);
    syngan_table_free(made);
    syngan_synthesizer_free(s);
    syngan_table_free(table);
    syngan_context_free(context);
}

static void they_are_compared(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table = make_table(context);
    syngan_report *report;
    double value;
    assert_ok(context, syngan_table_evaluate(table, table, NULL, &report));
    assert_ok(context,
              syngan_report_value(report, "columns.took.shape", &value));
    assert_true(value == 1);
    /* In microseconds, as in the table. */
    assert_ok(context,
              syngan_report_value(report, "columns.took.real.mean", &value));
    assert_true(value > 30 * MINUTE && value < 90 * MINUTE);
    syngan_report_free(report);
    syngan_table_free(table);
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_have_them),
        cmocka_unit_test(sequences_are_ordered_by_them),
        cmocka_unit_test(they_are_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
