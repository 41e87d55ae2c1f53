/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The codec interface. How columns of a kind become parts of a row, and back,
 * is one constant `sg_codec`; the encoder only loops over columns. To add one,
 * write it in a file codec_NAME.c, list it in codec.c, and name it in the types
 * of columns that it is for (table/column_type.h).
 */
#ifndef SG_ENCODE_CODEC_H
#define SG_ENCODE_CODEC_H

#include "base/random.h"
#include "encode/encoder_code.h"

/* ---- fitting ------------------------------------------------------------- */

/* What a column takes at most, before anything is fitted. */
typedef struct sg_estimate {
    int64_t width; /* of a dense row */
    uint64_t row;  /* bytes of an encoded row */
} sg_estimate;

/* Collected of a column while all rows pass by. */
typedef union sg_collected {
    sg_joint_table joint;
    sg_name_others others;
} sg_collected;

/* An encoder that is fitted to a table. */
typedef struct sg_encoder_fitting {
    const syngan_table *table;
    sg_encoder *encoder;
    sg_encoder_options options; /* settled */
    const sg_column **columns;  /* the table's */
    int32_t **map; /* of columns with codes that are learnt: from the table's
                      codes to the form's; -1: in no row */
    sg_collected *collected; /* by column */
    bool all_rows_needed;
} sg_encoder_fitting;

/* NULL: the table has all rows. */
static inline const sg_whole_column *
sg_fitting_whole(const sg_encoder_fitting *f, size_t c) {
    return f->options.whole == NULL ? NULL : &f->options.whole->columns[c];
}

/* For a codec that must see each row of the whole, in pieces. */
typedef struct sg_codec_rows {
    /* Sets all_rows_needed if it must. */
    syngan_status (*begin)(sg_encoder_fitting *f, size_t c);
    /* `map`: as that of the fit, of the piece's codes. */
    syngan_status (*take)(sg_encoder_fitting *f, size_t c,
                          const syngan_table *piece, int32_t *const *map);
    syngan_status (*finish)(sg_encoder_fitting *f, size_t c);
    void (*end)(sg_encoder_fitting *f, size_t c); /* begun or not */
} sg_codec_rows;

/* The parts that a column has. */
typedef struct sg_column_parts {
    bool has_number;
    int32_t alternatives; /* of its choice; of one there is none */
    const double *share;  /* of the rows, by alternative */
    bool discrete;        /* as that of sg_part */
} sg_column_parts;

/* ---- encoding ------------------------------------------------------------ */

/* A table that is encoded. Its dictionaries are others than the form's. */
typedef struct sg_encoding {
    const sg_encoder *encoder;
    const sg_column **columns; /* of the table, by column of the form */
    int32_t **map; /* from their codes to the form's, or below 0; NULL for
                      columns without codes and such as are not learnt */
    int64_t rows;
    int64_t first; /* number of the table's row 0 */
    uint64_t seed;
    sg_encoded *out;
} sg_encoding;

#define SG_ENCODING_GRAIN 4096 /* rows at once in parallel loops */

/* A column of it. */
typedef struct sg_column_encoding {
    const sg_encoding *table;
    const sg_column_code *code;
    size_t index;
    sg_random random;
    sg_encoded_cell *cells; /* of row 0 */
    int64_t width;
    int64_t number_at, choice_at; /* cells of a row; -1: none */
    _Atomic int64_t unknown;      /* the first row with a value that the encoder
                                     does not know; INT64_MAX: none */
} sg_column_encoding;

static inline void sg_encoding_note_unknown(sg_column_encoding *e,
                                            int64_t row) {
    int64_t known = atomic_load(&e->unknown);
    while (row < known &&
           !atomic_compare_exchange_weak(&e->unknown, &known, row)) {
    }
}

/* ---- decoding ------------------------------------------------------------ */

#define SG_UNITS 64 /* random numbers at once */

/* Random numbers of a row: one for the alternative of each choice, then one for
 * the value of each, then, by column, for the levels of numbers. */
typedef struct sg_row_units {
    sg_random random;
    uint64_t start;
    float unit[SG_UNITS];
} sg_row_units;

static inline float sg_unit_at(sg_row_units *u, uint64_t index) {
    if (index < u->start || index - u->start >= SG_UNITS) {
        u->start = index / SG_UNITS * SG_UNITS;
        sg_random_uniform(&u->random, u->start, SG_UNITS, u->unit);
    }
    return u->unit[index - u->start];
}

/* A row that is decoded. */
typedef struct sg_row_decoding {
    const sg_encoder *encoder;
    syngan_table *table;
    int64_t row;
    const float *output;   /* of the generator */
    const sg_fixed *fixed; /* NULL: no choice is */
    sg_row_units units;
} sg_row_decoding;

/* Whether a choice, by its part (-1: none), is fixed. */
static inline bool sg_decoding_is_fixed(const sg_row_decoding *d,
                                        int32_t part) {
    return d->fixed != NULL && part >= 0 &&
           d->encoder->parts[part].index == d->fixed->choice;
}

/* ---- the interface ------------------------------------------------------- */

struct sg_codec {
    const char *name; /* in files, and of types of columns */
    /* For columns of a "fixed" constraint, whatever their types. */
    bool is_grouped;

    /* Adds what a column takes; NULL: nothing. */
    void (*estimate)(const sg_column *column, const sg_encoder_options *options,
                     sg_estimate *sum);

    /* Either of them: in a thread, beside other columns, before all others; or
     * one column after the other. */
    void (*fit_beside)(const sg_encoder_fitting *f, size_t c,
                       sg_fit_failure *failure);
    syngan_status (*fit)(sg_encoder_fitting *f, size_t c);
    const sg_codec_rows *rows; /* NULL: it needs to see no other rows */

    void (*parts)(const sg_column_code *code, sg_column_parts *out);

    /* Fills the cells of a column. NULL: it has none. */
    syngan_status (*encode)(sg_column_encoding *e);
    const char *unknown; /* a value that was not in the data */

    /* Writes the values of column c that a row has, of an alternative of its
     * choice (0 without one). NULL: they stay missing, or others write them. */
    void (*decode)(sg_row_decoding *d, size_t c, int32_t alternative);
    /* Makes the texts of a column when all rows have been decoded; `ids`: by
     * row. May be NULL. */
    syngan_status (*finish)(const sg_column_code *code, uint64_t seed,
                            const uint64_t *ids, int64_t rows,
                            sg_column *column);

    /* Members of the column's object, and back; NULL: there are none. Reading
     * trusts nothing: it checks all that encoding and decoding count on. */
    void (*write)(const sg_column_code *code, sg_json_writer *writer);
    syngan_status (*read)(sg_encoder *encoder, size_t c, sg_json_value column);

    void (*end)(syngan_context *context, sg_column_code *code);
};

/* NULL: no such codec. */
const sg_codec *sg_codec_find(const char *name);
static inline const sg_codec *sg_codec_of(const sg_column *column) {
    return sg_codec_find(sg_type_of(column)->codec);
}

/* ---- shared by choices and joint choices --------------------------------- */

/* Takes the texts that occur in rows into the form's dictionary, in the order
 * of the table's codes; thus the encoder has no text that no row has. `count`,
 * which the caller frees, also on failure: rows by code of the table, and of
 * missing values behind them. */
syngan_status sg_choice_fit_texts(sg_encoder_fitting *f, size_t c,
                                  int64_t **count);
void sg_choice_parts(const sg_column_code *code, sg_column_parts *out);
/* Encodes a choice; `found`: its value by row, below 0 if it is unknown; NULL:
 * that of the column. */
void sg_choice_encode(sg_column_encoding *e, const int32_t *found);
int32_t sg_choice_decode(sg_row_decoding *d, size_t c, int32_t alternative);
void sg_choice_write(const sg_choice_code *code, sg_json_writer *writer);
/* `expected`: values without "missing". */
syngan_status sg_choice_read(syngan_context *context, sg_json_value column,
                             int32_t expected, sg_choice_code *out);

/* Gives the columns of "fixed" constraints, whose codecs are those of their
 * types, joint choices. SYNGAN_E_ARGUMENT for columns that are not learnt. */
syngan_status sg_joint_group(const syngan_table *table, sg_encoder *encoder);

/* ---- values in files (codec_json.c) -------------------------------------- */

syngan_status sg_read_finite(sg_json_value value, double *out);
syngan_status sg_read_between(sg_json_value value, double low, double high,
                              double *out);
/* An array of `count` finite numbers. */
syngan_status sg_read_f64s(sg_json_value array, size_t count, double *out);
void sg_put_f64s(sg_json_writer *writer, const char *key, const double *values,
                 int64_t count);
void sg_put_i64s(sg_json_writer *writer, const char *key, const int64_t *values,
                 int64_t count);

#endif
