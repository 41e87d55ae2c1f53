/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nearest neighbours of all rows of one table in another, and a whole
 * evaluation, on made-up tables of 12 numbers and 9 categories.
 *
 *     bench_neighbours [ROWS]
 */
#include <stdio.h>
#include <stdlib.h>
#include <syngan.h>

#include "base/random.h"
#include "base/thread.h"
#include "eval/nearest.h"

#define NUMBERS 12
#define CATEGORIES 9
#define VALUES 11

static syngan_context *context;

static void check(syngan_status status) {
    if (status == SYNGAN_OK) return;
    fprintf(stderr, "%s\n", syngan_context_last_error(context));
    exit(1);
}

static void add_column(syngan_table *table, uint64_t seed, uint32_t column,
                       int64_t rows) {
    static const char *const texts[VALUES] = {"a", "b", "c", "d", "e", "f",
                                              "g", "h", "i", "j", "k"};
    const sg_random random = {.seed = seed, .stream = column};
    char name[16];
    float *u = malloc((size_t)rows * sizeof *u);
    double *numbers = malloc((size_t)rows * sizeof *numbers);
    const char **values = malloc((size_t)rows * sizeof *values);
    snprintf(name, sizeof name, "c%u", column);
    sg_random_uniform(&random, 0, (size_t)rows, u);
    for (int64_t i = 0; i < rows; i++) {
        numbers[i] = (double)u[i];
        values[i] = texts[(int)(u[i] * u[i] * VALUES)];
    }
    check(column < NUMBERS ? syngan_table_add_reals(table, name, numbers)
                           : syngan_table_add_texts(
                                 table, name, SYNGAN_COLUMN_CATEGORY, values));
    free(u);
    free(numbers);
    free(values);
}

static syngan_table *make(uint64_t seed, int64_t rows) {
    syngan_table *table;
    check(syngan_table_create(context, rows, &table));
    for (uint32_t c = 0; c < NUMBERS + CATEGORIES; c++)
        add_column(table, seed, c, rows);
    return table;
}

static void search(const syngan_table *real, const syngan_table *synthetic) {
    syngan_report *report;
    sg_match match;
    sg_features features;
    sg_coded coded[2];
    const sg_features_options options = {
        .without = -1, .most = 64, .marks_missing = true};
    check(sg_report_make(context, sg_measures, &report));
    check(sg_match_make((const syngan_table *const[SG_SIDES]){real, synthetic},
                        -1, report, &match));
    check(sg_features_make(&match, &options, &features));
    int64_t rows = match.rows[0];
    int64_t *all = malloc((size_t)rows * sizeof *all);
    for (int64_t i = 0; i < rows; i++)
        all[i] = i;
    for (int side = 0; side < 2; side++)
        check(sg_features_code(&features, side, NULL, all, rows, &coded[side]));
    sg_neighbours *found = malloc((size_t)rows * sizeof *found);
    double start = sg_seconds();
    check(sg_nearest(&features, &coded[1], &coded[0], found));
    double seconds = sg_seconds() - start;
    double work = 2.0 * (double)rows * (double)rows * features.width;
    printf("neighbours  %lld x %lld rows, %d wide: %.2f s, %.0f GF/s\n",
           (long long)rows, (long long)rows, features.width, seconds,
           work / seconds / 1e9);
    sg_coded_end(context, &coded[0]);
    sg_coded_end(context, &coded[1]);
    sg_features_end(&features);
    sg_match_end(&match);
    syngan_report_free(report);
    free(found);
    free(all);
}

static syngan_status tell(const char *stage, double done, void *user) {
    double *start = user;
    printf("%8.2f s  %s, %.0f %%\n", sg_seconds() - *start, stage, 100 * done);
    return SYNGAN_OK;
}

int main(int count, char **arguments) {
    int64_t rows = count > 1 ? atoll(arguments[1]) : 50000;
    if (rows < 1 || syngan_context_create(NULL, &context) != SYNGAN_OK)
        return 1;
    syngan_table *real = make(1, rows), *synthetic = make(2, rows);
    syngan_table *holdout = make(3, rows);
    syngan_report *report;
    search(real, synthetic);
    double start = sg_seconds();
    check(syngan_table_evaluate(
        real, synthetic,
        SYNGAN_EVALUATE(.holdout = holdout, .target = "c12", .progress = tell,
                        .progress_user = &start),
        &report));
    syngan_report_free(report);
    syngan_table_free(real);
    syngan_table_free(synthetic);
    syngan_table_free(holdout);
    syngan_context_free(context);
    return 0;
}
