/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing the encoder as JSON:
 *
 *     {"schema": "{...}", "columns": [{"kind": "number", ...}, ...],
 *      "order": {"items": [...], "relation": [...]}}
 */
#include "base/memory.h"
#include "encode/encoder_code.h"

static const char *const kinds[] = {
    [SG_CODE_EMPTY] = "empty",   [SG_CODE_NUMBER] = "number",
    [SG_CODE_CHOICE] = "choice", [SG_CODE_JOINT] = "joint",
    [SG_CODE_MEMBER] = "member", [SG_CODE_NAME] = "name",
};

const char *sg_code_kind_name(int32_t kind) {
    return kinds[kind];
}

static void put_f64s(sg_json_writer *writer, const char *key,
                     const double *values, int64_t count) {
    sg_json_open_array(writer, key);
    for (int64_t i = 0; i < count; i++)
        sg_json_put_f64(writer, NULL, values[i]);
    sg_json_close_array(writer);
}

static void put_i64s(sg_json_writer *writer, const char *key,
                     const int64_t *values, int64_t count) {
    sg_json_open_array(writer, key);
    for (int64_t i = 0; i < count; i++)
        sg_json_put_i64(writer, NULL, values[i]);
    sg_json_close_array(writer);
}

static void put_lattice(const sg_lattice *lattice, bool is_real,
                        sg_json_writer *writer) {
    if (is_real) sg_json_put_i64(writer, "scale", lattice->decimals);
    sg_json_open_array(writer, "levels");
    for (int32_t i = 0; i < lattice->count; i++) {
        const sg_level *level = &lattice->level[i];
        sg_json_open_object(writer, NULL);
        sg_json_put_i64(writer, "step", level->step);
        sg_json_put_i64(writer, "offset", level->offset);
        sg_json_put_f64(writer, "chance", level->chance);
        sg_json_close_object(writer);
    }
    sg_json_close_array(writer);
}

void sg_grid_put(const sg_grid *grid, const char *key, sg_json_writer *writer) {
    sg_json_open_object(writer, key);
    sg_json_put_bool(writer, "real", grid->is_real);
    if (grid->is_real) {
        sg_json_put_i64(writer, "decimals", grid->decimals);
        sg_json_put_f64(writer, "low", grid->low);
        sg_json_put_f64(writer, "high", grid->high);
    } else {
        sg_json_put_i64(writer, "unit", grid->unit);
        sg_json_put_i64(writer, "low", grid->least);
        sg_json_put_i64(writer, "high", grid->most);
    }
    if (grid->lattice.count > 0)
        put_lattice(&grid->lattice, grid->is_real, writer);
    sg_json_close_object(writer);
}

static void put_number(sg_json_writer *writer, const sg_number_code *code) {
    const sg_mixture *m = &code->mixture;
    sg_grid_put(&code->grid, "grid", writer);
    if (code->mixed.lattice.count > 0)
        sg_grid_put(&code->mixed, "mixed", writer);
    sg_json_put_i64(writer, "base", code->base);
    sg_json_put_f64(writer, "centre", code->centre);
    sg_json_put_f64(writer, "width", code->width);
    sg_json_put_bool(writer, "missing", code->has_missing);
    put_f64s(writer, "weights", m->weight, m->count);
    put_f64s(writer, "means", m->mean, m->count);
    put_f64s(writer, "deviations", m->deviation, m->count);
    put_f64s(writer, "singles", code->singles, code->n_singles);
    put_f64s(writer, "share", code->share, code->n_modes);
}

static void put_words(sg_json_writer *writer, const sg_dictionary *words) {
    sg_json_open_array(writer, "words");
    for (int32_t i = 0; i < words->count; i++)
        sg_json_put_string(writer, NULL, sg_dictionary_text(words, i));
    sg_json_close_array(writer);
}

static void put_choice(sg_json_writer *writer, const sg_choice_code *code) {
    sg_json_put_bool(writer, "missing", code->missing >= 0);
    sg_json_put_i64(writer, "alternatives", code->n_alternatives);
    put_i64s(writer, "rows", code->count, code->n_values);
}

static void put_joint(sg_json_writer *writer, const sg_joint_code *code) {
    sg_json_open_array(writer, "members");
    for (int32_t i = 0; i < code->n_columns; i++)
        sg_json_put_i64(writer, NULL, code->columns[i]);
    sg_json_close_array(writer);
    put_i64s(writer, "cells", code->cells,
             (int64_t)code->n_rows * code->n_columns);
}

static void put_pattern(sg_json_writer *writer, const sg_name_pattern *p) {
    sg_json_open_object(writer, NULL);
    sg_json_put_f64(writer, "share", p->share);
    sg_json_put_i64(writer, "leading", p->n_leading);
    sg_json_open_array(writer, "fresh");
    for (int32_t i = 0; i < p->n_fresh; i++)
        sg_json_put_i64(writer, NULL, p->fresh[i]);
    sg_json_close_array(writer);
    sg_json_open_array(writer, "characters");
    for (int32_t i = 0; i < p->length; i++) {
        char text[129];
        size_t size = 0;
        for (int32_t c = 0; c < 128; c++)
            if (p->set[i][c / 64] >> (c % 64) & 1) text[size++] = (char)c;
        text[size] = '\0';
        sg_json_put_string(writer, NULL, text);
    }
    sg_json_close_array(writer);
    sg_json_close_object(writer);
}

static void put_name(sg_json_writer *writer, const sg_name_code *code) {
    sg_json_put_f64(writer, "missing", code->missing);
    sg_json_put_i64(writer, "longest", code->longest);
    if (code->step > 0) {
        sg_json_put_i64(writer, "first", code->first);
        sg_json_put_i64(writer, "step", code->step);
        sg_json_put_bool(writer, "gaps", code->gaps);
    }
    sg_json_open_array(writer, "patterns");
    for (int32_t i = 0; i < code->n_patterns; i++)
        put_pattern(writer, &code->pattern[i]);
    sg_json_close_array(writer);
}

static void put_column(sg_json_writer *writer, const sg_encoder *encoder,
                       size_t c) {
    const sg_column_code *code = &encoder->codes[c];
    const sg_dictionary *words = encoder->form->columns[c].words;
    sg_json_open_object(writer, NULL);
    sg_json_put_string(writer, "kind", kinds[code->kind]);
    if (words != NULL) put_words(writer, words);
    if (code->kind == SG_CODE_NUMBER) put_number(writer, &code->number);
    if (code->kind == SG_CODE_NAME) put_name(writer, &code->name);
    if (code->kind == SG_CODE_JOINT) put_joint(writer, &code->joint);
    if (code->kind == SG_CODE_JOINT || code->kind == SG_CODE_CHOICE)
        put_choice(writer, &code->choice);
    sg_json_close_object(writer);
}

static void put_marks(sg_json_writer *writer, const sg_ordered *item) {
    sg_grid_put(&item->others, "others", writer);
    sg_json_open_array(writer, "marks");
    for (int32_t i = 0; i < item->marks.count; i++)
        if (item->grid.is_real)
            sg_json_put_f64(writer, NULL, item->marks.value[i].real);
        else
            sg_json_put_i64(writer, NULL, item->marks.value[i].integer);
    sg_json_close_array(writer);
}

static void put_order(sg_json_writer *writer, const sg_order_code *order) {
    sg_json_open_object(writer, "order");
    sg_json_open_array(writer, "items");
    for (int32_t i = 0; i < order->count; i++) {
        const sg_ordered *item = &order->item[i];
        sg_json_open_object(writer, NULL);
        sg_json_put_i64(writer, "column", item->column);
        sg_json_put_i64(writer, "reference", item->reference);
        sg_grid_put(&item->grid, "grid", writer);
        /* Files of earlier versions have none. */
        if (item->others.lattice.count > 0) put_marks(writer, item);
        sg_json_put_i64(writer, "integer", item->integer_stand_in);
        sg_json_put_f64(writer, "real", item->real_stand_in);
        sg_json_close_object(writer);
    }
    sg_json_close_array(writer);
    sg_json_open_array(writer, "relation");
    for (int32_t i = 0; i < order->count * order->count; i++)
        sg_json_put_i64(writer, NULL, order->relation[i]);
    sg_json_close_array(writer);
    sg_json_close_object(writer);
}

/* The schema as a text of its own, which its reader parses. */
static void put_schema(sg_json_writer *writer, const syngan_table *form) {
    if (writer->status != SYNGAN_OK) return;
    size_t size = syngan_table_schema(form, NULL, 0) + 1;
    char *text = sg_alloc(writer->context, size);
    bool is_whole = text != NULL && size > 1 &&
                    syngan_table_schema(form, text, size) == size - 1;
    if (is_whole) {
        sg_json_put_string(writer, "schema", text);
    } else {
        sg_json_discard(writer);
        writer->status = sg_fail_memory(writer->context, "a schema", size);
    }
    sg_free(writer->context, text);
}

void sg_encoder_write(const sg_encoder *encoder, sg_json_writer *writer,
                      const char *key) {
    sg_json_open_object(writer, key);
    put_schema(writer, encoder->form);
    sg_json_open_array(writer, "columns");
    for (size_t c = 0; c < encoder->n_codes; c++)
        put_column(writer, encoder, c);
    sg_json_close_array(writer);
    put_order(writer, encoder->order);
    sg_json_close_object(writer);
}
