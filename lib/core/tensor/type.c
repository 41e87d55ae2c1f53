/* SPDX-License-Identifier: Apache-2.0 */
/* Element types: sizes, names, and bf16. */
#include <string.h>

#include "tensor/tensor.h"

size_t syngan_type_size(int32_t type) {
    switch (type) {
    case SYNGAN_TYPE_U8:
        return 1;
    case SYNGAN_TYPE_BF16:
        return 2;
    case SYNGAN_TYPE_F32:
    case SYNGAN_TYPE_I32:
        return 4;
    case SYNGAN_TYPE_F64:
    case SYNGAN_TYPE_I64:
        return 8;
    default:
        return 0;
    }
}

const char *syngan_type_name(int32_t type) {
    switch (type) {
    case SYNGAN_TYPE_F32:
        return "f32";
    case SYNGAN_TYPE_BF16:
        return "bf16";
    case SYNGAN_TYPE_F64:
        return "f64";
    case SYNGAN_TYPE_I32:
        return "i32";
    case SYNGAN_TYPE_I64:
        return "i64";
    case SYNGAN_TYPE_U8:
        return "u8";
    default:
        return "?";
    }
}

uint16_t sg_bf16_from_f32(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof(bits));
    if (value != value) return (uint16_t)(bits >> 16 | 0x40); /* a quiet NaN */
    uint32_t odd = bits >> 16 & 1;
    return (uint16_t)((bits + 0x7fff + odd) >> 16);
}

float sg_f32_from_bf16(uint16_t value) {
    uint32_t bits = (uint32_t)value << 16;
    float result;
    memcpy(&result, &bits, sizeof(result));
    return result;
}
