/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all cells of a column look like, taken in piece by piece: which texts
 * are numbers, and in which notation; which are times, in which format; and
 * which are neither.
 */
#ifndef SG_TABLE_LOOKS_H
#define SG_TABLE_LOOKS_H

#include "table/cells.h"
#include "table/decimals.h"
#include "table/duration.h"
#include "table/key.h"
#include "table/notation.h"
#include "table/time.h"

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
    int64_t first_row; /* rows of the pieces before */
} sg_origin;

#define SG_PLACE_TEXT 400
/* "data.csv: line 17" or "table: row 16"; returns `text`. */
const char *sg_origin_text(const sg_origin *origin, int64_t row,
                           char text[SG_PLACE_TEXT]);
/* The line of a row; -1: rows have none. */
int64_t sg_origin_line(const sg_origin *origin, int64_t row);

/* A text of a column, cut, and where it came first. */
typedef struct sg_sight {
    char text[36];
    int64_t row, line; /* line -1: there are only rows */
    int64_t cells;
} sg_sight;

/* What is known of the digits under a pair of marks. */
enum {
    SG_MARKED_FOUR = 1,  /* "1,234" */
    SG_BARE_FOUR = 2,    /* "1234" */
    SG_BARE_MORE = 4,    /* "12345" */
    SG_NO_THREES = 8,    /* groups are not of three digits */
    SG_NO_PAIRS = 16,    /* and not as in 12,34,567 */
    SG_NO_WHOLE = 32,    /* some number isn't */
    SG_MARKED_LONG = 64, /* "12,345" */
};

/* Texts that are numbers, but for short plain ones. */
typedef struct sg_number_looks {
    int64_t fits[SG_MARKS_PAIRS];    /* cells */
    sg_sight misfit[SG_MARKS_PAIRS]; /* the first number that doesn't */
    sg_decimals_tally decimals[SG_MARKS_PAIRS];
    uint32_t known[SG_MARKS_PAIRS]; /* SG_MARKED_FOUR ... */
    char mark[SG_MARKS_PAIRS][SG_SIGN_TEXT];
    char minus[SG_SIGN_TEXT];
    bool parentheses, trailing, inside;
    bool plus, bare;     /* positive numbers with a plus, without */
    int32_t plus_digits; /* most digits of one with a plus */
    char prefix[SG_UNIT_TEXT], suffix[SG_UNIT_TEXT];
    sg_unit_kind unit;
    sg_sight with_unit;
    int64_t without_unit; /* cells */
} sg_number_looks;

typedef struct sg_time_looks {
    char format[SG_TIME_FORMAT];
    sg_sight first;
    int64_t cells;
    uint32_t widths;
} sg_time_looks;

typedef struct sg_duration_looks {
    char format[SG_DURATION_FORMAT];
    sg_sight first;
    int64_t cells;
    sg_duration_seen seen;
} sg_duration_looks;

#define SG_ODD_TEXTS 6
#define SG_TIME_CHOICES 12
#define SG_DURATION_CHOICES 6
#define SG_FEW_VALUES 11

/* All 0 before the first cell. */
typedef struct sg_looks {
    size_t cells, numerals, texts; /* cells that are neither are empty */
    int decimals;             /* of numerals: most digits behind the point */
    sg_decimals_tally tally;  /* of numerals */
    bool no_whole;            /* some numeral isn't */
    bool no_point_zero;       /* some numeral isn't written with ".0" */
    bool positive;            /* some numeral is above 0 */
    bool has_words;           /* texts that are no numerals: */
    bool has_finite;          /* one of them is not infinite, */
    bool shortest;            /* one has no fixed number of decimals */
    bool no_days, no_seconds; /* numerals aren't 20240131, 20240131235959 */
    bool hopeless;            /* many texts, and no number or time among them */
    sg_key_looks key;
    int64_t dot_three, dot_other; /* numerals: "1.234"; with another point */
    uint32_t bare;                /* SG_BARE_... of numerals */
    int64_t infinite;             /* cells */
    sg_sight code;                /* numbers that are rather codes: 007 */
    sg_number_looks numbers;
    sg_time_looks times[SG_TIME_CHOICES];
    size_t n_times;
    sg_duration_looks durations[SG_DURATION_CHOICES];
    size_t n_durations;
    sg_sight odd[SG_ODD_TEXTS]; /* neither numbers, times nor durations */
    size_t n_odd, odd_texts;    /* odd_texts: different ones of each piece */
    int64_t odd_cells;
    uint64_t value[SG_FEW_VALUES]; /* different numbers and times */
    size_t n_values;
    int64_t persons;     /* texts that look like names of persons */
    int32_t n_different; /* texts, up to 3; the first two: */
    char different[2][8];
} sg_looks;

/* Takes cells in, those of one piece after the other, whose marks of missing
 * values are dropped. SYNGAN_E_MEMORY. */
syngan_status sg_looks_take(sg_looks *looks, const sg_cells *cells,
                            const sg_origin *origin);

/* Whether a text counts as a number when a type is inferred: codes such as 007
 * and those of twenty digits don't, which would lose something. */
bool sg_number_is_plain(const char *text, size_t size,
                        const sg_number_form *form);
bool sg_numeral_is_whole(uint64_t word);
/* Spaces in quotes belong to a text, but not to a number or time. */
void sg_trim(const char **text, size_t *size);

/* Takes in a text that may be a number; false if it is none. */
bool sg_number_looks_take(sg_number_looks *looks, const char *text, size_t size,
                          const sg_sight *sight, bool *shortest);

/* Which notation the numbers have. */
typedef struct sg_number_choice {
    sg_notation notation;
    int32_t pair;     /* of sg_marks_pairs */
    int64_t cells;    /* that are numbers in it */
    int32_t decimals; /* most digits behind the mark */
    int32_t written;  /* the `decimals` of most cells */
    bool no_whole;
    const sg_sight *other; /* a number that isn't; NULL: none is known */
} sg_number_choice;
/* `hint`: the decimal mark of the file, ',' or '.'; ';': a comma is likely;
 * 0: nothing is known. `different`: texts. */
sg_number_choice sg_number_choose(const sg_looks *looks, char hint,
                                  double different);
/* ',' or '.' where the column leaves no doubt, else 0. */
char sg_decimal_mark(const sg_looks *looks);

#endif
