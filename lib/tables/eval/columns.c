/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Goes through the single columns and computes their measures.
 */
#include "eval/columns.h"

#include <math.h>

#include "base/memory.h"
#include "base/thread.h"
#include "eval/evaluation.h"
#include "table/sort.h"

typedef struct work {
    sg_evaluation *evaluation;
    size_t measures;
    sg_result *results; /* columns x measures */
} work;

static bool sort_side(sg_column_sides *s, int side) {
    const double *from = s->column->value[side];
    int64_t rows = s->match->rows[side];
    double *to = sg_alloc(s->match->context, 2 * (size_t)rows * sizeof *to);
    s->value[side] = to;
    if (to == NULL) return false;
    for (int64_t i = 0; i < rows; i++)
        if (!isnan(from[i])) to[s->count[side]++] = from[i];
    sg_sort_f64(s->match->context, to, to + rows, s->count[side]);
    return true;
}

static bool count_side(sg_column_sides *s, int side) {
    const int32_t *code = s->column->code[side];
    size_t values = (size_t)s->column->words->count;
    int64_t *to = sg_alloc_zero(s->match->context, values + 1, sizeof *to);
    s->occurs[side] = to;
    if (to == NULL) return false;
    for (int64_t i = 0; i < s->match->rows[side]; i++)
        if (code[i] >= 0) to[code[i]]++;
    return true;
}

/* False when out of memory. */
static bool measure_column(const sg_match *match, const sg_matched *column,
                           const sg_measure *const *measures,
                           sg_result *results) {
    sg_column_sides s = {.match = match, .column = column};
    bool fits = true;
    for (int side = 0; side < 2; side++)
        fits = fits &&
               (column->number ? sort_side(&s, side) : count_side(&s, side));
    fits = fits && sg_measures_compute(measures, SG_OF_COLUMN,
                                       column->number ? SG_NUMBERS : SG_CLASSES,
                                       &s, results) == SYNGAN_OK;
    for (int side = 0; side < 2; side++) {
        sg_free(match->context, s.value[side]);
        sg_free(match->context, s.occurs[side]);
    }
    return fits;
}

static void measure_columns(void *argument, int64_t first, int64_t last) {
    const work *all = argument;
    const sg_match *match = &all->evaluation->match;
    for (int64_t c = first; c < last; c++) {
        if (sg_is_cancelled(match->context)) return;
        if (!measure_column(match, &match->column[c],
                            all->evaluation->report->measures,
                            all->results + (size_t)c * all->measures))
            atomic_store(&all->evaluation->lacks_memory, true);
    }
}

syngan_status sg_evaluate_columns(sg_evaluation *evaluation) {
    size_t count = evaluation->match.count;
    work all = {.evaluation = evaluation,
                .measures = sg_measures_count(evaluation->report->measures,
                                              SG_OF_COLUMN)};
    size_t most = count * all.measures;
    all.results = sg_alloc_zero(evaluation->context, most, sizeof *all.results);
    if (all.results == NULL)
        return sg_fail_memory(evaluation->context, "scores",
                              most * sizeof *all.results);
    sg_parallel(evaluation->context, (int64_t)count, 1, measure_columns, &all);
    syngan_status status =
        sg_evaluation_step(evaluation, "column shapes", 0.15);
    for (size_t c = 0; c < count && status == SYNGAN_OK; c++) {
        const sg_matched *column = &evaluation->match.column[c];
        const char *const names[] = {column->path};
        sg_report_add_results(evaluation->report, SG_OF_COLUMN,
                              column->number ? SG_NUMBERS : SG_CLASSES,
                              all.results + c * all.measures, names);
    }
    sg_free(evaluation->context, all.results);
    return status == SYNGAN_OK ? evaluation->report->status : status;
}
