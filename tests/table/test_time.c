/* SPDX-License-Identifier: Apache-2.0 */
/* Times as text: all days and formats there and back, against the C library. */
#include "table/time.h"

#include <stdio.h>
#include <time.h>

#include "base/context.h"
#include "support/formats.h"
#include "support/test.h"

#define DAY INT64_C(86400000000)

static bool read_text(const char *format, const char *text, int64_t *out) {
    return sg_time_read(format, text, strlen(text), out);
}

static void days_are_the_calendars(void **state) {
    (void)state;
    /* Every 13th day of the years 1 to 9999. */
    for (int64_t day = -719162; day < 2932896; day += 13) {
        time_t seconds = (time_t)(day * 86400);
        struct tm parts;
        char expected[32], text[32];
        int64_t back;
        gmtime_r(&seconds, &parts);
        snprintf(expected, sizeof expected, "%04d-%02d-%02d",
                 parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
        assert_int_equal(
            sg_time_write("%Y-%m-%d", day * DAY + 1, text, sizeof text), 10);
        assert_string_equal(text, expected);
        assert_true(read_text("%Y-%m-%d", text, &back));
        assert_true(back == day * DAY);
    }
}

static void seasons_are_parts(void **state) {
    (void)state;
    int64_t time;
    double month, year;
    assert_true(read_text("%Y-%m-%d %H:%M:%S", "2024-02-29 12:00:00", &time));
    sg_time_season(time, &month, &year);
    assert_true(month == 28.5 / 29 && year == 59.5 / 366);
    assert_true(read_text("%Y-%m-%d", "1969-12-31", &time));
    sg_time_season(time, &month, &year);
    assert_true(month == 30.0 / 31 && year == 364.0 / 365);
}

static void formats_read_back(void **state) {
    (void)state;
    int64_t count = 0;
    for (const char *const *format = time_formats; *format != NULL; format++) {
        assert_true(sg_time_format_valid(*format));
        for (int64_t i = 0; i < 500; i++, count++) {
            int64_t time = (i * 7919 % 20000) * DAY + i * 1234567891011 % DAY;
            char text[64], again[64];
            int64_t back;
            size_t size = sg_time_write(*format, time, text, sizeof text);
            assert_true(sg_time_read(*format, text, size, &back));
            sg_time_write(*format, back, again, sizeof again);
            assert_string_equal(text, again);
        }
    }
    assert_true(count > 16000);
}

static const struct {
    const char *format, *text;
    int64_t seconds, microseconds;
} good[] = {
    {"%Y-%m-%d %H:%M:%S", "1970-01-01 00:00:00", 0, 0},
    {"%Y-%m-%d %H:%M:%S.%f", "1969-12-31 23:59:59.25", -1, 250000},
    {"%S.%f", "1.123456789", 1, 123456},
    {"%Y-%m-%d", "2000-02-29", 951782400, 0},
    {"%m/%d/%y", "1/2/69", -31449600, 0},
    {"%m/%d/%y", "1/2/68", 3092688000, 0},
    {"%d %b %Y", "2 FEB 1970", 2764800, 0},
    {"%I:%M %p", "12:30 AM", 1800, 0},
    {"%I:%M %p", "12:30 pm", 45000, 0},
    {"%Y%m%d", "19700102", 86400, 0},
    {"at %H o'clock %%", "at 3 o'clock %", 10800, 0},
    {"%Y-%m-%d", "0000-03-01", -62162035200, 0},
    {"%Y-%m-%d %H:%M", "1970-01-01 24:00", 86400, 0},
    {"%*H:%M", "24:00", 86400, 0},
    {"%*H:%M:%S", "100:00:01", 360001, 0},
    {"%-d.%-m.%Y", "2.1.1970", 86400, 0},
    {"%d %B %Y", "2 january 1970", 86400, 0},
    {"%a, %d %b %Y", "Fri, 02 Jan 1970", 86400, 0},
    {"%d-%^b-%Y", "02-JAN-1970", 86400, 0},
    {"%a %b %e %Y", "Fri Jan  2 1970", 86400, 0},
    {"%Y-%j", "1970-002", 86400, 0},
    {"%Y-%j", "1972-366", 94608000, 0},
    {"%I:%M %P", "12:30 pm", 45000, 0},
    {"%S%.f", "1", 1, 0},
    {"%S%.f", "1.5", 1, 500000},
    {"%S.%3f", "1.250", 1, 250000},
    {"%S.%9f", "1.123456789", 1, 123456},
    {"%H:%M%z", "02:00+0130", 1800, 0},
    {"%H:%M%z", "02:00-01", 10800, 0},
    {"%H:%M %:z", "02:00 Z", 7200, 0},
};

static void times_are_read(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        int64_t time = 0;
        if (!read_text(good[i].format, good[i].text, &time) ||
            time != good[i].seconds * 1000000 + good[i].microseconds)
            fail_msg("%s by %s gave %lld", good[i].text, good[i].format,
                     (long long)time);
    }
}

static const char *const bad[][2] = {
    {"%Y-%m-%d", ""},
    {"%Y-%m-%d", "2001-02-29"},
    {"%Y-%m-%d", "1900-02-29"},
    {"%Y-%m-%d", "2001-13-01"},
    {"%Y-%m-%d", "2001-00-01"},
    {"%Y-%m-%d", "2001-01-00"},
    {"%Y-%m-%d", "2001-04-31"},
    {"%Y-%m-%d", "201-01-01"},
    {"%Y-%m-%d", "2001-01-01 "},
    {"%Y-%m-%d", "2001-01"},
    {"%H:%M", "24:00"},
    {"%d %H:%M", "1 24:01"},
    {"%H:%M", "25:00"},
    {"%H:%M", "3:60"},
    {"%I %p", "13 AM"},
    {"%I %p", "0 AM"},
    {"%I %p", "1 XM"},
    {"%d %b", "1 Foo"},
    {"%S.%f", "1."},
    {"%%", "x"},
    {"%Y-%j", "1971-366"},
    {"%Y-%j", "1971-000"},
    {"%S.%3f", "1.25"},
    {"%S%.f", "1."},
    {"%H:%M%z", "02:00+1"},
    {"%H:%M%z", "02:00+25:00"},
    {"%d %B", "1 Jan"},
};

static void other_texts_are_none(void **state) {
    (void)state;
    int64_t time;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (read_text(bad[i][0], bad[i][1], &time))
            fail_msg("%s was read by %s", bad[i][1], bad[i][0]);
    static const char *const formats[] = {"",      "abc", "%",  "%Y-%q",
                                          "%I:%M", "%p",  "%%", "%H %p"};
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        assert_false(sg_time_format_valid(formats[i]));
}

static void extremes_are_written(void **state) {
    (void)state;
    char text[8];
    assert_int_equal(sg_time_write("%Y-%m-%d", INT64_MAX, text, sizeof text),
                     strlen("294247-01-10"));
    assert_string_equal(text, "294247-");
    assert_int_equal(sg_time_write("%Y", INT64_MIN + 1, text, sizeof text), 7);
    assert_string_equal(text, "-290308");
    assert_int_equal(sg_time_write("%Y", 0, NULL, 0), 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_are_the_calendars),
        cmocka_unit_test(seasons_are_parts),
        cmocka_unit_test(formats_read_back),
        cmocka_unit_test(times_are_read),
        cmocka_unit_test(other_texts_are_none),
        cmocka_unit_test(extremes_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
