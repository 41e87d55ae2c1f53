/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables to CSV files (RFC 4180, with LF).
 */
#include <string.h>

#include "base/floats.h"
#include "base/memory.h"
#include "base/stream.h"
#include "table/csv_options.h"
#include "table/table.h"

typedef struct writing {
    const syngan_table *table;
    sg_writer *writer;
    syngan_csv_options options;
    char separator, quote;
    bool special[256]; /* bytes for which a cell is quoted */
    char *text;        /* of a cell; for formats that need much room */
    size_t room;
} writing;

/* Quoted are all separators that a reader may look for, and what a reader
 * would drop: spaces around the cell, and a byte order mark (0xef) before it.
 */
static bool needs_quotes(const writing *w, const char *text, size_t size) {
    if (size == 0) return false;
    char first = text[0], last = text[size - 1];
    if (first == ' ' || last == ' ' || (unsigned char)first == 0xef)
        return true;
    for (size_t i = 0; i < size; i++)
        if (w->special[(unsigned char)text[i]]) return true;
    return false;
}

static void find_special(writing *w) {
    for (const char *at = SG_CSV_SEPARATORS "\r\n"; *at != '\0'; at++)
        w->special[(unsigned char)*at] = true;
    w->special[(unsigned char)w->separator] = true;
    w->special[(unsigned char)w->quote] = true;
}

static syngan_status put_quoted(const writing *w, const char *text,
                                size_t size) {
    SG_TRY(sg_writer_put(w->writer, &w->quote, 1));
    while (size > 0) {
        const char *quote = memchr(text, w->quote, size);
        size_t part = quote != NULL ? (size_t)(quote - text) + 1 : size;
        SG_TRY(sg_writer_put(w->writer, text, part));
        if (quote != NULL) SG_TRY(sg_writer_put(w->writer, &w->quote, 1));
        text += part;
        size -= part;
    }
    return sg_writer_put(w->writer, &w->quote, 1);
}

/* A cell and what follows it. The only cell of a line is quoted when it is
 * empty: readers skip empty lines. */
static syngan_status put_cell(const writing *w, const char *text, size_t size,
                              size_t column) {
    bool last = column + 1 == w->table->n_columns;
    bool alone = last && column == 0 && size == 0;
    if (alone || needs_quotes(w, text, size))
        SG_TRY(put_quoted(w, text, size));
    else
        SG_TRY(sg_writer_put(w->writer, text, size));
    return sg_writer_put(w->writer, last ? "\n" : &w->separator, 1);
}

/* Texts are written from where they are, others from the buffer. */
static syngan_status put_value(writing *w, int64_t row, size_t i) {
    const sg_column *column = &w->table->columns[i];
    if (sg_column_has_codes(column)) {
        int32_t code = column->codes[row];
        if (code < 0) return put_cell(w, "", 0, i);
        return put_cell(w, sg_dictionary_text(column->words, code),
                        sg_dictionary_size(column->words, code), i);
    }
    size_t size = sg_column_text(column, row, w->text, w->room);
    if (size >= w->room) {
        char *text = sg_realloc(w->table->context, w->text, size + 1);
        if (text == NULL)
            return sg_fail_memory(w->table->context, "a cell", size + 1);
        w->text = text;
        w->room = size + 1;
        sg_column_text(column, row, w->text, w->room);
    }
    return put_cell(w, w->text, size, i);
}

static syngan_status put_rows(writing *w) {
    const syngan_table *table = w->table;
    for (size_t i = 0; i < table->n_columns && w->options.header; i++) {
        const char *name = table->columns[i].name;
        SG_TRY(put_cell(w, name, strlen(name), i));
    }
    for (int64_t row = 0; row < table->rows; row++) {
        SG_TRY(sg_check_at(table->context, row, "CSV"));
        for (size_t i = 0; i < table->n_columns; i++)
            SG_TRY(put_value(w, row, i));
    }
    return SYNGAN_OK;
}

static syngan_status prepare(writing *w, const syngan_csv_options *options,
                             const char *where) {
    SG_TRY(sg_csv_options_read(w->table->context, options, where, &w->options));
    w->quote = w->options.quote[0];
    w->separator = SG_CSV_SEPARATORS[0];
    if (w->options.separator != NULL)
        w->separator = w->options.separator[0];
    else if (w->quote == w->separator)
        w->separator = SG_CSV_SEPARATORS[1];
    find_special(w);
    w->room = 128;
    w->text = sg_alloc(w->table->context, w->room);
    return w->text != NULL
               ? SYNGAN_OK
               : sg_fail_memory(w->table->context, "a cell", w->room);
}

static syngan_status finish(writing *w, syngan_status status) {
    if (status == SYNGAN_OK) status = put_rows(w);
    sg_free(w->table->context, w->text);
    if (status == SYNGAN_OK) return sg_writer_commit(w->writer);
    sg_writer_abandon(w->writer);
    return status;
}

syngan_status syngan_table_write_csv(const syngan_table *table,
                                     const char *path,
                                     const syngan_csv_options *options) {
    SG_OWN_FLOATS;
    writing w = {.table = table};
    if (table == NULL) return SYNGAN_E_ARGUMENT;
    syngan_status status = prepare(&w, options, "syngan_table_write_csv");
    if (status == SYNGAN_OK)
        status = sg_writer_open(table->context, path, &w.writer);
    return finish(&w, status);
}

syngan_status syngan_table_write_csv_stream(const syngan_table *table,
                                            const syngan_stream *stream,
                                            const syngan_csv_options *options) {
    SG_OWN_FLOATS;
    writing w = {.table = table};
    if (table == NULL) return SYNGAN_E_ARGUMENT;
    syngan_status status =
        prepare(&w, options, "syngan_table_write_csv_stream");
    if (status == SYNGAN_OK)
        status = sg_writer_open_stream(table->context, stream, &w.writer);
    return finish(&w, status);
}
