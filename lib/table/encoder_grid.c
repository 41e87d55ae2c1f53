/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which values a column of numbers may have: granularity, decimals, bounds.
 */
#include <math.h>
#include <stdlib.h>

#include "table/encoder_code.h"

/* ---- granularity --------------------------------------------------------- */

/* Units that integers and times are tried in multiples of, the largest first.
 */
static const int64_t integer_units[] = {
    1000000000, 100000000, 10000000, 1000000, 100000, 10000, 1000, 100, 10, 1};
static const int64_t time_units[] = {86400000000, 3600000000, 60000000,
                                     1000000,     1000,       1};

static int64_t common_divisor(int64_t a, int64_t b) {
    while (b != 0) {
        int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* The largest unit of which all values are multiples. */
static int64_t find_unit(const sg_column *column, int64_t rows) {
    int64_t divisor = 0;
    for (int64_t row = 0; row < rows && divisor != 1; row++) {
        int64_t v = column->integers[row];
        if (v == SYNGAN_MISSING || (divisor != 0 && v % divisor == 0)) continue;
        divisor = common_divisor(divisor, v < 0 ? -v : v);
    }
    bool is_time = column->type == SYNGAN_COLUMN_TIME;
    const int64_t *unit = is_time ? time_units : integer_units;
    if (divisor == 0) return 1;
    while (divisor % *unit != 0)
        unit++;
    return *unit;
}

/* 10^k for |k| <= 22, exact or the nearest double. */
static double power_of_ten(int32_t k) {
    static const double powers[] = {
        1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
        1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    return k < 0 ? 1 / powers[-k] : powers[k];
}

double sg_round(double x) {
    if (!(fabs(x) < 0x1p51)) return x;
    return x + 0x1.8p52 - 0x1.8p52;
}

double sg_round_decimals(double x, int32_t decimals) {
    if (decimals < 0) return x;
    double p = power_of_ten(decimals), scaled = x * p;
    return fabs(scaled) < 0x1p51 ? sg_round(scaled) / p : x;
}

int32_t sg_find_decimals(const double *values, int64_t count) {
    int32_t decimals = 0;
    for (int64_t i = 0; i < count; i++)
        while (decimals <= 9 && !isnan(values[i]) &&
               sg_round_decimals(values[i], decimals) != values[i])
            decimals++;
    return decimals > 9 ? -1 : decimals;
}

double sg_grid_step(const sg_grid *grid) {
    if (!grid->is_real) return 1;
    return grid->decimals < 0 ? 0 : power_of_ten(-grid->decimals);
}

/* ---- bounds -------------------------------------------------------------- */

/* `value` rounded down to a multiple of 10^k. What is within rounding of such a
 * multiple is one. */
static double floor_to(double value, int32_t k) {
    double p = power_of_ten(abs(k)), scaled = k >= 0 ? value / p : value * p;
    double whole = sg_round(scaled);
    if (fabs(scaled - whole) > 1e-9 * (1 + fabs(scaled))) whole = floor(scaled);
    return k >= 0 ? whole * p : whole / p;
}

/* A bound below which the data do not go, with the digits that a thousandth of
 * their range has, or fewer. */
static double outward(const sg_grid *grid, double least, double range) {
    int32_t k = (int32_t)floor(log10(range)) - 2;
    if (grid->decimals >= 0 && k < -grid->decimals) k = -grid->decimals;
    return abs(k) > 22 ? least : floor_to(least, k);
}

/* The same for a multiple of a unit; up if not `down`. */
static int64_t outward_integer(int64_t v, int64_t unit, double range,
                               bool down) {
    int64_t step = 1, units = v / unit, out;
    while ((double)step * 1000 <= range && step < INT64_MAX / 1000)
        step *= 10;
    int64_t rest = units % step;
    if (rest < 0) rest += step;
    units -= rest;
    if (!down && rest > 0) units += step;
    bool fits = !__builtin_mul_overflow(units, unit, &out) &&
                out != SYNGAN_MISSING && (out <= v) == (down || rest == 0);
    return fits ? out : v;
}

/* How often the least and the largest value come. */
static void fit_integers(const sg_column *column, int64_t rows, sg_grid *grid) {
    int64_t least = INT64_MAX, most = -INT64_MAX, n_least = 0, n_most = 0;
    for (int64_t row = 0; row < rows; row++) {
        int64_t v = column->integers[row];
        if (v == SYNGAN_MISSING) continue;
        if (v <= least) n_least = v < least ? 1 : n_least + 1;
        if (v >= most) n_most = v > most ? 1 : n_most + 1;
        least = v < least ? v : least;
        most = v > most ? v : most;
    }
    grid->unit = find_unit(column, rows);
    if (least > most) return;
    double range = ((double)most - (double)least) / (double)grid->unit;
    if (n_least < SG_LEAST_EQUAL)
        grid->least = outward_integer(least, grid->unit, range, true);
    else
        grid->least = least;
    if (n_most < SG_LEAST_EQUAL)
        grid->most = outward_integer(most, grid->unit, range, false);
    else
        grid->most = most;
}

static void fit_reals(const sg_column *column, int64_t rows, sg_grid *grid) {
    double least = INFINITY, most = -INFINITY;
    int64_t n_least = 0, n_most = 0;
    for (int64_t row = 0; row < rows; row++) {
        double v = column->reals[row];
        if (v <= least) n_least = v < least ? 1 : n_least + 1;
        if (v >= most) n_most = v > most ? 1 : n_most + 1;
        least = v < least ? v : least;
        most = v > most ? v : most;
    }
    if (grid->decimals < 0)
        grid->decimals = sg_find_decimals(column->reals, rows);
    if (least > most) return;
    double range = most - least;
    bool has_range = range > 0 && range <= SG_LARGEST;
    grid->low = has_range && n_least < SG_LEAST_EQUAL
                    ? outward(grid, least, range)
                    : least;
    grid->high = has_range && n_most < SG_LEAST_EQUAL
                     ? -outward(grid, -most, range)
                     : most;
}

void sg_grid_fit(const sg_column *column, int64_t rows, sg_grid *out) {
    *out = (sg_grid){.is_real = column->type == SYNGAN_COLUMN_REAL,
                     .decimals = column->decimals <= 15 ? column->decimals : -1,
                     .unit = 1};
    if (out->is_real)
        fit_reals(column, rows, out);
    else
        fit_integers(column, rows, out);
}

/* ---- neighbours on the grid -----------------------------------------------
 */

/* A double holds not every integer, but a long double of x86 holds both. */
static long double floor_division(long double v, long double unit) {
    return floorl(v / unit) * unit;
}

static long double real_at_most(int32_t decimals, long double limit,
                                bool below) {
    double x = (double)limit;
    if ((long double)x > limit) x = nextafter(x, -INFINITY);
    if (decimals >= 0) {
        double rounded = sg_round_decimals(x, decimals);
        double step = power_of_ten(-decimals);
        if ((long double)rounded > limit ||
            (below && (long double)rounded >= limit))
            rounded = sg_round_decimals(rounded - step, decimals);
        x = rounded;
    }
    /* Where steps are smaller than the digits of the number. */
    if ((long double)x > limit || (below && (long double)x >= limit))
        x = nextafter((double)limit, -INFINITY);
    return (long double)x;
}

long double sg_grid_at_most(const sg_grid *grid, long double limit,
                            bool below) {
    if (grid->is_real) return real_at_most(grid->decimals, limit, below);
    long double unit = (long double)grid->unit;
    long double v = floor_division(limit, unit);
    return below && v >= limit ? v - unit : v;
}

long double sg_grid_at_least(const sg_grid *grid, long double limit,
                             bool above) {
    return -sg_grid_at_most(grid, -limit, above);
}

void sg_grid_limit(sg_grid *grid, long double low, long double high) {
    low = sg_grid_at_least(grid, low, false);
    high = sg_grid_at_most(grid, high, false);
    if (grid->is_real) {
        if (low > (long double)grid->low) grid->low = (double)low;
        if (high < (long double)grid->high) grid->high = (double)high;
        if (grid->high < grid->low) grid->high = grid->low;
        return;
    }
    if (low > (long double)grid->least && low < 0x1p63L)
        grid->least = (int64_t)low;
    if (high < (long double)grid->most && high > -0x1p63L)
        grid->most = (int64_t)high;
    if (grid->most < grid->least) grid->most = grid->least;
}

/* ---- cells --------------------------------------------------------------- */

void sg_grid_write_integer(const sg_grid *grid, int64_t v, sg_column *column,
                           int64_t row) {
    v = v < grid->least ? grid->least : v;
    column->integers[row] = v > grid->most ? grid->most : v;
}

void sg_grid_write_real(const sg_grid *grid, double v, sg_column *column,
                        int64_t row) {
    v = sg_round_decimals(v, grid->decimals);
    v = v < grid->low ? grid->low : v;
    column->reals[row] = v > grid->high ? grid->high : v;
}

void sg_write_missing(sg_column *column, int64_t row) {
    if (sg_column_has_codes(column))
        column->codes[row] = -1;
    else if (column->type == SYNGAN_COLUMN_REAL)
        column->reals[row] = (double)NAN;
    else
        column->integers[row] = SYNGAN_MISSING;
}
