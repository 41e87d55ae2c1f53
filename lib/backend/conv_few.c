/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conv2d_input for a result x of few channels. Image by image, within the
 * cache: a matrix product gives, for each pixel of y, what it adds to the
 * pixels of x around it (one row for each channel and kernel element, "taps");
 * the rows are added up where they belong; bias and unary functions follow.
 *
 * With strides, all that a tap adds goes to pixels of equal remainders of
 * row / stride and column / stride. Such a "phase" of x is kept as an image of
 * its own, so that rows are added to rows, and is spread over x at the end.
 */
#include "backend/conv_few.h"

#include <string.h>

#include "backend/conv.h"
#include "backend/conv_few_simd.h"
#include "backend/conv_minimal_simd.h"
#include "backend/finish_simd.h"
#include "base/memory.h"
#include "base/thread.h"

enum {
    PIECE = 128 * 1024, /* floats of y and of products of a piece of an image */
    ROWS = 8,           /* products come in multiples of these rows and ... */
    COLUMNS = 32        /* ... columns, for any instruction set */
};

/* All sizes in elements. */
typedef struct few_state {
    int64_t images, filters, channels, taps; /* taps = channels x kh x kw */
    int64_t height, width;                   /* of x */
    int64_t rows, columns;                   /* of y */
    int64_t kernel_h, kernel_w;
    int64_t phase_rows, phase_columns;
    int64_t piece_rows;    /* of y at a time */
    int64_t product_rows;  /* taps, or more */
    int64_t product_width; /* columns of a piece, or more */
    int64_t block;         /* channel block of y, 1 if it is plain */
    int64_t slots;         /* parts of the batch that run side by side */
    int64_t weights_size;  /* of the workspace, in front of the slots */
    int64_t slot_size;
    sg_conv_fields fields;
} few_state;

/* ---- planning ----------------------------------------------------------- */

/* Strides whose phases (stride_h x stride_w images) still fit in a cache. */
#define MOST_PHASES 16

/* Above half a block of channels oneDNN's way is as fast. */
static bool accepts(const sg_site *site) {
    const sg_conv_fields *f = site->fields;
    int64_t most = site->context->isa >= SYNGAN_ISA_AVX512 ? 8 : 4;
    return f->groups == 1 && site->output.dims.size[1] <= most &&
           f->stride_h <= MOST_PHASES / f->stride_w &&
           site->output.type == SYNGAN_F32;
}

static void set_sizes(const sg_site *site, few_state *s) {
    const int64_t *y = site->input[0].dims.size;
    const int64_t *w = site->input[1].dims.size;
    const int64_t *x = site->output.dims.size;
    const sg_layout *layout = &site->input[0].layout;
    s->fields = *(const sg_conv_fields *)site->fields;
    s->images = y[0];
    s->filters = y[1];
    s->channels = x[1];
    s->height = x[2];
    s->width = x[3];
    s->rows = y[2];
    s->columns = y[3];
    s->kernel_h = w[2];
    s->kernel_w = w[3];
    s->taps = s->channels * w[2] * w[3];
    s->phase_rows = (s->height - 1) / s->fields.stride_h + 1;
    s->phase_columns = (s->width - 1) / s->fields.stride_w + 1;
    s->block = layout->kind == SG_BLOCKED ? layout->block : 1;
    int64_t threads = site->context->threads;
    s->slots = s->images < threads ? s->images : threads;
}

static bool is_strided(const few_state *s) {
    return s->fields.stride_h > 1 || s->fields.stride_w > 1;
}

/* Size of all phases together. */
static int64_t phases_size(const few_state *s) {
    return s->channels * s->fields.stride_h * s->fields.stride_w *
           s->phase_rows * s->phase_columns;
}

static int64_t round_up(int64_t count, int64_t multiple) {
    return (count + multiple - 1) / multiple * multiple;
}

/* A slot has the piece of y and the products, and behind these the phases. */
static void set_pieces(few_state *s) {
    s->product_rows = round_up(s->taps, ROWS);
    int64_t height = s->product_rows + s->filters;
    s->piece_rows = PIECE / (height * s->columns);
    if (s->piece_rows < 1) s->piece_rows = 1;
    if (s->piece_rows > s->rows) s->piece_rows = s->rows;
    s->product_width = round_up(s->piece_rows * s->columns, COLUMNS);
    s->weights_size = round_up(s->filters * s->product_rows, COLUMNS);
    s->slot_size = height * s->product_width +
                   (is_strided(s) ? round_up(phases_size(s), COLUMNS) : 0);
}

static syngan_status plan(sg_site *site) {
    few_state *s = sg_alloc_zero(site->context, 1, sizeof *s);
    if (s == NULL) return sg_fail_memory(site->context, site->label, sizeof *s);
    site->state = s;
    if (site->input[0].layout.kind == SG_OPAQUE)
        site->input[0].layout = (sg_layout){.kind = SG_PLAIN};
    site->input[1].layout = (sg_layout){.kind = SG_PLAIN};
    site->output.layout = (sg_layout){.kind = SG_PLAIN};
    /* Bound by memory: bf16 operands would cost a pass and gain little. */
    site->input[0].type = site->input[1].type = SYNGAN_F32;
    set_sizes(site, s);
    set_pieces(s);
    site->workspace =
        (size_t)(s->weights_size + s->slots * s->slot_size) * sizeof(float);
    site->detail = "product and scatter";
    return SYNGAN_OK;
}

/* ---- running ------------------------------------------------------------ */

typedef struct few_run {
    const sg_site *site;
    const sg_call *call;
    const few_state *state;
} few_run;

/* The weights with rows of taps, the last of which are zero. */
static void pad_weights(const few_state *s, const float *from, float *to) {
    for (int64_t f = 0; f < s->filters; f++)
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
static void scatter(const few_run *run, int64_t begin, int64_t end,
                    const float *products, float *phases) {
    const few_state *s = run->state;
    const sg_conv_fields *f = &s->fields;
    int32_t isa = run->site->context->isa;
    size_t step = (size_t)s->phase_columns;
    for (int64_t tap = 0; tap < s->taps; tap++) {
        int64_t kx = tap % s->kernel_w;
        int64_t ky = tap / s->kernel_w % s->kernel_h;
        int64_t c = tap / s->kernel_w / s->kernel_h;
        reach v = reach_of(ky * f->dilation_h - f->pad_top, f->stride_h,
                           s->height, begin, end);
        reach h = reach_of(kx * f->dilation_w - f->pad_left, f->stride_w,
                           s->width, 0, s->columns);
        if (v.first >= v.last || h.first >= h.last) continue;
        int64_t plane = (c * f->stride_h + v.phase) * f->stride_w + h.phase;
        float *to =
            phases +
            (plane * s->phase_rows + v.first + v.shift) * s->phase_columns +
            h.first + h.shift;
        const float *from = products + tap * s->product_width +
                            (v.first - begin) * s->columns + h.first;
        SG_SIMD_PICK(isa, sg_add_rows)
        ((size_t)(v.last - v.first), (size_t)(h.last - h.first), from,
         (size_t)s->columns, to, step);
    }
}

/* x from its phases. */
static void spread(const few_state *s, const float *phases, float *x) {
    const sg_conv_fields *f = &s->fields;
    for (int64_t c = 0; c < s->channels; c++)
        for (int64_t i = 0; i < s->height; i++)
            for (int64_t phase = 0; phase < f->stride_w; phase++) {
                int64_t plane =
                    (c * f->stride_h + i % f->stride_h) * f->stride_w + phase;
                const float *from =
                    phases + (plane * s->phase_rows + i / f->stride_h) *
                                 s->phase_columns;
                float *to = x + (c * s->height + i) * s->width;
                for (int64_t j = phase, k = 0; j < s->width;
                     j += f->stride_w, k++)
                    to[j] = from[k];
            }
}

static void finish_image(const few_run *run, float *x) {
    const few_state *s = run->state;
    int32_t isa = run->site->context->isa;
    size_t size = (size_t)(s->height * s->width);
    if (run->site->has_bias)
        for (int64_t c = 0; c < s->channels; c++)
            SG_SIMD_PICK(isa, sg_add_bias)
    (x + (size_t)c * size, size, run->call->bias + c, 1);
    size_t place = (size_t)(x - (const float *)run->call->output);
    sg_finish_elements(run->site, run->call, place, size * (size_t)s->channels);
}

/* Rows [begin, end) of an image of y, plain. What fills up the width is left as
 * it was, zero or of another piece, and its products are not used. */
static void copy_piece(const few_run *run, const float *y, int64_t begin,
                       int64_t end, float *plain) {
    const few_state *s = run->state;
    int32_t isa = run->site->context->isa;
    size_t count = (size_t)((end - begin) * s->columns);
    for (int64_t f = 0; f < s->filters; f += s->block) {
        const float *from = y + (f * s->rows + begin * s->block) * s->columns;
        float *to = plain + f * s->product_width;
        if (s->block == 1)
            memcpy(to, from, count * sizeof *to);
        else
            SG_SIMD_PICK(isa, sg_unblock)
        (count, (size_t)s->block, from, (size_t)s->product_width, to);
    }
}

/* For each pixel of the piece, what its channels give to each tap. */
static void multiply(const few_run *run, const float *plain, float *products) {
    const few_state *s = run->state;
    int32_t isa = run->site->context->isa;
    int64_t step = isa >= SYNGAN_ISA_AVX512 ? 32
                   : isa >= SYNGAN_ISA_AVX2 ? 16
                                            : 8;
    for (int64_t column = 0; column < s->product_width; column += step) {
        const sg_minimal_product_args args = {.rows = s->product_rows,
                                              .depth = s->filters,
                                              .a = run->call->workspace,
                                              .a_row = 1,
                                              .a_depth = s->product_rows,
                                              .b = plain + column,
                                              .b_depth = s->product_width,
                                              .out = products + column,
                                              .out_row = s->product_width};
        SG_SIMD_PICK(isa, sg_minimal_product)(&args);
    }
}

static void run_image(const few_run *run, int64_t image, float *slot) {
    const few_state *s = run->state;
    const float *y = (const float *)run->call->input[0] +
                     image * s->filters * s->rows * s->columns;
    float *x =
        (float *)run->call->output + image * s->channels * s->height * s->width;
    float *products = slot + s->filters * s->product_width;
    float *phases =
        is_strided(s) ? products + s->product_rows * s->product_width : x;
    memset(phases, 0, (size_t)phases_size(s) * sizeof *phases);
    for (int64_t row = 0; row < s->rows; row += s->piece_rows) {
        int64_t end = row + s->piece_rows;
        if (end > s->rows) end = s->rows;
        copy_piece(run, y, row, end, slot);
        multiply(run, slot, products);
        scatter(run, row, end, products, phases);
    }
    if (is_strided(s)) spread(s, phases, x);
    finish_image(run, x);
}

static void run_slots(void *argument, int64_t first, int64_t last) {
    const few_run *run = argument;
    const few_state *s = run->state;
    for (int64_t slot = first; slot < last; slot++) {
        float *memory = (float *)run->call->workspace + s->weights_size +
                        slot * s->slot_size;
        memset(memory, 0,
               (size_t)(s->filters * s->product_width) * sizeof *memory);
        int64_t end = s->images * (slot + 1) / s->slots;
        for (int64_t i = s->images * slot / s->slots; i < end; i++)
            run_image(run, i, memory);
    }
}

static syngan_status run(const sg_site *site, const sg_call *call) {
    few_run all = {.site = site, .call = call, .state = site->state};
    pad_weights(all.state, call->input[1], call->workspace);
    sg_parallel(site->context, all.state->slots, 1, run_slots, &all);
    return SYNGAN_OK;
}

const sg_kernel sg_kernel_conv_few = {
    .name = "convolution, few",
    .absorbs = SG_ABSORB_BIAS | SG_ABSORB_UNARY | SG_ABSORB_SLOPE,
    .accepts = accepts,
    .plan = plan,
    .run = run,
};
