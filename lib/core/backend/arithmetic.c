/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arithmetic on two values: layouts, broadcasting, and the walk over the
 * elements of the output in pieces that stay in the nearest cache.
 */
#include "backend/arithmetic.h"

#include "backend/arithmetic_simd.h"
#include "backend/strided.h"
#include "base/thread.h"

/* Elements at a time. */
enum { PIECE = 4096 };

/* ---- planning ------------------------------------------------------------ */

/* Whether an operand of a blocked output may stay plain: it has one number for
 * all pixels. */
static bool same_for_pixels(const sg_dims *dims) {
    return dims->rank == 0 ||
           (dims->size[dims->rank - 1] == 1 &&
            (dims->rank == 1 || dims->size[dims->rank - 2] == 1));
}

/* The blocked layout of an input, if all inputs can be read along with it. */
static sg_layout common_layout(const sg_site *site) {
    sg_layout layout = {.kind = SG_PLAIN};
    for (int32_t i = 0; i < site->n_inputs; i++) {
        const sg_desc *input = &site->input[i];
        if (sg_dims_equal(&input->dims, &site->output.dims)) {
            if (layout.kind == SG_PLAIN && input->layout.kind == SG_BLOCKED)
                layout = input->layout;
        } else if (!same_for_pixels(&input->dims)) {
            return (sg_layout){.kind = SG_PLAIN};
        }
    }
    return layout;
}

/* Distances of a plain operand seen in the shape of the output. */
static void arithmetic_spread(const sg_dims *operand, const sg_dims *output,
                              int64_t *strides) {
    int64_t own[SG_STRIDED_RANK];
    int32_t extra = output->rank - operand->rank;
    sg_strides(operand, own);
    for (int32_t i = 0; i < output->rank; i++)
        strides[i] =
            i < extra || operand->size[i - extra] == 1 ? 0 : own[i - extra];
}

/* Distances in N x C/b x H x W x b of an operand of a blocked output. */
static void spread_blocked(const sg_desc *operand, const sg_dims *output,
                           int64_t block, int64_t *strides) {
    int64_t plain[SG_STRIDED_RANK];
    if (operand->layout.kind == SG_BLOCKED) {
        const sg_dims split = {
            .rank = 5,
            .size = {output->size[0], output->size[1] / block, output->size[2],
                     output->size[3], block}};
        sg_strides(&split, strides);
        return;
    }
    arithmetic_spread(&operand->dims, output, plain);
    strides[0] = plain[0];
    strides[1] = plain[1] * block;
    strides[2] = strides[3] = 0;
    strides[4] = plain[1];
}

static void set_loop(const sg_site *site, sg_strided *loop) {
    const sg_dims *dims = &site->output.dims;
    const sg_layout *layout = &site->output.layout;
    if (layout->kind == SG_BLOCKED) {
        loop->rank = 5;
        for (int32_t i = 0; i < 4; i++)
            loop->size[i] = dims->size[i];
        loop->size[1] /= layout->block;
        loop->size[4] = layout->block;
        spread_blocked(&site->input[0], dims, layout->block, loop->a);
        spread_blocked(&site->input[1], dims, layout->block, loop->b);
    } else {
        loop->rank = dims->rank;
        for (int32_t i = 0; i < dims->rank; i++)
            loop->size[i] = dims->size[i];
        arithmetic_spread(&site->input[0].dims, dims, loop->a);
        arithmetic_spread(&site->input[1].dims, dims, loop->b);
    }
    sg_strided_simplify(loop);
}

/* The state is the loop. */
static syngan_status arithmetic_plan(sg_site *site) {
    sg_layout layout = common_layout(site);
    for (int32_t i = 0; i < 2; i++) {
        bool whole = sg_dims_equal(&site->input[i].dims, &site->output.dims);
        site->input[i].layout = whole ? layout : (sg_layout){.kind = SG_PLAIN};
    }
    site->output.layout = layout;
    site->in_place = sg_dims_equal(&site->input[0].dims, &site->output.dims);
    SG_TRY(sg_kernel_state(site, sizeof(sg_strided)));
    set_loop(site, site->state);
    return SYNGAN_OK;
}

/* ---- running ------------------------------------------------------------- */

typedef struct arithmetic {
    const sg_site *site;
    const sg_strided *loop;
    const float *a, *b;
    float *out;
    int32_t kind;
} arithmetic;

/* Elements from `first` on that can be done in one call: part of a row, or
 * rows that follow one another in the last dimension but one. */
static int64_t arithmetic_set_rows(const arithmetic *x, int64_t first,
                                   int64_t count, sg_arithmetic_rows *rows) {
    const sg_strided *loop = x->loop;
    int32_t inner = loop->rank - 1;
    int64_t length = loop->size[inner], row = first / length, a, b;
    int64_t at = first - row * length;
    sg_strided_offset(loop, inner, row, &a, &b);
    rows->a = x->a + a + at * loop->a[inner];
    rows->b = x->b + b + at * loop->b[inner];
    rows->out = x->out + first;
    rows->rows = 1;
    rows->count = length - at < count ? length - at : count;
    if (inner == 0 || at > 0 || count < 2 * length) return rows->count;
    int64_t size = loop->size[inner - 1], left = size - row % size;
    rows->rows = count / length < left ? count / length : left;
    return rows->rows * length;
}

static void arithmetic_range(void *argument, int64_t first, int64_t last) {
    const arithmetic *x = argument;
    const sg_strided *loop = x->loop;
    int32_t isa = x->site->context->isa, inner = loop->rank - 1;
    sg_arithmetic_rows rows = {
        .kind = x->kind,
        .a_step = loop->a[inner] != 0,
        .b_step = loop->b[inner] != 0,
        .a_row = inner > 0 ? loop->a[inner - 1] : 0,
        .b_row = inner > 0 ? loop->b[inner - 1] : 0,
    };
    while (first < last) {
        int64_t end = last - first < PIECE ? last : first + PIECE;
        float *piece = x->out + first;
        size_t count = (size_t)(end - first);
        while (first < end) {
            first += arithmetic_set_rows(x, first, end - first, &rows);
            sg_simd_pick(isa, sg_arithmetic_vector)(&rows);
        }
        for (int32_t i = 0; i < x->site->n_unary; i++)
            sg_unary_run(isa, &x->site->unary[i], count, piece, piece);
    }
}

static syngan_status arithmetic_run(const sg_site *site, const sg_call *call,
                                    int32_t kind) {
    arithmetic x = {.site = site,
                    .loop = site->state,
                    .a = call->input[0],
                    .b = call->input[1],
                    .out = call->output,
                    .kind = kind};
    sg_parallel(site->context, sg_dims_count(&site->output.dims), SG_GRAIN,
                arithmetic_range, &x);
    return SYNGAN_OK;
}

#define KERNEL(title, kind)                                                    \
    static syngan_status title##_run(const sg_site *site,                      \
                                     const sg_call *call) {                    \
        return arithmetic_run(site, call, kind);                               \
    }                                                                          \
    static const sg_kernel title##_kernel = {.name = #title,                   \
                                             .absorbs = SG_ABSORB_UNARY,       \
                                             .plan = arithmetic_plan,          \
                                             .run = title##_run}
KERNEL(add, SG_ADD);
KERNEL(subtract, SG_SUBTRACT);
KERNEL(multiply, SG_MULTIPLY);
KERNEL(divide, SG_DIVIDE);
KERNEL(maximum, SG_MAXIMUM);
KERNEL(minimum, SG_MINIMUM);
KERNEL(greater, SG_GREATER);

const sg_kernel *const sg_arithmetic_kernels[SG_ARITHMETIC_COUNT][2] = {
    [SG_ADD] = {&add_kernel, NULL},
    [SG_SUBTRACT] = {&subtract_kernel, NULL},
    [SG_MULTIPLY] = {&multiply_kernel, NULL},
    [SG_DIVIDE] = {&divide_kernel, NULL},
    [SG_MAXIMUM] = {&maximum_kernel, NULL},
    [SG_MINIMUM] = {&minimum_kernel, NULL},
    [SG_GREATER] = {&greater_kernel, NULL},
};
