/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables from the Arrow C data interface: record batches, and columns with
 * dictionaries. The memory that an array points to is the producer's word; what
 * the structs themselves say is checked.
 */
#include <math.h>
#include <string.h>

#include "base/floats.h"
#include "base/memory.h"
#include "exchange/arrow_source.h"
#include "table/schema.h"

/* ---- an array that columns share ---------------------------------------- */

static sg_arrow_holder *holder_make(syngan_context *context) {
    sg_arrow_holder *h = sg_alloc_zero(context, 1, sizeof *h);
    if (h == NULL) return NULL;
    atomic_init(&h->references, 1);
    h->context = context;
    sg_context_retain(context);
    return h;
}

/* ---- dictionaries ------------------------------------------------------- */

/* The index of a row, -1 if it is missing. */
static syngan_status index_at(const sg_arrow_source *s, int64_t row,
                              int64_t count, int64_t *index) {
    *index = -1;
    if (sg_arrow_is_null(s, row)) return SYNGAN_OK;
    *index = sg_arrow_integer(s->array->buffers[1], s->schema->format[0],
                              s->first + row);
    return *index >= 0 && *index < count
               ? SYNGAN_OK
               : sg_arrow_refuse_value(s, row,
                                       "an index beyond the dictionary");
}

/* Numbers and times in place of their indices. */
static syngan_status gather_numbers(const sg_arrow_source *s,
                                    const sg_column *values, int64_t count,
                                    sg_column *column) {
    column->type = values->type;
    memcpy(column->stored, values->stored, sizeof column->stored);
    SG_TRY(sg_arrow_make_values(s, column));
    for (int64_t row = 0; row < s->rows; row++) {
        int64_t index;
        SG_TRY(index_at(s, row, count, &index));
        if (sg_column_has_reals(column))
            column->reals[row] = index < 0 ? (double)NAN : values->reals[index];
        else
            column->integers[row] =
                index < 0 ? SYNGAN_MISSING : values->integers[index];
    }
    return SYNGAN_OK;
}

/* Only texts that occur become texts of the column: a part of a table must not
 * tell what the rest has. `code_of` has a code for each of `values`, or -1. */
static syngan_status gather_texts(const sg_arrow_source *s,
                                  const sg_column *values, int64_t count,
                                  int32_t *code_of, sg_column *column) {
    for (int64_t row = 0; row < s->rows; row++) {
        int64_t index;
        SG_TRY(sg_check_at(s->context, row, "Arrow"));
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

static syngan_status gather_codes(const sg_arrow_source *s,
                                  const sg_column *values, int64_t count,
                                  sg_column *column) {
    bool is_pair = sg_type_of(values)->is_pair;
    SG_TRY(sg_arrow_make_codes(
        s, is_pair ? SYNGAN_COLUMN_BOOLEAN : SYNGAN_COLUMN_CATEGORY, column));
    size_t bytes = (size_t)values->words->count * sizeof(int32_t);
    int32_t *code_of = sg_alloc(s->context, bytes);
    if (code_of == NULL) return sg_fail_memory(s->context, "a column", bytes);
    memset(code_of, 0xff, bytes);
    syngan_status status = gather_texts(s, values, count, code_of, column);
    sg_free(s->context, code_of);
    return status;
}

static syngan_status gather(const sg_arrow_source *s, sg_column *values,
                            int64_t count, sg_column *column) {
    column->decimals = values->decimals;
    column->format = values->format;
    values->format = NULL;
    return sg_column_has_codes(values)
               ? gather_codes(s, values, count, column)
               : gather_numbers(s, values, count, column);
}

static syngan_status read_dictionary(sg_arrow_source *s, sg_column *column) {
    const struct ArrowArray *array = s->array->dictionary;
    if (array == NULL) return sg_arrow_refuse(s, "has no dictionary");
    if (!sg_arrow_is_integer(s->schema->format) || array->length < 0 ||
        array->offset < 0)
        return sg_arrow_refuse(s, "has a dictionary that can't be right");
    SG_TRY(sg_arrow_check(s, 2));
    sg_arrow_source words = *s;
    words.schema = s->schema->dictionary;
    words.array = array;
    words.first = array->offset;
    words.rows = array->length;
    words.is_dictionary = true;
    sg_column values = {.decimals = -1};
    syngan_status status = sg_arrow_read_plain(&words, &values);
    if (status == SYNGAN_OK) status = gather(s, &values, array->length, column);
    sg_column_end(s->context, &values);
    return status;
}

/* ---- the table ---------------------------------------------------------- */

static syngan_status read_column(sg_arrow_source *s, syngan_table *table) {
    sg_column column = {.decimals = -1};
    SG_TRY(sg_check_cancelled(s->context, "Arrow"));
    column.name = sg_strdup(s->context, s->name);
    syngan_status status = SYNGAN_OK;
    if (column.name == NULL)
        status = sg_fail_memory(s->context, "a column", strlen(s->name));
    else if (s->schema->format != NULL && s->schema->dictionary != NULL)
        status = read_dictionary(s, &column);
    else
        status = sg_arrow_read_plain(s, &column);
    if (status == SYNGAN_OK) return sg_table_add(table, &column);
    sg_column_end(s->context, &column);
    return status;
}

/* Column `index` of a record batch. */
static syngan_status read_child(syngan_table *table, sg_arrow_holder *h,
                                const struct ArrowSchema *schema,
                                const struct ArrowArray *batch,
                                const sg_schema *types, int64_t index) {
    const struct ArrowSchema *child = schema->children[index];
    const struct ArrowArray *array = batch->children[index];
    if (child == NULL || array == NULL || child->release == NULL ||
        array->release == NULL)
        return sg_fail(table->context, SYNGAN_E_ARGUMENT,
                       "Arrow: child %lld is NULL or released",
                       (long long)index);
    const char *name = child->name != NULL ? child->name : "";
    const sg_wish wish = sg_schema_wish(types, name);
    sg_arrow_source s = {.context = table->context,
                         .schema = child,
                         .array = array,
                         .name = name,
                         .rows = batch->length,
                         .wish = &wish,
                         .holder = h};
    if (array->length < 0 || array->offset < 0 ||
        __builtin_add_overflow(batch->offset, array->offset, &s.first) ||
        array->length - batch->offset < batch->length)
        return sg_arrow_refuse(&s,
                               "is shorter than the batch, or has a negative "
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
    sg_arrow_source s = {.context = context,
                         .schema = schema,
                         .array = array,
                         .name = "(the batch)",
                         .first = array->offset,
                         .rows = array->length};
    if (array->n_buffers != 1 || array->buffers == NULL ||
        array->null_count == 0)
        return SYNGAN_OK;
    SG_TRY(sg_arrow_find_nulls(&s));
    return s.bits == NULL
               ? SYNGAN_OK
               : sg_fail(context, SYNGAN_E_TYPE,
                         "Arrow: whole rows of the struct array are missing, "
                         "but only single values may be");
}

static syngan_status read_children(syngan_table *table, sg_arrow_holder *h,
                                   const struct ArrowSchema *schema,
                                   const struct ArrowArray *array,
                                   const char *types) {
    sg_schema *parsed;
    SG_TRY(sg_schema_parse(table->context, types, &parsed));
    syngan_status status = SYNGAN_OK;
    for (int64_t i = 0; i < array->n_children && status == SYNGAN_OK; i++)
        status = read_child(table, h, schema, array, parsed, i);
    sg_schema_free(parsed);
    return status;
}

static syngan_status read_table(syngan_context *context, sg_arrow_holder *h,
                                const struct ArrowSchema *schema,
                                const struct ArrowArray *array,
                                const char *types, syngan_table **out) {
    syngan_table *table;
    SG_TRY(check_batch(context, schema, array));
    SG_TRY(sg_table_make(context, array->length, &table));
    syngan_status status = read_children(table, h, schema, array, types);
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
    SG_OWN_FLOATS;
    if (out != NULL) *out = NULL;
    if (context == NULL) return SYNGAN_E_ARGUMENT;
    if (schema == NULL || array == NULL || out == NULL)
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       "syngan_table_from_arrow: the schema, the array or "
                       "`out` is NULL");
    sg_arrow_holder *h = holder_make(context);
    if (h == NULL) return sg_fail_memory(context, "Arrow", sizeof *h);
    syngan_status status = read_table(context, h, schema, array, types, out);
    if (status == SYNGAN_OK) {
        h->array = *array; /* moved, as the specification says */
        array->release = NULL;
        schema->release(schema);
    }
    sg_arrow_holder_release(h);
    return status;
}
