/* SPDX-License-Identifier: Apache-2.0 */
/*
 * syngan_table_evaluate(): options, and the order of the measures.
 */
#include <math.h>
#include <string.h>

#include "base/floats.h"
#include "base/memory.h"
#include "base/options.h"
#include "eval/evaluation.h"
#include "table/options.h"

#define T syngan_evaluate_options
static const sg_field evaluate_fields[] = {
    SG_OTHER(T, holdout, "real rows that were not trained on"),
    SG_STRING(T, target, "column that utility predicts"),
    SG_STRING(T, sensitive,
              "column of attribute inference; default: the target"),
    SG_SEED(T, seed, "seed of samples and folds; auto: the context's"),
    SG_I64(T, max_rows, 1, 1e9, 50000,
           "rows of each table for detection, utility and privacy"),
    SG_TRUE(T, privacy, "the measures of privacy"),
    SG_TRUE(T, utility, "the measures of utility"),
    SG_TRUE(T, detection, "the measures of detection"),
    SG_ENUM(T, rows, "independent|baskets|sequences", SYNGAN_ROWS_INDEPENDENT,
            SYNGAN_ROWS_SEQUENCES, SYNGAN_ROWS_INDEPENDENT,
            "what the rows of the tables are"),
    SG_OTHER(T, progress, "told what is done"),
    SG_OTHER(T, progress_user, "given to `progress`"),
    SG_STRING(T, key, "column that groups rows; default: the schema's"),
    SG_STRING(T, order, "column that orders a sequence; default: the schema's"),
    SG_STRING(T, item, "column of a basket's items; default: the only other"),
    SG_STRING(T, real_name, "where the real table comes from, for the page"),
    SG_STRING(T, synthetic_name, "where the synthetic table comes from"),
    SG_STRING(T, date, "when it was made, for the page"),
    SG_I64(T, epochs, 0, 1e15, 0, "that the synthesizer has learnt"),
};
#undef T
SG_FIELDS(sg_options_evaluate, "evaluate", syngan_evaluate_options,
          evaluate_fields);

/* ---- preparing ---------------------------------------------------------- */

static syngan_status check_tables(const syngan_table *real,
                                  const syngan_table *synthetic,
                                  const syngan_table *holdout) {
    const syngan_table *const tables[] = {real, synthetic, holdout};
    static const char *const names[] = {"real", "synthetic", "hold-out"};
    for (int side = 0; side < SG_INDEPENDENT; side++) {
        if (tables[side] == NULL) continue;
        if (tables[side]->context != real->context)
            return sg_fail(real->context, SYNGAN_E_ARGUMENT,
                           "evaluate: the %s table is of another context than "
                           "the real one",
                           names[side]);
        if (tables[side]->rows == 0)
            return sg_fail(real->context, SYNGAN_E_ARGUMENT,
                           "evaluate: the %s table has no rows", names[side]);
    }
    return SYNGAN_OK;
}

/* -1 for a column that is not compared, too, which a note says. */
static syngan_status find_column(const sg_evaluation *evaluation,
                                 const syngan_table *real, const char *option,
                                 const char *name, int64_t *out) {
    *out = -1;
    if (name == NULL) return SYNGAN_OK;
    if (syngan_table_find(real, name) < 0)
        return sg_fail(evaluation->context, SYNGAN_E_NOT_FOUND,
                       "evaluate: %s is '%s', but there is no column of this "
                       "name in the real table",
                       option, name);
    *out = sg_match_find(&evaluation->match, name);
    if (*out < 0)
        sg_report_note(evaluation->report,
                       "There is no measure of column '%s', which is the %s: "
                       "it is not compared",
                       name, option);
    return SYNGAN_OK;
}

/* The tables' rows for learning, and a note where they are not all. */
static syngan_status draw_samples(sg_evaluation *evaluation) {
    static const char *const names[] = {"evaluate real", "evaluate synthetic",
                                        "evaluate hold-out",
                                        "evaluate independent"};
    static const char *const titles[] = {"real", "synthetic", "hold-out"};
    int64_t most = evaluation->options.max_rows;
    for (int side = 0; side < SG_SIDES; side++) {
        int64_t rows = evaluation->match.rows[side];
        if (side < SG_INDEPENDENT) evaluation->report->rows[side] = rows;
        evaluation->sampled[side] = rows < most ? rows : most;
        evaluation->sample[side] = sg_sample_rows(
            evaluation->context, names[side], evaluation->seed, rows, most);
        if (evaluation->sample[side] == NULL)
            return sg_fail_memory(evaluation->context, "a sample",
                                  (size_t)most * sizeof(int64_t));
        if (rows > most && side < SG_INDEPENDENT)
            sg_report_note(evaluation->report,
                           "Detection, utility and privacy use %lld of the "
                           "%lld rows of the %s table, drawn by chance",
                           (long long)most, (long long)rows, titles[side]);
    }
    return SYNGAN_OK;
}

static syngan_status keep_about(const sg_evaluation *evaluation) {
    const syngan_evaluate_options *options = &evaluation->options;
    syngan_report *report = evaluation->report;
    const char *const from[SG_ABOUT] = {options->real_name,
                                        options->synthetic_name, options->date};
    report->seed = evaluation->seed;
    report->epochs = options->epochs;
    for (int i = 0; i < SG_ABOUT; i++) {
        if (from[i] == NULL) continue;
        report->about[i] = sg_strdup(evaluation->context, from[i]);
        if (report->about[i] == NULL)
            return sg_fail_memory(evaluation->context, "a report",
                                  strlen(from[i]));
    }
    return SYNGAN_OK;
}

static syngan_status prepare(sg_evaluation *evaluation,
                             const syngan_table *real,
                             const syngan_table *synthetic) {
    const syngan_evaluate_options *options = &evaluation->options;
    int64_t key, order;
    SG_TRY(
        sg_report_make(evaluation->context, sg_measures, &evaluation->report));
    SG_TRY(keep_about(evaluation));
    SG_TRY(sg_evaluation_key(evaluation, real, &key, &order));
    if (key >= 0)
        sg_report_note(evaluation->report,
                       "Rows with equal '%s' belong together; the column "
                       "itself is not compared",
                       real->columns[key].name);
    evaluation->key = key;
    evaluation->order = order;
    SG_TRY(sg_independent_make(evaluation, real, key, order,
                               &evaluation->independent));
    const syngan_table *const tables[SG_SIDES] = {
        real, synthetic, options->holdout, evaluation->independent};
    memcpy(evaluation->table, tables, sizeof tables);
    SG_TRY(sg_match_make(tables, key, evaluation->report, &evaluation->match));
    evaluation->report->rows_are = options->rows;
    evaluation->report->columns = evaluation->match.count;
    SG_TRY(find_column(evaluation, real, "target", options->target,
                       &evaluation->target));
    SG_TRY(find_column(evaluation, real, "sensitive column", options->sensitive,
                       &evaluation->sensitive));
    evaluation->report->has_target = evaluation->target >= 0;
    if (options->sensitive == NULL) evaluation->sensitive = evaluation->target;
    if (options->target != NULL) {
        evaluation->report->target =
            sg_strdup(evaluation->context, options->target);
        if (evaluation->report->target == NULL)
            return sg_fail_memory(evaluation->context, "a report",
                                  strlen(options->target));
    }
    return draw_samples(evaluation);
}

/* ---- measuring ----------------------------------------------------------- */

/* What comes next is `part` of all work. */
static void go_on(sg_evaluation *evaluation, double from, double part) {
    evaluation->from = from;
    evaluation->part = part;
}

static syngan_status measure(sg_evaluation *evaluation) {
    const syngan_evaluate_options *options = &evaluation->options;
    bool baskets = options->rows == SYNGAN_ROWS_BASKETS;
    SG_TRY(sg_evaluate_pictures(evaluation));
    SG_TRY(sg_evaluate_tables(evaluation));
    go_on(evaluation, 0.6, 0.15);
    SG_TRY(sg_evaluation_step(evaluation, "utility", 0));
    if (options->utility && !baskets) SG_TRY(sg_evaluate_utility(evaluation));
    go_on(evaluation, 0.75, 0.25);
    SG_TRY(sg_evaluation_step(evaluation, "privacy", 0));
    if (options->privacy && !baskets) SG_TRY(sg_evaluate_privacy(evaluation));
    SG_TRY(sg_evaluation_step(evaluation, "verdict", 1));
    SG_TRY(sg_report_sort(evaluation->report));
    return sg_report_judge(evaluation->report);
}

syngan_status syngan_table_evaluate(const syngan_table *real,
                                    const syngan_table *synthetic,
                                    const syngan_evaluate_options *options,
                                    syngan_report **out) {
    SG_OWN_FLOATS;
    if (out != NULL) *out = NULL;
    if (real == NULL) return SYNGAN_E_ARGUMENT;
    syngan_context *context = real->context;
    if (out == NULL || synthetic == NULL)
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       "syngan_table_evaluate: %s is NULL",
                       out == NULL ? "`out`" : "`synthetic`");
    sg_evaluation evaluation = {.context = context, .part = 1};
    SG_TRY(sg_options_read(context, &sg_options_evaluate, options, "evaluate",
                           &evaluation.options));
    SG_TRY(check_tables(real, synthetic, evaluation.options.holdout));
    evaluation.seed = evaluation.options.seed != SYNGAN_AUTO_SEED
                          ? evaluation.options.seed
                          : context->seed;
    syngan_status status = prepare(&evaluation, real, synthetic);
    if (status == SYNGAN_OK) status = measure(&evaluation);
    sg_match_end(&evaluation.match);
    syngan_table_free(evaluation.independent);
    for (int side = 0; side < SG_SIDES; side++)
        sg_free(context, evaluation.sample[side]);
    if (status == SYNGAN_OK)
        *out = evaluation.report;
    else
        syngan_report_free(evaluation.report);
    return status;
}
