/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as text: the C locale's, whatever the host's is. */
#include "base/text.h"

#include <locale.h>
#include <math.h>

#include "support/test.h"

static void numbers_are_read_whole(void **state) {
    (void)state;
    double real = 0;
    assert_true(sg_text_to_double("0.5", &real));
    assert_true(real == 0.5);
    assert_true(sg_text_to_double("-1e-3", &real));
    assert_true(real == -1e-3);
    assert_true(sg_text_to_double("inf", &real) && isinf(real));
    assert_true(sg_text_to_double("nan", &real) && isnan(real));
    const char *const wrong[] = {"",      " 1",  "1 ", "0,5", "1.5x", "abc",
                                 "1e999", "--1", ".",  "\t2", "1e1e1"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_false(sg_text_to_double(wrong[i], &real));
    }
}

static void whole_numbers_are_read_whole(void **state) {
    (void)state;
    int64_t whole = 0;
    assert_true(sg_text_to_i64("-9223372036854775808", &whole));
    assert_true(whole == INT64_MIN);
    assert_true(sg_text_to_i64("+7", &whole));
    assert_int_equal(whole, 7);
    assert_false(sg_text_to_i64("9223372036854775808", &whole));
    assert_false(sg_text_to_i64("1.0", &whole));
    assert_false(sg_text_to_i64("0x10", &whole));
    assert_false(sg_text_to_i64("-", &whole));
    assert_false(sg_text_to_i64("", &whole));
    uint64_t natural = 0;
    assert_true(sg_text_to_u64("18446744073709551615", &natural));
    assert_true(natural == UINT64_MAX);
    assert_false(sg_text_to_u64("18446744073709551616", &natural));
    assert_false(sg_text_to_u64("-1", &natural));
    assert_false(sg_text_to_u64("", &natural));
    assert_false(sg_text_to_u64("12a", &natural));
}

static void locale_has_no_effect(void **state) {
    (void)state;
    char text[32];
    const char *const names[] = {"de_DE.UTF-8", "de_DE", "fr_FR.UTF-8"};
    bool found = false;
    for (size_t i = 0; i < 3 && !found; i++) {
        found = setlocale(LC_ALL, names[i]) != NULL;
    }
    if (!found) skip(); /* no locale with a decimal comma is installed */
    int length = sg_text(text, sizeof(text), "%.2f", 1.25);
    double real = 0;
    bool read = sg_text_to_double("0.5", &real);
    const char *kept = setlocale(LC_ALL, NULL);
    bool same = strstr(kept, "_") != NULL;
    setlocale(LC_ALL, "C");
    assert_int_equal(length, 4);
    assert_string_equal(text, "1.25");
    assert_true(read && real == 0.5);
    assert_true(same);
}

static void long_text_is_cut(void **state) {
    (void)state;
    char text[4];
    assert_int_equal(sg_text(text, sizeof(text), "%s", "abcdef"), 6);
    assert_string_equal(text, "abc");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_read_whole),
        cmocka_unit_test(whole_numbers_are_read_whole),
        cmocka_unit_test(locale_has_no_effect),
        cmocka_unit_test(long_text_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
