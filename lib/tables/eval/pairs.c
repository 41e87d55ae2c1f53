/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Goes through the pairs of columns and computes their measures.
 */
#include "eval/pairs.h"

#include <math.h>

#include "base/memory.h"
#include "base/random.h"
#include "base/thread.h"

/* Pairs that are compared; of more, so many drawn by chance. */
#define MOST_PAIRS 100000

typedef struct work {
    sg_binned binned;
    sg_pair *pairs;
    int64_t count;
} work;

/* ---- pairs -------------------------------------------------------------- */

static void bin_columns(void *argument, int64_t first, int64_t last) {
    const work *all = argument;
    sg_evaluation *evaluation = all->binned.evaluation;
    for (int64_t c = first; c < last; c++)
        if (!sg_is_cancelled(evaluation->context) &&
            !sg_bin_column(&all->binned, c))
            atomic_store(&evaluation->lacks_memory, true);
}

static void compare_pairs(void *argument, int64_t first, int64_t last) {
    const work *all = argument;
    sg_evaluation *evaluation = all->binned.evaluation;
    for (int64_t i = first; i < last; i++) {
        if (sg_is_cancelled(evaluation->context)) return;
        if (!sg_pair_compare(&all->binned, &all->pairs[i]))
            atomic_store(&evaluation->lacks_memory, true);
    }
}

/* All pairs, or so many by chance (selection sampling) and those of the
 * pictures. */
static syngan_status list_pairs(work *all) {
    sg_evaluation *evaluation = all->binned.evaluation;
    const sg_random random = {.seed = evaluation->seed,
                              .stream = sg_stream_id("evaluate pairs")};
    int32_t n = (int32_t)evaluation->match.count;
    int64_t total = (int64_t)n * (n - 1) / 2, left = total;
    int64_t wanted = total < MOST_PAIRS ? total : MOST_PAIRS;
    int64_t pictured = (int64_t)SG_REPORT_PICTURES * SG_REPORT_PICTURES;
    size_t bytes = (size_t)(wanted + pictured) * sizeof *all->pairs;
    all->pairs = sg_alloc(evaluation->context, bytes);
    if (all->pairs == NULL)
        return sg_fail_memory(evaluation->context, "pairs of columns", bytes);
    for (int32_t a = 0; a < n; a++)
        for (int32_t b = a + 1; b < n; b++, left--) {
            uint64_t index = (uint64_t)(total - left);
            bool draw = total == wanted ||
                        (int64_t)sg_random_below(&random, index,
                                                 (uint64_t)left) < wanted;
            wanted -= draw;
            if (draw || b < SG_REPORT_PICTURES)
                all->pairs[all->count++] = (sg_pair){.a = a,
                                                     .b = b,
                                                     .relation = {NAN, NAN},
                                                     .distance = NAN,
                                                     .drawn = draw};
        }
    if (total > MOST_PAIRS)
        sg_report_note(
            evaluation->report,
            "Column pairs: %d of %lld, drawn by chance, are compared",
            MOST_PAIRS, (long long)total);
    return SYNGAN_OK;
}

static void draw_maps(const work *all) {
    const syngan_report *report = all->binned.evaluation->report;
    int64_t n = (int64_t)report->n_pictures;
    for (int64_t i = 0; i < all->count; i++) {
        const sg_pair *p = &all->pairs[i];
        if (p->b >= n) continue;
        for (int side = 0; side < 2; side++) {
            float relation = (float)p->relation[side];
            report->map[side][p->a * n + p->b] = relation;
            report->map[side][p->b * n + p->a] = relation;
        }
    }
}

static syngan_status add_pairs(const work *all) {
    const sg_evaluation *evaluation = all->binned.evaluation;
    for (int64_t i = 0; i < all->count; i++) {
        const sg_pair *p = &all->pairs[i];
        const sg_matched *a = &evaluation->match.column[p->a];
        const sg_matched *b = &evaluation->match.column[p->b];
        const char *const names[] = {a->path, b->path};
        if (!p->drawn) continue;
        SG_TRY(sg_report_measure(
            evaluation->report, SG_OF_PAIR,
            a->number && b->number ? SG_NUMBERS : SG_CLASSES, p, names));
    }
    return evaluation->report->status;
}

static syngan_status prepare(work *all) {
    syngan_context *context = all->binned.evaluation->context;
    size_t count = all->binned.evaluation->match.count;
    for (int side = 0; side < 2; side++) {
        all->binned.bins[side] =
            sg_alloc_zero(context, count, sizeof *all->binned.bins[side]);
        all->binned.constant[side] =
            sg_alloc_zero(context, count, sizeof *all->binned.constant[side]);
        if (all->binned.bins[side] == NULL ||
            all->binned.constant[side] == NULL)
            return sg_fail_memory(context, "bins",
                                  count * sizeof *all->binned.bins[side]);
    }
    sg_parallel(context, (int64_t)count, 1, bin_columns, all);
    SG_TRY(sg_evaluation_step(all->binned.evaluation, "column pairs", 0.25));
    return list_pairs(all);
}

static void end(work *all) {
    syngan_context *context = all->binned.evaluation->context;
    for (int side = 0; side < 2; side++) {
        for (size_t c = 0; all->binned.bins[side] != NULL &&
                           c < all->binned.evaluation->match.count;
             c++)
            sg_free(context, all->binned.bins[side][c]);
        sg_free(context, all->binned.bins[side]);
        sg_free(context, all->binned.constant[side]);
    }
    sg_free(context, all->pairs);
}

syngan_status sg_evaluate_pairs(sg_evaluation *evaluation) {
    work all = {.binned = {.evaluation = evaluation}};
    syngan_status status = prepare(&all);
    if (status == SYNGAN_OK) {
        sg_parallel(evaluation->context, all.count, 1, compare_pairs, &all);
        status = sg_evaluation_step(evaluation, "column pairs", 0.45);
    }
    if (status == SYNGAN_OK) {
        draw_maps(&all);
        status = add_pairs(&all);
    }
    end(&all);
    return status;
}
