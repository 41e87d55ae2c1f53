/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Draws handwritten-like digits: the path of a pen is chosen, bent and slanted
 * at random, fitted into a box as scanned digits are, inked along its length,
 * and blurred a little.
 */
#include "data/digit.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/random.h"
#include "data/glyph.h"

#define SIDE SG_DIGIT_SIDE
#define STEPS 5 /* straight pieces of a curve between two points */
#define MAX_POINTS (SG_GLYPH_POINTS * STEPS + 1)

/* ---- chance -------------------------------------------------------------- */

#define N_UNIFORM 64
#define N_NORMAL 64

/* The numbers that one digit uses up, one after the other. */
typedef struct chance {
    float uniform[N_UNIFORM], normal[N_NORMAL];
    int next_uniform, next_normal;
} chance;

static void chance_fill(chance *c, uint64_t seed, uint64_t index) {
    const sg_random uniforms = {
        .seed = seed, .step = index, .stream = sg_stream_id("digits.uniform")};
    const sg_random normals = {
        .seed = seed, .step = index, .stream = sg_stream_id("digits.normal")};
    sg_random_uniform(&uniforms, 0, N_UNIFORM, c->uniform);
    sg_random_normal(&normals, 0, N_NORMAL, c->normal);
    c->next_uniform = c->next_normal = 0;
}

static float uniform(chance *c, float low, float high) {
    assert(c->next_uniform < N_UNIFORM);
    return low + (high - low) * c->uniform[c->next_uniform++];
}

static float normal(chance *c, float deviation) {
    assert(c->next_normal < N_NORMAL);
    return deviation * c->normal[c->next_normal++];
}

/* Without the rarest 3 %. */
static float usual(chance *c, float deviation) {
    return deviation * fminf(fmaxf(normal(c, 1), -2.2f), 2.2f);
}

/* ---- the path ------------------------------------------------------------ */

typedef struct point {
    float x, y;
    float radius; /* of the ink */
    bool start;   /* of a stroke */
} point;

typedef struct pen_path {
    int count;
    point points[MAX_POINTS];
} pen_path;

static const sg_glyph *choose_glyph(int digit, chance *c) {
    int first = 0, sum = 0;
    while (sg_glyphs[first].digit != digit)
        ++first;
    for (int i = first; i < sg_n_glyphs && sg_glyphs[i].digit == digit; ++i)
        sum += sg_glyphs[i].weight;
    float left = uniform(c, 0, (float)sum);
    int i = first;
    while (left >= (float)sg_glyphs[i].weight && i + 1 < sg_n_glyphs &&
           sg_glyphs[i + 1].digit == digit)
        left -= (float)sg_glyphs[i++].weight;
    return &sg_glyphs[i];
}

/* Bends the plane: two slow waves. */
typedef struct bend {
    float wave_x[2], wave_y[2], phase[2], shift_x[2], shift_y[2];
} bend;

static bend choose_bend(chance *c, float amount) {
    bend b;
    for (int i = 0; i < 2; ++i) {
        b.wave_x[i] = normal(c, 4);
        b.wave_y[i] = normal(c, 4);
        b.phase[i] = uniform(c, 0, 6.2831853f);
        b.shift_x[i] = normal(c, amount);
        b.shift_y[i] = normal(c, amount);
    }
    return b;
}

static void bend_point(const bend *b, point *p) {
    const float x = p->x, y = p->y;
    for (int i = 0; i < 2; ++i) {
        const float s = sinf(b->wave_x[i] * x + b->wave_y[i] * y + b->phase[i]);
        p->x += b->shift_x[i] * s;
        p->y += b->shift_y[i] * s;
    }
}

/* The control points of a glyph after the writer's hand has been at them. */
static void move_points(const sg_glyph *glyph, chance *c,
                        point out[SG_GLYPH_POINTS]) {
    const float sloppy = uniform(c, 0, 1);
    const float rare = sloppy * sloppy * sloppy;
    const float careless = 0.45f + 0.75f * sloppy + 1.4f * rare * rare;
    const float jitter = 0.0155f * careless;
    const bend b = choose_bend(c, 0.045f * careless);
    const float slant = 0.22f + usual(c, 0.24f);
    const float turn = usual(c, 0.07f) * careless;
    const float width = expf(0.04f + usual(c, 0.18f));
    const float cosine = cosf(turn), sine = sinf(turn);
    float off_x = 0, off_y = 0;
    for (int i = 0; i < glyph->count; ++i) {
        const sg_pen *pen = &glyph->path[i];
        point p = {(float)pen->x / 100, (float)pen->y / 100, 0,
                   pen->kind == SG_PEN_DOWN};
        /* The hand errs slowly, but jumps when it is lifted. */
        const float keep = p.start ? 0 : 0.5f;
        const float error = p.start && i > 0 ? 2 * jitter : jitter;
        off_x = keep * off_x + normal(c, error);
        off_y = keep * off_y + normal(c, error);
        p.x += off_x;
        p.y += off_y;
        bend_point(&b, &p);
        const float x = width * (p.x - 0.32f) - slant * (p.y - 0.5f);
        const float y = p.y - 0.5f;
        p.x = cosine * x - sine * y;
        p.y = sine * x + cosine * y;
        out[i] = p;
    }
}

/* The tangent of a Catmull-Rom curve at point i; at corners and ends the
 * curve leaves towards its neighbour on the side of `towards` (-1 or 1). */
static void tangent(const sg_glyph *glyph, const point *points, int i,
                    int towards, float *x, float *y) {
    const bool first = glyph->path[i].kind == SG_PEN_DOWN;
    const bool last =
        i + 1 == glyph->count || glyph->path[i + 1].kind == SG_PEN_DOWN;
    int before = i - 1, after = i + 1;
    if (first || last || glyph->path[i].kind == SG_PEN_CORNER) {
        before = towards < 0 ? i - 1 : i;
        after = towards < 0 ? i : i + 1;
    }
    *x = 0.5f * (points[after].x - points[before].x);
    *y = 0.5f * (points[after].y - points[before].y);
}

/* A cubic Hermite curve from point i to i + 1, without its first point. */
static void add_curve(const sg_glyph *glyph, const point *points, int i,
                      pen_path *out) {
    float ax, ay, bx, by;
    tangent(glyph, points, i, 1, &ax, &ay);
    tangent(glyph, points, i + 1, -1, &bx, &by);
    const point *p = &points[i], *q = &points[i + 1];
    for (int k = 1; k <= STEPS; ++k) {
        const float t = (float)k / STEPS, u = 1 - t;
        const float hp = u * u * (1 + 2 * t), hq = t * t * (3 - 2 * t);
        const float ha = t * u * u, hb = -t * t * u;
        out->points[out->count++] =
            (point){hp * p->x + hq * q->x + ha * ax + hb * bx,
                    hp * p->y + hq * q->y + ha * ay + hb * by, 0, false};
    }
}

static void make_path(const sg_glyph *glyph, chance *c, pen_path *out) {
    point points[SG_GLYPH_POINTS];
    move_points(glyph, c, points);
    out->count = 0;
    for (int i = 0; i < glyph->count; ++i) {
        if (points[i].start)
            out->points[out->count++] = points[i];
        else
            add_curve(glyph, points, i - 1, out);
    }
}

/* ---- place --------------------------------------------------------------- */

typedef struct bounds {
    float left, right, top, bottom;
} bounds;

static bounds bounds_of(const pen_path *path) {
    bounds b = {1e9f, -1e9f, 1e9f, -1e9f};
    for (int i = 0; i < path->count; ++i) {
        const point *p = &path->points[i];
        b.left = fminf(b.left, p->x);
        b.right = fmaxf(b.right, p->x);
        b.top = fminf(b.top, p->y);
        b.bottom = fmaxf(b.bottom, p->y);
    }
    return b;
}

/* The middle of the ink. */
static void middle_of(const pen_path *path, float *x, float *y) {
    float sum = 1e-6f, sum_x = 0, sum_y = 0;
    for (int i = 1; i < path->count; ++i) {
        const point *p = &path->points[i - 1], *q = &path->points[i];
        if (q->start) continue;
        const float dx = q->x - p->x, dy = q->y - p->y;
        const float length = sqrtf(dx * dx + dy * dy);
        sum += length;
        sum_x += length * (p->x + q->x) / 2;
        sum_y += length * (p->y + q->y) / 2;
    }
    *x = sum_x / sum;
    *y = sum_y / sum;
}

/* Scales to a height or width of about 20 pixels, ink included, and puts the
 * middle of the ink about in the middle of the picture. */
static void place(pen_path *path, chance *c, float radius) {
    const float size = 20 - 2.2f * uniform(c, 0, 1) * uniform(c, 0, 1);
    bounds b = bounds_of(path);
    const float extent = fmaxf(b.right - b.left, b.bottom - b.top);
    const float scale = (size - 2 * radius) / fmaxf(extent, 0.1f);
    float x, y;
    middle_of(path, &x, &y);
    float shift_x = SIDE / 2.0f + normal(c, 0.4f) - scale * x;
    float shift_y = SIDE / 2.0f + normal(c, 0.4f) - scale * y;
    /* Never outside. */
    const float low = radius + 1.5f, high = SIDE - radius - 1.5f;
    shift_x =
        fminf(fmaxf(shift_x, low - scale * b.left), high - scale * b.right);
    shift_y =
        fminf(fmaxf(shift_y, low - scale * b.top), high - scale * b.bottom);
    for (int i = 0; i < path->count; ++i) {
        path->points[i].x = scale * path->points[i].x + shift_x;
        path->points[i].y = scale * path->points[i].y + shift_y;
    }
}

/* ---- ink ----------------------------------------------------------------- */

/* The pen presses unevenly: a slow wave along the way, and less at the ends. */
static void press(pen_path *path, chance *c, float radius) {
    const float wave = 0.10f * uniform(c, 0, 1);
    const float speed = uniform(c, 0.05f, 0.25f);
    const float phase = uniform(c, 0, 6.2831853f);
    const float ends = uniform(c, 0.0f, 0.25f);
    for (int i = 0; i < path->count; ++i) {
        point *p = &path->points[i];
        const bool first = p->start;
        const bool last = i + 1 == path->count || path->points[i + 1].start;
        p->radius = radius * (1 + wave * sinf(speed * (float)i + phase)) *
                    (first || last ? 1 - ends : 1);
    }
}

/* Raises `depth`, how deep each pixel lies inside the ink (in pixels, negative
 * outside), by one straight piece whose radius goes from p's to q's. */
static void ink_piece(const point *p, const point *q,
                      float depth[SIDE * SIDE]) {
    const float reach = fmaxf(p->radius, q->radius) + 1;
    const int left = (int)fmaxf(fminf(p->x, q->x) - reach, 0);
    const int right = (int)fminf(fmaxf(p->x, q->x) + reach, SIDE - 1);
    const int top = (int)fmaxf(fminf(p->y, q->y) - reach, 0);
    const int bottom = (int)fminf(fmaxf(p->y, q->y) + reach, SIDE - 1);
    const float dx = q->x - p->x, dy = q->y - p->y;
    const float inverse = 1 / (dx * dx + dy * dy + 1e-9f);
    for (int i = top; i <= bottom; ++i) {
        for (int j = left; j <= right; ++j) {
            /* Pixels are points in the middle of their squares. */
            const float x = (float)j + 0.5f - p->x, y = (float)i + 0.5f - p->y;
            float t = (x * dx + y * dy) * inverse;
            t = t < 0 ? 0 : t > 1 ? 1 : t;
            const float away_x = x - t * dx, away_y = y - t * dy;
            const float d = p->radius + t * (q->radius - p->radius) -
                            sqrtf(away_x * away_x + away_y * away_y);
            float *deepest = &depth[i * SIDE + j];
            *deepest = d > *deepest ? d : *deepest;
        }
    }
}

static void ink_path(const pen_path *path, float depth[SIDE * SIDE]) {
    for (int i = 0; i < SIDE * SIDE; ++i)
        depth[i] = -2;
    for (int i = 1; i < path->count; ++i)
        if (!path->points[i].start)
            ink_piece(&path->points[i - 1], &path->points[i], depth);
}

/* Blurs by the weights (side, 1 - 2 side, side) both ways. The outermost
 * pixels are empty. */
static void blur(float ink[SIDE * SIDE], float side) {
    float rows[SIDE * SIDE];
    memcpy(rows, ink, sizeof(rows));
    for (int i = 1; i < SIDE * SIDE - 1; ++i)
        rows[i] = ink[i] + side * (ink[i - 1] - 2 * ink[i] + ink[i + 1]);
    for (int i = SIDE; i < SIDE * (SIDE - 1); ++i)
        ink[i] =
            rows[i] + side * (rows[i - SIDE] - 2 * rows[i] + rows[i + SIDE]);
}

static void develop(const pen_path *path, chance *c, uint64_t seed,
                    uint64_t index, uint8_t pixels[SIDE * SIDE]) {
    float ink[SIDE * SIDE];
    ink_path(path, ink);
    const float sharp = uniform(c, 1.1f, 2.0f);
    for (int i = 0; i < SIDE * SIDE; ++i)
        ink[i] = fminf(fmaxf(0.5f + sharp * ink[i], 0), 1);
    blur(ink, uniform(c, 0, 0.04f));

    /* Noise is in the ink alone: paper stays black. */
    const float strength = uniform(c, 245, 325);
    const float noise = uniform(c, 0.02f, 0.12f) / 256;
    const sg_random grains = {
        .seed = seed, .step = index, .stream = sg_stream_id("digits.grains")};
    uint8_t bytes[SIDE * SIDE];
    uint32_t words[SIDE * SIDE / 4];
    sg_random_bits(&grains, 0, SIDE * SIDE / 4, words);
    for (int i = 0; i < SIDE * SIDE; ++i)
        bytes[i] = (uint8_t)(words[i / 4] >> 8 * (i % 4));
    for (int i = 0; i < SIDE * SIDE; ++i) {
        const float grain = 1 + noise * ((float)bytes[i] - 127.5f);
        pixels[i] = (uint8_t)fminf(strength * ink[i] * grain, 255);
    }
}

int32_t sg_digit_draw(uint64_t seed, uint64_t index,
                      uint8_t pixels[SG_DIGIT_PIXELS]) {
    chance c;
    chance_fill(&c, seed, index);
    const int digit = (int)uniform(&c, 0, 10);
    pen_path path;
    make_path(choose_glyph(digit, &c), &c, &path);
    const float radius = fminf(1.3f * expf(normal(&c, 0.22f)), 2.1f);
    place(&path, &c, radius);
    press(&path, &c, radius);
    develop(&path, &c, seed, index, pixels);
    return digit;
}
