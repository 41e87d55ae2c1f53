/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fitting, sampling, saving and loading of tiny tables: what must hold whatever
 * is learnt.
 */
#include <math.h>
#include <stdio.h>
#include <syngan/synthesizer.h>

#include "support/fault.h"
#include "support/memory_stream.h"
#include "support/test.h"

enum { ROWS = 120 };

#define TINY .batch = 20, .pac = 5, .noise = 8, .width = 16, .seed = 7

static const char *const colours[] = {"red", "green", "dark blue", NULL};

/* An integer, a real with missing values, a category with some, a boolean, an
 * identifier. */
static syngan_status make_table(syngan_context *context, syngan_table **out) {
    int64_t whole[ROWS];
    double real[ROWS];
    const char *colour[ROWS], *yes[ROWS], *id[ROWS];
    static char ids[ROWS][16];
    for (int i = 0; i < ROWS; i++) {
        whole[i] = 20 + (i * 37) % 41;
        real[i] = i % 11 == 0 ? NAN : 0.25 * (i % 17) + (double)whole[i];
        colour[i] = colours[i * 7 % 11 % 4];
        yes[i] = whole[i] > 45 ? "yes" : "no";
        snprintf(ids[i], sizeof ids[i], "SECRET%05d", i * 7919 % 100000);
        id[i] = ids[i];
    }
    syngan_status status = syngan_table_create(context, ROWS, out);
    if (status == SYNGAN_OK)
        status = syngan_table_add_integers(*out, "age", whole);
    if (status == SYNGAN_OK)
        status = syngan_table_add_reals(*out, "a \"real\" one", real);
    if (status == SYNGAN_OK)
        status = syngan_table_add_texts(*out, "colour", SYNGAN_COLUMN_CATEGORY,
                                        colour);
    if (status == SYNGAN_OK)
        status =
            syngan_table_add_texts(*out, "old", SYNGAN_COLUMN_BOOLEAN, yes);
    if (status == SYNGAN_OK)
        status =
            syngan_table_add_texts(*out, "id", SYNGAN_COLUMN_IDENTIFIER, id);
    if (status == SYNGAN_OK) return SYNGAN_OK;
    syngan_table_free(*out);
    *out = NULL;
    return status;
}

typedef struct fixture {
    syngan_context *context;
    syngan_table *table;
    syngan_synthesizer *synthesizer;
} fixture;

static void begin(fixture *f, const syngan_synthesizer_options *options) {
    f->context = test_context(2);
    assert_ok(f->context, make_table(f->context, &f->table));
    assert_ok(f->context,
              syngan_synthesizer_fit(f->table, options, &f->synthesizer));
}

static void end(fixture *f) {
    syngan_synthesizer_free(f->synthesizer);
    syngan_table_free(f->table);
    syngan_context_free(f->context);
}

/* Rows first ... first + count - 1 of both, from these rows on, are equal. */
static void assert_rows_equal(const syngan_table *a, int64_t a_first,
                              const syngan_table *b, int64_t b_first,
                              int64_t count) {
    for (int64_t row = 0; row < count; row++)
        for (size_t c = 0; c < syngan_table_columns(a); c++) {
            char x[64], y[64];
            syngan_table_cell(a, a_first + row, c, x, sizeof x);
            syngan_table_cell(b, b_first + row, c, y, sizeof y);
            assert_string_equal(x, y);
        }
}

static syngan_table *sample(fixture *f, int64_t rows,
                            const syngan_sample_options *options) {
    syngan_table *out;
    assert_ok(f->context, syngan_synthesizer_sample(f->synthesizer, rows, 3,
                                                    options, NULL, &out));
    assert_int_equal(syngan_table_rows(out), rows);
    return out;
}

/* ---- sampling ----------------------------------------------------------- */

typedef struct collecting {
    const syngan_table *whole;
    int64_t done;
} collecting;

static syngan_status compare_piece(const syngan_table *piece, void *user) {
    collecting *c = user;
    assert_rows_equal(c->whole, c->done, piece, 0, syngan_table_rows(piece));
    c->done += syngan_table_rows(piece);
    return SYNGAN_OK;
}

/* The same rows, whatever the piece that they are made in. */
static void pieces(const syngan_sample_options *options) {
    fixture f;
    begin(&f, SYNGAN_SYNTHESIZER(TINY, .epochs = 4));
    syngan_table *whole = sample(&f, 1500, options);
    static const int64_t sizes[] = {1, 100, 513, 1499, 0};
    for (int i = 0; i < 5; i++) {
        collecting c = {.whole = whole};
        int64_t rows = sizes[i] == 1 ? 37 : 1500;
        assert_ok(f.context,
                  syngan_synthesizer_stream(f.synthesizer, rows, sizes[i], 3,
                                            options, NULL, compare_piece, &c));
        assert_int_equal(c.done, rows);
    }
    syngan_sample_options later =
        options == NULL ? *SYNGAN_SAMPLE(.first = 700) : *options;
    later.first = 700;
    syngan_table *part = sample(&f, 50, &later);
    assert_rows_equal(whole, 700, part, 0, 50);
    syngan_table_free(part);
    syngan_table_free(whole);
    end(&f);
}

static void test_pieces(void **state) {
    (void)state;
    pieces(NULL);
    pieces(SYNGAN_SAMPLE(.where = "colour = red and age >= 30"));
}

static void test_conditions(void **state) {
    (void)state;
    fixture f;
    begin(&f, SYNGAN_SYNTHESIZER(TINY, .epochs = 4));
    int64_t rejected;
    syngan_table *out;
    assert_ok(f.context,
              syngan_synthesizer_sample(
                  f.synthesizer, 300, 1,
                  SYNGAN_SAMPLE(.where = "colour = \"dark blue\" and old = yes "
                                         "and age in 30 .. 50"),
                  &rejected, &out));
    assert_true(rejected > 0);
    for (int64_t row = 0; row < 300; row++) {
        char text[64];
        int64_t age = syngan_table_integers(out, 0)[row];
        assert_in_range(age, 30, 50);
        syngan_table_cell(out, row, 2, text, sizeof text);
        assert_string_equal(text, "dark blue");
        syngan_table_cell(out, row, 3, text, sizeof text);
        assert_string_equal(text, "yes");
    }
    syngan_table_free(out);
    /* What says the same in a boolean column. */
    out = sample(&f, 20, SYNGAN_SAMPLE(.where = "old = 1"));
    for (int64_t row = 0; row < 20; row++)
        assert_string_equal(
            syngan_table_text(out, 3, syngan_table_codes(out, 3)[row]), "yes");
    syngan_table_free(out);
    out = sample(&f, 100, SYNGAN_SAMPLE(.where = "colour is missing"));
    assert_int_equal(syngan_table_missing(out, 2), 100);
    syngan_table_free(out);
    /* A condition of the generator alone rejects nothing. */
    assert_ok(f.context,
              syngan_synthesizer_sample(f.synthesizer, 300, 1,
                                        SYNGAN_SAMPLE(.where = "colour = red"),
                                        &rejected, &out));
    assert_int_equal(rejected, 0);
    syngan_table_free(out);
    /* Possible, but in no row that this network makes. */
    assert_fails(f.context,
                 syngan_synthesizer_sample(
                     f.synthesizer, 100, 1,
                     SYNGAN_SAMPLE(.where = "age in 30 .. 31", .max_tries = 1),
                     NULL, &out),
                 SYNGAN_E_STATE, "1 times");
    end(&f);
}

static void test_bad_conditions(void **state) {
    (void)state;
    fixture f;
    begin(&f, SYNGAN_SYNTHESIZER(TINY, .epochs = 4));
    static const char *const texts[][2] = {
        {"colour", "where ="},
        {"colour =", "a value"},
        {"colour = pink", "'pink' is no value in the data"},
        {"colour < red", "only = is possible"},
        {"colour in red .. green", "only ="},
        {"size = 3", "no column 'size'"},
        {"id = SECRET00001", "made anew"},
        {"age = many", "of type integer"},
        {"age = 3 age = 4", "'and', 'or' or the end"},
        {"age in 1 2", "where .. is expected"},
        {"age is here", "'missing'"},
        {"\"age = 3", "no quote that ends"},
        {"= 3", "the name of a column"},
        {"age = 3 and", "the name of a column"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        syngan_table *out;
        syngan_sample_options options = *SYNGAN_SAMPLE(.where = texts[i][0]);
        assert_fails(f.context,
                     syngan_synthesizer_sample(f.synthesizer, 5, 1, &options,
                                               NULL, &out),
                     SYNGAN_E_ARGUMENT, texts[i][1]);
        assert_null(out);
    }
    /* Quotes in a name, blanks, nothing at all. */
    syngan_table *out =
        sample(&f, 9, SYNGAN_SAMPLE(.where = " \"a \"\"real\"\" one\"<=1e3 "));
    syngan_table_free(out);
    out = sample(&f, 0, SYNGAN_SAMPLE(.where = "  "));
    syngan_table_free(out);
    end(&f);
}

/* ---- training ----------------------------------------------------------- */

static void save(const syngan_synthesizer *s, syngan_context *context,
                 int32_t what, memory_stream *stream) {
    memory_stream_init(stream, NULL, 0);
    assert_ok(context, syngan_synthesizer_save_stream(s, &stream->hooks, what));
}

static syngan_synthesizer *load(syngan_context *context,
                                memory_stream *stream) {
    syngan_synthesizer *s;
    stream->position = 0;
    assert_ok(context,
              syngan_synthesizer_load_stream(context, &stream->hooks, &s));
    return s;
}

/* Both have the same bytes. */
static void assert_equal_states(syngan_context *context,
                                const syngan_synthesizer *a,
                                const syngan_synthesizer *b) {
    memory_stream x, y;
    save(a, context, SYNGAN_SAVE_ALL, &x);
    save(b, context, SYNGAN_SAVE_ALL, &y);
    assert_int_equal(x.size, y.size);
    assert_memory_equal(x.data, y.data, x.size);
    memory_stream_end(&x);
    memory_stream_end(&y);
}

static void test_same_seed(void **state) {
    (void)state;
    for (int32_t recipe = 0; recipe < 2; recipe++) {
        fixture f, g;
        begin(&f, SYNGAN_SYNTHESIZER(TINY, .epochs = 4, .recipe = recipe));
        begin(&g, SYNGAN_SYNTHESIZER(TINY, .epochs = 4, .recipe = recipe));
        assert_equal_states(f.context, f.synthesizer, g.synthesizer);
        end(&g);
        end(&f);
    }
}

/* Stopped, saved, loaded and continued equals never stopped. */
static void test_continue(void **state) {
    (void)state;
    fixture f, g;
    begin(&f, SYNGAN_SYNTHESIZER(TINY, .epochs = 4));
    begin(&g, SYNGAN_SYNTHESIZER(TINY, .epochs = 13));
    memory_stream stream;
    save(f.synthesizer, f.context, SYNGAN_SAVE_ALL, &stream);
    syngan_synthesizer *loaded = load(f.context, &stream);
    assert_equal_states(f.context, f.synthesizer, loaded);
    assert_int_equal(syngan_synthesizer_epochs(loaded), 4);
    assert_ok(f.context, syngan_synthesizer_continue(loaded, f.table, 13));
    assert_int_equal(syngan_synthesizer_epochs(loaded), 13);
    syngan_table *a, *b;
    assert_ok(f.context,
              syngan_synthesizer_sample(loaded, 200, 5, NULL, NULL, &a));
    assert_ok(g.context,
              syngan_synthesizer_sample(g.synthesizer, 200, 5, NULL, NULL, &b));
    assert_rows_equal(a, 0, b, 0, 200);
    syngan_table_free(a);
    syngan_table_free(b);
    syngan_synthesizer_free(loaded);
    memory_stream_end(&stream);
    end(&g);
    end(&f);
}

static void test_other_table(void **state) {
    (void)state;
    fixture f;
    begin(&f, SYNGAN_SYNTHESIZER(TINY, .epochs = 4));
    syngan_table *part;
    const int64_t rows[] = {1, 2, 3};
    assert_ok(f.context, syngan_table_select(f.table, rows, 3, &part));
    assert_fails(f.context, syngan_synthesizer_continue(f.synthesizer, part, 9),
                 SYNGAN_E_MISMATCH, "not the one that was learnt");
    syngan_table_free(part);
    end(&f);
}

/* Rows first ... of a table whose words are a and b; `swapped`: b and a. Row 0
 * has `word`, which makes it the first one that the table knows. */
static syngan_table *words_table(syngan_context *context, int first,
                                 const char *word, bool swapped) {
    const char *words[ROWS];
    double x[ROWS];
    syngan_table *table, *part;
    int64_t rows[ROWS];
    for (int i = 0; i < ROWS; i++) {
        bool is_b = (i * 7 % 11 < 4) != swapped;
        words[i] = i == 0 ? word : is_b ? "b" : "a";
        x[i] = i % 17;
        rows[i] = i;
    }
    assert_ok(context, syngan_table_create(context, ROWS, &table));
    assert_ok(context, syngan_table_add_reals(table, "x", x));
    assert_ok(context, syngan_table_add_texts(table, "word",
                                              SYNGAN_COLUMN_CATEGORY, words));
    assert_ok(context,
              syngan_table_select(table, rows + first, ROWS - first, &part));
    syngan_table_free(table);
    return part;
}

/* A table is known again by the texts of its values, not by their numbers. */
static void test_same_texts(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_synthesizer *s;
    syngan_table *all = words_table(context, 0, "b", false);
    syngan_table *one = words_table(context, 1, "b", false);
    syngan_table *again = words_table(context, 1, "a", false);
    syngan_table *other = words_table(context, 1, "a", true);
    assert_ok(context, syngan_synthesizer_fit(
                           one, SYNGAN_SYNTHESIZER(TINY, .epochs = 1), &s));
    assert_fails(context, syngan_synthesizer_continue(s, other, 2),
                 SYNGAN_E_MISMATCH, "not the one that was learnt");
    assert_fails(context, syngan_synthesizer_continue(s, all, 2),
                 SYNGAN_E_MISMATCH, "not the one that was learnt");
    assert_ok(context, syngan_synthesizer_continue(s, one, 2));
    assert_ok(context, syngan_synthesizer_continue(s, again, 3));
    syngan_synthesizer_free(s);
    syngan_table_free(again);
    syngan_table_free(other);
    syngan_table_free(one);
    syngan_table_free(all);
    syngan_context_free(context);
}

static syngan_status stop_at_two(const syngan_fit_progress *p, void *user) {
    *(int64_t *)user = p->done;
    return p->phase == 1 && p->done == 2 ? SYNGAN_E_USER + 5 : SYNGAN_OK;
}

static void test_stopped(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table;
    syngan_synthesizer *s;
    int64_t done = 0;
    assert_ok(context, make_table(context, &table));
    assert_int_equal(
        syngan_synthesizer_fit(table,
                               SYNGAN_SYNTHESIZER(TINY, .epochs = 4,
                                                  .progress = stop_at_two,
                                                  .progress_user = &done),
                               &s),
        SYNGAN_E_USER + 5);
    assert_int_equal(done, 2);
    assert_int_equal(syngan_synthesizer_epochs(s), 2);
    syngan_synthesizer_free(s);
    syngan_context_cancel(context);
    assert_int_equal(syngan_synthesizer_fit(
                         table, SYNGAN_SYNTHESIZER(TINY, .epochs = 4), &s),
                     SYNGAN_E_CANCELLED);
    assert_null(s);
    syngan_table_free(table);
    syngan_context_free(context);
}

static void test_diverged(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table;
    syngan_synthesizer *s;
    assert_ok(context, make_table(context, &table));
    assert_fails(context,
                 syngan_synthesizer_fit(
                     table,
                     SYNGAN_SYNTHESIZER(TINY, .critic_rate = 1, .epochs = 200,
                                        .penalty_weight = 1e6f, .depth = 12,
                                        .generator_rate = 1),
                     &s),
                 SYNGAN_E_DIVERGED, "not finite");
    syngan_synthesizer_free(s);
    syngan_table_free(table);
    syngan_context_free(context);
}

static void test_limits(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table;
    syngan_synthesizer *s;
    uint64_t bytes;
    double seconds;
    assert_ok(context, make_table(context, &table));
    assert_ok(context, syngan_synthesizer_estimate(
                           table, SYNGAN_SYNTHESIZER(TINY, .epochs = 4), &bytes,
                           &seconds));
    assert_in_range(bytes, 10000, 10000000);
    assert_true(seconds > 0 && seconds < 60);
    assert_fails(
        context,
        syngan_synthesizer_fit(
            table, SYNGAN_SYNTHESIZER(TINY, .memory_limit = 10000), &s),
        SYNGAN_E_MEMORY, "more than the limit");
    assert_null(s);
    assert_fails(
        context,
        syngan_synthesizer_fit(
            table,
            SYNGAN_SYNTHESIZER(TINY, .epochs = 100000000, .time_limit = 1), &s),
        SYNGAN_E_MEMORY, "more than the limit of 1 s");
    assert_null(s);
    syngan_table_free(table);
    syngan_context_free(context);
}

static void test_refused(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table, *empty;
    syngan_synthesizer *s;
    assert_ok(context, make_table(context, &table));
    assert_ok(context, syngan_table_create(context, 0, &empty));
    assert_fails(context, syngan_synthesizer_fit(empty, NULL, &s),
                 SYNGAN_E_ARGUMENT, "no rows");
    assert_fails(context,
                 syngan_synthesizer_fit(
                     table, SYNGAN_SYNTHESIZER(.batch = 20, .pac = 7), &s),
                 SYNGAN_E_ARGUMENT, "multiple of pac");
    assert_fails(
        context,
        syngan_synthesizer_fit(
            table, SYNGAN_SYNTHESIZER(.rows = SYNGAN_ROWS_BASKETS), &s),
        SYNGAN_E_ARGUMENT, "baskets");
    assert_fails(context, syngan_synthesizer_fit(table, NULL, NULL),
                 SYNGAN_E_ARGUMENT, "NULL");
    assert_int_equal(syngan_synthesizer_fit(NULL, NULL, &s), SYNGAN_E_ARGUMENT);
    syngan_table_free(empty);
    syngan_table_free(table);
    syngan_context_free(context);
}

/* Without discrete columns, and with fewer rows than a batch. */
static void test_numbers_only(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table, *out;
    syngan_synthesizer *s;
    const double values[] = {1.5, 2.5, 4, 8, 1.25, 3, 2};
    assert_ok(context, syngan_table_create(context, 7, &table));
    assert_ok(context, syngan_table_add_reals(table, "x", values));
    assert_ok(context, syngan_synthesizer_fit(
                           table, SYNGAN_SYNTHESIZER(TINY, .epochs = 4), &s));
    assert_ok(context, syngan_synthesizer_sample(s, 50, 1, NULL, NULL, &out));
    for (int i = 0; i < 50; i++)
        assert_true(syngan_table_reals(out, 0)[i] >= 1.25 &&
                    syngan_table_reals(out, 0)[i] <= 8);
    syngan_table_free(out);
    syngan_synthesizer_free(s);
    syngan_table_free(table);
    syngan_context_free(context);
}

/* ---- files -------------------------------------------------------------- */

static bool contains(const memory_stream *stream, const void *what,
                     size_t size) {
    return memmem(stream->data, stream->size, what, size) != NULL;
}

static void test_sampling_only(void **state) {
    (void)state;
    fixture f;
    begin(&f, SYNGAN_SYNTHESIZER(TINY, .epochs = 4));
    memory_stream all, small;
    save(f.synthesizer, f.context, SYNGAN_SAVE_ALL, &all);
    save(f.synthesizer, f.context, SYNGAN_SAVE_SAMPLING, &small);
    assert_true(small.size < all.size / 2);
    assert_false(contains(&small, "critic", 6) &&
                 contains(&small, "optimizer.", 10));
    syngan_synthesizer *loaded = load(f.context, &small);
    syngan_table *a = sample(&f, 100, NULL), *b;
    assert_ok(f.context,
              syngan_synthesizer_sample(loaded, 100, 3, NULL, NULL, &b));
    assert_rows_equal(a, 0, b, 0, 100);
    assert_fails(f.context, syngan_synthesizer_continue(loaded, f.table, 9),
                 SYNGAN_E_STATE, "sampling only");
    assert_int_equal(syngan_synthesizer_epochs(loaded), 4);
    syngan_table_free(a);
    syngan_table_free(b);
    syngan_synthesizer_free(loaded);
    memory_stream_end(&all);
    memory_stream_end(&small);
    end(&f);
}

/* No cell that tells of a row is in a file: identifiers, and numbers as text
 * or as bytes. */
static void test_no_rows(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table;
    syngan_synthesizer *s;
    double real[ROWS];
    const char *id[ROWS];
    static char ids[ROWS][16];
    for (int i = 0; i < ROWS; i++) {
        real[i] = 1000.0 + sin(i * 1.7) * 391.8273 + i * 0.0137;
        snprintf(ids[i], sizeof ids[i], "P%06d", (i * 77317 + 90001) % 1000000);
        id[i] = ids[i];
    }
    assert_ok(context, syngan_table_create(context, ROWS, &table));
    assert_ok(context, syngan_table_add_reals(table, "x", real));
    assert_ok(context, syngan_table_add_texts(table, "id",
                                              SYNGAN_COLUMN_IDENTIFIER, id));
    assert_ok(context, syngan_synthesizer_fit(
                           table, SYNGAN_SYNTHESIZER(TINY, .epochs = 4), &s));
    memory_stream stream;
    save(s, context, SYNGAN_SAVE_ALL, &stream);
    double least = real[0], most = real[0];
    for (int i = 0; i < ROWS; i++) {
        least = fmin(least, real[i]);
        most = fmax(most, real[i]);
    }
    for (int i = 0; i < ROWS; i++) {
        char text[64];
        float single = (float)real[i];
        assert_false(contains(&stream, id[i], strlen(id[i])));
        /* The bounds are known of every column. */
        if (real[i] == least || real[i] == most) continue;
        syngan_table_cell(table, i, 0, text, sizeof text);
        assert_false(contains(&stream, text, strlen(text)));
        assert_false(contains(&stream, &real[i], sizeof real[i]));
        assert_false(contains(&stream, &single, sizeof single));
    }
    memory_stream_end(&stream);
    syngan_synthesizer_free(s);
    syngan_table_free(table);
    syngan_context_free(context);
}

static void test_damaged(void **state) {
    (void)state;
    fixture f;
    begin(&f, SYNGAN_SYNTHESIZER(TINY, .epochs = 1));
    memory_stream stream;
    save(f.synthesizer, f.context, SYNGAN_SAVE_SAMPLING, &stream);
    for (size_t size = 0; size < stream.size; size += 1 + size / 50) {
        memory_stream cut;
        syngan_synthesizer *s;
        memory_stream_init(&cut, stream.data, size);
        assert_int_equal(
            syngan_synthesizer_load_stream(f.context, &cut.hooks, &s),
            SYNGAN_E_FORMAT);
        assert_null(s);
        memory_stream_end(&cut);
    }
    memory_stream_end(&stream);
    end(&f);
}

/* ---- faults ------------------------------------------------------------- */

static syngan_status all_of_it(syngan_context *context, syngan_table *table) {
    syngan_synthesizer *s = NULL, *loaded = NULL;
    syngan_table *out = NULL;
    memory_stream stream;
    memory_stream_init(&stream, NULL, 0);
    syngan_status status = syngan_synthesizer_fit(
        table,
        SYNGAN_SYNTHESIZER(.epochs = 1, .batch = 10, .pac = 5, .noise = 4,
                           .width = 4, .depth = 1),
        &s);
    if (status == SYNGAN_OK)
        status = syngan_synthesizer_sample(
            s, 20, 1, SYNGAN_SAMPLE(.where = "colour = red and age > 25"), NULL,
            &out);
    if (status == SYNGAN_OK)
        status =
            syngan_synthesizer_save_stream(s, &stream.hooks, SYNGAN_SAVE_ALL);
    if (status == SYNGAN_OK)
        status =
            syngan_synthesizer_load_stream(context, &stream.hooks, &loaded);
    memory_stream_end(&stream);
    syngan_table_free(out);
    syngan_synthesizer_free(loaded);
    syngan_synthesizer_free(s);
    return status;
}

static syngan_status body(syngan_context *context, void *user) {
    (void)user;
    syngan_table *table;
    syngan_status status = make_table(context, &table);
    if (status != SYNGAN_OK) return status;
    status = all_of_it(context, table);
    syngan_table_free(table);
    return status;
}

static void test_memory(void **state) {
    (void)state;
    fault_sweep_memory(&(fault_sweep){.body = body, .most = 150});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_bad_conditions),
        cmocka_unit_test(test_same_seed),
        cmocka_unit_test(test_continue),
        cmocka_unit_test(test_other_table),
        cmocka_unit_test(test_same_texts),
        cmocka_unit_test(test_stopped),
        cmocka_unit_test(test_diverged),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_numbers_only),
        cmocka_unit_test(test_sampling_only),
        cmocka_unit_test(test_no_rows),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
