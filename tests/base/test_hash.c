/* SPDX-License-Identifier: Apache-2.0 */
/* Keyed hashes, against the published function; and texts that were made to
 * collide. */
#include "base/hash.h"

#include "support/test.h"
#include "table/dictionary.h"

static void hashes_are_the_published_ones(void **state) {
    (void)state;
    unsigned char bytes[16];
    sg_hash_key key;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)i;
    memcpy(&key, bytes, sizeof key);
    assert_true(sg_hash(&key, "", 0) == 0xabac0158050fc4dcu);
    /* Each byte and the size count. */
    uint64_t seen[17];
    for (size_t size = 0; size <= sizeof bytes; size++) {
        seen[size] = sg_hash(&key, bytes, size);
        for (size_t i = 0; i < size; i++)
            assert_true(seen[i] != seen[size]);
    }
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] ^= 1;
        assert_true(sg_hash(&key, bytes, sizeof bytes) != seen[16]);
        bytes[i] ^= 1;
    }
}

static void keys_differ(void **state) {
    (void)state;
    sg_hash_key a = sg_hash_key_draw(), b = sg_hash_key_draw();
    assert_true(sg_hash(&a, "text", 4) != sg_hash(&b, "text", 4));
}

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
    for (size_t i = 0; i < d->n_slots; i++)
        if (d->slot[i].code >= 0 && (d->slot[i].hash & (d->n_slots - 1)) != i)
            moved++;
    assert_true(moved < TEXTS / 2);
    sg_dictionary_release(d);
    syngan_context_free(context);
}

/* SipHash-1-3 with a key of zeros, as another implementation has it: ends of
 * words included. */
static void ends_are_the_published_ones(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint64_t hash;
    } cases[] = {{"a", 0x407448d2b89b1813u},
                 {"ab", 0x555508cbc6add439u},
                 {"abcdefg", 0x6db12aae9070f506u},
                 {"abcdefgh", 0x3f7b849c0b8e35eau},
                 {"0123456789abcde", 0x26f4d862282d8fcbu}};
    const sg_hash_key key = {{0, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_true(sg_hash(&key, cases[i].text, strlen(cases[i].text)) ==
                    cases[i].hash);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_are_the_published_ones),
        cmocka_unit_test(keys_differ),
        cmocka_unit_test(no_texts_share_a_hash),
        cmocka_unit_test(ends_are_the_published_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
