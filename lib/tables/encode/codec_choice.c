/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The codec of booleans and categories: a choice of a value, or of one of those
 * that share an alternative. "Missing" is a value like others.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/thread.h"
#include "encode/codec.h"

/* More rows than any table has. */
#define ROWS_MOST ((int64_t)1 << 40)
/* Of the alternatives of a column with too many values, this part is shared. */
#define SHARED_PART 4

/* ---- alternatives -------------------------------------------------------- */

static bool allocate(syngan_context *context, sg_choice_code *code) {
    size_t values = (size_t)code->n_values;
    size_t alternatives = (size_t)code->n_alternatives;
    code->alternative = sg_alloc(context, values * sizeof *code->alternative);
    code->member = sg_alloc(context, values * sizeof *code->member);
    code->below = sg_alloc(context, values * sizeof *code->below);
    code->first = sg_alloc(context, (alternatives + 1) * sizeof *code->first);
    code->share = sg_alloc(context, alternatives * sizeof *code->share);
    return code->alternative != NULL && code->member != NULL &&
           code->below != NULL && code->first != NULL && code->share != NULL;
}

typedef struct ranked {
    int64_t count;
    int32_t value;
} ranked;

static int by_count(const void *a, const void *b) {
    const ranked *x = a, *y = b;
    if (x->count != y->count) return x->count > y->count ? -1 : 1;
    return x->value < y->value ? -1 : 1;
}

/* The most frequent values get an alternative each, in the order of values; the
 * others fill the rest up with about equal numbers of rows. */
static bool assign(syngan_context *context, sg_choice_code *code) {
    size_t bytes = (size_t)code->n_values * sizeof(ranked);
    ranked *order = sg_alloc(context, bytes);
    if (order == NULL) return false;
    for (int32_t i = 0; i < code->n_values; i++)
        order[i] = (ranked){.count = code->count[i], .value = i};
    qsort(order, (size_t)code->n_values, sizeof *order, by_count);
    int32_t shared = code->n_alternatives / SHARED_PART;
    if (shared == 0) shared = 1;
    int32_t own = code->n_alternatives - shared;
    int64_t left = 0;
    for (int32_t i = 0; i < code->n_values; i++) {
        code->alternative[order[i].value] = i;
        if (i >= own) left += order[i].count;
    }
    int32_t alternative = own;
    int64_t taken = 0;
    for (int32_t i = own; i < code->n_values; i++) {
        code->alternative[order[i].value] = alternative;
        taken += order[i].count;
        int32_t free = code->n_alternatives - 1 - alternative;
        bool full =
            taken * (free + 1) >= left || code->n_values - 1 - i <= free;
        if (!full || free == 0) continue;
        alternative++;
        left -= taken;
        taken = 0;
    }
    sg_free(context, order);
    return true;
}

/* Members and shares from `alternative` and `count`. */
static void index_members(sg_choice_code *code) {
    int64_t total = 0;
    for (int32_t a = 0; a <= code->n_alternatives; a++)
        code->first[a] = 0;
    for (int32_t a = 0; a < code->n_alternatives; a++)
        code->share[a] = 0;
    for (int32_t v = 0; v < code->n_values; v++) {
        int32_t a = code->alternative[v];
        total += code->count[v];
        code->first[a + 1]++;
        code->share[a] += (double)code->count[v];
    }
    for (int32_t a = 0; a < code->n_alternatives; a++)
        code->first[a + 1] += code->first[a];
    /* Values fall into place; `first` moves on and is set back. */
    for (int32_t v = 0; v < code->n_values; v++)
        code->member[code->first[code->alternative[v]]++] = v;
    for (int32_t a = code->n_alternatives; a > 0; a--)
        code->first[a] = code->first[a - 1];
    code->first[0] = 0;
    for (int32_t a = 0; a < code->n_alternatives; a++) {
        double sum = 0;
        for (int32_t i = code->first[a]; i < code->first[a + 1]; i++) {
            code->below[i] = sum / code->share[a];
            sum += (double)code->count[code->member[i]];
        }
        code->share[a] /= (double)total;
    }
}

bool sg_choice_make(syngan_context *context, int64_t *count, int32_t n_values,
                    bool has_missing, int32_t most, sg_choice_code *out) {
    *out = (sg_choice_code){.n_values = n_values,
                            .n_alternatives = n_values < most ? n_values : most,
                            .missing = has_missing ? n_values - 1 : -1,
                            .count = count};
    if (!allocate(context, out)) return false;
    if (n_values <= most)
        for (int32_t i = 0; i < n_values; i++)
            out->alternative[i] = i;
    else if (!assign(context, out))
        return false;
    index_members(out);
    return true;
}

void sg_choice_end(syngan_context *context, sg_choice_code *code) {
    sg_free(context, code->alternative);
    sg_free(context, code->count);
    sg_free(context, code->first);
    sg_free(context, code->member);
    sg_free(context, code->below);
    sg_free(context, code->share);
    *code = (sg_choice_code){0};
}

int32_t sg_choice_value(const sg_choice_code *code, int32_t alternative,
                        float unit) {
    int32_t low = code->first[alternative];
    int32_t high = code->first[alternative + 1];
    while (high - low > 1) {
        int32_t middle = low + (high - low) / 2;
        if (code->below[middle] <= (double)unit)
            low = middle;
        else
            high = middle;
    }
    return code->member[low];
}

/* ---- fitting ------------------------------------------------------------- */

static void choice_estimate(const sg_column *column,
                            const sg_encoder_options *options,
                            sg_estimate *sum) {
    int64_t values = (int64_t)column->words->count + 1;
    sum->width += values < options->max_choices ? values : options->max_choices;
    sum->row += sizeof(int32_t);
}

/* The rows of each code of the table's, and of missing values behind them. */
static syngan_status count_codes(const sg_encoder_fitting *f, size_t c,
                                 int64_t **out) {
    syngan_context *context = f->encoder->context;
    const sg_column *column = &f->table->columns[c];
    const sg_whole_column *whole = sg_fitting_whole(f, c);
    size_t n = (size_t)column->words->count;
    int64_t *count = *out = sg_alloc_zero(context, n + 1, sizeof *count);
    if (count == NULL)
        return sg_fail_memory(context, "a column", n * sizeof *count);
    if (whole != NULL) {
        if (n > 0) memcpy(count, whole->count, n * sizeof *count);
        count[n] = whole->missing;
        return SYNGAN_OK;
    }
    for (int64_t row = 0; row < f->table->rows; row++) {
        SG_TRY(sg_check_at(context, row, "table"));
        int32_t code = column->codes[row];
        count[code < 0 ? (int32_t)n : code]++;
    }
    return SYNGAN_OK;
}

syngan_status sg_choice_fit_texts(sg_encoder_fitting *f, size_t c,
                                  int64_t **count) {
    syngan_context *context = f->encoder->context;
    const sg_dictionary *from = f->table->columns[c].words;
    size_t bytes = (size_t)from->count * sizeof(int32_t);
    SG_TRY(count_codes(f, c, count));
    int32_t *map = f->map[c] = sg_alloc(context, bytes);
    if (map == NULL) return sg_fail_memory(context, "a column", bytes);
    memset(map, 0xff, bytes);
    for (int32_t code = 0; code < from->count; code++)
        if ((*count)[code] > 0)
            SG_TRY(sg_dictionary_add(f->encoder->form->columns[c].words,
                                     sg_dictionary_text(from, code),
                                     sg_dictionary_size(from, code),
                                     &map[code]));
    return SYNGAN_OK;
}

/* Rows by code of the form, then those with missing values: a choice. */
static syngan_status choice_fit(sg_encoder_fitting *f, size_t c) {
    syngan_context *context = f->encoder->context;
    int64_t *count = NULL;
    syngan_status status = sg_choice_fit_texts(f, c, &count);
    if (status != SYNGAN_OK) {
        sg_free(context, count);
        return status;
    }
    int32_t known = 0, n = f->table->columns[c].words->count;
    int64_t missing = count[n];
    for (int32_t code = 0; code < n; code++)
        if (count[code] > 0) count[known++] = count[code];
    count[known] = missing;
    if (sg_choice_make(context, count, known + (missing > 0), missing > 0,
                       f->options.max_choices, &f->encoder->codes[c].choice))
        return SYNGAN_OK;
    return sg_fail_memory(context, "the alternatives of a column",
                          (size_t)n * sizeof *count);
}

void sg_choice_parts(const sg_column_code *code, sg_column_parts *out) {
    *out = (sg_column_parts){.alternatives = code->choice.n_alternatives,
                             .share = code->choice.share,
                             .discrete = true};
}

/* ---- encoding ------------------------------------------------------------ */

typedef struct choices {
    sg_column_encoding *e;
    const int32_t *found, *map;
    const sg_column *column;
} choices;

/* The value of the choice that a row has; below 0: unknown. */
static int32_t value_of(const choices *all, int64_t row) {
    if (all->found != NULL) return all->found[row];
    int32_t code = all->column->codes[row];
    return code < 0 ? all->e->code->choice.missing : all->map[code];
}

/* Unknown values go to the last shared alternative, if there is one. */
static void encode_choices(void *argument, int64_t first, int64_t last) {
    const choices *all = argument;
    sg_column_encoding *e = all->e;
    const sg_choice_code *choice = &e->code->choice;
    bool has_shared = choice->n_values > choice->n_alternatives;
    for (int64_t row = first; row < last; row++) {
        if (sg_is_cancelled_at(e->table->encoder->context, row)) return;
        int32_t value = value_of(all, row);
        int32_t alternative = value >= 0   ? choice->alternative[value]
                              : has_shared ? choice->n_alternatives - 1
                                           : 0;
        if (value < 0 && !has_shared) sg_encoding_note_unknown(e, row);
        if (e->choice_at >= 0)
            e->cells[row * e->width + e->choice_at].choice = alternative;
    }
}

void sg_choice_encode(sg_column_encoding *e, const int32_t *found) {
    choices all = {.e = e,
                   .found = found,
                   .map = e->table->map[e->index],
                   .column = e->table->columns[e->index]};
    sg_parallel(e->table->encoder->context, e->table->rows, SG_ENCODING_GRAIN,
                encode_choices, &all);
}

static syngan_status choice_encode(sg_column_encoding *e) {
    sg_choice_encode(e, NULL);
    return SYNGAN_OK;
}

/* ---- decoding ------------------------------------------------------------ */

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

int32_t sg_choice_decode(sg_row_decoding *d, size_t c, int32_t alternative) {
    const sg_encoder *encoder = d->encoder;
    const sg_column_code *code = &encoder->codes[c];
    const sg_choice_code *choice = &code->choice;
    int32_t first = choice->first[alternative];
    if (choice->first[alternative + 1] - first == 1)
        return choice->member[first];
    /* A choice of one alternative that several values share has no part. */
    int32_t index = code->choice_part < 0
                        ? encoder->n_choices
                        : encoder->parts[code->choice_part].index;
    float unit = sg_unit_at(&d->units, (uint64_t)(encoder->n_choices + index));
    return sg_decoding_is_fixed(d, code->choice_part) &&
                   d->fixed->values != NULL
               ? value_among(choice, alternative, d->fixed->values, unit)
               : sg_choice_value(choice, alternative, unit);
}

static void choice_decode(sg_row_decoding *d, size_t c, int32_t alternative) {
    int32_t value = sg_choice_decode(d, c, alternative);
    d->table->columns[c].codes[d->row] =
        value == d->encoder->codes[c].choice.missing ? -1 : value;
}

/* ---- files --------------------------------------------------------------- */

void sg_choice_write(const sg_choice_code *code, sg_json_writer *writer) {
    sg_json_put_bool(writer, "missing", code->missing >= 0);
    sg_json_put_i64(writer, "alternatives", code->n_alternatives);
    sg_put_i64s(writer, "rows", code->count, code->n_values);
}

static syngan_status read_i64s(sg_json_value array, size_t count, int64_t low,
                               int64_t high, int64_t *out) {
    for (size_t i = 0; i < count; i++)
        SG_TRY(sg_json_read_i64(sg_json_item(array, i), low, high, &out[i]));
    return SYNGAN_OK;
}

syngan_status sg_choice_read(syngan_context *context, sg_json_value column,
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

static void choice_write(const sg_column_code *code, sg_json_writer *writer) {
    sg_choice_write(&code->choice, writer);
}

static syngan_status choice_read(sg_encoder *encoder, size_t c,
                                 sg_json_value column) {
    return sg_choice_read(encoder->context, column,
                          encoder->form->columns[c].words->count,
                          &encoder->codes[c].choice);
}

static void choice_end(syngan_context *context, sg_column_code *code) {
    sg_choice_end(context, &code->choice);
}

const sg_codec sg_codec_choice = {
    .name = "choice",
    .estimate = choice_estimate,
    .fit = choice_fit,
    .parts = sg_choice_parts,
    .encode = choice_encode,
    .unknown =
        "a value that was not in the data that the encoder was fitted to",
    .decode = choice_decode,
    .write = choice_write,
    .read = choice_read,
    .end = choice_end};
