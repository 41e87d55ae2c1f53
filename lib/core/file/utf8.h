/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Characters of UTF-8 text.
 */
#ifndef SG_FILE_UTF8_H
#define SG_FILE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the character at `at`, in text that a zero byte ends (which counts
 * as a character); 0 if it is none: RFC 3629 has no longer forms than needed,
 * no surrogates and nothing above U+10FFFF. */
static inline size_t sg_utf8_size(const unsigned char *at) {
    unsigned char a = at[0];
    if (a < 0x80) return 1;
    if (a < 0xC2 || a > 0xF4) return 0;
    size_t size = a < 0xE0 ? 2 : a < 0xF0 ? 3 : 4;
    for (size_t i = 1; i < size; i++) {
        if ((at[i] & 0xC0) != 0x80) return 0;
    }
    int too_long = (a == 0xE0 && at[1] < 0xA0) || (a == 0xF0 && at[1] < 0x90);
    int surrogate = a == 0xED && at[1] >= 0xA0;
    int too_great = a == 0xF4 && at[1] >= 0x90;
    return too_long || surrogate || too_great ? 0 : size;
}

/* Whether a text that a zero byte ends is UTF-8. */
static inline bool sg_utf8_is(const char *text) {
    const unsigned char *at = (const unsigned char *)text;
    size_t size = 1;
    for (; *at != '\0' && size != 0; at += size)
        size = sg_utf8_size(at);
    return size != 0;
}

#endif
