/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Drawing handwritten-like digits.
 */
#ifndef SG_DATA_DIGIT_H
#define SG_DATA_DIGIT_H

#include <stdint.h>

#define SG_DIGIT_SIDE 28
#define SG_DIGIT_PIXELS (SG_DIGIT_SIDE * SG_DIGIT_SIDE)

/* Draws digit `index` of the endless series of `seed`, white (255) on black,
 * and returns which one it is. A function of its arguments alone. */
int32_t sg_digit_draw(uint64_t seed, uint64_t index,
                      uint8_t pixels[SG_DIGIT_PIXELS]);

#endif
