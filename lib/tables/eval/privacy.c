/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Goes through the measures of privacy: codes rows, searches, and computes.
 */
#include "eval/privacy.h"

#include <math.h>

#include "base/memory.h"

/* Multiplications of one search at most: some seconds. */
#define MOST_WORK 4e11

static syngan_status code_sides(sg_privacy *all, int64_t without) {
    const sg_features_options options = {
        .without = without, .most = 64, .marks_missing = true};
    sg_features_end(&all->features);
    SG_TRY(sg_features_make(&all->evaluation->match, &options, &all->features));
    for (int side = 0; side < SG_INDEPENDENT; side++) {
        sg_coded_end(all->context, &all->coded[side]);
        SG_TRY(sg_features_code(&all->features, side, NULL, all->sample[side],
                                all->rows[side], &all->coded[side]));
    }
    return SYNGAN_OK;
}

/* So many rows that a search stays within its bounds. */
static syngan_status limit_rows(sg_privacy *all) {
    sg_evaluation *evaluation = all->evaluation;
    const sg_features_options options = {
        .without = -1, .most = 64, .marks_missing = true};
    SG_TRY(sg_features_make(&evaluation->match, &options, &all->features));
    double most = sqrt(MOST_WORK / (all->features.width + 1));
    int64_t longest = 1;
    for (int side = 0; side < SG_INDEPENDENT; side++) {
        SG_TRY(sg_evaluation_rows(evaluation, side, "Privacy", most,
                                  &all->sample[side], &all->rows[side]));
        if (all->rows[side] > longest) longest = all->rows[side];
    }
    all->scratch =
        sg_alloc(all->context, 2 * (size_t)longest * sizeof *all->scratch);
    all->room = all->scratch + longest;
    bool fits = all->scratch != NULL;
    for (int side = 0; side < SG_INDEPENDENT; side++) {
        all->found[side] = sg_alloc(all->context, (size_t)all->rows[side] *
                                                      sizeof(sg_neighbours));
        fits = fits && all->found[side] != NULL;
    }
    return fits ? SYNGAN_OK
                : sg_fail_memory(all->context, "distances",
                                 (size_t)longest * sizeof(sg_neighbours));
}

static syngan_status measure(const sg_privacy *all, sg_subject subject) {
    SG_TRY(sg_report_measure(all->evaluation->report, subject, 0, all, NULL));
    return all->evaluation->report->status;
}

static syngan_status measure_distances(sg_privacy *all) {
    SG_TRY(sg_privacy_search(all, SG_SYNTHETIC, SG_REAL));
    SG_TRY(sg_privacy_sort_distances(all, SG_SYNTHETIC));
    if (all->rows[SG_HOLDOUT] > 0) {
        SG_TRY(sg_privacy_search(all, SG_HOLDOUT, SG_REAL));
        SG_TRY(sg_privacy_sort_distances(all, SG_HOLDOUT));
    }
    sg_privacy_draw(all);
    return measure(all, SG_OF_DISTANCES);
}

static syngan_status measure_all(sg_privacy *all) {
    sg_evaluation *evaluation = all->evaluation;
    SG_TRY(sg_report_measure(evaluation->report, SG_OF_COPIES, 0,
                             &evaluation->match, NULL));
    SG_TRY(limit_rows(all));
    SG_TRY(code_sides(all, -1));
    SG_TRY(measure_distances(all));
    SG_TRY(sg_evaluation_step(evaluation, "privacy", 0.35));
    SG_TRY(measure(all, SG_OF_CLOSENESS));
    SG_TRY(sg_evaluation_step(evaluation, "privacy", 0.55));
    SG_TRY(measure(all, SG_OF_MEMBERSHIP));
    SG_TRY(sg_evaluate_dcr(evaluation));
    if (all->rows[SG_HOLDOUT] == 0)
        sg_report_note(evaluation->report,
                       "Without a hold-out, privacy is measured by copies and "
                       "distances only");
    SG_TRY(sg_evaluation_step(evaluation, "privacy", 0.75));
    if (evaluation->sensitive < 0 || evaluation->match.count < 2)
        return SYNGAN_OK;
    SG_TRY(code_sides(all, evaluation->sensitive));
    return measure(all, SG_OF_ATTRIBUTE);
}

syngan_status sg_evaluate_privacy(sg_evaluation *evaluation) {
    sg_privacy all = {.evaluation = evaluation, .context = evaluation->context};
    syngan_status status = measure_all(&all);
    sg_features_end(&all.features);
    for (int side = 0; side < SG_INDEPENDENT; side++) {
        sg_coded_end(all.context, &all.coded[side]);
        sg_free(all.context, all.sample[side]);
        sg_free(all.context, all.found[side]);
        sg_free(all.context, all.closest[side].value);
        sg_free(all.context, all.ratio[side].value);
    }
    sg_free(all.context, all.scratch);
    return status;
}
