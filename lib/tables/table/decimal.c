/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decimal numbers, by long division and multiplication on words of 32 bits,
 * the lowest first.
 */
#include "table/decimal.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define WORDS 8
#define BILLION 1000000000u

typedef struct wide {
    uint32_t word[WORDS]; /* of the value without its sign */
    bool minus;
} wide;

/* ---- forms -------------------------------------------------------------- */

static bool read_number(const char **at, int32_t *out) {
    char *end;
    if (strchr("-0123456789", **at) == NULL || **at == '\0') return false;
    long value = strtol(*at, &end, 10);
    *at = end;
    *out = (int32_t)value;
    return value >= -1000 && value <= 1000;
}

bool sg_decimal_parse(const char *format, sg_decimal_form *form) {
    int32_t bits = 128;
    if (strncmp(format, "d:", 2) != 0) return false;
    const char *at = format + 2;
    if (!read_number(&at, &form->precision) || *at++ != ',' ||
        !read_number(&at, &form->scale))
        return false;
    if (*at == ',' && (at++, !read_number(&at, &bits))) return false;
    form->bytes = bits / 8;
    bool known = bits == 32 || bits == 64 || bits == 128 || bits == 256;
    return *at == '\0' && known && form->precision > 0 &&
           form->precision <= SG_DECIMAL_DIGITS &&
           abs(form->scale) <= SG_DECIMAL_DIGITS;
}

/* ---- words -------------------------------------------------------------- */

static void negate(wide *w) {
    bool carry = true;
    for (int i = 0; i < WORDS; i++) {
        w->word[i] = ~w->word[i] + carry;
        carry = carry && w->word[i] == 0;
    }
}

static void load(const sg_decimal_form *form, const void *value, wide *w) {
    signed char top;
    size_t bytes = (size_t)form->bytes;
    memcpy(&top, (const char *)value + bytes - 1, 1);
    memset(w->word, top < 0 ? 0xff : 0, sizeof w->word);
    memcpy(w->word, value, bytes);
    w->minus = top < 0;
    if (w->minus) negate(w);
}

static bool is_zero(const wide *w) {
    uint32_t all = 0;
    for (int i = 0; i < WORDS; i++)
        all |= w->word[i];
    return all == 0;
}

/* Divides by 10^9; returns the remainder. */
static uint32_t divide(wide *w) {
    uint64_t rest = 0;
    for (int i = WORDS - 1; i >= 0; i--) {
        uint64_t part = rest << 32 | w->word[i];
        w->word[i] = (uint32_t)(part / BILLION);
        rest = part % BILLION;
    }
    return (uint32_t)rest;
}

/* Ten times the value, and a digit. */
static void append(wide *w, unsigned digit) {
    uint64_t carry = digit;
    for (int i = 0; i < WORDS; i++) {
        carry += (uint64_t)w->word[i] * 10;
        w->word[i] = (uint32_t)carry;
        carry >>= 32;
    }
}

/* ---- reading ------------------------------------------------------------ */

/* All digits, the first not 0; returns how many they are. */
static int digits_of(wide *w, char digits[SG_DECIMAL_DIGITS + 20]) {
    char reversed[SG_DECIMAL_DIGITS + 20];
    int n = 0;
    while (!is_zero(w)) {
        uint32_t part = divide(w);
        for (int i = 0; i < 9; i++, part /= 10)
            reversed[n++] = (char)('0' + part % 10);
    }
    while (n > 0 && reversed[n - 1] == '0')
        n--;
    for (int i = 0; i < n; i++)
        digits[i] = reversed[n - 1 - i];
    return n;
}

void sg_decimal_text(const sg_decimal_form *form, const void *value,
                     char text[SG_DECIMAL_TEXT]) {
    char digits[SG_DECIMAL_DIGITS + 20];
    wide w;
    load(form, value, &w);
    bool minus = w.minus;
    int n = digits_of(&w, digits), point = n - form->scale, size = 0;
    if (minus) text[size++] = '-';
    if (point <= 0) text[size++] = '0';
    for (int i = 0; i < point; i++)
        text[size++] = i < n ? digits[i] : '0';
    if (form->scale > 0) text[size++] = '.';
    for (int i = point; i < n; i++)
        text[size++] = i < 0 ? '0' : digits[i];
    text[size] = '\0';
}

/* Whether the value without scale is one of 64 bits. */
static bool is_short(const sg_decimal_form *form, const void *value,
                     int64_t *out) {
    wide w;
    load(form, value, &w);
    for (int i = 2; i < WORDS; i++)
        if (w.word[i] != 0) return false;
    if (w.word[1] > INT32_MAX) return false;
    *out = (int64_t)((uint64_t)w.word[1] << 32 | w.word[0]);
    if (w.minus) *out = -*out;
    return true;
}

double sg_decimal_real(const sg_decimal_form *form, const void *value) {
    /* Powers and integers that doubles hold exactly: one division rounds. */
    static const double power[] = {
        1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
        1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    int64_t integer;
    if (form->scale >= 0 && form->scale <= 22 &&
        is_short(form, value, &integer) && llabs(integer) < (int64_t)1 << 53)
        return (double)integer / power[form->scale];
    char text[SG_DECIMAL_TEXT];
    double real = 0;
    sg_decimal_text(form, value, text);
    (void)sg_text_to_double(text, &real);
    return real;
}

bool sg_decimal_integer(const sg_decimal_form *form, const void *value,
                        int64_t *integer) {
    if (form->scale == 0) return is_short(form, value, integer);
    char text[SG_DECIMAL_TEXT];
    sg_decimal_text(form, value, text);
    return sg_text_to_i64(text, integer);
}

/* ---- writing ------------------------------------------------------------ */

/* Digits of a text, and the place of the point behind the first of them. */
typedef struct scanned {
    char digits[512];
    int count, point;
    bool minus;
} scanned;

static bool scan(const char *text, scanned *s) {
    bool behind = false;
    *s = (scanned){.minus = *text == '-'};
    text += s->minus;
    for (; *text == '.' || (*text >= '0' && *text <= '9'); text++) {
        if (*text == '.') {
            behind = true;
            continue;
        }
        if (s->count == (int)sizeof s->digits) return false;
        s->digits[s->count++] = *text;
        if (!behind) s->point++;
    }
    if (*text == 'e') s->point += atoi(text + 1);
    return *text == 'e' || *text == '\0';
}

bool sg_decimal_put(const sg_decimal_form *form, const char *text,
                    void *value) {
    scanned s;
    wide w = {{0}, false};
    int significant = 0;
    if (!scan(text, &s)) return false;
    int last = s.point + form->scale; /* digits that remain */
    if (last > (int)sizeof s.digits) return false;
    for (int i = 0; i < last; i++) {
        unsigned digit = i < s.count ? (unsigned)(s.digits[i] - '0') : 0;
        if (significant > 0 || digit > 0) significant++;
        if (significant > form->precision) return false;
        append(&w, digit);
    }
    if (last >= 0 && last < s.count && s.digits[last] >= '5') {
        for (int i = 0; i < WORDS && ++w.word[i] == 0; i++)
            continue;
        if (significant == form->precision) {
            /* 9.99 may have become 10.0. */
            char digits[SG_DECIMAL_DIGITS + 20];
            wide copy = w;
            if (digits_of(&copy, digits) > form->precision) return false;
        }
    }
    if (s.minus) negate(&w);
    memcpy(value, w.word, (size_t)form->bytes);
    return true;
}
