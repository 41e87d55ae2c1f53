/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Schemas built call by call, as the JSON that table/schema.c reads.
 */
#include <math.h>
#include <string.h>
#include <syngan/schema.h>

#include "base/floats.h"
#include "base/memory.h"
#include "file/json.h"
#include "table/builder.h"
#include "table/dictionary.h"
#include "table/infer.h"
#include "table/options.h"

#define T syngan_column_options
static const sg_field fields[] = {
    SG_STRING(T, format, "of times and numbers; found if not given"),
    SG_STRING(T, arrow, "Arrow type; that of the column's type if not given"),
    SG_I32(T, decimals, -17, 15, SG_AUTO, "of reals; auto: as most cells"),
};
SG_FIELDS(sg_options_column, "column", T, fields);
#undef T

/* The items of a JSON array, with commas between them. */
typedef struct list {
    char *text;
    size_t capacity, size;
} list;

struct syngan_schema {
    syngan_context *context;
    list columns, missing, constraints;
    sg_dictionary *names; /* of columns that have a type */
    char *key, *order, *text;
};

/* ---- items -------------------------------------------------------------- */

static syngan_status add_item(syngan_schema *s, list *to, const char *item,
                              size_t size) {
    size_t wanted = to->size + size + 2;
    if (wanted > to->capacity) {
        char *text = sg_realloc(s->context, to->text, 2 * wanted);
        if (text == NULL) return sg_fail_memory(s->context, "a schema", wanted);
        to->text = text;
        to->capacity = 2 * wanted;
    }
    if (to->size > 0) to->text[to->size++] = ',';
    memcpy(to->text + to->size, item, size);
    to->size += size;
    to->text[to->size] = '\0';
    return SYNGAN_OK;
}

/* Adds what was written to a list. */
static syngan_status finish(syngan_schema *s, sg_json_writer *writer,
                            list *to) {
    char *text = NULL;
    size_t size = 0;
    SG_TRY(sg_json_finish(writer, &text, &size));
    syngan_status status = add_item(s, to, text, size);
    sg_free(s->context, text);
    return status;
}

/* Begins a constraint. */
static void start(syngan_schema *s, const char *kind, sg_json_writer *writer) {
    sg_json_start(writer, s->context);
    sg_json_open_object(writer, NULL);
    sg_json_put_string(writer, "kind", kind);
}

/* ---- making ------------------------------------------------------------- */

syngan_status syngan_schema_create(syngan_context *context,
                                   syngan_schema **out) {
    SG_OWN_FLOATS;
    if (out != NULL) *out = NULL;
    if (context == NULL) return SYNGAN_E_ARGUMENT;
    SG_TRY(SG_NEED(context, "syngan_schema_create", out));
    syngan_schema *s = sg_alloc_zero(context, 1, sizeof *s);
    if (s == NULL) return sg_fail_memory(context, "a schema", sizeof *s);
    s->names = sg_dictionary_make(context);
    if (s->names == NULL) {
        sg_free(context, s);
        return sg_fail_memory(context, "a schema", sizeof *s);
    }
    s->context = context;
    sg_context_retain(context);
    *out = s;
    return SYNGAN_OK;
}

void syngan_schema_free(syngan_schema *schema) {
    SG_OWN_FLOATS;
    if (schema == NULL) return;
    syngan_context *context = schema->context;
    sg_dictionary_release(schema->names);
    void *const blocks[] = {
        schema->columns.text, schema->missing.text, schema->constraints.text,
        schema->key,          schema->order,        schema->text};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        sg_free(context, blocks[i]);
    sg_free(context, schema);
    sg_context_release(context);
}

/* ---- columns ------------------------------------------------------------ */

static syngan_status put_column(syngan_schema *s, const char *name,
                                const char *type,
                                const syngan_column_options *options) {
    sg_json_writer writer;
    sg_json_start(&writer, s->context);
    sg_json_open_object(&writer, NULL);
    sg_json_put_string(&writer, "name", name);
    sg_json_put_string(&writer, "type", type);
    if (options->decimals != SYNGAN_AUTO)
        sg_json_put_i64(&writer, "decimals", options->decimals);
    if (options->format != NULL)
        sg_json_put_string(&writer, "format", options->format);
    if (options->arrow != NULL)
        sg_json_put_string(&writer, "arrow", options->arrow);
    sg_json_close_object(&writer);
    return finish(s, &writer, &s->columns);
}

syngan_status syngan_schema_add_column(syngan_schema *schema, const char *name,
                                       syngan_column_type type,
                                       const syngan_column_options *options) {
    SG_OWN_FLOATS;
    static const char call[] = "syngan_schema_add_column";
    syngan_column_options read;
    int32_t code;
    if (schema == NULL) return SYNGAN_E_ARGUMENT;
    SG_TRY(sg_builder_check(schema->context, call, "name", name));
    SG_TRY(sg_options_read(schema->context, &sg_options_column, options, call,
                           &read));
    if (sg_column_type_at(type) == NULL)
        return sg_fail(schema->context, SYNGAN_E_ARGUMENT,
                       "%s: column '%s' has type %d, but must have one of "
                       "SYNGAN_COLUMN_...",
                       call, name, type);
    if (sg_dictionary_find(schema->names, name, strlen(name)) >= 0)
        return sg_fail(schema->context, SYNGAN_E_ARGUMENT,
                       "%s: column '%s' has a type already", call, name);
    size_t before = schema->columns.size;
    SG_TRY(put_column(schema, name, sg_column_type_name(type), &read));
    syngan_status status =
        sg_dictionary_add(schema->names, name, strlen(name), &code);
    if (status == SYNGAN_OK) return SYNGAN_OK;
    schema->columns.text[before] = '\0';
    schema->columns.size = before;
    return status;
}

syngan_status syngan_schema_add_missing(syngan_schema *schema,
                                        const char *mark) {
    SG_OWN_FLOATS;
    static const char call[] = "syngan_schema_add_missing";
    if (schema == NULL) return SYNGAN_E_ARGUMENT;
    SG_TRY(sg_builder_check(schema->context, call, "mark", mark));
    if (strpbrk(mark, " \t") != NULL || strlen(mark) >= SG_MARK_TEXT)
        return sg_fail(schema->context, SYNGAN_E_ARGUMENT,
                       "%s: \"%.40s\" has spaces or more than %d bytes", call,
                       mark, SG_MARK_TEXT - 1);
    sg_json_writer writer;
    sg_json_start(&writer, schema->context);
    sg_json_open_array(&writer, NULL);
    sg_json_put_string(&writer, NULL, mark);
    sg_json_close_array(&writer);
    char *text = NULL;
    size_t size = 0;
    SG_TRY(sg_json_finish(&writer, &text, &size));
    syngan_status status =
        add_item(schema, &schema->missing, text + 1, size - 2);
    sg_free(schema->context, text);
    return status;
}

/* ---- constraints -------------------------------------------------------- */

syngan_status syngan_schema_add_greater(syngan_schema *schema, const char *high,
                                        const char *low, int32_t strict) {
    SG_OWN_FLOATS;
    static const char call[] = "syngan_schema_add_greater";
    if (schema == NULL) return SYNGAN_E_ARGUMENT;
    SG_TRY(sg_builder_check(schema->context, call, "high", high));
    SG_TRY(sg_builder_check(schema->context, call, "low", low));
    sg_json_writer writer;
    start(schema, "greater", &writer);
    sg_json_put_string(&writer, "high", high);
    sg_json_put_string(&writer, "low", low);
    if (strict != 0) sg_json_put_bool(&writer, "strict", true);
    sg_json_close_object(&writer);
    return finish(schema, &writer, &schema->constraints);
}

syngan_status syngan_schema_add_range(syngan_schema *schema, const char *column,
                                      double low, double high) {
    SG_OWN_FLOATS;
    static const char call[] = "syngan_schema_add_range";
    if (schema == NULL) return SYNGAN_E_ARGUMENT;
    SG_TRY(sg_builder_check(schema->context, call, "column", column));
    if (!(low <= high) || (!isfinite(low) && !isfinite(high)))
        return sg_fail(schema->context, SYNGAN_E_ARGUMENT,
                       "%s: column '%s' is to lie from %g to %g; one of them "
                       "at least must be finite, and low not above high",
                       call, column, low, high);
    sg_json_writer writer;
    start(schema, "range", &writer);
    sg_json_put_string(&writer, "column", column);
    if (isfinite(low)) sg_json_put_f64(&writer, "low", low);
    if (isfinite(high)) sg_json_put_f64(&writer, "high", high);
    sg_json_close_object(&writer);
    return finish(schema, &writer, &schema->constraints);
}

syngan_status syngan_schema_add_text_range(syngan_schema *schema,
                                           const char *column, const char *low,
                                           const char *high) {
    SG_OWN_FLOATS;
    static const char call[] = "syngan_schema_add_text_range";
    if (schema == NULL) return SYNGAN_E_ARGUMENT;
    SG_TRY(sg_builder_check(schema->context, call, "column", column));
    if (low == NULL && high == NULL)
        return sg_fail(schema->context, SYNGAN_E_ARGUMENT,
                       "%s: `low` and `high` are NULL; one of them at least "
                       "must be given",
                       call);
    sg_json_writer writer;
    start(schema, "range", &writer);
    sg_json_put_string(&writer, "column", column);
    if (low != NULL) sg_json_put_string(&writer, "low", low);
    if (high != NULL) sg_json_put_string(&writer, "high", high);
    sg_json_close_object(&writer);
    return finish(schema, &writer, &schema->constraints);
}

static syngan_status add_columns(syngan_schema *s, const char *call,
                                 const char *kind, const char *const *columns,
                                 size_t count) {
    SG_TRY(SG_NEED(s->context, call, columns));
    if (count == 0)
        return sg_fail(s->context, SYNGAN_E_ARGUMENT,
                       "%s: there is no column, but one is the least", call);
    for (size_t i = 0; i < count; i++)
        SG_TRY(sg_builder_check(s->context, call, "columns", columns[i]));
    sg_json_writer writer;
    start(s, kind, &writer);
    sg_json_open_array(&writer, "columns");
    for (size_t i = 0; i < count; i++)
        sg_json_put_string(&writer, NULL, columns[i]);
    sg_json_close_array(&writer);
    sg_json_close_object(&writer);
    return finish(s, &writer, &s->constraints);
}

syngan_status syngan_schema_add_fixed(syngan_schema *schema,
                                      const char *const *columns,
                                      size_t count) {
    SG_OWN_FLOATS;
    if (schema == NULL) return SYNGAN_E_ARGUMENT;
    return add_columns(schema, "syngan_schema_add_fixed", "fixed", columns,
                       count);
}

syngan_status syngan_schema_add_unique(syngan_schema *schema,
                                       const char *const *columns,
                                       size_t count) {
    SG_OWN_FLOATS;
    if (schema == NULL) return SYNGAN_E_ARGUMENT;
    return add_columns(schema, "syngan_schema_add_unique", "unique", columns,
                       count);
}

/* ---- key and order ------------------------------------------------------ */

static syngan_status set_name(syngan_schema *s, const char *call,
                              const char *column, char **name) {
    char *copy = NULL;
    if (column != NULL) {
        SG_TRY(sg_builder_check(s->context, call, "column", column));
        copy = sg_strdup(s->context, column);
        if (copy == NULL) return sg_fail_memory(s->context, "a schema", 1);
    }
    sg_free(s->context, *name);
    *name = copy;
    return SYNGAN_OK;
}

syngan_status syngan_schema_set_key(syngan_schema *schema, const char *column) {
    SG_OWN_FLOATS;
    if (schema == NULL) return SYNGAN_E_ARGUMENT;
    return set_name(schema, "syngan_schema_set_key", column, &schema->key);
}

syngan_status syngan_schema_set_order(syngan_schema *schema,
                                      const char *column) {
    SG_OWN_FLOATS;
    if (schema == NULL) return SYNGAN_E_ARGUMENT;
    return set_name(schema, "syngan_schema_set_order", column, &schema->order);
}

/* ---- the whole ---------------------------------------------------------- */

/* `,"name":[items]`, or nothing: the items of a list that may be empty. */
#define LIST "%s%s%s"
#define LIST_OF(name, list)                                                    \
    (list).size > 0 ? ",\"" name "\":[" : "",                                  \
        (list).size > 0 ? (list).text : "", (list).size > 0 ? "]" : ""

const char *syngan_schema_text(syngan_schema *schema) {
    SG_OWN_FLOATS;
    if (schema == NULL) return NULL;
    syngan_context *context = schema->context;
    sg_json_writer writer;
    char *names = NULL;
    sg_json_start(&writer, context);
    sg_json_open_object(&writer, NULL);
    if (schema->key != NULL) sg_json_put_string(&writer, "key", schema->key);
    if (schema->order != NULL)
        sg_json_put_string(&writer, "order", schema->order);
    sg_json_close_object(&writer);
    if (sg_json_finish(&writer, &names, NULL) != SYNGAN_OK) return NULL;
    bool named = schema->key != NULL || schema->order != NULL;
    char *text = sg_format(context, "{\"columns\":[%s]" LIST LIST "%s%s",
                           schema->columns.size > 0 ? schema->columns.text : "",
                           LIST_OF("missing", schema->missing),
                           LIST_OF("constraints", schema->constraints),
                           named ? "," : "", names + 1);
    sg_free(context, names);
    if (text == NULL) {
        sg_fail_memory(context, "a schema's text", schema->columns.size);
        return NULL;
    }
    sg_free(context, schema->text);
    schema->text = text;
    return text;
}
