/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking for the worst column and the worst pair among the values of a report.
 */
#include "eval/worst.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

/* ---- grades -------------------------------------------------------------- */

int32_t sg_grade_of(double value, double good, double mixed) {
    return isnan(value)     ? SG_NOT_JUDGED
           : value >= good  ? SG_GOOD
           : value >= mixed ? SG_MIXED
                            : SG_POOR;
}

int32_t sg_grade_against(double value, double holdout, sg_limits plain,
                         sg_limits relative) {
    int32_t by_value = sg_grade_of(value, plain.good, plain.mixed);
    int32_t by_holdout =
        sg_grade_of(value / holdout, relative.good, relative.mixed);
    return by_holdout != SG_NOT_JUDGED && by_holdout < by_value ? by_holdout
                                                                : by_value;
}

/* ---- names --------------------------------------------------------------- */

int32_t sg_name_parts(const char *name, sg_name_part *parts, int32_t most) {
    int32_t count = 0;
    for (const char *at = name;; at++, count++) {
        const char *begin = at;
        while (*at != '\0' && *at != '.')
            at += at[0] == '\\' && at[1] != '\0' ? 2 : 1;
        if (count < most)
            parts[count] = (sg_name_part){begin, (size_t)(at - begin)};
        if (*at == '\0') return count + 1;
    }
}

size_t sg_name_cut(const char *name, size_t size) {
    if (size <= SG_NAME_SHORT) return size;
    size = SG_NAME_SHORT;
    while (size > 0 && (name[size] & 0xc0) == 0x80)
        size--;
    return size;
}

/* The column's own name, without the backslashes of a path. */
static void plain_name(sg_name_part part, char out[SG_NAME_SHORT + 1]) {
    size_t used = 0, size = sg_name_cut(part.text, part.size);
    for (size_t i = 0; i < size; i++) {
        if (part.text[i] == '\\' && i + 1 < size) i++;
        out[used++] = part.text[i];
    }
    out[used] = '\0';
}

/* ---- the worst ----------------------------------------------------------- */

/* Less is better: by how far the value is above its ideal. */
static int32_t grade_excess(const syngan_report *report,
                            const sg_report_entry *entry) {
    const sg_rule *rule = &entry->measure->rule;
    double ideal =
        rule->chance == NULL ? rule->ideal
        : rule->chance == entry->measure
            ? sg_report_baseline(report, entry->name, SG_HOLDOUT_ROWS)
            : sg_report_value(report, rule->chance);
    return sg_grade_of(-(entry->value - ideal), -rule->plain.good,
                       -rule->plain.mixed);
}

double sg_report_way(const syngan_report *report,
                     const sg_report_entry *entry) {
    double low =
        sg_report_baseline(report, entry->name, SG_INDEPENDENT_COLUMNS);
    double high = sg_report_baseline(report, entry->name, SG_HOLDOUT_ROWS);
    double sign = entry->measure->direction == SG_LESS_IS_BETTER ? -1 : 1;
    if (isnan(high)) high = entry->measure->rule.best;
    return sign * (high - low) > SG_LEAST_WAY
               ? (entry->value - low) / (high - low)
               : (double)NAN;
}

static int32_t grade_entry(const syngan_report *report,
                           const sg_report_entry *entry) {
    const sg_rule *rule = &entry->measure->rule;
    bool less = entry->measure->direction == SG_LESS_IS_BETTER;
    int32_t grade =
        less ? grade_excess(report, entry)
             : sg_grade_against(
                   entry->value,
                   sg_report_baseline(report, entry->name, SG_HOLDOUT_ROWS),
                   rule->plain, rule->relative);
    if (rule->way.good <= 0) return grade;
    int32_t by_way = sg_grade_of(sg_report_way(report, entry), rule->way.good,
                                 rule->way.mixed);
    return by_way > grade ? by_way : grade;
}

sg_worst sg_report_worst(const syngan_report *report,
                         const sg_measure *measure) {
    sg_worst worst = {.grade = SG_NOT_JUDGED};
    for (size_t i = 0; i < report->count; i++) {
        const sg_report_entry *entry = &report->entry[i];
        if (entry->measure != measure || isnan(entry->value) ||
            entry->baseline != SG_SYNTHETIC_ROWS)
            continue;
        int32_t grade = grade_entry(report, entry);
        if (grade < worst.grade ||
            (worst.entry != NULL && grade == worst.grade &&
             !(entry->value < worst.entry->value)))
            continue;
        worst = (sg_worst){entry, grade};
    }
    return worst;
}

char *sg_worst_name(const syngan_report *report, const sg_worst *worst) {
    sg_name_part parts[4];
    char first[SG_NAME_SHORT + 1], second[SG_NAME_SHORT + 1];
    int32_t count = sg_name_parts(worst->entry->name, parts, 4);
    plain_name(parts[1], first);
    plain_name(parts[count - 2], second);
    return count == 3
               ? sg_format(report->context, "'%s'", first)
               : sg_format(report->context, "'%s' with '%s'", first, second);
}
