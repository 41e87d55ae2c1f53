/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Line charts as SVG pictures: curves of few points as they are; of many as the
 * mean of neighbouring points, on a band from their least to their greatest.
 */
#include "file/svg.h"

#include <float.h>
#include <math.h>
#include <string.h>
#include <syngan/chart.h>

#include "base/floats.h"
#include "base/text.h"
#include "file/number.h"
#include "file/utf8.h"
#include "tensor/tensor.h"

/* Sizes in pixels. */
#define WIDTH 960
#define PLOT_HEIGHT 400
#define MARGIN 24
#define TITLE_HEIGHT 30
#define LEGEND_HEIGHT 22
#define LABEL_HEIGHT 40
#define FONT 13
#define TITLE_FONT 18
/* Mean width of a character, as a part of the font's size. */
#define CHARACTER 0.56

/* Most points that all curves together are drawn with, about 11 bytes each for
 * the curve and 22 for its band: the file stays below 300 KB. */
#define POINTS_MAX 7000

/* Colours that differ in brightness, too (Okabe and Ito 2008, less yellow). */
static const char *const colours[] = {"#0072b2", "#d55e00", "#009e73",
                                      "#cc79a7", "#56b4e9", "#e69f00",
                                      "#555555"};
#define COLOURS (sizeof(colours) / sizeof(colours[0]))

/* The values that one axis shows, and where its round ticks lie. */
typedef struct axis {
    double low, high;
    double step;
    double at_low, at_high; /* pixels of `low` and `high` */
} axis;

typedef struct picture {
    sg_writer *writer;
    const sg_chart *chart;
    axis x, y;
    double top;  /* of the plot */
    size_t bins; /* points that a curve is drawn with */
} picture;

/* ---- axes --------------------------------------------------------------- */

/* The least and the greatest finite value; 0 and 1 if there is none. */
static void find_range(const float *data, size_t count, axis *a) {
    a->low = DBL_MAX;
    a->high = -DBL_MAX;
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(data[i])) continue;
        a->low = fmin(a->low, (double)data[i]);
        a->high = fmax(a->high, (double)data[i]);
    }
    if (a->low > a->high) {
        a->low = 0;
        a->high = 1;
    }
    /* A range that a tick's digits can't tell apart is as good as none. */
    double size = fmax(fabs(a->low), fabs(a->high));
    if (a->high - a->low <= size * 1e-6) {
        double half = size > 0 ? size * 0.1 : 1;
        a->low -= half;
        a->high += half;
    }
}

/* 1, 2 or 5 times a power of ten, so that about `count` steps fit. */
static double round_step(double range, int count) {
    double rough = range / count;
    double power = pow(10, floor(log10(rough)));
    double factor = rough / power;
    return power * (factor < 1.5   ? 1
                    : factor < 3.5 ? 2
                    : factor < 7.5 ? 5
                                   : 10);
}

static void lay_out_x(picture *p) {
    const sg_chart *chart = p->chart;
    find_range(chart->x, chart->points, &p->x);
    p->x.step = round_step(p->x.high - p->x.low, 8);
    /* 9999 of 10,000 points, counted from 0, end at a tick, too. */
    double next = ceil(p->x.high / p->x.step) * p->x.step;
    if (next - p->x.high < 0.02 * (p->x.high - p->x.low)) p->x.high = next;
}

/* Losses are above zero: showing zero tells how far they are from it. */
static void lay_out_y(picture *p) {
    const sg_chart *chart = p->chart;
    axis *y = &p->y;
    find_range(chart->values, chart->series * chart->points, y);
    if (y->low > 0 && y->low < 0.5 * y->high) y->low = 0;
    y->step = round_step(y->high - y->low, 6);
    y->low = floor(y->low / y->step + 1e-9) * y->step;
    y->high = ceil(y->high / y->step - 1e-9) * y->step;
}

static double pixel(const axis *a, double value) {
    double part = (value - a->low) / (a->high - a->low);
    return a->at_low + part * (a->at_high - a->at_low);
}

static const char *tick_text(const axis *a, double value, char *text) {
    double size = fmax(fabs(a->low), fabs(a->high));
    if (fabs(value) < 1e-9 * size) return strcpy(text, "0");
    if (size >= 1e7 || size < 1e-3) { /* digits down to the step's */
        int digits = (int)(floor(log10(size)) - floor(log10(a->step))) + 1;
        return sg_number_short(value, digits, text);
    }
    int digits = (int)-floor(log10(a->step) + 1e-9);
    sg_text(text, SG_NUMBER_TEXT, "%.*f", digits > 0 ? digits : 0, value);
    return text;
}

/* Number of the first and the last tick, in steps from zero. */
static int64_t first_tick(const axis *a) {
    return (int64_t)ceil(a->low / a->step - 1e-6);
}
static int64_t last_tick(const axis *a) {
    return (int64_t)floor(a->high / a->step + 1e-6);
}

/* ---- text --------------------------------------------------------------- */

static size_t character_count(const char *text) {
    size_t count = 0;
    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}

static double text_width(const char *text) {
    return CHARACTER * FONT * (double)character_count(text);
}

/* One character as XML, which has no control characters; returns its bytes. */
static syngan_status put_character(sg_writer *writer, const unsigned char *at,
                                   size_t size) {
    if (size == 0) return sg_writer_put(writer, "\xEF\xBF\xBD", 3); /* U+FFFD */
    if (*at < 0x20 || *at == 0x7F) return sg_writer_put(writer, " ", 1);
    switch (*at) {
    case '&':
        return sg_writer_put(writer, "&amp;", 5);
    case '<':
        return sg_writer_put(writer, "&lt;", 4);
    case '>':
        return sg_writer_put(writer, "&gt;", 4);
    default:
        return sg_writer_put(writer, at, size);
    }
}

static syngan_status put_escaped(sg_writer *writer, const char *text) {
    const unsigned char *at = (const unsigned char *)text;
    while (*at != '\0') {
        size_t size = sg_utf8_size(at);
        SG_TRY(put_character(writer, at, size));
        at += size > 0 ? size : 1;
    }
    return SYNGAN_OK;
}

static syngan_status put_title(const picture *p) {
    const char *title = p->chart->title;
    if (title == NULL) return SYNGAN_OK;
    double fits = (WIDTH - 2 * MARGIN) /
                  (CHARACTER * (double)(character_count(title) + 1));
    SG_TRY(sg_writer_printf(p->writer,
                            "<text x=\"%d\" y=\"%d\" font-size=\"%.1f\" "
                            "font-weight=\"600\" fill=\"#222\">",
                            MARGIN, MARGIN + TITLE_FONT - 4,
                            fmin(TITLE_FONT, fits)));
    SG_TRY(put_escaped(p->writer, title));
    return sg_writer_printf(p->writer, "</text>\n");
}

/* ---- the legend --------------------------------------------------------- */

static const char *colour_of(size_t series) {
    return colours[series % COLOURS];
}

/* Curves beyond the number of colours are dashed. */
static const char *dash_of(size_t series) {
    static const char *const dashes[] = {"", " stroke-dasharray=\"6 3\"",
                                         " stroke-dasharray=\"2 3\""};
    return dashes[series / COLOURS % 3];
}

static syngan_status put_legend_entry(const picture *p, size_t series, double x,
                                      double y) {
    SG_TRY(sg_writer_printf(p->writer,
                            "<path d=\"M%.1f %.1fh22\" stroke=\"%s\" "
                            "stroke-width=\"2.5\"%s/><text x=\"%.1f\" "
                            "y=\"%.1f\" fill=\"#333\">",
                            x, y, colour_of(series), dash_of(series), x + 28,
                            y + 4.5));
    SG_TRY(put_escaped(p->writer, p->chart->names[series]));
    return sg_writer_printf(p->writer, "</text>\n");
}

/* Places the entries in lines, moves p->top below them, and draws them unless
 * they are only measured. */
static syngan_status put_legend(picture *p, bool draw) {
    double x = MARGIN;
    p->top = MARGIN + (p->chart->title != NULL ? TITLE_HEIGHT : 0);
    if (p->chart->series == 0) return SYNGAN_OK;
    for (size_t i = 0; i < p->chart->series; i++) {
        double width = 28 + text_width(p->chart->names[i]) + 22;
        if (x > MARGIN && x + width > WIDTH - MARGIN) {
            x = MARGIN;
            p->top += LEGEND_HEIGHT;
        }
        if (draw) SG_TRY(put_legend_entry(p, i, x, p->top + 6));
        x += width;
    }
    p->top += LEGEND_HEIGHT + 8;
    return SYNGAN_OK;
}

/* ---- the frame ---------------------------------------------------------- */

static void lay_out(picture *p) {
    lay_out_x(p);
    lay_out_y(p);
    double widest = 0;
    for (int64_t i = first_tick(&p->y); i <= last_tick(&p->y); i++) {
        char text[SG_NUMBER_TEXT];
        tick_text(&p->y, (double)i * p->y.step, text);
        widest = fmax(widest, text_width(text));
    }
    p->x.at_low = MARGIN + widest + 8;
    p->x.at_high = WIDTH - MARGIN - 8;
    p->y.at_low = p->top + PLOT_HEIGHT;
    p->y.at_high = p->top;
}

static syngan_status put_y_ticks(const picture *p) {
    for (int64_t i = first_tick(&p->y); i <= last_tick(&p->y); i++) {
        char text[SG_NUMBER_TEXT];
        double value = (double)i * p->y.step, y = pixel(&p->y, value);
        SG_TRY(sg_writer_printf(
            p->writer,
            "<path d=\"M%.1f %.1fH%.1f\" stroke=\"#e4e4e4\"/>"
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n",
            p->x.at_low, y, p->x.at_high, p->x.at_low - 8, y + 4.5,
            tick_text(&p->y, value, text)));
    }
    return SYNGAN_OK;
}

static syngan_status put_x_ticks(const picture *p) {
    for (int64_t i = first_tick(&p->x); i <= last_tick(&p->x); i++) {
        char text[SG_NUMBER_TEXT];
        double value = (double)i * p->x.step, x = pixel(&p->x, value);
        SG_TRY(sg_writer_printf(
            p->writer,
            "<path d=\"M%.1f %.1fv5\" stroke=\"#888\"/>"
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>\n",
            x, p->y.at_low, x, p->y.at_low + 20,
            tick_text(&p->x, value, text)));
    }
    return sg_writer_printf(p->writer,
                            "<path d=\"M%.1f %.1fH%.1f\" stroke=\"#888\"/>\n",
                            p->x.at_low, p->y.at_low, p->x.at_high);
}

static syngan_status put_start(const picture *p) {
    int height = (int)(p->top + PLOT_HEIGHT + LABEL_HEIGHT);
    return sg_writer_printf(
        p->writer,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
        "viewBox=\"0 0 %d %d\" font-family=\"'DejaVu Sans', Verdana, "
        "sans-serif\" font-size=\"%d\" fill=\"#666\">\n"
        "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n",
        WIDTH, height, WIDTH, height, FONT, WIDTH, height);
}

/* ---- curves ------------------------------------------------------------- */

/* What neighbouring points are drawn as. */
typedef struct bin {
    double x, mean, low, high;
    bool empty; /* no finite point: a gap */
} bin;

/* Bin `index` of a curve: as many points as the other bins. */
static bin make_bin(const picture *p, size_t series, size_t index) {
    const sg_chart *chart = p->chart;
    const float *values = chart->values + series * chart->points;
    size_t first =
        (size_t)((double)index * (double)chart->points / (double)p->bins);
    size_t last =
        (size_t)((double)(index + 1) * (double)chart->points / (double)p->bins);
    bin b = {.low = DBL_MAX, .high = -DBL_MAX};
    double count = 0;
    for (size_t i = first; i < last && i < chart->points; i++) {
        if (!isfinite(values[i]) || !isfinite(chart->x[i])) continue;
        count += 1;
        b.x += ((double)chart->x[i] - b.x) / count;
        b.mean += ((double)values[i] - b.mean) / count;
        b.low = fmin(b.low, (double)values[i]);
        b.high = fmax(b.high, (double)values[i]);
    }
    b.empty = count == 0;
    b.x = pixel(&p->x, b.x);
    b.mean = pixel(&p->y, b.mean);
    b.low = pixel(&p->y, b.low);
    b.high = pixel(&p->y, b.high);
    return b;
}

/* The bands of the curve's pieces between gaps: forth along the greatest
 * values, back along the least. */
static syngan_status put_bands(const picture *p, size_t series) {
    SG_TRY(sg_writer_printf(p->writer,
                            "<path fill=\"%s\" fill-opacity=\"0.18\" d=\"",
                            colour_of(series)));
    for (size_t i = 0; i < p->bins; i++) {
        size_t first = i;
        bin b = make_bin(p, series, i);
        if (b.empty) continue;
        for (; !b.empty; b = make_bin(p, series, i)) {
            SG_TRY(sg_writer_printf(p->writer, "%c%.1f %.1f",
                                    i == first ? 'M' : 'L', b.x, b.high));
            if (++i == p->bins) break;
        }
        for (size_t k = i; k > first; k--) {
            b = make_bin(p, series, k - 1);
            SG_TRY(sg_writer_printf(p->writer, "L%.1f %.1f", b.x, b.low));
        }
        SG_TRY(sg_writer_put(p->writer, "Z", 1));
    }
    return sg_writer_printf(p->writer, "\"/>\n");
}

/* A point between two gaps becomes a dot: a line of no length, round caps. */
static syngan_status put_curve(const picture *p, size_t series) {
    SG_TRY(sg_writer_printf(p->writer,
                            "<path fill=\"none\" stroke=\"%s\" "
                            "stroke-width=\"1.5\" stroke-linejoin=\"round\" "
                            "stroke-linecap=\"round\"%s d=\"",
                            colour_of(series), dash_of(series)));
    size_t run = 0;
    for (size_t i = 0; i < p->bins; i++) {
        bin b = make_bin(p, series, i);
        if (b.empty) {
            if (run == 1) SG_TRY(sg_writer_put(p->writer, "h0", 2));
            run = 0;
            continue;
        }
        SG_TRY(sg_writer_printf(p->writer, "%c%.1f %.1f", run == 0 ? 'M' : 'L',
                                b.x, b.mean));
        run++;
    }
    return sg_writer_printf(p->writer, "%s\"/>\n", run == 1 ? "h0" : "");
}

static syngan_status put_curves(picture *p) {
    const sg_chart *chart = p->chart;
    if (chart->points == 0) return SYNGAN_OK;
    size_t most = POINTS_MAX / (chart->series > 0 ? chart->series : 1);
    size_t columns = (size_t)(p->x.at_high - p->x.at_low);
    p->bins = chart->points;
    if (p->bins > 2 * columns || p->bins > most) {
        p->bins = most < columns ? most : columns;
    }
    if (p->bins == 0) p->bins = 1;
    for (size_t i = 0; i < chart->series && p->bins < chart->points; i++) {
        SG_TRY(put_bands(p, i));
    }
    for (size_t i = 0; i < chart->series; i++)
        SG_TRY(put_curve(p, i));
    return SYNGAN_OK;
}

syngan_status sg_svg_chart(sg_writer *writer, const sg_chart *chart) {
    picture p = {.writer = writer, .chart = chart};
    SG_TRY(put_legend(&p, false));
    lay_out(&p);
    SG_TRY(put_start(&p));
    SG_TRY(put_title(&p));
    SG_TRY(put_legend(&p, true));
    SG_TRY(put_y_ticks(&p));
    SG_TRY(put_x_ticks(&p));
    SG_TRY(put_curves(&p));
    return sg_writer_printf(writer, "</svg>\n");
}

/* ---- the public call ---------------------------------------------------- */

static syngan_status check_chart(const syngan_tensor *x,
                                 const syngan_tensor *values,
                                 const char *const *names) {
    syngan_context *context = sg_tensor_context(values);
    if (x->type != SYNGAN_TYPE_F32 || values->type != SYNGAN_TYPE_F32) {
        return sg_fail(context, SYNGAN_E_TYPE,
                       "write_chart: x is %s and values is %s, but both must "
                       "be f32",
                       syngan_type_name(x->type),
                       syngan_type_name(values->type));
    }
    if (x->dims.rank != 1 || values->dims.rank != 2 ||
        values->dims.size[1] != x->dims.size[0]) {
        char a[SG_DIMS_TEXT], b[SG_DIMS_TEXT];
        return sg_fail(context, SYNGAN_E_SHAPE,
                       "write_chart: x is %s and values is %s, but must be "
                       "[points] and [series, points]",
                       sg_dims_text(&x->dims, a),
                       sg_dims_text(&values->dims, b));
    }
    for (int64_t i = 0; i < values->dims.size[0]; i++) {
        if (names != NULL && names[i] != NULL) continue;
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       "write_chart: the name of series %lld is NULL",
                       (long long)i);
    }
    return SYNGAN_OK;
}

syngan_status syngan_chart_write(const syngan_tensor *x,
                                 const syngan_tensor *values,
                                 const char *const *names, const char *title,
                                 const char *path) {
    SG_OWN_FLOATS;
    if (x == NULL || values == NULL) return SYNGAN_E_ARGUMENT;
    SG_TRY(check_chart(x, values, names));
    sg_chart chart = {.title = title,
                      .series = (size_t)values->dims.size[0],
                      .points = (size_t)x->dims.size[0],
                      .x = x->data,
                      .values = values->data,
                      .names = names};
    sg_writer *writer;
    SG_TRY(sg_writer_open(sg_tensor_context(values), path, &writer));
    syngan_status status = sg_svg_chart(writer, &chart);
    if (status == SYNGAN_OK) return sg_writer_commit(writer);
    sg_writer_abandon(writer);
    return status;
}
