/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Batch normalisation kernels, over dimension 1 of N x C or N x C x H x W,
 * plain or blocked.
 */
#ifndef SG_BACKEND_BATCH_NORM_H
#define SG_BACKEND_BATCH_NORM_H

#include "backend/kernel.h"

/* Of all operators of the family. */
typedef struct sg_batch_norm_fields {
    double momentum; /* of the running statistics */
    double epsilon;
} sg_batch_norm_fields;

/* To numbers, 3 x channels, for normalising: (x - mean) scale + shift. */
void sg_batch_norm_numbers(double epsilon, int64_t channels,
                           const float *const norm[SG_NORMS], float *numbers);

/* statistics(x) -> 2 x C: mean, biased variance. */
extern const sg_kernel *const sg_batch_norm_statistics_kernels[];
/* train(x, gamma, beta, statistics, running mean, running variance). */
extern const sg_kernel *const sg_batch_norm_train_kernels[];
/* infer(x, gamma, beta, running mean, running variance). */
extern const sg_kernel *const sg_batch_norm_infer_kernels[];
/* reduce(x, dy, statistics) -> 2 x C: sum of dy, sum of dy (x - mean) /
 * sqrt(variance + epsilon). */
extern const sg_kernel *const sg_batch_norm_reduce_kernels[];
/* input(x, dy, statistics, gamma, reduce) -> gradient of x. Absorbs a
 * slope. */
extern const sg_kernel *const sg_batch_norm_input_kernels[];

#endif
