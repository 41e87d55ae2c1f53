/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dates and times as text.
 */
#include "table/time.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "table/calendar.h"

#define SECOND INT64_C(1000000)
#define DAY (86400 * SECOND)

static const char *const months[12] = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
static const char *const weekdays[7] = {"Sunday",    "Monday",   "Tuesday",
                                        "Wednesday", "Thursday", "Friday",
                                        "Saturday"};

/* Letters of the short name of a month or day. */
#define SHORT_NAME 3

typedef struct parts {
    int64_t year;
    int month, day, hour, minute, second, microsecond;
    int of_year;            /* the day of the year, from 1; 0: not given */
    int offset;             /* minutes east of UTC */
    bool twelve, afternoon; /* hours of 1 to 12 */
    uint32_t widths;
} parts;

/* ---- parts of formats --------------------------------------------------- */

/* "%-d", "%*H", "%^b", "%3f", "%.f", "%:z" have a flag before the letter. */
typedef struct part {
    char letter, flag; /* flag 0: none */
    bool bare;         /* '-', with another flag or alone */
} part;

/* The part that begins behind a '%', which is left behind it; letter 0: none
 * that is known. */
static part next_part(const char **format) {
    part p = {0};
    const char *at = *format;
    if (*at == '-') {
        p.bare = true;
        at++;
    }
    if (*at != '\0' && strchr("*^.:123456789", *at) != NULL) p.flag = *at++;
    bool fits;
    switch (*at) {
    case 'H':
        fits = p.flag == 0 || p.flag == '*';
        break;
    case 'm':
    case 'd':
    case 'I':
        fits = p.flag == 0;
        break;
    case 'a':
    case 'A':
    case 'b':
    case 'B':
        fits = !p.bare && (p.flag == 0 || p.flag == '^');
        break;
    case 'f':
        fits = !p.bare && p.flag != '*' && p.flag != '^' && p.flag != ':';
        break;
    case 'z':
        fits = !p.bare && (p.flag == 0 || p.flag == ':');
        break;
    default:
        fits = *at != '\0' && strchr("YyejMSpP%", *at) != NULL && !p.bare &&
               p.flag == 0;
        break;
    }
    p.letter = fits ? *at++ : '\0';
    *format = at;
    return p;
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

/* One of one or two digits, whose width is noted. */
static bool read_short(cursor *c, uint32_t which, int low, int high, parts *p,
                       int *out) {
    const char *first = c->at;
    if (!read_number(c, 1, 2, low, high, out)) return false;
    if (c->at - first == 1)
        p->widths |= which;
    else if (*first == '0')
        p->widths |= which << SG_TIME_PADDED;
    return true;
}

/* Digits behind a second's point; those beyond microseconds are dropped. */
static bool read_fraction(cursor *c, char flag, int *out) {
    int digits = 0, value = 0, most = 9, least = 1;
    if (flag == '.') { /* the point, too, if there is any */
        if (c->at == c->end || *c->at != '.') return true;
        c->at++;
    } else if (flag != 0) {
        most = least = flag - '0';
    }
    for (; digits < most && c->at < c->end && *c->at >= '0' && *c->at <= '9';
         digits++, c->at++)
        if (digits < 6) value = 10 * value + (*c->at - '0');
    for (int i = digits; i < 6; i++)
        value *= 10;
    *out = value;
    return digits >= least;
}

static bool read_letters(cursor *c, const char *word, size_t size) {
    if ((size_t)(c->end - c->at) < size || strncasecmp(c->at, word, size) != 0)
        return false;
    c->at += size;
    return true;
}

/* The number of a name, from 1; 0: none. */
static int read_name(cursor *c, const char *const *names, int count,
                     bool is_short) {
    for (int i = 0; i < count; i++) {
        size_t size = is_short ? SHORT_NAME : strlen(names[i]);
        if (read_letters(c, names[i], size)) return i + 1;
    }
    return 0;
}

static bool read_year(cursor *c, int digits, parts *p) {
    int year;
    if (!read_number(c, digits, digits, 0, 9999, &year)) return false;
    /* As POSIX has it: 69 to 99 belong to the 20th century. */
    p->year = digits == 4 ? year : year < 69 ? 2000 + year : 1900 + year;
    return true;
}

/* "Z", "+01", "+0100", "+01:00". */
static bool read_offset(cursor *c, parts *p) {
    int hours, minutes = 0;
    if (read_letters(c, "Z", 1)) return true;
    if (c->at == c->end || (*c->at != '+' && *c->at != '-')) return false;
    int sign = *c->at++ == '-' ? -1 : 1;
    if (!read_number(c, 2, 2, 0, 23, &hours)) return false;
    bool colon = c->at < c->end && *c->at == ':';
    c->at += colon;
    if (colon || (c->at < c->end && *c->at >= '0' && *c->at <= '9'))
        if (!read_number(c, 2, 2, 0, 59, &minutes)) return false;
    p->offset = sign * (60 * hours + minutes);
    return true;
}

static bool read_hour(part which, cursor *c, parts *p) {
    if (which.flag == '*') {
        const char *first = c->at;
        if (!read_number(c, 1, 7, 0, 9999999, &p->hour)) return false;
        if (c->at - first == 1) p->widths |= SG_TIME_HOUR;
        if (c->at - first > 1 && *first == '0')
            p->widths |= SG_TIME_HOUR << SG_TIME_PADDED;
        return true;
    }
    return read_short(c, SG_TIME_HOUR, 0, 24, p, &p->hour);
}

static bool read_part(part which, cursor *c, parts *p) {
    switch (which.letter) {
    case 'Y':
        return read_year(c, 4, p);
    case 'y':
        return read_year(c, 2, p);
    case 'm':
        return read_short(c, SG_TIME_MONTH, 1, 12, p, &p->month);
    case 'b':
    case 'B':
        p->month = read_name(c, months, 12, which.letter == 'b');
        return p->month > 0;
    case 'a':
    case 'A':
        return read_name(c, weekdays, 7, which.letter == 'a') > 0;
    case 'e':
        if (c->at < c->end && *c->at == ' ') c->at++;
        return read_number(c, 1, 2, 1, 31, &p->day);
    case 'd':
        return read_short(c, SG_TIME_DAY, 1, 31, p, &p->day);
    case 'j':
        return read_number(c, 3, 3, 1, 366, &p->of_year);
    case 'H':
        return read_hour(which, c, p);
    case 'I':
        p->twelve = true;
        return read_short(c, SG_TIME_HOUR12, 1, 12, p, &p->hour);
    case 'M':
        return read_number(c, 1, 2, 0, 59, &p->minute);
    case 'S':
        return read_number(c, 1, 2, 0, 59, &p->second);
    case 'f':
        return read_fraction(c, which.flag, &p->microsecond);
    case 'p':
    case 'P':
        p->afternoon = read_letters(c, "PM", 2);
        return p->afternoon || read_letters(c, "AM", 2);
    case 'z':
        return read_offset(c, p);
    default:
        return read_letters(c, "%", 1);
    }
}

/* `dated`: a date comes before. */
static bool read_parts(const char *format, bool dated, cursor *c, parts *p) {
    *p = (parts){.year = 1970, .month = 1, .day = 1};
    bool endless = false;
    while (*format != '\0') {
        if (*format == '%') {
            format++;
            part which = next_part(&format);
            endless |= which.flag == '*';
            dated |= strchr("YymbBdej", which.letter) != NULL;
            if (!read_part(which, c, p)) return false;
        } else if (c->at == c->end || *c->at++ != *format++) {
            return false;
        }
    }
    /* 24:00 is the end of a day that is known. */
    bool sharp =
        dated && p->minute == 0 && p->second == 0 && p->microsecond == 0;
    if (p->hour >= 24 && !endless && !sharp) return false;
    if (p->twelve) p->hour = p->hour % 12 + (p->afternoon ? 12 : 0);
    if (p->of_year > 0)
        return p->of_year <= (sg_month_days(p->year, 2) == 29 ? 366 : 365);
    return p->day <= sg_month_days(p->year, p->month);
}

bool sg_time_scan(const char *format, const char *text, size_t size,
                  int64_t *microseconds, uint32_t *widths) {
    cursor c = {text, text + size};
    parts p;
    if (!read_parts(format, false, &c, &p) || c.at != c.end) return false;
    int64_t day = sg_days_of(p.year, p.month, p.day);
    if (p.of_year > 0) day = sg_days_of(p.year, 1, 1) + p.of_year - 1;
    *microseconds =
        day * DAY +
        ((p.hour * INT64_C(60) + p.minute - p.offset) * 60 + p.second) *
            SECOND +
        p.microsecond;
    *widths = p.widths;
    return true;
}

bool sg_time_read(const char *format, const char *text, size_t size,
                  int64_t *microseconds) {
    uint32_t widths;
    return sg_time_scan(format, text, size, microseconds, &widths);
}

size_t sg_time_begins(const char *format, const char *text, size_t size) {
    cursor c = {text, text + size};
    parts p;
    return read_parts(format, true, &c, &p) ? (size_t)(c.at - text) : 0;
}

/* ---- writing ------------------------------------------------------------ */

static parts parts_of(int64_t microseconds) {
    parts p = {0};
    int64_t days = sg_floor_div(microseconds, DAY);
    int64_t rest = microseconds % DAY;
    if (rest < 0) rest += DAY;
    sg_date_of(days, &p.year, &p.month, &p.day);
    p.microsecond = (int)(rest % SECOND);
    rest /= SECOND;
    p.second = (int)(rest % 60);
    p.minute = (int)(rest / 60 % 60);
    p.hour = (int)(rest / 3600);
    return p;
}

void sg_time_season(int64_t microseconds, double *of_month, double *of_year) {
    parts p = parts_of(microseconds);
    int64_t day = sg_floor_div(microseconds, DAY);
    int64_t new_year = sg_days_of(p.year, 1, 1);
    double hours = (double)(microseconds - day * DAY) / (double)DAY;
    *of_month = (p.day - 1 + hours) / sg_month_days(p.year, p.month);
    *of_year = ((double)(day - new_year) + hours) /
               (double)(sg_days_of(p.year + 1, 1, 1) - new_year);
}

#define PIECE 32

static void digits_text(int value, bool bare, char text[PIECE]) {
    sg_text(text, PIECE, bare ? "%d" : "%02d", value);
}

static void name_text(part which, const char *name, bool is_short,
                      char text[PIECE]) {
    sg_text(text, PIECE, "%.*s", is_short ? SHORT_NAME : PIECE - 1, name);
    if (which.flag == '^')
        for (char *at = text; *at != '\0'; at++)
            if (*at >= 'a' && *at <= 'z') *at = (char)(*at - 'a' + 'A');
}

static void fraction_text(part which, int microsecond, char text[PIECE]) {
    text[0] = '\0';
    if (which.flag == '.' && microsecond == 0) return;
    int digits = which.flag == 0 || which.flag == '.' ? 6 : which.flag - '0';
    size_t size = (size_t)sg_text(text, PIECE, "%s%06d000",
                                  which.flag == '.' ? "." : "", microsecond);
    text[size - 9 + (size_t)digits] = '\0';
}

/* 1970-01-01 was a Thursday. */
static int weekday_of(const parts *p) {
    int64_t day = sg_days_of(p->year, p->month, p->day) + 4;
    return (int)(day - 7 * sg_floor_div(day, 7));
}

static int day_of_year(const parts *p) {
    return (int)(sg_days_of(p->year, p->month, p->day) -
                 sg_days_of(p->year, 1, 1)) +
           1;
}

static void part_text(part which, const parts *p, int64_t hours,
                      char text[PIECE]) {
    switch (which.letter) {
    case 'Y':
        sg_text(text, PIECE, "%04lld", (long long)p->year);
        break;
    case 'y':
        digits_text((int)(p->year - 100 * sg_floor_div(p->year, 100)), false,
                    text);
        break;
    case 'm':
        digits_text(p->month, which.bare, text);
        break;
    case 'b':
    case 'B':
        name_text(which, months[p->month - 1], which.letter == 'b', text);
        break;
    case 'a':
    case 'A':
        name_text(which, weekdays[weekday_of(p)], which.letter == 'a', text);
        break;
    case 'd':
        digits_text(p->day, which.bare, text);
        break;
    case 'e':
        sg_text(text, PIECE, "%2d", p->day);
        break;
    case 'j':
        sg_text(text, PIECE, "%03d", day_of_year(p));
        break;
    case 'H':
        sg_text(text, PIECE, which.bare ? "%lld" : "%02lld",
                (long long)(which.flag == '*' ? hours : p->hour));
        break;
    case 'I':
        digits_text((p->hour + 11) % 12 + 1, which.bare, text);
        break;
    case 'M':
        digits_text(p->minute, false, text);
        break;
    case 'S':
        digits_text(p->second, false, text);
        break;
    case 'f':
        fraction_text(which, p->microsecond, text);
        break;
    case 'p':
        strcpy(text, p->hour < 12 ? "AM" : "PM");
        break;
    case 'P':
        strcpy(text, p->hour < 12 ? "am" : "pm");
        break;
    case 'z':
        strcpy(text, which.flag == ':' ? "+00:00" : "+0000");
        break;
    default:
        strcpy(text, "%");
        break;
    }
}

size_t sg_time_write(const char *format, int64_t microseconds, char *text,
                     size_t size) {
    const parts p = parts_of(microseconds);
    const int64_t hours = sg_floor_div(microseconds, 3600 * SECOND);
    size_t used = 0;
    char piece[PIECE] = "";
    while (*format != '\0') {
        if (*format == '%') {
            format++;
            part_text(next_part(&format), &p, hours, piece);
        } else {
            memcpy(piece, (const char[2]){*format++, '\0'}, 2);
        }
        for (const char *from = piece; *from != '\0'; from++, used++)
            if (used + 1 < size) text[used] = *from;
    }
    if (size > 0) text[used < size ? used : size - 1] = '\0';
    return used;
}

/* ---- about formats ------------------------------------------------------ */

bool sg_time_format_valid(const char *format) {
    bool any = false, twelve = false, half = false;
    while (*format != '\0') {
        if (*format++ != '%') continue;
        char letter = next_part(&format).letter;
        if (letter == '\0') return false;
        any |= strchr("%pPaAz", letter) == NULL;
        twelve |= letter == 'I';
        half |= letter == 'p' || letter == 'P';
    }
    /* An hour of 1 to 12 needs its half of the day. */
    return any && twelve == half;
}

bool sg_time_format_has(const char *format, const char *letters) {
    while (*format != '\0') {
        if (*format++ != '%') continue;
        char letter = next_part(&format).letter;
        if (letter == '\0') return false;
        if (strchr(letters, letter) != NULL) return true;
    }
    return false;
}

size_t sg_time_narrow(const char *format, uint32_t widths, char *out,
                      size_t size) {
    static const char letters[] = "mdHI"; /* in the order of the bits */
    size_t used = 0;
    for (; *format != '\0' && used + 3 < size; format++) {
        out[used++] = *format;
        if (*format != '%') continue;
        const char *at = format + 1;
        part which = next_part(&at);
        const char *found =
            which.letter != 0 ? strchr(letters, which.letter) : NULL;
        if (found != NULL && !which.bare) {
            uint32_t bit = 1u << (found - letters);
            if ((widths & bit) != 0 && (widths & bit << SG_TIME_PADDED) == 0)
                out[used++] = '-';
        } else if (which.letter == '%') {
            out[used++] = *++format;
        }
    }
    out[used] = '\0';
    return used;
}
