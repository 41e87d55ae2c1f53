/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Losses, built from operators.
 */
#include <syngan/losses.h>
#include <syngan/optimizer.h>

#include <math.h>

#include "base/floats.h"
#include "graph/graph.h"

/* The mean of `terms`, of which `x` has given each; messages name the loss and
 * `x`, as whoever calls knows nothing of the nodes between. */
static syngan_node *mean_loss(const char *loss, syngan_node *terms,
                              const syngan_node *x) {
    char text[SG_DIMS_TEXT];
    if (terms == NULL || terms->op == NULL) return terms;
    if (sg_dims_count(&x->dims) == 0)
        return sg_graph_fail(x->graph, SYNGAN_E_SHAPE,
                             "%s of '%s': there is nothing to average in its "
                             "shape %s",
                             loss, x->name, sg_dims_text(&x->dims, text));
    if (sg_dims_open(&terms->dims))
        return sg_graph_fail(x->graph, SYNGAN_E_SHAPE,
                             "%s of '%s': its batch is not fixed, so the mean "
                             "over it is not known",
                             loss, x->name);
    return syngan_mean(terms, NULL, 0, 0);
}

/* Whether the target is finite as f32; false after recording a failure. */
static bool check_target(const char *loss, const syngan_node *x,
                         double target) {
    if (isfinite((float)target)) return true;
    sg_graph_fail(x->graph, SYNGAN_E_ARGUMENT,
                  "%s of '%s': the target is %g, but must be finite as f32",
                  loss, x->name, target);
    return false;
}

syngan_node *syngan_binary_cross_entropy(syngan_node *logits, double target) {
    SG_OWN_FLOATS;
    static const char name[] = "binary_cross_entropy";
    if (logits == NULL || logits->op == NULL) return logits;
    if (!check_target(name, logits, target)) return &logits->graph->error;
    syngan_node *loss = syngan_softplus(logits);
    if (target != 0.0)
        loss = syngan_subtract(loss, syngan_affine(logits, target, 0.0));
    return mean_loss(name, loss, logits);
}

/* Whether both have one shape, since broadcasting N against N x 1 would compare
 * each with all; false after recording a failure. */
static bool check_pair(const char *loss, const syngan_node *a,
                       const syngan_node *b) {
    char text[SG_DIMS_TEXT], other[SG_DIMS_TEXT];
    if (a->op == NULL || b->op == NULL || sg_dims_equal(&a->dims, &b->dims))
        return true;
    sg_graph_fail(a->graph, SYNGAN_E_SHAPE,
                  "%s: '%s' is %s and '%s' %s, but they must have one shape",
                  loss, a->name, sg_dims_text(&a->dims, text), b->name,
                  sg_dims_text(&b->dims, other));
    return false;
}

syngan_node *syngan_sigmoid_cross_entropy(syngan_node *logits,
                                          syngan_node *targets) {
    SG_OWN_FLOATS;
    static const char name[] = "sigmoid_cross_entropy";
    if (logits == NULL || targets == NULL) return NULL;
    if (!check_pair(name, logits, targets)) return &logits->graph->error;
    return mean_loss(name,
                     syngan_subtract(syngan_softplus(logits),
                                     syngan_multiply(targets, logits)),
                     logits);
}

syngan_node *syngan_binary_accuracy(syngan_node *logits, int32_t real) {
    SG_OWN_FLOATS;
    if (logits == NULL) return NULL;
    syngan_node *zero = syngan_scalar(logits->graph, 0.0);
    syngan_node *share =
        mean_loss("binary_accuracy", syngan_greater(logits, zero), logits);
    return real ? share : syngan_affine(share, -1.0, 1.0);
}

syngan_node *syngan_softmax_cross_entropy(syngan_node *logits,
                                          syngan_node *targets) {
    SG_OWN_FLOATS;
    syngan_node *product =
        syngan_multiply(targets, syngan_log_softmax(logits, -1));
    syngan_node *sum = syngan_sum(product, (const int32_t[]){-1}, 1, 0);
    return syngan_affine(mean_loss("softmax_cross_entropy", sum, logits), -1.0,
                         0.0);
}

syngan_node *syngan_mean_squared_error(syngan_node *a, syngan_node *b) {
    SG_OWN_FLOATS;
    syngan_node *terms = syngan_square(syngan_subtract(a, b));
    return mean_loss("mean_squared_error", terms, a);
}

syngan_node *syngan_mean_absolute_error(syngan_node *a, syngan_node *b) {
    SG_OWN_FLOATS;
    static const char name[] = "mean_absolute_error";
    if (a == NULL || b == NULL) return NULL;
    if (!check_pair(name, a, b)) return &a->graph->error;
    return mean_loss(name, syngan_abs(syngan_subtract(a, b)), a);
}

syngan_node *syngan_gradient_penalty(syngan_node *score, syngan_node *x,
                                     double target) {
    SG_OWN_FLOATS;
    if (score == NULL || x == NULL) return NULL;
    if (score->op == NULL) return score;
    if (x->op == NULL) return x;
    static const char name[] = "gradient_penalty";
    syngan_graph *graph = score->graph;
    if (!check_target(name, x, target)) return &graph->error;
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
    if (target == 0.0) return mean_loss(name, squares, x);
    /* The root's slope is infinite at 0: kept away from it by far less than a
     * gradient's norm. */
    syngan_node *norm = syngan_sqrt(syngan_affine(squares, 1.0, 1e-12));
    return mean_loss(name, syngan_square(syngan_affine(norm, 1.0, -target)), x);
}
