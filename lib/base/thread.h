/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parallel loops. The one place that calls OpenMP's run time (libgomp's entry
 * points, so that no compiler brings a second one).
 */
#ifndef SG_BASE_THREAD_H
#define SG_BASE_THREAD_H

#include "base/context.h"

/* Work on the items first ... last - 1. */
typedef void (*sg_range_fn)(void *argument, int64_t first, int64_t last);

/*
 * Calls `work` on ranges that together cover 0 ... count - 1, in parallel.
 * Ranges begin at multiples of `grain` (at least 1). Work whose result depends
 * on how a range is split (sums) must use fixed blocks of its own, since the
 * split depends on the number of threads. Runs in the caller's thread when
 * there is no more than one grain of work.
 */
void sg_parallel(syngan_context *context, int64_t count, int64_t grain,
                 sg_range_fn work, void *argument);

/* Around compiling and running: sets the number of OpenMP threads of this
 * thread to the context's and flushes denormals to zero in it and in the
 * workers; `leave` restores what the host had. Calls don't nest. */
typedef struct sg_compute_scope {
    int32_t threads;
    uint32_t control; /* MXCSR */
} sg_compute_scope;
sg_compute_scope sg_compute_enter(syngan_context *context);
void sg_compute_leave(syngan_context *context, sg_compute_scope scope);

/* Within such a scope: the number of OpenMP threads that this thread uses from
 * here on. Returns the one before. */
int32_t sg_compute_threads(int32_t threads);

/* Processors that this process may use, at least 1. */
int32_t sg_processor_count(void);

/* Best instruction set of this CPU, SYNGAN_ISA_SSE41 ... ; SYNGAN_ISA_BEST (0)
 * if it has not even SSE4.1. */
int32_t sg_cpu_isa(void);

/* Seconds of a steady clock. */
double sg_seconds(void);

#endif
