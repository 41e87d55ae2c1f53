/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The measures of baskets and of sequences as values of the report, for the
 * synthetic table and, as a yardstick, for the hold-out in its place.
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "eval/basket.h"
#include "eval/evaluation.h"
#include "eval/sequence.h"

/* Lags of autocorrelations. */
enum { LAGS = 5 };

/* ---- means --------------------------------------------------------------- */

typedef struct mean {
    double sum;
    int64_t count;
} mean;

static void take(mean *m, double value) {
    if (isnan(value)) return;
    m->sum += value;
    m->count++;
}

static double mean_of(const mean *m) {
    return m->count > 0 ? m->sum / (double)m->count : (double)NAN;
}

/* ---- baskets ------------------------------------------------------------ */

static double basket_score(const sg_basket_measures *m) {
    mean all = {0};
    take(&all, 1 - m->size_ks);
    take(&all, 1 - m->item_tv);
    if (!isnan(m->lift_correlation)) take(&all, fmax(m->lift_correlation, 0));
    return mean_of(&all);
}

static void report_baskets(syngan_report *r, const sg_basket_measures *m) {
    sg_report_add(r, basket_score(m), "Mean",
                  "Of sizes, items and lift (0 if below)", "baskets.score");
    sg_report_add(r, 1 - m->size_ks, "KSComplement", "Numbers of items",
                  "baskets.sizes");
    sg_report_add(r, 1 - m->item_tv, "TVComplement", "Frequencies of items",
                  "baskets.items");
    sg_report_add(r, m->coverage, "CategoryCoverage", "Items that occur",
                  "baskets.coverage");
    sg_report_add(r, m->lift_correlation, "Pearson's r",
                  m->pairs < 2 ? "Fewer than two pairs of items are in 20 real "
                                 "baskets"
                               : "Logarithms of the lift of pairs of items",
                  "baskets.lift");
    sg_report_add(r, m->lift_error, "Mean absolute difference",
                  "Logarithms of the lift of pairs", "baskets.lift.error");
    sg_report_add(r, (double)m->pairs, "Count",
                  "Pairs of items in 20 real baskets or more",
                  "baskets.lift.pairs");
    sg_report_add(r, m->top_overlap, "Share",
                  "Of the 50 pairs of greatest lift those that are so, too",
                  "baskets.lift.top");
    sg_report_add(r, m->verbatim, "Share",
                  "Synthetic baskets that equal a real one", "baskets.copies");
}

static syngan_status measure_baskets(sg_evaluation *e, const syngan_table *real,
                                     const syngan_table *made,
                                     const syngan_table *holdout, size_t key,
                                     size_t item) {
    sg_basket_measures m;
    SG_TRY(sg_basket_measure(real, made, holdout, key, item, &m));
    report_baskets(e->report, &m);
    if (holdout == NULL) return SYNGAN_OK;
    sg_report_add(e->report, m.verbatim_holdout, "Share",
                  "Hold-out baskets that equal a real one: chance",
                  "baskets.copies.holdout");
    if (holdout->rows < SG_YARDSTICK_ROWS) return SYNGAN_OK;
    SG_TRY(sg_basket_measure(real, holdout, NULL, key, item, &m));
    sg_report_add(e->report, basket_score(&m), "Yardstick",
                  "What other real baskets get", "baskets.holdout.score");
    sg_report_add(e->report, m.lift_correlation, "Yardstick",
                  "What other real baskets get", "baskets.holdout.lift");
    return SYNGAN_OK;
}

/* ---- sequences ---------------------------------------------------------- */

typedef struct sequences {
    sg_evaluation *evaluation;
    const sg_sequence_side *real, *made;
    syngan_report *report; /* NULL: nothing is to be told */
    mean all;
} sequences;

static syngan_status tell(sequences *s, double value, const char *measure,
                          const char *text, const char *format,
                          const char *name) {
    take(&s->all, value);
    if (s->report == NULL) return SYNGAN_OK;
    if (name == NULL) {
        sg_report_add(s->report, value, measure, text, "%s", format);
        return SYNGAN_OK;
    }
    char *path = sg_report_path(s->report->context, name);
    if (path == NULL) return sg_fail_memory(s->report->context, "a report", 64);
    sg_report_add(s->report, value, measure, text, "sequences.columns.%s.%s",
                  path, format);
    sg_free(s->report->context, path);
    return SYNGAN_OK;
}

static syngan_status measure_column(sequences *s, size_t column,
                                    size_t made_column) {
    const sg_column *c = &s->real->table->columns[column];
    double value;
    if (sg_sequence_constant(s->real, column) == 1)
        return tell(s, sg_sequence_constant(s->made, made_column), "Share",
                    "Sequences that have one value, as all real ones",
                    "constant", c->name);
    if (!sg_column_has_codes(c)) {
        value = sg_sequence_memory(s->real, column, s->made, made_column, LAGS);
        return tell(s, 1 - fmin(value, 1), "Autocorrelation",
                    "1 - the mean difference of the correlations with values "
                    "1 to 5 rows before",
                    "memory", c->name);
    }
    SG_TRY(
        sg_sequence_transitions(s->real, column, s->made, made_column, &value));
    return tell(s, 1 - value, "TVComplement",
                "Frequencies of a value and the next one", "pairs", c->name);
}

static syngan_status measure_order(sequences *s, size_t order,
                                   size_t made_order) {
    double value;
    SG_TRY(sg_sequence_gaps(s->real, order, s->made, made_order, &value));
    SG_TRY(tell(s, 1 - value, "KSComplement", "Gaps between rows",
                "sequences.gaps", NULL));
    if (s->real->table->columns[order].type != SYNGAN_COLUMN_TIME)
        return SYNGAN_OK;
    SG_TRY(sg_sequence_clock(s->real, order, s->made, made_order, &value));
    return tell(s, 1 - value, "KSComplement", "Times of day", "sequences.clock",
                NULL);
}

/* Columns that are compared, but for key and order. */
static bool is_step(const sequences *s, size_t column, int64_t key,
                    int64_t order) {
    const char *name = s->real->table->columns[column].name;
    return (int64_t)column != key && (int64_t)column != order &&
           sg_match_find(&s->evaluation->match, name) >= 0;
}

static syngan_status measure_side(sequences *s, int64_t key, int64_t order,
                                  int64_t made_order) {
    const syngan_table *real = s->real->table;
    double value;
    SG_TRY(sg_sequence_lengths(s->real, s->made, &value));
    SG_TRY(tell(s, 1 - value, "KSComplement", "Numbers of rows",
                "sequences.lengths", NULL));
    if (order >= 0) SG_TRY(measure_order(s, (size_t)order, (size_t)made_order));
    for (size_t c = 0; c < real->n_columns; c++) {
        if (!is_step(s, c, key, order)) continue;
        int64_t at = syngan_table_find(s->made->table, real->columns[c].name);
        SG_TRY(measure_column(s, c, (size_t)at));
    }
    return SYNGAN_OK;
}

/* Of one table in the synthetic one's place. */
static syngan_status measure_table(sg_evaluation *e,
                                   const sg_sequence_side *real,
                                   const syngan_table *table, int64_t key,
                                   int64_t order, syngan_report *report,
                                   double *score) {
    const sg_column *columns = real->table->columns;
    int64_t by, ordered = -1;
    sg_groups groups;
    SG_TRY(sg_find_column(table, columns[key].name, -1, &by));
    if (order >= 0)
        SG_TRY(sg_find_column(table, columns[order].name, -1, &ordered));
    SG_TRY(sg_groups_make(table, by, ordered, &groups));
    const sg_sequence_side made = {table, &groups};
    sequences s = {
        .evaluation = e, .real = real, .made = &made, .report = report};
    syngan_status status = measure_side(&s, key, order, ordered);
    *score = mean_of(&s.all);
    sg_groups_end(&groups);
    return status;
}

static syngan_status measure_both(sg_evaluation *e,
                                  const sg_sequence_side *real,
                                  const syngan_table *made,
                                  const syngan_table *holdout, int64_t key,
                                  int64_t order) {
    double score;
    SG_TRY(measure_table(e, real, made, key, order, e->report, &score));
    sg_report_add(e->report, score, "Mean", "Of all measures of sequences",
                  "sequences.score");
    if (holdout == NULL || holdout->rows < SG_YARDSTICK_ROWS) return SYNGAN_OK;
    SG_TRY(measure_table(e, real, holdout, key, order, NULL, &score));
    sg_report_add(e->report, score, "Yardstick",
                  "What other real sequences get", "sequences.holdout.score");
    return SYNGAN_OK;
}

static syngan_status measure_sequences(sg_evaluation *e,
                                       const syngan_table *real,
                                       const syngan_table *made,
                                       const syngan_table *holdout, int64_t key,
                                       int64_t order) {
    sg_groups groups;
    SG_TRY(sg_groups_make(real, key, order, &groups));
    const sg_sequence_side side = {real, &groups};
    syngan_status status = measure_both(e, &side, made, holdout, key, order);
    sg_groups_end(&groups);
    return status;
}

/* ---- both --------------------------------------------------------------- */

syngan_status sg_evaluation_key(const sg_evaluation *e,
                                const syngan_table *real, int64_t *key) {
    const syngan_evaluate_options *o = &e->options;
    *key = -1;
    if (o->rows == SYNGAN_ROWS_INDEPENDENT) return SYNGAN_OK;
    SG_TRY(sg_find_column(real, o->key, real->key, key));
    if (*key >= 0) return SYNGAN_OK;
    return sg_fail(e->context, SYNGAN_E_ARGUMENT,
                   "evaluate: baskets and sequences need a key, the column "
                   "whose equal values make one");
}

/* Baskets are judged by nothing but their items. */
static void leave_out_others(sg_evaluation *e, const char *item) {
    for (size_t i = 0; i < e->match.count; i++) {
        const char *name = e->match.column[i].name;
        if (strcmp(name, item) == 0) continue;
        e->report->columns--;
        sg_report_leave_out(e->report, name,
                            "baskets are judged by their items alone");
    }
}

static syngan_status measure_views(sg_evaluation *e, const syngan_table *real,
                                   const syngan_table *made,
                                   const syngan_table *holdout) {
    const syngan_evaluate_options *o = &e->options;
    int64_t key, item, order;
    SG_TRY(sg_evaluation_key(e, real, &key));
    if (o->rows == SYNGAN_ROWS_SEQUENCES) {
        SG_TRY(sg_find_column(real, o->order, real->order, &order));
        return measure_sequences(e, real, made, holdout, key, order);
    }
    SG_TRY(sg_find_column(real, o->item, real->n_columns == 2 ? 1 - key : -1,
                          &item));
    if (item >= 0) leave_out_others(e, real->columns[item].name);
    if (item >= 0)
        return measure_baskets(e, real, made, holdout, (size_t)key,
                               (size_t)item);
    return sg_fail(e->context, SYNGAN_E_ARGUMENT,
                   "evaluate: baskets need the column of their items");
}

syngan_status sg_evaluate_rows(sg_evaluation *e, const syngan_table *real,
                               const syngan_table *made) {
    const syngan_table *holdout = e->options.holdout;
    syngan_table views[2] = {{0}, {0}};
    if (e->options.rows == SYNGAN_ROWS_INDEPENDENT) return SYNGAN_OK;
    syngan_status status =
        sg_match_view(&e->match, SG_SYNTHETIC, made, &views[0]);
    if (status == SYNGAN_OK && holdout != NULL)
        status = sg_match_view(&e->match, SG_HOLDOUT, holdout, &views[1]);
    if (status == SYNGAN_OK)
        status = measure_views(e, real, &views[0],
                               holdout != NULL ? &views[1] : NULL);
    sg_free(e->context, views[0].columns);
    sg_free(e->context, views[1].columns);
    return status;
}
