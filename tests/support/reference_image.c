/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The interpreter's functions of operators on images: convolutions, batch
 * normalisation, pooling.
 */
#include <math.h>

#include "op/ops.h"
#include "support/reference.h"

/* ---- convolutions -------------------------------------------------------- */

typedef struct image {
    const sg_dims *dims; /* of rank 4 */
    int64_t at;          /* the element looked at */
} image;

static void look_at(image *m, int64_t a, int64_t b, int64_t c, int64_t d) {
    const int64_t *size = m->dims->size;
    m->at = ((a * size[1] + b) * size[2] + c) * size[3] + d;
}

/* Along an axis. */
typedef struct steps {
    int64_t stride, dilation, pad;
} steps;

static steps steps_of(const reference_frame *f, const char *stride,
                      const char *dilation, const char *pad) {
    return (steps){(int64_t)reference_field(f, stride),
                   (int64_t)reference_field(f, dilation),
                   (int64_t)reference_field(f, pad)};
}

/* Where element `k` of the kernel lies for element `out` of the result. */
static int64_t tap(const steps *s, int64_t out, int64_t k) {
    return out * s->stride + k * s->dilation - s->pad;
}

/* The products that a convolution is made of: x, w and y see each element of
 * theirs that takes part, and `add` is called for each such three. */
static void products(const reference_frame *f, image *x, image *w, image *y,
                     void (*add)(const reference_frame *, const image *,
                                 const image *, const image *)) {
    const int64_t *kernel = w->dims->size, *result = y->dims->size;
    const steps down = steps_of(f, "stride_h", "dilation_h", "pad_top");
    const steps right = steps_of(f, "stride_w", "dilation_w", "pad_left");
    int64_t filters = result[1] / (int64_t)reference_field(f, "groups");
    for (int64_t i = 0; i < sg_dims_count(y->dims); i++) {
        int64_t ow = i % result[3], oh = i / result[3] % result[2];
        int64_t c = i / (result[3] * result[2]) % result[1];
        int64_t n = i / (result[3] * result[2] * result[1]);
        for (int64_t k = 0; k < kernel[1] * kernel[2] * kernel[3]; k++) {
            int64_t kw = k % kernel[3], kh = k / kernel[3] % kernel[2];
            int64_t in = k / (kernel[3] * kernel[2]);
            int64_t h = tap(&down, oh, kh), v = tap(&right, ow, kw);
            if (h < 0 || h >= x->dims->size[2]) continue;
            if (v < 0 || v >= x->dims->size[3]) continue;
            look_at(x, n, c / filters * kernel[1] + in, h, v);
            look_at(w, c, in, kh, kw);
            y->at = i;
            add(f, x, w, y);
        }
    }
}

static void add_to_y(const reference_frame *f, const image *x, const image *w,
                     const image *y) {
    f->out[y->at] += f->in[0][x->at] * f->in[1][w->at];
}
static void add_to_x(const reference_frame *f, const image *x, const image *w,
                     const image *y) {
    f->out[x->at] += f->in[0][y->at] * f->in[1][w->at];
}
static void add_to_w(const reference_frame *f, const image *x, const image *w,
                     const image *y) {
    f->out[w->at] += f->in[0][x->at] * f->in[1][y->at];
}

static void conv2d(const reference_frame *f) {
    image x = {reference_dims(f, 0), 0}, w = {reference_dims(f, 1), 0};
    image y = {&f->node->dims, 0};
    products(f, &x, &w, &y, add_to_y);
}
static void conv2d_input(const reference_frame *f) {
    image y = {reference_dims(f, 0), 0}, w = {reference_dims(f, 1), 0};
    image x = {&f->node->dims, 0};
    products(f, &x, &w, &y, add_to_x);
}
static void conv2d_weight(const reference_frame *f) {
    image x = {reference_dims(f, 0), 0}, y = {reference_dims(f, 1), 0};
    image w = {&f->node->dims, 0};
    products(f, &x, &w, &y, add_to_w);
}

/* ---- normalisation of rows ------------------------------------------------
 */

/* Mean and deviation of the row that element i is in. */
static int64_t row_of(const reference_frame *f, int64_t i, double *mean,
                      double *deviation) {
    int64_t length = f->node->dims.size[f->node->dims.rank - 1];
    const double *x = f->in[0] + i / length * length;
    *mean = *deviation = 0;
    for (int64_t j = 0; j < length; j++)
        *mean += x[j] / (double)length;
    for (int64_t j = 0; j < length; j++)
        *deviation += (x[j] - *mean) * (x[j] - *mean) / (double)length;
    *deviation = sqrt(*deviation + reference_field(f, "epsilon"));
    return length;
}

static void row_norm(const reference_frame *f) {
    double mean, deviation;
    for (int64_t i = 0; i < reference_count(f); i++) {
        row_of(f, i, &mean, &deviation);
        f->out[i] = (f->in[0][i] - mean) / deviation;
    }
}

static void row_norm_input(const reference_frame *f) {
    double mean, deviation;
    for (int64_t i = 0; i < reference_count(f); i++) {
        int64_t length = row_of(f, i, &mean, &deviation);
        int64_t first = i / length * length;
        double sum = 0, along = 0;
        for (int64_t j = first; j < first + length; j++) {
            sum += f->in[1][j];
            along += f->in[1][j] * (f->in[0][j] - mean) / deviation;
        }
        double unit = (f->in[0][i] - mean) / deviation;
        f->out[i] =
            (f->in[1][i] - (sum + unit * along) / (double)length) / deviation;
    }
}

/* ---- batch normalisation ------------------------------------------------- */

/* Elements of one channel: N times `inner`. */
typedef struct channels {
    int64_t count, inner, total; /* total: elements of all channels */
    double terms;                /* elements of one */
} channels;

static channels channels_of(const reference_frame *f) {
    const sg_dims *x = reference_dims(f, 0);
    channels c = {x->size[1], sg_dims_product(x, 2, x->rank), sg_dims_count(x),
                  0};
    c.terms = (double)(x->size[0] * c.inner);
    return c;
}

static int64_t channel_at(const channels *c, int64_t i) {
    return i / c->inner % c->count;
}

static double deviation(const reference_frame *f, double variance) {
    return sqrt(variance + reference_field(f, "epsilon"));
}

static void batch_norm_statistics(const reference_frame *f) {
    channels c = channels_of(f);
    for (int64_t i = 0; i < c.total; i++)
        f->out[channel_at(&c, i)] += f->in[0][i] / c.terms;
    for (int64_t i = 0; i < c.total; i++) {
        double off = f->in[0][i] - f->out[channel_at(&c, i)];
        f->out[c.count + channel_at(&c, i)] += off * off / c.terms;
    }
}

static void normalize(const reference_frame *f, const double *mean,
                      const double *variance) {
    channels c = channels_of(f);
    for (int64_t i = 0; i < c.total; i++) {
        int64_t k = channel_at(&c, i);
        f->out[i] =
            (f->in[0][i] - mean[k]) / deviation(f, variance[k]) * f->in[1][k] +
            f->in[2][k];
    }
}

static void batch_norm_train(const reference_frame *f) {
    normalize(f, f->in[3], f->in[3] + channels_of(f).count);
}
static void batch_norm_infer(const reference_frame *f) {
    normalize(f, f->in[3], f->in[4]);
}

/* x normalised, without scale and shift. */
static double normal_at(const reference_frame *f, const channels *c,
                        const double *statistics, int64_t i) {
    int64_t k = channel_at(c, i);
    return (f->in[0][i] - statistics[k]) /
           deviation(f, statistics[c->count + k]);
}

static void batch_norm_reduce(const reference_frame *f) {
    channels c = channels_of(f);
    for (int64_t i = 0; i < c.total; i++) {
        int64_t k = channel_at(&c, i);
        f->out[k] += f->in[1][i];
        f->out[c.count + k] += f->in[1][i] * normal_at(f, &c, f->in[2], i);
    }
}

static void batch_norm_input(const reference_frame *f) {
    channels c = channels_of(f);
    const double *statistics = f->in[2], *gamma = f->in[3], *sums = f->in[4];
    for (int64_t i = 0; i < c.total; i++) {
        int64_t k = channel_at(&c, i);
        double mean = sums[k] / c.terms, slope = sums[c.count + k] / c.terms;
        f->out[i] =
            gamma[k] / deviation(f, statistics[c.count + k]) *
            (f->in[1][i] - mean - normal_at(f, &c, statistics, i) * slope);
    }
}

/* ---- pooling ------------------------------------------------------------- */

/* A window on an image: the elements that lie within it. */
typedef struct window {
    int64_t top, bottom, left, right; /* ends are behind the last */
    int64_t plane;                    /* offset of its image */
    int64_t width;                    /* of the image */
} window;

static int64_t at_least(int64_t a, int64_t low) {
    return a > low ? a : low;
}
static int64_t at_most(int64_t a, int64_t high) {
    return a < high ? a : high;
}

/* Of element `i` of the pooled image. */
static window window_of(const reference_frame *f, const sg_dims *pooled,
                        const sg_dims *whole, int64_t i) {
    int64_t v = i % pooled->size[3], h = i / pooled->size[3] % pooled->size[2];
    int64_t plane = i / (pooled->size[3] * pooled->size[2]);
    int64_t top = h * (int64_t)reference_field(f, "stride_h") -
                  (int64_t)reference_field(f, "pad_top");
    int64_t left = v * (int64_t)reference_field(f, "stride_w") -
                   (int64_t)reference_field(f, "pad_left");
    return (window){
        .top = at_least(top, 0),
        .bottom = at_most(top + (int64_t)reference_field(f, "size_h"),
                          whole->size[2]),
        .left = at_least(left, 0),
        .right = at_most(left + (int64_t)reference_field(f, "size_w"),
                         whole->size[3]),
        .plane = plane * whole->size[2] * whole->size[3],
        .width = whole->size[3],
    };
}

static int64_t window_count(const window *w) {
    return at_least(w->bottom - w->top, 0) * at_least(w->right - w->left, 0);
}

/* Element `k` of the window. */
static int64_t window_at(const window *w, int64_t k) {
    int64_t width = w->right - w->left;
    return w->plane + (w->top + k / width) * w->width + w->left + k % width;
}

static void average_pool2d(const reference_frame *f) {
    for (int64_t i = 0; i < reference_count(f); i++) {
        window w = window_of(f, &f->node->dims, reference_dims(f, 0), i);
        double count = (double)window_count(&w);
        for (int64_t k = 0; k < window_count(&w); k++)
            f->out[i] += f->in[0][window_at(&w, k)] / count;
    }
}

static void average_pool2d_grad(const reference_frame *f) {
    const sg_dims *pooled = reference_dims(f, 0);
    for (int64_t i = 0; i < sg_dims_count(pooled); i++) {
        window w = window_of(f, pooled, &f->node->dims, i);
        double count = (double)window_count(&w);
        for (int64_t k = 0; k < window_count(&w); k++)
            f->out[window_at(&w, k)] += f->in[0][i] / count;
    }
}

/* The first greatest element of a window of x. */
static int64_t greatest(const double *x, const window *w) {
    int64_t best = window_at(w, 0);
    for (int64_t k = 1; k < window_count(w); k++)
        if (x[window_at(w, k)] > x[best]) best = window_at(w, k);
    return best;
}

static void max_pool2d(const reference_frame *f) {
    for (int64_t i = 0; i < reference_count(f); i++) {
        window w = window_of(f, &f->node->dims, reference_dims(f, 0), i);
        f->out[i] = f->in[0][greatest(f->in[0], &w)];
    }
}

static void max_pool2d_grad(const reference_frame *f) {
    const sg_dims *pooled = reference_dims(f, 1);
    for (int64_t i = 0; i < sg_dims_count(pooled); i++) {
        window w = window_of(f, pooled, &f->node->dims, i);
        f->out[greatest(f->in[0], &w)] += f->in[1][i];
    }
}

static void max_pool2d_take(const reference_frame *f) {
    for (int64_t i = 0; i < reference_count(f); i++) {
        window w = window_of(f, &f->node->dims, reference_dims(f, 0), i);
        f->out[i] = f->in[1][greatest(f->in[0], &w)];
    }
}

/* The small image's element under element `i` of the large one. */
static int64_t under(const sg_dims *small, const sg_dims *large, int64_t i) {
    int64_t factor = large->size[3] / small->size[3];
    int64_t v = i % large->size[3], h = i / large->size[3] % large->size[2];
    int64_t plane = i / (large->size[3] * large->size[2]);
    return (plane * small->size[2] + h / factor) * small->size[3] + v / factor;
}

static void upsample2d(const reference_frame *f) {
    for (int64_t i = 0; i < reference_count(f); i++)
        f->out[i] = f->in[0][under(reference_dims(f, 0), &f->node->dims, i)];
}

static void upsample2d_grad(const reference_frame *f) {
    const sg_dims *large = reference_dims(f, 0);
    for (int64_t i = 0; i < sg_dims_count(large); i++)
        f->out[under(&f->node->dims, large, i)] += f->in[0][i];
}

/* ---- finding them -------------------------------------------------------- */

static const struct {
    const sg_op *op;
    reference_rule rule;
} rules[] = {
    {&sg_op_conv2d, conv2d},
    {&sg_op_conv2d_input, conv2d_input},
    {&sg_op_conv2d_weight, conv2d_weight},
    {&sg_op_batch_norm_statistics, batch_norm_statistics},
    {&sg_op_batch_norm_train, batch_norm_train},
    {&sg_op_batch_norm_infer, batch_norm_infer},
    {&sg_op_batch_norm_reduce, batch_norm_reduce},
    {&sg_op_batch_norm_input, batch_norm_input},
    {&sg_op_row_norm, row_norm},
    {&sg_op_row_norm_input, row_norm_input},
    {&sg_op_average_pool2d, average_pool2d},
    {&sg_op_average_pool2d_grad, average_pool2d_grad},
    {&sg_op_max_pool2d, max_pool2d},
    {&sg_op_max_pool2d_grad, max_pool2d_grad},
    {&sg_op_max_pool2d_take, max_pool2d_take},
    {&sg_op_upsample2d, upsample2d},
    {&sg_op_upsample2d_grad, upsample2d_grad},
};

reference_rule reference_find_image(const sg_op *op) {
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (rules[i].op == op) return rules[i].rule;
    return NULL;
}
