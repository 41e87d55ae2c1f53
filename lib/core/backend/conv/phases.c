/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which convolutions Winograd's method by phases takes, and in which layouts.
 */
#include "backend/conv/phases.h"

#include "backend/conv/conv.h"

static bool is_kind(const sg_conv_fields *f, const sg_dims *w) {
    return w->size[2] == 4 && w->size[3] == 4 && f->stride_h == 2 &&
           f->stride_w == 2 && f->dilation_h == 1 && f->dilation_w == 1 &&
           f->groups == 1;
}

/* Whether every pixel of x lies in a tile along an axis. */
static bool reaches(int64_t x, int64_t y, int64_t pad) {
    return (x - 1 + pad) / 2 <= y;
}

bool sg_phases_of(const sg_site *site, int32_t direction, sg_phases *out) {
    const sg_conv_fields *f = site->fields;
    const int64_t *x = sg_conv_dims(site, direction, SG_CONV_X)->size;
    const int64_t *y = sg_conv_dims(site, direction, SG_CONV_Y)->size;
    *out = (sg_phases){.direction = direction,
                       .images = x[0],
                       .channels = x[1],
                       .filters = y[1],
                       .height = x[2],
                       .width = x[3],
                       .rows = y[2],
                       .columns = y[3],
                       .pad_top = f->pad_top,
                       .pad_left = f->pad_left};
    return is_kind(f, sg_conv_dims(site, direction, SG_CONV_W)) &&
           reaches(out->height, out->rows, out->pad_top) &&
           reaches(out->width, out->columns, out->pad_left);
}

void sg_phases_plan(sg_site *site, int32_t direction, int64_t block) {
    sg_layout blocked = {.kind = SG_BLOCKED, .block = (int32_t)block};
    sg_conv_desc(site, direction, SG_CONV_X)->layout = blocked;
    sg_conv_desc(site, direction, SG_CONV_Y)->layout = blocked;
    sg_conv_desc(site, direction, SG_CONV_W)->layout =
        (sg_layout){.kind = SG_PLAIN};
    site->input[0].type = site->input[1].type = SYNGAN_TYPE_F32;
}
