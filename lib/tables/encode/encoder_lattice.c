/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How coarse numbers are: levels of multiples, found in data and written.
 *
 * A level is found by what it has more than its neighbours: of values k in
 * steps of s those at multiples of t, less the mean of those one s beside them.
 * Smooth data have as many here as there, however steep they are.
 */
#include <math.h>
#include <stdlib.h>

#include "encode/encoder_code.h"

/* Levels are looked for in so many of the values. */
#define SAMPLE 4096
/* A level needs so many values more than by chance, and standard deviations of
 * them; so many different ones, and room for so many. */
#define LEAST_MORE 5
#define DEVIATIONS 4
#define LEAST_DIFFERENT 5
#define LEAST_STEPS 8
/* Of levels with this much of the most one, the coarsest counts. */
#define NEARLY 0.9

static const int64_t mantissas[] = {
    2,   3,   4,   5,   6,   7,   8,   10,  12,  15,  16,  20,   24,   25,
    30,  36,  40,  48,  50,  60,  75,  90,  100, 120, 125, 144,  150,  200,
    250, 300, 365, 400, 500, 600, 625, 750, 900, 720, 960, 1440, 3125, 3600};

#define SECOND ((int64_t)1000000)
static const int64_t time_steps[] = {
    1000,           1000000,        5 * SECOND,     10 * SECOND,
    15 * SECOND,    20 * SECOND,    30 * SECOND,    60 * SECOND,
    120 * SECOND,   300 * SECOND,   600 * SECOND,   900 * SECOND,
    1200 * SECOND,  1800 * SECOND,  3600 * SECOND,  7200 * SECOND,
    10800 * SECOND, 14400 * SECOND, 21600 * SECOND, 28800 * SECOND,
    43200 * SECOND, 86400 * SECOND, 604800 * SECOND};

/* ---- counting ------------------------------------------------------------ */

/* Whole numbers in rising order, and where the type's zero lies among them. */
typedef struct numbers {
    const int64_t *value;
    int64_t count;
    int64_t zero;
    bool is_time;
} numbers;

typedef struct tally {
    int64_t on, beside; /* at multiples; on either side of them */
    int64_t different;  /* among the multiples */
    int64_t most;       /* equal ones */
} tally;

/* Of a level of `step` and `offset` in one of `finer`. */
static tally count_level(const numbers *n, int64_t finer, int64_t step,
                         int64_t offset) {
    tally t = {0};
    int64_t last = 0, equal = 0;
    for (int64_t i = 0; i < n->count; i++) {
        int64_t rest = sg_residue(n->value[i] - offset, step);
        t.beside += (rest == finer) + (rest == step - finer);
        if (rest != 0) continue;
        bool same = t.on++ > 0 && n->value[i] == last;
        equal = same ? equal + 1 : 1;
        t.different += !same;
        t.most = equal > t.most ? equal : t.most;
        last = n->value[i];
    }
    return t;
}

/* How many values of a level are more than chance has put there. */
static double excess(const tally *t) {
    return (double)t->on - (double)t->beside / 2;
}

static bool is_level(const tally *t) {
    double noise = sqrt((double)t->on + (double)t->beside / 4);
    return excess(t) >= LEAST_MORE && excess(t) > DEVIATIONS * noise &&
           t->different >= LEAST_DIFFERENT && 2 * t->most <= t->on;
}

/* What the most values leave, if one rest is that of more than half (Boyer and
 * Moore, "MJRTY", 1991). */
static int64_t majority(const numbers *n, int64_t step) {
    int64_t rest = 0, votes = 0;
    for (int64_t i = 0; i < n->count; i++) {
        int64_t r = sg_residue(n->value[i], step);
        if (votes == 0) rest = r;
        votes += r == rest ? 1 : -1;
    }
    return rest;
}

/* ---- looking for levels -------------------------------------------------- */

typedef struct search {
    const numbers *numbers;
    int64_t finer, offset; /* of the level so far */
    double most;           /* excess */
    double best;           /* of the step that is taken */
    int64_t step, at;
} search;

static void try_offset(search *s, int64_t step, int64_t offset) {
    if (sg_residue(offset - s->offset, s->finer) != 0) return;
    tally t = count_level(s->numbers, s->finer, step, offset);
    double more = excess(&t);
    if (!is_level(&t) || more < NEARLY * s->most) return;
    /* Steps come in rising order, but for those of other powers of ten. */
    if (step < s->step && s->best >= NEARLY * more) return;
    s->most = more > s->most ? more : s->most;
    s->best = more;
    s->step = step;
    s->at = offset;
}

static void try_step(search *s, int64_t step) {
    const numbers *n = s->numbers;
    uint64_t span = (uint64_t)n->value[n->count - 1] - (uint64_t)n->value[0];
    if (step <= s->finer || step % s->finer != 0 ||
        span / (uint64_t)step < LEAST_STEPS)
        return;
    int64_t zero = sg_residue(n->zero, step), often = majority(n, step);
    try_offset(s, step, zero);
    if (often != zero) try_offset(s, step, often);
}

/* The next coarser level; false if there is none. */
static bool next_level(const numbers *n, sg_level *level) {
    search s = {.numbers = n, .finer = level->step, .offset = level->offset};
    if (n->is_time) {
        for (size_t i = 0; i < sizeof time_steps / sizeof *time_steps; i++)
            try_step(&s, time_steps[i]);
    } else {
        for (int64_t power = 1; power <= INT64_MAX / 10000; power *= 10)
            for (size_t i = 0; i < sizeof mantissas / sizeof *mantissas; i++)
                if (power == 1 || mantissas[i] % 10 != 0 || mantissas[i] == 10)
                    try_step(&s, mantissas[i] * power);
    }
    if (s.step == 0) return false;
    level->step = s.step;
    level->offset = s.at;
    return true;
}

/* Levels from a finest one on, with the share of the values that have at least
 * each. */
static int32_t find_levels(const numbers *all, sg_level *level, double *share) {
    int64_t value[SAMPLE];
    int64_t every = (all->count - 1) / SAMPLE + 1;
    numbers some = *all;
    some.value = value;
    some.count = 0;
    for (int64_t i = every / 2; i < all->count; i += every)
        value[some.count++] = all->value[i];
    int32_t count = 1;
    share[0] = 1;
    while (count < SG_LEVELS_MOST - 1 && some.count > 0) {
        sg_level next = level[count - 1];
        int64_t finer = next.step;
        if (!next_level(&some, &next)) break;
        tally t = count_level(all, finer, next.step, next.offset);
        share[count] = excess(&t) / (double)all->count;
        if (!(share[count] > 0)) break;
        if (share[count] > share[count - 1]) share[count] = share[count - 1];
        level[count++] = next;
        int64_t kept = 0;
        for (int64_t i = 0; i < some.count; i++)
            if (sg_residue(value[i] - next.offset, next.step) == 0)
                value[kept++] = value[i];
        some.count = kept;
    }
    return count;
}

/* ---- fitting ------------------------------------------------------------- */

/* Digits behind the point that a value needs; above SG_RANGE_DECIMALS: more. */
static int32_t needed_decimals(double x) {
    int32_t d = 0;
    while (d <= SG_RANGE_DECIMALS && sg_round_decimals(x, d) != x)
        d++;
    return d;
}

/* Whether all values fit into so many decimals with room to spare. */
static bool are_exact(const double *x, int64_t count, int32_t decimals) {
    double most = fmax(fabs(x[0]), fabs(x[count - 1]));
    return decimals >= 0 && decimals <= 15 &&
           most * sg_power_of_ten(decimals) < 0x1p51;
}

/* Reals as whole numbers, without those that have too many digits; returns
 * their count. */
static int64_t scale_reals(const double *x, int64_t count, int64_t *room,
                           sg_grid *grid) {
    int32_t decimals = grid->decimals;
    bool all = are_exact(x, count, decimals);
    for (int64_t i = 0; i < count && !all; i++) {
        int32_t d = needed_decimals(x[i]);
        if (i == 0) decimals = 0;
        if (d <= SG_RANGE_DECIMALS && d > decimals) decimals = d;
    }
    int64_t kept = 0;
    if (!are_exact(x, count, decimals)) return 0;
    grid->lattice.decimals = decimals;
    double scale = sg_power_of_ten(decimals);
    for (int64_t i = 0; i < count; i++)
        if (all || needed_decimals(x[i]) <= SG_RANGE_DECIMALS)
            room[kept++] = (int64_t)rint(x[i] * scale);
    return kept;
}

/* Integers as multiples of a unit; 0 if they are too large for sums. */
static int64_t scale_integers(const double *x, int64_t count, int64_t *room,
                              const sg_grid *grid) {
    double most = fmax(fabs(x[0]), fabs(x[count - 1]));
    if (!(most * (double)grid->unit < 0x1p61) || most >= 0x1p53) return 0;
    for (int64_t i = 0; i < count; i++)
        room[i] = (int64_t)x[i] * grid->unit;
    return count;
}

static int64_t common_step(const int64_t *value, int64_t count) {
    int64_t step = 0;
    for (int64_t i = 1; i < count && step != 1; i++) {
        int64_t a = value[i] - value[0];
        while (a != 0) {
            int64_t rest = step % a;
            step = a;
            a = rest;
        }
    }
    bool known = count >= SG_SPACING_ROWS && step > 1 &&
                 (value[count - 1] - value[0]) / step >= LEAST_STEPS;
    return known ? step : 1;
}

/* Chances of levels from the shares that have at least each; those without a
 * chance are left out. `any`: of values that have no level. */
static void set_levels(sg_lattice *l, const sg_level *level,
                       const double *share, int32_t count, double any) {
    l->count = 0;
    if (any > 0) l->level[l->count++] = (sg_level){.chance = any};
    for (int32_t i = 0; i < count; i++) {
        double above = i + 1 < count ? share[i + 1] : 0;
        if (share[i] <= above) continue;
        l->level[l->count] = level[i];
        l->level[l->count++].chance = any + (1 - any) * (1 - above);
    }
    l->level[l->count - 1].chance = 1;
}

void sg_lattice_fit(const double *x, int64_t count, int64_t base, int32_t type,
                    int64_t *room, sg_grid *grid) {
    sg_lattice_plain(grid);
    if (count == 0) return;
    sg_level level[SG_LEVELS_MOST] = {{0}};
    double share[SG_LEVELS_MOST];
    int64_t kept = grid->is_real ? scale_reals(x, count, room, grid)
                                 : scale_integers(x, count, room, grid);
    if (kept == 0) return;
    level[0].step = grid->is_real ? common_step(room, kept) : grid->unit;
    level[0].offset = sg_residue(room[0], level[0].step);
    const numbers all = {.value = room,
                         .count = kept,
                         .zero = grid->is_real ? 0 : -base,
                         .is_time = sg_column_types[type]->by_clock};
    int32_t found = find_levels(&all, level, share);
    for (int32_t i = 0; i < found && !grid->is_real; i++)
        level[i].offset = sg_residue(
            level[i].offset + sg_residue(base, level[i].step), level[i].step);
    set_levels(&grid->lattice, level, share, found,
               1 - (double)kept / (double)count);
}

/* The most frequent level. */
static const sg_level *usual_level(const sg_lattice *l) {
    const sg_level *usual = l->level;
    double before = 0, most = -1;
    for (int32_t i = 0; i < l->count; i++) {
        double chance = l->level[i].chance - before;
        before = l->level[i].chance;
        if (chance <= most) continue;
        most = chance;
        usual = &l->level[i];
    }
    return usual;
}

double sg_lattice_step(const sg_grid *grid) {
    const sg_lattice *l = &grid->lattice;
    double step = (double)usual_level(l)->step;
    return grid->is_real ? step / sg_power_of_ten(l->decimals)
                         : step / (double)grid->unit;
}

/* ---- writing ------------------------------------------------------------- */

/*
 * `at` reflected between 0 and `width`, so that what lies beyond does not pile
 * up at a bound, but less than `depth` deep: what lies far beyond stays near
 * the bound, for it is one of the few extreme values.
 */
static double reflect(double at, double width, double depth) {
    if (at >= 0 && at <= width) return at;
    double beyond = at > width ? at - width : -at;
    if (!(beyond < HUGE_VAL)) return at > width ? width - depth : depth;
    beyond *= depth / (beyond + depth);
    return at > width ? width - beyond : beyond;
}

/* Of a range, how deep it may go: in steps at least four, since values have to
 * be shared out among the last ones. */
static double depth_of(double width, double least) {
    double depth = width / 8;
    if (depth < least) depth = least;
    return depth < width ? depth : width;
}

/* The multiples of a level between bounds. */
typedef struct multiples {
    int64_t first, step;
    int64_t last; /* their number less 1; below 0: there are none */
} multiples;

static multiples find_multiples(const sg_level *level, int64_t low,
                                int64_t high) {
    multiples m = {.first = low, .step = level->step, .last = -1};
    int64_t rest = sg_residue(low, level->step);
    int64_t up = level->offset - rest;
    if (up < 0) up += level->step;
    if (__builtin_add_overflow(low, up, &m.first) || m.first > high) return m;
    uint64_t last =
        ((uint64_t)high - (uint64_t)m.first) / (uint64_t)level->step;
    m.last = last > INT64_MAX ? INT64_MAX : (int64_t)last;
    return m;
}

/* The multiple that lies `at` steps from the first one. Each has as much room
 * as the others, those at the bounds included. */
static int64_t multiple_at(const multiples *m, double at) {
    double width = (double)m->last + 1;
    double k = floor(reflect(at + 0.5, width, depth_of(width, 4)));
    int64_t steps = k < (double)m->last ? (int64_t)k : m->last;
    return (int64_t)((uint64_t)m->first + (uint64_t)steps * (uint64_t)m->step);
}

/* Bounds of reals in units of 10^-decimals; false if they are too large. */
static bool scale_bounds(const sg_grid *grid, double scale, int64_t *low,
                         int64_t *high) {
    double from = grid->low * scale, to = grid->high * scale;
    if (!(fabs(from) < 0x1p53 && fabs(to) < 0x1p53)) return false;
    *low = (int64_t)ceil(from - 1e-6);
    *high = (int64_t)floor(to + 1e-6);
    return true;
}

bool sg_lattice_reaches(const sg_grid *grid, long double low,
                        long double high) {
    const sg_level *finest = &grid->lattice.level[0];
    int64_t first, last;
    sg_grid g = *grid;
    low = sg_grid_at_least(grid, low, false);
    high = sg_grid_at_most(grid, high, false);
    if (low > high) return false;
    if (g.lattice.count == 0 || finest->step == 0) return true;
    if (g.is_real) {
        g.low = (double)low;
        g.high = (double)high;
        if (!scale_bounds(&g, sg_power_of_ten(g.lattice.decimals), &first,
                          &last))
            return true;
    } else {
        if (!(low > -0x1p63L && high < 0x1p63L)) return true;
        first = (int64_t)low;
        last = (int64_t)high;
    }
    return find_multiples(finest, first, last).last >= 0;
}

static int32_t choose_level(const sg_lattice *l, float unit) {
    int32_t i = 0;
    while (i < l->count - 1 && (double)unit >= l->level[i].chance)
        i++;
    return i;
}

static void write_real(const sg_grid *grid, double x, int32_t i,
                       sg_column *column, int64_t row) {
    const sg_lattice *l = &grid->lattice;
    double scale = sg_power_of_ten(l->decimals);
    int64_t low, high;
    bool fits = scale_bounds(grid, scale, &low, &high);
    for (; fits && i >= 0 && l->level[i].step > 0; i--) {
        const multiples m = find_multiples(&l->level[i], low, high);
        if (m.last < 0) continue; /* none: a finer level */
        double at = (x * scale - (double)m.first) / (double)m.step;
        column->reals[row] = (double)multiple_at(&m, at) / scale;
        return;
    }
    double width = grid->high - grid->low;
    x = grid->low + reflect(x - grid->low, width, depth_of(width, 0));
    sg_grid_write_real(grid, x, column, row);
}

static void write_integer(const sg_grid *grid, int64_t base, double x,
                          int32_t i, sg_column *column, int64_t row) {
    const sg_lattice *l = &grid->lattice;
    for (; i >= 0; i--) {
        const multiples m =
            find_multiples(&l->level[i], grid->least, grid->most);
        if (m.last < 0) continue;
        double from = (double)((long double)base - (long double)m.first);
        double at = (x * (double)grid->unit + from) / (double)m.step;
        column->integers[row] = multiple_at(&m, at);
        return;
    }
    column->integers[row] = grid->least;
}

void sg_lattice_write(const sg_grid *grid, int64_t base, double x, float unit,
                      sg_column *column, int64_t row) {
    int32_t i = choose_level(&grid->lattice, unit);
    if (grid->is_real)
        write_real(grid, x, i, column, row);
    else
        write_integer(grid, base, x, i, column, row);
}
