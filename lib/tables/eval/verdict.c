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

static const char *const grade_names[] = {"not judged", "good", "mixed",
                                          "poor"};

const char *sg_grade_name(int32_t grade) {
    return grade_names[grade];
}

static int32_t grade_score(double score, double yardstick) {
    return sg_grade_against(score, yardstick, (sg_limits){0.9, 0.75},
                            (sg_limits){0.95, 0.85});
}

static const char *say(int32_t grade, const char *good, const char *mixed,
                       const char *poor) {
    return grade == SG_GOOD ? good : grade == SG_MIXED ? mixed : poor;
}

/* A column or pair in brackets behind the mean: ", at worst 'age' 61.0 %". */
static void say_worst(const sg_worst *worst, char *text, size_t size) {
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

typedef struct quality {
    double score, shapes, pairs, coverage, yardstick;
    sg_worst shape, pair, missing;
} quality;

/* The worst grade of the score, of single columns and pairs, and of what is
 * covered. */
static int32_t grade_quality(const syngan_report *report, const quality *q) {
    const sg_limits relative = {0.9, 0.75};
    const int32_t grades[] = {
        grade_score(q->score, q->yardstick), q->shape.grade, q->pair.grade,
        q->missing.grade,
        sg_grade_against(q->coverage,
                         sg_report_find(report, "quality.holdout.coverage"),
                         (sg_limits){0.75, 0.5}, relative)};
    int32_t worst = SG_NOT_JUDGED;
    for (size_t i = 0; i < sizeof grades / sizeof *grades; i++)
        if (grades[i] > worst) worst = grades[i];
    /* Shares of missing values alone are no picture of a table. */
    return isnan(q->score) && worst == SG_GOOD ? SG_NOT_JUDGED : worst;
}

static char *say_quality(const syngan_report *report, const quality *q,
                         int32_t grade) {
    char others[64] = "", relations[160] = "no two columns are related";
    char shape[80], pair[120], missing[120] = "", covered[64] = "";
    say_worst(&q->shape, shape, sizeof shape);
    say_worst(&q->pair, pair, sizeof pair);
    if (!isnan(q->yardstick))
        sg_text(others, sizeof others, "; other real rows get %.1f %%",
                100 * q->yardstick);
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

static syngan_status judge_quality(const syngan_report *report,
                                   sg_judgement *to) {
    syngan_context *context = report->context;
    quality q = {.score = sg_report_find(report, "quality.score"),
                 .shapes = sg_report_find(report, "quality.shapes"),
                 .pairs = sg_report_find(report, "quality.pairs"),
                 .coverage = sg_report_find(report, "quality.coverage"),
                 .yardstick = sg_report_find(report, "quality.holdout.score")};
    syngan_status status = sg_report_worst(report, SG_WORST_SHAPE, &q.shape);
    if (status == SYNGAN_OK)
        status = sg_report_worst(report, SG_WORST_PAIR, &q.pair);
    if (status == SYNGAN_OK)
        status = sg_report_worst(report, SG_WORST_MISSING, &q.missing);
    if (status == SYNGAN_OK) {
        to->grade = grade_quality(report, &q);
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

/* Baskets by their own measures; of sequences the worse of rows and sequences.
 */
static syngan_status judge_rows(const syngan_report *report, sg_judgement *to) {
    syngan_context *context = report->context;
    bool baskets = report->rows_are == SYNGAN_ROWS_BASKETS;
    double score =
        sg_report_find(report, baskets ? "baskets.score" : "sequences.score");
    double yardstick = sg_report_find(
        report, baskets ? "baskets.holdout.score" : "sequences.holdout.score");
    int32_t grade = grade_score(score, yardstick);
    char others[64] = "";
    if (!isnan(yardstick))
        sg_text(others, sizeof others, "; other real ones get %.1f %%",
                100 * yardstick);
    const char *said = say(grade, "they look like the real ones",
                           "the broad picture is right, details are not",
                           "they differ clearly from the real ones");
    if (baskets) {
        to->grade = grade;
        to->text = sg_format(
            context,
            "Quality of baskets %.1f %% (sizes %.1f %%, items %.1f %%, lift of "
            "pairs r = %.2f%s): %s.",
            100 * score, 100 * sg_report_find(report, "baskets.sizes"),
            100 * sg_report_find(report, "baskets.items"),
            sg_report_find(report, "baskets.lift"), others, said);
        return SYNGAN_OK;
    }
    SG_TRY(judge_quality(report, to));
    if (to->text == NULL) return SYNGAN_OK;
    if (grade > to->grade) to->grade = grade;
    char *rows = to->text;
    to->text = sg_format(context, "%s Sequences %.1f %%%s: %s.", rows,
                         100 * score, others, said);
    sg_free(context, rows);
    return SYNGAN_OK;
}

/* Whether the hold-out is large enough to compare with. */
static bool has_yardstick(const syngan_report *report) {
    return report->rows[2] >= SG_YARDSTICK_ROWS;
}

static void judge_basket_copies(const syngan_report *report, sg_judgement *to) {
    double copies = sg_report_find(report, "baskets.copies");
    double chance = sg_report_find(report, "baskets.copies.holdout");
    if (isnan(chance) || !has_yardstick(report)) {
        to->text = sg_format(
            report->context,
            "%.2f %% of the synthetic baskets equal a real one; what that "
            "means can't be said without a hold-out of other real baskets, of "
            "%d "
            "rows or more.",
            100 * copies, SG_YARDSTICK_ROWS);
        return;
    }
    to->grade = sg_grade_of(chance - copies, -0.03, -0.1);
    to->text = sg_format(
        report->context,
        "%.2f %% of the synthetic baskets equal a real one; of other real "
        "baskets %.2f %% do: %s.",
        100 * copies, 100 * chance,
        say(to->grade, "no sign that baskets were learnt by heart",
            "some real baskets shine through", "baskets were learnt by heart"));
}

static void judge_detection(const syngan_report *report, sg_judgement *to) {
    double auc = sg_report_find(report, "detection.trees.auc");
    to->grade = sg_grade_of(-auc, -0.7, -0.9);
    if (to->grade == SG_NOT_JUDGED) {
        to->text = sg_strdup(report->context, "Detection was not measured.");
        return;
    }
    to->text = sg_format(
        report->context,
        "A classifier tells synthetic from real rows with an AUC of %.3f (0.5 "
        "is guessing, 1 is always right): %s.",
        auc,
        say(to->grade, "they are hard to tell apart",
            "there are traces that a machine finds",
            "a machine tells nearly all of them apart"));
}

static void judge_utility(const syngan_report *report, sg_judgement *to) {
    double ratio = sg_report_find(report, "utility.ratio");
    to->grade = sg_grade_of(ratio, 0.9, 0.7);
    if (to->grade == SG_NOT_JUDGED) {
        to->text = sg_strdup(
            report->context,
            report->target == NULL
                ? "Utility was not measured: no target column was named."
            : !report->has_target
                ? "Utility was not measured: the target is not compared."
                : "Utility could not be judged: the real rows themselves do "
                  "not predict the target.");
        return;
    }
    to->text = sg_format(
        report->context,
        "A model of '%s' trained on synthetic rows keeps %.0f %% of what one "
        "trained on real rows has learnt: %s.",
        report->target, 100 * fmax(ratio, 0),
        say(to->grade, "the synthetic table can stand in for the real one",
            "it can stand in where the last per cents don't count",
            "it can't stand in for the real one"));
}

/* How far `value` is above what is ideal. */
static double excess(const syngan_report *report, const char *name,
                     double ideal) {
    return sg_report_find(report, name) - ideal;
}

static void judge_privacy(const syngan_report *report, sg_judgement *to) {
    syngan_context *context = report->context;
    double copies = sg_report_find(report, "privacy.copies");
    double chance = sg_report_find(report, "privacy.copies.holdout");
    double share = sg_report_find(report, "privacy.dcr.share");
    double auc = sg_report_find(report, "privacy.membership.auc");
    if (isnan(copies)) {
        to->text = sg_strdup(context, "Privacy was not measured.");
        return;
    }
    if (isnan(auc) || isnan(share) || !has_yardstick(report)) {
        to->grade = copies < 0.01 ? SG_MIXED : SG_POOR;
        to->text = sg_format(
            context,
            "%.2f %% of the synthetic rows equal a real one; more can't be "
            "said without a hold-out of %d or more real rows that were not "
            "trained on.",
            100 * copies, SG_YARDSTICK_ROWS);
        return;
    }
    int32_t by_auc = sg_grade_of(-excess(report, "privacy.membership.auc", 0.5),
                                 -0.03, -0.1);
    int32_t by_share =
        sg_grade_of(-excess(report, "privacy.dcr.share", 0.5), -0.05, -0.15);
    int32_t by_copies = sg_grade_of(chance - copies, -0.01, -0.05);
    to->grade = by_auc > by_share ? by_auc : by_share;
    if (by_copies > to->grade) to->grade = by_copies;
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
}

static void judge_all(const syngan_report *report, sg_judgement *judgement) {
    syngan_context *context = report->context;
    static const char *const names[] = {"", "quality", "detection", "utility",
                                        "privacy"};
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
        strcat(blamed, names[i]);
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

syngan_status sg_report_judge(syngan_report *report) {
    sg_judgement *all = report->judgement;
    bool baskets = report->rows_are == SYNGAN_ROWS_BASKETS;
    SG_TRY(report->rows_are == SYNGAN_ROWS_INDEPENDENT
               ? judge_quality(report, &all[SG_JUDGE_QUALITY])
               : judge_rows(report, &all[SG_JUDGE_QUALITY]));
    add_left_out(report, &all[SG_JUDGE_QUALITY]);
    judge_detection(report, &all[SG_JUDGE_DETECTION]);
    judge_utility(report, &all[SG_JUDGE_UTILITY]);
    if (baskets)
        judge_basket_copies(report, &all[SG_JUDGE_PRIVACY]);
    else
        judge_privacy(report, &all[SG_JUDGE_PRIVACY]);
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
