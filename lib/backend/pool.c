/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pooling and upsampling: plane by plane, in plain and blocked layouts.
 */
#include "backend/pool.h"

#include "backend/pool_simd.h"
#include "base/thread.h"

typedef void (*plane_fn)(const sg_pool_shape *shape, const float *a,
                         const float *b, float *out);

typedef struct job {
    const sg_site *site;
    const sg_call *call;
    sg_pool_shape shape;
    plane_fn work;
    int64_t input[2]; /* sizes of planes */
    int64_t output;
} job;

static syngan_status plan(sg_site *site) {
    SG_TRY(sg_plan_elementwise(site));
    site->in_place = false;
    return SYNGAN_OK;
}

static int64_t plane_size(const sg_desc *desc, int64_t lanes) {
    return desc->dims.size[2] * desc->dims.size[3] * lanes;
}

static void run_planes(void *argument, int64_t first, int64_t last) {
    const job *j = argument;
    const float *a = j->call->input[0];
    const float *b = j->site->n_inputs > 1 ? j->call->input[1] : NULL;
    float *out = j->call->output;
    for (int64_t i = first; i < last; i++)
        j->work(&j->shape, a + i * j->input[0],
                b == NULL ? NULL : b + i * j->input[1], out + i * j->output);
}

/* Runs `work` for all planes. `image` and `pooled` are those of the site's
 * values that have the two sizes. */
static syngan_status run_job(job *j, const sg_desc *image,
                             const sg_desc *pooled) {
    const sg_site *site = j->site;
    const sg_layout *layout = &site->output.layout;
    int64_t lanes = layout->kind == SG_BLOCKED ? layout->block : 1;
    j->shape.height = image->dims.size[2];
    j->shape.width = image->dims.size[3];
    j->shape.rows = pooled->dims.size[2];
    j->shape.columns = pooled->dims.size[3];
    j->shape.lanes = lanes;
    for (int32_t i = 0; i < site->n_inputs; i++)
        j->input[i] = plane_size(&site->input[i], lanes);
    j->output = plane_size(&site->output, lanes);
    int64_t planes = site->output.dims.size[0] * site->output.dims.size[1];
    int64_t work = plane_size(image, lanes);
    sg_parallel(site->context, planes / lanes,
                work < SG_GRAIN ? SG_GRAIN / work : 1, run_planes, j);
    return SYNGAN_OK;
}

static job pool_job(const sg_site *site, const sg_call *call, plane_fn work) {
    job j = {.site = site, .call = call, .work = work};
    j.shape.fields = *(const sg_pool_fields *)site->fields;
    return j;
}

static job upsample_job(const sg_site *site, const sg_call *call,
                        plane_fn work) {
    const sg_upsample_fields *f = site->fields;
    job j = {.site = site, .call = call, .work = work};
    j.shape.fields.size_h = f->factor;
    j.shape.fields.size_w = f->factor;
    return j;
}

#define PICK(name) SG_SIMD_PICK(site->context->isa, name)

static syngan_status run_average(const sg_site *site, const sg_call *call) {
    job j = pool_job(site, call, PICK(sg_average_pool_plane));
    return run_job(&j, &site->input[0], &site->output);
}
static syngan_status run_average_grad(const sg_site *site,
                                      const sg_call *call) {
    job j = pool_job(site, call, PICK(sg_average_pool_grad_plane));
    return run_job(&j, &site->output, &site->input[0]);
}
static syngan_status run_max(const sg_site *site, const sg_call *call) {
    job j = pool_job(site, call, PICK(sg_max_pool_plane));
    return run_job(&j, &site->input[0], &site->output);
}
static syngan_status run_max_grad(const sg_site *site, const sg_call *call) {
    job j = pool_job(site, call, PICK(sg_max_pool_grad_plane));
    return run_job(&j, &site->input[0], &site->input[1]);
}
static syngan_status run_max_take(const sg_site *site, const sg_call *call) {
    job j = pool_job(site, call, PICK(sg_max_pool_take_plane));
    return run_job(&j, &site->input[0], &site->output);
}
static syngan_status run_upsample(const sg_site *site, const sg_call *call) {
    job j = upsample_job(site, call, PICK(sg_upsample_plane));
    return run_job(&j, &site->output, &site->input[0]);
}
static syngan_status run_upsample_grad(const sg_site *site,
                                       const sg_call *call) {
    job j = upsample_job(site, call, PICK(sg_upsample_grad_plane));
    return run_job(&j, &site->input[0], &site->output);
}

#define KERNEL(variable, title, function)                                      \
    static const sg_kernel variable = {                                        \
        .name = title, .plan = plan, .run = function}

KERNEL(average, "average pool", run_average);
KERNEL(average_grad, "average pool gradient", run_average_grad);
KERNEL(max, "max pool", run_max);
KERNEL(max_grad, "max pool gradient", run_max_grad);
KERNEL(max_take, "max pool take", run_max_take);
KERNEL(upsample, "upsample", run_upsample);
KERNEL(upsample_grad, "upsample gradient", run_upsample_grad);

const sg_kernel *const sg_average_pool_kernels[] = {&average, NULL};
const sg_kernel *const sg_average_pool_grad_kernels[] = {&average_grad, NULL};
const sg_kernel *const sg_max_pool_kernels[] = {&max, NULL};
const sg_kernel *const sg_max_pool_grad_kernels[] = {&max_grad, NULL};
const sg_kernel *const sg_max_pool_take_kernels[] = {&max_take, NULL};
const sg_kernel *const sg_upsample_kernels[] = {&upsample, NULL};
const sg_kernel *const sg_upsample_grad_kernels[] = {&upsample_grad, NULL};
