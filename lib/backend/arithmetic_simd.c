/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of two elements.
 */
#include "backend/arithmetic.h"

typedef sg_vf (*function)(sg_vf a, sg_vf b);

#define SG_INLINE static inline __attribute__((always_inline))

SG_INLINE sg_vf add(sg_vf a, sg_vf b) {
    return a + b;
}
SG_INLINE sg_vf subtract(sg_vf a, sg_vf b) {
    return a - b;
}
SG_INLINE sg_vf multiply(sg_vf a, sg_vf b) {
    return a * b;
}
SG_INLINE sg_vf divide(sg_vf a, sg_vf b) {
    return a / b;
}
SG_INLINE sg_vf maximum(sg_vf a, sg_vf b) {
    return sg_choose(a >= b, a, b);
}
SG_INLINE sg_vf minimum(sg_vf a, sg_vf b) {
    return sg_choose(a <= b, a, b);
}
SG_INLINE sg_vf greater(sg_vf a, sg_vf b) {
    return sg_choose(a > b, sg_all(1.0f), sg_all(0.0f));
}

SG_INLINE sg_vf operand(const float *p, size_t step, size_t i) {
    return step == 0 ? sg_all(*p) : sg_load(p + i);
}

SG_INLINE sg_vf last_operand(const float *p, size_t step, size_t i, size_t n) {
    return step == 0 ? sg_all(*p) : sg_load_part(p + i, n);
}

SG_INLINE void map(function f, size_t count, const float *a, size_t step_a,
                   const float *b, size_t step_b, float *out) {
    size_t i = 0;
    for (; i + SG_LANES <= count; i += SG_LANES)
        sg_store(out + i, f(operand(a, step_a, i), operand(b, step_b, i)));
    size_t n = count - i;
    if (n > 0)
        sg_store_part(
            out + i, n,
            f(last_operand(a, step_a, i, n), last_operand(b, step_b, i, n)));
}

/* A loop of its own for each pair of steps. */
SG_INLINE void map_steps(function f, size_t count, const float *a,
                         size_t step_a, const float *b, size_t step_b,
                         float *out) {
    if (step_a != 0 && step_b != 0)
        map(f, count, a, 1, b, 1, out);
    else if (step_a != 0)
        map(f, count, a, 1, b, 0, out);
    else if (step_b != 0)
        map(f, count, a, 0, b, 1, out);
    else
        map(f, count, a, 0, b, 0, out);
}

void SG_SIMD(sg_arithmetic)(int32_t kind, size_t count, const float *a,
                            size_t step_a, const float *b, size_t step_b,
                            float *out) {
    switch (kind) {
    case SG_ADD:
        map_steps(add, count, a, step_a, b, step_b, out);
        break;
    case SG_SUBTRACT:
        map_steps(subtract, count, a, step_a, b, step_b, out);
        break;
    case SG_MULTIPLY:
        map_steps(multiply, count, a, step_a, b, step_b, out);
        break;
    case SG_DIVIDE:
        map_steps(divide, count, a, step_a, b, step_b, out);
        break;
    case SG_MAXIMUM:
        map_steps(maximum, count, a, step_a, b, step_b, out);
        break;
    case SG_MINIMUM:
        map_steps(minimum, count, a, step_a, b, step_b, out);
        break;
    default:
        map_steps(greater, count, a, step_a, b, step_b, out);
        break;
    }
}
