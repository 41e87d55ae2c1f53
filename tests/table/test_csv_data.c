/* SPDX-License-Identifier: Apache-2.0 */
/* Real files: the types of their columns, and their missing values. */
#include <stdio.h>

#include "support/tables.h"
#include "support/test.h"
#include "table/table.h"

/* Types by their first letters: integer, real, boolean, category, time,
 * identifier as 'n', text as 'x'. */
static const char letters[] = "?irbctnx";

static const struct {
    const char *path;
    int64_t rows;
    const char *types;
    int64_t missing;
    int32_t no_header;
} files[] = {
    {"adult/adult.csv", 32561, "iciciccccciiicc", 4262, 0},
    {"german_credit/credit.csv", 1000, "ciccicciccicicciiicbc", 0, 0},
    {"online_retail/online_retail.csv", 77628, "cccitric", 28866 + 246, 0},
    {"taxis/taxis.csv", 6433, "ttirrrrrcccccc", 186, 0},
    {"small/iris.csv", 150, "rrrrc", 0, 0},
    {"small/penguins.csv", 344, "ccrriic", 19, 0},
    {"small/tips.csv", 244, "rrcbcci", 0, 0},
    {"small/wdbc_wisc_bc_data.csv", 569, "ncrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr", 0,
     0},
    {"small/wine_noheader.csv", 178, "rrrrirrrrrrrii", 0, 1},
    {"small/winequality-red.csv", 1599, "rrrrrrrrrrri", 0, 1},
};

static const char *folder_of_data(void) {
    const char *data = getenv("SYNGAN_TEST_DATA");
    if (data != NULL) return data;
    print_message("skipped: SYNGAN_TEST_DATA is not set\n");
    skip();
    return NULL;
}

static void types_are_sensible(void **state) {
    (void)state;
    const char *data = folder_of_data();
    syngan_context *context = test_context(1);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[1024], types[64] = "";
        int64_t missing = 0;
        syngan_table *table;
        snprintf(path, sizeof path, "%s/%s", data, files[i].path);
        assert_ok(context,
                  syngan_table_read_csv(
                      context, path, SYNGAN_CSV(.header = !files[i].no_header),
                      &table));
        for (size_t k = 0; k < syngan_table_columns(table); k++) {
            types[k] = letters[syngan_table_type(table, k)];
            missing += syngan_table_missing(table, k);
        }
        assert_string_equal(types, files[i].types);
        assert_true(syngan_table_rows(table) == files[i].rows);
        assert_true(missing == files[i].missing);
        syngan_table_free(table);
    }
    syngan_context_free(context);
}

/* Written and read again with its schema, each is the same. */
static void files_read_back(void **state) {
    (void)state;
    const char *data = folder_of_data();
    syngan_context *context = test_context(1);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[1024];
        syngan_table *table, *back;
        snprintf(path, sizeof path, "%s/%s", data, files[i].path);
        assert_ok(context,
                  syngan_table_read_csv(
                      context, path, SYNGAN_CSV(.header = !files[i].no_header),
                      &table));
        char *text = tables_text(context, table, NULL);
        char *schema = tables_schema(table);
        assert_ok(context, tables_read(context, text,
                                       SYNGAN_CSV(.schema = schema), &back));
        tables_check_equal(table, back);
        free(text);
        free(schema);
        syngan_table_free(table);
        syngan_table_free(back);
    }
    syngan_context_free(context);
}

static void baskets_are_refused(void **state) {
    (void)state;
    char path[1024];
    const char *data = folder_of_data();
    syngan_context *context = test_context(1);
    snprintf(path, sizeof path, "%s/groceries/groceries.csv", data);
    syngan_table *table;
    assert_fails(context, syngan_table_read_csv(context, path, NULL, &table),
                 SYNGAN_E_FORMAT, "line 2: has 3 cells, but 4 are expected");
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_are_sensible),
        cmocka_unit_test(files_read_back),
        cmocka_unit_test(baskets_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
