/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options by name: listing fields, and setting them from text. Apart from
 * options.c, since this alone needs the tables of all rooms.
 */
#include <string.h>

#include "base/filled.h"
#include "base/floats.h"
#include "base/options_internal.h"
#include "base/text.h"

static const sg_fields *find_fields(const char *type) {
    if (type == NULL) return NULL;
    for (size_t i = 0; sg_options_all[i] != NULL; i++) {
        if (strcmp(sg_options_all[i]->name, type) == 0) {
            return sg_options_all[i];
        }
    }
    return NULL;
}

size_t syngan_option_count(const char *type) {
    const sg_fields *fields = find_fields(type);
    return fields == NULL ? 0 : fields->count;
}

syngan_status syngan_option_get(const char *type, size_t index,
                                syngan_option *out) {
    SG_OWN_FLOATS;
    if (type == NULL) return SYNGAN_E_ARGUMENT;
    SG_TRY(sg_filled_check(NULL, "", out));
    const sg_fields *fields = find_fields(type);
    if (fields == NULL || index >= fields->count) return SYNGAN_E_NOT_FOUND;
    const sg_field *field = &fields->field[index];
    const syngan_option full = {.name = field->name,
                                .help = field->help,
                                .choices = field->choices,
                                .minimum = field->minimum,
                                .maximum = field->maximum,
                                .default_value = field->standard,
                                .offset = field->offset,
                                .type = field->type};
    sg_filled_copy(out, &full, sizeof full);
    return SYNGAN_OK;
}

syngan_status syngan_options_init(const char *type, void *options,
                                  size_t size) {
    SG_OWN_FLOATS;
    if (type == NULL || options == NULL) return SYNGAN_E_ARGUMENT;
    const sg_fields *fields = find_fields(type);
    if (fields == NULL) return SYNGAN_E_NOT_FOUND;
    if (!sg_options_size_fits(fields, size)) return SYNGAN_E_ARGUMENT;
    sg_options_fill(fields, options, size);
    return SYNGAN_OK;
}

/* The value of a choice by its name; false if there is none such. */
static bool find_choice(const sg_field *field, const char *text,
                        int32_t *value) {
    size_t length = strlen(text);
    const char *choice = field->choices;
    for (*value = (int32_t)field->minimum; choice != NULL; ++*value) {
        const char *end = strchr(choice, '|');
        size_t n = end != NULL ? (size_t)(end - choice) : strlen(choice);
        if (n == length && memcmp(choice, text, n) == 0) return true;
        choice = end != NULL ? end + 1 : NULL;
    }
    return false;
}

static bool parse_bool(const char *text, int32_t *value) {
    *value = strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
    return *value != 0 || strcmp(text, "false") == 0 || strcmp(text, "0") == 0;
}

/* Reads `text` as a value of the field's type into `at` (8 bytes). */
static bool parse_value(const sg_field *field, const char *text, void *at) {
    int64_t whole = 0;
    double real = 0;
    int32_t *small = at;
    switch (field->type) {
    case SYNGAN_OPTION_I32:
        if (!sg_text_to_i64(text, &whole)) return false;
        if (whole < INT32_MIN || whole > INT32_MAX) return false;
        *small = (int32_t)whole;
        return true;
    case SYNGAN_OPTION_I64:
        return sg_text_to_i64(text, at);
    case SYNGAN_OPTION_U64:
        return sg_text_to_u64(text, at);
    case SYNGAN_OPTION_F32:
        if (!sg_text_to_double(text, &real)) return false;
        *(float *)at = (float)real;
        return true;
    case SYNGAN_OPTION_BOOL:
        return parse_bool(text, small);
    case SYNGAN_OPTION_ENUM:
        return find_choice(field, text, small);
    default:
        return false;
    }
}

static const char *type_text(const sg_field *field) {
    switch (field->type) {
    case SYNGAN_OPTION_F32:
        return "a number";
    case SYNGAN_OPTION_BOOL:
        return "true or false";
    case SYNGAN_OPTION_ENUM:
        return field->choices;
    default:
        return "a whole number";
    }
}

static syngan_status set_field(syngan_context *context, const char *type,
                               const sg_field *field, const char *text,
                               unsigned char *options) {
    unsigned char *at = options + field->offset;
    if (field->type == SYNGAN_OPTION_STRING) {
        memcpy(at, &text, sizeof(text));
        return SYNGAN_OK;
    }
    union {
        int64_t whole;
        int32_t small;
        float real;
        unsigned char bytes[sizeof(int64_t)];
    } value = {0};
    if (field->type == SYNGAN_OPTION_OTHER) {
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       "%s: %s can't be set from text", type, field->name);
    }
    if (sg_field_is_auto(field) && strcmp(text, "auto") == 0) {
        sg_field_store(field, field->standard, at);
        return SYNGAN_OK;
    }
    if (!parse_value(field, text, value.bytes)) {
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       "%s: %s is '%s', but must be %s", type, field->name,
                       text, type_text(field));
    }
    double number = sg_field_number(field, value.bytes);
    SG_TRY(sg_field_check(context, type, field, number));
    memcpy(at, value.bytes, sg_field_size(field));
    return SYNGAN_OK;
}

syngan_status syngan_option_set(syngan_context *context, const char *type,
                                void *options, const char *name,
                                const char *text) {
    SG_OWN_FLOATS;
    if (context == NULL) return SYNGAN_E_ARGUMENT;
    if (type == NULL || options == NULL || name == NULL || text == NULL) {
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       "syngan_option_set: type, options, name and text must "
                       "not be NULL");
    }
    const sg_fields *fields = find_fields(type);
    if (fields == NULL) {
        return sg_fail(context, SYNGAN_E_NOT_FOUND,
                       "syngan_option_set: there are no options named '%s'",
                       type);
    }
    bool marked;
    size_t size = sg_options_size(options, &marked);
    SG_TRY(sg_options_check_mark(context, fields, marked, "syngan_option_set"));
    for (size_t i = 0; i < fields->count; i++) {
        const sg_field *field = &fields->field[i];
        if (strcmp(field->name, name) != 0) continue;
        if (field->offset + sg_field_size(field) > size) {
            return sg_fail(context, SYNGAN_E_ARGUMENT,
                           "%s: struct_size of the options is %zu, too small "
                           "for %s",
                           type, size, name);
        }
        return set_field(context, type, field, text, options);
    }
    return sg_fail(context, SYNGAN_E_NOT_FOUND, "%s: there is no option '%s'",
                   type, name);
}
