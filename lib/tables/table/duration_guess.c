/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Formats of durations from a text: of a clock, in words, and those of
 * ISO 8601.
 */
#include <string.h>

#include "base/text.h"
#include "table/duration.h"

static const char *const clocks[] = {
    "%-H:%M:%S%.f",
    "%-H:%M",
    "%-M:%S%.f",
    "[%-d day(s), ]%-H:%M:%S%.f",
    "%-d days %-H:%M:%S%.f",
    "%-d day(s) %-H:%M:%S%.f",
    "P[%-w%.fW][%-d%.fD][T[%-H%.fH][%-M%.fM][%-S%.fS]]"};

#define UNITS 6
static const char letters[UNITS] = {'w', 'd', 'H', 'M', 'S', 'L'};
static const char *const words[][UNITS] = {
    {"w", "d", "h", "m", "s", "ms"},
    {"w", "d", "h", "min", "s", "ms"},
    {"wk", "d", "hr", "min", "sec", "ms"},
    {"wk(s)", "day(s)", "hr(s)", "min(s)", "sec(s)", "msec(s)"},
    {"w", "d", "h", "min.", "sec.", "ms"},
    {"W", "D", "H", "M", "S", "MS"},
    {"week(s)", "day(s)", "hour(s)", "minute(s)", "second(s)",
     "millisecond(s)"}};
static const char *const gaps[] = {" ", ""};        /* before a word */
static const char *const joins[] = {" ", "", ", "}; /* between units */

typedef struct guess {
    const char *text;
    size_t size;
    char (*formats)[SG_DURATION_FORMAT];
    size_t count, capacity;
} guess;

static void keep(guess *g, const char *format) {
    int64_t value;
    if (g->count == g->capacity ||
        !sg_duration_read(format, g->text, g->size, &value))
        return;
    sg_text(g->formats[g->count++], SG_DURATION_FORMAT, "%s", format);
}

static void keep_words(guess *g, const char *const word[UNITS], const char *gap,
                       const char *join) {
    char format[SG_DURATION_FORMAT];
    int used = 0;
    for (int i = 0; i < UNITS; i++)
        used += sg_text(format + used, sizeof format - (size_t)used,
                        "[%s%%-%c%%.f%s%s]", i == 0 ? "" : join, letters[i],
                        gap, word[i]);
    keep(g, format);
}

size_t sg_duration_guess(const char *text, size_t size,
                         char (*formats)[SG_DURATION_FORMAT], size_t capacity) {
    guess g = {
        .text = text, .size = size, .formats = formats, .capacity = capacity};
    size_t sign = size > 0 && (*text == '-' || *text == '+');
    bool other = false; /* a number alone is none */
    if (size < sign + 2 || size > 64) return 0;
    if (text[sign] != 'P' && (text[sign] < '0' || text[sign] > '9')) return 0;
    for (size_t i = sign; i < size && !other; i++)
        other = (text[i] < '0' || text[i] > '9') && text[i] != '.';
    if (!other) return 0;
    for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++)
        keep(&g, clocks[i]);
    for (size_t w = 0; w < sizeof words / sizeof *words; w++)
        for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++)
            for (size_t k = 0; k < sizeof joins / sizeof *joins; k++)
                keep_words(&g, words[w], gaps[i], joins[k]);
    return g.count;
}

/* ---- narrowing ---------------------------------------------------------- */

void sg_duration_see(sg_duration_seen *all, const sg_duration_seen *one) {
    all->units |= one->units;
    all->always &= one->always;
    all->fractions |= one->fractions;
    all->padded |= one->padded;
    if (one->least < all->least) all->least = one->least;
    if (one->most > all->most) all->most = one->most;
    all->beyond |= one->beyond;
}

/* The bit of a unit of which `at` has the letter, or 0. */
static uint32_t bit_of(char letter) {
    const char *found = memchr(letters, letter, UNITS);
    return found == NULL ? 0 : 1u << (UNITS - 1 - (found - letters));
}

/* The end of a bracket, and the units in it. */
static const char *end_of(const char *at, uint32_t *units) {
    int depth = 0;
    *units = 0;
    for (;; at++) {
        depth += (*at == '[') - (*at == ']');
        if (*at == '%') *units |= bit_of(at[1] == '-' ? at[2] : at[1]);
        if (depth == 0) return at;
    }
}

typedef struct narrowing {
    const sg_duration_seen *seen;
    char *out;
    size_t used;
    uint32_t unit, least; /* the unit before, and the least that texts have */
} narrowing;

static void add(narrowing *n, const char *from, size_t size) {
    for (size_t i = 0; i < size && n->used + 1 < SG_DURATION_FORMAT; i++)
        n->out[n->used++] = from[i];
}

/* A fraction of the least unit, as texts have it. */
static void add_fraction(narrowing *n) {
    const sg_duration_seen *seen = n->seen;
    char digits[8];
    if (n->unit != n->least || seen->fractions == 0) return;
    if (seen->fractions == n->least && seen->least == seen->most) {
        sg_text(digits, sizeof digits, ".%%%df", (int)seen->least);
        add(n, digits, strlen(digits));
    } else {
        add(n, "%.f", 3);
    }
}

/* A stretch of a format up to `end`. */
static void narrow(narrowing *n, const char *at, const char *end) {
    while (at < end) {
        uint32_t inside;
        if (*at == '[') {
            const char *close = end_of(at, &inside);
            bool always = (inside & n->seen->always) != 0;
            if ((inside & n->seen->units) != 0) {
                if (!always) add(n, "[", 1);
                narrow(n, at + 1, close);
                if (!always) add(n, "]", 1);
            }
            at = close + 1;
        } else if (strncmp(at, "%.f", 3) == 0) {
            add_fraction(n);
            at += 3;
        } else if (*at == '%') {
            bool bare = at[1] == '-';
            n->unit = bit_of(at[1 + bare]);
            bare &= (n->unit & n->seen->padded) == 0;
            add(n, bare ? "%-" : "%", bare ? 2 : 1);
            at += at[1] == '-' ? 2 : 1;
            add(n, at++, 1);
        } else {
            bool leading = n->unit == 0 && (*at == ' ' || *at == ',');
            add(n, at++, leading ? 0 : 1);
        }
    }
}

void sg_duration_narrow(const char *format, const sg_duration_seen *seen,
                        char out[SG_DURATION_FORMAT]) {
    narrowing n = {.seen = seen, .out = out};
    n.least = seen->units & -seen->units;
    narrow(&n, format, format + strlen(format));
    out[n.used] = '\0';
}

/* ---- doubt -------------------------------------------------------------- */

bool sg_duration_is_plain(const char *format, const sg_duration_seen *seen) {
    bool lone = (seen->units & (seen->units - 1)) == 0;
    const char *word = format;
    if (*format == 'P') return true;
    if (strchr(format, ':') != NULL)
        return strchr(format, 'd') != NULL || seen->beyond ||
               (strchr(format, 'H') == NULL && seen->fractions != 0);
    if (!lone) return true;
    /* Behind the number: "%-M min". */
    word += strcspn(word, "wdHMSL") + 1;
    if (*word == '.' || *word == '%') word += strcspn(word, "f") + 1;
    bool gap = *word == ' ';
    word += gap;
    return word[1] != '\0' || (gap && strchr("hs", *word) != NULL);
}
