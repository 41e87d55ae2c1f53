/* SPDX-License-Identifier: Apache-2.0 */
/* Copying and converting between all element types. */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "support/test.h"
#include "tensor/tensor.h"

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

/* ---- elements one by one ------------------------------------------------ */

static void set_element(syngan_tensor *tensor, size_t i, double value) {
    void *data = syngan_tensor_data(tensor);
    switch (syngan_tensor_type(tensor)) {
    case SYNGAN_TYPE_F32:
        ((float *)data)[i] = (float)value;
        break;
    case SYNGAN_TYPE_BF16:
        ((uint16_t *)data)[i] = sg_bf16_from_f32((float)value);
        break;
    case SYNGAN_TYPE_F64:
        ((double *)data)[i] = value;
        break;
    case SYNGAN_TYPE_I32:
        ((int32_t *)data)[i] = (int32_t)value;
        break;
    case SYNGAN_TYPE_I64:
        ((int64_t *)data)[i] = (int64_t)value;
        break;
    default:
        ((uint8_t *)data)[i] = (uint8_t)value;
        break;
    }
}

static double element(const syngan_tensor *tensor, size_t i) {
    const void *data = syngan_tensor_data(tensor);
    switch (syngan_tensor_type(tensor)) {
    case SYNGAN_TYPE_F32:
        return ((const float *)data)[i];
    case SYNGAN_TYPE_BF16:
        return sg_f32_from_bf16(((const uint16_t *)data)[i]);
    case SYNGAN_TYPE_F64:
        return ((const double *)data)[i];
    case SYNGAN_TYPE_I32:
        return ((const int32_t *)data)[i];
    case SYNGAN_TYPE_I64:
        return (double)((const int64_t *)data)[i];
    default:
        return ((const uint8_t *)data)[i];
    }
}

static syngan_tensor *make(int32_t type, int64_t count) {
    syngan_tensor *tensor = NULL;
    assert_ok(context, syngan_tensor_create(context, type, &count, 1, &tensor));
    return tensor;
}

/* Numbers that every type holds survive the way through every other. */
static void small_numbers_survive_every_pair(void **state) {
    (void)state;
    const int64_t count = 100;
    for (int32_t from = SYNGAN_TYPE_F32; from <= SYNGAN_TYPE_U8; from++) {
        for (int32_t to = SYNGAN_TYPE_F32; to <= SYNGAN_TYPE_U8; to++) {
            syngan_tensor *a = make(from, count), *b = make(to, count);
            for (size_t i = 0; i < 100; i++)
                set_element(a, i, (double)i);
            assert_ok(context, syngan_tensor_copy(b, a));
            for (size_t i = 0; i < 100; i++) {
                assert_true(element(b, i) == (double)i);
            }
            syngan_tensor_free(a);
            syngan_tensor_free(b);
        }
    }
}

/* One number from one type to another. */
static double convert(int32_t from, double value, int32_t to) {
    syngan_tensor *a = make(from, 1), *b = make(to, 1);
    set_element(a, 0, value);
    assert_ok(context, syngan_tensor_copy(b, a));
    double result = element(b, 0);
    syngan_tensor_free(a);
    syngan_tensor_free(b);
    return result;
}

static void reals_are_rounded_and_clamped(void **state) {
    (void)state;
    const struct {
        double value;
        double u8, i32;
    } cases[] = {
        {0.5, 0, 0},
        {1.5, 2, 2},
        {2.5, 2, 2},
        {-0.5, 0, 0},
        {-1.5, 0, -2},
        {254.5, 254, 254},
        {255.5, 255, 256},
        {-3, 0, -3},
        {1e10, 255, INT32_MAX},
        {-1e10, 0, INT32_MIN},
        {INFINITY, 255, INT32_MAX},
        {-INFINITY, 0, INT32_MIN},
        {NAN, 0, 0},
        {-NAN, 0, 0},
    };
    const int32_t froms[] = {SYNGAN_TYPE_F32, SYNGAN_TYPE_F64};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (int f = 0; f < 2; f++) {
            assert_true(convert(froms[f], cases[i].value, SYNGAN_TYPE_U8) ==
                        cases[i].u8);
            assert_true(convert(froms[f], cases[i].value, SYNGAN_TYPE_I32) ==
                        cases[i].i32);
        }
    }
    assert_true(convert(SYNGAN_TYPE_F64, 2147483646.5, SYNGAN_TYPE_I32) ==
                2147483646);
    assert_true(convert(SYNGAN_TYPE_F64, 1e19, SYNGAN_TYPE_I64) ==
                (double)INT64_MAX);
    assert_true(convert(SYNGAN_TYPE_F32, -1e19, SYNGAN_TYPE_I64) ==
                (double)INT64_MIN);
    assert_true(convert(SYNGAN_TYPE_BF16, NAN, SYNGAN_TYPE_I64) == 0);
    assert_true(convert(SYNGAN_TYPE_F64, 9223372036854774784.0,
                        SYNGAN_TYPE_I64) == 9223372036854774784.0);
}

static void whole_numbers_are_clamped(void **state) {
    (void)state;
    assert_true(convert(SYNGAN_TYPE_I32, -1, SYNGAN_TYPE_U8) == 0);
    assert_true(convert(SYNGAN_TYPE_I32, 256, SYNGAN_TYPE_U8) == 255);
    assert_true(convert(SYNGAN_TYPE_I64, 1e12, SYNGAN_TYPE_I32) == INT32_MAX);
    assert_true(convert(SYNGAN_TYPE_I64, -1e12, SYNGAN_TYPE_I32) == INT32_MIN);
    assert_true(convert(SYNGAN_TYPE_I64, -1e12, SYNGAN_TYPE_U8) == 0);
    /* 64 bits arrive whole where they fit. */
    syngan_tensor *a = make(SYNGAN_TYPE_I64, 2), *b = make(SYNGAN_TYPE_I64, 2);
    ((int64_t *)syngan_tensor_data(a))[0] = INT64_MAX;
    ((int64_t *)syngan_tensor_data(a))[1] = INT64_MIN + 1;
    assert_ok(context, syngan_tensor_copy(b, a));
    assert_memory_equal(syngan_tensor_data(a), syngan_tensor_data(b), 16);
    syngan_tensor_free(a);
    syngan_tensor_free(b);
    /* (2^24 + 1) needs rounding in f32, once. */
    assert_true(convert(SYNGAN_TYPE_I32, 16777217, SYNGAN_TYPE_F32) ==
                16777216);
    assert_true(convert(SYNGAN_TYPE_I32, 16777219, SYNGAN_TYPE_F32) ==
                16777220);
}

/* ---- bf16 --------------------------------------------------------------- */

static uint16_t bf16_of(double value) {
    syngan_tensor *a = make(SYNGAN_TYPE_F64, 1), *b = make(SYNGAN_TYPE_BF16, 1);
    *(double *)syngan_tensor_data(a) = value;
    assert_ok(context, syngan_tensor_copy(b, a));
    uint16_t result = *(uint16_t *)syngan_tensor_data(b);
    syngan_tensor_free(a);
    syngan_tensor_free(b);
    return result;
}

static void bf16_rounds_to_nearest_even(void **state) {
    (void)state;
    assert_int_equal(sg_bf16_from_f32(1.0f), 0x3f80);
    assert_int_equal(sg_bf16_from_f32(-2.0f), 0xc000);
    assert_int_equal(sg_bf16_from_f32(1.0f + 0x1p-8f), 0x3f80); /* tie */
    assert_int_equal(sg_bf16_from_f32(1.0f + 0x3p-8f), 0x3f82); /* tie */
    assert_int_equal(sg_bf16_from_f32(1.0f + 0x1p-8f + 0x1p-20f), 0x3f81);
    assert_int_equal(sg_bf16_from_f32(FLT_MAX), 0x7f80);
    assert_int_equal(sg_bf16_from_f32(INFINITY), 0x7f80);
    assert_int_equal(sg_bf16_from_f32(-INFINITY), 0xff80);
    assert_int_equal(sg_bf16_from_f32(-0.0f), 0x8000);
    assert_true(isnan(sg_f32_from_bf16(sg_bf16_from_f32(NAN))));
    const uint32_t low_nan = 0x7f800001; /* its set bit is cut off */
    float nan_value;
    memcpy(&nan_value, &low_nan, 4);
    assert_true(isnan(sg_f32_from_bf16(sg_bf16_from_f32(nan_value))));
    for (uint32_t bits = 0; bits < 65536; bits++) {
        float value = sg_f32_from_bf16((uint16_t)bits);
        if (isnan(value)) continue;
        assert_int_equal(sg_bf16_from_f32(value), bits);
    }
}

/* From f64 there is one rounding, not one to f32 and one more. */
static void f64_to_bf16_rounds_once(void **state) {
    (void)state;
    assert_int_equal(bf16_of(1 + 0x1p-8 + 0x1p-40), 0x3f81);
    assert_int_equal(bf16_of(1 + 0x1p-8 - 0x1p-40), 0x3f80);
    assert_int_equal(bf16_of(1 + 0x3p-8 - 0x1p-40), 0x3f81);
    assert_int_equal(bf16_of(1 + 0x3p-8 + 0x1p-40), 0x3f82);
    assert_int_equal(bf16_of(-(1 + 0x1p-8 + 0x1p-40)), 0xbf81);
    assert_int_equal(bf16_of(1e300), 0x7f80);
    assert_int_equal(bf16_of(-1e300), 0xff80);
    assert_int_equal(bf16_of(1e-300), 0);
    assert_int_equal(bf16_of(0), 0);
    assert_int_equal(bf16_of(-0.0), 0x8000);
    assert_int_equal(bf16_of(0x1p-133), 1); /* the smallest denormal */
    assert_true(bf16_of(NAN) > 0x7f80);
}

/* ---- whole tensors ------------------------------------------------------ */

static void large_tensors_are_copied_whole(void **state) {
    (void)state;
    const int64_t count = 300007;
    syngan_tensor *a = make(SYNGAN_TYPE_F32, count),
                  *b = make(SYNGAN_TYPE_F32, count);
    syngan_tensor *c = make(SYNGAN_TYPE_F64, count);
    assert_ok(context, syngan_tensor_fill_normal(a, 1, 1));
    assert_ok(context, syngan_tensor_copy(b, a));
    assert_ok(context, syngan_tensor_copy(c, a));
    assert_memory_equal(syngan_tensor_data(a), syngan_tensor_data(b),
                        syngan_tensor_bytes(a));
    for (size_t i = 0; i < 300007; i++) {
        if (element(a, i) != element(c, i)) fail_msg("element %zu", i);
    }
    syngan_tensor_free(a);
    syngan_tensor_free(b);
    syngan_tensor_free(c);
}

static void clones_are_independent(void **state) {
    (void)state;
    syngan_tensor *a = make(SYNGAN_TYPE_F32, 5), *b = NULL, *c = NULL;
    set_element(a, 2, 1.25);
    assert_ok(context, syngan_tensor_clone(a, 0, &b));
    assert_ok(context, syngan_tensor_clone(a, SYNGAN_TYPE_BF16, &c));
    set_element(a, 2, 3);
    assert_int_equal(syngan_tensor_type(b), SYNGAN_TYPE_F32);
    assert_true(element(b, 2) == 1.25);
    assert_int_equal(syngan_tensor_type(c), SYNGAN_TYPE_BF16);
    assert_true(element(c, 2) == 1.25);
    syngan_tensor *d = NULL;
    assert_fails(context, syngan_tensor_clone(a, 77, &d), SYNGAN_E_TYPE, "77");
    assert_null(d);
    syngan_tensor_free(a);
    syngan_tensor_free(b);
    syngan_tensor_free(c);
}

static void shapes_must_be_equal(void **state) {
    (void)state;
    syngan_tensor *a = make(SYNGAN_TYPE_F32, 6), *b = NULL;
    assert_ok(context, syngan_tensor_reshape(a, SYNGAN_SHAPE(2, 3), &b));
    assert_fails(context, syngan_tensor_copy(a, b), SYNGAN_E_SHAPE,
                 "shape [2, 3] can't be copied to shape [6]");
    syngan_tensor_free(a);
    syngan_tensor_free(b);
}

static void shared_memory_is_treated_with_care(void **state) {
    (void)state;
    float data[8] = {0, 1, 2, 3, 4, 5, 6, 7};
    syngan_tensor *first = NULL, *second = NULL, *other = NULL;
    assert_ok(context, syngan_tensor_wrap(context, data, SYNGAN_TYPE_F32,
                                          SYNGAN_SHAPE(6), NULL, NULL, &first));
    assert_ok(context,
              syngan_tensor_wrap(context, data + 2, SYNGAN_TYPE_F32,
                                 SYNGAN_SHAPE(6), NULL, NULL, &second));
    assert_ok(context, syngan_tensor_copy(second, first));
    for (int i = 0; i < 6; i++)
        assert_true(data[i + 2] == (float)i);
    assert_ok(context, syngan_tensor_copy(first, first));
    assert_ok(context, syngan_tensor_wrap(context, data + 1, SYNGAN_TYPE_I32,
                                          SYNGAN_SHAPE(6), NULL, NULL, &other));
    assert_fails(context, syngan_tensor_copy(other, first), SYNGAN_E_ARGUMENT,
                 "share");
    syngan_tensor_free(first);
    syngan_tensor_free(second);
    syngan_tensor_free(other);
}

/* Tensors that touch, but share no byte, are converted. */
static void neighbours_are_converted(void **state) {
    (void)state;
    static float memory[16];
    for (int side = 0; side < 2; side++) {
        syngan_tensor *bytes = NULL, *floats = NULL;
        unsigned char *at = (unsigned char *)(memory + (side ? 9 : 4));
        if (!side) at -= 4;
        for (int i = 0; i < 4; i++)
            at[i] = (unsigned char)(i + 3);
        assert_ok(context,
                  syngan_tensor_wrap(context, at, SYNGAN_TYPE_U8,
                                     SYNGAN_SHAPE(4), NULL, NULL, &bytes));
        assert_ok(context, syngan_tensor_wrap(context, memory + (side ? 5 : 4),
                                              SYNGAN_TYPE_F32, SYNGAN_SHAPE(4),
                                              NULL, NULL, &floats));
        assert_ok(context, syngan_tensor_copy(floats, bytes));
        assert_true(memory[side ? 8 : 7] == 6.0f);
        syngan_tensor_free(bytes);
        syngan_tensor_free(floats);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_numbers_survive_every_pair),
        cmocka_unit_test(reals_are_rounded_and_clamped),
        cmocka_unit_test(whole_numbers_are_clamped),
        cmocka_unit_test(bf16_rounds_to_nearest_even),
        cmocka_unit_test(f64_to_bf16_rounds_once),
        cmocka_unit_test(large_tensors_are_copied_whole),
        cmocka_unit_test(clones_are_independent),
        cmocka_unit_test(shapes_must_be_equal),
        cmocka_unit_test(shared_memory_is_treated_with_care),
        cmocka_unit_test(neighbours_are_converted),
    };
    return cmocka_run_group_tests(tests, make_context, free_context);
}
