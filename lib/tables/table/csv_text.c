/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of a CSV file; see csv_text.h. */
#include "table/csv_text.h"

#include <string.h>
#include <syngan/table.h>

#include "base/memory.h"

/* Bytes of UTF-16 that never become more than a block: a unit of two bytes
 * takes three at most. */
#define RAW (SG_CSV_BLOCK / 3 * 2 - 4)

static syngan_status fill(sg_csv_text *t, char *to, size_t most, size_t *size) {
    size_t got = 0;
    *size = 0;
    do {
        SG_TRY(sg_source_some(t->source, to + *size, most - *size, &got));
        *size += got;
    } while (got > 0 && *size < most);
    return SYNGAN_OK;
}

syngan_status sg_csv_text_start(sg_csv_text *text, syngan_context *context,
                                sg_source *source, const char *name,
                                int32_t encoding, bool *utf8) {
    sg_csv_text *t = text;
    size_t size;
    *t = (sg_csv_text){.context = context,
                       .source = source,
                       .name = name,
                       .replace = encoding == SYNGAN_ENCODING_REPLACE};
    *utf8 = encoding == SYNGAN_ENCODING_UTF16;
    SG_TRY(fill(t, (char *)t->carry, 2, &size));
    t->n_carry = size;
    bool little = size == 2 && memcmp(t->carry, "\xff\xfe", 2) == 0;
    t->big = size == 2 && memcmp(t->carry, "\xfe\xff", 2) == 0;
    if (!little && !t->big && encoding != SYNGAN_ENCODING_UTF16)
        return SYNGAN_OK;
    if (little || t->big) t->n_carry = 0;
    *utf8 = true;
    t->raw = sg_alloc(context, RAW + sizeof t->carry);
    return t->raw != NULL ? SYNGAN_OK : sg_fail_memory(context, name, RAW);
}

void sg_csv_text_stop(sg_csv_text *text) {
    if (text->context != NULL) sg_free(text->context, text->raw);
    *text = (sg_csv_text){0};
}

static uint32_t unit_at(const sg_csv_text *t, const unsigned char *at) {
    return t->big ? (uint32_t)at[0] << 8 | at[1] : (uint32_t)at[1] << 8 | at[0];
}

static size_t put_utf8(uint32_t code, char *to) {
    if (code < 0x80) {
        to[0] = (char)code;
        return 1;
    }
    size_t more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned char heads[] = {0, 0xc0, 0xe0, 0xf0};
    to[0] = (char)(heads[more] | code >> (6 * more));
    for (size_t i = 1; i <= more; i++)
        to[i] = (char)(0x80 | (code >> (6 * (more - i)) & 0x3f));
    return more + 1;
}

/* The character at `at`; its bytes, or 0: more are needed. A half of a pair
 * that stands alone is 0xd800 and so on. */
static size_t character(const sg_csv_text *t, const unsigned char *at,
                        size_t left, uint32_t *code) {
    if (left < 2) return 0;
    *code = unit_at(t, at);
    if (*code < 0xd800 || *code > 0xdbff) return 2;
    if (left < 4) return 0;
    uint32_t low = unit_at(t, at + 2);
    if (low < 0xdc00 || low > 0xdfff) return 2;
    *code = 0x10000 + ((*code - 0xd800) << 10) + (low - 0xdc00);
    return 4;
}

static syngan_status fail_half(const sg_csv_text *t, const char *what) {
    return sg_fail(t->context, SYNGAN_E_FORMAT,
                   "%s: byte %lld: %s, which is not UTF-16", t->name,
                   (long long)t->position, what);
}

static syngan_status convert(sg_csv_text *t, size_t n, bool ended, char *block,
                             size_t *size) {
    const unsigned char *raw = (const unsigned char *)t->raw;
    size_t at = 0, step;
    uint32_t code = 0;
    *size = 0;
    while (at < n && (step = character(t, raw + at, n - at, &code)) > 0) {
        if (code >= 0xd800 && code <= 0xdfff) {
            if (!t->replace) return fail_half(t, "half of a character");
            code = 0xfffd;
        }
        *size += put_utf8(code, block + *size);
        at += step;
        t->position += (int64_t)step;
    }
    t->n_carry = n - at;
    memcpy(t->carry, raw + at, t->n_carry);
    if (t->n_carry == 0 || !ended) return SYNGAN_OK;
    if (!t->replace) return fail_half(t, "the file ends in a character");
    *size += put_utf8(0xfffd, block + *size);
    t->n_carry = 0;
    return SYNGAN_OK;
}

syngan_status sg_csv_text_some(sg_csv_text *text, char *block, size_t *size) {
    sg_csv_text *t = text;
    size_t carried = t->n_carry, got;
    char *to = t->raw != NULL ? t->raw : block;
    size_t most = t->raw != NULL ? RAW : SG_CSV_BLOCK;
    memcpy(to, t->carry, carried);
    t->n_carry = 0;
    SG_TRY(fill(t, to + carried, most - carried, &got));
    *size = carried + got;
    if (t->raw == NULL) return SYNGAN_OK;
    return convert(t, *size, got == 0, block, size);
}
