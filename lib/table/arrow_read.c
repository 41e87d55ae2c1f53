/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables from the Arrow C data interface. Whole numbers and doubles without
 * missing values stay where they are: such columns hold the array, which is
 * released with the last of them. Everything else is copied.
 *
 * The memory that an array points to is the producer's word; what the structs
 * themselves say is checked.
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "file/utf8.h"
#include "table/arrow.h"
#include "table/decimals.h"
#include "table/infer.h"

/* ---- an array that columns share ---------------------------------------- */

typedef struct holder {
    atomic_int references;
    syngan_context *context;
    struct ArrowArray array; /* empty until the table is finished */
} holder;

static void holder_release(void *owner) {
    holder *h = owner;
    if (atomic_fetch_sub(&h->references, 1) != 1) return;
    syngan_context *context = h->context;
    if (h->array.release != NULL) h->array.release(&h->array);
    sg_free(context, h);
    sg_context_release(context);
}

static holder *holder_make(syngan_context *context) {
    holder *h = sg_alloc_zero(context, 1, sizeof *h);
    if (h == NULL) return NULL;
    atomic_init(&h->references, 1);
    h->context = context;
    sg_context_retain(context);
    return h;
}

/* ---- a source of a column ----------------------------------------------- */

typedef struct source {
    syngan_context *context;
    const struct ArrowSchema *schema;
    const struct ArrowArray *array;
    const char *name;          /* of the column */
    int64_t first, rows;       /* the part of the array that is read */
    const unsigned char *bits; /* set: the value is there; NULL: all are */
    bool is_dictionary;        /* whose texts are taken as they are */
    holder *holder;
} source;

static syngan_status refuse(const source *s, const char *what) {
    return sg_fail(s->context, SYNGAN_E_ARGUMENT,
                   "Arrow: the array of column '%s' %s", s->name, what);
}

static syngan_status refuse_value(const source *s, int64_t row,
                                  const char *what) {
    return sg_fail(s->context, SYNGAN_E_FORMAT,
                   "Arrow: column '%s', row %lld: %s", s->name, (long long)row,
                   what);
}

static inline bool bit_at(const unsigned char *bits, int64_t index) {
    return bits[index / 8] >> index % 8 & 1;
}

static inline bool is_null(const source *s, int64_t row) {
    return s->bits != NULL && !bit_at(s->bits, s->first + row);
}

/* Finds the bitmap; without it if nothing is missing in the rows. */
static syngan_status find_nulls(source *s) {
    const struct ArrowArray *array = s->array;
    s->bits = NULL;
    if (array->null_count < -1) return refuse(s, "has a negative null count");
    if (array->null_count == 0) return SYNGAN_OK;
    const unsigned char *bits = array->buffers[0];
    if (bits == NULL && array->null_count > 0)
        return refuse(s, "has missing values, but no bitmap of them");
    for (int64_t row = 0; bits != NULL && row < s->rows; row++) {
        if (bit_at(bits, s->first + row)) continue;
        s->bits = bits;
        break;
    }
    return SYNGAN_OK;
}

static syngan_status check_array(source *s, int64_t n_buffers) {
    const struct ArrowArray *array = s->array;
    if (array->n_buffers != n_buffers)
        return sg_fail(s->context, SYNGAN_E_ARGUMENT,
                       "Arrow: the array of column '%s' has %lld buffers, but "
                       "%lld belong to the type '%s'",
                       s->name, (long long)array->n_buffers,
                       (long long)n_buffers, s->schema->format);
    if (n_buffers == 0) return SYNGAN_OK;
    if (array->buffers == NULL) return refuse(s, "has no buffers");
    if (array->buffers[1] == NULL && s->rows > 0)
        return refuse(s, "has no buffer of values");
    return find_nulls(s);
}

static syngan_status make_values(const source *s, sg_column *column) {
    size_t bytes = (size_t)s->rows * sg_column_step(column);
    column->data = sg_alloc(s->context, bytes);
    return column->data != NULL ? SYNGAN_OK
                                : sg_fail_memory(s->context, "a column", bytes);
}

/* The values as they lie in the array, if they can be. */
static bool share_values(const source *s, sg_column *column) {
    const int64_t *data = s->array->buffers[1];
    if (s->bits != NULL || s->rows == 0 ||
        (uintptr_t)data % sizeof(int64_t) != 0)
        return false;
    atomic_fetch_add(&s->holder->references, 1);
    column->owner = s->holder;
    column->release = holder_release;
    /* Nobody writes to a column's values. */
    column->data = (void *)(uintptr_t)(data + s->first);
    return true;
}

/* ---- numbers ------------------------------------------------------------ */

/* An integer by its format, which is one letter. Those above INT64_MAX come
 * out negative. */
static inline int64_t integer_at(const void *data, char format, int64_t index) {
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

static syngan_status check_integer(const source *s, int64_t row,
                                   int64_t value) {
    if (s->schema->format[0] == 'L' && value < 0)
        return refuse_value(s, row,
                            "an unsigned integer above 9223372036854775807, "
                            "the greatest that a table holds");
    if (value == SYNGAN_MISSING)
        return refuse_value(s, row,
                            "-9223372036854775808, which stands for a missing "
                            "value in a table");
    return SYNGAN_OK;
}

static syngan_status read_integers(const source *s, sg_column *column) {
    const void *data = s->array->buffers[1];
    char format = s->schema->format[0];
    column->type = SYNGAN_COLUMN_INTEGER;
    bool shared = format == 'l' && share_values(s, column);
    if (!shared) SG_TRY(make_values(s, column));
    for (int64_t row = 0; row < s->rows; row++) {
        int64_t value = SYNGAN_MISSING;
        if (!is_null(s, row)) {
            value = integer_at(data, format, s->first + row);
            if (value < 0) SG_TRY(check_integer(s, row, value));
        }
        if (!shared) column->integers[row] = value;
    }
    return SYNGAN_OK;
}

static syngan_status read_reals(const source *s, sg_column *column) {
    const void *data = s->array->buffers[1];
    bool single = s->schema->format[0] == 'f';
    column->type = SYNGAN_COLUMN_REAL;
    if (single || !share_values(s, column)) {
        SG_TRY(make_values(s, column));
        for (int64_t row = 0; row < s->rows; row++) {
            int64_t at = s->first + row;
            if (is_null(s, row))
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
static syngan_status read_nothing(const source *s, sg_column *column) {
    column->type = SYNGAN_COLUMN_REAL;
    SG_TRY(make_values(s, column));
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
static syngan_status read_times(const source *s, char format, int64_t per_unit,
                                int64_t units_each, sg_column *column) {
    const void *data = s->array->buffers[1];
    column->type = SYNGAN_COLUMN_TIME;
    SG_TRY(make_values(s, column));
    for (int64_t row = 0; row < s->rows; row++) {
        column->integers[row] = SYNGAN_MISSING;
        if (is_null(s, row)) continue;
        int64_t value = integer_at(data, format, s->first + row), time;
        if (value == INT64_MIN ||
            __builtin_mul_overflow(value, per_unit, &time))
            return refuse_value(s, row,
                                "a time beyond the years that a table "
                                "holds");
        column->integers[row] = time / units_each - (time % units_each < 0);
    }
    return SYNGAN_OK;
}

static syngan_status set_format(const source *s, const char *format,
                                sg_column *column) {
    column->format = sg_strdup(s->context, format);
    return column->format != NULL
               ? SYNGAN_OK
               : sg_fail_memory(s->context, "a column", strlen(format));
}

/* date32: days; date64: milliseconds. */
static syngan_status read_dates(const source *s, sg_column *column) {
    bool days = s->schema->format[2] == 'D';
    SG_TRY(read_times(s, days ? 'i' : 'l',
                      days ? SG_MICROSECONDS_A_DAY : INT64_C(1000), 1, column));
    return set_format(s, "%Y-%m-%d", column);
}

static syngan_status read_timestamps(const source *s, sg_column *column) {
    char unit = s->schema->format[2];
    int64_t per_unit = unit == 's' ? 1000000 : unit == 'm' ? 1000 : 1;
    SG_TRY(read_times(s, 'l', per_unit, unit == 'n' ? 1000 : 1, column));
    return set_format(s, time_format(column->integers, s->rows), column);
}

/* ---- texts -------------------------------------------------------------- */

static syngan_status make_codes(const source *s, int32_t type,
                                sg_column *column) {
    column->type = type;
    SG_TRY(make_values(s, column));
    column->words = sg_dictionary_make(s->context);
    return column->words != NULL
               ? SYNGAN_OK
               : sg_fail_memory(s->context, "a column", sizeof(sg_dictionary));
}

static syngan_status read_booleans(const source *s, sg_column *column) {
    SG_TRY(make_codes(s, SYNGAN_COLUMN_BOOLEAN, column));
    int32_t code;
    SG_TRY(sg_dictionary_add(column->words, "false", 5, &code));
    SG_TRY(sg_dictionary_add(column->words, "true", 4, &code));
    const unsigned char *values = s->array->buffers[1];
    for (int64_t row = 0; row < s->rows; row++)
        column->codes[row] =
            is_null(s, row) ? -1 : bit_at(values, s->first + row);
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
static syngan_status check_text(const source *s, const text_sink *sink,
                                int32_t known, int64_t row) {
    const sg_dictionary *words = words_of(sink);
    if (words != NULL && words->count > known &&
        !sg_utf8_is(sg_dictionary_text(words, known)))
        return refuse_value(s, row, "a text that is not UTF-8");
    return SYNGAN_OK;
}

static syngan_status take_text(const source *s, text_sink *sink, int64_t row,
                               int64_t start, int64_t end) {
    const char *data = s->array->buffers[2];
    if (start < 0 || end < start)
        return refuse(s, "has offsets of texts that decrease");
    if (data == NULL && end > start) return refuse(s, "has no texts");
    const char *text = end > start ? data + start : "";
    size_t size = (size_t)(end - start);
    if (memchr(text, '\0', size) != NULL)
        return refuse_value(s, row, "a text with a zero byte in it");
    const sg_dictionary *words = words_of(sink);
    int32_t known = words != NULL ? words->count : 0;
    SG_TRY(put_text(sink, row, text, size));
    return check_text(s, sink, known, row);
}

static syngan_status take_texts(const source *s, text_sink *sink) {
    const void *offsets = s->array->buffers[1];
    char format = s->schema->format[0] == 'U' ? 'l' : 'i';
    for (int64_t row = 0; row < s->rows; row++) {
        if (is_null(s, row)) {
            if (sink->column != NULL)
                sink->column->codes[row] = -1;
            else
                SG_TRY(sg_cells_put(&sink->cells, "", 0));
            continue;
        }
        SG_TRY(take_text(s, sink, row,
                         integer_at(offsets, format, s->first + row),
                         integer_at(offsets, format, s->first + row + 1)));
    }
    return SYNGAN_OK;
}

/* Of a dictionary. */
static syngan_status read_words(const source *s, sg_column *column) {
    SG_TRY(make_codes(s, SYNGAN_COLUMN_CATEGORY, column));
    text_sink sink = {.column = column};
    return take_texts(s, &sink);
}

/* They get the type that they would have in a CSV file. */
static syngan_status read_texts(const source *s, sg_column *column) {
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

typedef syngan_status (*read_fn)(const source *s, sg_column *column);

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

static syngan_status refuse_type(const source *s) {
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

static syngan_status read_plain(source *s, sg_column *column) {
    if (s->schema->format == NULL)
        return refuse(s, "has a schema without a format");
    const struct known_type *type = find_type(s->schema->format);
    if (type == NULL) return refuse_type(s);
    SG_TRY(check_array(s, type->n_buffers));
    return type->read(s, column);
}

/* ---- dictionaries ------------------------------------------------------- */

/* The index of a row, -1 if it is missing. */
static syngan_status index_at(const source *s, int64_t row, int64_t count,
                              int64_t *index) {
    *index = -1;
    if (is_null(s, row)) return SYNGAN_OK;
    *index =
        integer_at(s->array->buffers[1], s->schema->format[0], s->first + row);
    return *index >= 0 && *index < count
               ? SYNGAN_OK
               : refuse_value(s, row, "an index beyond the dictionary");
}

/* Numbers and times in place of their indices. */
static syngan_status gather_numbers(const source *s, const sg_column *values,
                                    int64_t count, sg_column *column) {
    column->type = values->type;
    SG_TRY(make_values(s, column));
    for (int64_t row = 0; row < s->rows; row++) {
        int64_t index;
        SG_TRY(index_at(s, row, count, &index));
        if (column->type == SYNGAN_COLUMN_REAL)
            column->reals[row] = index < 0 ? (double)NAN : values->reals[index];
        else
            column->integers[row] =
                index < 0 ? SYNGAN_MISSING : values->integers[index];
    }
    return SYNGAN_OK;
}

/* Only texts that occur become texts of the column: a part of a table must not
 * tell what the rest has. `code_of` has a code for each of `values`, or -1. */
static syngan_status gather_texts(const source *s, const sg_column *values,
                                  int64_t count, int32_t *code_of,
                                  sg_column *column) {
    for (int64_t row = 0; row < s->rows; row++) {
        int64_t index;
        SG_TRY(index_at(s, row, count, &index));
        int32_t old = index < 0 ? -1 : values->codes[index];
        if (old >= 0 && code_of[old] < 0)
            SG_TRY(sg_dictionary_add(
                column->words, sg_dictionary_text(values->words, old),
                sg_dictionary_size(values->words, old), &code_of[old]));
        column->codes[row] = old < 0 ? -1 : code_of[old];
    }
    return SYNGAN_OK;
}

static syngan_status gather_codes(const source *s, const sg_column *values,
                                  int64_t count, sg_column *column) {
    bool boolean = values->type == SYNGAN_COLUMN_BOOLEAN;
    SG_TRY(make_codes(
        s, boolean ? SYNGAN_COLUMN_BOOLEAN : SYNGAN_COLUMN_CATEGORY, column));
    size_t bytes = (size_t)values->words->count * sizeof(int32_t);
    int32_t *code_of = sg_alloc(s->context, bytes);
    if (code_of == NULL) return sg_fail_memory(s->context, "a column", bytes);
    memset(code_of, 0xff, bytes);
    syngan_status status = gather_texts(s, values, count, code_of, column);
    sg_free(s->context, code_of);
    return status;
}

static syngan_status gather(const source *s, sg_column *values, int64_t count,
                            sg_column *column) {
    column->decimals = values->decimals;
    column->format = values->format;
    values->format = NULL;
    return sg_column_has_codes(values)
               ? gather_codes(s, values, count, column)
               : gather_numbers(s, values, count, column);
}

static syngan_status read_dictionary(source *s, sg_column *column) {
    const struct ArrowArray *array = s->array->dictionary;
    const struct known_type *type = find_type(s->schema->format);
    if (array == NULL) return refuse(s, "has no dictionary");
    if (type == NULL || type->read != read_integers || array->length < 0 ||
        array->offset < 0)
        return refuse(s, "has a dictionary that can't be right");
    SG_TRY(check_array(s, 2));
    source words = *s;
    words.schema = s->schema->dictionary;
    words.array = array;
    words.first = array->offset;
    words.rows = array->length;
    words.is_dictionary = true;
    sg_column values = {.decimals = -1};
    syngan_status status = read_plain(&words, &values);
    if (status == SYNGAN_OK) status = gather(s, &values, array->length, column);
    sg_column_end(s->context, &values);
    return status;
}

/* ---- the table ---------------------------------------------------------- */

static syngan_status read_column(source *s, syngan_table *table) {
    sg_column column = {.decimals = -1};
    column.name = sg_strdup(s->context, s->name);
    syngan_status status = SYNGAN_OK;
    if (column.name == NULL)
        status = sg_fail_memory(s->context, "a column", strlen(s->name));
    else if (s->schema->format != NULL && s->schema->dictionary != NULL)
        status = read_dictionary(s, &column);
    else
        status = read_plain(s, &column);
    if (status == SYNGAN_OK) return sg_table_add(table, &column);
    sg_column_end(s->context, &column);
    return status;
}

/* Column `index` of a record batch. */
static syngan_status read_child(syngan_table *table, holder *h,
                                const struct ArrowSchema *schema,
                                const struct ArrowArray *batch, int64_t index) {
    const struct ArrowSchema *child = schema->children[index];
    const struct ArrowArray *array = batch->children[index];
    if (child == NULL || array == NULL || child->release == NULL ||
        array->release == NULL)
        return sg_fail(table->context, SYNGAN_E_ARGUMENT,
                       "Arrow: child %lld is NULL or released",
                       (long long)index);
    source s = {.context = table->context,
                .schema = child,
                .array = array,
                .name = child->name != NULL ? child->name : "",
                .rows = batch->length,
                .holder = h};
    if (array->length < 0 || array->offset < 0 ||
        __builtin_add_overflow(batch->offset, array->offset, &s.first) ||
        array->length - batch->offset < batch->length)
        return refuse(&s, "is shorter than the batch, or has a negative "
                          "length or offset");
    return read_column(&s, table);
}

/* The two structs of a batch. */
static syngan_status check_batch(syngan_context *context,
                                 const struct ArrowSchema *schema,
                                 const struct ArrowArray *array) {
    const char *fault = NULL;
    if (schema->release == NULL || array->release == NULL)
        fault = "has been released";
    else if (schema->format == NULL || strcmp(schema->format, "+s") != 0)
        fault = "is no struct array (a record batch), whose format is '+s'";
    else if (array->length < 0 || array->offset < 0 || array->n_children < 0)
        fault = "has a negative length, offset or number of children";
    else if (array->n_children != schema->n_children)
        fault = "has another number of children than its schema";
    else if (array->n_children > 0 &&
             (array->children == NULL || schema->children == NULL))
        fault = "has no children";
    if (fault != NULL)
        return sg_fail(context, SYNGAN_E_ARGUMENT, "Arrow: the array %s",
                       fault);
    source s = {.context = context,
                .schema = schema,
                .array = array,
                .name = "(the batch)",
                .first = array->offset,
                .rows = array->length};
    if (array->n_buffers != 1 || array->buffers == NULL ||
        array->null_count == 0)
        return SYNGAN_OK;
    SG_TRY(find_nulls(&s));
    return s.bits == NULL
               ? SYNGAN_OK
               : sg_fail(context, SYNGAN_E_TYPE,
                         "Arrow: whole rows of the struct array are missing, "
                         "but only single values may be");
}

static syngan_status read_table(syngan_context *context, holder *h,
                                const struct ArrowSchema *schema,
                                const struct ArrowArray *array,
                                const char *types, syngan_table **out) {
    syngan_table *table;
    SG_TRY(check_batch(context, schema, array));
    SG_TRY(sg_table_make(context, array->length, &table));
    syngan_status status = SYNGAN_OK;
    for (int64_t i = 0; i < array->n_children && status == SYNGAN_OK; i++)
        status = read_child(table, h, schema, array, i);
    if (status == SYNGAN_OK && types != NULL) {
        status = syngan_table_with_schema(table, types, out);
    } else if (status == SYNGAN_OK) {
        *out = sg_table_retain(table);
    }
    syngan_table_free(table);
    return status;
}

syngan_status syngan_table_from_arrow(syngan_context *context,
                                      struct ArrowSchema *schema,
                                      struct ArrowArray *array,
                                      const char *types, syngan_table **out) {
    if (out != NULL) *out = NULL;
    if (context == NULL) return SYNGAN_E_ARGUMENT;
    if (schema == NULL || array == NULL || out == NULL)
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       "syngan_table_from_arrow: the schema, the array or "
                       "`out` is NULL");
    holder *h = holder_make(context);
    if (h == NULL) return sg_fail_memory(context, "Arrow", sizeof *h);
    syngan_status status = read_table(context, h, schema, array, types, out);
    if (status == SYNGAN_OK) {
        h->array = *array; /* moved, as the specification says */
        array->release = NULL;
        schema->release(schema);
    }
    holder_release(h);
    return status;
}
