/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of a report's page.
 */
#ifndef SG_EVAL_PAGE_H
#define SG_EVAL_PAGE_H

#include "eval/html.h"
#include "eval/report.h"

/* ---- tables of values (page_tables.c) ----------------------------------- */

/* The measures of a section, a line each. */
void sg_page_section(sg_html *page, const syngan_report *report,
                     const sg_section *section);
/* The value of a picture's column; NaN if there is none. */
double sg_page_value(const syngan_report *report, const sg_measure *measure,
                     const sg_picture *picture);
/* A line for each column. */
void sg_page_columns(sg_html *page, const syngan_report *report);
/* A line for each measure of each column of sequences. */
void sg_page_steps(sg_html *page, const syngan_report *report);
/* Learners of the real and of the synthetic table side by side. */
void sg_page_utility(sg_html *page, const syngan_report *report);

/* ---- pictures (page_plots.c): SVG --------------------------------------- */

/* A column's bars, real and synthetic side by side. */
void sg_page_bars(sg_html *page, const sg_picture *picture);
/* A map of relations: values[side][i * n + k]; side -1: synthetic less real. */
void sg_page_map(sg_html *page, const syngan_report *report, int side);
void sg_page_distances(sg_html *page, const sg_distances *distances);

#endif
