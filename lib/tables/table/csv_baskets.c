/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Baskets from ragged CSV files: a line has the items of one.
 */
#include <string.h>

#include "base/floats.h"
#include "base/memory.h"
#include "table/csv_cells.h"
#include "table/csv_options.h"
#include "table/table.h"

#define BASKET "basket"
#define ITEM "item"

typedef struct reading {
    syngan_context *context;
    const char *name;
    syngan_csv_options options;
    sg_dictionary *words;
    void *baskets, *items; /* int64_t[], int32_t[]: by row of the table */
    size_t basket_capacity, item_capacity, rows;
    int64_t count;  /* baskets */
    bool any, done; /* the line has an item; enough has been read */
} reading;

static syngan_status take_cell(void *user, const char *text, size_t size) {
    reading *r = user;
    int32_t code;
    if (r->done || size == 0) return SYNGAN_OK;
    if (!sg_reserve(r->context, &r->baskets, &r->basket_capacity, r->rows,
                    sizeof(int64_t)) ||
        !sg_reserve(r->context, &r->items, &r->item_capacity, r->rows,
                    sizeof(int32_t)))
        return sg_fail_memory(r->context, r->name, r->rows * sizeof(int64_t));
    SG_TRY(sg_dictionary_add(r->words, text, size, &code));
    ((int64_t *)r->baskets)[r->rows] = r->count + 1;
    ((int32_t *)r->items)[r->rows++] = code;
    r->any = true;
    return SYNGAN_OK;
}

static syngan_status take_end(void *user, int64_t line) {
    reading *r = user;
    (void)line;
    r->count += r->any;
    r->done = r->done || (r->any && r->count == r->options.max_rows);
    r->any = false;
    return SYNGAN_OK;
}

/* A column that takes `data` over. */
static syngan_status add_column(reading *r, syngan_table *table,
                                const char *name, int32_t type, void **data) {
    sg_column column = {.type = type, .decimals = -1, .data = *data};
    *data = NULL;
    column.name = sg_strdup(r->context, name);
    if (type == SYNGAN_COLUMN_CATEGORY) {
        column.words = r->words;
        r->words = NULL;
    }
    return sg_table_add(table, &column);
}

static syngan_status make_table(reading *r, syngan_table **out) {
    if (r->rows == 0)
        return sg_fail(r->context, SYNGAN_E_FORMAT,
                       "%s: has no item, but each line must be a basket",
                       r->name);
    SG_TRY(sg_table_make(r->context, (int64_t)r->rows, out));
    (*out)->key = 0;
    syngan_status status =
        add_column(r, *out, BASKET, SYNGAN_COLUMN_INTEGER, &r->baskets);
    if (status == SYNGAN_OK)
        status = add_column(r, *out, ITEM, SYNGAN_COLUMN_CATEGORY, &r->items);
    if (status == SYNGAN_OK) return SYNGAN_OK;
    syngan_table_free(*out);
    *out = NULL;
    return status;
}

static syngan_status read_table(reading *r, sg_reader *reader,
                                const syngan_csv_options *options,
                                const char *where, syngan_table **out) {
    const sg_csv_sink sink = {
        .name = r->name, .cell = take_cell, .end = take_end, .user = r};
    SG_TRY(sg_csv_options_read(r->context, options, where, &r->options));
    r->words = sg_dictionary_make(r->context);
    if (r->words == NULL)
        return sg_fail_memory(r->context, r->name, sizeof *r->words);
    char separator;
    SG_TRY(sg_csv_read_cells(r->context, reader, &r->options, &sink, &r->done,
                             &separator));
    return make_table(r, out);
}

static syngan_status read_baskets(syngan_context *context, sg_reader *reader,
                                  const syngan_csv_options *options,
                                  const char *where, syngan_table **out) {
    reading r = {.context = context, .name = sg_reader_name(reader)};
    syngan_status status = read_table(&r, reader, options, where, out);
    sg_free(context, r.baskets);
    sg_free(context, r.items);
    sg_dictionary_release(r.words);
    return status;
}

syngan_status syngan_table_read_baskets(syngan_context *context,
                                        const char *path,
                                        const syngan_csv_options *options,
                                        syngan_table **out) {
    SG_OWN_FLOATS;
    return sg_csv_make_path(context, path, options, read_baskets,
                            "syngan_table_read_baskets", out);
}

syngan_status syngan_table_read_baskets_stream(
    syngan_context *context, const syngan_stream *stream,
    const syngan_csv_options *options, syngan_table **out) {
    SG_OWN_FLOATS;
    return sg_csv_make_stream(context, stream, options, read_baskets,
                              "syngan_table_read_baskets_stream", out);
}
