/* SPDX-License-Identifier: Apache-2.0 */
/* Writing JSON text: one way to write each value, in the order of the calls. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "file/json.h"
#include "file/number.h"
#include "file/utf8.h"

void sg_json_start(sg_json_writer *writer, syngan_context *context) {
    *writer = (sg_json_writer){.context = context};
}

void sg_json_discard(sg_json_writer *writer) {
    sg_free(writer->context, writer->text);
    writer->text = NULL;
}

static void stick(sg_json_writer *writer, syngan_status status) {
    writer->status = status;
    sg_json_discard(writer);
}

/* ---- characters --------------------------------------------------------- */

static bool grow(sg_json_writer *writer, size_t wanted) {
    size_t capacity = writer->capacity < 256 ? 256 : writer->capacity;
    while (capacity < wanted) {
        if (!sg_mul_size(capacity, 2, &capacity)) return false;
    }
    char *text = sg_realloc(writer->context, writer->text, capacity);
    if (text == NULL) return false;
    writer->text = text;
    writer->capacity = capacity;
    return true;
}

/* Keeps room for the zero byte that ends the text. */
static void append(sg_json_writer *writer, const char *text, size_t size) {
    if (writer->status != SYNGAN_OK) return;
    size_t wanted;
    bool fits = sg_add_size(writer->size, size, &wanted) &&
                sg_add_size(wanted, 1, &wanted) &&
                (wanted <= writer->capacity || grow(writer, wanted));
    if (!fits) {
        stick(writer, sg_fail_memory(writer->context, "JSON text", size));
        return;
    }
    memcpy(writer->text + writer->size, text, size);
    writer->size += size;
}

static void append_text(sg_json_writer *writer, const char *text) {
    append(writer, text, strlen(text));
}

static void append_escaped(sg_json_writer *writer, unsigned char character) {
    char text[8];
    switch (character) {
    case '"':
    case '\\':
        sg_text(text, sizeof(text), "\\%c", character);
        break;
    case '\n':
        strcpy(text, "\\n");
        break;
    case '\t':
        strcpy(text, "\\t");
        break;
    default:
        sg_text(text, sizeof(text), "\\u%04x", character);
        break;
    }
    append_text(writer, text);
}

static void append_quoted(sg_json_writer *writer, const char *text) {
    append_text(writer, "\"");
    const unsigned char *at = (const unsigned char *)text;
    while (*at != '\0') {
        const unsigned char *run = at;
        size_t size = sg_utf8_size(at);
        while (size > 0 && *at >= 0x20 && *at != '"' && *at != '\\') {
            at += size;
            size = sg_utf8_size(at);
        }
        append(writer, (const char *)run, (size_t)(at - run));
        if (size == 0) {
            if (writer->status != SYNGAN_OK) return;
            stick(writer,
                  sg_fail(writer->context, SYNGAN_E_ARGUMENT,
                          "text: byte %zu (0x%02x) of a name or text "
                          "is not UTF-8, but must be",
                          (size_t)(at - (const unsigned char *)text), *at));
            return;
        }
        if (*at != '\0') append_escaped(writer, *at++);
    }
    append_text(writer, "\"");
}

/* ---- values ------------------------------------------------------------- */

/* What stands before a value: a comma unless it is the first, and its key. */
static void begin_value(sg_json_writer *writer, const char *key) {
    if (writer->status != SYNGAN_OK) return;
    assert(writer->depth > 0 || writer->size == 0);
    char last = writer->size > 0 ? writer->text[writer->size - 1] : '[';
    if (last != '[' && last != '{') append_text(writer, ",");
    if (key != NULL) {
        append_quoted(writer, key);
        append_text(writer, ":");
    }
}

static void put_raw(sg_json_writer *writer, const char *key, const char *text) {
    begin_value(writer, key);
    append_text(writer, text);
}

static void open_with(sg_json_writer *writer, const char *key,
                      const char *bracket) {
    put_raw(writer, key, bracket);
    writer->depth++;
    assert(writer->depth <= SG_JSON_DEPTH);
}

static void close_with(sg_json_writer *writer, const char *bracket) {
    assert(writer->depth > 0);
    writer->depth--;
    append_text(writer, bracket);
}

void sg_json_open_object(sg_json_writer *writer, const char *key) {
    open_with(writer, key, "{");
}

void sg_json_close_object(sg_json_writer *writer) {
    close_with(writer, "}");
}

void sg_json_open_array(sg_json_writer *writer, const char *key) {
    open_with(writer, key, "[");
}

void sg_json_close_array(sg_json_writer *writer) {
    close_with(writer, "]");
}

void sg_json_put_i64(sg_json_writer *writer, const char *key, int64_t value) {
    char text[SG_NUMBER_TEXT];
    sg_text(text, sizeof(text), "%lld", (long long)value);
    put_raw(writer, key, text);
}

void sg_json_put_u64(sg_json_writer *writer, const char *key, uint64_t value) {
    char text[SG_NUMBER_TEXT];
    sg_text(text, sizeof(text), "\"%llu\"", (unsigned long long)value);
    put_raw(writer, key, text);
}

void sg_json_put_f64(sg_json_writer *writer, const char *key, double value) {
    char text[SG_NUMBER_TEXT];
    sg_number_f64(value, text);
    if (isfinite(value)) {
        put_raw(writer, key, text);
    } else {
        sg_json_put_string(writer, key, text);
    }
}

void sg_json_put_f32(sg_json_writer *writer, const char *key, float value) {
    char text[SG_NUMBER_TEXT];
    sg_number_f32(value, text);
    if (isfinite(value)) {
        put_raw(writer, key, text);
    } else {
        sg_json_put_string(writer, key, text);
    }
}

void sg_json_put_bool(sg_json_writer *writer, const char *key, bool value) {
    put_raw(writer, key, value ? "true" : "false");
}

void sg_json_put_string(sg_json_writer *writer, const char *key,
                        const char *value) {
    begin_value(writer, key);
    append_quoted(writer, value);
}

syngan_status sg_json_finish(sg_json_writer *writer, char **text,
                             size_t *size) {
    *text = NULL;
    SG_TRY(writer->status);
    assert(writer->depth == 0 && writer->size > 0);
    writer->text[writer->size] = '\0';
    *text = writer->text;
    if (size != NULL) *size = writer->size;
    writer->text = NULL;
    return SYNGAN_OK;
}
