/* SPDX-License-Identifier: Apache-2.0 */
/* Schemas built call by call: the text that they become, what is refused, and
 * memory that fails at any allocation. */
#include <math.h>
#include <syngan/schema.h>

#include "support/fault.h"
#include "support/test.h"

static const char whole[] =
    "{\"columns\":[{\"name\":\"a \\\"b\\\"\",\"type\":\"integer\"},"
    "{\"name\":\"fare\",\"type\":\"real\",\"decimals\":2,\"format\":\"#,#\"},"
    "{\"name\":\"when\",\"type\":\"time\",\"format\":\"%d.%m.%Y\"}],"
    "\"missing\":[\"?\",\"n/a\"],"
    "\"constraints\":["
    "{\"kind\":\"greater\",\"high\":\"fare\",\"low\":\"a \\\"b\\\"\","
    "\"strict\":true},"
    "{\"kind\":\"range\",\"column\":\"fare\",\"low\":0.5},"
    "{\"kind\":\"range\",\"column\":\"when\",\"low\":\"01.02.2024\","
    "\"high\":\"05.02.2024\"},"
    "{\"kind\":\"fixed\",\"columns\":[\"when\",\"fare\"]},"
    "{\"kind\":\"unique\",\"columns\":[\"when\"]}],"
    "\"key\":\"a \\\"b\\\"\",\"order\":\"when\"}";

static syngan_status fill(syngan_schema *schema) {
    static const char *const two[] = {"when", "fare"};
    SG_TRY(syngan_schema_add_column(schema, "a \"b\"", SYNGAN_COLUMN_INTEGER,
                                    NULL));
    SG_TRY(syngan_schema_add_column(
        schema, "fare", SYNGAN_COLUMN_REAL,
        SYNGAN_COLUMN(.decimals = 2, .format = "#,#")));
    SG_TRY(syngan_schema_add_column(schema, "when", SYNGAN_COLUMN_TIME,
                                    SYNGAN_COLUMN(.format = "%d.%m.%Y")));
    SG_TRY(syngan_schema_add_missing(schema, "?"));
    SG_TRY(syngan_schema_add_missing(schema, "n/a"));
    SG_TRY(syngan_schema_add_greater(schema, "fare", "a \"b\"", 1));
    SG_TRY(syngan_schema_add_range(schema, "fare", 0.5, (double)INFINITY));
    SG_TRY(syngan_schema_add_text_range(schema, "when", "01.02.2024",
                                        "05.02.2024"));
    SG_TRY(syngan_schema_add_fixed(schema, two, 2));
    SG_TRY(syngan_schema_add_unique(schema, two, 1));
    SG_TRY(syngan_schema_set_key(schema, "fare"));
    SG_TRY(syngan_schema_set_key(schema, "a \"b\""));
    return syngan_schema_set_order(schema, "when");
}

/* A table that keeps it takes the text. */
static void check_use(syngan_context *context, const char *text) {
    static const int64_t number[] = {1, 2};
    static const double fare[] = {3.25, 4.5};
    static const int64_t when[] = {1706832000000000, 1706918400000000};
    syngan_table *table, *under;
    assert_ok(context, syngan_table_create(context, 2, &table));
    assert_ok(context, syngan_table_add_integers(table, "a \"b\"", number));
    assert_ok(context, syngan_table_add_reals(table, "fare", fare));
    assert_ok(context, syngan_table_add_times(table, "when", when, "%d.%m.%Y"));
    assert_ok(context, syngan_table_with_schema(table, text, &under));
    char again[sizeof whole + 64];
    assert_int_equal(syngan_table_schema(under, again, sizeof again),
                     strlen(whole));
    assert_string_equal(again, whole);
    syngan_table_free(table);
    syngan_table_free(under);
}

static void the_text_is_the_schema(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_schema *schema;
    assert_ok(context, syngan_schema_create(context, &schema));
    assert_string_equal(syngan_schema_text(schema), "{\"columns\":[]}");
    assert_ok(context, fill(schema));
    assert_string_equal(syngan_schema_text(schema), whole);
    check_use(context, syngan_schema_text(schema));
    assert_ok(context, syngan_schema_set_key(schema, NULL));
    assert_ok(context, syngan_schema_set_order(schema, NULL));
    assert_null(strstr(syngan_schema_text(schema), "\"key\""));
    syngan_context_free(context); /* before its schema */
    syngan_schema_free(schema);
    syngan_schema_free(NULL);
}

#define REFUSED(call, part) assert_fails(context, call, SYNGAN_E_ARGUMENT, part)

static void nonsense_is_refused(void **state) {
    (void)state;
    static const char *const none[] = {"a", NULL};
    syngan_context *context = test_context(1);
    syngan_schema *s;
    REFUSED(syngan_schema_create(context, NULL), "`out` is NULL");
    assert_int_equal(syngan_schema_create(NULL, &s), SYNGAN_E_ARGUMENT);
    assert_ok(context, syngan_schema_create(context, &s));
    assert_ok(context, fill(s));
    REFUSED(syngan_schema_add_column(s, NULL, SYNGAN_COLUMN_REAL, NULL),
            "`name` is NULL");
    REFUSED(syngan_schema_add_column(s, "", SYNGAN_COLUMN_REAL, NULL), "empty");
    REFUSED(syngan_schema_add_column(s, "fare", SYNGAN_COLUMN_REAL, NULL),
            "already");
    REFUSED(syngan_schema_add_column(s, "x", 0, NULL), "type 0");
    REFUSED(syngan_schema_add_column(s, "x", 99, NULL), "type 99");
    REFUSED(syngan_schema_add_column(s, "\xff", SYNGAN_COLUMN_REAL, NULL),
            "UTF-8");
    REFUSED(syngan_schema_add_column(s, "x", SYNGAN_COLUMN_REAL,
                                     SYNGAN_COLUMN(.decimals = 16)),
            "decimals");
    REFUSED(syngan_schema_add_missing(s, "a b"), "spaces");
    REFUSED(syngan_schema_add_greater(s, "a", NULL, 0), "`low` is NULL");
    REFUSED(syngan_schema_add_range(s, "a", 2, 1), "from 2 to 1");
    REFUSED(syngan_schema_add_range(s, "a", (double)NAN, 1), "finite");
    REFUSED(
        syngan_schema_add_range(s, "a", -(double)INFINITY, (double)INFINITY),
        "finite");
    REFUSED(syngan_schema_add_text_range(s, "a", NULL, NULL), "are NULL");
    REFUSED(syngan_schema_add_fixed(s, none, 2), "`columns` is NULL");
    REFUSED(syngan_schema_add_unique(s, none, 0), "no column");
    REFUSED(syngan_schema_set_key(s, "\xff"), "UTF-8");
    REFUSED(syngan_schema_set_order(s, ""), "empty");
    assert_int_equal(syngan_schema_set_key(NULL, "a"), SYNGAN_E_ARGUMENT);
    assert_null(syngan_schema_text(NULL));
    /* Nothing of all that stayed. */
    assert_string_equal(syngan_schema_text(s), whole);
    syngan_schema_free(s);
    syngan_context_free(context);
}

static syngan_status body(syngan_context *context, void *user) {
    (void)user;
    syngan_schema *schema;
    SG_TRY(syngan_schema_create(context, &schema));
    syngan_status status = fill(schema);
    const char *text = status == SYNGAN_OK ? syngan_schema_text(schema) : "";
    if (text == NULL) status = SYNGAN_E_MEMORY;
    if (status == SYNGAN_OK) assert_string_equal(text, whole);
    syngan_schema_free(schema);
    return status;
}

static void memory_fails(void **state) {
    (void)state;
    fault_sweep_memory(&(fault_sweep){.body = body});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_text_is_the_schema),
        cmocka_unit_test(nonsense_is_refused),
        cmocka_unit_test(memory_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
