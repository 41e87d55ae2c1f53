/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exact nearest neighbours by blocked matrix products.
 */
#ifndef SG_EVAL_NEAREST_H
#define SG_EVAL_NEAREST_H

#include "eval/features.h"

typedef struct sg_neighbours {
    int64_t index[2];   /* of the closest and the second closest; -1: none */
    double distance[2]; /* infinite: none */
} sg_neighbours;

/* For each query the two closest records, rows of one sg_features. Of records
 * equally far, any. SYNGAN_E_CANCELLED between blocks; errors of programs. */
syngan_status sg_nearest(const sg_features *features, const sg_coded *queries,
                         const sg_coded *records, sg_neighbours *out);

#endif
