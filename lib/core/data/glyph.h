/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ways in which people write digits, as the path of a pen.
 */
#ifndef SG_DATA_GLYPH_H
#define SG_DATA_GLYPH_H

#include <stdint.h>

enum {
    SG_PEN_DOWN = 0,   /* a stroke begins */
    SG_PEN_CURVE = 1,  /* it passes smoothly */
    SG_PEN_CORNER = 2, /* it turns sharply */
};

/* A point of a path; x to the right and y down, 0 ... 100 is the height of a
 * digit. */
typedef struct sg_pen {
    int8_t x, y;
    uint8_t kind;
} sg_pen;

#define SG_GLYPH_POINTS 20 /* at most */

/* One way of writing one digit. */
typedef struct sg_glyph {
    int8_t digit;
    uint8_t weight; /* how usual it is among those of its digit */
    uint8_t count;
    sg_pen path[SG_GLYPH_POINTS];
} sg_glyph;

/* All of them, those of a digit side by side, in order. */
extern const sg_glyph sg_glyphs[];
extern const int sg_n_glyphs;

#endif
