/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The batch normalisation kernels against plain loops, in plain and blocked
 * layouts, and their independence of the number of threads.
 */
#include <math.h>
#include <stdlib.h>

#include "backend/batch_norm.h"
#include "support/isa.h"
#include "support/kernel_frame.h"
#include "support/kernel_run.h"

static const sg_batch_norm_fields fields = {0.99, 1e-3};

/* A batch and what belongs to it. */
typedef struct batch {
    sg_desc desc; /* of x and dy */
    int64_t n, c, inner;
    float *x, *dy, *gamma, *beta, *statistics, *sums;
    double *mean, *variance; /* exact */
} batch;

static size_t place(const batch *b, int64_t n, int64_t c, int64_t i) {
    return (size_t)((n * b->c + c) * b->inner + i);
}

static void exact_moments(batch *b, int64_t c) {
    double count = (double)(b->n * b->inner), sum = 0, square = 0;
    for (int64_t n = 0; n < b->n; n++)
        for (int64_t i = 0; i < b->inner; i++)
            sum += (double)b->x[place(b, n, c, i)];
    for (int64_t n = 0; n < b->n; n++)
        for (int64_t i = 0; i < b->inner; i++) {
            double d = (double)b->x[place(b, n, c, i)] - sum / count;
            square += d * d;
        }
    b->mean[c] = sum / count;
    b->variance[c] = square / count;
    b->statistics[c] = (float)b->mean[c];
    b->statistics[b->c + c] = (float)b->variance[c];
}

/* sum(dy) and sum(dy x^) */
static void exact_sums(batch *b, int64_t c, double *sum, double *weighted) {
    double inverse = 1 / sqrt(b->variance[c] + fields.epsilon);
    *sum = *weighted = 0;
    for (int64_t n = 0; n < b->n; n++)
        for (int64_t i = 0; i < b->inner; i++) {
            size_t at = place(b, n, c, i);
            double dy = (double)b->dy[at];
            *sum += dy;
            *weighted += dy * ((double)b->x[at] - b->mean[c]) * inverse;
        }
}

static batch batch_make(sg_desc desc, double offset) {
    batch b = {.desc = desc,
               .n = desc.dims.size[0],
               .c = desc.dims.size[1],
               .inner = sg_dims_product(&desc.dims, 2, desc.dims.rank)};
    sg_desc row = KERNEL_DESC(b.c), rows = KERNEL_DESC(2, b.c);
    b.x = kernel_numbers(&desc, 1);
    b.dy = kernel_numbers(&desc, 2);
    b.gamma = kernel_numbers(&row, 3);
    b.beta = kernel_numbers(&row, 4);
    b.statistics = kernel_numbers(&rows, 5);
    b.sums = kernel_numbers(&rows, 6);
    b.mean = calloc((size_t)b.c, sizeof *b.mean);
    b.variance = calloc((size_t)b.c, sizeof *b.variance);
    assert_non_null(b.mean);
    assert_non_null(b.variance);
    for (size_t i = 0; i < kernel_count(&desc); i++)
        b.x[i] = (float)((double)b.x[i] + offset);
    for (int64_t c = 0; c < b.c; c++) {
        double sum, weighted;
        exact_moments(&b, c);
        exact_sums(&b, c, &sum, &weighted);
        b.sums[c] = (float)sum;
        b.sums[b.c + c] = (float)weighted;
    }
    return b;
}

static void batch_end(batch *b) {
    free(b->x);
    free(b->dy);
    free(b->gamma);
    free(b->beta);
    free(b->statistics);
    free(b->sums);
    free(b->mean);
    free(b->variance);
}

static void add_input(kernel_run *run, sg_desc desc, const float *data) {
    run->input[run->n_inputs] = desc;
    run->data[run->n_inputs++] = data;
}

static void compare_and_free(kernel_run *run, double *expected,
                             double tolerance) {
    float *got = kernel_run_once(kernel_context, run);
    kernel_compare(run->kernel->name, got, expected, kernel_count(&run->output),
                   tolerance);
    free(got);
    free(expected);
}

static double *doubles(const sg_desc *desc) {
    double *d = calloc(kernel_count(desc), sizeof *d);
    assert_non_null(d);
    return d;
}

static void check_statistics(batch *b) {
    kernel_run run = {.kernels = sg_batch_norm_statistics_kernels,
                      .fields = &fields,
                      .output = KERNEL_DESC(2, b->c)};
    add_input(&run, b->desc, b->x);
    double *expected = doubles(&run.output);
    for (int64_t c = 0; c < b->c; c++) {
        expected[c] = b->mean[c];
        expected[b->c + c] = b->variance[c];
    }
    compare_and_free(&run, expected, 1e-6);
}

static void check_reduce(batch *b) {
    kernel_run run = {.kernels = sg_batch_norm_reduce_kernels,
                      .fields = &fields,
                      .output = KERNEL_DESC(2, b->c)};
    add_input(&run, b->desc, b->x);
    add_input(&run, b->desc, b->dy);
    add_input(&run, KERNEL_DESC(2, b->c), b->statistics);
    double *expected = doubles(&run.output);
    for (int64_t c = 0; c < b->c; c++)
        exact_sums(b, c, &expected[c], &expected[b->c + c]);
    compare_and_free(&run, expected, 2e-5);
}

static void check_normalise(batch *b, bool infer, bool relu) {
    kernel_run run = {.kernels = infer ? sg_batch_norm_infer_kernels
                                       : sg_batch_norm_train_kernels,
                      .fields = &fields,
                      .output = b->desc};
    sg_desc row = KERNEL_DESC(b->c);
    add_input(&run, b->desc, b->x);
    add_input(&run, row, b->gamma);
    add_input(&run, row, b->beta);
    if (!infer) add_input(&run, KERNEL_DESC(2, b->c), b->statistics);
    add_input(&run, row, b->statistics);
    add_input(&run, row, b->statistics + b->c);
    run.output.layout = (sg_layout){.kind = SG_PLAIN};
    run.n_unary = relu ? 1 : 0;
    run.unary[0] = (sg_unary){SG_UNARY_RELU, 0, 0, 0};
    double *expected = doubles(&run.output);
    for (int64_t n = 0; n < b->n; n++)
        for (int64_t c = 0; c < b->c; c++)
            for (int64_t i = 0; i < b->inner; i++) {
                size_t at = place(b, n, c, i);
                double y = ((double)b->x[at] - b->mean[c]) /
                               sqrt(b->variance[c] + fields.epsilon) *
                               (double)b->gamma[c] +
                           (double)b->beta[c];
                expected[at] = relu && y < 0 ? 0 : y;
            }
    compare_and_free(&run, expected, 2e-5);
}

/* f'(v) */
static double slope_at(int32_t kind, double v) {
    return kind == SG_UNARY_TANH ? 1 - v * v : v > 0 ? 1 : 0.25;
}

/* With a slope of the function `kind` at v; v NULL: without. */
static void check_input(batch *b, int32_t kind, const float *v) {
    kernel_run run = {.kernels = sg_batch_norm_input_kernels,
                      .fields = &fields,
                      .output = b->desc};
    run.output.layout = (sg_layout){.kind = SG_PLAIN};
    run.slope = v;
    run.slope_of = (sg_unary){kind, 0, 0.25, 0};
    add_input(&run, b->desc, b->x);
    add_input(&run, b->desc, b->dy);
    add_input(&run, KERNEL_DESC(2, b->c), b->statistics);
    add_input(&run, KERNEL_DESC(b->c), b->gamma);
    add_input(&run, KERNEL_DESC(2, b->c), b->sums);
    double *expected = doubles(&run.output);
    double count = (double)(b->n * b->inner);
    for (int64_t c = 0; c < b->c; c++) {
        double inverse = 1 / sqrt(b->variance[c] + fields.epsilon);
        double sum, weighted;
        exact_sums(b, c, &sum, &weighted);
        for (int64_t n = 0; n < b->n; n++)
            for (int64_t i = 0; i < b->inner; i++) {
                size_t at = place(b, n, c, i);
                double unit = ((double)b->x[at] - b->mean[c]) * inverse;
                expected[at] =
                    (double)b->gamma[c] * inverse *
                    ((double)b->dy[at] - sum / count - unit * weighted / count);
                if (v != NULL) expected[at] *= slope_at(kind, (double)v[at]);
            }
    }
    compare_and_free(&run, expected, 2e-5);
}

static void check_all(sg_desc desc) {
    batch b = batch_make(desc, 0.25);
    check_statistics(&b);
    check_reduce(&b);
    for (int i = 0; i < 4; i++)
        check_normalise(&b, i & 1, i >> 1);
    check_input(&b, 0, NULL);
    check_input(&b, SG_UNARY_LEAKY_RELU, b.x);
    check_input(&b, SG_UNARY_TANH, b.dy);
    batch_end(&b);
}

static void test_plain(void **state) {
    (void)state;
    check_all(KERNEL_DESC(1, 1));
    check_all(KERNEL_DESC(7, 5));
    check_all(KERNEL_DESC(64, 129));
    check_all(KERNEL_DESC(700, 300));
    check_all(KERNEL_DESC(3, 4099));
    check_all(KERNEL_DESC(1, 3, 1, 1));
    check_all(KERNEL_DESC(1, 2, 5, 7));
    check_all(KERNEL_DESC(5, 13, 7, 7));
    check_all(KERNEL_DESC(3, 32, 3, 1));
    check_all(KERNEL_DESC(3, 2, 60, 61));
}

static sg_desc blocked(sg_desc desc, int32_t block) {
    desc.layout = (sg_layout){.kind = SG_BLOCKED, .block = block};
    return desc;
}

static void test_blocked(void **state) {
    (void)state;
    for (int32_t block = 8; block <= 16; block += 8) {
        check_all(blocked(KERNEL_DESC(1, 16, 1, 1), block));
        check_all(blocked(KERNEL_DESC(3, 32, 5, 3), block));
        check_all(blocked(KERNEL_DESC(9, 64, 14, 14), block));
        check_all(blocked(KERNEL_DESC(2, 16, 50, 50), block));
    }
}

/* A mean far from zero must not spoil the variance. */
static void test_offset(void **state) {
    (void)state;
    batch b = batch_make(KERNEL_DESC(16, 3, 9, 9), 1000);
    check_statistics(&b);
    batch_end(&b);
}

static float *statistics_of(batch *b, int32_t threads) {
    syngan_context *other = test_context(threads);
    kernel_run run = {.kernels = sg_batch_norm_statistics_kernels,
                      .fields = &fields,
                      .output = KERNEL_DESC(2, b->c)};
    add_input(&run, b->desc, b->x);
    float *result = kernel_run_once(other, &run);
    syngan_context_free(other);
    return result;
}

static float *gradient_of(batch *b, int32_t threads) {
    syngan_context *other = test_context(threads);
    kernel_run run = {.kernels = sg_batch_norm_input_kernels,
                      .fields = &fields,
                      .output = KERNEL_DESC(0),
                      .slope = b->x,
                      .slope_of = {SG_UNARY_SIGMOID, 0, 0, 0}};
    run.output.dims = b->desc.dims;
    add_input(&run, b->desc, b->x);
    add_input(&run, b->desc, b->dy);
    add_input(&run, KERNEL_DESC(2, b->c), b->statistics);
    add_input(&run, KERNEL_DESC(b->c), b->gamma);
    add_input(&run, KERNEL_DESC(2, b->c), b->sums);
    float *result = kernel_run_once(other, &run);
    syngan_context_free(other);
    return result;
}

static void test_threads(void **state) {
    (void)state;
    sg_desc descs[] = {KERNEL_DESC(300, 1000), KERNEL_DESC(37, 6, 29, 31),
                       blocked(KERNEL_DESC(37, 16, 29, 31), 16)};
    for (size_t i = 0; i < sizeof descs / sizeof descs[0]; i++) {
        batch b = batch_make(descs[i], 0);
        float *one = statistics_of(&b, 1), *two = statistics_of(&b, 2);
        assert_memory_equal(one, two, 2 * (size_t)b.c * sizeof *one);
        free(one);
        free(two);
        one = gradient_of(&b, 1);
        two = gradient_of(&b, 2);
        assert_memory_equal(one, two, kernel_count(&b.desc) * sizeof *one);
        free(one);
        free(two);
        batch_end(&b);
    }
}

static int run_suite(int32_t cap) {
    kernel_isa = cap;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_blocked),
        cmocka_unit_test(test_offset),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, kernel_set_up, kernel_tear_down);
}

int main(void) {
    return isa_each(run_suite);
}
