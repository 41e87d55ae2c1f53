/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file losses.h
 * Losses, as nodes of rank 0: means over the batch.
 */
#ifndef SYNGAN_LOSSES_H
#define SYNGAN_LOSSES_H

#include <syngan/graph.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Binary cross-entropy of logits against one target for all of them:
 *  mean(softplus(z) - target z), exact for large |z|. */
SYNGAN_API syngan_node *syngan_binary_cross_entropy(syngan_node *logits,
                                                    double target);
/** Likewise against a target for each logit:
 *  mean(softplus(z) - target z); targets may have any value. @param targets of
 * the shape of `logits` */
SYNGAN_API syngan_node *syngan_sigmoid_cross_entropy(syngan_node *logits,
                                                     syngan_node *targets);
/** Share of logits on the right side: above 0 for real (1), else fake (0). */
SYNGAN_API syngan_node *syngan_binary_accuracy(syngan_node *logits,
                                               int32_t real);
/** Cross-entropy of N x classes logits against N x classes probabilities. */
SYNGAN_API syngan_node *syngan_softmax_cross_entropy(syngan_node *logits,
                                                     syngan_node *targets);
/** mean((a - b)^2). */
SYNGAN_API syngan_node *syngan_mean_squared_error(syngan_node *a,
                                                  syngan_node *b);
/** mean(|a - b|), of two values of one shape. */
SYNGAN_API syngan_node *syngan_mean_absolute_error(syngan_node *a,
                                                   syngan_node *b);
/** mean((|gradient of `score` with respect to x, per example| - target)^2):
 *  WGAN-GP's penalty with target 1 (Gulrajani and others 2017); with target 0
 *  the R1 penalty (Mescheder and others 2018).
 *  @param score a node that depends on x, whose first size is the batch */
SYNGAN_API syngan_node *syngan_gradient_penalty(syngan_node *score,
                                                syngan_node *x, double target);

#ifdef __cplusplus
}
#endif
#endif
