/* SPDX-License-Identifier: Apache-2.0 */
/* Schemas: what they say, to files and to tables, and what is refused. */
#include <stdio.h>

#include "support/fault.h"
#include "support/tables.h"
#include "support/test.h"
#include "table/table.h"

static const char data[] = "id,age,fare,when,end,city,land,paid\n"
                           "007,31,2.5,01/02/2020,02/02/2020,Rome,Italy,1\n"
                           "008,-,1e1,03/02/2020,03/02/2020,Paris,France,0\n"
                           "009,40,,,05/02/2020,Rome,Italy,1\n";

static const char whole_schema[] =
    "{\"columns\":[{\"name\":\"id\",\"type\":\"identifier\"},"
    "{\"name\":\"age\",\"type\":\"integer\"},"
    "{\"name\":\"fare\",\"type\":\"real\",\"decimals\":2},"
    "{\"name\":\"when\",\"type\":\"time\",\"format\":\"%d/%m/%Y\"},"
    "{\"name\":\"end\",\"type\":\"time\",\"format\":\"%d/%m/%Y\"},"
    "{\"name\":\"city\",\"type\":\"category\"},"
    "{\"name\":\"land\",\"type\":\"text\"},"
    "{\"name\":\"paid\",\"type\":\"boolean\"}],"
    "\"missing\":[\"-\",\"?\"],"
    "\"constraints\":["
    "{\"kind\":\"greater\",\"high\":\"end\",\"low\":\"when\"},"
    "{\"kind\":\"greater\",\"high\":\"age\",\"low\":\"fare\",\"strict\":true},"
    "{\"kind\":\"range\",\"column\":\"age\",\"low\":0},"
    "{\"kind\":\"range\",\"column\":\"fare\",\"low\":0.5,\"high\":100},"
    "{\"kind\":\"range\",\"column\":\"when\",\"low\":\"01/01/2020\"},"
    "{\"kind\":\"fixed\",\"columns\":[\"city\",\"land\"]},"
    "{\"kind\":\"unique\",\"columns\":[\"id\",\"when\"]}],"
    "\"key\":\"id\",\"order\":\"when\"}";

static void schemas_are_applied_and_written(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table, *other;
    assert_ok(context, tables_read(context, data,
                                   SYNGAN_CSV(.schema = whole_schema), &table));
    char *schema = tables_schema(table);
    assert_string_equal(schema, whole_schema);
    assert_int_equal(syngan_table_missing(table, 1), 1);
    tables_check_cell(table, 1, 2, "10.00");
    tables_check_cell(table, 0, 3, "01/02/2020");
    tables_check_cell(table, 0, 0, "007");
    assert_int_equal(table->key, 0);
    assert_int_equal(table->order, 3);
    /* The same of a table that was read without. */
    assert_ok(context, tables_read(context, data, NULL, &other));
    assert_int_equal(syngan_table_type(other, 1), SYNGAN_COLUMN_CATEGORY);
    syngan_table *under;
    assert_ok(context, syngan_table_with_schema(other, "{}", &under));
    tables_check_equal(under, other);
    syngan_table_free(under);
    assert_ok(context, syngan_table_with_schema(table, schema, &under));
    tables_check_equal(under, table);
    syngan_table_free(under);
    /* Months and days were taken the other way round: times stay, and are
     * written in the new form. */
    assert_ok(context, syngan_table_with_schema(other, schema, &under));
    tables_check_cell(under, 0, 3, "02/01/2020");
    tables_check_cell(under, 1, 1, "");
    syngan_table_free(under);
    /* Cut short, the text is ended. */
    char part[8];
    assert_int_equal(syngan_table_schema(table, part, sizeof part),
                     strlen(schema));
    assert_string_equal(part, "{\"colum");
    assert_int_equal(syngan_table_schema(NULL, part, sizeof part), 0);
    free(schema);
    syngan_table_free(table);
    syngan_table_free(other);
    syngan_context_free(context);
}

/* ---- types -------------------------------------------------------------- */

/* Cells, a type, and the text of the last cell under it. */
static const struct {
    const char *cells, *wish, *last;
} conversions[] = {
    {"x\n1\n2\n", "\"real\"", "2"},
    {"x\n1\n2\n", "\"real\",\"decimals\":2", "2.00"},
    {"x\n1.5\n2\n", "\"real\",\"decimals\":-2", "2"},
    {"x\n1.5\n2\n", "\"real\",\"decimals\":-3", "2.0"},
    {"x\n1\n2\n", "\"real\",\"decimals\":-12", "2.0000000000"},
    {"x\n1\n2\n", "\"category\"", "2"},
    {"x\n1\n2\n", "\"boolean\"", "2"},
    {"x\n007\n008\n", "\"integer\"", "8"},
    {"x\n1.0\n2.0\n", "\"integer\"", "2"},
    {"x\n1.25\n2.5\n", "\"text\"", "2.5"},
    {"x\n2020-01-02\n2020-03-04\n", "\"category\"", "2020-03-04"},
    {"x\n2020-01-02\n2020-03-04\n", "\"time\",\"format\":\"%m/%y\"", "03/20"},
    {"x\n20200102\n20200304\n", "\"time\",\"format\":\"%Y%m%d\"", "20200304"},
    {"x\nyes\nno\n", "\"identifier\"", "no"},
    {"x\na\n\n\"\"\n", "\"text\"", ""},
    {"x,\n,\n,\n", "\"time\"", ""},
};

static void types_change(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    for (size_t i = 0; i < sizeof conversions / sizeof conversions[0]; i++) {
        char schema[256];
        syngan_table *table, *under, *again;
        snprintf(schema, sizeof schema,
                 "{\"columns\":[{\"name\":\"x\",\"type\":%s}]}",
                 conversions[i].wish);
        assert_ok(context,
                  tables_read(context, conversions[i].cells, NULL, &table));
        assert_ok(context, syngan_table_with_schema(table, schema, &under));
        tables_check_cell(under, syngan_table_rows(under) - 1, 0,
                          conversions[i].last);
        assert_ok(context, syngan_table_with_schema(under, schema, &again));
        tables_check_equal(under, again);
        syngan_table_free(table);
        syngan_table_free(under);
        syngan_table_free(again);
    }
    syngan_context_free(context);
}

static const struct {
    const char *cells, *wish, *sentence;
} unfit[] = {
    {"x\n1\nabc\n", "\"integer\"",
     "stream: line 3, column 'x': \"abc\" is no integer"},
    {"x\n1\n2.5\n", "\"integer\"", "line 3, column 'x': \"2.5\" is no integer"},
    {"x\n\"a\nb\"\n\nc\n", "\"real\"",
     "line 2, column 'x': \"a\nb\" is no real"},
    {"x\n\"?\n\"\n\n1\n\n2\nc\n", "\"real\"", "line 2, column 'x'"},
    {"x\n1\n\n\n2\nc\n", "\"real\"", "line 6, column 'x': \"c\" is no real"},
    {"x\n1\n2\n1\n3\n", "\"boolean\"",
     "line 5, column 'x': \"3\" is the third text of a boolean column, which "
     "has \"1\" and \"2\""},
    {"x\n2020-01-01\n2020-13-01\n", "\"time\"",
     "line 3, column 'x': \"2020-13-01\" is no time as \"%Y-%m-%d\" has it"},
    {"x\n5\n", "\"time\"", "\"5\" is no time of a known form"},
    {"x\n1/2/2020\n1-2-2020\n", "\"time\",\"format\":\"%d/%m/%Y\"",
     "\"1-2-2020\" is no time as \"%d/%m/%Y\" has it"},
};

static void other_cells_are_refused(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    for (size_t i = 0; i < sizeof unfit / sizeof unfit[0]; i++) {
        char schema[256];
        syngan_table *table;
        snprintf(schema, sizeof schema,
                 "{\"columns\":[{\"name\":\"x\",\"type\":%s}]}", unfit[i].wish);
        assert_fails(context,
                     tables_read(context, unfit[i].cells,
                                 SYNGAN_CSV(.schema = schema), &table),
                     SYNGAN_E_FORMAT, unfit[i].sentence);
    }
    syngan_context_free(context);
}

/* ---- what is no schema -------------------------------------------------- */

static const struct {
    const char *schema;
    syngan_status status;
    const char *sentence;
} wrong[] = {
    {"", SYNGAN_E_FORMAT, "schema: line 1"},
    {"[]", SYNGAN_E_FORMAT, "must be an object"},
    {"{\"column\":[]}", SYNGAN_E_FORMAT, "column: is no member"},
    {"{\"columns\":{}}", SYNGAN_E_FORMAT, "columns: is an object"},
    {"{\"columns\":[{\"type\":\"real\"}]}", SYNGAN_E_FORMAT,
     "columns[0].name: is missing"},
    {"{\"columns\":[{\"name\":\"age\"}]}", SYNGAN_E_FORMAT,
     "columns[0].type: is missing"},
    {"{\"columns\":[{\"name\":\"age\",\"type\":\"int\"}]}", SYNGAN_E_FORMAT,
     "columns[0].type: is \"int\", but must be integer, real"},
    {"{\"columns\":[{\"name\":\"age\",\"type\":\"text\",\"decimals\":1}]}",
     SYNGAN_E_FORMAT, "decimals: belongs to real columns only"},
    {"{\"columns\":[{\"name\":\"age\",\"type\":\"real\",\"decimals\":-18}]}",
     SYNGAN_E_FORMAT, "decimals: is -18"},
    {"{\"columns\":[{\"name\":\"age\",\"type\":\"real\",\"decimals\":99}]}",
     SYNGAN_E_FORMAT, "decimals: is 99"},
    {"{\"columns\":[{\"name\":\"age\",\"type\":\"real\",\"format\":\"x\"}]}",
     SYNGAN_E_FORMAT, "format: is \"x\", which is no notation of numbers"},
    {"{\"columns\":[{\"name\":\"when\",\"type\":\"time\",\"format\":\"%Q\"}]}",
     SYNGAN_E_FORMAT, "\"%Q\", which is no format of times"},
    {"{\"columns\":[{\"name\":\"age\",\"type\":\"text\"},"
     "{\"name\":\"age\",\"type\":\"real\"}]}",
     SYNGAN_E_FORMAT, "columns[1]: is the second column named 'age'"},
    {"{\"columns\":[{\"name\":\"old\",\"type\":\"text\"}]}", SYNGAN_E_NOT_FOUND,
     "no column 'old' in stream"},
    {"{\"missing\":[\"a b\"]}", SYNGAN_E_FORMAT, "missing[0]: is empty, long"},
    {"{\"missing\":\"?\"}", SYNGAN_E_FORMAT, "missing: is a text"},
    {"{\"key\":\"nobody\"}", SYNGAN_E_NOT_FOUND, "no column 'nobody'"},
    {"{\"order\":\"city\"}", SYNGAN_E_FORMAT, "order: names column 'city'"},
    {"{\"constraints\":[{}]}", SYNGAN_E_FORMAT, "constraints[0].kind"},
    {"{\"constraints\":[{\"kind\":\"less\"}]}", SYNGAN_E_FORMAT,
     "is \"less\", but must be greater, range, fixed or unique"},
    {"{\"constraints\":[{\"kind\":\"greater\",\"high\":\"when\","
     "\"low\":\"paid\"}]}",
     SYNGAN_E_FORMAT, "can't be compared"},
    {"{\"constraints\":[{\"kind\":\"greater\",\"high\":\"paid\","
     "\"low\":\"paid\"}]}",
     SYNGAN_E_FORMAT, "can't be compared"},
    {"{\"constraints\":[{\"kind\":\"greater\",\"high\":\"city\","
     "\"low\":\"paid\"}]}",
     SYNGAN_E_FORMAT, "whose type is category"},
    {"{\"constraints\":[{\"kind\":\"range\",\"column\":\"paid\",\"low\":2,"
     "\"high\":1}]}",
     SYNGAN_E_FORMAT, "\"low\" above"},
    {"{\"constraints\":[{\"kind\":\"range\",\"column\":\"when\",\"low\":2}]}",
     SYNGAN_E_FORMAT, "low: is an integer, but must be a text"},
    {"{\"constraints\":[{\"kind\":\"range\",\"column\":\"when\","
     "\"low\":\"soon\"}]}",
     SYNGAN_E_FORMAT, "low: is no time as \"%m/%d/%Y\" has it"},
    {"{\"constraints\":[{\"kind\":\"fixed\",\"columns\":[\"city\"]}]}",
     SYNGAN_E_FORMAT, "has 1 names, but must have from 2"},
    {"{\"constraints\":[{\"kind\":\"unique\",\"columns\":[\"id\",\"id\"]}]}",
     SYNGAN_E_FORMAT, "columns[1]: names a column again"},
};

static void wrong_schemas_are_refused(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table, *out;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_fails(context,
                     tables_read(context, data,
                                 SYNGAN_CSV(.schema = wrong[i].schema), &out),
                     wrong[i].status, wrong[i].sentence);
    assert_ok(context, tables_read(context, data, NULL, &table));
    assert_fails(context, syngan_table_with_schema(table, NULL, &out),
                 SYNGAN_E_ARGUMENT, "schema");
    assert_fails(context, syngan_table_with_schema(table, "{}", NULL),
                 SYNGAN_E_ARGUMENT, "out");
    assert_int_equal(syngan_table_with_schema(NULL, "{}", &out),
                     SYNGAN_E_ARGUMENT);
    syngan_table_free(table);
    syngan_context_free(context);
}

/* ---- constraints -------------------------------------------------------- */

static const struct {
    const char *cells, *constraint, *sentence; /* NULL: holds */
} constraints[] = {
    {"a,b\n1,1\n,5\n2,3\n", "\"kind\":\"greater\",\"high\":\"b\",\"low\":\"a\"",
     NULL},
    {"a,b\n1,2\n1,1\n",
     "\"kind\":\"greater\",\"high\":\"b\",\"low\":\"a\",\"strict\":true",
     "stream: line 3: 'b' (1) is not above 'a' (1)"},
    {"a,b\n1,0.5\n", "\"kind\":\"greater\",\"high\":\"b\",\"low\":\"a\"",
     "line 2: 'b' (0.5) is not at least 'a' (1)"},
    {"a,b\n9007199254740993,9007199254740992\n",
     "\"kind\":\"greater\",\"high\":\"b\",\"low\":\"a\"", "is not at least"},
    {"a,b\n2020-01-01,2020-01-02\n",
     "\"kind\":\"greater\",\"high\":\"b\",\"low\":\"a\"", NULL},
    {"a,b\n1,2\n5,2\n", "\"kind\":\"range\",\"column\":\"a\",\"high\":4",
     "line 3, column 'a': 5 is out of the range"},
    {"a,b\n1,2\n,2\n", "\"kind\":\"range\",\"column\":\"a\",\"low\":1", NULL},
    {"a,b\n2020-01-01,1\n2019-12-31,1\n",
     "\"kind\":\"range\",\"column\":\"a\",\"low\":\"2020-01-01\"",
     "2019-12-31 is out of the range"},
    {"a,b\n1,x\n2,x\n1,y\n,x\n,x\n",
     "\"kind\":\"unique\",\"columns\":[\"a\",\"b\"]", NULL},
    {"a,b\n1,x\n2,x\n1,x\n", "\"kind\":\"unique\",\"columns\":[\"a\",\"b\"]",
     "line 4: has the same 'a' (1) and others as line 2"},
    {"a,b\n0.5,x\n-0.0,x\n0.0,x\n", "\"kind\":\"unique\",\"columns\":[\"a\"]",
     "line 4: has the same 'a' (0.0) as line 3"},
    {"a,b\n1,x\n1,y\n", "\"kind\":\"fixed\",\"columns\":[\"a\",\"b\"]", NULL},
};

static void constraints_are_checked(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    for (size_t i = 0; i < sizeof constraints / sizeof constraints[0]; i++) {
        char schema[256];
        syngan_table *table;
        snprintf(schema, sizeof schema, "{\"constraints\":[{%s}]}",
                 constraints[i].constraint);
        const syngan_csv_options *options = SYNGAN_CSV(.schema = schema);
        if (constraints[i].sentence == NULL)
            assert_ok(context, tables_read(context, constraints[i].cells,
                                           options, &table));
        else
            assert_fails(
                context,
                tables_read(context, constraints[i].cells, options, &table),
                SYNGAN_E_MISMATCH, constraints[i].sentence);
        syngan_table_free(table);
    }
    syngan_context_free(context);
}

/* ---- faults ------------------------------------------------------------- */

static syngan_status change_schema(syngan_context *context, void *user) {
    static const int64_t integers[] = {1, 2, SYNGAN_MISSING};
    static const char *const texts[] = {"1", "-", "2.50"};
    syngan_table *table = NULL, *out = NULL;
    (void)user;
    SG_TRY(syngan_table_create(context, 3, &table));
    syngan_status status = syngan_table_add_integers(table, "a", integers);
    if (status == SYNGAN_OK)
        status = syngan_table_add_texts(table, "b", SYNGAN_COLUMN_TEXT, texts);
    if (status == SYNGAN_OK)
        status = syngan_table_with_schema(
            table,
            "{\"columns\":[{\"name\":\"a\",\"type\":\"category\"},"
            "{\"name\":\"b\",\"type\":\"real\"}],\"missing\":[\"-\"],"
            "\"constraints\":[{\"kind\":\"unique\",\"columns\":[\"a\"]}]}",
            &out);
    if (status == SYNGAN_OK) tables_check_cell(out, 2, 1, "2.50");
    char text[256];
    if (status == SYNGAN_OK &&
        syngan_table_schema(out, text, sizeof text) == 0) {
        assert_string_equal(text, "");
        status = SYNGAN_E_MEMORY;
    }
    syngan_table_free(table);
    syngan_table_free(out);
    return status;
}

static void faults_are_survived(void **state) {
    (void)state;
    assert_true(fault_sweep_memory(&(fault_sweep){.body = change_schema}) > 30);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(schemas_are_applied_and_written),
        cmocka_unit_test(types_change),
        cmocka_unit_test(other_cells_are_refused),
        cmocka_unit_test(wrong_schemas_are_refused),
        cmocka_unit_test(constraints_are_checked),
        cmocka_unit_test(faults_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
