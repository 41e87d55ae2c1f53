/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Synthesizers of baskets: what is learnt of pairs, sizes, files, seeds and
 * pieces.
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
        SYNGAN_SYNTHESIZER(.rows = SYNGAN_ROWS_BASKETS, .key = "purchase",
                           .epochs = epochs, .batch = 50, .width = 32,
                           .noise = 16, .seed = 3),
        out);
}

/* How many baskets have the first item, both, and the third and fourth. */
typedef struct counts {
    int64_t baskets, first, both, apart;
} counts;

static counts count(const syngan_table *table) {
    const int64_t *key = syngan_table_integers(table, 0);
    const int32_t *code = syngan_table_codes(table, 1);
    int64_t rows = syngan_table_rows(table);
    counts c = {0};
    for (int64_t i = 0, end; i < rows; i = end) {
        bool has[4] = {false};
        for (end = i; end < rows && key[end] == key[i]; end++)
            for (int k = 0; k < 4; k++)
                if (strcmp(syngan_table_text(table, 1, code[end]),
                           rows_items[k]) == 0) {
                    assert_false(has[k]);
                    has[k] = true;
                }
        c.baskets++;
        c.first += has[0];
        c.both += has[0] && has[1];
        c.apart += has[2] && has[3];
    }
    return c;
}

static void test_pairs_are_learnt(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table = NULL, *made = NULL;
    syngan_synthesizer *s = NULL;
    assert_ok(context, rows_baskets(context, ROWS_BASKETS, &table));
    assert_ok(context, fit(table, 200, &s));
    assert_int_equal(syngan_synthesizer_epochs(s), 200);
    assert_ok(context,
              syngan_synthesizer_sample(s, ROWS_BASKETS, 1, NULL, NULL, &made));
    counts c = count(made);
    assert_int_equal(c.baskets, ROWS_BASKETS);
    double first = (double)c.first / ROWS_BASKETS;
    assert_true(fabs(first - 0.4) < 0.1);
    /* Independent items would be together in 0.16. */
    assert_true((double)c.both / ROWS_BASKETS > 0.3);
    assert_true((double)c.apart / ROWS_BASKETS < 0.12);
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
    assert_ok(context, rows_baskets(context, 200, &table));
    assert_ok(context, fit(table, 2, &s));
    rows_check_saved(context, s, 700, 600, 30);
    assert_fails(context, syngan_synthesizer_continue(s, table, 3),
                 SYNGAN_E_STATE, "baskets");
    syngan_table_free(table);
    syngan_synthesizer_free(s);
    syngan_context_free(context);
}

/* All baskets have what is asked for, are the same in pieces, and are as large
 * as baskets that have it. */
static void test_conditions(void **state) {
    (void)state;
    syngan_context *context = test_context(2);
    syngan_table *table = NULL, *all = NULL, *piece = NULL;
    syngan_synthesizer *s = NULL;
    int64_t rejected = 0, from = 0;
    assert_ok(context, rows_baskets(context, 200, &table));
    assert_ok(context, fit(table, 2, &s));
    assert_ok(context, syngan_synthesizer_sample(
                           s, 90, 9, SYNGAN_SAMPLE(.where = "item = a"),
                           &rejected, &all));
    counts c = count(all);
    assert_int_equal(c.baskets, 90);
    assert_int_equal(c.first, 90);
    assert_true(rejected > 0);
    assert_ok(context,
              syngan_synthesizer_sample(
                  s, 30, 9, SYNGAN_SAMPLE(.where = "item = a", .first = 60),
                  NULL, &piece));
    while (syngan_table_integers(all, 0)[from] != 61)
        from++;
    rows_check_same(all, from, piece);
    syngan_table_free(piece);
    assert_fails(
        context,
        syngan_synthesizer_sample(
            s, 1, 1, SYNGAN_SAMPLE(.where = "purchase = 3"), NULL, &piece),
        SYNGAN_E_ARGUMENT, "item");
    assert_fails(
        context,
        syngan_synthesizer_sample(
            s, 50, 1,
            SYNGAN_SAMPLE(.where = "item = c and item = d and item = l",
                          .max_tries = 1),
            NULL, &piece),
        SYNGAN_E_STATE, "1 times");
    syngan_table_free(all);
    syngan_table_free(table);
    syngan_synthesizer_free(s);
    syngan_context_free(context);
}

static void test_estimate(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table = NULL;
    uint64_t bytes;
    double seconds;
    assert_ok(context, rows_baskets(context, 100, &table));
    assert_ok(context, syngan_synthesizer_estimate(
                           table,
                           SYNGAN_SYNTHESIZER(.rows = SYNGAN_ROWS_BASKETS,
                                              .key = "purchase", .width = 32),
                           &bytes, &seconds));
    assert_true(bytes > 10000 && bytes < 1u << 28);
    assert_true(seconds > 0);
    syngan_table_free(table);
    syngan_context_free(context);
}

static void test_constraints(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table = NULL, *bound = NULL;
    syngan_synthesizer *s = NULL;
    assert_ok(context, rows_baskets(context, 50, &table));
    assert_ok(context, syngan_table_with_schema(
                           table,
                           "{\"constraints\":[{\"kind\":\"unique\",\"columns\":"
                           "[\"purchase\",\"item\"]}]}",
                           &bound));
    assert_ok(context, fit(bound, 1, &s));
    syngan_synthesizer_free(s);
    syngan_table_free(bound);
    assert_ok(context, syngan_table_with_schema(
                           table,
                           "{\"constraints\":[{\"kind\":\"range\",\"column\":"
                           "\"purchase\",\"low\":0}]}",
                           &bound));
    assert_fails(context, fit(bound, 1, &s), SYNGAN_E_UNSUPPORTED, "unique");
    syngan_table_free(bound);
    syngan_table_free(table);
    syngan_context_free(context);
}

static void test_arguments(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table = NULL;
    syngan_synthesizer *s = NULL;
    assert_ok(context, rows_baskets(context, 5, &table));
    assert_fails(
        context,
        syngan_synthesizer_fit(
            table, SYNGAN_SYNTHESIZER(.rows = SYNGAN_ROWS_BASKETS), &s),
        SYNGAN_E_ARGUMENT, "key");
    assert_fails(
        context,
        syngan_synthesizer_fit(
            table,
            SYNGAN_SYNTHESIZER(.rows = SYNGAN_ROWS_BASKETS, .key = "nothing"),
            &s),
        SYNGAN_E_NOT_FOUND, "nothing");
    assert_fails(context,
                 syngan_synthesizer_fit(
                     table,
                     SYNGAN_SYNTHESIZER(.rows = SYNGAN_ROWS_BASKETS,
                                        .key = "item", .item = "purchase"),
                     &s),
                 SYNGAN_E_ARGUMENT, "category");
    assert_null(s);
    syngan_table_free(table);
    syngan_context_free(context);
}

static void keep_warning(int32_t level, const char *text, void *user) {
    if (level == SYNGAN_LOG_WARNING) strcat(user, text);
}

/* Columns that baskets don't have are named, and so is how many are not. */
static void test_dropped_columns(void **state) {
    (void)state;
    static char log[20000];
    static char names[100][32];
    syngan_context *context = NULL;
    syngan_table *table = NULL;
    syngan_synthesizer *s = NULL;
    const int64_t key[] = {1, 1, 2, 2, 3, 3};
    const char *const items[] = {"a", "b", "a", "c", "b", "c"};
    const double price[] = {1, 2, 3, 4, 5, 6};
    assert_int_equal(
        syngan_context_create(
            SYNGAN_CONTEXT(.threads = 1, .log = keep_warning, .log_user = log),
            &context),
        SYNGAN_OK);
    for (int columns = 0; columns <= 100; columns += columns == 2 ? 98 : 2) {
        log[0] = '\0';
        assert_ok(context, syngan_table_create(context, 6, &table));
        assert_ok(context, syngan_table_add_integers(table, "purchase", key));
        assert_ok(context, syngan_table_add_texts(
                               table, "item", SYNGAN_COLUMN_CATEGORY, items));
        for (int i = 0; i < columns; i++) {
            snprintf(names[i], sizeof names[i], "price number %d", i);
            assert_ok(context, syngan_table_add_reals(table, names[i], price));
        }
        assert_ok(context,
                  syngan_synthesizer_fit(
                      table,
                      SYNGAN_SYNTHESIZER(.rows = SYNGAN_ROWS_BASKETS,
                                         .key = "purchase", .item = "item",
                                         .epochs = 1, .batch = 3, .width = 4,
                                         .noise = 4, .pac = 1),
                      &s));
        if (columns == 0) assert_string_equal(log, "");
        if (columns == 2)
            assert_non_null(strstr(log, "2 other columns are not learnt and "
                                        "will not be in synthetic baskets: "
                                        "'price number 0', 'price number 1'"));
        if (columns == 100) {
            assert_non_null(strstr(log, "100 other columns"));
            assert_non_null(strstr(log, " more"));
        }
        syngan_synthesizer_free(s);
        syngan_table_free(table);
    }
    syngan_context_free(context);
}

static syngan_status whole(syngan_context *context, void *user) {
    (void)user;
    syngan_table *table = NULL, *made = NULL;
    syngan_synthesizer *s = NULL, *again = NULL;
    memory_stream file;
    memory_stream_init(&file, NULL, 0);
    syngan_status status = rows_baskets(context, 20, &table);
    if (status == SYNGAN_OK)
        status = syngan_synthesizer_fit(
            table,
            SYNGAN_SYNTHESIZER(.rows = SYNGAN_ROWS_BASKETS, .key = "purchase",
                               .epochs = 1, .batch = 4, .width = 4, .noise = 4,
                               .depth = 1, .max_choices = 4),
            &s);
    if (status == SYNGAN_OK)
        status = syngan_synthesizer_save_stream(s, &file.hooks,
                                                SYNGAN_SAVE_SAMPLING);
    if (status == SYNGAN_OK)
        status = syngan_synthesizer_load_stream(context, &file.hooks, &again);
    if (status == SYNGAN_OK)
        status = syngan_synthesizer_sample(
            again, 3, 1, SYNGAN_SAMPLE(.where = "item = a"), NULL, &made);
    memory_stream_end(&file);
    syngan_table_free(made);
    syngan_table_free(table);
    syngan_synthesizer_free(again);
    syngan_synthesizer_free(s);
    return status;
}

static void test_memory(void **state) {
    (void)state;
    fault_sweep_memory(&(fault_sweep){.body = whole, .most = 150});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs_are_learnt),
        cmocka_unit_test(test_files_and_pieces),
        cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_estimate),
        cmocka_unit_test(test_constraints),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_dropped_columns),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
