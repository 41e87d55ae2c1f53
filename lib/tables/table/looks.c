/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking at the cells of a column: a pass over words for short numbers, and a
 * look at each different text.
 */
#include "table/looks.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"

/* So many different texts that are neither numbers nor times, and none that
 * is: others aren't looked at so closely. */
#define HOPELESS 64

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

int64_t sg_origin_line(const sg_origin *origin, int64_t row) {
    if (origin->jump == NULL) return -1;
    const sg_line_jump *jump = jump_of(origin, row);
    return jump->line + row - jump->row;
}

const char *sg_origin_text(const sg_origin *origin, int64_t row,
                           char text[SG_PLACE_TEXT]) {
    int64_t line = sg_origin_line(origin, row);
    sg_text(text, SG_PLACE_TEXT, "%s: %s %lld", origin->name,
            line < 0 ? "row" : "line", (long long)(line < 0 ? row : line));
    return text;
}

/* ---- numerals ----------------------------------------------------------- */

static const int64_t power_of_ten[SG_NUMERAL_DECIMALS + 1] = {1,
                                                              10,
                                                              100,
                                                              1000,
                                                              10000,
                                                              100000,
                                                              1000000,
                                                              10000000,
                                                              100000000,
                                                              1000000000,
                                                              10000000000,
                                                              100000000000,
                                                              1000000000000,
                                                              10000000000000,
                                                              100000000000000,
                                                              1000000000000000};

bool sg_numeral_is_whole(uint64_t word) {
    int decimals = sg_numeral_decimals(word);
    return decimals == 0 ||
           sg_numeral_digits(word) % power_of_ten[decimals] == 0;
}

static void add_value(sg_looks *l, uint64_t value) {
    size_t i = 0;
    if (l->n_values == SG_FEW_VALUES) return;
    while (i < l->n_values && l->value[i] != value)
        i++;
    if (i == l->n_values) l->value[l->n_values++] = value;
}

/* What speaks for or against marks of thousands. */
static void look_at_groups(sg_looks *l, uint64_t word, int decimals) {
    uint64_t digits = word >> 8, one = (uint64_t)power_of_ten[decimals];
    if (decimals < 11 && digits >= 10000 * one)
        l->bare |= SG_BARE_MORE;
    else if (decimals < 12 && digits >= 1000 * one)
        l->bare |= SG_BARE_FOUR;
    if (decimals == 3 && digits >= 1000 && digits < 1000000)
        l->dot_three++;
    else if (decimals > 0)
        l->dot_other++;
}

/* 20240131, and 20240131235959; 99991231 stands for no end. */
static void look_at_digits(sg_looks *l, uint64_t word, int decimals) {
    char text[SG_NUMERAL_TEXT];
    int64_t time, digits = sg_numeral_digits(word);
    bool day = digits >= 19000101 && digits <= 21001231;
    bool second = digits >= 19000101000000 && digits <= 21001231235959;
    if (decimals > 0 || (!day && digits != 99991231)) l->no_days = true;
    if (decimals > 0 || !second) l->no_seconds = true;
    if (l->no_days && l->no_seconds) return;
    size_t size = sg_numeral_text(word, text);
    if (!l->no_days) l->no_days = !sg_time_read("%Y%m%d", text, size, &time);
    if (!l->no_seconds)
        l->no_seconds = !sg_time_read("%Y%m%d%H%M%S", text, size, &time);
}

static void look_at_cells(sg_looks *l, const sg_cells *cells) {
    const uint64_t *cell = sg_cells_words(cells);
    for (size_t row = 0; row < cells->count; row++) {
        if (sg_cell_kind(cell[row]) == SG_CELL_TEXT) l->texts++;
        if (sg_cell_kind(cell[row]) != SG_CELL_NUMERAL) continue;
        l->numerals++;
        int decimals = sg_numeral_decimals(cell[row]);
        if (decimals > l->decimals) l->decimals = decimals;
        if (decimals != 1) l->no_point_zero = true;
        sg_decimals_take(&l->tally, decimals,
                         sg_numeral_digits(cell[row]) % 10 == 0, 1);
        l->positive |= sg_numeral_digits(cell[row]) > 0;
        if (!l->no_whole) l->no_whole = !sg_numeral_is_whole(cell[row]);
        if (!l->no_days || !l->no_seconds)
            look_at_digits(l, cell[row], decimals);
        look_at_groups(l, cell[row], decimals);
        add_value(l, cell[row]);
    }
}

/* ---- texts -------------------------------------------------------------- */

typedef struct taking {
    sg_looks *looks;
    const sg_cells *cells;
    const sg_origin *origin;
    struct used {
        int64_t cells, row; /* of each text, by code; the first row */
    } * used;
} taking;

void sg_trim(const char **text, size_t *size) {
    while (*size > 0 && (**text == ' ' || **text == '\t')) {
        ++*text;
        --*size;
    }
    while (*size > 0 &&
           ((*text)[*size - 1] == ' ' || (*text)[*size - 1] == '\t'))
        --*size;
}

/* As many bytes as fit, without half a character at the end. */
static sg_sight sight_of(const taking *t, int32_t code) {
    const struct used *used = &t->used[code];
    sg_sight sight = {.row = t->origin->first_row + used->row,
                      .line = sg_origin_line(t->origin, used->row),
                      .cells = used->cells};
    const char *text = sg_dictionary_text(t->cells->words, code);
    size_t size = sg_dictionary_size(t->cells->words, code);
    if (size >= sizeof sight.text) size = sizeof sight.text - 1;
    while (size > 0 && ((unsigned char)text[size] & 0xc0) == 0x80)
        size--;
    memcpy(sight.text, text, size);
    return sight;
}

static uint64_t text_value(const char *text, size_t size) {
    uint64_t value = 0xcbf29ce484222325u; /* FNV-1a */
    for (size_t i = 0; i < size; i++)
        value = (value ^ (unsigned char)text[i]) * 0x100000001b3u;
    return value;
}

/* A number, in any notation? Codes are remembered. */
static bool take_number(taking *t, int32_t code, const char *text,
                        size_t size) {
    sg_looks *l = t->looks;
    sg_sight sight = sight_of(t, code);
    sg_number_form form;
    bool scanned = sg_number_scan(text, size, &form);
    if (scanned && form.infinite) {
        l->infinite += sight.cells;
        return true;
    }
    l->has_finite = true;
    if (scanned && !sg_number_is_plain(text, size, &form)) {
        if (l->code.cells > 0) sight.cells += l->code.cells;
        if (l->code.cells == 0) l->code = sight;
        l->code.cells = sight.cells;
        return true;
    }
    sg_number_looks *n = &l->numbers;
    if (!sg_number_looks_take(n, text, size, &sight, &l->shortest))
        return false;
    add_value(l, text_value(text, size));
    return true;
}

static bool match_times(sg_looks *l, const char *text, size_t size,
                        int64_t cells) {
    bool any = false;
    for (size_t i = 0; i < l->n_times; i++) {
        sg_time_looks *time = &l->times[i];
        int64_t value;
        uint32_t widths;
        if (!sg_time_scan(time->format, text, size, &value, &widths)) continue;
        time->cells += cells;
        time->widths |= widths;
        any = true;
    }
    return any;
}

/* A time, in a format that others had or in new ones? */
static bool take_time(taking *t, int32_t code, const char *text, size_t size) {
    sg_looks *l = t->looks;
    if (match_times(l, text, size, t->used[code].cells)) return true;
    char formats[SG_TIME_CHOICES][SG_TIME_FORMAT];
    size_t count =
        sg_time_guess(text, size, formats, SG_TIME_CHOICES - l->n_times);
    if (count == 0) return false;
    sg_sight sight = sight_of(t, code);
    for (size_t i = 0; i < count; i++) {
        sg_time_looks *time = &l->times[l->n_times + i];
        *time = (sg_time_looks){.first = sight, .cells = sight.cells};
        int64_t value;
        memcpy(time->format, formats[i], SG_TIME_FORMAT);
        (void)sg_time_scan(time->format, text, size, &value, &time->widths);
    }
    l->n_times += count;
    return true;
}

static bool match_durations(sg_looks *l, const char *text, size_t size,
                            int64_t cells) {
    bool any = false;
    for (size_t i = 0; i < l->n_durations; i++) {
        sg_duration_looks *duration = &l->durations[i];
        sg_duration_seen seen;
        int64_t value;
        if (!sg_duration_scan(duration->format, text, size, &value, &seen))
            continue;
        sg_duration_see(&duration->seen, &seen);
        duration->cells += cells;
        any = true;
    }
    return any;
}

/* A duration? It may be a time or a number with a unit, too. */
static bool take_duration(taking *t, int32_t code, const char *text,
                          size_t size) {
    sg_looks *l = t->looks;
    if (match_durations(l, text, size, t->used[code].cells)) return true;
    char formats[SG_DURATION_CHOICES][SG_DURATION_FORMAT];
    size_t count = sg_duration_guess(text, size, formats,
                                     SG_DURATION_CHOICES - l->n_durations);
    for (size_t i = 0; i < count; i++) {
        sg_duration_looks *duration = &l->durations[l->n_durations++];
        int64_t value;
        *duration = (sg_duration_looks){.first = sight_of(t, code),
                                        .cells = t->used[code].cells};
        memcpy(duration->format, formats[i], SG_DURATION_FORMAT);
        (void)sg_duration_scan(formats[i], text, size, &value, &duration->seen);
    }
    return count > 0;
}

static void take_odd(taking *t, int32_t code) {
    sg_looks *l = t->looks;
    sg_sight sight = sight_of(t, code);
    l->odd_texts++;
    l->odd_cells += sight.cells;
    for (size_t i = 0; i < l->n_odd; i++)
        if (strcmp(l->odd[i].text, sight.text) == 0) {
            l->odd[i].cells += sight.cells;
            return;
        }
    if (l->n_odd == SG_ODD_TEXTS) return;
    l->odd[l->n_odd++] = sight;
}

/* "Ada Lovelace", "Jean-Luc Picard": two or three words of letters, each with a
 * capital. */
static bool is_person(const char *text, size_t size) {
    int words = 0;
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        bool begins = i == 0 || text[i - 1] == ' ';
        bool upper = (c >= 'A' && c <= 'Z') || c == 0xc3;
        bool lower = (c >= 'a' && c <= 'z') || c >= 0x80;
        if (begins && !upper) return false;
        if (!upper && !lower && strchr(" -'.", (char)c) == NULL) return false;
        if (upper && i > 0 && text[i - 1] >= 'A' && text[i - 1] <= 'Z')
            return false;
        words += begins;
    }
    return words == 2 || words == 3;
}

static void look_at_word(taking *t, int32_t code) {
    sg_looks *l = t->looks;
    const char *text = sg_dictionary_text(t->cells->words, code);
    size_t size = sg_dictionary_size(t->cells->words, code);
    if (t->used[code].cells == 0) return;
    sg_trim(&text, &size);
    l->has_words = true;
    l->persons += is_person(text, size);
    bool duration = !l->hopeless && take_duration(t, code, text, size);
    if (!l->hopeless && take_number(t, code, text, size)) return;
    if (duration) l->has_finite = true;
    if (!l->hopeless && (take_time(t, code, text, size) || duration)) {
        add_value(l, text_value(text, size));
        return;
    }
    l->has_finite = true;
    take_odd(t, code);
    l->hopeless = l->odd_texts >= HOPELESS && l->n_values == 0 &&
                  l->numerals == 0 && l->code.cells == 0;
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

/* ---- all ---------------------------------------------------------------- */

syngan_status sg_looks_take(sg_looks *looks, const sg_cells *cells,
                            const sg_origin *origin) {
    const sg_dictionary *words = cells->words;
    SG_TRY(sg_check_cancelled(cells->context, origin->name));
    look_at_cells(looks, cells);
    sg_key_take(&looks->key, cells);
    looks->cells += cells->count;
    if (words == NULL || words->count == 0) return SYNGAN_OK;
    taking t = {.looks = looks, .cells = cells, .origin = origin};
    t.used =
        sg_alloc_zero(cells->context, (size_t)words->count, sizeof *t.used);
    if (t.used == NULL)
        return sg_fail_memory(cells->context, "the texts of a column",
                              (size_t)words->count * sizeof *t.used);
    const uint64_t *cell = sg_cells_words(cells);
    for (size_t row = 0; row < cells->count; row++) {
        if (sg_cell_kind(cell[row]) != SG_CELL_TEXT) continue;
        struct used *used = &t.used[sg_cell_code(cell[row])];
        if (used->cells++ == 0) used->row = (int64_t)row;
    }
    for (int32_t code = 0;
         code < words->count && !sg_is_cancelled_at(cells->context, code);
         code++)
        look_at_word(&t, code);
    look_at_pair(looks, words);
    sg_free(cells->context, t.used);
    return sg_check_cancelled(cells->context, origin->name);
}
