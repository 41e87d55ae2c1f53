/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dates and times as text. Days are counted as in Hinnant, "chrono-compatible
 * low-level date algorithms" (2021): years begin in March, and 400 of them
 * make an era of 146097 days.
 */
#include "table/time.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

#define SECOND INT64_C(1000000)
#define DAY (86400 * SECOND)

const char *const sg_time_formats[] = {
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y-%m-%dT%H:%M:%S.%f",
    "%Y-%m-%dT%H:%M:%SZ",
    "%Y-%m-%dT%H:%M:%S.%fZ",
    "%Y-%m-%d %H:%M:%S+00:00",
    "%Y-%m-%d %H:%M:%S.%f+00:00",
    "%Y-%m-%dT%H:%M:%S+00:00",
    "%Y-%m-%dT%H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
    /* Where both fit all values of a column: the month first with slashes, the
     * day first with points and dashes. */
    "%m/%d/%Y",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %I:%M %p",
    "%m/%d/%Y %I:%M:%S %p",
    "%d/%m/%Y",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%d.%m.%Y",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d-%m-%Y",
    "%d-%m-%Y %H:%M",
    "%d-%m-%Y %H:%M:%S",
    "%m-%d-%Y",
    "%m-%d-%Y %H:%M",
    "%m-%d-%Y %H:%M:%S",
    "%m/%d/%y",
    "%m/%d/%y %H:%M",
    "%d/%m/%y",
    "%d/%m/%y %H:%M",
    "%d.%m.%y",
    "%d-%b-%Y",
    "%d %b %Y",
    "%d-%b-%y",
    "%b %d, %Y",
    "%b %d %Y",
    "%d-%b-%Y %H:%M:%S",
    "%Y-%m",
    "%H:%M:%S",
    "%H:%M",
    "%I:%M %p",
    NULL,
};

static const char *const months[12] = {"Jan", "Feb", "Mar", "Apr",
                                       "May", "Jun", "Jul", "Aug",
                                       "Sep", "Oct", "Nov", "Dec"};

/* ---- the calendar ------------------------------------------------------- */

typedef struct parts {
    int64_t year;
    int month, day, hour, minute, second, microsecond;
    bool twelve, afternoon; /* hours of 1 to 12 */
} parts;

static int64_t floor_div(int64_t a, int64_t b) {
    return a / b - (a % b < 0);
}

/* Days since 1970-01-01. */
static int64_t days_of(int64_t year, int month, int day) {
    year -= month <= 2;
    int64_t era = floor_div(year, 400), of_era = year - 400 * era;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return 146097 * era + 365 * of_era + of_era / 4 - of_era / 100 + of_year -
           719468;
}

static void date_of(int64_t days, parts *p) {
    days += 719468;
    int64_t era = floor_div(days, 146097), day = days - 146097 * era;
    int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    day -= 365 * year + year / 4 - year / 100;
    int64_t month = (5 * day + 2) / 153; /* 0: March */
    p->day = (int)(day - (153 * month + 2) / 5 + 1);
    p->month = (int)(month < 10 ? month + 3 : month - 9);
    p->year = year + 400 * era + (p->month <= 2);
}

static int month_days(int64_t year, int month) {
    static const int days[12] = {31, 28, 31, 30, 31, 30,
                                 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

/* ---- reading ------------------------------------------------------------ */

typedef struct cursor {
    const char *at, *end;
} cursor;

/* A number of `least` to `most` digits in [low, high]. */
static bool read_number(cursor *c, int least, int most, int low, int high,
                        int *out) {
    int digits = 0, value = 0;
    for (; digits < most && c->at < c->end && *c->at >= '0' && *c->at <= '9';
         digits++)
        value = 10 * value + (*c->at++ - '0');
    *out = value;
    return digits >= least && value >= low && value <= high;
}

/* Digits behind a second's point; those beyond microseconds are dropped. */
static bool read_fraction(cursor *c, int *out) {
    int digits = 0, value = 0;
    for (; digits < 9 && c->at < c->end && *c->at >= '0' && *c->at <= '9';
         digits++, c->at++)
        if (digits < 6) value = 10 * value + (*c->at - '0');
    for (int i = digits; i < 6; i++)
        value *= 10;
    *out = value;
    return digits > 0;
}

static bool read_word(cursor *c, const char *word) {
    size_t size = strlen(word);
    if ((size_t)(c->end - c->at) < size || strncasecmp(c->at, word, size) != 0)
        return false;
    c->at += size;
    return true;
}

static bool read_month(cursor *c, parts *p) {
    for (p->month = 1; p->month <= 12; p->month++)
        if (read_word(c, months[p->month - 1])) return true;
    return false;
}

static bool read_year(cursor *c, int digits, parts *p) {
    int year;
    if (!read_number(c, digits, digits, 0, 9999, &year)) return false;
    /* As POSIX has it: 69 to 99 belong to the 20th century. */
    p->year = digits == 4 ? year : year < 69 ? 2000 + year : 1900 + year;
    return true;
}

static bool read_part(char part, cursor *c, parts *p) {
    switch (part) {
    case 'Y':
        return read_year(c, 4, p);
    case 'y':
        return read_year(c, 2, p);
    case 'm':
        return read_number(c, 1, 2, 1, 12, &p->month);
    case 'b':
        return read_month(c, p);
    case 'd':
        return read_number(c, 1, 2, 1, 31, &p->day);
    case 'H':
        return read_number(c, 1, 2, 0, 23, &p->hour);
    case 'I':
        p->twelve = true;
        return read_number(c, 1, 2, 1, 12, &p->hour);
    case 'M':
        return read_number(c, 1, 2, 0, 59, &p->minute);
    case 'S':
        return read_number(c, 1, 2, 0, 59, &p->second);
    case 'f':
        return read_fraction(c, &p->microsecond);
    case 'p':
        p->afternoon = read_word(c, "PM");
        return p->afternoon || read_word(c, "AM");
    default:
        return read_word(c, "%");
    }
}

bool sg_time_read(const char *format, const char *text, size_t size,
                  int64_t *microseconds) {
    cursor c = {text, text + size};
    parts p = {.year = 1970, .month = 1, .day = 1};
    for (const char *f = format; *f != '\0'; f++) {
        if (*f == '%') {
            if (!read_part(*++f, &c, &p)) return false;
        } else {
            if (c.at == c.end || *c.at++ != *f) return false;
        }
    }
    if (c.at != c.end || p.day > month_days(p.year, p.month)) return false;
    if (p.twelve) p.hour = p.hour % 12 + (p.afternoon ? 12 : 0);
    *microseconds =
        days_of(p.year, p.month, p.day) * DAY +
        ((p.hour * INT64_C(60) + p.minute) * 60 + p.second) * SECOND +
        p.microsecond;
    return true;
}

/* ---- writing ------------------------------------------------------------ */

static parts parts_of(int64_t microseconds) {
    parts p = {0};
    int64_t days = floor_div(microseconds, DAY);
    int64_t rest = microseconds % DAY;
    if (rest < 0) rest += DAY;
    date_of(days, &p);
    p.microsecond = (int)(rest % SECOND);
    rest /= SECOND;
    p.second = (int)(rest % 60);
    p.minute = (int)(rest / 60 % 60);
    p.hour = (int)(rest / 3600);
    return p;
}

void sg_time_season(int64_t microseconds, double *of_month, double *of_year) {
    parts p = parts_of(microseconds);
    int64_t day = floor_div(microseconds, DAY);
    int64_t new_year = days_of(p.year, 1, 1);
    double hours = (double)(microseconds - day * DAY) / (double)DAY;
    *of_month = (p.day - 1 + hours) / month_days(p.year, p.month);
    *of_year = ((double)(day - new_year) + hours) /
               (double)(days_of(p.year + 1, 1, 1) - new_year);
}

static void two_digits(int value, char text[32]) {
    text[0] = (char)('0' + value / 10 % 10);
    text[1] = (char)('0' + value % 10);
    text[2] = '\0';
}

static void part_text(char part, const parts *p, char text[32]) {
    switch (part) {
    case 'Y':
        sg_text(text, 32, "%04lld", (long long)p->year);
        break;
    case 'y':
        two_digits((int)(p->year - 100 * floor_div(p->year, 100)), text);
        break;
    case 'm':
        two_digits(p->month, text);
        break;
    case 'b':
        strcpy(text, months[p->month - 1]);
        break;
    case 'd':
        two_digits(p->day, text);
        break;
    case 'H':
        two_digits(p->hour, text);
        break;
    case 'I':
        two_digits((p->hour + 11) % 12 + 1, text);
        break;
    case 'M':
        two_digits(p->minute, text);
        break;
    case 'S':
        two_digits(p->second, text);
        break;
    case 'f':
        sg_text(text, 32, "%06d", p->microsecond);
        break;
    case 'p':
        strcpy(text, p->hour < 12 ? "AM" : "PM");
        break;
    default:
        strcpy(text, "%");
        break;
    }
}

size_t sg_time_write(const char *format, int64_t microseconds, char *text,
                     size_t size) {
    const parts p = parts_of(microseconds);
    size_t used = 0;
    char piece[32] = "";
    for (const char *f = format; *f != '\0'; f++) {
        if (*f == '%')
            part_text(*++f, &p, piece);
        else
            memcpy(piece, (const char[2]){*f, '\0'}, 2);
        for (const char *from = piece; *from != '\0'; from++, used++)
            if (used + 1 < size) text[used] = *from;
    }
    if (size > 0) text[used < size ? used : size - 1] = '\0';
    return used;
}

bool sg_time_format_valid(const char *format) {
    bool any = false, twelve = false, half = false;
    for (const char *f = format; *f != '\0'; f++) {
        if (*f != '%') continue;
        f++;
        if (*f == '\0' || strchr("YymbdHIMSfp%", *f) == NULL) return false;
        any |= *f != '%' && *f != 'p';
        twelve |= *f == 'I';
        half |= *f == 'p';
    }
    /* An hour of 1 to 12 needs its half of the day. */
    return any && twelve == half;
}
