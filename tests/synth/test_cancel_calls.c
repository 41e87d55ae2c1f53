/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every call that may take long, cancelled from another thread after some
 * delays: it ends within a second of computing, with SYNGAN_E_CANCELLED unless
 * it had finished.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <syngan/evaluate.h>
#include <syngan/synthesizer.h>
#include <time.h>
#include <unistd.h>

#include "base/thread.h"
#include "exchange/arrow.h"
#include "support/folder.h"
#include "support/memory_stream.h"
#include "support/test.h"

/* Of the processor; a busy machine takes longer by the clock, and sanitizers
 * make the same work several times longer. */
#define SECONDS_MOST (SANITIZED ? 8.0 : 1.0)

/* Sanitizers look at the same ways out of smaller tables. */
enum {
    PART = SANITIZED ? 12 : 1,
    ROWS = 120000 / PART,
    KEYS = 6000 / PART,
    LENGTH = 20,
    BASKET = 12,
    ITEMS = 300
};

typedef struct scene {
    syngan_context *context;
    folder files;
    syngan_table *table, *other, *sequences, *baskets;
    memory_stream csv, ragged;
    char csv_path[FOLDER_PATH_MAX], out_path[FOLDER_PATH_MAX],
        sqlite_path[FOLDER_PATH_MAX];
} scene;

/* ---- tables ------------------------------------------------------------- */

static uint64_t mix(uint64_t i) {
    i = (i + 1) * 0x9e3779b97f4a7c15u;
    i = (i ^ i >> 31) * 0xbf58476d1ce4e5b9u;
    return i ^ i >> 29;
}

static double unit(uint64_t i) {
    return (double)(mix(i) >> 11) / 9007199254740992.0;
}

static void add_texts(syngan_table *table, const char *name, int32_t type,
                      const char *form, uint64_t from, uint64_t values) {
    int64_t rows = syngan_table_rows(table);
    char(*text)[24] = malloc((size_t)rows * sizeof *text);
    const char **value = malloc((size_t)rows * sizeof *value);
    assert_non_null(text);
    assert_non_null(value);
    for (int64_t i = 0; i < rows; i++) {
        uint64_t number = values == 0 ? (uint64_t)i : mix(from + (uint64_t)i);
        snprintf(text[i], sizeof text[i], form,
                 values == 0 ? number : number % values);
        value[i] = text[i];
    }
    assert_int_equal(syngan_table_add_texts(table, name, type, value),
                     SYNGAN_OK);
    free(value);
    free(text);
}

static syngan_table *make_table(syngan_context *context, int64_t rows,
                                uint64_t from) {
    syngan_table *table;
    int64_t *whole = malloc((size_t)rows * sizeof *whole);
    double *real = malloc((size_t)rows * sizeof *real);
    assert_non_null(whole);
    assert_non_null(real);
    assert_ok(context, syngan_table_create(context, rows, &table));
    for (int64_t i = 0; i < rows; i++) {
        real[i] = unit(from + (uint64_t)i) * unit(from + 7 * (uint64_t)i);
        whole[i] = (int64_t)(1e6 * real[i] * real[i]);
    }
    assert_ok(context, syngan_table_add_integers(table, "whole", whole));
    assert_ok(context, syngan_table_add_reals(table, "real", real));
    for (int64_t i = 0; i < rows; i++)
        whole[i] = 1600000000000000 +
                   (int64_t)(mix(from + 3 * (uint64_t)i) % 86400000) * 1000000;
    assert_ok(context, syngan_table_add_times(table, "when", whole, NULL));
    add_texts(table, "town", SYNGAN_COLUMN_CATEGORY, "town %llu", from, 200);
    add_texts(table, "sex", SYNGAN_COLUMN_BOOLEAN, "sex %llu", from + 1, 2);
    add_texts(table, "name", SYNGAN_COLUMN_IDENTIFIER, "A%08llu", 0, 0);
    free(whole);
    free(real);
    return table;
}

/* `count` groups of `length` rows each. */
static syngan_table *make_groups(syngan_context *context, int64_t count,
                                 int64_t length, bool items) {
    int64_t rows = count * length;
    syngan_table *table;
    int64_t *key = malloc((size_t)rows * sizeof *key);
    double *real = malloc((size_t)rows * sizeof *real);
    assert_non_null(key);
    assert_non_null(real);
    assert_ok(context, syngan_table_create(context, rows, &table));
    for (int64_t i = 0; i < rows; i++)
        key[i] = i % count;
    assert_ok(context, syngan_table_add_integers(table, "key", key));
    for (int64_t i = 0; i < rows; i++) {
        key[i] = 3600000000 * i;
        real[i] = unit((uint64_t)(i % count)) + 0.1 * unit((uint64_t)i);
    }
    if (!items) {
        assert_ok(context, syngan_table_add_times(table, "time", key, NULL));
        assert_ok(context, syngan_table_add_reals(table, "real", real));
    }
    add_texts(table, "item", SYNGAN_COLUMN_CATEGORY, "item %llu", 5, ITEMS);
    free(key);
    free(real);
    return table;
}

static void make_ragged(memory_stream *out, int64_t lines) {
    char text[32];
    memory_stream_init(out, NULL, 0);
    for (int64_t i = 0; i < lines; i++) {
        for (uint64_t k = 0; k <= mix((uint64_t)i) % 8; k++) {
            int n = snprintf(text, sizeof text, "%sitem%d", k > 0 ? "," : "",
                             (int)(mix((uint64_t)i * 9 + k) % 5000));
            out->hooks.write(text, (size_t)n, out->hooks.user);
        }
        out->hooks.write("\n", 1, out->hooks.user);
    }
}

/* ---- calls -------------------------------------------------------------- */

#define TINY .batch = 500, .pac = 1, .noise = 8, .width = 16, .depth = 1

static syngan_status drop_piece(const syngan_table *piece, void *user) {
    (void)piece, (void)user;
    return SYNGAN_OK;
}

static int64_t drop(const void *buffer, size_t size, void *user) {
    (void)buffer, (void)user;
    return (int64_t)size;
}

static const syngan_stream nowhere = {.struct_size = sizeof nowhere,
                                      .write = drop};

static syngan_status end_table(syngan_status status, syngan_table **table) {
    assert_true((status == SYNGAN_OK) == (*table != NULL));
    syngan_table_free(*table);
    return status;
}

static syngan_status read_csv(scene *s) {
    syngan_table *table = NULL;
    s->csv.position = 0;
    return end_table(
        syngan_table_read_csv_stream(s->context, &s->csv.hooks, NULL, &table),
        &table);
}

static syngan_status read_baskets(scene *s) {
    syngan_table *table = NULL;
    s->ragged.position = 0;
    return end_table(syngan_table_read_baskets_stream(
                         s->context, &s->ragged.hooks, NULL, &table),
                     &table);
}

static syngan_status stream_csv(scene *s) {
    return syngan_table_stream_csv(s->context, s->csv_path, NULL, 0, drop_piece,
                                   NULL);
}

static syngan_status write_csv(scene *s) {
    syngan_status status = SYNGAN_OK;
    for (int i = 0; i < 4 && status == SYNGAN_OK; i++)
        status = syngan_table_write_csv_stream(s->table, &nowhere, NULL);
    return status;
}

static syngan_status with_schema(scene *s) {
    syngan_table *table = NULL;
    return end_table(
        syngan_table_with_schema(
            s->table,
            "{\"columns\": [{\"name\": \"whole\", \"type\": \"category\"},"
            "{\"name\": \"name\", \"type\": \"category\"}], \"constraints\":"
            "[{\"kind\": \"unique\", \"columns\": [\"name\", \"whole\"]}]}",
            &table),
        &table);
}

static syngan_status split(scene *s) {
    syngan_table *a = NULL, *b = NULL;
    syngan_status status = SYNGAN_OK;
    for (int i = 0; i < 10 && status == SYNGAN_OK; i++) {
        status = syngan_table_split(s->table, 0.5, 1, &a, &b);
        assert_true((status == SYNGAN_OK) == (a != NULL && b != NULL));
        syngan_table_free(a);
        syngan_table_free(b);
    }
    return status;
}

static syngan_status split_groups(scene *s) {
    syngan_table *a = NULL, *b = NULL;
    syngan_status status = SYNGAN_OK;
    for (int i = 0; i < 10 && status == SYNGAN_OK; i++) {
        status = syngan_table_split_groups(s->sequences, "key", 0.5, 1, &a, &b);
        assert_true((status == SYNGAN_OK) == (a != NULL && b != NULL));
        syngan_table_free(a);
        syngan_table_free(b);
    }
    return status;
}

static syngan_status through_arrow(scene *s) {
    syngan_table *table = NULL;
    struct ArrowSchema schema = {0};
    struct ArrowArray array = {0};
    syngan_status status = syngan_table_to_arrow(s->table, &schema, &array);
    if (status != SYNGAN_OK) return status;
    status = syngan_table_from_arrow(s->context, &schema, &array, NULL, &table);
    if (array.release != NULL) array.release(&array);
    if (schema.release != NULL) schema.release(&schema);
    return end_table(status, &table);
}

#ifdef SYNGAN_HAVE_SQLITE
static syngan_status write_sqlite(scene *s) {
    unlink(s->out_path);
    return syngan_table_write_sqlite(s->table, s->out_path, "t");
}

static syngan_status read_sqlite(scene *s) {
    syngan_table *table = NULL;
    return end_table(syngan_table_read_sqlite(s->context, s->sqlite_path,
                                              "SELECT * FROM t", NULL, &table),
                     &table);
}
#endif

static syngan_status transactions(scene *s) {
    syngan_table *table = NULL;
    return end_table(
        syngan_table_transactions(s->context, 20 * (int64_t)ROWS, 1, &table),
        &table);
}

static syngan_status fit_with(const syngan_table *table,
                              const syngan_synthesizer_options *options) {
    syngan_synthesizer *made = NULL;
    syngan_status status = syngan_synthesizer_fit(table, options, &made);
    syngan_synthesizer_free(made);
    return status;
}

static syngan_status fit(scene *s) {
    return fit_with(s->table, SYNGAN_SYNTHESIZER(TINY, .epochs = 2));
}

static syngan_status fit_sequences(scene *s) {
    return fit_with(s->sequences,
                    SYNGAN_SYNTHESIZER(TINY, .epochs = 2, .key = "key",
                                       .order = "time",
                                       .rows = SYNGAN_ROWS_SEQUENCES));
}

static syngan_status fit_baskets(scene *s) {
    return fit_with(s->baskets,
                    SYNGAN_SYNTHESIZER(TINY, .epochs = 2, .key = "key",
                                       .rows = SYNGAN_ROWS_BASKETS));
}

static syngan_status fit_csv(scene *s) {
    syngan_synthesizer *made = NULL;
    syngan_status status = syngan_synthesizer_fit_csv(
        s->context, s->csv_path, NULL,
        SYNGAN_SYNTHESIZER(TINY, .epochs = 1, .sample_rows = 20000), &made);
    syngan_synthesizer_free(made);
    return status;
}

static syngan_status estimate(scene *s) {
    uint64_t bytes;
    double seconds;
    return syngan_synthesizer_estimate(s->table, SYNGAN_SYNTHESIZER(TINY),
                                       &bytes, &seconds);
}

static syngan_status evaluate_as(const syngan_table *a, const syngan_table *b,
                                 const syngan_evaluate_options *options) {
    syngan_report *report = NULL;
    syngan_status status = syngan_table_evaluate(a, b, options, &report);
    assert_true((status == SYNGAN_OK) == (report != NULL));
    syngan_report_free(report);
    return status;
}

static syngan_status evaluate(scene *s) {
    return evaluate_as(s->table, s->other,
                       SYNGAN_EVALUATE(.target = "sex", .holdout = s->other,
                                       .max_rows = 4000));
}

static syngan_status evaluate_sequences(scene *s) {
    return evaluate_as(s->sequences, s->sequences,
                       SYNGAN_EVALUATE(.key = "key", .order = "time",
                                       .target = "item", .max_rows = 3000,
                                       .rows = SYNGAN_ROWS_SEQUENCES));
}

static syngan_status evaluate_baskets(scene *s) {
    return evaluate_as(
        s->baskets, s->baskets,
        SYNGAN_EVALUATE(.key = "key", .rows = SYNGAN_ROWS_BASKETS));
}

static const struct {
    const char *name;
    syngan_status (*run)(scene *s);
} calls[] = {
    {"read_csv", read_csv},
    {"read_baskets", read_baskets},
    {"stream_csv", stream_csv},
    {"write_csv", write_csv},
    {"with_schema", with_schema},
    {"split", split},
    {"split_groups", split_groups},
    {"arrow", through_arrow},
#ifdef SYNGAN_HAVE_SQLITE
    {"write_sqlite", write_sqlite},
    {"read_sqlite", read_sqlite},
#endif
    {"transactions", transactions},
    {"fit", fit},
    {"fit of sequences", fit_sequences},
    {"fit of baskets", fit_baskets},
    {"fit_csv", fit_csv},
    {"estimate", estimate},
    {"evaluate", evaluate},
    {"evaluate sequences", evaluate_sequences},
    {"evaluate baskets", evaluate_baskets},
};

/* ---- cancelling --------------------------------------------------------- */

typedef struct canceller {
    syngan_context *context;
    double delay, at; /* at: seconds of the processor until the cancel */
} canceller;

static double processor_seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void *cancel_later(void *user) {
    canceller *c = user;
    usleep((useconds_t)(1e6 * c->delay));
    c->at = processor_seconds();
    syngan_context_cancel(c->context);
    return NULL;
}

static void cancel_call(scene *s, size_t i, double delay) {
    pthread_t thread;
    canceller c = {.context = s->context, .delay = delay};
    assert_int_equal(pthread_create(&thread, NULL, cancel_later, &c), 0);
    syngan_status status = calls[i].run(s);
    double end = processor_seconds();
    assert_int_equal(pthread_join(thread, NULL), 0);
    syngan_context_cancel_reset(s->context);
    if (status != SYNGAN_OK && status != SYNGAN_E_CANCELLED)
        fail_msg("%s after %g s: status %d: %s", calls[i].name, delay,
                 (int)status, syngan_context_last_error(s->context));
    if (end - c.at > SECONDS_MOST)
        fail_msg("%s goes on for %.2f s after a cancel at %g s", calls[i].name,
                 end - c.at, delay);
}

static void make_scene(scene *s) {
    s->context = test_context(1);
    s->table = make_table(s->context, ROWS, 0);
    s->other = make_table(s->context, ROWS, ROWS);
    s->sequences = make_groups(s->context, KEYS, LENGTH, false);
    s->baskets = make_groups(s->context, KEYS * 2, BASKET, true);
    folder_make(&s->files);
    folder_file(&s->files, "in.csv", s->csv_path);
    folder_file(&s->files, "out", s->out_path);
    folder_file(&s->files, "in.sqlite", s->sqlite_path);
    memory_stream_init(&s->csv, NULL, 0);
    assert_ok(s->context,
              syngan_table_write_csv_stream(s->table, &s->csv.hooks, NULL));
    file_write(s->csv_path, s->csv.data, s->csv.size);
    make_ragged(&s->ragged, ROWS);
#ifdef SYNGAN_HAVE_SQLITE
    assert_ok(s->context,
              syngan_table_write_sqlite(s->table, s->sqlite_path, "t"));
#endif
}

static void end_scene(scene *s) {
    syngan_table_free(s->table);
    syngan_table_free(s->other);
    syngan_table_free(s->sequences);
    syngan_table_free(s->baskets);
    memory_stream_end(&s->csv);
    memory_stream_end(&s->ragged);
    folder_remove(&s->files);
    syngan_context_free(s->context);
}

static void test_calls(void **state) {
    (void)state;
    static const double delays[] = {0.02, 0.1, 0.3};
    scene s;
    make_scene(&s);
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        for (size_t k = 0; k < sizeof delays / sizeof *delays; k++)
            cancel_call(&s, i, delays[k]);
        /* A cancel that is there before stops it at once. */
        syngan_context_cancel(s.context);
        assert_fails(s.context, calls[i].run(&s), SYNGAN_E_CANCELLED,
                     "cancelled");
        syngan_context_cancel_reset(s.context);
    }
    end_scene(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_calls)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
