/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Learning from files that pass by in pieces: as from the table, bit for bit,
 * in memory or not; and what is refused.
 */
#include <errno.h>
#include <stdio.h>
#include <syngan/synthesizer.h>

#include "support/fault.h"
#include "support/folder.h"
#include "support/memory_stream.h"
#include "support/tables.h"
#include "support/test.h"

#define TINY .batch = 20, .pac = 5, .noise = 8, .width = 16, .seed = 7

static folder files;
static char path[FOLDER_PATH_MAX];

static int make_folder(void **state) {
    (void)state;
    folder_make(&files);
    folder_file(&files, "a.csv", path);
    return 0;
}

static int remove_folder(void **state) {
    (void)state;
    folder_remove(&files);
    return 0;
}

static void write_transactions(int64_t rows) {
    syngan_context *context = test_context(2);
    syngan_table *table = NULL;
    assert_ok(context, syngan_table_transactions(context, rows, 1, &table));
    assert_ok(context, syngan_table_write_csv(table, path, NULL));
    syngan_table_free(table);
    syngan_context_free(context);
}

static memory_stream saved(syngan_context *context,
                           const syngan_synthesizer *synthesizer) {
    memory_stream stream;
    memory_stream_init(&stream, NULL, 0);
    assert_ok(context, syngan_synthesizer_save_stream(
                           synthesizer, &stream.hooks, SYNGAN_SAVE_ALL));
    return stream;
}

/* Fits to the table and to the file; both give the same file. */
static void compare(const syngan_csv_options *csv,
                    const syngan_synthesizer_options *options) {
    syngan_context *context = test_context(2);
    syngan_table *table = NULL;
    syngan_synthesizer *a = NULL, *b = NULL;
    assert_ok(context, syngan_table_read_csv(context, path, csv, &table));
    assert_ok(context, syngan_synthesizer_fit(table, options, &a));
    assert_ok(context,
              syngan_synthesizer_fit_csv(context, path, csv, options, &b));
    memory_stream of_a = saved(context, a), of_b = saved(context, b);
    assert_int_equal(of_a.size, of_b.size);
    assert_memory_equal(of_a.data, of_b.data, of_a.size);
    /* It is the same table, with which training may go on. */
    int64_t epochs = syngan_synthesizer_epochs(b);
    assert_ok(context, syngan_synthesizer_continue(b, table, epochs + 1));
    memory_stream_end(&of_a);
    memory_stream_end(&of_b);
    syngan_synthesizer_free(a);
    syngan_synthesizer_free(b);
    syngan_table_free(table);
    syngan_context_free(context);
}

#define SCHEMA                                                                 \
    "{\"columns\":[{\"name\":\"card\",\"type\":\"identifier\"}],"              \
    "\"constraints\":[{\"kind\":\"fixed\",\"columns\":[\"city\","              \
    "\"contactless\"]},{\"kind\":\"greater\",\"low\":\"amount\","              \
    "\"high\":\"balance\"}]}"

static void files_are_tables(void **state) {
    (void)state;
    write_transactions(700);
    compare(NULL, SYNGAN_SYNTHESIZER(TINY, .epochs = 2));
    compare(SYNGAN_CSV(.schema = SCHEMA),
            SYNGAN_SYNTHESIZER(TINY, .epochs = 2,
                               .recipe = SYNGAN_TABLE_RECIPE_CTGAN));
    compare(SYNGAN_CSV(.max_rows = 3), SYNGAN_SYNTHESIZER(TINY, .epochs = 1));
}

/* A file of more than one piece. */
static void large_files_are_tables(void **state) {
    (void)state;
    write_transactions(20001); /* of 16384 rows each */
    compare(NULL, SYNGAN_SYNTHESIZER(.batch = 500, .noise = 8, .width = 16,
                                     .epochs = 1));
}

/* ---- the temporary file ------------------------------------------------- */

static syngan_status fit_limited(uint64_t limit, const char *scratch,
                                 memory_stream *out, char *sentence) {
    syngan_context *context = NULL;
    syngan_synthesizer *synthesizer = NULL;
    assert_int_equal(
        syngan_context_create(
            SYNGAN_CONTEXT(.threads = 2, .memory_limit = limit), &context),
        SYNGAN_OK);
    syngan_status status = syngan_synthesizer_fit_csv(
        context, path, NULL,
        SYNGAN_SYNTHESIZER(.batch = 100, .pac = 5, .noise = 8, .width = 16,
                           .depth = 1, .epochs = 1, .max_choices = 8,
                           .max_modes = 2, .sample_rows = 1000,
                           .scratch = scratch),
        &synthesizer);
    snprintf(sentence, 1000, "%s", syngan_context_last_error(context));
    if (status == SYNGAN_OK) *out = saved(context, synthesizer);
    syngan_synthesizer_free(synthesizer);
    syngan_context_free(context);
    return status;
}

static void large_files_go_to_disk(void **state) {
    (void)state;
    char text[1000];
    memory_stream a, b;
    const uint64_t limit = 10500000; /* encoded rows: 9.6 MB */
    write_transactions(150000);
    /* Without a limit all lies in memory, and no folder is needed. */
    assert_int_equal(fit_limited(0, "/nonexistent", &a, text), SYNGAN_OK);
    syngan_status status = fit_limited(limit, "/nonexistent", &b, text);
    if (status != SYNGAN_E_IO) fail_msg("%d: %s", status, text);
    assert_non_null(strstr(text, "/nonexistent: making a temporary file of"));
    if (fit_limited(limit, files.path, &b, text) != SYNGAN_OK)
        fail_msg("%s", text);
    assert_int_equal(a.size, b.size);
    assert_memory_equal(a.data, b.data, a.size);
    assert_int_equal(folder_count(&files), 1);
    memory_stream_end(&a);
    memory_stream_end(&b);
}

/* ---- failures ----------------------------------------------------------- */

static syngan_status grow_file(const syngan_fit_progress *progress,
                               void *user) {
    FILE *file = *(int *)user == 0 ? fopen(path, "a") : NULL;
    (void)progress;
    if (file != NULL) {
        fputs("1,2\n", file);
        fclose(file);
    }
    *(int *)user = 1;
    return SYNGAN_OK;
}

static syngan_status stop(const syngan_fit_progress *progress, void *user) {
    (void)user;
    return progress->phase == 1 ? SYNGAN_E_USER : SYNGAN_OK;
}

static void failures_have_words(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_synthesizer *s = NULL;
    const syngan_synthesizer_options *options =
        SYNGAN_SYNTHESIZER(TINY, .epochs = 2);
    file_write(path, "a,b\n", 4);
    assert_fails(context,
                 syngan_synthesizer_fit_csv(context, path, NULL, options, &s),
                 SYNGAN_E_ARGUMENT, "a.csv: has no rows to learn from");
    assert_null(s);
    file_write(path, "", 0);
    assert_fails(context,
                 syngan_synthesizer_fit_csv(context, path, NULL, options, &s),
                 SYNGAN_E_FORMAT, "is empty");
    assert_fails(context,
                 syngan_synthesizer_fit_csv(context, path, NULL, options, NULL),
                 SYNGAN_E_ARGUMENT, "`out` is NULL");
    assert_int_equal(syngan_synthesizer_fit_csv(NULL, path, NULL, NULL, &s),
                     SYNGAN_E_ARGUMENT);
    assert_fails(context,
                 syngan_synthesizer_fit_csv(context, "/none", NULL, NULL, &s),
                 SYNGAN_E_IO, "/none");
    int grown = 0;
    file_write(path, "a,b\n1,2\n2,1\n1,1\n", 16);
    assert_fails(context,
                 syngan_synthesizer_fit_csv(
                     context, path, NULL,
                     SYNGAN_SYNTHESIZER(TINY, .progress = grow_file,
                                        .progress_user = &grown),
                     &s),
                 SYNGAN_E_MISMATCH, "has changed while it was read");
    assert_null(s);
    assert_int_equal(
        syngan_synthesizer_fit_csv(
            context, path, NULL,
            SYNGAN_SYNTHESIZER(TINY, .epochs = 9, .progress = stop), &s),
        SYNGAN_E_USER);
    assert_int_equal(syngan_synthesizer_epochs(s), 1);
    syngan_synthesizer_free(s);
    syngan_context_free(context);
}

static syngan_status fit_it(syngan_context *context, void *user) {
    (void)user;
    syngan_synthesizer *synthesizer = NULL;
    syngan_status status = syngan_synthesizer_fit_csv(
        context, path, SYNGAN_CSV(.schema = SCHEMA),
        SYNGAN_SYNTHESIZER(.batch = 10, .pac = 5, .noise = 2, .width = 4,
                           .depth = 1, .epochs = 1, .sample_rows = 30,
                           .scratch = files.path),
        &synthesizer);
    syngan_synthesizer_free(synthesizer);
    return status;
}

static void faults_are_survived(void **state) {
    (void)state;
    write_transactions(60);
    const fault_sweep sweep = {.body = fit_it, .most = 25};
    fault_sweep_memory(&sweep);
    fault_sweep_io(&sweep, EIO);
    assert_int_equal(folder_count(&files), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_tables),
        cmocka_unit_test(large_files_are_tables),
        cmocka_unit_test(large_files_go_to_disk),
        cmocka_unit_test(failures_have_words),
        cmocka_unit_test(faults_are_survived),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
