/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes of parameters. The loops read and write whole vectors; the last,
 * incomplete one goes through small arrays.
 */
#include "backend/update.h"

typedef struct gradient_vectors {
    sg_vf scale, clip, decay;
} gradient_vectors;

SG_INLINE gradient_vectors vectors_of(const sg_gradient_rule *rule) {
    return (gradient_vectors){sg_all(rule->scale), sg_all(rule->clip),
                              sg_all(rule->decay)};
}

SG_INLINE sg_vf settle(const gradient_vectors *rule, sg_vf g, sg_vf p) {
    g = g * rule->scale;
    /* In this order NaN stays NaN. */
    g = sg_choose(g > rule->clip, rule->clip, g);
    g = sg_choose(g < -rule->clip, -rule->clip, g);
    return g + rule->decay * p;
}

/* ---- Adam ---------------------------------------------------------------- */

typedef struct adam_vectors {
    gradient_vectors gradient;
    sg_vf beta1, rest1, beta2, rest2, epsilon, rate, shrink;
} adam_vectors;

SG_INLINE void adam_step(const adam_vectors *r, const float *gradient, float *p,
                         float *m, float *v) {
    sg_vf p0 = sg_load(p);
    sg_vf g = settle(&r->gradient, sg_load(gradient), p0);
    sg_vf m1 = r->beta1 * sg_load(m) + r->rest1 * g;
    sg_vf v1 = r->beta2 * sg_load(v) + r->rest2 * (g * g);
    sg_store(m, m1);
    sg_store(v, v1);
    sg_store(p, r->shrink * p0 - r->rate * m1 / (sg_root(v1) + r->epsilon));
}

void SG_SIMD(sg_adam_update)(const sg_adam_rule *rule, size_t count,
                             const float *gradient, float *p, float *m,
                             float *v) {
    const adam_vectors r = {vectors_of(&rule->gradient), sg_all(rule->beta1),
                            sg_all(1.0f - rule->beta1),  sg_all(rule->beta2),
                            sg_all(1.0f - rule->beta2),  sg_all(rule->epsilon),
                            sg_all(rule->rate),          sg_all(rule->shrink)};
    size_t i = 0;
    for (; i + SG_LANES <= count; i += SG_LANES)
        adam_step(&r, gradient + i, p + i, m + i, v + i);
    size_t n = count - i;
    if (n == 0) return;
    float last[4][SG_LANES] = {{0}};
    memcpy(last[0], gradient + i, n * sizeof(float));
    memcpy(last[1], p + i, n * sizeof(float));
    memcpy(last[2], m + i, n * sizeof(float));
    memcpy(last[3], v + i, n * sizeof(float));
    adam_step(&r, last[0], last[1], last[2], last[3]);
    memcpy(p + i, last[1], n * sizeof(float));
    memcpy(m + i, last[2], n * sizeof(float));
    memcpy(v + i, last[3], n * sizeof(float));
}

/* ---- SGD, RMSprop -------------------------------------------------------- */

SG_INLINE void sgd_step(const gradient_vectors *rule, sg_vf rate,
                        sg_vf momentum, const float *gradient, float *p,
                        float *m) {
    sg_vf p0 = sg_load(p);
    sg_vf m1 = momentum * sg_load(m) + settle(rule, sg_load(gradient), p0);
    sg_store(m, m1);
    sg_store(p, p0 - rate * m1);
}

void SG_SIMD(sg_sgd_update)(const sg_gradient_rule *rule, float rate,
                            float momentum, size_t count, const float *gradient,
                            float *p, float *m) {
    const gradient_vectors r = vectors_of(rule);
    sg_vf rates = sg_all(rate), momenta = sg_all(momentum);
    size_t i = 0;
    for (; i + SG_LANES <= count; i += SG_LANES)
        sgd_step(&r, rates, momenta, gradient + i, p + i, m + i);
    size_t n = count - i;
    if (n == 0) return;
    float last[3][SG_LANES] = {{0}};
    memcpy(last[0], gradient + i, n * sizeof(float));
    memcpy(last[1], p + i, n * sizeof(float));
    memcpy(last[2], m + i, n * sizeof(float));
    sgd_step(&r, rates, momenta, last[0], last[1], last[2]);
    memcpy(p + i, last[1], n * sizeof(float));
    memcpy(m + i, last[2], n * sizeof(float));
}

SG_INLINE void rmsprop_step(const gradient_vectors *rule, sg_vf rate, sg_vf rho,
                            sg_vf epsilon, const float *gradient, float *p,
                            float *v) {
    sg_vf p0 = sg_load(p);
    sg_vf g = settle(rule, sg_load(gradient), p0);
    sg_vf v1 = rho * sg_load(v) + (1.0f - rho) * (g * g);
    sg_store(v, v1);
    sg_store(p, p0 - rate * g / (sg_root(v1) + epsilon));
}

void SG_SIMD(sg_rmsprop_update)(const sg_gradient_rule *rule, float rate,
                                float rho, float epsilon, size_t count,
                                const float *gradient, float *p, float *v) {
    const gradient_vectors r = vectors_of(rule);
    sg_vf rates = sg_all(rate), rhos = sg_all(rho);
    sg_vf epsilons = sg_all(epsilon);
    size_t i = 0;
    for (; i + SG_LANES <= count; i += SG_LANES)
        rmsprop_step(&r, rates, rhos, epsilons, gradient + i, p + i, v + i);
    size_t n = count - i;
    if (n == 0) return;
    float last[3][SG_LANES] = {{0}};
    memcpy(last[0], gradient + i, n * sizeof(float));
    memcpy(last[1], p + i, n * sizeof(float));
    memcpy(last[2], v + i, n * sizeof(float));
    rmsprop_step(&r, rates, rhos, epsilons, last[0], last[1], last[2]);
    memcpy(p + i, last[1], n * sizeof(float));
    memcpy(v + i, last[2], n * sizeof(float));
}

/* ---- averages ------------------------------------------------------------ */

void SG_SIMD(sg_average_update)(float decay, size_t count, const float *value,
                                float *p) {
    float rest = 1.0f - decay;
    for (size_t i = 0; i < count; i++)
        p[i] = decay * p[i] + rest * value[i];
}
