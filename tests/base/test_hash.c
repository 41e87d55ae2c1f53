/* SPDX-License-Identifier: Apache-2.0 */
/* Keyed hashes, against the published function; and texts that were made to
 * collide. */
#include "base/hash.h"

#include "support/test.h"

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

static void keys_differ(void **state) {
    (void)state;
    sg_hash_key a = sg_hash_key_draw(), b = sg_hash_key_draw();
    assert_true(sg_hash(&a, "text", 4) != sg_hash(&b, "text", 4));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_are_the_published_ones),
        cmocka_unit_test(ends_are_the_published_ones),
        cmocka_unit_test(keys_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
