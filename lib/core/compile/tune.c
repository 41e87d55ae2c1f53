/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tuning, a part of the first stage of compiling: of the kernels that accept a
 * group, the fastest. Each is planned and run for itself, on memory of its own
 * that is given back at once.
 *
 * What is timed is the run of the kernel, on values in the layouts that it
 * wants. Reorders into and out of these layouts are left out: which ones there
 * will be is known only when all kernels are chosen, and neighbours often share
 * them. For a kernel that leaves a part of the chain to others the time of one
 * pass over the result is added, as a copy of it takes: that part is fused into
 * a kernel of its own, which waits for memory.
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/thread.h"
#include "compile/program.h"

/* Runs of a kernel behind the one that warms up: at least and at most so many,
 * in between until the time is up. */
#define LEAST_RUNS 3
#define MOST_RUNS 50
#define ENOUGH_SECONDS 0.02

/* ---- what a kernel works on ---------------------------------------------- */

/* A run of a planned site on throw-away memory. */
typedef struct trial {
    const sg_site *site;
    char *memory;
    size_t used;
    sg_call call;
} trial;

/* The next bytes of the memory; while there is none yet, only counts. */
static void *take(trial *t, size_t bytes) {
    char *at = t->memory == NULL ? NULL : t->memory + t->used;
    t->used += (bytes + SG_ALIGNMENT - 1) / SG_ALIGNMENT * SG_ALIGNMENT;
    return at;
}

/* Small numbers that no shortcut helps with, all above zero, since there may be
 * variances among them. */
static float number(size_t index) {
    return (float)(1 + index % 61) / 1024.0f;
}

static const float *take_numbers(trial *t, size_t count) {
    float *at = take(t, count * sizeof *at);
    for (size_t i = 0; at != NULL && i < count; i++)
        at[i] = number(i);
    return at;
}

/* An input: numbers in any order of the elements. Those of other types are
 * zeros, which may stand for places, too. */
static void *take_input(trial *t, const sg_desc *desc) {
    size_t bytes = sg_desc_bytes(desc);
    void *at = take(t, bytes);
    if (at == NULL) return NULL;
    if (desc->type == SYNGAN_TYPE_F32)
        for (size_t i = 0; i < bytes / sizeof(float); i++)
            ((float *)at)[i] = number(i);
    else if (desc->type == SYNGAN_TYPE_BF16)
        for (size_t i = 0; i < bytes / sizeof(uint16_t); i++)
            ((uint16_t *)at)[i] = sg_bf16_from_f32(number(i));
    else
        memset(at, 0, bytes);
    return at;
}

static void take_all(trial *t) {
    const sg_site *site = t->site;
    size_t channels =
        site->output.dims.rank < 2 ? 0 : (size_t)site->output.dims.size[1];
    t->used = 0;
    void **input = take(t, (size_t)site->n_inputs * sizeof *input);
    for (int32_t i = 0; i < site->n_inputs; i++) {
        void *at = take_input(t, &site->input[i]);
        if (input != NULL) input[i] = at;
    }
    t->call.input = input;
    t->call.output = take(t, sg_desc_bytes(&site->output));
    if (site->has_bias) t->call.bias = take_numbers(t, channels);
    if (site->has_slope) t->call.slope = take_input(t, &site->output);
    for (int i = 0; site->has_norm && i < SG_NORMS; i++)
        t->call.norm[i] = take_numbers(t, channels);
    if (site->workspace > 0) t->call.workspace = take(t, site->workspace);
}

/* ---- timing ---------------------------------------------------------------
 */

/* The best of a few runs: what disturbs a run makes it slower. */
static syngan_status best_run(const sg_kernel *kernel, const trial *t,
                              double *seconds) {
    SG_TRY(kernel->run(t->site, &t->call));
    double begin = sg_seconds(), start = begin;
    *seconds = HUGE_VAL;
    for (int i = 0; i < MOST_RUNS; i++) {
        if (i >= LEAST_RUNS && start - begin >= ENOUGH_SECONDS) break;
        SG_TRY(kernel->run(t->site, &t->call));
        double end = sg_seconds();
        if (end - start < *seconds) *seconds = end - start;
        start = end;
        sg_compute_breathe();
    }
    return SYNGAN_OK;
}

static syngan_status time_planned(const sg_kernel *kernel, const sg_site *site,
                                  double *seconds) {
    trial t = {.site = site};
    take_all(&t);
    t.memory = sg_alloc(site->context, t.used);
    if (t.memory == NULL)
        return sg_fail_memory(site->context, "timing kernels", t.used);
    take_all(&t);
    syngan_status status = best_run(kernel, &t, seconds);
    sg_free(site->context, t.memory);
    return status;
}

static syngan_status time_site(const sg_kernel *kernel, sg_site *site,
                               double *seconds) {
    syngan_status status = sg_site_plan(kernel, site);
    if (status == SYNGAN_OK && site->has_norm) sg_site_place_norm(site);
    if (status == SYNGAN_OK) status = time_planned(kernel, site, seconds);
    sg_site_end(kernel, site);
    return status;
}

/* How an input will probably come, which some kernels plan by: images that are
 * computed in blocks of channels, if these are whole, as convolutions make
 * them; all else plain. */
static sg_layout likely_layout(const sg_site *site, const syngan_node *node) {
    int32_t block = site->context->isa >= SYNGAN_ISA_AVX512 ? 16 : 8;
    if ((node->op->flags & (SG_OP_SOURCE | SG_OP_VIEW)) != 0 ||
        node->dims.rank != 4 || node->dims.size[1] % block != 0)
        return (sg_layout){.kind = SG_PLAIN};
    return (sg_layout){.kind = SG_BLOCKED, .block = block};
}

static syngan_status time_group(const syngan_program *program,
                                const sg_group *group, double *seconds) {
    size_t room = (size_t)group->anchor->n_inputs + 1;
    sg_desc *input = sg_alloc_zero(program->context, room, sizeof *input);
    if (input == NULL)
        return sg_fail_memory(program->context, "timing kernels",
                              room * sizeof *input);
    sg_site site = sg_site_plain(program, group, input);
    for (int32_t i = 0; i < site.n_inputs; i++)
        input[i].layout = likely_layout(&site, group->anchor->inputs[i]);
    syngan_status status = time_site(group->kernel, &site, seconds);
    sg_free(program->context, input);
    return status;
}

/* A pass over the group's result. */
static syngan_status time_pass(const syngan_program *program,
                               const sg_group *group, double *seconds) {
    sg_desc from = {.type = group->anchor->type, .dims = group->anchor->dims};
    sg_site site = {.context = program->context,
                    .label = group->anchor->name,
                    .n_inputs = 1,
                    .input = &from,
                    .output = from};
    return time_site(&sg_kernel_reorder, &site, seconds);
}

/* ---- choosing -------------------------------------------------------------
 */

static int32_t absorbed(const sg_group *group) {
    return group->n_unary + (group->bias != NULL) + (group->norm != NULL);
}

static int32_t most_absorbed(const sg_group *candidates, size_t count) {
    int32_t most = 0;
    for (size_t i = 0; i < count; i++)
        if (absorbed(&candidates[i]) > most) most = absorbed(&candidates[i]);
    return most;
}

/* Times a candidate with what it leaves to others. */
static syngan_status time_candidate(const syngan_program *program,
                                    const sg_group *candidate, int32_t most,
                                    double *seconds) {
    double pass = 0.0;
    SG_TRY(time_group(program, candidate, seconds));
    if (absorbed(candidate) < most)
        SG_TRY(time_pass(program, candidate, &pass));
    *seconds += pass;
    return SYNGAN_OK;
}

/* A candidate that the backend can't make is out, unless all are. */
static syngan_status take_fastest(const syngan_program *program,
                                  sg_group *candidates, size_t count,
                                  size_t *best) {
    int32_t most = most_absorbed(candidates, count);
    sg_timing timing[SG_CANDIDATES];
    int32_t timed = 0;
    double least = HUGE_VAL;
    syngan_status status = SYNGAN_OK;
    sg_error_text before;
    sg_error_keep(program->context, &before);
    for (size_t i = 0; i < count; i++) {
        double seconds = 0.0;
        SG_TRY(sg_check_cancelled(program->context, "program"));
        status = time_candidate(program, &candidates[i], most, &seconds);
        if (status == SYNGAN_E_MEMORY) return status;
        if (status != SYNGAN_OK) continue;
        timing[timed++] = (sg_timing){candidates[i].kernel, seconds};
        if (seconds >= least) continue;
        least = seconds;
        *best = i;
    }
    if (timed == 0) return status;
    sg_error_put_back(program->context, &before);
    candidates[*best].choice = SG_CHOICE_TIMED;
    candidates[*best].n_timings = timed;
    memcpy(candidates[*best].timing, timing, sizeof *timing * (size_t)timed);
    return SYNGAN_OK;
}

/* The kernel stored for a node, or NULL. */
static const char *stored_kernel(const syngan_program *program, int32_t node) {
    for (size_t i = 0; i < program->stored->count; i++)
        if (program->stored->choice[i].node == node)
            return program->stored->choice[i].kernel;
    return NULL;
}

static void take_stored(const syngan_program *program, sg_group *candidates,
                        size_t count, size_t *best) {
    const char *name = stored_kernel(program, candidates[0].anchor->id);
    if (count > 1) candidates[0].choice = SG_CHOICE_RULE;
    for (size_t i = 0; name != NULL && i < count; i++) {
        if (strcmp(candidates[i].kernel->name, name) != 0) continue;
        candidates[i].choice = SG_CHOICE_STORED;
        *best = i;
        return;
    }
}

syngan_status sg_tune(const syngan_program *program, sg_group *candidates,
                      size_t count, size_t *best) {
    if (program->stored == NULL)
        return count == 1 ? SYNGAN_OK
                          : take_fastest(program, candidates, count, best);
    take_stored(program, candidates, count, best);
    return SYNGAN_OK;
}

/* ---- choices of an earlier run --------------------------------------------
 */

void sg_tune_warn(const syngan_program *program) {
    size_t fitting = 0, by_rule = 0;
    if (program->stored == NULL) return;
    for (size_t i = 0; i < program->n_groups; i++) {
        fitting += program->groups[i].choice == SG_CHOICE_STORED;
        by_rule += program->groups[i].choice == SG_CHOICE_RULE;
    }
    if (fitting == program->stored->count && by_rule == 0) return;
    sg_log(program->context, SYNGAN_LOG_WARNING,
           "program: of %zu stored choices of kernels %zu can be had here; the "
           "others are made by rule, and results will differ in their last "
           "bits",
           program->stored->count, fitting);
}

bool sg_program_choice(const syngan_program *program, size_t *at,
                       sg_choice *out) {
    while (*at < program->n_groups) {
        const sg_group *group = &program->groups[(*at)++];
        if (group->choice == SG_CHOICE_NONE) continue;
        *out = (sg_choice){.node = group->anchor->id,
                           .kernel = group->kernel->name};
        return true;
    }
    return false;
}
