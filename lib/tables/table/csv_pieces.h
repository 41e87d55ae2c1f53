/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSV files that are read more than once, in pieces: first for the types of
 * their columns, then as tables of some rows each. Memory depends on the number
 * of columns and on the lengths of their texts, but not on the number of rows.
 */
#ifndef SG_TABLE_CSV_PIECES_H
#define SG_TABLE_CSV_PIECES_H

#include "table/infer.h"

typedef struct sg_csv_pieces {
    syngan_context *context;
    const char *path;                  /* borrowed, and so are */
    const syngan_csv_options *options; /* these; may be NULL */
    const char *where;                 /* for messages about options */
    int64_t piece;                     /* rows of each; 0: a good number */
    sg_wish *wishes;                   /* types of the columns */
    size_t n_columns;
    int64_t rows;
    bool skip_first;   /* the first row is none, nor is */
    int64_t skip_from; /* the last, counted with the first; -1: all are */
    uint64_t reading;  /* bytes that sg_csv_pieces_read() took at most */
} sg_csv_pieces;

/* Reads the whole file for its types, in pieces of `piece` rows; 0: as many as
 * fit a cache. */
syngan_status sg_csv_pieces_open(syngan_context *context, const char *path,
                                 const syngan_csv_options *options,
                                 int64_t piece, const char *where,
                                 sg_csv_pieces *out);
/* Reads the file, as a table of each piece; a file without rows is one piece.
 * What `take` returns; SYNGAN_E_MISMATCH if the file has changed meanwhile;
 * SYNGAN_E_CANCELLED. */
syngan_status
sg_csv_pieces_read(sg_csv_pieces *pieces,
                   syngan_status (*take)(const syngan_table *piece, void *user),
                   void *user);
void sg_csv_pieces_close(sg_csv_pieces *pieces);

#endif
