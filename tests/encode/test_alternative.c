/* SPDX-License-Identifier: Apache-2.0 */
/* The draw of an alternative: against sums in double precision, and equal for
 * all instruction sets. */
#include "base/random.h"
#include "base/thread.h"
#include "encode/alternative_simd.h"
#include "support/test.h"

#include <math.h>

#define WIDEST 70

/* How far `unit` may be from the chances that border the alternative. */
#define NEAR 1e-5

static void check(const float *logit, int32_t width, float unit,
                  int32_t drawn) {
    double most = -INFINITY, total = 0, below = 0;
    for (int32_t i = 0; i < width; i++)
        most = fmax(most, (double)logit[i]);
    for (int32_t i = 0; i < width; i++)
        total += exp((double)logit[i] - most);
    assert_in_range(drawn, 0, width - 1);
    for (int32_t i = 0; i < drawn; i++)
        below += exp((double)logit[i] - most) / total;
    double share = exp((double)logit[drawn] - most) / total;
    assert_true((double)unit > below - NEAR);
    assert_true((double)unit < below + share + NEAR);
}

static void draws_by_chance(void **state) {
    (void)state;
    const sg_random random = {.seed = 5};
    float logit[WIDEST], unit[WIDEST];
    sg_random_uniform(&random, 0, WIDEST, unit);
    for (int32_t width = 1; width <= WIDEST; width++) {
        sg_random_normal(&random, 1000 * (uint64_t)width, (size_t)width, logit);
        for (int32_t i = 0; i < width; i++)
            logit[i] *= 8;
        for (int32_t u = 0; u < WIDEST; u++) {
            int32_t first = sg_draw_alternative_sse41(logit, width, unit[u]);
            check(logit, width, unit[u], first);
            for (int32_t isa = SYNGAN_ISA_AVX2; isa <= sg_cpu_isa(); isa++)
                assert_int_equal(sg_simd_pick(isa, sg_draw_alternative)(
                                     logit, width, unit[u]),
                                 first);
        }
    }
}

/* What is not finite gives some alternative. */
static void takes_everything(void **state) {
    (void)state;
    float logit[WIDEST];
    for (int32_t width = 1; width <= WIDEST; width++) {
        for (int32_t i = 0; i < width; i++)
            logit[i] = i % 3 == 0 ? NAN : i % 3 == 1 ? INFINITY : -INFINITY;
        for (int32_t isa = SYNGAN_ISA_SSE41; isa <= sg_cpu_isa(); isa++)
            assert_in_range(
                sg_simd_pick(isa, sg_draw_alternative)(logit, width, 0.5f), 0,
                width - 1);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_by_chance),
        cmocka_unit_test(takes_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
