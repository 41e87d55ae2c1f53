/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Teams of libgomp's threads. Each thread has a team of its own, which libgomp
 * keeps for it. It gives smaller teams than asked for without a word, ends the
 * process where a thread can't be started, and waits for ever for the threads
 * that a child of fork() doesn't have.
 */
#include "base/team.h"

#include <pthread.h>
#include <unistd.h>

#include "base/start.h"

/* libgomp's entry points. Compilers call the first for "omp parallel". */
void GOMP_parallel(void (*work)(void *), void *data, unsigned threads,
                   unsigned flags);
int omp_get_thread_limit(void);
int omp_get_thread_num(void);
int omp_get_num_threads(void);
int omp_get_level(void);
int omp_get_max_threads(void);
void omp_set_num_threads(int threads);
int omp_get_dynamic(void);
void omp_set_dynamic(int dynamic);
int omp_get_max_active_levels(void);
void omp_set_max_active_levels(int levels);

/* ---- running ------------------------------------------------------------ */

/* The thread sanitizer does not see libgomp's barriers, so there we tell it
 * what they order. */
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SG_TELL_SANITIZER
#endif
#elif defined(__SANITIZE_THREAD__)
#define SG_TELL_SANITIZER
#endif
#ifdef SG_TELL_SANITIZER
void __tsan_acquire(void *address);
void __tsan_release(void *address);
#else
#define __tsan_acquire(address) ((void)(address))
#define __tsan_release(address) ((void)(address))
#endif

typedef struct region {
    void (*work)(void *argument);
    void *argument;
    char begun, ended; /* addresses to tell of */
} region;

static void run_member(void *data) {
    region *all = data;
    __tsan_acquire(&all->begun);
    all->work(all->argument);
    __tsan_release(&all->ended);
}

void sg_team_run(int32_t threads, void (*work)(void *), void *argument) {
    region all = {.work = work, .argument = argument};
    __tsan_release(&all.begun);
    GOMP_parallel(run_member, &all, (unsigned)threads, 0);
    __tsan_acquire(&all.ended);
}

int32_t sg_team_size(void) {
    return omp_get_num_threads();
}

int32_t sg_team_member(void) {
    return omp_get_thread_num();
}

/* ---- settings ----------------------------------------------------------- */

int32_t sg_team_limit(void) {
    return omp_get_thread_limit();
}

sg_team_settings sg_team_fix(int32_t threads) {
    const sg_team_settings host = {.threads = omp_get_max_threads(),
                                   .dynamic = omp_get_dynamic(),
                                   .levels = omp_get_max_active_levels()};
    omp_set_num_threads(threads);
    omp_set_dynamic(0);
    if (host.levels < 1) omp_set_max_active_levels(1);
    return host;
}

void sg_team_restore(const sg_team_settings *host) {
    if (host->levels < 1) omp_set_max_active_levels(host->levels);
    omp_set_dynamic(host->dynamic);
    omp_set_num_threads(host->threads);
}

int32_t sg_compute_threads(int32_t threads) {
    const int32_t before = omp_get_max_threads();
    omp_set_num_threads(threads);
    return before;
}

/* ---- starting ----------------------------------------------------------- */

/* The team that this thread had last. */
static _Thread_local struct {
    pid_t process;
    int32_t threads;
} known;

static pid_t first_process;

/* A child of fork() is another process than the one that loaded us. */
__attribute__((constructor)) static void note_process(void) {
    first_process = getpid();
}

/* Whether libgomp may keep a team for this thread whose threads are gone: only
 * the thread that called fork() is in the child, as its first. */
static bool may_have_lost_team(pid_t process) {
    return known.process != process && first_process != process &&
           gettid() == process;
}

static void *wait_for_gate(void *gate) {
    pthread_mutex_lock(gate);
    pthread_mutex_unlock(gate);
    return NULL;
}

/* Whether the system would start so many threads now. */
static bool can_start(int32_t count) {
    pthread_t thread[SG_MAX_THREADS];
    pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
    int32_t started = 0;
    pthread_mutex_lock(&gate);
    while (started < count &&
           sg_thread_start(&thread[started], wait_for_gate, &gate))
        started++;
    pthread_mutex_unlock(&gate);
    for (int32_t i = 0; i < started; i++)
        pthread_join(thread[i], NULL);
    pthread_mutex_destroy(&gate);
    return started == count;
}

static void do_nothing(void *argument) {
    (void)argument;
}

static void start(void *threads) {
    sg_team_run(*(const int32_t *)threads, do_nothing, NULL);
}

sg_team sg_team_find(int32_t threads) {
    if (omp_get_level() > 0) return SG_TEAM_ELSEWHERE;
    const pid_t process = getpid();
    if (known.process == process && known.threads >= threads) {
        known.threads = threads; /* libgomp ends the others */
        return SG_TEAM_HERE;
    }
    if (may_have_lost_team(process)) return SG_TEAM_ELSEWHERE;
    if (!can_start(threads - 1)) return SG_TEAM_NOWHERE;
    const sg_team_settings host = sg_team_fix(threads);
    sg_floats_as_host(start, &threads);
    sg_team_restore(&host);
    known.process = process;
    known.threads = threads;
    return SG_TEAM_HERE;
}
