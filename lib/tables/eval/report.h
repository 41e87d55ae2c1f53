/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report: named values with what they mean, notes, and what the page draws.
 * It holds no rows of the tables, and no reference to them.
 */
#ifndef SG_EVAL_REPORT_H
#define SG_EVAL_REPORT_H

#include <syngan/evaluate.h>

#include "eval/measure.h"

/* Columns that pictures are drawn for. */
#define SG_REPORT_PICTURES 60
/* Bars of a picture at most. */
#define SG_REPORT_BARS 20

typedef struct sg_report_entry {
    char *name;
    const sg_measure *measure;
    sg_baseline baseline;
    const char *method; /* one of the measure's */
    char *text;         /* NULL: none */
    double value;
} sg_report_entry;

/* A column's picture: shares of rows by bar, of the real and the synthetic
 * table. Bars of numbers lie side by side from `low` to `high`. */
typedef struct sg_picture {
    char *name;
    const char *type;
    bool number;
    size_t bars;
    char *label[SG_REPORT_BARS]; /* of categories; NULL for numbers */
    double share[2][SG_REPORT_BARS];
    char *low, *high; /* of numbers, as text */
    double missing[2];
} sg_picture;

/* Shares of distances by bin, from 0 to `limit`. */
#define SG_REPORT_BINS 40
typedef struct sg_distances {
    bool known, has_holdout;
    double limit;
    double share[2][SG_REPORT_BINS]; /* synthetic, hold-out: to training rows */
} sg_distances;

/* A hold-out of fewer rows is no baseline: chance alone moves its scores. */
#define SG_HOLDOUT_LEAST 100

/* How good it is: a line of the verdict. */
typedef struct sg_judgement {
    int32_t grade;
    char *text;
} sg_judgement;

/* What a report says about itself, as the caller told it; NULL: nothing. */
enum { SG_ABOUT_REAL, SG_ABOUT_SYNTHETIC, SG_ABOUT_DATE, SG_ABOUT };

struct syngan_report {
    atomic_int references;
    syngan_status status; /* of adding: failures stick */
    syngan_context *context;
    const sg_measure *const *measures; /* that there are */
    sg_report_entry *entry;            /* sorted by name once finished */
    size_t count, capacity;
    char **note;
    size_t n_notes, note_capacity;
    char *about[SG_ABOUT];
    uint64_t seed;
    int64_t epochs; /* 0: not told */
    int64_t rows[3];
    size_t columns;  /* that are compared */
    char **left_out; /* names of those that are not */
    size_t n_left_out, left_out_capacity;
    char *target;
    bool has_target;  /* the target is compared */
    int32_t rows_are; /* SYNGAN_ROWS_... */
    sg_judgement judgement[SG_JUDGEMENTS];
    char *verdict;
    sg_picture *picture;
    size_t n_pictures;
    /* Of the pictures' columns, n x n: r, or Cramer's V where one is no number;
     * NaN where there is none. Real, synthetic. */
    float *map[2];
    sg_distances distances;
};

syngan_status sg_report_make(syngan_context *context,
                             const sg_measure *const *measures,
                             syngan_report **out);

/* A column's name with a backslash before dots and backslashes; NULL when out
 * of memory. */
char *sg_report_path(syngan_context *context, const char *name);

/* Adds a value of a measure. `text`, which may be NULL, takes the place of the
 * measure's own; `names` are what letters in the measure's name stand for. */
void sg_report_add(syngan_report *report, const sg_measure *measure,
                   int variant, double value, const char *text,
                   const char *const *names);
/* Adds results of sg_measures_compute(). */
void sg_report_add_results(syngan_report *report, sg_subject subject,
                           int variant, const sg_result *results,
                           const char *const *names);
/* Computes and adds the measures of a subject. */
syngan_status sg_report_measure(syngan_report *report, sg_subject subject,
                                int variant, const void *of,
                                const char *const *names);
/* Adds the values of `other`, in which something else stood in the synthetic
 * table's place, for the measures that have baselines. */
syngan_status sg_report_add_baselines(syngan_report *report,
                                      const syngan_report *other,
                                      sg_baseline baseline);
/* Adds one for the value of this name. */
void sg_report_add_baseline(syngan_report *report, const sg_measure *measure,
                            const char *name, sg_baseline baseline,
                            double value);
/* Adds a remark, once, however often it comes. */
void sg_report_note(syngan_report *report, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Tells of a column that is not compared, in a note and in the log. */
void sg_report_leave_out(syngan_report *report, const char *column,
                         const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Sorts the values; gives the first failure of those above. */
syngan_status sg_report_sort(syngan_report *report);
/* A value, NaN if there is none. Only when sorted. */
double sg_report_find(const syngan_report *report, const sg_measure *measure,
                      const char *const *names);
/* Whether there is one, and it. */
bool sg_report_holds(const syngan_report *report, const sg_measure *measure,
                     const char *const *names, double *value);
/* Of a measure of the tables as such. */
double sg_report_value(const syngan_report *report, const sg_measure *measure);
/* Of the value of this name; NaN if there is none. */
double sg_report_baseline(const syngan_report *report, const char *name,
                          sg_baseline baseline);
/* Whether there is a value of this name, and it. */
bool sg_report_has(const syngan_report *report, const char *name,
                   double *value);

/* Writes the verdict (verdict.c). */
syngan_status sg_report_judge(syngan_report *report);
const char *sg_grade_name(int32_t grade);
/* Of a line of the verdict: "quality", "Quality". */
extern const char *const sg_judgement_names[SG_JUDGEMENTS];
extern const char *const sg_judgement_titles[SG_JUDGEMENTS];

#endif
