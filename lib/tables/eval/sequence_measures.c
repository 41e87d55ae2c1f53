/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The measures of sequences as values of the report, for the synthetic table
 * and, as a baseline, for the hold-out in its place.
 */
#include <math.h>

#include "base/memory.h"
#include "eval/sequence.h"

/* Lags of autocorrelations. */
enum { LAGS = 5 };

/* ---- score --------------------------------------------------------------- */

/* Of the values that there are. */
static syngan_status score(const void *subject, sg_result *out) {
    const syngan_report *report = subject;
    double sum = 0;
    int64_t count = 0;
    for (size_t i = 0; i < report->count; i++) {
        const sg_report_entry *entry = &report->entry[i];
        bool counts = entry->measure->subject == SG_OF_SEQUENCES ||
                      entry->measure->subject == SG_OF_STEPS;
        if (!counts || isnan(entry->value)) continue;
        sum += entry->value;
        count++;
    }
    if (count > 0) out->value = sum / (double)count;
    return SYNGAN_OK;
}

const sg_measure sg_measure_sequence_score = {
    .name = "sequences.score",
    .method = {"Mean"},
    .title = "Score of sequences",
    .words = "mean of all below",
    .section = &sg_section_sequences,
    .definition = "Mean of the other measures of sequences.",
    .text = "Of all measures of sequences",
    .rule = {.judgement = SG_JUDGE_QUALITY,
             .rows = SYNGAN_ROWS_SEQUENCES,
             .plain = {0.9, 0.75},
             .relative = {0.95, 0.85},
             .way = {0.5, 0},
             .best = 1},
    .subject = SG_OF_SEQUENCE_VALUES,
    .has_baselines = true,
    .compute = score};

/* ---- sequences as such --------------------------------------------------- */

static syngan_status lengths(const void *subject, sg_result *out) {
    const sg_sequences *s = subject;
    double distance;
    SG_TRY(sg_sequence_lengths(s->real, s->synthetic, &distance));
    out->value = 1 - distance;
    return SYNGAN_OK;
}

const sg_measure sg_measure_sequence_lengths = {
    .name = "sequences.lengths",
    .method = {"KSComplement"},
    .title = "Lengths",
    .words = "how alike the numbers of rows are",
    .section = &sg_section_sequences,
    .definition = "KSComplement of the numbers of rows.",
    .text = "Numbers of rows",
    .subject = SG_OF_SEQUENCES,
    .has_baselines = true,
    .compute = lengths};

static syngan_status gaps(const void *subject, sg_result *out) {
    const sg_sequences *s = subject;
    double distance;
    out->left_out = s->order[0] < 0;
    if (out->left_out) return SYNGAN_OK;
    SG_TRY(sg_sequence_gaps(s->real, (size_t)s->order[0], s->synthetic,
                            (size_t)s->order[1], &distance));
    out->value = 1 - distance;
    return SYNGAN_OK;
}

const sg_measure sg_measure_sequence_gaps = {
    .name = "sequences.gaps",
    .method = {"KSComplement"},
    .title = "Gaps",
    .words = "how alike the distances of a row from the one before are",
    .section = &sg_section_sequences,
    .definition = "The same of the differences of a row's order and that of "
                  "the row before.",
    .text = "Gaps between rows",
    .subject = SG_OF_SEQUENCES,
    .has_baselines = true,
    .compute = gaps};

static syngan_status time_of_day(const void *subject, sg_result *out) {
    const sg_sequences *s = subject;
    double distance;
    out->left_out = s->order[0] < 0 ||
                    !sg_column_is_time(&s->real->table->columns[s->order[0]]);
    if (out->left_out) return SYNGAN_OK;
    SG_TRY(sg_sequence_clock(s->real, (size_t)s->order[0], s->synthetic,
                             (size_t)s->order[1], &distance));
    out->value = 1 - distance;
    return SYNGAN_OK;
}

const sg_measure sg_measure_sequence_clock = {
    .name = "sequences.clock",
    .method = {"KSComplement"},
    .title = "Times of day",
    .words = "",
    .section = &sg_section_sequences,
    .definition = "The same of the times of day of an order that is a time.",
    .text = "Times of day",
    .subject = SG_OF_SEQUENCES,
    .has_baselines = true,
    .compute = time_of_day};

/* ---- from row to row ----------------------------------------------------- */

static bool has_codes(const sg_steps *s) {
    return sg_column_has_codes(
        &s->sequences->real->table->columns[s->column[0]]);
}

static syngan_status pairs(const void *subject, sg_result *out) {
    const sg_steps *s = subject;
    double distance;
    out->left_out = s->constant || !has_codes(s);
    if (out->left_out) return SYNGAN_OK;
    SG_TRY(sg_sequence_transitions(s->sequences->real, s->column[0],
                                   s->sequences->synthetic, s->column[1],
                                   &distance));
    out->value = 1 - distance;
    return SYNGAN_OK;
}

const sg_measure sg_measure_sequence_pairs = {
    .name = "sequences.columns.C.pairs",
    .method = {"TVComplement"},
    .title = "Pairs",
    .words = "how alike the frequencies of a value and the next one are",
    .section = &sg_section_steps,
    .definition = "Categories: TVComplement of the frequencies of a value and "
                  "the next one.",
    .text = "Frequencies of a value and the next one",
    .subject = SG_OF_STEPS,
    .has_baselines = true,
    .compute = pairs};

static syngan_status memory(const void *subject, sg_result *out) {
    const sg_steps *s = subject;
    out->left_out = s->constant || has_codes(s);
    if (out->left_out) return SYNGAN_OK;
    double distance =
        sg_sequence_memory(s->sequences->real, s->column[0],
                           s->sequences->synthetic, s->column[1], LAGS);
    out->value = 1 - fmin(distance, 1);
    return SYNGAN_OK;
}

const sg_measure sg_measure_sequence_memory = {
    .name = "sequences.columns.C.memory",
    .method = {"Autocorrelation"},
    .title = "Memory",
    .words = "how alike the correlations with earlier values are",
    .section = &sg_section_steps,
    .definition = "Numbers: 1 - the mean difference of the autocorrelations at "
                  "lags 1 to 5.",
    .text = "1 - the mean difference of the correlations with values 1 to 5 "
            "rows before",
    .subject = SG_OF_STEPS,
    .has_baselines = true,
    .compute = memory};

static syngan_status constant(const void *subject, sg_result *out) {
    const sg_steps *s = subject;
    out->left_out = !s->constant;
    if (s->constant)
        out->value =
            sg_sequence_constant(s->sequences->synthetic, s->column[1]);
    return SYNGAN_OK;
}

const sg_measure sg_measure_sequence_constant = {
    .name = "sequences.columns.C.constant",
    .method = {"Share"},
    .title = "Constant",
    .words = "sequences that have one value, as all real ones",
    .section = &sg_section_steps,
    .definition = "Columns with one value in each real sequence: fraction of "
                  "synthetic sequences of which that is true.",
    .text = "Sequences that have one value, as all real ones",
    .subject = SG_OF_STEPS,
    .has_baselines = true,
    .compute = constant};

/* ---- all of them --------------------------------------------------------- */

static syngan_status measure_column(syngan_report *report,
                                    const sg_sequences *s, size_t column) {
    const sg_column *real = &s->real->table->columns[column];
    int64_t other = syngan_table_find(s->synthetic->table, real->name);
    const sg_steps steps = {.sequences = s,
                            .column = {column, (size_t)other},
                            .constant =
                                sg_sequence_constant(s->real, column) == 1};
    char *path = sg_report_path(report->context, real->name);
    if (path == NULL) return sg_fail_memory(report->context, "a report", 64);
    const char *const names[] = {path};
    syngan_status status =
        sg_report_measure(report, SG_OF_STEPS, 0, &steps, names);
    sg_free(report->context, path);
    return status;
}

static syngan_status measure_side(const sg_evaluation *e, const sg_sequences *s,
                                  int64_t key) {
    syngan_report *report = e->report;
    const syngan_table *real = s->real->table;
    SG_TRY(sg_report_measure(report, SG_OF_SEQUENCES, 0, s, NULL));
    for (size_t c = 0; c < real->n_columns; c++) {
        /* Columns that are compared, but for key and order. */
        if ((int64_t)c == key || (int64_t)c == s->order[0] ||
            sg_match_find(&e->match, real->columns[c].name) < 0)
            continue;
        SG_TRY(measure_column(report, s, c));
    }
    return sg_report_measure(report, SG_OF_SEQUENCE_VALUES, 0, report, NULL);
}

static syngan_status measure_table(const sg_evaluation *e,
                                   const sg_sequence_side *real,
                                   const syngan_table *table, int64_t key,
                                   int64_t order) {
    const sg_column *columns = real->table->columns;
    int64_t by, ordered = -1;
    sg_groups groups;
    SG_TRY(sg_find_column(table, columns[key].name, -1, &by));
    if (order >= 0)
        SG_TRY(sg_find_column(table, columns[order].name, -1, &ordered));
    SG_TRY(sg_groups_make(table, by, ordered, &groups));
    const sg_sequence_side made = {table, &groups};
    const sg_sequences s = {real, &made, {order, ordered}};
    syngan_status status = measure_side(e, &s, key);
    sg_groups_end(&groups);
    return status;
}

syngan_status sg_evaluate_sequences(sg_evaluation *e, const syngan_table *real,
                                    const syngan_table *made, int64_t key,
                                    int64_t order) {
    sg_groups groups;
    SG_TRY(sg_groups_make(real, key, order, &groups));
    const sg_sequence_side side = {real, &groups};
    syngan_status status = measure_table(e, &side, made, key, order);
    sg_groups_end(&groups);
    return status;
}
