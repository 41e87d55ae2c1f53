/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables from CSV files. The file passes by in pieces; each column is kept as
 * cells (table/cells.h), from which its type is inferred at the end.
 */
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "table/csv_options.h"
#include "table/csv_pieces.h"
#include "table/schema.h"

typedef struct reading {
    syngan_context *context;
    const char *name;
    syngan_csv_options options;
    sg_schema *schema;
    const char *marks;
    sg_dictionary *names; /* of the columns, by code */
    void *columns;        /* sg_cells[] */
    size_t n_columns, column_capacity;
    size_t column; /* of the next cell */
    bool in_header, done;
    int64_t rows;
    void *jumps; /* sg_line_jump[] */
    size_t n_jumps, jump_capacity;
    int64_t next_line; /* where the next row begins if all is regular */
} reading;

static sg_cells *cells_of(const reading *r, size_t column) {
    return (sg_cells *)r->columns + column;
}

/* ---- records ------------------------------------------------------------ */

/* The name of a new column, which must be one of its own. */
static syngan_status add_name(reading *r, const char *text, size_t size) {
    char numbered[32];
    int32_t code;
    if (size == 0 || r->options.no_header) {
        size = (size_t)sg_text(numbered, sizeof numbered, "column_%zu",
                               r->n_columns + 1);
        text = numbered;
    }
    SG_TRY(sg_dictionary_add(r->names, text, size, &code));
    if ((size_t)code == r->n_columns) return SYNGAN_OK;
    return sg_fail(r->context, SYNGAN_E_FORMAT,
                   "%s: columns %d and %zu have the same name, '%s', but names "
                   "must differ",
                   r->name, code + 1, r->n_columns + 1,
                   sg_dictionary_text(r->names, code));
}

static syngan_status add_column(reading *r, const char *text, size_t size) {
    SG_TRY(add_name(r, text, size));
    if (!sg_reserve(r->context, &r->columns, &r->column_capacity, r->n_columns,
                    sizeof(sg_cells)))
        return sg_fail_memory(r->context, r->name, sizeof(sg_cells));
    sg_cells_start(cells_of(r, r->n_columns++), r->context);
    return SYNGAN_OK;
}

static syngan_status take_cell(void *user, const char *text, size_t size) {
    reading *r = user;
    if (r->done) return SYNGAN_OK;
    if (r->in_header) SG_TRY(add_column(r, text, size));
    size_t column = r->column++;
    bool is_value = !r->in_header || r->options.no_header;
    return is_value && column < r->n_columns
               ? sg_cells_put(cells_of(r, column), text, size)
               : SYNGAN_OK;
}

/* Remembers where a row begins, unless it is the next line. */
static syngan_status note_line(reading *r, int64_t line) {
    const sg_line_jump jump = {r->rows, line};
    if (line != r->next_line) {
        if (!sg_reserve(r->context, &r->jumps, &r->jump_capacity, r->n_jumps,
                        sizeof jump))
            return sg_fail_memory(r->context, r->name, sizeof jump);
        ((sg_line_jump *)r->jumps)[r->n_jumps++] = jump;
    }
    r->next_line = line + 1;
    return SYNGAN_OK;
}

static syngan_status take_end(void *user, int64_t line) {
    reading *r = user;
    if (r->done) return SYNGAN_OK;
    if (r->column != r->n_columns)
        return sg_fail(r->context, SYNGAN_E_FORMAT,
                       "%s: line %lld: has %zu cells, but %zu are expected, as "
                       "in the first line",
                       r->name, (long long)line, r->column, r->n_columns);
    bool is_row = !r->in_header || r->options.no_header;
    r->column = 0;
    r->in_header = false;
    if (!is_row) return SYNGAN_OK;
    SG_TRY(note_line(r, line));
    r->done = ++r->rows == r->options.max_rows;
    return SYNGAN_OK;
}

/* ---- reading ------------------------------------------------------------ */

static syngan_status read_records(reading *r, sg_reader *reader) {
    const sg_csv_sink sink = {
        .name = r->name, .cell = take_cell, .end = take_end, .user = r};
    SG_TRY(
        sg_csv_read_pieces(r->context, reader, &r->options, &sink, &r->done));
    if (r->n_columns == 0)
        return sg_fail(r->context, SYNGAN_E_FORMAT,
                       "%s: is empty, but must begin with a header", r->name);
    return SYNGAN_OK;
}

/* ---- the table ---------------------------------------------------------- */

static syngan_status fill_table(reading *r, syngan_table *table) {
    const sg_origin origin = {r->name, r->jumps, r->n_jumps};
    for (size_t i = 0; i < r->n_columns; i++) {
        const char *name = sg_dictionary_text(r->names, (int32_t)i);
        const sg_wish wish = sg_schema_wish(r->schema, name);
        sg_column column;
        SG_TRY(sg_infer_column(cells_of(r, i), name, &wish, r->marks, &origin,
                               &column));
        SG_TRY(sg_table_add(table, &column));
    }
    if (r->marks != NULL && strcmp(r->marks, SG_USUAL_MARKS) != 0) {
        table->missing_marks = sg_strdup(r->context, r->marks);
        if (table->missing_marks == NULL)
            return sg_fail_memory(r->context, "a table", strlen(r->marks));
    }
    return sg_schema_apply(r->schema, table, &origin);
}

static syngan_status prepare(reading *r, const syngan_csv_options *options,
                             const char *where) {
    SG_TRY(sg_csv_options_read(r->context, options, where, &r->options));
    SG_TRY(sg_schema_parse(r->context, r->options.schema, &r->schema));
    r->marks = r->options.missing;
    if (r->marks == NULL) r->marks = sg_schema_marks(r->schema);
    if (r->marks == NULL) r->marks = SG_USUAL_MARKS;
    r->in_header = true;
    r->names = sg_dictionary_make(r->context);
    return r->names != NULL
               ? SYNGAN_OK
               : sg_fail_memory(r->context, r->name, sizeof *r->names);
}

static void finish(reading *r) {
    for (size_t i = 0; i < r->n_columns; i++)
        sg_cells_end(cells_of(r, i));
    sg_free(r->context, r->columns);
    sg_free(r->context, r->jumps);
    sg_dictionary_release(r->names);
    sg_schema_free(r->schema);
}

static syngan_status read_table(syngan_context *context, sg_reader *reader,
                                const syngan_csv_options *options,
                                const char *where, syngan_table **out) {
    reading r = {.context = context, .name = sg_reader_name(reader)};
    syngan_table *table = NULL;
    syngan_status status = prepare(&r, options, where);
    if (status == SYNGAN_OK) status = read_records(&r, reader);
    if (status == SYNGAN_OK) status = sg_table_make(context, r.rows, &table);
    if (status == SYNGAN_OK) status = fill_table(&r, table);
    finish(&r);
    if (status == SYNGAN_OK)
        *out = table;
    else
        syngan_table_free(table);
    return status;
}

syngan_status syngan_table_read_csv(syngan_context *context, const char *path,
                                    const syngan_csv_options *options,
                                    syngan_table **out) {
    static const char where[] = "syngan_table_read_csv";
    if (out != NULL) *out = NULL;
    if (context == NULL) return SYNGAN_E_ARGUMENT;
    if (out == NULL)
        return sg_fail(context, SYNGAN_E_ARGUMENT, "%s: `out` is NULL", where);
    sg_reader *reader;
    SG_TRY(sg_reader_open(context, path, &reader));
    syngan_status status = read_table(context, reader, options, where, out);
    sg_reader_close(reader);
    return status;
}

syngan_status syngan_table_read_csv_stream(syngan_context *context,
                                           const syngan_stream *stream,
                                           const syngan_csv_options *options,
                                           syngan_table **out) {
    static const char where[] = "syngan_table_read_csv_stream";
    if (out != NULL) *out = NULL;
    if (context == NULL) return SYNGAN_E_ARGUMENT;
    if (out == NULL)
        return sg_fail(context, SYNGAN_E_ARGUMENT, "%s: `out` is NULL", where);
    sg_reader *reader;
    SG_TRY(sg_reader_open_stream(context, stream, &reader));
    syngan_status status = read_table(context, reader, options, where, out);
    sg_reader_close(reader);
    return status;
}
