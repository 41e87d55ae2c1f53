/* SPDX-License-Identifier: Apache-2.0 */
/* Groups of rows against a slow grouping: keys and orders of each type, with
 * ties, negative numbers and missing keys. */
#include "table/group.h"

#include <math.h>
#include <stdbool.h>

#include "base/random.h"
#include "support/fault.h"
#include "support/test.h"

enum { ROWS = 200, WORDS = 9, COLUMNS = 4 };

typedef struct columns {
    int64_t whole[ROWS];
    double real[ROWS];
    const char *word[ROWS];
    int64_t time[ROWS];
} columns;

static void fill(columns *c, int64_t rows) {
    static const char *const words[WORDS] = {"i", "c", "a", "g", "b",
                                             "h", "d", "f", "e"};
    const sg_random random = {.seed = 4};
    for (int64_t i = 0; i < rows; i++) {
        uint64_t at = 4 * (uint64_t)i;
        c->whole[i] = (int64_t)sg_random_below(&random, at, 15) - 7;
        c->real[i] = ((double)sg_random_below(&random, at + 1, 15) - 7) / 4;
        c->word[i] = words[sg_random_below(&random, at + 2, WORDS)];
        c->time[i] = ((int64_t)sg_random_below(&random, at + 3, 30) - 15) *
                     INT64_C(86400000000);
        if (c->real[i] == 0 && i % 2 == 0) c->real[i] = -0.0;
        if (i % 10 == 3) c->whole[i] = SYNGAN_MISSING;
        if (i % 11 == 4) c->real[i] = NAN;
        if (i % 12 == 5) c->word[i] = NULL;
    }
}

static syngan_status make(syngan_context *context, const columns *c,
                          int64_t rows, syngan_table **out) {
    *out = NULL;
    SG_TRY(syngan_table_create(context, rows, out));
    syngan_status status = syngan_table_add_integers(*out, "whole", c->whole);
    if (status == SYNGAN_OK)
        status = syngan_table_add_reals(*out, "real", c->real);
    if (status == SYNGAN_OK)
        status = syngan_table_add_texts(*out, "word", SYNGAN_COLUMN_CATEGORY,
                                        c->word);
    if (status == SYNGAN_OK)
        status = syngan_table_add_times(*out, "time", c->time, "%Y-%m-%d");
    if (status == SYNGAN_OK) return SYNGAN_OK;
    syngan_table_free(*out);
    *out = NULL;
    return status;
}

static bool has_key(const columns *c, int64_t key, int64_t row) {
    return key == 0   ? c->whole[row] != SYNGAN_MISSING
           : key == 1 ? !isnan(c->real[row])
           : key == 2 ? c->word[row] != NULL
                      : true;
}

/* Below 0, 0 or above: as the values of two rows are. Words compare as equal
 * or not. */
static int compare(const columns *c, int64_t column, int64_t a, int64_t b) {
    double x = 0, y = 0;
    if (column == 2) return strcmp(c->word[a], c->word[b]);
    if (column == 0) x = (double)c->whole[a], y = (double)c->whole[b];
    if (column == 1) x = c->real[a], y = c->real[b];
    if (column == 3) x = (double)c->time[a], y = (double)c->time[b];
    return (x > y) - (x < y);
}

static void check(const columns *c, int64_t rows, int64_t key, int64_t order,
                  const sg_groups *g) {
    bool seen[ROWS] = {false};
    int64_t count = 0, with_key = 0;
    for (int64_t i = 0; i < rows; i++)
        with_key += has_key(c, key, i);
    assert_int_equal(g->first[0], 0);
    assert_int_equal(g->first[g->count], with_key);
    for (int64_t k = 0; k < g->count; k++) {
        assert_true(g->first[k + 1] > g->first[k]);
        for (int64_t i = g->first[k]; i < g->first[k + 1]; i++) {
            int64_t row = g->rows[i], before = i > 0 ? g->rows[i - 1] : -1;
            assert_true(has_key(c, key, row) && !seen[row]);
            seen[row] = true;
            count++;
            if (i == g->first[k]) continue;
            assert_int_equal(compare(c, key, row, before), 0);
            int later = order < 0 ? 0 : compare(c, order, row, before);
            assert_true(later > 0 || (later == 0 && row > before));
        }
        if (k == 0) continue;
        /* Numbers rise from group to group; no key has two groups. */
        int64_t here = g->rows[g->first[k]], last = g->rows[g->first[k] - 1];
        assert_true(key == 2 ? compare(c, key, here, last) != 0
                             : compare(c, key, here, last) > 0);
        for (int64_t j = 0; j < k; j++)
            assert_true(compare(c, key, here, g->rows[g->first[j]]) != 0);
    }
    assert_int_equal(count, with_key);
}

static void test_groups(void **state) {
    (void)state;
    static columns c;
    static const int64_t orders[] = {-1, 3};
    syngan_context *context = test_context(1);
    fill(&c, ROWS);
    for (int64_t rows = 1; rows <= ROWS; rows += rows < 20 ? 1 : 37)
        for (int64_t key = 0; key < COLUMNS; key++)
            for (int k = 0; k < 2; k++) {
                syngan_table *table;
                sg_groups groups;
                assert_ok(context, make(context, &c, rows, &table));
                assert_ok(context,
                          sg_groups_make(table, key, orders[k], &groups));
                check(&c, rows, key, orders[k], &groups);
                sg_groups_end(&groups);
                syngan_table_free(table);
            }
    syngan_context_free(context);
}

/* An order of reals, of negative ones as well. */
static void test_real_order(void **state) {
    (void)state;
    static columns c;
    syngan_context *context = test_context(1);
    syngan_table *table;
    sg_groups groups;
    fill(&c, ROWS);
    assert_ok(context, make(context, &c, ROWS, &table));
    assert_fails(context, sg_groups_make(table, 2, 1, &groups),
                 SYNGAN_E_ARGUMENT, "row 4 is missing");
    assert_fails(context, sg_groups_make(table, 0, 2, &groups),
                 SYNGAN_E_ARGUMENT, "orders sequences");
    syngan_table_free(table);
    for (int i = 0; i < ROWS; i++)
        if (isnan(c.real[i])) c.real[i] = -1e300;
    assert_ok(context, make(context, &c, ROWS, &table));
    assert_ok(context, sg_groups_make(table, 2, 1, &groups));
    check(&c, ROWS, 2, 1, &groups);
    sg_groups_end(&groups);
    syngan_table_free(table);
    syngan_context_free(context);
}

static syngan_status body(syngan_context *context, void *user) {
    syngan_table *table;
    sg_groups groups;
    SG_TRY(make(context, user, 30, &table));
    syngan_status status = sg_groups_make(table, 0, 3, &groups);
    sg_groups_end(&groups);
    syngan_table_free(table);
    return status;
}

static void test_memory(void **state) {
    (void)state;
    static columns c;
    fill(&c, 30);
    assert_true(fault_sweep_memory(&(fault_sweep){.body = body, .user = &c}) >
                3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_groups),
        cmocka_unit_test(test_real_order),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
