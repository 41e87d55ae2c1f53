/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values of conditions, and testing rows.
 */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "synth/where.h"
#include "table/boolean.h"
#include "table/notation.h"
#include "table/time.h"

/* ---- terms --------------------------------------------------------------- */

static bool set_code(const sg_column *column, const char *text,
                     sg_where_term *term) {
    term->code = sg_dictionary_find(column->words, text, strlen(text));
    if (term->code < 0 && sg_type_of(column)->is_pair)
        term->code = sg_boolean_code(column->words, text);
    return term->code >= 0;
}

/* Bounds that may lie beyond all integers. */
static void set_whole(sg_wide first, sg_wide last, sg_where_term *term) {
    bool none = first > INT64_MAX || last < -INT64_MAX || first > last;
    term->least = first < -INT64_MAX ? -INT64_MAX : (int64_t)first;
    term->most = last > INT64_MAX ? INT64_MAX : (int64_t)last;
    if (!none) return;
    term->least = INT64_MAX;
    term->most = -INT64_MAX;
}

/* Strict bounds become the next value. */
static void set_bounds(const char *operator, const sg_extent * from,
                       const sg_extent *to, sg_where_term *term) {
    sg_wide first = -((sg_wide)1 << 90), last = (sg_wide)1 << 90;
    bool strict = operator[1] == '\0';
    term->low = -INFINITY;
    term->high = INFINITY;
    if (operator[0] != '<') {
        bool above = strict && operator[0] == '>';
        first = above ? from->last + 1 : from->first;
        term->low = above ? nextafter(from->real, INFINITY) : from->real;
        if (above && from->real == (double)INFINITY) term->high = -INFINITY;
    }
    if (operator[0] != '>') {
        bool below = strict && operator[0] == '<';
        last = below ? to->first - 1 : to->last;
        term->high = below ? nextafter(to->real, -INFINITY) : to->real;
        if (below && to->real == (double)-INFINITY) term->low = INFINITY;
    }
    set_whole(first, last, term);
}

bool sg_where_set(const sg_column *column, const char *operator,
                  const char * value, const char *to, sg_where_term *term) {
    if (operator[0] == '!') term->negated = !term->negated;
    if (term->kind == SG_WHERE_CODE) return set_code(column, value, term);
    const sg_column_type *type = sg_type_of(column);
    sg_extent first = {0}, last = {0};
    if (!type->read_extent(column, value, &first)) return false;
    last = first;
    if (to != NULL && !type->read_extent(column, to, &last)) return false;
    bool equal = operator[0] == '=' || operator[0] == '!';
    if (equal && to == NULL && first.first > first.last) return false;
    set_bounds(equal ? "=" : operator, & first, &last, term);
    return true;
}

/* ---- testing ------------------------------------------------------------- */

bool sg_where_term_holds(const sg_where_term *term, const sg_column *column,
                         int64_t row) {
    bool is_missing = sg_column_is_missing(column, row), holds;
    if (term->kind == SG_WHERE_MISSING) return is_missing != term->negated;
    if (is_missing) return false;
    if (term->kind == SG_WHERE_CODE)
        holds = column->codes[row] == term->code;
    else if (term->kind == SG_WHERE_WHOLE)
        holds = column->integers[row] >= term->least &&
                column->integers[row] <= term->most;
    else
        holds =
            column->reals[row] >= term->low && column->reals[row] <= term->high;
    return holds != term->negated;
}

bool sg_where_holds(const sg_where *where, const syngan_table *table,
                    int64_t row) {
    bool holds = where->ways == 0;
    for (size_t way = 0; way < where->ways && !holds; way++) {
        holds = true;
        for (size_t i = sg_where_first(where, way);
             i < where->end[way] && holds; i++)
            holds = sg_where_term_holds(
                &where->terms[i], &table->columns[where->terms[i].column], row);
    }
    return holds;
}
