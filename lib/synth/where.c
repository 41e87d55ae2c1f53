/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading conditions of a sample, and testing rows.
 */
#include "synth/where.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "table/boolean.h"
#include "table/time.h"

/* ---- words -------------------------------------------------------------- */

enum { END, WORD, QUOTED, OPERATOR, DOTS };

typedef struct token {
    int32_t kind;
    int32_t reserved;
    const char *at; /* in the text */
    size_t size;
} token;

typedef struct parser {
    syngan_context *context;
    const syngan_table *form;
    const char *text, *at;
    token next;
    char *word; /* room for a copy of any word */
    sg_where *out;
} parser;

static bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
static bool is_operator(char c) {
    return c == '=' || c == '<' || c == '>';
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
    const char *from = ++p->at;
    while (*p->at != '\0' && (*p->at != '"' || p->at[1] == '"'))
        p->at += *p->at == '"' ? 2 : 1;
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

static syngan_status advance(parser *p) {
    while (is_blank(*p->at))
        p->at++;
    const char *from = p->at;
    p->next = (token){.kind = END, .at = from};
    if (*from == '\0') return SYNGAN_OK;
    if (*from == '"') return read_quoted(p);
    if (is_dots(from)) {
        p->at += 2;
        p->next.kind = DOTS;
    } else if (is_operator(*from)) {
        p->at += from[0] != '=' && from[1] == '=' ? 2 : 1;
        p->next.kind = OPERATOR;
    } else {
        while (*p->at != '\0' && !is_blank(*p->at) && !is_operator(*p->at) &&
               *p->at != '"' && !is_dots(p->at))
            p->at++;
        p->next.kind = WORD;
    }
    p->next.size = (size_t)(p->at - from);
    return SYNGAN_OK;
}

static bool next_is(const parser *p, int32_t kind, const char *text) {
    return p->next.kind == kind && p->next.size == strlen(text) &&
           memcmp(p->next.at, text, p->next.size) == 0;
}

/* Copies the next word, which is a name or a value, and goes behind it. */
static syngan_status take_word(parser *p, const char *expected) {
    if (p->next.kind != WORD && p->next.kind != QUOTED)
        return fail(p, expected);
    size_t size = 0;
    for (size_t i = 0; i < p->next.size; i++) {
        p->word[size++] = p->next.at[i];
        if (p->next.kind == QUOTED && p->next.at[i] == '"') i++;
    }
    p->word[size] = '\0';
    return advance(p);
}

/* ---- values ------------------------------------------------------------- */

static const sg_column *column_of(const parser *p, const sg_where_term *term) {
    return &p->form->columns[term->column];
}

static syngan_status fail_value(const parser *p, const sg_where_term *term) {
    const sg_column *column = column_of(p, term);
    return sg_fail(p->context, SYNGAN_E_ARGUMENT,
                   "sample: column '%s' is of type %s, of which '%.100s' is no "
                   "value%s",
                   column->name, sg_column_type_name(column->type), p->word,
                   sg_column_has_codes(column) ? " in the data" : "");
}

/* The word as a number of the column; a whole one is exact. */
static syngan_status read_number(const parser *p, const sg_where_term *term,
                                 int64_t *whole, double *real) {
    const sg_column *column = column_of(p, term);
    bool good = false;
    *whole = 0;
    *real = 0.0;
    switch (column->type) {
    case SYNGAN_COLUMN_INTEGER:
        good = sg_text_to_i64(p->word, whole) && *whole != SYNGAN_MISSING;
        break;
    case SYNGAN_COLUMN_TIME:
        good = sg_time_read(column->format, p->word, strlen(p->word), whole);
        break;
    default:
        good = sg_text_to_double(p->word, real) && !isnan(*real);
    }
    return good ? SYNGAN_OK : fail_value(p, term);
}

/* ---- terms -------------------------------------------------------------- */

static void set_open(sg_where_term *term) {
    term->least = INT64_MIN + 1; /* INT64_MIN is "missing" */
    term->most = INT64_MAX;
    term->low = -INFINITY;
    term->high = INFINITY;
}

/* column = value, of a category. */
static syngan_status read_code(const parser *p, sg_where_term *term) {
    const sg_column *column = column_of(p, term);
    term->code = sg_dictionary_find(column->words, p->word, strlen(p->word));
    if (term->code < 0 && column->type == SYNGAN_COLUMN_BOOLEAN)
        term->code = sg_boolean_code(column->words, p->word);
    return term->code >= 0 ? SYNGAN_OK : fail_value(p, term);
}

/* Narrows the bounds to what an operator says; strict ones become the next
 * value. */
static void bound(sg_where_term *term, const char *operator, size_t size,
                  int64_t whole, double real) {
    bool strict = size == 1;
    if (operator[0] != '<') {
        bool above = strict && operator[0] == '>';
        term->least = above && whole < INT64_MAX ? whole + 1 : whole;
        term->low = above ? nextafter(real, INFINITY) : real;
        /* Above the greatest there is nothing. */
        if (above && whole == INT64_MAX) term->most = INT64_MIN + 1;
    }
    if (operator[0] != '>') {
        bool below = strict && operator[0] == '<';
        term->most = below && whole > INT64_MIN ? whole - 1 : whole;
        term->high = below ? nextafter(real, -INFINITY) : real;
    }
}

static syngan_status read_comparison(parser *p, sg_where_term *term) {
    token op = p->next;
    int64_t whole;
    double real;
    SG_TRY(advance(p));
    SG_TRY(take_word(p, "a value"));
    if (term->kind == SG_WHERE_CODE) {
        if (op.size == 1 && op.at[0] == '=') return read_code(p, term);
        return sg_fail(p->context, SYNGAN_E_ARGUMENT,
                       "sample: column '%s' is of type %s, whose values have "
                       "no order; only = is possible",
                       column_of(p, term)->name,
                       sg_column_type_name(column_of(p, term)->type));
    }
    SG_TRY(read_number(p, term, &whole, &real));
    bound(term, op.at, op.size, whole, real);
    return SYNGAN_OK;
}

static syngan_status read_range(parser *p, sg_where_term *term) {
    SG_TRY(advance(p));
    if (term->kind == SG_WHERE_CODE)
        return sg_fail(p->context, SYNGAN_E_ARGUMENT,
                       "sample: column '%s' is of type %s, whose values have "
                       "no order; only = is possible",
                       column_of(p, term)->name,
                       sg_column_type_name(column_of(p, term)->type));
    SG_TRY(take_word(p, "a value"));
    SG_TRY(read_number(p, term, &term->least, &term->low));
    if (p->next.kind != DOTS) return fail(p, "..");
    SG_TRY(advance(p));
    SG_TRY(take_word(p, "a value"));
    return read_number(p, term, &term->most, &term->high);
}

static syngan_status read_missing(parser *p, sg_where_term *term) {
    SG_TRY(advance(p));
    if (!next_is(p, WORD, "missing")) return fail(p, "'missing'");
    term->kind = SG_WHERE_MISSING;
    return advance(p);
}

static int32_t kind_of(const sg_column *column) {
    return sg_column_has_codes(column)          ? SG_WHERE_CODE
           : column->type == SYNGAN_COLUMN_REAL ? SG_WHERE_REAL
                                                : SG_WHERE_WHOLE;
}

static syngan_status read_name(parser *p, sg_where_term *term) {
    SG_TRY(take_word(p, "the name of a column"));
    int64_t column = syngan_table_find(p->form, p->word);
    if (column < 0)
        return sg_fail(p->context, SYNGAN_E_ARGUMENT,
                       "sample: there is no column '%.100s'; names and values "
                       "with blanks must stand in double quotes",
                       p->word);
    term->column = (int32_t)column;
    int32_t type = column_of(p, term)->type;
    term->kind = kind_of(column_of(p, term));
    if (type != SYNGAN_COLUMN_IDENTIFIER && type != SYNGAN_COLUMN_TEXT)
        return SYNGAN_OK;
    return sg_fail(p->context, SYNGAN_E_ARGUMENT,
                   "sample: column '%s' is of type %s, whose values are made "
                   "anew; no condition on it can be kept",
                   p->word, sg_column_type_name(type));
}

static syngan_status read_term(parser *p) {
    sg_where_term term = {0};
    set_open(&term);
    SG_TRY(read_name(p, &term));
    if (p->next.kind == OPERATOR)
        SG_TRY(read_comparison(p, &term));
    else if (next_is(p, WORD, "in"))
        SG_TRY(read_range(p, &term));
    else if (next_is(p, WORD, "is"))
        SG_TRY(read_missing(p, &term));
    else
        return fail(p, "=, <, <=, >, >=, 'in' or 'is missing'");
    void *array = p->out->terms;
    if (!sg_reserve(p->context, &array, &p->out->capacity, p->out->count,
                    sizeof term))
        return sg_fail_memory(p->context, "a condition", sizeof term);
    p->out->terms = array;
    p->out->terms[p->out->count++] = term;
    return SYNGAN_OK;
}

static syngan_status read_terms(parser *p) {
    SG_TRY(advance(p));
    if (p->next.kind == END) return SYNGAN_OK;
    SG_TRY(read_term(p));
    while (p->next.kind != END) {
        if (!next_is(p, WORD, "and")) return fail(p, "'and' or the end");
        SG_TRY(advance(p));
        SG_TRY(read_term(p));
    }
    return SYNGAN_OK;
}

void sg_where_end(sg_where *where) {
    if (where->context != NULL) sg_free(where->context, where->terms);
    *where = (sg_where){0};
}

syngan_status sg_where_parse(const syngan_table *form, const char *text,
                             sg_where *out) {
    syngan_context *context = form->context;
    *out = (sg_where){.context = context};
    if (text == NULL) return SYNGAN_OK;
    parser p = {
        .context = context, .form = form, .text = text, .at = text, .out = out};
    p.word = sg_alloc(context, strlen(text) + 1);
    if (p.word == NULL)
        return sg_fail_memory(context, "a condition", strlen(text) + 1);
    syngan_status status = read_terms(&p);
    sg_free(context, p.word);
    if (status != SYNGAN_OK) sg_where_end(out);
    return status;
}

/* ---- testing ------------------------------------------------------------ */

bool sg_where_term_holds(const sg_where_term *term, const sg_column *column,
                         int64_t row) {
    switch (term->kind) {
    case SG_WHERE_CODE:
        return column->codes[row] == term->code;
    case SG_WHERE_WHOLE:
        return column->integers[row] >= term->least &&
               column->integers[row] <= term->most;
    case SG_WHERE_REAL:
        return column->reals[row] >= term->low &&
               column->reals[row] <= term->high;
    default:
        return sg_column_is_missing(column, row);
    }
}

bool sg_where_holds(const sg_where *where, const syngan_table *table,
                    int64_t row) {
    for (size_t i = 0; i < where->count; i++)
        if (!sg_where_term_holds(&where->terms[i],
                                 &table->columns[where->terms[i].column], row))
            return false;
    return true;
}
