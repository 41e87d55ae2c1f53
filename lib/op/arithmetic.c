/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions of two elements, with NumPy's broadcasting.
 */
#include "backend/arithmetic.h"

#include "base/memory.h"
#include "base/thread.h"
#include "graph/op.h"

static syngan_status infer(sg_infer *infer) {
    const syngan_node *a = infer->inputs[0], *b = infer->inputs[1];
    if (a->type != SYNGAN_F32 || b->type != SYNGAN_F32)
        return sg_fail(infer->context, SYNGAN_E_TYPE,
                       "%s: takes f32, not %s and %s", infer->label,
                       syngan_type_name(a->type), syngan_type_name(b->type));
    if (sg_dims_broadcast(&a->dims, &b->dims, &infer->dims)) return SYNGAN_OK;
    char text_a[SG_DIMS_TEXT], text_b[SG_DIMS_TEXT];
    return sg_fail(infer->context, SYNGAN_E_SHAPE,
                   "%s: shapes %s of '%s' and %s of '%s' don't broadcast; "
                   "sizes must be equal or 1, from the last on",
                   infer->label, sg_dims_text(&a->dims, text_a), a->name,
                   sg_dims_text(&b->dims, text_b), b->name);
}

/* ---- gradients
 * --------------------------------------------------------------- */

static void set(syngan_node *node, syngan_node **dx, syngan_node *da,
                syngan_node *db) {
    dx[0] = sg_sum_to(da, &node->inputs[0]->dims);
    dx[1] = sg_sum_to(db, &node->inputs[1]->dims);
}

static void add_gradient(syngan_node *node, syngan_node *dy, syngan_node **dx) {
    set(node, dx, dy, dy);
}

static void subtract_gradient(syngan_node *node, syngan_node *dy,
                              syngan_node **dx) {
    dx[0] = sg_sum_to(dy, &node->inputs[0]->dims);
    dx[1] = syngan_negate(sg_sum_to(dy, &node->inputs[1]->dims));
}

static void multiply_gradient(syngan_node *node, syngan_node *dy,
                              syngan_node **dx) {
    set(node, dx, syngan_multiply(dy, node->inputs[1]),
        syngan_multiply(dy, node->inputs[0]));
}

static void divide_gradient(syngan_node *node, syngan_node *dy,
                            syngan_node **dx) {
    syngan_node *da = syngan_divide(dy, node->inputs[1]);
    set(node, dx, da, syngan_negate(syngan_multiply(da, node)));
}

/* dy goes to input 1 where `greater` is 1, else to input 0. */
static void select_gradient(syngan_node *node, syngan_node *dy,
                            syngan_node *greater, syngan_node **dx) {
    syngan_node *to_b = syngan_multiply(greater, dy);
    set(node, dx, syngan_subtract(dy, to_b), to_b);
}

static void maximum_gradient(syngan_node *node, syngan_node *dy,
                             syngan_node **dx) {
    select_gradient(node, dy, syngan_greater(node->inputs[1], node->inputs[0]),
                    dx);
}

static void minimum_gradient(syngan_node *node, syngan_node *dy,
                             syngan_node **dx) {
    select_gradient(node, dy, syngan_greater(node->inputs[0], node->inputs[1]),
                    dx);
}

static void no_gradient(syngan_node *node, syngan_node *dy, syngan_node **dx) {
    (void)node, (void)dy, (void)dx;
}

/* ---- kernel
 * ------------------------------------------------------------------- */

/* Loops over the result, neighbouring dimensions joined where the operands
 * allow; steps are in elements, 0 where an operand is repeated. */
typedef struct loops {
    int32_t rank; /* at least 1 */
    int32_t kind; /* sg_arithmetic_kind */
    int64_t rows; /* all but the last loop */
    int64_t size[SYNGAN_MAX_RANK];
    int64_t step[2][SYNGAN_MAX_RANK];
} loops;

/* Steps of one operand, aligned with the result's dimensions. */
static void operand_steps(const sg_dims *operand, const sg_dims *result,
                          int64_t *step) {
    int64_t distance = 1;
    for (int32_t i = result->rank - 1; i >= 0; i--) {
        int32_t at = i - (result->rank - operand->rank);
        int64_t size = at < 0 ? 1 : operand->size[at];
        step[i] = size == 1 ? 0 : distance;
        distance *= size;
    }
}

static void make_loops(const sg_site *site, loops *l) {
    const sg_dims *dims = &site->output.dims;
    int64_t step[2][SYNGAN_MAX_RANK] = {{0}};
    for (int operand = 0; operand < 2; operand++)
        operand_steps(&site->input[operand].dims, dims, step[operand]);
    l->rank = 0;
    for (int32_t i = 0; i < dims->rank; i++) {
        if (dims->size[i] == 1) continue;
        int32_t last = l->rank - 1;
        bool joins = last >= 0;
        for (int operand = 0; operand < 2 && joins; operand++)
            joins = l->step[operand][last] == step[operand][i] * dims->size[i];
        if (!joins) l->size[l->rank++] = 1;
        last = l->rank - 1;
        l->size[last] *= dims->size[i];
        for (int operand = 0; operand < 2; operand++)
            l->step[operand][last] = step[operand][i];
    }
    if (l->rank == 0) l->size[l->rank++] = 1;
    l->rows = 1;
    for (int32_t i = 0; i < l->rank - 1; i++)
        l->rows *= l->size[i];
}

/* Only one layout can serve if the shapes are equal or one is a number. */
static void plan_layouts(sg_site *site) {
    const sg_dims *dims = &site->output.dims;
    sg_layout plain = {.kind = SG_PLAIN};
    for (int32_t i = 0; i < 2; i++) {
        sg_desc *large = &site->input[i], *small = &site->input[1 - i];
        if (sg_dims_equal(&large->dims, dims) &&
            sg_dims_count(&small->dims) == 1 &&
            large->layout.kind != SG_OPAQUE) {
            site->output.layout = large->layout;
            small->layout = plain;
            return;
        }
    }
    site->input[0].layout = site->input[1].layout = plain;
}

static syngan_status plan(sg_site *site, int32_t kind) {
    loops *l = sg_alloc_zero(site->context, 1, sizeof *l);
    if (l == NULL) return sg_fail_memory(site->context, "a kernel", sizeof *l);
    site->state = l;
    make_loops(site, l);
    l->kind = kind;
    if (sg_dims_equal(&site->input[0].dims, &site->input[1].dims))
        return sg_plan_elementwise(site);
    plan_layouts(site);
    site->in_place = sg_dims_equal(&site->input[0].dims, &site->output.dims);
    return SYNGAN_OK;
}

typedef struct work {
    const sg_site *site;
    const sg_call *call;
} work;

static void compute(const work *w, size_t count, const float *a, size_t step_a,
                    const float *b, size_t step_b, float *out) {
    const loops *l = w->site->state;
    int32_t isa = w->site->context->isa;
    SG_SIMD_PICK(isa, sg_arithmetic)
    (l->kind, count, a, step_a, b, step_b, out);
    for (int32_t i = 0; i < w->site->n_unary; i++)
        sg_unary_run(isa, &w->site->unary[i], count, out, out);
}

/* Elements of a result that is one row. */
static void element_range(void *argument, int64_t first, int64_t last) {
    const work *w = argument;
    const loops *l = w->site->state;
    const float *a = w->call->input[0], *b = w->call->input[1];
    compute(w, (size_t)(last - first), a + first * l->step[0][0],
            (size_t)l->step[0][0], b + first * l->step[1][0],
            (size_t)l->step[1][0], (float *)w->call->output + first);
}

/* Rows of one that is more. */
static void row_range(void *argument, int64_t first, int64_t last) {
    const work *w = argument;
    const loops *l = w->site->state;
    int32_t inner = l->rank - 1;
    int64_t count = l->size[inner];
    for (int64_t row = first; row < last; row++) {
        const float *operand[2] = {w->call->input[0], w->call->input[1]};
        int64_t rest = row;
        for (int32_t i = inner - 1; i >= 0; i--) {
            int64_t index = rest % l->size[i];
            rest /= l->size[i];
            operand[0] += index * l->step[0][i];
            operand[1] += index * l->step[1][i];
        }
        compute(w, (size_t)count, operand[0], (size_t)l->step[0][inner],
                operand[1], (size_t)l->step[1][inner],
                (float *)w->call->output + row * count);
    }
}

static syngan_status run(const sg_site *site, const sg_call *call) {
    const loops *l = site->state;
    work w = {site, call};
    int64_t inner = l->size[l->rank - 1];
    if (l->rank == 1)
        sg_parallel(site->context, inner, SG_GRAIN, element_range, &w);
    else
        sg_parallel(site->context, l->rows, 1 + SG_GRAIN / (inner + 1),
                    row_range, &w);
    return SYNGAN_OK;
}

/* ---- operators
 * ------------------------------------------------------------------ */

#define ARITHMETIC(id, kind, gradient_rule)                                    \
    static syngan_status id##_plan(sg_site *site) {                            \
        return plan(site, kind);                                               \
    }                                                                          \
    static const sg_kernel id##_kernel = {.name = #id,                         \
                                          .absorbs = SG_ABSORB_UNARY,          \
                                          .plan = id##_plan,                   \
                                          .run = run};                         \
    const sg_op sg_op_##id = {                                                 \
        .name = #id,                                                           \
        .version = 1,                                                          \
        .n_inputs = 2,                                                         \
        .infer = infer,                                                        \
        .gradient = gradient_rule,                                             \
        .kernels = (const sg_kernel *const[]){&id##_kernel, NULL}};            \
    syngan_node *syngan_##id(syngan_node *a, syngan_node *b) {                 \
        return sg_node2(&sg_op_##id, a, b, NULL);                              \
    }

ARITHMETIC(add, SG_ADD, add_gradient)
ARITHMETIC(subtract, SG_SUBTRACT, subtract_gradient)
ARITHMETIC(multiply, SG_MULTIPLY, multiply_gradient)
ARITHMETIC(divide, SG_DIVIDE, divide_gradient)
ARITHMETIC(maximum, SG_MAXIMUM, maximum_gradient)
ARITHMETIC(minimum, SG_MINIMUM, minimum_gradient)
ARITHMETIC(greater, SG_GREATER, no_gradient)
