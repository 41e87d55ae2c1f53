/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Synthesizers of baskets and of sequences in files: those that older versions
 * wrote, and what is refused.
 *
 * With a folder as argument the program writes the files of this version there;
 * see tests/fixtures/README.md. They stay when a newer version comes.
 */
#include <stdio.h>
#include <syngan/synthesizer.h>

#include "support/fault.h"
#include "support/fixture.h"
#include "support/folder.h"
#include "support/isa.h"
#include "support/memory_stream.h"
#include "support/rewrite.h"
#include "support/rows.h"
#include "support/tables.h"
#include "support/test.h"

enum { SAMPLED = 12 };

static const char *const kinds[] = {"baskets", "sequences"};

static syngan_status fit(syngan_context *context, int kind,
                         syngan_synthesizer **out) {
    syngan_table *table = NULL;
    syngan_synthesizer_options options =
        *SYNGAN_SYNTHESIZER(.epochs = 3, .batch = 30, .noise = 4, .width = 8,
                            .depth = 1, .max_modes = 3, .seed = 5,
                            .rows = SYNGAN_ROWS_BASKETS + kind,
                            .key = kind == 0 ? "purchase" : "person",
                            .order = "time");
    if (kind == 0) options.order = NULL;
    syngan_status status = kind == 0 ? rows_baskets(context, 40, &table)
                                     : rows_sequences(context, 30, &table);
    if (status == SYNGAN_OK)
        status = syngan_synthesizer_fit(table, &options, out);
    syngan_table_free(table);
    return status;
}

static char *read_fixture(int kind, const char *ending, size_t *size) {
    char name[64], path[FOLDER_PATH_MAX];
    snprintf(name, sizeof name, "%s_1.%s", kinds[kind], ending);
    char *bytes = file_read(fixture_path(name, path), size);
    assert_non_null(bytes);
    return bytes;
}

static syngan_status load(syngan_context *context, const void *bytes,
                          size_t size, syngan_synthesizer **out) {
    memory_stream stream;
    memory_stream_init(&stream, bytes, size);
    syngan_status status =
        syngan_synthesizer_load_stream(context, &stream.hooks, out);
    memory_stream_end(&stream);
    return status;
}

/* ---- older files -------------------------------------------------------- */

static void check_sample(int kind) {
    syngan_context *context = test_context(2);
    syngan_synthesizer *s = NULL;
    syngan_table *table = NULL;
    size_t size;
    char *bytes = read_fixture(kind, "safetensors", &size);
    char *text = read_fixture(kind, "csv", NULL);
    assert_ok(context, load(context, bytes, size, &s));
    assert_ok(context,
              syngan_synthesizer_sample(s, SAMPLED, 3, NULL, NULL, &table));
    tables_check_csv(table, text);
    free(text);
    free(bytes);
    syngan_table_free(table);
    syngan_synthesizer_free(s);
    syngan_context_free(context);
}

static void test_samples(void **state) {
    (void)state;
    check_sample(0);
    check_sample(1);
}

/* ---- files that are refused --------------------------------------------- */

/* A copy of the text in which `from` is `to`. */
static char *replaced(const char *text, const char *from, const char *to) {
    const char *at = strstr(text, from);
    if (at == NULL) fail_msg("the text has no %s", from);
    size_t before = (size_t)(at - text), size = strlen(text) + strlen(to) + 1;
    char *out = malloc(size);
    assert_non_null(out);
    snprintf(out, size, "%.*s%s%s", (int)before, text, to, at + strlen(from));
    return out;
}

static void check_refused(syngan_context *context, int kind, const char *from,
                          const char *to, const char *tensor,
                          const char *sentence) {
    size_t size, changed_size;
    unsigned char *changed;
    syngan_synthesizer *s = NULL;
    char *bytes = read_fixture(kind, "safetensors", &size);
    char *text = rewrite_text(context, bytes, size, "rows");
    char *other = from == NULL ? NULL : replaced(text, from, to);
    rewrite_file(context, bytes, size, from == NULL ? NULL : "rows", other,
                 tensor, &changed, &changed_size);
    assert_fails(context, load(context, changed, changed_size, &s),
                 SYNGAN_E_FORMAT, sentence);
    assert_null(s);
    free(changed);
    free(other);
    free(text);
    free(bytes);
}

static void test_refused(void **state) {
    (void)state;
    static const struct {
        int kind;
        const char *from, *to, *tensor, *sentence;
    } cases[] = {
        {0, "\"key\"", "\"no\"", NULL, "key"},
        {0, "\"sizes\":[", "\"sizes\":[2,", NULL, "share"},
        {0, "\"item_type\":", "\"item_type\":9", NULL, "item_type"},
        {0, NULL, NULL, "baskets.sampler.output.weight", "output.weight"},
        {1, "\"unit\":", "\"unit\":-", NULL, "unit"},
        {1, "\"by_day\":true", "\"by_day\":7", NULL, "by_day"},
        {1, "\"by_day\":true,", "", NULL, "by_day"},
        {1, "\"role\":2", "\"role\":1", NULL, "second key"},
        {1, "\"role\":5", "\"role\":6", NULL, "role"},
        {1, "\"role\":5", "\"role\":4", NULL, "history"},
        {1, "\"deviation\":", "\"deviation\":-", NULL, "deviation"},
        {1, "\"knots\":[", "\"knots\":[null,", NULL, "knots"},
        {1, "\"city\"", "\"town\"", NULL, "no column 'town'"},
        {1, "\"steps\":true", "\"steps\":false", NULL, "no "},
        {1, NULL, NULL, "heads.sampler.output.bias", "output.bias"},
        {1, NULL, NULL, "steps.measures", "measures"},
    };
    syngan_context *context = test_context(1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_refused(context, cases[i].kind, cases[i].from, cases[i].to,
                      cases[i].tensor, cases[i].sentence);
    syngan_context_free(context);
}

/* Files that end early, and single bytes that are others: refused, or rows. */
static void test_damaged(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    for (int kind = 0; kind < 2; kind++) {
        size_t size;
        char *bytes = read_fixture(kind, "safetensors", &size);
        for (size_t at = 0; at < size; at += 997) {
            syngan_synthesizer *s = NULL;
            assert_true(load(context, bytes, at, &s) != SYNGAN_OK);
            assert_null(s);
            bytes[at] ^= 0x20;
            if (load(context, bytes, size, &s) == SYNGAN_OK) {
                syngan_table *rows = NULL;
                (void)!syngan_synthesizer_sample(s, 3, 1, NULL, NULL, &rows);
                syngan_table_free(rows);
            }
            syngan_synthesizer_free(s);
            bytes[at] ^= 0x20;
        }
        free(bytes);
    }
    syngan_context_free(context);
}

/* ---- memory ---------------------------------------------------------------
 */

static syngan_status load_body(syngan_context *context, void *user) {
    const int kind = *(const int *)user;
    size_t size;
    syngan_synthesizer *s = NULL;
    syngan_table *rows = NULL;
    char *bytes = read_fixture(kind, "safetensors", &size);
    syngan_status status = load(context, bytes, size, &s);
    if (status == SYNGAN_OK)
        status = syngan_synthesizer_sample(s, 2, 1, NULL, NULL, &rows);
    syngan_table_free(rows);
    syngan_synthesizer_free(s);
    free(bytes);
    return status;
}

static void test_memory(void **state) {
    (void)state;
    for (int kind = 0; kind < 2; kind++)
        fault_sweep_memory(
            &(fault_sweep){.body = load_body, .user = &kind, .most = 150});
}

/* ---- writing the files -------------------------------------------------- */

static syngan_status write_files(syngan_context *context, const char *where,
                                 int kind) {
    char path[FOLDER_PATH_MAX];
    syngan_synthesizer *s = NULL;
    SG_TRY(fit(context, kind, &s));
    snprintf(path, sizeof path, "%s/%s_1.safetensors", where, kinds[kind]);
    syngan_status status =
        syngan_synthesizer_save(s, path, SYNGAN_SAVE_SAMPLING);
    snprintf(path, sizeof path, "%s/%s_1.csv", where, kinds[kind]);
    if (status == SYNGAN_OK)
        status = syngan_synthesizer_write_csv(s, SAMPLED, 3, NULL, NULL, path);
    syngan_synthesizer_free(s);
    return status;
}

static int write_all(const char *where) {
    syngan_context *context;
    if (syngan_context_create(NULL, &context) != SYNGAN_OK) return 1;
    syngan_status status = write_files(context, where, 0);
    if (status == SYNGAN_OK) status = write_files(context, where, 1);
    if (status != SYNGAN_OK)
        fprintf(stderr, "%s\n", syngan_context_last_error(context));
    syngan_context_free(context);
    return status != SYNGAN_OK;
}

static int run_with_isa(int32_t isa) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_samples)};
    char number[16];
    snprintf(number, sizeof number, "%d", (int)isa);
    setenv("SYNGAN_TEST_ISA", number, 1);
    return cmocka_run_group_tests_name(number, tests, NULL, NULL);
}

int main(int argc, char **argv) {
    if (argc == 2) return write_all(argv[1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_memory),
    };
    int failed = isa_each(run_with_isa);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
