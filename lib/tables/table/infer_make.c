/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Columns from cells: their values under a type, or codes.
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "table/infer.h"

typedef struct inference {
    sg_cells *cells;
    syngan_context *context;
    const char *name;
    const sg_wish *wish; /* what is asked for, and */
    sg_wish is;          /* what is found */
    const sg_column_type *type;
    sg_form form;
    const sg_origin *origin;
    const sg_looks *looks;
    int32_t n_words;
    bool is_key;
} inference;

/* ---- values of cells ---------------------------------------------------- */

/* The bits of the value that a text has in a column of the type; false if it
 * has none. */
static bool text_bits(const inference *in, const char *text, size_t size,
                      uint64_t *bits) {
    sg_trim(&text, &size);
    return in->type->read(&in->form, text, size, bits);
}

static bool numeral_bits(const inference *in, uint64_t word, uint64_t *bits) {
    char text[SG_NUMERAL_TEXT];
    return in->type->read_numeral != NULL
               ? in->type->read_numeral(&in->form, word, bits)
               : text_bits(in, text, sg_numeral_text(word, text), bits);
}

static bool cell_bits(const inference *in, uint64_t cell, uint64_t *bits) {
    if (sg_cell_kind(cell) == SG_CELL_NUMERAL)
        return numeral_bits(in, cell, bits);
    const sg_dictionary *words = in->cells->words;
    int32_t code = sg_cell_code(cell);
    return text_bits(in, sg_dictionary_text(words, code),
                     sg_dictionary_size(words, code), bits);
}

static uint64_t missing_bits(const inference *in) {
    double none = (double)NAN;
    uint64_t bits = (uint64_t)SYNGAN_MISSING;
    if (in->type->storage == SG_STORE_REALS) memcpy(&bits, &none, sizeof bits);
    return bits;
}

/* ---- making columns ----------------------------------------------------- */

static syngan_status fail_value(const inference *in) {
    const uint64_t *cell = sg_cells_words(in->cells);
    char place[SG_PLACE_TEXT], room[SG_NUMERAL_TEXT], as[96] = "";
    uint64_t bits;
    size_t size, row = 0;
    while (sg_cell_kind(cell[row]) == SG_CELL_EMPTY ||
           cell_bits(in, cell[row], &bits))
        row++;
    const char *format = sg_wish_format(&in->is);
    if (format != NULL)
        sg_text(as, sizeof as, " as \"%s\" has it", format);
    else if (in->type->format->standard != NULL)
        sg_text(as, sizeof as,
                " of a known form; the schema's \"format\" can "
                "tell another");
    const char *text = sg_cells_text(in->cells, cell[row], room, &size);
    return sg_fail(in->context, SYNGAN_E_FORMAT,
                   "%s, column '%s': \"%.*s%s\" is no %s%s",
                   sg_origin_text(in->origin, (int64_t)row, place), in->name,
                   size > 40 ? 40 : (int)size, text, size > 40 ? "..." : "",
                   in->type->name, as);
}

static void make_values(const inference *in, const uint64_t *of_word) {
    uint64_t *cell = sg_cells_words(in->cells), missing = missing_bits(in);
    for (size_t row = 0; row < in->cells->count; row++) {
        uint64_t value = missing;
        if (sg_cell_kind(cell[row]) == SG_CELL_TEXT)
            value = of_word[sg_cell_code(cell[row])];
        else if (sg_cell_kind(cell[row]) == SG_CELL_NUMERAL &&
                 !numeral_bits(in, cell[row], &value))
            value = missing;
        cell[row] = value;
    }
}

/* Whether each cell has a value of the type, or is missing for that; false
 * after a cancel, too. */
static bool all_fit(const inference *in, uint64_t *of_word) {
    const uint64_t *cell = sg_cells_words(in->cells);
    uint64_t bits;
    for (int32_t code = 0; code < in->n_words; code++) {
        if (sg_is_cancelled_at(in->context, code)) return false;
        if (cell_bits(in, sg_cell_of_code(code), &of_word[code])) continue;
        if (!in->is.lenient) return false;
        of_word[code] = missing_bits(in);
    }
    if (in->is.lenient) return true;
    for (size_t row = 0; row < in->cells->count; row++)
        if (sg_cell_kind(cell[row]) == SG_CELL_NUMERAL &&
            !numeral_bits(in, cell[row], &bits))
            return false;
    return true;
}

/* The cells become the values where they are. */
static syngan_status to_values(inference *in, sg_column *out) {
    size_t bytes = (size_t)in->n_words * sizeof(uint64_t);
    uint64_t *of_word = sg_alloc(in->context, bytes);
    if (of_word == NULL) return sg_fail_memory(in->context, "a column", bytes);
    bool fits = all_fit(in, of_word);
    if (fits) make_values(in, of_word);
    sg_free(in->context, of_word);
    SG_TRY(sg_check_cancelled(in->context, in->origin->name));
    if (!fits) return fail_value(in);
    bytes = in->cells->count * sizeof(int64_t);
    void *block = sg_realloc(in->context, in->cells->block, bytes);
    if (block == NULL) return sg_fail_memory(in->context, "a column", bytes);
    in->cells->block = NULL;
    out->data = block;
    out->decimals = in->is.decimals;
    if (in->form.plain) return SYNGAN_OK;
    out->format = sg_strdup(in->context, sg_wish_format(&in->is));
    return out->format != NULL ? SYNGAN_OK
                               : sg_fail_memory(in->context, "a column", 1);
}

static sg_texts texts_of(const sg_dictionary *words) {
    sg_texts texts = {.count = words == NULL ? 0 : words->count};
    if (words == NULL) return texts;
    texts.bytes = (double)words->n_bytes - words->count;
    for (int32_t code = 0; code < words->count; code++)
        texts.spaced += strchr(sg_dictionary_text(words, code), ' ') != NULL;
    return texts;
}

/* Numbers become texts, and all texts get codes in the order of the rows. */
static syngan_status code_all(const inference *in, sg_column *out) {
    const uint64_t *cell = sg_cells_words(in->cells);
    for (size_t row = 0; row < in->cells->count; row++) {
        char room[SG_NUMERAL_TEXT];
        size_t size;
        SG_TRY(sg_check_at(in->context, (int64_t)row, in->origin->name));
        out->codes[row] = -1;
        if (sg_cell_kind(cell[row]) == SG_CELL_EMPTY) continue;
        const char *text = sg_cells_text(in->cells, cell[row], room, &size);
        SG_TRY(sg_dictionary_add(out->words, text, size, &out->codes[row]));
    }
    return SYNGAN_OK;
}

static void copy_codes(const inference *in, sg_column *out) {
    const uint64_t *cell = sg_cells_words(in->cells);
    for (size_t row = 0; row < in->cells->count; row++)
        out->codes[row] = sg_cell_kind(cell[row]) == SG_CELL_EMPTY
                              ? -1
                              : sg_cell_code(cell[row]);
}

static syngan_status check_boolean(const inference *in, const sg_column *out) {
    char place[SG_PLACE_TEXT];
    size_t row = 0;
    if (out->words->count <= 2) return SYNGAN_OK;
    while (out->codes[row] < 2)
        row++;
    return sg_fail(in->context, SYNGAN_E_FORMAT,
                   "%s, column '%s': \"%.40s\" is the third text of a boolean "
                   "column, which has \"%.40s\" and \"%.40s\"",
                   sg_origin_text(in->origin, (int64_t)row, place), in->name,
                   sg_dictionary_text(out->words, 2),
                   sg_dictionary_text(out->words, 0),
                   sg_dictionary_text(out->words, 1));
}

static syngan_status to_codes(inference *in, sg_column *out) {
    size_t bytes = in->cells->count * sizeof(int32_t);
    out->codes = sg_alloc(in->context, bytes);
    bool keep = in->looks->numerals == 0 && in->cells->words != NULL;
    out->words = keep ? sg_dictionary_retain(in->cells->words)
                      : sg_dictionary_make(in->context);
    if (out->codes == NULL || out->words == NULL)
        return sg_fail_memory(in->context, "a column", bytes);
    if (keep)
        copy_codes(in, out);
    else
        SG_TRY(code_all(in, out));
    if (in->wish->type == 0 && !in->is_key && !in->type->is_pair) {
        const sg_texts texts = texts_of(out->words);
        in->is.type = out->type = sg_looks_text_type(in->looks, &texts);
    }
    return sg_type_of(out)->is_pair ? check_boolean(in, out) : SYNGAN_OK;
}

static syngan_status add_note(const inference *in, sg_column *out) {
    char note[SG_NOTE_TEXT];
    if (in->wish->type != 0 ||
        !sg_looks_note(in->looks, &in->is, in->name, note))
        return SYNGAN_OK;
    sg_log(in->context, SYNGAN_LOG_WARNING, "%s, column '%s': %s",
           in->origin->name, in->name, note);
    out->note = sg_strdup(in->context, note);
    return out->note != NULL ? SYNGAN_OK
                             : sg_fail_memory(in->context, "a column", 1);
}

static syngan_status find_key(inference *in) {
    in->is_key = sg_looks_may_be_key(in->looks, in->wish, &in->is);
    if (!in->is_key) return SYNGAN_OK;
    SG_TRY(sg_key_is_unique(in->cells, &in->looks->key, &in->is_key));
    if (!in->is_key) return SYNGAN_OK;
    sg_looks_make_key(&in->is);
    sg_key_log(in->context, &in->looks->key, in->name);
    return SYNGAN_OK;
}

static syngan_status make(inference *in, sg_column *out) {
    out->name = sg_strdup(in->context, in->name);
    if (out->name == NULL) return sg_fail_memory(in->context, "a column", 1);
    const sg_texts texts = texts_of(in->cells->words);
    in->n_words = (int32_t)texts.count;
    in->is = sg_looks_decide(in->looks, in->wish, &texts);
    SG_TRY(find_key(in));
    memcpy(out->stored, in->is.stored, sizeof out->stored);
    in->type = sg_column_types[in->is.type];
    in->form.format = sg_wish_format(&in->is);
    if (in->type->format != NULL)
        in->type->format->prepare(in->form.format, &in->form);
    out->type = in->is.type;
    out->decimals = -1;
    SG_TRY(sg_column_has_codes(out) ? to_codes(in, out) : to_values(in, out));
    return add_note(in, out);
}

syngan_status sg_infer_looked(sg_cells *cells, const char *name,
                              const sg_wish *wish, const sg_looks *looks,
                              const sg_origin *origin, sg_column *out) {
    *out = (sg_column){0};
    syngan_context *context = cells->context;
    inference in = {.cells = cells,
                    .context = context,
                    .name = name,
                    .wish = wish,
                    .looks = looks,
                    .origin = origin};
    syngan_status status = make(&in, out);
    sg_cells_end(cells);
    if (status != SYNGAN_OK) sg_column_end(context, out);
    return status;
}

syngan_status sg_infer_column(sg_cells *cells, const char *name,
                              const sg_wish *wish, const char *marks,
                              const sg_origin *origin, sg_column *out) {
    sg_looks looks = {0};
    *out = (sg_column){0};
    syngan_status status = sg_cells_drop_marks(cells, marks);
    if (status == SYNGAN_OK) status = sg_looks_take(&looks, cells, origin);
    if (status == SYNGAN_OK)
        return sg_infer_looked(cells, name, wish, &looks, origin, out);
    sg_cells_end(cells);
    return status;
}
