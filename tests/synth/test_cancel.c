/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fit that a cancel ends while it measures the quality of an epoch, and that
 * then goes on, ends as one that was never stopped. Sampling sees a cancel
 * within its batches, whatever the rows are and wherever they go.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <syngan/synthesizer.h>

#include <unistd.h>

#include "base/thread.h"
#include "support/folder.h"
#include "support/memory_stream.h"
#include "support/rows.h"
#include "support/test.h"

enum { ROWS = 1280, EPOCHS = 3, LAST = 60 };

/* An allocator that cancels in its call number `at` after the columns have been
 * prepared. */
typedef struct trap {
    syngan_context *context;
    long calls, at; /* at 0: never */
    bool armed;
} trap;

static void *allocate(size_t size, size_t alignment, void *user) {
    trap *t = user;
    if (t->armed && ++t->calls == t->at) syngan_context_cancel(t->context);
    return aligned_alloc(alignment,
                         (size + alignment - 1) / alignment * alignment);
}

static void release(void *pointer, size_t size, void *user) {
    (void)size, (void)user;
    free(pointer);
}

static syngan_status arm(const syngan_fit_progress *progress, void *user) {
    if (progress->phase == 0 && progress->done == progress->total)
        ((trap *)user)->armed = true;
    return SYNGAN_OK;
}

static syngan_table *make_table(syngan_context *context) {
    static int64_t whole[ROWS];
    static double real[ROWS];
    syngan_table *table;
    for (int i = 0; i < ROWS; i++) {
        whole[i] = i * 37 % 41;
        real[i] = 0.25 * (i * 29 % 171) + (double)whole[i];
    }
    assert_ok(context, syngan_table_create(context, ROWS, &table));
    assert_ok(context, syngan_table_add_integers(table, "whole", whole));
    assert_ok(context, syngan_table_add_reals(table, "real", real));
    return table;
}

/* What is saved in the end, of a fit that is cancelled at allocation `at`, and
 * goes on: in this process, or `saved` and loaded. */
static memory_stream fit(long at, bool saved, long *calls, bool *cancelled) {
    trap t = {.at = at};
    const syngan_allocator hooks = {.struct_size = sizeof hooks,
                                    .allocate = allocate,
                                    .release = release,
                                    .user = &t};
    assert_int_equal(
        syngan_context_create(SYNGAN_CONTEXT(.threads = 1, .allocator = &hooks),
                              &t.context),
        SYNGAN_OK);
    syngan_table *table = make_table(t.context);
    syngan_synthesizer *s;
    memory_stream file;
    syngan_status status = syngan_synthesizer_fit(
        table,
        SYNGAN_SYNTHESIZER(.batch = 20, .pac = 5, .noise = 8, .width = 16,
                           .epochs = EPOCHS, .progress = arm,
                           .progress_user = &t),
        &s);
    *calls = t.calls;
    *cancelled = status == SYNGAN_E_CANCELLED && s != NULL;
    syngan_context_cancel_reset(t.context);
    if (*cancelled && saved) {
        memory_stream_init(&file, NULL, 0);
        assert_ok(t.context, syngan_synthesizer_save_stream(s, &file.hooks,
                                                            SYNGAN_SAVE_ALL));
        syngan_synthesizer_free(s);
        assert_ok(t.context,
                  syngan_synthesizer_load_stream(t.context, &file.hooks, &s));
        memory_stream_end(&file);
    }
    memory_stream_init(&file, NULL, 0);
    if (s != NULL) {
        assert_ok(t.context, syngan_synthesizer_continue(s, table, EPOCHS));
        assert_ok(t.context, syngan_synthesizer_save_stream(s, &file.hooks,
                                                            SYNGAN_SAVE_ALL));
    }
    syngan_synthesizer_free(s);
    syngan_table_free(table);
    syngan_context_free(t.context);
    return file;
}

/* After the networks have been made, only measuring allocates. */
static void test_measuring(void **state) {
    (void)state;
    long all, calls;
    int cancelled = 0;
    bool was;
    memory_stream want = fit(0, false, &all, &was);
    assert_false(was);
    for (long at = all - LAST; at <= all; at++) {
        memory_stream got = fit(at, at % 2 == 0, &calls, &was);
        cancelled += was;
        if (was) {
            assert_int_equal(got.size, want.size);
            assert_memory_equal(got.data, want.data, want.size);
        }
        memory_stream_end(&got);
    }
    assert_true(cancelled > LAST / 3);
    memory_stream_end(&want);
}

/* ---- sampling ----------------------------------------------------------- */

/* A busy machine takes its time. */
#define SECONDS_MOST 20.0

#define TINY                                                                   \
    .epochs = 1, .batch = 20, .pac = 5, .noise = 8, .width = 16, .depth = 1

static void *cancel_later(void *user) {
    usleep(200000);
    syngan_context_cancel(user);
    return NULL;
}

static syngan_status drop_piece(const syngan_table *piece, void *user) {
    (void)piece;
    ++*(int *)user;
    return SYNGAN_OK;
}

static syngan_status cancel_at_piece(const syngan_table *piece, void *user) {
    (void)piece;
    syngan_context_cancel(user);
    return SYNGAN_OK;
}

enum { SAMPLE, STREAM, CSV, WAYS };

static syngan_status make(syngan_synthesizer *s, int way, int64_t rows,
                          const char *path) {
    syngan_table *table = NULL;
    int pieces = 0;
    syngan_status status =
        way == SAMPLE
            ? syngan_synthesizer_sample(s, rows, 1, NULL, NULL, &table)
        : way == STREAM
            ? syngan_synthesizer_stream(s, rows, 0, 1, NULL, NULL, drop_piece,
                                        &pieces)
            : syngan_synthesizer_write_csv(s, rows, 1, NULL, NULL, path);
    assert_null(table);
    return status;
}

/* From another thread, in the midst of so many rows in one way. */
static void cancel_rows(syngan_context *context, syngan_synthesizer *s, int way,
                        int64_t rows, const char *path) {
    pthread_t thread;
    double start = sg_seconds();
    assert_int_equal(pthread_create(&thread, NULL, cancel_later, context), 0);
    assert_fails(context, make(s, way, rows, path), SYNGAN_E_CANCELLED,
                 "cancelled");
    assert_true(sg_seconds() - start < SECONDS_MOST);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(access(path, F_OK), -1);
    syngan_context_cancel_reset(context);
}

/* `rows`: more than are made before the cancel; `few`: quickly made. */
static void cancel_sampling(syngan_context *context, syngan_synthesizer *s,
                            int64_t rows, int64_t few) {
    char path[FOLDER_PATH_MAX];
    folder files;
    int pieces = 0;
    folder_make(&files);
    folder_file(&files, "made.csv", path);
    for (int way = 0; way < WAYS; way++) {
        cancel_rows(context, s, way, rows, path);
        /* A cancel that was there before is not lost. */
        syngan_context_cancel(context);
        assert_fails(context, make(s, way, few, path), SYNGAN_E_CANCELLED,
                     "cancelled");
        syngan_context_cancel_reset(context);
    }
    assert_fails(context,
                 syngan_synthesizer_stream(s, 4 * few, few, 1, NULL, NULL,
                                           cancel_at_piece, context),
                 SYNGAN_E_CANCELLED, "cancelled");
    syngan_context_cancel_reset(context);
    assert_ok(context, syngan_synthesizer_stream(s, 2 * few, few, 1, NULL, NULL,
                                                 drop_piece, &pieces));
    assert_int_equal(pieces, 2);
    folder_remove(&files);
    syngan_synthesizer_free(s);
}

static void test_sampling(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table = make_table(context);
    syngan_synthesizer *s = NULL;
    assert_ok(context,
              syngan_synthesizer_fit(table, SYNGAN_SYNTHESIZER(TINY), &s));
    cancel_sampling(context, s, 5000000, 100);
    syngan_table_free(table);
    assert_ok(context, rows_baskets(context, 40, &table));
    assert_ok(context, syngan_synthesizer_fit(
                           table,
                           SYNGAN_SYNTHESIZER(TINY, .rows = SYNGAN_ROWS_BASKETS,
                                              .key = "purchase"),
                           &s));
    cancel_sampling(context, s, 2000000, 20);
    syngan_table_free(table);
    assert_ok(context, rows_sequences(context, 20, &table));
    assert_ok(context,
              syngan_synthesizer_fit(
                  table,
                  SYNGAN_SYNTHESIZER(TINY, .rows = SYNGAN_ROWS_SEQUENCES,
                                     .key = "person", .order = "time"),
                  &s));
    cancel_sampling(context, s, 100000, 4);
    syngan_table_free(table);
    syngan_context_free(context);
}

/* Four sequences are one block: a cancel between two of its positions ends it.
 * The allocation in the middle is well behind the heads. */
static void test_positions(void **state) {
    (void)state;
    trap t = {.at = 0};
    const syngan_allocator hooks = {.struct_size = sizeof hooks,
                                    .allocate = allocate,
                                    .release = release,
                                    .user = &t};
    assert_int_equal(
        syngan_context_create(SYNGAN_CONTEXT(.threads = 1, .allocator = &hooks),
                              &t.context),
        SYNGAN_OK);
    syngan_table *table = NULL, *made = NULL;
    syngan_synthesizer *s = NULL;
    assert_ok(t.context, rows_sequences(t.context, 20, &table));
    assert_ok(t.context,
              syngan_synthesizer_fit(
                  table,
                  SYNGAN_SYNTHESIZER(TINY, .rows = SYNGAN_ROWS_SEQUENCES,
                                     .key = "person", .order = "time"),
                  &s));
    for (int i = 0; i < 2; i++) { /* the first time makes the programs, too */
        t.armed = true;
        t.calls = 0;
        assert_ok(t.context,
                  syngan_synthesizer_sample(s, 4, 1, NULL, NULL, &made));
        syngan_table_free(made);
    }
    t.at = t.calls / 2;
    t.calls = 0;
    assert_fails(t.context,
                 syngan_synthesizer_sample(s, 4, 1, NULL, NULL, &made),
                 SYNGAN_E_CANCELLED, "cancelled");
    assert_null(made);
    syngan_synthesizer_free(s);
    syngan_table_free(table);
    syngan_context_free(t.context);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_measuring),
                                       cmocka_unit_test(test_sampling),
                                       cmocka_unit_test(test_positions)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
