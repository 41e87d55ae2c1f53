/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Synthesizers in files: those that older versions wrote, files of a later
 * version, and reading and writing that fail.
 *
 * With a folder as argument the program writes the files of this version there;
 * see tests/fixtures/README.md. They stay when a newer version comes.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <syngan/synthesizer.h>

#include "support/fault.h"
#include "support/fixture.h"
#include "support/folder.h"
#include "support/isa.h"
#include "support/memory_stream.h"
#include "support/rewrite.h"
#include "support/tables.h"
#include "support/test.h"

enum { ROWS = 90, SAMPLED = 40, EPOCHS = 6 };

#define FULL "synthesizer_1.safetensors"
#define SAMPLING "synthesizer_1_sampling.safetensors"
#define SAMPLE "synthesizer_1.csv"

static const char *const countries[] = {"France", "Spain", "Peru", NULL};

/* A column of each type, numbers whose order is a constraint. */
static syngan_status make_table(syngan_context *context, syngan_table **out) {
    static char id[ROWS][16];
    int64_t low[ROWS], high[ROWS], day[ROWS];
    double amount[ROWS];
    const char *country[ROWS], *member[ROWS], *ids[ROWS];
    syngan_table *plain;
    for (int i = 0; i < ROWS; i++) {
        low[i] = i * 37 % 41;
        high[i] = low[i] + i % 5;
        day[i] = (19000 + i * 11 % 100) * INT64_C(86400000000);
        amount[i] = i % 9 == 0 ? NAN : (i * 73 % 50) / 4.0;
        country[i] = countries[i * 7 % 11 % 4];
        member[i] = low[i] > 20 ? "yes" : "no";
        snprintf(id[i], sizeof id[i], "A-%04d", i * 617 % 10000);
        ids[i] = id[i];
    }
    *out = NULL;
    SG_TRY(syngan_table_create(context, ROWS, &plain));
    syngan_status status = syngan_table_add_integers(plain, "low", low);
    if (status == SYNGAN_OK)
        status = syngan_table_add_integers(plain, "high", high);
    if (status == SYNGAN_OK)
        status = syngan_table_add_times(plain, "day", day, "%Y-%m-%d");
    if (status == SYNGAN_OK)
        status = syngan_table_add_reals(plain, "amount", amount);
    if (status == SYNGAN_OK)
        status = syngan_table_add_texts(plain, "country",
                                        SYNGAN_COLUMN_CATEGORY, country);
    if (status == SYNGAN_OK)
        status = syngan_table_add_texts(plain, "member", SYNGAN_COLUMN_BOOLEAN,
                                        member);
    if (status == SYNGAN_OK)
        status =
            syngan_table_add_texts(plain, "id", SYNGAN_COLUMN_IDENTIFIER, ids);
    if (status == SYNGAN_OK)
        status = syngan_table_with_schema(
            plain,
            "{\"columns\":[{\"name\":\"amount\",\"type\":\"real\","
            "\"decimals\":2}],\"constraints\":[{\"kind\":\"greater\","
            "\"low\":\"low\",\"high\":\"high\"}]}",
            out);
    syngan_table_free(plain);
    return status;
}

static syngan_status fit(const syngan_table *table, int64_t epochs,
                         syngan_synthesizer **out) {
    return syngan_synthesizer_fit(
        table,
        SYNGAN_SYNTHESIZER(.epochs = epochs, .batch = 30, .pac = 3, .noise = 4,
                           .width = 8, .depth = 1, .max_modes = 3, .seed = 5),
        out);
}

static char *read_fixture(const char *name, size_t *size) {
    char path[FOLDER_PATH_MAX];
    char *bytes = file_read(fixture_path(name, path), size);
    assert_non_null(bytes);
    return bytes;
}

static syngan_synthesizer *load_fixture(syngan_context *context,
                                        const char *name) {
    char path[FOLDER_PATH_MAX];
    syngan_synthesizer *s;
    assert_ok(context,
              syngan_synthesizer_load(context, fixture_path(name, path), &s));
    return s;
}

/* ---- older files -------------------------------------------------------- */

static void check_sample(const syngan_table *table) {
    size_t size;
    char *text = read_fixture(SAMPLE, &size);
    assert_int_equal(syngan_table_rows(table), SAMPLED);
    tables_check_csv(table, text);
    free(text);
}

static void test_sample(void **state) {
    (void)state;
    static const char *const names[] = {FULL, SAMPLING};
    for (int i = 0; i < 2; i++) {
        syngan_context *context = test_context(2);
        syngan_synthesizer *s = load_fixture(context, names[i]);
        syngan_table *table;
        assert_int_equal(syngan_synthesizer_epochs(s), EPOCHS);
        assert_ok(context,
                  syngan_synthesizer_sample(s, SAMPLED, 3, NULL, NULL, &table));
        check_sample(table);
        syngan_table_free(table);
        syngan_synthesizer_free(s);
        syngan_context_free(context);
    }
}

static void test_schema(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_synthesizer *s = load_fixture(context, SAMPLING);
    syngan_table *table;
    char wanted[2048], schema[2048];
    assert_ok(context, make_table(context, &table));
    assert_true(syngan_table_schema(table, wanted, sizeof wanted) <
                sizeof wanted);
    syngan_synthesizer_schema(s, schema, sizeof schema);
    assert_string_equal(schema, wanted);
    syngan_table_free(table);
    syngan_synthesizer_free(s);
    syngan_context_free(context);
}

/* The full one goes on training. */
static void test_continue(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_synthesizer *s = load_fixture(context, FULL);
    syngan_table *table;
    assert_ok(context, make_table(context, &table));
    assert_ok(context, syngan_synthesizer_continue(s, table, EPOCHS + 2));
    assert_int_equal(syngan_synthesizer_epochs(s), EPOCHS + 2);
    syngan_table_free(table);
    syngan_synthesizer_free(s);
    syngan_context_free(context);
}

/* ---- files that are refused --------------------------------------------- */

static void test_refused(void **state) {
    (void)state;
    static const struct {
        const char *key, *value, *tensor;
        syngan_status status;
        const char *sentence;
    } cases[] = {
        {"format_version", "2", NULL, SYNGAN_E_VERSION, "version 2"},
        {"format_version", NULL, NULL, SYNGAN_E_VERSION, "unknown"},
        {"format", "syngan model", NULL, SYNGAN_E_FORMAT, "synthesizer"},
        {"synthesizer", NULL, NULL, SYNGAN_E_FORMAT, "synthesizer"},
        {"synthesizer", "{}", NULL, SYNGAN_E_FORMAT, "settings"},
        {"training", NULL, NULL, SYNGAN_E_FORMAT, "training"},
        {NULL, NULL, "measures", SYNGAN_E_FORMAT, "measures"},
        {NULL, NULL, "sampler.output.weight", SYNGAN_E_FORMAT,
         "sampler.output.weight"},
        {NULL, NULL, "critic.output.bias", SYNGAN_E_FORMAT,
         "critic.output.bias"},
    };
    syngan_context *context = test_context(1);
    size_t size, changed_size;
    char *file = read_fixture(FULL, &size);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned char *changed;
        memory_stream stream;
        syngan_synthesizer *s;
        rewrite_file(context, file, size, cases[i].key, cases[i].value,
                     cases[i].tensor, &changed, &changed_size);
        memory_stream_init(&stream, changed, changed_size);
        assert_fails(context,
                     syngan_synthesizer_load_stream(context, &stream.hooks, &s),
                     cases[i].status, cases[i].sentence);
        assert_null(s);
        memory_stream_end(&stream);
        free(changed);
    }
    free(file);
    syngan_context_free(context);
}

/* ---- reading and writing that fail -------------------------------------- */

typedef struct place {
    folder folder;
    char path[FOLDER_PATH_MAX];
    char *bytes; /* of the file that is there already */
    size_t size;
} place;

static syngan_status load_body(syngan_context *context, void *user) {
    const place *p = user;
    syngan_synthesizer *s;
    syngan_status status = syngan_synthesizer_load(context, p->path, &s);
    syngan_synthesizer_free(s);
    return status;
}

/* What the fixture samples, into the old file's place. */
static syngan_status save_body(syngan_context *context, void *user) {
    const place *p = user;
    char path[FOLDER_PATH_MAX];
    syngan_synthesizer *s;
    SG_TRY(syngan_synthesizer_load(context, fixture_path(SAMPLING, path), &s));
    syngan_status status =
        syngan_synthesizer_save(s, p->path, SYNGAN_SAVE_SAMPLING);
    syngan_synthesizer_free(s);
    return status;
}

static syngan_status csv_body(syngan_context *context, void *user) {
    const place *p = user;
    char path[FOLDER_PATH_MAX];
    syngan_synthesizer *s;
    SG_TRY(syngan_synthesizer_load(context, fixture_path(SAMPLING, path), &s));
    syngan_status status =
        syngan_synthesizer_write_csv(s, SAMPLED, 3, NULL, NULL, p->path);
    syngan_synthesizer_free(s);
    return status;
}

/* Each run has a new folder with the old file in it. */
static void place_make(void *user) {
    place *p = user;
    folder_make(&p->folder);
    folder_file(&p->folder, "file", p->path);
    file_write(p->path, p->bytes, p->size);
}

/* The old file or a whole new one, and nothing beside it unless the process
 * was killed. */
static void check_place(place *p, syngan_status status,
                        bool (*is_whole)(const char *bytes, size_t size)) {
    size_t size;
    char *bytes = file_read(p->path, &size);
    bool old = size == p->size && memcmp(bytes, p->bytes, size) == 0;
    assert_true(old || is_whole(bytes, size));
    if (status == SYNGAN_OK) assert_false(old);
    if (status != -1) assert_int_equal(folder_count(&p->folder), 1);
    free(bytes);
    folder_remove(&p->folder);
}

static void place_end(syngan_status status, bool faulted, void *user) {
    (void)status;
    (void)faulted;
    folder_remove(&((place *)user)->folder);
}

static bool is_sampling(const char *bytes, size_t size) {
    size_t wanted;
    char *expected = read_fixture(SAMPLING, &wanted);
    bool equal = size == wanted && memcmp(bytes, expected, size) == 0;
    free(expected);
    return equal;
}

static bool is_sample(const char *bytes, size_t size) {
    int lines = 0;
    for (size_t i = 0; i < size; i++)
        lines += bytes[i] == '\n';
    return lines == SAMPLED + 1 && bytes[size - 1] == '\n';
}

static void check_saved(syngan_status status, bool faulted, void *user) {
    (void)faulted;
    check_place(user, status, is_sampling);
}

static void check_csv(syngan_status status, bool faulted, void *user) {
    (void)faulted;
    check_place(user, status, is_sample);
}

static void test_faults(void **state) {
    (void)state;
    place p;
    p.bytes = read_fixture(FULL, &p.size);
    fault_sweep load = {.body = load_body,
                        .user = &p,
                        .before = place_make,
                        .after = place_end};
    fault_sweep save = {.body = save_body,
                        .user = &p,
                        .before = place_make,
                        .after = check_saved};
    fault_sweep csv = {
        .body = csv_body, .user = &p, .before = place_make, .after = check_csv};
    assert_true(fault_sweep_io(&load, EIO) > 2);
    assert_true(fault_sweep_io(&save, ENOSPC) > 6);
    assert_true(fault_sweep_io(&csv, ENOSPC) > 6);
    fault_sweep_kill(&save);
    fault_sweep_kill(&csv);
    free(p.bytes);
}

/* ---- writing the files -------------------------------------------------- */

static char *in_folder(const char *where, const char *name,
                       char path[FOLDER_PATH_MAX]) {
    snprintf(path, FOLDER_PATH_MAX, "%s/%s", where, name);
    return path;
}

static syngan_status write_files(syngan_context *context, const char *where) {
    char path[FOLDER_PATH_MAX];
    syngan_table *table;
    syngan_synthesizer *s;
    SG_TRY(make_table(context, &table));
    syngan_status status = fit(table, EPOCHS, &s);
    if (status == SYNGAN_OK)
        status = syngan_synthesizer_save(s, in_folder(where, FULL, path),
                                         SYNGAN_SAVE_ALL);
    if (status == SYNGAN_OK)
        status = syngan_synthesizer_save(s, in_folder(where, SAMPLING, path),
                                         SYNGAN_SAVE_SAMPLING);
    if (status == SYNGAN_OK)
        status = syngan_synthesizer_write_csv(s, SAMPLED, 3, NULL, NULL,
                                              in_folder(where, SAMPLE, path));
    syngan_synthesizer_free(s);
    syngan_table_free(table);
    return status;
}

static int write_all(const char *where) {
    syngan_context *context;
    if (syngan_context_create(NULL, &context) != SYNGAN_OK) return 1;
    syngan_status status = write_files(context, where);
    if (status != SYNGAN_OK)
        fprintf(stderr, "%s\n", syngan_context_last_error(context));
    syngan_context_free(context);
    return status != SYNGAN_OK;
}

static int run_with_isa(int32_t isa) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sample)};
    char number[16];
    snprintf(number, sizeof number, "%d", (int)isa);
    setenv("SYNGAN_TEST_ISA", number, 1);
    return cmocka_run_group_tests_name(number, tests, NULL, NULL);
}

int main(int argc, char **argv) {
    if (argc == 2) return write_all(argv[1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_schema),
        cmocka_unit_test(test_continue),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_faults),
    };
    int failed = isa_each(run_with_isa);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
