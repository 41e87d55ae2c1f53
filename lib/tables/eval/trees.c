/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gradient-boosted decision trees: each tree fits the gradient of the loss at
 * what the trees before it predict. Trees grow leaf by leaf, the leaf of the
 * greatest gain first; splits are found on histograms of binned columns, and
 * of two children only the smaller one's histogram is counted (Ke and others
 * 2017). Sums are made column by column in the order of rows, so that results
 * don't depend on the number of threads.
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/thread.h"
#include "eval/bins.h"

#define ROUNDS 100
#define RATE 0.1
#define LEAVES 31
#define PENALTY 1.0
#define LEAST_ROWS 20

typedef struct cell {
    double gradient, hessian;
    int64_t rows;
} cell;

typedef struct split {
    double gain;
    int32_t column, bin; /* rows with bins up to this go left */
} split;

typedef struct leaf {
    int64_t first, count; /* of the row order */
    cell sum;
    split best;
    int32_t node;
    cell *histogram; /* columns x SG_BINS */
} leaf;

typedef struct node {
    int32_t column, bin; /* column -1: a leaf */
    int32_t left, right;
    double value;
} node;

typedef struct forest {
    syngan_context *context;
    int64_t rows, least_rows;
    int32_t columns, leaves;
    const uint8_t *bins;
    double *gradient, *hessian; /* by row */
    int32_t *order;             /* rows, by leaf */
    int32_t *aside;             /* for dividing them */
    double *ordered[2];         /* gradient, hessian of a leaf's rows */
    leaf leaf[LEAVES];
    node node[2 * LEAVES];
    int32_t nodes;
    split *candidate; /* by column */
    leaf *now;        /* whose histogram is made */
    const leaf *less; /* NULL: count it; else take this one's off */
} forest;

/* ---- splits ------------------------------------------------------------- */

static double worth(const cell *c) {
    return c->gradient * c->gradient / (c->hessian + PENALTY);
}

static void find_split(const forest *f, const leaf *l, int32_t column,
                       split *best) {
    const cell *h = l->histogram + (size_t)column * SG_BINS;
    cell left = {0};
    *best = (split){.column = column};
    for (int32_t b = 0; b < SG_BINS - 1; b++) {
        if (h[b].rows == 0) continue;
        left.gradient += h[b].gradient;
        left.hessian += h[b].hessian;
        left.rows += h[b].rows;
        cell right = {l->sum.gradient - left.gradient,
                      l->sum.hessian - left.hessian, l->sum.rows - left.rows};
        if (left.rows < f->least_rows) continue;
        if (right.rows < f->least_rows) break;
        double gain = worth(&left) + worth(&right) - worth(&l->sum);
        if (gain > best->gain) {
            best->gain = gain;
            best->bin = b;
        }
    }
}

/* Histograms of some columns of the leaf in hand, and their best splits. */
static void count_columns(void *argument, int64_t first, int64_t last) {
    const forest *f = argument;
    const leaf *l = f->now;
    for (int64_t c = first; c < last; c++) {
        cell *h = l->histogram + c * SG_BINS;
        if (f->less == NULL) {
            const uint8_t *bins = f->bins + c * f->rows;
            const int32_t *order = f->order + l->first;
            memset(h, 0, SG_BINS * sizeof *h);
            for (int64_t i = 0; i < l->count; i++) {
                cell *to = &h[bins[order[i]]];
                to->gradient += f->ordered[0][i];
                to->hessian += f->ordered[1][i];
                to->rows++;
            }
        } else {
            const cell *off = f->less->histogram + c * SG_BINS;
            for (int32_t b = 0; b < SG_BINS; b++) {
                h[b].gradient -= off[b].gradient;
                h[b].hessian -= off[b].hessian;
                h[b].rows -= off[b].rows;
            }
        }
        find_split(f, l, (int32_t)c, &f->candidate[c]);
    }
}

/* `less`: a part of what the leaf's histogram is of now. */
static void look_at(forest *f, leaf *l, const leaf *less) {
    f->now = l;
    f->less = less;
    if (less == NULL) {
        l->sum = (cell){.rows = l->count};
        for (int64_t i = 0; i < l->count; i++) {
            int32_t row = f->order[l->first + i];
            l->sum.gradient += f->ordered[0][i] = f->gradient[row];
            l->sum.hessian += f->ordered[1][i] = f->hessian[row];
        }
    }
    int64_t grain = l->count < 2000 ? f->columns : 1;
    sg_parallel(f->context, f->columns, grain, count_columns, f);
    l->best = (split){0};
    for (int32_t c = 0; c < f->columns; c++)
        if (f->candidate[c].gain > l->best.gain) l->best = f->candidate[c];
}

/* ---- a tree ------------------------------------------------------------- */

/* Divides a leaf's rows, keeping their order; returns how many go left. */
static int64_t divide(forest *f, const leaf *l) {
    const uint8_t *bins = f->bins + (size_t)l->best.column * (size_t)f->rows;
    int32_t *order = f->order + l->first;
    int64_t left = 0, right = 0;
    for (int64_t i = 0; i < l->count; i++) {
        int32_t row = order[i];
        if (bins[row] <= l->best.bin)
            order[left++] = row;
        else
            f->aside[right++] = row;
    }
    memcpy(order + left, f->aside, (size_t)right * sizeof *order);
    return left;
}

static void split_leaf(forest *f, leaf *l) {
    node *parent = &f->node[l->node];
    parent->column = l->best.column;
    parent->bin = l->best.bin;
    parent->left = f->nodes++;
    parent->right = f->nodes++;
    int64_t left = divide(f, l);
    leaf *other = &f->leaf[f->leaves++];
    cell *histogram = other->histogram;
    cell sum = l->sum;
    *other = (leaf){.first = l->first + left,
                    .count = l->count - left,
                    .node = parent->right,
                    .histogram = histogram};
    l->node = parent->left;
    l->count = left;
    /* The parent's histogram goes to the larger child. */
    leaf *small = left < other->count ? l : other;
    leaf *large = small == l ? other : l;
    if (large == other) {
        other->histogram = l->histogram;
        l->histogram = histogram;
    }
    look_at(f, small, NULL);
    large->sum = (cell){sum.gradient - small->sum.gradient,
                        sum.hessian - small->sum.hessian, large->count};
    look_at(f, large, small);
    f->node[l->node].column = f->node[other->node].column = -1;
}

static void grow_tree(forest *f) {
    for (int64_t i = 0; i < f->rows; i++)
        f->order[i] = (int32_t)i;
    f->nodes = f->leaves = 1;
    f->node[0] = (node){.column = -1};
    f->leaf[0] = (leaf){.count = f->rows, .histogram = f->leaf[0].histogram};
    look_at(f, &f->leaf[0], NULL);
    while (f->leaves < LEAVES) {
        leaf *best = &f->leaf[0];
        for (int32_t k = 1; k < f->leaves; k++)
            if (f->leaf[k].best.gain > best->best.gain) best = &f->leaf[k];
        if (best->best.gain <= 1e-9) break;
        split_leaf(f, best);
    }
    for (int32_t k = 0; k < f->leaves; k++) {
        const leaf *l = &f->leaf[k];
        f->node[l->node].value =
            -RATE * l->sum.gradient / (l->sum.hessian + PENALTY);
    }
}

/* ---- predicting --------------------------------------------------------- */

typedef struct applying {
    const node *node;
    const uint8_t *bins;
    double *score;
    int64_t rows, step;
} applying;

static void apply_tree(void *argument, int64_t first, int64_t last) {
    const applying *all = argument;
    for (int64_t i = first; i < last; i++) {
        const node *n = all->node;
        while (n->column >= 0) {
            uint8_t bin = all->bins[n->column * all->rows + i];
            n = all->node + (bin <= n->bin ? n->left : n->right);
        }
        all->score[i * all->step] += n->value;
    }
}

static void add_tree(const forest *f, const uint8_t *bins, int64_t rows,
                     int64_t step, double *score) {
    applying all = {f->node, bins, score, rows, step};
    sg_parallel(f->context, rows, 512, apply_tree, &all);
}

/* ---- losses ------------------------------------------------------------- */

/* Scores to probabilities, in place: one score for two classes. */
static void to_shares(const double *score, int32_t classes, double *share) {
    if (classes == 2) {
        share[1] = 1 / (1 + exp(-score[0]));
        share[0] = 1 - share[1];
        return;
    }
    double most = score[0], sum = 0;
    for (int32_t k = 1; k < classes; k++)
        most = score[k] > most ? score[k] : most;
    for (int32_t k = 0; k < classes; k++)
        sum += share[k] = exp(score[k] - most);
    for (int32_t k = 0; k < classes; k++)
        share[k] /= sum;
}

typedef struct boosting {
    forest forest;
    const double *target;
    int32_t classes, scores; /* 0: a number; scores of an example */
    double start[SG_MOST_CLASSES];
    uint8_t *bins[2]; /* train, test */
    double *score[2]; /* examples x scores */
    int64_t rows[2];
} boosting;

static void take_gradients(boosting *b, int32_t which) {
    forest *f = &b->forest;
    for (int64_t i = 0; i < f->rows; i++) {
        const double *score = b->score[0] + i * b->scores;
        if (b->classes == 0) {
            f->gradient[i] = score[0] - b->target[i];
            f->hessian[i] = 1;
            continue;
        }
        double share[SG_MOST_CLASSES];
        to_shares(score, b->classes, share);
        int32_t one = b->classes == 2 ? 1 : which;
        double p = share[one];
        f->gradient[i] = p - (b->target[i] == one);
        f->hessian[i] = fmax(p * (1 - p), 1e-6);
    }
}

/* What is predicted without a tree: the mean, the logarithms of shares. */
static void find_start(boosting *b) {
    double rows = (double)b->rows[0];
    for (int32_t k = 0; k < b->scores; k++) {
        double sum = 0;
        for (int64_t i = 0; i < b->rows[0]; i++)
            sum += b->classes == 0   ? b->target[i]
                   : b->classes == 2 ? b->target[i] == 1
                                     : b->target[i] == k;
        double share = (sum + 1) / (rows + 2);
        b->start[k] = b->classes == 0   ? sum / rows
                      : b->classes == 2 ? log(share / (1 - share))
                                        : log(share);
    }
    for (int side = 0; side < 2; side++)
        for (int64_t i = 0; i < b->rows[side] * b->scores; i++)
            b->score[side][i] = b->start[i % b->scores];
}

static syngan_status boost(boosting *b) {
    find_start(b);
    for (int32_t round = 0; round < ROUNDS; round++)
        for (int32_t k = 0; k < b->scores; k++) {
            if (sg_is_cancelled(b->forest.context))
                return sg_fail(b->forest.context, SYNGAN_E_CANCELLED,
                               "evaluate: cancelled");
            take_gradients(b, k);
            grow_tree(&b->forest);
            for (int side = 0; side < 2; side++)
                add_tree(&b->forest, b->bins[side], b->rows[side], b->scores,
                         b->score[side] + k);
        }
    return SYNGAN_OK;
}

/* ---- memory ------------------------------------------------------------- */

static bool make_room(boosting *b) {
    forest *f = &b->forest;
    syngan_context *context = f->context;
    size_t rows = (size_t)f->rows, columns = (size_t)f->columns;
    f->gradient = sg_alloc(context, rows * sizeof *f->gradient);
    f->hessian = sg_alloc(context, rows * sizeof *f->hessian);
    f->order = sg_alloc(context, rows * sizeof *f->order);
    f->aside = sg_alloc(context, rows * sizeof *f->aside);
    f->ordered[0] = sg_alloc(context, rows * sizeof *f->ordered[0]);
    f->ordered[1] = sg_alloc(context, rows * sizeof *f->ordered[1]);
    f->candidate = sg_alloc(context, columns * sizeof *f->candidate);
    bool fits = f->gradient != NULL && f->hessian != NULL && f->order != NULL &&
                f->aside != NULL && f->ordered[0] != NULL &&
                f->ordered[1] != NULL && f->candidate != NULL;
    for (int k = 0; k < LEAVES && fits; k++) {
        f->leaf[k].histogram =
            sg_alloc(context, columns * SG_BINS * sizeof(cell));
        fits = f->leaf[k].histogram != NULL;
    }
    for (int side = 0; side < 2; side++) {
        b->score[side] =
            sg_alloc(context, (size_t)b->rows[side] * (size_t)b->scores *
                                  sizeof(double));
        fits = fits && b->score[side] != NULL && b->bins[side] != NULL;
    }
    return fits;
}

static void end(boosting *b) {
    forest *f = &b->forest;
    syngan_context *context = f->context;
    void *const blocks[] = {f->gradient,  f->hessian,    f->order,
                            f->aside,     f->ordered[0], f->ordered[1],
                            f->candidate, b->score[0],   b->score[1],
                            b->bins[0],   b->bins[1]};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        sg_free(context, blocks[i]);
    for (int k = 0; k < LEAVES; k++)
        sg_free(context, f->leaf[k].histogram);
}

syngan_status sg_learn_trees(const sg_examples *train, const double *target,
                             int32_t classes, const sg_examples *test,
                             double *out) {
    syngan_context *context = train->match->context;
    boosting b = {.target = target,
                  .classes = classes,
                  .scores = classes <= 2 ? 1 : classes,
                  .rows = {train->count, test->count}};
    sg_bins bins;
    syngan_status status =
        sg_bins_make(train, classes <= 2 ? target : NULL, &bins);
    b.forest.context = context;
    b.forest.rows = train->count;
    b.forest.columns = bins.columns;
    int64_t least = train->count / LEAST_ROWS;
    b.forest.least_rows = least < 1            ? 1
                          : least < LEAST_ROWS ? least
                                               : LEAST_ROWS;
    if (status == SYNGAN_OK) {
        b.bins[0] = sg_bins_apply(&bins, train);
        b.bins[1] = sg_bins_apply(&bins, test);
        if (!make_room(&b))
            status = sg_fail_memory(context, "decision trees",
                                    (size_t)train->count * sizeof(double));
    }
    b.forest.bins = b.bins[0];
    if (status == SYNGAN_OK) status = boost(&b);
    for (int64_t i = 0; i < test->count && status == SYNGAN_OK; i++)
        if (classes == 0)
            out[i] = b.score[1][i];
        else
            to_shares(b.score[1] + i * b.scores, classes, out + i * classes);
    end(&b);
    sg_bins_end(&bins);
    return status;
}
