/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the encoder: how each column is coded.
 */
#ifndef SG_ENCODE_ENCODER_CODE_H
#define SG_ENCODE_ENCODER_CODE_H

#include "base/index.h"
#include "encode/encoder.h"
#include "encode/mixture.h"
#include "table/key.h"

/* Alternatives of a choice. */
#define SG_ALTERNATIVES_MOST 4096

/* ---- numbers ------------------------------------------------------------ */

/*
 * How coarse values are written: of each of some levels, the finest first, so
 * many are multiples of a step, counted from an offset. Prices, say, of which
 * 80 % are whole and 20 % have two decimals; times by the quarter of an hour
 * with some by the minute. Steps are in units of the type, of reals in
 * 10^-decimals; step 0 (the first level, of reals): any value.
 *
 * Values beyond a grid's bounds are reflected there. Without a level (files of
 * earlier versions) they are moved to the bounds, and rounded to the unit.
 */
#define SG_LEVELS_MOST 8

typedef struct sg_level {
    int64_t step, offset; /* 0 <= offset < step, or both 0 */
    double chance;        /* of this level and those before it; the last: 1 */
} sg_level;

typedef struct sg_lattice {
    int32_t count;
    int32_t decimals; /* that steps of reals are in */
    sg_level level[SG_LEVELS_MOST];
} sg_lattice;

/* Which values a column of numbers may have: multiples of `unit`, counted from
 * the least one, or reals of so many decimals (-1: any), within bounds. */
typedef struct sg_grid {
    bool is_real;
    int32_t decimals;
    int64_t unit, least, most; /* of integers and times */
    double low, high;          /* of reals */
    sg_lattice lattice;
} sg_grid;

/* Fewer equal values count as some rows' own: they are never a mode, and a
 * bound of theirs is rounded outwards, to a thousandth of the range or more. */
#define SG_LEAST_EQUAL 5

/* Digits behind the point that are told apart; one more: there are more. */
#define SG_RANGE_DECIMALS 9

/* What is in a column of numbers: least and largest value, how often these
 * come, what all values are multiples of, and all differences. Taken piece by
 * piece. */
typedef struct sg_range {
    int32_t type;
    int32_t decimals; /* that all reals make do with */
    int64_t least, most, divisor;
    int64_t count;    /* of values */
    int64_t origin;   /* the first integer */
    uint64_t spacing; /* what all differences from it are multiples of */
    double low, high;
    int64_t n_least, n_most;
} sg_range;

/* A column of all rows, where a table has some of them. */
struct sg_whole_column {
    int64_t missing;
    int64_t present;
    int64_t *count; /* rows by code; NULL: it has no codes, or is not learnt */
    sg_range range; /* of numbers */
    sg_key_looks key; /* of identifiers */
};

void sg_range_start(sg_range *range, int32_t type);
void sg_range_take(sg_range *range, const sg_column *column, int64_t rows);

/* Of what is in a column, whose form counts only; bounds are 0 if all is
 * missing. */
void sg_grid_set(const sg_range *range, const sg_column *column, sg_grid *out);
/* Sets the bounds anew. */
void sg_grid_bound(const sg_range *range, sg_grid *grid);
/* The same, of all the values that it has. */
void sg_grid_fit(const sg_column *column, int64_t rows, sg_grid *out);
/* Takes bounds in; they may be infinite. */
void sg_grid_limit(sg_grid *grid, long double low, long double high);
/* As a member `key` of an object, and back. */
void sg_grid_put(const sg_grid *grid, const char *key, sg_json_writer *writer);
syngan_status sg_grid_read(sg_json_value object, const char *key, bool is_real,
                           sg_grid *out);
/* The largest value of the grid, whatever its bounds, that is at most (below)
 * a limit; the smallest that is at least it (above). */
long double sg_grid_at_most(const sg_grid *grid, long double limit, bool below);
long double sg_grid_at_least(const sg_grid *grid, long double limit,
                             bool above);
/* Rounded to the grid and moved between its bounds. */
void sg_grid_write_integer(const sg_grid *grid, int64_t v, sg_column *column,
                           int64_t row);
void sg_grid_write_real(const sg_grid *grid, double v, sg_column *column,
                        int64_t row);
void sg_write_missing(sg_column *column, int64_t row);

/* Spacings are trusted that so many values have. */
#define SG_SPACING_ROWS 20

/* The levels that `count` values x in rising order have: reals, or integers in
 * units of the grid's from `base` on. `room`: for as many. */
void sg_lattice_fit(const double *x, int64_t count, int64_t base, int32_t type,
                    int64_t *room, sg_grid *grid);
/* One level: all that the grid has. */
void sg_lattice_plain(sg_grid *grid);
/* The step of the most frequent level, as x has it; 0: none. */
double sg_lattice_step(const sg_grid *grid);
/* Whether any value between two, themselves within its bounds, is a grid's. */
bool sg_lattice_reaches(const sg_grid *grid, long double low, long double high);
/* Writes what lies x units from `base` (of reals: x), reflected at the bounds
 * and rounded to the level that `unit` in [0, 1) chooses. */
void sg_lattice_write(const sg_grid *grid, int64_t base, double x, float unit,
                      sg_column *column, int64_t row);

/* 10^k for |k| <= 22, exact or the nearest double. */
double sg_power_of_ten(int32_t k);
/* What a value exceeds a multiple of `step` by: 0 <= rest < step. */
static inline int64_t sg_residue(int64_t v, int64_t step) {
    int64_t rest = v % step;
    return rest < 0 ? rest + step : rest;
}
/* To the nearest integer, and to so many decimals (-1: as it is). */
double sg_round(double x);
double sg_round_decimals(double x, int32_t decimals);
/* A component reaches so many standard deviations to each side. */
#define SG_NUMBER_REACH 4

/* A side on which a component goes further: to `end` times its reach. */
typedef struct sg_tail {
    int32_t component;
    double end;   /* 0: there is none */
    double scale; /* of the logarithm */
} sg_tail;

/*
 * An integer, time or real as a mode and a number within it.
 *
 * Of an integer or time v the code is about x = (v - base) / unit, of a real
 * about x = v. The mixture lies in y, which is x or sign(d) log(1 + |d| /
 * width) with d = x - centre, for heavy tails. Modes are, in this order:
 * components of the mixture, with the number (y - mean) / (4 deviation) in [-1,
 * 1], which the tails of the outer ones are stretched for (encoder_tail.c);
 * single values; "missing". The numbers of the latter two are 0.
 *
 * Single values may be marks far from all others, such as 9999-12-31; so that
 * the mixture has bounds, and levels, of its own.
 */
typedef struct sg_number_code {
    sg_grid grid;
    sg_grid mixed; /* of values of the mixture */
    int64_t base;
    double centre, width; /* of the logarithmic scale; width 0: y is x */
    bool has_missing;
    int32_t n_singles;
    int32_t n_modes;
    double *singles; /* x, rising */
    double *share;   /* of the rows, by mode */
    sg_mixture mixture;
    sg_tail tail[2]; /* at the low end and at the high one */
} sg_number_code;

/* Gives the components at the bounds their tails. */
void sg_number_fit_tails(sg_number_code *code);
void sg_tail_set(sg_tail *tail, int32_t component, double end);
/* The number of y in a component, and back. */
double sg_number_within(const sg_number_code *code, int32_t k, double y);
double sg_number_beyond(const sg_number_code *code, int32_t k, double u);

/* y of x, and back. */
double sg_number_y(const sg_number_code *code, double x);
double sg_number_x(const sg_number_code *code, double y);
/* The scale and the mixture of `count` values of x in rising order, of `rows`
 * rows in all. False when out of memory. */
bool sg_number_fit_mixture(syngan_context *context, const double *x,
                           int64_t count, int64_t rows,
                           const sg_encoder_options *options, uint64_t seed,
                           sg_number_code *code);

/* What went wrong in a thread, which may not set the context's sentence. */
typedef struct sg_fit_failure {
    syngan_status status;
    const char *reason; /* of SYNGAN_E_ARGUMENT, about a value */
    int64_t row;
} sg_fit_failure;

/* Fits to the values of a column. `whole` (NULL: `column` has all rows): of the
 * column of which this one has some rows. */
void sg_number_fit(syngan_context *context, const sg_column *column,
                   int64_t rows, const sg_whole_column *whole,
                   const sg_encoder_options *options, uint64_t seed,
                   sg_number_code *out, sg_fit_failure *failure);
void sg_number_end(syngan_context *context, sg_number_code *code);

/* Modes and numbers of up to SG_NUMBER_ROWS rows from `first` on; unit[i] in
 * [0, 1) decides between the modes of row first + i. Mode -1: the value is
 * missing, or not finite, and none such was there. */
#define SG_NUMBER_ROWS 64
void sg_number_encode(const sg_number_code *code, const sg_column *column,
                      int64_t first, int32_t count, const float *unit,
                      int32_t *modes, float *numbers);
/* The value of a mode and a number, written to a row of a column; `unit` in [0,
 * 1) chooses the level. */
void sg_number_decode(const sg_number_code *code, int32_t mode, float number,
                      float unit, sg_column *column, int64_t row);

/* ---- single values (encoder_single.c) ------------------------------------ */

/* At each end of a column so many values may be marks. */
#define SG_MARKS_MOST 4

/* Values with modes of their own, as x and in rising order, with their shares
 * of the rows. */
typedef struct sg_singles {
    double *value, *share;
    int32_t count;
} sg_singles;

/* Values at or beyond these are marks; infinite where there are none. */
typedef struct sg_ends {
    double low, high;
} sg_ends;
sg_ends sg_marks_find(const sg_encoder_options *options, const double *x,
                      int64_t count, double code);
/* No more values than this can be single ones. */
int32_t sg_singles_most(const sg_encoder_options *options);
/* Takes single values out of `count` values in rising order: frequent ones,
 * marks that recur apart from the others at the ends, all if they are few.
 * `code`: a value that is a mark if it is the least (-1, usually); NaN: none.
 * Returns how many values remain. */
int64_t sg_singles_take(const sg_encoder_options *options, int64_t rows,
                        double *x, int64_t count, double code, sg_singles *out);

/* ---- choices ------------------------------------------------------------ */

/*
 * One of some values as one of some alternatives. Frequent values have an
 * alternative each; rare ones of very many values share alternatives, and
 * decoding draws among them by their frequency.
 */
typedef struct sg_choice_code {
    int32_t n_values;
    int32_t n_alternatives;
    int32_t missing;      /* the value that is "missing", the last one; or -1 */
    int32_t *alternative; /* by value */
    int64_t *count;       /* rows, by value */
    int32_t *first;       /* by alternative, and one more: into `member` */
    int32_t *member;      /* values, by alternative */
    double *below;        /* by member: share of the alternative before it */
    double *share;        /* of the rows, by alternative */
} sg_choice_code;

/* `count` (taken over, also on failure): rows by value, each at least 1.
 * False when out of memory. */
bool sg_choice_make(syngan_context *context, int64_t *count, int32_t n_values,
                    bool has_missing, int32_t most, sg_choice_code *out);
void sg_choice_end(syngan_context *context, sg_choice_code *code);
/* A value of an alternative; `unit` in [0, 1) decides between several. */
int32_t sg_choice_value(const sg_choice_code *code, int32_t alternative,
                        float unit);

/* ---- joint choices --------------------------------------------------------
 */

/* Columns of which only combinations of values that occur may occur: a choice
 * of a combination. */
typedef struct sg_joint_code {
    int32_t n_columns;
    int32_t *columns; /* of the table, rising */
    int32_t n_rows;   /* combinations: values of the choice */
    int64_t *cells;   /* n_rows x n_columns: integers, codes of the form's
                         dictionaries (-1: missing), bits of reals */
} sg_joint_code;

/* Combinations while they are collected, and the rows of each. */
typedef struct sg_joint_table {
    syngan_context *context;
    sg_joint_code *code;
    size_t capacity; /* of rows of cells */
    sg_index index;
    int64_t *count; /* rows by combination */
    size_t count_capacity;
    int64_t *cells; /* of a row */
} sg_joint_table;

/* The place of a column among those of a joint choice; -1: it has none. */
int32_t sg_joint_place(const sg_joint_code *code, int32_t column);
/* The column whose joint choice a later column is a member of, or -1. */
int32_t sg_joint_owner(const sg_encoder *encoder, int32_t column);
/* Writes a combination's cell to a row of a column. */
void sg_joint_write(const sg_joint_code *code, int32_t row_of_code,
                    int32_t member, sg_column *column, int64_t row);

/* ---- order -----------------------------------------------------------------
 */

/*
 * Columns of "greater" constraints, in the order in which they are decoded. One
 * that has a reference among those before it is coded as its difference from
 * it, with a stand-in for references that are missing or marks; its own marks
 * are no differences, but modes of their own. What is decoded is moved until
 * all relations to the columns before it hold.
 */
typedef union sg_number {
    int64_t integer;
    double real;
} sg_number;

/* Marks of a column, such as 9999-12-31, and how many rows have each. */
typedef struct sg_marks {
    int32_t count;
    sg_number value[2 * SG_MARKS_MOST];
    int64_t rows[2 * SG_MARKS_MOST];
} sg_marks;

/* The marks of a column, and bounds and levels of its other values. `grid`, of
 * the column, gets these levels, too. False when out of memory. */
bool sg_marks_fit(syngan_context *context, const sg_column *column,
                  int64_t rows, const sg_range *range,
                  const sg_encoder_options *options, sg_grid *grid,
                  sg_grid *others, sg_marks *marks);
/* Gives a code of differences modes for the marks of its column: single values
 * beyond all others, in their order. */
bool sg_number_add_marks(syngan_context *context, const sg_marks *marks,
                         int64_t rows, sg_number_code *code);

typedef struct sg_ordered {
    int32_t column;
    int32_t reference; /* an item before; -1: none */
    bool is_joint;     /* given by a joint choice: not moved */
    sg_grid grid;      /* of the column itself */
    sg_grid others;    /* of values that are no marks */
    sg_marks marks;
    int64_t integer_stand_in;
    double real_stand_in;
} sg_ordered;

enum { SG_ORDER_NONE = 0, SG_ORDER_AT_MOST = 1, SG_ORDER_BELOW = 2 };

typedef struct sg_order_code {
    int32_t count;
    sg_ordered *item;
    uint8_t *relation; /* count x count: of item i to item j */
} sg_order_code;

/* Items, references and bounds for a table's constraints, when the encoder's
 * columns have their kinds; `whole` may be NULL. SYNGAN_E_ARGUMENT for
 * constraints on columns that are no numbers, or in a circle. */
syngan_status sg_order_fit(const syngan_table *table,
                           const sg_encoder_options *options,
                           sg_encoder *encoder);
/* Takes in the bounds that "range" constraints give a column. */
void sg_limit_by_ranges(const syngan_table *table, int32_t column,
                        sg_grid *grid);
void sg_order_end(syngan_context *context, sg_order_code *order);
/* As a member "order" of an object, and back (value: that member), when the
 * columns have their codecs. */
void sg_order_write(const sg_order_code *order, sg_json_writer *writer);
syngan_status sg_order_read(sg_encoder *encoder, sg_json_value value);
/* The differences of an item from its reference, as a column of its own.
 * `columns`: by column of the form. False when out of memory. */
bool sg_order_differences(const sg_encoder *encoder, int32_t item,
                          const sg_column *const *columns, int64_t rows,
                          sg_column *out);
/* The mode of a mark in a row of an item's column; -1: the row has none. */
int32_t sg_order_mark(const sg_encoder *encoder, int32_t item,
                      const sg_column *column, int64_t row);
/* Decodes an item that is no joint choice's, when those before it are. */
void sg_order_decode(const sg_encoder *encoder, int32_t item, int32_t mode,
                     float number, float unit, syngan_table *table,
                     int64_t row);

/* ---- names ------------------------------------------------------------------
 */

/*
 * New identifiers of the form that those of a column have: of one of some
 * lengths, with characters from a set at each position. Leading positions take
 * only combinations that no identifier of the data has, so that none comes
 * back although none is kept.
 */
#define SG_NAME_MOST 96 /* characters */

typedef struct sg_name_pattern {
    double share;
    int32_t length;
    int32_t n_leading; /* positions of the combinations */
    int32_t n_fresh;
    uint32_t *fresh; /* combinations that are free, as numbers in the mixed
                        radix of the positions' sets, the first the lowest */
    uint64_t set[SG_NAME_MOST][2]; /* ASCII characters, by position */
} sg_name_pattern;

typedef struct sg_name_code {
    double missing; /* share of the rows */
    int32_t longest;
    int32_t n_patterns;
    sg_name_pattern *pattern;
    /* Integers that rise with the rows: row i has first + i step, or with gaps
     * up to a step more. A step of 0: they don't, and the patterns count. */
    int64_t first, step;
    bool gaps;
} sg_name_code;

syngan_status sg_name_fit(syngan_context *context, const sg_column *column,
                          int64_t rows, uint64_t seed, sg_name_code *out);
/* Takes over that all identifiers are integers that rise with the rows, if they
 * are. */
void sg_name_fit_order(const sg_key_looks *looks, sg_name_code *code);
bool sg_name_order_fits(int64_t first, int64_t step);
int32_t sg_name_write_order(const sg_name_code *code, uint64_t draw,
                            uint64_t id, char *text);
/* Makes all texts of a pattern integers as they are usually written. */
void sg_name_whole(sg_name_pattern *pattern);
/* Where the column has some rows of a larger one: learns which names the others
 * have, one piece after the other, and keeps clear of them. */
typedef struct sg_name_others {
    int32_t longest;
    uint64_t **used; /* by pattern, a bit for each combination; or NULL */
} sg_name_others;
syngan_status sg_name_others_begin(syngan_context *context,
                                   const sg_name_code *code,
                                   sg_name_others *out);
void sg_name_others_take(const sg_name_code *code, const sg_column *column,
                         sg_name_others *others);
void sg_name_others_avoid(syngan_context *context, const sg_name_others *others,
                          sg_name_code *code);
void sg_name_others_end(syngan_context *context, const sg_name_code *code,
                        sg_name_others *others);
void sg_name_end(syngan_context *context, sg_name_code *code);
/* Room for the longest name. */
#define SG_NAME_ROOM (2 * SG_NAME_MOST + 64)
/* The name of row `id`, into `text`; returns its length, -1 if it is missing.
 * Different ids have different names. */
int32_t sg_name_write(const sg_name_code *code, uint64_t seed, uint64_t id,
                      char *text);

/* ---- columns ------------------------------------------------------------ */

/* How a column is coded: encode/codec.h. */
typedef struct sg_codec sg_codec;
extern const sg_codec sg_codec_empty, /* texts: not learnt */
    sg_codec_number, sg_codec_choice,
    sg_codec_joint,  /* of this column and others */
    sg_codec_member, /* of another column's joint choice */
    sg_codec_name;   /* identifiers: made anew */

typedef struct sg_column_code {
    const sg_codec *codec;
    int32_t number_part, choice_part; /* -1: none */
    sg_number_code number;
    sg_choice_code choice;
    sg_joint_code joint;
    sg_name_code name;
    int32_t ordered; /* the item of the order; -1: none */
} sg_column_code;

/* An encoder without a form, whose columns have no code yet. */
syngan_status sg_encoder_make(syngan_context *context, size_t n_columns,
                              sg_encoder **out);
/* Parts for the codes that the columns have. SYNGAN_E_ARGUMENT if there are
 * none. */
syngan_status sg_encoder_lay_out(sg_encoder *encoder);

#endif
