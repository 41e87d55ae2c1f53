/* SPDX-License-Identifier: Apache-2.0 */
/* Charts: well-formed, small, with gaps, whatever the values. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <syngan/chart.h>

#include "base/random.h"
#include "file/svg.h"
#include "support/fault.h"
#include "support/folder.h"
#include "support/memory_stream.h"
#include "support/test.h"

#define SIZE_MAX_CHART (300 * 1024)

/* ---- reading a picture -------------------------------------------------- */

/* After a tag's name: attributes in quotes and the end. */
static const char *skip_attributes(const char *at) {
    while (*at != '>' && *at != '/') {
        assert_int_equal(*at, ' ');
        at += strcspn(at, "=");
        assert_memory_equal(at, "=\"", 2);
        at += 2;
        at += strcspn(at, "\"<");
        assert_int_equal(*at, '"');
        at++;
    }
    return at;
}

/* Text between tags: only the entities that XML has. */
static const char *skip_text(const char *at) {
    for (; *at != '<' && *at != '\0'; at++) {
        assert_true((unsigned char)*at >= 0x20 || *at == '\n');
        if (*at != '&') continue;
        assert_true(strncmp(at, "&amp;", 5) == 0 ||
                    strncmp(at, "&lt;", 4) == 0 || strncmp(at, "&gt;", 4) == 0);
    }
    return at;
}

/* Fails unless all tags are closed in order. Tags' names are short. */
static void check_xml(const char *text) {
    char open[16][16];
    size_t depth = 0;
    const char *at = skip_text(text);
    while (*at != '\0') {
        bool closes = at[1] == '/';
        at += closes ? 2 : 1;
        size_t length = strcspn(at, " />");
        assert_true(length > 0 && length < 16 && depth < 16);
        if (closes) {
            assert_true(depth > 0);
            depth--;
            assert_memory_equal(open[depth], at, length);
            at += length;
        } else {
            memcpy(open[depth], at, length);
            at = skip_attributes(at + length);
            depth += *at != '/';
            at += *at == '/';
        }
        assert_int_equal(*at, '>');
        at = skip_text(at + 1);
    }
    assert_int_equal(depth, 0);
}

/* Draws, checks what holds for all charts, and gives the text (malloc). */
static char *draw(const sg_chart *chart) {
    syngan_context *context = test_context(1);
    memory_stream stream;
    memory_stream_init(&stream, NULL, 0);
    sg_writer *writer = NULL;
    assert_ok(context, sg_writer_open_stream(context, &stream.hooks, &writer));
    assert_ok(context, sg_svg_chart(writer, chart));
    assert_ok(context, sg_writer_commit(writer));
    char *text = malloc(stream.size + 1);
    assert_non_null(text);
    memcpy(text, stream.data, stream.size);
    text[stream.size] = '\0';
    assert_int_equal(strlen(text), stream.size);
    assert_true(stream.size < SIZE_MAX_CHART);
    assert_null(strstr(text, "nan"));
    assert_null(strstr(text, "inf"));
    check_xml(text);
    memory_stream_end(&stream);
    syngan_context_free(context);
    return text;
}

static int occurrences(const char *text, const char *part) {
    int count = 0;
    for (; (text = strstr(text, part)) != NULL; text++)
        count++;
    return count;
}

/* ---- charts ------------------------------------------------------------- */

static const char *const names[] = {"one",  "two", "three", "four",
                                    "five", "six", "seven", "eight"};

static void a_chart_has_title_legend_and_ticks(void **state) {
    (void)state;
    const float x[] = {0, 10, 20, 30}, values[] = {1, 2, 1.5f, 4, 0, 1, 0, 1};
    char *text = draw(&(sg_chart){.title = "Losses",
                                  .series = 2,
                                  .points = 4,
                                  .x = x,
                                  .values = values,
                                  .names = names});
    assert_non_null(strstr(text, ">Losses</text>"));
    assert_non_null(strstr(text, ">one</text>"));
    assert_non_null(strstr(text, ">two</text>"));
    assert_non_null(strstr(text, ">0</text>"));
    assert_non_null(strstr(text, ">30</text>"));
    assert_non_null(strstr(text, ">4.0</text>"));
    assert_non_null(strstr(text, ">0.5</text>"));
    free(text);
}

static void text_is_escaped(void **state) {
    (void)state;
    const float x[] = {0, 1}, values[] = {0, 1};
    const char *const name[] = {"a\x01 \xff\xC3\xBC"};
    char *text = draw(&(sg_chart){.title = "<b> & \"c\" > 'd'",
                                  .series = 1,
                                  .points = 2,
                                  .x = x,
                                  .values = values,
                                  .names = name});
    assert_non_null(strstr(text, "&lt;b&gt; &amp; \"c\" &gt; 'd'</text>"));
    assert_non_null(strstr(text, ">a  \xEF\xBF\xBD\xC3\xBC</text>"));
    free(text);
}

/* Names that need more than a line make the picture higher, not wider. */
static void long_legends_wrap(void **state) {
    (void)state;
    const float x[] = {0, 1}, values[20] = {0, 1};
    const char *const long_names[] = {
        "the loss of the discriminator on real examples",
        "the loss of the discriminator on generated examples",
        "the loss of the generator", "accuracy", "penalty"};
    char *text = draw(&(sg_chart){.series = 5,
                                  .points = 2,
                                  .x = x,
                                  .values = values,
                                  .names = long_names});
    assert_non_null(strstr(text, "width=\"960\" height=\"516\""));
    free(text);
}

/* Large and small numbers have as many digits as tell the ticks apart. */
static void ticks_differ(void **state) {
    (void)state;
    const float x[] = {20000000, 20000040}, values[] = {1e-9f, 3e-9f};
    char *text = draw(&(sg_chart){
        .series = 1, .points = 2, .x = x, .values = values, .names = names});
    assert_int_equal(occurrences(text, ">20000000<"), 1);
    assert_int_equal(occurrences(text, ">20000005<"), 1);
    assert_int_equal(occurrences(text, ">1.5e-09<"), 1);
    assert_int_equal(occurrences(text, ">0<"), 1);
    free(text);
}

/* Pieces of a curve begin with M; one point alone is a line of no length. */
static void values_that_are_missing_leave_gaps(void **state) {
    (void)state;
    const float x[] = {0, 1, 2, 3, 4, 5, 6, 7};
    const float values[] = {1, 2, NAN, 3, INFINITY, 4, 5, NAN};
    char *text = draw(&(sg_chart){
        .series = 1, .points = 8, .x = x, .values = values, .names = names});
    const char *curve = strstr(text, "fill=\"none\"");
    assert_non_null(curve);
    assert_int_equal(occurrences(strstr(curve, " d="), "M"), 3);
    assert_int_equal(occurrences(curve, "h0"), 1);
    free(text);
}

static void odd_values_make_charts_too(void **state) {
    (void)state;
    static const float cases[][4] = {
        {0, 0, 0, 0},
        {5, 5, 5, 5},
        {-3e38f, 3e38f, 0, 1},
        {1e-40f, 2e-40f, 0, 1e-42f},
        {NAN, NAN, NAN, NAN},
        {INFINITY, -INFINITY, NAN, 1},
        {1000000, 1000001, 1000002, 1000001},
        {16777216, 16777218, 16777220, 16777222},
        {-1e-7f, 1e-7f, 0, 5e-8f},
        {0.5f, 0.50001f, 0.50002f, 0.5f},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
            free(draw(&(sg_chart){.series = 1,
                                  .points = 4,
                                  .x = cases[i],
                                  .values = cases[k],
                                  .names = names}));
        }
    }
    free(draw(&(sg_chart){.title = "empty", .series = 0, .points = 0}));
    free(draw(&(sg_chart){.series = 2, .points = 0, .names = names}));
}

static void many_points_stay_small(void **state) {
    (void)state;
    enum { POINTS = 50000, SERIES = 8 };
    float *x = malloc(sizeof(float) * POINTS);
    float *values = malloc(sizeof(float) * POINTS * SERIES);
    assert_true(x != NULL && values != NULL);
    for (int i = 0; i < POINTS; i++)
        x[i] = (float)i;
    const sg_random random = {.seed = 3};
    sg_random_normal(&random, 0, POINTS * SERIES, values);
    for (int i = 20000; i < 30000; i++)
        values[i] = NAN;
    for (size_t series = 1; series <= SERIES; series++) {
        char *text = draw(&(sg_chart){.title = "many",
                                      .series = series,
                                      .points = POINTS,
                                      .x = x,
                                      .values = values,
                                      .names = names});
        /* A band for each curve, in two pieces for the first. */
        assert_int_equal(occurrences(text, "fill-opacity"), series);
        assert_int_equal(occurrences(text, "Z"), series + 1);
        free(text);
    }
    free(x);
    free(values);
}

/* ---- the public call ---------------------------------------------------- */

typedef struct disk_test {
    folder at;
    char path[FOLDER_PATH_MAX];
} disk_test;

static syngan_status write_chart(syngan_context *context, void *user) {
    disk_test *test = user;
    syngan_tensor *x = NULL, *values = NULL;
    SG_TRY(
        syngan_tensor_create(context, SYNGAN_TYPE_F32, SYNGAN_SHAPE(1999), &x));
    syngan_status status = syngan_tensor_create(context, SYNGAN_TYPE_F32,
                                                SYNGAN_SHAPE(4, 1999), &values);
    if (status == SYNGAN_OK) {
        status = syngan_chart_write(x, values, names, "A title", test->path);
    }
    syngan_tensor_free(x);
    syngan_tensor_free(values);
    return status;
}

static void everything_may_fail(void **state) {
    (void)state;
    disk_test test;
    folder_make(&test.at);
    folder_file(&test.at, "a.svg", test.path);
    const fault_sweep sweep = {.body = write_chart, .user = &test};
    assert_true(fault_sweep_memory(&sweep) > 4);
    assert_true(fault_sweep_io(&sweep, ENOSPC) > 4);
    char *text = file_read(test.path, &(size_t){0});
    check_xml(text);
    free(text);
    folder_remove(&test.at);
}

static void arguments_are_checked(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_tensor *x = NULL, *values = NULL, *whole = NULL;
    assert_ok(context, syngan_tensor_create(context, SYNGAN_TYPE_F32,
                                            SYNGAN_SHAPE(3), &x));
    assert_ok(context, syngan_tensor_create(context, SYNGAN_TYPE_F32,
                                            SYNGAN_SHAPE(2, 4), &values));
    assert_ok(context, syngan_tensor_create(context, SYNGAN_TYPE_I32,
                                            SYNGAN_SHAPE(4), &whole));
    const char *const holes[] = {"one", NULL};
    assert_int_equal(syngan_chart_write(NULL, values, names, "", "x"),
                     SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_chart_write(x, NULL, names, "", "x"),
                     SYNGAN_E_ARGUMENT);
    assert_fails(context, syngan_chart_write(x, values, names, "", "x"),
                 SYNGAN_E_SHAPE, "write_chart: x is [3] and values is [2, 4]");
    assert_fails(context, syngan_chart_write(whole, values, names, "", "x"),
                 SYNGAN_E_TYPE, "write_chart: x is i32 and values is f32");
    syngan_tensor_free(x);
    assert_ok(context, syngan_tensor_create(context, SYNGAN_TYPE_F32,
                                            SYNGAN_SHAPE(4), &x));
    assert_fails(context, syngan_chart_write(x, values, holes, "", "x"),
                 SYNGAN_E_ARGUMENT, "the name of series 1 is NULL");
    assert_fails(context, syngan_chart_write(x, values, NULL, "", "x"),
                 SYNGAN_E_ARGUMENT, "the name of series 0 is NULL");
    assert_int_equal(syngan_chart_write(x, values, names, "", NULL),
                     SYNGAN_E_ARGUMENT);
    syngan_tensor_free(x);
    syngan_tensor_free(values);
    syngan_tensor_free(whole);
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chart_has_title_legend_and_ticks),
        cmocka_unit_test(ticks_differ),
        cmocka_unit_test(long_legends_wrap),
        cmocka_unit_test(text_is_escaped),
        cmocka_unit_test(values_that_are_missing_leave_gaps),
        cmocka_unit_test(odd_values_make_charts_too),
        cmocka_unit_test(many_points_stay_small),
        cmocka_unit_test(everything_may_fail),
        cmocka_unit_test(arguments_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
