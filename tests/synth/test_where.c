/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions: which rows satisfy them, what is refused at once, and that all
 * rows that are made satisfy them. */
#include "synth/where.h"

#include <math.h>
#include <syngan/synthesizer.h>

#include "support/fault.h"
#include "support/test.h"

enum { ROWS = 240 };

#define HOUR ((int64_t)3600 * 1000000)

/* k: 0 to 23 and missing; r: quarters from 0 to 9.75; day: dates of 2024; at:
 * each hour from 2024-01-01 on; c: red, green, dark blue, it's, a(b), missing;
 * b: yes and no; took: quarters of an hour; whole: never missing, 100 to 339.
 */
static syngan_status make_table(syngan_context *context, syngan_table **out) {
    static int64_t k[ROWS], day[ROWS], at[ROWS], whole[ROWS], took[ROWS];
    static double r[ROWS];
    static const char *c[ROWS], *b[ROWS];
    static const char *const colours[] = {"red",  "green", "dark blue",
                                          "it's", "a(b)",  NULL};
    const int64_t start = 19723 * 24 * HOUR; /* 2024-01-01 */
    for (int64_t i = 0; i < ROWS; i++) {
        k[i] = i % 25 == 24 ? SYNGAN_MISSING : i % 25;
        r[i] = i % 31 == 30 ? (double)NAN : (double)(i % 40) / 4;
        day[i] = start + i * 24 * HOUR;
        at[i] = start + i * HOUR;
        whole[i] = 100 + i;
        took[i] = i * HOUR / 4;
        c[i] = colours[i % 6];
        b[i] = i % 3 == 0 ? "yes" : "no";
    }
    SG_TRY(syngan_table_create(context, ROWS, out));
    SG_TRY(syngan_table_add_integers(*out, "k", k));
    SG_TRY(syngan_table_add_reals(*out, "r", r));
    SG_TRY(syngan_table_add_times(*out, "day", day, "%d.%m.%Y"));
    SG_TRY(syngan_table_add_times(*out, "at", at, "%Y-%m-%d %H:%M"));
    SG_TRY(syngan_table_add_texts(*out, "c", SYNGAN_COLUMN_CATEGORY, c));
    SG_TRY(syngan_table_add_texts(*out, "b", SYNGAN_COLUMN_BOOLEAN, b));
    SG_TRY(syngan_table_add_durations(*out, "took", took, "%-M min"));
    return syngan_table_add_integers(*out, "the whole", whole);
}

/* Conditions, and others that are to be satisfied by the same rows; or how many
 * rows satisfy them. */
static const struct same {
    const char *text, *other;
    int count; /* -1: any but none and all */
} same[] = {
    {"k > 5", "k >= 6", -1},
    {"k > 5", "k in 6 .. 23", -1},
    {"k < 5", "k <= 4", -1},
    {"k in 3 .. 3", "k = 3", -1},
    {"k > 2.5", "k >= 3", -1},
    {"k >= 2.5", "k >= 3", -1},
    {"k < 2.5", "k <= 2", -1},
    {"k <= 2.5", "k <= 2", -1},
    {"k in 1.5 .. 3.5", "k in (2, 3)", -1},
    {"k = 3.0", "k == 3", -1},
    {"k = 1e1", "k = 10", -1},
    {"k >= -1e30", "k is not missing", -1},
    {"k < 1e30", "k is not missing", -1},
    {"k != 3", "k < 3 or k > 3", -1},
    {"k <> 3", "k not in 3 .. 3", -1},
    {"k not in 3 .. 5", "k not in (3,4,5)", -1},
    {"k is missing", NULL, 9},
    {"k IS NOT MISSING", NULL, ROWS - 9},
    {"r > 2.5", "r >= 2.75", -1},
    {"r < 2.5", "r in 0 .. 2.25", -1},
    {"r != 2.5", "r < 2.5 or r > 2.5", -1},
    {"day = 31.01.2024", NULL, 1},
    {"day >= 2024-02-01", "day > 31.01.2024", -1},
    {"day in 2024-02-01 .. 2024-02-29", NULL, 29},
    {"at = 2024-01-02", NULL, 24},
    {"at <= 2024-01-02", "at < 2024-01-03", -1},
    {"at > 2024-01-02", "at >= 2024-01-03", -1},
    {"at = \"2024-01-02 05:00\"", NULL, 1},
    {"at != 2024-01-02", NULL, ROWS - 24},
    {"took = \"90 min\"", "took = 1:30:00", 1},
    {"took > PT1H", "took >= 1:15:00", -1},
    {"took in 0:00:00 .. \"3 h\"", NULL, 13},
    {"c = red", NULL, 40},
    {"c != red", "c in (green, 'dark blue', \"it's\", a(b))", 160},
    {"c not in (red, green)", "c != red and c != green", 120},
    {"c = it's", "c = 'it''s'", 40},
    {"c = a(b)", "(c = a(b))", 40},
    {"c = \"dark blue\"", "c = 'dark blue'", 40},
    {"c is missing or c = red", NULL, 80},
    {"b = 1", "b != 0", 80},
    {"b = true", "b in (yes)", 80},
    {"k = 1 or k = 2 and c = red", "k = 1 or (k = 2 and c = red)", -1},
    {"(k = 1 or k = 2) and c = red",
     "(c = red and k = 1) OR (c = red AND k = 2)", -1},
    {"((k=1))", "k=1", -1},
    {"\"the whole\" > 338", NULL, 1},
    {"\"the whole\">=339", NULL, 1},
    {"\"the whole\" < 101", NULL, 1},
    {"\"the whole\"<=100", NULL, 1},
    {"  ", NULL, ROWS},
};

static bool *rows_of(const syngan_table *table, const char *text, bool *rows,
                     int *count) {
    sg_where where;
    assert_ok(table->context, sg_where_parse(table, text, &where));
    *count = 0;
    for (int64_t row = 0; row < ROWS; row++) {
        rows[row] = sg_where_holds(&where, table, row);
        *count += rows[row];
    }
    sg_where_end(&where);
    return rows;
}

static void conditions_mean_what_they_say(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table;
    assert_ok(context, make_table(context, &table));
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        bool a[ROWS], b[ROWS];
        int count, other;
        rows_of(table, same[i].text, a, &count);
        print_message("%s: %d\n", same[i].text, count);
        if (same[i].count >= 0)
            assert_int_equal(count, same[i].count);
        else
            assert_in_range(count, 1, ROWS - 1);
        if (same[i].other == NULL) continue;
        assert_memory_equal(a, rows_of(table, same[i].other, b, &other),
                            sizeof a);
    }
    syngan_table_free(table);
    syngan_context_free(context);
}

/* Numbers in the notation that a column has. */
static void numbers_have_the_notation_of_their_column(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *plain, *table;
    const double price[] = {1234.5, 12.25, 99};
    const int64_t count[] = {1500, 20, 3};
    sg_where where;
    assert_ok(context, syngan_table_create(context, 3, &plain));
    assert_ok(context, syngan_table_add_reals(plain, "price", price));
    assert_ok(context, syngan_table_add_integers(plain, "count", count));
    assert_ok(context,
              syngan_table_with_schema(
                  plain,
                  "{\"columns\": [{\"name\": \"price\", \"type\": \"real\", "
                  "\"format\": \"#.###,# EUR\"}, {\"name\": \"count\", "
                  "\"type\": \"integer\", \"format\": \"#.###\"}]}",
                  &table));
    static const char *const first[] = {
        "price = \"1.234,50 EUR\"", "price > 100,5", "price in 100 .. 1.300,00",
        "count = 1.500", "count >= \"1.500\""};
    for (size_t i = 0; i < sizeof first / sizeof *first; i++) {
        print_message("%s\n", first[i]);
        assert_ok(context, sg_where_parse(table, first[i], &where));
        for (int64_t row = 0; row < 3; row++)
            assert_true(sg_where_holds(&where, table, row) == (row == 0));
        sg_where_end(&where);
    }
    syngan_table_free(table);
    syngan_table_free(plain);
    syngan_context_free(context);
}

/* ---- refusing ------------------------------------------------------------ */

static const char *const refused[][2] = {
    {"\"the whole\" > 400", "between 100 and 339"},
    {"\"the whole\" > 339", "between 100 and 339"},
    {"\"the whole\" < 100", "between 100 and 339"},
    {"\"the whole\" in 400 .. 500", "between 100 and 339"},
    {"\"the whole\" in 200 .. 150", "between 100 and 339"},
    {"\"the whole\" >= 200 and \"the whole\" < 200", "column 'the whole'"},
    {"\"the whole\" > 200 and \"the whole\" < 201", "column 'the whole'"},
    {"\"the whole\" > 1e300", "between 100 and 339"},
    {"\"the whole\" is missing", "never missing"},
    {"\"the whole\" > 400 or \"the whole\" < 50", "between 100 and 339"},
    {"c = red and \"the whole\" > 400", "between 100 and 339"},
    {"k = 2.5", "'2.5' is no value"},
    {"k = 99", "column 'k', whose values lie between 0 and 23"},
    {"k is missing and k > 3", "column 'k'"},
    {"r > 9.75", "between 0"},
    {"r > 2.5 and r < 2.75", "column 'r'"},
    {"day > 2025-01-01", "between 01.01.2024 and 27.08.2024"},
    {"day < 2023-12-31", "between 01.01.2024"},
    {"at = 2023-06-01", "column 'at'"},
    {"c = red and c = green", "column 'c'"},
    {"c = red and c is missing", "column 'c'"},
    {"b != yes and b != no", "column 'b'"},
    {"c = pink", "'pink' is no value in the data"},
    {"c in (red, pink)", "'pink' is no value in the data"},
    {"c > red", "only = is possible"},
    {"c in red .. green", "only = is possible"},
    {"k = 1 k = 2", "'and', 'or' or the end"},
    {"(k = 1", "'and', 'or' or ')'"},
    {"k = 1)", "'1)' is no value"},
    {"k in (1, 2", "',' or ')'"},
    {"k in ()", "a value is expected"},
    {"k not 3", "'not in'"},
    {"k is not 3", "'missing' is expected"},
    {"or k = 1", "no column 'or'"},
    {"k = 1 or", "the name of a column"},
    {"k = \"1", "no quote that ends"},
};

static void what_cant_be_is_refused(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table, *out;
    syngan_synthesizer *s;
    assert_ok(context, make_table(context, &table));
    assert_ok(context, syngan_synthesizer_fit(
                           table,
                           SYNGAN_SYNTHESIZER(.epochs = 2, .width = 16,
                                              .noise = 8, .batch = 40),
                           &s));
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        print_message("%s\n", refused[i][0]);
        syngan_sample_options options = *SYNGAN_SAMPLE(.where = refused[i][0]);
        assert_fails(context,
                     syngan_synthesizer_sample(s, 5, 1, &options, NULL, &out),
                     SYNGAN_E_ARGUMENT, refused[i][1]);
    }
    static const char *const kept[] = {
        "\"the whole\" > 330 or k = 99",
        "c != red",
        "k is not missing and (c = red or c = green)",
        "c in (red, green) and b = yes",
        "day in 2024-02-01 .. 2024-05-01",
        "\"the whole\" <= 120 or \"the whole\" >= 300",
        "k >= 20",
        "c = red and k < 5 or c = green and k > 10 or c is missing"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        sg_where where;
        syngan_sample_options options = *SYNGAN_SAMPLE(.where = kept[i]);
        assert_ok(context,
                  syngan_synthesizer_sample(s, 100, 1, &options, NULL, &out));
        assert_ok(context, sg_where_parse(out, "", &where));
        sg_where_end(&where);
        assert_ok(context, sg_where_parse(out, kept[i], &where));
        for (int64_t row = 0; row < 100; row++)
            assert_true(sg_where_holds(&where, out, row));
        sg_where_end(&where);
        syngan_table_free(out);
    }
    syngan_synthesizer_free(s);
    syngan_table_free(table);
    syngan_context_free(context);
}

static void too_many_ways_are_refused(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table;
    sg_where where;
    char text[4096] = "k = 1", deep[400];
    assert_ok(context, make_table(context, &table));
    for (int i = 0; i < 11; i++)
        strcat(text, " and (k = 1 or k = 2)");
    assert_fails(context, sg_where_parse(table, text, &where),
                 SYNGAN_E_ARGUMENT, "more than 1024 ways");
    memset(deep, '(', sizeof deep);
    deep[sizeof deep - 1] = '\0';
    assert_fails(context, sg_where_parse(table, deep, &where),
                 SYNGAN_E_ARGUMENT, "no further parenthesis");
    syngan_table_free(table);
    syngan_context_free(context);
}

static syngan_status parse_some(syngan_context *context, void *user) {
    (void)user;
    syngan_table *table = NULL;
    sg_where where = {0};
    syngan_status status = make_table(context, &table);
    if (status == SYNGAN_OK)
        status = sg_where_parse(
            table, "(k = 1 or c in (red, green)) and r not in (1, 2)", &where);
    sg_where_end(&where);
    syngan_table_free(table);
    return status;
}

static void memory_may_run_out(void **state) {
    (void)state;
    fault_sweep_memory(&(fault_sweep){.body = parse_some,
                                      .options = SYNGAN_CONTEXT(.threads = 1)});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conditions_mean_what_they_say),
        cmocka_unit_test(numbers_have_the_notation_of_their_column),
        cmocka_unit_test(what_cant_be_is_refused),
        cmocka_unit_test(too_many_ways_are_refused),
        cmocka_unit_test(memory_may_run_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
