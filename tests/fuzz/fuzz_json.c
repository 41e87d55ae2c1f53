/* SPDX-License-Identifier: Apache-2.0 */
/* JSON: all that is parsed can be read, written, and read to the same. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "file/json.h"
#include "fuzz/fuzz.h"

static void copy(sg_json_value value, const char *key, sg_json_writer *writer);

static void copy_members(sg_json_value value, const char *key,
                         sg_json_writer *writer) {
    sg_json_value member = {0};
    sg_json_open_object(writer, key);
    while (sg_json_next(value, &member))
        copy(member, member.key, writer);
    sg_json_close_object(writer);
}

static void copy_items(sg_json_value value, size_t count, const char *key,
                       sg_json_writer *writer) {
    sg_json_open_array(writer, key);
    for (size_t i = 0; i < count; i++) {
        copy(sg_json_item(value, i), NULL, writer);
    }
    sg_json_close_array(writer);
}

/* Whatever it is: exactly the readers of its kind take it. */
static void copy(sg_json_value value, const char *key, sg_json_writer *writer) {
    size_t count = 0;
    int64_t whole = 0;
    double number = 0;
    bool yes = false;
    const char *text = NULL;
    if (sg_json_read_object(value, &count) == SYNGAN_OK) {
        copy_members(value, key, writer);
    } else if (sg_json_read_array(value, &count) == SYNGAN_OK) {
        copy_items(value, count, key, writer);
    } else if (sg_json_read_i64(value, INT64_MIN, INT64_MAX, &whole) ==
               SYNGAN_OK) {
        sg_json_put_i64(writer, key, whole);
    } else if (sg_json_read_bool(value, &yes) == SYNGAN_OK) {
        sg_json_put_bool(writer, key, yes);
    } else if (sg_json_read_string(value, &text) == SYNGAN_OK) {
        sg_json_put_string(writer, key, text);
    } else if (sg_json_read_f64(value, &number) == SYNGAN_OK) {
        FUZZ_CHECK(isfinite(number));
        sg_json_put_f64(writer, key, number);
    } else {
        FUZZ_CHECK(!sg_json_present(value)); /* null */
        sg_json_put_string(writer, key, "null");
    }
}

/* The canonical text of a text; NULL if it is refused. */
static char *canonical(syngan_context *context, const char *text, size_t size) {
    sg_json *json = NULL;
    syngan_status status = sg_json_parse(context, "input", text, size, &json);
    fuzz_check(context, status);
    if (status != SYNGAN_OK) return NULL;
    sg_json_writer writer;
    sg_json_start(&writer, context);
    copy(sg_json_root(json), NULL, &writer);
    char *out = NULL;
    FUZZ_CHECK(sg_json_finish(&writer, &out, NULL) == SYNGAN_OK);
    sg_json_free(json);
    return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    syngan_context *context = fuzz_context(fuzz_limit(size));
    char *once = canonical(context, (const char *)data, size);
    if (once != NULL) {
        char *twice = canonical(context, once, strlen(once));
        FUZZ_CHECK(twice != NULL && strcmp(once, twice) == 0);
        sg_free(context, twice);
    }
    sg_free(context, once);
    syngan_context_free(context);
    return 0;
}
