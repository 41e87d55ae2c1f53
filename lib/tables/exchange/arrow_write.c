/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables to the Arrow C data interface. Values are shared with the table, which
 * every array keeps alive; bitmaps, bits of booleans, days and texts are made.
 *
 * Each struct has a node behind its private_data, with all that it refers to,
 * so that a child or dictionary may be moved away and outlive its parent.
 */
#include <string.h>

#include "base/floats.h"
#include "base/memory.h"
#include "base/text.h"
#include "exchange/arrow.h"
#include "table/boolean.h"
#include "table/stored.h"

/* ---- schemas ------------------------------------------------------------ */

typedef struct schema_node {
    syngan_context *context; /* held */
    char *name;
    char format[SG_STORED_TEXT];
    struct ArrowSchema *children;
    struct ArrowSchema **pointers; /* to children */
    struct ArrowSchema dictionary;
} schema_node;

static void schema_node_free(schema_node *node) {
    syngan_context *context = node->context;
    sg_free(context, node->name);
    sg_free(context, node->children);
    sg_free(context, node->pointers);
    sg_free(context, node);
    sg_context_release(context);
}

static void release_schema(struct ArrowSchema *schema) {
    if (schema == NULL || schema->release == NULL) return;
    for (int64_t i = 0; i < schema->n_children; i++)
        if (schema->children[i]->release != NULL)
            schema->children[i]->release(schema->children[i]);
    if (schema->dictionary != NULL && schema->dictionary->release != NULL)
        schema->dictionary->release(schema->dictionary);
    schema_node_free(schema->private_data);
    schema->release = NULL;
}

/* A schema with room for children, which are empty (not to be released). */
static syngan_status make_schema(syngan_context *context, const char *format,
                                 const char *name, size_t n_children,
                                 struct ArrowSchema *out) {
    schema_node *node = sg_alloc_zero(context, 1, sizeof *node);
    if (node == NULL) return sg_fail_memory(context, "Arrow", sizeof *node);
    node->context = context;
    sg_context_retain(context);
    node->name = sg_strdup(context, name);
    node->children = sg_alloc_zero(context, n_children, sizeof *node->children);
    node->pointers = sg_alloc_zero(context, n_children, sizeof(void *));
    if (node->name == NULL || node->children == NULL ||
        node->pointers == NULL) {
        schema_node_free(node);
        return sg_fail_memory(context, "Arrow",
                              n_children * sizeof *node->children);
    }
    for (size_t i = 0; i < n_children; i++)
        node->pointers[i] = &node->children[i];
    sg_text(node->format, sizeof node->format, "%s", format);
    *out = (struct ArrowSchema){.format = node->format,
                                .name = node->name,
                                .n_children = (int64_t)n_children,
                                .children = node->pointers,
                                .release = release_schema,
                                .private_data = node};
    return SYNGAN_OK;
}

/* ---- arrays ------------------------------------------------------------- */

enum { MAX_BUFFERS = 3 };

typedef struct array_node {
    syngan_table *table; /* held */
    const void *buffers[MAX_BUFFERS];
    void *owned[MAX_BUFFERS]; /* those that are not the table's */
    struct ArrowArray *children;
    struct ArrowArray **pointers;
    struct ArrowArray dictionary;
} array_node;

static void array_node_free(array_node *node) {
    syngan_table *table = node->table;
    for (int i = 0; i < MAX_BUFFERS; i++)
        sg_free(table->context, node->owned[i]);
    sg_free(table->context, node->children);
    sg_free(table->context, node->pointers);
    sg_free(table->context, node);
    syngan_table_free(table);
}

static void release_array(struct ArrowArray *array) {
    if (array == NULL || array->release == NULL) return;
    for (int64_t i = 0; i < array->n_children; i++)
        if (array->children[i]->release != NULL)
            array->children[i]->release(array->children[i]);
    if (array->dictionary != NULL && array->dictionary->release != NULL)
        array->dictionary->release(array->dictionary);
    array_node_free(array->private_data);
    array->release = NULL;
}

static syngan_status make_array(syngan_table *table, int64_t length,
                                int64_t n_buffers, size_t n_children,
                                struct ArrowArray *out) {
    syngan_context *context = table->context;
    array_node *node = sg_alloc_zero(context, 1, sizeof *node);
    if (node == NULL) return sg_fail_memory(context, "Arrow", sizeof *node);
    node->table = sg_table_retain(table);
    node->children = sg_alloc_zero(context, n_children, sizeof *node->children);
    node->pointers = sg_alloc_zero(context, n_children, sizeof(void *));
    if (node->children == NULL || node->pointers == NULL) {
        array_node_free(node);
        return sg_fail_memory(context, "Arrow",
                              n_children * sizeof *node->children);
    }
    for (size_t i = 0; i < n_children; i++)
        node->pointers[i] = &node->children[i];
    *out = (struct ArrowArray){.length = length,
                               .n_buffers = n_buffers,
                               .n_children = (int64_t)n_children,
                               .buffers = node->buffers,
                               .children = node->pointers,
                               .release = release_array,
                               .private_data = node};
    return SYNGAN_OK;
}

/* A buffer of the array's own, of zeros; NULL when out of memory, which is
 * reported. */
static void *own_buffer(struct ArrowArray *array, int index, size_t bytes) {
    array_node *node = array->private_data;
    syngan_context *context = node->table->context;
    node->owned[index] = sg_alloc_zero(context, 1, bytes);
    if (node->owned[index] == NULL)
        (void)sg_fail_memory(context, "Arrow", bytes);
    node->buffers[index] = node->owned[index];
    return node->owned[index];
}

static void share_buffer(struct ArrowArray *array, int index,
                         const void *data) {
    array_node *node = array->private_data;
    node->buffers[index] = data;
}

static inline void set_bit(unsigned char *bits, int64_t index) {
    bits[index / 8] = (unsigned char)(bits[index / 8] | 1 << index % 8);
}

static size_t bitmap_bytes(int64_t rows) {
    return ((size_t)rows + 7) / 8;
}

/* The bitmap of the values that are there; none if all are. */
static syngan_status write_validity(const sg_column *column,
                                    struct ArrowArray *array) {
    array->null_count = column->missing;
    if (column->missing == 0) return SYNGAN_OK;
    unsigned char *bits = own_buffer(array, 0, bitmap_bytes(array->length));
    if (bits == NULL) return SYNGAN_E_MEMORY;
    for (int64_t row = 0; row < array->length; row++)
        if (!sg_column_is_missing(column, row)) set_bit(bits, row);
    return SYNGAN_OK;
}

/* ---- columns ------------------------------------------------------------ */

/* Formats, as the specification names them. */
#define INT32 "i"
#define INT64 "l"
#define FLOAT64 "g"
#define BOOL "b"
#define UTF8 "u"
#define LARGE_UTF8 "U"
#define DATE32 "tdD"
#define TIMESTAMP "tsu:"
#define TIME64 "ttu"

typedef struct column_call {
    syngan_table *table;
    const sg_column *column;
    int64_t utf8_limit;
} column_call;

/* The type of times that don't say what they came in as. */
static syngan_status write_shared(const column_call *call, const char *format,
                                  struct ArrowSchema *schema,
                                  struct ArrowArray *array) {
    const sg_column *column = call->column;
    SG_TRY(make_schema(call->table->context, format, column->name, 0, schema));
    SG_TRY(make_array(call->table, call->table->rows, 2, 0, array));
    share_buffer(array, 1, column->data);
    return write_validity(column, array);
}

/* As an Arrow type that values must be converted to; `done` is false if some
 * value does not fit, which has no place there. */
static syngan_status write_as(const column_call *call, const char *format,
                              struct ArrowSchema *schema,
                              struct ArrowArray *array, bool *done) {
    sg_column column = *call->column;
    int64_t rows = call->table->rows;
    sg_text(column.stored, sizeof column.stored, "%s", format);
    size_t bytes = (size_t)rows * sg_stored_bytes(&column);
    void *values = sg_alloc(call->table->context, bytes);
    if (values == NULL)
        return sg_fail_memory(call->table->context, "Arrow", bytes);
    *done = sg_stored_fill(&column, rows, values);
    syngan_status status =
        *done ? write_shared(call, format, schema, array) : SYNGAN_OK;
    if (!*done || status != SYNGAN_OK) {
        sg_free(call->table->context, values);
        return status;
    }
    array_node *node = array->private_data;
    node->buffers[1] = node->owned[1] = values;
    return SYNGAN_OK;
}

/* `truth` tells for each code whether it is the true one. */
static syngan_status write_bits(const column_call *call, const bool truth[2],
                                struct ArrowSchema *schema,
                                struct ArrowArray *array) {
    SG_TRY(write_shared(call, BOOL, schema, array));
    unsigned char *bits = own_buffer(array, 1, bitmap_bytes(array->length));
    if (bits == NULL) return SYNGAN_E_MEMORY;
    for (int64_t row = 0; row < array->length; row++) {
        int32_t code = call->column->codes[row];
        if (code >= 0 && truth[code]) set_bit(bits, row);
    }
    return SYNGAN_OK;
}

/* ---- texts -------------------------------------------------------------- */

/* A source of texts: those of a dictionary in its order, or those of rows. */
typedef struct texts {
    const sg_dictionary *words;
    const int32_t *codes; /* NULL: each text once */
    int64_t count;
    const sg_column *column; /* of numbers or times, as texts; else NULL */
    char *room;              /* for one of them */
} texts;

#define TEXT_MOST 1024

static const char *text_at(const texts *t, int64_t index, size_t *size) {
    if (t->column != NULL) {
        *size = sg_column_text(t->column, index, t->room, TEXT_MOST);
        if (*size >= TEXT_MOST) *size = TEXT_MOST - 1;
        return t->room;
    }
    int32_t code = t->codes != NULL ? t->codes[index] : (int32_t)index;
    *size = code < 0 ? 0 : sg_dictionary_size(t->words, code);
    return code < 0 ? "" : sg_dictionary_text(t->words, code);
}

static int64_t text_bytes(const texts *t) {
    int64_t sum = 0;
    size_t size;
    for (int64_t i = 0; i < t->count; i++) {
        text_at(t, i, &size);
        sum += (int64_t)size;
    }
    return sum;
}

static void put_offset(void *offsets, bool large, int64_t index,
                       int64_t offset) {
    if (large)
        ((int64_t *)offsets)[index] = offset;
    else
        ((int32_t *)offsets)[index] = (int32_t)offset;
}

static syngan_status write_texts(const column_call *call, const texts *t,
                                 const char *name, struct ArrowSchema *schema,
                                 struct ArrowArray *array) {
    int64_t bytes = text_bytes(t);
    bool large = bytes > call->utf8_limit;
    SG_TRY(make_schema(call->table->context, large ? LARGE_UTF8 : UTF8, name, 0,
                       schema));
    SG_TRY(make_array(call->table, t->count, 3, 0, array));
    void *offsets = own_buffer(array, 1,
                               ((size_t)t->count + 1) *
                                   (large ? sizeof(int64_t) : sizeof(int32_t)));
    char *data = own_buffer(array, 2, (size_t)bytes);
    if (offsets == NULL || data == NULL) return SYNGAN_E_MEMORY;
    int64_t at = 0;
    for (int64_t i = 0; i < t->count; i++) {
        size_t size;
        SG_TRY(sg_check_at(call->table->context, i, "Arrow"));
        const char *text = text_at(t, i, &size);
        memcpy(data + at, text, size);
        at += (int64_t)size;
        put_offset(offsets, large, i + 1, at);
    }
    return SYNGAN_OK;
}

static syngan_status write_plain_texts(const column_call *call,
                                       struct ArrowSchema *schema,
                                       struct ArrowArray *array) {
    const sg_column *column = call->column;
    char room[TEXT_MOST];
    texts rows = {
        .words = column->words, .count = call->table->rows, .room = room};
    if (sg_column_has_codes(column))
        rows.codes = column->codes;
    else
        rows.column = column;
    SG_TRY(write_texts(call, &rows, column->name, schema, array));
    return write_validity(column, array);
}

static syngan_status write_category(const column_call *call,
                                    struct ArrowSchema *schema,
                                    struct ArrowArray *array) {
    SG_TRY(write_shared(call, INT32, schema, array));
    schema_node *s = schema->private_data;
    array_node *a = array->private_data;
    schema->dictionary = &s->dictionary;
    array->dictionary = &a->dictionary;
    texts all = {.words = call->column->words,
                 .count = call->column->words->count};
    return write_texts(call, &all, "", schema->dictionary, array->dictionary);
}

/* ---- the table ---------------------------------------------------------- */

/* Values that are no codes; days and times of day if they all are. */
static syngan_status write_values(const column_call *call,
                                  struct ArrowSchema *schema,
                                  struct ArrowArray *array) {
    const sg_column_type *type = sg_type_of(call->column);
    const char *as = type->arrow;
    bool done = false;
    if (type->arrow_of != NULL) as = type->arrow_of(call->column->format);
    if (strcmp(as, type->arrow) != 0)
        SG_TRY(write_as(call, as, schema, array, &done));
    return done ? SYNGAN_OK : write_shared(call, type->arrow, schema, array);
}

/* As what its values came in, if they fit. */
static syngan_status write_stored(const column_call *call,
                                  struct ArrowSchema *schema,
                                  struct ArrowArray *array, bool *done) {
    const char *stored = call->column->stored;
    *done = stored[0] != '\0';
    if (!*done) return SYNGAN_OK;
    if (sg_stored_as_text(call->column))
        return write_plain_texts(call, schema, array);
    /* Microseconds, and durations that are integers, as they lie there. */
    if (strncmp(stored, TIMESTAMP, strlen(TIMESTAMP)) == 0 ||
        (strncmp(stored, "tD", 2) == 0 && sg_column_is_number(call->column)))
        return write_shared(call, stored, schema, array);
    return write_as(call, stored, schema, array, done);
}

static syngan_status write_column(const column_call *call,
                                  struct ArrowSchema *schema,
                                  struct ArrowArray *array) {
    bool truth[2], done;
    SG_TRY(write_stored(call, schema, array, &done));
    if (done) return SYNGAN_OK;
    if (!sg_column_has_codes(call->column))
        return write_values(call, schema, array);
    const sg_column_type *type = sg_type_of(call->column);
    if (type->is_pair && sg_boolean_truth(call->column->words, truth))
        return write_bits(call, truth, schema, array);
    return type->dictionary ? write_category(call, schema, array)
                            : write_plain_texts(call, schema, array);
}

static syngan_status write_table(syngan_table *table, int64_t utf8_limit,
                                 struct ArrowSchema *schema,
                                 struct ArrowArray *array) {
    SG_TRY(make_schema(table->context, "+s", "", table->n_columns, schema));
    SG_TRY(make_array(table, table->rows, 1, table->n_columns, array));
    for (size_t i = 0; i < table->n_columns; i++) {
        column_call call = {table, &table->columns[i], utf8_limit};
        SG_TRY(sg_check_cancelled(table->context, "Arrow"));
        SG_TRY(write_column(&call, schema->children[i], array->children[i]));
        schema->children[i]->flags |= ARROW_FLAG_NULLABLE;
    }
    return SYNGAN_OK;
}

syngan_status sg_table_to_arrow(const syngan_table *table, int64_t utf8_limit,
                                struct ArrowSchema *schema,
                                struct ArrowArray *array) {
    if (schema != NULL) *schema = (struct ArrowSchema){0};
    if (array != NULL) *array = (struct ArrowArray){0};
    if (table == NULL) return SYNGAN_E_ARGUMENT;
    if (schema == NULL || array == NULL)
        return sg_fail(table->context, SYNGAN_E_ARGUMENT,
                       "syngan_table_to_arrow: the schema or the array is "
                       "NULL");
    /* The arrays hold the table, whose count of holders is not its value. */
    syngan_status status = write_table((syngan_table *)(uintptr_t)table,
                                       utf8_limit, schema, array);
    if (status == SYNGAN_OK) return SYNGAN_OK;
    release_schema(schema);
    release_array(array);
    return status;
}

syngan_status syngan_table_to_arrow(const syngan_table *table,
                                    struct ArrowSchema *schema,
                                    struct ArrowArray *array) {
    SG_OWN_FLOATS;
    return sg_table_to_arrow(table, INT32_MAX, schema, array);
}
