/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A CSV file to its cells: unpacked, without a byte order mark, with the
 * separator found in the first block.
 */
#include "table/csv_cells.h"

#include <string.h>

#include "base/memory.h"
#include "file/source.h"
#include "table/csv_options.h"

/* Bytes read at once; the separator is looked for in the first ones. */
#define BLOCK 65536

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

static syngan_status fill_block(sg_source *source, char *block, size_t *size) {
    size_t got = 0;
    *size = 0;
    do {
        SG_TRY(sg_source_some(source, block + *size, BLOCK - *size, &got));
        *size += got;
    } while (got > 0 && *size < BLOCK);
    return SYNGAN_OK;
}

/* Refuses what is no CSV at a glance, and drops a byte order mark. */
static syngan_status look_at_start(syngan_context *context, const char *name,
                                   const char **text, size_t *size) {
    if (*size >= 2 && (memcmp(*text, "\xff\xfe", 2) == 0 ||
                       memcmp(*text, "\xfe\xff", 2) == 0))
        return sg_fail(context, SYNGAN_E_FORMAT,
                       "%s: is UTF-16, but must be UTF-8", name);
    if (*size >= 3 && memcmp(*text, "\xef\xbb\xbf", 3) == 0) {
        *text += 3;
        *size -= 3;
    }
    return SYNGAN_OK;
}

static syngan_status read_blocks(syngan_context *context,
                                 const syngan_csv_options *options,
                                 sg_csv_sink *sink, const bool *done,
                                 sg_source *source, char *block,
                                 sg_csv_records **records, char *separator) {
    const char *text = block;
    size_t size;
    SG_TRY(fill_block(source, block, &size));
    SG_TRY(look_at_start(context, sink->name, &text, &size));
    const char *given = options->separator;
    sink->quote = options->quote[0];
    sink->encoding = options->encoding;
    sink->separator =
        given != NULL ? given[0] : find_separator(text, size, sink->quote);
    *separator = sink->separator;
    SG_TRY(sg_csv_records_open(context, sink, records));
    while (size > 0 && !*done) {
        SG_TRY(sg_csv_records_put(*records, text, size));
        text = block;
        SG_TRY(fill_block(source, block, &size));
    }
    return *done ? SYNGAN_OK : sg_csv_records_finish(*records);
}

syngan_status sg_csv_read_cells(syngan_context *context, sg_reader *reader,
                                const syngan_csv_options *options,
                                const sg_csv_sink *sink, const bool *done,
                                char *separator) {
    sg_source source = {0};
    sg_csv_records *records = NULL;
    sg_csv_sink own = *sink;
    char *block = sg_alloc(context, BLOCK);
    syngan_status status = block != NULL
                               ? sg_source_start(&source, context, reader, true)
                               : sg_fail_memory(context, sink->name, BLOCK);
    if (status == SYNGAN_OK)
        status = read_blocks(context, options, &own, done, &source, block,
                             &records, separator);
    sg_csv_records_close(records);
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
