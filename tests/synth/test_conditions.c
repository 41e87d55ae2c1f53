/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions built call by call: their text, that it is read back as what was
 * meant, what is refused, and memory that fails at any allocation. */
#include <syngan/schema.h>

#include "support/fault.h"
#include "support/test.h"
#include "synth/where.h"

enum { ROWS = 4 };

static syngan_table *make_form(syngan_context *context) {
    static const int64_t number[] = {1, 2, 3, SYNGAN_MISSING};
    static const char *const colour[] = {"red", "dark \"blue\"", NULL, "or"};
    syngan_table *form;
    assert_ok(context, syngan_table_create(context, ROWS, &form));
    assert_ok(context, syngan_table_add_integers(form, "the n", number));
    assert_ok(context, syngan_table_add_texts(form, "c", SYNGAN_COLUMN_CATEGORY,
                                              colour));
    return form;
}

/* The rows that satisfy the conditions, as bits. */
static int rows_of(syngan_context *context, const syngan_table *form,
                   syngan_conditions *conditions) {
    int rows = 0;
    sg_where where;
    assert_ok(context,
              sg_where_parse(form, syngan_conditions_text(conditions), &where));
    for (int64_t row = 0; row < ROWS; row++)
        rows |= sg_where_holds(&where, form, row) << row;
    sg_where_end(&where);
    syngan_conditions_free(conditions);
    return rows;
}

static syngan_conditions *make(syngan_context *context) {
    syngan_conditions *conditions;
    assert_ok(context, syngan_conditions_create(context, &conditions));
    return conditions;
}

static void comparisons_mean_what_they_say(void **state) {
    (void)state;
    static const int rows[] = {0, 2, 5, 4, 6, 1, 3};
    syngan_context *context = test_context(1);
    syngan_table *form = make_form(context);
    for (int32_t sign = SYNGAN_COMPARISON_EQUAL;
         sign <= SYNGAN_COMPARISON_NOT_GREATER; sign++) {
        syngan_conditions *c = make(context);
        assert_ok(context, syngan_conditions_add(c, "the n", sign, "2"));
        assert_int_equal(rows_of(context, form, c), rows[sign]);
    }
    syngan_table_free(form);
    syngan_context_free(context);
}

static void terms_and_ways(void **state) {
    (void)state;
    static const char *const colours[] = {"dark \"blue\"", "or"};
    syngan_context *context = test_context(1);
    syngan_table *form = make_form(context);
    syngan_conditions *c = make(context);
    assert_string_equal(syngan_conditions_text(c), "");
    assert_int_equal(rows_of(context, form, c), 15);
    c = make(context);
    assert_ok(context, syngan_conditions_add_values(c, "c", colours, 2, 1));
    assert_int_equal(rows_of(context, form, c), 10);
    c = make(context);
    assert_ok(context, syngan_conditions_add_values(c, "c", colours, 2, 0));
    assert_int_equal(rows_of(context, form, c), 1);
    c = make(context);
    assert_ok(context, syngan_conditions_add_missing(c, "c", 1));
    assert_ok(context, syngan_conditions_or(c));
    assert_ok(context, syngan_conditions_add_range(c, "the n", "1", "2"));
    assert_ok(context, syngan_conditions_add(c, "c", SYNGAN_COMPARISON_EQUAL,
                                             "dark \"blue\""));
    assert_ok(context, syngan_conditions_or(c)); /* without a term: left out */
    assert_string_equal(syngan_conditions_text(c),
                        "\"c\" is missing or \"the n\" in \"1\" .. \"2\" and "
                        "\"c\" = \"dark \"\"blue\"\"\"");
    assert_int_equal(rows_of(context, form, c), 6);
    syngan_table_free(form);
    syngan_context_free(context);
}

static void nonsense_is_refused(void **state) {
    (void)state;
    static const char *const values[] = {"a", NULL};
    syngan_context *context = test_context(1);
    syngan_conditions *c = make(context);
    assert_fails(context, syngan_conditions_create(context, NULL),
                 SYNGAN_E_ARGUMENT, "`out` is NULL");
    assert_fails(context, syngan_conditions_add(c, "a", 7, "1"),
                 SYNGAN_E_ARGUMENT, "comparison is 7");
    assert_fails(context, syngan_conditions_add(c, "a", 0, "1"),
                 SYNGAN_E_ARGUMENT, "comparison is 0");
    assert_fails(context, syngan_conditions_add(c, "", 1, "1"),
                 SYNGAN_E_ARGUMENT, "`column` is empty");
    assert_fails(context, syngan_conditions_add(c, "a", 1, NULL),
                 SYNGAN_E_ARGUMENT, "`value` is NULL");
    assert_fails(context, syngan_conditions_add(c, "\xff", 1, "a"),
                 SYNGAN_E_ARGUMENT, "UTF-8");
    assert_fails(context, syngan_conditions_add_values(c, "a", values, 2, 1),
                 SYNGAN_E_ARGUMENT, "`values` is NULL");
    assert_fails(context, syngan_conditions_add_values(c, "a", values, 0, 1),
                 SYNGAN_E_ARGUMENT, "no value");
    assert_fails(context, syngan_conditions_or(c), SYNGAN_E_STATE, "no term");
    assert_string_equal(syngan_conditions_text(c), "");
    assert_null(syngan_conditions_text(NULL));
    syngan_context_free(context); /* before its conditions */
    syngan_conditions_free(c);
    syngan_conditions_free(NULL);
}

static syngan_status body(syngan_context *context, void *user) {
    (void)user;
    char name[200];
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    syngan_conditions *c;
    SG_TRY(syngan_conditions_create(context, &c));
    syngan_status status = SYNGAN_OK;
    for (int i = 0; i < 4 && status == SYNGAN_OK; i++)
        status = syngan_conditions_add(c, name, 1, name);
    syngan_conditions_free(c);
    return status;
}

static void memory_fails(void **state) {
    (void)state;
    fault_sweep_memory(&(fault_sweep){.body = body});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comparisons_mean_what_they_say),
        cmocka_unit_test(terms_and_ways),
        cmocka_unit_test(nonsense_is_refused),
        cmocka_unit_test(memory_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
