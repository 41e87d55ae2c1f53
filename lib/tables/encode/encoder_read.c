/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the encoder from JSON, as encoder_write.c has it. It trusts nothing:
 * what decoding and encoding count on is checked here.
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "encode/encoder_code.h"
#include "table/decimals.h"
#include "table/notation.h"
#include "table/schema.h"
#include "table/stored.h"
#include "table/time.h"

/* The part of a member that no joint choice has claimed yet. */
#define UNCLAIMED (-2)

/* ---- reading: values --------------------------------------------------------
 */

static syngan_status read_finite(sg_json_value value, double *out) {
    SG_TRY(sg_json_read_f64(value, out));
    if (isfinite(*out)) return SYNGAN_OK;
    return sg_json_fail(value, "is not finite");
}

static syngan_status read_between(sg_json_value value, double low, double high,
                                  double *out) {
    SG_TRY(sg_json_read_f64(value, out));
    if (*out >= low && *out <= high) return SYNGAN_OK;
    return sg_json_fail(value, "is %g, but must be %g to %g", *out, low, high);
}

/* An array of `count` finite numbers into `out`. */
static syngan_status read_f64s(sg_json_value array, size_t count, double *out) {
    size_t found;
    SG_TRY(sg_json_read_array(array, &found));
    if (found != count)
        return sg_json_fail(array, "has %zu numbers, but must have %zu", found,
                            count);
    for (size_t i = 0; i < count; i++)
        SG_TRY(read_finite(sg_json_item(array, i), &out[i]));
    return SYNGAN_OK;
}

static syngan_status read_i64s(sg_json_value array, size_t count, int64_t low,
                               int64_t high, int64_t *out) {
    for (size_t i = 0; i < count; i++)
        SG_TRY(sg_json_read_i64(sg_json_item(array, i), low, high, &out[i]));
    return SYNGAN_OK;
}

/* ---- reading: numbers -------------------------------------------------------
 */

static syngan_status read_level(sg_json_value value, bool is_first_real,
                                double before, sg_level *out) {
    sg_json_value step = sg_json_member(value, "step");
    SG_TRY(sg_json_read_i64(step, is_first_real ? 0 : 1, INT64_MAX / 2,
                            &out->step));
    SG_TRY(sg_json_read_i64(sg_json_member(value, "offset"), 0,
                            out->step > 0 ? out->step - 1 : 0, &out->offset));
    return read_between(sg_json_member(value, "chance"), before, 1,
                        &out->chance);
}

/* Files of earlier versions have none. */
static syngan_status read_lattice(sg_json_value grid, bool is_real,
                                  sg_lattice *out) {
    sg_json_value levels = sg_json_member(grid, "levels");
    size_t count;
    if (!sg_json_present(levels)) return SYNGAN_OK;
    SG_TRY(sg_json_read_array(levels, &count));
    if (count == 0 || count > SG_LEVELS_MOST)
        return sg_json_fail(levels, "has %zu levels, but must have 1 to %d",
                            count, SG_LEVELS_MOST);
    if (is_real)
        SG_TRY(sg_json_read_i32(sg_json_member(grid, "scale"), 0, 15,
                                &out->decimals));
    for (size_t i = 0; i < count; i++)
        SG_TRY(read_level(sg_json_item(levels, i), is_real && i == 0,
                          i == 0 ? 0 : out->level[i - 1].chance,
                          &out->level[i]));
    out->count = (int32_t)count;
    return SYNGAN_OK;
}

syngan_status sg_grid_read(sg_json_value object, const char *key, bool is_real,
                           sg_grid *out) {
    sg_json_value grid = sg_json_member(object, key);
    sg_json_value low = sg_json_member(grid, "low");
    sg_json_value high = sg_json_member(grid, "high");
    *out = (sg_grid){.decimals = -1, .unit = 1};
    SG_TRY(sg_json_read_bool(sg_json_member(grid, "real"), &out->is_real));
    if (out->is_real != is_real)
        return sg_json_fail(sg_json_member(grid, "real"),
                            "does not fit the column's type");
    SG_TRY(read_lattice(grid, is_real, &out->lattice));
    if (is_real) {
        SG_TRY(sg_json_read_i32(sg_json_member(grid, "decimals"), -1, 15,
                                &out->decimals));
        SG_TRY(read_between(low, -1e300, 1e300, &out->low));
        return read_between(high, out->low, 1e300, &out->high);
    }
    SG_TRY(sg_json_read_i64(sg_json_member(grid, "unit"), 1, INT64_MAX,
                            &out->unit));
    SG_TRY(sg_json_read_i64(low, -INT64_MAX, INT64_MAX, &out->least));
    return sg_json_read_i64(high, out->least, INT64_MAX, &out->most);
}

static syngan_status read_mixture(sg_json_value column, sg_mixture *out) {
    sg_json_value weights = sg_json_member(column, "weights");
    sg_json_value deviations = sg_json_member(column, "deviations");
    size_t count;
    SG_TRY(sg_json_read_array(weights, &count));
    if (count > SG_MIXTURE_MOST)
        return sg_json_fail(weights,
                            "has %zu components, but at most %d may be", count,
                            SG_MIXTURE_MOST);
    SG_TRY(read_f64s(weights, count, out->weight));
    SG_TRY(read_f64s(sg_json_member(column, "means"), count, out->mean));
    SG_TRY(read_f64s(deviations, count, out->deviation));
    for (size_t i = 0; i < count; i++) {
        if (!(out->weight[i] > 0 && out->weight[i] <= 1))
            return sg_json_fail(sg_json_item(weights, i),
                                "is not above 0 and at most 1");
        if (!(out->deviation[i] > 0))
            return sg_json_fail(sg_json_item(deviations, i), "is not above 0");
    }
    out->count = (int32_t)count;
    return SYNGAN_OK;
}

static syngan_status read_singles(syngan_context *context, sg_json_value column,
                                  sg_number_code *out) {
    sg_json_value singles = sg_json_member(column, "singles");
    sg_json_value shares = sg_json_member(column, "share");
    size_t count;
    SG_TRY(sg_json_read_array(singles, &count));
    if (count > SG_ALTERNATIVES_MOST - SG_MIXTURE_MOST - 1)
        return sg_json_fail(singles, "has too many values");
    out->n_singles = (int32_t)count;
    out->n_modes = out->mixture.count + out->n_singles + out->has_missing;
    if (out->n_modes == 0) return sg_json_fail(column, "has no mode");
    size_t modes = (size_t)out->n_modes;
    out->singles = sg_alloc(context, count * sizeof(double));
    out->share = sg_alloc(context, modes * sizeof(double));
    if (out->singles == NULL || out->share == NULL)
        return sg_fail_memory(context, "an encoder", modes * sizeof(double));
    SG_TRY(read_f64s(singles, count, out->singles));
    for (size_t i = 1; i < count; i++)
        if (!(out->singles[i] > out->singles[i - 1]))
            return sg_json_fail(sg_json_item(singles, i),
                                "is not above the one before");
    SG_TRY(read_f64s(shares, modes, out->share));
    for (size_t i = 0; i < modes; i++)
        SG_TRY(read_between(sg_json_item(shares, i), 0, 1, &out->share[i]));
    return SYNGAN_OK;
}

static syngan_status read_number(syngan_context *context, sg_json_value column,
                                 bool is_real, sg_number_code *out) {
    SG_TRY(sg_grid_read(column, "grid", is_real, &out->grid));
    out->mixed = out->grid;
    if (sg_json_present(sg_json_member(column, "mixed")))
        SG_TRY(sg_grid_read(column, "mixed", is_real, &out->mixed));
    SG_TRY(sg_json_read_i64(sg_json_member(column, "base"), -INT64_MAX,
                            INT64_MAX, &out->base));
    SG_TRY(read_finite(sg_json_member(column, "centre"), &out->centre));
    SG_TRY(
        read_between(sg_json_member(column, "width"), 0, 1e300, &out->width));
    SG_TRY(sg_json_read_bool(sg_json_member(column, "missing"),
                             &out->has_missing));
    SG_TRY(read_mixture(column, &out->mixture));
    return read_singles(context, column, out);
}

/* ---- reading: choices -------------------------------------------------------
 */

static syngan_status read_words(sg_json_value column, sg_column *form) {
    sg_json_value words = sg_json_member(column, "words");
    size_t count;
    SG_TRY(sg_json_read_array(words, &count));
    for (size_t i = 0; i < count; i++) {
        const char *text;
        int32_t code;
        SG_TRY(sg_json_read_string(sg_json_item(words, i), &text));
        SG_TRY(sg_dictionary_add(form->words, text, strlen(text), &code));
        if ((size_t)code != i)
            return sg_json_fail(sg_json_item(words, i), "is there twice");
    }
    return SYNGAN_OK;
}

/* More rows than any table has. */
#define ROWS_MOST ((int64_t)1 << 40)

/* `expected`: values without "missing". */
static syngan_status read_choice(syngan_context *context, sg_json_value column,
                                 int32_t expected, sg_choice_code *out) {
    sg_json_value rows = sg_json_member(column, "rows");
    bool has_missing;
    int32_t alternatives;
    size_t count;
    SG_TRY(sg_json_read_bool(sg_json_member(column, "missing"), &has_missing));
    SG_TRY(sg_json_read_i32(sg_json_member(column, "alternatives"), 1,
                            SG_ALTERNATIVES_MOST, &alternatives));
    SG_TRY(sg_json_read_array(rows, &count));
    if (count != (size_t)expected + has_missing || count == 0 ||
        count < (size_t)alternatives)
        return sg_json_fail(rows, "has %zu values, which does not fit", count);
    int64_t *each = sg_alloc(context, count * sizeof *each);
    if (each == NULL)
        return sg_fail_memory(context, "an encoder", count * sizeof *each);
    syngan_status status = read_i64s(rows, count, 1, ROWS_MOST, each);
    if (status != SYNGAN_OK) {
        sg_free(context, each);
        return status;
    }
    if (sg_choice_make(context, each, (int32_t)count, has_missing, alternatives,
                       out))
        return SYNGAN_OK;
    return sg_fail_memory(context, "an encoder", count * sizeof *each);
}

/* The columns of a joint choice: rising from its own on, all others members of
 * it alone. */
static syngan_status read_members(sg_encoder *encoder, sg_json_value column,
                                  int32_t c) {
    sg_json_value members = sg_json_member(column, "members");
    sg_joint_code *joint = &encoder->codes[c].joint;
    size_t count;
    SG_TRY(sg_json_read_array(members, &count));
    if (count > encoder->n_codes || count == 0)
        return sg_json_fail(members, "has %zu columns, which does not fit",
                            count);
    joint->columns = sg_alloc(encoder->context, count * sizeof *joint->columns);
    if (joint->columns == NULL)
        return sg_fail_memory(encoder->context, "an encoder", count);
    for (size_t i = 0; i < count; i++) {
        sg_json_value member = sg_json_item(members, i);
        int32_t low = i == 0 ? c : joint->columns[i - 1] + 1;
        int32_t high = i == 0 ? c : (int32_t)encoder->n_codes - 1;
        SG_TRY(sg_json_read_i32(member, low, high, &joint->columns[i]));
        sg_column_code *code = &encoder->codes[joint->columns[i]];
        if (i > 0 &&
            (code->kind != SG_CODE_MEMBER || code->choice_part != UNCLAIMED))
            return sg_json_fail(member, "is no member of this choice alone");
        if (i > 0) code->choice_part = -1;
    }
    joint->n_columns = (int32_t)count;
    return SYNGAN_OK;
}

static syngan_status read_cells(sg_encoder *encoder, sg_json_value column,
                                int32_t c) {
    sg_json_value cells = sg_json_member(column, "cells");
    sg_joint_code *joint = &encoder->codes[c].joint;
    size_t count, n = (size_t)joint->n_columns;
    SG_TRY(sg_json_read_array(cells, &count));
    if (count % n != 0 || count / n > INT32_MAX)
        return sg_json_fail(cells, "has %zu values, which does not fit", count);
    joint->n_rows = (int32_t)(count / n);
    joint->cells = sg_alloc(encoder->context, count * sizeof *joint->cells);
    if (joint->cells == NULL)
        return sg_fail_memory(encoder->context, "an encoder",
                              count * sizeof *joint->cells);
    for (size_t i = 0; i < count; i++) {
        const sg_column *of = &encoder->form->columns[joint->columns[i % n]];
        int64_t low = of->words != NULL ? -1 : INT64_MIN;
        int64_t high = of->words != NULL ? of->words->count - 1 : INT64_MAX;
        SG_TRY(sg_json_read_i64(sg_json_item(cells, i), low, high,
                                &joint->cells[i]));
    }
    return SYNGAN_OK;
}

/* ---- reading: names ---------------------------------------------------------
 */

static syngan_status read_characters(sg_json_value value, uint64_t set[2]) {
    const char *text;
    SG_TRY(sg_json_read_string(value, &text));
    for (; *text != '\0'; text++) {
        if (*text < ' ' || *text > '~')
            return sg_json_fail(value, "has characters beyond ASCII");
        set[*text / 64] |= (uint64_t)1 << (*text % 64);
    }
    return (set[0] | set[1]) != 0 ? SYNGAN_OK : sg_json_fail(value, "is empty");
}

/* Numbers of leading combinations, of which there are `all`. */
static syngan_status read_fresh(syngan_context *context, sg_json_value pattern,
                                int64_t all, sg_name_pattern *p) {
    sg_json_value fresh = sg_json_member(pattern, "fresh");
    size_t count;
    SG_TRY(sg_json_read_array(fresh, &count));
    if ((count == 0) != (p->n_leading == 0) || count > 4096)
        return sg_json_fail(fresh, "has %zu numbers, which does not fit",
                            count);
    p->fresh = sg_alloc(context, count * sizeof *p->fresh);
    if (p->fresh == NULL)
        return sg_fail_memory(context, "an encoder", count * sizeof *p->fresh);
    for (size_t i = 0; i < count; i++) {
        int64_t number;
        SG_TRY(sg_json_read_i64(sg_json_item(fresh, i), 0, all - 1, &number));
        p->fresh[i] = (uint32_t)number;
    }
    p->n_fresh = (int32_t)count;
    return SYNGAN_OK;
}

static syngan_status read_pattern(syngan_context *context,
                                  sg_json_value pattern, sg_name_pattern *p) {
    sg_json_value characters = sg_json_member(pattern, "characters");
    size_t length;
    SG_TRY(read_between(sg_json_member(pattern, "share"), 0, 1, &p->share));
    SG_TRY(sg_json_read_array(characters, &length));
    if (length == 0 || length > SG_NAME_MOST)
        return sg_json_fail(characters, "has %zu positions; 1 to %d may be",
                            length, SG_NAME_MOST);
    p->length = (int32_t)length;
    SG_TRY(sg_json_read_i32(sg_json_member(pattern, "leading"), 0, p->length,
                            &p->n_leading));
    int64_t all = 1;
    for (size_t i = 0; i < length; i++) {
        SG_TRY(read_characters(sg_json_item(characters, i), p->set[i]));
        int64_t size = __builtin_popcountll(p->set[i][0]) +
                       __builtin_popcountll(p->set[i][1]);
        if (i < (size_t)p->n_leading && all <= UINT32_MAX) all *= size;
    }
    if (all > UINT32_MAX)
        return sg_json_fail(sg_json_member(pattern, "leading"), "is too large");
    return read_fresh(context, pattern, all, p);
}

/* Integers that rise with the rows. */
static syngan_status read_order_of_names(sg_json_value column,
                                         sg_name_code *out) {
    sg_json_value step = sg_json_member(column, "step");
    if (!sg_json_present(step)) return SYNGAN_OK;
    SG_TRY(sg_json_read_i64(step, 1, INT64_MAX, &out->step));
    SG_TRY(sg_json_read_i64(sg_json_member(column, "first"), 0, INT64_MAX,
                            &out->first));
    SG_TRY(sg_json_read_bool(sg_json_member(column, "gaps"), &out->gaps));
    return sg_name_order_fits(out->first, out->step)
               ? SYNGAN_OK
               : sg_json_fail(step, "is too large");
}

static syngan_status read_name(syngan_context *context, sg_json_value column,
                               sg_name_code *out) {
    sg_json_value patterns = sg_json_member(column, "patterns");
    size_t count;
    SG_TRY(
        read_between(sg_json_member(column, "missing"), 0, 1, &out->missing));
    SG_TRY(sg_json_read_array(patterns, &count));
    if (count == 0 || count > SG_NAME_MOST)
        return sg_json_fail(patterns, "has %zu patterns; 1 to %d may be", count,
                            SG_NAME_MOST);
    out->pattern = sg_alloc_zero(context, count, sizeof *out->pattern);
    if (out->pattern == NULL)
        return sg_fail_memory(context, "an encoder",
                              count * sizeof *out->pattern);
    out->n_patterns = (int32_t)count;
    int32_t longest = 0;
    SG_TRY(read_order_of_names(column, out));
    for (size_t i = 0; i < count; i++) {
        SG_TRY(
            read_pattern(context, sg_json_item(patterns, i), &out->pattern[i]));
        if (out->pattern[i].length > longest) longest = out->pattern[i].length;
    }
    return sg_json_read_i32(sg_json_member(column, "longest"), longest,
                            SG_NAME_MOST, &out->longest);
}

/* ---- reading: columns -------------------------------------------------------
 */

/* Whether a column of a type may be of a kind. */
static bool kind_fits(int32_t kind, const sg_column *column) {
    const sg_column_type *type = sg_type_of(column);
    return kind == SG_CODE_JOINT || kind == SG_CODE_MEMBER
               ? type->comparison != SG_COMPARED_NEVER
               : strcmp(sg_code_kind_name(kind), type->codec) == 0;
}

static syngan_status read_kind(sg_encoder *encoder, sg_json_value column,
                               size_t c) {
    sg_json_value kind = sg_json_member(column, "kind");
    sg_column_code *code = &encoder->codes[c];
    const char *text;
    SG_TRY(sg_json_read_string(kind, &text));
    code->ordered = -1;
    for (int32_t k = SG_CODE_EMPTY; k <= SG_CODE_NAME; k++)
        if (strcmp(text, sg_code_kind_name(k)) == 0) code->kind = k;
    code->choice_part = UNCLAIMED;
    if (code->kind != 0 && kind_fits(code->kind, &encoder->form->columns[c]))
        return SYNGAN_OK;
    return sg_json_fail(kind, "does not fit the column's type");
}

/* Whether the numbers of a column, or its differences, are reals. */
static bool codes_reals(const sg_encoder *encoder, size_t c) {
    int32_t item = encoder->codes[c].ordered;
    if (sg_column_has_reals(&encoder->form->columns[c])) return true;
    if (item < 0 || encoder->order->item[item].reference < 0) return false;
    return encoder->order->item[encoder->order->item[item].reference]
        .grid.is_real;
}

/* The marks of a column whose differences are coded are the last modes. */
static syngan_status check_marks(const sg_encoder *encoder,
                                 sg_json_value column, size_t c) {
    int32_t item = encoder->codes[c].ordered;
    if (item < 0 || encoder->order->item[item].reference < 0 ||
        encoder->order->item[item].marks.count <=
            encoder->codes[c].number.n_singles)
        return SYNGAN_OK;
    return sg_json_fail(sg_json_member(column, "singles"),
                        "has fewer values than the column has marks");
}

static syngan_status read_code(sg_encoder *encoder, sg_json_value column,
                               size_t c) {
    syngan_context *context = encoder->context;
    sg_column_code *code = &encoder->codes[c];
    const sg_column *form = &encoder->form->columns[c];
    switch (code->kind) {
    case SG_CODE_NUMBER:
        SG_TRY(read_number(context, column, codes_reals(encoder, c),
                           &code->number));
        return check_marks(encoder, column, c);
    case SG_CODE_CHOICE:
        return read_choice(context, column, form->words->count, &code->choice);
    case SG_CODE_JOINT:
        SG_TRY(read_members(encoder, column, (int32_t)c));
        SG_TRY(read_cells(encoder, column, (int32_t)c));
        return read_choice(context, column, code->joint.n_rows, &code->choice);
    case SG_CODE_NAME:
        return read_name(context, column, &code->name);
    default:
        return SYNGAN_OK;
    }
}

static syngan_status read_kinds(sg_encoder *encoder, sg_json_value columns) {
    size_t n = encoder->n_codes;
    for (size_t c = 0; c < n; c++)
        SG_TRY(read_kind(encoder, sg_json_item(columns, c), c));
    for (size_t c = 0; c < n; c++)
        if (encoder->form->columns[c].words != NULL)
            SG_TRY(read_words(sg_json_item(columns, c),
                              &encoder->form->columns[c]));
    return SYNGAN_OK;
}

static syngan_status read_codes(sg_encoder *encoder, sg_json_value columns) {
    size_t n = encoder->n_codes;
    for (size_t c = 0; c < n; c++)
        SG_TRY(read_code(encoder, sg_json_item(columns, c), c));
    for (size_t c = 0; c < n; c++)
        if (encoder->codes[c].kind == SG_CODE_MEMBER &&
            encoder->codes[c].choice_part == UNCLAIMED)
            return sg_json_fail(sg_json_item(columns, c),
                                "is a member of no joint choice");
    return SYNGAN_OK;
}

/* ---- reading: marks, of which files of earlier versions have none ----------
 */

static syngan_status read_marks(sg_json_value value, bool is_real,
                                sg_ordered *item) {
    sg_json_value marks = sg_json_member(value, "marks");
    size_t count;
    item->others = item->grid;
    if (!sg_json_present(marks)) return SYNGAN_OK;
    SG_TRY(sg_json_read_array(marks, &count));
    if (count > 2 * SG_MARKS_MOST)
        return sg_json_fail(marks, "has %zu values, but at most %d may be",
                            count, 2 * SG_MARKS_MOST);
    item->marks.count = (int32_t)count;
    for (size_t i = 0; i < count; i++) {
        sg_json_value mark = sg_json_item(marks, i);
        sg_number *to = &item->marks.value[i];
        SG_TRY(is_real ? read_finite(mark, &to->real)
                       : sg_json_read_i64(mark, -INT64_MAX, INT64_MAX,
                                          &to->integer));
    }
    return sg_grid_read(value, "others", is_real, &item->others);
}

/* ---- reading: order ---------------------------------------------------------
 */

static syngan_status read_item(sg_encoder *encoder, sg_json_value value,
                               int32_t i) {
    sg_ordered *item = &encoder->order->item[i];
    sg_json_value at = sg_json_member(value, "column");
    SG_TRY(
        sg_json_read_i32(at, 0, (int32_t)encoder->n_codes - 1, &item->column));
    sg_column_code *code = &encoder->codes[item->column];
    const sg_column *form = &encoder->form->columns[item->column];
    item->is_joint =
        code->kind == SG_CODE_JOINT || code->kind == SG_CODE_MEMBER;
    if (code->ordered >= 0 || sg_column_has_codes(form))
        return sg_json_fail(at, "is no column that can be compared");
    code->ordered = i;
    SG_TRY(sg_json_read_i32(sg_json_member(value, "reference"), -1,
                            item->is_joint ? -1 : i - 1, &item->reference));
    SG_TRY(sg_grid_read(value, "grid", sg_column_has_reals(form), &item->grid));
    SG_TRY(read_marks(value, sg_column_has_reals(form), item));
    SG_TRY(sg_json_read_i64(sg_json_member(value, "integer"), -INT64_MAX,
                            INT64_MAX, &item->integer_stand_in));
    return read_finite(sg_json_member(value, "real"), &item->real_stand_in);
}

static syngan_status read_order(sg_encoder *encoder, sg_json_value value) {
    sg_json_value items = sg_json_member(value, "items");
    sg_json_value relation = sg_json_member(value, "relation");
    sg_order_code *order = encoder->order;
    size_t count, related;
    SG_TRY(sg_json_read_array(items, &count));
    SG_TRY(sg_json_read_array(relation, &related));
    if (count > encoder->n_codes || related / (count + !count) != count ||
        related != count * count)
        return sg_json_fail(relation, "does not fit the items");
    order->item = sg_alloc_zero(encoder->context, count, sizeof *order->item);
    order->relation = sg_alloc(encoder->context, related);
    if (order->item == NULL || order->relation == NULL)
        return sg_fail_memory(encoder->context, "an encoder", related);
    order->count = (int32_t)count;
    for (size_t i = 0; i < related; i++) {
        int64_t r;
        SG_TRY(sg_json_read_i64(sg_json_item(relation, i), SG_ORDER_NONE,
                                SG_ORDER_BELOW, &r));
        order->relation[i] = (uint8_t)r;
    }
    for (size_t i = 0; i < count; i++)
        SG_TRY(read_item(encoder, sg_json_item(items, i), (int32_t)i));
    return SYNGAN_OK;
}

/* ---- reading: the form ------------------------------------------------------
 */

static syngan_status read_stored(sg_json_value arrow, sg_column *column) {
    const char *format;
    SG_TRY(sg_json_read_string(arrow, &format));
    if (format[0] == '\0' || !sg_stored_fits(format, column->type))
        return sg_json_fail(arrow, "is no Arrow type of such a column");
    memcpy(column->stored, format, strlen(format) + 1);
    return SYNGAN_OK;
}

static syngan_status add_column(sg_json_value value, syngan_table *form) {
    sg_json_value type = sg_json_member(value, "type");
    sg_json_value arrow = sg_json_member(value, "arrow");
    syngan_context *context = form->context;
    const char *name, *text, *format = NULL;
    sg_column column = {.decimals = -1};
    SG_TRY(sg_json_read_string(sg_json_member(value, "name"), &name));
    SG_TRY(sg_json_read_string(type, &text));
    const sg_column_type *row = sg_column_type_find(text);
    if (row == NULL) return sg_json_fail(type, "is no type of columns");
    column.type = row->id;
    if (sg_json_present(sg_json_member(value, "decimals")))
        SG_TRY(sg_json_read_i32(sg_json_member(value, "decimals"),
                                SG_DECIMALS_LOWEST, 15, &column.decimals));
    bool needed = row->format != NULL && row->format->standard != NULL;
    if (needed || sg_json_present(sg_json_member(value, "format"))) {
        SG_TRY(sg_json_read_string(sg_json_member(value, "format"), &format));
        if (row->format == NULL || !row->format->valid(format))
            return sg_json_fail(sg_json_member(value, "format"),
                                "is no format of the column's type");
        column.format = sg_strdup(context, format);
    }
    if (sg_json_present(arrow)) {
        syngan_status status = read_stored(arrow, &column);
        if (status != SYNGAN_OK) {
            sg_free(context, column.format);
            return status;
        }
    }
    if (syngan_table_find(form, name) >= 0) {
        sg_free(context, column.format);
        return sg_json_fail(value, "has the name of another column");
    }
    column.name = sg_strdup(context, name);
    column.data = sg_alloc(context, 0);
    if (sg_column_has_codes(&column))
        column.words = sg_dictionary_make(context);
    if (column.data != NULL && (format == NULL || column.format != NULL) &&
        (!sg_column_has_codes(&column) || column.words != NULL))
        return sg_table_add(form, &column);
    sg_column_end(context, &column);
    return sg_fail_memory(context, "a column", sizeof column);
}

/* A table without rows from a schema. */
static syngan_status read_form(syngan_context *context, const char *text,
                               const sg_json *json, syngan_table **out) {
    sg_json_value columns = sg_json_member(sg_json_root(json), "columns");
    size_t count;
    SG_TRY(sg_json_read_array(columns, &count));
    SG_TRY(sg_table_make(context, 0, out));
    for (size_t i = 0; i < count; i++)
        SG_TRY(add_column(sg_json_item(columns, i), *out));
    sg_schema *schema;
    SG_TRY(sg_schema_parse(context, text, &schema));
    syngan_status status = sg_schema_apply(schema, *out, NULL);
    const char *marks = sg_schema_marks(schema);
    if (status == SYNGAN_OK && marks != NULL) {
        (*out)->missing_marks = sg_strdup(context, marks);
        if ((*out)->missing_marks == NULL)
            status = sg_fail_memory(context, "a table", strlen(marks));
    }
    sg_schema_free(schema);
    return status;
}

static syngan_status read_schema(sg_encoder *encoder, sg_json_value value) {
    syngan_context *context = encoder->context;
    const char *text;
    sg_json *json;
    SG_TRY(sg_json_read_string(value, &text));
    SG_TRY(sg_json_parse(context, "schema", text, strlen(text), &json));
    syngan_status status = read_form(context, text, json, &encoder->form);
    sg_json_free(json);
    if (status == SYNGAN_OK || status == SYNGAN_E_MEMORY) return status;
    char reason[SG_ERROR_MAX];
    strcpy(reason, context->error);
    return sg_json_fail(value, "%.900s", reason);
}

static syngan_status read_all(sg_encoder *encoder, sg_json_value value) {
    sg_json_value columns = sg_json_member(value, "columns");
    SG_TRY(read_schema(encoder, sg_json_member(value, "schema")));
    if (encoder->form->n_columns != encoder->n_codes)
        return sg_json_fail(columns, "has %zu columns, but the schema has %zu",
                            encoder->n_codes, encoder->form->n_columns);
    SG_TRY(read_kinds(encoder, columns));
    SG_TRY(read_order(encoder, sg_json_member(value, "order")));
    SG_TRY(read_codes(encoder, columns));
    syngan_status status = sg_encoder_lay_out(encoder);
    if (status != SYNGAN_E_ARGUMENT) return status;
    return sg_json_fail(value, "has no column that is learnt");
}

syngan_status sg_encoder_read(syngan_context *context, sg_json_value value,
                              sg_encoder **out) {
    size_t count;
    *out = NULL;
    sg_encoder *encoder;
    SG_TRY(sg_json_read_array(sg_json_member(value, "columns"), &count));
    SG_TRY(sg_encoder_make(context, count, &encoder));
    syngan_status status = read_all(encoder, value);
    if (status == SYNGAN_OK)
        *out = encoder;
    else
        sg_encoder_release(encoder);
    return status;
}
