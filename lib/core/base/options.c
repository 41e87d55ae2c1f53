/* SPDX-License-Identifier: Apache-2.0 */
/* Reading options structs by their field tables. */
#include "base/options_internal.h"

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
    if (value == field->standard) return SYNGAN_OK;
    const char *automatic = sg_field_is_auto(field) ? ", or SYNGAN_AUTO" : "";
    if (field->type == SYNGAN_OPTION_ENUM) {
        char choices[MAX_CHOICES_TEXT];
        spell_choices(field, choices, sizeof(choices));
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       "%s: %s is %.0f, but must be %s%s", where, field->name,
                       value, choices, automatic);
    }
    int digits = field->type == SYNGAN_OPTION_F32 ? 6 : 15;
    return sg_fail(context, SYNGAN_E_ARGUMENT,
                   "%s: %s is %.*g, but must be from %.*g to %.*g%s", where,
                   field->name, digits, value, digits, field->minimum, digits,
                   field->maximum, automatic);
}

bool sg_field_is_auto(const sg_field *field) {
    return field->standard ==
           (field->type == SYNGAN_OPTION_U64 ? SG_AUTO_SEED : SG_AUTO);
}

bool sg_field_leaves_open(const sg_field *field, const void *options) {
    const unsigned char *at = (const unsigned char *)options + field->offset;
    return is_number(field) && sg_field_is_auto(field) &&
           sg_field_number(field, at) == field->standard;
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

void sg_options_fill(const sg_fields *fields, void *options, size_t size) {
    size_t marked = size | SYNGAN_INITIALISED_MARK;
    memset(options, 0, size);
    memcpy(options, &marked, sizeof(marked));
    for (size_t i = 0; i < fields->count; i++) {
        const sg_field *field = &fields->field[i];
        if (!is_number(field) || field->offset + sg_field_size(field) > size)
            continue;
        sg_field_store(field, field->standard,
                       (unsigned char *)options + field->offset);
    }
}

size_t sg_options_size(const void *options, bool *marked) {
    size_t size;
    memcpy(&size, options, sizeof(size));
    *marked = (size & ~(size_t)UINT16_MAX) == SYNGAN_INITIALISED_MARK;
    return *marked ? size & UINT16_MAX : size;
}

bool sg_options_size_fits(const sg_fields *fields, size_t size) {
    if (size < sizeof(size_t) || size % sizeof(size_t) != 0) return false;
    return size <= MAX_STRUCT_SIZE || size == fields->size;
}

static syngan_status check_size(syngan_context *context,
                                const sg_fields *fields, size_t size,
                                const char *where) {
    if (sg_options_size_fits(fields, size)) return SYNGAN_OK;
    return sg_fail(context, SYNGAN_E_ARGUMENT,
                   "%s: struct_size of the options is %zu, but must be that "
                   "of an initialised syngan_%s_options, here of %zu bytes",
                   where, size, fields->name, fields->size);
}

syngan_status sg_options_check_mark(syngan_context *context,
                                    const sg_fields *fields, bool marked,
                                    const char *where) {
    char upper[32] = "";
    if (marked || fields->zero_is_left_out) return SYNGAN_OK;
    for (size_t i = 0; fields->name[i] != '\0' && i + 1 < sizeof(upper); i++)
        upper[i] = (char)(fields->name[i] == '_' ? '_' : fields->name[i] - 32);
    return sg_fail(context, SYNGAN_E_ARGUMENT,
                   "%s: the options are not initialised, so that a zero can't "
                   "be told from what was left out; use SYNGAN_%s(...), "
                   "SYNGAN_%s_INIT or syngan_options_init(\"%s\", ...)",
                   where, upper, upper, fields->name);
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

/* In a zeroed struct of a layer's, zero stands for the default. */
static void fill_zeros(const sg_fields *fields, unsigned char *options) {
    for (size_t i = 0; i < fields->count; i++) {
        const sg_field *field = &fields->field[i];
        unsigned char *at = options + field->offset;
        if (is_number(field) && sg_field_number(field, at) == 0)
            sg_field_store(field, field->standard, at);
    }
}

syngan_status sg_options_read(syngan_context *context, const sg_fields *fields,
                              const void *options, const char *where,
                              void *out) {
    unsigned char *copy = out;
    sg_options_fill(fields, copy, fields->size);
    if (options == NULL) return SYNGAN_OK;
    bool marked;
    size_t size = sg_options_size(options, &marked), own;
    SG_TRY(check_size(context, fields, size, where));
    SG_TRY(sg_options_check_mark(context, fields, marked, where));
    SG_TRY(check_unused(context, fields, options, size, where));
    memcpy(&own, copy, sizeof(own));
    memcpy(copy, options, size < fields->size ? size : fields->size);
    memcpy(copy, &own, sizeof(own));
    if (!marked) fill_zeros(fields, copy);
    for (size_t i = 0; i < fields->count; i++) {
        const sg_field *field = &fields->field[i];
        if (!is_number(field)) continue;
        SG_TRY(sg_field_check(context, where, field,
                              sg_field_number(field, copy + field->offset)));
    }
    return SYNGAN_OK;
}
