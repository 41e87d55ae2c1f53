/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cells: a column while it is read, when its type is not known. A cell is one
 * word: empty, a short number (table/numeral.h), or the code of a text in a
 * dictionary. Nothing of the texts is lost, and columns of numbers, the most
 * frequent ones, take eight bytes a cell and become values in place.
 */
#ifndef SG_TABLE_CELLS_H
#define SG_TABLE_CELLS_H

#include "table/numeral.h"
#include "table/table.h"

typedef struct sg_cells {
    syngan_context *context;
    void *block; /* uint64_t[capacity] */
    size_t count, capacity;
    sg_dictionary *words; /* NULL: no text yet */
} sg_cells;

static inline uint64_t *sg_cells_words(const sg_cells *cells) {
    return cells->block;
}
static inline int sg_cell_kind(uint64_t cell) {
    return (int)(cell & SG_CELL_KIND);
}
static inline int32_t sg_cell_code(uint64_t cell) {
    return (int32_t)(cell >> 2);
}
static inline uint64_t sg_cell_of_code(int32_t code) {
    return (uint64_t)code << 2 | SG_CELL_TEXT;
}

void sg_cells_start(sg_cells *cells, syngan_context *context);
/* Adds a cell; nothing, or spaces only, is an empty one. SYNGAN_E_MEMORY. */
syngan_status sg_cells_put(sg_cells *cells, const char *text, size_t size);
/* All rows of a column of a table; numbers without their notation if `plain`.
 */
syngan_status sg_cells_put_column(sg_cells *cells, const sg_column *column,
                                  int64_t rows, bool plain);
void sg_cells_end(sg_cells *cells);

/* The text of a cell that is not empty: in `room`, or in the dictionary. */
const char *sg_cells_text(const sg_cells *cells, uint64_t cell,
                          char room[SG_NUMERAL_TEXT], size_t *size);

/* Makes the marks of missing values (separated by spaces) empty cells, and
 * forgets texts that no cell has. */
syngan_status sg_cells_drop_marks(sg_cells *cells, const char *marks);

#endif
