/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading options structs by their field tables, and options by name.
 */
#include "base/options.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* Greatest struct_size that a future version could have: a larger one is
 * garbage, and reading that far would crash. */
#define MAX_STRUCT_SIZE 4096

#define MAX_CHOICES_TEXT 256

/* ---- single fields ------------------------------------------------------ */

static size_t field_size(const sg_field *field) {
    switch (field->type) {
    case SYNGAN_OPTION_I64:
    case SYNGAN_OPTION_U64:
        return sizeof(int64_t);
    case SYNGAN_OPTION_STRING:
    case SYNGAN_OPTION_OTHER:
        return sizeof(void *);
    default:
        return sizeof(int32_t);
    }
}

/* A field's number, exact enough for a look at its range. */
static double field_number(const sg_field *field, const void *at) {
    union {
        int32_t i32;
        int64_t i64;
        uint64_t u64;
        float f32;
    } value;
    memcpy(&value, at, field_size(field));
    switch (field->type) {
    case SYNGAN_OPTION_I64:
        return (double)value.i64;
    case SYNGAN_OPTION_U64:
        return (double)value.u64;
    case SYNGAN_OPTION_F32:
        return (double)value.f32;
    default:
        return value.i32;
    }
}

static void field_store(const sg_field *field, double number, void *at) {
    switch (field->type) {
    case SYNGAN_OPTION_I64:
        memcpy(at, &(int64_t){(int64_t)number}, sizeof(int64_t));
        break;
    case SYNGAN_OPTION_U64:
        memcpy(at, &(uint64_t){(uint64_t)number}, sizeof(uint64_t));
        break;
    case SYNGAN_OPTION_F32:
        memcpy(at, &(float){(float)number}, sizeof(float));
        break;
    default:
        memcpy(at, &(int32_t){(int32_t)number}, sizeof(int32_t));
        break;
    }
}

static bool is_number(const sg_field *field) {
    return field->type != SYNGAN_OPTION_STRING &&
           field->type != SYNGAN_OPTION_OTHER;
}

/* SYNGAN_ZERO in any of the types that a field can have. */
static bool is_zero_wish(const sg_field *field, const void *at) {
    if (field->type == SYNGAN_OPTION_U64) {
        uint64_t value;
        memcpy(&value, at, sizeof(value));
        return value == (uint64_t)(int64_t)SYNGAN_ZERO;
    }
    return field_number(field, at) == SYNGAN_ZERO;
}

static void store_zero_wish(const sg_field *field, void *at) {
    if (field->type == SYNGAN_OPTION_U64) {
        memcpy(at, &(uint64_t){(uint64_t)(int64_t)SYNGAN_ZERO},
               sizeof(uint64_t));
    } else {
        field_store(field, SYNGAN_ZERO, at);
    }
}

/* "1 (same), 2 (valid) or 3 (explicit)" from "same|valid|explicit". */
static void spell_choices(const sg_field *field, char *text, size_t size) {
    const char *choice = field->choices;
    size_t used = 0;
    text[0] = '\0';
    for (int value = (int)field->minimum; choice != NULL; value++) {
        const char *end = strchr(choice, '|');
        size_t length = end != NULL ? (size_t)(end - choice) : strlen(choice);
        bool last = end == NULL;
        bool next_is_last = !last && strchr(end + 1, '|') == NULL;
        int n =
            sg_text(text + used, size - used, "%d (%.*s)%s", value, (int)length,
                    choice, last ? "" : (next_is_last ? " or " : ", "));
        if (n < 0 || (size_t)n >= size - used) return; /* cut short */
        used += (size_t)n;
        choice = last ? NULL : end + 1;
    }
}

static syngan_status check_range(syngan_context *context, const char *where,
                                 const sg_field *field, double value) {
    if (value >= field->minimum && value <= field->maximum) return SYNGAN_OK;
    if (field->type == SYNGAN_OPTION_ENUM) {
        char choices[MAX_CHOICES_TEXT];
        spell_choices(field, choices, sizeof(choices));
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       "%s: %s is %.0f, but must be %s", where, field->name,
                       value, choices);
    }
    int digits = field->type == SYNGAN_OPTION_F32 ? 6 : 15;
    return sg_fail(context, SYNGAN_E_ARGUMENT,
                   "%s: %s is %.*g, but must be from %.*g to %.*g", where,
                   field->name, digits, value, digits, field->minimum, digits,
                   field->maximum);
}

/* Replaces zero and SYNGAN_ZERO in a field of the copy, and checks it. */
static syngan_status settle_field(syngan_context *context, const char *where,
                                  const sg_field *field, void *at) {
    if (!is_number(field)) return SYNGAN_OK;
    if (is_zero_wish(field, at)) {
        memset(at, 0, field_size(field));
    } else if (field_number(field, at) == 0) {
        field_store(field, field->standard, at);
        return SYNGAN_OK;
    }
    return check_range(context, where, field, field_number(field, at));
}

/* ---- whole structs ------------------------------------------------------ */

static const sg_field *field_at(const sg_fields *fields, size_t offset) {
    for (size_t i = 0; i < fields->count; i++) {
        const sg_field *field = &fields->field[i];
        if (offset >= field->offset &&
            offset < field->offset + field_size(field)) {
            return field;
        }
    }
    return NULL;
}

/* A struct of any version ends at a multiple of 8, with no field cut in two. */
static bool is_plausible_size(const sg_fields *fields, size_t size) {
    if (size < sizeof(size_t) || size % sizeof(size_t) != 0) return false;
    return size <= MAX_STRUCT_SIZE || size == fields->size;
}

static syngan_status check_unused(syngan_context *context,
                                  const sg_fields *fields,
                                  const unsigned char *options, size_t size,
                                  const char *where) {
    for (size_t i = sizeof(size_t); i < size; i++) {
        if (options[i] == 0) continue;
        if (i >= fields->size) {
            return sg_fail(context, SYNGAN_E_ARGUMENT,
                           "%s: the options set a field at byte %zu that this "
                           "version of the library does not know",
                           where, i);
        }
        if (field_at(fields, i) == NULL) {
            return sg_fail(context, SYNGAN_E_ARGUMENT,
                           "%s: a reserved byte of the options (%zu) is not "
                           "zero, but must be",
                           where, i);
        }
    }
    return SYNGAN_OK;
}

syngan_status sg_options_read(syngan_context *context, const sg_fields *fields,
                              const void *options, const char *where,
                              void *out) {
    unsigned char *copy = out;
    memset(copy, 0, fields->size);
    if (options != NULL) {
        size_t size;
        memcpy(&size, options, sizeof(size));
        if (!is_plausible_size(fields, size)) {
            return sg_fail(context, SYNGAN_E_ARGUMENT,
                           "%s: struct_size of the options is %zu, but must be "
                           "sizeof(syngan_%s_options), here %zu",
                           where, size, fields->name, fields->size);
        }
        SG_TRY(check_unused(context, fields, options, size, where));
        memcpy(copy, options, size < fields->size ? size : fields->size);
    }
    memcpy(copy, &fields->size, sizeof(size_t));
    for (size_t i = 0; i < fields->count; i++) {
        const sg_field *field = &fields->field[i];
        SG_TRY(settle_field(context, where, field, copy + field->offset));
    }
    return SYNGAN_OK;
}

bool sg_options_given(const sg_fields *fields, const void *options,
                      size_t offset) {
    const sg_field *field = field_at(fields, offset);
    assert(field != NULL);
    if (options == NULL) return false;
    size_t size;
    memcpy(&size, options, sizeof(size));
    if (offset + field_size(field) > size) return false;
    static const unsigned char zeros[sizeof(int64_t)];
    return memcmp((const unsigned char *)options + offset, zeros,
                  field_size(field)) != 0;
}

/* ---- by name ------------------------------------------------------------ */

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
    if (type == NULL || out == NULL || out->struct_size < sizeof(*out)) {
        return SYNGAN_E_ARGUMENT;
    }
    const sg_fields *fields = find_fields(type);
    if (fields == NULL || index >= fields->count) return SYNGAN_E_NOT_FOUND;
    const sg_field *field = &fields->field[index];
    *out = (syngan_option){.struct_size = out->struct_size,
                           .name = field->name,
                           .help = field->help,
                           .choices = field->choices,
                           .minimum = field->minimum,
                           .maximum = field->maximum,
                           .default_value = field->standard,
                           .offset = field->offset,
                           .type = field->type};
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
    if (!parse_value(field, text, value.bytes)) {
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       "%s: %s is '%s', but must be %s", type, field->name,
                       text, type_text(field));
    }
    double number = field_number(field, value.bytes);
    SG_TRY(check_range(context, type, field, number));
    /* A zero that was asked for is not the default. */
    if (number == 0 && field->type != SYNGAN_OPTION_BOOL) {
        store_zero_wish(field, value.bytes);
    }
    memcpy(at, value.bytes, field_size(field));
    return SYNGAN_OK;
}

syngan_status syngan_option_set(syngan_context *context, const char *type,
                                void *options, const char *name,
                                const char *text) {
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
    size_t size;
    memcpy(&size, options, sizeof(size));
    for (size_t i = 0; i < fields->count; i++) {
        const sg_field *field = &fields->field[i];
        if (strcmp(field->name, name) != 0) continue;
        if (field->offset + field_size(field) > size) {
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
