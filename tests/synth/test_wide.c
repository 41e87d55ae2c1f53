/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables of more columns and categories than usual, from the file to the page.
 * The full sizes are in test_extremes.c.
 */
#include <syngan/synthesizer.h>

#include "support/folder.h"
#include "support/test.h"
#include "support/wide.h"

static void test_columns(void **state) {
    char path[FOLDER_PATH_MAX];
    folder files;
    (void)state;
    folder_make(&files);
    wide_write(folder_file(&files, "wide.csv", path), 900, 100);
    wide_run(path, 600);
    folder_remove(&files);
}

static void test_categories(void **state) {
    char path[FOLDER_PATH_MAX];
    folder files;
    (void)state;
    folder_make(&files);
    wide_write_categories(folder_file(&files, "codes.csv", path), 10000, 30000);
    wide_run(path, 200);
    folder_remove(&files);
}

/* What can't be had is said before the networks are made. */
static void test_networks_too_large(void **state) {
    char path[FOLDER_PATH_MAX];
    folder files;
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table = NULL;
    syngan_synthesizer *s = NULL;
    uint64_t bytes = 0;
    folder_make(&files);
    wide_write(folder_file(&files, "wide.csv", path), 40, 50);
    assert_ok(context, syngan_table_read_csv(context, path, NULL, &table));
    assert_fails(context,
                 syngan_synthesizer_fit(
                     table, SYNGAN_SYNTHESIZER(.memory_limit = 4 << 20), &s),
                 SYNGAN_E_MEMORY, "of 40 columns, need networks of");
    assert_fails(context,
                 syngan_synthesizer_estimate(
                     table, SYNGAN_SYNTHESIZER(.width = 65536, .depth = 8),
                     &bytes, NULL),
                 SYNGAN_E_MEMORY, "more than the memory of this machine");
    syngan_table_free(table);
    syngan_context_free(context);
    folder_remove(&files);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_categories),
        cmocka_unit_test(test_networks_too_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
