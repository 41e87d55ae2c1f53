/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file synthesizer.h
 * Synthesizers: learn a table, and make rows like its rows.
 *
 * What is learnt is a conditional GAN for tables (Xu and others, "Modeling
 * tabular data using conditional GAN", 2019), or, for baskets and sequences,
 * one of its relatives; see docs/tables.md. A synthesizer holds the networks
 * and what is known of the columns, and no row of the table.
 */
#ifndef SYNGAN_SYNTHESIZER_H
#define SYNGAN_SYNTHESIZER_H

#include <syngan/table.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct syngan_synthesizer syngan_synthesizer;

/** Sets of defaults; single options override them. */
typedef int32_t syngan_table_recipe;
enum {
    SYNGAN_TABLE_RECIPE_DEFAULT = 0, /**< what did best in docs/tables.md */
    SYNGAN_TABLE_RECIPE_CTGAN = 1    /**< the settings of the paper's program,
                                          to the letter, but for sampling: rows
                                          don't depend on the others of their
                                          batch */
};

/** How training goes, after each epoch and while columns are prepared. */
typedef struct syngan_fit_progress {
    size_t struct_size;
    int32_t phase; /**< 0: columns are prepared, 1: training */
    int32_t best;  /**< 1: the state is the best one so far, by quality */
    int64_t done;  /**< columns, or epochs */
    int64_t total;
    double seconds; /**< since fitting began */
    double left;    /**< estimated seconds until its end */
    float d_loss;
    float g_loss;
    double quality; /**< of samples, 0 ... 1; NaN if not measured */
} syngan_fit_progress;

/** @return SYNGAN_OK to go on; anything else stops the fit, which returns it.
 */
typedef syngan_status (*syngan_fit_progress_fn)(
    const syngan_fit_progress *progress, void *user);

typedef struct syngan_synthesizer_options {
    size_t struct_size;
    syngan_table_recipe recipe; /**< default SYNGAN_TABLE_RECIPE_DEFAULT */
    syngan_row_kind rows;       /**< what they are; default independent */
    const char *key;            /**< of baskets and sequences: column; default:
                                     the schema's */
    const char *order; /**< of sequences: column; default: the schema's */
    const char *item;  /**< of baskets: column; default: the only other */
    int64_t epochs;    /**< default SYNGAN_AUTO: 300, of baskets 100 */
    int32_t batch; /**< default SYNGAN_AUTO: the recipe's: 500, or a 64th of the
                        rows but at least 50; CTGAN: 500 */
    int32_t pac;   /**< rows that the critic sees at once (PacGAN,
                        Lin and others 2018); default SYNGAN_AUTO: the recipe's:
                        1; CTGAN: 10 */
    int32_t noise; /**< size of the noise; default 128 */
    int32_t width; /**< of hidden layers; default 256 */
    int32_t depth; /**< hidden layers of each network; default 2 */
    int32_t critic_steps; /**< updates of the critic for one of the
                               generator; default 1 */
    float
        generator_rate; /**< Adam; default SYNGAN_AUTO: 2e-4, of baskets 5e-4 */
    float critic_rate;  /**< likewise */
    float weight_decay; /**< L2, coupled; default 1e-6 */
    float penalty_weight; /**< of WGAN-GP; default 10 */
    float temperature;    /**< of the Gumbel softmax; default 0.2 */
    int32_t max_modes;    /**< of a number; default 10 */
    int32_t max_choices;  /**< alternatives of a category, above which rare
                               values share some; default SYNGAN_AUTO: 256, of
                             baskets 1024 */
    int32_t bf16;         /**< 1: bf16 products; refused without
                               AVX512_BF16 */
    int32_t patience;     /**< measures of quality without a better one
                               after which the fit stops; default 0: never */
    int32_t keep_last;    /**< 1: the last state is kept, not the best one
                               by quality */
    uint64_t
        seed; /**< of everything; default SYNGAN_AUTO_SEED: the context's */
    uint64_t memory_limit; /**< bytes: a fit that would need more is refused
                                before it starts; default 0: none */
    float time_limit;      /**< seconds: likewise by the estimate; default 0:
                                none */
    int32_t profile;       /**< 1: each kernel is timed, and the programs'
                                reports go to the log (SYNGAN_LOG_INFO) when
                                the fit ends */
    syngan_fit_progress_fn progress;
    void *progress_user;
    int64_t
        sample_rows;     /**< of a file read in pieces: rows that are kept for
                              preparing columns and measuring quality; default 0:
                              200000, less if there are more than 167 columns */
    const char *scratch; /**< of such a file: folder of the temporary file that
                              takes encoded rows when memory does not; default:
                              the environment's TMPDIR, else /var/tmp */
    int64_t reserved[4];
} syngan_synthesizer_options;
/** Fields that are not named here are 0 or NULL by default. */
#define SYNGAN_SYNTHESIZER_DEFAULTS                                            \
    .struct_size = SYNGAN_INITIALISED(syngan_synthesizer_options),             \
    .epochs = SYNGAN_AUTO, .batch = SYNGAN_AUTO, .pac = SYNGAN_AUTO,           \
    .noise = 128, .width = 256, .depth = 2, .critic_steps = 1,                 \
    .generator_rate = SYNGAN_AUTO, .critic_rate = SYNGAN_AUTO,                 \
    .weight_decay = 1e-6f, .penalty_weight = 10, .temperature = 0.2f,          \
    .max_modes = 10, .max_choices = SYNGAN_AUTO, .seed = SYNGAN_AUTO_SEED
#define SYNGAN_SYNTHESIZER_INIT                                                \
    { SYNGAN_SYNTHESIZER_DEFAULTS }
#define SYNGAN_SYNTHESIZER(...)                                                \
    (&(const syngan_synthesizer_options){SYNGAN_SYNTHESIZER_DEFAULTS,          \
                                         __VA_ARGS__})

/** Memory and time that syngan_synthesizer_fit() with these arguments would
 *  take, without doing it; the time by running a few steps of the networks. Of
 *  baskets and sequences the whole table is prepared for it.
 *  @return as syngan_synthesizer_fit(). */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_synthesizer_estimate(
    const syngan_table *table, const syngan_synthesizer_options *options,
    uint64_t *bytes, double *seconds);

/**
 * Learns a table.
 * @return SYNGAN_OK; SYNGAN_E_ARGUMENT (a table that can't be learnt: no row,
 * no column but identifiers and text); SYNGAN_E_MEMORY (also if the estimate is
 * above a limit); SYNGAN_E_CANCELLED, or what the progress callback returned;
 * SYNGAN_E_DIVERGED (the state is then the last good one);
 * SYNGAN_E_UNSUPPORTED (bf16; constraints that baskets and sequences can't
 * keep).
 * @param out also set after SYNGAN_E_CANCELLED, SYNGAN_E_DIVERGED and a status
 *            of the progress callback's, if training had begun: what was
 *            learnt until then, which can go on; else NULL on failure
 * Equal tables, options and threads give equal bits.
 *
 * After each round of epochs (as many as have at least 64 steps) the quality of
 * a sample is measured: the mean of the likeness of single columns (complements
 * of the Kolmogorov-Smirnov statistic and of the total variation distance) and
 * of pairs of columns. The state with the best one is what samples; the last
 * state is what goes on training.
 */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_synthesizer_fit(
    const syngan_table *table, const syngan_synthesizer_options *options,
    syngan_synthesizer **out);

/**
 * Learns a CSV file of any size, which passes by in pieces, three or four
 * times: memory does not grow with the number of rows. It holds `sample_rows`
 * rows, chosen by chance; the different texts of categories; and the encoded
 * rows (4 bytes for each number and choice, about 8 for a column), which go
 * into a temporary file without a name if they would take more than
 * `memory_limit` or the context's leave, or, without limits, with all else more
 * than half of the machine's memory.
 *
 * The result equals that of syngan_synthesizer_fit() with the table that
 * syngan_table_read_csv() makes, bit for bit, if the file has no more than
 * `sample_rows` rows. Of a larger one modes of numbers and forms of identifiers
 * are those of the rows that were kept, but bounds of numbers, frequencies and
 * combinations of categories those of all rows, and new identifiers are none of
 * any row's. Types are inferred from all rows; see syngan_table_stream_csv().
 *
 * Under a limit on memory (`memory_limit`, or the context's) a fit either works
 * or is refused with SYNGAN_E_MEMORY before anything is trained; the sentence
 * names a limit that would be enough.
 *
 * @return as these, SYNGAN_E_MISMATCH if the file changes meanwhile, and
 *     SYNGAN_E_UNSUPPORTED for baskets and sequences, whose rows belong
 * together
 */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_synthesizer_fit_csv(
    syngan_context *context, const char *path, const syngan_csv_options *csv,
    const syngan_synthesizer_options *options, syngan_synthesizer **out);
SYNGAN_API void syngan_synthesizer_free(syngan_synthesizer *synthesizer);

/** Goes on training on the same table until `epochs` have been done in all, bit
 *  for bit as if it had not stopped. @return SYNGAN_OK, SYNGAN_E_STATE (one
 *  saved for sampling only), SYNGAN_E_MISMATCH (another table). */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_synthesizer_continue(
    syngan_synthesizer *synthesizer, const syngan_table *table, int64_t epochs);
/** Epochs done. */
SYNGAN_API int64_t
syngan_synthesizer_epochs(const syngan_synthesizer *synthesizer);
/** What the columns are, as syngan_table_schema() writes it. */
SYNGAN_API size_t syngan_synthesizer_schema(
    const syngan_synthesizer *synthesizer, char *text, size_t size);

/* ---- sampling ----------------------------------------------------------- */

typedef struct syngan_sample_options {
    size_t struct_size;
    const char *where;  /**< conditions that hold in every row (of sequences:
                             on columns that are the same in all rows of one;
                             of baskets: "item = value", which a basket has
                             among others, or "!=", which it has not):
                             "column = value" (also !=, >, >=, <, <=; == and <>
                             mean = and !=), "column in 1 .. 5" (both included),
                             "column in (red, green)", "column not in ...",
                             "column is missing", "column is not missing",
                             joined by "and", "or" and parentheses; "and" binds
                             closer. A missing value satisfies "is missing"
                             only. Names and values with blanks stand in single
                             or double quotes, in which two quotes are one. 1
                             and 0, true and false, yes and no stand for each
                             other in boolean columns; of a time 2024-02-29 is
                             the whole day, 2024-02-29 10:30 the minute */
    int64_t first;      /**< number of the first row; default 0 */
    int32_t max_tries;  /**< times that a row is made until it satisfies
                             what can only be had by rejection; default 1000 */
    int32_t bf16;       /**< 1: bf16 products */
    int64_t max_length; /**< rows that a sequence may have: a model from a
                             stranger could ask for any number; default 10000
                           */
    int64_t reserved[3];
} syngan_sample_options;
/** Fields that are not named here are 0 or NULL by default. */
#define SYNGAN_SAMPLE_DEFAULTS                                                 \
    .struct_size = SYNGAN_INITIALISED(syngan_sample_options),                  \
    .max_tries = 1000, .max_length = 10000
#define SYNGAN_SAMPLE_INIT                                                     \
    { SYNGAN_SAMPLE_DEFAULTS }
#define SYNGAN_SAMPLE(...)                                                     \
    (&(const syngan_sample_options){SYNGAN_SAMPLE_DEFAULTS, __VA_ARGS__})

/**
 * Rows `first` ... `first + rows - 1` of the endless synthetic table of this
 * seed (baskets and sequences: so many of them): row i is a function of (seed,
 * i) and the conditions, whatever the piece that it is made in.
 * The value of a category or boolean is a condition of the generator itself (of
 * several, the rarest); other conditions, and constraints, are kept by making a
 * row again that breaks them. Where a constraint wants unique rows, rows depend
 * on those made before them in the same call.
 * @param rejected may be NULL; receives the number of rows made in vain
 * @return SYNGAN_OK; SYNGAN_E_ARGUMENT (a condition that is none, on a column
 * or a value that there is not, or that no row can satisfy, by the bounds of
 * numbers and the values of categories: the sentence names them);
 * SYNGAN_E_STATE (`max_tries` did not suffice: the sentence tells how rare such
 * rows are); SYNGAN_E_UNSUPPORTED (a sequence would have more than `max_length`
 * rows); SYNGAN_E_MEMORY, SYNGAN_E_CANCELLED.
 */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_synthesizer_sample(syngan_synthesizer *synthesizer, int64_t rows,
                          uint64_t seed, const syngan_sample_options *options,
                          int64_t *rejected, syngan_table **out);

/** The same rows in pieces of `piece` rows (0: a good size; a little more where
 *  rows must be unique), so that memory does not grow with `rows`, but for 16
 *  bytes for each row that must be unique. */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_synthesizer_stream(
    syngan_synthesizer *synthesizer, int64_t rows, int64_t piece, uint64_t seed,
    const syngan_sample_options *options, int64_t *rejected,
    syngan_piece_fn take, void *user);
/** Straight to a CSV file, as syngan_table_write_csv() writes it. */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_synthesizer_write_csv(
    syngan_synthesizer *synthesizer, int64_t rows, uint64_t seed,
    const syngan_sample_options *options, int64_t *rejected, const char *path);

/* ---- files -------------------------------------------------------------- */

/** What is saved of a synthesizer. */
typedef int32_t syngan_save_parts;
enum {
    SYNGAN_SAVE_ALL = 0,     /**< goes on training where it stopped */
    SYNGAN_SAVE_SAMPLING = 1 /**< what sampling needs, and nothing else */
};

/** Writes one safetensors file, atomically. It holds names and categories of
 *  columns, modes of numbers and the networks, and no row of the table.
 *  @return SYNGAN_OK or SYNGAN_E_IO. */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_synthesizer_save(const syngan_synthesizer *synthesizer, const char *path,
                        syngan_save_parts what);
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_synthesizer_save_stream(
    const syngan_synthesizer *synthesizer, const syngan_stream *stream,
    syngan_save_parts what);
/** @return SYNGAN_OK, SYNGAN_E_IO, SYNGAN_E_FORMAT, SYNGAN_E_VERSION or
 *  SYNGAN_E_MEMORY. */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_synthesizer_load(
    syngan_context *context, const char *path, syngan_synthesizer **out);
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_synthesizer_load_stream(
    syngan_context *context, const syngan_stream *stream,
    syngan_synthesizer **out);

#ifdef __cplusplus
}
#endif
#endif
