/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which notation the numbers of a column have: each text counts for all pairs
 * of marks under which it is a number, and the whole column decides.
 */
#include <string.h>

#include "table/looks.h"

/* Different texts that a word behind a number must have more of to be a unit:
 * "36 months" and "60 months" alone are two categories. */
#define UNIT_TEXTS 10
/* Digits of a telephone number, at least. */
#define PHONE_DIGITS 7
/* Numbers like "1.234" that are thousands rather than chance, where nothing
 * else tells. */
#define CERTAIN_GROUPS 20

/* The pair of a comma as decimal mark with a point as that of thousands. */
#define POINT_GROUPS 5

/* ---- taking ------------------------------------------------------------- */

static bool same_text(const char *known, const char *text, size_t size) {
    return strlen(known) == size && memcmp(known, text, size) == 0;
}

/* The column's unit is the first one. */
static bool take_unit(sg_number_looks *n, const sg_number_text *t,
                      const sg_sight *sight) {
    if (t->unit == SG_UNIT_NONE) {
        n->without_unit += sight->cells;
        return true;
    }
    if (n->unit == SG_UNIT_NONE) {
        memcpy(n->prefix, t->prefix, t->n_prefix);
        memcpy(n->suffix, t->suffix, t->n_suffix);
        n->unit = t->unit;
        n->with_unit = *sight;
        return true;
    }
    if (!same_text(n->prefix, t->prefix, t->n_prefix) ||
        !same_text(n->suffix, t->suffix, t->n_suffix))
        return false;
    n->with_unit.cells += sight->cells;
    return true;
}

static void take_sign(sg_number_looks *n, const sg_number_text *t,
                      const sg_body *body) {
    int32_t digits = (int32_t)strlen(body->plain);
    if (t->negative && n->minus[0] == '\0')
        memcpy(n->minus, t->sign, sizeof n->minus);
    n->parentheses |= t->parentheses;
    n->trailing |= t->trailing;
    n->inside |= t->inside;
    n->plus |= t->plus;
    n->bare |=
        !t->plus && !t->negative && strpbrk(body->plain, "123456789") != NULL;
    if (t->plus && digits > n->plus_digits) n->plus_digits = digits;
}

static uint32_t known_of(const sg_body *body) {
    bool marked = body->mark[0] != '\0';
    uint32_t known = body->before == 4 && marked  ? SG_MARKED_FOUR
                     : body->before == 4          ? SG_BARE_FOUR
                     : body->before > 4 && marked ? SG_MARKED_LONG
                     : body->before > 4           ? SG_BARE_MORE
                                                  : 0;
    if (!body->threes) known |= SG_NO_THREES;
    if (!body->pairs) known |= SG_NO_PAIRS;
    return known;
}

/* A number under one pair of marks? */
static bool take_pair(sg_number_looks *n, const sg_number_text *t, int k,
                      int64_t cells, sg_body *body, sg_number_form *form) {
    if (!sg_body_read(t->body, t->n_body, sg_marks_pairs[k], body))
        return false;
    size_t size = strlen(body->plain);
    if (!sg_number_scan(body->plain, size, form) ||
        !sg_number_is_plain(body->plain, size, form))
        return false;
    n->known[k] |= known_of(body);
    if (!form->whole) n->known[k] |= SG_NO_WHOLE;
    if (!form->exponent)
        sg_decimals_take(&n->decimals[k], form->decimals,
                         body->plain[size - 1] == '0', cells);
    if (n->mark[k][0] == '\0') memcpy(n->mark[k], body->mark, SG_SIGN_TEXT);
    return true;
}

bool sg_number_is_plain(const char *text, size_t size,
                        const sg_number_form *form) {
    int64_t integer;
    double real;
    if (form->infinite) return true;
    if (form->padded) return false;
    if (form->whole && form->decimals == 0)
        return sg_number_integer(text, size, &integer) &&
               integer != SYNGAN_MISSING;
    return !form->exponent || sg_number_real(text, size, &real);
}

bool sg_number_looks_take(sg_number_looks *n, const char *text, size_t size,
                          const sg_sight *sight, bool *shortest) {
    sg_number_text t;
    sg_body body, first;
    sg_number_form form;
    uint32_t fits = 0;
    if (!sg_number_divide(text, size, &t)) return false;
    sg_number_looks before = *n;
    for (int k = 0; k < SG_MARKS_PAIRS; k++) {
        if (!take_pair(n, &t, k, sight->cells, &body, &form)) continue;
        if (fits == 0) first = body;
        fits |= 1u << k;
        n->fits[k] += sight->cells;
        *shortest |= form.exponent || form.decimals > SG_NUMERAL_DECIMALS;
    }
    if (fits == 0 || !take_unit(n, &t, sight)) {
        *n = before;
        return false;
    }
    take_sign(n, &t, &first);
    for (int k = 0; k < SG_MARKS_PAIRS; k++)
        if (!(fits >> k & 1) && n->misfit[k].cells == 0) n->misfit[k] = *sight;
    return true;
}

/* ---- choosing ----------------------------------------------------------- */

/* Numerals that are numbers under a pair. */
static int64_t numerals_of(const sg_looks *l, int k) {
    int64_t all = (int64_t)l->numerals;
    if (sg_marks_pairs[k].decimal == '.') return all;
    return all - l->dot_other - (k == POINT_GROUPS ? 0 : l->dot_three);
}

static int64_t cells_of(const sg_looks *l, int k) {
    return l->numbers.fits[k] + numerals_of(l, k);
}

/* Whether some numbers have marks of thousands that others would need. */
static bool is_mixed(const sg_looks *l, int k) {
    uint32_t known = l->numbers.known[k] | l->bare;
    bool points = k == POINT_GROUPS && l->dot_three > 0;
    if (l->numbers.mark[k][0] == '\0' && !points) return false;
    return (known & SG_BARE_MORE) != 0 ||
           ((known & SG_BARE_FOUR) != 0 && (points || known & SG_MARKED_FOUR));
}

/* Of "1.234" and "980", without any other point, the point marks thousands:
 * decimals would end in a zero now and then, and so be shorter. */
static bool are_groups(const sg_looks *l, char hint) {
    int64_t whole = (int64_t)l->numerals - l->dot_three;
    if (l->dot_three == 0 || l->dot_other > 0 || is_mixed(l, POINT_GROUPS))
        return false;
    return hint == ',' ||
           (whole > 0 && (hint == ';' || l->dot_three >= CERTAIN_GROUPS));
}

/* Digits behind the mark of all numbers under a pair. */
static sg_decimals_tally tally_of(const sg_looks *l, int k) {
    sg_decimals_tally all = l->numbers.decimals[k];
    if (sg_marks_pairs[k].decimal == '.') {
        sg_decimals_add(&all, &l->tally);
    } else {
        sg_decimals_take(&all, 0, false, numerals_of(l, k));
    }
    return all;
}

static int choose_pair(const sg_looks *l, char hint) {
    int first = hint == ',' || hint == ';' ? 4 : 0, best = -1;
    if (cells_of(l, POINT_GROUPS) >= cells_of(l, 0) && are_groups(l, hint))
        return POINT_GROUPS;
    /* Numerals alone are plain: a hint is for what has a comma. */
    if (cells_of(l, 0) == (int64_t)l->numerals + l->numbers.fits[4] &&
        cells_of(l, 0) >= cells_of(l, 4))
        first = 0;
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < SG_MARKS_PAIRS; i++) {
            int k = (first + i) % SG_MARKS_PAIRS;
            if (pass == 0 && is_mixed(l, k)) continue;
            if (best < 0 || cells_of(l, k) > cells_of(l, best)) best = k;
        }
    return best;
}

static void set_marks(const sg_looks *l, int k, sg_notation *out) {
    const sg_number_looks *n = &l->numbers;
    uint32_t known = n->known[k] | l->bare;
    out->decimal = sg_marks_pairs[k].decimal;
    memcpy(out->thousands, n->mark[k], SG_SIGN_TEXT);
    if (k == POINT_GROUPS && l->dot_three > 0) strcpy(out->thousands, ".");
    if (out->thousands[0] == '\0') {
        /* "1.234,5" has no mark below a thousand; nothing is lost. */
        return;
    }
    out->pairs = (n->known[k] & SG_NO_THREES) != 0;
    out->late = (known & SG_BARE_FOUR) != 0 &&
                (known & (SG_MARKED_FOUR | SG_BARE_MORE)) == 0;
}

static void set_signs(const sg_number_looks *n, bool bare, sg_notation *out) {
    if (n->minus[0] != '\0' && !n->plus)
        memcpy(out->minus, n->minus, sizeof out->minus);
    out->parentheses = n->parentheses;
    out->trailing = n->trailing && !n->parentheses;
    out->inside = n->inside && !out->trailing && n->prefix[0] != '\0';
    out->plus = n->plus && !n->bare && !bare && !n->trailing;
}

/* Whether a unit stands for a unit of the column; else texts with it are none
 * of its numbers. */
static bool keeps_unit(const sg_looks *l, double different) {
    const sg_number_looks *n = &l->numbers;
    if (n->unit == SG_UNIT_NONE) return false;
    if (n->unit == SG_UNIT_WORD && different <= UNIT_TEXTS) return false;
    return n->with_unit.cells >= n->without_unit + (int64_t)l->numerals;
}

sg_number_choice sg_number_choose(const sg_looks *l, char hint,
                                  double different) {
    const sg_number_looks *n = &l->numbers;
    int k = choose_pair(l, hint);
    bool points = sg_marks_pairs[k].decimal == '.';
    const sg_decimals_tally tally = tally_of(l, k);
    sg_number_choice out = {.notation = sg_notation_plain,
                            .pair = k,
                            .cells = cells_of(l, k),
                            .decimals = sg_decimals_most(&tally),
                            .written = sg_decimals_written(&tally, l->shortest),
                            .no_whole = (n->known[k] & SG_NO_WHOLE) != 0};
    if (points && l->no_whole) out.no_whole = true;
    set_marks(l, k, &out.notation);
    set_signs(n, l->positive, &out.notation);
    if (n->misfit[k].cells > 0) out.other = &n->misfit[k];
    if (keeps_unit(l, different)) {
        memcpy(out.notation.prefix, n->prefix, sizeof n->prefix);
        memcpy(out.notation.suffix, n->suffix, sizeof n->suffix);
    } else if (n->unit != SG_UNIT_NONE) {
        out.cells -= n->with_unit.cells;
        out.other = &n->with_unit;
    }
    /* +49 30 ... is rather a telephone number. */
    bool phone = n->plus && !n->bare && n->minus[0] == '\0' &&
                 l->numerals == 0 && n->plus_digits >= PHONE_DIGITS &&
                 !out.no_whole;
    if (phone) out.cells = 0;
    return out;
}

char sg_decimal_mark(const sg_looks *l) {
    int64_t point = 0, comma = 0;
    for (int k = 0; k < SG_MARKS_PAIRS; k++) {
        int64_t cells = cells_of(l, k);
        if (sg_marks_pairs[k].decimal == '.' && cells > point) point = cells;
        if (sg_marks_pairs[k].decimal == ',' && cells > comma) comma = cells;
    }
    if (2 * (point > comma ? point : comma) <=
        (int64_t)(l->numerals + l->texts))
        return 0;
    return point > comma ? '.' : comma > point ? ',' : 0;
}
