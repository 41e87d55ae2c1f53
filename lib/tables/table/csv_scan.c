/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSV files as cells, piece by piece.
 */
#include "table/csv_scan.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "table/csv_cells.h"
#include "table/csv_options.h"

/* ---- records ------------------------------------------------------------ */

/* The name of a new column, which must be one of its own. */
static syngan_status add_name(sg_csv_scan *s, const char *text, size_t size) {
    char numbered[32];
    int32_t code;
    if (size == 0 || !s->options.header) {
        size = (size_t)sg_text(numbered, sizeof numbered, "column_%zu",
                               s->n_columns + 1);
        text = numbered;
    }
    SG_TRY(sg_dictionary_add(s->names, text, size, &code));
    if ((size_t)code == s->n_columns) return SYNGAN_OK;
    return sg_fail(s->context, SYNGAN_E_FORMAT,
                   "%s: columns %d and %zu have the same name, '%s', but names "
                   "must differ",
                   s->name, code + 1, s->n_columns + 1,
                   sg_dictionary_text(s->names, code));
}

static syngan_status add_column(sg_csv_scan *s, const char *text, size_t size) {
    SG_TRY(add_name(s, text, size));
    if (!sg_reserve(s->context, &s->columns, &s->column_capacity, s->n_columns,
                    sizeof(sg_cells)))
        return sg_fail_memory(s->context, s->name, sizeof(sg_cells));
    sg_cells_start(sg_csv_scan_cells(s, s->n_columns++), s->context);
    return SYNGAN_OK;
}

static bool is_header_cell(const sg_csv_scan *s, size_t column,
                           const char *text, size_t size) {
    int32_t code = (int32_t)column;
    return column < s->n_columns &&
           sg_dictionary_size(s->names, code) == size &&
           memcmp(sg_dictionary_text(s->names, code), text, size) == 0;
}

/* Files that were joined have the header again among their rows; other rows
 * have been told of. */
static void skip_row(sg_csv_scan *s, int64_t line, bool repeats) {
    for (size_t i = 0; i < s->n_columns; i++)
        sg_csv_scan_cells(s, i)->count--;
    if (repeats && !s->quiet)
        sg_log(s->context, SYNGAN_LOG_WARNING,
               "%s: line %lld: repeats the header; it is skipped", s->name,
               (long long)line);
}

static syngan_status take_cell(void *user, const char *text, size_t size) {
    sg_csv_scan *s = user;
    if (s->done) return SYNGAN_OK;
    if (s->in_header) SG_TRY(add_column(s, text, size));
    size_t column = s->column++;
    bool is_value = !s->in_header || !s->options.header;
    if (s->repeats) s->repeats = is_header_cell(s, column, text, size);
    return is_value && column < s->n_columns
               ? sg_cells_put(sg_csv_scan_cells(s, column), text, size)
               : SYNGAN_OK;
}

/* Remembers where a row begins, unless it is the next line. */
static syngan_status note_line(sg_csv_scan *s, int64_t line) {
    const sg_line_jump jump = {s->rows, line};
    if (line != s->next_line) {
        if (!sg_reserve(s->context, &s->jumps, &s->jump_capacity, s->n_jumps,
                        sizeof jump))
            return sg_fail_memory(s->context, s->name, sizeof jump);
        ((sg_line_jump *)s->jumps)[s->n_jumps++] = jump;
    }
    s->next_line = line + 1;
    return SYNGAN_OK;
}

/* Rows of a piece, by default about so many cells; fewer where memory is
 * limited: cells of usual texts take an eighth of it. */
static int64_t piece_rows(const sg_csv_scan *s) {
    enum { CELLS = 1 << 17, CELL_BYTES = 32 };
    uint64_t limit = s->context->memory_limit / (8 * CELL_BYTES);
    if (s->piece > 0) return s->piece;
    int64_t cells = limit > 0 && limit < CELLS ? (int64_t)limit : CELLS;
    int64_t rows = cells / (int64_t)s->n_columns;
    return rows > 64 ? rows : 64;
}

/* Hands the piece over, and begins the next one. */
static syngan_status give(sg_csv_scan *s) {
    SG_TRY(s->take(s, s->user));
    for (size_t i = 0; i < s->n_columns; i++) {
        sg_cells_end(sg_csv_scan_cells(s, i));
        sg_cells_start(sg_csv_scan_cells(s, i), s->context);
    }
    s->rows = s->next_line = 0;
    s->n_jumps = 0;
    return SYNGAN_OK;
}

static syngan_status take_end(void *user, int64_t line) {
    sg_csv_scan *s = user;
    if (s->done) return SYNGAN_OK;
    if (s->column != s->n_columns)
        return sg_fail(s->context, SYNGAN_E_FORMAT,
                       "%s: line %lld: has %zu cells, but %zu are expected, as "
                       "in the first line",
                       s->name, (long long)line, s->column, s->n_columns);
    bool is_row = !s->in_header || !s->options.header;
    bool repeats = is_row && s->repeats;
    s->column = 0;
    s->in_header = false;
    s->repeats = s->n_columns > 1 && s->options.header;
    bool skipped = is_row && !repeats &&
                   ((s->seen == 0 && s->skip_first) || s->seen == s->skip_from);
    if (repeats || skipped) skip_row(s, line, repeats);
    if (is_row && !repeats) s->done = ++s->seen == s->options.max_rows;
    if (!is_row || repeats || skipped) return SYNGAN_OK;
    SG_TRY(note_line(s, line));
    s->rows++;
    s->all_rows++;
    return s->take != NULL && s->rows == piece_rows(s) ? give(s) : SYNGAN_OK;
}

/* ---- reading ------------------------------------------------------------ */

syngan_status sg_csv_scan_read(sg_csv_scan *s, sg_reader *reader) {
    const sg_csv_sink sink = {
        .name = s->name, .cell = take_cell, .end = take_end, .user = s};
    SG_TRY(sg_csv_read_cells(s->context, reader, &s->options, &sink, &s->done,
                             &s->separator));
    if (s->n_columns == 0)
        return sg_fail(s->context, SYNGAN_E_FORMAT,
                       "%s: is empty, but must begin with a header", s->name);
    bool left = s->take != NULL && (s->rows > 0 || s->all_rows == 0);
    return left ? give(s) : SYNGAN_OK;
}

void sg_csv_scan_warn(const sg_csv_scan *s) {
    if (!s->options.header || s->n_columns < 2) return;
    for (int32_t i = 0; i < s->names->count; i++) {
        uint64_t word;
        if (!sg_numeral_pack(sg_dictionary_text(s->names, i),
                             sg_dictionary_size(s->names, i), &word))
            return;
    }
    sg_log(s->context, SYNGAN_LOG_WARNING,
           "%s: the first line has only numbers, but is taken for the header; "
           "if it is a row, `header = 0` reads it as one",
           s->name);
}

/* ---- decimal marks
 * ------------------------------------------------------------- */

char sg_csv_scan_hint(const sg_csv_scan *s, const sg_looks *looks,
                      size_t stride) {
    bool point = false, comma = false;
    if (s->options.decimal != NULL) return s->options.decimal[0];
    for (size_t i = 0; i < s->n_columns; i++) {
        const sg_looks *one =
            (const sg_looks *)((const char *)looks + i * stride);
        char mark = sg_decimal_mark(one);
        point |= mark == '.';
        comma |= mark == ',';
    }
    if (point || comma) return point && comma ? 0 : comma ? ',' : '.';
    return s->separator == ';' ? ';' : 0;
}

/* ---- beginning and ending ----------------------------------------------- */

syngan_status sg_csv_scan_begin(syngan_context *context, const char *name,
                                const syngan_csv_options *options,
                                const char *where, sg_csv_scan *scan) {
    *scan = (sg_csv_scan){
        .context = context, .name = name, .in_header = true, .skip_from = -1};
    SG_TRY(sg_csv_options_read(context, options, where, &scan->options));
    SG_TRY(sg_schema_parse(context, scan->options.schema, &scan->schema));
    scan->marks = scan->options.missing;
    if (scan->marks == NULL) scan->marks = sg_schema_marks(scan->schema);
    if (scan->marks == NULL) scan->marks = SG_USUAL_MARKS;
    scan->names = sg_dictionary_make(context);
    return scan->names != NULL
               ? SYNGAN_OK
               : sg_fail_memory(context, name, sizeof *scan->names);
}

void sg_csv_scan_end(sg_csv_scan *scan) {
    for (size_t i = 0; i < scan->n_columns; i++)
        sg_cells_end(sg_csv_scan_cells(scan, i));
    sg_free(scan->context, scan->columns);
    sg_free(scan->context, scan->jumps);
    sg_dictionary_release(scan->names);
    sg_schema_free(scan->schema);
    *scan = (sg_csv_scan){0};
}
