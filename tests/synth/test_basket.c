/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Synthesizers of baskets: what is learnt of pairs, sizes, files, seeds and
 * pieces.
 */
#include <math.h>
#include <syngan/synthesizer.h>

#include "base/random.h"
#include "support/fault.h"
#include "support/memory_stream.h"
#include "support/test.h"

enum { BASKETS = 600, ITEMS = 12, MOST = BASKETS * 8 };

static const char *const names[ITEMS] = {"a", "b", "c", "d", "e", "f",
                                         "g", "h", "i", "j", "k", "l"};

/* Items 0 and 1 are bought together or not at all, 2 and 3 never together. */
static int64_t draw_basket(int64_t basket, const char **items) {
    const sg_random random = {.seed = 5, .step = (uint64_t)basket, .stream = 1};
    float u[ITEMS];
    int64_t count = 0;
    sg_random_uniform(&random, 0, ITEMS, u);
    if (u[0] < 0.4f) {
        items[count++] = names[0];
        items[count++] = names[1];
    }
    items[count++] = u[2] < 0.5f ? names[2] : names[3];
    for (int i = 4; i < ITEMS; i++)
        if (u[i] < 0.12f && count < 8) items[count++] = names[i];
    return count;
}

static syngan_status make_table(syngan_context *context, int64_t baskets,
                                syngan_table **out) {
    static int64_t keys[MOST];
    static const char *items[MOST];
    int64_t rows = 0;
    for (int64_t b = 0; b < baskets; b++)
        for (int64_t n = draw_basket(b, items + rows); n > 0; n--)
            keys[rows++] = b * 7;
    syngan_status status = syngan_table_create(context, rows, out);
    if (status == SYNGAN_OK)
        status = syngan_table_add_integers(*out, "purchase", keys);
    if (status == SYNGAN_OK)
        status =
            syngan_table_add_texts(*out, "item", SYNGAN_COLUMN_CATEGORY, items);
    return status;
}

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
                if (strcmp(syngan_table_text(table, 1, code[end]), names[k]) ==
                    0) {
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

static void test_pairs_are_learnt(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table = NULL, *made = NULL;
    syngan_synthesizer *s = NULL;
    assert_ok(context, make_table(context, BASKETS, &table));
    assert_ok(context, fit(table, 200, &s));
    assert_int_equal(syngan_synthesizer_epochs(s), 200);
    assert_ok(context,
              syngan_synthesizer_sample(s, BASKETS, 1, NULL, NULL, &made));
    counts c = count(made);
    assert_int_equal(c.baskets, BASKETS);
    double first = (double)c.first / BASKETS;
    assert_true(fabs(first - 0.4) < 0.1);
    /* Independent items would be together in 0.16. */
    assert_true((double)c.both / BASKETS > 0.3);
    assert_true((double)c.apart / BASKETS < 0.12);
    syngan_table_free(made);
    syngan_table_free(table);
    syngan_synthesizer_free(s);
    syngan_context_free(context);
}

static void test_files_and_pieces(void **state) {
    (void)state;
    syngan_context *context = test_context(2);
    syngan_table *table = NULL, *all = NULL, *piece = NULL;
    syngan_synthesizer *s = NULL, *again = NULL;
    memory_stream file;
    memory_stream_init(&file, NULL, 0);
    assert_ok(context, make_table(context, 200, &table));
    assert_ok(context, fit(table, 2, &s));
    assert_ok(context, syngan_synthesizer_sample(s, 700, 9, NULL, NULL, &all));
    assert_ok(context,
              syngan_synthesizer_save_stream(s, &file.hooks, SYNGAN_SAVE_ALL));
    assert_ok(context,
              syngan_synthesizer_load_stream(context, &file.hooks, &again));
    assert_ok(context, syngan_synthesizer_sample(again, 30, 9,
                                                 SYNGAN_SAMPLE(.first = 600),
                                                 NULL, &piece));
    int64_t from = 0;
    while (syngan_table_integers(all, 0)[from] != 601)
        from++;
    assert_same(all, from, piece);
    syngan_table *none = NULL;
    assert_fails(context,
                 syngan_synthesizer_sample(
                     s, 1, 1, SYNGAN_SAMPLE(.where = "item = a"), NULL, &none),
                 SYNGAN_E_ARGUMENT, "baskets");
    assert_fails(context, syngan_synthesizer_continue(s, table, 3),
                 SYNGAN_E_STATE, "baskets");
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

static syngan_status whole(syngan_context *context, void *user) {
    (void)user;
    syngan_table *table = NULL, *made = NULL;
    syngan_synthesizer *s = NULL, *again = NULL;
    memory_stream file;
    memory_stream_init(&file, NULL, 0);
    syngan_status status = make_table(context, 20, &table);
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
        status = syngan_synthesizer_sample(again, 3, 1, NULL, NULL, &made);
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
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
