/* SPDX-License-Identifier: Apache-2.0 */
/* Datasets of tensors and callbacks: values, labels, batches with and without
 * prefetching, what is refused, and what fails. */
#include "data/dataset.h"

#include <unistd.h>

#include "support/fault.h"
#include "support/test.h"

static syngan_tensor *tensor_of(syngan_context *context, int32_t type,
                                const int64_t *dims, size_t rank) {
    syngan_tensor *tensor = NULL;
    assert_ok(context,
              syngan_tensor_create(context, type, dims, rank, &tensor));
    return tensor;
}

/* Example i has the elements 10 i, 10 i + 1, 10 i + 2; label 100 + i. */
static syngan_status make(int64_t index, float *example, int32_t *label,
                          void *user) {
    if (user != NULL) ++*(int *)user;
    for (int k = 0; k < 3; k++)
        example[k] = (float)(10 * index + k);
    *label = (int32_t)(100 + index);
    return SYNGAN_OK;
}

/* The same, fails from number 5 on with the status that `user` points to. */
static syngan_status make_some(int64_t index, float *example, int32_t *label,
                               void *user) {
    if (index >= 5) return *(const syngan_status *)user;
    return make(index, example, label, NULL);
}

static syngan_status make_without_label(int64_t index, float *example,
                                        int32_t *label, void *user) {
    (void)label;
    (void)user;
    *example = (float)index;
    return SYNGAN_OK;
}

static syngan_dataset *callback_of(syngan_context *context, int64_t count,
                                   const syngan_dataset_options *options) {
    syngan_dataset *dataset = NULL;
    assert_ok(context,
              syngan_dataset_from_callback(context, count, SYNGAN_SHAPE(3),
                                           make, NULL, options, &dataset));
    return dataset;
}

/* ---- sources ------------------------------------------------------------- */

static void bytes_become_low_to_high(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_tensor *bytes =
        tensor_of(context, SYNGAN_TYPE_U8, SYNGAN_SHAPE(2, 1, 128));
    uint8_t *b = syngan_tensor_data(bytes);
    for (int i = 0; i < 256; i++)
        b[i] = (uint8_t)i;
    syngan_tensor *x =
        tensor_of(context, SYNGAN_TYPE_F32, SYNGAN_SHAPE(2, 1, 128));
    const float *values = syngan_tensor_data(x);
    static const float lows[] = {-1, 0, 3}, highs[] = {1, 1, -2};
    for (int k = 0; k < 3; k++) {
        syngan_dataset *dataset = NULL;
        assert_ok(context, syngan_dataset_from_tensors(
                               bytes, NULL,
                               SYNGAN_DATASET(.low = lows[k], .high = highs[k]),
                               &dataset));
        assert_int_equal(syngan_dataset_has_labels(dataset), 0);
        assert_ok(context, syngan_dataset_read(dataset, 0, x, NULL));
        assert_true(values[0] == lows[k] && values[255] == highs[k]);
        for (int i = 0; i < 256; i++) {
            const float wanted =
                lows[k] + (highs[k] - lows[k]) * (float)i / 255;
            assert_true(values[i] - wanted < 1e-6f &&
                        wanted - values[i] < 1e-6f);
        }
        syngan_dataset_free(dataset);
    }
    syngan_tensor_free(x);
    syngan_tensor_free(bytes);
    syngan_context_free(context);
}

/* Handles may go in any order: the dataset keeps its tensors. */
static void f32_stays_and_labels_of_both_types_come(void **state) {
    (void)state;
    static const int32_t types[] = {SYNGAN_TYPE_U8, SYNGAN_TYPE_I32};
    for (int k = 0; k < 2; k++) {
        syngan_context *context = test_context(1);
        syngan_tensor *examples =
            tensor_of(context, SYNGAN_TYPE_F32, SYNGAN_SHAPE(3, 2));
        syngan_tensor *labels = tensor_of(context, types[k], SYNGAN_SHAPE(3));
        for (int i = 0; i < 6; i++)
            ((float *)syngan_tensor_data(examples))[i] = (float)i * 1e9f;
        for (int i = 0; i < 3; i++) {
            if (types[k] == SYNGAN_TYPE_U8)
                ((uint8_t *)syngan_tensor_data(labels))[i] = (uint8_t)(i + 7);
            else
                ((int32_t *)syngan_tensor_data(labels))[i] = i + 7;
        }
        syngan_dataset *dataset = NULL;
        assert_ok(context, syngan_dataset_from_tensors(examples, labels, NULL,
                                                       &dataset));
        syngan_tensor_free(examples);
        syngan_tensor_free(labels);
        syngan_context_free(context);

        syngan_tensor *x =
            tensor_of(context, SYNGAN_TYPE_F32, SYNGAN_SHAPE(2, 2));
        syngan_tensor *y = tensor_of(context, SYNGAN_TYPE_I32, SYNGAN_SHAPE(2));
        assert_ok(context, syngan_dataset_read(dataset, 1, x, y));
        assert_true(((float *)syngan_tensor_data(x))[3] == 5e9f);
        assert_int_equal(((int32_t *)syngan_tensor_data(y))[1], 9);
        syngan_tensor_free(x);
        syngan_tensor_free(y);
        syngan_dataset_free(dataset);
    }
}

static void numbers_can_be_examples(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_dataset *dataset = NULL;
    assert_ok(context, syngan_dataset_from_callback(context, 4, NULL, 0,
                                                    make_without_label, NULL,
                                                    NULL, &dataset));
    assert_int_equal(syngan_dataset_dims(dataset, NULL), 0);
    syngan_tensor *x = tensor_of(context, SYNGAN_TYPE_F32, SYNGAN_SHAPE(4));
    syngan_tensor *y = tensor_of(context, SYNGAN_TYPE_I32, SYNGAN_SHAPE(4));
    memset(syngan_tensor_data(y), 0xff, 4 * sizeof(int32_t));
    assert_ok(context, syngan_dataset_read(dataset, 0, x, y));
    for (int i = 0; i < 4; i++) {
        assert_true(((float *)syngan_tensor_data(x))[i] == (float)i);
        assert_int_equal(((int32_t *)syngan_tensor_data(y))[i], 0);
    }
    syngan_tensor_free(x);
    syngan_tensor_free(y);
    syngan_dataset_free(dataset);
    syngan_context_free(context);
}

/* ---- batches ------------------------------------------------------------- */

/* What batch `step` should hold, by the order alone. */
static void check_batch(const syngan_dataset *dataset, int64_t step,
                        int64_t batch, const float *x, const int32_t *y) {
    sg_cursor cursor;
    sg_cursor_start(&cursor, &dataset->order, step, batch);
    for (int64_t i = 0; i < batch; i++) {
        const int64_t index = sg_cursor_next(&cursor);
        for (int k = 0; k < 3; k++)
            assert_true(x[3 * i + k] == (float)(10 * index + k));
        if (y != NULL) assert_int_equal(y[i], 100 + index);
    }
}

/* Successive, jumping back and forth, with another batch size. */
static void batches_are_functions_of_their_number(void **state) {
    (void)state;
    static const int64_t steps[] = {0, 1, 2,  3, 4, 4, 3, 2, 3,
                                    4, 5, 99, 0, 1, 2, 3, 4, 5};
    static const int64_t counts[] = {1, 2, 10, 1000};
    static const int32_t orders[] = {SYNGAN_ORDER_SHUFFLE,
                                     SYNGAN_ORDER_WITH_REPLACEMENT,
                                     SYNGAN_ORDER_SEQUENTIAL};
    syngan_context *context = test_context(1);
    for (int variant = 0; variant < 24; variant++) {
        const int64_t batch = variant % 2 == 0 ? 7 : 64;
        syngan_dataset *dataset =
            callback_of(context, counts[variant % 4],
                        SYNGAN_DATASET(.seed = 3, .order = orders[variant % 3],
                                       .prefetch = variant / 8));
        syngan_tensor *x =
            tensor_of(context, SYNGAN_TYPE_F32, SYNGAN_SHAPE(batch, 3));
        syngan_tensor *y =
            tensor_of(context, SYNGAN_TYPE_I32, SYNGAN_SHAPE(batch));
        syngan_tensor *small =
            tensor_of(context, SYNGAN_TYPE_F32, SYNGAN_SHAPE(2, 3));
        for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
            memset(syngan_tensor_data(x), 0xff, syngan_tensor_bytes(x));
            const bool labels = i % 3 != 0;
            assert_ok(context, syngan_dataset_batch(dataset, steps[i], x,
                                                    labels ? y : NULL));
            check_batch(dataset, steps[i], batch, syngan_tensor_data(x),
                        labels ? syngan_tensor_data(y) : NULL);
            if (i % 5 == 4) {
                assert_ok(context, syngan_dataset_batch(dataset, steps[i] + 1,
                                                        small, NULL));
                check_batch(dataset, steps[i] + 1, 2, syngan_tensor_data(small),
                            NULL);
            }
        }
        syngan_tensor_free(x);
        syngan_tensor_free(y);
        syngan_tensor_free(small);
        syngan_dataset_free(dataset);
    }
    syngan_context_free(context);
}

static void reading_goes_on_between_batches(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_dataset *dataset = callback_of(
        context, 50, SYNGAN_DATASET(.prefetch = SYNGAN_PREFETCH_ON));
    syngan_tensor *x = tensor_of(context, SYNGAN_TYPE_F32, SYNGAN_SHAPE(16, 3));
    for (int64_t step = 0; step < 50; step++) {
        assert_ok(context, syngan_dataset_batch(dataset, step, x, NULL));
        check_batch(dataset, step, 16, syngan_tensor_data(x), NULL);
        assert_ok(context, syngan_dataset_read(dataset, step % 30, x, NULL));
        assert_true(((float *)syngan_tensor_data(x))[3] ==
                    (float)(10 * (step % 30 + 1)));
    }
    syngan_tensor_free(x);
    syngan_dataset_free(dataset);
    syngan_context_free(context);
}

static void only_the_first_batch_allocates(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_dataset *dataset = callback_of(
        context, 100, SYNGAN_DATASET(.prefetch = SYNGAN_PREFETCH_ON));
    syngan_tensor *x = tensor_of(context, SYNGAN_TYPE_F32, SYNGAN_SHAPE(8, 3));
    assert_ok(context, syngan_dataset_batch(dataset, 0, x, NULL));
    const uint64_t before = atomic_load(&context->allocations);
    for (int64_t step = 1; step < 100; step++)
        assert_ok(context, syngan_dataset_batch(dataset, step, x, NULL));
    assert_ok(context, syngan_dataset_batch(dataset, 7, x, NULL));
    assert_true(atomic_load(&context->allocations) == before);
    syngan_tensor_free(x);
    syngan_dataset_free(dataset);
    syngan_context_free(context);
}

/* A thread makes the next two, and no more, in this time. */
static void prefetching_stays_two_ahead(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    int calls = 0;
    syngan_dataset *dataset = NULL;
    assert_ok(context, syngan_dataset_from_callback(
                           context, 100, SYNGAN_SHAPE(3), make, &calls,
                           SYNGAN_DATASET(.order = SYNGAN_ORDER_SEQUENTIAL,
                                          .prefetch = SYNGAN_PREFETCH_ON),
                           &dataset));
    assert_int_equal(calls, 0);
    syngan_tensor *x = tensor_of(context, SYNGAN_TYPE_F32, SYNGAN_SHAPE(5, 3));
    assert_ok(context, syngan_dataset_batch(dataset, 0, x, NULL));
    usleep(50000);
    syngan_dataset_free(dataset); /* joins the thread, so `calls` is ours */
    assert_in_range(calls, 5, 15);
    syngan_tensor_free(x);
    syngan_context_free(context);
}

static void the_last_numbers_are_no_trap(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_dataset *dataset = callback_of(
        context, 10, SYNGAN_DATASET(.prefetch = SYNGAN_PREFETCH_ON));
    syngan_tensor *x = tensor_of(context, SYNGAN_TYPE_F32, SYNGAN_SHAPE(4, 3));
    const int64_t last = INT64_MAX / 4 - 1;
    for (int64_t step = last - 3; step <= last; step++) {
        assert_ok(context, syngan_dataset_batch(dataset, step, x, NULL));
        check_batch(dataset, step, 4, syngan_tensor_data(x), NULL);
    }
    assert_fails(context, syngan_dataset_batch(dataset, last + 1, x, NULL),
                 SYNGAN_E_ARGUMENT, "dataset_batch: step");
    assert_fails(context, syngan_dataset_batch(dataset, INT64_MAX, x, NULL),
                 SYNGAN_E_ARGUMENT, "dataset_batch: step");
    assert_fails(context, syngan_dataset_batch(dataset, -1, x, NULL),
                 SYNGAN_E_ARGUMENT, "dataset_batch: step");
    assert_ok(context, syngan_dataset_batch(dataset, 0, x, NULL));
    syngan_tensor_free(x);
    syngan_dataset_free(dataset);
    syngan_context_free(context);
}

static void seeds_are_the_contexts_unless_given(void **state) {
    (void)state;
    syngan_context *context = NULL;
    assert_int_equal(
        syngan_context_create(SYNGAN_CONTEXT(.seed = 77), &context), SYNGAN_OK);
    static const uint64_t given[] = {SYNGAN_AUTO_SEED, 5, 0};
    static const uint64_t used[] = {77, 5, 0};
    for (int i = 0; i < 3; i++) {
        syngan_dataset *dataset =
            callback_of(context, 10, SYNGAN_DATASET(.seed = given[i]));
        assert_true(dataset->order.seed == used[i]);
        syngan_dataset_free(dataset);
    }
    syngan_context_free(context);
}

/* ---- failures ------------------------------------------------------------ */

/* In order, batches of 2: number 2 has the example that fails. */
static void statuses_of_callbacks_pass_through(void **state) {
    (void)state;
    for (int variant = 0; variant < 4; variant++) {
        syngan_context *context = test_context(1);
        syngan_status given = variant % 2 == 0 ? 4711 : SYNGAN_E_IO;
        const syngan_status wanted =
            variant % 2 == 0 ? given : SYNGAN_E_ARGUMENT;
        syngan_dataset *dataset = NULL;
        assert_ok(context, syngan_dataset_from_callback(
                               context, 10, SYNGAN_SHAPE(3), make_some, &given,
                               SYNGAN_DATASET(.order = SYNGAN_ORDER_SEQUENTIAL,
                                              .prefetch = SYNGAN_PREFETCH_OFF +
                                                          variant / 2),
                               &dataset));
        syngan_tensor *x =
            tensor_of(context, SYNGAN_TYPE_F32, SYNGAN_SHAPE(2, 3));
        for (int round = 0; round < 3; round++) {
            assert_ok(context, syngan_dataset_batch(dataset, 0, x, NULL));
            assert_ok(context, syngan_dataset_batch(dataset, 1, x, NULL));
            assert_fails(context, syngan_dataset_batch(dataset, 2, x, NULL),
                         wanted, "example 5");
            assert_fails(context, syngan_dataset_batch(dataset, 2, x, NULL),
                         wanted, variant % 2 == 0 ? "4711" : "returned 5");
            assert_fails(context, syngan_dataset_read(dataset, 4, x, NULL),
                         wanted, "example 5");
        }
        syngan_dataset_free(dataset);
        syngan_tensor_free(x);
        syngan_context_free(context);
    }
}

static void tensors_that_do_not_fit_are_refused(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_dataset *out = (syngan_dataset *)context;
    syngan_tensor *x = tensor_of(context, SYNGAN_TYPE_F32, SYNGAN_SHAPE(4, 3));
    syngan_tensor *f64 =
        tensor_of(context, SYNGAN_TYPE_F64, SYNGAN_SHAPE(4, 3));
    syngan_tensor *none =
        tensor_of(context, SYNGAN_TYPE_F32, SYNGAN_SHAPE(0, 3));
    syngan_tensor *scalar = tensor_of(context, SYNGAN_TYPE_F32, NULL, 0);
    syngan_tensor *y5 = tensor_of(context, SYNGAN_TYPE_I32, SYNGAN_SHAPE(5));

    assert_int_equal(syngan_dataset_from_tensors(NULL, NULL, NULL, &out),
                     SYNGAN_E_ARGUMENT);
    assert_null(out);
    assert_fails(context, syngan_dataset_from_tensors(x, NULL, NULL, NULL),
                 SYNGAN_E_ARGUMENT, "out");
    assert_fails(context, syngan_dataset_from_tensors(f64, NULL, NULL, &out),
                 SYNGAN_E_TYPE, "f64");
    assert_fails(context, syngan_dataset_from_tensors(none, NULL, NULL, &out),
                 SYNGAN_E_SHAPE, "[0, 3]");
    assert_fails(context, syngan_dataset_from_tensors(scalar, NULL, NULL, &out),
                 SYNGAN_E_SHAPE, "[]");
    assert_fails(context, syngan_dataset_from_tensors(x, x, NULL, &out),
                 SYNGAN_E_TYPE, "labels are of type f32");
    assert_fails(context, syngan_dataset_from_tensors(x, y5, NULL, &out),
                 SYNGAN_E_SHAPE, "[5]");
    assert_fails(
        context,
        syngan_dataset_from_tensors(x, NULL, SYNGAN_DATASET(.order = 3), &out),
        SYNGAN_E_ARGUMENT, "order");
    assert_fails(
        context,
        syngan_dataset_from_tensors(x, NULL, SYNGAN_DATASET(.low = 1.0f), &out),
        SYNGAN_E_ARGUMENT, "low and high are both 1");
    assert_null(out);

    syngan_tensor_free(x);
    syngan_tensor_free(f64);
    syngan_tensor_free(none);
    syngan_tensor_free(scalar);
    syngan_tensor_free(y5);
    syngan_context_free(context);
}

static void callbacks_that_can_not_be_are_refused(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_dataset *out = NULL;
    const int64_t *no_dims = NULL;
    static const int64_t eight[8] = {1, 1, 1, 1, 1, 1, 1, 1};
#define FROM(count, ...)                                                       \
    syngan_dataset_from_callback(context, count, __VA_ARGS__, NULL, NULL, &out)
    assert_int_equal(syngan_dataset_from_callback(NULL, 1, SYNGAN_SHAPE(3),
                                                  make, NULL, NULL, &out),
                     SYNGAN_E_ARGUMENT);
    assert_fails(context, FROM(1, SYNGAN_SHAPE(3), NULL), SYNGAN_E_ARGUMENT,
                 "make");
    assert_fails(context, FROM(1, no_dims, 2, make), SYNGAN_E_ARGUMENT, "dims");
    assert_fails(context, FROM(0, SYNGAN_SHAPE(3), make), SYNGAN_E_ARGUMENT,
                 "0 examples");
    assert_fails(context, FROM(1, SYNGAN_SHAPE(0), make), SYNGAN_E_SHAPE,
                 "dataset_from_callback");
    assert_fails(context, FROM(1, eight, 8, make), SYNGAN_E_SHAPE, "at most 7");
#undef FROM
    assert_null(out);
    assert_int_equal(syngan_dataset_count(NULL), 0);
    assert_int_equal(syngan_dataset_has_labels(NULL), 0);
    assert_int_equal(syngan_dataset_dims(NULL, NULL), 0);
    syngan_dataset_free(NULL);
    syngan_context_free(context);
}

static void targets_that_do_not_fit_are_refused(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_tensor *data =
        tensor_of(context, SYNGAN_TYPE_F32, SYNGAN_SHAPE(4, 3));
    syngan_dataset *dataset = NULL;
    assert_ok(context, syngan_dataset_from_tensors(data, NULL, NULL, &dataset));
    syngan_dataset *labelled = callback_of(context, 4, NULL);
    syngan_tensor *x = tensor_of(context, SYNGAN_TYPE_F32, SYNGAN_SHAPE(2, 3));
    syngan_tensor *wide =
        tensor_of(context, SYNGAN_TYPE_F32, SYNGAN_SHAPE(2, 4));
    syngan_tensor *flat = tensor_of(context, SYNGAN_TYPE_F32, SYNGAN_SHAPE(6));
    syngan_tensor *none =
        tensor_of(context, SYNGAN_TYPE_F32, SYNGAN_SHAPE(0, 3));
    syngan_tensor *u8 = tensor_of(context, SYNGAN_TYPE_U8, SYNGAN_SHAPE(2, 3));
    syngan_tensor *y = tensor_of(context, SYNGAN_TYPE_I32, SYNGAN_SHAPE(2));
    syngan_tensor *y3 = tensor_of(context, SYNGAN_TYPE_I32, SYNGAN_SHAPE(3));

#define BATCH(...) syngan_dataset_batch(__VA_ARGS__)
    assert_int_equal(BATCH(NULL, 0, x, NULL), SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_dataset_read(NULL, 0, x, NULL), SYNGAN_E_ARGUMENT);
    assert_fails(context, BATCH(dataset, 0, NULL, NULL), SYNGAN_E_ARGUMENT,
                 "`examples` is NULL");
    assert_fails(context, BATCH(dataset, 0, wide, NULL), SYNGAN_E_SHAPE,
                 "[2, 4]");
    assert_fails(context, BATCH(dataset, 0, flat, NULL), SYNGAN_E_SHAPE, "[6]");
    assert_fails(context, BATCH(dataset, 0, none, NULL), SYNGAN_E_SHAPE,
                 "batch of at least 1");
    assert_fails(context, BATCH(dataset, 0, u8, NULL), SYNGAN_E_TYPE, "u8");
    assert_fails(context, BATCH(dataset, 0, x, y), SYNGAN_E_ARGUMENT,
                 "has none");
    assert_fails(context, BATCH(labelled, 0, x, x), SYNGAN_E_TYPE,
                 "labels are of type f32");
    assert_fails(context, BATCH(labelled, 0, x, y3), SYNGAN_E_SHAPE, "[3]");
#undef BATCH
    assert_ok(context, syngan_dataset_read(dataset, 2, x, NULL));
    assert_fails(context, syngan_dataset_read(dataset, 3, x, NULL),
                 SYNGAN_E_ARGUMENT, "there are 4");
    assert_fails(context, syngan_dataset_read(dataset, INT64_MAX, x, NULL),
                 SYNGAN_E_ARGUMENT, "there are 4");
    assert_fails(context, syngan_dataset_read(dataset, -1, x, NULL),
                 SYNGAN_E_ARGUMENT, "there are 4");

    syngan_tensor *tensors[] = {data, x, wide, flat, none, u8, y, y3};
    for (size_t i = 0; i < sizeof(tensors) / sizeof(tensors[0]); i++)
        syngan_tensor_free(tensors[i]);
    syngan_dataset_free(dataset);
    syngan_dataset_free(labelled);
    syngan_context_free(context);
}

/* ---- memory -------------------------------------------------------------- */

static syngan_status use_callback(syngan_context *context, void *user) {
    (void)user;
    syngan_dataset *dataset = NULL;
    syngan_tensor *x = NULL;
    syngan_status status = syngan_dataset_from_callback(
        context, 10, SYNGAN_SHAPE(3), make, NULL,
        SYNGAN_DATASET(.prefetch = SYNGAN_PREFETCH_ON), &dataset);
    if (status == SYNGAN_OK)
        status = syngan_tensor_create(context, SYNGAN_TYPE_F32,
                                      SYNGAN_SHAPE(4, 3), &x);
    for (int64_t step = 0; step < 5 && status == SYNGAN_OK; step++) {
        status = syngan_dataset_batch(dataset, step, x, NULL);
        if (status == SYNGAN_OK)
            check_batch(dataset, step, 4, syngan_tensor_data(x), NULL);
    }
    syngan_tensor_free(x);
    syngan_dataset_free(dataset);
    return status;
}

static syngan_status use_tensors(syngan_context *context, void *user) {
    (void)user;
    syngan_dataset *dataset = NULL, *digits = NULL;
    syngan_tensor *x = NULL;
    syngan_status status =
        syngan_tensor_create(context, SYNGAN_TYPE_F32, SYNGAN_SHAPE(4, 3), &x);
    if (status == SYNGAN_OK)
        status = syngan_dataset_from_tensors(x, NULL, NULL, &dataset);
    if (status == SYNGAN_OK)
        status = syngan_dataset_digits(context, 10, NULL, &digits);
    syngan_tensor_free(x);
    syngan_dataset_free(dataset);
    syngan_dataset_free(digits);
    return status;
}

static void memory_may_fail_anywhere(void **state) {
    (void)state;
    assert_true(fault_sweep_memory(&(fault_sweep){.body = use_callback}) >= 6);
    assert_true(fault_sweep_memory(&(fault_sweep){.body = use_tensors}) >= 5);
}

/* After memory failed, the same dataset works. */
static void failed_batches_can_be_asked_for_again(void **state) {
    (void)state;
    fault_memory memory;
    fault_memory_init(&memory);
    syngan_context *context = NULL;
    assert_int_equal(syngan_context_create(
                         SYNGAN_CONTEXT(.allocator = &memory.hooks), &context),
                     SYNGAN_OK);
    syngan_dataset *dataset = callback_of(
        context, 10, SYNGAN_DATASET(.prefetch = SYNGAN_PREFETCH_ON));
    syngan_tensor *x = tensor_of(context, SYNGAN_TYPE_F32, SYNGAN_SHAPE(4, 3));
    for (int i = 1; i <= 5; i++) {
        memory.fail_at = atomic_load(&memory.calls) + i;
        const syngan_status status = syngan_dataset_batch(dataset, 1, x, NULL);
        assert_true(status == SYNGAN_OK || status == SYNGAN_E_MEMORY);
        memory.fail_at = 0;
    }
    assert_true(atomic_load(&memory.failed) >= 1);
    for (int64_t step = 0; step < 5; step++) {
        assert_ok(context, syngan_dataset_batch(dataset, step, x, NULL));
        check_batch(dataset, step, 4, syngan_tensor_data(x), NULL);
    }
    syngan_tensor_free(x);
    syngan_dataset_free(dataset);
    syngan_context_free(context);
    assert_int_equal(atomic_load(&memory.live), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_become_low_to_high),
        cmocka_unit_test(f32_stays_and_labels_of_both_types_come),
        cmocka_unit_test(numbers_can_be_examples),
        cmocka_unit_test(batches_are_functions_of_their_number),
        cmocka_unit_test(reading_goes_on_between_batches),
        cmocka_unit_test(only_the_first_batch_allocates),
        cmocka_unit_test(prefetching_stays_two_ahead),
        cmocka_unit_test(the_last_numbers_are_no_trap),
        cmocka_unit_test(seeds_are_the_contexts_unless_given),
        cmocka_unit_test(statuses_of_callbacks_pass_through),
        cmocka_unit_test(tensors_that_do_not_fit_are_refused),
        cmocka_unit_test(callbacks_that_can_not_be_are_refused),
        cmocka_unit_test(targets_that_do_not_fit_are_refused),
        cmocka_unit_test(memory_may_fail_anywhere),
        cmocka_unit_test(failed_batches_can_be_asked_for_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
