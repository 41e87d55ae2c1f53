/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page's tables of values.
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "eval/learn.h"
#include "eval/page.h"

/* ---- sections ------------------------------------------------------------ */

/* The next measure of a section, from the report's number *at on; NULL: none.
 */
static const sg_measure *next_of(const syngan_report *report,
                                 const sg_section *section, size_t *at) {
    const sg_measure *const *list = report->measures;
    while (list[*at] != NULL && list[*at]->section != section)
        ++*at;
    return list[*at] == NULL ? NULL : list[(*at)++];
}

static void open_section(sg_html *page, const sg_section *section) {
    sg_html_printf(page, "<section id=\"%s\"><h2>%s</h2>", section->id,
                   section->title);
    if (section->lead != NULL)
        sg_html_printf(page, "<p class=\"soft lead\">%s</p>", section->lead);
}

static void write_value(sg_html *page, const sg_measure *measure,
                        double value) {
    sg_html_put(page, "<td>");
    if (measure->unit == SG_UNIT_FRACTION)
        sg_html_percent(page, value);
    else
        sg_html_number(page, value);
    sg_html_put(page, "</td>");
}

/* ---- a line for each measure --------------------------------------------- */

/* A row if there is such a value. */
static void write_row(sg_html *page, const syngan_report *report,
                      const sg_measure *measure) {
    double value;
    if (!sg_report_has(report, measure->name, &value)) return;
    sg_html_printf(page, "<tr><td>%s</td>", measure->title);
    write_value(page, measure, value);
    for (int k = SG_HOLDOUT_ROWS; k < SG_BASELINES; k++) {
        value = sg_report_baseline(report, measure->name, (sg_baseline)k);
        if (isnan(value))
            sg_html_put(page, "<td></td>");
        else
            write_value(page, measure, value);
    }
    sg_html_printf(page, "<td class=\"words\">%s</td></tr>", measure->words);
}

void sg_page_section(sg_html *page, const syngan_report *report,
                     const sg_section *section) {
    const sg_measure *measure;
    bool any = false;
    open_section(page, section);
    for (size_t i = 0; (measure = next_of(report, section, &i)) != NULL;)
        any = any || !isnan(sg_report_value(report, measure));
    if (any) {
        sg_html_put(page, "<div class=\"scroll\"><table><thead><tr><th>Measure"
                          "</th><th>Value</th><th>Held-out real rows</th>"
                          "<th>Independent columns</th><th></th></tr>"
                          "</thead><tbody>");
        for (size_t i = 0; (measure = next_of(report, section, &i)) != NULL;)
            write_row(page, report, measure);
        sg_html_put(page, "</tbody></table></div>");
    } else {
        sg_html_put(page, "<p>Not measured.</p>");
    }
    sg_html_put(page, "</section>");
}

/* ---- a line for each column ---------------------------------------------- */

double sg_page_value(const syngan_report *report, const sg_measure *measure,
                     const sg_picture *picture) {
    char *path = sg_report_path(report->context, picture->name);
    const char *const names[] = {path};
    double value =
        path == NULL ? (double)NAN : sg_report_find(report, measure, names);
    sg_free(report->context, path);
    return value;
}

void sg_page_columns(sg_html *page, const syngan_report *report) {
    const sg_section *section = &sg_section_columns;
    const sg_measure *measure;
    open_section(page, section);
    sg_html_put(page,
                "<div class=\"scroll\"><table><thead><tr><th>Column</th>");
    for (size_t i = 0; (measure = next_of(report, section, &i)) != NULL;)
        sg_html_printf(page, "<th>%s</th>", measure->title);
    sg_html_put(page, "</tr></thead><tbody>");
    for (size_t c = 0; c < report->n_pictures; c++) {
        const sg_picture *picture = &report->picture[c];
        bool time = strcmp(picture->type, "time") == 0;
        sg_html_put(page, "<tr><td>");
        sg_html_text(page, picture->name, 60);
        sg_html_put(page, "</td>");
        for (size_t i = 0; (measure = next_of(report, section, &i)) != NULL;)
            if (time && measure->unit == SG_UNIT_COLUMN)
                sg_html_put(page, "<td></td>");
            else
                write_value(page, measure,
                            sg_page_value(report, measure, picture));
        sg_html_put(page, "</tr>");
    }
    sg_html_put(page, "</tbody></table></div></section>");
}

void sg_page_steps(sg_html *page, const syngan_report *report) {
    const sg_section *section = &sg_section_steps;
    const sg_measure *measure;
    sg_html_printf(page,
                   "<section id=\"%s\"><h3>%s</h3>"
                   "<div class=\"scroll\"><table><thead><tr><th>Column</th>"
                   "<th>Value</th><td class=\"words\"></td></tr></thead>"
                   "<tbody>",
                   section->id, section->title);
    for (size_t c = 0; c < report->n_pictures; c++)
        for (size_t i = 0; (measure = next_of(report, section, &i)) != NULL;) {
            const sg_picture *picture = &report->picture[c];
            double value = sg_page_value(report, measure, picture);
            if (isnan(value)) continue;
            sg_html_put(page, "<tr><td>");
            sg_html_text(page, picture->name, 60);
            sg_html_put(page, "</td>");
            write_value(page, measure, value);
            sg_html_printf(page, "<td class=\"words\">%s</td></tr>",
                           measure->words);
        }
    sg_html_put(page, "</tbody></table></div></section>");
}

/* ---- a line for each learner --------------------------------------------- */

static void write_learner(sg_html *page, const syngan_report *report,
                          const sg_named_learner *learner,
                          const sg_measure *measure) {
    static const char *const tables[] = {"real", "synthetic", "independent"};
    double value[3];
    for (int k = 0; k < 3; k++) {
        const char *const names[] = {learner->name, tables[k]};
        if (!sg_report_holds(report, measure, names, &value[k])) return;
    }
    sg_html_printf(page, "<tr><td>%s, %s</td>", learner->title, measure->title);
    for (int k = 0; k < 3; k++) {
        sg_html_put(page, "<td>");
        sg_html_number(page, value[k]);
        sg_html_put(page, "</td>");
    }
    sg_html_put(page, "</tr>");
}

void sg_page_utility(sg_html *page, const syngan_report *report) {
    static const char *const trees_of_real[] = {"trees", "real"};
    const sg_section *section = &sg_section_utility;
    const sg_measure *measure;
    open_section(page, section);
    if (isnan(sg_report_find(report, &sg_measure_utility_auc, trees_of_real)) &&
        isnan(sg_report_find(report, &sg_measure_utility_r2, trees_of_real))) {
        sg_html_put(page, "<p>Not measured.</p></section>");
        return;
    }
    sg_html_put(page, "<div class=\"scroll\"><table><thead><tr><th>Target ");
    sg_html_text(page, report->target, 60);
    sg_html_put(
        page,
        "</th><th>trained on real</th><th>trained on synthetic"
        "</th><th>trained on independent columns</th></tr></thead><tbody>");
    for (size_t k = 0; k < SG_LEARNERS; k++)
        for (size_t i = 0; (measure = next_of(report, section, &i)) != NULL;)
            write_learner(page, report, &sg_learners[k], measure);
    sg_html_put(page, "</tbody></table></div></section>");
}
