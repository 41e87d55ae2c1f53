/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measures of baskets against values worked out by hand.
 */
#include <math.h>

#include "eval/basket.h"
#include "support/fault.h"
#include "support/test.h"

/* Within `margin`. */
#define assert_near(value, wanted, margin)                                     \
    assert_true(fabs((value) - (wanted)) <= (margin))

/* A basket for each word, an item for each letter; n times over. */
static syngan_status make_table(syngan_context *context,
                                const char *const *words, int64_t n_words,
                                int64_t times, syngan_table **out) {
    static int64_t keys[4096];
    static const char *items[4096];
    static const char *const names[] = {"a", "b", "c", "d", "e", "f"};
    int64_t rows = 0;
    for (int64_t i = 0; i < n_words * times; i++)
        for (const char *at = words[i % n_words]; *at != '\0'; at++) {
            keys[rows] = i;
            items[rows++] = names[*at - 'a'];
        }
    syngan_status status = syngan_table_create(context, rows, out);
    if (status == SYNGAN_OK)
        status = syngan_table_add_integers(*out, "key", keys);
    if (status == SYNGAN_OK)
        status =
            syngan_table_add_texts(*out, "item", SYNGAN_COLUMN_CATEGORY, items);
    return status;
}

static const char *const real_words[] = {"ab", "ab", "cd", "c", "d"};
static const char *const made_words[] = {"a", "abb", "cdf", "ce"};

static syngan_status body(syngan_context *context, void *user) {
    (void)user;
    syngan_table *real = NULL, *made = NULL;
    sg_basket_measures m = {0};
    syngan_status status = make_table(context, real_words, 5, 40, &real);
    if (status == SYNGAN_OK)
        status = make_table(context, made_words, 4, 50, &made);
    if (status == SYNGAN_OK)
        status = sg_basket_measure(real, made, real, 0, 1, &m);
    if (status == SYNGAN_OK) {
        /* Sizes 1, 2: 0.4, 0.6; 1, 2, 3: 0.25, 0.5, 0.25. */
        assert_near(m.size_ks, 0.25, 1e-9);
        assert_near(m.size_tv, 0.25, 1e-9);
        /* a b c d, others: 2 2 2 2 0 of 8; 2 1 2 1 2 of 8. */
        assert_near(m.item_tv, 0.25, 1e-9);
        assert_near(m.coverage, 1, 0);
        assert_near(m.verbatim, 0.25, 1e-9);
        assert_near(m.verbatim_holdout, 1, 0);
        assert_int_equal(m.pairs, 2);
        /* ab: 80 of 80, 80, 200 and 50 of 100, 50, 200; cd: 40 of 80, 80, 200
         * and 50 of 100, 50, 200. */
        double ab = log(80.5 / 32.5), made_both = log(50.5 / 25.5);
        double cd = log(40.5 / 32.5);
        assert_near(m.lift_error,
                    (fabs(ab - made_both) + fabs(cd - made_both)) / 2, 1e-9);
    }
    syngan_table_free(real);
    syngan_table_free(made);
    return status;
}

static void test_values(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    assert_ok(context, body(context, NULL));
    syngan_context_free(context);
}

static void test_memory(void **state) {
    (void)state;
    fault_sweep_memory(&(fault_sweep){.body = body});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
