/* SPDX-License-Identifier: Apache-2.0 */
/* Who makes batches: the caller's thread or one of the library's, by source and
 * option; and what a child of fork() does, where the latter is missing. */
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "data/dataset.h"
#include "support/test.h"

#define BATCH 4
#define STEPS 20

typedef struct host {
    pthread_t caller;
    atomic_int mine, others; /* calls, by thread */
    atomic_int open;         /* signals that others could have taken */
    int sleep;               /* microseconds for an example */
} host;

/* Signals that the calling thread may be interrupted by. */
static int open_signals(void) {
    sigset_t blocked;
    int count = 0;
    pthread_sigmask(SIG_BLOCK, NULL, &blocked);
    for (int i = 1; i <= SIGRTMAX; i++)
        /* glibc keeps those in between to itself. */
        if (i != SIGKILL && i != SIGSTOP && (i <= SIGSYS || i >= SIGRTMIN))
            count += !sigismember(&blocked, i);
    return count;
}

static syngan_status make(int64_t index, float *example, int32_t *label,
                          void *user) {
    host *h = user;
    const bool mine = pthread_equal(pthread_self(), h->caller) != 0;
    atomic_fetch_add(mine ? &h->mine : &h->others, 1);
    if (!mine) atomic_fetch_add(&h->open, open_signals());
    if (h->sleep > 0) usleep((useconds_t)h->sleep);
    *example = (float)index;
    *label = (int32_t)index;
    return SYNGAN_OK;
}

static syngan_dataset *callback_of(syngan_context *context, host *h,
                                   int32_t prefetch) {
    syngan_dataset *dataset = NULL;
    assert_ok(context, syngan_dataset_from_callback(
                           context, 100, SYNGAN_SHAPE(1), make, h,
                           SYNGAN_DATASET(.order = SYNGAN_ORDER_SEQUENTIAL,
                                          .prefetch = prefetch),
                           &dataset));
    return dataset;
}

static syngan_tensor *batch_of(syngan_context *context, const int64_t *dims,
                               size_t rank) {
    syngan_tensor *tensor = NULL;
    assert_ok(context, syngan_tensor_create(context, SYNGAN_TYPE_F32, dims,
                                            rank, &tensor));
    return tensor;
}

/* ---- threads ------------------------------------------------------------- */

static void callbacks_stay_in_their_thread(void **state) {
    (void)state;
    static const int32_t ways[] = {SYNGAN_PREFETCH_DEFAULT, SYNGAN_PREFETCH_OFF,
                                   SYNGAN_PREFETCH_ON};
    syngan_context *context = test_context(2);
    syngan_tensor *x = batch_of(context, SYNGAN_SHAPE(BATCH, 1));
    const int open = open_signals();
    for (int i = 0; i < 3; i++) {
        host h = {.caller = pthread_self()};
        syngan_dataset *dataset = callback_of(context, &h, ways[i]);
        for (int64_t step = 0; step < STEPS; step++) {
            assert_ok(context, syngan_dataset_batch(dataset, step, x, NULL));
            assert_true(*(float *)syngan_tensor_data(x) ==
                        (float)(step * BATCH));
        }
        assert_ok(context, syngan_dataset_read(dataset, 3, x, NULL));
        syngan_dataset_free(dataset);
        /* Signals are for the host's threads, whose mask stays as it was. */
        assert_int_equal(atomic_load(&h.open), 0);
        assert_int_equal(open_signals(), open);
        if (ways[i] == SYNGAN_PREFETCH_ON) {
            /* Which makes all but the first ones, and what is read. */
            assert_true(atomic_load(&h.others) >= (STEPS - 3) * BATCH);
            assert_true(atomic_load(&h.mine) <= 4 * BATCH);
        } else {
            assert_int_equal(atomic_load(&h.others), 0);
            assert_int_equal(atomic_load(&h.mine), (STEPS + 1) * BATCH);
        }
    }
    syngan_tensor_free(x);
    syngan_context_free(context);
}

static void own_sources_prefetch_unless_told(void **state) {
    (void)state;
    static const int32_t ways[] = {SYNGAN_PREFETCH_DEFAULT, SYNGAN_PREFETCH_OFF,
                                   SYNGAN_PREFETCH_ON};
    syngan_context *context = test_context(1);
    syngan_tensor *x = batch_of(context, SYNGAN_SHAPE(BATCH, 1, 28, 28));
    for (int i = 0; i < 3; i++) {
        syngan_dataset *digits = NULL;
        assert_ok(context, syngan_dataset_digits(
                               context, 50, SYNGAN_DATASET(.prefetch = ways[i]),
                               &digits));
        assert_ok(context, syngan_dataset_batch(digits, 0, x, NULL));
        assert_true((digits->prefetch != NULL) ==
                    (ways[i] != SYNGAN_PREFETCH_OFF));
        syngan_dataset_free(digits);
    }
    syngan_dataset *digits = NULL;
    assert_fails(context,
                 syngan_dataset_digits(context, 50,
                                       SYNGAN_DATASET(.prefetch = 3), &digits),
                 SYNGAN_E_ARGUMENT, "prefetch");
    syngan_tensor_free(x);
    syngan_context_free(context);
}

typedef struct failing {
    atomic_int calls;
    int64_t bad; /* the example that fails */
} failing;

static syngan_status fail_at(int64_t index, float *example, int32_t *label,
                             void *user) {
    failing *f = user;
    atomic_fetch_add(&f->calls, 1);
    *example = 0;
    *label = 0;
    return index == f->bad ? SYNGAN_E_USER + 7 : SYNGAN_OK;
}

/* Whoever failed is not asked again before the failure is known. */
static void failures_stop_prefetching(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_tensor *x = batch_of(context, SYNGAN_SHAPE(1, 1));
    failing f = {.bad = 2};
    syngan_dataset *dataset = NULL;
    assert_ok(context, syngan_dataset_from_callback(
                           context, 100, SYNGAN_SHAPE(1), fail_at, &f,
                           SYNGAN_DATASET(.order = SYNGAN_ORDER_SEQUENTIAL,
                                          .prefetch = SYNGAN_PREFETCH_ON),
                           &dataset));
    assert_ok(context, syngan_dataset_batch(dataset, 0, x, NULL));
    assert_ok(context, syngan_dataset_batch(dataset, 1, x, NULL));
    for (int i = 0; i < 100 && atomic_load(&f.calls) < 3; i++)
        usleep(10000);
    usleep(50000);
    assert_int_equal(atomic_load(&f.calls), 3);
    assert_int_equal(syngan_dataset_batch(dataset, 2, x, NULL),
                     SYNGAN_E_USER + 7);
    syngan_dataset_free(dataset);
    syngan_tensor_free(x);
    syngan_context_free(context);
}

/* ---- fork() -------------------------------------------------------------- */

/* In the child: all batches, in and out of turn, reading, and the end. */
static int use_child(syngan_dataset *dataset, syngan_tensor *x, int64_t step) {
    const float *values = syngan_tensor_data(x);
    for (int64_t i = step; i < step + STEPS; i++) {
        if (syngan_dataset_batch(dataset, i, x, NULL) != SYNGAN_OK) return 1;
        if (values[0] != (float)(i * BATCH % 100)) return 2;
        if (syngan_dataset_read(dataset, 7, x, NULL) != SYNGAN_OK) return 3;
        if (values[1] != 8.0f) return 4;
    }
    syngan_dataset_free(dataset);
    return 0;
}

/* Forks with the thread idle, at work, and between the two. */
static void children_make_their_batches(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_tensor *x = batch_of(context, SYNGAN_SHAPE(BATCH, 1));
    for (int round = 0; round < 24; round++) {
        host h = {.caller = pthread_self(), .sleep = round % 3 * 300};
        syngan_dataset *dataset = callback_of(context, &h, SYNGAN_PREFETCH_ON);
        for (int64_t step = 0; step < 2; step++)
            assert_ok(context, syngan_dataset_batch(dataset, step, x, NULL));
        usleep((useconds_t)(round * 131 % 1000));
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            alarm(20);
            h.sleep = 0;
            _exit(use_child(dataset, x, 2));
        }
        int result;
        assert_int_equal(waitpid(child, &result, 0), child);
        assert_true(WIFEXITED(result));
        assert_int_equal(WEXITSTATUS(result), 0);
        /* The parent goes on with its thread. */
        assert_ok(context, syngan_dataset_batch(dataset, 2, x, NULL));
        assert_true(*(float *)syngan_tensor_data(x) == 2.0f * BATCH);
        syngan_dataset_free(dataset);
    }
    syngan_tensor_free(x);
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(callbacks_stay_in_their_thread),
        cmocka_unit_test(own_sources_prefetch_unless_told),
        cmocka_unit_test(failures_stop_prefetching),
        cmocka_unit_test(children_make_their_batches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
