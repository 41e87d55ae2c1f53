/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The encoder as JSON, and back:
 *
 *     {"schema": "{...}", "columns": [{"kind": "number", ...}, ...],
 *      "order": {"items": [...], "relation": [...]}}
 *
 * Reading trusts nothing: what decoding and encoding count on is checked.
 */
#include <string.h>

#include "base/memory.h"
#include "encode/codec.h"
#include "table/decimals.h"
#include "table/schema.h"
#include "table/stored.h"

/* ---- writing ------------------------------------------------------------- */

static void put_words(sg_json_writer *writer, const sg_dictionary *words) {
    sg_json_open_array(writer, "words");
    for (int32_t i = 0; i < words->count; i++)
        sg_json_put_string(writer, NULL, sg_dictionary_text(words, i));
    sg_json_close_array(writer);
}

static void put_column(sg_json_writer *writer, const sg_encoder *encoder,
                       size_t c) {
    const sg_column_code *code = &encoder->codes[c];
    const sg_dictionary *words = encoder->form->columns[c].words;
    sg_json_open_object(writer, NULL);
    sg_json_put_string(writer, "kind", code->codec->name);
    if (words != NULL) put_words(writer, words);
    if (code->codec->write != NULL) code->codec->write(code, writer);
    sg_json_close_object(writer);
}

/* The schema as a text of its own, which its reader parses. */
static void put_schema(sg_json_writer *writer, const syngan_table *form) {
    if (writer->status != SYNGAN_OK) return;
    size_t size = syngan_table_schema(form, NULL, 0) + 1;
    char *text = sg_alloc(writer->context, size);
    bool is_whole = text != NULL && size > 1 &&
                    syngan_table_schema(form, text, size) == size - 1;
    if (is_whole) {
        sg_json_put_string(writer, "schema", text);
    } else {
        sg_json_discard(writer);
        writer->status = sg_fail_memory(writer->context, "a schema", size);
    }
    sg_free(writer->context, text);
}

void sg_encoder_write(const sg_encoder *encoder, sg_json_writer *writer,
                      const char *key) {
    sg_json_open_object(writer, key);
    put_schema(writer, encoder->form);
    sg_json_open_array(writer, "columns");
    for (size_t c = 0; c < encoder->n_codes; c++)
        put_column(writer, encoder, c);
    sg_json_close_array(writer);
    sg_order_write(encoder->order, writer);
    sg_json_close_object(writer);
}

/* ---- reading: columns ---------------------------------------------------- */

/* Grouped columns are of any type that is learnt. */
static syngan_status read_kind(sg_encoder *encoder, sg_json_value column,
                               size_t c) {
    sg_json_value kind = sg_json_member(column, "kind");
    const sg_column_type *type = sg_type_of(&encoder->form->columns[c]);
    sg_column_code *code = &encoder->codes[c];
    const char *text;
    SG_TRY(sg_json_read_string(kind, &text));
    const sg_codec *codec = code->codec = sg_codec_find(text);
    code->ordered = -1;
    bool fits = codec != NULL &&
                (codec->is_grouped ? type->comparison != SG_COMPARED_NEVER
                                   : strcmp(text, type->codec) == 0);
    return fits ? SYNGAN_OK
                : sg_json_fail(kind, "does not fit the column's type");
}

static syngan_status read_words(sg_json_value column, sg_column *form) {
    sg_json_value words = sg_json_member(column, "words");
    size_t count;
    SG_TRY(sg_json_read_array(words, &count));
    for (size_t i = 0; i < count; i++) {
        const char *text;
        int32_t code;
        SG_TRY(sg_json_read_string(sg_json_item(words, i), &text));
        SG_TRY(sg_dictionary_add(form->words, text, strlen(text), &code));
        if ((size_t)code != i)
            return sg_json_fail(sg_json_item(words, i), "is there twice");
    }
    return SYNGAN_OK;
}

static syngan_status read_kinds(sg_encoder *encoder, sg_json_value columns) {
    size_t n = encoder->n_codes;
    for (size_t c = 0; c < n; c++)
        SG_TRY(read_kind(encoder, sg_json_item(columns, c), c));
    for (size_t c = 0; c < n; c++)
        if (encoder->form->columns[c].words != NULL)
            SG_TRY(read_words(sg_json_item(columns, c),
                              &encoder->form->columns[c]));
    return SYNGAN_OK;
}

static syngan_status read_codes(sg_encoder *encoder, sg_json_value columns) {
    for (size_t c = 0; c < encoder->n_codes; c++) {
        const sg_codec *codec = encoder->codes[c].codec;
        if (codec->read != NULL)
            SG_TRY(codec->read(encoder, c, sg_json_item(columns, c)));
    }
    return SYNGAN_OK;
}

/* ---- reading: the form --------------------------------------------------- */

static syngan_status read_stored(sg_json_value arrow, sg_column *column) {
    const char *format;
    SG_TRY(sg_json_read_string(arrow, &format));
    if (format[0] == '\0' || !sg_stored_fits(format, column->type))
        return sg_json_fail(arrow, "is no Arrow type of such a column");
    memcpy(column->stored, format, strlen(format) + 1);
    return SYNGAN_OK;
}

static syngan_status add_column(sg_json_value value, syngan_table *form) {
    sg_json_value type = sg_json_member(value, "type");
    sg_json_value arrow = sg_json_member(value, "arrow");
    const char *name, *text, *format;
    sg_column column = {.decimals = -1};
    SG_TRY(sg_json_read_string(sg_json_member(value, "name"), &name));
    SG_TRY(sg_json_read_string(type, &text));
    const sg_column_type *row = sg_column_type_find(text);
    if (row == NULL) return sg_json_fail(type, "is no type of columns");
    column.type = row->id;
    if (sg_json_present(sg_json_member(value, "decimals")))
        SG_TRY(sg_json_read_i32(sg_json_member(value, "decimals"),
                                SG_DECIMALS_LOWEST, 15, &column.decimals));
    bool needed = row->format != NULL && row->format->standard != NULL;
    if (needed || sg_json_present(sg_json_member(value, "format"))) {
        SG_TRY(sg_json_read_string(sg_json_member(value, "format"), &format));
        if (row->format == NULL || !row->format->valid(format))
            return sg_json_fail(sg_json_member(value, "format"),
                                "is no format of the column's type");
        column.format = (char *)format;
    }
    if (sg_json_present(arrow)) SG_TRY(read_stored(arrow, &column));
    if (syngan_table_find(form, name) >= 0)
        return sg_json_fail(value, "has the name of another column");
    column.name = (char *)name;
    return sg_table_add_empty(form, &column);
}

/* A table without rows from a schema. */
static syngan_status read_form(syngan_context *context, const char *text,
                               const sg_json *json, syngan_table **out) {
    sg_json_value columns = sg_json_member(sg_json_root(json), "columns");
    size_t count;
    SG_TRY(sg_json_read_array(columns, &count));
    SG_TRY(sg_table_make(context, 0, out));
    for (size_t i = 0; i < count; i++)
        SG_TRY(add_column(sg_json_item(columns, i), *out));
    sg_schema *schema;
    SG_TRY(sg_schema_parse(context, text, &schema));
    syngan_status status = sg_schema_apply(schema, *out, NULL);
    const char *marks = sg_schema_marks(schema);
    if (status == SYNGAN_OK && marks != NULL) {
        (*out)->missing_marks = sg_strdup(context, marks);
        if ((*out)->missing_marks == NULL)
            status = sg_fail_memory(context, "a table", strlen(marks));
    }
    sg_schema_free(schema);
    return status;
}

static syngan_status read_schema(sg_encoder *encoder, sg_json_value value) {
    syngan_context *context = encoder->context;
    const char *text;
    sg_json *json;
    SG_TRY(sg_json_read_string(value, &text));
    SG_TRY(sg_json_parse(context, "schema", text, strlen(text), &json));
    syngan_status status = read_form(context, text, json, &encoder->form);
    sg_json_free(json);
    if (status == SYNGAN_OK || status == SYNGAN_E_MEMORY) return status;
    char reason[SG_ERROR_MAX];
    strcpy(reason, context->error);
    return sg_json_fail(value, "%.900s", reason);
}

static syngan_status read_all(sg_encoder *encoder, sg_json_value value) {
    sg_json_value columns = sg_json_member(value, "columns");
    SG_TRY(read_schema(encoder, sg_json_member(value, "schema")));
    if (encoder->form->n_columns != encoder->n_codes)
        return sg_json_fail(columns, "has %zu columns, but the schema has %zu",
                            encoder->n_codes, encoder->form->n_columns);
    SG_TRY(read_kinds(encoder, columns));
    SG_TRY(sg_order_read(encoder, sg_json_member(value, "order")));
    SG_TRY(read_codes(encoder, columns));
    syngan_status status = sg_encoder_lay_out(encoder);
    if (status != SYNGAN_E_ARGUMENT) return status;
    return sg_json_fail(value, "has no column that is learnt");
}

syngan_status sg_encoder_read(syngan_context *context, sg_json_value value,
                              sg_encoder **out) {
    size_t count;
    *out = NULL;
    sg_encoder *encoder;
    SG_TRY(sg_json_read_array(sg_json_member(value, "columns"), &count));
    SG_TRY(sg_encoder_make(context, count, &encoder));
    syngan_status status = read_all(encoder, value);
    if (status == SYNGAN_OK)
        *out = encoder;
    else
        sg_encoder_release(encoder);
    return status;
}
