/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report as one HTML page, complete in itself and without scripts: the
 * verdict first, then what it rests on.
 */
#include <math.h>
#include <string.h>

#include "base/floats.h"
#include "base/memory.h"
#include "eval/page.h"
#include "eval/page_style.h"

/* ---- the verdict -------------------------------------------------------- */

static const char *grade_class(int32_t grade) {
    return grade == SG_NOT_JUDGED ? "not-judged" : sg_grade_name(grade);
}

static void write_fact(sg_html *page, const char *title, const char *text) {
    if (text == NULL) return;
    sg_html_printf(page, "<li>%s <b>", title);
    sg_html_text(page, text, 200);
    sg_html_put(page, "</b></li>");
}

/* Why is said in the notes. */
static void write_left_out(sg_html *page, const syngan_report *report) {
    if (report->n_left_out == 0) return;
    sg_html_put(page, "<li id=\"left-out\">Not judged <b>");
    for (size_t i = 0; i < report->n_left_out && i < SG_REPORT_PICTURES; i++) {
        if (i > 0) sg_html_put(page, ", ");
        sg_html_text(page, report->left_out[i], 60);
    }
    if (report->n_left_out > SG_REPORT_PICTURES)
        sg_html_printf(page, " and %zu more",
                       report->n_left_out - SG_REPORT_PICTURES);
    sg_html_put(page, "</b></li>");
}

/* Which tables, when, from what: for who finds the page later. */
static void write_about(sg_html *page, const syngan_report *report) {
    sg_html_put(page, "<ul class=\"about small\">");
    write_fact(page, "Real", report->about[SG_ABOUT_REAL]);
    write_fact(page, "Synthetic", report->about[SG_ABOUT_SYNTHETIC]);
    write_fact(page, "Date", report->about[SG_ABOUT_DATE]);
    sg_html_printf(page, "<li>Seed <b>%llu</b></li>",
                   (unsigned long long)report->seed);
    if (report->epochs > 0)
        sg_html_printf(page, "<li>Epochs <b>%lld</b></li>",
                       (long long)report->epochs);
    write_left_out(page, report);
    sg_html_put(page, "</ul>");
}

static void write_head(sg_html *page, const syngan_report *report) {
    sg_html_put(page, "<!DOCTYPE html>\n<html lang=\"en\"><head>"
                      "<meta charset=\"utf-8\"><meta name=\"viewport\" "
                      "content=\"width=device-width,initial-scale=1\">"
                      "<title>Synthetic table: report</title><style>");
    sg_html_put(page, style);
    sg_html_printf(page,
                   "</style></head><body><main><header>"
                   "<h1>How good is the synthetic table?</h1><p class=\"soft\">"
                   "%lld synthetic rows against %lld real ones, %zu columns "
                   "in common",
                   (long long)report->rows[1], (long long)report->rows[0],
                   report->columns);
    if (report->rows[2] > 0)
        sg_html_printf(page, "; %lld real rows were held out of training",
                       (long long)report->rows[2]);
    sg_html_put(page, ".</p>");
    write_about(page, report);
    sg_html_put(page, "</header>");
}

static void write_verdict(sg_html *page, const syngan_report *report) {
    const sg_judgement *all = &report->judgement[SG_JUDGE_ALL];
    sg_html_printf(
        page, "<section id=\"verdict\"><div class=\"card all %s\"><strong>",
        grade_class(all->grade));
    sg_html_text(page, all->text, 0);
    sg_html_put(page, "</strong><p>The worst of the four decides. Each is "
                      "explained below, with its numbers.</p></div>"
                      "<div class=\"grid\">");
    for (int i = SG_JUDGE_QUALITY; i < SG_JUDGEMENTS; i++) {
        const sg_judgement *one = &report->judgement[i];
        sg_html_printf(page,
                       "<div class=\"card\"><div class=\"head\"><h3>%s</h3>"
                       "<span class=\"badge %s\">%s</span></div><p>",
                       sg_judgement_titles[i], grade_class(one->grade),
                       sg_grade_name(one->grade));
        sg_html_text(page, one->text, 0);
        sg_html_put(page, "</p></div>");
    }
    sg_html_put(page, "</div></section>");
}

/* ---- columns ------------------------------------------------------------ */

static void write_key(sg_html *page) {
    sg_html_put(page,
                "<p class=\"key small\"><i style=\"background:var(--r)\"></i>"
                "real<i style=\"background:var(--s)\"></i>synthetic</p>");
}

static void write_missing(sg_html *page, const sg_picture *picture) {
    if (picture->missing[0] == 0 && picture->missing[1] == 0) return;
    sg_html_put(page, ", missing ");
    sg_html_percent(page, picture->missing[0]);
    sg_html_put(page, " and ");
    sg_html_percent(page, picture->missing[1]);
}

static void write_columns(sg_html *page, const syngan_report *report) {
    sg_html_put(page, "<section id=\"columns\"><h2>Columns</h2>"
                      "<p class=\"soft lead\">Shares of rows, real and "
                      "synthetic side by side; the number is the likeness of "
                      "the two (1 &minus; the Kolmogorov-Smirnov or the total "
                      "variation distance). The outer bars of numbers hold "
                      "what lies beyond.</p>");
    write_key(page);
    sg_html_put(page, "<div class=\"grid wide\">");
    for (size_t i = 0; i < report->n_pictures; i++) {
        const sg_picture *picture = &report->picture[i];
        sg_html_put(page, "<div class=\"card\"><div class=\"head\"><h3>");
        sg_html_text(page, picture->name, 60);
        sg_html_put(page, "</h3><span>");
        sg_html_percent(
            page, sg_page_value(report, &sg_measure_column_shape, picture));
        sg_html_printf(page, "</span></div><span class=\"small\">%s",
                       picture->type);
        write_missing(page, picture);
        sg_html_put(page, "</span>");
        sg_page_bars(page, picture);
        sg_html_put(page, "</div>");
    }
    sg_html_put(page, "</div></section>");
}

static void write_relations(sg_html *page, const syngan_report *report) {
    static const char *const titles[] = {"Real", "Synthetic", "Difference"};
    sg_html_put(page,
                "<section id=\"relations\"><h2>Relations of columns</h2>"
                "<p class=\"soft lead\">Pearson's r of two numbers, Cramer's V "
                "of all other pairs. Strong colours are strong relations; the "
                "difference is drawn twice as strong, and empty is best.</p>"
                "<p class=\"key small\"><i style=\"background:var(--plus)\">"
                "</i>positive<i style=\"background:var(--minus)\"></i>negative"
                "<i style=\"background:var(--line)\"></i>undefined, or not "
                "among the pairs that were compared</p>"
                "<div class=\"grid wide\">");
    for (int side = 0; side < 3; side++) {
        sg_html_printf(page, "<div class=\"card\"><h3>%s</h3>", titles[side]);
        sg_page_map(page, report, side < 2 ? side : -1);
        sg_html_put(page, "</div>");
    }
    sg_html_put(page, "</div></section>");
}

/* ---- the rest ----------------------------------------------------------- */

static void write_distances(sg_html *page, const syngan_report *report) {
    if (!report->distances.known) return;
    sg_html_put(page, "<section id=\"distances\"><h3>Distances to the closest "
                      "training row</h3><p class=\"small\">Synthetic rows that "
                      "were not learnt by heart are about as far from the "
                      "training rows as hold-out rows are.</p>"
                      "<div class=\"card\"><p class=\"key small\">");
    if (report->distances.has_holdout)
        sg_html_put(page, "<i style=\"background:var(--r)\"></i>hold-out rows");
    sg_html_put(page,
                "<i style=\"background:var(--s)\"></i>synthetic rows</p>");
    sg_page_distances(page, &report->distances);
    sg_html_put(page, "</div></section>");
}

static void write_notes(sg_html *page, const syngan_report *report) {
    sg_html_put(page, "<section id=\"notes\"><h2>Notes</h2><ul>");
    size_t most = report->n_notes < 100 ? report->n_notes : 100;
    for (size_t i = 0; i < most; i++) {
        sg_html_put(page, "<li>");
        sg_html_text(page, report->note[i], 0);
        sg_html_put(page, ".</li>");
    }
    if (most < report->n_notes)
        sg_html_printf(page, "<li>and %zu more: see the JSON report.</li>",
                       report->n_notes - most);
    if (most == 0)
        sg_html_put(page, "<li>All rows and all columns were used.</li>");
    sg_html_put(page,
                "</ul><p class=\"soft small\">Definitions of all measures and "
                "their sources: syngan/evaluate.h. Judgements are rules of "
                "thumb; the numbers are what counts.</p></section>");
}

static void write_rows(sg_html *page, const syngan_report *report) {
    if (report->rows_are == SYNGAN_ROWS_BASKETS)
        sg_page_section(page, report, &sg_section_baskets);
    if (report->rows_are != SYNGAN_ROWS_SEQUENCES) return;
    sg_page_section(page, report, &sg_section_sequences);
    sg_page_steps(page, report);
}

static void write_page(sg_html *page, const syngan_report *report) {
    write_head(page, report);
    write_verdict(page, report);
    sg_page_section(page, report, &sg_section_quality);
    write_rows(page, report);
    write_columns(page, report);
    write_relations(page, report);
    sg_page_columns(page, report);
    sg_page_section(page, report, &sg_section_manifold);
    sg_page_section(page, report, &sg_section_detection);
    sg_page_utility(page, report);
    sg_page_section(page, report, &sg_section_privacy);
    write_distances(page, report);
    write_notes(page, report);
    sg_html_put(page, "</main></body></html>\n");
}

syngan_status syngan_report_write_html(const syngan_report *report,
                                       const char *path) {
    SG_OWN_FLOATS;
    if (report == NULL) return SYNGAN_E_ARGUMENT;
    if (path == NULL)
        return sg_fail(report->context, SYNGAN_E_ARGUMENT,
                       "syngan_report_write_html: `path` is NULL");
    sg_html page = {0};
    SG_TRY(sg_writer_open(report->context, path, &page.writer));
    write_page(&page, report);
    if (page.status == SYNGAN_OK) return sg_writer_commit(page.writer);
    sg_writer_abandon(page.writer);
    return page.status;
}
