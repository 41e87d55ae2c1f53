/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Columns of tables, and their cells as text.
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "table/table.h"

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

syngan_status sg_column_start(syngan_context *context, const sg_column *form,
                              int64_t rows, sg_column *out) {
    size_t bytes = (size_t)rows * sg_column_step(form);
    *out = (sg_column){.type = form->type, .decimals = form->decimals};
    memcpy(out->stored, form->stored, sizeof out->stored);
    out->name = sg_strdup(context, form->name);
    out->data = sg_alloc(context, bytes);
    if (form->format != NULL) out->format = sg_strdup(context, form->format);
    if (out->name != NULL && out->data != NULL &&
        (form->format == NULL || out->format != NULL))
        return SYNGAN_OK;
    sg_column_end(context, out);
    return sg_fail_memory(context, "a column", bytes);
}

syngan_status sg_column_empty_words(syngan_context *context,
                                    sg_column *column) {
    sg_dictionary *words = sg_dictionary_make(context);
    if (words == NULL) return sg_fail_memory(context, "a column", 1);
    sg_dictionary_release(column->words);
    column->words = words;
    return SYNGAN_OK;
}

bool sg_column_is_missing(const sg_column *column, int64_t row) {
    switch (sg_type_of(column)->storage) {
    case SG_STORE_CODES:
        return column->codes[row] < 0;
    case SG_STORE_INTEGERS:
        return column->integers[row] == SYNGAN_MISSING;
    case SG_STORE_REALS:
        return isnan(column->reals[row]);
    }
    return true;
}

int64_t sg_column_count_missing(const sg_column *column, int64_t rows) {
    int64_t count = 0;
    for (int64_t row = 0; row < rows; row++)
        count += sg_column_is_missing(column, row);
    return count;
}

uint64_t sg_column_bits(const sg_column *column, int64_t row) {
    if (sg_column_has_codes(column)) return (uint64_t)column->codes[row];
    if (!sg_column_has_reals(column)) return (uint64_t)column->integers[row];
    uint64_t bits;
    double value = column->reals[row] + 0.0; /* -0.0 equals 0.0 */
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

size_t sg_column_text(const sg_column *column, int64_t row, char *text,
                      size_t size) {
    return sg_column_is_missing(column, row)
               ? sg_text_copy("", text, size)
               : sg_type_of(column)->write(column, row, text, size);
}
