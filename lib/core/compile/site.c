/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the stages do alike with sites: describing a group to a kernel, planning
 * it, and freeing what the plan holds.
 */
#include "backend/batch_norm.h"
#include "base/memory.h"
#include "compile/program.h"

static sg_desc plain_desc(const syngan_node *node) {
    return (sg_desc){.type = node->type, .dims = node->dims};
}

void sg_site_fill(sg_site *site, const sg_group *group) {
    site->fields = group->anchor->fields;
    site->output = plain_desc(group->anchor);
    site->n_unary = group->n_unary;
    for (int32_t i = 0; i < group->n_unary; i++)
        site->unary[i] = *(const sg_unary *)group->unary[i]->fields;
    site->has_bias = group->bias != NULL;
    if (group->slope != NULL) {
        site->has_slope = true;
        site->slope = *(const sg_unary *)group->slope->fields;
    }
    if (group->norm == NULL) return;
    const sg_batch_norm_fields *f = group->norm->fields;
    site->has_norm = true;
    site->norm_at = group->norm_at;
    site->norm_epsilon = f->epsilon;
}

sg_site sg_site_plain(const syngan_program *program, const sg_group *group,
                      sg_desc *input) {
    const syngan_node *anchor = group->anchor;
    sg_site site = {.context = program->context,
                    .label = anchor->name,
                    .n_inputs = anchor->n_inputs,
                    .input = input};
    sg_site_fill(&site, group);
    for (int32_t i = 0; i < site.n_inputs; i++) {
        input[i] = plain_desc(anchor->inputs[i]);
        input[i].type = sg_operand_type(program, anchor, input[i].type);
    }
    return site;
}

syngan_status sg_site_plan(const sg_kernel *kernel, sg_site *site) {
    if (kernel->plan != NULL) return kernel->plan(site);
    for (int32_t i = 0; i < site->n_inputs; i++)
        site->input[i].layout = (sg_layout){.kind = SG_PLAIN};
    return SYNGAN_OK;
}

void sg_site_place_norm(sg_site *site) {
    size_t channels = (size_t)site->output.dims.size[1];
    site->norm_place = (site->workspace + 63) / 64 * 64;
    site->workspace = site->norm_place + 3 * channels * sizeof(float);
}

void sg_site_end(const sg_kernel *kernel, sg_site *site) {
    if (kernel->destroy != NULL)
        kernel->destroy(site);
    else
        sg_free(site->context, site->state);
}
