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

FUNCTION(absolute, x, sg_abs(x))
FUNCTION(power, x, sg_pow(x, alpha))
/* Kept from the ends of the numbers, where 0 would meet infinity. */
FUNCTION(bounded, x, sg_min(sg_all(104.0f), sg_max(sg_all(-104.0f), x)))
FUNCTION(elu, x, sg_choose(x > sg_all(0.0f), x, alpha *sg_expm1(x)))

FUNCTION(silu, x, sg_max(sg_all(-104.0f), x) / (1.0f + sg_exp(-x)))

/* -2 u(x) of GELU's tanh form, see unary.h. */
SG_INLINE sg_vd gelu_gate(sg_vd x) {
    const double scale = -2 * SG_GELU_SCALE;
    return x * (scale + scale * SG_GELU_CUBE * x * x);
}

SG_INLINE sg_vf gelu(sg_vf x, sg_vf alpha, sg_vf beta) {
    sg_vf exponential, distribution = sg_normal(x, &exponential);
    (void)alpha, (void)beta;
    return sg_max(sg_all(-104.0f), x) * distribution;
}

SG_INLINE sg_vf gelu_tanh_power(sg_vf x) {
    return sg_exp_halves(gelu_gate(sg_low(x)), gelu_gate(sg_high(x)));
}

FUNCTION(gelu_tanh, x, sg_max(sg_all(-104.0f), x) / (1.0f + gelu_tanh_power(x)))

#define FUNCTION_OF(kind, name)                                                \
    case kind:                                                                 \
        map(name, unary, count, in, out);                                      \
        break

void SG_SIMD(sg_unary_vector)(const sg_unary *unary, size_t count,
                              const float *in, float *out) {
    switch (unary->kind) {
        FUNCTION_OF(SG_UNARY_RELU, relu);
        FUNCTION_OF(SG_UNARY_LEAKY_RELU, leaky_relu);
        FUNCTION_OF(SG_UNARY_TANH, hyperbolic);
        FUNCTION_OF(SG_UNARY_SIGMOID, sigmoid);
        FUNCTION_OF(SG_UNARY_SOFTPLUS, softplus);
        FUNCTION_OF(SG_UNARY_EXP, exponential);
        FUNCTION_OF(SG_UNARY_LOG, logarithm);
        FUNCTION_OF(SG_UNARY_SQRT, square_root);
        FUNCTION_OF(SG_UNARY_SQUARE, square);
        FUNCTION_OF(SG_UNARY_AFFINE, affine);
        FUNCTION_OF(SG_UNARY_CLIP, clip);
        FUNCTION_OF(SG_UNARY_ABS, absolute);
        FUNCTION_OF(SG_UNARY_POW, power);
        FUNCTION_OF(SG_UNARY_GELU, gelu);
        FUNCTION_OF(SG_UNARY_GELU_TANH, gelu_tanh);
        FUNCTION_OF(SG_UNARY_SILU, silu);
        FUNCTION_OF(SG_UNARY_ELU, elu);
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

FUNCTION(abs_slope, x,
         sg_choose(x > sg_all(0.0f), sg_all(1.0f),
                   sg_choose(x < sg_all(0.0f), sg_all(-1.0f), sg_all(0.0f))))
FUNCTION(pow_slope, x,
         sg_choose(alpha == sg_all(0.0f), sg_all(0.0f),
                   alpha *sg_pow(x, alpha - 1.0f)))
FUNCTION(elu_slope, y, sg_choose(y > sg_all(0.0f), sg_all(1.0f), y + alpha))

SG_INLINE sg_vf gelu_slope(sg_vf x, sg_vf alpha, sg_vf beta) {
    sg_vf exponential, distribution = sg_normal(x, &exponential);
    exponential = exponential * 0.398942280401432678f; /* the density */
    return sg_fma(bounded(x, alpha, beta), exponential, distribution);
}

/* (x s)' with s = sigmoid(w(x)): s + x s (1 - s) w' */
SG_INLINE sg_vf gated_slope(sg_vf x, sg_vf s, sg_vf w_slope) {
    return s * sg_fma(x * w_slope, 1.0f - s, sg_all(1.0f));
}

SG_INLINE sg_vf gelu_tanh_slope(sg_vf x, sg_vf alpha, sg_vf beta) {
    const float scale = (float)(2 * SG_GELU_SCALE);
    x = bounded(x, alpha, beta);
    sg_vf slope =
        sg_fma(x * x, sg_all((float)(3 * SG_GELU_CUBE) * scale), sg_all(scale));
    return gated_slope(x, 1.0f / (1.0f + gelu_tanh_power(x)), slope);
}

SG_INLINE sg_vf silu_slope(sg_vf x, sg_vf alpha, sg_vf beta) {
    x = bounded(x, alpha, beta);
    return gated_slope(x, sg_sigmoid(x), sg_all(1.0f));
}

#define DERIVATIVE_OF(kind, name)                                              \
    case kind:                                                                 \
        map_gradient(name, unary, count, v, dy, dx);                           \
        break

void SG_SIMD(sg_unary_grad_vector)(const sg_unary *unary, size_t count,
                                   const float *v, const float *dy, float *dx) {
    switch (unary->kind) {
        DERIVATIVE_OF(SG_UNARY_RELU, relu_slope);
        DERIVATIVE_OF(SG_UNARY_LEAKY_RELU, leaky_relu_slope);
        DERIVATIVE_OF(SG_UNARY_TANH, tanh_slope);
        DERIVATIVE_OF(SG_UNARY_SIGMOID, sigmoid_slope);
        DERIVATIVE_OF(SG_UNARY_SOFTPLUS, sigmoid);
        DERIVATIVE_OF(SG_UNARY_EXP, exp_slope);
        DERIVATIVE_OF(SG_UNARY_LOG, log_slope);
        DERIVATIVE_OF(SG_UNARY_SQRT, sqrt_slope);
        DERIVATIVE_OF(SG_UNARY_SQUARE, square_slope);
        DERIVATIVE_OF(SG_UNARY_AFFINE, affine_slope);
        DERIVATIVE_OF(SG_UNARY_CLIP, clip_slope);
        DERIVATIVE_OF(SG_UNARY_ABS, abs_slope);
        DERIVATIVE_OF(SG_UNARY_POW, pow_slope);
        DERIVATIVE_OF(SG_UNARY_GELU, gelu_slope);
        DERIVATIVE_OF(SG_UNARY_GELU_TANH, gelu_tanh_slope);
        DERIVATIVE_OF(SG_UNARY_SILU, silu_slope);
        DERIVATIVE_OF(SG_UNARY_ELU, elu_slope);
    }
}
