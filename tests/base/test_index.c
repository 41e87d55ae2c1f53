/* SPDX-License-Identifier: Apache-2.0 */
/* Indices: everything that was added is found, also where hashes are equal. */
#include "base/index.h"

#include "support/test.h"

static bool is_number(const void *user, int32_t number, const void *key) {
    return ((const int64_t *)user)[number] == *(const int64_t *)key;
}

/* Hashes that take `hashes` different values. */
static void find_all(int64_t hashes) {
    enum { COUNT = 1000 };
    static int64_t keys[COUNT];
    syngan_context *context = test_context(1);
    sg_index index = {.context = context, .equal = is_number, .user = keys};
    for (int32_t i = 0; i < COUNT; i++) {
        keys[i] = 7919 * (int64_t)i;
        uint64_t hash = (uint64_t)(keys[i] % hashes);
        assert_int_equal(sg_index_find(&index, hash, &keys[i]), -1);
        assert_true(sg_index_add(&index, hash, i));
    }
    for (int32_t i = 0; i < COUNT; i++)
        assert_int_equal(
            sg_index_find(&index, (uint64_t)(keys[i] % hashes), &keys[i]), i);
    sg_index_free(&index);
    assert_int_equal(sg_index_find(&index, 0, &keys[0]), -1);
    assert_true(sg_index_add(&index, 0, 0));
    assert_int_equal(sg_index_find(&index, 0, &keys[0]), 0);
    sg_index_free(&index);
    syngan_context_free(context);
}

static void all_are_found(void **state) {
    (void)state;
    find_all(INT64_MAX);
    find_all(10);
    find_all(1);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_are_found)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
