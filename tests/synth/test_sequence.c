/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Synthesizers of sequences: attributes, lengths, order, what stays from row to
 * row, files, seeds and pieces.
 */
#include <stdio.h>
#include <syngan/synthesizer.h>

#include "base/random.h"
#include "support/fault.h"
#include "support/memory_stream.h"
#include "support/test.h"

enum { KEYS = 60, LONGEST = 12, MOST = KEYS * LONGEST };

#define HOUR ((int64_t)3600 * 1000000)

/* A person has a city, and a mood that mostly stays; rows of all persons are
 * mixed. */
static syngan_status make_table(syngan_context *context, int64_t keys,
                                syngan_table **out) {
    static const char *key[MOST], *city[MOST], *mood[MOST];
    static char text[KEYS][8];
    static int64_t time[MOST];
    static double amount[MOST];
    int64_t rows = 0;
    for (int64_t position = 0; position < LONGEST; position++)
        for (int64_t k = 0; k < keys; k++) {
            const sg_random random = {
                .seed = 2, .step = (uint64_t)k, .stream = 1};
            float u[4], once[2];
            sg_random_uniform(&random, 0, 2, once);
            sg_random_uniform(&random, 8 + 4 * (uint64_t)position, 4, u);
            if (position > 2 && position > 2 + (int64_t)(once[1] * 10))
                continue;
            snprintf(text[k], sizeof text[k], "p%d", (int)k);
            key[rows] = text[k];
            city[rows] = once[0] < 0.5f ? "Graz" : "Linz";
            mood[rows] = position / 5 % 2 ? "good" : "bad";
            time[rows] = (1000 + k) * HOUR + position * 24 * HOUR +
                         (int64_t)(u[0] * 10) * HOUR;
            amount[rows++] = 10 + (double)u[1];
        }
    syngan_status status = syngan_table_create(context, rows, out);
    if (status == SYNGAN_OK)
        status = syngan_table_add_texts(*out, "person",
                                        SYNGAN_COLUMN_IDENTIFIER, key);
    if (status == SYNGAN_OK)
        status = syngan_table_add_times(*out, "time", time, NULL);
    if (status == SYNGAN_OK)
        status =
            syngan_table_add_texts(*out, "city", SYNGAN_COLUMN_CATEGORY, city);
    if (status == SYNGAN_OK)
        status =
            syngan_table_add_texts(*out, "mood", SYNGAN_COLUMN_BOOLEAN, mood);
    if (status == SYNGAN_OK)
        status = syngan_table_add_reals(*out, "amount", amount);
    return status;
}

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
    assert_ok(context, make_table(context, KEYS, &table));
    assert_ok(context, fit(table, 200, &s));
    assert_int_equal(syngan_synthesizer_epochs(s), 200);
    assert_ok(context, syngan_synthesizer_sample(s, 100, 1, NULL, NULL, &made));
    assert_int_equal(syngan_table_columns(made), 5);
    const int32_t *key = syngan_table_codes(made, 0);
    const int64_t *time = syngan_table_integers(made, 1);
    const int32_t *city = syngan_table_codes(made, 2);
    const int32_t *mood = syngan_table_codes(made, 3);
    int64_t stays = 0, pairs = 0;
    assert_int_equal(syngan_table_text_count(made, 0), 100);
    for (int64_t i = 1; i < syngan_table_rows(made); i++) {
        if (key[i] != key[i - 1]) continue;
        assert_true(time[i] >= time[i - 1]);
        assert_int_equal((time[i] - time[i - 1]) % HOUR, 0);
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

static void assert_same(const syngan_table *a, int64_t from,
                        const syngan_table *b) {
    for (int64_t row = 0; row < syngan_table_rows(b); row++)
        for (size_t c = 0; c < syngan_table_columns(b); c++) {
            char x[64], y[64];
            syngan_table_cell(a, from + row, c, x, sizeof x);
            syngan_table_cell(b, row, c, y, sizeof y);
            assert_string_equal(x, y);
        }
}

static void test_files_and_pieces(void **state) {
    (void)state;
    syngan_context *context = test_context(2);
    syngan_table *table = NULL, *all = NULL, *piece = NULL;
    syngan_synthesizer *s = NULL, *again = NULL;
    memory_stream file;
    memory_stream_init(&file, NULL, 0);
    assert_ok(context, make_table(context, 40, &table));
    assert_ok(context, fit(table, 2, &s));
    assert_ok(context, syngan_synthesizer_sample(s, 530, 9, NULL, NULL, &all));
    assert_ok(context,
              syngan_synthesizer_save_stream(s, &file.hooks, SYNGAN_SAVE_ALL));
    assert_ok(context,
              syngan_synthesizer_load_stream(context, &file.hooks, &again));
    assert_ok(context, syngan_synthesizer_sample(again, 20, 9,
                                                 SYNGAN_SAMPLE(.first = 505),
                                                 NULL, &piece));
    int64_t from = 0;
    char text[16];
    do
        syngan_table_cell(all, from++, 0, text, sizeof text);
    while (strcmp(text, "506") != 0);
    assert_same(all, from - 1, piece);
    memory_stream_end(&file);
    syngan_table_free(piece);
    syngan_table_free(all);
    syngan_table_free(table);
    syngan_synthesizer_free(again);
    syngan_synthesizer_free(s);
    syngan_context_free(context);
}

static void test_arguments(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table = NULL;
    syngan_synthesizer *s = NULL;
    assert_ok(context, make_table(context, 5, &table));
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
    syngan_status status = make_table(context, 6, &table);
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
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
