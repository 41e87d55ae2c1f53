/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PNG pictures, row by row, of 8 bits a channel.
 */
#ifndef SG_FILE_PNG_H
#define SG_FILE_PNG_H

#include "base/stream.h"

/* Largest width and height, in pixels. */
#define SG_PNG_MAX 1000000

/* Gives row `y`: width x channels bytes. */
typedef void (*sg_png_row_fn)(void *user, int32_t y, unsigned char *row);

/* A picture of 1 (grey) or 3 (RGB) channels. SYNGAN_E_UNSUPPORTED in a build
 * without libpng. */
syngan_status sg_png_write(syngan_context *context, sg_writer *writer,
                           int32_t width, int32_t height, int32_t channels,
                           sg_png_row_fn row, void *user);

#endif
