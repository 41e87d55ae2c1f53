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

static bool is_part(sg_name_part part, const char *text) {
    return strlen(text) == part.size && memcmp(part.text, text, part.size) == 0;
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

/* ---- kinds --------------------------------------------------------------- */

/* columns.C.MEASURE or pairs.A.B.MEASURE, and what it is for other real rows:
 * columns.C.HOLDOUT. */
static const struct {
    const char *group, *measure, *holdout;
    int32_t parts;
    sg_limits plain;
} kinds[] = {
    [SG_WORST_SHAPE] = {"columns", "shape", "holdout.shape", 3, {0.8, 0.6}},
    [SG_WORST_MISSING] = {"columns", "missing", NULL, 3, {0.9, 0.75}},
    [SG_WORST_PAIR] = {"pairs", "trend", "holdout", 4, {0.7, 0.45}},
};
static const sg_limits relative = {0.9, 0.75};

static syngan_status grade_entry(const syngan_report *report,
                                 const sg_report_entry *entry,
                                 sg_worst_kind kind, const sg_name_part *parts,
                                 int32_t *grade) {
    double yardstick = NAN;
    if (kinds[kind].holdout != NULL) {
        const sg_name_part *last = &parts[kinds[kind].parts - 1];
        char *name = sg_format(report->context, "%.*s%s",
                               (int)(last->text - entry->name), entry->name,
                               kinds[kind].holdout);
        if (name == NULL)
            return sg_fail_memory(report->context, "a verdict", 0);
        yardstick = sg_report_find(report, name);
        sg_free(report->context, name);
    }
    *grade =
        sg_grade_against(entry->value, yardstick, kinds[kind].plain, relative);
    return SYNGAN_OK;
}

static syngan_status name_worst(const syngan_report *report,
                                const sg_report_entry *entry, sg_worst *out) {
    sg_name_part parts[4];
    char first[SG_NAME_SHORT + 1], second[SG_NAME_SHORT + 1];
    int32_t count = sg_name_parts(entry->name, parts, 4);
    plain_name(parts[1], first);
    plain_name(parts[count - 2], second);
    out->what = count == 3 ? sg_format(report->context, "'%s'", first)
                           : sg_format(report->context, "'%s' with '%s'", first,
                                       second);
    return out->what != NULL ? SYNGAN_OK
                             : sg_fail_memory(report->context, "a verdict", 0);
}

syngan_status sg_report_worst(const syngan_report *report, sg_worst_kind kind,
                              sg_worst *out) {
    const sg_report_entry *worst = NULL;
    *out = (sg_worst){.value = NAN, .grade = SG_NOT_JUDGED};
    for (size_t i = 0; i < report->count; i++) {
        const sg_report_entry *entry = &report->entry[i];
        sg_name_part parts[4];
        int32_t grade = SG_NOT_JUDGED;
        int32_t count = sg_name_parts(entry->name, parts, 4);
        if (count != kinds[kind].parts || isnan(entry->value) ||
            !is_part(parts[0], kinds[kind].group) ||
            !is_part(parts[count - 1], kinds[kind].measure))
            continue;
        SG_TRY(grade_entry(report, entry, kind, parts, &grade));
        if (grade < out->grade ||
            (grade == out->grade && !(entry->value < out->value)))
            continue;
        out->grade = grade;
        out->value = entry->value;
        worst = entry;
    }
    return worst == NULL ? SYNGAN_OK : name_worst(report, worst, out);
}
