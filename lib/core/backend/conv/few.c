/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conv2d_input for a result x of few channels: a matrix product gives, for each
 * pixel of y, what it adds to the pixels of x around it (one row for each
 * channel and kernel element, "taps"); the rows are added up where they belong;
 * bias and unary functions follow.
 *
 * With strides, all that a tap adds goes to pixels of equal remainders of
 * row / stride and column / stride. Such a "phase" of x is kept as an image of
 * its own, so that rows are added to rows, and is spread over x at the end.
 */
#include "backend/conv/few.h"

#include <string.h>

#include "backend/conv/by_image.h"
#include "backend/conv/conv.h"
#include "backend/conv/few_simd.h"
#include "backend/conv/winograd_simd.h"

enum {
    PIECE = 128 * 1024, /* floats of y and of products of a piece of an image */
    ROWS = 8,           /* products come in multiples of these rows and ... */
    COLUMNS = 32        /* ... columns, for any instruction set */
};

/* All sizes in elements. */
typedef struct few_state {
    sg_by_image conv;
    int64_t taps; /* channels x kh x kw */
    int64_t phase_rows, phase_columns;
    int64_t piece_rows;    /* of y at a time */
    int64_t product_rows;  /* taps, or more */
    int64_t product_width; /* columns of a piece, or more */
    sg_conv_fields fields;
} few_state;

/* ---- planning ----------------------------------------------------------- */

/* Strides whose phases (stride_h x stride_w images) still fit in a cache. */
#define MOST_PHASES 16

static bool few_accepts(const sg_site *site) {
    const sg_conv_fields *f = site->fields;
    return sg_by_image_accepts(site) &&
           f->stride_h <= MOST_PHASES / f->stride_w;
}

static void set_phases(const sg_site *site, few_state *s) {
    s->fields = *(const sg_conv_fields *)site->fields;
    s->taps = s->conv.channels * s->conv.kernel_h * s->conv.kernel_w;
    s->phase_rows = (s->conv.height - 1) / s->fields.stride_h + 1;
    s->phase_columns = (s->conv.width - 1) / s->fields.stride_w + 1;
}

static bool is_strided(const few_state *s) {
    return s->fields.stride_h > 1 || s->fields.stride_w > 1;
}

/* Size of all phases together. */
static int64_t phases_size(const few_state *s) {
    return s->conv.channels * s->fields.stride_h * s->fields.stride_w *
           s->phase_rows * s->phase_columns;
}

static int64_t round_up(int64_t count, int64_t multiple) {
    return (count + multiple - 1) / multiple * multiple;
}

/* A slot has the piece of y and the products, and behind these the phases. */
static void set_pieces(few_state *s) {
    s->product_rows = round_up(s->taps, ROWS);
    int64_t height = s->product_rows + s->conv.filters;
    s->piece_rows = PIECE / (height * s->conv.columns);
    if (s->piece_rows < 1) s->piece_rows = 1;
    if (s->piece_rows > s->conv.rows) s->piece_rows = s->conv.rows;
    s->product_width = round_up(s->piece_rows * s->conv.columns, COLUMNS);
    s->conv.weights_size = round_up(s->conv.filters * s->product_rows, COLUMNS);
    s->conv.slot_size = height * s->product_width +
                        (is_strided(s) ? round_up(phases_size(s), COLUMNS) : 0);
    s->conv.zeros = s->conv.filters * s->product_width;
}

static syngan_status few_plan(sg_site *site) {
    SG_TRY(sg_by_image_plan(site, sizeof(few_state)));
    set_phases(site, site->state);
    set_pieces(site->state);
    sg_by_image_reserve(site);
    site->detail = "product and scatter";
    return SYNGAN_OK;
}

/* ---- running ------------------------------------------------------------ */

/* The weights with rows of taps, the last of which are zero. */
static void pad_weights(const few_state *s, const float *from, float *to) {
    for (int64_t f = 0; f < s->conv.filters; f++)
        for (int64_t tap = 0; tap < s->product_rows; tap++)
            *to++ = tap < s->taps ? from[f * s->taps + tap] : 0.0f;
}

/* Where along one axis a kernel element's products go. */
typedef struct reach {
    int64_t phase;
    int64_t shift;       /* y's index to the phase's */
    int64_t first, last; /* indices of y that reach x */
} reach;

/* Position p of y adds to p stride + offset of x, for p in [begin, end). */
static reach reach_of(int64_t offset, int64_t stride, int64_t size,
                      int64_t begin, int64_t end) {
    int64_t phase = offset % stride;
    if (phase < 0) phase += stride;
    reach r = {.phase = phase, .shift = (offset - phase) / stride};
    int64_t length = (size - phase + stride - 1) / stride;
    r.first = begin > -r.shift ? begin : -r.shift;
    r.last = end < length - r.shift ? end : length - r.shift;
    return r;
}

/* Adds the products of rows [begin, end) of y to the phases. */
static void scatter(const sg_by_image_run *run, int64_t begin, int64_t end,
                    const float *products, float *phases) {
    const few_state *s = run->site->state;
    const sg_conv_fields *f = &s->fields;
    int32_t isa = run->site->context->isa;
    size_t step = (size_t)s->phase_columns;
    for (int64_t tap = 0; tap < s->taps; tap++) {
        int64_t kx = tap % s->conv.kernel_w;
        int64_t ky = tap / s->conv.kernel_w % s->conv.kernel_h;
        int64_t c = tap / s->conv.kernel_w / s->conv.kernel_h;
        reach v = reach_of(ky * f->dilation_h - f->pad_top, f->stride_h,
                           s->conv.height, begin, end);
        reach h = reach_of(kx * f->dilation_w - f->pad_left, f->stride_w,
                           s->conv.width, 0, s->conv.columns);
        if (v.first >= v.last || h.first >= h.last) continue;
        int64_t plane = (c * f->stride_h + v.phase) * f->stride_w + h.phase;
        float *to =
            phases +
            (plane * s->phase_rows + v.first + v.shift) * s->phase_columns +
            h.first + h.shift;
        const float *from = products + tap * s->product_width +
                            (v.first - begin) * s->conv.columns + h.first;
        sg_simd_pick(isa, sg_add_rows)((size_t)(v.last - v.first),
                                       (size_t)(h.last - h.first), from,
                                       (size_t)s->conv.columns, to, step);
    }
}

/* x from its phases. */
static void few_spread(const few_state *s, const float *phases, float *x) {
    const sg_conv_fields *f = &s->fields;
    for (int64_t c = 0; c < s->conv.channels; c++)
        for (int64_t i = 0; i < s->conv.height; i++)
            for (int64_t phase = 0; phase < f->stride_w; phase++) {
                int64_t plane =
                    (c * f->stride_h + i % f->stride_h) * f->stride_w + phase;
                const float *from =
                    phases + (plane * s->phase_rows + i / f->stride_h) *
                                 s->phase_columns;
                float *to = x + (c * s->conv.height + i) * s->conv.width;
                for (int64_t j = phase, k = 0; j < s->conv.width;
                     j += f->stride_w, k++)
                    to[j] = from[k];
            }
}

/* Rows [begin, end) of an image of y, plain. What fills up the width is left as
 * it was, zero or of another piece, and its products are not used. */
static void copy_piece(const sg_by_image_run *run, const float *y,
                       int64_t begin, int64_t end, float *plain) {
    const few_state *s = run->site->state;
    int32_t isa = run->site->context->isa;
    size_t count = (size_t)((end - begin) * s->conv.columns);
    for (int64_t f = 0; f < s->conv.filters; f += s->conv.block) {
        const float *from =
            y + (f * s->conv.rows + begin * s->conv.block) * s->conv.columns;
        float *to = plain + f * s->product_width;
        if (s->conv.block == 1)
            memcpy(to, from, count * sizeof *to);
        else
            sg_simd_pick(isa, sg_unblock)(count, (size_t)s->conv.block, from,
                                          (size_t)s->product_width, to);
    }
}

/* For each pixel of the piece, what its channels give to each tap. */
static void few_multiply(const sg_by_image_run *run, const float *plain,
                         float *products) {
    const few_state *s = run->site->state;
    int32_t isa = run->site->context->isa;
    int64_t step = isa >= SYNGAN_ISA_AVX512 ? 32
                   : isa >= SYNGAN_ISA_AVX2 ? 16
                                            : 8;
    for (int64_t column = 0; column < s->product_width; column += step) {
        const sg_winograd_product_args args = {.rows = s->product_rows,
                                               .depth = s->conv.filters,
                                               .a = run->call->workspace,
                                               .a_row = 1,
                                               .a_depth = s->product_rows,
                                               .b = plain + column,
                                               .b_depth = s->product_width,
                                               .out = products + column,
                                               .out_row = s->product_width};
        sg_simd_pick(isa, sg_winograd_product)(&args);
    }
}

static void few_run_image(const sg_by_image_run *run, const float *y, float *x,
                          float *slot) {
    const few_state *s = run->site->state;
    float *products = slot + s->conv.filters * s->product_width;
    float *phases =
        is_strided(s) ? products + s->product_rows * s->product_width : x;
    memset(phases, 0, (size_t)phases_size(s) * sizeof *phases);
    for (int64_t row = 0; row < s->conv.rows; row += s->piece_rows) {
        int64_t end = row + s->piece_rows;
        if (end > s->conv.rows) end = s->conv.rows;
        copy_piece(run, y, row, end, slot);
        few_multiply(run, slot, products);
        scatter(run, row, end, products, phases);
    }
    if (is_strided(s)) few_spread(s, phases, x);
}

static syngan_status few_run(const sg_site *site, const sg_call *call) {
    pad_weights(site->state, call->input[1], call->workspace);
    sg_by_image_all(site, call, few_run_image);
    return SYNGAN_OK;
}

const sg_kernel sg_kernel_conv_few = {
    .name = "convolution, few",
    .absorbs = SG_ABSORB_BIAS | SG_ABSORB_UNARY | SG_ABSORB_SLOPE,
    .accepts = few_accepts,
    .plan = few_plan,
    .run = few_run,
};
