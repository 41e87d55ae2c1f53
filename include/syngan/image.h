/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file image.h
 * Images as PNG grids. Written atomically.
 */
#ifndef SYNGAN_IMAGE_H
#define SYNGAN_IMAGE_H

#include <syngan/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct syngan_grid_options {
    size_t struct_size;
    int32_t columns; /**< default 0: as many as make the grid about square */
    int32_t spacing; /**< pixels between images; default 2 */
    int32_t zoom;    /**< each pixel becomes zoom x zoom; default 1 */
    float low;       /**< value of black; default -1 */
    float high;      /**< value of white; default 1 */
    int32_t reserved;
} syngan_grid_options;
/** Fields that are not named here are 0 or NULL by default. */
#define SYNGAN_GRID_DEFAULTS                                                   \
    .struct_size = SYNGAN_INITIALISED(syngan_grid_options), .spacing = 2,      \
    .zoom = 1, .low = -1, .high = 1
#define SYNGAN_GRID_INIT                                                       \
    { SYNGAN_GRID_DEFAULTS }
#define SYNGAN_GRID(...)                                                       \
    (&(const syngan_grid_options){SYNGAN_GRID_DEFAULTS, __VA_ARGS__})

/** Images as one PNG, row by row from the top left. NaN is black.
 *  @param images N x 1 x H x W (grey) or N x 3 x H x W; f32, or u8, which is
 *                written as it is: low and high don't apply
 *  @return SYNGAN_OK, SYNGAN_E_SHAPE, SYNGAN_E_TYPE, SYNGAN_E_IO,
 *  SYNGAN_E_UNSUPPORTED (built without libpng). */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_tensor_write_png(const syngan_tensor *images, const char *path,
                        const syngan_grid_options *options);

#ifdef __cplusplus
}
#endif
#endif
