/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The encoder: the handle, the layout of a row, encoding.
 */
#include "encode/encoder.h"

#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "base/thread.h"
#include "encode/encoder_code.h"

/* Rows at once in parallel loops. */
#define GRAIN 4096
#define EXPAND_GRAIN 64

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
        const sg_number_code *number = &code->number;
        code->number_part = code->choice_part = -1;
        if (code->kind == SG_CODE_CHOICE || code->kind == SG_CODE_JOINT)
            add_choice(encoder, c, code->choice.n_alternatives,
                       code->choice.share, true);
        if (code->kind != SG_CODE_NUMBER) continue;
        if (number->mixture.count > 0) {
            code->number_part = (int32_t)encoder->n_parts;
            add_part(encoder, c, SG_PART_NUMBER, 1, NULL, false);
        }
        add_choice(encoder, c, number->n_modes, number->share,
                   number->mixture.count == 0);
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
        sg_number_end(context, &encoder->codes[c].number);
        sg_choice_end(context, &encoder->codes[c].choice);
        sg_joint_end(context, &encoder->codes[c].joint);
        sg_name_end(context, &encoder->codes[c].name);
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
    if (of->kind != SG_CODE_CHOICE || of->choice_part < 0) return false;
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

/* A table that is encoded. Its dictionaries are others than the form's. */
typedef struct encoding {
    const sg_encoder *encoder;
    const sg_column **columns; /* of the table, by column of the form */
    int32_t **map; /* from their codes to the form's, or UNKNOWN; NULL for
                      columns without codes and such as are not learnt */
    int64_t rows;
    int64_t first; /* number of the table's row 0 */
    uint64_t seed;
    sg_encoded *out;
} encoding;

/* A column that is encoded, in parallel. */
typedef struct column_encoding {
    syngan_context *context;
    const sg_column *column;
    const sg_column_code *code;
    const sg_encoder *encoder;
    const sg_column *marked; /* of differences: the column with marks */
    const int32_t *map;
    const int32_t *found; /* combinations of a joint choice, by row */
    sg_random random;
    int64_t first;          /* number of row 0 */
    sg_encoded_cell *cells; /* of row 0 */
    int64_t width;
    int64_t number_at, choice_at; /* cells of a row; -1: none */
    _Atomic int64_t unknown;      /* the first row with a value that the encoder
                                     does not know */
} column_encoding;

static void note_unknown(column_encoding *e, int64_t row) {
    int64_t known = atomic_load(&e->unknown);
    while (row < known &&
           !atomic_compare_exchange_weak(&e->unknown, &known, row)) {
    }
}

/* Marks of an ordered column are no differences. */
static void set_marks(const column_encoding *e, int64_t first, int32_t count,
                      int32_t *modes, float *numbers) {
    for (int32_t i = 0; i < count; i++) {
        int32_t mark =
            sg_order_mark(e->encoder, e->code->ordered, e->marked, first + i);
        if (mark < 0) continue;
        modes[i] = mark;
        numbers[i] = 0;
    }
}

static void encode_numbers(void *argument, int64_t first, int64_t last) {
    column_encoding *e = argument;
    float unit[SG_NUMBER_ROWS], numbers[SG_NUMBER_ROWS];
    int32_t modes[SG_NUMBER_ROWS];
    for (int64_t row = first; row < last; row += SG_NUMBER_ROWS) {
        if (sg_is_cancelled_at(e->context, row)) return;
        int32_t n = (int32_t)(last - row < SG_NUMBER_ROWS ? last - row
                                                          : SG_NUMBER_ROWS);
        sg_random_uniform(&e->random, (uint64_t)(e->first + row),
                          SG_NUMBER_ROWS, unit);
        sg_number_encode(&e->code->number, e->column, row, n, unit, modes,
                         numbers);
        if (e->marked != NULL) set_marks(e, row, n, modes, numbers);
        for (int32_t i = 0; i < n; i++) {
            sg_encoded_cell *cells = e->cells + (row + i) * e->width;
            if (modes[i] < 0) note_unknown(e, row + i);
            if (e->number_at >= 0) cells[e->number_at].number = numbers[i];
            if (e->choice_at >= 0)
                cells[e->choice_at].choice = modes[i] < 0 ? 0 : modes[i];
        }
    }
}

/* The value of the choice that a row has; below 0: unknown. */
static int32_t value_of(const column_encoding *e, int64_t row) {
    if (e->found != NULL) return e->found[row];
    int32_t code = e->column->codes[row];
    return code < 0 ? e->code->choice.missing : e->map[code];
}

/* Unknown values go to the last shared alternative, if there is one. */
static void encode_choices(void *argument, int64_t first, int64_t last) {
    column_encoding *e = argument;
    const sg_choice_code *choice = &e->code->choice;
    bool has_shared = choice->n_values > choice->n_alternatives;
    for (int64_t row = first; row < last; row++) {
        if (sg_is_cancelled_at(e->context, row)) return;
        int32_t value = value_of(e, row);
        int32_t alternative = value >= 0   ? choice->alternative[value]
                              : has_shared ? choice->n_alternatives - 1
                                           : 0;
        if (value < 0 && !has_shared) note_unknown(e, row);
        if (e->choice_at >= 0)
            e->cells[row * e->width + e->choice_at].choice = alternative;
    }
}

static syngan_status check_known(const encoding *all, column_encoding *e,
                                 size_t c) {
    int64_t row = atomic_load(&e->unknown);
    if (row == NO_ROW) return SYNGAN_OK;
    char text[64];
    const sg_column *column = all->columns[c];
    sg_column_text(column, row, text, sizeof text);
    if (e->found != NULL)
        return sg_fail(all->encoder->context, SYNGAN_E_MISMATCH,
                       "table: column '%s': row %lld has '%s', in a "
                       "combination with other columns that was not in the "
                       "data that the encoder was fitted to",
                       column->name, (long long)(all->first + row), text);
    return sg_fail(all->encoder->context, SYNGAN_E_MISMATCH,
                   "table: column '%s': row %lld has '%s', a value that was "
                   "not in the data that the encoder was fitted to",
                   column->name, (long long)(all->first + row), text);
}

/* A column of numbers, or of differences if it is compared with another. */
static syngan_status encode_number_column(const encoding *all,
                                          column_encoding *e) {
    syngan_context *context = all->encoder->context;
    int32_t item = e->code->ordered;
    sg_column differences = {0};
    if (item >= 0 && all->encoder->order->item[item].reference >= 0) {
        if (!sg_order_differences(all->encoder, item, all->columns, all->rows,
                                  &differences))
            return sg_fail_memory(context, "a column", (uint64_t)all->rows * 8);
        if (all->encoder->order->item[item].marks.count > 0)
            e->marked = e->column;
        e->column = &differences;
    }
    sg_parallel(context, all->rows, GRAIN, encode_numbers, e);
    sg_free(context, differences.data);
    return SYNGAN_OK;
}

static syngan_status encode_joint_column(const encoding *all,
                                         column_encoding *e) {
    syngan_context *context = all->encoder->context;
    const sg_joint_code *joint = &e->code->joint;
    size_t bytes = (size_t)all->rows * sizeof(int32_t);
    int32_t *found = sg_alloc(context, bytes);
    if (found == NULL) return sg_fail_memory(context, "encoded rows", bytes);
    syngan_status status =
        sg_joint_find(context, joint, all->columns, all->map, all->rows, found);
    e->found = found;
    if (status == SYNGAN_OK)
        sg_parallel(context, all->rows, GRAIN, encode_choices, e);
    sg_free(context, found);
    return status;
}

static syngan_status encode_column(const encoding *all, size_t c) {
    const sg_encoder *encoder = all->encoder;
    const sg_column_code *code = &encoder->codes[c];
    column_encoding e = {.context = encoder->context,
                         .column = all->columns[c],
                         .code = code,
                         .encoder = encoder,
                         .map = all->map[c]};
    e.random = (sg_random){
        .seed = all->seed, .step = c, .stream = sg_stream_id("encode")};
    atomic_init(&e.unknown, NO_ROW);
    e.first = all->first;
    e.width = all->out->width;
    e.cells = all->out->cells + e.first * e.width;
    e.number_at = e.choice_at = -1;
    if (code->number_part >= 0)
        e.number_at = encoder->parts[code->number_part].index;
    if (code->choice_part >= 0)
        e.choice_at = encoder->n_numbers +
                      (int64_t)encoder->parts[code->choice_part].index;
    if (code->kind == SG_CODE_NUMBER)
        SG_TRY(encode_number_column(all, &e));
    else if (code->kind == SG_CODE_JOINT)
        SG_TRY(encode_joint_column(all, &e));
    else if (code->kind == SG_CODE_CHOICE)
        sg_parallel(encoder->context, all->rows, GRAIN, encode_choices, &e);
    SG_TRY(sg_check_cancelled(encoder->context, "table"));
    return check_known(all, &e, c);
}

static bool is_learnt(const sg_column_code *code) {
    return code->kind != SG_CODE_EMPTY && code->kind != SG_CODE_NAME;
}

/* The column of the table for column c of the form. */
static syngan_status find_column(encoding *all, const syngan_table *table,
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

static syngan_status encode_columns(encoding *all, const syngan_table *table) {
    const sg_encoder *encoder = all->encoder;
    for (size_t c = 0; c < encoder->n_codes; c++)
        if (is_learnt(&encoder->codes[c])) SG_TRY(find_column(all, table, c));
    for (size_t c = 0; c < encoder->n_codes; c++)
        SG_TRY(encode_column(all, c));
    return SYNGAN_OK;
}

static syngan_status encode_table(encoding *all, const syngan_table *table) {
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
    encoding all = {.encoder = encoder,
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
