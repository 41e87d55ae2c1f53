/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One tree of a boosted model.
 */
#ifndef SG_EVAL_BOOST_TREE_H
#define SG_EVAL_BOOST_TREE_H

#include "eval/boost_bins.h"

/* A set of a column's bins. */
typedef struct sg_bin_set {
    uint64_t word[SG_BINS / 64];
} sg_bin_set;
static inline bool sg_bin_set_has(const sg_bin_set *set, uint8_t bin) {
    return (set->word[bin >> 6] >> (bin & 63)) & 1;
}

typedef struct sg_tree_node {
    int32_t column; /* -1: a leaf */
    int32_t left, right;
    double value; /* of a leaf */
    sg_bin_set to_left;
} sg_tree_node;

/* Nodes of trees one behind the other. */
typedef struct sg_trees {
    sg_tree_node *node;
    size_t count, capacity;
} sg_trees;

/* Sums of the first and second derivatives of the loss over rows. */
typedef struct sg_cell {
    double gradient, hessian;
    int64_t rows;
} sg_cell;

typedef struct sg_growing sg_growing;

/* For trees on rows in bins, as sg_bins_apply() makes them; all is kept by
 * reference. SYNGAN_E_MEMORY. */
syngan_status sg_growing_make(const sg_bins *bins, const uint8_t *binned,
                              int64_t rows, const sg_boost_options *options,
                              sg_growing **out);
void sg_growing_free(sg_growing *growing);
/* A cell for each row, which the next tree is fitted to. */
sg_cell *sg_growing_cells(sg_growing *growing);
/* Adds a tree's nodes, and what it predicts of row i to score[i * step].
 * SYNGAN_E_MEMORY. */
syngan_status sg_growing_tree(sg_growing *growing, sg_trees *trees,
                              double *score, int64_t step);

#endif
