/* SPDX-License-Identifier: Apache-2.0 */
/* Options by name: all tables, listing, setting from text. */
#include "base/options.h"

#include "support/test.h"

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

static void tables_are_well_formed(void **state) {
    (void)state;
    for (size_t t = 0; sg_options_all[t] != NULL; t++) {
        const sg_fields *fields = sg_options_all[t];
        size_t end = sizeof(size_t);
        assert_int_equal(fields->size % 8, 0);
        assert_true(syngan_option_count(fields->name) == fields->count);
        for (size_t i = 0; i < fields->count; i++) {
            syngan_option option = {.struct_size = sizeof(option)};
            assert_int_equal(syngan_option_get(fields->name, i, &option),
                             SYNGAN_OK);
            assert_true(option.offset >= end); /* in order, no overlap */
            bool wide = option.type == SYNGAN_OPTION_I64 ||
                        option.type == SYNGAN_OPTION_U64 ||
                        option.type == SYNGAN_OPTION_STRING ||
                        option.type == SYNGAN_OPTION_OTHER;
            end = option.offset + (wide ? 8 : 4);
            assert_true(end <= fields->size);
            assert_true(option.minimum <= option.maximum);
            assert_in_range(option.type, SYNGAN_OPTION_I32,
                            SYNGAN_OPTION_OTHER);
            assert_true(strlen(option.help) > 0);
            assert_int_equal(option.type == SYNGAN_OPTION_ENUM,
                             option.choices != NULL);
            if (option.choices == NULL) continue;
            int choices = 1;
            for (const char *c = option.choices; *c != '\0'; c++) {
                choices += *c == '|';
            }
            assert_int_equal(choices, option.maximum - option.minimum + 1);
        }
    }
}

static void fields_can_be_listed(void **state) {
    (void)state;
    assert_int_equal(syngan_option_count("context"), 8);
    assert_int_equal(syngan_option_count("nothing"), 0);
    assert_int_equal(syngan_option_count(NULL), 0);
    syngan_option option = {.struct_size = sizeof(option)};
    assert_int_equal(syngan_option_get("context", 4, &option), SYNGAN_OK);
    assert_string_equal(option.name, "log_level");
    assert_string_equal(option.choices, "warning|info|debug");
    assert_int_equal(option.struct_size, sizeof(option));
    assert_int_equal(option.offset,
                     offsetof(syngan_context_options, log_level));
    assert_int_equal(syngan_option_get("context", 8, &option),
                     SYNGAN_E_NOT_FOUND);
    assert_int_equal(syngan_option_get("nothing", 0, &option),
                     SYNGAN_E_NOT_FOUND);
    assert_int_equal(syngan_option_get(NULL, 0, &option), SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_option_get("context", 0, NULL), SYNGAN_E_ARGUMENT);
    option.struct_size = 8;
    assert_int_equal(syngan_option_get("context", 0, &option),
                     SYNGAN_E_ARGUMENT);
}

static syngan_status set(syngan_context_options *options, const char *name,
                         const char *text) {
    return syngan_option_set(context, "context", options, name, text);
}

static void fields_can_be_set_by_name(void **state) {
    (void)state;
    syngan_context_options options = {SYNGAN_CONTEXT_DEFAULTS};
    assert_ok(context, set(&options, "seed", "18446744073709551615"));
    assert_true(options.seed == UINT64_MAX);
    assert_ok(context, set(&options, "threads", "3"));
    assert_int_equal(options.threads, 3);
    assert_ok(context, set(&options, "log_level", "debug"));
    assert_int_equal(options.log_level, SYNGAN_LOG_DEBUG);
    assert_ok(context, set(&options, "isa", "avx2"));
    assert_int_equal(options.isa, SYNGAN_ISA_AVX2);
    /* A zero in words is a zero. */
    assert_ok(context, set(&options, "seed", "0"));
    syngan_context_options read_back;
    assert_ok(context, sg_options_read(context, &sg_options_context, &options,
                                       "context", &read_back));
    assert_int_equal(read_back.seed, 0);
    assert_int_equal(read_back.threads, 3);
    assert_ok(context, set(&options, "isa", "best"));
    assert_ok(context, sg_options_read(context, &sg_options_context, &options,
                                       "context", &read_back));
    assert_int_equal(read_back.isa, SYNGAN_ISA_BEST);
}

static void wrong_texts_are_refused(void **state) {
    (void)state;
    syngan_context_options options = {SYNGAN_CONTEXT_DEFAULTS};
    const char *const wrong[][2] = {
        {"threads", "many"},
        {"threads", "1.5"},
        {"threads", ""},
        {"threads", "auto"},
        {"threads", "4294967297"},
        {"threads", "257"},
        {"seed", "-1"},
        {"seed", "x"},
        {"log_level", "Debug"},
        {"log_level", "2"},
        {"log_level", "info|debug"},
        {"isa", ""},
        {"allocator", "1"},
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_fails(context, set(&options, wrong[i][0], wrong[i][1]),
                     SYNGAN_E_ARGUMENT, wrong[i][0]);
    }
    const syngan_context_options untouched = {SYNGAN_CONTEXT_DEFAULTS};
    assert_memory_equal(&options, &untouched, sizeof(options));
    assert_fails(context, set(&options, "thread", "1"), SYNGAN_E_NOT_FOUND,
                 "'thread'");
    assert_fails(context,
                 syngan_option_set(context, "nothing", &options, "a", "1"),
                 SYNGAN_E_NOT_FOUND, "'nothing'");
    assert_int_equal(set(NULL, "threads", "1"), SYNGAN_E_ARGUMENT);
    assert_int_equal(set(&options, NULL, "1"), SYNGAN_E_ARGUMENT);
    assert_int_equal(set(&options, "threads", NULL), SYNGAN_E_ARGUMENT);
    assert_int_equal(
        syngan_option_set(NULL, "context", &options, "threads", "1"),
        SYNGAN_E_ARGUMENT);
    options.struct_size = SYNGAN_INITIALISED_MARK |
                          offsetof(syngan_context_options, memory_limit);
    assert_fails(context, set(&options, "memory_limit", "1"), SYNGAN_E_ARGUMENT,
                 "too small");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_well_formed),
        cmocka_unit_test(fields_can_be_listed),
        cmocka_unit_test(fields_can_be_set_by_name),
        cmocka_unit_test(wrong_texts_are_refused),
    };
    return cmocka_run_group_tests(tests, make_context, free_context);
}
