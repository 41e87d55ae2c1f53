/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conv2d_input for a result x of few channels, with strides of 1, row by row of
 * y: the row is copied with zeros at its ends, one line for each of its
 * channels (or, with bf16 products, for each pair), and adds its products to as
 * many rows of sums as the kernel has. Bias and unary functions follow when the
 * image is done.
 */
#include "backend/conv/rows.h"

#include <string.h>

#include "backend/conv/by_image.h"
#include "backend/conv/conv.h"
#include "backend/conv/few_simd.h"
#include "backend/conv/rows_simd.h"
#include "tensor/tensor.h"

/* All sizes in elements. */
typedef struct rows_state {
    sg_by_image conv;
    int64_t lines; /* of a row of y: filters, or pairs of them */
    int64_t pad_top;
    int64_t skip;  /* columns of y that reach nothing */
    int64_t place; /* of the next column in a line */
    int64_t count; /* columns of y in a line */
    int64_t line;
    int64_t sums_width, sums_size; /* of a row of sums; of those of an image */
} rows_state;

/* ---- planning ----------------------------------------------------------- */

static bool rows_accepts(const sg_site *site) {
    const sg_conv_fields *f = site->fields;
    return sg_by_image_accepts(site) && f->stride_h == 1 && f->stride_w == 1 &&
           f->dilation_h == 1 && f->dilation_w == 1 &&
           site->input[1].dims.size[2] <= SG_ROWS_KERNEL;
}

static int64_t in_vectors(int64_t count) {
    return (count + 15) / 16 * 16;
}

/* Where a row of y lies in a line: column q of x takes its products with
 * columns q + pad_left - kernel_w + 1 ... q + pad_left of y, which are to be
 * elements q ... q + kernel_w - 1 of the line. */
static void set_line(rows_state *s, int64_t pad_left) {
    int64_t first = s->conv.kernel_w - 1 - pad_left;
    s->skip = first < 0 ? -first : 0;
    s->place = first < 0 ? 0 : first;
    s->sums_width = in_vectors(s->conv.width);
    s->line = in_vectors(s->sums_width + s->conv.kernel_w - 1);
    int64_t room = s->conv.width + s->conv.kernel_w - 1 - s->place;
    s->count = s->conv.columns - s->skip;
    if (s->count > room) s->count = room;
    if (s->count < 0) s->count = 0;
}

/* Whether products are of bf16 operands, in pairs. */
static bool is_bf16(const rows_state *s) {
    return s->lines < s->conv.filters;
}

static void rows_set_sizes(rows_state *s, const sg_conv_fields *f) {
    s->pad_top = f->pad_top;
    set_line(s, f->pad_left);
    s->sums_size = s->conv.channels * (s->conv.rows + s->conv.kernel_h - 1) *
                   s->sums_width;
    s->conv.weights_size = in_vectors(s->conv.channels * s->lines *
                                      s->conv.kernel_h * s->conv.kernel_w);
    s->conv.zeros = s->lines * s->line;
    s->conv.slot_size = s->conv.zeros + s->sums_size;
}

static syngan_status rows_plan(sg_site *site) {
    bool bf16 = site->input[0].type == SYNGAN_TYPE_BF16 &&
                site->context->isa >= SYNGAN_ISA_AVX512_BF16;
    SG_TRY(sg_by_image_plan(site, sizeof(rows_state)));
    rows_state *s = site->state;
    s->lines =
        bf16 && s->conv.block == 16 ? s->conv.filters / 2 : s->conv.filters;
    rows_set_sizes(s, site->fields);
    sg_by_image_reserve(site);
    site->detail = is_bf16(s) ? "sums by rows, bf16" : "sums by rows";
    return SYNGAN_OK;
}

/* ---- running ------------------------------------------------------------ */

/* A weight as products take it; pairs are those of two filters, which lie
 * `filter` apart. */
static void put_weight(const rows_state *s, const float *from, int64_t filter,
                       float *to) {
    if (is_bf16(s)) {
        const uint16_t pair[] = {sg_bf16_from_f32(from[0]),
                                 sg_bf16_from_f32(from[filter])};
        memcpy(to, pair, sizeof pair);
    } else {
        *to = *from;
    }
}

/* Filters x channels x kh x kw to channels x lines x kw x kh, with the columns
 * from the last to the first. */
static void turn_weights(const rows_state *s, const float *from, float *to) {
    int64_t filter = s->conv.channels * s->conv.kernel_h * s->conv.kernel_w;
    int64_t each = s->conv.filters / s->lines;
    for (int64_t c = 0; c < s->conv.channels; c++)
        for (int64_t line = 0; line < s->lines; line++) {
            const float *kernel = from + each * line * filter +
                                  c * s->conv.kernel_h * s->conv.kernel_w;
            for (int64_t u = s->conv.kernel_w; u-- > 0;)
                for (int64_t v = 0; v < s->conv.kernel_h; v++)
                    put_weight(s, kernel + v * s->conv.kernel_w + u, filter,
                               to++);
        }
}

/* Row `row` of an image of y, as lines. What lies around it in the lines is
 * zero and stays so. */
static void fill_lines(const sg_by_image_run *run, const float *y, int64_t row,
                       float *lines) {
    const rows_state *s = run->site->state;
    int32_t isa = run->site->context->isa;
    size_t count = (size_t)s->count;
    for (int64_t f = 0; f < s->conv.filters; f += s->conv.block) {
        const float *from =
            y + (f * s->conv.rows + row * s->conv.block) * s->conv.columns +
            s->skip * s->conv.block;
        float *to = lines + f * s->lines / s->conv.filters * s->line + s->place;
        if (is_bf16(s))
            sg_bf16_unblock(count, from, (size_t)s->line, to);
        else if (s->conv.block == 1)
            memcpy(to, from, count * sizeof *to);
        else
            sg_simd_pick(isa, sg_unblock)(count, (size_t)s->conv.block, from,
                                          (size_t)s->line, to);
    }
}

/* Asks for a row of y that will be needed soon: the products of a row take
 * about as long as memory does to bring the next one. */
static void prefetch(const rows_state *s, const float *y, int64_t row) {
    int64_t size = s->conv.columns * s->conv.block;
    for (int64_t f = 0; f < s->conv.filters; f += s->conv.block) {
        const float *from = y + f * s->conv.rows * s->conv.columns + row * size;
        for (int64_t i = 0; i < size; i += 16)
            __builtin_prefetch(from + i);
    }
}

/* The sums' own rows to x. */
static void take_sums(const rows_state *s, const float *sums, float *x) {
    for (int64_t c = 0; c < s->conv.channels;
         c++, sums += s->sums_size / s->conv.channels) {
        float *image = x + c * s->conv.height * s->conv.width;
        for (int64_t i = 0; i < s->conv.height; i++)
            memcpy(image + i * s->conv.width,
                   sums + (i + s->pad_top) * s->sums_width,
                   (size_t)s->conv.width * sizeof *image);
    }
}

static void rows_run_image(const sg_by_image_run *run, const float *y, float *x,
                           float *lines) {
    const rows_state *s = run->site->state;
    float *sums = lines + s->lines * s->line;
    memset(sums, 0, (size_t)s->sums_size * sizeof *sums);
    for (int64_t row = 0; row < s->conv.rows; row++) {
        fill_lines(run, y, row, lines);
        if (row + 1 < s->conv.rows) prefetch(s, y, row + 1);
        for (int64_t c = 0; c < s->conv.channels; c++) {
            const sg_rows rows = {
                .channels = (size_t)s->lines,
                .kernel_h = (size_t)s->conv.kernel_h,
                .kernel_w = (size_t)s->conv.kernel_w,
                .weights = (const float *)run->call->workspace +
                           c * s->lines * s->conv.kernel_h * s->conv.kernel_w,
                .row = lines,
                .step = (size_t)s->line,
                .width = (size_t)s->sums_width,
                .sums = sums + c * (s->sums_size / s->conv.channels) +
                        row * s->sums_width,
                .sums_step = (size_t)s->sums_width};
            if (is_bf16(s))
                sg_bf16_add_products(&rows);
            else
                sg_simd_pick(run->site->context->isa, sg_add_products)(&rows);
        }
    }
    take_sums(s, sums, x);
}

static syngan_status rows_run(const sg_site *site, const sg_call *call) {
    turn_weights(site->state, call->input[1], call->workspace);
    sg_by_image_all(site, call, rows_run_image);
    return SYNGAN_OK;
}

const sg_kernel sg_kernel_conv_rows = {
    .name = "convolution, rows",
    .absorbs = SG_ABSORB_BIAS | SG_ABSORB_UNARY | SG_ABSORB_SLOPE,
    .accepts = rows_accepts,
    .plan = rows_plan,
    .run = rows_run,
};
