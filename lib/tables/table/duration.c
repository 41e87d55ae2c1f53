/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Durations as text. A format has units (%w, %d, %H, %M, %S and %L, which is
 * milliseconds; each with a zero before if it has one digit, or %-H without),
 * a fraction of the unit before (%.f, %3f), "(s)", which is an s unless the
 * number before is 1, and parts in brackets, which are left out where their
 * units are 0.
 */
#include "table/duration.h"

#include <string.h>

#include "base/text.h"

#define UNITS 6
#define FRACTION_MOST 9

static const struct {
    char letter;
    int64_t size; /* microseconds */
} units[UNITS] = {{'L', 1000},
                  {'S', 1000000},
                  {'M', 60 * INT64_C(1000000)},
                  {'H', 3600 * INT64_C(1000000)},
                  {'d', 86400 * INT64_C(1000000)},
                  {'w', 604800 * INT64_C(1000000)}};

__extension__ typedef __int128 wide;

/* ---- parts of formats --------------------------------------------------- */

/* What stands behind a '%'. */
typedef struct part {
    int unit;        /* -1: none */
    bool bare;       /* without a zero before */
    int digits;      /* of a fraction, 0: as many as needed; -1: none */
    const char *end; /* NULL: nothing that is known */
} part;

static part part_at(const char *at) {
    part p = {.unit = -1, .digits = -1};
    if (at[0] == '.' && at[1] == 'f') {
        p.digits = 0;
        p.end = at + 2;
    } else if (at[0] == 'f') {
        p.digits = 6;
        p.end = at + 1;
    } else if (at[0] >= '1' && at[0] <= '9' && at[1] == 'f') {
        p.digits = at[0] - '0';
        p.end = at + 2;
    } else {
        p.bare = *at == '-';
        at += p.bare;
        for (int i = 0; i < UNITS; i++)
            if (units[i].letter == *at) p.unit = i;
        p.end = p.unit < 0 ? NULL : at + 1;
    }
    return p;
}

static bool is_plural(const char *at) {
    return strncmp(at, "(s)", 3) == 0;
}

/* Behind the bracket that closes the one at `at`. */
static const char *behind_group(const char *at) {
    int depth = 0;
    do {
        depth += (*at == '[') - (*at == ']');
        at++;
    } while (depth > 0);
    return at;
}

/* The units of a stretch of a format; `end` NULL: of all of it. */
static uint32_t units_of(const char *at, const char *end) {
    uint32_t found = 0;
    for (; *at != '\0' && at != end; at++)
        if (*at == '%') {
            part p = part_at(at + 1);
            if (p.unit >= 0) found |= 1u << p.unit;
        }
    return found;
}

static int least_of(uint32_t set) {
    return __builtin_ctz(set);
}

bool sg_duration_valid(const char *format) {
    int depth = 0, last = UNITS;
    if (strlen(format) >= SG_DURATION_FORMAT) return false;
    for (const char *at = format; *at != '\0'; at++) {
        depth += (*at == '[') - (*at == ']');
        if (depth < 0 || (*at >= '0' && *at <= '9')) return false;
        if (*at != '%') continue;
        part p = part_at(at + 1);
        if (p.end == NULL || p.unit >= last || (p.unit < 0 && last == UNITS))
            return false;
        /* Nothing comes behind a fraction of so many digits. */
        last = p.unit >= 0 ? p.unit : p.digits > 0 ? 0 : last;
        at = p.end - 1;
    }
    return depth == 0 && last < UNITS;
}

/* ---- reading ------------------------------------------------------------ */

typedef struct reading {
    const char *first, *at, *end;
    int unit; /* the last one; UNITS: none yet */
    wide sum;
    sg_duration_seen seen;
} reading;

static bool is_digit(const reading *r) {
    return r->at < r->end && *r->at >= '0' && *r->at <= '9';
}

static bool read_unit(const part *p, reading *r) {
    int64_t value = 0;
    const char *first = r->at;
    for (; is_digit(r) && r->at - first < 15; r->at++)
        value = 10 * value + (*r->at - '0');
    long digits = r->at - first;
    wide amount = (wide)value * units[p->unit].size;
    if (digits == 0 || is_digit(r) ||
        (r->unit < UNITS && amount >= units[r->unit].size) ||
        (r->unit < UNITS && !p->bare && digits < 2))
        return false;
    r->sum += amount;
    r->unit = p->unit;
    r->seen.units |= 1u << p->unit;
    if (digits > 1 && *first == '0') r->seen.padded |= 1u << p->unit;
    return true;
}

static bool read_fraction(const part *p, reading *r) {
    wide value = 0, scale = 1;
    int32_t digits = 0;
    if (p->digits == 0) { /* the point, too, if there is any */
        if (r->at == r->end || *r->at != '.') return true;
        r->at++;
    }
    for (; digits < FRACTION_MOST && is_digit(r); digits++, r->at++) {
        value = 10 * value + (*r->at - '0');
        scale *= 10;
    }
    if (digits == 0 || is_digit(r)) return false;
    r->sum += (2 * value * units[r->unit].size + scale) / (2 * scale);
    r->seen.fractions |= 1u << r->unit;
    r->seen.least = r->seen.most = digits;
    return true;
}

/* What stands between units does not stand before the first one. */
static bool is_gap(const char *format) {
    return *format == ' ' || *format == ',';
}

/* Matches the rest of a format with the rest of a text. */
static bool match(const char *format, reading r, reading *out) {
    while (*format != '\0') {
        if (*format == '[') {
            if (match(format + 1, r, out)) return true;
            format = behind_group(format);
        } else if (*format == ']' || (is_gap(format) && r.at == r.first)) {
            format++;
        } else if (is_plural(format)) {
            if (r.at < r.end && *r.at == 's') r.at++;
            format += 3;
        } else if (*format == '%') {
            part p = part_at(format + 1);
            if (!(p.unit >= 0 ? read_unit(&p, &r) : read_fraction(&p, &r)))
                return false;
            format = p.end;
        } else if (r.at == r.end || *r.at++ != *format++) {
            return false;
        }
    }
    *out = r;
    return r.at == r.end && r.unit < UNITS;
}

bool sg_duration_scan(const char *format, const char *text, size_t size,
                      int64_t *microseconds, sg_duration_seen *seen) {
    bool sign = size > 0 && (*text == '-' || *text == '+');
    bool negative = sign && *text == '-';
    reading r = {.first = text + sign,
                 .at = text + sign,
                 .end = text + size,
                 .unit = UNITS};
    if (!match(format, r, &r) || r.sum > INT64_MAX) return false;
    *microseconds = negative ? -(int64_t)r.sum : (int64_t)r.sum;
    *seen = r.seen;
    seen->always = seen->units;
    seen->beyond = negative || r.sum > units[4].size;
    return true;
}

bool sg_duration_read(const char *format, const char *text, size_t size,
                      int64_t *microseconds) {
    sg_duration_seen seen;
    return sg_duration_scan(format, text, size, microseconds, &seen);
}

/* ---- writing ------------------------------------------------------------ */

typedef struct writing {
    char *text;
    size_t size, used, first; /* first: where it begins behind a sign */
    int64_t part[UNITS];
    int64_t fraction; /* of the least unit, in its last digit */
    int digits;
    uint32_t shown; /* units whose groups are written */
    bool zero;
} writing;

static void put(writing *w, char c) {
    if (w->used + 1 < w->size) w->text[w->used] = c;
    w->used++;
}

static wide power_of_ten(int digits) {
    wide power = 1;
    while (digits-- > 0)
        power *= 10;
    return power;
}

/* The value in units of the last digit. */
static wide scaled(wide value, int64_t unit, int digits) {
    return (2 * value * power_of_ten(digits) + unit) / (2 * (wide)unit);
}

/* Digits of a fraction: those of the format, or the fewest that read back. */
static int digits_of(const char *format, int least, wide value) {
    int unit = -1;
    for (const char *at = strchr(format, '%'); at != NULL;
         at = strchr(at, '%')) {
        part p = part_at(at + 1);
        at = p.end;
        if (p.unit >= 0) unit = p.unit;
        if (p.unit >= 0 || unit != least) continue;
        if (p.digits > 0) return p.digits;
        int64_t size = units[least].size;
        int digits = 0;
        while (digits < FRACTION_MOST &&
               scaled(scaled(value, size, digits) * size,
                      (int64_t)power_of_ten(digits), 0) != value)
            digits++;
        return digits;
    }
    return 0;
}

/* Divides a value among the units of the format. */
static void divide(const char *format, wide value, writing *w) {
    uint32_t all = units_of(format, NULL), fixed = all;
    int least = least_of(all);
    w->digits = digits_of(format, least, value);
    wide rest = scaled(value, units[least].size, w->digits);
    wide power = power_of_ten(w->digits);
    w->fraction = (int64_t)(rest % power);
    rest /= power;
    for (int i = UNITS - 1; i >= 0; i--) {
        if ((all & 1u << i) == 0) continue;
        int64_t each = units[i].size / units[least].size;
        w->part[i] = (int64_t)(rest / each);
        rest %= each;
        if (w->part[i] != 0) w->shown |= 1u << i;
    }
    if (w->fraction != 0) w->shown |= 1u << least;
    for (const char *at = strchr(format, '['); at != NULL;
         at = strchr(behind_group(at), '['))
        fixed &= ~units_of(at, behind_group(at));
    w->zero = w->shown == 0;
    /* Something must be written of zero. */
    if (w->zero && fixed == 0) w->shown = 1u << least;
}

static void put_number(writing *w, int64_t value, int digits) {
    char text[24];
    sg_text(text, sizeof text, "%0*lld", digits, (long long)value);
    for (const char *at = text; *at != '\0'; at++)
        put(w, *at);
}

static void put_part(writing *w, const part *p, int unit, int least) {
    if (p->unit >= 0) {
        put_number(w, w->part[p->unit], p->bare ? 1 : 2);
    } else if (unit == least && w->digits > 0) {
        if (p->digits == 0) put(w, '.');
        put_number(w, w->fraction, w->digits);
    }
}

size_t sg_duration_write(const char *format, int64_t microseconds, char *text,
                         size_t size) {
    writing w = {.text = text, .size = size};
    wide value = microseconds;
    divide(format, value < 0 ? -value : value, &w);
    int least = least_of(units_of(format, NULL)), unit = least;
    if (value < 0 && !w.zero) put(&w, '-');
    w.first = w.used;
    while (*format != '\0') {
        if (*format == '[' &&
            (units_of(format, behind_group(format)) & w.shown) == 0) {
            format = behind_group(format);
        } else if (*format == '[' || *format == ']' ||
                   (is_gap(format) && w.used == w.first)) {
            format++;
        } else if (is_plural(format)) {
            bool one = w.part[unit] == 1 && (unit != least || w.fraction == 0);
            if (!one) put(&w, 's');
            format += 3;
        } else if (*format == '%') {
            part p = part_at(format + 1);
            if (p.unit >= 0) unit = p.unit;
            put_part(&w, &p, unit, least);
            format = p.end;
        } else {
            put(&w, *format++);
        }
    }
    if (size > 0) text[w.used < size ? w.used : size - 1] = '\0';
    return w.used;
}
