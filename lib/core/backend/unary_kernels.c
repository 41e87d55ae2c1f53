/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernels of the operators of one element and of their gradients, in pieces
 * that stay in the nearest cache.
 */
#include "backend/unary_kernels.h"

#include "base/thread.h"

/* Elements at a time, in the nearest cache, and elements worth a thread. */
enum { PIECE = 2048, GRAIN = 8 * PIECE };

/* All of them go over the site's elements in pieces. */
typedef struct pass {
    const sg_site *site;
    const sg_unary *function;
    const float *in, *dy;
    float *out;
} pass;

static void absorbed(const sg_site *site, float *data, size_t count) {
    for (int32_t i = 0; i < site->n_unary; i++)
        sg_unary_run(site->context->isa, &site->unary[i], count, data, data);
}

static size_t piece_at(int64_t at, int64_t last) {
    return (size_t)(last - at < PIECE ? last - at : PIECE);
}

static void unary_range(void *argument, int64_t first, int64_t last) {
    const pass *p = argument;
    for (int64_t at = first; at < last; at += PIECE) {
        size_t count = piece_at(at, last);
        sg_unary_run(p->site->context->isa, p->function, count, p->in + at,
                     p->out + at);
        absorbed(p->site, p->out + at, count);
    }
}

static syngan_status unary_run(const sg_site *site, const sg_call *call) {
    pass p = {.site = site,
              .function = site->fields,
              .in = call->input[0],
              .out = call->output};
    sg_parallel(site->context, sg_dims_count(&site->output.dims), GRAIN,
                unary_range, &p);
    return SYNGAN_OK;
}

static void grad_range(void *argument, int64_t first, int64_t last) {
    const pass *p = argument;
    for (int64_t at = first; at < last; at += PIECE) {
        size_t count = piece_at(at, last);
        sg_unary_grad_run(p->site->context->isa, p->function, count, p->in + at,
                          p->dy + at, p->out + at);
        absorbed(p->site, p->out + at, count);
    }
}

static syngan_status grad_run(const sg_site *site, const sg_call *call) {
    pass p = {.site = site,
              .function = site->fields,
              .in = call->input[0],
              .dy = call->input[1],
              .out = call->output};
    sg_parallel(site->context, sg_dims_count(&site->output.dims), GRAIN,
                grad_range, &p);
    return SYNGAN_OK;
}

static const sg_kernel unary_kernel = {.name = "unary",
                                       .absorbs = SG_ABSORB_UNARY,
                                       .plan = sg_plan_elementwise,
                                       .run = unary_run};
static const sg_kernel grad_kernel = {.name = "unary gradient",
                                      .absorbs = SG_ABSORB_UNARY,
                                      .plan = sg_plan_elementwise,
                                      .run = grad_run};

const sg_kernel *const sg_unary_kernels[] = {&unary_kernel, NULL};
const sg_kernel *const sg_unary_grad_kernels[] = {&grad_kernel, NULL};
