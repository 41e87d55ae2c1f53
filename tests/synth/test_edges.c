/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables at the edge of what can be learnt: from a CSV file to rows, and back
 * from their file, or to a sentence that says why not.
 */
#include <stdio.h>
#include <syngan/evaluate.h>
#include <syngan/synthesizer.h>

#include "support/folder.h"
#include "support/tables.h"
#include "support/test.h"

enum { MADE = 40 };

static const struct edge {
    const char *name, *header;
    const char *cells; /* one row; %r is its number, %m that modulo 7, %d
                          another one for each row */
    int rows;
    const char *refused; /* by the fit; NULL: it works */
} edges[] = {
    {"one row", "a,b", "1,x", 1, "no column can be learnt"},
    {"two rows", "a,b", "%d,x%m", 2, NULL},
    {"header only", "a,b", "", 0, "has no rows to learn from"},
    {"a constant column", "a", "5", 50, "no column can be learnt"},
    {"a constant beside another", "a,b", "5,%m", 50, NULL},
    {"all missing", "a,b", ",NA", 50, "no column can be learnt"},
    {"one column all missing", "a,b", ",%m", 50, NULL},
    {"free text", "a", "this is comment number %d and a long one", 50,
     "no column can be learnt"},
    {"identifiers", "a", "id%d", 50, "no column can be learnt"},
    {"a counter", "a", "%r", 50, "no column can be learnt"},
    {"markup", "<b>a</b>,\"&amp;\"",
     "<script>alert(%m)</script>,\"\"\"%m\"\"\"", 60, NULL},
    {"names",
     "\"a \"\"q\"\"\",b.c,\"d\ne\",gr\xc3\xb6\xc3\x9f"
     "e, ",
     "%m,x%m,1.%m,\xe6\x97\xa5%m,%m", 60, NULL},
    {"a boolean with one value", "a,b", "true,%m", 60, NULL},
    {"dates before 1970", "a,b", "190%m-0%m-02,%m", 60, NULL},
    {"large integers", "a,b", "922337203685477580%m,-9223372036854775%m07", 60,
     NULL},
    {"infinite", "a,b", "inf,%m\n-1.%m,3", 30, "infinite"},
    {"only infinite", "a,b", "inf,%m\n-inf,3", 30, NULL},
    {"large reals", "a,b", "1e308,%m\n-1e308,3", 30, "above 1e150"},
    {"tiny reals", "a,b", "1e-308,%m\n-1e-30%m,3", 30, NULL},
};

static folder files;

static void write_edge(const struct edge *e, const char *path) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "%s\n", e->header);
    for (int row = 0; row < e->rows; row++) {
        for (const char *at = e->cells; *at != '\0'; at++)
            if (at[0] == '%' && at[1] != '\0') {
                at++;
                fprintf(file, "%d",
                        *at == 'd'   ? row * 1009 % 7919
                        : *at == 'r' ? row
                                     : row % 7);
            } else {
                fputc(*at, file);
            }
        fputc('\n', file);
    }
    assert_int_equal(fclose(file), 0);
}

/* Rows that are made can be written and read as what they are. */
static void check_rows(syngan_context *context, const syngan_table *rows,
                       const char *path) {
    char *schema = tables_schema(rows);
    syngan_table *again = NULL;
    assert_ok(context, syngan_table_write_csv(rows, path, NULL));
    assert_ok(context,
              syngan_table_read_csv(context, path, SYNGAN_CSV(.schema = schema),
                                    &again));
    tables_check_equal(rows, again);
    syngan_table_free(again);
    free(schema);
}

static void check_report(syngan_context *context, const syngan_table *real,
                         const syngan_table *rows, const char *path) {
    syngan_report *report = NULL;
    assert_ok(context, syngan_table_evaluate(real, rows, NULL, &report));
    assert_ok(context, syngan_report_write_html(report, path));
    size_t size;
    char *html = file_read(path, &size);
    assert_non_null(html);
    assert_null(strstr(html, "<script>alert"));
    free(html);
    syngan_report_free(report);
}

static void check_edge(const struct edge *e) {
    char path[FOLDER_PATH_MAX], out[FOLDER_PATH_MAX], page[FOLDER_PATH_MAX];
    syngan_context *context = test_context(1);
    syngan_table *table = NULL, *rows = NULL;
    syngan_synthesizer *s = NULL;
    write_edge(e, folder_file(&files, "edge.csv", path));
    const syngan_synthesizer_options *options =
        SYNGAN_SYNTHESIZER(.batch = 20, .pac = 5, .noise = 4, .width = 8,
                           .epochs = 1);
    assert_ok(context, syngan_table_read_csv(context, path, NULL, &table));
    if (e->refused != NULL) {
        assert_fails(context, syngan_synthesizer_fit(table, options, &s),
                     SYNGAN_E_ARGUMENT, e->refused);
        assert_fails(
            context,
            syngan_synthesizer_fit_csv(context, path, NULL, options, &s),
            SYNGAN_E_ARGUMENT, e->refused);
    } else {
        assert_ok(context, syngan_synthesizer_fit(table, options, &s));
        assert_ok(context,
                  syngan_synthesizer_sample(s, MADE, 1, NULL, NULL, &rows));
        check_rows(context, rows, folder_file(&files, "rows.csv", out));
        check_report(context, table, rows,
                     folder_file(&files, "report.html", page));
    }
    syngan_synthesizer_free(s);
    syngan_table_free(rows);
    syngan_table_free(table);
    syngan_context_free(context);
}

static void edges_have_an_answer(void **state) {
    (void)state;
    folder_make(&files);
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
        print_message("%s\n", edges[i].name);
        check_edge(&edges[i]);
    }
    folder_remove(&files);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edges_have_an_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
