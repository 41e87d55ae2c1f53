/* SPDX-License-Identifier: Apache-2.0 */
/* Schemas: one that a table takes is written as one that it takes, too. */
#include <string.h>
#include <syngan/table.h>

#include "fuzz/fuzz.h"

static syngan_table *make_table(syngan_context *context) {
    static const int64_t integers[] = {1, 2, SYNGAN_MISSING};
    static const double reals[] = {0.5, -2, 1e30};
    static const int64_t times[] = {0, 1000000000, 86400000000};
    static const char *const words[] = {"1", "?", "a b"};
    static const char *const flags[] = {"yes", "no", NULL};
    syngan_table *table;
    FUZZ_CHECK(syngan_table_create(context, 3, &table) == SYNGAN_OK);
    FUZZ_CHECK(syngan_table_add_integers(table, "i", integers) == SYNGAN_OK);
    FUZZ_CHECK(syngan_table_add_reals(table, "r", reals) == SYNGAN_OK);
    FUZZ_CHECK(syngan_table_add_times(table, "t", times, NULL) == SYNGAN_OK);
    FUZZ_CHECK(syngan_table_add_texts(table, "c", SYNGAN_COLUMN_CATEGORY,
                                      words) == SYNGAN_OK);
    FUZZ_CHECK(syngan_table_add_texts(table, "b", SYNGAN_COLUMN_BOOLEAN,
                                      flags) == SYNGAN_OK);
    return table;
}

static char *schema_of(const syngan_table *table) {
    size_t size = syngan_table_schema(table, NULL, 0);
    char *text = malloc(size + 1);
    FUZZ_CHECK(text != NULL && size > 0);
    syngan_table_schema(table, text, size + 1);
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    syngan_context *context = fuzz_context((1u << 20) + 1000 * (uint64_t)size);
    char *text = malloc(size + 1);
    FUZZ_CHECK(text != NULL);
    if (size > 0) memcpy(text, data, size);
    text[size] = '\0';
    syngan_table *table = make_table(context), *under, *again;
    syngan_status status = syngan_table_with_schema(table, text, &under);
    fuzz_check(context, status);
    if (status == SYNGAN_OK) {
        char *schema = schema_of(under);
        FUZZ_CHECK(syngan_table_with_schema(under, schema, &again) ==
                   SYNGAN_OK);
        char *same = schema_of(again);
        FUZZ_CHECK(strcmp(schema, same) == 0);
        syngan_table_free(again);
        free(schema);
        free(same);
    }
    syngan_table_free(under);
    syngan_table_free(table);
    free(text);
    syngan_context_free(context);
    return 0;
}
