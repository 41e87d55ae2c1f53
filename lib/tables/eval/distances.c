/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Distances to the closest training record.
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "eval/privacy.h"
#include "eval/scores.h"
#include "table/sort.h"

void sg_privacy_sort(const sg_privacy *all, int64_t count) {
    sg_sort_f64(all->context, all->scratch, all->room, count);
}

syngan_status sg_privacy_search(const sg_privacy *all, int queries,
                                int records) {
    return sg_nearest(&all->features, &all->coded[queries],
                      &all->coded[records], all->found[queries]);
}

static syngan_status keep_sorted(const sg_privacy *all, int64_t count,
                                 sg_sorted *to) {
    size_t bytes = (size_t)count * sizeof *to->value;
    sg_privacy_sort(all, count);
    to->value = sg_alloc(all->context, bytes);
    if (to->value == NULL)
        return sg_fail_memory(all->context, "distances", bytes);
    to->count = count;
    if (count > 0) memcpy(to->value, all->scratch, bytes);
    return SYNGAN_OK;
}

syngan_status sg_privacy_sort_distances(sg_privacy *all, int side) {
    const sg_neighbours *found = all->found[side];
    int64_t rows = all->rows[side], count = 0;
    for (int64_t i = 0; i < rows; i++)
        all->scratch[i] = found[i].distance[0];
    SG_TRY(keep_sorted(all, rows, &all->closest[side]));
    for (int64_t i = 0; i < rows; i++) {
        double first = found[i].distance[0], second = found[i].distance[1];
        if (isinf(second)) continue; /* one record only */
        all->scratch[count++] = second > 0 ? first / second : 1;
    }
    return keep_sorted(all, count, &all->ratio[side]);
}

/* Up to the greatest of the 99 hundredths. */
void sg_privacy_draw(const sg_privacy *all) {
    bool has_holdout = all->rows[SG_HOLDOUT] > 0;
    sg_distances *to = &all->evaluation->report->distances;
    static const int sides[] = {SG_SYNTHETIC, SG_HOLDOUT};
    to->known = true;
    to->has_holdout = has_holdout;
    for (int k = 0; k < 1 + has_holdout; k++) {
        const sg_sorted *sorted = &all->closest[sides[k]];
        to->limit =
            fmax(to->limit, sg_quantile(sorted->value, sorted->count, 0.99));
    }
    for (int k = 0; k < 1 + has_holdout; k++) {
        int64_t rows = all->rows[sides[k]];
        for (int64_t i = 0; i < rows; i++) {
            double at = to->limit > 0 ? all->found[sides[k]][i].distance[0] /
                                            to->limit * SG_REPORT_BINS
                                      : 0;
            size_t bin =
                at < SG_REPORT_BINS - 1 ? (size_t)at : SG_REPORT_BINS - 1;
            to->share[k][bin] += 1 / (double)rows;
        }
    }
}

/* ---- measures ------------------------------------------------------------ */

static void quantile(const sg_sorted *sorted, int side, double at,
                     sg_result *out) {
    out->left_out = sorted[side].value == NULL;
    out->value = sg_quantile(sorted[side].value, sorted[side].count, at);
}

static syngan_status dcr_synthetic_median(const void *subject, sg_result *out) {
    quantile(((const sg_privacy *)subject)->closest, SG_SYNTHETIC, 0.5, out);
    return SYNGAN_OK;
}

const sg_measure sg_measure_privacy_dcr_synthetic_median = {
    .name = "privacy.dcr.synthetic.median",
    .method = {"DCR"},
    .title = "Distance to the closest training row, median",
    .words = "synthetic rows",
    .section = &sg_section_privacy,
    .definition = "Median distance of synthetic rows to the closest training "
                  "record (Zhao and others 2021, CTAB-GAN).",
    .unit = SG_UNIT_NUMBER,
    .direction = SG_NO_DIRECTION,
    .subject = SG_OF_DISTANCES,
    .compute = dcr_synthetic_median};

static syngan_status dcr_holdout_median(const void *subject, sg_result *out) {
    quantile(((const sg_privacy *)subject)->closest, SG_HOLDOUT, 0.5, out);
    return SYNGAN_OK;
}

const sg_measure sg_measure_privacy_dcr_holdout_median = {
    .name = "privacy.dcr.holdout.median",
    .method = {"DCR"},
    .title = "",
    .words = "hold-out rows: the baseline",
    .section = &sg_section_privacy,
    .definition = "The same of hold-out rows.",
    .unit = SG_UNIT_NUMBER,
    .direction = SG_NO_DIRECTION,
    .subject = SG_OF_DISTANCES,
    .compute = dcr_holdout_median};

static syngan_status dcr_synthetic_p05(const void *subject, sg_result *out) {
    quantile(((const sg_privacy *)subject)->closest, SG_SYNTHETIC, 0.05, out);
    return SYNGAN_OK;
}

const sg_measure sg_measure_privacy_dcr_synthetic_p05 = {
    .name = "privacy.dcr.synthetic.p05",
    .method = {"DCR"},
    .title = "Distance to the closest training row, 5 % of rows below",
    .words = "synthetic rows",
    .section = &sg_section_privacy,
    .definition = "The distance that 5 % of the synthetic rows are below.",
    .unit = SG_UNIT_NUMBER,
    .direction = SG_NO_DIRECTION,
    .subject = SG_OF_DISTANCES,
    .compute = dcr_synthetic_p05};

static syngan_status dcr_holdout_p05(const void *subject, sg_result *out) {
    quantile(((const sg_privacy *)subject)->closest, SG_HOLDOUT, 0.05, out);
    return SYNGAN_OK;
}

const sg_measure sg_measure_privacy_dcr_holdout_p05 = {
    .name = "privacy.dcr.holdout.p05",
    .method = {"DCR"},
    .title = "",
    .words = "hold-out rows",
    .section = &sg_section_privacy,
    .definition = "The same of hold-out rows.",
    .unit = SG_UNIT_NUMBER,
    .direction = SG_NO_DIRECTION,
    .subject = SG_OF_DISTANCES,
    .compute = dcr_holdout_p05};

static syngan_status nndr_synthetic_median(const void *subject,
                                           sg_result *out) {
    quantile(((const sg_privacy *)subject)->ratio, SG_SYNTHETIC, 0.5, out);
    return SYNGAN_OK;
}

const sg_measure sg_measure_privacy_nndr_synthetic_median = {
    .name = "privacy.nndr.synthetic.median",
    .method = {"NNDR"},
    .title = "Closest by second closest distance, median",
    .words = "synthetic rows; near 0, single rows are imitated",
    .section = &sg_section_privacy,
    .definition = "Median of the distance of synthetic rows to the closest "
                  "over that to the second closest training record.",
    .unit = SG_UNIT_NUMBER,
    .direction = SG_NO_DIRECTION,
    .subject = SG_OF_DISTANCES,
    .compute = nndr_synthetic_median};

static syngan_status nndr_holdout_median(const void *subject, sg_result *out) {
    quantile(((const sg_privacy *)subject)->ratio, SG_HOLDOUT, 0.5, out);
    return SYNGAN_OK;
}

const sg_measure sg_measure_privacy_nndr_holdout_median = {
    .name = "privacy.nndr.holdout.median",
    .method = {"NNDR"},
    .title = "",
    .words = "hold-out rows",
    .section = &sg_section_privacy,
    .definition = "The same of hold-out rows.",
    .unit = SG_UNIT_NUMBER,
    .direction = SG_NO_DIRECTION,
    .subject = SG_OF_DISTANCES,
    .compute = nndr_holdout_median};

static syngan_status nndr_synthetic_p05(const void *subject, sg_result *out) {
    quantile(((const sg_privacy *)subject)->ratio, SG_SYNTHETIC, 0.05, out);
    return SYNGAN_OK;
}

const sg_measure sg_measure_privacy_nndr_synthetic_p05 = {
    .name = "privacy.nndr.synthetic.p05",
    .method = {"NNDR"},
    .title = "Closest by second closest distance, 5 % of rows below",
    .words = "synthetic rows",
    .definition = "The ratio that 5 % of the synthetic rows are below.",
    .unit = SG_UNIT_NUMBER,
    .direction = SG_NO_DIRECTION,
    .subject = SG_OF_DISTANCES,
    .compute = nndr_synthetic_p05};

static syngan_status nndr_holdout_p05(const void *subject, sg_result *out) {
    quantile(((const sg_privacy *)subject)->ratio, SG_HOLDOUT, 0.05, out);
    return SYNGAN_OK;
}

const sg_measure sg_measure_privacy_nndr_holdout_p05 = {
    .name = "privacy.nndr.holdout.p05",
    .method = {"NNDR"},
    .title = "",
    .words = "hold-out rows",
    .definition = "The same of hold-out rows.",
    .unit = SG_UNIT_NUMBER,
    .direction = SG_NO_DIRECTION,
    .subject = SG_OF_DISTANCES,
    .compute = nndr_holdout_p05};
