/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Independent columns: the real table with its columns shuffled one by one.
 * They keep all that single columns hold and nothing of what holds them
 * together, so that a synthetic table that is no better than they are is worth
 * nothing.
 */
#include "base/memory.h"
#include "base/random.h"
#include "base/text.h"
#include "eval/evaluation.h"

/* Rows of them at most, of independent rows. */
#define MOST_ROWS 100000

/* The first `count` places of a permutation of the rows (Fisher and Yates). */
static void shuffle(uint64_t seed, size_t column, int64_t *row, int64_t rows,
                    int64_t count) {
    const sg_random random = {.seed = seed,
                              .step = column,
                              .stream = sg_stream_id("independent columns")};
    for (int64_t i = 0; i < rows; i++)
        row[i] = i;
    for (int64_t i = 0; i < count; i++) {
        int64_t k = i + (int64_t)sg_random_below(&random, (uint64_t)i,
                                                 (uint64_t)(rows - i));
        int64_t other = row[i];
        row[i] = row[k];
        row[k] = other;
    }
}

static syngan_status fill(const syngan_table *real, uint64_t seed, int64_t key,
                          int64_t order, int64_t *row, syngan_table *to) {
    to->key = real->key;
    to->order = real->order;
    if (real->missing_marks != NULL) {
        to->missing_marks = sg_strdup(real->context, real->missing_marks);
        if (to->missing_marks == NULL)
            return sg_fail_memory(real->context, "a table", 1);
    }
    for (size_t c = 0; c < real->n_columns; c++) {
        bool kept = (int64_t)c == key || (int64_t)c == order;
        SG_TRY(sg_check_cancelled(real->context, "evaluate"));
        shuffle(seed, c, row, real->rows, kept ? 0 : to->rows);
        SG_TRY(sg_table_add_selected(to, &real->columns[c], row));
    }
    return SYNGAN_OK;
}

syngan_status sg_independent_make(sg_evaluation *evaluation,
                                  const syngan_table *real, int64_t key,
                                  int64_t order, syngan_table **out) {
    syngan_context *context = real->context;
    bool all = key >= 0 || real->rows <= MOST_ROWS;
    size_t bytes = (size_t)real->rows * sizeof(int64_t);
    int64_t *row = sg_alloc(context, bytes);
    *out = NULL;
    if (row == NULL) return sg_fail_memory(context, "a sample", bytes);
    syngan_status status =
        sg_table_make(context, all ? real->rows : MOST_ROWS, out);
    if (status == SYNGAN_OK)
        status = fill(real, evaluation->seed, key, order, row, *out);
    sg_free(context, row);
    if (!all)
        sg_report_note(evaluation->report,
                       "Independent columns have %d of the %lld real rows, "
                       "drawn by chance",
                       MOST_ROWS, (long long)real->rows);
    return status;
}
