/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measures of a pair of columns, as SDMetrics 0.32 has them: its
 * CorrelationSimilarity of two numbers, ContingencySimilarity of all others.
 *
 * Unlike there, contingencies are counted over all rows, not over 50,000 drawn
 * anew each time.
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "eval/pairs.h"

#define CORRELATED 0.5
#define ASSOCIATED 0.3

/* ---- bins --------------------------------------------------------------- */

/* numpy.histogram_bin_edges() and numpy.digitize(): the bin of the last edge is
 * one of its own, in which missing values are, too. */
static uint8_t bin_of(double value, double low, double high, double step) {
    if (isnan(value) || value >= high) return SG_PAIR_BINS + 1;
    int at = step > 0 ? (int)((value - low) / step) : 0;
    at = at < 0 ? 0 : at > SG_PAIR_BINS - 1 ? SG_PAIR_BINS - 1 : at;
    while (at > 0 && value < low + at * step)
        at--;
    while (at < SG_PAIR_BINS - 1 && value >= low + (at + 1) * step)
        at++;
    return (uint8_t)(at + 1);
}

static bool bin_side(const sg_binned *all, int64_t c, int side) {
    const sg_match *match = &all->evaluation->match;
    const double *value = match->column[c].value[side];
    int64_t rows = match->rows[side];
    double low = INFINITY, high = -INFINITY;
    for (int64_t i = 0; i < rows; i++) {
        low = value[i] < low ? value[i] : low;
        high = value[i] > high ? value[i] : high;
    }
    all->constant[side][c] = low == high;
    if (low == high) {
        low -= 0.5;
        high += 0.5;
    }
    if (!isfinite(low) || !isfinite(high)) {
        low = 0; /* no values */
        high = 1;
    }
    uint8_t *bins = all->bins[side][c] = sg_alloc(match->context, (size_t)rows);
    for (int64_t i = 0; bins != NULL && i < rows; i++)
        bins[i] = bin_of(value[i], low, high, (high - low) / SG_PAIR_BINS);
    return bins != NULL;
}

bool sg_bin_column(const sg_binned *all, int64_t c) {
    if (!all->evaluation->match.column[c].number) return true;
    return bin_side(all, c, SG_REAL) && bin_side(all, c, SG_SYNTHETIC);
}

/* ---- correlation -------------------------------------------------------- */

/* Pearson's r over the rows that have both; NaN where it is undefined. */
static double pearson(const double *x, const double *y, int64_t rows) {
    double mean_x = 0, mean_y = 0, xx = 0, yy = 0, xy = 0;
    int64_t n = 0, first = -1;
    bool varies_x = false, varies_y = false;
    for (int64_t i = 0; i < rows; i++) {
        if (isnan(x[i]) || isnan(y[i])) continue;
        if (first < 0) first = i;
        varies_x = varies_x || x[i] != x[first];
        varies_y = varies_y || y[i] != y[first];
        mean_x += x[i];
        mean_y += y[i];
        n++;
    }
    if (!varies_x || !varies_y) return NAN;
    mean_x /= (double)n;
    mean_y /= (double)n;
    for (int64_t i = 0; i < rows; i++) {
        if (isnan(x[i]) || isnan(y[i])) continue;
        double dx = x[i] - mean_x, dy = y[i] - mean_y;
        xx += dx * dx;
        yy += dy * dy;
        xy += dx * dy;
    }
    double r = xy / (sqrt(xx) * sqrt(yy));
    return r > 1 ? 1 : r < -1 ? -1 : r;
}

static void correlate(const sg_binned *all, sg_pair *p) {
    const sg_match *match = &all->evaluation->match;
    const sg_matched *a = &match->column[p->a], *b = &match->column[p->b];
    bool constant = false;
    double r[2];
    for (int side = 0; side < 2; side++) {
        r[side] = pearson(a->value[side], b->value[side], match->rows[side]);
        constant =
            constant || all->constant[side][p->a] || all->constant[side][p->b];
    }
    p->relation[0] = r[0];
    p->relation[1] = r[1];
    p->distance = fabs(r[0] - r[1]) / 2;
    if (constant || isnan(r[0]) || isnan(r[1]))
        p->why = "A column has no two different values in one of the tables";
    else if (fabs(r[0]) <= CORRELATED)
        p->why = "Not correlated in the real table: |r| is at most 0.5";
    p->related = !constant && fabs(r[0]) > CORRELATED;
}

/* ---- contingency -------------------------------------------------------- */

/* Counts of combinations: a table with a place for each if they are few, else
 * a hash table. */
typedef struct cells {
    syngan_context *context;
    int64_t width[2]; /* different values of a and b, missing ones included */
    int64_t slots;
    bool direct;
    int64_t *key;          /* of a slot; -1: free. NULL if direct */
    int32_t *count[2];     /* of a slot */
    int64_t *margin[2][2]; /* by side and column */
} cells;

static void end_cells(cells *c) {
    sg_free(c->context, c->key);
    for (int i = 0; i < 2; i++) {
        sg_free(c->context, c->count[i]);
        sg_free(c->context, c->margin[i][0]);
        sg_free(c->context, c->margin[i][1]);
    }
}

static bool make_cells(const sg_binned *all, const sg_pair *p, cells *c) {
    const sg_match *match = &all->evaluation->match;
    int64_t rows = match->rows[0] + match->rows[1];
    *c = (cells){.context = match->context};
    for (int k = 0; k < 2; k++) {
        const sg_matched *column = &match->column[k == 0 ? p->a : p->b];
        c->width[k] =
            column->number ? SG_PAIR_BINS + 2 : column->words->count + 1;
    }
    c->direct = c->width[0] * c->width[1] <= 4 * rows + 4096;
    c->slots = c->width[0] * c->width[1];
    if (!c->direct)
        for (c->slots = 1; c->slots < 2 * rows; c->slots *= 2) {
        }
    bool fits = true;
    if (!c->direct) {
        c->key = sg_alloc(c->context, (size_t)c->slots * sizeof *c->key);
        fits = c->key != NULL;
        if (fits) memset(c->key, 0xff, (size_t)c->slots * sizeof *c->key);
    }
    for (int side = 0; side < 2; side++) {
        c->count[side] =
            sg_alloc_zero(c->context, (size_t)c->slots, sizeof *c->count[side]);
        fits = fits && c->count[side] != NULL;
        for (int k = 0; k < 2; k++) {
            c->margin[side][k] = sg_alloc_zero(c->context, (size_t)c->width[k],
                                               sizeof *c->margin[side][k]);
            fits = fits && c->margin[side][k] != NULL;
        }
    }
    return fits;
}

static int64_t slot_of(const cells *c, int64_t key) {
    if (c->direct) return key;
    uint64_t at = (uint64_t)key * 0x9E3779B97F4A7C15u;
    at ^= at >> 29;
    for (at &= (uint64_t)c->slots - 1; c->key[at] >= 0 && c->key[at] != key;)
        at = (at + 1) & ((uint64_t)c->slots - 1);
    c->key[at] = key;
    return (int64_t)at;
}

/* The value of a column in a row as a number from 0; missing ones are last. */
static int64_t value_of(const sg_binned *all, int32_t c, int side, int64_t row,
                        int64_t width) {
    if (all->bins[side][c] != NULL) return all->bins[side][c][row];
    int32_t code = all->evaluation->match.column[c].code[side][row];
    return code < 0 ? width - 1 : code;
}

static void count_cells(const sg_binned *all, const sg_pair *p, cells *c) {
    for (int side = 0; side < 2; side++)
        for (int64_t i = 0; i < all->evaluation->match.rows[side]; i++) {
            int64_t a = value_of(all, p->a, side, i, c->width[0]);
            int64_t b = value_of(all, p->b, side, i, c->width[1]);
            c->count[side][slot_of(c, a * c->width[1] + b)]++;
            c->margin[side][0][a]++;
            c->margin[side][1][b]++;
        }
}

/* Cramer's V without correction: chi squared over its greatest value. NaN if a
 * column has only one value. */
static double cramers_v(const cells *c, int side) {
    double sum = 0;
    int64_t values[2] = {0, 0};
    for (int k = 0; k < 2; k++)
        for (int64_t v = 0; v < c->width[k]; v++)
            values[k] += c->margin[side][k][v] > 0;
    int64_t least = values[0] < values[1] ? values[0] : values[1];
    if (least < 2) return NAN;
    for (int64_t slot = 0; slot < c->slots; slot++) {
        if (c->count[side][slot] == 0) continue;
        int64_t key = c->direct ? slot : c->key[slot];
        double count = c->count[side][slot];
        sum += count * count /
               ((double)c->margin[side][0][key / c->width[1]] *
                (double)c->margin[side][1][key % c->width[1]]);
    }
    /* chi squared / rows = sum - 1 */
    return sqrt(fmax(sum - 1, 0) / (double)(least - 1));
}

static bool compare_contingency(const sg_binned *all, sg_pair *p) {
    const sg_match *match = &all->evaluation->match;
    cells c;
    bool fits = make_cells(all, p, &c);
    if (fits) {
        double rows[2] = {(double)match->rows[0], (double)match->rows[1]};
        double sum = 0;
        count_cells(all, p, &c);
        for (int64_t slot = 0; slot < c.slots; slot++)
            sum +=
                fabs(c.count[0][slot] / rows[0] - c.count[1][slot] / rows[1]);
        p->relation[0] = cramers_v(&c, 0);
        p->relation[1] = cramers_v(&c, 1);
        p->distance = sum / 2;
        p->related = p->relation[0] > ASSOCIATED;
        if (isnan(p->relation[0]))
            p->why = "A column has no two different values in the real table";
        else if (!p->related)
            p->why = "Not associated in the real table: Cramer's V is at most "
                     "0.3";
    }
    end_cells(&c);
    return fits;
}

bool sg_pair_compare(const sg_binned *all, sg_pair *p) {
    const sg_matched *column = all->evaluation->match.column;
    if (!column[p->a].number || !column[p->b].number)
        return compare_contingency(all, p);
    correlate(all, p);
    return true;
}

/* ---- measures ------------------------------------------------------------ */

static syngan_status trend(const void *subject, sg_result *out) {
    const sg_pair *p = subject;
    if (p->related && p->why == NULL) out->value = 1 - p->distance;
    out->text = p->why;
    return SYNGAN_OK;
}

static syngan_status similarity(const void *subject, sg_result *out) {
    out->value = 1 - ((const sg_pair *)subject)->distance;
    return SYNGAN_OK;
}

static syngan_status relation_real(const void *subject, sg_result *out) {
    out->value = ((const sg_pair *)subject)->relation[SG_REAL];
    return SYNGAN_OK;
}

static syngan_status relation_synthetic(const void *subject, sg_result *out) {
    out->value = ((const sg_pair *)subject)->relation[SG_SYNTHETIC];
    return SYNGAN_OK;
}

const sg_measure sg_measure_pair_trend = {
    .name = "pairs.A.B.trend",
    .method = {"CorrelationSimilarity", "ContingencySimilarity"},
    .title = "Trend",
    .definition =
        "How alike the relation of two columns is, if they are related in the "
        "real table: |Pearson's r| of two numbers above 0.5, Cramer's V of "
        "others above 0.3. Two numbers: 1 - half the difference of r; others: "
        "1 - the total variation distance of the combinations of values, "
        "numbers in ten bins of equal width, each table's own.",
    .subject = SG_OF_PAIR,
    .has_baselines = true,
    .rule = {.judgement = SG_JUDGE_QUALITY,
             .plain = {0.7, 0.45},
             .relative = {0.9, 0.75},
             .way = {0.25, -INFINITY},
             .best = 1},
    .compute = trend};

const sg_measure sg_measure_pair_similarity = {
    .name = "pairs.A.B.similarity",
    .method = {"CorrelationSimilarity", "ContingencySimilarity"},
    .title = "Trend, related or not",
    .definition = "The same, whether they are related or not: thresholds of 0.",
    .reason = "A column has no two different values in one of the tables",
    .subject = SG_OF_PAIR,
    .compute = similarity};

const sg_measure sg_measure_pair_real = {.name = "pairs.A.B.real",
                                         .method = {"Pearson", "Cramer"},
                                         .title = "Relation, real",
                                         .definition =
                                             "r or V of the real table.",
                                         .unit = SG_UNIT_R,
                                         .direction = SG_NO_DIRECTION,
                                         .subject = SG_OF_PAIR,
                                         .compute = relation_real};

const sg_measure sg_measure_pair_synthetic = {
    .name = "pairs.A.B.synthetic",
    .method = {"Pearson", "Cramer"},
    .title = "Relation, synthetic",
    .definition = "r or V of the synthetic table.",
    .unit = SG_UNIT_R,
    .direction = SG_NO_DIRECTION,
    .subject = SG_OF_PAIR,
    .compute = relation_synthetic};
