/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers: the published vectors, splitting, distributions, and values
 * that must never change, since checkpoints depend on them. */
#include "base/random.h"

#include <math.h>
#include <stdlib.h>
#include <xmmintrin.h>

#include "base/thread.h"
#include "support/test.h"

/* The known answers of Random123 for philox4x32, ten rounds. */
static void philox_gives_known_answers(void **state) {
    (void)state;
    static const struct {
        uint32_t counter[4], key[2], out[4];
    } known[] = {
        {{0, 0, 0, 0},
         {0, 0},
         {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (int i = 0; i < 3; i++) {
        uint32_t out[4];
        sg_philox(known[i].counter, known[i].key, out);
        assert_memory_equal(out, known[i].out, sizeof(out));
    }
}

static const sg_random sample = {
    .seed = 0x123456789abcdefull, .step = 0xfedcba987654321ull, .stream = 77};

static void bits_are_philox_blocks(void **state) {
    (void)state;
    const uint64_t first = (5ull << 34) + 4; /* a block beyond 32 bits */
    uint32_t bits[8];
    sg_random_bits(&sample, first, 8, bits);
    for (uint32_t b = 0; b < 2; b++) {
        uint64_t block = first / 4 + b;
        const uint32_t counter[4] = {
            (uint32_t)block, (uint32_t)(block >> 32) ^ sample.stream,
            (uint32_t)sample.step, (uint32_t)(sample.step >> 32)};
        const uint32_t key[2] = {(uint32_t)sample.seed,
                                 (uint32_t)(sample.seed >> 32)};
        uint32_t out[4];
        sg_philox(counter, key, out);
        assert_memory_equal(bits + 4 * b, out, sizeof(out));
    }
}

enum { TOTAL = 1000 };

typedef void (*draw_fn)(const sg_random *random, uint64_t first, size_t count,
                        float *out);

static void draw_bits(const sg_random *random, uint64_t first, size_t count,
                      float *out) {
    sg_random_bits(random, first, count, (uint32_t *)(void *)out);
}

static const draw_fn draws[] = {draw_bits, sg_random_uniform, sg_random_normal};

static void ranges_can_be_split_anywhere(void **state) {
    (void)state;
    float whole[TOTAL], parts[TOTAL + 1];
    for (size_t d = 0; d < 3; d++) {
        draws[d](&sample, 3, TOTAL, whole);
        for (size_t step = 1; step < 150; step++) {
            memset(parts, 0, sizeof(parts));
            parts[TOTAL] = 42;
            for (size_t i = 0; i < TOTAL; i += step) {
                size_t n = TOTAL - i < step ? TOTAL - i : step;
                draws[d](&sample, 3 + i, n, parts + i);
            }
            assert_memory_equal(parts, whole, sizeof(whole));
            assert_true(parts[TOTAL] == 42);
        }
        draws[d](&sample, 0, 0, parts);
        assert_memory_equal(parts, whole, sizeof(whole));
    }
}

static void instruction_sets_agree(void **state) {
    (void)state;
    enum { SIZE = 1000 };
    float expected[SIZE], out[SIZE];
    for (size_t d = 0; d < 3; d++) {
        draws[d](&sample, 3, SIZE, expected);
        for (int32_t isa = SYNGAN_ISA_SSE41; isa <= sg_cpu_isa(); isa++) {
            sg_random random = sample;
            random.isa = isa;
            draws[d](&random, 3, SIZE, out);
            assert_memory_equal(out, expected, sizeof out);
        }
    }
}

static void streams_differ(void **state) {
    (void)state;
    sg_random others[4] = {sample, sample, sample, sample};
    others[0].seed++;
    others[1].step++;
    others[2].stream++;
    others[3].seed += 1ull << 32;
    uint32_t base[64], other[64];
    sg_random_bits(&sample, 0, 64, base);
    for (int i = 0; i < 4; i++) {
        sg_random_bits(&others[i], 0, 64, other);
        int equal = 0;
        for (int k = 0; k < 64; k++)
            equal += base[k] == other[k];
        assert_int_equal(equal, 0);
    }
    assert_int_equal(sg_stream_id(""), 0x811c9dc5);
    assert_int_equal(sg_stream_id("a"), 0xe40c292c); /* FNV-1a's own */
    assert_int_equal(sg_stream_id("foobar"), 0xbf9cf968);
}

/* ---- against the C library's functions ----------------------------------- */

static void uniform_is_bits_scaled(void **state) {
    (void)state;
    uint32_t bits[TOTAL];
    float uniform[TOTAL];
    sg_random_bits(&sample, 0, TOTAL, bits);
    sg_random_uniform(&sample, 0, TOTAL, uniform);
    for (int i = 0; i < TOTAL; i++) {
        assert_true(uniform[i] == (float)(bits[i] >> 8) / 16777216.0f);
        assert_true(uniform[i] >= 0 && uniform[i] < 1);
    }
}

static void normal_is_box_and_muller(void **state) {
    (void)state;
    enum { N = 200000 };
    uint32_t *bits = malloc(N * sizeof(*bits));
    float *normal = malloc(N * sizeof(*normal));
    sg_random_bits(&sample, 0, N, bits);
    sg_random_normal(&sample, 0, N, normal);
    double worst = 0;
    for (int i = 0; i < N; i += 2) {
        double u = (bits[i] + 0.5) / 4294967296.0;
        double turn = bits[i + 1] / 4294967296.0 * 2 * acos(-1);
        double radius = sqrt(-2 * log(u));
        /* Next to 1, u itself is rounded to f32. */
        double allowed = 6e-7 + 6e-8 / radius;
        worst = fmax(worst, fabs(normal[i] - radius * cos(turn)) / allowed);
        worst = fmax(worst, fabs(normal[i + 1] - radius * sin(turn)) / allowed);
    }
    free(bits);
    free(normal);
    assert_true(worst < 1);
}

/* ---- distributions ------------------------------------------------------- */

static void moments_are_right(void **state) {
    (void)state;
    enum { N = 1 << 20 };
    float *x = malloc(N * sizeof(*x));
    double sums[5] = {0}, product = 0;
    sg_random_normal(&sample, 0, N, x);
    for (int i = 0; i < N; i++) {
        double power = 1;
        for (int k = 0; k < 5; k++, power *= (double)x[i])
            sums[k] += power;
        if (i > 0) product += (double)x[i] * (double)x[i - 1];
    }
    /* Five deviations of each estimate. */
    assert_true(fabs(sums[1] / N) < 5 / sqrt(N));
    assert_true(fabs(sums[2] / N - 1) < 5 * sqrt(2.0 / N));
    assert_true(fabs(sums[3] / N) < 5 * sqrt(15.0 / N));
    assert_true(fabs(sums[4] / N - 3) < 5 * sqrt(96.0 / N));
    assert_true(fabs(product / N) < 5 / sqrt(N));
    sg_random_uniform(&sample, 0, N, x);
    int cells[64] = {0};
    for (int i = 0; i < N; i++)
        cells[(int)(x[i] * 64)]++;
    double chi = 0;
    for (int i = 0; i < 64; i++)
        chi += pow(cells[i] - N / 64.0, 2) / (N / 64.0);
    assert_true(chi > 25 && chi < 125); /* 63 degrees of freedom */
    free(x);
}

static void below_is_uniform(void **state) {
    (void)state;
    int cells[7] = {0};
    for (uint64_t i = 0; i < 70000; i++) {
        uint64_t value = sg_random_below(&sample, i, 7);
        assert_true(value < 7);
        cells[value]++;
    }
    for (int i = 0; i < 7; i++)
        assert_in_range(cells[i], 9500, 10500);
    assert_int_equal(sg_random_below(&sample, 5, 1), 0);
    int high = 0;
    for (uint64_t i = 0; i < 1000; i++) {
        high += sg_random_below(&sample, i, UINT64_MAX) > UINT64_MAX / 2;
    }
    assert_in_range(high, 400, 600);
}

/* ---- values for ever ------------------------------------------------------
 */

static uint64_t hash_of(const void *data, size_t size) {
    uint64_t hash = 14695981039346656037ull;
    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ ((const unsigned char *)data)[i]) * 1099511628211ull;
    }
    return hash;
}

static void values_never_change(void **state) {
    (void)state;
    enum { N = 100000 };
    static const uint64_t hashes[3] = {
        0x4ec2216f0ec633c0ull, 0x59c731d129298de6ull, 0x2158d6fc60ba5569ull};
    float *x = malloc(N * sizeof(*x));
    const unsigned control = _mm_getcsr();
    for (size_t d = 0; d < 6; d++) {
        if (d == 3) _mm_setcsr(control | 0x8040); /* denormals flushed */
        draws[d % 3](&sample, 1, N, x);
        assert_true(hash_of(x, N * sizeof(*x)) == hashes[d % 3]);
    }
    _mm_setcsr(control);
    free(x);
    assert_true(sg_random_below(&sample, 1ull << 40, 60000) == 58646);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_gives_known_answers),
        cmocka_unit_test(bits_are_philox_blocks),
        cmocka_unit_test(ranges_can_be_split_anywhere),
        cmocka_unit_test(instruction_sets_agree),
        cmocka_unit_test(streams_differ),
        cmocka_unit_test(uniform_is_bits_scaled),
        cmocka_unit_test(normal_is_box_and_muller),
        cmocka_unit_test(moments_are_right),
        cmocka_unit_test(below_is_uniform),
        cmocka_unit_test(values_never_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
