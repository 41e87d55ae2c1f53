/* SPDX-License-Identifier: Apache-2.0 */
/* A tensor's parts, as callers ask for them. */
#include "tensor/tensor.h"

void *syngan_tensor_data(const syngan_tensor *tensor) {
    return tensor == NULL ? NULL : tensor->data;
}

int32_t syngan_tensor_type(const syngan_tensor *tensor) {
    return tensor == NULL ? 0 : tensor->type;
}

size_t syngan_tensor_rank(const syngan_tensor *tensor) {
    return tensor == NULL ? 0 : (size_t)tensor->dims.rank;
}

const int64_t *syngan_tensor_dims(const syngan_tensor *tensor) {
    return tensor == NULL ? NULL : tensor->dims.size;
}

size_t syngan_tensor_count(const syngan_tensor *tensor) {
    return tensor == NULL ? 0 : (size_t)sg_dims_count(&tensor->dims);
}

size_t syngan_tensor_bytes(const syngan_tensor *tensor) {
    return syngan_tensor_count(tensor) *
           syngan_type_size(syngan_tensor_type(tensor));
}
