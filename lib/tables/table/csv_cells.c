/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A CSV file to its cells: unpacked, without a byte order mark, with the
 * separator found in the first block.
 */
#include "table/csv_cells.h"

#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "table/csv_options.h"
#include "table/csv_text.h"

/* ---- the separator ------------------------------------------------------ */

/* How well a separator divides the first lines: 1000 if all have as many as the
 * first one, 0 if that has none. Line ends in quotes don't count. */
static int64_t separator_score(const char *text, size_t size, char separator,
                               char quote, int64_t *count) {
    int64_t lines = 0, equal = 0, here = 0;
    bool quoted = false;
    *count = 0;
    for (size_t i = 0; i < size && lines < 100; i++) {
        if (text[i] == quote) quoted = !quoted;
        if (quoted) continue;
        here += text[i] == separator;
        bool ends = text[i] == '\n' || text[i] == '\r';
        if (ends && i > 0 && text[i - 1] != '\n' && text[i - 1] != '\r') {
            if (lines++ == 0) *count = here;
            equal += here == *count;
            here = 0;
        }
    }
    if (lines == 0) { /* a single line without an end */
        *count = here;
        lines = equal = 1;
    }
    return *count == 0 ? 0 : 1000 * equal / lines;
}

static char find_separator(const char *text, size_t size, char quote) {
    char best = SG_CSV_SEPARATORS[0];
    int64_t best_score = 0, best_count = 0;
    for (const char *at = SG_CSV_SEPARATORS; *at != '\0'; at++) {
        int64_t count;
        if (*at == quote) continue;
        int64_t score = separator_score(text, size, *at, quote, &count);
        if (score < best_score || (score == best_score && count <= best_count))
            continue;
        best = *at;
        best_score = score;
        best_count = count;
    }
    return best;
}

/* ---- reading ------------------------------------------------------------ */

/* Drops a byte order mark. */
static void skip_mark(const char **text, size_t *size) {
    if (*size < 3 || memcmp(*text, "\xef\xbb\xbf", 3) != 0) return;
    *text += 3;
    *size -= 3;
}

/* Spreadsheets tell the separator in a line of its own before the header:
 * "sep=;". Skips that line; 0: there is none. */
static char take_separator_line(const char **text, size_t *size) {
    const char *at = *text, *end = *text + *size;
    bool quoted = at < end && *at == '"';
    at += quoted;
    if (end - at < 6 || strncasecmp(at, "sep=", 4) != 0) return 0;
    char separator = at[4];
    at += 5;
    if (quoted && *at++ != '"') return 0;
    if (separator == '\n' || separator == '\r' || at == end ||
        (*at != '\n' && *at != '\r'))
        return 0;
    if (*at == '\r' && at + 1 < end && at[1] == '\n') at++;
    *size = (size_t)(end - ++at);
    *text = at;
    return separator;
}

static void set_sink(const syngan_csv_options *options, bool utf8,
                     const char **text, size_t *size, sg_csv_sink *sink) {
    const char *given = options->separator;
    skip_mark(text, size);
    char told = take_separator_line(text, size);
    sink->first_line = told != 0 ? 2 : 1;
    sink->quote = options->quote[0];
    sink->encoding = utf8 ? SYNGAN_ENCODING_UTF8 : options->encoding;
    if (utf8 && options->encoding == SYNGAN_ENCODING_REPLACE)
        sink->encoding = SYNGAN_ENCODING_REPLACE;
    sink->separator = given != NULL ? given[0] : told;
    if (sink->separator == 0 || sink->separator == sink->quote)
        sink->separator = find_separator(*text, *size, sink->quote);
}

static syngan_status read_blocks(syngan_context *context,
                                 const syngan_csv_options *options,
                                 sg_csv_sink *sink, const bool *done,
                                 sg_csv_text *source, bool utf8, char *block,
                                 sg_csv_records **records, char *separator) {
    const char *text = block;
    size_t size;
    SG_TRY(sg_csv_text_some(source, block, &size));
    set_sink(options, utf8, &text, &size, sink);
    *separator = sink->separator;
    SG_TRY(sg_csv_records_open(context, sink, records));
    for (size_t got = 1; got > 0 && !*done;) {
        SG_TRY(sg_csv_records_put(*records, text, size));
        text = block;
        SG_TRY(sg_csv_text_some(source, block, &size));
        got = size;
    }
    return *done ? SYNGAN_OK : sg_csv_records_finish(*records);
}

syngan_status sg_csv_read_cells(syngan_context *context, sg_reader *reader,
                                const syngan_csv_options *options,
                                const sg_csv_sink *sink, const bool *done,
                                char *separator) {
    sg_source source = {0};
    sg_csv_text text = {0};
    sg_csv_records *records = NULL;
    sg_csv_sink own = *sink;
    bool utf8 = false;
    char *block = sg_alloc(context, SG_CSV_BLOCK);
    syngan_status status =
        block != NULL ? sg_source_start(&source, context, reader, true)
                      : sg_fail_memory(context, sink->name, SG_CSV_BLOCK);
    if (status == SYNGAN_OK)
        status = sg_csv_text_start(&text, context, &source, sink->name,
                                   options->encoding, &utf8);
    if (status == SYNGAN_OK)
        status = read_blocks(context, options, &own, done, &text, utf8, block,
                             &records, separator);
    sg_csv_records_close(records);
    sg_csv_text_stop(&text);
    sg_source_stop(&source);
    sg_free(context, block);
    return status;
}

/* ---- calls -------------------------------------------------------------- */

static syngan_status check_call(syngan_context *context, const char *where,
                                syngan_table **out) {
    if (out != NULL) *out = NULL;
    if (context == NULL) return SYNGAN_E_ARGUMENT;
    return out != NULL ? SYNGAN_OK
                       : sg_fail(context, SYNGAN_E_ARGUMENT,
                                 "%s: `out` is NULL", where);
}

syngan_status sg_csv_make_path(syngan_context *context, const char *path,
                               const syngan_csv_options *options,
                               sg_csv_make_fn make, const char *where,
                               syngan_table **out) {
    sg_reader *reader;
    SG_TRY(check_call(context, where, out));
    SG_TRY(sg_reader_open(context, path, &reader));
    syngan_status status = make(context, reader, options, where, out);
    sg_reader_close(reader);
    return status;
}

syngan_status sg_csv_make_stream(syngan_context *context,
                                 const syngan_stream *stream,
                                 const syngan_csv_options *options,
                                 sg_csv_make_fn make, const char *where,
                                 syngan_table **out) {
    sg_reader *reader;
    SG_TRY(check_call(context, where, out));
    SG_TRY(sg_reader_open_stream(context, stream, &reader));
    syngan_status status = make(context, reader, options, where, out);
    sg_reader_close(reader);
    return status;
}
