/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parallel loops on libgomp, the scope around computing, and what the machine
 * has.
 */
#include "base/thread.h"

#include <assert.h>
#include <sched.h>
#include <time.h>
#include <xmmintrin.h>

/* libgomp's entry points. Compilers call the first for "omp parallel". */
void GOMP_parallel(void (*work)(void *), void *data, unsigned threads,
                   unsigned flags);
int omp_get_thread_num(void);
int omp_get_num_threads(void);
int omp_get_max_threads(void);
void omp_set_num_threads(int threads);

/* ---- teams -------------------------------------------------------------- */

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

/* Calls `work` in each thread of the context's team. Always the whole team:
 * libgomp ends threads that a smaller one has no use for, and starting them
 * again costs more than what they miss. */
static void run_team(syngan_context *context, void (*work)(void *),
                     void *argument) {
    region all = {.work = work, .argument = argument};
    __tsan_release(&all.begun);
    GOMP_parallel(run_member, &all, (unsigned)context->threads, 0);
    __tsan_acquire(&all.ended);
}

/* ---- parallel loops ----------------------------------------------------- */

typedef struct loop {
    sg_range_fn work;
    void *argument;
    int64_t count, grain, grains;
} loop;

/* One thread's share. libgomp may give fewer threads than asked for, so the
 * split is made from what there is. */
static void run_share(void *data) {
    const loop *all = data;
    int64_t threads = omp_get_num_threads();
    int64_t thread = omp_get_thread_num();
    int64_t each = all->grains / threads, more = all->grains % threads;
    int64_t first = thread * each + (thread < more ? thread : more);
    int64_t last = first + each + (thread < more ? 1 : 0);
    if (first == last) return;
    first *= all->grain;
    last = last == all->grains ? all->count : last * all->grain;
    all->work(all->argument, first, last);
}

void sg_parallel(syngan_context *context, int64_t count, int64_t grain,
                 sg_range_fn work, void *argument) {
    assert(grain >= 1);
    if (count <= 0) return;
    if (context->threads == 1 || count <= grain) {
        work(argument, 0, count);
        return;
    }
    loop all = {.work = work,
                .argument = argument,
                .count = count,
                .grain = grain,
                .grains = (count - 1) / grain + 1};
    run_team(context, run_share, &all);
}

/* ---- the scope around computing ----------------------------------------- */

/* Denormals are zero as results (bit 15) and as operands (bit 6). */
#define FLUSH_DENORMALS 0x8040u

static void set_control(void *control) {
    _mm_setcsr(*(const uint32_t *)control);
}

/* Sets MXCSR in this thread and in all of its workers. */
static void set_control_everywhere(syngan_context *context, uint32_t control) {
    if (context->threads == 1) {
        set_control(&control);
    } else {
        run_team(context, set_control, &control);
    }
}

sg_compute_scope sg_compute_enter(syngan_context *context) {
    sg_compute_scope scope = {.threads = omp_get_max_threads(),
                              .control = _mm_getcsr()};
    omp_set_num_threads(context->threads);
    set_control_everywhere(context, scope.control | FLUSH_DENORMALS);
    return scope;
}

void sg_compute_leave(syngan_context *context, sg_compute_scope scope) {
    set_control_everywhere(context, scope.control);
    omp_set_num_threads(scope.threads);
}

int32_t sg_compute_threads(int32_t threads) {
    int32_t before = omp_get_max_threads();
    omp_set_num_threads(threads);
    return before;
}

/* ---- the machine -------------------------------------------------------- */

int32_t sg_processor_count(void) {
    /* 8192 processors, the most that Linux is built for. */
    cpu_set_t processors[8];
    if (sched_getaffinity(0, sizeof(processors), processors) != 0) return 1;
    int count = CPU_COUNT_S(sizeof(processors), processors);
    return count < 1 ? 1 : count;
}

int32_t sg_cpu_isa(void) {
    if (!__builtin_cpu_supports("sse4.1")) return SYNGAN_ISA_BEST;
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) {
        return SYNGAN_ISA_SSE41;
    }
    if (!__builtin_cpu_supports("avx512f") ||
        !__builtin_cpu_supports("avx512bw") ||
        !__builtin_cpu_supports("avx512dq") ||
        !__builtin_cpu_supports("avx512vl")) {
        return SYNGAN_ISA_AVX2;
    }
    return __builtin_cpu_supports("avx512bf16") ? SYNGAN_ISA_AVX512_BF16
                                                : SYNGAN_ISA_AVX512;
}

double sg_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
