/* SPDX-License-Identifier: Apache-2.0 */
/* The encoder: what is encoded comes back, and what is decoded is right. */
#include "encode/encoder.h"

#include <math.h>
#include <stdio.h>

#include "base/memory.h"
#include "base/random.h"
#include "encode/encoder_code.h"
#include "support/fault.h"
#include "support/test.h"
#include "table/schema.h"

#define ROWS 2003 /* a prime */
#define FEW 199   /* and a smaller one, for what is done often */

/* ---- tables -------------------------------------------------------------- */

static uint64_t noise(uint64_t i, uint64_t limit) {
    const sg_random random = {.seed = 7, .stream = sg_stream_id("test")};
    return sg_random_below(&random, i, limit);
}

static float normal(uint64_t i) {
    const sg_random random = {.seed = 9, .stream = sg_stream_id("test")};
    float out;
    sg_random_normal(&random, i, 1, &out);
    return out;
}

/* One column of each type, some with missing values. */
static syngan_status make_table(syngan_context *context, int64_t rows,
                                syngan_table **out) {
    static int64_t whole[ROWS], day[ROWS];
    static double real[ROWS];
    static const char *word[ROWS], *flag[ROWS], *name[ROWS], *text[ROWS];
    static char names[ROWS][16];
    static const char *const words[] = {"red", "green", "<script>",
                                        "gr\xC3\xBCn"};
    for (int64_t i = 0; i < rows; i++) {
        uint64_t at = (uint64_t)i;
        whole[i] = noise(at, 3) == 0 ? 0 : (int64_t)noise(at + 9999, 5000);
        day[i] = (int64_t)(noise(at, 900) + 18000) * 86400000000;
        real[i] = round(exp((double)normal(at)) * 1000) / 100;
        if (noise(at, 11) == 0) whole[i] = SYNGAN_MISSING;
        if (noise(at, 13) == 0) real[i] = (double)NAN;
        word[i] = noise(at, 17) == 0 ? NULL : words[noise(at + 50000, 4)];
        flag[i] = noise(at, 10) == 0 ? "yes" : "no";
        snprintf(names[i], sizeof names[i], "C%06d", 536365 + (int)i);
        name[i] = names[i];
        text[i] = "some free text";
    }
    SG_TRY(syngan_table_create(context, rows, out));
    SG_TRY(syngan_table_add_integers(*out, "whole", whole));
    SG_TRY(syngan_table_add_reals(*out, "real", real));
    SG_TRY(syngan_table_add_times(*out, "day", day, "%Y-%m-%d"));
    SG_TRY(syngan_table_add_texts(*out, "word", SYNGAN_COLUMN_CATEGORY, word));
    SG_TRY(syngan_table_add_texts(*out, "flag", SYNGAN_COLUMN_BOOLEAN, flag));
    SG_TRY(
        syngan_table_add_texts(*out, "name", SYNGAN_COLUMN_IDENTIFIER, name));
    return syngan_table_add_texts(*out, "text", SYNGAN_COLUMN_TEXT, text);
}

/* All rows, dense, with choices as logits that leave no doubt. */
static float *dense_rows(const sg_encoder *encoder, const sg_encoded *encoded) {
    size_t n = (size_t)encoded->rows, width = (size_t)encoder->width;
    float *dense = malloc(n * width * sizeof *dense);
    int64_t *rows = malloc(n * sizeof *rows);
    assert_non_null(dense);
    assert_non_null(rows);
    for (size_t i = 0; i < n; i++)
        rows[i] = (int64_t)i;
    sg_encoder_expand(encoder, encoded, rows, encoded->rows, dense,
                      encoder->width);
    free(rows);
    for (size_t i = 0; i < n; i++)
        for (size_t p = 0; p < encoder->n_parts; p++) {
            const sg_part *part = &encoder->parts[p];
            float *at = dense + i * width + part->start;
            float sum = 0;
            if (part->kind == SG_PART_NUMBER) continue;
            for (int32_t j = 0; j < part->width; j++)
                sum += at[j];
            assert_true(sum == 1);
            for (int32_t j = 0; j < part->width; j++)
                at[j] *= 60;
        }
    return dense;
}

/* Normal outputs, as those of a network that has learnt nothing. */
static float *random_rows(const sg_encoder *encoder, int64_t rows) {
    size_t n = (size_t)rows * (size_t)encoder->width;
    float *dense = malloc(n * sizeof *dense);
    assert_non_null(dense);
    const sg_random random = {.seed = 4, .stream = sg_stream_id("outputs")};
    sg_random_normal(&random, 0, n, dense);
    return dense;
}

static syngan_table *decode(const sg_encoder *encoder, const float *dense,
                            int64_t rows) {
    sg_decoder *decoder;
    syngan_table *table;
    assert_ok(encoder->context, sg_decoder_start(encoder, rows, 3, &decoder));
    sg_decoder_put(decoder, dense, encoder->width, 0, rows, NULL, NULL);
    assert_ok(encoder->context, sg_decoder_finish(decoder, &table));
    sg_decoder_free(decoder);
    return table;
}

/* Cells of a column that differ in their text. */
static int64_t differences(const syngan_table *a, const syngan_table *b,
                           size_t column) {
    int64_t count = 0;
    char x[64], y[64];
    for (int64_t row = 0; row < syngan_table_rows(a); row++) {
        syngan_table_cell(a, row, column, x, sizeof x);
        syngan_table_cell(b, row, column, y, sizeof y);
        count += strcmp(x, y) != 0;
    }
    return count;
}

/* ---- there and back ---------------------------------------------------------
 */

static void what_is_encoded_comes_back(void **state) {
    (void)state;
    syngan_context *context = test_context(2);
    syngan_table *table;
    sg_encoder *encoder;
    sg_encoded encoded;
    assert_ok(context, make_table(context, ROWS, &table));
    assert_ok(context, sg_encoder_fit(table, NULL, &encoder));
    assert_ok(context, sg_encoder_encode(encoder, table, 1, &encoded));
    float *dense = dense_rows(encoder, &encoded);
    syngan_table *back = decode(encoder, dense, ROWS);
    for (size_t c = 0; c < 5; c++) {
        /* Numbers beyond four standard deviations are cut off. */
        int64_t most = c < 3 ? ROWS / 100 : 0;
        assert_in_range(differences(table, back, c), 0, most);
        assert_int_equal(syngan_table_missing(back, c),
                         syngan_table_missing(table, c));
    }
    assert_int_equal(syngan_table_missing(back, 6), ROWS);
    free(dense);
    syngan_table_free(back);
    sg_encoded_end(context, &encoded);
    sg_encoder_release(encoder);
    syngan_table_free(table);
    syngan_context_free(context);
}

static void names_are_new_and_unique(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table;
    sg_encoder *encoder;
    assert_ok(context, make_table(context, ROWS, &table));
    assert_ok(context, sg_encoder_fit(table, NULL, &encoder));
    float *dense = random_rows(encoder, ROWS);
    syngan_table *made = decode(encoder, dense, ROWS);
    const sg_column *column = &made->columns[5];
    assert_int_equal(column->words->count, ROWS);
    for (int32_t i = 0; i < ROWS; i++) {
        const char *text = sg_dictionary_text(column->words, i);
        assert_int_equal(text[0], 'C');
        assert_int_equal(
            sg_dictionary_find(table->columns[5].words, text, strlen(text)),
            -1);
    }
    free(dense);
    syngan_table_free(made);
    sg_encoder_release(encoder);
    syngan_table_free(table);
    syngan_context_free(context);
}

/* Of leading characters that no name has, half are not listed, either: what is
 * missing in the list does not tell the names of the data. */
static void check_silence(const sg_name_code *code, int64_t names) {
    for (int32_t i = 0; i < code->n_patterns; i++) {
        const sg_name_pattern *p = &code->pattern[i];
        int64_t all = 1;
        for (int32_t k = 0; k < p->n_leading; k++)
            all *= __builtin_popcountll(p->set[k][0]) +
                   __builtin_popcountll(p->set[k][1]);
        if (p->n_leading > 0) assert_true(2 * p->n_fresh <= all + 1);
        if (code->n_patterns == 1 && all > names && p->n_leading == p->length)
            assert_true(2 * p->n_fresh <= all - names + 1);
    }
}

/* Fits names "0" to "999", each in its row or the other way round, without
 * those that end in 7. */
static void fit_numbers_as_names(syngan_context *context, bool backwards,
                                 sg_name_code *code) {
    enum { COUNT = 900 };
    sg_column column = {.type = SYNGAN_COLUMN_IDENTIFIER};
    column.words = sg_dictionary_make(context);
    column.codes = sg_alloc(context, COUNT * sizeof(int32_t));
    for (int i = 0, row = 0; i < 1000; i++) {
        char text[24];
        int number = backwards ? 999 - i : i;
        if (number % 10 == 7) continue;
        snprintf(text, sizeof text, "%03d%d", number, number % 3);
        assert_ok(context, sg_dictionary_add(column.words, text, strlen(text),
                                             &column.codes[row++]));
    }
    assert_ok(context, sg_name_fit(context, &column, COUNT, 5, code));
    sg_column_end(context, &column);
}

/* Which combinations a file lists is not to be drawn again by the seed that it
 * holds: else the draw would tell how many there were, and which are used. */
static void the_seed_does_not_tell_the_names(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    sg_name_code code[3] = {0};
    for (int i = 0; i < 3; i++)
        fit_numbers_as_names(context, i == 2, &code[i]);
    const sg_name_pattern *p = code[0].pattern, *other = code[2].pattern;
    assert_true(p->n_fresh > 20);
    size_t bytes = (size_t)p->n_fresh * sizeof *p->fresh;
    for (int32_t i = 1; i < p->n_fresh; i++)
        assert_true(p->fresh[i - 1] < p->fresh[i]);
    assert_int_equal(code[1].pattern->n_fresh, p->n_fresh);
    assert_memory_equal(code[1].pattern->fresh, p->fresh, bytes);
    assert_int_equal(other->n_leading, p->n_leading);
    assert_int_equal(other->n_fresh, p->n_fresh);
    assert_memory_not_equal(other->fresh, p->fresh, bytes);
    for (int i = 0; i < 3; i++)
        sg_name_end(context, &code[i]);
    syngan_context_free(context);
}

/* Names of many forms: the name, and how many of it. */
static void names_of(syngan_context *context, const char *format, int count,
                     int from) {
    char(*texts)[80] = calloc((size_t)count, sizeof *texts);
    const char **values = calloc((size_t)count, sizeof *values);
    assert_non_null(texts);
    assert_non_null(values);
    for (int i = 0; i < count; i++) {
        uint64_t high = noise((uint64_t)i, UINT32_MAX);
        if (strchr(format, 'l') != NULL)
            snprintf(texts[i], sizeof *texts, format, (unsigned long)high,
                     (unsigned long)high);
        else
            snprintf(texts[i], sizeof *texts, format, from + i);
        values[i] = texts[i];
    }
    sg_column column = {.type = SYNGAN_COLUMN_IDENTIFIER};
    column.words = sg_dictionary_make(context);
    column.codes = sg_alloc(context, (size_t)count * sizeof(int32_t));
    for (int i = 0; i < count; i++)
        assert_ok(context,
                  sg_dictionary_add(column.words, values[i], strlen(values[i]),
                                    &column.codes[i]));
    sg_name_code code = {0};
    assert_ok(context, sg_name_fit(context, &column, count, 5, &code));
    check_silence(&code, count);
    sg_dictionary *made = sg_dictionary_make(context);
    for (uint64_t id = 0; id < 20000; id++) {
        char text[SG_NAME_ROOM];
        int32_t size = sg_name_write(&code, 1, id, text), known;
        assert_in_range(size, 1, SG_NAME_ROOM - 1);
        assert_int_equal(sg_dictionary_find(column.words, text, (size_t)size),
                         -1);
        assert_ok(context, sg_dictionary_add(made, text, (size_t)size, &known));
        assert_int_equal(known, id);
    }
    sg_dictionary_release(made);
    sg_name_end(context, &code);
    sg_column_end(context, &column);
    free(texts);
    free(values);
}

static void names_of_many_forms(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    names_of(context, "%d", 1500, 1);
    names_of(context, "%d", 1, 0);
    names_of(context, "%d", 50, 1000);
    names_of(context, "A-%03d", 90, 100);
    names_of(context, "INV-%04d/A", 10000, 0);
    names_of(context, "%08lx-1b2c-4d3e-%08lx", 2000, 0);
    names_of(context, "\xC3\xBC%d", 30, 0);
    names_of(context, "", 1, 0);
    syngan_context_free(context);
}

/* ---- choices ----------------------------------------------------------------
 */

static void rare_values_share_alternatives(void **state) {
    (void)state;
    enum { VALUES = 3000, MOST = 40, OUT = 20000 };
    syngan_context *context = test_context(1);
    int64_t *count = sg_alloc(context, VALUES * sizeof *count);
    for (int32_t i = 0; i < VALUES; i++)
        count[i] = 1 + 100000 / (1 + i);
    sg_choice_code code;
    assert_true(sg_choice_make(context, count, VALUES, true, MOST, &code));
    assert_int_equal(code.n_alternatives, MOST);
    assert_int_equal(code.missing, VALUES - 1);
    double sum = 0;
    for (int32_t a = 0; a < MOST; a++) {
        assert_true(code.first[a + 1] > code.first[a]);
        sum += code.share[a];
    }
    assert_true(fabs(sum - 1) < 1e-12);
    int32_t last = MOST - 1, first = code.first[last];
    double share = 0, total = 0;
    for (int32_t i = first; i < code.first[MOST]; i++) {
        assert_int_equal(code.alternative[code.member[i]], last);
        total += (double)count[code.member[i]];
    }
    share = (double)count[code.member[first]] / total;
    int32_t hits = 0;
    for (int32_t i = 0; i < OUT; i++)
        hits += sg_choice_value(&code, last, ((float)i + 0.5f) / OUT) ==
                code.member[first];
    assert_true(fabs((double)hits / OUT - share) < 1e-3);
    sg_choice_end(context, &code);
    syngan_context_free(context);
}

/* ---- constraints ------------------------------------------------------------
 */

#define MADE 10000

static const char *const schema =
    "{\"columns\": [{\"name\": \"a\", \"type\": \"integer\"}],"
    "\"constraints\": ["
    "{\"kind\": \"greater\", \"high\": \"b\", \"low\": \"a\"},"
    "{\"kind\": \"greater\", \"high\": \"c\", \"low\": \"b\", \"strict\": "
    "true},"
    "{\"kind\": \"greater\", \"high\": \"c\", \"low\": \"d\"},"
    "{\"kind\": \"greater\", \"high\": \"e\", \"low\": \"d\", \"strict\": "
    "true},"
    "{\"kind\": \"range\", \"column\": \"c\", \"low\": 0, \"high\": 9000},"
    "{\"kind\": \"range\", \"column\": \"f\", \"low\": -1.5},"
    "{\"kind\": \"fixed\", \"columns\": [\"g\", \"h\"]},"
    "{\"kind\": \"fixed\", \"columns\": [\"h\", \"i\"]},"
    "{\"kind\": \"greater\", \"high\": \"i\", \"low\": \"j\", \"strict\": "
    "true}]}";

static syngan_status make_constrained(syngan_context *context, int64_t rows,
                                      syngan_table **out) {
    static int64_t a[ROWS], b[ROWS], i[ROWS], j[ROWS];
    static double c[ROWS], d[ROWS], e[ROWS], f[ROWS];
    static const char *g[ROWS], *h[ROWS];
    static const char *const towns[] = {"Ulm", "Bonn", "Nice", "Lyon", "Bari"};
    static const char *const lands[] = {"DE", "DE", "FR", "FR", "IT"};
    for (int64_t row = 0; row < rows; row++) {
        uint64_t at = (uint64_t)row;
        int64_t town = (int64_t)noise(at, 5);
        a[row] = (int64_t)noise(at + 10000, 1000) * 5;
        b[row] = a[row] + (int64_t)noise(at + 20000, 7) * 500;
        d[row] = (double)noise(at + 30000, 100000) / 100;
        c[row] = fmax((double)b[row] + 0.25, d[row]);
        e[row] = d[row] + 0.01 * (double)(1 + noise(at + 40000, 300));
        e[row] = round(e[row] * 100) / 100;
        f[row] = round(fmax(-1.5, (double)normal(at)) * 1000) / 1000;
        g[row] = towns[town];
        h[row] = lands[town];
        i[row] = 10 + 10 * town + (int64_t)noise(at + 50000, 3);
        j[row] = i[row] - 1 - (int64_t)noise(at + 60000, 12);
        if (noise(at, 19) == 0) a[row] = SYNGAN_MISSING;
        if (noise(at, 23) == 0) b[row] = SYNGAN_MISSING;
        if (noise(at, 29) == 0) h[row] = NULL;
    }
    syngan_table *plain;
    SG_TRY(syngan_table_create(context, rows, &plain));
    const int64_t *const integers[] = {a, b, i, j};
    const double *const reals[] = {c, d, e, f};
    static const char *const names[] = {"a", "b", "i", "j", "c", "d", "e", "f"};
    syngan_status status = SYNGAN_OK;
    for (int k = 0; k < 8 && status == SYNGAN_OK; k++)
        status = k < 4 ? syngan_table_add_integers(plain, names[k], integers[k])
                       : syngan_table_add_reals(plain, names[k], reals[k - 4]);
    if (status == SYNGAN_OK)
        status = syngan_table_add_texts(plain, "g", SYNGAN_COLUMN_CATEGORY, g);
    if (status == SYNGAN_OK)
        status = syngan_table_add_texts(plain, "h", SYNGAN_COLUMN_CATEGORY, h);
    if (status == SYNGAN_OK)
        status = syngan_table_with_schema(plain, schema, out);
    syngan_table_free(plain);
    return status;
}

static void constraints_hold_in_every_row(void **state) {
    (void)state;
    syngan_context *context = test_context(2);
    syngan_table *table;
    sg_encoder *encoder;
    sg_encoded encoded;
    assert_ok(context, make_constrained(context, ROWS, &table));
    assert_ok(context, sg_encoder_fit(table, NULL, &encoder));
    float *dense = random_rows(encoder, MADE);
    syngan_table *made = decode(encoder, dense, MADE);
    assert_ok(context, sg_constraints_check(made, NULL));
    /* Only where the data have missing values. */
    for (size_t c = 0; c < table->n_columns; c++)
        assert_true(syngan_table_missing(table, c) > 0 ||
                    syngan_table_missing(made, c) == 0);
    syngan_table_free(made);
    free(dense);
    assert_ok(context, sg_encoder_encode(encoder, table, 1, &encoded));
    dense = dense_rows(encoder, &encoded);
    made = decode(encoder, dense, ROWS);
    for (size_t c = 0; c < table->n_columns; c++)
        assert_in_range(differences(table, made, c), 0, ROWS / 50);
    assert_ok(context, sg_constraints_check(made, NULL));
    syngan_table_free(made);
    free(dense);
    sg_encoded_end(context, &encoded);
    sg_encoder_release(encoder);
    syngan_table_free(table);
    syngan_context_free(context);
}

/* ---- what can't be learnt ------------------------------------------------ */

static void what_cant_be_learnt_is_told(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table;
    sg_encoder *encoder;
    assert_ok(context, make_table(context, 1, &table));
    assert_fails(context, sg_encoder_fit(table, NULL, &encoder),
                 SYNGAN_E_ARGUMENT, "no column can be learnt");
    assert_null(encoder);
    syngan_table_free(table);
    assert_ok(context, make_table(context, 0, &table));
    assert_fails(context, sg_encoder_fit(table, NULL, &encoder),
                 SYNGAN_E_ARGUMENT, "has no rows");
    syngan_table_free(table);
    assert_ok(context, syngan_table_create(context, 3, &table));
    assert_ok(context, syngan_table_add_reals(
                           table, "x", (double[]){1, -(double)INFINITY, 2}));
    assert_fails(context, sg_encoder_fit(table, NULL, &encoder),
                 SYNGAN_E_ARGUMENT, "column 'x': row 1 is infinite");
    syngan_table_free(table);
    syngan_context_free(context);
}

static void unknown_values_are_told(void **state) {
    (void)state;
    syngan_context *context = test_context(2);
    syngan_table *table, *other;
    sg_encoder *encoder;
    sg_encoded encoded;
    static const char *const known[] = {"a", "b", "a"};
    static const char *const unknown[] = {"a", "b", "c"};
    assert_ok(context, syngan_table_create(context, 3, &table));
    assert_ok(context, syngan_table_add_texts(table, "x",
                                              SYNGAN_COLUMN_CATEGORY, known));
    assert_ok(context, sg_encoder_fit(table, NULL, &encoder));
    assert_ok(context, syngan_table_create(context, 3, &other));
    assert_fails(context, sg_encoder_encode(encoder, other, 1, &encoded),
                 SYNGAN_E_MISMATCH, "has no column 'x'");
    assert_ok(context, syngan_table_add_texts(other, "x",
                                              SYNGAN_COLUMN_CATEGORY, unknown));
    assert_fails(context, sg_encoder_encode(encoder, other, 1, &encoded),
                 SYNGAN_E_MISMATCH, "column 'x': row 2 has 'c'");
    sg_encoder_release(encoder);
    syngan_table_free(table);
    syngan_table_free(other);
    syngan_context_free(context);
}

static void extreme_integers(void **state) {
    (void)state;
    enum { N = 600 };
    syngan_context *context = test_context(1);
    int64_t values[N];
    for (int i = 0; i < N; i++)
        values[i] = i % 3 == 0   ? INT64_MAX
                    : i % 3 == 1 ? -INT64_MAX
                                 : (int64_t)noise((uint64_t)i, INT64_MAX);
    syngan_table *table;
    sg_encoder *encoder;
    sg_encoded encoded;
    assert_ok(context, syngan_table_create(context, N, &table));
    assert_ok(context, syngan_table_add_integers(table, "x", values));
    assert_ok(context, sg_encoder_fit(table, NULL, &encoder));
    assert_ok(context, sg_encoder_encode(encoder, table, 1, &encoded));
    float *dense = dense_rows(encoder, &encoded);
    syngan_table *back = decode(encoder, dense, N);
    const int64_t *got = syngan_table_integers(back, 0);
    for (int i = 0; i < N; i++) {
        if (i % 3 < 2)
            assert_true(got[i] == values[i]);
        else
            assert_true(fabs((double)got[i] - (double)values[i]) < 0x1p50);
    }
    free(dense);
    syngan_table_free(back);
    sg_encoded_end(context, &encoded);
    sg_encoder_release(encoder);
    syngan_table_free(table);
    syngan_context_free(context);
}

/* ---- JSON -------------------------------------------------------------------
 */

static char *written(const sg_encoder *encoder, size_t *size) {
    sg_json_writer writer;
    char *text;
    sg_json_start(&writer, encoder->context);
    sg_encoder_write(encoder, &writer, NULL);
    assert_ok(encoder->context, sg_json_finish(&writer, &text, size));
    return text;
}

static syngan_status read_text(syngan_context *context, const char *text,
                               size_t size, sg_encoder **out) {
    sg_json *json;
    *out = NULL;
    SG_TRY(sg_json_parse(context, "encoder", text, size, &json));
    syngan_status status = sg_encoder_read(context, sg_json_root(json), out);
    sg_json_free(json);
    return status;
}

static void what_is_written_is_read(void **state) {
    (void)state;
    syngan_context *context = test_context(2);
    for (int which = 0; which < 2; which++) {
        syngan_table *table;
        sg_encoder *encoder, *other;
        assert_ok(context, which ? make_constrained(context, FEW, &table)
                                 : make_table(context, FEW, &table));
        assert_ok(context, sg_encoder_fit(table, NULL, &encoder));
        size_t size, again;
        char *text = written(encoder, &size);
        assert_null(strstr(text, "C536365"));
        assert_null(strstr(text, "some free text"));
        assert_ok(context, read_text(context, text, size, &other));
        char *second = written(other, &again);
        assert_string_equal(text, second);
        float *dense = random_rows(encoder, 500);
        syngan_table *a = decode(encoder, dense, 500);
        syngan_table *b = decode(other, dense, 500);
        for (size_t c = 0; c < table->n_columns; c++)
            assert_int_equal(differences(a, b, c), 0);
        syngan_table_free(a);
        syngan_table_free(b);
        free(dense);
        sg_free(context, text);
        sg_free(context, second);
        sg_encoder_release(encoder);
        sg_encoder_release(other);
        syngan_table_free(table);
    }
    syngan_context_free(context);
}

/* Decodes with an encoder that was read from a damaged text. */
static void use(const sg_encoder *encoder) {
    if (encoder->width > 1 << 20) return;
    float *dense = random_rows(encoder, 20);
    sg_decoder *decoder;
    syngan_table *table;
    if (sg_decoder_start(encoder, 20, 3, &decoder) == SYNGAN_OK) {
        sg_decoder_put(decoder, dense, encoder->width, 0, 20, NULL, NULL);
        if (sg_decoder_finish(decoder, &table) == SYNGAN_OK)
            syngan_table_free(table);
        sg_decoder_free(decoder);
    }
    free(dense);
}

static void damaged_text_is_refused_or_safe(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    static const char marks[] = "0123456789-.,[]{}\"e";
    for (int which = 0; which < 2; which++) {
        syngan_table *table;
        sg_encoder *encoder;
        assert_ok(context, which ? make_constrained(context, FEW, &table)
                                 : make_table(context, FEW, &table));
        assert_ok(context, sg_encoder_fit(table, NULL, &encoder));
        size_t size;
        char *text = written(encoder, &size);
        sg_encoder_release(encoder);
        for (uint64_t i = 0; i < 1000; i++) {
            size_t at = (size_t)noise(i, size);
            char before = text[at];
            text[at] = marks[noise(i + 100000, sizeof marks - 1)];
            syngan_status status = read_text(context, text, size, &encoder);
            if (status == SYNGAN_OK)
                use(encoder);
            else
                assert_int_equal(status, SYNGAN_E_FORMAT);
            sg_encoder_release(encoder);
            text[at] = before;
        }
        sg_free(context, text);
        syngan_table_free(table);
    }
    syngan_context_free(context);
}

/* ---- threads and memory -------------------------------------------------- */

static void threads_dont_matter(void **state) {
    (void)state;
    char *texts[2];
    sg_encoded encoded[2];
    syngan_context *contexts[2];
    for (int i = 0; i < 2; i++) {
        syngan_context *context = contexts[i] = test_context(i == 0 ? 1 : 3);
        syngan_table *table;
        sg_encoder *encoder;
        size_t size;
        assert_ok(context, make_table(context, ROWS, &table));
        assert_ok(context, sg_encoder_fit(table, NULL, &encoder));
        texts[i] = written(encoder, &size);
        assert_ok(context, sg_encoder_encode(encoder, table, 1, &encoded[i]));
        if (i == 1) {
            size_t cells = (size_t)sg_encoder_row_cells(encoder) * ROWS;
            assert_memory_equal(encoded[0].cells, encoded[1].cells,
                                cells * sizeof *encoded[0].cells);
        }
        sg_encoder_release(encoder);
        syngan_table_free(table);
    }
    assert_string_equal(texts[0], texts[1]);
    for (int i = 0; i < 2; i++) {
        sg_free(contexts[i], texts[i]);
        sg_encoded_end(contexts[i], &encoded[i]);
        syngan_context_free(contexts[i]);
    }
}

static syngan_status write_and_read(const sg_encoder *encoder,
                                    sg_encoder **out) {
    sg_json_writer writer;
    char *text;
    size_t size;
    sg_json_start(&writer, encoder->context);
    sg_encoder_write(encoder, &writer, NULL);
    SG_TRY(sg_json_finish(&writer, &text, &size));
    syngan_status status = read_text(encoder->context, text, size, out);
    sg_free(encoder->context, text);
    return status;
}

static syngan_status decode_some(const sg_encoder *encoder) {
    sg_decoder *decoder;
    SG_TRY(sg_decoder_start(encoder, 30, 3, &decoder));
    float *dense = random_rows(encoder, 30);
    sg_decoder_put(decoder, dense, encoder->width, 0, 30, NULL, NULL);
    free(dense);
    syngan_table *made = NULL;
    syngan_status status = sg_decoder_finish(decoder, &made);
    syngan_table_free(made);
    sg_decoder_free(decoder);
    return status;
}

static syngan_status all_of_it(syngan_context *context, void *user) {
    syngan_table *table = NULL;
    sg_encoder *encoder = NULL, *other = NULL;
    sg_encoded encoded = {0};
    syngan_status status = *(int *)user ? make_constrained(context, FEW, &table)
                                        : make_table(context, FEW, &table);
    if (status == SYNGAN_OK) status = sg_encoder_fit(table, NULL, &encoder);
    if (status == SYNGAN_OK)
        status = sg_encoder_encode(encoder, table, 1, &encoded);
    if (status == SYNGAN_OK) status = write_and_read(encoder, &other);
    if (status == SYNGAN_OK) status = decode_some(other);
    sg_encoded_end(context, &encoded);
    sg_encoder_release(encoder);
    sg_encoder_release(other);
    syngan_table_free(table);
    return status;
}

static void memory_may_run_out(void **state) {
    (void)state;
    for (int which = 0; which < 2; which++)
        fault_sweep_memory(
            &(fault_sweep){.body = all_of_it,
                           .user = &which,
                           .options = SYNGAN_CONTEXT(.threads = 1),
                           .most = 100});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_encoded_comes_back),
        cmocka_unit_test(names_are_new_and_unique),
        cmocka_unit_test(the_seed_does_not_tell_the_names),
        cmocka_unit_test(names_of_many_forms),
        cmocka_unit_test(rare_values_share_alternatives),
        cmocka_unit_test(constraints_hold_in_every_row),
        cmocka_unit_test(what_cant_be_learnt_is_told),
        cmocka_unit_test(unknown_values_are_told),
        cmocka_unit_test(extreme_integers),
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(damaged_text_is_refused_or_safe),
        cmocka_unit_test(threads_dont_matter),
        cmocka_unit_test(memory_may_run_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
