/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From cells to typed columns: what type the texts of a column have, or
 * whether they have the type that somebody says.
 */
#ifndef SG_TABLE_INFER_H
#define SG_TABLE_INFER_H

#include "table/cells.h"

/* Marks of missing values where nothing else is said. */
#define SG_USUAL_MARKS "? NA N/A NaN nan null NULL None"

/* Bytes of a mark, and the end of its text. */
#define SG_MARK_TEXT 256

/* Digits behind the point: as many as the texts have. */
#define SG_AS_TEXTS_HAVE (-2)

/* What a schema says of a column. */
typedef struct sg_wish {
    int32_t type;       /* 0: to be inferred */
    int32_t decimals;   /* of reals, as in sg_column; SG_AS_TEXTS_HAVE */
    const char *format; /* of times; NULL: the first known one that fits */
} sg_wish;

/* A row whose record does not begin on the line after the one before: texts
 * may have lines of their own, and empty lines don't count. */
typedef struct sg_line_jump {
    int64_t row, line;
} sg_line_jump;

/* Where rows come from, for messages. */
typedef struct sg_origin {
    const char *name;         /* of a file; "table" */
    const sg_line_jump *jump; /* NULL: rows have no lines, only numbers */
    size_t n_jumps;
} sg_origin;

#define SG_PLACE_TEXT 400
/* "data.csv: line 17" or "table: row 16"; returns `text`. */
const char *sg_origin_text(const sg_origin *origin, int64_t row,
                           char text[SG_PLACE_TEXT]);

/* What all cells of a column look like. All 0 before the first. */
typedef struct sg_looks {
    size_t cells, numerals, texts; /* cells that are neither are empty */
    int decimals;                  /* most digits behind the point */
    bool no_whole;                 /* some number isn't */
    bool no_point_zero;  /* some short number isn't written with ".0" */
    bool no_counter;     /* cells don't count the rows */
    bool has_words;      /* texts that are no short numbers: */
    bool has_finite;     /* one of them is not infinite, */
    bool no_numbers;     /* one is none that a type may be inferred from, */
    bool shortest;       /* one has no fixed number of decimals */
    int64_t first;       /* of a counter */
    uint64_t no_format;  /* bit i: some text is no time of format i */
    const char *format;  /* that some text has */
    int32_t n_different; /* texts, up to 3; the first two: */
    char different[2][8];
} sg_looks;

/* The different texts of a column, or an estimate of them. */
typedef struct sg_texts {
    double count, spaced; /* with a space in it */
    double bytes;
} sg_texts;

/* Takes cells in, those of one piece after the other, whose marks of missing
 * values are dropped. */
void sg_looks_take(sg_looks *looks, const sg_cells *cells);
/* The type, decimals and format that a column gets for which `wish` says as
 * much as a schema does. `texts` only counts for what has codes. */
sg_wish sg_looks_decide(const sg_looks *looks, const sg_wish *wish,
                        const sg_texts *texts);

/* Makes a column of cells, which are used up, also on failure; the name is
 * copied. SYNGAN_E_FORMAT for a cell that is none of the type. */
syngan_status sg_infer_column(sg_cells *cells, const char *name,
                              const sg_wish *wish, const char *marks,
                              const sg_origin *origin, sg_column *out);

#endif
