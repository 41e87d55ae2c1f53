/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory through the context's allocator. Blocks are aligned to 64 bytes, know
 * their size, and may be released by any thread. NULL means that the allocator
 * failed or the context's limit would be passed; the caller says for what.
 */
#ifndef SG_BASE_MEMORY_H
#define SG_BASE_MEMORY_H

#include "base/context.h"

#define SG_ALIGNMENT 64

/* A request of 0 bytes gives a block, too. */
void *sg_alloc(syngan_context *context, size_t bytes);
void *sg_alloc_zero(syngan_context *context, size_t count, size_t size);
/* Grows or shrinks, keeping contents; on failure the old block stays. */
void *sg_realloc(syngan_context *context, void *block, size_t bytes);
void sg_free(syngan_context *context, void *block); /* takes NULL */
char *sg_strdup(syngan_context *context, const char *text);
char *sg_format(syngan_context *context, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* For growing arrays: makes room for one more element of `size` bytes in
 * *array (a block of *capacity elements, `count` of them used). */
bool sg_reserve(syngan_context *context, void **array, size_t *capacity,
                size_t count, size_t size);

/* Restarts the context's peak; returns what is held now, which it begins with.
 */
uint64_t sg_memory_watch(syngan_context *context);

/* Products and sums that may not wrap: false when they would. */
static inline bool sg_mul_size(size_t a, size_t b, size_t *out) {
    return !__builtin_mul_overflow(a, b, out);
}
static inline bool sg_add_size(size_t a, size_t b, size_t *out) {
    return !__builtin_add_overflow(a, b, out);
}

#endif
