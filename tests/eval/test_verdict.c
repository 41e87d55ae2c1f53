/* SPDX-License-Identifier: Apache-2.0 */
/* Tables whose columns are not quite the same: what is compared, what is left
 * out and where that is said; and what the verdict says of the worst. */
#include <syngan/evaluate.h>

#include <math.h>
#include <stdio.h>

#include "eval/report.h"
#include "eval/worst.h"
#include "support/tables.h"
#include "support/test.h"

#define ROWS 120

/* What a table of the kind does otherwise than the real one. */
typedef struct change {
    const char *without; /* a column that is not there */
    const char *cell;    /* in the tenth row of `of` */
    const char *of;
    const char *all; /* in all rows of `every` */
    const char *every;
    bool reversed, points, more;
    int64_t rows; /* 0: ROWS */
} change;

static const char *const names[] = {"kind", "x", "n", "day", "yes"};
#define COLUMNS 5

static void put_cell(const change *c, int column, int64_t row, char *out) {
    static const char *const kinds[] = {"red", "green", "blue"};
    if (c->every != NULL && strcmp(c->every, names[column]) == 0) {
        strcpy(out, c->all);
        return;
    }
    if (c->of != NULL && row == 9 && strcmp(c->of, names[column]) == 0) {
        strcpy(out, c->cell);
        return;
    }
    switch (column) {
    case 0:
        strcpy(out, kinds[row * row % 3]);
        break;
    case 1:
        sprintf(out, "%.1f", (double)(row * 7 % 50) + 0.5);
        break;
    case 2:
        sprintf(out, c->points ? "%d.0" : "%d", (int)(row * 11 % 9));
        break;
    case 3:
        sprintf(out, "2021-%02d-%02d", 1 + (int)row % 12, 1 + (int)row % 28);
        break;
    default:
        strcpy(out, row % 3 == 0 ? "yes" : "no");
        break;
    }
}

/* The rows as CSV text, from malloc(). */
static char *text_of(const change *c) {
    int64_t rows = c->rows == 0 ? ROWS : c->rows;
    char *text = calloc((size_t)rows + 1, 200), cell[64];
    size_t used = 0;
    for (int64_t row = -1; row < rows; row++) {
        bool first = true;
        for (int k = 0; k < COLUMNS + c->more; k++) {
            int column = c->reversed ? COLUMNS - 1 - k : k;
            if (k < COLUMNS && c->without != NULL &&
                strcmp(c->without, names[column]) == 0)
                continue;
            if (k == COLUMNS)
                strcpy(cell, row < 0 ? "more" : "7");
            else if (row < 0)
                strcpy(cell, names[column]);
            else
                put_cell(c, column, row, cell);
            used +=
                (size_t)sprintf(text + used, "%s%s", first ? "" : ",", cell);
            first = false;
        }
        text[used++] = '\n';
    }
    return text;
}

typedef struct result {
    syngan_context *context;
    syngan_report *report;
    char *json;
} result;

static result compare(const change *real, const change *other,
                      const change *holdout) {
    result r = {.context = test_context(1)};
    const change *const changes[] = {real, other, holdout};
    syngan_table *tables[3] = {NULL, NULL, NULL};
    for (int k = 0; k < 3; k++) {
        if (changes[k] == NULL) continue;
        char *text = text_of(changes[k]);
        assert_ok(r.context, tables_read(r.context, text, NULL, &tables[k]));
        free(text);
    }
    assert_ok(r.context, syngan_table_evaluate(
                             tables[0], tables[1],
                             SYNGAN_EVALUATE(.holdout = tables[2]), &r.report));
    for (int k = 0; k < 3; k++)
        syngan_table_free(tables[k]);
    size_t size = syngan_report_json(r.report, NULL, 0) + 1;
    r.json = malloc(size);
    syngan_report_json(r.report, r.json, size);
    return r;
}

static void end(result *r) {
    free(r->json);
    syngan_report_free(r->report);
    syngan_context_free(r->context);
}

static void must_say(const char *text, const char *part) {
    if (strstr(text, part) == NULL) fail_msg("no \"%s\" in: %s", part, text);
}

static double value_of(const result *r, const char *name) {
    double value = NAN;
    assert_ok(r->context, syngan_report_value(r->report, name, &value));
    return value;
}

/* ---- columns that differ ------------------------------------------------- */

static const change same = {0};

/* Left out, with its name in the verdict, the notes and the JSON's list, and
 * never good; the others are compared all the same. */
static void is_left_out(const change *other, const char *name,
                        const char *why) {
    char part[100];
    for (int swap = 0; swap < 2; swap++) {
        if (swap && (other->cell != NULL || other->all != NULL)) continue;
        result r = compare(swap ? other : &same, swap ? &same : other, NULL);
        snprintf(part, sizeof part, "columns not judged: '%s'", name);
        must_say(syngan_report_verdict(r.report), part);
        assert_int_not_equal(r.report->judgement[SG_JUDGE_ALL].grade, SG_GOOD);
        assert_int_not_equal(r.report->judgement[SG_JUDGE_QUALITY].grade,
                             SG_GOOD);
        snprintf(part, sizeof part, "\"left_out\":[\"%s\"]", name);
        must_say(r.json, part);
        snprintf(part, sizeof part, "Column '%s' is not compared: ", name);
        must_say(r.json, part);
        if (!swap) must_say(r.json, why);
        const char *kept = strcmp(name, "kind") == 0 ? "columns.x.shape"
                                                     : "columns.kind.shape";
        assert_true(value_of(&r, kept) == 1);
        end(&r);
    }
}

static void columns_that_can_not_be_compared_are_named(void **state) {
    (void)state;
    static const char none[] = "the synthetic table has none of this name";
    for (int k = 0; k < COLUMNS; k++)
        is_left_out(&(change){.without = names[k]}, names[k], none);
    is_left_out(&(change){.more = true}, "more",
                "only the synthetic table has it");
    is_left_out(&(change){.of = "n", .cell = "oops"}, "n",
                "row 9, column 'n': \\\"oops\\\" is no integer");
    is_left_out(&(change){.every = "x", .all = "1.2.3"}, "x", "row 0");
    is_left_out(&(change){.every = "n", .all = "text"}, "n", "row 0");
    is_left_out(&(change){.every = "day", .all = "12"}, "day", "integer");
}

static void other_notations_are_compared(void **state) {
    (void)state;
    static const struct {
        change other;
        const char *note;
    } cases[] = {
        {{.reversed = true}, ""},
        {{.points = true},
         "'n' is compared as numbers: it is of type integer "
         "in the real and real in the synthetic table"},
        {{.of = "n", .cell = "7.61"}, "'n' is compared as numbers"},
        {{.of = "n", .cell = ""}, ""},
        {{.of = "n", .cell = "1e50"}, "'n' is compared as numbers"},
        {{.of = "kind", .cell = "violet"}, ""},
        {{.of = "yes", .cell = "perhaps"}, "'yes' is compared as texts"},
        {{.of = "x", .cell = "1.2.3"}, ""}, /* one of many: missing */
        {{.of = "day", .cell = "someday"}, ""},
        {{.of = "day", .cell = ""}, ""},
        {{.every = "kind", .all = "7"}, "'kind' is compared as in the real"},
        {{.every = "kind", .all = ""}, ""},
        {{.every = "n", .all = ""}, ""},
        {{.every = "yes", .all = ""}, ""},
        {{.every = "day", .all = ""}, ""},
        {{.every = "yes", .all = "yes"}, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        result r = compare(&same, &cases[i].other, NULL);
        must_say(r.json, cases[i].note);
        must_say(r.json, "\"left_out\":[]");
        assert_null(strstr(syngan_report_verdict(r.report), "not judged: '"));
        for (int k = 0; k < COLUMNS; k++) {
            char name[64];
            snprintf(name, sizeof name, "columns.%s.shape", names[k]);
            bool empty = cases[i].other.all != NULL &&
                         cases[i].other.all[0] == '\0' &&
                         strcmp(cases[i].other.every, names[k]) == 0;
            assert_int_equal(isnan(value_of(&r, name)), empty);
        }
        end(&r);
    }
}

static void identifiers_and_texts_are_never_good(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    char text[8000];
    size_t used = (size_t)sprintf(text, "id,kind\n");
    for (int i = 0; i < 150; i++)
        used += (size_t)sprintf(text + used, "k%dx%d,%s\n", i, i * i,
                                i % 2 ? "a" : "b");
    syngan_table *table = NULL;
    syngan_report *report = NULL;
    assert_ok(context, tables_read(context, text, NULL, &table));
    assert_ok(context, syngan_table_evaluate(table, table,
                                             SYNGAN_EVALUATE(.holdout = table),
                                             &report));
    must_say(syngan_report_verdict(report), "1 of 2 columns not judged: 'id'.");
    assert_int_not_equal(report->judgement[SG_JUDGE_QUALITY].grade, SG_GOOD);
    syngan_report_free(report);
    syngan_table_free(table);
    syngan_context_free(context);
}

/* Day and month may change places where no day is above 12. */
static void times_are_read_as_in_the_real_table(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *real = NULL, *other = NULL;
    syngan_report *report = NULL;
    assert_ok(context,
              tables_read(context, "d\n28/01/2021\n03/02/2021\n05/06/2021\n",
                          NULL, &real));
    assert_ok(context,
              tables_read(context, "d\n03/02/2021\n05/06/2021\n04/02/2021\n",
                          NULL, &other));
    assert_ok(context, syngan_table_evaluate(real, other, NULL, &report));
    double low = 0, mean = 0;
    assert_ok(context,
              syngan_report_value(report, "columns.d.synthetic.median", &low));
    assert_ok(context,
              syngan_report_value(report, "columns.d.adherence", &mean));
    /* 4 February 2021 */
    assert_true(fabs(low - 1612396800e6) < 1);
    assert_true(mean == 1);
    syngan_report_free(report);
    syngan_table_free(real);
    syngan_table_free(other);
    syngan_context_free(context);
}

/* Codes that are numbers in one of the tables only. */
static void rows_in_groups_are_read_as_in_the_real_table(void **state) {
    (void)state;
    static const char real[] =
        "g,t,code\n1,1,01\n1,2,7\n2,1,7\n2,3,01\n2,4,7\n";
    static const char other[] = "g,t,code\na,1,7\na,2,9\nb,1,7\n";
    for (int k = 0; k < 2; k++) {
        syngan_context *context = test_context(1);
        syngan_table *tables[2] = {NULL, NULL};
        syngan_report *report = NULL;
        assert_ok(context, tables_read(context, real, NULL, &tables[0]));
        assert_ok(context, tables_read(context, other, NULL, &tables[1]));
        assert_ok(context,
                  syngan_table_evaluate(
                      tables[0], tables[1],
                      SYNGAN_EVALUATE(.rows = k == 0 ? SYNGAN_ROWS_SEQUENCES
                                                     : SYNGAN_ROWS_BASKETS,
                                      .key = "g", .order = k == 0 ? "t" : NULL,
                                      .item = "code", .holdout = tables[1]),
                      &report));
        double value = 0;
        assert_ok(context,
                  syngan_report_value(report,
                                      k == 0 ? "sequences.columns.code.pairs"
                                             : "baskets.items",
                                      &value));
        /* No pair in common; 7 is one of two items and two of three. */
        double expected = k == 0 ? 0 : 0.5;
        assert_true(fabs(value - expected) < 1e-9);
        if (k == 1)
            must_say(syngan_report_verdict(report), "columns not judged: 't'");
        syngan_report_free(report);
        syngan_table_free(tables[0]);
        syngan_table_free(tables[1]);
        syngan_context_free(context);
    }
}

/* ---- the target ---------------------------------------------------------- */

static void a_target_that_is_left_out_is_told(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *real = NULL, *other = NULL;
    syngan_report *report = NULL;
    char *texts[] = {text_of(&same), text_of(&(change){.without = "yes"})};
    assert_ok(context, tables_read(context, texts[0], NULL, &real));
    assert_ok(context, tables_read(context, texts[1], NULL, &other));
    assert_ok(context,
              syngan_table_evaluate(real, other,
                                    SYNGAN_EVALUATE(.target = "yes"), &report));
    must_say(syngan_report_verdict(report), "the target is not compared");
    assert_fails(context,
                 syngan_table_evaluate(other, real,
                                       SYNGAN_EVALUATE(.target = "yes"),
                                       &(syngan_report *){NULL}),
                 SYNGAN_E_NOT_FOUND, "target is 'yes'");
    free(texts[0]);
    free(texts[1]);
    syngan_report_free(report);
    syngan_table_free(real);
    syngan_table_free(other);
    syngan_context_free(context);
}

/* ---- the worst ----------------------------------------------------------- */

static void the_worst_column_stands_in_the_verdict(void **state) {
    (void)state;
    static const struct {
        change other;
        const char *says;
        int32_t grade;
    } cases[] = {
        {{0}, "at worst 'day' 100.0 %", SG_GOOD},
        {{.every = "x", .all = "900.5"}, "at worst 'x' 0.0 %", SG_POOR},
        {{.every = "x", .all = ""},
         "missing values at worst of 'x', whose shares agree by 0.0 %",
         SG_POOR},
        {{.every = "kind", .all = "red"}, "at worst 'kind' 33.3 %", SG_POOR},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        result r = compare(&same, &cases[i].other, &same);
        const sg_judgement *quality = &r.report->judgement[SG_JUDGE_QUALITY];
        must_say(quality->text, cases[i].says);
        assert_int_equal(quality->grade, cases[i].grade);
        assert_int_equal(value_of(&r, "columns.x.shape.holdout"), 1);
        end(&r);
    }
}

/* Single columns are as they were; the relation is turned round. */
static void the_worst_pair_stands_in_the_verdict(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    double x[ROWS], y[ROWS], z[ROWS];
    syngan_table *tables[2];
    for (int k = 0; k < 2; k++) {
        for (int i = 0; i < ROWS; i++) {
            x[i] = i * 37 % ROWS;
            y[i] = x[i];
            z[i] = k == 0 ? x[i] : ROWS - 1 - x[i];
        }
        assert_ok(context, syngan_table_create(context, ROWS, &tables[k]));
        assert_ok(context, syngan_table_add_reals(tables[k], "x.y", x));
        assert_ok(context, syngan_table_add_reals(tables[k], "y\\", y));
        assert_ok(context, syngan_table_add_reals(tables[k], "z", z));
    }
    syngan_report *report = NULL;
    assert_ok(context,
              syngan_table_evaluate(
                  tables[0], tables[1],
                  SYNGAN_EVALUATE(.detection = 0, .privacy = 0), &report));
    must_say(syngan_report_verdict(report), "at worst 'x.y' with 'z' 0.0 %");
    assert_int_equal(report->judgement[SG_JUDGE_QUALITY].grade, SG_POOR);
    syngan_report_free(report);
    syngan_table_free(tables[0]);
    syngan_table_free(tables[1]);
    syngan_context_free(context);
}

/* Synthetic rows that cover a part of each range, in the right shape there. */
static void what_is_not_covered_is_not_good(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *tables[2];
    double x[1000];
    for (int k = 0; k < 2; k++) {
        for (int i = 0; i < 1000; i++)
            x[i] = k == 0 && i % 20 == 0 ? i : i % 300;
        assert_ok(context, syngan_table_create(context, 1000, &tables[k]));
        assert_ok(context, syngan_table_add_reals(tables[k], "x", x));
    }
    syngan_report *report = NULL;
    assert_ok(context,
              syngan_table_evaluate(tables[0], tables[1], NULL, &report));
    must_say(syngan_report_verdict(report),
             "30.5 % of ranges and values occur");
    assert_int_equal(report->judgement[SG_JUDGE_QUALITY].grade, SG_POOR);
    syngan_report_free(report);
    syngan_table_free(tables[0]);
    syngan_table_free(tables[1]);
    syngan_context_free(context);
}

static void few_rows_are_no_baseline(void **state) {
    (void)state;
    for (int64_t rows = 99; rows < 101; rows++) {
        const change few = {.rows = rows};
        result r = compare(&same, &same, &few);
        double value;
        bool has = syngan_report_value(r.report, "quality.score.holdout",
                                       &value) == SYNGAN_OK;
        assert_int_equal(has, rows >= 100);
        assert_int_equal(has, strstr(syngan_report_verdict(r.report),
                                     "other real rows get") != NULL);
        assert_int_equal(has, strstr(syngan_report_verdict(r.report),
                                     "without a hold-out of 100") == NULL);
        if (!has) must_say(r.json, "The hold-out of 99 rows is too small");
        end(&r);
    }
}

/* ---- names --------------------------------------------------------------- */

static void names_are_taken_apart(void **state) {
    (void)state;
    sg_name_part parts[4];
    assert_int_equal(sg_name_parts("pairs.a\\.b.\\\\.trend", parts, 4), 4);
    assert_int_equal(parts[1].size, 4);
    assert_int_equal(parts[2].size, 2);
    assert_string_equal(parts[3].text, "trend");
    assert_int_equal(sg_name_parts("a.b.c.d.e", parts, 4), 5);
    assert_int_equal(sg_name_parts("a", parts, 4), 1);
    assert_int_equal(sg_name_parts("a..b", parts, 4), 3);
    char name[60];
    memset(name, 'a', sizeof name);
    memcpy(name + 38, "\xE2\x82\xAC", 3);
    assert_int_equal(sg_name_cut(name, sizeof name), 38);
    assert_int_equal(sg_name_cut(name, 40), 40);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_that_can_not_be_compared_are_named),
        cmocka_unit_test(other_notations_are_compared),
        cmocka_unit_test(identifiers_and_texts_are_never_good),
        cmocka_unit_test(times_are_read_as_in_the_real_table),
        cmocka_unit_test(rows_in_groups_are_read_as_in_the_real_table),
        cmocka_unit_test(a_target_that_is_left_out_is_told),
        cmocka_unit_test(the_worst_column_stands_in_the_verdict),
        cmocka_unit_test(the_worst_pair_stands_in_the_verdict),
        cmocka_unit_test(what_is_not_covered_is_not_good),
        cmocka_unit_test(few_rows_are_no_baseline),
        cmocka_unit_test(names_are_taken_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
