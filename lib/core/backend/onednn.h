/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oneDNN's C interface as the kernels use it: 2.6 and later and 3.x look the
 * same through it. Only files of backend/ include this.
 *
 * A primitive is made in three steps: sg_onednn_open(), one of the functions
 * that set `desc`, sg_onednn_build(). Each has an engine and a stream of its
 * own (they cost less than a microsecond), so nothing is shared.
 */
#ifndef SG_BACKEND_ONEDNN_H
#define SG_BACKEND_ONEDNN_H

#include <oneapi/dnnl/dnnl.h>

#include "backend/kernel.h"

#if DNNL_VERSION_MAJOR >= 3
typedef const_dnnl_memory_desc_t sg_md;
#else
typedef const dnnl_memory_desc_t *sg_md;
#endif

/* ---- memory descriptors ------------------------------------------------- */

/* dnnl_f32 or dnnl_bf16 for SYNGAN_TYPE_F32 and SYNGAN_TYPE_BF16. */
dnnl_data_type_t sg_md_type(int32_t type);
/* sg_md_free() ends it. */
syngan_status sg_md_make(syngan_context *context, int rank,
                         const int64_t *sizes, int32_t type,
                         dnnl_format_tag_t tag, sg_md *out);
syngan_status sg_md_make_strided(syngan_context *context, int rank,
                                 const int64_t *sizes, int32_t type,
                                 const int64_t *strides, sg_md *out);
void sg_md_free(syngan_context *context, sg_md md); /* takes NULL */
int sg_md_rank(sg_md md);
const int64_t *sg_md_sizes(sg_md md);
/* Row-major order of `rank` dimensions. */
dnnl_format_tag_t sg_md_plain_tag(int rank);
/* The tag of an activation's layout, plain or blocked. */
dnnl_format_tag_t sg_md_layout_tag(const sg_desc *desc);

/* ---- primitives --------------------------------------------------------- */

#define SG_ONEDNN_ARGUMENTS 5

typedef struct sg_onednn {
    dnnl_engine_t engine;
    dnnl_stream_t stream;
    dnnl_primitive_attr_t attributes;
    dnnl_primitive_desc_t desc;
    dnnl_primitive_t primitive;
    int32_t count;
    bool small; /* not worth more than one thread */
    dnnl_exec_arg_t argument[SG_ONEDNN_ARGUMENTS]; /* last: scratchpad */
    size_t scratchpad;                             /* bytes */
} sg_onednn;

syngan_status sg_onednn_open(syngan_context *context, sg_onednn *p);
/* Tells the work that the primitive will do, before `desc` is set: where it is
 * less than waking other threads costs, one thread does it. */
void sg_onednn_products(sg_onednn *p, double products);
void sg_onednn_elements(sg_onednn *p, int64_t elements);
/* What an oneDNN status means; `what` starts the sentence. */
syngan_status sg_onednn_fail(syngan_context *context, dnnl_status_t status,
                             const char *what);
/* ReLU or leaky ReLU on the result, if the site has one first: before `desc` is
 * set. *fused is the number of unary functions that the primitive does. */
syngan_status sg_onednn_fuse_unary(const sg_site *site, sg_onednn *p,
                                   int32_t *fused);
/* Makes the primitive of p->desc; `names` are `count` DNNL_ARG_ numbers, in
 * the order in which sg_onednn_run() gets the pointers. */
syngan_status sg_onednn_build(syngan_context *context, sg_onednn *p,
                              const int *names, int32_t count);
/* The descriptor of an argument, valid as long as p. */
sg_md sg_onednn_md(const sg_onednn *p, int name);
/* oneDNN's name of the implementation. */
const char *sg_onednn_name(const sg_onednn *p);
/* `scratchpad` is p->scratchpad bytes. */
syngan_status sg_onednn_run(syngan_context *context, sg_onednn *p,
                            void *const *pointers, void *scratchpad);
/* Ends what was begun, and clears *p. */
void sg_onednn_close(sg_onednn *p);

/* For kernels whose state begins with a primitive: makes it, `size` bytes, all
 * else zero, and opens the primitive; and the destroy function. */
syngan_status sg_onednn_state(sg_site *site, size_t size, void **out);
void sg_onednn_destroy(sg_site *site);

/* ---- descriptors of primitives ------------------------------------------ */
/* They return oneDNN's status: unimplemented and invalid arguments may only
 * mean that another layout has to be tried. */

typedef struct sg_onednn_conv {
    sg_md x, w, y;
    sg_md bias; /* forward only; NULL: none */
    dnnl_dims_t stride, dilation, pad_before, pad_after; /* dilation from 0 */
} sg_onednn_conv;

dnnl_status_t sg_onednn_conv_desc(sg_onednn *p, int direction,
                                  const sg_onednn_conv *conv);

/* y[m, o] = sum over i of x[m, i] w[o, i]: forward, or x from y and w, or w
 * from x and y. */
dnnl_status_t sg_onednn_dense_desc(sg_onednn *p, int direction, sg_md x,
                                   sg_md w, sg_md bias, sg_md y);
dnnl_status_t sg_onednn_matmul_desc(sg_onednn *p, sg_md a, sg_md b, sg_md bias,
                                    sg_md c);
dnnl_status_t sg_onednn_reorder_desc(sg_onednn *p, sg_md from, sg_md to);

#endif
