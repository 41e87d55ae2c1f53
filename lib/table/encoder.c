/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The encoder: fitting, the layout of a row, encoding.
 */
#include "table/encoder.h"

#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "base/thread.h"
#include "table/encoder_code.h"

#define MAX_MODES 10
#define MAX_CHOICES 256
#define LEAST_WEIGHT 0.005
#define FREQUENT 0.03

/* Rows at once in parallel loops. */
#define GRAIN 4096
#define EXPAND_GRAIN 64

/* ---- fitting: numbers ---------------------------------------------------- */

static bool is_number(const sg_column *column) {
    return !sg_column_has_codes(column);
}

typedef struct fit {
    const syngan_table *table;
    sg_encoder *encoder;
    sg_encoder_options options;
    int32_t *columns; /* numbers, to be fitted in parallel */
    sg_fit_failure *failures;
    size_t done;
} fit;

static void fit_numbers_work(void *argument, int64_t first, int64_t last) {
    const fit *f = argument;
    for (int64_t i = first; i < last; i++) {
        int32_t c = f->columns[i];
        sg_column_code *code = &f->encoder->codes[c];
        uint64_t seed = f->options.seed + (uint64_t)c * 0x9e3779b97f4a7c15u;
        sg_number_fit(f->encoder->context, &f->table->columns[c],
                      f->table->rows, &f->options, seed, &code->number,
                      &f->failures[i]);
    }
}

static syngan_status tell(fit *f) {
    f->done++;
    return f->options.progress == NULL
               ? SYNGAN_OK
               : f->options.progress(f->done, f->table->n_columns,
                                     f->options.user);
}

/* A thread's failure as a sentence. */
static syngan_status report(const fit *f, int64_t i) {
    const sg_fit_failure *failure = &f->failures[i];
    syngan_context *context = f->encoder->context;
    if (failure->status == SYNGAN_OK) return SYNGAN_OK;
    if (failure->status == SYNGAN_E_MEMORY)
        return sg_fail_memory(context, "fitting a column",
                              2 * (uint64_t)f->table->rows * sizeof(double));
    return sg_fail(context, failure->status, "table: column '%s': row %lld %s",
                   f->table->columns[f->columns[i]].name,
                   (long long)failure->row, failure->reason);
}

/* In waves of as many columns as there are threads, so that the host hears of
 * each wave. */
static syngan_status fit_numbers(fit *f, int64_t count) {
    int64_t wave = f->encoder->context->threads;
    int32_t *all = f->columns;
    syngan_status status = SYNGAN_OK;
    for (int64_t i = 0; i < count && status == SYNGAN_OK; i += wave) {
        int64_t n = count - i < wave ? count - i : wave;
        f->columns = all + i;
        sg_parallel(f->encoder->context, n, 1, fit_numbers_work, f);
        for (int64_t j = 0; j < n && status == SYNGAN_OK; j++)
            status = report(f, j);
        for (int64_t j = 0; j < n && status == SYNGAN_OK; j++)
            status = tell(f);
    }
    f->columns = all;
    return status;
}

static syngan_status fit_all_numbers(fit *f) {
    syngan_context *context = f->encoder->context;
    size_t n = f->table->n_columns;
    size_t threads = (size_t)context->threads;
    f->columns = sg_alloc(context, n * sizeof *f->columns);
    f->failures = sg_alloc_zero(context, threads, sizeof *f->failures);
    syngan_status status = SYNGAN_OK;
    if (f->columns == NULL || f->failures == NULL)
        status = sg_fail_memory(context, "an encoder", n * sizeof(int32_t));
    int64_t count = 0;
    for (size_t c = 0; c < n && status == SYNGAN_OK; c++)
        if (is_number(&f->table->columns[c])) {
            f->encoder->codes[c].kind = SG_CODE_NUMBER;
            f->columns[count++] = (int32_t)c;
        }
    if (status == SYNGAN_OK) status = fit_numbers(f, count);
    sg_free(context, f->columns);
    sg_free(context, f->failures);
    return status;
}

/* ---- fitting: categories ------------------------------------------------- */

/* Counts of the table's codes that occur, in the order of the codes, then of
 * missing values; their texts go into a dictionary of the encoder's own, which
 * thus has no text that no row has. */
static syngan_status count_values(const syngan_table *table,
                                  const sg_column *column, int64_t *count,
                                  sg_dictionary *words, int32_t *n_values) {
    int32_t known = column->words->count, n = 0;
    memset(count, 0, ((size_t)known + 1) * sizeof *count);
    for (int64_t row = 0; row < table->rows; row++) {
        int32_t code = column->codes[row];
        count[code < 0 ? known : code]++;
    }
    for (int32_t code = 0; code <= known; code++) {
        if (count[code] == 0) continue;
        int32_t added;
        if (code < known)
            SG_TRY(sg_dictionary_add(
                words, sg_dictionary_text(column->words, code),
                sg_dictionary_size(column->words, code), &added));
        count[n++] = count[code];
    }
    *n_values = n;
    return SYNGAN_OK;
}

static syngan_status fit_category(fit *f, size_t c) {
    syngan_context *context = f->encoder->context;
    const sg_column *column = &f->table->columns[c];
    sg_column_code *code = &f->encoder->codes[c];
    sg_column *form = &f->encoder->form->columns[c];
    size_t bytes = ((size_t)column->words->count + 1) * sizeof(int64_t);
    int64_t *count = sg_alloc(context, bytes);
    if (count == NULL) return sg_fail_memory(context, "a column", bytes);
    int32_t n_values;
    syngan_status status =
        count_values(f->table, column, count, form->words, &n_values);
    if (status != SYNGAN_OK) {
        sg_free(context, count);
        return status;
    }
    code->kind = SG_CODE_CHOICE;
    if (!sg_choice_make(context, count, n_values, column->missing > 0,
                        f->options.max_choices, &code->choice))
        return sg_fail_memory(context, "the alternatives of a column", bytes);
    return SYNGAN_OK;
}

static syngan_status fit_all_categories(fit *f) {
    for (size_t c = 0; c < f->table->n_columns; c++) {
        int32_t type = f->table->columns[c].type;
        sg_column_code *code = &f->encoder->codes[c];
        if (code->kind == SG_CODE_NUMBER) continue;
        if (type == SYNGAN_COLUMN_BOOLEAN || type == SYNGAN_COLUMN_CATEGORY)
            SG_TRY(fit_category(f, c));
        else
            code->kind = SG_CODE_NOTHING;
        SG_TRY(tell(f));
    }
    return SYNGAN_OK;
}

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
        if (code->kind == SG_CODE_CHOICE)
            add_choice(encoder, c, code->choice.n_alternatives,
                       code->choice.share, true);
        if (code->kind != SG_CODE_NUMBER) continue;
        if (number->mixture.count > 0) {
            code->number_part = (int32_t)encoder->n_parts;
            add_part(encoder, c, SG_PART_NUMBER, 1, NULL, false);
        }
        add_choice(encoder, c, number->n_modes, number->share, false);
    }
    if (encoder->n_parts > 0) return SYNGAN_OK;
    return sg_fail(encoder->context, SYNGAN_E_ARGUMENT,
                   "table: no column can be learnt: each is constant, empty, "
                   "an identifier or text");
}

/* ---- the handle ---------------------------------------------------------- */

/* The table without rows, and without its texts. */
static syngan_status make_form(const syngan_table *table, sg_encoder *encoder) {
    SG_TRY(syngan_table_select(table, NULL, 0, &encoder->form));
    for (size_t c = 0; c < table->n_columns; c++) {
        sg_column *column = &encoder->form->columns[c];
        if (column->words == NULL) continue;
        sg_dictionary *words = sg_dictionary_make(encoder->context);
        if (words == NULL)
            return sg_fail_memory(encoder->context, "a column", sizeof *words);
        sg_dictionary_release(column->words);
        column->words = words;
    }
    return SYNGAN_OK;
}

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
    if (encoder->codes != NULL) {
        encoder->n_codes = n_columns;
        return SYNGAN_OK;
    }
    sg_encoder_release(encoder);
    *out = NULL;
    return sg_fail_memory(context, "an encoder",
                          n_columns * sizeof *encoder->codes);
}

static syngan_status fit_encoder(fit *f) {
    SG_TRY(make_form(f->table, f->encoder));
    SG_TRY(fit_all_numbers(f));
    SG_TRY(fit_all_categories(f));
    return sg_encoder_lay_out(f->encoder);
}

syngan_status sg_encoder_fit(const syngan_table *table,
                             const sg_encoder_options *options,
                             sg_encoder **out) {
    *out = NULL;
    fit f = {.table = table};
    if (options != NULL) f.options = *options;
    if (f.options.max_modes == 0) f.options.max_modes = MAX_MODES;
    if (f.options.max_choices == 0) f.options.max_choices = MAX_CHOICES;
    if (f.options.least_weight == 0) f.options.least_weight = LEAST_WEIGHT;
    if (f.options.frequent == 0) f.options.frequent = FREQUENT;
    if (table->rows == 0)
        return sg_fail(table->context, SYNGAN_E_ARGUMENT,
                       "table: has no rows to learn from");
    SG_TRY(sg_encoder_make(table->context, table->n_columns, &f.encoder));
    syngan_status status = fit_encoder(&f);
    if (status == SYNGAN_OK)
        *out = f.encoder;
    else
        sg_encoder_release(f.encoder);
    return status;
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
    }
    sg_free(context, encoder->codes);
    sg_free(context, encoder->parts);
    syngan_table_free(encoder->form);
    sg_free(context, encoder);
    sg_context_release(context);
}

/* ---- encoding ------------------------------------------------------------ */

/* A value that the encoder does not know, found by a thread. */
#define NO_ROW INT64_MAX

typedef struct encoding {
    const sg_encoder *encoder;
    const sg_column *column;
    const sg_column_code *code;
    const int32_t *alternative; /* of choices: by code of the table, then of
                                   missing values; -1: unknown */
    sg_random random;
    float *numbers;
    int32_t *choices;        /* of this column; NULL: none */
    _Atomic int64_t unknown; /* the first row with an unknown value */
} encoding;

static void note_unknown(encoding *e, int64_t row) {
    int64_t known = atomic_load(&e->unknown);
    while (row < known &&
           !atomic_compare_exchange_weak(&e->unknown, &known, row)) {
    }
}

static void encode_numbers(void *argument, int64_t first, int64_t last) {
    encoding *e = argument;
    float unit[64];
    for (int64_t row = first; row < last; row++) {
        if ((row - first) % 64 == 0)
            sg_random_uniform(&e->random, (uint64_t)row, 64, unit);
        float number;
        int32_t mode = sg_number_encode(&e->code->number, e->column, row,
                                        unit[(row - first) % 64], &number);
        if (mode < 0) note_unknown(e, row);
        if (e->numbers != NULL) e->numbers[row] = number;
        if (e->choices != NULL) e->choices[row] = mode < 0 ? 0 : mode;
    }
}

static void encode_choices(void *argument, int64_t first, int64_t last) {
    encoding *e = argument;
    int32_t missing = e->column->words->count;
    for (int64_t row = first; row < last; row++) {
        int32_t code = e->column->codes[row];
        int32_t alternative = e->alternative[code < 0 ? missing : code];
        if (alternative < 0) note_unknown(e, row);
        if (e->choices != NULL)
            e->choices[row] = alternative < 0 ? 0 : alternative;
    }
}

/* The alternative of each code of a table, whose dictionary is another one. A
 * text that the encoder does not know goes to the rarest shared alternative, if
 * there is one. */
static syngan_status map_codes(const sg_encoder *encoder, size_t c,
                               const sg_column *column, int32_t **out) {
    const sg_choice_code *choice = &encoder->codes[c].choice;
    const sg_dictionary *known = encoder->form->columns[c].words;
    int32_t n = column->words->count;
    size_t bytes = ((size_t)n + 1) * sizeof(int32_t);
    int32_t *map = *out = sg_alloc(encoder->context, bytes);
    if (map == NULL) return sg_fail_memory(encoder->context, "a column", bytes);
    bool has_shared = choice->n_values > choice->n_alternatives;
    for (int32_t code = 0; code < n; code++) {
        int32_t value =
            sg_dictionary_find(known, sg_dictionary_text(column->words, code),
                               sg_dictionary_size(column->words, code));
        map[code] = value >= 0   ? choice->alternative[value]
                    : has_shared ? choice->n_alternatives - 1
                                 : -1;
    }
    map[n] = choice->missing >= 0 ? choice->alternative[choice->missing] : -1;
    return SYNGAN_OK;
}

static syngan_status encode_column(const sg_encoder *encoder, size_t c,
                                   const sg_column *column, uint64_t seed,
                                   sg_encoded *out) {
    const sg_column_code *code = &encoder->codes[c];
    encoding e = {.encoder = encoder, .column = column, .code = code};
    e.random =
        (sg_random){.seed = seed, .step = c, .stream = sg_stream_id("encode")};
    atomic_init(&e.unknown, NO_ROW);
    if (code->number_part >= 0)
        e.numbers =
            out->numbers + encoder->parts[code->number_part].index * out->rows;
    if (code->choice_part >= 0)
        e.choices =
            out->choices + encoder->parts[code->choice_part].index * out->rows;
    if (code->kind == SG_CODE_NUMBER) {
        sg_parallel(encoder->context, out->rows, GRAIN, encode_numbers, &e);
    } else {
        int32_t *map;
        SG_TRY(map_codes(encoder, c, column, &map));
        e.alternative = map;
        sg_parallel(encoder->context, out->rows, GRAIN, encode_choices, &e);
        sg_free(encoder->context, map);
    }
    int64_t row = atomic_load(&e.unknown);
    if (row == NO_ROW) return SYNGAN_OK;
    char text[64];
    sg_column_text(column, row, text, sizeof text);
    return sg_fail(encoder->context, SYNGAN_E_MISMATCH,
                   "table: column '%s': row %lld has '%s', a value that was "
                   "not in the data that the encoder was fitted to",
                   column->name, (long long)row, text);
}

/* The column of the table for column c of the form. */
static syngan_status find_column(const sg_encoder *encoder, size_t c,
                                 const syngan_table *table,
                                 const sg_column **out) {
    const sg_column *wanted = &encoder->form->columns[c];
    int64_t at = syngan_table_find(table, wanted->name);
    if (at < 0)
        return sg_fail(encoder->context, SYNGAN_E_MISMATCH,
                       "table: has no column '%s'", wanted->name);
    *out = &table->columns[at];
    if ((*out)->type == wanted->type) return SYNGAN_OK;
    return sg_fail(encoder->context, SYNGAN_E_MISMATCH,
                   "table: column '%s' is of type %s; %s is expected",
                   wanted->name, sg_column_type_name((*out)->type),
                   sg_column_type_name(wanted->type));
}

static syngan_status encode_columns(const sg_encoder *encoder,
                                    const syngan_table *table, uint64_t seed,
                                    sg_encoded *out) {
    for (size_t c = 0; c < encoder->form->n_columns; c++) {
        const sg_column *column = NULL;
        if (encoder->codes[c].kind == SG_CODE_NOTHING) continue;
        SG_TRY(find_column(encoder, c, table, &column));
        SG_TRY(encode_column(encoder, c, column, seed, out));
    }
    return SYNGAN_OK;
}

syngan_status sg_encoder_encode(const sg_encoder *encoder,
                                const syngan_table *table, uint64_t seed,
                                sg_encoded *out) {
    syngan_context *context = encoder->context;
    size_t bytes = 0, rows = (size_t)table->rows;
    *out = (sg_encoded){.rows = table->rows};
    size_t numbers = rows * (size_t)encoder->n_numbers;
    size_t choices = rows * (size_t)encoder->n_choices;
    bytes = numbers * sizeof(float) + choices * sizeof(int32_t);
    out->numbers = sg_alloc(context, numbers * sizeof *out->numbers);
    out->choices = sg_alloc(context, choices * sizeof *out->choices);
    syngan_status status = SYNGAN_OK;
    if (out->numbers == NULL || out->choices == NULL)
        status = sg_fail_memory(context, "encoded rows", bytes);
    if (status == SYNGAN_OK) status = encode_columns(encoder, table, seed, out);
    if (status != SYNGAN_OK) sg_encoded_end(context, out);
    return status;
}

void sg_encoded_end(syngan_context *context, sg_encoded *encoded) {
    sg_free(context, encoded->numbers);
    sg_free(context, encoded->choices);
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
    int64_t all = e->encoded->rows;
    for (int64_t i = first; i < last; i++) {
        float *dense = e->dense + i * e->stride;
        int64_t row = e->rows[i];
        memset(dense, 0, (size_t)encoder->width * sizeof *dense);
        for (size_t p = 0; p < encoder->n_parts; p++) {
            const sg_part *part = &encoder->parts[p];
            int64_t at = part->index * all + row;
            if (part->kind == SG_PART_NUMBER)
                dense[part->start] = e->encoded->numbers[at];
            else
                dense[part->start + e->encoded->choices[at]] = 1;
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
