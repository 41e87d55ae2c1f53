/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shares of single and of missing values, as the data have them: a generator
 * that has learnt the rest of a column still makes a mark of 1 % of the rows
 * several times too seldom or too often. The biases of its last layer are moved
 * by as much as rows made for it say, so that relations to other columns stay.
 */
#ifndef SG_SYNTH_CALIBRATE_H
#define SG_SYNTH_CALIBRATE_H

#include "synth/synth.h"

/* Moves the biases of `model`, whose parameters are those that `sampler` runs.
 * Nothing changes without such values beside other ones in a column. */
syngan_status sg_calibrate(sg_gan *gan, const sg_sampler *sampler,
                           syngan_model *model);

#endif
