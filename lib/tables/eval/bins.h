/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Columns in few bins, as decision trees on histograms read them: numbers by
 * quantiles, categories in the order of what they say about the target.
 */
#ifndef SG_EVAL_BINS_H
#define SG_EVAL_BINS_H

#include "eval/learn.h"

#define SG_BINS 64 /* the first is for missing and unknown values */

typedef struct sg_binning {
    const sg_matched *column;
    int32_t edges;            /* of numbers: bin k + 1 ends at edge k */
    double edge[SG_BINS - 2]; /* inclusive */
    uint8_t *bin;             /* of codes */
} sg_binning;

typedef struct sg_bins {
    syngan_context *context;
    sg_binning *binning;
    int32_t columns;
} sg_bins;

/* Fits to examples. `order`: what categories are sorted by the mean of; NULL:
 * by their frequency. SYNGAN_E_MEMORY. End it in any case. */
syngan_status sg_bins_make(const sg_examples *examples, const double *order,
                           sg_bins *out);
void sg_bins_end(sg_bins *bins);
/* Column by column, examples->count each: the caller frees it. NULL when out of
 * memory. */
uint8_t *sg_bins_apply(const sg_bins *bins, const sg_examples *examples);

#endif
