/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Synthesizers of sequences: attributes, lengths, order, what stays from row to
 * row, files, seeds and pieces.
 */
#include <math.h>
#include <stdio.h>
#include <syngan/synthesizer.h>

#include "support/fault.h"
#include "support/memory_stream.h"
#include "support/rows.h"
#include "support/test.h"

static syngan_status fit(const syngan_table *table, int64_t epochs,
                         syngan_synthesizer **out) {
    return syngan_synthesizer_fit(
        table,
        SYNGAN_SYNTHESIZER(.rows = SYNGAN_ROWS_SEQUENCES, .key = "person",
                           .order = "time", .epochs = epochs, .batch = 50,
                           .width = 32, .noise = 16, .seed = 3),
        out);
}

static void test_sequences_are_sound(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table = NULL, *made = NULL;
    syngan_synthesizer *s = NULL;
    assert_ok(context, rows_sequences(context, ROWS_KEYS, &table));
    assert_ok(context, fit(table, 200, &s));
    assert_int_equal(syngan_synthesizer_epochs(s), 200);
    assert_ok(context, syngan_synthesizer_sample(s, 100, 1, NULL, NULL, &made));
    assert_int_equal(syngan_table_columns(made), 6);
    const int32_t *key = syngan_table_codes(made, 0);
    const int64_t *time = syngan_table_integers(made, 1);
    const int32_t *city = syngan_table_codes(made, 2);
    const int32_t *mood = syngan_table_codes(made, 3);
    int64_t stays = 0, pairs = 0;
    assert_int_equal(syngan_table_text_count(made, 0), 100);
    for (int64_t i = 1; i < syngan_table_rows(made); i++) {
        if (key[i] != key[i - 1]) continue;
        assert_true(time[i] >= time[i - 1]);
        assert_int_equal((time[i] - time[i - 1]) % ROWS_HOUR, 0);
        assert_int_equal(city[i], city[i - 1]);
        stays += mood[i] == mood[i - 1];
        pairs++;
    }
    assert_true(pairs > 200);
    assert_true((double)stays / (double)pairs > 0.65);
    syngan_table_free(made);
    syngan_table_free(table);
    syngan_synthesizer_free(s);
    syngan_context_free(context);
}

static void test_files_and_pieces(void **state) {
    (void)state;
    syngan_context *context = test_context(2);
    syngan_table *table = NULL;
    syngan_synthesizer *s = NULL;
    assert_ok(context, rows_sequences(context, 40, &table));
    assert_ok(context, fit(table, 2, &s));
    rows_check_saved(context, s, 530, 505, 20);
    syngan_table_free(table);
    syngan_synthesizer_free(s);
    syngan_context_free(context);
}

static void test_conditions(void **state) {
    (void)state;
    syngan_context *context = test_context(2);
    syngan_table *table = NULL, *all = NULL, *piece = NULL;
    syngan_synthesizer *s = NULL;
    const syngan_sample_options *graz = SYNGAN_SAMPLE(.where = "city = Graz");
    int64_t from = 0;
    char text[16];
    assert_ok(context, rows_sequences(context, 40, &table));
    assert_ok(context, fit(table, 2, &s));
    assert_ok(context, syngan_synthesizer_sample(s, 40, 9, graz, NULL, &all));
    for (int64_t i = 0; i < syngan_table_rows(all); i++)
        assert_string_equal(
            syngan_table_text(all, 2, syngan_table_codes(all, 2)[i]), "Graz");
    assert_ok(context,
              syngan_synthesizer_sample(
                  s, 5, 9, SYNGAN_SAMPLE(.where = "city = Graz", .first = 35),
                  NULL, &piece));
    do
        syngan_table_cell(all, from++, 0, text, sizeof text);
    while (strcmp(text, "36") != 0);
    rows_check_same(all, from - 1, piece);
    syngan_table_free(piece);
    assert_fails(context,
                 syngan_synthesizer_sample(
                     s, 5, 9, SYNGAN_SAMPLE(.max_length = 1), NULL, &piece),
                 SYNGAN_E_UNSUPPORTED, "max_length");
    assert_fails(
        context,
        syngan_synthesizer_sample(
            s, 5, 9, SYNGAN_SAMPLE(.where = "amount > 10"), NULL, &piece),
        SYNGAN_E_ARGUMENT, "the same in all rows");
    syngan_table_free(all);
    syngan_table_free(table);
    syngan_synthesizer_free(s);
    syngan_context_free(context);
}

/* What moves slowly does so in what is made, and stays within bounds. */
static void test_slow_numbers(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table = NULL, *made = NULL;
    syngan_synthesizer *s = NULL;
    assert_ok(context, rows_sequences(context, ROWS_KEYS, &table));
    assert_ok(context, fit(table, 20, &s));
    assert_ok(context, syngan_synthesizer_sample(s, 100, 1, NULL, NULL, &made));
    const int32_t *key = syngan_table_codes(made, 0);
    const double *account = syngan_table_reals(made, 5);
    int64_t missing = 0, rows = syngan_table_rows(made);
    for (int64_t i = 1; i < rows; i++) {
        missing += isnan(account[i]);
        if (isnan(account[i])) continue;
        assert_true(fabs(account[i] * 10 - rint(account[i] * 10)) < 1e-9);
        assert_true(fabs(account[i]) < 600);
        if (key[i] == key[i - 1] && !isnan(account[i - 1]))
            assert_true(fabs(account[i] - account[i - 1]) <= 25);
    }
    assert_true(missing > 0 && missing < rows / 4);
    syngan_table_free(made);
    syngan_table_free(table);
    syngan_synthesizer_free(s);
    syngan_context_free(context);
}

static syngan_status bind(const syngan_table *table, const char *constraint,
                          syngan_table **out) {
    char schema[256];
    snprintf(schema, sizeof schema, "{\"constraints\":[{%s}]}", constraint);
    return syngan_table_with_schema(table, schema, out);
}

static void test_constraints(void **state) {
    (void)state;
    static const char *const refused[] = {
        "\"kind\":\"unique\",\"columns\":[\"person\",\"time\"]",
        "\"kind\":\"fixed\",\"columns\":[\"city\",\"mood\"]"};
    syngan_context *context = test_context(1);
    syngan_table *table = NULL, *bound = NULL, *made = NULL;
    syngan_synthesizer *s = NULL;
    assert_ok(context, rows_sequences(context, 40, &table));
    for (int i = 0; i < 2; i++) {
        assert_ok(context, bind(table, refused[i], &bound));
        assert_fails(context, fit(bound, 1, &s), SYNGAN_E_UNSUPPORTED,
                     "sequences");
        assert_null(s);
        syngan_table_free(bound);
    }
    assert_ok(context, bind(table,
                            "\"kind\":\"range\",\"column\":\"amount\","
                            "\"low\":10,\"high\":11",
                            &bound));
    assert_ok(context, fit(bound, 1, &s));
    assert_ok(context, syngan_synthesizer_sample(s, 40, 1, NULL, NULL, &made));
    for (int64_t i = 0; i < syngan_table_rows(made); i++)
        assert_true(syngan_table_reals(made, 4)[i] >= 10 &&
                    syngan_table_reals(made, 4)[i] <= 11);
    memory_stream file;
    syngan_synthesizer *again = NULL;
    char schema[2][2048];
    memory_stream_init(&file, NULL, 0);
    assert_ok(context, syngan_synthesizer_save_stream(s, &file.hooks,
                                                      SYNGAN_SAVE_SAMPLING));
    assert_ok(context,
              syngan_synthesizer_load_stream(context, &file.hooks, &again));
    syngan_synthesizer_schema(s, schema[0], sizeof schema[0]);
    syngan_synthesizer_schema(again, schema[1], sizeof schema[1]);
    assert_non_null(strstr(schema[0], "range"));
    assert_non_null(strstr(schema[1], "range"));
    memory_stream_end(&file);
    syngan_synthesizer_free(again);
    syngan_table_free(made);
    syngan_table_free(bound);
    syngan_table_free(table);
    syngan_synthesizer_free(s);
    syngan_context_free(context);
}

/* ---- stopping ------------------------------------------------------------ */

/* Stops when the steps' columns are prepared, or after their first epoch. */
static syngan_status stop(const syngan_fit_progress *progress, void *user) {
    return progress->phase == *(const int32_t *)user ? SYNGAN_E_USER
                                                     : SYNGAN_OK;
}

static void test_stopped(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table = NULL, *made = NULL;
    syngan_synthesizer *s = NULL;
    assert_ok(context, rows_sequences(context, 40, &table));
    for (int32_t phase = 0; phase < 2; phase++) {
        assert_int_equal(
            syngan_synthesizer_fit(
                table,
                SYNGAN_SYNTHESIZER(.rows = SYNGAN_ROWS_SEQUENCES,
                                   .key = "person", .order = "time",
                                   .epochs = 3, .batch = 50, .width = 8,
                                   .noise = 4, .progress = stop,
                                   .progress_user = &phase),
                &s),
            SYNGAN_E_USER);
        assert_true((s != NULL) == (phase == 1));
    }
    assert_ok(context, syngan_synthesizer_sample(s, 3, 1, NULL, NULL, &made));
    syngan_table_free(made);
    syngan_synthesizer_free(s);
    syngan_table_free(table);
    syngan_context_free(context);
}

/* Where heads are stopped, there is nothing. */
static void test_cancelled(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table = NULL;
    syngan_synthesizer *s = NULL;
    assert_ok(context, rows_sequences(context, 40, &table));
    syngan_context_cancel(context);
    assert_int_equal(fit(table, 3, &s), SYNGAN_E_CANCELLED);
    assert_null(s);
    syngan_table_free(table);
    syngan_context_free(context);
}

static void test_estimate(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table = NULL;
    uint64_t bytes;
    double seconds;
    assert_ok(context, rows_sequences(context, 40, &table));
    assert_ok(context, syngan_synthesizer_estimate(
                           table,
                           SYNGAN_SYNTHESIZER(.rows = SYNGAN_ROWS_SEQUENCES,
                                              .key = "person", .order = "time",
                                              .width = 32),
                           &bytes, &seconds));
    assert_true(bytes > 10000 && bytes < 1u << 28);
    assert_true(seconds > 0);
    syngan_table_free(table);
    syngan_context_free(context);
}

static void test_arguments(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table = NULL;
    syngan_synthesizer *s = NULL;
    assert_ok(context, rows_sequences(context, 5, &table));
    assert_fails(
        context,
        syngan_synthesizer_fit(
            table, SYNGAN_SYNTHESIZER(.rows = SYNGAN_ROWS_SEQUENCES), &s),
        SYNGAN_E_ARGUMENT, "key");
    assert_fails(context,
                 syngan_synthesizer_fit(
                     table,
                     SYNGAN_SYNTHESIZER(.rows = SYNGAN_ROWS_SEQUENCES,
                                        .key = "person", .order = "city"),
                     &s),
                 SYNGAN_E_ARGUMENT, "orders");
    assert_null(s);
    syngan_table_free(table);
    syngan_context_free(context);
}

static syngan_status whole(syngan_context *context, void *user) {
    (void)user;
    syngan_table *table = NULL, *made = NULL;
    syngan_synthesizer *s = NULL, *again = NULL;
    memory_stream file;
    memory_stream_init(&file, NULL, 0);
    syngan_status status = rows_sequences(context, 16, &table);
    if (status == SYNGAN_OK)
        status = syngan_synthesizer_fit(
            table,
            SYNGAN_SYNTHESIZER(.rows = SYNGAN_ROWS_SEQUENCES, .key = "person",
                               .order = "time", .epochs = 1, .batch = 20,
                               .width = 4, .noise = 4, .depth = 1),
            &s);
    if (status == SYNGAN_OK)
        status = syngan_synthesizer_save_stream(s, &file.hooks,
                                                SYNGAN_SAVE_SAMPLING);
    if (status == SYNGAN_OK)
        status = syngan_synthesizer_load_stream(context, &file.hooks, &again);
    if (status == SYNGAN_OK)
        status = syngan_synthesizer_sample(again, 2, 1, NULL, NULL, &made);
    memory_stream_end(&file);
    syngan_table_free(made);
    syngan_table_free(table);
    syngan_synthesizer_free(again);
    syngan_synthesizer_free(s);
    return status;
}

static void test_memory(void **state) {
    (void)state;
    fault_sweep_memory(&(fault_sweep){.body = whole, .most = 120});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sequences_are_sound),
        cmocka_unit_test(test_files_and_pieces),
        cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_slow_numbers),
        cmocka_unit_test(test_constraints),
        cmocka_unit_test(test_stopped),
        cmocka_unit_test(test_cancelled),
        cmocka_unit_test(test_estimate),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
