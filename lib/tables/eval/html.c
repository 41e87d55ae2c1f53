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

static void write_fact(sg_page *page, const char *title, const char *text) {
    if (text == NULL) return;
    sg_page_printf(page, "<li>%s <b>", title);
    sg_page_text(page, text, 200);
    sg_page_put(page, "</b></li>");
}

/* Which tables, when, from what: for who finds the page later. */
static void write_about(sg_page *page, const syngan_report *report) {
    sg_page_put(page, "<ul class=\"about small\">");
    write_fact(page, "Real", report->about[SG_ABOUT_REAL]);
    write_fact(page, "Synthetic", report->about[SG_ABOUT_SYNTHETIC]);
    write_fact(page, "Date", report->about[SG_ABOUT_DATE]);
    sg_page_printf(page, "<li>Seed <b>%llu</b></li>",
                   (unsigned long long)report->seed);
    if (report->epochs > 0)
        sg_page_printf(page, "<li>Epochs <b>%lld</b></li>",
                       (long long)report->epochs);
    sg_page_put(page, "</ul>");
}

static void write_head(sg_page *page, const syngan_report *report) {
    sg_page_put(page, "<!DOCTYPE html>\n<html lang=\"en\"><head>"
                      "<meta charset=\"utf-8\"><meta name=\"viewport\" "
                      "content=\"width=device-width,initial-scale=1\">"
                      "<title>Synthetic table: report</title><style>");
    sg_page_put(page, style);
    sg_page_printf(page,
                   "</style></head><body><main><header>"
                   "<h1>How good is the synthetic table?</h1><p class=\"soft\">"
                   "%lld synthetic rows against %lld real ones, %zu columns "
                   "in common",
                   (long long)report->rows[1], (long long)report->rows[0],
                   report->columns);
    if (report->rows[2] > 0)
        sg_page_printf(page, "; %lld real rows were held out of training",
                       (long long)report->rows[2]);
    sg_page_put(page, ".</p>");
    write_about(page, report);
    sg_page_put(page, "</header>");
}

static void write_verdict(sg_page *page, const syngan_report *report) {
    static const char *const titles[] = {"", "Quality", "Detection", "Utility",
                                         "Privacy"};
    const sg_judgement *all = &report->judgement[SG_JUDGE_ALL];
    sg_page_printf(
        page, "<section id=\"verdict\"><div class=\"card all %s\"><strong>",
        grade_class(all->grade));
    sg_page_text(page, all->text, 0);
    sg_page_put(page, "</strong><p>The worst of the four decides. Each is "
                      "explained below, with its numbers.</p></div>"
                      "<div class=\"grid\">");
    for (int i = SG_JUDGE_QUALITY; i < SG_JUDGEMENTS; i++) {
        const sg_judgement *one = &report->judgement[i];
        sg_page_printf(page,
                       "<div class=\"card\"><div class=\"head\"><h3>%s</h3>"
                       "<span class=\"badge %s\">%s</span></div><p>",
                       titles[i], grade_class(one->grade),
                       sg_grade_name(one->grade));
        sg_page_text(page, one->text, 0);
        sg_page_put(page, "</p></div>");
    }
    sg_page_put(page, "</div></section>");
}

/* ---- tables of values --------------------------------------------------- */

/* A row if there is such a value. */
static void write_row(sg_page *page, const syngan_report *report,
                      const char *title, const char *name, bool percent,
                      const char *words) {
    double value;
    if (!sg_report_has(report, name, &value)) return;
    sg_page_printf(page, "<tr><td>%s</td><td>", title);
    if (percent)
        sg_page_percent(page, value);
    else
        sg_page_number(page, value);
    sg_page_printf(page, "</td><td class=\"words\">%s</td></tr>", words);
}

typedef struct line {
    const char *title, *name;
    bool percent;
    const char *words;
} line;

static void write_section(sg_page *page, const syngan_report *report,
                          const char *id, const char *title, const char *lead,
                          const line *lines, size_t count) {
    sg_page_printf(
        page, "<section id=\"%s\"><h2>%s</h2><p class=\"soft lead\">%s</p>", id,
        title, lead);
    bool any = false;
    for (size_t i = 0; i < count; i++)
        any = any || !isnan(sg_report_find(report, lines[i].name));
    if (any) {
        sg_page_put(page, "<div class=\"scroll\"><table><thead><tr><th>Measure"
                          "</th><th>Value</th><th></th></tr>"
                          "</thead><tbody>");
        for (size_t i = 0; i < count; i++)
            write_row(page, report, lines[i].title, lines[i].name,
                      lines[i].percent, lines[i].words);
        sg_page_put(page, "</tbody></table></div>");
    } else {
        sg_page_put(page, "<p>Not measured.</p>");
    }
    sg_page_put(page, "</section>");
}

#define LINES(name) name, sizeof name / sizeof *name

static const line quality_lines[] = {
    {"Quality score", "quality.score", true,
     "mean of shapes and pairs, as SDMetrics' QualityReport"},
    {"The same of the hold-out", "quality.holdout.score", true,
     "what other real rows get: the yardstick"},
    {"Column shapes", "quality.shapes", true,
     "how alike the distributions of single columns are"},
    {"Column pairs", "quality.pairs", true,
     "how alike the relations of columns are, of those related in the real "
     "table"},
    {"Coverage", "quality.coverage", true,
     "how much of the real ranges and values occurs"},
    {"Adherence", "quality.adherence", true,
     "synthetic values within the real ranges and values"},
    {"Missing values", "quality.missing", true,
     "how alike the shares of missing values are"},
};

static const line detection_lines[] = {
    {"AUC, boosted trees", "detection.trees.auc", false,
     "0.5: it guesses, 1: it is always right"},
    {"AUC, logistic regression", "detection.logistic.auc", false,
     "sees straight differences only"},
    {"Score, boosted trees", "detection.trees", true,
     "100 % if rows can't be told apart"},
    {"Score, logistic regression", "detection.logistic", true,
     "as SDMetrics' LogisticDetection"},
};

static const line privacy_lines[] = {
    {"Synthetic rows that equal a real one", "privacy.copies", true, ""},
    {"Hold-out rows that equal a training row", "privacy.copies.holdout", true,
     "what chance does"},
    {"Synthetic rows closer to training than to hold-out rows",
     "privacy.dcr.share", true, "50 % is ideal"},
    {"Membership inference, AUC", "privacy.membership.auc", false,
     "0.5 is ideal: an attacker only guesses who was in the training rows"},
    {"Distance to the closest training row, median",
     "privacy.dcr.synthetic.median", false, "synthetic rows"},
    {"", "privacy.dcr.holdout.median", false, "hold-out rows: the yardstick"},
    {"Distance to the closest training row, 5 % of rows below",
     "privacy.dcr.synthetic.p05", false, "synthetic rows"},
    {"", "privacy.dcr.holdout.p05", false, "hold-out rows"},
    {"Closest by second closest distance, median",
     "privacy.nndr.synthetic.median", false,
     "synthetic rows; near 0, single rows are imitated"},
    {"", "privacy.nndr.holdout.median", false, "hold-out rows"},
    {"Sensitive value guessed, training rows", "privacy.attribute.train", true,
     "by the closest synthetic row"},
    {"Sensitive value guessed, hold-out rows", "privacy.attribute.holdout",
     true, "what is above it for training rows was learnt by heart"},
    {"Sensitive value guessed, without any row", "privacy.attribute.baseline",
     true, "always the most frequent value"},
};

static const line basket_lines[] = {
    {"Score of baskets", "baskets.score", true,
     "mean of sizes, items and lift"},
    {"The same of the hold-out", "baskets.holdout.score", true,
     "what other real baskets get: the yardstick"},
    {"Sizes", "baskets.sizes", true, "how alike the numbers of items are"},
    {"Items", "baskets.items", true, "how alike the frequencies of items are"},
    {"Coverage", "baskets.coverage", true, "real items that occur"},
    {"Lift, correlation", "baskets.lift", false,
     "how much more often two items come together than by chance"},
    {"The same of the hold-out", "baskets.holdout.lift", false, ""},
    {"Lift, error of the logarithm", "baskets.lift.error", false, "0 is best"},
    {"Pairs of greatest lift", "baskets.lift.top", true,
     "those that are the same, of 50"},
    {"Synthetic baskets that equal a real one", "baskets.copies", true,
     "small baskets mostly do"},
    {"Hold-out baskets that equal a real one", "baskets.copies.holdout", true,
     "what chance does"},
};

static const line sequence_lines[] = {
    {"Score of sequences", "sequences.score", true, "mean of all below"},
    {"The same of the hold-out", "sequences.holdout.score", true,
     "what other real sequences get: the yardstick"},
    {"Lengths", "sequences.lengths", true, "how alike the numbers of rows are"},
    {"Gaps", "sequences.gaps", true,
     "how alike the distances of a row from the one before are"},
    {"Times of day", "sequences.clock", true, ""},
};

/* ---- columns ------------------------------------------------------------ */

static void write_key(sg_page *page) {
    sg_page_put(page,
                "<p class=\"key small\"><i style=\"background:var(--r)\"></i>"
                "real<i style=\"background:var(--s)\"></i>synthetic</p>");
}

static void write_missing(sg_page *page, const sg_picture *picture) {
    if (picture->missing[0] == 0 && picture->missing[1] == 0) return;
    sg_page_put(page, ", missing ");
    sg_page_percent(page, picture->missing[0]);
    sg_page_put(page, " and ");
    sg_page_percent(page, picture->missing[1]);
}

static double named_value(const syngan_report *report, const char *group,
                          const sg_picture *picture, const char *what) {
    char *path = sg_report_path(report->context, picture->name);
    char *name = path == NULL ? NULL
                              : sg_format(report->context, "%s.%s.%s", group,
                                          path, what);
    double value = name == NULL ? NAN : sg_report_find(report, name);
    sg_free(report->context, name);
    sg_free(report->context, path);
    return value;
}

static double column_value(const syngan_report *report,
                           const sg_picture *picture, const char *what) {
    return named_value(report, "columns", picture, what);
}

static void write_columns(sg_page *page, const syngan_report *report) {
    sg_page_put(page, "<section id=\"columns\"><h2>Columns</h2>"
                      "<p class=\"soft lead\">Shares of rows, real and "
                      "synthetic side by side; the number is the likeness of "
                      "the two (1 &minus; the Kolmogorov-Smirnov or the total "
                      "variation distance). The outer bars of numbers hold "
                      "what lies beyond.</p>");
    write_key(page);
    sg_page_put(page, "<div class=\"grid wide\">");
    for (size_t i = 0; i < report->n_pictures; i++) {
        const sg_picture *picture = &report->picture[i];
        sg_page_put(page, "<div class=\"card\"><div class=\"head\"><h3>");
        sg_page_text(page, picture->name, 60);
        sg_page_put(page, "</h3><span>");
        sg_page_percent(page, column_value(report, picture, "shape"));
        sg_page_printf(page, "</span></div><span class=\"small\">%s",
                       picture->type);
        write_missing(page, picture);
        sg_page_put(page, "</span>");
        sg_page_bars(page, picture);
        sg_page_put(page, "</div>");
    }
    sg_page_put(page, "</div></section>");
}

static void write_column_table(sg_page *page, const syngan_report *report) {
    static const char *const what[] = {"shape", "coverage", "adherence",
                                       "missing"};
    static const char *const statistics[] = {"real.mean", "synthetic.mean",
                                             "real.std", "synthetic.std"};
    sg_page_put(page, "<section id=\"numbers\"><h2>Columns in numbers</h2>"
                      "<div class=\"scroll\"><table><thead><tr><th>Column</th>"
                      "<th>Shape</th><th>Coverage</th><th>Adherence</th>"
                      "<th>Missing</th><th>Mean, real</th><th>synthetic</th>"
                      "<th>Deviation, real</th><th>synthetic</th></tr></thead>"
                      "<tbody>");
    for (size_t i = 0; i < report->n_pictures; i++) {
        const sg_picture *picture = &report->picture[i];
        sg_page_put(page, "<tr><td>");
        sg_page_text(page, picture->name, 60);
        sg_page_put(page, "</td>");
        for (size_t k = 0; k < 4; k++) {
            sg_page_put(page, "<td>");
            sg_page_percent(page, column_value(report, picture, what[k]));
            sg_page_put(page, "</td>");
        }
        for (size_t k = 0; k < 4; k++) {
            sg_page_put(page, "<td>");
            if (strcmp(picture->type, "time") != 0)
                sg_page_number(page,
                               column_value(report, picture, statistics[k]));
            sg_page_put(page, "</td>");
        }
        sg_page_put(page, "</tr>");
    }
    sg_page_put(page, "</tbody></table></div></section>");
}

/* What is in a sequence's columns. */
static void write_steps(sg_page *page, const syngan_report *report) {
    static const struct {
        const char *name, *words;
    } measures[] = {
        {"pairs", "how alike the frequencies of a value and the next one are"},
        {"memory", "how alike the correlations with earlier values are"},
        {"constant", "sequences that have one value, as all real ones"}};
    sg_page_put(page, "<section id=\"steps\"><h3>From row to row</h3>"
                      "<div class=\"scroll\"><table><thead><tr><th>Column</th>"
                      "<th>Value</th><td class=\"words\"></td></tr></thead>"
                      "<tbody>");
    for (size_t i = 0; i < report->n_pictures; i++)
        for (size_t k = 0; k < sizeof measures / sizeof *measures; k++) {
            double value = named_value(report, "sequences.columns",
                                       &report->picture[i], measures[k].name);
            if (isnan(value)) continue;
            sg_page_put(page, "<tr><td>");
            sg_page_text(page, report->picture[i].name, 60);
            sg_page_put(page, "</td><td>");
            sg_page_percent(page, value);
            sg_page_printf(page, "</td><td class=\"words\">%s</td></tr>",
                           measures[k].words);
        }
    sg_page_put(page, "</tbody></table></div></section>");
}

static void write_rows(sg_page *page, const syngan_report *report) {
    if (report->rows_are == SYNGAN_ROWS_BASKETS)
        write_section(page, report, "baskets", "Baskets",
                      "Whether baskets are as large as the real ones, and the "
                      "same items come together in them.",
                      LINES(basket_lines));
    if (report->rows_are != SYNGAN_ROWS_SEQUENCES) return;
    write_section(page, report, "sequences", "Sequences",
                  "Whether sequences are as long as the real ones, and go on "
                  "as these do.",
                  LINES(sequence_lines));
    write_steps(page, report);
}

static void write_relations(sg_page *page, const syngan_report *report) {
    static const char *const titles[] = {"Real", "Synthetic", "Difference"};
    sg_page_put(page,
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
        sg_page_printf(page, "<div class=\"card\"><h3>%s</h3>", titles[side]);
        sg_page_map(page, report, side < 2 ? side : -1);
        sg_page_put(page, "</div>");
    }
    sg_page_put(page, "</div></section>");
}

/* ---- utility and the rest ----------------------------------------------- */

static void write_utility_row(sg_page *page, const syngan_report *report,
                              const char *learner, const char *title,
                              const char *measure, const char *measure_title) {
    char name[2][64];
    double value[2];
    for (int k = 0; k < 2; k++) {
        strcpy(name[k], "utility.");
        strcat(strcat(strcat(strcat(name[k], learner), "."), measure),
               k == 0 ? ".real" : ".synthetic");
        if (!sg_report_has(report, name[k], &value[k])) return;
    }
    sg_page_printf(page, "<tr><td>%s, %s</td><td>", title, measure_title);
    sg_page_number(page, value[0]);
    sg_page_put(page, "</td><td>");
    sg_page_number(page, value[1]);
    sg_page_put(page, "</td></tr>");
}

static void write_utility(sg_page *page, const syngan_report *report) {
    static const struct {
        const char *name, *title;
    } measures[] = {
        {"auc", "AUC"}, {"accuracy", "accuracy"}, {"f1", "F1"}, {"r2", "R2"}};
    sg_page_put(page, "<section id=\"utility\"><h2>Utility</h2>"
                      "<p class=\"soft lead\">Models that learnt the target "
                      "from the real and from the synthetic rows, both judged "
                      "on real rows that neither has seen.</p>");
    if (isnan(sg_report_find(report, "utility.trees.auc.real")) &&
        isnan(sg_report_find(report, "utility.trees.r2.real"))) {
        sg_page_put(page, "<p>Not measured.</p></section>");
        return;
    }
    sg_page_put(page, "<div class=\"scroll\"><table><thead><tr><th>Target ");
    sg_page_text(page, report->target, 60);
    sg_page_put(page, "</th><th>trained on real</th><th>trained on synthetic"
                      "</th></tr></thead><tbody>");
    for (size_t k = 0; k < 4; k++)
        write_utility_row(page, report, "trees", "Boosted trees",
                          measures[k].name, measures[k].title);
    for (size_t k = 0; k < 4; k++)
        write_utility_row(page, report, "logistic", "Logistic regression",
                          measures[k].name, measures[k].title);
    sg_page_put(page, "</tbody></table></div></section>");
}

static void write_distances(sg_page *page, const syngan_report *report) {
    if (!report->distances.known) return;
    sg_page_put(page, "<section id=\"distances\"><h3>Distances to the closest "
                      "training row</h3><p class=\"small\">Synthetic rows that "
                      "were not learnt by heart are about as far from the "
                      "training rows as hold-out rows are.</p>"
                      "<div class=\"card\"><p class=\"key small\">");
    if (report->distances.has_holdout)
        sg_page_put(page, "<i style=\"background:var(--r)\"></i>hold-out rows");
    sg_page_put(page,
                "<i style=\"background:var(--s)\"></i>synthetic rows</p>");
    sg_page_distances(page, &report->distances);
    sg_page_put(page, "</div></section>");
}

static void write_notes(sg_page *page, const syngan_report *report) {
    sg_page_put(page, "<section id=\"notes\"><h2>Notes</h2><ul>");
    size_t most = report->n_notes < 100 ? report->n_notes : 100;
    for (size_t i = 0; i < most; i++) {
        sg_page_put(page, "<li>");
        sg_page_text(page, report->note[i], 0);
        sg_page_put(page, ".</li>");
    }
    if (most < report->n_notes)
        sg_page_printf(page, "<li>and %zu more: see the JSON report.</li>",
                       report->n_notes - most);
    if (most == 0)
        sg_page_put(page, "<li>All rows and all columns were used.</li>");
    sg_page_put(page,
                "</ul><p class=\"soft small\">Definitions of all measures and "
                "their sources: syngan/evaluate.h. Judgements are rules of "
                "thumb; the numbers are what counts.</p></section>");
}

static void write_page(sg_page *page, const syngan_report *report) {
    write_head(page, report);
    write_verdict(page, report);
    write_section(page, report, "quality", "Quality",
                  "Whether columns, and pairs of columns, are distributed as "
                  "in the real table.",
                  LINES(quality_lines));
    write_rows(page, report);
    write_columns(page, report);
    write_relations(page, report);
    write_column_table(page, report);
    write_section(page, report, "detection", "Detection",
                  "Classifiers that are trained to tell synthetic from real "
                  "rows, judged on rows that they have not seen (3-fold "
                  "cross-validation).",
                  LINES(detection_lines));
    write_utility(page, report);
    write_section(page, report, "privacy", "Privacy",
                  "What the synthetic table tells of the rows that it was "
                  "trained on, against what it tells of rows that it never "
                  "saw.",
                  LINES(privacy_lines));
    write_distances(page, report);
    write_notes(page, report);
    sg_page_put(page, "</main></body></html>\n");
}

syngan_status syngan_report_write_html(const syngan_report *report,
                                       const char *path) {
    SG_OWN_FLOATS;
    if (report == NULL) return SYNGAN_E_ARGUMENT;
    if (path == NULL)
        return sg_fail(report->context, SYNGAN_E_ARGUMENT,
                       "syngan_report_write_html: `path` is NULL");
    sg_page page = {0};
    SG_TRY(sg_writer_open(report->context, path, &page.writer));
    write_page(&page, report);
    if (page.status == SYNGAN_OK) return sg_writer_commit(page.writer);
    sg_writer_abandon(page.writer);
    return page.status;
}
