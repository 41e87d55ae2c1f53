/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the groups of measures share: steps of the work, rows drawn by chance.
 */
#include "eval/evaluation.h"

#include "base/memory.h"
#include "base/random.h"

syngan_status sg_evaluation_step(sg_evaluation *evaluation, const char *stage,
                                 double done) {
    syngan_context *context = evaluation->context;
    if (atomic_load(&evaluation->lacks_memory))
        return sg_fail_memory(context, "an evaluation", 0);
    SG_TRY(evaluation->report->status);
    if (sg_is_cancelled(context))
        return sg_fail(context, SYNGAN_E_CANCELLED, "evaluate: cancelled");
    syngan_evaluate_progress_fn progress = evaluation->options.progress;
    if (progress == NULL) return SYNGAN_OK;
    syngan_status status =
        progress(stage, evaluation->from + evaluation->part * done,
                 evaluation->options.progress_user);
    if (status == SYNGAN_OK || status >= SYNGAN_E_USER) return status;
    return sg_fail(context, status,
                   "evaluate: the progress callback stopped "
                   "it during %s",
                   stage);
}

/* Selection sampling (Knuth, The Art of Computer Programming 2, 3.4.2,
 * algorithm S). */
int64_t *sg_sample_rows(syngan_context *context, const char *name,
                        uint64_t seed, int64_t count, int64_t wanted) {
    const sg_random random = {.seed = seed, .stream = sg_stream_id(name)};
    if (wanted > count) wanted = count;
    int64_t *rows = sg_alloc(context, (size_t)wanted * sizeof *rows);
    int64_t chosen = 0;
    for (int64_t row = 0; rows != NULL && chosen < wanted; row++) {
        uint64_t left = (uint64_t)(count - row);
        if (wanted - chosen == count - row ||
            (int64_t)sg_random_below(&random, (uint64_t)row, left) <
                wanted - chosen)
            rows[chosen++] = row;
    }
    return rows;
}

syngan_status sg_evaluation_rows(sg_evaluation *evaluation, int side,
                                 const char *what, double most, int64_t **rows,
                                 int64_t *count) {
    int64_t all = evaluation->sampled[side];
    int64_t limit = most < 1000  ? 1000
                    : most < 1e9 ? (int64_t)most
                                 : 1000000000;
    *count = all < limit ? all : limit;
    *rows =
        sg_sample_rows(evaluation->context, what, evaluation->seed, all, limit);
    if (*rows == NULL)
        return sg_fail_memory(evaluation->context, "a sample",
                              (size_t)*count * sizeof **rows);
    for (int64_t i = 0; i < *count; i++)
        (*rows)[i] = evaluation->sample[side][(*rows)[i]];
    if (all > limit)
        sg_report_note(evaluation->report,
                       "%s uses %lld rows of each table, drawn by chance, "
                       "because they have %zu columns",
                       what, (long long)limit, evaluation->match.count);
    return SYNGAN_OK;
}

syngan_status sg_evaluation_even_rows(sg_evaluation *evaluation,
                                      const char *what, double most,
                                      int64_t *rows[2], int64_t *count) {
    int64_t counts[2];
    for (int side = 0; side < 2; side++)
        SG_TRY(sg_evaluation_rows(evaluation, side, what, most, &rows[side],
                                  &counts[side]));
    int longer =
        counts[SG_REAL] > counts[SG_SYNTHETIC] ? SG_REAL : SG_SYNTHETIC;
    *count = counts[1 - longer];
    int64_t *drawn = sg_sample_rows(evaluation->context, "even rows",
                                    evaluation->seed, counts[longer], *count);
    if (drawn == NULL)
        return sg_fail_memory(evaluation->context, "a sample",
                              (size_t)*count * sizeof *drawn);
    for (int64_t i = 0; i < *count; i++)
        rows[longer][i] = rows[longer][drawn[i]];
    sg_free(evaluation->context, drawn);
    return SYNGAN_OK;
}
