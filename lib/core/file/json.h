/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON: a reader whose messages name the place ("model.json: layers[3].kernel:
 * is missing"), and a writer that gives equal text for equal calls.
 *
 *   sg_json_value layers = sg_json_member(sg_json_root(json), "layers");
 *   SG_TRY(sg_json_read_array(layers, &count));
 *   for (size_t i = 0; i < count; i++) {
 *       sg_json_value layer = sg_json_item(layers, i);
 *       SG_TRY(sg_json_read_i64(sg_json_member(layer, "kernel"), 1, 99, &k));
 *   }
 */
#ifndef SG_FILE_JSON_H
#define SG_FILE_JSON_H

#include "base/context.h"

/* ---- reading ------------------------------------------------------------ */

/* Deepest nesting that is read. */
#define SG_JSON_DEPTH 64
/* Most memory that a parsed text may take, in bytes. */
#define SG_JSON_MEMORY (256u << 20)

/* A parsed text. */
typedef struct sg_json sg_json;

/* A value in it, and its place, which the messages name. A value that is not
 * there has a place, too: reading it says what is missing. Passed by value;
 * lives as long as the sg_json (and as `key`, where the caller gave one). */
typedef struct sg_json_value {
    const sg_json *json;
    const void *node;      /* NULL: not there */
    const void *container; /* that it is in; NULL: it is the root */
    const char *key;       /* in an object */
    size_t index;          /* in an array */
} sg_json_value;

/* Parses UTF-8 text (need not end in a zero byte). `name` is what messages
 * call it. Refuses, with SYNGAN_E_FORMAT: anything after the value, objects
 * with two members of one name, zero characters, and what would pass the
 * limits above or the context's memory limit. */
syngan_status sg_json_parse(syngan_context *context, const char *name,
                            const char *text, size_t size, sg_json **out);
void sg_json_free(sg_json *json); /* takes NULL */
sg_json_value sg_json_root(const sg_json *json);

/* A member of an object, an item of an array: absent if there is none, or if
 * `object` or `array` is of another kind. */
sg_json_value sg_json_member(sg_json_value object, const char *key);
sg_json_value sg_json_item(sg_json_value array, size_t index);
/* The members in the order of the text. `member` starts as all zero; its key
 * is the name. False after the last. */
bool sg_json_next(sg_json_value object, sg_json_value *member);
bool sg_json_present(sg_json_value value); /* null is absent */

/* Readers: SYNGAN_E_FORMAT with a sentence if the value is missing, of another
 * kind or out of range; *out is set only on success. */
syngan_status sg_json_read_object(sg_json_value value, size_t *count);
syngan_status sg_json_read_array(sg_json_value value, size_t *count);
syngan_status sg_json_read_i64(sg_json_value value, int64_t low, int64_t high,
                               int64_t *out);
syngan_status sg_json_read_i32(sg_json_value value, int32_t low, int32_t high,
                               int32_t *out);
syngan_status sg_json_read_u64(sg_json_value value, uint64_t *out);
/* Also integers, and the texts that stand for numbers that are not finite. */
syngan_status sg_json_read_f64(sg_json_value value, double *out);
syngan_status sg_json_read_f32(sg_json_value value, float *out);
syngan_status sg_json_read_bool(sg_json_value value, bool *out);
/* The text lives as long as the sg_json. */
syngan_status sg_json_read_string(sg_json_value value, const char **out);

/* SYNGAN_E_FORMAT with "<name>: <place>: " before the sentence, for what only
 * the caller can judge. */
syngan_status sg_json_fail(sg_json_value value, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ---- writing ------------------------------------------------------------ */

/* Text in the order of the calls, without white space. Failures stick and are
 * given by sg_json_finish(), so that calls need no checks. */
typedef struct sg_json_writer {
    syngan_context *context;
    char *text;
    size_t size, capacity;
    int32_t depth;
    syngan_status status;
} sg_json_writer;

void sg_json_start(sg_json_writer *writer, syngan_context *context);
/* `key` names a member of an object; NULL in arrays and at the root. Keys and
 * strings must be UTF-8 (else SYNGAN_E_ARGUMENT). */
void sg_json_open_object(sg_json_writer *writer, const char *key);
void sg_json_close_object(sg_json_writer *writer);
void sg_json_open_array(sg_json_writer *writer, const char *key);
void sg_json_close_array(sg_json_writer *writer);
void sg_json_put_i64(sg_json_writer *writer, const char *key, int64_t value);
/* As a text of digits, because many readers stop at 2^63 or 2^53. */
void sg_json_put_u64(sg_json_writer *writer, const char *key, uint64_t value);
/* The shortest text that reads back to the same number (file/number.h). */
void sg_json_put_f64(sg_json_writer *writer, const char *key, double value);
void sg_json_put_f32(sg_json_writer *writer, const char *key, float value);
void sg_json_put_bool(sg_json_writer *writer, const char *key, bool value);
void sg_json_put_string(sg_json_writer *writer, const char *key,
                        const char *value);
/* Hands over the text (ended by a zero byte; sg_free() releases it), or the
 * first failure. `size` may be NULL. */
syngan_status sg_json_finish(sg_json_writer *writer, char **text, size_t *size);
/* Gives up. Finish or discard once; discarding after that does nothing. */
void sg_json_discard(sg_json_writer *writer);

#endif
