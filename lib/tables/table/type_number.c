/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Integers and reals, in a notation or plain.
 */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "file/number.h"
#include "table/decimals.h"
#include "table/numeral.h"
#include "table/table.h"

/* ---- formats ------------------------------------------------------------ */

static bool valid(const char *format) {
    sg_notation notation;
    return sg_notation_parse(format, &notation);
}

static void prepare(const char *format, sg_form *out) {
    out->notation = sg_notation_plain;
    out->plain = format == NULL || strcmp(format, "#") == 0 ||
                 !sg_notation_parse(format, &out->notation);
}

static const sg_format_kind notations = {
    .what = "notation of numbers; \"#,###.#\", \"#.###,# EUR\" and \"# %\" are "
            "some",
    .valid = valid,
    .prepare = prepare};

/* ---- reading ------------------------------------------------------------ */

/* The plain number of a text, in `plain` if it has a notation. */
static bool to_plain(const sg_form *form, const char **text, size_t *size,
                     char plain[SG_PLAIN_TEXT]) {
    sg_number_form scanned;
    if (form->plain) return true;
    if (!sg_notation_read(&form->notation, *text, *size, plain))
        /* A number without digits has no notation. */
        return sg_number_scan(*text, *size, &scanned) && scanned.infinite;
    *text = plain;
    *size = strlen(plain);
    return true;
}

static bool read_integer(const sg_form *form, const char *text, size_t size,
                         uint64_t *bits) {
    char plain[SG_PLAIN_TEXT];
    sg_number_form scanned;
    int64_t value;
    bool fits = to_plain(form, &text, &size, plain) &&
                sg_number_scan(text, size, &scanned) && scanned.whole &&
                !scanned.infinite && sg_number_integer(text, size, &value) &&
                value != SYNGAN_MISSING;
    if (fits) memcpy(bits, &value, sizeof value);
    return fits;
}

static bool read_real(const sg_form *form, const char *text, size_t size,
                      uint64_t *bits) {
    char plain[SG_PLAIN_TEXT];
    sg_number_form scanned;
    double value;
    bool fits = to_plain(form, &text, &size, plain) &&
                sg_number_scan(text, size, &scanned) &&
                sg_number_real(text, size, &value);
    if (fits) memcpy(bits, &value, sizeof value);
    return fits;
}

/* Numerals are written with a point. */
static bool is_comma(const sg_form *form) {
    return form->notation.decimal != '.';
}

static bool integer_of_numeral(const sg_form *form, uint64_t word,
                               uint64_t *bits) {
    char text[SG_NUMERAL_TEXT];
    if (is_comma(form))
        return read_integer(form, text, sg_numeral_text(word, text), bits);
    int64_t value = sg_numeral_digits(word), scale = 1;
    for (int i = sg_numeral_decimals(word); i > 0; i--)
        scale *= 10;
    bool whole = value % scale == 0;
    value /= scale;
    memcpy(bits, &value, sizeof value);
    return whole;
}

static bool real_of_numeral(const sg_form *form, uint64_t word,
                            uint64_t *bits) {
    char text[SG_NUMERAL_TEXT];
    if (is_comma(form))
        return read_real(form, text, sg_numeral_text(word, text), bits);
    double value = sg_numeral_value(word);
    memcpy(bits, &value, sizeof value);
    return true;
}

/* "1.234,50 EUR" in a column that is written so; plain numbers, too. */
static const char *plain_text(const sg_column *column, const char *text,
                              char plain[SG_PLAIN_TEXT]) {
    sg_form form;
    prepare(column->format, &form);
    return !form.plain &&
                   sg_notation_read(&form.notation, text, strlen(text), plain)
               ? plain
               : text;
}

static bool integer_extent(const sg_column *column, const char *text,
                           sg_extent *out) {
    char plain[SG_PLAIN_TEXT];
    int64_t whole;
    double real;
    text = plain_text(column, text, plain);
    if (sg_text_to_i64(text, &whole)) {
        out->first = out->last = whole;
        return whole != SYNGAN_MISSING;
    }
    if (!sg_text_to_double(text, &real) || isnan(real)) return false;
    real = fmin(fmax(real, -0x1p80), 0x1p80);
    out->first = (sg_wide)ceil(real);
    out->last = (sg_wide)floor(real);
    return true;
}

static bool real_extent(const sg_column *column, const char *text,
                        sg_extent *out) {
    char plain[SG_PLAIN_TEXT];
    return sg_text_to_double(plain_text(column, text, plain), &out->real) &&
           !isnan(out->real);
}

/* ---- writing ------------------------------------------------------------ */

/* A plain number in the column's notation. */
static size_t number_text(const sg_column *column, const char *plain,
                          char *text, size_t size) {
    sg_notation notation;
    return column->format != NULL &&
                   sg_notation_parse(column->format, &notation)
               ? sg_notation_write(&notation, plain, text, size)
               : sg_text_copy(plain, text, size);
}

static size_t write_integer(const sg_column *column, int64_t row, char *text,
                            size_t size) {
    char number[SG_NUMBER_TEXT];
    sg_text(number, sizeof number, "%lld", (long long)column->integers[row]);
    return number_text(column, number, text, size);
}

static size_t write_real(const sg_column *column, int64_t row, char *text,
                         size_t size) {
    char number[SG_NUMBER_TEXT];
    double value = column->reals[row];
    int least = sg_decimals_least(column->decimals);
    if (least >= 0)
        return number_text(column, sg_number_plain(value, least, number), text,
                           size);
    /* Beyond 2^53 a double has no digits behind the point. */
    if (column->decimals < 0 || fabs(value) > 9e15)
        return number_text(column, sg_number_f64(value, number), text, size);
    return number_text(column, sg_number_fixed(value, column->decimals, number),
                       text, size);
}

/* ---- the types ---------------------------------------------------------- */

const sg_column_type sg_type_integer = {.id = SYNGAN_COLUMN_INTEGER,
                                        .name = "integer",
                                        .storage = SG_STORE_INTEGERS,
                                        .comparison = SG_COMPARED_NUMBERS,
                                        .codec = "number",
                                        .difference = SYNGAN_COLUMN_INTEGER,
                                        .is_count = true,
                                        .scale = 1,
                                        .format = &notations,
                                        .read = read_integer,
                                        .read_numeral = integer_of_numeral,
                                        .read_extent = integer_extent,
                                        .write = write_integer,
                                        .arrow = "l",
                                        .arrow_fits = SG_ARROW_INTEGER |
                                                      SG_ARROW_DURATION,
                                        .sqlite = "INTEGER"};

const sg_column_type sg_type_real = {
    .id = SYNGAN_COLUMN_REAL,
    .name = "real",
    .storage = SG_STORE_REALS,
    .comparison = SG_COMPARED_NUMBERS,
    .codec = "number",
    .difference = SYNGAN_COLUMN_REAL,
    .has_decimals = true,
    .scale = 1,
    .format = &notations,
    .read = read_real,
    .read_numeral = real_of_numeral,
    .read_extent = real_extent,
    .write = write_real,
    .arrow = "g",
    .arrow_fits = SG_ARROW_FLOAT | SG_ARROW_DECIMAL | SG_ARROW_TEXT,
    .sqlite = "REAL"};
