/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making memory and the system fail, to see that the library survives it.
 *
 * The usual test is one call:
 *
 *     static syngan_status body(syngan_context *context, void *user) {
 *         syngan_tensor *tensor = NULL;
 *         syngan_status status = syngan_tensor_create(context, ..., &tensor);
 *         syngan_tensor_free(tensor);
 *         return status;
 *     }
 *     fault_sweep_memory(&(fault_sweep){.body = body});
 *
 * which runs `body` once to count the allocations, and then again and again
 * with number 1, 2, 3 ... failing. A body must free all that it made, on
 * success and on failure, and look at its results itself (cmocka's asserts)
 * before it returns SYNGAN_OK.
 */
#ifndef TESTS_SUPPORT_FAULT_H
#define TESTS_SUPPORT_FAULT_H

#include "base/context.h"

/* ---- an allocator that counts, and fails when told ---------------------- */

typedef struct fault_memory {
    syngan_allocator hooks;  /* for syngan_context_options.allocator */
    atomic_llong calls;      /* of allocate so far */
    atomic_llong live;       /* blocks not yet released */
    atomic_llong live_bytes; /* and their bytes */
    atomic_llong failed;     /* calls that were made to fail */
    /* Set by the test; calls count from 1, 0 means none. */
    long long fail_at; /* this call fails */
    bool fail_on;      /* and all that follow, too */
} fault_memory;

/* Sets up an allocator that does not fail yet. */
void fault_memory_init(fault_memory *memory);

/* ---- system calls that fail --------------------------------------------- */

enum {
    FAULT_NONE,
    FAULT_ONCE,      /* call `at` fails with `error` */
    FAULT_FROM_ON,   /* and all later ones, but for unlink: a full disk still
                        lets files be removed */
    FAULT_KILL,      /* the process ends at call `at`, half way if a write */
    FAULT_DIFFICULT, /* nothing fails, but reads and writes are short, and each
                        call is interrupted once before it is done */
};

/* What every context's calls do whose table is fault_io_table. One for the
 * whole process, since the calls of POSIX take no pointer of ours. */
typedef struct fault_io {
    int kind;
    int error; /* errno of failed calls */
    long long at;
    atomic_llong calls;
    atomic_llong failed;
} fault_io;

extern fault_io fault_io_state;
extern const sg_io fault_io_table;

/* Status of a process that FAULT_KILL ended. */
#define FAULT_KILLED 86

/* Sets the state, all counters zero. */
void fault_io_set(int kind, long long at, int error);

/* ---- sweeps ------------------------------------------------------------- */

typedef syngan_status (*fault_body)(syngan_context *context, void *user);

typedef struct fault_sweep {
    fault_body body;
    void *user;
    /* NULL: defaults with one thread. The allocator is replaced. */
    const syngan_context_options *options;
    /* May be NULL: called before each run of body, to prepare files. */
    void (*before)(void *user);
    /* May be NULL: called after each run, when the context has gone. `faulted`
     * tells whether anything was made to fail. Of a run that was killed the
     * status is -1. */
    void (*after)(syngan_status status, bool faulted, void *user);
    /* For expensive bodies: most points of failure to try, evenly spread;
     * 0: all of them. */
    long long most;
} fault_sweep;

/* All return the number of points of failure that an undisturbed run has, and
 * fail the test (cmocka) if an undisturbed run does not give SYNGAN_OK or
 * anything is left allocated. */

/* Each allocation fails, once and then with all that follow. A run gives
 * SYNGAN_OK, or SYNGAN_E_MEMORY and a sentence. Making the context is part of
 * the run, but not of `body`. */
long long fault_sweep_memory(const fault_sweep *sweep);

/* Each system call fails with `error`, once and then with all that follow.
 * A run gives SYNGAN_OK, or SYNGAN_E_IO and a sentence. */
long long fault_sweep_io(const fault_sweep *sweep, int error);

/* A child process is killed at each system call. */
long long fault_sweep_kill(const fault_sweep *sweep);

#endif
