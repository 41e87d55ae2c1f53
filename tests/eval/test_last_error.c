/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that succeed leave no sentence in the context: what the library tries
 * on its way and copes with is not for its host. Typical work of all modules,
 * from a context on which nothing has failed.
 */
#include <stdio.h>
#include <syngan.h>

#include "exchange/arrow.h"
#include "support/folder.h"
#include "support/networks.h"
#include "support/rows.h"
#include "support/tables.h"
#include "support/test.h"
#include "support/training.h"

#define CLEAN(call)                                                            \
    do {                                                                       \
        assert_ok(context, call);                                              \
        assert_string_equal(syngan_context_last_error(context), "");           \
    } while (0)

static folder files;

static const char *file(const char *name) {
    static char path[4][FOLDER_PATH_MAX];
    static int next;
    return folder_file(&files, name, path[next++ % 4]);
}

static int start(void **state) {
    (void)state;
    folder_make(&files);
    return 0;
}

static int end(void **state) {
    (void)state;
    folder_remove(&files);
    return 0;
}

/* ---- images -------------------------------------------------------------- */

static void use_trainer(syngan_context *context, training *t) {
    char text[4096];
    syngan_losses losses = {.struct_size = sizeof losses};
    syngan_model *sampler, *loaded, *copy;
    syngan_tensor *images, *read;
    syngan_trainer *resumed;
    CLEAN(syngan_trainer_run(t->trainer, 3));
    CLEAN(syngan_trainer_losses(t->trainer, &losses));
    CLEAN(syngan_trainer_history(t->trainer, 0, &losses));
    syngan_trainer_report(t->trainer, text, sizeof text);
    CLEAN(syngan_trainer_write_history(t->trainer, file("history.csv")));
    CLEAN(syngan_trainer_write_chart(t->trainer, file("chart.svg")));
    CLEAN(syngan_trainer_save(t->trainer, file("state")));
    CLEAN(syngan_trainer_load(context, file("state"), t->dataset, NULL,
                              &resumed));
    CLEAN(syngan_trainer_run(resumed, 4));
    CLEAN(syngan_trainer_sampler(t->trainer, &sampler));
    CLEAN(syngan_model_sample(sampler, 5, 1, &images));
    CLEAN(syngan_tensor_write_npy(images, file("images.npy")));
    CLEAN(syngan_tensor_read_npy(context, file("images.npy"), &read));
    syngan_tensor_free(read);
    CLEAN(syngan_tensor_write_idx(images, file("images.idx")));
    CLEAN(syngan_tensor_read_idx(context, file("images.idx"), &read));
#ifdef SYNGAN_HAVE_PNG
    CLEAN(syngan_tensor_write_png(images, file("images.png"), NULL));
#endif
    CLEAN(syngan_model_save(sampler, file("model")));
    CLEAN(syngan_model_load(context, file("model"), &loaded));
    CLEAN(syngan_model_clone(loaded, "copy", &copy));
    CLEAN(syngan_model_copy_parameters(copy, loaded));
    syngan_model_summary(copy, text, sizeof text);
    syngan_model_free(copy);
    syngan_model_free(loaded);
    syngan_tensor_free(read);
    syngan_tensor_free(images);
    syngan_model_free(sampler);
    syngan_trainer_free(resumed);
    assert_string_equal(syngan_context_last_error(context), "");
}

static void test_images(void **state) {
    (void)state;
    static const syngan_trainer_options all[] = {
        {SYNGAN_TRAINER_DEFAULTS, .batch = 4},
        {SYNGAN_TRAINER_DEFAULTS, .batch = 4, .tune = 1, .profile = 1,
         .average_decay = 0.9f},
        {SYNGAN_TRAINER_DEFAULTS, .batch = 4, .penalty = SYNGAN_PENALTY_WGAN_GP,
         .discriminator_steps = 2},
    };
    for (size_t i = 0; i < 3; i++)
        for (int kind = NETWORK_DENSE; kind <= NETWORK_CONVOLUTION; kind++) {
            syngan_context *context = test_context(2);
            training t;
            CLEAN(training_make(context, kind, &all[i], &t));
            use_trainer(context, &t);
            training_end(&t);
            syngan_context_free(context);
        }
}

/* ---- tables -------------------------------------------------------------- */

static const char csv[] =
    "name,when,sum,share,yes,note\n"
    "a,2024-01-01,1,0.5,true,x y\nb,2024-01-02,2.5,,false,z\n"
    "a,,3,1e3,true,\nc,2024-02-30x,4,-2,,q\nb,2024-01-05,,7,false,w w\n"
    "a,2024-01-06,5,8,true,v\n";

static void fit(syngan_context *context, const syngan_table *table,
                const syngan_synthesizer_options *options,
                syngan_table **made) {
    syngan_synthesizer *s, *loaded;
    char text[4096];
    CLEAN(syngan_synthesizer_fit(table, options, &s));
    if (options->rows == SYNGAN_ROWS_INDEPENDENT)
        CLEAN(syngan_synthesizer_continue(s, table, options->epochs + 1));
    CLEAN(syngan_synthesizer_save(s, file("s"), SYNGAN_SAVE_ALL));
    CLEAN(syngan_synthesizer_load(context, file("s"), &loaded));
    syngan_synthesizer_schema(loaded, text, sizeof text);
    CLEAN(syngan_synthesizer_sample(loaded, 40, 3, NULL, NULL, made));
    CLEAN(syngan_synthesizer_write_csv(loaded, 20, 4, NULL, NULL,
                                       file("made.csv")));
    syngan_synthesizer_free(loaded);
    syngan_synthesizer_free(s);
    assert_string_equal(syngan_context_last_error(context), "");
}

static void compare(syngan_context *context, const syngan_table *real,
                    const syngan_table *made,
                    const syngan_evaluate_options *options) {
    syngan_report *report;
    CLEAN(syngan_table_evaluate(real, made, options, &report));
    CLEAN(syngan_report_write_json(report, file("report.json")));
    CLEAN(syngan_report_write_html(report, file("report.html")));
    syngan_report_free(report);
}

#define TINY .epochs = 1, .batch = 20, .noise = 8, .width = 16, .max_modes = 2

static void test_transactions(void **state) {
    (void)state;
    syngan_context *context = test_context(2);
    syngan_table *table, *made, *texts, *first, *second;
    CLEAN(syngan_table_transactions(context, 400, 1, &table));
    CLEAN(syngan_table_split(table, 0.5, 1, &first, &second));
    fit(context, first, SYNGAN_SYNTHESIZER(TINY), &made);
    compare(context, first, made, SYNGAN_EVALUATE(.holdout = second));
    /* Whose columns are of other types: some are read anew, some can't be. */
    CLEAN(syngan_table_with_schema(
        made,
        "{\"columns\":[{\"name\":\"amount\",\"type\":\"category\"},"
        "{\"name\":\"city\",\"type\":\"text\"}]}",
        &texts));
    compare(context, first, texts, NULL);
    syngan_table *tables[] = {table, first, second, made, texts};
    for (size_t i = 0; i < 5; i++)
        syngan_table_free(tables[i]);
    syngan_context_free(context);
}

#ifdef SYNGAN_HAVE_CSV
/* A column of texts against one of numbers. */
static void test_types_that_differ(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *numbers, *texts;
    CLEAN(tables_read(context, "a,b\n1,2\n2,3\n3,5\n4,8\n", NULL, &numbers));
    CLEAN(tables_read(context, "a,b\nx,2\ny,3\nx,5\ny,8\n", NULL, &texts));
    compare(context, numbers, texts, NULL);
    compare(context, texts, numbers, NULL);
    syngan_table_free(numbers);
    syngan_table_free(texts);
    syngan_context_free(context);
}

static void test_files(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table, *again;
    syngan_synthesizer *s;
    char text[4096];
    CLEAN(tables_read(context, csv, NULL, &table));
    syngan_table_schema(table, text, sizeof text);
    CLEAN(syngan_table_write_csv(table, file("t.csv"), NULL));
    CLEAN(syngan_table_read_csv(context, file("t.csv"),
                                SYNGAN_CSV(.schema = text), &again));
    syngan_table_free(again);
#ifdef SYNGAN_HAVE_SQLITE
    CLEAN(syngan_table_write_sqlite(table, file("t.sqlite"), "t"));
    CLEAN(syngan_table_read_sqlite(context, file("t.sqlite"), "SELECT * FROM t",
                                   NULL, &again));
    syngan_table_free(again);
#endif
    struct ArrowSchema schema;
    struct ArrowArray array;
    CLEAN(syngan_table_to_arrow(table, &schema, &array));
    CLEAN(syngan_table_from_arrow(context, &schema, &array, NULL, &again));
    syngan_table_free(again);
    syngan_table_free(table);
    CLEAN(syngan_table_transactions(context, 300, 1, &table));
    CLEAN(syngan_table_write_csv(table, file("t.csv"), NULL));
    syngan_table_free(table);
    CLEAN(syngan_synthesizer_fit_csv(context, file("t.csv"), NULL,
                                     SYNGAN_SYNTHESIZER(TINY), &s));
    syngan_synthesizer_free(s);
    syngan_context_free(context);
}
#endif

static void test_groups(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table, *made;
    CLEAN(rows_baskets(context, 100, &table));
    fit(context, table,
        SYNGAN_SYNTHESIZER(TINY, .rows = SYNGAN_ROWS_BASKETS,
                           .key = "purchase"),
        &made);
    compare(context, table, made,
            SYNGAN_EVALUATE(.rows = SYNGAN_ROWS_BASKETS, .key = "purchase"));
    syngan_table_free(made);
    syngan_table_free(table);
    CLEAN(rows_sequences(context, 40, &table));
    fit(context, table,
        SYNGAN_SYNTHESIZER(TINY, .rows = SYNGAN_ROWS_SEQUENCES, .key = "person",
                           .order = "time"),
        &made);
    compare(context, table, made,
            SYNGAN_EVALUATE(.rows = SYNGAN_ROWS_SEQUENCES, .key = "person",
                            .order = "time"));
    syngan_table_free(made);
    syngan_table_free(table);
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_images, start, end),
        cmocka_unit_test_setup_teardown(test_transactions, start, end),
        cmocka_unit_test_setup_teardown(test_groups, start, end),
#ifdef SYNGAN_HAVE_CSV
        cmocka_unit_test_setup_teardown(test_types_that_differ, start, end),
        cmocka_unit_test_setup_teardown(test_files, start, end),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
