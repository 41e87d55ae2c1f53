/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Structs described by a field table, as JSON objects: one function for
 * writing and one for reading each type of field.
 */
#include "model/fields.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "tensor/shape.h"

static bool is_stored(const sg_field *field) {
    return field->type != SYNGAN_OPTION_OTHER &&
           field->type != SYNGAN_OPTION_STRING;
}

/* ---- names of an enum's values ----------------------------------------- */

#define CHOICE_MAX 64

/* Copies choice `index` of "a|b|c" to `text`; false beyond the last. */
static bool choice_at(const char *choices, int32_t index, char *text) {
    const char *start = choices;
    for (; index > 0; index--) {
        start = strchr(start, '|');
        if (start == NULL) return false;
        start++;
    }
    size_t length = strcspn(start, "|");
    assert(length < CHOICE_MAX);
    memcpy(text, start, length);
    text[length] = '\0';
    return true;
}

static void write_choice(sg_json_writer *writer, const char *key,
                         const sg_field *field, int32_t value) {
    char text[CHOICE_MAX];
    if (choice_at(field->choices, value - (int32_t)field->minimum, text))
        sg_json_put_string(writer, key, text);
    else /* 0 below the first choice: not set */
        sg_json_put_i64(writer, key, value);
}

static syngan_status read_choice(sg_json_value value, const sg_field *field,
                                 int32_t *out) {
    const char *given;
    SG_TRY(sg_json_read_string(value, &given));
    char text[CHOICE_MAX];
    for (int32_t i = 0; choice_at(field->choices, i, text); i++) {
        if (strcmp(text, given) != 0) continue;
        *out = (int32_t)field->minimum + i;
        return SYNGAN_OK;
    }
    return sg_json_fail(value, "is \"%s\", not one of %s", given,
                        field->choices);
}

/* ---- writing ----------------------------------------------------------- */

static void write_dims(sg_json_writer *writer, const char *key,
                       const sg_dims *dims) {
    sg_json_open_array(writer, key);
    for (int32_t i = 0; i < dims->rank; i++)
        sg_json_put_i64(writer, NULL, dims->size[i]);
    sg_json_close_array(writer);
}

static size_t element_size(const sg_field *field) {
    switch (field->type) {
    case SYNGAN_OPTION_I64:
    case SYNGAN_OPTION_U64:
    case SG_FIELD_F64:
        return 8;
    default:
        return 4;
    }
}

static void write_one(sg_json_writer *writer, const char *key,
                      const sg_field *field, const void *at) {
    switch (field->type) {
    case SYNGAN_OPTION_I32:
        sg_json_put_i64(writer, key, *(const int32_t *)at);
        break;
    case SYNGAN_OPTION_I64:
        sg_json_put_i64(writer, key, *(const int64_t *)at);
        break;
    case SYNGAN_OPTION_U64:
        sg_json_put_u64(writer, key, *(const uint64_t *)at);
        break;
    case SYNGAN_OPTION_F32:
        sg_json_put_f32(writer, key, *(const float *)at);
        break;
    case SG_FIELD_F64:
        sg_json_put_f64(writer, key, *(const double *)at);
        break;
    case SYNGAN_OPTION_BOOL:
        sg_json_put_bool(writer, key, *(const int32_t *)at != 0);
        break;
    case SYNGAN_OPTION_ENUM:
        write_choice(writer, key, field, *(const int32_t *)at);
        break;
    default:
        assert(field->type == SG_FIELD_DIMS);
        write_dims(writer, key, at);
    }
}

void sg_fields_write(sg_json_writer *writer, const char *key,
                     const sg_fields *fields, const void *values) {
    sg_json_open_object(writer, key);
    for (size_t i = 0; i < fields->count; i++) {
        const sg_field *field = &fields->field[i];
        const char *at = (const char *)values + field->offset;
        if (!is_stored(field)) continue;
        if (field->count == 0) {
            write_one(writer, field->name, field, at);
            continue;
        }
        sg_json_open_array(writer, field->name);
        for (int32_t j = 0; j < field->count; j++)
            write_one(writer, NULL, field,
                      at + (size_t)j * element_size(field));
        sg_json_close_array(writer);
    }
    sg_json_close_object(writer);
}

/* ---- reading ----------------------------------------------------------- */

/* A field to be read, and whether its standard value is always right. */
typedef struct target {
    const sg_field *field;
    bool standard_fits;
} target;

static bool is_inside(const target *t, double number) {
    return (number >= t->field->minimum && number <= t->field->maximum) ||
           (t->standard_fits && number == t->field->standard);
}

static syngan_status read_integer(sg_json_value value, const target *t,
                                  int64_t low, int64_t high, int64_t *out) {
    int64_t number;
    SG_TRY(sg_json_read_i64(value, low, high, &number));
    if (!is_inside(t, (double)number))
        return sg_json_fail(value, "is %lld, not within %g ... %g",
                            (long long)number, t->field->minimum,
                            t->field->maximum);
    *out = number;
    return SYNGAN_OK;
}

/* Operators' own numbers may be infinite ("clip" without an upper end). */
static syngan_status read_real(sg_json_value value, const target *t,
                               double *out) {
    double number;
    SG_TRY(sg_json_read_f64(value, &number));
    if (!is_inside(t, number) &&
        !(t->field->type == SG_FIELD_F64 && isinf(number)))
        return sg_json_fail(value, "is %g, not within %g ... %g", number,
                            t->field->minimum, t->field->maximum);
    *out = number;
    return SYNGAN_OK;
}

static syngan_status read_dims(sg_json_value value, const target *t,
                               sg_dims *out) {
    size_t count;
    SG_TRY(sg_json_read_array(value, &count));
    if (count > SYNGAN_MAX_RANK)
        return sg_json_fail(value, "has %zu sizes, more than %d", count,
                            SYNGAN_MAX_RANK);
    *out = (sg_dims){.rank = (int32_t)count};
    for (size_t i = 0; i < count; i++)
        SG_TRY(read_integer(sg_json_item(value, i), t, INT64_MIN, INT64_MAX,
                            &out->size[i]));
    return SYNGAN_OK;
}

static syngan_status read_one(sg_json_value value, const target *t, void *at) {
    int64_t integer = 0;
    double real = 0;
    bool flag;
    switch (t->field->type) {
    case SYNGAN_OPTION_I32:
        SG_TRY(read_integer(value, t, INT32_MIN, INT32_MAX, &integer));
        *(int32_t *)at = (int32_t)integer;
        return SYNGAN_OK;
    case SYNGAN_OPTION_I64:
        return read_integer(value, t, INT64_MIN, INT64_MAX, at);
    case SYNGAN_OPTION_U64:
        return sg_json_read_u64(value, at);
    case SYNGAN_OPTION_F32:
        SG_TRY(read_real(value, t, &real));
        *(float *)at = (float)real;
        return SYNGAN_OK;
    case SG_FIELD_F64:
        return read_real(value, t, at);
    case SYNGAN_OPTION_BOOL:
        SG_TRY(sg_json_read_bool(value, &flag));
        *(int32_t *)at = flag;
        return SYNGAN_OK;
    case SYNGAN_OPTION_ENUM:
        return read_choice(value, t->field, at);
    default:
        assert(t->field->type == SG_FIELD_DIMS);
        return read_dims(value, t, at);
    }
}

/* An array of exactly field->count elements. */
static syngan_status read_many(sg_json_value value, const target *t, char *at) {
    const sg_field *field = t->field;
    size_t count;
    SG_TRY(sg_json_read_array(value, &count));
    if (count != (size_t)field->count)
        return sg_json_fail(value, "has %zu elements, not %d", count,
                            field->count);
    for (size_t i = 0; i < count; i++)
        SG_TRY(
            read_one(sg_json_item(value, i), t, at + i * element_size(field)));
    return SYNGAN_OK;
}

/* The standard value, for a file that is older than the field. */
static void set_standard(const sg_field *field, void *at) {
    switch (field->type) {
    case SYNGAN_OPTION_I64:
        *(int64_t *)at = (int64_t)field->standard;
        break;
    case SYNGAN_OPTION_U64:
        *(uint64_t *)at = (uint64_t)field->standard;
        break;
    case SYNGAN_OPTION_F32:
        *(float *)at = (float)field->standard;
        break;
    case SG_FIELD_F64:
        *(double *)at = field->standard;
        break;
    case SG_FIELD_DIMS:
        break;
    default:
        *(int32_t *)at = (int32_t)field->standard;
    }
}

static const sg_field *find_field(const sg_fields *fields, const char *name) {
    for (size_t i = 0; i < fields->count; i++)
        if (is_stored(&fields->field[i]) &&
            strcmp(fields->field[i].name, name) == 0)
            return &fields->field[i];
    return NULL;
}

syngan_status sg_fields_read(sg_json_value object, const sg_fields *fields,
                             bool standard_fits, void *values) {
    size_t count;
    SG_TRY(sg_json_read_object(object, &count));
    memset(values, 0, fields->size);
    for (size_t i = 0; i < fields->count; i++) {
        const sg_field *field = &fields->field[i];
        char *at = (char *)values + field->offset;
        if (!is_stored(field)) continue;
        sg_json_value value = sg_json_member(object, field->name);
        const target t = {.field = field, .standard_fits = standard_fits};
        if (sg_json_present(value))
            SG_TRY(field->count > 0 ? read_many(value, &t, at)
                                    : read_one(value, &t, at));
        else if (field->count == 0)
            set_standard(field, at);
    }
    sg_json_value member = {0};
    while (sg_json_next(object, &member))
        if (find_field(fields, member.key) == NULL)
            return sg_json_fail(member, "is not a field of %s", fields->name);
    return SYNGAN_OK;
}
