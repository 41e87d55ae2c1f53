/* SPDX-License-Identifier: Apache-2.0 */
/* Keys among integers: which columns are taken for such, from CSV files, pieces
 * of them and Arrow, and what new ones are like. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "encode/encoder_code.h"
#include "exchange/arrow.h"
#include "support/fault.h"
#include "support/folder.h"
#include "support/tables.h"
#include "support/test.h"
#include "table/key.h"

enum { ROWS = 400 };

static void names_tell(void **state) {
    (void)state;
    static const char *const keys[] = {
        "id",          "ID",          "customer_id",  "CustomerID",
        "PassengerId", "Invoice No.", "Kundennummer", "KundenNr",
        "order-nr",    "SK_ID_CURR",  "userid",       "mrn",
        "zip_code",    "zipcode",     "Roll Number",  "date_key",
        "Unnamed: 0",  "index",       "price_id"};
    static const char *const measures[] = {
        "amount",          "Total Sum",  "timestamp",     "year",
        "population_2020", "elapsed ms", "count of items"};
    static const char *const others[] = {"",         "x",
                                         "paid",     "bid",
                                         "grid",     "no_of_items",
                                         "casino",   "#",
                                         "column 3", "\xc3\xa9t\xc3\xa9"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (sg_key_name(keys[i]) != SG_NAMED_KEY) fail_msg("%s", keys[i]);
    for (size_t i = 0; i < sizeof measures / sizeof *measures; i++)
        if (sg_key_name(measures[i]) != SG_NAMED_MEASURE)
            fail_msg("%s", measures[i]);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (sg_key_name(others[i]) != SG_NAMED_NOTHING)
            fail_msg("%s", others[i]);
}

/* ---- columns ------------------------------------------------------------ */

/* A permutation of 0 ... ROWS - 1. */
static int64_t shuffled(int64_t row) {
    return row * 149 % ROWS;
}

static const struct {
    const char *name;
    int64_t start, step; /* from row to row */
    int64_t times;       /* shuffled() */
    bool jump;           /* some steps are longer */
    bool key;
} columns[] = {
    {"x", 1, 1, 0, false, true},           /* counts the rows */
    {"year", 1, 1, 0, false, false},       /* but a measure */
    {"customer_id", 1, 7, 0, false, true}, /* has the name */
    {"x", 1, 7, 0, false, false},          /* may be a running total */
    {"x", 1, 1, 0, true, true},            /* rises, and is dense */
    {"mrn", 100000, 0, 2111, false, true}, /* sparse, but with the name */
    {"x", 100000, 0, 2111, false, false},  /* */
    {"x", 5, 0, 3, false, true},           /* too dense for chance */
    {"price", 5, 0, 3, false, false},      /* but a measure */
    {"x", -600, 0, 3, false, false},       /* no numbers of records */
    {"x", 1700000000, 0, 3, false, false}, /* seconds since 1970 */
    {"user_id", 0, 0, 0, false, false},    /* not unique */
    {"tweet_id", INT64_C(1200000000000000000), 0, 999999937, false, true},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

static int64_t value_of(int column, int64_t row) {
    int64_t jumps = columns[column].jump ? row / 50 : 0;
    return columns[column].start + row * columns[column].step + jumps +
           shuffled(row) * columns[column].times;
}

static const char *type_of(const syngan_table *table) {
    return sg_column_type_name(syngan_table_type(table, 0));
}

static const char *wanted(int column) {
    return columns[column].key ? "identifier" : "integer";
}

static char *csv_of(int column) {
    char *text = malloc(ROWS * 24 + 64);
    assert_non_null(text);
    size_t size = (size_t)sprintf(text, "%s,y\n", columns[column].name);
    for (int64_t row = 0; row < ROWS; row++)
        size += (size_t)sprintf(text + size, "%lld,%lld\n",
                                (long long)value_of(column, row),
                                (long long)row % 9);
    return text;
}

static syngan_status check_piece(const syngan_table *piece, void *user) {
    assert_string_equal(type_of(piece), user);
    return SYNGAN_OK;
}

static void sources_agree(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    folder files;
    char path[FOLDER_PATH_MAX];
    folder_make(&files);
    folder_file(&files, "a.csv", path);
    for (int c = 0; c < COLUMNS; c++) {
        char *text = csv_of(c);
        syngan_table *table, *numbers, *back;
        assert_ok(context, tables_read(context, text, NULL, &table));
        if (strcmp(type_of(table), wanted(c)) != 0)
            fail_msg("column %d, '%s': %s", c, columns[c].name, type_of(table));
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        assert_true(fputs(text, file) >= 0);
        assert_int_equal(fclose(file), 0);
        assert_ok(context,
                  syngan_table_stream_csv(context, path, NULL, 64, check_piece,
                                          (void *)(uintptr_t)wanted(c)));
        int64_t values[ROWS];
        for (int64_t row = 0; row < ROWS; row++)
            values[row] = value_of(c, row);
        assert_ok(context, syngan_table_create(context, ROWS, &numbers));
        assert_ok(context,
                  syngan_table_add_integers(numbers, columns[c].name, values));
        struct ArrowSchema schema;
        struct ArrowArray array;
        assert_ok(context, syngan_table_to_arrow(numbers, &schema, &array));
        assert_ok(context, syngan_table_from_arrow(context, &schema, &array,
                                                   NULL, &back));
        assert_string_equal(type_of(back), wanted(c));
        /* Integers go out as integers. */
        assert_ok(context, syngan_table_to_arrow(back, &schema, &array));
        assert_string_equal(schema.children[0]->format, "l");
        assert_memory_equal(array.children[0]->buffers[1], values,
                            sizeof values);
        schema.release(&schema);
        array.release(&array);
        syngan_table_free(back);
        syngan_table_free(numbers);
        syngan_table_free(table);
        free(text);
    }
    folder_remove(&files);
    syngan_context_free(context);
}

static void schemas_decide(void **state) {
    (void)state;
    static const struct {
        const char *schema;
        const char *type;
    } cases[] = {
        {"{\"columns\": [{\"name\": \"customer_id\", \"type\": \"integer\"}]}",
         "integer"},
        {"{\"order\": \"customer_id\"}", "integer"},
        {"{\"constraints\": [{\"kind\": \"range\", \"column\": "
         "\"customer_id\", \"low\": 0}]}",
         "integer"},
        {"{\"constraints\": [{\"kind\": \"greater\", \"high\": "
         "\"customer_id\", \"low\": \"y\"}]}",
         "integer"},
        {"{\"constraints\": [{\"kind\": \"unique\", \"columns\": "
         "[\"customer_id\"]}]}",
         "identifier"},
        {"{\"columns\": [{\"name\": \"customer_id\", \"type\": \"identifier\", "
         "\"arrow\": \"i\"}]}",
         "identifier"},
    };
    syngan_context *context = test_context(1);
    char *text = csv_of(2);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        syngan_table *table;
        assert_ok(context,
                  tables_read(context, text,
                              SYNGAN_CSV(.schema = cases[i].schema), &table));
        assert_string_equal(type_of(table), cases[i].type);
        syngan_table_free(table);
    }
    syngan_table *table = NULL;
    assert_fails(context,
                 tables_read(context, text,
                             SYNGAN_CSV(.schema = "{\"columns\": [{\"name\": "
                                                  "\"y\", \"type\": \"time\", "
                                                  "\"arrow\": \"i\"}]}"),
                             &table),
                 SYNGAN_E_FORMAT, "no Arrow type");
    free(text);
    syngan_context_free(context);
}

/* From CSV to integers of Arrow, and back. */
static syngan_status there_and_back(syngan_context *context, void *user) {
    syngan_table *table = NULL, *back = NULL;
    struct ArrowSchema schema = {0};
    struct ArrowArray array = {0};
    syngan_status status = tables_read(context, user, NULL, &table);
    if (status == SYNGAN_OK)
        status = syngan_table_to_arrow(table, &schema, &array);
    if (status == SYNGAN_OK)
        status = syngan_table_from_arrow(context, &schema, &array, NULL, &back);
    if (status == SYNGAN_OK) {
        assert_string_equal(type_of(back), "identifier");
        tables_check_equal(table, back);
    }
    if (schema.release != NULL) schema.release(&schema);
    if (array.release != NULL) array.release(&array);
    syngan_table_free(back);
    syngan_table_free(table);
    return status;
}

static void survives_lack_of_memory(void **state) {
    (void)state;
    char *text = csv_of(7);
    fault_sweep_memory(&(fault_sweep){.body = there_and_back, .user = text});
    free(text);
}

/* ---- new keys ----------------------------------------------------------- */

/* Names of a column of the CSV text: `id` is the number of a row. */
static void fit(syngan_context *context, int column, bool rows,
                sg_encoder **out) {
    char *text = csv_of(column);
    syngan_table *table;
    assert_ok(context, tables_read(context, text, NULL, &table));
    const sg_encoder_options options = {.ids_are_rows = rows};
    assert_ok(context, sg_encoder_fit(table, &options, out));
    syngan_table_free(table);
    free(text);
}

static int64_t new_key(const sg_encoder *encoder, uint64_t id) {
    char text[SG_NAME_ROOM], back[32];
    int32_t size = sg_name_write(&encoder->codes[0].name, 3, id, text);
    assert_in_range(size, 1, 19);
    text[size] = '\0';
    int64_t value = strtoll(text, NULL, 10);
    snprintf(back, sizeof back, "%lld", (long long)value);
    assert_string_equal(back, text); /* no leading zero */
    return value;
}

static void keys_that_rise_go_on(void **state) {
    (void)state;
    static const int risers[] = {0, 2, 4};
    syngan_context *context = test_context(1);
    for (size_t i = 0; i < sizeof risers / sizeof *risers; i++) {
        sg_encoder *encoder;
        int c = risers[i];
        fit(context, c, true, &encoder);
        int64_t before = value_of(c, ROWS - 1);
        for (uint64_t id = 0; id < 2000; id++) {
            /* Another attempt of the same row. */
            uint64_t high = (id % 3) << SG_ID_ROW_BITS;
            int64_t value = new_key(encoder, high | id);
            assert_true(value > before);
            assert_true(value < before + 200);
            before = value;
        }
        sg_encoder_release(encoder);
    }
    syngan_context_free(context);
}

static int compare(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void other_keys_are_new_integers(void **state) {
    (void)state;
    static const int others[] = {5, 7, COLUMNS - 1};
    syngan_context *context = test_context(1);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        enum { COUNT = 3000 };
        sg_encoder *encoder;
        int64_t all[COUNT + ROWS];
        fit(context, others[i], i % 2 == 0, &encoder);
        for (int64_t row = 0; row < ROWS; row++)
            all[row] = value_of(others[i], row);
        for (uint64_t id = 0; id < COUNT; id++)
            all[ROWS + id] = new_key(encoder, id);
        qsort(all, COUNT + ROWS, sizeof *all, compare);
        for (int n = 1; n < COUNT + ROWS; n++)
            assert_true(all[n] > all[n - 1]);
        sg_encoder_release(encoder);
    }
    syngan_context_free(context);
}

/* Names in pieces: a capital letter behind capitals begins a word where a small
 * one follows; of very many words the first sixteen count. */
static void names_are_split(void **state) {
    (void)state;
    assert_int_equal(sg_key_name("XYZAmount"), SG_NAMED_MEASURE);
    assert_int_equal(sg_key_name("XYZAMOUNT"), SG_NAMED_NOTHING);
    assert_int_equal(sg_key_name("q_q_q_q_q_q_q_q_q_q_q_q_q_q_q_id"),
                     SG_NAMED_KEY);
    assert_int_equal(sg_key_name("q_q_q_q_q_q_q_q_q_q_q_q_q_q_q_q_id"),
                     SG_NAMED_NOTHING);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_tell),
        cmocka_unit_test(sources_agree),
        cmocka_unit_test(schemas_decide),
        cmocka_unit_test(survives_lack_of_memory),
        cmocka_unit_test(keys_that_rise_go_on),
        cmocka_unit_test(other_keys_are_new_integers),
        cmocka_unit_test(names_are_split),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
