/* SPDX-License-Identifier: Apache-2.0 */
/* Tensors: making, wrapping, sharing, filling, and any order of freeing. */
#include "tensor/tensor.h"

#include <math.h>
#include <pthread.h>

#include "base/memory.h"
#include "support/fault.h"
#include "support/test.h"

static syngan_context *context;

static int make_context(void **state) {
    (void)state;
    context = test_context(2);
    return 0;
}

static int free_context(void **state) {
    (void)state;
    syngan_context_free(context);
    return 0;
}

static void types_are_known(void **state) {
    (void)state;
    const struct {
        int32_t type;
        size_t size;
        const char *name;
    } types[] = {{SYNGAN_TYPE_F32, 4, "f32"},
                 {SYNGAN_TYPE_BF16, 2, "bf16"},
                 {SYNGAN_TYPE_F64, 8, "f64"},
                 {SYNGAN_TYPE_I32, 4, "i32"},
                 {SYNGAN_TYPE_I64, 8, "i64"},
                 {SYNGAN_TYPE_U8, 1, "u8"},
                 {0, 0, "?"},
                 {7, 0, "?"},
                 {-1, 0, "?"},
                 {INT32_MAX, 0, "?"}};
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        assert_int_equal(syngan_type_size(types[i].type), types[i].size);
        assert_string_equal(syngan_type_name(types[i].type), types[i].name);
    }
}

static void new_tensors_are_zeros(void **state) {
    (void)state;
    for (int32_t type = SYNGAN_TYPE_F32; type <= SYNGAN_TYPE_U8; type++) {
        syngan_tensor *tensor = NULL;
        assert_ok(context, syngan_tensor_create(
                               context, type, SYNGAN_SHAPE(3, 5, 7), &tensor));
        assert_int_equal(syngan_tensor_type(tensor), type);
        assert_int_equal(syngan_tensor_rank(tensor), 3);
        assert_int_equal(syngan_tensor_dims(tensor)[1], 5);
        assert_int_equal(syngan_tensor_count(tensor), 105);
        size_t bytes = syngan_tensor_bytes(tensor);
        assert_int_equal(bytes, 105 * syngan_type_size(type));
        const unsigned char *data = syngan_tensor_data(tensor);
        assert_int_equal((uintptr_t)data % 64, 0);
        for (size_t i = 0; i < bytes; i++)
            assert_int_equal(data[i], 0);
        syngan_tensor_free(tensor);
    }
}

static void scalars_and_empty_tensors_work(void **state) {
    (void)state;
    syngan_tensor *tensor = NULL;
    assert_ok(context,
              syngan_tensor_create(context, SYNGAN_TYPE_F64, NULL, 0, &tensor));
    assert_int_equal(syngan_tensor_rank(tensor), 0);
    assert_int_equal(syngan_tensor_count(tensor), 1);
    syngan_tensor_free(tensor);
    assert_ok(context, syngan_tensor_create(context, SYNGAN_TYPE_F32,
                                            SYNGAN_SHAPE(4, 0), &tensor));
    assert_int_equal(syngan_tensor_bytes(tensor), 0);
    assert_non_null(syngan_tensor_data(tensor));
    syngan_tensor *copy = NULL;
    assert_ok(context, syngan_tensor_clone(tensor, SYNGAN_TYPE_U8, &copy));
    assert_ok(context, syngan_tensor_fill_normal(tensor, 1, 2));
    syngan_tensor_free(copy);
    syngan_tensor_free(tensor);
}

static void wrong_calls_are_refused(void **state) {
    (void)state;
    syngan_tensor *out = (syngan_tensor *)state;
    float data[4] = {0};
    assert_fails(context,
                 syngan_tensor_create(context, 9, SYNGAN_SHAPE(1), &out),
                 SYNGAN_E_TYPE, "9 is not an element type");
    assert_null(out);
    assert_fails(context,
                 syngan_tensor_create(context, SYNGAN_TYPE_F32,
                                      SYNGAN_SHAPE(2, -1), &out),
                 SYNGAN_E_SHAPE, "tensor: size -1");
    assert_fails(
        context,
        syngan_tensor_create(context, SYNGAN_TYPE_F32, SYNGAN_SHAPE(1), NULL),
        SYNGAN_E_ARGUMENT, "NULL");
    assert_int_equal(
        syngan_tensor_create(NULL, SYNGAN_TYPE_F32, SYNGAN_SHAPE(1), &out),
        SYNGAN_E_ARGUMENT);
    assert_fails(context,
                 syngan_tensor_wrap(context, NULL, SYNGAN_TYPE_F32,
                                    SYNGAN_SHAPE(1), NULL, NULL, &out),
                 SYNGAN_E_ARGUMENT, "NULL");
    assert_fails(context,
                 syngan_tensor_wrap(context, (char *)data + 2, SYNGAN_TYPE_F32,
                                    SYNGAN_SHAPE(1), NULL, NULL, &out),
                 SYNGAN_E_ARGUMENT, "aligned to 4 bytes");
    assert_fails(context,
                 syngan_tensor_wrap(context, data, SYNGAN_TYPE_F32,
                                    SYNGAN_SHAPE(4), NULL, NULL, NULL),
                 SYNGAN_E_ARGUMENT, "NULL");
    assert_int_equal(syngan_tensor_wrap(NULL, data, SYNGAN_TYPE_F32,
                                        SYNGAN_SHAPE(4), NULL, NULL, &out),
                     SYNGAN_E_ARGUMENT);
    assert_null(out);
}

static void absurd_sizes_are_refused(void **state) {
    (void)state;
    syngan_tensor *out = (syngan_tensor *)state;
    syngan_context *small = NULL;
    assert_int_equal(
        syngan_context_create(SYNGAN_CONTEXT(.memory_limit = 1 << 20), &small),
        SYNGAN_OK);
    assert_fails(small,
                 syngan_tensor_create(small, SYNGAN_TYPE_F32,
                                      SYNGAN_SHAPE(1ll << 40, 1ll << 10), &out),
                 SYNGAN_E_MEMORY,
                 "tensor [1099511627776, 1024]: no memory for ");
    assert_null(out);
    assert_fails(small,
                 syngan_tensor_create(small, SYNGAN_TYPE_F32,
                                      SYNGAN_SHAPE(1ll << 40, 1ll << 40), &out),
                 SYNGAN_E_SHAPE, "too many elements");
    syngan_context_free(small);
}

static void null_is_taken(void **state) {
    (void)state;
    syngan_tensor *out = NULL;
    syngan_tensor_free(NULL);
    assert_null(syngan_tensor_data(NULL));
    assert_null(syngan_tensor_dims(NULL));
    assert_int_equal(syngan_tensor_type(NULL), 0);
    assert_int_equal(syngan_tensor_rank(NULL), 0);
    assert_int_equal(syngan_tensor_count(NULL), 0);
    assert_int_equal(syngan_tensor_bytes(NULL), 0);
    assert_int_equal(syngan_tensor_clone(NULL, 0, &out), SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_tensor_reshape(NULL, NULL, 0, &out),
                     SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_tensor_copy(NULL, NULL), SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_tensor_fill_normal(NULL, 0, 0), SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_tensor_fill_uniform(NULL, 0, 0, 0, 1),
                     SYNGAN_E_ARGUMENT);
    syngan_tensor *tensor = NULL;
    assert_ok(context, syngan_tensor_create(context, SYNGAN_TYPE_F32,
                                            SYNGAN_SHAPE(2), &tensor));
    assert_int_equal(syngan_tensor_clone(tensor, 0, NULL), SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_tensor_reshape(tensor, SYNGAN_SHAPE(2), NULL),
                     SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_tensor_copy(tensor, NULL), SYNGAN_E_ARGUMENT);
    syngan_tensor_free(tensor);
}

/* ---- borrowed memory ---------------------------------------------------- */

static void count_release(void *data, void *user) {
    *(float *)data = -1;
    ++*(int *)user;
}

static void wrapped_memory_is_released_once(void **state) {
    (void)state;
    float data[6] = {1, 2, 3, 4, 5, 6};
    int released = 0;
    syngan_tensor *tensor = NULL, *view = NULL;
    assert_ok(context, syngan_tensor_wrap(context, data, SYNGAN_TYPE_F32,
                                          SYNGAN_SHAPE(2, 3), count_release,
                                          &released, &tensor));
    assert_ptr_equal(syngan_tensor_data(tensor), data);
    assert_ok(context,
              syngan_tensor_reshape(tensor, SYNGAN_SHAPE(3, 2), &view));
    assert_ptr_equal(syngan_tensor_data(view), data);
    assert_int_equal(syngan_tensor_dims(view)[0], 3);
    syngan_tensor_free(tensor);
    assert_int_equal(released, 0);
    syngan_tensor_free(view);
    assert_int_equal(released, 1);
    /* None is called when wrapping fails, nor needed. */
    assert_int_equal(syngan_tensor_wrap(context, data, 0, SYNGAN_SHAPE(6),
                                        count_release, &released, &tensor),
                     SYNGAN_E_TYPE);
    assert_int_equal(released, 1);
    assert_ok(context,
              syngan_tensor_wrap(context, NULL, SYNGAN_TYPE_F32,
                                 SYNGAN_SHAPE(0), NULL, NULL, &tensor));
    syngan_tensor_free(tensor);
}

static void views_check_the_count(void **state) {
    (void)state;
    syngan_tensor *tensor = NULL, *view = NULL;
    assert_ok(context, syngan_tensor_create(context, SYNGAN_TYPE_I32,
                                            SYNGAN_SHAPE(2, 3), &tensor));
    assert_fails(context, syngan_tensor_reshape(tensor, SYNGAN_SHAPE(5), &view),
                 SYNGAN_E_SHAPE,
                 "shape [2, 3] with 6 elements can't become [5] with 5");
    assert_fails(context,
                 syngan_tensor_reshape(tensor, SYNGAN_SHAPE(-1, 6), &view),
                 SYNGAN_E_SHAPE, "size -1");
    assert_null(view);
    assert_ok(context,
              syngan_tensor_reshape(tensor, SYNGAN_SHAPE(1, 6, 1), &view));
    ((int32_t *)syngan_tensor_data(view))[5] = 7;
    assert_int_equal(((int32_t *)syngan_tensor_data(tensor))[5], 7);
    syngan_tensor_free(view);
    syngan_tensor_free(tensor);
}

static void any_order_of_freeing_is_safe(void **state) {
    (void)state;
    fault_memory memory;
    fault_memory_init(&memory);
    syngan_context *own = NULL;
    assert_int_equal(
        syngan_context_create(SYNGAN_CONTEXT(.allocator = &memory.hooks), &own),
        SYNGAN_OK);
    syngan_tensor *tensor = NULL, *view = NULL, *copy = NULL;
    assert_ok(own, syngan_tensor_create(own, SYNGAN_TYPE_F32, SYNGAN_SHAPE(64),
                                        &tensor));
    assert_ok(own, syngan_tensor_reshape(tensor, SYNGAN_SHAPE(8, 8), &view));
    assert_ok(own, syngan_tensor_clone(view, 0, &copy));
    syngan_tensor *again = sg_tensor_retain(tensor);
    syngan_context_free(own);
    syngan_tensor_free(tensor);
    ((float *)syngan_tensor_data(view))[63] = 1;
    syngan_tensor_free(view);
    ((float *)syngan_tensor_data(again))[63] = 1;
    syngan_tensor_free(again);
    ((float *)syngan_tensor_data(copy))[63] = 1;
    assert_true(atomic_load(&memory.live) > 0);
    syngan_tensor_free(copy);
    assert_int_equal(atomic_load(&memory.live), 0);
}

static syngan_status make_some(syngan_context *own, void *user) {
    int *released = user;
    float data[6] = {0};
    syngan_tensor *tensor = NULL, *view = NULL, *copy = NULL, *wrapped = NULL;
    int before = *released;
    syngan_status status =
        syngan_tensor_wrap(own, data, SYNGAN_TYPE_F32, SYNGAN_SHAPE(6),
                           count_release, released, &wrapped);
    if (status == SYNGAN_OK) {
        status = syngan_tensor_create(own, SYNGAN_TYPE_F32, SYNGAN_SHAPE(6),
                                      &tensor);
    } else {
        assert_null(wrapped);
    }
    if (status == SYNGAN_OK) {
        status = syngan_tensor_reshape(tensor, SYNGAN_SHAPE(2, 3), &view);
    }
    if (status == SYNGAN_OK) {
        status = syngan_tensor_clone(view, SYNGAN_TYPE_BF16, &copy);
        if (status != SYNGAN_OK) assert_null(copy);
    }
    bool was_wrapped = wrapped != NULL;
    syngan_tensor_free(wrapped);
    syngan_tensor_free(tensor);
    syngan_tensor_free(view);
    syngan_tensor_free(copy);
    assert_int_equal(*released, before + was_wrapped);
    return status;
}

static void each_allocation_may_fail(void **state) {
    (void)state;
    int released = 0;
    fault_sweep sweep = {.body = make_some, .user = &released};
    assert_int_equal(fault_sweep_memory(&sweep), 1 + 2 + 3 + 1 + 3);
}

/* ---- filling ------------------------------------------------------------ */

enum { N = 50021 };

static void fills_are_functions_of_their_arguments(void **state) {
    (void)state;
    /* Whatever the number of threads and the shape. */
    syngan_context *single = test_context(1);
    syngan_tensor *a = NULL, *b = NULL;
    assert_ok(context, syngan_tensor_create(context, SYNGAN_TYPE_F32,
                                            SYNGAN_SHAPE(N), &a));
    assert_ok(single, syngan_tensor_create(single, SYNGAN_TYPE_F32,
                                           SYNGAN_SHAPE(1, N, 1), &b));
    for (int kind = 0; kind < 2; kind++) {
        for (uint64_t k = 0; k < 3; k++) {
            uint64_t seed = k == 1, stream = k == 2 ? 1ull << 40 : 0;
            if (kind == 0) {
                assert_ok(context, syngan_tensor_fill_normal(a, seed, stream));
                assert_ok(single, syngan_tensor_fill_normal(b, 0, 0));
            } else {
                assert_ok(context,
                          syngan_tensor_fill_uniform(a, seed, stream, -1, 1));
                assert_ok(single, syngan_tensor_fill_uniform(b, 0, 0, -1, 1));
            }
            int differ = memcmp(syngan_tensor_data(a), syngan_tensor_data(b),
                                N * sizeof(float));
            assert_int_equal(differ != 0, k != 0);
        }
    }
    syngan_tensor_free(a);
    syngan_tensor_free(b);
    syngan_context_free(single);
}

static void uniform_numbers_stay_in_range(void **state) {
    (void)state;
    syngan_tensor *tensor = NULL;
    assert_ok(context, syngan_tensor_create(context, SYNGAN_TYPE_F32,
                                            SYNGAN_SHAPE(N), &tensor));
    const float ranges[][2] = {
        {0, 1}, {-3, 5}, {1, nextafterf(1, 2)}, {-1e-30f, 1e30f}};
    for (int r = 0; r < 4; r++) {
        float low = ranges[r][0], high = ranges[r][1];
        assert_ok(context, syngan_tensor_fill_uniform(tensor, 3, 4, low, high));
        const float *x = syngan_tensor_data(tensor);
        double sum = 0;
        for (int i = 0; i < N; i++) {
            assert_true(x[i] >= low && x[i] < high);
            sum += x[i];
        }
        double middle = ((double)low + (double)high) / 2;
        assert_true(fabs(sum / N - middle) < ((double)high - (double)low));
    }
    const float wrong[][2] = {{1, 1}, {2, 1}, {NAN, 1}, {0, INFINITY}};
    for (int r = 0; r < 4; r++) {
        assert_fails(
            context,
            syngan_tensor_fill_uniform(tensor, 3, 4, wrong[r][0], wrong[r][1]),
            SYNGAN_E_ARGUMENT, "uniform");
    }
    syngan_tensor_free(tensor);
}

static void only_f32_is_filled(void **state) {
    (void)state;
    syngan_tensor *tensor = NULL;
    assert_ok(context, syngan_tensor_create(context, SYNGAN_TYPE_F64,
                                            SYNGAN_SHAPE(3), &tensor));
    assert_fails(context, syngan_tensor_fill_normal(tensor, 1, 2),
                 SYNGAN_E_TYPE, "not f64");
    assert_fails(context, syngan_tensor_fill_uniform(tensor, 1, 2, 0, 1),
                 SYNGAN_E_TYPE, "not f64");
    syngan_tensor_free(tensor);
}

/* ---- tensors in two threads --------------------------------------------- */

static void *work_alone(void *argument) {
    double *sum = argument;
    syngan_context *own = test_context(1);
    for (uint64_t turn = 0; turn < 20; turn++) {
        syngan_tensor *tensor = NULL, *copy = NULL;
        assert_ok(own, syngan_tensor_create(own, SYNGAN_TYPE_F32,
                                            SYNGAN_SHAPE(1000), &tensor));
        assert_ok(own, syngan_tensor_fill_normal(tensor, 5, turn));
        assert_ok(own, syngan_tensor_clone(tensor, SYNGAN_TYPE_F64, &copy));
        const double *x = syngan_tensor_data(copy);
        for (int i = 0; i < 1000; i++)
            *sum += x[i];
        syngan_tensor_free(tensor);
        syngan_tensor_free(copy);
    }
    syngan_context_free(own);
    return NULL;
}

static void threads_have_contexts_of_their_own(void **state) {
    (void)state;
    double sums[3] = {0};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) {
        assert_int_equal(
            pthread_create(&threads[i], NULL, work_alone, &sums[i]), 0);
    }
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    work_alone(&sums[2]);
    assert_true(sums[0] == sums[2] && sums[1] == sums[2]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_are_known),
        cmocka_unit_test(new_tensors_are_zeros),
        cmocka_unit_test(scalars_and_empty_tensors_work),
        cmocka_unit_test(wrong_calls_are_refused),
        cmocka_unit_test(absurd_sizes_are_refused),
        cmocka_unit_test(null_is_taken),
        cmocka_unit_test(wrapped_memory_is_released_once),
        cmocka_unit_test(views_check_the_count),
        cmocka_unit_test(any_order_of_freeing_is_safe),
        cmocka_unit_test(each_allocation_may_fail),
        cmocka_unit_test(fills_are_functions_of_their_arguments),
        cmocka_unit_test(uniform_numbers_stay_in_range),
        cmocka_unit_test(only_f32_is_filled),
        cmocka_unit_test(threads_have_contexts_of_their_own),
    };
    return cmocka_run_group_tests(tests, make_context, free_context);
}
