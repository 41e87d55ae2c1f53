/* SPDX-License-Identifier: Apache-2.0 */
/* JSON: what is written comes back, and messages name the place. */
#include "file/json.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "support/fault.h"
#include "support/test.h"

static syngan_status parse(syngan_context *context, const char *text,
                           sg_json **json) {
    return sg_json_parse(context, "a.json", text, strlen(text), json);
}

/* ---- writing ------------------------------------------------------------ */

static void put_example(sg_json_writer *writer) {
    sg_json_open_object(writer, NULL);
    sg_json_put_i64(writer, "least", INT64_MIN);
    sg_json_put_u64(writer, "most", UINT64_MAX);
    sg_json_put_f64(writer, "tenth", 0.1);
    sg_json_put_f32(writer, "fifth", 0.2f);
    sg_json_put_f64(writer, "none", (double)NAN);
    sg_json_put_f32(writer, "all", -INFINITY);
    sg_json_put_f64(writer, "more", (double)INFINITY);
    sg_json_put_bool(writer, "yes", true);
    sg_json_open_array(writer, "list");
    sg_json_put_i64(writer, NULL, 1);
    sg_json_open_object(writer, NULL);
    sg_json_close_object(writer);
    sg_json_open_array(writer, NULL);
    sg_json_close_array(writer);
    sg_json_put_string(writer, NULL, "a\"b\\c\n\t\x01\x7f \xC3\xBC");
    sg_json_close_array(writer);
    sg_json_close_object(writer);
}

static const char *const example =
    "{\"least\":-9223372036854775808,\"most\":\"18446744073709551615\","
    "\"tenth\":0.1,\"fifth\":0.2,\"none\":\"NaN\",\"all\":\"-Infinity\","
    "\"more\":"
    "\"Infinity\","
    "\"yes\":true,\"list\":[1,{},[],\"a\\\"b\\\\c\\n\\t\\u0001\x7f "
    "\xC3\xBC\"]}";

static void text_is_as_the_calls(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    sg_json_writer writer;
    sg_json_start(&writer, context);
    put_example(&writer);
    char *text;
    size_t size;
    assert_ok(context, sg_json_finish(&writer, &text, &size));
    assert_string_equal(text, example);
    assert_int_equal(size, strlen(example));
    sg_json_discard(&writer);
    sg_free(context, text);
    syngan_context_free(context);
}

static void what_is_written_is_read(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    sg_json *json;
    assert_ok(context, parse(context, example, &json));
    sg_json_value root = sg_json_root(json);
    int64_t i64;
    uint64_t u64;
    double f64;
    float f32;
    bool yes;
    const char *string;
    size_t count;
    assert_ok(context, sg_json_read_i64(sg_json_member(root, "least"),
                                        INT64_MIN, INT64_MAX, &i64));
    assert_true(i64 == INT64_MIN);
    assert_ok(context, sg_json_read_u64(sg_json_member(root, "most"), &u64));
    assert_true(u64 == UINT64_MAX);
    assert_ok(context, sg_json_read_f64(sg_json_member(root, "tenth"), &f64));
    assert_true(f64 == 0.1);
    assert_ok(context, sg_json_read_f32(sg_json_member(root, "fifth"), &f32));
    assert_true(f32 == 0.2f);
    assert_ok(context, sg_json_read_f64(sg_json_member(root, "none"), &f64));
    assert_true(isnan(f64));
    assert_ok(context, sg_json_read_f32(sg_json_member(root, "all"), &f32));
    assert_true(f32 == -INFINITY);
    assert_ok(context, sg_json_read_f64(sg_json_member(root, "more"), &f64));
    assert_true(f64 == (double)INFINITY);
    assert_ok(context, sg_json_read_bool(sg_json_member(root, "yes"), &yes));
    assert_true(yes);
    sg_json_value list = sg_json_member(root, "list");
    assert_ok(context, sg_json_read_array(list, &count));
    assert_int_equal(count, 4);
    assert_ok(context, sg_json_read_object(sg_json_item(list, 1), &count));
    assert_int_equal(count, 0);
    assert_ok(context, sg_json_read_string(sg_json_item(list, 3), &string));
    assert_string_equal(string, "a\"b\\c\n\t\x01\x7f \xC3\xBC");
    assert_false(sg_json_present(sg_json_item(list, 4)));
    sg_json_free(json);
    syngan_context_free(context);
}

static void text_that_is_not_utf8_is_refused(void **state) {
    (void)state;
    static const char *const wrong[] = {
        "\x80",         "a\xC3",        "\xC0\x80",         "\xE0\x80\x80",
        "\xED\xA0\x80", "\xF5\x80\x80", "\xF4\x90\x80\x80", "\xFF",
    };
    syngan_context *context = test_context(1);
    uint64_t before = atomic_load(&context->bytes);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        for (int as_key = 0; as_key < 2; as_key++) {
            sg_json_writer writer;
            sg_json_start(&writer, context);
            sg_json_open_object(&writer, NULL);
            sg_json_put_string(&writer, as_key ? wrong[i] : "k",
                               as_key ? "v" : wrong[i]);
            sg_json_put_i64(&writer, "more", 1);
            sg_json_close_object(&writer);
            char *text;
            assert_fails(context, sg_json_finish(&writer, &text, NULL),
                         SYNGAN_E_ARGUMENT, "is not UTF-8");
            assert_null(text);
        }
    }
    assert_int_equal(atomic_load(&context->bytes), before);
    syngan_context_free(context);
}

/* ---- reading ------------------------------------------------------------ */

static void members_come_in_order(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    sg_json *json;
    assert_ok(context, parse(context, "{\"z\":1,\"a\":2,\"m\":3}", &json));
    static const char *const keys[] = {"z", "a", "m"};
    sg_json_value member = {0};
    for (int i = 0; i < 3; i++) {
        int32_t number;
        assert_true(sg_json_next(sg_json_root(json), &member));
        assert_string_equal(member.key, keys[i]);
        assert_ok(context, sg_json_read_i32(member, 0, 9, &number));
        assert_int_equal(number, i + 1);
    }
    assert_false(sg_json_next(sg_json_root(json), &member));
    sg_json_value none = {0}, text = sg_json_member(sg_json_root(json), "z");
    assert_false(sg_json_next(text, &none)); /* no object */
    sg_json_free(json);
    syngan_context_free(context);
}

static void messages_name_the_place(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    sg_json *json;
    assert_ok(context,
              parse(context,
                    "{\"layers\":[{\"k\":1},{\"k\":7,\"t\":true,\"f\":1e39,"
                    "\"n\":null,\"x\":1.5,\"s\":\"12a\"}]}",
                    &json));
    sg_json_value layers = sg_json_member(sg_json_root(json), "layers");
    sg_json_value layer = sg_json_item(layers, 1);
    int64_t i64;
    int32_t i32;
    uint64_t u64;
    float f32;
    double f64;
    bool yes;
    const char *string;
    size_t count;
    assert_fails(
        context, sg_json_read_i64(sg_json_member(layer, "k"), 1, 5, &i64),
        SYNGAN_E_FORMAT, "a.json: layers[1].k: is 7, but must be from 1 to 5");
    assert_fails(context,
                 sg_json_read_i32(sg_json_member(layer, "q"), 1, 5, &i32),
                 SYNGAN_E_FORMAT,
                 "a.json: layers[1].q: is missing, but must be an integer");
    assert_fails(
        context, sg_json_read_array(sg_json_member(layer, "t"), &count),
        SYNGAN_E_FORMAT, "layers[1].t: is true or false, but must be an array");
    assert_fails(context, sg_json_read_object(sg_json_item(layers, 2), &count),
                 SYNGAN_E_FORMAT,
                 "layers[2]: is missing, but must be an object");
    assert_fails(context, sg_json_read_f32(sg_json_member(layer, "f"), &f32),
                 SYNGAN_E_FORMAT, "must fit single precision");
    assert_fails(context,
                 sg_json_read_string(sg_json_member(layer, "n"), &string),
                 SYNGAN_E_FORMAT, "layers[1].n: is null, but must be a text");
    assert_fails(
        context, sg_json_read_i64(sg_json_member(layer, "x"), 0, 9, &i64),
        SYNGAN_E_FORMAT, "is a number with a fraction, but must be an integer");
    assert_fails(context, sg_json_read_u64(sg_json_member(layer, "s"), &u64),
                 SYNGAN_E_FORMAT, "is a text, but must be a text of digits");
    assert_fails(context, sg_json_read_f64(sg_json_member(layer, "s"), &f64),
                 SYNGAN_E_FORMAT, "must be a number");
    assert_fails(context, sg_json_read_bool(sg_json_root(json), &yes),
                 SYNGAN_E_FORMAT,
                 "a.json: is an object, but must be true or false");
    assert_int_equal(sg_json_fail(layer, "has %d holes", 3), SYNGAN_E_FORMAT);
    assert_string_equal(syngan_context_last_error(context),
                        "a.json: layers[1]: has 3 holes");
    sg_json_free(json);
    syngan_context_free(context);
}

static void long_places_are_cut(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    char text[1200];
    memset(text, 'k', sizeof(text));
    memcpy(text, "{\"a\":{\"", 7);
    memcpy(text + 1100, "\":{}}}", 7);
    sg_json *json;
    assert_ok(context, parse(context, text, &json));
    sg_json_value outer = sg_json_member(sg_json_root(json), "a");
    sg_json_value inner = {0};
    assert_true(sg_json_next(outer, &inner));
    bool yes;
    assert_fails(context, sg_json_read_bool(sg_json_member(inner, "x"), &yes),
                 SYNGAN_E_FORMAT, "a.kkkk");
    sg_json_free(json);
    syngan_context_free(context);
}

static void bad_text_is_refused(void **state) {
    (void)state;
    static const char *const wrong[] = {
        "",
        " ",
        "{",
        "[1,]",
        "[1 2]",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1} x",
        "{a:1}",
        "[\"\\u0000\"]",
        "[\"\\ud800\"]",
        "[\"\xff\"]",
        "[\"a\nb\"]",
        "[01]",
        "[1e999]",
        "[9223372036854775808]",
        "[NaN]",
        "nul",
        "\"abc",
        "]",
    };
    syngan_context *context = test_context(1);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        sg_json *json;
        if (parse(context, wrong[i], &json) != SYNGAN_E_FORMAT) {
            fail_msg("'%s' was not refused", wrong[i]);
        }
        assert_null(json);
        assert_non_null(
            strstr(syngan_context_last_error(context), "a.json: line "));
    }
    syngan_context_free(context);
}

static void depth_and_memory_have_limits(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    char text[2 * SG_JSON_DEPTH + 4];
    sg_json *json;
    for (int depth = SG_JSON_DEPTH; depth <= SG_JSON_DEPTH + 1; depth++) {
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        text[2 * depth] = '\0';
        syngan_status status = parse(context, text, &json);
        bool fits = depth <= SG_JSON_DEPTH;
        assert_int_equal(status, fits ? SYNGAN_OK : SYNGAN_E_FORMAT);
        sg_json_free(json);
    }
    assert_non_null(
        strstr(syngan_context_last_error(context), "nested 65 deep"));

    size_t size = 4u << 20; /* of objects: about 440 MB of memory */
    char *objects = malloc(size);
    assert_non_null(objects);
    for (size_t i = 0; i < size; i += 4)
        memcpy(objects + i, "{}, ", 4);
    objects[0] = '[';
    objects[1] = ' ';
    objects[size - 2] = ']';
    assert_fails(context,
                 sg_json_parse(context, "a.json", objects, size, &json),
                 SYNGAN_E_FORMAT, "bytes of memory");
    context->memory_limit = 1u << 20;
    objects[32764] = ']';
    assert_fails(context,
                 sg_json_parse(context, "a.json", objects, 32766, &json),
                 SYNGAN_E_MEMORY, "a.json");
    free(objects);
    syngan_context_free(context);
}

/* ---- failures ----------------------------------------------------------- */

static syngan_status write_and_read(syngan_context *context, void *user) {
    (void)user;
    sg_json_writer writer;
    sg_json_start(&writer, context);
    put_example(&writer);
    char *text;
    SG_TRY(sg_json_finish(&writer, &text, NULL));
    assert_string_equal(text, example);
    sg_json *json;
    syngan_status status = parse(context, text, &json);
    sg_json_free(json);
    sg_free(context, text);
    return status;
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    long long count =
        fault_sweep_memory(&(fault_sweep){.body = write_and_read});
    assert_true(count >= 4);
}

/* The hook that jansson has for programs: an allocator without memory. */
static void *no_memory(size_t size) {
    (void)size;
    return NULL;
}

static void memory_is_asked_for_before_parsing(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    uint64_t before = atomic_load(&context->bytes);
    json_set_alloc_funcs(no_memory, free);
    sg_json *json;
    assert_fails(context, parse(context, example, &json), SYNGAN_E_MEMORY,
                 "a.json");
    json_set_alloc_funcs(malloc, free);
    assert_null(json);
    assert_int_equal(atomic_load(&context->bytes), before);
    syngan_context_free(context);
}

/* What jansson takes for a text, by its own allocator's account. */
static size_t jansson_held, jansson_peak;

static void *counting_allocate(size_t size) {
    size_t *block = malloc(size + 16);
    assert_non_null(block);
    block[0] = size + 16; /* about malloc's own share */
    jansson_held += block[0];
    if (jansson_held > jansson_peak) jansson_peak = jansson_held;
    return block + 2;
}

static void counting_release(void *block) {
    if (block == NULL) return;
    size_t *head = (size_t *)block - 2;
    jansson_held -= head[0];
    free(head);
}

/* Texts of many small values, each kind alone, against the limit that they may
 * take: parsing succeeds in a context that has just the room it really took. */
static void memory_is_not_underestimated(void **state) {
    (void)state;
    static const char *const parts[] = {
        "{},",        "[],",
        "1,",         "1.5,",
        "\"\",",      "\"abcdefghijklmnopqrst\",",
        "{\"a\":1},", "[1],",
        "[[[[]]]],",  "{\"a\":1,\"b\":2,\"c\":[]},",
        "null,"};
    enum { REPEATS = 3000, TEXT = 40 * REPEATS };
    syngan_context *context = test_context(1);
    char *text = malloc(TEXT);
    assert_non_null(text);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        size_t size = 0, length = strlen(parts[i]);
        text[size++] = '[';
        for (int k = 0; k < REPEATS; k++) {
            memcpy(text + size, parts[i], length);
            size += length;
        }
        text[size - 1] = ']';
        context->memory_limit = 0;
        jansson_held = jansson_peak = 0;
        json_set_alloc_funcs(counting_allocate, counting_release);
        sg_json *json;
        assert_ok(context, sg_json_parse(context, "a.json", text, size, &json));
        size_t peak = jansson_peak;
        sg_json_free(json);
        json_set_alloc_funcs(malloc, free);
        assert_int_equal(jansson_held, 0);
        context->memory_limit = peak;
        assert_int_equal(sg_json_parse(context, "a.json", text, size, &json),
                         SYNGAN_E_MEMORY);
    }
    free(text);
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_as_the_calls),
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(text_that_is_not_utf8_is_refused),
        cmocka_unit_test(members_come_in_order),
        cmocka_unit_test(messages_name_the_place),
        cmocka_unit_test(long_places_are_cut),
        cmocka_unit_test(bad_text_is_refused),
        cmocka_unit_test(depth_and_memory_have_limits),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(memory_is_asked_for_before_parsing),
        cmocka_unit_test(memory_is_not_underestimated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
