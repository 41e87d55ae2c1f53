/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loops over values whose elements lie at regular distances; see strided.h.
 */
#include "backend/strided.h"

#include <string.h>

#include "base/thread.h"

void sg_strides(const sg_dims *dims, int64_t *strides) {
    int64_t stride = 1;
    for (int32_t i = dims->rank - 1; i >= 0; i--) {
        strides[i] = stride;
        stride *= dims->size[i];
    }
}

void sg_strided_simplify(sg_strided *loop) {
    sg_strided out = {.rank = 0};
    for (int32_t i = 0; i < loop->rank; i++) {
        int64_t size = loop->size[i];
        if (size == 1) continue;
        int32_t last = out.rank - 1;
        if (last >= 0 && out.a[last] == loop->a[i] * size &&
            out.b[last] == loop->b[i] * size) {
            out.size[last] *= size;
        } else {
            last = out.rank++;
            out.size[last] = size;
        }
        out.a[last] = loop->a[i];
        out.b[last] = loop->b[i];
    }
    if (out.rank == 0) {
        out.rank = 1;
        out.size[0] = out.a[0] = out.b[0] = 1;
    }
    *loop = out;
}

void sg_strided_offset(const sg_strided *loop, int32_t rank, int64_t index,
                       int64_t *a, int64_t *b) {
    *a = *b = 0;
    for (int32_t i = rank - 1; i >= 0; i--) {
        int64_t digit = index % loop->size[i];
        index /= loop->size[i];
        *a += digit * loop->a[i];
        *b += digit * loop->b[i];
    }
}

/* ---- copying ------------------------------------------------------------- */

/* Elements worth a thread, and the side of a square that is transposed in the
 * nearest cache. */
enum { GRAIN = 16384, TILE = 32 };

typedef uint32_t element; /* only moved, never looked at */

typedef struct copying {
    sg_strided loop;
    const element *a;
    element *b;
    int64_t parts;        /* of each row, or squares of the last two
                             dimensions */
    int64_t parts_across; /* squares side by side */
} copying;

static void copy_row(element *b, int64_t b_stride, const element *a,
                     int64_t a_stride, int64_t count) {
    if (a_stride == 1 && b_stride == 1) {
        memcpy(b, a, (size_t)count * sizeof *b);
        return;
    }
    for (int64_t i = 0; i < count; i++)
        b[i * b_stride] = a[i * a_stride];
}

/* Parts of rows. */
static void copy_rows(void *argument, int64_t first, int64_t last) {
    const copying *c = argument;
    int32_t inner = c->loop.rank - 1;
    int64_t length = c->loop.size[inner];
    for (int64_t i = first; i < last; i++) {
        int64_t a, b, at = i % c->parts * GRAIN;
        sg_strided_offset(&c->loop, inner, i / c->parts, &a, &b);
        copy_row(c->b + b + at * c->loop.b[inner], c->loop.b[inner],
                 c->a + a + at * c->loop.a[inner], c->loop.a[inner],
                 length - at < GRAIN ? length - at : GRAIN);
    }
}

/* Square `tile` of the last two dimensions, at the offsets a and b. */
static void copy_tile(const copying *c, int64_t tile, int64_t a, int64_t b) {
    const sg_strided *loop = &c->loop;
    int32_t x = loop->rank - 1, y = x - 1;
    int64_t y0 = tile / c->parts_across * TILE;
    int64_t x0 = tile % c->parts_across * TILE;
    int64_t y1 = y0 + TILE < loop->size[y] ? y0 + TILE : loop->size[y];
    int64_t width = x0 + TILE < loop->size[x] ? TILE : loop->size[x] - x0;
    for (int64_t i = y0; i < y1; i++)
        copy_row(c->b + b + i * loop->b[y] + x0 * loop->b[x], loop->b[x],
                 c->a + a + i * loop->a[y] + x0 * loop->a[x], loop->a[x],
                 width);
}

static void copy_tiles(void *argument, int64_t first, int64_t last) {
    const copying *c = argument;
    for (int64_t i = first; i < last; i++) {
        int64_t a, b;
        sg_strided_offset(&c->loop, c->loop.rank - 2, i / c->parts, &a, &b);
        copy_tile(c, i % c->parts, a, b);
    }
}

/* Moves the dimension along which a lies closest to the last place but one, so
 * that squares of it and the last one are read and written in whole lines. */
static void bring_a_near(sg_strided *loop) {
    int32_t place = loop->rank - 2, nearest = place;
    for (int32_t i = 0; i <= place; i++)
        if (loop->a[i] != 0 &&
            (loop->a[nearest] == 0 || loop->a[i] < loop->a[nearest]))
            nearest = i;
    sg_strided from = *loop;
    for (int32_t i = nearest; i < place; i++) {
        loop->size[i] = from.size[i + 1];
        loop->a[i] = from.a[i + 1];
        loop->b[i] = from.b[i + 1];
    }
    loop->size[place] = from.size[nearest];
    loop->a[place] = from.a[nearest];
    loop->b[place] = from.b[nearest];
}

static int64_t outer_count(const sg_strided *loop, int32_t rank) {
    int64_t count = 1;
    for (int32_t i = 0; i < rank; i++)
        count *= loop->size[i];
    return count;
}

static void copy_by_rows(syngan_context *context, copying *c) {
    int32_t inner = c->loop.rank - 1;
    int64_t length = c->loop.size[inner];
    c->parts = (length + GRAIN - 1) / GRAIN;
    sg_parallel(context, outer_count(&c->loop, inner) * c->parts,
                GRAIN / (length + 1) + 1, copy_rows, c);
}

static void copy_by_tiles(syngan_context *context, copying *c) {
    bring_a_near(&c->loop);
    int32_t x = c->loop.rank - 1, y = x - 1;
    c->parts_across = (c->loop.size[x] + TILE - 1) / TILE;
    c->parts = (c->loop.size[y] + TILE - 1) / TILE * c->parts_across;
    sg_parallel(context, outer_count(&c->loop, y) * c->parts,
                GRAIN / (TILE * TILE), copy_tiles, c);
}

void sg_strided_copy(syngan_context *context, sg_strided *loop, const void *a,
                     void *b) {
    sg_strided_simplify(loop);
    copying c = {.loop = *loop, .a = a, .b = b};
    if (loop->rank >= 2 && loop->a[loop->rank - 1] > 1)
        copy_by_tiles(context, &c);
    else
        copy_by_rows(context, &c);
}
