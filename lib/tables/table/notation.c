/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers in a notation: reading, writing, patterns.
 */
#include <string.h>

#include "table/notation_text.h"

const sg_notation sg_notation_plain = {.decimal = '.', .minus = "-"};

/* ---- reading and writing ------------------------------------------------ */

static bool same_unit(const char *unit, const char *text, size_t size) {
    return size == 0 || (strlen(unit) == size && memcmp(unit, text, size) == 0);
}

bool sg_notation_read(const sg_notation *notation, const char *text,
                      size_t size, char plain[SG_PLAIN_TEXT]) {
    sg_number_text t;
    sg_body body;
    const sg_marks_pair pair = {notation->decimal,
                                sg_mark_kind(notation->thousands)};
    if (!sg_number_divide(text, size, &t) ||
        !same_unit(notation->prefix, t.prefix, t.n_prefix) ||
        !same_unit(notation->suffix, t.suffix, t.n_suffix) ||
        !sg_body_read(t.body, t.n_body, pair, &body))
        return false;
    size_t used = t.negative, digits = strlen(body.plain);
    if (digits + 2 > SG_PLAIN_TEXT) return false;
    plain[0] = '-';
    memcpy(plain + used, body.plain, digits + 1);
    return true;
}

typedef struct output {
    char *text;
    size_t size, used;
} output;

static void put(output *o, const char *from, size_t size) {
    for (size_t i = 0; i < size; i++, o->used++)
        if (o->used + 1 < o->size) o->text[o->used] = from[i];
}

static void put_text(output *o, const char *from) {
    put(o, from, strlen(from));
}

/* The digits before the point, with marks. */
static void put_groups(output *o, const sg_notation *n, const char *digits,
                       size_t count) {
    bool marks = n->thousands[0] != '\0' && count > (n->late ? 4 : 3);
    for (size_t i = 0; i < count; i++) {
        size_t left = count - i;
        bool here = left == 3 ||
                    (left > 3 && (n->pairs ? left % 2 == 1 : left % 3 == 0));
        if (marks && i > 0 && here) put_text(o, n->thousands);
        put(o, &digits[i], 1);
    }
}

static void put_body(output *o, const sg_notation *n, const char *plain) {
    size_t before = strspn(plain, "0123456789");
    put_groups(o, n, plain, before);
    plain += before;
    if (*plain == '.') {
        put(o, &n->decimal, 1);
        plain++;
    }
    put_text(o, plain);
}

/* Sign, unit and body in their order; `sign` is "" where there is none. */
static void put_all(output *o, const sg_notation *n, const char *sign,
                    bool enclosed, const char *plain,
                    void (*body)(output *, const sg_notation *, const char *)) {
    if (enclosed && !n->inside) put_text(o, "(");
    if (!enclosed && !n->inside && !n->trailing) put_text(o, sign);
    put_text(o, n->prefix);
    if (enclosed && n->inside) put_text(o, "(");
    if (!enclosed && n->inside && !n->trailing) put_text(o, sign);
    body(o, n, plain);
    if (enclosed && n->inside) put_text(o, ")");
    put_text(o, n->suffix);
    if (enclosed && !n->inside) put_text(o, ")");
    if (!enclosed && n->trailing) put_text(o, sign);
    if (o->size > 0) o->text[o->used < o->size ? o->used : o->size - 1] = '\0';
}

size_t sg_notation_write(const sg_notation *notation, const char *plain,
                         char *text, size_t size) {
    output o = {text, size, 0};
    bool negative = *plain == '-';
    plain += negative;
    bool is_zero = strpbrk(plain, "123456789in") == NULL;
    /* The plus stands where a minus would, but never behind. */
    sg_notation own = *notation;
    if (!negative) own.trailing = false;
    const char *sign = negative ? own.minus : own.plus && !is_zero ? "+" : "";
    put_all(&o, &own, sign, negative && own.parentheses, plain, put_body);
    return o.used;
}

/* ---- patterns ----------------------------------------------------------- */

static void put_pattern(output *o, const sg_notation *n, const char *plain) {
    (void)plain;
    put_text(o, n->late ? "##" : "#");
    if (n->thousands[0] != '\0') {
        if (n->pairs) {
            put_text(o, n->thousands);
            put_text(o, "##");
        }
        put_text(o, n->thousands);
        put_text(o, "###");
    }
    if (n->decimal == '.' && n->thousands[0] == '\0') return;
    put(o, &n->decimal, 1);
    put_text(o, "#");
}

void sg_notation_pattern(const sg_notation *notation,
                         char pattern[SG_NOTATION_TEXT]) {
    output o = {pattern, SG_NOTATION_TEXT, 0};
    bool usual = strcmp(notation->minus, "-") == 0 && !notation->inside &&
                 !notation->trailing;
    const char *sign = notation->plus ? "+" : usual ? "" : notation->minus;
    put_all(&o, notation, sign, notation->parentheses, "", put_pattern);
}

/* "#.###,#": runs of '#' and the marks between. */
static bool parse_body(const char *at, const char *end, sg_notation *n) {
    int runs[4] = {0}, count = 0;
    const char *mark[4] = {NULL};
    size_t size[4] = {0};
    while (at < end) {
        if (count == 4) return false;
        for (; at < end && *at == '#'; at++)
            runs[count]++;
        mark[count] = at;
        while (at < end && *at != '#')
            at++;
        size[count] = (size_t)(at - mark[count]);
        count++;
    }
    int groups = count;
    n->decimal = '.';
    if (count > 1 && runs[count - 1] == 1) {
        groups--;
        n->decimal = *mark[groups - 1];
        if (size[groups - 1] != 1) return false;
    } else if (count > 1 && *mark[0] == '.') {
        n->decimal = ',';
    }
    n->late = runs[0] == 2;
    n->pairs = groups == 3;
    if (n->decimal != '.' && n->decimal != ',') return false;
    if (groups == 1) return runs[0] == 1;
    if (groups > 3 || runs[0] > 2 || runs[groups - 1] != 3 ||
        (groups == 3 && (runs[1] != 2 || size[0] != size[1] ||
                         memcmp(mark[0], mark[1], size[0]) != 0)))
        return false;
    sg_copy_bytes(n->thousands, sizeof n->thousands, mark[0], size[0]);
    char kind = sg_mark_kind(n->thousands);
    return size[0] < SG_SIGN_TEXT && kind != n->decimal &&
           strchr(",. '", kind) != NULL &&
           sg_mark_size(kind, mark[0], mark[0] + size[0]) == size[0];
}

static bool take_pattern_sign(sg_range *r, bool front, sg_notation *n) {
    size_t length = (size_t)(r->end - r->at);
    for (const char *const *minus = sg_minus_signs;; minus++) {
        const char *sign = *minus != NULL ? *minus : "+";
        size_t size = strlen(sign);
        if (length >= size &&
            memcmp(front ? r->at : r->end - size, sign, size) == 0) {
            if (*minus != NULL)
                sg_copy_bytes(n->minus, sizeof n->minus, sign, size);
            else
                n->plus = true;
            r->at += front ? size : 0;
            r->end -= front ? 0 : size;
            return true;
        }
        if (*minus == NULL) return false;
    }
}

/* Signs and parentheses, off the texts before and behind the digits. */
static bool parse_signs(sg_range *head, sg_range *tail, sg_notation *n) {
    bool open = head->at < head->end, close = tail->at < tail->end;
    if (open && close && *head->at == '(' && tail->end[-1] == ')') {
        n->parentheses = true;
        head->at++;
        tail->end--;
    } else if (open && close && head->end[-1] == '(' && *tail->at == ')') {
        n->parentheses = n->inside = true;
        head->end--;
        tail->at++;
    } else if (!take_pattern_sign(head, true, n)) {
        n->inside = take_pattern_sign(head, false, n);
        if (!n->inside) n->trailing = take_pattern_sign(tail, false, n);
    }
    return !(n->trailing && n->plus);
}

static bool parse_units(sg_range head, sg_range tail, sg_notation *n) {
    size_t before = (size_t)(head.end - head.at);
    size_t behind = (size_t)(tail.end - tail.at);
    sg_unit_kind kind;
    if (before >= SG_UNIT_TEXT || behind >= SG_UNIT_TEXT) return false;
    sg_copy_bytes(n->prefix, sizeof n->prefix, head.at, before);
    sg_copy_bytes(n->suffix, sizeof n->suffix, tail.at, behind);
    if (before > 0) {
        if (!sg_take_currency(&head) || head.at != head.end || behind > 0)
            return false;
    }
    return behind == 0 || sg_find_unit(tail.at, behind, &kind);
}

bool sg_notation_parse(const char *pattern, sg_notation *out) {
    const char *first = strchr(pattern, '#'), *last = strrchr(pattern, '#');
    *out = sg_notation_plain;
    if (first == NULL || strlen(pattern) >= SG_NOTATION_TEXT) return false;
    sg_range head = {pattern, first},
             tail = {last + 1, pattern + strlen(pattern)};
    return parse_signs(&head, &tail, out) && parse_units(head, tail, out) &&
           parse_body(first, last + 1, out);
}
