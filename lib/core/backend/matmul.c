/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matrix products. Everything stays plain: reordering a weight costs more than
 * a better order of it saves.
 *
 * Two kernels: oneDNN's matmul, for any number of leading dimensions; and its
 * inner product, which is five times as fast where the result is one row or
 * one column.
 */
#include "backend/matmul.h"

#include <assert.h>

#include "backend/onednn.h"

typedef struct matmul_state {
    sg_onednn primitive;
    bool fused_bias; /* done by the primitive */
    int32_t fused_unary;
} matmul_state;

/* Sizes of op(a) op(b): `batch` products, m x k by k x n. */
typedef struct product {
    int64_t batch, m, n, k;
    bool transpose_a, transpose_b;
} product;

static product product_of(const sg_site *site) {
    const sg_matmul_fields *fields = site->fields;
    const sg_dims *a = &site->input[0].dims, *c = &site->output.dims;
    int rank = c->rank;
    return (product){
        .batch = sg_dims_product(c, 0, rank - 2),
        .m = c->size[rank - 2],
        .n = c->size[rank - 1],
        .k = a->size[fields->transpose_a ? rank - 2 : rank - 1],
        .transpose_a = fields->transpose_a != 0,
        .transpose_b = fields->transpose_b != 0,
    };
}

static double matmul_product_count(const sg_site *site) {
    product p = product_of(site);
    return (double)(p.batch * p.m) * (double)(p.n * p.k);
}

/* A batch of rows x columns matrices that lie in memory as their transposes if
 * `transposed`; a single one has rank 2. */
static syngan_status matrix_md(const sg_site *site, int32_t type, int64_t batch,
                               int64_t rows, int64_t columns, bool transposed,
                               sg_md *out) {
    const int64_t sizes[] = {batch, rows, columns};
    const int64_t strides[] = {rows * columns, transposed ? 1 : columns,
                               transposed ? rows : 1};
    int skip = batch == 1 ? 1 : 0;
    return sg_md_make_strided(site->context, 3 - skip, sizes + skip, type,
                              strides + skip, out);
}

static void plan_plain(sg_site *site) {
    for (int32_t i = 0; i < site->n_inputs; i++)
        site->input[i].layout = (sg_layout){.kind = SG_PLAIN};
    site->output.layout = (sg_layout){.kind = SG_PLAIN};
}

static syngan_status matmul_run(const sg_site *site, const sg_call *call) {
    matmul_state *state = site->state;
    void *const pointers[] = {
        call->input[0], call->input[1], call->output,
        (void *)(uintptr_t)call->bias, /* read only if it is fused */
    };
    SG_TRY(sg_onednn_run(site->context, &state->primitive, pointers,
                         call->workspace));
    sg_finish(site, call, site->has_bias && !state->fused_bias,
              state->fused_unary);
    return SYNGAN_OK;
}

/* ---- matmul ------------------------------------------------------------- */

static syngan_status build_matmul(sg_site *site, matmul_state *state, sg_md a,
                                  sg_md b, sg_md c, sg_md bias) {
    static const int names[] = {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST,
                                DNNL_ARG_BIAS};
    SG_TRY(sg_onednn_fuse_unary(site, &state->primitive, &state->fused_unary));
    sg_onednn_products(&state->primitive, matmul_product_count(site));
    dnnl_status_t status =
        sg_onednn_matmul_desc(&state->primitive, a, b, bias, c);
    if (status != dnnl_success)
        return sg_onednn_fail(site->context, status, site->label);
    state->fused_bias = bias != NULL;
    SG_TRY(sg_onednn_build(site->context, &state->primitive, names,
                           bias != NULL ? 4 : 3));
    site->workspace = state->primitive.scratchpad;
    return SYNGAN_OK;
}

static syngan_status plan_matmul(sg_site *site) {
    matmul_state *state;
    plan_plain(site);
    SG_TRY(sg_onednn_state(site, sizeof *state, (void **)&state));
    product p = product_of(site);
    sg_md a = NULL, b = NULL, c = NULL, bias = NULL;
    syngan_status status = matrix_md(site, site->input[0].type, p.batch, p.m,
                                     p.k, p.transpose_a, &a);
    if (status == SYNGAN_OK)
        status = matrix_md(site, site->input[1].type, p.batch, p.k, p.n,
                           p.transpose_b, &b);
    if (status == SYNGAN_OK)
        status =
            matrix_md(site, site->output.type, p.batch, p.m, p.n, false, &c);
    if (status == SYNGAN_OK && site->has_bias)
        status = matrix_md(site, SYNGAN_TYPE_F32, 1, 1, p.n, false, &bias);
    if (status == SYNGAN_OK) status = build_matmul(site, state, a, b, c, bias);
    sg_md_free(site->context, a);
    sg_md_free(site->context, b);
    sg_md_free(site->context, c);
    sg_md_free(site->context, bias);
    return status;
}

/* A bias lies along dimension 1, which is the matrix's last only in rank 2. */
static bool accepts_matmul(const sg_site *site) {
    return !site->has_bias || site->output.dims.rank == 2;
}

/* ---- inner product ------------------------------------------------------ */

/*
 * The inner product is y = x w^T, with y m x o, x m x i, w o x i, and its two
 * gradients. In its terms a product c of a and b is
 *   a b^T    forward: x, w, y are a, b, c
 *   a b      data gradient: y, w, x are a, b, c
 *   a^T b    weight gradient: y, x, w are a, b, c
 */
static bool accepts_dense(const sg_site *site) {
    product p = product_of(site);
    return site->output.dims.rank == 2 && (p.m == 1 || p.n == 1) &&
           !(p.transpose_a && p.transpose_b);
}

static syngan_status build_dense(sg_site *site, matmul_state *state,
                                 int direction, sg_md a, sg_md b, sg_md c) {
    static const int names[][3] = {
        {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST},
        {DNNL_ARG_DIFF_DST, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_SRC},
        {DNNL_ARG_DIFF_DST, DNNL_ARG_SRC, DNNL_ARG_DIFF_WEIGHTS},
    };
    sg_onednn *p = &state->primitive;
    sg_onednn_products(p, matmul_product_count(site));
    dnnl_status_t status;
    if (direction == SG_FORWARD)
        status = sg_onednn_dense_desc(p, direction, a, b, NULL, c);
    else if (direction == SG_BACKWARD_INPUT)
        status = sg_onednn_dense_desc(p, direction, c, b, NULL, a);
    else
        status = sg_onednn_dense_desc(p, direction, b, c, NULL, a);
    if (status != dnnl_success)
        return sg_onednn_fail(site->context, status, site->label);
    SG_TRY(sg_onednn_build(site->context, p, names[direction], 3));
    site->workspace = p->scratchpad;
    return SYNGAN_OK;
}

static syngan_status plan_dense(sg_site *site) {
    matmul_state *state;
    plan_plain(site);
    SG_TRY(sg_onednn_state(site, sizeof *state, (void **)&state));
    product p = product_of(site);
    int direction = p.transpose_a   ? SG_BACKWARD_WEIGHT
                    : p.transpose_b ? SG_FORWARD
                                    : SG_BACKWARD_INPUT;
    sg_md a = NULL, b = NULL, c = NULL;
    const sg_dims *a_dims = &site->input[0].dims;
    const sg_dims *b_dims = &site->input[1].dims;
    syngan_status status =
        matrix_md(site, site->input[0].type, 1, a_dims->size[0],
                  a_dims->size[1], false, &a);
    if (status == SYNGAN_OK)
        status = matrix_md(site, site->input[1].type, 1, b_dims->size[0],
                           b_dims->size[1], false, &b);
    if (status == SYNGAN_OK)
        status = matrix_md(site, site->output.type, 1, p.m, p.n, false, &c);
    if (status == SYNGAN_OK)
        status = build_dense(site, state, direction, a, b, c);
    sg_md_free(site->context, a);
    sg_md_free(site->context, b);
    sg_md_free(site->context, c);
    return status;
}

static const sg_kernel kernel_dense = {
    .name = "inner product",
    .absorbs = SG_ABSORB_ALL,
    .accepts = accepts_dense,
    .plan = plan_dense,
    .run = matmul_run,
    .destroy = sg_onednn_destroy,
};

static const sg_kernel kernel_matmul = {
    .name = "matmul",
    .absorbs = SG_ABSORB_ALL,
    .accepts = accepts_matmul,
    .plan = plan_matmul,
    .run = matmul_run,
    .destroy = sg_onednn_destroy,
};

const sg_kernel *const sg_matmul_kernels[] = {&kernel_dense, &kernel_matmul,
                                              NULL};
