/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parallel loops and the scope around computing. Only team.c calls OpenMP's
 * run time (libgomp's entry points, so that no compiler brings a second one).
 */
#ifndef SG_BASE_THREAD_H
#define SG_BASE_THREAD_H

#include "base/clock.h"
#include "base/context.h"

#define SG_MAX_THREADS 256

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

typedef syngan_status (*sg_compute_fn)(void *argument);

/*
 * Around compiling and running: calls `work` in a thread whose OpenMP team has
 * exactly the context's threads, and passes its status on. Meanwhile denormals
 * are zero in the team, and no handler of the host runs in it; afterwards each
 * thread has what it had. Calls don't nest.
 * SYNGAN_E_STATE: there is no team of this size.
 */
syngan_status sg_compute(syngan_context *context, sg_compute_fn work,
                         void *argument);

/* Between the steps of `work`, in the thread that it was called in: from time
 * to time lets signals through that wait. */
void sg_compute_breathe(void);

/* Within sg_compute(): the number of OpenMP threads that this thread uses from
 * here on. Returns the one before. */
int32_t sg_compute_threads(int32_t threads);

/* Processors that this process may use by its affinity and its quota, at least
 * 1. */
int32_t sg_processor_count(void);

/* Best instruction set of this CPU, SYNGAN_ISA_SSE41 ... ; SYNGAN_ISA_BEST (0)
 * if it has not even SSE4.1. */
int32_t sg_cpu_isa(void);

#endif
