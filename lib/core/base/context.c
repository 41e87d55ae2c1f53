/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The context: its options, life and references, cancellation, and the one
 * thing that is kept per process: the cap on instruction sets.
 */
#include "base/context.h"

#include <stdlib.h>
#include <string.h>

#include "base/floats.h"
#include "base/memory.h"
#include "base/options.h"
#include "base/spin.h"
#include "base/team.h"
#include "base/thread.h"

#define T syngan_context_options
static const sg_field context_fields[] = {
    SG_U64(T, seed, "Seed of everything random"),
    SG_OTHER(T, allocator, "Memory functions, the C library's if not given"),
    SG_OTHER(T, log, "Receives log lines"),
    SG_OTHER(T, log_user, "Passed to log"),
    SG_ENUM(T, log_level, "warning|info|debug", SYNGAN_LOG_WARNING,
            SYNGAN_LOG_DEBUG, SYNGAN_LOG_WARNING,
            "Most detailed log level wanted"),
    SG_I32(T, threads, 0, SG_MAX_THREADS, 0,
           "Threads for computing, 0 for all processors"),
    SG_ENUM(T, isa, "best|sse41|avx2|avx512|avx512_bf16", SYNGAN_ISA_BEST,
            SYNGAN_ISA_AVX512_BF16, SYNGAN_ISA_BEST,
            "Most modern instruction set to use, one for the whole process"),
    SG_U64(T, memory_limit, "Bytes that may be held at once, 0 for no limit"),
};
#undef T
SG_FIELDS(sg_options_context, "context", syngan_context_options,
          context_fields);

/* ---- the process's instruction-set cap ---------------------------------- */

/* SYNGAN_ISA_BEST while nobody has asked for a cap, with CAP_SETTLED added once
 * oneDNN runs and so can't be capped any more. */
static atomic_int process_cap;
#define CAP_SETTLED 256

int32_t sg_isa_settle(void) {
    return atomic_fetch_or(&process_cap, CAP_SETTLED) & ~CAP_SETTLED;
}

/* Makes `cap` the process's, if it has no other one. */
static bool claim_cap(int32_t cap) {
    int known = SYNGAN_ISA_BEST;
    if (atomic_compare_exchange_strong(&process_cap, &known, cap)) return true;
    if (known == (SYNGAN_ISA_BEST | CAP_SETTLED)) return cap >= sg_cpu_isa();
    return (known & ~CAP_SETTLED) == cap;
}

/* The instruction set for a context that asks for `cap`; 0: refused. */
static int32_t choose_isa(int32_t cap) {
    int32_t best = sg_cpu_isa();
    if (cap != SYNGAN_ISA_BEST && !claim_cap(cap)) return 0;
    int32_t known = atomic_load(&process_cap) & ~CAP_SETTLED;
    return known != SYNGAN_ISA_BEST && known < best ? known : best;
}

int32_t sg_isa_best(void) {
    return choose_isa(SYNGAN_ISA_BEST);
}

/* ---- life --------------------------------------------------------------- */

static void *standard_allocate(size_t size, size_t alignment, void *user) {
    (void)user;
    void *pointer = NULL;
    return posix_memalign(&pointer, alignment, size) == 0 ? pointer : NULL;
}

static void standard_release(void *pointer, size_t size, void *user) {
    (void)size;
    (void)user;
    free(pointer);
}

static bool choose_allocator(const syngan_allocator *given,
                             syngan_allocator *out) {
    *out = (syngan_allocator){.struct_size = sizeof(*out),
                              .allocate = standard_allocate,
                              .release = standard_release};
    if (given == NULL) return true;
    if (given->struct_size < sizeof(*given)) return false;
    *out = *given;
    return given->allocate != NULL && given->release != NULL;
}

/* Never more than OpenMP starts at all. */
static int32_t choose_threads(int32_t wanted) {
    const int32_t limit = sg_team_limit();
    if (wanted == 0) wanted = sg_processor_count();
    if (wanted > SG_MAX_THREADS) wanted = SG_MAX_THREADS;
    return wanted < limit ? wanted : limit;
}

/* Sets up a context in `context`, a block of its own size. */
static void initialise(syngan_context *context,
                       const syngan_context_options *options,
                       const syngan_allocator *allocator, int32_t isa) {
    memset(context, 0, sizeof(*context));
    atomic_init(&context->references, 1);
    atomic_init(&context->cancelled, 0);
    atomic_init(&context->bytes, sizeof(*context));
    atomic_init(&context->peak, sizeof(*context));
    atomic_init(&context->allocations, 1);
    context->allocator = *allocator;
    context->memory_limit = options->memory_limit;
    context->seed = options->seed;
    context->log = options->log;
    context->log_user = options->log_user;
    context->log_level = options->log_level;
    context->threads = choose_threads(options->threads);
    context->isa = isa;
    context->io = sg_io_posix;
    context->hash_key = sg_hash_key_draw();
}

syngan_status syngan_context_create(const syngan_context_options *options,
                                    syngan_context **out) {
    SG_OWN_FLOATS;
    if (out == NULL) return SYNGAN_E_ARGUMENT;
    *out = NULL;
    syngan_context_options read;
    SG_TRY(
        sg_options_read(NULL, &sg_options_context, options, "context", &read));
    syngan_allocator allocator;
    if (!choose_allocator(read.allocator, &allocator)) return SYNGAN_E_ARGUMENT;
    if (read.memory_limit != 0 && read.memory_limit < sizeof(syngan_context)) {
        return SYNGAN_E_MEMORY;
    }
    int32_t isa = choose_isa(read.isa);
    if (isa < SYNGAN_ISA_SSE41) return SYNGAN_E_UNSUPPORTED;
    syngan_context *context = allocator.allocate(sizeof(syngan_context),
                                                 SG_ALIGNMENT, allocator.user);
    if (context == NULL) return SYNGAN_E_MEMORY;
    initialise(context, &read, &allocator, isa);
    *out = context;
    return SYNGAN_OK;
}

void sg_context_retain(syngan_context *context) {
    atomic_fetch_add_explicit(&context->references, 1, memory_order_relaxed);
}

void sg_context_release(syngan_context *context) {
    if (atomic_fetch_sub_explicit(&context->references, 1,
                                  memory_order_acq_rel) != 1) {
        return;
    }
    sg_runner_free(context);
    sg_spin_free(context);
    syngan_allocator allocator = context->allocator;
    allocator.release(context, sizeof(*context), allocator.user);
}

void syngan_context_free(syngan_context *context) {
    if (context != NULL) sg_context_release(context);
}

int32_t syngan_context_threads(const syngan_context *context) {
    return context == NULL ? 0 : context->threads;
}

void syngan_context_cancel(syngan_context *context) {
    if (context != NULL) atomic_store(&context->cancelled, 1);
}

void syngan_context_cancel_reset(syngan_context *context) {
    if (context != NULL) atomic_store(&context->cancelled, 0);
}
