/* SPDX-License-Identifier: Apache-2.0 */
/* The page: complete in itself, without scripts, whatever the names are; and
 * what a browser makes of it, if there is one. */
#include <syngan/evaluate.h>

#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "support/fault.h"
#include "support/folder.h"
#include "support/test.h"

static const char *const ids[] = {
    "verdict",   "quality", "columns", "relations", "numbers",
    "detection", "utility", "privacy", "distances", "notes"};

/* Names and values that HTML would take for its own. */
static syngan_table *nasty(syngan_context *context, int64_t rows, int shift) {
    static const char *const texts[] = {"<script>alert(1)</script>",
                                        "a & b",
                                        "\"quoted\" 'twice'",
                                        "\xC3\xA4\xE2\x82\xAC",
                                        "</svg><img src=x onerror=alert(1)>",
                                        "tab\tand\nline"};
    const char *kind[64];
    double number[64];
    for (int64_t i = 0; i < rows; i++) {
        kind[i] = i % 9 == 8 ? NULL : texts[(i * i + shift * i) % 6];
        number[i] = i % 11 == 0 ? NAN : (double)(i * (7 + shift) % 23);
    }
    syngan_table *table = NULL;
    assert_ok(context, syngan_table_create(context, rows, &table));
    assert_ok(context,
              syngan_table_add_texts(table, "<script>alert(2)</script>",
                                     SYNGAN_COLUMN_CATEGORY, kind));
    assert_ok(context, syngan_table_add_reals(table, "x\"><b>", number));
    assert_ok(context, syngan_table_add_texts(table, "&amp;",
                                              SYNGAN_COLUMN_CATEGORY, kind));
    return table;
}

static syngan_report *report_of(syngan_context *context) {
    syngan_table *real = nasty(context, 60, 0),
                 *synthetic = nasty(context, 50, 1);
    syngan_report *report = NULL;
    assert_ok(
        context,
        syngan_table_evaluate(
            real, synthetic,
            SYNGAN_EVALUATE(.holdout = real,
                            .target = "<script>alert(2)</script>",
                            .real_name = "re<b>al.csv",
                            .synthetic_name = "made.csv", .date = "2026-11-30",
                            .seed = 77, .epochs = 300),
            &report));
    syngan_table_free(real);
    syngan_table_free(synthetic);
    return report;
}

static void text_stays_text(void **state) {
    (void)state;
    syngan_context *context = test_context(2);
    syngan_report *report = report_of(context);
    folder f;
    char path[FOLDER_PATH_MAX], id[64];
    folder_make(&f);
    folder_file(&f, "report.html", path);
    assert_ok(context, syngan_report_write_html(report, path));
    char *html = file_read(path, NULL);
    static const char *const never[] = {"<script", "<img",    "<b>",
                                        "http:",   "https:",  "<link",
                                        "src=",    "@import", "url("};
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (strstr(html, never[i]) != NULL &&
            strstr(html, "&lt;img src=x") == NULL)
            fail_msg("the page has %s", never[i]);
    assert_null(strstr(html, "<script"));
    assert_null(strstr(html, "<img"));
    assert_non_null(strstr(html, "&lt;script&gt;alert(1)"));
    assert_non_null(strstr(html, "&amp;amp;"));
    static const char *const about[] = {"re&lt;b&gt;al.csv", "made.csv",
                                        "2026-11-30", "Seed <b>77</b>",
                                        "Epochs <b>300</b>"};
    for (size_t i = 0; i < sizeof about / sizeof *about; i++)
        assert_non_null(strstr(html, about[i]));
    char json[256];
    assert_true(syngan_report_json(report, json, sizeof json) > 0);
    assert_non_null(strstr(json,
                           "\"about\":{\"date\":\"2026-11-30\",\"epochs\":300,"
                           "\"real\":\"re<b>al.csv\",\"seed\":\"77\","
                           "\"synthetic\":\"made.csv\"}"));
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        snprintf(id, sizeof id, "id=\"%s\"", ids[i]);
        if (strstr(html, id) == NULL) fail_msg("the page has no %s", id);
    }
    free(html);
    folder_remove(&f);
    syngan_report_free(report);
    syngan_context_free(context);
}

static void wide_tables_have_limited_pictures(void **state) {
    (void)state;
    syngan_context *context = test_context(2);
    int64_t values[30];
    syngan_table *table = NULL;
    assert_ok(context, syngan_table_create(context, 30, &table));
    for (int c = 0; c < 500; c++) {
        char name[16];
        snprintf(name, sizeof name, "c%d", c);
        for (int i = 0; i < 30; i++)
            values[i] = (i * (c + 3)) % 31;
        assert_ok(context, syngan_table_add_integers(table, name, values));
    }
    syngan_report *report = NULL;
    assert_ok(context, syngan_table_evaluate(table, table, NULL, &report));
    folder f;
    char path[FOLDER_PATH_MAX];
    folder_make(&f);
    folder_file(&f, "report.html", path);
    assert_ok(context, syngan_report_write_html(report, path));
    size_t size;
    char *html = file_read(path, &size);
    assert_true(size < (4u << 20));
    assert_non_null(strstr(html, "the first 60 of 500 columns"));
    assert_non_null(strstr(html, "100000 of 124750"));
    double value;
    assert_ok(context, syngan_report_value(report, "quality.score", &value));
    assert_true(value == 1);
    free(html);
    folder_remove(&f);
    syngan_report_free(report);
    syngan_table_free(table);
    syngan_context_free(context);
}

static syngan_status write_both(syngan_context *context, void *user) {
    syngan_table *table = nasty(context, 20, 0);
    syngan_report *report = NULL;
    syngan_status status = syngan_table_evaluate(
        table, table, SYNGAN_EVALUATE(.privacy = 0, .detection = 0), &report);
    if (status == SYNGAN_OK) status = syngan_report_write_html(report, user);
    if (status == SYNGAN_OK) status = syngan_report_write_json(report, user);
    syngan_report_free(report);
    syngan_table_free(table);
    return status;
}

static void writing_may_fail_anywhere(void **state) {
    (void)state;
    folder f;
    char path[FOLDER_PATH_MAX];
    folder_make(&f);
    folder_file(&f, "report", path);
    fault_sweep_io(&(fault_sweep){.body = write_both, .user = path}, 28);
    assert_int_equal(folder_count(&f), 1);
    folder_remove(&f);
}

/* ---- in a browser -------------------------------------------------------- */

#define BROWSER                                                                \
    "chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage "  \
    "--user-data-dir='%s/profile' "

static void a_browser_shows_it(void **state) {
    (void)state;
    if (system("command -v chromium >/dev/null 2>&1") != 0) {
        print_message("skipped: chromium is not installed\n");
        skip();
    }
    syngan_context *context = test_context(2);
    syngan_report *report = report_of(context);
    folder f;
    char path[FOLDER_PATH_MAX], dom[FOLDER_PATH_MAX], picture[FOLDER_PATH_MAX];
    char command[6 * FOLDER_PATH_MAX], id[64];
    folder_make(&f);
    folder_file(&f, "report.html", path);
    folder_file(&f, "dom.html", dom);
    folder_file(&f, "page.png", picture);
    assert_ok(context, syngan_report_write_html(report, path));
    snprintf(command, sizeof command,
             BROWSER "--dump-dom 'file://%s' >'%s' 2>/dev/null", f.path, path,
             dom);
    assert_int_equal(system(command), 0);
    char *text = file_read(dom, NULL);
    assert_non_null(text);
    assert_null(strstr(text, "<script"));
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        snprintf(id, sizeof id, "id=\"%s\"", ids[i]);
        assert_non_null(strstr(text, id));
    }
    free(text);
    snprintf(command, sizeof command,
             BROWSER "--window-size=1200,2400 --screenshot='%s' 'file://%s' "
                     ">/dev/null 2>&1",
             f.path, picture, path);
    assert_int_equal(system(command), 0);
    size_t size = 0;
    char *png = file_read(picture, &size);
    assert_true(size > 20000 && memcmp(png, "\x89PNG", 4) == 0);
    free(png);
    snprintf(command, sizeof command, "rm -rf '%s/profile'", f.path);
    assert_int_equal(system(command), 0);
    folder_remove(&f);
    syngan_report_free(report);
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_stays_text),
        cmocka_unit_test(wide_tables_have_limited_pictures),
        cmocka_unit_test(writing_may_fail_anywhere),
        cmocka_unit_test(a_browser_shows_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
