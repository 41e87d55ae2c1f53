/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The worst of the columns and of the pairs of a report: means hide them.
 */
#ifndef SG_EVAL_WORST_H
#define SG_EVAL_WORST_H

#include "eval/report.h"

/* From `good` on a value is good, from `mixed` on mixed. */
typedef struct sg_limits {
    double good, mixed;
} sg_limits;

/* SG_NOT_JUDGED for NaN. */
int32_t sg_grade_of(double value, double good, double mixed);
/* By the value itself, or by how near it comes to what other real rows get,
 * which may be NaN; whichever is better. */
int32_t sg_grade_against(double value, double yardstick, sg_limits plain,
                         sg_limits relative);

/* What there is of each column, or of each pair. */
typedef enum sg_worst_kind {
    SG_WORST_SHAPE,
    SG_WORST_MISSING,
    SG_WORST_PAIR,
} sg_worst_kind;

typedef struct sg_worst {
    char *what; /* "'age'", "'age' with 'income'"; NULL: there is none */
    double value;
    int32_t grade;
} sg_worst;

/* The one of the worst grade, and of the least value among these. Only when the
 * report is sorted. SYNGAN_E_MEMORY. The caller frees `what`. */
syngan_status sg_report_worst(const syngan_report *report, sg_worst_kind kind,
                              sg_worst *out);

/* Bytes of a name in a sentence, and how many those are of whole characters. */
#define SG_NAME_SHORT 40
size_t sg_name_cut(const char *name, size_t size);

/* The parts of a name, between dots that have no backslash before them; returns
 * how many there are, of which up to `most` are set. */
typedef struct sg_name_part {
    const char *text;
    size_t size;
} sg_name_part;
int32_t sg_name_parts(const char *name, sg_name_part *parts, int32_t most);

#endif
