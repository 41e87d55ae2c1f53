/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conv2d_input for a result x of few channels, with strides of 1. Image by
 * image and row by row of y: the row is copied with zeros at its ends, one
 * line for each of its channels (or, with bf16 products, for each pair), and
 * adds its products to as many rows of sums as the kernel has. Bias and unary
 * functions follow when the image is done.
 */
#include "backend/conv_rows.h"

#include <string.h>

#include "backend/conv.h"
#include "backend/conv_few_simd.h"
#include "backend/conv_rows_simd.h"
#include "backend/finish_simd.h"
#include "base/memory.h"
#include "base/thread.h"
#include "tensor/tensor.h"

/* All sizes in elements. */
typedef struct rows_state {
    int64_t images, filters, channels;
    int64_t lines;         /* of a row of y: filters, or pairs of them */
    int64_t height, width; /* of x */
    int64_t rows, columns; /* of y */
    int64_t kernel_h, kernel_w;
    int64_t pad_top;
    int64_t skip;  /* columns of y that reach nothing */
    int64_t place; /* of the next column in a line */
    int64_t count; /* columns of y in a line */
    int64_t line;
    int64_t sums_width, sums_size; /* of a row of sums; of those of an image */
    int64_t block;                 /* channel block of y, 1 if it is plain */
    int64_t slots;        /* parts of the batch that run side by side */
    int64_t slot_size;    /* of the workspace */
    int64_t weights_size; /* in front of the slots */
} rows_state;

/* ---- planning ----------------------------------------------------------- */

static bool accepts(const sg_site *site) {
    const sg_conv_fields *f = site->fields;
    int64_t most = site->context->isa >= SYNGAN_ISA_AVX512 ? 8 : 4;
    return f->groups == 1 && f->stride_h == 1 && f->stride_w == 1 &&
           f->dilation_h == 1 && f->dilation_w == 1 &&
           site->input[1].dims.size[2] <= SG_ROWS_KERNEL &&
           site->output.dims.size[1] <= most && site->output.type == SYNGAN_F32;
}

static int64_t in_vectors(int64_t count) {
    return (count + 15) / 16 * 16;
}

/* Where a row of y lies in a line: column q of x takes its products with
 * columns q + pad_left - kernel_w + 1 ... q + pad_left of y, which are to be
 * elements q ... q + kernel_w - 1 of the line. */
static void set_line(rows_state *s, int64_t pad_left) {
    int64_t first = s->kernel_w - 1 - pad_left;
    s->skip = first < 0 ? -first : 0;
    s->place = first < 0 ? 0 : first;
    s->sums_width = in_vectors(s->width);
    s->line = in_vectors(s->sums_width + s->kernel_w - 1);
    int64_t room = s->width + s->kernel_w - 1 - s->place;
    s->count = s->columns - s->skip;
    if (s->count > room) s->count = room;
    if (s->count < 0) s->count = 0;
}

/* Whether products are of bf16 operands, in pairs. */
static bool is_bf16(const rows_state *s) {
    return s->lines < s->filters;
}

static void set_sizes(const sg_site *site, rows_state *s) {
    const int64_t *y = site->input[0].dims.size;
    const int64_t *w = site->input[1].dims.size;
    const int64_t *x = site->output.dims.size;
    const sg_layout *layout = &site->input[0].layout;
    const sg_conv_fields *f = site->fields;
    s->images = y[0];
    s->filters = y[1];
    s->channels = x[1];
    s->height = x[2];
    s->width = x[3];
    s->rows = y[2];
    s->columns = y[3];
    s->kernel_h = w[2];
    s->kernel_w = w[3];
    s->pad_top = f->pad_top;
    s->block = layout->kind == SG_BLOCKED ? layout->block : 1;
    bool bf16 = site->input[0].type == SYNGAN_BF16 && s->block == 16 &&
                site->context->isa >= SYNGAN_ISA_AVX512_BF16;
    s->lines = bf16 ? s->filters / 2 : s->filters;
    set_line(s, f->pad_left);
    s->sums_size = s->channels * (s->rows + s->kernel_h - 1) * s->sums_width;
    s->weights_size =
        in_vectors(s->channels * s->lines * s->kernel_h * s->kernel_w);
    s->slot_size = s->lines * s->line + s->sums_size;
    int64_t threads = site->context->threads;
    s->slots = s->images < threads ? s->images : threads;
}

static syngan_status plan(sg_site *site) {
    rows_state *s = sg_alloc_zero(site->context, 1, sizeof *s);
    if (s == NULL) return sg_fail_memory(site->context, site->label, sizeof *s);
    site->state = s;
    if (site->input[0].layout.kind == SG_OPAQUE)
        site->input[0].layout = (sg_layout){.kind = SG_PLAIN};
    site->input[1].layout = (sg_layout){.kind = SG_PLAIN};
    site->output.layout = (sg_layout){.kind = SG_PLAIN};
    set_sizes(site, s);
    /* Also for bf16 products: rounding on the way costs less than a pass. */
    site->input[0].type = site->input[1].type = SYNGAN_F32;
    site->workspace =
        (size_t)(s->weights_size + s->slots * s->slot_size) * sizeof(float);
    site->detail = is_bf16(s) ? "sums by rows, bf16" : "sums by rows";
    return SYNGAN_OK;
}

/* ---- running ------------------------------------------------------------ */

typedef struct rows_run {
    const sg_site *site;
    const sg_call *call;
    const rows_state *state;
} rows_run;

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
    int64_t filter = s->channels * s->kernel_h * s->kernel_w;
    int64_t each = s->filters / s->lines;
    for (int64_t c = 0; c < s->channels; c++)
        for (int64_t line = 0; line < s->lines; line++) {
            const float *kernel =
                from + each * line * filter + c * s->kernel_h * s->kernel_w;
            for (int64_t u = s->kernel_w; u-- > 0;)
                for (int64_t v = 0; v < s->kernel_h; v++)
                    put_weight(s, kernel + v * s->kernel_w + u, filter, to++);
        }
}

/* Row `row` of an image of y, as lines. What lies around it in the lines is
 * zero and stays so. */
static void fill_lines(const rows_run *run, const float *y, int64_t row,
                       float *lines) {
    const rows_state *s = run->state;
    int32_t isa = run->site->context->isa;
    size_t count = (size_t)s->count;
    for (int64_t f = 0; f < s->filters; f += s->block) {
        const float *from = y + (f * s->rows + row * s->block) * s->columns +
                            s->skip * s->block;
        float *to = lines + f * s->lines / s->filters * s->line + s->place;
        if (is_bf16(s))
            sg_bf16_unblock(count, from, (size_t)s->line, to);
        else if (s->block == 1)
            memcpy(to, from, count * sizeof *to);
        else
            SG_SIMD_PICK(isa, sg_unblock)
        (count, (size_t)s->block, from, (size_t)s->line, to);
    }
}

/* Asks for a row of y that will be needed soon: the products of a row take
 * about as long as memory does to bring the next one. */
static void prefetch(const rows_state *s, const float *y, int64_t row) {
    int64_t size = s->columns * s->block;
    for (int64_t f = 0; f < s->filters; f += s->block) {
        const float *from = y + f * s->rows * s->columns + row * size;
        for (int64_t i = 0; i < size; i += 16)
            __builtin_prefetch(from + i);
    }
}

/* The sums' own rows to x, with bias and unary functions. */
static void finish_image(const rows_run *run, const float *sums, float *x) {
    const rows_state *s = run->state;
    int32_t isa = run->site->context->isa;
    size_t size = (size_t)(s->height * s->width);
    for (int64_t c = 0; c < s->channels;
         c++, sums += s->sums_size / s->channels) {
        float *image = x + c * s->height * s->width;
        for (int64_t i = 0; i < s->height; i++)
            memcpy(image + i * s->width,
                   sums + (i + s->pad_top) * s->sums_width,
                   (size_t)s->width * sizeof *image);
        if (run->site->has_bias)
            SG_SIMD_PICK(isa, sg_add_bias)(image, size, run->call->bias + c, 1);
    }
    size_t place = (size_t)(x - (const float *)run->call->output);
    sg_finish_elements(run->site, run->call, place, size * (size_t)s->channels);
}

static void run_image(const rows_run *run, int64_t image, float *lines) {
    const rows_state *s = run->state;
    const float *y = (const float *)run->call->input[0] +
                     image * s->filters * s->rows * s->columns;
    float *sums = lines + s->lines * s->line;
    memset(sums, 0, (size_t)s->sums_size * sizeof *sums);
    for (int64_t row = 0; row < s->rows; row++) {
        fill_lines(run, y, row, lines);
        if (row + 1 < s->rows) prefetch(s, y, row + 1);
        for (int64_t c = 0; c < s->channels; c++) {
            const sg_rows rows = {
                .channels = (size_t)s->lines,
                .kernel_h = (size_t)s->kernel_h,
                .kernel_w = (size_t)s->kernel_w,
                .weights = (const float *)run->call->workspace +
                           c * s->lines * s->kernel_h * s->kernel_w,
                .row = lines,
                .step = (size_t)s->line,
                .width = (size_t)s->sums_width,
                .sums = sums + c * (s->sums_size / s->channels) +
                        row * s->sums_width,
                .sums_step = (size_t)s->sums_width};
            if (is_bf16(s))
                sg_bf16_add_products(&rows);
            else
                SG_SIMD_PICK(run->site->context->isa, sg_add_products)(&rows);
        }
    }
    finish_image(run, sums,
                 (float *)run->call->output +
                     image * s->channels * s->height * s->width);
}

static void run_slots(void *argument, int64_t first, int64_t last) {
    const rows_run *run = argument;
    const rows_state *s = run->state;
    for (int64_t slot = first; slot < last; slot++) {
        float *lines = (float *)run->call->workspace + s->weights_size +
                       slot * s->slot_size;
        memset(lines, 0, (size_t)(s->lines * s->line) * sizeof *lines);
        int64_t end = s->images * (slot + 1) / s->slots;
        for (int64_t i = s->images * slot / s->slots; i < end; i++)
            run_image(run, i, lines);
    }
}

static syngan_status run(const sg_site *site, const sg_call *call) {
    rows_run all = {.site = site, .call = call, .state = site->state};
    turn_weights(all.state, call->input[1], call->workspace);
    sg_parallel(site->context, all.state->slots, 1, run_slots, &all);
    return SYNGAN_OK;
}

const sg_kernel sg_kernel_conv_rows = {
    .name = "convolution, rows",
    .absorbs = SG_ABSORB_BIAS | SG_ABSORB_UNARY | SG_ABSORB_SLOPE,
    .accepts = accepts,
    .plan = plan,
    .run = run,
};
