/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Batches made ahead of time by a thread of the library's. It touches nothing
 * of the context: memory is allocated and errors are told by the caller's
 * thread.
 */
#ifndef SG_DATA_PREFETCH_H
#define SG_DATA_PREFETCH_H

#include "data/dataset.h"

/* Has no buffers and no thread before sg_prefetch_start(). */
syngan_status sg_prefetch_create(syngan_dataset *dataset, sg_prefetch **out);
/* Ends and joins the thread, then frees. Takes NULL. */
void sg_prefetch_free(sg_prefetch *prefetch);

/* In a child of fork(), where the thread is missing: has none from here on, so
 * that batches are made in the caller's. Before all that follows. */
void sg_prefetch_notice_fork(sg_prefetch *prefetch);

/* If batch `step` is being made, or is ready: waits for it, copies it, sets
 * *outcome, and returns true. */
bool sg_prefetch_take(sg_prefetch *prefetch, int64_t step, int64_t batch,
                      float *examples, int32_t *labels, sg_outcome *outcome);

/* Drops what is ready or being made. */
void sg_prefetch_drop(sg_prefetch *prefetch);

/* After that: starts on `step` and those behind it. */
syngan_status sg_prefetch_start(sg_prefetch *prefetch, int64_t step,
                                int64_t batch);

#endif
