/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in transactions: the same for the same seed, and as the header
 * says: ordered by time, with some fraud, and nothing that can't be. */
#include <math.h>

#include "support/fault.h"
#include "support/test.h"
#include "table/table.h"

enum { CARD, TIME, CITY, MERCHANT, AMOUNT, CONTACTLESS, BALANCE, FRAUD, ALL };

static syngan_table *make(syngan_context *context, int64_t rows,
                          uint64_t seed) {
    syngan_table *table = NULL;
    assert_ok(context, syngan_table_transactions(context, rows, seed, &table));
    assert_int_equal(syngan_table_rows(table), rows);
    assert_int_equal(syngan_table_columns(table), ALL);
    return table;
}

static void columns_are_as_described(void **state) {
    (void)state;
    static const int32_t types[ALL] = {
        SYNGAN_COLUMN_IDENTIFIER, SYNGAN_COLUMN_TIME,   SYNGAN_COLUMN_CATEGORY,
        SYNGAN_COLUMN_CATEGORY,   SYNGAN_COLUMN_REAL,   SYNGAN_COLUMN_BOOLEAN,
        SYNGAN_COLUMN_REAL,       SYNGAN_COLUMN_BOOLEAN};
    syngan_context *context = test_context(1);
    syngan_table *table = make(context, 20011, 5);
    for (size_t i = 0; i < ALL; i++)
        assert_int_equal(syngan_table_type(table, i), types[i]);
    assert_int_equal(syngan_table_text_count(table, CARD), 334);
    assert_int_equal(syngan_table_text_count(table, CITY), 10);
    assert_int_equal(syngan_table_text_count(table, MERCHANT), 14);
    assert_int_equal(syngan_table_text_count(table, FRAUD), 2);
    for (size_t i = 0; i < ALL; i++)
        assert_int_equal(syngan_table_missing(table, i) > 0,
                         i == CONTACTLESS || i == BALANCE);
    syngan_table_free(table);
    syngan_context_free(context);
}

static void rows_make_sense(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table = make(context, 20011, 5);
    const int64_t *time = syngan_table_integers(table, TIME);
    const double *amount = syngan_table_reals(table, AMOUNT);
    const double *balance = syngan_table_reals(table, BALANCE);
    const int32_t *fraud = syngan_table_codes(table, FRAUD);
    const int32_t *merchant = syngan_table_codes(table, MERCHANT);
    const int32_t *contactless = syngan_table_codes(table, CONTACTLESS);
    int64_t frauds = 0;
    for (int64_t row = 0; row < 20011; row++) {
        assert_true(row == 0 || time[row - 1] <= time[row]);
        assert_true(amount[row] > 0 && amount[row] < 20000);
        assert_true(fabs(amount[row] * 100 - rint(amount[row] * 100)) < 1e-6);
        assert_true(isnan(balance[row]) || balance[row] >= amount[row]);
        frauds += syngan_table_text(table, FRAUD, fraud[row])[0] == 't';
        const char *name = syngan_table_text(table, MERCHANT, merchant[row]);
        bool online = strcmp(name, "online") == 0 ||
                      strcmp(name, "subscription") == 0 ||
                      strcmp(name, "travel") == 0;
        assert_int_equal(contactless[row] < 0, online);
    }
    assert_true(frauds > 160 && frauds < 240);
    syngan_table_free(table);
    syngan_context_free(context);
}

static uint64_t hash_of(const syngan_table *table) {
    uint64_t hash = 1469598103934665603u;
    char text[64];
    for (int64_t row = 0; row < syngan_table_rows(table); row++)
        for (size_t i = 0; i < ALL; i++) {
            syngan_table_cell(table, row, i, text, sizeof text);
            for (const char *c = text; *c != '\0'; c++)
                hash = (hash ^ (unsigned char)*c) * 1099511628211u;
        }
    return hash;
}

static void a_function_of_rows_and_seed(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *a = make(context, 1009, 7), *b = make(context, 1009, 7);
    syngan_table *c = make(context, 1009, 8);
    assert_true(hash_of(a) == hash_of(b));
    assert_true(hash_of(a) != hash_of(c));
    syngan_table_free(a);
    syngan_table_free(b);
    syngan_table_free(c);
    syngan_context_free(context);
}

static void any_number_of_rows(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    for (int64_t rows = 0; rows < 130; rows++)
        syngan_table_free(make(context, rows, 1));
    syngan_table *table;
    assert_fails(context, syngan_table_transactions(context, -1, 1, &table),
                 SYNGAN_E_ARGUMENT, "-1 rows");
    assert_fails(context, syngan_table_transactions(context, 1, 1, NULL),
                 SYNGAN_E_ARGUMENT, "result");
    assert_int_equal(syngan_table_transactions(NULL, 1, 1, &table),
                     SYNGAN_E_ARGUMENT);
    syngan_context_free(context);
}

static syngan_status body(syngan_context *context, void *user) {
    (void)user;
    syngan_table *table = NULL;
    syngan_status status = syngan_table_transactions(context, 131, 3, &table);
    assert_int_equal(table != NULL, status == SYNGAN_OK);
    syngan_table_free(table);
    return status;
}

static void survives_lack_of_memory(void **state) {
    (void)state;
    fault_sweep_memory(&(fault_sweep){.body = body});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_as_described),
        cmocka_unit_test(rows_make_sense),
        cmocka_unit_test(a_function_of_rows_and_seed),
        cmocka_unit_test(any_number_of_rows),
        cmocka_unit_test(survives_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
