/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of one element, and their derivatives, on arrays.
 */
#include "backend/unary_simd.h"

#include "base/simd_math.h"

/* A function of a vector and the parameters alpha and beta. */
typedef sg_vf (*function)(sg_vf x, sg_vf alpha, sg_vf beta);
/* A derivative's value at v (the input or the output). */
typedef sg_vf (*derivative)(sg_vf v, sg_vf alpha, sg_vf beta);

SG_INLINE void map(function f, const sg_unary *unary, size_t count,
                   const float *in, float *out) {
    sg_vf alpha = sg_all((float)unary->alpha);
    sg_vf beta = sg_all((float)unary->beta);
    size_t i = 0;
    for (; i + SG_LANES <= count; i += SG_LANES)
        sg_store(out + i, f(sg_load(in + i), alpha, beta));
    if (i < count) {
        sg_vf last = f(sg_load_part(in + i, count - i), alpha, beta);
        sg_store_part(out + i, count - i, last);
    }
}

SG_INLINE void map_gradient(derivative f, const sg_unary *unary, size_t count,
                            const float *v, const float *dy, float *dx) {
    sg_vf alpha = sg_all((float)unary->alpha);
    sg_vf beta = sg_all((float)unary->beta);
    size_t i = 0;
    for (; i + SG_LANES <= count; i += SG_LANES)
        sg_store(dx + i, sg_load(dy + i) * f(sg_load(v + i), alpha, beta));
    if (i < count) {
        sg_vf slope = f(sg_load_part(v + i, count - i), alpha, beta);
        sg_vf last = sg_load_part(dy + i, count - i) * slope;
        sg_store_part(dx + i, count - i, last);
    }
}

/* ---- functions ---------------------------------------------------------- */

/* Not all of them use both parameters. */
#define FUNCTION(name, argument, expression)                                   \
    SG_INLINE sg_vf name(sg_vf argument, sg_vf alpha, sg_vf beta) {            \
        (void)argument, (void)alpha, (void)beta;                               \
        return expression;                                                     \
    }

FUNCTION(relu, x, sg_max(sg_all(0.0f), x))
FUNCTION(leaky_relu, x, sg_choose(x > sg_all(0.0f), x, (alpha * x)))
FUNCTION(hyperbolic, x, sg_tanh(x))
FUNCTION(sigmoid, x, sg_sigmoid(x))
FUNCTION(softplus, x, sg_softplus(x))
FUNCTION(exponential, x, sg_exp(x))
FUNCTION(logarithm, x, sg_log(x))
FUNCTION(square_root, x, sg_root(x))
FUNCTION(square, x, (x * x))
FUNCTION(affine, x, (alpha * x) + beta)
FUNCTION(clip, x, sg_min(beta, sg_max(alpha, x)))

void SG_SIMD(sg_unary_vector)(const sg_unary *unary, size_t count,
                              const float *in, float *out) {
    switch (unary->kind) {
    case SG_UNARY_RELU:
        map(relu, unary, count, in, out);
        break;
    case SG_UNARY_LEAKY_RELU:
        map(leaky_relu, unary, count, in, out);
        break;
    case SG_UNARY_TANH:
        map(hyperbolic, unary, count, in, out);
        break;
    case SG_UNARY_SIGMOID:
        map(sigmoid, unary, count, in, out);
        break;
    case SG_UNARY_SOFTPLUS:
        map(softplus, unary, count, in, out);
        break;
    case SG_UNARY_EXP:
        map(exponential, unary, count, in, out);
        break;
    case SG_UNARY_LOG:
        map(logarithm, unary, count, in, out);
        break;
    case SG_UNARY_SQRT:
        map(square_root, unary, count, in, out);
        break;
    case SG_UNARY_SQUARE:
        map(square, unary, count, in, out);
        break;
    case SG_UNARY_AFFINE:
        map(affine, unary, count, in, out);
        break;
    case SG_UNARY_CLIP:
        map(clip, unary, count, in, out);
        break;
    }
}

/* ---- derivatives, of the output y or the input x ------------------------ */

FUNCTION(relu_slope, y, sg_choose(y > sg_all(0.0f), sg_all(1.0f), sg_all(0.0f)))
FUNCTION(leaky_relu_slope, y, sg_choose(y > sg_all(0.0f), sg_all(1.0f), alpha))
FUNCTION(tanh_slope, y, (1.0f - y) * (1.0f + y))
FUNCTION(sigmoid_slope, y, (y * (1.0f - y)))
FUNCTION(exp_slope, y, y)
FUNCTION(log_slope, x, 1.0f / x)
FUNCTION(sqrt_slope, y, 0.5f / y)
FUNCTION(square_slope, x, x + x)
FUNCTION(affine_slope, y, alpha)
FUNCTION(clip_slope, x,
         sg_choose((x >= alpha) & (x <= beta), sg_all(1.0f), sg_all(0.0f)))

void SG_SIMD(sg_unary_grad_vector)(const sg_unary *unary, size_t count,
                                   const float *v, const float *dy, float *dx) {
    switch (unary->kind) {
    case SG_UNARY_RELU:
        map_gradient(relu_slope, unary, count, v, dy, dx);
        break;
    case SG_UNARY_LEAKY_RELU:
        map_gradient(leaky_relu_slope, unary, count, v, dy, dx);
        break;
    case SG_UNARY_TANH:
        map_gradient(tanh_slope, unary, count, v, dy, dx);
        break;
    case SG_UNARY_SIGMOID:
        map_gradient(sigmoid_slope, unary, count, v, dy, dx);
        break;
    case SG_UNARY_SOFTPLUS:
        map_gradient(sigmoid, unary, count, v, dy, dx);
        break;
    case SG_UNARY_EXP:
        map_gradient(exp_slope, unary, count, v, dy, dx);
        break;
    case SG_UNARY_LOG:
        map_gradient(log_slope, unary, count, v, dy, dx);
        break;
    case SG_UNARY_SQRT:
        map_gradient(sqrt_slope, unary, count, v, dy, dx);
        break;
    case SG_UNARY_SQUARE:
        map_gradient(square_slope, unary, count, v, dy, dx);
        break;
    case SG_UNARY_AFFINE:
        map_gradient(affine_slope, unary, count, v, dy, dx);
        break;
    case SG_UNARY_CLIP:
        map_gradient(clip_slope, unary, count, v, dy, dx);
        break;
    }
}
