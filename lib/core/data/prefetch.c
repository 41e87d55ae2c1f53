/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prefetching: a ring of batches that follow each other, filled by one thread
 * and emptied by the caller's.
 */
#include "data/prefetch.h"

#include <assert.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/start.h"

#define N_SLOTS 2

typedef struct slot {
    float *examples;
    int32_t *labels;
    sg_outcome outcome;
} slot;

struct sg_prefetch {
    syngan_dataset *dataset; /* which owns this */
    pthread_t thread;
    pid_t process;            /* that the thread runs in */
    bool has_thread, refused; /* refused: there can't be a thread */
    int64_t capacity;         /* examples that a slot has room for */

    pthread_mutex_t lock; /* of all that follows, and of what slots hold */
    pthread_cond_t changed;
    bool stop;           /* the thread is to end */
    bool active;         /* it is to go on making batches */
    bool busy;           /* it is making one now, outside the lock */
    atomic_bool abandon; /* what it is making now is not wanted any more */
    int64_t batch;
    int64_t front; /* the step in slots[head], or to be there next */
    int head, ready;
    slot slots[N_SLOTS];
};

/* ---- the thread ---------------------------------------------------------- */

static bool has_work(const sg_prefetch *p) {
    return p->active && p->ready < N_SLOTS;
}

static void *work(void *argument) {
    sg_prefetch *p = argument;
    pthread_mutex_lock(&p->lock);
    for (;;) {
        while (!p->stop && !has_work(p))
            pthread_cond_wait(&p->changed, &p->lock);
        if (p->stop) break;
        const int64_t step = p->front + p->ready;
        const int64_t batch = p->batch;
        if (!sg_order_fits(step, batch)) { /* the end of all steps */
            p->active = false;
            continue;
        }
        slot *s = &p->slots[(p->head + p->ready) % N_SLOTS];
        p->busy = true;
        pthread_mutex_unlock(&p->lock);
        const sg_outcome outcome = sg_dataset_make(
            p->dataset, step, batch, s->examples, s->labels, &p->abandon);
        pthread_mutex_lock(&p->lock);
        p->busy = false;
        if (!atomic_load(&p->abandon)) {
            s->outcome = outcome;
            ++p->ready;
            /* Whoever failed is not called again before that is known. */
            if (outcome.status != SYNGAN_OK) p->active = false;
        }
        pthread_cond_broadcast(&p->changed);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

/* ---- the caller's side --------------------------------------------------- */

/* With the lock held. */
static void drop(sg_prefetch *p) {
    p->active = false;
    atomic_store(&p->abandon, true);
    while (p->busy)
        pthread_cond_wait(&p->changed, &p->lock);
    atomic_store(&p->abandon, false);
    p->ready = 0;
}

void sg_prefetch_drop(sg_prefetch *p) {
    pthread_mutex_lock(&p->lock);
    drop(p);
    pthread_mutex_unlock(&p->lock);
}

/* The vanished thread may have held either lock, which is why they are made
 * anew instead of waited for. */
void sg_prefetch_notice_fork(sg_prefetch *p) {
    if (!p->has_thread || p->process == getpid()) return;
    pthread_mutex_init(&p->dataset->making, NULL);
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->changed, NULL);
    atomic_store(&p->abandon, false);
    p->has_thread = p->active = p->busy = false;
    p->ready = 0;
    p->refused = true;
}

syngan_status sg_prefetch_create(syngan_dataset *dataset, sg_prefetch **out) {
    syngan_context *context = dataset->context;
    sg_prefetch *p = sg_alloc_zero(context, 1, sizeof(*p));
    *out = p;
    if (p == NULL) return sg_fail_memory(context, "prefetching", sizeof(*p));
    p->dataset = dataset;
    atomic_init(&p->abandon, false);
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->changed, NULL);
    return SYNGAN_OK;
}

static void free_slots(sg_prefetch *p) {
    for (int i = 0; i < N_SLOTS; ++i) {
        sg_free(p->dataset->context, p->slots[i].examples);
        sg_free(p->dataset->context, p->slots[i].labels);
        p->slots[i].examples = NULL;
        p->slots[i].labels = NULL;
    }
    p->capacity = 0;
}

void sg_prefetch_free(sg_prefetch *p) {
    if (p == NULL) return;
    sg_prefetch_notice_fork(p);
    if (p->has_thread) {
        pthread_mutex_lock(&p->lock);
        drop(p);
        p->stop = true;
        pthread_cond_broadcast(&p->changed);
        pthread_mutex_unlock(&p->lock);
        pthread_join(p->thread, NULL);
    }
    free_slots(p);
    pthread_cond_destroy(&p->changed);
    pthread_mutex_destroy(&p->lock);
    sg_free(p->dataset->context, p);
}

static syngan_status grow_slots(sg_prefetch *p, int64_t batch) {
    syngan_context *context = p->dataset->context;
    size_t elements, bytes;
    if (!sg_mul_size((size_t)batch, p->dataset->elements, &elements) ||
        !sg_mul_size(elements, sizeof(float), &bytes))
        return sg_fail_memory(context, "prefetched examples", UINT64_MAX);
    free_slots(p);
    for (int i = 0; i < N_SLOTS; ++i) {
        p->slots[i].examples = sg_alloc(context, bytes);
        p->slots[i].labels = sg_alloc(context, (size_t)batch * sizeof(int32_t));
        if (p->slots[i].examples == NULL || p->slots[i].labels == NULL) {
            free_slots(p);
            return sg_fail_memory(context, "prefetched examples", bytes);
        }
    }
    p->capacity = batch;
    return SYNGAN_OK;
}

bool sg_prefetch_take(sg_prefetch *p, int64_t step, int64_t batch,
                      float *examples, int32_t *labels, sg_outcome *outcome) {
    pthread_mutex_lock(&p->lock);
    if (!(p->active || p->ready > 0) || p->front != step || p->batch != batch) {
        pthread_mutex_unlock(&p->lock);
        return false;
    }
    while (p->ready == 0)
        pthread_cond_wait(&p->changed, &p->lock);
    const slot *s = &p->slots[p->head];
    pthread_mutex_unlock(&p->lock); /* the thread leaves a ready slot alone */

    *outcome = s->outcome;
    if (outcome->status == SYNGAN_OK) {
        const size_t count = (size_t)batch;
        memcpy(examples, s->examples,
               count * p->dataset->elements * sizeof(float));
        if (labels != NULL) memcpy(labels, s->labels, count * sizeof(int32_t));
    }

    pthread_mutex_lock(&p->lock);
    p->head = (p->head + 1) % N_SLOTS;
    --p->ready;
    ++p->front;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
    return true;
}

syngan_status sg_prefetch_start(sg_prefetch *p, int64_t step, int64_t batch) {
    if (p->refused) return SYNGAN_OK;
    assert(!p->active && !p->busy && p->ready == 0);
    if (p->capacity < batch) SG_TRY(grow_slots(p, batch));
    if (!p->has_thread) {
        p->process = getpid();
        p->has_thread = sg_thread_start(&p->thread, work, p);
    }
    if (!p->has_thread) {
        p->refused = true;
        sg_log(p->dataset->context, SYNGAN_LOG_WARNING,
               "dataset: the system refused a thread, so batches are made in "
               "the caller's");
        return SYNGAN_OK;
    }
    pthread_mutex_lock(&p->lock);
    p->batch = batch;
    p->front = step;
    p->active = true;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
    return SYNGAN_OK;
}
