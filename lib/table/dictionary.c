/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dictionaries, by open addressing.
 */
#include "table/dictionary.h"

#include <string.h>

#include "base/memory.h"

sg_dictionary *sg_dictionary_make(syngan_context *context) {
    sg_dictionary *d = sg_alloc_zero(context, 1, sizeof *d);
    if (d == NULL) return NULL;
    atomic_init(&d->references, 1);
    d->context = context;
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
    sg_free(context, dictionary->slot);
    sg_free(context, dictionary);
    sg_context_release(context);
}

/* 64 bits, eight bytes at a time. */
static uint64_t hash_of(const char *text, size_t size) {
    uint64_t hash = size * 0x9e3779b97f4a7c15u, word = 0;
    for (; size >= sizeof word; text += sizeof word, size -= sizeof word) {
        memcpy(&word, text, sizeof word);
        hash = (hash ^ word) * 0x9fb21c651e98df25u;
        hash ^= hash >> 32;
    }
    word = 0;
    memcpy(&word, text, size);
    hash = (hash ^ word) * 0x9fb21c651e98df25u;
    return hash ^ hash >> 32;
}

/* The slot of a text, or the free one where it would go. */
static size_t slot_of(const sg_dictionary *d, const char *text, size_t size) {
    size_t slot = hash_of(text, size) & (d->n_slots - 1);
    while (d->slot[slot] >= 0) {
        int32_t code = d->slot[slot];
        if (sg_dictionary_size(d, code) == size &&
            memcmp(sg_dictionary_text(d, code), text, size) == 0)
            break;
        slot = (slot + 1) & (d->n_slots - 1);
    }
    return slot;
}

static bool grow_slots(sg_dictionary *d) {
    size_t wanted = d->n_slots == 0 ? 16 : 2 * d->n_slots;
    int32_t *slot = sg_alloc(d->context, wanted * sizeof *slot);
    if (slot == NULL) return false;
    memset(slot, 0xff, wanted * sizeof *slot);
    sg_free(d->context, d->slot);
    d->slot = slot;
    d->n_slots = wanted;
    for (int32_t code = 0; code < d->count; code++)
        d->slot[slot_of(d, sg_dictionary_text(d, code),
                        sg_dictionary_size(d, code))] = code;
    return true;
}

static bool reserve(sg_dictionary *d, size_t size) {
    if (2 * ((size_t)d->count + 1) > d->n_slots && !grow_slots(d)) return false;
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
    *code = sg_dictionary_find(d, text, size);
    if (*code >= 0) return SYNGAN_OK;
    if (d->count == INT32_MAX || !reserve(d, size))
        return sg_fail_memory(d->context, "the texts of a column",
                              d->byte_capacity + size);
    *code = d->count;
    d->slot[slot_of(d, text, size)] = d->count;
    d->offset[d->count++] = d->n_bytes;
    memcpy(d->bytes + d->n_bytes, text, size);
    d->n_bytes += size;
    d->bytes[d->n_bytes++] = '\0';
    return SYNGAN_OK;
}

int32_t sg_dictionary_find(const sg_dictionary *dictionary, const char *text,
                           size_t size) {
    if (dictionary->n_slots == 0) return -1;
    return dictionary->slot[slot_of(dictionary, text, size)];
}
