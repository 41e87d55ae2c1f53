/* SPDX-License-Identifier: Apache-2.0 */
/* Ragged files of baskets: keys rise by one from 1, no item is empty, and the
 * table can be written as CSV and read back to the same size. */
#include <string.h>
#include <syngan/table.h>

#include "fuzz/fuzz.h"

static uint64_t limit_of(size_t size) {
    return (4u << 20) + 4000 * (uint64_t)size;
}

static void check_rows(const syngan_table *table) {
    const int64_t *key = syngan_table_integers(table, 0);
    const int32_t *code = syngan_table_codes(table, 1);
    FUZZ_CHECK(syngan_table_columns(table) == 2);
    for (int64_t i = 0; i < syngan_table_rows(table); i++) {
        int64_t before = i == 0 ? 0 : key[i - 1];
        FUZZ_CHECK(key[i] == before + 1 || (i > 0 && key[i] == before));
        FUZZ_CHECK(syngan_table_text(table, 1, code[i])[0] != '\0');
    }
}

static void check_back(syngan_context *context, const syngan_table *table) {
    fuzz_output out = {0};
    const syngan_stream writing = fuzz_writing(&out);
    FUZZ_CHECK(syngan_table_write_csv_stream(table, &writing, NULL) ==
               SYNGAN_OK);
    fuzz_input input = {out.data, out.size, 0};
    const syngan_stream reading = {
        .struct_size = sizeof reading, .read = fuzz_read, .user = &input};
    syngan_table *back = NULL;
    FUZZ_CHECK(syngan_table_read_csv_stream(context, &reading, NULL, &back) ==
               SYNGAN_OK);
    FUZZ_CHECK(syngan_table_rows(back) == syngan_table_rows(table));
    syngan_table_free(back);
    free(out.data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) return 0;
    syngan_context *context = fuzz_context(limit_of(size));
    const syngan_csv_options *options =
        SYNGAN_CSV(.separator = data[0] & 1 ? ";" : NULL,
                   .quote = data[0] & 2 ? "'" : NULL,
                   .encoding = (data[0] >> 2 & 3) % 3,
                   .max_rows = data[0] & 32 ? 3 : SYNGAN_AUTO);
    fuzz_input input = {data + 1, size - 1, 0};
    const syngan_stream stream = {
        .struct_size = sizeof stream, .read = fuzz_read, .user = &input};
    syngan_table *table = NULL;
    syngan_status status =
        syngan_table_read_baskets_stream(context, &stream, options, &table);
    fuzz_check(context, status);
    FUZZ_CHECK((status == SYNGAN_OK) == (table != NULL));
    if (table != NULL) check_rows(table);
    if (table != NULL && syngan_table_rows(table) > 0)
        check_back(context, table);
    syngan_table_free(table);
    syngan_context_free(context);
    return 0;
}
