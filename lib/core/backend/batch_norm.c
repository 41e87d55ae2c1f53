/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Batch normalisation in as few passes over memory as its sums allow. Sums go
 * over parts of the batch whose size depends on the shape alone, and the parts
 * are added in their order, so results don't depend on the number of threads.
 */
#include "backend/batch_norm.h"

#include <math.h>
#include <string.h>

#include "backend/batch_norm_simd.h"
#include "base/thread.h"

/* An image as the loops see it: `images` x `groups` x `rows` x `width`, in
 * this order in memory, with width x groups = channels. Rank 2 is one image
 * whose rows are the batch. */
typedef struct view {
    int64_t images, groups, rows, width;
    bool along; /* width 1: elements of a channel follow each other */
} view;

static view view_of(const sg_desc *desc) {
    const sg_dims *dims = &desc->dims;
    int64_t inner = sg_dims_product(dims, 2, dims->rank);
    if (inner == 1 && desc->layout.kind == SG_PLAIN)
        return (view){1, 1, dims->size[0], dims->size[1], false};
    int64_t block = desc->layout.kind == SG_BLOCKED ? desc->layout.block : 1;
    return (view){dims->size[0], dims->size[1] / block, inner, block,
                  block == 1};
}

static int64_t channel_count(const view *v) {
    return v->groups * v->width;
}

/* Elements of each channel. */
static int64_t element_count(const view *v) {
    return v->images * v->rows;
}

/* Plain images that convolutions would take in blocks are brought into them
 * here already: blocks are faster to work in where images are small, and the
 * gradient, which comes in blocks, finds x in them. */
static sg_layout plain_images(const sg_site *site) {
    const sg_dims *dims = &site->input[0].dims;
    if (sg_dims_product(dims, 2, dims->rank) == 1)
        return (sg_layout){.kind = SG_PLAIN};
    return sg_image_layout(site, &site->input[0]);
}

/* The layout of the first blocked one among the first `images` inputs is that
 * of all of them and, for elementwise operators, of the output. */
static void plan_images(sg_site *site, int32_t images, bool elementwise) {
    sg_layout layout = {.kind = SG_PLAIN};
    for (int32_t i = 0; i < images && layout.kind == SG_PLAIN; i++)
        if (site->input[i].layout.kind == SG_BLOCKED)
            layout = site->input[i].layout;
    if (layout.kind == SG_PLAIN) layout = plain_images(site);
    for (int32_t i = 0; i < site->n_inputs; i++)
        site->input[i].layout =
            i < images ? layout : (sg_layout){.kind = SG_PLAIN};
    site->output.layout = elementwise ? layout : (sg_layout){.kind = SG_PLAIN};
    site->in_place = elementwise;
}

/* ---- sums --------------------------------------------------------------- */

/* Elements that are summed up in one part. */
enum { PART = 4 * SG_GRAIN };

/* Sums of a and of a b, for each channel. The parts are ranges of images, or
 * of rows where there is only one image. */
typedef struct moments {
    const sg_site *site;
    const float *a, *b;
    view view;
    int64_t part, parts; /* images or rows in a part; their number */
    double *sums;        /* parts x 2 x channels */
} moments;

static void set_parts(moments *m) {
    bool by_image = m->view.images > 1;
    int64_t length = by_image ? m->view.images : m->view.rows;
    int64_t unit = by_image ? m->view.rows * m->view.width : m->view.width;
    m->part = unit < PART ? PART / unit : 1;
    m->parts = (length - 1) / m->part + 1;
}

static size_t moments_bytes(const moments *m) {
    return (size_t)(m->parts * 2 * channel_count(&m->view)) * sizeof(double);
}

/* Rows [first, last) of a group of channels of an image. */
static void add_rows(const moments *m, int64_t image, int64_t group,
                     int64_t first, int64_t last, double *sum,
                     double *product) {
    const view *v = &m->view;
    int64_t place = ((image * v->groups + group) * v->rows + first) * v->width;
    size_t rows = (size_t)(last - first), width = (size_t)v->width;
    int32_t isa = m->site->context->isa;
    if (v->along)
        sg_simd_pick(isa, sg_moments_along)(rows, m->a + place, m->b + place,
                                            sum, product);
    else
        sg_simd_pick(isa, sg_moments)(rows, width, width, m->a + place,
                                      m->b + place, sum, product);
}

static void sum_part(const moments *m, int64_t part, int64_t group) {
    const view *v = &m->view;
    int64_t channels = channel_count(v);
    double *sum = m->sums + part * 2 * channels + group * v->width;
    double *product = sum + channels;
    memset(sum, 0, (size_t)v->width * sizeof *sum);
    memset(product, 0, (size_t)v->width * sizeof *product);
    int64_t length = v->images > 1 ? v->images : v->rows;
    int64_t first = part * m->part, last = first + m->part;
    if (last > length) last = length;
    if (v->images == 1)
        add_rows(m, 0, group, first, last, sum, product);
    else
        for (int64_t image = first; image < last; image++)
            add_rows(m, image, group, 0, v->rows, sum, product);
}

static void sum_range(void *argument, int64_t first, int64_t last) {
    const moments *m = argument;
    for (int64_t i = first; i < last; i++)
        sum_part(m, i / m->view.groups, i % m->view.groups);
}

/* Afterwards m->sums holds the sums of a, then those of a b. */
static void run_moments(moments *m) {
    int64_t size = 2 * channel_count(&m->view);
    int64_t unit = element_count(&m->view) * m->view.width / m->parts;
    int64_t grain = unit < SG_GRAIN ? SG_GRAIN / unit : 1;
    sg_parallel(m->site->context, m->parts * m->view.groups, grain, sum_range,
                m);
    for (int64_t part = 1; part < m->parts; part++)
        for (int64_t i = 0; i < size; i++)
            m->sums[i] += m->sums[part * size + i];
}

/* The batch of inputs 0 and `b`. */
static moments make_moments(const sg_site *site, const sg_call *call, int32_t a,
                            int32_t b) {
    moments m = {.site = site, .view = view_of(&site->input[0])};
    if (call != NULL) {
        m.a = call->input[a];
        m.b = call->input[b];
        m.sums = call->workspace;
    }
    set_parts(&m);
    return m;
}

static syngan_status plan_statistics(sg_site *site) {
    plan_images(site, 1, false);
    moments m = make_moments(site, NULL, 0, 0);
    site->workspace = moments_bytes(&m);
    return SYNGAN_OK;
}

static syngan_status run_statistics(const sg_site *site, const sg_call *call) {
    moments m = make_moments(site, call, 0, 0);
    int64_t channels = channel_count(&m.view);
    double count = (double)element_count(&m.view);
    float *mean = call->output, *variance = mean + channels;
    run_moments(&m);
    for (int64_t c = 0; c < channels; c++) {
        double average = m.sums[c] / count;
        double spread = m.sums[channels + c] / count - average * average;
        mean[c] = (float)average;
        /* Rounding can make it negative; NaN stays. */
        variance[c] = spread < 0 ? 0 : (float)spread;
    }
    return SYNGAN_OK;
}

static syngan_status plan_reduce(sg_site *site) {
    plan_images(site, 2, false);
    moments m = make_moments(site, NULL, 1, 0);
    site->workspace = moments_bytes(&m);
    return SYNGAN_OK;
}

static double inverse_root(double epsilon, float variance) {
    return 1.0 / sqrt((double)variance + epsilon);
}

static double inverse_deviation(const sg_site *site, float variance) {
    const sg_batch_norm_fields *f = site->fields;
    return inverse_root(f->epsilon, variance);
}

/* Inputs: x, dy, statistics. */
static syngan_status run_reduce(const sg_site *site, const sg_call *call) {
    moments m = make_moments(site, call, 1, 0);
    int64_t channels = channel_count(&m.view);
    const float *mean = call->input[2], *variance = mean + channels;
    float *sum = call->output, *weighted = sum + channels;
    run_moments(&m);
    for (int64_t c = 0; c < channels; c++) {
        double product = m.sums[channels + c] - m.sums[c] * (double)mean[c];
        sum[c] = (float)m.sums[c];
        weighted[c] = (float)(product * inverse_deviation(site, variance[c]));
    }
    return SYNGAN_OK;
}

/* ---- passes over an image ----------------------------------------------- */

/* Elements at a time, so that functions that follow find them in cache: rows,
 * or part of a row that is longer. */
enum { PIECE = 2048 };

typedef struct pass {
    const sg_site *site;
    view view;
    int64_t piece, pieces; /* rows in a piece; pieces of a group, and */
    int64_t parts;         /* of a row */
    float *numbers;        /* 4 x channels: mean, scale, shift, slope */
    const float *x, *dy;   /* dy NULL: normalising */
    const float *slope_of; /* NULL: no slope; may be x */
    float *out;            /* may be x */
} pass;

/* A piece. What is behind it waits in a buffer for a slope that may be read
 * from where the output lies. */
static void run_rows(const pass *p, int64_t place, int64_t channel, size_t rows,
                     size_t width) {
    int64_t channels = channel_count(&p->view);
    const float *numbers = p->numbers + channel;
    const sg_norm_channel c = {.mean = numbers,
                               .scale = numbers + channels,
                               .shift = numbers + 2 * channels,
                               .slope = numbers + 3 * channels};
    int32_t isa = p->site->context->isa;
    const float *x = p->x + place;
    float buffer[PIECE], *out = p->slope_of != NULL ? buffer : p->out + place;
    if (p->dy != NULL && p->view.along)
        sg_simd_pick(isa, sg_norm_input_along)(rows, &c, x, p->dy + place, out);
    else if (p->dy != NULL)
        sg_simd_pick(isa, sg_norm_input)(rows, width, width, &c, x,
                                         p->dy + place, out);
    else if (p->view.along)
        sg_simd_pick(isa, sg_normalise_along)(rows, &c, x, out);
    else
        sg_simd_pick(isa, sg_normalise)(rows, width, width, &c, x, out);
    for (int32_t u = 0; u < p->site->n_unary; u++)
        sg_unary_run(isa, &p->site->unary[u], rows * width, out, out);
    if (p->slope_of != NULL)
        sg_unary_grad_run(isa, &p->site->slope, rows * width,
                          p->slope_of + place, out, p->out + place);
}

static void pass_range(void *argument, int64_t first, int64_t last) {
    const pass *p = argument;
    const view *v = &p->view;
    for (int64_t i = first; i < last; i++) {
        int64_t column = i % p->parts * PIECE, piece = i / p->parts;
        int64_t plane = piece / p->pieces, row = piece % p->pieces * p->piece;
        int64_t rows = v->rows - row < p->piece ? v->rows - row : p->piece;
        int64_t width = v->width - column < PIECE ? v->width - column : PIECE;
        run_rows(p, (plane * v->rows + row) * v->width + column,
                 plane % v->groups * v->width + column, (size_t)rows,
                 (size_t)width);
    }
}

static void run_pass(pass *p) {
    const view *v = &p->view;
    p->piece = v->width < PIECE ? PIECE / v->width : 1;
    p->pieces = (v->rows - 1) / p->piece + 1;
    p->parts = (v->width - 1) / PIECE + 1;
    int64_t rows = v->rows < p->piece ? v->rows : p->piece;
    int64_t width = v->width < PIECE ? v->width : PIECE;
    sg_parallel(p->site->context, v->images * v->groups * p->pieces * p->parts,
                SG_GRAIN / (rows * width), pass_range, p);
}

/* What the channels are computed with; the caller fills p->numbers. */
static pass make_pass(const sg_site *site, const sg_call *call) {
    return (pass){.site = site,
                  .view = view_of(&site->output),
                  .numbers = call->workspace,
                  .x = call->input[0],
                  .slope_of = call->slope,
                  .out = call->output};
}

static size_t numbers_bytes(const sg_site *site) {
    return 4 * (size_t)site->output.dims.size[1] * sizeof(float);
}

/* ---- normalising -------------------------------------------------------- */

static syngan_status plan_normalise(sg_site *site) {
    plan_images(site, 1, true);
    site->workspace = numbers_bytes(site);
    return SYNGAN_OK;
}

void sg_batch_norm_numbers(double epsilon, int64_t channels,
                           const float *const norm[SG_NORMS], float *numbers) {
    for (int64_t c = 0; c < channels; c++) {
        double inverse = inverse_root(epsilon, norm[SG_NORM_VARIANCE][c]);
        numbers[c] = norm[SG_NORM_MEAN][c];
        numbers[channels + c] =
            (float)((double)norm[SG_NORM_WEIGHT][c] * inverse);
        numbers[2 * channels + c] = norm[SG_NORM_BIAS][c];
    }
}

static syngan_status batch_norm_normalise(const sg_site *site,
                                          const sg_call *call,
                                          const float *mean,
                                          const float *variance) {
    const sg_batch_norm_fields *f = site->fields;
    const float *const norm[SG_NORMS] = {[SG_NORM_WEIGHT] = call->input[1],
                                         [SG_NORM_BIAS] = call->input[2],
                                         [SG_NORM_MEAN] = mean,
                                         [SG_NORM_VARIANCE] = variance};
    pass p = make_pass(site, call);
    sg_batch_norm_numbers(f->epsilon, channel_count(&p.view), norm, p.numbers);
    run_pass(&p);
    return SYNGAN_OK;
}

/* Inputs: x, gamma, beta, statistics. */
static syngan_status run_train(const sg_site *site, const sg_call *call) {
    const float *mean = call->input[3];
    return batch_norm_normalise(site, call, mean,
                                mean + site->output.dims.size[1]);
}

/* Inputs: x, gamma, beta, running mean, running variance. */
static syngan_status run_infer(const sg_site *site, const sg_call *call) {
    return batch_norm_normalise(site, call, call->input[3], call->input[4]);
}

/* ---- gradient of x ------------------------------------------------------ */

static syngan_status batch_norm_plan_input(sg_site *site) {
    plan_images(site, 2, true);
    site->workspace = numbers_bytes(site);
    return SYNGAN_OK;
}

/* Inputs: x, dy, statistics, gamma, reduce. With m elements in each channel,
 * dx = gamma / s (dy - sum(dy) / m - (x - mean) / s sum(dy x^) / m), where s
 * is the deviation and x^ = (x - mean) / s. */
static syngan_status run_input(const sg_site *site, const sg_call *call) {
    pass p = make_pass(site, call);
    int64_t channels = channel_count(&p.view);
    double count = (double)element_count(&p.view);
    const float *mean = call->input[2], *variance = mean + channels;
    const float *gamma = call->input[3];
    const float *sum = call->input[4], *weighted = sum + channels;
    for (int64_t c = 0; c < channels; c++) {
        double inverse = inverse_deviation(site, variance[c]);
        p.numbers[c] = mean[c];
        p.numbers[channels + c] = (float)((double)gamma[c] * inverse);
        p.numbers[2 * channels + c] = (float)((double)sum[c] / count);
        p.numbers[3 * channels + c] =
            (float)((double)weighted[c] * inverse / count);
    }
    p.dy = call->input[1];
    run_pass(&p);
    return SYNGAN_OK;
}

/* ---- kernels ------------------------------------------------------------ */

static const sg_kernel statistics = {
    .name = "batch norm, statistics",
    .plan = plan_statistics,
    .run = run_statistics,
};
static const sg_kernel train = {
    .name = "batch norm",
    .absorbs = SG_ABSORB_UNARY,
    .plan = plan_normalise,
    .run = run_train,
};
static const sg_kernel infer = {
    .name = "batch norm, inference",
    .absorbs = SG_ABSORB_UNARY,
    .plan = plan_normalise,
    .run = run_infer,
};
static const sg_kernel reduce = {
    .name = "batch norm, sums",
    .plan = plan_reduce,
    .run = run_reduce,
};
static const sg_kernel input = {
    .name = "batch norm, data",
    .absorbs = SG_ABSORB_SLOPE,
    .plan = batch_norm_plan_input,
    .run = run_input,
};

const sg_kernel *const sg_batch_norm_statistics_kernels[] = {&statistics, NULL};
const sg_kernel *const sg_batch_norm_train_kernels[] = {&train, NULL};
const sg_kernel *const sg_batch_norm_infer_kernels[] = {&infer, NULL};
const sg_kernel *const sg_batch_norm_reduce_kernels[] = {&reduce, NULL};
const sg_kernel *const sg_batch_norm_input_kernels[] = {&input, NULL};
