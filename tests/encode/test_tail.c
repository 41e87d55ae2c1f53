/* SPDX-License-Identifier: Apache-2.0 */
/* Tails: values far beyond what the components reach come back, near ones are
 * as they would be without, and the numbers rise with the values. */
#include <math.h>
#include <stdlib.h>

#include "encode/encoder_code.h"
#include "support/test.h"

enum { ROWS = 4000 };

static void assert_near(double a, double b, double tolerance) {
    if (!(fabs(a - b) <= tolerance)) fail_msg("%.17g is not %.17g", a, b);
}

/* Normal values, and each hundredth far up, up to a thousand deviations. */
static void make_column(double *value, sg_column *column) {
    uint64_t state = 1;
    for (int64_t i = 0; i < ROWS; i++) {
        double sum = 0;
        for (int k = 0; k < 12; k++) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            sum += (double)(state >> 11) / 9007199254740992.0;
        }
        value[i] = sum - 6;
        if (i % 100 == 7) value[i] = 4 + (double)(i * i % 1000003) / 1000;
    }
    *column = (sg_column){.type = SYNGAN_COLUMN_REAL,
                          .reals = value,
                          .decimals = -1,
                          .data = value};
}

static void fit(syngan_context *context, const sg_column *column, int32_t modes,
                sg_number_code *code) {
    sg_fit_failure failure = {0};
    const sg_encoder_options options = {.max_modes = modes, .frequent = 0.05};
    sg_number_fit(context, column, ROWS, NULL, &options, 1, code, &failure);
    assert_int_equal(failure.status, SYNGAN_OK);
    assert_true(code->mixture.count > 0);
}

/* The formula, straight: log1p with the s that the tail has. */
static void check_component(const sg_number_code *code, int32_t k) {
    const double reach = 4 * code->mixture.deviation[k];
    double before = -2;
    for (int i = -300; i <= 300; i++) {
        double t = (double)i / 100, y = code->mixture.mean[k] + reach * t;
        double u = sg_number_within(code, k, y);
        assert_true(u >= before && fabs(u) <= 1);
        before = u;
        const sg_tail *tail = &code->tail[t > 0];
        bool stretched = tail->end > 1 && tail->component == k;
        if (fabs(t) <= 0.5 || (!stretched && fabs(t) <= 1))
            assert_near(u, t, 1e-12);
        if (stretched && fabs(t) > 0.5 && fabs(t) < tail->end) {
            double s = tail->scale;
            double whole = log1p((tail->end - 0.5) / s);
            assert_near(s * whole, 0.5, 1e-9);
            double wanted = 0.5 + 0.5 * log1p((fabs(t) - 0.5) / s) / whole;
            assert_near(fabs(u), wanted, 1e-12);
        }
        if (fabs(u) < 1)
            assert_near(sg_number_beyond(code, k, u), y, 1e-9 * (1 + fabs(y)));
    }
    assert_near(sg_number_beyond(code, k, (double)NAN),
                sg_number_beyond(code, k, -1), 0);
    assert_near(sg_number_beyond(code, k, 2), sg_number_beyond(code, k, 1), 0);
}

static void numbers_follow_the_formula(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    double *value = malloc(ROWS * sizeof *value);
    assert_non_null(value);
    for (int32_t modes = 1; modes <= 10; modes += 9) {
        sg_column column;
        sg_number_code code;
        make_column(value, &column);
        fit(context, &column, modes, &code);
        for (int32_t k = 0; k < code.mixture.count; k++)
            check_component(&code, k);
        sg_number_end(context, &code);
    }
    free(value);
    syngan_context_free(context);
}

/* The greatest value is what 1 stands for in its component. */
static void extremes_come_back(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    double *value = malloc(ROWS * sizeof *value), back;
    assert_non_null(value);
    sg_column column,
        out = {.type = SYNGAN_COLUMN_REAL, .reals = &back, .decimals = -1};
    sg_number_code code;
    make_column(value, &column);
    fit(context, &column, 10, &code);
    for (int64_t row = 0; row < ROWS; row++) {
        float unit = 0.5f, number;
        int32_t mode;
        sg_number_encode(&code, &column, row, 1, &unit, &mode, &number);
        sg_number_decode(&code, mode, number, 0, &out, 0);
        assert_near(back, value[row], 1e-3 * (1 + fabs(value[row])));
    }
    sg_number_end(context, &code);
    free(value);
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_follow_the_formula),
        cmocka_unit_test(extremes_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
