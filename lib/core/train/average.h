/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The averaged generator: an exponential moving average of all parameters and
 * running statistics.
 */
#ifndef SG_TRAIN_AVERAGE_H
#define SG_TRAIN_AVERAGE_H

#include "model/model.h"

/* What its decay is called among a program's inputs; rank 0, given anew for
 * each run. */
#define SG_AVERAGE_DECAY "decay"

/* An update: average = decay average + (1 - decay) model. */
syngan_node *sg_average_build(syngan_graph *graph, const syngan_model *model,
                              const syngan_model *average);

/* The decay after `updates` earlier ones: grows to the one wanted, so that the
 * first values are soon forgotten (TensorFlow's ExponentialMovingAverage does
 * it so). */
float sg_average_decay(double wanted, int64_t updates);

#endif
