/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Types of columns. A type is inferred from all cells: a look at the short
 * numbers, which is a pass over words, and at the different texts, of which
 * each is looked at once.
 */
#include "table/infer.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "table/boolean.h"
#include "table/time.h"

/* Fewer rows tell nothing about what is an identifier or a free text. */
#define LEAST_ROWS 20
/* Different texts, of all: identifiers, and texts that may be free ones. */
#define IDENTIFIER_SHARE 0.95
#define TEXT_SHARE 0.5
/* Bytes of a free text, on average. */
#define TEXT_BYTES 32

typedef struct inference {
    sg_cells *cells;
    syngan_context *context;
    const char *name;
    const sg_wish *wish;
    const sg_origin *origin;
    int32_t n_words;
    sg_looks looks;
    int32_t type;
    const char *format; /* of times */
} inference;

/* ---- places ------------------------------------------------------------- */

/* The last jump at or before a row. */
static const sg_line_jump *jump_of(const sg_origin *origin, int64_t row) {
    size_t low = 0, high = origin->n_jumps;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (origin->jump[middle].row <= row)
            low = middle;
        else
            high = middle;
    }
    return &origin->jump[low];
}

const char *sg_origin_text(const sg_origin *origin, int64_t row,
                           char text[SG_PLACE_TEXT]) {
    if (origin->jump == NULL) {
        sg_text(text, SG_PLACE_TEXT, "%s: row %lld", origin->name,
                (long long)row);
    } else {
        const sg_line_jump *jump = jump_of(origin, row);
        sg_text(text, SG_PLACE_TEXT, "%s: line %lld", origin->name,
                (long long)(jump->line + row - jump->row));
    }
    return text;
}

/* ---- values of cells ---------------------------------------------------- */

/* Spaces in quotes belong to a text, but not to a number or time. */
static void trim(const char **text, size_t *size) {
    while (*size > 0 && (**text == ' ' || **text == '\t')) {
        ++*text;
        --*size;
    }
    while (*size > 0 &&
           ((*text)[*size - 1] == ' ' || (*text)[*size - 1] == '\t'))
        --*size;
}

static bool read_integer(const char *text, size_t size, int64_t *value) {
    sg_number_form form;
    return sg_number_scan(text, size, &form) && form.whole && !form.infinite &&
           sg_number_integer(text, size, value) && *value != SYNGAN_MISSING;
}

static bool read_real(const char *text, size_t size, double *value) {
    sg_number_form form;
    return sg_number_scan(text, size, &form) &&
           sg_number_real(text, size, value);
}

/* The bits of the value that a text has in a column of the type; false if it
 * has none. */
static bool text_bits(const inference *in, const char *text, size_t size,
                      uint64_t *bits) {
    int64_t integer = 0;
    double real = 0;
    bool fits;
    trim(&text, &size);
    switch (in->type) {
    case SYNGAN_COLUMN_INTEGER:
        fits = read_integer(text, size, &integer);
        break;
    case SYNGAN_COLUMN_TIME:
        fits = in->format != NULL &&
               sg_time_read(in->format, text, size, &integer);
        break;
    default:
        fits = read_real(text, size, &real);
        memcpy(&integer, &real, sizeof integer);
        break;
    }
    memcpy(bits, &integer, sizeof integer);
    return fits;
}

static int64_t scale_of(uint64_t word) {
    int64_t scale = 1;
    for (int i = sg_numeral_decimals(word); i > 0; i--)
        scale *= 10;
    return scale;
}

static bool numeral_is_whole(uint64_t word) {
    return sg_numeral_decimals(word) == 0 ||
           sg_numeral_digits(word) % scale_of(word) == 0;
}

static bool numeral_bits(const inference *in, uint64_t word, uint64_t *bits) {
    char text[SG_NUMERAL_TEXT];
    if (in->type == SYNGAN_COLUMN_TIME)
        return text_bits(in, text, sg_numeral_text(word, text), bits);
    if (in->type == SYNGAN_COLUMN_REAL) {
        double value = sg_numeral_value(word);
        memcpy(bits, &value, sizeof value);
        return true;
    }
    int64_t value = sg_numeral_digits(word);
    if (sg_numeral_decimals(word) > 0) value /= scale_of(word);
    memcpy(bits, &value, sizeof value);
    return numeral_is_whole(word);
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
    if (in->type == SYNGAN_COLUMN_REAL) memcpy(&bits, &none, sizeof bits);
    return bits;
}

/* ---- looking ------------------------------------------------------------ */

static void look_at_cells(sg_looks *l, const sg_cells *cells) {
    const uint64_t *cell = sg_cells_words(cells);
    for (size_t row = 0; row < cells->count; row++) {
        if (sg_cell_kind(cell[row]) == SG_CELL_TEXT) l->texts++;
        if (sg_cell_kind(cell[row]) != SG_CELL_NUMERAL) continue;
        l->numerals++;
        int decimals = sg_numeral_decimals(cell[row]);
        if (decimals > l->decimals) l->decimals = decimals;
        if (decimals != 1) l->no_point_zero = true;
        if (!l->no_whole) l->no_whole = !numeral_is_whole(cell[row]);
    }
}

/* Integers that count the rows: each is one more than the one before. */
static void look_at_order(sg_looks *l, const sg_cells *cells) {
    const uint64_t *cell = sg_cells_words(cells);
    for (size_t row = 0; row < cells->count && !l->no_counter; row++) {
        bool is_whole = sg_cell_kind(cell[row]) == SG_CELL_NUMERAL &&
                        sg_numeral_decimals(cell[row]) == 0;
        if (is_whole && l->cells == 0 && row == 0)
            l->first = sg_numeral_digits(cell[row]);
        l->no_counter =
            !is_whole || sg_numeral_digits(cell[row]) !=
                             l->first + (int64_t)l->cells + (int64_t)row;
    }
}

/* Whether a text counts as a number when a type is inferred: codes such as 007
 * and those of twenty digits don't, which would lose something. */
static bool is_plain_number(const char *text, size_t size,
                            const sg_number_form *form) {
    int64_t integer;
    double real;
    if (form->infinite) return true;
    if (form->padded) return false;
    if (form->whole && form->decimals == 0)
        return read_integer(text, size, &integer);
    return !form->exponent || sg_number_real(text, size, &real);
}

static void look_at_word(sg_looks *l, const char *text, size_t size) {
    sg_number_form form;
    trim(&text, &size);
    l->has_words = true;
    if (!sg_number_scan(text, size, &form)) {
        l->no_numbers = l->has_finite = true;
        return;
    }
    if (!is_plain_number(text, size, &form)) l->no_numbers = true;
    if (!form.infinite) l->has_finite = true;
    if (!form.whole || form.infinite) l->no_whole = true;
    if (form.exponent || form.decimals > SG_NUMERAL_DECIMALS)
        l->shortest = true;
    if (form.decimals > l->decimals) l->decimals = form.decimals;
}

/* Which formats of times the texts don't have. */
static void look_at_times(sg_looks *l, const sg_dictionary *words) {
    int64_t time;
    for (uint32_t i = 0; sg_time_formats[i] != NULL; i++) {
        for (int32_t code = 0; code < words->count; code++) {
            const char *text = sg_dictionary_text(words, code);
            size_t size = sg_dictionary_size(words, code);
            trim(&text, &size);
            if (l->no_format >> i & 1) break;
            if (!sg_time_read(sg_time_formats[i], text, size, &time))
                l->no_format |= (uint64_t)1 << i;
            else if (l->format == NULL)
                l->format = sg_time_formats[i]; /* for a sentence */
        }
    }
}

/* Keeps the first different texts, as far as they may be a boolean's. */
static void look_at_pair(sg_looks *l, const sg_dictionary *words) {
    for (int32_t code = 0; code < words->count && l->n_different < 3; code++) {
        const char *text = sg_dictionary_text(words, code);
        size_t size = sg_dictionary_size(words, code);
        if (size >= sizeof l->different[0]) l->n_different = 3;
        int32_t i = 0;
        while (i < l->n_different && strcmp(l->different[i], text) != 0)
            i++;
        if (i == l->n_different && l->n_different++ < 2)
            memcpy(l->different[i], text, size + 1);
    }
}

void sg_looks_take(sg_looks *looks, const sg_cells *cells) {
    const sg_dictionary *words = cells->words;
    look_at_cells(looks, cells);
    look_at_order(looks, cells);
    looks->cells += cells->count;
    if (words == NULL) return;
    for (int32_t code = 0; code < words->count; code++)
        look_at_word(looks, sg_dictionary_text(words, code),
                     sg_dictionary_size(words, code));
    look_at_times(looks, words);
    look_at_pair(looks, words);
}

/* ---- types -------------------------------------------------------------- */

/* The first known format that all texts have. */
static const char *format_of(const sg_looks *l) {
    for (uint32_t i = 0; sg_time_formats[i] != NULL; i++)
        if (l->has_words && (l->no_format >> i & 1) == 0)
            return sg_time_formats[i];
    return NULL;
}

static bool is_pair(const sg_looks *l) {
    return l->n_different == 2 &&
           sg_boolean_is_pair(l->different[0], l->different[1]);
}

static int32_t number_type(const sg_looks *l) {
    bool has_missing = l->numerals + l->texts < l->cells;
    if (l->no_whole || l->shortest) return SYNGAN_COLUMN_REAL;
    if (l->decimals == 0)
        return !l->no_counter && l->numerals >= LEAST_ROWS
                   ? SYNGAN_COLUMN_IDENTIFIER
                   : SYNGAN_COLUMN_INTEGER;
    /* Python writes integers among which some are missing as "17850.0". */
    return !l->no_point_zero && !l->has_words && has_missing
               ? SYNGAN_COLUMN_INTEGER
               : SYNGAN_COLUMN_REAL;
}

/* The type of a column as far as it can be told before its cells are codes:
 * SYNGAN_COLUMN_CATEGORY stands for all that have codes. */
static int32_t infer_type(const sg_looks *l) {
    bool only_infinite = l->has_words && !l->has_finite && l->numerals == 0;
    if (l->numerals + l->texts == 0) return SYNGAN_COLUMN_REAL;
    if (!l->no_numbers && !only_infinite) return number_type(l);
    if (l->numerals == 0 && is_pair(l)) return SYNGAN_COLUMN_BOOLEAN;
    if (l->numerals == 0 && format_of(l) != NULL) return SYNGAN_COLUMN_TIME;
    return SYNGAN_COLUMN_CATEGORY;
}

/* A category, identifier or free text? */
static int32_t text_type(const sg_looks *l, const sg_texts *texts) {
    double present = (double)(l->numerals + l->texts);
    double share = texts->count / present;
    if (present < LEAST_ROWS || share <= TEXT_SHARE)
        return SYNGAN_COLUMN_CATEGORY;
    if (share > IDENTIFIER_SHARE)
        return texts->spaced > 0 ? SYNGAN_COLUMN_TEXT
                                 : SYNGAN_COLUMN_IDENTIFIER;
    return 2 * texts->spaced > texts->count &&
                   texts->bytes >= TEXT_BYTES * texts->count
               ? SYNGAN_COLUMN_TEXT
               : SYNGAN_COLUMN_CATEGORY;
}

static sg_texts texts_of(const sg_dictionary *words) {
    sg_texts texts = {.count = words->count};
    texts.bytes = (double)words->n_bytes - words->count;
    for (int32_t code = 0; code < words->count; code++)
        texts.spaced += strchr(sg_dictionary_text(words, code), ' ') != NULL;
    return texts;
}

/* The type that is wished for, or else inferred, and the format of times; NULL
 * if none is known. */
static void settle_type(const sg_looks *l, const sg_wish *wish, int32_t *type,
                        const char **format) {
    *type = wish->type != 0 ? wish->type : infer_type(l);
    *format = wish->format;
    if (*type != SYNGAN_COLUMN_TIME || *format != NULL) return;
    if (l->numerals + l->texts == 0)
        *format = sg_time_formats[0];
    else if (l->numerals == 0)
        *format = format_of(l);
    if (*format == NULL) *format = l->format;
}

static int32_t decimals_of(const sg_looks *l, int32_t type,
                           const sg_wish *wish) {
    if (type != SYNGAN_COLUMN_REAL) return -1;
    if (wish->decimals != SG_AS_TEXTS_HAVE) return wish->decimals;
    bool fixed = !l->shortest && l->numerals + l->texts > 0;
    return fixed ? l->decimals : -1;
}

sg_wish sg_looks_decide(const sg_looks *looks, const sg_wish *wish,
                        const sg_texts *texts) {
    sg_wish out;
    settle_type(looks, wish, &out.type, &out.format);
    out.decimals = decimals_of(looks, out.type, wish);
    if (wish->type == 0 && out.type == SYNGAN_COLUMN_CATEGORY)
        out.type = text_type(looks, texts);
    return out;
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
    if (in->type == SYNGAN_COLUMN_TIME && in->format != NULL)
        sg_text(as, sizeof as, " as \"%s\" has it", in->format);
    else if (in->type == SYNGAN_COLUMN_TIME)
        sg_text(as, sizeof as,
                " of a known form; the schema's \"format\" can "
                "tell another");
    const char *text = sg_cells_text(in->cells, cell[row], room, &size);
    return sg_fail(in->context, SYNGAN_E_FORMAT,
                   "%s, column '%s': \"%.*s%s\" is no %s%s",
                   sg_origin_text(in->origin, (int64_t)row, place), in->name,
                   size > 40 ? 40 : (int)size, text, size > 40 ? "..." : "",
                   sg_column_type_name(in->type), as);
}

static void make_values(const inference *in, const uint64_t *of_word) {
    uint64_t *cell = sg_cells_words(in->cells), missing = missing_bits(in);
    for (size_t row = 0; row < in->cells->count; row++) {
        uint64_t value = missing;
        if (sg_cell_kind(cell[row]) == SG_CELL_TEXT)
            value = of_word[sg_cell_code(cell[row])];
        else if (sg_cell_kind(cell[row]) == SG_CELL_NUMERAL)
            (void)numeral_bits(in, cell[row], &value);
        cell[row] = value;
    }
}

/* Whether each cell has a value of the type. */
static bool all_fit(const inference *in, uint64_t *of_word) {
    const uint64_t *cell = sg_cells_words(in->cells);
    uint64_t bits;
    for (int32_t code = 0; code < in->n_words; code++)
        if (!cell_bits(in, sg_cell_of_code(code), &of_word[code])) return false;
    if (in->type == SYNGAN_COLUMN_REAL) return true;
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
    if (!fits) return fail_value(in);
    bytes = in->cells->count * sizeof(int64_t);
    void *block = sg_realloc(in->context, in->cells->block, bytes);
    if (block == NULL) return sg_fail_memory(in->context, "a column", bytes);
    in->cells->block = NULL;
    out->data = block;
    out->decimals = decimals_of(&in->looks, in->type, in->wish);
    if (in->type != SYNGAN_COLUMN_TIME) return SYNGAN_OK;
    out->format = sg_strdup(in->context, in->format);
    return out->format != NULL ? SYNGAN_OK
                               : sg_fail_memory(in->context, "a column", 1);
}

/* Numbers become texts, and all texts get codes in the order of the rows. */
static syngan_status code_all(const inference *in, sg_column *out) {
    const uint64_t *cell = sg_cells_words(in->cells);
    for (size_t row = 0; row < in->cells->count; row++) {
        char room[SG_NUMERAL_TEXT];
        size_t size;
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
    bool keep = in->looks.numerals == 0 && in->cells->words != NULL;
    out->words = keep ? sg_dictionary_retain(in->cells->words)
                      : sg_dictionary_make(in->context);
    if (out->codes == NULL || out->words == NULL)
        return sg_fail_memory(in->context, "a column", bytes);
    if (keep)
        copy_codes(in, out);
    else
        SG_TRY(code_all(in, out));
    if (in->wish->type == 0 && in->type == SYNGAN_COLUMN_CATEGORY) {
        const sg_texts texts = texts_of(out->words);
        out->type = text_type(&in->looks, &texts);
    }
    return in->type == SYNGAN_COLUMN_BOOLEAN ? check_boolean(in, out)
                                             : SYNGAN_OK;
}

static syngan_status infer(inference *in, const char *marks, sg_column *out) {
    out->name = sg_strdup(in->context, in->name);
    if (out->name == NULL) return sg_fail_memory(in->context, "a column", 1);
    SG_TRY(sg_cells_drop_marks(in->cells, marks));
    in->n_words = in->cells->words == NULL ? 0 : in->cells->words->count;
    sg_looks_take(&in->looks, in->cells);
    settle_type(&in->looks, in->wish, &in->type, &in->format);
    out->type = in->type;
    out->decimals = -1;
    return sg_column_has_codes(out) ? to_codes(in, out) : to_values(in, out);
}

syngan_status sg_infer_column(sg_cells *cells, const char *name,
                              const sg_wish *wish, const char *marks,
                              const sg_origin *origin, sg_column *out) {
    *out = (sg_column){0};
    syngan_context *context = cells->context;
    inference in = {.cells = cells,
                    .context = context,
                    .name = name,
                    .wish = wish,
                    .origin = origin};
    syngan_status status = infer(&in, marks, out);
    sg_cells_end(cells);
    if (status != SYNGAN_OK) sg_column_end(context, out);
    return status;
}
