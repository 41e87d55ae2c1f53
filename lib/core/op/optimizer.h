/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields of the optimizers' operators. Their inputs, in this order:
 *   learning_rate  (t)
 *   adam           (parameter, m, v, t, rate, gradient [, scale])
 *   sgd            (parameter, m, rate, gradient [, scale])
 *   rmsprop        (parameter, v, rate, gradient [, scale])
 * t is the number of this update, from 1 on (i64, rank 0); rate and scale are
 * f32 of rank 0; the gradient is multiplied by scale first.
 */
#ifndef SG_OP_OPTIMIZER_H
#define SG_OP_OPTIMIZER_H

#include <stdint.h>

typedef struct sg_learning_rate_fields {
    double rate, final_rate;
    int64_t steps, warmup;
    int32_t schedule; /* SYNGAN_SCHEDULE_... */
    int32_t reserved;
} sg_learning_rate_fields;

/* Of adam, sgd and rmsprop; each uses what it needs. */
typedef struct sg_optimizer_fields {
    double beta1, beta2, epsilon, momentum, rho;
    double decay;      /* of parameters */
    double clip;       /* limit of each gradient element; 0: none */
    int32_t decoupled; /* 1: decay acts on the parameter, else it is L2 */
    int32_t reserved;
} sg_optimizer_fields;

#endif
