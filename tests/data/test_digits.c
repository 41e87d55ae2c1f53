/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in digits: what they look like in numbers, and that each is a
 * function of its seed and number. */
#include <math.h>
#include <syngan/data.h>

#include "data/digit.h"
#include "data/glyph.h"
#include "support/test.h"

enum { N = 2000, PIXELS = SG_DIGIT_PIXELS, SIDE = SG_DIGIT_SIDE };

static uint8_t pictures[N][PIXELS];
static int32_t labels[N];

static int draw_all(void **state) {
    (void)state;
    for (uint64_t i = 0; i < N; i++)
        labels[i] = sg_digit_draw(11, i, pictures[i]);
    return 0;
}

static void paths_are_well_formed(void **state) {
    (void)state;
    int last = -1;
    for (int i = 0; i < sg_n_glyphs; i++) {
        const sg_glyph *g = &sg_glyphs[i];
        assert_true(g->digit == last || g->digit == last + 1);
        last = g->digit;
        assert_in_range(g->count, 2, SG_GLYPH_POINTS);
        assert_true(g->weight > 0);
        assert_int_equal(g->path[0].kind, SG_PEN_DOWN);
        int points = 0, highest = 127, lowest = -1;
        for (int k = 0; k < g->count; k++) {
            if (g->path[k].kind == SG_PEN_DOWN) {
                assert_true(k == 0 || points >= 2);
                points = 0;
            }
            points++;
            assert_in_range(g->path[k].x, 0, 100);
            assert_in_range(g->path[k].y, 0, 100);
            highest = g->path[k].y < highest ? g->path[k].y : highest;
            lowest = g->path[k].y > lowest ? g->path[k].y : lowest;
        }
        assert_true(points >= 2);
        assert_true(highest <= 6 && lowest >= 90);
    }
    assert_int_equal(last, 9);
}

static void digits_are_repeatable(void **state) {
    (void)state;
    uint8_t again[PIXELS], other[PIXELS];
    for (uint64_t i = N; i-- > 0;) {
        memset(again, 0xa5, sizeof(again));
        assert_int_equal(sg_digit_draw(11, i, again), labels[i]);
        assert_memory_equal(again, pictures[i], PIXELS);
    }
    sg_digit_draw(12, 0, other);
    assert_memory_not_equal(other, pictures[0], PIXELS);
}

static void no_two_are_equal(void **state) {
    (void)state;
    for (int i = 1; i < 300; i++)
        for (int j = 0; j < i; j++)
            assert_memory_not_equal(pictures[i], pictures[j], PIXELS);
}

static void all_ten_are_equally_usual(void **state) {
    (void)state;
    int seen[10] = {0};
    for (int i = 0; i < N; i++) {
        assert_in_range(labels[i], 0, 9);
        seen[labels[i]]++;
    }
    for (int d = 0; d < 10; d++)
        assert_in_range(seen[d], 140, 260); /* 200, deviation 13 */
}

static void ink_is_white_on_black_and_in_the_middle(void **state) {
    (void)state;
    double total = 0;
    for (int i = 0; i < N; i++) {
        double sum = 0, x = 0, y = 0;
        int brightest = 0;
        for (int p = 0; p < PIXELS; p++) {
            const int v = pictures[i][p], column = p % SIDE, row = p / SIDE;
            sum += v;
            x += v * column;
            y += v * row;
            brightest = v > brightest ? v : brightest;
            if (row == 0 || row == SIDE - 1 || column == 0 ||
                column == SIDE - 1)
                assert_int_equal(v, 0);
        }
        assert_true(brightest > 120);
        assert_true(sum / PIXELS > 5 && sum / PIXELS < 110);
        assert_true(fabs(x / sum - 13.5) < 4.5);
        assert_true(fabs(y / sum - 13.5) < 4.5);
        total += sum / PIXELS;
    }
    assert_true(total / N > 25 && total / N < 45); /* scans of MNIST: 33 */
}

/* Mean pictures of the digits differ, and tell most digits apart: what is
 * drawn is what the label says. */
static void means_classify_most(void **state) {
    (void)state;
    static double mean[10][PIXELS];
    int seen[10] = {0}, right = 0;
    for (int i = 0; i < N; i++) {
        seen[labels[i]]++;
        for (int p = 0; p < PIXELS; p++)
            mean[labels[i]][p] += pictures[i][p];
    }
    for (int d = 0; d < 10; d++)
        for (int p = 0; p < PIXELS; p++)
            mean[d][p] /= seen[d];
    for (uint64_t i = 0; i < 1000; i++) {
        uint8_t fresh[PIXELS];
        const int32_t label = sg_digit_draw(5, i, fresh);
        double best = INFINITY;
        int32_t guess = -1;
        for (int32_t d = 0; d < 10; d++) {
            double distance = 0;
            for (int p = 0; p < PIXELS; p++)
                distance += (fresh[p] - mean[d][p]) * (fresh[p] - mean[d][p]);
            if (distance < best) {
                best = distance;
                guess = d;
            }
        }
        right += guess == label;
    }
    assert_in_range(right, 600, 950);
}

static void dataset_gives_scaled_digits(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_dataset *digits = NULL;
    assert_ok(context, syngan_dataset_digits(
                           context, INT64_MAX,
                           SYNGAN_DATASET(.seed = 11, .low = 0), &digits));
    assert_true(syngan_dataset_count(digits) == INT64_MAX);
    assert_int_equal(syngan_dataset_has_labels(digits), 1);
    int64_t dims[SYNGAN_MAX_RANK];
    assert_int_equal(syngan_dataset_dims(digits, dims), 3);
    assert_true(dims[0] == 1 && dims[1] == SIDE && dims[2] == SIDE);

    syngan_tensor *examples = NULL, *values = NULL;
    assert_ok(context,
              syngan_tensor_create(context, SYNGAN_TYPE_F32,
                                   SYNGAN_SHAPE(5, 1, SIDE, SIDE), &examples));
    assert_ok(context, syngan_tensor_create(context, SYNGAN_TYPE_I32,
                                            SYNGAN_SHAPE(5), &values));
    assert_ok(context, syngan_dataset_read(digits, 100, examples, values));
    const float *x = syngan_tensor_data(examples);
    for (int i = 0; i < 5 * PIXELS; i++) {
        const float wanted = (float)(pictures[100 + i / PIXELS][i % PIXELS]);
        assert_true(fabsf(x[i] - wanted / 255) < 1e-6f);
    }
    assert_memory_equal(syngan_tensor_data(values), labels + 100,
                        5 * sizeof(int32_t));

    /* Any 64 of as many as there are. */
    assert_ok(context, syngan_dataset_batch(digits, 1000000, examples, values));
    syngan_dataset_free(digits);

    assert_fails(context, syngan_dataset_digits(context, 0, NULL, &digits),
                 SYNGAN_E_ARGUMENT, "at least 1");
    assert_null(digits);
    assert_int_equal(syngan_dataset_digits(NULL, 1, NULL, &digits),
                     SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_dataset_digits(context, 1, NULL, NULL),
                     SYNGAN_E_ARGUMENT);
    syngan_tensor_free(examples);
    syngan_tensor_free(values);
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_are_well_formed),
        cmocka_unit_test(digits_are_repeatable),
        cmocka_unit_test(no_two_are_equal),
        cmocka_unit_test(all_ten_are_equally_usual),
        cmocka_unit_test(ink_is_white_on_black_and_in_the_middle),
        cmocka_unit_test(means_classify_most),
        cmocka_unit_test(dataset_gives_scaled_digits),
    };
    return cmocka_run_group_tests(tests, draw_all, NULL);
}
