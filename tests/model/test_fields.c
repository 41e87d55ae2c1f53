/* SPDX-License-Identifier: Apache-2.0 */
/* Structs described by field tables, through JSON and back. */
#include "support/test.h"

#include <math.h>

#include "base/memory.h"
#include "model/fields.h"
#include "tensor/shape.h"

typedef struct sample {
    size_t struct_size;
    int32_t small;
    int32_t mode;
    int32_t flag;
    float real;
    int64_t big;
    uint64_t seed;
    double wide;
    sg_dims dims;
    int32_t axes[3];
    int32_t reserved;
    void *pointer;
} sample;

static const sg_field sample_fields[] = {
    SG_I32(sample, small, -5, 5, 3, "a small number"),
    SG_ENUM(sample, mode, "one|two|three", 1, 3, 0, "a choice"),
    SG_BOOL(sample, flag, "a switch"),
    SG_F32(sample, real, 0, 1, 0.5, "a real number"),
    SG_I64(sample, big, -9e18, 9e18, 7, "a big number"),
    SG_U64(sample, seed, "a seed"),
    SG_F64(sample, wide),
    SG_DIMS(sample, dims),
    {"axes", "", NULL, -8, 7, 0, offsetof(sample, axes), SYNGAN_OPTION_I32, 3},
    SG_OTHER(sample, pointer, "not for files"),
};
static SG_FIELDS(fields, "sample", sample, sample_fields);

static char *write(syngan_context *context, const sample *values) {
    sg_json_writer json;
    char *text;
    sg_json_start(&json, context);
    sg_fields_write(&json, NULL, &fields, values);
    assert_ok(context, sg_json_finish(&json, &text, NULL));
    return text;
}

static syngan_status read(syngan_context *context, const char *text,
                          sample *values) {
    sg_json *json;
    assert_ok(context,
              sg_json_parse(context, "test", text, strlen(text), &json));
    syngan_status status =
        sg_fields_read(sg_json_root(json), &fields, false, values);
    sg_json_free(json);
    return status;
}

static void test_round_trip(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    int64_t sizes[] = {-1, 3, INT64_C(1) << 40};
    sample a = {.small = -4,
                .mode = 2,
                .flag = 1,
                .real = 0.1f,
                .big = INT64_C(-9000000000000000000),
                .seed = UINT64_MAX - 2,
                .wide = 1.0 / 3.0,
                .dims = sg_dims_make(sizes, 3),
                .axes = {1, -2, 3}};
    char *text = write(context, &a);
    assert_non_null(strstr(text, "\"mode\":\"two\""));
    assert_null(strstr(text, "pointer"));
    sample b;
    memset(&b, 0x55, sizeof b);
    assert_ok(context, read(context, text, &b));
    assert_memory_equal(&a, &b, sizeof a);
    sg_free(context, text);
    /* Infinities are numbers of operators; a mode of 0 is one not set. */
    a.wide = -INFINITY;
    a.mode = 1;
    text = write(context, &a);
    assert_ok(context, read(context, text, &b));
    assert_memory_equal(&a, &b, sizeof a);
    sg_free(context, text);
    syngan_context_free(context);
}

/* A file that is older than some fields. */
static void test_standard(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    sample b;
    assert_ok(context, read(context, "{\"small\": 2}", &b));
    assert_int_equal(b.small, 2);
    assert_int_equal(b.big, 7);
    assert_float_equal(b.real, 0.5, 0);
    assert_int_equal(b.dims.rank, 0);
    syngan_context_free(context);
}

static void test_refused(void **state) {
    (void)state;
    static const struct {
        const char *text, *sentence;
    } cases[] = {
        {"[]", "object"},
        {"{\"small\": 6}", "small"},
        {"{\"small\": 99999999999}", "small"},
        {"{\"small\": 1.5}", "small"},
        {"{\"small\": \"1\"}", "small"},
        {"{\"mode\": \"four\"}", "one|two|three"},
        {"{\"mode\": 1}", "mode"},
        {"{\"mode\": \"\"}", "mode"},
        {"{\"mode\": \"one|two\"}", "mode"},
        {"{\"flag\": 1}", "flag"},
        {"{\"real\": 1.5}", "real"},
        {"{\"real\": \"NaN\"}", "real"},
        {"{\"real\": \"Infinity\"}", "real"},
        {"{\"wide\": \"NaN\"}", "wide"},
        {"{\"big\": 9223372036854775808}", ""},
        {"{\"seed\": -1}", "seed"},
        {"{\"dims\": [1,2,3,4,5,6,7,8,9]}", "dims"},
        {"{\"dims\": [-2]}", "dims"},
        {"{\"dims\": [1.5]}", "dims"},
        {"{\"dims\": 3}", "dims"},
        {"{\"axes\": [1, 2]}", "axes"},
        {"{\"axes\": [1, 2, 3, 4]}", "axes"},
        {"{\"axes\": [1, 2, 9]}", "axes"},
        {"{\"pointer\": 1}", "pointer"},
        {"{\"unknown\": 1}", "unknown"},
    };
    syngan_context *context = test_context(1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sample b;
        sg_json *json;
        syngan_status status = sg_json_parse(context, "test", cases[i].text,
                                             strlen(cases[i].text), &json);
        if (status == SYNGAN_OK) {
            status = sg_fields_read(sg_json_root(json), &fields, false, &b);
            sg_json_free(json);
        }
        assert_int_equal(status, SYNGAN_E_FORMAT);
        if (strstr(syngan_context_last_error(context), cases[i].sentence) ==
            NULL)
            fail_msg("%s: %s", cases[i].text,
                     syngan_context_last_error(context));
    }
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_standard),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
