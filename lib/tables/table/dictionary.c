/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dictionaries: their texts one behind the other, and an index of them.
 */
#include "table/dictionary.h"

#include <string.h>

#include "base/memory.h"

/* A text that is looked for. */
typedef struct span {
    const char *text;
    size_t size;
} span;

static bool is_text(const void *dictionary, int32_t code, const void *key) {
    const span *wanted = key;
    return sg_dictionary_size(dictionary, code) == wanted->size &&
           memcmp(sg_dictionary_text(dictionary, code), wanted->text,
                  wanted->size) == 0;
}

sg_dictionary *sg_dictionary_make(syngan_context *context) {
    sg_dictionary *d = sg_alloc_zero(context, 1, sizeof *d);
    if (d == NULL) return NULL;
    atomic_init(&d->references, 1);
    d->context = context;
    d->index = (sg_index){.context = context, .equal = is_text, .user = d};
    sg_context_retain(context);
    return d;
}

sg_dictionary *sg_dictionary_retain(sg_dictionary *dictionary) {
    atomic_fetch_add(&dictionary->references, 1);
    return dictionary;
}

void sg_dictionary_release(sg_dictionary *dictionary) {
    if (dictionary == NULL || atomic_fetch_sub(&dictionary->references, 1) != 1)
        return;
    syngan_context *context = dictionary->context;
    sg_free(context, dictionary->bytes);
    sg_free(context, dictionary->offset);
    sg_index_free(&dictionary->index);
    sg_free(context, dictionary);
    sg_context_release(context);
}

static uint64_t hash_of(const sg_dictionary *d, const char *text, size_t size) {
    return sg_hash(&d->context->hash_key, text, size);
}

static bool reserve(sg_dictionary *d, size_t size) {
    void *offset = d->offset;
    if (!sg_reserve(d->context, &offset, &d->offset_capacity, (size_t)d->count,
                    sizeof *d->offset))
        return false;
    d->offset = offset;
    if (d->byte_capacity - d->n_bytes > size) return true;
    size_t wanted = 2 * d->byte_capacity + size + 64;
    char *bytes = sg_realloc(d->context, d->bytes, wanted);
    if (bytes == NULL) return false;
    d->bytes = bytes;
    d->byte_capacity = wanted;
    return true;
}

syngan_status sg_dictionary_add(sg_dictionary *dictionary, const char *text,
                                size_t size, int32_t *code) {
    sg_dictionary *d = dictionary;
    uint64_t hash = hash_of(d, text, size);
    *code = sg_index_find(&d->index, hash, &(span){text, size});
    if (*code >= 0) return SYNGAN_OK;
    if (d->count == INT32_MAX || !reserve(d, size) ||
        !sg_index_add(&d->index, hash, d->count))
        return sg_fail_memory(d->context, "the texts of a column",
                              d->byte_capacity + size);
    *code = d->count;
    d->offset[d->count++] = d->n_bytes;
    memcpy(d->bytes + d->n_bytes, text, size);
    d->n_bytes += size;
    d->bytes[d->n_bytes++] = '\0';
    return SYNGAN_OK;
}

int32_t sg_dictionary_find(const sg_dictionary *dictionary, const char *text,
                           size_t size) {
    return sg_index_find(&dictionary->index, hash_of(dictionary, text, size),
                         &(span){text, size});
}
