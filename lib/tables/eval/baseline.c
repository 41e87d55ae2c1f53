/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the rows of a table are compared by, for the synthetic table and for its
 * baselines: other real rows, since even they have other extremes and shares,
 * and independent columns. What counts is the way from the latter to the
 * former.
 */
#include <string.h>

#include "base/memory.h"
#include "eval/evaluation.h"

/* All that a table in the synthetic one's place gets. */
static syngan_status measure(sg_evaluation *e, int side) {
    const syngan_evaluate_options *options = &e->options;
    SG_TRY(sg_evaluation_step(e, "column shapes", 0));
    SG_TRY(sg_evaluate_columns(e));
    SG_TRY(sg_evaluate_pairs(e));
    SG_TRY(sg_report_measure(e->report, SG_OF_REPORT, 0, e->report, NULL));
    SG_TRY(sg_evaluate_rows(e, e->table[SG_REAL], e->table[side]));
    SG_TRY(sg_evaluation_step(e, "detection", 0.5));
    if (options->rows == SYNGAN_ROWS_BASKETS) return SYNGAN_OK;
    if (options->detection) SG_TRY(sg_evaluate_detection(e));
    SG_TRY(sg_evaluation_step(e, "precision and recall", 0.8));
    return options->detection ? sg_evaluate_manifold(e) : SYNGAN_OK;
}

/* A side in the place of the synthetic one; it stays the match's own. */
static void replace(sg_evaluation *e, int side) {
    for (size_t c = 0; c < e->match.count; c++) {
        sg_matched *column = &e->match.column[c];
        column->value[SG_SYNTHETIC] = column->value[side];
        column->code[SG_SYNTHETIC] = column->code[side];
        column->missing[SG_SYNTHETIC] = column->missing[side];
        column->retyped[SG_SYNTHETIC] = column->retyped[side];
    }
    e->match.rows[SG_SYNTHETIC] = e->match.rows[side];
    e->sample[SG_SYNTHETIC] = e->sample[side];
    e->sampled[SG_SYNTHETIC] = e->sampled[side];
}

static syngan_status measure_baseline(const sg_evaluation *e, int side,
                                      sg_baseline baseline, double from) {
    syngan_context *context = e->context;
    size_t bytes = e->match.count * sizeof(sg_matched);
    sg_evaluation other = {.context = context,
                           .options = e->options,
                           .seed = e->seed,
                           .match = e->match,
                           .key = e->key,
                           .order = e->order,
                           .target = -1,
                           .sensitive = -1,
                           .stands_in = baseline,
                           .from = from,
                           .part = 0.15};
    memcpy(other.table, e->table, sizeof other.table);
    memcpy(other.sample, e->sample, sizeof other.sample);
    memcpy(other.sampled, e->sampled, sizeof other.sampled);
    other.match.column = sg_alloc(context, bytes);
    if (other.match.column == NULL)
        return sg_fail_memory(context, "columns", bytes);
    memcpy(other.match.column, e->match.column, bytes);
    replace(&other, side);
    syngan_status status =
        sg_report_make(context, e->report->measures, &other.report);
    if (status == SYNGAN_OK) status = measure(&other, side);
    if (status == SYNGAN_OK)
        status = sg_report_add_baselines(e->report, other.report, baseline);
    syngan_report_free(other.report);
    sg_free(context, other.match.column);
    return status;
}

syngan_status sg_evaluate_tables(sg_evaluation *e) {
    int64_t rows = e->match.rows[SG_HOLDOUT];
    e->part = 0.3;
    SG_TRY(measure(e, SG_SYNTHETIC));
    if (rows > 0 && rows < SG_HOLDOUT_LEAST)
        sg_report_note(e->report,
                       "The hold-out of %lld rows is too small for a "
                       "baseline, which needs %d",
                       (long long)rows, SG_HOLDOUT_LEAST);
    else if (rows > 0)
        SG_TRY(measure_baseline(e, SG_HOLDOUT, SG_HOLDOUT_ROWS, 0.3));
    return measure_baseline(e, SG_INDEPENDENT, SG_INDEPENDENT_COLUMNS, 0.45);
}
