/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers as texts of a table have them: packing and reading.
 */
#include "table/numeral.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

/* Longer texts are numbers, too, but cost more to read. */
#define LONG_NUMBER 256

static const double power_of_ten[SG_NUMERAL_DECIMALS + 1] = {
    1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* ---- words -------------------------------------------------------------- */

bool sg_numeral_pack(const char *text, size_t size, uint64_t *word) {
    const char *at = text, *end = text + size;
    if (size == 0 || size > 18) return false;
    uint64_t minus = *at == '-', digits = 0;
    at += minus;
    const char *first = at;
    for (; at < end && is_digit(*at); at++)
        digits = digits * 10 + (uint64_t)(*at - '0');
    size_t before = (size_t)(at - first), behind = 0;
    if (before > 1 && *first == '0') return false;
    if (at < end) {
        if (*at++ != '.') return false;
        first = at;
        for (; at < end && is_digit(*at); at++)
            digits = digits * 10 + (uint64_t)(*at - '0');
        behind = (size_t)(at - first);
        if (at < end || behind == 0 || behind > SG_NUMERAL_DECIMALS)
            return false;
    } else if (before == 0) {
        return false;
    }
    if (digits >= SG_NUMERAL_LIMIT) return false;
    *word = digits << 8 | (uint64_t)(before == 0) << 7 | minus << 6 |
            (uint64_t)behind << 2 | SG_CELL_NUMERAL;
    return true;
}

size_t sg_numeral_text(uint64_t word, char text[SG_NUMERAL_TEXT]) {
    char reversed[SG_NUMERAL_TEXT];
    size_t n = 0, size = 0;
    uint64_t digits = word >> 8;
    int decimals = sg_numeral_decimals(word);
    for (int i = 0; i < decimals; i++, digits /= 10)
        reversed[n++] = (char)('0' + digits % 10);
    if (decimals > 0) reversed[n++] = '.';
    if (!(word & 128)) {
        do {
            reversed[n++] = (char)('0' + digits % 10);
            digits /= 10;
        } while (digits > 0);
    }
    if (word & 64) reversed[n++] = '-';
    while (n > 0)
        text[size++] = reversed[--n];
    text[size] = '\0';
    return size;
}

double sg_numeral_value(uint64_t word) {
    double value =
        (double)(word >> 8) / power_of_ten[sg_numeral_decimals(word)];
    return word & 64 ? -value : value;
}

/* ---- all numbers -------------------------------------------------------- */

static bool scan_infinity(const char *text, size_t size, sg_number_form *form) {
    form->infinite = (size == 3 && strncasecmp(text, "inf", 3) == 0) ||
                     (size == 8 && strncasecmp(text, "infinity", 8) == 0);
    return form->infinite;
}

static const char *skip_digits(const char *at, const char *end) {
    while (at < end && is_digit(*at))
        at++;
    return at;
}

bool sg_number_scan(const char *text, size_t size, sg_number_form *form) {
    const char *at = text, *end = text + size;
    *form = (sg_number_form){.whole = true};
    if (at < end && (*at == '+' || *at == '-')) at++;
    if (at < end && !is_digit(*at) && *at != '.')
        return scan_infinity(at, (size_t)(end - at), form);
    const char *first = at;
    at = skip_digits(at, end);
    size_t digits = (size_t)(at - first);
    form->padded = digits > 1 && *first == '0';
    if (at < end && *at == '.') {
        first = ++at;
        at = skip_digits(at, end);
        form->decimals = (int)(at - first);
        digits += (size_t)(at - first);
        for (; first < at; first++)
            form->whole &= *first == '0';
    }
    if (digits == 0 || size >= LONG_NUMBER) return false;
    if (at < end && (*at == 'e' || *at == 'E')) {
        form->exponent = true;
        form->whole = false;
        at++;
        if (at < end && (*at == '+' || *at == '-')) at++;
        first = at;
        at = skip_digits(at, end);
        if (at == first) return false;
    }
    return at == end;
}

bool sg_number_real(const char *text, size_t size, double *value) {
    char copy[LONG_NUMBER];
    if (size >= sizeof copy) return false;
    memcpy(copy, text, size);
    copy[size] = '\0';
    return sg_text_to_double(copy, value);
}

bool sg_number_integer(const char *text, size_t size, int64_t *value) {
    char copy[LONG_NUMBER];
    const char *point = memchr(text, '.', size);
    if (point != NULL) size = (size_t)(point - text);
    if (size >= sizeof copy) return false;
    memcpy(copy, text, size);
    copy[size] = '\0';
    return sg_text_to_i64(copy, value);
}
