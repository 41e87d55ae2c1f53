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
 * In the order of the page; a capital letter between dots stands for a name: C,
 * A and B for columns, L for a learner, T for a table. docs/measures.md has
 * methods and units, too. Beside a value of those with a (+) stand two others:
 * NAME.holdout, what the hold-out, if it has 100 rows or more, gets in the
 * place of the synthetic table, since other real rows don't get 1 either; and
 * NAME.independent, what the real table's columns get when they are shuffled
 * one by one, so that nothing is left of what holds them together. What counts
 * is the way between the two.
 *
 * (measures: begin)
 *   quality.score (+)
 *     Mean of quality.shapes and quality.pairs: SDMetrics' QualityReport.
 *   quality.shapes (+)
 *     Mean of columns.C.shape: SDMetrics' "Column Shapes".
 *   quality.pairs (+)
 *     Mean of pairs.A.B.trend of those pairs that are related in the real
 *     table: SDMetrics' "Column Pair Trends".
 *   quality.pairs.all (+)
 *     Mean of pairs.A.B.similarity, thresholds of 0: "trend" in papers and in
 *     SDMetrics before 0.27.
 *   quality.coverage (+)
 *     Mean of columns.C.coverage.
 *   quality.adherence (+)
 *     Mean of columns.C.adherence.
 *   quality.missing (+)
 *     Mean of columns.C.missing.
 *   columns.C.shape (+)
 *     Numbers and times: 1 - the statistic of Kolmogorov and Smirnov.
 *     Categories and booleans: 1 - the total variation distance of the
 *     fractions of the values.
 *   columns.C.coverage
 *     How much of the real range, or how many of the real values, occurs.
 *   columns.C.adherence
 *     Fraction of synthetic values in the real range, or among the real values.
 *   columns.C.missing
 *     1 - the difference of the fractions of missing values.
 *   columns.C.mean
 *     Numbers and times: 1 - the difference of the means over the real range.
 *   columns.C.real.mean
 *     Numbers and times: the mean of the real column.
 *   columns.C.synthetic.mean
 *     Numbers and times: the mean of the synthetic column.
 *   columns.C.median
 *     Numbers and times: 1 - the difference of the medians over the real range.
 *   columns.C.real.median
 *     Numbers and times: the median of the real column.
 *   columns.C.synthetic.median
 *     Numbers and times: the median of the synthetic column.
 *   columns.C.std
 *     Numbers and times: 1 - the difference of the standard deviations over the
 *     real range.
 *   columns.C.real.std
 *     Numbers and times: the standard deviation of the real column.
 *   columns.C.synthetic.std
 *     Numbers and times: the standard deviation of the synthetic column.
 *   pairs.A.B.trend (+)
 *     How alike the relation of two columns is, if they are related in the real
 *     table: |Pearson's r| of two numbers above 0.5, Cramer's V of others above
 *     0.3. Two numbers: 1 - half the difference of r; others: 1 - the total
 *     variation distance of the combinations of values, numbers in ten bins of
 *     equal width, each table's own.
 *   pairs.A.B.similarity
 *     The same, whether they are related or not: thresholds of 0.
 *   pairs.A.B.real
 *     r or V of the real table.
 *   pairs.A.B.synthetic
 *     r or V of the synthetic table.
 *   manifold.alpha_precision (+)
 *     Alpha-precision as synthcity has it without an embedding: 1 - the mean
 *     distance of the fractions of synthetic rows in balls around the mean real
 *     row from those of the real rows, over 30 radii. Rows are one-hot, numbers
 *     by range.
 *   manifold.beta_recall (+)
 *     Beta-recall as synthcity has it: the same of the fractions of real rows
 *     whose closest synthetic row is no farther than the closest other real
 *     row, and in the balls around the mean synthetic row.
 *   manifold.density (+)
 *     Density (Naeem and others 2020): in how many of the balls that reach from
 *     real rows to their fifth closest real one a synthetic row is, over 5; 1
 *     is expected of real rows.
 *   manifold.coverage (+)
 *     Coverage (Naeem and others 2020): fraction of these balls with a
 *     synthetic row in them.
 *   detection.trees.auc (+)
 *     Mean AUC of gradient-boosted decision trees with XGBoost's own settings
 *     that tell real rows from as many synthetic ones, 3-fold cross-validated:
 *     0.5 is chance. They see far more than a logistic regression.
 *   detection.logistic.auc (+)
 *     The same of a logistic regression.
 *   detection.trees (+)
 *     The classifier two-sample test of the papers: mean of 1 - (2 max(AUC,
 *     1/2) - 1) of the folds of the trees. 1: they can't tell synthetic from
 *     real rows.
 *   detection.logistic (+)
 *     The same of the logistic regression: SDMetrics' LogisticDetection.
 *   utility.L.auc.T
 *     Mean of the areas under the ROC curves of each class against the rest, of
 *     learner L ("trees", "logistic") that learnt the target from table T
 *     ("real", "synthetic", "independent"), judged on the hold-out.
 *   utility.L.accuracy.T
 *     Fraction of the hold-out whose class is predicted.
 *   utility.L.f1.T
 *     Mean of the classes' F1: the harmonic mean of precision and recall.
 *   utility.L.r2.T
 *     Targets that are numbers: fraction of the variance of the hold-out's that
 *     is explained; below 0 where the mean would do better.
 *   utility.ratio (+)
 *     Of the trees: the gain of the synthetic table over that of the real one,
 *     by AUC (above 0.5) or R2.
 *   privacy.copies
 *     Fraction of synthetic rows that equal a real one.
 *   privacy.copies.holdout
 *     Fraction of hold-out rows that do: chance.
 *   privacy.dcr.share
 *     Fraction of synthetic rows that are closer to the training rows than to
 *     as many hold-out rows: 0.5 is ideal (Platzer and Reutterer 2021).
 *   privacy.dcr.l1.share
 *     DCR score of papers: fraction of synthetic rows that are closer to the
 *     training rows than to as many hold-out rows, by absolute differences of
 *     numbers over their range, and 2 for each category that differs; 0.5 is
 *     ideal.
 *   privacy.dcr.l1.p02
 *     Fraction of synthetic rows whose distance to the closest training row is
 *     below the 2 % quantile of that of hold-out rows, as above with
 *     standardised numbers; 0.02 or less is ideal.
 *   privacy.membership.auc
 *     AUC of the distance to the closest synthetic row in telling training from
 *     hold-out rows: 0.5 is ideal (Chen and others 2020, GAN-Leaks).
 *   privacy.dcr.synthetic.median
 *     Median distance of synthetic rows to the closest training record (Zhao
 *     and others 2021, CTAB-GAN).
 *   privacy.dcr.holdout.median
 *     The same of hold-out rows.
 *   privacy.dcr.synthetic.p05
 *     The distance that 5 % of the synthetic rows are below.
 *   privacy.dcr.holdout.p05
 *     The same of hold-out rows.
 *   privacy.nndr.synthetic.median
 *     Median of the distance of synthetic rows to the closest over that to the
 *     second closest training record.
 *   privacy.nndr.holdout.median
 *     The same of hold-out rows.
 *   privacy.nndr.synthetic.p05
 *     The ratio that 5 % of the synthetic rows are below.
 *   privacy.nndr.holdout.p05
 *     The same of hold-out rows.
 *   privacy.attribute.train
 *     Fraction of training rows whose sensitive value (a number: its tenth of
 *     the rows) the synthetic row that is closest by all other columns tells.
 *   privacy.attribute.holdout
 *     The same of hold-out rows.
 *   privacy.attribute.baseline
 *     Fraction of training rows that have the most frequent value.
 *   baskets.score (+)
 *     Mean of sizes, items and lift (0 if below).
 *   baskets.sizes (+)
 *     KSComplement of the numbers of items.
 *   baskets.items (+)
 *     TVComplement of the frequencies of items.
 *   baskets.coverage (+)
 *     Fraction of the real items that occur.
 *   baskets.lift (+)
 *     r of the logarithms of the lift, n12 n / (n1 n2), of pairs of items that
 *     20 real baskets or more have.
 *   baskets.lift.error (+)
 *     Mean absolute difference of these logarithms.
 *   baskets.lift.pairs
 *     How many pairs of items these are.
 *   baskets.lift.top (+)
 *     Fraction of the 50 pairs of greatest lift that are so in the synthetic
 *     table, too.
 *   baskets.copies (+)
 *     Fraction of synthetic baskets that equal a real one.
 *   sequences.score (+)
 *     Mean of the other measures of sequences.
 *   sequences.lengths (+)
 *     KSComplement of the numbers of rows.
 *   sequences.gaps (+)
 *     The same of the differences of a row's order and that of the row before.
 *   sequences.clock (+)
 *     The same of the times of day of an order that is a time.
 *   sequences.columns.C.pairs (+)
 *     Categories: TVComplement of the frequencies of a value and the next one.
 *   sequences.columns.C.memory (+)
 *     Numbers: 1 - the mean difference of the autocorrelations at lags 1 to 5.
 *   sequences.columns.C.constant (+)
 *     Columns with one value in each real sequence: fraction of synthetic
 *     sequences of which that is true.
 * (measures: end)
 *
 * Of baskets single rows are not judged: detection, utility and the other
 * measures of privacy are left out.
 *
 * Distances are Euclidean over standardised numbers, with categories one-hot
 * times 1/sqrt(2), so that two different values are 1 apart, and "missing" as
 * a value of its own. Columns with more than 64 values: rare ones share
 * alternatives. A number further than a million standard deviations from the
 * mean counts as that far. Identifiers and free text are not compared. In
 * manifold.* and privacy.dcr.l1.* categories are one-hot, sqrt 2 apart, as
 * papers have them, and some thousand rows are compared, drawn by chance.
 *
 * The verdict. Quality is the worst of quality.score (good from 0.9 on, mixed
 * from 0.75), each columns.*.shape (0.8, 0.6), each pairs.*.trend (0.7, 0.45),
 * each columns.*.missing (0.9, 0.75) and quality.coverage (0.75, 0.5); where
 * the hold-out has such a value, 0.95 and 0.85 of its score, or 0.9 and 0.75
 * of another one of its values, are enough. Nothing is good that is near
 * independent columns: of the way from them to the hold-out, or to the best
 * value where there is none, quality.score, quality.pairs.all, the AUC of the
 * trees and utility.ratio must have gone a half, each pairs.*.trend a quarter;
 * below independent columns the score, the AUC and the ratio are poor. A way of
 * less than 0.02 is none. The worst column and pair are named. Columns that are
 * not compared are counted and named, and nothing is good while there are any.
 * A hold-out of fewer than 100 rows is no baseline: privacy is judged as
 * without one.
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
    int32_t detection;           /**< likewise, and of precision and recall */
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
