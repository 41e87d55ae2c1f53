/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calling thread's team of OpenMP threads, and the thread that computes in
 * place of one that can't have a team. Other modules compute by thread.h.
 */
#ifndef SG_BASE_TEAM_H
#define SG_BASE_TEAM_H

#include <signal.h>

#include "base/context.h"
#include "base/floats.h"
#include "base/thread.h"

/* Threads that OpenMP starts at most. */
int32_t sg_team_limit(void);

typedef enum sg_team {
    SG_TEAM_HERE,      /* of this thread */
    SG_TEAM_ELSEWHERE, /* only of another thread: this one is in a parallel
                          region of the host, or lost its team by a fork */
    SG_TEAM_NOWHERE    /* the system starts no more threads */
} sg_team;

/* Where a team of so many threads is to be had; starts it, if it is here. */
sg_team sg_team_find(int32_t threads);

/* Calls `work` in each thread of this thread's team, of `threads` if libgomp
 * gives that many. Always the whole team: libgomp ends threads that a smaller
 * one has no use for, and starting them again costs more than what they
 * miss. */
void sg_team_run(int32_t threads, void (*work)(void *), void *argument);

/* Within `work`: the number of threads in the team, and of this one. */
int32_t sg_team_size(void);
int32_t sg_team_member(void);

/* OpenMP's settings of this thread. */
typedef struct sg_team_settings {
    int threads, dynamic, levels;
} sg_team_settings;
/* A team is to have so many threads, whatever the host set; returns that. */
sg_team_settings sg_team_fix(int32_t threads);
void sg_team_restore(const sg_team_settings *host);

/* Whether this thread is within sg_compute(). */
bool sg_team_computes(void);

/* What a thread has outside of computing. */
typedef struct sg_outside {
    sg_floats floats;
    sigset_t signals;
} sg_outside;

/* sg_compute() in two halves, for tests of kernels; only in this thread, whose
 * team is found. */
typedef struct sg_scope {
    sg_team_settings settings;
    int32_t members; /* of the team */
    sg_outside caller;
} sg_scope;
syngan_status sg_compute_enter(syngan_context *context, sg_scope *scope);
void sg_compute_leave(sg_scope *scope);

/* sg_compute() in this thread. */
syngan_status sg_compute_here(syngan_context *context, sg_compute_fn work,
                              void *argument);

/* The same in the context's own thread, which is started at the first call
 * and ends with the context. */
syngan_status sg_runner_compute(syngan_context *context, sg_compute_fn work,
                                void *argument);
void sg_runner_free(syngan_context *context);

#endif
