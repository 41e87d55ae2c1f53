/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The worst of the columns and of the pairs of a report: means hide them.
 */
#ifndef SG_EVAL_WORST_H
#define SG_EVAL_WORST_H

#include "eval/report.h"

/* SG_NOT_JUDGED for NaN. */
int32_t sg_grade_of(double value, double good, double mixed);
/* By the value itself, or by how near it comes to what other real rows get,
 * which may be NaN; whichever is better. */
int32_t sg_grade_against(double value, double holdout, sg_limits plain,
                         sg_limits relative);

typedef struct sg_worst {
    const sg_report_entry *entry; /* NULL: there is none */
    int32_t grade;
} sg_worst;

/* Of a measure's values by its rule, the one of the worst grade, and the least
 * among these. Only when the report is sorted. */
sg_worst sg_report_worst(const syngan_report *report,
                         const sg_measure *measure);
/* How far a value is on the way from independent columns, 0, to the hold-out or
 * the best there can be, 1. NaN: they are too close together to tell. */
#define SG_LEAST_WAY 0.02
double sg_report_way(const syngan_report *report, const sg_report_entry *entry);
/* "'age'", "'age' with 'income'"; NULL when out of memory. The caller frees
 * it. */
char *sg_worst_name(const syngan_report *report, const sg_worst *worst);

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
