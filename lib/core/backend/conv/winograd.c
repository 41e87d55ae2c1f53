/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Convolutions with a 4 x 4 kernel and stride 2, their transposes and weight
 * gradients, by Winograd's method on phases (phases.h). Of y, tiles of
 * 7 x 7 meet 8 x 8 pixels of each phase. Transformed to 8 x 8 points, a tile's
 * product is one multiplication for each point, instead of 196 for 49 pixels:
 * for each point a matrix product over channels or tiles.
 *
 * The points of x are a matrix of tiles x (vectors of channels x phases x
 * channels of a vector), those of y one of tiles x filters. The batch is taken
 * in groups of images, so that these stay in the cache; the points of the
 * weights, which would be large, are made (or used up) for one row of points
 * and a panel of two vectors of columns at a time.
 */
#include "backend/conv/winograd.h"

#include "backend/conv/phases.h"
#include "backend/conv/winograd_simd.h"
#include "base/thread.h"

enum {
    TILE = SG_WINOGRAD_TILE,
    POINTS = SG_WINOGRAD_POINTS,
    TAPS = SG_WINOGRAD_TAPS,
    PHASES = 4,
    SHIFT = 16,       /* floats that keep rows apart in the cache's sets */
    GROUP_TILES = 64, /* of a group, about */
    LEAST_TILES = 16, /* of a batch; fewer do not pay for the weights */
    MOST_TILES = 256  /* of an image, so that a group stays small */
};

/* All sizes in elements. */
typedef struct winograd_state {
    sg_phases conv;
    int64_t tiles_h, tiles_w; /* of an image */
    int64_t group;            /* images at a time */
    int64_t lanes;            /* of a vector */
    int64_t block;            /* channel block of x and y */
    int64_t x_row, x_point;   /* from tile to tile, from point to point */
    int64_t y_row, y_point;
    int64_t panels; /* of the products */
    int64_t slab_row, slab_point;
    int64_t slots;            /* panels side by side */
    int64_t x, y, taps, slab; /* places in the workspace */
} winograd_state;

/* ---- planning ----------------------------------------------------------- */

static int64_t lanes_of(const sg_site *site) {
    int32_t isa = site->context->isa;
    return isa >= SYNGAN_ISA_AVX512 ? 16 : isa >= SYNGAN_ISA_AVX2 ? 8 : 4;
}

static int64_t block_of(const sg_site *site) {
    return site->context->isa >= SYNGAN_ISA_AVX512 ? 16 : 8;
}

static int64_t tiles_of(int64_t size) {
    return (size + TILE - 1) / TILE;
}

/* Where tiles hang over y's border, they cost more than they save. */
static bool pays(const sg_phases *conv) {
    int64_t tiles = tiles_of(conv->rows) * tiles_of(conv->columns);
    int64_t direct = conv->rows * conv->columns * TAPS;
    int64_t minimal = tiles * POINTS * POINTS * PHASES;
    return tiles <= MOST_TILES && conv->images * tiles >= LEAST_TILES &&
           direct * 10 >= minimal * 16;
}

static bool winograd_accepts(const sg_site *site, int32_t direction) {
    sg_phases conv;
    int64_t panel = 2 * lanes_of(site);
    return sg_phases_of(site, direction, &conv) && conv.channels >= 32 &&
           conv.filters >= 32 && conv.channels % panel == 0 &&
           conv.filters % panel == 0 && pays(&conv);
}

static void set_group(winograd_state *s) {
    int64_t tiles = s->tiles_h * s->tiles_w;
    int64_t groups = (s->conv.images * tiles + GROUP_TILES - 1) / GROUP_TILES;
    if (groups > s->conv.images) groups = s->conv.images;
    s->group = (s->conv.images + groups - 1) / groups;
}

static void winograd_set_sizes(winograd_state *s, const sg_site *site) {
    s->tiles_h = tiles_of(s->conv.rows);
    s->tiles_w = tiles_of(s->conv.columns);
    s->lanes = lanes_of(site);
    s->block = block_of(site);
    set_group(s);
}

/* The matrices, with rows to fill the products' multiples of 8. */
static void set_places(winograd_state *s) {
    int64_t rows = (s->group * s->tiles_h * s->tiles_w + 7) / 8 * 8;
    s->x_row = PHASES * s->conv.channels + SHIFT;
    s->x_point = rows * s->x_row + SHIFT;
    s->y_row = s->conv.filters + SHIFT;
    s->y_point = rows * s->y_row + SHIFT;
    s->y = s->x + POINTS * POINTS * s->x_point;
    s->taps = s->y + POINTS * POINTS * s->y_point;
    s->slab = s->taps + s->conv.channels * s->conv.filters * TAPS;
}

/* A panel is two vectors: of filters; of the phases of a vector of channels
 * with equal rows (for the data); or filters for one vector of channels (for
 * the weights). */
static void winograd_set_panels(winograd_state *s, int64_t threads) {
    int64_t vectors = s->conv.channels / s->lanes;
    int64_t pairs = s->conv.filters / (2 * s->lanes);
    int64_t depth = s->conv.direction == SG_FORWARD ? PHASES * s->conv.channels
                    : s->conv.direction == SG_BACKWARD_INPUT
                        ? s->conv.filters
                        : PHASES * s->lanes;
    s->panels = s->conv.direction == SG_FORWARD          ? pairs
                : s->conv.direction == SG_BACKWARD_INPUT ? vectors * 2
                                                         : vectors * pairs;
    s->slab_row = 2 * s->lanes;
    s->slab_point = depth * s->slab_row + SHIFT;
    s->slots = s->panels < threads ? s->panels : threads;
}

static syngan_status winograd_plan(sg_site *site, int32_t direction) {
    SG_TRY(sg_kernel_state(site, sizeof(winograd_state)));
    winograd_state *s = site->state;
    sg_phases_of(site, direction, &s->conv);
    winograd_set_sizes(s, site);
    set_places(s);
    winograd_set_panels(s, site->context->threads);
    sg_phases_plan(site, direction, s->block);
    int64_t floats = s->slab + s->slots * POINTS * s->slab_point;
    site->workspace = (size_t)floats * sizeof(float);
    site->detail = "F(7, 2)";
    return SYNGAN_OK;
}

/* ---- running ------------------------------------------------------------ */

typedef struct winograd_run {
    const winograd_state *state;
    float *x, *y, *w; /* the site's values; inputs are only read */
    float *workspace;
    int64_t first, images; /* of the group */
    int32_t isa;
} winograd_run;

/* Plane of the block that holds channel c, and the channel's place in it. */
static float *vector_at(const winograd_state *s, float *images, int64_t image,
                        int64_t channels, int64_t c, int64_t plane) {
    return images + (image * channels + c / s->block * s->block) * plane +
           c % s->block;
}

/* One vector of filters of a tile of y; `tile` counts through the group. */
static sg_winograd_tile winograd_y_tile(const winograd_run *run, int64_t tile,
                                        int64_t filter) {
    const winograd_state *s = run->state;
    int64_t tiles = s->tiles_h * s->tiles_w;
    return (sg_winograd_tile){
        .image =
            vector_at(s, run->y, run->first + tile / tiles, s->conv.filters,
                      filter, s->conv.rows * s->conv.columns),
        .height = s->conv.rows,
        .width = s->conv.columns,
        .pixel = s->block,
        .row = tile % tiles / s->tiles_w * TILE,
        .col = tile % s->tiles_w * TILE,
        .points = run->workspace + s->y + tile * s->y_row + filter,
        .point = s->y_point,
    };
}

/* Likewise of x, one phase. */
static sg_winograd_tile x_tile(const winograd_run *run, int64_t tile,
                               int64_t channel, int64_t phase) {
    const winograd_state *s = run->state;
    int64_t tiles = s->tiles_h * s->tiles_w;
    int64_t column = channel * PHASES + phase * s->lanes;
    return (sg_winograd_tile){
        .image =
            vector_at(s, run->x, run->first + tile / tiles, s->conv.channels,
                      channel, s->conv.height * s->conv.width),
        .height = s->conv.height,
        .width = s->conv.width,
        .pixel = s->block,
        .row =
            tile % tiles / s->tiles_w * TILE * 2 + phase / 2 - s->conv.pad_top,
        .col = tile % s->tiles_w * TILE * 2 + phase % 2 - s->conv.pad_left,
        .points = run->workspace + s->x + tile * s->x_row + column,
        .point = s->x_point,
    };
}

static void from_x(void *argument, int64_t first, int64_t last) {
    const winograd_run *run = argument;
    const winograd_state *s = run->state;
    for (int64_t tile = first; tile < last; tile++)
        for (int64_t c = 0; c < s->conv.channels; c += s->lanes)
            for (int64_t phase = 0; phase < PHASES; phase++) {
                sg_winograd_tile t = x_tile(run, tile, c, phase);
                sg_simd_pick(run->isa, sg_winograd_from_x)(&t);
            }
}

static void each_y_tile(const winograd_run *run, int64_t first, int64_t last,
                        void (*transform)(const sg_winograd_tile *tile)) {
    const winograd_state *s = run->state;
    for (int64_t tile = first; tile < last; tile++)
        for (int64_t f = 0; f < s->conv.filters; f += s->lanes) {
            sg_winograd_tile t = winograd_y_tile(run, tile, f);
            transform(&t);
        }
}

static void from_y(void *argument, int64_t first, int64_t last) {
    const winograd_run *run = argument;
    each_y_tile(run, first, last, sg_simd_pick(run->isa, sg_winograd_from_y));
}

static void to_y(void *argument, int64_t first, int64_t last) {
    const winograd_run *run = argument;
    each_y_tile(run, first, last, sg_simd_pick(run->isa, sg_winograd_to_y));
}

/* Vectors of channels of images: neighbouring tiles overlap, and come in
 * order. */
static void to_x(void *argument, int64_t first, int64_t last) {
    const winograd_run *run = argument;
    const winograd_state *s = run->state;
    int64_t tiles = s->tiles_h * s->tiles_w,
            vectors = s->conv.channels / s->lanes;
    for (int64_t i = first; i < last; i++)
        for (int64_t tile = 0; tile < tiles; tile++)
            for (int64_t phase = 0; phase < PHASES; phase++) {
                sg_winograd_tile t = x_tile(run, i / vectors * tiles + tile,
                                            i % vectors * s->lanes, phase);
                sg_simd_pick(run->isa, sg_winograd_to_x)(&t, tile >= s->tiles_w,
                                                         tile % s->tiles_w > 0);
            }
}

/* ---- weights ------------------------------------------------------------ */

/* The weights with vectors of filters, [channel][tap][filter], or, for the
 * data, of channels, [filter][tap][channel]: to there from `w`, and back. */
static void turn_in(void *argument, int64_t first, int64_t last) {
    const winograd_run *run = argument;
    const winograd_state *s = run->state;
    bool input = s->conv.direction == SG_BACKWARD_INPUT;
    int64_t size = input ? s->conv.channels : s->conv.filters;
    int64_t step = input ? TAPS : s->conv.channels * TAPS;
    for (int64_t i = first; i < last; i++)
        sg_simd_pick(run->isa, sg_winograd_turn)(
            size, TAPS, run->w + i * (input ? s->conv.channels * TAPS : TAPS),
            step, run->workspace + s->taps + i * TAPS * size, size);
}

static void turn_out(void *argument, int64_t first, int64_t last) {
    const winograd_run *run = argument;
    const winograd_state *s = run->state;
    for (int64_t c = first; c < last; c++)
        sg_simd_pick(run->isa, sg_winograd_turn)(
            TAPS, s->conv.filters,
            run->workspace + s->taps + c * TAPS * s->conv.filters,
            s->conv.filters, run->w + c * TAPS, s->conv.channels * TAPS);
}

/* Tap (0, 0) of a phase of 2 x 2. */
static int64_t phase_tap(int64_t phase) {
    return phase / 2 * 4 + phase % 2;
}

/* Points of weights for a panel of filters, in the order of x's columns. */
static void forward_slab(const winograd_run *run, int64_t panel, int point,
                         float *slab) {
    const winograd_state *s = run->state;
    const float *taps = run->workspace + s->taps + panel * 2 * s->lanes;
    int64_t vector = s->lanes * TAPS * s->conv.filters;
    for (int64_t c = 0; c < s->conv.channels; c += s->lanes, taps += vector)
        for (int64_t phase = 0; phase < PHASES; phase++)
            for (int64_t half = 0; half < 2; half++)
                sg_simd_pick(run->isa, sg_winograd_from_w)(
                    s->lanes,
                    taps + phase_tap(phase) * s->conv.filters + half * s->lanes,
                    TAPS * s->conv.filters, s->conv.filters, point,
                    slab + (c * PHASES + phase * s->lanes) * s->slab_row +
                        half * s->lanes,
                    s->slab_row, s->slab_point);
}

/* For a vector of channels, phases 2 (panel % 2) and the next. */
static void input_slab(const winograd_run *run, int64_t panel, int point,
                       float *slab) {
    const winograd_state *s = run->state;
    const float *taps = run->workspace + s->taps + panel / 2 * s->lanes;
    for (int64_t half = 0; half < 2; half++)
        sg_simd_pick(run->isa, sg_winograd_from_w)(
            s->conv.filters,
            taps + phase_tap(panel % 2 * 2 + half) * s->conv.channels,
            TAPS * s->conv.channels, s->conv.channels, point,
            slab + half * s->lanes, s->slab_row, s->slab_point);
}

/* Gives points of weights of a vector of channels and a panel of filters to the
 * taps, whose first contribution is that of the first point and group. */
static void weight_slab(const winograd_run *run, int64_t c, int64_t filter,
                        int point, const float *slab) {
    const winograd_state *s = run->state;
    float *taps =
        run->workspace + s->taps + c * TAPS * s->conv.filters + filter;
    for (int64_t phase = 0; phase < PHASES; phase++)
        for (int64_t half = 0; half < 2; half++)
            sg_simd_pick(run->isa, sg_winograd_to_w)(
                s->lanes,
                slab + phase * s->lanes * s->slab_row + half * s->lanes,
                s->slab_row, s->slab_point, point,
                run->first == 0 && point == 0,
                taps + phase_tap(phase) * s->conv.filters + half * s->lanes,
                TAPS * s->conv.filters, s->conv.filters);
}

/* ---- products ----------------------------------------------------------- */

/* Matrix products of one row of points. */
static void winograd_multiply(const winograd_run *run,
                              sg_winograd_product_args args, int64_t a_point,
                              int64_t b_point, int64_t out_point) {
    for (int i = 0; i < POINTS; i++) {
        sg_simd_pick(run->isa, sg_winograd_product)(&args);
        args.a += a_point;
        args.b += b_point;
        args.out += out_point;
    }
}

static int64_t padded_tiles(const winograd_run *run) {
    const winograd_state *s = run->state;
    return (run->images * s->tiles_h * s->tiles_w + 7) / 8 * 8;
}

/* Of y, or of x. */
static void image_panel(const winograd_run *run, int64_t panel, float *slab) {
    const winograd_state *s = run->state;
    bool forward = s->conv.direction == SG_FORWARD;
    float *x = run->workspace + s->x, *y = run->workspace + s->y;
    float *a = forward ? x : y, *out = forward ? y : x;
    int64_t a_point = forward ? s->x_point : s->y_point;
    int64_t out_point = forward ? s->y_point : s->x_point;
    for (int point = 0; point < POINTS; point++) {
        if (forward)
            forward_slab(run, panel, point, slab);
        else
            input_slab(run, panel, point, slab);
        sg_winograd_product_args args = {
            .rows = padded_tiles(run),
            .depth = forward ? PHASES * s->conv.channels : s->conv.filters,
            .a = a + point * POINTS * a_point,
            .a_row = forward ? s->x_row : s->y_row,
            .a_depth = 1,
            .b = slab,
            .b_depth = s->slab_row,
            .out = out + point * POINTS * out_point + panel * 2 * s->lanes,
            .out_row = forward ? s->y_row : s->x_row};
        winograd_multiply(run, args, a_point, s->slab_point, out_point);
    }
}

static void winograd_weight_panel(const winograd_run *run, int64_t panel,
                                  float *slab) {
    const winograd_state *s = run->state;
    int64_t pairs = s->conv.filters / (2 * s->lanes);
    int64_t c = panel / pairs * s->lanes;
    int64_t filter = panel % pairs * 2 * s->lanes;
    float *x = run->workspace + s->x, *y = run->workspace + s->y;
    for (int point = 0; point < POINTS; point++) {
        sg_winograd_product_args args = {
            .rows = PHASES * s->lanes,
            .depth = run->images * s->tiles_h * s->tiles_w,
            .a = x + point * POINTS * s->x_point + c * PHASES,
            .a_row = 1,
            .a_depth = s->x_row,
            .b = y + point * POINTS * s->y_point + filter,
            .b_depth = s->y_row,
            .out = slab,
            .out_row = s->slab_row};
        winograd_multiply(run, args, s->x_point, s->y_point, s->slab_point);
        weight_slab(run, c, filter, point, slab);
    }
}

static void winograd_run_slots(void *argument, int64_t first, int64_t last) {
    const winograd_run *run = argument;
    const winograd_state *s = run->state;
    for (int64_t slot = first; slot < last; slot++) {
        float *slab = run->workspace + s->slab + slot * POINTS * s->slab_point;
        int64_t end = s->panels * (slot + 1) / s->slots;
        for (int64_t i = s->panels * slot / s->slots; i < end; i++)
            if (s->conv.direction == SG_BACKWARD_WEIGHT)
                winograd_weight_panel(run, i, slab);
            else
                image_panel(run, i, slab);
    }
}

/* ---- the three kernels -------------------------------------------------- */

static void winograd_run_group(syngan_context *context, winograd_run *run) {
    const winograd_state *s = run->state;
    int64_t tiles = run->images * s->tiles_h * s->tiles_w;
    int64_t vectors = run->images * s->conv.channels / s->lanes;
    if (s->conv.direction != SG_BACKWARD_INPUT)
        sg_parallel(context, tiles, 1, from_x, run);
    if (s->conv.direction != SG_FORWARD)
        sg_parallel(context, tiles, 1, from_y, run);
    sg_parallel(context, s->slots, 1, winograd_run_slots, run);
    if (s->conv.direction == SG_FORWARD)
        sg_parallel(context, tiles, 1, to_y, run);
    if (s->conv.direction == SG_BACKWARD_INPUT)
        sg_parallel(context, vectors, 1, to_x, run);
}

static syngan_status run_winograd(const sg_site *site, const sg_call *call) {
    const winograd_state *s = site->state;
    winograd_run all = {.state = s,
                        .x = sg_conv_value(call, s->conv.direction, SG_CONV_X),
                        .y = sg_conv_value(call, s->conv.direction, SG_CONV_Y),
                        .w = sg_conv_value(call, s->conv.direction, SG_CONV_W),
                        .workspace = call->workspace,
                        .isa = site->context->isa};
    if (s->conv.direction != SG_BACKWARD_WEIGHT)
        sg_parallel(site->context,
                    s->conv.direction == SG_BACKWARD_INPUT ? s->conv.filters
                                                           : s->conv.channels,
                    1, turn_in, &all);
    for (; all.first < s->conv.images; all.first += s->group) {
        int64_t left = s->conv.images - all.first;
        all.images = left < s->group ? left : s->group;
        winograd_run_group(site->context, &all);
    }
    if (s->conv.direction == SG_BACKWARD_WEIGHT)
        sg_parallel(site->context, s->conv.channels, 1, turn_out, &all);
    else
        sg_finish(site, call, site->has_bias, 0);
    return SYNGAN_OK;
}

static bool is_f32(const sg_site *site) {
    return site->input[0].type == SYNGAN_TYPE_F32 &&
           site->output.type == SYNGAN_TYPE_F32;
}
static bool winograd_accepts_forward(const sg_site *site) {
    return is_f32(site) && winograd_accepts(site, SG_FORWARD);
}
static bool winograd_accepts_input(const sg_site *site) {
    return is_f32(site) && winograd_accepts(site, SG_BACKWARD_INPUT);
}
/* Faster than oneDNN's products of bf16, too. */
static bool winograd_accepts_weight(const sg_site *site) {
    return site->output.type == SYNGAN_TYPE_F32 &&
           winograd_accepts(site, SG_BACKWARD_WEIGHT);
}
static syngan_status winograd_plan_forward(sg_site *site) {
    return winograd_plan(site, SG_FORWARD);
}
static syngan_status winograd_plan_input(sg_site *site) {
    return winograd_plan(site, SG_BACKWARD_INPUT);
}
static syngan_status winograd_plan_weight(sg_site *site) {
    return winograd_plan(site, SG_BACKWARD_WEIGHT);
}

const sg_kernel sg_kernel_winograd_forward = {
    .name = "Winograd",
    .absorbs = SG_ABSORB_BIAS | SG_ABSORB_UNARY | SG_ABSORB_SLOPE,
    .accepts = winograd_accepts_forward,
    .plan = winograd_plan_forward,
    .run = run_winograd,
};
const sg_kernel sg_kernel_winograd_input = {
    .name = "Winograd, data",
    .absorbs = SG_ABSORB_BIAS | SG_ABSORB_UNARY | SG_ABSORB_SLOPE,
    .accepts = winograd_accepts_input,
    .plan = winograd_plan_input,
    .run = run_winograd,
};
const sg_kernel sg_kernel_winograd_weight = {
    .name = "Winograd, weight",
    .accepts = winograd_accepts_weight,
    .plan = winograd_plan_weight,
    .run = run_winograd,
};
