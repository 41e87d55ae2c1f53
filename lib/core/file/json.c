/* SPDX-License-Identifier: Apache-2.0 */
/* Reading JSON by jansson; the only place that names it. */
#include "file/json.h"

#include <assert.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

#define PLACE_MAX 256

struct sg_json {
    syngan_context *context;
    char *name;
    json_t *root;
};

/* ---- parsing ------------------------------------------------------------ */

/* What a look at the text tells before it is parsed. */
typedef struct measure {
    int depth;       /* deepest nesting */
    uint64_t memory; /* that jansson will take, in bytes, at most */
} measure;

/* jansson allocates outside of the context, up to a hundred bytes for each
 * byte of text. The weights are the sizes of its nodes (2.14, x86-64), with
 * malloc's own share, rounded up. */
static measure measure_text(const char *text, size_t size) {
    measure m = {0, 1024 + 3 * (uint64_t)size};
    int depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < size; i++) {
        char c = text[i];
        if (quoted) {
            if (c == '\\') {
                i++;
            } else if (c == '"') {
                quoted = false;
            }
            continue;
        }
        switch (c) {
        case '"':
            quoted = true;
            break;
        case '{':
        case '[':
            m.memory += c == '{' ? 320 : 240;
            depth++;
            if (depth > m.depth) m.depth = depth;
            break;
        case '}':
        case ']':
            depth--;
            break;
        case ':':
            m.memory += 160;
            break;
        case ',':
            m.memory += 112;
            break;
        default:
            break;
        }
    }
    return m;
}

/* jansson ends the process when memory fails in the middle of a text, so it is
 * asked for all that it may take before. */
static bool has_memory(size_t bytes) {
    json_malloc_t allocate;
    json_free_t release;
    json_get_alloc_funcs(&allocate, &release);
    void *block = allocate(bytes);
    if (block == NULL) return false;
    release(block);
    return true;
}

static syngan_status check_limits(syngan_context *context, const char *name,
                                  measure m) {
    if (m.depth > SG_JSON_DEPTH) {
        return sg_fail(context, SYNGAN_E_FORMAT,
                       "%s: the JSON is nested %d deep, but at most %d are "
                       "read",
                       name, m.depth, SG_JSON_DEPTH);
    }
    if (m.memory > SG_JSON_MEMORY) {
        return sg_fail(context, SYNGAN_E_FORMAT,
                       "%s: the JSON would take %llu bytes of memory, but at "
                       "most %u are allowed",
                       name, (unsigned long long)m.memory, SG_JSON_MEMORY);
    }
    uint64_t held = atomic_load(&context->bytes);
    if (context->memory_limit != 0 && held + m.memory > context->memory_limit) {
        return sg_fail_memory(context, name, m.memory);
    }
    if (!has_memory((size_t)m.memory)) {
        return sg_fail_memory(context, name, m.memory);
    }
    return SYNGAN_OK;
}

static syngan_status parse(sg_json *json, const char *text, size_t size) {
    json_error_t error;
    json->root = json_loadb(text, size,
                            JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (json->root != NULL) return SYNGAN_OK;
    return sg_fail(json->context, SYNGAN_E_FORMAT,
                   "%s: line %d, column %d of the JSON: %s", json->name,
                   error.line, error.column, error.text);
}

syngan_status sg_json_parse(syngan_context *context, const char *name,
                            const char *text, size_t size, sg_json **out) {
    *out = NULL;
    SG_TRY(check_limits(context, name, measure_text(text, size)));
    sg_json *json = sg_alloc_zero(context, 1, sizeof(*json));
    if (json == NULL) return sg_fail_memory(context, name, sizeof(*json));
    json->context = context;
    json->name = sg_strdup(context, name);
    syngan_status status = json->name != NULL
                               ? parse(json, text, size)
                               : sg_fail_memory(context, name, strlen(name));
    if (status != SYNGAN_OK) {
        sg_json_free(json);
        return status;
    }
    *out = json;
    return SYNGAN_OK;
}

void sg_json_free(sg_json *json) {
    if (json == NULL) return;
    json_decref(json->root);
    sg_free(json->context, json->name);
    sg_free(json->context, json);
}

/* ---- places ------------------------------------------------------------- */

/* "layers[3].kernel", as far as it fits. */
typedef struct place {
    char text[PLACE_MAX];
    size_t size;
} place;

static void place_key(place *at, const char *key) {
    int n = sg_text(at->text + at->size, PLACE_MAX - at->size, "%s%s",
                    at->size > 0 ? "." : "", key);
    at->size += n > 0 ? (size_t)n : 0;
    if (at->size >= PLACE_MAX) at->size = PLACE_MAX - 1;
}

static void place_index(place *at, size_t index) {
    int n = sg_text(at->text + at->size, PLACE_MAX - at->size, "[%zu]", index);
    at->size += n > 0 ? (size_t)n : 0;
    if (at->size >= PLACE_MAX) at->size = PLACE_MAX - 1;
}

static void place_back(place *at, size_t size) {
    at->size = size;
    at->text[size] = '\0';
}

/* Looks for the container `wanted` in and below `node`, and leaves its place
 * in `at`. Only messages need it, so a search is cheap enough. */
static bool find_place(json_t *node, const void *wanted, place *at) {
    if (node == wanted) return true;
    size_t size = at->size;
    if (json_is_object(node)) {
        const char *key;
        json_t *member;
        json_object_foreach(node, key, member) {
            place_key(at, key);
            if (find_place(member, wanted, at)) return true;
            place_back(at, size);
        }
    } else if (json_is_array(node)) {
        for (size_t i = 0; i < json_array_size(node); i++) {
            place_index(at, i);
            if (find_place(json_array_get(node, i), wanted, at)) return true;
            place_back(at, size);
        }
    }
    return false;
}

/* ---- values ------------------------------------------------------------- */

static json_t *node_of(sg_json_value value) {
    return (json_t *)(uintptr_t)value.node;
}

sg_json_value sg_json_root(const sg_json *json) {
    return (sg_json_value){.json = json, .node = json->root};
}

sg_json_value sg_json_member(sg_json_value object, const char *key) {
    return (sg_json_value){.json = object.json,
                           .node = json_object_get(node_of(object), key),
                           .container = object.node,
                           .key = key};
}

sg_json_value sg_json_item(sg_json_value array, size_t index) {
    return (sg_json_value){.json = array.json,
                           .node = json_array_get(node_of(array), index),
                           .container = array.node,
                           .index = index};
}

bool sg_json_next(sg_json_value object, sg_json_value *member) {
    json_t *node = node_of(object);
    if (!json_is_object(node)) return false;
    void *at = json_object_iter(node);
    if (member->key != NULL) {
        at = json_object_iter_next(node, json_object_key_to_iter(member->key));
    }
    if (at == NULL) return false;
    *member = (sg_json_value){.json = object.json,
                              .node = json_object_iter_value(at),
                              .container = node,
                              .key = json_object_iter_key(at)};
    return true;
}

bool sg_json_present(sg_json_value value) {
    return value.node != NULL && !json_is_null(node_of(value));
}

syngan_status sg_json_fail(sg_json_value value, const char *format, ...) {
    char sentence[SG_ERROR_MAX];
    va_list arguments;
    va_start(arguments, format);
    sg_text_v(sentence, sizeof(sentence), format, arguments);
    va_end(arguments);
    place at = {.size = 0};
    if (value.container != NULL) {
        find_place(value.json->root, value.container, &at);
        if (value.key != NULL) {
            place_key(&at, value.key);
        } else {
            place_index(&at, value.index);
        }
    }
    return sg_fail(value.json->context, SYNGAN_E_FORMAT, "%s: %s%s%s",
                   value.json->name, at.text, at.size > 0 ? ": " : "",
                   sentence);
}

static const char *kind_text(const json_t *node) {
    switch (json_typeof(node)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "an array";
    case JSON_STRING:
        return "a text";
    case JSON_INTEGER:
        return "an integer";
    case JSON_REAL:
        return "a number with a fraction";
    case JSON_TRUE:
    case JSON_FALSE:
        return "true or false";
    default:
        return "null";
    }
}

static syngan_status fail_kind(sg_json_value value, const char *wanted) {
    if (value.node == NULL) {
        return sg_json_fail(value, "is missing, but must be %s", wanted);
    }
    return sg_json_fail(value, "is %s, but must be %s",
                        kind_text(node_of(value)), wanted);
}

/* ---- readers ------------------------------------------------------------ */

syngan_status sg_json_read_object(sg_json_value value, size_t *count) {
    if (!json_is_object(node_of(value))) return fail_kind(value, "an object");
    *count = json_object_size(node_of(value));
    return SYNGAN_OK;
}

syngan_status sg_json_read_array(sg_json_value value, size_t *count) {
    if (!json_is_array(node_of(value))) return fail_kind(value, "an array");
    *count = json_array_size(node_of(value));
    return SYNGAN_OK;
}

syngan_status sg_json_read_i64(sg_json_value value, int64_t low, int64_t high,
                               int64_t *out) {
    if (!json_is_integer(node_of(value))) {
        return fail_kind(value, "an integer");
    }
    int64_t number = json_integer_value(node_of(value));
    if (number < low || number > high) {
        return sg_json_fail(value, "is %lld, but must be from %lld to %lld",
                            (long long)number, (long long)low, (long long)high);
    }
    *out = number;
    return SYNGAN_OK;
}

syngan_status sg_json_read_i32(sg_json_value value, int32_t low, int32_t high,
                               int32_t *out) {
    int64_t number = 0;
    SG_TRY(sg_json_read_i64(value, low, high, &number));
    *out = (int32_t)number;
    return SYNGAN_OK;
}

syngan_status sg_json_read_u64(sg_json_value value, uint64_t *out) {
    const json_t *node = node_of(value);
    uint64_t number;
    if (!json_is_string(node) ||
        !sg_text_to_u64(json_string_value(node), &number)) {
        return fail_kind(value, "a text of digits");
    }
    *out = number;
    return SYNGAN_OK;
}

/* The texts of numbers that JSON has no digits for. */
static bool read_special(const char *text, double *out) {
    if (strcmp(text, "NaN") == 0) {
        *out = (double)NAN;
    } else if (strcmp(text, "Infinity") == 0) {
        *out = (double)INFINITY;
    } else if (strcmp(text, "-Infinity") == 0) {
        *out = -(double)INFINITY;
    } else {
        return false;
    }
    return true;
}

syngan_status sg_json_read_f64(sg_json_value value, double *out) {
    const json_t *node = node_of(value);
    if (json_is_number(node)) {
        *out = json_number_value(node);
        return SYNGAN_OK;
    }
    if (json_is_string(node) && read_special(json_string_value(node), out)) {
        return SYNGAN_OK;
    }
    return fail_kind(value, "a number");
}

syngan_status sg_json_read_f32(sg_json_value value, float *out) {
    double number = 0;
    SG_TRY(sg_json_read_f64(value, &number));
    float narrow = (float)number;
    if (isfinite(number) && !isfinite(narrow)) {
        return sg_json_fail(value, "is %g, but must fit single precision",
                            number);
    }
    *out = narrow;
    return SYNGAN_OK;
}

syngan_status sg_json_read_bool(sg_json_value value, bool *out) {
    if (!json_is_boolean(node_of(value))) {
        return fail_kind(value, "true or false");
    }
    *out = json_is_true(node_of(value));
    return SYNGAN_OK;
}

syngan_status sg_json_read_string(sg_json_value value, const char **out) {
    if (!json_is_string(node_of(value))) return fail_kind(value, "a text");
    *out = json_string_value(node_of(value));
    return SYNGAN_OK;
}
