/* SPDX-License-Identifier: Apache-2.0 */
/* Marks and missing values keep their shares, however little a network has
 * learnt, also in a fit that goes on and after loading; steps and bounds are
 * those of the data. */
#include <math.h>
#include <syngan/synthesizer.h>

#include "base/context.h"
#include "support/memory_stream.h"
#include "support/tables.h"
#include "support/test.h"

enum { ROWS = 1200, MADE = 8000 };

#define DAY ((int64_t)86400 * 1000000)

static syngan_status make_table(syngan_context *context, syngan_table **out) {
    static int64_t code[ROWS], day[ROWS];
    static double amount[ROWS], weight[ROWS];
    for (int64_t i = 0; i < ROWS; i++) {
        code[i] = i % 90 == 7 ? 999999 : 20 + i * 37 % 71;
        day[i] = (i % 60 == 3 ? 2932896 : 18000 + i * 101 % 700) * DAY;
        weight[i] = i % 40 == 11 ? (double)NAN : (double)(i * 31 % 997);
        amount[i] = i % 50 == 9 ? 0 : (double)(1 + i * 7919 % 4001) / 4 + 10;
    }
    SG_TRY(syngan_table_create(context, ROWS, out));
    SG_TRY(syngan_table_add_integers(*out, "code", code));
    SG_TRY(syngan_table_add_times(*out, "day", day, "%Y-%m-%d"));
    SG_TRY(syngan_table_add_reals(*out, "amount", amount));
    return syngan_table_add_reals(*out, "weight", weight);
}

static void check_rows(syngan_synthesizer *s, syngan_context *context) {
    syngan_table *made;
    int64_t marks[4] = {0};
    assert_ok(context,
              syngan_synthesizer_sample(s, MADE, 5, NULL, NULL, &made));
    for (int64_t row = 0; row < MADE; row++) {
        int64_t code = syngan_table_integers(made, 0)[row];
        int64_t day = syngan_table_integers(made, 1)[row];
        double amount = syngan_table_reals(made, 2)[row];
        marks[0] += code == 999999;
        marks[1] += day == 2932896 * DAY;
        marks[2] += amount == 0;
        marks[3] += isnan(syngan_table_reals(made, 3)[row]) != 0;
        assert_true(code == 999999 || (code >= 20 && code <= 90));
        assert_true(day == 2932896 * DAY ||
                    (day >= 18000 * DAY && day <= 18699 * DAY));
        assert_true(day % DAY == 0 && amount * 4 == (double)(int)(amount * 4));
        assert_true(amount == 0 || (amount >= 10 && amount <= 1011));
    }
    const double share[] = {1.0 / 90, 1.0 / 60, 1.0 / 50, 1.0 / 40};
    for (int i = 0; i < 4; i++) {
        double made_share = (double)marks[i] / MADE;
        print_message("%.4f, made %.4f\n", share[i], made_share);
        assert_true(made_share > 0.7 * share[i] && made_share < 1.3 * share[i]);
    }
    syngan_table_free(made);
}

static void marks_keep_their_shares(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table, *a, *b;
    syngan_synthesizer *s, *loaded;
    memory_stream file;
    assert_ok(context, make_table(context, &table));
    const syngan_synthesizer_options *options =
        SYNGAN_SYNTHESIZER(.epochs = 3, .width = 32, .noise = 16, .batch = 100,
                           .seed = 2);
    assert_ok(context, syngan_synthesizer_fit(table, options, &s));
    check_rows(s, context);
    memory_stream_init(&file, NULL, 0);
    assert_ok(context,
              syngan_synthesizer_save_stream(s, &file.hooks, SYNGAN_SAVE_ALL));
    assert_ok(context,
              syngan_synthesizer_load_stream(context, &file.hooks, &loaded));
    assert_ok(context, syngan_synthesizer_continue(s, table, 12));
    assert_ok(context, syngan_synthesizer_continue(loaded, table, 12));
    check_rows(s, context);
    assert_ok(context, syngan_synthesizer_sample(s, 500, 1, NULL, NULL, &a));
    assert_ok(context,
              syngan_synthesizer_sample(loaded, 500, 1, NULL, NULL, &b));
    tables_check_equal(a, b);
    syngan_table_free(a);
    syngan_table_free(b);
    memory_stream_end(&file);
    syngan_synthesizer_free(loaded);
    syngan_synthesizer_free(s);
    syngan_table_free(table);
    syngan_context_free(context);
}

/* From a day, or of old (1900-01-01), until a later one, or for ever. */
static void make_terms(syngan_context *context, syngan_table **out) {
    static int64_t from[ROWS], until[ROWS];
    syngan_table *plain;
    for (int64_t i = 0; i < ROWS; i++) {
        int64_t day = 18000 + i * 101 % 700;
        from[i] = (i % 40 == 3 ? -25567 : day) * DAY;
        until[i] = (i % 5 == 1 ? 2932896 : day + 1 + i * 7 % 90) * DAY;
    }
    assert_ok(context, syngan_table_create(context, ROWS, &plain));
    assert_ok(context, syngan_table_add_times(plain, "from", from, "%Y-%m-%d"));
    assert_ok(context,
              syngan_table_add_times(plain, "until", until, "%Y-%m-%d"));
    assert_ok(context, syngan_table_with_schema(
                           plain,
                           "{\"constraints\":[{\"kind\":\"greater\",\"high\":"
                           "\"until\",\"low\":\"from\",\"strict\":true}]}",
                           out));
    syngan_table_free(plain);
}

static void check_terms(syngan_synthesizer *s, syngan_context *context) {
    syngan_table *made;
    int64_t old = 0, ever = 0, last = 0;
    assert_ok(context,
              syngan_synthesizer_sample(s, MADE, 5, NULL, NULL, &made));
    for (int64_t row = 0; row < MADE; row++) {
        int64_t from = syngan_table_integers(made, 0)[row] / DAY;
        int64_t until = syngan_table_integers(made, 1)[row] / DAY;
        assert_true(until > from);
        assert_true(from == -25567 || (from >= 18000 && from < 18700));
        assert_true(until == 2932896 || (until > 18000 && until < 18790));
        old += from == -25567;
        ever += until == 2932896;
        last += until == 18789;
    }
    print_message("%.4f of 0.025, %.4f of 0.2\n", (double)old / MADE,
                  (double)ever / MADE);
    assert_true((double)old / MADE > 0.015 && (double)old / MADE < 0.035);
    assert_true((double)ever / MADE > 0.15 && (double)ever / MADE < 0.25);
    assert_true(last < MADE / 50); /* none pile up at the bound */
    syngan_table_free(made);
}

static void marks_of_compared_columns_are_kept(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table;
    syngan_synthesizer *s, *loaded;
    memory_stream file;
    make_terms(context, &table);
    assert_ok(context,
              syngan_synthesizer_fit(
                  table,
                  SYNGAN_SYNTHESIZER(.epochs = 3, .width = 32, .noise = 16,
                                     .batch = 100, .seed = 2),
                  &s));
    check_terms(s, context);
    memory_stream_init(&file, NULL, 0);
    assert_ok(context, syngan_synthesizer_save_stream(s, &file.hooks,
                                                      SYNGAN_SAVE_SAMPLING));
    assert_ok(context,
              syngan_synthesizer_load_stream(context, &file.hooks, &loaded));
    check_terms(loaded, context);
    memory_stream_end(&file);
    syngan_synthesizer_free(loaded);
    syngan_synthesizer_free(s);
    syngan_table_free(table);
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks_keep_their_shares),
        cmocka_unit_test(marks_of_compared_columns_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
