/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Grids of images.
 */
#ifndef SG_FILE_IMAGE_H
#define SG_FILE_IMAGE_H

#include <syngan/image.h>

#include "base/options.h"

/* Fields of syngan_grid_options. */
extern const sg_fields sg_options_grid;

#endif
