/* SPDX-License-Identifier: Apache-2.0 */
/*
 * On which line a record begins, whatever ends lines and wherever the file is
 * cut into chunks.
 */
#include <stdio.h>
#include <syngan/table.h>

#include "support/memory_stream.h"
#include "support/test.h"
#include "table/csv_records.h"

enum { MOST = 16, BLOCK = 65536 };

typedef struct lines {
    int64_t line[MOST];
    int count;
} lines;

static syngan_status take_cell(void *user, const char *text, size_t size) {
    (void)user, (void)text, (void)size;
    return SYNGAN_OK;
}

static syngan_status take_end(void *user, int64_t line) {
    lines *l = user;
    assert_true(l->count < MOST);
    l->line[l->count++] = line;
    return SYNGAN_OK;
}

/* Texts with the lines on which their records begin, 0 behind the last. */
static const struct sample {
    const char *text;
    int64_t line[MOST];
} samples[] = {
    {"a\nb\nc", {1, 2, 3}},
    {"a\rb\rc\r", {1, 2, 3}},
    {"a\r\nb\r\nc\r\n", {1, 2, 3}},
    {"a\rb\r\nc\nd\r\re", {1, 2, 3, 4, 6}},
    {"\r\n\na\r\r\nb\n\rc", {3, 5, 7}},
    {"\"x\ry\",1\rb,2\r", {1, 3}},
    {"\"x\r\ny\",1\r\nb,2\r\n", {1, 3}},
    {"\"x\ny\r\",1\rb,2\n\"\r\",3\r\rz", {1, 4, 5, 8}},
    {"a,\"\r\r\n\n\"\rb\nc", {1, 5, 6}},
};

static void put(sg_csv_records *records, const char *text, size_t size) {
    if (size > 0)
        assert_int_equal(sg_csv_records_put(records, text, size), SYNGAN_OK);
}

/* In two chunks, the first of which ends at `cut`; -1: each byte alone. */
static void check_cut(syngan_context *context, const struct sample *sample,
                      int cut) {
    lines l = {.count = 0};
    const sg_csv_sink sink = {.name = "text",
                              .separator = ',',
                              .quote = '"',
                              .first_line = 1,
                              .encoding = SYNGAN_ENCODING_UTF8,
                              .cell = take_cell,
                              .end = take_end,
                              .user = &l};
    sg_csv_records *records = NULL;
    size_t size = strlen(sample->text);
    assert_ok(context, sg_csv_records_open(context, &sink, &records));
    if (cut >= 0) {
        put(records, sample->text, (size_t)cut);
        put(records, sample->text + cut, size - (size_t)cut);
    }
    for (size_t i = 0; cut < 0 && i < size; i++)
        put(records, sample->text + i, 1);
    assert_ok(context, sg_csv_records_finish(records));
    sg_csv_records_close(records);
    for (int i = 0; i < l.count; i++)
        assert_int_equal(l.line[i], sample->line[i]);
    assert_int_equal(sample->line[l.count], 0);
}

static void test_records(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        for (int cut = -1; cut <= (int)strlen(samples[i].text); cut++)
            check_cut(context, &samples[i], cut);
    syngan_context_free(context);
}

/* A file whose blocks of reading end `shift` bytes behind a line's end, with a
 * record that is too short behind. Returns that one's line. */
static int64_t write_long(char *text, const char *end, int shift, bool quoted,
                          bool marked, size_t *size) {
    size_t at = 0;
    int64_t line = 1;
    if (marked) at += (size_t)sprintf(text, "\xef\xbb\xbf");
    at += (size_t)sprintf(text + at, "a,b%s", end);
    for (; at + 64 < BLOCK; line++)
        at += (size_t)sprintf(text + at, "%lld,x%s", (long long)line, end);
    /* This record's end, or the one in its cell, is at the block's end. */
    size_t pad = (size_t)(BLOCK - shift) - at - (quoted ? 3 : 2);
    at += (size_t)sprintf(text + at, "%0*d,", (int)pad, 7);
    at += (size_t)sprintf(text + at, quoted ? "\"x%sy\"%s" : "x%s%s", end,
                          quoted ? end : "");
    line += quoted ? 2 : 1;
    at += (size_t)sprintf(text + at, "1,y%s2,y%s3", end, end);
    *size = at;
    return line + 3;
}

static void test_blocks(void **state) {
    (void)state;
    static const char *const ends[] = {"\r", "\n", "\r\n"};
    static char text[BLOCK + 256];
    syngan_context *context = test_context(1);
    for (int i = 0; i < 3 * 5 * 4; i++) {
        syngan_table *table = NULL;
        memory_stream stream;
        char where[32];
        size_t size;
        int64_t line = write_long(text, ends[i % 3], i / 3 % 5 - 1,
                                  i / 15 % 2 != 0, i / 30 != 0, &size);
        snprintf(where, sizeof where, "line %lld:", (long long)line);
        memory_stream_init(&stream, text, size);
        assert_fails(
            context,
            syngan_table_read_csv_stream(context, &stream.hooks, NULL, &table),
            SYNGAN_E_FORMAT, where);
        memory_stream_end(&stream);
    }
    syngan_context_free(context);
}

int main(void) {
#ifndef SYNGAN_HAVE_CSV
    return 77;
#endif
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
