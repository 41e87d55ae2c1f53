/* SPDX-License-Identifier: Apache-2.0 */
/* Structs that the library fills: those of older headers, which end earlier,
 * and of newer ones, which go on. */
#include "base/filled.h"

#include <syngan/base.h>

#include "support/test.h"

typedef struct full {
    size_t struct_size;
    int64_t first, second;
} full;

static const full values = {.struct_size = 1, .first = 11, .second = 22};

static void older_structs_get_what_they_have(void **state) {
    (void)state;
    full out = {.struct_size = 16, .first = 1, .second = 2};
    assert_int_equal(sg_filled_check(NULL, "call", &out), SYNGAN_OK);
    sg_filled_copy(&out, &values, sizeof values);
    assert_int_equal(out.struct_size, 16);
    assert_int_equal(out.first, 11);
    assert_int_equal(out.second, 2); /* beyond its end */
}

static void newer_structs_are_zeroed_behind(void **state) {
    (void)state;
    struct {
        full known;
        int64_t news, beyond;
    } out = {.known = {.struct_size = sizeof(full) + sizeof(int64_t)},
             .news = 3,
             .beyond = 4};
    assert_int_equal(sg_filled_check(NULL, "call", &out), SYNGAN_OK);
    sg_filled_copy(&out, &values, sizeof values);
    assert_int_equal(out.known.second, 22);
    assert_int_equal(out.news, 0);
    assert_int_equal(out.beyond, 4);
}

static void what_is_no_size_is_refused(void **state) {
    (void)state;
    static const size_t sizes[] = {0, 1, 8, 15, 4097, (size_t)-1};
    syngan_context *context = test_context(1);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        full out = {.struct_size = sizes[i]};
        assert_fails(context, sg_filled_check(context, "call", &out),
                     SYNGAN_E_ARGUMENT, "call: struct_size");
    }
    assert_fails(context, sg_filled_check(context, "call", NULL),
                 SYNGAN_E_ARGUMENT, "`out` is NULL");
    syngan_context_free(context);
}

/* One of the public ones, as a program of an older header has it. */
static void public_structs_may_be_older(void **state) {
    (void)state;
    syngan_build_info info;
    memset(&info, 0xff, sizeof info);
    info.struct_size = offsetof(syngan_build_info, version_text);
    assert_int_equal(syngan_build_info_get(&info), SYNGAN_OK);
    assert_int_equal(info.version, SYNGAN_VERSION);
    assert_memory_equal(&info.version_text, "\xff\xff\xff\xff\xff\xff\xff\xff",
                        8);
    syngan_option option;
    memset(&option, 0xff, sizeof option);
    option.struct_size = offsetof(syngan_option, help);
    assert_int_equal(syngan_option_get("dense", 0, &option), SYNGAN_OK);
    assert_string_equal(option.name, "name");
    assert_memory_equal(&option.help, "\xff\xff\xff\xff\xff\xff\xff\xff", 8);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(older_structs_get_what_they_have),
        cmocka_unit_test(newer_structs_are_zeroed_behind),
        cmocka_unit_test(what_is_no_size_is_refused),
        cmocka_unit_test(public_structs_may_be_older),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
