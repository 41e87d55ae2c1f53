/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checksums by xxhash, compiled in: its streaming state is not part of the
 * shared library's stable interface.
 */
#include "file/checksum.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/memory.h"
#include "base/text.h"

struct sg_checksum {
    XXH3_state_t state;
    syngan_context *context;
};

_Static_assert(_Alignof(XXH3_state_t) <= SG_ALIGNMENT, "aligned by sg_alloc");

sg_checksum *sg_checksum_create(syngan_context *context) {
    sg_checksum *checksum = sg_alloc(context, sizeof(*checksum));
    if (checksum == NULL) return NULL;
    checksum->context = context;
    XXH3_INITSTATE(&checksum->state);
    XXH3_128bits_reset(&checksum->state);
    return checksum;
}

void sg_checksum_add(sg_checksum *checksum, const void *data, size_t size) {
    XXH3_128bits_update(&checksum->state, data, size);
}

void sg_checksum_text(const sg_checksum *checksum, char *text) {
    XXH128_hash_t hash = XXH3_128bits_digest(&checksum->state);
    sg_text(text, SG_CHECKSUM_DIGITS + 1, "%016llx%016llx",
            (unsigned long long)hash.high64, (unsigned long long)hash.low64);
}

void sg_checksum_free(sg_checksum *checksum) {
    if (checksum != NULL) sg_free(checksum->context, checksum);
}
