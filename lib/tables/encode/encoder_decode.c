/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decoding: a generator's rows as rows of a table.
 */
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "base/thread.h"
#include "encode/alternative_simd.h"
#include "encode/encoder_code.h"

#define GRAIN 64 /* rows */

struct sg_decoder {
    const sg_encoder *encoder;
    syngan_table *table;
    uint64_t *ids; /* of rows, if there are names to be made; else NULL */
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
    memcpy(column.stored, form->stored, sizeof column.stored);
    if (form->type == SYNGAN_COLUMN_IDENTIFIER)
        column.words = sg_dictionary_make(context); /* new texts */
    else if (form->words != NULL)
        column.words = sg_dictionary_retain(form->words);
    if (column.data == NULL || (form->words != NULL && column.words == NULL) ||
        (form->format != NULL && column.format == NULL)) {
        sg_column_end(context, &column);
        return sg_fail_memory(context, "a column", bytes);
    }
    /* All missing, until rows are put. */
    for (int64_t row = 0; row < table->rows; row++)
        sg_write_missing(&column, row);
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

static bool has_names(const sg_encoder *encoder) {
    for (size_t c = 0; c < encoder->n_codes; c++)
        if (encoder->codes[c].kind == SG_CODE_NAME) return true;
    return false;
}

static syngan_status start(sg_decoder *decoder, int64_t rows) {
    syngan_context *context = decoder->encoder->context;
    SG_TRY(start_table(decoder->encoder->form, rows, &decoder->table));
    if (!has_names(decoder->encoder)) return SYNGAN_OK;
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

/* New identifiers of a column. */
static syngan_status make_names(const sg_decoder *decoder, size_t c) {
    sg_column *column = &decoder->table->columns[c];
    const sg_name_code *code = &decoder->encoder->codes[c].name;
    char text[SG_NAME_ROOM];
    for (int64_t row = 0; row < decoder->table->rows; row++) {
        int32_t size = sg_name_write(code, decoder->random.seed + c,
                                     decoder->ids[row], text);
        column->codes[row] = -1;
        if (size >= 0)
            SG_TRY(sg_dictionary_add(column->words, text, (size_t)size,
                                     &column->codes[row]));
    }
    return SYNGAN_OK;
}

static int64_t count_missing(const sg_column *column, int64_t rows) {
    int64_t count = 0;
    for (int64_t row = 0; row < rows; row++)
        count += sg_column_is_missing(column, row);
    return count;
}

syngan_status sg_decoder_finish(sg_decoder *decoder, syngan_table **out) {
    syngan_table *table = decoder->table;
    *out = NULL;
    for (size_t c = 0; c < table->n_columns; c++) {
        if (decoder->encoder->codes[c].kind == SG_CODE_NAME)
            SG_TRY(make_names(decoder, c));
        table->columns[c].missing =
            count_missing(&table->columns[c], table->rows);
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

#define UNITS 64 /* random numbers at once */

/* Random numbers of a row: one for the alternative of each choice, then one for
 * the value of each, then, by column, for the levels of numbers. */
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

static bool is_fixed(const put *p, int32_t part_index) {
    return p->fixed != NULL && part_index >= 0 &&
           p->decoder->encoder->parts[part_index].index == p->fixed->choice;
}

static int32_t choose(const put *p, const float *output, int32_t part_index,
                      row_units *units, int64_t row) {
    if (part_index < 0) return 0;
    const sg_part *part = &p->decoder->encoder->parts[part_index];
    if (is_fixed(p, part_index)) return p->fixed->alternative[row - p->first];
    return SG_SIMD_PICK(units->random.isa, sg_draw_alternative)(
        output + part->start, part->width,
        unit_at(units, (uint64_t)part->index));
}

/* A value of an alternative that is one of `values`; `unit` decides, by their
 * frequencies. */
static int32_t value_among(const sg_choice_code *choice, int32_t alternative,
                           const bool *values, float unit) {
    int32_t first = choice->first[alternative];
    int32_t end = choice->first[alternative + 1], last = choice->member[first];
    double sum = 0;
    for (int32_t i = first; i < end; i++)
        if (values[choice->member[i]])
            sum += (double)choice->count[choice->member[i]];
    sum *= (double)unit;
    for (int32_t i = first; i < end && sum >= 0; i++) {
        if (!values[choice->member[i]]) continue;
        last = choice->member[i];
        sum -= (double)choice->count[last];
    }
    return last;
}

static int32_t choose_value(const put *p, const sg_column_code *code,
                            int32_t alternative, row_units *units) {
    const sg_encoder *encoder = p->decoder->encoder;
    const sg_choice_code *choice = &code->choice;
    int32_t first = choice->first[alternative];
    if (choice->first[alternative + 1] - first == 1)
        return choice->member[first];
    /* A choice of one alternative that several values share has no part. */
    int32_t index = code->choice_part < 0
                        ? encoder->n_choices
                        : encoder->parts[code->choice_part].index;
    float unit = unit_at(units, (uint64_t)(encoder->n_choices + index));
    return is_fixed(p, code->choice_part) && p->fixed->values != NULL
               ? value_among(choice, alternative, p->fixed->values, unit)
               : sg_choice_value(choice, alternative, unit);
}

static void decode_number(const put *p, size_t c, int32_t mode,
                          const float *output, row_units *units, int64_t row) {
    const sg_encoder *encoder = p->decoder->encoder;
    const sg_column_code *code = &encoder->codes[c];
    float number = code->number_part < 0
                       ? 0
                       : output[encoder->parts[code->number_part].start];
    const sg_grid *grid = code->ordered >= 0
                              ? &encoder->order->item[code->ordered].grid
                              : &code->number.mixed;
    /* Behind those of the choices. */
    uint64_t index = 2 * (uint64_t)encoder->n_choices + 1 + c;
    float unit = grid->lattice.count > 1 ? unit_at(units, index) : 0;
    if (code->ordered >= 0)
        sg_order_decode(encoder, code->ordered, mode, number, unit,
                        p->decoder->table, row);
    else
        sg_number_decode(&code->number, mode, number, unit,
                         &p->decoder->table->columns[c], row);
}

static void decode_column(const put *p, size_t c, const float *output,
                          row_units *units, int64_t row) {
    const sg_column_code *code = &p->decoder->encoder->codes[c];
    sg_column *columns = p->decoder->table->columns;
    int32_t alternative = choose(p, output, code->choice_part, units, row);
    if (code->kind == SG_CODE_NUMBER) {
        decode_number(p, c, alternative, output, units, row);
        return;
    }
    int32_t value = choose_value(p, code, alternative, units);
    if (code->kind == SG_CODE_CHOICE)
        columns[c].codes[row] = value == code->choice.missing ? -1 : value;
    for (int32_t i = 0; i < code->joint.n_columns; i++)
        sg_joint_write(&code->joint, value, i, &columns[code->joint.columns[i]],
                       row);
}

/* Whether it is decoded in the order of comparisons, after the others. */
static bool is_late(const sg_column_code *code) {
    return code->kind == SG_CODE_NUMBER && code->ordered >= 0;
}

static void decode_row(const put *p, const float *output, row_units *units,
                       int64_t row) {
    const sg_encoder *encoder = p->decoder->encoder;
    for (size_t c = 0; c < encoder->n_codes; c++) {
        const sg_column_code *code = &encoder->codes[c];
        bool is_decoded = code->kind == SG_CODE_NUMBER ||
                          code->kind == SG_CODE_CHOICE ||
                          code->kind == SG_CODE_JOINT;
        if (is_decoded && !is_late(code))
            decode_column(p, c, output, units, row);
    }
    for (int32_t i = 0; i < encoder->order->count; i++) {
        int32_t c = encoder->order->item[i].column;
        if (is_late(&encoder->codes[c]))
            decode_column(p, (size_t)c, output, units, row);
    }
}

static void put_rows(void *argument, int64_t first, int64_t last) {
    const put *p = argument;
    row_units units = {.random = p->decoder->random};
    for (int64_t i = first; i < last; i++) {
        int64_t row = p->first + i;
        uint64_t id = p->ids == NULL ? (uint64_t)row : p->ids[i];
        units.random.step = id;
        units.start = UINT64_MAX;
        if (p->decoder->ids != NULL) p->decoder->ids[row] = id;
        decode_row(p, p->output + i * p->stride, &units, row);
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
