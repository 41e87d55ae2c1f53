/* SPDX-License-Identifier: Apache-2.0 */
/* CSV: what is read can be written and, with its schema, read to the same. The
 * first byte chooses the options. */
#include <string.h>
#include <syngan/table.h>

#include "fuzz/fuzz.h"

/* A column of two bytes of text takes this and more. */
static uint64_t limit_of(size_t size) {
    return (4u << 20) + 4000 * (uint64_t)size;
}

static syngan_status read_input(syngan_context *context, const void *data,
                                size_t size, const syngan_csv_options *options,
                                syngan_table **out) {
    fuzz_input input = {data, size, 0};
    const syngan_stream stream = {
        .struct_size = sizeof stream, .read = fuzz_read, .user = &input};
    syngan_status status =
        syngan_table_read_csv_stream(context, &stream, options, out);
    fuzz_check(context, status);
    return status;
}

static fuzz_output write_table(syngan_context *context,
                               const syngan_table *table) {
    fuzz_output out = {0};
    const syngan_stream stream = fuzz_writing(&out);
    syngan_status status = syngan_table_write_csv_stream(table, &stream, NULL);
    fuzz_check(context, status);
    FUZZ_CHECK(status == SYNGAN_OK);
    return out;
}

/* Written, read with the table's schema, and written again: the same. */
static void check_back(syngan_context *context, const syngan_table *table) {
    size_t size = syngan_table_schema(table, NULL, 0);
    FUZZ_CHECK(size > 0);
    char *schema = malloc(size + 1);
    FUZZ_CHECK(schema != NULL);
    syngan_table_schema(table, schema, size + 1);
    fuzz_output first = write_table(context, table);
    syngan_table *back;
    FUZZ_CHECK(read_input(context, first.data, first.size,
                          SYNGAN_CSV(.schema = schema), &back) == SYNGAN_OK);
    fuzz_output second = write_table(context, back);
    FUZZ_CHECK(first.size == second.size &&
               memcmp(first.data, second.data, first.size) == 0);
    syngan_table_free(back);
    free(first.data);
    free(second.data);
    free(schema);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) return 0;
    syngan_context *context = fuzz_context(limit_of(size));
    const syngan_csv_options *options =
        SYNGAN_CSV(.separator = data[0] & 1 ? ";" : NULL,
                   .quote = data[0] & 2 ? "'" : NULL,
                   .encoding = (data[0] >> 2 & 3) % 3 + (data[0] & 64 ? 2 : 0),
                   .header = !(data[0] >> 4 & 1),
                   .max_rows = data[0] & 32 ? 3 : SYNGAN_AUTO,
                   .decimal = data[0] & 128 ? "," : NULL);
    syngan_table *table;
    if (read_input(context, data + 1, size - 1, options, &table) == SYNGAN_OK)
        check_back(context, table);
    syngan_table_free(table);
    syngan_context_free(context);
    return 0;
}
