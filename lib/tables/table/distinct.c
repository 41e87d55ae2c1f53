/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A count of different texts, exact while they are few.
 */
#include "table/distinct.h"

#include <string.h>

#include "base/hash.h"
#include "base/memory.h"

struct sg_distinct_text {
    uint64_t hash; /* 0: free */
    uint32_t size;
    uint32_t spaced;
};

/* The hash itself is equal in all runs, since it says which texts are kept; the
 * place is nobody's to foresee. */
static struct sg_distinct_text *find(const sg_distinct *d,
                                     struct sg_distinct_text *slot, size_t n,
                                     uint64_t hash) {
    size_t at = sg_hash(&d->context->hash_key, &hash, sizeof hash) & (n - 1);
    while (slot[at].hash != 0 && slot[at].hash != hash)
        at = (at + 1) & (n - 1);
    return &slot[at];
}

static bool is_kept(const sg_distinct *d, uint64_t hash) {
    return (hash & (((uint64_t)1 << d->zeros) - 1)) == 0;
}

/* Slots anew, with room for one more text: more of them, or fewer texts. */
static syngan_status make_room(sg_distinct *d) {
    if (d->count == d->most) d->zeros++;
    size_t n = d->n_slots == 0 ? 16 : d->n_slots;
    if (d->count < d->most && d->n_slots > 0) n *= 2;
    struct sg_distinct_text *slot = sg_alloc_zero(d->context, n, sizeof *slot);
    if (slot == NULL)
        return sg_fail_memory(d->context, "the texts of a column",
                              n * sizeof *slot);
    d->count = 0;
    for (size_t i = 0; i < d->n_slots; i++) {
        if (d->slot[i].hash == 0 || !is_kept(d, d->slot[i].hash)) continue;
        *find(d, slot, n, d->slot[i].hash) = d->slot[i];
        d->count++;
    }
    sg_free(d->context, d->slot);
    d->slot = slot;
    d->n_slots = n;
    return SYNGAN_OK;
}

static syngan_status add(sg_distinct *d, uint64_t hash, const char *text,
                         size_t size) {
    if (hash == 0) hash = (uint64_t)1 << 63;
    if (!is_kept(d, hash)) return SYNGAN_OK;
    if (d->n_slots > 0 && find(d, d->slot, d->n_slots, hash)->hash == hash)
        return SYNGAN_OK;
    /* At most half full. */
    while (is_kept(d, hash) &&
           (2 * d->count >= d->n_slots || d->count == d->most))
        SG_TRY(make_room(d));
    if (!is_kept(d, hash)) return SYNGAN_OK;
    *find(d, d->slot, d->n_slots, hash) =
        (struct sg_distinct_text){.hash = hash,
                                  .size = (uint32_t)size,
                                  .spaced = memchr(text, ' ', size) != NULL};
    d->count++;
    return SYNGAN_OK;
}

static uint64_t hash_text(const char *text, size_t size) {
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (unsigned char)text[i]) * 1099511628211u;
    return sg_mix(hash);
}

/* Short numbers are known by their word, from which the text can be made. */
static syngan_status add_numerals(sg_distinct *d, const sg_cells *cells) {
    const uint64_t *cell = sg_cells_words(cells);
    char text[SG_NUMERAL_TEXT];
    for (size_t row = 0; row < cells->count; row++) {
        uint64_t hash = sg_mix(cell[row]);
        if (sg_cell_kind(cell[row]) != SG_CELL_NUMERAL || !is_kept(d, hash))
            continue;
        SG_TRY(add(d, hash, text, sg_numeral_text(cell[row], text)));
    }
    return SYNGAN_OK;
}

syngan_status sg_distinct_take(sg_distinct *distinct, const sg_cells *cells) {
    const sg_dictionary *words = cells->words;
    SG_TRY(add_numerals(distinct, cells));
    for (int32_t code = 0; words != NULL && code < words->count; code++) {
        const char *text = sg_dictionary_text(words, code);
        size_t size = sg_dictionary_size(words, code);
        SG_TRY(add(distinct, hash_text(text, size), text, size));
    }
    return SYNGAN_OK;
}

sg_texts sg_distinct_texts(const sg_distinct *distinct) {
    double each = (double)((uint64_t)1 << distinct->zeros);
    sg_texts texts = {0};
    for (size_t i = 0; i < distinct->n_slots; i++) {
        if (distinct->slot[i].hash == 0) continue;
        texts.count += each;
        texts.bytes += each * distinct->slot[i].size;
        texts.spaced += distinct->slot[i].spaced ? each : 0;
    }
    return texts;
}

void sg_distinct_end(sg_distinct *distinct) {
    if (distinct->context != NULL) sg_free(distinct->context, distinct->slot);
    *distinct = (sg_distinct){0};
}
