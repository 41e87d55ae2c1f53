/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing HTML: text that is escaped, numbers, and the pictures of a report.
 */
#ifndef SG_EVAL_PAGE_H
#define SG_EVAL_PAGE_H

#include "base/stream.h"
#include "eval/report.h"

/* Failures stick: later calls do nothing. */
typedef struct sg_page {
    sg_writer *writer;
    syngan_status status;
} sg_page;

/* As it is. */
void sg_page_put(sg_page *page, const char *html);
void sg_page_printf(sg_page *page, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Any text, with what HTML would read as its own escaped; longer ones are cut
 * after `most` characters (0: none are). */
void sg_page_text(sg_page *page, const char *text, int most);
/* "93.1 %", "0.931"; an en dash for NaN. */
void sg_page_percent(sg_page *page, double value);
void sg_page_number(sg_page *page, double value);

/* ---- pictures (page_plots.c): SVG --------------------------------------- */

/* A column's bars, real and synthetic side by side. */
void sg_page_bars(sg_page *page, const sg_picture *picture);
/* A map of relations: values[side][i * n + k]; side -1: synthetic less real. */
void sg_page_map(sg_page *page, const syngan_report *report, int side);
void sg_page_distances(sg_page *page, const sg_distances *distances);

#endif
