/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copying between layouts and element types.
 */
#include <string.h>

#include "backend/onednn.h"
#include "base/memory.h"
#include "base/thread.h"

/* No state: the same bytes in the same order. */
static bool is_copy(const sg_site *site) {
    return site->input[0].layout.kind == SG_PLAIN &&
           site->output.layout.kind == SG_PLAIN &&
           site->input[0].type == site->output.type;
}

/* The memory descriptor of one side; `other` may know of more dimensions (the
 * groups of a weight). *made is for sg_md_free(). */
static syngan_status side_md(const sg_site *site, const sg_desc *desc,
                             const sg_desc *other, sg_md *md, sg_md *made) {
    *made = NULL;
    if (desc->layout.kind == SG_OPAQUE) {
        *md = desc->layout.opaque;
        return SYNGAN_OK;
    }
    const int64_t *sizes = desc->dims.size;
    int rank = desc->dims.rank;
    dnnl_format_tag_t tag;
    int64_t count = sg_dims_count(&desc->dims);
    if (other->layout.kind == SG_OPAQUE) {
        rank = sg_md_rank(other->layout.opaque);
        sizes = sg_md_sizes(other->layout.opaque);
        tag = sg_md_plain_tag(rank);
    } else if (other->layout.kind == SG_PLAIN &&
               desc->layout.kind == SG_PLAIN) {
        rank = 1;
        sizes = &count;
        tag = dnnl_a;
    } else {
        tag = sg_md_layout_tag(desc);
    }
    SG_TRY(sg_md_make(site->context, rank, sizes, desc->type, tag, made));
    *md = *made;
    return SYNGAN_OK;
}

static syngan_status reorder_build(sg_site *site, sg_onednn *p, sg_md from,
                                   sg_md to) {
    static const int names[] = {DNNL_ARG_FROM, DNNL_ARG_TO};
    sg_onednn_elements(p, sg_dims_count(&site->output.dims));
    dnnl_status_t status = sg_onednn_reorder_desc(p, from, to);
    if (status != dnnl_success)
        return sg_onednn_fail(site->context, status, "reorder");
    SG_TRY(sg_onednn_build(site->context, p, names, 2));
    site->workspace = p->scratchpad;
    return SYNGAN_OK;
}

static syngan_status reorder_plan(sg_site *site) {
    if (is_copy(site)) return SYNGAN_OK;
    sg_onednn *p;
    SG_TRY(sg_onednn_state(site, sizeof *p, (void **)&p));
    sg_md from, to, made_from = NULL, made_to = NULL;
    const sg_desc *in = &site->input[0], *out = &site->output;
    syngan_status status = side_md(site, in, out, &from, &made_from);
    if (status == SYNGAN_OK) status = side_md(site, out, in, &to, &made_to);
    if (status == SYNGAN_OK) status = reorder_build(site, p, from, to);
    sg_md_free(site->context, made_from);
    sg_md_free(site->context, made_to);
    return status;
}

static void copy_range(void *argument, int64_t first, int64_t last) {
    const sg_call *call = argument;
    memcpy((char *)call->output + first, (const char *)call->input[0] + first,
           (size_t)(last - first));
}

static syngan_status reorder_run(const sg_site *site, const sg_call *call) {
    if (site->state == NULL) {
        sg_parallel(site->context, (int64_t)sg_desc_bytes(&site->output),
                    SG_GRAIN * sizeof(float), copy_range,
                    (void *)(uintptr_t)call);
        return SYNGAN_OK;
    }
    void *const pointers[] = {call->input[0], call->output};
    return sg_onednn_run(site->context, site->state, pointers, call->workspace);
}

const sg_kernel sg_kernel_reorder = {
    .name = "reorder",
    .plan = reorder_plan,
    .run = reorder_run,
    .destroy = sg_onednn_destroy,
};
