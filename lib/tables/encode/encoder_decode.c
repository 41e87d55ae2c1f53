/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decoding: a generator's rows as rows of a table.
 */
#include <string.h>

#include "base/memory.h"
#include "base/thread.h"
#include "encode/alternative_simd.h"
#include "encode/codec.h"

#define GRAIN 64 /* rows */

struct sg_decoder {
    const sg_encoder *encoder;
    syngan_table *table;
    uint64_t *ids; /* of rows, if there are names to be made; else NULL */
    sg_random random;
};

/* ---- starting and finishing -----------------------------------------------
 */

static syngan_status add_column(const sg_column *form, const sg_codec *codec,
                                syngan_table *table) {
    sg_column column;
    SG_TRY(sg_column_start(table->context, form, table->rows, &column));
    if (codec->finish != NULL) { /* new texts */
        syngan_status status = sg_column_empty_words(table->context, &column);
        if (status != SYNGAN_OK) {
            sg_column_end(table->context, &column);
            return status;
        }
    } else if (form->words != NULL) {
        column.words = sg_dictionary_retain(form->words);
    }
    /* All missing, until rows are put. */
    for (int64_t row = 0; row < table->rows; row++)
        sg_write_missing(&column, row);
    return sg_table_add(table, &column);
}

/* A table of the form with rows. */
static syngan_status start_table(const sg_encoder *encoder, int64_t rows,
                                 syngan_table **out) {
    const syngan_table *form = encoder->form;
    SG_TRY(sg_table_make(encoder->context, rows, out));
    SG_TRY(sg_table_copy_rest(form, *out));
    for (size_t c = 0; c < form->n_columns; c++)
        SG_TRY(add_column(&form->columns[c], encoder->codes[c].codec, *out));
    return SYNGAN_OK;
}

static bool needs_ids(const sg_encoder *encoder) {
    for (size_t c = 0; c < encoder->n_codes; c++)
        if (encoder->codes[c].codec->finish != NULL) return true;
    return false;
}

static syngan_status start(sg_decoder *decoder, int64_t rows) {
    syngan_context *context = decoder->encoder->context;
    SG_TRY(start_table(decoder->encoder, rows, &decoder->table));
    if (!needs_ids(decoder->encoder)) return SYNGAN_OK;
    size_t bytes = (size_t)rows * sizeof *decoder->ids;
    decoder->ids = sg_alloc(context, bytes);
    if (decoder->ids == NULL) return sg_fail_memory(context, "names", bytes);
    for (int64_t row = 0; row < rows; row++)
        decoder->ids[row] = (uint64_t)row;
    return SYNGAN_OK;
}

syngan_status sg_decoder_start(const sg_encoder *encoder, int64_t rows,
                               uint64_t seed, sg_decoder **out) {
    syngan_context *context = encoder->context;
    sg_decoder *decoder = sg_alloc_zero(context, 1, sizeof *decoder);
    *out = decoder;
    if (decoder == NULL)
        return sg_fail_memory(context, "a decoder", sizeof *decoder);
    decoder->encoder = sg_encoder_retain((sg_encoder *)encoder);
    decoder->random = (sg_random){
        .isa = context->isa, .seed = seed, .stream = sg_stream_id("decode")};
    syngan_status status = start(decoder, rows);
    if (status == SYNGAN_OK) return SYNGAN_OK;
    sg_decoder_free(decoder);
    *out = NULL;
    return status;
}

const syngan_table *sg_decoder_table(const sg_decoder *decoder) {
    return decoder->table;
}

syngan_status sg_decoder_finish(sg_decoder *decoder, syngan_table **out) {
    syngan_table *table = decoder->table;
    *out = NULL;
    for (size_t c = 0; c < table->n_columns; c++) {
        const sg_column_code *code = &decoder->encoder->codes[c];
        if (code->codec->finish != NULL)
            SG_TRY(code->codec->finish(code, decoder->random.seed + c,
                                       decoder->ids, table->rows,
                                       &table->columns[c]));
        table->columns[c].missing =
            sg_column_count_missing(&table->columns[c], table->rows);
    }
    *out = table;
    decoder->table = NULL;
    return SYNGAN_OK;
}

void sg_decoder_free(sg_decoder *decoder) {
    if (decoder == NULL) return;
    sg_encoder *encoder = (sg_encoder *)decoder->encoder;
    syngan_table_free(decoder->table);
    sg_free(encoder->context, decoder->ids);
    sg_free(encoder->context, decoder);
    sg_encoder_release(encoder);
}

/* ---- rows ---------------------------------------------------------------- */

typedef struct put {
    const sg_decoder *decoder;
    const float *output;
    int64_t stride, first;
    const uint64_t *ids;
    const sg_fixed *fixed;
} put;

/* The alternative of a choice, 0 where there is none; `i`: number of the row
 * among those that are put. */
static int32_t choose(const put *p, int64_t i, int32_t part_index,
                      sg_row_decoding *d) {
    if (part_index < 0) return 0;
    const sg_part *part = &d->encoder->parts[part_index];
    if (sg_decoding_is_fixed(d, part_index)) return p->fixed->alternative[i];
    return sg_simd_pick(d->units.random.isa, sg_draw_alternative)(
        d->output + part->start, part->width,
        sg_unit_at(&d->units, (uint64_t)part->index));
}

static void decode_column(const put *p, int64_t i, size_t c,
                          sg_row_decoding *d) {
    const sg_column_code *code = &d->encoder->codes[c];
    if (code->codec->decode != NULL)
        code->codec->decode(d, c, choose(p, i, code->choice_part, d));
}

/* Columns that are compared come in their order, after the others. */
static void decode_row(const put *p, int64_t i, sg_row_decoding *d) {
    const sg_encoder *encoder = d->encoder;
    const sg_order_code *order = encoder->order;
    for (size_t c = 0; c < encoder->n_codes; c++) {
        int32_t item = encoder->codes[c].ordered;
        if (item < 0 || order->item[item].is_joint) decode_column(p, i, c, d);
    }
    for (int32_t item = 0; item < order->count; item++)
        if (!order->item[item].is_joint)
            decode_column(p, i, (size_t)order->item[item].column, d);
}

static void put_rows(void *argument, int64_t first, int64_t last) {
    const put *p = argument;
    sg_row_decoding d = {.encoder = p->decoder->encoder,
                         .table = p->decoder->table,
                         .fixed = p->fixed,
                         .units.random = p->decoder->random};
    for (int64_t i = first; i < last; i++) {
        d.row = p->first + i;
        d.output = p->output + i * p->stride;
        uint64_t id = p->ids == NULL ? (uint64_t)d.row : p->ids[i];
        d.units.random.step = id;
        d.units.start = UINT64_MAX;
        if (p->decoder->ids != NULL) p->decoder->ids[d.row] = id;
        decode_row(p, i, &d);
    }
}

void sg_decoder_put(sg_decoder *decoder, const float *output, int64_t stride,
                    int64_t first, int64_t count, const uint64_t *ids,
                    const sg_fixed *fixed) {
    put p = {.decoder = decoder,
             .output = output,
             .stride = stride,
             .first = first,
             .ids = ids,
             .fixed = fixed};
    sg_parallel(decoder->encoder->context, count, GRAIN, put_rows, &p);
}
