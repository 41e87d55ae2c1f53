/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values as the Arrow types that they came in.
 */
#include "table/stored.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "file/number.h"
#include "table/decimal.h"
#include "table/half.h"
#include "table/time.h"

#define SECOND INT64_C(1000000)

/* ---- types -------------------------------------------------------------- */

static bool is_one_of(const char *format, const char *letters) {
    return format[0] != '\0' && format[1] == '\0' &&
           strchr(letters, format[0]) != NULL;
}

/* "tss:Europe/Berlin": prefix, one of some units, and what may follow. */
static bool is_unit(const char *format, const char *start, bool zone) {
    size_t size = strlen(start);
    if (strncmp(format, start, size) != 0 || format[size] == '\0' ||
        strchr("smun", format[size]) == NULL)
        return false;
    return zone ? format[size + 1] == ':' : format[size + 1] == '\0';
}

/* The families that a format belongs to: SG_ARROW_... */
static uint32_t families_of(const char *format) {
    sg_decimal_form form;
    if (strcmp(format, SG_STORED_STRING) == 0) return SG_ARROW_TEXT;
    if (is_one_of(format, "cCsSiIlL")) return SG_ARROW_INTEGER;
    if (is_one_of(format, "efg")) return SG_ARROW_FLOAT;
    if (is_unit(format, "tD", false)) return SG_ARROW_DURATION;
    if (strcmp(format, "tdD") == 0 || strcmp(format, "tdm") == 0 ||
        is_unit(format, "ts", true))
        return SG_ARROW_TIME;
    if (is_unit(format, "tt", false)) return SG_ARROW_CLOCK;
    if (!sg_decimal_parse(format, &form)) return 0;
    return SG_ARROW_DECIMAL | (form.scale <= 0 ? SG_ARROW_INTEGER : 0);
}

bool sg_stored_fits(const char *format, int32_t type) {
    for (const char *at = format; *at != '\0'; at++)
        if (*at < ' ' || *at > '~' || at - format + 1 >= SG_STORED_TEXT)
            return false;
    return (families_of(format) & sg_column_types[type]->arrow_fits) != 0;
}

bool sg_stored_is_own(const char *format, int32_t type) {
    const sg_column_type *row = sg_column_types[type];
    return row->storage != SG_STORE_CODES && row->arrow_of == NULL &&
           strcmp(format, row->arrow) == 0;
}

bool sg_stored_as_integers(const sg_column *column) {
    return sg_column_has_codes(column) && column->stored[0] != '\0' &&
           !sg_stored_as_text(column);
}

bool sg_stored_integer(const char *text, int64_t *value) {
    const char *first = text + (*text == '-');
    bool plain = first[0] >= '0' && first[0] <= '9' &&
                 (first[0] != '0' || (first == text && first[1] == '\0'));
    return plain && sg_text_to_i64(text, value) && *value != SYNGAN_MISSING;
}

size_t sg_stored_bytes(const sg_column *column) {
    const char *format = column->stored;
    sg_decimal_form form;
    if (sg_decimal_parse(format, &form)) return (size_t)form.bytes;
    switch (format[0]) {
    case '\0':
    case 'u':
        return 0;
    case 'c':
    case 'C':
        return 1;
    case 's':
    case 'S':
    case 'e':
        return 2;
    case 'i':
    case 'I':
    case 'f':
        return 4;
    case 't':
        return strcmp(format, "tdD") == 0 || strcmp(format, "tts") == 0 ||
                       strcmp(format, "ttm") == 0
                   ? 4
                   : 8;
    default:
        return 8;
    }
}

/* ---- values ------------------------------------------------------------- */

static int64_t floor_to(int64_t value, int64_t unit) {
    int64_t rest = value % unit;
    return value / unit - (rest < 0);
}

static bool put_integer(char format, int64_t value, void *out, int64_t row) {
#define PUT(type, low, high)                                                   \
    (((type *)out)[row] = (type)value, value >= (low) && value <= (high))
    switch (format) {
    case 'c':
        return PUT(int8_t, INT8_MIN, INT8_MAX);
    case 'C':
        return PUT(uint8_t, 0, UINT8_MAX);
    case 's':
        return PUT(int16_t, INT16_MIN, INT16_MAX);
    case 'S':
        return PUT(uint16_t, 0, UINT16_MAX);
    case 'i':
        return PUT(int32_t, INT32_MIN, INT32_MAX);
    case 'I':
        return PUT(uint32_t, 0, UINT32_MAX);
    case 'L':
        return PUT(int64_t, 0, INT64_MAX);
    default:
        return PUT(int64_t, INT64_MIN, INT64_MAX);
    }
#undef PUT
}

static bool put_real(char format, double value, void *out, int64_t row) {
    if (format == 'e') {
        uint16_t half = sg_half_of(value);
        ((uint16_t *)out)[row] = half;
        return isinf(value) || !isinf(sg_half_value(half));
    }
    if (format == 'f') {
        float single = (float)value;
        ((float *)out)[row] = single;
        return isinf(value) || !isinf(single);
    }
    ((double *)out)[row] = value;
    return true;
}

/* A time of day may have run over a day's end, where it begins again; a
 * duration that has is no time of day. */
static bool put_time(const sg_column *column, int64_t row, void *out) {
    const char *format = column->stored;
    int64_t time = column->integers[row];
    int64_t days = floor_to(time, SG_MICROSECONDS_A_DAY);
    if (format[1] == 'd') {
        return format[2] == 'D'
                   ? put_integer('i', days, out, row)
                   : put_integer('l', days * (SG_MICROSECONDS_A_DAY / 1000),
                                 out, row);
    }
    if (format[1] == 't' && days != 0 && !sg_column_is_time(column))
        return false;
    if (format[1] == 't') time -= days * SG_MICROSECONDS_A_DAY;
    int64_t value = time;
    if (format[2] == 'n' && __builtin_mul_overflow(time, 1000, &value))
        return false;
    if (format[2] == 's') value = floor_to(time, SECOND);
    if (format[2] == 'm') value = floor_to(time, SECOND / 1000);
    bool narrow = format[1] == 't' && (format[2] == 's' || format[2] == 'm');
    return put_integer(narrow ? 'i' : 'l', value, out, row);
}

static bool put_decimal(const sg_decimal_form *form, const sg_column *column,
                        int64_t row, void *out) {
    char text[512];
    if (sg_column_has_reals(column)) {
        if (!isfinite(column->reals[row])) return false;
        sg_number_f64(column->reals[row], text);
    } else if (sg_column_text(column, row, text, sizeof text) >= sizeof text) {
        return false;
    }
    return sg_decimal_put(form, text, (char *)out + row * form->bytes);
}

static bool put_value(const sg_column *column, int64_t row, void *out) {
    const char *format = column->stored;
    int64_t value;
    switch (sg_type_of(column)->storage) {
    case SG_STORE_REALS:
        return put_real(format[0], column->reals[row], out, row);
    case SG_STORE_INTEGERS:
        return format[0] == 't'
                   ? put_time(column, row, out)
                   : put_integer(format[0], column->integers[row], out, row);
    case SG_STORE_CODES:
        return sg_stored_integer(
                   sg_dictionary_text(column->words, column->codes[row]),
                   &value) &&
               put_integer(format[0], value, out, row);
    }
    return false;
}

bool sg_stored_fill(const sg_column *column, int64_t rows, void *out) {
    sg_decimal_form form;
    bool decimal = sg_decimal_parse(column->stored, &form);
    memset(out, 0, (size_t)rows * sg_stored_bytes(column));
    for (int64_t row = 0; row < rows; row++) {
        if (sg_column_is_missing(column, row)) continue;
        bool fits = decimal ? put_decimal(&form, column, row, out)
                            : put_value(column, row, out);
        if (!fits) return false;
    }
    return true;
}
