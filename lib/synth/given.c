/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions that the generator takes.
 */
#include "synth/given.h"

#include <string.h>

#include "base/memory.h"
#include "table/encoder_code.h"

/* ---- values of a choice ------------------------------------------------- */

/* The place of a column among those of a joint choice; -1: it is not. */
static int32_t member_of(const sg_joint_code *joint, int32_t column) {
    for (int32_t i = 0; i < joint->n_columns; i++)
        if (joint->columns[i] == column) return i;
    return -1;
}

/* The column that has the choice which a column is coded by, or -1. */
static int32_t owner_of(const sg_encoder *encoder, int32_t column) {
    int32_t kind = encoder->codes[column].kind;
    if (kind == SG_CODE_CHOICE || kind == SG_CODE_JOINT) return column;
    for (int32_t c = 0; kind == SG_CODE_MEMBER && c < column; c++)
        if (member_of(&encoder->codes[c].joint, column) >= 0) return c;
    return -1;
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
    sg_joint_write(joint, value, member_of(joint, term->column), &column, 0);
    return sg_where_term_holds(term, &column, 0);
}

static bool value_holds(const sg_encoder *encoder, const sg_column_code *code,
                        int32_t value, const sg_where_term *term) {
    if (code->kind == SG_CODE_JOINT)
        return joint_holds(encoder, &code->joint, value, term);
    bool is_missing = value == code->choice.missing;
    return term->kind == SG_WHERE_MISSING ? is_missing
                                          : !is_missing && value == term->code;
}

/* Which values of a column's choice satisfy all conditions on it; returns the
 * share of the rows that have them. */
static double find_values(const sg_encoder *encoder, const sg_where *where,
                          int32_t owner, bool *values) {
    const sg_column_code *code = &encoder->codes[owner];
    double good = 0, all = 0;
    for (int32_t v = 0; v < code->choice.n_values; v++) {
        values[v] = true;
        for (size_t i = 0; i < where->count && values[v]; i++) {
            const sg_where_term *term = &where->terms[i];
            if (owner_of(encoder, term->column) == owner)
                values[v] = value_holds(encoder, code, v, term);
        }
        all += (double)code->choice.count[v];
        if (values[v]) good += (double)code->choice.count[v];
    }
    return good / all;
}

/* ---- refusing ----------------------------------------------------------- */

static syngan_status fail_missing(const sg_encoder *encoder, int32_t column) {
    return sg_fail(encoder->context, SYNGAN_E_ARGUMENT,
                   "sample: column '%s' is never missing in the data, so that "
                   "no row can satisfy the condition",
                   encoder->form->columns[column].name);
}

static syngan_status fail_none(const sg_encoder *encoder,
                               const sg_where_term *term) {
    int32_t kind = encoder->codes[term->column].kind;
    if (term->kind == SG_WHERE_MISSING && kind == SG_CODE_CHOICE)
        return fail_missing(encoder, term->column);
    return sg_fail(
        encoder->context, SYNGAN_E_ARGUMENT,
        "sample: no row of the data satisfies the conditions on "
        "column '%s'%s",
        encoder->form->columns[term->column].name,
        kind == SG_CODE_CHOICE ? "" : " and those of its \"fixed\" constraint");
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
    if (owner < 0) {
        const sg_column_code *code = &encoder->codes[term->column];
        bool never = term->kind == SG_WHERE_MISSING &&
                     code->kind == SG_CODE_NUMBER && !code->number.has_missing;
        return never ? fail_missing(encoder, term->column) : SYNGAN_OK;
    }
    const sg_choice_code *code = &encoder->codes[owner].choice;
    const sg_condition_column *column = condition_of(conditions, owner);
    bool *values = sg_alloc(out->context, (size_t)code->n_values);
    if (values == NULL)
        return sg_fail_memory(out->context, "a condition",
                              (uint64_t)code->n_values);
    double share = find_values(encoder, where, owner, values);
    if (share > 0 && column != NULL && share < *least) {
        *least = share;
        return take(code, column, values, out);
    }
    sg_free(out->context, values);
    return share > 0 ? SYNGAN_OK : fail_none(encoder, term);
}

syngan_status sg_given_find(const sg_encoder *encoder,
                            const sg_conditions *conditions,
                            const sg_where *where, sg_given *out) {
    double least = 2.0;
    *out = (sg_given){.context = encoder->context, .choice = -1};
    syngan_status status = SYNGAN_OK;
    for (size_t i = 0; i < where->count && status == SYNGAN_OK; i++)
        status =
            look_at(encoder, conditions, where, &where->terms[i], &least, out);
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
