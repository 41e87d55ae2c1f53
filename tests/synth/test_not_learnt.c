/* SPDX-License-Identifier: Apache-2.0 */
/* Every call that fits names the columns that it does not learn, and a report
 * those that it does not judge. */
#include <syngan/evaluate.h>
#include <syngan/synthesizer.h>

#include <math.h>
#include <stdio.h>

#include "support/folder.h"
#include "support/tables.h"
#include "support/test.h"

#define ROWS 60

static char log_text[20000];

static void keep(int32_t level, const char *text, void *user) {
    (void)user;
    if (level == SYNGAN_LOG_WARNING) strcat(log_text, text);
}

/* A client, his purchases in order, what was bought, and an identifier and a
 * remark that nothing can be learnt of. */
static char *text_of_rows(void) {
    char *text = calloc(ROWS + 1, 160);
    size_t used = (size_t)sprintf(text, "client,step,item,ticket,remark\n");
    for (int i = 0; i < ROWS; i++)
        used += (size_t)sprintf(
            text + used,
            "c%d,%d,%s,t%dx%d,remark number %d that nobody wrote twice\n",
            (int)sqrt(i), i, i % 3 ? "bread" : "beer", i, i * i, i);
    return text;
}

static const char schema[] =
    "{\"columns\":[{\"name\":\"client\",\"type\":\"category\"},"
    "{\"name\":\"ticket\",\"type\":\"identifier\"},"
    "{\"name\":\"remark\",\"type\":\"text\"}]}";

static syngan_context *begin(syngan_table **table) {
    syngan_context *context = NULL;
    log_text[0] = '\0';
    assert_int_equal(syngan_context_create(
                         SYNGAN_CONTEXT(.threads = 1, .log = keep), &context),
                     SYNGAN_OK);
    char *text = text_of_rows();
    assert_ok(context,
              tables_read(context, text, SYNGAN_CSV(.schema = schema), table));
    free(text);
    return context;
}

static void must_name(const char *text, const char *const *names) {
    for (; *names != NULL; names++) {
        char quoted[40];
        snprintf(quoted, sizeof quoted, "'%s'", *names);
        if (strstr(text, quoted) == NULL)
            fail_msg("no %s in: %s", quoted, text);
    }
}

static const char *const unlearnt[] = {"ticket", "remark", NULL};
static const char *const no_items[] = {"step", "ticket", "remark", NULL};

static const struct {
    int32_t rows;
    const char *key, *order, *item;
    const char *const *names;
} kinds[] = {
    {SYNGAN_ROWS_INDEPENDENT, NULL, NULL, NULL, unlearnt},
    {SYNGAN_ROWS_BASKETS, "client", NULL, "item", no_items},
    {SYNGAN_ROWS_SEQUENCES, "client", "step", NULL, unlearnt},
};
#define KINDS (sizeof kinds / sizeof *kinds)

#define SMALL .epochs = 1, .batch = 10, .width = 4, .noise = 4, .pac = 1

static void fits_name_what_they_do_not_learn(void **state) {
    (void)state;
    for (size_t k = 0; k < KINDS; k++) {
        syngan_table *table;
        syngan_synthesizer *s = NULL;
        syngan_context *context = begin(&table);
        assert_ok(context, syngan_synthesizer_fit(
                               table,
                               SYNGAN_SYNTHESIZER(SMALL, .rows = kinds[k].rows,
                                                  .key = kinds[k].key,
                                                  .order = kinds[k].order,
                                                  .item = kinds[k].item),
                               &s));
        must_name(log_text, kinds[k].names);
        syngan_synthesizer_free(s);
        syngan_table_free(table);
        syngan_context_free(context);
    }
}

static void a_fit_of_a_file_names_them(void **state) {
    (void)state;
    syngan_table *table;
    syngan_synthesizer *s = NULL;
    syngan_context *context = begin(&table);
    folder f;
    char *text = text_of_rows(), path[FOLDER_PATH_MAX];
    folder_make(&f);
    folder_file(&f, "rows.csv", path);
    file_write(path, text, strlen(text));
    free(text);
    assert_ok(context, syngan_synthesizer_fit_csv(
                           context, path, SYNGAN_CSV(.schema = schema),
                           SYNGAN_SYNTHESIZER(SMALL), &s));
    must_name(log_text, unlearnt);
    folder_remove(&f);
    syngan_synthesizer_free(s);
    syngan_table_free(table);
    syngan_context_free(context);
}

/* In the notes and in the list of the JSON, and on the page. */
static void reports_name_what_they_do_not_judge(void **state) {
    (void)state;
    static const char *const with_key[] = {"client", NULL};
    folder f;
    char path[FOLDER_PATH_MAX];
    folder_make(&f);
    folder_file(&f, "report.html", path);
    for (size_t k = 0; k < KINDS; k++) {
        syngan_table *table;
        syngan_report *report = NULL;
        syngan_context *context = begin(&table);
        assert_ok(context,
                  syngan_table_evaluate(table, table,
                                        SYNGAN_EVALUATE(.rows = kinds[k].rows,
                                                        .key = kinds[k].key,
                                                        .order = kinds[k].order,
                                                        .item = kinds[k].item),
                                        &report));
        static char json[200000];
        size_t size;
        assert_true(syngan_report_json(report, json, sizeof json) <
                    sizeof json);
        assert_ok(context, syngan_report_write_html(report, path));
        char *page = file_read(path, &size);
        char *listed = strstr(page, "id=\"left-out\"");
        assert_non_null(listed);
        if (kinds[k].key != NULL)
            assert_non_null(strstr(page, "&#39;client&#39; belong together"));
        *strstr(listed, "</li>") = '\0';
        const char *list = strstr(json, "\"left_out\":[");
        assert_non_null(list);
        size = (size_t)(strchr(list, ']') - list);
        for (const char *const *name = kinds[k].names; *name != NULL; name++) {
            char quoted[40];
            snprintf(quoted, sizeof quoted, "\"%s\"", *name);
            const char *at = strstr(list, quoted);
            assert_true(at != NULL && (size_t)(at - list) < size);
            assert_non_null(strstr(listed, *name));
        }
        must_name(json, kinds[k].names);
        must_name(log_text, kinds[k].names);
        if (kinds[k].key != NULL) must_name(json, with_key);
        free(page);
        syngan_report_free(report);
        syngan_table_free(table);
        syngan_context_free(context);
    }
    folder_remove(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fits_name_what_they_do_not_learn),
        cmocka_unit_test(a_fit_of_a_file_names_them),
        cmocka_unit_test(reports_name_what_they_do_not_judge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
