/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers that arithmetic does not survive unless it takes care: each table is
 * measured to finite scores, or refused with column and row; and soon. */
#include <syngan/evaluate.h>

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "eval/scores.h"
#include "support/tables.h"
#include "support/test.h"

#define MOST_ROWS 60

/* A number with `value` in the rows that `where` tells (0: none, 1: one, 2:
 * every third, 3: all), a number of its own, and a category. */
static syngan_table *made(syngan_context *context, int64_t rows, double value,
                          int where) {
    static const char *const kinds[] = {"a", "b", "c"};
    double x[MOST_ROWS], y[MOST_ROWS];
    const char *kind[MOST_ROWS];
    for (int64_t i = 0; i < rows; i++) {
        bool here = where == 3 || (where == 2 && i % 3 == 0) ||
                    (where == 1 && i == rows / 2);
        x[i] = here ? value : (double)(i * 7 % 11) + 0.5;
        y[i] = (double)(i * i % 13);
        kind[i] = kinds[i * i % 3];
    }
    syngan_table *table = NULL;
    assert_ok(context, syngan_table_create(context, rows, &table));
    assert_ok(context, syngan_table_add_reals(table, "x", x));
    assert_ok(context, syngan_table_add_reals(table, "y", y));
    assert_ok(context, syngan_table_add_texts(table, "kind",
                                              SYNGAN_COLUMN_CATEGORY, kind));
    return table;
}

/* No value is infinite, and what is no number has a sentence, but for the
 * relation of a pair that has none. */
static void check_report(syngan_context *context, const syngan_report *report) {
    for (size_t i = 0; i < syngan_report_count(report); i++) {
        syngan_report_entry entry = {.struct_size = sizeof entry};
        assert_ok(context, syngan_report_get(report, i, &entry));
        if (isinf(entry.value)) fail_msg("%s is infinite", entry.name);
    }
    double shape;
    assert_ok(context, syngan_report_value(report, "columns.x.shape", &shape));
    assert_true(isnan(shape) || (shape >= 0 && shape <= 1));
    assert_true(strlen(syngan_report_verdict(report)) > 0);
}

static void compare(syngan_context *context, syngan_table *const tables[3],
                    const char *target, bool too_large, const char *side) {
    syngan_report *report = NULL;
    syngan_status status = syngan_table_evaluate(
        tables[0], tables[1],
        SYNGAN_EVALUATE(.holdout = tables[2], .target = target), &report);
    if (too_large) {
        assert_int_equal(status, SYNGAN_E_ARGUMENT);
        const char *error = syngan_context_last_error(context);
        if (strstr(error, side) == NULL ||
            strstr(error, "column 'x'") == NULL ||
            strstr(error, "row ") == NULL)
            fail_msg("a sentence without a place: %s", error);
    } else {
        assert_ok(context, status);
        check_report(context, report);
    }
    syngan_report_free(report);
}

static void any_number_is_measured_or_refused(void **state) {
    (void)state;
    static const double values[] = {1e50,      -1e50,   1e149,     DBL_MAX,
                                    -DBL_MAX,  DBL_MIN, 4.94e-324, INFINITY,
                                    -INFINITY, NAN};
    static const int64_t rows[] = {1, 12, MOST_ROWS};
    static const char *const sides[] = {"real table", "synthetic table",
                                        "hold-out table"};
    static const char *const targets[] = {"x", "kind"};
    syngan_context *context = test_context(2);
    for (size_t v = 0; v < sizeof values / sizeof *values; v++)
        for (int n = 0; n < 3; n++)
            for (int where = 1; where < 4; where++)
                for (int side = 0; side < 4; side++) {
                    syngan_table *tables[3];
                    for (int k = 0; k < 3; k++)
                        tables[k] = made(context, rows[n], values[v],
                                         side == k || side == 3 ? where : 0);
                    compare(context, tables, targets[(n + where + side) % 2],
                            fabs(values[v]) > 1e150,
                            sides[side == 3 ? 0 : side]);
                    for (int k = 0; k < 3; k++)
                        syngan_table_free(tables[k]);
                }
    syngan_context_free(context);
}

/* Rows of one column, as a text file brings them. */
static void compare_texts(const char *real, const char *synthetic) {
    syngan_context *context = test_context(1);
    syngan_table *tables[2] = {NULL, NULL};
    syngan_report *report = NULL;
    assert_ok(context, tables_read(context, real, NULL, &tables[0]));
    assert_ok(context, tables_read(context, synthetic, NULL, &tables[1]));
    assert_ok(context,
              syngan_table_evaluate(tables[0], tables[1], NULL, &report));
    check_report(context, report);
    syngan_report_free(report);
    syngan_table_free(tables[0]);
    syngan_table_free(tables[1]);
    syngan_context_free(context);
}

static void two_large_cells_among_twelve_rows(void **state) {
    (void)state;
    static const char real[] = "x\n61.6\n63.0\n50.6\n43.1\n40.2\n50.3\n40.8\n"
                               "37.1\n51.8\n51.2\n54.9\n41.8\n";
    static const char rest[] = "50.0\n49.4\n36.4\n54.8\n52.9\n71.5\n51.8\n"
                               "48.7\n61.1\n51.8\n";
    static const char *const cells[] = {"1e50", "-1e50", "1e149", "1e39", ""};
    char text[200];
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        snprintf(text, sizeof text, "x\n\"%s\"\n\"%s\"\n%s", cells[i], cells[i],
                 rest);
        compare_texts(real, text);
        compare_texts(text, real);
        compare_texts(text, text);
    }
}

/* A score that is none must neither hang nor count as better than others. */
static void areas_of_no_numbers_end(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    const double score[] = {NAN, 1, NAN, INFINITY, INFINITY, -INFINITY, 0};
    const bool positive[] = {true, true, false, true, false, false, false};
    double area = sg_auc(context, score, positive, 7);
    /* Pairs won: NaN 3.5, 1: 2, infinity 2.5, of 3 x 4. */
    assert_true(fabs(area - 8.0 / 12) < 1e-12);
    syngan_context_free(context);
}

int main(void) {
    alarm(300); /* a loop without end fails here */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_number_is_measured_or_refused),
        cmocka_unit_test(two_large_cells_among_twelve_rows),
        cmocka_unit_test(areas_of_no_numbers_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
