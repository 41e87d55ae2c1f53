/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pooling and upsampling kernels against plain loops, plain and blocked, for
 * each instruction set of this machine.
 */
#include <math.h>
#include <stdlib.h>

#include "backend/conv/conv.h"
#include "backend/pool.h"
#include "support/kernel_frame.h"
#include "support/kernel_run.h"

typedef struct geometry {
    int64_t n, c, h, w;
    sg_pool_fields fields;
} geometry;

static sg_desc image_desc(const geometry *g) {
    return KERNEL_DESC(g->n, g->c, g->h, g->w);
}
static sg_desc pooled_desc(const geometry *g) {
    const sg_pool_fields *f = &g->fields;
    return KERNEL_DESC(g->n, g->c,
                       sg_conv_size(g->h, f->size_h, f->stride_h, 1, f->pad_top,
                                    f->pad_bottom),
                       sg_conv_size(g->w, f->size_w, f->stride_w, 1,
                                    f->pad_left, f->pad_right));
}

/* The elements of window (i, j) of a plane; returns how many. */
static size_t window(const geometry *g, int64_t i, int64_t j, size_t *places) {
    const sg_pool_fields *f = &g->fields;
    size_t count = 0;
    for (int64_t ky = 0; ky < f->size_h; ky++)
        for (int64_t kx = 0; kx < f->size_w; kx++) {
            int64_t y = i * f->stride_h - f->pad_top + ky;
            int64_t x = j * f->stride_w - f->pad_left + kx;
            if (y >= 0 && y < g->h && x >= 0 && x < g->w)
                places[count++] = (size_t)(y * g->w + x);
        }
    return count;
}

static size_t greatest(const float *x, const size_t *places, size_t count) {
    size_t best = places[0];
    for (size_t i = 1; i < count; i++)
        if (x[places[i]] > x[best]) best = places[i];
    return best;
}

/* What all five operators give, from an image x, and the pooled v. */
typedef struct results {
    double *average, *max, *take;    /* pooled */
    double *average_grad, *max_grad; /* images */
} results;

static double *zeros(const sg_desc *desc) {
    double *d = calloc(kernel_count(desc), sizeof *d);
    assert_non_null(d);
    return d;
}

static void fill_window(const geometry *g, int64_t i, int64_t j, size_t image,
                        size_t at, const float *x, const float *dy,
                        const float *v, const results *r) {
    size_t places[64] = {0}, count = window(g, i, j, places);
    size_t best = greatest(x + image, places, count);
    for (size_t k = 0; k < count; k++) {
        r->average[at] += (double)x[image + places[k]] / (double)count;
        r->average_grad[image + places[k]] += (double)dy[at] / (double)count;
    }
    r->max[at] = (double)x[image + best];
    r->take[at] = (double)v[image + best];
    r->max_grad[image + best] += (double)dy[at];
}

static results exact(const geometry *g, const float *x, const float *dy,
                     const float *v) {
    sg_desc image = image_desc(g), pooled = pooled_desc(g);
    results r = {zeros(&pooled), zeros(&pooled), zeros(&pooled), zeros(&image),
                 zeros(&image)};
    int64_t rows = pooled.dims.size[2], columns = pooled.dims.size[3];
    for (int64_t p = 0; p < g->n * g->c; p++)
        for (int64_t i = 0; i < rows; i++)
            for (int64_t j = 0; j < columns; j++)
                fill_window(g, i, j, (size_t)(p * g->h * g->w),
                            (size_t)((p * rows + i) * columns + j), x, dy, v,
                            &r);
    return r;
}

static void check(const sg_kernel *const *kernels, const void *fields,
                  sg_desc a, const float *a_data, const sg_desc *b,
                  const float *b_data, sg_desc output, double *expected,
                  int32_t block) {
    kernel_run run = {.kernels = kernels,
                      .fields = fields,
                      .n_inputs = b != NULL ? 2 : 1,
                      .output = output};
    run.input[0] = a;
    run.data[0] = a_data;
    run.data[1] = b_data;
    if (b != NULL) run.input[1] = *b;
    if (block > 0)
        run.input[0].layout = (sg_layout){.kind = SG_BLOCKED, .block = block};
    float *got = kernel_run_once(kernel_context, &run);
    assert_int_equal(run.layout.kind, block > 0 ? SG_BLOCKED : SG_PLAIN);
    kernel_compare(run.kernel->name, got, expected, kernel_count(&output),
                   1e-6);
    free(got);
}

/* Numbers with only a few values, so that windows have equal ones. */
static float *steps(const sg_desc *desc, uint32_t seed) {
    float *x = kernel_numbers(desc, seed);
    for (size_t i = 0; i < kernel_count(desc); i++)
        x[i] = roundf(2 * x[i]);
    return x;
}

static void check_layout(const geometry *g, int32_t block) {
    sg_desc image = image_desc(g), pooled = pooled_desc(g);
    sg_pool_fields sized = g->fields;
    sized.height = g->h;
    sized.width = g->w;
    float *x = steps(&image, 1), *dy = kernel_numbers(&pooled, 2);
    float *v = kernel_numbers(&image, 3);
    results r = exact(g, x, dy, v);
    check(sg_average_pool_kernels, &g->fields, image, x, NULL, NULL, pooled,
          r.average, block);
    check(sg_average_pool_grad_kernels, &sized, pooled, dy, NULL, NULL, image,
          r.average_grad, block);
    check(sg_max_pool_kernels, &g->fields, image, x, NULL, NULL, pooled, r.max,
          block);
    check(sg_max_pool_grad_kernels, &g->fields, image, x, &pooled, dy, image,
          r.max_grad, block);
    check(sg_max_pool_take_kernels, &g->fields, image, x, &image, v, pooled,
          r.take, block);
    free(r.average);
    free(r.max);
    free(r.take);
    free(r.average_grad);
    free(r.max_grad);
    free(x);
    free(dy);
    free(v);
}

static void check_all(geometry g) {
    int32_t best = kernel_context->isa;
    for (int32_t isa = SYNGAN_ISA_SSE41; isa <= best; isa++) {
        kernel_context->isa = isa;
        check_layout(&g, 0);
        if (g.c % 8 == 0) check_layout(&g, 8);
        if (g.c % 16 == 0) check_layout(&g, 16);
    }
    kernel_context->isa = best;
}

static void test_pooling(void **state) {
    (void)state;
    check_all((geometry){1, 1, 1, 1, {0, 0, 1, 1, 1, 1, 0, 0, 0, 0}});
    check_all((geometry){2, 3, 7, 5, {0, 0, 2, 2, 2, 2, 0, 1, 0, 1}});
    check_all((geometry){1, 16, 8, 9, {0, 0, 3, 2, 1, 2, 1, 1, 0, 1}});
    check_all((geometry){3, 8, 6, 6, {0, 0, 2, 2, 2, 2, 0, 0, 0, 0}});
    check_all((geometry){1, 32, 5, 5, {0, 0, 3, 3, 3, 3, 2, 2, 2, 2}});
    check_all((geometry){2, 2, 9, 9, {0, 0, 1, 2, 4, 5, 0, 0, 0, 0}});
    check_all((geometry){1, 1, 1, 1, {0, 0, 7, 8, 1, 1, 6, 6, 7, 7}});
}

/* Rows of more windows than kernels take at once. */
static void test_wide(void **state) {
    (void)state;
    check_all((geometry){1, 1, 2, 2503, {0, 0, 2, 3, 1, 1, 0, 1, 1, 1}});
    check_all((geometry){1, 16, 3, 301, {0, 0, 3, 4, 1, 2, 1, 1, 3, 1}});
    check_all((geometry){1, 17, 2, 2053, {0, 0, 1, 2, 2, 2, 0, 0, 1, 0}});
}

/* As SYNGAN_PADDING_SAME pads, as SYNGAN_PADDING_VALID, and as much as is
 * possible. */
static void pad(int64_t size, int32_t window, int32_t stride, int kind,
                int32_t *before, int32_t *after) {
    int64_t total = ((size - 1) / stride * stride) + window - size;
    *before = *after = 0;
    if (kind == 0 && total > 0) {
        *before = (int32_t)(total / 2);
        *after = (int32_t)(total - total / 2);
    } else if (kind == 2) {
        *before = *after = window - 1;
    }
}

static void check_paddings(geometry g) {
    sg_pool_fields *f = &g.fields;
    for (int kind = 0; kind < 3; kind++) {
        pad(g.h, f->size_h, f->stride_h, kind, &f->pad_top, &f->pad_bottom);
        pad(g.w, f->size_w, f->stride_w, kind, &f->pad_left, &f->pad_right);
        sg_desc pooled = pooled_desc(&g);
        if (kernel_count(&pooled) > 0) check_all(g);
    }
}

static void test_sizes(void **state) {
    (void)state;
    const int64_t channels[] = {1, 3, 8, 16, 17, 32};
    const int64_t sizes[] = {1, 2, 5, 13};
    int64_t n = 0;
    for (int32_t size = 1; size <= 5; size += 2)
        for (int32_t stride = 1; stride <= 4; stride++)
            for (size_t h = 0; h < 4; h++) {
                sg_pool_fields fields = {.size_h = size,
                                         .size_w = size % 4 + 1,
                                         .stride_h = stride,
                                         .stride_w = 5 - stride};
                check_paddings((geometry){n % 2 + 1, channels[n % 6], sizes[h],
                                          sizes[n % 4] + 2, fields});
                n++;
            }
}

/* Of equal elements the first one counts. */
static void test_ties(void **state) {
    (void)state;
    const sg_pool_fields fields = {0, 0, 1, 4, 1, 4, 0, 0, 0, 0};
    const float x[] = {1, 2, 2, 0}, dy[] = {5};
    double expected[] = {0, 5, 0, 0};
    sg_desc image = KERNEL_DESC(1, 1, 1, 4), pooled = KERNEL_DESC(1, 1, 1, 1);
    check(sg_max_pool_grad_kernels, &fields, image, x, &pooled, dy, image,
          expected, 0);
}

/* NaN is greater than all, and the first NaN is taken. */
static void check_damaged(int32_t block) {
    const sg_pool_fields fields = {0, 0, 1, 4, 1, 4, 0, 0, 0, 0};
    sg_desc image = KERNEL_DESC(1, 16, 1, 4), pooled = KERNEL_DESC(1, 16, 1, 1);
    float *x = kernel_numbers(&image, 1), *dy = kernel_numbers(&pooled, 2);
    double *expected = zeros(&image);
    for (size_t c = 0; c < 16; c++) {
        x[4 * c + c % 4] = NAN;
        x[4 * c + 3] = NAN;
        expected[4 * c + c % 4] = (double)dy[c];
    }
    kernel_run run = {.kernels = sg_max_pool_kernels,
                      .fields = &fields,
                      .n_inputs = 1,
                      .output = pooled};
    run.input[0] = image;
    run.data[0] = x;
    if (block > 0)
        run.input[0].layout = (sg_layout){.kind = SG_BLOCKED, .block = block};
    float *got = kernel_run_once(kernel_context, &run);
    for (size_t c = 0; c < 16; c++)
        assert_true(isnan(got[c]));
    check(sg_max_pool_grad_kernels, &fields, image, x, &pooled, dy, image,
          expected, block);
    free(got);
    free(x);
    free(dy);
    free(expected);
}

static void test_damaged(void **state) {
    (void)state;
    check_damaged(0);
    check_damaged(8);
    check_damaged(16);
}

/* Nothing is greater than an infinity below 0, and yet it has a place. */
static void test_infinite(void **state) {
    (void)state;
    const sg_pool_fields fields = {0, 0, 2, 2, 2, 2, 1, 1, 1, 1};
    const float x[] = {-INFINITY, -INFINITY, -INFINITY, -INFINITY};
    const float dy[] = {1, 2, 3, 4};
    double expected[] = {1, 2, 3, 4};
    sg_desc image = KERNEL_DESC(1, 1, 2, 2);
    check(sg_max_pool_grad_kernels, &fields, image, x, &image, dy, image,
          expected, 0);
}

static void check_upsample(geometry g, int32_t factor, int32_t block) {
    sg_desc small = image_desc(&g);
    sg_desc large = KERNEL_DESC(g.n, g.c, g.h * factor, g.w * factor);
    sg_upsample_fields fields = {factor};
    float *x = kernel_numbers(&small, 1), *dy = kernel_numbers(&large, 2);
    double *y = zeros(&large), *dx = zeros(&small);
    int64_t width = g.w * factor;
    for (size_t i = 0; i < kernel_count(&large); i++) {
        int64_t row = (int64_t)i / width / factor;
        size_t from = (size_t)(row * g.w + (int64_t)i % width / factor);
        y[i] = (double)x[from];
        dx[from] += (double)dy[i];
    }
    check(sg_upsample_kernels, &fields, small, x, NULL, NULL, large, y, block);
    check(sg_upsample_grad_kernels, &fields, large, dy, NULL, NULL, small, dx,
          block);
    free(x);
    free(dy);
    free(y);
    free(dx);
}

static void test_upsampling(void **state) {
    (void)state;
    int32_t best = kernel_context->isa;
    for (int32_t isa = SYNGAN_ISA_SSE41; isa <= best; isa++) {
        kernel_context->isa = isa;
        check_upsample((geometry){.n = 2, .c = 3, .h = 5, .w = 4}, 3, 0);
        check_upsample((geometry){.n = 1, .c = 1, .h = 1, .w = 1}, 1, 0);
        check_upsample((geometry){.n = 1, .c = 17, .h = 2, .w = 1031}, 2, 0);
        check_upsample((geometry){.n = 2, .c = 16, .h = 3, .w = 5}, 2, 16);
        check_upsample((geometry){.n = 2, .c = 16, .h = 3, .w = 5}, 2, 8);
        check_upsample((geometry){.n = 1, .c = 32, .h = 1, .w = 7}, 5, 16);
    }
    kernel_context->isa = best;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pooling),    cmocka_unit_test(test_wide),
        cmocka_unit_test(test_sizes),      cmocka_unit_test(test_ties),
        cmocka_unit_test(test_damaged),    cmocka_unit_test(test_infinite),
        cmocka_unit_test(test_upsampling),
    };
    return cmocka_run_group_tests(tests, kernel_set_up, kernel_tear_down);
}
