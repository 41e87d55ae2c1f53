/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of one element: the choice of the instruction set.
 */
#include "backend/unary.h"

#include <assert.h>

#include "backend/unary_simd.h"

int sg_unary_from_output(int32_t kind) {
    switch ((sg_unary_kind)kind) {
    case SG_UNARY_SOFTPLUS:
    case SG_UNARY_LOG:
    case SG_UNARY_SQUARE:
    case SG_UNARY_CLIP:
    case SG_UNARY_ABS:
    case SG_UNARY_POW:
    case SG_UNARY_GELU:
    case SG_UNARY_GELU_TANH:
    case SG_UNARY_SILU:
        return 0;
    default:
        return 1;
    }
}

void sg_unary_run(int32_t isa, const sg_unary *unary, size_t count,
                  const float *in, float *out) {
    assert(unary->kind >= 0 && unary->kind < SG_UNARY_COUNT);
    sg_simd_pick(isa, sg_unary_vector)(unary, count, in, out);
}

void sg_unary_grad_run(int32_t isa, const sg_unary *unary, size_t count,
                       const float *v, const float *dy, float *dx) {
    assert(unary->kind >= 0 && unary->kind < SG_UNARY_COUNT);
    sg_simd_pick(isa, sg_unary_grad_vector)(unary, count, v, dy, dx);
}
