/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The three convolution products against plain loops, over odd sizes, strides,
 * dilations, groups and paddings; bias and unary functions; layouts.
 */
#include <math.h>
#include <stdlib.h>

#include "backend/backend.h"
#include "backend/conv/conv.h"
#include "base/thread.h"
#include "support/isa.h"
#include "support/kernel_frame.h"
#include "support/kernel_run.h"

/* Of the operands; the results are f32. */
static int32_t operand_type = SYNGAN_TYPE_F32;

typedef struct geometry {
    int64_t n, c, h, w, filters, kh, kw;
    sg_conv_fields fields;
} geometry;

static sg_desc x_desc(const geometry *g) {
    return KERNEL_DESC(g->n, g->c, g->h, g->w);
}
static sg_desc w_desc(const geometry *g) {
    return KERNEL_DESC(g->filters, g->c / g->fields.groups, g->kh, g->kw);
}
static sg_desc y_desc(const geometry *g) {
    const sg_conv_fields *f = &g->fields;
    return KERNEL_DESC(g->n, g->filters,
                       sg_conv_size(g->h, g->kh, f->stride_h, f->dilation_h,
                                    f->pad_top, f->pad_bottom),
                       sg_conv_size(g->w, g->kw, f->stride_w, f->dilation_w,
                                    f->pad_left, f->pad_right));
}

/* ---- the reference ------------------------------------------------------ */

/* Calls `visit` for each product x w that y sums up, by their indices. */
typedef void (*visit_fn)(void *to, size_t x, size_t w, size_t y);

static void visit_window(const geometry *g, const sg_dims *ys, int64_t n,
                         int64_t f, int64_t oy, int64_t ox, visit_fn visit,
                         void *to) {
    const sg_conv_fields *s = &g->fields;
    int64_t cg = g->c / s->groups, first = f / (g->filters / s->groups) * cg;
    for (int64_t c = 0; c < cg; c++)
        for (int64_t ky = 0; ky < g->kh; ky++)
            for (int64_t kx = 0; kx < g->kw; kx++) {
                int64_t iy = oy * s->stride_h + ky * s->dilation_h - s->pad_top;
                int64_t ix =
                    ox * s->stride_w + kx * s->dilation_w - s->pad_left;
                if (iy < 0 || iy >= g->h || ix < 0 || ix >= g->w) continue;
                int64_t x = ((n * g->c + first + c) * g->h + iy) * g->w + ix;
                int64_t w = ((f * cg + c) * g->kh + ky) * g->kw + kx;
                int64_t y =
                    ((n * g->filters + f) * ys->size[2] + oy) * ys->size[3] +
                    ox;
                visit(to, (size_t)x, (size_t)w, (size_t)y);
            }
}

static void visit_all(const geometry *g, visit_fn visit, void *to) {
    sg_dims ys = y_desc(g).dims;
    for (int64_t n = 0; n < g->n; n++)
        for (int64_t f = 0; f < g->filters; f++)
            for (int64_t oy = 0; oy < ys.size[2]; oy++)
                for (int64_t ox = 0; ox < ys.size[3]; ox++)
                    visit_window(g, &ys, n, f, oy, ox, visit, to);
}

typedef struct sums {
    const float *a, *b;
    double *result;
} sums;

static void add_y(void *to, size_t x, size_t w, size_t y) {
    sums *s = to;
    s->result[y] += (double)s->a[x] * (double)s->b[w];
}
static void add_x(void *to, size_t x, size_t w, size_t y) {
    sums *s = to;
    s->result[x] += (double)s->a[y] * (double)s->b[w];
}
static void add_w(void *to, size_t x, size_t w, size_t y) {
    sums *s = to;
    s->result[w] += (double)s->a[x] * (double)s->b[y];
}

/* ---- checking ----------------------------------------------------------- */

/* Bias and functions that the reference gets, too. */
static void add_finish(kernel_run *run, const float *bias, int finish,
                       double *expected) {
    const sg_dims *d = &run->output.dims;
    int64_t inner = d->size[2] * d->size[3];
    int64_t count = sg_dims_count(d);
    if (finish > 0) {
        run->bias = bias;
        for (int64_t i = 0; i < count; i++)
            expected[i] += (double)bias[i / inner % d->size[1]];
    }
    if (finish == 2) {
        run->n_unary = 2;
        run->unary[0] = (sg_unary){SG_UNARY_LEAKY_RELU, 0, 0.25, 0};
        run->unary[1] = (sg_unary){SG_UNARY_TANH, 0, 0, 0};
        for (int64_t i = 0; i < count; i++)
            expected[i] =
                tanh(expected[i] > 0 ? expected[i] : 0.25 * expected[i]);
    }
    if (finish == 3) {
        run->n_unary = 1;
        run->unary[0] = (sg_unary){SG_UNARY_SIGMOID, 0, 0, 0};
        for (int64_t i = 0; i < count; i++)
            expected[i] = 1 / (1 + exp(-expected[i]));
    }
}

static void check(const char *what, kernel_run *run, const geometry *g,
                  visit_fn add, int finish) {
    sg_desc channels = KERNEL_DESC(run->output.dims.size[1]);
    run->input[0].type = run->input[1].type = operand_type;
    float *a = kernel_numbers(&run->input[0], 11);
    float *b = kernel_numbers(&run->input[1], 12);
    float *bias = kernel_numbers(&channels, 13);
    size_t count = kernel_count(&run->output);
    double *expected = calloc(count, sizeof *expected);
    assert_non_null(expected);
    sums s = {a, b, expected};
    visit_all(g, add, &s);
    add_finish(run, bias, finish, expected);
    run->data[0] = a;
    run->data[1] = b;
    float *got = kernel_run_once(kernel_context, run);
    kernel_compare(what, got, expected, count, 5e-5);
    free(got);
    free(expected);
    free(bias);
    free(b);
    free(a);
}

static kernel_run conv_run(const sg_kernel *const *kernels, const char *name,
                           const sg_conv_fields *fields, sg_desc a, sg_desc b,
                           sg_desc output) {
    kernel_run run = {.kernels = kernels,
                      .name = name,
                      .fields = fields,
                      .n_inputs = 2,
                      .output = output};
    run.input[0] = a;
    run.input[1] = b;
    return run;
}

static sg_layout check_forward(const geometry *g, int finish) {
    kernel_run run = conv_run(sg_conv2d_kernels, NULL, &g->fields, x_desc(g),
                              w_desc(g), y_desc(g));
    check("conv2d", &run, g, add_y, finish);
    return run.layout;
}

static void check_input(const geometry *g, const char *name, int finish) {
    sg_conv_fields fields = g->fields;
    fields.height = g->h;
    fields.width = g->w;
    kernel_run run = conv_run(sg_conv2d_input_kernels, name, &fields, y_desc(g),
                              w_desc(g), x_desc(g));
    check("conv2d_input", &run, g, add_x, finish);
    int32_t block = kernel_context->isa >= SYNGAN_ISA_AVX512 ? 16 : 8;
    if (run.input[0].dims.size[1] % block != 0) return;
    run.input[0].layout = (sg_layout){.kind = SG_BLOCKED, .block = block};
    run.n_unary = 0;
    run.bias = NULL;
    check("conv2d_input of a blocked image", &run, g, add_x, finish);
}

static void check_weight(const geometry *g) {
    sg_conv_fields fields = g->fields;
    fields.height = g->kh;
    fields.width = g->kw;
    kernel_run run = conv_run(sg_conv2d_weight_kernels, NULL, &fields,
                              x_desc(g), y_desc(g), w_desc(g));
    check("conv2d_weight", &run, g, add_w, 0);
}

/* All ways to finish with the best instruction set and f32, else half. */
static void check_type(geometry g, int32_t type) {
    int step = kernel_isa == sg_cpu_isa() && type == SYNGAN_TYPE_F32 ? 1 : 2;
    operand_type = type;
    for (int finish = 0; finish < 4; finish += step) {
        check_forward(&g, finish);
        check_input(&g, NULL, finish);
        check_input(&g, "convolution, data", finish);
    }
    check_weight(&g);
    operand_type = SYNGAN_TYPE_F32;
}

static void check_all(geometry g) {
    check_type(g, SYNGAN_TYPE_F32);
    if (sg_backend_has_bf16(kernel_context)) check_type(g, SYNGAN_TYPE_BF16);
}

/* Stride, dilation, and top, bottom, left, right padding, of both axes. */
#define FIELDS(s, d, t, b, l, r, g)                                            \
    { 0, 0, s, s, d, d, t, b, l, r, g, 0 }

static void test_small(void **state) {
    (void)state;
    check_all((geometry){1, 1, 1, 1, 1, 1, 1, FIELDS(1, 1, 0, 0, 0, 0, 1)});
    check_all((geometry){2, 3, 7, 5, 4, 3, 3, FIELDS(1, 1, 1, 1, 1, 1, 1)});
    check_all((geometry){1, 7, 11, 11, 5, 3, 2, FIELDS(2, 1, 0, 1, 1, 0, 1)});
    check_all((geometry){3, 1, 9, 13, 2, 5, 1, FIELDS(3, 1, 2, 1, 0, 1, 1)});
    check_all((geometry){2, 5, 6, 6, 3, 1, 1, FIELDS(2, 1, 0, 0, 0, 0, 1)});
    check_all((geometry){1, 2, 3, 3, 2, 7, 7, FIELDS(1, 1, 3, 3, 3, 3, 1)});
}

static void test_blocks(void **state) {
    (void)state;
    check_all((geometry){2, 16, 7, 9, 32, 3, 3, FIELDS(1, 1, 1, 1, 1, 1, 1)});
    check_all((geometry){3, 32, 8, 8, 16, 4, 4, FIELDS(2, 1, 1, 1, 1, 1, 1)});
    check_all((geometry){1, 48, 5, 5, 16, 2, 3, FIELDS(1, 1, 0, 1, 1, 1, 1)});
    check_all((geometry){2, 8, 6, 6, 24, 3, 3, FIELDS(1, 1, 1, 1, 1, 1, 1)});
    check_all((geometry){2, 20, 6, 7, 16, 3, 3, FIELDS(2, 1, 0, 1, 0, 1, 1)});
    check_all((geometry){2, 16, 6, 7, 37, 3, 3, FIELDS(2, 1, 1, 1, 1, 1, 1)});
}

/* The pair's layers and their like, with few channels. */
static void test_few(void **state) {
    (void)state;
    check_all((geometry){3, 1, 12, 12, 64, 7, 7, FIELDS(1, 1, 3, 3, 3, 3, 1)});
    check_all((geometry){3, 1, 12, 12, 64, 4, 4, FIELDS(2, 1, 1, 1, 1, 1, 1)});
    check_all((geometry){2, 3, 13, 11, 16, 4, 4, FIELDS(2, 1, 1, 2, 0, 1, 1)});
    check_all((geometry){1, 3, 10, 10, 32, 5, 3, FIELDS(3, 2, 4, 4, 1, 1, 1)});
    check_all((geometry){1, 2, 70, 40, 16, 3, 3, FIELDS(1, 1, 1, 1, 1, 1, 1)});
    check_all((geometry){2, 3, 11, 37, 32, 8, 5, FIELDS(1, 1, 3, 4, 2, 2, 1)});
    check_all((geometry){1, 1, 10, 50, 16, 2, 9, FIELDS(1, 1, 3, 0, 10, 2, 1)});
    check_all((geometry){2, 2, 14, 9, 16, 9, 3, FIELDS(1, 1, 4, 4, 1, 1, 1)});
}

static void test_dilation(void **state) {
    (void)state;
    check_all((geometry){2, 16, 11, 11, 16, 3, 3, FIELDS(1, 2, 2, 2, 2, 2, 1)});
    check_all((geometry){1, 3, 12, 9, 5, 3, 2, FIELDS(2, 3, 3, 2, 1, 2, 1)});
}

static void test_groups(void **state) {
    (void)state;
    check_all((geometry){2, 4, 6, 6, 6, 3, 3, FIELDS(1, 1, 1, 1, 1, 1, 2)});
    check_all((geometry){2, 32, 6, 6, 32, 3, 3, FIELDS(2, 1, 1, 1, 1, 1, 2)});
    check_all((geometry){1, 16, 7, 7, 16, 3, 3, FIELDS(1, 1, 1, 1, 1, 1, 16)});
    check_all((geometry){1, 6, 5, 5, 3, 1, 1, FIELDS(1, 1, 0, 0, 0, 0, 3)});
    check_all((geometry){2, 5, 7, 5, 10, 3, 3, FIELDS(1, 2, 2, 2, 2, 2, 5)});
}

/* Padding beyond the kernel's reach. */
static void test_wide_padding(void **state) {
    (void)state;
    check_all((geometry){1, 2, 4, 4, 3, 2, 2, FIELDS(1, 1, 3, 2, 4, 3, 1)});
    check_all((geometry){1, 16, 4, 4, 16, 2, 2, FIELDS(2, 1, 3, 2, 4, 3, 1)});
}

static void test_layouts(void **state) {
    (void)state;
    const geometry whole = {1, 32, 4, 4, 32, 3, 3, FIELDS(1, 1, 1, 1, 1, 1, 1)};
    const geometry part = {1, 32, 4, 4, 33, 3, 3, FIELDS(1, 1, 1, 1, 1, 1, 1)};
    assert_int_equal(check_forward(&whole, 0).kind, SG_BLOCKED);
    assert_int_equal(check_forward(&part, 0).kind, SG_PLAIN);
}

static int run_suite(int32_t cap) {
    kernel_isa = cap;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small),   cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_few),     cmocka_unit_test(test_dilation),
        cmocka_unit_test(test_groups),  cmocka_unit_test(test_wide_padding),
        cmocka_unit_test(test_layouts),
    };
    return cmocka_run_group_tests(tests, kernel_set_up, kernel_tear_down);
}

int main(void) {
    return isa_each(run_suite);
}
