/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as text: the fewest digits that read back to the same number. */
#include "file/number.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"

/* Infinity and NaN have no digits; NULL for other numbers. */
static const char *special_text(double value) {
    if (isnan(value)) return "NaN";
    if (isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
    return NULL;
}

/* ---- short numbers ------------------------------------------------------ */

/* Numbers of at most 15 digits, which most numbers in files are, are written
 * without printf(): if digits / 10^decimals, a division of two exact doubles,
 * gives the number, these are its digits. */
#define SHORT_LIMIT 1e15
#define SHORT_DECIMALS 15

static const double power_of_ten[SHORT_DECIMALS + 1] = {
    1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

static bool find_digits(double size, int decimals, int64_t *digits) {
    double scaled = size * power_of_ten[decimals];
    if (!(scaled < SHORT_LIMIT)) return false;
    *digits = (int64_t)(scaled + 0.5);
    return (double)*digits / power_of_ten[decimals] == size;
}

static const char *write_digits(bool minus, int64_t digits, int decimals,
                                char *text) {
    char reversed[SG_NUMBER_TEXT], *to = text;
    int n = 0;
    do {
        reversed[n++] = (char)('0' + digits % 10);
        if (n == decimals) reversed[n++] = '.';
        digits /= 10;
    } while (digits > 0 || (decimals > 0 && n < decimals + 2));
    if (minus) *to++ = '-';
    while (n > 0)
        *to++ = reversed[--n];
    *to = '\0';
    return text;
}

/* ---- all numbers -------------------------------------------------------- */

const char *sg_number_short(double value, int digits, char *text) {
    const char *special = special_text(value);
    if (special != NULL) return strcpy(text, special);
    sg_text(text, SG_NUMBER_TEXT, "%.*g", digits, value);
    /* An integer has no negative zero: readers would lose the sign. */
    if (strcmp(text, "-0") == 0) return strcpy(text, "-0.0");
    return text;
}

const char *sg_number_fixed(double value, int digits, char *text) {
    const char *special = special_text(value);
    int64_t all;
    if (special != NULL) return strcpy(text, special);
    if (find_digits(fabs(value), digits, &all))
        return write_digits(signbit(value), all, digits, text);
    sg_text(text, SG_NUMBER_TEXT, "%.*f", digits, value);
    return text;
}

const char *sg_number_plain(double value, int least, char *text) {
    double size = fabs(value);
    bool lost = value == 0 && signbit(value) && least == 0;
    for (int decimals = least; decimals <= SHORT_DECIMALS && !lost &&
                               size * power_of_ten[decimals] < SHORT_LIMIT;
         decimals++) {
        int64_t all;
        if (find_digits(size, decimals, &all))
            return write_digits(signbit(value), all, decimals, text);
    }
    return sg_number_f64(value, text);
}

const char *sg_number_f64(double value, char *text) {
    /* Other sizes are written with an exponent. */
    double size = fabs(value);
    for (int decimals = 0; decimals <= SHORT_DECIMALS && size >= 1e-4 &&
                           size * power_of_ten[decimals] < SHORT_LIMIT;
         decimals++) {
        int64_t all;
        if (find_digits(size, decimals, &all))
            return write_digits(value < 0, all, decimals, text);
    }
    for (int digits = 15; digits < 17; digits++) {
        double back;
        sg_number_short(value, digits, text);
        if (sg_text_to_double(text, &back) && back == value) return text;
    }
    return sg_number_short(value, 17, text);
}

const char *sg_number_f32(float value, char *text) {
    for (int digits = 6; digits < 9; digits++) {
        double back;
        sg_number_short((double)value, digits, text);
        if (sg_text_to_double(text, &back) && (float)back == value) return text;
    }
    return sg_number_short((double)value, 9, text);
}
