/* SPDX-License-Identifier: Apache-2.0 */
/* Mixtures: components are found, and agree with scikit-learn's. */
#include "encode/mixture.h"

#include <math.h>

#include "base/random.h"
#include "file/json.h"
#include "support/fault.h"
#include "support/fixture.h"
#include "support/test.h"
#include "table/sort.h"

/* ---- points -------------------------------------------------------------- */

static void points_keep_the_moments(void **state) {
    (void)state;
    enum { N = 50021 };
    syngan_context *context = test_context(1);
    double *values = malloc(2 * N * sizeof *values);
    float *unit = malloc(N * sizeof *unit);
    assert_non_null(values);
    assert_non_null(unit);
    const sg_random random = {.seed = 2, .stream = sg_stream_id("test")};
    sg_random_normal(&random, 0, N, unit);
    double sum = 0, squares = 0;
    for (int i = 0; i < N; i++) {
        values[i] = exp(2 * (double)unit[i]);
        sum += values[i] / N;
        squares += values[i] * values[i] / N;
    }
    sg_sort_f64(NULL, values, values + N, N);
    for (int i = 1; i < N; i++)
        assert_true(values[i - 1] <= values[i]);
    sg_points points;
    assert_true(sg_points_make(context, values, N, 0, &points));
    assert_in_range(points.count, 1000, SG_POINTS_MOST);
    double mean = 0, second = 0, weight = 0;
    for (int i = 0; i < points.count; i++) {
        double w = points.weight[i], v = points.value[i];
        assert_true(i == 0 || v > points.value[i - 1]);
        weight += w;
        mean += w * v / N;
        second += w * (v * v + points.variance[i]) / N;
    }
    assert_true(weight == N);
    assert_true(fabs(mean / sum - 1) < 1e-12);
    assert_true(fabs(second / squares - 1) < 1e-9);
    sg_points_end(context, &points);
    free(values);
    free(unit);
    syngan_context_free(context);
}

static void sorting_takes_any_numbers(void **state) {
    (void)state;
    double values[] = {3,     -0.0,  0.0, -(double)INFINITY, 1e-310,
                       -2,    1e300, 3,   (double)INFINITY,  -1e-310,
                       -1e300};
    enum { N = sizeof values / sizeof values[0] };
    double room[N];
    sg_sort_f64(NULL, values, room, N);
    for (int i = 1; i < N; i++)
        assert_true(values[i - 1] <= values[i]);
    sg_sort_f64(NULL, values, room, 1);
    sg_sort_f64(NULL, values, room, 0);
}

/* ---- against scikit-learn --------------------------------------------------
 */

/* Uniform numbers by formula, as make_mixture.py has them. */
static double uniform(uint64_t i) {
    uint64_t z = i + 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    z = z ^ (z >> 31);
    return ((double)(z >> 11) + 0.5) * 0x1p-53;
}

static double member(sg_json_value value, const char *key) {
    double out = 0;
    assert_int_equal(sg_json_read_f64(sg_json_member(value, key), &out),
                     SYNGAN_OK);
    return out;
}

static double item(sg_json_value value, const char *key, size_t i) {
    double out = 0;
    assert_int_equal(
        sg_json_read_f64(sg_json_item(sg_json_member(value, key), i), &out),
        SYNGAN_OK);
    return out;
}

/* Values of a case: each of one of its normal distributions. */
static int64_t make_values(sg_json_value one, double *values) {
    int64_t rows = (int64_t)member(one, "rows");
    uint64_t stream = (uint64_t)member(one, "stream");
    for (int64_t i = 0; i < rows; i++) {
        uint64_t at = stream + 3 * (uint64_t)i;
        double u = uniform(at);
        size_t k = 0;
        while (u >= item(one, "true_weights", k))
            u -= item(one, "true_weights", k++);
        double radius = sqrt(-2 * log(uniform(at + 1)));
        double normal = radius * cos(6.283185307179586 * uniform(at + 2));
        values[i] = item(one, "true_means", k) +
                    item(one, "true_deviations", k) * normal;
    }
    return rows;
}

static void check_case(syngan_context *context, sg_json_value one) {
    enum { MOST = 20000 };
    double *values = malloc(2 * MOST * sizeof *values);
    assert_non_null(values);
    int64_t rows = make_values(one, values);
    assert_in_range(rows, 1, MOST);
    sg_sort_f64(NULL, values, values + MOST, rows);
    sg_points points;
    sg_mixture mixture;
    assert_true(sg_points_make(context, values, rows, 0, &points));
    assert_true(sg_mixture_fit(context, &points, 10, 0.005, 1, &mixture));
    double likelihood = sg_mixture_likelihood(&mixture, &points);
    double theirs = member(one, "likelihood");
    assert_true(likelihood > theirs - 0.01 * fabs(theirs));
    size_t count = 0;
    bool is_clear = member(one, "clear") != 0;
    assert_int_equal(sg_json_read_array(sg_json_member(one, "means"), &count),
                     SYNGAN_OK);
    if (is_clear) assert_int_equal(mixture.count, count);
    for (size_t k = 0; k < count && is_clear; k++) {
        double deviation = item(one, "deviations", k);
        assert_true(fabs(mixture.mean[k] - item(one, "means", k)) <
                    0.02 * deviation);
        assert_true(fabs(mixture.deviation[k] / deviation - 1) < 0.02);
        assert_true(fabs(mixture.weight[k] - item(one, "weights", k)) < 0.005);
    }
    sg_points_end(context, &points);
    free(values);
}

static void agrees_with_scikit_learn(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    sg_json *json = fixture_open_file(context, "mixture.json");
    sg_json_value cases = sg_json_member(sg_json_root(json), "cases");
    size_t count = 0;
    assert_ok(context, sg_json_read_array(cases, &count));
    assert_true(count > 0);
    for (size_t i = 0; i < count; i++)
        check_case(context, sg_json_item(cases, i));
    sg_json_free(json);
    syngan_context_free(context);
}

/* ---- corners ---------------------------------------------------------------
 */

static void few_values(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    static const double sets[][3] = {
        {5, 5, 5}, {0, 0, 0}, {-1, 0, 1}, {1e15, 1e15, 1e15 + 1}};
    for (size_t s = 0; s < 4; s++)
        for (int64_t n = 1; n <= 3; n++) {
            sg_points points;
            sg_mixture mixture;
            assert_true(sg_points_make(context, sets[s], n, 0, &points));
            assert_true(
                sg_mixture_fit(context, &points, 10, 0.005, 1, &mixture));
            assert_in_range(mixture.count, 1, 3);
            for (int32_t k = 0; k < mixture.count; k++) {
                assert_true(isfinite(mixture.mean[k]));
                assert_true(mixture.deviation[k] > 0);
                assert_true(mixture.weight[k] > 0);
            }
            sg_points_end(context, &points);
        }
    syngan_context_free(context);
}

/* Each point has the variance of what it stands for, and that of a step. */
static void points_have_a_variance(void **state) {
    (void)state;
    static const double values[] = {1, 1, 2.5, 2.5, 2.5, 4};
    static const double weights[] = {2, 3, 1};
    syngan_context *context = test_context(1);
    for (int k = 0; k < 2; k++) {
        double step = k * 1.5;
        sg_points points;
        assert_true(sg_points_make(context, values, 6, step, &points));
        assert_int_equal(points.count, 3);
        assert_true(points.total == 6);
        for (int i = 0; i < 3; i++) {
            assert_true(points.value[i] == 1 + 1.5 * i);
            assert_true(points.weight[i] == weights[i]);
            assert_true(fabs(points.variance[i] - (step * step / 12)) < 1e-15);
        }
        sg_points_end(context, &points);
    }
    syngan_context_free(context);
}

/* Groups of values around centres far apart; sizes differ. */
static int64_t make_groups(int groups, uint64_t stream, double *values,
                           double *room) {
    int64_t count = 0;
    for (int g = 0; g < groups; g++)
        for (int i = 0; i < 300 + 200 * (g % 3); i++)
            values[count++] = 100.0 * g + 7.0 * (g % 2) +
                              uniform(stream + (uint64_t)(1000 * g + i));
    sg_sort_f64(NULL, values, room, count);
    return count;
}

/* One component remains, whatever the least weight. */
static void the_largest_component_stays(void **state) {
    (void)state;
    static double values[6000], room[6000];
    syngan_context *context = test_context(1);
    int64_t count = make_groups(5, 1, values, room);
    sg_points points;
    sg_mixture mixture;
    assert_true(sg_points_make(context, values, count, 0, &points));
    assert_true(sg_mixture_fit(context, &points, 8, 2, 1, &mixture));
    assert_int_equal(mixture.count, 1);
    assert_true(fabs(mixture.weight[0] - 1) < 1e-12);
    sg_points_end(context, &points);
    syngan_context_free(context);
}

/* Each of many groups is found, wherever the starts are. */
static void groups_are_found(void **state) {
    (void)state;
    enum { GROUPS = 9, SEEDS = 20 };
    static double values[6000], room[6000];
    syngan_context *context = test_context(1);
    int found = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        int64_t count = make_groups(GROUPS, 20000 * seed, values, room);
        sg_points points;
        sg_mixture mixture;
        assert_true(sg_points_make(context, values, count, 0, &points));
        assert_true(
            sg_mixture_fit(context, &points, GROUPS, 0.005, seed, &mixture));
        found += mixture.count == GROUPS;
        sg_points_end(context, &points);
    }
    assert_true(found >= SEEDS - 2);
    syngan_context_free(context);
}

static syngan_status body(syngan_context *context, void *user) {
    static const double values[] = {1, 1, 2, 3, 5};
    sg_points points;
    sg_mixture mixture;
    (void)user;
    if (!sg_points_make(context, values, 5, 0, &points))
        return sg_fail_memory(context, "points", 0);
    bool fits = sg_mixture_fit(context, &points, 3, 0.005, 1, &mixture);
    sg_points_end(context, &points);
    return fits ? SYNGAN_OK : sg_fail_memory(context, "a mixture", 0);
}

static void memory_fails(void **state) {
    (void)state;
    assert_true(fault_sweep_memory(&(fault_sweep){.body = body}) > 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_keep_the_moments),
        cmocka_unit_test(sorting_takes_any_numbers),
        cmocka_unit_test(agrees_with_scikit_learn),
        cmocka_unit_test(few_values),
        cmocka_unit_test(points_have_a_variance),
        cmocka_unit_test(the_largest_component_stays),
        cmocka_unit_test(groups_are_found),
        cmocka_unit_test(memory_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
