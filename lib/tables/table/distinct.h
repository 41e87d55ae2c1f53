/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many different texts a column has, in bounded memory: adaptive sampling
 * (Flajolet 1990, an idea of Wegman's). Texts are kept by their hash; when
 * there are too many, only those stay whose hash ends in one more zero. Exact
 * up to SG_DISTINCT_MOST texts; beyond, the standard error is 1.2 / sqrt(that).
 */
#ifndef SG_TABLE_DISTINCT_H
#define SG_TABLE_DISTINCT_H

#include "table/infer.h"

typedef struct sg_distinct {
    syngan_context *context;
    size_t most;
    struct sg_distinct_text *slot;
    size_t n_slots, count;
    int32_t zeros; /* at the end of hashes that are kept */
} sg_distinct;

/* All 0, but for the context and `most`, before the first piece. Takes all
 * texts of cells whose marks of missing values are dropped.
 * SYNGAN_E_MEMORY. */
syngan_status sg_distinct_take(sg_distinct *distinct, const sg_cells *cells);
sg_texts sg_distinct_texts(const sg_distinct *distinct);
void sg_distinct_end(sg_distinct *distinct);

#endif
