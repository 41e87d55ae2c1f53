/* SPDX-License-Identifier: Apache-2.0 */
/* The table handle: columns from arrays, choosing rows, looking. */
#include <math.h>
#include <stdio.h>

#include "support/fault.h"
#include "support/tables.h"
#include "support/test.h"
#include "table/dictionary.h"

enum { ROWS = 5 };

static const int64_t integers[ROWS] = {3, SYNGAN_MISSING, -7, 0, INT64_MAX};
static const double reals[ROWS] = {0.5, -1e300, 0.1, 3, 2};
static const int64_t times[ROWS] = {0, 1, 86400000000, SYNGAN_MISSING, -1};
static const char *const words[ROWS] = {"b", "a", NULL, "b", ""};
static const char *const answers[ROWS] = {"no", NULL, "yes", "yes", "no"};

static syngan_status make(syngan_context *context, syngan_table **out) {
    SG_TRY(syngan_table_create(context, ROWS, out));
    syngan_table *t = *out;
    SG_TRY(syngan_table_add_integers(t, "i", integers));
    SG_TRY(syngan_table_add_reals(t, "r", reals));
    SG_TRY(syngan_table_add_times(t, "t", times, NULL));
    SG_TRY(syngan_table_add_texts(t, "c", SYNGAN_COLUMN_CATEGORY, words));
    SG_TRY(syngan_table_add_texts(t, "b", SYNGAN_COLUMN_BOOLEAN, answers));
    return SYNGAN_OK;
}

static void columns_hold_what_was_added(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *t;
    assert_ok(context, make(context, &t));
    assert_true(syngan_table_rows(t) == ROWS);
    assert_int_equal(syngan_table_columns(t), 5);
    assert_true(syngan_table_find(t, "t") == 2);
    assert_true(syngan_table_find(t, "T") == -1);
    assert_memory_equal(syngan_table_integers(t, 0), integers, sizeof integers);
    assert_memory_equal(syngan_table_reals(t, 1), reals, sizeof reals);
    assert_memory_equal(syngan_table_integers(t, 2), times, sizeof times);
    static const int32_t codes[ROWS] = {0, 1, -1, 0, 2};
    assert_memory_equal(syngan_table_codes(t, 3), codes, sizeof codes);
    assert_int_equal(syngan_table_text_count(t, 3), 3);
    assert_string_equal(syngan_table_text(t, 3, 1), "a");
    assert_int_equal(syngan_table_type(t, 4), SYNGAN_COLUMN_BOOLEAN);
    static const int64_t missing[] = {1, 0, 1, 1, 1};
    for (size_t i = 0; i < 5; i++)
        assert_true(syngan_table_missing(t, i) == missing[i]);
    syngan_context_free(context); /* handles may go in any order */
    syngan_table_free(t);
}

static void cells_are_texts(void **state) {
    (void)state;
    static const char *const expected[ROWS][5] = {
        {"3", "0.5", "1970-01-01 00:00:00", "b", "no"},
        {"", "-1e+300", "1970-01-01 00:00:00", "a", ""},
        {"-7", "0.1", "1970-01-02 00:00:00", "", "yes"},
        {"0", "3", "", "b", "yes"},
        {"9223372036854775807", "2", "1969-12-31 23:59:59", "", "no"}};
    syngan_context *context = test_context(1);
    syngan_table *t;
    char text[4];
    assert_ok(context, make(context, &t));
    for (int64_t row = 0; row < ROWS; row++)
        for (size_t i = 0; i < 5; i++)
            tables_check_cell(t, row, i, expected[row][i]);
    assert_int_equal(syngan_table_cell(t, 0, 2, text, sizeof text), 19);
    assert_string_equal(text, "197");
    assert_int_equal(syngan_table_cell(t, 0, 2, NULL, 0), 19);
    syngan_table_free(t);
    syngan_context_free(context);
}

static void what_is_not_there_is_nothing(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *t;
    char text[4] = "abc";
    assert_ok(context, make(context, &t));
    assert_null(syngan_table_name(t, 5));
    assert_int_equal(syngan_table_type(t, 5), 0);
    assert_true(syngan_table_missing(t, 5) == 0);
    assert_null(syngan_table_integers(t, 1));
    assert_null(syngan_table_reals(t, 0));
    assert_null(syngan_table_codes(t, 2));
    assert_int_equal(syngan_table_text_count(t, 0), 0);
    assert_null(syngan_table_text(t, 3, 3));
    assert_null(syngan_table_text(t, 3, -1));
    assert_null(syngan_table_text(t, 0, 0));
    assert_int_equal(syngan_table_cell(t, ROWS, 0, text, sizeof text), 0);
    assert_string_equal(text, "");
    assert_int_equal(syngan_table_cell(t, -1, 0, text, sizeof text), 0);
    assert_int_equal(syngan_table_cell(t, 0, 5, text, sizeof text), 0);
    syngan_table_free(t);
    assert_true(syngan_table_rows(NULL) == 0);
    assert_int_equal(syngan_table_columns(NULL), 0);
    assert_true(syngan_table_find(NULL, "x") == -1);
    assert_null(syngan_table_name(NULL, 0));
    syngan_table_free(NULL);
    syngan_context_free(context);
}

static void wrong_arguments_are_refused(void **state) {
    (void)state;
    static const char *const three[ROWS] = {"a", "b", "c", "a", "b"};
    syngan_context *context = test_context(1);
    syngan_table *t, *out = NULL, *other = NULL;
    assert_int_equal(syngan_table_create(NULL, 1, &t), SYNGAN_E_ARGUMENT);
    assert_fails(context, syngan_table_create(context, -1, &t),
                 SYNGAN_E_ARGUMENT, "below 0");
    assert_fails(context, syngan_table_create(context, 1, NULL),
                 SYNGAN_E_ARGUMENT, "out");
    assert_ok(context, make(context, &t));
    assert_fails(context, syngan_table_add_reals(t, "i", reals),
                 SYNGAN_E_ARGUMENT, "two columns named 'i'");
    assert_fails(context, syngan_table_add_reals(t, NULL, reals),
                 SYNGAN_E_ARGUMENT, "name");
    assert_fails(context, syngan_table_add_integers(t, "x", NULL),
                 SYNGAN_E_ARGUMENT, "values");
    assert_fails(context, syngan_table_add_times(t, "x", times, "%Q"),
                 SYNGAN_E_ARGUMENT, "no format of times");
    assert_fails(context,
                 syngan_table_add_texts(t, "x", SYNGAN_COLUMN_REAL, words),
                 SYNGAN_E_ARGUMENT, "boolean, category");
    assert_fails(context,
                 syngan_table_add_texts(t, "x", SYNGAN_COLUMN_BOOLEAN, three),
                 SYNGAN_E_ARGUMENT, "3 different");
    static const int64_t rows[] = {0, ROWS};
    assert_fails(context, syngan_table_select(t, rows, 2, &out),
                 SYNGAN_E_ARGUMENT, "no row 5");
    assert_fails(context, syngan_table_select(t, NULL, 2, &out),
                 SYNGAN_E_ARGUMENT, "no rows");
    assert_fails(context, syngan_table_select(t, rows, 1, NULL),
                 SYNGAN_E_ARGUMENT, "out");
    assert_fails(context, syngan_table_split(t, 1.0, 0, &out, &other),
                 SYNGAN_E_ARGUMENT, "share");
    assert_fails(context, syngan_table_split(t, (double)NAN, 0, &out, &other),
                 SYNGAN_E_ARGUMENT, "share");
    assert_fails(context, syngan_table_split(t, 0.5, 0, &out, NULL),
                 SYNGAN_E_ARGUMENT, "both");
    assert_null(out);
    assert_int_equal(syngan_table_columns(t), 5);
    syngan_table_free(t);
    syngan_context_free(context);
}

/* ---- choosing rows ------------------------------------------------------ */

static void rows_are_selected(void **state) {
    (void)state;
    static const int64_t rows[] = {4, 1, 1, 0};
    syngan_context *context = test_context(1);
    syngan_table *t, *some, *none;
    assert_ok(context, make(context, &t));
    assert_ok(context, syngan_table_select(t, rows, 4, &some));
    assert_ok(context, syngan_table_select(t, NULL, 0, &none));
    assert_true(syngan_table_rows(none) == 0);
    assert_int_equal(syngan_table_columns(none), 5);
    for (int64_t i = 0; i < 4; i++)
        for (size_t k = 0; k < 5; k++) {
            char expected[64];
            syngan_table_cell(t, rows[i], k, expected, sizeof expected);
            tables_check_cell(some, i, k, expected);
        }
    assert_true(syngan_table_missing(some, 0) == 2);
    syngan_table_free(t);
    assert_string_equal(syngan_table_text(some, 3, 0), "b");
    syngan_table_free(some);
    syngan_table_free(none);
    syngan_context_free(context);
}

/* Keys are in one part only, rows in the order of the table. */
static void groups_are_split(void **state) {
    (void)state;
    enum { N = 97, KEYS = 10 };
    syngan_context *context = test_context(1);
    syngan_table *t, *part[2];
    int64_t keys[N], values[N], side[KEYS], count = 0;
    for (int64_t i = 0; i < N; i++) {
        keys[i] = i % 13 == 12 ? SYNGAN_MISSING : i * 7 % KEYS;
        values[i] = i;
        count += i % 13 != 12;
    }
    for (int i = 0; i < KEYS; i++)
        side[i] = -1;
    assert_ok(context, syngan_table_create(context, N, &t));
    assert_ok(context, syngan_table_add_integers(t, "key", keys));
    assert_ok(context, syngan_table_add_integers(t, "value", values));
    assert_ok(context,
              syngan_table_split_groups(t, "key", 0.7, 3, &part[0], &part[1]));
    int64_t seen[2] = {0};
    for (int p = 0; p < 2; p++) {
        const int64_t *key = syngan_table_integers(part[p], 0);
        const int64_t *value = syngan_table_integers(part[p], 1);
        for (int64_t i = 0; i < syngan_table_rows(part[p]); i++, count--) {
            assert_true(key[i] == keys[value[i]]);
            assert_true(i == 0 || value[i] > value[i - 1]);
            assert_true(side[key[i]] == -1 || side[key[i]] == p);
            seen[p] += side[key[i]] == -1;
            side[key[i]] = p;
        }
        syngan_table_free(part[p]);
    }
    assert_int_equal(count, 0);
    assert_int_equal(seen[0], 7);
    assert_fails(context,
                 syngan_table_split_groups(t, NULL, 0.7, 3, &part[0], &part[1]),
                 SYNGAN_E_ARGUMENT, "key");
    assert_fails(context,
                 syngan_table_split_groups(t, "no", 0.7, 3, &part[0], &part[1]),
                 SYNGAN_E_NOT_FOUND, "no");
    syngan_table_free(t);
    syngan_context_free(context);
}

static void rows_are_split(void **state) {
    (void)state;
    enum { MANY = 1009 };
    int64_t numbers[MANY];
    syngan_context *context = test_context(1);
    syngan_table *t, *first, *second, *again, *rest;
    for (int64_t i = 0; i < MANY; i++)
        numbers[i] = i;
    assert_ok(context, syngan_table_create(context, MANY, &t));
    assert_ok(context, syngan_table_add_integers(t, "n", numbers));
    assert_ok(context, syngan_table_split(t, 0.8, 7, &first, &second));
    assert_true(syngan_table_rows(first) == 807);
    assert_true(syngan_table_rows(second) == 202);
    /* Each row is in one of both, in order. */
    int64_t a = 0, b = 0;
    const int64_t *x = syngan_table_integers(first, 0);
    const int64_t *y = syngan_table_integers(second, 0);
    for (int64_t i = 0; i < MANY; i++)
        if (a < 807 && x[a] == i)
            a++;
        else
            assert_true(b < 202 && y[b++] == i);
    assert_ok(context, syngan_table_split(t, 0.8, 7, &again, &rest));
    tables_check_equal(first, again);
    syngan_table_free(again);
    syngan_table_free(rest);
    assert_ok(context, syngan_table_split(t, 0.8, 8, &again, &rest));
    assert_memory_not_equal(syngan_table_integers(again, 0), x,
                            807 * sizeof *x);
    syngan_table *const all[] = {t, first, second, again, rest};
    for (size_t i = 0; i < 5; i++)
        syngan_table_free(all[i]);
    syngan_context_free(context);
}

/* ---- dictionaries ------------------------------------------------------- */

static void dictionaries_grow(void **state) {
    (void)state;
    enum { TEXTS = 100003 };
    syngan_context *context = test_context(1);
    sg_dictionary *d = sg_dictionary_make(context);
    assert_non_null(d);
    assert_int_equal(sg_dictionary_find(d, "1", 1), -1);
    for (int round = 0; round < 2; round++)
        for (int32_t i = 0; i < TEXTS; i++) {
            char text[32];
            int32_t code;
            size_t size = (size_t)sprintf(text, "%.*d", i % 20, i);
            if (i % 20 == 0 && i == 0) size = 0;
            text[size] = (char)('a' + i % 20); /* different ones differ */
            assert_ok(context, sg_dictionary_add(d, text, size + 1, &code));
            assert_int_equal(code, i);
            assert_int_equal(sg_dictionary_size(d, code), size + 1);
            assert_memory_equal(sg_dictionary_text(d, code), text, size + 1);
        }
    assert_int_equal(d->count, TEXTS);
    assert_int_equal(sg_dictionary_find(d, "zzz", 3), -1);
    sg_dictionary_release(sg_dictionary_retain(d));
    sg_dictionary_release(d);
    sg_dictionary_release(NULL);
    syngan_context_free(context);
}

/* ---- faults ------------------------------------------------------------- */

static syngan_status use(syngan_context *context, void *user) {
    static const int64_t rows[] = {1, 0};
    syngan_table *t = NULL, *some = NULL, *first = NULL, *second = NULL;
    (void)user;
    syngan_status status = make(context, &t);
    if (status == SYNGAN_OK) status = syngan_table_select(t, rows, 2, &some);
    if (status == SYNGAN_OK)
        status = syngan_table_split(t, 0.5, 1, &first, &second);
    if (status == SYNGAN_OK) {
        syngan_table_free(first);
        syngan_table_free(second);
        status = syngan_table_split_groups(t, "c", 0.5, 1, &first, &second);
    }
    syngan_table *const all[] = {t, some, first, second};
    for (size_t i = 0; i < 4; i++)
        syngan_table_free(all[i]);
    return status;
}

static void faults_are_survived(void **state) {
    (void)state;
    assert_true(fault_sweep_memory(&(fault_sweep){.body = use}) > 40);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_hold_what_was_added),
        cmocka_unit_test(cells_are_texts),
        cmocka_unit_test(what_is_not_there_is_nothing),
        cmocka_unit_test(wrong_arguments_are_refused),
        cmocka_unit_test(rows_are_selected),
        cmocka_unit_test(rows_are_split),
        cmocka_unit_test(groups_are_split),
        cmocka_unit_test(dictionaries_grow),
        cmocka_unit_test(faults_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
