/* SPDX-License-Identifier: Apache-2.0 */
/* LABEL: slow
 *
 * Tables of 5,000 columns and of 300,000 categories, from the file to the page.
 */
#include "support/folder.h"
#include "support/test.h"
#include "support/wide.h"

static void test_columns(void **state) {
    char path[FOLDER_PATH_MAX];
    folder files;
    (void)state;
    folder_make(&files);
    wide_write(folder_file(&files, "wide.csv", path), 5000, 600);
    wide_run(path, 4000);
    folder_remove(&files);
}

static void test_categories(void **state) {
    char path[FOLDER_PATH_MAX];
    folder files;
    (void)state;
    folder_make(&files);
    wide_write_categories(folder_file(&files, "codes.csv", path), 300000,
                          700000);
    wide_run(path, 500);
    folder_remove(&files);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_columns),
        cmocka_unit_test(test_categories),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
