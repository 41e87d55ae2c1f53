/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Convolutions with a 4 x 4 kernel and stride 2, their transposes and weight
 * gradients, by minimal filtering with bf16 products. As in conv_minimal.c,
 * even and odd rows and columns of x are four images ("phases"), each convolved
 * with 2 x 2 weights. But its large tiles would magnify the rounding of
 * operands to bf16 25 times, so these are of 3 pixels, and of 2 for what is
 * left, F(3, 2) and F(2, 2): half of the multiplications, twice the error of
 * direct products. The transforms take additions, doubles and halves only.
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
#include "backend/conv_bf16.h"

#include "backend/conv.h"
#include "backend/conv_bf16_simd.h"
#include "base/memory.h"
#include "base/thread.h"

enum {
    LANES = SG_BF16_LANES,
    AXIS = SG_BF16_AXIS,
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

/* Whose points a direction computes. */
enum { FORWARD, INPUT, WEIGHT };

/* Tiles along an axis of y: those of 3 pixels, which come first, and all. */
typedef struct axis {
    int64_t threes, tiles;
} axis;

/* Sizes in floats or pairs, which are of one size. */
typedef struct bf16_state {
    int32_t direction;
    int32_t reserved;
    int64_t images, channels, filters;
    int64_t height, width; /* of x */
    int64_t rows, columns; /* of y */
    axis down, across;
    int64_t before[KINDS + 1]; /* points of an image, of smaller kinds */
    int64_t part;              /* images at a time, for each of ... */
    int64_t slots;             /* ... so many threads */
    int64_t x_row, x_vector;   /* of points: tile to tile, vector to vector */
    int64_t y_row, y_vector;
    int64_t depth;          /* of products: pairs */
    int64_t vectors, span;  /* of columns of 16; of these at a time */
    int64_t w_vector, kind; /* of the weights' points */
    int64_t y;              /* place of its points, behind those of x */
    int64_t slot, slot_size;
    sg_conv_fields fields;
} bf16_state;

/* ---- geometry ----------------------------------------------------------- */

static axis axis_of(int64_t size) {
    int64_t twos = (3 - size % 3) % 3;
    int64_t threes = (size - 2 * twos) / 3;
    return (axis){threes, threes + twos};
}

/* Tiles that have points of a kind along an axis: the last, only those of 3. */
static int64_t tiles_with(const axis *a, int64_t kind) {
    return kind == AXIS - 1 ? a->threes : a->tiles;
}
static int64_t tile_first(const axis *a, int64_t tile) {
    return tile < a->threes ? 3 * tile : a->threes + 2 * tile;
}
static int64_t tile_size(const axis *a, int64_t tile) {
    return tile < a->threes ? 3 : 2;
}

/* Whether every pixel of x lies in a tile along an axis. */
static bool reaches(int64_t x, int64_t y, int64_t pad) {
    return (x - 1 + pad) / 2 <= y;
}

/* ---- planning ----------------------------------------------------------- */

static bool fits(const sg_site *site, const sg_desc *x, const sg_desc *w,
                 const sg_desc *y) {
    const sg_conv_fields *f = site->fields;
    const int64_t *xs = x->dims.size, *ys = y->dims.size, *ws = w->dims.size;
    return ws[2] == 4 && ws[3] == 4 && f->stride_h == 2 && f->stride_w == 2 &&
           f->dilation_h == 1 && f->dilation_w == 1 && f->groups == 1 &&
           xs[1] % PANEL == 0 && ys[1] % PANEL == 0 && ys[2] > 1 && ys[3] > 1 &&
           reaches(xs[2], ys[2], f->pad_top) &&
           reaches(xs[3], ys[3], f->pad_left);
}

static bool accepts(const sg_site *site, const sg_desc *x, const sg_desc *w,
                    const sg_desc *y) {
    const int64_t *ys = y->dims.size;
    int64_t pixels = ys[2] * ys[3];
    return site->context->isa >= SYNGAN_ISA_AVX512_BF16 &&
           site->input[0].type == SYNGAN_BF16 &&
           site->input[1].type == SYNGAN_BF16 &&
           site->output.type == SYNGAN_F32 && fits(site, x, w, y) &&
           ys[0] >= LEAST_IMAGES && ys[0] * pixels >= LEAST_PIXELS &&
           pixels <= MOST_PIXELS;
}

static void set_sizes(bf16_state *s, const sg_site *site, const sg_desc *x,
                      const sg_desc *y) {
    s->images = x->dims.size[0];
    s->channels = x->dims.size[1];
    s->height = x->dims.size[2];
    s->width = x->dims.size[3];
    s->filters = y->dims.size[1];
    s->rows = y->dims.size[2];
    s->columns = y->dims.size[3];
    s->fields = *(const sg_conv_fields *)site->fields;
    s->down = axis_of(s->rows);
    s->across = axis_of(s->columns);
    for (int64_t kind = 0; kind < KINDS; kind++)
        s->before[kind + 1] =
            s->before[kind] + tiles_with(&s->down, kind / AXIS) *
                                  tiles_with(&s->across, kind % AXIS);
}

/* A batch in parts of equal size, of at most `most` images. */
static int64_t part_of(int64_t images, int64_t most) {
    int64_t parts = (images - 1) / (most < 1 ? 1 : most) + 1;
    return (images - 1) / parts + 1;
}

/* Of FORWARD and INPUT: points of the weights, then a slot for each thread with
 * points of its images: of the operand, and of a span of the result. */
static void set_slots(bf16_state *s, int64_t threads) {
    bool forward = s->direction == FORWARD;
    int64_t x = PHASES * s->channels, y = s->filters;
    s->x_row = (forward ? x / 2 : VECTOR) + SHIFT;
    s->y_row = (forward ? PANEL : y / 2) + SHIFT;
    s->x_vector = forward ? VECTOR / 2 : 0;
    s->y_vector = forward ? 0 : LANES / 2;
    s->depth = (forward ? x : y) / 2;
    s->vectors = (forward ? y : x) / LANES;
    s->span = (forward ? PANEL : VECTOR) / LANES;
    s->w_vector = s->depth * LANES + SHIFT;
    s->kind = s->vectors * s->w_vector;
    int64_t image = s->before[KINDS] * (s->x_row + s->y_row);
    s->slots = s->images < threads ? s->images : threads;
    s->part = part_of((s->images - 1) / s->slots + 1, CACHE / image);
    s->y = s->part * s->before[KINDS] * s->x_row;
    s->slot = KINDS * s->kind;
    s->slot_size = s->part * image;
}

/* Of WEIGHT: points of pairs of images, for each vector of channels and of
 * filters; then a slot for each thread with points of a panel of the weights.
 */
static void set_panels(bf16_state *s, int64_t threads) {
    int64_t panels = s->channels / LANES * (s->filters / PANEL);
    s->part = part_of(s->images, GROUP_PIXELS / (s->rows * s->columns));
    int64_t tiles = (s->part + 1) / 2 * s->before[KINDS];
    s->x_row = VECTOR;
    s->y_row = LANES;
    s->x_vector = tiles * s->x_row + SHIFT;
    s->y_vector = tiles * s->y_row + SHIFT;
    s->y = s->channels / LANES * s->x_vector;
    s->slots = panels < threads ? panels : threads;
    s->kind = VECTOR * PANEL + SHIFT;
    s->slot = s->y + s->filters / LANES * s->y_vector;
    s->slot_size = KINDS * s->kind;
}

static syngan_status plan(sg_site *site, int32_t direction, sg_desc *x,
                          sg_desc *w, sg_desc *y) {
    bf16_state *s = sg_alloc_zero(site->context, 1, sizeof *s);
    if (s == NULL) return sg_fail_memory(site->context, site->label, sizeof *s);
    site->state = s;
    s->direction = direction;
    set_sizes(s, site, x, y);
    if (direction == WEIGHT)
        set_panels(s, site->context->threads);
    else
        set_slots(s, site->context->threads);
    x->layout = (sg_layout){.kind = SG_BLOCKED, .block = LANES};
    y->layout = x->layout;
    w->layout = (sg_layout){.kind = SG_PLAIN};
    site->input[0].type = site->input[1].type = SYNGAN_F32;
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

/* Images that are transformed together, and their points. */
typedef struct bf16_part {
    const bf16_state *state;
    float *x, *y; /* from the first image on */
    float *x_points, *y_points;
    int64_t images;
    int64_t units; /* images, or (WEIGHT) pairs of them */
} bf16_part;

static int64_t x_size(const bf16_state *s) {
    return s->channels * s->height * s->width;
}
static int64_t y_size(const bf16_state *s) {
    return s->filters * s->rows * s->columns;
}

static uint32_t *pairs(float *place) {
    return (uint32_t *)(void *)place;
}

/* ---- tiles -------------------------------------------------------------- */

/* First row of a kind of points; rows go by tiles, then by units. */
static int64_t kind_row(const bf16_part *part, int64_t kind) {
    return part->units * part->state->before[kind];
}

/* Tile (row, column) of y, and the same of x; its size and points. */
static sg_bf16_tile tile_of(const bf16_part *part, int64_t row, int64_t column,
                            int64_t step) {
    const bf16_state *s = part->state;
    sg_bf16_tile t = {.height = tile_size(&s->down, row),
                      .width = tile_size(&s->across, column)};
    for (int64_t kind = 0; kind < KINDS; kind++) {
        int64_t tile = row * tiles_with(&s->across, kind % AXIS) + column;
        t.point[kind] = (kind_row(part, kind) + tile * part->units) * step;
    }
    return t;
}

static void set_offsets(int64_t offset[4], int64_t count, int64_t first,
                        int64_t distance, int64_t size, int64_t step) {
    for (int64_t i = 0; i < count; i++) {
        int64_t at = first + i * distance;
        offset[i] = at >= 0 && at < size ? at * step : -1;
    }
}

static sg_bf16_tile y_tile(const bf16_part *part, int64_t row, int64_t column) {
    const bf16_state *s = part->state;
    sg_bf16_tile t = tile_of(part, row, column, s->y_row);
    set_offsets(t.row, t.height, tile_first(&s->down, row), 1, s->rows,
                s->columns * LANES);
    set_offsets(t.column, t.width, tile_first(&s->across, column), 1,
                s->columns, LANES);
    return t;
}

/* The pixels of a phase of x. */
static void set_phase(const bf16_state *s, int64_t row, int64_t column,
                      int64_t phase, sg_bf16_tile *t) {
    int64_t top = 2 * tile_first(&s->down, row) + phase / 2;
    int64_t left = 2 * tile_first(&s->across, column) + phase % 2;
    set_offsets(t->row, t->height + 1, top - s->fields.pad_top, 2, s->height,
                s->width * LANES);
    set_offsets(t->column, t->width + 1, left - s->fields.pad_left, 2, s->width,
                LANES);
}

/* For transforming all channels of a unit. */
static void set_unit(const bf16_part *part, int64_t unit, float *images,
                     int64_t size, int64_t channels, sg_bf16_tile *t) {
    int64_t image = unit * (part->state->direction == WEIGHT ? 2 : 1);
    t->image = images + image * size;
    t->other = image + 1 < part->images ? t->image + size : NULL;
    t->count = channels / LANES;
    t->image_step = size / t->count;
}

static void x_tile_points(const bf16_part *part, int64_t unit, int64_t phase,
                          sg_bf16_tile *t) {
    const bf16_state *s = part->state;
    set_unit(part, unit, part->x, x_size(s), s->channels, t);
    t->point_step = s->x_vector;
    uint32_t *points = pairs(part->x_points + unit * s->x_row);
    if (s->direction == WEIGHT)
        sg_bf16_from_x_pairs(t, points + phase * LANES);
    else
        sg_bf16_from_x(t, points + phase * LANES / 2);
}

static void y_tile_points(const bf16_part *part, int64_t unit,
                          sg_bf16_tile *t) {
    const bf16_state *s = part->state;
    set_unit(part, unit, part->y, y_size(s), s->filters, t);
    t->point_step = s->y_vector;
    uint32_t *points = pairs(part->y_points + unit * s->y_row);
    if (s->direction == WEIGHT)
        sg_bf16_from_y_pairs(t, points);
    else
        sg_bf16_from_y(t, points);
}

/* Points of the units [first, last). */
static void from_x(const bf16_part *part, int64_t first, int64_t last) {
    const bf16_state *s = part->state;
    for (int64_t row = 0; row < s->down.tiles; row++)
        for (int64_t column = 0; column < s->across.tiles; column++) {
            sg_bf16_tile t = tile_of(part, row, column, s->x_row);
            for (int64_t phase = 0; phase < PHASES; phase++) {
                set_phase(s, row, column, phase, &t);
                for (int64_t unit = first; unit < last; unit++)
                    x_tile_points(part, unit, phase, &t);
            }
        }
}

static void from_y(const bf16_part *part, int64_t first, int64_t last) {
    const bf16_state *s = part->state;
    for (int64_t row = 0; row < s->down.tiles; row++)
        for (int64_t column = 0; column < s->across.tiles; column++) {
            sg_bf16_tile t = y_tile(part, row, column);
            for (int64_t unit = first; unit < last; unit++)
                y_tile_points(part, unit, &t);
        }
}

/* Pixels of a vector of channels of all units. Neighbouring tiles of x overlap,
 * and come in order. */
static void to_x(const bf16_part *part, int64_t vector) {
    const bf16_state *s = part->state;
    int64_t plane = s->height * s->width * LANES;
    for (int64_t row = 0; row < s->down.tiles; row++)
        for (int64_t column = 0; column < s->across.tiles; column++) {
            sg_bf16_tile t = tile_of(part, row, column, s->x_row);
            t.image = part->x + vector * plane;
            t.count = part->units;
            t.image_step = x_size(s);
            t.point_step = s->x_row;
            for (int64_t phase = 0; phase < PHASES; phase++) {
                set_phase(s, row, column, phase, &t);
                sg_bf16_to_x(&t, part->x_points + phase * LANES, row > 0,
                             column > 0);
            }
        }
}

/* Pixels of a vector of filters, the first or the second of the points. */
static void to_y(const bf16_part *part, int64_t vector, int64_t half) {
    const bf16_state *s = part->state;
    int64_t plane = s->rows * s->columns * LANES;
    for (int64_t row = 0; row < s->down.tiles; row++)
        for (int64_t column = 0; column < s->across.tiles; column++) {
            sg_bf16_tile t = y_tile(part, row, column);
            t.image = part->y + vector * plane;
            t.count = part->units;
            t.image_step = y_size(s);
            t.point_step = s->y_row;
            sg_bf16_to_y(&t, part->y_points + half * LANES);
        }
}

/* ---- y and x ------------------------------------------------------------ */

/* Points of one vector of the weights, of filters or, for INPUT, of channels,
 * for a pair of channels or filters. */
static void weight_points(const bf16_run *run, int64_t vector, int64_t pair) {
    const bf16_state *s = run->state;
    uint32_t *to = pairs(run->workspace);
    int64_t filter = s->channels * TAPS;
    if (s->direction == FORWARD) {
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

static int64_t weight_pairs(const bf16_state *s) {
    return (s->direction == FORWARD ? s->channels : s->filters) / 2;
}
static int64_t weight_vectors(const bf16_state *s) {
    return (s->direction == FORWARD ? s->filters : s->channels) / LANES;
}

static void from_w(void *argument, int64_t first, int64_t last) {
    const bf16_run *run = argument;
    int64_t each = weight_pairs(run->state);
    for (int64_t i = first; i < last; i++)
        weight_points(run, i / each, i % each);
}

/* The products for two vectors of columns from number `vector` on, which become
 * columns `column` and following of a span. */
static void multiply(const bf16_run *run, const bf16_part *part, int64_t vector,
                     int64_t column) {
    const bf16_state *s = run->state;
    bool forward = s->direction == FORWARD;
    int64_t a_row = forward ? s->x_row : s->y_row;
    int64_t out_row = forward ? s->y_row : s->x_row;
    float *a = forward ? part->x_points : part->y_points;
    float *out = forward ? part->y_points : part->x_points;
    for (int64_t kind = 0; kind < KINDS; kind++) {
        int64_t row = kind_row(part, kind);
        const sg_bf16_product_args args = {
            .rows = kind_row(part, kind + 1) - row,
            .pairs = s->depth,
            .a = pairs(a + row * a_row),
            .a_row = a_row,
            .a_pair = 1,
            .b = pairs(run->workspace + kind * s->kind + vector * s->w_vector),
            .b_other = s->w_vector,
            .out = out + row * out_row + column,
            .out_row = out_row};
        sg_bf16_product(&args);
    }
}

/* Bias, unary functions and normalisation of a vector of channels of the
 * result, while it is in the cache. */
static void finish(const bf16_run *run, int64_t image, int64_t images,
                   int64_t vector) {
    const bf16_state *s = run->state;
    int64_t channels = s->direction == FORWARD ? s->filters : s->channels;
    for (int64_t i = image; i < image + images; i++)
        sg_finish_block(run->site, run->call, run->numbers,
                        (run->first + i) * channels / LANES + vector);
}

static void run_part(const bf16_run *run, const bf16_part *part,
                     int64_t image) {
    const bf16_state *s = run->state;
    if (s->direction == FORWARD)
        from_x(part, 0, part->units);
    else
        from_y(part, 0, part->units);
    for (int64_t v = 0; v < s->vectors; v += s->span) {
        for (int64_t i = 0; i < s->span; i += 2)
            multiply(run, part, v + i, i * LANES);
        for (int64_t half = 0; half < 2 && s->direction == FORWARD; half++) {
            to_y(part, v + half, half);
            finish(run, image, part->images, v + half);
        }
        if (s->direction == INPUT) {
            to_x(part, v / PHASES);
            finish(run, image, part->images, v / PHASES);
        }
    }
}

/* Images from run->first + `image` on, with their points at `place`. */
static bf16_part part_at(const bf16_run *run, int64_t image, int64_t images,
                         float *place) {
    const bf16_state *s = run->state;
    return (bf16_part){.state = s,
                       .x = run->x + (run->first + image) * x_size(s),
                       .y = run->y + (run->first + image) * y_size(s),
                       .x_points = place,
                       .y_points = place + s->y,
                       .images = images,
                       .units =
                           s->direction == WEIGHT ? (images + 1) / 2 : images};
}

static void run_slots(void *argument, int64_t first, int64_t last) {
    const bf16_run *run = argument;
    const bf16_state *s = run->state;
    for (int64_t slot = first; slot < last; slot++) {
        int64_t image = run->images * slot / s->slots;
        int64_t end = run->images * (slot + 1) / s->slots;
        bf16_part part =
            part_at(run, image, end - image,
                    run->workspace + s->slot + slot * s->slot_size);
        run_part(run, &part, image);
    }
}

/* ---- weights ------------------------------------------------------------ */

static void pair_points(void *argument, int64_t first, int64_t last) {
    const bf16_run *run = argument;
    bf16_part part = part_at(run, 0, run->images, run->workspace);
    from_x(&part, first, last);
    from_y(&part, first, last);
}

/* What the points of a vector of channels and a panel of filters give to the
 * weights. */
static void give_panel(const bf16_run *run, int64_t vector, int64_t panel,
                       const float *slab) {
    const bf16_state *s = run->state;
    int64_t filter = s->channels * TAPS;
    for (int64_t half = 0; half < 2; half++)
        for (int64_t lane = 0; lane < LANES; lane++)
            sg_bf16_to_w(slab + lane * PANEL + half * LANES, LANES * PANEL,
                         s->kind, run->first == 0,
                         run->w + (panel * PANEL + half * LANES) * filter +
                             (vector * LANES + lane) * TAPS,
                         filter);
}

static void weight_panel(const bf16_run *run, int64_t vector, int64_t panel,
                         float *slab) {
    const bf16_state *s = run->state;
    bf16_part part = part_at(run, 0, run->images, run->workspace);
    float *x = part.x_points + vector * s->x_vector;
    float *y = part.y_points + 2 * panel * s->y_vector;
    for (int64_t kind = 0; kind < KINDS; kind++) {
        int64_t row = kind_row(&part, kind);
        const sg_bf16_product_args args = {.rows = VECTOR,
                                           .pairs =
                                               kind_row(&part, kind + 1) - row,
                                           .a = pairs(x + row * s->x_row),
                                           .a_row = 1,
                                           .a_pair = s->x_row,
                                           .b = pairs(y + row * s->y_row),
                                           .b_other = s->y_vector,
                                           .out = slab + kind * s->kind,
                                           .out_row = PANEL};
        sg_bf16_product(&args);
    }
    give_panel(run, vector, panel, slab);
}

static void run_panels(void *argument, int64_t first, int64_t last) {
    const bf16_run *run = argument;
    const bf16_state *s = run->state;
    int64_t across = s->filters / PANEL;
    int64_t panels = s->channels / LANES * across;
    for (int64_t slot = first; slot < last; slot++) {
        float *slab = run->workspace + s->slot + slot * s->slot_size;
        int64_t end = panels * (slot + 1) / s->slots;
        for (int64_t i = panels * slot / s->slots; i < end; i++)
            weight_panel(run, i / across, i % across, slab);
    }
}

/* ---- the three kernels -------------------------------------------------- */

static void run_group(syngan_context *context, bf16_run *run) {
    const bf16_state *s = run->state;
    if (s->direction == WEIGHT) {
        sg_parallel(context, (run->images + 1) / 2, 1, pair_points, run);
        sg_parallel(context, s->slots, 1, run_panels, run);
    } else {
        sg_parallel(context, s->slots, 1, run_slots, run);
    }
}

static syngan_status run(const sg_site *site, const sg_call *call, float *x,
                         float *w, float *y) {
    const bf16_state *s = site->state;
    bf16_run all = {.state = s,
                    .x = x,
                    .y = y,
                    .w = w,
                    .workspace = call->workspace,
                    .site = site,
                    .call = call,
                    .numbers = sg_finish_numbers(site, call)};
    int64_t group = s->part;
    if (s->direction != WEIGHT) {
        group *= s->slots;
        sg_parallel(site->context, weight_vectors(s) * weight_pairs(s), 1,
                    from_w, &all);
    }
    for (; all.first < s->images; all.first += group) {
        int64_t left = s->images - all.first;
        all.images = left < group ? left : group;
        run_group(site->context, &all);
    }
    return SYNGAN_OK;
}

static bool accepts_forward(const sg_site *site) {
    return accepts(site, &site->input[0], &site->input[1], &site->output);
}
static bool accepts_input(const sg_site *site) {
    return accepts(site, &site->output, &site->input[1], &site->input[0]);
}
static bool accepts_weight(const sg_site *site) {
    return accepts(site, &site->input[0], &site->output, &site->input[1]);
}
static syngan_status plan_forward(sg_site *site) {
    return plan(site, FORWARD, &site->input[0], &site->input[1], &site->output);
}
static syngan_status plan_input(sg_site *site) {
    return plan(site, INPUT, &site->output, &site->input[1], &site->input[0]);
}
static syngan_status plan_weight(sg_site *site) {
    return plan(site, WEIGHT, &site->input[0], &site->output, &site->input[1]);
}
static syngan_status run_forward(const sg_site *site, const sg_call *call) {
    return run(site, call, call->input[0], call->input[1], call->output);
}
static syngan_status run_input(const sg_site *site, const sg_call *call) {
    return run(site, call, call->output, call->input[1], call->input[0]);
}
static syngan_status run_weight(const sg_site *site, const sg_call *call) {
    return run(site, call, call->input[0], call->output, call->input[1]);
}

const sg_kernel sg_kernel_bf16_forward = {
    .name = "minimal filtering",
    .absorbs =
        SG_ABSORB_BIAS | SG_ABSORB_UNARY | SG_ABSORB_NORM | SG_ABSORB_SLOPE,
    .accepts = accepts_forward,
    .plan = plan_forward,
    .run = run_forward,
};
const sg_kernel sg_kernel_bf16_input = {
    .name = "minimal filtering, data",
    .absorbs =
        SG_ABSORB_BIAS | SG_ABSORB_UNARY | SG_ABSORB_NORM | SG_ABSORB_SLOPE,
    .accepts = accepts_input,
    .plan = plan_input,
    .run = run_input,
};
const sg_kernel sg_kernel_bf16_weight = {
    .name = "minimal filtering, weight",
    .accepts = accepts_weight,
    .plan = plan_weight,
    .run = run_weight,
};
