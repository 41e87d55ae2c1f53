/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs one kernel on a site built by hand.
 */
#include "support/kernel_run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "support/test.h"
#include "tensor/tensor.h"

/* ---- guarded memory ----------------------------------------------------- */

enum { GUARD = 256, GUARD_BYTE = 0xa5, NAN_BYTE = 0xff };

typedef struct block {
    unsigned char *base, *data;
    size_t bytes;
} block;

static block block_make(size_t bytes) {
    size_t whole = (bytes + 63) / 64 * 64 + 2 * GUARD;
    block b = {.base = aligned_alloc(64, whole), .bytes = bytes};
    assert_non_null(b.base);
    memset(b.base, GUARD_BYTE, whole);
    b.data = b.base + GUARD;
    memset(b.data, NAN_BYTE, bytes);
    return b;
}

static void block_check(const block *b, const char *what) {
    for (size_t i = 0; i < GUARD; i++)
        if (b->base[i] != GUARD_BYTE || b->data[b->bytes + i] != GUARD_BYTE)
            fail_msg("%s: written outside", what);
}

static void block_end(block *b, const char *what) {
    block_check(b, what);
    free(b->base);
}

/* ---- descriptions ------------------------------------------------------- */

sg_desc kernel_desc(int32_t type, const int64_t *sizes, size_t rank) {
    return (sg_desc){.type = type, .dims = sg_dims_make(sizes, rank)};
}

size_t kernel_count(const sg_desc *desc) {
    return (size_t)sg_dims_count(&desc->dims);
}

float *kernel_numbers(const sg_desc *desc, uint32_t seed) {
    size_t count = kernel_count(desc);
    sg_random random = {.seed = seed};
    float *x = malloc(count * sizeof *x);
    assert_non_null(x);
    sg_random_uniform(&random, 0, count, x);
    for (size_t i = 0; i < count; i++) {
        x[i] = 2 * x[i] - 1;
        if (desc->type == SYNGAN_TYPE_BF16)
            x[i] = sg_f32_from_bf16(sg_bf16_from_f32(x[i]));
    }
    return x;
}

void kernel_compare(const char *what, const float *got, const double *expected,
                    size_t count, double tolerance) {
    for (size_t i = 0; i < count; i++) {
        double error = fabs((double)got[i] - expected[i]);
        if (!(error <= tolerance * (1 + fabs(expected[i]))))
            fail_msg("%s: element %zu of %zu is %.9g, not %.9g", what, i, count,
                     (double)got[i], expected[i]);
    }
}

/* ---- running ------------------------------------------------------------ */

static void must(syngan_context *context, syngan_status status) {
    if (status != SYNGAN_OK)
        fail_msg("status %d: %s", status, syngan_context_last_error(context));
}

static void site_end(const sg_kernel *kernel, sg_site *site) {
    if (kernel->destroy != NULL)
        kernel->destroy(site);
    else
        sg_free(site->context, site->state);
}

/* One run of a planned site. */
static void run_planned(const sg_kernel *kernel, const sg_site *site,
                        void *const *inputs, const float *bias,
                        const void *slope, block *out) {
    block workspace = block_make(site->workspace);
    sg_call call = {.input = inputs,
                    .output = out->data,
                    .bias = bias,
                    .slope = slope,
                    .workspace = workspace.data,
                    .random = {.seed = 1}};
    must(site->context, kernel->run(site, &call));
    block_end(&workspace, kernel->name);
    block_check(out, kernel->name);
}

static block reordered(syngan_context *context, const sg_desc *from, void *data,
                       const sg_desc *to) {
    sg_desc input = *from;
    sg_site site = {.context = context,
                    .label = "reorder",
                    .n_inputs = 1,
                    .input = &input,
                    .output = *to};
    block out = block_make(sg_desc_bytes(to));
    must(context, sg_kernel_reorder.plan(&site));
    void *const inputs[] = {data};
    run_planned(&sg_kernel_reorder, &site, inputs, NULL, NULL, &out);
    site_end(&sg_kernel_reorder, &site);
    return out;
}

static const sg_kernel *choose(const kernel_run *run, const sg_site *site) {
    for (size_t i = 0; run->kernels[i] != NULL; i++) {
        const sg_kernel *kernel = run->kernels[i];
        if (run->name != NULL && strcmp(kernel->name, run->name) != 0) continue;
        if (site->has_bias && !(kernel->absorbs & SG_ABSORB_BIAS)) continue;
        if (site->n_unary && !(kernel->absorbs & SG_ABSORB_UNARY)) continue;
        if (site->has_slope && !(kernel->absorbs & SG_ABSORB_SLOPE)) continue;
        if (kernel->accepts == NULL || kernel->accepts(site)) return kernel;
    }
    fail_msg("no kernel accepts the site");
    return NULL;
}

static void check_same(const block *a, const block *b, const char *what) {
    if (memcmp(a->data, b->data, a->bytes) != 0)
        fail_msg("%s: another run gives another result", what);
}

/* Runs twice, and in place where that is allowed: all must be alike. A slope
 * of input 0 is then read from where the output lies. */
static block run_all(const kernel_run *run, const sg_site *site, void **inputs,
                     const void *slope) {
    block out = block_make(sg_desc_bytes(&site->output));
    block again = block_make(out.bytes);
    run_planned(run->kernel, site, inputs, run->bias, slope, &out);
    run_planned(run->kernel, site, inputs, run->bias, slope, &again);
    check_same(&out, &again, run->kernel->name);
    if (site->in_place) {
        assert_int_equal(sg_desc_bytes(&site->input[0]), out.bytes);
        memcpy(again.data, inputs[0], out.bytes);
        void *first = inputs[0];
        inputs[0] = again.data;
        if (run->slope == run->data[0]) slope = again.data;
        run_planned(run->kernel, site, inputs, run->bias, slope, &again);
        inputs[0] = first;
        check_same(&out, &again, run->kernel->name);
    }
    block_end(&again, run->kernel->name);
    return out;
}

float *kernel_run_once(syngan_context *context, kernel_run *run) {
    sg_desc descs[KERNEL_RUN_INPUTS];
    memcpy(descs, run->input, sizeof descs);
    sg_site site = {.context = context,
                    .label = "test",
                    .fields = run->fields,
                    .n_inputs = run->n_inputs,
                    .n_unary = run->n_unary,
                    .input = descs,
                    .output = run->output,
                    .has_bias = run->bias != NULL,
                    .has_slope = run->slope != NULL,
                    .slope = run->slope_of};
    memcpy(site.unary, run->unary, sizeof site.unary);
    run->kernel = choose(run, &site);
    if (run->kernel->plan != NULL) must(context, run->kernel->plan(&site));
    run->layout = site.output.layout;
    block in[KERNEL_RUN_INPUTS];
    void *inputs[KERNEL_RUN_INPUTS];
    for (int32_t i = 0; i < run->n_inputs; i++) {
        sg_desc plain = {.type = SYNGAN_TYPE_F32, .dims = run->input[i].dims};
        in[i] = reordered(context, &plain, (void *)(uintptr_t)run->data[i],
                          &descs[i]);
        inputs[i] = in[i].data;
    }
    sg_desc plain = {.type = SYNGAN_TYPE_F32, .dims = run->output.dims};
    block slope = {0};
    if (run->slope != NULL)
        slope = reordered(context, &plain, (void *)(uintptr_t)run->slope,
                          &site.output);
    block out = run_all(run, &site, inputs, slope.data);
    block result = reordered(context, &site.output, out.data, &plain);
    float *copy = malloc(result.bytes);
    assert_non_null(copy);
    memcpy(copy, result.data, result.bytes);
    for (int32_t i = 0; i < run->n_inputs; i++)
        block_end(&in[i], run->kernel->name);
    if (run->slope != NULL) block_end(&slope, run->kernel->name);
    block_end(&out, run->kernel->name);
    block_end(&result, "reorder");
    site_end(run->kernel, &site);
    return copy;
}
