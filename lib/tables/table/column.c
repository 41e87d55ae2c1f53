/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Columns of tables, and their cells as text.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "file/number.h"
#include "table/decimals.h"
#include "table/notation.h"
#include "table/table.h"
#include "table/time.h"

static const char *const type_names[] = {
    [SYNGAN_COLUMN_INTEGER] = "integer",
    [SYNGAN_COLUMN_REAL] = "real",
    [SYNGAN_COLUMN_BOOLEAN] = "boolean",
    [SYNGAN_COLUMN_CATEGORY] = "category",
    [SYNGAN_COLUMN_TIME] = "time",
    [SYNGAN_COLUMN_IDENTIFIER] = "identifier",
    [SYNGAN_COLUMN_TEXT] = "text",
};

const char *sg_column_type_name(int32_t type) {
    return type < SYNGAN_COLUMN_INTEGER || type > SYNGAN_COLUMN_TEXT
               ? "?"
               : type_names[type];
}

int32_t sg_column_type_of(const char *name) {
    for (int32_t type = SYNGAN_COLUMN_INTEGER; type <= SYNGAN_COLUMN_TEXT;
         type++)
        if (strcmp(type_names[type], name) == 0) return type;
    return 0;
}

void sg_column_end(syngan_context *context, sg_column *column) {
    if (column->release != NULL)
        column->release(column->owner);
    else
        sg_free(context, column->data);
    sg_free(context, column->name);
    sg_free(context, column->format);
    sg_free(context, column->note);
    sg_dictionary_release(column->words);
    *column = (sg_column){0};
}

bool sg_column_is_missing(const sg_column *column, int64_t row) {
    if (column->type == SYNGAN_COLUMN_REAL) return isnan(column->reals[row]);
    return sg_column_has_codes(column)
               ? column->codes[row] < 0
               : column->integers[row] == SYNGAN_MISSING;
}

uint64_t sg_column_bits(const sg_column *column, int64_t row) {
    if (sg_column_has_codes(column)) return (uint64_t)column->codes[row];
    if (column->type != SYNGAN_COLUMN_REAL)
        return (uint64_t)column->integers[row];
    uint64_t bits;
    double value = column->reals[row] + 0.0; /* -0.0 equals 0.0 */
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static size_t copy_text(const char *from, char *text, size_t size) {
    size_t length = strlen(from);
    if (size == 0) return length;
    size_t part = length < size ? length : size - 1;
    memcpy(text, from, part);
    text[part] = '\0';
    return length;
}

/* A plain number in the column's notation. */
static size_t number_text(const sg_column *column, const char *plain,
                          char *text, size_t size) {
    sg_notation notation;
    return column->format != NULL &&
                   sg_notation_parse(column->format, &notation)
               ? sg_notation_write(&notation, plain, text, size)
               : copy_text(plain, text, size);
}

static size_t real_text(const sg_column *column, double value, char *text,
                        size_t size) {
    /* Beyond 2^53 a double has no digits behind the point. */
    char number[SG_NUMBER_TEXT];
    int least = sg_decimals_least(column->decimals);
    if (least >= 0)
        return number_text(column, sg_number_plain(value, least, number), text,
                           size);
    if (column->decimals < 0 || fabs(value) > 9e15)
        return number_text(column, sg_number_f64(value, number), text, size);
    return number_text(column, sg_number_fixed(value, column->decimals, number),
                       text, size);
}

size_t sg_column_text(const sg_column *column, int64_t row, char *text,
                      size_t size) {
    char number[SG_NUMBER_TEXT];
    if (sg_column_is_missing(column, row)) return copy_text("", text, size);
    switch (column->type) {
    case SYNGAN_COLUMN_INTEGER:
        snprintf(number, sizeof number, "%lld",
                 (long long)column->integers[row]);
        return number_text(column, number, text, size);
    case SYNGAN_COLUMN_REAL:
        return real_text(column, column->reals[row], text, size);
    case SYNGAN_COLUMN_TIME:
        return sg_time_write(column->format, column->integers[row], text, size);
    default:
        return copy_text(sg_dictionary_text(column->words, column->codes[row]),
                         text, size);
    }
}
