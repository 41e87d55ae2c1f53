/* SPDX-License-Identifier: Apache-2.0 */
/* CSV text to cells by libcsv; the only place that names it. */
#include "table/csv_records.h"

#ifdef SYNGAN_HAVE_CSV
#include <csv.h>
#include <stdlib.h>
#include <string.h>
#include <syngan/table.h>

#include "base/memory.h"
#include "file/utf8.h"

/* What libcsv's buffer grows by. */
#define BUFFER_STEP 4096

struct sg_csv_records {
    syngan_context *context;
    sg_csv_sink sink;
    struct csv_parser parser;
    syngan_status status;
    int64_t line;       /* of the next cell, */
    int64_t first_line; /* and of its record */
    int64_t cells;      /* of the record so far */
    bool after_cr;      /* a line feed would belong to it */
    char *copy;         /* of a cell whose bytes are not taken as they are */
    size_t copy_size;
};

/* libcsv's own memory, which comes from no context. */
static void *grow_buffer(void *block, size_t size) {
    return size > SG_CSV_CELL_BYTES ? NULL : realloc(block, size);
}

/* ---- characters --------------------------------------------------------- */

/* Whether all bytes are ASCII and none is a control character: tells for eight
 * bytes at once whether any is below 0x20 or above 0x7f. */
static bool is_plain(const unsigned char *text, size_t size) {
    const uint64_t high = 0x8080808080808080u, space = 0x2020202020202020u;
    uint64_t word, found = 0;
    for (; size >= sizeof word; text += sizeof word, size -= sizeof word) {
        memcpy(&word, text, sizeof word);
        found |= (word | (((word | high) - space) ^ high)) & high;
    }
    for (; size > 0; text++, size--)
        if (*text < 0x20 || *text > 0x7f) return false;
    return found == 0;
}

/* Line ends in a cell: LF, CR LF, CR. */
static int64_t count_lines(const unsigned char *text, size_t size) {
    int64_t lines = 0;
    for (size_t i = 0; i < size; i++)
        lines += text[i] == '\n' ||
                 (text[i] == '\r' && (i + 1 == size || text[i + 1] != '\n'));
    return lines;
}

static syngan_status fail_byte(sg_csv_records *r, const unsigned char *text,
                               size_t at) {
    int64_t line = r->line + count_lines(text, at);
    if (text[at] == 0)
        return sg_fail(r->context, SYNGAN_E_FORMAT,
                       "%s: line %lld, column %lld: has a zero byte, which is "
                       "no text unless the encoding is utf16",
                       r->sink.name, (long long)line, (long long)r->cells + 1);
    return sg_fail(r->context, SYNGAN_E_FORMAT,
                   "%s: line %lld, column %lld: byte 0x%02x is not UTF-8; an "
                   "encoding can be given (--encoding): windows1252 or latin1, "
                   "utf16, or replace",
                   r->sink.name, (long long)line, (long long)r->cells + 1,
                   text[at]);
}

/* Windows-1252 from 0x80 on; what it leaves free is as in ISO 8859-1. */
static const uint16_t windows[32] = {
    0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
    0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008d, 0x017d, 0x008f,
    0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
    0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178};

/* A byte that has to be written otherwise; returns the bytes written. */
static size_t other_byte(const sg_csv_records *r, unsigned char byte,
                         char *to) {
    if (r->sink.encoding == SYNGAN_ENCODING_REPLACE) {
        memcpy(to, "\xef\xbf\xbd", 3); /* U+FFFD */
        return 3;
    }
    uint32_t code = byte;
    if (r->sink.encoding == SYNGAN_ENCODING_WINDOWS1252 && byte < 0xa0)
        code = windows[byte - 0x80];
    if (code < 0x800) {
        to[0] = (char)(0xc0 | code >> 6);
        to[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    to[0] = (char)(0xe0 | code >> 12);
    to[1] = (char)(0x80 | (code >> 6 & 0x3f));
    to[2] = (char)(0x80 | (code & 0x3f));
    return 3;
}

/* Bytes of the character at `at`, of `left`; 0: none of the encoding. */
static size_t character(const sg_csv_records *r, const unsigned char *at,
                        size_t left) {
    unsigned char padded[5] = {0};
    if (*at == 0) return 0;
    if (*at < 0x80) return 1;
    if (r->sink.encoding == SYNGAN_ENCODING_LATIN1 ||
        r->sink.encoding == SYNGAN_ENCODING_WINDOWS1252)
        return 0;
    memcpy(padded, at, left < 4 ? left : 4);
    size_t size = sg_utf8_size(padded);
    return size <= left ? size : 0;
}

/* The cell as UTF-8: itself, or the copy. */
static syngan_status to_utf8(sg_csv_records *r, const unsigned char *text,
                             size_t *size, const char **out) {
    size_t used = 0, n;
    *out = (const char *)text;
    if (3 * *size > r->copy_size) {
        char *copy = sg_realloc(r->context, r->copy, 3 * *size);
        if (copy == NULL)
            return sg_fail_memory(r->context, r->sink.name, 3 * *size);
        r->copy = copy;
        r->copy_size = 3 * *size;
    }
    for (size_t at = 0; at < *size; at += n) {
        n = character(r, text + at, *size - at);
        if (n > 0) {
            memcpy(r->copy + used, text + at, n);
            used += n;
            continue;
        }
        if (text[at] == 0 || r->sink.encoding == SYNGAN_ENCODING_UTF8)
            return fail_byte(r, text, at);
        used += other_byte(r, text[at], r->copy + used);
        n = 1;
    }
    *out = r->copy;
    *size = used;
    return SYNGAN_OK;
}

/* ---- libcsv's callbacks ------------------------------------------------- */

static void take_cell(void *data, size_t size, void *user) {
    sg_csv_records *r = user;
    const char *text = data;
    int64_t lines = 0;
    if (r->status != SYNGAN_OK) return;
    if (!is_plain(data, size)) {
        lines = count_lines(data, size);
        r->status = to_utf8(r, data, &size, &text);
    }
    if (r->status == SYNGAN_OK)
        r->status = r->sink.cell(r->sink.user, text, size);
    r->line += lines;
    r->cells++;
    r->after_cr = false;
}

/* Each CR and LF outside of quotes, and the end of the file (-1). */
static void take_end(int character_or_end, void *user) {
    sg_csv_records *r = user;
    if (r->status != SYNGAN_OK) return;
    if (r->cells > 0) r->status = r->sink.end(r->sink.user, r->first_line);
    if (r->cells > 0 || character_or_end != '\n' || !r->after_cr) r->line++;
    r->after_cr = character_or_end == '\r';
    r->cells = 0;
    r->first_line = r->line;
}

/* ---- reading ------------------------------------------------------------ */

syngan_status sg_csv_records_open(syngan_context *context,
                                  const sg_csv_sink *sink,
                                  sg_csv_records **out) {
    sg_csv_records *r = sg_alloc_zero(context, 1, sizeof *r);
    *out = r;
    if (r == NULL) return sg_fail_memory(context, sink->name, sizeof *r);
    r->context = context;
    r->sink = *sink;
    r->line = r->first_line = sink->first_line;
    csv_init(&r->parser, CSV_REPALL_NL);
    csv_set_delim(&r->parser, (unsigned char)sink->separator);
    csv_set_quote(&r->parser, (unsigned char)sink->quote);
    csv_set_blk_size(&r->parser, BUFFER_STEP);
    csv_set_realloc_func(&r->parser, grow_buffer);
    return SYNGAN_OK;
}

static syngan_status fail_parser(sg_csv_records *r) {
    if (csv_get_buffer_size(&r->parser) + BUFFER_STEP > SG_CSV_CELL_BYTES)
        return sg_fail(r->context, SYNGAN_E_FORMAT,
                       "%s: line %lld, column %lld: begins a cell of more than "
                       "%d bytes; a quote may be missing",
                       r->sink.name, (long long)r->line,
                       (long long)r->cells + 1, SG_CSV_CELL_BYTES);
    return sg_fail_memory(r->context, r->sink.name, BUFFER_STEP);
}

syngan_status sg_csv_records_put(sg_csv_records *records, const char *text,
                                 size_t size) {
    sg_csv_records *r = records;
    if (r->status == SYNGAN_OK)
        r->status = sg_check_cancelled(r->context, r->sink.name);
    if (r->status == SYNGAN_OK &&
        csv_parse(&r->parser, text, size, take_cell, take_end, r) < size)
        r->status = fail_parser(r);
    return r->status;
}

syngan_status sg_csv_records_finish(sg_csv_records *records) {
    sg_csv_records *r = records;
    SG_TRY(r->status);
    /* Strict only now: it refuses nothing but a quote that is still open. */
    csv_set_opts(&r->parser, CSV_REPALL_NL | CSV_STRICT | CSV_STRICT_FINI);
    if (csv_fini(&r->parser, take_cell, take_end, r) == 0) return r->status;
    if (csv_error(&r->parser) != CSV_EPARSE) return fail_parser(r);
    return sg_fail(r->context, SYNGAN_E_FORMAT,
                   "%s: line %lld, column %lld: begins with a quote that is "
                   "never closed",
                   r->sink.name, (long long)r->line, (long long)r->cells + 1);
}

void sg_csv_records_close(sg_csv_records *records) {
    if (records == NULL) return;
    csv_free(&records->parser);
    sg_free(records->context, records->copy);
    sg_free(records->context, records);
}

#else

syngan_status sg_csv_records_open(syngan_context *context,
                                  const sg_csv_sink *sink,
                                  sg_csv_records **out) {
    *out = NULL;
    return sg_fail(context, SYNGAN_E_UNSUPPORTED,
                   "%s: is not read, because this build has no libcsv",
                   sink->name);
}

syngan_status sg_csv_records_put(sg_csv_records *records, const char *text,
                                 size_t size) {
    (void)records;
    (void)text;
    (void)size;
    return SYNGAN_OK;
}

syngan_status sg_csv_records_finish(sg_csv_records *records) {
    (void)records;
    return SYNGAN_OK;
}

void sg_csv_records_close(sg_csv_records *records) {
    (void)records;
}

#endif
