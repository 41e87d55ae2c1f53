/* SPDX-License-Identifier: Apache-2.0 */
/* Tensors to and from DLPack, by sharing memory. */
#include "tensor/dlpack.h"

#include <stdlib.h>

#include "base/floats.h"
#include "base/memory.h"
#include "tensor/tensor.h"

/* ---- element types ------------------------------------------------------ */

static const struct {
    int32_t type;
    uint8_t code;
    uint8_t bits;
} type_codes[] = {
    {SYNGAN_TYPE_F32, DL_FLOAT, 32}, {SYNGAN_TYPE_BF16, DL_BFLOAT, 16},
    {SYNGAN_TYPE_F64, DL_FLOAT, 64}, {SYNGAN_TYPE_I32, DL_INT, 32},
    {SYNGAN_TYPE_I64, DL_INT, 64},   {SYNGAN_TYPE_U8, DL_UINT, 8},
};
#define N_TYPES (sizeof(type_codes) / sizeof(type_codes[0]))

static DLDataType type_to_dlpack(int32_t type) {
    DLDataType result = {.lanes = 1};
    for (size_t i = 0; i < N_TYPES; i++) {
        if (type_codes[i].type != type) continue;
        result.code = type_codes[i].code;
        result.bits = type_codes[i].bits;
    }
    return result;
}

/* 0 for a type that we don't have. */
static int32_t type_from_dlpack(DLDataType type) {
    if (type.lanes != 1) return 0;
    for (size_t i = 0; i < N_TYPES; i++) {
        if (type_codes[i].code == type.code &&
            type_codes[i].bits == type.bits) {
            return type_codes[i].type;
        }
    }
    return 0;
}

/* ---- to DLPack ---------------------------------------------------------- */

/* What a struct given out refers to, in one block with it. */
typedef struct exported {
    union {
        DLManagedTensor legacy;
        DLManagedTensorVersioned versioned;
    } managed;
    syngan_tensor *tensor;
    int64_t shape[SYNGAN_MAX_RANK];
    int64_t strides[SYNGAN_MAX_RANK];
} exported;

static void exported_free(exported *all) {
    syngan_tensor *tensor = all->tensor;
    sg_free(sg_tensor_context(tensor), all);
    syngan_tensor_free(tensor);
}

static void delete_legacy(DLManagedTensor *managed) {
    if (managed != NULL) exported_free(managed->manager_ctx);
}

static void delete_versioned(DLManagedTensorVersioned *managed) {
    if (managed != NULL) exported_free(managed->manager_ctx);
}

static DLTensor describe(exported *all) {
    const sg_dims *dims = &all->tensor->dims;
    for (int i = 0; i < dims->rank; i++) {
        all->shape[i] = dims->size[i];
        all->strides[i] = sg_dims_product(dims, i + 1, dims->rank);
    }
    return (DLTensor){.data = all->tensor->data,
                      .device = {.device_type = DL_CPU},
                      .ndim = dims->rank,
                      .dtype = type_to_dlpack(all->tensor->type),
                      .shape = all->shape,
                      .strides = all->strides};
}

static syngan_status export_tensor(const syngan_tensor *tensor, const void *out,
                                   exported **all) {
    if (tensor == NULL) return SYNGAN_E_ARGUMENT;
    syngan_context *context = sg_tensor_context(tensor);
    SG_TRY(SG_NEED(context, "dlpack", out));
    *all = sg_alloc_zero(context, 1, sizeof(**all));
    if (*all == NULL) return sg_fail_memory(context, "dlpack", sizeof(**all));
    /* A handle on the same memory: the struct may outlive the tensor, and its
     * reference count is not part of the value. */
    (*all)->tensor = sg_tensor_retain((syngan_tensor *)(uintptr_t)tensor);
    return SYNGAN_OK;
}

syngan_status syngan_tensor_to_dlpack(const syngan_tensor *tensor,
                                      struct DLManagedTensor **out) {
    SG_OWN_FLOATS;
    if (out != NULL) *out = NULL;
    exported *all;
    SG_TRY(export_tensor(tensor, out, &all));
    all->managed.legacy = (DLManagedTensor){.dl_tensor = describe(all),
                                            .manager_ctx = all,
                                            .deleter = delete_legacy};
    *out = &all->managed.legacy;
    return SYNGAN_OK;
}

syngan_status
syngan_tensor_to_dlpack_versioned(const syngan_tensor *tensor,
                                  struct DLManagedTensorVersioned **out) {
    SG_OWN_FLOATS;
    if (out != NULL) *out = NULL;
    exported *all;
    SG_TRY(export_tensor(tensor, out, &all));
    all->managed.versioned =
        (DLManagedTensorVersioned){.version = {DL_MAJOR, DL_MINOR},
                                   .manager_ctx = all,
                                   .deleter = delete_versioned,
                                   .dl_tensor = describe(all)};
    *out = &all->managed.versioned;
    return SYNGAN_OK;
}

/* ---- from DLPack -------------------------------------------------------- */

/* Compact and row-major, where the sizes leave a choice at all. */
static bool is_compact(const DLTensor *tensor, const sg_dims *dims) {
    if (tensor->strides == NULL || sg_dims_count(dims) == 0) return true;
    for (int i = 0; i < dims->rank; i++) {
        if (dims->size[i] == 1) continue;
        if (tensor->strides[i] != sg_dims_product(dims, i + 1, dims->rank)) {
            return false;
        }
    }
    return true;
}

/* Checks all that a struct says, and finds the tensor's properties. */
static syngan_status examine(syngan_context *context, const DLTensor *tensor,
                             int32_t *type, sg_dims *dims, void **data) {
    if (tensor->device.device_type != DL_CPU) {
        return sg_fail(context, SYNGAN_E_UNSUPPORTED,
                       "dlpack: memory of device type %d, but only the CPU's "
                       "(%d) can be used",
                       tensor->device.device_type, DL_CPU);
    }
    *type = type_from_dlpack(tensor->dtype);
    if (*type == 0) {
        return sg_fail(context, SYNGAN_E_TYPE,
                       "dlpack: elements of type code %u, %u bits and %u lanes "
                       "are not known",
                       tensor->dtype.code, tensor->dtype.bits,
                       tensor->dtype.lanes);
    }
    if (tensor->ndim < 0 || tensor->ndim > SYNGAN_MAX_RANK) {
        return sg_fail(context, SYNGAN_E_SHAPE,
                       "dlpack: %d dimensions, but at most %d are possible",
                       tensor->ndim, SYNGAN_MAX_RANK);
    }
    size_t rank = (size_t)tensor->ndim;
    SG_TRY(sg_dims_check(context, "dlpack", tensor->shape, rank, 0));
    *dims = sg_dims_make(tensor->shape, rank);
    if (!is_compact(tensor, dims)) {
        return sg_fail(context, SYNGAN_E_SHAPE,
                       "dlpack: strides are not compact and row-major; make a "
                       "contiguous copy first");
    }
    *data = tensor->data;
    if (*data != NULL) *data = (char *)*data + tensor->byte_offset;
    if (*data == NULL && sg_dims_count(dims) > 0) {
        return sg_fail(context, SYNGAN_E_ARGUMENT, "dlpack: data is NULL");
    }
    if ((uintptr_t)*data % syngan_type_size(*type) != 0) {
        return sg_fail(context, SYNGAN_E_UNSUPPORTED,
                       "dlpack: memory of %s must be aligned to %zu bytes",
                       syngan_type_name(*type), syngan_type_size(*type));
    }
    return SYNGAN_OK;
}

static void release_legacy(void *data, void *owner) {
    (void)data;
    DLManagedTensor *managed = owner;
    if (managed->deleter != NULL) managed->deleter(managed);
}

static void release_versioned(void *data, void *owner) {
    (void)data;
    DLManagedTensorVersioned *managed = owner;
    if (managed->deleter != NULL) managed->deleter(managed);
}

static syngan_status import_tensor(syngan_context *context,
                                   const DLTensor *tensor, void *managed,
                                   void (*release)(void *data, void *owner),
                                   syngan_tensor **out) {
    int32_t type = 0;
    sg_dims dims = {0};
    void *data = NULL;
    SG_TRY(examine(context, tensor, &type, &dims, &data));
    return sg_tensor_view(context, data, type, &dims, release, managed, out);
}

static syngan_status check_call(syngan_context *context, const void *managed,
                                syngan_tensor **out) {
    if (out != NULL) *out = NULL;
    if (context == NULL) return SYNGAN_E_ARGUMENT;
    SG_TRY(SG_NEED(context, "dlpack", managed));
    return SG_NEED(context, "dlpack", out);
}

syngan_status syngan_tensor_from_dlpack(syngan_context *context,
                                        struct DLManagedTensor *managed,
                                        syngan_tensor **out) {
    SG_OWN_FLOATS;
    SG_TRY(check_call(context, managed, out));
    return import_tensor(context, &managed->dl_tensor, managed, release_legacy,
                         out);
}

syngan_status
syngan_tensor_from_dlpack_versioned(syngan_context *context,
                                    struct DLManagedTensorVersioned *managed,
                                    syngan_tensor **out) {
    SG_OWN_FLOATS;
    SG_TRY(check_call(context, managed, out));
    if (managed->version.major != DL_MAJOR) {
        return sg_fail(context, SYNGAN_E_UNSUPPORTED,
                       "dlpack: version %u.%u, but only %d.x is known",
                       managed->version.major, managed->version.minor,
                       DL_MAJOR);
    }
    if (managed->flags & DL_FLAG_READ_ONLY) {
        return sg_fail(context, SYNGAN_E_UNSUPPORTED,
                       "dlpack: memory is read-only, but tensors can be "
                       "written; make a copy first");
    }
    return import_tensor(context, &managed->dl_tensor, managed,
                         release_versioned, out);
}
