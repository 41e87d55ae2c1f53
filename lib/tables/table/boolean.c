/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The texts that say true and false. Letters are compared without the locale,
 * in which i may not be the small letter of I.
 */
#include "table/boolean.h"

static const char *const pairs[][2] = {
    {"false", "true"}, {"no", "yes"}, {"0", "1"},
    {"f", "t"},        {"n", "y"},    {"off", "on"},
};

/* Equal but for the case of ASCII letters; `lower` has lower case. */
static bool says(const char *lower, const char *text) {
    for (; *lower != '\0'; lower++, text++) {
        char c = *text >= 'A' && *text <= 'Z' ? (char)(*text + 32) : *text;
        if (c != *lower) return false;
    }
    return *text == '\0';
}

bool sg_boolean_is_pair(const char *a, const char *b) {
    for (size_t p = 0; p < sizeof pairs / sizeof *pairs; p++)
        if ((says(pairs[p][0], a) && says(pairs[p][1], b)) ||
            (says(pairs[p][1], a) && says(pairs[p][0], b)))
            return true;
    return false;
}

bool sg_boolean_truth(const sg_dictionary *words, bool truth[2]) {
    truth[0] = truth[1] = false;
    if (words->count > 2) return false;
    for (size_t p = 0; p < sizeof pairs / sizeof *pairs; p++) {
        int32_t no = 0, yes = 0;
        for (int32_t code = 0; code < words->count; code++) {
            truth[code] = says(pairs[p][1], sg_dictionary_text(words, code));
            yes += truth[code];
            no += says(pairs[p][0], sg_dictionary_text(words, code));
        }
        if (yes < 2 && no < 2 && yes + no == words->count) return true;
    }
    return false;
}

int32_t sg_boolean_code(const sg_dictionary *words, const char *text) {
    bool truth[2];
    if (!sg_boolean_truth(words, truth)) return -1;
    for (size_t p = 0; p < sizeof pairs / sizeof *pairs; p++)
        for (int32_t code = 0; code < words->count; code++)
            if (says(pairs[p][truth[code]], text)) return code;
    return -1;
}
