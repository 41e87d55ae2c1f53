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

int32_t sg_grade_against(double value, double yardstick, sg_limits plain,
                         sg_limits relative) {
    int32_t by_value = sg_grade_of(value, plain.good, plain.mixed);
    int32_t by_yardstick =
        sg_grade_of(value / yardstick, relative.good, relative.mixed);
    return by_yardstick != SG_NOT_JUDGED && by_yardstick < by_value
               ? by_yardstick
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
static int32_t grade_excess(const syngan_report *report, const sg_rule *rule,
                            double value) {
    double ideal = rule->chance != NULL ? sg_report_value(report, rule->chance)
                                        : rule->ideal;
    return sg_grade_of(-(value - ideal), -rule->plain.good, -rule->plain.mixed);
}

static syngan_status grade_entry(const syngan_report *report,
                                 const sg_report_entry *entry, int32_t *grade) {
    const sg_measure *measure = entry->measure;
    const sg_rule *rule = &measure->rule;
    double baseline = NAN;
    if (measure->direction == SG_LESS_IS_BETTER) {
        *grade = grade_excess(report, rule, entry->value);
        return SYNGAN_OK;
    }
    if (measure->baseline != NULL) {
        char *name =
            sg_measure_baseline_name(report->context, measure, entry->name);
        if (name == NULL)
            return sg_fail_memory(report->context, "a verdict", 0);
        sg_report_has(report, name, &baseline);
        sg_free(report->context, name);
    }
    *grade =
        sg_grade_against(entry->value, baseline, rule->plain, rule->relative);
    return SYNGAN_OK;
}

syngan_status sg_report_worst(const syngan_report *report,
                              const sg_measure *measure, sg_worst *out) {
    *out = (sg_worst){.grade = SG_NOT_JUDGED};
    for (size_t i = 0; i < report->count; i++) {
        const sg_report_entry *entry = &report->entry[i];
        int32_t grade = SG_NOT_JUDGED;
        if (entry->measure != measure || isnan(entry->value)) continue;
        SG_TRY(grade_entry(report, entry, &grade));
        if (grade < out->grade || (out->entry != NULL && grade == out->grade &&
                                   !(entry->value < out->entry->value)))
            continue;
        *out = (sg_worst){entry, grade};
    }
    return SYNGAN_OK;
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
