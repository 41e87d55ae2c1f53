/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report handle: gathering values, looking them up, JSON.
 */
#include "eval/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/filled.h"
#include "base/floats.h"
#include "base/memory.h"
#include "base/stream.h"
#include "base/text.h"
#include "file/json.h"

syngan_status sg_report_make(syngan_context *context,
                             const sg_measure *const *measures,
                             syngan_report **out) {
    syngan_report *report = sg_alloc_zero(context, 1, sizeof *report);
    *out = report;
    if (report == NULL)
        return sg_fail_memory(context, "a report", sizeof *report);
    atomic_init(&report->references, 1);
    report->context = context;
    report->measures = measures;
    sg_context_retain(context);
    return SYNGAN_OK;
}

static void free_picture(syngan_context *context, sg_picture *picture) {
    for (size_t k = 0; k < picture->bars; k++)
        sg_free(context, picture->label[k]);
    sg_free(context, picture->name);
    sg_free(context, picture->low);
    sg_free(context, picture->high);
}

void syngan_report_free(syngan_report *report) {
    if (report == NULL || atomic_fetch_sub(&report->references, 1) != 1) return;
    syngan_context *context = report->context;
    for (size_t i = 0; i < report->count; i++) {
        sg_free(context, report->entry[i].name);
        sg_free(context, report->entry[i].text);
    }
    for (size_t i = 0; i < report->n_notes; i++)
        sg_free(context, report->note[i]);
    for (size_t i = 0; i < report->n_left_out; i++)
        sg_free(context, report->left_out[i]);
    for (size_t i = 0; i < report->n_pictures; i++)
        free_picture(context, &report->picture[i]);
    for (size_t i = 0; i < SG_JUDGEMENTS; i++)
        sg_free(context, report->judgement[i].text);
    sg_free(context, report->entry);
    sg_free(context, report->note);
    for (int i = 0; i < SG_ABOUT; i++)
        sg_free(context, report->about[i]);
    sg_free(context, report->left_out);
    sg_free(context, report->target);
    sg_free(context, report->verdict);
    sg_free(context, report->picture);
    sg_free(context, report->map[0]);
    sg_free(context, report->map[1]);
    sg_free(context, report);
    sg_context_release(context);
}

/* ---- gathering ---------------------------------------------------------- */

char *sg_report_path(syngan_context *context, const char *name) {
    size_t size = 1;
    for (const char *at = name; *at != '\0'; at++)
        size += *at == '.' || *at == '\\' ? 2 : 1;
    char *path = sg_alloc(context, size), *to = path;
    if (path == NULL) return NULL;
    for (const char *at = name; *at != '\0'; at++) {
        if (*at == '.' || *at == '\\') *to++ = '\\';
        *to++ = *at;
    }
    *to = '\0';
    return path;
}

static char *format_text(syngan_context *context, const char *format,
                         va_list arguments) {
    va_list again;
    va_copy(again, arguments);
    int size = sg_text_v(NULL, 0, format, again);
    va_end(again);
    char *text = size < 0 ? NULL : sg_alloc(context, (size_t)size + 1);
    if (text != NULL) sg_text_v(text, (size_t)size + 1, format, arguments);
    return text;
}

static void lack_memory(syngan_report *report) {
    report->status =
        sg_fail_memory(report->context, "a report", sizeof *report->entry);
}

static sg_report_entry *add_entry(syngan_report *report) {
    void *array = report->entry;
    bool fits = sg_reserve(report->context, &array, &report->capacity,
                           report->count, sizeof *report->entry);
    report->entry = array;
    if (!fits) {
        lack_memory(report);
        return NULL;
    }
    return &report->entry[report->count++];
}

/* Takes over `name`, which is NULL when out of memory. */
static void add_value(syngan_report *report, const sg_measure *measure,
                      int variant, double value, const char *text, char *name) {
    sg_report_entry *entry =
        report->status == SYNGAN_OK ? add_entry(report) : NULL;
    if (entry == NULL) {
        sg_free(report->context, name);
        return;
    }
    if (text == NULL)
        text = isnan(value) && measure->reason != NULL ? measure->reason
                                                       : measure->text;
    *entry = (sg_report_entry){.name = name,
                               .measure = measure,
                               .method = measure->method[variant],
                               .value = value};
    if (text != NULL) entry->text = sg_strdup(report->context, text);
    if (name == NULL || (text != NULL && entry->text == NULL))
        lack_memory(report);
}

void sg_report_add(syngan_report *report, const sg_measure *measure,
                   int variant, double value, const char *text,
                   const char *const *names) {
    if (report->status != SYNGAN_OK) return;
    add_value(report, measure, variant, value, text,
              sg_measure_name(report->context, measure, names));
}

void sg_report_add_results(syngan_report *report, sg_subject subject,
                           int variant, const sg_result *results,
                           const char *const *names) {
    size_t count = sg_measures_count(report->measures, subject);
    for (size_t i = 0; i < count; i++)
        if (results[i].measure != NULL && !results[i].left_out)
            sg_report_add(report, results[i].measure, variant, results[i].value,
                          results[i].text, names);
}

syngan_status sg_report_measure(syngan_report *report, sg_subject subject,
                                int variant, const void *of,
                                const char *const *names) {
    size_t count = sg_measures_count(report->measures, subject);
    sg_result *results = sg_alloc_zero(report->context, count, sizeof *results);
    if (results == NULL)
        return sg_fail_memory(report->context, "measures",
                              count * sizeof *results);
    syngan_status status =
        sg_measures_compute(report->measures, subject, variant, of, results);
    if (status == SYNGAN_OK)
        sg_report_add_results(report, subject, variant, results, names);
    sg_free(report->context, results);
    return status;
}

void sg_report_add_baseline(syngan_report *report, const sg_measure *measure,
                            const char *name, sg_baseline baseline,
                            double value) {
    static const char *const texts[SG_BASELINES] = {
        [SG_HOLDOUT_ROWS] = "What other real rows get",
        [SG_INDEPENDENT_COLUMNS] =
            "What the real columns get when they are shuffled one by one"};
    size_t before = report->count;
    add_value(report, measure, 0, value, texts[baseline],
              sg_format(report->context, "%s%s", name,
                        sg_baseline_suffixes[baseline]));
    if (report->count == before) return;
    report->entry[before].baseline = baseline;
    report->entry[before].method =
        baseline == SG_HOLDOUT_ROWS ? "Hold-out" : "Independent columns";
}

syngan_status sg_report_add_baselines(syngan_report *report,
                                      const syngan_report *other,
                                      sg_baseline baseline) {
    SG_TRY(other->status);
    for (size_t i = 0; i < other->count; i++) {
        const sg_report_entry *entry = &other->entry[i];
        const sg_measure *measure = entry->measure;
        if (!measure->has_baselines) continue;
        /* Of columns and pairs, only those that have one. */
        if (isnan(entry->value) && strcmp(entry->name, measure->name) != 0)
            continue;
        sg_report_add_baseline(report, measure, entry->name, baseline,
                               entry->value);
    }
    return report->status;
}

void sg_report_note(syngan_report *report, const char *format, ...) {
    if (report->status != SYNGAN_OK) return;
    syngan_context *context = report->context;
    va_list arguments;
    va_start(arguments, format);
    char *text = format_text(context, format, arguments);
    va_end(arguments);
    void *array = report->note;
    bool fits =
        text != NULL && sg_reserve(context, &array, &report->note_capacity,
                                   report->n_notes, sizeof *report->note);
    report->note = array;
    bool known = false;
    for (size_t i = 0; fits && i < report->n_notes; i++)
        known = known || strcmp(report->note[i], text) == 0;
    if (fits && !known) {
        report->note[report->n_notes++] = text;
        return;
    }
    sg_free(context, text);
    if (!fits) lack_memory(report);
}

static bool add_left_out(syngan_report *report, const char *column) {
    void *array = report->left_out;
    bool fits = sg_reserve(report->context, &array, &report->left_out_capacity,
                           report->n_left_out, sizeof *report->left_out);
    report->left_out = array;
    char *name = fits ? sg_strdup(report->context, column) : NULL;
    if (name != NULL) report->left_out[report->n_left_out++] = name;
    return name != NULL;
}

void sg_report_leave_out(syngan_report *report, const char *column,
                         const char *format, ...) {
    if (report->status != SYNGAN_OK) return;
    va_list arguments;
    va_start(arguments, format);
    char *why = format_text(report->context, format, arguments);
    va_end(arguments);
    if (why == NULL || !add_left_out(report, column)) {
        lack_memory(report);
    } else {
        sg_report_note(report, "Column '%s' is not compared: %s", column, why);
        sg_log(report->context, SYNGAN_LOG_WARNING,
               "evaluate: column '%s' is not compared: %s", column, why);
    }
    sg_free(report->context, why);
}

static int by_name(const void *a, const void *b) {
    return strcmp(((const sg_report_entry *)a)->name,
                  ((const sg_report_entry *)b)->name);
}

syngan_status sg_report_sort(syngan_report *report) {
    SG_TRY(report->status);
    if (report->count > 1)
        qsort(report->entry, report->count, sizeof *report->entry, by_name);
    return SYNGAN_OK;
}

/* Of the name and what is behind it. */
static const sg_report_entry *find(const syngan_report *report,
                                   const char *name, const char *suffix) {
    size_t low = 0, high = report->count, length = strlen(name);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const char *at = report->entry[middle].name;
        int order = strncmp(at, name, length);
        if (order == 0) order = strcmp(at + length, suffix);
        if (order == 0) return &report->entry[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

bool sg_report_has(const syngan_report *report, const char *name,
                   double *value) {
    const sg_report_entry *entry = find(report, name, "");
    if (entry != NULL) *value = entry->value;
    return entry != NULL;
}

double sg_report_baseline(const syngan_report *report, const char *name,
                          sg_baseline baseline) {
    const sg_report_entry *entry =
        find(report, name, sg_baseline_suffixes[baseline]);
    return entry == NULL ? (double)NAN : entry->value;
}

bool sg_report_holds(const syngan_report *report, const sg_measure *measure,
                     const char *const *names, double *value) {
    char *name = sg_measure_name(report->context, measure, names);
    bool holds = name != NULL && sg_report_has(report, name, value);
    sg_free(report->context, name);
    return holds;
}

double sg_report_find(const syngan_report *report, const sg_measure *measure,
                      const char *const *names) {
    double value = NAN;
    sg_report_holds(report, measure, names, &value);
    return value;
}

double sg_report_value(const syngan_report *report, const sg_measure *measure) {
    double value = NAN;
    sg_report_has(report, measure->name, &value);
    return value;
}

/* ---- looking ------------------------------------------------------------ */

size_t syngan_report_count(const syngan_report *report) {
    return report == NULL ? 0 : report->count;
}

syngan_status syngan_report_get(const syngan_report *report, size_t index,
                                syngan_report_entry *out) {
    SG_OWN_FLOATS;
    if (report == NULL) return SYNGAN_E_ARGUMENT;
    SG_TRY(sg_filled_check(report->context, "syngan_report_get", out));
    if (index >= report->count)
        return sg_fail(report->context, SYNGAN_E_NOT_FOUND,
                       "report: there is no value %zu; it has %zu", index,
                       report->count);
    const sg_report_entry *entry = &report->entry[index];
    const syngan_report_entry full = {.name = entry->name,
                                      .measure = entry->method,
                                      .text = entry->text == NULL ? ""
                                                                  : entry->text,
                                      .value = entry->value};
    sg_filled_copy(out, &full, sizeof full);
    return SYNGAN_OK;
}

syngan_status syngan_report_value(const syngan_report *report, const char *name,
                                  double *value) {
    SG_OWN_FLOATS;
    if (report == NULL) return SYNGAN_E_ARGUMENT;
    if (name == NULL || value == NULL)
        return sg_fail(report->context, SYNGAN_E_ARGUMENT,
                       "syngan_report_value: %s is NULL",
                       name == NULL ? "`name`" : "`value`");
    if (sg_report_has(report, name, value)) return SYNGAN_OK;
    return sg_fail(report->context, SYNGAN_E_NOT_FOUND,
                   "report: there is no value '%s'", name);
}

const char *syngan_report_verdict(const syngan_report *report) {
    return report == NULL || report->verdict == NULL ? "" : report->verdict;
}

/* ---- names --------------------------------------------------------------- */

static const char *const grade_names[] = {"not judged", "good", "mixed",
                                          "poor"};

const char *const sg_judgement_names[] = {"all", "quality", "detection",
                                          "utility", "privacy"};
const char *const sg_judgement_titles[] = {"All", "Quality", "Detection",
                                           "Utility", "Privacy"};

const char *sg_grade_name(int32_t grade) {
    return grade_names[grade];
}

/* ---- JSON --------------------------------------------------------------- */

/* Judgements in the order of their keys. */
static const int32_t sorted[] = {SG_JUDGE_ALL, SG_JUDGE_DETECTION,
                                 SG_JUDGE_PRIVACY, SG_JUDGE_QUALITY,
                                 SG_JUDGE_UTILITY};

static void write_verdict(const syngan_report *report, sg_json_writer *writer) {
    sg_json_open_object(writer, "verdict");
    for (size_t i = 0; i < SG_JUDGEMENTS; i++) {
        const sg_judgement *judgement = &report->judgement[sorted[i]];
        sg_json_open_object(writer, sg_judgement_names[sorted[i]]);
        sg_json_put_string(writer, "grade", sg_grade_name(judgement->grade));
        sg_json_put_string(writer, "text", judgement->text);
        sg_json_close_object(writer);
    }
    sg_json_close_object(writer);
}

static void put_about(sg_json_writer *writer, const char *key,
                      const char *text) {
    if (text != NULL) sg_json_put_string(writer, key, text);
}

static void write_about(const syngan_report *report, sg_json_writer *writer) {
    sg_json_open_object(writer, "about");
    put_about(writer, "date", report->about[SG_ABOUT_DATE]);
    if (report->epochs > 0) sg_json_put_i64(writer, "epochs", report->epochs);
    put_about(writer, "real", report->about[SG_ABOUT_REAL]);
    sg_json_put_u64(writer, "seed", report->seed);
    put_about(writer, "synthetic", report->about[SG_ABOUT_SYNTHETIC]);
    sg_json_close_object(writer);
}

static syngan_status make_json(const syngan_report *report, char **text,
                               size_t *size) {
    sg_json_writer writer;
    sg_json_start(&writer, report->context);
    sg_json_open_object(&writer, NULL);
    write_about(report, &writer);
    sg_json_put_string(&writer, "format", "syngan report 1");
    sg_json_open_array(&writer, "left_out");
    for (size_t i = 0; i < report->n_left_out; i++)
        sg_json_put_string(&writer, NULL, report->left_out[i]);
    sg_json_close_array(&writer);
    sg_json_open_array(&writer, "notes");
    for (size_t i = 0; i < report->n_notes; i++)
        sg_json_put_string(&writer, NULL, report->note[i]);
    sg_json_close_array(&writer);
    sg_json_open_object(&writer, "values");
    for (size_t i = 0; i < report->count; i++)
        sg_json_put_f64(&writer, report->entry[i].name, report->entry[i].value);
    sg_json_close_object(&writer);
    write_verdict(report, &writer);
    sg_json_close_object(&writer);
    return sg_json_finish(&writer, text, size);
}

size_t syngan_report_json(const syngan_report *report, char *text,
                          size_t size) {
    SG_OWN_FLOATS;
    if (text != NULL && size > 0) text[0] = '\0';
    char *whole;
    size_t length;
    if (report == NULL || make_json(report, &whole, &length) != SYNGAN_OK)
        return 0;
    if (text != NULL && size > 0) {
        size_t part = length < size ? length : size - 1;
        memcpy(text, whole, part);
        text[part] = '\0';
    }
    sg_free(report->context, whole);
    return length;
}

syngan_status syngan_report_write_json(const syngan_report *report,
                                       const char *path) {
    SG_OWN_FLOATS;
    if (report == NULL) return SYNGAN_E_ARGUMENT;
    if (path == NULL)
        return sg_fail(report->context, SYNGAN_E_ARGUMENT,
                       "syngan_report_write_json: `path` is NULL");
    char *text;
    size_t size;
    SG_TRY(make_json(report, &text, &size));
    sg_writer *writer;
    syngan_status status = sg_writer_open(report->context, path, &writer);
    if (status == SYNGAN_OK) {
        status = sg_writer_put(writer, text, size);
        if (status == SYNGAN_OK) status = sg_writer_put(writer, "\n", 1);
        if (status == SYNGAN_OK)
            status = sg_writer_commit(writer);
        else
            sg_writer_abandon(writer);
    }
    sg_free(report->context, text);
    return status;
}
