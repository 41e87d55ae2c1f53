/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The encoder: the handle, the layout of a row, encoding.
 */
#include "encode/encoder.h"

#include <string.h>

#include "base/memory.h"
#include "base/thread.h"
#include "encode/codec.h"

#define EXPAND_GRAIN 64 /* rows at once */

/* ---- the layout of a row ------------------------------------------------- */

static void add_part(sg_encoder *encoder, size_t column, int32_t kind,
                     int32_t width, const double *share, bool discrete) {
    int32_t *count =
        kind == SG_PART_NUMBER ? &encoder->n_numbers : &encoder->n_choices;
    encoder->parts[encoder->n_parts++] = (sg_part){.kind = kind,
                                                   .start = encoder->width,
                                                   .width = width,
                                                   .column = (int32_t)column,
                                                   .index = (*count)++,
                                                   .discrete = discrete,
                                                   .share = share};
    encoder->width += width;
}

/* A choice of one is none. */
static void add_choice(sg_encoder *encoder, size_t column, int32_t width,
                       const double *share, bool discrete) {
    encoder->codes[column].choice_part = -1;
    if (width < 2) return;
    encoder->codes[column].choice_part = (int32_t)encoder->n_parts;
    add_part(encoder, column, SG_PART_CHOICE, width, share, discrete);
}

syngan_status sg_encoder_lay_out(sg_encoder *encoder) {
    size_t n = encoder->form->n_columns;
    encoder->parts = sg_alloc(encoder->context, 2 * n * sizeof *encoder->parts);
    if (encoder->parts == NULL)
        return sg_fail_memory(encoder->context, "an encoder",
                              2 * n * sizeof *encoder->parts);
    for (size_t c = 0; c < n; c++) {
        sg_column_code *code = &encoder->codes[c];
        sg_column_parts parts = {0};
        code->number_part = code->choice_part = -1;
        if (code->codec->parts != NULL) code->codec->parts(code, &parts);
        if (parts.has_number) {
            code->number_part = (int32_t)encoder->n_parts;
            add_part(encoder, c, SG_PART_NUMBER, 1, NULL, false);
        }
        add_choice(encoder, c, parts.alternatives, parts.share, parts.discrete);
    }
    if (encoder->n_parts > 0) return SYNGAN_OK;
    return sg_fail(encoder->context, SYNGAN_E_ARGUMENT,
                   "table: no column can be learnt: each is constant, empty, "
                   "an identifier or text");
}

/* ---- the handle ---------------------------------------------------------- */

syngan_status sg_encoder_make(syngan_context *context, size_t n_columns,
                              sg_encoder **out) {
    sg_encoder *encoder = sg_alloc_zero(context, 1, sizeof *encoder);
    *out = encoder;
    if (encoder == NULL)
        return sg_fail_memory(context, "an encoder", sizeof *encoder);
    atomic_init(&encoder->references, 1);
    encoder->context = context;
    sg_context_retain(context);
    encoder->codes = sg_alloc_zero(context, n_columns, sizeof *encoder->codes);
    encoder->order = sg_alloc_zero(context, 1, sizeof *encoder->order);
    if (encoder->codes != NULL && encoder->order != NULL) {
        encoder->n_codes = n_columns;
        return SYNGAN_OK;
    }
    sg_encoder_release(encoder);
    *out = NULL;
    return sg_fail_memory(context, "an encoder",
                          n_columns * sizeof *encoder->codes);
}

sg_encoder *sg_encoder_retain(sg_encoder *encoder) {
    atomic_fetch_add(&encoder->references, 1);
    return encoder;
}

void sg_encoder_release(sg_encoder *encoder) {
    if (encoder == NULL || atomic_fetch_sub(&encoder->references, 1) != 1)
        return;
    syngan_context *context = encoder->context;
    for (size_t c = 0; c < encoder->n_codes; c++) {
        sg_column_code *code = &encoder->codes[c];
        if (code->codec != NULL && code->codec->end != NULL)
            code->codec->end(context, code);
    }
    sg_free(context, encoder->codes);
    sg_order_end(context, encoder->order);
    sg_free(context, encoder->parts);
    syngan_table_free(encoder->form);
    sg_free(context, encoder);
    sg_context_release(context);
}

bool sg_encoder_find(const sg_encoder *encoder, int32_t column, int32_t code,
                     int32_t *choice, int32_t *alternative, bool *is_alone) {
    const sg_column_code *of = &encoder->codes[column];
    if (of->codec != &sg_codec_choice || of->choice_part < 0) return false;
    int32_t value = code < 0 ? of->choice.missing : code;
    if (value < 0 || value >= of->choice.n_values) return false;
    if (code >= 0 && value == of->choice.missing) return false;
    int32_t a = of->choice.alternative[value];
    *choice = encoder->parts[of->choice_part].index;
    *alternative = a;
    *is_alone = of->choice.first[a + 1] - of->choice.first[a] == 1;
    return true;
}

/* ---- encoding ------------------------------------------------------------ */

#define NO_ROW INT64_MAX
#define UNKNOWN (-2)

static syngan_status check_known(sg_column_encoding *e) {
    int64_t row = atomic_load(&e->unknown);
    if (row == NO_ROW) return SYNGAN_OK;
    char text[64];
    const sg_column *column = e->table->columns[e->index];
    sg_column_text(column, row, text, sizeof text);
    return sg_fail(e->table->encoder->context, SYNGAN_E_MISMATCH,
                   "table: column '%s': row %lld has '%s', %s", column->name,
                   (long long)(e->table->first + row), text,
                   e->code->codec->unknown);
}

static syngan_status encode_column(const sg_encoding *all, size_t c) {
    const sg_encoder *encoder = all->encoder;
    const sg_column_code *code = &encoder->codes[c];
    sg_column_encoding e = {.table = all,
                            .code = code,
                            .index = c,
                            .random = {.seed = all->seed,
                                       .step = c,
                                       .stream = sg_stream_id("encode")},
                            .cells =
                                all->out->cells + all->first * all->out->width,
                            .width = all->out->width,
                            .number_at = -1,
                            .choice_at = -1};
    atomic_init(&e.unknown, NO_ROW);
    if (code->number_part >= 0)
        e.number_at = encoder->parts[code->number_part].index;
    if (code->choice_part >= 0)
        e.choice_at = encoder->n_numbers +
                      (int64_t)encoder->parts[code->choice_part].index;
    if (code->codec->encode != NULL) SG_TRY(code->codec->encode(&e));
    SG_TRY(sg_check_cancelled(encoder->context, "table"));
    return check_known(&e);
}

/* The column of the table for column c of the form. */
static syngan_status find_column(sg_encoding *all, const syngan_table *table,
                                 size_t c) {
    syngan_context *context = all->encoder->context;
    const sg_column *wanted = &all->encoder->form->columns[c];
    int64_t at = syngan_table_find(table, wanted->name);
    if (at < 0)
        return sg_fail(context, SYNGAN_E_MISMATCH, "table: has no column '%s'",
                       wanted->name);
    const sg_column *column = all->columns[c] = &table->columns[at];
    if (column->type != wanted->type)
        return sg_fail(context, SYNGAN_E_MISMATCH,
                       "table: column '%s' is of type %s; %s is expected",
                       wanted->name, sg_column_type_name(column->type),
                       sg_column_type_name(wanted->type));
    if (!sg_column_has_codes(column)) return SYNGAN_OK;
    size_t bytes = (size_t)column->words->count * sizeof(int32_t);
    int32_t *map = all->map[c] = sg_alloc(context, bytes);
    if (map == NULL) return sg_fail_memory(context, "a column", bytes);
    for (int32_t code = 0; code < column->words->count; code++) {
        int32_t known = sg_dictionary_find(
            wanted->words, sg_dictionary_text(column->words, code),
            sg_dictionary_size(column->words, code));
        map[code] = known >= 0 ? known : UNKNOWN;
    }
    return SYNGAN_OK;
}

static syngan_status encode_columns(sg_encoding *all,
                                    const syngan_table *table) {
    const sg_encoder *encoder = all->encoder;
    for (size_t c = 0; c < encoder->n_codes; c++)
        if (sg_encoder_learns(encoder, c)) SG_TRY(find_column(all, table, c));
    for (size_t c = 0; c < encoder->n_codes; c++)
        SG_TRY(encode_column(all, c));
    return SYNGAN_OK;
}

static syngan_status encode_table(sg_encoding *all, const syngan_table *table) {
    syngan_context *context = all->encoder->context;
    size_t n = all->encoder->n_codes;
    all->columns = sg_alloc_zero(context, n, sizeof *all->columns);
    all->map = sg_alloc_zero(context, n, sizeof *all->map);
    syngan_status status =
        all->columns != NULL && all->map != NULL
            ? encode_columns(all, table)
            : sg_fail_memory(context, "encoding", n * sizeof *all->map);
    for (size_t c = 0; c < n && all->map != NULL; c++)
        sg_free(context, all->map[c]);
    sg_free(context, all->columns);
    sg_free(context, all->map);
    return status;
}

syngan_status sg_encoder_encode_rows(const sg_encoder *encoder,
                                     const syngan_table *table, uint64_t seed,
                                     int64_t first, sg_encoded *out) {
    sg_encoding all = {.encoder = encoder,
                       .rows = table->rows,
                       .first = first,
                       .seed = seed,
                       .out = out};
    return encode_table(&all, table);
}

syngan_status sg_encoder_encode(const sg_encoder *encoder,
                                const syngan_table *table, uint64_t seed,
                                sg_encoded *out) {
    syngan_context *context = encoder->context;
    *out = (sg_encoded){.rows = table->rows,
                        .width = sg_encoder_row_cells(encoder)};
    size_t bytes = (size_t)out->rows * (size_t)out->width * sizeof *out->cells;
    out->cells = sg_alloc(context, bytes);
    if (out->cells == NULL)
        return sg_fail_memory(context, "encoded rows", bytes);
    syngan_status status = sg_encoder_encode_rows(encoder, table, seed, 0, out);
    if (status != SYNGAN_OK) sg_encoded_end(context, out);
    return status;
}

void sg_encoded_end(syngan_context *context, sg_encoded *encoded) {
    sg_free(context, encoded->cells);
    *encoded = (sg_encoded){0};
}

/* ---- dense rows ---------------------------------------------------------- */

typedef struct expansion {
    const sg_encoder *encoder;
    const sg_encoded *encoded;
    const int64_t *rows;
    float *dense;
    int64_t stride;
} expansion;

static void expand_rows(void *argument, int64_t first, int64_t last) {
    const expansion *e = argument;
    const sg_encoder *encoder = e->encoder;
    for (int64_t i = first; i < last; i++) {
        float *dense = e->dense + i * e->stride;
        const sg_encoded_cell *cells =
            e->encoded->cells + e->rows[i] * e->encoded->width;
        memset(dense, 0, (size_t)encoder->width * sizeof *dense);
        for (size_t p = 0; p < encoder->n_parts; p++) {
            const sg_part *part = &encoder->parts[p];
            if (part->kind == SG_PART_NUMBER)
                dense[part->start] = cells[part->index].number;
            else
                dense[part->start +
                      cells[encoder->n_numbers + part->index].choice] = 1;
        }
    }
}

void sg_encoder_expand(const sg_encoder *encoder, const sg_encoded *encoded,
                       const int64_t *rows, int64_t count, float *dense,
                       int64_t stride) {
    expansion e = {.encoder = encoder,
                   .encoded = encoded,
                   .rows = rows,
                   .dense = dense,
                   .stride = stride};
    sg_parallel(encoder->context, count, EXPAND_GRAIN, expand_rows, &e);
}
