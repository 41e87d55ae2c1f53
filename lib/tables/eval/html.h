/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing HTML: text that is escaped, numbers.
 */
#ifndef SG_EVAL_HTML_H
#define SG_EVAL_HTML_H

#include "base/stream.h"

/* Failures stick: later calls do nothing. */
typedef struct sg_html {
    sg_writer *writer;
    syngan_status status;
} sg_html;

/* As it is. */
void sg_html_put(sg_html *html, const char *markup);
void sg_html_printf(sg_html *html, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Any text, with what HTML would read as its own escaped; longer ones are cut
 * after `most` characters (0: none are). */
void sg_html_text(sg_html *html, const char *text, int most);
/* "93.1 %", "0.931"; an en dash for NaN. */
void sg_html_percent(sg_html *html, double value);
void sg_html_number(sg_html *html, double value);

#endif
