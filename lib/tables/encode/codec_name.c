/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The codec of identifiers: they are not learnt; new ones are made.
 */
#include <string.h>

#include "base/memory.h"
#include "encode/codec.h"
#include "table/stored.h"

/* ---- fitting ------------------------------------------------------------- */

static void fit_order(const sg_encoder_fitting *f, size_t c) {
    const sg_column *column = &f->table->columns[c];
    const sg_whole_column *whole = sg_fitting_whole(f, c);
    sg_key_looks looks = {0};
    if (!f->options.ids_are_rows || !sg_stored_as_integers(column)) return;
    if (whole == NULL) sg_key_take_names(&looks, column, f->table->rows);
    sg_name_fit_order(whole != NULL ? &whole->key : &looks,
                      &f->encoder->codes[c].name);
}

static syngan_status name_fit(sg_encoder_fitting *f, size_t c) {
    syngan_context *context = f->encoder->context;
    const sg_column *column = &f->table->columns[c];
    SG_TRY(sg_name_fit(context, column, f->table->rows, f->options.seed + c,
                       &f->encoder->codes[c].name));
    fit_order(f, c);
    sg_log(context, SYNGAN_LOG_WARNING,
           "table: column '%s' holds identifiers, which are not learnt: "
           "synthetic rows have new ones",
           column->name);
    return SYNGAN_OK;
}

/* ---- names of rows that the table has not ---------------------------------
 */

static syngan_status name_begin(sg_encoder_fitting *f, size_t c) {
    const sg_whole *whole = f->options.whole;
    if (whole == NULL || whole->rows <= f->table->rows) return SYNGAN_OK;
    f->all_rows_needed = true;
    return sg_name_others_begin(f->encoder->context, &f->encoder->codes[c].name,
                                &f->collected[c].others);
}

static syngan_status name_take(sg_encoder_fitting *f, size_t c,
                               const syngan_table *piece, int32_t *const *map) {
    (void)map;
    if (f->collected[c].others.used != NULL)
        sg_name_others_take(&f->encoder->codes[c].name, &piece->columns[c],
                            &f->collected[c].others);
    return SYNGAN_OK;
}

static syngan_status name_finish(sg_encoder_fitting *f, size_t c) {
    if (f->collected[c].others.used != NULL)
        sg_name_others_avoid(f->encoder->context, &f->collected[c].others,
                             &f->encoder->codes[c].name);
    return SYNGAN_OK;
}

static void name_rows_end(sg_encoder_fitting *f, size_t c) {
    sg_name_others_end(f->encoder->context, &f->encoder->codes[c].name,
                       &f->collected[c].others);
}

static const sg_codec_rows name_rows = {.begin = name_begin,
                                        .take = name_take,
                                        .finish = name_finish,
                                        .end = name_rows_end};

/* ---- decoding ------------------------------------------------------------ */

static syngan_status name_make(const sg_column_code *code, uint64_t seed,
                               const uint64_t *ids, int64_t rows,
                               sg_column *column) {
    char text[SG_NAME_ROOM];
    for (int64_t row = 0; row < rows; row++) {
        int32_t size = sg_name_write(&code->name, seed, ids[row], text);
        column->codes[row] = -1;
        if (size >= 0)
            SG_TRY(sg_dictionary_add(column->words, text, (size_t)size,
                                     &column->codes[row]));
    }
    return SYNGAN_OK;
}

/* ---- files --------------------------------------------------------------- */

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

static void name_write(const sg_column_code *of, sg_json_writer *writer) {
    const sg_name_code *code = &of->name;
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
    SG_TRY(sg_read_between(sg_json_member(pattern, "share"), 0, 1, &p->share));
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

static syngan_status name_read(sg_encoder *encoder, size_t c,
                               sg_json_value column) {
    syngan_context *context = encoder->context;
    sg_name_code *out = &encoder->codes[c].name;
    sg_json_value patterns = sg_json_member(column, "patterns");
    size_t count;
    SG_TRY(sg_read_between(sg_json_member(column, "missing"), 0, 1,
                           &out->missing));
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

static void name_end(syngan_context *context, sg_column_code *code) {
    sg_name_end(context, &code->name);
}

const sg_codec sg_codec_name = {.name = "name",
                                .fit = name_fit,
                                .rows = &name_rows,
                                .finish = name_make,
                                .write = name_write,
                                .read = name_read,
                                .end = name_end};
