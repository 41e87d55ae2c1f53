/* SPDX-License-Identifier: Apache-2.0 */
/* Options structs: defaults, ranges, versions of the struct. */
#include "base/options.h"

#include <math.h>

#include "support/test.h"

/* ---- a struct with a field of every type, in three versions -------------- */

typedef struct sample_options {
    size_t struct_size;
    const char *name;
    int64_t wide;
    uint64_t seed;
    int32_t whole;
    int32_t choice;
    float real;
    int32_t flag;
    const void *other;
    int32_t small; /* new in version 2 */
    int32_t reserved;
} sample_options;

/* As programs built with an older header know it. */
typedef struct sample_options_v1 {
    size_t struct_size;
    const char *name;
    int64_t wide;
    uint64_t seed;
    int32_t whole;
    int32_t choice;
    float real;
    int32_t flag;
    const void *other;
} sample_options_v1;

/* As a header of the future might. */
typedef struct sample_options_v3 {
    sample_options known;
    int64_t news;
    int64_t more;
} sample_options_v3;

#define T sample_options
static const sg_field sample_fields[] = {
    SG_STRING(T, name, "Name"),
    SG_I64(T, wide, 1, 1e12, 0, "Required"),
    SG_U64(T, seed, "Seed"),
    SG_I32(T, whole, -5, 100, 7, "Whole"),
    SG_ENUM(T, choice, "same|valid|explicit", 1, 3, 2, "Choice"),
    SG_F32(T, real, 0, 2, 0.25, "Real"),
    SG_BOOL(T, flag, "Flag"),
    SG_OTHER(T, other, "Pointer"),
    SG_I32(T, small, 1, 8, 3, "Small"),
};
#undef T
static SG_FIELDS(sample, "sample", sample_options, sample_fields);

static SG_LAYER_OPTIONS(layer, "layer", sample_options, sample_fields);

#define SAMPLE_DEFAULTS                                                        \
    .struct_size = SYNGAN_INITIALISED(sample_options), .whole = 7,             \
    .choice = 2, .real = 0.25f, .small = 3
#define SAMPLE(...) (&(const sample_options){SAMPLE_DEFAULTS, __VA_ARGS__})

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

static syngan_status read(const void *options, sample_options *out) {
    return sg_options_read(context, &sample, options, "sample 's1'", out);
}

/* ---- reading ------------------------------------------------------------ */

static void null_gives_defaults(void **state) {
    (void)state;
    sample_options out;
    memset(&out, 0xff, sizeof(out));
    assert_ok(context, read(NULL, &out));
    assert_true(out.struct_size == SYNGAN_INITIALISED(out));
    assert_null(out.name);
    assert_int_equal(out.wide, 0);
    assert_int_equal(out.seed, 0);
    assert_int_equal(out.whole, 7);
    assert_int_equal(out.choice, 2);
    assert_true(out.real == 0.25f);
    assert_int_equal(out.flag, 0);
    assert_null(out.other);
    assert_int_equal(out.small, 3);
    assert_int_equal(out.reserved, 0);
}

static void values_are_taken(void **state) {
    (void)state;
    sample_options out;
    assert_ok(context,
              read(SAMPLE(.name = "n", .wide = 1000000000000,
                          .seed = UINT64_MAX, .whole = -5, .choice = 3,
                          .real = 2.0f, .flag = 1, .other = &out, .small = 8),
                   &out));
    assert_string_equal(out.name, "n");
    assert_true(out.wide == 1000000000000);
    assert_true(out.seed == UINT64_MAX);
    assert_int_equal(out.whole, -5);
    assert_int_equal(out.choice, 3);
    assert_true(out.real == 2.0f);
    assert_int_equal(out.flag, 1);
    assert_ptr_equal(out.other, &out);
    assert_int_equal(out.small, 8);
}

static void zeros_are_zeros(void **state) {
    (void)state;
    sample_options out;
    assert_ok(context, read(SAMPLE(.whole = 0, .real = 0), &out));
    assert_int_equal(out.whole, 0);
    assert_true(out.real == 0.0f && !signbit(out.real));
    assert_int_equal(out.small, 3);
    /* But only where zero is in the range. */
    assert_fails(context, read(SAMPLE(.small = 0), &out), SYNGAN_E_ARGUMENT,
                 "small is 0, but must be from 1 to 8");
    assert_fails(context, read(SAMPLE(.choice = 0), &out), SYNGAN_E_ARGUMENT,
                 "choice is 0");
}

static void zeroed_structs_are_refused_but_for_layers(void **state) {
    (void)state;
    const sample_options zeroed = {.struct_size = sizeof(zeroed), .small = 4};
    sample_options out;
    assert_fails(context, read(&zeroed, &out), SYNGAN_E_ARGUMENT,
                 "sample 's1': the options are not initialised");
    assert_fails(context, read(&zeroed, &out), SYNGAN_E_ARGUMENT,
                 "SYNGAN_SAMPLE_INIT or syngan_options_init(\"sample\", ");
    assert_ok(context, sg_options_read(context, &layer, &zeroed, "l", &out));
    assert_int_equal(out.small, 4);
    assert_int_equal(out.whole, 7);
    assert_true(out.real == 0.25f);
    /* What was read can be given on. */
    sample_options again;
    assert_ok(context, read(&out, &again));
    assert_memory_equal(&again, &out, sizeof(out));
    /* An initialised struct of a layer's is taken as it is. */
    assert_ok(context,
              sg_options_read(context, &layer, SAMPLE(.whole = 0), "l", &out));
    assert_int_equal(out.whole, 0);
    assert_fails(
        context,
        sg_options_read(context, &layer, SAMPLE(.small = 0), "l", &out),
        SYNGAN_E_ARGUMENT, "small is 0");
}

static void ranges_are_checked(void **state) {
    (void)state;
    sample_options out;
    assert_fails(context, read(SAMPLE(.whole = 101), &out), SYNGAN_E_ARGUMENT,
                 "sample 's1': whole is 101, but must be from -5 to 100");
    assert_fails(context, read(SAMPLE(.whole = INT32_MIN), &out),
                 SYNGAN_E_ARGUMENT, "whole is -2147483648");
    assert_fails(context, read(SAMPLE(.wide = -1), &out), SYNGAN_E_ARGUMENT,
                 "wide is -1");
    assert_fails(context, read(SAMPLE(.wide = INT64_MAX), &out),
                 SYNGAN_E_ARGUMENT, "wide is 9.22337203685478e+18");
    assert_fails(context, read(SAMPLE(.real = 2.5f), &out), SYNGAN_E_ARGUMENT,
                 "real is 2.5, but must be from 0 to 2");
    assert_fails(context, read(SAMPLE(.real = NAN), &out), SYNGAN_E_ARGUMENT,
                 "real is ");
    assert_fails(context, read(SAMPLE(.real = INFINITY), &out),
                 SYNGAN_E_ARGUMENT, "real is inf");
    assert_fails(context, read(SAMPLE(.flag = 2), &out), SYNGAN_E_ARGUMENT,
                 "flag is 2");
    assert_fails(context, read(SAMPLE(.choice = 4), &out), SYNGAN_E_ARGUMENT,
                 "choice is 4, but must be 1 (same), 2 (valid) or "
                 "3 (explicit)");
}

/* ---- other versions of the struct ---------------------------------------- */

static void older_structs_work(void **state) {
    (void)state;
    const sample_options_v1 old = {
        .struct_size = SYNGAN_INITIALISED(old), .choice = 1, .whole = 9};
    sample_options out;
    assert_ok(context, read(&old, &out));
    assert_true(out.struct_size == SYNGAN_INITIALISED(out));
    assert_int_equal(out.whole, 9);
    assert_int_equal(out.small, 3); /* the default of what it did not know */
}

static void newer_structs_work_if_unused(void **state) {
    (void)state;
    sample_options_v3 new = {.known = {SAMPLE_DEFAULTS, .whole = 9}};
    new.known.struct_size = SYNGAN_INITIALISED(new);
    sample_options out;
    assert_ok(context, read(&new, &out));
    assert_true(out.struct_size == SYNGAN_INITIALISED(out));
    assert_int_equal(out.whole, 9);
    new.more = 1;
    assert_fails(context, read(&new, &out), SYNGAN_E_ARGUMENT, "does not know");
}

static void reserved_bytes_must_be_zero(void **state) {
    (void)state;
    sample_options out;
    assert_fails(context, read(SAMPLE(.reserved = 1), &out), SYNGAN_E_ARGUMENT,
                 "reserved");
    assert_fails(context, read(SAMPLE(.reserved = INT32_MIN), &out),
                 SYNGAN_E_ARGUMENT, "reserved");
}

static void wrong_sizes_are_refused(void **state) {
    (void)state;
    const size_t sizes[] = {0,    1,        7,
                            9,    12,       sizeof(sample_options) - 4,
                            5000, SIZE_MAX, SIZE_MAX - 7};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        sample_options given = {SAMPLE_DEFAULTS};
        given.struct_size = sizes[i];
        sample_options out;
        assert_fails(context, read(&given, &out), SYNGAN_E_ARGUMENT,
                     "struct_size");
        if (sizes[i] > UINT16_MAX) continue;
        given.struct_size |= SYNGAN_INITIALISED_MARK;
        assert_fails(context, read(&given, &out), SYNGAN_E_ARGUMENT,
                     "struct_size");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(null_gives_defaults),
        cmocka_unit_test(values_are_taken),
        cmocka_unit_test(zeros_are_zeros),
        cmocka_unit_test(zeroed_structs_are_refused_but_for_layers),
        cmocka_unit_test(ranges_are_checked),
        cmocka_unit_test(older_structs_work),
        cmocka_unit_test(newer_structs_work_if_unused),
        cmocka_unit_test(reserved_bytes_must_be_zero),
        cmocka_unit_test(wrong_sizes_are_refused),
    };
    return cmocka_run_group_tests(tests, make_context, free_context);
}
