/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file evaluate.h
 * How good a synthetic table is: fidelity, detection, utility and privacy, as
 * numbers, JSON and a page for people.
 *
 * Scores are in [0, 1], 1 best, unless said otherwise. Where SDMetrics (0.32)
 * has the measure, the definition and the name are its own, and the values are
 * equal. A number that can't be computed is NaN, and its text says why.
 *
 * Names of values. In them a dot or a backslash of a column's name is written
 * with a backslash before it.
 *
 *   quality.score               mean of the next two: SDMetrics' QualityReport
 *   quality.shapes              mean of columns.*.shape: "Column Shapes"
 *   quality.pairs               "Column Pair Trends": mean of the pairs.*.trend
 *                               of those pairs that are related in the real
 *                               table: |Pearson r| > 0.5, Cramer's V > 0.3
 *   quality.holdout.score       what the hold-out gets in the place of the
 *   quality.holdout.shapes      synthetic table: other real rows don't get 1
 *   quality.holdout.pairs       either; only of 100 rows or more, of which
 *   quality.holdout.coverage    chance moves little
 *   quality.coverage            mean of columns.*.coverage
 *   quality.adherence           mean of columns.*.adherence
 *   quality.missing             mean of columns.*.missing
 *
 *   columns.C.shape             numbers, times: KSComplement, 1 - the statistic
 *                               of Kolmogorov and Smirnov; categories,
 *                               booleans: TVComplement, 1 - the total variation
 *                               distance of the shares
 *   columns.C.coverage          RangeCoverage, CategoryCoverage: how much of
 *                               the real range, of the real values, occurs
 *   columns.C.adherence         BoundaryAdherence, CategoryAdherence: share of
 *                               synthetic values in the real range, among the
 *                               real values
 *   columns.C.missing           MissingValueSimilarity
 *   columns.C.holdout.shape     what the hold-out gets, of 100 rows or more
 *   columns.C.mean .median .std StatisticSimilarity; the statistics themselves:
 *   columns.C.real.mean ...     of the real (synthetic) table; of times in
 *   columns.C.synthetic.mean .. microseconds
 *   pairs.A.B.trend             two numbers: CorrelationSimilarity (Pearson);
 *                               else ContingencySimilarity, numbers in ten
 *                               bins of equal width, each table's own
 *   pairs.A.B.real              r or V of the real table; and
 *   pairs.A.B.synthetic         r of the synthetic one
 *   pairs.A.B.holdout           the trend of the hold-out, of 100 rows or more
 *
 *   detection.logistic          1 - (2 max(AUC, 1/2) - 1) of a logistic
 *                               regression that tells real from synthetic rows,
 *                               3-fold cross-validated: LogisticDetection
 *   detection.logistic.auc      its mean AUC: 0.5 is chance
 *   detection.trees             the same of gradient-boosted decision trees,
 *   detection.trees.auc         which see far more
 *
 *   utility.L.M.T               learner L ("trees", "logistic") of the target
 *                               trained on T ("real", "synthetic"), judged on
 *                               the hold-out by M: "accuracy", "f1" (mean of
 *                               the classes), "auc" (mean of one class against
 *                               the rest), or "r2" for numbers
 *   utility.ratio               of the trees: by auc (chance: 0.5) or r2 (0),
 *                               gain of the synthetic over that of the real
 *
 *   privacy.copies              share of synthetic rows that equal a real one
 *   privacy.copies.holdout      share of hold-out rows that do: chance
 *   privacy.dcr.synthetic.median .p05   distance to the closest training
 *   privacy.dcr.holdout.median .p05     record (Zhao and others 2021,
 *                               CTAB-GAN) of synthetic rows and, as a
 *                               yardstick, of hold-out rows
 *   privacy.dcr.share           of synthetic rows closer to the training rows
 *                               than to as many hold-out rows: 0.5 is ideal
 *                               (Platzer and Reutterer 2021)
 *   privacy.nndr.synthetic.median .p05  distance to the closest over that to
 *   privacy.nndr.holdout.median .p05    the second closest training record
 *   privacy.membership.auc      how well the distance to the closest synthetic
 *                               row tells training from hold-out rows: 0.5 is
 *                               ideal (Chen and others 2020, GAN-Leaks)
 *   privacy.attribute.train     share of rows whose sensitive value (a number:
 *   privacy.attribute.holdout   its tenth of the rows) the closest synthetic
 *   privacy.attribute.baseline  row by all other columns tells, for training
 *                               and for hold-out rows; baseline: always the
 *                               most frequent value
 *
 *   baskets.score               mean of sizes, items and lift (0 if below)
 *   baskets.sizes               KSComplement of the numbers of items
 *   baskets.items               TVComplement of the frequencies of items
 *   baskets.coverage            share of the real items that occur
 *   baskets.lift                r of the logarithms of the lift of pairs of
 *                               items, n12 n / (n1 n2), of pairs in 20 real
 *   baskets.lift.pairs          baskets or more; how many pairs that are;
 *   baskets.lift.error          mean absolute difference of the logarithms;
 *   baskets.lift.top            share of the 50 pairs of greatest lift that are
 *                               so in the synthetic table, too
 *   baskets.copies              share of synthetic baskets that equal a real
 *   baskets.copies.holdout      one; share of hold-out baskets that do: chance
 *   baskets.holdout.score .lift what the hold-out gets in the place of the
 *                               synthetic table
 *
 *   sequences.score             mean of the others
 *   sequences.lengths           KSComplement of the numbers of rows
 *   sequences.gaps              of the differences of a row's order and that of
 *                               the row before
 *   sequences.clock             of the times of day of the order, if a time
 *   sequences.columns.C.pairs   categories: TVComplement of the frequencies of
 *                               a value and the next one
 *   sequences.columns.C.memory  numbers: 1 - the mean difference of the
 *                               autocorrelations at lags 1 to 5
 *   sequences.columns.C.constant  columns with one value in each real sequence:
 *                               share of synthetic ones of which that is true
 *   sequences.holdout.score     what the hold-out gets
 *
 * Of baskets single rows are not judged: detection, utility and the other
 * measures of privacy are left out.
 *
 * Distances are Euclidean over standardised numbers, with categories one-hot
 * times 1/sqrt(2), so that two different values are 1 apart, and "missing" as
 * a value of its own. Columns with more than 64 values: rare ones share
 * alternatives. A number further than a million standard deviations from the
 * mean counts as that far. Identifiers and free text are not compared.
 *
 * The verdict. Quality is the worst of quality.score (good from 0.9 on, mixed
 * from 0.75), each columns.*.shape (0.8, 0.6), each pairs.*.trend (0.7, 0.45),
 * each columns.*.missing (0.9, 0.75) and quality.coverage (0.75, 0.5); where
 * the hold-out has such a value, 0.95 and 0.85 of its score, or 0.9 and 0.75
 * of another one of its values, are enough. The worst column and pair are
 * named. Columns that are not compared are counted and named, and nothing is
 * good while there are any. A hold-out of fewer than 100 rows is no yardstick:
 * privacy is judged as without one.
 */
#ifndef SYNGAN_EVALUATE_H
#define SYNGAN_EVALUATE_H

#include <syngan/table.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct syngan_report syngan_report;

/** Told what is done. @param done the part of all work that is, 0 to 1
 *  @return SYNGAN_OK to go on; anything else stops, and is returned. */
typedef syngan_status (*syngan_evaluate_progress_fn)(const char *stage,
                                                     double done, void *user);

typedef struct syngan_evaluate_options {
    size_t struct_size;
    const syngan_table *holdout; /**< real rows that were not trained on;
                                      default: for utility, a fifth of the real
                                      rows; measures of privacy that need one
                                      are left out */
    const char *target;          /**< column that utility predicts; default: no
                                      measure of utility */
    const char *sensitive;       /**< column of attribute inference; default:
                                      the target */
    uint64_t seed;               /**< of samples and folds; default
                                      SYNGAN_AUTO_SEED: the context's */
    int64_t max_rows;            /**< of each table, drawn by chance, for
                                      detection, utility and privacy; default
                                      50000. Wide tables: fewer. The report's
                                      notes tell when rows are left out */
    int32_t privacy;             /**< default 1; 0: leave these measures out */
    int32_t utility;             /**< likewise */
    int32_t detection;           /**< likewise */
    syngan_row_kind
        rows; /**< what they are: SYNGAN_ROWS_...; default independent */
    syngan_evaluate_progress_fn progress; /**< default: none */
    void *progress_user;
    const char *key;   /**< of baskets and sequences: column; default: the
                            schema's. It is not compared */
    const char *order; /**< of sequences: column; default: the schema's */
    const char *item;  /**< of baskets: column; default: the only other */
    int64_t reserved;
    /* What the page and the JSON say about themselves, if it is given: */
    const char *real_name;      /**< where the real table comes from: a file */
    const char *synthetic_name; /**< where the synthetic one comes from */
    const char *date; /**< as it is to be read; the library asks no clock */
    int64_t epochs;   /**< that the synthesizer has learnt; 0: not told */
} syngan_evaluate_options;
/** Fields that are not named here are 0 or NULL by default. */
#define SYNGAN_EVALUATE_DEFAULTS                                               \
    .struct_size = SYNGAN_INITIALISED(syngan_evaluate_options),                \
    .seed = SYNGAN_AUTO_SEED, .max_rows = 50000, .privacy = 1, .utility = 1,   \
    .detection = 1
#define SYNGAN_EVALUATE_INIT                                                   \
    { SYNGAN_EVALUATE_DEFAULTS }
#define SYNGAN_EVALUATE(...)                                                   \
    (&(const syngan_evaluate_options){SYNGAN_EVALUATE_DEFAULTS, __VA_ARGS__})

/**
 * Compares a synthetic table with the real one that it was made from. Columns
 * are matched by name, in any order; one of another type than in the real table
 * is read as that type, if its values are such; integers go with reals as
 * numbers, booleans with categories as texts. Times are read by the real
 * column's format where that reads all of them. Columns that only one table
 * has, or whose types don't go together (one value is enough), are left out,
 * and so is what is measured of a target that is. The notes, the verdict and
 * the log name them. A function of the tables, the options and the instruction
 * set.
 * @return SYNGAN_OK, SYNGAN_E_ARGUMENT (a table without rows, tables of two
 * contexts, a number that is infinite or above 1e150, by column and row),
 * SYNGAN_E_MISMATCH (no column in common), SYNGAN_E_NOT_FOUND (no such target
 * in the real table), SYNGAN_E_CANCELLED, or what the progress callback
 * returns.
 */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_table_evaluate(
    const syngan_table *real, const syngan_table *synthetic,
    const syngan_evaluate_options *options, syngan_report **out);
/** Releases the caller's hold. */
SYNGAN_API void syngan_report_free(syngan_report *report);

/** A value of a report. Strings live as long as the report. */
typedef struct syngan_report_entry {
    size_t struct_size;  /**< set by the caller: sizeof of this struct */
    const char *name;    /**< "columns.age.shape" */
    const char *measure; /**< "KSComplement" */
    const char *text;    /**< a sentence on what it means, or why there is no
                              value; may be "" */
    double value;        /**< NaN: none */
} syngan_report_entry;

/** Number of values. */
SYNGAN_API size_t syngan_report_count(const syngan_report *report);
/** Value `index`, in the order of names.
 *  @return SYNGAN_OK, SYNGAN_E_ARGUMENT or SYNGAN_E_NOT_FOUND (beyond the last
 *  one). */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_report_get(
    const syngan_report *report, size_t index, syngan_report_entry *out);
/** One value by its name. @return SYNGAN_OK or SYNGAN_E_NOT_FOUND. */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_report_value(
    const syngan_report *report, const char *name, double *value);
/** What it comes to, in words: a line each for the whole, quality, detection,
 *  utility and privacy. Lives as long as the report. */
SYNGAN_API const char *syngan_report_verdict(const syngan_report *report);

/** All of it as JSON into `text` (always ended): {"about": {"date",
 * "epochs", "real", "seed", "synthetic"} as far as the options tell them,
 * "format", "left_out": names of columns, "notes", "values": {name: number},
 * "verdict"}, keys sorted. A value that can't be computed is "NaN". @return the
 * bytes that the whole needs, without its end; 0 when out of memory. */
SYNGAN_API size_t syngan_report_json(const syngan_report *report, char *text,
                                     size_t size);
/** The same into a file, atomically. @return SYNGAN_OK or SYNGAN_E_IO. */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_report_write_json(const syngan_report *report, const char *path);
/** One HTML page, complete in itself: no other files, no scripts. Pictures are
 *  drawn for the first 60 columns. @return SYNGAN_OK or SYNGAN_E_IO. */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_report_write_html(const syngan_report *report, const char *path);

#ifdef __cplusplus
}
#endif
#endif
