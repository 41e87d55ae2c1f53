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
    d->key = sg_hash_key_draw();
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

static uint32_t hash_of(const sg_dictionary *d, const char *text, size_t size) {
    return (uint32_t)sg_hash(&d->key, text, size);
}

static size_t next_slot(const sg_dictionary *d, size_t slot) {
    return (slot + 1) & (d->n_slots - 1);
}

static bool is_text(const sg_dictionary *d, int32_t code, const char *text,
                    size_t size) {
    return sg_dictionary_size(d, code) == size &&
           memcmp(sg_dictionary_text(d, code), text, size) == 0;
}

/* The code of a text, or -1 and the free slot where it would go. */
static int32_t look_up(const sg_dictionary *d, const char *text, size_t size,
                       uint32_t hash, size_t *slot) {
    size_t at = hash & (d->n_slots - 1);
    for (; d->slot[at].code >= 0; at = next_slot(d, at))
        if (d->slot[at].hash == hash &&
            is_text(d, d->slot[at].code, text, size))
            return d->slot[at].code;
    *slot = at;
    return -1;
}

static bool grow_slots(sg_dictionary *d) {
    size_t before = d->n_slots, wanted = before == 0 ? 16 : 2 * before;
    struct sg_dictionary_slot *old = d->slot;
    struct sg_dictionary_slot *slot =
        sg_alloc(d->context, wanted * sizeof *slot);
    if (slot == NULL) return false;
    memset(slot, 0xff, wanted * sizeof *slot);
    d->slot = slot;
    d->n_slots = wanted;
    for (size_t i = 0; i < before; i++) {
        if (old[i].code < 0) continue;
        size_t at = old[i].hash & (wanted - 1);
        while (slot[at].code >= 0)
            at = next_slot(d, at);
        slot[at] = old[i];
    }
    sg_free(d->context, old);
    return true;
}

static bool reserve(sg_dictionary *d, size_t size) {
    if (4 * ((size_t)d->count + 1) > 3 * d->n_slots && !grow_slots(d))
        return false;
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
    uint32_t hash = hash_of(d, text, size);
    size_t slot = 0;
    *code = d->n_slots > 0 ? look_up(d, text, size, hash, &slot) : -1;
    if (*code >= 0) return SYNGAN_OK;
    size_t slots = d->n_slots;
    if (d->count == INT32_MAX || !reserve(d, size))
        return sg_fail_memory(d->context, "the texts of a column",
                              d->byte_capacity + size);
    if (d->n_slots != slots) (void)look_up(d, text, size, hash, &slot);
    *code = d->count;
    d->slot[slot] = (struct sg_dictionary_slot){d->count, hash};
    d->offset[d->count++] = d->n_bytes;
    memcpy(d->bytes + d->n_bytes, text, size);
    d->n_bytes += size;
    d->bytes[d->n_bytes++] = '\0';
    return SYNGAN_OK;
}

int32_t sg_dictionary_find(const sg_dictionary *dictionary, const char *text,
                           size_t size) {
    size_t slot;
    if (dictionary->n_slots == 0) return -1;
    return look_up(dictionary, text, size, hash_of(dictionary, text, size),
                   &slot);
}
