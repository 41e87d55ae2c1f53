/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A context's own thread, which computes for callers that can't have a team of
 * OpenMP threads: those within a parallel region of the host, where libgomp
 * gives smaller teams or starts new threads for each loop, and children of
 * fork(). Callers wait meanwhile, and signals reach them. sg_compute() stands
 * here, since it chooses between this thread and the caller's.
 */
#include <assert.h>
#include <pthread.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/start.h"
#include "base/team.h"

struct sg_runner {
    pid_t process; /* a child of fork() doesn't have its parent's thread */
    pthread_t thread;
    pthread_mutex_t lock; /* of all that follows */
    pthread_cond_t changed;
    sg_compute_fn work; /* NULL: nothing to do */
    void *argument;
    syngan_status status; /* of the last work */
    bool ending;
};

static syngan_status fail_thread(syngan_context *context) {
    return sg_fail(context, SYNGAN_E_STATE,
                   "context: the system doesn't let this process start the %d "
                   "threads that the context computes with; make it with fewer "
                   "`threads`",
                   (int)context->threads);
}

static syngan_status compute(syngan_context *context, sg_compute_fn work,
                             void *argument) {
    return sg_team_find(context->threads) == SG_TEAM_HERE
               ? sg_compute_here(context, work, argument)
               : fail_thread(context);
}

static void *serve(void *data) {
    syngan_context *context = data;
    struct sg_runner *r = context->runner;
    pthread_mutex_lock(&r->lock);
    for (;;) {
        while (r->work == NULL && !r->ending)
            pthread_cond_wait(&r->changed, &r->lock);
        if (r->ending) break;
        r->status = compute(context, r->work, r->argument);
        r->work = NULL;
        pthread_cond_broadcast(&r->changed);
    }
    pthread_mutex_unlock(&r->lock);
    return NULL;
}

static void discard(syngan_context *context) {
    sg_free(context, context->runner);
    context->runner = NULL;
}

static syngan_status make_runner(syngan_context *context) {
    struct sg_runner *r = sg_alloc_zero(context, 1, sizeof *r);
    if (r == NULL)
        return sg_fail_memory(context, "a thread's state", sizeof *r);
    r->process = getpid();
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->changed, NULL);
    context->runner = r;
    /* Its team has no signals, either. */
    if (sg_thread_start(&r->thread, serve, context)) return SYNGAN_OK;
    pthread_cond_destroy(&r->changed);
    pthread_mutex_destroy(&r->lock);
    discard(context);
    return fail_thread(context);
}

syngan_status sg_runner_compute(syngan_context *context, sg_compute_fn work,
                                void *argument) {
    if (context->runner != NULL && context->runner->process != getpid())
        discard(context);
    if (context->runner == NULL) SG_TRY(make_runner(context));
    struct sg_runner *r = context->runner;
    pthread_mutex_lock(&r->lock);
    r->work = work;
    r->argument = argument;
    pthread_cond_broadcast(&r->changed);
    while (r->work != NULL)
        pthread_cond_wait(&r->changed, &r->lock);
    const syngan_status status = r->status;
    pthread_mutex_unlock(&r->lock);
    return status;
}

void sg_runner_free(syngan_context *context) {
    struct sg_runner *r = context->runner;
    if (r == NULL) return;
    if (r->process == getpid()) {
        pthread_mutex_lock(&r->lock);
        r->ending = true;
        pthread_cond_broadcast(&r->changed);
        pthread_mutex_unlock(&r->lock);
        pthread_join(r->thread, NULL);
        pthread_cond_destroy(&r->changed);
        pthread_mutex_destroy(&r->lock);
    }
    discard(context);
}

syngan_status sg_compute(syngan_context *context, sg_compute_fn work,
                         void *argument) {
    assert(!sg_team_computes());
    if (context->threads == 1 || sg_team_find(context->threads) == SG_TEAM_HERE)
        return sg_compute_here(context, work, argument);
    return sg_runner_compute(context, work, argument);
}
