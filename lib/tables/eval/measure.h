/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A measure is one constant `sg_measure`: report, JSON, page and verdict come
 * from it. It stands beside the function that
 * computes it and has a line in measure_list.h, in the order of the page;
 * nothing else knows it.
 */
#ifndef SG_EVAL_MEASURE_H
#define SG_EVAL_MEASURE_H

#include "base/context.h"

typedef struct sg_measure sg_measure;

/* Grades, the worst last. */
enum { SG_NOT_JUDGED, SG_GOOD, SG_MIXED, SG_POOR };

/* The lines of the verdict. */
enum {
    SG_JUDGE_ALL,
    SG_JUDGE_QUALITY,
    SG_JUDGE_DETECTION,
    SG_JUDGE_UTILITY,
    SG_JUDGE_PRIVACY,
    SG_JUDGEMENTS
};

/* What a value is counted in. The page shows fractions as per cents. */
typedef enum sg_unit {
    SG_UNIT_FRACTION,
    SG_UNIT_AUC,
    SG_UNIT_R,      /* a correlation or a measure of association */
    SG_UNIT_NUMBER, /* without a unit */
    SG_UNIT_COLUMN, /* that of the column; times: microseconds */
    SG_UNITS
} sg_unit;

typedef enum sg_direction {
    SG_MORE_IS_BETTER,
    SG_LESS_IS_BETTER,
    SG_NO_DIRECTION, /* a fact to compare others with */
    SG_DIRECTIONS
} sg_direction;

/* What `compute` gets to look at. */
typedef enum sg_subject {
    SG_OF_REPORT,         /* syngan_report: the values of columns and pairs */
    SG_OF_COLUMN,         /* sg_column_sides (columns.h) */
    SG_OF_PAIR,           /* sg_pair (pairs.h) */
    SG_OF_DETECTION,      /* sg_detection (detection.c) */
    SG_OF_MANIFOLD,       /* sg_manifold (manifold.h) */
    SG_OF_MODEL,          /* sg_predictions (utility.h) */
    SG_OF_GAINS,          /* sg_gains (utility.h) */
    SG_OF_COPIES,         /* sg_match */
    SG_OF_DISTANCES,      /* sg_privacy (privacy.h) once distances are known */
    SG_OF_CLOSENESS,      /* sg_privacy */
    SG_OF_MEMBERSHIP,     /* sg_privacy */
    SG_OF_DCR,            /* sg_dcr (dcr.c) */
    SG_OF_ATTRIBUTE,      /* sg_privacy, coded without the sensitive column */
    SG_OF_BASKETS,        /* sg_basket_measures (basket.h) */
    SG_OF_SEQUENCES,      /* sg_sequences (sequence.h) */
    SG_OF_STEPS,          /* sg_steps (sequence.h): a column of sequences */
    SG_OF_SEQUENCE_VALUES /* syngan_report: the values of sequences */
} sg_subject;

/* What stands in the synthetic table's place. Values of the others are
 * baselines: what real rows get, and what the real columns get when nothing is
 * left of their relations. */
typedef enum sg_baseline {
    SG_SYNTHETIC_ROWS,
    SG_HOLDOUT_ROWS,
    SG_INDEPENDENT_COLUMNS, /* of the real table, shuffled one by one */
    SG_BASELINES
} sg_baseline;
/* Behind the names of values: "", ".holdout", ".independent". */
extern const char *const sg_baseline_suffixes[SG_BASELINES];

/* Measures with one subject may differ by what it is: */
enum { SG_NUMBERS, SG_CLASSES, SG_VARIANTS };

/* A section of the page. */
typedef struct sg_section {
    const char *id, *title, *lead;
} sg_section;
extern const sg_section sg_section_quality, sg_section_columns,
    sg_section_manifold, sg_section_detection, sg_section_utility,
    sg_section_privacy, sg_section_baskets, sg_section_sequences,
    sg_section_steps;

/* From `good` on a value is good, from `mixed` on mixed. */
typedef struct sg_limits {
    double good, mixed;
} sg_limits;

/* How a measure enters the verdict; of columns and pairs, the worst does. */
typedef struct sg_rule {
    int32_t judgement;  /* SG_JUDGE_ALL: not at all */
    int32_t rows;       /* kind of rows that it judges: SYNGAN_ROWS_... */
    sg_limits plain;    /* of the value; less is better: of value - ideal */
    sg_limits relative; /* of the value by the hold-out's, if that is better */
    /* Of the way from independent columns to the hold-out, or to `best` where
     * there is none: a value below is not good, not even mixed. {0, 0}: it is
     * not looked at. */
    sg_limits way;
    double best;
    double ideal;
    /* Its value is the ideal; the measure itself: that of the hold-out. */
    const sg_measure *chance;
} sg_rule;

/* What computing gives. */
typedef struct sg_result {
    const sg_measure *measure;
    double value;     /* preset to NaN */
    const char *text; /* preset to NULL: the measure's own */
    bool left_out;    /* preset to false; true: the subject has no such value */
} sg_result;

struct sg_measure {
    /* Of its values in the report. A capital letter between dots stands for a
     * name: of a column, a learner, a table. */
    const char *name;
    /* What the values are called: of numbers, of all others. NULL: there are
     * none. Subjects without variants have the first only. */
    const char *method[SG_VARIANTS];
    const char *title;         /* on the page; "": as the line above */
    const char *words;         /* on the page, beside the value */
    const sg_section *section; /* of the page; NULL: it is not shown */
    const char *definition;    /* one or two sentences */
    /* A value's text in the report, and that of one that can't be computed.
     * NULL: none; `text` in place of `reason`. */
    const char *text, *reason;
    sg_unit unit;
    sg_direction direction;
    sg_subject subject;
    bool has_baselines;
    sg_rule rule;
    /* SYNGAN_E_MEMORY, SYNGAN_E_CANCELLED. */
    syngan_status (*compute)(const void *subject, sg_result *out);
};

/* All of them, ended by NULL. A report knows them by a pointer, so that the
 * files of measures, which the list names, may use reports. */
extern const sg_measure *const sg_measures[];

#define SG_MEASURE(name) extern const sg_measure sg_measure_##name;
#include "eval/measure_list.h"
#undef SG_MEASURE

/* Those of a list that have a subject. */
size_t sg_measures_count(const sg_measure *const *list, sg_subject subject);
/* Computes them into that many results. */
syngan_status sg_measures_compute(const sg_measure *const *list,
                                  sg_subject subject, int variant,
                                  const void *of, sg_result *results);

/* Name of a value with its letters replaced by `names`, in their order; NULL
 * when out of memory. The caller frees it. */
char *sg_measure_name(syngan_context *context, const sg_measure *measure,
                      const char *const *names);

#endif
