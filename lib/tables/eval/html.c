/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing HTML.
 */
#include "eval/html.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "file/number.h"
#include "file/utf8.h"

static void put(sg_html *html, const char *data, size_t size) {
    if (html->status == SYNGAN_OK)
        html->status = sg_writer_put(html->writer, data, size);
}

void sg_html_put(sg_html *html, const char *markup) {
    put(html, markup, strlen(markup));
}

void sg_html_printf(sg_html *html, const char *format, ...) {
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    int size = sg_text_v(text, sizeof text, format, arguments);
    va_end(arguments);
    if (size > 0) put(html, text, strlen(text));
}

static const char *escape_of(unsigned char character) {
    switch (character) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return character < 0x20 || character == 0x7f ? " " : NULL;
    }
}

void sg_html_text(sg_html *html, const char *text, int most) {
    const unsigned char *at = (const unsigned char *)text;
    for (int count = 0; *at != '\0'; count++) {
        if (most > 0 && count == most) {
            sg_html_put(html, "\u2026");
            return;
        }
        size_t size = sg_utf8_size(at);
        const char *escaped = size == 0 ? "\uFFFD" : escape_of(*at);
        if (escaped != NULL)
            sg_html_put(html, escaped);
        else
            put(html, (const char *)at, size);
        at += size == 0 ? 1 : size;
    }
}

void sg_html_percent(sg_html *html, double value) {
    char text[SG_NUMBER_TEXT];
    if (isfinite(value))
        sg_html_printf(html, "%s&nbsp;%%",
                       sg_number_fixed(100 * value, 1, text));
    else
        sg_html_put(html, "&ndash;");
}

void sg_html_number(sg_html *html, double value) {
    char text[SG_NUMBER_TEXT];
    if (!isfinite(value))
        sg_html_put(html, "&ndash;");
    else if (fabs(value) >= 1e9 || (value != 0 && fabs(value) < 1e-3))
        sg_html_put(html, sg_number_short(value, 4, text));
    else
        sg_html_put(html, sg_number_fixed(value,
                                          fabs(value) >= 1e4   ? 0
                                          : fabs(value) >= 100 ? 1
                                                               : 3,
                                          text));
}
