/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measures of pairs of columns, and the overall score, as SDMetrics 0.32 has
 * them: CorrelationSimilarity of two numbers, ContingencySimilarity of all
 * others, the mean of both over the pairs that are related in the real table.
 *
 * Unlike there, contingencies are counted over all rows, not over 50,000 drawn
 * anew each time.
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "base/thread.h"
#include "eval/evaluation.h"

#define BINS 10
/* Pairs that are compared; of more, so many drawn by chance. */
#define MOST_PAIRS 100000
#define CORRELATED 0.5
#define ASSOCIATED 0.3

typedef struct pair {
    int32_t a, b;
    double score, real, synthetic; /* r, or V */
    const char *why;               /* there is no score */
    bool related, drawn;
} pair;

typedef struct work {
    sg_evaluation *evaluation;
    pair *pairs;
    int64_t count;
    uint8_t **bins[2]; /* by column: of numbers, 1 ... BINS + 1 */
    bool *constant[2]; /* by column: one different value */
} work;

/* ---- bins --------------------------------------------------------------- */

/* numpy.histogram_bin_edges() and numpy.digitize(): the bin of the last edge is
 * one of its own, in which missing values are, too. */
static uint8_t bin_of(double value, double low, double high, double step) {
    if (isnan(value) || value >= high) return BINS + 1;
    int at = step > 0 ? (int)((value - low) / step) : 0;
    at = at < 0 ? 0 : at > BINS - 1 ? BINS - 1 : at;
    while (at > 0 && value < low + at * step)
        at--;
    while (at < BINS - 1 && value >= low + (at + 1) * step)
        at++;
    return (uint8_t)(at + 1);
}

static bool bin_side(const work *all, int64_t c, int side) {
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
        bins[i] = bin_of(value[i], low, high, (high - low) / BINS);
    return bins != NULL;
}

static void bin_columns(void *argument, int64_t first, int64_t last) {
    const work *all = argument;
    for (int64_t c = first; c < last; c++)
        for (int side = 0; side < 2; side++)
            if (!sg_is_cancelled(all->evaluation->context) &&
                all->evaluation->match.column[c].number &&
                !bin_side(all, c, side))
                atomic_store(&all->evaluation->lacks_memory, true);
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

static void correlate(const work *all, pair *p) {
    const sg_match *match = &all->evaluation->match;
    const sg_matched *a = &match->column[p->a], *b = &match->column[p->b];
    bool constant = false;
    double r[2];
    for (int side = 0; side < 2; side++) {
        r[side] = pearson(a->value[side], b->value[side], match->rows[side]);
        constant =
            constant || all->constant[side][p->a] || all->constant[side][p->b];
    }
    p->real = r[0];
    p->synthetic = r[1];
    if (constant || isnan(r[0]) || isnan(r[1]))
        p->why = "A column has no two different values in one of the tables";
    else if (fabs(r[0]) <= CORRELATED)
        p->why = "Not correlated in the real table: |r| is at most 0.5";
    p->related = !constant && fabs(r[0]) > CORRELATED;
    if (p->why == NULL) p->score = 1 - fabs(r[0] - r[1]) / 2;
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

static bool make_cells(const work *all, const pair *p, cells *c) {
    const sg_match *match = &all->evaluation->match;
    int64_t rows = match->rows[0] + match->rows[1];
    *c = (cells){.context = match->context};
    for (int k = 0; k < 2; k++) {
        const sg_matched *column = &match->column[k == 0 ? p->a : p->b];
        c->width[k] = column->number ? BINS + 2 : column->words->count + 1;
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
static int64_t value_of(const work *all, int32_t c, int side, int64_t row,
                        int64_t width) {
    if (all->bins[side][c] != NULL) return all->bins[side][c][row];
    int32_t code = all->evaluation->match.column[c].code[side][row];
    return code < 0 ? width - 1 : code;
}

static void count_cells(const work *all, const pair *p, cells *c) {
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

static bool compare_contingency(const work *all, pair *p) {
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
        p->real = cramers_v(&c, 0);
        p->synthetic = cramers_v(&c, 1);
        p->related = p->real > ASSOCIATED;
        if (isnan(p->real))
            p->why = "A column has no two different values in the real table";
        else if (!p->related)
            p->why = "Not associated in the real table: Cramer's V is at most "
                     "0.3";
        else
            p->score = 1 - sum / 2;
    }
    end_cells(&c);
    return fits;
}

/* ---- pairs -------------------------------------------------------------- */

static void compare_pairs(void *argument, int64_t first, int64_t last) {
    const work *all = argument;
    const sg_matched *column = all->evaluation->match.column;
    for (int64_t i = first; i < last; i++) {
        pair *p = &all->pairs[i];
        if (sg_is_cancelled(all->evaluation->context)) return;
        if (column[p->a].number && column[p->b].number)
            correlate(all, p);
        else if (!compare_contingency(all, p))
            atomic_store(&all->evaluation->lacks_memory, true);
    }
}

/* All pairs, or so many by chance (selection sampling) and those of the
 * pictures. */
static syngan_status list_pairs(work *all) {
    sg_evaluation *evaluation = all->evaluation;
    const sg_random random = {.seed = evaluation->seed,
                              .stream = sg_stream_id("evaluate pairs")};
    int32_t n = (int32_t)evaluation->match.count;
    int64_t total = (int64_t)n * (n - 1) / 2, left = total;
    int64_t wanted = total < MOST_PAIRS ? total : MOST_PAIRS;
    int64_t pictured = (int64_t)SG_REPORT_PICTURES * SG_REPORT_PICTURES;
    size_t bytes = (size_t)(wanted + pictured) * sizeof *all->pairs;
    all->pairs = sg_alloc(evaluation->context, bytes);
    if (all->pairs == NULL)
        return sg_fail_memory(evaluation->context, "pairs of columns", bytes);
    for (int32_t a = 0; a < n; a++)
        for (int32_t b = a + 1; b < n; b++, left--) {
            uint64_t index = (uint64_t)(total - left);
            bool draw = total == wanted ||
                        (int64_t)sg_random_below(&random, index,
                                                 (uint64_t)left) < wanted;
            wanted -= draw;
            if (draw || b < SG_REPORT_PICTURES)
                all->pairs[all->count++] = (pair){.a = a,
                                                  .b = b,
                                                  .score = NAN,
                                                  .real = NAN,
                                                  .synthetic = NAN,
                                                  .drawn = draw};
        }
    if (total > MOST_PAIRS)
        sg_report_note(
            evaluation->report,
            "Column pairs: %d of %lld, drawn by chance, are compared",
            MOST_PAIRS, (long long)total);
    return SYNGAN_OK;
}

static void draw_maps(const work *all) {
    const syngan_report *report = all->evaluation->report;
    int64_t n = (int64_t)report->n_pictures;
    for (int64_t i = 0; i < all->count; i++) {
        const pair *p = &all->pairs[i];
        if (p->b >= n) continue;
        for (int side = 0; side < 2; side++) {
            double v = side == 0 ? p->real : p->synthetic;
            report->map[side][p->a * n + p->b] = (float)v;
            report->map[side][p->b * n + p->a] = (float)v;
        }
    }
}

static void add_pairs(const work *all) {
    const sg_evaluation *evaluation = all->evaluation;
    syngan_report *report = evaluation->report;
    double sum = 0;
    int64_t related = 0;
    for (int64_t i = 0; i < all->count; i++) {
        const pair *p = &all->pairs[i];
        const sg_matched *a = &evaluation->match.column[p->a];
        const sg_matched *b = &evaluation->match.column[p->b];
        bool numbers = a->number && b->number;
        if (!p->drawn) continue;
        sg_report_add(report, p->score,
                      numbers ? "CorrelationSimilarity"
                              : "ContingencySimilarity",
                      p->why, "pairs.%s.%s.trend", a->path, b->path);
        sg_report_add(report, p->real, numbers ? "Pearson" : "Cramer", NULL,
                      "pairs.%s.%s.real", a->path, b->path);
        sg_report_add(report, p->synthetic, numbers ? "Pearson" : "Cramer",
                      NULL, "pairs.%s.%s.synthetic", a->path, b->path);
        if (p->related && !isnan(p->score)) {
            sum += p->score;
            related++;
        }
    }
    sg_report_add(report, related == 0 ? NAN : sum / (double)related,
                  "Column Pair Trends",
                  related == 0 ? "No two columns are related in the real table"
                               : "Mean of the pairs that are related in the "
                                 "real table",
                  "quality.pairs");
}

static void add_score(syngan_report *report) {
    double parts[2] = {NAN, NAN};
    for (size_t i = 0; i < report->count; i++) {
        const char *name = report->entry[i].name;
        if (name == NULL) continue;
        if (strcmp(name, "quality.shapes") == 0)
            parts[0] = report->entry[i].value;
        if (strcmp(name, "quality.pairs") == 0)
            parts[1] = report->entry[i].value;
    }
    double score = isnan(parts[0])   ? parts[1]
                   : isnan(parts[1]) ? parts[0]
                                     : (parts[0] + parts[1]) / 2;
    sg_report_add(report, score, "QualityReport",
                  "Mean of quality.shapes and quality.pairs, of those that "
                  "there are",
                  "quality.score");
}

static syngan_status prepare(work *all) {
    syngan_context *context = all->evaluation->context;
    size_t count = all->evaluation->match.count;
    for (int side = 0; side < 2; side++) {
        all->bins[side] =
            sg_alloc_zero(context, count, sizeof *all->bins[side]);
        all->constant[side] =
            sg_alloc_zero(context, count, sizeof *all->constant[side]);
        if (all->bins[side] == NULL || all->constant[side] == NULL)
            return sg_fail_memory(context, "bins",
                                  count * sizeof *all->bins[side]);
    }
    sg_parallel(context, (int64_t)count, 1, bin_columns, all);
    SG_TRY(sg_evaluation_step(all->evaluation, "column pairs", 0.12));
    return list_pairs(all);
}

static void end(work *all) {
    syngan_context *context = all->evaluation->context;
    for (int side = 0; side < 2; side++) {
        for (size_t c = 0;
             all->bins[side] != NULL && c < all->evaluation->match.count; c++)
            sg_free(context, all->bins[side][c]);
        sg_free(context, all->bins[side]);
        sg_free(context, all->constant[side]);
    }
    sg_free(context, all->pairs);
}

syngan_status sg_evaluate_pairs(sg_evaluation *evaluation) {
    work all = {.evaluation = evaluation};
    syngan_status status = prepare(&all);
    if (status == SYNGAN_OK) {
        sg_parallel(evaluation->context, all.count, 1, compare_pairs, &all);
        status = sg_evaluation_step(evaluation, "column pairs", 0.18);
    }
    if (status == SYNGAN_OK) {
        draw_maps(&all);
        add_pairs(&all);
        add_score(evaluation->report);
    }
    end(&all);
    return status == SYNGAN_OK ? evaluation->report->status : status;
}
