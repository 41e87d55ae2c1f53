/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Convolutions with a 4 x 4 kernel and stride 2, their transposes and weight
 * gradients, by Winograd's method on phases (phases.h) with bf16 products.
 * The large tiles of winograd.c would magnify the rounding of operands to
 * bf16 25 times, so these are of 3 pixels, and of 2 for what is left, F(3, 2)
 * and F(2, 2): half of the multiplications, twice the error of direct products.
 * The transforms take additions, doubles and halves only.
 *
 * Operands are f32 images in blocks of channels and plain f32 weights. Their
 * points are rounded to bf16; sums are f32.
 *
 * A kind of point is the same function of the weights in all tiles, so that for
 * each of the 16 kinds there is one matrix product, over the tiles that have
 * it. Forward and for the data, the points of all weights are made once in a
 * run, and each thread then takes a few images at a time, from pixels to
 * pixels, within its own cache. For the weights, threads first make the points
 * of a group of images together, and then take panels of the weights.
 */
#include "backend/conv/winograd_bf16.h"

#include "backend/conv/winograd_bf16_points.h"
#include "base/thread.h"

enum {
    LANES = SG_BF16_LANES,
    KINDS = SG_BF16_KINDS,
    TAPS = SG_BF16_TAPS,
    PHASES = SG_BF16_PHASES,
    PANEL = 2 * LANES,       /* columns of a product */
    VECTOR = PHASES * LANES, /* columns of x for a vector of channels */
    SHIFT = 16,              /* keeps rows apart in the cache's sets */
    CACHE = 176 * 1024,      /* floats of a thread's points, about */
    GROUP_PIXELS = 64 * 49,  /* of y, in a group for the weights, about */
    LEAST_IMAGES = 8,        /* fewer leave threads without work */
    LEAST_PIXELS = 16 * 49,  /* of a batch; fewer don't pay for the weights */
    MOST_PIXELS = 112 * 112  /* of an image */
};

/* Sizes in floats or pairs, which are of one size. */
typedef struct bf16_state {
    sg_bf16_tiling tiling;
    int64_t part;           /* images at a time, for each of ... */
    int64_t slots;          /* ... so many threads */
    int64_t depth;          /* of products: pairs */
    int64_t vectors, span;  /* of columns of 16; of these at a time */
    int64_t w_vector, kind; /* of the weights' points */
    int64_t y;              /* place of its points, behind those of x */
    int64_t slot, slot_size;
} bf16_state;

/* ---- planning ----------------------------------------------------------- */

static bool winograd_bf16_accepts(const sg_site *site, int32_t direction) {
    sg_phases conv;
    if (site->context->isa < SYNGAN_ISA_AVX512_BF16 ||
        site->input[0].type != SYNGAN_TYPE_BF16 ||
        site->input[1].type != SYNGAN_TYPE_BF16 ||
        site->output.type != SYNGAN_TYPE_F32 ||
        !sg_phases_of(site, direction, &conv))
        return false;
    int64_t pixels = conv.rows * conv.columns;
    return conv.channels % PANEL == 0 && conv.filters % PANEL == 0 &&
           conv.rows > 1 && conv.columns > 1 && conv.images >= LEAST_IMAGES &&
           conv.images * pixels >= LEAST_PIXELS && pixels <= MOST_PIXELS;
}

/* A batch in parts of equal size, of at most `most` images. */
static int64_t part_of(int64_t images, int64_t most) {
    int64_t parts = (images - 1) / (most < 1 ? 1 : most) + 1;
    return (images - 1) / parts + 1;
}

/* For images: points of the weights, then a slot for each thread with points of
 * its images: of the operand, and of a span of the result. */
static void set_slots(bf16_state *s, int64_t threads) {
    sg_bf16_tiling *t = &s->tiling;
    bool forward = t->conv.direction == SG_FORWARD;
    int64_t x = PHASES * t->conv.channels, y = t->conv.filters;
    t->x_row = (forward ? x / 2 : VECTOR) + SHIFT;
    t->y_row = (forward ? PANEL : y / 2) + SHIFT;
    t->x_vector = forward ? VECTOR / 2 : 0;
    t->y_vector = forward ? 0 : LANES / 2;
    s->depth = (forward ? x : y) / 2;
    s->vectors = (forward ? y : x) / LANES;
    s->span = (forward ? PANEL : VECTOR) / LANES;
    s->w_vector = s->depth * LANES + SHIFT;
    s->kind = s->vectors * s->w_vector;
    int64_t images = t->conv.images;
    int64_t image = t->before[KINDS] * (t->x_row + t->y_row);
    s->slots = images < threads ? images : threads;
    s->part = part_of((images - 1) / s->slots + 1, CACHE / image);
    s->y = s->part * t->before[KINDS] * t->x_row;
    s->slot = KINDS * s->kind;
    s->slot_size = s->part * image;
}

/* For the weights: points of pairs of images, for each vector of channels and
 * of filters; then a slot for each thread with points of a panel of the
 * weights. */
static void winograd_bf16_set_panels(bf16_state *s, int64_t threads) {
    sg_bf16_tiling *t = &s->tiling;
    const sg_phases *conv = &t->conv;
    int64_t panels = conv->channels / LANES * (conv->filters / PANEL);
    s->part =
        part_of(conv->images, GROUP_PIXELS / (conv->rows * conv->columns));
    int64_t tiles = (s->part + 1) / 2 * t->before[KINDS];
    t->x_row = VECTOR;
    t->y_row = LANES;
    t->x_vector = tiles * t->x_row + SHIFT;
    t->y_vector = tiles * t->y_row + SHIFT;
    s->y = conv->channels / LANES * t->x_vector;
    s->slots = panels < threads ? panels : threads;
    s->kind = VECTOR * PANEL + SHIFT;
    s->slot = s->y + conv->filters / LANES * t->y_vector;
    s->slot_size = KINDS * s->kind;
}

static syngan_status winograd_bf16_plan(sg_site *site, int32_t direction) {
    SG_TRY(sg_kernel_state(site, sizeof(bf16_state)));
    bf16_state *s = site->state;
    sg_phases_of(site, direction, &s->tiling.conv);
    sg_bf16_cut(&s->tiling);
    if (direction == SG_BACKWARD_WEIGHT)
        winograd_bf16_set_panels(s, site->context->threads);
    else
        set_slots(s, site->context->threads);
    sg_phases_plan(site, direction, LANES);
    site->workspace =
        (size_t)(s->slot + s->slots * s->slot_size) * sizeof(float);
    site->detail = "F(3, 2), bf16";
    return SYNGAN_OK;
}

/* ---- running ------------------------------------------------------------ */

typedef struct bf16_run {
    const bf16_state *state;
    float *x, *y, *w; /* the site's values; inputs are only read */
    float *workspace;
    int64_t first, images; /* that are worked on now, by all threads */
    const sg_site *site;
    const sg_call *call;
    const float *numbers; /* of a normalisation, or NULL */
} bf16_run;

/* ---- y and x ------------------------------------------------------------ */

/* Points of one vector of the weights, of filters or, for the data, of
 * channels, for a pair of channels or filters. */
static void weight_points(const bf16_run *run, int64_t vector, int64_t pair) {
    const bf16_state *s = run->state;
    const sg_phases *conv = &s->tiling.conv;
    uint32_t *to = sg_bf16_pairs(run->workspace);
    int64_t filter = conv->channels * TAPS;
    if (conv->direction == SG_FORWARD) {
        int64_t channel = 2 * pair;
        int64_t depth = channel / LANES * VECTOR + channel % LANES;
        sg_bf16_from_w(run->w + vector * LANES * filter + channel * TAPS,
                       filter, TAPS,
                       to + vector * s->w_vector + depth / 2 * LANES,
                       LANES / 2 * LANES, s->kind);
    } else {
        sg_bf16_from_w(run->w + 2 * pair * filter + vector * LANES * TAPS, TAPS,
                       filter,
                       to + vector * PHASES * s->w_vector + pair * LANES,
                       s->w_vector, s->kind);
    }
}

static int64_t weight_pairs(const sg_phases *conv) {
    return (conv->direction == SG_FORWARD ? conv->channels : conv->filters) / 2;
}
static int64_t weight_vectors(const sg_phases *conv) {
    return (conv->direction == SG_FORWARD ? conv->filters : conv->channels) /
           LANES;
}

static void from_w(void *argument, int64_t first, int64_t last) {
    const bf16_run *run = argument;
    int64_t each = weight_pairs(&run->state->tiling.conv);
    for (int64_t i = first; i < last; i++)
        weight_points(run, i / each, i % each);
}

/* The products for two vectors of columns from number `vector` on, which become
 * columns `column` and following of a span. */
static void winograd_bf16_multiply(const bf16_run *run,
                                   const sg_bf16_part *part, int64_t vector,
                                   int64_t column) {
    const bf16_state *s = run->state;
    const sg_bf16_tiling *t = &s->tiling;
    bool forward = t->conv.direction == SG_FORWARD;
    int64_t a_row = forward ? t->x_row : t->y_row;
    int64_t out_row = forward ? t->y_row : t->x_row;
    float *a = forward ? part->x_points : part->y_points;
    float *out = forward ? part->y_points : part->x_points;
    for (int64_t kind = 0; kind < KINDS; kind++) {
        int64_t row = sg_bf16_row(part, kind);
        const sg_bf16_product_args args = {
            .rows = sg_bf16_row(part, kind + 1) - row,
            .pairs = s->depth,
            .a = sg_bf16_pairs(a + row * a_row),
            .a_row = a_row,
            .a_pair = 1,
            .b = sg_bf16_pairs(run->workspace + kind * s->kind +
                               vector * s->w_vector),
            .b_other = s->w_vector,
            .out = out + row * out_row + column,
            .out_row = out_row};
        sg_bf16_product(&args);
    }
}

/* Bias, unary functions and normalisation of a vector of channels of the
 * result, while it is in the cache. */
static void winograd_bf16_finish(const bf16_run *run, int64_t image,
                                 int64_t images, int64_t vector) {
    const bf16_state *s = run->state;
    const sg_phases *conv = &s->tiling.conv;
    int64_t channels =
        conv->direction == SG_FORWARD ? conv->filters : conv->channels;
    for (int64_t i = image; i < image + images; i++)
        sg_finish_block(run->site, run->call, run->numbers,
                        (run->first + i) * channels / LANES + vector);
}

static void run_part(const bf16_run *run, const sg_bf16_part *part,
                     int64_t image) {
    const bf16_state *s = run->state;
    const sg_phases *conv = &s->tiling.conv;
    if (conv->direction == SG_FORWARD)
        sg_bf16_x_points(part, 0, part->units);
    else
        sg_bf16_y_points(part, 0, part->units);
    for (int64_t v = 0; v < s->vectors; v += s->span) {
        for (int64_t i = 0; i < s->span; i += 2)
            winograd_bf16_multiply(run, part, v + i, i * LANES);
        for (int64_t half = 0; half < 2 && conv->direction == SG_FORWARD;
             half++) {
            sg_bf16_y_pixels(part, v + half, half);
            winograd_bf16_finish(run, image, part->images, v + half);
        }
        if (conv->direction == SG_BACKWARD_INPUT) {
            sg_bf16_x_pixels(part, v / PHASES);
            winograd_bf16_finish(run, image, part->images, v / PHASES);
        }
    }
}

/* Images from run->first + `image` on, with their points at `place`. */
static sg_bf16_part part_at(const bf16_run *run, int64_t image, int64_t images,
                            float *place) {
    const bf16_state *s = run->state;
    const sg_phases *conv = &s->tiling.conv;
    return (sg_bf16_part){
        .tiling = &s->tiling,
        .x = run->x + (run->first + image) * sg_phases_x_size(conv),
        .y = run->y + (run->first + image) * sg_phases_y_size(conv),
        .x_points = place,
        .y_points = place + s->y,
        .images = images,
        .units =
            conv->direction == SG_BACKWARD_WEIGHT ? (images + 1) / 2 : images};
}

static void winograd_bf16_run_slots(void *argument, int64_t first,
                                    int64_t last) {
    const bf16_run *run = argument;
    const bf16_state *s = run->state;
    for (int64_t slot = first; slot < last; slot++) {
        int64_t image = run->images * slot / s->slots;
        int64_t end = run->images * (slot + 1) / s->slots;
        sg_bf16_part part =
            part_at(run, image, end - image,
                    run->workspace + s->slot + slot * s->slot_size);
        run_part(run, &part, image);
    }
}

/* ---- weights ------------------------------------------------------------ */

static void pair_points(void *argument, int64_t first, int64_t last) {
    const bf16_run *run = argument;
    sg_bf16_part part = part_at(run, 0, run->images, run->workspace);
    sg_bf16_x_points(&part, first, last);
    sg_bf16_y_points(&part, first, last);
}

/* What the points of a vector of channels and a panel of filters give to the
 * weights. */
static void give_panel(const bf16_run *run, int64_t vector, int64_t panel,
                       const float *slab) {
    const bf16_state *s = run->state;
    int64_t filter = s->tiling.conv.channels * TAPS;
    for (int64_t half = 0; half < 2; half++)
        for (int64_t lane = 0; lane < LANES; lane++)
            sg_bf16_to_w(slab + lane * PANEL + half * LANES, LANES * PANEL,
                         s->kind, run->first == 0,
                         run->w + (panel * PANEL + half * LANES) * filter +
                             (vector * LANES + lane) * TAPS,
                         filter);
}

static void winograd_bf16_weight_panel(const bf16_run *run, int64_t vector,
                                       int64_t panel, float *slab) {
    const bf16_state *s = run->state;
    const sg_bf16_tiling *t = &s->tiling;
    sg_bf16_part part = part_at(run, 0, run->images, run->workspace);
    float *x = part.x_points + vector * t->x_vector;
    float *y = part.y_points + 2 * panel * t->y_vector;
    for (int64_t kind = 0; kind < KINDS; kind++) {
        int64_t row = sg_bf16_row(&part, kind);
        const sg_bf16_product_args args = {
            .rows = VECTOR,
            .pairs = sg_bf16_row(&part, kind + 1) - row,
            .a = sg_bf16_pairs(x + row * t->x_row),
            .a_row = 1,
            .a_pair = t->x_row,
            .b = sg_bf16_pairs(y + row * t->y_row),
            .b_other = t->y_vector,
            .out = slab + kind * s->kind,
            .out_row = PANEL};
        sg_bf16_product(&args);
    }
    give_panel(run, vector, panel, slab);
}

static void run_panels(void *argument, int64_t first, int64_t last) {
    const bf16_run *run = argument;
    const bf16_state *s = run->state;
    const sg_phases *conv = &s->tiling.conv;
    int64_t across = conv->filters / PANEL;
    int64_t panels = conv->channels / LANES * across;
    for (int64_t slot = first; slot < last; slot++) {
        float *slab = run->workspace + s->slot + slot * s->slot_size;
        int64_t end = panels * (slot + 1) / s->slots;
        for (int64_t i = panels * slot / s->slots; i < end; i++)
            winograd_bf16_weight_panel(run, i / across, i % across, slab);
    }
}

/* ---- the three kernels -------------------------------------------------- */

static void winograd_bf16_run_group(syngan_context *context, bf16_run *run) {
    const bf16_state *s = run->state;
    if (s->tiling.conv.direction == SG_BACKWARD_WEIGHT) {
        sg_parallel(context, (run->images + 1) / 2, 1, pair_points, run);
        sg_parallel(context, s->slots, 1, run_panels, run);
    } else {
        sg_parallel(context, s->slots, 1, winograd_bf16_run_slots, run);
    }
}

static syngan_status winograd_bf16_run(const sg_site *site,
                                       const sg_call *call) {
    const bf16_state *s = site->state;
    const sg_phases *conv = &s->tiling.conv;
    bf16_run all = {.state = s,
                    .x = sg_conv_value(call, conv->direction, SG_CONV_X),
                    .y = sg_conv_value(call, conv->direction, SG_CONV_Y),
                    .w = sg_conv_value(call, conv->direction, SG_CONV_W),
                    .workspace = call->workspace,
                    .site = site,
                    .call = call,
                    .numbers = sg_finish_numbers(site, call)};
    int64_t group = s->part;
    if (conv->direction != SG_BACKWARD_WEIGHT) {
        group *= s->slots;
        sg_parallel(site->context, weight_vectors(conv) * weight_pairs(conv), 1,
                    from_w, &all);
    }
    for (; all.first < conv->images; all.first += group) {
        int64_t left = conv->images - all.first;
        all.images = left < group ? left : group;
        winograd_bf16_run_group(site->context, &all);
    }
    return SYNGAN_OK;
}

static bool winograd_bf16_accepts_forward(const sg_site *site) {
    return winograd_bf16_accepts(site, SG_FORWARD);
}
static bool winograd_bf16_accepts_input(const sg_site *site) {
    return winograd_bf16_accepts(site, SG_BACKWARD_INPUT);
}
static bool winograd_bf16_accepts_weight(const sg_site *site) {
    return winograd_bf16_accepts(site, SG_BACKWARD_WEIGHT);
}
static syngan_status winograd_bf16_plan_forward(sg_site *site) {
    return winograd_bf16_plan(site, SG_FORWARD);
}
static syngan_status winograd_bf16_plan_input(sg_site *site) {
    return winograd_bf16_plan(site, SG_BACKWARD_INPUT);
}
static syngan_status winograd_bf16_plan_weight(sg_site *site) {
    return winograd_bf16_plan(site, SG_BACKWARD_WEIGHT);
}

const sg_kernel sg_kernel_winograd_bf16_forward = {
    .name = "Winograd",
    .absorbs = SG_ABSORB_ALL,
    .accepts = winograd_bf16_accepts_forward,
    .plan = winograd_bf16_plan_forward,
    .run = winograd_bf16_run,
};
const sg_kernel sg_kernel_winograd_bf16_input = {
    .name = "Winograd, data",
    .absorbs = SG_ABSORB_ALL,
    .accepts = winograd_bf16_accepts_input,
    .plan = winograd_bf16_plan_input,
    .run = winograd_bf16_run,
};
const sg_kernel sg_kernel_winograd_bf16_weight = {
    .name = "Winograd, weight",
    .accepts = winograd_bf16_accepts_weight,
    .plan = winograd_bf16_plan_weight,
    .run = winograd_bf16_run,
};
