/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory through the context's allocator. Each block is preceded by one
 * alignment unit that holds its size, so that it can be given back with it.
 */
#include "base/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

typedef struct block_head {
    size_t total; /* bytes asked from the allocator, this head included */
} block_head;

_Static_assert(sizeof(block_head) <= SG_ALIGNMENT, "the head must fit");

static block_head *head_of(void *block) {
    return (block_head *)(void *)((char *)block - SG_ALIGNMENT);
}

/* Counts `total` bytes as held; false if that would pass the limit. */
static bool account(syngan_context *context, size_t total) {
    uint_fast64_t held = atomic_load(&context->bytes);
    uint64_t sum;
    do {
        if (__builtin_add_overflow((uint64_t)held, total, &sum)) return false;
        if (context->memory_limit != 0 && sum > context->memory_limit) {
            return false;
        }
    } while (!atomic_compare_exchange_weak(&context->bytes, &held, sum));
    uint_fast64_t peak = atomic_load(&context->peak);
    while (sum > peak &&
           !atomic_compare_exchange_weak(&context->peak, &peak, sum)) {
    }
    return true;
}

uint64_t sg_memory_watch(syngan_context *context) {
    uint64_t held = atomic_load(&context->bytes);
    atomic_store(&context->peak, held);
    return held;
}

void *sg_alloc(syngan_context *context, size_t bytes) {
    size_t total;
    if (!sg_add_size(bytes, SG_ALIGNMENT, &total)) return NULL;
    if (!account(context, total)) return NULL;
    atomic_fetch_add(&context->allocations, 1);
    block_head *head = context->allocator.allocate(total, SG_ALIGNMENT,
                                                   context->allocator.user);
    if (head == NULL) {
        atomic_fetch_sub(&context->bytes, total);
        return NULL;
    }
    assert((uintptr_t)head % SG_ALIGNMENT == 0);
    head->total = total;
    return (char *)head + SG_ALIGNMENT;
}

void *sg_alloc_zero(syngan_context *context, size_t count, size_t size) {
    size_t bytes;
    if (!sg_mul_size(count, size, &bytes)) return NULL;
    void *block = sg_alloc(context, bytes);
    if (block != NULL) memset(block, 0, bytes);
    return block;
}

void *sg_realloc(syngan_context *context, void *block, size_t bytes) {
    void *grown = sg_alloc(context, bytes);
    if (grown == NULL || block == NULL) return grown;
    size_t old = head_of(block)->total - SG_ALIGNMENT;
    memcpy(grown, block, old < bytes ? old : bytes);
    sg_free(context, block);
    return grown;
}

void sg_free(syngan_context *context, void *block) {
    if (block == NULL) return;
    block_head *head = head_of(block);
    size_t total = head->total;
    context->allocator.release(head, total, context->allocator.user);
    atomic_fetch_sub(&context->bytes, total);
}

char *sg_strdup(syngan_context *context, const char *text) {
    size_t size = strlen(text) + 1;
    char *copy = sg_alloc(context, size);
    if (copy != NULL) memcpy(copy, text, size);
    return copy;
}

char *sg_format(syngan_context *context, const char *format, ...) {
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = sg_text_v(NULL, 0, format, arguments);
    va_end(arguments);
    char *text = NULL;
    if (length >= 0) text = sg_alloc(context, (size_t)length + 1);
    if (text != NULL) sg_text_v(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

bool sg_reserve(syngan_context *context, void **array, size_t *capacity,
                size_t count, size_t size) {
    assert(count <= *capacity);
    if (count < *capacity) return true;
    size_t wanted, bytes;
    if (!sg_mul_size(*capacity, 2, &wanted)) return false;
    if (wanted < 8) wanted = 8;
    if (!sg_mul_size(wanted, size, &bytes)) return false;
    void *grown = sg_realloc(context, *array, bytes);
    if (grown == NULL) return false;
    *array = grown;
    *capacity = wanted;
    return true;
}
