/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Baskets from ragged CSV files.
 */
#include <stdio.h>
#include <stdlib.h>
#include <syngan/table.h>

#include "support/fault.h"
#include "support/memory_stream.h"
#include "support/test.h"

static const char text[] =
    "milk,\"bread, white\"\r\n\r\nmilk\n,eggs,,\nmilk,eggs";

static syngan_status body(syngan_context *context, void *user) {
    (void)user;
    static const int64_t keys[] = {1, 1, 2, 3, 4, 4};
    static const char *const items[] = {"milk", "bread, white", "milk",
                                        "eggs", "milk",         "eggs"};
    memory_stream file;
    syngan_table *table = NULL;
    memory_stream_init(&file, text, sizeof text - 1);
    syngan_status status =
        syngan_table_read_baskets_stream(context, &file.hooks, NULL, &table);
    if (status == SYNGAN_OK) {
        assert_int_equal(syngan_table_rows(table), 6);
        for (int i = 0; i < 6; i++) {
            assert_int_equal(syngan_table_integers(table, 0)[i], keys[i]);
            assert_string_equal(
                syngan_table_text(table, 1, syngan_table_codes(table, 1)[i]),
                items[i]);
        }
    }
    syngan_table_free(table);
    memory_stream_end(&file);
    return status;
}

static void test_ragged(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    assert_ok(context, body(context, NULL));
    syngan_context_free(context);
}

static void test_limits(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table = NULL;
    memory_stream file;
    memory_stream_init(&file, text, sizeof text - 1);
    assert_ok(context,
              syngan_table_read_baskets_stream(
                  context, &file.hooks, SYNGAN_CSV(.max_rows = 2), &table));
    assert_int_equal(syngan_table_rows(table), 3);
    syngan_table_free(table);
    memory_stream_end(&file);
    memory_stream_init(&file, "\n,,\n", 4);
    assert_fails(
        context,
        syngan_table_read_baskets_stream(context, &file.hooks, NULL, &table),
        SYNGAN_E_FORMAT, "basket");
    memory_stream_end(&file);
    syngan_context_free(context);
}

static void test_groceries(void **state) {
    (void)state;
    const char *folder = getenv("SYNGAN_TEST_DATA");
    if (folder == NULL) {
        print_message("skipped: SYNGAN_TEST_DATA is not set\n");
        skip();
    }
    syngan_context *context = test_context(1);
    syngan_table *table = NULL;
    char path[4096];
    assert_true((size_t)snprintf(path, sizeof path,
                                 "%s/groceries/groceries.csv",
                                 folder) < sizeof path);
    assert_ok(context, syngan_table_read_baskets(context, path, NULL, &table));
    int64_t rows = syngan_table_rows(table);
    assert_int_equal(syngan_table_integers(table, 0)[rows - 1], 9835);
    assert_int_equal(syngan_table_text_count(table, 1), 169);
    syngan_table_free(table);
    syngan_context_free(context);
}

static void test_memory(void **state) {
    (void)state;
    fault_sweep_memory(&(fault_sweep){.body = body});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ragged),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_groceries),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
