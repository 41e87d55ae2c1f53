/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pooling and upsampling. A value is seen as planes of pixels, one for each
 * image and channel, or block of channels; work is done by rows of windows, in
 * strips. What windows give to the pixels is added up plane by plane, so that
 * the sums don't depend on the number of threads.
 */
#include "backend/pool.h"

#include <string.h>

#include "backend/pool_simd.h"
#include "base/thread.h"

typedef void (*strip_fn)(const sg_pool_strip *strip);

/* A run: where values begin, as in a strip, and the sizes of a plane. */
typedef struct pool {
    const sg_site *site;
    sg_pool_fields fields;
    strip_fn function;
    const float *image;
    float *image_out;
    const float *windows;
    float *windows_out;
    const float *taken;
    int64_t lanes;
    int64_t planes;
    int64_t height, width;      /* of the image */
    int64_t pooled_h, pooled_w; /* windows */
    bool divides;
} pool;

/* ---- common parts ------------------------------------------------------- */

/* All values in one layout: blocked if one comes so. */
static syngan_status pool_plan(sg_site *site) {
    SG_TRY(sg_plan_elementwise(site));
    site->in_place = false;
    return SYNGAN_OK;
}

static pool pool_make(const sg_site *site, const sg_pool_fields *fields,
                      const sg_desc *image, const sg_desc *windows) {
    const int64_t *size = image->dims.size;
    int64_t lanes = image->layout.kind == SG_BLOCKED ? image->layout.block : 1;
    return (pool){.site = site,
                  .fields = *fields,
                  .lanes = lanes,
                  .planes = size[0] * size[1] / lanes,
                  .height = size[2],
                  .width = size[3],
                  .pooled_h = windows->dims.size[2],
                  .pooled_w = windows->dims.size[3],
                  .divides = true};
}

static const float *from(const float *start, int64_t offset) {
    return start == NULL ? NULL : start + offset;
}
static float *to(float *start, int64_t offset) {
    return start == NULL ? NULL : start + offset;
}

/* One row of the windows of a plane. */
static void pool_row(const pool *p, int64_t plane, int64_t row) {
    const sg_pool_fields *f = &p->fields;
    int64_t top = row * f->stride_h - f->pad_top, bottom = top + f->size_h;
    if (top < 0) top = 0;
    if (bottom > p->height) bottom = p->height;
    int64_t image = (plane * p->height + top) * p->width * p->lanes;
    int64_t windows = (plane * p->pooled_h + row) * p->pooled_w * p->lanes;
    sg_pool_strip strip = {.image = from(p->image, image),
                           .image_out = to(p->image_out, image),
                           .taken = from(p->taken, image),
                           .lanes = p->lanes,
                           .width = p->width,
                           .rows = bottom - top,
                           .size = f->size_w,
                           .stride = f->stride_w,
                           .divides = p->divides};
    int64_t most = SG_POOL_STRIP / p->lanes;
    for (int64_t at = 0; at < p->pooled_w; at += most) {
        strip.left = at * f->stride_w - f->pad_left;
        strip.count = p->pooled_w - at < most ? p->pooled_w - at : most;
        strip.windows = from(p->windows, windows + at * p->lanes);
        strip.windows_out = to(p->windows_out, windows + at * p->lanes);
        p->function(&strip);
    }
}

static void pool_rows(void *argument, int64_t first, int64_t last) {
    const pool *p = argument;
    for (int64_t i = first; i < last; i++)
        pool_row(p, i / p->pooled_h, i % p->pooled_h);
}

/* Whole planes, for results in the image. */
static void pool_planes(void *argument, int64_t first, int64_t last) {
    const pool *p = argument;
    int64_t size = p->height * p->width * p->lanes;
    for (int64_t plane = first; plane < last; plane++) {
        memset(p->image_out + plane * size, 0,
               (size_t)size * sizeof *p->image_out);
        for (int64_t row = 0; row < p->pooled_h; row++)
            pool_row(p, plane, row);
    }
}

/* Items of `size` numbers that are worth a thread. */
static int64_t pool_grain(int64_t size) {
    return size < SG_GRAIN ? SG_GRAIN / (size + 1) + 1 : 1;
}

static syngan_status pool_run(pool *p) {
    syngan_context *context = p->site->context;
    if (p->windows_out != NULL) {
        int64_t work = p->fields.size_h * p->width * p->lanes;
        sg_parallel(context, p->planes * p->pooled_h, pool_grain(work),
                    pool_rows, p);
    } else {
        int64_t work = p->height * p->width * p->lanes;
        sg_parallel(context, p->planes, pool_grain(work), pool_planes, p);
    }
    return SYNGAN_OK;
}

/* ---- average ------------------------------------------------------------ */

static syngan_status run_average(const sg_site *site, const sg_call *call) {
    pool p = pool_make(site, site->fields, &site->input[0], &site->output);
    p.function = sg_simd_pick(site->context->isa, sg_pool_average);
    p.image = call->input[0];
    p.windows_out = call->output;
    return pool_run(&p);
}

static syngan_status run_average_grad(const sg_site *site,
                                      const sg_call *call) {
    pool p = pool_make(site, site->fields, &site->output, &site->input[0]);
    p.function = sg_simd_pick(site->context->isa, sg_pool_average_grad);
    p.windows = call->input[0];
    p.image_out = call->output;
    return pool_run(&p);
}

static const sg_kernel average_kernel = {
    .name = "average pool", .plan = pool_plan, .run = run_average};
static const sg_kernel average_grad_kernel = {.name = "average pool gradient",
                                              .plan = pool_plan,
                                              .run = run_average_grad};

const sg_kernel *const sg_average_pool_kernels[] = {&average_kernel, NULL};
const sg_kernel *const sg_average_pool_grad_kernels[] = {&average_grad_kernel,
                                                         NULL};

/* ---- maximum ------------------------------------------------------------ */

static syngan_status run_max(const sg_site *site, const sg_call *call) {
    pool p = pool_make(site, site->fields, &site->input[0], &site->output);
    p.function = sg_simd_pick(site->context->isa, sg_pool_max);
    p.image = call->input[0];
    p.windows_out = call->output;
    return pool_run(&p);
}

static syngan_status run_max_grad(const sg_site *site, const sg_call *call) {
    pool p = pool_make(site, site->fields, &site->input[0], &site->input[1]);
    p.function = sg_simd_pick(site->context->isa, sg_pool_max_grad);
    p.image = call->input[0];
    p.windows = call->input[1];
    p.image_out = call->output;
    return pool_run(&p);
}

static syngan_status run_max_take(const sg_site *site, const sg_call *call) {
    pool p = pool_make(site, site->fields, &site->input[0], &site->output);
    p.function = sg_simd_pick(site->context->isa, sg_pool_max_take);
    p.image = call->input[0];
    p.taken = call->input[1];
    p.windows_out = call->output;
    return pool_run(&p);
}

static const sg_kernel max_kernel = {
    .name = "max pool", .plan = pool_plan, .run = run_max};
static const sg_kernel max_grad_kernel = {
    .name = "max pool gradient", .plan = pool_plan, .run = run_max_grad};
static const sg_kernel max_take_kernel = {
    .name = "max pool take", .plan = pool_plan, .run = run_max_take};

const sg_kernel *const sg_max_pool_kernels[] = {&max_kernel, NULL};
const sg_kernel *const sg_max_pool_grad_kernels[] = {&max_grad_kernel, NULL};
const sg_kernel *const sg_max_pool_take_kernels[] = {&max_take_kernel, NULL};

/* ---- upsampling --------------------------------------------------------- */

/* Windows that cover the large image, each pixel once. */
static pool upsample_make(const sg_site *site, const sg_desc *large,
                          const sg_desc *small) {
    const sg_upsample_fields *fields = site->fields;
    sg_pool_fields windows = {.size_h = fields->factor,
                              .size_w = fields->factor,
                              .stride_h = fields->factor,
                              .stride_w = fields->factor};
    pool p = pool_make(site, &windows, large, small);
    p.divides = false;
    return p;
}

/* Row `row` of all rows of small pixels: one large row is made, then copied. */
static void upsample_row(const pool *p, int64_t row) {
    int64_t factor = p->fields.size_w, size = p->width * p->lanes;
    const float *in = p->windows + row * p->pooled_w * p->lanes;
    float *out = p->image_out + row * factor * size;
    sg_simd_pick(p->site->context->isa, sg_pool_repeat)(p->pooled_w, p->lanes,
                                                        factor, in, out);
    for (int64_t k = 1; k < factor; k++)
        memcpy(out + k * size, out, (size_t)size * sizeof *out);
}

static void upsample_rows(void *argument, int64_t first, int64_t last) {
    for (int64_t row = first; row < last; row++)
        upsample_row(argument, row);
}

static syngan_status run_upsample(const sg_site *site, const sg_call *call) {
    pool p = upsample_make(site, &site->output, &site->input[0]);
    p.windows = call->input[0];
    p.image_out = call->output;
    sg_parallel(site->context, p.planes * p.pooled_h,
                pool_grain(p.fields.size_h * p.width * p.lanes), upsample_rows,
                &p);
    return SYNGAN_OK;
}

static syngan_status run_upsample_grad(const sg_site *site,
                                       const sg_call *call) {
    pool p = upsample_make(site, &site->input[0], &site->output);
    p.function = sg_simd_pick(site->context->isa, sg_pool_average);
    p.image = call->input[0];
    p.windows_out = call->output;
    return pool_run(&p);
}

static const sg_kernel upsample_kernel = {
    .name = "upsample", .plan = pool_plan, .run = run_upsample};
static const sg_kernel upsample_grad_kernel = {
    .name = "upsample gradient", .plan = pool_plan, .run = run_upsample_grad};

const sg_kernel *const sg_upsample_kernels[] = {&upsample_kernel, NULL};
const sg_kernel *const sg_upsample_grad_kernels[] = {&upsample_grad_kernel,
                                                     NULL};
