/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers as bytes of a picture.
 */
#ifndef SG_FILE_PIXEL_H
#define SG_FILE_PIXEL_H

/* `low` and less become 0, `high` and more 255, in equal steps between, to the
 * nearest; NaN becomes 0. `low` must differ from `high`; above it, it inverts
 * the picture. */
static inline unsigned char sg_pixel(float value, float low, float high) {
    float level = (value - low) * (255.0f / (high - low)) + 0.5f;
    if (!(level >= 1.0f)) return 0;
    return level >= 255.0f ? 255 : (unsigned char)level;
}

#endif
