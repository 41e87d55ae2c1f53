/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The structs of DLPack, written from its specification: the legacy one (up to
 * 0.8) and the versioned one (1.x).
 */
#ifndef SG_TENSOR_DLPACK_H
#define SG_TENSOR_DLPACK_H

#include <stdint.h>

enum { DL_CPU = 1 };

enum { DL_INT = 0, DL_UINT = 1, DL_FLOAT = 2, DL_BFLOAT = 4 };

/* Bits of DLManagedTensorVersioned.flags. */
enum { DL_FLAG_READ_ONLY = 1, DL_FLAG_COPIED = 2 };

/* What we write; a reader may take any minor version of a major one. */
enum { DL_MAJOR = 1, DL_MINOR = 0 };

typedef struct DLDevice {
    int32_t device_type;
    int32_t device_id;
} DLDevice;

typedef struct DLDataType {
    uint8_t code; /* DL_INT ... */
    uint8_t bits;
    uint16_t lanes;
} DLDataType;

typedef struct DLTensor {
    void *data;
    DLDevice device;
    int32_t ndim;
    DLDataType dtype;
    int64_t *shape;
    int64_t *strides; /* in elements; NULL: compact and row-major */
    uint64_t byte_offset;
} DLTensor;

typedef struct DLManagedTensor {
    DLTensor dl_tensor;
    void *manager_ctx;
    void (*deleter)(struct DLManagedTensor *self); /* may be NULL */
} DLManagedTensor;

typedef struct DLPackVersion {
    uint32_t major;
    uint32_t minor;
} DLPackVersion;

typedef struct DLManagedTensorVersioned {
    DLPackVersion version;
    void *manager_ctx;
    void (*deleter)(struct DLManagedTensorVersioned *self); /* may be NULL */
    uint64_t flags;
    DLTensor dl_tensor;
} DLManagedTensorVersioned;

#endif
