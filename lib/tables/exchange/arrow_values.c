/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Columns from plain Arrow arrays, by their formats. Whole numbers and doubles
 * without missing values stay where they are: such columns hold the array,
 * which is released with the last of them. Everything else is copied.
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "exchange/arrow_source.h"
#include "table/decimal.h"
#include "table/decimals.h"
#include "table/half.h"
#include "table/infer.h"
#include "table/stored.h"

/* What comes as another Arrow type than its own goes out as that, too. */
static void keep_format(const sg_arrow_source *s, sg_column *column) {
    const char *format = s->schema->format;
    if (!sg_stored_is_own(format, column->type) &&
        sg_stored_fits(format, column->type))
        memcpy(column->stored, format, strlen(format) + 1);
}

/* ---- numbers ------------------------------------------------------------ */

static syngan_status check_integer(const sg_arrow_source *s, int64_t row,
                                   int64_t value) {
    if (s->schema->format[0] == 'L' && value < 0)
        return sg_arrow_refuse_value(
            s, row,
            "an unsigned integer above 9223372036854775807, "
            "the greatest that a table holds");
    if (value == SYNGAN_MISSING)
        return sg_arrow_refuse_value(
            s, row,
            "-9223372036854775808, which stands for a missing "
            "value in a table");
    return SYNGAN_OK;
}

static syngan_status read_whole(const sg_arrow_source *s, sg_column *column) {
    const void *data = s->array->buffers[1];
    char format = s->schema->format[0];
    column->type = SYNGAN_COLUMN_INTEGER;
    bool shared = format == 'l' && sg_arrow_share_values(s, column);
    if (!shared) SG_TRY(sg_arrow_make_values(s, column));
    for (int64_t row = 0; row < s->rows; row++) {
        int64_t value = SYNGAN_MISSING;
        if (!sg_arrow_is_null(s, row)) {
            value = sg_arrow_integer(data, format, s->first + row);
            if (value < 0) SG_TRY(check_integer(s, row, value));
        }
        if (!shared) column->integers[row] = value;
    }
    return SYNGAN_OK;
}

/* They may be a key. */
static syngan_status read_integers(const sg_arrow_source *s,
                                   sg_column *column) {
    SG_TRY(read_whole(s, column));
    if (s->is_dictionary || s->wish->type != 0 || s->wish->ordered)
        return SYNGAN_OK;
    keep_format(s, column);
    return sg_key_make(s->context, column, s->rows);
}

static double real_at(const void *data, char format, int64_t index) {
    switch (format) {
    case 'e':
        return sg_half_short(((const uint16_t *)data)[index]);
    case 'f':
        return (double)((const float *)data)[index];
    default:
        return ((const double *)data)[index];
    }
}

static syngan_status read_reals(const sg_arrow_source *s, sg_column *column) {
    char format = s->schema->format[0];
    column->type = SYNGAN_COLUMN_REAL;
    if (format != 'g' || !sg_arrow_share_values(s, column)) {
        SG_TRY(sg_arrow_make_values(s, column));
        for (int64_t row = 0; row < s->rows; row++)
            column->reals[row] =
                sg_arrow_is_null(s, row)
                    ? (double)NAN
                    : real_at(s->array->buffers[1], format, s->first + row);
    }
    column->decimals = sg_decimals(column->reals, s->rows, format == 'f');
    return SYNGAN_OK;
}

/* ---- decimals ----------------------------------------------------------- */

static const char *decimal_at(const sg_arrow_source *s,
                              const sg_decimal_form *form, int64_t row) {
    return (const char *)s->array->buffers[1] + (s->first + row) * form->bytes;
}

/* False if some value is no integer of 64 bits. */
static bool fill_integers(const sg_arrow_source *s, const sg_decimal_form *form,
                          int64_t *out) {
    for (int64_t row = 0; row < s->rows; row++) {
        out[row] = SYNGAN_MISSING;
        if (!sg_arrow_is_null(s, row) &&
            !sg_decimal_integer(form, decimal_at(s, form, row), &out[row]))
            return false;
    }
    return true;
}

/* Integers if the type has no digits behind the point, and they fit. */
static syngan_status read_decimals(const sg_arrow_source *s,
                                   sg_column *column) {
    sg_decimal_form form;
    if (!sg_decimal_parse(s->schema->format, &form))
        return sg_arrow_refuse(s, "has a type of decimals that is none");
    column->type = SYNGAN_COLUMN_INTEGER;
    SG_TRY(sg_arrow_make_values(s, column));
    if (form.scale <= 0 && fill_integers(s, &form, column->integers)) {
        if (s->is_dictionary || s->wish->type != 0 || s->wish->ordered)
            return SYNGAN_OK;
        keep_format(s, column);
        return sg_key_make(s->context, column, s->rows);
    }
    column->type = SYNGAN_COLUMN_REAL;
    for (int64_t row = 0; row < s->rows; row++)
        column->reals[row] =
            sg_arrow_is_null(s, row)
                ? (double)NAN
                : sg_decimal_real(&form, decimal_at(s, &form, row));
    column->decimals = sg_decimals(column->reals, s->rows, false);
    return SYNGAN_OK;
}

/* Of the null type. */
static syngan_status read_nothing(const sg_arrow_source *s, sg_column *column) {
    column->type = SYNGAN_COLUMN_REAL;
    SG_TRY(sg_arrow_make_values(s, column));
    for (int64_t row = 0; row < s->rows; row++)
        column->reals[row] = (double)NAN;
    return SYNGAN_OK;
}

/* ---- codes -------------------------------------------------------------- */

static syngan_status read_booleans(const sg_arrow_source *s,
                                   sg_column *column) {
    SG_TRY(sg_arrow_make_codes(s, SYNGAN_COLUMN_BOOLEAN, column));
    int32_t code;
    SG_TRY(sg_dictionary_add(column->words, "false", 5, &code));
    SG_TRY(sg_dictionary_add(column->words, "true", 4, &code));
    const unsigned char *values = s->array->buffers[1];
    for (int64_t row = 0; row < s->rows; row++)
        column->codes[row] = sg_arrow_is_null(s, row)
                                 ? -1
                                 : sg_arrow_bit(values, s->first + row);
    return SYNGAN_OK;
}

/* ---- types -------------------------------------------------------------- */

typedef syngan_status (*read_fn)(const sg_arrow_source *s, sg_column *column);

/* By the start of their formats. */
static const struct known_type {
    const char *start;
    bool exact;        /* else more follows, such as a time zone */
    int64_t n_buffers; /* below 0: at least so many */
    read_fn read;
} known_types[] = {
    {"n", true, 0, read_nothing},
    {"b", true, 2, read_booleans},
    {"c", true, 2, read_integers},
    {"C", true, 2, read_integers},
    {"s", true, 2, read_integers},
    {"S", true, 2, read_integers},
    {"i", true, 2, read_integers},
    {"I", true, 2, read_integers},
    {"l", true, 2, read_integers},
    {"L", true, 2, read_integers},
    {"e", true, 2, read_reals},
    {"f", true, 2, read_reals},
    {"g", true, 2, read_reals},
    {"d:", false, 2, read_decimals},
    {"u", true, 3, sg_arrow_read_texts},
    {"U", true, 3, sg_arrow_read_texts},
    {"vu", true, -3, sg_arrow_read_texts},
    {"tdD", true, 2, sg_arrow_read_dates},
    {"tdm", true, 2, sg_arrow_read_dates},
    {"tss:", false, 2, sg_arrow_read_timestamps},
    {"tsm:", false, 2, sg_arrow_read_timestamps},
    {"tsu:", false, 2, sg_arrow_read_timestamps},
    {"tsn:", false, 2, sg_arrow_read_timestamps},
    {"tts", true, 2, sg_arrow_read_clock},
    {"ttm", true, 2, sg_arrow_read_clock},
    {"ttu", true, 2, sg_arrow_read_clock},
    {"ttn", true, 2, sg_arrow_read_clock},
    {"tDs", true, 2, sg_arrow_read_durations},
    {"tDm", true, 2, sg_arrow_read_durations},
    {"tDu", true, 2, sg_arrow_read_durations},
    {"tDn", true, 2, sg_arrow_read_durations},
};

static const struct other_type {
    const char *start, *name;
} other_types[] = {
    {"z", "bytes"},          {"Z", "bytes"},      {"w:", "bytes"},
    {"vz", "bytes"},         {"ti", "intervals"}, {"+l", "lists"},
    {"+L", "lists"},         {"+w", "lists"},     {"+v", "lists"},
    {"+s", "structs"},       {"+m", "maps"},      {"+u", "unions"},
    {"+r", "run-end codes"},
};

static bool starts_with(const char *text, const char *start) {
    return strncmp(text, start, strlen(start)) == 0;
}

static const struct known_type *find_type(const char *format) {
    for (size_t i = 0; i < sizeof known_types / sizeof *known_types; i++) {
        const struct known_type *type = &known_types[i];
        if (type->exact ? strcmp(format, type->start) == 0
                        : starts_with(format, type->start))
            return type;
    }
    return NULL;
}

bool sg_arrow_is_integer(const char *format) {
    const struct known_type *type = find_type(format);
    return type != NULL && type->read == read_integers;
}

static syngan_status refuse_type(const sg_arrow_source *s) {
    const char *format = s->schema->format, *name = "values";
    for (size_t i = 0; i < sizeof other_types / sizeof *other_types; i++)
        if (starts_with(format, other_types[i].start))
            name = other_types[i].name;
    return sg_fail(s->context, SYNGAN_E_TYPE,
                   "Arrow: column '%s' has %s (type '%s'), which a table can't "
                   "hold; integers, floats, decimals, bool, utf8, "
                   "dictionaries, dates, times and durations are known",
                   s->name, name, format);
}

syngan_status sg_arrow_read_plain(sg_arrow_source *s, sg_column *column) {
    if (s->schema->format == NULL)
        return sg_arrow_refuse(s, "has a schema without a format");
    const struct known_type *type = find_type(s->schema->format);
    if (type == NULL) return refuse_type(s);
    if (strlen(s->schema->format) >= SG_STORED_TEXT)
        return sg_arrow_refuse(s, "has a type, such as that of a time zone, "
                                  "whose name is too long");
    SG_TRY(sg_arrow_check(s, type->n_buffers));
    SG_TRY(type->read(s, column));
    if (column->stored[0] == '\0') keep_format(s, column);
    return SYNGAN_OK;
}
