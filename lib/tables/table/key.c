/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys among integers.
 */
#include "table/key.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

/* Fewer rows tell nothing, or nothing without a name. */
#define LEAST_ROWS 20
#define LEAST_UNNAMED 100
/* n values drawn from a range of r are all different with a chance of about
 * exp(-n^2 / 2r); below exp(-14) that is none. */
#define NO_CHANCE 14.0
/* Values that are compared before all of them are. */
#define FIRST_VALUES 4096

/* ---- values ------------------------------------------------------------- */

static bool is_date(int64_t value) {
    int64_t month = value / 100 % 100, day = value % 100;
    return value >= 19000101 && value <= 21001231 && month >= 1 &&
           month <= 12 && day >= 1 && day <= 31;
}

static void take_missing(sg_key_looks *l) {
    l->missing = l->no_counter = true;
}

static void take_integer(sg_key_looks *l, int64_t value) {
    int64_t step = 0;
    if (l->count > 0) {
        bool far = __builtin_sub_overflow(value, l->last, &step);
        if (step <= 0 || far) l->no_rise = true;
        if (step >= 0 || far) l->no_fall = true;
        if (step != 1 || far) l->no_counter = true;
        if (l->count > 1 && step != l->step) l->gaps = true;
        l->step = step;
    }
    if (l->count == 0 || value < l->low) l->low = value;
    if (l->count == 0 || value > l->high) l->high = value;
    if (!is_date(value)) l->no_date = true;
    l->last = value;
    l->count++;
}

/* Integers as they are usually written: 007 and +49 are none. */
static bool read_plain(const char *text, size_t size, int64_t *value) {
    sg_number_form form;
    return size > 0 && text[0] != '+' && sg_number_scan(text, size, &form) &&
           form.whole && form.decimals == 0 && !form.padded && !form.infinite &&
           sg_number_integer(text, size, value) && *value != SYNGAN_MISSING;
}

static bool cell_integer(const sg_cells *cells, uint64_t cell, int64_t *value) {
    if (sg_cell_kind(cell) == SG_CELL_NUMERAL) {
        *value = sg_numeral_digits(cell);
        return sg_numeral_decimals(cell) == 0;
    }
    int32_t code = sg_cell_code(cell);
    return read_plain(sg_dictionary_text(cells->words, code),
                      sg_dictionary_size(cells->words, code), value);
}

void sg_key_take(sg_key_looks *looks, const sg_cells *cells) {
    const uint64_t *cell = sg_cells_words(cells);
    int64_t value;
    for (size_t row = 0; row < cells->count && !looks->no_key; row++) {
        if (sg_cell_kind(cell[row]) == SG_CELL_EMPTY)
            take_missing(looks);
        else if (cell_integer(cells, cell[row], &value))
            take_integer(looks, value);
        else
            looks->no_key = true;
    }
}

void sg_key_take_names(sg_key_looks *looks, const sg_column *column,
                       int64_t rows) {
    int64_t value;
    for (int64_t row = 0; row < rows && !looks->no_key; row++) {
        int32_t code = column->codes[row];
        if (code < 0)
            take_missing(looks);
        else if (read_plain(sg_dictionary_text(column->words, code),
                            sg_dictionary_size(column->words, code), &value))
            take_integer(looks, value);
        else
            looks->no_key = true;
    }
}

/* Seconds, milli-, micro- or nanoseconds since 1970 of the years 1998 to
 * 2036. */
static bool are_instants(const sg_key_looks *l) {
    for (int64_t unit = 1; unit <= 1000000000; unit *= 1000)
        if (l->low >= 900000000 * unit && l->high <= 2100000000 * unit)
            return true;
    return false;
}

bool sg_key_may_be(const sg_key_looks *l, int32_t named) {
    double count = (double)l->count;
    double range = (double)l->high - (double)l->low + 1;
    if (l->no_key || l->count < LEAST_ROWS || count > range ||
        named == SG_NAMED_MEASURE)
        return false;
    if (!l->no_counter || named == SG_NAMED_KEY) return true;
    if (l->missing || l->count < LEAST_UNNAMED || l->low < 0 || !l->no_date ||
        are_instants(l))
        return false;
    if (!l->no_rise || !l->no_fall) return 2 * count >= range;
    return count * count > 2 * NO_CHANCE * range;
}

void sg_key_log(syngan_context *context, const sg_key_looks *looks,
                const char *name) {
    if (!looks->no_counter) return;
    sg_log(context, SYNGAN_LOG_WARNING,
           "column '%s' has integers that are unique and %s: it is taken for "
           "an identifier, which is not learnt but made anew; if they are a "
           "measure, give it the type \"integer\" in the schema",
           name,
           sg_key_name(name) == SG_NAMED_KEY
               ? "has the name of a key"
               : "as dense as numbers of records");
}

/* ---- whether they are unique -------------------------------------------- */

static int compare(const void *a, const void *b) {
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static bool sort_unique(int64_t *values, int64_t count) {
    qsort(values, (size_t)count, sizeof *values, compare);
    for (int64_t i = 1; i < count; i++)
        if (values[i] == values[i - 1]) return false;
    return true;
}

/* Most columns show it in the first values. */
static bool are_unique(int64_t *values, int64_t count) {
    if (count > FIRST_VALUES && !sort_unique(values, FIRST_VALUES))
        return false;
    return sort_unique(values, count);
}

static int64_t *make_room(syngan_context *context, int64_t count) {
    size_t bytes = (size_t)count * sizeof(int64_t);
    int64_t *values = sg_alloc(context, bytes);
    if (values == NULL) (void)sg_fail_memory(context, "a column", bytes);
    return values;
}

syngan_status sg_key_is_unique(const sg_cells *cells, const sg_key_looks *looks,
                               bool *is_unique) {
    *is_unique = !looks->no_rise || !looks->no_fall;
    if (*is_unique) return SYNGAN_OK;
    int64_t *values = make_room(cells->context, looks->count), count = 0;
    if (values == NULL) return SYNGAN_E_MEMORY;
    const uint64_t *cell = sg_cells_words(cells);
    for (size_t row = 0; row < cells->count; row++)
        if (sg_cell_kind(cell[row]) != SG_CELL_EMPTY)
            count += cell_integer(cells, cell[row], &values[count]);
    *is_unique = are_unique(values, count);
    sg_free(cells->context, values);
    return SYNGAN_OK;
}

/* The same of a column of integers. */
static syngan_status is_key(syngan_context *context, const sg_column *column,
                            int64_t rows, bool *out) {
    sg_key_looks looks = {0};
    for (int64_t row = 0; row < rows; row++)
        if (column->integers[row] == SYNGAN_MISSING)
            take_missing(&looks);
        else
            take_integer(&looks, column->integers[row]);
    *out = sg_key_may_be(&looks, sg_key_name(column->name));
    if (*out && looks.no_rise && looks.no_fall) {
        int64_t *values = make_room(context, looks.count), count = 0;
        if (values == NULL) return SYNGAN_E_MEMORY;
        for (int64_t row = 0; row < rows; row++)
            if (column->integers[row] != SYNGAN_MISSING)
                values[count++] = column->integers[row];
        *out = are_unique(values, count);
        sg_free(context, values);
    }
    if (*out) sg_key_log(context, &looks, column->name);
    return SYNGAN_OK;
}

/* ---- integers to identifiers -------------------------------------------- */

static syngan_status fill_codes(const int64_t *values, int64_t rows,
                                int32_t *codes, sg_dictionary *words) {
    for (int64_t row = 0; row < rows; row++) {
        char text[24];
        SG_TRY(sg_check_at(words->context, row, "table"));
        codes[row] = -1;
        if (values[row] == SYNGAN_MISSING) continue;
        int32_t size =
            sg_text(text, sizeof text, "%lld", (long long)values[row]);
        SG_TRY(sg_dictionary_add(words, text, (size_t)size, &codes[row]));
    }
    return SYNGAN_OK;
}

syngan_status sg_key_make(syngan_context *context, sg_column *column,
                          int64_t rows) {
    bool key;
    SG_TRY(is_key(context, column, rows, &key));
    if (!key) return SYNGAN_OK;
    size_t bytes = (size_t)rows * sizeof(int32_t);
    int32_t *codes = sg_alloc(context, bytes);
    sg_dictionary *words = sg_dictionary_make(context);
    syngan_status status =
        codes != NULL && words != NULL
            ? fill_codes(column->integers, rows, codes, words)
            : sg_fail_memory(context, "a column", bytes);
    if (status != SYNGAN_OK) {
        sg_free(context, codes);
        sg_dictionary_release(words);
        return status;
    }
    if (column->release != NULL)
        column->release(column->owner);
    else
        sg_free(context, column->data);
    column->release = NULL;
    column->owner = NULL;
    column->codes = codes;
    column->words = words;
    column->type = SYNGAN_COLUMN_IDENTIFIER;
    if (column->stored[0] == '\0')
        memcpy(column->stored, SG_STORED_INTEGER, sizeof SG_STORED_INTEGER);
    return SYNGAN_OK;
}
