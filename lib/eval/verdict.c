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

static const char *const grade_names[] = {"not judged", "good", "mixed",
                                          "poor"};

const char *sg_grade_name(int32_t grade) {
    return grade_names[grade];
}

/* `value` is good from `good` on, mixed from `mixed` on. */
static int32_t grade_of(double value, double good, double mixed) {
    return isnan(value)     ? SG_NOT_JUDGED
           : value >= good  ? SG_GOOD
           : value >= mixed ? SG_MIXED
                            : SG_POOR;
}

static const char *say(int32_t grade, const char *good, const char *mixed,
                       const char *poor) {
    return grade == SG_GOOD ? good : grade == SG_MIXED ? mixed : poor;
}

/* By the score itself, or by how near it comes to that of other real rows. */
static int32_t grade_quality(double score, double yardstick) {
    int32_t plain = grade_of(score, 0.9, 0.75);
    int32_t relative = grade_of(score / yardstick, 0.95, 0.85);
    return relative != SG_NOT_JUDGED && relative < plain ? relative : plain;
}

static void judge_quality(const syngan_report *report, sg_judgement *to) {
    syngan_context *context = report->context;
    double score = sg_report_find(report, "quality.score");
    double shapes = sg_report_find(report, "quality.shapes");
    double pairs = sg_report_find(report, "quality.pairs");
    double yardstick = sg_report_find(report, "quality.holdout.score");
    to->grade = grade_quality(score, yardstick);
    if (to->grade == SG_NOT_JUDGED) {
        to->text = sg_strdup(context, "There was nothing to compare.");
        return;
    }
    char others[64] = "", relations[64] = "no two columns are related";
    if (!isnan(yardstick))
        sg_text(others, sizeof others, "; other real rows get %.1f %%",
                100 * yardstick);
    if (!isnan(pairs))
        sg_text(relations, sizeof relations, "related pairs %.1f %%",
                100 * pairs);
    to->text = sg_format(
        context, "Quality %.1f %% (shapes of columns %.1f %%, %s%s): %s.",
        100 * score, 100 * shapes, relations, others,
        say(to->grade, "columns and their relations look like the real ones",
            "the broad picture is right, single columns or relations are not",
            "columns or relations differ clearly from the real ones"));
}

/* Baskets by their own measures; of sequences the worse of rows and sequences.
 */
static void judge_rows(const syngan_report *report, sg_judgement *to) {
    syngan_context *context = report->context;
    bool baskets = report->rows_are == SYNGAN_ROWS_BASKETS;
    double score =
        sg_report_find(report, baskets ? "baskets.score" : "sequences.score");
    double yardstick = sg_report_find(
        report, baskets ? "baskets.holdout.score" : "sequences.holdout.score");
    int32_t grade = grade_quality(score, yardstick);
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
        return;
    }
    judge_quality(report, to);
    if (to->text == NULL) return;
    if (grade > to->grade) to->grade = grade;
    char *rows = to->text;
    to->text = sg_format(context, "%s Sequences %.1f %%%s: %s.", rows,
                         100 * score, others, said);
    sg_free(context, rows);
}

static void judge_basket_copies(const syngan_report *report, sg_judgement *to) {
    double copies = sg_report_find(report, "baskets.copies");
    double chance = sg_report_find(report, "baskets.copies.holdout");
    if (isnan(chance)) {
        to->text = sg_format(
            report->context,
            "%.2f %% of the synthetic baskets equal a real one; what that "
            "means can't be said without a hold-out of other real baskets.",
            100 * copies);
        return;
    }
    to->grade = grade_of(chance - copies, -0.03, -0.1);
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
    to->grade = grade_of(-auc, -0.7, -0.9);
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
    to->grade = grade_of(ratio, 0.9, 0.7);
    if (to->grade == SG_NOT_JUDGED) {
        to->text = sg_strdup(
            report->context,
            report->target == NULL
                ? "Utility was not measured: no target column was named."
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
    if (isnan(auc) || isnan(share)) {
        to->grade = copies < 0.01 ? SG_MIXED : SG_POOR;
        to->text = sg_format(
            context,
            "%.2f %% of the synthetic rows equal a real one; more can't be "
            "said without a hold-out of real rows that were not trained on.",
            100 * copies);
        return;
    }
    int32_t by_auc =
        grade_of(-excess(report, "privacy.membership.auc", 0.5), -0.03, -0.1);
    int32_t by_share =
        grade_of(-excess(report, "privacy.dcr.share", 0.5), -0.05, -0.15);
    int32_t by_copies = grade_of(chance - copies, -0.01, -0.05);
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
    to->grade = worst;
    char blamed[64] = "";
    int count = 0;
    for (int i = SG_JUDGE_QUALITY; i < SG_JUDGEMENTS; i++) {
        if (judgement[i].grade != worst || worst == SG_NOT_JUDGED) continue;
        if (count++ > 0) strcat(blamed, ", ");
        strcat(blamed, names[i]);
    }
    if (worst <= SG_GOOD)
        to->text = sg_format(context, "%s in all %d respects that were judged.",
                             worst == SG_GOOD ? "Good" : "Not judged", judged);
    else
        to->text = sg_format(context, "%s, because of: %s.",
                             worst == SG_MIXED ? "Mixed" : "Poor", blamed);
}

syngan_status sg_report_judge(syngan_report *report) {
    sg_judgement *all = report->judgement;
    bool baskets = report->rows_are == SYNGAN_ROWS_BASKETS;
    if (report->rows_are == SYNGAN_ROWS_INDEPENDENT)
        judge_quality(report, &all[SG_JUDGE_QUALITY]);
    else
        judge_rows(report, &all[SG_JUDGE_QUALITY]);
    judge_detection(report, &all[SG_JUDGE_DETECTION]);
    judge_utility(report, &all[SG_JUDGE_UTILITY]);
    if (baskets)
        judge_basket_copies(report, &all[SG_JUDGE_PRIVACY]);
    else
        judge_privacy(report, &all[SG_JUDGE_PRIVACY]);
    judge_all(report, all);
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
