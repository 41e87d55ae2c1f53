/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which values a column of numbers may have: granularity, decimals, bounds.
 */
#include <math.h>
#include <stdlib.h>

#include "encode/codec.h"

/* ---- granularity --------------------------------------------------------- */

/* Units that integers and times are tried in multiples of, the largest first.
 */
static const int64_t integer_units[] = {
    1000000000, 100000000, 10000000, 1000000, 100000, 10000, 1000, 100, 10, 1};
static const int64_t time_units[] = {86400000000, 3600000000, 60000000,
                                     1000000,     1000,       1};

static uint64_t common_divisor(uint64_t a, uint64_t b) {
    while (b != 0) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* What all values are apart, if it is no accident: of many, with room between
 * the least and the largest one. Else the largest unit of which all are
 * multiples. */
static int64_t find_unit(const sg_range *range) {
    const int64_t *unit =
        sg_column_types[range->type]->by_clock ? time_units : integer_units;
    if (range->divisor == 0) return 1;
    uint64_t span = (uint64_t)range->most - (uint64_t)range->least;
    if (range->count >= SG_SPACING_ROWS && range->spacing > 0 &&
        range->spacing <= INT64_MAX / 8 && span / range->spacing >= 8)
        return (int64_t)range->spacing;
    while (range->divisor % *unit != 0)
        unit++;
    return *unit;
}

double sg_power_of_ten(int32_t k) {
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
    double p = sg_power_of_ten(decimals), scaled = x * p;
    return fabs(scaled) < 0x1p51 ? sg_round(scaled) / p : x;
}

/* ---- what is in a column ------------------------------------------------- */

void sg_range_start(sg_range *range, int32_t type) {
    *range = (sg_range){.type = type,
                        .least = INT64_MAX,
                        .most = -INT64_MAX,
                        .low = INFINITY,
                        .high = -INFINITY};
}

static void take_integers(sg_range *r, const int64_t *values, int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        int64_t v = values[i];
        if (v == SYNGAN_MISSING) continue;
        if (v <= r->least) r->n_least = v < r->least ? 1 : r->n_least + 1;
        if (v >= r->most) r->n_most = v > r->most ? 1 : r->n_most + 1;
        r->least = v < r->least ? v : r->least;
        r->most = v > r->most ? v : r->most;
        if (r->divisor != 1 && (r->divisor == 0 || v % r->divisor != 0))
            r->divisor = (int64_t)common_divisor((uint64_t)r->divisor,
                                                 (uint64_t)(v < 0 ? -v : v));
        if (r->count++ == 0) r->origin = v;
        uint64_t apart = v > r->origin ? (uint64_t)v - (uint64_t)r->origin
                                       : (uint64_t)r->origin - (uint64_t)v;
        if (r->spacing != 1 && (r->spacing == 0 || apart % r->spacing != 0))
            r->spacing = common_divisor(r->spacing, apart);
    }
}

static void take_reals(sg_range *r, const double *values, int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        double v = values[i];
        if (v <= r->low) r->n_least = v < r->low ? 1 : r->n_least + 1;
        if (v >= r->high) r->n_most = v > r->high ? 1 : r->n_most + 1;
        r->low = v < r->low ? v : r->low;
        r->high = v > r->high ? v : r->high;
        while (r->decimals <= SG_RANGE_DECIMALS && !isnan(v) &&
               sg_round_decimals(v, r->decimals) != v)
            r->decimals++;
    }
}

void sg_range_take(sg_range *range, const sg_column *column, int64_t rows) {
    if (sg_column_has_reals(column))
        take_reals(range, column->reals, rows);
    else
        take_integers(range, column->integers, rows);
}

/* ---- bounds -------------------------------------------------------------- */

/* `value` rounded down to a multiple of 10^k. What is within rounding of such a
 * multiple is one. */
static double floor_to(double value, int32_t k) {
    double p = sg_power_of_ten(abs(k)), scaled = k >= 0 ? value / p : value * p;
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

/* The same for a multiple of a unit, counted from an offset; up if not `down`.
 */
static int64_t outward_integer(int64_t v, int64_t unit, double range,
                               bool down) {
    int64_t step = 1, units = v / unit, offset = v % unit, out;
    while ((double)step * 1000 <= range && step < INT64_MAX / 1000)
        step *= 10;
    int64_t rest = sg_residue(units, step);
    units -= rest;
    if (!down && rest > 0) units += step;
    bool fits = !__builtin_mul_overflow(units, unit, &out) &&
                !__builtin_add_overflow(out, offset, &out) &&
                out != SYNGAN_MISSING && (out <= v) == (down || rest == 0);
    return fits ? out : v;
}

static void bound_integers(const sg_range *r, sg_grid *grid) {
    if (r->least > r->most) return;
    double range = ((double)r->most - (double)r->least) / (double)grid->unit;
    grid->least = r->least;
    grid->most = r->most;
    if (r->n_least < SG_LEAST_EQUAL)
        grid->least = outward_integer(r->least, grid->unit, range, true);
    if (r->n_most < SG_LEAST_EQUAL)
        grid->most = outward_integer(r->most, grid->unit, range, false);
}

static void bound_reals(const sg_range *r, sg_grid *grid) {
    if (r->low > r->high) return;
    double range = r->high - r->low;
    bool has_range = range > 0 && range <= SG_LARGEST;
    grid->low = has_range && r->n_least < SG_LEAST_EQUAL
                    ? outward(grid, r->low, range)
                    : r->low;
    grid->high = has_range && r->n_most < SG_LEAST_EQUAL
                     ? -outward(grid, -r->high, range)
                     : r->high;
}

void sg_grid_bound(const sg_range *range, sg_grid *grid) {
    if (grid->is_real)
        bound_reals(range, grid);
    else
        bound_integers(range, grid);
}

void sg_lattice_plain(sg_grid *grid) {
    sg_lattice *l = &grid->lattice;
    *l = (sg_lattice){.count = 1, .level[0] = {.chance = 1}};
    if (!grid->is_real) {
        l->level[0].step = grid->unit;
        l->level[0].offset = sg_residue(grid->least, grid->unit);
    } else if (grid->decimals >= 0) {
        l->level[0].step = 1;
        l->decimals = grid->decimals;
    }
}

void sg_grid_set(const sg_range *range, const sg_column *column, sg_grid *out) {
    *out = (sg_grid){.is_real = sg_column_has_reals(column),
                     .decimals = column->decimals >= 0 && column->decimals <= 15
                                     ? column->decimals
                                     : -1,
                     .unit = 1};
    if (!out->is_real)
        out->unit = find_unit(range);
    else if (out->decimals < 0 && range->decimals <= SG_RANGE_DECIMALS)
        out->decimals = range->decimals;
    sg_grid_bound(range, out);
    sg_lattice_plain(out);
}

void sg_grid_fit(const sg_column *column, int64_t rows, sg_grid *out) {
    sg_range range;
    sg_range_start(&range, column->type);
    sg_range_take(&range, column, rows);
    sg_grid_set(&range, column, out);
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
        double step = sg_power_of_ten(-decimals);
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
    long double offset = (long double)(grid->least % grid->unit);
    long double v = floor_division(limit - offset, unit) + offset;
    return below && v >= limit ? v - unit : v;
}

long double sg_grid_at_least(const sg_grid *grid, long double limit,
                             bool above) {
    sg_grid mirrored = *grid;
    mirrored.least = -grid->least;
    return -sg_grid_at_most(&mirrored, -limit, above);
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
    else if (sg_column_has_reals(column))
        column->reals[row] = (double)NAN;
    else
        column->integers[row] = SYNGAN_MISSING;
}

/* ---- files --------------------------------------------------------------- */

static void put_lattice(const sg_lattice *lattice, bool is_real,
                        sg_json_writer *writer) {
    if (is_real) sg_json_put_i64(writer, "scale", lattice->decimals);
    sg_json_open_array(writer, "levels");
    for (int32_t i = 0; i < lattice->count; i++) {
        const sg_level *level = &lattice->level[i];
        sg_json_open_object(writer, NULL);
        sg_json_put_i64(writer, "step", level->step);
        sg_json_put_i64(writer, "offset", level->offset);
        sg_json_put_f64(writer, "chance", level->chance);
        sg_json_close_object(writer);
    }
    sg_json_close_array(writer);
}

void sg_grid_put(const sg_grid *grid, const char *key, sg_json_writer *writer) {
    sg_json_open_object(writer, key);
    sg_json_put_bool(writer, "real", grid->is_real);
    if (grid->is_real) {
        sg_json_put_i64(writer, "decimals", grid->decimals);
        sg_json_put_f64(writer, "low", grid->low);
        sg_json_put_f64(writer, "high", grid->high);
    } else {
        sg_json_put_i64(writer, "unit", grid->unit);
        sg_json_put_i64(writer, "low", grid->least);
        sg_json_put_i64(writer, "high", grid->most);
    }
    if (grid->lattice.count > 0)
        put_lattice(&grid->lattice, grid->is_real, writer);
    sg_json_close_object(writer);
}

static syngan_status read_level(sg_json_value value, bool is_first_real,
                                double before, sg_level *out) {
    sg_json_value step = sg_json_member(value, "step");
    SG_TRY(sg_json_read_i64(step, is_first_real ? 0 : 1, INT64_MAX / 2,
                            &out->step));
    SG_TRY(sg_json_read_i64(sg_json_member(value, "offset"), 0,
                            out->step > 0 ? out->step - 1 : 0, &out->offset));
    return sg_read_between(sg_json_member(value, "chance"), before, 1,
                           &out->chance);
}

/* Files of earlier versions have none. */
static syngan_status read_lattice(sg_json_value grid, bool is_real,
                                  sg_lattice *out) {
    sg_json_value levels = sg_json_member(grid, "levels");
    size_t count;
    if (!sg_json_present(levels)) return SYNGAN_OK;
    SG_TRY(sg_json_read_array(levels, &count));
    if (count == 0 || count > SG_LEVELS_MOST)
        return sg_json_fail(levels, "has %zu levels, but must have 1 to %d",
                            count, SG_LEVELS_MOST);
    if (is_real)
        SG_TRY(sg_json_read_i32(sg_json_member(grid, "scale"), 0, 15,
                                &out->decimals));
    for (size_t i = 0; i < count; i++)
        SG_TRY(read_level(sg_json_item(levels, i), is_real && i == 0,
                          i == 0 ? 0 : out->level[i - 1].chance,
                          &out->level[i]));
    out->count = (int32_t)count;
    return SYNGAN_OK;
}

syngan_status sg_grid_read(sg_json_value object, const char *key, bool is_real,
                           sg_grid *out) {
    sg_json_value grid = sg_json_member(object, key);
    sg_json_value low = sg_json_member(grid, "low");
    sg_json_value high = sg_json_member(grid, "high");
    *out = (sg_grid){.decimals = -1, .unit = 1};
    SG_TRY(sg_json_read_bool(sg_json_member(grid, "real"), &out->is_real));
    if (out->is_real != is_real)
        return sg_json_fail(sg_json_member(grid, "real"),
                            "does not fit the column's type");
    SG_TRY(read_lattice(grid, is_real, &out->lattice));
    if (is_real) {
        SG_TRY(sg_json_read_i32(sg_json_member(grid, "decimals"), -1, 15,
                                &out->decimals));
        SG_TRY(sg_read_between(low, -1e300, 1e300, &out->low));
        return sg_read_between(high, out->low, 1e300, &out->high);
    }
    SG_TRY(sg_json_read_i64(sg_json_member(grid, "unit"), 1, INT64_MAX,
                            &out->unit));
    SG_TRY(sg_json_read_i64(low, -INT64_MAX, INT64_MAX, &out->least));
    return sg_json_read_i64(high, out->least, INT64_MAX, &out->most);
}
