/* SPDX-License-Identifier: Apache-2.0 */
#include "support/wide.h"

#include <stdio.h>
#include <stdlib.h>
#include <syngan/evaluate.h>
#include <syngan/synthesizer.h>

#include "support/folder.h"
#include "support/tables.h"
#include "support/test.h"

/* A number below `limit`, by a row and a column. */
static unsigned draw(int row, int column, unsigned limit) {
    uint64_t x = (uint64_t)row * 0x9e3779b97f4a7c15u + (uint64_t)column;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return (unsigned)((x ^ x >> 31) % limit);
}

static void write_cell(FILE *file, int row, int column) {
    unsigned noise = draw(row, column, 1000);
    unsigned depends = draw(row, -1, 100);
    switch (column % 4) {
    case 0:
        fprintf(file, "%u.%03u", depends, noise);
        return;
    case 1:
        fprintf(file, "kind %u", (depends + noise / 100) % 8);
        return;
    case 2:
        fprintf(file, "%u", depends + noise);
        return;
    default:
        fputs(depends * 10 < noise ? "no" : "yes", file);
    }
}

void wide_write(const char *path, int columns, int rows) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int c = 0; c < columns; c++)
        fprintf(file, "%scolumn %d", c == 0 ? "" : ",", c);
    for (int row = 0; row < rows; row++)
        for (int c = 0; c < columns; c++) {
            fputc(c == 0 ? '\n' : ',', file);
            write_cell(file, row, c);
        }
    fputc('\n', file);
    assert_int_equal(fclose(file), 0);
}

void wide_write_categories(const char *path, int categories, int rows) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("article,amount\n", file);
    for (int row = 0; row < rows; row++) {
        int kind =
            row < categories ? row : (int)draw(row, 0, (unsigned)categories);
        fprintf(file, "article %d,%d.%02u\n", kind, kind % 50,
                draw(row, 1, 100));
    }
    assert_int_equal(fclose(file), 0);
}

static void check_report(syngan_context *context, const syngan_table *real,
                         const syngan_table *made, const char *page) {
    syngan_report *report = NULL;
    double quality = 0;
    assert_ok(context, syngan_table_evaluate(real, made,
                                             SYNGAN_EVALUATE(.max_rows = 2000),
                                             &report));
    assert_ok(context, syngan_report_value(report, "quality.score", &quality));
    assert_true(quality > 0.0 && quality <= 1.0);
    assert_ok(context, syngan_report_write_html(report, page));
    syngan_report_free(report);
}

/* Rows of the saved and loaded model are the same. */
static void check_file(syngan_context *context, syngan_synthesizer *s,
                       const syngan_table *made, const char *path) {
    syngan_synthesizer *loaded = NULL;
    syngan_table *again = NULL;
    assert_ok(context, syngan_synthesizer_save(s, path, SYNGAN_SAVE_SAMPLING));
    assert_ok(context, syngan_synthesizer_load(context, path, &loaded));
    assert_ok(context,
              syngan_synthesizer_sample(loaded, syngan_table_rows(made), 3,
                                        NULL, NULL, &again));
    tables_check_equal(made, again);
    syngan_table_free(again);
    syngan_synthesizer_free(loaded);
}

void wide_run(const char *path, int64_t megabytes) {
    folder files;
    char file[FOLDER_PATH_MAX];
    syngan_context *context = NULL;
    syngan_table *table = NULL, *made = NULL;
    syngan_synthesizer *s = NULL;
    assert_int_equal(
        syngan_context_create(
            SYNGAN_CONTEXT(.seed = 1,
                           .memory_limit = (uint64_t)megabytes << 20),
            &context),
        SYNGAN_OK);
    folder_make(&files);
    assert_ok(context, syngan_table_read_csv(context, path, NULL, &table));
    assert_ok(context, syngan_synthesizer_fit(
                           table, SYNGAN_SYNTHESIZER(.epochs = 1), &s));
    assert_ok(context, syngan_synthesizer_sample(s, syngan_table_rows(table), 3,
                                                 NULL, NULL, &made));
    check_file(context, s, made, folder_file(&files, "model", file));
    check_report(context, table, made, folder_file(&files, "page.html", file));
    syngan_synthesizer_free(s);
    syngan_table_free(made);
    syngan_table_free(table);
    syngan_context_free(context);
    folder_remove(&files);
}
