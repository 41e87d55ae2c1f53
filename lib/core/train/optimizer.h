/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The optimizer handle as the trainer and its checkpoints see it.
 */
#ifndef SG_TRAIN_OPTIMIZER_H
#define SG_TRAIN_OPTIMIZER_H

#include <syngan/optimizer.h>

#include "graph/graph.h"

/* Reads options with all defaults, also those that depend on the kind. */
syngan_status sg_optimizer_read(syngan_context *context,
                                const syngan_optimizer_options *options,
                                const char *where,
                                syngan_optimizer_options *out);

/* As syngan_optimizer_create(), with options that have been read: every
 * default is filled in, and a zero is a zero. Without `allocate` the state's
 * f32 variables get no tensors: for estimates of memory, where the optimizer
 * is only compiled. */
syngan_status sg_optimizer_make(syngan_model *model,
                                const syngan_optimizer_options *settled,
                                bool allocate, syngan_optimizer **out);

/* What the optimizer keeps between updates: the counter of updates (i64) and
 * the moments, in a fixed order, with names that are unique and stay the same
 * ("updates", "m.dense.weight"). */
size_t sg_optimizer_state_count(const syngan_optimizer *optimizer);
sg_variable *sg_optimizer_state(const syngan_optimizer *optimizer,
                                size_t index);
const syngan_optimizer_options *
sg_optimizer_options(const syngan_optimizer *optimizer);
syngan_context *sg_optimizer_context(const syngan_optimizer *optimizer);

#endif
