/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cells: a column while it is read.
 */
#include "table/cells.h"

#include <string.h>

#include "base/memory.h"

void sg_cells_start(sg_cells *cells, syngan_context *context) {
    *cells = (sg_cells){.context = context};
}

void sg_cells_end(sg_cells *cells) {
    if (cells->context == NULL) return;
    sg_free(cells->context, cells->block);
    sg_dictionary_release(cells->words);
    *cells = (sg_cells){0};
}

static bool is_blank(const char *text, size_t size) {
    for (size_t i = 0; i < size; i++)
        if (text[i] != ' ' && text[i] != '\t') return false;
    return true;
}

static syngan_status word_of(sg_cells *cells, const char *text, size_t size,
                             uint64_t *cell) {
    *cell = SG_CELL_EMPTY;
    if (sg_numeral_pack(text, size, cell) || is_blank(text, size))
        return SYNGAN_OK;
    if (cells->words == NULL) cells->words = sg_dictionary_make(cells->context);
    if (cells->words == NULL)
        return sg_fail_memory(cells->context, "the texts of a column",
                              sizeof *cells->words);
    int32_t code;
    SG_TRY(sg_dictionary_add(cells->words, text, size, &code));
    *cell = sg_cell_of_code(code);
    return SYNGAN_OK;
}

static syngan_status put_word(sg_cells *cells, uint64_t cell) {
    if (cells->count == cells->capacity &&
        !sg_reserve(cells->context, &cells->block, &cells->capacity,
                    cells->count, sizeof cell))
        return sg_fail_memory(cells->context, "a column",
                              2 * cells->capacity * sizeof cell);
    sg_cells_words(cells)[cells->count++] = cell;
    return SYNGAN_OK;
}

syngan_status sg_cells_put(sg_cells *cells, const char *text, size_t size) {
    uint64_t cell;
    SG_TRY(word_of(cells, text, size, &cell));
    return put_word(cells, cell);
}

/* ---- from a table ------------------------------------------------------- */

static syngan_status put_codes(sg_cells *cells, const sg_column *column,
                               int64_t rows) {
    cells->words = sg_dictionary_retain(column->words);
    for (int64_t row = 0; row < rows; row++) {
        int32_t code = column->codes[row];
        SG_TRY(
            put_word(cells, code < 0 ? SG_CELL_EMPTY : sg_cell_of_code(code)));
    }
    return SYNGAN_OK;
}

syngan_status sg_cells_put_column(sg_cells *cells, const sg_column *from,
                                  int64_t rows, bool plain) {
    const sg_column without = {
        .type = from->type, .decimals = from->decimals, .data = from->data};
    const sg_column *column =
        plain && sg_column_is_number(from) ? &without : from;
    if (sg_column_has_codes(column)) return put_codes(cells, column, rows);
    size_t room = 64;
    char *text = sg_alloc(cells->context, room);
    syngan_status status = SYNGAN_OK;
    for (int64_t row = 0; row < rows && status == SYNGAN_OK; row++) {
        size_t size =
            text == NULL ? 0 : sg_column_text(column, row, text, room);
        if (size >= room) { /* a long format of times */
            room = size + 64;
            sg_free(cells->context, text);
            text = sg_alloc(cells->context, room);
            if (text != NULL) size = sg_column_text(column, row, text, room);
        }
        status = text == NULL ? sg_fail_memory(cells->context, "a cell", room)
                              : sg_cells_put(cells, text, size);
    }
    sg_free(cells->context, text);
    return status;
}

const char *sg_cells_text(const sg_cells *cells, uint64_t cell,
                          char room[SG_NUMERAL_TEXT], size_t *size) {
    if (sg_cell_kind(cell) == SG_CELL_NUMERAL) {
        *size = sg_numeral_text(cell, room);
        return room;
    }
    *size = sg_dictionary_size(cells->words, sg_cell_code(cell));
    return sg_dictionary_text(cells->words, sg_cell_code(cell));
}

/* ---- marks of missing values -------------------------------------------- */

/* New codes, or -1, of the texts. */
typedef struct code_map {
    int32_t *code;
    int32_t count, kept;
} code_map;

/* Marks that are numbers, such as -999, go from the cells, others from the
 * map. */
static void drop_mark(sg_cells *cells, const char *mark, size_t size,
                      code_map *map) {
    uint64_t word, *cell = sg_cells_words(cells);
    if (sg_numeral_pack(mark, size, &word))
        for (size_t row = 0; row < cells->count; row++)
            if (cell[row] == word) cell[row] = SG_CELL_EMPTY;
    int32_t code =
        map->count > 0 ? sg_dictionary_find(cells->words, mark, size) : -1;
    if (code >= 0) map->code[code] = -1;
}

static void drop_marks(sg_cells *cells, const char *marks, code_map *map) {
    for (const char *at = marks + strspn(marks, " "); *at != '\0';
         at += strspn(at, " ")) {
        size_t size = strcspn(at, " ");
        drop_mark(cells, at, size, map);
        at += size;
    }
}

/* Texts that cells have get 0, others -1. */
static void find_used(const sg_cells *cells, code_map *map) {
    const uint64_t *cell = sg_cells_words(cells);
    memset(map->code, 0xff, (size_t)map->count * sizeof *map->code);
    for (size_t row = 0; row < cells->count; row++)
        if (sg_cell_kind(cell[row]) == SG_CELL_TEXT)
            map->code[sg_cell_code(cell[row])] = 0;
    for (int32_t code = 0; code < map->count; code++)
        if (is_blank(sg_dictionary_text(cells->words, code),
                     sg_dictionary_size(cells->words, code)))
            map->code[code] = -1;
}

static syngan_status keep_words(const sg_cells *cells, code_map *map,
                                sg_dictionary *words) {
    for (int32_t code = 0; code < map->count; code++)
        if (map->code[code] >= 0)
            SG_TRY(sg_dictionary_add(
                words, sg_dictionary_text(cells->words, code),
                sg_dictionary_size(cells->words, code), &map->code[code]));
    return SYNGAN_OK;
}

static syngan_status replace_words(sg_cells *cells, code_map *map) {
    sg_dictionary *words = sg_dictionary_make(cells->context);
    if (words == NULL)
        return sg_fail_memory(cells->context, "the texts of a column",
                              sizeof *words);
    syngan_status status = keep_words(cells, map, words);
    if (status != SYNGAN_OK) {
        sg_dictionary_release(words);
        return status;
    }
    uint64_t *cell = sg_cells_words(cells);
    for (size_t row = 0; row < cells->count; row++) {
        if (sg_cell_kind(cell[row]) != SG_CELL_TEXT) continue;
        int32_t code = map->code[sg_cell_code(cell[row])];
        cell[row] = code < 0 ? SG_CELL_EMPTY : sg_cell_of_code(code);
    }
    sg_dictionary_release(cells->words);
    cells->words = words;
    return SYNGAN_OK;
}

syngan_status sg_cells_drop_marks(sg_cells *cells, const char *marks) {
    code_map map = {.count = cells->words == NULL ? 0 : cells->words->count};
    size_t bytes = (size_t)map.count * sizeof *map.code;
    map.code = sg_alloc(cells->context, bytes);
    if (map.code == NULL)
        return sg_fail_memory(cells->context, "the texts of a column", bytes);
    if (map.count > 0) find_used(cells, &map);
    drop_marks(cells, marks, &map);
    for (int32_t code = 0; code < map.count; code++)
        map.kept += map.code[code] >= 0;
    syngan_status status =
        map.kept < map.count ? replace_words(cells, &map) : SYNGAN_OK;
    sg_free(cells->context, map.code);
    return status;
}
