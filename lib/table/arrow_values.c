/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Columns from plain Arrow arrays, by their formats. Whole numbers and doubles
 * without missing values stay where they are: such columns hold the array,
 * which is released with the last of them. Everything else is copied.
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "file/utf8.h"
#include "table/arrow_source.h"
#include "table/decimals.h"
#include "table/infer.h"

/* ---- sources ------------------------------------------------------------ */

syngan_status sg_arrow_refuse(const sg_arrow_source *s, const char *what) {
    return sg_fail(s->context, SYNGAN_E_ARGUMENT,
                   "Arrow: the array of column '%s' %s", s->name, what);
}

syngan_status sg_arrow_refuse_value(const sg_arrow_source *s, int64_t row,
                                    const char *what) {
    return sg_fail(s->context, SYNGAN_E_FORMAT,
                   "Arrow: column '%s', row %lld: %s", s->name, (long long)row,
                   what);
}

syngan_status sg_arrow_find_nulls(sg_arrow_source *s) {
    const struct ArrowArray *array = s->array;
    s->bits = NULL;
    if (array->null_count < -1)
        return sg_arrow_refuse(s, "has a negative null count");
    if (array->null_count == 0) return SYNGAN_OK;
    const unsigned char *bits = array->buffers[0];
    if (bits == NULL && array->null_count > 0)
        return sg_arrow_refuse(s, "has missing values, but no bitmap of them");
    for (int64_t row = 0; bits != NULL && row < s->rows; row++) {
        if (sg_arrow_bit(bits, s->first + row)) continue;
        s->bits = bits;
        break;
    }
    return SYNGAN_OK;
}

syngan_status sg_arrow_check(sg_arrow_source *s, int64_t n_buffers) {
    const struct ArrowArray *array = s->array;
    if (array->n_buffers != n_buffers)
        return sg_fail(s->context, SYNGAN_E_ARGUMENT,
                       "Arrow: the array of column '%s' has %lld buffers, but "
                       "%lld belong to the type '%s'",
                       s->name, (long long)array->n_buffers,
                       (long long)n_buffers, s->schema->format);
    if (n_buffers == 0) return SYNGAN_OK;
    if (array->buffers == NULL) return sg_arrow_refuse(s, "has no buffers");
    if (array->buffers[1] == NULL && s->rows > 0)
        return sg_arrow_refuse(s, "has no buffer of values");
    return sg_arrow_find_nulls(s);
}

syngan_status sg_arrow_make_values(const sg_arrow_source *s,
                                   sg_column *column) {
    size_t bytes = (size_t)s->rows * sg_column_step(column);
    column->data = sg_alloc(s->context, bytes);
    return column->data != NULL ? SYNGAN_OK
                                : sg_fail_memory(s->context, "a column", bytes);
}

/* The values as they lie in the array, if they can be. */
static bool share_values(const sg_arrow_source *s, sg_column *column) {
    const int64_t *data = s->array->buffers[1];
    if (s->bits != NULL || s->rows == 0 ||
        (uintptr_t)data % sizeof(int64_t) != 0)
        return false;
    atomic_fetch_add(&s->holder->references, 1);
    column->owner = s->holder;
    column->release = sg_arrow_holder_release;
    /* Nobody writes to a column's values. */
    column->data = (void *)(uintptr_t)(data + s->first);
    return true;
}

/* ---- numbers ------------------------------------------------------------ */

/* An integer by its format, which is one letter. Those above INT64_MAX come
 * out negative. */
int64_t sg_arrow_integer(const void *data, char format, int64_t index) {
    switch (format) {
    case 'c':
        return ((const int8_t *)data)[index];
    case 'C':
        return ((const uint8_t *)data)[index];
    case 's':
        return ((const int16_t *)data)[index];
    case 'S':
        return ((const uint16_t *)data)[index];
    case 'i':
        return ((const int32_t *)data)[index];
    case 'I':
        return ((const uint32_t *)data)[index];
    default:
        return ((const int64_t *)data)[index];
    }
}

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

static syngan_status read_integers(const sg_arrow_source *s,
                                   sg_column *column) {
    const void *data = s->array->buffers[1];
    char format = s->schema->format[0];
    column->type = SYNGAN_COLUMN_INTEGER;
    bool shared = format == 'l' && share_values(s, column);
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

static syngan_status read_reals(const sg_arrow_source *s, sg_column *column) {
    const void *data = s->array->buffers[1];
    bool single = s->schema->format[0] == 'f';
    column->type = SYNGAN_COLUMN_REAL;
    if (single || !share_values(s, column)) {
        SG_TRY(sg_arrow_make_values(s, column));
        for (int64_t row = 0; row < s->rows; row++) {
            int64_t at = s->first + row;
            if (sg_arrow_is_null(s, row))
                column->reals[row] = (double)NAN;
            else
                column->reals[row] = single ? (double)((const float *)data)[at]
                                            : ((const double *)data)[at];
        }
    }
    column->decimals = sg_decimals(column->reals, s->rows, single);
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

/* ---- times -------------------------------------------------------------- */

/* How times are written: with as much as they have. */
static const char *time_format(const int64_t *times, int64_t rows) {
    bool any = false, clock = false;
    for (int64_t row = 0; row < rows; row++) {
        if (times[row] == SYNGAN_MISSING) continue;
        if (times[row] % 1000000 != 0) return "%Y-%m-%d %H:%M:%S.%f";
        any = true;
        clock = clock || times[row] % SG_MICROSECONDS_A_DAY != 0;
    }
    return any && !clock ? "%Y-%m-%d" : "%Y-%m-%d %H:%M:%S";
}

/* Values of which `per_unit` microseconds make one, or `units_each` make one
 * microsecond (rounded down). */
static syngan_status read_times(const sg_arrow_source *s, char format,
                                int64_t per_unit, int64_t units_each,
                                sg_column *column) {
    const void *data = s->array->buffers[1];
    column->type = SYNGAN_COLUMN_TIME;
    SG_TRY(sg_arrow_make_values(s, column));
    for (int64_t row = 0; row < s->rows; row++) {
        column->integers[row] = SYNGAN_MISSING;
        if (sg_arrow_is_null(s, row)) continue;
        int64_t value = sg_arrow_integer(data, format, s->first + row), time;
        if (value == INT64_MIN ||
            __builtin_mul_overflow(value, per_unit, &time))
            return sg_arrow_refuse_value(s, row,
                                         "a time beyond the years that a table "
                                         "holds");
        column->integers[row] = time / units_each - (time % units_each < 0);
    }
    return SYNGAN_OK;
}

static syngan_status set_format(const sg_arrow_source *s, const char *format,
                                sg_column *column) {
    column->format = sg_strdup(s->context, format);
    return column->format != NULL
               ? SYNGAN_OK
               : sg_fail_memory(s->context, "a column", strlen(format));
}

/* date32: days; date64: milliseconds. */
static syngan_status read_dates(const sg_arrow_source *s, sg_column *column) {
    bool days = s->schema->format[2] == 'D';
    SG_TRY(read_times(s, days ? 'i' : 'l',
                      days ? SG_MICROSECONDS_A_DAY : INT64_C(1000), 1, column));
    return set_format(s, "%Y-%m-%d", column);
}

static syngan_status read_timestamps(const sg_arrow_source *s,
                                     sg_column *column) {
    char unit = s->schema->format[2];
    int64_t per_unit = unit == 's' ? 1000000 : unit == 'm' ? 1000 : 1;
    SG_TRY(read_times(s, 'l', per_unit, unit == 'n' ? 1000 : 1, column));
    return set_format(s, time_format(column->integers, s->rows), column);
}

/* ---- texts -------------------------------------------------------------- */

syngan_status sg_arrow_make_codes(const sg_arrow_source *s, int32_t type,
                                  sg_column *column) {
    column->type = type;
    SG_TRY(sg_arrow_make_values(s, column));
    column->words = sg_dictionary_make(s->context);
    return column->words != NULL
               ? SYNGAN_OK
               : sg_fail_memory(s->context, "a column", sizeof(sg_dictionary));
}

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

/* Where texts go. */
typedef struct text_sink {
    sg_cells cells;    /* of a column that is to be inferred */
    sg_column *column; /* or one that has codes already */
} text_sink;

static syngan_status put_text(text_sink *sink, int64_t row, const char *text,
                              size_t size) {
    if (sink->column == NULL) return sg_cells_put(&sink->cells, text, size);
    return sg_dictionary_add(sink->column->words, text, size,
                             &sink->column->codes[row]);
}

static const sg_dictionary *words_of(const text_sink *sink) {
    return sink->column != NULL ? sink->column->words : sink->cells.words;
}

/* Texts are looked at when they are new. */
static syngan_status check_text(const sg_arrow_source *s, const text_sink *sink,
                                int32_t known, int64_t row) {
    const sg_dictionary *words = words_of(sink);
    if (words != NULL && words->count > known &&
        !sg_utf8_is(sg_dictionary_text(words, known)))
        return sg_arrow_refuse_value(s, row, "a text that is not UTF-8");
    return SYNGAN_OK;
}

static syngan_status take_text(const sg_arrow_source *s, text_sink *sink,
                               int64_t row, int64_t start, int64_t end) {
    const char *data = s->array->buffers[2];
    if (start < 0 || end < start)
        return sg_arrow_refuse(s, "has offsets of texts that decrease");
    if (data == NULL && end > start) return sg_arrow_refuse(s, "has no texts");
    const char *text = end > start ? data + start : "";
    size_t size = (size_t)(end - start);
    if (memchr(text, '\0', size) != NULL)
        return sg_arrow_refuse_value(s, row, "a text with a zero byte in it");
    const sg_dictionary *words = words_of(sink);
    int32_t known = words != NULL ? words->count : 0;
    SG_TRY(put_text(sink, row, text, size));
    return check_text(s, sink, known, row);
}

static syngan_status take_texts(const sg_arrow_source *s, text_sink *sink) {
    const void *offsets = s->array->buffers[1];
    char format = s->schema->format[0] == 'U' ? 'l' : 'i';
    for (int64_t row = 0; row < s->rows; row++) {
        if (sg_arrow_is_null(s, row)) {
            if (sink->column != NULL)
                sink->column->codes[row] = -1;
            else
                SG_TRY(sg_cells_put(&sink->cells, "", 0));
            continue;
        }
        SG_TRY(take_text(
            s, sink, row, sg_arrow_integer(offsets, format, s->first + row),
            sg_arrow_integer(offsets, format, s->first + row + 1)));
    }
    return SYNGAN_OK;
}

/* Of a dictionary. */
static syngan_status read_words(const sg_arrow_source *s, sg_column *column) {
    SG_TRY(sg_arrow_make_codes(s, SYNGAN_COLUMN_CATEGORY, column));
    text_sink sink = {.column = column};
    return take_texts(s, &sink);
}

/* They get the type that they would have in a CSV file. */
static syngan_status read_texts(const sg_arrow_source *s, sg_column *column) {
    if (s->is_dictionary) return read_words(s, column);
    text_sink sink = {.column = NULL};
    sg_cells_start(&sink.cells, s->context);
    syngan_status status = take_texts(s, &sink);
    sg_column_end(s->context, column);
    if (status == SYNGAN_OK)
        return sg_infer_column(&sink.cells, s->name,
                               &(const sg_wish){.decimals = -1}, "",
                               &(const sg_origin){.name = "Arrow"}, column);
    sg_cells_end(&sink.cells);
    return status;
}

/* ---- types -------------------------------------------------------------- */

typedef syngan_status (*read_fn)(const sg_arrow_source *s, sg_column *column);

/* By the start of their formats. */
static const struct known_type {
    const char *start;
    bool exact; /* else a time zone may follow */
    int64_t n_buffers;
    read_fn read;
} known_types[] = {
    {"n", true, 0, read_nothing},        {"b", true, 2, read_booleans},
    {"c", true, 2, read_integers},       {"C", true, 2, read_integers},
    {"s", true, 2, read_integers},       {"S", true, 2, read_integers},
    {"i", true, 2, read_integers},       {"I", true, 2, read_integers},
    {"l", true, 2, read_integers},       {"L", true, 2, read_integers},
    {"f", true, 2, read_reals},          {"g", true, 2, read_reals},
    {"u", true, 3, read_texts},          {"U", true, 3, read_texts},
    {"tdD", true, 2, read_dates},        {"tdm", true, 2, read_dates},
    {"tss:", false, 2, read_timestamps}, {"tsm:", false, 2, read_timestamps},
    {"tsu:", false, 2, read_timestamps}, {"tsn:", false, 2, read_timestamps},
};

static const struct other_type {
    const char *start, *name;
} other_types[] = {
    {"e", "half floats"},   {"d:", "decimals"},     {"z", "bytes"},
    {"Z", "bytes"},         {"w:", "bytes"},        {"vz", "bytes"},
    {"vu", "string views"}, {"tt", "times of day"}, {"tD", "durations"},
    {"ti", "intervals"},    {"+l", "lists"},        {"+L", "lists"},
    {"+w", "lists"},        {"+v", "lists"},        {"+s", "structs"},
    {"+m", "maps"},         {"+u", "unions"},       {"+r", "run-end codes"},
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
                   "hold; integers, floats, bool, utf8, dictionaries, dates "
                   "and timestamps are known",
                   s->name, name, format);
}

syngan_status sg_arrow_read_plain(sg_arrow_source *s, sg_column *column) {
    if (s->schema->format == NULL)
        return sg_arrow_refuse(s, "has a schema without a format");
    const struct known_type *type = find_type(s->schema->format);
    if (type == NULL) return refuse_type(s);
    SG_TRY(sg_arrow_check(s, type->n_buffers));
    return type->read(s, column);
}
