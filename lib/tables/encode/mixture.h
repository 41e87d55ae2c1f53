/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mixtures of normal distributions in one dimension, by variational inference
 * under a Dirichlet process (Blei and Jordan, "Variational inference for
 * Dirichlet process mixtures", 2006; Bishop, Pattern Recognition and Machine
 * Learning, 2006, section 10.2), truncated at some number of components.
 *
 * Priors: concentration 0.001 of the sticks, mean and variance of the data with
 * the weight of one value. The work is done on points, each of which stands for
 * all equal, or nearly equal, values.
 */
#ifndef SG_ENCODE_MIXTURE_H
#define SG_ENCODE_MIXTURE_H

#include "base/context.h"

#define SG_MIXTURE_MOST 64  /* components */
#define SG_POINTS_MOST 4096 /* points */

/* Values, weighted by how often they come, in rising order. What a point stands
 * for has a variance of its own. */
typedef struct sg_points {
    int32_t count;
    double total; /* of the weights */
    double *value, *weight, *variance;
} sg_points;

/* Points of `count` values (at least 1) in rising order. Different values stay
 * apart up to half of SG_POINTS_MOST of them; of more, neighbours fall together
 * that share a cell of 1/1024 of the values and of the range. Values are
 * multiples of `step`, for each of which `step`^2 / 12 is added to the variance
 * (0: any). False when out of memory; sets no sentence, since threads call it.
 */
bool sg_points_make(syngan_context *context, const double *values,
                    int64_t count, double step, sg_points *out);
void sg_points_end(syngan_context *context, sg_points *points);

typedef struct sg_mixture {
    int32_t count; /* of components, in the order of their means */
    double weight[SG_MIXTURE_MOST]; /* sum 1 */
    double mean[SG_MIXTURE_MOST];
    double deviation[SG_MIXTURE_MOST]; /* standard */
} sg_mixture;

/* At most `most` components (1 ... SG_MIXTURE_MOST), none with a weight below
 * `least` unless it is the only one: when some fall below, the others are
 * fitted again without them. `seed` is that of the k-means++ start. False when
 * out of memory, as above. */
bool sg_mixture_fit(syngan_context *context, const sg_points *points,
                    int32_t most, double least, uint64_t seed, sg_mixture *out);

/* Mean over the points of the logarithm of the density. */
double sg_mixture_likelihood(const sg_mixture *mixture,
                             const sg_points *points);

#endif
