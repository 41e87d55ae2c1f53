/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decoding: a generator's rows as rows of a table.
 */
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "base/thread.h"
#include "table/encoder_code.h"
#include "table/exponential.h"

#define GRAIN 64 /* rows */
#define LANES 16 /* alternatives at once */

struct sg_decoder {
    const sg_encoder *encoder;
    syngan_table *table;
    sg_random random;
};

/* ---- starting and finishing -----------------------------------------------
 */

static syngan_status add_column(const sg_column *form, syngan_table *table) {
    syngan_context *context = table->context;
    sg_column column = {.type = form->type, .decimals = form->decimals};
    size_t bytes = (size_t)table->rows * sg_column_step(form);
    column.name = sg_strdup(context, form->name);
    column.data = sg_alloc(context, bytes);
    if (form->format != NULL) column.format = sg_strdup(context, form->format);
    if (form->words != NULL) column.words = sg_dictionary_retain(form->words);
    if (column.data == NULL ||
        (form->format != NULL && column.format == NULL)) {
        sg_column_end(context, &column);
        return sg_fail_memory(context, "a column", bytes);
    }
    /* All missing, until rows are put. */
    for (int64_t row = 0; row < table->rows; row++)
        if (sg_column_has_codes(form))
            column.codes[row] = -1;
        else if (form->type == SYNGAN_COLUMN_REAL)
            column.reals[row] = (double)__builtin_nanf("");
        else
            column.integers[row] = SYNGAN_MISSING;
    return sg_table_add(table, &column);
}

/* A table of the form with rows. */
static syngan_status start_table(const syngan_table *form, int64_t rows,
                                 syngan_table **out) {
    syngan_context *context = form->context;
    SG_TRY(sg_table_make(context, rows, out));
    syngan_table *table = *out;
    table->key = form->key;
    table->order = form->order;
    SG_TRY(
        sg_constraints_copy(context, &form->constraints, &table->constraints));
    if (form->missing_marks != NULL) {
        table->missing_marks = sg_strdup(context, form->missing_marks);
        if (table->missing_marks == NULL)
            return sg_fail_memory(context, "a table", 1);
    }
    for (size_t c = 0; c < form->n_columns; c++)
        SG_TRY(add_column(&form->columns[c], table));
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
    decoder->random =
        (sg_random){.seed = seed, .stream = sg_stream_id("decode")};
    syngan_status status = start_table(encoder->form, rows, &decoder->table);
    if (status == SYNGAN_OK) return SYNGAN_OK;
    sg_decoder_free(decoder);
    *out = NULL;
    return status;
}

static int64_t count_missing(const sg_column *column, int64_t rows) {
    int64_t count = 0;
    for (int64_t row = 0; row < rows; row++)
        count += sg_column_is_missing(column, row);
    return count;
}

const syngan_table *sg_decoder_table(const sg_decoder *decoder) {
    return decoder->table;
}

syngan_status sg_decoder_finish(sg_decoder *decoder, syngan_table **out) {
    syngan_table *table = decoder->table;
    for (size_t c = 0; c < table->n_columns; c++)
        table->columns[c].missing =
            count_missing(&table->columns[c], table->rows);
    *out = table;
    decoder->table = NULL;
    return SYNGAN_OK;
}

void sg_decoder_free(sg_decoder *decoder) {
    if (decoder == NULL) return;
    sg_encoder *encoder = (sg_encoder *)decoder->encoder;
    syngan_table_free(decoder->table);
    sg_free(encoder->context, decoder);
    sg_encoder_release(encoder);
}

/* ---- rows ---------------------------------------------------------------- */

/* An alternative, each with the chance that the softmax of the logits gives
 * it. Logits are taken LANES at a time. */
static int32_t draw_alternative(const float *logit, int32_t width, float unit) {
    float most = logit[0], total = 0, share[LANES], sum[LANES] = {0};
    for (int32_t i = 1; i < width; i++)
        most = logit[i] > most ? logit[i] : most;
    int32_t whole = width / LANES * LANES;
    for (int32_t first = 0; first < whole; first += LANES)
        for (int32_t i = 0; i < LANES; i++)
            sum[i] += sg_exp_negative_f32(logit[first + i] - most);
    for (int32_t i = whole; i < width; i++)
        sum[i - whole] += sg_exp_negative_f32(logit[i] - most);
    for (int32_t i = 0; i < LANES; i++)
        total += sum[i];
    float target = unit * total;
    for (int32_t first = 0; first < width; first += LANES) {
        int32_t n = width - first < LANES ? width - first : LANES;
        for (int32_t i = 0; i < n; i++)
            share[i] = sg_exp_negative_f32(logit[first + i] - most);
        for (int32_t i = 0; i < n; i++) {
            target -= share[i];
            if (target < 0) return first + i;
        }
    }
    return width - 1;
}

typedef struct put {
    const sg_decoder *decoder;
    const float *output;
    int64_t stride, first;
    const uint64_t *ids;
    const int32_t *fixed;
} put;

#define UNITS 256 /* random numbers at once */

/* Random numbers of a row: one for the alternative of each choice, then one for
 * the value of each. */
typedef struct row_units {
    sg_random random;
    uint64_t start;
    float unit[UNITS];
} row_units;

static float unit_at(row_units *u, uint64_t index) {
    if (index < u->start || index - u->start >= UNITS) {
        u->start = index / UNITS * UNITS;
        sg_random_uniform(&u->random, u->start, UNITS, u->unit);
    }
    return u->unit[index - u->start];
}

static int32_t choose(const put *p, const float *output, int32_t part_index,
                      row_units *units) {
    if (part_index < 0) return 0;
    const sg_part *part = &p->decoder->encoder->parts[part_index];
    if (p->fixed != NULL && p->fixed[part->index] >= 0)
        return p->fixed[part->index];
    return draw_alternative(output + part->start, part->width,
                            unit_at(units, (uint64_t)part->index));
}

static void decode_column(const put *p, size_t c, const float *output,
                          row_units *units, int64_t row) {
    const sg_encoder *encoder = p->decoder->encoder;
    const sg_column_code *code = &encoder->codes[c];
    sg_column *column = &p->decoder->table->columns[c];
    int32_t alternative = choose(p, output, code->choice_part, units);
    if (code->kind == SG_CODE_NUMBER) {
        float number = code->number_part < 0
                           ? 0
                           : output[encoder->parts[code->number_part].start];
        sg_number_decode(&code->number, alternative, number, column, row);
        return;
    }
    const sg_choice_code *choice = &code->choice;
    int32_t value = choice->member[choice->first[alternative]];
    if (choice->first[alternative + 1] - choice->first[alternative] > 1) {
        const sg_part *part = &encoder->parts[code->choice_part];
        uint64_t at = (uint64_t)(encoder->n_choices + part->index);
        value = sg_choice_value(choice, alternative, unit_at(units, at));
    }
    column->codes[row] = value == choice->missing ? -1 : value;
}

static void put_rows(void *argument, int64_t first, int64_t last) {
    const put *p = argument;
    const sg_encoder *encoder = p->decoder->encoder;
    row_units units = {.random = p->decoder->random};
    for (int64_t i = first; i < last; i++) {
        int64_t row = p->first + i;
        units.random.step = p->ids == NULL ? (uint64_t)row : p->ids[i];
        units.start = UINT64_MAX;
        for (size_t c = 0; c < encoder->n_codes; c++)
            if (encoder->codes[c].kind != SG_CODE_NOTHING)
                decode_column(p, c, p->output + i * p->stride, &units, row);
    }
}

void sg_decoder_put(sg_decoder *decoder, const float *output, int64_t stride,
                    int64_t first, int64_t count, const uint64_t *ids,
                    const int32_t *fixed) {
    put p = {.decoder = decoder,
             .output = output,
             .stride = stride,
             .first = first,
             .ids = ids,
             .fixed = fixed};
    sg_parallel(decoder->encoder->context, count, GRAIN, put_rows, &p);
}
