/* SPDX-License-Identifier: Apache-2.0 */
/* Writing safetensors files. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "file/json.h"
#include "file/safetensors.h"
#include "file/safetensors_form.h"
#include "tensor/tensor.h"

typedef struct text_entry {
    char *key, *value;
} text_entry;

typedef struct tensor_entry {
    char *name;
    const void *data;
    size_t bytes;
    int32_t type;
    sg_dims dims;
} tensor_entry;

struct sg_safetensors_writer {
    syngan_context *context;
    text_entry *texts;
    size_t text_count, text_capacity;
    tensor_entry *tensors;
    size_t tensor_count, tensor_capacity;
};

/* ---- collecting --------------------------------------------------------- */

syngan_status sg_safetensors_start(syngan_context *context,
                                   sg_safetensors_writer **out) {
    *out = sg_alloc_zero(context, 1, sizeof(**out));
    if (*out == NULL) {
        return sg_fail_memory(context, "safetensors", sizeof(**out));
    }
    (*out)->context = context;
    return SYNGAN_OK;
}

void sg_safetensors_discard(sg_safetensors_writer *writer) {
    if (writer == NULL) return;
    syngan_context *context = writer->context;
    for (size_t i = 0; i < writer->text_count; i++) {
        sg_free(context, writer->texts[i].key);
        sg_free(context, writer->texts[i].value);
    }
    for (size_t i = 0; i < writer->tensor_count; i++) {
        sg_free(context, writer->tensors[i].name);
    }
    sg_free(context, writer->texts);
    sg_free(context, writer->tensors);
    sg_free(context, writer);
}

syngan_status sg_safetensors_put_text(sg_safetensors_writer *writer,
                                      const char *key, const char *value) {
    syngan_context *context = writer->context;
    void *texts = writer->texts;
    if (!sg_reserve(context, &texts, &writer->text_capacity, writer->text_count,
                    sizeof(text_entry))) {
        return sg_fail_memory(context, "safetensors", sizeof(text_entry));
    }
    writer->texts = texts;
    text_entry *entry = &writer->texts[writer->text_count];
    entry->key = sg_strdup(context, key);
    entry->value = sg_strdup(context, value);
    writer->text_count++;
    if (entry->key == NULL || entry->value == NULL) {
        return sg_fail_memory(context, "safetensors", strlen(value) + 1);
    }
    return SYNGAN_OK;
}

syngan_status sg_safetensors_put_tensor(sg_safetensors_writer *writer,
                                        const char *name, int32_t type,
                                        const sg_dims *dims, const void *data) {
    syngan_context *context = writer->context;
    assert(sg_safetensors_type_name(type) != NULL);
    void *tensors = writer->tensors;
    if (!sg_reserve(context, &tensors, &writer->tensor_capacity,
                    writer->tensor_count, sizeof(tensor_entry))) {
        return sg_fail_memory(context, "safetensors", sizeof(tensor_entry));
    }
    writer->tensors = tensors;
    char *copy = sg_strdup(context, name);
    if (copy == NULL) {
        return sg_fail_memory(context, "safetensors", strlen(name) + 1);
    }
    writer->tensors[writer->tensor_count++] = (tensor_entry){
        .name = copy,
        .data = data,
        .bytes = (size_t)sg_dims_count(dims) * syngan_type_size(type),
        .type = type,
        .dims = *dims};
    return SYNGAN_OK;
}

/* ---- the header --------------------------------------------------------- */

static int compare_texts(const void *a, const void *b) {
    return strcmp(((const text_entry *)a)->key, ((const text_entry *)b)->key);
}

static int compare_tensors(const void *a, const void *b) {
    return strcmp(((const tensor_entry *)a)->name,
                  ((const tensor_entry *)b)->name);
}

static syngan_status fail_name(sg_safetensors_writer *writer, const char *name,
                               const char *why) {
    return sg_fail(writer->context, SYNGAN_E_ARGUMENT, "safetensors: '%s' %s",
                   name, why);
}

static syngan_status sort_texts(sg_safetensors_writer *writer) {
    if (writer->text_count == 0) return SYNGAN_OK;
    qsort(writer->texts, writer->text_count, sizeof(text_entry), compare_texts);
    for (size_t i = 0; i < writer->text_count; i++) {
        const char *key = writer->texts[i].key;
        if (strcmp(key, SG_SAFETENSORS_CHECKSUM) == 0) {
            return fail_name(writer, key,
                             "can't be a key of metadata: it "
                             "stands for the file's checksum");
        }
        if (i > 0 && strcmp(key, writer->texts[i - 1].key) == 0) {
            return fail_name(writer, key, "is twice in the metadata");
        }
    }
    return SYNGAN_OK;
}

static syngan_status sort_tensors(sg_safetensors_writer *writer) {
    if (writer->tensor_count == 0) return SYNGAN_OK;
    qsort(writer->tensors, writer->tensor_count, sizeof(tensor_entry),
          compare_tensors);
    for (size_t i = 0; i < writer->tensor_count; i++) {
        const char *name = writer->tensors[i].name;
        if (strcmp(name, SG_SAFETENSORS_METADATA) == 0) {
            return fail_name(writer, name,
                             "can't be a tensor's name: it "
                             "stands for the metadata");
        }
        if (i > 0 && strcmp(name, writer->tensors[i - 1].name) == 0) {
            return fail_name(writer, name, "names two tensors");
        }
    }
    return SYNGAN_OK;
}

static void put_metadata(const sg_safetensors_writer *writer,
                         sg_json_writer *json) {
    char zeros[SG_CHECKSUM_DIGITS + 1];
    memset(zeros, '0', SG_CHECKSUM_DIGITS);
    zeros[SG_CHECKSUM_DIGITS] = '\0';
    sg_json_open_object(json, SG_SAFETENSORS_METADATA);
    sg_json_put_string(json, SG_SAFETENSORS_CHECKSUM, zeros);
    for (size_t i = 0; i < writer->text_count; i++) {
        sg_json_put_string(json, writer->texts[i].key, writer->texts[i].value);
    }
    sg_json_close_object(json);
}

static void put_tensor(const tensor_entry *tensor, size_t offset,
                       sg_json_writer *json) {
    sg_json_open_object(json, tensor->name);
    sg_json_put_string(json, "dtype", sg_safetensors_type_name(tensor->type));
    sg_json_open_array(json, "shape");
    for (int i = 0; i < tensor->dims.rank; i++) {
        sg_json_put_i64(json, NULL, tensor->dims.size[i]);
    }
    sg_json_close_array(json);
    sg_json_open_array(json, "data_offsets");
    sg_json_put_i64(json, NULL, (int64_t)offset);
    sg_json_put_i64(json, NULL, (int64_t)(offset + tensor->bytes));
    sg_json_close_array(json);
    sg_json_close_object(json);
}

static syngan_status make_json(const sg_safetensors_writer *writer, char **text,
                               size_t *size) {
    sg_json_writer json;
    sg_json_start(&json, writer->context);
    sg_json_open_object(&json, NULL);
    put_metadata(writer, &json);
    size_t offset = 0;
    for (size_t i = 0; i < writer->tensor_count; i++) {
        put_tensor(&writer->tensors[i], offset, &json);
        offset += writer->tensors[i].bytes;
    }
    sg_json_close_object(&json);
    return sg_json_finish(&json, text, size);
}

/* The length, the JSON and the spaces after it, to a multiple of 8 bytes. */
static syngan_status make_header(sg_safetensors_writer *writer,
                                 unsigned char **out, size_t *size) {
    char *json;
    size_t length;
    SG_TRY(make_json(writer, &json, &length));
    size_t padded = (length + 7) / 8 * 8;
    syngan_status status = SYNGAN_OK;
    unsigned char *header = NULL;
    if (padded > SG_SAFETENSORS_HEADER_MAX) {
        status = sg_fail(writer->context, SYNGAN_E_ARGUMENT,
                         "safetensors: the header takes %zu bytes, but at most "
                         "%d are allowed",
                         padded, SG_SAFETENSORS_HEADER_MAX);
    } else {
        header = sg_alloc(writer->context, 8 + padded);
        if (header == NULL) {
            status = sg_fail_memory(writer->context, "safetensors", 8 + padded);
        }
    }
    if (header != NULL) {
        sg_safetensors_put_length(padded, header);
        memcpy(header + 8, json, length);
        memset(header + 8 + length, ' ', padded - length);
    }
    sg_free(writer->context, json);
    *out = header;
    *size = 8 + padded;
    return status;
}

/* ---- the file ----------------------------------------------------------- */

/* Puts the checksum in the place of its zeros. */
static syngan_status fill_checksum(const sg_safetensors_writer *writer,
                                   unsigned char *header, size_t size) {
    sg_checksum *checksum = sg_checksum_create(writer->context);
    if (checksum == NULL) {
        return sg_fail_memory(writer->context, "safetensors", 1024);
    }
    sg_checksum_add(checksum, header, size);
    for (size_t i = 0; i < writer->tensor_count; i++) {
        sg_checksum_add(checksum, writer->tensors[i].data,
                        writer->tensors[i].bytes);
    }
    char digits[SG_CHECKSUM_DIGITS + 1];
    sg_checksum_text(checksum, digits);
    sg_checksum_free(checksum);
    memcpy(header + 8 + strlen(SG_SAFETENSORS_START), digits,
           SG_CHECKSUM_DIGITS);
    return SYNGAN_OK;
}

static syngan_status write_all(const sg_safetensors_writer *writer,
                               unsigned char *header, size_t size,
                               sg_writer *out) {
    SG_TRY(fill_checksum(writer, header, size));
    SG_TRY(sg_writer_put(out, header, size));
    for (size_t i = 0; i < writer->tensor_count; i++) {
        SG_TRY(sg_writer_put(out, writer->tensors[i].data,
                             writer->tensors[i].bytes));
    }
    return SYNGAN_OK;
}

syngan_status sg_safetensors_write(sg_safetensors_writer *writer,
                                   sg_writer *out) {
    SG_TRY(sort_texts(writer));
    SG_TRY(sort_tensors(writer));
    unsigned char *header;
    size_t size;
    SG_TRY(make_header(writer, &header, &size));
    syngan_status status = write_all(writer, header, size, out);
    sg_free(writer->context, header);
    return status;
}
