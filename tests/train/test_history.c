/* SPDX-License-Identifier: Apache-2.0 */
/* The history of losses: records, suspected collapse, CSV and chart. */
#include "support/test.h"

#include <errno.h>
#include <stdlib.h>
#include <syngan/chart.h>

#include "support/fault.h"
#include "support/folder.h"
#include "train/history.h"

static void add(sg_history *history, float d_real, float d_fake, float g) {
    const float measures[SG_MEASURES] = {[SG_D_LOSS_REAL] = d_real,
                                         [SG_D_LOSS_FAKE] = d_fake,
                                         [SG_D_ACCURACY_REAL] = 0.25f,
                                         [SG_D_ACCURACY_FAKE] = 0.75f,
                                         [SG_G_LOSS] = g,
                                         [SG_PENALTY] = 0.5f};
    assert_ok(history->context, sg_history_add(history, measures, 1.5));
}

static syngan_losses at(const sg_history *history, size_t index) {
    syngan_losses losses = {.struct_size = sizeof losses};
    sg_history_losses(history, index, &losses);
    return losses;
}

static void test_records(void **state) {
    (void)state;
    sg_history history = {.context = test_context(1)};
    add(&history, 0.5f, 1.0f, 2.0f);
    add(&history, 0.25f, 0.75f, 3.0f);
    syngan_losses losses = at(&history, 1);
    assert_int_equal(losses.struct_size, sizeof losses);
    assert_int_equal(losses.iteration, 1);
    assert_float_equal(losses.seconds, 1.5, 0);
    assert_float_equal(losses.d_loss_real, 0.25, 0);
    assert_float_equal(losses.d_loss_fake, 0.75, 0);
    assert_float_equal(losses.d_loss, 0.5, 0);
    assert_float_equal(losses.d_accuracy_real, 0.25, 0);
    assert_float_equal(losses.d_accuracy_fake, 0.75, 0);
    assert_float_equal(losses.d_accuracy, 0.5, 0);
    assert_float_equal(losses.g_loss, 3, 0);
    assert_float_equal(losses.penalty, 0.5, 0);
    assert_int_equal(losses.collapsed, 0);
    sg_history_free(&history);
    syngan_context_free(history.context);
}

/* Adding what room was made for allocates nothing. */
static void test_reserve(void **state) {
    (void)state;
    sg_history history = {.context = test_context(1)};
    assert_ok(history.context, sg_history_reserve(&history, 1000));
    uint64_t before = atomic_load(&history.context->allocations);
    for (int i = 0; i < 1000; i++)
        add(&history, 1, 1, 1);
    assert_int_equal(atomic_load(&history.context->allocations), before);
    add(&history, 1, 1, 1);
    assert_int_equal(history.count, 1001);
    assert_fails(history.context, sg_history_reserve(&history, SIZE_MAX / 2),
                 SYNGAN_E_MEMORY, "history");
    assert_int_equal(history.count, 1001);
    sg_history_free(&history);
    syngan_context_free(history.context);
}

static void test_collapse(void **state) {
    (void)state;
    sg_history history = {.context = test_context(1), .watch_collapse = true};
    add(&history, 0.5f, 0.5f, 1);
    for (int i = 0; i < SG_COLLAPSE_ITERATIONS; i++)
        add(&history, 0.001f, 0.002f, 9);
    assert_int_equal(at(&history, SG_COLLAPSE_ITERATIONS - 1).collapsed, 0);
    assert_int_equal(at(&history, SG_COLLAPSE_ITERATIONS).collapsed, 1);
    /* Going back and on again finds the same. */
    sg_history_cut(&history, SG_COLLAPSE_ITERATIONS - 5);
    assert_int_equal(history.low, SG_COLLAPSE_ITERATIONS - 6);
    for (int i = 0; i < 6; i++)
        add(&history, 0.001f, 0.002f, 9);
    assert_int_equal(at(&history, SG_COLLAPSE_ITERATIONS - 1).collapsed, 0);
    assert_int_equal(at(&history, SG_COLLAPSE_ITERATIONS).collapsed, 1);
    add(&history, 0.01f, 0.02f, 1);
    assert_int_equal(at(&history, history.count - 1).collapsed, 0);
    assert_int_equal(history.low, 0);
    sg_history_cut(&history, 0);
    assert_int_equal(history.low, 0);
    /* The Wasserstein loss is low for other reasons. */
    history.watch_collapse = false;
    for (int i = 0; i < 2 * SG_COLLAPSE_ITERATIONS; i++)
        add(&history, -5, -5, 1);
    assert_int_equal(at(&history, history.count - 1).collapsed, 0);
    sg_history_free(&history);
    syngan_context_free(history.context);
}

/* A loss at the limit is not below it. */
static void test_at_the_limit(void **state) {
    (void)state;
    sg_history history = {.context = test_context(1), .watch_collapse = true};
    for (int i = 0; i < 2 * SG_COLLAPSE_ITERATIONS; i++)
        add(&history, SG_COLLAPSE_LOSS, SG_COLLAPSE_LOSS, 9);
    assert_int_equal(history.low, 0);
    assert_int_equal(at(&history, history.count - 1).collapsed, 0);
    sg_history_free(&history);
    syngan_context_free(history.context);
}

static void test_csv(void **state) {
    (void)state;
    folder f;
    folder_make(&f);
    char path[FOLDER_PATH_MAX];
    folder_file(&f, "history.csv", path);
    sg_history history = {.context = test_context(1)};
    assert_ok(history.context, sg_history_write_csv(&history, path));
    add(&history, 0.5f, 1.0f, 2.0f);
    add(&history, 0.1f, 0.3f, 1e-9f);
    assert_ok(history.context, sg_history_write_csv(&history, path));
    char *text = file_read(path, NULL);
    assert_string_equal(
        text, "iteration,d_loss_real,d_loss_fake,d_loss,d_accuracy_real,"
              "d_accuracy_fake,d_accuracy,g_loss,penalty,collapsed\n"
              "0,0.5,1,0.75,0.25,0.75,0.5,2,0.5,0\n"
              "1,0.1,0.3,0.2,0.25,0.75,0.5,1e-09,0.5,0\n");
    free(text);
    assert_int_equal(folder_count(&f), 1);
    assert_fails(history.context,
                 sg_history_write_csv(&history, "/nowhere/history.csv"),
                 SYNGAN_E_IO, "/nowhere/history.csv");
    sg_history_free(&history);
    syngan_context_free(history.context);
    folder_remove(&f);
}

static void test_chart(void **state) {
    (void)state;
    folder f;
    folder_make(&f);
    char path[FOLDER_PATH_MAX];
    folder_file(&f, "losses.svg", path);
    sg_history history = {.context = test_context(1)};
    for (size_t count = 0; count < 2600; count++) {
        if (count == 0 || count == 1 || count == 1000 || count == 2599)
            assert_ok(history.context, sg_history_write_chart(&history, path));
        add(&history, 0.5f, 1.0f, 2.0f);
    }
    size_t size;
    char *text = file_read(path, &size);
    assert_non_null(strstr(text, "<svg"));
    assert_non_null(strstr(text, "generator"));
    assert_true(size < 200000); /* long runs are thinned out */
    free(text);
    sg_history_free(&history);
    syngan_context_free(history.context);
    folder_remove(&f);
}

/* Runs of iterations are points at their middle, with their mean: of 2,501
 * iterations three each, and of the last two. */
static void test_means(void **state) {
    (void)state;
    enum { COUNT = 2501, RUN = 3, POINTS = 834 };
    static const char *const names[] = {"discriminator, real",
                                        "discriminator, fake", "generator"};
    folder f;
    folder_make(&f);
    char paths[2][FOLDER_PATH_MAX];
    folder_file(&f, "a.svg", paths[0]);
    folder_file(&f, "b.svg", paths[1]);
    sg_history history = {.context = test_context(1)};
    for (int i = 0; i < COUNT; i++)
        add(&history, (float)(i % RUN), (float)i, 1.0f - (float)(i % 2));
    assert_ok(history.context, sg_history_write_chart(&history, paths[0]));
    syngan_tensor *x, *values;
    assert_ok(history.context,
              syngan_tensor_create(history.context, SYNGAN_TYPE_F32,
                                   SYNGAN_SHAPE(POINTS), &x));
    assert_ok(history.context,
              syngan_tensor_create(history.context, SYNGAN_TYPE_F32,
                                   SYNGAN_SHAPE(3, POINTS), &values));
    float *to = syngan_tensor_data(values);
    for (int p = 0; p < POINTS; p++) {
        bool last = p == POINTS - 1; /* of two: 0 and 1 */
        float middle = (float)(RUN * p) + (last ? 0.5f : 1.0f);
        ((float *)syngan_tensor_data(x))[p] = middle;
        to[p] = last ? 0.5f : 1.0f;
        to[POINTS + p] = middle;
        to[2 * POINTS + p] = last    ? 0.5f
                             : p % 2 ? (float)(1 / 3.0)
                                     : (float)(2 / 3.0);
    }
    assert_ok(
        history.context,
        syngan_chart_write(x, values, names, "Losses by iteration", paths[1]));
    char *texts[2] = {file_read(paths[0], NULL), file_read(paths[1], NULL)};
    assert_string_equal(texts[0], texts[1]);
    free(texts[0]);
    free(texts[1]);
    syngan_tensor_free(x);
    syngan_tensor_free(values);
    sg_history_free(&history);
    syngan_context_free(history.context);
    folder_remove(&f);
}

/* More rows than a writer keeps before it writes. */
static syngan_status write_both(syngan_context *context, void *user) {
    char *const *paths = user;
    const float measures[SG_MEASURES] = {1, 2, 3};
    sg_history history = {.context = context};
    syngan_status status = SYNGAN_OK;
    for (int i = 0; i < 4000 && status == SYNGAN_OK; i++)
        status = sg_history_add(&history, measures, 1);
    if (status == SYNGAN_OK) status = sg_history_write_csv(&history, paths[0]);
    if (status == SYNGAN_OK)
        status = sg_history_write_chart(&history, paths[1]);
    sg_history_free(&history);
    return status;
}

/* Nothing is left behind, neither in memory nor beside the files. */
static void test_writing_fails(void **state) {
    (void)state;
    folder f;
    folder_make(&f);
    char csv[FOLDER_PATH_MAX], svg[FOLDER_PATH_MAX];
    char *paths[2] = {folder_file(&f, "a.csv", csv),
                      folder_file(&f, "a.svg", svg)};
    const fault_sweep sweep = {.body = write_both, .user = paths};
    assert_true(fault_sweep_memory(&sweep) > 2);
    assert_true(fault_sweep_io(&sweep, ENOSPC) > 4);
    assert_int_equal(folder_count(&f), 2);
    folder_remove(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records),  cmocka_unit_test(test_reserve),
        cmocka_unit_test(test_collapse), cmocka_unit_test(test_csv),
        cmocka_unit_test(test_chart),    cmocka_unit_test(test_at_the_limit),
        cmocka_unit_test(test_means),    cmocka_unit_test(test_writing_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
