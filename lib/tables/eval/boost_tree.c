/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Growing a tree, depth first. Splits are found on histograms of binned
 * columns, and of two children only the smaller one's histogram is counted, the
 * other's is what is left of the parent's. A split of categories is a set of
 * them: one against the rest where there are few, else the best prefix of them
 * in the order of what each alone would predict (Fisher 1958). Rows without a
 * value go where that is better. Sums are made column by column in the order of
 * rows, so that results don't depend on the number of threads.
 */
#include "eval/boost_tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/thread.h"

/* Categories that are split one against the rest, and how many make a set at
 * most: as in XGBoost. */
#define FEW_VALUES 4
#define SET_MOST 64
#define LEAST_GAIN 1e-6

/* ---- splits -------------------------------------------------------------- */

/* Rows of a leaf that grows. */
typedef struct part {
    int64_t first; /* of the row order; sum.rows of it */
    int32_t node, depth;
    sg_cell sum;
    double worth;       /* of the sum */
    sg_cell *histogram; /* by column and bin; NULL: it is not split */
} part;

/* Rows with bins in the set go left. */
typedef struct split {
    double gain;
    sg_cell left;
    int32_t column; /* -1: none */
    sg_bin_set to_left;
} split;

struct sg_growing {
    syngan_context *context;
    const sg_bins *of;
    sg_trees *trees;
    const sg_boost_options *options;
    int64_t rows;
    const uint8_t *bins;
    sg_cell *cells;   /* by row */
    sg_cell *ordered; /* of a part's rows, in their order */
    int32_t *order;   /* rows, by part */
    int32_t *aside;   /* for dividing them */
    size_t *offset;   /* by column: where its bins are in a histogram */
    split *candidate;
    sg_cell *histograms;
    sg_cell *pool[SG_BOOST_DEPTH + 1]; /* those that are free */
    int32_t free;
    const part *now;     /* whose histogram is made */
    const part *smaller; /* not NULL: take this one's off instead */
    double *score;       /* of the rows */
    int64_t step;
};

static sg_cell less(const sg_cell *a, const sg_cell *b) {
    return (sg_cell){a->gradient - b->gradient, a->hessian - b->hessian,
                     a->rows - b->rows};
}

static void add(sg_cell *to, const sg_cell *from) {
    to->gradient += from->gradient;
    to->hessian += from->hessian;
    to->rows += from->rows;
}

static double worth(const sg_growing *g, const sg_cell *c) {
    return c->gradient * c->gradient / (c->hessian + g->options->penalty);
}

/* What a leaf would predict, without its sign. */
static double key_of(const sg_growing *g, const sg_cell *c) {
    return c->gradient / (c->hessian + g->options->penalty);
}

/* Whether a split into `left` and the rest of a part is the best yet. */
static bool improves(const sg_growing *g, const part *p, const sg_cell *left,
                     split *best) {
    sg_cell right = less(&p->sum, left);
    if (left->hessian < g->options->weight ||
        right.hessian < g->options->weight)
        return false;
    double gain = worth(g, left) + worth(g, &right) - p->worth;
    if (gain <= best->gain) return false;
    best->gain = gain;
    best->left = *left;
    return true;
}

static void put(sg_bin_set *set, int32_t bin) {
    set->word[bin >> 6] |= (uint64_t)1 << (bin & 63);
}

/* Bins of a column in an order; the best prefix of at most `most`, without or
 * with bin 0, goes left. `ranged`: with all bins below its last one, of which
 * the part has no rows. */
static void find_prefix(const sg_growing *g, const part *p, const sg_cell *h,
                        const uint8_t *order, int32_t most, bool ranged,
                        split *best) {
    sg_cell left = {0};
    int32_t prefix = 0;
    bool with_missing = false;
    for (int32_t k = 0; k < most; k++) {
        add(&left, &h[order[k]]);
        for (int missing = 0; missing < (h[0].rows > 0 ? 2 : 1); missing++) {
            sg_cell side = left;
            if (missing) add(&side, &h[0]);
            if (!improves(g, p, &side, best)) continue;
            prefix = k + 1;
            with_missing = missing;
        }
    }
    if (prefix == 0) return;
    best->to_left = (sg_bin_set){{with_missing}};
    for (int32_t k = 0; k < prefix; k++)
        put(&best->to_left, order[k]);
    for (int32_t bin = 1; ranged && bin < order[prefix - 1]; bin++)
        put(&best->to_left, bin);
}

typedef struct keyed {
    double key;
    int32_t bin;
} keyed;

static int by_key(const void *a, const void *b) {
    const keyed *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return (x->bin > y->bin) - (x->bin < y->bin);
}

/* From both ends of the order, if it is longer than a set may be. Categories of
 * too few rows, or none, stand where nothing would be predicted. */
static void find_set(const sg_growing *g, const part *p, const sg_cell *h,
                     uint8_t *order, int32_t count, split *best) {
    keyed sorted[SG_BINS];
    for (int32_t k = 0; k < count; k++) {
        const sg_cell *one = &h[order[k]];
        bool few = one->rows == 0 || one->hessian < g->options->weight;
        sorted[k] = (keyed){few ? 0 : key_of(g, one), order[k]};
    }
    qsort(sorted, (size_t)count, sizeof *sorted, by_key);
    for (int32_t end = 0; end < (count > SET_MOST ? 2 : 1); end++) {
        for (int32_t k = 0; k < count; k++)
            order[k] = (uint8_t)sorted[end == 0 ? k : count - 1 - k].bin;
        find_prefix(g, p, h, order, count < SET_MOST ? count : SET_MOST, false,
                    best);
    }
}

static void find_split(const sg_growing *g, const part *p, int32_t column,
                       split *best) {
    const sg_binning *binning = &g->of->binning[column];
    const sg_cell *h = p->histogram + g->offset[column];
    uint8_t order[SG_BINS];
    int32_t count = 0;
    *best = (split){.column = column, .gain = LEAST_GAIN};
    for (int32_t b = 1; b < binning->bins; b++)
        if (h[b].rows > 0 || binning->values >= FEW_VALUES)
            order[count++] = (uint8_t)b;
    if (binning->values == 0)
        find_prefix(g, p, h, order, count, true, best);
    else if (binning->values < FEW_VALUES)
        for (int32_t k = 0; k < count; k++)
            find_prefix(g, p, h, order + k, 1, false, best);
    else
        find_set(g, p, h, order, count, best);
}

/* Histograms of some columns of the part in hand, and their best splits. */
static void count_columns(void *argument, int64_t first, int64_t last) {
    const sg_growing *g = argument;
    const part *p = g->now;
    for (int64_t c = first; c < last; c++) {
        sg_cell *h = p->histogram + g->offset[c];
        size_t bins = g->offset[c + 1] - g->offset[c];
        if (g->smaller == NULL) {
            const uint8_t *of = g->bins + c * g->rows;
            const int32_t *order = g->order + p->first;
            memset(h, 0, bins * sizeof *h);
            for (int64_t i = 0; i < p->sum.rows; i++)
                add(&h[of[order[i]]], &g->ordered[i]);
        } else {
            const sg_cell *off = g->smaller->histogram + g->offset[c];
            for (size_t b = 0; b < bins; b++)
                h[b] = less(&h[b], &off[b]);
        }
        find_split(g, p, (int32_t)c, &g->candidate[c]);
    }
}

/* ---- a tree -------------------------------------------------------------- */

/* The best split of a part whose histogram is counted, or what `smaller`, a
 * part of what the histogram is of now, leaves of it. */
static split best_split(sg_growing *g, part *p, const part *smaller) {
    int32_t columns = g->of->columns;
    p->worth = worth(g, &p->sum);
    g->now = p;
    g->smaller = smaller;
    if (smaller == NULL)
        for (int64_t i = 0; i < p->sum.rows; i++)
            g->ordered[i] = g->cells[g->order[p->first + i]];
    sg_parallel(g->context, columns, p->sum.rows < 2000 ? columns : 1,
                count_columns, g);
    split best = {.gain = LEAST_GAIN, .column = -1};
    for (int32_t c = 0; c < columns; c++)
        if (g->candidate[c].gain > best.gain) best = g->candidate[c];
    return best;
}

/* Divides a part's rows, keeping their order. */
static void divide(sg_growing *g, const part *p, const split *at) {
    const uint8_t *bins = g->bins + (int64_t)at->column * g->rows;
    int32_t *order = g->order + p->first;
    int64_t left = 0, right = 0;
    for (int64_t i = 0; i < p->sum.rows; i++) {
        int32_t row = order[i];
        if (sg_bin_set_has(&at->to_left, bins[row]))
            order[left++] = row;
        else
            g->aside[right++] = row;
    }
    memcpy(order + left, g->aside, (size_t)right * sizeof *order);
}

/* False when out of memory. */
static bool add_nodes(sg_growing *g, size_t count) {
    sg_trees *to = g->trees;
    void *array = to->node;
    bool fits = true;
    for (; count > 0 && fits; count--) {
        fits = sg_reserve(g->context, &array, &to->capacity, to->count,
                          sizeof *to->node);
        to->node = array;
        if (fits) to->node[to->count++] = (sg_tree_node){.column = -1};
    }
    return fits;
}

static void end_leaf(sg_growing *g, const part *p) {
    double value = -g->options->rate * key_of(g, &p->sum);
    g->trees->node[p->node].value = value;
    for (int64_t i = 0; i < p->sum.rows; i++)
        g->score[g->order[p->first + i] * g->step] += value;
    if (p->histogram != NULL) g->pool[g->free++] = p->histogram;
}

static bool grow(sg_growing *g, part *p, split at);

/* The two children, whose histograms are made of the parent's. */
static bool grow_children(sg_growing *g, const part *p, part *left,
                          part *right) {
    part *small = left->sum.rows < right->sum.rows ? left : right;
    part *large = small == left ? right : left;
    split of_small = {.column = -1}, of_large = {.column = -1};
    large->histogram = p->histogram;
    if (left->depth < g->options->depth) {
        small->histogram = g->pool[--g->free];
        of_small = best_split(g, small, NULL);
        of_large = best_split(g, large, small);
    }
    return grow(g, small, of_small) && grow(g, large, of_large);
}

/* Grows what is below a part; false when out of memory. */
static bool grow(sg_growing *g, part *p, split at) {
    if (at.column < 0) {
        end_leaf(g, p);
        return true;
    }
    int32_t child = (int32_t)g->trees->count;
    if (!add_nodes(g, 2)) return false;
    sg_tree_node *parent = &g->trees->node[p->node];
    parent->column = at.column;
    parent->left = child;
    parent->right = child + 1;
    parent->to_left = at.to_left;
    divide(g, p, &at);
    part left = {.first = p->first,
                 .node = child,
                 .depth = p->depth + 1,
                 .sum = at.left};
    part right = {.first = p->first + at.left.rows,
                  .node = child + 1,
                  .depth = p->depth + 1,
                  .sum = less(&p->sum, &at.left)};
    return grow_children(g, p, &left, &right);
}

syngan_status sg_growing_tree(sg_growing *g, sg_trees *trees, double *score,
                              int64_t step) {
    part root = {.node = (int32_t)trees->count};
    g->trees = trees;
    g->score = score;
    g->step = step;
    for (int64_t i = 0; i < g->rows; i++) {
        g->order[i] = (int32_t)i;
        add(&root.sum, &g->cells[i]);
    }
    for (g->free = 0; g->free <= g->options->depth; g->free++)
        g->pool[g->free] =
            g->histograms + (size_t)g->free * g->offset[g->of->columns];
    bool fits = add_nodes(g, 1);
    if (fits) {
        root.histogram = g->pool[--g->free];
        fits = grow(g, &root, best_split(g, &root, NULL));
    }
    return fits ? SYNGAN_OK
                : sg_fail_memory(g->context, "decision trees",
                                 trees->count * sizeof *trees->node);
}

/* ---- memory -------------------------------------------------------------- */

sg_cell *sg_growing_cells(sg_growing *growing) {
    return growing->cells;
}

static bool make_room(sg_growing *g) {
    syngan_context *context = g->context;
    size_t rows = (size_t)g->rows, columns = (size_t)g->of->columns;
    g->cells = sg_alloc(context, rows * sizeof *g->cells);
    g->ordered = sg_alloc(context, rows * sizeof *g->ordered);
    g->order = sg_alloc(context, rows * sizeof *g->order);
    g->aside = sg_alloc(context, rows * sizeof *g->aside);
    g->offset = sg_alloc_zero(context, columns + 1, sizeof *g->offset);
    g->candidate = sg_alloc(context, columns * sizeof *g->candidate);
    if (g->offset == NULL) return false;
    for (size_t c = 0; c < columns; c++)
        g->offset[c + 1] = g->offset[c] + (size_t)g->of->binning[c].bins;
    g->histograms =
        sg_alloc(context, ((size_t)g->options->depth + 1) * g->offset[columns] *
                              sizeof *g->histograms);
    return g->cells != NULL && g->ordered != NULL && g->order != NULL &&
           g->aside != NULL && g->candidate != NULL && g->histograms != NULL;
}

syngan_status sg_growing_make(const sg_bins *bins, const uint8_t *binned,
                              int64_t rows, const sg_boost_options *options,
                              sg_growing **out) {
    syngan_context *context = bins->context;
    sg_growing *g = *out = sg_alloc_zero(context, 1, sizeof *g);
    if (g != NULL) {
        g->context = context;
        g->of = bins;
        g->bins = binned;
        g->rows = rows;
        g->options = options;
        if (make_room(g)) return SYNGAN_OK;
    }
    return sg_fail_memory(context, "decision trees",
                          (size_t)rows * sizeof(sg_cell));
}

void sg_growing_free(sg_growing *g) {
    if (g == NULL) return;
    void *const blocks[] = {g->cells,  g->ordered,   g->order,     g->aside,
                            g->offset, g->candidate, g->histograms};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        sg_free(g->context, blocks[i]);
    sg_free(g->context, g);
}
