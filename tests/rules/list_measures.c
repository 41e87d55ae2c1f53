/* SPDX-License-Identifier: Apache-2.0 */
/* Prints the measures of the registry for measures.py: a line each of name,
 * unit, direction, methods, whether it has baselines, and definition, with tabs
 * between them. */
#include <stdio.h>

#include "eval/measure.h"

int main(void) {
    static const char *const units[SG_UNITS] = {[SG_UNIT_FRACTION] = "fraction",
                                                [SG_UNIT_AUC] = "AUC",
                                                [SG_UNIT_R] = "r",
                                                [SG_UNIT_NUMBER] = "number",
                                                [SG_UNIT_COLUMN] =
                                                    "the column's"};
    static const char *const directions[SG_DIRECTIONS] = {
        [SG_MORE_IS_BETTER] = "more",
        [SG_LESS_IS_BETTER] = "less",
        [SG_NO_DIRECTION] = ""};
    for (size_t i = 0; sg_measures[i] != NULL; i++) {
        const sg_measure *m = sg_measures[i];
        printf("%s\t%s\t%s\t%s\t%s\t%s\t%s\n", m->name, units[m->unit],
               directions[m->direction], m->method[0] ? m->method[0] : "",
               m->method[1] ? m->method[1] : "", m->has_baselines ? "yes" : "",
               m->definition);
    }
    return 0;
}
