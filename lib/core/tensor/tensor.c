/* SPDX-License-Identifier: Apache-2.0 */
/* The tensor handle: making, sharing, filling. Copying is in copy.c. */
#include "tensor/tensor.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/floats.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/thread.h"

/* Random elements that one thread makes at least. */
#define FILL_GRAIN 4096

/* ---- making ------------------------------------------------------------- */

/* A handle on `storage`, whose reference it takes over on success. */
static syngan_status handle_make(sg_storage *storage, void *data, int32_t type,
                                 const sg_dims *dims, syngan_tensor **out) {
    syngan_tensor *tensor = sg_alloc(storage->context, sizeof(*tensor));
    if (tensor == NULL) {
        return sg_fail_memory(storage->context, "tensor", sizeof(*tensor));
    }
    atomic_init(&tensor->references, 1);
    tensor->type = type;
    tensor->dims = *dims;
    tensor->data = data;
    tensor->storage = storage;
    *out = tensor;
    return SYNGAN_OK;
}

syngan_status sg_tensor_view(syngan_context *context, void *data, int32_t type,
                             const sg_dims *dims,
                             void (*release)(void *data, void *owner),
                             void *owner, syngan_tensor **out) {
    *out = NULL;
    sg_storage *storage = sg_alloc(context, sizeof(*storage));
    if (storage == NULL) {
        return sg_fail_memory(context, "tensor", sizeof(*storage));
    }
    atomic_init(&storage->references, 1);
    storage->context = context;
    storage->data = data;
    storage->release = release;
    storage->user = owner;
    syngan_status status = handle_make(storage, data, type, dims, out);
    if (status != SYNGAN_OK) {
        sg_free(context, storage);
        return status;
    }
    sg_context_retain(context);
    return SYNGAN_OK;
}

static void storage_release(sg_storage *storage) {
    if (atomic_fetch_sub_explicit(&storage->references, 1,
                                  memory_order_acq_rel) != 1) {
        return;
    }
    syngan_context *context = storage->context;
    if (storage->release != NULL)
        storage->release(storage->data, storage->user);
    sg_free(context, storage);
    sg_context_release(context);
}

syngan_tensor *sg_tensor_retain(syngan_tensor *tensor) {
    atomic_fetch_add_explicit(&tensor->references, 1, memory_order_relaxed);
    return tensor;
}

void syngan_tensor_free(syngan_tensor *tensor) {
    if (tensor == NULL) return;
    if (atomic_fetch_sub_explicit(&tensor->references, 1,
                                  memory_order_acq_rel) != 1) {
        return;
    }
    sg_storage *storage = tensor->storage;
    sg_free(storage->context, tensor);
    storage_release(storage);
}

/* `release` of memory of our own. */
static void release_block(void *data, void *context) {
    sg_free(context, data);
}

/* A tensor with memory of its own, its elements not set. */
static syngan_status make_empty(syngan_context *context, int32_t type,
                                const sg_dims *dims, syngan_tensor **out) {
    size_t bytes = (size_t)sg_dims_count(dims) * syngan_type_size(type);
    void *data = sg_alloc(context, bytes);
    if (data == NULL) {
        char text[SG_DIMS_TEXT + 16];
        memcpy(text, "tensor ", 7);
        sg_dims_text(dims, text + 7);
        return sg_fail_memory(context, text, bytes);
    }
    syngan_status status =
        sg_tensor_view(context, data, type, dims, release_block, context, out);
    if (status != SYNGAN_OK) sg_free(context, data);
    return status;
}

static syngan_status check_type(syngan_context *context, int32_t type) {
    if (syngan_type_size(type) != 0) return SYNGAN_OK;
    return sg_fail(context, SYNGAN_E_TYPE,
                   "tensor: %d is not an element type, such as SYNGAN_TYPE_F32",
                   type);
}

syngan_status syngan_tensor_create(syngan_context *context, int32_t type,
                                   const int64_t *dims, size_t rank,
                                   syngan_tensor **out) {
    SG_OWN_FLOATS;
    if (out != NULL) *out = NULL;
    if (context == NULL) return SYNGAN_E_ARGUMENT;
    SG_TRY(SG_NEED(context, "syngan_tensor_create", out));
    SG_TRY(check_type(context, type));
    SG_TRY(sg_dims_check(context, "tensor", dims, rank, 0));
    sg_dims shape = sg_dims_make(dims, rank);
    SG_TRY(make_empty(context, type, &shape, out));
    memset((*out)->data, 0, syngan_tensor_bytes(*out));
    return SYNGAN_OK;
}

syngan_status syngan_tensor_wrap(syngan_context *context, void *data,
                                 int32_t type, const int64_t *dims, size_t rank,
                                 void (*release)(void *data, void *user),
                                 void *user, syngan_tensor **out) {
    SG_OWN_FLOATS;
    if (out != NULL) *out = NULL;
    if (context == NULL) return SYNGAN_E_ARGUMENT;
    SG_TRY(SG_NEED(context, "syngan_tensor_wrap", out));
    SG_TRY(check_type(context, type));
    SG_TRY(sg_dims_check(context, "tensor", dims, rank, 0));
    sg_dims shape = sg_dims_make(dims, rank);
    if (sg_dims_count(&shape) > 0)
        SG_TRY(SG_NEED(context, "syngan_tensor_wrap", data));
    if ((uintptr_t)data % syngan_type_size(type) != 0) {
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       "tensor: memory for %s must be aligned to %zu bytes",
                       syngan_type_name(type), syngan_type_size(type));
    }
    return sg_tensor_view(context, data, type, &shape, release, user, out);
}

syngan_status syngan_tensor_clone(const syngan_tensor *tensor, int32_t type,
                                  syngan_tensor **out) {
    SG_OWN_FLOATS;
    if (out != NULL) *out = NULL;
    if (tensor == NULL) return SYNGAN_E_ARGUMENT;
    syngan_context *context = sg_tensor_context(tensor);
    SG_TRY(SG_NEED(context, "syngan_tensor_clone", out));
    if (type == 0) type = tensor->type;
    SG_TRY(check_type(context, type));
    SG_TRY(make_empty(context, type, &tensor->dims, out));
    syngan_status status = syngan_tensor_copy(*out, tensor);
    assert(status == SYNGAN_OK);
    return status;
}

syngan_status syngan_tensor_reshape(const syngan_tensor *tensor,
                                    const int64_t *dims, size_t rank,
                                    syngan_tensor **out) {
    SG_OWN_FLOATS;
    if (out != NULL) *out = NULL;
    if (tensor == NULL) return SYNGAN_E_ARGUMENT;
    syngan_context *context = sg_tensor_context(tensor);
    SG_TRY(SG_NEED(context, "syngan_tensor_reshape", out));
    SG_TRY(sg_dims_check(context, "tensor", dims, rank, 0));
    sg_dims shape = sg_dims_make(dims, rank);
    if (sg_dims_count(&shape) != sg_dims_count(&tensor->dims)) {
        char from[SG_DIMS_TEXT], to[SG_DIMS_TEXT];
        return sg_fail(context, SYNGAN_E_SHAPE,
                       "tensor: shape %s with %lld elements can't become %s "
                       "with %lld",
                       sg_dims_text(&tensor->dims, from),
                       (long long)sg_dims_count(&tensor->dims),
                       sg_dims_text(&shape, to),
                       (long long)sg_dims_count(&shape));
    }
    SG_TRY(
        handle_make(tensor->storage, tensor->data, tensor->type, &shape, out));
    atomic_fetch_add_explicit(&tensor->storage->references, 1,
                              memory_order_relaxed);
    return SYNGAN_OK;
}

/* ---- filling ------------------------------------------------------------ */

typedef struct fill {
    sg_random random;
    float *data;
    float low, high; /* of uniform numbers */
} fill;

static void fill_normal(void *argument, int64_t first, int64_t last) {
    const fill *all = argument;
    sg_random_normal(&all->random, (uint64_t)first, (size_t)(last - first),
                     all->data + first);
}

static void fill_uniform(void *argument, int64_t first, int64_t last) {
    const fill *all = argument;
    sg_random_uniform(&all->random, (uint64_t)first, (size_t)(last - first),
                      all->data + first);
    float range = all->high - all->low;
    float greatest = nextafterf(all->high, all->low);
    for (int64_t i = first; i < last; i++) {
        float value = all->low + range * all->data[i];
        /* Rounding may have reached `high`. */
        all->data[i] = value < greatest ? value : greatest;
    }
}

static syngan_status fill_all(syngan_tensor *tensor, uint64_t seed,
                              uint64_t stream, sg_range_fn work, fill *all) {
    syngan_context *context = sg_tensor_context(tensor);
    if (tensor->type != SYNGAN_TYPE_F32) {
        return sg_fail(context, SYNGAN_E_TYPE,
                       "tensor: only f32 can be filled with random numbers, "
                       "not %s",
                       syngan_type_name(tensor->type));
    }
    /* A stream of the caller's is a step of ours, which has as many bits. */
    all->random = (sg_random){
        .seed = seed, .step = stream, .stream = sg_stream_id("tensor")};
    all->data = tensor->data;
    sg_parallel(context, sg_dims_count(&tensor->dims), FILL_GRAIN, work, all);
    return SYNGAN_OK;
}

syngan_status syngan_tensor_fill_normal(syngan_tensor *tensor, uint64_t seed,
                                        uint64_t stream) {
    SG_OWN_FLOATS;
    if (tensor == NULL) return SYNGAN_E_ARGUMENT;
    fill all = {0};
    return fill_all(tensor, seed, stream, fill_normal, &all);
}

syngan_status syngan_tensor_fill_uniform(syngan_tensor *tensor, uint64_t seed,
                                         uint64_t stream, float low,
                                         float high) {
    SG_OWN_FLOATS;
    if (tensor == NULL) return SYNGAN_E_ARGUMENT;
    if (!(low < high) || isinf(high - low)) {
        return sg_fail(sg_tensor_context(tensor), SYNGAN_E_ARGUMENT,
                       "tensor: uniform numbers from %g to %g are not possible",
                       (double)low, (double)high);
    }
    fill all = {.low = low, .high = high};
    return fill_all(tensor, seed, stream, fill_uniform, &all);
}
