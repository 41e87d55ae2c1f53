/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fits under a limit on memory: each limit gives what no limit gives, bit for
 * bit, or is refused before anything is trained, with a limit that is enough.
 */
#include <stdbool.h>
#include <stdio.h>
#include <syngan/synthesizer.h>

#include "support/folder.h"
#include "support/memory_stream.h"
#include "support/test.h"

#define ROWS 1500
#define SMALL .batch = 50, .pac = 5, .noise = 8, .width = 16, .depth = 1

typedef struct fit_case {
    bool from_file; /* in pieces; else a table */
    syngan_synthesizer_options options;
    uint64_t step, last; /* of the limits */
} fit_case;

static folder files;
static char path[FOLDER_PATH_MAX];
static bool has_trained;

static int make_file(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table = NULL;
    folder_make(&files);
    folder_file(&files, "a.csv", path);
    assert_ok(context, syngan_table_transactions(context, ROWS, 1, &table));
    assert_ok(context, syngan_table_write_csv(table, path, NULL));
    syngan_table_free(table);
    syngan_context_free(context);
    return 0;
}

static int remove_file(void **state) {
    (void)state;
    folder_remove(&files);
    return 0;
}

static syngan_status note_training(const syngan_fit_progress *progress,
                                   void *user) {
    (void)user;
    has_trained = has_trained || progress->phase == 1;
    return SYNGAN_OK;
}

/* *read: whether the table was, which is not a fit's affair. */
static syngan_status fit(const fit_case *f, uint64_t limit, memory_stream *out,
                         char *sentence, bool *read) {
    syngan_context *context = NULL;
    syngan_synthesizer *s = NULL;
    syngan_table *table = NULL;
    const char *isa = getenv("SYNGAN_TEST_ISA");
    assert_int_equal(syngan_context_create(
                         SYNGAN_CONTEXT(.threads = 1, .memory_limit = limit,
                                        .isa = isa ? atoi(isa) : 0),
                         &context),
                     SYNGAN_OK);
    syngan_synthesizer_options options = f->options;
    options.scratch = files.path;
    options.progress = note_training;
    has_trained = false;
    syngan_status status =
        f->from_file
            ? syngan_synthesizer_fit_csv(context, path, NULL, &options, &s)
            : syngan_table_read_csv(context, path, NULL, &table);
    *read = f->from_file || status == SYNGAN_OK;
    if (table != NULL) status = syngan_synthesizer_fit(table, &options, &s);
    snprintf(sentence, 1000, "%s", syngan_context_last_error(context));
    if (status == SYNGAN_OK) {
        memory_stream_init(out, NULL, 0);
        /* What saving takes is not limited here. */
        status =
            syngan_synthesizer_save_stream(s, &out->hooks, SYNGAN_SAVE_ALL);
        if (status == SYNGAN_E_MEMORY) memory_stream_end(out);
        if (status == SYNGAN_E_MEMORY) status = SYNGAN_E_USER;
    }
    syngan_synthesizer_free(s);
    syngan_table_free(table);
    syngan_context_free(context);
    return status;
}

/* The bytes that a sentence says are enough. */
static uint64_t enough(const char *sentence) {
    static const char before[] = "a limit of ";
    const char *at = strstr(sentence, "would be enough"), *found = NULL;
    for (const char *p = sentence; at != NULL && (p = strstr(p, before)); p++)
        if (p < at) found = p;
    if (found == NULL) fail_msg("no limit in: %s", sentence);
    return (uint64_t)(atof(found + strlen(before)) * 1e6);
}

static void assert_equal_files(memory_stream *a, const memory_stream *b) {
    assert_int_equal(a->size, b->size);
    assert_memory_equal(a->data, b->data, b->size);
    memory_stream_end(a);
}

/* A limit that was said to be enough is, if need be after another sentence: of
 * preparing first, then of training. */
static void assert_enough(const fit_case *f, uint64_t limit,
                          const memory_stream *wanted) {
    char sentence[1000];
    memory_stream have;
    bool read;
    syngan_status status = fit(f, limit, &have, sentence, &read);
    if (status == SYNGAN_E_MEMORY)
        status = fit(f, enough(sentence), &have, sentence, &read);
    if (status != SYNGAN_OK) fail_msg("%d: %s", status, sentence);
    assert_equal_files(&have, wanted);
}

static void sweep(const fit_case *f) {
    char sentence[1000];
    memory_stream wanted, have;
    bool read;
    uint64_t said = 0;
    int refused = 0, done = 0;
    assert_int_equal(fit(f, 0, &wanted, sentence, &read), SYNGAN_OK);
    for (uint64_t limit = 50000; limit <= f->last; limit += f->step) {
        syngan_status status = fit(f, limit, &have, sentence, &read);
        if (status == SYNGAN_OK) {
            assert_equal_files(&have, &wanted);
            done++;
        } else if (status != SYNGAN_E_USER && read) {
            assert_int_equal(status, SYNGAN_E_MEMORY);
            if (has_trained)
                fail_msg("limit %llu, after training: %s",
                         (unsigned long long)limit, sentence);
            if (enough(sentence) != said)
                assert_enough(f, said = enough(sentence), &wanted);
            refused++;
        }
    }
    assert_true(refused >= 2);
    assert_true(done >= 2);
    memory_stream_end(&wanted);
}

#define OPTIONS(...)                                                           \
    { SYNGAN_SYNTHESIZER_DEFAULTS, __VA_ARGS__ }

static void files_in_pieces(void **state) {
    (void)state;
    sweep(&(fit_case){true,
                      OPTIONS(SMALL, .epochs = 1, .max_choices = 8,
                              .max_modes = 2, .sample_rows = 500),
                      300000, 4000000});
}

/* All rows are in the survey's sample, and columns are wider. */
static void files_in_pieces_of_the_usual_kind(void **state) {
    (void)state;
    sweep(&(fit_case){true, OPTIONS(SMALL, .epochs = 1), 800000, 6000000});
}

static void tables(void **state) {
    (void)state;
    sweep(&(fit_case){false, OPTIONS(SMALL, .epochs = 1), 500000, 4500000});
}

static void baskets(void **state) {
    (void)state;
    sweep(&(fit_case){false,
                      OPTIONS(.batch = 50, .noise = 8, .width = 16, .depth = 1,
                              .epochs = 1, .rows = SYNGAN_ROWS_BASKETS,
                              .key = "card", .item = "merchant"),
                      500000, 3600000});
}

static void sequences(void **state) {
    (void)state;
    sweep(&(fit_case){false,
                      OPTIONS(SMALL, .epochs = 1, .rows = SYNGAN_ROWS_SEQUENCES,
                              .key = "card", .order = "time"),
                      900000, 7500000});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_in_pieces),
        cmocka_unit_test(files_in_pieces_of_the_usual_kind),
        cmocka_unit_test(tables),
        cmocka_unit_test(baskets),
        cmocka_unit_test(sequences),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
