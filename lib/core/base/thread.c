/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parallel loops on libgomp, and what the machine has.
 */
#include "base/thread.h"

#include <assert.h>

#include "base/spin.h"
#include "base/team.h"

/* ---- parallel loops ----------------------------------------------------- */

typedef struct loop {
    sg_range_fn work;
    void *argument;
    int64_t count, grain, grains;
    bool computes; /* the team has the settings of sg_compute() */
} loop;

/* One thread's share. libgomp may give fewer threads than asked for, so the
 * split is made from what there is. */
static void run_share(const loop *all) {
    int64_t threads = sg_team_size();
    int64_t thread = sg_team_member();
    int64_t each = all->grains / threads, more = all->grains % threads;
    int64_t first = thread * each + (thread < more ? thread : more);
    int64_t last = first + each + (thread < more ? 1 : 0);
    if (first == last) return;
    first *= all->grain;
    last = last == all->grains ? all->count : last * all->grain;
    all->work(all->argument, first, last);
}

static void run_member(void *data) {
    const loop *all = data;
    if (all->computes) {
        run_share(all);
        return;
    }
    SG_OWN_FLOATS;
    run_share(all);
}

void sg_parallel(syngan_context *context, int64_t count, int64_t grain,
                 sg_range_fn work, void *argument) {
    assert(grain >= 1);
    if (count <= 0) return;
    const bool computes = sg_team_computes();
    if (context->threads == 1 || count <= grain ||
        (!computes && sg_team_find(context->threads) != SG_TEAM_HERE)) {
        work(argument, 0, count);
        return;
    }
    loop all = {.work = work,
                .argument = argument,
                .count = count,
                .grain = grain,
                .grains = (count - 1) / grain + 1,
                .computes = computes};
    sg_team_run(context->threads, run_member, &all);
    if (!computes) sg_spin_notice(context);
}

/* ---- the machine -------------------------------------------------------- */

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
