/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Formats of times from a text: a date, a clock or both, and a zone.
 */
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "table/time.h"

/* Where several fit all values of a column: the month first with slashes, the
 * day first with points and dashes. */
static const char *const dates[] = {
    "%Y-%m-%d",   "%Y/%m/%d",    "%Y.%m.%d",  "%m/%d/%Y",  "%d/%m/%Y",
    "%d.%m.%Y",   "%d-%m-%Y",    "%m-%d-%Y",  "%m.%d.%Y",  "%m/%d/%y",
    "%d/%m/%y",   "%d.%m.%y",    "%d-%m-%y",  "%y-%m-%d",  "%y/%m/%d",
    "%d-%b-%Y",   "%d %b %Y",    "%d-%b-%y",  "%d %b %y",  "%d/%b/%Y",
    "%b %d, %Y",  "%b %d %Y",    "%Y-%b-%d",  "%d %B %Y",  "%d-%B-%Y",
    "%B %d, %Y",  "%B %d %Y",    "%d. %B %Y", "%d. %b %Y", "%d %b, %Y",
    "%d %B, %Y",  "%b. %d, %Y",  "%Y %b %d",  "%Y %B %d",  "%d%b%Y",
    "%Y%m%d",     "%Y-%j",       "%Y-%m",     "%m/%Y",     "%b %Y",
    "%B %Y",      "%b-%Y",       "%b-%y",     "%m.%Y",     "%a %b %e %Y",
    "%d. %m. %Y", "%d / %m / %Y"};

/* Those with the year behind the clock, as ctime() and date(1) write it. */
static const char *const wholes[] = {"%a %b %e %H:%M:%S %Y",
                                     "%a %b %e %H:%M:%S UTC %Y",
                                     "%a %b %e %H:%M:%S GMT %Y"};

static const char *const weekdays[] = {"",    "%a, ", "%A, ",
                                       "%a ", "%A ",  "%a. "};

static const char *const joins[] = {" ",  "T", ", ", ":", " at ",
                                    "  ", "_", "t",  "-"};

static const char *const clocks[] = {
    "%I:%M:%S %p", "%I:%M %p", "%I:%M:%S%p", "%I:%M%p",  "%I %p",     "%I%p",
    "%H:%M:%S",    "%H:%M",    "%H%M%S",     "%H.%M.%S", "%*H:%M:%S", "%*H:%M"};

typedef struct guess {
    const char *text, *end;
    char (*formats)[SG_TIME_FORMAT];
    size_t count, capacity;
    bool dated;
} guess;

static void keep(guess *g, const char *format) {
    for (size_t i = 0; i < g->count; i++)
        if (strcmp(g->formats[i], format) == 0) return;
    size_t size = strlen(format);
    int64_t time;
    if (g->count == g->capacity || size >= SG_TIME_FORMAT ||
        !sg_time_read(format, g->text, (size_t)(g->end - g->text), &time))
        return;
    memcpy(g->formats[g->count++], format, size + 1);
}

/* A format in parts; what is too long for one is kept by nobody. */
static void keep_parts(guess *g, const char *a, const char *b, const char *c) {
    char format[2 * SG_TIME_FORMAT];
    sg_text(format, sizeof format, "%s%s%s", a, b, c);
    keep(g, format);
}

/* ---- zones -------------------------------------------------------------- */

static bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

/* What may stand behind a clock, in all values alike: " UTC", " CEST",
 * " UTC+2", "+01:00[Europe/Berlin]", " Uhr"; but not AM and PM. */
static bool is_zone(const char *at, const char *end) {
    const char *first = at;
    static const char *const words[] = {"Uhr", "h", "hrs", "Z"};
    if (at < end && *at == ' ') at++;
    size_t size = (size_t)(end - at);
    if (end - first > 40 || size == 0) return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (size == strlen(words[i]) && memcmp(at, words[i], size) == 0)
            return true;
    if (size == 2 && (at[1] == 'M' || at[1] == 'm')) return false;
    const char *letters = at;
    while (at < end && is_upper(*at))
        at++;
    if (at - letters > 5) return false;
    if (at == end) return at - letters >= 2;
    if (*at != '+' && *at != '-' && *at != '[') return false;
    for (bool bracket = false; at < end; at++) {
        bracket |= *at == '[';
        if (!bracket && strchr("+-:0123456789", *at) == NULL) return false;
    }
    return true;
}

/* The zone as it stands, and, where it is an offset, as one of many. */
static void keep_zones(guess *g, const char *format, const char *rest) {
    char zone[64] = "";
    size_t size = 0, space = rest < g->end && *rest == ' ';
    if (rest == g->end) {
        keep(g, format);
        return;
    }
    if (!is_zone(rest, g->end)) return;
    /* "10:00-12:00" is no clock with an offset. */
    if (!g->dated && strpbrk("+-", (char[2]){*rest, '\0'}) != NULL) return;
    for (const char *at = rest; at < g->end; at++)
        zone[size++] = *at;
    zone[size] = '\0';
    keep_parts(g, format, zone, "");
    const char *colon = strchr(zone, ':');
    bool offset = sg_time_begins("%z", zone + space, size - space) > 0;
    if (offset && strchr(zone, '[') == NULL)
        keep_parts(g, format, space ? " " : "",
                   colon != NULL || strchr(zone, 'Z') ? "%:z" : "%z");
}

/* ---- clocks ------------------------------------------------------------- */

/* "am" is written otherwise than "AM". */
static void match_case(char *clock, const char *text, size_t size) {
    char *half = strstr(clock, "%p");
    if (half != NULL && size > 0 && text[size - 1] == 'm') half[1] = 'P';
}

/* Seconds, and digits behind them: as many as here, any number, or none where
 * they are zero. */
static void keep_fractions(guess *g, const char *before, const char *clock,
                           const char *rest) {
    char format[2 * SG_TIME_FORMAT];
    const char *digit = rest + 1;
    while (digit < g->end && *digit >= '0' && *digit <= '9')
        digit++;
    if (rest < g->end && (*rest == '.' || *rest == ',') && digit > rest + 1) {
        if (digit - rest - 1 <= 9 && digit - rest - 1 != 6) {
            sg_text(format, sizeof format, "%s%s%c%%%df", before, clock, *rest,
                    (int)(digit - rest - 1));
            keep_zones(g, format, digit);
        }
        sg_text(format, sizeof format, "%s%s%c%%f", before, clock, *rest);
        keep_zones(g, format, digit);
        if (*rest == ',') return;
        sg_text(format, sizeof format, "%s%s%%.f", before, clock);
        keep_zones(g, format, digit);
        return;
    }
    sg_text(format, sizeof format, "%s%s", before, clock);
    keep_zones(g, format, rest);
    sg_text(format, sizeof format, "%s%s%%.f", before, clock);
    keep_zones(g, format, rest);
}

static void keep_clocks(guess *g, const char *before, const char *at) {
    bool alone = *before == '\0';
    g->dated = !alone;
    for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
        char clock[SG_TIME_FORMAT];
        /* Six digits, and hours beyond a day, are no clock of their own, or of
         * a date. */
        if (alone ? clocks[i][2] == '%' && clocks[i][1] == 'H'
                  : clocks[i][1] == '*')
            continue;
        size_t size = sg_time_begins(clocks[i], at, (size_t)(g->end - at));
        if (size == 0) continue;
        memcpy(clock, clocks[i], strlen(clocks[i]) + 1);
        match_case(clock, at, size);
        size_t letters = strlen(clock);
        char last = letters > 0 ? clock[letters - 1] : '\0';
        if (last == 'S') {
            keep_fractions(g, before, clock, at + size);
        } else {
            char format[2 * SG_TIME_FORMAT];
            sg_text(format, sizeof format, "%s%s", before, clock);
            keep_zones(g, format, at + size);
        }
    }
}

/* ---- dates -------------------------------------------------------------- */

/* Months and days in capitals are written so. */
static void match_capitals(const char *text, const char *end, char *format) {
    for (const char *at = text; at < end; at++)
        if ((*at >= 'a' && *at <= 'z')) return;
    char copy[SG_TIME_FORMAT];
    size_t used = 0;
    for (const char *at = format; *at != '\0' && used + 2 < sizeof copy; at++) {
        copy[used++] = *at;
        if (*at == '%' && at[1] != '\0' && strchr("aAbB", at[1]) != NULL)
            copy[used++] = '^';
    }
    copy[used] = '\0';
    memcpy(format, copy, used + 1);
}

static void keep_date(guess *g, const char *weekday, const char *date) {
    char format[SG_TIME_FORMAT], before[SG_TIME_FORMAT];
    sg_text(format, sizeof format - 16, "%s%s", weekday, date);
    size_t size = sg_time_begins(format, g->text, (size_t)(g->end - g->text));
    const char *at = g->text + size;
    if (size == 0) return;
    match_capitals(g->text, at, format);
    if (at == g->end) keep(g, format);
    for (size_t i = 0; i < sizeof joins / sizeof *joins; i++) {
        size_t join = strlen(joins[i]);
        if ((size_t)(g->end - at) <= join || memcmp(at, joins[i], join) != 0)
            continue;
        sg_text(before, sizeof before, "%s%s", format, joins[i]);
        keep_clocks(g, before, at + join);
    }
}

size_t sg_time_guess(const char *text, size_t size,
                     char (*formats)[SG_TIME_FORMAT], size_t capacity) {
    guess g = {.text = text,
               .end = text + size,
               .formats = formats,
               .capacity = capacity};
    bool digit = size > 0 && *text >= '0' && *text <= '9';
    if (size < 3 || size >= SG_TIME_FORMAT) return 0;
    for (size_t w = 0; w < sizeof weekdays / sizeof *weekdays; w++) {
        if (w > 0 && (digit || sg_time_begins(weekdays[w], text, size) == 0))
            continue;
        for (size_t d = 0; d < sizeof dates / sizeof *dates; d++)
            keep_date(&g, weekdays[w], dates[d]);
    }
    if (digit)
        keep_clocks(&g, "", text);
    else
        for (size_t i = 0; i < sizeof wholes / sizeof *wholes; i++)
            keep(&g, wholes[i]);
    return g.count;
}
