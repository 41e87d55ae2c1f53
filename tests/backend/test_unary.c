/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of one element and their derivatives, for each instruction set of
 * this machine: errors against double precision, special values, and
 * independence of an element's place.
 */
#include <math.h>
#include <string.h>

#include "backend/unary.h"
#include "base/random.h"
#include "base/thread.h"
#include "support/reference.h"
#include "support/test.h"

#define COUNT 4099

static const sg_unary unaries[] = {
    {SG_UNARY_RELU, 0, 0, 0},      {SG_UNARY_LEAKY_RELU, 0, 0.2, 0},
    {SG_UNARY_TANH, 0, 0, 0},      {SG_UNARY_SIGMOID, 0, 0, 0},
    {SG_UNARY_SOFTPLUS, 0, 0, 0},  {SG_UNARY_EXP, 0, 0, 0},
    {SG_UNARY_LOG, 0, 0, 0},       {SG_UNARY_SQRT, 0, 0, 0},
    {SG_UNARY_SQUARE, 0, 0, 0},    {SG_UNARY_AFFINE, 0, -1.5, 0.25},
    {SG_UNARY_CLIP, 0, -0.5, 2.0}, {SG_UNARY_ABS, 0, 0, 0},
    {SG_UNARY_POW, 0, 3, 0},       {SG_UNARY_POW, 0, -1.7, 0},
    {SG_UNARY_POW, 0, 0.5, 0},     {SG_UNARY_POW, 0, 17.25, 0},
    {SG_UNARY_GELU, 0, 0, 0},      {SG_UNARY_GELU_TANH, 0, 0, 0},
    {SG_UNARY_SILU, 0, 0, 0},      {SG_UNARY_ELU, 0, 0.7, 0},
};
#define UNARIES (sizeof unaries / sizeof unaries[0])

static double value(const sg_unary *f, double x) {
    double alpha = (double)(float)f->alpha, beta = (double)(float)f->beta;
    return reference_unary(f->kind, alpha, beta, x);
}

static double slope(const sg_unary *f, double x) {
    double h = 1e-6 * (fabs(x) + 1);
    return (value(f, x + h) - value(f, x - h)) / (2 * h);
}

/* Arguments in the function's domain: dense around 0, and far away. */
static void arguments(const sg_unary *f, float *x) {
    sg_random random = {.seed = 7, .stream = (uint32_t)f->kind};
    sg_random_uniform(&random, 0, COUNT, x);
    for (size_t i = 0; i < COUNT; i++) {
        float spread = i % 3 == 0 ? 2.0f : i % 3 == 1 ? 20.0f : 160.0f;
        x[i] = (x[i] - 0.5f) * spread;
        if (f->kind == SG_UNARY_LOG || f->kind == SG_UNARY_SQRT)
            x[i] = i % 3 == 2 ? expf(x[i]) : fabsf(x[i]) + 1e-30f;
        if (f->kind == SG_UNARY_POW && f->alpha != 3)
            x[i] = fabsf(x[i]) + 0.01f;
    }
}

/* Error in units of the last place of a float near `exact`. Denormals may be
 * zero, as they are in programs. */
static double ulps(float got, double exact) {
    if (got == 0 && fabs(exact) < 1.2e-38) return 0;
    double unit = ldexp(1, ilogb(fmax(fabs(exact), 1.2e-38)) - 23);
    return fabs((double)got - exact) / unit;
}

static void each_isa(void (*check)(int32_t isa)) {
    for (int32_t isa = SYNGAN_ISA_SSE41; isa <= sg_cpu_isa(); isa++)
        check(isa);
}

static void check_values(int32_t isa) {
    static float x[COUNT], y[COUNT];
    for (size_t u = 0; u < UNARIES; u++) {
        const sg_unary *f = &unaries[u];
        double worst = 0;
        arguments(f, x);
        sg_unary_run(isa, f, COUNT, x, y);
        for (size_t i = 0; i < COUNT; i++)
            worst = fmax(worst, ulps(y[i], value(f, (double)x[i])));
        /* Where an affine function's terms cancel, no bound in units holds. */
        double bound = f->kind == SG_UNARY_GELU ? 6 : 2.5;
        if (f->kind != SG_UNARY_AFFINE && worst > bound)
            fail_msg("isa %d, function %d: %.2f ulp", isa, f->kind, worst);
    }
}

static void test_values(void **state) {
    (void)state;
    each_isa(check_values);
}

static void check_derivatives(int32_t isa) {
    static float x[COUNT], y[COUNT], dy[COUNT], dx[COUNT];
    for (size_t u = 0; u < UNARIES; u++) {
        const sg_unary *f = &unaries[u];
        arguments(f, x);
        for (size_t i = 0; i < COUNT; i++)
            dy[i] = (float)(i % 5) - 2.5f;
        sg_unary_run(isa, f, COUNT, x, y);
        sg_unary_grad_run(isa, f, COUNT, sg_unary_from_output(f->kind) ? y : x,
                          dy, dx);
        for (size_t i = 0; i < COUNT; i++) {
            if (fabsf(x[i]) > 30 || fabsf(x[i]) < 1e-3f) continue;
            double exact = (double)dy[i] * slope(f, (double)x[i]);
            double error = fabs((double)dx[i] - exact);
            if (error > 1e-4 * fabs(exact) + 1e-6)
                fail_msg("isa %d, function %d at %g: %g, not %g", isa, f->kind,
                         (double)x[i], (double)dx[i], exact);
        }
    }
}

static void test_derivatives(void **state) {
    (void)state;
    each_isa(check_derivatives);
}

/* Any split gives the same bits, also in place. */
static void check_places(int32_t isa) {
    static float x[COUNT], whole[COUNT], parts[COUNT + 1];
    for (size_t u = 0; u < UNARIES; u++) {
        const sg_unary *f = &unaries[u];
        arguments(f, x);
        sg_unary_run(isa, f, COUNT, x, whole);
        memcpy(parts + 1, x, sizeof x);
        for (size_t i = 0, n = 1; i < COUNT; i += n, n = n % 37 + 1) {
            if (i + n > COUNT) n = COUNT - i;
            sg_unary_run(isa, f, n, parts + 1 + i, parts + 1 + i);
        }
        assert_memory_equal(whole, parts + 1, sizeof whole);
        sg_unary_grad_run(isa, f, COUNT, x, whole, parts);
        for (size_t i = 0, n = 1; i < COUNT; i += n, n = n % 37 + 1) {
            if (i + n > COUNT) n = COUNT - i;
            sg_unary_grad_run(isa, f, n, x + i, whole + i, whole + i);
        }
        assert_memory_equal(whole, parts, sizeof whole);
    }
}

static void test_places(void **state) {
    (void)state;
    each_isa(check_places);
}

static float one(int32_t isa, int32_t kind, float x) {
    sg_unary f = {kind, 0, 0.2, 1};
    float y;
    sg_unary_run(isa, &f, 1, &x, &y);
    return y;
}

static void check_special(int32_t isa) {
    const float inf = INFINITY;
    for (int32_t kind = 0; kind < SG_UNARY_COUNT; kind++)
        assert_true(isnan(one(isa, kind, NAN)));
    assert_true(one(isa, SG_UNARY_EXP, inf) == inf);
    assert_true(one(isa, SG_UNARY_EXP, 88.8f) == inf);
    assert_true(one(isa, SG_UNARY_EXP, -inf) == 0);
    assert_true(one(isa, SG_UNARY_EXP, 0) == 1);
    assert_true(one(isa, SG_UNARY_LOG, 0) == -inf);
    assert_true(one(isa, SG_UNARY_LOG, inf) == inf);
    assert_true(one(isa, SG_UNARY_LOG, 1) == 0);
    assert_true(isnan(one(isa, SG_UNARY_LOG, -1)));
    assert_true(one(isa, SG_UNARY_TANH, inf) == 1);
    assert_true(one(isa, SG_UNARY_TANH, -inf) == -1);
    assert_true(one(isa, SG_UNARY_TANH, 1e-20f) == 1e-20f);
    assert_true(one(isa, SG_UNARY_SIGMOID, inf) == 1);
    assert_true(one(isa, SG_UNARY_SIGMOID, -inf) == 0);
    assert_true(one(isa, SG_UNARY_SOFTPLUS, inf) == inf);
    assert_true(one(isa, SG_UNARY_SOFTPLUS, -inf) == 0);
    assert_true(one(isa, SG_UNARY_SOFTPLUS, 100) == 100);
    assert_true(isnan(one(isa, SG_UNARY_SQRT, -1)));
    assert_true(one(isa, SG_UNARY_RELU, -inf) == 0);
    assert_true(one(isa, SG_UNARY_LEAKY_RELU, -inf) == -inf);
    assert_true(one(isa, SG_UNARY_CLIP, -inf) == 0.2f);
}

static void test_special(void **state) {
    (void)state;
    each_isa(check_special);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_derivatives),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_special),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
