/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a text consists of that may be a number: sign, unit, digits with marks.
 */
#include <string.h>

#include "table/notation_text.h"

const sg_marks_pair sg_marks_pairs[SG_MARKS_PAIRS] = {
    {'.', 0}, {'.', ','}, {'.', ' '}, {'.', '\''},
    {',', 0}, {',', '.'}, {',', ' '}, {',', '\''}};

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* Bytes at `at` that are one of the words; 0: none is. The longest counts. */
static size_t word_size(const char *at, const char *end,
                        const char *const *words) {
    size_t best = 0;
    for (; *words != NULL; words++) {
        size_t size = strlen(*words);
        if (size > best && (size_t)(end - at) >= size &&
            memcmp(at, *words, size) == 0)
            best = size;
    }
    return best;
}

/* Spaces: plain, no-break, figure, thin, narrow no-break. */
static const char *const spaces[] = {
    " ", "\xc2\xa0", "\xe2\x80\x87", "\xe2\x80\x89", "\xe2\x80\xaf", NULL};
static const char *const apostrophes[] = {"'", "\xe2\x80\x99", NULL};
const char *const sg_minus_signs[] = {"-", "\xe2\x88\x92", "\xe2\x80\x93",
                                      NULL};

size_t sg_mark_size(char kind, const char *at, const char *end) {
    if (kind == ' ') return word_size(at, end, spaces);
    if (kind == '\'') return word_size(at, end, apostrophes);
    return at < end && *at == kind ? 1 : 0;
}

void sg_copy_bytes(char *to, size_t capacity, const char *from, size_t size) {
    if (size >= capacity) size = capacity - 1;
    memcpy(to, from, size);
    to[size] = '\0';
}

/* ---- units -------------------------------------------------------------- */

static const char *const currencies[] = {"$",
                                         "\xe2\x82\xac", /* euro */
                                         "\xc2\xa3",     /* pound */
                                         "\xc2\xa5",     /* yen */
                                         "\xe2\x82\xb9", /* rupee */
                                         "\xe2\x82\xbd", /* rouble */
                                         "\xe2\x82\xa9", /* won */
                                         "\xe2\x82\xba", /* lira */
                                         "\xe2\x82\xab", /* dong */
                                         "\xe2\x82\xb4", /* hryvnia */
                                         "\xe2\x82\xb1", /* peso */
                                         "\xe2\x82\xaa", /* shekel */
                                         "\xe2\x82\xa6", /* naira */
                                         "\xe2\x82\xbf", /* bitcoin */
                                         "\xe0\xb8\xbf", /* baht */
                                         "\xc2\xa2",     /* cent */
                                         "R$",
                                         "US$",
                                         "A$",
                                         "AU$",
                                         "C$",
                                         "CA$",
                                         "NZ$",
                                         "HK$",
                                         "S$",
                                         "Rs.",
                                         "Rs",
                                         "kr.",
                                         "kr",
                                         "z\xc5\x82",
                                         "K\xc4\x8d",
                                         "Ft",
                                         "lei",
                                         "Fr.",
                                         "SFr.",
                                         "EUR",
                                         "USD",
                                         "GBP",
                                         "JPY",
                                         "CNY",
                                         "INR",
                                         "CHF",
                                         "SEK",
                                         "NOK",
                                         "DKK",
                                         "ISK",
                                         "PLN",
                                         "CZK",
                                         "HUF",
                                         "RON",
                                         "BGN",
                                         "TRY",
                                         "RUB",
                                         "UAH",
                                         "BRL",
                                         "MXN",
                                         "ARS",
                                         "CLP",
                                         "COP",
                                         "ZAR",
                                         "AUD",
                                         "CAD",
                                         "NZD",
                                         "SGD",
                                         "HKD",
                                         "KRW",
                                         "THB",
                                         "IDR",
                                         "MYR",
                                         "PHP",
                                         "VND",
                                         "ILS",
                                         "AED",
                                         "SAR",
                                         "EGP",
                                         "NGN",
                                         "KES",
                                         "TWD",
                                         "PKR",
                                         "BTC",
                                         NULL};

static const char *const units[] = {"%",
                                    "\xe2\x80\xb0", /* per mille */
                                    "\xc2\xb0",
                                    "\xc2\xb0"
                                    "C",
                                    "\xc2\xb0"
                                    "F",
                                    "\xc2\xb5g",
                                    "\xc2\xb5m",
                                    "\xce\xbcg",
                                    "\xce\xbcm",
                                    "m\xc2\xb2",
                                    "m\xc2\xb3",
                                    "km\xc2\xb2",
                                    "cm\xc2\xb2",
                                    "cm\xc2\xb3",
                                    "kg",
                                    "g",
                                    "mg",
                                    "t",
                                    "lb",
                                    "lbs",
                                    "oz",
                                    "km",
                                    "m",
                                    "cm",
                                    "mm",
                                    "mi",
                                    "ft",
                                    "in",
                                    "yd",
                                    "nm",
                                    "L",
                                    "l",
                                    "ml",
                                    "mL",
                                    "cl",
                                    "dl",
                                    "gal",
                                    "h",
                                    "hr",
                                    "hrs",
                                    "min",
                                    "mins",
                                    "s",
                                    "sec",
                                    "ms",
                                    "us",
                                    "ns",
                                    "K",
                                    "W",
                                    "kW",
                                    "MW",
                                    "GW",
                                    "Wh",
                                    "kWh",
                                    "MWh",
                                    "GWh",
                                    "V",
                                    "mV",
                                    "kV",
                                    "A",
                                    "mA",
                                    "Ah",
                                    "mAh",
                                    "Hz",
                                    "kHz",
                                    "MHz",
                                    "GHz",
                                    "B",
                                    "kB",
                                    "KB",
                                    "MB",
                                    "GB",
                                    "TB",
                                    "KiB",
                                    "MiB",
                                    "GiB",
                                    "m2",
                                    "m3",
                                    "km2",
                                    "sqm",
                                    "sqft",
                                    "sq ft",
                                    "ha",
                                    "km/h",
                                    "kmh",
                                    "mph",
                                    "m/s",
                                    "kn",
                                    "Pa",
                                    "hPa",
                                    "kPa",
                                    "MPa",
                                    "bar",
                                    "mbar",
                                    "psi",
                                    "ppm",
                                    "ppb",
                                    "cal",
                                    "kcal",
                                    "J",
                                    "kJ",
                                    "MJ",
                                    "N",
                                    "kN",
                                    "Nm",
                                    "dB",
                                    "pt",
                                    "px",
                                    "dpi",
                                    "bpm",
                                    "rpm",
                                    "hp",
                                    "PS",
                                    "kg/m3",
                                    "mg/dL",
                                    "mg/dl",
                                    "mmol/L",
                                    "mmHg",
                                    "g/dL",
                                    "U/L",
                                    "pcs",
                                    "Stk",
                                    "days",
                                    "years",
                                    NULL};

static bool is_one_of(const char *text, size_t size, const char *const *words) {
    for (; *words != NULL; words++)
        if (strlen(*words) == size && memcmp(text, *words, size) == 0)
            return true;
    return false;
}

/* Letters only, of any alphabet; but not "PM". */
static bool is_word(const char *text, size_t size) {
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && c < 0x80 && c != '/' && c != '.') return false;
    }
    bool half = size == 2 && (text[1] == 'M' || text[1] == 'm') &&
                strchr("AaPp", text[0]) != NULL;
    return size >= 2 && !half;
}

bool sg_find_unit(const char *text, size_t size, sg_unit_kind *kind) {
    const char *at = text, *end = text + size;
    if (size >= SG_UNIT_TEXT) return false;
    size_t space;
    while ((space = word_size(at, end, spaces)) > 0)
        at += space;
    size = (size_t)(end - at);
    if (is_one_of(at, size, currencies) || is_one_of(at, size, units))
        *kind = SG_UNIT_KNOWN;
    else if (at > text && is_word(at, size))
        *kind = SG_UNIT_WORD;
    else
        return false;
    return true;
}

/* ---- dividing ----------------------------------------------------------- */

static void trim(sg_range *r) {
    static const char *const blanks[] = {
        " ", "\t", "\xc2\xa0", "\xe2\x80\x87", "\xe2\x80\x89", "\xe2\x80\xaf",
        NULL};
    size_t size;
    while ((size = word_size(r->at, r->end, blanks)) > 0)
        r->at += size;
    for (const char *const *blank = blanks; *blank != NULL;) {
        size = strlen(*blank);
        if ((size_t)(r->end - r->at) >= size &&
            memcmp(r->end - size, *blank, size) == 0) {
            r->end -= size;
            blank = blanks;
        } else {
            blank++;
        }
    }
}

static bool take_parentheses(sg_range *r, sg_number_text *out) {
    if (out->parentheses || r->end - r->at < 3 || *r->at != '(' ||
        r->end[-1] != ')')
        return false;
    r->at++;
    r->end--;
    out->parentheses = out->negative = true;
    return true;
}

static bool take_sign(sg_range *r, sg_number_text *out) {
    if (out->negative || out->plus || r->at == r->end) return false;
    size_t size = word_size(r->at, r->end, sg_minus_signs);
    if (size > 0) {
        sg_copy_bytes(out->sign, sizeof out->sign, r->at, size);
        out->negative = true;
    } else if (*r->at == '+') {
        out->plus = true;
        size = 1;
    }
    r->at += size;
    return size > 0;
}

/* "5-", "5 -" and "$5-" */
static void take_trailing(sg_range *r, sg_number_text *out) {
    if (out->negative || out->plus) return;
    for (const char *const *minus = sg_minus_signs; *minus != NULL; minus++) {
        size_t size = strlen(*minus);
        if ((size_t)(r->end - r->at) <= size ||
            memcmp(r->end - size, *minus, size) != 0)
            continue;
        sg_copy_bytes(out->sign, sizeof out->sign, *minus, size);
        r->end -= size;
        out->negative = out->trailing = true;
        return;
    }
}

bool sg_take_currency(sg_range *range) {
    size_t size = word_size(range->at, range->end, currencies), space;
    range->at += size;
    while (size > 0 && (space = word_size(range->at, range->end, spaces)) > 0)
        range->at += space;
    return size > 0;
}

static void take_prefix(sg_range *r, sg_number_text *out) {
    out->prefix = r->at;
    if (sg_take_currency(r)) out->unit = SG_UNIT_KNOWN;
    out->n_prefix = (size_t)(r->at - out->prefix);
}

/* Digits and single marks between them, a point at the end, an exponent. */
static const char *skip_body(const char *at, const char *end) {
    static const char kinds[] = ".,' ";
    while (at < end) {
        size_t mark = 0;
        for (const char *kind = kinds; *kind != '\0' && mark == 0; kind++)
            mark = sg_mark_size(*kind, at, end);
        if (!is_digit(*at) &&
            (mark == 0 || at + mark == end || !is_digit(at[mark])))
            break;
        at += is_digit(*at) ? 1 : mark;
    }
    if (at < end && *at == '.') at++;
    const char *digit = at + 1;
    if (at == end || (*at != 'e' && *at != 'E')) return at;
    if (digit < end && (*digit == '+' || *digit == '-')) digit++;
    if (digit == end || !is_digit(*digit)) return at;
    while (digit < end && is_digit(*digit))
        digit++;
    return digit;
}

bool sg_number_divide(const char *text, size_t size, sg_number_text *out) {
    sg_range r = {text, text + size};
    memset(out, 0, sizeof *out);
    trim(&r);
    (void)take_parentheses(&r, out);
    (void)take_sign(&r, out);
    take_prefix(&r, out);
    if (out->n_prefix > 0)
        out->inside = take_parentheses(&r, out) || take_sign(&r, out);
    take_trailing(&r, out);
    if (r.at == r.end) return false;
    bool begins = is_digit(*r.at) || ((*r.at == '.' || *r.at == ',') &&
                                      r.end - r.at > 1 && is_digit(r.at[1]));
    if (!begins) return false;
    out->body = r.at;
    r.at = skip_body(r.at, r.end);
    out->n_body = (size_t)(r.at - out->body);
    out->suffix = r.at;
    out->n_suffix = (size_t)(r.end - r.at);
    if (out->n_suffix == 0) return true;
    return out->n_prefix == 0 &&
           sg_find_unit(out->suffix, out->n_suffix, &out->unit);
}

/* ---- digits ------------------------------------------------------------- */

#define GROUPS 8

/* Whether groups of digits are all of three, or of two but for the last. */
static bool check_groups(const int *group, int n, bool zero, sg_body *out) {
    out->threes = out->pairs = true;
    if (n == 1) return true;
    if (zero || group[0] < 1 || group[n - 1] != 3) return false;
    out->threes = group[0] <= 3;
    out->pairs = group[0] <= 2;
    for (int i = 1; i < n - 1; i++) {
        out->threes &= group[i] == 3;
        out->pairs &= group[i] == 2;
    }
    return out->threes || out->pairs;
}

bool sg_body_read(const char *body, size_t size, sg_marks_pair pair,
                  sg_body *out) {
    const char *at = body, *end = body + size;
    int group[GROUPS] = {0}, n = 1;
    size_t used = 0, mark;
    out->mark[0] = '\0';
    if (size >= SG_PLAIN_TEXT) return false;
    while (at < end) {
        mark = pair.thousands != 0 ? sg_mark_size(pair.thousands, at, end) : 0;
        if (is_digit(*at)) {
            group[n - 1]++;
            out->plain[used++] = *at++;
        } else if (mark > 0 && n < GROUPS) {
            sg_copy_bytes(out->mark, sizeof out->mark, at, mark);
            n++;
            at += mark;
        } else {
            break;
        }
    }
    out->before = (int)used;
    if (!check_groups(group, n, *body == '0', out)) return false;
    if (at < end && *at == pair.decimal) {
        out->plain[used++] = '.';
        at++;
    }
    /* What is left is digits, an exponent, or marks that don't belong here. */
    for (; at < end; at++) {
        if (!is_digit(*at) && strchr("eE+-", *at) == NULL) return false;
        out->plain[used++] = *at;
    }
    out->plain[used] = '\0';
    return true;
}

char sg_mark_kind(const char *mark) {
    const char *end = mark + strlen(mark);
    if (*mark == '\0') return 0;
    if (word_size(mark, end, spaces) > 0) return ' ';
    return word_size(mark, end, apostrophes) > 0 ? '\'' : *mark;
}
