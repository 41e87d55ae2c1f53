/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A quick measure of how alike two tables are, for choosing the best state
 * while training: the mean of two numbers between 0 and 1,
 *   columns: mean of 1 - the Kolmogorov-Smirnov statistic of numbers and
 *            1 - the total variation distance of categories,
 *   pairs:   mean of 1 - the total variation distance of the joint
 *            frequencies of two columns, numbers cut at their deciles.
 */
#ifndef SG_SYNTH_QUALITY_H
#define SG_SYNTH_QUALITY_H

#include "encode/encoder.h"

typedef struct sg_quality sg_quality;

/* Rows that are made for a measure, and most real ones that they are compared
 * with. */
enum { SG_QUALITY_ROWS = 2048, SG_QUALITY_REAL = 8192 };

/* Keeps what it needs of a part of the rows, chosen by the seed. */
syngan_status sg_quality_make(const sg_encoder *encoder,
                              const syngan_table *real, uint64_t seed,
                              sg_quality **out);
/* Of a table that the encoder's decoder made. */
double sg_quality_measure(sg_quality *quality, const syngan_table *synthetic);
void sg_quality_free(sg_quality *quality); /* takes NULL */

#endif
