/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Convolutions with a 4 x 4 kernel and stride 2 in plain loops.
 */
#include "support/stride2.h"

#include <math.h>
#include <stdlib.h>

#include "base/team.h"

/* x, y, w, of which a direction computes one from the others. */
typedef struct values {
    sg_conv_fields fields;
    sg_desc x, y, w;
} values;

static values values_of(const stride2 *g) {
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

static kernel_run run_of(const values *v, int direction, int32_t type,
                         const sg_kernel *const *list) {
    kernel_run run = {.kernels = list, .fields = &v->fields, .n_inputs = 2};
    run.input[0] = direction == INPUT ? v->y : v->x;
    run.input[1] = direction == WEIGHT ? v->y : v->w;
    run.input[0].type = run.input[1].type = type;
    run.output = direction == FORWARD ? v->y : direction == INPUT ? v->x : v->w;
    return run;
}

/* ---- the reference ------------------------------------------------------ */

typedef struct arrays {
    const float *x, *y, *w;
    double *result;
} arrays;

/* All that one pixel of one filter of y takes part in, for one tap. */
static void add_tap(const stride2 *g, int direction, const arrays *a, int64_t x,
                    int64_t w, int64_t y) {
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

static void add_window(const stride2 *g, const values *v, int direction,
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

static void add_all(const stride2 *g, const values *v, int direction,
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
                    size_t count, double most_error) {
    double errors = 0, squares = 0;
    for (size_t i = 0; i < count; i++) {
        double error = (double)got[i] - expected[i];
        errors += error * error;
        squares += expected[i] * expected[i];
    }
    double relative = sqrt(errors / squares);
    if (!(relative <= most_error))
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

/* Numbers that bf16 does not hold exactly, too. */
static float *numbers(const sg_desc *desc, uint32_t seed) {
    sg_desc plain = {.type = SYNGAN_TYPE_F32, .dims = desc->dims};
    return kernel_numbers(&plain, seed);
}

void stride2_check(const stride2_kernels *kernels, const stride2 *g,
                   int direction, bool finished) {
    values v = values_of(g);
    const sg_kernel *const list[] = {kernels->kernel[direction], NULL};
    kernel_run run = run_of(&v, direction, kernels->type, list);
    sg_desc channels = KERNEL_DESC(run.output.dims.size[1]);
    float *first = numbers(&run.input[0], 21);
    float *second = numbers(&run.input[1], 22);
    float *bias = numbers(&channels, 23);
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
    float *got = kernel_run_once(kernel_context, &run);
    compare(names[direction], got, expected, count, kernels->most_error);
    free(got);
    free(expected);
    free(bias);
    free(second);
    free(first);
}

void stride2_check_all(const stride2_kernels *kernels, stride2 g) {
    for (int direction = 0; direction < DIRECTIONS; direction++)
        stride2_check(kernels, &g, direction, false);
}

void stride2_check_long_sums(const stride2_kernels *kernels) {
    const stride2 channels = {16, 256, 14, 14, 32, 1, 1, 1, 1};
    const stride2 filters = {16, 32, 14, 14, 256, 1, 1, 1, 1};
    stride2_check(kernels, &channels, FORWARD, false);
    stride2_check(kernels, &filters, INPUT, false);
}

/* ---- other properties --------------------------------------------------- */

/* `change` is added to the fields. */
static bool accepted(const stride2_kernels *kernels, stride2 g,
                     sg_conv_fields change) {
    values v = values_of(&g);
    kernel_run run = run_of(&v, FORWARD, kernels->type, NULL);
    v.fields.groups += change.groups;
    v.fields.stride_w += change.stride_w;
    v.fields.dilation_h += change.dilation_h;
    sg_site site = {.context = kernel_context,
                    .label = "test",
                    .fields = &v.fields,
                    .n_inputs = 2,
                    .input = run.input,
                    .output = run.output};
    return kernels->kernel[FORWARD]->accepts(&site);
}

bool stride2_accepted(const stride2_kernels *kernels, stride2 g) {
    return accepted(kernels, g, (sg_conv_fields){0});
}

void stride2_check_fields(const stride2_kernels *kernels, stride2 good) {
    assert_true(stride2_accepted(kernels, good));
    assert_false(accepted(kernels, good, (sg_conv_fields){.groups = 1}));
    assert_false(accepted(kernels, good, (sg_conv_fields){.stride_w = 1}));
    assert_false(accepted(kernels, good, (sg_conv_fields){.dilation_h = 1}));
}

/* The result of a context of its own, with so many threads. */
static float *with_threads(int32_t threads, const stride2_kernels *kernels,
                           const stride2 *g, int direction, size_t *count) {
    syngan_context *own = test_context(threads);
    sg_scope inner;
    assert_int_equal(sg_compute_enter(own, &inner), SYNGAN_OK);
    values v = values_of(g);
    const sg_kernel *const list[] = {kernels->kernel[direction], NULL};
    kernel_run run = run_of(&v, direction, kernels->type, list);
    float *first = numbers(&run.input[0], 31);
    float *second = numbers(&run.input[1], 32);
    run.data[0] = first;
    run.data[1] = second;
    *count = kernel_count(&run.output);
    float *got = kernel_run_once(own, &run);
    free(second);
    free(first);
    sg_compute_leave(&inner);
    syngan_context_free(own);
    return got;
}

void stride2_check_threads(const stride2_kernels *kernels, const stride2 *g) {
    for (int direction = 0; direction < DIRECTIONS; direction++) {
        size_t count;
        float *alone = with_threads(1, kernels, g, direction, &count);
        for (int32_t threads = 2; threads <= 5; threads++) {
            float *shared =
                with_threads(threads, kernels, g, direction, &count);
            assert_memory_equal(shared, alone, count * sizeof *alone);
            free(shared);
        }
        free(alone);
    }
}
