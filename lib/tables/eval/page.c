/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing HTML.
 */
#include "eval/page.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "file/number.h"
#include "file/utf8.h"

static void put(sg_page *page, const char *data, size_t size) {
    if (page->status == SYNGAN_OK)
        page->status = sg_writer_put(page->writer, data, size);
}

void sg_page_put(sg_page *page, const char *html) {
    put(page, html, strlen(html));
}

void sg_page_printf(sg_page *page, const char *format, ...) {
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    int size = sg_text_v(text, sizeof text, format, arguments);
    va_end(arguments);
    if (size > 0) put(page, text, strlen(text));
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

void sg_page_text(sg_page *page, const char *text, int most) {
    const unsigned char *at = (const unsigned char *)text;
    for (int count = 0; *at != '\0'; count++) {
        if (most > 0 && count == most) {
            sg_page_put(page, "\u2026");
            return;
        }
        size_t size = sg_utf8_size(at);
        const char *escaped = size == 0 ? "\uFFFD" : escape_of(*at);
        if (escaped != NULL)
            sg_page_put(page, escaped);
        else
            put(page, (const char *)at, size);
        at += size == 0 ? 1 : size;
    }
}

void sg_page_percent(sg_page *page, double value) {
    char text[SG_NUMBER_TEXT];
    if (isfinite(value))
        sg_page_printf(page, "%s&nbsp;%%",
                       sg_number_fixed(100 * value, 1, text));
    else
        sg_page_put(page, "&ndash;");
}

void sg_page_number(sg_page *page, double value) {
    char text[SG_NUMBER_TEXT];
    if (!isfinite(value))
        sg_page_put(page, "&ndash;");
    else if (fabs(value) >= 1e9 || (value != 0 && fabs(value) < 1e-3))
        sg_page_put(page, sg_number_short(value, 4, text));
    else
        sg_page_put(page, sg_number_fixed(value,
                                          fabs(value) >= 1e4   ? 0
                                          : fabs(value) >= 100 ? 1
                                                               : 3,
                                          text));
}
