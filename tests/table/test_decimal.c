/* SPDX-License-Identifier: Apache-2.0 */
/* Decimal numbers against integers of 128 bits: formats, digits, the point,
 * rounding, and what does not fit. */
#include "table/decimal.h"

#include <math.h>
#include <stdio.h>

#include "base/random.h"
#include "support/test.h"

__extension__ typedef __int128 wide_int;

static const struct {
    const char *format;
    int32_t precision, scale, bytes; /* precision 0: it is none */
} formats[] = {
    {"d:10,2", 10, 2, 16},       {"d:1,0", 1, 0, 16},
    {"d:76,76,256", 76, 76, 32}, {"d:9,-3,32", 9, -3, 4},
    {"d:18,-76,64", 18, -76, 8}, {"d:38,10,128", 38, 10, 16},
    {"d:0,2", 0, 0, 0},          {"d:77,2", 0, 0, 0},
    {"d:10,77", 0, 0, 0},        {"d:10,-77", 0, 0, 0},
    {"d:10", 0, 0, 0},           {"d:10,2,512", 0, 0, 0},
    {"d:10,2,", 0, 0, 0},        {"d:10,2,128x", 0, 0, 0},
    {"e:10,2", 0, 0, 0},         {"d:-1,2", 0, 0, 0},
    {"d:10,", 0, 0, 0},          {"d:10,2,128,1", 0, 0, 0},
};

static void test_formats(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        sg_decimal_form form;
        bool known = sg_decimal_parse(formats[i].format, &form);
        if (known != (formats[i].precision > 0))
            fail_msg("%s", formats[i].format);
        if (!known) continue;
        assert_int_equal(form.precision, formats[i].precision);
        assert_int_equal(form.scale, formats[i].scale);
        assert_int_equal(form.bytes, formats[i].bytes);
    }
}

/* The text of value * 10^-scale; scale 0 ... 38. */
static void slow_text(wide_int value, int32_t scale, char *text) {
    char reversed[64];
    int n = 0;
    bool minus = value < 0;
    if (minus) value = -value;
    while (value > 0 || n < scale + 1) {
        reversed[n++] = (char)('0' + (int)(value % 10));
        value /= 10;
        if (n == scale && scale > 0) reversed[n++] = '.', scale++;
    }
    if (minus) *text++ = '-';
    while (n > 0)
        *text++ = reversed[--n];
    *text = '\0';
}

/* Values around the words' bounds, and any. */
static wide_int value_at(uint64_t i) {
    static const int bits[] = {0, 1, 31, 32, 33, 62, 63, 64, 65, 95, 96, 120};
    const sg_random random = {.seed = 6};
    uint32_t words[4];
    sg_random_bits(&random, 4 * i, 4, words);
    wide_int value = ((wide_int)1 << bits[i % 12]) + (int)(words[0] % 5) - 2;
    if (i % 3 == 1)
        value = ((wide_int)(words[1] >> i % 32) << 64 |
                 (wide_int)words[2] << 32 | words[3]) >>
                (int)(i % 60);
    return words[0] & 1 << 20 ? -value : value;
}

static void test_values(void **state) {
    (void)state;
    for (uint64_t i = 0; i < 5000; i++) {
        const sg_decimal_form form = {
            .precision = 38, .scale = (int32_t)(i / 7 % 30), .bytes = 16};
        wide_int value = value_at(i), back = 0;
        char text[SG_DECIMAL_TEXT], wanted[SG_DECIMAL_TEXT];
        sg_decimal_text(&form, &value, text);
        slow_text(value, form.scale, wanted);
        assert_string_equal(text, wanted);
        assert_true(sg_decimal_real(&form, &value) == strtod(wanted, NULL));
        assert_true(sg_decimal_put(&form, text, &back));
        assert_true(back == value);
        int64_t integer = 0;
        bool fits = value >= INT64_MIN && value <= INT64_MAX;
        if (form.scale > 0) continue;
        /* The least of 64 bits may count as none. */
        if (value == INT64_MIN) continue;
        assert_int_equal(sg_decimal_integer(&form, &value, &integer), fits);
        if (fits) assert_true(integer == (int64_t)value);
    }
}

static void test_scales_below_zero(void **state) {
    (void)state;
    const sg_decimal_form form = {.precision = 9, .scale = -3, .bytes = 4};
    int32_t value = -12, back = 0;
    char text[SG_DECIMAL_TEXT];
    int64_t integer = 0;
    sg_decimal_text(&form, &value, text);
    assert_string_equal(text, "-12000");
    assert_true(sg_decimal_real(&form, &value) == -12000);
    assert_true(sg_decimal_integer(&form, &value, &integer));
    assert_int_equal(integer, -12000);
    assert_true(sg_decimal_put(&form, "-12499", &back));
    assert_int_equal(back, -12);
    assert_true(sg_decimal_put(&form, "-12500", &back));
    assert_int_equal(back, -13);
}

/* Numbers with 4 digits, 2 behind the point. */
static const struct {
    const char *text;
    int32_t value; /* -1: it does not fit */
} written[] = {
    {"0", 0},          {"12.5", 1250},   {"-12.5", -1250}, {"0.004", 0},
    {"0.005", 1},      {"-0.005", -1},   {"0.0049", 0},    {"99.99", 9999},
    {"99.994", 9999},  {"99.995", -1},   {"100", -1},      {"9.995", 1000},
    {"0099.99", 9999}, {"1.25e-01", 13}, {"1.24e-01", 12}, {"1.5e+01", 1500},
    {"1.5e+02", -1},   {"0.000000", 0},  {"12x", -1},      {"1e-30", 0},
};

static void test_rounding(void **state) {
    (void)state;
    const sg_decimal_form form = {.precision = 4, .scale = 2, .bytes = 4};
    for (size_t i = 0; i < sizeof written / sizeof *written; i++) {
        int32_t value = -7;
        bool none = written[i].value == -1 && written[i].text[0] != '-';
        if (sg_decimal_put(&form, written[i].text, &value) == none)
            fail_msg("%s", written[i].text);
        if (!none && value != written[i].value)
            fail_msg("%s is %d, not %d", written[i].text, value,
                     written[i].value);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_scales_below_zero),
        cmocka_unit_test(test_rounding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
