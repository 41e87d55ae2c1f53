/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a saved synthesizer tells of the ends of its columns: of values that
 * only few rows have nothing is in the file, as text or as a number; those of
 * several rows are bounds.
 */
#include <stdbool.h>
#include <stdio.h>
#include <syngan/synthesizer.h>

#include "support/memory_stream.h"
#include "support/test.h"

enum { ROWS = 400, FEW = 4, MANY = 5 };

/* Ends that `count` rows have each. */
typedef struct ends {
    int64_t whole[2], time[2];
    double real[2];
} ends;

static const ends rare = {.whole = {-7351919, 8264711},
                          .time = {1000000123456789, 1900000987654321},
                          .real = {-83647.1359, 91827.5843}};

static syngan_table *make_table(syngan_context *context, int count) {
    static int64_t whole[ROWS], time[ROWS];
    static double real[ROWS];
    syngan_table *table = NULL;
    for (int i = 0; i < ROWS; i++) {
        whole[i] = i * 7919 % 5003 - 2000;
        real[i] = (double)(i * 104729 % 700001) / 1e4 - 30.0;
        time[i] = 1500000000000000 + (int64_t)i * 7777777 * 1009 % 86400000000;
    }
    for (int i = 0; i < 2 * count; i++) {
        int end = i < count ? 0 : 1, row = 11 + 17 * i;
        whole[row] = rare.whole[end];
        real[row] = rare.real[end];
        time[row] = rare.time[end];
    }
    assert_ok(context, syngan_table_create(context, ROWS, &table));
    assert_ok(context, syngan_table_add_integers(table, "whole", whole));
    assert_ok(context, syngan_table_add_reals(table, "real", real));
    assert_ok(context, syngan_table_add_times(table, "time", time, NULL));
    return table;
}

static bool contains(const memory_stream *file, const void *what, size_t size) {
    return memmem(file->data, file->size, what, size) != NULL;
}

static bool has_whole(const memory_stream *file, int64_t value) {
    char text[32];
    double as_double = (double)value;
    float as_float = (float)value;
    int n = snprintf(text, sizeof text, "%lld", (long long)value);
    return contains(file, text, (size_t)n) ||
           contains(file, &value, sizeof value) ||
           contains(file, &as_double, sizeof as_double) ||
           contains(file, &as_float, sizeof as_float);
}

static bool has_real(const memory_stream *file, double value) {
    char text[32];
    float as_float = (float)value;
    int n = snprintf(text, sizeof text, "%.10g", value);
    return contains(file, text, (size_t)n) ||
           contains(file, &value, sizeof value) ||
           contains(file, &as_float, sizeof as_float);
}

/* Whether the ends of `count` rows each are in the file. */
static void check(int count, int32_t what, bool there) {
    syngan_context *context = test_context(1);
    syngan_table *table = make_table(context, count);
    syngan_synthesizer *s = NULL;
    memory_stream file;
    assert_ok(context,
              syngan_synthesizer_fit(
                  table,
                  SYNGAN_SYNTHESIZER(.batch = 20, .pac = 5, .noise = 4,
                                     .width = 8, .depth = 1, .epochs = 1),
                  &s));
    memory_stream_init(&file, NULL, 0);
    assert_ok(context, syngan_synthesizer_save_stream(s, &file.hooks, what));
    for (int end = 0; end < 2; end++) {
        assert_int_equal(has_whole(&file, rare.whole[end]), there);
        assert_int_equal(has_whole(&file, rare.time[end]), there);
        assert_int_equal(has_real(&file, rare.real[end]), there);
    }
    memory_stream_end(&file);
    syngan_synthesizer_free(s);
    syngan_table_free(table);
    syngan_context_free(context);
}

static void test_few(void **state) {
    (void)state;
    for (int count = 1; count <= FEW; count++) {
        check(count, SYNGAN_SAVE_SAMPLING, false);
        check(count, SYNGAN_SAVE_ALL, false);
    }
}

static void test_many(void **state) {
    (void)state;
    check(MANY, SYNGAN_SAVE_SAMPLING, true);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_few),
        cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
