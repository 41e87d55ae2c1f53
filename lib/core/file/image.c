/* SPDX-License-Identifier: Apache-2.0 */
/* Grids of images as one picture. */
#include <math.h>
#include <string.h>
#include <syngan/image.h>

#include "base/floats.h"
#include "base/memory.h"
#include "base/options.h"
#include "base/stream.h"
#include "file/pixel.h"
#include "file/png.h"
#include "tensor/tensor.h"

/* Grey between images, which shows against black and white ones. */
#define BETWEEN 128

static const sg_field grid_fields[] = {
    SG_I32(syngan_grid_options, columns, 0, SG_PNG_MAX, 0,
           "Images in a row; 0: as many as make the grid about square"),
    SG_I32(syngan_grid_options, spacing, 0, 4096, 2, "Pixels between images"),
    SG_I32(syngan_grid_options, zoom, 1, 4096, 1,
           "Each pixel becomes zoom x zoom"),
    SG_F32(syngan_grid_options, low, -1e30, 1e30, -1, "Value of black"),
    SG_F32(syngan_grid_options, high, -1e30, 1e30, 1, "Value of white"),
};
SG_FIELDS(sg_options_grid, "grid", syngan_grid_options, grid_fields);

typedef struct grid {
    syngan_grid_options options;
    const void *data;
    bool bytes;                             /* u8 elements, else f32 */
    int64_t count, channels, height, width; /* of the images */
    int64_t columns, rows;
    unsigned char *strip; /* one image's pixels of a row, before zoom */
} grid;

/* ---- arguments ---------------------------------------------------------- */

static syngan_status check_images(const syngan_tensor *images) {
    syngan_context *context = sg_tensor_context(images);
    char shape[SG_DIMS_TEXT];
    if (images->type != SYNGAN_TYPE_F32 && images->type != SYNGAN_TYPE_U8) {
        return sg_fail(context, SYNGAN_E_TYPE,
                       "write_png: the images are %s, but must be f32 or u8",
                       syngan_type_name(images->type));
    }
    const int64_t *size = images->dims.size;
    bool fits = images->dims.rank == 4 && (size[1] == 1 || size[1] == 3) &&
                sg_dims_count(&images->dims) > 0;
    if (fits) return SYNGAN_OK;
    return sg_fail(context, SYNGAN_E_SHAPE,
                   "write_png: the images are %s, but must be N x 1 x H x W or "
                   "N x 3 x H x W with at least one pixel%s",
                   sg_dims_text(&images->dims, shape),
                   sg_dims_hint(&images->dims, NULL));
}

/* Pixels of `count` cells side by side; -1 if more than a picture may have. */
static int64_t extent(const grid *g, int64_t count, int64_t size) {
    if (count > SG_PNG_MAX || size > SG_PNG_MAX) return -1;
    int64_t pixels =
        count * size * g->options.zoom + (count - 1) * g->options.spacing;
    return pixels <= SG_PNG_MAX ? pixels : -1;
}

static syngan_status lay_out(syngan_context *context, grid *g, int32_t *width,
                             int32_t *height) {
    g->columns = g->options.columns;
    if (g->columns == 0) g->columns = (int64_t)ceil(sqrt((double)g->count));
    if (g->columns > g->count) g->columns = g->count;
    g->rows = (g->count + g->columns - 1) / g->columns;
    int64_t w = extent(g, g->columns, g->width);
    int64_t h = extent(g, g->rows, g->height);
    if (w < 0 || h < 0) {
        return sg_fail(context, SYNGAN_E_SHAPE,
                       "write_png: a grid of %lld x %lld images of %lld x %lld "
                       "pixels, zoom %d, is larger than %d pixels",
                       (long long)g->rows, (long long)g->columns,
                       (long long)g->height, (long long)g->width,
                       g->options.zoom, SG_PNG_MAX);
    }
    *width = (int32_t)w;
    *height = (int32_t)h;
    return SYNGAN_OK;
}

/* ---- pixels ------------------------------------------------------------- */

/* Row `y` of image `index`, its channels interleaved, without zoom. */
static void make_strip(const grid *g, int64_t index, int64_t y) {
    for (int64_t c = 0; c < g->channels; c++) {
        int64_t first = ((index * g->channels + c) * g->height + y) * g->width;
        unsigned char *out = g->strip + c;
        if (g->bytes) {
            const unsigned char *in = (const unsigned char *)g->data + first;
            for (int64_t x = 0; x < g->width; x++) {
                out[x * g->channels] = in[x];
            }
        } else {
            const float *in = (const float *)g->data + first;
            for (int64_t x = 0; x < g->width; x++) {
                out[x * g->channels] =
                    sg_pixel(in[x], g->options.low, g->options.high);
            }
        }
    }
}

static unsigned char *put_zoomed(const grid *g, unsigned char *out) {
    size_t pixel = (size_t)g->channels;
    for (int64_t x = 0; x < g->width; x++) {
        for (int32_t k = 0; k < g->options.zoom; k++, out += pixel) {
            memcpy(out, g->strip + (size_t)x * pixel, pixel);
        }
    }
    return out;
}

static void make_row(void *user, int32_t y, unsigned char *out) {
    const grid *g = user;
    int64_t cell = g->height * g->options.zoom + g->options.spacing;
    int64_t row = y / cell, inside = y % cell / g->options.zoom;
    size_t gap = (size_t)g->options.spacing * (size_t)g->channels;
    size_t wide = (size_t)(g->width * g->options.zoom * g->channels);
    for (int64_t column = 0; column < g->columns; column++) {
        int64_t index = row * g->columns + column;
        if (column > 0) {
            memset(out, BETWEEN, gap);
            out += gap;
        }
        if (inside < g->height && index < g->count) {
            make_strip(g, index, inside);
            out = put_zoomed(g, out);
        } else {
            memset(out, BETWEEN, wide);
            out += wide;
        }
    }
}

/* ---- the file ----------------------------------------------------------- */

static syngan_status write_grid(syngan_context *context, grid *g,
                                const char *path) {
    int32_t width = 0, height = 0;
    SG_TRY(lay_out(context, g, &width, &height));
    size_t bytes = (size_t)(g->width * g->channels);
    g->strip = sg_alloc(context, bytes);
    if (g->strip == NULL) return sg_fail_memory(context, "write_png", bytes);
    sg_writer *writer = NULL;
    syngan_status status = sg_writer_open(context, path, &writer);
    if (status == SYNGAN_OK) {
        status = sg_png_write(context, writer, width, height,
                              (int32_t)g->channels, make_row, g);
    }
    if (status == SYNGAN_OK) {
        status = sg_writer_commit(writer);
    } else {
        sg_writer_abandon(writer);
    }
    sg_free(context, g->strip);
    return status;
}

syngan_status syngan_tensor_write_png(const syngan_tensor *images,
                                      const char *path,
                                      const syngan_grid_options *options) {
    SG_OWN_FLOATS;
    if (images == NULL) return SYNGAN_E_ARGUMENT;
    syngan_context *context = sg_tensor_context(images);
    SG_TRY(check_images(images));
    grid g = {.data = images->data,
              .bytes = images->type == SYNGAN_TYPE_U8,
              .count = images->dims.size[0],
              .channels = images->dims.size[1],
              .height = images->dims.size[2],
              .width = images->dims.size[3]};
    SG_TRY(sg_options_read(context, &sg_options_grid, options, "write_png",
                           &g.options));
    if (g.options.low == g.options.high) {
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       "write_png: low and high are both %g, but must differ",
                       (double)g.options.low);
    }
    return write_grid(context, &g, path);
}
