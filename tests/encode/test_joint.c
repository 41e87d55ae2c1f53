/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Combinations of values that somebody has made to share one hash of a function
 * without a key, cost what others cost.
 */
#include <syngan/table.h>

#include "base/thread.h"
#include "encode/encoder.h"
#include "support/test.h"

enum { ROWS = 60000 };
#define SECONDS_MOST 5.0 /* they were more than 10 */

/* A step of the function: (hash ^ cell) times this, then ^ its upper part. */
#define FACTOR 0x9fb21c651e98df25u

static uint64_t step(uint64_t hash, uint64_t cell) {
    hash = (hash ^ cell) * FACTOR;
    return hash ^ hash >> 29;
}

/* The cell that makes `to` of `hash`. */
static uint64_t cell_between(uint64_t hash, uint64_t to) {
    uint64_t inverse = 1;
    for (int i = 0; i < 6; i++)
        inverse *= 2 - FACTOR * inverse;
    uint64_t product = to ^ to >> 29 ^ to >> 58;
    return product * inverse ^ hash;
}

static void test_colliding(void **state) {
    (void)state;
    static int64_t a[ROWS], b[ROWS];
    const uint64_t first = 0x9e3779b97f4a7c15u, wanted = 0x1234567890abcdefu;
    for (int i = 0; i < ROWS; i++) {
        uint64_t hash = step(first, (uint64_t)i);
        a[i] = i;
        b[i] = (int64_t)cell_between(hash, wanted);
        assert_true(step(hash, (uint64_t)b[i]) == wanted);
    }
    syngan_context *context = test_context(1);
    syngan_table *plain, *table;
    sg_encoder *encoder;
    assert_ok(context, syngan_table_create(context, ROWS, &plain));
    assert_ok(context, syngan_table_add_integers(plain, "a", a));
    assert_ok(context, syngan_table_add_integers(plain, "b", b));
    assert_ok(context,
              syngan_table_with_schema(
                  plain,
                  "{\"constraints\": [{\"kind\": \"fixed\", \"columns\": "
                  "[\"a\", \"b\"]}]}",
                  &table));
    double start = sg_seconds();
    assert_ok(context, sg_encoder_fit(table, NULL, &encoder));
    assert_true(sg_seconds() - start < SECONDS_MOST);
    sg_encoder_release(encoder);
    syngan_table_free(table);
    syngan_table_free(plain);
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_colliding)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
