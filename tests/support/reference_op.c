/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The interpreter's functions of operators on values of any shape.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "backend/sum.h"
#include "op/ops.h"
#include "support/reference.h"
#include "support/test.h"

#define FOR_EACH(f, i) for (int64_t i = 0; i < reference_count(f); i++)

static void to_double(const reference_frame *f, const float *numbers) {
    FOR_EACH(f, i) f->out[i] = (double)numbers[i];
}

static void copy_input(const reference_frame *f) {
    FOR_EACH(f, i) f->out[i] = f->in[0][i];
}

/* ---- sources ------------------------------------------------------------- */

static void fill(const reference_frame *f) {
    FOR_EACH(f, i) f->out[i] = reference_field(f, "value");
}

static void draw(const reference_frame *f,
                 void (*numbers)(const sg_random *, uint64_t, size_t,
                                 float *)) {
    size_t count = (size_t)reference_count(f);
    float *drawn = calloc(count + 1, sizeof *drawn);
    assert_non_null(drawn);
    numbers(&f->random, 0, count, drawn);
    to_double(f, drawn);
    free(drawn);
}

static void random_normal(const reference_frame *f) {
    draw(f, sg_random_normal);
}
static void random_uniform(const reference_frame *f) {
    draw(f, sg_random_uniform);
}

/* ---- places -------------------------------------------------------------- */

typedef struct place {
    int64_t at[SYNGAN_MAX_RANK];
} place;

static place place_of(const sg_dims *dims, int64_t index) {
    place p = {{0}};
    for (int32_t i = dims->rank - 1; i >= 0; i--) {
        p.at[i] = index % dims->size[i];
        index /= dims->size[i];
    }
    return p;
}

static int64_t index_of(const sg_dims *dims, const place *p) {
    int64_t index = 0;
    for (int32_t i = 0; i < dims->rank; i++)
        index = index * dims->size[i] + p->at[i];
    return index;
}

/* The element of input `input` that is seen at element `index` of the result
 * when the two are aligned at the last dimension and sizes of 1 repeated. */
static double spread(const reference_frame *f, int32_t input, int64_t index) {
    const sg_dims *from = reference_dims(f, input), *to = &f->node->dims;
    place p = place_of(to, index), q = {{0}};
    for (int32_t i = 0; i < from->rank; i++)
        q.at[i] = from->size[i] == 1 ? 0 : p.at[i + to->rank - from->rank];
    return f->in[input][index_of(from, &q)];
}

/* ---- arithmetic ---------------------------------------------------------- */

#define ARITHMETIC(name, expression)                                           \
    static void name(const reference_frame *f) {                               \
        FOR_EACH(f, i) {                                                       \
            double a = spread(f, 0, i), b = spread(f, 1, i);                   \
            f->out[i] = (expression);                                          \
        }                                                                      \
    }
ARITHMETIC(add, a + b)
ARITHMETIC(subtract, a - b)
ARITHMETIC(multiply, a *b)
ARITHMETIC(divide, a / b)
ARITHMETIC(maximum, isnan(a) || a > b ? a : b)
ARITHMETIC(minimum, isnan(a) || a < b ? a : b)
ARITHMETIC(greater, a > b ? 1 : 0)

/* ---- functions of one element -------------------------------------------- */

double reference_unary(int32_t kind, double alpha, double beta, double x) {
    switch (kind) {
    case SG_UNARY_RELU:
        return x > 0 || isnan(x) ? x : 0;
    case SG_UNARY_LEAKY_RELU:
        return x > 0 ? x : alpha * x;
    case SG_UNARY_TANH:
        return tanh(x);
    case SG_UNARY_SIGMOID:
        return 1 / (1 + exp(-x));
    case SG_UNARY_SOFTPLUS:
        return (x > 0 ? x : 0) + log1p(exp(-fabs(x)));
    case SG_UNARY_EXP:
        return exp(x);
    case SG_UNARY_LOG:
        return log(x);
    case SG_UNARY_SQRT:
        return sqrt(x);
    case SG_UNARY_SQUARE:
        return x * x;
    case SG_UNARY_AFFINE:
        return alpha * x + beta;
    case SG_UNARY_ABS:
        return fabs(x);
    case SG_UNARY_POW:
        return isnan(x) ? x : pow(x, alpha);
    case SG_UNARY_GELU:
        return isinf(x) && x < 0 ? 0 : x * 0.5 * erfc(-x / sqrt(2));
    case SG_UNARY_GELU_TANH:
        return x /
               (1 + exp(-2 * SG_GELU_SCALE * (x + SG_GELU_CUBE * x * x * x)));
    case SG_UNARY_SILU:
        return x / (1 + exp(-x));
    case SG_UNARY_ELU:
        return x > 0 ? x : alpha * expm1(x);
    default:
        return x < alpha ? alpha : x > beta ? beta : x;
    }
}

/* The derivative at v: the output or the input, as unary.h says. */
static double unary_slope(int32_t kind, double alpha, double beta, double v) {
    switch (kind) {
    case SG_UNARY_RELU:
        return v > 0 ? 1 : 0;
    case SG_UNARY_LEAKY_RELU:
        return v > 0 ? 1 : alpha;
    case SG_UNARY_TANH:
        return 1 - v * v;
    case SG_UNARY_SIGMOID:
        return v * (1 - v);
    case SG_UNARY_SOFTPLUS:
        return 1 / (1 + exp(-v));
    case SG_UNARY_EXP:
        return v;
    case SG_UNARY_LOG:
        return 1 / v;
    case SG_UNARY_SQRT:
        return 0.5 / v;
    case SG_UNARY_SQUARE:
        return 2 * v;
    case SG_UNARY_AFFINE:
        return alpha;
    case SG_UNARY_ABS:
        return (v > 0) - (v < 0);
    case SG_UNARY_POW:
        return alpha == 0 ? 0 : alpha * pow(v, alpha - 1);
    case SG_UNARY_GELU:
        return 0.5 * erfc(-v / sqrt(2)) +
               v * exp(-0.5 * v * v) / sqrt(2 * 3.14159265358979323846);
    case SG_UNARY_GELU_TANH: {
        double t = tanh(SG_GELU_SCALE * (v + SG_GELU_CUBE * v * v * v));
        return 0.5 * (1 + t) + 0.5 * v * (1 - t * t) * SG_GELU_SCALE *
                                   (1 + 3 * SG_GELU_CUBE * v * v);
    }
    case SG_UNARY_SILU:
        return (1 + exp(-v) * (1 + v)) / (1 + exp(-v)) / (1 + exp(-v));
    case SG_UNARY_ELU:
        return v > 0 ? 1 : v + alpha;
    default:
        return v >= alpha && v <= beta ? 1 : 0;
    }
}

static void unary(const reference_frame *f) {
    int32_t kind = (int32_t)reference_field(f, "kind");
    double alpha = reference_field(f, "alpha");
    double beta = reference_field(f, "beta");
    FOR_EACH(f, i) f->out[i] = reference_unary(kind, alpha, beta, f->in[0][i]);
}

static void unary_grad(const reference_frame *f) {
    int32_t kind = (int32_t)reference_field(f, "kind");
    double alpha = reference_field(f, "alpha");
    double beta = reference_field(f, "beta");
    FOR_EACH(f, i)
    f->out[i] = f->in[1][i] * unary_slope(kind, alpha, beta, f->in[0][i]);
}

/* ---- along an axis ------------------------------------------------------- */

/* Elements apart along dimension `axis`. */
static int64_t step_of(const sg_dims *dims, int32_t axis) {
    return sg_dims_product(dims, axis + 1, dims->rank);
}

static void softmax_parts(const reference_frame *f, bool logarithm) {
    const sg_dims *dims = &f->node->dims;
    int32_t axis = (int32_t)reference_field(f, "axis");
    int64_t step = step_of(dims, axis), count = dims->size[axis];
    FOR_EACH(f, i) {
        int64_t first = i - place_of(dims, i).at[axis] * step;
        double greatest = -INFINITY, sum = 0;
        for (int64_t j = 0; j < count; j++)
            greatest = fmax(greatest, f->in[0][first + j * step]);
        for (int64_t j = 0; j < count; j++)
            sum += exp(f->in[0][first + j * step] - greatest);
        double x = f->in[0][i] - greatest;
        f->out[i] = logarithm ? x - log(sum) : exp(x) / sum;
    }
}

static void softmax(const reference_frame *f) {
    softmax_parts(f, false);
}
static void log_softmax(const reference_frame *f) {
    softmax_parts(f, true);
}

static void sum(const reference_frame *f) {
    const sg_dims *from = reference_dims(f, 0);
    int32_t axes = (int32_t)reference_field(f, "axes");
    bool keep = reference_field(f, "keep") != 0;
    for (int64_t i = 0; i < sg_dims_count(from); i++) {
        place p = place_of(from, i), q = {{0}};
        int32_t rank = 0;
        for (int32_t j = 0; j < from->rank; j++) {
            bool summed = (axes >> j & 1) != 0;
            if (!summed || keep) q.at[rank++] = summed ? 0 : p.at[j];
        }
        f->out[index_of(&f->node->dims, &q)] += f->in[0][i];
    }
}

/* Where the greatest of the row of element `index` is, whose axis has size 1.
 */
static int64_t greatest_place(const reference_frame *f, int64_t index) {
    const sg_dims *from = reference_dims(f, 0);
    int32_t axis = (int32_t)reference_field(f, "axis");
    int64_t best = 0;
    double greatest = -INFINITY;
    for (int64_t j = from->size[axis] - 1; j >= 0; j--) {
        place p = place_of(&f->node->dims, index);
        p.at[axis] = j;
        double x = f->in[0][index_of(from, &p)];
        if (isnan(x) || (x >= greatest && !isnan(greatest))) {
            greatest = x;
            best = j;
        }
    }
    return best;
}

static void argmax(const reference_frame *f) {
    FOR_EACH(f, i) f->out[i] = (double)greatest_place(f, i);
}

static void take_along(const reference_frame *f) {
    int32_t axis = (int32_t)reference_field(f, "axis");
    FOR_EACH(f, i) {
        place p = place_of(&f->node->dims, i);
        p.at[axis] = (int64_t)f->in[1][i];
        f->out[i] = f->in[0][index_of(reference_dims(f, 0), &p)];
    }
}

static void put_along(const reference_frame *f) {
    int32_t axis = (int32_t)reference_field(f, "axis");
    FOR_EACH(f, i) {
        place p = place_of(&f->node->dims, i);
        int64_t at = p.at[axis];
        p.at[axis] = 0;
        int64_t row = index_of(reference_dims(f, 0), &p);
        f->out[i] = at == (int64_t)f->in[1][row] ? f->in[0][row] : 0;
    }
}

/* ---- by indices ---------------------------------------------------------- */

static void one_hot(const reference_frame *f) {
    int64_t classes = f->node->dims.size[f->node->dims.rank - 1];
    FOR_EACH(f, i)
    f->out[i] = (int64_t)f->in[0][i / classes] == i % classes ? 1 : 0;
}

static void gather(const reference_frame *f) {
    const sg_dims *table = reference_dims(f, 0);
    int64_t width = sg_dims_product(table, 1, table->rank);
    FOR_EACH(f, i) {
        int64_t row = (int64_t)f->in[1][i / width];
        bool exists = row >= 0 && row < table->size[0];
        f->out[i] = exists ? f->in[0][row * width + i % width] : 0;
    }
}

static void scatter_add(const reference_frame *f) {
    const sg_dims *dims = &f->node->dims;
    int64_t width = sg_dims_product(dims, 1, dims->rank);
    FOR_EACH(f, i)
    for (int64_t k = 0; k < sg_dims_count(reference_dims(f, 0)); k++)
        if ((int64_t)f->in[0][k] == i / width)
            f->out[i] += f->in[1][k * width + i % width];
}

static void slice(const reference_frame *f) {
    int32_t axis = (int32_t)reference_field(f, "axis");
    FOR_EACH(f, i) {
        place p = place_of(&f->node->dims, i);
        p.at[axis] += (int64_t)reference_field(f, "start");
        f->out[i] = f->in[0][index_of(reference_dims(f, 0), &p)];
    }
}

static void pad(const reference_frame *f) {
    int32_t axis = (int32_t)reference_field(f, "axis");
    const sg_dims *from = reference_dims(f, 0);
    for (int64_t i = 0; i < sg_dims_count(from); i++) {
        place p = place_of(from, i);
        p.at[axis] += (int64_t)reference_field(f, "before");
        f->out[index_of(&f->node->dims, &p)] = f->in[0][i];
    }
}

static void concat(const reference_frame *f) {
    int32_t axis = (int32_t)reference_field(f, "axis");
    int64_t start = 0;
    for (int32_t k = 0; k < f->node->n_inputs; k++) {
        const sg_dims *from = reference_dims(f, k);
        for (int64_t i = 0; i < sg_dims_count(from); i++) {
            place p = place_of(from, i);
            p.at[axis] += start;
            f->out[index_of(&f->node->dims, &p)] = f->in[k][i];
        }
        start += from->size[axis];
    }
}

/* ---- other shapes -------------------------------------------------------- */

static void transpose(const reference_frame *f) {
    FOR_EACH(f, i) {
        place p = place_of(&f->node->dims, i), q = {{0}};
        for (int32_t j = 0; j < f->node->dims.rank; j++)
            q.at[(int32_t)reference_field_at(f, "order", j)] = p.at[j];
        f->out[i] = f->in[0][index_of(reference_dims(f, 0), &q)];
    }
}

static void broadcast(const reference_frame *f) {
    FOR_EACH(f, i) f->out[i] = spread(f, 0, i);
}

/* ---- products ------------------------------------------------------------ */

static void matmul(const reference_frame *f) {
    const sg_dims *c = &f->node->dims, *a = reference_dims(f, 0);
    bool across_a = reference_field(f, "transpose_a") != 0;
    bool across_b = reference_field(f, "transpose_b") != 0;
    int32_t row = c->rank - 2, column = c->rank - 1;
    int64_t terms = a->size[across_a ? row : column];
    FOR_EACH(f, i) {
        place p = place_of(c, i), in_a = p, in_b = p;
        for (int64_t k = 0; k < terms; k++) {
            in_a.at[across_a ? row : column] = k;
            in_a.at[across_a ? column : row] = p.at[row];
            in_b.at[across_b ? column : row] = k;
            in_b.at[across_b ? row : column] = p.at[column];
            f->out[i] += f->in[0][index_of(a, &in_a)] *
                         f->in[1][index_of(reference_dims(f, 1), &in_b)];
        }
    }
}

static void bias_add(const reference_frame *f) {
    FOR_EACH(f, i)
    f->out[i] = f->in[0][i] + f->in[1][place_of(&f->node->dims, i).at[1]];
}

/* ---- finding them -------------------------------------------------------- */

static const struct {
    const sg_op *op;
    reference_rule rule;
} rules[] = {
    {&sg_op_fill, fill},
    {&sg_op_random_normal, random_normal},
    {&sg_op_random_uniform, random_uniform},
    {&sg_op_add, add},
    {&sg_op_subtract, subtract},
    {&sg_op_multiply, multiply},
    {&sg_op_divide, divide},
    {&sg_op_maximum, maximum},
    {&sg_op_minimum, minimum},
    {&sg_op_greater, greater},
    {&sg_op_unary_grad, unary_grad},
    {&sg_op_softmax, softmax},
    {&sg_op_log_softmax, log_softmax},
    {&sg_op_sum, sum},
    {&sg_op_argmax, argmax},
    {&sg_op_take_along, take_along},
    {&sg_op_put_along, put_along},
    {&sg_op_cast, copy_input},
    {&sg_op_one_hot, one_hot},
    {&sg_op_gather, gather},
    {&sg_op_scatter_add, scatter_add},
    {&sg_op_slice, slice},
    {&sg_op_pad, pad},
    {&sg_op_concat, concat},
    {&sg_op_transpose, transpose},
    {&sg_op_broadcast, broadcast},
    {&sg_op_reshape, copy_input},
    {&sg_op_stop_gradient, copy_input},
    {&sg_op_matmul, matmul},
    {&sg_op_bias_add, bias_add},
};

reference_rule reference_find(const sg_op *op) {
    if (op->is_unary) return unary;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (rules[i].op == op) return rules[i].rule;
    reference_rule rule = reference_find_image(op);
    if (rule == NULL) rule = reference_find_part(op);
    return rule != NULL ? rule : reference_find_update(op);
}
