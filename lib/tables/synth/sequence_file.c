/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a file has of sequences besides their GANs, as JSON:
 *
 *   {"columns": [{"name": name, "role": role}, ...], "key_type": type,
 *    "unit": n, "by_day": whether gaps are, "steps": whether there are any}
 *
 * A column that is learnt by its differences also has "grid", "mean",
 * "deviation" and "knots".
 */
#include <math.h>

#include "base/memory.h"
#include "encode/encoder_code.h"
#include "synth/rows_column.h"
#include "synth/sequence.h"

/* Most columns that are read. */
enum { COLUMNS_MOST = 100000 };

/* ---- writing ------------------------------------------------------------ */

static void write_change(const sg_change *change, sg_json_writer *json) {
    sg_grid_put(&change->grid, "grid", json);
    sg_json_put_f64(json, "mean", change->mean);
    sg_json_put_f64(json, "deviation", change->deviation);
    sg_json_open_array(json, "knots");
    for (int32_t i = 0; i < SG_CHANGE_PARTS - 1; i++)
        sg_json_put_f64(json, NULL, change->knot[i]);
    sg_json_close_array(json);
}

void sg_sequences_write(const void *learnt, sg_json_writer *json) {
    const sg_sequences *q = learnt;
    const syngan_table *form = q->form.form;
    sg_json_open_array(json, "columns");
    for (size_t c = 0; c < form->n_columns; c++) {
        sg_json_open_object(json, NULL);
        sg_json_put_string(json, "name", form->columns[c].name);
        sg_json_put_i64(json, "role", q->form.role[c]);
        if (q->form.role[c] == SG_ROLE_CHANGE)
            write_change(&q->form.change[c], json);
        sg_json_close_object(json);
    }
    sg_json_close_array(json);
    sg_json_put_i64(json, "key_type", form->columns[q->form.key].type);
    sg_json_put_i64(json, "unit", q->form.unit);
    sg_json_put_bool(json, "by_day", q->form.by_day);
    sg_json_put_bool(json, "steps", q->steps != NULL);
}

/* ---- reading ------------------------------------------------------------ */

static syngan_status add_inner(syngan_table *to, const syngan_table *form,
                               const char *name, sg_json_value place) {
    int64_t at = form == NULL ? -1 : syngan_table_find(form, name);
    if (at < 0) return sg_json_fail(place, "there is no column '%s'", name);
    return sg_table_add_selected(to, &form->columns[at], NULL);
}

static bool has_type(const syngan_table *form, const char *name, int32_t type) {
    int64_t at = syngan_table_find(form, name);
    return at >= 0 && form->columns[at].type == type;
}

/* Of a column that the heads have, and the steps as differences. */
static syngan_status read_change(sg_sequences *q, sg_json_value object,
                                 int32_t at) {
    const sg_column *column = &q->form.form->columns[at];
    sg_change *change = &q->form.change[at];
    sg_json_value deviation = sg_json_member(object, "deviation");
    bool is_real = sg_column_has_reals(column);
    if (sg_column_has_codes(column) || q->steps == NULL ||
        !has_type(q->steps->encoder->form, column->name,
                  sg_column_difference(column)) ||
        q->form.n_changes == SG_CHANGES_MOST)
        return sg_json_fail(object, "is no number with differences");
    q->form.n_changes++;
    SG_TRY(sg_grid_read(object, "grid", is_real, &change->grid));
    for (size_t i = 0; i < SG_CHANGE_PARTS - 1; i++)
        SG_TRY(
            sg_json_read_f64(sg_json_item(sg_json_member(object, "knots"), i),
                             &change->knot[i]));
    SG_TRY(sg_json_read_f64(sg_json_member(object, "mean"), &change->mean));
    SG_TRY(sg_json_read_f64(deviation, &change->deviation));
    return change->deviation > 0 && isfinite(change->deviation) &&
                   isfinite(change->mean)
               ? SYNGAN_OK
               : sg_json_fail(deviation, "is no deviation");
}

static syngan_status read_column(sg_sequences *q, sg_json_value object,
                                 int32_t key_type) {
    sg_sequence_form *form = &q->form;
    const syngan_table *heads = q->heads->encoder->form;
    const syngan_table *steps =
        q->steps == NULL ? NULL : q->steps->encoder->form;
    int32_t role, at = (int32_t)form->form->n_columns;
    const char *name;
    SG_TRY(sg_json_read_string(sg_json_member(object, "name"), &name));
    SG_TRY(sg_json_read_i32(sg_json_member(object, "role"), SG_ROLE_KEY,
                            SG_ROLE_CHANGE, &role));
    form->role[at] = role;
    if (role == SG_ROLE_KEY) {
        if (form->key >= 0) return sg_json_fail(object, "is a second key");
        form->key = at;
        return sg_rows_add_empty(form->form, name, key_type);
    }
    if (role == SG_ROLE_ORDER) {
        if (form->order >= 0) return sg_json_fail(object, "is a second order");
        form->order = at;
    }
    SG_TRY(add_inner(form->form, role == SG_ROLE_STEP ? steps : heads, name,
                     object));
    return role == SG_ROLE_CHANGE ? read_change(q, object, at) : SYNGAN_OK;
}

/* What sampling relies on. */
static syngan_status check_sequences(const sg_sequences *q,
                                     sg_json_value object) {
    const sg_sequence_form *form = &q->form;
    const sg_encoder *heads = q->heads->encoder;
    if (form->key < 0 ||
        !has_type(heads->form, form->form->columns[form->key].name,
                  SYNGAN_COLUMN_INTEGER))
        return sg_json_fail(object, "has no key, or no lengths");
    if (q->heads->settings.given != 0)
        return sg_json_fail(object, "heads are given something");
    if (form->order >= 0) {
        const sg_column *order = &form->form->columns[form->order];
        if (sg_column_has_codes(order) || q->steps == NULL ||
            !has_type(q->steps->encoder->form, order->name,
                      sg_column_difference(order)))
            return sg_json_fail(object, "has an order without gaps");
        if (form->by_day && (!sg_column_is_time(order) ||
                             !has_type(q->steps->encoder->form,
                                       form->form->columns[form->key].name,
                                       SYNGAN_COLUMN_TIME)))
            return sg_json_fail(object, "has no times of day");
    }
    if (q->steps == NULL) return SYNGAN_OK;
    const sg_encoder *steps = q->steps->encoder;
    return q->steps->settings.given == sg_past_width(form, heads, steps)
               ? SYNGAN_OK
               : sg_json_fail(object, "the steps have another history");
}

static syngan_status read_sequences(sg_sequences *q, sg_json_value object) {
    sg_json_value columns = sg_json_member(object, "columns");
    size_t count;
    int32_t key_type;
    SG_TRY(sg_json_read_array(columns, &count));
    if (count > COLUMNS_MOST)
        return sg_json_fail(columns, "are more than %d", COLUMNS_MOST);
    SG_TRY(sg_rows_read_type(object, "key_type", &key_type));
    q->form = (sg_sequence_form){.context = q->context, .key = -1, .order = -1};
    SG_TRY(sg_json_read_i64(sg_json_member(object, "unit"), 1, INT64_MAX,
                            &q->form.unit));
    SG_TRY(sg_table_make(q->context, 0, &q->form.form));
    SG_TRY(
        sg_json_read_bool(sg_json_member(object, "by_day"), &q->form.by_day));
    q->form.role = sg_alloc(q->context, count * sizeof *q->form.role);
    q->form.change = sg_alloc_zero(q->context, count, sizeof *q->form.change);
    if (q->form.role == NULL || q->form.change == NULL)
        return sg_fail_memory(q->context, "sequences", count * 4);
    for (size_t i = 0; i < count; i++)
        SG_TRY(read_column(q, sg_json_item(columns, i), key_type));
    q->form.form->key = q->form.key;
    q->form.form->order = q->form.order;
    SG_TRY(check_sequences(q, object));
    SG_TRY(sg_sequence_form_bind(&q->form, q->heads->encoder->form));
    return q->steps == NULL
               ? SYNGAN_OK
               : sg_sequence_form_bind(&q->form, q->steps->encoder->form);
}

syngan_status sg_sequences_read(syngan_context *context, sg_json_value object,
                                sg_gan_load_fn load, void *argument,
                                void **out) {
    bool steps;
    SG_TRY(sg_json_read_bool(sg_json_member(object, "steps"), &steps));
    sg_sequences *q = *out = sg_alloc_zero(context, 1, sizeof *q);
    if (q == NULL) return sg_fail_memory(context, "sequences", sizeof *q);
    q->context = context;
    SG_TRY(load(argument, SG_HEADS_PREFIX, &q->heads));
    if (steps) SG_TRY(load(argument, SG_STEPS_PREFIX, &q->steps));
    return read_sequences(q, object);
}

syngan_status sg_sequences_visit(const void *learnt, sg_gan_visit_fn visit,
                                 void *argument) {
    const sg_sequences *q = learnt;
    SG_TRY(visit(SG_HEADS_PREFIX, q->heads, argument));
    return q->steps == NULL ? SYNGAN_OK
                            : visit(SG_STEPS_PREFIX, q->steps, argument);
}
