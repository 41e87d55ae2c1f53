/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of one element. Kernels can absorb a chain of them, so a function
 * added here fuses everywhere at once.
 */
#ifndef SG_BACKEND_UNARY_H
#define SG_BACKEND_UNARY_H

#include <stddef.h>
#include <stdint.h>

typedef enum sg_unary_kind {
    SG_UNARY_RELU,
    SG_UNARY_LEAKY_RELU, /* slope alpha */
    SG_UNARY_TANH,
    SG_UNARY_SIGMOID,
    SG_UNARY_SOFTPLUS,
    SG_UNARY_EXP,
    SG_UNARY_LOG,
    SG_UNARY_SQRT,
    SG_UNARY_SQUARE,
    SG_UNARY_AFFINE, /* alpha x + beta */
    SG_UNARY_CLIP,   /* to [alpha, beta] */
    SG_UNARY_ABS,
    SG_UNARY_POW,       /* to the power alpha */
    SG_UNARY_GELU,      /* x Phi(x), with the normal distribution's Phi */
    SG_UNARY_GELU_TANH, /* x sigmoid(2 u(x)), see SG_GELU_... */
    SG_UNARY_SILU,      /* x sigmoid(x) */
    SG_UNARY_ELU,       /* x where positive, else alpha (e^x - 1) */
    SG_UNARY_COUNT
} sg_unary_kind;

typedef struct sg_unary {
    int32_t kind;
    int32_t reserved;
    double alpha, beta;
} sg_unary;

/* u(x) = scale (x + cube x^3), the tanh form of GELU (Hendrycks and Gimpel
 * 2016): 0.5 x (1 + tanh(u)) = x sigmoid(2 u). The scale is sqrt(2 / pi). */
#define SG_GELU_SCALE 0.79788456080286536
#define SG_GELU_CUBE 0.044715

/* The derivative is computed from the output y = f(x) where it can be (true),
 * else from the input x. */
int sg_unary_from_output(int32_t kind);

/* out[i] = f(in[i]); in and out may be the same. One thread, vectorised for
 * `isa` (SYNGAN_ISA_...). */
void sg_unary_run(int32_t isa, const sg_unary *unary, size_t count,
                  const float *in, float *out);
/* dx[i] = dy[i] f'(...) with v = y or x, as sg_unary_from_output() says. */
void sg_unary_grad_run(int32_t isa, const sg_unary *unary, size_t count,
                       const float *v, const float *dy, float *dx);

#endif
