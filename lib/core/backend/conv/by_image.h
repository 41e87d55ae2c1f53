/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conv2d_input for a result x of few channels, image by image, each within the
 * cache: what the kernels of few.c and rows.c share. Parts of the
 * batch ("slots") run side by side, each with memory of its own in the
 * workspace, behind the weights in the order that the kernel wants.
 */
#ifndef SG_BACKEND_CONV_BY_IMAGE_H
#define SG_BACKEND_CONV_BY_IMAGE_H

#include "backend/kernel.h"

/* What such a kernel's state begins with. All sizes in elements. */
typedef struct sg_by_image {
    int64_t images, filters, channels;
    int64_t height, width; /* of x */
    int64_t rows, columns; /* of y */
    int64_t kernel_h, kernel_w;
    int64_t block; /* channel block of y, 1 if it is plain */
    int64_t slots;
    /* Set by the kernel: of the workspace, in front of the slots; of a slot,
     * and of what is zero there in front of a slot's first image. */
    int64_t weights_size, slot_size, zeros;
} sg_by_image;

/* Whether x has at most half a block of channels: above it oneDNN, which
 * computes whole blocks, is as fast. */
bool sg_by_image_accepts(const sg_site *site);

/* Makes the state, `size` bytes, sets the sizes, and asks for operands in f32,
 * also where they are bf16: the kernels are bound by memory, and a pass to
 * round them costs more than it saves. */
syngan_status sg_by_image_plan(sg_site *site, size_t size);
void sg_by_image_reserve(sg_site *site);

typedef struct sg_by_image_run sg_by_image_run;
/* Computes an image of x, to be finished, from one of y. */
typedef void (*sg_by_image_fn)(const sg_by_image_run *run, const float *y,
                               float *x, float *slot);
struct sg_by_image_run {
    const sg_site *site;
    const sg_call *call;
    sg_by_image_fn image;
};

/* All images, the weights having been put in front of the workspace. */
void sg_by_image_all(const sg_site *site, const sg_call *call,
                     sg_by_image_fn image);

#endif
