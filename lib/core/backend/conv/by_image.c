/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Convolutions image by image: planning, and the loop over the images.
 */
#include "backend/conv/by_image.h"

#include <string.h>

#include "backend/conv/conv.h"
#include "backend/finish_simd.h"
#include "base/thread.h"

bool sg_by_image_accepts(const sg_site *site) {
    const sg_conv_fields *f = site->fields;
    int64_t most = site->context->isa >= SYNGAN_ISA_AVX512 ? 8 : 4;
    return f->groups == 1 && site->output.dims.size[1] <= most &&
           site->output.type == SYNGAN_TYPE_F32;
}

static void by_image_set_sizes(const sg_site *site, sg_by_image *conv) {
    const int64_t *y = site->input[0].dims.size;
    const int64_t *w = site->input[1].dims.size;
    const int64_t *x = site->output.dims.size;
    const sg_layout *layout = &site->input[0].layout;
    int64_t threads = site->context->threads;
    *conv = (sg_by_image){
        .images = y[0],
        .filters = y[1],
        .channels = x[1],
        .height = x[2],
        .width = x[3],
        .rows = y[2],
        .columns = y[3],
        .kernel_h = w[2],
        .kernel_w = w[3],
        .block = layout->kind == SG_BLOCKED ? layout->block : 1,
        .slots = y[0] < threads ? y[0] : threads,
    };
}

syngan_status sg_by_image_plan(sg_site *site, size_t size) {
    SG_TRY(sg_kernel_state(site, size));
    if (site->input[0].layout.kind == SG_OPAQUE)
        site->input[0].layout = (sg_layout){.kind = SG_PLAIN};
    site->input[1].layout = (sg_layout){.kind = SG_PLAIN};
    site->output.layout = (sg_layout){.kind = SG_PLAIN};
    site->input[0].type = site->input[1].type = SYNGAN_TYPE_F32;
    by_image_set_sizes(site, site->state);
    return SYNGAN_OK;
}

void sg_by_image_reserve(sg_site *site) {
    const sg_by_image *conv = site->state;
    site->workspace =
        (size_t)(conv->weights_size + conv->slots * conv->slot_size) *
        sizeof(float);
}

/* Bias and unary functions of an image. */
static void finish_image(const sg_by_image_run *run, float *x) {
    const sg_by_image *conv = run->site->state;
    int32_t isa = run->site->context->isa;
    size_t size = (size_t)(conv->height * conv->width);
    if (run->site->has_bias)
        for (int64_t c = 0; c < conv->channels; c++)
            sg_simd_pick(isa, sg_add_bias)(x + (size_t)c * size, size,
                                           run->call->bias + c, 1);
    size_t place = (size_t)(x - (const float *)run->call->output);
    sg_finish_elements(run->site, run->call, place,
                       size * (size_t)conv->channels);
}

static void by_image_run_image(const sg_by_image_run *run, int64_t image,
                               float *slot) {
    const sg_by_image *conv = run->site->state;
    const float *y = (const float *)run->call->input[0] +
                     image * conv->filters * conv->rows * conv->columns;
    float *x = (float *)run->call->output +
               image * conv->channels * conv->height * conv->width;
    run->image(run, y, x, slot);
    finish_image(run, x);
}

static void by_image_run_slots(void *argument, int64_t first, int64_t last) {
    const sg_by_image_run *run = argument;
    const sg_by_image *conv = run->site->state;
    for (int64_t slot = first; slot < last; slot++) {
        float *memory = (float *)run->call->workspace + conv->weights_size +
                        slot * conv->slot_size;
        memset(memory, 0, (size_t)conv->zeros * sizeof *memory);
        int64_t end = conv->images * (slot + 1) / conv->slots;
        for (int64_t i = conv->images * slot / conv->slots; i < end; i++)
            by_image_run_image(run, i, memory);
    }
}

void sg_by_image_all(const sg_site *site, const sg_call *call,
                     sg_by_image_fn image) {
    const sg_by_image *conv = site->state;
    sg_by_image_run run = {.site = site, .call = call, .image = image};
    sg_parallel(site->context, conv->slots, 1, by_image_run_slots, &run);
}
