/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Indices: finding one of many things, which are numbered and lie elsewhere,
 * by a key in constant time (open addressing, linear probing).
 *
 *   sg_index index = {.context = context, .equal = has_name, .user = list};
 *   if (sg_index_find(&index, sg_hash(...), name) < 0)
 *       ok = sg_index_add(&index, sg_hash(...), number);
 *   sg_index_free(&index);
 */
#ifndef SG_BASE_INDEX_H
#define SG_BASE_INDEX_H

#include "base/context.h"

typedef struct sg_index {
    syngan_context *context;
    /* Does the thing with this number have the key? */
    bool (*equal)(const void *user, int32_t number, const void *key);
    const void *user;
    struct sg_index_slot {
        int32_t number; /* -1: free */
        uint32_t hash;  /* of its key, so that others need no look at it */
    } * slot;
    size_t n_slots; /* a power of two, or 0 */
    size_t count;
} sg_index;

/* The number of the thing with this key, whose hash is given; -1: none. */
int32_t sg_index_find(const sg_index *index, uint64_t hash, const void *key);

/* Adds a thing whose key is not there yet; false when out of memory. */
bool sg_index_add(sg_index *index, uint64_t hash, int32_t number);

/* Makes it empty; it can be used again. */
void sg_index_free(sg_index *index);

#endif
