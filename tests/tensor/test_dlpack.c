/* SPDX-License-Identifier: Apache-2.0 */
/* DLPack in both directions, legacy and versioned. */
#include "tensor/dlpack.h"

#include "support/fault.h"
#include "support/test.h"
#include "tensor/tensor.h"

static syngan_context *context;

static int make_context(void **state) {
    (void)state;
    context = test_context(1);
    return 0;
}

static int free_context(void **state) {
    (void)state;
    syngan_context_free(context);
    return 0;
}

/* The layout that other libraries were compiled with. */
static void structs_lie_as_specified(void **state) {
    (void)state;
    assert_int_equal(sizeof(DLTensor), 48);
    assert_int_equal(offsetof(DLTensor, ndim), 16);
    assert_int_equal(offsetof(DLTensor, dtype), 20);
    assert_int_equal(offsetof(DLTensor, shape), 24);
    assert_int_equal(offsetof(DLTensor, byte_offset), 40);
    assert_int_equal(sizeof(DLManagedTensor), 64);
    assert_int_equal(offsetof(DLManagedTensor, deleter), 56);
    assert_int_equal(sizeof(DLManagedTensorVersioned), 80);
    assert_int_equal(offsetof(DLManagedTensorVersioned, manager_ctx), 8);
    assert_int_equal(offsetof(DLManagedTensorVersioned, flags), 24);
    assert_int_equal(offsetof(DLManagedTensorVersioned, dl_tensor), 32);
}

/* ---- out ---------------------------------------------------------------- */

static void look_at(const DLTensor *out, const syngan_tensor *tensor,
                    uint8_t code, uint8_t bits) {
    assert_ptr_equal(out->data, syngan_tensor_data(tensor));
    assert_int_equal(out->device.device_type, DL_CPU);
    assert_int_equal(out->device.device_id, 0);
    assert_int_equal(out->ndim, 3);
    assert_int_equal(out->dtype.code, code);
    assert_int_equal(out->dtype.bits, bits);
    assert_int_equal(out->dtype.lanes, 1);
    const int64_t shape[] = {2, 3, 5}, strides[] = {15, 5, 1};
    assert_memory_equal(out->shape, shape, sizeof(shape));
    assert_memory_equal(out->strides, strides, sizeof(strides));
    assert_int_equal(out->byte_offset, 0);
}

static void every_type_goes_out(void **state) {
    (void)state;
    const struct {
        int32_t type;
        uint8_t code, bits;
    } types[] = {{SYNGAN_TYPE_F32, 2, 32}, {SYNGAN_TYPE_BF16, 4, 16},
                 {SYNGAN_TYPE_F64, 2, 64}, {SYNGAN_TYPE_I32, 0, 32},
                 {SYNGAN_TYPE_I64, 0, 64}, {SYNGAN_TYPE_U8, 1, 8}};
    for (int i = 0; i < 6; i++) {
        syngan_tensor *tensor = NULL;
        assert_ok(context,
                  syngan_tensor_create(context, types[i].type,
                                       SYNGAN_SHAPE(2, 3, 5), &tensor));
        DLManagedTensor *legacy = NULL;
        DLManagedTensorVersioned *versioned = NULL;
        assert_ok(context, syngan_tensor_to_dlpack(tensor, &legacy));
        assert_ok(context,
                  syngan_tensor_to_dlpack_versioned(tensor, &versioned));
        look_at(&legacy->dl_tensor, tensor, types[i].code, types[i].bits);
        look_at(&versioned->dl_tensor, tensor, types[i].code, types[i].bits);
        assert_int_equal(versioned->version.major, 1);
        assert_int_equal(versioned->flags, 0);
        legacy->deleter(legacy);
        versioned->deleter(versioned);
        syngan_tensor_free(tensor);
    }
}

static void structs_outlive_everything(void **state) {
    (void)state;
    fault_memory memory;
    fault_memory_init(&memory);
    syngan_context *own = NULL;
    assert_int_equal(
        syngan_context_create(SYNGAN_CONTEXT(.allocator = &memory.hooks), &own),
        SYNGAN_OK);
    syngan_tensor *tensor = NULL;
    DLManagedTensor *legacy = NULL;
    assert_ok(own,
              syngan_tensor_create(own, SYNGAN_TYPE_F32, NULL, 0, &tensor));
    *(float *)syngan_tensor_data(tensor) = 2.5f;
    assert_ok(own, syngan_tensor_to_dlpack(tensor, &legacy));
    syngan_tensor_free(tensor);
    syngan_context_free(own);
    assert_int_equal(legacy->dl_tensor.ndim, 0);
    assert_true(*(float *)legacy->dl_tensor.data == 2.5f);
    legacy->deleter(legacy);
    assert_int_equal(atomic_load(&memory.live), 0);
}

/* ---- in ----------------------------------------------------------------- */

/* A struct of another library's, with what it points at. */
typedef struct foreign {
    DLManagedTensor legacy;
    DLManagedTensorVersioned versioned;
    int64_t shape[9], strides[9];
    float data[24];
    int deleted;
} foreign;

static void delete_legacy(DLManagedTensor *self) {
    ((foreign *)self->manager_ctx)->deleted++;
}

static void delete_versioned(DLManagedTensorVersioned *self) {
    ((foreign *)self->manager_ctx)->deleted++;
}

static void foreign_init(foreign *f) {
    memset(f, 0, sizeof(*f));
    const int64_t shape[] = {2, 3, 4}, strides[] = {12, 4, 1};
    memcpy(f->shape, shape, sizeof(shape));
    memcpy(f->strides, strides, sizeof(strides));
    for (int i = 0; i < 24; i++)
        f->data[i] = (float)i;
    f->legacy = (DLManagedTensor){.dl_tensor = {.data = f->data,
                                                .device = {DL_CPU, 0},
                                                .ndim = 3,
                                                .dtype = {DL_FLOAT, 32, 1},
                                                .shape = f->shape,
                                                .strides = f->strides},
                                  .manager_ctx = f,
                                  .deleter = delete_legacy};
    f->versioned = (DLManagedTensorVersioned){.version = {1, 3},
                                              .manager_ctx = f,
                                              .deleter = delete_versioned,
                                              .dl_tensor = f->legacy.dl_tensor};
}

static void foreign_memory_comes_in(void **state) {
    (void)state;
    for (int versioned = 0; versioned < 2; versioned++) {
        foreign f;
        foreign_init(&f);
        syngan_tensor *tensor = NULL;
        if (versioned) {
            assert_ok(context, syngan_tensor_from_dlpack_versioned(
                                   context, &f.versioned, &tensor));
        } else {
            assert_ok(context,
                      syngan_tensor_from_dlpack(context, &f.legacy, &tensor));
        }
        assert_ptr_equal(syngan_tensor_data(tensor), f.data);
        assert_int_equal(syngan_tensor_type(tensor), SYNGAN_TYPE_F32);
        assert_int_equal(syngan_tensor_rank(tensor), 3);
        assert_memory_equal(syngan_tensor_dims(tensor), f.shape, 24);
        syngan_tensor *view = NULL;
        assert_ok(context,
                  syngan_tensor_reshape(tensor, SYNGAN_SHAPE(24), &view));
        syngan_tensor_free(tensor);
        assert_int_equal(f.deleted, 0);
        syngan_tensor_free(view);
        assert_int_equal(f.deleted, 1);
    }
}

static void memory_goes_out_and_in(void **state) {
    (void)state;
    for (int32_t type = SYNGAN_TYPE_F32; type <= SYNGAN_TYPE_U8; type++) {
        syngan_tensor *tensor = NULL, *back = NULL, *again = NULL;
        DLManagedTensor *legacy = NULL;
        DLManagedTensorVersioned *versioned = NULL;
        assert_ok(context, syngan_tensor_create(context, type,
                                                SYNGAN_SHAPE(4, 1), &tensor));
        assert_ok(context, syngan_tensor_to_dlpack(tensor, &legacy));
        assert_ok(context, syngan_tensor_from_dlpack(context, legacy, &back));
        assert_ok(context, syngan_tensor_to_dlpack_versioned(back, &versioned));
        assert_ok(context, syngan_tensor_from_dlpack_versioned(
                               context, versioned, &again));
        assert_ptr_equal(syngan_tensor_data(again), syngan_tensor_data(tensor));
        assert_int_equal(syngan_tensor_type(again), type);
        syngan_tensor_free(tensor);
        syngan_tensor_free(back);
        memset(syngan_tensor_data(again), 1, syngan_tensor_bytes(again));
        syngan_tensor_free(again);
    }
}

static void compact_strides_are_taken(void **state) {
    (void)state;
    const struct {
        int32_t ndim;
        int64_t shape[4], strides[4];
    } cases[] = {
        {3, {2, 3, 4}, {12, 4, 1}},
        {4, {1, 2, 1, 4}, {99, 4, -7, 1}}, /* of size 1: any stride */
        {2, {1, 24}, {1, 1}},
        {3, {2, 0, 4}, {5, 5, 5}}, /* no elements: any strides */
        {1, {24}, {1}},
        {0, {0}, {0}},
    };
    for (int i = 0; i < 6; i++) {
        foreign f;
        foreign_init(&f);
        memcpy(f.shape, cases[i].shape, sizeof(cases[i].shape));
        memcpy(f.strides, cases[i].strides, sizeof(cases[i].strides));
        f.legacy.dl_tensor.ndim = cases[i].ndim;
        syngan_tensor *tensor = NULL;
        assert_ok(context,
                  syngan_tensor_from_dlpack(context, &f.legacy, &tensor));
        syngan_tensor_free(tensor);
        assert_int_equal(f.deleted, 1);
    }
    foreign f;
    foreign_init(&f);
    f.legacy.dl_tensor.strides = NULL;
    f.legacy.deleter = NULL; /* nothing to be done at the end */
    syngan_tensor *tensor = NULL;
    assert_ok(context, syngan_tensor_from_dlpack(context, &f.legacy, &tensor));
    syngan_tensor_free(tensor);
}

static void offsets_are_added(void **state) {
    (void)state;
    foreign f;
    foreign_init(&f);
    f.legacy.dl_tensor.byte_offset = 8;
    f.legacy.dl_tensor.ndim = 1;
    f.shape[0] = 22;
    f.strides[0] = 1;
    syngan_tensor *tensor = NULL;
    assert_ok(context, syngan_tensor_from_dlpack(context, &f.legacy, &tensor));
    assert_true(*(float *)syngan_tensor_data(tensor) == 2);
    syngan_tensor_free(tensor);
    foreign_init(&f);
    f.legacy.dl_tensor.byte_offset = 2;
    assert_fails(context,
                 syngan_tensor_from_dlpack(context, &f.legacy, &tensor),
                 SYNGAN_E_UNSUPPORTED, "aligned to 4");
}

/* Changes one thing of a good struct; the sentence must have `part`. */
static void assert_refused(void (*change)(DLTensor *tensor),
                           syngan_status status, const char *part) {
    foreign f;
    foreign_init(&f);
    change(&f.legacy.dl_tensor);
    change(&f.versioned.dl_tensor);
    syngan_tensor *tensor = (syngan_tensor *)&f;
    assert_fails(context,
                 syngan_tensor_from_dlpack(context, &f.legacy, &tensor), status,
                 part);
    assert_null(tensor);
    assert_fails(
        context,
        syngan_tensor_from_dlpack_versioned(context, &f.versioned, &tensor),
        status, part);
    assert_null(tensor);
    assert_int_equal(f.deleted, 0); /* still the caller's */
}

static void on_gpu(DLTensor *t) {
    t->device.device_type = 2;
}
static void half_floats(DLTensor *t) {
    t->dtype.bits = 16;
}
static void unsigned_32(DLTensor *t) {
    t->dtype.code = DL_UINT;
}
static void vectors(DLTensor *t) {
    t->dtype.lanes = 4;
}
static void nine_dimensions(DLTensor *t) {
    t->ndim = 9;
    for (int i = 0; i < 9; i++)
        t->shape[i] = t->strides[i] = 1;
}
static void negative_rank(DLTensor *t) {
    t->ndim = -1;
}
static void negative_size(DLTensor *t) {
    t->shape[1] = -3;
}
static void no_shape(DLTensor *t) {
    t->shape = NULL;
}
static void column_major(DLTensor *t) {
    t->strides[0] = 1;
    t->strides[1] = 2;
    t->strides[2] = 6;
}
static void with_gaps(DLTensor *t) {
    t->strides[0] = 16;
}
static void backwards(DLTensor *t) {
    t->strides[2] = -1;
}
static void repeated(DLTensor *t) {
    t->strides[0] = 0;
}
static void no_data(DLTensor *t) {
    t->data = NULL;
}

static void what_does_not_fit_is_refused(void **state) {
    (void)state;
    assert_refused(on_gpu, SYNGAN_E_UNSUPPORTED, "device type 2");
    assert_refused(half_floats, SYNGAN_E_TYPE, "code 2, 16 bits");
    assert_refused(unsigned_32, SYNGAN_E_TYPE, "code 1, 32 bits");
    assert_refused(vectors, SYNGAN_E_TYPE, "4 lanes");
    assert_refused(nine_dimensions, SYNGAN_E_SHAPE, "9 dimensions");
    assert_refused(negative_rank, SYNGAN_E_SHAPE, "-1 dimensions");
    assert_refused(negative_size, SYNGAN_E_SHAPE, "size -3");
    assert_refused(no_shape, SYNGAN_E_ARGUMENT, "NULL");
    assert_refused(column_major, SYNGAN_E_SHAPE, "compact");
    assert_refused(with_gaps, SYNGAN_E_SHAPE, "compact");
    assert_refused(backwards, SYNGAN_E_SHAPE, "compact");
    assert_refused(repeated, SYNGAN_E_SHAPE, "compact");
    assert_refused(no_data, SYNGAN_E_ARGUMENT, "data is NULL");
}

static void versions_and_flags_are_checked(void **state) {
    (void)state;
    foreign f;
    foreign_init(&f);
    syngan_tensor *tensor = NULL;
    f.versioned.version.major = 2;
    assert_fails(
        context,
        syngan_tensor_from_dlpack_versioned(context, &f.versioned, &tensor),
        SYNGAN_E_UNSUPPORTED, "version 2.3");
    f.versioned.version.major = 1;
    f.versioned.flags = DL_FLAG_READ_ONLY | DL_FLAG_COPIED;
    assert_fails(
        context,
        syngan_tensor_from_dlpack_versioned(context, &f.versioned, &tensor),
        SYNGAN_E_UNSUPPORTED, "read-only");
    f.versioned.flags = DL_FLAG_COPIED;
    assert_ok(context, syngan_tensor_from_dlpack_versioned(
                           context, &f.versioned, &tensor));
    syngan_tensor_free(tensor);
    assert_int_equal(f.deleted, 1);
}

static void null_is_refused(void **state) {
    (void)state;
    foreign f;
    foreign_init(&f);
    syngan_tensor *tensor = NULL;
    DLManagedTensor *legacy = NULL;
    DLManagedTensorVersioned *versioned = NULL;
    assert_int_equal(syngan_tensor_to_dlpack(NULL, &legacy), SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_tensor_to_dlpack_versioned(NULL, &versioned),
                     SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_tensor_from_dlpack(NULL, &f.legacy, &tensor),
                     SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_tensor_from_dlpack(context, NULL, &tensor),
                     SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_tensor_from_dlpack(context, &f.legacy, NULL),
                     SYNGAN_E_ARGUMENT);
    assert_int_equal(
        syngan_tensor_from_dlpack_versioned(NULL, &f.versioned, &tensor),
        SYNGAN_E_ARGUMENT);
    assert_int_equal(
        syngan_tensor_from_dlpack_versioned(context, NULL, &tensor),
        SYNGAN_E_ARGUMENT);
    assert_int_equal(
        syngan_tensor_from_dlpack_versioned(context, &f.versioned, NULL),
        SYNGAN_E_ARGUMENT);
    assert_ok(context,
              syngan_tensor_create(context, SYNGAN_TYPE_F32, NULL, 0, &tensor));
    assert_int_equal(syngan_tensor_to_dlpack(tensor, NULL), SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_tensor_to_dlpack_versioned(tensor, NULL),
                     SYNGAN_E_ARGUMENT);
    syngan_tensor_free(tensor);
}

/* ---- points of failure -------------------------------------------------- */

static syngan_status there_and_back(syngan_context *own, void *user) {
    (void)user;
    foreign f;
    foreign_init(&f);
    syngan_tensor *tensor = NULL;
    DLManagedTensor *legacy = NULL;
    DLManagedTensorVersioned *versioned = NULL;
    syngan_status status = syngan_tensor_from_dlpack(own, &f.legacy, &tensor);
    if (status != SYNGAN_OK) {
        assert_int_equal(f.deleted, 0);
        return status;
    }
    status = syngan_tensor_to_dlpack(tensor, &legacy);
    if (status == SYNGAN_OK) {
        status = syngan_tensor_to_dlpack_versioned(tensor, &versioned);
        legacy->deleter(legacy);
    } else {
        assert_null(legacy);
    }
    if (status == SYNGAN_OK) versioned->deleter(versioned);
    syngan_tensor_free(tensor);
    assert_int_equal(f.deleted, 1);
    return status;
}

static void each_allocation_may_fail(void **state) {
    (void)state;
    fault_sweep sweep = {.body = there_and_back};
    assert_int_equal(fault_sweep_memory(&sweep), 1 + 2 + 1 + 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(structs_lie_as_specified),
        cmocka_unit_test(every_type_goes_out),
        cmocka_unit_test(structs_outlive_everything),
        cmocka_unit_test(foreign_memory_comes_in),
        cmocka_unit_test(memory_goes_out_and_in),
        cmocka_unit_test(compact_strides_are_taken),
        cmocka_unit_test(offsets_are_added),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(versions_and_flags_are_checked),
        cmocka_unit_test(null_is_refused),
        cmocka_unit_test(each_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, make_context, free_context);
}
