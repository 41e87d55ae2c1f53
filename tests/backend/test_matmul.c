/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matrix products against plain loops: all four transposes, odd sizes, single
 * rows and columns, batches, bias and unary functions.
 */
#include <math.h>
#include <stdlib.h>

#include "backend/backend.h"
#include "backend/matmul.h"
#include "support/isa.h"
#include "support/kernel_frame.h"
#include "support/kernel_run.h"

typedef struct sizes {
    int64_t batch, m, n, k;
} sizes;

static double *reference(const sizes *s, const float *a, const float *b,
                         const sg_matmul_fields *f) {
    double *c = calloc((size_t)(s->batch * s->m * s->n), sizeof *c);
    assert_non_null(c);
    for (int64_t g = 0; g < s->batch; g++)
        for (int64_t i = 0; i < s->m; i++)
            for (int64_t j = 0; j < s->n; j++)
                for (int64_t l = 0; l < s->k; l++) {
                    int64_t x = f->transpose_a ? l * s->m + i : i * s->k + l;
                    int64_t y = f->transpose_b ? j * s->k + l : l * s->n + j;
                    c[(g * s->m + i) * s->n + j] +=
                        (double)a[g * s->m * s->k + x] *
                        (double)b[g * s->k * s->n + y];
                }
    return c;
}

static sg_desc matrix(const sizes *s, int64_t rows, int64_t columns) {
    return s->batch == 1 ? KERNEL_DESC(rows, columns)
                         : KERNEL_DESC(s->batch, rows, columns);
}

static void check(sizes s, int32_t ta, int32_t tb, int finish, int32_t type) {
    sg_matmul_fields fields = {ta, tb};
    kernel_run run = {
        .kernels = sg_matmul_kernels, .fields = &fields, .n_inputs = 2};
    run.input[0] = ta ? matrix(&s, s.k, s.m) : matrix(&s, s.m, s.k);
    run.input[1] = tb ? matrix(&s, s.n, s.k) : matrix(&s, s.k, s.n);
    run.output = matrix(&s, s.m, s.n);
    run.input[0].type = run.input[1].type = type;
    sg_desc row = KERNEL_DESC(s.n);
    float *a = kernel_numbers(&run.input[0], 1);
    float *b = kernel_numbers(&run.input[1], 2);
    float *bias = kernel_numbers(&row, 3);
    double *c = reference(&s, a, b, &fields);
    run.data[0] = a;
    run.data[1] = b;
    if (finish > 0 && s.batch == 1) {
        run.bias = bias;
        for (int64_t i = 0; i < s.m * s.n; i++)
            c[i] += (double)bias[i % s.n];
    }
    if (finish > 1) { /* leaky ReLU, then tanh */
        run.n_unary = 2;
        run.unary[0] = (sg_unary){SG_UNARY_LEAKY_RELU, 0, 0.2, 0};
        run.unary[1] = (sg_unary){SG_UNARY_TANH, 0, 0, 0};
        for (int64_t i = 0; i < s.batch * s.m * s.n; i++)
            c[i] = tanh(c[i] > 0 ? c[i] : 0.2 * c[i]);
    }
    float *got = kernel_run_once(kernel_context, &run);
    kernel_compare(run.kernel->name, got, c, kernel_count(&run.output), 3e-6);
    free(got);
    free(a);
    free(b);
    free(bias);
    free(c);
}

static void check_transposes(sizes s) {
    for (int i = 0; i < 4; i++)
        for (int finish = 0; finish < 3; finish++) {
            check(s, i & 1, i >> 1, finish, SYNGAN_TYPE_F32);
            if (sg_backend_has_bf16(kernel_context))
                check(s, i & 1, i >> 1, finish, SYNGAN_TYPE_BF16);
        }
}

static void test_sizes(void **state) {
    (void)state;
    const sizes all[] = {
        {1, 1, 1, 1},    {1, 64, 1, 100}, {1, 1, 70, 5},  {1, 7, 5, 3},
        {1, 17, 31, 13}, {1, 64, 48, 32}, {1, 2, 130, 1}, {1, 33, 1, 1},
        {1, 1, 1, 97},   {1, 5, 2500, 3},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        check_transposes(all[i]);
}

static void test_batches(void **state) {
    (void)state;
    check_transposes((sizes){2, 3, 5, 7});
    check_transposes((sizes){5, 1, 9, 4});
    check_transposes((sizes){3, 16, 1, 16});
    check_transposes((sizes){4, 1, 1, 1});
}

static int run_suite(int32_t cap) {
    kernel_isa = cap;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_batches),
    };
    return cmocka_run_group_tests(tests, kernel_set_up, kernel_tear_down);
}

int main(void) {
    return isa_each(run_suite);
}
