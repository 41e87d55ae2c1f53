/* SPDX-License-Identifier: Apache-2.0 */
/* Formatting and parsing of numbers in the C locale; see text.h. */
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In glibc the C locale is a constant object: nothing is allocated, and there
 * is nothing to free. */
static locale_t c_locale(void) {
    return newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

int sg_text_v(char *text, size_t size, const char *format, va_list arguments) {
    locale_t hosts = uselocale(c_locale());
    int length = vsnprintf(text, size, format, arguments);
    uselocale(hosts);
    return length;
}

int sg_text(char *text, size_t size, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = sg_text_v(text, size, format, arguments);
    va_end(arguments);
    return length;
}

/* The strto functions skip leading spaces and accept an empty text. */
static bool starts_with_number(const char *text) {
    return text[0] != '\0' && !isspace((unsigned char)text[0]);
}

size_t sg_text_copy(const char *from, char *text, size_t size) {
    size_t length = strlen(from);
    if (size == 0) return length;
    size_t part = length < size ? length : size - 1;
    memcpy(text, from, part);
    text[part] = '\0';
    return length;
}

bool sg_text_to_double(const char *text, double *out) {
    if (!starts_with_number(text)) return false;
    char *end = NULL;
    *out = strtod_l(text, &end, c_locale());
    bool overflow = isinf(*out) && strpbrk(text, "iI") == NULL;
    return *end == '\0' && !overflow;
}

bool sg_text_to_i64(const char *text, int64_t *out) {
    if (!starts_with_number(text)) return false;
    char *end = NULL;
    errno = 0;
    *out = strtoll(text, &end, 10);
    return end != text && *end == '\0' && errno == 0;
}

bool sg_text_to_u64(const char *text, uint64_t *out) {
    if (!isdigit((unsigned char)text[0])) return false; /* no sign */
    char *end = NULL;
    errno = 0;
    *out = strtoull(text, &end, 10);
    return *end == '\0' && errno == 0;
}
