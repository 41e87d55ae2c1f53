/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading and sampling without memory: each allocation fails, of tables,
 * baskets and sequences, whole, piece by piece and to a file.
 */
#include <stdbool.h>
#include <stdio.h>
#include <syngan/synthesizer.h>

#include "support/fault.h"
#include "support/folder.h"
#include "support/memory_stream.h"
#include "support/rows.h"
#include "support/tables.h"
#include "support/test.h"

#define SMALL .batch = 20, .pac = 5, .noise = 4, .width = 4, .depth = 1
#define TINY .epochs = 1, SMALL

/* Of 60 rows: as many as it takes until quality is measured. */
enum { MEASURED = 22 };

/* Points of failure where another sweep has tried all of the loading. */
enum { SOME = 150 };

typedef struct loading {
    const memory_stream *file;
    const char *where, *path; /* path: of a CSV; NULL: a table */
    int64_t rows;
} loading;

static syngan_status drop_piece(const syngan_table *piece, void *user) {
    (void)piece, (void)user;
    return SYNGAN_OK;
}

static syngan_status load_and_sample(syngan_context *context, void *user) {
    const loading *l = user;
    const syngan_sample_options *options = SYNGAN_SAMPLE(.where = l->where);
    syngan_synthesizer *s = NULL;
    syngan_table *table = NULL;
    memory_stream file;
    memory_stream_init(&file, l->file->data, l->file->size);
    syngan_status status =
        syngan_synthesizer_load_stream(context, &file.hooks, &s);
    memory_stream_end(&file);
    if (status == SYNGAN_OK && l->path != NULL)
        status =
            syngan_synthesizer_write_csv(s, l->rows, 1, options, NULL, l->path);
    else if (status == SYNGAN_OK)
        status =
            syngan_synthesizer_sample(s, l->rows, 1, options, NULL, &table);
    if (status == SYNGAN_OK)
        status = syngan_synthesizer_stream(s, l->rows, 2, 1, options, NULL,
                                           drop_piece, NULL);
    assert_true(status == SYNGAN_OK || table == NULL || l->path == NULL);
    syngan_table_free(table);
    syngan_synthesizer_free(s);
    return status;
}

/* Fits, and saves all of it. */
static void save(const syngan_table *table,
                 const syngan_synthesizer_options *options,
                 syngan_context *context, memory_stream *file) {
    syngan_synthesizer *s = NULL;
    assert_ok(context, syngan_synthesizer_fit(table, options, &s));
    memory_stream_init(file, NULL, 0);
    assert_ok(context,
              syngan_synthesizer_save_stream(s, &file->hooks, SYNGAN_SAVE_ALL));
    syngan_synthesizer_free(s);
}

static void sweep(const memory_stream *file, const char *where, int64_t rows,
                  bool csv) {
    char path[FOLDER_PATH_MAX];
    folder files;
    folder_make(&files);
    loading l = {.file = file,
                 .where = where,
                 .path = csv ? folder_file(&files, "made.csv", path) : NULL,
                 .rows = rows};
    assert_true(fault_sweep_memory(&(fault_sweep){.body = load_and_sample,
                                                  .user = &l,
                                                  .most = csv ? SOME : 0}) >
                100);
    folder_remove(&files);
}

static void test_tables(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table = NULL;
    memory_stream file;
    char text[4096] = "a,b,c,day\n";
    for (int i = 0; i < 60; i++) {
        char row[64];
        snprintf(row, sizeof row, "%d,%c,%d.5,2020-01-%02d\n", i * 7 % 23,
                 "xyz"[i % 3], i * 5 % 11, 1 + i % 28);
        strcat(text, row);
    }
    assert_ok(context,
              tables_read(context, text,
                          SYNGAN_CSV(.schema = "{\"constraints\":[{\"kind\":"
                                               "\"range\",\"column\":\"a\","
                                               "\"low\":0}]}"),
                          &table));
    save(table, SYNGAN_SYNTHESIZER(SMALL, .epochs = MEASURED), context, &file);
    sweep(&file, "b = x and a >= 0", 6, false);
    sweep(&file, NULL, 6, true);
    memory_stream_end(&file);
    syngan_table_free(table);
    syngan_context_free(context);
}

static void test_baskets(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table = NULL;
    memory_stream file;
    assert_ok(context, rows_baskets(context, 20, &table));
    save(table,
         SYNGAN_SYNTHESIZER(TINY, .rows = SYNGAN_ROWS_BASKETS,
                            .key = "purchase", .max_choices = 4),
         context, &file);
    sweep(&file, "item = a", 3, false);
    sweep(&file, NULL, 3, true);
    memory_stream_end(&file);
    syngan_table_free(table);
    syngan_context_free(context);
}

static void test_sequences(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table = NULL;
    memory_stream file;
    assert_ok(context, rows_sequences(context, 16, &table));
    save(table,
         SYNGAN_SYNTHESIZER(TINY, .rows = SYNGAN_ROWS_SEQUENCES,
                            .key = "person", .order = "time"),
         context, &file);
    sweep(&file, "city = Graz", 2, false);
    memory_stream_end(&file);
    syngan_table_free(table);
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_baskets),
        cmocka_unit_test(test_sequences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
