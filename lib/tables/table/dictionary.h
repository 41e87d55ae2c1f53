/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dictionaries: different texts, numbered in the order in which they came.
 */
#ifndef SG_TABLE_DICTIONARY_H
#define SG_TABLE_DICTIONARY_H

#include "base/index.h"

typedef struct sg_dictionary {
    atomic_int references;
    int32_t count;
    syngan_context *context;
    char *bytes; /* all texts, each ended by a zero byte */
    size_t n_bytes, byte_capacity;
    uint64_t *offset; /* of each text */
    size_t offset_capacity;
    sg_index index; /* of the texts */
} sg_dictionary;

/* NULL when out of memory. */
sg_dictionary *sg_dictionary_make(syngan_context *context);
sg_dictionary *sg_dictionary_retain(sg_dictionary *dictionary);
void sg_dictionary_release(sg_dictionary *dictionary); /* takes NULL */

/* The code of a text (need not be ended; without zero bytes), which is added if
 * it is new. SYNGAN_E_MEMORY. Only while nobody else holds it. */
syngan_status sg_dictionary_add(sg_dictionary *dictionary, const char *text,
                                size_t size, int32_t *code);
/* -1 if there is none. */
int32_t sg_dictionary_find(const sg_dictionary *dictionary, const char *text,
                           size_t size);
static inline const char *sg_dictionary_text(const sg_dictionary *dictionary,
                                             int32_t code) {
    return dictionary->bytes + dictionary->offset[code];
}
static inline size_t sg_dictionary_size(const sg_dictionary *dictionary,
                                        int32_t code) {
    uint64_t end = code + 1 < dictionary->count ? dictionary->offset[code + 1]
                                                : dictionary->n_bytes;
    return (size_t)(end - dictionary->offset[code] - 1);
}

#endif
