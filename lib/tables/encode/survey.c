/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Surveys of tables that pass by in pieces.
 */
#include "encode/survey.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "encode/encoder_code.h"

/* A column that is surveyed: the sample of its values, and what is known of all
 * of them. */
typedef struct surveyed {
    sg_column *sample;
    sg_whole_column whole;
    size_t count_capacity;
    int32_t *map; /* of a piece's codes to those of the sample */
} surveyed;

struct sg_survey {
    syngan_context *context;
    sg_random random;
    int64_t rows, most; /* in all; of the sample */
    int64_t seen;
    syngan_table *sample;
    surveyed *columns;
    sg_whole_column *whole;
    int64_t *place; /* of the rows of a piece in the sample, or -1 */
    size_t place_capacity;
};

/* ---- starting ----------------------------------------------------------- */

syngan_status sg_survey_start(syngan_context *context, int64_t rows,
                              int64_t most, uint64_t seed, sg_survey **out) {
    sg_survey *s = *out = sg_alloc_zero(context, 1, sizeof *s);
    if (s == NULL) return sg_fail_memory(context, "a survey", sizeof *s);
    s->context = context;
    s->random = (sg_random){.seed = seed, .stream = sg_stream_id("survey")};
    s->rows = rows;
    s->most = most < rows ? most : rows;
    return SYNGAN_OK;
}

void sg_survey_free(sg_survey *s) {
    if (s == NULL) return;
    size_t n = s->sample == NULL ? 0 : s->sample->n_columns;
    for (size_t c = 0; c < n && s->columns != NULL; c++) {
        sg_free(s->context, s->columns[c].whole.count);
        sg_free(s->context, s->columns[c].map);
    }
    sg_free(s->context, s->columns);
    sg_free(s->context, s->whole);
    sg_free(s->context, s->place);
    syngan_table_free(s->sample);
    sg_free(s->context, s);
}

/* A column like the piece's, with room for the sample. */
static syngan_status start_column(sg_survey *s, sg_column *column,
                                  surveyed *out) {
    syngan_context *context = s->context;
    size_t bytes = (size_t)s->most * sg_column_step(column);
    void *data = sg_alloc(context, bytes);
    if (data == NULL) return sg_fail_memory(context, "a survey", bytes);
    sg_free(context, column->data);
    column->data = data;
    column->missing = 0;
    out->sample = column;
    sg_range_start(&out->whole.range, column->type);
    return column->words == NULL ? SYNGAN_OK
                                 : sg_column_empty_words(context, column);
}

static syngan_status start_columns(sg_survey *s, const syngan_table *piece) {
    size_t n = piece->n_columns;
    SG_TRY(syngan_table_select(piece, NULL, 0, &s->sample));
    s->columns = sg_alloc_zero(s->context, n, sizeof *s->columns);
    if (s->columns == NULL)
        return sg_fail_memory(s->context, "a survey", n * sizeof *s->columns);
    for (size_t c = 0; c < n; c++)
        SG_TRY(start_column(s, &s->sample->columns[c], &s->columns[c]));
    s->sample->rows = s->most;
    return SYNGAN_OK;
}

/* ---- a piece ------------------------------------------------------------ */

/* Algorithm R: row i takes the place of a row that is drawn from i + 1, if that
 * is one of the sample's. */
static syngan_status draw_places(sg_survey *s, int64_t rows) {
    if ((size_t)rows > s->place_capacity) {
        sg_free(s->context, s->place);
        s->place_capacity = 0;
        s->place = sg_alloc(s->context, (size_t)rows * sizeof *s->place);
        if (s->place == NULL)
            return sg_fail_memory(s->context, "a survey", (uint64_t)rows * 8);
        s->place_capacity = (size_t)rows;
    }
    for (int64_t i = 0; i < rows; i++) {
        uint64_t row = (uint64_t)(s->seen + i);
        uint64_t place = row < (uint64_t)s->most
                             ? row
                             : sg_random_below(&s->random, row, row + 1);
        s->place[i] = place < (uint64_t)s->most ? (int64_t)place : -1;
    }
    return SYNGAN_OK;
}

static syngan_status take_numbers(const sg_survey *s, surveyed *to,
                                  const sg_column *from, int64_t rows) {
    for (int64_t i = 0; i < rows; i++)
        if (s->place[i] >= 0)
            to->sample->integers[s->place[i]] = from->integers[i];
    sg_range *range = &to->whole.range;
    sg_range_take(range, from, rows);
    if (!sg_column_has_reals(from) || range->low > range->high ||
        (range->low >= -SG_LARGEST && range->high <= SG_LARGEST))
        return SYNGAN_OK;
    return sg_fail(s->context, SYNGAN_E_ARGUMENT,
                   "table: column '%s' has a value, before row %lld, that is "
                   "infinite or above 1e150; mark it as missing",
                   from->name, (long long)(s->seen + rows));
}

/* Takes the texts of a piece into the sample's dictionary. */
static syngan_status take_texts(const sg_survey *s, surveyed *to,
                                const sg_column *from) {
    size_t n = (size_t)from->words->count, room = to->count_capacity;
    sg_free(s->context, to->map);
    to->map = sg_alloc(s->context, n * sizeof *to->map);
    if (to->map == NULL) return sg_fail_memory(s->context, "a survey", n * 4);
    for (size_t code = 0; code < n; code++)
        SG_TRY(sg_dictionary_add(
            to->sample->words, sg_dictionary_text(from->words, (int32_t)code),
            sg_dictionary_size(from->words, (int32_t)code), &to->map[code]));
    size_t words = (size_t)to->sample->words->count;
    if (words <= room) return SYNGAN_OK;
    size_t wanted = 2 * words;
    int64_t *count =
        sg_realloc(s->context, to->whole.count, wanted * sizeof *count);
    if (count == NULL)
        return sg_fail_memory(s->context, "a survey", wanted * sizeof *count);
    memset(count + room, 0, (wanted - room) * sizeof *count);
    to->whole.count = count;
    to->count_capacity = wanted;
    return SYNGAN_OK;
}

static syngan_status take_codes(const sg_survey *s, surveyed *to,
                                const sg_column *from, int64_t rows) {
    SG_TRY(take_texts(s, to, from));
    for (int64_t i = 0; i < rows; i++) {
        int32_t code = from->codes[i] < 0 ? -1 : to->map[from->codes[i]];
        if (code >= 0) to->whole.count[code]++;
        if (s->place[i] >= 0) to->sample->codes[s->place[i]] = code;
    }
    const sg_dictionary *words = to->sample->words;
    if (!sg_type_of(from)->is_pair || words->count <= 2) return SYNGAN_OK;
    return sg_fail(s->context, SYNGAN_E_FORMAT,
                   "table: column '%s': \"%.40s\", before row %lld, is the "
                   "third text of a boolean column, which has \"%.40s\" and "
                   "\"%.40s\"",
                   from->name, sg_dictionary_text(words, 2),
                   (long long)(s->seen + rows), sg_dictionary_text(words, 0),
                   sg_dictionary_text(words, 1));
}

/* Identifiers of the sample only; free text is not learnt at all. */
static syngan_status take_names(const sg_survey *s, surveyed *to,
                                const sg_column *from, int64_t rows) {
    if (from->type == SYNGAN_COLUMN_IDENTIFIER)
        sg_key_take_names(&to->whole.key, from, rows);
    for (int64_t i = 0; i < rows; i++) {
        int32_t code = from->codes[i];
        if (s->place[i] < 0) continue;
        int32_t *out = &to->sample->codes[s->place[i]];
        *out = -1;
        if (code >= 0 && from->type == SYNGAN_COLUMN_IDENTIFIER)
            SG_TRY(sg_dictionary_add(
                to->sample->words, sg_dictionary_text(from->words, code),
                sg_dictionary_size(from->words, code), out));
    }
    return SYNGAN_OK;
}

syngan_status sg_survey_take(sg_survey *s, const syngan_table *piece) {
    if (s->sample == NULL) SG_TRY(start_columns(s, piece));
    SG_TRY(draw_places(s, piece->rows));
    for (size_t c = 0; c < piece->n_columns; c++) {
        const sg_column *from = &piece->columns[c];
        surveyed *to = &s->columns[c];
        SG_TRY(sg_check_cancelled(s->context, "table"));
        to->whole.missing += from->missing;
        to->whole.present += piece->rows - from->missing;
        if (!sg_column_has_codes(from))
            SG_TRY(take_numbers(s, to, from, piece->rows));
        else if (sg_type_of(from)->comparison == SG_COMPARED_NEVER)
            SG_TRY(take_names(s, to, from, piece->rows));
        else
            SG_TRY(take_codes(s, to, from, piece->rows));
    }
    s->seen += piece->rows;
    return SYNGAN_OK;
}

/* ---- the result --------------------------------------------------------- */

syngan_status sg_survey_finish(sg_survey *s, const syngan_table **table,
                               sg_whole *whole) {
    size_t n = s->sample->n_columns;
    s->whole = sg_alloc(s->context, n * sizeof *s->whole);
    if (s->whole == NULL)
        return sg_fail_memory(s->context, "a survey", n * sizeof *s->whole);
    for (size_t c = 0; c < n; c++) {
        surveyed *column = &s->columns[c];
        s->whole[c] = column->whole;
        column->sample->missing =
            sg_column_count_missing(column->sample, s->most);
    }
    *table = s->sample;
    whole->rows = s->rows;
    whole->columns = s->whole;
    return SYNGAN_OK;
}
