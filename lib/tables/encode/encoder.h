/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The encoder: rows of a table as numbers that a network can learn, and back.
 *
 * It is fitted to a table and then knows for each column one or more *parts* of
 * a row. A part is a number in [-1, 1] or a choice of one of `width`
 * alternatives. In memory a row is kept small (a float for each number, an
 * index for each choice); batches are expanded to dense rows, in which a
 * choice is one-hot.
 *
 * Columns become
 *   integer, real, time   a choice of mode and a number within the mode; modes
 *                         are components of a Gaussian mixture, single values
 *                         that are frequent, and "missing"; no choice where
 *                         there is one mode only
 *   boolean, category     a choice; "missing" is a value like others; of very
 *                         many values the rare ones share alternatives
 *   identifier            nothing: new ones have the form of the data's, and
 *                         none of them is one of the data's
 *   text                  nothing: missing in decoded rows; fitting warns
 *
 * The table's constraints but "unique" hold in every row decoded. The columns
 * of "fixed" constraints are one choice, a part of the least of them, whose
 * alternatives are combinations that occur. Of two that "greater" compares one
 * is coded as the difference. Numbers stay between the bounds of the data,
 * where values beyond are reflected; a bound that fewer than five rows reach is
 * rounded outwards, by up to a hundredth of the range, so that it is no row's
 * value. Marks that recur beyond the other values (9999-12-31, -1) are single
 * values, and bounds those of the others. Values are as coarse as the data's:
 * multiples of steps, in the shares that they have there. Infinite reals are
 * refused.
 */
#ifndef SG_ENCODE_ENCODER_H
#define SG_ENCODE_ENCODER_H

#include "file/json.h"
#include "table/table.h"

enum { SG_PART_NUMBER = 1, SG_PART_CHOICE = 2 };

typedef struct sg_part {
    int32_t kind;
    int32_t start, width; /* in a dense row */
    int32_t column;       /* of the table */
    int32_t index;        /* among the numbers, or among the choices */
    bool discrete;        /* the choice of a value, of a boolean, a category or
                             a number of few values: what training by sampling
                             conditions on */
    const double *share;  /* of a choice: of the rows, by alternative */
} sg_part;

typedef struct sg_whole_column sg_whole_column; /* encoder_code.h */

/* What an encoder must know of all rows, where the table that it is fitted to
 * has some of them; encode/survey.h. */
typedef struct sg_whole {
    int64_t rows;
    const sg_whole_column *columns; /* by column of the table */
    /* Calls `take` for all rows, in pieces with the table's columns. */
    syngan_status (*each)(void *source,
                          syngan_status (*take)(const syngan_table *piece,
                                                void *user),
                          void *user);
    void *source;
    uint64_t reading; /* bytes that doing so takes at most */
} sg_whole;

/* 0 means the default. */
typedef struct sg_encoder_options {
    int32_t max_modes;   /* of a mixture, at most SG_MIXTURE_MOST; 10 */
    int32_t max_choices; /* alternatives of one category, 2 to 4096; 256 */
    double least_weight; /* components below it are dropped; 0.005 */
    double frequent;     /* a single value with this share of the rows gets a
                            mode of its own; 0.03. Above 1, all is as CTGAN
                            has it: no such modes, no logarithmic scales */
    uint64_t seed;       /* of the mixtures' first guess */
    /* NULL: the table has all rows. Else its dictionaries have all texts of
     * columns that are learnt. */
    const sg_whole *whole;
    bool ids_are_rows; /* in decoding, and rows in the order of the table: then
                          identifiers that rise do so again */
    /* Told after each column; may be NULL. Anything but SYNGAN_OK stops. */
    syngan_status (*progress)(size_t done, size_t columns, void *user);
    void *user;
} sg_encoder_options;

typedef struct sg_encoder {
    atomic_int references;
    int32_t width; /* of a dense row */
    syngan_context *context;
    syngan_table *form; /* no rows: names, types, formats, dictionaries */
    sg_part *parts;
    size_t n_parts;
    int32_t n_numbers, n_choices;
    size_t n_codes;
    struct sg_column_code *codes; /* by column: encoder_code.h */
    struct sg_order_code *order;  /* of columns that are compared */
} sg_encoder;

/* SYNGAN_E_ARGUMENT for a table without rows or without a column that can be
 * learnt; what the progress callback returns; SYNGAN_E_MEMORY. */
syngan_status sg_encoder_fit(const syngan_table *table,
                             const sg_encoder_options *options,
                             sg_encoder **out);
/* Before fitting: at most so wide a dense row, and so many bytes of the encoded
 * table and of what fitting needs besides. */
void sg_encoder_estimate(const syngan_table *table,
                         const sg_encoder_options *options, int64_t *width,
                         uint64_t *bytes);
/* The choice and its alternative that a category's value has, by its code of
 * the form (-1: missing). False if the value is in none, or if the column is
 * part of a joint choice. `is_alone`: no other value shares the alternative. */
bool sg_encoder_find(const sg_encoder *encoder, int32_t column, int32_t code,
                     int32_t *choice, int32_t *alternative, bool *is_alone);
sg_encoder *sg_encoder_retain(sg_encoder *encoder);
/* Whether a column of the form is learnt: it is no identifier or text. */
static inline bool sg_encoder_learns(const sg_encoder *encoder, size_t column) {
    return sg_type_of(&encoder->form->columns[column])->comparison !=
           SG_COMPARED_NEVER;
}
void sg_encoder_release(sg_encoder *encoder); /* takes NULL */

/* As a member `key` of an object, and back. Holds no row of the table. */
void sg_encoder_write(const sg_encoder *encoder, sg_json_writer *writer,
                      const char *key);
syngan_status sg_encoder_read(syngan_context *context, sg_json_value value,
                              sg_encoder **out);

/* ---- encoding ----------------------------------------------------------- */

typedef union sg_encoded_cell {
    float number;
    int32_t choice;
} sg_encoded_cell;

/* Row by row, since training draws rows: their numbers, then their choices. */
typedef struct sg_encoded {
    int64_t rows;
    int64_t width; /* cells of a row */
    sg_encoded_cell *cells;
} sg_encoded;

/* Rows of a table with the columns of the form (in any order). The mode of a
 * value that belongs to several is drawn: a function of (seed, row, part). */
syngan_status sg_encoder_encode(const sg_encoder *encoder,
                                const syngan_table *table, uint64_t seed,
                                sg_encoded *out);
/* The same for a table that is rows first ... of a larger one, into room for
 * all of that. */
syngan_status sg_encoder_encode_rows(const sg_encoder *encoder,
                                     const syngan_table *table, uint64_t seed,
                                     int64_t first, sg_encoded *out);
static inline int64_t sg_encoder_row_cells(const sg_encoder *encoder) {
    return (int64_t)encoder->n_numbers + encoder->n_choices;
}
void sg_encoded_end(syngan_context *context, sg_encoded *encoded);
/* Dense rows: row i, of `encoder->width` floats, at dense + i stride. */
void sg_encoder_expand(const sg_encoder *encoder, const sg_encoded *encoded,
                       const int64_t *rows, int64_t count, float *dense,
                       int64_t stride);

/* Bits of an id that tell which row it is; others may tell which attempt. */
enum { SG_ID_ROW_BITS = 44 };

/* ---- decoding ----------------------------------------------------------- */

/* Rows of a generator to rows of a table. */
typedef struct sg_decoder sg_decoder;

/* A choice that is not drawn. */
typedef struct sg_fixed {
    int32_t choice;
    const int32_t *alternative; /* by row that is put */
    const bool *values; /* of the choice, by value: those that rows may have;
                           NULL: all */
} sg_fixed;

/* `rows` in all. */
syngan_status sg_decoder_start(const sg_encoder *encoder, int64_t rows,
                               uint64_t seed, sg_decoder **out);
/* Decodes `count` outputs, row i at output + i stride, as the table's rows
 * first + i, in parallel. Numbers come behind tanh; choices come as logits, and
 * one alternative is drawn by their softmax. All that is drawn is a function of
 * (seed, id of the row, part): `ids[i]` (NULL: first + i). A choice may be
 * `fixed` (NULL: none is). A row may be decoded
 * again, which replaces it. */
void sg_decoder_put(sg_decoder *decoder, const float *output, int64_t stride,
                    int64_t first, int64_t count, const uint64_t *ids,
                    const sg_fixed *fixed);
/* The table so far: rows that have been put can be looked at, all but their
 * identifiers, and others are missing. */
const syngan_table *sg_decoder_table(const sg_decoder *decoder);
/* Hands over the table, with new identifiers and texts. */
syngan_status sg_decoder_finish(sg_decoder *decoder, syngan_table **out);
void sg_decoder_free(sg_decoder *decoder); /* takes NULL */

#endif
