/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measures of sequences against values worked out by hand, and the grouping
 * that they and the synthesizer rely on.
 */
#include <math.h>

#include "eval/sequence.h"
#include "support/fault.h"
#include "support/test.h"

/* Within `margin`. */
#define assert_near(value, wanted, margin)                                     \
    assert_true(fabs((value) - (wanted)) <= (margin))

/* Two sequences, mixed: key, time, mood, city, and a number. */
static syngan_status make_table(syngan_context *context, bool other,
                                syngan_table **out) {
    static const int64_t keys[] = {7, 3, 7, 7, 3};
    static const int64_t times[] = {9, 1, 2, 4, 6};
    static const char *const moods[] = {"x", "x", "y", "x", "x"};
    static const char *const cities[] = {"p", "q", "p", "p", "q"};
    static const double numbers[] = {3, 5, 1, 2, 4};
    static const double others[] = {1, 5, 1, 2, 4};
    syngan_status status = syngan_table_create(context, 5, out);
    if (status == SYNGAN_OK)
        status = syngan_table_add_integers(*out, "key", keys);
    if (status == SYNGAN_OK)
        status = syngan_table_add_integers(*out, "time", times);
    if (status == SYNGAN_OK)
        status = syngan_table_add_texts(*out, "mood", SYNGAN_COLUMN_CATEGORY,
                                        other ? cities : moods);
    if (status == SYNGAN_OK)
        status = syngan_table_add_texts(*out, "city", SYNGAN_COLUMN_CATEGORY,
                                        cities);
    if (status == SYNGAN_OK)
        status = syngan_table_add_reals(*out, "x", other ? others : numbers);
    return status;
}

static void check_groups(const sg_groups *groups) {
    static const int64_t rows[] = {1, 4, 2, 3, 0};
    assert_int_equal(groups->count, 2);
    assert_int_equal(groups->first[1], 2);
    assert_int_equal(groups->first[2], 5);
    for (int i = 0; i < 5; i++)
        assert_int_equal(groups->rows[i], rows[i]);
}

static syngan_status measure(const sg_sequence_side *a,
                             const sg_sequence_side *b) {
    double value;
    SG_TRY(sg_sequence_lengths(a, b, &value));
    assert_near(value, 0, 0);
    SG_TRY(sg_sequence_gaps(a, 1, b, 1, &value));
    assert_near(value, 0, 0);
    /* The last of each counts: -1, 1, 1 against -1, 1, -1. */
    SG_TRY(sg_sequence_gaps(a, 4, b, 4, &value));
    assert_near(value, 1.0 / 3, 1e-12);
    /* Microseconds of the first day; 5, 1, 2, 4, 3 against 5, 1, 2, 4, 1. */
    SG_TRY(sg_sequence_values(a, 4, b, 4, &value));
    assert_near(value, 0.2, 1e-12);
    SG_TRY(sg_sequence_clock(a, 1, b, 1, &value));
    assert_true(isnan(value)); /* no times */
    /* xx, yx, xx against (pp, pp, qq of unknown texts). */
    SG_TRY(sg_sequence_transitions(a, 2, b, 2, &value));
    assert_near(value, 1, 1e-12);
    SG_TRY(sg_sequence_transitions(a, 2, a, 2, &value));
    assert_near(value, 0, 0);
    assert_near(sg_sequence_constant(a, 2), 0.5, 0);
    assert_near(sg_sequence_constant(a, 3), 1, 0);
    /* Pairs (5, 4), (1, 2), (2, 3). */
    assert_near(sg_sequence_autocorrelation(a, 4, 1), 12.0 / sqrt(26.0 * 6.0),
                1e-12);
    assert_true(isnan(sg_sequence_autocorrelation(a, 4, 2)));
    assert_near(sg_sequence_memory(a, 4, a, 4, 3), 0, 0);
    return SYNGAN_OK;
}

static syngan_status body(syngan_context *context, void *user) {
    (void)user;
    syngan_table *tables[2] = {NULL};
    sg_groups groups[2] = {{0}};
    syngan_status status = SYNGAN_OK;
    for (int k = 0; k < 2 && status == SYNGAN_OK; k++) {
        status = make_table(context, k == 1, &tables[k]);
        if (status == SYNGAN_OK)
            status = sg_groups_make(tables[k], 0, 1, &groups[k]);
    }
    if (status == SYNGAN_OK) {
        check_groups(&groups[0]);
        const sg_sequence_side a = {tables[0], &groups[0]};
        const sg_sequence_side b = {tables[1], &groups[1]};
        status = measure(&a, &b);
    }
    for (int k = 0; k < 2; k++) {
        sg_groups_end(&groups[k]);
        syngan_table_free(tables[k]);
    }
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
