/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading conditions of a sample.
 */
#include "synth/where.h"

#include <string.h>
#include <strings.h>

#include "base/memory.h"

/* Ways that a condition may be satisfied in, and terms of all, and parentheses
 * in parentheses. */
enum { WAYS_MOST = 1024, TERMS_MOST = 65536, DEPTH_MOST = 64 };

/* ---- words -------------------------------------------------------------- */

enum { END, WORD, QUOTED, OPERATOR, DOTS, OPEN, CLOSE, COMMA };

typedef struct token {
    int32_t kind;
    const char *at; /* in the text */
    size_t size;
} token;

typedef struct parser {
    syngan_context *context;
    const syngan_table *form;
    const char *text, *at;
    token next;
    char *word, *other; /* room for copies of any two words */
    int32_t depth;      /* of parentheses */
    bool in_list;       /* commas end words */
} parser;

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
static bool is_operator(const char *at) {
    return at[0] == '=' || at[0] == '<' || at[0] == '>' ||
           (at[0] == '!' && at[1] == '=');
}
static bool is_dots(const char *at) {
    return at[0] == '.' && at[1] == '.';
}

static syngan_status fail(const parser *p, const char *expected) {
    return sg_fail(
        p->context, SYNGAN_E_ARGUMENT,
        "sample: the condition \"%.200s\" has, at byte %zu, \"%.40s\" "
        "where %s is expected",
        p->text, (size_t)(p->next.at - p->text), p->next.at, expected);
}

/* To the end of a quoted word; a doubled quote is one. */
static syngan_status read_quoted(parser *p) {
    const char quote = *p->at, *from = ++p->at;
    while (*p->at != '\0' && (*p->at != quote || p->at[1] == quote))
        p->at += *p->at == quote ? 2 : 1;
    p->next =
        (token){.kind = QUOTED, .at = from, .size = (size_t)(p->at - from)};
    if (*p->at == '\0')
        return sg_fail(p->context, SYNGAN_E_ARGUMENT,
                       "sample: the condition \"%.200s\" has no quote that "
                       "ends \"%.40s\"",
                       p->text, from);
    p->at++;
    return SYNGAN_OK;
}

/* Parentheses that a word opens and closes are its own. */
static bool ends_word(const parser *p, int32_t open) {
    const char *at = p->at;
    return *at == '\0' || is_blank(*at) || is_operator(at) || *at == '"' ||
           is_dots(at) || (*at == ')' && open == 0 && p->depth > 0) ||
           (*at == ',' && p->in_list);
}

static void read_word(parser *p) {
    int32_t open = 0;
    const char *from = p->at;
    while (p->at == from || !ends_word(p, open)) {
        open += (*p->at == '(') - (*p->at == ')');
        p->at++;
    }
    p->next.kind = WORD;
}

/* The kind of a sign of its own, or END. */
static int32_t sign_of(const parser *p) {
    return is_dots(p->at)                  ? DOTS
           : *p->at == '('                 ? OPEN
           : *p->at == ')' && p->depth > 0 ? CLOSE
           : *p->at == ',' && p->in_list   ? COMMA
                                           : END;
}

/* An apostrophe that has no other is one. */
static bool is_quote(const char *at) {
    return *at == '"' || (*at == '\'' && strchr(at + 1, '\'') != NULL);
}

static syngan_status advance(parser *p) {
    while (is_blank(*p->at))
        p->at++;
    const char *from = p->at;
    p->next = (token){.kind = END, .at = from};
    if (*from == '\0') return SYNGAN_OK;
    if (is_quote(from)) return read_quoted(p);
    p->next.kind = sign_of(p);
    if (p->next.kind != END) {
        p->at += p->next.kind == DOTS ? 2 : 1;
    } else if (is_operator(from)) {
        bool two = from[1] == '=' || (from[0] == '<' && from[1] == '>');
        p->at += two ? 2 : 1;
        p->next.kind = OPERATOR;
    } else {
        read_word(p);
    }
    p->next.size = (size_t)(p->at - from);
    return SYNGAN_OK;
}

/* Whether a keyword follows, in any case. */
static bool next_is(const parser *p, const char *text) {
    return p->next.kind == WORD && p->next.size == strlen(text) &&
           strncasecmp(p->next.at, text, p->next.size) == 0;
}

/* Copies the next word, which is a name or a value, and goes behind it. */
static syngan_status take_word(parser *p, char *word, const char *expected) {
    if (p->next.kind != WORD && p->next.kind != QUOTED)
        return fail(p, expected);
    size_t size = 0;
    char quote = p->next.at[-(p->next.kind == QUOTED)];
    for (size_t i = 0; i < p->next.size; i++) {
        word[size++] = p->next.at[i];
        if (p->next.kind == QUOTED && p->next.at[i] == quote) i++;
    }
    word[size] = '\0';
    return advance(p);
}

/* ---- ways ---------------------------------------------------------------- */

void sg_where_end(sg_where *where) {
    if (where->context != NULL) {
        sg_free(where->context, where->terms);
        sg_free(where->context, where->end);
    }
    *where = (sg_where){0};
}

void sg_where_drop(sg_where *where, size_t way) {
    size_t first = sg_where_first(where, way), end = where->end[way];
    memmove(where->terms + first, where->terms + end,
            (where->count - end) * sizeof *where->terms);
    where->count -= end - first;
    for (size_t i = way + 1; i < where->ways; i++)
        where->end[i - 1] = where->end[i] - (end - first);
    where->ways--;
}

static syngan_status add_terms(sg_where *to, const sg_where_term *terms,
                               size_t count) {
    for (size_t i = 0; i < count; i++) {
        void *array = to->terms;
        if (!sg_reserve(to->context, &array, &to->capacity, to->count,
                        sizeof *terms))
            return sg_fail_memory(to->context, "a condition", sizeof *terms);
        to->terms = array;
        to->terms[to->count++] = terms[i];
    }
    return SYNGAN_OK;
}

/* The terms that are not in a way yet become one. */
static syngan_status end_way(sg_where *to) {
    void *array = to->end;
    if (to->ways >= WAYS_MOST || to->count > TERMS_MOST)
        return sg_fail(to->context, SYNGAN_E_ARGUMENT,
                       "sample: the condition can be satisfied in more than %d "
                       "ways, once its parentheses are resolved; fewer \"or\" "
                       "are expected",
                       WAYS_MOST);
    if (!sg_reserve(to->context, &array, &to->end_capacity, to->ways,
                    sizeof *to->end))
        return sg_fail_memory(to->context, "a condition", sizeof *to->end);
    to->end = array;
    to->end[to->ways++] = to->count;
    return SYNGAN_OK;
}

/* Adds the ways of `other`. */
static syngan_status add_ways(sg_where *to, const sg_where *other) {
    for (size_t way = 0; way < other->ways; way++) {
        size_t first = sg_where_first(other, way);
        SG_TRY(add_terms(to, other->terms + first, other->end[way] - first));
        SG_TRY(end_way(to));
    }
    return SYNGAN_OK;
}

static syngan_status combine(const sg_where *a, const sg_where *b,
                             sg_where *out) {
    for (size_t i = 0; i < a->ways; i++)
        for (size_t j = 0; j < b->ways; j++) {
            size_t of_a = sg_where_first(a, i), of_b = sg_where_first(b, j);
            SG_TRY(add_terms(out, a->terms + of_a, a->end[i] - of_a));
            SG_TRY(add_terms(out, b->terms + of_b, b->end[j] - of_b));
            SG_TRY(end_way(out));
        }
    return SYNGAN_OK;
}

/* ---- terms --------------------------------------------------------------- */

static const sg_column *column_of(const parser *p, const sg_where_term *term) {
    return &p->form->columns[term->column];
}

static syngan_status fail_value(const parser *p, const sg_where_term *term) {
    const sg_column *column = column_of(p, term);
    return sg_fail(
        p->context, SYNGAN_E_ARGUMENT,
        "sample: column '%s' is of type %s, of which '%.100s'%s%.100s"
        "%s is no value%s",
        column->name, sg_column_type_name(column->type), p->word,
        p->other[0] != '\0' ? " or '" : "", p->other,
        p->other[0] != '\0' ? "'" : "",
        sg_column_has_codes(column) ? " in the data" : "");
}

static syngan_status fail_order(const parser *p, const sg_where_term *term) {
    const sg_column *column = column_of(p, term);
    return sg_fail(p->context, SYNGAN_E_ARGUMENT,
                   "sample: column '%s' is of type %s, whose values have no "
                   "order; only = is possible, and !=, and 'in (...)'",
                   column->name, sg_column_type_name(column->type));
}

/* Sets a term by the words that were taken last, and adds it. */
static syngan_status add_term(parser *p, const sg_where_term *prototype,
                              const char *operator, sg_where * out) {
    sg_where_term term = *prototype;
    const char *to = p->other[0] == '\0' ? NULL : p->other;
    if (!sg_where_set(column_of(p, &term), operator, p->word, to, &term))
        return fail_value(p, &term);
    return add_terms(out, &term, 1);
}

static syngan_status read_comparison(parser *p, const sg_where_term *term,
                                     sg_where *out) {
    char operator[3] = {p->next.at[0], p->next.size > 1 ? p->next.at[1] : '\0'};
    if (strcmp(operator, "==") == 0) operator[1] = '\0';
    if (strcmp(operator, "<>") == 0) strcpy(operator, "!=");
    bool ordered = operator[0] == '<' || operator[0] == '>';
    SG_TRY(advance(p));
    if (ordered && term->kind == SG_WHERE_CODE) return fail_order(p, term);
    SG_TRY(take_word(p, p->word, "a value"));
    SG_TRY(add_term(p, term, operator, out));
    return end_way(out);
}

/* value .. value */
static syngan_status read_range(parser *p, const sg_where_term *term,
                                sg_where *out) {
    if (term->kind == SG_WHERE_CODE) return fail_order(p, term);
    SG_TRY(take_word(p, p->word, "a value"));
    if (p->next.kind != DOTS) return fail(p, "..");
    SG_TRY(advance(p));
    SG_TRY(take_word(p, p->other, "a value"));
    SG_TRY(add_term(p, term, "=", out));
    return end_way(out);
}

/* ( value, ... ): a way each, or all in one if the term is negated. */
static syngan_status read_list(parser *p, const sg_where_term *term,
                               sg_where *out) {
    p->depth++;
    p->in_list = true;
    do {
        SG_TRY(advance(p));
        SG_TRY(take_word(p, p->word, "a value"));
        SG_TRY(add_term(p, term, "=", out));
        if (!term->negated) SG_TRY(end_way(out));
    } while (p->next.kind == COMMA);
    if (term->negated) SG_TRY(end_way(out));
    if (p->next.kind != CLOSE) return fail(p, "',' or ')'");
    p->depth--;
    p->in_list = false;
    return advance(p);
}

static syngan_status read_missing(parser *p, sg_where_term *term,
                                  sg_where *out) {
    SG_TRY(advance(p));
    if (next_is(p, "not")) {
        term->negated = 1;
        SG_TRY(advance(p));
    }
    if (!next_is(p, "missing")) return fail(p, "'missing'");
    term->kind = SG_WHERE_MISSING;
    SG_TRY(add_terms(out, term, 1));
    SG_TRY(end_way(out));
    return advance(p);
}

static int32_t kind_of(const sg_column *column) {
    return sg_column_has_codes(column)   ? SG_WHERE_CODE
           : sg_column_has_reals(column) ? SG_WHERE_REAL
                                         : SG_WHERE_WHOLE;
}

static syngan_status read_name(parser *p, sg_where_term *term) {
    SG_TRY(take_word(p, p->word, "the name of a column"));
    int64_t column = syngan_table_find(p->form, p->word);
    if (column < 0)
        return sg_fail(p->context, SYNGAN_E_ARGUMENT,
                       "sample: there is no column '%.100s'; names and values "
                       "with blanks must stand in double quotes",
                       p->word);
    term->column = (int32_t)column;
    int32_t type = column_of(p, term)->type;
    term->kind = kind_of(column_of(p, term));
    if (sg_column_types[type]->comparison != SG_COMPARED_NEVER)
        return SYNGAN_OK;
    return sg_fail(p->context, SYNGAN_E_ARGUMENT,
                   "sample: column '%s' is of type %s, whose values are made "
                   "anew; no condition on it can be kept",
                   p->word, sg_column_type_name(type));
}

static syngan_status read_term(parser *p, sg_where *out) {
    sg_where_term term = {0};
    p->other[0] = '\0';
    SG_TRY(read_name(p, &term));
    if (p->next.kind == OPERATOR) return read_comparison(p, &term, out);
    if (next_is(p, "is")) return read_missing(p, &term, out);
    if (next_is(p, "not")) {
        term.negated = 1;
        SG_TRY(advance(p));
    }
    if (!next_is(p, "in"))
        return fail(p, "=, !=, <, <=, >, >=, 'in', 'not in', 'is missing' or "
                       "'is not missing'");
    SG_TRY(advance(p));
    return p->next.kind == OPEN ? read_list(p, &term, out)
                                : read_range(p, &term, out);
}

/* ---- conditions ---------------------------------------------------------- */

static syngan_status read_condition(parser *p, sg_where *out);

static syngan_status read_factor(parser *p, sg_where *out) {
    if (p->next.kind != OPEN) return read_term(p, out);
    if (p->depth >= DEPTH_MOST) return fail(p, "no further parenthesis");
    p->depth++;
    SG_TRY(advance(p));
    SG_TRY(read_condition(p, out));
    if (p->next.kind != CLOSE) return fail(p, "'and', 'or' or ')'");
    p->depth--;
    return advance(p);
}

/* One more factor, all of whose ways go with all so far. */
static syngan_status read_and(parser *p, sg_where *out) {
    sg_where factor = {.context = p->context}, both = {.context = p->context};
    syngan_status status = advance(p);
    if (status == SYNGAN_OK) status = read_factor(p, &factor);
    if (status == SYNGAN_OK) status = combine(out, &factor, &both);
    sg_where_end(&factor);
    if (status != SYNGAN_OK) {
        sg_where_end(&both);
        return status;
    }
    sg_where_end(out);
    *out = both;
    return SYNGAN_OK;
}

static syngan_status read_all(parser *p, sg_where *out) {
    SG_TRY(read_factor(p, out));
    while (next_is(p, "and"))
        SG_TRY(read_and(p, out));
    return SYNGAN_OK;
}

/* Adds the ways of a condition to `out`. */
static syngan_status read_condition(parser *p, sg_where *out) {
    for (bool more = true; more;) {
        sg_where all = {.context = p->context};
        syngan_status status = read_all(p, &all);
        if (status == SYNGAN_OK) status = add_ways(out, &all);
        sg_where_end(&all);
        SG_TRY(status);
        more = next_is(p, "or");
        if (more) SG_TRY(advance(p));
    }
    return SYNGAN_OK;
}

static syngan_status read_text(parser *p, sg_where *out) {
    SG_TRY(advance(p));
    if (p->next.kind == END) return SYNGAN_OK;
    SG_TRY(read_condition(p, out));
    return p->next.kind == END ? SYNGAN_OK : fail(p, "'and', 'or' or the end");
}

syngan_status sg_where_parse(const syngan_table *form, const char *text,
                             sg_where *out) {
    syngan_context *context = form->context;
    *out = (sg_where){.context = context};
    if (text == NULL) return SYNGAN_OK;
    parser p = {.context = context, .form = form, .text = text, .at = text};
    size_t size = strlen(text) + 1;
    p.word = sg_alloc(context, 2 * size);
    if (p.word == NULL) return sg_fail_memory(context, "a condition", 2 * size);
    p.other = p.word + size;
    p.other[0] = '\0';
    syngan_status status = read_text(&p, out);
    sg_free(context, p.word);
    if (status != SYNGAN_OK) sg_where_end(out);
    return status;
}
