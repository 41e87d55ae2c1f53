/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tensor handle: reference-counted memory with an element type and shape.
 */
#ifndef SG_TENSOR_TENSOR_H
#define SG_TENSOR_TENSOR_H

#include <syngan/tensor.h>

#include "tensor/shape.h"

/* Memory that tensors share. */
typedef struct sg_storage {
    atomic_int references;
    syngan_context *context;
    void *data;
    void (*release)(void *data, void *user); /* NULL: nothing to be done */
    void *user;
} sg_storage;

struct syngan_tensor {
    atomic_int references;
    int32_t type;
    sg_dims dims;
    void *data;
    sg_storage *storage;
};

/* A tensor on `data`, inside memory that `owner` keeps: `release(owner)` is
 * called at its end. The context is retained. */
syngan_status sg_tensor_view(syngan_context *context, void *data, int32_t type,
                             const sg_dims *dims,
                             void (*release)(void *data, void *owner),
                             void *owner, syngan_tensor **out);
syngan_tensor *sg_tensor_retain(syngan_tensor *tensor);
static inline syngan_context *sg_tensor_context(const syngan_tensor *tensor) {
    return tensor->storage->context;
}

/* The first number that is NaN or infinite; `count` if there is none. */
size_t sg_find_not_finite(const float *data, size_t count);

/* Conversions used wherever bf16 appears: round to nearest even. */
uint16_t sg_bf16_from_f32(float value);
float sg_f32_from_bf16(uint16_t value);

#endif
