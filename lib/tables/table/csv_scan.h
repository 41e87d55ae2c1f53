/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A CSV file that passes by: columns and their cells, whose types nobody knows
 * yet, in pieces of so many rows. Readers of whole tables take one piece.
 */
#ifndef SG_TABLE_CSV_SCAN_H
#define SG_TABLE_CSV_SCAN_H

#include "base/stream.h"
#include "table/schema.h"

typedef struct sg_csv_scan sg_csv_scan;

struct sg_csv_scan {
    syngan_context *context;
    const char *name; /* of the file */
    syngan_csv_options options;
    sg_schema *schema;
    const char *marks;    /* of missing values */
    sg_dictionary *names; /* of the columns, by code */
    void *columns;        /* sg_cells[]: of the piece */
    size_t n_columns, column_capacity;
    int64_t piece; /* rows of a piece; 0: about as many as fit a cache */
    int64_t rows;  /* of the piece so far */
    int64_t all_rows;
    bool skip_first;   /* the first row is none, nor is */
    int64_t skip_from; /* that of this number, counted with it; -1: all are */
    int64_t seen;      /* rows, with those that are skipped */
    char hint;         /* of decimal marks; see sg_wish */
    char separator;    /* that the file has */
    /* May be NULL: called for each piece, which is forgotten then; a file
     * without rows is one piece. */
    syngan_status (*take)(sg_csv_scan *scan, void *user);
    void *user;
    /* While reading. */
    size_t column; /* of the next cell */
    bool in_header, done;
    bool repeats; /* the cells of the record so far are the header's */
    bool quiet;   /* what is skipped has been said */
    void *jumps;  /* sg_line_jump[] */
    size_t n_jumps, jump_capacity;
    int64_t next_line; /* where the next row begins if all is regular */
};

/* Options and schema; sg_csv_scan_end() is due on failure, too. */
syngan_status sg_csv_scan_begin(syngan_context *context, const char *name,
                                const syngan_csv_options *options,
                                const char *where, sg_csv_scan *scan);
/* Reads all records; what is in no piece that was taken is left. */
syngan_status sg_csv_scan_read(sg_csv_scan *scan, sg_reader *reader);
/* Logs a warning if the header looks like a row of values. */
void sg_csv_scan_warn(const sg_csv_scan *scan);
void sg_csv_scan_end(sg_csv_scan *scan);

static inline sg_cells *sg_csv_scan_cells(const sg_csv_scan *scan,
                                          size_t column) {
    return (sg_cells *)scan->columns + column;
}
/* Where the piece's rows come from. */
static inline sg_origin sg_csv_scan_origin(const sg_csv_scan *scan) {
    return (sg_origin){scan->name, scan->jumps, scan->n_jumps,
                       scan->all_rows - scan->rows};
}
/* What the options, the columns' looks, `stride` bytes from each other, or the
 * separator say of the decimal mark; see sg_number_choose(). */
char sg_csv_scan_hint(const sg_csv_scan *scan, const sg_looks *looks,
                      size_t stride);
/* Makes a table of the piece, whose cells are used up. `wishes`: by column;
 * NULL: the schema's. */
syngan_status sg_csv_scan_table(sg_csv_scan *scan, const sg_wish *wishes,
                                syngan_table **out);

#endif
