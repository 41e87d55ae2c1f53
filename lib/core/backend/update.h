/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes of parameters, each in one pass over memory.
 */
#ifndef SG_BACKEND_UPDATE_H
#define SG_BACKEND_UPDATE_H

#include "base/simd.h"

/* What all optimizers do to a gradient first: g scale, limited to
 * [-clip, clip], plus decay p. */
typedef struct sg_gradient_rule {
    float scale;
    float clip;  /* infinity: no limit */
    float decay; /* L2 */
} sg_gradient_rule;

typedef struct sg_adam_rule {
    sg_gradient_rule gradient;
    float beta1, beta2, epsilon;
    float rate;   /* with the corrections of the moments' bias */
    float shrink; /* p is multiplied by it first: decoupled decay */
} sg_adam_rule;

SG_SIMD_DECLARE(void, sg_adam_update, const sg_adam_rule *rule, size_t count,
                const float *gradient, float *p, float *m, float *v);
/* m = momentum m + g; p -= rate m */
SG_SIMD_DECLARE(void, sg_sgd_update, const sg_gradient_rule *rule, float rate,
                float momentum, size_t count, const float *gradient, float *p,
                float *m);
/* v = rho v + (1 - rho) g^2; p -= rate g / (sqrt(v) + epsilon) */
SG_SIMD_DECLARE(void, sg_rmsprop_update, const sg_gradient_rule *rule,
                float rate, float rho, float epsilon, size_t count,
                const float *gradient, float *p, float *v);
/* p = decay p + (1 - decay) value */
SG_SIMD_DECLARE(void, sg_average_update, float decay, size_t count,
                const float *value, float *p);

#endif
