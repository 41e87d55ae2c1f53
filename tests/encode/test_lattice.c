/* SPDX-License-Identifier: Apache-2.0 */
/* How coarse numbers are, where they end, and marks beyond the others: what is
 * decoded has them as the data have. */
#include <math.h>

#include "base/memory.h"
#include "base/random.h"
#include "encode/encoder_code.h"
#include "support/test.h"

#define ROWS 3000
#define MINUTE ((int64_t)60000000)

static int64_t below(uint64_t i, uint64_t limit) {
    const sg_random random = {.seed = 3, .stream = sg_stream_id("lattice")};
    return (int64_t)sg_random_below(&random, i, limit);
}

/* A column that is encoded and comes back, as a network that has learnt it all
 * would give it, with a little noise. */
static sg_column fit_and_decode(syngan_context *context, sg_column *column,
                                sg_number_code *code, double noise) {
    sg_fit_failure failure;
    const sg_encoder_options options = {
        .max_modes = 10, .least_weight = 0.005, .frequent = 0.03};
    column->missing = 0;
    sg_number_fit(context, column, ROWS, NULL, &options, 1, code, &failure);
    assert_int_equal(failure.status, SYNGAN_OK);
    sg_column out = *column;
    out.data = sg_alloc(context, ROWS * sizeof(int64_t));
    const sg_random random = {.seed = 8, .stream = sg_stream_id("noise")};
    for (int64_t row = 0; row < ROWS; row++) {
        float unit[64], number, normal;
        int32_t mode;
        sg_random_uniform(&random, 128 * (uint64_t)row, 64, unit);
        sg_random_normal(&random, (uint64_t)row, 1, &normal);
        sg_number_encode(code, column, row, 1, unit, &mode, &number);
        sg_number_decode(code, mode, number + (float)noise * normal, unit[1],
                         &out, row);
    }
    return out;
}

typedef double (*maker)(int64_t i);

static double fives(int64_t i) {
    return 5.0 * (double)below((uint64_t)i, 400);
}
static double three_of_five(int64_t i) {
    return fives(i) + 3;
}
static double sevens_below_zero(int64_t i) {
    return 7.0 * (double)(below((uint64_t)i, 400) - 300);
}
static double hundreds_with_exceptions(int64_t i) {
    double v = 100.0 * (double)below((uint64_t)i, 900);
    return i % 100 == 7 ? v + 1 + (double)(i % 97) : v;
}
static double quarters(int64_t i) {
    return (double)below((uint64_t)i, 800) / 4;
}
static double whole_reals(int64_t i) {
    return (double)below((uint64_t)i, 3000);
}
static double one_in_five_with_cents(int64_t i) {
    double v = (double)below((uint64_t)i, 45000);
    return i % 5 == 0 ? v / 100 : floor(v / 100);
}
static double few_with_cents(int64_t i) {
    double v = (double)below((uint64_t)i, 450000);
    return i % 250 == 0 ? v / 100 : floor(v / 100);
}
static double few_whole(int64_t i) {
    double v = (double)below((uint64_t)i, 450000);
    return i % 10 == 0 ? floor(v / 1000) : v / 1000;
}
static double few_of_many_digits(int64_t i) {
    double v = (double)below((uint64_t)i, 1000) / 10;
    return i % 10 == 0 ? v / 3.7 + 1e-7 : v;
}
static double half_rounded_to_tens(int64_t i) {
    int64_t v = below((uint64_t)i, 1000);
    return (double)(i % 2 == 0 ? v / 10 * 10 : v);
}
static double days(int64_t i) {
    return 1440.0 * (double)(18000 + below((uint64_t)i, 900));
}
static double weeks(int64_t i) {
    return 1440.0 * (double)(18000 + 7 * below((uint64_t)i, 300));
}
static double quarter_hours(int64_t i) {
    return 15.0 * (double)(1700000 + below((uint64_t)i, 20000));
}
static double quarter_hours_with_exceptions(int64_t i) {
    return quarter_hours(i) + (i % 200 == 3 ? 1 + (double)(i % 14) : 0);
}
static double even_by_chance(int64_t i) {
    return (double)(below((uint64_t)i, 30) + below((uint64_t)i + ROWS, 30));
}

static const struct coarse {
    const char *name;
    int32_t type, decimals;
    maker make;
    double step, offset; /* whose share is compared; of times in minutes */
} coarse[] = {
    {"fives", SYNGAN_COLUMN_INTEGER, 0, fives, 5, 0},
    {"three of five", SYNGAN_COLUMN_INTEGER, 0, three_of_five, 5, 3},
    {"sevens", SYNGAN_COLUMN_INTEGER, 0, sevens_below_zero, 7, 0},
    {"hundreds", SYNGAN_COLUMN_INTEGER, 0, hundreds_with_exceptions, 100, 0},
    {"tens", SYNGAN_COLUMN_INTEGER, 0, half_rounded_to_tens, 10, 0},
    {"no level", SYNGAN_COLUMN_INTEGER, 0, even_by_chance, 2, 0},
    {"quarters", SYNGAN_COLUMN_REAL, 2, quarters, 0.25, 0},
    {"written .0", SYNGAN_COLUMN_REAL, 1, whole_reals, 1, 0},
    {"fives .0", SYNGAN_COLUMN_REAL, 1, fives, 5, 0},
    {"a fifth with cents", SYNGAN_COLUMN_REAL, 2, one_in_five_with_cents, 1, 0},
    {"few with cents", SYNGAN_COLUMN_REAL, 2, few_with_cents, 1, 0},
    {"few whole", SYNGAN_COLUMN_REAL, 3, few_whole, 1, 0},
    {"few of many digits", SYNGAN_COLUMN_REAL, -1, few_of_many_digits, 0.1, 0},
    {"whole, any digits", SYNGAN_COLUMN_REAL, -1, whole_reals, 1, 0},
    {"days", SYNGAN_COLUMN_TIME, 0, days, 1440, 0},
    {"weeks", SYNGAN_COLUMN_TIME, 0, weeks, 10080, 1440 * (18000 % 7)},
    {"quarter hours", SYNGAN_COLUMN_TIME, 0, quarter_hours, 15, 0},
    {"quarter hours, few others", SYNGAN_COLUMN_TIME, 0,
     quarter_hours_with_exceptions, 15, 0},
};

static double value_at(const sg_column *column, int64_t row) {
    if (column->type == SYNGAN_COLUMN_REAL) return column->reals[row];
    double v = (double)column->integers[row];
    return column->type == SYNGAN_COLUMN_TIME ? v / (double)MINUTE : v;
}

static double share_on(const sg_column *column, double step, double offset) {
    double on = 0;
    for (int64_t row = 0; row < ROWS; row++) {
        double at = (value_at(column, row) - offset) / step;
        on += fabs(at - rint(at)) < 1e-9 * fmax(1, fabs(at));
    }
    return on / ROWS;
}

static sg_column make_column(syngan_context *context, int32_t type,
                             int32_t decimals, maker make) {
    sg_column column = {.type = type, .decimals = decimals};
    column.data = sg_alloc(context, ROWS * sizeof(int64_t));
    for (int64_t row = 0; row < ROWS; row++) {
        double v = make(row);
        if (type == SYNGAN_COLUMN_REAL)
            column.reals[row] = v;
        else
            column.integers[row] =
                (int64_t)v * (type == SYNGAN_COLUMN_TIME ? MINUTE : 1);
    }
    return column;
}

static void values_are_as_coarse_as_the_data(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    for (size_t i = 0; i < sizeof coarse / sizeof *coarse; i++) {
        const struct coarse *c = &coarse[i];
        sg_number_code code;
        sg_column column = make_column(context, c->type, c->decimals, c->make);
        sg_column out = fit_and_decode(context, &column, &code, 0.1);
        double real = share_on(&column, c->step, c->offset);
        double made = share_on(&out, c->step, c->offset);
        print_message("%s: %.4f, made %.4f\n", c->name, real, made);
        if (real == 1)
            assert_true(made == 1);
        else /* the rarer ones within a third and what chance does */
            assert_true(fabs(real - made) <
                        0.3 * fmin(real, 1 - real) + 2.0 / sqrt(ROWS));
        if (real > 0.98 && real < 1) assert_true(made < 1);
        sg_number_end(context, &code);
        sg_free(context, column.data);
        sg_free(context, out.data);
    }
    syngan_context_free(context);
}

/* ---- bounds -------------------------------------------------------------- */

static double ages(int64_t i) {
    return (double)(18 + below((uint64_t)i, 73));
}
static double thousandths(int64_t i) {
    return (double)below((uint64_t)i, 1000) / 1000;
}
static double any_real(int64_t i) {
    return (double)below((uint64_t)i, UINT32_MAX) / 3e9;
}

static void values_do_not_pile_up_at_bounds(void **state) {
    (void)state;
    static const maker makers[] = {ages, thousandths, any_real, days};
    static const int32_t types[] = {SYNGAN_COLUMN_INTEGER, SYNGAN_COLUMN_REAL,
                                    SYNGAN_COLUMN_REAL, SYNGAN_COLUMN_TIME};
    static const int32_t decimals[] = {0, 3, -1, 0};
    static const double most[] = {2.0 / 73, 0.004, 0.002, 0.004};
    syngan_context *context = test_context(1);
    for (int i = 0; i < 4; i++) {
        sg_number_code code;
        sg_column column =
            make_column(context, types[i], decimals[i], makers[i]);
        /* So much noise that many values would lie beyond. */
        sg_column out = fit_and_decode(context, &column, &code, 0.5);
        double least = value_at(&out, 0), greatest = least, at[2] = {0};
        for (int64_t row = 0; row < ROWS; row++) {
            least = fmin(least, value_at(&out, row));
            greatest = fmax(greatest, value_at(&out, row));
        }
        for (int64_t row = 0; row < ROWS; row++) {
            at[0] += (value_at(&out, row) == least) / (double)ROWS;
            at[1] += (value_at(&out, row) == greatest) / (double)ROWS;
        }
        print_message("bounds: %g %.4f, %g %.4f\n", least, at[0], greatest,
                      at[1]);
        assert_true(at[0] < most[i] && at[1] < most[i]);
        sg_number_end(context, &code);
        sg_free(context, column.data);
        sg_free(context, out.data);
    }
    syngan_context_free(context);
}

/* ---- marks --------------------------------------------------------------- */

static double ages_or_999(int64_t i) {
    return i % 100 == 0 ? 999 : ages(i);
}
static double ages_or_minus_one(int64_t i) {
    return i % 100 == 0 ? -1 : (double)below((uint64_t)i, 100);
}
static double ages_or_three_codes(int64_t i) {
    return i % 33 == 0 ? 9997 + (double)(i / 33 % 3) : ages(i);
}
static double readings_or_minus_200(int64_t i) {
    return i % 50 == 0 ? -200 : (double)below((uint64_t)i, 400) / 10;
}
static double days_or_9999(int64_t i) {
    return i % 50 == 0 ? 1440.0 * 2932896 : days(i);
}
static double positive_or_zero(int64_t i) {
    return i % 50 == 0 ? 0 : 1 + exp((double)below((uint64_t)i, 6000) / 1000);
}
static double capped(int64_t i) {
    double v = (double)(below((uint64_t)i, 99) + below((uint64_t)i + ROWS, 99));
    return fmin(v, 180);
}

static const struct marked {
    int32_t type, decimals;
    maker make;
    int32_t marks;
    bool at_high;
    double beyond; /* what no value of the mixture may pass */
} marked[] = {
    {SYNGAN_COLUMN_INTEGER, 0, ages_or_999, 1, true, 91},
    {SYNGAN_COLUMN_INTEGER, 0, ages_or_minus_one, 1, false, 0},
    {SYNGAN_COLUMN_INTEGER, 0, ages_or_three_codes, 3, true, 91},
    {SYNGAN_COLUMN_REAL, 1, readings_or_minus_200, 1, false, 0},
    {SYNGAN_COLUMN_TIME, 0, days_or_9999, 1, true, 1440 * 18900.0},
    {SYNGAN_COLUMN_REAL, -1, positive_or_zero, 1, false, 1},
    {SYNGAN_COLUMN_INTEGER, 0, capped, 1, true, 179},
};

static void marks_are_single_values(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    for (size_t i = 0; i < sizeof marked / sizeof *marked; i++) {
        const struct marked *m = &marked[i];
        sg_number_code code;
        sg_column column = make_column(context, m->type, m->decimals, m->make);
        sg_column out = fit_and_decode(context, &column, &code, 0.2);
        assert_int_equal(code.n_singles, m->marks);
        double real = 0, made = 0;
        for (int64_t row = 0; row < ROWS; row++) {
            double a = value_at(&column, row), b = value_at(&out, row);
            real += m->at_high ? a > m->beyond : a < m->beyond;
            made += m->at_high ? b > m->beyond : b < m->beyond;
        }
        assert_true(real > 0 && real == made);
        sg_number_end(context, &code);
        sg_free(context, column.data);
        sg_free(context, out.data);
    }
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_as_coarse_as_the_data),
        cmocka_unit_test(values_do_not_pile_up_at_bounds),
        cmocka_unit_test(marks_are_single_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
