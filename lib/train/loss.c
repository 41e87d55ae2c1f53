/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Losses, built from operators.
 */
#include <syngan/optimizer.h>

#include "graph/graph.h"

syngan_node *syngan_binary_cross_entropy(syngan_node *logits, double target) {
    syngan_node *loss = syngan_softplus(logits);
    if (target != 0.0)
        loss = syngan_subtract(loss, syngan_affine(logits, target, 0.0));
    return syngan_mean(loss, NULL, 0, 0);
}

syngan_node *syngan_binary_accuracy(syngan_node *logits, int32_t real) {
    if (logits == NULL) return NULL;
    syngan_node *zero = syngan_scalar(logits->graph, 0.0);
    syngan_node *share = syngan_mean(syngan_greater(logits, zero), NULL, 0, 0);
    return real ? share : syngan_affine(share, -1.0, 1.0);
}

syngan_node *syngan_softmax_cross_entropy(syngan_node *logits,
                                          syngan_node *targets) {
    syngan_node *product =
        syngan_multiply(targets, syngan_log_softmax(logits, -1));
    syngan_node *sum = syngan_sum(product, (const int32_t[]){-1}, 1, 0);
    return syngan_affine(syngan_mean(sum, NULL, 0, 0), -1.0, 0.0);
}

syngan_node *syngan_mean_squared_error(syngan_node *a, syngan_node *b) {
    return syngan_mean(syngan_square(syngan_subtract(a, b)), NULL, 0, 0);
}

syngan_node *syngan_gradient_penalty(syngan_node *score, syngan_node *x,
                                     double target) {
    if (score == NULL || x == NULL) return NULL;
    if (score->op == NULL) return score;
    if (x->op == NULL) return x;
    syngan_graph *graph = score->graph;
    if (x->dims.rank < 1)
        return sg_graph_fail(graph, SYNGAN_E_SHAPE,
                             "syngan_gradient_penalty: '%s' needs a batch as "
                             "its first dimension",
                             x->name);
    syngan_node *gradient;
    if (syngan_gradient(score, &x, 1, &gradient) != SYNGAN_OK)
        return &graph->error;
    int32_t axes[SYNGAN_MAX_RANK];
    for (int32_t i = 1; i < x->dims.rank; i++)
        axes[i - 1] = i;
    syngan_node *squares = syngan_square(gradient);
    if (x->dims.rank > 1)
        squares = syngan_sum(squares, axes, (size_t)x->dims.rank - 1, 0);
    if (target == 0.0) return syngan_mean(squares, NULL, 0, 0);
    /* The root's slope is infinite at 0: kept away from it by far less than a
     * gradient's norm. */
    syngan_node *norm = syngan_sqrt(syngan_affine(squares, 1.0, 1e-12));
    return syngan_mean(syngan_square(syngan_affine(norm, 1.0, -target)), NULL,
                       0, 0);
}
