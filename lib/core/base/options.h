/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Field tables. Each public options struct, and each operator's fields, has
 * one: from it come the checks and their messages, reading by name, and the
 * JSON of a saved network.
 */
#ifndef SG_BASE_OPTIONS_H
#define SG_BASE_OPTIONS_H

#include "base/context.h"

typedef struct sg_field {
    const char *name;
    const char *help;
    const char *choices; /* of an enum, "a|b|c", values `minimum` upwards */
    double minimum, maximum;
    double standard; /* the default; SG_AUTO if it is SYNGAN_AUTO */
    size_t offset;
    int32_t type;  /* SYNGAN_OPTION_..., or SG_FIELD_... */
    int32_t count; /* of array fields: elements; else 0 */
} sg_field;

/* Types that only operators' fields have. */
enum {
    SG_FIELD_F64 = 20,
    SG_FIELD_DIMS = 21 /* int64_t[count], and an int32_t "<name>" rank in front:
                          see sg_dims in tensor/shape.h */
};

typedef struct sg_fields {
    const char *name; /* "conv2d" */
    size_t size;      /* of the struct as this version knows it */
    size_t count;
    const sg_field *field;
    bool zero_is_left_out; /* zeroed structs are accepted: see options.h of the
                              public headers */
} sg_fields;

/* SYNGAN_AUTO and SYNGAN_AUTO_SEED in tables. */
#define SG_AUTO (-2147483648.0)
#define SG_AUTO_SEED (18446744073709551616.0 - 2147483648.0)
/* Lower end of ranges that zero is not in. */
#define SG_ABOVE_ZERO 1e-30

/* The tables of public options structs: sg_options_context, ... */
#define SG_OPTIONS(name) extern const sg_fields sg_options_##name;
#include "base/options_list.h"
#undef SG_OPTIONS

/* All of them, ended by NULL. */
extern const sg_fields *const sg_options_all[];

/*
 * Copies the caller's struct (NULL: all defaults) into `out` (fields->size
 * bytes), which is then initialised: fields that an older struct does not have
 * get their defaults, ranges are checked. Bytes that no field covers (reserved
 * ones, and those beyond what is known) must be zero. `where` names the call in
 * messages. Strings and pointers are copied as they are: the caller copies what
 * they point at.
 *
 * A field's `standard` is accepted outside of the range, too: that of a field
 * that is required is 0, and its user does the rest.
 */
syngan_status sg_options_read(syngan_context *context, const sg_fields *fields,
                              const void *options, const char *where,
                              void *out);

/* Whether a struct that was read has SYNGAN_AUTO in this field. */
bool sg_field_leaves_open(const sg_field *field, const void *options);

/* Shorthands for tables. A struct `type`, its field `member`. */
#define SG_I32(type, member, low, high, std, text)                             \
    {                                                                          \
#member, text, NULL, low, high, std, offsetof(type, member),           \
            SYNGAN_OPTION_I32, 0                                               \
    }
#define SG_I64(type, member, low, high, std, text)                             \
    {                                                                          \
#member, text, NULL, low, high, std, offsetof(type, member),           \
            SYNGAN_OPTION_I64, 0                                               \
    }
#define SG_U64(type, member, text)                                             \
    {                                                                          \
#member, text, NULL, 0, 18446744073709551615.0, 0,                     \
            offsetof(type, member), SYNGAN_OPTION_U64, 0                       \
    }
/* A seed whose default is the context's. */
#define SG_SEED(type, member, text)                                            \
    {                                                                          \
#member, text, NULL, 0, 18446744073709551615.0, SG_AUTO_SEED,          \
            offsetof(type, member), SYNGAN_OPTION_U64, 0                       \
    }
#define SG_F32(type, member, low, high, std, text)                             \
    {                                                                          \
#member, text, NULL, low, high, std, offsetof(type, member),           \
            SYNGAN_OPTION_F32, 0                                               \
    }
#define SG_F64(type, member)                                                   \
    {                                                                          \
#member, "", NULL, -1e308, 1e308, 0, offsetof(type, member),           \
            SG_FIELD_F64, 0                                                    \
    }
#define SG_BOOL(type, member, text)                                            \
    {                                                                          \
#member, text, NULL, 0, 1, 0, offsetof(type, member),                  \
            SYNGAN_OPTION_BOOL, 0                                              \
    }
#define SG_TRUE(type, member, text)                                            \
    {                                                                          \
#member, text, NULL, 0, 1, 1, offsetof(type, member),                  \
            SYNGAN_OPTION_BOOL, 0                                              \
    }
#define SG_AUTO_BOOL(type, member, text)                                       \
    {                                                                          \
#member, text, NULL, 0, 1, SG_AUTO, offsetof(type, member),            \
            SYNGAN_OPTION_BOOL, 0                                              \
    }
/* `low` is the value of the first choice. */
#define SG_ENUM(type, member, names, low, high, std, text)                     \
    {                                                                          \
#member, text, names, low, high, std, offsetof(type, member),          \
            SYNGAN_OPTION_ENUM, 0                                              \
    }
#define SG_STRING(type, member, text)                                          \
    {                                                                          \
#member, text, NULL, 0, 0, 0, offsetof(type, member),                  \
            SYNGAN_OPTION_STRING, 0                                            \
    }
#define SG_OTHER(type, member, text)                                           \
    {                                                                          \
#member, text, NULL, 0, 0, 0, offsetof(type, member),                  \
            SYNGAN_OPTION_OTHER, 0                                             \
    }
#define SG_DIMS(type, member)                                                  \
    {                                                                          \
#member, "", NULL, -1, 9.2e18, 0, offsetof(type, member),              \
            SG_FIELD_DIMS, 0                                                   \
    }

#define SG_FIELDS(variable, title, type, table)                                \
    const sg_fields variable = {                                               \
        title, sizeof(type), sizeof(table) / sizeof(table[0]), table, false}
/* Of layers: zero is left out, see sg_fields. */
#define SG_LAYER_OPTIONS(variable, title, type, table)                         \
    const sg_fields variable = {title, sizeof(type),                           \
                                sizeof(table) / sizeof(table[0]), table, true}

#endif
