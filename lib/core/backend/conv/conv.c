/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Convolution by oneDNN. Images whose channels fill whole blocks travel
 * blocked; others are plain, and copied to the padded order that oneDNN wants
 * and back within the run. Weights are in oneDNN's own order.
 */
#include "backend/conv/conv.h"

#include <assert.h>
#include <string.h>

#include "backend/conv/few.h"
#include "backend/conv/roles.h"
#include "backend/conv/rows.h"
#include "backend/conv/winograd.h"
#include "backend/conv/winograd_bf16.h"
#include "backend/onednn.h"

enum { X = SG_CONV_X, W = SG_CONV_W, Y = SG_CONV_Y, ROLES = SG_CONV_ROLES };

typedef struct conv_state {
    sg_onednn primitive;
    /* Of X and Y, where the order differs from the site's: the copy to or (for
     * the result) from the primitive's order. Else not opened. */
    sg_onednn copy[ROLES];
    size_t place[ROLES]; /* of the copies in the workspace */
    size_t scratchpad;   /* its place there */
    int32_t direction;
    int32_t fused_unary;
} conv_state;

/* DNNL_ARG_ of each role, in each direction. */
static const int role_name[][ROLES] = {
    [SG_FORWARD] = {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST},
    [SG_BACKWARD_INPUT] = {DNNL_ARG_DIFF_SRC, DNNL_ARG_WEIGHTS,
                           DNNL_ARG_DIFF_DST},
    [SG_BACKWARD_WEIGHT] = {DNNL_ARG_SRC, DNNL_ARG_DIFF_WEIGHTS,
                            DNNL_ARG_DIFF_DST},
};

/* ---- descriptors -------------------------------------------------------- */

/* An image's descriptor: in blocks if they are whole, else (or if `free`) as
 * oneDNN likes. */
static syngan_status image_md(const sg_site *site, const sg_desc *desc,
                              bool free, sg_md *out) {
    sg_desc wanted = *desc;
    wanted.layout = sg_image_layout(site, desc);
    bool any = free || wanted.layout.kind == SG_PLAIN;
    return sg_md_make(site->context, 4, desc->dims.size, desc->type,
                      any ? dnnl_format_tag_any : sg_md_layout_tag(&wanted),
                      out);
}

/* A weight's descriptor, with a dimension of its own for several groups. */
static syngan_status weight_md(const sg_site *site, const sg_desc *desc,
                               sg_md *out) {
    const sg_conv_fields *f = site->fields;
    const int64_t *size = desc->dims.size;
    const int64_t grouped[] = {f->groups, size[0] / f->groups, size[1], size[2],
                               size[3]};
    bool one = f->groups == 1;
    return sg_md_make(site->context, one ? 4 : 5, one ? size : grouped,
                      desc->type, dnnl_format_tag_any, out);
}

static void set_geometry(const sg_conv_fields *f, sg_onednn_conv *conv) {
    conv->stride[0] = f->stride_h;
    conv->stride[1] = f->stride_w;
    conv->dilation[0] = f->dilation_h - 1;
    conv->dilation[1] = f->dilation_w - 1;
    conv->pad_before[0] = f->pad_top;
    conv->pad_before[1] = f->pad_left;
    conv->pad_after[0] = f->pad_bottom;
    conv->pad_after[1] = f->pad_right;
}

/* Sets the primitive's descriptor; *found is false if oneDNN has nothing but
 * its reference for these orders. */
static syngan_status try_desc(sg_site *site, conv_state *state, bool free,
                              bool *found) {
    sg_onednn_conv conv = {0};
    int direction = state->direction;
    set_geometry(site->fields, &conv);
    syngan_status status =
        image_md(site, sg_conv_desc(site, direction, X), free, &conv.x);
    if (status == SYNGAN_OK)
        status =
            image_md(site, sg_conv_desc(site, direction, Y), free, &conv.y);
    if (status == SYNGAN_OK)
        status = weight_md(site, sg_conv_desc(site, direction, W), &conv.w);
    if (status == SYNGAN_OK && site->has_bias && direction == SG_FORWARD)
        status = sg_md_make(site->context, 1, &site->output.dims.size[1],
                            SYNGAN_TYPE_F32, dnnl_a, &conv.bias);
    dnnl_status_t result = dnnl_success;
    if (status == SYNGAN_OK)
        result = sg_onednn_conv_desc(&state->primitive, direction, &conv);
    *found = status == SYNGAN_OK && result == dnnl_success &&
             strncmp(sg_onednn_name(&state->primitive), "ref", 3) != 0;
    if (status == SYNGAN_OK && result != dnnl_success && free)
        status = sg_onednn_fail(site->context, result, site->label);
    sg_md_free(site->context, conv.x);
    sg_md_free(site->context, conv.y);
    sg_md_free(site->context, conv.w);
    sg_md_free(site->context, conv.bias);
    return status;
}

static syngan_status choose_desc(sg_site *site, conv_state *state) {
    const sg_conv_fields *f = site->fields;
    bool found = false;
    if (f->groups == 1) SG_TRY(try_desc(site, state, false, &found));
    if (!found) SG_TRY(try_desc(site, state, true, &found));
    return SYNGAN_OK;
}

/* ---- layouts ------------------------------------------------------------ */

static syngan_status build_copy(const sg_site *site, sg_onednn *copy,
                                int64_t elements, sg_md from, sg_md to) {
    static const int names[] = {DNNL_ARG_FROM, DNNL_ARG_TO};
    SG_TRY(sg_onednn_open(site->context, copy));
    sg_onednn_elements(copy, elements);
    dnnl_status_t status = sg_onednn_reorder_desc(copy, from, to);
    if (status != dnnl_success)
        return sg_onednn_fail(site->context, status, site->label);
    return sg_onednn_build(site->context, copy, names, 2);
}

/* Sets the layout of an image to `layout` if the primitive's order is that. */
static syngan_status match(const sg_site *site, sg_desc *desc, sg_md actual,
                           sg_layout layout, bool *matches) {
    sg_desc candidate = *desc;
    sg_md md;
    candidate.layout = layout;
    SG_TRY(sg_md_make(site->context, 4, desc->dims.size, desc->type,
                      sg_md_layout_tag(&candidate), &md));
    *matches = dnnl_memory_desc_equal(md, actual) != 0;
    if (*matches) desc->layout = layout;
    sg_md_free(site->context, md);
    return SYNGAN_OK;
}

/* Another order than ours: plain outside, copied within the run. */
static syngan_status plan_copy(sg_site *site, conv_state *state, int role,
                               sg_md actual) {
    sg_desc *desc = sg_conv_desc(site, state->direction, role);
    sg_md plain;
    desc->layout = (sg_layout){.kind = SG_PLAIN};
    SG_TRY(sg_md_make(site->context, 4, desc->dims.size, desc->type, dnnl_abcd,
                      &plain));
    bool is_output = role == sg_conv_result(state->direction);
    syngan_status status =
        build_copy(site, &state->copy[role], sg_dims_count(&desc->dims),
                   is_output ? actual : plain, is_output ? plain : actual);
    sg_md_free(site->context, plain);
    state->place[role] = site->workspace;
    size_t bytes = dnnl_memory_desc_get_size(actual);
    site->workspace += (bytes + 63) / 64 * 64;
    return status;
}

static syngan_status plan_image(sg_site *site, conv_state *state, int role) {
    sg_desc *desc = sg_conv_desc(site, state->direction, role);
    sg_md actual =
        sg_onednn_md(&state->primitive, role_name[state->direction][role]);
    bool matches = false;
    sg_layout blocked = sg_image_layout(site, desc);
    if (blocked.kind == SG_BLOCKED)
        SG_TRY(match(site, desc, actual, blocked, &matches));
    if (!matches)
        SG_TRY(
            match(site, desc, actual, (sg_layout){.kind = SG_PLAIN}, &matches));
    return matches ? SYNGAN_OK : plan_copy(site, state, role, actual);
}

static void conv_plan_weight(sg_site *site, const conv_state *state) {
    sg_md md = sg_onednn_md(&state->primitive, role_name[state->direction][W]);
    sg_conv_desc(site, state->direction, W)->layout =
        (sg_layout){.kind = SG_OPAQUE,
                    .opaque = md,
                    .bytes = dnnl_memory_desc_get_size(md)};
}

/* One scratchpad for all, behind the copies. */
static void plan_scratchpad(sg_site *site, conv_state *state) {
    size_t scratchpad = state->primitive.scratchpad;
    for (int role = 0; role < ROLES; role++)
        if (state->copy[role].scratchpad > scratchpad)
            scratchpad = state->copy[role].scratchpad;
    state->scratchpad = site->workspace;
    site->workspace += scratchpad;
}

/* ---- planning and running ----------------------------------------------- */

/* For each element of y a kernel of a group's channels. */
static double conv_product_count(const sg_site *site, int direction) {
    const sg_dims *w = sg_conv_dims(site, direction, W);
    const sg_dims *y = sg_conv_dims(site, direction, Y);
    return (double)sg_dims_count(y) * (double)sg_dims_product(w, 1, 4);
}

static syngan_status conv_plan(sg_site *site, int32_t direction) {
    conv_state *state;
    SG_TRY(sg_onednn_state(site, sizeof *state, (void **)&state));
    state->direction = direction;
    if (direction == SG_FORWARD)
        SG_TRY(
            sg_onednn_fuse_unary(site, &state->primitive, &state->fused_unary));
    sg_onednn_products(&state->primitive, conv_product_count(site, direction));
    SG_TRY(choose_desc(site, state));
    const int *name = role_name[direction];
    const int names[] = {name[X], name[W], name[Y], DNNL_ARG_BIAS};
    bool fused_bias = site->has_bias && direction == SG_FORWARD;
    SG_TRY(sg_onednn_build(site->context, &state->primitive, names,
                           fused_bias ? 4 : 3));
    SG_TRY(plan_image(site, state, X));
    SG_TRY(plan_image(site, state, Y));
    conv_plan_weight(site, state);
    plan_scratchpad(site, state);
    site->detail = sg_onednn_name(&state->primitive);
    return SYNGAN_OK;
}

static syngan_status conv_plan_forward(sg_site *site) {
    return conv_plan(site, SG_FORWARD);
}
static syngan_status conv_plan_input(sg_site *site) {
    return conv_plan(site, SG_BACKWARD_INPUT);
}
static syngan_status plan_weight_gradient(sg_site *site) {
    return conv_plan(site, SG_BACKWARD_WEIGHT);
}

/* Copies a value between the site's and the primitive's order, if that is
 * how it was planned: inputs before the primitive runs, the result after. */
static syngan_status run_copy(const sg_site *site, int role, void *from,
                              void *to, void *scratchpad) {
    conv_state *state = site->state;
    void *const pointers[] = {from, to};
    if (state->copy[role].primitive == NULL) return SYNGAN_OK;
    return sg_onednn_run(site->context, &state->copy[role], pointers,
                         scratchpad);
}

static syngan_status conv_run(const sg_site *site, const sg_call *call) {
    const conv_state *state = site->state;
    char *workspace = call->workspace;
    void *scratchpad = workspace == NULL ? NULL : workspace + state->scratchpad;
    void *outside[ROLES], *inside[ROLES + 1];
    int result = sg_conv_result(state->direction);
    for (int role = 0; role < ROLES; role++) {
        bool is_copied = state->copy[role].primitive != NULL;
        outside[role] = sg_conv_value(call, state->direction, role);
        inside[role] =
            is_copied ? workspace + state->place[role] : outside[role];
        if (role != result)
            SG_TRY(
                run_copy(site, role, outside[role], inside[role], scratchpad));
    }
    inside[ROLES] = (void *)(uintptr_t)call->bias; /* read only if fused */
    SG_TRY(sg_onednn_run(site->context, site->state, inside, scratchpad));
    SG_TRY(run_copy(site, result, inside[result], outside[result], scratchpad));
    if (result != W)
        sg_finish(site, call, site->has_bias && result == X,
                  state->fused_unary);
    return SYNGAN_OK;
}

static void destroy(sg_site *site) {
    conv_state *state = site->state;
    for (int role = 0; state != NULL && role < ROLES; role++)
        sg_onednn_close(&state->copy[role]);
    sg_onednn_destroy(site);
}

static const sg_kernel forward = {
    .name = "convolution",
    .absorbs = SG_ABSORB_ALL,
    .plan = conv_plan_forward,
    .run = conv_run,
    .destroy = destroy,
};
static const sg_kernel backward_input = {
    .name = "convolution, data",
    .absorbs = SG_ABSORB_ALL,
    .plan = conv_plan_input,
    .run = conv_run,
    .destroy = destroy,
};
static const sg_kernel backward_weight = {
    .name = "convolution, weight",
    .plan = plan_weight_gradient,
    .run = conv_run,
    .destroy = destroy,
};

const sg_kernel *const sg_conv2d_kernels[] = {&sg_kernel_winograd_bf16_forward,
                                              &sg_kernel_winograd_forward,
                                              &forward, NULL};
const sg_kernel *const sg_conv2d_input_kernels[] = {
    &sg_kernel_conv_rows,
    &sg_kernel_conv_few,
    &sg_kernel_winograd_bf16_input,
    &sg_kernel_winograd_input,
    &backward_input,
    NULL};
const sg_kernel *const sg_conv2d_weight_kernels[] = {
    &sg_kernel_winograd_bf16_weight, &sg_kernel_winograd_weight,
    &backward_weight, NULL};
