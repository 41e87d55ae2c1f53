/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file image.h
 * Writing samples: PNG grids, NPY and IDX files. All are written atomically.
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
syngan_write_png(const syngan_tensor *images, const char *path,
                 const syngan_grid_options *options);

/** A chart of `series` curves as an SVG picture.
 *  @param values f32, series x points; NaN leaves a gap
 *  @param x      f32, points
 *  @param names  `series` names for the legend
 *  @return SYNGAN_OK, SYNGAN_E_SHAPE, SYNGAN_E_TYPE or SYNGAN_E_IO. */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_write_chart(
    const syngan_tensor *x, const syngan_tensor *values,
    const char *const *names, const char *title, const char *path);

/** A tensor as NumPy's NPY, version 1.0, little-endian. bf16 becomes f32.
 *  @return SYNGAN_OK or SYNGAN_E_IO. */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_write_npy(const syngan_tensor *tensor, const char *path);
/** Reads an NPY file (any type of tensor.h but bf16, row-major).
 *  @return SYNGAN_OK, SYNGAN_E_IO, SYNGAN_E_FORMAT (damaged), SYNGAN_E_VERSION,
 *  SYNGAN_E_TYPE, SYNGAN_E_UNSUPPORTED (Fortran's order). */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_read_npy(syngan_context *context,
                                                        const char *path,
                                                        syngan_tensor **out);

/** u8 IDX. f32 elements are mapped from [-1, 1] to 0 ... 255 and N x 1 x H x W
 *  is written as N x H x W.
 *  @return SYNGAN_OK, SYNGAN_E_TYPE, SYNGAN_E_SHAPE or SYNGAN_E_IO. */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_write_idx(const syngan_tensor *tensor, const char *path);
/** Reads an IDX file of u8, plain or gzip.
 *  @return SYNGAN_OK, SYNGAN_E_IO, SYNGAN_E_FORMAT, SYNGAN_E_TYPE, or
 *  SYNGAN_E_UNSUPPORTED (gzip, built without zlib). */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_read_idx(syngan_context *context,
                                                        const char *path,
                                                        syngan_tensor **out);

#ifdef __cplusplus
}
#endif
#endif
