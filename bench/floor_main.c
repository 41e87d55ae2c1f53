/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The floor under an iteration of training: the products that the published
 * recipe needs for the pair, each as a bare oneDNN primitive with the layouts
 * that oneDNN likes best, and every activation moved once at the speed of
 * memory. One line of JSON.
 *
 *   bench_floor [-t THREADS] [-b BATCH] [-s PIXELS] [-n TURNS] [-h] [-p]
 *
 * -h measures bf16; -p writes a table of the parts to stderr.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/backend.h"
#include "backend/onednn.h"
#include "base/thread.h"
#include "program.h"

typedef struct setting {
    int threads, batch, pixels, turns;
    int bf16, print;
} setting;

/* A layer, a transposed convolution too, as the convolution or the dense layer
 * that makes y of x, and how often an iteration needs each of its products. */
typedef struct layer {
    const char *name;
    int64_t channels, filters;
    int64_t kernel, stride; /* kernel 0: a dense layer */
    int64_t scale;          /* height of x in quarters of an image */
    int times[3];           /* by SG_FORWARD ... */
} layer;

/* The generator runs twice and learns once, the discriminator runs three times
 * and learns twice. The first layer of each needs no gradient of its input but
 * for the generator's sake. Channels of dense layers are those of a quarter
 * image on their large side. */
static const layer layers[] = {
    {"generator dense", 0, 256, 0, 0, 0, {2, 0, 1}},
    {"generator transposed 256 to 128", 128, 256, 4, 2, 2, {1, 2, 1}},
    {"generator transposed 128 to 64", 64, 128, 4, 2, 4, {1, 2, 1}},
    {"generator transposed 64 to 1", 1, 64, 7, 1, 4, {1, 2, 1}},
    {"discriminator 1 to 64", 1, 64, 4, 2, 4, {3, 1, 2}},
    {"discriminator 64 to 128", 64, 128, 4, 2, 2, {3, 3, 2}},
    {"discriminator dense", 128, 0, 0, 0, 0, {3, 3, 2}},
};
#define LAYERS (sizeof layers / sizeof *layers)
#define NOISE 100

static const char *const direction_names[] = {"forward", "data", "weights"};

/* Convolutions with fewer channels than fill a vector may run as a matrix
 * product. */
#define FEW 8

typedef struct bench {
    const setting *s;
    syngan_context *context;
    int32_t type;
    double products, gflop; /* seconds, 1e9 operations of an iteration */
} bench;

/* How fast one product is. */
typedef struct speed {
    double seconds;
    char name[64]; /* oneDNN's of the implementation */
} speed;

/* ---- running a primitive ----------------------------------------------- */

/* Halves that are numbers between 0.007 and 2 in bf16, and together in f32:
 * neither zeros nor denormals. */
static void fill(void *data, size_t bytes) {
    uint32_t *words = data, state = 1;
    for (size_t i = 0; i < bytes / sizeof *words; i++) {
        state = state * 1664525u + 1013904223u;
        words[i] = 0x3c003c00u | (state >> 6 & 0x03ff03ffu);
    }
}

static syngan_status allocate(const bench *b, size_t bytes, void **out) {
    size_t rounded = (bytes + 64) / 64 * 64;
    *out = aligned_alloc(64, rounded);
    if (*out == NULL) return sg_fail_memory(b->context, "a buffer", rounded);
    fill(*out, rounded);
    return SYNGAN_OK;
}

/* Best of several runs after a first. */
static syngan_status time_runs(const bench *b, sg_onednn *p, void **pointers,
                               void *scratchpad, double *seconds) {
    SG_TRY(sg_onednn_run(b->context, p, pointers, scratchpad));
    *seconds = 1e30;
    for (int i = 0; i < b->s->turns; i++) {
        double start = sg_seconds();
        SG_TRY(sg_onednn_run(b->context, p, pointers, scratchpad));
        double passed = sg_seconds() - start;
        if (passed < *seconds) *seconds = passed;
    }
    return SYNGAN_OK;
}

/* Measures a primitive with its descriptor set, whose arguments are `names`. */
static syngan_status time_primitive(const bench *b, sg_onednn *p,
                                    const int names[3], speed *out) {
    void *pointers[4] = {NULL};
    SG_TRY(sg_onednn_build(b->context, p, names, 3));
    snprintf(out->name, sizeof out->name, "%s", sg_onednn_name(p));
    syngan_status status = SYNGAN_OK;
    for (int i = 0; i < 3 && status == SYNGAN_OK; i++)
        status =
            allocate(b, dnnl_memory_desc_get_size(sg_onednn_md(p, names[i])),
                     &pointers[i]);
    if (status == SYNGAN_OK) status = allocate(b, p->scratchpad, &pointers[3]);
    if (status == SYNGAN_OK)
        status = time_runs(b, p, pointers, pointers[3], &out->seconds);
    for (int i = 0; i < 4; i++)
        free(pointers[i]);
    return status;
}

/* ---- the products ------------------------------------------------------ */

/* The sizes of a product's three values, in any layout. */
typedef struct values {
    int rank;
    int64_t x[4], w[4], y[4];
    int32_t x_type, w_type, y_type;
} values;

typedef struct descriptors {
    sg_md x, w, y;
} descriptors;

static syngan_status make_descriptors(const bench *b, const values *v,
                                      descriptors *d) {
    SG_TRY(sg_md_make(b->context, v->rank, v->x, v->x_type, dnnl_format_tag_any,
                      &d->x));
    SG_TRY(sg_md_make(b->context, v->rank, v->w, v->w_type, dnnl_format_tag_any,
                      &d->w));
    return sg_md_make(b->context, v->rank, v->y, v->y_type, dnnl_format_tag_any,
                      &d->y);
}

/* Sets a primitive's descriptor: a convolution, a dense layer, or, without a
 * layer, a matrix product. */
static dnnl_status_t describe(const layer *l, int direction,
                              const descriptors *d, sg_onednn *p) {
    if (l == NULL) return sg_onednn_matmul_desc(p, d->x, d->w, NULL, d->y);
    if (l->kernel == 0)
        return sg_onednn_dense_desc(p, direction, d->x, d->w, NULL, d->y);
    int64_t pad = (l->kernel - l->stride) / 2;
    const sg_onednn_conv conv = {.x = d->x,
                                 .w = d->w,
                                 .y = d->y,
                                 .stride = {l->stride, l->stride},
                                 .pad_before = {pad, pad},
                                 .pad_after = {pad, pad}};
    return sg_onednn_conv_desc(p, direction, &conv);
}

static syngan_status time_product(const bench *b, const layer *l, int direction,
                                  const values *v, speed *out) {
    static const int names[][3] = {
        {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST},
        {DNNL_ARG_DIFF_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_DST},
        {DNNL_ARG_SRC, DNNL_ARG_DIFF_WEIGHTS, DNNL_ARG_DIFF_DST}};
    descriptors d = {NULL, NULL, NULL};
    sg_onednn p;
    SG_TRY(sg_onednn_open(b->context, &p));
    syngan_status status = make_descriptors(b, v, &d);
    if (status == SYNGAN_OK) {
        dnnl_status_t described = describe(l, direction, &d, &p);
        if (described != dnnl_success)
            status = sg_onednn_fail(b->context, described, "a product");
    }
    if (status == SYNGAN_OK)
        status = time_primitive(b, &p,
                                names[l == NULL ? SG_FORWARD : direction], out);
    sg_md_free(b->context, d.x);
    sg_md_free(b->context, d.w);
    sg_md_free(b->context, d.y);
    sg_onednn_close(&p);
    return status;
}

/* The values of a layer's product; gradients of weights are f32. */
static values layer_values(const bench *b, const layer *l, int direction) {
    int64_t quarter = b->s->pixels / 4, area = quarter * quarter;
    values v = {.x_type = b->type,
                .w_type =
                    direction == SG_BACKWARD_WEIGHT ? SYNGAN_TYPE_F32 : b->type,
                .y_type = b->type};
    v.x[0] = v.y[0] = b->s->batch;
    if (l->kernel == 0) {
        v.rank = 2;
        v.x[1] = v.w[1] = l->channels > 0 ? l->channels * area : NOISE;
        v.y[1] = v.w[0] = l->filters > 0 ? l->filters * area : 1;
        return v;
    }
    v.rank = 4;
    v.x[1] = v.w[1] = l->channels;
    v.y[1] = v.w[0] = l->filters;
    v.w[2] = v.w[3] = l->kernel;
    v.x[2] = v.x[3] = l->scale * quarter;
    v.y[2] = v.y[3] = l->scale * quarter / l->stride;
    return v;
}

/* Multiplications and additions, those with padding too. */
static double operations(const values *v) {
    double count = 2;
    for (int i = 0; i < v->rank; i++)
        count *= (double)v->w[i];
    count *= (double)v->y[0];
    for (int i = 2; i < v->rank; i++)
        count *= (double)v->y[i];
    return count;
}

/* The matrix product with as many operations as a convolution: a row for each
 * position, a column for each element of a filter. */
static values as_matmul(const values *v, int direction) {
    int64_t rows = v->y[0] * v->y[2] * v->y[3];
    int64_t columns = v->w[1] * v->w[2] * v->w[3], filters = v->w[0];
    values m = {.rank = 2,
                .x_type = v->x_type,
                .w_type = v->x_type,
                .y_type = v->w_type};
    m.x[0] = m.y[0] = direction == SG_BACKWARD_WEIGHT ? filters : rows;
    m.x[1] = m.w[0] = direction == SG_FORWARD          ? columns
                      : direction == SG_BACKWARD_INPUT ? filters
                                                       : rows;
    m.w[1] = m.y[1] = direction == SG_FORWARD ? filters : columns;
    return m;
}

static syngan_status measure_product(bench *b, const layer *l, int direction) {
    values v = layer_values(b, l, direction);
    speed best;
    SG_TRY(time_product(b, l, direction, &v, &best));
    if (l->kernel > 0 && l->channels < FEW) {
        values m = as_matmul(&v, direction);
        speed matmul;
        SG_TRY(time_product(b, NULL, direction, &m, &matmul));
        if (matmul.seconds < best.seconds) {
            best.seconds = matmul.seconds;
            snprintf(best.name, sizeof best.name, "as matmul %.40s",
                     matmul.name);
        }
    }
    int times = l->times[direction];
    b->products += times * best.seconds;
    b->gflop += times * operations(&v) / 1e9;
    if (b->s->print)
        fprintf(stderr, "%-32s  %-8s  %5d  %9.3f  %8.1f  %s\n", l->name,
                direction_names[direction], times, best.seconds * 1e3,
                operations(&v) / 1e9 / best.seconds, best.name);
    return SYNGAN_OK;
}

static syngan_status measure_products(bench *b) {
    if (b->s->print)
        fprintf(stderr, "%-32s  %-8s  %5s  %9s  %8s  %s\n",
                "layer, as a convolution", "product", "times", "ms each",
                "GF/s", "implementation");
    for (size_t i = 0; i < LAYERS; i++)
        for (int direction = 0; direction < 3; direction++)
            if (layers[i].times[direction] > 0)
                SG_TRY(measure_product(b, &layers[i], direction));
    return SYNGAN_OK;
}

/* ---- moves ------------------------------------------------------------- */

/* Bytes of all activations of an iteration and their gradients: the results of
 * layers and, where the generator learns, of batch norm. */
static double bytes_moved(const bench *b) {
    int64_t quarter = b->s->pixels / 4;
    int64_t hidden = 256 + 128 * 4 + 64 * 16, image = 16;
    int64_t generator = hidden * (1 + 2 + 2) + image * (1 + 1 + 1);
    int64_t discriminator = (64 * 4 + 128) * (3 + 3);
    return (double)((generator + discriminator) * quarter * quarter *
                    b->s->batch) *
           (b->type == SYNGAN_TYPE_BF16 ? 2 : 4);
}

#define COPIED ((int64_t)64 << 20) /* more than caches hold */

typedef struct copy {
    char *from, *to;
} copy;

static void copy_range(void *argument, int64_t first, int64_t last) {
    copy *c = argument;
    memcpy(c->to + first, c->from + first, (size_t)(last - first));
}

/* Bytes a second, read and written, of copying in memory. */
static syngan_status measure_memory(const bench *b, double *speed_out) {
    void *from = NULL, *to = NULL;
    syngan_status status = allocate(b, COPIED, &from);
    if (status == SYNGAN_OK) status = allocate(b, COPIED, &to);
    copy c = {from, to};
    double best = 1e30;
    for (int i = 0; i < b->s->turns && status == SYNGAN_OK; i++) {
        double start = sg_seconds();
        sg_parallel(b->context, COPIED, 4096, copy_range, &c);
        double passed = sg_seconds() - start;
        if (passed < best) best = passed;
    }
    *speed_out = 2.0 * (double)COPIED / best;
    free(from);
    free(to);
    return status;
}

/* ---- the program ------------------------------------------------------- */

static syngan_status measure(void *argument) {
    bench *b = argument;
    double memory;
    SG_TRY(measure_products(b));
    SG_TRY(measure_memory(b, &memory));
    double moves = bytes_moved(b) / memory;
    const dnnl_version_t *version = dnnl_version();
    printf("{\"what\": \"floor\", \"type\": \"%s\", \"threads\": %d, "
           "\"batch\": %d, \"pixels\": %d, \"best_ms\": %.4f, "
           "\"products_ms\": %.4f, \"moves_ms\": %.4f, \"gflop\": %.3f, "
           "\"memory_gbs\": %.2f, \"onednn\": \"%d.%d.%d\"}\n",
           b->s->bf16 ? "bf16" : "f32", b->s->threads, b->s->batch,
           b->s->pixels, (b->products + moves) * 1e3, b->products * 1e3,
           moves * 1e3, b->gflop, memory / 1e9, version->major, version->minor,
           version->patch);
    return SYNGAN_OK;
}

static syngan_status run(bench *b) {
    SG_TRY(syngan_context_create(SYNGAN_CONTEXT(.threads = b->s->threads),
                                 &b->context));
    SG_TRY(sg_backend_prepare(b->context));
    if (b->s->bf16 && !sg_backend_has_bf16(b->context))
        return sg_fail(b->context, SYNGAN_E_UNSUPPORTED,
                       "bf16: this processor would be slower with it");
    b->type = b->s->bf16 ? SYNGAN_TYPE_BF16 : SYNGAN_TYPE_F32;
    return sg_compute(b->context, measure, b);
}

int main(int argc, char **argv) {
    setting s = {.threads = 2, .batch = 64, .pixels = 28, .turns = 10};
    const program_option options[] = {
        {'t', OPTION_INT, &s.threads, "THREADS"},
        {'b', OPTION_INT, &s.batch, "BATCH"},
        {'s', OPTION_INT, &s.pixels, "PIXELS, a multiple of 4"},
        {'n', OPTION_INT, &s.turns, "TURNS"},
        {'h', OPTION_FLAG, &s.bf16, NULL},
        {'p', OPTION_FLAG, &s.print, NULL},
        {0},
    };
    if (read_options(argc, argv, options) != 0 || s.batch < 1 || s.turns < 1 ||
        s.pixels < 4 || s.pixels % 4 != 0)
        return print_usage(argv[0], options, "");
    bench b = {.s = &s};
    syngan_status status = run(&b);
    if (status != SYNGAN_OK)
        fprintf(stderr, "%s: %s\n", argv[0],
                syngan_context_last_error(b.context));
    syngan_context_free(b.context);
    return status == SYNGAN_OK ? 0 : 1;
}
