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
    size_t numerals, texts; /* cells; the others are empty */
    int decimals;           /* most digits behind the point */
    bool whole;             /* all short numbers are */
    bool point_zero;        /* and are written with ".0" */
    bool words_are_numbers; /* that a column may be inferred from */
    bool shortest;          /* some number has no fixed number of decimals */
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

static void look_at_cells(inference *in) {
    const uint64_t *cell = sg_cells_words(in->cells);
    in->whole = in->point_zero = true;
    for (size_t row = 0; row < in->cells->count; row++) {
        if (sg_cell_kind(cell[row]) == SG_CELL_TEXT) in->texts++;
        if (sg_cell_kind(cell[row]) != SG_CELL_NUMERAL) continue;
        in->numerals++;
        int decimals = sg_numeral_decimals(cell[row]);
        if (decimals > in->decimals) in->decimals = decimals;
        in->point_zero &= decimals == 1;
        if (in->whole) in->whole = numeral_is_whole(cell[row]);
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

static void look_at_words(inference *in) {
    const sg_dictionary *words = in->cells->words;
    int32_t infinite = 0;
    in->words_are_numbers = true;
    for (int32_t code = 0; code < in->n_words; code++) {
        const char *text = sg_dictionary_text(words, code);
        size_t size = sg_dictionary_size(words, code);
        sg_number_form form;
        trim(&text, &size);
        if (!sg_number_scan(text, size, &form)) {
            in->words_are_numbers = false;
            continue;
        }
        if (!is_plain_number(text, size, &form)) in->words_are_numbers = false;
        infinite += form.infinite;
        in->whole &= form.whole && !form.infinite;
        in->shortest |= form.exponent || form.decimals > SG_NUMERAL_DECIMALS;
        if (form.decimals > in->decimals) in->decimals = form.decimals;
    }
    if (infinite == in->n_words && in->n_words > 0 && in->numerals == 0)
        in->words_are_numbers = false;
}

static bool all_words_fit(const inference *in) {
    uint64_t bits;
    for (int32_t code = 0; code < in->n_words; code++)
        if (!cell_bits(in, sg_cell_of_code(code), &bits)) return false;
    return true;
}

/* Finds the first known format that all texts have. */
static bool find_format(inference *in) {
    const char *of_first = NULL;
    uint64_t bits;
    in->type = SYNGAN_COLUMN_TIME;
    for (const char *const *format = sg_time_formats;
         *format != NULL && in->n_words > 0; format++) {
        in->format = *format;
        if (!cell_bits(in, sg_cell_of_code(0), &bits)) continue;
        if (of_first == NULL) of_first = *format;
        if (in->numerals == 0 && all_words_fit(in)) return true;
    }
    in->format = of_first; /* for the sentence */
    return false;
}

static bool is_pair(const sg_dictionary *words) {
    return sg_boolean_is_pair(sg_dictionary_text(words, 0),
                              sg_dictionary_text(words, 1));
}

/* Integers that count the rows: each is one more than the one before. */
static bool is_counter(const inference *in) {
    const uint64_t *cell = sg_cells_words(in->cells);
    if (in->numerals < LEAST_ROWS || in->numerals < in->cells->count ||
        in->decimals > 0)
        return false;
    int64_t first = sg_numeral_digits(cell[0]);
    for (size_t row = 1; row < in->cells->count; row++)
        if (sg_numeral_digits(cell[row]) != first + (int64_t)row) return false;
    return true;
}

static int32_t number_type(const inference *in) {
    bool has_missing = in->numerals + in->texts < in->cells->count;
    if (!in->whole || in->shortest) return SYNGAN_COLUMN_REAL;
    if (in->decimals == 0)
        return is_counter(in) ? SYNGAN_COLUMN_IDENTIFIER
                              : SYNGAN_COLUMN_INTEGER;
    /* Python writes integers among which some are missing as "17850.0". */
    return in->point_zero && in->n_words == 0 && has_missing
               ? SYNGAN_COLUMN_INTEGER
               : SYNGAN_COLUMN_REAL;
}

/* The type of a column as far as it can be told before its cells are codes:
 * SYNGAN_COLUMN_CATEGORY stands for all that have codes. */
static int32_t infer_type(inference *in) {
    if (in->numerals + in->texts == 0) return SYNGAN_COLUMN_REAL;
    if (in->words_are_numbers) return number_type(in);
    if (in->numerals == 0 && in->n_words == 2 && is_pair(in->cells->words))
        return SYNGAN_COLUMN_BOOLEAN;
    if (in->numerals == 0 && find_format(in)) return SYNGAN_COLUMN_TIME;
    return SYNGAN_COLUMN_CATEGORY;
}

/* A category, identifier or free text? */
static int32_t text_type(const inference *in, const sg_dictionary *words) {
    double present = (double)(in->numerals + in->texts);
    double share = words->count / present, spaced = 0;
    if (present < LEAST_ROWS || share <= TEXT_SHARE)
        return SYNGAN_COLUMN_CATEGORY;
    for (int32_t code = 0; code < words->count; code++)
        spaced += strchr(sg_dictionary_text(words, code), ' ') != NULL;
    double bytes = (double)words->n_bytes / words->count - 1;
    if (share > IDENTIFIER_SHARE)
        return spaced > 0 ? SYNGAN_COLUMN_TEXT : SYNGAN_COLUMN_IDENTIFIER;
    return 2 * spaced > words->count && bytes >= TEXT_BYTES
               ? SYNGAN_COLUMN_TEXT
               : SYNGAN_COLUMN_CATEGORY;
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
    if (in->type == SYNGAN_COLUMN_REAL &&
        in->wish->decimals != SG_AS_TEXTS_HAVE)
        out->decimals = in->wish->decimals;
    else if (in->type == SYNGAN_COLUMN_REAL && !in->shortest &&
             in->numerals + in->texts > 0)
        out->decimals = in->decimals;
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
    bool keep = in->numerals == 0 && in->cells->words != NULL;
    out->words = keep ? sg_dictionary_retain(in->cells->words)
                      : sg_dictionary_make(in->context);
    if (out->codes == NULL || out->words == NULL)
        return sg_fail_memory(in->context, "a column", bytes);
    if (keep)
        copy_codes(in, out);
    else
        SG_TRY(code_all(in, out));
    if (in->wish->type == 0 && in->type == SYNGAN_COLUMN_CATEGORY)
        out->type = text_type(in, out->words);
    return in->type == SYNGAN_COLUMN_BOOLEAN ? check_boolean(in, out)
                                             : SYNGAN_OK;
}

static syngan_status infer(inference *in, const char *marks, sg_column *out) {
    out->name = sg_strdup(in->context, in->name);
    if (out->name == NULL) return sg_fail_memory(in->context, "a column", 1);
    SG_TRY(sg_cells_drop_marks(in->cells, marks));
    in->n_words = in->cells->words == NULL ? 0 : in->cells->words->count;
    look_at_cells(in);
    look_at_words(in);
    in->type = in->wish->type;
    in->format = in->wish->format;
    if (in->type == 0)
        in->type = infer_type(in);
    else if (in->type == SYNGAN_COLUMN_TIME && in->format == NULL &&
             in->numerals + in->texts == 0)
        in->format = sg_time_formats[0];
    else if (in->type == SYNGAN_COLUMN_TIME && in->format == NULL)
        (void)find_format(in);
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
