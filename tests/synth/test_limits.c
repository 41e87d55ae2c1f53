/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions and constraints at their edges: of each operator and type which
 * rows hold, and that what must be unique is, across pieces as well.
 */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <syngan/synthesizer.h>

#include "support/tables.h"
#include "support/test.h"
#include "synth/row_kind.h"
#include "synth/where.h"

/* ---- conditions ---------------------------------------------------------- */

static const char text[] = "whole,real,time,word,flag,long\n"
                           "-2,0.25,2020-01-01,a,yes,9007199254740992\n"
                           "-1,0.5,2020-01-02,b,no,9007199254740993\n"
                           "0,0.75,2020-01-03,c,yes,9007199254740994\n"
                           "1,1.0,2020-01-04,a,no,9007199254740995\n"
                           "2,1.25,2020-01-05,b,yes,9223372036854775807\n"
                           ",,,,,\n";

/* A row holds where its bit from the left is 1. */
static const struct condition {
    const char *where, *holds;
} conditions[] = {
    {"whole > 0", "000110"},
    {"whole >= 0", "001110"},
    {"whole < 0", "110000"},
    {"whole <= 0", "111000"},
    {"whole = 0", "001000"},
    {"whole in -1 .. 1", "011100"},
    {"whole != 0", "110110"},
    {"whole is missing", "000001"},
    {"real > 0.75", "000110"},
    {"real >= 0.75", "001110"},
    {"real < 0.75", "110000"},
    {"real <= 0.75", "111000"},
    {"real = 0.75", "001000"},
    {"real in 0.5 .. 1", "011100"},
    {"real != 0.75", "110110"},
    {"real is missing", "000001"},
    {"time > 2020-01-03", "000110"},
    {"time >= 2020-01-03", "001110"},
    {"time < 2020-01-03", "110000"},
    {"time <= 2020-01-03", "111000"},
    {"time = 2020-01-03", "001000"},
    {"time in 2020-01-02 .. 2020-01-04", "011100"},
    {"word = a", "100100"},
    {"word != a", "011010"},
    {"word is missing", "000001"},
    {"word is not missing", "111110"},
    {"flag = yes", "101010"},
    {"flag != yes", "010100"},
    {"long > 9007199254740993", "001110"},
    {"long >= 9007199254740993", "011110"},
    {"long < 9007199254740993", "100000"},
    {"long <= 9007199254740993", "110000"},
    {"long >= 9223372036854775807", "000010"},
    {"whole > -2 and whole < 2", "011100"},
    {"whole < -1 or whole > 1", "100010"},
};

static void test_conditions(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table = NULL;
    const syngan_csv_options *options = SYNGAN_CSV(
            .schema = "{\"columns\":[{\"name\":\"word\",\"type\":\"category\"},"
                      "{\"name\":\"long\",\"type\":\"integer\"}]}");
    assert_ok(context, tables_read(context, text, options, &table));
    for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++) {
        sg_where where;
        char holds[7] = "";
        assert_ok(context, sg_where_parse(table, conditions[i].where, &where));
        for (int64_t row = 0; row < 6; row++)
            holds[row] = sg_where_holds(&where, table, row) ? '1' : '0';
        sg_where_end(&where);
        if (strcmp(holds, conditions[i].holds) != 0)
            fail_msg("%s: %s, not %s", conditions[i].where, holds,
                     conditions[i].holds);
    }
    syngan_table_free(table);
    syngan_context_free(context);
}

/* ---- constraints --------------------------------------------------------- */

enum { DATA = 3000, MADE = 1500, A = 60, B = 100 };

#define TINY                                                                   \
    .batch = 100, .pac = 5, .noise = 8, .width = 16, .depth = 1, .epochs = 2,  \
    .seed = 3

/* Pairs of which none is twice, apart from those with a missing value. */
static syngan_synthesizer *fit_unique(syngan_context *context) {
    static double a[DATA], b[DATA];
    syngan_table *table = NULL, *bound = NULL;
    syngan_synthesizer *s = NULL;
    for (int i = 0; i < DATA; i++) {
        a[i] = i % 5 == 0 ? (double)NAN : (double)(i % A);
        b[i] = (double)((i / A + i * 7) % B);
    }
    assert_ok(context, syngan_table_create(context, DATA, &table));
    assert_ok(context, syngan_table_add_reals(table, "a", a));
    assert_ok(context, syngan_table_add_reals(table, "b", b));
    assert_ok(context, syngan_table_with_schema(
                           table,
                           "{\"constraints\":[{\"kind\":\"unique\",\"columns\":"
                           "[\"a\",\"b\"]}]}",
                           &bound));
    assert_ok(context,
              syngan_synthesizer_fit(bound, SYNGAN_SYNTHESIZER(TINY), &s));
    syngan_table_free(table);
    syngan_table_free(bound);
    return s;
}

typedef struct seen {
    char pair[MADE][32];
    int64_t count, pieces, twice; /* twice: with a missing value */
} seen;

/* Blank cells are missing. */
static syngan_status take_piece(const syngan_table *piece, void *user) {
    seen *s = user;
    s->pieces++;
    for (int64_t row = 0; row < syngan_table_rows(piece); row++) {
        char a[12], b[12], *pair = s->pair[s->count];
        syngan_table_cell(piece, row, 0, a, sizeof a);
        syngan_table_cell(piece, row, 1, b, sizeof b);
        snprintf(pair, sizeof s->pair[0], "%s,%s", a, b);
        bool whole = a[0] != '\0' && b[0] != '\0';
        for (int64_t i = 0; i < s->count; i++) {
            if (strcmp(pair, s->pair[i]) != 0) continue;
            if (whole) fail_msg("%s is there twice", pair);
            s->twice++;
        }
        s->count++;
    }
    return SYNGAN_OK;
}

static void test_unique(void **state) {
    (void)state;
    static seen all[2];
    syngan_context *context = test_context(2);
    syngan_synthesizer *s = fit_unique(context);
    for (int i = 0; i < 2; i++) {
        assert_ok(context,
                  syngan_synthesizer_stream(s, MADE, i ? 600 : 100, 5, NULL,
                                            NULL, take_piece, &all[i]));
        assert_int_equal(all[i].count, MADE);
        assert_true(all[i].pieces > 1 && all[i].twice > 0);
    }
    assert_memory_equal(all[0].pair, all[1].pair, sizeof all[0].pair);
    syngan_synthesizer_free(s);
    syngan_context_free(context);
}

/* ---- how often a row is made --------------------------------------------- */

/* Of two values that must be unique, all further rows are made as often as
 * max_tries says, and no more often. */
static void test_tries(void **state) {
    (void)state;
    enum { TRIES = 7, WANTED = 10 };
    static const char *const values[] = {"u", "v"};
    const char *word[200];
    double x[200];
    syngan_context *context = test_context(1);
    syngan_table *table, *bound, *made;
    syngan_synthesizer *s;
    for (int i = 0; i < 200; i++) {
        word[i] = i < 2 ? values[i] : NULL;
        x[i] = i % 13;
    }
    assert_ok(context, syngan_table_create(context, 200, &table));
    assert_ok(context, syngan_table_add_reals(table, "x", x));
    assert_ok(context, syngan_table_add_texts(table, "word",
                                              SYNGAN_COLUMN_CATEGORY, word));
    assert_ok(context,
              syngan_table_with_schema(table,
                                       "{\"constraints\":[{\"kind\":"
                                       "\"unique\",\"columns\":[\"word\"]}]}",
                                       &bound));
    assert_ok(context,
              syngan_synthesizer_fit(bound, SYNGAN_SYNTHESIZER(TINY), &s));
    int64_t rejected = 0;
    char wanted[64];
    snprintf(wanted, sizeof wanted, "1 of %d rows", 1 + (WANTED - 1) * TRIES);
    assert_fails(context,
                 syngan_synthesizer_sample(
                     s, WANTED, 1,
                     SYNGAN_SAMPLE(.where = "word = u", .max_tries = TRIES),
                     &rejected, &made),
                 SYNGAN_E_STATE, wanted);
    assert_null(made);
    assert_int_equal(rejected, (WANTED - 1) * TRIES);
    syngan_synthesizer_free(s);
    syngan_table_free(bound);
    syngan_table_free(table);
    syngan_context_free(context);
}

static syngan_status stop(const syngan_table *piece, void *user) {
    *(int64_t *)user += syngan_table_rows(piece);
    return SYNGAN_E_USER;
}

/* As many rows as there may be, and one more. */
static void test_most_rows(void **state) {
    (void)state;
    const int64_t most = (int64_t)1 << 44;
    syngan_context *context = test_context(1);
    syngan_synthesizer *s = fit_unique(context);
    int64_t rows = 0;
    assert_int_equal(
        syngan_synthesizer_stream(s, most, 100, 1, NULL, NULL, stop, &rows),
        SYNGAN_E_USER);
    assert_true(rows > 0 && rows < 2000); /* a piece */
    assert_fails(
        context,
        syngan_synthesizer_stream(s, most + 1, 100, 1, NULL, NULL, stop, &rows),
        SYNGAN_E_ARGUMENT, "2^44");
    syngan_synthesizer_free(s);
    syngan_context_free(context);
}

/* ---- noise --------------------------------------------------------------- */

/* Each row has noise of its own, wherever a batch begins. */
static void test_noise(void **state) {
    (void)state;
    enum { NOISE = 8, FIRST = 3, COUNT = 40, SHIFT = 7 };
    float noise[COUNT * NOISE];
    syngan_context *context = test_context(1);
    syngan_synthesizer *s = fit_unique(context);
    const sg_sampler *sampler;
    sg_sampling sampling;
    assert_ok(context, sg_gan_sampler(s->learnt, 0, &sampler));
    assert_ok(context,
              sg_sampling_begin(s->learnt, sampler, 5, NULL, 1, &sampling));
    assert_ok(context, sg_sampling_run(&sampling, FIRST, COUNT));
    memcpy(noise, syngan_tensor_data(sampler->noise), sizeof noise);
    for (int i = 0; i < COUNT * NOISE; i++)
        for (int k = 0; k < i; k++)
            assert_true(noise[i] != noise[k]);
    assert_ok(context,
              sg_sampling_run(&sampling, FIRST + SHIFT, COUNT - SHIFT));
    assert_memory_equal(noise + SHIFT * NOISE,
                        syngan_tensor_data(sampler->noise),
                        (COUNT - SHIFT) * NOISE * sizeof *noise);
    sg_sampling_end(&sampling);
    syngan_synthesizer_free(s);
    syngan_context_free(context);
}

/* A bound is in; of two columns the lower may be equal unless that is strict.
 */
static void test_bounds(void **state) {
    (void)state;
    static const struct {
        const char *constraint;
        bool kept;
    } cases[] = {
        {"{\"kind\":\"range\",\"column\":\"x\",\"low\":1,\"high\":3}", true},
        {"{\"kind\":\"range\",\"column\":\"x\",\"low\":1.5,\"high\":3}", false},
        {"{\"kind\":\"range\",\"column\":\"x\",\"low\":1,\"high\":2.5}", false},
        {"{\"kind\":\"greater\",\"low\":\"x\",\"high\":\"y\"}", true},
        {"{\"kind\":\"greater\",\"low\":\"x\",\"high\":\"y\",\"strict\":true}",
         false},
        {"{\"kind\":\"greater\",\"low\":\"p\",\"high\":\"q\",\"strict\":true}",
         true},
        {"{\"kind\":\"greater\",\"low\":\"q\",\"high\":\"p\"}", false},
    };
    syngan_context *context = test_context(1);
    syngan_table *table = NULL;
    assert_ok(context,
              tables_read(context,
                          "x,y,p,q\n"
                          "1,1,9007199254740992,9007199254740993\n"
                          "3,4,9007199254740994,9007199254740995\n",
                          SYNGAN_CSV(.schema = "{\"columns\":["
                                               "{\"name\":\"p\",\"type\":"
                                               "\"integer\"},{\"name\":\"q\","
                                               "\"type\":\"integer\"}]}"),
                          &table));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        syngan_table *bound = NULL;
        char schema[160];
        snprintf(schema, sizeof schema, "{\"constraints\":[%s]}",
                 cases[i].constraint);
        syngan_status status = syngan_table_with_schema(table, schema, &bound);
        if (status != (cases[i].kept ? SYNGAN_OK : SYNGAN_E_MISMATCH))
            fail_msg("%s: %s", schema, syngan_context_last_error(context));
        syngan_table_free(bound);
    }
    syngan_table_free(table);
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conditions), cmocka_unit_test(test_unique),
        cmocka_unit_test(test_tries),      cmocka_unit_test(test_most_rows),
        cmocka_unit_test(test_noise),      cmocka_unit_test(test_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
