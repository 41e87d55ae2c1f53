/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The interpreter's functions of operators on rows of parts.
 */
#include <math.h>
#include <stdlib.h>

#include "op/ops.h"
#include "support/reference.h"

#define FOR_EACH(f, i) for (int64_t i = 0; i < reference_count(f); i++)

/* Where the part that column `column` is in starts; its width as written. */
static int64_t part_start(const reference_frame *f, int32_t parts,
                          int64_t column, int64_t *width) {
    int64_t start = 0;
    for (int64_t i = 0;; i++) {
        *width = (int64_t)f->in[parts][i];
        int64_t columns = *width == 0 ? 1 : llabs(*width);
        if (column < start + columns) return start;
        start += columns;
    }
}

/* Softmax of `count` logits with noise, at `at`. */
static double noisy_softmax(const double *x, const double *uniform,
                            int64_t count, double temperature, int64_t at) {
    double greatest = -INFINITY, sum = 0, mine = 0;
    for (int64_t i = 0; i < count; i++)
        greatest = fmax(greatest, x[i]);
    for (int64_t i = 0; i < count; i++) {
        double noise =
            uniform == NULL ? 0 : -log(-log(fmax(uniform[i], 0x1p-25)));
        double e = exp((x[i] + noise - greatest) / temperature);
        sum += e;
        if (i == at) mine = e;
    }
    return mine / sum;
}

static void part_activation(const reference_frame *f) {
    int64_t columns = f->node->dims.size[1], width;
    double temperature = reference_field(f, "temperature");
    FOR_EACH(f, i) {
        int64_t at = i % columns, row = i - at;
        int64_t start = part_start(f, 1, at, &width);
        if (width == 0)
            f->out[i] = tanh(f->in[0][i]);
        else if (width < 0)
            f->out[i] = f->in[0][i];
        else
            f->out[i] = noisy_softmax(
                f->in[0] + row + start,
                f->node->n_inputs == 3 ? f->in[2] + row + start : NULL, width,
                temperature, at - start);
    }
}

static void part_activation_grad(const reference_frame *f) {
    int64_t columns = f->node->dims.size[1], width;
    double temperature = reference_field(f, "temperature");
    FOR_EACH(f, i) {
        int64_t first = i - i % columns;
        int64_t start = part_start(f, 2, i % columns, &width);
        double y = f->in[0][i], dy = f->in[1][i], sum = 0;
        for (int64_t j = 0; j < width; j++)
            sum += f->in[0][first + start + j] * f->in[1][first + start + j];
        f->out[i] = width == 0  ? dy * (1 - y * y)
                    : width < 0 ? dy
                                : y / temperature * (dy - sum);
    }
}

/* The choice of the row's target; false if it has none. */
static bool target_part(const reference_frame *f, int64_t row, int64_t *start,
                        int64_t *width) {
    int64_t target = (int64_t)f->in[2][row];
    if (target < 0 || target >= reference_dims(f, 0)->size[1]) return false;
    *start = part_start(f, 1, target, width);
    return *width > 0;
}

static void part_cross_entropy(const reference_frame *f) {
    int64_t columns = reference_dims(f, 0)->size[1], start, width;
    FOR_EACH(f, i) {
        int64_t target = (int64_t)f->in[2][i];
        f->out[i] = !target_part(f, i, &start, &width)
                        ? 0
                        : -log(noisy_softmax(f->in[0] + i * columns + start,
                                             NULL, width, 1, target - start));
    }
}

static void part_cross_entropy_grad(const reference_frame *f) {
    int64_t columns = reference_dims(f, 0)->size[1], start, width;
    FOR_EACH(f, i) {
        int64_t row = i / columns, at = i % columns;
        if (!target_part(f, row, &start, &width) || at < start ||
            at >= start + width)
            continue;
        double p = noisy_softmax(f->in[0] + row * columns + start, NULL, width,
                                 1, at - start);
        f->out[i] = f->in[3][row] * (p - (at == (int64_t)f->in[2][row]));
    }
}

/* ---- finding them -------------------------------------------------------- */

static const struct {
    const sg_op *op;
    reference_rule rule;
} rules[] = {
    {&sg_op_part_activation, part_activation},
    {&sg_op_part_activation_grad, part_activation_grad},
    {&sg_op_part_cross_entropy, part_cross_entropy},
    {&sg_op_part_cross_entropy_grad, part_cross_entropy_grad},
};

reference_rule reference_find_part(const sg_op *op) {
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (rules[i].op == op) return rules[i].rule;
    return NULL;
}
