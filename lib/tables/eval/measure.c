/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Computing the measures of a subject, names of values.
 */
#include "eval/measure.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

size_t sg_measures_count(const sg_measure *const *list, sg_subject subject) {
    size_t count = 0;
    for (; *list != NULL; list++)
        count += (*list)->subject == subject;
    return count;
}

syngan_status sg_measures_compute(const sg_measure *const *list,
                                  sg_subject subject, int variant,
                                  const void *of, sg_result *results) {
    for (; *list != NULL; list++) {
        const sg_measure *measure = *list;
        if (measure->subject != subject) continue;
        *results = (sg_result){.measure = measure, .value = NAN};
        results->left_out = measure->method[variant] == NULL;
        if (!results->left_out) SG_TRY(measure->compute(of, results));
        results++;
    }
    return SYNGAN_OK;
}

const char *const sg_baseline_suffixes[] = {"", ".holdout", ".independent"};

/* ---- names --------------------------------------------------------------- */

/* A capital letter alone between dots. */
static bool is_letter(const char *name, const char *at) {
    return *at >= 'A' && *at <= 'Z' && at > name && at[-1] == '.' &&
           (at[1] == '.' || at[1] == '\0');
}

char *sg_measure_name(syngan_context *context, const sg_measure *measure,
                      const char *const *names) {
    size_t size = strlen(measure->name) + 1, letter = 0;
    for (const char *at = measure->name; *at != '\0'; at++)
        if (is_letter(measure->name, at)) size += strlen(names[letter++]);
    char *name = sg_alloc(context, size), *to = name;
    if (name == NULL) return NULL;
    letter = 0;
    for (const char *at = measure->name; *at != '\0'; at++) {
        if (is_letter(measure->name, at)) {
            size_t length = strlen(names[letter]);
            memcpy(to, names[letter++], length);
            to += length;
        } else {
            *to++ = *at;
        }
    }
    *to = '\0';
    return name;
}
