/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between bf16 and f32. The loops are left to the compiler.
 */
#include "backend/convert_simd.h"

#include <stdbool.h>

void SG_SIMD(sg_widen)(size_t count, const uint16_t *restrict in,
                       float *restrict out) {
    for (size_t i = 0; i < count; i++) {
        uint32_t bits = (uint32_t)in[i] << 16;
        memcpy(&out[i], &bits, sizeof bits);
    }
}

void SG_SIMD(sg_narrow)(size_t count, const float *restrict in,
                        uint16_t *restrict out) {
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &in[i], sizeof bits);
        uint32_t rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
        uint32_t quiet = bits >> 16 | 0x40;
        bool is_nan = (bits & 0x7fffffff) > 0x7f800000;
        out[i] = (uint16_t)(is_nan ? quiet : rounded);
    }
}
