/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as text: the fewest digits that read back to the same number. */
#include "file/number.h"

#include <math.h>
#include <string.h>

#include "base/text.h"

/* Infinity and NaN have no digits; NULL for other numbers. */
static const char *special_text(double value) {
    if (isnan(value)) return "NaN";
    if (isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
    return NULL;
}

const char *sg_number_short(double value, int digits, char *text) {
    const char *special = special_text(value);
    if (special != NULL) return strcpy(text, special);
    sg_text(text, SG_NUMBER_TEXT, "%.*g", digits, value);
    /* An integer has no negative zero: readers would lose the sign. */
    if (strcmp(text, "-0") == 0) return strcpy(text, "-0.0");
    return text;
}

const char *sg_number_fixed(double value, int digits, char *text) {
    const char *special = special_text(value);
    if (special != NULL) return strcpy(text, special);
    sg_text(text, SG_NUMBER_TEXT, "%.*f", digits, value);
    return text;
}

const char *sg_number_f64(double value, char *text) {
    for (int digits = 15; digits < 17; digits++) {
        double back;
        sg_number_short(value, digits, text);
        if (sg_text_to_double(text, &back) && back == value) return text;
    }
    return sg_number_short(value, 17, text);
}

const char *sg_number_f32(float value, char *text) {
    for (int digits = 6; digits < 9; digits++) {
        double back;
        sg_number_short((double)value, digits, text);
        if (sg_text_to_double(text, &back) && (float)back == value) return text;
    }
    return sg_number_short((double)value, 9, text);
}
