/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Minimal filtering against plain loops in double precision: the relative root
 * mean square of the errors, over sizes and paddings that the rule accepts;
 * what it refuses; and equal bits for any number of threads.
 */
#include <math.h>
#include <stdlib.h>

#include "backend/backend.h"
#include "backend/conv.h"
#include "backend/conv_minimal.h"
#include "base/thread.h"
#include "support/kernel_run.h"
#include "support/test.h"

/* Of all results of a kernel, relative. */
#define MOST_ERROR 1e-5

typedef struct geometry {
    int64_t n, c, h, w, filters;
    int32_t top, bottom, left, right;
} geometry;

enum { FORWARD, INPUT, WEIGHT, DIRECTIONS };

static const sg_kernel *const kernels[DIRECTIONS] = {
    &sg_kernel_minimal_forward,
    &sg_kernel_minimal_input,
    &sg_kernel_minimal_weight,
};

/* x, y, w, of which a direction computes one from the others. */
typedef struct values {
    sg_conv_fields fields;
    sg_desc x, y, w;
} values;

static values values_of(const geometry *g) {
    int64_t h = sg_conv_size(g->h, 4, 2, 1, g->top, g->bottom);
    int64_t w = sg_conv_size(g->w, 4, 2, 1, g->left, g->right);
    return (values){
        .fields = {0, 0, 2, 2, 1, 1, g->top, g->bottom, g->left, g->right, 1,
                   0},
        .x = KERNEL_DESC(g->n, g->c, g->h, g->w),
        .y = KERNEL_DESC(g->n, g->filters, h, w),
        .w = KERNEL_DESC(g->filters, g->c, 4, 4),
    };
}

static kernel_run run_of(const values *v, int direction,
                         const sg_kernel *const *list) {
    kernel_run run = {.kernels = list, .fields = &v->fields, .n_inputs = 2};
    run.input[0] = direction == INPUT ? v->y : v->x;
    run.input[1] = direction == WEIGHT ? v->y : v->w;
    run.output = direction == FORWARD ? v->y : direction == INPUT ? v->x : v->w;
    return run;
}

/* ---- the reference ------------------------------------------------------ */

typedef struct arrays {
    const float *x, *y, *w;
    double *result;
} arrays;

/* All that one pixel of one filter of y takes part in, for one tap. */
static void add_tap(const geometry *g, int direction, const arrays *a,
                    int64_t x, int64_t w, int64_t y) {
    int64_t plane = g->h * g->w;
    double sum = 0;
    if (direction == FORWARD)
        for (int64_t c = 0; c < g->c; c++)
            sum += (double)a->x[x + c * plane] * (double)a->w[w + c * 16];
    else if (direction == INPUT)
        for (int64_t c = 0; c < g->c; c++)
            a->result[x + c * plane] +=
                (double)a->y[y] * (double)a->w[w + c * 16];
    else
        for (int64_t c = 0; c < g->c; c++)
            a->result[w + c * 16] +=
                (double)a->x[x + c * plane] * (double)a->y[y];
    if (direction == FORWARD) a->result[y] += sum;
}

static void add_window(const geometry *g, const values *v, int direction,
                       const arrays *a, const int64_t at[4]) {
    const int64_t *size = v->y.dims.size;
    int64_t y = ((at[0] * size[1] + at[1]) * size[2] + at[2]) * size[3] + at[3];
    for (int64_t tap = 0; tap < 16; tap++) {
        int64_t i = at[2] * 2 + tap / 4 - g->top;
        int64_t j = at[3] * 2 + tap % 4 - g->left;
        if (i < 0 || i >= g->h || j < 0 || j >= g->w) continue;
        add_tap(g, direction, a, (at[0] * g->c * g->h + i) * g->w + j,
                at[1] * g->c * 16 + tap, y);
    }
}

static void add_all(const geometry *g, const values *v, int direction,
                    const arrays *a) {
    const int64_t *size = v->y.dims.size;
    int64_t at[4];
    for (at[0] = 0; at[0] < size[0]; at[0]++)
        for (at[1] = 0; at[1] < size[1]; at[1]++)
            for (at[2] = 0; at[2] < size[2]; at[2]++)
                for (at[3] = 0; at[3] < size[3]; at[3]++)
                    add_window(g, v, direction, a, at);
}

/* ---- checking ----------------------------------------------------------- */

static const char *const names[] = {"forward", "input", "weight"};

static void compare(const char *what, const float *got, const double *expected,
                    size_t count) {
    double errors = 0, squares = 0;
    for (size_t i = 0; i < count; i++) {
        double error = (double)got[i] - expected[i];
        errors += error * error;
        squares += expected[i] * expected[i];
    }
    double relative = sqrt(errors / squares);
    if (!(relative <= MOST_ERROR))
        fail_msg("%s: relative error %g", what, relative);
}

/* Bias and ReLU, in the reference. */
static void finish(const sg_dims *dims, const float *bias, double *expected) {
    int64_t inner = dims->size[2] * dims->size[3];
    for (int64_t i = 0; i < sg_dims_count(dims); i++) {
        expected[i] += (double)bias[i / inner % dims->size[1]];
        if (expected[i] < 0) expected[i] = 0;
    }
}

static void check(syngan_context *context, const geometry *g, int direction,
                  bool finished) {
    values v = values_of(g);
    const sg_kernel *const list[] = {kernels[direction], NULL};
    kernel_run run = run_of(&v, direction, list);
    sg_desc channels = KERNEL_DESC(run.output.dims.size[1]);
    float *first = kernel_numbers(&run.input[0], 21);
    float *second = kernel_numbers(&run.input[1], 22);
    float *bias = kernel_numbers(&channels, 23);
    size_t count = kernel_count(&run.output);
    double *expected = calloc(count, sizeof *expected);
    assert_non_null(expected);
    arrays a = {first, direction == INPUT ? first : second, second, expected};
    add_all(g, &v, direction, &a);
    run.data[0] = first;
    run.data[1] = second;
    if (finished) {
        run.bias = bias;
        run.n_unary = 1;
        run.unary[0] = (sg_unary){SG_UNARY_RELU, 0, 0, 0};
        finish(&run.output.dims, bias, expected);
    }
    float *got = kernel_run_once(context, &run);
    compare(names[direction], got, expected, count);
    free(got);
    free(expected);
    free(bias);
    free(second);
    free(first);
}

static syngan_context *context;
static sg_compute_scope scope;

static int set_up(void **state) {
    (void)state;
    context = test_context(2);
    scope = sg_compute_enter(context);
    return sg_backend_prepare(context);
}

static int tear_down(void **state) {
    (void)state;
    sg_compute_leave(context, scope);
    syngan_context_free(context);
    return 0;
}

static void check_all(geometry g) {
    for (int direction = 0; direction < DIRECTIONS; direction++)
        check(context, &g, direction, false);
}

/* ---- tests -------------------------------------------------------------- */

/* One tile for each image; groups of one size, and with a remainder. */
static void test_one_tile(void **state) {
    (void)state;
    check_all((geometry){16, 32, 14, 14, 32, 1, 1, 1, 1});
    check_all((geometry){67, 32, 14, 14, 32, 1, 1, 1, 1});
    check_all((geometry){17, 64, 12, 14, 32, 1, 1, 1, 1});
}

static void test_tiles(void **state) {
    (void)state;
    check_all((geometry){1, 32, 56, 56, 32, 1, 1, 1, 1});
    check_all((geometry){3, 32, 26, 40, 64, 1, 1, 1, 1});
    check_all((geometry){17, 32, 28, 28, 32, 1, 1, 1, 1});
}

static void test_paddings(void **state) {
    (void)state;
    check_all((geometry){16, 32, 13, 13, 32, 1, 2, 1, 2});
    check_all((geometry){16, 32, 13, 14, 32, 1, 1, 1, 1});
    check_all((geometry){16, 32, 16, 15, 32, 0, 0, 0, 1});
    check_all((geometry){16, 32, 10, 11, 32, 3, 3, 2, 3});
}

static void test_long_sums(void **state) {
    (void)state;
    const geometry channels = {16, 256, 14, 14, 32, 1, 1, 1, 1};
    const geometry filters = {16, 32, 14, 14, 256, 1, 1, 1, 1};
    check(context, &channels, FORWARD, false);
    check(context, &filters, INPUT, false);
}

static void test_bias_and_function(void **state) {
    (void)state;
    const geometry g = {5, 32, 28, 26, 64, 1, 1, 1, 1};
    check(context, &g, FORWARD, true);
    check(context, &g, INPUT, true);
}

static bool accepted(geometry g, sg_conv_fields change) {
    values v = values_of(&g);
    kernel_run run = run_of(&v, FORWARD, NULL);
    v.fields.groups += change.groups;
    v.fields.stride_w += change.stride_w;
    v.fields.dilation_h += change.dilation_h;
    sg_site site = {.context = context,
                    .label = "test",
                    .fields = &v.fields,
                    .n_inputs = 2,
                    .input = run.input,
                    .output = run.output};
    return kernels[FORWARD]->accepts(&site);
}

static void test_rule(void **state) {
    (void)state;
    const sg_conv_fields same = {0};
    const geometry good = {16, 32, 14, 14, 32, 1, 1, 1, 1};
    assert_true(accepted(good, same));
    assert_false(accepted(good, (sg_conv_fields){.groups = 1}));
    assert_false(accepted(good, (sg_conv_fields){.stride_w = 1}));
    assert_false(accepted(good, (sg_conv_fields){.dilation_h = 1}));
    /* Few channels, filters, tiles; tiles that are mostly border; pixels of x
     * that no window reaches. */
    assert_false(accepted((geometry){16, 24, 14, 14, 32, 1, 1, 1, 1}, same));
    assert_false(accepted((geometry){16, 32, 14, 14, 33, 1, 1, 1, 1}, same));
    assert_false(accepted((geometry){15, 32, 14, 14, 32, 1, 1, 1, 1}, same));
    assert_false(accepted((geometry){16, 32, 16, 16, 32, 1, 1, 1, 1}, same));
    assert_false(accepted((geometry){16, 32, 17, 16, 32, 0, 0, 0, 0}, same));
}

/* The result of a context of its own, with so many threads. */
static float *with_threads(int32_t threads, const geometry *g, int direction,
                           size_t *count) {
    syngan_context *own = test_context(threads);
    sg_compute_scope inner = sg_compute_enter(own);
    values v = values_of(g);
    const sg_kernel *const list[] = {kernels[direction], NULL};
    kernel_run run = run_of(&v, direction, list);
    float *first = kernel_numbers(&run.input[0], 31);
    float *second = kernel_numbers(&run.input[1], 32);
    run.data[0] = first;
    run.data[1] = second;
    *count = kernel_count(&run.output);
    float *got = kernel_run_once(own, &run);
    free(second);
    free(first);
    sg_compute_leave(own, inner);
    syngan_context_free(own);
    return got;
}

static void test_threads(void **state) {
    (void)state;
    const geometry g = {9, 96, 28, 14, 64, 1, 1, 1, 1};
    for (int direction = 0; direction < DIRECTIONS; direction++) {
        size_t count;
        float *alone = with_threads(1, &g, direction, &count);
        for (int32_t threads = 2; threads <= 5; threads += 3) {
            float *shared = with_threads(threads, &g, direction, &count);
            assert_memory_equal(shared, alone, count * sizeof *alone);
            free(shared);
        }
        free(alone);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_one_tile, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_tiles, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_paddings, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_long_sums, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bias_and_function, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_rule, set_up, tear_down),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
