/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oneDNN's C interface, 2.6 and 3.x, as the kernels use it.
 */
#include "backend/onednn.h"

#include <assert.h>
#include <string.h>

#include "base/memory.h"
#include "base/thread.h"

#define SG_ONEDNN_3 (DNNL_VERSION_MAJOR >= 3)

/* ---- memory descriptors ------------------------------------------------- */

dnnl_data_type_t sg_md_type(int32_t type) {
    assert(type == SYNGAN_TYPE_F32 || type == SYNGAN_TYPE_BF16);
    return type == SYNGAN_TYPE_F32 ? dnnl_f32 : dnnl_bf16;
}

#if SG_ONEDNN_3

syngan_status sg_md_make(syngan_context *context, int rank,
                         const int64_t *sizes, int32_t type,
                         dnnl_format_tag_t tag, sg_md *out) {
    dnnl_memory_desc_t md = NULL;
    dnnl_status_t status = dnnl_memory_desc_create_with_tag(
        &md, rank, sizes, sg_md_type(type), tag);
    *out = md;
    if (status == dnnl_success) return SYNGAN_OK;
    return sg_onednn_fail(context, status, "a memory descriptor");
}

syngan_status sg_md_make_strided(syngan_context *context, int rank,
                                 const int64_t *sizes, int32_t type,
                                 const int64_t *strides, sg_md *out) {
    dnnl_memory_desc_t md = NULL;
    dnnl_status_t status = dnnl_memory_desc_create_with_strides(
        &md, rank, sizes, sg_md_type(type), strides);
    *out = md;
    if (status == dnnl_success) return SYNGAN_OK;
    return sg_onednn_fail(context, status, "a memory descriptor");
}

void sg_md_free(syngan_context *context, sg_md md) {
    (void)context;
    if (md != NULL) dnnl_memory_desc_destroy((dnnl_memory_desc_t)(uintptr_t)md);
}

int sg_md_rank(sg_md md) {
    int32_t rank = 0;
    dnnl_memory_desc_query(md, dnnl_query_ndims_s32, &rank);
    return rank;
}

const int64_t *sg_md_sizes(sg_md md) {
    dnnl_dims_t *sizes = NULL;
    dnnl_memory_desc_query(md, dnnl_query_dims, &sizes);
    return *sizes;
}

#else

syngan_status sg_md_make(syngan_context *context, int rank,
                         const int64_t *sizes, int32_t type,
                         dnnl_format_tag_t tag, sg_md *out) {
    dnnl_memory_desc_t *md = sg_alloc(context, sizeof *md);
    *out = md;
    if (md == NULL)
        return sg_fail_memory(context, "a memory descriptor", sizeof *md);
    dnnl_status_t status =
        dnnl_memory_desc_init_by_tag(md, rank, sizes, sg_md_type(type), tag);
    if (status == dnnl_success) return SYNGAN_OK;
    sg_md_free(context, md);
    *out = NULL;
    return sg_onednn_fail(context, status, "a memory descriptor");
}

syngan_status sg_md_make_strided(syngan_context *context, int rank,
                                 const int64_t *sizes, int32_t type,
                                 const int64_t *strides, sg_md *out) {
    dnnl_memory_desc_t *md = sg_alloc(context, sizeof *md);
    *out = md;
    if (md == NULL)
        return sg_fail_memory(context, "a memory descriptor", sizeof *md);
    dnnl_status_t status = dnnl_memory_desc_init_by_strides(
        md, rank, sizes, sg_md_type(type), strides);
    if (status == dnnl_success) return SYNGAN_OK;
    sg_md_free(context, md);
    *out = NULL;
    return sg_onednn_fail(context, status, "a memory descriptor");
}

void sg_md_free(syngan_context *context, sg_md md) {
    sg_free(context, (void *)(uintptr_t)md);
}

int sg_md_rank(sg_md md) {
    return md->ndims;
}

const int64_t *sg_md_sizes(sg_md md) {
    return md->dims;
}

#endif

dnnl_format_tag_t sg_md_plain_tag(int rank) {
    static const dnnl_format_tag_t tags[] = {dnnl_format_tag_undef,
                                             dnnl_a,
                                             dnnl_ab,
                                             dnnl_abc,
                                             dnnl_abcd,
                                             dnnl_abcde};
    assert(rank >= 1 && rank <= 5);
    return tags[rank];
}

dnnl_format_tag_t sg_md_layout_tag(const sg_desc *desc) {
    if (desc->layout.kind == SG_PLAIN) return sg_md_plain_tag(desc->dims.rank);
    assert(desc->layout.kind == SG_BLOCKED && desc->dims.rank == 4);
    return desc->layout.block == 16 ? dnnl_aBcd16b : dnnl_aBcd8b;
}

/* ---- primitives --------------------------------------------------------- */

syngan_status sg_onednn_fail(syngan_context *context, dnnl_status_t status,
                             const char *what) {
    switch (status) {
    case dnnl_out_of_memory:
        return sg_fail(context, SYNGAN_E_MEMORY,
                       "%s: oneDNN could not allocate memory", what);
    case dnnl_unimplemented:
        return sg_fail(context, SYNGAN_E_BACKEND,
                       "%s: oneDNN has no implementation for it", what);
    case dnnl_invalid_arguments:
        return sg_fail(context, SYNGAN_E_BACKEND, "%s: oneDNN calls it invalid",
                       what);
    default:
        return sg_fail(context, SYNGAN_E_BACKEND,
                       "%s: oneDNN failed with status %d", what, (int)status);
    }
}

syngan_status sg_onednn_open(syngan_context *context, sg_onednn *p) {
    memset(p, 0, sizeof *p);
    dnnl_status_t status = dnnl_engine_create(&p->engine, dnnl_cpu, 0);
    if (status == dnnl_success)
        status = dnnl_stream_create(&p->stream, p->engine,
                                    dnnl_stream_default_flags);
    if (status == dnnl_success)
        status = dnnl_primitive_attr_create(&p->attributes);
    if (status == dnnl_success)
        status = dnnl_primitive_attr_set_scratchpad_mode(
            p->attributes, dnnl_scratchpad_mode_user);
    if (status == dnnl_success) return SYNGAN_OK;
    sg_onednn_close(p);
    return sg_onednn_fail(context, status, "an engine");
}

/* About 5 microseconds of one thread. */
#define SMALL_PRODUCTS 262144.0

void sg_onednn_products(sg_onednn *p, double products) {
    p->small = products < SMALL_PRODUCTS;
}

void sg_onednn_elements(sg_onednn *p, int64_t elements) {
    p->small = elements < 2 * SG_GRAIN;
}

/* Around all calls that look at the number of threads. */
static int32_t threads_enter(const sg_onednn *p) {
    return p->small ? sg_compute_threads(1) : 0;
}
static void threads_leave(int32_t before) {
    if (before > 0) sg_compute_threads(before);
}

static syngan_status post_relu(syngan_context *context, sg_onednn *p,
                               double slope) {
    dnnl_post_ops_t operations = NULL;
    dnnl_status_t status = dnnl_post_ops_create(&operations);
#if SG_ONEDNN_3
    if (status == dnnl_success)
        status = dnnl_post_ops_append_eltwise(operations, dnnl_eltwise_relu,
                                              (float)slope, 0.0f);
#else
    if (status == dnnl_success)
        status = dnnl_post_ops_append_eltwise(
            operations, 1.0f, dnnl_eltwise_relu, (float)slope, 0.0f);
#endif
    if (status == dnnl_success)
        status = dnnl_primitive_attr_set_post_ops(p->attributes, operations);
    if (operations != NULL) dnnl_post_ops_destroy(operations);
    if (status == dnnl_success) return SYNGAN_OK;
    return sg_onednn_fail(context, status, "a post-operation");
}

syngan_status sg_onednn_fuse_unary(const sg_site *site, sg_onednn *p,
                                   int32_t *fused) {
    const sg_unary *first = &site->unary[0];
    bool is_relu = sg_unary_first(site) && (first->kind == SG_UNARY_RELU ||
                                            first->kind == SG_UNARY_LEAKY_RELU);
    *fused = is_relu ? 1 : 0;
    if (!is_relu) return SYNGAN_OK;
    return post_relu(site->context, p,
                     first->kind == SG_UNARY_RELU ? 0.0 : first->alpha);
}

sg_md sg_onednn_md(const sg_onednn *p, int name) {
    return dnnl_primitive_desc_query_md(p->desc, dnnl_query_exec_arg_md, name);
}

const char *sg_onednn_name(const sg_onednn *p) {
    const char *name = NULL;
    dnnl_primitive_desc_query(p->desc, dnnl_query_impl_info_str, 0, &name);
    return name != NULL ? name : "?";
}

static dnnl_status_t add_argument(sg_onednn *p, int name) {
    dnnl_exec_arg_t *argument = &p->argument[p->count];
    argument->arg = name;
    dnnl_status_t status = dnnl_memory_create(
        &argument->memory, sg_onednn_md(p, name), p->engine, DNNL_MEMORY_NONE);
    if (status == dnnl_success) p->count++;
    return status;
}

syngan_status sg_onednn_build(syngan_context *context, sg_onednn *p,
                              const int *names, int32_t count) {
    assert(count < SG_ONEDNN_ARGUMENTS);
    int32_t threads = threads_enter(p);
    dnnl_status_t status = dnnl_primitive_create(&p->primitive, p->desc);
    threads_leave(threads);
    for (int32_t i = 0; i < count && status == dnnl_success; i++)
        status = add_argument(p, names[i]);
    if (status == dnnl_success) status = add_argument(p, DNNL_ARG_SCRATCHPAD);
    if (status != dnnl_success)
        return sg_onednn_fail(context, status, "a primitive");
    p->scratchpad =
        dnnl_memory_desc_get_size(sg_onednn_md(p, DNNL_ARG_SCRATCHPAD));
    return SYNGAN_OK;
}

syngan_status sg_onednn_run(syngan_context *context, sg_onednn *p,
                            void *const *pointers, void *scratchpad) {
    dnnl_status_t status = dnnl_success;
    for (int32_t i = 0; i < p->count && status == dnnl_success; i++)
        status = dnnl_memory_set_data_handle(p->argument[i].memory,
                                             i == p->count - 1 ? scratchpad
                                                               : pointers[i]);
    if (status == dnnl_success) {
        int32_t threads = threads_enter(p);
        status = dnnl_primitive_execute(p->primitive, p->stream, p->count,
                                        p->argument);
        threads_leave(threads);
    }
    if (status == dnnl_success) return SYNGAN_OK;
    return sg_onednn_fail(context, status, "a primitive's run");
}

void sg_onednn_close(sg_onednn *p) {
    for (int32_t i = 0; i < p->count; i++)
        dnnl_memory_destroy(p->argument[i].memory);
    if (p->primitive != NULL) dnnl_primitive_destroy(p->primitive);
    if (p->desc != NULL) dnnl_primitive_desc_destroy(p->desc);
    if (p->attributes != NULL) dnnl_primitive_attr_destroy(p->attributes);
    if (p->stream != NULL) dnnl_stream_destroy(p->stream);
    if (p->engine != NULL) dnnl_engine_destroy(p->engine);
    memset(p, 0, sizeof *p);
}

syngan_status sg_onednn_state(sg_site *site, size_t size, void **out) {
    SG_TRY(sg_kernel_state(site, size));
    *out = site->state;
    return sg_onednn_open(site->context, site->state);
}

void sg_onednn_destroy(sg_site *site) {
    if (site->state != NULL) sg_onednn_close(site->state);
    sg_free(site->context, site->state);
    site->state = NULL;
}

/* ---- descriptors of primitives ------------------------------------------ */

/* Forgets the last descriptor. */
static int32_t desc_begin(sg_onednn *p) {
    if (p->desc != NULL) dnnl_primitive_desc_destroy(p->desc);
    p->desc = NULL;
    return threads_enter(p);
}

#if SG_ONEDNN_3

static dnnl_status_t conv_forward(sg_onednn *p, const sg_onednn_conv *c) {
    return dnnl_convolution_forward_primitive_desc_create(
        &p->desc, p->engine, dnnl_forward_training, dnnl_convolution_direct,
        c->x, c->w, c->bias, c->y, c->stride, c->dilation, c->pad_before,
        c->pad_after, p->attributes);
}

static dnnl_status_t conv_backward(sg_onednn *p, int direction,
                                   const sg_onednn_conv *c) {
    if (direction == SG_BACKWARD_INPUT)
        return dnnl_convolution_backward_data_primitive_desc_create(
            &p->desc, p->engine, dnnl_convolution_direct, c->x, c->w, c->y,
            c->stride, c->dilation, c->pad_before, c->pad_after, NULL,
            p->attributes);
    return dnnl_convolution_backward_weights_primitive_desc_create(
        &p->desc, p->engine, dnnl_convolution_direct, c->x, c->w, NULL, c->y,
        c->stride, c->dilation, c->pad_before, c->pad_after, NULL,
        p->attributes);
}

static dnnl_status_t dense_forward(sg_onednn *p, sg_md x, sg_md w, sg_md bias,
                                   sg_md y) {
    return dnnl_inner_product_forward_primitive_desc_create(
        &p->desc, p->engine, dnnl_forward_training, x, w, bias, y,
        p->attributes);
}

static dnnl_status_t dense_backward(sg_onednn *p, int direction, sg_md x,
                                    sg_md w, sg_md y) {
    if (direction == SG_BACKWARD_INPUT)
        return dnnl_inner_product_backward_data_primitive_desc_create(
            &p->desc, p->engine, x, w, y, NULL, p->attributes);
    return dnnl_inner_product_backward_weights_primitive_desc_create(
        &p->desc, p->engine, x, w, NULL, y, NULL, p->attributes);
}

static dnnl_status_t matmul(sg_onednn *p, sg_md a, sg_md b, sg_md bias,
                            sg_md c) {
    return dnnl_matmul_primitive_desc_create(&p->desc, p->engine, a, b, bias, c,
                                             p->attributes);
}

#else

static dnnl_status_t conv_forward(sg_onednn *p, const sg_onednn_conv *c) {
    dnnl_convolution_desc_t desc;
    dnnl_status_t status = dnnl_dilated_convolution_forward_desc_init(
        &desc, dnnl_forward_training, dnnl_convolution_direct, c->x, c->w,
        c->bias, c->y, c->stride, c->dilation, c->pad_before, c->pad_after);
    if (status != dnnl_success) return status;
    return dnnl_primitive_desc_create(&p->desc, &desc, p->attributes, p->engine,
                                      NULL);
}

static dnnl_status_t conv_backward(sg_onednn *p, int direction,
                                   const sg_onednn_conv *c) {
    dnnl_convolution_desc_t desc;
    dnnl_status_t status;
    if (direction == SG_BACKWARD_INPUT)
        status = dnnl_dilated_convolution_backward_data_desc_init(
            &desc, dnnl_convolution_direct, c->x, c->w, c->y, c->stride,
            c->dilation, c->pad_before, c->pad_after);
    else
        status = dnnl_dilated_convolution_backward_weights_desc_init(
            &desc, dnnl_convolution_direct, c->x, c->w, NULL, c->y, c->stride,
            c->dilation, c->pad_before, c->pad_after);
    if (status != dnnl_success) return status;
    return dnnl_primitive_desc_create(&p->desc, &desc, p->attributes, p->engine,
                                      NULL);
}

static dnnl_status_t dense_forward(sg_onednn *p, sg_md x, sg_md w, sg_md bias,
                                   sg_md y) {
    dnnl_inner_product_desc_t desc;
    dnnl_status_t status = dnnl_inner_product_forward_desc_init(
        &desc, dnnl_forward_training, x, w, bias, y);
    if (status != dnnl_success) return status;
    return dnnl_primitive_desc_create(&p->desc, &desc, p->attributes, p->engine,
                                      NULL);
}

static dnnl_status_t dense_backward(sg_onednn *p, int direction, sg_md x,
                                    sg_md w, sg_md y) {
    dnnl_inner_product_desc_t desc;
    dnnl_status_t status;
    if (direction == SG_BACKWARD_INPUT)
        status = dnnl_inner_product_backward_data_desc_init(&desc, x, w, y);
    else
        status =
            dnnl_inner_product_backward_weights_desc_init(&desc, x, w, NULL, y);
    if (status != dnnl_success) return status;
    return dnnl_primitive_desc_create(&p->desc, &desc, p->attributes, p->engine,
                                      NULL);
}

static dnnl_status_t matmul(sg_onednn *p, sg_md a, sg_md b, sg_md bias,
                            sg_md c) {
    dnnl_matmul_desc_t desc;
    dnnl_status_t status = dnnl_matmul_desc_init(&desc, a, b, bias, c);
    if (status != dnnl_success) return status;
    return dnnl_primitive_desc_create(&p->desc, &desc, p->attributes, p->engine,
                                      NULL);
}

#endif

dnnl_status_t sg_onednn_conv_desc(sg_onednn *p, int direction,
                                  const sg_onednn_conv *conv) {
    int32_t threads = desc_begin(p);
    dnnl_status_t status = direction == SG_FORWARD
                               ? conv_forward(p, conv)
                               : conv_backward(p, direction, conv);
    threads_leave(threads);
    return status;
}

dnnl_status_t sg_onednn_dense_desc(sg_onednn *p, int direction, sg_md x,
                                   sg_md w, sg_md bias, sg_md y) {
    int32_t threads = desc_begin(p);
    dnnl_status_t status = direction == SG_FORWARD
                               ? dense_forward(p, x, w, bias, y)
                               : dense_backward(p, direction, x, w, y);
    threads_leave(threads);
    return status;
}

dnnl_status_t sg_onednn_matmul_desc(sg_onednn *p, sg_md a, sg_md b, sg_md bias,
                                    sg_md c) {
    int32_t threads = desc_begin(p);
    dnnl_status_t status = matmul(p, a, b, bias, c);
    threads_leave(threads);
    return status;
}

dnnl_status_t sg_onednn_reorder_desc(sg_onednn *p, sg_md from, sg_md to) {
    int32_t threads = desc_begin(p);
    dnnl_status_t status = dnnl_reorder_primitive_desc_create(
        &p->desc, from, p->engine, to, p->engine, p->attributes);
    threads_leave(threads);
    return status;
}
