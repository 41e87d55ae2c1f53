/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Indices by open addressing, at most three quarters full.
 */
#include "base/index.h"

#include <string.h>

#include "base/memory.h"

static size_t next_slot(const sg_index *index, size_t slot) {
    return (slot + 1) & (index->n_slots - 1);
}

int32_t sg_index_find(const sg_index *index, uint64_t hash, const void *key) {
    uint32_t low = (uint32_t)hash;
    if (index->n_slots == 0) return -1;
    size_t at = low & (index->n_slots - 1);
    for (; index->slot[at].number >= 0; at = next_slot(index, at))
        if (index->slot[at].hash == low &&
            index->equal(index->user, index->slot[at].number, key))
            return index->slot[at].number;
    return -1;
}

static void put(sg_index *index, struct sg_index_slot entry) {
    size_t at = entry.hash & (index->n_slots - 1);
    while (index->slot[at].number >= 0)
        at = next_slot(index, at);
    index->slot[at] = entry;
}

static bool grow(sg_index *index) {
    size_t before = index->n_slots, wanted = before == 0 ? 16 : 2 * before;
    struct sg_index_slot *old = index->slot;
    struct sg_index_slot *slot =
        sg_alloc(index->context, wanted * sizeof *slot);
    if (slot == NULL) return false;
    memset(slot, 0xff, wanted * sizeof *slot);
    index->slot = slot;
    index->n_slots = wanted;
    for (size_t i = 0; i < before; i++)
        if (old[i].number >= 0) put(index, old[i]);
    sg_free(index->context, old);
    return true;
}

bool sg_index_add(sg_index *index, uint64_t hash, int32_t number) {
    if (4 * (index->count + 1) > 3 * index->n_slots && !grow(index))
        return false;
    put(index, (struct sg_index_slot){number, (uint32_t)hash});
    index->count++;
    return true;
}

void sg_index_free(sg_index *index) {
    sg_free(index->context, index->slot);
    index->slot = NULL;
    index->n_slots = index->count = 0;
}
