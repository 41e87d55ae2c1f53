/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file tensor.h
 * Tensors: dense, row-major arrays of numbers in memory. Images are NCHW.
 */
#ifndef SYNGAN_TENSOR_H
#define SYNGAN_TENSOR_H

#include <syngan/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Element types. */
typedef int32_t syngan_type;
enum {
    SYNGAN_TYPE_F32 = 1,
    SYNGAN_TYPE_BF16 = 2,
    SYNGAN_TYPE_F64 = 3,
    SYNGAN_TYPE_I32 = 4,
    SYNGAN_TYPE_I64 = 5,
    SYNGAN_TYPE_U8 = 6
};

typedef struct syngan_tensor syngan_tensor;

/** Bytes of one element, 0 for an unknown type. Thread-safe. */
SYNGAN_API size_t syngan_type_size(syngan_type type);
/** "f32", "bf16", ...; "?" for an unknown type. Thread-safe. */
SYNGAN_API const char *syngan_type_name(syngan_type type);

/** A tensor of zeros.
 *  @param dims `rank` sizes, each at least 0; NULL with rank 0 is a scalar
 *  @return SYNGAN_OK, SYNGAN_E_TYPE, SYNGAN_E_SHAPE or SYNGAN_E_MEMORY. */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_tensor_create(syngan_context *context, syngan_type type,
                     const int64_t *dims, size_t rank, syngan_tensor **out);

/** A tensor on memory of the host's, which is borrowed: it must stay until
 *  `release(data, user)` is called, when the last handle on it has gone.
 *  @param data    aligned to the size of an element
 *  @param release NULL if nothing has to be done. On failure it is not called.
 *  @return SYNGAN_OK, SYNGAN_E_ARGUMENT, SYNGAN_E_TYPE, SYNGAN_E_SHAPE or
 *  SYNGAN_E_MEMORY. */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_tensor_wrap(
    syngan_context *context, void *data, syngan_type type, const int64_t *dims,
    size_t rank, void (*release)(void *data, void *user), void *user,
    syngan_tensor **out);

SYNGAN_API void syngan_tensor_free(syngan_tensor *tensor);

/** First element. Writing through it writes the tensor. Aligned to 64 bytes
 *  unless the memory came from the host. */
SYNGAN_API void *syngan_tensor_data(const syngan_tensor *tensor);
SYNGAN_API syngan_type syngan_tensor_type(const syngan_tensor *tensor);
SYNGAN_API size_t syngan_tensor_rank(const syngan_tensor *tensor);
/** The `rank` sizes; valid as long as the tensor. */
SYNGAN_API const int64_t *syngan_tensor_dims(const syngan_tensor *tensor);
SYNGAN_API size_t
syngan_tensor_count(const syngan_tensor *tensor); /**< elements */
SYNGAN_API size_t syngan_tensor_bytes(const syngan_tensor *tensor);

/** Copies the elements of `source` into `target`, converting between element
 *  types (to integers: rounded to nearest even, clamped; NaN becomes 0).
 *  @return SYNGAN_OK, SYNGAN_E_SHAPE (the shapes differ), or SYNGAN_E_ARGUMENT
 *  (a conversion within memory that both share). */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_tensor_copy(syngan_tensor *target, const syngan_tensor *source);

/** A copy in memory of its own, of type `type` (0: the same), converted as
 *  syngan_tensor_copy() does. @return SYNGAN_OK or SYNGAN_E_TYPE. */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_tensor_clone(
    const syngan_tensor *tensor, syngan_type type, syngan_tensor **out);

/** The same memory seen as another shape of as many elements; it stays as long
 *  as either handle. @return SYNGAN_OK or SYNGAN_E_SHAPE. */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_tensor_reshape(const syngan_tensor *tensor, const int64_t *dims,
                      size_t rank, syngan_tensor **out);

/** Sets all elements to independent normal (mean 0, deviation 1) numbers: a
 *  function of `seed`, `stream` and the element's index alone.
 *  @return SYNGAN_OK or SYNGAN_E_TYPE (only f32). */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_tensor_fill_normal(
    syngan_tensor *tensor, uint64_t seed, uint64_t stream);
/** Likewise, uniform in [low, high). SYNGAN_E_ARGUMENT unless low < high
 *  and high - low is finite. */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_tensor_fill_uniform(syngan_tensor *tensor, uint64_t seed,
                           uint64_t stream, float low, float high);

/* ---- DLPack: exchange with NumPy, PyTorch and others, without copying --- */

struct DLManagedTensor;
struct DLManagedTensorVersioned;

/** The tensor as a legacy DLPack struct. The caller owns it and ends it by its
 *  `deleter`; the memory stays as long as it. */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_tensor_to_dlpack(
    const syngan_tensor *tensor, struct DLManagedTensor **out);
/** The same with the versioned struct of DLPack 1.0. */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_tensor_to_dlpack_versioned(
    const syngan_tensor *tensor, struct DLManagedTensorVersioned **out);

/** A tensor on the memory of a DLPack struct. On success it owns the struct
 *  and calls its `deleter` at its end; on failure the caller still owns it.
 *  @return SYNGAN_OK, SYNGAN_E_TYPE, SYNGAN_E_SHAPE (too many dimensions, or
 *  strides that are not compact and row-major), SYNGAN_E_UNSUPPORTED (memory
 *  that is not the CPU's or not aligned to the size of an element, or a
 *  versioned struct that is read-only or not of version 1). */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_tensor_from_dlpack(syngan_context *context,
                          struct DLManagedTensor *managed, syngan_tensor **out);
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_tensor_from_dlpack_versioned(
    syngan_context *context, struct DLManagedTensorVersioned *managed,
    syngan_tensor **out);

#ifdef __cplusplus
}
#endif
#endif
