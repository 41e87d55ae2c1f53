/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arithmetic on rows of two operands; see arithmetic_simd.h.
 */
#include "backend/arithmetic_simd.h"

typedef sg_vf (*function)(sg_vf a, sg_vf b);

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
/* NaN in either is NaN, as in NumPy: a where it is greater or NaN, else b. */
SG_INLINE sg_vf maximum(sg_vf a, sg_vf b) {
    return sg_choose((a > b) | (a != a), a, b);
}
SG_INLINE sg_vf minimum(sg_vf a, sg_vf b) {
    return sg_choose((a < b) | (a != a), a, b);
}
SG_INLINE sg_vf greater(sg_vf a, sg_vf b) {
    return sg_choose(a > b, sg_all(1.0f), sg_all(0.0f));
}

/* `step` of an operand is a constant where this is inlined. */
SG_INLINE sg_vf load(const float *p, int64_t at, int step) {
    return step == 0 ? sg_all(*p) : sg_load(p + at);
}
SG_INLINE sg_vf load_part(const float *p, int64_t at, int64_t n, int step) {
    return step == 0 ? sg_all(*p) : sg_load_part(p + at, (size_t)n);
}

SG_INLINE void row(function f, int64_t count, const float *a, int a_step,
                   const float *b, int b_step, float *out) {
    int64_t i = 0;
    for (; i + SG_LANES <= count; i += SG_LANES)
        sg_store(out + i, f(load(a, i, a_step), load(b, i, b_step)));
    if (i < count) {
        sg_vf last = f(load_part(a, i, count - i, a_step),
                       load_part(b, i, count - i, b_step));
        sg_store_part(out + i, (size_t)(count - i), last);
    }
}

SG_INLINE void all_rows(function f, const sg_arithmetic_rows *r, int a_step,
                        int b_step) {
    for (int64_t i = 0; i < r->rows; i++)
        row(f, r->count, r->a + i * r->a_row, a_step, r->b + i * r->b_row,
            b_step, r->out + i * r->count);
}

SG_INLINE void by_steps(function f, const sg_arithmetic_rows *r) {
    if (r->a_step != 0 && r->b_step != 0)
        all_rows(f, r, 1, 1);
    else if (r->a_step != 0)
        all_rows(f, r, 1, 0);
    else if (r->b_step != 0)
        all_rows(f, r, 0, 1);
    else
        all_rows(f, r, 0, 0);
}

void SG_SIMD(sg_arithmetic_vector)(const sg_arithmetic_rows *r) {
    switch (r->kind) {
    case SG_ADD:
        by_steps(add, r);
        break;
    case SG_SUBTRACT:
        by_steps(subtract, r);
        break;
    case SG_MULTIPLY:
        by_steps(multiply, r);
        break;
    case SG_DIVIDE:
        by_steps(divide, r);
        break;
    case SG_MAXIMUM:
        by_steps(maximum, r);
        break;
    case SG_MINIMUM:
        by_steps(minimum, r);
        break;
    case SG_GREATER:
        by_steps(greater, r);
        break;
    }
}
