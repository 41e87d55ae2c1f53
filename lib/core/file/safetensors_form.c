/* SPDX-License-Identifier: Apache-2.0 */
/* Names of element types in safetensors files. */
#include "file/safetensors_form.h"

#include <string.h>
#include <syngan/tensor.h>

static const struct type_name {
    int32_t type;
    const char *name;
} type_names[] = {
    {SYNGAN_TYPE_F32, "F32"}, {SYNGAN_TYPE_BF16, "BF16"},
    {SYNGAN_TYPE_F64, "F64"}, {SYNGAN_TYPE_I32, "I32"},
    {SYNGAN_TYPE_I64, "I64"}, {SYNGAN_TYPE_U8, "U8"},
};

#define TYPES (sizeof(type_names) / sizeof(type_names[0]))

const char *sg_safetensors_type_name(int32_t type) {
    for (size_t i = 0; i < TYPES; i++) {
        if (type_names[i].type == type) return type_names[i].name;
    }
    return NULL;
}

int32_t sg_safetensors_type(const char *name) {
    for (size_t i = 0; i < TYPES; i++) {
        if (strcmp(type_names[i].name, name) == 0) return type_names[i].type;
    }
    return 0;
}
