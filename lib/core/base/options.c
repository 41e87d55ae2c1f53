/* SPDX-License-Identifier: Apache-2.0 */
/* Reading options structs by their field tables. */
#include "base/options_internal.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"

/* Greatest struct_size that a future version could have: a larger one is
 * garbage, and reading that far would crash. */
#define MAX_STRUCT_SIZE 4096

#define MAX_CHOICES_TEXT 256

/* ---- single fields ------------------------------------------------------ */

size_t sg_field_size(const sg_field *field) {
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
double sg_field_number(const sg_field *field, const void *at) {
    union {
        int32_t i32;
        int64_t i64;
        uint64_t u64;
        float f32;
    } value;
    memcpy(&value, at, sg_field_size(field));
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

void sg_field_store(const sg_field *field, double number, void *at) {
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
    return sg_field_number(field, at) == SYNGAN_ZERO;
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

syngan_status sg_field_check(syngan_context *context, const char *where,
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
        memset(at, 0, sg_field_size(field));
    } else if (sg_field_number(field, at) == 0) {
        sg_field_store(field, field->standard, at);
        return SYNGAN_OK;
    }
    return sg_field_check(context, where, field, sg_field_number(field, at));
}

/* ---- whole structs ------------------------------------------------------ */

static const sg_field *field_at(const sg_fields *fields, size_t offset) {
    for (size_t i = 0; i < fields->count; i++) {
        const sg_field *field = &fields->field[i];
        if (offset >= field->offset &&
            offset < field->offset + sg_field_size(field)) {
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
    if (offset + sg_field_size(field) > size) return false;
    static const unsigned char zeros[sizeof(int64_t)];
    return memcmp((const unsigned char *)options + offset, zeros,
                  sg_field_size(field)) != 0;
}
