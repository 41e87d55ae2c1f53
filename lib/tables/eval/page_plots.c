/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pictures of a report, as SVG within the page. Colours are classes of the
 * page's style, so that they follow light and dark.
 */
#include <math.h>

#include "eval/page.h"

#define WIDTH 300.0
#define HEIGHT 130.0

static double greatest(const sg_picture *picture, size_t bars) {
    double most = 1e-9;
    for (int side = 0; side < 2; side++)
        for (size_t k = 0; k < bars; k++)
            if (picture->share[side][k] > most) most = picture->share[side][k];
    return most;
}

static void open_svg(sg_html *page, double width, double height,
                     const char *label, const char *name) {
    sg_html_printf(page,
                   "<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" "
                   "aria-label=\"%s",
                   width, height, label);
    sg_html_text(page, name, 60);
    sg_html_put(page, "\">");
}

static void tell_bar(sg_html *page, const sg_picture *picture, size_t k) {
    sg_html_printf(page, ": real %.2f %%, synthetic %.2f %%</title>",
                   100 * picture->share[0][k], 100 * picture->share[1][k]);
}

/* ---- columns ------------------------------------------------------------ */

static void draw_numbers(sg_html *page, const sg_picture *picture) {
    double most = greatest(picture, picture->bars), floor_y = HEIGHT - 18,
           room = floor_y - 6;
    double step = WIDTH / (double)picture->bars;
    open_svg(page, WIDTH, HEIGHT, "Distribution of ", picture->name);
    for (size_t k = 0; k < picture->bars; k++) {
        sg_html_printf(page, "<g><title>bar %zu of %zu", k + 1, picture->bars);
        tell_bar(page, picture, k);
        for (int side = 0; side < 2; side++) {
            double height = room * picture->share[side][k] / most;
            double bar = step * 0.42;
            sg_html_printf(page,
                           "<rect class=\"%c\" x=\"%.2f\" y=\"%.2f\" "
                           "width=\"%.2f\" height=\"%.2f\"/>",
                           side == 0 ? 'r' : 's',
                           step * (double)k + step * 0.08 + side * bar,
                           floor_y - height, bar, height);
        }
        sg_html_put(page, "</g>");
    }
    sg_html_printf(page,
                   "<line class=\"axis\" x1=\"0\" x2=\"%.0f\" y1=\"%.1f\" "
                   "y2=\"%.1f\"/><text x=\"0\" y=\"%.0f\">",
                   WIDTH, floor_y, floor_y, HEIGHT - 4);
    sg_html_text(page, picture->low, 20);
    sg_html_printf(page, "</text><text x=\"%.0f\" y=\"%.0f\" class=\"end\">",
                   WIDTH, HEIGHT - 4);
    sg_html_text(page, picture->high, 20);
    sg_html_put(page, "</text></svg>");
}

#define LABELS 110.0
#define ROW 20.0

static void draw_categories(sg_html *page, const sg_picture *picture) {
    size_t bars = picture->bars < 12 ? picture->bars : 12;
    double most = greatest(picture, bars);
    open_svg(page, WIDTH, ROW * (double)(bars == 0 ? 1 : bars),
             "Shares of the values of ", picture->name);
    for (size_t k = 0; k < bars; k++) {
        double y = ROW * (double)k;
        sg_html_put(page, "<g><title>");
        sg_html_text(page, picture->label[k], 60);
        tell_bar(page, picture, k);
        sg_html_printf(page, "<text class=\"end\" x=\"%.0f\" y=\"%.1f\">",
                       LABELS - 6, y + 13.5);
        sg_html_text(page, picture->label[k], 17);
        sg_html_put(page, "</text>");
        for (int side = 0; side < 2; side++)
            sg_html_printf(page,
                           "<rect class=\"%c\" x=\"%.0f\" y=\"%.1f\" "
                           "width=\"%.2f\" height=\"7\"/>",
                           side == 0 ? 'r' : 's', LABELS, y + 2 + 7.5 * side,
                           (WIDTH - LABELS) * picture->share[side][k] / most);
        sg_html_put(page, "</g>");
    }
    sg_html_put(page, "</svg>");
    if (bars < picture->bars)
        sg_html_printf(page, "<p class=\"small\">and %zu more</p>",
                       picture->bars - bars);
}

void sg_page_bars(sg_html *page, const sg_picture *picture) {
    if (picture->number)
        draw_numbers(page, picture);
    else
        draw_categories(page, picture);
}

/* ---- maps --------------------------------------------------------------- */

/* Columns whose names stand beside the map. */
#define NAMED 30

static void draw_cell(sg_html *page, const syngan_report *report, int side,
                      size_t i, size_t k, double x, double y, double size) {
    size_t n = report->n_pictures;
    double real = (double)report->map[0][i * n + k];
    double synthetic = (double)report->map[1][i * n + k];
    double value = side == 0 ? real : side == 1 ? synthetic : synthetic - real;
    if (isnan(value)) {
        sg_html_printf(page,
                       "<rect class=\"none\" x=\"%.1f\" y=\"%.1f\" "
                       "width=\"%.1f\" height=\"%.1f\"/>",
                       x, y, size, size);
        return;
    }
    double strength = fmin(fabs(value) * (side < 0 ? 2 : 1), 1);
    if (strength < 0.01 && n > NAMED) return;
    sg_html_printf(page,
                   "<rect class=\"%s\" fill-opacity=\"%.2f\" x=\"%.1f\" "
                   "y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"",
                   value < 0 ? "minus" : "plus", strength, x, y, size, size);
    if (n > NAMED) {
        sg_html_put(page, "/>");
        return;
    }
    sg_html_put(page, "><title>");
    sg_html_text(page, report->picture[i].name, 40);
    sg_html_put(page, ", ");
    sg_html_text(page, report->picture[k].name, 40);
    sg_html_printf(page, ": %.3f</title></rect>", value);
}

void sg_page_map(sg_html *page, const syngan_report *report, int side) {
    static const char *const titles[] = {"difference, synthetic less real",
                                         "the real table",
                                         "the synthetic table"};
    size_t n = report->n_pictures;
    bool named = n <= NAMED;
    double margin = named ? 104 : 0, room = 320;
    double size = room / (double)n, cell = size * (named ? 0.94 : 1);
    open_svg(page, margin + room, room + (named ? 92 : 0),
             "Relations of columns: ", titles[side + 1]);
    for (size_t i = 0; i < n; i++) {
        double at = size * (double)i;
        if (named) {
            sg_html_printf(page, "<text class=\"end\" x=\"%.0f\" y=\"%.1f\">",
                           margin - 5, at + size / 2 + 4);
            sg_html_text(page, report->picture[i].name, 15);
            sg_html_printf(page,
                           "</text><text class=\"end\" transform=\"translate("
                           "%.1f %.1f) rotate(-60)\">",
                           margin + at + size / 2 + 4, room + 10);
            sg_html_text(page, report->picture[i].name, 14);
            sg_html_put(page, "</text>");
        }
        for (size_t k = 0; k < n; k++)
            draw_cell(page, report, side, i, k, margin + size * (double)k, at,
                      cell);
    }
    sg_html_put(page, "</svg>");
}

/* ---- distances ---------------------------------------------------------- */

static void draw_steps(sg_html *page, const double *share, double most,
                       const char *class) {
    double step = 640.0 / SG_REPORT_BINS;
    sg_html_printf(page, "<path class=\"%s\" d=\"M0 170", class);
    for (int k = 0; k < SG_REPORT_BINS; k++)
        sg_html_printf(page, "V%.1fH%.1f", 170 - 160 * share[k] / most,
                       step * (k + 1));
    sg_html_put(page, "V170Z\"/>");
}

void sg_page_distances(sg_html *page, const sg_distances *distances) {
    double most = 1e-9;
    for (int side = 0; side < 1 + distances->has_holdout; side++)
        for (int k = 0; k < SG_REPORT_BINS; k++)
            if (distances->share[side][k] > most)
                most = distances->share[side][k];
    open_svg(page, 640, 190, "Distances to the closest training row", "");
    if (distances->has_holdout)
        draw_steps(page, distances->share[1], most, "area r");
    draw_steps(page, distances->share[0], most, "outline");
    sg_html_put(page, "<line class=\"axis\" x1=\"0\" x2=\"640\" y1=\"170\" "
                      "y2=\"170\"/><text x=\"0\" y=\"186\">0</text>"
                      "<text class=\"end\" x=\"640\" y=\"186\">");
    sg_html_number(page, distances->limit);
    sg_html_put(page, " and more</text></svg>");
}
