/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What many kernels plan alike.
 */
#include "backend/kernel.h"

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
