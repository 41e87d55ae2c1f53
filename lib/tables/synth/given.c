/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions that the generator takes.
 */
#include "synth/given.h"

#include <string.h>

#include "base/memory.h"
#include "encode/encoder_code.h"

/* ---- values of a choice ------------------------------------------------- */

/* The column that has the choice which a column is coded by, or -1. */
static int32_t owner_of(const sg_encoder *encoder, int32_t column) {
    const sg_codec *codec = encoder->codes[column].codec;
    if (codec == &sg_codec_choice || codec == &sg_codec_joint) return column;
    return codec == &sg_codec_member ? sg_joint_owner(encoder, column) : -1;
}

static bool joint_holds(const sg_encoder *encoder, const sg_joint_code *joint,
                        int32_t value, const sg_where_term *term) {
    union {
        int64_t integer;
        double real;
        int32_t code;
    } cell;
    sg_column column = encoder->form->columns[term->column];
    column.data = &cell;
    sg_joint_write(joint, value, sg_joint_place(joint, term->column), &column,
                   0);
    return sg_where_term_holds(term, &column, 0);
}

static bool value_holds(const sg_encoder *encoder, const sg_column_code *code,
                        int32_t value, const sg_where_term *term) {
    if (code->codec == &sg_codec_joint)
        return joint_holds(encoder, &code->joint, value, term);
    bool is_missing = value == code->choice.missing;
    if (term->kind == SG_WHERE_MISSING) return is_missing != term->negated;
    return !is_missing && (value == term->code) != term->negated;
}

/* Whether a value of a column's choice satisfies all terms of a way that are
 * about it. */
static bool way_holds(const sg_encoder *encoder, const sg_where *where,
                      size_t way, int32_t owner, int32_t value) {
    const sg_column_code *code = &encoder->codes[owner];
    for (size_t i = sg_where_first(where, way); i < where->end[way]; i++) {
        const sg_where_term *term = &where->terms[i];
        if (owner_of(encoder, term->column) == owner &&
            !value_holds(encoder, code, value, term))
            return false;
    }
    return true;
}

/* Which values of a column's choice satisfy all that one of the ways says of
 * it; returns the share of the rows that have them. */
static double find_values(const sg_encoder *encoder, const sg_where *where,
                          int32_t owner, bool *values) {
    const sg_column_code *code = &encoder->codes[owner];
    double good = 0, all = 0;
    for (int32_t v = 0; v < code->choice.n_values; v++) {
        values[v] = false;
        for (size_t way = 0; way < where->ways && !values[v]; way++)
            values[v] = way_holds(encoder, where, way, owner, v);
        all += (double)code->choice.count[v];
        if (values[v]) good += (double)code->choice.count[v];
    }
    return good / all;
}

/* ---- what can't be ------------------------------------------------------- */

/* Terms of one way about a column of numbers. */
typedef struct claims {
    const sg_where *where;
    size_t way;
    int32_t column;
} claims;

/* Whether a value satisfies all of them. */
static bool all_hold(const claims *c, const sg_column *cell) {
    for (size_t i = sg_where_first(c->where, c->way); i < c->where->end[c->way];
         i++)
        if (c->where->terms[i].column == c->column &&
            !sg_where_term_holds(&c->where->terms[i], cell, 0))
            return false;
    return true;
}

/* Whether a value of a grid may satisfy all of them. */
static bool grid_may_hold(const claims *c, const sg_grid *grid) {
    bool is_real = grid->is_real;
    long double low = is_real ? (long double)grid->low : grid->least;
    long double high = is_real ? (long double)grid->high : grid->most;
    for (size_t i = sg_where_first(c->where, c->way); i < c->where->end[c->way];
         i++) {
        const sg_where_term *t = &c->where->terms[i];
        if (t->column != c->column || t->negated) continue;
        if (t->kind == SG_WHERE_MISSING) return false;
        long double first = is_real ? (long double)t->low : t->least;
        long double last = is_real ? (long double)t->high : t->most;
        low = first > low ? first : low;
        high = last < high ? last : high;
    }
    return low <= high && sg_lattice_reaches(grid, low, high);
}

/* Whether any value that the column can have satisfies all of them. */
static bool number_may_hold(const sg_encoder *encoder, const claims *c) {
    const sg_column_code *code = &encoder->codes[c->column];
    const sg_number_code *number = &code->number;
    const sg_ordered *item =
        code->ordered >= 0 ? &encoder->order->item[code->ordered] : NULL;
    int64_t value = SYNGAN_MISSING;
    sg_column cell = encoder->form->columns[c->column];
    cell.data = &value;
    sg_write_missing(&cell, 0);
    if (number->has_missing && all_hold(c, &cell)) return true;
    if (item != NULL && item->reference >= 0)
        return grid_may_hold(c, &item->grid);
    for (int32_t i = 0; i < number->n_singles; i++) {
        sg_number_decode(number, number->mixture.count + i, 0, 0, &cell, 0);
        if (all_hold(c, &cell)) return true;
    }
    return number->mixture.count > 0 && grid_may_hold(c, &number->mixed);
}

static bool choice_may_hold(const sg_encoder *encoder, const claims *c,
                            int32_t owner) {
    int32_t n = encoder->codes[owner].choice.n_values;
    for (int32_t v = 0; v < n; v++)
        if (way_holds(encoder, c->where, c->way, owner, v)) return true;
    return false;
}

/* A term of a way that no row can satisfy; NULL: there is none. */
static const sg_where_term *impossible(const sg_encoder *encoder,
                                       const sg_where *where, size_t way) {
    for (size_t i = sg_where_first(where, way); i < where->end[way]; i++) {
        const sg_where_term *term = &where->terms[i];
        const claims c = {where, way, term->column};
        int32_t owner = owner_of(encoder, term->column);
        bool may = owner >= 0 ? choice_may_hold(encoder, &c, owner)
                   : encoder->codes[term->column].codec == &sg_codec_number
                       ? number_may_hold(encoder, &c)
                       : true;
        if (!may) return term;
    }
    return NULL;
}

/* ---- refusing ----------------------------------------------------------- */

static syngan_status fail_missing(const sg_encoder *encoder, int32_t column) {
    return sg_fail(encoder->context, SYNGAN_E_ARGUMENT,
                   "sample: column '%s' is never missing in the data, so that "
                   "no row can satisfy the condition",
                   encoder->form->columns[column].name);
}

/* By the least and the greatest value that it may have. */
static syngan_status fail_number(const sg_encoder *encoder, int32_t column) {
    const sg_column_code *code = &encoder->codes[column];
    const sg_grid *grid = code->ordered >= 0
                              ? &encoder->order->item[code->ordered].grid
                              : &code->number.grid;
    char low[64], high[64];
    int64_t value = 0;
    sg_column cell = encoder->form->columns[column];
    cell.data = &value;
    if (grid->is_real)
        cell.reals[0] = grid->low;
    else
        cell.integers[0] = grid->least;
    sg_column_text(&cell, 0, low, sizeof low);
    if (grid->is_real)
        cell.reals[0] = grid->high;
    else
        cell.integers[0] = grid->most;
    sg_column_text(&cell, 0, high, sizeof high);
    return sg_fail(encoder->context, SYNGAN_E_ARGUMENT,
                   "sample: no row can satisfy the conditions on column '%s', "
                   "whose values lie between %s and %s",
                   cell.name, low, high);
}

static syngan_status fail_none(const sg_encoder *encoder,
                               const sg_where_term *term) {
    const sg_column_code *code = &encoder->codes[term->column];
    bool wants_missing = term->kind == SG_WHERE_MISSING && !term->negated;
    if (wants_missing &&
        (code->codec == &sg_codec_choice ||
         (code->codec == &sg_codec_number && !code->number.has_missing)))
        return fail_missing(encoder, term->column);
    if (code->codec == &sg_codec_number)
        return fail_number(encoder, term->column);
    return sg_fail(encoder->context, SYNGAN_E_ARGUMENT,
                   "sample: no row of the data satisfies the conditions on "
                   "column '%s'%s",
                   encoder->form->columns[term->column].name,
                   code->codec == &sg_codec_choice
                       ? ""
                       : " and those of its \"fixed\" constraint");
}

/* Leaves out what can't be. */
static syngan_status drop_impossible(const sg_encoder *encoder,
                                     sg_where *where) {
    size_t way = 0;
    while (way < where->ways) {
        const sg_where_term *term = impossible(encoder, where, way);
        if (term == NULL)
            way++;
        else if (where->ways == 1)
            return fail_none(encoder, term);
        else
            sg_where_drop(where, way);
    }
    return SYNGAN_OK;
}

/* ---- choosing ----------------------------------------------------------- */

static const sg_condition_column *condition_of(const sg_conditions *conditions,
                                               int32_t column) {
    for (int32_t c = 0; c < conditions->count; c++)
        if (conditions->columns[c].column == column)
            return &conditions->columns[c];
    return NULL;
}

/* Takes over the values of a choice, and finds the alternatives of them. */
static syngan_status take(const sg_choice_code *code,
                          const sg_condition_column *column, bool *values,
                          sg_given *out) {
    size_t n = (size_t)code->n_alternatives;
    sg_given_end(out);
    *out = (sg_given){.context = out->context,
                      .choice = column->choice,
                      .start = column->start,
                      .values = values};
    out->alternative = sg_alloc(out->context, n * sizeof *out->alternative);
    out->chance = sg_alloc(out->context, n * sizeof *out->chance);
    if (out->alternative == NULL || out->chance == NULL)
        return sg_fail_memory(out->context, "a condition", n * 8);
    double sum = 0;
    for (int32_t a = 0; a < code->n_alternatives; a++) {
        double rows = 0;
        for (int32_t i = code->first[a]; i < code->first[a + 1]; i++)
            if (values[code->member[i]])
                rows += (double)code->count[code->member[i]];
        if (rows <= 0) continue;
        sum += rows;
        out->alternative[out->count] = a;
        out->chance[out->count++] = sum;
    }
    for (int32_t i = 0; i < out->count; i++)
        out->chance[i] /= sum;
    return SYNGAN_OK;
}

/* Looks at the choice that a term is about; keeps it if it is the rarest. */
static syngan_status look_at(const sg_encoder *encoder,
                             const sg_conditions *conditions,
                             const sg_where *where, const sg_where_term *term,
                             double *least, sg_given *out) {
    int32_t owner = owner_of(encoder, term->column);
    if (owner < 0) return SYNGAN_OK;
    const sg_choice_code *code = &encoder->codes[owner].choice;
    const sg_condition_column *column = condition_of(conditions, owner);
    bool *values = sg_alloc(out->context, (size_t)code->n_values);
    if (values == NULL)
        return sg_fail_memory(out->context, "a condition",
                              (uint64_t)code->n_values);
    double share = find_values(encoder, where, owner, values);
    if (column != NULL && share < *least) {
        *least = share;
        return take(code, column, values, out);
    }
    sg_free(out->context, values);
    return SYNGAN_OK;
}

/* Whether no term before this one is about the same choice. */
static bool is_first(const sg_encoder *encoder, const sg_where *where,
                     size_t i) {
    int32_t owner = owner_of(encoder, where->terms[i].column);
    for (size_t j = 0; j < i; j++)
        if (owner_of(encoder, where->terms[j].column) == owner) return false;
    return true;
}

syngan_status sg_given_find(const sg_encoder *encoder,
                            const sg_conditions *conditions, sg_where *where,
                            sg_given *out) {
    /* Of several ways a choice may leave all values open: nothing is given. */
    double least = where->ways > 1 ? 1.0 : 2.0;
    *out = (sg_given){.context = encoder->context, .choice = -1};
    syngan_status status = drop_impossible(encoder, where);
    for (size_t i = 0; i < where->count && status == SYNGAN_OK; i++)
        if (is_first(encoder, where, i))
            status = look_at(encoder, conditions, where, &where->terms[i],
                             &least, out);
    if (status != SYNGAN_OK) sg_given_end(out);
    return status;
}

int32_t sg_given_draw(const sg_given *given, const uint32_t words[2]) {
    double u = ((double)words[0] + (double)words[1] * 0x1p-32) * 0x1p-32;
    int32_t low = 0, high = given->count - 1;
    while (low < high) { /* the first whose chance is above u */
        int32_t middle = low + (high - low) / 2;
        if (given->chance[middle] > u)
            high = middle;
        else
            low = middle + 1;
    }
    return given->alternative[low];
}

void sg_given_end(sg_given *given) {
    if (given->context == NULL) return;
    sg_free(given->context, given->alternative);
    sg_free(given->context, given->chance);
    sg_free(given->context, given->values);
    *given = (sg_given){.context = given->context, .choice = -1};
}
