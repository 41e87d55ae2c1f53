/* SPDX-License-Identifier: Apache-2.0 */
/* Dictionaries: texts from strangers don't share slots. */
#include "table/dictionary.h"

#include "support/test.h"

/* Pairs of words that any function which multiplies and adds words without a
 * key maps to one value; with a key, hardly two share their slot. */
static void no_texts_share_a_hash(void **state) {
    (void)state;
    enum { TEXTS = 20000 };
    const uint64_t factor = 0x9fb21c651e98df25u;
    syngan_context *context = test_context(1);
    sg_dictionary *d = sg_dictionary_make(context);
    assert_non_null(d);
    for (uint64_t i = 0; i < TEXTS; i++) {
        uint64_t first = 0x6161616161616161u + i;
        uint64_t hash = (16u * 0x9e3779b97f4a7c15u ^ first) * factor;
        hash ^= hash >> 32;
        const uint64_t pair[2] = {first, hash ^ 0x0123456789abcdefu};
        int32_t code;
        assert_ok(context,
                  sg_dictionary_add(d, (const char *)pair, sizeof pair, &code));
        assert_int_equal(code, (int32_t)i);
    }
    size_t moved = 0;
    const sg_index *index = &d->index;
    for (size_t i = 0; i < index->n_slots; i++)
        if (index->slot[i].number >= 0 &&
            (index->slot[i].hash & (index->n_slots - 1)) != i)
            moved++;
    assert_true(moved < TEXTS / 2);
    sg_dictionary_release(d);
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_texts_share_a_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
