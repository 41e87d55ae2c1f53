/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tiles for Winograd's method with bf16 products: where their pixels lie, and
 * their points.
 */
#include "backend/conv/winograd_bf16_points.h"

enum {
    LANES = SG_BF16_LANES,
    AXIS = SG_BF16_AXIS,
    KINDS = SG_BF16_KINDS,
    PHASES = SG_BF16_PHASES
};

/* ---- geometry ----------------------------------------------------------- */

static sg_bf16_axis axis_of(int64_t size) {
    int64_t twos = (3 - size % 3) % 3;
    int64_t threes = (size - 2 * twos) / 3;
    return (sg_bf16_axis){threes, threes + twos};
}

/* Tiles that have points of a kind along an axis: the last, only those of 3. */
static int64_t tiles_with(const sg_bf16_axis *a, int64_t kind) {
    return kind == AXIS - 1 ? a->threes : a->tiles;
}
static int64_t tile_first(const sg_bf16_axis *a, int64_t tile) {
    return tile < a->threes ? 3 * tile : a->threes + 2 * tile;
}
static int64_t tile_size(const sg_bf16_axis *a, int64_t tile) {
    return tile < a->threes ? 3 : 2;
}

void sg_bf16_cut(sg_bf16_tiling *tiling) {
    sg_bf16_tiling *t = tiling;
    t->down = axis_of(t->conv.rows);
    t->across = axis_of(t->conv.columns);
    t->before[0] = 0;
    for (int64_t kind = 0; kind < KINDS; kind++)
        t->before[kind + 1] =
            t->before[kind] + tiles_with(&t->down, kind / AXIS) *
                                  tiles_with(&t->across, kind % AXIS);
}

/* ---- tiles -------------------------------------------------------------- */

/* Tile (row, column) of y, and the same of x; its size and points. */
static sg_bf16_tile tile_of(const sg_bf16_part *part, int64_t row,
                            int64_t column, int64_t step) {
    const sg_bf16_tiling *g = part->tiling;
    sg_bf16_tile t = {.height = tile_size(&g->down, row),
                      .width = tile_size(&g->across, column)};
    for (int64_t kind = 0; kind < KINDS; kind++) {
        int64_t tile = row * tiles_with(&g->across, kind % AXIS) + column;
        t.point[kind] = (sg_bf16_row(part, kind) + tile * part->units) * step;
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

static sg_bf16_tile winograd_bf16_points_y_tile(const sg_bf16_part *part,
                                                int64_t row, int64_t column) {
    const sg_bf16_tiling *g = part->tiling;
    sg_bf16_tile t = tile_of(part, row, column, g->y_row);
    set_offsets(t.row, t.height, tile_first(&g->down, row), 1, g->conv.rows,
                g->conv.columns * LANES);
    set_offsets(t.column, t.width, tile_first(&g->across, column), 1,
                g->conv.columns, LANES);
    return t;
}

/* The pixels of a phase of x. */
static void set_phase(const sg_bf16_tiling *g, int64_t row, int64_t column,
                      int64_t phase, sg_bf16_tile *t) {
    int64_t top = 2 * tile_first(&g->down, row) + phase / 2;
    int64_t left = 2 * tile_first(&g->across, column) + phase % 2;
    set_offsets(t->row, t->height + 1, top - g->conv.pad_top, 2, g->conv.height,
                g->conv.width * LANES);
    set_offsets(t->column, t->width + 1, left - g->conv.pad_left, 2,
                g->conv.width, LANES);
}

/* For transforming all channels of a unit. */
static void set_unit(const sg_bf16_part *part, int64_t unit, float *images,
                     int64_t size, int64_t channels, sg_bf16_tile *t) {
    int64_t image =
        unit * (part->tiling->conv.direction == SG_BACKWARD_WEIGHT ? 2 : 1);
    t->image = images + image * size;
    t->other = image + 1 < part->images ? t->image + size : NULL;
    t->count = channels / LANES;
    t->image_step = size / t->count;
}

static void x_tile_points(const sg_bf16_part *part, int64_t unit, int64_t phase,
                          sg_bf16_tile *t) {
    const sg_bf16_tiling *g = part->tiling;
    set_unit(part, unit, part->x, sg_phases_x_size(&g->conv), g->conv.channels,
             t);
    t->point_step = g->x_vector;
    uint32_t *points = sg_bf16_pairs(part->x_points + unit * g->x_row);
    if (g->conv.direction == SG_BACKWARD_WEIGHT)
        sg_bf16_from_x_pairs(t, points + phase * LANES);
    else
        sg_bf16_from_x(t, points + phase * LANES / 2);
}

static void y_tile_points(const sg_bf16_part *part, int64_t unit,
                          sg_bf16_tile *t) {
    const sg_bf16_tiling *g = part->tiling;
    set_unit(part, unit, part->y, sg_phases_y_size(&g->conv), g->conv.filters,
             t);
    t->point_step = g->y_vector;
    uint32_t *points = sg_bf16_pairs(part->y_points + unit * g->y_row);
    if (g->conv.direction == SG_BACKWARD_WEIGHT)
        sg_bf16_from_y_pairs(t, points);
    else
        sg_bf16_from_y(t, points);
}

void sg_bf16_x_points(const sg_bf16_part *part, int64_t first, int64_t last) {
    const sg_bf16_tiling *g = part->tiling;
    for (int64_t row = 0; row < g->down.tiles; row++)
        for (int64_t column = 0; column < g->across.tiles; column++) {
            sg_bf16_tile t = tile_of(part, row, column, g->x_row);
            for (int64_t phase = 0; phase < PHASES; phase++) {
                set_phase(g, row, column, phase, &t);
                for (int64_t unit = first; unit < last; unit++)
                    x_tile_points(part, unit, phase, &t);
            }
        }
}

void sg_bf16_y_points(const sg_bf16_part *part, int64_t first, int64_t last) {
    const sg_bf16_tiling *g = part->tiling;
    for (int64_t row = 0; row < g->down.tiles; row++)
        for (int64_t column = 0; column < g->across.tiles; column++) {
            sg_bf16_tile t = winograd_bf16_points_y_tile(part, row, column);
            for (int64_t unit = first; unit < last; unit++)
                y_tile_points(part, unit, &t);
        }
}

/* Neighbouring tiles of x overlap, and come in order. */
void sg_bf16_x_pixels(const sg_bf16_part *part, int64_t vector) {
    const sg_bf16_tiling *g = part->tiling;
    int64_t plane = g->conv.height * g->conv.width * LANES;
    for (int64_t row = 0; row < g->down.tiles; row++)
        for (int64_t column = 0; column < g->across.tiles; column++) {
            sg_bf16_tile t = tile_of(part, row, column, g->x_row);
            t.image = part->x + vector * plane;
            t.count = part->units;
            t.image_step = sg_phases_x_size(&g->conv);
            t.point_step = g->x_row;
            for (int64_t phase = 0; phase < PHASES; phase++) {
                set_phase(g, row, column, phase, &t);
                sg_bf16_to_x(&t, part->x_points + phase * LANES, row > 0,
                             column > 0);
            }
        }
}

void sg_bf16_y_pixels(const sg_bf16_part *part, int64_t vector, int64_t half) {
    const sg_bf16_tiling *g = part->tiling;
    int64_t plane = g->conv.rows * g->conv.columns * LANES;
    for (int64_t row = 0; row < g->down.tiles; row++)
        for (int64_t column = 0; column < g->across.tiles; column++) {
            sg_bf16_tile t = winograd_bf16_points_y_tile(part, row, column);
            t.image = part->y + vector * plane;
            t.count = part->units;
            t.image_step = sg_phases_y_size(&g->conv);
            t.point_step = g->y_row;
            sg_bf16_to_y(&t, part->y_points + half * LANES);
        }
}
