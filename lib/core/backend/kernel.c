/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What many kernels plan alike.
 */
#include "backend/kernel.h"

#include "base/memory.h"

syngan_status sg_kernel_state(sg_site *site, size_t size) {
    site->state = sg_alloc_zero(site->context, 1, size);
    return site->state != NULL
               ? SYNGAN_OK
               : sg_fail_memory(site->context, site->label, size);
}

syngan_status sg_plan_elementwise(sg_site *site) {
    sg_layout layout = {.kind = SG_PLAIN};
    for (int32_t i = 0; i < site->n_inputs && layout.kind == SG_PLAIN; i++)
        if (site->input[i].layout.kind == SG_BLOCKED)
            layout = site->input[i].layout;
    for (int32_t i = 0; i < site->n_inputs; i++)
        site->input[i].layout = layout;
    site->output.layout = layout;
    site->in_place =
        site->n_inputs > 0 && site->input[0].type == site->output.type;
    return SYNGAN_OK;
}

sg_layout sg_image_layout(const sg_site *site, const sg_desc *desc) {
    int32_t block = site->context->isa >= SYNGAN_ISA_AVX512 ? 16 : 8;
    if (desc->dims.rank != 4 || desc->dims.size[1] % block != 0)
        return (sg_layout){.kind = SG_PLAIN};
    return (sg_layout){.kind = SG_BLOCKED, .block = block};
}
