/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scope around computing with oneDNN, which plans for a number of threads
 * and relies on it, and whose generated code for AVX2 keeps live data below the
 * stack pointer (oneDNN 2.6), where a signal's handler writes.
 */
#include <pthread.h>
#include <signal.h>
#include <xmmintrin.h>

#include "base/clock.h"
#include "base/spin.h"
#include "base/team.h"

/* Signals are held back no longer than this, if steps are shorter. */
#define BREATH_SECONDS 0.1

/* ---- one thread --------------------------------------------------------- */

/* What the host has in this thread while it computes. */
static _Thread_local sg_outside host;
static _Thread_local bool computes;
static _Thread_local double breath; /* when signals were let through */

bool sg_team_computes(void) {
    return computes;
}

/* All but those that tell of a fault in the thread itself. */
static void block_signals(sigset_t *before) {
    static const int faults[] = {SIGSEGV, SIGBUS,  SIGFPE, SIGILL,
                                 SIGTRAP, SIGABRT, SIGSYS};
    sigset_t all;
    sigfillset(&all);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        sigdelset(&all, faults[i]);
    pthread_sigmask(SIG_BLOCK, &all, before);
}

static void enter(void) {
    sg_floats_enter(&host.floats);
    _mm_setcsr(SG_FLOATS_SSE | SG_FLOATS_FLUSH);
    block_signals(&host.signals);
    computes = true;
}

static void leave(sg_outside *own) {
    computes = false;
    sg_floats_leave(&own->floats);
    pthread_sigmask(SIG_SETMASK, &own->signals, NULL);
}

void sg_compute_breathe(void) {
    const double now = sg_seconds_coarse();
    if (!computes || now - breath < BREATH_SECONDS) return;
    breath = now;
    sigset_t own;
    pthread_sigmask(SIG_SETMASK, &host.signals, &own);
    pthread_sigmask(SIG_SETMASK, &own, NULL);
}

/* ---- the team ----------------------------------------------------------- */

static void enter_member(void *members) {
    atomic_fetch_add((atomic_int *)members, 1);
    enter();
}

/* A thread that libgomp started meanwhile is like the caller. */
static void leave_member(void *caller) {
    if (sg_team_member() != 0) leave(computes ? &host : caller);
}

/* Returns the number of threads that entered. */
static int32_t enter_team(int32_t threads) {
    atomic_int members = 0;
    if (threads == 1) {
        enter_member(&members);
    } else {
        sg_team_run(threads, enter_member, &members);
    }
    breath = sg_seconds_coarse();
    return atomic_load(&members);
}

/* The caller last, since now handlers may run. */
static void leave_team(int32_t threads, sg_outside *caller) {
    if (threads > 1) sg_team_run(threads, leave_member, caller);
    leave(caller);
}

/* ---- the scope ---------------------------------------------------------- */

static syngan_status fail_team(syngan_context *context, int32_t members) {
    return sg_fail(context, SYNGAN_E_STATE,
                   "context: it computes with %d threads, but OpenMP gives "
                   "only %d here (OMP_THREAD_LIMIT, or a thread_limit of the "
                   "host); make it with fewer `threads`",
                   (int)context->threads, (int)members);
}

syngan_status sg_compute_enter(syngan_context *context, sg_scope *scope) {
    scope->settings = sg_team_fix(context->threads);
    scope->members = enter_team(context->threads);
    scope->caller = host;
    if (scope->members == context->threads) return SYNGAN_OK;
    sg_compute_leave(scope);
    return fail_team(context, scope->members);
}

void sg_compute_leave(sg_scope *scope) {
    leave_team(scope->members, &scope->caller);
    sg_team_restore(&scope->settings);
}

syngan_status sg_compute_here(syngan_context *context, sg_compute_fn work,
                              void *argument) {
    sg_scope scope;
    SG_TRY(sg_compute_enter(context, &scope));
    const syngan_status status = work(argument);
    sg_compute_leave(&scope);
    sg_spin_notice(context);
    return status;
}
