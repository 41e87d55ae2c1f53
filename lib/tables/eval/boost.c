/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Boosting: each tree fits the gradient of the loss at what the trees before it
 * predict.
 */
#include "eval/boost.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/thread.h"
#include "eval/boost_tree.h"

const sg_boost_options sg_boost_defaults = {
    .rounds = 100, .depth = 6, .rate = 0.3, .penalty = 1, .weight = 1};

struct sg_boost {
    syngan_context *context;
    sg_bins bins;
    int32_t classes, scores; /* 0: a number; trees of a round */
    double start[SG_BOOST_CLASSES];
    sg_trees trees;
    int32_t *root; /* of each tree */
    int32_t count; /* of trees */
};

/* ---- losses -------------------------------------------------------------- */

/* Scores to probabilities: one score for two classes. */
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
    sg_boost *boost;
    const sg_boost_options *options;
    sg_growing *growing;
    int64_t rows;
    uint8_t *binned;
    const double *target;
    double *score; /* rows x scores */
    double *share; /* rows x classes; NULL: numbers */
} boosting;

static void take_shares(void *argument, int64_t first, int64_t last) {
    const boosting *b = argument;
    const sg_boost *boost = b->boost;
    for (int64_t i = first; i < last; i++)
        to_shares(b->score + i * boost->scores, boost->classes,
                  b->share + i * boost->classes);
}

/* Derivatives for the tree of class `which`. */
static void take_gradients(const boosting *b, int32_t which) {
    int32_t classes = b->boost->classes, one = classes == 2 ? 1 : which;
    sg_cell *cells = sg_growing_cells(b->growing);
    for (int64_t i = 0; i < b->rows; i++) {
        if (classes == 0) {
            cells[i] = (sg_cell){b->score[i] - b->target[i], 1, 1};
            continue;
        }
        double p = b->share[i * classes + one];
        cells[i] =
            (sg_cell){p - (b->target[i] == one), fmax(p * (1 - p), 1e-16), 1};
    }
}

/* What is predicted without a tree: the mean, the logarithms of shares. */
static void find_start(const boosting *b) {
    sg_boost *boost = b->boost;
    for (int32_t k = 0; k < boost->scores; k++) {
        double sum = 0;
        for (int64_t i = 0; i < b->rows; i++)
            sum += boost->classes == 0   ? b->target[i]
                   : boost->classes == 2 ? b->target[i] == 1
                                         : b->target[i] == k;
        double share = (sum + 1) / ((double)b->rows + 2);
        boost->start[k] = boost->classes == 0   ? sum / (double)b->rows
                          : boost->classes == 2 ? log(share / (1 - share))
                                                : log(share);
    }
    for (int64_t i = 0; i < b->rows * boost->scores; i++)
        b->score[i] = boost->start[i % boost->scores];
}

static syngan_status run_rounds(boosting *b) {
    sg_boost *boost = b->boost;
    find_start(b);
    for (int32_t round = 0; round < b->options->rounds; round++) {
        if (b->share != NULL)
            sg_parallel(boost->context, b->rows, 512, take_shares, b);
        for (int32_t k = 0; k < boost->scores; k++) {
            SG_TRY(sg_check_cancelled(boost->context, "boosted trees"));
            take_gradients(b, k);
            boost->root[boost->count++] = (int32_t)boost->trees.count;
            SG_TRY(sg_growing_tree(b->growing, &boost->trees, b->score + k,
                                   boost->scores));
        }
    }
    return SYNGAN_OK;
}

/* ---- learning ------------------------------------------------------------ */

static syngan_status make_room(boosting *b) {
    sg_boost *boost = b->boost;
    size_t rows = (size_t)b->rows, scores = (size_t)boost->scores;
    size_t shares = rows * (size_t)boost->classes;
    b->score = sg_alloc(boost->context, rows * scores * sizeof *b->score);
    if (boost->classes > 0)
        b->share = sg_alloc(boost->context, shares * sizeof *b->share);
    boost->root = sg_alloc(boost->context, (size_t)b->options->rounds * scores *
                                               sizeof *boost->root);
    return b->score != NULL && boost->root != NULL &&
                   (boost->classes == 0 || b->share != NULL)
               ? SYNGAN_OK
               : sg_fail_memory(boost->context, "decision trees",
                                (rows * scores + shares) * sizeof *b->score);
}

static syngan_status fit(boosting *b, const sg_boost_data *data) {
    sg_boost *boost = b->boost;
    SG_TRY(sg_bins_make(boost->context, data, &boost->bins));
    SG_TRY(sg_bins_apply(&boost->bins, data, &b->binned));
    SG_TRY(make_room(b));
    SG_TRY(sg_growing_make(&boost->bins, b->binned, b->rows, b->options,
                           &b->growing));
    return run_rounds(b);
}

syngan_status sg_boost_fit(syngan_context *context, const sg_boost_data *data,
                           const double *target, int32_t classes,
                           const sg_boost_options *options, sg_boost **out) {
    sg_boost *boost = *out = sg_alloc_zero(context, 1, sizeof *boost);
    if (boost == NULL)
        return sg_fail_memory(context, "decision trees", sizeof *boost);
    boost->context = context;
    boost->classes = classes;
    boost->scores = classes <= 2 ? 1 : classes;
    boosting b = {.boost = boost,
                  .options = options,
                  .rows = data->rows,
                  .target = target};
    syngan_status status = fit(&b, data);
    sg_growing_free(b.growing);
    sg_free(context, b.binned);
    sg_free(context, b.score);
    sg_free(context, b.share);
    if (status == SYNGAN_OK) return status;
    sg_boost_free(boost);
    *out = NULL;
    return status;
}

void sg_boost_free(sg_boost *boost) {
    if (boost == NULL) return;
    sg_bins_end(&boost->bins);
    sg_free(boost->context, boost->root);
    sg_free(boost->context, boost->trees.node);
    sg_free(boost->context, boost);
}

/* ---- predicting ---------------------------------------------------------- */

typedef struct predicting {
    const sg_boost *boost;
    const uint8_t *bins;
    int64_t rows;
    double *out;
} predicting;

static void predict_rows(void *argument, int64_t first, int64_t last) {
    const predicting *p = argument;
    const sg_boost *boost = p->boost;
    const sg_tree_node *nodes = boost->trees.node;
    for (int64_t i = first; i < last; i++) {
        double score[SG_BOOST_CLASSES];
        if (sg_is_cancelled_at(boost->context, i)) return;
        memcpy(score, boost->start, sizeof score);
        for (int32_t t = 0; t < boost->count; t++) {
            const sg_tree_node *n = nodes + boost->root[t];
            while (n->column >= 0) {
                uint8_t bin = p->bins[n->column * p->rows + i];
                n = nodes +
                    (sg_bin_set_has(&n->to_left, bin) ? n->left : n->right);
            }
            score[t % boost->scores] += n->value;
        }
        if (boost->classes == 0)
            p->out[i] = score[0];
        else
            to_shares(score, boost->classes, p->out + i * boost->classes);
    }
}

syngan_status sg_boost_predict(const sg_boost *boost, const sg_boost_data *data,
                               double *out) {
    uint8_t *bins = NULL;
    syngan_status status = sg_bins_apply(&boost->bins, data, &bins);
    predicting p = {boost, bins, data->rows, out};
    if (status == SYNGAN_OK)
        sg_parallel(boost->context, data->rows, 512, predict_rows, &p);
    sg_free(boost->context, bins);
    return status == SYNGAN_OK
               ? sg_check_cancelled(boost->context, "boosted trees")
               : status;
}
