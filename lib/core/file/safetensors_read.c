/* SPDX-License-Identifier: Apache-2.0 */
/* Reading safetensors files, which may be damaged or made to deceive. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "file/json.h"
#include "file/safetensors.h"
#include "file/safetensors_form.h"
#include "file/source.h"
#include "tensor/tensor.h"

struct sg_safetensors {
    syngan_context *context;
    char *name;
    sg_json *json; /* owns the names and texts */
    sg_json_value metadata;
    sg_safetensors_entry *entries;
    size_t count;
    unsigned char *data;
    unsigned char *copies; /* of what is not aligned in `data` */
    uint64_t bytes;        /* of the whole file */
};

/* A tensor's place in the data, while the file is read. */
typedef struct span {
    uint64_t begin, end;
    sg_safetensors_entry *entry;
} span;

/* ---- the header --------------------------------------------------------- */

static syngan_status read_header(sg_source *source, unsigned char **header,
                                 size_t *size) {
    unsigned char bytes[8];
    SG_TRY(sg_source_exact(source, bytes, 8, "the length of its header"));
    uint64_t length = sg_safetensors_get_length(bytes);
    if (length < 2 || length > SG_SAFETENSORS_HEADER_MAX) {
        return sg_fail(source->context, SYNGAN_E_FORMAT,
                       "%s: is no safetensors file: its header would have "
                       "%llu bytes, but must have from 2 to %d",
                       source->name, (unsigned long long)length,
                       SG_SAFETENSORS_HEADER_MAX);
    }
    *size = (size_t)length;
    return sg_source_block(source, length, "its header", header);
}

/* All values of the metadata are texts. */
static syngan_status read_metadata(sg_safetensors *file, sg_json_value value) {
    size_t count;
    SG_TRY(sg_json_read_object(value, &count));
    sg_json_value member = {0};
    while (sg_json_next(value, &member)) {
        const char *text;
        SG_TRY(sg_json_read_string(member, &text));
    }
    file->metadata = value;
    return SYNGAN_OK;
}

static syngan_status read_type(sg_json_value value, int32_t *type) {
    const char *name = NULL;
    SG_TRY(sg_json_read_string(value, &name));
    *type = sg_safetensors_type(name);
    if (*type != 0) return SYNGAN_OK;
    return sg_json_fail(
        value, "is '%s', but must be F32, BF16, F64, I32, I64 or U8", name);
}

/* Sizes whose product, zeros left out, doesn't pass 2^62 bytes. */
static syngan_status read_shape(sg_json_value value, sg_dims *dims) {
    size_t rank = 0;
    SG_TRY(sg_json_read_array(value, &rank));
    if (rank > SYNGAN_MAX_RANK) {
        return sg_json_fail(value, "has %zu sizes, but must have at most %d",
                            rank, SYNGAN_MAX_RANK);
    }
    int64_t sizes[SYNGAN_MAX_RANK] = {0};
    int64_t product = 8;
    for (size_t i = 0; i < rank; i++) {
        SG_TRY(
            sg_json_read_i64(sg_json_item(value, i), 0, INT64_MAX, &sizes[i]));
        int64_t factor = sizes[i] > 0 ? sizes[i] : 1;
        if (__builtin_mul_overflow(product, factor, &product) ||
            product >> 62 != 0) {
            return sg_json_fail(value, "has too many elements");
        }
    }
    *dims = sg_dims_make(sizes, rank);
    return SYNGAN_OK;
}

static syngan_status read_offsets(sg_json_value value, span *at) {
    size_t count = 0;
    int64_t begin = 0, end = 0;
    SG_TRY(sg_json_read_array(value, &count));
    if (count != 2) {
        return sg_json_fail(value, "has %zu numbers, but must have 2", count);
    }
    SG_TRY(sg_json_read_i64(sg_json_item(value, 0), 0, INT64_MAX, &begin));
    SG_TRY(sg_json_read_i64(sg_json_item(value, 1), begin, INT64_MAX, &end));
    at->begin = (uint64_t)begin;
    at->end = (uint64_t)end;
    return SYNGAN_OK;
}

static syngan_status read_entry(sg_json_value value, span *at) {
    sg_safetensors_entry *entry = at->entry;
    size_t count = 0;
    SG_TRY(sg_json_read_object(value, &count));
    SG_TRY(read_type(sg_json_member(value, "dtype"), &entry->type));
    SG_TRY(read_shape(sg_json_member(value, "shape"), &entry->dims));
    SG_TRY(read_offsets(sg_json_member(value, "data_offsets"), at));
    if (count != 3) {
        return sg_json_fail(value, "has %zu members, but must have 3", count);
    }
    uint64_t bytes =
        (uint64_t)sg_dims_count(&entry->dims) * syngan_type_size(entry->type);
    if (bytes != at->end - at->begin) {
        char shape[SG_DIMS_TEXT];
        return sg_json_fail(
            value, "has %llu bytes, but %s of %s takes %llu bytes",
            (unsigned long long)(at->end - at->begin),
            sg_dims_text(&entry->dims, shape), syngan_type_name(entry->type),
            (unsigned long long)bytes);
    }
    entry->bytes = (size_t)bytes;
    return SYNGAN_OK;
}

/* Reads all members; `spans` has room for all of them. */
static syngan_status read_members(sg_safetensors *file, span *spans) {
    sg_json_value member = {0};
    sg_json_value root = sg_json_root(file->json);
    while (sg_json_next(root, &member)) {
        if (strcmp(member.key, SG_SAFETENSORS_METADATA) == 0) {
            SG_TRY(read_metadata(file, member));
            continue;
        }
        span *at = &spans[file->count];
        at->entry = &file->entries[file->count++];
        at->entry->name = member.key;
        SG_TRY(read_entry(member, at));
    }
    return SYNGAN_OK;
}

static int compare_spans(const void *a, const void *b) {
    const span *one = a, *two = b;
    if (one->begin != two->begin) return one->begin < two->begin ? -1 : 1;
    return (one->end > two->end) - (one->end < two->end);
}

/* The tensors must follow each other from 0, without holes or overlaps. */
static syngan_status check_spans(sg_safetensors *file, span *spans,
                                 uint64_t *total) {
    *total = 0;
    if (file->count == 0) return SYNGAN_OK;
    qsort(spans, file->count, sizeof(span), compare_spans);
    for (size_t i = 0; i < file->count; i++) {
        if (spans[i].begin != *total) {
            return sg_fail(file->context, SYNGAN_E_FORMAT,
                           "%s: tensor '%s' begins at byte %llu of the data, "
                           "but the tensors before it end at byte %llu",
                           file->name, spans[i].entry->name,
                           (unsigned long long)spans[i].begin,
                           (unsigned long long)*total);
        }
        *total = spans[i].end;
    }
    return SYNGAN_OK;
}

/* ---- the data ----------------------------------------------------------- */

static syngan_status read_data(sg_safetensors *file, sg_source *source,
                               uint64_t size) {
    SG_TRY(sg_source_block(source, size, "its tensors", &file->data));
    return sg_source_end(source);
}

static bool is_aligned(const span *at) {
    return at->begin % syngan_type_size(at->entry->type) == 0;
}

static size_t round_up(size_t bytes) {
    return (bytes + 7) / 8 * 8;
}

/* Lets entries point to their data, or to a copy where it isn't aligned. */
static syngan_status place_entries(sg_safetensors *file, const span *spans) {
    size_t bytes = 0;
    for (size_t i = 0; i < file->count; i++) {
        if (!is_aligned(&spans[i])) bytes += round_up(spans[i].entry->bytes);
    }
    if (bytes > 0) {
        file->copies = sg_alloc(file->context, bytes);
        if (file->copies == NULL) {
            return sg_fail_memory(file->context, file->name, bytes);
        }
    }
    unsigned char *next = file->copies;
    for (size_t i = 0; i < file->count; i++) {
        sg_safetensors_entry *entry = spans[i].entry;
        entry->data = file->data + spans[i].begin;
        if (is_aligned(&spans[i])) continue;
        memcpy(next, entry->data, entry->bytes);
        entry->data = next;
        next += round_up(entry->bytes);
    }
    return SYNGAN_OK;
}

/* ---- the checksum ------------------------------------------------------- */

static syngan_status compare_checksum(const sg_safetensors *file,
                                      unsigned char *header, size_t size,
                                      uint64_t data_size) {
    unsigned char *digits = header + strlen(SG_SAFETENSORS_START);
    char stored[SG_CHECKSUM_DIGITS + 1] = "";
    memcpy(stored, digits, SG_CHECKSUM_DIGITS);
    memset(digits, '0', SG_CHECKSUM_DIGITS);

    sg_checksum *checksum = sg_checksum_create(file->context);
    if (checksum == NULL)
        return sg_fail_memory(file->context, file->name, 1024);
    unsigned char length[8];
    sg_safetensors_put_length(size, length);
    sg_checksum_add(checksum, length, 8);
    sg_checksum_add(checksum, header, size);
    sg_checksum_add(checksum, file->data, (size_t)data_size);
    char found[SG_CHECKSUM_DIGITS + 1];
    sg_checksum_text(checksum, found);
    sg_checksum_free(checksum);
    if (strcmp(stored, found) == 0) return SYNGAN_OK;
    return sg_fail(file->context, SYNGAN_E_FORMAT,
                   "%s: is damaged: its checksum is %s, but it says %s",
                   file->name, found, stored);
}

static syngan_status check_checksum(const sg_safetensors *file,
                                    unsigned char *header, size_t size,
                                    uint64_t data_size, int flags) {
    size_t start = strlen(SG_SAFETENSORS_START);
    bool ours = size >= start + SG_CHECKSUM_DIGITS &&
                memcmp(header, SG_SAFETENSORS_START, start) == 0;
    if (ours) return compare_checksum(file, header, size, data_size);
    bool foreign = (flags & SG_SAFETENSORS_FOREIGN) != 0 &&
                   sg_safetensors_text(file, SG_SAFETENSORS_CHECKSUM) == NULL;
    if (foreign) return SYNGAN_OK;
    return sg_fail(file->context, SYNGAN_E_FORMAT,
                   "%s: has no checksum at its start: it is damaged, or was "
                   "not written by libsyngan",
                   file->name);
}

/* ---- all of it ---------------------------------------------------------- */

static int compare_entries(const void *a, const void *b) {
    return strcmp(((const sg_safetensors_entry *)a)->name,
                  ((const sg_safetensors_entry *)b)->name);
}

static syngan_status read_rest(sg_safetensors *file, sg_source *source,
                               unsigned char *header, size_t size, span *spans,
                               int flags) {
    uint64_t total;
    SG_TRY(read_members(file, spans));
    SG_TRY(check_spans(file, spans, &total));
    SG_TRY(read_data(file, source, total));
    file->bytes = 8 + size + total; /* 8: the header's length */
    SG_TRY(check_checksum(file, header, size, total, flags));
    SG_TRY(place_entries(file, spans));
    if (file->count > 0) {
        qsort(file->entries, file->count, sizeof(*file->entries),
              compare_entries);
    }
    return SYNGAN_OK;
}

static syngan_status read_tensors(sg_safetensors *file, sg_source *source,
                                  unsigned char *header, size_t size,
                                  int flags) {
    size_t members = 0;
    SG_TRY(sg_json_read_object(sg_json_root(file->json), &members));
    file->entries =
        sg_alloc_zero(file->context, members, sizeof(*file->entries));
    span *spans = sg_alloc_zero(file->context, members, sizeof(*spans));
    syngan_status status;
    if (file->entries == NULL || spans == NULL) {
        status = sg_fail_memory(file->context, file->name,
                                members * sizeof(*file->entries));
    } else {
        status = read_rest(file, source, header, size, spans, flags);
    }
    sg_free(file->context, spans);
    return status;
}

static syngan_status read_file(sg_safetensors *file, sg_source *source,
                               int flags) {
    file->name = sg_strdup(file->context, source->name);
    if (file->name == NULL) {
        return sg_fail_memory(file->context, source->name,
                              strlen(source->name) + 1);
    }
    unsigned char *header = NULL;
    size_t size = 0;
    SG_TRY(read_header(source, &header, &size));
    syngan_status status = sg_json_parse(
        file->context, file->name, (const char *)header, size, &file->json);
    if (status == SYNGAN_OK) {
        status = read_tensors(file, source, header, size, flags);
    }
    sg_free(file->context, header);
    return status;
}

syngan_status sg_safetensors_read(syngan_context *context, sg_reader *reader,
                                  int flags, sg_safetensors **out) {
    *out = NULL;
    sg_source source;
    SG_TRY(sg_source_start(&source, context, reader, false));
    sg_safetensors *file = sg_alloc_zero(context, 1, sizeof(*file));
    if (file == NULL) {
        return sg_fail_memory(context, source.name, sizeof(*file));
    }
    file->context = context;
    syngan_status status = read_file(file, &source, flags);
    if (status != SYNGAN_OK) {
        sg_safetensors_free(file);
        return status;
    }
    *out = file;
    return SYNGAN_OK;
}

void sg_safetensors_free(sg_safetensors *file) {
    if (file == NULL) return;
    sg_free(file->context, file->copies);
    sg_free(file->context, file->data);
    sg_free(file->context, file->entries);
    sg_json_free(file->json);
    sg_free(file->context, file->name);
    sg_free(file->context, file);
}

/* ---- access ------------------------------------------------------------- */

const char *sg_safetensors_name(const sg_safetensors *file) {
    return file->name;
}

uint64_t sg_safetensors_bytes(const sg_safetensors *file) {
    return file->bytes;
}

const char *sg_safetensors_text(const sg_safetensors *file, const char *key) {
    const char *text = NULL;
    sg_json_value value = sg_json_member(file->metadata, key);
    if (!sg_json_present(value)) return NULL;
    return sg_json_read_string(value, &text) == SYNGAN_OK ? text : NULL;
}

size_t sg_safetensors_count(const sg_safetensors *file) {
    return file->count;
}

const sg_safetensors_entry *sg_safetensors_at(const sg_safetensors *file,
                                              size_t index) {
    return &file->entries[index];
}

const sg_safetensors_entry *sg_safetensors_find(const sg_safetensors *file,
                                                const char *name) {
    sg_safetensors_entry key = {.name = name};
    if (file->count == 0) return NULL;
    return bsearch(&key, file->entries, file->count, sizeof(key),
                   compare_entries);
}
