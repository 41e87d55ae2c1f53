/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Columns in few bins, as histograms count them: numbers by quantiles, each
 * frequent category by itself. Bin 0 is for missing and unknown values.
 */
#ifndef SG_EVAL_BOOST_BINS_H
#define SG_EVAL_BOOST_BINS_H

#include "eval/boost.h"

#define SG_BINS 256

typedef struct sg_binning {
    int32_t values; /* as in sg_boost_data */
    int32_t bins;   /* that are in use, bin 0 included */
    double *edge;   /* of numbers: bin k + 1 ends at edge k, inclusive */
    uint8_t *bin;   /* of codes */
} sg_binning;

typedef struct sg_bins {
    syngan_context *context;
    sg_binning *binning;
    int32_t columns;
} sg_bins;

/* SYNGAN_E_MEMORY, SYNGAN_E_CANCELLED. End it in any case. */
syngan_status sg_bins_make(syngan_context *context, const sg_boost_data *data,
                           sg_bins *out);
void sg_bins_end(sg_bins *bins);
/* Column by column, data->rows each: the caller frees *out. */
syngan_status sg_bins_apply(const sg_bins *bins, const sg_boost_data *data,
                            uint8_t **out);

#endif
