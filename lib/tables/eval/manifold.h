/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether synthetic rows lie where real ones do, and reach all of them: what
 * measures of the two clouds of rows look at (SG_OF_MANIFOLD).
 */
#ifndef SG_EVAL_MANIFOLD_H
#define SG_EVAL_MANIFOLD_H

#include "eval/features.h"

typedef struct sg_manifold {
    double alpha_precision, beta_recall, density, coverage;
} sg_manifold;

/* Of as many real as synthetic rows, coded by range. SYNGAN_E_MEMORY,
 * SYNGAN_E_CANCELLED. */
syngan_status sg_manifold_measure(const sg_features *features,
                                  const sg_coded *real,
                                  const sg_coded *synthetic, sg_manifold *out);

#endif
