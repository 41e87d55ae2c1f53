/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as text: short, and back to the same bits. */
#include "file/number.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/random.h"
#include "support/test.h"

static void numbers_are_short(void **state) {
    (void)state;
    char text[SG_NUMBER_TEXT];
    assert_string_equal(sg_number_f64(0.1, text), "0.1");
    assert_string_equal(sg_number_f64(1.0, text), "1");
    assert_string_equal(sg_number_f64(-0.0, text), "-0.0");
    assert_string_equal(sg_number_f64(1e-7, text), "1e-07");
    assert_string_equal(sg_number_f64(0.1 + 0.2, text), "0.30000000000000004");
    assert_string_equal(sg_number_f32(0.2f, text), "0.2");
    assert_string_equal(sg_number_f32(16777216.0f, text), "16777216");
    assert_string_equal(sg_number_short(1234567.0, 3, text), "1.23e+06");
}

static void plain_numbers_have_no_exponent(void **state) {
    (void)state;
    char text[SG_NUMBER_TEXT];
    assert_string_equal(sg_number_plain(1e-7, 0, text), "0.0000001");
    assert_string_equal(sg_number_plain(481, 0, text), "481");
    assert_string_equal(sg_number_plain(481, 1, text), "481.0");
    assert_string_equal(sg_number_plain(-122.5, 2, text), "-122.50");
    assert_string_equal(sg_number_plain(-0.0, 0, text), "-0.0");
    assert_string_equal(sg_number_plain(-0.0, 2, text), "-0.00");
    assert_string_equal(sg_number_plain(1e-30, 1, text), "1e-30");
    assert_string_equal(sg_number_plain(0.1 + 0.2, 0, text),
                        "0.30000000000000004");
    assert_string_equal(sg_number_plain((double)NAN, 1, text), "NaN");
}

static void numbers_that_are_not_finite_have_names(void **state) {
    (void)state;
    char text[SG_NUMBER_TEXT];
    assert_string_equal(sg_number_f64((double)NAN, text), "NaN");
    assert_string_equal(sg_number_f64(-(double)NAN, text), "NaN");
    assert_string_equal(sg_number_f32(INFINITY, text), "Infinity");
    assert_string_equal(sg_number_f32(-INFINITY, text), "-Infinity");
}

static void all_bits_come_back(void **state) {
    (void)state;
    const sg_random random = {.seed = 1};
    for (uint64_t i = 0; i < 20000; i++) {
        uint32_t bits[4];
        sg_random_bits(&random, 4 * i, 4, bits);
        double wide;
        float narrow;
        memcpy(&wide, bits, sizeof(wide));
        memcpy(&narrow, bits + 2, sizeof(narrow));
        char text[SG_NUMBER_TEXT];
        if (isfinite(wide)) {
            double back = strtod(sg_number_f64(wide, text), NULL);
            assert_memory_equal(&back, &wide, sizeof(wide));
        }
        if (isfinite(narrow)) {
            float back = (float)strtod(sg_number_f32(narrow, text), NULL);
            assert_memory_equal(&back, &narrow, sizeof(narrow));
        }
    }
}

/* Digits of a text, without zeros at the beginning and at the end. */
static int count_digits(const char *text) {
    int count = 0, zeros = 0;
    for (; *text != '\0' && *text != 'e'; text++) {
        if (*text < '0' || *text > '9') continue;
        zeros = *text == '0' ? zeros + 1 : 0;
        count += count > 0 || *text != '0';
    }
    return count > zeros ? count - zeros : 0;
}

/* No more digits than it takes, from 15 (6 of f32) on. */
static void digits_are_as_few_as_can_be(void **state) {
    (void)state;
    const sg_random random = {.seed = 3};
    int seen[18] = {0};
    for (uint64_t i = 0; i < 20000; i++) {
        char text[SG_NUMBER_TEXT], shorter[400];
        uint32_t words[2];
        sg_random_bits(&random, 2 * i, 2, words);
        double value = (double)words[0] * 0x1p-20 + (double)words[1] * 0x1p-53;
        float narrow = (float)value;
        int digits = count_digits(sg_number_f64(value, text));
        snprintf(shorter, sizeof shorter, "%.*g", digits - 1, value);
        assert_true(digits <= 15 || strtod(shorter, NULL) != value);
        seen[digits]++;
        digits = count_digits(sg_number_f32(narrow, text));
        snprintf(shorter, sizeof shorter, "%.*g", digits - 1, (double)narrow);
        assert_true(digits <= 6 || strtof(shorter, NULL) != narrow);
        seen[digits]++;
    }
    assert_true(seen[8] > 0 && seen[9] > 0 && seen[16] > 0 && seen[17] > 0);
}

/* Short numbers, and those beside them, are written as printf() does. */
static void digits_are_those_of_printf(void **state) {
    (void)state;
    const sg_random random = {.seed = 2};
    for (uint64_t i = 0; i < 200000; i++) {
        char text[SG_NUMBER_TEXT], expected[64];
        int decimals = (int)(i % 16);
        double digits = (double)(int64_t)sg_random_below(
            &random, i, (uint64_t)pow(10, (double)(i / 16 % 17)));
        double value = digits / pow(10, (double)(i / 272 % 20));
        if (i % 3 == 0) value = nextafter(value, 1e300);
        if (i % 2 == 0) value = -value;
        if (fabs(value) < 1e16) {
            snprintf(expected, sizeof(expected), "%.*f", decimals, value);
            assert_string_equal(sg_number_fixed(value, decimals, text),
                                expected);
        }
        snprintf(expected, sizeof(expected), "%.15g", value);
        if (strtod(expected, NULL) == value && value != 0) {
            assert_string_equal(sg_number_f64(value, text), expected);
        }
    }
}

static void the_point_is_a_point_everywhere(void **state) {
    (void)state;
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8",
                                        "de_DE.utf8", "fr_FR.utf8"};
    const char *found = NULL;
    for (size_t i = 0; i < 4 && found == NULL; i++) {
        found = setlocale(LC_NUMERIC, names[i]);
    }
    if (found == NULL) {
        print_message("skipped: no locale with a decimal comma is installed\n");
        skip();
    }
    char text[SG_NUMBER_TEXT];
    assert_string_equal(sg_number_f64(0.5, text), "0.5");
    assert_string_equal(sg_number_f32(0.1f, text), "0.1");
    setlocale(LC_NUMERIC, "C");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_short),
        cmocka_unit_test(plain_numbers_have_no_exponent),
        cmocka_unit_test(numbers_that_are_not_finite_have_names),
        cmocka_unit_test(all_bits_come_back),
        cmocka_unit_test(digits_are_as_few_as_can_be),
        cmocka_unit_test(digits_are_those_of_printf),
        cmocka_unit_test(the_point_is_a_point_everywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
