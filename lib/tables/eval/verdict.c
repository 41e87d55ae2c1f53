/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verdict: what the numbers come to, in words. The thresholds are ours;
 * each sentence has the number that it rests on.
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "eval/report.h"
#include "eval/worst.h"

/* A line's grade: the worst of the measures that its rules have in it, of those
 * for a kind of rows. */
static int32_t grade_line(const syngan_report *report, int32_t judgement,
                          int32_t rows) {
    int32_t grade = SG_NOT_JUDGED;
    for (const sg_measure *const *m = report->measures; *m != NULL; m++) {
        const sg_rule *rule = &(*m)->rule;
        if (rule->judgement != judgement || rule->rows != rows) continue;
        int32_t worst = sg_report_worst(report, *m).grade;
        if (worst > grade) grade = worst;
    }
    return grade;
}

static const char *say(int32_t grade, const char *good, const char *mixed,
                       const char *poor) {
    return grade == SG_GOOD ? good : grade == SG_MIXED ? mixed : poor;
}

/* The worst value of a measure of columns or pairs, and of which it is. */
typedef struct named_worst {
    char *what; /* NULL: there is none */
    double value;
} named_worst;

static syngan_status find_worst(const syngan_report *report,
                                const sg_measure *measure, named_worst *out) {
    sg_worst worst = sg_report_worst(report, measure);
    if (worst.entry == NULL) return SYNGAN_OK;
    out->value = worst.entry->value;
    out->what = sg_worst_name(report, &worst);
    return out->what != NULL ? SYNGAN_OK
                             : sg_fail_memory(report->context, "a verdict", 0);
}

/* A column or pair in brackets behind the mean: ", at worst 'age' 61.0 %". */
static void say_worst(const named_worst *worst, char *text, size_t size) {
    text[0] = '\0';
    if (worst->what != NULL)
        sg_text(text, size, ", at worst %s %.1f %%", worst->what,
                100 * worst->value);
}

/* Names of columns that are not judged, the first three. */
static void say_left_out(const syngan_report *report, char *text, size_t size) {
    size_t count = report->n_left_out, used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < count && i < 3 && used < size; i++) {
        const char *name = report->left_out[i];
        int more =
            sg_text(text + used, size - used, "%s'%.*s'", i > 0 ? ", " : "",
                    (int)sg_name_cut(name, strlen(name)), name);
        used += more > 0 ? (size_t)more : 0;
    }
    if (count > 3 && used < size)
        sg_text(text + used, size - used, " and %zu more", count - 3);
}

/* Adds a sentence on the columns that are not judged, of which nobody knows
 * whether they are good. */
static void add_left_out(const syngan_report *report, sg_judgement *to) {
    char names[256];
    if (report->n_left_out == 0 || to->text == NULL) return;
    if (to->grade == SG_GOOD) to->grade = SG_MIXED;
    say_left_out(report, names, sizeof names);
    char *before = to->text;
    to->text = sg_format(
        report->context, "%s %zu of %zu columns not judged: %s.", before,
        report->n_left_out, report->columns + report->n_left_out, names);
    sg_free(report->context, before);
}

/* What the baselines get. */
static void say_baselines(const syngan_report *report,
                          const sg_measure *measure, char *text, size_t size) {
    double real = sg_report_baseline(report, measure->name, SG_HOLDOUT_ROWS);
    double independent =
        sg_report_baseline(report, measure->name, SG_INDEPENDENT_COLUMNS);
    int used = 0;
    text[0] = '\0';
    if (!isnan(real))
        used = sg_text(text, size, "; other real rows get %.1f %%", 100 * real);
    if (!isnan(independent) && used >= 0)
        sg_text(text + used, size - (size_t)used,
                "; columns shuffled one by one get %.1f %%", 100 * independent);
}

typedef struct quality {
    double score, shapes, pairs, coverage;
    named_worst shape, pair, missing;
} quality;

static char *say_quality(const syngan_report *report, const quality *q,
                         int32_t grade) {
    char others[120], relations[160] = "no two columns are related";
    char shape[80], pair[120], missing[120] = "", covered[64] = "";
    say_worst(&q->shape, shape, sizeof shape);
    say_worst(&q->pair, pair, sizeof pair);
    say_baselines(report, &sg_measure_quality_score, others, sizeof others);
    if (!isnan(q->pairs))
        sg_text(relations, sizeof relations, "related pairs %.1f %%%s",
                100 * q->pairs, pair);
    if (q->missing.what != NULL && q->missing.value < 0.995)
        sg_text(missing, sizeof missing,
                "; missing values at worst of %s, whose shares agree by "
                "%.1f %%",
                q->missing.what, 100 * q->missing.value);
    if (!isnan(q->coverage))
        sg_text(covered, sizeof covered, "; %.1f %% of ranges and values occur",
                100 * q->coverage);
    return sg_format(
        report->context,
        "Quality %.1f %% (shapes of columns %.1f %%%s; %s%s%s%s): %s.",
        100 * q->score, 100 * q->shapes, shape, relations, covered, missing,
        others,
        say(grade, "columns and their relations look like the real ones",
            "the broad picture is right, single columns or relations are not",
            "columns or relations differ clearly from the real ones"));
}

static syngan_status find_all_worst(const syngan_report *report, quality *q) {
    SG_TRY(find_worst(report, &sg_measure_column_shape, &q->shape));
    SG_TRY(find_worst(report, &sg_measure_pair_trend, &q->pair));
    return find_worst(report, &sg_measure_column_missing, &q->missing);
}

static syngan_status judge_quality(const syngan_report *report,
                                   sg_judgement *to) {
    syngan_context *context = report->context;
    quality q = {.score = sg_report_value(report, &sg_measure_quality_score),
                 .shapes = sg_report_value(report, &sg_measure_quality_shapes),
                 .pairs = sg_report_value(report, &sg_measure_quality_pairs),
                 .coverage =
                     sg_report_value(report, &sg_measure_quality_coverage)};
    to->grade = grade_line(report, SG_JUDGE_QUALITY, SYNGAN_ROWS_INDEPENDENT);
    /* Shares of missing values alone are no picture of a table. */
    if (isnan(q.score) && to->grade == SG_GOOD) to->grade = SG_NOT_JUDGED;
    syngan_status status = find_all_worst(report, &q);
    if (status == SYNGAN_OK) {
        if (to->grade == SG_NOT_JUDGED)
            to->text = sg_strdup(context, "There was nothing to compare.");
        else if (isnan(q.score))
            to->text = sg_strdup(context, "No column has values in both "
                                          "tables.");
        else
            to->text = say_quality(report, &q, to->grade);
    }
    sg_free(context, q.shape.what);
    sg_free(context, q.pair.what);
    sg_free(context, q.missing.what);
    return status;
}

static const char *say_likeness(int32_t grade) {
    return say(grade, "they look like the real ones",
               "the broad picture is right, details are not",
               "they differ clearly from the real ones");
}

/* By their own measures alone. */
static syngan_status judge_baskets(const syngan_report *report,
                                   sg_judgement *to) {
    char others[120];
    say_baselines(report, &sg_measure_basket_score, others, sizeof others);
    to->grade = grade_line(report, SG_JUDGE_QUALITY, SYNGAN_ROWS_BASKETS);
    to->text = sg_format(
        report->context,
        "Quality of baskets %.1f %% (sizes %.1f %%, items %.1f %%, lift of "
        "pairs r = %.2f%s): %s.",
        100 * sg_report_value(report, &sg_measure_basket_score),
        100 * sg_report_value(report, &sg_measure_basket_sizes),
        100 * sg_report_value(report, &sg_measure_basket_items),
        sg_report_value(report, &sg_measure_basket_lift), others,
        say_likeness(to->grade));
    return SYNGAN_OK;
}

/* The worse of rows and sequences. */
static syngan_status judge_sequences(const syngan_report *report,
                                     sg_judgement *to) {
    char others[120];
    say_baselines(report, &sg_measure_sequence_score, others, sizeof others);
    int32_t grade = grade_line(report, SG_JUDGE_QUALITY, SYNGAN_ROWS_SEQUENCES);
    SG_TRY(judge_quality(report, to));
    if (to->text == NULL) return SYNGAN_OK;
    if (grade > to->grade) to->grade = grade;
    char *rows = to->text;
    to->text =
        sg_format(report->context, "%s Sequences %.1f %%%s: %s.", rows,
                  100 * sg_report_value(report, &sg_measure_sequence_score),
                  others, say_likeness(grade));
    sg_free(report->context, rows);
    return SYNGAN_OK;
}

/* Whether the hold-out is large enough to compare with. */
static bool has_baseline(const syngan_report *report) {
    return report->rows[2] >= SG_HOLDOUT_LEAST;
}

static syngan_status judge_basket_copies(const syngan_report *report,
                                         sg_judgement *to) {
    double copies = sg_report_value(report, &sg_measure_basket_copies);
    double chance = sg_report_baseline(report, sg_measure_basket_copies.name,
                                       SG_HOLDOUT_ROWS);
    if (isnan(chance) || !has_baseline(report)) {
        to->text = sg_format(
            report->context,
            "%.2f %% of the synthetic baskets equal a real one; what that "
            "means can't be said without a hold-out of other real baskets, of "
            "%d "
            "rows or more.",
            100 * copies, SG_HOLDOUT_LEAST);
        return SYNGAN_OK;
    }
    to->grade = grade_line(report, SG_JUDGE_PRIVACY, SYNGAN_ROWS_BASKETS);
    to->text = sg_format(
        report->context,
        "%.2f %% of the synthetic baskets equal a real one; of other real "
        "baskets %.2f %% do: %s.",
        100 * copies, 100 * chance,
        say(to->grade, "no sign that baskets were learnt by heart",
            "some real baskets shine through", "baskets were learnt by heart"));
    return SYNGAN_OK;
}

static syngan_status judge_detection(const syngan_report *report,
                                     sg_judgement *to) {
    const sg_measure *measure = &sg_measure_detection_trees_auc;
    double auc = sg_report_value(report, measure);
    double independent =
        sg_report_baseline(report, measure->name, SG_INDEPENDENT_COLUMNS);
    char other[80] = "";
    if (!isnan(independent))
        sg_text(other, sizeof other,
                "; columns shuffled one by one are told with %.3f",
                independent);
    to->grade = grade_line(report, SG_JUDGE_DETECTION, SYNGAN_ROWS_INDEPENDENT);
    if (to->grade == SG_NOT_JUDGED) {
        to->text = sg_strdup(report->context, "Detection was not measured.");
        return SYNGAN_OK;
    }
    to->text = sg_format(
        report->context,
        "A classifier tells synthetic from real rows with an AUC of %.3f (0.5 "
        "is guessing, 1 is always right%s): %s.",
        auc, other,
        say(to->grade, "they are hard to tell apart",
            "there are traces that a machine finds",
            "a machine tells nearly all of them apart"));
    return SYNGAN_OK;
}

static syngan_status judge_utility(const syngan_report *report,
                                   sg_judgement *to) {
    double ratio = sg_report_value(report, &sg_measure_utility_ratio);
    to->grade = grade_line(report, SG_JUDGE_UTILITY, SYNGAN_ROWS_INDEPENDENT);
    if (to->grade == SG_NOT_JUDGED) {
        to->text = sg_strdup(
            report->context,
            report->target == NULL
                ? "Utility was not measured: no target column was named."
            : !report->has_target
                ? "Utility was not measured: the target is not compared."
                : "Utility could not be judged: the real rows themselves do "
                  "not predict the target.");
        return SYNGAN_OK;
    }
    to->text = sg_format(
        report->context,
        "A model of '%s' trained on synthetic rows keeps %.0f %% of what one "
        "trained on real rows has learnt: %s.",
        report->target, 100 * fmax(ratio, 0),
        say(to->grade, "the synthetic table can stand in for the real one",
            "it can stand in where the last per cents don't count",
            "it can't stand in for the real one"));
    return SYNGAN_OK;
}

static syngan_status judge_privacy(const syngan_report *report,
                                   sg_judgement *to) {
    syngan_context *context = report->context;
    double copies = sg_report_value(report, &sg_measure_privacy_copies);
    double chance = sg_report_value(report, &sg_measure_privacy_copies_holdout);
    double share = sg_report_value(report, &sg_measure_privacy_dcr_share);
    double auc = sg_report_value(report, &sg_measure_privacy_membership);
    if (isnan(copies)) {
        to->text = sg_strdup(context, "Privacy was not measured.");
        return SYNGAN_OK;
    }
    if (isnan(auc) || isnan(share) || !has_baseline(report)) {
        to->grade = copies < 0.01 ? SG_MIXED : SG_POOR;
        to->text = sg_format(
            context,
            "%.2f %% of the synthetic rows equal a real one; more can't be "
            "said without a hold-out of %d or more real rows that were not "
            "trained on.",
            100 * copies, SG_HOLDOUT_LEAST);
        return SYNGAN_OK;
    }
    to->grade = grade_line(report, SG_JUDGE_PRIVACY, SYNGAN_ROWS_INDEPENDENT);
    to->text = sg_format(
        context,
        "An attacker tells training from other rows with an AUC of %.3f, "
        "%.1f %% of the synthetic rows are closer to training than to hold-out "
        "rows (0.5 and 50 %% are ideal), and %.2f %% equal a real one (%.2f %% "
        "by chance): %s.",
        auc, 100 * share, 100 * copies, 100 * chance,
        say(to->grade, "no sign that training rows were learnt by heart",
            "some training rows shine through",
            "training rows were learnt by heart"));
    return SYNGAN_OK;
}

static void judge_all(const syngan_report *report, sg_judgement *judgement) {
    syngan_context *context = report->context;
    int32_t worst = SG_NOT_JUDGED, judged = 0;
    for (int i = SG_JUDGE_QUALITY; i < SG_JUDGEMENTS; i++) {
        if (judgement[i].grade > worst) worst = judgement[i].grade;
        judged += judgement[i].grade != SG_NOT_JUDGED;
    }
    sg_judgement *to = &judgement[SG_JUDGE_ALL];
    if (worst == SG_GOOD && judgement[SG_JUDGE_QUALITY].grade == SG_NOT_JUDGED)
        worst = SG_NOT_JUDGED;
    to->grade = worst;
    char blamed[64] = "";
    int count = 0;
    for (int i = SG_JUDGE_QUALITY; i < SG_JUDGEMENTS; i++) {
        if (judgement[i].grade != worst || worst == SG_NOT_JUDGED) continue;
        if (count++ > 0) strcat(blamed, ", ");
        strcat(blamed, sg_judgement_names[i]);
    }
    if (worst <= SG_GOOD)
        to->text =
            worst == SG_GOOD
                ? sg_format(context,
                            "Good in all %d respects that were judged.", judged)
                : sg_strdup(context, "Not judged.");
    else
        to->text = sg_format(context, "%s, because of: %s.",
                             worst == SG_MIXED ? "Mixed" : "Poor", blamed);
}

/* The lines behind the whole, by kind of rows: SYNGAN_ROWS_... */
typedef syngan_status judge_fn(const syngan_report *report, sg_judgement *to);
static judge_fn *const judges[][SG_JUDGEMENTS] = {
    [SYNGAN_ROWS_INDEPENDENT] = {NULL, judge_quality, judge_detection,
                                 judge_utility, judge_privacy},
    [SYNGAN_ROWS_BASKETS] = {NULL, judge_baskets, judge_detection,
                             judge_utility, judge_basket_copies},
    [SYNGAN_ROWS_SEQUENCES] = {NULL, judge_sequences, judge_detection,
                               judge_utility, judge_privacy},
};

syngan_status sg_report_judge(syngan_report *report) {
    sg_judgement *all = report->judgement;
    for (int i = SG_JUDGE_QUALITY; i < SG_JUDGEMENTS; i++)
        SG_TRY(judges[report->rows_are][i](report, &all[i]));
    add_left_out(report, &all[SG_JUDGE_QUALITY]);
    judge_all(report, all);
    add_left_out(report, &all[SG_JUDGE_ALL]);
    for (int i = 0; i < SG_JUDGEMENTS; i++)
        if (all[i].text == NULL)
            return sg_fail_memory(report->context, "a verdict", 0);
    report->verdict =
        sg_format(report->context, "%s\n%s\n%s\n%s\n%s", all[SG_JUDGE_ALL].text,
                  all[SG_JUDGE_QUALITY].text, all[SG_JUDGE_DETECTION].text,
                  all[SG_JUDGE_UTILITY].text, all[SG_JUDGE_PRIVACY].text);
    return report->verdict != NULL
               ? SYNGAN_OK
               : sg_fail_memory(report->context, "a verdict", 0);
}
