/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks: alignment, accounting, the limit, growing, and failing. */
#include "base/memory.h"

#include "support/fault.h"
#include "support/test.h"

static void blocks_are_aligned_and_counted(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    uint64_t start = atomic_load(&context->bytes);
    uint64_t calls = atomic_load(&context->allocations);
    void *blocks[100];
    for (size_t i = 0; i < 100; i++) {
        blocks[i] = sg_alloc(context, i * i);
        assert_non_null(blocks[i]);
        assert_int_equal((uintptr_t)blocks[i] % SG_ALIGNMENT, 0);
        memset(blocks[i], 0xff, i * i);
    }
    assert_int_equal(atomic_load(&context->allocations), calls + 100);
    assert_true(atomic_load(&context->bytes) > start + 99 * 99);
    for (size_t i = 0; i < 100; i++)
        sg_free(context, blocks[i]);
    assert_int_equal(atomic_load(&context->bytes), start);
    sg_free(context, NULL);
    syngan_context_free(context);
}

static void zeroed_blocks_are_zero(void **state) {
    (void)state;
    fault_memory memory; /* fills blocks with rubbish */
    fault_memory_init(&memory);
    syngan_context *context = NULL;
    assert_int_equal(syngan_context_create(
                         SYNGAN_CONTEXT(.allocator = &memory.hooks), &context),
                     SYNGAN_OK);
    unsigned char *block = sg_alloc_zero(context, 33, 7);
    assert_non_null(block);
    for (int i = 0; i < 33 * 7; i++)
        assert_int_equal(block[i], 0);
    sg_free(context, block);
    syngan_context_free(context);
    assert_int_equal(atomic_load(&memory.live), 0);
}

static void sizes_do_not_wrap(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    assert_null(sg_alloc(context, SIZE_MAX));
    assert_null(sg_alloc(context, SIZE_MAX - SG_ALIGNMENT + 1));
    assert_null(sg_alloc_zero(context, SIZE_MAX / 2, 3));
    void *array = NULL;
    size_t capacity = SIZE_MAX / 2 + 1;
    assert_false(sg_reserve(context, &array, &capacity, SIZE_MAX / 2 + 1, 1));
    size_t out;
    assert_true(sg_mul_size(3, 4, &out) && out == 12);
    assert_false(sg_mul_size(SIZE_MAX, 2, &out));
    assert_true(sg_add_size(3, 4, &out) && out == 7);
    assert_false(sg_add_size(SIZE_MAX, 1, &out));
    syngan_context_free(context);
}

static void limit_is_kept(void **state) {
    (void)state;
    const uint64_t limit = sizeof(syngan_context) + 1000;
    syngan_context *context = NULL;
    assert_int_equal(
        syngan_context_create(SYNGAN_CONTEXT(.memory_limit = limit), &context),
        SYNGAN_OK);
    void *block = sg_alloc(context, 1000 - SG_ALIGNMENT);
    assert_non_null(block); /* exactly full */
    assert_null(sg_alloc(context, 0));
    assert_int_equal(atomic_load(&context->bytes), limit);
    sg_free(context, block);
    assert_null(sg_alloc(context, 1001 - SG_ALIGNMENT));
    assert_int_equal(sg_fail_memory(context, "thing", 5000), SYNGAN_E_MEMORY);
    assert_non_null(strstr(syngan_context_last_error(context), "thing"));
    assert_non_null(strstr(syngan_context_last_error(context), "5000"));
    assert_non_null(strstr(syngan_context_last_error(context), "limit"));
    syngan_context_free(context);
    assert_int_equal(
        syngan_context_create(SYNGAN_CONTEXT(.memory_limit = 10), &context),
        SYNGAN_E_MEMORY);
    assert_null(context);
}

static void growing_keeps_contents(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    char *block = sg_realloc(context, NULL, 3);
    memcpy(block, "abc", 3);
    block = sg_realloc(context, block, 1000);
    assert_memory_equal(block, "abc", 3);
    block = sg_realloc(context, block, 2);
    assert_memory_equal(block, "ab", 2);
    sg_free(context, block);

    int *array = NULL;
    size_t capacity = 0;
    for (size_t i = 0; i < 1000; i++) {
        assert_true(
            sg_reserve(context, (void **)&array, &capacity, i, sizeof(*array)));
        array[i] = (int)i;
    }
    for (int i = 0; i < 1000; i++)
        assert_int_equal(array[i], i);
    assert_true(capacity >= 1000 && capacity < 3000);
    sg_free(context, array);
    syngan_context_free(context);
}

static void failed_growing_keeps_the_block(void **state) {
    (void)state;
    fault_memory memory;
    fault_memory_init(&memory);
    syngan_context *context = NULL;
    assert_int_equal(syngan_context_create(
                         SYNGAN_CONTEXT(.allocator = &memory.hooks), &context),
                     SYNGAN_OK);
    char *block = sg_strdup(context, "abc");
    memory.fail_at = atomic_load(&memory.calls) + 1;
    memory.fail_on = true;
    uint64_t held = atomic_load(&context->bytes);
    assert_null(sg_realloc(context, block, 1000));
    assert_null(sg_strdup(context, "x"));
    assert_null(sg_format(context, "%d", 1));
    assert_null(sg_alloc_zero(context, 1, 1));
    void *array = NULL;
    size_t capacity = 0;
    assert_false(sg_reserve(context, &array, &capacity, 0, 4));
    assert_null(array);
    assert_int_equal(capacity, 0);
    assert_string_equal(block, "abc");
    assert_int_equal(atomic_load(&context->bytes), held);
    sg_free(context, block);
    syngan_context_free(context);
    assert_int_equal(atomic_load(&memory.live_bytes), 0);
}

static void text_is_copied_and_made(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    char *copy = sg_strdup(context, "");
    assert_string_equal(copy, "");
    sg_free(context, copy);
    char *text = sg_format(context, "%s-%05d-%.1f", "abc", 42, 0.5);
    assert_string_equal(text, "abc-00042-0.5");
    sg_free(context, text);
    char *wide = sg_format(context, "%2000d", 7);
    assert_int_equal(strlen(wide), 2000);
    sg_free(context, wide);
    syngan_context_free(context);
}

static void growing_leaves_nothing(void **state) {
    (void)state;
    fault_memory memory;
    fault_memory_init(&memory);
    syngan_context *context = NULL;
    assert_int_equal(syngan_context_create(
                         SYNGAN_CONTEXT(.allocator = &memory.hooks), &context),
                     SYNGAN_OK);
    long long live = atomic_load(&memory.live);
    char *block = sg_strdup(context, "abc");
    for (size_t size = 10; size < 1000; size *= 3)
        block = sg_realloc(context, block, size);
    assert_string_equal(block, "abc");
    assert_int_equal(atomic_load(&memory.live), live + 1);
    /* Products that would wrap to something small. */
    assert_null(sg_alloc_zero(context, SIZE_MAX / 2 + 1, 2));
    assert_null(sg_alloc_zero(context, (size_t)1 << 33, (size_t)1 << 31));
    sg_free(context, block);
    assert_int_equal(atomic_load(&memory.live), live);
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_aligned_and_counted),
        cmocka_unit_test(zeroed_blocks_are_zero),
        cmocka_unit_test(sizes_do_not_wrap),
        cmocka_unit_test(limit_is_kept),
        cmocka_unit_test(growing_keeps_contents),
        cmocka_unit_test(failed_growing_keeps_the_block),
        cmocka_unit_test(text_is_copied_and_made),
        cmocka_unit_test(growing_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
